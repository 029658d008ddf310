package rules

import (
	"math/bits"

	"sigtransit/pkg/signaling"
)

// path finds out which carriers are on the path of a message, and reports that one of
// them is watched.
func (e *Engine) path(m *signaling.Message) bool {
	e.noteMarks(m.Link)
	if e.set.inventory.label {
		e.label(m)
	}
	e.fold(e.set.declaredOf(m))
	e.noteLink(m.Link)
	for i := range e.tallies[:e.carrs] {
		if e.tallies[i].carrier.Watched {
			return true
		}
	}
	return false
}

// judge runs the rules about carriers.
func (e *Engine) judge(m *signaling.Message, emit func(*Finding)) {
	tr, who := traitsOf(m), e.who(m)
	for _, d := range e.set.carrierRules[m.Class].at(m.Operation) {
		s := &d.selectors
		if tr&^s.traits != 0 || !who.takes(s) || !s.sender(e, m) {
			continue
		}
		for i := range e.tallies[:e.carrs] {
			if t := &e.tallies[i]; t.carrier.Watched && s.carrier(e, t) {
				e.fire(m, d, t, emit)
			}
		}
	}
}

// nobody stands in the place of a carrier in findings about messages that no watched
// carrier is known to carry.
var nobody = &Carrier{Index: -1, Watched: true}

// judgeMessage runs some rules about messages, those of them that the partner and the
// direction fit. A finding names the watched carrier
// with the best evidence of transit, if there is one.
func (e *Engine) judgeMessage(m *signaling.Message, rules ruleBits, emit func(*Finding)) {
	who := e.who(m)[:len(rules)]
	toward := e.set.toward[min(m.Roaming.Direction, signaling.NumDirections-1)][:len(rules)]
	for w, word := range rules {
		for word &= who[w] & toward[w]; word != 0; word &= word - 1 {
			d := e.set.choosy[w<<6+bits.TrailingZeros64(word)]
			if traitsOf(m)&^d.selectors.traits == 0 && d.selectors.sender(e, m) {
				e.fire(m, d, e.best(), emit)
			}
		}
	}
}

// best is the watched carrier with the best evidence of transit; nobody where there is
// none.
func (e *Engine) best() *tally {
	best := &e.alone
	for i := range e.tallies[:e.carrs] {
		if t := &e.tallies[i]; t.carrier.Watched && transitEvidence.has(uint8(t.evidence)) && t.evidence > best.evidence {
			best = t
		}
	}
	return best
}

// fire makes a finding of a rule all of whose selectors fit.
func (e *Engine) fire(m *signaling.Message, d *Detection, t *tally, emit func(*Finding)) {
	if d.condition != nil && !e.holds(d, m, t) {
		return
	}
	who := t.carrier
	if d.selectors.about == aboutMessage {
		who = nobody // the second sight of a message may tell the carrier
	}
	if m.Memory != nil && !e.set.reported.first(m, who, d) {
		return
	}
	f := &e.facts
	if !e.factual {
		*f = facts{kind: m.Kind, class: m.Class, refused: Refused(m), unread: !m.ReadWhole()}
		f.returned, _ = m.Disclosed()
		e.factual = true
	}
	f.evidence, f.confidence = t.evidence, t.confidence
	e.tell(m, d, t)
	e.finding.Severity, e.finding.Reason = d.severity(f)
	if e.finding.Reason == "" && d.selectors.contradicts != 0 {
		e.finding.Reason = contradictionReasons[e.contradicts(m)&d.selectors.contradicts]
	}
	e.hand(emit)
}

// hand gives the finding to whom it belongs.
func (e *Engine) hand(emit func(*Finding)) {
	d := e.finding.Rule
	if e.set.Exceptions != nil && e.excepted() {
		return
	}
	if d.Mode == ModeTest {
		e.tested[d.Index]++
		if e.Aside.Tested != nil {
			e.Aside.Tested(&e.finding)
		}
		return
	}
	e.counts[d.Index]++
	emit(&e.finding)
}

// Refused reports that m says no: an error, a reject, an abort, or a Diameter
// answer with the error bit or a result of 3000 or more (RFC 6733 7.1: protocol
// errors, transient and permanent failures).
func Refused(m *signaling.Message) bool {
	switch m.Kind {
	case signaling.KindError, signaling.KindReject, signaling.KindAbort:
		return true
	case signaling.KindAnswer:
		return m.Diameter != nil && (m.Diameter.IsError() || m.Diameter.ResultCode >= 3000)
	}
	return false
}
