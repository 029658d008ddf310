package reassembly

import (
	"slices"
	"sort"

	"sigtransit/decoders/sctp"
)

// Bounds of one direction of an SCTP association.
const (
	// tsnWindowMin and tsnWindowMax bound, in TSNs, how far behind the highest TSN
	// a chunk may come and still be told from a duplicate. A receiver window of
	// 1 MiB holds some 10,000 small chunks, so the ring grows to 65,536 on demand.
	tsnWindowMin = 1 << 10
	tsnWindowMax = 1 << 16
	// tsnJump is the distance from which a TSN is not a gap any more but another
	// numbering: the association restarted unseen.
	tsnJump = 1 << 20
	// joinSlack is how far before the first TSN seen a late chunk is accepted
	// where the capture began inside the association.
	joinSlack = 256

	fragTimeout   = 60 * second
	fragMaxPieces = 4096    // in one direction
	fragMaxOctets = 1 << 20 // in one direction
)

// Verdict on a TSN.
type Verdict uint8

// Verdicts.
const (
	TSNNew       Verdict = iota
	TSNDuplicate         // delivered before: a retransmission or a mirrored copy
	TSNReset             // new, and of another numbering than before
)

// SCTP is one direction of an SCTP association.
type SCTP struct {
	next    uint32 // lowest TSN not received
	high    uint32 // highest TSN received; next-1 when nothing is missing
	floor   uint32 // TSNs before it are not missed: the capture began there
	started bool
	joined  bool     // next is still before floor
	heard   bool     // acked is known
	acked   uint32   // the receiver acknowledged all TSNs before it
	ring    []uint64 // bit TSN mod its size: received, from next to high

	// Missing counts TSNs that were passed over for good: chunks the capture lacks.
	Missing uint64
	Loss
	judging   bool   // the receiver reported chunks, or chunks were sent again
	forwarded bool   // forward is known
	forward   uint32 // the sender gave up all TSNs before it that were not acknowledged
	judge     *judge // nil while there was nothing to judge
	soon      mark
	late      mark
	streams

	frags  []*frag // by message and place; pointers, because one in front moves all others
	octets int
	fsn    fsnRule
	swept  int64
	out    []byte
	cut    bool    // out lacks its end
	free   []*frag // pieces handed on, with their buffers
}

type frag struct {
	key        uint64 // 0 for DATA; stream, U bit and message id for I-DATA
	ord        uint32 // TSN; place in the message for I-DATA: 0 first, else FSN+1
	tsn        uint32
	begin, end bool
	cut        bool // the capture has less of it than was sent
	stream     uint16
	ppid       uint32
	at         int64
	data       []byte
}

// fsnRule is how a sender of I-DATA numbers the fragments behind the first, which
// has no number on the wire.
type fsnRule uint8

const (
	fsnUnknown  fsnRule = iota
	fsnFromOne          // the first is 0, the second 1 (RFC 8260 2.1)
	fsnFromZero         // the second is 0: so does the Linux kernel
)

// Start sets the first TSN of a direction from INIT or INIT ACK (RFC 9260 3.3.2)
// and forgets what came before.
func (s *SCTP) Start(initialTSN uint32) {
	s.Renumber()
	s.next, s.high, s.floor, s.started, s.joined = initialTSN, initialTSN-1, initialTSN, true, false
	s.streams.known = true
}

// Started reports that a TSN is known.
func (s *SCTP) Started() bool { return s.started }

// Renumber forgets the numbering: the next TSN begins another one.
func (s *SCTP) Renumber() {
	s.settleAll()
	clear(s.ring)
	s.remove(0, len(s.frags))
	s.started, s.heard, s.judging, s.forwarded = false, false, false, false
	s.judge, s.soon, s.late = nil, mark{}, mark{}
	s.streams.renumber()
}

// Expects reports that tsn is close to the numbering of this direction.
func (s *SCTP) Expects(tsn uint32) bool {
	d := int32(tsn - s.next)
	return s.started && d > -tsnWindowMax && d < tsnWindowMax
}

