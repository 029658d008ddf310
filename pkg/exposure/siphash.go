package exposure

import (
	"encoding/binary"
	"math/bits"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
)

// sipKey is the key of SipHash.
type sipKey struct{ k0, k1 uint64 }

func newSipKey(b []byte) sipKey {
	return sipKey{binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])}
}

// number is the hash of a number of a kind.
func (k sipKey) number(d telecom.Digits, kind uint64) uint64 {
	hi, lo := d.Words()
	return k.sum(hi, lo|kind|uint64(d.Len()))
}

// link is a hash of the two ends of a link, whichever stands first; never 0. An end is the
// address that was seen of it first, which of a multi-homed one is the primary path as a rule.
// Its port belongs to it, but for the higher one of a connection: who connects takes another
// each time.
func (k sipKey) link(l *signaling.Link) int64 {
	var ends [2]uint64
	for i := range l.Ends {
		e, port := &l.Ends[i], uint64(l.Ends[i].Port)
		if l.Transport != signaling.SCTP && e.Port > l.Ends[1-i].Port {
			port = 0
		}
		var a [16]byte
		if len(e.Addrs) != 0 {
			a = e.Addrs[0].As16()
		}
		ends[i] = k.sum(k.sum(binary.LittleEndian.Uint64(a[:8]), binary.LittleEndian.Uint64(a[8:])), port)
	}
	return max(int64(k.sum(k.sum(min(ends[0], ends[1]), max(ends[0], ends[1])), uint64(l.Transport))>>1), 1)
}

// sum is SipHash-2-4 (Aumasson and Bernstein, 2012) over two whole words.
func (k sipKey) sum(a, b uint64) uint64 {
	v0, v1 := k.k0^0x736f6d6570736575, k.k1^0x646f72616e646f6d
	v2, v3 := k.k0^0x6c7967656e657261, k.k1^0x7465646279746573
	v3 ^= a
	v0, v1, v2, v3 = sipRound(v0, v1, v2, v3)
	v0, v1, v2, v3 = sipRound(v0, v1, v2, v3)
	v0 ^= a
	v3 ^= b
	v0, v1, v2, v3 = sipRound(v0, v1, v2, v3)
	v0, v1, v2, v3 = sipRound(v0, v1, v2, v3)
	v0 ^= b
	const last = uint64(2*8) << 56 // the length and no octets besides
	v3 ^= last
	v0, v1, v2, v3 = sipRound(v0, v1, v2, v3)
	v0, v1, v2, v3 = sipRound(v0, v1, v2, v3)
	v0 ^= last
	v2 ^= 0xff
	v0, v1, v2, v3 = sipRound(v0, v1, v2, v3)
	v0, v1, v2, v3 = sipRound(v0, v1, v2, v3)
	v0, v1, v2, v3 = sipRound(v0, v1, v2, v3)
	v0, v1, v2, v3 = sipRound(v0, v1, v2, v3)
	return v0 ^ v1 ^ v2 ^ v3
}

// sipRound is small enough to be inlined.
func sipRound(v0, v1, v2, v3 uint64) (uint64, uint64, uint64, uint64) {
	v0 += v1
	v1 = bits.RotateLeft64(v1, 13) ^ v0
	v2 += v3
	v3 = bits.RotateLeft64(v3, 16) ^ v2
	v0 = bits.RotateLeft64(v0, 32) + v3
	v3 = bits.RotateLeft64(v3, 21) ^ v0
	v2 += v1
	v1 = bits.RotateLeft64(v1, 17) ^ v2
	return v0, v1, bits.RotateLeft64(v2, 32), v3
}

// Kinds of numbers, so that an IMSI and an MSISDN of equal digits are two. They stand
// between the digits and their number, which takes five bits.
const (
	numberIMSI   uint64 = 1 << 6
	numberMSISDN uint64 = 2 << 6
)
