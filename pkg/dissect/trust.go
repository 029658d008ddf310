package dissect

import (
	"encoding/binary"
	"math"
	"net/netip"
	"time"

	"sigtransit/decoders/sctp"
	"sigtransit/pkg/capture"
	"sigtransit/pkg/signaling"
	"sigtransit/pkg/trust"
)

// Steps of the capture time that a frame may take against the one before. Several
// interfaces in one file are out of order by less. A jump ahead is a pause of the
// capture, unless the clock is known to be wrong: clockStep.
const (
	stepBack  = int64(time.Second)
	stepAhead = int64(time.Hour)
	// noClock is the time of the frame before the first one: no step from it is small.
	noClock = math.MinInt64 / 2
	// Before this time of 1970 no clock was set: it began with the capturing host.
	clockUnset = 24 * int64(time.Hour)
)

// A direction that was never seen is held to be missing from the mirror, rather than
// late or silent, when so much of it was acknowledged over so long.
const (
	oneWayChunks = 10
	oneWayOctets = 500
	oneWayTime   = int64(10 * time.Second)
)

// watch is what judging the capture needs beside the counters.
type watch struct {
	clock   int64 // capture time of the frame before
	peak    int64 // that it had when it was set back last
	idle    int64 // that Idle told last
	due     int64 // of the next check
	frames  uint64
	data    uint8 // 1: the frame carries something
	copy    uint8 // 1: it is the second copy of another
	copies  copies
	monitor trust.Monitor
	oneWay  uint64 // flows that are one-way now
	told    uint64 // flows that carry signaling now
	step    int64  // of the last clock step
}

// copies remembers the last packets with data, to recognise what a mirror of two
// ports, or of two VLANs, shows twice. It holds one packet a slot: on a port so busy
// that the first copy is forgotten the second one is still recognised by its numbers,
// and only counted as sent again.
type copies [4096]struct{ hash, at uint32 }

// copyWindow is how long after a packet its copy may come, in units of 1.024 µs.
// Retransmissions take longer, or were asked for.
const copyWindow = 50_000_000 >> 10

// meet notes a packet, named by two words that differ between packets, and is 1 if it
// was met shortly before.
func (t *copies) meet(now int64, a, b uint32) uint8 {
	h := uint64(a)<<32 | uint64(b)
	h = (h ^ h>>31) * 0x9e3779b97f4a7c15
	s, hash, at := &t[h>>52], uint32(h>>20), uint32(now>>10)
	d := int32(at - s.at)
	same := s.hash == hash && d <= copyWindow && d >= -copyWindow
	s.hash, s.at = hash, at
	if same {
		return 1
	}
	return 0
}

// sack hands what one end acknowledges to the direction of the other.
func (d *Dissector) sack(h *half, c *sctp.Chunk) {
	o := &h.flow.half[1-h.from].sctp
	v := c.Value
	if len(v) < 12 {
		return
	}
	cum := binary.BigEndian.Uint32(v)
	if binary.BigEndian.Uint32(v[8:]) == 0 { // neither gap blocks nor duplicates
		o.Acked(d.frame.Time, cum, nil, &d.sctpC)
		return
	}
	var s sctp.Sack
	if s.Decode(c) == sctp.ErrTruncated && !c.Truncated && !d.pkt.Truncated {
		d.problem(LayerSCTP, Truncated)
	}
	o.Acked(d.frame.Time, cum, &s, &d.sctpC)
}

// clockStep takes a frame whose time is not a little after that of the frame before.
//
// Back is always a step. Ahead is one where the clock was set back before, and where
// Idle would have told of a silence. In a file it is a pause else: captures are made by
// the day and merged, and a clock that was wrong for once goes back later.
func (d *Dissector) clockStep(f *capture.Frame) {
	w, before := &d.trust, d.trust.clock
	w.clock, w.due = f.Time, f.Time+trust.Interval
	switch {
	case f.Time < clockUnset:
		w.clock = noClock // so that each of them comes here
		d.Counters.Untimed++
		return
	case before < clockUnset:
		return
	case f.Time < before:
		w.peak = max(w.peak, before)
	case before >= w.peak && !d.opts.Live, f.Time-max(before, w.idle) <= stepAhead:
		return
	}
	w.step = f.Time - before
	d.Counters.ClockSteps++
}

