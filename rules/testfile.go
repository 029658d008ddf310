package rules

import (
	"encoding/hex"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/badinput"
	"sigtransit/pkg/signaling"
)

// TestFile is a file of tests of rules: what is in force, and what has to be found
// in which capture. README.md in this folder says how to write one.
type TestFile struct {
	Name  string
	Files TestFiles
	Tests []Test
}

// TestFiles are the files that are in force in the tests of a file, and what of the
// built-in ones is not. Names of files are as Load takes them.
type TestFiles struct {
	Config                         string
	Watchlists, Detections         []string
	Dictionaries, Partners         []string
	Exceptions                     []string
	Home                           []string // PLMNs
	NoBuiltin, NoBuiltinDetections bool     // carriers; detections
	IncludeWithdrawn               bool
}

// Test is what has to be found in one capture.
type Test struct {
	Name string
	At   Place
	// Capture is the name of a capture file; or Frames are the frames, and LinkType says
	// what they begin with; or Events are the messages.
	Capture  string
	Frames   [][]byte
	LinkType string
	Events   []TestEvent
	// Paths: rules about paths judge, too, when all was seen.
	Paths bool

	Findings   []Expectation // each has to be found
	NoFindings []Expectation // none may be found
	// Only: nothing else may be found than what some expectation of Findings is about.
	Only bool
}

// TestLinkTypes are what frames can begin with.
var TestLinkTypes = []string{"ethernet", "raw", "sctp", "mtp2", "mtp3", "sccp", "exported"}

// Expectation is a pattern of findings: all its keys have to fit.
type Expectation struct {
	At   Place
	Keys []Criterion
	// Count is how many findings have to fit; 0: one or more.
	Count int
}

// String is the expectation as its file writes it.
func (x *Expectation) String() string {
	var b strings.Builder
	for i, k := range x.Keys {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(k.Key + ": ")
		if len(k.Words) == 1 {
			b.WriteString(k.Words[0])
		} else {
			b.WriteString("[" + strings.Join(k.Words, ", ") + "]")
		}
	}
	if x.Count != 0 {
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		b.WriteString("count: " + strconv.Itoa(x.Count))
	}
	return "{" + b.String() + "}"
}

// Told are the words of a finding by the keys of expectations, as events write
// them. One of several words has to be the one that is asked for.
type Told map[string][]string

// TestKeys are the keys of expectations, in the order that findings are told in.
var TestKeys = func() (names []string) {
	for _, k := range testKeys {
		names = append(names, k.name)
	}
	return names
}()

// testKey is a key of an expectation: the words it may have, nil for any, and what
// they are of a finding.
type testKey struct {
	name  string
	words []string
	of    func(*Finding) []string
}

