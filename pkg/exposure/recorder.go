package exposure

import (
	"math"
	"slices"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/partners"
	"sigtransit/pkg/signaling"
	"sigtransit/pkg/trust"
	"sigtransit/rules"
)

// Partner is a roaming partner as the ledger knows it.
type Partner struct {
	ID, Name, Country string
	// Declared is what it says of its carriers; empty: that there are none. nil: it is
	// known from numbering data only, and what the ledger knows of before stays.
	Declared []partners.Declaration
}

// Partners tells the partner of a number in signaling.Roaming; ok is false for a number
// it does not know. It is asked by the ledger's goroutine.
type Partners func(n uint32) (p Partner, ok bool)

// Recorder counts the messages of one worker. It belongs to the worker's goroutine; what
// it counted goes to the ledger by Tick, which the worker calls some times a second.
type Recorder struct {
	ledger *Ledger
	key    sipKey
	batch  *batch
	spare  chan *batch

	partners Partners
	from, to int64 // capture time that hour holds for
	hour     uint32

	tallies []tally // what is not yet in the batch, all of the hour
}

// manyTallies is how many are entered into the batch together: so the processor has the
// code for it at hand, and waits for several cells at once.
const manyTallies = 256

// roomTallies are what a message adds at most: two in the totals, and two for each carrier.
const roomTallies = 2 + 2*16

// NewRecorder is a recorder for one worker.
func NewRecorder(l *Ledger) *Recorder {
	r := &Recorder{ledger: l, key: *l.key.Load(), batch: newBatch(), spare: make(chan *batch, 1), tallies: make([]tally, 0, manyTallies+roomTallies)}
	r.spare <- newBatch()
	r.batch.home = r.spare
	return r
}

// SetPartners says who the partners of the messages to come are. Without, or with nil,
// partners are unknown. Subscribers are hashed with the ledger's key of now.
func (r *Recorder) SetPartners(p Partners) {
	r.key = *r.ledger.key.Load()
	r.rotate(forced)
	r.partners, r.batch.partners = p, p
}

const nsPerHour = 3600_000_000_000

// setHour makes r.hour the hour of a capture time, counted from 1 at the epoch.
func (r *Recorder) setHour(t int64) {
	r.settle()
	h := max(t/nsPerHour, 0)
	r.hour = uint32(h) + 1
	r.from, r.to = h*nsPerHour, (h+1)*nsPerHour
	if t < 0 {
		r.from = math.MinInt64
	}
}

// Add counts a message with the carriers on its path. A duplicate (an STP's second
// copy) is no second message: it only tells of carriers that the first did not. Add
// allocates nothing once the tables have grown to what the traffic needs.
func (r *Recorder) Add(m *signaling.Message, v []rules.Verdict) {
	if m.Time < r.from || m.Time >= r.to || r.hour == 0 {
		r.setHour(m.Time)
	}
	r.batch.last = m.Time
	if m.Duplicate {
		r.second(m, v)
		return
	}
	r.ready(v)
	c := r.once(m)
	best, watched := strongest(v)
	d := c
	first := firstOfClass(m)
	if first {
		d.counts |= oneDialogue
	}
	if m.Memory != nil {
		noteSight(m, best, watched, first, r.hour)
	}
	r.count(d, nil, best, watched)
	for i := range v {
		r.over(m, c, &v[i])
	}
}

// once is what a message adds to a cell, but for its dialogue.
func (r *Recorder) once(m *signaling.Message) tally {
	n := oneMessage
	if m.IsReply() {
		if m.BearsSecrets() {
			n |= oneSecret
		}
		if rules.Refused(m) {
			n |= oneRefused
		}
	}
	return tally{keyOf(m), m.Time, r.subscriber(m), n}
}

// over counts a message for a carrier on its path.
func (r *Recorder) over(m *signaling.Message, c tally, v *rules.Verdict) {
	if firstOfCarrier(m, v) {
		c.counts |= oneDialogue
	}
	r.count(c, v.Carrier, v.Evidence, 0)
}

// ready makes room for a message, and has the batch know the carriers on its path.
func (r *Recorder) ready(v []rules.Verdict) {
	if len(r.tallies) >= manyTallies {
		r.settle()
	}
	for i := range v {
		if !r.batch.know(v[i].Carrier) {
			// A reload made new carriers of the same indexes: what was counted before goes
			// to the ledger first.
			r.rotate(forced)
			for i := range v {
				r.batch.know(v[i].Carrier)
			}
			return
		}
	}
}

