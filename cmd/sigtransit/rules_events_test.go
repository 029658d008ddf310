package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestEventsAgain: the messages of every case as events tell them, their numbers masked,
// are a test of rules that makes the findings of the capture again.
func TestEventsAgain(t *testing.T) {
	inputs, err := filepath.Glob("../../testdata/*/expected.jsonl")
	if err != nil || len(inputs) < 50 {
		t.Fatalf("%d cases, %v", len(inputs), err)
	}
	messages, findings := 0, 0
	for _, name := range inputs {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var file bytes.Buffer
		if conf := filepath.Join(filepath.Dir(name), "config.yaml"); exists(conf) {
			conf, _ = filepath.Abs(conf)
			fmt.Fprintf(&file, "config: %s\n", conf)
		}
		file.WriteString("tests:\n  - name: again\n    only: true\n    events:\n")
		here := 0
		expected := map[string]int{}
		for line := range strings.Lines(string(b)) {
			var e struct {
				Type       string `json:"event_type"`
				Frame      uint64
				Protection string
				Protocol   string
				Operation  string
				Kind       string
				Flow, Path any
				Finding    struct {
					Rule, Severity, Carrier, Evidence, Confidence, Reason string
				}
			}
			if err := json.Unmarshal([]byte(line), &e); err != nil {
				t.Fatal(err)
			}
			switch {
			case e.Type == "message":
				fmt.Fprintf(&file, "      - %s", line)
				here++
			case e.Type == "finding" && e.Flow == nil && e.Path == nil:
				f := e.Finding
				x := fmt.Sprintf("frame: %d, rule: %s, severity: %s, evidence: %s, confidence: %s, reason: %q, protocol: %s, kind: %s, protection: %s",
					e.Frame, f.Rule, f.Severity, f.Evidence, f.Confidence, f.Reason, e.Protocol, e.Kind, e.Protection)
				if f.Carrier != "" {
					x += ", carrier: " + f.Carrier
				}
				if e.Operation != "" {
					x += fmt.Sprintf(", operation: %q", e.Operation)
				}
				expected[x]++
			}
		}
		if here == 0 {
			continue
		}
		messages += here
		file.WriteString("    findings:\n")
		for x, n := range expected {
			findings += n
			fmt.Fprintf(&file, "      - {%s, count: %d}\n", x, n)
		}
		test := filepath.Join(t.TempDir(), "again.yaml")
		if len(expected) == 0 {
			file.Truncate(file.Len() - len("    findings:\n"))
		}
		if err := os.WriteFile(test, file.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, stdout, stderr := invoke(t, "", "rules", "test", test); code != 0 {
			lines := slices.Collect(strings.Lines(stdout + stderr))
			t.Errorf("%s: exit code %d\n%s", name, code, strings.Join(lines[:min(len(lines), 12)], ""))
		}
	}
	t.Logf("%d messages, %d findings", messages, findings)
	if messages < 1000 || findings < 500 {
		t.Error("the cases prove nothing")
	}
}
