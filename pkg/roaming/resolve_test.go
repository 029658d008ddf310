package roaming

import (
	"net/netip"
	"testing"

	"sigtransit/decoders/diameter"
	"sigtransit/decoders/gsmmap"
	"sigtransit/decoders/m3ua"
	"sigtransit/decoders/sccp"
	"sigtransit/decoders/telecom"
	"sigtransit/pkg/numbering"
	"sigtransit/pkg/partners"
	"sigtransit/pkg/signaling"
	"sigtransit/pkg/synth"
)

func plmn(s string) telecom.PLMN {
	p, err := telecom.ParsePLMN(s)
	if err != nil {
		panic(err)
	}
	return p
}

// testHome is a fictional operator, testPartners are its partners: two of them have
// networks whose codes begin alike.
func testHome() Home {
	return Home{
		Name: "Home", PLMNs: []telecom.PLMN{plmn("999-70")}, GTs: []string{"99970"}, MGTs: []string{"99975"}, MSISDNs: []string{"99976"},
		Realms: []string{"home.example.net"}, Hosts: []string{"dra1.hosting.example.net"},
		PointCodes: []PointCode{{PC: 0x801}, {PC: 0x802, NI: 2}}, IPs: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")},
	}
}

func testPartners() []*partners.Partner {
	return []*partners.Partner{
		{ID: "XXAAA", Name: "Alpha", Country: "XA", Source: "alpha.xml", PLMNs: []telecom.PLMN{plmn("999-71")}, GTs: []partners.Range{{First: "99971", Last: "99971"}},
			MGTs: []string{"999710"}, Realms: []string{"Alpha.example.net."}},
		{ID: "XXBBB", Name: "Beta", Country: "XB", Source: "beta.xml", PLMNs: []telecom.PLMN{plmn("999-72")}, GTs: []partners.Range{{First: "9997200", Last: "9997249"}}},
		{ID: "XXCCC", Name: "Gamma", Country: "XC", Source: "gamma.xml", PLMNs: []telecom.PLMN{plmn("999-720")}, GTs: []partners.Range{{First: "99972", Last: "99972"}}},
	}
}

func testTable(t testing.TB) *Table {
	t.Helper()
	table, warnings := Compile(testHome(), testPartners(), Transit{})
	if len(warnings) != 1 || !warnings[0].Nested { // Beta's range lies in Gamma's
		t.Fatal(warnings)
	}
	return table
}

func gt(digits string) sccp.Address {
	return sccp.Address{Present: true, HasSSN: true, GTI: 4, NP: planE164, NAI: 4, GT: telecom.MustDigits(digits)}
}

func mgt(digits string) sccp.Address {
	a := gt(digits)
	a.NP = planE214
	return a
}

func operation(name string) signaling.Operation {
	op, ok := signaling.LookupOperation(name)
	if !ok {
		panic("no operation " + name)
	}
	return op
}

// ss7 is a message of MAP or CAP; parameter is what the invoke or result of op has.
func ss7(op string, kind signaling.Kind, from, to sccp.Address, imsi string, parameter []byte) *signaling.Message {
	m := &signaling.Message{Protocol: signaling.MAP, Kind: kind, Operation: operation(op), SCCP: &sccp.Message{Type: sccp.UDT, Calling: from, Called: to}, MAP: &gsmmap.Arguments{}}
	code := int32(m.Operation.Info().Code)
	var err error
	if kind == signaling.KindResult {
		err = m.MAP.DecodeResult(code, 3, parameter)
	} else {
		err = m.MAP.DecodeInvoke(code, 3, parameter)
	}
	if err != nil {
		panic(err)
	}
	if imsi != "" {
		m.IMSI = telecom.MustDigits(imsi)
	}
	return m
}

func s6a(op string, from, to, imsi string) *signaling.Message {
	m := &signaling.Message{Protocol: signaling.Diameter, Kind: signaling.KindRequest, Operation: operation(op), Diameter: &diameter.Message{OriginRealm: []byte(from), DestinationRealm: []byte(to)}}
	if imsi != "" {
		m.IMSI = telecom.MustDigits(imsi)
	}
	return m
}

// at has a message visited in a network.
func at(m *signaling.Message, p string) *signaling.Message {
	m.Diameter.VisitedPLMN = plmn(p)
	return m
}

