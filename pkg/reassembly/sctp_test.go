package reassembly

import (
	"bytes"
	"fmt"
	"math/rand"
	"testing"

	"sigtransit/decoders/sctp"
)

func TestSCTPAccept(t *testing.T) {
	type step struct {
		tsn  uint32
		want Verdict
	}
	tests := []struct {
		name    string
		start   bool // by INIT with TSN 100
		steps   []step
		missing uint64 // passed over or outstanding at the end
	}{
		{"in order", true, []step{{100, TSNNew}, {101, TSNNew}, {102, TSNNew}}, 0},
		{"retransmitted", true, []step{{100, TSNNew}, {101, TSNNew}, {100, TSNDuplicate}, {101, TSNDuplicate}, {102, TSNNew}}, 0},
		{"out of order", true, []step{{102, TSNNew}, {100, TSNNew}, {102, TSNDuplicate}, {101, TSNNew}, {101, TSNDuplicate}, {103, TSNNew}}, 0},
		{"lost for good", true, []step{{100, TSNNew}, {103, TSNNew}}, 2},
		{"first ones lost", true, []step{{102, TSNNew}}, 2},
		{"joined in the middle", false, []step{{5000, TSNNew}, {5001, TSNNew}, {5000, TSNDuplicate}}, 0},
		{"joined in the middle, late one before", false, []step{{5000, TSNNew}, {4998, TSNNew}, {4998, TSNDuplicate}, {5001, TSNNew}}, 0},
		{"restart unseen", true, []step{{100, TSNNew}, {0x80000000, TSNReset}, {0x80000001, TSNNew}, {0x80000000, TSNDuplicate}}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var s SCTP
			var c Counters
			if tt.start {
				s.Start(100)
			}
			for i, st := range tt.steps {
				if got := s.Accept(st.tsn, &c); got != st.want {
					t.Fatalf("step %d, TSN %d: %d, want %d", i, st.tsn, got, st.want)
				}
			}
			if got := s.Missing + s.Outstanding(); got != tt.missing {
				t.Errorf("missing %d, want %d", got, tt.missing)
			}
		})
	}
}

// TestSCTPAcceptWrapsAndCounts runs random loss, reordering and duplication over
// the wrap of the TSN against the obvious bookkeeping with a map.
func TestSCTPAcceptWrapsAndCounts(t *testing.T) {
	for seed := int64(0); seed < 20; seed++ {
		rng := rand.New(rand.NewSource(seed))
		var s SCTP
		var c Counters
		const first = 0xffffff00
		s.Start(first)
		seen := map[uint32]bool{}
		highest := uint32(first)
		queue := []uint32{}
		lost := map[uint32]bool{}
		for i := uint32(0); i < 20000; i++ {
			tsn := first + i
			switch r := rng.Intn(100); {
			case r < 3: // lost
				lost[tsn] = true
			case r < 8: // twice
				queue = append(queue, tsn, tsn)
			default:
				queue = append(queue, tsn)
			}
			highest = tsn
		}
		delete(lost, highest) // a loss at the very end cannot be noticed
		queue = append(queue, highest)
		for i := range queue { // displaced by up to 50 places
			j := min(i+rng.Intn(50), len(queue)-1)
			queue[i], queue[j] = queue[j], queue[i]
		}
		for _, tsn := range queue {
			want := TSNNew
			if seen[tsn] {
				want = TSNDuplicate
			}
			seen[tsn] = true
			if got := s.Accept(tsn, &c); got != want {
				t.Fatalf("seed %d: TSN %#x: %d, want %d", seed, tsn, got, want)
			}
		}
		if got := s.Missing + s.Outstanding(); got != uint64(len(lost)) {
			t.Errorf("seed %d: missing %d, want %d", seed, got, len(lost))
		}
	}
}

func TestSCTPAcceptIsBounded(t *testing.T) {
	var s SCTP
	var c Counters
	s.Start(0)
	s.Accept(0, &c)
	for tsn := uint32(2); tsn < 4*tsnWindowMax; tsn += 2 { // every second one lost
		s.Accept(tsn, &c)
	}
	if n := len(s.ring) * 64; n > tsnWindowMax {
		t.Errorf("ring of %d TSNs, bound %d", n, tsnWindowMax)
	}
	if got, want := s.Missing+s.Outstanding(), uint64(2*tsnWindowMax-1); got != want {
		t.Errorf("missing %d, want %d", got, want)
	}
}

