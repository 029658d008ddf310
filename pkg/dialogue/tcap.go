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
	// MaxTransactions entries of some 300 octets are the most a worker keeps.
	MaxTransactions = 1 << 17
	// tcapIdle is how long a transaction may be silent: the longest MAP operation
	// timers are minutes (3GPP TS 29.002 17.1.2: "ml" up to 10 min is rare, "m"
	// and "s" below 60 s); an entry that is needed is touched by each message.
	tcapIdle = 180 * second
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
	gt  uint64 // hash of the global title; 0 when there is none
	pc  telecom.PointCode
	ssn telecom.SSN
}

// PartyOf is the party of an SCCP address whose message has that party's end at
// point code pc.
func PartyOf(a *sccp.Address, pc telecom.PointCode) Party {
	p := Party{pc: pc, ssn: a.SSN}
	if a.GT.Len() > 0 {
		p.gt = a.GT.Hash() | 1
	}
	if a.HasPC {
		p.pc = a.PC
	}
	return p
}

// score says how well two sightings of a party agree: 0 not at all. A global
// title may be rewritten on the way and a point code is that of the next hop, so
// either is enough, and the title counts more.
func (p Party) score(q Party) int {
	s := 0
	if p.gt != 0 && p.gt == q.gt {
		s += 4
	}
	if p.pc == q.pc {
		s += 2
	}
	if s > 0 && p.ssn == q.ssn {
		s++
	}
	return s
}

type invoke struct {
	op   signaling.Operation
	id   int8
	side uint8 // 1 + the side that invoked; 0: free
}

// Transaction is a TCAP transaction as far as it was seen. Side 0 began it.
//
// What finding it needs comes first and fits a cache line: in a busy table each
// look-up is a miss or two, and they are most of its cost.
type Transaction struct {
	tid      [2]tcap.TransactionID
	party    [2]Party
	last     int64 // capture time of the last message
	slot     int32
	ended    bool
	Protocol signaling.Protocol // of its components, once known
	Version  uint8              // of the application context, 0 unknown
	known    uint8              // invokes remembered, at most maxInvokes

	sig     [2]uint64 // signature of the last message of each side
	invokes [maxInvokes]invoke
	cursor  uint8
	// same is the operation that all invokes of a side had, 0 when they differ or
	// there were none: it answers for invokes that fell out of the ring.
	differs [2]bool
	same    [2]signaling.Operation

	Memory signaling.Memory

	Context uint8 // number of the MAP application context, 0 unknown

	_ [padding]byte
}

// padding makes an entry four cache lines long.
const padding = 256 - 247

// Invoked remembers an invoke, so that its result finds its operation.
func (t *Transaction) Invoked(side uint8, id int16, op signaling.Operation) {
	t.invokes[t.cursor%maxInvokes] = invoke{op: op, id: int8(id), side: side + 1}
	t.cursor++
	t.known = min(t.known+1, maxInvokes)
	if t.same[side] == 0 && !t.differs[side] {
		t.same[side] = op
	} else if t.same[side] != op {
		t.same[side], t.differs[side] = 0, true
	}
}

// Answered is the operation that an answer sent by side with this invoke id
// belongs to; 0 when the invoke was not seen.
func (t *Transaction) Answered(side uint8, id int16) signaling.Operation {
	for i := uint8(0); i < t.known; i++ {
		if v := &t.invokes[(t.cursor-1-i)%maxInvokes]; v.id == int8(id) && v.side == 2-side {
			return v.op
		}
	}
	return t.same[1-side]
}

// The lists of the table: transactions in use, and ended ones that linger.
const (
	open  = 0
	ended = 1
)

// TCAP is the table of transactions.
type TCAP struct {
	Counters Counters

	entries []Transaction // by slot; the first slots are the lists' sentinels
	index   index         // 2*slot+side: the transaction id of a side
	lru     list
	free    []int32
	live    int
	// mirrored: a message was seen on a second link; until that time ended
	// transactions linger.
	mirrored int64
	swept    int64 // capture time of the last look for idle entries
}

// NewTCAP is an empty table.
func NewTCAP() *TCAP {
	t := &TCAP{entries: make([]Transaction, 2), mirrored: math.MinInt64}
	t.lru.grow()
	t.lru.grow()
	return t
}

// Len is the number of transactions in the table.
func (t *TCAP) Len() int { return t.live }

func tidHash(id tcap.TransactionID) uint32 {
	return fold(mix(uint64(id.Value)|uint64(id.Len)<<32, 0x7ca9))
}

// find looks up the transaction one of whose sides has the id and, best, the
// address p.
func (t *TCAP) find(id tcap.TransactionID, p Party) (slot int32, side uint8) {
	if len(t.index.cells) == 0 {
		return 0, 0
	}
	h := tidHash(id)
	best := 0
	for i, more := t.index.from(h), true; more; i++ {
		var n int32
		if n, more = t.index.at(i, h); n == 0 {
			continue
		}
		s, sd := n/2, uint8(n&1)
		e := &t.entries[s]
		if e.tid[sd] != id {
			continue
		}
		if score := e.party[sd].score(p); score > best {
			best, slot, side = score, s, sd
		}
	}
	return slot, side
}