// second counts what a second copy of a message adds: it came over a carrier of which
// the first copy, on another link, showed nothing, or less.
func (r *Recorder) second(m *signaling.Message, v []rules.Verdict) {
	if len(v) == 0 || m.Memory == nil {
		return
	}
	r.ready(v)
	once := r.once(m)
	best, watched := strongest(v)
	first, moves := firstSight(m, r.hour)
	if moves = moves && first.improved(m, v, best, watched); moves {
		// The message moves to what is known now, in the totals and for each carrier.
		best, watched = stronger(best, first.best), stronger(watched, first.watched)
		r.move(once, first.dialogue, nil, first.row, first.best, best, first.watched, watched)
		moveSight(m, &first, best, watched, r.hour)
	}
	news := ^uint64(0)
	for i := range v {
		c, e := v[i].Carrier, v[i].Evidence
		was, dialogue, ok := passed(m, c)
		if !ok {
			continue
		}
		if news &^= 1 << i; moves {
			r.move(once, dialogue, c, first.row, was, stronger(e, was), 0, 0)
			passesBy(m, c, stronger(e, was))
		}
	}
	for i := range v {
		if news>>i&1 != 0 {
			r.over(m, once, &v[i])
		}
	}
}

// move takes a message back where its first copy was counted and counts it as the second
// tells. Subscribers stay where they were, too: a sketch forgets nobody.
func (r *Recorder) move(c tally, dialogue bool, carrier *rules.Carrier, from sightRow, was, is, wasWatched, isWatched signaling.Evidence) {
	if dialogue {
		c.counts |= oneDialogue
	}
	r.count(c, carrier, is, isWatched)
	c.key, c.counts, c.subscriber = from.key(c.key), c.counts.back(), 0
	r.count(c, carrier, was, wasWatched)
}

// stronger is the better of two evidences for a path: enum order, but for a group, which
// proves a path, over a declaration, which proves none.
func stronger(a, b signaling.Evidence) signaling.Evidence {
	if rank(a) >= rank(b) {
		return a
	}
	return b
}

func rank(e signaling.Evidence) signaling.Evidence {
	switch e {
	case signaling.EvidenceGroup:
		return signaling.EvidenceDeclared
	case signaling.EvidenceDeclared:
		return signaling.EvidenceGroup
	}
	return e
}

// strongest is the strongest evidence of any carrier, and of any watched one.
func strongest(v []rules.Verdict) (best, watched signaling.Evidence) {
	for i := range v {
		best = stronger(best, v[i].Evidence)
		if v[i].Carrier.Watched {
			watched = stronger(watched, v[i].Evidence)
		}
	}
	return best, watched
}

// count tallies for a carrier, which the batch knows; nil: for the totals.
func (r *Recorder) count(c tally, carrier *rules.Carrier, e, watched signaling.Evidence) {
	c.key |= uint64(e)<<shiftEvidence | uint64(watched)<<shiftWatched
	if carrier != nil {
		c.key |= uint64(carrier.Index+1) << shiftCarrier
	}
	r.tallies = append(r.tallies, c)
}

// settle enters the tallies into the batch.
func (r *Recorder) settle() {
	for i := range r.tallies {
		c := &r.tallies[i]
		n, ok := r.batch.cell(c.key, r.hour, c.time)
		if !ok {
			// The batch is full: the ledger takes it, or the partner becomes one of the others.
			key := c.key
			if known := slices.Clone(r.batch.carriers); r.handOver(hasty) {
				r.batch.carriers = known
			} else {
				key = key&^(maxPartner<<shiftPartner) | otherPartner<<shiftPartner
			}
			if n, ok = r.batch.cell(key, r.hour, c.time); !ok {
				r.batch.lost++
				continue
			}
		}
		r.batch.add(n, c)
	}
	r.tallies = r.tallies[:0]
}

// subscriber is what sketches keep of the keyed hash of a message's subscriber; 0: it
// names none. Messages of a dialogue name the same one, so that most need no hash: a
// dialogue that changes it is taken for one that does not once in 65,535 times. One that was
// asked about by MSISDN stays the same where the answer tells its IMSI.
func (r *Recorder) subscriber(m *signaling.Message) uint32 {
	d, kind := m.IMSI, numberIMSI
	if d.Len() == 0 {
		if d, kind = m.MSISDN, numberMSISDN; d.Len() == 0 {
			return 0
		}
	}
	y := m.Memory
	if y == nil {
		return sparseKey(r.key.number(d, kind))
	}
	tag := r.tag(d, kind)
	if y.Named != tag && !(y.Named != 0 && kind == numberIMSI && m.IsReply() && m.MSISDN.Len() != 0 && y.Named == r.tag(m.MSISDN, numberMSISDN)) {
		y.Named, y.Subscriber = tag, sparseKey(r.key.number(d, kind))
	}
	return y.Subscriber
}

// tag tells a number from others of a dialogue.
func (r *Recorder) tag(d telecom.Digits, kind uint64) uint16 {
	return max(uint16((d.Hash()^r.key.k0)>>48)^uint16(kind), 1)
}

