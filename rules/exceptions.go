package rules

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"sigtransit/pkg/signaling"
)

// Exception is a risk that somebody accepted for a time: findings that fit it are
// counted and not reported, until it expires. What it does not name fits; it names
// something.
type Exception struct {
	ID     string
	Owner  string // who answers for it
	Reason string
	Ticket string
	// Expires is the last day, UTC. By the time of the message, so that a replay judges
	// as was judged then.
	Expires time.Time
	// Index is the place in Set.Exceptions.
	Index int
	At    Place // of its id

	partners, carriers, rules map[string]bool // nil: any
	class, service            set
	end                       int64 // first moment after Expires, nanoseconds since the epoch
}

// covers tests a finding. One about a path that is of all classes, or of all services, is
// not covered by an exception of some.
func (x *Exception) covers(s *Set, f *Finding) bool {
	if x.rules != nil && !x.rules[f.Rule.ID] || x.carriers != nil && !x.carriers[f.Carrier.ID] {
		return false
	}
	if p := f.Path; p != nil {
		return (x.class == all || !p.Classless && x.class.has(uint8(p.Class))) && (x.service == all || x.service.has(uint8(p.Service))) &&
			(x.partners == nil || x.partners[p.Partner])
	}
	m := f.Message
	if !x.class.has(uint8(m.Class)) || x.service != all && !x.service.has(uint8(m.Service())) {
		return false
	}
	if x.partners == nil {
		return true
	}
	id, _ := s.partnerOf(m)
	return x.partners[id]
}

// Excepted is the exception in force that covers a finding, else one that has expired.
func (s *Set) Excepted(f *Finding) (in, late *Exception) {
	for _, x := range s.Exceptions {
		if !x.covers(s, f) {
			continue
		}
		if f.Message.Time < x.end {
			return x, nil
		}
		if late == nil {
			late = x
		}
	}
	return nil, late
}

// AcceptsUndeclared reports that an exception in force at a time (nanoseconds since the
// epoch) accepts messages of a partner over a carrier that it does not declare. One that
// names rules accepts them if a rule about such paths is among them.
func (s *Set) AcceptsUndeclared(partner, carrier string, service signaling.Service, class signaling.Class, at int64) bool {
	return slices.ContainsFunc(s.Exceptions, func(x *Exception) bool {
		return at < x.end && (x.carriers == nil || x.carriers[carrier]) && (x.partners == nil || x.partners[partner]) &&
			x.service.has(uint8(service)) && x.class.has(uint8(class)) &&
			(x.rules == nil || slices.ContainsFunc(s.Detections, func(d *Detection) bool {
				return x.rules[d.ID] && d.Path() != nil && d.Path().Kind == PathUndeclared
			}))
	})
}

// excepted reports that an exception covers the finding at hand and takes it. One that
// has expired takes nothing and is told.
func (e *Engine) excepted() bool {
	f := &e.finding
	in, late := e.set.Excepted(f)
	if f.Rule.Mode == ModeActive {
		if in != nil && e.Aside.Excepted != nil {
			e.Aside.Excepted(f, in)
		}
		if late != nil && e.Aside.Expired != nil {
			e.Aside.Expired(f, late)
		}
	}
	return in != nil
}

// exceptionFile reads one file of exceptions.
func (f *file) exceptionFile() {
	f.lists("exception file", "exceptions", f.exception)
}

// exceptionEntry is an exception with what can be checked when everything is read.
type exceptionEntry struct {
	*Exception
	carriersAt, rulesAt, partnersAt map[string]Place
}

