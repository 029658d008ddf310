package rules

import (
	"net/netip"
	"strings"
	"testing"

	"sigtransit/pkg/signaling"
)

// protectedFlow is an event of a TLS link of which nothing is listed.
func protectedFlow(state string) *signaling.FlowEvent {
	l := newLink()
	l.ID, l.Transport, l.Protection, l.Version = 7, signaling.TCP, signaling.TLS, 1
	l.Security = &signaling.Security{
		Version: 0x0303, Negotiated: true, ServerName: "sni.example.net", Server: 1,
		Certificates: [2]signaling.Certificate{
			0: {Subject: "client.example.net"},
			1: {Subject: "subject.example.net", Names: []string{"alt.example.net", "*.wild.example.net"}},
		},
	}
	return &signaling.FlowEvent{Time: 1, Frame: 2, Link: l, State: state}
}

type flowFound struct {
	rule, carrier string
	severity      signaling.Severity
	position      signaling.Position
	value         string
}

func evaluateFlow(e *Engine, f *signaling.FlowEvent) (out []flowFound) {
	e.EvaluateFlow(f, func(x *Finding) {
		s := x.Sightings[0]
		out = append(out, flowFound{x.Rule.ID, x.Carrier.ID, x.Severity, s.Position, string(s.Value)})
		if x.Flow != f || x.Message == nil || x.Message.Link != f.Link || x.Message.Class != signaling.ClassProtected {
			panic("a finding without its flow or message")
		}
	})
	return out
}

func TestEvaluateFlow(t *testing.T) {
	const hop, down = "hop-readable-by-carrier", "protection-downgrade"
	clear := func(f *signaling.FlowEvent) { f.Link.Protection = signaling.Clear }
	for _, tt := range []struct {
		name       string
		identifier string
		state      string
		change     func(*signaling.FlowEvent)
		want       []flowFound
	}{
		{"address", "type: ip_prefix, value: 198.51.100.0/24", signaling.FlowProtected, nil, []flowFound{{hop, "example-carrier", signaling.SeverityMedium, signaling.LinkPeerIP, "198.51.100.1"}}},
		{"address of low confidence", "type: ip_prefix, value: 198.51.100.0/24, confidence: low", signaling.FlowProtected, nil, []flowFound{{hop, "example-carrier", signaling.SeverityLow, signaling.LinkPeerIP, "198.51.100.1"}}},
		{"server name", "type: host, value: sni.example.net", signaling.FlowNegotiated, nil, []flowFound{{hop, "example-carrier", signaling.SeverityMedium, signaling.TLSServerName, "sni.example.net"}}},
		{"server name as a realm", "type: realm, value: sni.example.net", signaling.FlowNegotiated, nil, []flowFound{{hop, "example-carrier", signaling.SeverityMedium, signaling.TLSServerName, "sni.example.net"}}},
		{"subject of a certificate", "type: host, value: subject.example.net", signaling.FlowNegotiated, nil, []flowFound{{hop, "example-carrier", signaling.SeverityMedium, signaling.TLSCertificateName, "subject.example.net"}}},
		{"alternative name", "type: host_suffix, value: alt.example.net", signaling.FlowNegotiated, nil, []flowFound{{hop, "example-carrier", signaling.SeverityMedium, signaling.TLSCertificateName, "alt.example.net"}}},
		{"wildcard", "type: host_suffix, value: wild.example.net", signaling.FlowNegotiated, nil, []flowFound{{hop, "example-carrier", signaling.SeverityMedium, signaling.TLSCertificateName, "*.wild.example.net"}}},
		{"the client's certificate", "type: host, value: client.example.net", signaling.FlowNegotiated, nil, []flowFound{{hop, "example-carrier", signaling.SeverityMedium, signaling.TLSCertificateName, "client.example.net"}}},
		{"name in CEA", "type: host, value: dra.example.org", signaling.FlowProtected, func(f *signaling.FlowEvent) { f.Link.Ends[1].Host = "dra.example.org" },
			[]flowFound{{hop, "example-carrier", signaling.SeverityMedium, signaling.DiameterPeer, "dra.example.org"}}},
		{"IPsec", "type: ip_prefix, value: 198.51.100.0/24", signaling.FlowProtected, func(f *signaling.FlowEvent) { f.Link.Protection = signaling.IPsec },
			[]flowFound{{hop, "example-carrier", signaling.SeverityMedium, signaling.LinkPeerIP, "198.51.100.1"}}},
		{"keys of IPsec alone", "type: ip_prefix, value: 198.51.100.0/24", signaling.FlowProtected, func(f *signaling.FlowEvent) { f.Link.Protection = signaling.Opaque }, nil},
		{"downgraded", "type: ip_prefix, value: 198.51.100.0/24", signaling.FlowDowngraded, clear, []flowFound{{down, "example-carrier", signaling.SeverityHigh, signaling.LinkPeerIP, "198.51.100.1"}}},
		{"new", "type: ip_prefix, value: 198.51.100.0/24", signaling.FlowNew, clear, nil},
		{"closed", "type: ip_prefix, value: 198.51.100.0/24", signaling.FlowClosed, nil, nil},
		{"a network of the group", "type: host, value: sni.example.net, role: group-operator", signaling.FlowNegotiated, nil, nil},
		{"somebody else", "type: host, value: example.net", signaling.FlowNegotiated, nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := NewEngine(load(t, one(tt.identifier)))
			f := protectedFlow(tt.state)
			if tt.change != nil {
				tt.change(f)
			}
			got := evaluateFlow(e, f)
			if len(got) != len(tt.want) || len(got) == 1 && got[0] != tt.want[0] {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
			if again := evaluateFlow(e, f); again != nil {
				t.Errorf("and once more: %+v", again)
			}
		})
	}
}

