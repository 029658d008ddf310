package telemetry

import (
	"sync/atomic"
	"time"

	"sigtransit/pkg/output"
)

// Publisher carries totals from one worker to those who read them.
type Publisher struct {
	wanted   atomic.Bool
	finished atomic.Bool
	current  atomic.Pointer[output.Stats]
}

// Wanted reports that somebody asked for a copy since the last one. The worker
// asks between batches, at the price of an atomic load.
func (p *Publisher) Wanted() bool { return p.wanted.Load() }

// Publish publishes a copy of s.
func (p *Publisher) Publish(s *output.Stats) {
	p.current.Store(s.Snapshot())
	p.wanted.Store(false) // only now: whoever sees it takes the copy
}

// Finish publishes s for the last time: nobody waits for this worker again.
func (p *Publisher) Finish(s *output.Stats) {
	p.Publish(s)
	p.finished.Store(true)
}

// Latest is the copy published last; nil before the first. It must not be changed.
func (p *Publisher) Latest() *output.Stats { return p.current.Load() }

// How long a reader waits for a fresh copy, and how often it looks. A worker that
// polls between batches answers within one of them.
const (
	freshWait = 200 * time.Millisecond
	freshLook = time.Millisecond
)

// request asks for a copy.
func (p *Publisher) request() {
	if !p.finished.Load() {
		p.wanted.Store(true)
	}
}

// await waits until the request was served or the deadline has passed: then the
// copy before it must do.
func (p *Publisher) await(deadline time.Time) *output.Stats {
	for p.wanted.Load() && !p.finished.Load() && time.Now().Before(deadline) {
		time.Sleep(freshLook)
	}
	return p.Latest()
}