func (f *file) exception(n ast.Node) {
	x := &exceptionEntry{Exception: &Exception{class: all, service: all}}
	var idAt *token.Token
	before := f.problems.count()
	ids := func(key string, to *map[string]bool, at *map[string]Place) field {
		return field{key, func(v ast.Node, k string) {
			*to, *at = map[string]bool{}, map[string]Place{}
			f.each(v, k, func(id string, t *token.Token) { (*to)[id], (*at)[id] = true, f.placeOf(t) })
		}}
	}
	if !f.mapping(n, "exception",
		field{"id", func(v ast.Node, k string) {
			idAt = place(v)
			if x.ID, _ = f.text(v, k); x.ID != "" && !validID(x.ID) {
				f.at(idAt, "id: %q, want lower-case letters, digits and hyphens, at most 63, for example \"partner-over-carrier\"", x.ID)
			}
		}},
		ids("partner", &x.partners, &x.partnersAt),
		ids("carrier", &x.carriers, &x.carriersAt),
		ids("rule", &x.rules, &x.rulesAt),
		setField(f, "class", signaling.NumClasses, &x.class),
		setField(f, "service", signaling.NumServices, &x.service),
		f.textField("owner", &x.Owner),
		f.textField("reason", &x.Reason),
		f.textField("ticket", &x.Ticket),
		field{"expires", func(v ast.Node, k string) {
			s, ok := f.text(v, k)
			if !ok {
				return
			}
			day, err := time.Parse(time.DateOnly, s)
			if err != nil || day.Year() < 1971 || day.Year() > 2200 {
				f.at(place(v), "%s: %q, want the last day as YEAR-MONTH-DAY, from 1971 to 2200, for example 2027-03-31", k, s)
				return
			}
			x.Expires, x.end = day, day.AddDate(0, 0, 1).UnixNano()
		}},
	) || f.problems.count() != before {
		return
	}
	var lacks []string
	for _, need := range []struct {
		key  string
		have bool
	}{{"id", x.ID != ""}, {"owner", x.Owner != ""}, {"reason", x.Reason != ""}, {"expires", x.end != 0}} {
		if !need.have {
			lacks = append(lacks, need.key)
		}
	}
	switch {
	case lacks != nil:
		f.at(place(n), "exception: no %s; want all of id, owner, reason and expires: who accepts what, why and until when", strings.Join(lacks, ", "))
		return
	case x.partners == nil && x.carriers == nil && x.rules == nil && x.class == all && x.service == all:
		f.at(place(n), "exception: accepts everything; want at least one of partner, carrier, rule, class, service")
		return
	}
	x.At = f.placeOf(idAt)
	if i := slices.IndexFunc(f.exceptions, func(o *exceptionEntry) bool { return o.ID == x.ID }); i >= 0 {
		f.at(idAt, "id: exception %q stands in %v already", x.ID, f.exceptions[i].At)
		return
	}
	f.exceptions = append(f.exceptions, x)
}

// checkExceptions tests that what exceptions name exists.
func (l *loader) checkExceptions() {
	for _, x := range l.exceptions {
		for id, at := range x.carriersAt {
			if l.carrierIDs[id] == nil {
				l.problemAt(at, "carrier: %q is on no watchlist; want one of %s", id, l.knownCarriers())
			}
		}
		for id, at := range x.rulesAt {
			if l.ruleIDs[id] == nil {
				l.problemAt(at, "rule: there is no detection %q; want one of %s", id, l.knownRules())
			}
		}
	}
}

func (l *loader) problemAt(at Place, format string, args ...any) {
	l.problems.Add(Problem{at.File, at.Line, at.Column, fmt.Sprintf(format, args...)})
}

// knownRules lists the ids of detections for messages.
func (l *loader) knownRules() string { return shortList(l.ruleNames()) }

func (l *loader) ruleNames() []string {
	ids := make([]string, 0, len(l.rules))
	for _, e := range l.rules {
		ids = append(ids, e.rule.ID)
	}
	return ids
}

// shortList is a sorted list for messages, cut where it gets long.
func shortList(words []string) string {
	slices.Sort(words)
	const most = 30
	if n := len(words) - most; n > 0 {
		return strings.Join(words[:most], ", ") + fmt.Sprintf(" and %d more", n)
	}
	return strings.Join(words, ", ")
}
