package rules

import (
	"iter"
	"net/netip"

	"github.com/gaissmai/bart"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/numbering"
	"sigtransit/pkg/signaling"
)

// index is the watchlist laid out for look-ups. What a look-up gives is a
// reference into lists: a count and as many places in Set.Identifiers, because
// several carriers may claim one value. 0 is "nothing".
//
// The most specific entry wins: the longest prefix, the exact name. Entries of
// role jurisdiction are about whole countries and are found beside the more
// specific ones.
type index struct {
	lists []uint32
	size  int // identifiers in the index
	// shared are the identifiers of equal values, where several have one.
	shared [][]uint32

	codes pcIndex
	ips   bart.Table[uint32]
	gts   digitTrie
	imsis digitTrie
	names nameIndex
	plmns plmnIndex

	hasIPs, hasNames bool
}

// pcIndex finds point codes by variant and network indicator: a code of 24 bits is
// another than one of 14 with the same number.
type pcIndex struct {
	itu [4]*ituCodes // by network indicator
	// wide are the codes of other variants, by wideKey; nil: none is listed.
	wide map[uint32]uint32
}

// ituCodes are the codes of one network indicator. Most messages show one that is not
// listed, which the bits tell in 2 KiB, where the references take 64.
type ituCodes struct {
	bits [1 << 14 / 64]uint64
	refs [1 << 14]uint32
}

func wideKey(v telecom.Variant, ni uint8, pc telecom.PointCode) uint32 {
	return uint32(v)<<26 | uint32(ni&3)<<24 | uint32(pc)
}

func (x *pcIndex) lookup(v telecom.Variant, ni uint8, pc telecom.PointCode) uint32 {
	if v == telecom.ITU {
		if pc >= 1<<14 {
			return 0
		}
		c := x.itu[ni&3]
		if c == nil || c.bits[pc>>6]>>(pc&63)&1 == 0 {
			return 0
		}
		return c.refs[pc]
	}
	if x.wide == nil || pc >= 1<<24 {
		return 0
	}
	return x.wide[wideKey(v, ni, pc)]
}

func (x *pcIndex) put(v telecom.Variant, ni uint8, pc telecom.PointCode, ref uint32) {
	if v != telecom.ITU {
		if x.wide == nil {
			x.wide = map[uint32]uint32{}
		}
		x.wide[wideKey(v, ni, pc)] = ref
		return
	}
	if x.itu[ni] == nil {
		x.itu[ni] = &ituCodes{}
	}
	x.itu[ni].bits[pc>>6] |= 1 << (pc & 63)
	x.itu[ni].refs[pc] = ref
}

// nobodys is the reference of an empty list: what is found there is nobody's, and not the
// shorter prefix's.
const nobodys = 1

// strangers are the networks in service that another operator has within the numbers of
// one of two digits of MNC, by public facts: IMSIs that begin with their three digits are
// theirs (E.212).
func strangers(p telecom.PLMN) iter.Seq[telecom.PLMN] {
	return func(yield func(telecom.PLMN) bool) {
		if p.Digits != 2 {
			return
		}
		own, known := numbering.NetworkOf(p)
		for d := range uint16(10) {
			long := telecom.PLMN{MCC: p.MCC, MNC: p.MNC*10 + d, Digits: 3}
			o, ok := numbering.NetworkOf(long)
			if ok && !o.Inactive && !(known && own.ID == o.ID) && !yield(long) {
				return
			}
		}
	}
}

// list stores a list of identifiers and gives its reference.
func (x *index) list(ids []uint32) uint32 {
	if len(ids) == 0 {
		return 0
	}
	ref := uint32(len(x.lists))
	x.lists = append(append(x.lists, uint32(len(ids))), ids...)
	return ref
}

// at is the list of a reference.
func (x *index) at(ref uint32) []uint32 {
	n := x.lists[ref]
	return x.lists[ref+1 : ref+1+n]
}

