package live

import (
	"encoding/binary"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"sigtransit/pkg/capture"
)

// housekeeping is how often a reader that never waits looks at its interfaces.
const housekeeping = 100 * time.Millisecond

// noticeTime is how exactly a reader that waits for one ring knows when blocks of
// another became full.
const noticeTime = 10 * time.Millisecond

// blindTime is how long a reader sleeps that does not see new frames.
const blindTime = 2 * time.Millisecond

// fillTime is how long a reader sleeps where traffic fills blocks, and manyBlocks are
// enough for what comes meanwhile: at 10 Gbit/s, which fills one of the default size in
// 0.2 ms, five times.
const (
	fillTime   = 5 * time.Millisecond
	manyBlocks = 128
)

// reader merges the frames of all interfaces. One goroutine reads.
type reader struct {
	conf  *Config
	ports []*port
	hold  time.Duration // a ring shows a frame at most so long after it came

	wake   int // eventfd, readable once stopped is set
	polls  []unix.PollFd
	polled []*port // of polls[1:]
	next   time.Time
	used   []*block // handed out to the end by the last fill
	sum    byte     // see block.fetch

	mu       sync.Mutex // held by fill
	draining atomic.Bool
	until    time.Time // when the rings show all that came before they were told to drain
	stopped  atomic.Bool
	closed   bool
}

func newReader(c *Config) (*reader, error) {
	wake, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return nil, &Error{Err: err, Detail: "eventfd"}
	}
	return &reader{conf: c, wake: wake, hold: c.BlockTimeout + 10*time.Millisecond}, nil
}

// fill hands out frames and the blocks they stand in, until there are no more at
// hand. It waits for the first one, but not longer than the idle time. The blocks
// that the fill before has finished are released.
func (r *reader) fill(frames []capture.Frame, from []*block) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.release()
	var deadline time.Time
	// Where blocks fill, the next one is due in a moment: to be woken for each costs more
	// than to sleep for several.
	blind, nap := r.filling(), blindTime
	if blind {
		nap = fillTime
	}
	for ; ; blind = !blind {
		if r.stopped.Load() {
			r.shut()
			return 0, io.EOF
		}
		now := time.Now()
		if r.until.IsZero() && r.draining.Load() {
			r.unbind()
			r.until = now.Add(r.hold + drainMore)
		}
		if now.After(r.next) {
			r.look(now, 0, false)
		}
		n, ready := 0, time.Duration(0)
		if len(r.ports) == 1 {
			n = r.single(frames, from, now)
		} else {
			n, ready = r.merge(frames, from, now)
		}
		if n > 0 || len(frames) == 0 {
			return n, nil
		}
		r.release() // empty blocks
		if !r.until.IsZero() {
			if now.After(r.until) && r.empty() {
				return 0, io.EOF
			}
			time.Sleep(blindTime)
			continue
		}
		if deadline.IsZero() {
			deadline = now.Add(r.conf.Idle)
		}
		left := deadline.Sub(now)
		if left <= 0 {
			return 0, nil
		}
		if ready > 0 {
			left = min(left, ready)
		}
		if blind {
			left, nap = min(left, nap), blindTime
		}
		r.look(now, left, blind)
	}
}

// filling says that the last block of a ring was full, not just old, when the kernel was
// done with it, and that all have room for what comes in fillTime.
func (r *reader) filling() (yes bool) {
	for _, p := range r.ports {
		if p.ring == nil {
			continue
		}
		if len(p.ring.blocks) < manyBlocks {
			return false
		}
		yes = yes || p.ring.filled
	}
	return yes
}

// single hands out the frames of the only interface.
func (r *reader) single(frames []capture.Frame, from []*block, now time.Time) (n int) {
	p := r.ports[0]
	for n < len(frames) && r.current(p, now) != nil {
		b, start := p.block, n
		octets := 0
		for n < len(frames) && b.left > 0 {
			r.sum += b.fetch()
			b.frame(&frames[n])
			octets += frames[n].Length
			n++
		}
		for i := start; from != nil && i < n; i++ {
			from[i] = b
		}
		p.frames.Add(uint64(n - start))
		p.octets.Add(uint64(octets))
		r.finish(p)
	}
	return n
}

// current is the block of a port that is handed out, a new one where it can be.
func (r *reader) current(p *port, now time.Time) *block {
	for p.block == nil && p.ring != nil {
		b := p.ring.take(now)
		if b == nil {
			return nil
		}
		p.block = b
		r.finish(p) // a block that closed by time may be empty
	}
	return p.block
}

