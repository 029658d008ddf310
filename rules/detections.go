package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"sigtransit/pkg/numbering"
	"sigtransit/pkg/signaling"
)

// Step is one step of a severity ladder: the first step whose conditions all fit
// decides.
type Step struct {
	Severity signaling.Severity
	// Reason is the conditions as text.
	Reason string
	At     Place

	evidence, confidence, kind, class set
	returned                          signaling.Disclosure // one of; 0: not asked
	nothing                           bool                 // returned nothing fits too
	refused                           int8                 // 1: must be, -1: must not be, 0: not asked
}

// facts is what a ladder is climbed with.
type facts struct {
	evidence   signaling.Evidence
	confidence signaling.Confidence
	kind       signaling.Kind
	class      signaling.Class
	returned   signaling.Disclosure
	refused    bool
	unread     bool // part of the message could not be read
}

func (s *Step) fit(f *facts) bool {
	return s.evidence.has(uint8(f.evidence)) && s.confidence.has(uint8(f.confidence)) && s.kind.has(uint8(f.kind)) && s.class.has(uint8(f.class)) &&
		(s.returned == 0 && !s.nothing || s.returned&f.returned != 0 || s.nothing && f.returned == 0 && !f.unread) && (s.refused == 0 || (s.refused > 0) == f.refused)
}

// Ladder is how the severity of a finding is decided: the first step that fits,
// else Detection.Severity. The slice must not be changed.
func (d *Detection) Ladder() []Step { return d.ladder }

// Classes are the classes of messages that the rule looks at.
func (d *Detection) Classes() []signaling.Class {
	return members(d.selectors.class, signaling.NumClasses)
}

// Evidence is the evidence that the rule fires for.
func (d *Detection) Evidence() []signaling.Evidence {
	return members(d.selectors.evidence, signaling.NumEvidence)
}

func members[T ~uint8](s set, end T) (out []T) {
	for i := T(0); i < end; i++ {
		if s.has(uint8(i)) {
			out = append(out, i)
		}
	}
	return out
}

// severity is the severity of a finding and the step that says so, nil for none.
func (d *Detection) severity(f *facts) (signaling.Severity, string) {
	for i := range d.ladder {
		if s := &d.ladder[i]; s.fit(f) {
			return s.Severity, s.Reason
		}
	}
	return d.Severity, ""
}

// ruleEntry is a detection while files are merged.
type ruleEntry struct {
	rule   *Detection
	userAt string
	// operations by name, and where the carriers were named, are looked up when
	// everything is read.
	carriers map[string]Problem
	partners map[string]Place
}

func (f *file) detectionFile() {
	inFile := map[string]*token.Token{}
	f.lists("detection file", "detections", func(n ast.Node) { f.detection(n, inFile) })
}