func number(digits string) synth.Number { return synth.International(telecom.MustDigits(digits)) }

// testNetwork is what numbering data call 001-01.
var testNetwork = func() string {
	o, _ := numbering.NetworkOf(plmn("001-01"))
	return o.ID
}()

const (
	homeSubscriber  = "999700000000001"
	alphaSubscriber = "999710000000001"
	betaSubscriber  = "999721000000001"
	gammaSubscriber = "999720000000001"
)

func TestResolve(t *testing.T) {
	table := testTable(t)
	const (
		invoke, result = signaling.KindInvoke, signaling.KindResult
		out, in        = signaling.Outbound, signaling.Inbound
		home, visitor  = signaling.WhoseHome, signaling.WhoseVisitor
		foreign        = signaling.WhoseForeign
	)
	update := func(from, to sccp.Address, imsi, vlr string) *signaling.Message {
		return ss7("updateLocation", invoke, from, to, imsi, synth.AppendUpdateLocation(nil, synth.UpdateLocation{IMSI: telecom.MustDigits(imsi), MSC: number(vlr), VLR: number(vlr)}))
	}
	national := gt("97100001")
	national.NAI = 3
	pc := func(code telecom.PointCode) sccp.Address {
		return sccp.Address{Present: true, HasSSN: true, HasPC: true, PC: code}
	}
	label := func(m *signaling.Message, opc, dpc telecom.PointCode, ni uint8) *signaling.Message {
		m.M3UA = &m3ua.Message{HasData: true, Data: m3ua.ProtocolData{OPC: opc, DPC: dpc, NI: ni}}
		return m
	}
	ips := func(m *signaling.Message, src, dst string) *signaling.Message {
		m.Src, m.Dst = netip.AddrPortFrom(netip.MustParseAddr(src), 2905), netip.AddrPortFrom(netip.MustParseAddr(dst), 2905)
		return m
	}
	for _, tt := range []struct {
		name      string
		m         *signaling.Message
		direction signaling.Direction
		whose     signaling.Whose
		partner   string
	}{
		{"home's subscriber abroad", update(gt("9997100001"), gt("9997000001"), homeSubscriber, "9997100001"), in, home, "XXAAA"},
		{"the answer to it", ss7("updateLocation", result, gt("9997000001"), gt("9997100001"), homeSubscriber, nil), out, home, "XXAAA"},
		{"behind a hub's title: the VLR tells", update(gt("88800001"), gt("9997000001"), homeSubscriber, "9997200001"), in, home, "XXBBB"},
		{"a range within another", update(gt("9997250001"), gt("9997000001"), homeSubscriber, "9997250001"), in, home, "XXCCC"},
		{"a visitor", update(gt("9997000001"), gt("9997100001"), alphaSubscriber, "9997000001"), out, visitor, "XXAAA"},
		{"a visitor behind a hub: his IMSI tells", update(gt("9997000001"), gt("88800001"), betaSubscriber, "9997000001"), out, visitor, "XXBBB"},
		{"three digits of MNC", update(gt("9997000001"), gt("88800001"), gammaSubscriber, "9997000001"), out, visitor, "XXCCC"},
		{"by numbering data alone", update(gt("9997000001"), gt("88800001"), "001010000000001", "9997000001"), out, visitor, testNetwork},
		{"by country alone", ss7("sendRoutingInfo", invoke, gt("9997000001"), gt("290200001"), "", nil), out, foreign, "sh"},
		{"in transit", update(gt("9997100001"), gt("9997200001"), betaSubscriber, "9997100001"), signaling.Through, foreign, "XXBBB"},
		{"within home", update(gt("9997000002"), gt("9997000001"), homeSubscriber, "9997000002"), signaling.Internal, home, ""},
		{"a visitor's, within home", ss7("mt-ForwardSM", invoke, gt("9997000002"), gt("9997000001"), alphaSubscriber, nil), signaling.Internal, visitor, ""},
		{"home's HLR asks where its subscriber is", ss7("provideSubscriberInfo", invoke, gt("9997000001"), gt("9997100001"), homeSubscriber, nil), out, home, "XXAAA"},
		{"a message for a visitor, by service centre", ss7("mt-ForwardSM", invoke, gt("88800001"), gt("9997000001"), alphaSubscriber,
			synth.AppendMTForwardSM(nil, synth.ForwardSM{IMSI: telecom.MustDigits(alphaSubscriber), ServiceCentre: number("9997200009"), TPDU: []byte{1}})), in, visitor, "XXBBB"},
		{"a message for somebody abroad", ss7("mt-ForwardSM", invoke, gt("9997000009"), gt("9997200001"), alphaSubscriber, nil), out, foreign, "XXBBB"},
		{"home is asked for one of its own", ss7("sendRoutingInfoForSM", invoke, gt("9997100009"), gt("9997000001"), "", nil), in, home, "XXAAA"},
		{"by E.214, home", ss7("sendAuthenticationInfo", invoke, gt("9997100001"), mgt("99975000000001"), "", nil), in, home, "XXAAA"},
		{"by E.214, a partner", ss7("sendAuthenticationInfo", invoke, gt("9997000001"), mgt("9997100000000001"), "", nil), out, visitor, "XXAAA"},
		{"by E.214 made of the IMSI", ss7("sendAuthenticationInfo", invoke, gt("9997000001"), mgt("888991000000001"), betaSubscriber, nil), out, visitor, "XXBBB"},
		{"an unknown called number", update(gt("9997000001"), national, alphaSubscriber, "9997000001"), out, visitor, "XXAAA"},
		{"national numbers are not looked up", ss7("purgeMS", invoke, national, national, "", nil), signaling.DirectionUnknown, signaling.WhoseUnknown, ""},
		{"a point code for an address", label(ss7("purgeMS", invoke, gt("9997100001"), pc(0x801), "", nil), 1, 2, 0), in, home, "XXAAA"},
		{"a point code of no network", ss7("purgeMS", invoke, gt("9997100001"), pc(0x801), "", nil), signaling.DirectionUnknown, signaling.WhoseUnknown, "XXAAA"},
		{"of another network", label(ss7("purgeMS", invoke, gt("9997100001"), pc(0x802), "", nil), 1, 2, 0), signaling.DirectionUnknown, signaling.WhoseUnknown, "XXAAA"},
		{"the label of an address without a code", label(ss7("purgeMS", invoke, gt("9997100001"), sccp.Address{Present: true, HasSSN: true}, "", nil), 1, 0x802, 2), in, home, "XXAAA"},
		{"a hop from home", label(ss7("purgeMS", invoke, national, gt("9997100001"), "", nil), 0x801, 2, 0), out, visitor, "XXAAA"},
		{"a hop by IP", ips(ss7("purgeMS", invoke, gt("9997100001"), national, "", nil), "198.51.100.1", "192.0.2.1"), in, home, "XXAAA"},
		{"both hops are home's", ips(ss7("purgeMS", invoke, national, national, "", nil), "192.0.2.1", "192.0.2.2"), signaling.DirectionUnknown, signaling.WhoseUnknown, ""},
		{"Diameter, home abroad", s6a("ULR", "EPC.mnc071.MCC999.3gppnetwork.org.", "epc.mnc070.mcc999.3gppnetwork.org", homeSubscriber), in, home, "XXAAA"},
		{"Diameter, visited PLMN behind a hub", at(s6a("ULR", "ipx.example.org", "home.example.net", homeSubscriber), "999-72"), in, home, "XXBBB"},
		{"Diameter, a realm of the partner file", s6a("AIR", "home.example.net", "roaming.alpha.example.net", alphaSubscriber), out, visitor, "XXAAA"},
		{"Diameter, a padded MNC", s6a("AIR", "home.example.net", "epc.mnc072.mcc999.3gppnetwork.org", betaSubscriber), out, visitor, "XXBBB"},
		{"Diameter, three digits", s6a("AIR", "home.example.net", "epc.mnc720.mcc999.3gppnetwork.org", ""), out, visitor, "XXCCC"},
		{"Diameter, by numbering data", s6a("CLR", "home.example.net", "epc.mnc001.mcc001.3gppnetwork.org", homeSubscriber), out, home, testNetwork},
		{"Diameter, in transit", s6a("ULR", "alpha.example.net", "epc.mnc072.mcc999.3gppnetwork.org", betaSubscriber), signaling.Through, foreign, "XXBBB"},
		{"Diameter, nothing known", s6a("ULR", "a.example.org", "b.example.org", ""), signaling.DirectionUnknown, signaling.WhoseUnknown, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			check := func(what string, m *signaling.Message, d signaling.Direction) {
				t.Helper()
				got := ""
				if p := table.Party(m.Roaming.Partner); p != nil {
					got = p.ID
				}
				if m.Roaming.Direction != d || m.Roaming.Subscriber != tt.whose || got != tt.partner {
					t.Errorf("%s is %s, partner %q, subscriber %s; want %s, %q, %s", what, m.Roaming.Direction, got, m.Roaming.Subscriber, d, tt.partner, tt.whose)
				}
			}
			NewResolver(table).Resolve(tt.m)
			check("alone it", tt.m, tt.direction)
			r := NewResolver(table)
			tt.m.Memory = &signaling.Memory{}
			for range 2 { // a second copy
				r.Resolve(tt.m)
				check("in a dialogue it", tt.m, tt.direction)
			}
			answer := &signaling.Message{Protocol: tt.m.Protocol, Side: 1, Memory: tt.m.Memory, IMSI: tt.m.IMSI, Kind: result}
			if tt.m.SCCP != nil {
				answer.SCCP = &sccp.Message{Type: sccp.UDT}
			} else {
				answer.Diameter = &diameter.Message{}
			}
			r.Resolve(answer)
			check("an answer without addresses", answer, reversed(tt.direction))
			if tt.m.SCCP != nil {
				back := returned(tt.m)
				NewResolver(table).Resolve(back)
				check("sent back by SCCP it", back, reversed(tt.direction))
			}
			allocated := testing.AllocsPerRun(20, func() {
				tt.m.Memory = nil
				r.Resolve(tt.m)
			})
			if allocated != 0 {
				t.Errorf("%v allocations", allocated)
			}
		})
	}
}