// build fills the index. Identifiers of role jurisdiction go in only when some
// rule asks for them: they would match a good part of all traffic.
func (x *index) build(ids []*Identifier, withdrawn, jurisdiction bool) {
	*x = index{lists: []uint32{0, nobodys: 0}}
	groups := make(map[key][]uint32, len(ids))
	var order, several []key // of first sight, so that equal files give equal indexes
	for _, id := range ids {
		if id.Unused = unused(id, withdrawn, jurisdiction); id.Unused != "" {
			continue
		}
		x.size++
		g, ok := groups[id.key]
		if !ok {
			order = append(order, id.key)
		}
		if len(g) == 1 {
			several = append(several, id.key)
		}
		groups[id.key] = append(g, id.Index)
	}
	for _, k := range several {
		x.shared = append(x.shared, groups[k])
	}
	// wide are the country-level members of less specific entries.
	wide := func(own []uint32, keys func(yield func(key) bool)) []uint32 {
		if !jurisdiction {
			return own
		}
		out := own
		for k := range keys {
			for _, i := range groups[k] {
				if ids[i].Role == signaling.RoleJurisdiction {
					out = append(out[:len(out):len(out)], i)
				}
			}
		}
		return out
	}
	shorter := func(k key) func(func(key) bool) {
		return func(yield func(key) bool) {
			for n := k.digits.Len() - 1; n > 0; n-- {
				k.digits = k.digits.Truncate(n)
				if k.plmn = (telecom.PLMN{}); !yield(k) {
					return
				}
			}
		}
	}
	var gts, imsis growing
	names := map[string][4]uint32{}
	name := func(k key, own []uint32, place int) {
		r := names[k.name]
		r[place] = x.list(own)
		names[k.name] = r
	}
	for _, k := range order {
		own := groups[k]
		switch k.kind {
		case keyPointCode:
			x.putCode(k, own, groups, wide)
		case keyIP:
			x.hasIPs = true
			x.ips.Insert(k.ip, x.list(wide(own, func(yield func(key) bool) {
				for n := k.ip.Bits() - 1; n >= 0; n-- {
					if p, err := k.ip.Addr().Prefix(n); err == nil && !yield(key{kind: keyIP, ip: p}) {
						return
					}
				}
			})))
		case keyGT:
			gts.put(k.digits, x.list(wide(own, shorter(k))))
		case keyPLMN:
			ref := x.list(wide(own, shorter(k)))
			imsis.put(k.digits, ref)
			p := k.plmn
			for n := range strangers(p) {
				if groups[key{kind: keyPLMN, digits: n.Prefix(), plmn: n}] != nil {
					continue // it has an entry of its own
				}
				country := groups[key{kind: keyPLMN, digits: k.digits.Truncate(3)}]
				ref := x.list(wide(country, func(yield func(key) bool) { yield(k) }))
				if ref == 0 {
					ref = nobodys
				}
				imsis.put(n.Prefix(), ref)
			}
			if p.IsZero() {
				p.MCC = uint16(k.digits.At(0))*100 + uint16(k.digits.At(1))*10 + uint16(k.digits.At(2))
			}
			x.plmns.put(p, ref)
			x.hasNames = true // of 3gppnetwork.org
		case keyHost:
			name(k, own, refHost+refExact)
		case keyHostSuffix:
			name(k, own, refHost+refSuffix)
		case keyRealm:
			name(k, own, refRealm+refExact)
		case keyRealmSuffix:
			name(k, own, refRealm+refSuffix)
		}
	}
	x.gts.build(&gts)
	x.imsis.build(&imsis)
	x.names.build(names)
	x.hasNames = x.hasNames || len(names) > 0
}

// unused is why an identifier is not looked for; empty when it is.
func unused(id *Identifier, withdrawn, jurisdiction bool) string {
	switch {
	case id.Status == StatusReassigned:
		return "reassigned: somebody else's now"
	case id.Status == StatusWithdrawn && !withdrawn:
		return "withdrawn: looked for with --include-withdrawn"
	case id.Role == signaling.RoleJurisdiction && !jurisdiction:
		return "no rule in force asks for evidence jurisdiction"
	}
	return ""
}

// putCode stores a point code, or the codes of an area that have no entry of
// their own.
func (x *index) putCode(k key, own []uint32, groups map[key][]uint32, wide func([]uint32, func(func(key) bool)) []uint32) {
	if !k.area {
		ref := x.list(wide(own, func(yield func(key) bool) {
			yield(key{kind: keyPointCode, variants: k.variants, ni: k.ni, pc: k.pc &^ 7, area: true})
		}))
		for v := range telecom.NumVariants {
			if k.variants>>v&1 != 0 {
				x.codes.put(v, k.ni, k.pc, ref)
			}
		}
		return
	}
	ref := x.list(own)
	for pc := k.pc; pc < k.pc+8; pc++ {
		if groups[key{kind: keyPointCode, variants: k.variants, ni: k.ni, pc: pc}] == nil {
			x.codes.put(telecom.ITU, k.ni, pc, ref)
		}
	}
}

// ip looks an address up; 4-in-6 addresses are IPv4 ones.
func (x *index) ip(a netip.Addr) uint32 {
	ref, _ := x.ips.Lookup(a.Unmap())
	return ref
}
