package reassembly

import (
	"bytes"
	"math/rand"
	"testing"
)

func collect(t *TCP, c *Counters, out []byte) (got []byte, gaps int) {
	for {
		b, gap, ok := t.Next(c)
		if !ok {
			return out, gaps
		}
		if gap {
			gaps++
		}
		out = append(out, b...)
	}
}

func TestTCP(t *testing.T) {
	type push struct {
		seq  uint32
		data string
	}
	tests := []struct {
		name string
		syn  bool // with sequence number 99: the first octet is 100
		in   []push
		want string
		gaps int
		left bool // something waits behind a hole
	}{
		{"in order", true, []push{{100, "abc"}, {103, "def"}}, "abcdef", 0, false},
		{"late", true, []push{{103, "def"}, {100, "abc"}}, "abcdef", 0, false},
		{"repeated", true, []push{{100, "abc"}, {100, "abc"}, {103, "def"}}, "abcdef", 0, false},
		{"repeated with more", true, []push{{100, "abc"}, {100, "abcdef"}}, "abcdef", 0, false},
		{"overlap ahead of a hole", true, []push{{103, "de"}, {103, "defg"}, {105, "fgh"}, {100, "abc"}}, "abcdefgh", 0, false},
		{"hole", true, []push{{100, "abc"}, {110, "xyz"}}, "abc", 0, true},
		{"middle of a connection", false, []push{{5000, "abc"}, {5003, "def"}}, "abcdef", 1, false},
		{"wrap", false, []push{{0xfffffffe, "ab"}, {0, "cd"}}, "abcd", 1, false},
		{"wrap, late", false, []push{{0xfffffffe, "ab"}, {2, "ef"}, {0, "cd"}}, "abcdef", 1, false},
		{"far away: another numbering", true, []push{{100, "abc"}, {1 << 30, "xyz"}}, "abcxyz", 1, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var s TCP
			var c Counters
			if tt.syn {
				s.Syn(99)
			}
			var got []byte
			gaps := 0
			for _, p := range tt.in {
				s.Push(0, p.seq, []byte(p.data), &c)
				b, g := collect(&s, &c, nil)
				got, gaps = append(got, b...), gaps+g
			}
			if string(got) != tt.want || gaps != tt.gaps || s.Waiting() != tt.left {
				t.Errorf("%q, %d gaps, waiting %v; want %q, %d, %v", got, gaps, s.Waiting(), tt.want, tt.gaps, tt.left)
			}
		})
	}
}

func TestTCPGapByTimeByAckAndByFlush(t *testing.T) {
	for _, how := range []string{"time", "ack", "flush"} {
		var s TCP
		var c Counters
		s.Syn(99)
		s.Push(0, 100, []byte("abc"), &c)
		got, _ := collect(&s, &c, nil)
		s.Push(second, 110, []byte("xyz"), &c)
		switch how {
		case "time":
			s.Push(second+tcpWait, 113, []byte("!"), &c)
		case "ack":
			s.Acked(2*second, 105) // below the waiting segment: proves nothing
			if _, _, ok := s.Next(&c); ok {
				t.Fatal("an acknowledgement of less was taken for a gap")
			}
			s.Acked(2*second, 113)
		case "flush":
			s.Flush(&c)
		}
		rest, gaps := collect(&s, &c, nil)
		if string(got)+string(rest[:3]) != "abcxyz" || gaps != 1 || s.Lost != 7 {
			t.Errorf("%s: %q then %q, %d gaps, %d lost", how, got, rest, gaps, s.Lost)
		}
	}
}

// TestTCPRandom cuts a stream into random segments, repeats, overlaps and
// displaces them: the octets must come out as they went in.
func TestTCPRandom(t *testing.T) {
	for seed := int64(0); seed < 200; seed++ {
		rng := rand.New(rand.NewSource(seed))
		stream := make([]byte, 5000)
		rng.Read(stream)
		first := uint32(rng.Int63())
		type seg struct{ from, to int }
		var segs []seg
		for at := 0; at < len(stream); {
			to := min(at+1+rng.Intn(300), len(stream))
			segs = append(segs, seg{at, to})
			if rng.Intn(5) == 0 { // sent again, cut elsewhere
				from := max(0, at-rng.Intn(200))
				segs = append(segs, seg{from, min(len(stream), from+1+rng.Intn(400))})
			}
			at = to
		}
		for i := range segs {
			j := min(i+rng.Intn(6), len(segs)-1)
			segs[i], segs[j] = segs[j], segs[i]
		}
		var s TCP
		var c Counters
		s.Syn(first - 1)
		var got []byte
		for _, g := range segs {
			s.Push(0, first+uint32(g.from), stream[g.from:g.to], &c)
			b, gaps := collect(&s, &c, nil)
			if gaps != 0 {
				t.Fatalf("seed %d: gap", seed)
			}
			got = append(got, b...)
		}
		if !bytes.Equal(got, stream) {
			t.Fatalf("seed %d: %d octets of %d, equal %v", seed, len(got), len(stream), bytes.HasPrefix(stream, got))
		}
	}
}

func TestTCPBounded(t *testing.T) {
	var s TCP
	var c Counters
	s.Syn(0)
	for i := 0; i < 10*tcpMaxSegments; i++ {
		s.Push(int64(i), uint32(1000+i*1100), make([]byte, 1000), &c)
		collect(&s, &c, nil)
		if len(s.pending) > tcpMaxSegments || s.octets > tcpMaxOctets+1000 {
			t.Fatalf("%d segments with %d octets wait", len(s.pending), s.octets)
		}
	}
}

