package rules

import (
	"encoding/binary"

	"sigtransit/decoders/telecom"
)

// maxName is the longest DNS name, and so the longest DiameterIdentity (RFC 6733
// 4.3.1, RFC 1035 2.3.4), in octets. A longer one names nobody.
const maxName = 255

// nameIndex finds hosts and realms, exact or by a suffix that ends on a label
// border, in one walk over the name from its right end.
type nameIndex struct {
	slots []nameSlot // open addressing, at most half full; nil when empty
	mask  uint64
}

type nameSlot struct {
	hash uint64
	name string // lower case; "": free
	refs [4]uint32
}

// Places in nameSlot.refs.
const (
	refExact  = 0
	refSuffix = 1
	refHost   = 0
	refRealm  = 2
)

var lower = func() (t [256]byte) {
	for i := range t {
		t[i] = byte(i)
		if i >= 'A' && i <= 'Z' {
			t[i] = byte(i) + 'a' - 'A'
		}
	}
	return t
}()

const (
	nameSeed  = 0xcbf29ce484222325
	namePrime = 0x100000001b3
)

func spread(h uint64) uint64 { h ^= h >> 29; return h * 0x9e3779b97f4a7c15 >> 20 }

func (x *nameIndex) build(names map[string][4]uint32) {
	*x = nameIndex{}
	if len(names) == 0 {
		return
	}
	size := uint64(16)
	for size < 2*uint64(len(names)) {
		size *= 2
	}
	x.slots, x.mask = make([]nameSlot, size), size-1
	for name, refs := range names {
		h := uint64(nameSeed)
		for i := len(name) - 1; i >= 0; i-- {
			h = (h ^ uint64(name[i])) * namePrime
		}
		i := spread(h) & x.mask
		for x.slots[i].name != "" {
			i = (i + 1) & x.mask
		}
		x.slots[i] = nameSlot{h, name, refs}
	}
}

// lookup finds the most specific entry for a name without a trailing dot: the
// exact one, else the longest suffix. side is refHost or refRealm.
func (x *nameIndex) lookup(name []byte, side int) uint32 {
	if x.slots == nil {
		return 0
	}
	best := uint32(0)
	h := uint64(nameSeed)
	for i := len(name) - 1; i >= 0; i-- {
		h = (h ^ uint64(lower[name[i]])) * namePrime
		if i > 0 && name[i-1] != '.' {
			continue
		}
		s := x.find(h, name[i:])
		if s == nil {
			continue
		}
		if r := s.refs[side+refSuffix]; r != 0 {
			best = r
		}
		if r := s.refs[side+refExact]; i == 0 && r != 0 {
			best = r
		}
	}
	return best
}

func (x *nameIndex) find(h uint64, name []byte) *nameSlot {
	for i := spread(h) & x.mask; ; i = (i + 1) & x.mask {
		s := &x.slots[i]
		if s.name == "" {
			return nil
		}
		if s.hash == h && equalFold(name, s.name) {
			return s
		}
	}
}

// equalFold compares with a name in lower case.
func equalFold(b []byte, low string) bool {
	if len(b) != len(low) {
		return false
	}
	for i, c := range b {
		if lower[c] != low[i] {
			return false
		}
	}
	return true
}

// plmnIndex finds PLMNs that are known as such, not as the head of an IMSI. Each
// message that names the visited network asks, and most networks of a listed country
// are not listed: a table of the country answers with one look.
type plmnIndex [1000]*plmnCountry

type plmnCountry struct {
	whole uint32       // entry of the country
	short [100]uint32  // by MNC of two digits
	long  [1000]uint32 // by MNC of three digits
}

// entry is that of a PLMN; nil: there is no such PLMN.
func (c *plmnCountry) entry(mnc uint16, digits uint8) *uint32 {
	switch {
	case digits == 0:
		return &c.whole
	case digits == 2 && int(mnc) < len(c.short):
		return &c.short[mnc]
	case digits == 3 && int(mnc) < len(c.long):
		return &c.long[mnc]
	}
	return nil
}

// put enters a PLMN, or a whole country: one without digits in its MNC.
func (x *plmnIndex) put(p telecom.PLMN, ref uint32) {
	c := &x[p.MCC%1000]
	if *c == nil {
		*c = &plmnCountry{}
	}
	if e := (*c).entry(p.MNC, p.Digits); e != nil {
		*e = ref
	}
}

// of is the table of a country; nil: nothing of it is listed.
func (x *plmnIndex) of(mcc uint16) *plmnCountry {
	if int(mcc) >= len(x) {
		return nil
	}
	return x[mcc]
}

// lookup finds a PLMN, else its country.
func (x *plmnIndex) lookup(p telecom.PLMN) uint32 {
	c := x.of(p.MCC)
	if c == nil {
		return 0
	}
	if e := c.entry(p.MNC, p.Digits); e != nil && *e != 0 {
		return *e
	}
	return c.whole
}

// lookupPadded finds a PLMN from a name, where 12 and 012 look the same: the
// length that is the rule in the country is tried first.
func (x *plmnIndex) lookupPadded(mcc, mnc uint16) uint32 {
	c := x.of(mcc)
	if c == nil {
		return 0
	}
	lengths := [2]uint8{2, 3}
	if mnc > 99 || telecom.ThreeDigitMNC(mcc) {
		lengths = [2]uint8{3, 2}
	}
	for _, n := range lengths {
		if e := c.entry(mnc, n); e != nil && *e != 0 {
			return *e
		}
	}
	return c.whole
}

// nameMemo remembers what names gave. Names repeat: the hosts and realms of one
// operator's roaming links are some hundreds. It is direct-mapped, bounded, and
// belongs to one engine; a flood of invented names only makes it miss.
type nameMemo struct {
	entries [memoSize]memoEntry
}

const (
	memoSize = 1 << memoBits
	memoBits = 11
	memoName = 110 // longest name kept, octets
)

type memoEntry struct {
	used  bool
	realm bool
	n     uint8
	name  [memoName]byte
	// found are references of hosts or realms, and of PLMNs.
	found [2]uint32
}

// slot is the entry for a name of 1 to memoName octets. The hash takes eight
// octets each from the start, the middle, the end and before the common ending
// of names under 3gppnetwork.org, where names of one network differ.
func (c *nameMemo) slot(name []byte, realm bool) *memoEntry {
	h := uint64(len(name))
	if realm {
		h += 0x100
	}
	if n := len(name); n >= 8 {
		h = h<<48 ^ binary.LittleEndian.Uint64(name) ^ binary.LittleEndian.Uint64(name[n-8:])*0x9e3779b97f4a7c15
		h ^= binary.LittleEndian.Uint64(name[n/2-4:]) * 0xd6e8feb86659fd93
		if n >= 32 {
			h ^= binary.LittleEndian.Uint64(name[n-24:]) * 0xa0761d6478bd642f
			h ^= binary.LittleEndian.Uint64(name[n-32:]) * 0xe7037ed1a0b428db
		}
	} else {
		for _, b := range name {
			h = h<<8 ^ uint64(b) ^ h>>56
		}
	}
	h = (h ^ h>>32) * 0x9e3779b97f4a7c15
	return &c.entries[h>>(64-memoBits)]
}

func (e *memoEntry) is(name []byte, realm bool) bool {
	return e.used && e.realm == realm && int(e.n) == len(name) && string(e.name[:e.n]) == string(name)
}
