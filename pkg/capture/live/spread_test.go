package live

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"

	"sigtransit/pkg/capture"
)

// sctpPacket has a tag and one chunk, which names a tag if it is an INIT or INIT ACK.
func sctpPacket(src, dst uint16, tag uint32, chunk byte, initiate uint32) []byte {
	b := make([]byte, 32)
	binary.BigEndian.PutUint16(b, src)
	binary.BigEndian.PutUint16(b[2:], dst)
	binary.BigEndian.PutUint32(b[4:], tag)
	b[12], b[15] = chunk, 20
	binary.BigEndian.PutUint32(b[16:], initiate)
	return b
}

func frameOf(data []byte) *capture.Frame {
	return &capture.Frame{LinkType: capture.LinkTypeEthernet, Data: data, Length: len(data)}
}

// tunnelsOf wraps an IPv4 packet in what a mirror may send it in. The outer addresses
// are the same for all.
func tunnelsOf(packet []byte) map[string][]byte {
	const a, b = "203.0.113.1", "203.0.113.2"
	join := func(parts ...[]byte) (all []byte) {
		for _, p := range parts {
			all = append(all, p...)
		}
		return all
	}
	inner := ether(0x0800, packet...)
	udp := func(port uint16, payload []byte) []byte {
		h := make([]byte, 8)
		binary.BigEndian.PutUint16(h, 50000)
		binary.BigEndian.PutUint16(h[2:], port)
		binary.BigEndian.PutUint16(h[4:], uint16(8+len(payload)))
		return ether(0x0800, ip4Packet(17, a, b, 0, join(h, payload)...)...)
	}
	return map[string][]byte{
		"plain":     inner,
		"VLAN":      ether(0x8100, join([]byte{0, 9}, inner[12:])...),
		"VXLAN":     udp(4789, join([]byte{8, 0, 0, 0, 0, 0, 1, 0}, inner)),
		"Geneve":    udp(6081, join([]byte{0, 0, 0x65, 0x58, 0, 0, 1, 0}, inner)),
		"GRE":       ether(0x0800, ip4Packet(47, a, b, 0, join([]byte{0, 0, 8, 0}, packet)...)...),
		"ERSPAN I":  ether(0x0800, ip4Packet(47, a, b, 0, join([]byte{0, 0, 0x88, 0xBE}, inner)...)...),
		"ERSPAN II": ether(0x0800, ip4Packet(47, a, b, 0, join([]byte{0x10, 0, 0x88, 0xBE, 0, 0, 0, 1, 0x10, 1, 0, 1, 0, 0, 0, 0}, inner)...)...),
		"MPLS":      ether(0x8847, join([]byte{0, 1, 1, 64}, packet)...),
		"IP in IP":  ether(0x0800, ip4Packet(4, a, b, 0, packet...)...),
	}
}

// TestSpreadInner: the innermost addresses decide, in both directions, and whatever
// the tunnel; and many pairs of hosts go to all workers alike.
func TestSpreadInner(t *testing.T) {
	const workers, pairs = 4, 400
	s := newSpread(workers)
	count := map[string]*[workers]int{}
	for i := range pairs {
		here, there := fmt.Sprintf("10.1.%d.%d", i>>8, i&255), "192.0.2.1"
		want := -1
		for _, upper := range [][]byte{ // two associations, a connection, and noise
			sctpPacket(2905, 2905, uint32(i)<<8|1, 0, 0), sctpPacket(2905, 2906, uint32(i)<<8|2, 3, 0),
		} {
			back := append([]byte{}, upper...)
			back[7] |= 0x80
			for _, packet := range [][]byte{ip4Packet(132, here, there, 0, upper...), ip4Packet(132, there, here, 0, back...),
				ip4Packet(6, there, here, 0, ports4(3868, 40000)...), ip4Packet(50, here, there, 0, 1, 2, 3, 4)} {
				for name, frame := range tunnelsOf(packet) {
					w := s.worker(frameOf(frame))
					if want < 0 {
						want = w
					}
					if w != want {
						t.Fatalf("pair %d: a packet in %s went to %d, others to %d", i, name, w, want)
					}
					if count[name] == nil {
						count[name] = new([workers]int)
					}
					count[name][w]++
				}
			}
		}
	}
	for name, c := range count {
		for w, n := range c {
			if n < pairs*8/workers*3/5 {
				t.Errorf("%s: worker %d got %d of %d", name, w, n, pairs*8)
			}
		}
	}
}

