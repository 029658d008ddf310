package dissect

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"sigtransit/pkg/signaling"
	"sigtransit/pkg/synth"
)

func TestAssociation(t *testing.T) {
	l := newLink(portM3UA)
	l.setUp()
	if len(l.flows) != 0 {
		t.Errorf("a flow was announced before anything told what it carries: %+v", l.flows)
	}
	l.send(0, 3, synth.AppendASPUp(nil, 1))
	l.send(0, 3, purgeData(1))
	l.send(1, 3, purged(1))
	l.expect(t, "purgeMS invoke", "purgeMS result")
	for i := range 3 {
		l.packet(i%2, l.Shutdown(nil, i%2, i))
	}
	if len(l.flows) != 2 || l.flows[0].state != "new" || l.flows[1].state != "closed" {
		t.Errorf("flow events %+v", l.flows)
	}
	if m := l.messages; m[0].link != m[1].link || m[0].From != 0 || m[1].From != 1 || m[0].Src != netip.MustParseAddrPort(addrA+":2905") || m[1].Src != netip.MustParseAddrPort(addrB+":2905") {
		t.Errorf("ends are wrong: %+v", m)
	}
	if l.Counters.SCTPMissing != 0 || l.Counters.Management != 1 || l.Counters.SCTPChunks != 3 {
		t.Errorf("counters %+v", l.Counters)
	}
	checkAccounts(t, l.Dissector)
}

// TestAssociationRestart: the same ends and ports, other tags and TSNs that lie
// before the old ones (RFC 9260 5.2).
func TestAssociationRestart(t *testing.T) {
	l := newLink(portM3UA)
	l.setUp()
	for n := range uint32(50) {
		l.send(0, 3, purgeData(n))
		l.send(1, 3, purged(n))
	}
	for i := range l.Ends {
		l.Ends[i].Tag += 1
		l.Ends[i].TSN -= 60
	}
	l.setUp()
	for n := range uint32(50) {
		l.send(0, 3, purgeData(100+n))
		l.send(1, 3, purged(100+n))
	}
	if n := len(l.messages); n != 200 {
		t.Errorf("%d messages, want 200", n)
	}
	if l.Counters.SCTPDuplicates != 0 || l.Counters.SCTPMissing != 0 {
		t.Errorf("%d duplicates, %d missing", l.Counters.SCTPDuplicates, l.Counters.SCTPMissing)
	}
	restarted := 0
	for _, f := range l.flows {
		if f.state == "restarted" {
			restarted++
		}
	}
	if restarted == 0 {
		t.Errorf("no restart among %+v", l.flows)
	}
	if l.messages[0].link != l.messages[199].link {
		t.Error("a restart is the same link")
	}
}

// TestAssociationRestartUnseen: the same without the INITs.
func TestAssociationRestartUnseen(t *testing.T) {
	for _, step := range []uint32{0, 1 << 31, 12345678} {
		l := newLink(portM3UA)
		for n := range uint32(10) {
			l.send(0, 3, purgeData(n))
		}
		l.Ends[0].Tag, l.Ends[1].Tag = 0x11111111, 0x22222222
		if step == 0 {
			l.Ends[0].TSN = 1000 // the same TSNs under new tags
		} else {
			l.Ends[0].TSN += step
		}
		for n := range uint32(10) {
			l.send(0, 3, purgeData(100+n))
		}
		if n := len(l.messages); n != 20 {
			t.Errorf("step %d: %d messages, want 20", step, n)
		}
	}
}

func TestMultiHoming(t *testing.T) {
	for name, initSeen := range map[string]bool{"with INIT": true, "in the middle": false} {
		t.Run(name, func(t *testing.T) {
			l := newLink(portM3UA)
			l.Ends[0].Addrs = []netip.Addr{netip.MustParseAddr(addrA), netip.MustParseAddr(addrA2)}
			l.Ends[1].Addrs = []netip.Addr{netip.MustParseAddr(addrB), netip.MustParseAddr(addrB2)}
			if initSeen {
				l.setUp()
			}
			l.send(0, 3, purgeData(1))
			// The answer comes by the other path, and the request once more.
			again := l.data(0, 3, purgeData(2))
			l.packet(0, again)
			l.addr = [2]string{addrA2, addrB2}
			l.packet(0, again)
			l.send(1, 3, purged(1))
			l.send(0, 3, purgeData(3))
			l.send(1, 3, purged(3))
			l.expect(t, "purgeMS invoke", "purgeMS invoke", "purgeMS result", "purgeMS invoke", "purgeMS result")
			if l.Counters.SCTPDuplicates != 1 {
				t.Errorf("%d duplicates, want 1", l.Counters.SCTPDuplicates)
			}
			if initSeen {
				if m := l.messages; m[0].link != m[2].link || m[2].link != m[4].link {
					t.Error("two paths of one association are one link")
				}
				if n := len(l.messages[4].Link.Ends[0].Addrs); n != 2 {
					t.Errorf("end 0 has %d addresses, want 2", n)
				}
			}
		})
	}
}