// Accept judges one TSN. Arithmetic is that of RFC 1982 (RFC 9260 1.6), so a
// wrap is nothing special.
func (s *SCTP) Accept(tsn uint32, c *Counters) Verdict {
	if !s.started {
		if s.heard {
			s.meet(tsn)
		}
		s.started, s.joined = true, true
		s.floor, s.next, s.high = tsn, tsn-joinSlack, tsn-joinSlack-1
	}
	d := int32(tsn - s.next)
	if d == 0 && s.high == tsn-1 && !s.judging { // in order: nothing is outstanding
		s.next, s.high = tsn+1, tsn
		return TSNNew
	}
	switch {
	case d < 0 && d > -tsnJump:
		c.Duplicates++
		return TSNDuplicate
	case d < 0 || d > tsnJump:
		s.Renumber()
		s.Accept(tsn, c)
		return TSNReset
	}
	s.fit(tsn, c)
	if int32(s.high-tsn) >= 0 && s.bit(tsn) {
		c.Duplicates++
		return TSNDuplicate
	}
	s.setBit(tsn)
	if int32(tsn-s.high) > 0 {
		s.high = tsn
	}
	if s.joined && int32(s.high-s.floor) > joinSlack {
		s.passOver(s.floor) // whatever came before the capture is over
		s.joined = false
	}
	s.advance()
	return TSNNew
}

// fit makes the ring span from next to tsn, by growing it and then by giving up
// the oldest missing TSNs.
func (s *SCTP) fit(tsn uint32, c *Counters) {
	span := tsn - s.next
	if size := uint32(len(s.ring) * 64); span >= size && size < tsnWindowMax {
		for size == 0 || (span >= size && size < tsnWindowMax) {
			size = max(2*size, tsnWindowMin)
		}
		old := s.ring
		s.ring = make([]uint64, size/64)
		c.Grown += uint64(size/8) - uint64(8*len(old))
		if n := uint32(len(old) * 64); n > 0 {
			for t := s.next; int32(s.high-t) >= 0; t++ {
				if old[t%n/64]&(1<<(t%64)) != 0 {
					s.setBit(t)
				}
			}
		}
	}
	if size := uint32(len(s.ring) * 64); span >= size {
		s.passOver(tsn - size + 1)
	}
}

// Fragment takes a chunk that is not a whole message (B and E bits not both set)
// and returns the user message when it completes it, with the PPID and stream of
// its first piece. The message is valid until the next call. Where the capture cut
// a piece, the message ends there, and Cut says so. Fragments of DATA
// carry consecutive TSNs (RFC 9260 6.9); those of I-DATA a message identifier and
// fragment numbers of their own (RFC 8260 2.1), so messages may be interleaved.
func (s *SCTP) Fragment(now int64, d *sctp.Data, c *Counters) (msg []byte, ppid uint32, complete bool) {
	f := frag{ord: d.TSN, tsn: d.TSN, begin: d.Begin, end: d.End, stream: d.StreamID, ppid: d.PPID, at: now, cut: d.Truncated}
	if d.IData {
		f.key = 1<<63 | uint64(d.StreamID)<<32 | uint64(d.Sequence)
		if d.Unordered {
			f.key |= 1 << 62
		}
		f.ord = 0
		if !d.Begin {
			f.ord = d.FSN + 1
			if d.FSN == 0 {
				s.fsn = fsnFromZero
			}
		}
	}
	s.expire(now, len(d.Payload), c)
	if !d.Unordered {
		s.streams.part(d.StreamID, d.Sequence)
	}
	i := sort.Search(len(s.frags), func(i int) bool { return !s.frags[i].before(&f) })
	if i < len(s.frags) && s.frags[i].key == f.key && s.frags[i].ord == f.ord {
		c.Duplicates++
		return nil, 0, false
	}
	s.keep(i, &f, d.Payload)
	first, last, whole := s.run(i)
	if !whole {
		return nil, 0, false
	}
	s.out, s.cut = s.out[:0], false
	for _, p := range s.frags[first : last+1] {
		s.out = append(s.out, p.data...)
		if s.cut = p.cut; s.cut {
			break // what follows would stand at the wrong place
		}
	}
	ppid = s.frags[first].ppid
	if !d.Unordered {
		s.streams.complete(d.StreamID, d.Sequence)
	}
	s.remove(first, last+1)
	c.Completed++
	return s.out, ppid, true
}

// Cut reports that the message Fragment returned last lacks its end, because the
// capture cut one of its pieces.
func (s *SCTP) Cut() bool { return s.cut }

// keep puts a piece at place i.
func (s *SCTP) keep(i int, f *frag, payload []byte) {
	var p *frag
	if n := len(s.free); n > 0 {
		p, s.free = s.free[n-1], s.free[:n-1]
	} else {
		p = &frag{}
	}
	f.data = append(p.data[:0], payload...)
	*p = *f
	s.frags = append(s.frags, nil)
	copy(s.frags[i+1:], s.frags[i:])
	s.frags[i] = p
	s.octets += len(p.data)
}