func (f *file) detection(n ast.Node, inFile map[string]*token.Token) {
	if f.ruleIDs == nil {
		f.ruleIDs = map[string]*ruleEntry{}
	}
	// The id decides what the other fields change: it is read first.
	var id string
	var idAt *token.Token
	if m, ok := n.(*ast.MappingNode); ok {
		for _, v := range m.Values {
			if v.Key.GetToken().Value == "id" {
				idAt = place(v.Value)
				id, _ = f.text(v.Value, "id")
			}
		}
	}
	old := f.ruleIDs[id]
	e := &ruleEntry{rule: &Detection{ID: id, Rev: 1, Severity: signaling.SeverityMedium, Builtin: f.builtin, selectors: anything()}}
	if old != nil {
		copied := *old
		rule := *old.rule
		copied.rule = &rule
		e = &copied
	}
	d := e.rule
	titled := old != nil
	var enabled *bool
	var modeAt *token.Token
	if !f.mapping(n, "detection",
		field{"id", func(ast.Node, string) {
			if id != "" && !validID(id) {
				f.at(idAt, "id: %q, want lower-case letters, digits and hyphens, at most 63, for example \"location-in-clear\"", id)
			}
		}},
		uintField(f, "rev", 1<<31-1, &d.Rev),
		field{"title", func(v ast.Node, k string) { d.Title, titled = f.text(v, k) }},
		f.textField("description", &d.Description),
		f.textField("category", &d.Category),
		field{"mode", func(v ast.Node, k string) {
			modeAt = place(v)
			word(f, v, k, signaling.Names(numModes), parseMode, &d.Mode)
		}},
		field{"enabled", func(v ast.Node, k string) {
			enabled = new(bool)
			f.bool(v, k, enabled)
		}},
		f.severityField(&d.Severity),
		field{"match", func(v ast.Node, _ string) {
			d.selectors = anything()
			d.Match = nil
			e.carriers, e.partners = nil, nil
			f.match(v, e)
		}},
		field{"condition", func(v ast.Node, k string) { d.condition = f.condition(v, k) }},
		field{"adjust", func(v ast.Node, k string) {
			d.ladder = nil
			f.items(v, k, func(n ast.Node) { d.ladder = append(d.ladder, f.step(n)) })
		}},
		f.textsField("references", &d.References),
	) {
		return
	}
	if enabled != nil {
		switch {
		case modeAt == nil && *enabled:
			d.Mode = ModeActive
		case modeAt == nil:
			d.Mode = ModeOff
		case *enabled != (d.Mode != ModeOff):
			f.at(modeAt, "mode: %v and enabled: %t contradict each other, want one of them", d.Mode, *enabled)
		}
	}
	d.Enabled = d.Mode != ModeOff
	d.selectors.compile()
	switch first := inFile[id]; {
	case idAt == nil:
		f.at(place(n), "detection: no \"id\"")
		return
	case id == "":
		return // said already
	case first != nil:
		f.at(idAt, "id: detection %q stands in this file already, in line %d", id, first.Position.Line)
		return
	case old != nil && (f.builtin || old.userAt != ""):
		f.at(idAt, "id: detection %q stands in %s already", id, old.userAt)
		return
	case !titled:
		if like := nearest(id, f.ruleNames()); like != "" && !f.builtin {
			f.at(idAt, "id: there is no detection %q to change; the nearest is %q, and one of your own wants a \"title\"", id, like)
		} else {
			f.at(idAt, "detection: %q has no \"title\"", id)
		}
	}
	inFile[id] = idAt
	if old == nil {
		d.At = f.placeOf(idAt)
	} else {
		d.Changed = f.placeOf(idAt)
	}
	if !f.builtin {
		e.userAt = fmt.Sprintf("%s:%d", f.name, idAt.Position.Line)
	}
	if old != nil {
		*old = *e
		return
	}
	f.ruleIDs[id] = e
	f.rules = append(f.rules, e)
}

