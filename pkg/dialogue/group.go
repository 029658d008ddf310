package dialogue

import (
	"math"
	"sync"
	"sync/atomic"

	"sigtransit/decoders/tcap"
)

// group is the tables of workers that read one network together. A transaction
// stands in one of them, that of the worker which saw its last message, and moves
// when the next one comes by a link of another worker. So a worker that sees all
// of a dialogue, as nearly all do, only pays for a lock that nobody else holds.
//
// Two workers that meet the two copies of a message (an STP's mirror) at once may both
// count it: of copies sent back to back a few of a hundred were. One worker counts
// right.
type group struct {
	tables   []*TCAP
	mirrored atomic.Int64 // the latest TCAP.mirrored of all tables
}

// NewTCAPGroup makes n tables that share their transactions, one for each worker.
// Each must be used by one goroutine at a time; different ones may be used at
// once. Between Match and Release the worker's own table is locked.
func NewTCAPGroup(n int) []*TCAP {
	g := &group{tables: make([]*TCAP, n)}
	g.mirrored.Store(math.MinInt64)
	for i := range g.tables {
		g.tables[i] = NewTCAP()
		if n > 1 {
			g.tables[i].group = g
		}
	}
	return g.tables
}

// shared is what a table in a group has besides.
type shared struct {
	group *group // nil: the table stands alone, and is not locked
	mu    sync.Mutex
	held  bool // mu is held by the worker whose table it is, from Match to Release
}

// settle brings the transaction of a message into t, from the table of another
// worker if need be, and leaves t locked. No two tables are ever locked at a time
// by one worker, so none waits for another that waits for it.
func (t *TCAP) settle(m *tcap.Message, calling, called Party) {
	id, p, begin := m.DTID, called, false
	switch m.Type {
	case tcap.Begin:
		id, p, begin = m.OTID, calling, true
	case tcap.Continue, tcap.End, tcap.Abort:
	default:
		t.mu.Lock()
		return
	}
	t.mu.Lock()
	if slot, side := t.find(id, p); slot != 0 && !(begin && side != 0) {
		return
	}
	t.mu.Unlock()
	var e Transaction
	found := false
	for _, other := range t.group.tables {
		if other != t && other.surrender(id, p, begin, &e) {
			found = true
			break
		}
	}
	t.mu.Lock()
	if found {
		t.adopt(&e)
	}
}

// surrender takes the transaction with this id and party out of t.
func (t *TCAP) surrender(id tcap.TransactionID, p Party, begin bool, e *Transaction) bool {
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
			t.index.insert(2*slot+int32(side), tidHash(e.tid[side], n))
		}
	}
	if e.ended {
		t.lru.remove(slot)
		t.lru.pushBack(ended, slot)
	}
}
