package rules

import (
	"sigtransit/pkg/signaling"
)

const numClasses = int(signaling.NumClasses)

// set is a set of members of a closed list of words, as bits.
type set uint64

const all = ^set(0)

func (s set) has(i uint8) bool { return s>>(i&63)&1 != 0 }

// about is what a rule is about.
type about uint8

const (
	aboutCarrier about = iota // a carrier on the path of a message
	aboutMessage              // a message, whoever carries it
	aboutLink                 // a link with a carrier; "flow" says so
	aboutPath                 // what a ledger tells of a partner and a carrier; "path" says so
	numAbout
)

var aboutNames = [numAbout]string{"carrier", "message", "link", "path"}

func (a about) String() string { return aboutNames[min(a, numAbout-1)] }

// Selectors say which messages and which evidence a rule is about. All of them
// must fit; each is a list of which one member must.
type Selectors struct {
	about about

	protocol, kind, class, protection, direction, subscriber, service set
	evidence, confidence                                              set
	// role and position are of a sighting of the carrier: one has to have both.
	role, position set
	// flow is the states of links, by flowState, that a rule about links is about.
	flow set
	// path is what a rule about paths asks of a ledger.
	path *PathRule

	operations          []uint64 // bit set over signaling.Operation; nil: any
	carriers            map[string]bool
	partners, countries map[string]bool // ids, ISO 3166 codes; nil: any
	contradicts         set             // of contradictions, one of which there has to be; 0: not asked

	traits traits // the first line of the above
	who    uint32 // its place in Set.choosy, from 1; 0: it has none
}

// transitEvidence is what a rule that names no evidence is about.
const transitEvidence = set(1<<signaling.EvidenceDeclared | 1<<signaling.EvidenceAddress | 1<<signaling.EvidenceHop | 1<<signaling.EvidenceAdjacent)

func anything() Selectors {
	return Selectors{
		protocol: all, kind: all, class: all, protection: all, direction: all, subscriber: all, service: all,
		evidence: transitEvidence, confidence: all, role: all, position: all,
	}
}

func (s *Selectors) hasJurisdiction() bool {
	return s.evidence.has(uint8(signaling.EvidenceJurisdiction))
}

// traits are what closed sets of words say of a message, one bit each, or which of
// them a rule takes: a message fits where all of its bits are among the rule's. So one
// comparison answers for seven selectors.
type traits uint64

// Where the bits of each set begin.
const (
	traitKind       = int(signaling.NumProtocols)
	traitClass      = traitKind + int(signaling.NumKinds)
	traitProtection = traitClass + int(signaling.NumClasses)
	traitDirection  = traitProtection + int(signaling.NumProtections)
	traitSubscriber = traitDirection + int(signaling.NumDirections)
	traitService    = traitSubscriber + int(signaling.NumWhose)
	traitEnd        = traitService + int(signaling.NumServices)

	_ = uint(64 - traitEnd) // they have to fit
)

func traitsOf(m *signaling.Message) traits {
	return 1<<m.Protocol | 1<<(traitKind+int(judgedKind(m))) | 1<<(traitClass+int(m.Class)) | 1<<(traitProtection+int(m.Protection)) |
		1<<(traitDirection+int(m.Roaming.Direction)) | 1<<(traitSubscriber+int(m.Roaming.Subscriber)) | 1<<(traitService+int(m.Service()))
}

// judgedKind is the kind that rules see. A message that SCCP returned has none: rules
// that name kinds ask what its sender does, and who sends it back is not who asked or
// answered.
func judgedKind(m *signaling.Message) signaling.Kind {
	if m.Undelivered() {
		return signaling.KindNone
	}
	return m.Kind
}

// compile packs the selectors that are sets of bits.
func (s *Selectors) compile() {
	pack := func(x set, from, n int) traits { return traits(x&(1<<n-1)) << from }
	s.traits = pack(s.protocol, 0, int(signaling.NumProtocols)) | pack(s.kind, traitKind, int(signaling.NumKinds)) |
		pack(s.class, traitClass, numClasses) | pack(s.protection, traitProtection, int(signaling.NumProtections)) |
		pack(s.direction, traitDirection, int(signaling.NumDirections)) | pack(s.subscriber, traitSubscriber, int(signaling.NumWhose)) |
		pack(s.service, traitService, int(signaling.NumServices))
}

func (s *Selectors) operation(op signaling.Operation) bool {
	return s.operations == nil || int(op>>6) < len(s.operations) && s.operations[op>>6]>>(op&63)&1 != 0
}

// carrier tests what is known of a carrier.
func (s *Selectors) carrier(e *Engine, t *tally) bool {
	return s.evidence.has(uint8(t.evidence)) && s.confidence.has(uint8(t.confidence)) && (s.carriers == nil || s.carriers[t.carrier.ID]) &&
		(s.role == all && s.position == all || e.sighted(t, s.role, s.position))
}

// sender tests what a message says of its sender.
func (s *Selectors) sender(e *Engine, m *signaling.Message) bool {
	return s.contradicts == 0 || e.contradicts(m)&s.contradicts != 0
}

