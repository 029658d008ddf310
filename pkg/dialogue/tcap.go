package dialogue

import (
	"encoding/binary"
	"math"

	"sigtransit/decoders/sccp"
	"sigtransit/decoders/tcap"
	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
)

// Bounds of the transaction table.
const (
	// MaxTransactions entries of 256 octets are the most a worker keeps.
	MaxTransactions = 1 << 17
	// tcapIdle is how long a transaction may be silent. Most operations of MAP are
	// answered within half a minute, or never (timers s and m, 3GPP TS 29.002 17.1.2).
	tcapIdle = 180 * second
	// waitIdle is the same where somebody at a USSD menu is waited for, or a position:
	// their timer, "ml", is up to 10 minutes.
	waitIdle = 12 * 60 * second
	// callIdle is the same for a transaction of CAP that both ends take part in. It
	// lasts as long as the call, of which nothing need be said between the answer and
	// the end (3GPP TS 23.078 4.5). Where the other end never spoke, nobody waits that
	// long.
	callIdle = 4 * 3600 * second
	// tcapLinger keeps an ended transaction where the capture shows messages
	// twice (an STP's mirror), so that the second copy of its end is recognised;
	// a copy later than that is not taken for one.
	tcapLinger = 5 * second
	// maxInvokes bounds the outstanding invokes remembered for one transaction.
	maxInvokes = 8
)

// Party is an end of a transaction as one message names it: the SCCP address and
// the point code behind it.
type Party struct {
	gt  uint32 // hash of the global title; 0 when there is none
	net uint32 // point code << 8 | subsystem number
}

// PartyOf is the party of an SCCP address whose message has that party's end at
// point code pc.
func PartyOf(a *sccp.Address, pc telecom.PointCode) Party {
	if a.HasPC {
		pc = a.PC
	}
	p := Party{net: uint32(pc)<<8 | uint32(a.SSN)}
	if a.GT.Len() > 0 {
		p.gt = fold(a.GT.Hash()) | 1
	}
	return p
}

// score says how well two sightings of a party agree: 0 not at all. A global
// title may be rewritten on the way and a point code is that of the next hop, so
// either is enough, and the title counts more.
func (p Party) score(q Party) int {
	if p == q && p.gt != 0 {
		return perfect
	}
	s := 0
	if p.gt != 0 && p.gt == q.gt {
		s += 4
	}
	if (p.net^q.net)>>8 == 0 {
		s += 2
	}
	if s > 0 && uint8(p.net) == uint8(q.net) {
		s++
	}
	return s
}

// perfect is the score of parties that agree in all they have.
const perfect = 7

type invoke struct {
	op   signaling.Operation
	id   int8
	side uint8
}

// Transaction is a TCAP transaction as far as it was seen. Side 0 began it.
//
// What every message needs stands in the first cache line and the next one begins
// the Memory: in a busy table each line is a miss, and misses are most of the
// cost of a dialogue.
type Transaction struct {
	last  int64 // capture time of the last message
	tid   [2]uint32
	party [2]Party
	sig   [2]uint32 // signature of the last message of each side
	slot  int32
	// op is the operation that all invokes of a side had, 0 when there were none.
	op      [2]signaling.Operation
	invoked signaling.Operation // invoked last
	id      [2]int8             // of the first invoke of a side
	len     [2]uint8            // octets of tid; 0: not known
	at      [2]uint16           // where the last message of each side was seen: see spot
	flags   uint8
	cursor  uint8

	Protocol signaling.Protocol // of its components, once known
	Version  uint8              // of the application context, 0 unknown
	Context  uint8              // number of the MAP application context, 0 unknown

	Memory signaling.Memory

	ring [maxInvokes]invoke // the last invokes, where the operations differ
	_    [padding]byte
}

// Flags of a transaction. One of a side is flagDiffers shifted by its number.
const (
	// flagDiffers: the invokes of a side had several operations, which stand in the ring.
	flagDiffers = 1 << iota
	_
	flagEnded
)

func (t *Transaction) differs(side uint8) bool { return t.flags&(flagDiffers<<side) != 0 }