// TestFlowTwoStates: what one state reports, another of the same rule does not.
func TestFlowTwoStates(t *testing.T) {
	e := NewEngine(load(t, one("type: ip_prefix, value: 198.51.100.0/24", "type: host, value: sni.example.net")))
	f := protectedFlow(signaling.FlowProtected)
	if got := evaluateFlow(e, f); len(got) != 1 {
		t.Fatalf("protected: %+v", got)
	}
	f.State = signaling.FlowNegotiated
	if got := evaluateFlow(e, f); got != nil {
		t.Errorf("negotiated: %+v", got)
	}
	f.State, f.Link.Protection = signaling.FlowDowngraded, signaling.Clear
	if got := evaluateFlow(e, f); len(got) != 1 || got[0].rule != "protection-downgrade" {
		t.Errorf("downgraded: %+v", got)
	}
	if e.Findings()[e.Set().linkRules[0].Index]+e.Findings()[e.Set().linkRules[1].Index] != 2 {
		t.Errorf("counts %v", e.Findings())
	}
}

// TestFresh: a carrier is new to a link once, whether a message or an event told it.
func TestFresh(t *testing.T) {
	e := NewEngine(load(t, one("type: ip_prefix, value: 198.51.100.0/24", "type: point_code, value: 4200")))
	f := protectedFlow(signaling.FlowProtected)
	evaluateFlow(e, f)
	if len(e.Fresh()) != 1 {
		t.Errorf("first sight: %v", e.Fresh())
	}
	evaluateFlow(e, f)
	if len(e.Fresh()) != 0 {
		t.Errorf("second sight: %v", e.Fresh())
	}
	m := mapMessage(t)
	m.Link.Ends[1].Addrs = []netip.Addr{netip.MustParseAddr("203.0.113.9")}
	evaluate(e, m)
	if len(e.Fresh()) != 1 || len(e.Touched()) != 1 {
		t.Errorf("by point code: %v, touched %v", e.Fresh(), e.Touched())
	}
	n := 0
	e.LinkCarriers(m.Link, func(c *Carrier) { n++ })
	if n != 1 {
		t.Errorf("the link has %d carriers", n)
	}
	// What the dialogue remembers was seen on another link.
	answer := mapMessage(t)
	answer.Link, answer.Memory = &signaling.Link{Ends: m.Link.Ends}, m.Memory
	answer.M3UA.Data.OPC, answer.M3UA.Data.DPC = 1, 2
	if evaluate(e, answer); len(e.Touched()) != 1 || len(e.Fresh()) != 0 || answer.Link.NumCarriers != 0 {
		t.Errorf("an answer by another link: touched %v, fresh %v", e.Touched(), e.Fresh())
	}
	other := NewEngine(load(t, one("type: gt_prefix, value: '888'")))
	other.LinkCarriers(m.Link, func(c *Carrier) { t.Error("indexes of another set were used") })
}

func TestWatched(t *testing.T) {
	s := load(t, one("type: ip_prefix, value: 198.51.100.0/24"))
	if !s.Watched(netip.MustParseAddr("198.51.100.9")) || s.Watched(netip.MustParseAddr("192.0.2.1")) {
		t.Error("addresses")
	}
	if load(t, one("type: gt_prefix, value: '888'")).Watched(netip.MustParseAddr("198.51.100.9")) {
		t.Error("an address on a list without addresses")
	}
}

// TestFlowNoAllocation: links of nobody on the list cost nothing.
func TestFlowNoAllocation(t *testing.T) {
	e := NewEngine(load(t, one("type: ip_prefix, value: 203.0.113.0/24", "type: host, value: other.example.net")))
	f := protectedFlow(signaling.FlowNegotiated)
	emit := func(*Finding) { t.Error("a finding") }
	if n := testing.AllocsPerRun(100, func() {
		f.Link.Version++
		e.EvaluateFlow(f, emit)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestBadFlowRules(t *testing.T) {
	for _, tt := range []struct{ match, want string }{
		{"{flow: [protected], class: [sms]}", "flow: a rule about links has no protocol, class, kind, operation, direction, subscriber, service, partner, country or contradicts: those are of messages"},
		{"{flow: [encrypted]}", `flow: "encrypted", want one of new, protected, negotiated, downgraded`},
	} {
		name := writeFile(t, "rules.yaml", "detections:\n  - id: mine\n    title: Mine\n    match: "+tt.match+"\n")
		if _, err := Load(Options{DetectionFiles: []string{name}}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", tt.match, err)
		}
	}
	name := writeFile(t, "rules.yaml", "detections:\n  - {id: mine, title: Mine, match: {flow: new, protection: clear}, severity: low}\n")
	s := load(t, one("type: ip_prefix, value: 198.51.100.0/24"), func(o *Options) { o.DetectionFiles = []string{name} })
	f := protectedFlow(signaling.FlowNew)
	f.Link.Protection = signaling.Clear
	if got := evaluateFlow(NewEngine(s), f); len(got) != 1 || got[0].rule != "mine" {
		t.Errorf("a rule of one's own: %+v", got)
	}
}
