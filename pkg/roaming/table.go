package roaming

import (
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/gaissmai/bart"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/numbering"
	"sigtransit/pkg/partners"
)

// Home is the operator that watches, as the configuration has it. What public facts
// say of its PLMNs (names under 3gppnetwork.org, numbers that its country assigned to
// it) need not be repeated.
type Home struct {
	Name    string
	PLMNs   []telecom.PLMN
	GTs     []string // prefixes of its nodes' numbers, E.164
	MGTs    []string // prefixes of its mobile global titles, E.214
	MSISDNs []string // prefixes of its subscribers' numbers
	Realms  []string // with all that ends in them
	Hosts   []string // exact
	// PointCodes and IPs are its own nodes'. They say which end of a link is home's where
	// no name or number does.
	PointCodes []PointCode
	IPs        []netip.Prefix
}

// IsZero reports that nothing is known of home.
func (h *Home) IsZero() bool {
	return len(h.PLMNs)+len(h.GTs)+len(h.MGTs)+len(h.MSISDNs)+len(h.Realms)+len(h.Hosts)+len(h.PointCodes)+len(h.IPs) == 0
}

// PointCode is a point code with what tells its network.
type PointCode struct {
	PC      telecom.PointCode
	NI      uint8 // network indicator, 0 to 3
	Variant telecom.Variant
}

// Party is an operator at the far end.
type Party struct {
	// ID is that of the partner file, else of the numbering data, else the country's
	// code in lower case, where nothing but the country is known.
	ID      string
	Name    string
	Country string // ISO 3166-1 alpha-2; "" unknown
	PLMN    telecom.PLMN
	// Declared is the partner of the file; nil when numbering data named it.
	Declared *partners.Partner
}

// References to who is at an end: 0 is nobody known, below refHome the number of a
// party.
const (
	refParties = 1<<16 - 1 // most parties
	refHome    = 1 << 16
	// refAbroad: not home, and nobody says who.
	refAbroad = 1 << 17
)

// Bounds of the parties: those that numbering data name come on demand, and there are
// fewer than this many operators and countries in it.
const (
	maxNamed    = 1 << 13
	maxDeclared = refParties - maxNamed
)

// Table is home and its partners laid out for look-ups. It is safe for concurrent use.
type Table struct {
	own  []*partners.Partner // home's own IR.21
	home Home
	// generation tells the notes of one table from those of others in the memory of
	// dialogues that outlive a reload; see Resolver.
	generation uint8

	titles, mobiles ranges // E.164, E.214
	subscribers     ranges // home's MSISDNs
	plmns           map[telecom.PLMN]uint32
	hosts, realms   map[string]uint32
	codes           map[PointCode]bool
	ips             bart.Table[struct{}]
	hasIPs          bool
	// operators are home and declared parties by the ids that numbering data have for
	// their networks.
	operators map[string]uint32

	parties []atomic.Pointer[Party] // by number - 1
	num     atomic.Uint32
	mu      sync.Mutex
	named   map[string]uint32 // by id, under mu: parties of numbering data
}

// Home is what the table was made with.
func (t *Table) Home() *Home { return &t.home }

// Party is the party of a number in Message.Roaming; nil for 0 and for numbers of
// another table.
func (t *Table) Party(n uint32) *Party {
	if t == nil || n-1 >= uint32(len(t.parties)) {
		return nil
	}
	return t.parties[n-1].Load()
}

// NumParties is how many there are: declared ones come first, in the order of the
// files; those of numbering data come as they are met.
func (t *Table) NumParties() uint32 {
	if t == nil {
		return 0
	}
	return t.num.Load()
}

// add gives a party a number; 0 when there are too many.
func (t *Table) add(p *Party) uint32 {
	n := t.num.Load()
	if int(n) == len(t.parties) {
		return 0
	}
	t.parties[n].Store(p)
	t.num.Store(n + 1)
	return n + 1
}

// intern is the number of a party of numbering data.
func (t *Table) intern(id string, make func() Party) uint32 {
	t.mu.Lock()
	defer t.mu.Unlock()
	n, ok := t.named[id]
	if !ok {
		p := make()
		if n = t.add(&p); n == 0 {
			return refAbroad
		}
		t.named[id] = n
	}
	return n
}

// operator is who numbering data name.
func (t *Table) operator(o *numbering.Operator) uint32 {
	if ref, ok := t.operators[o.ID]; ok {
		return ref
	}
	return t.intern(o.ID, func() Party { return Party{ID: o.ID, Name: o.Name, Country: o.Country, PLMN: o.PLMN} })
}

// country is some operator of a country.
func (t *Table) country(iso string, ok bool) uint32 {
	switch {
	case !ok:
		return 0
	case iso == "":
		return refAbroad // a country code or MCC that no country has
	}
	return t.intern(strings.ToLower(iso), func() Party {
		name := iso
		if c, ok := numbering.Country(iso); ok {
			name = c.Name
		}
		return Party{ID: strings.ToLower(iso), Name: name + ", operator unknown", Country: iso}
	})
}

