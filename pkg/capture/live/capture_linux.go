package live

import (
	"io"
	"sync"
	"sync/atomic"
	"time"

	"sigtransit/pkg/capture"
)

// Capture is an open live capture of some interfaces.
type Capture struct {
	reader  *reader
	fill    func(frames []capture.Frame, from []*block) (int, error) // the reader's
	conf    Config
	sources []*Source
	closing chan struct{}
	once    sync.Once
	done    chan struct{} // closed when the goroutine that spreads has ended
}

// Open captures from interfaces. All of them must be there; they may be down. Its
// errors are *Error.
func Open(c Config) (*Capture, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	k := &Capture{conf: c, closing: make(chan struct{}), done: make(chan struct{})}
	if k.reader, err = newReader(&k.conf); err != nil {
		return nil, err
	}
	for _, name := range c.Interfaces {
		p := &port{conf: &k.conf, name: name}
		if err := p.open(); err != nil {
			k.reader.stop()
			return nil, err
		}
		k.reader.ports = append(k.reader.ports, p)
	}
	k.fill = k.reader.fill
	k.begin()
	return k, nil
}

// begin makes the sources, and spreads what fill gives where there are several.
func (k *Capture) begin() {
	for range k.conf.Workers {
		s := &Source{capture: k}
		if k.conf.Workers > 1 {
			s.full, s.free = make(chan *batch, batchesAhead), make(chan *batch, batchesAhead+2)
			s.idle = time.NewTimer(k.conf.Idle)
		}
		k.sources = append(k.sources, s)
	}
	if k.conf.Workers > 1 {
		go k.spread()
	} else {
		close(k.done)
	}
}

// Sources are as many as there are workers; each is for one goroutine.
func (k *Capture) Sources() []*Source { return k.sources }

// Stats are the counters of the interfaces, in the order of Config.Interfaces.
func (k *Capture) Stats() []Stats {
	all := make([]Stats, len(k.reader.ports))
	for i, p := range k.reader.ports {
		all[i] = p.snapshot()
	}
	return all
}

// Drain ends the capture without a loss: no frame comes into the rings any more, and
// Sources give io.EOF when they have handed out those that are there. It does not
// wait for that, and is not called after Close, which must follow.
func (k *Capture) Drain() { k.reader.drain() }

// Close ends the capture, promiscuous mode with it. A Read that waits returns io.EOF
// at once, others when they have handed out what waits for them. Frames that still
// stood in the rings count as received and not as handed out.
func (k *Capture) Close() error {
	k.once.Do(func() { close(k.closing) })
	k.reader.stop()
	<-k.done
	return nil
}

// Source is one worker's share of a capture; a capture.Source.
type Source struct {
	capture *Capture
	frames  uint64

	// With several workers:
	full, free chan *batch
	assigned   atomic.Uint64 // number of the last frame that is for this worker
	now        *batch
	sum        byte // what fetch read, so that it is read
	at         int  // the next frame of now
	idle       *time.Timer

	own []capture.Frame // lent by the only worker
}

var _ capture.Lender = (*Source)(nil)

// Read implements capture.Source. Where there is no traffic it returns 0 and no error
// after Config.Idle. It allocates nothing.
func (s *Source) Read(frames []capture.Frame) (n int, err error) {
	if s.full != nil {
		if err := s.receive(); s.now == nil {
			return 0, err
		}
		n = copy(frames, s.now.frames[s.at:])
		s.at += n
		return n, nil
	}
	n, err = s.capture.fill(frames, nil)
	for i := range frames[:n] {
		s.frames++
		frames[i].Number = s.frames
	}
	return n, err
}

// Lend implements capture.Lender.
func (s *Source) Lend() (frames []capture.Frame, err error) {
	if s.full == nil {
		if s.own == nil {
			s.own = make([]capture.Frame, batchFrames)
		}
		n, err := s.Read(s.own)
		return s.own[:n], err
	}
	if err := s.receive(); s.now == nil {
		return nil, err
	}
	frames, s.at = s.now.frames[s.at:], len(s.now.frames)
	s.fetch(frames)
	return frames, nil
}