// partner tests who is at the far end.
func (s *Selectors) partner(set *Set, m *signaling.Message) bool {
	if s.partners == nil && s.countries == nil {
		return true
	}
	id, country := set.partnerOf(m)
	return (s.partners == nil || s.partners[id]) && (s.countries == nil || s.countries[country])
}

// partnerOf names the partner of a message and its country; empty where it is not
// known.
func (s *Set) partnerOf(m *signaling.Message) (id, country string) {
	if m.Roaming.Partner == 0 || s.party == nil {
		return "", ""
	}
	return s.party(m.Roaming.Partner)
}

// sighted reports that a sighting of a carrier has one of some roles and stands at
// one of some positions. What a partner declares has no role.
func (e *Engine) sighted(t *tally, role, position set) bool {
	if t.declared != nil && role == all && position.has(uint8(signaling.PartnerDeclared)) {
		return true
	}
	for i := range e.hits[:e.numHits] {
		h := &e.hits[i]
		id := e.set.Identifiers[h.id]
		if id.Carrier == t.carrier && position.has(uint8(h.pos)) && role.has(uint8(id.Role)) {
			return true
		}
	}
	return false
}

// Selector names the first selector that a message does not fit; "" when all do that
// are about the message alone.
func (s *Selectors) misses(e *Engine, m *signaling.Message) string {
	for _, x := range [...]struct {
		name string
		fits bool
	}{
		{"protocol", s.protocol.has(uint8(m.Protocol))}, {"class", s.class.has(uint8(m.Class))}, {"kind", s.kind.has(uint8(judgedKind(m)))},
		{"operation", s.operation(m.Operation)}, {"protection", s.protection.has(uint8(m.Protection))},
		{"direction", s.direction.has(uint8(m.Roaming.Direction))}, {"subscriber", s.subscriber.has(uint8(m.Roaming.Subscriber))},
		{"service", s.service.has(uint8(m.Service()))},
	} {
		if !x.fits {
			return x.name
		}
	}
	switch id, _ := e.set.partnerOf(m); {
	case s.partner(e.set, m) && s.sender(e, m):
		return ""
	case s.partner(e.set, m):
		return "contradicts"
	case s.partners != nil && !s.partners[id]:
		return "partner"
	}
	return "country"
}

// missesCarrier names the first selector that what is known of a carrier does not
// fit; "" when all do.
func (s *Selectors) missesCarrier(e *Engine, t *tally) string {
	for _, x := range [...]struct {
		name string
		fits bool
	}{
		{"carrier", s.carriers == nil || s.carriers[t.carrier.ID]}, {"evidence", s.evidence.has(uint8(t.evidence))},
		{"confidence", s.confidence.has(uint8(t.confidence))}, {"role", s.role == all || e.sighted(t, s.role, all)},
		{"position", s.role == all && s.position == all || e.sighted(t, s.role, s.position)},
	} {
		if !x.fits {
			return x.name
		}
	}
	return ""
}

// ruleList is the enabled rules about one class of messages, by operation.
type ruleList struct {
	any []*Detection // those that name no operation
	of  []uint16     // by operation: the list of those that may fit, behind any; nil: no rule names one
	// lists are any at 0 and the others behind it, each in the order of Set.Detections;
	// bits are the same rules, by Selectors.who.
	lists [][]*Detection
	bits  []ruleBits
}

// at is the rules that may fit an operation.
func (l *ruleList) at(op signaling.Operation) []*Detection {
	if int(op) < len(l.of) {
		return l.lists[l.of[op]]
	}
	return l.any
}

// bitsAt is at as bits.
func (l *ruleList) bitsAt(op signaling.Operation) ruleBits {
	if int(op) < len(l.of) {
		return l.bits[l.of[op]]
	}
	return l.bits[0]
}

// ruleIndex is the enabled rules about messages, or about carriers, by class.
type ruleIndex [numClasses]ruleList

// build takes the rules of one kind out of those in force.
func (x *ruleIndex) build(rules []*Detection) {
	for c := range x {
		l := &x[c]
		var own []*Detection // with operations
		for _, d := range rules {
			switch s := &d.selectors; {
			case !s.class.has(uint8(c)):
			case s.operations != nil:
				own = append(own, d)
			default:
				l.any = append(l.any, d)
			}
		}
		if own != nil {
			l.byOperation(own)
		}
	}
}

// byOperation makes the list of each operation that some rule names.
func (l *ruleList) byOperation(own []*Detection) {
	l.of = make([]uint16, signaling.NumOperations())
	l.lists = [][]*Detection{l.any}
	for op := range l.of {
		var list []*Detection
		rest := l.any
		for _, d := range own {
			if !d.selectors.operation(signaling.Operation(op)) {
				continue
			}
			for len(rest) > 0 && rest[0].Index < d.Index {
				list, rest = append(list, rest[0]), rest[1:]
			}
			list = append(list, d)
		}
		if list != nil {
			l.of[op] = uint16(len(l.lists))
			l.lists = append(l.lists, append(list, rest...))
		}
	}
}
