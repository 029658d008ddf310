package rules

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/partners"
	"sigtransit/pkg/signaling"
)

// cameBy is the verdict on a message in one line: carriers in the order of sight, with
// evidence and confidence.
func cameBy(e *Engine, m *signaling.Message) string {
	evaluate(e, m)
	var out []string
	for _, v := range e.Verdicts() {
		s := fmt.Sprintf("%s %v %v", v.Carrier.ID, v.Evidence, v.Confidence)
		if v.Group {
			s += " own"
		}
		out = append(out, s)
	}
	if out == nil {
		return "unknown"
	}
	return strings.Join(out, ", ")
}

func TestVerdicts(t *testing.T) {
	set := load(t, one("type: point_code, value: 4200", "type: gt_prefix, value: '9997', confidence: low", "type: plmn, value: 001-09, role: group-operator")+
		entry("other-carrier", "type: gt_prefix, value: '00155'", "type: plmn, value: 001-08, role: group-operator"))
	e := NewEngine(set)

	if got := cameBy(e, mapMessage(t)); got != "example-carrier adjacent medium, other-carrier address medium" {
		t.Error("two carriers:", got)
	}
	// Both ends in networks that nobody listed: nothing proves a path.
	m := mapMessage(t)
	m.M3UA.Data.DPC = 4300
	m.SCCP.Calling, m.SCCP.Called = e164("999800000002"), e164("002555000111")
	m.MAP = nil
	if got := cameBy(e, m); got != "unknown" {
		t.Error("nothing listed:", got)
	}
	// The subscriber is of the carrier's own group, and so its gear has to be there.
	m = mapMessage(t)
	m.IMSI = telecom.MustDigits("001090123456789")
	if got := cameBy(e, m); got != "example-carrier group medium own, other-carrier address medium" {
		t.Error("own roamer:", got)
	}
	// Of the group, but no gear of the carrier on the path.
	m = mapMessage(t)
	m.IMSI = telecom.MustDigits("001080123456789")
	m.SCCP.Called = e164("002555000111")
	if got := cameBy(e, m); got != "example-carrier adjacent medium" {
		t.Error("a group's subscriber alone:", got)
	}
}

func TestUnwatched(t *testing.T) {
	list := "carriers:\n  - id: known\n    watched: false\n    identifiers: [{type: point_code, value: 4200}]\n" + entry("watched", "type: gt_prefix, value: '9997'")
	e := NewEngine(load(t, list))
	m := mapMessage(t)
	found := evaluate(e, m)
	if len(found) != 1 || found[0].carrier != "watched" {
		t.Errorf("findings %v", found)
	}
	if got := cameBy(e, mapMessage(t)); got != "known adjacent medium, watched address medium" {
		t.Error(got)
	}
	if c := e.Touched(); len(c) != 1 || c[0].ID != "watched" {
		t.Errorf("touched %v", c)
	}
	if c := e.Fresh(); len(c) != 0 {
		t.Errorf("fresh %v", c)
	}

	// A second file may take a carrier off the watch and leaves its identifiers.
	off := func(o *Options) {
		o.WatchlistFiles = append(o.WatchlistFiles, writeFile(t, "more.yaml", "carriers: [{id: pccw-global, watched: false}]"))
	}
	set := load(t, "carriers: [{id: none}]", func(o *Options) { o.NoBuiltin = false }, off)
	c, _ := set.Carrier("pccw-global")
	if c.Watched || len(c.Identifiers) < 100 {
		t.Errorf("pccw-global: watched %t, %d identifiers", c.Watched, len(c.Identifiers))
	}
	if c, _ = set.Carrier("none"); !c.Watched {
		t.Error("a carrier is watched where nothing is said")
	}
}

