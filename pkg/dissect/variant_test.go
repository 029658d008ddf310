package dissect

import (
	"net/netip"
	"testing"

	"sigtransit/decoders/sccp"
	"sigtransit/decoders/telecom"
	"sigtransit/pkg/capture"
	"sigtransit/pkg/signaling"
	"sigtransit/pkg/synth"
)

// Point codes and ends of a national network.
const (
	nationalOPC telecom.PointCode = 0x050607
	nationalDPC telecom.PointCode = 0x010203
)

// nationalPurge is a UDT with a begin between two ends of a network of 24-bit codes.
func nationalPurge(v telecom.Variant, n uint32) []byte {
	end := func(pc telecom.PointCode, ssn telecom.SSN) synth.Address {
		return synth.Address{HasPC: true, PC: pc, SSN: ssn, RouteOnSSN: true, National: v == telecom.ANSI, Variant: v}
	}
	return unitdata(end(nationalDPC, telecom.SSNHLR), end(nationalOPC, telecom.SSNVLR), purge(n))
}

func nationalTransfer(user []byte) []byte {
	return synth.AppendTransfer(nil, synth.Transfer{OPC: nationalOPC, DPC: nationalDPC, SI: siSCCP, NI: 2}, user)
}

// variants are the variants of the messages handed out, in order.
func (p *tap) variants() (out []telecom.Variant) {
	for _, m := range p.messages {
		out = append(out, m.sccp.Variant)
	}
	return out
}

func (p *tap) expectVariants(t *testing.T, want ...telecom.Variant) {
	t.Helper()
	got := p.variants()
	same := len(got) == len(want)
	for i := 0; same && i < len(want); i++ {
		same = got[i] == want[i]
	}
	if !same {
		t.Errorf("variants %v, want %v", got, want)
	}
}

func TestVariantByEvidence(t *testing.T) {
	for _, v := range []telecom.Variant{telecom.ANSI, telecom.China} {
		l := newLink(portM3UA)
		l.send(0, 3, nationalTransfer(nationalPurge(v, 1)))
		l.send(0, 3, purgeData(2)) // an international message on the same link
		l.send(0, 3, nationalTransfer(nationalPurge(v, 3)))
		l.expectVariants(t, v, telecom.ITU, v)
		if c := &l.messages[0].sccp.Calling; c.PC != nationalOPC || c.SSN != telecom.SSNVLR || !c.HasPC {
			t.Errorf("%v: calling %+v", v, c)
		}
	}
}

// TestVariantIsKept: messages that read as another variant do not turn a link over
// until there is a row of them, and then a longer one is needed.
func TestVariantIsKept(t *testing.T) {
	l := newLink(portM3UA)
	n := uint32(0)
	send := func(v telecom.Variant, times int) {
		for range times {
			n++
			l.send(0, 3, nationalTransfer(nationalPurge(v, n)))
		}
	}
	send(telecom.ANSI, 4)
	for range 5 { // never four in a row
		send(telecom.China, 3)
		send(telecom.ANSI, 1)
	}
	for i, v := range l.variants() {
		if v != telecom.ANSI {
			t.Fatalf("message %d: %v", i, v)
		}
	}
}

// TestLabel holds how evidence is weighed, message by message.
func TestLabel(t *testing.T) {
	see := func(l *label, v telecom.Variant, times int) {
		for range times {
			l.seen(v, v == l.variant)
		}
	}
	var l label
	see(&l, telecom.China, 1)
	if l.variant != telecom.China {
		t.Fatalf("the first message is not believed: %+v", l)
	}
	see(&l, telecom.Japan, 1)
	if l.variant != telecom.Japan {
		t.Fatalf("one message is no settled variant: %+v", l)
	}
	see(&l, telecom.Japan, 3)
	see(&l, telecom.ANSI, 3)
	see(&l, telecom.Japan, 1)
	see(&l, telecom.ANSI, 3)
	see(&l, telecom.China, 3)
	if l.variant != telecom.Japan {
		t.Fatalf("turned over without four in a row: %+v", l)
	}
	see(&l, telecom.China, 1)
	if l.variant != telecom.China {
		t.Fatalf("not turned over by four in a row: %+v", l)
	}
	see(&l, telecom.China, 3)
	see(&l, telecom.ANSI, 7)
	if l.variant != telecom.China {
		t.Fatalf("the second time needs eight: %+v", l)
	}
	see(&l, telecom.ANSI, 1)
	if l.variant != telecom.ANSI {
		t.Fatalf("not turned over by eight: %+v", l)
	}
	for range 20 { // the row stays bounded
		for v := telecom.ANSI; v <= telecom.China; v++ {
			see(&l, v, row<<maxPatience+sure)
			if l.variant != v {
				t.Fatalf("not turned over to %v by %d: %+v", v, row<<maxPatience+sure, l)
			}
		}
	}
}