// returned is m as SCCP sends it back: its addresses and all below go the other way.
func returned(m *signaling.Message) *signaling.Message {
	back, s := *m, *m.SCCP
	s.Type, s.Calling, s.Called = sccp.UDTS, s.Called, s.Calling
	back.SCCP, back.Memory, back.Faults = &s, nil, signaling.FaultReturned
	back.Src, back.Dst = m.Dst, m.Src
	if m.M3UA != nil {
		label := *m.M3UA
		label.Data.OPC, label.Data.DPC = label.Data.DPC, label.Data.OPC
		back.M3UA = &label
	}
	return &back
}

// TestReload: what a dialogue remembers of one table says nothing in another.
func TestReload(t *testing.T) {
	m := ss7("purgeMS", signaling.KindInvoke, gt("9997100001"), gt("9997000001"), homeSubscriber, nil)
	m.Memory = &signaling.Memory{}
	NewResolver(testTable(t)).Resolve(m)
	if m.Roaming.Direction != signaling.Inbound || m.Roaming.Partner == 0 {
		t.Fatalf("%+v", m.Roaming)
	}
	other, _ := Compile(Home{PLMNs: []telecom.PLMN{plmn("999-71")}, GTs: []string{"99971"}}, nil, Transit{})
	NewResolver(other).Resolve(m)
	if m.Roaming.Direction != signaling.Outbound || m.Roaming.Subscriber != signaling.WhoseVisitor || m.Roaming.Partner != 0 {
		t.Errorf("%+v", m.Roaming)
	}
	if NewResolver(nil) != nil {
		t.Error("a resolver of nothing")
	}
	var none *Table
	if none.Party(1) != nil || none.NumParties() != 0 {
		t.Error("a nil table has parties")
	}
}

