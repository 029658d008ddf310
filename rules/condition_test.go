package rules

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
)

// conditional compiles one rule with a condition.
func conditional(t testing.TB, condition string) *Set {
	t.Helper()
	return rulesOf(t, one("type: point_code, value: 4200", "type: host, value: dra1.ipx.example.org"),
		"detections:\n  - id: a\n    title: A\n    condition: |\n      "+condition+"\n")
}

func TestConditions(t *testing.T) {
	ss7 := func() *signaling.Message {
		m := mapMessage(t)
		m.Time = time.Date(2026, 11, 27, 3, 30, 0, 0, time.UTC).UnixNano()
		m.Roaming = signaling.Roaming{Direction: signaling.Inbound, Subscriber: signaling.WhoseHome, Partner: 5}
		m.MAPVersion = 3
		return m
	}
	bermuda := func() *signaling.Message {
		m := mapMessage(t)
		m.IMSI = telecom.MustDigits("350007123456789")
		return m
	}
	request := func() *signaling.Message {
		m := ulr(t)
		m.Link.Ends[0].Host = "DRA1.ipx.example.org"
		return m
	}
	answer := func() *signaling.Message {
		return diameterMessage(t, 0x40, avp(avpResultCode, 0, "\x00\x00\x13\x8c"), avp(avpOriginHost, 0, "dra1.ipx.example.org"))
	}
	for _, tt := range []struct {
		condition string
		message   func() *signaling.Message
		want      bool
	}{
		{`direction == "inbound" && subscriber.home`, ss7, true},
		{`direction == "outbound" || !subscriber.home`, ss7, false},
		{`partner.id == "AAAAA" && partner.country in ["DE", "AQ"]`, ss7, true},
		{`carrier == "example-carrier" && evidence == "adjacent" && confidence != "low"`, ss7, true},
		{`carriers == ["example-carrier"] && positions == ["m3ua.dpc"]`, ss7, true},
		{`operation == "updateLocation" && kind == "invoke" && class == "location" && protocol == "map" && service == "ss7"`, ss7, true},
		{`m3ua.dpc == "2-013-0" && m3ua.ni == 0 && map.version == 3 && map.error == -1`, ss7, true},
		{`sccp.calling.gt.startsWith("9997") && sccp.calling.ssn == 6 && sccp.called.np == 1 && sccp.called.tt == 0`, ss7, true},
		{`map.msc_number.startsWith("9997") && map.vlr_number != map.msc_number && map.hlr_number == ""`, ss7, true},
		{`!map.msc_number.matches("^9997[0-9]{8}$")`, ss7, false},
		{`subscriber.plmn == "001-01" && subscriber.owner == "home"`, ss7, true},
		{`subscriber.plmn == "350-007"`, bermuda, true},
		{`time.getHours() < 5 && time > timestamp("2026-01-01T00:00:00Z")`, ss7, true},
		{`returned == [] && "imsi" in carried && vectors == 0 && !refused && !faulty && !duplicate && !inherited`, ss7, true},
		{`diameter.origin_host == "" && result_code == 0 && diameter.route_record == []`, ss7, true},
		{`diameter.origin_realm != diameter.destination_realm && diameter.origin_host.startsWith("mme01.")`, request, true},
		{`diameter.route_record.exists(r, r.endsWith("ipx.example.org"))`, request, true},
		{`diameter.proxy_host.size() == 0 && diameter.peer == "dra1.ipx.example.org" && diameter.to_peer == ""`, request, true},
		{`diameter.app_id == 16777251 && diameter.command == 316 && m3ua.opc == "" && sccp.called.gt == ""`, request, true},
		{`refused && result_code == 5004 && diameter.result_code == result_code`, answer, true},
		{`1 / diameter.app_id == 1`, ss7, false}, // fails
	} {
		set := conditional(t, tt.condition)
		set.party = func(uint32) (string, string) { return "AAAAA", "AQ" }
		e := NewEngine(set)
		if got := evaluate(e, tt.message()); (len(got) == 1) != tt.want {
			t.Errorf("%s: %v (errors %v)", tt.condition, got, e.ConditionErrors())
		}
		if failed := strings.HasPrefix(tt.condition, "1 /"); (e.ConditionErrors()[0] == 1) != failed {
			t.Errorf("%s: %d errors", tt.condition, e.ConditionErrors()[0])
		}
		if set.Detections[0].Condition() != tt.condition+"\n" && set.Detections[0].Condition() != tt.condition {
			t.Errorf("condition %q", set.Detections[0].Condition())
		}
	}
}

