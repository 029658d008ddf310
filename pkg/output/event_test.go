package output

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

// TestDesignExample is the example of the design, character by character.
func TestDesignExample(t *testing.T) {
	e := NewEncoder(Options{Keys: testKeys})
	id := string(e.privacy.appendPseudonym(nil, testIMSI, numberIMSI))
	want := `{"timestamp":"2026-11-22T10:00:00.123456Z","event_type":"finding","source":"roaming.pcap","frame":1234,` +
		`"src_ip":"192.0.2.1","src_port":2905,"dest_ip":"198.51.100.2","dest_port":2905,"proto":"SCTP","link":7,"protection":"clear",` +
		`"protocol":"map","operation":"updateLocation","kind":"invoke","class":"location",` +
		`"subscriber":{"imsi":"00101*******890","id":"` + id + `","plmn":"001-01"},` +
		`"finding":{"rule":"location-in-clear","severity":"high","carrier":"pccw-global","carrier_name":"PCCW Global","evidence":"adjacent","confidence":"high",` +
		`"sightings":[{"position":"m3ua.dpc","value":"4-106-6","identifier":"point_code","matched":"4-106-6","role":"transit"}]},` +
		`"m3ua":{"opc":"4-010-1","dpc":"4-106-6","ni":0,"rc":100},` +
		`"sccp":{"type":"UDT","calling":{"gt":"999100000001","ssn":7,"tt":0,"np":1,"nai":4},"called":{"gt":"999200000002","ssn":6,"tt":0,"np":1,"nai":4}},` +
		`"tcap":{"type":"begin","otid":"00000001","acn":"0.4.0.0.1.0.1.3","acn_name":"networkLocUpContext-v3"},` +
		`"map":{"opcode":2,"invoke_id":1,"version":3,"msc_number":"999100000003","vlr_number":"999100000001","carried":["imsi","serving_node"]}}` + "\n"
	if got := string(e.AppendFinding(nil, locationFinding())); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// TestPartner: who is at the ends stands in findings as in messages.
func TestPartner(t *testing.T) {
	e := NewEncoder(Options{Keys: testKeys, Roaming: testRoaming})
	f := locationFinding()
	f.Message = roamer()
	for _, line := range [][]byte{e.AppendMessage(nil, roamer()), e.AppendFinding(nil, f)} {
		v := parse(t, line)
		for path, want := range map[string]string{
			"direction": "outbound", "subscriber.home": "false", "subscriber.whose": "visitor",
			"partner.id": "XXAAA", "partner.name": "Alpha Mobile", "partner.plmn": "999-71", "partner.country": "XA",
		} {
			if got := at(v, path); got != want {
				t.Errorf("%s is %s, want %s: %s", path, got, want, line)
			}
		}
	}
}

// line is what of a line the tests look at.
func parse(t *testing.T, line []byte) map[string]any {
	t.Helper()
	if n := len(line); n == 0 || line[n-1] != '\n' || strings.Count(string(line), "\n") != 1 {
		t.Fatalf("not one line: %q", line)
	}
	var v map[string]any
	if err := json.Unmarshal(line, &v); err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	return v
}

// at looks up "sccp.calling.gt".
func at(v any, path string) string {
	for _, k := range strings.Split(path, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			return "<absent>"
		}
		if v, ok = m[k]; !ok {
			return "<absent>"
		}
	}
	if f, ok := v.(float64); ok && f == float64(int64(f)) {
		return fmt.Sprint(int64(f))
	}
	return fmt.Sprint(v)
}

