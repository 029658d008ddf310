package dialogue

import (
	"encoding/binary"

	"sigtransit/pkg/signaling"
)

// Bounds of the table of Diameter requests.
const (
	// MaxRequests entries of 192 octets are the most a worker keeps.
	MaxRequests = 1 << 17
	// requestIdle is how long an answer is waited for. RFC 6733 leaves the
	// timeout to the application; agents give up after some 5 to 30 s.
	requestIdle = 60 * second
	// sightWindow is how long after the first sight of a request a second one on
	// another link may be the same request. An agent passes it on at once.
	sightWindow = 5 * second
	// sights bounds the requests whose second sight is recognised: those of the
	// last moments.
	sights = 1 << 13
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
	return fold(mix(uint64(k.HopByHop)<<32|uint64(k.EndToEnd), (k.Link<<1|uint64(k.From))^hashSeed))
}

// Sight names a request wherever it is seen: an agent that passes it on keeps the
// End-to-End Identifier, the Origin-Host and the Session-Id (RFC 6733 3, 6.1.9, 8.8). The
// last is what tells requests of stacks apart that count the first anew on each
// connection. The lowest bit is the T flag, which tells a request that was sent again on
// another link from one that is seen there again. 0: it is seen on one link only.
type Sight uint64

// SightOf is the sight of a request with an origin; sessionID is empty where it has none.
func SightOf(endToEnd, command uint32, again bool, originHost, sessionID []byte) Sight {
	s := Sight(mix(mix(uint64(endToEnd)<<32|uint64(command), uint64(signature(originHost))), digest(sessionID))) &^ 1
	if again {
		s |= 1
	}
	return s | 2 // never 0
}

// digest is a hash of all octets: Session-Ids of one node may differ in any of them, and
// have its name before and an optional value behind (RFC 6733 8.8).
func digest(b []byte) uint64 {
	h := uint64(len(b))
	for ; len(b) >= 8; b = b[8:] {
		h = mix(h, binary.LittleEndian.Uint64(b))
	}
	for _, c := range b {
		h = h<<8 ^ h>>56 ^ uint64(c)
	}
	return mix(h, hashSeed)
}

// request is the sight without the T flag.
func (s Sight) request() Sight { return s &^ 1 }

// sent is a bit for each way of sending: first, and again.
func (s Sight) sent() uint8 { return 1 << (s & 1) }

// Request is a Diameter request whose answer is waited for.
type Request struct {
	key       RequestKey // first: it is what a look-up reads
	at        int64
	sight     Sight
	Operation signaling.Operation
	twin      int32 // slot of the first sight of the same request; 0: this is it
	twins     uint8 // second sights that are open
	sent      uint8 // how it was sent, at any sight
	answered  bool  // an answer was seen, at any sight
	gone      bool  // answered itself, kept for its twins
	_         [64 - 24 - 8 - 8 - 13]byte
	Memory    signaling.Memory
}

// Diameter is the table of requests.
type Diameter struct {
	Counters Counters

	entries slab[Request] // by slot; slot 0 is the list's sentinel
	index   index
	lru     list
	live    int
	done    int32 // the slot handed out by Answer, to be freed; 0: none
	// recent finds the first sight of a request: a hash table whose entries push each
	// other out.
	recent [sights]struct {
		tag  uint32
		slot int32
	}
}

// NewDiameter is an empty table.
func NewDiameter() *Diameter {
	t := &Diameter{}
	t.lru.grow()
	t.entries.grow()
	return t
}