// finish lets go of a block that is handed out to its end.
func (r *reader) finish(p *port) {
	if p.block.left <= 0 {
		r.used = append(r.used, p.block)
		p.block = nil
	}
}

// merge hands out frames in the order of their times. A port without a block may still
// have an earlier frame in the block which the kernel fills: unless another block has
// been here so long that it would have shown by now, that is waited for: ready says
// how long.
func (r *reader) merge(frames []capture.Frame, from []*block, now time.Time) (n int, ready time.Duration) {
	for _, p := range r.ports {
		if p.ring != nil {
			p.ring.notice(now)
		}
	}
	for n < len(frames) {
		var first *port
		var at int64
		missing, oldest := false, now
		for _, p := range r.ports {
			b := r.current(p, now)
			if b == nil {
				missing = missing || p.state == StateUp
				continue
			}
			if t := b.time(); first == nil || t < at {
				first, at = p, t
			}
			if b.seen.Before(oldest) {
				oldest = b.seen
			}
		}
		if first == nil {
			return n, 0
		}
		if age := now.Sub(oldest); missing && age < r.hold {
			return n, min(r.hold-age, noticeTime)
		}
		b := first.block
		r.sum += b.fetch()
		b.frame(&frames[n])
		first.frames.Add(1)
		first.octets.Add(uint64(frames[n].Length))
		if from != nil {
			from[n] = b
		}
		n++
		r.finish(first)
	}
	return n, 0
}

// release drops the reader's hold on the blocks it has finished.
func (r *reader) release() {
	for i, b := range r.used {
		b.release()
		r.used[i] = nil
	}
	r.used = r.used[:0]
}

// look waits for a frame, a change of an interface, or Close; at most so long. 0 only
// looks at the interfaces. A ring stays readable while a block of it is in use: after
// a look that brought no frame the next one is blind to that, or we would spin.
func (r *reader) look(now time.Time, wait time.Duration, blind bool) {
	r.next = now.Add(housekeeping)
	r.polls, r.polled = append(r.polls[:0], unix.PollFd{Fd: int32(r.wake), Events: unix.POLLIN}), r.polled[:0]
	for _, p := range r.ports {
		p.look(now)
		if p.ring != nil {
			events := int16(unix.POLLIN)
			if p.block != nil || blind {
				events = 0
			}
			r.polls, r.polled = append(r.polls, unix.PollFd{Fd: int32(p.ring.fd), Events: events}), append(r.polled, p)
		}
	}
	ms := 0
	if wait > 0 {
		ms = int((wait + time.Millisecond - 1) / time.Millisecond)
	}
	if n, err := unix.Poll(r.polls, ms); err != nil || n == 0 {
		return // EINTR too: the caller asks again
	}
	for i, p := range r.polled {
		if r.polls[i+1].Revents&unix.POLLERR != 0 {
			p.failed()
		}
	}
}

// noProtocol is an EtherType that no frame has (RFC 1701, reserved).
const noProtocol = 0xFFFF

// drainMore is added to the time after which a block that does not fill is shown.
const drainMore = 10 * time.Millisecond

// unbind has the kernel put no more frames into the rings.
func (r *reader) unbind() {
	for _, p := range r.ports {
		if p.ring != nil { // one whose interface is gone gets none anyway
			_ = unix.Bind(p.ring.fd, &unix.SockaddrLinklayer{Protocol: htons(noProtocol), Ifindex: p.ring.index})
		}
	}
}

// empty says that nothing waits in the rings.
func (r *reader) empty() bool {
	for _, p := range r.ports {
		if p.block != nil || p.ring != nil && p.ring.ready() {
			return false
		}
	}
	return true
}

// drain lets fill hand out what the rings hold, and then end.
func (r *reader) drain() {
	if !r.stopped.Load() && !r.draining.Swap(true) {
		r.rouse()
	}
}

// rouse ends the wait of a fill.
func (r *reader) rouse() {
	var one [8]byte
	binary.NativeEndian.PutUint64(one[:], 1)
	_, _ = unix.Write(r.wake, one[:])
}

// stop ends a fill under way and all later ones.
func (r *reader) stop() {
	if r.stopped.Swap(true) {
		return
	}
	r.rouse()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range r.ports {
		p.drop()
	}
	_ = unix.Close(r.wake)
}

// shut lets go of what a stopped reader holds.
func (r *reader) shut() {
	if r.closed {
		return
	}
	r.closed = true
	for _, p := range r.ports {
		if p.block != nil {
			p.block.release()
			p.block = nil
		}
	}
}
