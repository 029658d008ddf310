package rules

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sigtransit/pkg/partners"
	"sigtransit/pkg/roaming"
)

const accepted = "owner: roaming@example.net, reason: contract ends, ticket: NOC-1, expires: 2027-03-31"

func excepting(t testing.TB, exceptions string, at time.Time) func(*Options) {
	return func(o *Options) {
		o.ExceptionFiles = []string{writeFile(t, "exceptions.yaml", "exceptions:\n"+exceptions)}
		o.Now = func() time.Time { return at }
	}
}

func TestExceptions(t *testing.T) {
	lastDay := time.Date(2027, 3, 31, 23, 59, 59, 0, time.UTC)
	for _, tt := range []struct {
		selectors string
		at        time.Time
		want      string // what became of the finding
	}{
		{"carrier: example-carrier, partner: AAAAA, class: location, rule: location-in-clear, service: ss7", lastDay, "accepted"},
		{"carrier: [other, example-carrier]", lastDay, "accepted"},
		{"partner: [AAAAA]", lastDay, "accepted"},
		{"class: [sms, location]", lastDay, "accepted"},
		{"rule: location-in-clear", lastDay, "accepted"},
		{"service: ss7", lastDay, "accepted"},
		{"carrier: other", lastDay, "found"},
		{"partner: BBBBB", lastDay, "found"},
		{"class: sms", lastDay, "found"},
		{"rule: sms-in-clear", lastDay, "found"},
		{"service: diameter", lastDay, "found"},
		{"carrier: example-carrier, service: diameter", lastDay, "found"},
		{"carrier: example-carrier", lastDay.Add(time.Second), "expired found"},
		{"carrier: other", lastDay.Add(time.Second), "found"},
	} {
		set := load(t, one("type: point_code, value: 4200")+"  - {id: other}\n", excepting(t, "  - {id: x, "+tt.selectors+", "+accepted+"}\n", lastDay))
		set.party = func(uint32) (string, string) { return "AAAAA", "AQ" }
		e := NewEngine(set)
		var got []string
		e.Aside = Aside{
			Excepted: func(f *Finding, x *Exception) { got = append(got, "accepted") },
			Expired:  func(f *Finding, x *Exception) { got = append(got, "expired") },
		}
		m := mapMessage(t)
		m.Time, m.Roaming.Partner = tt.at.UnixNano(), 5
		for range evaluate(e, m) {
			got = append(got, "found")
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s at %v: %v, want %s", tt.selectors, tt.at, got, tt.want)
		}
		n := uint64(0)
		for _, x := range e.Findings() {
			n += x
		}
		if (n == 1) != strings.HasSuffix(tt.want, "found") {
			t.Errorf("%s: %d findings counted", tt.selectors, n)
		}
	}
}

// TestExceptionsTogether: one in force takes the finding though another has ended.
func TestExceptionsTogether(t *testing.T) {
	set := load(t, one("type: point_code, value: 4200"), excepting(t, "  - {id: old, carrier: example-carrier, owner: o, reason: r, expires: 2025-01-01}\n"+
		"  - {id: new, carrier: example-carrier, owner: o, reason: r, expires: 2027-01-01}\n", time.Unix(0, 0)))
	e := NewEngine(set)
	var got []string
	e.Aside.Excepted = func(_ *Finding, x *Exception) { got = append(got, x.ID) }
	e.Aside.Expired = func(_ *Finding, x *Exception) { got = append(got, "expired "+x.ID) }
	m := mapMessage(t)
	m.Time = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC).UnixNano()
	if found := evaluate(e, m); len(found) != 0 || !slices.Equal(got, []string{"new"}) {
		t.Errorf("%v %v", found, got)
	}
	// Links, and rules in mode test: no exception is told of what is only tried.
	if x := set.Exceptions[1]; x.Owner != "o" || x.Reason != "r" || x.Expires != time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC) || x.Index != 1 || x.At.Line != 3 {
		t.Errorf("%+v", x)
	}
}