func prefixes(list ...string) (out []netip.Prefix) {
	for _, s := range list {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

func codesOf(list ...telecom.PointCode) []telecom.PointCode { return list }

func TestInventory(t *testing.T) {
	national := uint8(2)
	links := func(l ...LinkCarrier) func(*Options) {
		return func(o *Options) {
			for i := range l {
				l[i].Name = fmt.Sprintf("link-%d", i+1)
			}
			o.Links = l
		}
	}
	watchlist := "carriers:\n" + entry("first", "type: host, value: nobody.example.net") + entry("second", "type: host, value: nobody.example.org")
	for _, c := range []struct {
		name  string
		links []LinkCarrier
		want  string
	}{
		{"the peer's address", []LinkCarrier{{Peers: prefixes("198.51.100.0/24"), Carrier: "first"}}, "first adjacent high"},
		{"another address", []LinkCarrier{{Peers: prefixes("198.51.101.0/24"), Carrier: "first"}}, "unknown"},
		{"port", []LinkCarrier{{Ports: []uint16{2905}, Carrier: "first"}}, "first adjacent high"},
		{"address and another port", []LinkCarrier{{Peers: prefixes("198.51.100.1/32"), Ports: []uint16{3868}, Carrier: "first"}}, "unknown"},
		{"point code", []LinkCarrier{{PointCodes: codesOf(7, 4200), Carrier: "first"}}, "first adjacent high"},
		{"the sender's point code", []LinkCarrier{{PointCodes: codesOf(4100), Carrier: "first"}}, "first adjacent high"},
		{"point code of another network", []LinkCarrier{{PointCodes: codesOf(4200), NetworkIndicator: &national, Carrier: "first"}}, "unknown"},
		{"network alone", []LinkCarrier{{NetworkIndicator: new(uint8), Carrier: "first"}}, "first adjacent high"},
		{"another network alone", []LinkCarrier{{NetworkIndicator: &national, Carrier: "first"}}, "unknown"},
		{"point code on another link", []LinkCarrier{{PointCodes: codesOf(4200), Peers: prefixes("203.0.113.0/24"), Carrier: "first"}}, "unknown"},
		{"the first that fits", []LinkCarrier{{Ports: []uint16{2905}, Carrier: "second"}, {PointCodes: codesOf(4200), Carrier: "first"}}, "second adjacent high"},
		{"the label before the link", []LinkCarrier{{PointCodes: codesOf(4200), Carrier: "first"}, {Ports: []uint16{2905}, Carrier: "second"}}, "first adjacent high"},
		{"the link, where the label does not fit", []LinkCarrier{{PointCodes: codesOf(4201), Carrier: "first"}, {Ports: []uint16{2905}, Carrier: "second"}}, "second adjacent high"},
	} {
		e := NewEngine(load(t, watchlist, links(c.links...)))
		m := mapMessage(t)
		for range 2 { // the second time from what was kept with the link
			if got := cameBy(e, m); got != c.want {
				t.Errorf("%s: %s, want %s", c.name, got, c.want)
			}
		}
		if n := testing.AllocsPerRun(100, func() { e.Evaluate(m, func(*Finding) {}) }); n != 0 {
			t.Errorf("%s: %v allocations", c.name, n)
		}
	}

	e := NewEngine(load(t, watchlist, links(LinkCarrier{Peers: prefixes("198.51.100.1/32"), Carrier: "first"})))
	found := evaluate(e, mapMessage(t))
	if len(found) != 1 || found[0].line != "location-in-clear first high adjacent: link.inventory=link-1[link link-1]" || found[0].confidence != signaling.ConfidenceHigh {
		t.Errorf("finding %v", found)
	}
	// What a link told is not remembered with the dialogue.
	m := mapMessage(t)
	evaluate(e, m)
	m.Link = newLink()
	m.Link.Ends[1].Addrs[0] = netip.MustParseAddr("203.0.113.9")
	if got := cameBy(e, m); got != "unknown" {
		t.Error("another link of the same dialogue:", got)
	}
}

func TestInventoryOfNobody(t *testing.T) {
	_, err := Load(Options{NoBuiltin: true, WatchlistFiles: []string{writeFile(t, "w.yaml", "carriers: [{id: b}, {id: a}]")},
		Links: []LinkCarrier{{Name: "hk-1", Carrier: "c", At: Place{"sigtransit.yaml", 7, 14}}}})
	var le *LoadError
	if !errors.As(err, &le) || err.Error() != `sigtransit.yaml:7:14: link "hk-1": no carrier "c"; want one of a, b` {
		t.Errorf("%v", err)
	}
}

func TestDeclared(t *testing.T) {
	set := load(t, "carriers:\n"+entry("a", "type: gt_prefix, value: '9997'")+entry("b", "type: host, value: dra1.ipx.example.org")+
		"  - {id: known, watched: false}\n", everything(t))
	p := &partners.Partner{ID: "AAAAA", Carriers: []partners.Declaration{
		{Service: signaling.ServiceSS7, Name: "B Backup", Carriers: []string{"b"}, Use: partners.Backup},
		{Service: signaling.ServiceSS7, Name: "A International", Carriers: []string{"a"}, Use: partners.Primary},
		{Service: signaling.ServiceSS7, Name: "The B company", Carriers: []string{"b"}, Use: partners.Primary},
		{Service: signaling.ServiceDiameter, Name: "A, Known", Carriers: []string{"a", "known", "gone"}, Use: partners.Backup},
	}}
	set.takeDeclared(3, p, time.Time{})
	set.paths = true
	e := NewEngine(set)

	m := mapMessage(t)
	m.Roaming.Partner = 3
	if got := cameBy(e, m); got != "a address medium, b declared medium" {
		t.Error("SS7:", got)
	}
	m = ulr(t)
	m.Roaming.Partner = 3
	if got := cameBy(e, m); got != "b hop medium, a declared low, known declared low" {
		t.Error("Diameter:", got)
	}
	m.Roaming.Partner = 2
	if got := cameBy(e, m); got != "b hop medium" {
		t.Error("another partner:", got)
	}
	// Nothing but the declaration: only a rule that asks for it fires.
	m = ulr(t)
	m.Memory, m.Diameter.OriginHost, m.Roaming.Partner = nil, nil, 3
	m.Diameter.NumRouteRecords = 0
	found := evaluate(e, m)
	if len(found) != 1 || found[0].line != "everything a info declared: partner.declared=A, Known[ ]" || found[0].confidence != signaling.ConfidenceLow {
		t.Errorf("finding %v", found)
	}
	if n := testing.AllocsPerRun(100, func() { e.Evaluate(m, func(*Finding) {}) }); n > 1 {
		t.Errorf("%v allocations", n)
	}
}

// TestRouteRecordTraps: an agent records whom it had a request from, so the first record
// is the sender; an answer has none and inherits its request's; where topology hiding
// took them away, nothing proves a path.
func TestRouteRecordTraps(t *testing.T) {
	e := NewEngine(load(t, one("type: host_suffix, value: hub.example.net")))
	m := ulr(t)
	m.Diameter.OriginHost = []byte("DRA1.ipx.example.org")
	if got := cameBy(e, m); got != "unknown" {
		t.Error("nothing of the carrier:", got)
	}
	sender := func(records ...string) *signaling.Message {
		list := [][]byte{avp(avpOriginHost, 0, "hlr.hub.example.net"), avp(avpUserName, 0, "001010123456789")}
		for _, r := range records {
			list = append(list, avp(avpRouteRecord, 0, r))
		}
		return diameterMessage(t, 0xc0, list...)
	}
	for want, m := range map[string]*signaling.Message{
		"example-carrier address medium": sender("HLR.hub.example.net", "dra.example.org"),
		"example-carrier hop medium":     sender("HLR.hub.example.net", "dra.hub.example.net"),
	} {
		if got := cameBy(e, m); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	request := diameterMessage(t, 0xc0, avp(avpOriginHost, 0, "mme.example.org"), avp(avpRouteRecord, 0, "mme.example.org"), avp(avpRouteRecord, 0, "dra.hub.example.net"))
	if got := cameBy(e, request); got != "example-carrier hop medium" {
		t.Error("request:", got)
	}
	answer := diameterMessage(t, 0x40, avp(avpResultCode, 0, "\x00\x00\x07\xd1"), avp(avpOriginHost, 0, "hss.example.org"))
	answer.Memory = request.Memory
	if got := cameBy(e, answer); got != "example-carrier hop medium" {
		t.Error("answer:", got)
	}
	hidden := diameterMessage(t, 0xc0, avp(avpOriginHost, 0, "mme.example.org"), avp(avpRouteRecord, 0, "dra-1.hidden.example.org"))
	if got := cameBy(e, hidden); got != "unknown" {
		t.Error("hidden:", got)
	}
}

// TestManyRules: 200 rules and 10,000 identifiers load fast, and cost a message that
// fits none of them no allocation.
func TestManyRules(t *testing.T) {
	s := load(t, bigList(10_000), func(o *Options) { o.DetectionFiles = []string{writeFile(t, "r.yaml", manyRules(200))} })
	e := NewEngine(s)
	emit := func(*Finding) { t.Error("a finding") }
	for _, m := range []*signaling.Message{mapMessage(t), ulr(t)} {
		m.Roaming = signaling.Roaming{Direction: signaling.Inbound, Subscriber: signaling.WhoseVisitor}
		if n := testing.AllocsPerRun(100, func() { e.Evaluate(m, emit) }); n != 0 {
			t.Errorf("%v: %v allocations", m.Protocol, n)
		}
	}
}

// manyRules are rules of all kinds with conditions, none of which fits the messages of
// the tests.
func manyRules(n int) string {
	text := "detections:\n"
	for i := range n {
		match := []string{"class: sms, about: message", "operation: [cancelLocation, CLR], about: message", "class: location, evidence: hop",
			"direction: outbound, about: message", "operation: ULR, about: message, subscriber: home"}[i%5]
		text += fmt.Sprintf("  - {id: rule-%d, title: R, match: {%s}, condition: 'sccp.calling.gt.startsWith(\"%d\") && vectors > %d'}\n", i, match, 100+i, i)
	}
	return text
}