// TestJoinMidAssociation: packets around the first one seen come in any order.
func TestJoinMidAssociation(t *testing.T) {
	l := newLink(portM3UA)
	var p [][]byte
	for n := range uint32(6) {
		p = append(p, l.data(0, 3, purgeData(n)))
	}
	for _, i := range []int{3, 1, 2, 0, 5, 4, 3, 0} {
		l.packet(0, p[i])
	}
	if len(l.messages) != 6 || l.Counters.SCTPDuplicates != 2 {
		t.Errorf("%d messages, %d duplicates, want 6 and 2", len(l.messages), l.Counters.SCTPDuplicates)
	}
	l.Close()
	if l.Counters.SCTPMissing != 0 {
		t.Errorf("%d chunks missing before and within the capture, want 0", l.Counters.SCTPMissing)
	}
}

func TestMissingChunks(t *testing.T) {
	l := newLink(portM3UA)
	l.setUp()
	l.send(0, 3, purgeData(1))
	l.data(0, 3, purgeData(2)) // never captured
	l.send(0, 3, purgeData(3))
	l.Close()
	if len(l.messages) != 2 || l.Counters.SCTPMissing != 1 {
		t.Errorf("%d messages, %d chunks missing, want 2 and 1", len(l.messages), l.Counters.SCTPMissing)
	}
	if len(l.warnings) != 1 || l.warnings[0].Type != "missing-chunks" {
		t.Errorf("warnings %+v", l.warnings)
	}
}

// TestLyingPPIDOnAKnownFlow: one identifier for all, two protocols in turn.
func TestLyingPPIDOnAKnownFlow(t *testing.T) {
	dwr := synth.AppendDWR(nil, synth.Peer{Host: "dra.example.net", Realm: "example.net"}, 1, 2)
	for _, ppid := range []uint32{3, 46, 0} {
		l := newLink(4711)
		for n := uint32(1); n <= 3; n++ {
			l.send(0, ppid, purgeData(n))
			l.send(0, ppid, dwr)
		}
		l.expect(t, "purgeMS invoke", "DWR request", "purgeMS invoke", "DWR request", "purgeMS invoke", "DWR request")
	}
}

func TestDispatch(t *testing.T) {
	dwr := synth.AppendDWR(nil, synth.Peer{Host: "dra.example.net", Realm: "example.net"}, 1, 2)
	m3, dia := "purgeMS invoke", "DWR request"
	for name, tt := range map[string]struct {
		port    uint16
		ppid    uint32
		payload []byte
		want    string
	}{
		"M3UA":                                {portM3UA, 3, purgeData(1), m3},
		"M3UA, octets of the PPID swapped":    {portM3UA, 0x03000000, purgeData(1), m3},
		"M3UA, PPID 0, its port":              {portM3UA, 0, purgeData(1), m3},
		"M3UA, PPID 0, any port":              {4711, 0, purgeData(1), m3},
		"M3UA, PPID of another, its port":     {portM3UA, 60, purgeData(1), m3},
		"M3UA, PPID of Diameter":              {portM3UA, 46, purgeData(1), m3},
		"Diameter":                            {portDiameter, 46, dwr, dia},
		"Diameter, octets swapped":            {portDiameter, 46 << 24, dwr, dia},
		"Diameter, PPID 0":                    {portDiameter, 0, dwr, dia},
		"Diameter, PPID 0, any port":          {4711, 0, dwr, dia},
		"Diameter, PPID of M3UA":              {portDiameter, 3, dwr, dia},
		"Diameter, PPID of an unknown kind":   {4711, 999, dwr, dia},
		"S1AP is nothing of ours":             {36412, 18, []byte{0, 21, 0, 3, 0, 0, 0}, ""},
		"M3UA port with something else":       {portM3UA, 0, []byte("GET / HTTP/1.0\r\n\r\n"), ""},
		"an empty message":                    {portM3UA, 3, nil, ""},
		"one octet":                           {portM3UA, 3, []byte{1}, ""},
		"Diameter header of an absurd length": {portDiameter, 46, []byte{1, 0xff, 0xff, 0xff, 0x80, 0, 1, 1, 0, 0, 0, 0}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLink(tt.port)
			l.send(0, tt.ppid, tt.payload)
			if tt.want == "" {
				l.expect(t)
			} else {
				l.expect(t, tt.want)
			}
			checkAccounts(t, l.Dissector)
		})
	}
}

