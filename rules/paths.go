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

// PathKind is what a rule about paths looks for. All are about watched carriers, and
// about what was seen: evidence of address, hop or adjacent.
type PathKind uint8

// Kinds of rules about paths.
const (
	// PathFirstSeen: a partner's signaling comes over a carrier that it never came over.
	PathFirstSeen PathKind = iota
	// PathUndeclared: it comes over a carrier that the partner does not declare, though
	// it declares others for the service.
	PathUndeclared
	// PathDeclaredUnseen: a carrier that the partner declares as primary carries nothing
	// in a window in which other paths of it were seen.
	PathDeclaredUnseen
	// PathRouteMismatch: it comes over a carrier that the partner does not declare, and
	// none of those that it declares carries anything.
	PathRouteMismatch
	// PathBackupPrimary: a carrier declared as backup carries more than the primaries.
	PathBackupPrimary
	// PathShareShift: the share of a partner's class over a carrier grew by some points
	// from one window to the next.
	PathShareShift
	// PathVolume: messages of a class over a carrier in a window are more than a
	// threshold.
	PathVolume
	NumPathKinds
)

var pathKindNames = [NumPathKinds]string{"first_seen", "undeclared", "declared_unseen", "route_mismatch", "backup_primary", "share_shift", "volume"}

// Declares says that a kind holds what was seen against what the partner declares.
func (k PathKind) Declares() bool {
	switch k {
	case PathUndeclared, PathDeclaredUnseen, PathRouteMismatch, PathBackupPrimary:
		return true
	}
	return false
}

func (k PathKind) String() string { return pathKindNames[min(k, NumPathKinds-1)] }

// PathRule is what a rule about paths asks of a ledger.
type PathRule struct {
	Kind PathKind
	// Learning is how long a ledger is kept before something in it is new: first_seen.
	Learning time.Duration
	// Window is how much of the ledger is looked at, in whole hours.
	Window time.Duration
	// Minimum is the fewest messages that say something.
	Minimum uint64
	// Points is by how many parts of a hundred a share has to grow: share_shift.
	Points float64
	// Threshold is how many messages are too many: volume.
	Threshold uint64
}

// pathParameters says which kinds have a window, and what it is where a file does not
// say.
var pathParameters = [NumPathKinds]pathParameter{
	PathFirstSeen:      {minimum: 1, learning: 7 * 24 * time.Hour},
	PathUndeclared:     {minimum: 1},
	PathDeclaredUnseen: {window: 7 * 24 * time.Hour, minimum: 100},
	PathRouteMismatch:  {window: 24 * time.Hour, minimum: 10},
	PathBackupPrimary:  {window: 24 * time.Hour, minimum: 100},
	PathShareShift:     {window: 24 * time.Hour, minimum: 100, points: 20},
	PathVolume:         {window: time.Hour},
}

type pathParameter struct {
	window   time.Duration
	minimum  uint64
	learning time.Duration
	points   float64
}

// keys are the parameters of a kind.
func (d *pathParameter) keys(kind PathKind) (keys []string) {
	for _, x := range []struct {
		key  string
		ours bool
	}{{"learning", d.learning != 0}, {"window", d.window != 0}, {"minimum", d.minimum != 0}, {"points", d.points != 0}, {"threshold", kind == PathVolume}} {
		if x.ours {
			keys = append(keys, x.key)
		}
	}
	return keys
}

// Bounds of parameters.
const (
	maxPathWindow   = 31 * 24 * time.Hour
	maxPathLearning = 366 * 24 * time.Hour
	maxPathMessages = 1 << 40
)