// title is who has an international number.
func (t *Table) title(d telecom.Digits) uint32 {
	if ref := t.titles.lookup(d); ref != 0 {
		return ref
	}
	if o, ok := numbering.OperatorOfGT(d); ok {
		return t.operator(o)
	}
	return t.country(numbering.CountryOfGT(d))
}

// maxCode is the longest country code and network code of E.214 titles that are
// looked for in public facts: digits of a subscriber follow.
const maxCode = 7

// mobile is who has a mobile global title.
func (t *Table) mobile(d telecom.Digits) uint32 {
	if ref := t.mobiles.lookup(d); ref != 0 {
		return ref
	}
	o, iso, ok := numbering.PLMNOfE214(d.Truncate(maxCode))
	if o != nil {
		return t.operator(o)
	}
	return t.country(iso, ok)
}

// network is who has a PLMN whose MNC has a known length.
func (t *Table) network(p telecom.PLMN) uint32 {
	if ref, ok := t.plmns[p]; ok {
		return ref
	}
	if o, ok := numbering.NetworkOf(p); ok {
		return t.operator(o)
	}
	return t.country(numbering.CountryOfMCC(p.MCC))
}

// imsi is who has the IMSIs that begin with the six digits of d.
func (t *Table) imsi(d telecom.Digits) uint32 {
	if p, ok := t.PLMNOfIMSI(d); ok {
		return t.network(p)
	}
	return 0
}

// PLMNOfIMSI is the network of an IMSI by its first six digits. How long its MNC is no
// digit tells (E.212): the longest code counts that home, partners or public facts know,
// since networks of three digits were made out of unused ranges of those of two. One that
// is out of service by public facts stands below what home and partners say, who may have
// got its range. The table may be nil.
func (t *Table) PLMNOfIMSI(d telecom.Digits) (telecom.PLMN, bool) {
	t = t.orNone()
	long, short, ok := networks(d)
	if !ok {
		return telecom.PLMN{}, false
	}
	if _, ok := t.plmns[long]; ok {
		return long, true
	}
	if o, ok := numbering.NetworkOf(long); ok && !o.Inactive {
		return long, true
	}
	if _, ok := t.plmns[short]; ok {
		return short, true
	}
	_, p, _ := numbering.NetworkOfIMSI(d)
	return p, true
}

// networks are the PLMNs that an IMSI may be of. ok is false when it does not begin
// with six decimal digits.
func networks(d telecom.Digits) (long, short telecom.PLMN, ok bool) {
	if d.Len() < 6 {
		return long, short, false
	}
	var v [6]uint16
	for i := range v {
		if v[i] = uint16(d.At(i)); v[i] > 9 {
			return long, short, false
		}
	}
	short = telecom.PLMN{MCC: v[0]*100 + v[1]*10 + v[2], MNC: v[3]*10 + v[4], Digits: 2}
	return telecom.PLMN{MCC: short.MCC, MNC: short.MNC*10 + v[5], Digits: 3}, short, true
}

// maxName is the longest host or realm that is looked at: a domain name has at most
// 253 octets (RFC 1035 2.3.4).
const maxName = 253

// name is who has a host or realm: by the name, by the end of it, or by the PLMN in
// it.
func (t *Table) name(b []byte) uint32 {
	ref, mcc, mnc, ok := t.declaredName(b)
	if ref != 0 || !ok {
		return ref
	}
	if o, _, ok := numbering.NetworkOfRealm(mcc, mnc); ok {
		return t.operator(o)
	}
	return t.country(numbering.CountryOfMCC(mcc))
}

// declaredName is who has a host or realm as home and partners tell. Where they do not,
// ok says that there is a PLMN in it.
func (t *Table) declaredName(b []byte) (ref uint32, mcc, mnc uint16, ok bool) {
	if n := len(b); n > 0 && b[n-1] == '.' {
		b = b[:n-1]
	}
	if len(b) == 0 || len(b) > maxName {
		return 0, 0, 0, false
	}
	var buf [maxName]byte
	low := buf[:len(b)]
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		low[i] = c
	}
	if ref, ok := t.hosts[string(low)]; ok {
		return ref, 0, 0, false
	}
	for i := 0; ; i++ {
		if ref, ok := t.realms[string(low[i:])]; ok {
			return ref, 0, 0, false
		}
		for i < len(low) && low[i] != '.' {
			i++
		}
		if i == len(low) {
			break
		}
	}
	if mcc, mnc, ok = telecom.PLMNOfDomain(low); !ok {
		return 0, 0, 0, false
	}
	lengths := [2]uint8{2, 3}
	if mnc > 99 || telecom.ThreeDigitMNC(mcc) {
		lengths = [2]uint8{3, 2}
	}
	for _, n := range lengths {
		if ref, ok := t.plmns[telecom.PLMN{MCC: mcc, MNC: mnc, Digits: n}]; ok {
			return ref, 0, 0, false
		}
	}
	return 0, mcc, mnc, true
}

// lowerName is a host or realm as it is looked up.
func lowerName(s string) string { return strings.ToLower(strings.TrimSuffix(s, ".")) }

// Own is home's own IR.21 among the partners, a part for each of its networks.
func (t *Table) Own() []*partners.Partner { return t.own }
