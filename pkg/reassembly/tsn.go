package reassembly

import "math/bits"

// The ring keeps one bit a TSN, at the TSN modulo its size, which is a power of two
// and a multiple of 64. All that walks over it takes 64 TSNs a step: whoever jumps
// through the numbers must not make a packet dear.

// bit says that t, which lies between next and high, was received.
func (s *SCTP) bit(t uint32) bool {
	return len(s.ring) > 0 && s.ring[t/64&uint32(len(s.ring)-1)]&(1<<(t%64)) != 0
}

func (s *SCTP) setBit(t uint32) { s.ring[t/64&uint32(len(s.ring)-1)] |= 1 << (t % 64) }

// words gives the words that hold the TSNs from a up to, not including, b, with a mask
// of the bits that are theirs. The range is at most the ring.
func (s *SCTP) words(a, b uint32) func(yield func(word *uint64, mask uint64) bool) {
	return func(yield func(word *uint64, mask uint64) bool) {
		for a != b {
			n := min(64-a%64, b-a)
			if !yield(&s.ring[a/64&uint32(len(s.ring)-1)], ^uint64(0)>>(64-n)<<(a%64)) {
				return
			}
			a += n
		}
	}
}

// received counts the TSNs from a up to b that were received.
func (s *SCTP) received(a, b uint32) uint32 { return s.count(a, b, 0) }

// forget is received, and clears their bits.
func (s *SCTP) forget(a, b uint32) uint32 { return s.count(a, b, ^uint64(0)) }

func (s *SCTP) count(a, b uint32, cleared uint64) (n uint32) {
	a, b = later(a, s.next), earlier(b, s.high+1)
	if len(s.ring) == 0 || int32(b-a) <= 0 {
		return 0
	}
	for w, mask := range s.words(a, b) {
		n += uint32(bits.OnesCount64(*w & mask))
		*w &^= mask & cleared
	}
	return n
}

// holes counts the TSNs from a up to b that were not received, as far as they are
// missed: before floor nobody looked.
func (s *SCTP) holes(a, b uint32) uint64 {
	if a = later(a, s.next); s.joined { // later on, floor may be half the numbers away
		a = later(a, s.floor)
	}
	if int32(b-a) <= 0 {
		return 0
	}
	return uint64(b - a - s.received(a, b))
}

// later and earlier choose by serial arithmetic (RFC 1982).
func later(a, b uint32) uint32 {
	if int32(a-b) > 0 {
		return a
	}
	return b
}

func earlier(a, b uint32) uint32 {
	if int32(a-b) < 0 {
		return a
	}
	return b
}

// Outstanding is the number of TSNs missing at this moment: those between the lowest
// one not received and the highest one seen or acknowledged.
func (s *SCTP) Outstanding() uint64 {
	if !s.started {
		return s.unseen()
	}
	return s.holes(s.next, s.sent())
}

// sent is the TSN behind the highest one that is known to have been sent.
func (s *SCTP) sent() uint32 {
	if s.heard {
		return later(s.high+1, s.acked)
	}
	return s.high + 1
}

// advance moves next over what has been received.
func (s *SCTP) advance() {
	for int32(s.high-s.next) >= 0 {
		w := &s.ring[s.next/64&uint32(len(s.ring)-1)]
		off := s.next % 64
		n := min(uint32(bits.TrailingZeros64(^(*w >> off))), 64-off, s.high+1-s.next)
		if n == 0 {
			return
		}
		*w &^= ^uint64(0) >> (64 - n) << off
		s.next += n
	}
}

// passOver gives up the missing TSNs before t. Those that the receiver acknowledged
// were lost at the tap; of the others nothing tells.
func (s *SCTP) passOver(t uint32) {
	if int32(t-s.next) <= 0 {
		return
	}
	from := s.next
	if s.joined {
		from = earlier(later(from, s.floor), t)
		s.forget(s.next, from)
	}
	split := from
	if s.heard {
		split = later(from, earlier(t, s.acked))
		n := uint64(split - from - s.forget(from, split))
		s.Missing += n
		s.Tap += n
	}
	s.Missing += uint64(t - split - s.forget(split, t))
	s.next = t
	if int32(t-s.high) > 0 {
		s.high = t - 1
	}
	s.advance()
}