// path reads what a rule about paths asks: one kind by name, or with its parameters.
func (f *file) path(n ast.Node) *PathRule {
	p := &PathRule{}
	kind := NumPathKinds
	named := func(v ast.Node, k string) {
		word(f, v, k, signaling.Names(NumPathKinds), parsePathKind, &kind)
		p.Kind = kind
	}
	given := map[string]*token.Token{}
	note := func(x field) field {
		return field{x.key, func(v ast.Node, k string) {
			given[k] = place(v)
			x.read(v, k)
		}}
	}
	m, ok := n.(*ast.MappingNode)
	if !ok {
		named(n, "path")
		m = nil
	} else {
		f.mapping(m, "path",
			field{"kind", named},
			note(f.hoursField("learning", maxPathLearning, &p.Learning)),
			note(f.hoursField("window", maxPathWindow, &p.Window)),
			note(uintField(f, "minimum", maxPathMessages, &p.Minimum)),
			note(uintField(f, "threshold", maxPathMessages, &p.Threshold)),
			note(field{"points", func(v ast.Node, k string) {
				var points int
				uintField(f, k, 100, &points).read(v, k)
				p.Points = float64(points)
			}}),
		)
	}
	if kind == NumPathKinds {
		if m != nil && len(given) == len(m.Values) {
			f.at(place(n), "path: no \"kind\", want one of %s", strings.Join(signaling.Names(NumPathKinds), ", "))
		}
		return p
	}
	d := &pathParameters[kind]
	keys := d.keys(kind)
	for _, x := range []struct {
		key string
		set func()
	}{
		{"learning", func() { p.Learning = d.learning }},
		{"window", func() { p.Window = d.window }},
		{"minimum", func() { p.Minimum = d.minimum }},
		{"points", func() { p.Points = d.points }},
		{"threshold", func() { f.at(place(n), "path: %v has no \"threshold\", want a number of messages", kind) }},
	} {
		switch at, ours := given[x.key], slices.Contains(keys, x.key); {
		case at != nil && !ours:
			f.at(at, "%s: is nothing that %v has; want some of %s", x.key, kind, strings.Join(keys, ", "))
		case at == nil && ours:
			x.set()
		}
	}
	return p
}

func parsePathKind(s string) (PathKind, bool) {
	for k, name := range pathKindNames {
		if name == s {
			return PathKind(k), true
		}
	}
	return 0, false
}

// hoursField is a field for a length of time of whole hours.
func (f *file) hoursField(key string, most time.Duration, to *time.Duration) field {
	return field{key, func(v ast.Node, k string) {
		s, ok := f.text(v, k)
		if !ok {
			return
		}
		d, err := time.ParseDuration(s)
		if err != nil || d < 0 || d > most || d%time.Hour != 0 {
			f.at(place(v), "%s: %q, want whole hours of at most %s, for example 24h", k, s, strings.TrimSuffix(most.String(), "0m0s"))
			return
		}
		*to = d
	}}
}

// checkPath tests what stands beside "path" in a match.
func (f *file) checkPath(at *token.Token, s *Selectors) {
	switch {
	case s.protocol != all || s.kind != all || s.operations != nil || s.subscriber != all || s.confidence != all || s.role != all || s.position != all || s.contradicts != 0:
		f.at(at, "path: a rule about paths has no protocol, kind, operation, subscriber, confidence, role, position or contradicts: the ledger adds them up")
	case s.path.Kind == PathFirstSeen || s.path.Kind == PathVolume || s.path.Kind == PathShareShift:
	case s.class != all || s.direction != all:
		f.at(at, "path: %v compares services with declarations: it has no class or direction", s.path.Kind)
	}
	s.evidence &= seenEvidence
	if s.evidence == 0 {
		f.at(at, "path: want evidence of address, hop or adjacent: a path that was seen")
	}
}

// seenEvidence is evidence that a message went over a carrier.
const seenEvidence = set(1<<signaling.EvidenceAddress | 1<<signaling.EvidenceHop | 1<<signaling.EvidenceAdjacent)

// PathRules are the rules about paths that are in force.
func (s *Set) PathRules() []*Detection { return s.pathRules }

// Path is what a rule about paths asks; nil of all others.
func (d *Detection) Path() *PathRule { return d.selectors.path }