// cutFrame takes a frame that the snap length cut. What was cut within its headers may
// have been signaling.
func (d *Dissector) cutFrame(f *capture.Frame, o Outcome) {
	d.Counters.CutFrames++
	if o == Decoded || o == CutShort {
		d.Counters.CutSignaling++
		d.Counters.SnapLength = max(d.Counters.SnapLength, uint64(len(f.Data)))
	}
}

// signaling says that a flow carries signaling, as far as one can tell.
func (f *flow) signaling() bool {
	switch f.content {
	case contentOther:
		return false
	case contentUnknown:
		return f.told || f.link.Transport == signaling.SCTP && (signalingPort(f.link.Ends[0].Port) || signalingPort(f.link.Ends[1].Port))
	}
	return true
}

func signalingPort(p uint16) bool {
	switch p {
	case portM2UA, portM3UA, portM2PA, portDiameter, portDiameterTLS, portSUA:
		return true
	}
	return false
}

// losses is what the capture lacks of flows, and what the network lost of them.
type losses struct {
	missing, tap, unseen, messages uint64
	network, needless, abandoned   uint64
	doubled                        uint64
	octets, tapOctets              uint64
}

func (l *losses) add(f *flow) {
	if !f.signaling() {
		return
	}
	for i := range f.half {
		s, t := &f.half[i].sctp, &f.half[i].tcp
		l.missing += s.Missing
		l.tap += s.Tap
		l.unseen += s.AbandonedUnseen
		l.messages += s.Messages
		l.network += s.Network
		l.needless += s.Needless
		l.doubled += s.Doubled
		l.abandoned += s.Abandoned
		l.octets += t.Lost
		l.tapOctets += t.Tap
	}
}

// finish judges what a flow waits for: nothing more comes.
func (f *flow) finish() {
	for i := range f.half {
		f.half[i].sctp.Finish()
		f.half[i].tcp.Finish()
	}
}

// collect judges what a flow waits for and takes its losses over: it is over.
func (t *flows) collect(f *flow) {
	f.finish()
	t.gone.add(f)
	for i := range f.half {
		f.half[i].sctp.Take()
		f.half[i].tcp.Lost, f.half[i].tcp.Tap = 0, 0
	}
}

// refresh brings the counters of losses up to date.
func (d *Dissector) refresh() {
	l := d.flows.gone
	for _, f := range d.flows.all {
		l.add(f)
	}
	c := &d.Counters
	c.SCTPMissing, c.SCTPTapLost, c.SCTPUnseen, c.SCTPMessages = l.missing, l.tap, l.unseen, l.messages
	c.SCTPNetworkLost, c.SCTPNeedless, c.SCTPAbandoned = l.network, l.needless, l.abandoned
	c.SCTPDoubled = l.doubled
	c.IPDuplicates = d.ip.Counters.Duplicates
	c.TCPLostOctets, c.TCPTapLost = l.octets, l.tapOctets
}

// check looks at all flows and at the counters: what has not come for long is given
// up, and conditions are raised and cleared. It is done every ten seconds of capture
// time, and not before there were frames enough to pay for it.
func (d *Dissector) check() {
	w := &d.trust
	w.due = d.frame.Time + trust.Interval
	if d.Counters.Frames-w.frames < uint64(len(d.flows.all)/8) {
		return
	}
	d.judge()
}

// Idle tells a dissector of a live capture the capture time while no frames come:
// what it waits for may be given up, and a condition be over.
func (d *Dissector) Idle(now int64) {
	if d.frame == nil || now < d.trust.due {
		return
	}
	d.frame = &capture.Frame{Time: now, Number: d.frame.Number}
	d.trust.due, d.trust.idle = now+trust.Interval, now
	d.judge()
}