// TestSpreadBalance: the associations of a port, some twenty of alike size, are shared out
// evenly, and each stays where it is.
func TestSpreadBalance(t *testing.T) {
	for workers := 2; workers <= 5; workers++ {
		s := newSpread(workers)
		for seed := range 10 { // a new set of links each time, the old ones silent
			const links = 20
			var at [links]int
			count := make([]int, workers)
			for n := range 4000 {
				link := n * 7 % links
				there := fmt.Sprintf("192.0.2.%d", link)
				here := fmt.Sprintf("10.%d.0.1", seed)
				upper := sctpPacket(2905, 2905, uint32(link+1)<<8, 0, 0)
				packet := ip4Packet(132, here, there, 0, upper...)
				if n&1 == 1 {
					upper[7] = 1
					packet = ip4Packet(132, there, here, 0, upper...)
				}
				w := s.worker(frameOf(ether(0x0800, packet...)))
				if n >= links && at[link] != w {
					t.Fatalf("link %d moved from worker %d to %d", link, at[link], w)
				}
				at[link] = w
				count[w]++
			}
			for w, n := range count {
				if fair := 4000 / workers; n < fair*3/5 || n > fair*3/2 {
					t.Errorf("links %d, %d workers: worker %d has %d of 4000 frames", seed, workers, w, n)
				}
			}
		}
	}
}

// TestSpreadSurvey: links of unequal traffic, two of which bring half of it, are shared out
// by what the first frames of each say, although the first of all tell nothing: one each.
func TestSpreadSurvey(t *testing.T) {
	const links, frames = 16, 20_000
	share := [links]int{28, 22} // of 100; the others have 3 or 4
	for i := 2; i < links; i++ {
		share[i] = 3 + i%2
	}
	for seed := range 20 {
		order := rand.New(rand.NewPCG(uint64(seed), 1))
		names := order.Perm(200)[:links] // whichever hash they have, and whichever comes first
		var all []capture.Frame
		add := func(link int) {
			upper := sctpPacket(2905, 2905, uint32(names[link]+1)<<8, 0, 0)
			all = append(all, *frameOf(ether(0x0800, ip4Packet(132, fmt.Sprintf("192.0.2.%d", names[link]), "10.0.0.1", 0, upper...)...)))
		}
		for _, link := range order.Perm(links) {
			add(link)
		}
		for range frames {
			link, n := 0, order.IntN(100)
			for ; n >= share[link] && link < links-1; link++ {
				n -= share[link]
			}
			add(link)
		}
		for workers := 2; workers <= 3; workers++ {
			s := newSpread(workers)
			s.survey(all[:spreadFrames])
			count := make([]int, workers)
			at := map[string]int{}
			for i := range all {
				w := s.worker(&all[i])
				count[w]++
				if was, ok := at[string(all[i].Data)]; ok && was != w {
					t.Fatalf("a link moved from worker %d to %d", was, w)
				}
				at[string(all[i].Data)] = w
			}
			for w, n := range count {
				if fair := len(all) / workers; n < fair*85/100 || n > fair*115/100 {
					t.Errorf("seed %d, %d workers: worker %d has %d of %d frames", seed, workers, w, n, len(all))
				}
			}
		}
	}
}