func TestIP(t *testing.T) {
	key := IPKey{ID: 7, Protocol: 132}
	payload := make([]byte, 100)
	for i := range payload {
		payload[i] = byte(i)
	}
	type piece struct {
		off  int
		more bool
		data []byte
	}
	a, b, z := piece{0, true, payload[:48]}, piece{48, true, payload[48:88]}, piece{88, false, payload[88:]}
	for name, in := range map[string][]piece{
		"in order": {a, b, z}, "backwards": {z, b, a}, "repeated": {a, a, z, z, b},
		"overlap": {a, {40, true, payload[40:88]}, z},
	} {
		t.Run(name, func(t *testing.T) {
			var r IP
			for i, p := range in {
				got, done := r.Add(0, key, p.off, p.more, p.data)
				if done != (i == len(in)-1) {
					t.Fatalf("piece %d: complete %v", i, done)
				}
				if done && !bytes.Equal(got, payload) {
					t.Fatalf("got %x", got)
				}
			}
			if r.Len() != 0 || r.octets != 0 {
				t.Errorf("%d datagrams, %d octets left", r.Len(), r.octets)
			}
		})
	}
}

func TestIPBadPieces(t *testing.T) {
	for name, add := range map[string]func(r *IP){
		"beyond 64 KiB":               func(r *IP) { r.Add(0, IPKey{}, 65528, false, make([]byte, 100)) },
		"middle piece not a multiple": func(r *IP) { r.Add(0, IPKey{}, 0, true, make([]byte, 7)) },
		"empty":                       func(r *IP) { r.Add(0, IPKey{}, 0, true, nil) },
		"two ends": func(r *IP) {
			r.Add(0, IPKey{}, 8, false, make([]byte, 8))
			r.Add(0, IPKey{}, 8, false, make([]byte, 9))
		},
		"piece behind the end": func(r *IP) {
			r.Add(0, IPKey{}, 8, false, make([]byte, 8))
			r.Add(0, IPKey{}, 16, true, make([]byte, 8))
		},
	} {
		var r IP
		add(&r)
		if r.Counters.Malformed != 1 {
			t.Errorf("%s: %d malformed", name, r.Counters.Malformed)
		}
	}
}

func TestIPBounded(t *testing.T) {
	var r IP
	for i := 0; i < 100000; i++ {
		r.Add(int64(i), IPKey{ID: uint32(i)}, 64000, true, make([]byte, 800))
		if r.Len() > ipMaxDatagrams || r.octets > ipMaxOctets+ipMaxLength {
			t.Fatalf("%d datagrams with %d octets", r.Len(), r.octets)
		}
	}
	if r.Counters.Evicted == 0 {
		t.Error("evictions are not counted")
	}
	n := r.Len()
	r.Add(100*second, IPKey{ID: 99999}, 0, true, make([]byte, 8))
	if r.Counters.Expired != 1 || r.Len() != n {
		t.Errorf("%d expired, %d of %d left", r.Counters.Expired, r.Len(), n)
	}
}

func TestSCCP(t *testing.T) {
	key := SCCPKey{Reference: 0x123456}
	for _, order := range [][]uint8{{2, 1, 0}, {0, 1, 2}, {1, 2, 0}, {2, 2, 1, 1, 0}} {
		var r SCCP
		var got []byte
		for i, rem := range order {
			b, done := r.Add(0, key, rem == 2, rem, []byte{rem, rem})
			if done != (i == len(order)-1) {
				t.Fatalf("order %v: complete %v at %d", order, done, i)
			}
			got = b
		}
		if !bytes.Equal(got, []byte{2, 2, 1, 1, 0, 0}) {
			t.Errorf("order %v: %v", order, got)
		}
		if r.Len() != 0 || r.octets != 0 {
			t.Errorf("order %v: %d units, %d octets left", order, r.Len(), r.octets)
		}
	}
}

func TestSCCPBounded(t *testing.T) {
	var r SCCP
	for i := 0; i < 10*sccpMaxUnits; i++ {
		r.Add(int64(i), SCCPKey{Reference: uint32(i)}, true, 15, make([]byte, 255))
	}
	if r.Len() > sccpMaxUnits || r.octets > sccpMaxOct+4096 || r.Counters.Evicted == 0 {
		t.Errorf("%d units with %d octets, %d evicted", r.Len(), r.octets, r.Counters.Evicted)
	}
	// A unit that waited too long begins anew with the next segment of its name.
	var s SCCP
	s.Add(0, SCCPKey{}, true, 1, []byte("a"))
	if _, done := s.Add(2*sccpTimeout, SCCPKey{}, false, 0, []byte("b")); done || s.Counters.Expired != 1 {
		t.Error("a segment was joined to one of long ago")
	}
}

// TestSCCPSpread: segments of one unit on two links wait on each, and are counted when
// nobody waits for them any more.
func TestSCCPSpread(t *testing.T) {
	var r SCCP
	for i := range uint8(4) {
		if _, done := r.Add(int64(i), SCCPKey{Link: uint64(i % 2), Reference: 1}, i == 0, 3-i, []byte("a quarter")); done {
			t.Error("the half of a unit is a whole one")
		}
	}
	r.Add(2*sccpTimeout, SCCPKey{Reference: 2}, true, 1, []byte("another"))
	if r.Len() != 1 || r.Counters.Expired != 2 || r.octets != len("another") {
		t.Errorf("%d units wait, %+v, %d octets", r.Len(), r.Counters, r.octets)
	}
}
