package rules

import "sigtransit/pkg/signaling"

// ruleBits are some rules of Set.choosy, one bit each: so a word of them is compared at
// once.
type ruleBits []uint64

func (b ruleBits) set(i int) { b[i>>6] |= 1 << (i & 63) }

// takes reports that the rule of some selectors is among them; one that has no place in
// Set.choosy takes all.
func (b ruleBits) takes(s *Selectors) bool {
	n := s.who
	return n == 0 || b[(n-1)>>6]>>((n-1)&63)&1 != 0
}

// number gives the rules about messages their places in Set.choosy, and behind them those
// about carriers that name partners or countries.
func (s *Set) number(messages, carriers []*Detection) {
	take := func(d *Detection) {
		s.choosy = append(s.choosy, d)
		d.selectors.who = uint32(len(s.choosy))
	}
	for _, d := range messages {
		take(d)
	}
	for _, d := range carriers {
		if x := &d.selectors; x.partners != nil || x.countries != nil {
			take(d)
		}
	}
	for n := range s.toward {
		s.toward[n] = s.chosen(func(x *Selectors) bool { return x.direction.has(uint8(n)) })
	}
	for c := range s.messageRules {
		l := &s.messageRules[c]
		lists := l.lists
		if lists == nil {
			lists = [][]*Detection{l.any}
		}
		for _, list := range lists {
			var b ruleBits
			for _, d := range list {
				if b == nil {
					b = make(ruleBits, (len(messages)+63)/64)
				}
				b.set(int(d.selectors.who) - 1)
			}
			l.bits = append(l.bits, b)
		}
	}
}

// chosen are the rules of Set.choosy that something holds for.
func (s *Set) chosen(holds func(*Selectors) bool) ruleBits {
	b := make(ruleBits, (len(s.choosy)+63)/64)
	for i, d := range s.choosy {
		if holds(&d.selectors) {
			b.set(i)
		}
	}
	return b
}

// knownPartners bounds the partners that an engine remembers rules of: as many as a
// table of partners can have.
const knownPartners = 1 << 16

// who are the rules that the partner of a message fits. A partner is asked for its id and
// country once.
func (e *Engine) who(m *signaling.Message) ruleBits {
	if n := m.Roaming.Partner; int(n) < len(e.fitting) && e.fitting[n] != nil {
		return e.fitting[n]
	}
	return e.ask(m)
}

// ask is who for a partner that was not met before.
func (e *Engine) ask(m *signaling.Message) ruleBits {
	b := e.set.chosen(func(s *Selectors) bool { return s.partner(e.set, m) })
	if n := int(m.Roaming.Partner); n < knownPartners {
		for len(e.fitting) <= n {
			e.fitting = append(e.fitting, nil)
		}
		e.fitting[n] = b
	}
	return b
}