// TestSpreadQuick: the short way chooses as the long one does.
func TestSpreadQuick(t *testing.T) {
	v6 := func(proto byte, src, dst string, upper []byte) []byte {
		p := make([]byte, 40, 80)
		p[0], p[5], p[6] = 0x60, byte(len(upper)), proto
		a, b := netip.MustParseAddr(src).As16(), netip.MustParseAddr(dst).As16()
		copy(p[8:], a[:])
		copy(p[24:], b[:])
		return append(p, upper...)
	}
	tcp := func(there, here uint16) []byte { return append(ports4(there, here), make([]byte, 16)...) }
	long, s := newSpread(7), newSpread(7)
	taken := 0
	for i := range 400 {
		a4, a6 := fmt.Sprintf("10.0.%d.1", i), fmt.Sprintf("2001:db8::%x", i)
		if i > 255 {
			a4 = fmt.Sprintf("10.1.%d.1", i-256)
		}
		const b4, b6 = "192.0.2.1", "2001:db8:1::1"
		known := sctpPacket(2905, 2905, uint32(i)+1, 0, 0)
		for n, frame := range [][]byte{
			ether(0x0800, ip4Packet(132, a4, b4, 0, known...)...), ether(0x0800, ip4Packet(132, a4, b4, 0, known...)...),
			ether(0x0800, ip4Packet(6, b4, a4, 0, tcp(3868, 1)...)...),
			ether(0x86DD, v6(132, a6, b6, sctpPacket(3868, 3868, 1<<16|uint32(i), 0, 0))...),
			ether(0x86DD, v6(132, a6, b6, sctpPacket(3868, 3868, 1<<16|uint32(i), 3, 0))...),
			ether(0x86DD, v6(6, b6, a6, tcp(3868, 1))...),
			ether(0x8100, append([]byte{0, 5, 0x08, 0}, ip4Packet(6, a4, b4, 0, tcp(1, 3868)...)...)...),
			ether(0x8100, append([]byte{0, 5, 0x86, 0xDD}, v6(6, a6, b6, tcp(1, 3868))...)...),
		} {
			f := frameOf(frame)
			long.clock++
			want := long.choose(f)
			long.load[want]++
			if got, ok := s.quick(f); ok {
				taken++
				if got != want {
					t.Errorf("hosts %d, frame %d: %d by the short way, %d by the long one", i, n, got, want)
				}
			}
			s.worker(f)
		}
	}
	if taken < 400*6 {
		t.Errorf("the short way was taken %d times", taken)
	}
}

// away finds addresses whose pair goes to another worker than w.
func away(s *spread, w int) (a, b string) {
	for i := range 200 {
		a, b = fmt.Sprintf("10.9.0.%d", i), "10.8.0.1"
		if s.worker(frameOf(ether(0x0800, ip4Packet(50, a, b, 0)...))) != w {
			return a, b
		}
	}
	panic("all pairs go to one worker")
}

