package dialogue

import (
	"encoding/binary"
	"sync"
	"testing"
	"time"

	"sigtransit/decoders/tcap"
	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
)

// TestGroupMoves: a dialogue whose messages come to different workers is one.
func TestGroupMoves(t *testing.T) {
	g := NewTCAPGroup(3, nil)
	ul := signaling.MAPOperation(2)
	tr, _, _ := g[0].Match(0, message(tcap.Begin, 1, 0), vlr, hlr, 1, []byte("begin"))
	tr.Invoked(0, 1, ul)
	tr.Memory.IMSI = telecom.MustDigits("001011234567890")
	g[0].Release(tr)

	tr, side, _ := g[1].Match(1, message(tcap.Continue, 9, 1), hlr, vlr, 2, []byte("continue"))
	if tr == nil || side != 1 || tr.Memory.IMSI.Len() != 15 {
		t.Fatalf("continue at another worker: %v, side %d", tr, side)
	}
	g[1].Release(tr)
	if n := [3]int{g[0].Len(), g[1].Len(), g[2].Len()}; n != [3]int{0, 1, 0} {
		t.Errorf("entries %v", n)
	}

	// The originator ends it: it names the other side's id alone.
	tr, side, _ = g[2].Match(2, message(tcap.End, 0, 9), vlr, hlr, 3, []byte("end"))
	if tr == nil || side != 0 || tr.LastOperation() != ul {
		t.Fatalf("end at a third worker: %v, side %d", tr, side)
	}
	g[2].Release(tr)
	if n := g[0].Len() + g[1].Len() + g[2].Len(); n != 0 || g[2].Counters.Closed != 1 {
		t.Errorf("%d entries left, %d closed", n, g[2].Counters.Closed)
	}
	if tr, _, _ := g[0].Match(3, message(tcap.End, 0, 9), vlr, hlr, 3, []byte("again")); tr != nil {
		t.Error("an ended transaction was found again")
	} else {
		g[0].Release(tr)
	}
	opened := g[0].Counters.Opened + g[1].Counters.Opened + g[2].Counters.Opened
	if opened != 1 {
		t.Errorf("%d opened", opened)
	}
}

// TestGroupCopies: the second copy of a message of a mirrored STP comes by a link
// of another worker.
func TestGroupCopies(t *testing.T) {
	g := NewTCAPGroup(2, nil)
	for i, m := range []*tcap.Message{message(tcap.Begin, 1, 0), message(tcap.Continue, 9, 1), message(tcap.End, 0, 1)} {
		calling, called := vlr, hlr
		if i > 0 {
			calling, called = hlr, vlr
		}
		for w := range g {
			tr, _, dup := g[w].Match(int64(i), m, calling, called, uint64(w+1), []byte{byte(i), 1, 2})
			if tr == nil || dup != (w == 1) {
				t.Errorf("message %d, copy %d: %v, duplicate %v", i, w, tr, dup)
			}
			g[w].Release(tr)
		}
	}
}

// TestGroupRace runs whole dialogues spread over workers at once, each dialogue's
// messages in order, as the race detector sees them.
func TestGroupRace(t *testing.T) {
	const workers, dialogues = 4, 2000
	g := NewTCAPGroup(workers, nil)
	type step struct {
		worker int
		m      *tcap.Message
		from   Party
		to     Party
		done   chan struct{}
		after  chan struct{}
	}
	queues := make([][]step, workers)
	for d := range dialogues {
		a, b := uint32(2*d+1), uint32(2*d+2)
		var last chan struct{}
		for i, m := range []*tcap.Message{message(tcap.Begin, a, 0), message(tcap.Continue, b, a), message(tcap.Continue, a, b), message(tcap.End, 0, a)} {
			s := step{worker: (d + i*i) % workers, m: m, from: vlr, to: hlr, done: make(chan struct{}), after: last}
			if i%2 == 1 {
				s.from, s.to = hlr, vlr
			}
			last = s.done
			queues[s.worker] = append(queues[s.worker], s)
		}
	}
	var wg sync.WaitGroup
	var lost sync.Map
	for w, q := range queues {
		wg.Go(func() {
			for i, s := range q {
				if s.after != nil {
					<-s.after
				}
				tr, _, _ := g[w].Match(int64(i), s.m, s.from, s.to, uint64(w), binary.BigEndian.AppendUint32([]byte{byte(s.m.Type)}, s.m.OTID.Value))
				if tr == nil {
					lost.Store(s.m.DTID.Value, true)
				} else {
					tr.Memory.NumMarks++
				}
				g[w].Release(tr)
				close(s.done)
			}
		})
	}
	wg.Wait()
	lost.Range(func(k, _ any) bool { t.Errorf("a message of %v found no transaction", k); return false })
	left := 0
	for _, table := range g {
		left += table.Len()
	}
	if left != 0 {
		t.Errorf("%d transactions left", left)
	}
}

func BenchmarkMatch(b *testing.B) {
	for name, table := range map[string]*TCAP{"alone": NewTCAP(), "in a group": NewTCAPGroup(2, nil)[0]} {
		b.Run(name, func(b *testing.B) {
			begin, end := message(tcap.Begin, 1, 0), message(tcap.End, 0, 1)
			payload := make([]byte, 64)
			for i := range b.N {
				begin.OTID.Value, end.DTID.Value = uint32(i), uint32(i)
				tr, _, _ := table.Match(int64(i), begin, vlr, hlr, 1, payload)
				table.Release(tr)
				tr, _, _ = table.Match(int64(i), end, hlr, vlr, 1, payload)
				table.Release(tr)
			}
		})
	}
}

// TestGroupRelease: a Release without a Match, as of messages that SCCP returned to
// their sender, unlocks nothing, and one after a Match that was cut short lets the
// other workers go on.
func TestGroupRelease(t *testing.T) {
	tables := NewTCAPGroup(2, nil)
	tables[0].Release(nil)
	m := tcap.Message{Type: tcap.Begin, OTID: tcap.TransactionID{Value: 1, Len: 4}}
	tables[0].Match(1, &m, Party{}, Party{}, 1, nil)
	tables[0].Release(nil)
	tables[0].Release(nil)
	done := make(chan struct{})
	go func() {
		tr, _, _ := tables[1].Match(2, &m, Party{}, Party{}, 2, nil)
		tables[1].Release(tr)
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatal("the other worker waits")
	}
}

// TestDefectInGroup: a worker that meets a defect while it holds locks gives them back with
// Release, and others go on.
func TestDefectInGroup(t *testing.T) {
	tables := NewTCAPGroup(2, nil)
	sound := tables[0].entries.blocks
	tables[0].entries.blocks = nil
	m := message(tcap.Begin, 7, 0)
	func() {
		defer func() {
			if recover() == nil {
				t.Fatal("there was no defect")
			}
		}()
		tables[0].Match(0, m, vlr, hlr, 1, []byte("begin"))
	}()
	tables[0].entries.blocks = sound
	tables[0].Release(nil)
	for _, d := range tables {
		if !d.mu.TryLock() || d.held || d.way != nil {
			t.Fatal("a table is locked")
		}
		d.mu.Unlock()
	}
	if w := tables[0].group.copies.way(m.OTID); !w.mu.TryLock() {
		t.Fatal("the way of the id is locked")
	} else {
		w.mu.Unlock()
	}
	tr, _, _ := tables[1].Match(0, m, vlr, hlr, 2, []byte("begin"))
	if tr == nil {
		t.Error("the message begins no transaction")
	}
	tables[1].Release(tr)
}