var testKeys = []testKey{
	{"frame", nil, func(f *Finding) []string { return []string{strconv.FormatUint(frameOf(f), 10)} }},
	{"rule", nil, func(f *Finding) []string { return []string{f.Rule.ID} }},
	{"severity", signaling.Names(signaling.NumSeverities), func(f *Finding) []string { return []string{f.Severity.String()} }},
	{"carrier", nil, func(f *Finding) []string { return []string{f.Carrier.ID} }},
	{"evidence", signaling.Names(signaling.NumEvidence), func(f *Finding) []string { return []string{f.Evidence.String()} }},
	{"confidence", signaling.Names(signaling.NumConfidences), func(f *Finding) []string { return []string{f.Confidence.String()} }},
	{"protocol", signaling.Names(signaling.NumProtocols), func(f *Finding) []string { return []string{f.Message.Protocol.String()} }},
	{"class", signaling.Names(signaling.NumClasses), func(f *Finding) []string {
		if f.Path != nil && f.Path.Classless {
			return nil
		}
		return []string{f.Message.Class.String()}
	}},
	{"operation", nil, func(f *Finding) []string {
		op := f.Message.Operation
		if op == 0 {
			return nil
		}
		words := []string{op.String()}
		if f.Message.Protocol == signaling.Diameter { // SWx/MAR is not Cx/MAR
			words = append(words, signaling.DiameterApplication(op.Info().App)+"/"+op.String())
		}
		return words
	}},
	{"kind", signaling.Names(signaling.NumKinds), func(f *Finding) []string { return []string{f.Message.Kind.String()} }},
	{"protection", signaling.Names(signaling.NumProtections), func(f *Finding) []string { return []string{f.Message.Protection.String()} }},
	{"direction", signaling.Names(signaling.NumDirections), func(f *Finding) []string { return []string{f.Message.Roaming.Direction.String()} }},
	{"position", signaling.Names(signaling.NumPositions), func(f *Finding) (words []string) {
		for i := range f.Sightings {
			words = append(words, f.Sightings[i].Position.String())
		}
		return words
	}},
	{"matched", nil, func(f *Finding) (words []string) {
		for i := range f.Sightings {
			if id := f.Sightings[i].Identifier; id != nil {
				words = append(words, id.Value)
			}
		}
		return words
	}},
	{"reason", nil, func(f *Finding) []string { return []string{f.Reason} }},
	{"flow", flowStateNames[:], func(f *Finding) []string {
		if f.Flow == nil {
			return nil
		}
		return []string{f.Flow.State}
	}},
	{"path", pathKindNames[:], func(f *Finding) []string {
		if f.Path == nil {
			return nil
		}
		return []string{f.Path.Kind.String()}
	}},
	{keyPartner, nil, func(f *Finding) []string {
		if f.Path == nil {
			return nil
		}
		return []string{f.Path.Partner}
	}},
}

func frameOf(f *Finding) uint64 {
	if f.Flow != nil {
		return f.Flow.Frame
	}
	return f.Message.Frame
}

// Tell gives the words of a finding of the set. They outlive the finding.
func (s *Set) Tell(f *Finding) Told {
	t := make(Told, len(testKeys))
	for _, k := range testKeys {
		t[k.name] = k.of(f)
	}
	if f.Path == nil {
		if id, _ := s.partnerOf(f.Message); id != "" {
			t[keyPartner] = []string{id}
		}
	}
	return t
}

// keyPartner is the key of who is at the far end, by the id of configuration and report.
const keyPartner = "partner"

// Differs are the keys in which a finding is not what the expectation describes; none
// when it is.
func (x *Expectation) Differs(t Told) (differs []string) {
	for _, k := range x.Keys {
		if !slices.ContainsFunc(t[k.Key], func(w string) bool { return slices.Contains(k.Words, w) }) {
			differs = append(differs, k.Key)
		}
	}
	return differs
}

// LoadTests reads a file of tests. On any problem it returns a *LoadError that names
// all of them.
func LoadTests(name string) (*TestFile, error) {
	l := &loader{problems: &LoadError{}}
	t := &TestFile{Name: name}
	l.user(name, func(f *file) { f.testFile(t) })
	if len(l.problems.Problems) > 0 {
		return nil, l.problems
	}
	return t, nil
}

