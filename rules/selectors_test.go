package rules

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sigtransit/pkg/partners"
	"sigtransit/pkg/signaling"
)

// rulesOf compiles a watchlist and one file of detections, without the built-in ones.
func rulesOf(t testing.TB, watchlist, detections string) *Set {
	t.Helper()
	return load(t, watchlist, func(o *Options) {
		o.NoBuiltinDetections = true
		o.DetectionFiles = []string{writeFile(t, "rules.yaml", detections)}
	})
}

func TestSelectorsFit(t *testing.T) {
	watchlist := one("type: point_code, value: 4200", "type: gt_prefix, value: '9997', role: jurisdiction")
	for _, tt := range []struct {
		match string
		want  bool
		miss  string // the selector that does not fit
	}{
		{"direction: inbound", true, ""},
		{"direction: [outbound, through]", false, "direction"},
		{"subscriber: home", true, ""},
		{"subscriber: [visitor, foreign]", false, "subscriber"},
		{"service: ss7", true, ""},
		{"service: [diameter, data]", false, "service"},
		{"partner: [XXXXX, AAAAA]", true, ""},
		{"partner: XXXXX", false, "partner"},
		{"country: [DE, AQ]", true, ""},
		{"country: DE", false, "country"},
		{"partner: AAAAA, country: DE", false, "country"},
		{"position: m3ua.dpc", true, ""},
		{"position: [m3ua.opc, link.peer_ip]", false, "position"},
		{"role: transit", true, ""},
		{"role: [jurisdiction]", true, ""},
		{"role: group-operator", false, "role"},
		{"role: transit, position: m3ua.dpc", true, ""},
		{"role: jurisdiction, position: m3ua.dpc", false, "position"}, // each fits another sighting
		{"class: sms", false, "class"},
		{"kind: result", false, "kind"},
		{"operation: [cancelLocation, updateLocation]", true, ""},
		{"operation: cancelLocation", false, "operation"},
		{"protocol: diameter", false, "protocol"},
		{"protection: tls", false, "protection"},
		{"evidence: hop", false, "evidence"},
		{"confidence: high", false, "confidence"},
		{"about: message, direction: inbound", true, ""},
		{"about: message, direction: outbound", false, "direction"},
	} {
		set := rulesOf(t, watchlist, "detections:\n  - {id: a, title: A, match: {"+tt.match+"}}\n  - {id: wide, title: W, mode: off, match: {evidence: jurisdiction}}\n")
		// Jurisdictions are looked for where a rule that is on asks for them.
		set.index.build(set.Identifiers, false, true)
		set.party = func(n uint32) (string, string) { return strings.Repeat("A", int(n)), "AQ" }
		e := NewEngine(set)
		m := mapMessage(t)
		m.Roaming = signaling.Roaming{Direction: signaling.Inbound, Subscriber: signaling.WhoseHome, Partner: 5}
		if got := evaluate(e, m); (len(got) == 1) != tt.want {
			t.Errorf("%s: %v", tt.match, got)
		}
		s := &set.Detections[0].selectors
		miss := s.misses(e, m)
		if miss == "" && s.about == aboutCarrier {
			miss = s.missesCarrier(e, &e.tallies[0])
		}
		if miss != tt.miss {
			t.Errorf("%s: misses %q, want %q", tt.match, miss, tt.miss)
		}
		// Nobody is known at the far end.
		m = mapMessage(t)
		if got := evaluate(NewEngine(set), m); len(got) != 0 && (s.partners != nil || s.countries != nil) {
			t.Errorf("%s: without a partner: %v", tt.match, got)
		}
	}
}

