package rules

import (
	"net/netip"
	"slices"

	"sigtransit/pkg/signaling"
)

// flowState is a state of a link that a rule may be about.
type flowState uint8

const (
	flowNew flowState = iota
	flowProtected
	flowNegotiated
	flowDowngraded
	numFlowStates
)

var flowStateNames = [numFlowStates]string{signaling.FlowNew, signaling.FlowProtected, signaling.FlowNegotiated, signaling.FlowDowngraded}

func (s flowState) String() string { return flowStateNames[min(s, numFlowStates-1)] }

// flowStateOf is the state of an event; numFlowStates for one that no rule is about.
func flowStateOf(state string) flowState {
	for i, name := range flowStateNames {
		if name == state {
			return flowState(i)
		}
	}
	return numFlowStates
}

// EvaluateFlow looks for every carrier at the ends of a link whose life or
// protection changed, and hands each finding to emit: at most one for each link,
// carrier and rule. What emit is given is valid during the call only.
func (e *Engine) EvaluateFlow(f *signaling.FlowEvent, emit func(*Finding)) {
	e.numHits = 0
	e.touched, e.fresh, e.verdicts = e.touched[:0], e.fresh[:0], e.verdicts[:0]
	l := f.Link
	if l.MarksGeneration != e.set.Generation || l.MarksVersion != l.Version {
		e.markLink(l)
	}
	if l.NumMarks == 0 {
		return
	}
	e.noteMarks(l)
	e.fold(nil)
	e.noteLink(l)
	state := flowStateOf(f.State)
	if state == numFlowStates {
		return
	}
	m := &e.flowMessage
	*m = signaling.Message{Time: f.Time, Frame: f.Frame, Source: f.Source, Link: l, Protection: l.Protection, Class: signaling.ClassProtected}
	m.Src, m.Dst = firstAddr(&l.Ends[0]), firstAddr(&l.Ends[1])
	for _, d := range e.set.linkRules {
		s := &d.selectors
		if !s.flow.has(uint8(state)) || !s.protection.has(uint8(l.Protection)) {
			continue
		}
		for i := range e.tallies[:e.carrs] {
			t := &e.tallies[i]
			if !t.carrier.Watched || !s.carrier(e, t) || d.condition != nil && !e.holds(d, m, t) || !e.reportFlow(l, t.carrier, d) {
				continue
			}
			e.tell(m, d, t)
			e.finding.Flow = f
			e.finding.Severity, e.finding.Reason = d.severity(&facts{evidence: t.evidence, confidence: t.confidence, class: m.Class})
			e.hand(emit)
		}
	}
}

func firstAddr(n *signaling.End) netip.AddrPort {
	if len(n.Addrs) == 0 {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(n.Addrs[0], n.Port)
}

const maxFlowReports = 256

// reportFlow notes that a carrier and rule are reported for a link; false when they
// were before. The note holds the last maxFlowReports of the link: what was pushed out by
// others is reported again.
func (e *Engine) reportFlow(l *signaling.Link, c *Carrier, d *Detection) bool {
	h := uint64(e.set.Generation)<<32 ^ uint64(c.Index)<<16 ^ uint64(d.Index)
	tag := uint32(h*0x9e3779b97f4a7c15>>32) | 1
	for _, r := range l.Reported {
		if r == tag {
			return false
		}
	}
	if len(l.Reported) == maxFlowReports {
		l.Reported = slices.Delete(l.Reported, 0, 1)
	}
	l.Reported = append(l.Reported, tag)
	return true
}

// noteLink keeps with a link which carriers are adjacent by it. What the dialogue
// remembers is of the link of an earlier message.
func (e *Engine) noteLink(l *signaling.Link) {
next:
	for i := range e.tallies[:e.carrs] {
		t := &e.tallies[i]
		if t.evidence != signaling.EvidenceAdjacent || !t.carrier.Watched {
			continue
		}
		n := uint16(t.carrier.Index)
		for _, have := range l.Carriers[:l.NumCarriers] {
			if have == n {
				continue next
			}
		}
		if int(l.NumCarriers) < len(l.Carriers) && e.adjacentHere(t.carrier) {
			l.Carriers[l.NumCarriers] = n
			l.NumCarriers++
			e.fresh = append(e.fresh, t.carrier)
		}
	}
}

// adjacentHere reports that the message at hand, or its link, shows a carrier to be
// adjacent.
func (e *Engine) adjacentHere(c *Carrier) bool {
	for i := range e.hits[:e.numHits] {
		h := &e.hits[i]
		if id := e.set.Identifiers[h.id]; !h.old && id.Carrier == c && evidence(id.Role, h.pos) == signaling.EvidenceAdjacent {
			return true
		}
	}
	return false
}

// Fresh are the carriers that the last Evaluate or EvaluateFlow found to be adjacent
// by its link and none before did. The slice is reused by the next call.
func (e *Engine) Fresh() []*Carrier { return e.fresh }

// LinkCarriers calls f for the carriers that were found to be adjacent by a link.
func (e *Engine) LinkCarriers(l *signaling.Link, f func(*Carrier)) {
	if l.MarksGeneration != e.set.Generation {
		return
	}
	for _, i := range l.Carriers[:l.NumCarriers] {
		f(e.set.Carriers[i])
	}
}
