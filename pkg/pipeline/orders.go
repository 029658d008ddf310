package pipeline

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"sigtransit/pkg/canary"
	"sigtransit/pkg/dissect"
	"sigtransit/pkg/exposure"
	"sigtransit/pkg/roaming"
	"sigtransit/rules"
)

// orders are what other goroutines ask of a worker, done between two batches.
type orders struct {
	pending atomic.Bool
	beat    atomic.Int64 // nanoseconds since the epoch, of the last look
	now     time.Time    // the same, for the worker itself

	mu      sync.Mutex
	waiting []order
	over    bool // the worker does not run any more
}

type order struct {
	do   func()
	done chan struct{}
}

// obey does what waits. A worker with nothing to do pays for two atomic
// operations a batch.
func (o *orders) obey() {
	o.tick()
	if !o.pending.Load() {
		return
	}
	o.mu.Lock()
	o.pending.Store(false)
	list := o.waiting
	o.waiting = nil
	o.mu.Unlock()
	for _, x := range list {
		x.do()
		close(x.done)
	}
}

// tick shows that the worker moves.
func (o *orders) tick() {
	o.now = time.Now()
	o.beat.Store(o.now.UnixNano())
}

// end does what still waits, and refuses what comes later.
func (o *orders) end() {
	o.mu.Lock()
	o.over = true
	o.mu.Unlock()
	o.obey()
}

// ErrOver says that the worker has ended.
var ErrOver = errors.New("pipeline: the worker has ended")

// do has f run by the worker between two batches, and waits for it.
func (w *Worker) do(ctx context.Context, f func()) error {
	x, err := w.order(f)
	if err != nil {
		return err
	}
	select {
	case <-x.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// order has f run by the worker between two batches.
func (w *Worker) order(f func()) (order, error) {
	o := &w.orders
	x := order{f, make(chan struct{})}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.over {
		return x, ErrOver
	}
	o.waiting = append(o.waiting, x)
	o.pending.Store(true)
	return x, nil
}

// Judge makes the worker judge by set, tell the ends of messages by ends, hand events
// to emit and watch for canaries from the next batch on, without losing a frame; how it
// dissects stays. It waits until that is so; ErrOver when the worker has ended. It may
// be called from any goroutine.
func (w *Worker) Judge(ctx context.Context, set *rules.Set, ends *roaming.Table, emit Emitter, canaries *canary.Watch) error {
	return w.do(ctx, func() {
		w.judgeBy(set)
		w.resolveBy(ends)
		w.opts.Emit, w.opts.Canaries = emit, canaries
	})
}

// Record makes the worker count for a ledger from the next batch on, and nothing of
// those before.
func (w *Worker) Record(ctx context.Context, r *exposure.Recorder) error {
	return w.do(ctx, func() { w.record(r) })
}

// Inspect has f look at the dissector between two batches.
func (w *Worker) Inspect(ctx context.Context, f func(*dissect.Dissector)) error {
	return w.do(ctx, func() { f(w.dissector) })
}

// Beat is when the worker last was between two batches: one that stands still is
// stuck. The zero time: it has not begun.
func (w *Worker) Beat() time.Time {
	if n := w.orders.beat.Load(); n != 0 {
		return time.Unix(0, n)
	}
	return time.Time{}
}
