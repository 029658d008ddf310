package rules

import (
	"cmp"
	"slices"
	"time"

	"sigtransit/pkg/partners"
	"sigtransit/pkg/roaming"
	"sigtransit/pkg/signaling"
)

// Verdict says that a carrier is on the path of a message, and how that is known.
type Verdict struct {
	Carrier *Carrier
	// Evidence is the strongest there is: declared, address, hop or adjacent; group
	// where Group is set.
	Evidence   signaling.Evidence
	Confidence signaling.Confidence
	// Group: the carrier's gear is on the path, and the subscriber or the network at an
	// end belongs to its own group. It is there as a partner, which is no transit.
	Group bool
}

// Verdicts are the carriers on the path of the last message, watched or not. None
// means that the path is unknown: SCCP and topology hiding show ends only, and no
// evidence is no proof of absence. The slice is reused by the next Evaluate.
func (e *Engine) Verdicts() []Verdict { return e.verdicts }

// declared is a carrier that a partner declares for a service.
type declared struct {
	carrier    *Carrier
	confidence signaling.Confidence
	name       string // as the partner writes it
}

// confidenceOf is how sure it is that traffic takes a declared carrier. A backup is
// there for the day that the others fail.
func confidenceOf(u partners.Use) signaling.Confidence {
	if u == partners.Backup {
		return signaling.ConfidenceLow
	}
	return signaling.ConfidenceMedium
}

// takePartners takes over who the partners are and what they declare.
func (s *Set) takePartners(t *roaming.Table, now time.Time) {
	if s.roaming = t; t == nil {
		return
	}
	s.party = func(n uint32) (id, country string) {
		if p := t.Party(n); p != nil {
			id, country = p.ID, p.Country
		}
		return id, country
	}
	for n := uint32(1); n <= t.NumParties(); n++ {
		if p := t.Party(n); p.Declared != nil {
			s.takeDeclared(n, p.Declared, now)
		}
	}
}

// takeDeclared notes what the partner of a number declares. Of several declarations
// of a carrier for a service the surest counts; what is announced for a day to come does
// not.
func (s *Set) takeDeclared(n uint32, p *partners.Partner, now time.Time) {
	for _, d := range p.Carriers {
		if d.Service >= signaling.NumServices || partners.Ahead(d.Since, now) {
			continue
		}
		for _, id := range d.Carriers {
			c, ok := s.Carrier(id)
			if !ok {
				continue // declared by a file that was made with another watchlist
			}
			for len(s.says) <= int(n) {
				s.says = append(s.says, [signaling.NumServices][]declared{})
			}
			list := &s.says[n][d.Service]
			*list = append(*list, declared{c, confidenceOf(d.Use), d.Name})
		}
	}
	if int(n) >= len(s.says) {
		return
	}
	for i := range s.says[n] {
		list := s.says[n][i]
		slices.SortStableFunc(list, func(a, b declared) int {
			return cmp.Or(cmp.Compare(a.carrier.Index, b.carrier.Index), cmp.Compare(b.confidence, a.confidence))
		})
		list = slices.CompactFunc(list, func(a, b declared) bool { return a.carrier == b.carrier })
		s.says[n][i] = list[:min(len(list), maxCarriers/2)]
	}
}

// declaredOf is what the partner of a message declares for its service.
func (s *Set) declaredOf(m *signaling.Message) []declared {
	if n := m.Roaming.Partner; n != 0 && int(n) < len(s.says) {
		return s.says[n][m.Service()]
	}
	return nil
}

// knowsPath reports that something besides identifiers tells a carrier of m.
func (s *Set) knowsPath(m *signaling.Message) bool {
	if s.declaredOf(m) != nil {
		return true
	}
	x := &s.inventory
	return x.label && x.labelled(m, len(x.links)) < len(x.links)
}
