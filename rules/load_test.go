package rules

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
)

// TestBadFiles: each mistake gives one message that says where it is, what was
// read and what would be right.
func TestBadFiles(t *testing.T) {
	const head = "carriers:\n  - id: a\n    identifiers:\n      - "
	for _, tc := range []struct{ name, text, want string }{
		{"empty", "", "FILE: is empty"},
		{"comment only", "# nothing\n", "FILE: is empty"},
		{"not YAML", "carriers: [\n", "FILE:1:11: not YAML: sequence end token ']' not found"},
		{"duplicate key", "carriers:\n  - id: a\n    id: b\n", `FILE:3:5: not YAML: mapping key "id" already defined at [2:5]`},
		{"scalar", "hello\n", `FILE:1:1: carrier file: got "hello", want a mapping with the keys carriers, sources`},
		{"list", "- id: a\n", "FILE:1:1: carrier file: got a list, want a mapping with the keys carriers, sources"},
		{"no carriers", "sources: {}\n", `FILE:1:1: carrier file: no key "carriers"`},
		{"carriers a mapping", "carriers:\n  id: a\n", "FILE:2:3: carriers: got a mapping, want a list"},
		{"unknown top key", "carriers: []\nextra: 1\n", `FILE:2:1: carrier file: unknown key "extra", want one of carriers, sources`},
		{"unknown carrier key", "carriers:\n  - id: a\n    identifers: []\n", `FILE:3:5: carrier: unknown key "identifers", want one of id, name, aliases, match_names, group, headquarters, jurisdiction, replace, watched, basis, asns, identifiers, note`},
		{"unknown source key", "carriers: []\nsources:\n  x: {titel: y}\n", `FILE:3:7: source "x": unknown key "titel", want one of title, publisher, where`},
		{"carrier without id", "carriers:\n  - name: a\n", `FILE:2:5: carrier: no "id"`},
		{"bad id", "carriers:\n  - id: A b\n", `FILE:2:9: id: "A b", want lower-case letters, digits and hyphens, at most 63, for example "example-carrier"`},
		{"empty id", "carriers:\n  - id:\n", "FILE:2:9: id: got nothing, want text"},
		{"carrier twice", "carriers:\n  - id: a\n  - id: a\n", `FILE:3:9: id: carrier "a" stands in this file already, in line 2`},
		{"replace is text", "carriers:\n  - {id: a, replace: yep}\n", `FILE:2:22: replace: got "yep", want true or false`},
		{"bad asn", "carriers:\n  - {id: a, asns: [{asn: x}]}\n", `FILE:2:26: asn: got "x", want a whole number from 0 to 4294967295`},
		{"bad basis", "carriers:\n  - {id: a, basis: [{txt: x}]}\n", `FILE:2:22: basis: unknown key "txt", want one of text, source, confidence`},
		{"match names", "carriers:\n  - {id: a, match_names: [\"\", a, the, cmi, \"h.k\", \"the and\", the one]}\n", `FILE:2:27: match_names: "", want a name that no other company has in its own, of three letters or digits at least
FILE:2:31: match_names: "a", want a name that no other company has in its own, of three letters or digits at least
FILE:2:34: match_names: "the", want a name that no other company has in its own, of three letters or digits at least
FILE:2:44: match_names: "h.k", want a name that no other company has in its own, of three letters or digits at least
FILE:2:51: match_names: "the and", want a name that no other company has in its own, of three letters or digits at least`},
		{"anchor", "carriers:\n  - id: &x a\n", "FILE:2:9: id: got an anchor or alias (not supported here), want text"},

		{"unknown key", head + "{type: host, valeu: a}\n", `FILE:4:22: identifier: unknown key "valeu", want one of type, value, values, network_indicator, variant, role, confidence, status, source, note, label, holder, country`},
		{"no type", head + "{value: a}\n", `FILE:4:9: identifier: no "type", want one of point_code, ip_prefix, gt_prefix, host, host_suffix, realm, realm_suffix, plmn`},
		{"bad type", head + "{type: hots, value: a}\n", `FILE:4:16: type: "hots", want one of point_code, ip_prefix, gt_prefix, host, host_suffix, realm, realm_suffix, plmn`},
		{"no value", head + "{type: host}\n", `FILE:4:9: identifier: want one of "value" and "values"`},
		{"value and values", head + "{type: host, value: a, values: [b]}\n", `FILE:4:9: identifier: want one of "value" and "values"`},
		{"values a scalar", head + "{type: host, values: a}\n", `FILE:4:30: values: got "a", want a list`},
		{"value a list", head + "{type: host, value: [a]}\n", "FILE:4:29: value: got a list, want text"},
		{"null value", head + "{type: host, value: null}\n", "FILE:4:29: value: got nothing, want text"},
		{"bad role", head + "{type: host, value: a, role: hub}\n", `FILE:4:38: role: "hub", want one of transit, group-operator, jurisdiction`},
		{"bad confidence", head + "{type: host, value: a, confidence: sure}\n", `FILE:4:44: confidence: "sure", want one of low, medium, high`},
		{"bad status", head + "{type: host, value: a, status: gone}\n", `FILE:4:40: status: "gone", want one of listed, withdrawn, reassigned`},
		{"value twice", head + "{type: point_code, value: 4-106-6}\n      - {type: point_code, value: 9046}\n", `FILE:5:35: point_code: "9046" stands in this carrier already, in line 4`},

		{"point code", head + "{type: point_code, value: 8-106-6}\n", `FILE:4:35: point_code: "8-106-6", want a point code as zone-network-point (0-7, 0-255, 0-7), decimal or 0x hex, or zone-network for the eight codes of a signalling area`},
		{"point code of four parts", head + "{type: point_code, value: 1-2-3-4}\n", `FILE:4:35: point_code: "1-2-3-4", want a point code as zone-network-point (0-7, 0-255, 0-7), decimal or 0x hex, or zone-network for the eight codes of a signalling area`},
		{"wide international code", head + "{type: point_code, value: 16384}\n", `FILE:4:35: point_code: "16384", an international point code (network indicator 0) has 14 bits, at most 7-255-7 (16383)`},
		{"network indicator", head + "{type: point_code, value: 1, network_indicator: 4}\n", "FILE:4:57: network_indicator: got 4, want a whole number from 0 to 3"},
		{"variant", head + "{type: point_code, value: 1, variant: etsi}\n", `FILE:4:47: variant: "etsi", want one of itu, ansi, china, japan`},
		{"variant of a host", head + "{type: host, value: a, variant: ansi}\n", "FILE:4:41: variant: belongs to a point_code, not to a host"},
		{"code too wide for its variant", head + "{type: point_code, value: 1-2-256, variant: ansi}\n", `FILE:4:35: point_code: "1-2-256", want a point code as network-cluster-member (0-255 each), decimal, or 0x hex, of at most 24 bits`},
		{"network indicator of a host", head + "{type: host, value: a, network_indicator: 0}\n", "FILE:4:51: network_indicator: belongs to a point_code, not to a host"},
		{"ip prefix", head + "{type: ip_prefix, value: 203.0.113.0/33}\n", `FILE:4:34: ip_prefix: "203.0.113.0/33", want an IP prefix or address, for example 192.0.2.0/24 or 2001:db8::/32`},
		{"ip prefix with host bits", head + "{type: ip_prefix, value: 203.0.113.5/24}\n", `FILE:4:34: ip_prefix: "203.0.113.5/24", has bits set behind the prefix, want 203.0.113.0/24 or 203.0.113.5`},
		{"gt prefix", head + "{type: gt_prefix, value: +356 99}\n", `FILE:4:34: gt_prefix: "+356 99", want the first 1 to 15 digits of an international number without + or 00, for example 35699`},
		{"gt prefix too long", head + "{type: gt_prefix, value: '1234567890123456'}\n", `FILE:4:34: gt_prefix: "1234567890123456", want the first 1 to 15 digits of an international number without + or 00, for example 35699`},
		{"host with a wildcard", head + "{type: host, value: '*.example.net'}\n", `FILE:4:29: host: "*.example.net", has a wildcard, want type host_suffix with value example.net`},
		{"realm with a wildcard", head + "{type: realm_suffix, value: '*.example.net'}\n", `FILE:4:37: realm_suffix: "*.example.net", has a wildcard, want type realm_suffix with value example.net`},
		{"host with a URI", head + "{type: host, value: aaa://a.example.net}\n", `FILE:4:29: host: "aaa://a.example.net", want a DNS name: labels of 1 to 63 letters, digits, hyphens or underscores with dots between, at most 255 in all`},
		{"host with an empty label", head + "{type: host_suffix, value: .example.net}\n", `FILE:4:36: host_suffix: ".example.net", want a DNS name: labels of 1 to 63 letters, digits, hyphens or underscores with dots between, at most 255 in all`},
		{"plmn", head + "{type: plmn, value: 00101}\n", `FILE:4:29: plmn: "00101", want a PLMN as MCC-MNC, for example 001-01, or an MCC alone for a whole country`},
		{"several", head + "{type: host, value: 'a b'}\n      - {type: plmn, value: x}\n", `FILE:4:29: host: "a b", want a DNS name: labels of 1 to 63 letters, digits, hyphens or underscores with dots between, at most 255 in all` + "\n" + `FILE:5:29: plmn: "x", want a PLMN as MCC-MNC, for example 001-01, or an MCC alone for a whole country`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := writeFile(t, "w.yaml", tc.text)
			check(t, Options{WatchlistFiles: []string{p}, NoBuiltin: true}, p, tc.want)
		})
	}
}