// AddFinding counts a finding by rule and severity.
func (r *Recorder) AddFinding(f *rules.Finding) {
	if f.Message.Time < r.from || f.Message.Time >= r.to || r.hour == 0 {
		r.setHour(f.Message.Time)
	}
	b := r.batch
	for i := len(b.findings) - 1; i >= 0; i-- {
		if x := &b.findings[i]; x.rule == f.Rule && x.severity == f.Severity && x.hour == r.hour {
			x.n++
			return
		}
	}
	if !r.lists() {
		r.batch.lost++
		return
	}
	r.batch.findings = append(r.batch.findings, findingCell{f.Rule, f.Severity, r.hour, 1})
}

// AddLink notes that a link of a carrier is there at a time, by the protection it has by
// then: when it turns out to be one, takes on another protection, or was in use in an hour. It
// is one link however often.
func (r *Recorder) AddLink(t int64, l *signaling.Link, c *rules.Carrier) {
	if t < r.from || t >= r.to || r.hour == 0 {
		r.setHour(t)
	}
	if !r.batch.know(c) {
		r.rotate(forced)
		r.batch.know(c)
	}
	if !r.lists() {
		r.batch.lost++
		return
	}
	r.batch.know(c)
	r.batch.links = append(r.batch.links, linkCell{c, r.key.link(l), l.Protection, r.hour})
}

// Counts are frames by what became of them, and what speaks against them.
type Counts struct {
	Frames, Bytes, Decoded, NotSignaling uint64
	// Undecoded are frames that could not be used, Drops those that the port lost, as
	// far as it knows.
	Undecoded, Drops uint64
	Trust            trust.Totals
	Raised           [trust.NumConditions]uint64 // how often a condition was raised
}

// Cover says what of a source was read in the hour of a capture time. Counts are what
// came since the call before.
func (r *Recorder) Cover(source string, t int64, c *Counts) {
	if t < r.from || t >= r.to || r.hour == 0 {
		r.setHour(t)
	}
	b := r.batch
	for i := len(b.covered) - 1; i >= 0; i-- {
		if x := &b.covered[i]; x.hour == r.hour && x.source == source {
			x.add(c)
			return
		}
	}
	if !r.lists() {
		r.batch.lostFrames += c.Frames
		return
	}
	r.batch.covered = append(r.batch.covered, coverCell{source, r.hour, *c})
}

// lists reports that the lists of the batch have room, which there is once the ledger took
// it.
func (r *Recorder) lists() bool { return r.batch.listed() < maxListed || r.rotate(hasty) }

func (c *Counts) add(o *Counts) {
	c.Frames += o.Frames
	c.Bytes += o.Bytes
	c.Decoded += o.Decoded
	c.NotSignaling += o.NotSignaling
	c.Undecoded += o.Undecoded
	c.Drops += o.Drops
	for i := range c.Trust {
		c.Trust[i].Bad += o.Trust[i].Bad
		c.Trust[i].Of += o.Trust[i].Of
		c.Raised[i] += o.Raised[i]
	}
}

// Sub is what came between o and c.
func (c *Counts) Sub(o *Counts) Counts {
	d := Counts{
		Frames: c.Frames - o.Frames, Bytes: c.Bytes - o.Bytes, Decoded: c.Decoded - o.Decoded, NotSignaling: c.NotSignaling - o.NotSignaling,
		Undecoded: c.Undecoded - o.Undecoded, Drops: c.Drops - o.Drops,
	}
	for i := range c.Trust {
		d.Trust[i].Bad = c.Trust[i].Bad - o.Trust[i].Bad
		d.Trust[i].Of = c.Trust[i].Of - o.Trust[i].Of
		d.Raised[i] = c.Raised[i] - o.Raised[i]
	}
	return d
}

// Full reports that the recorder holds as much as it should before the ledger takes it.
func (r *Recorder) Full() bool {
	return len(r.batch.subscribers) > manySubscribers || len(r.batch.cells) > maxCells/2 || r.batch.listed() > maxListed/2
}

// Tick hands what was counted to the ledger. It never waits: a ledger that still has
// what came before gets it with the next.
func (r *Recorder) Tick() { r.rotate(hasty) }

// Flush hands what was counted to the ledger, waiting until it has room.
func (r *Recorder) Flush() { r.rotate(patient) }

// haste says what becomes of a batch while the ledger still has the other one.
type haste uint8

const (
	hasty   haste = iota // go on with it
	patient              // wait
	forced               // make a third one
)

// rotate hands over all that was counted.
func (r *Recorder) rotate(h haste) bool {
	r.settle()
	return r.handOver(h)
}

// handOver gives the batch to the ledger and takes the empty one.
func (r *Recorder) handOver(h haste) bool {
	b := r.batch
	if b.empty() {
		return true
	}
	var next *batch
	select {
	case next = <-r.spare:
	default:
		switch h {
		case hasty:
			return false
		case patient:
			next = <-r.spare
		case forced:
			next = newBatch()
		}
	}
	next.home, next.partners = r.spare, r.partners
	r.batch = next
	r.ledger.take(b)
	return true
}