// judge is check without the question whether it is time.
func (d *Dissector) judge() {
	w := &d.trust
	w.frames = d.Counters.Frames
	for _, f := range d.flows.all {
		for i := range f.half {
			f.half[i].sctp.Settle(d.frame.Time)
			f.half[i].tcp.Settle()
		}
	}
	d.lookOneWay(oneWayTime)
	d.refresh()
	t := d.totals()
	t[trust.OneWay] = trust.Sample{Bad: w.oneWay, Of: w.told}
	w.monitor.Check(&t, func(c trust.Condition, raised bool) {
		state := signaling.WarningCleared
		if raised {
			state = signaling.WarningRaised
		}
		d.condition(c, t[c], state)
	})
}

// lookOneWay finds the flows of which one direction is not in the capture.
func (d *Dissector) lookOneWay(after int64) {
	w := &d.trust
	w.oneWay, w.told = 0, 0
	for _, f := range d.flows.all {
		if !f.signaling() || f.link.Transport == signaling.TransportNone {
			continue
		}
		w.told++
		silent := f.silent()
		if silent == nil {
			f.oneWay = false
			continue
		}
		if !f.oneWay && d.frame.Time-f.since >= after {
			f.oneWay = true
			d.Counters.OneWayFlows++
		}
		if f.oneWay {
			w.oneWay++
		}
	}
}

// silent is the direction of a flow that was acknowledged and never seen; nil if none
// is.
func (f *flow) silent() *half {
	for i := range f.half {
		if h := &f.half[i]; !h.seen && (h.sctp.Acknowledged() >= oneWayChunks || h.tcp.Acknowledged() >= oneWayOctets) {
			return h
		}
	}
	return nil
}

// totals is what speaks against the capture so far.
func (d *Dissector) totals() (t trust.Totals) {
	c := &d.Counters
	t[trust.MissingChunks] = trust.Sample{Bad: c.SCTPMissing - c.SCTPUnseen, Of: c.SCTPChunks + c.SCTPMissing - c.SCTPUnseen}
	t[trust.MissingOctets] = trust.Sample{Bad: c.TCPLostOctets, Of: c.TCPOctets + c.TCPLostOctets}
	t[trust.NetworkLoss] = trust.Sample{Bad: c.SCTPNetworkLost + c.SCTPAbandoned, Of: c.SCTPChunks}
	t[trust.OneWay] = trust.Sample{Bad: c.OneWayFlows, Of: max(d.flows.told, c.OneWayFlows)}
	t[trust.MirroredTwice] = trust.Sample{Bad: c.Copies, Of: c.DataFrames}
	t[trust.CutFrames] = trust.Sample{Bad: c.CutSignaling, Of: c.Outcomes[Decoded] + c.Outcomes[CutShort]}
	t[trust.ClockSteps] = trust.Sample{Bad: c.ClockSteps, Of: c.Frames}
	t[trust.NoTimestamps] = trust.Sample{Bad: c.Untimed, Of: c.Frames}
	n, _ := d.undecoded()
	t[trust.Undecoded] = trust.Sample{Bad: n, Of: c.Outcomes[Decoded] + n}
	n, _ = d.evictedFull()
	t[trust.StateFull] = trust.Sample{Bad: n, Of: c.Frames}
	return t
}

// undecoded counts what could not be decoded, and names the most frequent reason. A
// code that nobody defines is decoded, and connections of SCCP are not asked for; what
// lacks a piece is counted where the piece was lost.
func (d *Dissector) undecoded() (n uint64, most string) {
	top := uint64(0)
	add := func(k uint64, name func() string) {
		n += k
		if k > top {
			top, most = k, name()
		}
	}
	for l := range NumLayers {
		for _, p := range [...]Problem{Truncated, Malformed, Unsupported, TooLong} {
			add(d.Counters.Problems[l][p], func() string { return l.String() + " (" + p.String() + ")" })
		}
	}
	for _, o := range [...]Outcome{UnknownLinkType, BadHeaders, Panicked} {
		add(d.Counters.Outcomes[o], func() string { return "frames (" + o.String() + ")" })
	}
	return n, most
}

