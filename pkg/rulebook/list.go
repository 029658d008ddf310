package rulebook

import (
	"cmp"
	"slices"
	"time"

	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

// Parts of a listing.
const (
	Detections  = "detections"
	Carriers    = "carriers"
	Identifiers = "identifiers"
	Exceptions  = "exceptions"
)

// Parts are the parts that a listing can have, in the order they are written.
var Parts = []string{Detections, Carriers, Exceptions, Identifiers}

// Listing is what is in force, for people and, as JSON, for programs.
type Listing struct {
	Detections  []Detection  `json:"detections,omitempty"`
	Carriers    []Carrier    `json:"carriers,omitempty"`
	Exceptions  []Exception  `json:"exceptions,omitempty"`
	Identifiers []Identifier `json:"identifiers,omitempty"`
	// Warnings are what can never apply, with both places.
	Warnings []string `json:"warnings,omitempty"`
}

// Place is a place in a file, "builtin:" before those in the binary.
type Place struct {
	File string `json:"file"`
	Line int    `json:"line,omitempty"`
}

// placeOf is nil for nowhere.
func placeOf(p rules.Place) *Place {
	if p.IsZero() {
		return nil
	}
	return &Place{p.File, p.Line}
}

func (p *Place) String() string {
	if p == nil {
		return ""
	}
	return rules.Place{File: p.File, Line: p.Line}.String()
}

// Detection is a rule in a listing.
type Detection struct {
	ID         string      `json:"id"`
	Rev        int         `json:"rev"`
	Title      string      `json:"title"`
	Mode       string      `json:"mode"`
	Category   string      `json:"category,omitempty"`
	At         *Place      `json:"at"`
	Changed    *Place      `json:"changed_by,omitempty"`
	Match      []Criterion `json:"match"`
	Condition  string      `json:"condition,omitempty"`
	Ladder     []Step      `json:"adjust,omitempty"`
	Severity   string      `json:"severity"` // when no step fits
	References []string    `json:"references,omitempty"`
}

// Criterion is a key of a rule's match.
type Criterion struct {
	Key   string   `json:"key"`
	Words []string `json:"words"`
}

// Step is a step of a rule's severity ladder.
type Step struct {
	When     string `json:"when"`
	Severity string `json:"severity"`
}

// Carrier is a carrier in a listing, with the numbers of its identifiers.
type Carrier struct {
	ID            string   `json:"id"`
	Name          string   `json:"name"`
	Watched       bool     `json:"watched"`
	At            *Place   `json:"at"`
	Added         *Place   `json:"added_by,omitempty"`
	Replaced      *Place   `json:"replaces,omitempty"`
	Transit       int      `json:"transit"`
	GroupOperator int      `json:"group_operator"`
	Jurisdiction  int      `json:"jurisdiction"`
	Unused        int      `json:"not_looked_for"`
	Types         []string `json:"types,omitempty"` // of those that are looked for
}

// Exception is an exception in a listing.
type Exception struct {
	ID      string `json:"id"`
	Owner   string `json:"owner"`
	Reason  string `json:"reason"`
	Ticket  string `json:"ticket,omitempty"`
	Expires string `json:"expires"`
	Expired bool   `json:"expired"`
	At      *Place `json:"at"`
}

// Identifier is an identifier in a listing.
type Identifier struct {
	Carrier    string `json:"carrier"`
	Type       string `json:"type"`
	Value      string `json:"value"`
	NI         *uint8 `json:"network_indicator,omitempty"`
	Role       string `json:"role"`
	Confidence string `json:"confidence"`
	Status     string `json:"status"`
	Unused     string `json:"not_looked_for,omitempty"` // why
	Source     string `json:"source,omitempty"`
	At         *Place `json:"at"`
	Replaced   *Place `json:"replaces,omitempty"`
}

// List lists parts of a set; a carrier that is named limits carriers and identifiers
// to its own.
func List(s *rules.Set, parts []string, carrier string) *Listing {
	l := &Listing{}
	if slices.Contains(parts, Detections) {
		for _, d := range s.Detections {
			l.Detections = append(l.Detections, detection(d))
		}
		slices.SortStableFunc(l.Detections, func(a, b Detection) int { return cmp.Compare(rank(a.Mode), rank(b.Mode)) })
	}
	for _, c := range s.Carriers {
		if carrier != "" && c.ID != carrier {
			continue
		}
		if slices.Contains(parts, Carriers) {
			l.Carriers = append(l.Carriers, carrierOf(c))
		}
	}
	if slices.Contains(parts, Exceptions) {
		for _, x := range s.Exceptions {
			l.Exceptions = append(l.Exceptions, Exception{x.ID, x.Owner, x.Reason, x.Ticket, x.Expires.Format(time.DateOnly), time.Now().After(x.Expires.AddDate(0, 0, 1)), placeOf(x.At)})
		}
	}
	for _, w := range s.Warnings {
		l.Warnings = append(l.Warnings, w.String())
	}
	if slices.Contains(parts, Identifiers) {
		for _, id := range s.Identifiers {
			if carrier == "" || id.Carrier.ID == carrier {
				l.Identifiers = append(l.Identifiers, identifier(id))
			}
		}
	}
	return l
}

func detection(d *rules.Detection) Detection {
	out := Detection{
		ID: d.ID, Rev: d.Rev, Title: d.Title, Mode: d.Mode.String(), Category: d.Category, At: placeOf(d.At), Changed: placeOf(d.Changed),
		Severity: d.Severity.String(), References: d.References, Match: []Criterion{}, Condition: d.Condition(),
	}
	for _, c := range d.Match {
		out.Match = append(out.Match, Criterion(c))
	}
	for _, s := range d.Ladder() {
		out.Ladder = append(out.Ladder, Step{s.Reason, s.Severity.String()})
	}
	return out
}

// modes are how rules are in force, in the order that rules are listed.
var modes = []string{"active", "test", "off"}

func rank(mode string) int { return slices.Index(modes, mode) }

func carrierOf(c *rules.Carrier) Carrier {
	out := Carrier{ID: c.ID, Name: c.Name, Watched: c.Watched, At: placeOf(c.At), Added: placeOf(c.Added), Replaced: placeOf(c.Replaced)}
	for _, id := range c.Identifiers {
		switch {
		case id.Unused != "":
			out.Unused++
			continue
		case id.Role == signaling.RoleGroupOperator:
			out.GroupOperator++
		case id.Role == signaling.RoleJurisdiction:
			out.Jurisdiction++
		default:
			out.Transit++
		}
		if !slices.Contains(out.Types, id.Type) {
			out.Types = append(out.Types, id.Type)
		}
	}
	return out
}

func identifier(id *rules.Identifier) Identifier {
	out := Identifier{
		Carrier: id.Carrier.ID, Type: id.Type, Value: id.Value, Role: id.Role.String(), Confidence: id.Confidence.String(), Status: id.Status,
		Unused: id.Unused, Source: id.Source, At: placeOf(id.At), Replaced: placeOf(id.Replaced),
	}
	if id.Type == rules.TypePointCode {
		out.NI = &id.NetworkIndicator
	}
	return out
}