func TestSelectDeclared(t *testing.T) {
	set := rulesOf(t, "carriers: [{id: a}]", "detections:\n"+
		"  - {id: declared, title: D, match: {position: partner.declared}}\n"+
		"  - {id: other, title: O, match: {position: link.peer_ip}}\n"+
		"  - {id: role, title: R, match: {role: transit}}\n")
	set.takeDeclared(1, &partners.Partner{Carriers: []partners.Declaration{{Service: signaling.ServiceSS7, Name: "A", Carriers: []string{"a"}}}}, time.Time{})
	set.paths = true
	m := mapMessage(t)
	m.Roaming.Partner = 1
	if got := evaluate(NewEngine(set), m); len(got) != 1 || got[0].rule != "declared" {
		t.Errorf("%v", got)
	}
}

// TestAboutMessages: a rule about messages fires once for each, names the carrier with
// the best evidence, and nobody where there is none.
func TestAboutMessages(t *testing.T) {
	set := rulesOf(t, one("type: gt_prefix, value: '9997'")+entry("near", "type: point_code, value: 4200")+
		"  - {id: known, watched: false, identifiers: [{type: point_code, value: 4100}]}\n",
		"detections:\n  - {id: forbidden, title: F, severity: high, match: {about: message, operation: updateLocation}}\n")
	e := NewEngine(set)
	m := mapMessage(t)
	if got := evaluate(e, m); len(got) != 1 || got[0].line != "forbidden near high adjacent: m3ua.dpc=2-013-0[point_code 4200]" {
		t.Errorf("%v", got)
	}
	// The second sight of a message that nobody was known to carry is no second finding.
	m = mapMessage(t)
	m.MAP, m.SCCP.Calling, m.M3UA.Data.DPC = nil, e164("999800000002"), 4300
	if got := evaluate(e, m); len(got) != 1 || got[0].line != "forbidden  high none: " {
		t.Errorf("%v", got)
	}
	m.Duplicate, m.M3UA.Data.DPC = true, 4200
	if got := evaluate(e, m); len(got) != 0 {
		t.Errorf("second sight: %v", got)
	}
	if n := e.Findings()[0]; n != 2 {
		t.Errorf("%d findings counted", n)
	}
}

func TestModes(t *testing.T) {
	text := "detections:\n" +
		"  - {id: on, title: A}\n" +
		"  - {id: active, title: A, mode: active}\n" +
		"  - {id: test, title: T, mode: test, severity: high}\n" +
		"  - {id: off, title: O, mode: off}\n" +
		"  - {id: disabled, title: D, enabled: false}\n" +
		"  - {id: both, title: B, enabled: true, mode: test}\n" +
		"  - {id: links, title: L, mode: test, match: {flow: new}}\n"
	set := rulesOf(t, one("type: point_code, value: 4200", "type: ip_prefix, value: 198.51.100.0/24"), text)
	var modes []string
	for _, d := range set.Detections {
		modes = append(modes, fmt.Sprintf("%s:%v:%t", d.ID, d.Mode, d.Enabled))
	}
	if want := []string{"on:active:true", "active:active:true", "test:test:true", "off:off:false", "disabled:off:false", "both:test:true", "links:test:true"}; !slices.Equal(modes, want) {
		t.Errorf("modes %v", modes)
	}
	e := NewEngine(set)
	var tested []string
	e.Aside.Tested = func(f *Finding) { tested = append(tested, fmt.Sprintf("%s %v", f.Rule.ID, f.Severity)) }
	var found []string
	for _, x := range evaluate(e, mapMessage(t)) {
		found = append(found, x.rule)
	}
	if f := protectedFlow(signaling.FlowNew); len(evaluateFlow(e, f)) != 0 {
		t.Error("a finding about a link by a rule in mode test")
	}
	if !slices.Equal(found, []string{"on", "active"}) || !slices.Equal(tested, []string{"test high", "both medium", "links medium"}) {
		t.Errorf("found %v, tested %v", found, tested)
	}
	if !slices.Equal(e.Findings(), []uint64{1, 1, 0, 0, 0, 0, 0}) || !slices.Equal(e.Tested(), []uint64{0, 0, 1, 0, 0, 1, 1}) {
		t.Errorf("counts %v, %v", e.Findings(), e.Tested())
	}
	// A user's file changes the mode of a built-in rule, and its key enabled still does.
	for change, want := range map[string]Mode{"mode: test": ModeTest, "enabled: false": ModeOff, "enabled: true": ModeActive, "severity: low": ModeActive} {
		s, err := Load(Options{DetectionFiles: []string{writeFile(t, "r.yaml", "detections: [{id: sms-in-clear, "+change+"}]")}})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range s.Detections {
			if d.ID == "sms-in-clear" && d.Mode != want {
				t.Errorf("%s: %v", change, d.Mode)
			}
		}
	}
}

