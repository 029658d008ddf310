package dissect

import (
	"encoding/binary"
	"io"
	"math/rand"
	"path/filepath"
	"testing"

	"sigtransit/pkg/capture"
	"sigtransit/pkg/synth"
)

// demo is the capture of the repository's own demonstration case.
const demo = "../../testdata/interconnect-demo/input.pcapng"

// damagedFrames feeds a capture whose frames lose, gain and change octets.
func damagedFrames(t *testing.T, name string, seed int64) {
	t.Helper()
	f, err := capture.Open(name, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rng := rand.New(rand.NewSource(seed))
	p := newTap()
	frames := make([]capture.Frame, 32)
	for {
		n, err := f.Read(frames)
		for i := range frames[:n] {
			fr := frames[i]
			b := append([]byte(nil), fr.Data...)
			for range rng.Intn(4) {
				if len(b) == 0 {
					break
				}
				at := rng.Intn(len(b))
				switch rng.Intn(5) {
				case 0:
					b[at] ^= 1 << rng.Intn(8)
				case 1:
					b[at] = byte(rng.Intn(256))
				case 2:
					b = b[:at]
				case 3:
					b = append(b[:at:at], b[min(at+rng.Intn(8), len(b)):]...)
				default:
					b = append(b[:at:at], append(make([]byte, rng.Intn(8)), b[at:]...)...)
				}
			}
			fr.Data = b
			if rng.Intn(8) > 0 {
				fr.Length = max(fr.Length, len(b))
			}
			p.Feed(&fr)
			if p.Counters.Outcomes[Panicked] > 0 {
				t.Fatalf("%s, seed %d: frame %d met a defect: %v\n%x", filepath.Base(name), seed, fr.Number, p.warnings, b)
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	p.Close()
	checkAccounts(t, p.Dissector)
	checkBounds(t, p.Dissector)
}

// checkBounds holds the tables to their limits.
func checkBounds(t *testing.T, d *Dissector) {
	t.Helper()
	if n := len(d.flows.all); n > maxFlows {
		t.Errorf("%d flows", n)
	}
	if n := d.flows.paths.used; n > maxPaths {
		t.Errorf("%d paths", n)
	}
	if n := len(d.flows.pairs); n > maxPaths+2 {
		t.Errorf("%d pairs of ends", n)
	}
	if n := len(d.flows.tags); n > maxPaths+2 {
		t.Errorf("%d tags", n)
	}
	if len(d.peers) > maxPeers || len(d.former.known) > maxFormer || len(d.ipsec) > maxIPsec {
		t.Errorf("%d peers, %d former links, %d pairs with IPsec", len(d.peers), len(d.former.known), len(d.ipsec))
	}
	for _, f := range d.flows.all {
		if s := f.shield; s != nil {
			for i := range s.half {
				if n := cap(s.half[i].msg); n > 2*maxHandshake {
					t.Errorf("%d octets held for a handshake message", n)
				}
			}
		}
		for i := range f.link.Ends {
			if n := len(f.link.Ends[i].Addrs); n > maxEndAddrs {
				t.Errorf("%d addresses at an end", n)
			}
			if n := cap(f.half[i].buf); n > 2*maxDiameterLength {
				t.Errorf("%d octets held for a message", n)
			}
		}
	}
}

func TestDamagedFrames(t *testing.T) {
	files, _ := filepath.Glob(caseFolder + "*/input.*")
	if len(files) < 20 {
		t.Fatalf("%d cases in testdata", len(files))
	}
	for _, file := range files {
		seeds := int64(5)
		if file == demo || file == tunnelsCase {
			seeds = 20
		}
		for seed := range seeds {
			damagedFrames(t, file, seed)
		}
	}
}

// protectionFiles are the captures of protected links.
func protectionFiles(t testing.TB) []string {
	t.Helper()
	files, _ := filepath.Glob("../../testdata/protection-*/input.*")
	if len(files) < 5 {
		t.Fatal("no cases of protection in testdata")
	}
	return files
}

// TestDamagedCorpus does the same to every real capture.
func TestDamagedCorpus(t *testing.T) {
	needCorpus(t)
	files, _ := filepath.Glob(corpus + "/pcap/*")
	lab, _ := filepath.Glob(corpus + "/lab/pcap/*")
	for i, file := range append(files, lab...) {
		for seed := range int64(2) {
			damagedFrames(t, file, 100*int64(i)+seed)
		}
	}
}

// TestDamagedMessages changes every octet of a frame of each kind in several
// ways, checksums made right again, so that the damage reaches the decoders.
func TestDamagedMessages(t *testing.T) {
	messages := map[string]struct {
		port    uint16
		ppid    uint32
		payload []byte
	}{
		"MAP":      {portM3UA, 3, purgeData(1)},
		"Diameter": {portDiameter, synth.PPIDDiameter, purgeRequest(1)},
	}
	for name, m := range messages {
		for at := range m.payload {
			for _, x := range []byte{0x00, 0x01, 0x7f, 0x80, 0xff, m.payload[at] ^ 0x20, m.payload[at] + 1, m.payload[at] - 1} {
				l := newLink(m.port)
				b := append([]byte(nil), m.payload...)
				b[at] = x
				l.send(0, m.ppid, b)
				l.send(0, m.ppid, m.payload) // the flow goes on
				checkAccounts(t, l.Dissector)
				if n := len(l.messages); n == 0 || l.messages[n-1].IMSI != testIMSI {
					t.Fatalf("%s: octet %d as %#x: the message behind it is lost", name, at, x)
				}
			}
		}
	}
}

// TestFlood: random headers, none of which belongs to anything, then a message
// of a link that was there before.
func TestFlood(t *testing.T) {
	const packets = 60_000
	rng := rand.New(rand.NewSource(1))
	addr := func(b []byte) { binary.BigEndian.PutUint32(b, rng.Uint32()) }
	eth := make([]byte, 14)
	eth[12], eth[13] = 8, 0
	packet := func(proto uint8, payload []byte) []byte {
		b := append([]byte(nil), eth...)
		b = append(b, 0x45, 0, byte((20+len(payload))>>8), byte(20+len(payload)), 0, 0, 0, 0, 64, proto, 0, 0)
		b = append(b, make([]byte, 8)...)
		addr(b[26:])
		addr(b[30:])
		return append(b, payload...)
	}
	kinds := map[string]func() []byte{
		"SCTP DATA": func() []byte {
			b, at := synth.OpenSCTP(nil, portM3UA, portM3UA, rng.Uint32())
			return packet(132, synth.CloseSCTP(synth.AppendData(b, synth.DataChunk{TSN: rng.Uint32(), PPID: 3, Begin: true, End: rng.Intn(2) == 0}, purgeData(rng.Uint32())), at))
		},
		"SCTP INIT": func() []byte {
			b, at := synth.OpenSCTP(nil, portM3UA, portM3UA, 0)
			return packet(132, synth.CloseSCTP(synth.AppendInit(b, synth.Init{Tag: rng.Uint32(), TSN: rng.Uint32(), Window: 1, Out: 1, In: 1}), at))
		},
		"TCP SYN": func() []byte {
			b := make([]byte, 20)
			binary.BigEndian.PutUint32(b, rng.Uint32())
			b[2], b[3], b[12], b[13] = portDiameter>>8, portDiameter&255, 0x50, 2
			return packet(6, b)
		},
		"TCP beginning of a message": func() []byte {
			b := make([]byte, 20)
			binary.BigEndian.PutUint32(b, rng.Uint32())
			binary.BigEndian.PutUint32(b[4:], rng.Uint32())
			b[2], b[3], b[12], b[13] = portDiameter>>8, portDiameter&255, 0x50, 0x10
			return packet(6, append(b, purgeRequest(1)[:100]...))
		},
	}
	for name, make := range kinds {
		t.Run(name, func(t *testing.T) {
			l := newLink(portM3UA)
			l.setUp()
			l.send(0, 3, purgeData(1))
			for i := range packets {
				l.feed(make())
				if i%10_000 == 0 {
					checkBounds(t, l.Dissector)
					// What lives goes on living: heartbeats and traffic.
					l.send(0, 3, purgeData(uint32(i)))
				}
			}
			checkBounds(t, l.Dissector)
			l.messages = nil
			l.data(0, 3, purgeData(7776)) // lost
			l.send(0, 3, purgeData(7777))
			l.expect(t, "purgeMS invoke")
			checkAccounts(t, l.Dissector)
			if l.Close(); l.Counters.SCTPMissing < 1 {
				t.Error("a chunk that the capture lacks is not counted")
			}
			if l.flows != nil && l.Dissector.flows.evicted == 0 {
				t.Error("the flood evicted nothing, or it was not counted")
			}
		})
	}
}

// TestMemoryFlood: many flows, each within its own bounds, whose messages never
// become complete.
func TestMemoryFlood(t *testing.T) {
	piece := make([]byte, 60_000)
	// A watchdog, then a message of nearly a mebibyte whose end does not come.
	data := append(synth.AppendDWR(nil, mme, 1, 1), 1, 0x0f, 0xff, 0xfc)
	data = append(data, piece...)
	for name, send := range map[string]func(p *tap, flow, n uint32){
		"SCTP fragments": func(p *tap, flow, n uint32) {
			b, at := synth.OpenSCTP(nil, uint16(flow), portM3UA, flow)
			p.ip(addrA, addrB, synth.ProtoSCTP, synth.CloseSCTP(synth.AppendData(b, synth.DataChunk{TSN: 2 * n, PPID: 3, Begin: true}, piece), at))
		},
		"TCP, out of order": func(p *tap, flow, n uint32) {
			b := make([]byte, 20, 20+len(piece))
			binary.BigEndian.PutUint16(b, uint16(flow))
			binary.BigEndian.PutUint32(b[4:], n*70_000)
			b[2], b[3], b[12], b[13] = portDiameter>>8, portDiameter&255, 0x50, 0x10
			p.ip(addrA, addrB, synth.ProtoTCP, append(b, piece...))
		},
		"TCP, long messages": func(p *tap, flow, n uint32) {
			b := make([]byte, 20, 20+len(data))
			binary.BigEndian.PutUint16(b, uint16(flow))
			binary.BigEndian.PutUint32(b[4:], n*uint32(len(data)))
			b[2], b[3], b[12], b[13] = portDiameter>>8, portDiameter&255, 0x50, 0x10
			p.ip(addrA, addrB, synth.ProtoTCP, append(b, data...))
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newTap()
			most := 0
			for flow := uint32(1); flow < 1000; flow++ {
				for n := range uint32(8) {
					send(p, flow, n)
				}
				if flow%50 == 0 {
					held := 0
					for _, f := range p.Dissector.flows.all {
						held += f.held()
					}
					most = max(most, held)
				}
			}
			if most > maxHeld+maxHeld/8 {
				t.Errorf("%d octets held, want at most %d", most, maxHeld)
			}
			if most < maxHeld/8 {
				t.Errorf("%d octets held at most: the flood tests nothing", most)
			}
			checkAccounts(t, p.Dissector)
		})
	}
}

// TestInitFlood: one end announces tag after tag.
func TestInitFlood(t *testing.T) {
	l := newLink(portM3UA)
	l.setUp()
	rng := rand.New(rand.NewSource(1))
	for range 3 * maxPaths / 2 {
		b, at := synth.OpenSCTP(nil, portM3UA, portM3UA, 0)
		l.packet(0, synth.CloseSCTP(synth.AppendInit(b, synth.Init{Tag: rng.Uint32() | 1, TSN: rng.Uint32(), Window: 1, Out: 1, In: 1}), at))
	}
	checkBounds(t, l.Dissector)
	l.send(0, 3, purgeData(1))
	l.send(1, 3, purged(1))
	l.expect(t, "purgeMS invoke", "purgeMS result")
}

// FuzzFeed takes its input for a capture: two octets of length before each
// frame, whose highest bit says that the frame was longer before it was cut.
func FuzzFeed(f *testing.F) {
	frame := func(out, b []byte) []byte { return append(append(out, byte(len(b)>>8), byte(len(b))), b...) }
	l := newLink(portM3UA)
	var seed []byte
	for _, b := range [][]byte{l.Init(nil, 0), l.InitAck(nil, 1), l.data(0, 3, purgeData(1)), l.data(0, 3, purgeData(2))} {
		seed = frame(seed, ipFrame(addrA, addrB, synth.ProtoSCTP, b))
	}
	f.Add(frame(seed, ipFrame(addrB, addrA, synth.ProtoSCTP, l.data(1, 3, purged(1)))))
	d := newLink(portDiameter)
	f.Add(frame(frame(nil, ipFrame(addrA, addrB, synth.ProtoSCTP, d.data(0, synth.PPIDDiameter, purgeRequest(1)))),
		ipFrame(addrB, addrA, synth.ProtoSCTP, d.data(1, synth.PPIDDiameter, purgeAnswer(1)))))
	c := newConn(portDiameter)
	seed = nil
	for _, b := range [][]byte{c.Segment(nil, 0, synth.SYN, nil), c.Segment(nil, 0, synth.ACK, purgeRequest(1)[:70]), c.Segment(nil, 0, synth.ACK, purgeRequest(1)[70:]), c.Segment(nil, 0, synth.ACK, tlsHello)} {
		seed = frame(seed, ipFrame(addrA, addrB, synth.ProtoTCP, b))
	}
	f.Add(seed)
	f.Add(frame(nil, ipFrame("2001:db8::1", "2001:db8::2", synth.ProtoSCTP, newLink(portM3UA).data(0, 3, purgeData(1)))))
	seed = nil
	for _, fr := range caseFrames(f, tunnelsCase) {
		if fr.LinkType != capture.LinkTypeEthernet {
			break
		}
		f.Add(frame(nil, fr.Data))
		seed = frame(seed, fr.Data)
	}
	f.Add(seed)
	for _, file := range protectionFiles(f) {
		seed = nil
		for _, fr := range caseFrames(f, file) {
			seed = frame(seed, fr.Data)
		}
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		p := newTap()
		for n := uint64(1); len(in) >= 2; n++ {
			size := int(binary.BigEndian.Uint16(in))
			cut := size>>15 == 1
			size = min(size&0x7fff, len(in)-2)
			fr := capture.Frame{Time: int64(n) * 1e6, Number: n, Length: size, LinkType: capture.LinkTypeEthernet, Data: in[2 : 2+size : 2+size]}
			if cut {
				fr.Length += 100
			}
			p.Feed(&fr)
			in = in[2+size:]
		}
		p.Close()
		checkAccounts(t, p.Dissector)
		if p.Counters.Outcomes[Panicked] > 0 {
			t.Fatal(p.warnings)
		}
	})
}