func TestBadDetections(t *testing.T) {
	const head = "detections:\n  - id: a\n    title: A\n"
	for _, tc := range []struct{ name, text, want string }{
		{"no list", "rules: []\n", `FILE:1:1: detection file: unknown key "rules", want one of detections`},
		{"unknown key", head + "    sev: low\n", `FILE:4:5: detection: unknown key "sev", want one of id, rev, title, description, category, mode, enabled, severity, match, condition, adjust, references`},
		{"no id", "detections:\n  - title: A\n", `FILE:2:5: detection: no "id"`},
		{"bad id", "detections:\n  - id: A!\n    title: A\n", `FILE:2:9: id: "A!", want lower-case letters, digits and hyphens, at most 63, for example "location-in-clear"`},
		{"no title", "detections:\n  - id: a\n", `FILE:2:9: detection: "a" has no "title"`},
		{"twice", head + "  - id: a\n    title: B\n", `FILE:4:9: id: detection "a" stands in this file already, in line 2`},
		{"severity", head + "    severity: urgent\n", `FILE:4:15: severity: "urgent", want one of info, low, medium, high, critical`},
		{"class", head + "    match: {class: [locations]}\n", `FILE:4:21: class: "locations", want one of other, location, sms, authentication, call, data, subscriber, protected, control`},
		{"evidence", head + "    match: {evidence: near}\n", `FILE:4:23: evidence: "near", want one of none, jurisdiction, group, declared, address, hop, adjacent`},
		{"operation", head + "    match: {operation: [updateLocations]}\n", `FILE:4:25: operation: "updateLocations" is not in the catalogue, want names as the standards write them, for example updateLocation, ULR or SWx/MAR`},
		{"carrier", head + "    match: {carrier: [nobody]}\n", `FILE:4:23: carrier: "nobody" is on no watchlist; want one of china-mobile-international, china-telecom-global, china-unicom-global, citic-telecom-international, jurisdiction-cn, jurisdiction-hk, jurisdiction-mo, pccw-global`},
		{"misspelt id", "detections:\n  - id: location-in-cler\n    mode: off\n", `FILE:2:9: id: there is no detection "location-in-cler" to change; the nearest is "location-in-clear", and one of your own wants a "title"`},
		{"tab", "detections:\n\t- id: a\n", `FILE:2:1: not YAML: a tab stands here; indent with blanks`},
		{"country", head + "    match: {country: [GB, UK]}\n", `FILE:4:27: country: "UK" is the code of no country, want one of ISO 3166-1, for example GB`},
		{"match key", head + "    match: {classes: [sms]}\n", `FILE:4:13: match: unknown key "classes", want one of protocol, class, kind, operation, evidence, confidence, protection, direction, subscriber, service, role, position, partner, country, contradicts, about, flow, path, carrier`},
		{"returned", head + "    adjust: [{when: {returned: [secrets]}, severity: high}]\n", `FILE:4:33: returned: "secrets", want one of nothing, authentication_vectors, keys, imsi, msisdn, imei, serving_node, cell, position, subscriber_state, subscriber_data, roaming_number, sms_text, ussd_text, forwarded_to_number, services, apns, barring, camel, charging, restrictions, location_privacy, location_age, external_id, supplementary_services, call_forwarding, cug, party_number, redirection_number, dialled_digits, ss_password, user_address`},
		{"half a step", head + "    adjust: [{when: {refused: true}}]\n", `FILE:4:14: adjust: want both "when" and "severity"`},
		{"enabled", head + "    enabled: on\n", `FILE:4:14: enabled: got "on", want true or false`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := writeFile(t, "d.yaml", tc.text)
			check(t, Options{DetectionFiles: []string{p}}, p, tc.want)
		})
	}
}

