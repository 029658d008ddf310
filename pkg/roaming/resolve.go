package roaming

import (
	"sigtransit/decoders/diameter"
	"sigtransit/decoders/gsmmap"
	"sigtransit/decoders/sccp"
	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
)

// Resolver says of messages who is at their ends. It belongs to one worker.
type Resolver struct {
	t    *Table
	memo memo
}

// NewResolver makes the resolver of one worker; nil for a nil table.
func NewResolver(t *Table) *Resolver {
	if t == nil {
		return nil
	}
	return &Resolver{t: t}
}

// Table is what r resolves by.
func (r *Resolver) Table() *Table { return r.t }

// What Memory.Roamed holds: the direction of messages of the side that began the
// dialogue, whose subscriber it is about, and the generation of the table.
const (
	noteDirection  = 7
	noteSubscriber = 3
	shiftWhose     = 3
	shiftTable     = 5
)

// Resolve fills in m.Roaming. A dialogue has one partner and one subscriber: what the
// first message that names them told holds for all that follow.
func (r *Resolver) Resolve(m *signaling.Message) {
	y := m.Memory
	if y == nil {
		r.resolve(m)
		return
	}
	m.Roaming = signaling.Roaming{}
	if y.Roamed>>shiftTable == r.t.generation&7 {
		d, w := signaling.Direction(y.Roamed&noteDirection), signaling.Whose(y.Roamed>>shiftWhose&noteSubscriber)
		if m.Side != 0 {
			d = reversed(d)
		}
		m.Roaming = signaling.Roaming{Direction: d, Subscriber: w, Partner: uint32(y.Partner)}
		if d != signaling.DirectionUnknown && w != signaling.WhoseUnknown && (y.Partner != 0 || d == signaling.Internal) {
			return
		}
	}
	known := m.Roaming
	r.resolve(m)
	if known.Direction != signaling.DirectionUnknown {
		m.Roaming.Direction = known.Direction
	}
	if known.Subscriber != signaling.WhoseUnknown {
		m.Roaming.Subscriber = known.Subscriber
	}
	if known.Partner != 0 {
		m.Roaming.Partner = known.Partner
	}
	d := m.Roaming.Direction
	if m.Side != 0 {
		d = reversed(d)
	}
	y.Roamed = uint8(d) | uint8(m.Roaming.Subscriber)<<shiftWhose | r.t.generation<<shiftTable
	y.Partner = uint16(m.Roaming.Partner)
}

// reversed is the direction of what answers, or comes back.
func reversed(d signaling.Direction) signaling.Direction {
	switch d {
	case signaling.Outbound:
		return signaling.Inbound
	case signaling.Inbound:
		return signaling.Outbound
	}
	return d
}

// ends is who is at the ends of a message, as references.
type ends struct {
	from, to uint32
	mobile   uint32 // who has the IMSI that a title of plan E.214 at either end is made of
}

// resolve looks at the message alone.
func (r *Resolver) resolve(m *signaling.Message) {
	var e ends
	subscriber := r.imsi(m.IMSI)
	if m.Diameter != nil {
		r.diameterEnds(&e, m.Diameter)
	} else if m.SCCP != nil {
		e.from = r.address(&e, m, &m.SCCP.Calling, subscriber)
		e.to = r.address(&e, m, &m.SCCP.Called, subscriber)
	}
	if e.from == 0 || e.to == 0 {
		r.labels(&e, m)
	}
	if subscriber == 0 {
		subscriber = e.mobile
	}
	if m.Undelivered() {
		e.from, e.to = e.to, e.from // those of the original
	}
	asks, answers := rolesIn(m)
	d := direction(&e)
	near, far, end := roleUnknown, roleUnknown, uint32(0)
	switch d {
	case signaling.Outbound:
		near, far, end = asks, answers, e.to
	case signaling.Inbound:
		near, far, end = answers, asks, e.from
	}
	m.Roaming = signaling.Roaming{Direction: d, Subscriber: r.whose(m, d, subscriber, near, far, end)}
	var partner uint32
	switch d {
	case signaling.Outbound, signaling.Inbound:
		partner = r.partner(m, far, end, subscriber)
	case signaling.Through:
		partner = first(subscriber, e.to, e.from)
	case signaling.DirectionUnknown:
		partner = first(e.from, e.to)
	}
	m.Roaming.Partner = partner
	if m.Undelivered() {
		m.Roaming.Direction = reversed(d)
	}
}