func TestBadExceptions(t *testing.T) {
	for text, want := range map[string]string{
		"  - {id: x, carrier: a}\n":                                                              `2:5: exception: no owner, reason, expires; want all of id, owner, reason and expires: who accepts what, why and until when`,
		"  - {carrier: a, " + accepted + "}\n":                                                   `2:5: exception: no id; want all of`,
		"  - {id: x, " + accepted + "}\n":                                                        `2:5: exception: accepts everything; want at least one of partner, carrier, rule, class, service`,
		"  - {id: X, carrier: a, " + accepted + "}\n":                                            `2:10: id: "X", want lower-case letters`,
		"  - {id: x, carrier: c, " + accepted + "}\n":                                            `2:22: carrier: "c" is on no watchlist; want one of a`,
		"  - {id: x, rule: nothing, " + accepted + "}\n":                                         `2:19: rule: there is no detection "nothing"; want one of authentication-in-clear, `,
		"  - {id: x, class: [sm], " + accepted + "}\n":                                           `2:21: class: "sm", want one of other, `,
		"  - {id: x, carier: a, " + accepted + "}\n":                                             `2:13: exception: unknown key "carier", want one of id, partner, carrier, rule, class, service, owner, reason, ticket, expires`,
		"  - {id: x, carrier: a, expires: 31.3.2027}\n":                                          `2:34: expires: "31.3.2027", want the last day as YEAR-MONTH-DAY, from 1971 to 2200, for example 2027-03-31`,
		"  - {id: x, carrier: a, " + accepted + "}\n  - {id: x, class: sms, " + accepted + "}\n": `3:10: id: exception "x" stands in `,
	} {
		name := writeFile(t, "exceptions.yaml", "exceptions:\n"+text)
		_, err := Load(Options{NoBuiltin: true, WatchlistFiles: []string{writeFile(t, "w.yaml", "carriers: [{id: a}]")}, ExceptionFiles: []string{name}})
		if err == nil || !strings.HasPrefix(err.Error(), name+":"+want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestWarnings: what can never apply, and what contradicts something, with both places.
func TestWarnings(t *testing.T) {
	if s, err := Load(Options{}); err != nil || s.Warnings != nil {
		t.Fatalf("built in: %v %v", err, s.Warnings)
	}
	when := time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct{ name, rules, exceptions, want string }{
		{"nothing wrong", "  - {id: a, title: A, adjust: [{when: {refused: true}, severity: low}, {when: {confidence: low}, severity: low}]}\n", "", ""},
		{"a step behind a wider one", "  - id: a\n    title: A\n    adjust:\n      - {when: {evidence: [hop, adjacent]}, severity: low}\n      - {when: {evidence: hop, refused: true}, severity: high}\n", "",
			`RULES:6:9: adjust: this step of "a" never decides: the one in RULES:5 (evidence: hop|adjacent) fits wherever it does`},
		{"of a list of disclosures", "  - id: a\n    title: A\n    adjust:\n      - {when: {returned: [keys, cell]}, severity: low}\n      - {when: {returned: keys}, severity: high}\n      - {when: {returned: [keys, imsi]}, severity: high}\n", "",
			`RULES:6:9: adjust: this step of "a" never decides: the one in RULES:5 (returned: keys|cell) fits wherever it does`},
		{"nothing returned", "  - id: a\n    title: A\n    adjust:\n      - {when: {returned: [nothing]}, severity: low}\n      - {when: {returned: [nothing, imsi]}, severity: low}\n      - {when: {returned: [imsi]}, severity: high}\n", "",
			`RULES:7:9: adjust: this step of "a" never decides: the one in RULES:6 (returned: nothing|imsi) fits wherever it does`},
		{"a step about what the rule is not", "  - id: a\n    title: A\n    match: {class: sms}\n    adjust: [{when: {class: location}, severity: low}]\n", "",
			`RULES:5:14: adjust: this step never decides: its class is none that "a", in RULES:2, is about`},
		{"what is left of a step", "  - id: a\n    title: A\n    match: {evidence: [hop, adjacent]}\n    adjust:\n      - {when: {evidence: hop}, severity: low}\n      - {when: {evidence: [address, hop]}, severity: high}\n", "",
			`RULES:7:9: adjust: this step of "a" never decides: the one in RULES:6 (evidence: hop) fits wherever it does`},
		{"operations of another class", "  - {id: a, title: A, match: {class: sms, operation: [updateLocation, ULR]}}\n", "",
			`RULES:2:10: detection "a" never fires: none of its operations is of its classes and protocols`},
		{"one of them is", "  - {id: a, title: A, match: {class: sms, operation: [updateLocation, mt-ForwardSM]}}\n", "", ""},
		{"a rule that is off", "  - {id: a, title: A, mode: off, match: {class: sms, operation: ULR}}\n", "", ""},
		{"an exception that ended", "  - {id: a, title: A}\n", "  - {id: x, class: sms, owner: noc, reason: r, expires: 2026-11-26}\n",
			`EXCEPTIONS:2:10: exception "x" of noc ended on 2026-11-26: what it accepted is found again`},
		{"its last day", "  - {id: a, title: A}\n", "  - {id: x, class: sms, owner: noc, reason: r, expires: 2026-11-27}\n", ""},
		{"an exception behind a wider one", "  - {id: a, title: A}\n", "  - {id: x, class: [sms, call], " + accepted + "}\n  - {id: y, class: sms, partner: AAAAA, " + accepted + "}\n",
			`EXCEPTIONS:3:10: exception "y" never applies: "x" in EXCEPTIONS:2 covers it`},
		{"one that lasts longer", "  - {id: a, title: A}\n", "  - {id: x, class: [sms, call], owner: o, reason: r, expires: 2026-12-01}\n  - {id: y, class: sms, " + accepted + "}\n", ""},
		{"a rule covered as a whole", "  - {id: a, title: A, match: {class: sms}}\n", "  - {id: x, class: sms, " + accepted + "}\n",
			`EXCEPTIONS:2:10: exception "x" covers all that detection "a", in RULES:2, can find until 2027-03-31; mode: off says so plainly`},
		{"a step behind one without conditions", "  - id: a\n    title: A\n    adjust:\n      - {when: {}, severity: low}\n      - {when: {refused: true}, severity: high}\n", "",
			`RULES:6:9: adjust: this step of "a" never decides: the one in RULES:5 (always) fits wherever it does`},
		{"conditions that ask nothing", "  - {id: a, title: A, condition: \"false\"}\n  - {id: b, title: B, condition: 1/0 == 1}\n  - {id: c, title: C, condition: false && refused}\n  - {id: d, title: D, condition: 1 < 2}\n", "",
			`RULES:2:34: condition: asks nothing of a message and never holds: detection "a" never fires; mode: off says so plainly
RULES:3:34: condition: asks nothing of a message and never holds: detection "b" never fires; mode: off says so plainly
RULES:4:34: condition: asks nothing of a message and never holds: detection "c" never fires; mode: off says so plainly
RULES:5:34: condition: asks nothing of a message and always holds: "d" is the same without it`},
		{"conditions that ask something", "  - {id: a, title: A, condition: refused || 1/0 == 1}\n  - {id: b, title: B, mode: off, condition: \"false\"}\n", "", ""},
		{"an exception of a class that its rule has not", "  - {id: a, title: A, match: {class: sms}}\n  - {id: b, title: B, match: {service: ss7, carrier: c}}\n",
			"  - {id: y, rule: a, class: location, " + accepted + "}\n  - {id: z, rule: [a, b], class: location, service: diameter, " + accepted + "}\n  - {id: x, rule: [a, b], class: location, " + accepted + "}\n",
			`EXCEPTIONS:2:10: exception "y" never applies: "a", in RULES:2, finds nothing of its class
EXCEPTIONS:3:10: exception "z" never applies: "a", in RULES:2, finds nothing of its class; "b", in RULES:3, finds nothing of its service`},
		{"of another partner", "  - {id: a, title: A, match: {partner: AAAAA}}\n", "  - {id: x, rule: a, partner: BBBBB, " + accepted + "}\n",
			`EXCEPTIONS:2:10: exception "x" never applies: "a", in RULES:2, finds nothing of its partner`},
		{"a part of a rule", "  - {id: a, title: A, match: {class: sms}}\n", "  - {id: x, class: sms, carrier: c, " + accepted + "}\n", ""},
	} {
		rules, exceptions := writeFile(t, "r.yaml", "detections:\n"+tt.rules), writeFile(t, "x.yaml", "exceptions:\n"+tt.exceptions)
		o := Options{NoBuiltin: true, NoBuiltinDetections: true, DetectionFiles: []string{rules}, WatchlistFiles: []string{writeFile(t, "w.yaml", "carriers: [{id: c}]")},
			Now: func() time.Time { return when }}
		if tt.exceptions != "" {
			o.ExceptionFiles = []string{exceptions}
		}
		s, err := Load(o)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		got := ""
		for i, w := range s.Warnings {
			if i > 0 {
				got += "\n"
			}
			got += w.String()
		}
		if got = strings.ReplaceAll(strings.ReplaceAll(got, rules, "RULES"), exceptions, "EXCEPTIONS"); got != tt.want {
			t.Errorf("%s:\n%s\nwant\n%s", tt.name, got, tt.want)
		}
	}
}

// TestUnknownPartners: ids that no message can have, in rules and exceptions.
func TestUnknownPartners(t *testing.T) {
	file := writeFile(t, "r.yaml", "detections:\n  - {id: a, title: A, match: {partner: [ATEST, ATSET, sh, SH]}}\n  - {id: b, title: B, mode: off, match: {partner: NOONE}}\n")
	accept := writeFile(t, "x.yaml", "exceptions:\n  - {id: x, partner: btest, "+accepted+"}\n")
	for _, tt := range []struct {
		known []*partners.Partner
		want  string
	}{
		{nil, ""},
		{[]*partners.Partner{{ID: "BTEST"}, {ID: "ATEST"}}, `2:48 partner: "ATSET" is in no partner file and in no numbering data: nothing is ever its; the nearest id is "ATEST"
2:59 partner: "SH" is in no partner file and in no numbering data: nothing is ever its; the nearest id is "BTEST"
2:22 partner: "btest" is in no partner file and in no numbering data: nothing is ever its; the nearest id is "BTEST"`},
	} {
		s, err := Load(Options{NoBuiltinDetections: true, DetectionFiles: []string{file}, ExceptionFiles: []string{accept},
			Now: func() time.Time { return time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC) },
			Roaming: func(hubs roaming.Transit) *roaming.Table {
				table, _ := roaming.Compile(roaming.Home{}, tt.known, hubs)
				return table
			}})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, w := range s.Warnings {
			got = append(got, fmt.Sprintf("%d:%d %s", w.Line, w.Column, w.Text))
		}
		if strings.Join(got, "\n") != tt.want {
			t.Errorf("%d partners:\n%s", len(tt.known), strings.Join(got, "\n"))
		}
	}
}

// TestContradictions: two carriers that are both sure of the same gear, and a link that
// the inventory gives to another carrier than the watchlist.
func TestContradictions(t *testing.T) {
	zero := uint8(0)
	list := "carriers:\n" + entry("a", "type: host, value: dra.example.net, confidence: high", "type: host, value: sure.example.net, confidence: high", "type: ip_prefix, value: 203.0.113.0/24") +
		entry("b", "type: host, value: DRA.example.net, confidence: high", "type: host, value: sure.example.net", "type: point_code, value: 2-013-0") +
		entry("c", "type: host, value: dra.example.net, confidence: high, role: group-operator")
	s := load(t, list, func(o *Options) {
		o.Links = []LinkCarrier{
			{Name: "1", Peers: prefixes("203.0.113.9/32"), Carrier: "b", At: Place{"conf.yaml", 3, 4}},
			{Name: "2", Peers: prefixes("203.0.113.9/32"), Carrier: "a", At: Place{"conf.yaml", 4, 4}},
			{Name: "3", PointCodes: codesOf(4200), NetworkIndicator: &zero, Carrier: "a", At: Place{"conf.yaml", 5, 4}},
		}
	})
	var got []string
	for _, w := range s.Warnings {
		got = append(got, fmt.Sprintf("%d:%d %s", w.Line, w.Column, w.Text))
	}
	file := s.Identifiers[0].At.File
	want := []string{
		`9:29 host: "DRA.example.net" is b's for certain here, and a's in ` + file + `:4`,
		`3:4 link "1": 203.0.113.9 is a's by "203.0.113.0/24" in ` + file + `:6, not b's`,
		`5:4 link "3": point code 2-013-0 is b's by "2-013-0" in ` + file + `:11, not a's`,
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestExamples: the files that are shipped as examples load without a warning.
func TestExamples(t *testing.T) {
	s, err := Load(Options{DetectionFiles: []string{"../deploy/rules/detections.yaml"}, ExceptionFiles: []string{"../deploy/rules/exceptions.yaml"},
		Now: func() time.Time { return time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC) }})
	if err != nil || len(s.Exceptions) != 1 {
		t.Fatal(err)
	}
	for _, w := range s.Warnings {
		if w.File != "" && !strings.Contains(w.Text, "partner") {
			t.Error(w)
		}
	}
}