// PathFacts are what a rule about paths selects rows of a ledger by.
type PathFacts struct {
	Partner, Country string
	Service          signaling.Service
	Class            signaling.Class
	Direction        signaling.Direction
	Protection       signaling.Protection
}

// SelectsPath reports that a rule is about a row, whatever its carrier and evidence.
func (d *Detection) SelectsPath(x *PathFacts) bool {
	s := &d.selectors
	return s.class.has(uint8(x.Class)) && s.service.has(uint8(x.Service)) && s.direction.has(uint8(x.Direction)) && s.protection.has(uint8(x.Protection)) &&
		(s.partners == nil || s.partners[x.Partner]) && (s.countries == nil || s.countries[x.Country])
}

// SelectsCarrier reports that a rule is about a carrier.
func (d *Detection) SelectsCarrier(id string) bool {
	return d.selectors.carriers == nil || d.selectors.carriers[id]
}

// SelectsEvidence reports that a rule takes evidence for a path.
func (d *Detection) SelectsEvidence(e signaling.Evidence) bool {
	return d.selectors.evidence.has(uint8(e))
}

// PathSeverity is the severity of a finding about a path, and the step that says so.
func (d *Detection) PathSeverity(e signaling.Evidence, c signaling.Confidence, class signaling.Class) (signaling.Severity, string) {
	return d.severity(&facts{evidence: e, confidence: c, class: class})
}

// Path is what a finding about a path says: both sides of the evidence.
type Path struct {
	Kind                         PathKind
	Partner, PartnerName, Nation string // of none: ""
	Service                      signaling.Service
	Class                        signaling.Class // ClassOther with Classless: of all
	Classless                    bool
	// Excepted is the exception that takes the finding, Expired one that did until it
	// ended; nil: none.
	Excepted, Expired *Exception
	// From and To are the hours looked at, in seconds since the epoch; To is outside.
	From, To int64
	// Messages over the carrier, out of how many whose path was looked at; 0: does not
	// apply. First is when the first of them came, nanoseconds.
	Messages, Of uint64
	First        int64
	// Share and Was are parts of a hundred in this window and the one before.
	Share, Was float64
	Threshold  uint64
	// Declared is what the partner declares for the service, Observed what it was seen
	// over, most messages first.
	Declared []PathDeclaration
	Observed []PathObservation
}

// PathDeclaration is a carrier that a partner declares.
type PathDeclaration struct{ Carrier, Name, Use string }

// PathObservation is a carrier that a partner's signaling was seen over.
type PathObservation struct {
	Carrier  string
	Messages uint64
	Evidence signaling.Evidence
}

// Text is the finding in a sentence.
func (p *Path) Text(carrier string) string {
	who := p.Partner
	if p.PartnerName != "" {
		who = p.PartnerName
	}
	switch p.Kind {
	case PathFirstSeen:
		return fmt.Sprintf("signaling with %s comes over %s for the first time", who, carrier)
	case PathUndeclared:
		text := fmt.Sprintf("signaling with %s comes over %s, which it does not declare for %v", who, carrier, p.Service)
		if slices.ContainsFunc(p.Declared, func(d PathDeclaration) bool { return d.Carrier == "" }) {
			text += ", unless by a name that is on no list"
		}
		return text
	case PathDeclaredUnseen:
		return fmt.Sprintf("%s declares %s for %v, and none of %d messages came over it", who, carrier, p.Service, p.Of)
	case PathRouteMismatch:
		return fmt.Sprintf("signaling with %s comes over %s and over none of the carriers that it declares for %v", who, carrier, p.Service)
	case PathBackupPrimary:
		return fmt.Sprintf("%s declares %s as backup for %v, and it carries more than the primary", who, carrier, p.Service)
	case PathShareShift:
		return fmt.Sprintf("of %v signaling with %s, %s carries %.1f %%, up from %.1f %%", p.Class, who, carrier, p.Share, p.Was)
	}
	return fmt.Sprintf("%d %v messages over %s, more than %d", p.Messages, p.Class, carrier, p.Threshold)
}
