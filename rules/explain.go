package rules

import (
	"net/netip"
	"slices"

	"sigtransit/decoders/diameter"
	"sigtransit/decoders/gsmmap"
	"sigtransit/pkg/signaling"
)

// Explanation is how the engine came to its judgement of a message. Unlike what
// Evaluate hands out it outlives the message.
type Explanation struct {
	// Looked is every value that was looked up, in the message and at the ends of its
	// link, and what it is listed as.
	Looked []Looked
	// Remembered are sightings of earlier messages of the dialogue.
	Remembered []Sighting
	Carriers   []CarrierReason
	Rules      []RuleReason
	// Contradicts is what the message says of its sender and denies elsewhere, by the
	// words of the selector.
	Contradicts []string
}

// Looked is a value that was looked up at a position.
type Looked struct {
	Position    signaling.Position
	Value       []byte
	Identifiers []*Identifier // what it is listed as; none: nothing
}

// CarrierReason is what the sightings of a carrier add up to.
type CarrierReason struct {
	Verdict
	// Transit: the evidence is of transit. It is not where Group is set: one sighting of a
	// network of the carrier's own group overrides all others.
	Transit   bool
	Sightings []Sighting
}

// RuleReason is what a rule in force makes of a message and a carrier.
type RuleReason struct {
	Rule *Detection
	// Carrier is the carrier that was judged; nil where none was seen, or where the rule
	// is about messages, whoever carries them.
	Carrier *Carrier
	// Missed is the first key of the rule's match that does not fit, or "condition".
	// "watched": the carrier is not; "path": no carrier is known to be on it. Empty: all
	// fit.
	Missed string
	Err    error // why the condition could not be evaluated
}

// Explain tells how the last message that was given to Evaluate was judged. It asks
// the engine's own functions and changes nothing.
func (e *Engine) Explain(m *signaling.Message) *Explanation {
	x := &Explanation{}
	kept, n := e.hits, e.numHits
	e.every, e.numHits = true, 0
	e.look(m)
	seen := slices.Clone(e.hits[:e.numHits])
	e.hits, e.numHits, e.every = kept, n, false

	e.eachValue(m, func(pos signaling.Position, sub uint8, value []byte) {
		l := Looked{Position: pos, Value: slices.Clone(value)}
		for i := range seen {
			if h := &seen[i]; h.pos == pos && h.sub == sub {
				l.Identifiers = append(l.Identifiers, e.set.Identifiers[h.id])
			}
		}
		x.Looked = append(x.Looked, l)
	})
	e.eachEnd(m.Link, func(pos signaling.Position, end uint8, value string) {
		l := Looked{Position: pos, Value: []byte(value)}
		for _, k := range m.Link.Marks[:m.Link.NumMarks] {
			if k.Position == pos && k.End == end {
				l.Identifiers = append(l.Identifiers, e.set.Identifiers[k.Identifier])
			}
		}
		x.Looked = append(x.Looked, l)
	})
	for i := range e.hits[:e.numHits] {
		h := &e.hits[i]
		id := e.set.Identifiers[h.id]
		if h.pos == signaling.LinkInventory {
			x.Looked = append(x.Looked, Looked{Position: h.pos, Value: []byte(id.Value), Identifiers: []*Identifier{id}})
		}
		if h.old {
			x.Remembered = append(x.Remembered, Sighting{Position: h.pos, Identifier: id, FromRequest: true})
		}
	}
	for i := range e.tallies[:e.carrs] {
		x.Carriers = append(x.Carriers, e.carrierReason(m, &e.tallies[i]))
	}
	for _, d := range e.set.Detections {
		if d.Mode != ModeOff && (d.selectors.about == aboutCarrier || d.selectors.about == aboutMessage) {
			x.Rules = e.ruleReasons(x.Rules, m, d)
		}
	}
	x.Contradicts = contradictionWords(e.contradicts(m))
	return x
}

func (e *Engine) carrierReason(m *signaling.Message, t *tally) CarrierReason {
	r := CarrierReason{Verdict: Verdict{Carrier: t.carrier, Evidence: t.evidence, Confidence: t.confidence, Group: t.group}}
	r.Transit = transitEvidence.has(uint8(t.evidence))
	e.tell(m, nil, t)
	for _, s := range e.finding.Sightings {
		s.Value = slices.Clone(s.Value)
		r.Sightings = append(r.Sightings, s)
	}
	return r
}

