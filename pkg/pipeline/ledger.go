package pipeline

import (
	"time"

	"sigtransit/pkg/capture"
	"sigtransit/pkg/dissect"
	"sigtransit/pkg/exposure"
	"sigtransit/pkg/signaling"
	"sigtransit/pkg/trust"
	"sigtransit/rules"
)

// cover is what of the capture the ledger was told of.
type cover struct {
	source string
	hour   int64 // since the epoch, of the last frame
	told   exposure.Counts
	raised [trust.NumConditions]uint64
	ticked time.Time // when the recorder last handed on what it counted
}

const hour = int64(time.Hour)

// ledgerEvery is how often a recorder hands on what it counted.
const ledgerEvery = 400 * time.Millisecond

// feedByHour dissects a batch, hour by hour of the capture, so that frames are counted in
// theirs.
func (w *Worker) feedByHour(source string, frames []capture.Frame) {
	c := &w.cover
	if c.source != source {
		w.tellCover()
		c.source = source
	}
	n := len(frames)
	if n != 0 && (frames[0].Time/hour != c.hour || frames[n-1].Time/hour != c.hour) {
		from := 0
		for i := range frames {
			if h := frames[i].Time / hour; h != c.hour {
				w.dissector.FeedBatch(frames[from:i])
				w.tellCover()
				w.tellLinks()
				if l := w.opts.Ledger; l.Full() && !w.opts.Live {
					l.Flush()
				}
				from, c.hour = i, h
			}
		}
		frames = frames[from:]
	}
	w.dissector.FeedBatch(frames)
	switch l := w.opts.Ledger; {
	case l.Full() && !w.opts.Live:
		w.tellCover()
		l.Flush()
	case w.orders.now.Sub(c.ticked) >= ledgerEvery || l.Full():
		w.tellCover()
		l.Tick()
		c.ticked = w.orders.now
	}
}

// tellCover tells the ledger what was read since the last time, as of the hour at hand.
func (w *Worker) tellCover() {
	c := &w.cover
	if c.source == "" {
		return
	}
	now := w.counted()
	if now == c.told {
		return
	}
	more := now.Sub(&c.told)
	c.told = now
	w.opts.Ledger.Cover(c.source, c.hour*hour, &more)
}

// tellLinks tells the ledger which links of carriers were in use in the hour at hand.
func (w *Worker) tellLinks() {
	if w.opts.Ledger == nil || w.cover.source == "" {
		return
	}
	t := w.cover.hour * hour
	w.dissector.LinksSince(t, func(l *signaling.Link) {
		w.engine.LinkCarriers(l, func(c *rules.Carrier) { w.opts.Ledger.AddLink(t, l, c) })
	})
}

// counted is what was read since the start.
func (w *Worker) counted() exposure.Counts {
	d := &w.dissector.Counters
	now := exposure.Counts{
		Frames: d.Frames, Bytes: d.Bytes, Decoded: d.Outcomes[dissect.Decoded], NotSignaling: d.Outcomes[dissect.NotSignaling],
		Trust: w.dissector.Trust().Totals, Raised: w.cover.raised,
	}
	for o := dissect.NotSignaling + 1; o < dissect.NumOutcomes; o++ {
		now.Undecoded += d.Outcomes[o]
	}
	return now
}

// record makes the worker count for a ledger. What was read before is none of it.
func (w *Worker) record(r *exposure.Recorder) {
	w.opts.Ledger = r
	w.cover.told, w.cover.hour = w.counted(), w.lastTime/hour
	w.resolveBy(w.opts.Roaming)
}

// warning counts the conditions that are raised.
func (c *cover) warning(x *signaling.Warning) {
	if x.State != signaling.WarningRaised {
		return
	}
	for n := range trust.NumConditions {
		if n.String() == x.Type {
			c.raised[n]++
		}
	}
}

// links notes the carriers that the last message or flow told to be at the end of a link.
func (w *Worker) links(t int64, l *signaling.Link) {
	if w.opts.Ledger == nil {
		return
	}
	for _, c := range w.engine.Fresh() {
		w.opts.Ledger.AddLink(t, l, c)
	}
}

// Found takes a finding that somebody else made: a ledger, about a path. It is for
// whoever runs the worker, between runs.
func (w *Worker) Found(f *rules.Finding) {
	if p := f.Path; p != nil {
		switch active := f.Rule.Mode == rules.ModeActive; {
		case p.Excepted != nil:
			if active {
				w.stats.AddExcepted(p.Excepted)
			}
			return
		case !active:
			w.stats.AddTested(f)
			return
		case p.Expired != nil:
			w.expired(f, p.Expired)
		}
	}
	w.stats.AddFinding(f)
	w.emit(f)
}

// Tell is Found for other goroutines: between two batches, which it does not wait for. done
// is called by the worker then; ErrOver: the worker has ended, and it never is.
func (w *Worker) Tell(f *rules.Finding, done func()) error {
	_, err := w.order(func() { w.Found(f); done() })
	return err
}

// FlushLedger hands on all that was counted. It is for whoever runs the worker, between
// runs.
func (w *Worker) FlushLedger() {
	if l := w.opts.Ledger; l != nil {
		w.tellCover()
		l.Flush()
	}
}