// TestConditionFields reads every field of messages of all kinds: none may panic or
// have another type than it says.
func TestConditionFields(t *testing.T) {
	e := NewEngine(conditional(t, "true"))
	flow := protectedFlow(signaling.FlowNew)
	messages := []*signaling.Message{mapMessage(t), ulr(t), {Link: newLink()}, {Link: flow.Link, Protection: signaling.TLS}}
	for name, f := range conditionFields() {
		for _, m := range messages {
			s := &scene{e, m, &e.alone}
			v, ok := s.ResolveName(name)
			kind := map[string]string{"string": "string", "int": "int64", "bool": "bool", "list(string)": "[]string", "google.protobuf.Timestamp": "time.Time"}[f.kind.String()]
			if got := fmt.Sprintf("%T", v); !ok || got != kind {
				t.Errorf("%s: %s, want %s (%v)", name, got, kind, f.kind)
			}
		}
	}
	if _, ok := (&scene{e, messages[0], &e.alone}).ResolveName("imsi"); ok {
		t.Error("a personal number")
	}
}

// TestConditionPrivacy: no field holds a number of the subscriber.
func TestConditionPrivacy(t *testing.T) {
	m := mapMessage(t)
	m.MSISDN = telecom.MustDigits("99970001234")
	m.SCCP.Called = e164("99970001234")
	m.SCCP.Calling = e164("001010123456789")
	m.SCCP.Calling.NP = planE212
	e := NewEngine(conditional(t, "true"))
	for name, f := range conditionFields() {
		text := fmt.Sprint(f.get(&scene{e, m, &e.alone}))
		for _, secret := range []string{"99970001234", "0123456789", "0001234"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s: %s", name, text)
			}
		}
	}
}

// TestConditionErrors: a fault is told with its place inside of the expression, however
// the file writes it.
func TestConditionErrors(t *testing.T) {
	const head = "detections:\n  - id: a\n    title: A\n"
	undeclared := `condition: there is no `
	for _, tt := range []struct{ text, want string }{
		{"    condition: direction == inbound\n", `4:29: ` + undeclared + `inbound, want one of carried, `},
		{"    condition: 'direction == inbound'\n", `4:30: ` + undeclared + `inbound, want one of `},
		{"    condition: \"kind == \\\"x\\\" && inbound\"\n", `4:34: ` + undeclared + `inbound, want one of `},
		{"    condition: 'kind == ''x'' && inbound'\n", `4:34: ` + undeclared + `inbound, want one of `},
		{"    condition: |\n      kind == 'x'\n        && inbound\n", `6:12: ` + undeclared + `inbound, want one of `},
		{"    condition: >-\n      kind == 'x'\n      && inbound\n", `6:10: ` + undeclared + `inbound, want one of `},
		{"    condition: kind == 'x'\n      && inbound\n", `5:10: ` + undeclared + `inbound, want one of `},
		{"    condition: partner.name == 'x'\n", `4:16: ` + undeclared + `partner, want one of partner.country, partner.id`},
		{"    condition: kind == 1\n", `4:21: condition: == compares text with a number, want two of one kind; text stands in quotes`},
		{"    condition: kind + 1 == 'x'\n", `4:21: condition: + does not go with text and a number`},
		{"    condition: refused && kind\n", `4:27: condition: got text, want true or false`},
		{"    condition: kind\n", `4:16: condition: gives text, want true or false`},
		{"    condition: kind ==\n", `4:23: condition: ends too early, want a value behind it`},
		{"    condition: kind == )\n", `4:24: condition: ")" does not belong here, want a value or an operator`},
		{"    condition: kind.matches('[')\n", `4:29: condition: invalid matches argument`},
		{"    condition: ''\n", `4:16: condition: empty, want an expression, for example direction == "inbound"`},
		{"    condition: [a]\n", `4:16: condition: got a list, want text`},
		{"    condition: '" + strings.Repeat(" ", 4100) + "x'\n", `4:16: condition: 4101 octets, want at most 4096`},
		{"    condition: has(partner.id)\n", `4:19: condition: there is no has, want one of `},
	} {
		name := writeFile(t, "r.yaml", head+tt.text)
		_, err := Load(Options{NoBuiltin: true, DetectionFiles: []string{name}})
		if err == nil || !strings.Contains(err.Error(), name+":"+tt.want) {
			t.Errorf("%q:\n%v\nwant %s", tt.text, err, tt.want)
		}
	}
}

