package dialogue

import (
	"math/rand/v2"
	"testing"

	"sigtransit/decoders/telecom"
)

// TestMirroredAgent: the request of link 1 is seen again on links 2 and 3, with
// other Hop-by-Hop Identifiers, and its answer on the way back.
func TestMirroredAgent(t *testing.T) {
	sight := SightOf(20, 316, false, []byte("mme1.example.net"), nil)
	key := func(link uint64) RequestKey {
		return RequestKey{Link: link, HopByHop: uint32(100 + link), EndToEnd: 20}
	}
	for name, order := range map[string][]uint64{"back": {3, 2, 1}, "first link first": {1, 2, 3}, "first link between": {2, 1, 3}} {
		d := NewDiameter()
		first, _, duplicate := d.Request(0, key(1), 7, sight)
		first.IMSI = telecom.MustDigits("001010123456789")
		if duplicate {
			t.Errorf("%s: the first sight is a duplicate", name)
		}
		for link := uint64(2); link <= 3; link++ {
			if mem, _, duplicate := d.Request(int64(link), key(link), 7, sight); !duplicate || mem != first {
				t.Errorf("%s: link %d: duplicate %v, memory shared %v", name, link, duplicate, mem == first)
			}
		}
		if mem, repeated, duplicate := d.Request(4, key(2), 7, sight); !repeated || !duplicate || mem != first {
			t.Errorf("%s: repeated on the second link: %v, %v, memory shared %v", name, repeated, duplicate, mem == first)
		}
		for i, link := range order {
			mem, op, duplicate := d.Answer(int64(10+i), key(link))
			if duplicate != (i > 0) || mem != first || op != 7 {
				t.Errorf("%s: answer %d: duplicate %v, memory shared %v, operation %v", name, i, duplicate, mem == first, op)
			}
		}
		if d.Len() != 0 || d.index.used != 0 {
			t.Errorf("%s: %d entries and %d keys left", name, d.Len(), d.index.used)
		}
	}
}

// TestNoSecondSight: what looks alike and is another request.
func TestNoSecondSight(t *testing.T) {
	host, session := []byte("mme1.example.net"), []byte("mme1.example.net;1;20;a session of some length")
	sight := SightOf(20, 316, false, host, session)
	for name, second := range map[string]struct {
		at    int64
		link  uint64
		sight Sight
	}{
		"another End-to-End Identifier": {1, 2, SightOf(21, 316, false, host, session)},
		"another command":               {1, 2, SightOf(20, 318, false, host, session)},
		"another origin":                {1, 2, SightOf(20, 316, false, []byte("mme2.example.net"), session)},
		"another session":               {1, 2, SightOf(20, 316, false, host, []byte("mme1.example.net;1;21;a session of some length"))},
		"no session":                    {1, 2, SightOf(20, 316, false, host, nil)},
		"the same link":                 {1, 1, sight},
		"later":                         {sightWindow + 1, 2, sight},
		"of the base protocol":          {1, 2, 0},
	} {
		d := NewDiameter()
		first, _, _ := d.Request(0, RequestKey{Link: 1, HopByHop: 1, EndToEnd: 20}, 7, sight)
		if mem, _, duplicate := d.Request(second.at, RequestKey{Link: second.link, HopByHop: 2, EndToEnd: 20}, 7, second.sight); duplicate || mem == first {
			t.Errorf("%s: duplicate %v, memory shared %v", name, duplicate, mem == first)
		}
	}
	// Sent again on another link it is another request, with the same answer.
	d := NewDiameter()
	first, _, _ := d.Request(0, RequestKey{Link: 1, HopByHop: 1, EndToEnd: 20}, 7, sight)
	again := SightOf(20, 316, true, host, session)
	if mem, _, duplicate := d.Request(1, RequestKey{Link: 2, HopByHop: 2, EndToEnd: 20}, 7, again); duplicate || mem != first {
		t.Errorf("sent again: duplicate %v, memory shared %v", duplicate, mem == first)
	}
	if _, _, duplicate := d.Request(2, RequestKey{Link: 3, HopByHop: 3, EndToEnd: 20}, 7, again); !duplicate {
		t.Error("the second sight of a request that was sent again is no duplicate")
	}
	if _, _, duplicate := d.Answer(3, RequestKey{Link: 2, HopByHop: 2, EndToEnd: 20}); duplicate {
		t.Error("the first answer is a duplicate")
	}
	if _, _, duplicate := d.Answer(4, RequestKey{Link: 1, HopByHop: 1, EndToEnd: 20}); !duplicate {
		t.Error("the answer on the first link is no duplicate")
	}
	d = NewDiameter()
	d.Request(0, RequestKey{Link: 1, HopByHop: 1, EndToEnd: 20}, 7, sight)
	d.Answer(1, RequestKey{Link: 1, HopByHop: 1, EndToEnd: 20})
	if _, _, duplicate := d.Request(2, RequestKey{Link: 2, HopByHop: 2, EndToEnd: 20}, 7, sight); duplicate {
		t.Error("a request that was answered is seen again")
	}
}

