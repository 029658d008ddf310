package rules

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"sigtransit/pkg/signaling"
)

const numClasses = int(signaling.NumClasses)

// set is a set of members of a closed list of words, as bits.
type set uint32

const all = ^set(0)

func (s set) has(i uint8) bool { return s>>(i&31)&1 != 0 }

// Selectors say which messages and which evidence a rule is about. All of them
// must fit; each is a list of which one member must.
type Selectors struct {
	protocol, kind, class, evidence, protection, confidence set

	operations []uint64 // bit set over signaling.Operation; nil: any
	carriers   map[string]bool
}

// transitEvidence is what a rule that names no evidence is about.
const transitEvidence = set(1<<signaling.EvidenceDeclared | 1<<signaling.EvidenceAddress | 1<<signaling.EvidenceHop | 1<<signaling.EvidenceAdjacent)

func anything() Selectors {
	return Selectors{protocol: all, kind: all, class: all, evidence: transitEvidence, protection: all, confidence: all}
}

func (s *Selectors) hasJurisdiction() bool {
	return s.evidence.has(uint8(signaling.EvidenceJurisdiction))
}

// fit tests a message against all but the evidence and the carrier.
func (s *Selectors) fit(m *signaling.Message) bool {
	return s.protocol.has(uint8(m.Protocol)) && s.kind.has(uint8(m.Kind)) && s.protection.has(uint8(m.Protection)) &&
		(s.operations == nil || s.operation(m.Operation))
}

func (s *Selectors) operation(op signaling.Operation) bool {
	return int(op>>6) < len(s.operations) && s.operations[op>>6]>>(op&63)&1 != 0
}

// Step is one step of a severity ladder: the first step whose conditions all fit
// decides.
type Step struct {
	Severity signaling.Severity
	// Reason is the conditions as text.
	Reason string

	evidence, confidence, kind, class set
	returned                          signaling.Disclosure // one of; 0: not asked
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
}

func (s *Step) fit(f *facts) bool {
	return s.evidence.has(uint8(f.evidence)) && s.confidence.has(uint8(f.confidence)) && s.kind.has(uint8(f.kind)) && s.class.has(uint8(f.class)) &&
		(s.returned == 0 || s.returned&f.returned != 0) && (s.refused == 0 || (s.refused > 0) == f.refused)
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
}

const detectionKeys = "id, rev, title, description, category, enabled, severity, match, adjust, references"

func (f *file) detectionFile() {
	inFile := map[string]*token.Token{}
	for _, doc := range f.documents() {
		var list ast.Node
		before := f.problems.count()
		ok := f.fields(doc, "detection file", "detections", func(k string, _ *token.Token, v ast.Node) bool {
			if k != "detections" {
				return false
			}
			list = v
			return true
		})
		switch {
		case list == nil && f.problems.count() != before:
		case ok && list == nil:
			f.at(place(doc), "detection file: no key \"detections\"")
		case ok:
			f.items(list, "detections", func(n ast.Node) { f.detection(n, inFile) })
		}
	}
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
	e := &ruleEntry{rule: &Detection{ID: id, Rev: 1, Enabled: true, Severity: signaling.SeverityMedium, Builtin: f.builtin, selectors: anything()}}
	if old != nil {
		copied := *old
		rule := *old.rule
		copied.rule = &rule
		e = &copied
	}
	d := e.rule
	titled := old != nil
	if !f.fields(n, "detection", detectionKeys, func(k string, _ *token.Token, v ast.Node) bool {
		switch k {
		case "id":
			if id != "" && !validID(id) {
				f.at(idAt, "id: %q, want lower-case letters, digits and hyphens, at most 63, for example \"location-in-clear\"", id)
			}
		case "rev":
			u, _ := f.uint(v, k, 1<<31-1)
			d.Rev = int(u)
		case "title":
			d.Title, titled = f.text(v, k)
		case "description":
			d.Description, _ = f.text(v, k)
		case "category":
			d.Category, _ = f.text(v, k)
		case "enabled":
			f.bool(v, k, &d.Enabled)
		case "severity":
			word(f, v, k, signaling.Names(signaling.NumSeverities), signaling.ParseSeverity, &d.Severity)
		case "match":
			d.selectors = anything()
			e.carriers = nil
			f.match(v, e)
		case "adjust":
			d.ladder = nil
			f.items(v, k, func(n ast.Node) { d.ladder = append(d.ladder, f.step(n)) })
		case "references":
			d.References = f.texts(v, k)
		default:
			return false
		}
		return true
	}) {
		return
	}
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
		f.at(idAt, "detection: %q has no \"title\"", id)
	}
	inFile[id] = idAt
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