// Len is the number of requests without an answer, with those that wait for their
// second sights to be answered.
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
// already, with this sight (a retransmission); its entry is returned. duplicate: the same
// request was seen on another link shortly before, on the other side of a mirrored agent;
// mem is what the sights share. A request that is sent again on another link shares it too,
// and is no duplicate: its answer is. mem is valid until the next call.
func (t *Diameter) Request(now int64, k RequestKey, op signaling.Operation, sight Sight) (mem *signaling.Memory, repeated, duplicate bool) {
	h := k.hash()
	t.age(now)
	if slot := t.find(k, h); slot != 0 && t.entries.at(slot).sight != sight.request() {
		t.close(slot) // identifiers that are used anew: the old request is over
	} else if slot != 0 {
		t.Counters.Duplicates++
		e := t.entries.at(slot)
		if first := t.first(e); first != nil {
			return &first.Memory, true, true
		}
		return &e.Memory, true, false
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
	e.key, e.Operation, e.at, e.sight, e.sent = k, op, now, sight.request(), sight.sent()
	e.twin, e.twins, e.answered, e.gone = 0, 0, false, false
	e.Memory.Reset()
	e.Memory.Signature = uint64(h) | 1<<32
	t.index.insert(slot, h)
	t.lru.pushBack(0, slot)
	t.live++
	t.Counters.Opened++
	if sight == 0 {
		return &e.Memory, false, false
	}
	r := &t.recent[sight>>2%sights]
	if tag := uint32(sight >> 32); r.tag != tag || r.slot == 0 {
		r.tag, r.slot = tag, slot
		return &e.Memory, false, false
	}
	first := t.entries.at(r.slot)
	if first.sight != e.sight || first.key.Link == k.Link || now-first.at > sightWindow || first.at-now > sightWindow || first.twins == 255 {
		r.slot = slot
		return &e.Memory, false, false
	}
	e.twin = r.slot
	first.twins++
	duplicate = first.sent&e.sent != 0
	first.sent |= e.sent
	t.countDuplicate(duplicate)
	return &first.Memory, false, duplicate
}

// first is the first sight of what e is a second sight of; nil when e is none, or the
// first is forgotten.
func (t *Diameter) first(e *Request) *Request {
	if e.twin == 0 {
		return nil
	}
	if f := t.entries.at(e.twin); f.sight == e.sight {
		return f
	}
	return nil
}

// Answer takes the request that an answer belongs to out of the table; k.From is
// the end that sent the request, not the answer. mem is nil when the request was not
// seen. duplicate: the answer was seen on another link. mem is valid until the next
// call.
func (t *Diameter) Answer(now int64, k RequestKey) (mem *signaling.Memory, op signaling.Operation, duplicate bool) {
	t.age(now)
	slot := t.find(k, k.hash())
	if slot == 0 {
		t.Counters.Unmatched++
		return nil, 0, false
	}
	t.Counters.Closed++
	e := t.entries.at(slot)
	op = e.Operation
	if f := t.first(e); f != nil {
		duplicate, f.answered = f.answered, true
		t.close(slot)
		t.countDuplicate(duplicate)
		return &f.Memory, op, duplicate
	}
	duplicate, e.answered = e.answered, true
	t.countDuplicate(duplicate)
	if e.twins > 0 {
		// Its second sights have still to be answered. It is not found any more, but
		// ages on.
		t.index.remove(slot, e.key.hash())
		e.gone = true
		return &e.Memory, op, duplicate
	}
	t.unlink(slot)
	t.done = slot
	return &e.Memory, op, duplicate
}

func (t *Diameter) countDuplicate(duplicate bool) {
	if duplicate {
		t.Counters.Duplicates++
	}
}

func (t *Diameter) unlink(slot int32) {
	e := t.entries.at(slot)
	if !e.gone {
		t.index.remove(slot, e.key.hash())
	}
	t.lru.remove(slot)
	t.live--
	if f := t.first(e); f != nil {
		if f.twins--; f.twins == 0 && f.gone {
			twin := e.twin
			e.twin = 0
			t.release(twin)
		}
	}
	e.sight = 0 // no second sight finds it any more
}

// release gives up a first sight whose second sights are all answered.
func (t *Diameter) release(slot int32) {
	e := t.entries.at(slot)
	t.lru.remove(slot)
	t.live--
	e.sight = 0
	t.entries.free = append(t.entries.free, slot)
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
		if !t.entries.at(slot).gone {
			t.Counters.Expired++
		}
		t.close(slot)
	}
}