// TestSpreadMultiHoming: an association is with one worker whatever path a packet
// takes.
func TestSpreadMultiHoming(t *testing.T) {
	const a, b = "192.0.2.1", "198.51.100.1"
	const tagA, tagB = 0xAAAA0001, 0xBBBB0002 // of A and of B
	on := func(s *spread, src, dst string, upper []byte) int {
		return s.worker(frameOf(ether(0x0800, ip4Packet(132, src, dst, 0, upper...)...)))
	}
	toB := func(chunk byte) []byte { return sctpPacket(2905, 3000, tagB, chunk, 0) }
	toA := func(chunk byte) []byte { return sctpPacket(3000, 2905, tagA, chunk, 0) }
	t.Run("from the start", func(t *testing.T) {
		s := newSpread(8)
		w := on(s, a, b, sctpPacket(2905, 3000, 0, chunkInit, tagA))
		a2, b2 := away(s, w)
		if got := on(s, a2, b2, sctpPacket(2905, 3000, 0, chunkInit, tagA)); got != w {
			t.Errorf("the INIT repeated on the second path went to %d, the first to %d", got, w)
		}
		// Nothing of B was seen on the first path.
		for name, got := range map[string]int{
			"INIT ACK":             on(s, b2, a2, sctpPacket(3000, 2905, tagA, chunkInitAck, tagB)),
			"DATA":                 on(s, a2, b2, toB(0)),
			"SACK":                 on(s, b2, a2, toA(3)),
			"DATA, the first path": on(s, a, b, toB(0)),
		} {
			if got != w {
				t.Errorf("%s went to %d, INIT to %d", name, got, w)
			}
		}
		if got := on(s, a2, b2, sctpPacket(2905, 3000, tagB+1, 0, 0)); got == w {
			t.Error("another tag on the second path went there, too")
		}
	})
	t.Run("from the middle", func(t *testing.T) {
		s := newSpread(8)
		w := on(s, a, b, toB(0))
		if got := on(s, b, a, toA(3)); got != w {
			t.Errorf("the other direction went to %d, not %d", got, w)
		}
		a2, b2 := away(s, w)
		if got := on(s, a2, b2, toB(0)); got != w {
			t.Errorf("the second path went to %d, not %d", got, w)
		}
		if got := on(s, b2, a2, toA(4)); got != w {
			t.Errorf("the second path back went to %d, not %d", got, w)
		}
		// Fragments on the second path follow the first of them.
		for i, f := range []uint16{0x2000, 0x2001, 0x0002} {
			upper := toB(0)
			if i > 0 {
				upper = make([]byte, 8)
			}
			if got := s.worker(frameOf(ether(0x0800, ip4Packet(132, a2, b2, f, upper...)...))); got != w {
				t.Errorf("fragment %d went to %d, not %d", i, got, w)
			}
		}
	})
}

// TestSpreadBounded: more associations than are remembered are spread all the same,
// and those in use are kept.
func TestSpreadBounded(t *testing.T) {
	s := newSpread(4)
	const a, b = "192.0.2.1", "198.51.100.1"
	kept := ether(0x0800, ip4Packet(132, a, b, 0, sctpPacket(1, 2, 0xC0FFEE, 0, 0)...)...)
	w := s.worker(frameOf(kept))
	a2, b2 := away(s, w)
	second := ether(0x0800, ip4Packet(132, a2, b2, 0, sctpPacket(1, 2, 0xC0FFEE, 0, 0)...)...)
	for i := range sets * ways * 2 {
		s.clock++
		s.tagged(uint32(i+1), 7, 0)
		if i%1000 == 0 {
			s.worker(frameOf(kept))
		}
	}
	if got := s.worker(frameOf(second)); got != w {
		t.Errorf("an association in use was forgotten: %d, not %d", got, w)
	}
}

// TestSpreadHostile: anything may stand in a frame; some worker gets it, and nothing
// is allocated.
func TestSpreadHostile(t *testing.T) {
	s := newSpread(3)
	packet := ip4Packet(132, "192.0.2.1", "198.51.100.1", 0, sctpPacket(1, 2, 3, 1, 4)...)
	for name, whole := range tunnelsOf(packet) {
		for n := range whole {
			cut := frameOf(whole[:n])
			cut.Length = len(whole)
			if w := s.worker(cut); w < 0 || w > 2 {
				t.Fatalf("%s cut to %d went to %d", name, n, w)
			}
		}
		f := frameOf(whole)
		if n := testing.AllocsPerRun(10, func() { s.worker(f) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func BenchmarkSpread(b *testing.B) {
	s := newSpread(4)
	var frames []*capture.Frame
	for i := range 256 {
		p := ip4Packet(132, netip.AddrFrom4([4]byte{10, 0, 0, byte(i)}).String(), "192.0.2.1", 0, sctpPacket(2905, 2905, uint32(i+1), 0, 0)...)
		frames = append(frames, frameOf(tunnelsOf(p)["plain"]))
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		s.worker(frames[i&255])
	}
}
