package exposure

import (
	"slices"

	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

// Layout of a cell's key, lowest bits first. All of it is bounded: what is out of
// range counts as unknown.
const (
	shiftSubscriber = 0
	shiftProtection = 2
	shiftDirection  = 5
	shiftClass      = 8
	shiftService    = 12
	shiftEvidence   = 14
	shiftWatched    = 17
	shiftCarrier    = 20 // index plus one; 0: the totals
	shiftPartner    = 37

	maxPartner   = 1<<24 - 1
	otherPartner = maxPartner
	totalCarrier = 0
)

// The closed sets fit into their bits.
const (
	_ = uint(1<<2 - signaling.NumWhose)
	_ = uint(1<<3 - signaling.NumProtections)
	_ = uint(1<<3 - signaling.NumDirections)
	_ = uint(1<<4 - signaling.NumClasses)
	_ = uint(1<<2 - signaling.NumServices)
	_ = uint(1<<3 - signaling.NumEvidence)
)

// keyOf is the part of a cell's key that a message has whatever its path.
func keyOf(m *signaling.Message) uint64 {
	p := m.Roaming.Partner
	if p >= maxPartner {
		p = otherPartner
	}
	return uint64(m.Roaming.Subscriber&3)<<shiftSubscriber | uint64(m.Protection&7)<<shiftProtection | uint64(m.Roaming.Direction&7)<<shiftDirection |
		uint64(m.Class&15)<<shiftClass | uint64(m.Service()&3)<<shiftService | uint64(p)<<shiftPartner
}

// tally is what a message adds to a cell. Its fields are few enough to travel in
// registers: a copy of eight or more octets that were stored one by one waits for them.
type tally struct {
	key        uint64
	time       int64
	subscriber uint32 // see sighting; 0: nobody
	counts     counts
}

// counts are four signed numbers of eight bits.
type counts uint32

// What is counted, once.
const (
	oneMessage counts = 1 << (8 * iota)
	oneDialogue
	oneSecret
	oneRefused
)

// back takes back what is there once.
func (c counts) back() counts { return c * 0xff }

func (c counts) each() (messages, dialogues, secrets, refused int64) {
	return int64(int8(c)), int64(int8(c >> 8)), int64(int8(c >> 16)), int64(int8(c >> 24))
}

// cell is the counter of a key and hour. What it counts may be negative: a second copy
// takes back what the first one told. It fills a line of the cache.
type cell struct {
	key                                   uint64
	hour                                  uint32
	messages, dialogues, secrets, refused int64
	first                                 int64
	_                                     [8]byte
}

// Bounds of a batch, which is what one worker counts within a second or so.
const (
	maxCells       = 1 << 16
	maxSubscribers = 1 << 18 // 2 MiB
	// manySubscribers are enough to hand them on: so what is written stays in the caches.
	manySubscribers = 1 << 15
	// maxListed are the hours covered and the findings by hour, each: a capture whose clock
	// jumps has as many hours as frames. Links, all of which are told when an hour ends,
	// are manyLinks times as many.
	maxListed  = 1 << 9
	manyLinks  = 32
	firstSlots = 1 << 10
)

// batch is what a recorder counted and the ledger did not yet take.
type batch struct {
	home     chan *batch // back to its recorder
	partners Partners
	carriers []*rules.Carrier // by index

	slots []uint32 // open addressing: number of the cell plus one; never more than half full
	cells []cell

	subscribers []sighting
	sorted      []sighting // byCell's
	ends        []uint32   // of each cell in sorted
	findings    []findingCell
	links       []linkCell
	covered     []coverCell

	last                              int64 // capture time of the last message
	lost, lostSubscribers, lostFrames uint64
}

// sighting is a subscriber in a cell, as the key that sketches have of its hash.
type sighting struct{ cell, subscriber uint32 }

type findingCell struct {
	rule     *rules.Detection
	severity signaling.Severity
	hour     uint32
	n        int64
}

type linkCell struct {
	carrier    *rules.Carrier
	hash       int64
	protection signaling.Protection
	hour       uint32
}

type coverCell struct {
	source string
	hour   uint32
	Counts
}

func newBatch() *batch {
	return &batch{slots: make([]uint32, firstSlots), cells: make([]cell, 0, firstSlots/2)}
}

func (b *batch) empty() bool {
	return len(b.cells) == 0 && len(b.findings) == 0 && len(b.links) == 0 && len(b.covered) == 0 && b.lost == 0 && b.lostFrames == 0
}

// listed is how long the longest of the lists is.
func (b *batch) listed() int { return max(len(b.covered), len(b.findings), len(b.links)/manyLinks) }

// reset forgets all but the room it takes. A batch that once was large is let go.
func (b *batch) reset() {
	if len(b.slots) > 1<<15 {
		home := b.home
		*b = *newBatch()
		b.home = home
		return
	}
	clear(b.slots)
	clear(b.carriers)
	clear(b.covered)
	b.partners = nil
	b.cells, b.subscribers, b.findings, b.links, b.covered = b.cells[:0], b.subscribers[:0], b.findings[:0], b.links[:0], b.covered[:0]
	b.last, b.lost, b.lostSubscribers, b.lostFrames = 0, 0, 0, 0
}

// byCell are the subscribers in the order of their cells, up to ends: what belongs to a
// row is written together, while it is in the caches.
func (b *batch) byCell() []sighting {
	b.ends = slices.Grow(b.ends[:0], len(b.cells))[:len(b.cells)]
	clear(b.ends)
	for _, s := range b.subscribers {
		b.ends[s.cell]++
	}
	at := uint32(0)
	for i, n := range b.ends { // where each begins, to be moved on to where it ends
		b.ends[i] = at
		at += n
	}
	b.sorted = slices.Grow(b.sorted[:0], len(b.subscribers))[:len(b.subscribers)]
	for _, s := range b.subscribers {
		b.sorted[b.ends[s.cell]] = s
		b.ends[s.cell]++
	}
	return b.sorted
}

// know has the batch remember the carrier of an index; false: it has another one there.
func (b *batch) know(c *rules.Carrier) bool {
	for len(b.carriers) <= c.Index {
		b.carriers = append(b.carriers, nil)
	}
	if old := b.carriers[c.Index]; old != nil && old != c {
		return false
	}
	b.carriers[c.Index] = c
	return true
}

// cell is the number of the cell of a key and hour, made if need be; ok is false when
// there is no room for it.
func (b *batch) cell(key uint64, hour uint32, t int64) (i int, ok bool) {
	mask := uint64(len(b.slots) - 1)
	h := (key ^ uint64(hour)<<40) * 0x9e3779b97f4a7c15
	for s := h >> 32 & mask; ; s = (s + 1) & mask {
		n := b.slots[s]
		if n == 0 {
			break
		}
		if c := &b.cells[n-1]; c.key == key && c.hour == hour {
			return int(n - 1), true
		}
	}
	if len(b.cells) == maxCells {
		return 0, false
	}
	b.cells = append(b.cells, cell{key: key, hour: hour, first: t})
	if 2*len(b.cells) > len(b.slots) {
		b.slots = make([]uint32, 2*len(b.slots))
		for n := range b.cells {
			b.place(n)
		}
	} else {
		b.place(len(b.cells) - 1)
	}
	return len(b.cells) - 1, true
}

// add counts in a cell.
func (b *batch) add(n int, c *tally) {
	x := &b.cells[n]
	messages, dialogues, secrets, refused := c.counts.each()
	x.messages += messages
	x.dialogues += dialogues
	x.secrets += secrets
	x.refused += refused
	x.first = min(x.first, c.time)
	switch {
	case c.subscriber == 0:
	case len(b.subscribers) < maxSubscribers:
		b.subscribers = append(b.subscribers, sighting{uint32(n), c.subscriber})
	default:
		// A worker on a port never waits: where the ledger is late by as much, subscribers
		// are lost, and counted.
		b.lostSubscribers++
	}
}

// place enters a cell into the slots.
func (b *batch) place(n int) {
	c := &b.cells[n]
	mask := uint64(len(b.slots) - 1)
	h := (c.key ^ uint64(c.hour)<<40) * 0x9e3779b97f4a7c15
	s := h >> 32 & mask
	for b.slots[s] != 0 {
		s = (s + 1) & mask
	}
	b.slots[s] = uint32(n + 1)
}
