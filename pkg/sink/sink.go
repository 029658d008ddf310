package sink

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// transport delivers records to one receiver. Its methods are called by one
// goroutine, apart from reopen and abort.
type transport interface {
	// send delivers records in order. n is how many are done with; those behind
	// are handed over again after an error.
	send(ctx context.Context, batch []record) (n int, err error)
	// reopen lets go of files and connections; the next send opens them anew.
	reopen()
	// abort makes a send that hangs return, where the system lets it.
	abort()
	close() error
}

// fault is an error of a transport, with what it means for delivery.
type fault struct {
	reason     Reason
	rejected   int           // so many records from the first on will never be taken
	retryAfter time.Duration // the receiver asked for this pause; 0: it did not
	err        error
}

func (f *fault) Error() string { return fmt.Sprintf("%v: %v", f.reason, f.err) }
func (f *fault) Unwrap() error { return f.err }

// Bounds of a batch that is handed to a transport, unless it asks for less.
const (
	batchEvents = 256
	batchOctets = 256 << 10
)

// Sink is a queue, and a goroutine that empties it into a transport.
type Sink struct {
	conf      Config
	transport transport
	log       *slog.Logger
	count     *counters

	mu       sync.Mutex // held for moments, never over input or output
	queue    queue
	seq      uint64
	closing  bool
	left     bool     // Close gave up on the sender: inflight is no longer its own
	inflight []record // handed to the transport
	onDisk   bool     // inflight came from the spill

	disk         sync.Mutex // over the spill; taken before mu
	spill        *spill
	onDiskOctets atomic.Int64 // what the spill holds

	wake     chan struct{} // to the sender: something came
	pressure chan struct{} // to the spiller: memory gets short
	draining chan struct{} // closed by Close
	ctx      context.Context
	cancel   context.CancelFunc
	sent     chan struct{} // closed when the sender ends
	spilled  chan struct{} // closed when the spiller ends
	closed   sync.Once
	closeErr error
}

// start makes a sink of a transport and starts it.
func start(conf Config, t transport, c *counters, log *slog.Logger) (*Sink, error) {
	s := &Sink{
		conf: conf, transport: t, count: c, log: log.With("sink", conf.Name),
		queue: queue{maxN: conf.Queue.Events, maxOctets: conf.Queue.Octets, newest: conf.Queue.Newest},
		wake:  make(chan struct{}, 1), pressure: make(chan struct{}, 1), draining: make(chan struct{}),
		sent: make(chan struct{}), spilled: make(chan struct{}),
	}
	if conf.Spill.Dir != "" {
		var err error
		if s.spill, s.seq, err = openSpill(conf.Spill.Dir, conf.Spill.Octets, conf.Queue.Newest); err != nil {
			return nil, fmt.Errorf("sink %s: spill: %w", conf.Name, err)
		}
		s.count.event(Recovered, s.spill.logs[0].unread()+s.spill.logs[1].unread())
		s.noteSpill()
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	go s.run()
	if s.spill != nil {
		go s.runSpill()
	} else {
		close(s.spilled)
	}
	return s, nil
}

// Name is the sink's name in the configuration.
func (s *Sink) Name() string { return s.conf.Name }

// Wants reports whether the sink's filter lets an event through.
func (s *Sink) Wants(t Type) bool { return s.conf.Events&(1<<t) != 0 }

// wants looks at the severity too.
func (s *Sink) wants(m *Meta) bool {
	return s.Wants(m.Type) && (m.Type != Finding || m.Severity >= s.conf.MinSeverity)
}

// Enqueue takes an event: a line with its line feed, of which it keeps a copy. It
// never waits for the receiver or a disk. What the filter refuses is not counted.
func (s *Sink) Enqueue(m Meta, line []byte) {
	if !s.wants(&m) {
		return
	}
	s.mu.Lock()
	if s.closing {
		s.mu.Unlock()
		s.count.drop(DropClosed, 1)
		return
	}
	s.count.event(Accepted, 1)
	if !s.queue.fits(line) {
		s.mu.Unlock()
		s.count.drop(DropTooBig, 1)
		return
	}
	s.seq++
	dropped := s.queue.push(record{Meta: m, seq: s.seq, line: line})
	high := s.spill != nil && s.queue.high()
	s.mu.Unlock()
	s.count.drop(DropQueueFull, dropped)
	signal(s.wake)
	if high {
		signal(s.pressure)
	}
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// run is the sender.
func (s *Sink) run() {
	defer close(s.sent)
	fails := 0
	draining := s.draining // nil once a pause was cut short by it
	for s.ctx.Err() == nil {
		batch, err := s.take()
		if err != nil {
			s.complain(&fails, &fault{reason: ReasonSpill, err: err})
			s.pause(s.delay(fails, 0), nil)
			continue
		}
		if len(batch) == 0 {
			select {
			case <-s.wake:
				continue
			case <-s.ctx.Done():
				return
			case <-s.draining:
			}
			if batch, err = s.take(); len(batch) == 0 && err == nil {
				return // nothing comes any more
			}
			continue
		}
		n, err := s.transport.send(s.ctx, batch)
		f := asFault(err)
		if f == nil {
			s.settle(n, 0)
			if fails > 0 {
				s.log.Info("sink delivers again", "failures", fails)
				fails = 0
			}
			continue
		}
		s.settle(n, f.rejected)
		if s.ctx.Err() != nil {
			return
		}
		s.complain(&fails, f)
		if f.rejected > 0 {
			fails = 0
			continue
		}
		if f.retryAfter > 0 {
			s.pause(s.delay(fails, f.retryAfter), nil)
		} else if s.pause(s.delay(fails, 0), draining) {
			draining = nil
		}
	}
}

func asFault(err error) *fault {
	if err == nil {
		return nil
	}
	var f *fault
	if errors.As(err, &f) {
		return f
	}
	return &fault{err: err}
}

// complain counts a failure and logs it: the first, and each that doubles their
// number.
func (s *Sink) complain(fails *int, f *fault) {
	*fails++
	s.count.failed(f.reason)
	if *fails&(*fails-1) == 0 {
		s.log.Warn("sink cannot deliver", "reason", f.reason.String(), "failures", *fails, "error", f.err)
	}
}

// delay is how long to wait after a failure: it doubles from RetryMin to RetryMax,
// and half of it is random, so that receivers that come back are not met by all at
// once. What the receiver asked for is kept, and never undercut.
func (s *Sink) delay(fails int, asked time.Duration) time.Duration {
	d := s.conf.RetryMin << min(max(fails-1, 0), 20)
	if d > s.conf.RetryMax || d <= 0 {
		d = s.conf.RetryMax
	}
	d = d/2 + rand.N(d/2+1)
	return max(d, asked)
}

// pause waits, until draining is closed at most: who is told to end tries once
// more at once.
func (s *Sink) pause(d time.Duration, draining <-chan struct{}) (cut bool) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-draining:
		return true
	case <-s.ctx.Done():
	}
	return false
}

