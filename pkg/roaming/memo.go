package roaming

import (
	"hash/maphash"

	"sigtransit/decoders/telecom"
)

// memo remembers what numbers, names and heads of IMSIs gave: the nodes of an
// operator's roaming links are some thousands. It is direct-mapped, bounded, and
// belongs to one resolver; a flood of invented numbers only makes it miss.
type memo struct {
	titles [1 << titleBits]struct {
		digits telecom.Digits
		ref    uint32
	}
	names [1 << nameBits]struct {
		hash uint64 // 0: free
		ref  uint32
	}
	heads [1 << headBits]struct {
		head uint32 // six digits of an IMSI, or a PLMN; 0: free
		ref  uint32
	}
}

const (
	titleBits = 11
	nameBits  = 11
	headBits  = 9
	spread    = 0x9e3779b97f4a7c15
)

// seed differs from run to run: names are told apart by 64 bits, and nobody can choose
// two that meet.
var seed = maphash.MakeSeed()

func (r *Resolver) title(d telecom.Digits) uint32 {
	hi, lo := d.Words()
	e := &r.memo.titles[(hi^hi>>32^lo)*spread>>(64-titleBits)]
	if e.digits != d {
		e.digits, e.ref = d, r.t.title(d)
	}
	return e.ref
}

func (r *Resolver) name(b []byte) uint32 {
	h := maphash.Bytes(seed, b) | 1
	e := &r.memo.names[h>>(64-nameBits)]
	if e.hash != h {
		e.hash, e.ref = h, r.t.name(b)
	}
	return e.ref
}

// imsi is who has an IMSI, or a title of plan E.212.
func (r *Resolver) imsi(d telecom.Digits) uint32 {
	if d.Len() < 6 {
		return 0
	}
	hi, _ := d.Words()
	head := uint32(hi>>40) | isIMSI
	e := &r.memo.heads[head*0x9e3779b1>>(32-headBits)]
	if e.head != head {
		e.head, e.ref = head, r.t.imsi(d)
	}
	return e.ref
}

const (
	isIMSI = 1 << 24
	isPLMN = 1 << 25
)

// network is who has a PLMN.
func (r *Resolver) network(p telecom.PLMN) uint32 {
	if p.MCC > 999 || p.MNC > 999 {
		return 0
	}
	head := uint32(p.MCC)<<12 | uint32(p.MNC)<<2 | uint32(p.Digits&3) | isPLMN
	e := &r.memo.heads[head*0x9e3779b1>>(32-headBits)]
	if e.head != head {
		e.head, e.ref = head, r.t.network(p)
	}
	return e.ref
}
