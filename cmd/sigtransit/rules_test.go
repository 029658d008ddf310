package main

import (
	"encoding/json"
	"encoding/xml"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sigtransit/rules"
)

// TestRuleTests runs the tests of the built-in rules, and wants every rule in force
// to be found in one of them.
func TestRuleTests(t *testing.T) {
	files, err := filepath.Glob("../../rules/tests/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no tests of rules: %v", err)
	}
	code, stdout, stderr := invoke(t, "", append([]string{"rules", "test"}, files...)...)
	if code != 0 || stderr != "" {
		t.Errorf("exit code %d, %s\n%s", code, stderr, stdout)
	}
	tested := map[string]bool{}
	for _, name := range files {
		f, err := rules.LoadTests(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, test := range f.Tests {
			for _, x := range test.Findings {
				for _, k := range x.Keys {
					if k.Key == "rule" && len(k.Words) == 1 {
						tested[k.Words[0]] = true
					}
				}
			}
		}
	}
	set, err := rules.Load(rules.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range set.Detections {
		if !tested[d.ID] {
			t.Errorf("no test in rules/tests expects a finding of %s", d.ID)
		}
	}
}

// TestRulesTestFails: a test that fails says which line expected what and what was
// nearest to it, and the program ends with 1.
func TestRulesTestFails(t *testing.T) {
	abs, err := filepath.Abs(demo)
	if err != nil {
		t.Fatal(err)
	}
	file := write(t, "t.yaml", `tests:
  - name: fine
    capture: `+abs+`
    findings:
      - {frame: 79, severity: critical}
  - name: three faults
    capture: `+abs+`
    findings:
      - {frame: 79, rule: authentication-in-clear, severity: low, kind: invoke}
      - {frame: [69, 70], rule: authentication-in-clear, count: 3}
      - {rule: data-in-clear}
    no_findings:
      - {frame: 76}
  - name: nothing in it
    frames: [00 01]
    findings: [{rule: sms-in-clear}]
  - name: more in it
    capture: `+filepath.Join(filepath.Dir(filepath.Dir(abs)), "diameter-dess/input.pcapng")+`
    findings:
      - {kind: request}
    only: true
`)
	code, stdout, stderr := invoke(t, "", "rules", "test", "-v", file)
	want := `FAIL  FILE: 3 of 4 tests
  ok    FILE:2 fine (N findings)
  FAIL  FILE:6 three faults (N findings)
    FILE:9: not found: {frame: 79, rule: authentication-in-clear, severity: low, kind: invoke}
        near: {frame: 79, rule: authentication-in-clear, severity: critical, carrier: pccw-global, evidence: adjacent, operation: sendAuthenticationInfo, kind: result}, but severity is critical, kind is result
    FILE:10: found 2 times: {frame: [69, 70], rule: authentication-in-clear, count: 3}
        {frame: 69, rule: authentication-in-clear, severity: low, carrier: china-mobile-international, evidence: hop, operation: AIR, kind: request}
        {frame: 70, rule: authentication-in-clear, severity: high, carrier: china-mobile-international, evidence: hop, operation: AIR, kind: answer}
    FILE:11: not found: {rule: data-in-clear}
        none of N findings is like it
    FILE:13: must not be found: {frame: 76}
        {frame: 76, rule: authentication-in-clear, severity: high, carrier: pccw-global, evidence: adjacent, operation: sendAuthenticationInfo, kind: invoke}
  FAIL  FILE:14 nothing in it (N findings)
    FILE:16: not found: {rule: sms-in-clear}
        nothing was found at all
  FAIL  FILE:17 more in it (N findings)
    FILE:17: found, and not expected (only: true):
        {frame: 4, rule: location-in-clear, severity: low, carrier: pccw-global, evidence: hop, operation: ULR, kind: answer}
`
	got := regexp.MustCompile(`\d+ findings`).ReplaceAllString(strings.ReplaceAll(stdout, file, "FILE"), "N findings")
	if code != 1 || stderr != "" || got != want {
		t.Errorf("exit code %d, %q, got:\n%s\nwant:\n%s", code, stderr, got, want)
	}
}

// TestRulesList: where everything in force stands, as text and as JSON.
func TestRulesList(t *testing.T) {
	watchlist := write(t, "w.yaml", "carriers:\n  - id: pccw-global\n    identifiers:\n      - {type: point_code, value: 4-106-6, status: withdrawn}\n  - {id: mine, watched: false, identifiers: [{type: host, value: a.example.net}]}\n")
	detections := write(t, "d.yaml", "detections:\n  - {id: sms-in-clear, enabled: false}\n  - {id: mine, title: Mine, severity: low, match: {class: [sms, call], carrier: pccw-global}}\n")
	list := func(args ...string) string {
		t.Helper()
		code, stdout, stderr := invoke(t, "", append([]string{"rules", "list", "--watchlist", watchlist, "--detections", detections}, args...)...)
		if code != 0 || stderr != "" {
			t.Errorf("%v: exit code %d, %s", args, code, stderr)
		}
		stdout = strings.NewReplacer(watchlist, "W", detections, "D").Replace(stdout)
		return regexp.MustCompile(`(builtin:[a-z/.-]+):\d+`).ReplaceAllString(stdout, "$1:N")
	}
	text := list()
	for _, want := range []string{
		"active  mine  (rev 1, D:3)\n        Mine\n        class        sms | call\n        carrier      pccw-global\n        severity     low\n",
		"\noff     sms-in-clear  (rev 3, builtin:detections/in-clear.yaml:N, changed by D:2)\n",
		"                     medium    otherwise\n",
		"        path         kind: first_seen | learning: 168h | minimum: 1\n",
		"builtin:carriers/pccw-global.yaml:N, added to by W:2\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if got, want := list("identifiers", "--carrier", "mine"), "IDENTIFIERS: 1\n\nCARRIER  TYPE  VALUE          ROLE     CONFIDENCE  STATUS  FROM\nmine     host  a.example.net  transit  medium      listed  W:5\n"; got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	var l struct {
		Detections, Carriers []struct{ ID string }
		Identifiers          []struct {
			Value    string
			Unused   string `json:"not_looked_for"`
			At       struct{ Line int }
			Replaced struct{ File string } `json:"replaces"`
		}
	}
	if err := json.Unmarshal([]byte(list("--format", "json", "--carrier", "pccw-global", "detections", "carriers", "identifiers")), &l); err != nil {
		t.Fatal(err)
	}
	if i := l.Identifiers[0]; len(l.Carriers) != 1 || len(l.Detections) < 10 || i.Value != "4-106-6" || i.At.Line != 4 || i.Replaced.File != "builtin:carriers/pccw-global.yaml" || i.Unused == "" {
		t.Errorf("%+v", l)
	}
	if code, _, stderr := invoke(t, "", "rules", "list", "--carrier", "nobody"); code != 2 || !strings.HasPrefix(stderr, "sigtransit: --carrier: \"nobody\" is on no watchlist; want one of china-mobile-international, ") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}

// TestRulesFormats: JSON and JUnit are what programs can read.
func TestRulesFormats(t *testing.T) {
	code, stdout, _ := invoke(t, "", "rules", "test", "--format", "json", "../../rules/tests/links.yaml")
	var results []struct {
		File  string
		Tests []struct{ Name string }
	}
	if err := json.Unmarshal([]byte(stdout), &results); err != nil || code != 0 || len(results) != 1 || len(results[0].Tests) < 2 {
		t.Errorf("exit code %d, %v: %s", code, err, stdout)
	}
	code, stdout, _ = invoke(t, "", "rules", "test", "--format", "junit", "../../rules/tests/links.yaml")
	var report struct {
		Suites []struct {
			Tests int `xml:"tests,attr"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal([]byte(stdout), &report); err != nil || code != 0 || len(report.Suites) != 1 || report.Suites[0].Tests < 2 {
		t.Errorf("exit code %d, %v: %s", code, err, stdout)
	}
}

// TestRulesExplain: what was looked up, which carrier that makes, which step or key
// decided; subscribers' numbers are masked.
func TestRulesExplain(t *testing.T) {
	explain := func(args ...string) (int, string) {
		t.Helper()
		code, stdout, stderr := invoke(t, "", append([]string{"rules", "explain", demo}, args...)...)
		if stderr != "" {
			t.Errorf("%v: %s", args, stderr)
		}
		return code, regexp.MustCompile(`(builtin:[a-z/.-]+):\d+`).ReplaceAllString(stdout, "$1:N")
	}
	code, got := explain("--frame", "79", "--rule", "authentication-in-clear")
	want := `FRAME 79: map sendAuthenticationInfo result, class authentication, clear, IMSI 00101*******001, gives away authentication_vectors:5, 192.0.2.11 -> 198.51.100.21

LOOKED UP
  m3ua.opc         1-001-1                       nothing
  m3ua.dpc         4-106-6                       pccw-global: point_code 4-106-6, transit, confidence high (builtin:carriers/pccw-global.yaml:N)
  sccp.calling_gt  999010000010                  nothing
  sccp.called_gt   999700000020                  nothing
  map.imsi         00101*******001               nothing
  link.peer_ip     192.0.2.11, 192.0.2.12        nothing
  link.peer_ip     198.51.100.21, 198.51.100.22  nothing
  remembered from an earlier message of the dialogue: m3ua.opc, point_code 4-106-6

PATH: pccw-global (adjacent, confidence high)
  pccw-global: evidence adjacent, confidence high
    the strongest sighting decides: m3ua.dpc
    m3ua.dpc proves adjacent: point_code 4-106-6 builtin:carriers/pccw-global.yaml:N
    m3ua.opc proves adjacent: point_code 4-106-6, in an earlier message of the dialogue builtin:carriers/pccw-global.yaml:N

RULES
  fired  authentication-in-clear  pccw-global  critical: returned: authentication_vectors|keys
`
	if code != 0 || got != want {
		t.Errorf("exit code %d, got:\n%s\nwant:\n%s", code, got, want)
	}
	for _, tt := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"--frame", "206"}, 0, "PATH: china-mobile-international (group, confidence high), as a partner of its own group: no transit\n"},
		{[]string{"--frame", "206", "--rule", "authentication-in-clear"}, 0, "  did not fire  authentication-in-clear  china-mobile-international  evidence is group, wanted address | hop | adjacent (builtin:detections/in-clear.yaml:N)\n"},
		{[]string{"--frame", "115"}, 0, "PATH: unknown. Nothing here proves a carrier; that is no proof of absence\n"},
		{[]string{"--frame", "115"}, 0, "authentication-in-clear       no carrier is known to be on the path\n"},
		{[]string{"--frame", "75"}, 1, "Frame 75 completed no message: it carries none, or a part of one that a later frame completes.\nFrames near it that did: 74, 76\n"},
		{[]string{"--frame", "79", "--format", "json"}, 0, `"outcome": "fired"`},
		{[]string{"--frame", "344"}, 0, "FRAME 344: map cancelLocation invoke, class location, clear, returned to its sender by SCCP: nobody's request, "},
		{[]string{"--frame", "344", "--rule", "interconnect-forbidden"}, 0, "kind is none: SCCP returned the invoke, wanted invoke | request (builtin:detections/interconnect.yaml:N)\n"},
		{[]string{"--frame", "344", "--format", "json"}, 0, `"undelivered": true`},
	} {
		if code, got := explain(tt.args...); code != tt.code || !strings.Contains(got, tt.want) {
			t.Errorf("%v: exit code %d, no %q in\n%s", tt.args, code, tt.want, got)
		}
	}
	for expires, want := range map[string]string{
		"2200-03-31": "accepted  authentication-in-clear  pccw-global  critical: returned: authentication_vectors|keys; accepted x of noc, up to 2200-03-31 (FILE:2)\n",
		"2001-03-31": "fired  authentication-in-clear  pccw-global  critical: returned: authentication_vectors|keys; accepted no more: x of noc, up to 2001-03-31 (FILE:2)\n",
	} {
		file := write(t, "exceptions.yaml", "exceptions:\n  - {id: x, carrier: pccw-global, owner: noc, reason: r, expires: "+expires+"}\n")
		if code, got := explain("--frame", "79", "--rule", "authentication-in-clear", "--exceptions", file); code != 0 || !strings.Contains(strings.ReplaceAll(got, file, "FILE"), want) {
			t.Errorf("exit code %d, no %q in\n%s", code, want, got)
		}
	}
	for _, secret := range []string{"00101000000000", "4600000000000"} {
		if _, got := explain("--frame", "206", "--format", "json"); strings.Contains(got, secret) {
			t.Errorf("%s is not masked in\n%s", secret, got)
		}
	}
	for _, tt := range []struct{ args, want string }{
		{"--frame 0", "--frame: want the number of a frame, from 1"},
		{"--frame 1 --rule x", `--rule: no rule "x" is in force (see sigtransit rules list)`},
		{"--frame 1 --carrier x", `--carrier: "x" is on no watchlist; want one of china-mobile-international, `},
		{"--frame -1", `invalid argument "-1" for "--frame" flag: want a whole number, from 0 (see sigtransit rules explain --help)`},
		{"--frame 1 --format x", `--format: unknown format "x": want text or json`},
		{"--frame 1 --privacy x", `--privacy: unknown privacy mode "x": want mask, pseudonym or clear`},
	} {
		code, _, stderr := invoke(t, "", append([]string{"rules", "explain", demo}, strings.Fields(tt.args)...)...)
		if code != 2 || !strings.HasPrefix(stderr, "sigtransit: "+tt.want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: exit code %d, %q", tt.args, code, stderr)
		}
	}
}
