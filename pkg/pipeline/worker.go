package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"time"

	"sigtransit/pkg/canary"
	"sigtransit/pkg/capture"
	"sigtransit/pkg/dissect"
	"sigtransit/pkg/exposure"
	"sigtransit/pkg/output"
	"sigtransit/pkg/partners"
	"sigtransit/pkg/roaming"
	"sigtransit/pkg/signaling"
	"sigtransit/pkg/telemetry"
	"sigtransit/rules"
)

// Options says what a worker reads and what it writes besides findings and
// warnings.
type Options struct {
	Dissect  dissect.Options
	Render   output.Renderer // nil: nothing is written, all is counted
	Sink     output.Sink
	Messages bool // every decoded message
	Flows    bool // the life of links
	// Emit takes all events, in the place of the four above; the totals go to whoever
	// asks the Publisher.
	Emit Emitter
	// Canaries are watched for; their messages are counted there and told to nobody
	// else. nil: a message of a canary is like any other.
	Canaries *canary.Watch
	// Ledger takes what is added up over hours and days; nil: nobody does. The worker
	// hands it on, and does not close it.
	Ledger *exposure.Recorder
	// Roaming says who is at the ends of messages; nil: nobody knows.
	Roaming *roaming.Table
	// Watched: somebody may look at the totals while the source waits for more.
	Watched bool
	// Live: the source is a port. It comes back without frames while there are none,
	// and the time goes on.
	Live bool
}

// Emitter takes what a worker finds. It is used by the worker's goroutine alone,
// and must not wait.
type Emitter interface {
	Finding(*rules.Finding)
	Message(*signaling.Message)
	Flow(*signaling.FlowEvent)
	Warning(*signaling.Warning)
}

// Worker owns a dissector, an engine and their counters. It belongs to one
// goroutine; only its Publisher may be read from others.
type Worker struct {
	dissector *dissect.Dissector
	engine    *rules.Engine
	resolver  *roaming.Resolver // nil: the ends are not known
	opts      Options
	stats     output.Stats
	buf       []byte
	onFinding func(*rules.Finding) // w.finding, bound once
	onCanary  func(*rules.Finding) // w.flag, bound once
	flagged   canary.Flag          // of the canary's message at hand
	err       error                // of the sink; ends the run
	ended     []bool               // exceptions that were warned of, by Exception.Index

	cover cover

	held     exposure.Stretches // times of the last source that was no port
	lastTime int64              // capture time of the last frame, to tell whether files continue
	lastCame time.Time          // when it came

	orders orders

	// Publisher carries the totals to those who watch: metrics.
	Publisher telemetry.Publisher
}

// New is a worker that judges by set.
func New(set *rules.Set, opts Options) *Worker {
	w := &Worker{opts: opts}
	w.judgeBy(set)
	w.resolveBy(opts.Roaming)
	if opts.Dissect.Watched == nil {
		opts.Dissect.Watched = func(a netip.Addr) bool { return w.engine.Set().Watched(a) }
	}
	opts.Dissect.Live = opts.Live
	w.dissector = dissect.New(w, opts.Dissect)
	w.onFinding, w.onCanary = w.finding, w.flag
	return w
}

// judgeBy makes an engine of a set.
func (w *Worker) judgeBy(set *rules.Set) {
	w.engine = rules.NewEngine(set)
	w.engine.Aside = rules.Aside{
		Tested: w.stats.AddTested, Excepted: func(_ *rules.Finding, x *rules.Exception) { w.stats.AddExcepted(x) },
		Expired: w.expired, Failed: w.stats.AddConditionError,
	}
	w.ended = make([]bool, len(set.Exceptions))
}

// expired counts a finding that an exception does not cover any more, and warns at the
// first one.
func (w *Worker) expired(f *rules.Finding, x *rules.Exception) {
	w.stats.AddExpired(x)
	if x.Index >= len(w.ended) || w.ended[x.Index] {
		return // a ledger may judge by the rules of before a reload
	}
	w.ended[x.Index] = true
	ticket := ""
	if x.Ticket != "" {
		ticket = ", " + x.Ticket
	}
	m := f.Message
	w.Warning(&signaling.Warning{
		Time: m.Time, Frame: m.Frame, Source: m.Source, Type: "exception-expired",
		Text:   fmt.Sprintf("Exception %s of %s%s ended on %s, and what it accepted goes on: findings are made again.", x.ID, x.Owner, ticket, x.Expires.Format(time.DateOnly)),
		Advice: "Settle it with its owner: end what is found, or write a new date with a new reason.",
	})
}

// resolveBy makes a resolver of a table, and tells the ledger who its partners are.
func (w *Worker) resolveBy(ends *roaming.Table) {
	w.resolver, w.opts.Roaming = roaming.NewResolver(ends), ends
	if w.opts.Ledger == nil {
		return
	}
	w.opts.Ledger.SetPartners(func(n uint32) (exposure.Partner, bool) {
		p := ends.Party(n)
		if p == nil {
			return exposure.Partner{}, false
		}
		x := exposure.Partner{ID: p.ID, Name: p.Name, Country: p.Country}
		if p.Declared != nil {
			x.Declared = p.Declared.Carriers
			if x.Declared == nil {
				x.Declared = []partners.Declaration{} // it is listed, and declares nothing
			}
		}
		return x, true
	})
}