// evictedFull counts entries given up because a table was full, and names the table.
func (d *Dissector) evictedFull() (n uint64, most string) {
	top := uint64(0)
	d.Evictions(func(table, reason string, k uint64) {
		if reason == "full" {
			n += k
			if k > top {
				top, most = k, table
			}
		}
	})
	return n, most
}

// detail names the link that a condition concerns most, and what else its sentence
// needs.
func (d *Dissector) detail(c trust.Condition) (x trust.Detail, h *half) {
	most := uint64(0)
	for _, f := range d.flows.all {
		if !f.signaling() {
			continue
		}
		for i := range f.half {
			n := uint64(0)
			switch s, t := &f.half[i].sctp, &f.half[i].tcp; c {
			case trust.MissingChunks:
				n = s.Missing - s.AbandonedUnseen
			case trust.MissingOctets:
				n = t.Lost
			case trust.NetworkLoss:
				n = s.Network + s.Abandoned
			case trust.OneWay:
				if f.oneWay && !f.half[i].seen {
					n = max(s.Acknowledged(), t.Acknowledged(), 1)
				}
			}
			if n > most {
				most, h = n, &f.half[i]
			}
		}
	}
	if h != nil {
		x.Link = h.String()
	}
	switch c {
	case trust.MissingChunks:
		x.Extra = d.Counters.SCTPMessages
	case trust.CutFrames:
		x.What = " to " + trust.Count(d.Counters.SnapLength) + " octets"
	case trust.ClockSteps:
		x.What = "jumped ahead by " + time.Duration(d.trust.step).Round(time.Second).String()
		if d.trust.step < 0 {
			x.What = "jumped back by " + time.Duration(-d.trust.step).Round(time.Second).String()
		}
	case trust.Undecoded:
		_, x.What = d.undecoded()
	case trust.StateFull:
		_, x.What = d.evictedFull()
	}
	return x, h
}

// String names a direction: "192.0.2.1:2905 to 198.51.100.2:2905".
func (h *half) String() string {
	name := func(e *signaling.End) string {
		if len(e.Addrs) == 0 {
			return "an unknown end"
		}
		return netip.AddrPortFrom(e.Addrs[0], e.Port).String()
	}
	ends := &h.flow.link.Ends
	return name(&ends[h.from]) + " to " + name(&ends[1-h.from])
}

// condition hands out a warning about a condition.
func (d *Dissector) condition(c trust.Condition, s trust.Sample, state signaling.WarningState) {
	x, h := d.detail(c)
	w := signaling.Warning{
		Time: d.frame.Time, Frame: d.frame.Number, Source: d.source, Type: c.String(), State: state,
		Text: trust.Text(c, s, x), Advice: trust.Advice(c), Count: s.Bad, Of: s.Of,
	}
	if state == signaling.WarningCleared {
		w.Text, w.Advice = trust.Cleared(c), ""
	}
	if h != nil && state != signaling.WarningCleared {
		w.Link, w.From = &h.flow.link, h.from
	}
	d.h.Warning(&w)
}

// conclude judges what is outstanding and hands out what the whole run comes to.
func (d *Dissector) conclude() {
	d.lookOneWay(0)
	for _, f := range d.flows.all {
		f.finish()
	}
	d.refresh()
	t := d.totals()
	for c := range trust.NumConditions {
		if trust.Matters(c, t[c]) {
			d.condition(c, t[c], signaling.WarningTotal)
		}
	}
}

// Trust is what speaks for and against the capture so far.
func (d *Dissector) Trust() trust.Report {
	d.refresh()
	r := trust.Report{Totals: d.totals(), Messages: d.Counters.SCTPMessages, SnapLength: d.Counters.SnapLength}
	for c := range trust.NumConditions {
		r.Active[c] = d.trust.monitor.Active(c)
	}
	return r
}