// TestKeyAnew: a node that has begun to count anew uses the identifiers of a request that
// was never answered.
func TestKeyAnew(t *testing.T) {
	d := NewDiameter()
	k := RequestKey{Link: 1, HopByHop: 1, EndToEnd: 20}
	host := []byte("mme1.example.net")
	old, _, _ := d.Request(0, k, 7, SightOf(20, 316, false, host, []byte("old")))
	old.IMSI = telecom.MustDigits("001010123456789")
	d.Request(1, RequestKey{Link: 2, HopByHop: 2, EndToEnd: 20}, 7, SightOf(20, 316, false, host, []byte("old")))
	for i := range 2 {
		mem, repeated, duplicate := d.Request(int64(2+i), k, 8, SightOf(20, 316, i > 0, host, []byte("new")))
		if repeated != (i > 0) || duplicate || mem.IMSI.Len() != 0 {
			t.Errorf("sending %d: repeated %v, duplicate %v, subscriber %v", i+1, repeated, duplicate, mem.IMSI)
		}
	}
	if _, op, duplicate := d.Answer(4, k); op != 8 || duplicate {
		t.Errorf("the answer belongs to operation %v, duplicate %v", op, duplicate)
	}
	if mem, _, _ := d.Answer(5, RequestKey{Link: 2, HopByHop: 2, EndToEnd: 20}); mem == nil {
		t.Error("the second sight of the old request is forgotten")
	}
	if d.Len() != 0 || d.index.used != 0 {
		t.Errorf("%d entries and %d keys left", d.Len(), d.index.used)
	}
}

// TestSightsForgotten: whatever order requests, sights, answers and time come in, no
// entry is lost or freed twice, and no memory allocated in the end.
func TestSightsForgotten(t *testing.T) {
	d := NewDiameter()
	r := rand.New(rand.NewPCG(1, 2))
	now := int64(0)
	step := func() {
		now += r.Int64N(second)
		link, id := 1+r.Uint64N(4), r.Uint32N(200)
		k := RequestKey{Link: link, HopByHop: id*10 + uint32(link), EndToEnd: id}
		if r.IntN(3) > 0 {
			d.Request(now, k, 1, SightOf(id, 316, id%7 == 0, []byte("mme1.example.net"), []byte{byte(r.IntN(16) / 15)}))
		} else {
			d.Answer(now, k)
		}
	}
	for range 50_000 {
		step()
		if d.live < d.index.used {
			t.Fatalf("%d entries, %d keys", d.live, d.index.used)
		}
	}
	free := map[int32]bool{}
	for _, s := range d.entries.free {
		if free[s] {
			t.Fatalf("slot %d is free twice", s)
		}
		free[s] = true
	}
	held := d.live + len(free)
	if d.done != 0 {
		held++
	}
	if held != int(d.entries.n)-1 {
		t.Errorf("%d slots in use or free, of %d", held, d.entries.n-1)
	}
	if d.Counters.Duplicates == 0 || d.Counters.Closed == 0 || d.Counters.Expired == 0 {
		t.Errorf("counters %+v: the test does not test", d.Counters)
	}
	if n := testing.AllocsPerRun(5000, step); n != 0 {
		t.Errorf("%v allocations a step", n)
	}
}