// Engine is the worker's engine: whoever takes events may ask it about the message
// that it is being handed.
func (w *Worker) Engine() *rules.Engine { return w.engine }

// batchFrames is how many frames are asked of a source at a time.
const batchFrames = 256

// Bounds on the step in time between two captures of one run that still lets the
// second continue the first, as the files of a ring buffer do.
const (
	continueBack  = int64(2 * time.Second)
	continueAhead = int64(30 * time.Second)
)

// Run reads a source to its end. It returns the error of the source or the sink;
// a context that ends is no error. each is called between batches.
func (w *Worker) Run(ctx context.Context, name string, src capture.Source, each func()) error {
	w.dissector.SetSource(name)
	read := reading(src)
	first := true
	w.held = w.held[:0]
	w.orders.tick()
	for ctx.Err() == nil {
		frames, err := read()
		n := len(frames)
		if n > 0 && first {
			first = false
			if step := frames[0].Time - w.lastTime; w.lastTime != 0 && (step < -continueBack || step > continueAhead) {
				w.tellLinks()
				w.dissector.Forget()
			}
		}
		if !w.opts.Live {
			w.hold(frames)
		}
		if w.opts.Ledger == nil {
			w.dissector.FeedBatch(frames)
		} else {
			w.feedByHour(name, frames)
		}
		if n > 0 {
			w.lastTime = frames[n-1].Time
			w.lastCame = w.orders.now
		} else if w.opts.Live && w.lastTime != 0 {
			// The clock of the capture may be another one than ours.
			w.dissector.Idle(w.lastTime + int64(w.orders.now.Sub(w.lastCame)))
		}
		// After a short batch the next Read may wait, and nobody answers meanwhile.
		if w.Publisher.Wanted() || (w.opts.Watched && n < batchFrames) {
			w.fill()
			w.Publisher.Publish(&w.stats)
		}
		w.orders.obey()
		if each != nil {
			each()
		}
		switch {
		case w.err != nil:
			return w.err
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
	return nil
}

// reading gives the next frames of a source.
func reading(src capture.Source) func() ([]capture.Frame, error) {
	if l, ok := src.(capture.Lender); ok {
		return l.Lend
	}
	frames := make([]capture.Frame, batchFrames)
	return func() ([]capture.Frame, error) {
		n, err := src.Read(frames)
		return frames[:n], err
	}
}

// Warn hands a warning of the source on as if the dissector had made it.
func (w *Worker) Warn(x signaling.Warning) { w.Warning(&x) }

// Finish ends the run: the warnings of the whole capture and the totals are
// written. elapsed is the time the run took.
func (w *Worker) Finish(elapsed time.Duration) (*output.Stats, error) {
	w.orders.end()
	w.tellLinks()
	w.dissector.Close()
	w.fill()
	w.FlushLedger()
	w.stats.Elapsed = elapsed
	w.Publisher.Finish(&w.stats)
	if w.opts.Render != nil {
		w.write(w.opts.Render.AppendStats(w.buf[:0], &w.stats))
	}
	return &w.stats, w.err
}

// Frames is the number of frames read so far. It is for whoever runs the worker.
func (w *Worker) Frames() uint64 { return w.dissector.Counters.Frames }

// Held are the times that the last source had frames of, unless it was a port. They hold
// until the next is run.
func (w *Worker) Held() exposure.Stretches { return w.held }

// hold notes the times of frames: of a batch within an hour, of the first and last.
func (w *Worker) hold(frames []capture.Frame) {
	n := len(frames)
	if n == 0 {
		return
	}
	if took := frames[n-1].Time - frames[0].Time; took >= 0 && took < hour {
		w.held.Add(frames[0].Time)
		w.held.Add(frames[n-1].Time)
		return
	}
	for i := range frames {
		w.held.Add(frames[i].Time)
	}
}

// fill copies the dissector's counters into the totals.
func (w *Worker) fill() {
	s, c := &w.stats, &w.dissector.Counters
	s.Trust = w.dissector.Trust()
	s.Frames, s.Bytes, s.First, s.Last = c.Frames, c.Bytes, c.First, c.Last
	s.Decoded, s.NotSignaling = c.Outcomes[dissect.Decoded], c.Outcomes[dissect.NotSignaling]
	s.Undecoded = s.Undecoded[:0]
	for o := dissect.NotSignaling + 1; o < dissect.NumOutcomes; o++ {
		if n := c.Outcomes[o]; n > 0 {
			s.Undecoded = append(s.Undecoded, output.Count{Name: o.String(), N: n})
		}
	}
	s.DecodeErrors = s.DecodeErrors[:0]
	for l := dissect.Layer(0); l < dissect.NumLayers; l++ {
		for p := dissect.Problem(0); p < dissect.NumProblems; p++ {
			if n := c.Problems[l][p]; n > 0 {
				s.DecodeErrors = append(s.DecodeErrors, output.ErrorCount{Protocol: l.String(), Reason: p.String(), N: n})
			}
		}
	}
	s.Counters = s.Counters[:0]
	c.Each(func(name string, n uint64) {
		if n > 0 {
			s.Counters = append(s.Counters, output.Count{Name: name, N: n})
		}
	})
	s.StateEntries = s.StateEntries[:0]
	w.dissector.State(func(table string, n int) {
		s.StateEntries = append(s.StateEntries, output.Count{Name: table, N: uint64(n)})
	})
	s.Evictions = s.Evictions[:0]
	w.dissector.Evictions(func(table, reason string, n uint64) {
		if n > 0 {
			s.Evictions = append(s.Evictions, output.TableCount{Table: table, Reason: reason, N: n})
		}
	})
	s.MissingChunks = c.SCTPMissing
	s.CarrierFlows = s.CarrierFlows[:0]
	w.dissector.Links(func(l *signaling.Link) {
		w.engine.LinkCarriers(l, func(c *rules.Carrier) { s.CountCarrierFlow(c.ID, l.Protection) })
	})
}

// Message, Flow and Warning make a Worker the handler of its dissector.

// Message judges a message and writes what is asked for.
func (w *Worker) Message(m *signaling.Message) {
	if w.resolver != nil {
		w.resolver.Resolve(m)
	}
	w.stats.AddMessage(m)
	if w.opts.Canaries != nil && canary.Marked(m.IMSI) && w.canary(m) {
		return
	}
	w.engine.Evaluate(m, w.onFinding)
	if t := w.engine.Touched(); len(t) != 0 {
		w.stats.AddTouched(m, t)
		w.stats.AddLinks(w.engine.Fresh(), m.Link.Protection)
	}
	if l := w.opts.Ledger; l != nil {
		l.Add(m, w.engine.Verdicts())
		w.links(m.Time, m.Link)
	}
	switch {
	case w.opts.Emit != nil:
		w.opts.Emit.Message(m)
	case w.opts.Messages && w.opts.Render != nil:
		w.write(w.opts.Render.AppendMessage(w.buf[:0], m))
	}
}

// canary judges a message that a canary marked, and reports false for one that only
// looks like it. It is judged as any other, so that what is proven is proven of all;
// what comes of it goes to the watch alone.
func (w *Worker) canary(m *signaling.Message) bool {
	if !canary.Is(m) {
		return false
	}
	w.flagged = canary.Flag{}
	aside := w.engine.Aside
	w.engine.Aside = rules.Aside{}
	w.engine.Evaluate(m, w.onCanary)
	w.engine.Aside = aside
	// The link is no canary: that a carrier is at its end is news for all.
	w.stats.AddLinks(w.engine.Fresh(), m.Link.Protection)
	w.links(m.Time, m.Link)
	w.opts.Canaries.See(m, w.flagged)
	return true
}

func (w *Worker) flag(f *rules.Finding) { w.flagged.Add(f) }

func (w *Worker) finding(f *rules.Finding) {
	w.stats.AddFinding(f)
	if l := w.opts.Ledger; l != nil {
		l.AddFinding(f)
	}
	w.emit(f)
}

func (w *Worker) emit(f *rules.Finding) {
	switch {
	case w.opts.Emit != nil:
		w.opts.Emit.Finding(f)
	case w.opts.Render != nil:
		w.write(w.opts.Render.AppendFinding(w.buf[:0], f))
	}
}

// Flow notes a change in the life of a link.
func (w *Worker) Flow(f *signaling.FlowEvent) {
	w.stats.AddFlow(f)
	switch {
	case w.opts.Emit != nil:
		w.opts.Emit.Flow(f)
	case w.opts.Flows && w.opts.Render != nil:
		w.write(w.opts.Render.AppendFlow(w.buf[:0], f))
	}
	if now := f.Link.Protection; f.Was != now && f.Former == 0 && (f.State == signaling.FlowProtected || f.State == signaling.FlowDowngraded) {
		w.engine.LinkCarriers(f.Link, func(c *rules.Carrier) {
			w.stats.MoveLink(c, f.Was, now)
			if l := w.opts.Ledger; l != nil {
				l.AddLink(f.Time, f.Link, c)
			}
		})
	}
	w.engine.EvaluateFlow(f, w.onFinding)
	w.stats.AddLinks(w.engine.Fresh(), f.Link.Protection)
	w.links(f.Time, f.Link)
}

// Warning writes and counts a warning.
func (w *Worker) Warning(x *signaling.Warning) {
	w.stats.AddWarning(x)
	w.cover.warning(x)
	switch {
	case w.opts.Emit != nil:
		w.opts.Emit.Warning(x)
	case w.opts.Render != nil:
		w.write(w.opts.Render.AppendWarning(w.buf[:0], x))
	}
}

func (w *Worker) write(b []byte) {
	w.buf = b
	if len(b) == 0 || w.err != nil || w.opts.Sink == nil {
		return
	}
	if err := w.opts.Sink.Write(b); err != nil {
		w.err = fmt.Errorf("writing results: %w", err)
	}
}