func TestMessages(t *testing.T) {
	tests := map[string]map[string]string{
		"vectors": {
			"map.returned": "[authentication_vectors:2]", "map.opcode": "<absent>", "map.carried": "<absent>", "inherited": "true",
			"tcap.dtid": "00000001", "tcap.result": "0", "tcap.acn_name": "infoRetrievalContext-v3", "kind": "result",
		},
		"routingError": {
			"map.error": "27", "map.error_name": "absentSubscriber", "map.opcode": "<absent>", "map.invoke_id": "-3", "map.linked_id": "2",
			"m3ua.opc": "9046", "m3ua.na": "5", "m3ua.rc": "<absent>", "sccp.cause": "1", "sccp.calling.pc": "300", "sccp.called.nai": "4",
			"sccp.called.tt": "<absent>", "faults": "[truncated broken_address other_15]", "duplicate": "true",
			"subscriber.msisdn": "99912*******01", "subscriber.imsi": "<absent>", "subscriber.plmn": "<absent>",
		},
		"reject":           {"map.problem_type": "1", "map.problem": "1", "sccp.called.gt": "99912*******890", "sccp.calling.tt": "10", "sccp.calling.np": "<absent>"},
		"abort":            {"timestamp": "2026-11-22T10:00:00.123456321Z", "tcap.p_abort_cause": "4", "tcap.dtid": "ab", "operation": "<absent>", "class": "other", "map": "<absent>"},
		"foreignComponent": {"tcap.global_opcode": "2a03", "tcap.global_oid": "1.2.3", "tcap.otid": "00ab", "tcap.dtid": "0000cd", "tcap.acn_name": "CAP-gsmSSF-to-gsmSCF-AC", "tcap.invoke_id": "0"},
		"foreignError":     {"tcap.global_error": "2a03"},
		"callStart":        {"cap.imei": "35000000******", "cap.msisdn": "99912*******01", "map": "<absent>", "cap.carried": "[imsi msisdn imei serving_node cell]", "cap.diameter_name": "mme1.00101*******890.example"},
		"twoSGSNs":         {"map.returned": "[imsi serving_node]"},
		"ulr": {
			"diameter.name": "ULR", "diameter.request": "true", "diameter.error": "false", "diameter.app": "S6a", "diameter.command": "316",
			"diameter.hop_by_hop": "0xaabbccdd", "diameter.end_to_end": "0x01020304", "diameter.peer": "dra1.example.net", "diameter.to_peer": "dra1.ipx.example",
			"diameter.route_record": "[dra1.example.net dra2.example.net]", "diameter.proxy_host": "[proxy.example.net]", "diameter.visited_plmn": "001-01",
			"diameter.imei": "35000000******", "diameter.session_id": "mme1.epc.mnc001.mcc001.3gppnetwork.org;1;2;00101*******890",
			"diameter.destination_realm": "epc.mnc099.mcc999.3gppnetwork.org", "protection": "tls", "proto": "TCP", "diameter.result_code": "<absent>",
		},
		"ula":            {"diameter.name": "ULA", "operation": "ULR", "diameter.result_code": "2001", "diameter.peer": "dra1.ipx.example", "diameter.msisdn": "99912*******01"},
		"aiaDenied":      {"diameter.result_code": "5004", "diameter.result_vendor": "10415", "diameter.returned": "<absent>"},
		"aia":            {"diameter.returned": "[authentication_vectors:3]"},
		"shortMessage":   {"diameter.sc_address": "999100000009", "diameter.carried": "[imsi msisdn sms_text]"},
		"nationalUpdate": {"m3ua.opc": "1-2-3", "m3ua.dpc": "4-5-6", "m3ua.variant": "ansi"},
		"updateLocation": {"m3ua.variant": "<absent>", "sua": "<absent>"},
		"ansiQuery":      {"tcap.package": "queryWithPermission", "tcap.opcode": "2317", "tcap.code_type": "private", "tcap.family": "9", "tcap.specifier": "13", "tcap.invoke_id": "200", "tcap.context_id": "300", "operation": "registrationNotification"},
		"ansiError":      {"tcap.package": "response", "tcap.error": "134", "tcap.code_type": "national", "tcap.family": "<absent>"},
		"suaUpdate":      {"sua.calling.host": "vlr.example.net", "sua.called.ip": "2001:db8::9", "m3ua": "<absent>"},
		"empty":          {"protection": "clear", "frame": "<absent>", "subscriber": "<absent>", "kind": "<absent>", "src_ip": "<absent>"},
	}
	e := NewEncoder(Options{Keys: testKeys})
	all := allMessages()
	for name, fields := range tests {
		v := parse(t, e.AppendMessage(nil, all[name]))
		for path, want := range fields {
			if got := at(v, path); got != want {
				t.Errorf("%s: %s is %s, want %s", name, path, got, want)
			}
		}
	}
}

func TestPointCodeFormat(t *testing.T) {
	for _, f := range []PointCodeFormat{PointCodeAuto, PointCodeITU, PointCodeDecimal} {
		if got, ok := ParsePointCodeFormat(f.String()); !ok || got != f {
			t.Errorf("%v does not parse", f)
		}
	}
	for _, test := range []struct {
		f    PointCodeFormat
		v    telecom.Variant
		ni   uint8
		want string
	}{
		{PointCodeAuto, telecom.ITU, 0, "4-106-6"}, {PointCodeAuto, telecom.ITU, 2, "9046"},
		{PointCodeITU, telecom.ITU, 2, "4-106-6"}, {PointCodeDecimal, telecom.ITU, 0, "9046"},
		{PointCodeAuto, telecom.ANSI, 2, "0-35-86"}, {PointCodeITU, telecom.China, 2, "0-35-86"}, {PointCodeAuto, telecom.Japan, 0, "17-10-22"},
		{PointCodeDecimal, telecom.ANSI, 2, "9046"},
	} {
		if got := string(test.f.append(nil, 9046, test.v, test.ni)); got != test.want {
			t.Errorf("%v of %v in network %d: %s, want %s", test.f, test.v, test.ni, got, test.want)
		}
	}
}

