package rules

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigtransit/pkg/signaling"
)

// TestBadTestFiles: each mistake in a file of tests is told with its place and what
// would be right.
func TestBadTestFiles(t *testing.T) {
	const head = "tests:\n  - name: a\n    capture: x.pcap\n"
	for _, tc := range []struct{ name, text, want string }{
		{"empty", "", "FILE: is empty"},
		{"unknown key", "test: []\n", `FILE:1:1: test file: unknown key "test", want one of tests, config, watchlists, detections, dictionaries, partners, home, exceptions, builtin_carriers, builtin_detections, include_withdrawn`},
		{"no tests", "builtin_carriers: true\n", `FILE:1:1: test file: no key "tests"`},
		{"empty list of tests", "tests: []\n", `FILE: tests: an empty list, want a test at least`},
		{"home", "home: [001-01, 999]\n" + head + "    only: true\n", `FILE:1:16: home: "999", want a PLMN as MCC-MNC, for example 001-01 or 310-410`},
		{"files that are not there", "config: /no.yaml\nwatchlists: [/, /no.yaml]\npartners: /no.json\n" + head + "    only: true\n", `FILE:1:9: config: /no.yaml: no such file
FILE:2:14: watchlists: /: is a directory; want the name of a file
FILE:2:17: watchlists: /no.yaml: no such file
FILE:3:11: partners: /no.json: no such file`},
		{"no name", "tests:\n  - capture: x.pcap\n    only: true\n", `FILE:2:5: test: no "name"`},
		{"twice", head + "    only: true\n" + strings.TrimPrefix(head, "tests:\n") + "    only: true\n", `FILE:5:5: test: "a" stands in this file already, in line 2`},
		{"no capture", "tests:\n  - {name: a, only: true}\n", `FILE:2:5: test: want one of "capture", "events" and "frames"`},
		{"capture and frames", head + "    frames: [00]\n    only: true\n", `FILE:2:5: test: want one of "capture", "events" and "frames"`},
		{"no events", "tests:\n  - name: a\n    only: true\n    events: []\n", "FILE:4:13: events: got an empty list, want messages as events tell them"},
		{"nothing expected", head, `FILE:2:5: test: expects nothing, want "findings", "no_findings" or "only: true"`},
		{"no list of events", "tests:\n  - name: a\n    only: true\n    events: {}\n", "FILE:4:13: events: got a mapping, want a list"},
		{"link type of events", "tests:\n  - name: a\n    only: true\n    events: [{operation: purgeMS}]\n    link_type: raw\n", "FILE:5:16: link_type: says what frames begin with, and events have none"},
		{"no hex", "tests:\n  - name: a\n    frames: [\"0g\"]\n    only: true\n", `FILE:3:14: frames: "0g", want octets in hex, two digits each`},
		{"link type", head + "    link_type: wifi\n    only: true\n", `FILE:4:16: link_type: "wifi", want one of ethernet, raw, sctp, mtp2, mtp3, sccp, exported`},
		{"key of a finding", head + "    findings: [{rul: x}]\n", `FILE:4:17: findings: unknown key "rul", want one of count, ` + strings.Join(TestKeys, ", ")},
		{"word of a closed set", head + "    findings:\n      - {severity: hihg}\n", `FILE:5:20: severity: "hihg", want one of info, low, medium, high, critical`},
		{"frame", head + "    findings: [{frame: 0}]\n", `FILE:4:24: frame: "0", want the number of a frame, from 1`},
		{"count of none", head + "    findings: [{rule: x, count: 0}]\n", `FILE:4:33: count: 0, want 1 or more; what must not be found stands under "no_findings"`},
		{"count of what must not be", head + "    no_findings: [{rule: x, count: 1}]\n", `FILE:4:29: no_findings: unknown key "count", want one of ` + strings.Join(TestKeys, ", ")},
		{"finding without keys", head + "    findings: [{}]\n", "FILE:4:16: findings: an entry without keys, want some of " + strings.Join(TestKeys, ", ")},
		{"several", head + "    findings:\n      - {severity: x}\n      - {kind: y}\n", "FILE:5:20: severity: \"x\", want one of info, low, medium, high, critical\n" + `FILE:6:16: kind: "y", want one of ` + strings.Join(signaling.Names(signaling.NumKinds), ", ")},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := writeFile(t, "t.yaml", tc.text)
			_, err := LoadTests(p)
			if err == nil {
				t.Fatal("no error")
			}
			if got := strings.ReplaceAll(err.Error(), p, "FILE"); got != tc.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, tc.want)
			}
		})
	}
}

// TestTestFile: names of files count from the folder of the test file, patterns take
// words and lists, and words that are not in force are told.
func TestTestFile(t *testing.T) {
	abs := writeFile(t, "w.yaml", "")
	p := writeFile(t, "t.yaml", `config: c.yaml
watchlists: [w.yaml, `+abs+`]
detections: d.yaml
builtin_carriers: false
include_withdrawn: true
tests:
  - name: octets
    link_type: sccp
    frames:
      - 09 00 03
      - |
        0a0b
        0c
    findings:
      - {rule: location-in-clear, severity: [low, high], count: 2}
    no_findings:
      - {carrier: nobody, operation: updatLocation}
      - {rule: [no-rule, sms-in-clear]}
`)
	dir := filepath.Dir(p)
	for _, name := range []string{"c.yaml", "w.yaml", "d.yaml"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f, err := LoadTests(p)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.ReplaceAll(fmt.Sprintf("%+v %x", f.Files, f.Tests[0].Frames), dir, "DIR")
	if want := `{Config:DIR/c.yaml Watchlists:[DIR/w.yaml ` + abs + `] Detections:[DIR/d.yaml] Dictionaries:[] Partners:[] Exceptions:[] Home:[] NoBuiltin:true NoBuiltinDetections:false IncludeWithdrawn:true} [090003 0a0b0c]`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	x := &f.Tests[0].Findings[0]
	if got, want := x.String(), "{rule: location-in-clear, severity: [low, high], count: 2}"; got != want || x.At.Line != 15 {
		t.Errorf("line %d: %s, want %s", x.At.Line, got, want)
	}
	told := Told{"rule": {"location-in-clear"}, "severity": {"medium"}}
	if d := x.Differs(told); len(d) != 1 || d[0] != "severity" {
		t.Errorf("differs in %v", d)
	}
	told["severity"] = []string{"high"}
	if d := x.Differs(told); d != nil {
		t.Errorf("differs in %v", d)
	}

	s, err := Load(Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := "FILE:17:9: carrier: \"nobody\" is not known with the files of this test\n" +
		"FILE:17:9: operation: \"updatLocation\" is not known with the files of this test\n" +
		"FILE:18:9: rule: \"no-rule\" is not known with the files of this test"
	if err := f.Check(s); err == nil || strings.ReplaceAll(err.Error(), p, "FILE") != want {
		t.Errorf("got:\n%v\nwant:\n%s", err, want)
	}
}
