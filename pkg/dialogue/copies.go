package dialogue

import (
	"sync"

	"sigtransit/decoders/tcap"
)

// Bounds of the memory of copies: ways times copyWays messages, as many as others may
// read while batches wait for a slow worker.
const (
	ways     = 1 << 14
	copyWays = 3
)

// copies is which messages were met of late. Ends send several in a row, and a worker
// of a group reads its links in order and knows nothing of those of others: when it meets
// the second copy of a message, the dialogue may be several messages further on, or over,
// at the worker that met the first. So it is not enough to know the last message of a side.
type copies [ways]way

// way is what transaction ids of one hash have in common. Its lock is held while a
// message finds its transaction, so that of two workers which meet the copies of one
// message at once the second finds what the first has opened. It is taken before the
// lock of a table, and never while one is held. Lock and messages stand in one line of
// the cache, since another worker is as often as not the last that had them.
type way struct {
	mu  sync.Mutex
	met [copyWays]met
	_   [8]byte
}

// met is a message by its octets and ids, and when, where and by which worker it was
// met first; key 0: none.
type met struct {
	key  uint64 // the number of the worker in the lowest bits, a hash above
	at   uint32 // see instant
	link uint32
}

const (
	workerBits = 16
	// linger is tcapLinger in instants.
	linger = int32(tcapLinger >> instantBits)

	instantBits = 20
)

// instant is a time to the millisecond, about; two that are weeks apart compare wrongly.
func instant(ns int64) uint32 { return uint32(ns >> instantBits) }

func (e *met) worker() int { return int(e.key & (1<<workerBits - 1)) }

// way is that of a transaction id.
func (c *copies) way(id tcap.TransactionID) *way {
	return &c[tidHash(short(id), id.Len)%ways]
}

// keyOf is the key of a message, without a worker.
func keyOf(m *tcap.Message, sig uint32) uint64 {
	return (mix(mix(uint64(sig)|uint64(m.Type)<<32, uint64(short(m.OTID)))^hashSeed, uint64(short(m.DTID))) | 1) << workerBits
}

// again says, for a table that stands alone, that a message was met on another link, and
// remembers it where it was not. No lock ties what has one id to one way: messages are
// spread over all.
func (c *copies) again(now int64, m *tcap.Message, sig uint32, link uint64) bool {
	key := keyOf(m, sig)
	e := c[key>>32%ways].find(key)
	if e.copy(key, now, link) {
		return true
	}
	*e = met{key, instant(now), uint32(link)}
	return false
}

// find is the place of a message, which holds another one or none where it was not met.
func (w *way) find(key uint64) *met {
	e := &w.met[0]
	for i := range w.met {
		x := &w.met[i]
		if x.is(key) {
			return x
		}
		if e.key != 0 && (x.key == 0 || int32(x.at-e.at) < 0) {
			e = x
		}
	}
	return e
}

func (e *met) is(key uint64) bool { return e.key>>workerBits == key>>workerBits }

// copy says that the message of the key was met on another link, not long ago. On the
// same link it is another message: see Transaction.copied.
func (e *met) copy(key uint64, now int64, link uint64) bool {
	age := int32(instant(now) - e.at)
	return e.is(key) && e.link != uint32(link) && age < linger && age > -linger
}
