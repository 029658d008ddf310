package exposure

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/axiomhq/hyperloglog"
)

// note adds one key and reports whether the sketch changes.
func note(s *seen, k uint32) bool {
	fresh := s.keys(s.add([]sighting{{0, k}}, nil))
	s.told()
	return len(fresh) != 0
}

// What is gathered hash by hash is the sketch that the library would have made of them:
// equal in what it tells, united with others too.
func TestSeen(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 2, 40, 41, 500, 1300, 1600, 1700, 2000, maxKeys, maxKeys + 1, 5000, 100_000} {
		var s seen
		var want, other Sketch
		for i := range n {
			h := r.Uint64()
			if i%50 == 0 { // the long form of a key
				h &^= 1<<(64-precision) - 1<<(r.Uint64()%40)
			}
			k := sparseKey(h)
			note(&s, k)
			want.insert(h)
			if note(&s, k) {
				t.Fatalf("%d: %#x is new twice", n, h)
			}
			if got := sparseKey(hashOf(k)); got != k {
				t.Fatalf("%#x has the key %#x, and %#x, which is made of that, has %#x", h, k, hashOf(k), got)
			}
		}
		for range 300 {
			other.insert(r.Uint64())
		}
		if n == 0 {
			if !s.empty() {
				t.Error("it is not empty")
			}
			continue
		}
		got, err := unmarshalSketch(s.marshal())
		if err != nil {
			t.Fatalf("%d: %v", n, err)
		}
		if a, b := got.Estimate(), want.Estimate(); a != b {
			t.Errorf("%d: estimate %d, want %d", n, a, b)
		}
		for _, x := range []*Sketch{&got, &want} {
			if err := x.Merge(&other); err != nil {
				t.Fatal(err)
			}
		}
		if a, b := got.Estimate(), want.Estimate(); a != b {
			t.Errorf("%d and others: estimate %d, want %d", n, a, b)
		}
		dense := func(x *Sketch) string {
			d, _ := hyperloglog.NewSketch(precision, false)
			if err := d.Merge(x.hll); err != nil {
				t.Fatal(err)
			}
			b, _ := d.MarshalBinary()
			return string(b)
		}
		if dense(&got) != dense(&want) {
			t.Errorf("%d: registers differ", n)
		}
	}
}

// What was told from time to time is, together, what was seen.
func TestTold(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	var s seen
	var want, got Sketch
	var fresh []uint32
	for i := range 20_000 {
		h := r.Uint64() >> (r.Uint64() % 60)
		want.insert(h)
		fresh = s.add([]sighting{{0, sparseKey(h)}}, fresh)
		if i%777 == 0 || i == 19_999 {
			for _, h := range appendHashes(nil, appendKeys(nil, s.keys(fresh))) {
				got.insert(h)
			}
			fresh = fresh[:0]
			if s.told(); len(s.keys(nil)) != 0 {
				t.Fatal("it is news twice")
			}
		}
	}
	if s.regs == nil {
		t.Fatal("there are no registers")
	}
	a, b := got.marshal(), want.marshal()
	if got.Estimate() != want.Estimate() || !bytes.Equal(a, b) {
		t.Errorf("%d subscribers, want %d", got.Estimate(), want.Estimate())
	}
}

// A subscriber costs no memory once the registers are there.
func TestSeenAllocations(t *testing.T) {
	var s seen
	r := rand.New(rand.NewPCG(3, 4))
	for range maxKeys + 1 {
		note(&s, sparseKey(r.Uint64()))
	}
	room := make([]uint32, 0, 4)
	if n := testing.AllocsPerRun(1000, func() { s.add([]sighting{{0, sparseKey(r.Uint64())}, {0, sparseKey(r.Uint64())}}, room) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkSeen(b *testing.B) {
	r := rand.New(rand.NewPCG(5, 6))
	list := make([]sighting, 1000)
	for i := range list {
		list[i].subscriber = sparseKey(r.Uint64())
	}
	room := make([]uint32, 0, len(list))
	for b.Loop() {
		var s seen
		s.add(list, room)
		s.marshal()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/subscriber")
}