func (f *file) testFile(t *TestFile) {
	w := &t.Files
	dir := filepath.Dir(f.name)
	local := func(name string) string {
		if name == "" || filepath.IsAbs(name) {
			return name
		}
		return filepath.Join(dir, name)
	}
	fileField := func(key string, to *string) field {
		return field{key, func(v ast.Node, key string) {
			s, _ := f.text(v, key)
			*to = local(s)
		}}
	}
	configField := func(v ast.Node, key string) {
		if s, ok := f.text(v, key); ok {
			w.Config = f.named(local(s), key, place(v))
		}
	}
	filesField := func(key string, to *[]string) field {
		return field{key, func(v ast.Node, key string) {
			f.each(v, key, func(s string, at *token.Token) { *to = append(*to, f.named(local(s), key, at)) })
		}}
	}
	notField := func(key string, to *bool) field {
		return field{key, func(v ast.Node, key string) {
			keep := true
			f.bool(v, key, &keep)
			*to = !keep
		}}
	}
	names := map[string]int{}
	f.lists("test file", "tests", func(n ast.Node) {
		before := f.problems.count()
		test := f.test(n, fileField)
		switch first, twice := names[test.Name]; {
		case f.problems.count() != before:
		case test.Name == "":
			f.at(place(n), "test: no \"name\"")
		case twice:
			f.at(place(n), "test: %q stands in this file already, in line %d", test.Name, first)
		case !justOne(test.Capture != "", test.Frames != nil, test.Events != nil):
			f.at(place(n), "test: want one of \"capture\", \"events\" and \"frames\"")
		case len(test.Findings) == 0 && len(test.NoFindings) == 0 && !test.Only:
			f.at(place(n), "test: expects nothing, want \"findings\", \"no_findings\" or \"only: true\"")
		}
		names[test.Name] = test.At.Line
		t.Tests = append(t.Tests, test)
	},
		field{"config", configField},
		filesField("watchlists", &w.Watchlists),
		filesField("detections", &w.Detections),
		filesField("dictionaries", &w.Dictionaries),
		filesField("partners", &w.Partners),
		field{"home", func(v ast.Node, key string) {
			f.each(v, key, func(s string, at *token.Token) {
				if _, err := telecom.ParsePLMN(s); err != nil {
					f.at(at, "%s: %q, %v", key, s, err)
				}
				w.Home = append(w.Home, s)
			})
		}},
		filesField("exceptions", &w.Exceptions),
		notField("builtin_carriers", &w.NoBuiltin),
		notField("builtin_detections", &w.NoBuiltinDetections),
		f.boolField("include_withdrawn", &w.IncludeWithdrawn),
	)
	if len(t.Tests) == 0 && f.problems.count() == 0 {
		f.at(nil, "tests: an empty list, want a test at least")
	}
}

// named is the name of a file that has to be there.
func (f *file) named(name, key string, at *token.Token) string {
	if text := badinput.Unreadable(name); text != "" {
		f.at(at, "%s: %s: %s", key, name, text)
	}
	return name
}

func (f *file) test(n ast.Node, fileField func(string, *string) field) Test {
	t := Test{LinkType: TestLinkTypes[0], At: f.placeOf(place(n))}
	var frames, events, linkType ast.Node
	f.mapping(n, "test",
		f.textField("name", &t.Name),
		fileField("capture", &t.Capture),
		field{"frames", func(v ast.Node, k string) {
			frames = v
			f.items(v, k, func(v ast.Node) { t.Frames = append(t.Frames, f.octets(v, k)) })
		}},
		field{"events", func(v ast.Node, k string) {
			events = v
			f.items(v, k, func(v ast.Node) { t.Events = append(t.Events, f.testEvent(v)) })
		}},
		field{"link_type", func(v ast.Node, k string) {
			linkType = v
			word(f, v, k, TestLinkTypes, member(TestLinkTypes), &t.LinkType)
		}},
		f.itemsField("findings", func(v ast.Node) { t.Findings = append(t.Findings, f.expectation(v, true)) }),
		f.itemsField("no_findings", func(v ast.Node) { t.NoFindings = append(t.NoFindings, f.expectation(v, false)) }),
		f.boolField("only", &t.Only),
		f.boolField("paths", &t.Paths),
	)
	empty := func(n ast.Node) bool {
		list, ok := n.(*ast.SequenceNode)
		return ok && len(list.Values) == 0
	}
	if empty(frames) {
		f.at(place(frames), "frames: got an empty list, want octets in hex, a frame each")
	}
	if empty(events) {
		f.at(place(events), "events: got an empty list, want messages as events tell them")
	}
	if events != nil && linkType != nil {
		f.at(place(linkType), "link_type: says what frames begin with, and events have none")
	}
	return t
}