func check(t *testing.T, o Options, file, want string) {
	t.Helper()
	s, err := Load(o)
	var le *LoadError
	if !errors.As(err, &le) || s != nil {
		t.Fatalf("set %v, error %v", s, err)
	}
	if got := strings.ReplaceAll(err.Error(), file, "FILE"); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestMissingFile(t *testing.T) {
	p := filepath.Join(t.TempDir(), "no.yaml")
	check(t, Options{WatchlistFiles: []string{p}, DetectionFiles: []string{p}}, p, "FILE: cannot be read: no such file or directory\nFILE: cannot be read: no such file or directory")
}

// TestByteOrderMark: an editor's mark before the first key is none of it.
func TestByteOrderMark(t *testing.T) {
	load(t, "\ufeff"+one("type: host, value: a.example.net"), func(o *Options) {
		o.DetectionFiles = []string{writeFile(t, "d.yaml", "\ufeffdetections: []\n")}
		o.ExceptionFiles = []string{writeFile(t, "x.yaml", "\ufeffexceptions: []\n")}
	})
}

func TestManyProblems(t *testing.T) {
	p := writeFile(t, "w.yaml", one(make([]string, 200)...))
	_, err := Load(Options{WatchlistFiles: []string{p}})
	var le *LoadError
	if !errors.As(err, &le) || len(le.Problems) != maxProblems || le.More != 150 || !strings.HasSuffix(err.Error(), "\nand 150 more") {
		t.Errorf("%v", err)
	}
}

func TestMerge(t *testing.T) {
	file := func(text string) string { return writeFile(t, "w.yaml", text) }
	t.Run("adds to a built-in carrier", func(t *testing.T) {
		plain, err := Load(Options{})
		if err != nil {
			t.Fatal(err)
		}
		s, err := Load(Options{WatchlistFiles: []string{file("carriers:\n  - id: pccw-global\n    name: PCCW\n    identifiers:\n" +
			"      - {type: gt_prefix, value: 35699}\n" +
			"      - {type: point_code, value: 4-106-6, status: withdrawn}\n")}})
		if err != nil {
			t.Fatal(err)
		}
		before, _ := plain.Carrier("pccw-global")
		after, _ := s.Carrier("pccw-global")
		if len(after.Identifiers) != len(before.Identifiers)+1 || after.Name != "PCCW" || !after.Builtin {
			t.Errorf("%d identifiers, name %q", len(after.Identifiers), after.Name)
		}
		for _, id := range after.Identifiers {
			if id.Value == "4-106-6" && (id.Status != StatusWithdrawn || id.Builtin) {
				t.Errorf("the user's entry does not stand: %+v", id)
			}
		}
		if s.Matched() != plain.Matched() { // one more, one less
			t.Errorf("%d identifiers matched, were %d", s.Matched(), plain.Matched())
		}
	})
	t.Run("replaces a built-in carrier", func(t *testing.T) {
		s, err := Load(Options{WatchlistFiles: []string{file("carriers:\n  - id: pccw-global\n    replace: true\n    identifiers:\n      - {type: gt_prefix, value: 35699}\n")}})
		if err != nil {
			t.Fatal(err)
		}
		c, _ := s.Carrier("pccw-global")
		if len(c.Identifiers) != 1 || c.Name != "pccw-global" || c.Builtin || s.Carriers[c.Index] != c {
			t.Errorf("%+v", c)
		}
	})
	t.Run("no built-in carriers", func(t *testing.T) {
		s := load(t, one("type: gt_prefix, value: 35699"))
		if len(s.Carriers) != 1 || len(s.Identifiers) != 1 || s.Carriers[0].Name != "example-carrier" {
			t.Errorf("%d carriers", len(s.Carriers))
		}
		id := s.Identifiers[0]
		if id.Role != signaling.RoleTransit || id.Confidence != signaling.ConfidenceMedium || id.Status != StatusListed || id.Carrier != s.Carriers[0] {
			t.Errorf("defaults: %+v", id)
		}
	})
	t.Run("between user files", func(t *testing.T) {
		a := writeFile(t, "a.yaml", one("type: gt_prefix, value: 35699"))
		b := writeFile(t, "b.yaml", one("type: gt_prefix, value: 35698"))
		check(t, Options{WatchlistFiles: []string{a, b}}, b, `FILE:2:9: id: carrier "example-carrier" stands in `+a+":2 already")
	})
	t.Run("one file of several documents", func(t *testing.T) {
		if s := load(t, one("type: gt_prefix, value: 35699")+"---\n"+carrier("b", "type: gt_prefix, value: 35698")); len(s.Carriers) != 2 {
			t.Errorf("%d carriers", len(s.Carriers))
		}
	})
	t.Run("changes a built-in rule", func(t *testing.T) {
		p := writeFile(t, "d.yaml", "detections:\n  - {id: group-network-in-clear, enabled: true}\n  - {id: sms-in-clear, severity: high, adjust: []}\n")
		s, err := Load(Options{DetectionFiles: []string{p}})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range s.Detections {
			switch d.ID {
			case "group-network-in-clear":
				if !d.Enabled || d.Title == "" || d.Severity != signaling.SeverityInfo || !d.selectors.evidence.has(uint8(signaling.EvidenceGroup)) {
					t.Errorf("%+v", d)
				}
			case "sms-in-clear":
				if d.Severity != signaling.SeverityHigh || len(d.ladder) != 0 {
					t.Errorf("%+v", d)
				}
			}
		}
	})
	t.Run("rule of two user files", func(t *testing.T) {
		a := writeFile(t, "a.yaml", "detections:\n  - {id: x, title: X}\n")
		b := writeFile(t, "b.yaml", "detections:\n  - {id: x, title: X}\n")
		check(t, Options{DetectionFiles: []string{a, b}}, b, `FILE:2:10: id: detection "x" stands in `+a+":2 already")
	})
}

// TestBuiltin holds the built-in carriers to the numbers of the sources they were
// written from.
func TestBuiltin(t *testing.T) {
	s, err := Load(Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, id := range s.Identifiers {
		got[fmt.Sprintf("%s %s %v %s", id.Carrier.ID, id.Type, id.Role, id.Status)]++
		if _, ok := s.Sources[id.Source]; !ok {
			t.Errorf("%s %s: source %q is not in the file", id.Carrier.ID, id.Value, id.Source)
		}
		if !id.Builtin || s.Identifiers[id.Index] != id || s.Carriers[id.Carrier.Index] != id.Carrier {
			t.Errorf("%s %s: built-in %t, index %d", id.Carrier.ID, id.Value, id.Builtin, id.Index)
		}
	}
	want := map[string]int{
		"china-mobile-international point_code transit listed":         13,
		"china-mobile-international point_code transit withdrawn":      2,
		"china-mobile-international point_code group-operator listed":  18,
		"china-mobile-international plmn group-operator listed":        10,
		"china-mobile-international gt_prefix group-operator listed":   131,
		"china-mobile-international host_suffix transit listed":        1,
		"china-telecom-global point_code transit listed":               6,
		"china-telecom-global point_code transit withdrawn":            2,
		"china-telecom-global point_code transit reassigned":           2,
		"china-telecom-global point_code group-operator listed":        32,
		"china-telecom-global plmn group-operator listed":              7,
		"china-telecom-global gt_prefix group-operator listed":         69,
		"china-unicom-global point_code transit listed":                6,
		"china-unicom-global point_code transit withdrawn":             3,
		"china-unicom-global point_code group-operator listed":         30,
		"china-unicom-global plmn group-operator listed":               4,
		"china-unicom-global gt_prefix group-operator listed":          41,
		"citic-telecom-international point_code transit listed":        15,
		"citic-telecom-international point_code transit withdrawn":     5,
		"citic-telecom-international point_code group-operator listed": 4,
		"citic-telecom-international plmn group-operator listed":       3,
		"citic-telecom-international gt_prefix group-operator listed":  84,
		"pccw-global point_code transit listed":                        9,
		"pccw-global point_code transit withdrawn":                     1,
		"pccw-global point_code transit reassigned":                    2,
		"pccw-global point_code group-operator listed":                 6,
		"pccw-global plmn group-operator listed":                       7,
		"pccw-global plmn group-operator reassigned":                   1, // 454-29
		"pccw-global gt_prefix group-operator listed":                  150,
		"pccw-global host_suffix transit listed":                       1,
		"jurisdiction-cn gt_prefix jurisdiction listed":                1,
		"jurisdiction-cn plmn jurisdiction listed":                     2,
		"jurisdiction-cn point_code jurisdiction listed":               11,
		"jurisdiction-hk gt_prefix jurisdiction listed":                1,
		"jurisdiction-hk plmn jurisdiction listed":                     1,
		"jurisdiction-hk point_code jurisdiction listed":               17,
		"jurisdiction-mo gt_prefix jurisdiction listed":                1,
		"jurisdiction-mo plmn jurisdiction listed":                     1,
		"jurisdiction-mo point_code jurisdiction listed":               2,
	}
	for k, n := range want {
		if got[k] != n {
			t.Errorf("%s: %d, want %d", k, got[k], n)
		}
	}
	for k, n := range got {
		if _, ok := want[k]; !ok {
			t.Errorf("%s: %d, want none", k, n)
		}
	}
	asns := map[string]int{"china-mobile-international": 5, "china-telecom-global": 11, "china-unicom-global": 9, "citic-telecom-international": 9, "pccw-global": 5}
	for _, c := range s.Carriers {
		if len(c.ASNs) != asns[c.ID] {
			t.Errorf("%s: %d ASNs, want %d", c.ID, len(c.ASNs), asns[c.ID])
		}
		if len(c.Basis) == 0 != strings.HasPrefix(c.ID, "jurisdiction-") {
			t.Errorf("%s: %d reasons", c.ID, len(c.Basis))
		}
		for _, b := range c.Basis {
			if _, ok := s.Sources[b.Source]; !ok || b.Text == "" {
				t.Errorf("%s: reason %+v", c.ID, b)
			}
		}
		for _, a := range c.ASNs {
			if _, ok := s.Sources[a.Source]; !ok || a.Name == "" || a.Number == 0 {
				t.Errorf("%s: %+v", c.ID, a)
			}
		}
	}
	for _, d := range s.Detections {
		if off := strings.HasPrefix(d.ID, "group-") || strings.HasPrefix(d.ID, "jurisdiction-") || d.ID == "path-volume"; d.Enabled == off || d.Title == "" || d.Description == "" || !d.Builtin {
			t.Errorf("%s: enabled %t", d.ID, d.Enabled)
		}
	}
	for id, want := range map[string]string{
		"location-in-clear":        "[location] [address hop adjacent] 6",
		"sms-in-clear":             "[sms] [address hop adjacent] 6",
		"authentication-in-clear":  "[authentication] [address hop adjacent] 6",
		"call-in-clear":            "[call] [address hop adjacent] 7",
		"data-in-clear":            "[data] [address hop adjacent] 7",
		"subscriber-data-in-clear": "[subscriber] [address hop adjacent] 7",
	} {
		i := slices.IndexFunc(s.Detections, func(d *Detection) bool { return d.ID == id })
		if i < 0 {
			t.Errorf("no detection %s", id)
		} else if d := s.Detections[i]; fmt.Sprint(d.Classes(), d.Evidence(), len(d.Ladder())) != want {
			t.Errorf("%s: %v %v %d", d.ID, d.Classes(), d.Evidence(), len(d.Ladder()))
		}
	}
	if _, ok := s.Carrier("nobody"); ok {
		t.Error("found a carrier that is not there")
	}
}

// TestBuiltinSamples looks some published facts up, and what must not match.
func TestBuiltinSamples(t *testing.T) {
	s, err := Load(Options{})
	if err != nil {
		t.Fatal(err)
	}
	x := &s.index
	carrier := func(ref uint32) string {
		if ref == 0 {
			return ""
		}
		var out []string
		for _, i := range x.at(ref) {
			out = append(out, s.Identifiers[i].Carrier.ID+" "+s.Identifiers[i].Role.String())
		}
		return strings.Join(out, ", ")
	}
	for code, want := range map[string]string{
		"4-106-6": "pccw-global transit",
		"4-106-5": "pccw-global group-operator",
		"2-242-7": "china-mobile-international transit",
		"4-184-4": "china-telecom-global transit",
		"4-107-5": "china-unicom-global transit",
		"5-048-0": "citic-telecom-international transit",
		"3-033-3": "", // reassigned
		"2-165-3": "", // reassigned
		"4-240-4": "", // withdrawn
		"4-106-4": "", // another company of Hong Kong
	} {
		pc, err := telecom.ParsePointCode(code)
		if err != nil {
			t.Fatal(err)
		}
		if got := carrier(x.codes.lookup(telecom.ITU, 0, pc)); got != want {
			t.Errorf("%s: %q, want %q", code, got, want)
		}
		if got := carrier(x.codes.lookup(telecom.ITU, 2, pc)); got != "" {
			t.Errorf("%s as a national code: %q", code, got)
		}
	}
	for imsi, want := range map[string]string{
		"460001234567890": "china-mobile-international group-operator",
		"454121234567890": "china-mobile-international group-operator",
		"454383234567890": "china-mobile-international group-operator",
		"454381234567890": "",
		"454291234567890": "", // given back
		"460991234567890": "",
		"001011234567890": "",
	} {
		if got := carrier(x.imsis.lookup(telecom.MustDigits(imsi))); got != want {
			t.Errorf("IMSI %s: %q, want %q", imsi, got, want)
		}
	}
	for realm, want := range map[string]string{
		"epc.mnc000.mcc454.3gppnetwork.org": "pccw-global group-operator",
		"ims.mnc031.mcc454.3gppnetwork.org": "china-telecom-global group-operator",
		"epc.mnc383.mcc454.3gppnetwork.org": "china-mobile-international group-operator",
		"epc.mnc029.mcc454.3gppnetwork.org": "",
	} {
		if got := carrier(x.name([]byte(realm), true)[1]); got != want {
			t.Errorf("%s: %q, want %q", realm, got, want)
		}
	}
	for number, want := range map[string]string{"8613912345678": "china-mobile-international group-operator", "85261234567": "pccw-global group-operator", "8621123456": ""} {
		if got := carrier(x.gts.lookup(telecom.MustDigits(number))); got != want {
			t.Errorf("+%s: %q, want %q", number, got, want)
		}
	}
}

// TestBigList: a long list loads in about the time a person waits for.
func TestBigList(t *testing.T) {
	p := writeFile(t, "big.yaml", bigList(100_000))
	start := time.Now()
	s, err := Load(Options{WatchlistFiles: []string{p}})
	if err != nil {
		t.Fatal(err)
	}
	d := time.Since(start)
	t.Logf("%d identifiers in %v", len(s.Identifiers), d)
	if d > 20*time.Second { // the machine may be busy; BenchmarkLoad has the number
		t.Errorf("took %v", d)
	}
	// Each of them is found.
	for _, id := range s.Identifiers {
		if id.Carrier.ID != "big" {
			continue
		}
		ref := uint32(0)
		switch id.Type {
		case TypeGTPrefix:
			ref = s.index.gts.lookup(id.key.digits)
		case TypePointCode:
			ref = s.index.codes.lookup(telecom.ITU, 0, id.key.pc)
		case TypeIPPrefix:
			ref = s.index.ip(id.key.ip.Addr())
		case TypeHost:
			ref = s.index.name([]byte(id.Value), false)[0]
		case TypeRealmSuffix:
			ref = s.index.name([]byte("a."+id.Value), true)[0]
		case TypePLMN:
			ref = s.index.plmns.lookup(id.key.plmn)
		}
		if ref == 0 || s.index.at(ref)[0] != id.Index && len(s.index.at(ref)) == 1 {
			t.Fatalf("%s %s: reference %d", id.Type, id.Value, ref)
		}
	}
}

// FuzzLoadCarriers: no file makes loading panic, and every refusal names the file.
func FuzzLoadCarriers(f *testing.F) {
	f.Add([]byte(one("type: point_code, value: 4-106-6", "type: host, value: '*.a'")))
	f.Add([]byte("carriers:\n  - id: a\n    replace: true\n    identifiers:\n      - type: gt_prefix\n        values: [1, 2]\n"))
	f.Add([]byte("carriers: [{id: a, identifiers: [{type: plmn, value: 001-01}]}]\n---\nsources: {x: {title: y}}\n"))
	f.Add([]byte("carriers: &a [*a]\n"))
	f.Add([]byte("detections:\n  - {id: a, title: b, match: {class: sms}, adjust: [{when: {returned: keys}, severity: low}]}\n"))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte) {
		p := filepath.Join(dir, "w.yaml")
		if err := os.WriteFile(p, text, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, o := range []Options{{WatchlistFiles: []string{p}, NoBuiltin: true}, {DetectionFiles: []string{p}, NoBuiltin: true}} {
			s, err := Load(o)
			if (s == nil) == (err == nil) {
				t.Fatalf("set %v, error %v", s, err)
			}
			var le *LoadError
			if err != nil && (!errors.As(err, &le) || len(le.Problems) == 0 || !strings.HasPrefix(err.Error(), p+":")) {
				t.Errorf("%v", err)
			}
			if s != nil {
				evaluate(NewEngine(s), mapMessage(t))
			}
		}
	})
}
