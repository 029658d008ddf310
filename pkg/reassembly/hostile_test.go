package reassembly

import (
	"math"
	"math/bits"
	"syscall"
	"testing"
	"time"

	"sigtransit/decoders/sctp"
)

// cpu is the time this process has worked. Unlike a clock it does not count what other
// programs do.
func cpu(t *testing.T) time.Duration {
	t.Helper()
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		t.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// TestHostileCost: no order of pieces makes each of them cost a walk over what is
// held. A sound piece costs less than five microseconds, a walk over a full table a
// hundred; where words have 32 bits, all of it takes about three times as long. The
// least of some rounds counts, since a busy machine makes each of them dearer.
func TestHostileCost(t *testing.T) {
	const pieces, rounds, limit = 20_000, 5, 25 * time.Microsecond * (64 / bits.UintSize) * (64 / bits.UintSize)
	payload := make([]byte, 64)
	fragments := func(order func(i uint32) (tsn uint32, begin, end bool)) func(t *testing.T) uint64 {
		return func(t *testing.T) uint64 {
			var s SCTP
			var c Counters
			for i := range uint32(pieces) {
				tsn, begin, end := order(i)
				s.Fragment(int64(i)*1000, &sctp.Data{TSN: tsn, Begin: begin, End: end, PPID: 3, Payload: payload}, &c)
				if len(s.frags) > fragMaxPieces || s.octets > fragMaxOctets {
					t.Fatalf("%d pieces, %d octets are held", len(s.frags), s.octets)
				}
			}
			return c.Evicted
		}
	}
	for name, run := range map[string]func(t *testing.T) uint64{
		"fragments without an end":            fragments(func(i uint32) (uint32, bool, bool) { return i, i == 0, false }),
		"fragments backwards without a begin": fragments(func(i uint32) (uint32, bool, bool) { return -i, false, i == 0 }),
		"fragments that only begin":           fragments(func(i uint32) (uint32, bool, bool) { return i, true, false }),
		"every second fragment, then the others": fragments(func(i uint32) (uint32, bool, bool) {
			block, n := i/2048, i%2048
			if n < 1024 {
				return block*4096 + 2*n, false, false
			}
			return block*4096 + 2*(2047-n) + 1, false, false
		}),
		"TSNs as far apart as the window": func(t *testing.T) uint64 {
			var s SCTP
			var c Counters
			for i := range uint32(pieces) {
				s.Accept(i*(tsnWindowMax-1), &c)
			}
			if got, want := s.Missing+s.Outstanding(), uint64(pieces-1)*(tsnWindowMax-2); got != want {
				t.Errorf("%d missing, want %d", got, want)
			}
			return 1
		},
		"SACKs that report all": func(t *testing.T) uint64 {
			var s SCTP
			var c Counters
			s.Start(0)
			s.Accept(0, &c)
			var ch sctp.Chunk
			var k sctp.Sack
			for i := range uint32(pieces) {
				ch = sctp.Chunk{Type: sctp.ChunkSack, Value: []byte{0, byte(i >> 16), byte(i >> 8), byte(i), 0, 0, 0, 0, 0, 2, 0, 0, 0x10, 0, 0x10, 0, 0x80, 0, 0x80, 0}}
				if k.Decode(&ch) != nil {
					t.Fatal("the SACK does not decode")
				}
				s.Acked(int64(i)*1e6, k.CumulativeTSN, &k, &c)
				if len(s.judge.reports) > maxReports {
					t.Fatalf("%d reports", len(s.judge.reports))
				}
			}
			return 1
		},
		"FORWARD-TSNs as far as the window": func(t *testing.T) uint64 {
			var s SCTP
			var c Counters
			s.Start(1)
			for i := range uint32(pieces) {
				s.Forward((i+1)*(tsnWindowMax-1), &c)
			}
			return s.Abandoned
		},
		"TCP backwards": func(t *testing.T) uint64 {
			var s TCP
			var c Counters
			s.Syn(0)
			for i := range uint32(pieces) {
				s.Push(int64(i), 1<<23-i*64, payload, &c)
				if len(s.pending) > tcpMaxSegments {
					t.Fatalf("%d segments wait", len(s.pending))
				}
				for {
					if _, _, ok := s.Next(&c); !ok {
						break
					}
				}
			}
			return c.Expired
		},
		"first IP fragments": func(t *testing.T) uint64 {
			var r IP
			for i := range uint32(pieces) {
				r.Add(int64(i)*1000, IPKey{ID: i}, 0, true, payload)
				if r.Len() > ipMaxDatagrams {
					t.Fatalf("%d datagrams", r.Len())
				}
			}
			return r.Counters.Evicted
		},
		"first SCCP segments": func(t *testing.T) uint64 {
			var r SCCP
			for i := range uint32(pieces) {
				r.Add(int64(i)*1000, SCCPKey{Reference: i}, true, 3, payload)
				if r.Len() > sccpMaxUnits {
					t.Fatalf("%d units", r.Len())
				}
			}
			return r.Counters.Evicted
		},
	} {
		t.Run(name, func(t *testing.T) {
			least := time.Duration(math.MaxInt64)
			for range rounds {
				from := cpu(t)
				if run(t) == 0 {
					t.Error("nothing was given up, or it was not counted")
				}
				least = min(least, (cpu(t)-from)/pieces)
			}
			if t.Logf("%v a piece", least); least > limit {
				t.Errorf("that is more than %v", limit)
			}
		})
	}
}
