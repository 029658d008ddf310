package rules

import (
	"strings"
	"testing"

	"sigtransit/decoders/gsmmap"
	"sigtransit/decoders/telecom"
	"sigtransit/pkg/partners"
	"sigtransit/pkg/roaming"
	"sigtransit/pkg/signaling"
)

func TestContradictsSender(t *testing.T) {
	plmn := func(s string) telecom.PLMN {
		p, err := telecom.ParsePLMN(s)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	home := roaming.Home{PLMNs: []telecom.PLMN{plmn("999-70")}, GTs: []string{"99970"}}
	known := []*partners.Partner{
		{ID: "A", Country: "AQ", PLMNs: []telecom.PLMN{plmn("999-71")}, GTs: []partners.Range{{First: "99971", Last: "99971"}}, Realms: []string{"alpha.example.net"}},
		{ID: "B", Country: "BV", PLMNs: []telecom.PLMN{plmn("999-72")}, GTs: []partners.Range{{First: "99972", Last: "99972"}}},
		{ID: "C", Country: "AQ", PLMNs: []telecom.PLMN{plmn("999-73")}, GTs: []partners.Range{{First: "99973", Last: "99973"}}},
	}
	set := load(t, carrier("hub", "type: gt_prefix, value: '99978'", "type: host_suffix, value: ipx.example.net", "type: realm, value: ipx.example.net")+
		"    watched: false\n", func(o *Options) {
		o.Roaming = func(hubs roaming.Transit) *roaming.Table {
			table, _ := roaming.Compile(home, known, hubs)
			return table
		}
	})
	type change = func(*signaling.Message)
	from := func(title string) change {
		return func(m *signaling.Message) { m.SCCP.Calling.GT = telecom.MustDigits(title) }
	}
	vlr := func(digits string) change {
		return func(m *signaling.Message) {
			for i := range m.MAP.Nodes() {
				m.MAP.Nodes()[i].GT = telecom.MustDigits(digits)
			}
		}
	}
	both := func(title, node string, more ...change) []change {
		return append([]change{from(title), vlr(node)}, more...)
	}
	for _, tt := range []struct {
		name string
		do   []change
		want string
	}{
		{"one operator", both("99971000001", "99971900001"), ""},
		{"of another country", both("99971000001", "99972000001"), "node_country"},
		{"of another operator", both("99971000001", "99973000001"), "node_operator"},
		{"home's node under a partner's title", both("99971000001", "99970000001"), ""}, // 999 is no country's
		{"a hub's title", both("99978000001", "99972000001"), ""},
		{"nobody's title", both("99988000001", "99972000001"), ""},
		{"a number too short", both("99971000001", "999720"), ""},
		{"a title too short", both("999710", "99972000001"), ""},
		{"shared codes: +1", both("12125550100", "18765550100"), ""},
		{"shared codes: +7", both("79010000001", "77010000001"), "node_operator"},
		{"shared codes: +44", both("447700900001", "441534000001"), ""},
		{"countries, by public facts", both("4930000001", "12125550100"), "node_country"},
		{"an island's number from home", both("33609000001", "596696200001"), ""},
		{"a small neighbour", both("41790000001", "423660000001"), ""},
		{"an island's operator of another country", both("33609000001", "290200001"), "node_country"},
		{"satellites have no country", both("881600000001", "4930000001"), ""},
		{"a national title", both("99971000001", "99972000001", func(m *signaling.Message) { m.SCCP.Calling.NAI = titleNational }), ""},
		{"a title of E.214", both("99971000001", "99972000001", func(m *signaling.Message) { m.SCCP.Calling.NP = 7 }), ""},
		{"no title", both("99971000001", "99972000001", func(m *signaling.Message) { m.SCCP.Calling.GTI = 0 }), ""},
		{"national nodes", both("99971000001", "99972000001", func(m *signaling.Message) {
			for i := range m.MAP.Nodes() {
				m.MAP.Nodes()[i].NAI = mapNational
			}
		}), ""},
		{"a node that does not serve", both("99971000001", "99972000001", func(m *signaling.Message) {
			for i := range m.MAP.Nodes() {
				m.MAP.Nodes()[i].Role = gsmmap.NodeServiceCentre
			}
		}), ""},
		{"SCCP sends it back", both("99971000001", "99972000001", func(m *signaling.Message) { m.Faults = signaling.FaultReturned }), ""},
		{"a result", both("99971000001", "99972000001", func(m *signaling.Message) { m.Kind = signaling.KindResult }), ""},
		{"no MAP", both("99971000001", "99972000001", func(m *signaling.Message) { m.MAP = nil }), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := mapMessage(t)
			for _, f := range tt.do {
				f(m)
			}
			contradicted(t, set, m, tt.want)
		})
	}

	const alpha, beta, gamma = "epc.mnc071.mcc999.3gppnetwork.org", "epc.mnc072.mcc999.3gppnetwork.org", "epc.mnc073.mcc999.3gppnetwork.org"
	for _, tt := range []struct {
		name                 string
		host, realm, visited string
		peer, peerRealm      string
		relayed              bool
		want                 string
	}{
		{"one of its own", "mme." + alpha, alpha, "999-71", "mme." + alpha, alpha, false, ""},
		{"visited is of another country", "mme." + alpha, alpha, "999-72", "", "", false, "visited_country"},
		{"visited is of another operator", "mme." + alpha, alpha, "999-73", "", "", false, "visited_operator"},
		{"visited is a test network", "mme." + alpha, alpha, "001-01", "", "", false, ""},
		{"a realm of nobody", "mme.example.org", "example.org", "999-72", "", "", false, ""},
		{"a hub's realm", "dra1.ipx.example.net", "ipx.example.net", "999-72", "", "", false, ""},
		{"an edge agent of the operator", "dea.alpha.example.net", alpha, "", "dea.alpha.example.net", "alpha.example.net", false, ""},
		{"a host of another operator", "mme." + beta, alpha, "", "", "", false, "host_realm"},
		{"a host of nobody", "mme.example.org", alpha, "", "", "", false, "host_realm"},
		{"a host that only ends alike", "mmeexample.org", "example.org", "", "", "", false, "host_realm"},
		{"another spelling", "MME.Example.Org.", "example.org", "", "", "", false, ""},
		{"a host of the realm itself", "example.org", "example.org.", "", "", "", false, ""},
		{"from a peer of another realm", "mme." + beta, beta, "", "dea." + alpha, alpha, false, "peer_realm"},
		{"it says that it is an agent", "mme." + beta, beta, "", "dea." + alpha, alpha, true, ""},
		{"the peer itself under another realm", "dea." + alpha, gamma, "", "DEA." + alpha, alpha, false, "host_realm"},
		{"a peer below the realm", "mme.a.example.org", "a.example.org", "", "dea.example.org", "example.org", false, ""},
		{"a peer above the realm", "mme.example.org", "example.org", "", "dea.b.example.org", "b.example.org", false, ""},
		{"home's agent", "mme." + beta, beta, "", "dra.home", "epc.mnc070.mcc999.3gppnetwork.org", false, ""},
		{"a hub's agent", "mme." + beta, beta, "", "dra1.ipx.example.net", "ipx.example.net", false, ""},
		{"all at once", "mme.example.org", alpha, "999-72", "dea." + beta, beta, false, "visited_country, host_realm, peer_realm"},
		{"a peer's name of any length", "mme." + beta, beta, "", strings.Repeat("a", 255), strings.Repeat("b", 255), false, "peer_realm"},
		{"no realm", "mme." + beta, "", "999-72", "dea." + alpha, alpha, false, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := ulr(t) // it has a Route-Record
			m.Kind, m.From = signaling.KindRequest, 1
			d := m.Diameter
			d.OriginHost, d.OriginRealm, d.VisitedPLMN = []byte(tt.host), []byte(tt.realm), telecom.PLMN{}
			if tt.visited != "" {
				d.VisitedPLMN = plmn(tt.visited)
			}
			if !tt.relayed {
				d.NumRouteRecords = 0
			}
			m.Link.Ends[1].Host, m.Link.Ends[1].Realm = tt.peer, tt.peerRealm
			contradicted(t, set, m, tt.want)
			m.Kind = signaling.KindAnswer
			contradicted(t, set, m, "")
		})
	}
}