func TestRepeatedKeys(t *testing.T) {
	// Decoding by a duplicate key is silent: count keys in the text.
	e := NewEncoder(Options{Keys: testKeys})
	for name, m := range allMessages() {
		line := e.AppendMessage(nil, m)
		dec := json.NewDecoder(strings.NewReader(string(line)))
		if err := uniqueKeys(dec); err != nil {
			t.Errorf("%s: %v: %s", name, err, line)
		}
	}
}

func uniqueKeys(dec *json.Decoder) error {
	tok, err := dec.Token()
	if err != nil {
		return err
	}
	d, ok := tok.(json.Delim)
	if !ok {
		return nil
	}
	seen := map[string]bool{}
	for dec.More() {
		if d == '{' {
			k, err := dec.Token()
			if err != nil {
				return err
			}
			if seen[k.(string)] {
				return fmt.Errorf("key %v twice", k)
			}
			seen[k.(string)] = true
		}
		if err := uniqueKeys(dec); err != nil {
			return err
		}
	}
	_, err = dec.Token()
	return err
}

func TestEscaping(t *testing.T) {
	tests := map[string]string{
		"plain.example":            "plain.example",
		"q\"b\\":                   `q\"b\\`,
		"a\nb\rc\td":               `a\nb\rc\td`,
		"\x00\x1b[31m\x7f":         `\u0000\u001b[31m\u007f`,
		"\xff\xc3":                 `\ufffd\ufffd`,
		"\xed\xa0\x80":             `\ufffd\ufffd\ufffd`, // a surrogate
		"\u0085\u202e\u2028\ufeff": `\u0085\u202e\u2028\ufeff`,
		"größe \U0001f4de":         "größe \U0001f4de",
		"\ufffd":                   "\ufffd",
	}
	for in, want := range tests {
		if got := string(appendEscaped(nil, in)); got != want {
			t.Errorf("%q gives %s, want %s", in, got, want)
		}
		if got := string(appendEscaped(nil, []byte(in))); got != want {
			t.Errorf("octets %q give %s, want %s", in, got, want)
		}
	}
}

func TestTimes(t *testing.T) {
	var c clock
	for ns, want := range map[int64]string{
		0:                    "1970-01-01T00:00:00.000000Z",
		-1:                   "1969-12-31T23:59:59.999999999Z",
		1_000:                "1970-01-01T00:00:00.000001Z",
		testTime:             "2026-11-22T10:00:00.123456Z",
		testTime + 1:         "2026-11-22T10:00:00.123456001Z",
		-9223372036854775808: "1677-09-21T00:12:43.145224192Z",
		9223372036854775807:  "2262-04-11T23:47:16.854775807Z",
	} {
		if got := string(c.append(nil, ns)); got != want {
			t.Errorf("%d: %s, want %s", ns, got, want)
		}
	}
}

func TestNoAllocations(t *testing.T) {
	buf := make([]byte, 0, 16<<10)
	findings := []*rules.Finding{locationFinding(), vectorsFinding(), diameterFinding()}
	all := allMessages()
	flow, warn := flowEvent(), warning()
	for _, mode := range []Mode{Mask, Pseudonym, Clear} {
		e := NewEncoder(Options{Privacy: mode, Keys: testKeys})
		table := NewTable(Options{Privacy: mode, Keys: testKeys}, Screen{Width: 160, Colour: true})
		n := uint64(0)
		if avg := testing.AllocsPerRun(50, func() {
			for _, r := range []Renderer{e, table} {
				for _, f := range findings {
					n++ // new subscribers all the time: nothing may depend on the cache
					f.Message.IMSI = telecom.DigitsFromTBCD([]byte{0x00, 0x01, 0x01, byte(n % 10), byte(n / 10 % 10), 0x12, 0x34, 0xf5})
					buf = r.AppendFinding(buf[:0], f)
				}
				for _, m := range all {
					buf = r.AppendMessage(buf[:0], m)
				}
				buf = r.AppendFlow(buf[:0], flow)
				buf = r.AppendWarning(buf[:0], warn)
			}
		}); avg != 0 {
			t.Errorf("privacy %v: %v allocations", mode, avg)
		}
	}
}