func TestDTLSByPPID(t *testing.T) {
	l := newLink(5868)
	l.send(0, synth.PPIDDiameterDTLS, []byte{23, 254, 253, 0, 1, 0, 0, 0, 0, 0, 9, 0, 2, 0x55, 0xaa})
	l.expect(t)
	if n := len(l.flows); n == 0 || l.flows[n-1].state != "protected" || l.flows[n-1].protection != signaling.DTLS {
		t.Errorf("flow events %+v", l.flows)
	}
}

// TestReadableByDTLSPPID: readable messages under the identifier of DTLS, which some stacks
// leave on whether they encrypt or not.
func TestReadableByDTLSPPID(t *testing.T) {
	record := []byte{23, 254, 253, 0, 1, 0, 0, 0, 0, 0, 9, 0, 2, 0x55, 0xaa}
	sealed := []byte{0x2e, 0x55, 0xaa, 0x55, 0xaa, 1, 2, 3, 4, 5, 6, 7, 8} // a short header of DTLS 1.3
	broken := bytes.Clone(purgeRequest(3))
	broken[4] |= 0x0f // flags that nobody has
	pair := [][]byte{purgeRequest(1), purgeAnswer(1)}
	const both = "PUR request,PUR answer"
	for name, tt := range map[string]struct {
		steps [][]byte // of the two ends in turn
		want  string   // messages
		flows string   // states
	}{
		"from the start":              {pair, both, "new"},
		"M3UA":                        {[][]byte{purgeData(1)}, "purgeMS invoke", "new"},
		"behind a record":             {append([][]byte{record, record}, pair...), both, "new,protected,downgraded"},
		"a record behind":             {append(slices.Clone(pair), record), both, "new,protected"},
		"a short record behind":       {append(slices.Clone(pair), sealed), both, "new,protected"},
		"a broken message behind":     {append(slices.Clone(pair), broken), both + ",PUR request", "new"},
		"not readable from the start": {[][]byte{broken, sealed}, "", "new,protected"},
	} {
		for _, ppid := range []uint32{synth.PPIDDiameterDTLS, synth.PPIDDiameterDTLS << 24} {
			l := newLink(4711)
			for i, b := range tt.steps {
				l.send(i%2, ppid, b)
			}
			var states []string
			for _, f := range l.flows {
				states = append(states, f.state)
			}
			if got := strings.Join(l.operations(), ","); got != tt.want || strings.Join(states, ",") != tt.flows {
				t.Errorf("%s, identifier %#x: messages %q, flows %q, want %q, %q", name, ppid, got, states, tt.want, tt.flows)
			}
			for _, m := range l.messages {
				if m.Protection != signaling.Clear {
					t.Errorf("%s: a message that could be read is %v", name, m.Protection)
				}
			}
			checkAccounts(t, l.Dissector)
		}
	}
}

func TestChecksum(t *testing.T) {
	damage := func(b []byte) []byte { // a bit error behind the header
		b[len(b)-20] ^= 0x10
		return b
	}
	t.Run("damaged copy on a good flow", func(t *testing.T) {
		l := newLink(portM3UA)
		l.setUp()
		p := l.data(0, 3, purgeData(1))
		bad := damage(append([]byte(nil), p...))
		if o := l.packet(0, bad); o != BadChecksum {
			t.Errorf("outcome %v", o)
		}
		l.packet(0, p)
		l.expect(t, "purgeMS invoke")
		if m := l.messages[0]; m.IMSI != testIMSI || m.Faults != 0 {
			t.Errorf("the damaged copy was believed: %v, faults %#x", m.IMSI, m.Faults)
		}
		if l.Counters.SCTPChecksum != 1 || l.Counters.SCTPDuplicates != 0 {
			t.Errorf("%d bad checksums, %d duplicates", l.Counters.SCTPChecksum, l.Counters.SCTPDuplicates)
		}
	})
	t.Run("none is right", func(t *testing.T) {
		l := newLink(portM3UA)
		for n := range uint32(200) {
			p := l.data(0, 3, purgeData(n))
			binary.LittleEndian.PutUint32(p[8:], 0x12345678)
			if o := l.packet(0, p); o != Decoded {
				t.Fatalf("packet %d: %v", n, o)
			}
		}
		if len(l.messages) != 200 {
			t.Errorf("%d messages, want 200", len(l.messages))
		}
		if len(l.warnings) != 1 || l.warnings[0].Type != "sctp-checksum-offload" {
			t.Errorf("warnings %+v", l.warnings)
		}
	})
	t.Run("one direction is offloaded", func(t *testing.T) {
		// The host that captures leaves the checksum to its card: what it sends is
		// wrong, what it receives right.
		l := newLink(portM3UA)
		for n := range uint32(20) {
			p := l.data(0, 3, purgeData(n))
			binary.LittleEndian.PutUint32(p[8:], 0x12345678)
			l.packet(0, p)
			l.send(1, 3, purged(n))
		}
		if len(l.messages) != 40 {
			t.Errorf("%d messages, want 40", len(l.messages))
		}
	})
	t.Run("zero", func(t *testing.T) { // RFC 9653
		l := newLink(portM3UA)
		l.setUp()
		p := l.data(0, 3, purgeData(1))
		binary.LittleEndian.PutUint32(p[8:], 0)
		l.packet(0, p)
		l.expect(t, "purgeMS invoke")
	})
}