func BenchmarkResolve(b *testing.B) {
	table := testTable(b)
	invoke := ss7("updateLocation", signaling.KindInvoke, gt("9997100001"), gt("9997000001"), homeSubscriber,
		synth.AppendUpdateLocation(nil, synth.UpdateLocation{IMSI: telecom.MustDigits(homeSubscriber), MSC: number("9997100001"), VLR: number("9997100001")}))
	answer := ss7("updateLocation", signaling.KindResult, gt("9997000001"), gt("9997100001"), homeSubscriber, nil)
	answer.Side = 1
	request := s6a("AIR", "epc.mnc071.mcc999.3gppnetwork.org", "epc.mnc070.mcc999.3gppnetwork.org", homeSubscriber)
	for _, x := range []struct {
		name string
		list []*signaling.Message
	}{{"invoke", []*signaling.Message{invoke}}, {"invoke and result", []*signaling.Message{invoke, answer}}, {"Diameter request", []*signaling.Message{request}}} {
		b.Run(x.name, func(b *testing.B) {
			r := NewResolver(table)
			var mem signaling.Memory
			b.ReportAllocs()
			for b.Loop() {
				mem.Roamed, mem.Partner = 0, 0
				for _, m := range x.list {
					m.Memory = &mem
					r.Resolve(m)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(x.list)), "ns/message")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// TestLengthOfMNC: networks of three digits within the numbers of one of two (E.212). One
// in Bermuda (350-007 in 350-00) and two in Guyana (738-002, 738-003 in 738-00) are in
// service by public facts, India's 405-025 is not.
func TestLengthOfMNC(t *testing.T) {
	partner := []*partners.Partner{{ID: "XXAAA", Name: "Alpha", Country: "BM", PLMNs: []telecom.PLMN{plmn("350-00")}}}
	both := []*partners.Partner{partner[0], {ID: "XXBBB", Name: "Beta", Country: "BM", PLMNs: []telecom.PLMN{plmn("350-008")}}}
	for _, tt := range []struct {
		home     string
		partners []*partners.Partner
		imsi     string
		whose    signaling.Whose
		partner  string
		plmn     string
	}{
		{"350-00", nil, "350007123456789", signaling.WhoseVisitor, "bm-paradise-mobile", "350-007"},
		{"350-00", nil, "350006123456789", signaling.WhoseHome, "", "350-00"},
		{"738-00", nil, "738002123456789", signaling.WhoseVisitor, "gy-gtt-cellink-plus", "738-002"},
		{"738-00", nil, "738001123456789", signaling.WhoseHome, "", "738-00"},
		{"738-002", nil, "738002123456789", signaling.WhoseHome, "", "738-002"},
		{"405-02", nil, "405025123456789", signaling.WhoseHome, "", "405-02"},
		{"405-025", nil, "405025123456789", signaling.WhoseHome, "", "405-025"},
		{"338-05", nil, "338050123456789", signaling.WhoseHome, "", "338-050"},
		{"999-70", nil, "999701123456789", signaling.WhoseHome, "", "999-70"},
		{"999-70", partner, "350007123456789", signaling.WhoseVisitor, "bm-paradise-mobile", "350-007"},
		{"999-70", partner, "350008123456789", signaling.WhoseVisitor, "XXAAA", "350-00"},
		{"999-70", both, "350008123456789", signaling.WhoseVisitor, "XXBBB", "350-008"},
		{"350-00", both[1:], "350008123456789", signaling.WhoseVisitor, "XXBBB", "350-008"},
		{"999-70", nil, "405025123456789", signaling.WhoseVisitor, "in-tata-docomo", "405-025"},
	} {
		table, _ := Compile(Home{PLMNs: []telecom.PLMN{plmn(tt.home)}, GTs: []string{"99970"}}, tt.partners, Transit{})
		m := ss7("updateLocation", signaling.KindInvoke, gt("9997000001"), gt("88800001"), tt.imsi, nil)
		NewResolver(table).Resolve(m)
		got := ""
		if p := table.Party(m.Roaming.Partner); p != nil {
			got = p.ID
		}
		if m.Roaming.Subscriber != tt.whose || got != tt.partner {
			t.Errorf("home %s, IMSI %s: %s of %q, want %s of %q", tt.home, tt.imsi, m.Roaming.Subscriber, got, tt.whose, tt.partner)
		}
		if p, ok := table.PLMNOfIMSI(m.IMSI); !ok || p != plmn(tt.plmn) {
			t.Errorf("home %s, IMSI %s: network %s, %t; want %s", tt.home, tt.imsi, p, ok, tt.plmn)
		}
	}
	var none *Table
	for imsi, want := range map[string]string{"350007123456789": "350-007", "405025123456789": "405-025", "26295": "", "26A950": "", "262950": "262-95"} {
		if p, ok := none.PLMNOfIMSI(telecom.MustDigits(imsi)); ok != (want != "") || ok && p != plmn(want) {
			t.Errorf("%s by public facts: %s, %t; want %s", imsi, p, ok, want)
		}
	}
}
