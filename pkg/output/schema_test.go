package output

import (
	"bytes"
	"os"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"sigtransit/pkg/signaling"
)

const schemaFile = "../../deploy/schema/event.schema.json"

// strictSchema is the published schema with one difference: fields it does not
// name are refused, so that none can be added without it.
func strictSchema(t *testing.T) (*jsonschema.Schema, any) {
	t.Helper()
	data, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	tighten(doc)
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	if err := c.AddResource("event.json", doc); err != nil {
		t.Fatal(err)
	}
	return c.MustCompile("event.json"), doc
}

func tighten(v any) {
	switch v := v.(type) {
	case map[string]any:
		if _, ok := v["properties"]; ok && v["type"] == "object" {
			v["additionalProperties"] = false
		}
		for _, x := range v {
			tighten(x)
		}
	case []any:
		for _, x := range v {
			tighten(x)
		}
	}
}

func TestSchema(t *testing.T) {
	schema, doc := strictSchema(t)
	seen := map[string]bool{}
	for _, opts := range []Options{
		{Keys: testKeys}, {Privacy: Pseudonym, Keys: testKeys}, {Privacy: Clear}, {PointCodes: PointCodeDecimal, Roaming: testRoaming},
		{Privacy: Pseudonym, Keys: mustKeys("2026q4 0123456789abcdef0123456789abcdef")},
	} {
		eachEvent(NewEncoder(opts), func(name string, line []byte) {
			v, err := jsonschema.UnmarshalJSON(bytes.NewReader(line))
			if err != nil {
				t.Fatalf("%s: %v: %s", name, err, line)
			}
			if err := schema.Validate(v); err != nil {
				t.Errorf("privacy %v, %s: %v\n%s", opts.Privacy, name, err, line)
			}
			fields("", v, seen)
		})
	}
	// What the schema promises, some sample must show.
	known := map[string]bool{}
	promised("", doc.(map[string]any), doc.(map[string]any)["$defs"].(map[string]any), known)
	for f := range known {
		if !seen[f] && !unusual(f) {
			t.Errorf("no sample has %s", f)
		}
	}
}

// unusual are fields of blocks that share a definition with one that shows them,
// and a defect that must not happen.
func unusual(f string) bool {
	for _, prefix := range []string{".map.", ".cap.", ".tcap.", ".sccp.called.", ".stats.unaccounted", ".stats.exposures.subscribers_at_least"} {
		if len(f) >= len(prefix) && f[:len(prefix)] == prefix {
			return true
		}
	}
	return false
}

// fields notes the paths of v, list items under their list.
func fields(path string, v any, seen map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			seen[path+"."+k] = true
			fields(path+"."+k, x, seen)
		}
	case []any:
		for _, x := range v {
			fields(path, x, seen)
		}
	}
}

func promised(path string, schema, defs map[string]any, known map[string]bool) {
	if ref, ok := schema["$ref"].(string); ok {
		promised(path, defs[ref[len("#/$defs/"):]].(map[string]any), defs, known)
	}
	if items, ok := schema["items"].(map[string]any); ok {
		promised(path, items, defs, known)
	}
	props, _ := schema["properties"].(map[string]any)
	for k, x := range props {
		known[path+"."+k] = true
		promised(path+"."+k, x.(map[string]any), defs, known)
	}
}

// TestSchemaWords: the closed sets of the schema are those of the program.
func TestSchemaWords(t *testing.T) {
	_, doc := strictSchema(t)
	get := func(path ...string) map[string]bool {
		v := doc.(map[string]any)
		for _, k := range path {
			v = v[k].(map[string]any)
		}
		words := map[string]bool{}
		for _, x := range v["enum"].([]any) {
			words[x.(string)] = true
		}
		return words
	}
	finding := []string{"properties", "finding", "properties"}
	sighting := append(finding, "sightings", "items", "properties")
	for _, test := range []struct {
		path  []string
		words []string
	}{
		{[]string{"properties", "class"}, signaling.Names(signaling.NumClasses)},
		{[]string{"properties", "protection"}, signaling.Names(signaling.NumProtections)},
		{[]string{"properties", "direction"}, signaling.Names(signaling.NumDirections)},
		{[]string{"properties", "kind"}, signaling.Names(signaling.NumKinds)[1:]},
		{[]string{"properties", "protocol"}, signaling.Names(signaling.NumProtocols)[1:]},
		{append(finding[:3:3], "severity"), signaling.Names(signaling.NumSeverities)},
		{append(finding[:3:3], "evidence"), signaling.Names(signaling.NumEvidence)},
		{append(finding[:3:3], "confidence"), signaling.Names(signaling.NumConfidences)},
		{append(sighting[:6:6], "role"), signaling.Names(signaling.NumRoles)},
		{append(sighting[:6:6], "position"), signaling.Names(signaling.NumPositions)[1:]},
	} {
		have := get(test.path...)
		for _, w := range test.words {
			if !have[w] {
				t.Errorf("%v lacks %q", test.path, w)
			}
			delete(have, w)
		}
		for w := range have {
			t.Errorf("%v has %q, which the program does not", test.path, w)
		}
	}
}

func TestSchemaRefuses(t *testing.T) {
	schema, _ := strictSchema(t)
	for _, line := range []string{
		`{}`, `{"event_type":"finding"}`, `{"event_type":"other"}`, `{"event_type":"warning","warning":{"type":"x","text":"y"},"new":1}`,
		`{"event_type":"flow","timestamp":"2026-11-22 10:00:00","flow":{"state":"new"}}`,
	} {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(line)))
		if err != nil {
			t.Fatal(err)
		}
		if schema.Validate(v) == nil {
			t.Errorf("%s is accepted", line)
		}
	}
}
