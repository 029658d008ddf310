package rules

import (
	"net/netip"
	"slices"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
)

// LinkCarrier is an entry of the link inventory: whose the other end of one of our
// signaling links is. All that is given has to fit, as for the links of dissection,
// and the first entry that fits counts. There is no better evidence: whoever wrote it
// signed the contract.
type LinkCarrier struct {
	Name             string
	Peers            []netip.Prefix
	Ports            []uint16
	PointCodes       []telecom.PointCode // of the routing label, either one
	NetworkIndicator *uint8
	Carrier          string // id
	At               Place  // where the carrier is named, for messages
}

// inventory is the link inventory laid out for look-ups. Entries that say nothing of
// the routing label are looked for once a link and kept with its marks; the others
// are found by point code or network indicator, message by message.
type inventory struct {
	links []inventoryLink
	plain []uint16            // entries without point codes and network indicator
	codes map[uint32][]uint16 // by inventoryKey
	nets  [4][]uint16         // entries of a network indicator without point codes
	seen  [4]*[1 << 14 / 64]uint64
	wide  bool // some code has more than 14 bits
	label bool // some entry needs the routing label
}

type inventoryLink struct {
	*LinkCarrier
	id *Identifier
}

func inventoryKey(ni uint8, pc telecom.PointCode) uint32 {
	return uint32(ni&3)<<24 | uint32(pc)&0xffffff
}

// takeLinks lays out the links of the options; their identifiers stand behind those
// of the carriers.
func (s *Set) takeLinks(links []LinkCarrier) {
	x := &s.inventory
	for i := range links {
		l := &links[i]
		c, _ := s.Carrier(l.Carrier)
		id := &Identifier{
			Carrier: c, Type: TypeLink, Value: l.Name, Role: signaling.RoleTransit, Confidence: signaling.ConfidenceHigh, Status: StatusListed,
			Source: "link inventory", At: l.At, Index: uint32(len(s.Identifiers)), key: key{kind: keyLink, name: l.Name},
		}
		s.Identifiers = append(s.Identifiers, id)
		n := uint16(len(x.links))
		x.links = append(x.links, inventoryLink{l, id})
		if l.PointCodes == nil && l.NetworkIndicator == nil {
			x.plain = append(x.plain, n)
			continue
		}
		x.label = true
		for ni := range uint8(4) {
			if l.NetworkIndicator != nil && *l.NetworkIndicator&3 != ni {
				continue
			}
			if l.PointCodes == nil {
				x.nets[ni] = append(x.nets[ni], n)
			}
			for _, pc := range l.PointCodes {
				x.put(ni, pc, n)
			}
		}
	}
}

func (x *inventory) put(ni uint8, pc telecom.PointCode, n uint16) {
	if x.codes == nil {
		x.codes = map[uint32][]uint16{}
	}
	k := inventoryKey(ni, pc)
	x.codes[k] = append(x.codes[k], n)
	if pc >= 1<<14 {
		x.wide = true
		return
	}
	if x.seen[ni] == nil {
		x.seen[ni] = new([1 << 14 / 64]uint64)
	}
	x.seen[ni][pc>>6] |= 1 << (pc & 63)
}

// at are the entries of a point code, first ones first.
func (x *inventory) at(ni uint8, pc telecom.PointCode) []uint16 {
	if pc < 1<<14 {
		if b := x.seen[ni&3]; b == nil || b[pc>>6]>>(pc&63)&1 == 0 {
			return nil
		}
	} else if !x.wide {
		return nil
	}
	return x.codes[inventoryKey(ni, pc)]
}

// fits tests what an entry says of addresses and ports.
func (l *LinkCarrier) fits(k *signaling.Link) bool {
	if l.Ports != nil && !slices.Contains(l.Ports, k.Ends[0].Port) && !slices.Contains(l.Ports, k.Ends[1].Port) {
		return false
	}
	if l.Peers == nil {
		return true
	}
	for end := range k.Ends {
		for _, a := range k.Ends[end].Addrs {
			a = a.Unmap()
			for _, p := range l.Peers {
				if p.Contains(a) {
					return true
				}
			}
		}
	}
	return false
}

// number is the place of an entry by its identifier.
func (x *inventory) number(id uint32) int { return int(id - x.links[0].id.Index) }

// first is the first of some entries that fits a link and stands before limit.
func (x *inventory) first(entries []uint16, l *signaling.Link, limit int) int {
	for _, n := range entries {
		if int(n) >= limit {
			break
		}
		if x.links[n].fits(l) {
			return int(n)
		}
	}
	return limit
}

// labelled is the first entry that fits a message by its routing label and stands
// before limit, else limit.
func (x *inventory) labelled(m *signaling.Message, limit int) int {
	if m.M3UA == nil || !m.M3UA.HasData {
		return limit
	}
	d := &m.M3UA.Data
	limit = x.first(x.at(d.NI, d.OPC), m.Link, limit)
	limit = x.first(x.at(d.NI, d.DPC), m.Link, limit)
	return x.first(x.nets[d.NI&3], m.Link, limit)
}

// checkLinks tests that the carriers of the link inventory exist.
func (l *loader) checkLinks(links []LinkCarrier) {
	for i := range links {
		k := &links[i]
		if l.carrierIDs[k.Carrier] != nil {
			continue
		}
		l.problemAt(k.At, "link %q: no carrier %q; want one of %s", k.Name, k.Carrier, l.knownCarriers())
	}
}

// knownCarriers lists the ids of carriers for messages.
func (l *loader) knownCarriers() string {
	ids := make([]string, 0, len(l.carriers))
	for _, e := range l.carriers {
		ids = append(ids, e.carrier.ID)
	}
	return shortList(ids)
}