func (f *file) match(n ast.Node, e *ruleEntry) {
	s := &e.rule.selectors
	var flowAt, aboutAt, evidenceAt, pathAt *token.Token
	f.mapping(n, "match", noting(&e.rule.Match,
		setField(f, "protocol", signaling.NumProtocols, &s.protocol),
		setField(f, "class", signaling.NumClasses, &s.class),
		setField(f, "kind", signaling.NumKinds, &s.kind),
		field{"operation", func(v ast.Node, k string) {
			s.operations = make([]uint64, signaling.NumOperations()/64+1)
			f.each(v, k, func(name string, at *token.Token) {
				ops := signaling.LookupOperations(name)
				if len(ops) == 0 {
					f.at(at, "operation: %q is not in the catalogue, want names as the standards write them, for example updateLocation, ULR or SWx/MAR", name)
				}
				for _, op := range ops {
					s.operations[op>>6] |= 1 << (op & 63)
				}
			})
		}},
		field{"evidence", func(v ast.Node, k string) {
			evidenceAt = place(v)
			s.evidence = words(f, v, k, signaling.NumEvidence)
		}},
		setField(f, "confidence", signaling.NumConfidences, &s.confidence),
		setField(f, "protection", signaling.NumProtections, &s.protection),
		setField(f, "direction", signaling.NumDirections, &s.direction),
		setField(f, "subscriber", signaling.NumWhose, &s.subscriber),
		setField(f, "service", signaling.NumServices, &s.service),
		setField(f, "role", signaling.NumRoles, &s.role),
		setField(f, "position", signaling.NumPositions, &s.position),
		field{"partner", func(v ast.Node, k string) { s.partners = f.partners(v, k, e) }},
		field{"country", func(v ast.Node, k string) { s.countries = f.countries(v, k) }},
		setField(f, "contradicts", numContradictions, &s.contradicts),
		field{"about", func(v ast.Node, k string) {
			aboutAt = place(v)
			word(f, v, k, signaling.Names(aboutLink), parseAbout, &s.about)
		}},
		field{"flow", func(v ast.Node, k string) {
			s.flow = words(f, v, k, numFlowStates)
			flowAt = place(v)
		}},
		field{"path", func(v ast.Node, _ string) {
			pathAt = place(v)
			s.path, s.about = f.path(v), aboutPath
		}},
		field{"carrier", func(v ast.Node, k string) {
			s.carriers, e.carriers = map[string]bool{}, map[string]Problem{}
			f.each(v, k, func(name string, at *token.Token) {
				s.carriers[name] = true
				e.carriers[name] = Problem{File: f.name, Line: at.Position.Line, Column: at.Position.Column}
			})
		}},
	)...)
	ofMessage := s.protocol != all || s.kind != all || s.class != all || s.operations != nil || s.direction != all || s.subscriber != all ||
		s.service != all || s.partners != nil || s.countries != nil || s.contradicts != 0
	ofCarrier := s.carriers != nil || evidenceAt != nil || s.confidence != all || s.role != all || s.position != all
	switch {
	case pathAt != nil && (flowAt != nil || aboutAt != nil):
		f.at(pathAt, "path: a rule about paths has no \"flow\" and no \"about\"")
	case pathAt != nil:
		f.checkPath(pathAt, s)
	case flowAt != nil && aboutAt != nil:
		f.at(aboutAt, "about: a rule with \"flow\" is about links")
	case flowAt != nil && ofMessage:
		f.at(flowAt, "flow: a rule about links has no protocol, class, kind, operation, direction, subscriber, service, partner, country or contradicts: those are of messages")
	case flowAt != nil:
		s.about = aboutLink
	case s.about == aboutMessage && ofCarrier:
		f.at(aboutAt, "about: a rule about messages has no carrier, evidence, confidence, role or position: those are of carriers")
	}
}

// partners reads ids of partners; whether there are such is known when everything is
// read.
func (f *file) partners(n ast.Node, key string, e *ruleEntry) map[string]bool {
	ids := map[string]bool{}
	e.partners = map[string]Place{}
	f.each(n, key, func(id string, at *token.Token) {
		ids[id] = true
		e.partners[id] = f.placeOf(at)
	})
	return ids
}

// countries reads ISO 3166-1 codes.
func (f *file) countries(n ast.Node, key string) map[string]bool {
	codes := map[string]bool{}
	f.each(n, key, func(code string, at *token.Token) {
		if len(code) != 2 || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
			f.at(at, "%s: %q, want two capital letters as ISO 3166-1 has them, for example DE", key, code)
		} else if _, ok := numbering.Country(code); !ok {
			f.at(at, "%s: %q is the code of no country, want one of ISO 3166-1, for example GB", key, code)
		}
		codes[code] = true
	})
	return codes
}

func parseAbout(s string) (about, bool) {
	for a := range aboutLink {
		if a.String() == s {
			return a, true
		}
	}
	return 0, false
}

// noting makes fields keep the words that they read.
func noting(to *[]Criterion, fields ...field) []field {
	for i := range fields {
		read := fields[i].read
		fields[i].read = func(v ast.Node, key string) {
			read(v, key)
			*to = append(*to, Criterion{key, quiet(v)})
		}
	}
	return fields
}

// each is texts with the place of each.
func (f *file) each(n ast.Node, what string, do func(string, *token.Token)) {
	one := func(n ast.Node) {
		if s, ok := f.text(n, what); ok {
			do(s, place(n))
		}
	}
	if _, ok := n.(*ast.SequenceNode); ok {
		f.items(n, what, one)
		return
	}
	one(n)
}

// words reads a list of members of a closed set.
func words[T interface {
	~uint8
	String() string
}](f *file, n ast.Node, what string, end T) set {
	var out set
	names := signaling.Names(end)
	f.each(n, what, func(s string, at *token.Token) {
		for i, name := range names {
			if name == s {
				out |= 1 << i
				return
			}
		}
		f.at(at, "%s: %q, want one of %s", what, s, strings.Join(names, ", "))
	})
	return out
}