// Match finds or opens the transaction of a message and says which side sent it.
// payload is the TCAP message as it stands in the SCCP user data. It returns nil
// for messages that belong to none (unidirectional, or an end nobody began). duplicate: the same message was seen shortly before,
// on the other side of a mirrored STP or by a mirrored copy.
//
// The transaction is valid until Release, which must follow each Match.
func (t *TCAP) Match(now int64, m *tcap.Message, calling, called Party, payload []byte) (tr *Transaction, side uint8, duplicate bool) {
	if now-t.swept > second || now < t.swept {
		t.sweep(now)
	}
	sig := signature(payload)
	var slot int32
	switch m.Type {
	case tcap.Begin:
		if m.OTID.Len == 0 {
			return nil, 0, false
		}
		var s uint8
		if slot, s = t.find(m.OTID, calling); slot != 0 && s == 0 {
			e := &t.entries[slot]
			if e.repeats(now, 0, sig) {
				return t.again(now, slot, 0)
			}
			// The id is used anew: the old transaction is over.
			t.close(slot)
			slot = 0
		} else {
			slot = 0
		}
		if slot == 0 {
			slot = t.take()
			e := &t.entries[slot]
			e.tid[0], e.party[0] = m.OTID, calling
			e.party[1] = called
			t.index.insert(2*slot, tidHash(m.OTID))
		}
		side = 0
	case tcap.Continue, tcap.End, tcap.Abort:
		var owner uint8
		if slot, owner = t.find(m.DTID, called); slot == 0 {
			t.Counters.Unmatched++
			if m.Type != tcap.Continue || m.OTID.Len == 0 {
				return nil, 0, false
			}
			// The beginning is not in the capture: know it from here on.
			slot = t.take()
			e := &t.entries[slot]
			e.tid[1], e.party[1] = m.DTID, called
			t.index.insert(2*slot+1, tidHash(m.DTID))
			owner = 1
		}
		side = 1 - owner
		e := &t.entries[slot]
		if e.repeats(now, side, sig) {
			return t.again(now, slot, side)
		}
		if m.Type == tcap.Continue && m.OTID.Len != 0 && e.tid[side].Len == 0 {
			e.tid[side], e.party[side] = m.OTID, calling
			t.index.insert(2*slot+int32(side), tidHash(m.OTID))
		}
		e.ended = e.ended || m.Type != tcap.Continue
	default:
		return nil, 0, false
	}
	e := &t.entries[slot]
	e.sig[side], e.last = sig, now
	e.Memory.Signature = sig
	return e, side, false
}

func (t *TCAP) again(now int64, slot int32, side uint8) (*Transaction, uint8, bool) {
	t.Counters.Duplicates++
	t.mirrored = now + 60*second
	e := &t.entries[slot]
	e.last = now
	e.Memory.Signature = e.sig[side]
	return e, side, true
}

// repeats reports that side's last message had this signature, not long ago.
func (t *Transaction) repeats(now int64, side uint8, sig uint64) bool {
	return t.sig[side] == sig && now-t.last < tcapLinger && t.last-now < tcapLinger
}

// Release ends the use of a transaction that Match returned.
func (t *TCAP) Release(tr *Transaction) {
	if tr == nil || !tr.ended {
		return
	}
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
	var slot int32
	if n := len(t.free); n > 0 {
		slot = t.free[n-1]
		t.free = t.free[:n-1]
	} else {
		slot = int32(len(t.entries))
		t.entries = append(t.entries, Transaction{})
		t.lru.grow()
	}
	t.lru.pushBack(open, slot)
	t.live++
	t.Counters.Opened++
	e := &t.entries[slot]
	*e = Transaction{slot: slot}
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
		if next := t.lru[slot].next; next == open || t.entries[slot].last <= t.entries[next].last {
			return slot
		}
		t.lru.remove(slot)
		t.lru.pushBack(open, slot)
	}
	return t.lru.front(open)
}

func (t *TCAP) close(slot int32) {
	e := &t.entries[slot]
	for side := range e.tid {
		if e.tid[side].Len != 0 {
			t.index.remove(2*slot+int32(side), tidHash(e.tid[side]))
		}
	}
	t.lru.remove(slot)
	t.free = append(t.free, slot)
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
		if now-t.entries[slot].last > tcapIdle {
			t.close(slot)
			t.Counters.Expired++
			continue
		}
		t.lru.remove(slot)
		t.lru.pushBack(open, slot)
	}
	for slot := t.lru.front(ended); slot != ended && now-t.entries[slot].last > tcapLinger; slot = t.lru.front(ended) {
		t.close(slot)
		t.Counters.Closed++
	}
}

// signature tells messages of one transaction side apart at the cost of a few
// loads: length and octets from the head, the middle and the tail, where
// transaction ids, invoke ids and arguments differ.
func signature(b []byte) uint64 {
	h := uint64(len(b))
	if len(b) < 8 {
		for _, c := range b {
			h = h<<8 | uint64(c)
		}
		return mix(h, 1)
	}
	h = mix(h, binary.LittleEndian.Uint64(b))
	h = mix(h, binary.LittleEndian.Uint64(b[len(b)/2-4:]))
	h = mix(h, binary.LittleEndian.Uint64(b[len(b)-8:]))
	if len(b) >= 32 {
		h = mix(h, binary.LittleEndian.Uint64(b[len(b)-16:]))
		h = mix(h, binary.LittleEndian.Uint64(b[len(b)/4:]))
	}
	return h | 1
}

// LastOperation is the operation invoked last; 0 when none was seen.
func (t *Transaction) LastOperation() signaling.Operation {
	if t.known == 0 {
		return 0
	}
	return t.invokes[(t.cursor-1)%maxInvokes].op
}