// fetch reads an octet of each line of the frames, side by side: they were written on
// other cores, and every one of them is about to be read, its checksum at least.
func (s *Source) fetch(frames []capture.Frame) {
	sum := byte(0)
	for i := range frames {
		b := frames[i].Data
		for j := 0; j < len(b); j += line {
			sum += b[j]
		}
	}
	s.sum += sum
}

// Assigned is the number of the last frame that is for the worker of the source; each
// worker knows it before it reads a later frame. Of a single worker nobody asks it.
func (s *Source) Assigned() uint64 { return s.assigned.Load() }

// Close ends the whole capture: see Capture.Close.
func (s *Source) Close() error { return s.capture.Close() }

const (
	// batchFrames is how many frames are handed to a worker at a time.
	batchFrames = 256
	// batchesAhead is how many batches may wait for a worker.
	batchesAhead = 32
	// spreadFrames is how many frames are spread at a time.
	spreadFrames = 1024
	// surveyFrames is how many are looked at before the first is spread.
	surveyFrames = 8 * spreadFrames
	// flushEvery is after how many of these a batch is handed over that has not
	// filled: it holds blocks of the ring.
	flushEvery = 8
)

// batch is what is handed to a worker: frames, and the blocks they stand in.
type batch struct {
	frames []capture.Frame
	blocks []*block
}

// receive makes s.now a batch with frames left; nil: there is none, for ever where it
// returns io.EOF.
func (s *Source) receive() error {
	if b := s.now; b != nil && s.at == len(b.frames) {
		s.now = nil
		b.clear()
		select {
		case s.free <- b:
		default:
		}
	}
	if s.now != nil {
		return nil
	}
	s.at = 0
	select {
	case s.now = <-s.full:
	default:
		s.idle.Reset(s.capture.conf.Idle)
		select {
		case s.now = <-s.full:
		case <-s.idle.C:
			return nil
		}
	}
	if s.now == nil {
		return io.EOF
	}
	return nil
}

// clear gives the blocks back.
func (b *batch) clear() {
	for i, x := range b.blocks {
		x.release()
		b.blocks[i] = nil
	}
	b.frames, b.blocks = b.frames[:0], b.blocks[:0]
}

// spread reads the rings and hands frames to the workers they are for.
func (k *Capture) spread() {
	defer close(k.done)
	by := newSpread(len(k.sources))
	frames, from := make([]capture.Frame, surveyFrames), make([]*block, surveyFrames)
	open := make([]*batch, len(k.sources))
	number, last := uint64(0), make([]uint64, len(k.sources))
	hand := func(w int) {
		b := open[w]
		if b == nil {
			return
		}
		open[w] = nil
		for i, n := range last { // all that came before its frames
			k.sources[i].assigned.Store(n)
		}
		select {
		case k.sources[w].full <- b:
			return
		default:
		}
		select {
		case k.sources[w].full <- b: // waits for a slow worker: the ring is the buffer
		case <-k.closing:
			b.clear()
		}
	}
	for round := 0; ; round++ {
		n, err := k.fill(frames, from)
		first := n > 0 && len(frames) == surveyFrames
		if first {
			by.survey(frames[:n])
		}
		by.fetch(frames[:n])
		for i := range n {
			w := by.worker(&frames[i])
			number++
			frames[i].Number, last[w] = number, number
			b := open[w]
			if b == nil {
				b = k.sources[w].empty()
				open[w] = b
			}
			b.frames = append(b.frames, frames[i])
			if last := len(b.blocks) - 1; last < 0 || b.blocks[last] != from[i] {
				from[i].refs.Add(1)
				b.blocks = append(b.blocks, from[i])
			}
			if len(b.frames) == batchFrames {
				hand(w)
			}
		}
		if n < len(frames) || round%flushEvery == 0 {
			for w := range open {
				hand(w)
			}
		}
		if first {
			frames, from = frames[:spreadFrames], from[:spreadFrames]
		}
		if err != nil {
			break
		}
	}
	for _, s := range k.sources {
		close(s.full)
	}
}

// empty is a batch to fill.
func (s *Source) empty() *batch {
	select {
	case b := <-s.free:
		return b
	default:
		return &batch{frames: make([]capture.Frame, 0, batchFrames)}
	}
}