func TestSCTPAcceptAllocatesNothing(t *testing.T) {
	var s SCTP
	var c Counters
	s.Start(0)
	tsn := uint32(0)
	s.Accept(5, &c)
	if n := testing.AllocsPerRun(1000, func() { s.Accept(tsn, &c); tsn++ }); n != 0 {
		t.Errorf("%v allocations a chunk", n)
	}
}

func chunks(tsn uint32, stream uint16, idata bool, mid uint32, size int, msg []byte) []sctp.Data {
	var out []sctp.Data
	for i := 0; i < len(msg) || i == 0; i += size {
		end := min(i+size, len(msg))
		out = append(out, sctp.Data{TSN: tsn, StreamID: stream, Sequence: mid, FSN: uint32(len(out)), PPID: 3, Begin: i == 0, End: end == len(msg), IData: idata, Payload: msg[i:end]})
		tsn++
	}
	return out
}

func TestSCTPFragments(t *testing.T) {
	msg := bytes.Repeat([]byte("0123456789"), 40)
	other := bytes.Repeat([]byte("abcdefghij"), 30)
	rng := rand.New(rand.NewSource(1))
	for _, idata := range []bool{false, true} {
		for round := 0; round < 50; round++ {
			t.Run(fmt.Sprintf("idata=%v/%d", idata, round), func(t *testing.T) {
				var s SCTP
				var c Counters
				first := uint32(0xfffffffa) // wraps inside the message
				a := chunks(first, 1, idata, 7, 50, msg)
				b := chunks(first+uint32(len(a)), 2, idata, 7, 50, other)
				all := append(a, b...)
				rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
				var got [][]byte
				for i := range all {
					if m, ppid, ok := s.Fragment(int64(i), &all[i], &c); ok {
						if ppid != 3 {
							t.Errorf("PPID %d", ppid)
						}
						got = append(got, bytes.Clone(m))
					}
				}
				if len(got) != 2 || !(bytes.Equal(got[0], msg) && bytes.Equal(got[1], other) || bytes.Equal(got[1], msg) && bytes.Equal(got[0], other)) {
					t.Fatalf("%d messages", len(got))
				}
				if len(s.frags) != 0 || s.octets != 0 {
					t.Errorf("%d pieces, %d octets left", len(s.frags), s.octets)
				}
			})
		}
	}
}

// TestSCTPFragmentsBounded: a begin fragment that never ends, for ever.
// A piece that the capture cut ends the message: what follows it would stand at the
// wrong place.
func TestSCTPFragmentsCut(t *testing.T) {
	msg := []byte("aaaabbbbccccdd")
	for i, want := range []string{"aa", "aaaabb", "aaaabbbbcc", "aaaabbbbccccd"} {
		var s SCTP
		var c Counters
		all := chunks(7, 1, false, 0, 4, msg)
		all[i].Payload, all[i].Truncated = all[i].Payload[:len(all[i].Payload)/2], true
		for n := range all {
			got, _, ok := s.Fragment(int64(n), &all[n], &c)
			if ok != (n == len(all)-1) {
				t.Fatalf("piece %d cut: complete with piece %d is %v", i, n, ok)
			}
			if ok && (string(got) != want || !s.Cut()) {
				t.Errorf("piece %d cut: %q, cut %v; want %q", i, got, s.Cut(), want)
			}
		}
		for _, d := range chunks(20, 1, false, 0, 4, msg) {
			if got, _, ok := s.Fragment(9, &d, &c); ok && (!bytes.Equal(got, msg) || s.Cut()) {
				t.Errorf("the message behind it: %q, cut %v", got, s.Cut())
			}
		}
	}
}

func TestSCTPFragmentsBounded(t *testing.T) {
	var s SCTP
	var c Counters
	payload := make([]byte, 1000)
	for i := 0; i < 5*fragMaxPieces; i++ {
		d := sctp.Data{TSN: uint32(2 * i), Begin: true, Payload: payload}
		s.Fragment(int64(i), &d, &c)
	}
	if s.octets > fragMaxOctets || len(s.frags) > fragMaxPieces {
		t.Errorf("%d pieces with %d octets", len(s.frags), s.octets)
	}
	if c.Evicted == 0 {
		t.Error("evictions are not counted")
	}
	d := sctp.Data{TSN: 1 << 30, Begin: true, Payload: payload}
	s.Fragment(1000*second, &d, &c)
	if len(s.frags) != 1 || c.Expired == 0 {
		t.Errorf("%d pieces after the timeout, %d expired", len(s.frags), c.Expired)
	}
}

func BenchmarkSCTPAccept(b *testing.B) {
	var s SCTP
	var c Counters
	s.Start(0)
	b.ReportAllocs()
	for i := 0; i < b.N; i++ {
		s.Accept(uint32(i), &c)
	}
}