// ruleReasons says of a rule and each carrier whether all selectors fit.
func (e *Engine) ruleReasons(out []RuleReason, m *signaling.Message, d *Detection) []RuleReason {
	s := &d.selectors
	missed := s.misses(e, m)
	if s.about == aboutMessage || missed != "" {
		r := RuleReason{Rule: d, Missed: missed}
		e.conditionReason(&r, m, e.best())
		return append(out, r)
	}
	if e.carrs == 0 {
		return append(out, RuleReason{Rule: d, Missed: "path"})
	}
	for i := range e.tallies[:e.carrs] {
		t := &e.tallies[i]
		r := RuleReason{Rule: d, Carrier: t.carrier, Missed: "watched"}
		if t.carrier.Watched {
			r.Missed = s.missesCarrier(e, t)
			e.conditionReason(&r, m, t)
		}
		out = append(out, r)
	}
	return out
}

// conditionReason asks the condition of a rule all of whose selectors fit.
func (e *Engine) conditionReason(r *RuleReason, m *signaling.Message, t *tally) {
	if r.Missed != "" || r.Rule.condition == nil {
		return
	}
	holds, err := e.condition(r.Rule, m, t)
	if !holds {
		r.Missed, r.Err = "condition", err
	}
}

// whole is an identifier that has values written in full.
var whole = &Identifier{Type: TypeGTPrefix, Role: signaling.RoleTransit}

// eachValue calls f for each value of a message that look looks up, in its order.
func (e *Engine) eachValue(m *signaling.Message, f func(pos signaling.Position, sub uint8, value []byte)) {
	give := func(pos signaling.Position, sub int) {
		e.values = e.values[:0]
		if v := e.value(m, &hit{pos: pos, sub: uint8(sub)}, whole); len(v) != 0 {
			f(pos, uint8(sub), v)
		}
	}
	if p := m.M3UA; p != nil && p.HasData {
		give(signaling.M3UAOPC, 0)
		give(signaling.M3UADPC, 0)
	}
	if p := m.SCCP; p != nil {
		if p.Calling.GTI != 0 {
			give(signaling.SCCPCallingGT, 0)
		}
		if p.Calling.HasPC {
			give(signaling.SCCPCallingPC, 0)
		}
		if p.Called.GTI != 0 {
			give(signaling.SCCPCalledGT, 0)
		}
		if p.Called.HasPC {
			give(signaling.SCCPCalledPC, 0)
		}
	}
	if p := m.SUA; p != nil {
		give(signaling.SUACallingHost, 0)
		if p.Calling.IP.IsValid() {
			give(signaling.SUACallingIP, 0)
		}
		give(signaling.SUACalledHost, 0)
		if p.Called.IP.IsValid() {
			give(signaling.SUACalledIP, 0)
		}
	}
	if p := m.MAP; p != nil {
		for i, n := range p.Nodes() {
			give(nodePositions[min(n.Role, gsmmap.NodeOther)], i)
		}
	}
	d := m.Diameter
	if m.IMSI.Len() != 0 {
		pos := signaling.MAPIMSI
		if d != nil {
			pos = signaling.DiameterUserName
		}
		f(pos, 0, m.IMSI.AppendTo(nil))
	}
	if d == nil {
		return
	}
	for _, pos := range []signaling.Position{
		signaling.DiameterOriginHost, signaling.DiameterOriginRealm, signaling.DiameterDestinationHost, signaling.DiameterDestinationRealm,
	} {
		give(pos, 0)
	}
	for i := range d.RouteRecords() {
		give(signaling.DiameterRouteRecord, i)
	}
	for i := range d.ProxyHosts() {
		give(signaling.DiameterProxyHost, i)
	}
	give(signaling.DiameterSCAddress, 0)
	for i, n := range d.Nodes() {
		give(diameterPositions[min(n.Role, diameter.NodeOther)], i)
	}
	give(signaling.DiameterDESSSigner, 0)
	if !d.VisitedPLMN.IsZero() {
		give(signaling.DiameterVisitedPLMN, 0)
	}
}

// eachEnd calls f for each name and address of the ends of a link that markLink looks
// up.
func (e *Engine) eachEnd(l *signaling.Link, f func(pos signaling.Position, end uint8, value string)) {
	addresses := func(list []netip.Addr) (s string) {
		for i, a := range list {
			if i > 0 {
				s += ", "
			}
			s += a.Unmap().String()
		}
		return s
	}
	for end := range l.Ends {
		n := &l.Ends[end]
		if len(n.Addrs) > 0 {
			f(signaling.LinkPeerIP, uint8(end), addresses(n.Addrs))
		}
		if n.Host != "" || n.Realm != "" {
			name := n.Host
			if n.Realm != "" {
				name += " of " + n.Realm
			}
			f(signaling.DiameterPeer, uint8(end), name)
		}
	}
	s := l.Security
	if s == nil {
		return
	}
	if s.ServerName != "" {
		f(signaling.TLSServerName, s.Server, s.ServerName)
	}
	for end := range s.Certificates {
		if c := &s.Certificates[end]; c.Subject != "" {
			f(signaling.TLSCertificateName, uint8(end), c.Subject)
		}
	}
}