func BenchmarkAppendFinding(b *testing.B) {
	for name, f := range map[string]*rules.Finding{"map": locationFinding(), "diameter": diameterFinding()} {
		b.Run(name, func(b *testing.B) {
			e := NewEncoder(Options{Keys: testKeys})
			buf := make([]byte, 0, 16<<10)
			b.ReportAllocs()
			for b.Loop() {
				buf = e.AppendFinding(buf[:0], f)
			}
			b.SetBytes(int64(len(buf)))
		})
	}
}

func BenchmarkPseudonym(b *testing.B) {
	p := newPrivacy(Pseudonym, testKeys)
	var buf [64]byte
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		d := telecom.DigitsFromTBCD([]byte{0x00, 0x11, byte(i) & 0x77, byte(i>>8) & 0x77, byte(i>>16) & 0x77, 0x11, 0x11, 0xf1})
		p.appendNumber(buf[:0], d, numberIMSI)
	}
}

func BenchmarkTable(b *testing.B) {
	f := locationFinding()
	t := NewTable(Options{Keys: testKeys}, Screen{})
	buf := make([]byte, 0, 16<<10)
	b.ReportAllocs()
	for b.Loop() {
		buf = t.AppendFinding(buf[:0], f)
	}
}

func BenchmarkAddMessage(b *testing.B) {
	m := updateLocation()
	s := &Stats{}
	b.ReportAllocs()
	for b.Loop() {
		s.AddMessage(m)
	}
}

func BenchmarkAddFinding(b *testing.B) {
	f := locationFinding()
	s := &Stats{}
	b.ReportAllocs()
	for b.Loop() {
		s.AddMessage(f.Message)
		s.AddFinding(f)
	}
}

func FuzzHostileText(f *testing.F) {
	for _, s := range []string{"", "mme1.epc.mnc001.mcc001.3gppnetwork.org", "\xff\"\\\x00", "a;001010123456890;b", "mnc1x1.mcc001.3gppnetwork.org",
		".3gppnetwork.org", "\u202e", "99999999999999999999999999999999999999999999"} {
		f.Add([]byte(s))
	}
	m, finding, flow := ulr(), diameterFinding(), flowEvent()
	f.Fuzz(func(t *testing.T, text []byte) {
		m.Diameter.OriginHost, m.Diameter.DestinationRealm, m.Diameter.SessionID = text, text, text
		m.Link.Ends[0].Host, m.Source = string(text), string(text)
		finding.Message, finding.Sightings[0].Value = m, text
		flow.Link.Ends[0].Host, flow.State = string(text), string(text)
		warn := &signaling.Warning{Type: "x", Text: string(text)}
		for _, mode := range []Mode{Mask, Pseudonym, Clear} {
			e := NewEncoder(Options{Privacy: mode, Keys: testKeys})
			for _, line := range [][]byte{e.AppendMessage(nil, m), e.AppendFinding(nil, finding), e.AppendFlow(nil, flow), e.AppendWarning(nil, warn)} {
				if !json.Valid(line) {
					t.Fatalf("not JSON: %s", line)
				}
				for _, c := range line[:len(line)-1] {
					if c < 0x20 || c == 0x7f {
						t.Fatalf("control character in %q", line)
					}
				}
			}
			table := NewTable(Options{Privacy: mode, Keys: testKeys}, Screen{Width: 120})
			for _, r := range [][]byte{table.AppendMessage(nil, m), table.AppendFinding(nil, finding), table.AppendFlow(nil, flow), table.AppendWarning(nil, warn)} {
				for _, c := range r {
					if c < 0x20 && c != '\n' || c == 0x7f {
						t.Fatalf("control character in %q", r)
					}
				}
			}
		}
	})
}

func TestDigitsLikeTheirText(t *testing.T) {
	for _, s := range []string{"0", "123456789ABCDE", "0123456789ABCDE0", "01234567890123456", "987654321098765432109876543210", "1234567890123456789012340"} {
		d := telecom.MustDigits(s)
		if got := string(appendDigits(nil, d)); got != s {
			t.Errorf("%s written as %s", s, got)
		}
	}
	if got := appendDigits(nil, telecom.Digits{}); len(got) != 0 {
		t.Errorf("no digits written as %q", got)
	}
}
