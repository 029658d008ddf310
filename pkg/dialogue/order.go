package dialogue

import (
	"runtime"
	"sync/atomic"
	"time"
)

// order is how far the workers of a group are with the frames of one capture, which are
// numbered over all of them. Workers take frames by the batch: where the two
// directions of a dialogue come by links of two workers, one of them may meet an answer
// before the other meets the request that stands in an earlier frame.
type order struct {
	// assigned is the number of the last frame that a worker was given, known before
	// any worker gets a later one; nil: frames have no order.
	assigned func(worker int) uint64
	begun    []position
}

// position is the number of the frame that a worker reads, alone in its line of the
// cache.
type position struct {
	atomic.Uint64
	_ [56]byte
}

// Times of waiting.
const (
	// spins is how often a worker asks again before it sleeps: the other one is as a
	// rule some microseconds behind.
	spins = 200
	nap   = 20 * time.Microsecond
	// patience bounds a wait; whoever has lost it does not wait for the next second.
	patience = 20 * time.Millisecond
	sulk     = time.Second
)

// tellEvery is how many frames of all workers one may be ahead of what others know.
const tellEvery = 32

// Begun says that the worker of the table has begun to read a frame, and is done with
// those of lower numbers. Others hear of it soon: telling them costs more than reading
// some frames.
func (t *TCAP) Begun(frame uint64) {
	if t.group != nil {
		t.begun(frame)
	}
}

func (t *TCAP) begun(frame uint64) {
	t.frame = frame
	if frame-t.told >= tellEvery {
		t.tell(frame)
	}
}

// Through says that the worker of the table is done with a frame, and for now with all
// that it was given: others hear of it at once.
func (t *TCAP) Through(frame uint64) {
	if t.group != nil {
		t.frame = frame + 1
		t.tell(t.frame)
	}
}

func (t *TCAP) tell(frame uint64) {
	t.told = frame
	t.group.order.begun[t.worker].Store(frame)
}

// behind says that another worker has still to read a frame captured before ours.
func (t *TCAP) behind() bool {
	o := &t.group.order
	if o.assigned == nil {
		return false
	}
	for w := range o.begun {
		if w == t.worker {
			continue
		}
		if n := o.begun[w].Load(); n < t.frame && n <= o.assigned(w) {
			return true
		}
	}
	return false
}

// catchUp waits until no worker is behind. No lock may be held. Workers wait for lower
// numbers only, and tell their own first, so they do not wait for each other.
func (t *TCAP) catchUp() {
	if t.group.order.assigned != nil {
		t.tell(t.frame)
	}
	begin := time.Now()
	if begin.Before(t.sulks) {
		return
	}
	for i := 0; t.behind(); i++ {
		switch {
		case i < spins:
			runtime.Gosched()
		case time.Since(begin) > patience:
			t.sulks = begin.Add(sulk) // it stands still, which others tell
			return
		default:
			time.Sleep(nap)
		}
	}
}