const matchKeys = "protocol, class, kind, operation, evidence, confidence, protection, carrier"

func (f *file) match(n ast.Node, e *ruleEntry) {
	s := &e.rule.selectors
	f.fields(n, "match", matchKeys, func(k string, _ *token.Token, v ast.Node) bool {
		switch k {
		case "protocol":
			s.protocol = words(f, v, k, signaling.NumProtocols)
		case "class":
			s.class = words(f, v, k, signaling.NumClasses)
		case "kind":
			s.kind = words(f, v, k, signaling.NumKinds)
		case "evidence":
			s.evidence = words(f, v, k, signaling.NumEvidence)
		case "confidence":
			s.confidence = words(f, v, k, signaling.NumConfidences)
		case "protection":
			s.protection = words(f, v, k, signaling.NumProtections)
		case "operation":
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
		case "carrier":
			s.carriers = map[string]bool{}
			e.carriers = map[string]Problem{}
			f.each(v, k, func(name string, at *token.Token) {
				s.carriers[name] = true
				e.carriers[name] = Problem{File: f.name, Line: at.Position.Line, Column: at.Position.Column}
			})
		default:
			return false
		}
		return true
	})
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

func (f *file) step(n ast.Node) Step {
	s := Step{evidence: all, confidence: all, kind: all, class: all}
	when, severity := false, false
	if !f.fields(n, "adjust", "when, severity", func(k string, _ *token.Token, v ast.Node) bool {
		switch k {
		case "when":
			when = true
			f.when(v, &s)
		case "severity":
			severity = true
			word(f, v, k, signaling.Names(signaling.NumSeverities), signaling.ParseSeverity, &s.Severity)
		default:
			return false
		}
		return true
	}) {
		return s
	}
	if !when || !severity {
		f.at(place(n), "adjust: want both \"when\" and \"severity\"")
	}
	return s
}

func (f *file) when(n ast.Node, s *Step) {
	var reason []string
	f.fields(n, "when", "evidence, confidence, kind, class, returned, refused", func(k string, _ *token.Token, v ast.Node) bool {
		switch k {
		case "evidence":
			s.evidence = words(f, v, k, signaling.NumEvidence)
		case "confidence":
			s.confidence = words(f, v, k, signaling.NumConfidences)
		case "kind":
			s.kind = words(f, v, k, signaling.NumKinds)
		case "class":
			s.class = words(f, v, k, signaling.NumClasses)
		case "returned":
			f.each(v, k, func(name string, at *token.Token) {
				for i, known := range disclosures {
					if known == name {
						s.returned |= 1 << i
						return
					}
				}
				f.at(at, "returned: %q, want one of %s", name, strings.Join(disclosures, ", "))
			})
		case "refused":
			var b bool
			f.bool(v, k, &b)
			s.refused = -1
			if b {
				s.refused = 1
			}
			reason = append(reason, fmt.Sprintf("refused: %t", b))
			return true
		default:
			return false
		}
		if _, ok := v.(*ast.SequenceNode); ok {
			reason = append(reason, k+": "+strings.Join(quiet(v), "|"))
		} else if len(quiet(v)) == 1 {
			reason = append(reason, k+": "+quiet(v)[0])
		}
		return true
	})
	s.Reason = strings.Join(reason, ", ")
}

// quiet is the scalars of a node whose faults were told already.
func quiet(n ast.Node) (out []string) {
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

// disclosures are the words of signaling.Disclosure by bit.
var disclosures = func() (names []string) {
	for i := 0; i < 16; i++ {
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
				p.Text = fmt.Sprintf("carrier: %q is on no watchlist", id)
				l.problems.add(p)
			}
		}
	}
}
