package dissect

import (
	"encoding/binary"
	"io"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"sigtransit/pkg/capture"
	"sigtransit/pkg/signaling"
	"sigtransit/pkg/synth"
)

// tunnelsCase has a message through each kind of tunnel and link type.
const tunnelsCase = "../../testdata/tunnels/input.pcapng"

// caseFrames are the frames of a case, copied.
func caseFrames(t testing.TB, name string) (out []capture.Frame) {
	t.Helper()
	f, err := capture.Open(name, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	frames := make([]capture.Frame, 16)
	for {
		n, err := f.Read(frames)
		for _, fr := range frames[:n] {
			fr.Data = slices.Clone(fr.Data)
			out = append(out, fr)
		}
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// feedBare hands over a frame of a link type without IP.
func (p *tap) feedBare(link capture.LinkType, parts ...[]byte) {
	b := slices.Concat(parts...)
	p.frame++
	p.Feed(&capture.Frame{Time: int64(p.frame) * 1e6, Number: p.frame, Length: len(b), LinkType: link, Data: b})
}

// exported are the tags of an exported PDU.
func exported(name string, tags ...[]byte) []byte {
	b := append([]byte{0, 12, 0, byte(len(name))}, name...)
	return append(append(b, slices.Concat(tags...)...), 0, 0, 0, 0)
}

func tag(n byte, value ...byte) []byte { return append([]byte{0, n, 0, byte(len(value))}, value...) }

// A frame of each kind is counted, whether it has a message or not.
func TestTunnelCounters(t *testing.T) {
	p := newTap()
	for _, f := range caseFrames(t, tunnelsCase) {
		p.Feed(&f)
	}
	want := [capture.NumTunnels]uint64{
		capture.TunnelMPLS: 6, capture.TunnelPPPoE: 2, capture.TunnelGRE: 7, capture.TunnelERSPAN: 5,
		capture.TunnelVXLAN: 3, capture.TunnelGeneve: 1, capture.TunnelIP: 3, capture.TunnelUDP: 1,
	}
	if p.Counters.Tunnels != want {
		t.Errorf("frames by tunnel %v, want %v", p.Counters.Tunnels, want)
	}
	names := map[string]bool{}
	p.Counters.Each(func(name string, _ uint64) {
		if name == "" || names[name] {
			t.Errorf("counter %q is there twice, or has no name", name)
		}
		names[name] = true
	})
	// A tunnel around nothing that we know, and one that contradicts itself.
	gre := []byte{0, 0, 0x08, 0}
	if o := p.ip(addrA, addrB, 47, slices.Concat(gre, []byte{0x45, 0, 0, 40})); o != BadHeaders || p.Counters.Tunnels[capture.TunnelGRE] != 8 {
		t.Errorf("%v, %d frames in GRE", o, p.Counters.Tunnels[capture.TunnelGRE])
	}
	if o := p.ip(addrA, addrB, 47, []byte{0, 0, 0x65, 0x58, 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x08, 0x06, 0, 1}); o != NotSignaling {
		t.Errorf("ARP in a tunnel: %v", o)
	}
}

// Fragments of a tunnel's packets arrive in any order, and those of the packet
// inside too: every order has to give the message.
func TestFragmentsInFragments(t *testing.T) {
	frames := caseFrames(t, tunnelsCase)[25:29]
	var order func(rest, taken []int)
	order = func(rest, taken []int) {
		if len(rest) == 0 {
			p := newTap()
			for _, i := range taken {
				p.feed(frames[i].Data)
			}
			if len(p.messages) != 1 || p.messages[0].Operation.Info().Name != "updateLocation" {
				t.Errorf("order %v: %v", taken, p.operations())
			}
			checkAccounts(t, p.Dissector)
			return
		}
		for i, n := range rest {
			order(slices.Delete(slices.Clone(rest), i, i+1), append(slices.Clone(taken), n))
		}
	}
	order([]int{0, 1, 2, 3}, nil)
}

// What a mirror of several ports shows twice is read once: on another VLAN, and one
// hop on.
func TestMirroredPackets(t *testing.T) {
	again := func(frame []byte, vlan byte) []byte {
		b := slices.Concat(frame[:12], []byte{0x81, 0, 0, vlan}, frame[12:])
		b[12+4+2+8]-- // TTL
		return b
	}
	l := newLink(portM3UA)
	l.setUp()
	for n := range uint32(3) {
		b := ipFrame(addrA, addrB, synth.ProtoSCTP, l.data(0, 3, purgeData(n)))
		l.feed(b)
		l.feed(again(b, 7))
	}
	if l.expect(t, "purgeMS invoke", "purgeMS invoke", "purgeMS invoke"); l.Counters.SCTPDuplicates != 3 {
		t.Errorf("%d duplicate chunks, want 3", l.Counters.SCTPDuplicates)
	}
	c := newConn(portDiameter)
	c.setUp()
	for n := range uint32(3) {
		b := ipFrame(addrA, addrB, synth.ProtoTCP, c.Segment(nil, 0, synth.ACK|synth.PSH, purgeRequest(n)))
		c.feed(b)
		c.feed(again(b, 7))
	}
	if c.expect(t, "PUR request", "PUR request", "PUR request"); c.Counters.TCPDuplicates != 3 {
		t.Errorf("%d duplicate segments, want 3", c.Counters.TCPDuplicates)
	}
}

// A message captured without IP has a link all the same, and the point codes that
// are known.
func TestBare(t *testing.T) {
	udt := unitdata(hlrGT, vlrGT, purge(1))
	label := binary.LittleEndian.AppendUint32([]byte{0x83}, 200|100<<14|5<<28) // SIO: SCCP, national
	mtp3 := append(label, udt...)
	pc := func(n byte) []byte { return []byte{0, 0, 0, n, 0, 1, 2, 0} }
	for _, tc := range []struct {
		name  string
		link  capture.LinkType
		data  []byte
		label bool
	}{
		{"MTP2", capture.LinkTypeMTP2, append([]byte{0x81, 0x82, 63}, mtp3...), true},
		{"MTP2 with pseudo-header", capture.LinkTypeMTP2PHDR, append([]byte{0, 0, 0, 1, 0x81, 0x82, 63}, mtp3...), true},
		{"MTP3", capture.LinkTypeMTP3, mtp3, true},
		{"SCCP", capture.LinkTypeSCCP, udt, false},
		{"exported SCCP", capture.LinkTypeExported, append(exported("sccp"), udt...), false},
		{"exported SCCP with label", capture.LinkTypeExported, append(exported("sccp", tag(28, pc(100)...), tag(29, pc(200)...)), udt...), true},
		{"exported MTP3", capture.LinkTypeExported, append(exported("mtp3"), mtp3...), true},
		{"exported M3UA", capture.LinkTypeExported, append(exported("m3ua"), transfer(100, 200, udt)...), true},
	} {
		p := newTap()
		p.feedBare(tc.link, tc.data)
		if p.expect(t, "purgeMS invoke"); len(p.messages) != 1 {
			t.Fatalf("%s: %d messages", tc.name, len(p.messages))
		}
		m := p.messages[0]
		if m.Link == nil || m.link == 0 || m.Src.IsValid() || m.Dst.IsValid() || m.Faults != 0 {
			t.Errorf("%s: link %v, from %v to %v, faults %b", tc.name, m.Link, m.Src, m.Dst, m.Faults)
		}
		if (m.M3UA != nil) != tc.label {
			t.Errorf("%s: label %v", tc.name, m.M3UA)
		}
		if tc.label && (p.m3ua.Data.OPC != 100 || p.m3ua.Data.DPC != 200) {
			t.Errorf("%s: %d to %d", tc.name, p.m3ua.Data.OPC, p.m3ua.Data.DPC)
		}
		if len(p.flows) != 1 || p.flows[0].state != "new" {
			t.Errorf("%s: flows %v", tc.name, p.flows)
		}
		p.Close()
		checkAccounts(t, p.Dissector)
	}
}

// Files share no link that nothing names; frames of one do.
func TestBareLinks(t *testing.T) {
	p := newTap()
	udt := func(n uint32) []byte { return unitdata(hlrGT, vlrGT, purge(n)) }
	p.SetSource("a")
	p.feedBare(capture.LinkTypeSCCP, udt(1))
	p.feedBare(capture.LinkTypeSCCP, udt(2))
	p.SetSource("b")
	p.feedBare(capture.LinkTypeSCCP, udt(3))
	p.Forget()
	p.feedBare(capture.LinkTypeSCCP, udt(4))
	var links []uint64
	for _, m := range p.messages {
		links = append(links, m.link)
	}
	if !slices.Equal(links, []uint64{1, 1, 2, 3}) {
		t.Errorf("links %v", links)
	}
}

// An exported answer finds its request, with and without addresses.
func TestExportedDiameter(t *testing.T) {
	a, b := netip.MustParseAddr(addrA).AsSlice(), netip.MustParseAddr(addrB).AsSlice()
	tcp := tag(24, 0, 0, 0, 2)
	ports := func(src, dst uint16) []byte {
		return slices.Concat(tag(25, 0, 0, byte(src>>8), byte(src)), tag(26, 0, 0, byte(dst>>8), byte(dst)))
	}
	for _, tc := range []struct {
		name           string
		there, back    []byte
		from           string
		transportNamed bool
	}{
		{"no addresses", exported("diameter"), exported("diameter"), "invalid AddrPort", false},
		{"TCP", exported("diameter", tag(20, a...), tag(21, b...), tcp, ports(40000, 3868)),
			exported("diameter", tag(20, b...), tag(21, a...), tcp, ports(3868, 40000)), addrA + ":40000", true},
		{"one end alone", exported("diameter", tag(20, a...)), exported("diameter", tag(21, a...)), "invalid AddrPort", false},
	} {
		p := newTap()
		p.feedBare(capture.LinkTypeExported, tc.there, purgeRequest(1))
		p.feedBare(capture.LinkTypeExported, tc.back, purgeAnswer(1))
		p.expect(t, "PUR request", "PUR answer")
		if len(p.messages) != 2 {
			t.Fatalf("%s: %d messages", tc.name, len(p.messages))
		}
		q, r := p.messages[0], p.messages[1]
		if r.IMSI != testIMSI || q.From == r.From || q.link != r.link {
			t.Errorf("%s: IMSI of the answer %v, ends %d and %d, links %d and %d", tc.name, r.IMSI, q.From, r.From, q.link, r.link)
		}
		if q.Src.String() != tc.from || r.Dst.String() != tc.from || (q.Link.Transport == signaling.TCP) != tc.transportNamed {
			t.Errorf("%s: from %v, back to %v, over %v", tc.name, q.Src, r.Dst, q.Link.Transport)
		}
	}
}

// A fragmented message of which the mirror cut a piece is read as far as it goes.
func TestFragmentCut(t *testing.T) {
	l := newLink(portM3UA)
	l.setUp()
	// The cut is near the end of the second component; the third is behind it.
	var components []byte
	for id := range int8(3) {
		components = append(components, synth.AppendInvoke(nil, id, synth.OpPurgeMS, synth.AppendPurgeMS(nil, synth.PurgeMS{IMSI: testIMSI, VLR: synth.International(testVLR), Version: 3}))...)
	}
	msg := transfer(100, 200, unitdata(hlrGT, vlrGT, synth.AppendTransaction(nil, synth.Transaction{
		Type: synth.TCBegin, OTID: synth.TID(1), Dialogue: synth.Request(synth.MSPurging, 3), Components: components,
	})))
	at := len(msg) - len(components)/3 + 2
	m := synth.Message{Stream: 1, PPID: 3, Payload: msg}
	for i, piece := range [][]byte{msg[:at], msg[at:]} {
		b, o := l.Open(nil, 0)
		f := ipFrame(addrA, addrB, synth.ProtoSCTP, synth.CloseSCTP(l.Fragment(b, 0, m, piece, i == 0, i == 1), o))
		cut := len(f)
		if i == 0 {
			cut -= 8
		}
		l.feedCut(f, cut)
	}
	l.expect(t, "purgeMS invoke", "purgeMS invoke")
	for _, m := range l.messages {
		if m.Faults&signaling.FaultTruncated == 0 {
			t.Errorf("faults %b, want truncated", m.Faults)
		}
	}
}

// A link type that is not read is named, once.
func TestUnknownLinkType(t *testing.T) {
	p := newTap()
	for range 3 {
		p.feedBare(123, []byte("an ATM cell"))
		p.feedBare(148, []byte("somebody's own"))
	}
	if p.Counters.Outcomes[UnknownLinkType] != 6 || len(p.warnings) != 1 || !strings.Contains(p.warnings[0].Text, "123 (LINKTYPE_SUNATM)") {
		t.Errorf("outcomes %v, warnings %v", p.Counters.Outcomes, p.warnings)
	}
	frame := capture.Frame{LinkType: 123, Length: 4, Data: []byte("cell")}
	if n := testing.AllocsPerRun(100, func() { p.Feed(&frame) }); n != 0 {
		t.Errorf("%v allocations for a frame that is not read", n)
	}
}

// FuzzFeedBare takes its input for frames of links without IP and of tools: each
// two octets of link type, one of length, and the frame.
func FuzzFeedBare(f *testing.F) {
	for _, name := range []string{"exported-pdus", "links", "tunnels"} {
		var all []byte
		for _, fr := range caseFrames(f, caseFolder+name+"/input.pcapng") {
			if fr.LinkType != capture.LinkTypeEthernet && len(fr.Data) < 256 {
				one := append([]byte{byte(fr.LinkType >> 8), byte(fr.LinkType), byte(len(fr.Data))}, fr.Data...)
				f.Add(one)
				all = append(all, one...)
			}
		}
		f.Add(all)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		p := newTap()
		for n := uint64(1); len(in) >= 3; n++ {
			size := min(int(in[2]), len(in)-3)
			fr := capture.Frame{Time: int64(n) * 1e6, Number: n, Length: int(in[2]), LinkType: capture.LinkType(binary.BigEndian.Uint16(in)), Data: in[3 : 3+size : 3+size]}
			p.Feed(&fr)
			in = in[3+size:]
		}
		p.Close()
		checkAccounts(t, p.Dissector)
		if p.Counters.Outcomes[Panicked] > 0 {
			t.Fatal(p.warnings)
		}
	})
}