// TestConditionCost: what would take too long fails, and is counted.
func TestConditionCost(t *testing.T) {
	set := conditional(t, "["+strings.Repeat("'a',", 900)+"'b'].exists(x, x + kind == 'c')")
	if n := set.Detections[0]; n.condition == nil {
		t.Fatal("no condition")
	}
	e := NewEngine(set)
	if got := evaluate(e, mapMessage(t)); len(got) != 0 || e.ConditionErrors()[0] != 1 {
		t.Errorf("%v, %d errors", got, e.ConditionErrors()[0])
	}
}

// TestConditionLast: it is asked only where all selectors fit, and a user's file may
// change it alone.
func TestConditionLast(t *testing.T) {
	set := rulesOf(t, one("type: point_code, value: 4200"), "detections:\n"+
		"  - {id: a, title: A, match: {class: sms}, condition: '1 / 0 == 1'}\n"+
		"  - {id: b, title: B, match: {evidence: hop}, condition: '1 / 0 == 1'}\n"+
		"  - {id: c, title: C, match: {partner: X}, condition: '1 / 0 == 1'}\n"+
		"  - {id: d, title: D, condition: '1 / vectors == 1'}\n")
	e := NewEngine(set)
	evaluate(e, mapMessage(t))
	if !slices.Equal(e.ConditionErrors(), []uint64{0, 0, 0, 1}) {
		t.Errorf("errors %v", e.ConditionErrors())
	}
	s, err := Load(Options{DetectionFiles: []string{writeFile(t, "r.yaml", "detections: [{id: sms-in-clear, condition: subscriber.home}]")}})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(s.Detections, func(d *Detection) bool { return d.ID == "sms-in-clear" })
	if d := s.Detections[i]; d.Condition() != "subscriber.home" || d.selectors.class != 1<<signaling.ClassSMS {
		t.Errorf("%q %v", d.Condition(), d.Classes())
	}
}

func FuzzCondition(f *testing.F) {
	f.Add("direction == 'inbound' && vectors > 3")
	f.Add("carriers.exists(c, c.matches('a+'))")
	f.Fuzz(func(t *testing.T, text string) {
		if strings.ContainsAny(text, "\r\x00") {
			t.Skip("YAML's own")
		}
		l := &file{loader: &loader{problems: &LoadError{}}, name: "f", data: []byte("detections:\n  - id: a\n    title: A\n    condition: |\n      " + strings.ReplaceAll(text, "\n", "\n      ") + "\n")}
		l.detectionFile()
		for _, p := range l.problems.Problems {
			if p.Line > strings.Count(string(l.data), "\n")+1 {
				t.Fatalf("%v in %q", p, l.data)
			}
		}
	})
}