func (t *Transaction) ended() bool { return t.flags&flagEnded != 0 }

// padding makes an entry four cache lines long.
const padding = 256 - 64 - 128 - 4*maxInvokes

// reset begins an entry anew. The ring is not read before it is written.
func (t *Transaction) reset(slot int32) {
	t.last, t.slot = 0, slot
	t.tid, t.party, t.sig, t.at = [2]uint32{}, [2]Party{}, [2]uint32{}, [2]uint16{}
	t.op, t.invoked, t.id, t.len = [2]signaling.Operation{}, 0, [2]int8{}, [2]uint8{}
	t.flags, t.cursor = 0, 0
	t.Protocol, t.Version, t.Context = 0, 0, 0
	t.Memory.Reset()
}

// idle is how long the transaction may be silent.
func (t *Transaction) idle() int64 {
	switch {
	case t.Protocol == signaling.CAP && t.len[0] != 0 && t.len[1] != 0:
		return callIdle
	case t.Protocol == signaling.MAP && waits(t.invoked):
		return waitIdle
	}
	return tcapIdle
}

// waits reports that an operation of MAP is answered when a person has, or a position was
// found: processUnstructuredSS-Request, unstructuredSS-Request, unstructuredSS-Notify,
// provideSubscriberLocation.
func waits(op signaling.Operation) bool {
	switch op {
	case signaling.MAPOperation(59), signaling.MAPOperation(60), signaling.MAPOperation(61), signaling.MAPOperation(83):
		return true
	}
	return false
}

// Invoked remembers an invoke, so that its result finds its operation.
func (t *Transaction) Invoked(side uint8, id int16, op signaling.Operation) {
	t.invoked = op
	switch {
	case t.op[side] == 0 && !t.differs(side):
		t.op[side], t.id[side] = op, int8(id)
		return
	case t.op[side] == op && !t.differs(side):
		return
	case !t.differs(side):
		t.flags |= flagDiffers << side
		t.push(invoke{t.op[side], t.id[side], side})
	}
	t.push(invoke{op, int8(id), side})
}

func (t *Transaction) push(v invoke) {
	t.ring[t.cursor%maxInvokes] = v
	t.cursor++
	if t.cursor == 2*maxInvokes {
		t.cursor = maxInvokes // full: keep saying so
	}
}

// Answered is the operation that an answer sent by side with this invoke id
// belongs to; 0 when the invoke was not seen.
func (t *Transaction) Answered(side uint8, id int16) signaling.Operation {
	other := 1 - side
	if !t.differs(other) {
		return t.op[other]
	}
	for i := uint8(1); i <= min(t.cursor, maxInvokes); i++ {
		if v := &t.ring[(t.cursor-i)%maxInvokes]; v.id == int8(id) && v.side == other {
			return v.op
		}
	}
	return 0
}

// LastOperation is the operation invoked last; 0 when none was seen.
func (t *Transaction) LastOperation() signaling.Operation { return t.invoked }

// The lists of the table: transactions in use, and ended ones that linger.
const (
	open  = 0
	ended = 1
)

// TCAP is the table of transactions.
type TCAP struct {
	Counters Counters

	entries slab[Transaction] // by slot; the first slots are the lists' sentinels
	index   index             // 2*slot+side: the transaction id of a side
	lru     list
	live    int
	// mirrored: a message was seen on a second link; until that time ended
	// transactions linger, and messages are remembered.
	mirrored int64
	copies   *copies // of a table that stands alone, once it was mirrored
	swept    int64   // capture time of the last look for idle entries

	shared
}

// NewTCAP is an empty table.
func NewTCAP() *TCAP {
	t := &TCAP{mirrored: math.MinInt64}
	for range 2 {
		t.lru.grow()
		t.entries.grow()
	}
	return t
}

// Len is the number of transactions in the table.
func (t *TCAP) Len() int {
	if t.group != nil {
		t.mu.Lock()
		defer t.mu.Unlock()
	}
	return t.live
}

func tidHash(value uint32, length uint8) uint32 {
	return fold(mix(uint64(value)|uint64(length)<<32, hashSeed))
}