// contradicted asks an engine what a message contradicts itself in, and that asking
// allocates nothing.
func contradicted(t *testing.T, set *Set, m *signaling.Message, want string) {
	t.Helper()
	m.Memory = nil
	e := NewEngine(set)
	ask := func() contradictions {
		e.Evaluate(m, func(*Finding) {})
		return e.contradicts(m)
	}
	if got := strings.Join(contradictionWords(ask()), ", "); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if n := testing.AllocsPerRun(20, func() { ask() }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

type contradictions = set

func TestContradictsSelector(t *testing.T) {
	set := rulesOf(t, "carriers: [{id: a}]", "detections:\n"+
		"  - {id: m, title: M, match: {about: message, contradicts: [node_country, peer_realm]}}\n"+
		"  - {id: step, title: S, severity: low, match: {about: message, contradicts: node_country}, adjust: [{when: {kind: [invoke]}, severity: high}]}\n"+
		"  - {id: other, title: O, match: {about: message, contradicts: [node_operator, host_realm]}}\n"+
		"  - {id: cel, title: C, match: {about: message}, condition: \"'node_country' in contradicts\"}\n")
	m := mapMessage(t)
	m.SCCP.Calling.GT = telecom.MustDigits("4930000001")
	for i := range m.MAP.Nodes() {
		m.MAP.Nodes()[i].GT = telecom.MustDigits("12125550100")
	}
	e := NewEngine(set)
	got := map[string]string{}
	e.Evaluate(m, func(f *Finding) { got[f.Rule.ID] = f.Severity.String() + " " + f.Reason })
	want := map[string]string{"m": "medium contradicts: node_country", "step": "high kind: invoke", "cel": "medium "}
	if len(got) != len(want) {
		t.Errorf("%v", got)
	}
	for id, w := range want {
		if got[id] != w {
			t.Errorf("%s: %q, want %q", id, got[id], w)
		}
	}
	x := e.Explain(m)
	if strings.Join(x.Contradicts, ", ") != "node_country" {
		t.Errorf("explained as %v", x.Contradicts)
	}
	for _, r := range x.Rules {
		if want := map[string]string{"other": "contradicts"}[r.Rule.ID]; r.Missed != want {
			t.Errorf("%s misses %q, want %q", r.Rule.ID, r.Missed, want)
		}
	}
	p := writeFile(t, "d.yaml", "detections:\n  - id: a\n    title: A\n    match: {contradicts: country}\n")
	check(t, Options{DetectionFiles: []string{p}}, p, `FILE:4:26: contradicts: "country", want one of node_country, node_operator, visited_country, visited_operator, host_realm, peer_realm`)
}