func TestVariantTold(t *testing.T) {
	message := nationalTransfer(nationalPurge(telecom.ANSI, 1)) // fits China too
	for _, tt := range []struct {
		name string
		o    Options
		want telecom.Variant
	}{
		{"by evidence", Options{}, telecom.ANSI},
		{"by network indicator", Options{Networks: [4]Network{2: {telecom.China, true}}}, telecom.China},
		{"of another network indicator", Options{Networks: [4]Network{0: {telecom.China, true}}}, telecom.ANSI},
		{"by peer", Options{Links: []Link{{Peers: []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")}, Variant: telecom.China}}}, telecom.China},
		{"by another peer", Options{Links: []Link{{Peers: []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")}, Variant: telecom.China}}}, telecom.ANSI},
		{"by port", Options{Links: []Link{{Ports: []uint16{1, portM3UA}, Variant: telecom.China}}}, telecom.China},
		{"by another port", Options{Links: []Link{{Ports: []uint16{1}, Variant: telecom.China}}}, telecom.ANSI},
		{"by point code", Options{Links: []Link{{PointCodes: []telecom.PointCode{nationalDPC}, Variant: telecom.China}}}, telecom.China},
		{"by another point code", Options{Links: []Link{{PointCodes: []telecom.PointCode{7}, Variant: telecom.China}}}, telecom.ANSI},
		{"by the network indicator of a link", Options{Links: []Link{{Networks: 1 << 2, Variant: telecom.China}}}, telecom.China},
		{"by that of another", Options{Links: []Link{{Networks: 1<<0 | 1<<3, Variant: telecom.China}}}, telecom.ANSI},
		{"all has to fit", Options{Links: []Link{{Ports: []uint16{portM3UA}, PointCodes: []telecom.PointCode{7}, Variant: telecom.China}}}, telecom.ANSI},
		{
			"the first link that fits, before the network indicator",
			Options{Links: []Link{{Ports: []uint16{1}, Variant: telecom.Japan}, {Ports: []uint16{portM3UA}, Variant: telecom.ANSI}, {Ports: []uint16{portM3UA}, Variant: telecom.China}}, Networks: [4]Network{2: {telecom.China, true}}},
			telecom.ANSI,
		},
	} {
		l := newLink(portM3UA)
		l.Dissector = New(l.tap, tt.o)
		l.send(0, 3, message)
		if got := l.variants(); len(got) != 1 || got[0] != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	// A link of MTP3, whose label has to be read to know its point codes.
	b := synth.AppendMTP3(nil, telecom.China, synth.Transfer{OPC: nationalOPC, DPC: nationalDPC, SI: siSCCP, NI: 2}, nationalPurge(telecom.ANSI, 1))
	p := newTap()
	p.Dissector = New(p, Options{Links: []Link{{PointCodes: []telecom.PointCode{nationalOPC}, Variant: telecom.China}}})
	p.Feed(&capture.Frame{Number: 1, LinkType: capture.LinkTypeMTP3, Length: len(b), Data: b})
	p.expectVariants(t, telecom.China)
}

// TestVariantOfLabels: M2PA, M2UA and MTP3 do not say how long the label is; a link
// test and SCCP behind it do.
func TestVariantOfLabels(t *testing.T) {
	for v := range telecom.NumVariants {
		opc, dpc := nationalOPC&(1<<v.Bits()-1), nationalDPC&(1<<v.Bits()-1)
		end := func(pc telecom.PointCode, ssn telecom.SSN) synth.Address {
			return synth.Address{HasPC: true, PC: pc, SSN: ssn, RouteOnSSN: true, National: v == telecom.ANSI, Variant: v}
		}
		msu := synth.AppendMTP3(nil, v, synth.Transfer{OPC: opc, DPC: dpc, SI: siSCCP, NI: 2, SLS: 5}, unitdata(end(dpc, 6), end(opc, 7), purge(1)))
		l := newLink(portM2PA)
		for range 6 {
			l.send(0, 5, synth.AppendM2PA(nil, 1, 1, 1, append([]byte{0}, msu...)))
		}
		for i, m := range l.messages {
			if m.sccp.Variant != v || m.M3UA.Data.OPC != opc || m.M3UA.Data.DPC != dpc || m.sccp.Calling.PC != opc {
				t.Errorf("%v, message %d: %v, OPC %d, DPC %d, calling %+v", v, i, m.sccp.Variant, m.M3UA.Data.OPC, m.M3UA.Data.DPC, m.sccp.Calling)
			}
		}
		if len(l.messages) != 6 {
			t.Errorf("%v: %d messages", v, len(l.messages))
		}
		// A link test alone tells the width.
		test := synth.AppendMTP3(nil, v, synth.Transfer{OPC: opc, DPC: dpc, SI: 1, NI: 2}, []byte{0x11, 0x20, 0xaa, 0x55})
		l = newLink(portM2PA)
		l.send(0, 5, synth.AppendM2PA(nil, 1, 1, 1, append([]byte{0}, test...)))
		if got := l.Dissector.flows.all[0].labels[2].variant; got.Bits() != v.Bits() {
			t.Errorf("%v: a link test shows %v", v, got)
		}
	}
}

func TestManagementKinds(t *testing.T) {
	l := newLink(portM2PA)
	for state := byte(0); state < 11; state++ {
		l.send(0, 5, synth.AppendM2PA(nil, 2, 0, 0, []byte{0, 0, 0, state}))
	}
	l.send(0, 5, synth.AppendM2PA(nil, 1, 0, 0, nil))
	if k := &l.Counters.Kinds.M2PA; *k != [11]uint64{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2} {
		t.Errorf("M2PA %v", *k)
	}
	counts := map[string]uint64{}
	l.Counters.Kinds.Each(func(name string, n uint64) {
		if _, twice := counts[name]; twice || name == "" {
			t.Errorf("counter %q is there twice or has no name", name)
		}
		counts[name] = n
	})
	if counts["m2pa_link_ready"] != 1 || counts["m2pa_other"] != 2 || counts["m2pa_empty"] != 1 {
		t.Errorf("counters %v", counts)
	}
	// Types that no standard has are counted all the same.
	l = newLink(portM3UA)
	l.send(0, 3, synth.AppendSigtran(nil, 4, 9))
	l.send(0, 3, synth.AppendSigtran(nil, 200, 200))
	l.send(0, 3, transfer(1, 2, unitdata(synth.Address{SSN: 1, RouteOnSSN: true}, synth.Address{SSN: 1, RouteOnSSN: true}, []byte{9, 9})))
	l.send(0, 3, transfer(1, 2, []byte{byte(sccp.CR), 0}))
	l.Counters.Kinds.Each(func(name string, n uint64) { counts[name] = n })
	if counts["m3ua_other"] != 2 || counts["scmg_other"] != 1 || counts["sccp_cr"] != 1 || l.Counters.Problems[LayerSCCP][Truncated] != 1 || l.Counters.Problems[LayerSCCP][Unsupported] != 1 {
		t.Errorf("counters %v, problems %v", counts, l.Counters.Problems[LayerSCCP])
	}
}

// TestNationalAllocations: a message of another variant costs no memory either.
func TestNationalAllocations(t *testing.T) {
	d := New(nothing{}, Options{})
	b := synth.AppendMTP3(nil, telecom.ANSI, synth.Transfer{OPC: nationalOPC, DPC: nationalDPC, SI: siSCCP, NI: 2}, nationalPurge(telecom.ANSI, 1))
	f := capture.Frame{Number: 1, LinkType: capture.LinkTypeMTP3, Length: len(b), Data: b}
	d.Feed(&f)
	if n := testing.AllocsPerRun(100, func() { d.Feed(&f) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkNational(b *testing.B) {
	d := New(nothing{}, Options{})
	msu := synth.AppendMTP3(nil, telecom.ANSI, synth.Transfer{OPC: nationalOPC, DPC: nationalDPC, SI: siSCCP, NI: 2}, nationalPurge(telecom.ANSI, 1))
	f := capture.Frame{Number: 1, LinkType: capture.LinkTypeMTP3, Length: len(msu), Data: msu}
	b.ReportAllocs()
	for b.Loop() {
		d.Feed(&f)
	}
}

// nothing is a handler that keeps nothing.
type nothing struct{}

func (nothing) Message(*signaling.Message) {}
func (nothing) Flow(*signaling.FlowEvent)  {}
func (nothing) Warning(*signaling.Warning) {}