// take gives what is to be sent: the rest of the last batch, else the oldest of
// the spill, else of memory.
func (s *Sink) take() ([]record, error) {
	if len(s.inflight) > 0 {
		return s.inflight, nil
	}
	s.disk.Lock()
	defer s.disk.Unlock()
	if s.spill != nil && !s.spill.empty() {
		batch, err := s.spill.read(s.inflight[:0], s.conf.batchEvents(), s.conf.batchOctets())
		s.noteSpill()
		if len(batch) > 0 || err != nil {
			s.mu.Lock()
			s.inflight, s.onDisk = batch, true
			s.mu.Unlock()
			return batch, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inflight, s.onDisk = s.queue.pop(s.inflight[:0], s.conf.batchEvents(), s.conf.batchOctets(), 0), false
	return s.inflight, nil
}

// settle is done with n records that were delivered and the next that were
// rejected.
func (s *Sink) settle(n, rejected int) {
	if n+rejected == 0 {
		return
	}
	s.disk.Lock()
	defer s.disk.Unlock()
	s.mu.Lock()
	left := s.left
	s.mu.Unlock()
	if left {
		return
	}
	if n > 0 {
		s.count.event(Written, n)
		s.count.lastSuccess.Store(time.Now().UnixNano())
	}
	s.count.drop(DropRejected, rejected)
	done := s.inflight[:n+rejected]
	if s.onDisk {
		if err := s.spill.ack(done); err != nil {
			s.count.failed(ReasonSpill)
		}
		s.noteSpill()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.onDisk {
		for i := range done {
			s.queue.recycle(done[i].line)
		}
	}
	rest := copy(s.inflight, s.inflight[len(done):])
	clear(s.inflight[rest:])
	s.inflight = s.inflight[:rest]
}

// noteSpill counts what the spill had to step over, and notes its size for those
// who must not wait for a disk.
func (s *Sink) noteSpill() {
	s.count.drop(DropCorrupt, s.spill.corrupt())
	s.onDiskOctets.Store(s.spill.octets())
}

// high reports that memory gets short: three quarters are in use.
func (q *queue) high() bool { return q.n > q.maxN/4*3 || q.octets > q.maxOctets/4*3 }

// low reports that enough was spilled: less than a half is in use.
func (q *queue) low() bool { return q.n <= q.maxN/2 && q.octets <= q.maxOctets/2 }

// spillRetry is the pause after the spill could not be written.
const spillRetry = time.Second

// runSpill moves the oldest of memory to disk while memory is short.
func (s *Sink) runSpill() {
	defer close(s.spilled)
	for {
		select {
		case <-s.pressure:
		case <-s.draining:
			return
		}
		s.mu.Lock()
		more := s.queue.high()
		s.mu.Unlock()
		for more {
			var err error
			if more, err = s.spillSome(); err == nil {
				continue
			}
			if !errors.Is(err, errSpillFull) {
				s.count.failed(ReasonSpill)
				s.log.Warn("sink cannot spill", "error", err)
			}
			t := time.NewTimer(spillRetry)
			select {
			case <-t.C:
			case <-s.draining:
			}
			t.Stop()
		}
	}
}

// spillSome moves one batch to disk. When the part for ordinary events is full,
// urgent ones still go.
func (s *Sink) spillSome() (more bool, err error) {
	s.disk.Lock()
	defer s.disk.Unlock()
	for _, least := range [...]rank{0, rankHigh} {
		s.mu.Lock()
		if s.queue.low() {
			s.mu.Unlock()
			return false, nil
		}
		batch := s.queue.pop(nil, batchEvents, batchOctets, least)
		s.mu.Unlock()
		if len(batch) == 0 {
			break // err says that there is no room for the others
		}
		var n int
		n, err = s.toDisk(batch)
		s.mu.Lock()
		for i := range batch[:n] {
			s.queue.recycle(batch[i].line)
		}
		s.queue.unpop(batch[n:])
		s.mu.Unlock()
		if !errors.Is(err, errSpillFull) {
			break
		}
	}
	return err == nil, err
}

// toDisk writes records to the spill and counts.
func (s *Sink) toDisk(batch []record) (n int, err error) {
	n, dropped, err := s.spill.write(batch)
	s.count.event(Spilled, n)
	s.count.drop(DropSpillFull, dropped)
	s.noteSpill()
	return n, err
}

// How long Close waits beyond its deadline: for a sender that was told to stop, and
// for the disk of the spill.
const (
	hangGrace  = 250 * time.Millisecond
	spillGrace = 2 * time.Second
)

// Close takes no more events and delivers what is there until ctx ends. The rest
// goes to the spill, where the next run finds it, or is dropped and counted.
func (s *Sink) Close(ctx context.Context) error {
	s.closed.Do(func() { s.closeErr = s.shut(ctx) })
	return s.closeErr
}

func (s *Sink) shut(ctx context.Context) error {
	s.mu.Lock()
	s.closing = true
	s.mu.Unlock()
	close(s.draining)
	select {
	case <-s.sent:
	case <-ctx.Done():
	}
	s.cancel()
	gone := s.await(hangGrace)
	if !gone {
		s.transport.abort()
		gone = s.await(hangGrace)
	}
	done := make(chan error, 1)
	go func() { done <- s.finish(gone) }()
	t := time.NewTimer(spillGrace)
	defer t.Stop()
	select {
	case err := <-done:
		return err
	case <-t.C:
		return fmt.Errorf("sink %s: the disk of the spill does not answer", s.conf.Name)
	}
}

// finish puts away what was not delivered. gone: the sender has ended.
func (s *Sink) finish(gone bool) error {
	<-s.spilled
	s.disk.Lock()
	defer s.disk.Unlock()
	s.mu.Lock()
	s.left = true
	rest := s.queue.pop(nil, s.queue.n, s.queue.maxOctets*2, 0)
	var first []record
	if !s.onDisk { // what came from there is still there
		first = append(first, s.inflight...)
	}
	s.mu.Unlock()
	var err error
	lost := 0
	if s.spill == nil {
		lost = len(first) + len(rest)
	} else {
		lost, err = s.keep(first, rest)
		s.spill.close()
	}
	s.count.drop(DropShutdown, lost)
	if lost > 0 {
		s.log.Warn("sink dropped events at the end", "events", lost)
		err = errors.Join(err, fmt.Errorf("sink %s: %d events were not delivered", s.conf.Name, lost))
	}
	if gone { // else the sender still holds the transport
		err = errors.Join(err, s.transport.close())
	}
	return err
}

func (s *Sink) await(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-s.sent:
		return true
	case <-t.C:
		return false
	}
}

// keep spills what was not delivered: first, before what the spill holds, and
// rest behind it. What finds no room is lost, urgent events last.
func (s *Sink) keep(first, rest []record) (lost int, err error) {
	if len(first) > 0 {
		if err = s.spill.prepend(first); err != nil {
			s.count.failed(ReasonSpill)
			lost = len(first)
		} else {
			s.count.event(Spilled, len(first))
		}
	}
	var parts [2][]record
	for _, r := range rest {
		i := 0
		if r.urgent() {
			i = 1
		}
		parts[i] = append(parts[i], r)
	}
	for _, part := range parts {
		n, e := s.toDisk(part)
		lost += len(part) - n
		if e != nil && !errors.Is(e, errSpillFull) {
			s.count.failed(ReasonSpill)
			err = errors.Join(err, e)
		}
	}
	return lost, err
}

// Reopen lets go of files and connections: to be called on SIGUSR1.
func (s *Sink) Reopen() { s.transport.reopen() }

// Snapshot is the state of the sink now.
func (s *Sink) Snapshot() Snapshot {
	x := Snapshot{Name: s.conf.Name}
	s.count.snapshot(&x)
	s.mu.Lock()
	x.QueueEvents, x.QueueOctets = s.queue.n, s.queue.octets
	if !s.left && !s.onDisk {
		x.QueueEvents += len(s.inflight)
		for i := range s.inflight {
			x.QueueOctets += int64(len(s.inflight[i].line))
		}
	}
	s.mu.Unlock()
	x.SpilledBytes = s.onDiskOctets.Load()
	return x
}