// direction is told by the ends. What leaves home for somebody unknown does leave it.
func direction(e *ends) signaling.Direction {
	switch {
	case e.from == refHome && e.to == refHome:
		return signaling.Internal
	case e.from == refHome:
		return signaling.Outbound
	case e.to == refHome:
		return signaling.Inbound
	case e.from != 0 && e.to != 0:
		return signaling.Through
	}
	return signaling.DirectionUnknown
}

// isParty reports that a reference is to a party: neither home, nor somebody without a
// name, nor nobody.
func isParty(ref uint32) bool { return ref-1 < refParties }

// first is the first party of several references, 0 when there is none.
func first(refs ...uint32) uint32 {
	for _, ref := range refs {
		if isParty(ref) {
			return ref
		}
	}
	return 0
}

// partner is who is at the far end, by what says it best for its role: see the package
// comment.
func (r *Resolver) partner(m *signaling.Message, far role, end, subscriber uint32) uint32 {
	switch far {
	case roleServing:
		return first(r.serving(m), end)
	case roleHome:
		return first(subscriber, r.node(m, gsmmap.NodeHLR, gsmmap.NodeHLR), end)
	case roleService:
		return first(r.centre(m), end)
	}
	return first(end, subscriber, r.serving(m))
}

// serving is the network that serves the subscriber, by what the message names inside.
func (r *Resolver) serving(m *signaling.Message) uint32 {
	if d := m.Diameter; d != nil {
		if !d.VisitedPLMN.IsZero() {
			if ref := r.network(d.VisitedPLMN); isParty(ref) {
				return ref
			}
		}
		nodes := d.Nodes()
		for i := range nodes {
			n := &nodes[i]
			if n.Role < diameter.NodeMMENumber || n.Role > diameter.NodeServing {
				continue
			}
			ref := uint32(0)
			switch {
			case n.GT.Len() != 0:
				ref = r.title(n.GT)
			case len(n.Name) != 0:
				ref = r.name(n.Name)
			}
			if isParty(ref) {
				return ref
			}
		}
		return 0
	}
	return r.node(m, gsmmap.NodeMSC, gsmmap.NodeSMSF)
}

// centre is who has the service centre, GMLC or gsmSCF that the message names.
func (r *Resolver) centre(m *signaling.Message) uint32 {
	if d := m.Diameter; d != nil {
		if d.SCAddress.Len() != 0 {
			return r.title(d.SCAddress)
		}
		return 0
	}
	if ref := r.node(m, gsmmap.NodeServiceCentre, gsmmap.NodeGsmSCF); ref != 0 {
		return ref
	}
	return r.node(m, gsmmap.NodeGMLC, gsmmap.NodeGMLC)
}

// Numbering plans, alike in global titles (Q.713 3.4.2.3.3) and in MAP (3GPP TS 29.002
// 17.7.8), and natures of address, which are not.
const (
	planUnknown = 0
	planE164    = 1
	planE212    = 6
	planE214    = 7

	titleSubscriber = 1 // Q.713 3.4.2.3.1
	titleNational   = 3

	mapNational   = 2 // 3GPP TS 29.002 17.7.8
	mapSubscriber = 4
)

// node is the party of the first node of MAP with one of several roles.
func (r *Resolver) node(m *signaling.Message, from, to gsmmap.NodeRole) uint32 {
	if m.MAP == nil {
		return 0
	}
	nodes := m.MAP.Nodes()
	for i := range nodes {
		n := &nodes[i]
		if n.Role < from || n.Role > to || n.NPI > planE164 || n.NAI == mapNational || n.NAI == mapSubscriber {
			continue
		}
		if ref := r.title(n.GT); isParty(ref) {
			return ref
		}
	}
	return 0
}

// address is who has an SCCP address, by its global title. A plan stands in titles of
// indicator 3 and 4 only; the others are E.164 by use. National numbers lack what would
// tell whose they are.
func (r *Resolver) address(e *ends, m *signaling.Message, a *sccp.Address, subscriber uint32) uint32 {
	if a.GTI == 0 || a.GT.Len() == 0 {
		return 0
	}
	if a.GTI >= 3 {
		switch a.NP {
		case planUnknown, planE164:
		case planE212:
			return r.imsi(a.GT)
		case planE214:
			ref := subscriber
			if ref == 0 || !madeOf(a.GT, m.IMSI) {
				ref = r.t.mobile(a.GT)
			}
			e.mobile = ref
			return ref
		default:
			return 0
		}
	}
	if (a.GTI == 1 || a.GTI == 4) && a.NAI >= titleSubscriber && a.NAI <= titleNational {
		return 0
	}
	return r.title(a.GT)
}

