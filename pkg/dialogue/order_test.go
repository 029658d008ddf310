package dialogue

import (
	"sync/atomic"
	"testing"
	"time"

	"sigtransit/decoders/tcap"
	"sigtransit/pkg/signaling"
)

// TestGroupLateCopies: a worker meets the copies of a dialogue that is over at another
// one, in which each side spoke twice.
func TestGroupLateCopies(t *testing.T) {
	g := NewTCAPGroup(2, nil)
	dialogue := func(id uint32) (list []*tcap.Message) {
		return []*tcap.Message{message(tcap.Begin, id, 0), message(tcap.Continue, id+1, id), message(tcap.Continue, id, id+1), message(tcap.End, 0, id)}
	}
	match := func(w int, id uint32, i int, m *tcap.Message) (found, duplicate bool) {
		calling, called := vlr, hlr
		if i%2 == 1 {
			calling, called = hlr, vlr
		}
		tr, _, dup := g[w].Match(int64(i), m, calling, called, uint64(w+1), []byte{byte(id), byte(i)})
		if tr != nil && tr.Memory.Signature != uint64(signature([]byte{byte(id), byte(i)})) {
			t.Errorf("dialogue %d, message %d: the memory is not told which message this is", id, i)
		}
		g[w].Release(tr)
		return tr != nil, dup
	}
	// The first copy shows that there is a mirror: from then on what is over is kept.
	match(0, 1, 0, dialogue(1)[0])
	if _, dup := match(1, 1, 0, dialogue(1)[0]); !dup {
		t.Fatal("a copy at another worker was not recognised")
	}
	for w := range g {
		for i, m := range dialogue(11) {
			if found, dup := match(w, 11, i, m); !found || dup != (w == 1) {
				t.Errorf("worker %d, message %d: found %v, duplicate %v", w, i, found, dup)
			}
		}
	}
	if n := g[0].Counters.Opened + g[1].Counters.Opened; n != 2 {
		t.Errorf("%d transactions were opened, want 2", n)
	}
	// The same octets on the same link are another message.
	again := dialogue(21)
	for i := range 2 {
		if _, dup := match(0, 21, 0, again[0]); dup {
			t.Errorf("repetition %d on the same link is a copy", i)
		}
	}
}

// TestGroupOrder: an answer that one worker reads waits for the request that another
// has still to read, and for nothing else.
func TestGroupOrder(t *testing.T) {
	var assigned [2]atomic.Uint64
	g := NewTCAPGroup(2, func(w int) uint64 { return assigned[w].Load() })
	ul := signaling.MAPOperation(2)
	assigned[0].Store(1)
	assigned[1].Store(2)
	got := make(chan signaling.Operation)
	go func() {
		g[1].Begun(2)
		tr, _, _ := g[1].Match(2, message(tcap.End, 0, 7), hlr, vlr, 2, []byte("end"))
		var op signaling.Operation
		if tr != nil {
			op = tr.LastOperation()
		}
		g[1].Release(tr)
		g[1].Through(2)
		got <- op
	}()
	time.Sleep(patience / 4)
	g[0].Begun(1)
	tr, _, _ := g[0].Match(1, message(tcap.Begin, 7, 0), vlr, hlr, 1, []byte("begin"))
	tr.Invoked(0, 1, ul)
	g[0].Release(tr)
	g[0].Through(1)
	if op := <-got; op != ul {
		t.Errorf("the answer has operation %v", op)
	}

	// One that nobody began waits for who is behind, for a while, and then for nobody.
	assigned[0].Store(3)
	g[1].Begun(4)
	for _, most := range []time.Duration{100 * patience, 20 * patience} {
		begin := time.Now()
		for range 100 {
			tr, _, _ := g[1].Match(3, message(tcap.End, 0, 99), hlr, vlr, 2, []byte("end"))
			g[1].Release(tr)
		}
		if took := time.Since(begin); took > most {
			t.Errorf("a hundred took %v, at most %v was expected", took, most)
		}
	}
	// A worker that has read what it was given is not behind.
	g[0].Through(3)
	if g[1].behind() || g[0].behind() {
		t.Error("behind with nothing to read")
	}
}
