package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/numbering"
	"sigtransit/pkg/signaling"
)

// warn notes what is allowed in the files and hardly meant: what can never apply,
// because something before it covers it, and what contradicts something else. Each
// names both places.
func (l *loader) warn(s *Set, opts Options) {
	now := opts.Now
	if now == nil {
		now = time.Now
	}
	w := &warner{Set: s, now: now().UnixNano()}
	for _, d := range s.Detections {
		if d.Mode != ModeOff {
			w.steps(d)
			w.operations(d)
			w.constant(d)
		}
	}
	for _, x := range s.Exceptions {
		w.exception(x)
	}
	w.identifiers()
	w.links(opts.Links)
	for _, e := range l.rules {
		if e.rule.Mode != ModeOff {
			w.partners(e.partners)
		}
	}
	for _, x := range l.exceptions {
		w.partners(x.partnersAt)
	}
	slices.SortStableFunc(s.Warnings, func(a, b Problem) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

type warner struct {
	*Set
	now int64
}

func (w *warner) at(p Place, format string, args ...any) {
	if len(w.Warnings) < maxProblems {
		w.Warnings = append(w.Warnings, Problem{p.File, p.Line, p.Column, fmt.Sprintf(format, args...)})
	}
}

// within reports that all members of a set, of those below end, are in another one.
func within[T ~uint8](s, in set, end T) bool { return s&^in&(1<<end-1) == 0 }

// covers reports that a step fits wherever another one does, of what the rule is about.
func (s *Step) covers(o *Step, d *Selectors) bool {
	kind := o.kind
	if d.about == aboutCarrier || d.about == aboutMessage {
		kind &= d.kind
	}
	switch {
	case !within(o.evidence&d.evidence, s.evidence, signaling.NumEvidence), !within(o.confidence&d.confidence, s.confidence, signaling.NumConfidences),
		!within(kind, s.kind, signaling.NumKinds), !within(o.class&d.class, s.class, signaling.NumClasses):
		return false
	case s.refused != 0 && s.refused != o.refused:
		return false
	}
	if s.returned == 0 && !s.nothing {
		return true
	}
	return (o.returned != 0 || o.nothing) && o.returned&^s.returned == 0 && (s.nothing || !o.nothing)
}

// steps looks for steps of a ladder that never decide.
func (w *warner) steps(d *Detection) {
	sel := d.selectors
	if sel.about == aboutMessage {
		sel.evidence = all // of whoever carries it
	}
next:
	for j := range d.ladder {
		step := &d.ladder[j]
		for i := range d.ladder[:j] {
			if first := &d.ladder[i]; first.covers(step, &sel) {
				w.at(step.At, "adjust: this step of %q never decides: the one in %v (%s) fits wherever it does", d.ID, first.At, cmp.Or(first.Reason, "always"))
				continue next
			}
		}
		for _, x := range []struct {
			name string
			left set
		}{
			{"evidence", step.evidence & sel.evidence & (1<<signaling.NumEvidence - 1)},
			{"confidence", step.confidence & sel.confidence & (1<<signaling.NumConfidences - 1)},
			{"kind", step.kind & sel.kind & (1<<signaling.NumKinds - 1)},
			{"class", step.class & sel.class & (1<<signaling.NumClasses - 1)},
		} {
			if x.left == 0 {
				w.at(step.At, "adjust: this step never decides: its %s is none that %q, in %v, is about", x.name, d.ID, d.At)
				break
			}
		}
	}
}

// operations looks for rules none of whose operations is of the classes and protocols
// they ask for.
func (w *warner) operations(d *Detection) {
	s := &d.selectors
	if s.operations == nil || s.class.has(uint8(signaling.ClassProtected)) {
		return
	}
	for op := range signaling.Operation(signaling.NumOperations()) {
		if info := op.Info(); s.operation(op) && s.class.has(uint8(info.Class)) && s.protocol.has(uint8(info.Protocol)) {
			return
		}
	}
	w.at(d.At, "detection %q never fires: none of its operations is of its classes and protocols", d.ID)
}

// constant looks for a condition that is the same for every message.
func (w *warner) constant(d *Detection) {
	if d.condition == nil {
		return
	}
	switch is, holds := d.condition.constant(); {
	case is && holds:
		w.at(d.condition.at, "condition: asks nothing of a message and always holds: %q is the same without it", d.ID)
	case is:
		w.at(d.condition.at, "condition: asks nothing of a message and never holds: detection %q never fires; mode: off says so plainly", d.ID)
	}
}

// narrower reports that a selector of ids takes nothing that another one does not.
func narrower(a, b map[string]bool) bool {
	if b == nil {
		return true
	}
	if a == nil {
		return false
	}
	for id := range a {
		if !b[id] {
			return false
		}
	}
	return true
}

// exception looks for an exception that has ended, that an earlier one covers, and
// that covers a rule as a whole.
func (w *warner) exception(x *Exception) {
	day := x.Expires.Format(time.DateOnly)
	if x.end <= w.now {
		w.at(x.At, "exception %q of %s ended on %s: what it accepted is found again", x.ID, x.Owner, day)
		return
	}
	for _, o := range w.Exceptions[:x.Index] {
		if o.end >= x.end && narrower(x.partners, o.partners) && narrower(x.carriers, o.carriers) && narrower(x.rules, o.rules) &&
			within(x.class, o.class, signaling.NumClasses) && within(x.service, o.service, signaling.NumServices) {
			w.at(x.At, "exception %q never applies: %q in %v covers it", x.ID, o.ID, o.At)
			return
		}
	}
	w.needless(x)
	for _, d := range w.Detections {
		s := &d.selectors
		if d.Mode == ModeOff || !narrower(map[string]bool{d.ID: true}, x.rules) || !narrower(s.carriers, x.carriers) || !narrower(s.partners, x.partners) ||
			!within(s.class, x.class, signaling.NumClasses) || !within(s.service, x.service, signaling.NumServices) {
			continue
		}
		w.at(x.At, "exception %q covers all that detection %q, in %v, can find until %s; mode: off says so plainly", x.ID, d.ID, d.At, day)
	}
}

// needless looks for an exception that names rules, none of which finds anything of what
// it is about.
func (w *warner) needless(x *Exception) {
	if x.rules == nil {
		return
	}
	var never []string
	for _, d := range w.Detections {
		if !x.rules[d.ID] {
			continue
		}
		s := &d.selectors
		key := ""
		switch {
		case s.about != aboutLink && s.class&x.class&(1<<signaling.NumClasses-1) == 0:
			key = "class"
		case s.about != aboutLink && s.service&x.service&(1<<signaling.NumServices-1) == 0:
			key = "service"
		case apart(s.carriers, x.carriers):
			key = "carrier"
		case apart(s.partners, x.partners):
			key = "partner"
		default:
			return
		}
		never = append(never, fmt.Sprintf("%q, in %v, finds nothing of its %s", d.ID, d.At, key))
	}
	w.at(x.At, "exception %q never applies: %s", x.ID, strings.Join(never, "; "))
}

// apart reports that no id is taken by both of two selectors.
func apart(a, b map[string]bool) bool {
	if a == nil || b == nil {
		return false
	}
	for id := range a {
		if b[id] {
			return false
		}
	}
	return true
}

// partners looks for partners that no message can have, where the configuration has
// partners.
func (w *warner) partners(named map[string]Place) {
	if w.roaming == nil || w.roaming.NumParties() == 0 {
		return
	}
	for id, at := range named {
		nearest, alike := "", 0
		for n := uint32(1); n <= w.roaming.NumParties(); n++ {
			p := w.roaming.Party(n)
			if p.ID == id {
				alike = -1
				break
			}
			same := 0
			for same < min(len(id), len(p.ID)) && strings.EqualFold(id[:same+1], p.ID[:same+1]) {
				same++
			}
			if same > alike || nearest == "" {
				nearest, alike = p.ID, same
			}
		}
		if alike >= 0 && !numbering.Known(id) {
			w.at(at, "partner: %q is in no partner file and in no numbering data: nothing is ever its; the nearest id is %q", id, nearest)
		}
	}
}

// identifiers looks for values that two carriers claim for their own gear, both for
// certain.
func (w *warner) identifiers() {
	for _, group := range w.index.shared {
		var first *Identifier
		for _, i := range group {
			id := w.Identifiers[i]
			if id.Role != signaling.RoleTransit || id.Confidence != signaling.ConfidenceHigh || id.Status != StatusListed {
				continue
			}
			if first != nil && first.Carrier != id.Carrier {
				w.at(id.At, "%s: %q is %s's for certain here, and %s's in %v", id.Type, id.Value, id.Carrier.ID, first.Carrier.ID, first.At)
				break
			}
			first = id
		}
	}
}

// links looks for entries of the link inventory whose addresses and point codes are
// listed for another carrier.
func (w *warner) links(links []LinkCarrier) {
	for i := range links {
		l := &links[i]
		other := func(ref uint32, what string) bool {
			if ref == 0 {
				return false
			}
			for _, n := range w.index.at(ref) {
				if id := w.Identifiers[n]; id.Role != signaling.RoleTransit || id.Carrier.ID == l.Carrier {
					return false
				}
			}
			id := w.Identifiers[w.index.at(ref)[0]]
			w.at(l.At, "link %q: %s is %s's by %q in %v, not %s's", l.Name, what, id.Carrier.ID, id.Value, id.At, l.Carrier)
			return true
		}
		for _, p := range l.Peers {
			if p.IsSingleIP() && w.index.hasIPs && other(w.index.ip(p.Addr()), p.Addr().String()) {
				break
			}
		}
		for _, pc := range l.PointCodes {
			if ni := l.NetworkIndicator; ni != nil && other(w.index.codes.lookup(telecom.ITU, *ni, pc), "point code "+pc.String()) {
				break
			}
		}
	}
}