// madeOf reports that a mobile global title ends as an IMSI does behind its PLMN: it
// was made of that IMSI (E.214 4), whatever stands in front. Titles of more than 15
// digits are cut behind.
func madeOf(title, imsi telecom.Digits) bool {
	const enough = 7 // digits that agree by chance in one of ten million
	for code := 3; code <= maxCode; code++ {
		tail := title.Drop(code)
		if n := tail.Len(); n >= enough {
			for _, plmn := range [...]int{5, 6} {
				if msin := imsi.Drop(plmn); msin.Len() >= n && msin.HasPrefix(tail) {
					return true
				}
			}
		}
	}
	return false
}

// diameterEnds are told by realms, which agents leave alone, else by hosts.
func (r *Resolver) diameterEnds(e *ends, d *diameter.Message) {
	if len(d.OriginRealm) != 0 {
		e.from = r.name(d.OriginRealm)
	}
	if e.from == 0 && len(d.OriginHost) != 0 {
		e.from = r.name(d.OriginHost)
	}
	if len(d.DestinationRealm) != 0 {
		e.to = r.name(d.DestinationRealm)
	}
	if e.to == 0 && len(d.DestinationHost) != 0 {
		e.to = r.name(d.DestinationHost)
	}
}

// labels fills in home where no title and no name tells an end. An address without a
// title is that of the point code in it, else in the routing label. Otherwise label and
// IP addresses are of the next hop: which of two is home's tells where a message comes
// from, and nothing of anybody else.
func (r *Resolver) labels(e *ends, m *signaling.Message) {
	t := r.t
	if s := m.SUA; s != nil {
		if e.from == 0 && len(s.Calling.Host) != 0 {
			e.from = r.name(s.Calling.Host)
		}
		if e.to == 0 && len(s.Called.Host) != 0 {
			e.to = r.name(s.Called.Host)
		}
	}
	var from, to bool
	// Without a label nothing says which network a code in an address is of.
	if s := m.SCCP; s != nil && len(t.codes) != 0 && m.M3UA != nil && m.M3UA.HasData {
		ni := m.M3UA.Data.NI
		from, to = t.codes[PointCode{m.M3UA.Data.OPC, ni, s.Variant}], t.codes[PointCode{m.M3UA.Data.DPC, ni, s.Variant}]
		if e.from == 0 && s.Calling.GT.Len() == 0 {
			if a := &s.Calling; a.HasPC && t.codes[PointCode{a.PC, ni, s.Variant}] || !a.HasPC && from {
				e.from = refHome
			}
		}
		if e.to == 0 && s.Called.GT.Len() == 0 {
			if a := &s.Called; a.HasPC && t.codes[PointCode{a.PC, ni, s.Variant}] || !a.HasPC && to {
				e.to = refHome
			}
		}
	}
	if t.hasIPs && !from && !to {
		_, from = t.ips.Lookup(m.Src.Addr().Unmap())
		_, to = t.ips.Lookup(m.Dst.Addr().Unmap())
	}
	if from != to { // between two of home's own the ends are not known
		if from && e.from == 0 && e.to != refHome {
			e.from = refHome
		}
		if to && e.to == 0 && e.from != refHome {
			e.to = refHome
		}
	}
}

// whose says whose subscriber a message is about. near is what home does for him, far
// what the other end does, which is end. Without a number the roles tell: who is asked
// for a subscription has it.
func (r *Resolver) whose(m *signaling.Message, d signaling.Direction, subscriber uint32, near, far role, end uint32) signaling.Whose {
	if subscriber == 0 && m.MSISDN.Len() != 0 && r.t.subscribers.lookup(m.MSISDN) != 0 {
		subscriber = refHome
	}
	switch {
	case subscriber == refHome:
		return signaling.WhoseHome
	case d == signaling.DirectionUnknown:
		return signaling.WhoseUnknown
	case subscriber == 0 && near == roleHome:
		return signaling.WhoseHome
	case subscriber == 0 && far != roleHome:
		return signaling.WhoseUnknown
	case d == signaling.Internal, near == roleServing, near == roleUnknown && subscriber == end:
		return signaling.WhoseVisitor
	}
	return signaling.WhoseForeign
}