// setField is a field for a list of members of a closed set.
func setField[T interface {
	~uint8
	String() string
}](f *file, key string, end T, to *set) field {
	return field{key, func(v ast.Node, key string) { *to = words(f, v, key, end) }}
}

func (f *file) step(n ast.Node) Step {
	s := Step{evidence: all, confidence: all, kind: all, class: all, At: f.placeOf(place(n))}
	when, severity := false, false
	if !f.mapping(n, "adjust",
		field{"when", func(v ast.Node, _ string) {
			when = true
			f.when(v, &s)
		}},
		field{"severity", func(v ast.Node, k string) {
			severity = true
			f.severityField(&s.Severity).read(v, k)
		}},
	) {
		return s
	}
	if !when || !severity {
		f.at(place(n), "adjust: want both \"when\" and \"severity\"")
	}
	return s
}

func (f *file) when(n ast.Node, s *Step) {
	var reason []string
	// A condition gives its words to the reason as they stand in the file.
	quoting := func(c field) field {
		return field{c.key, func(v ast.Node, k string) {
			c.read(v, k)
			if _, ok := v.(*ast.SequenceNode); ok {
				reason = append(reason, k+": "+strings.Join(quiet(v), "|"))
			} else if len(quiet(v)) == 1 {
				reason = append(reason, k+": "+quiet(v)[0])
			}
		}}
	}
	f.mapping(n, "when",
		quoting(setField(f, "evidence", signaling.NumEvidence, &s.evidence)),
		quoting(setField(f, "confidence", signaling.NumConfidences, &s.confidence)),
		quoting(setField(f, "kind", signaling.NumKinds, &s.kind)),
		quoting(setField(f, "class", signaling.NumClasses, &s.class)),
		quoting(field{"returned", func(v ast.Node, k string) {
			f.each(v, k, func(name string, at *token.Token) {
				i := slices.Index(disclosures, name)
				switch {
				case name == nothing:
					s.nothing = true
				case i < 0:
					f.at(at, "returned: %q, want one of %s, %s", name, nothing, strings.Join(disclosures, ", "))
				default:
					s.returned |= 1 << i
				}
			})
		}}),
		field{"refused", func(v ast.Node, k string) {
			var b bool
			f.bool(v, k, &b)
			s.refused = -1
			if b {
				s.refused = 1
			}
			reason = append(reason, fmt.Sprintf("refused: %t", b))
		}},
	)
	s.Reason = strings.Join(reason, ", ")
}

// quiet is the scalars of a node whose faults were told already.
func quiet(n ast.Node) (out []string) {
	if m, ok := n.(*ast.MappingNode); ok { // of "path"
		for _, v := range m.Values {
			if s, ok := v.Value.(ast.ScalarNode); ok {
				out = append(out, fmt.Sprintf("%s: %v", v.Key.GetToken().Value, s.GetValue()))
			}
		}
		return out
	}
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		if s, ok := n.(*ast.StringNode); ok {
			out = append(out, s.Value)
		}
		return out
	}
	for _, v := range seq.Values {
		out = append(out, quiet(v)...)
	}
	return out
}

// nothing is the word for a message that carries none of the disclosures.
const nothing = "nothing"

// disclosures are the words of signaling.Disclosure by bit.
var disclosures = func() (names []string) {
	for i := 0; i < 32; i++ {
		w := signaling.Disclosure(1<<i).AppendNames(nil, 0)
		if len(w) == 0 {
			break
		}
		name, _, _ := strings.Cut(w[0], ":") // authentication_vectors:0
		names = append(names, name)
	}
	return names
}()

// checkDetections tests what only the merged whole can tell: that the carriers
// which rules name exist.
func (l *loader) checkDetections() {
	for _, e := range l.rules {
		for id, p := range e.carriers {
			if l.carrierIDs[id] == nil {
				p.Text = fmt.Sprintf("carrier: %q is on no watchlist; want one of %s", id, l.knownCarriers())
				l.problems.Add(p)
			}
		}
	}
}