// short is what the table keeps of an id: all of the usual ones.
func short(id tcap.TransactionID) uint32 { return id.Value ^ id.High }

// claim makes a side known by its transaction id and party. The id is not empty: a side
// without one is unknown, and would stay in the index when the transaction closes. A
// node that gives an id to another transaction has done with the one that had it: its
// end is not in the capture, and what is said by that id from now on is not of it.
func (t *TCAP) claim(slot int32, side uint8, id tcap.TransactionID, p Party) {
	if old, s := t.find(id, p); old != 0 && old != slot && t.entries.at(old).party[s].score(p) == perfect {
		if t.entries.at(old).ended() {
			t.Counters.Closed++
		} else {
			t.Counters.Expired++
		}
		t.close(old)
	}
	e := t.entries.at(slot)
	e.tid[side], e.len[side], e.party[side] = short(id), id.Len, p
	t.enter(slot, side)
}

// enter puts a side into the index.
func (t *TCAP) enter(slot int32, side uint8) {
	e := t.entries.at(slot)
	h := tidHash(e.tid[side], e.len[side])
	if t.index.insert(2*slot+int32(side), h) >= maxNamesakes {
		t.thin(slot, h)
	}
}

// maxNamesakes is how many transactions may have one id. Nodes number theirs as they
// like, so some coincide; a flood of one id must not make each look-up a walk over it.
const maxNamesakes = 64

// thin gives up the transaction silent for longest of those that share a hash with
// that of a slot.
func (t *TCAP) thin(slot int32, h uint32) {
	oldest := int32(0)
	for i := t.index.from(h); ; i++ {
		c := t.index.cell(i)
		if c.n == 0 {
			break
		}
		if s := c.n / 2; c.hash == h && s != slot && (oldest == 0 || t.entries.at(s).last < t.entries.at(oldest).last) {
			oldest = s
		}
	}
	if oldest != 0 {
		t.close(oldest)
		t.Counters.Evicted++
	}
}

// find looks up the transaction one of whose sides has the id and, best, the
// address p.
func (t *TCAP) find(id tcap.TransactionID, p Party) (slot int32, side uint8) {
	if len(t.index.cells) == 0 {
		return 0, 0
	}
	h := tidHash(short(id), id.Len)
	best := 0
	for i := t.index.from(h); ; i++ {
		c := t.index.cell(i)
		if c.n == 0 {
			return slot, side
		}
		if c.hash != h {
			continue
		}
		s, sd := c.n/2, uint8(c.n&1)
		e := t.entries.at(s)
		if e.tid[sd] != short(id) || e.len[sd] != id.Len {
			continue
		}
		// Of two that agree in the point code alone, the one that spoke last.
		if score := e.party[sd].score(p); score > best || score == best && best > 0 && e.last > t.entries.at(slot).last {
			best, slot, side = score, s, sd
			if score == perfect {
				return slot, side // nearly always the first, and no other can be better
			}
		}
	}
}

// Match finds or opens the transaction of a message and says which side sent it.
// payload is the TCAP message as it stands in the SCCP user data, link the link
// it came by. It returns nil for messages that belong to none (unidirectional, or
// an end nobody began). duplicate: the same message was seen shortly before on
// another link, the other side of a mirrored STP.
//
// The transaction is valid until Release, which must follow each Match.
func (t *TCAP) Match(now int64, m *tcap.Message, calling, called Party, link uint64, payload []byte) (tr *Transaction, side uint8, duplicate bool) {
	if t.group != nil {
		return t.matchShared(now, m, calling, called, link, payload)
	}
	sig := signature(payload)
	// Where messages are seen twice, a side's last one is not all that may come again: an
	// end sends several in a row, and each goes on through the STP by itself.
	met := false
	if now <= t.mirrored {
		if t.copies == nil {
			t.copies = new(copies)
		}
		met = t.copies.again(now, m, sig, link)
	}
	return t.match(now, m, calling, called, link, sig, met, place{})
}

// place is where find found a transaction; zero: nobody looked, or there is none.
type place struct {
	slot int32
	side uint8
}