// justOne reports that one of several things is true, and no other.
func justOne(things ...bool) bool {
	n := 0
	for _, is := range things {
		if is {
			n++
		}
	}
	return n == 1
}

// octets reads hex digits with anything white between them.
func (f *file) octets(n ast.Node, what string) []byte {
	s, ok := f.text(n, what)
	if !ok {
		return nil
	}
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil || len(b) == 0 {
		f.at(place(n), "%s: %q, want octets in hex, two digits each", what, s)
	}
	return b
}

// expectation reads a pattern of findings.
func (f *file) expectation(n ast.Node, counted bool) Expectation {
	x := Expectation{At: f.placeOf(place(n))}
	what := "no_findings"
	var fields []field
	if counted {
		what = "findings"
		fields = append(fields, field{"count", func(v ast.Node, k string) {
			u, ok := f.uint(v, k, 1<<31-1)
			if ok && u == 0 {
				f.at(place(v), "count: 0, want 1 or more; what must not be found stands under \"no_findings\"")
			}
			x.Count = int(u)
		}})
	}
	for _, key := range testKeys {
		fields = append(fields, field{key.name, func(v ast.Node, k string) {
			c := Criterion{Key: k}
			f.each(v, k, func(word string, at *token.Token) {
				switch {
				case key.words != nil && !slices.Contains(key.words, word):
					f.at(at, "%s: %q, want one of %s", k, word, strings.Join(key.words, ", "))
				case k == "frame" && !isNumber(word):
					f.at(at, "frame: %q, want the number of a frame, from 1", word)
				}
				c.Words = append(c.Words, word)
			})
			x.Keys = append(x.Keys, c)
		}})
	}
	before := f.problems.count()
	if f.mapping(n, what, fields...) && len(x.Keys) == 0 && counted && f.problems.count() == before {
		f.at(place(n), "%s: an entry without keys, want some of %s", what, strings.Join(TestKeys, ", "))
	}
	return x
}

func isNumber(s string) bool {
	n, err := strconv.ParseUint(s, 10, 64)
	return err == nil && n > 0
}

// Check tests the expectations of a file against what is in force: a rule, carrier or
// operation that is misspelt would never be found, and not be missed where nothing
// may be found.
func (t *TestFile) Check(s *Set) error {
	e := &LoadError{}
	for i := range t.Tests {
		for _, list := range [][]Expectation{t.Tests[i].Findings, t.Tests[i].NoFindings} {
			for j := range list {
				list[j].check(s, e, &t.Tests[i])
			}
		}
	}
	if len(e.Problems) > 0 {
		return e
	}
	return nil
}

func (x *Expectation) check(s *Set, e *LoadError, t *Test) {
	problem := func(format string, args ...any) {
		e.Add(Problem{File: x.At.File, Line: x.At.Line, Column: x.At.Column, Text: fmt.Sprintf(format, args...)})
	}
	for _, k := range x.Keys {
		switch {
		case k.Key == "path" && !t.Paths:
			problem("path: no rule about paths judges in this test, want \"paths: true\" in it")
		case k.Key == "flow" && t.Events != nil:
			problem("flow: events tell nothing of the life of links, want \"capture\" or \"frames\"")
		}
		for _, w := range k.Words {
			known := true
			switch k.Key {
			case "rule":
				i := slices.IndexFunc(s.Detections, func(d *Detection) bool { return d.ID == w })
				switch known = i >= 0; {
				case !known:
				case !t.Paths && s.Detections[i].Path() != nil:
					problem("rule: %s is about paths, want \"paths: true\" in the test", w)
				case t.Events != nil && s.Detections[i].selectors.about == aboutLink:
					problem("rule: %s is about the life of links, of which events tell nothing; want \"capture\" or \"frames\"", w)
				}
			case "carrier":
				_, known = s.Carrier(w)
			case "operation":
				known = len(signaling.LookupOperations(w)) != 0
			}
			if !known {
				problem("%s: %q is not known with the files of this test", k.Key, w)
			}
		}
	}
}