// TestRuleIndex holds the index to a walk over all rules.
func TestRuleIndex(t *testing.T) {
	text := "detections:\n"
	ops := []string{"updateLocation", "ULR", "cancelLocation", "mt-ForwardSM"}
	classes := []string{"location", "sms", "[location, sms]"}
	for i := range 40 {
		match := "class: " + classes[i%3]
		if i%4 != 0 {
			match = "operation: [" + ops[i%len(ops)] + ", " + ops[(i+1)%len(ops)] + "]"
		}
		if i%7 == 0 {
			match += ", about: message"
		}
		text += fmt.Sprintf("  - {id: r%d, title: R, match: {%s}}\n", i, match)
	}
	set := rulesOf(t, one("type: point_code, value: 4200"), text)
	for op := range signaling.Operation(signaling.NumOperations() + 2) {
		for c := range numClasses {
			for about, x := range map[about]*ruleIndex{aboutCarrier: &set.carrierRules, aboutMessage: &set.messageRules} {
				var want []*Detection
				for _, d := range set.Detections {
					if s := &d.selectors; s.about == about && s.class.has(uint8(c)) && s.operation(op) {
						want = append(want, d)
					}
				}
				if got := x[c].at(op); !slices.Equal(got, want) {
					t.Fatalf("class %d, operation %v: %d rules, want %d", c, op, len(got), len(want))
				}
			}
		}
	}
}

func TestBadSelectors(t *testing.T) {
	for match, want := range map[string]string{
		"{direction: [inbond]}":                    `4:25: direction: "inbond", want one of unknown, outbound, inbound, through, internal`,
		"{subscriber: own}":                        `4:25: subscriber: "own", want one of unknown, home, visitor, foreign`,
		"{service: [sigtran]}":                     `4:23: service: "sigtran", want one of none, ss7, diameter, data`,
		"{role: hub}":                              `4:19: role: "hub", want one of transit, group-operator, jurisdiction`,
		"{position: [m3ua]}":                       `4:24: position: "m3ua", want one of none, link.peer_ip, `,
		"{country: de}":                            `4:22: country: "de", want two capital letters as ISO 3166-1 has them, for example DE`,
		"{about: link}":                            `4:20: about: "link", want one of carrier, message`,
		"{about: message, evidence: hop}":          `4:20: about: a rule about messages has no carrier, evidence, confidence, role or position: those are of carriers`,
		"{about: message, flow: new}":              `4:20: about: a rule with "flow" is about links`,
		"{flow: new, partner: AAAAA}":              `4:19: flow: a rule about links has no protocol, `,
		"{}\n    mode: tset":                       `5:11: mode: "tset", want one of active, test, off`,
		"{}\n    mode: off\n    enabled: true":     `5:11: mode: off and enabled: true contradict each other, want one of them`,
		"{}\n    enabled: false\n    mode: active": `6:11: mode: active and enabled: false contradict each other, want one of them`,
	} {
		name := writeFile(t, "rules.yaml", "detections:\n  - id: mine\n    title: Mine\n    match: "+match+"\n")
		if _, err := Load(Options{DetectionFiles: []string{name}}); err == nil || !strings.HasPrefix(err.Error(), name+":"+want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", match, err)
		}
	}
}