// match is Match for the owner of the table. met: the message was met on another link.
// at is where the transaction of a message that begins none is, if that is known.
func (t *TCAP) match(now int64, m *tcap.Message, calling, called Party, link uint64, sig uint32, met bool, at place) (tr *Transaction, side uint8, duplicate bool) {
	if now-t.swept > second || now < t.swept {
		t.sweep(now)
		at = place{} // it may be what was silent for too long
	}
	var slot int32
	switch m.Type {
	case tcap.Begin:
		if m.OTID.Len == 0 {
			return nil, 0, false
		}
		var s uint8
		if slot, s = t.find(m.OTID, calling); slot != 0 && s == 0 {
			e := t.entries.at(slot)
			if met || e.copied(now, 0, sig, link) || e.looped(now, sig, calling) {
				return t.again(now, slot, 0, sig)
			}
			// The id is used anew: the old transaction is over. If it is another party's
			// behind the same transit point, both live.
			if p := e.party[0].gt; p == calling.gt || p == 0 || calling.gt == 0 {
				t.close(slot)
			}
			slot = 0
		} else {
			slot = 0
		}
		if slot == 0 {
			slot = t.take()
			t.claim(slot, 0, m.OTID, calling)
		}
		side = 0
	case tcap.Continue, tcap.End, tcap.Abort:
		var owner uint8
		if slot, owner = at.slot, at.side; slot == 0 && m.DTID.Len != 0 {
			slot, owner = t.find(m.DTID, called)
		}
		if slot == 0 {
			t.Counters.Unmatched++
			if m.Type != tcap.Continue || m.OTID.Len == 0 || m.DTID.Len == 0 {
				return nil, 0, false
			}
			// The beginning is not in the capture: know it from here on.
			slot = t.take()
			t.claim(slot, 1, m.DTID, called)
			owner = 1
		}
		side = 1 - owner
		e := t.entries.at(slot)
		if met || e.copied(now, side, sig, link) {
			return t.again(now, slot, side, sig)
		}
		if m.Type == tcap.Continue && m.OTID.Len != 0 && e.len[side] == 0 {
			t.claim(slot, side, m.OTID, calling)
		}
		if m.Type != tcap.Continue {
			e.flags |= flagEnded
		}
	default:
		return nil, 0, false
	}
	e := t.entries.at(slot)
	e.sig[side], e.at[side], e.last = sig, spot(sig, link), now
	e.Memory.Signature = uint64(sig)
	return e, side, false
}

// again is what Match returns for a copy with this signature, which is not always that
// of the last message of its side: see copies.
func (t *TCAP) again(now int64, slot int32, side uint8, sig uint32) (*Transaction, uint8, bool) {
	t.Counters.Duplicates++
	t.noticed(now)
	e := t.entries.at(slot)
	e.last = now
	e.Memory.Signature = uint64(sig)
	return e, side, true
}

// noticed remembers that the capture shows messages twice.
func (t *TCAP) noticed(now int64) {
	t.mirrored = now + 60*second
	if t.group != nil {
		t.group.mirrored.Store(t.mirrored)
	}
}

// copied reports that side's last message had this signature, not long ago, on
// another link. On the same link the same octets are another message: whoever
// asks the same thing again and again under one transaction id asked each time.
func (t *Transaction) copied(now int64, side uint8, sig uint32, link uint64) bool {
	return t.sig[side] == sig && t.at[side] != spot(sig, link) && t.recent(now)
}

// spot is what is kept of the link that a message was seen on. The message is in it, so that
// no two links look like one for more than a message in 65,536.
func spot(sig uint32, link uint64) uint16 { return uint16(mix(link, uint64(sig)) >> 32) }

// looped reports that a begin came back with the same title from another point
// code: transit points hand it round.
func (t *Transaction) looped(now int64, sig uint32, p Party) bool {
	return t.sig[0] == sig && p.gt != 0 && t.party[0].gt == p.gt && (t.party[0].net^p.net)>>8 != 0 && t.recent(now)
}

func (t *Transaction) recent(now int64) bool {
	return now-t.last < tcapLinger && t.last-now < tcapLinger
}

