package dialogue

import "sigtransit/pkg/signaling"

// Bounds of the table of Diameter requests.
const (
	// MaxRequests entries of 192 octets are the most a worker keeps.
	MaxRequests = 1 << 17
	// requestIdle is how long an answer is waited for. RFC 6733 leaves the
	// timeout to the application; agents give up after some 5 to 30 s.
	requestIdle = 60 * second
)

// RequestKey names a request on its link (RFC 6733 3: the Hop-by-Hop Identifier
// is unique on a connection at a time, the End-to-End Identifier and Origin-Host
// for minutes).
type RequestKey struct {
	Link     uint64
	HopByHop uint32
	EndToEnd uint32
	From     uint8 // the end of the link that sent the request
}

func (k RequestKey) hash() uint32 {
	return fold(mix(uint64(k.HopByHop)<<32|uint64(k.EndToEnd), k.Link<<1|uint64(k.From)))
}

// Request is a Diameter request whose answer is waited for.
type Request struct {
	key       RequestKey // first: it is what a look-up reads
	at        int64
	Operation signaling.Operation
	_         [64 - 24 - 8 - 2]byte
	Memory    signaling.Memory
	_         [8]byte
}

// Diameter is the table of requests.
type Diameter struct {
	Counters Counters

	entries slab[Request] // by slot; slot 0 is the list's sentinel
	index   index
	lru     list
	live    int
	done    int32 // the slot handed out by Answer, to be freed; 0: none
}

// NewDiameter is an empty table.
func NewDiameter() *Diameter {
	t := &Diameter{}
	t.lru.grow()
	t.entries.grow()
	return t
}

// Len is the number of requests without an answer.
func (t *Diameter) Len() int { return t.live }

func (t *Diameter) find(k RequestKey, h uint32) int32 {
	if len(t.index.cells) == 0 {
		return 0
	}
	for i := t.index.from(h); ; i++ {
		c := t.index.cell(i)
		if c.n == 0 || c.hash == h && t.entries.at(c.n).key == k {
			return c.n
		}
	}
}

// Request opens the entry of a request. repeated: one with this key is open
// already (a retransmission); its entry is returned. The entry is valid until
// the next call.
func (t *Diameter) Request(now int64, k RequestKey, op signaling.Operation) (r *Request, repeated bool) {
	h := k.hash()
	t.age(now)
	if slot := t.find(k, h); slot != 0 {
		t.Counters.Duplicates++
		return t.entries.at(slot), true
	}
	if t.live >= MaxRequests {
		t.close(t.lru.front(0))
		t.Counters.Evicted++
	}
	slot, grown := t.entries.take()
	if grown {
		t.lru.grow()
	}
	e := t.entries.at(slot)
	e.key, e.Operation, e.at = k, op, now
	e.Memory.Reset()
	e.Memory.Signature = uint64(h) | 1<<32
	t.index.insert(slot, h)
	t.lru.pushBack(0, slot)
	t.live++
	t.Counters.Opened++
	return e, false
}

// Answer takes the request that an answer belongs to out of the table; k.From is
// the end that sent the request, not the answer. nil: the request was not seen.
// The entry is valid until the next call.
func (t *Diameter) Answer(now int64, k RequestKey) *Request {
	t.age(now)
	slot := t.find(k, k.hash())
	if slot == 0 {
		t.Counters.Unmatched++
		return nil
	}
	t.unlink(slot)
	t.done = slot
	t.Counters.Closed++
	return t.entries.at(slot)
}

func (t *Diameter) unlink(slot int32) {
	t.index.remove(slot, t.entries.at(slot).key.hash())
	t.lru.remove(slot)
	t.live--
}

func (t *Diameter) close(slot int32) {
	t.unlink(slot)
	t.entries.free = append(t.entries.free, slot)
}

// age frees the slot whose use is over and drops what waited for too long.
func (t *Diameter) age(now int64) {
	if t.done != 0 {
		t.entries.free = append(t.entries.free, t.done)
		t.done = 0
	}
	if slot := t.lru.front(0); slot != 0 && now-t.entries.at(slot).at > requestIdle {
		t.close(slot)
		t.Counters.Expired++
	}
}
