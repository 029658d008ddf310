package dialogue

import (
	"math"
	"sync"
	"sync/atomic"
	"time"

	"sigtransit/decoders/tcap"
)

// group is the tables of workers that read one network together. A transaction
// stands in one of them, that of the worker which saw its last message, and moves
// when the next one comes by a link of another worker. So a worker that sees all
// of a dialogue, as nearly all do, only pays for locks that nobody else holds.
type group struct {
	copies   copies // first, so that each way begins a line of the cache
	tables   []*TCAP
	order    order
	mirrored atomic.Int64 // the latest TCAP.mirrored of all tables
	// across: two workers met copies of one message; until that time answers wait for
	// workers that are behind, since what comes before them may be theirs to read.
	across atomic.Int64
}

// NewTCAPGroup makes n tables that share their transactions, one for each worker.
// Each must be used by one goroutine at a time; different ones may be used at
// once. Between Match and Release the worker's own table is locked. assigned is the
// number of the last frame that a worker was given, where workers say which frames
// they have Begun; nil: they do not.
func NewTCAPGroup(n int, assigned func(worker int) uint64) []*TCAP {
	g := &group{tables: make([]*TCAP, n), order: order{assigned, make([]position, n)}}
	g.mirrored.Store(math.MinInt64)
	g.across.Store(math.MinInt64)
	for i := range g.tables {
		g.tables[i] = NewTCAP()
		g.tables[i].worker = i
		if n > 1 {
			g.tables[i].group = g
		}
	}
	return g.tables
}

// shared is what a table in a group has besides.
type shared struct {
	group  *group // nil: the table stands alone, and is not locked
	worker int
	frame  uint64    // that is read
	told   uint64    // others know of this one
	sulks  time.Time // until then it waits for nobody
	mu     sync.Mutex
	held   bool // mu is held by the worker whose table it is, from Match to Release
	way    *way // that is locked, in Match; nil: none
}

// matchShared is match for a table in a group, which it leaves locked. No two tables
// are ever locked at a time by one worker, so none waits for another that waits for it.
func (t *TCAP) matchShared(now int64, m *tcap.Message, calling, called Party, link uint64, payload []byte) (tr *Transaction, side uint8, duplicate bool) {
	id, p, begin := m.DTID, called, false
	switch m.Type {
	case tcap.Begin:
		id, p, begin = m.OTID, calling, true
	case tcap.Continue, tcap.End, tcap.Abort:
	default:
		t.mu.Lock()
		t.held = true
		return nil, 0, false
	}
	sig := signature(payload)
	g := t.group
	w := g.copies.way(id)
	w.mu.Lock()
	t.way = w
	key := keyOf(m, sig)
	e := w.find(key)
	copied := e.copy(key, now, link)
	// What others have still to read may come before an answer, where they read copies.
	if !begin && !copied && now <= g.across.Load() && t.behind() {
		e = w.again(t, key)
		copied = e.copy(key, now, link)
	}
	// A begin that nobody met opens a transaction, whatever others have.
	var at place
	if begin && !copied {
		t.mu.Lock()
	} else if at = t.settle(begin, id, p); at.slot == 0 && !begin && !copied {
		// Its begin may be among what others have still to read. Where they are is asked
		// only now: it is in a line of the cache that they write with every frame.
		t.mu.Unlock()
		e = w.again(t, key)
		copied = e.copy(key, now, link)
		at = t.settle(begin, id, p)
	}
	t.held = true
	if copied {
		t.noticed(now) // even if the transaction is gone by now
		if e.worker() != t.worker {
			g.across.Store(now + 60*second)
		}
	} else {
		*e = met{key | uint64(t.worker), instant(now), uint32(link)}
	}
	tr, side, duplicate = t.match(now, m, calling, called, link, sig, copied, at)
	t.way = nil
	w.mu.Unlock()
	return tr, side, duplicate
}

// again lets the other workers go first.
func (w *way) again(t *TCAP, key uint64) *met {
	w.mu.Unlock()
	t.catchUp()
	w.mu.Lock()
	return w.find(key)
}

// settle brings the transaction with this id, one of whose sides is best p, into t,
// from the table of another worker if need be, and leaves t locked. A begin asks for
// one that p began. It says where the transaction is, if there is one.
func (t *TCAP) settle(begin bool, id tcap.TransactionID, p Party) place {
	t.mu.Lock()
	at, best := t.score(begin, id, p)
	if best == perfect {
		return at
	}
	t.mu.Unlock()
	var from *TCAP
	for _, other := range t.group.tables {
		if other == t {
			continue
		}
		other.mu.Lock()
		_, s := other.score(begin, id, p)
		other.mu.Unlock()
		if s > best {
			best, from = s, other
		}
	}
	var e Transaction
	moves := from != nil && from.surrender(begin, id, p, &e)
	t.mu.Lock()
	if moves {
		t.adopt(&e)
	}
	// While t was not locked another worker may have taken what was here.
	at, _ = t.score(begin, id, p)
	return at
}

// score says where the best transaction for a message is in t, and how well it fits.
func (t *TCAP) score(begin bool, id tcap.TransactionID, p Party) (place, int) {
	slot, side := t.find(id, p)
	if slot == 0 || begin && side != 0 {
		return place{}, 0
	}
	return place{slot, side}, t.entries.at(slot).party[side].score(p)
}

// surrender takes the transaction with this id and party out of t.
func (t *TCAP) surrender(begin bool, id tcap.TransactionID, p Party, e *Transaction) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	slot, side := t.find(id, p)
	if slot == 0 || begin && side != 0 {
		return false
	}
	*e = *t.entries.at(slot)
	t.close(slot)
	return true
}

// adopt puts a transaction into t.
func (t *TCAP) adopt(e *Transaction) {
	slot := t.take()
	t.Counters.Opened-- // it was counted where it began
	*t.entries.at(slot) = *e
	t.entries.at(slot).slot = slot
	for side, n := range e.len {
		if n != 0 {
			t.enter(slot, uint8(side))
		}
	}
	if e.ended() {
		t.lru.remove(slot)
		t.lru.pushBack(ended, slot)
	}
}