// Release ends the use of a transaction that Match returned. Without a Match, or after
// one that was cut short, it may be called with nil.
func (t *TCAP) Release(tr *Transaction) {
	if t.held || t.way != nil {
		t.releaseHeld(tr)
	} else if tr != nil && tr.ended() {
		t.end(tr)
	}
}

// releaseHeld is Release for a table that is shared and locked. It unlocks nothing before
// it is done: after a defect in it Release is called again.
func (t *TCAP) releaseHeld(tr *Transaction) {
	if t.way != nil {
		t.way.mu.Unlock()
		t.way = nil
	}
	t.mirrored = t.group.mirrored.Load()
	if tr != nil && tr.ended() {
		t.end(tr)
	}
	if t.held {
		t.held = false
		t.mu.Unlock()
	}
}

// end closes a transaction that has ended, unless copies of its last message may come.
func (t *TCAP) end(tr *Transaction) {
	slot := tr.slot
	if tr.last <= t.mirrored {
		t.lru.remove(slot)
		t.lru.pushBack(ended, slot)
		return
	}
	t.close(slot)
	t.Counters.Closed++
}

// take takes a slot, at the bound that of the transaction silent for longest.
func (t *TCAP) take() int32 {
	if t.live >= MaxTransactions {
		t.close(t.oldest())
		t.Counters.Evicted++
	}
	slot, grown := t.entries.take()
	if grown {
		t.lru.grow()
	}
	t.lru.pushBack(open, slot)
	t.live++
	t.Counters.Opened++
	e := t.entries.at(slot)
	e.reset(slot)
	return slot
}

// oldest is the entry that gives way first: an ended one if there is any, else
// one that was opened long ago and not used since.
func (t *TCAP) oldest() int32 {
	if slot := t.lru.front(ended); slot != ended {
		return slot
	}
	for range 8 {
		slot := t.lru.front(open)
		if next := t.lru[slot].next; next == open || t.entries.at(slot).last <= t.entries.at(next).last {
			return slot
		}
		t.lru.remove(slot)
		t.lru.pushBack(open, slot)
	}
	return t.lru.front(open)
}

func (t *TCAP) close(slot int32) {
	e := t.entries.at(slot)
	for side, n := range e.len {
		if n != 0 {
			t.index.remove(2*slot+int32(side), tidHash(e.tid[side], n))
		}
	}
	t.lru.remove(slot)
	t.entries.free = append(t.entries.free, slot)
	t.live--
}

// sweepEntries is how many entries one look for idle ones takes.
const sweepEntries = 1024

// sweep closes what has been silent for too long. Entries are not moved in their
// list when they are used, which would cost each message more than this: the
// ones looked at and kept go to its end.
func (t *TCAP) sweep(now int64) {
	t.swept = now
	for range min(sweepEntries, t.live) {
		slot := t.lru.front(open)
		if slot == open {
			break
		}
		if e := t.entries.at(slot); now-e.last > e.idle() {
			t.close(slot)
			t.Counters.Expired++
			continue
		}
		t.lru.remove(slot)
		t.lru.pushBack(open, slot)
	}
	for slot := t.lru.front(ended); slot != ended && now-t.entries.at(slot).last > tcapLinger; slot = t.lru.front(ended) {
		t.close(slot)
		t.Counters.Closed++
	}
}

// signature tells messages of one transaction side apart at the cost of a few
// loads: length and octets from the head, the middle and the tail, where
// transaction ids, invoke ids and arguments differ.
func signature(b []byte) uint32 {
	h := uint64(len(b))
	if len(b) < 8 {
		for _, c := range b {
			h = h<<8 | uint64(c)
		}
		return fold(mix(h, 1)) | 1
	}
	h = mix(h, binary.LittleEndian.Uint64(b))
	h = mix(h, binary.LittleEndian.Uint64(b[len(b)/2-4:]))
	h = mix(h, binary.LittleEndian.Uint64(b[len(b)-8:]))
	if len(b) >= 32 {
		h = mix(h, binary.LittleEndian.Uint64(b[len(b)-16:]))
		h = mix(h, binary.LittleEndian.Uint64(b[len(b)/4:]))
	}
	return fold(h) | 1
}