// TestUntagged: what tools make around a message has tag 0 and one TSN for all.
func TestUntagged(t *testing.T) {
	l := newLink(portM3UA)
	for n := range uint32(5) {
		b, at := synth.OpenSCTP(nil, portM3UA, portM3UA, 0)
		l.packet(0, synth.CloseSCTP(synth.AppendData(b, synth.DataChunk{PPID: 3, Begin: true, End: true}, purgeData(n)), at))
	}
	if len(l.messages) != 5 {
		t.Errorf("%d messages, want 5", len(l.messages))
	}
}

func TestBundleAndFragments(t *testing.T) {
	l := newLink(portM3UA)
	l.setUp()
	b, at := l.Open(nil, 0)
	for n := range uint32(5) {
		b = l.Data(b, 0, synth.Message{Stream: 1, PPID: 3, Payload: purgeData(n)})
	}
	l.packet(0, synth.CloseSCTP(b, at))
	if len(l.messages) != 5 {
		t.Fatalf("%d messages of a bundle, want 5", len(l.messages))
	}
	// A message in three pieces, the last first, and one of them twice.
	m := synth.Message{Stream: 2, PPID: 3, Payload: purgeData(9)}
	var p [][]byte
	cut := []int{0, 40, 80, len(m.Payload)}
	for i := range 3 {
		b, at := l.Open(nil, 0)
		p = append(p, synth.CloseSCTP(l.Fragment(b, 0, m, m.Payload[cut[i]:cut[i+1]], i == 0, i == 2), at))
	}
	for _, i := range []int{2, 0, 0, 1} {
		l.packet(0, p[i])
	}
	if len(l.messages) != 6 || l.messages[5].IMSI != testIMSI || l.messages[5].Frame != l.frame {
		t.Errorf("%d messages, want 6 and the last in frame %d", len(l.messages), l.frame)
	}
}

// TestLargeSCTPMessage: Diameter answers may be larger than any packet.
func TestLargeSCTPMessage(t *testing.T) {
	big := bigAnswer(100_000)
	l := newLink(portDiameter)
	m := synth.Message{Stream: 0, PPID: synth.PPIDDiameter, Payload: big}
	for at := 0; at < len(big); at += 1400 {
		end := min(at+1400, len(big))
		b, o := l.Open(nil, 0)
		l.packet(0, synth.CloseSCTP(l.Fragment(b, 0, m, big[at:end], at == 0, end == len(big)), o))
	}
	l.expect(t, "ULR answer")
}

func TestIPFragments(t *testing.T) {
	l := newLink(portM3UA)
	p := l.data(0, 3, purgeData(1))
	src, dst := netip.MustParseAddr(addrA), netip.MustParseAddr(addrB)
	var frames [][]byte
	for off := 0; off < len(p); off += 64 {
		end := min(off+64, len(p))
		b := synth.AppendEthernet(nil, synth.MACOf(dst), synth.MACOf(src), 0, synth.EtherIPv4)
		b = synth.AppendIP(b, synth.Packet{Src: src, Dst: dst, Protocol: synth.ProtoSCTP, ID: 7, Fragment: true, Offset: off, More: end < len(p)}, end-off)
		frames = append(frames, append(b, p[off:end]...))
	}
	for i := len(frames) - 1; i >= 0; i-- {
		want := HeldFragment
		if i == 0 {
			want = Decoded
		}
		if o := l.feed(frames[i]); o != want {
			t.Errorf("fragment %d: %v, want %v", i, o, want)
		}
	}
	l.expect(t, "purgeMS invoke")
}