// run finds the first and the last piece of the message around piece i, whole if they
// are all there. It steps to both sides in turn: a long run of pieces that lacks one
// end costs no more than the side on which it does.
func (s *SCTP) run(i int) (first, last int, whole bool) {
	first, last = i, i
	for !s.frags[first].begin || !s.frags[last].end {
		if !s.frags[first].begin {
			if first == 0 || !s.follows(s.frags[first], s.frags[first-1]) {
				return 0, 0, false
			}
			first--
		}
		if !s.frags[last].end {
			if last+1 == len(s.frags) || !s.follows(s.frags[last+1], s.frags[last]) {
				return 0, 0, false
			}
			last++
		}
	}
	return first, last, true
}

// before orders fragments by message and place. TSNs compare as serial numbers.
func (f *frag) before(g *frag) bool {
	if f.key != g.key {
		return f.key < g.key
	}
	return int32(f.ord-g.ord) < 0
}

// follows reports that f is the piece right after g in one message.
func (s *SCTP) follows(f, g *frag) bool {
	if f.key != g.key || f.stream != g.stream || g.end || f.begin {
		return false
	}
	if f.key != 0 && g.begin && f.ord == 2 && s.fsn != fsnFromZero {
		// FSN 1 behind the first piece: the second one, unless the sender counts
		// from 0 and the piece with FSN 0 is still to come. When no TSN between
		// the two is missing, it is not.
		if s.fsn == fsnUnknown && !s.gapless(g.tsn, f.tsn) {
			return false
		}
		s.fsn = fsnFromOne
		return true
	}
	return f.ord == g.ord+1
}

// gapless reports that all TSNs between two that were received are there too. It
// looks at so many at most as a sender keeps under way.
func (s *SCTP) gapless(from, to uint32) bool {
	from = later(from+1, s.next)
	return int32(to-from) <= 0 || to-from <= tsnWindowMin && s.received(from, to) == to-from
}

// Take hands out what was counted since it was called last.
func (s *SCTP) Take() (missing, messages uint64, l Loss) {
	missing, messages, l = s.Missing, s.Messages, s.Loss
	s.Missing, s.Messages, s.before, s.lacking, s.Loss = 0, 0, 0, 0, Loss{}
	return missing, messages, l
}

// Held is the octets of memory that pieces of messages take.
func (s *SCTP) Held() int {
	n := s.octets + cap(s.out) + 8*len(s.ring)
	if s.judge != nil {
		n += reportSize * cap(s.judge.reports)
	}
	for _, p := range s.free {
		n += cap(p.data)
	}
	return n
}

// Drop gives up all pieces and their memory, and judges what is outstanding. The
// numbering begins anew with the next chunk.
func (s *SCTP) Drop(c *Counters) {
	c.Evicted += uint64(len(s.frags))
	s.Renumber()
	s.frags, s.free, s.out, s.octets, s.ring = nil, nil, nil, 0, nil
}

func (s *SCTP) release(p *frag) {
	s.octets -= len(p.data)
	if len(s.free) < 16 {
		s.free = append(s.free, p)
	}
}

func (s *SCTP) remove(i, j int) {
	for _, p := range s.frags[i:j] {
		s.release(p)
	}
	n := copy(s.frags[i:], s.frags[j:])
	clear(s.frags[i+n:])
	s.frags = s.frags[:i+n]
}

// expire drops pieces that waited too long and, at a bound, the oldest ones.
func (s *SCTP) expire(now int64, incoming int, c *Counters) {
	if now-s.swept > second || now < s.swept {
		s.swept = now
		kept := s.frags[:0]
		for _, p := range s.frags {
			if now-p.at > fragTimeout {
				s.release(p)
				c.Expired++
				continue
			}
			kept = append(kept, p)
		}
		clear(s.frags[len(kept):])
		s.frags = kept
	}
	for len(s.frags) > 0 && (len(s.frags) >= fragMaxPieces || s.octets+incoming > fragMaxOctets) {
		s.evict(c)
	}
}

// evict drops the oldest eighth of the pieces: to look for one alone each time would
// make each further piece cost a walk over all.
func (s *SCTP) evict(c *Counters) {
	times := make([]int64, len(s.frags))
	for i, p := range s.frags {
		times[i] = p.at
	}
	slices.Sort(times)
	most := max(1, len(times)/8)
	before := times[most-1]
	kept := s.frags[:0]
	for _, p := range s.frags {
		if most > 0 && p.at <= before {
			s.release(p)
			c.Evicted++
			most--
			continue
		}
		kept = append(kept, p)
	}
	clear(s.frags[len(kept):])
	s.frags = kept
}
