package rules

import (
	"slices"

	"sigtransit/decoders/diameter"
	"sigtransit/decoders/gsmmap"
	"sigtransit/decoders/sccp"
	"sigtransit/decoders/sua"
	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
)

// Engine evaluates messages against a Set. It holds the scratch memory of one
// worker and must not be used by two goroutines at once. Nothing in it outlives a
// message but the memory of names and the counters.
type Engine struct {
	set   *Set
	index *index

	hits    [maxHits]hit
	numHits int

	tallies [maxCarriers]tally
	carrs   int
	touched []*Carrier
	fresh   []*Carrier // adjacent by the link, and news
	// verdicts is how the message at hand came, as far as it is known.
	verdicts []Verdict

	sightings []Sighting
	values    []byte
	finding   Finding
	counts    []uint64 // findings by Detection.Index

	memo nameMemo

	flowMessage signaling.Message // what findings about links have for a message
}

// Bounds of one message. Addresses are bounded by their decoders, but several
// carriers may claim each; more than this is a broken watchlist, not traffic.
const (
	maxHits     = 48
	maxCarriers = 16
)

// hit is a sighting before it is told.
type hit struct {
	id  uint32
	pos signaling.Position
	sub uint8 // which of several: node, hop, end of the link
	old bool  // from the memory of the dialogue
}

// tally is what the sightings of one carrier add up to.
type tally struct {
	carrier         *Carrier
	evidence        signaling.Evidence
	confidence      signaling.Confidence
	group           bool
	groupConfidence signaling.Confidence
	declared        *declared // what the partner says, where it counts
}

// NewEngine makes the engine of one worker.
func NewEngine(s *Set) *Engine {
	return &Engine{
		set: s, index: &s.index,
		touched:   make([]*Carrier, 0, maxCarriers),
		verdicts:  make([]Verdict, 0, maxCarriers),
		fresh:     make([]*Carrier, 0, maxCarriers),
		sightings: make([]Sighting, 0, maxHits),
		values:    make([]byte, 0, maxHits*maxName),
		counts:    make([]uint64, len(s.Detections)),
	}
}

// Set is the set that the engine evaluates.
func (e *Engine) Set() *Set { return e.set }

// Touched are the watched carriers that the last message gave evidence of transit
// for: declared, address, hop or adjacent. The slice is reused by the next Evaluate.
func (e *Engine) Touched() []*Carrier { return e.touched }

// Findings are the numbers of findings made so far by Detection.Index. The slice
// belongs to the engine.
func (e *Engine) Findings() []uint64 { return e.counts }

// Evaluate looks for every carrier in m and its link, remembers in m.Memory what
// it saw, and hands each finding to emit: at most one for each carrier and rule.
// What emit is given is valid during the call only. It caches marks in m.Link.
func (e *Engine) Evaluate(m *signaling.Message, emit func(*Finding)) {
	e.numHits = 0
	e.touched, e.fresh, e.verdicts = e.touched[:0], e.fresh[:0], e.verdicts[:0]
	gen := e.set.Generation
	if l := m.Link; l.MarksGeneration != gen || l.MarksVersion != l.Version {
		e.markLink(l)
	}
	e.look(m)
	mem := m.Memory
	if mem != nil {
		if mem.Generation != gen {
			mem.Generation, mem.NumMarks = gen, 0
		}
		if e.numHits != 0 || mem.NumMarks != 0 {
			e.remember(mem)
		}
	}
	if e.numHits == 0 && m.Link.NumMarks == 0 && !(e.set.paths && e.set.knowsPath(m)) {
		return
	}
	e.judge(m, emit)
}

// look finds the identifiers in the message itself.
func (e *Engine) look(m *signaling.Message) {
	x := e.index
	ni, variant := uint8(0), m.Variant()
	if p := m.M3UA; p != nil && p.HasData {
		ni = p.Data.NI
		if ref := x.codes.lookup(variant, ni, p.Data.OPC); ref != 0 {
			e.hit(ref, signaling.M3UAOPC, 0)
		}
		if ref := x.codes.lookup(variant, ni, p.Data.DPC); ref != 0 {
			e.hit(ref, signaling.M3UADPC, 0)
		}
	}
	if p := m.SCCP; p != nil {
		e.address(&p.Calling, variant, ni, signaling.SCCPCallingGT, signaling.SCCPCallingPC)
		e.address(&p.Called, variant, ni, signaling.SCCPCalledGT, signaling.SCCPCalledPC)
	}
	if m.SUA != nil {
		e.party(&m.SUA.Calling, signaling.SUACallingHost, signaling.SUACallingIP)
		e.party(&m.SUA.Called, signaling.SUACalledHost, signaling.SUACalledIP)
	}
	if p := m.MAP; p != nil {
		nodes := p.Nodes()
		for i := range nodes {
			n := &nodes[i]
			if ref := e.node(n); ref != 0 {
				e.hit(ref, nodePositions[min(n.Role, gsmmap.NodeOther)], uint8(i))
			}
		}
	}
	d := m.Diameter
	if m.IMSI.Len() != 0 {
		if ref := x.imsis.lookup(m.IMSI); ref != 0 {
			pos := signaling.MAPIMSI
			if d != nil {
				pos = signaling.DiameterUserName
			}
			e.hit(ref, pos, 0)
		}
	}
	if d == nil {
		return
	}
	if x.hasNames {
		e.name(d.OriginHost, false, signaling.DiameterOriginHost, 0)
		e.name(d.OriginRealm, true, signaling.DiameterOriginRealm, 0)
		e.name(d.DestinationHost, false, signaling.DiameterDestinationHost, 0)
		e.name(d.DestinationRealm, true, signaling.DiameterDestinationRealm, 0)
		if d.NumRouteRecords != 0 {
			for i, r := range d.RouteRecords() {
				e.name(r, false, signaling.DiameterRouteRecord, uint8(i))
			}
		}
		if d.NumProxyHosts != 0 {
			for i, r := range d.ProxyHosts() {
				e.name(r, false, signaling.DiameterProxyHost, uint8(i))
			}
		}
	}
	if d.SCAddress.Len() != 0 {
		if ref := x.gts.lookup(d.SCAddress); ref != 0 {
			e.hit(ref, signaling.DiameterSCAddress, 0)
		}
	}
	if d.NumNodes != 0 {
		nodes := d.Nodes()
		for i := range nodes {
			e.diameterNode(&nodes[i], uint8(i))
		}
	}
	if len(d.Signer) != 0 && x.hasNames {
		e.name(d.Signer, true, signaling.DiameterDESSSigner, 0)
		e.name(d.Signer, false, signaling.DiameterDESSSigner, 0)
	}
	if !d.VisitedPLMN.IsZero() {
		if ref := x.plmns.lookup(d.VisitedPLMN); ref != 0 {
			e.hit(ref, signaling.DiameterVisitedPLMN, 0)
		}
	}
}

// diameterNode looks for a node that a Diameter AVP names, by what it is named by.
func (e *Engine) diameterNode(n *diameter.Node, sub uint8) {
	pos := diameterPositions[min(n.Role, diameter.NodeOther)]
	switch {
	case n.GT.Len() != 0:
		if ref := e.index.gts.lookup(n.GT); ref != 0 {
			e.hit(ref, pos, sub)
		}
	case n.Addr.IsValid():
		if e.index.hasIPs {
			if ref := e.index.ip(n.Addr); ref != 0 {
				e.hit(ref, pos, sub)
			}
		}
	case e.index.hasNames:
		e.name(n.Name, n.Realm, pos, sub)
	}
}

// diameterPositions are the positions of nodes in Diameter by their role.
var diameterPositions = [diameter.NumNodeRoles]signaling.Position{
	diameter.NodeNone:       signaling.DiameterNode,
	diameter.NodeMMENumber:  signaling.DiameterMMENumber,
	diameter.NodeSGSNNumber: signaling.DiameterSGSNNumber,
	diameter.NodeMSCNumber:  signaling.DiameterMSCNumber,
	diameter.NodeVLRNumber:  signaling.DiameterVLRNumber,
	diameter.NodeSMSFNumber: signaling.DiameterSMSFNumber,
	diameter.NodeServing:    signaling.DiameterServingNode,
	diameter.NodeGateway:    signaling.DiameterGateway,
	diameter.NodeGMLC:       signaling.DiameterGMLC,
	diameter.NodeSCEF:       signaling.DiameterSCEF,
	diameter.NodeOther:      signaling.DiameterNode,
}

// nodePositions are the positions of node numbers in MAP by their role.
var nodePositions = [gsmmap.NodeOther + 1]signaling.Position{
	gsmmap.NodeNone:          signaling.MAPOtherNumber,
	gsmmap.NodeMSC:           signaling.MAPMSCNumber,
	gsmmap.NodeVLR:           signaling.MAPVLRNumber,
	gsmmap.NodeSGSN:          signaling.MAPSGSNNumber,
	gsmmap.NodeServiceCentre: signaling.MAPSCAddress,
	gsmmap.NodeGsmSCF:        signaling.MAPGsmSCFAddress,
	gsmmap.NodeHLR:           signaling.MAPHLRNumber,
	gsmmap.NodeMME:           signaling.MAPMMEName,
	gsmmap.NodeGGSN:          signaling.MAPGGSNNumber,
	gsmmap.NodeGMLC:          signaling.MAPGMLCNumber,
	gsmmap.NodeOther:         signaling.MAPOtherNumber,
}

// Numbering plans and natures of address. The plans are numbered alike in a
// global title (Q.713 3.4.2.3.3) and in MAP (3GPP TS 29.002 17.7.8); the natures
// are not.
const (
	planUnknown = 0
	planE164    = 1
	planE212    = 6

	titleSubscriber       = 1 // Q.713 3.4.2.3.1
	titleNationalReserved = 2
	titleNational         = 3

	mapNational   = 2 // 3GPP TS 29.002 17.7.8
	mapSubscriber = 4
)

// address looks for the global title and the point code of an SCCP address.
func (e *Engine) address(a *sccp.Address, v telecom.Variant, ni uint8, gt, pc signaling.Position) {
	if a.GTI != 0 && a.GT.Len() != 0 {
		if ref := e.title(a); ref != 0 {
			e.hit(ref, gt, 0)
		}
	}
	if a.HasPC {
		if ref := e.index.codes.lookup(v, ni, a.PC); ref != 0 {
			e.hit(ref, pc, 0)
		}
	}
}

// party looks for the host name and the IP address of an SUA address, which a
// message of SCCP does not have.
func (e *Engine) party(p *sua.Party, host, ip signaling.Position) {
	if e.index.hasNames {
		e.name(p.Host, false, host, 0)
	}
	if e.index.hasIPs && p.IP.IsValid() {
		if ref := e.index.ip(p.IP); ref != 0 {
			e.hit(ref, ip, 0)
		}
	}
}

// title looks a global title up in its numbering plan. A plan stands in titles of
// indicator 3 and 4 only; the others are E.164 by use. A national number has no
// country code and an E.214 title begins with one but goes on with the digits of
// an IMSI: prefixes of international numbers would match both by accident.
func (e *Engine) title(a *sccp.Address) uint32 {
	if a.GTI >= 3 {
		switch a.NP {
		case planUnknown, planE164:
		case planE212:
			return e.index.imsis.lookup(a.GT)
		default:
			return 0
		}
	}
	if (a.GTI == 1 || a.GTI == 4) && a.NAI >= titleSubscriber && a.NAI <= titleNational {
		return 0
	}
	return e.index.gts.lookup(a.GT)
}

// node looks a node number of MAP up in its numbering plan.
func (e *Engine) node(n *gsmmap.Node) uint32 {
	switch n.NPI {
	case planUnknown, planE164:
		if n.NAI == mapNational || n.NAI == mapSubscriber {
			return 0
		}
		return e.index.gts.lookup(n.GT)
	case planE212:
		return e.index.imsis.lookup(n.GT)
	}
	return 0
}

// name looks a host or realm up.
func (e *Engine) name(b []byte, realm bool, pos signaling.Position, sub uint8) {
	if len(b) == 0 {
		return
	}
	var found [2]uint32
	if len(b) <= memoName {
		s := e.memo.slot(b, realm)
		if !s.is(b, realm) {
			s.used, s.realm, s.n = true, realm, uint8(len(b))
			copy(s.name[:], b)
			s.found = e.index.name(b, realm)
		}
		found = s.found
	} else {
		found = e.index.name(b, realm)
	}
	if found[0]|found[1] == 0 {
		return
	}
	for _, ref := range found {
		if ref != 0 {
			e.hit(ref, pos, sub)
		}
	}
}

// name finds what a host or realm is listed as: by its name, and by the PLMN in
// it.
func (x *index) name(b []byte, realm bool) (found [2]uint32) {
	if len(b) != 0 && b[len(b)-1] == '.' {
		b = b[:len(b)-1]
	}
	if len(b) == 0 || len(b) > maxName {
		return found
	}
	side := refHost
	if realm {
		side = refRealm
	}
	found[0] = x.names.lookup(b, side)
	if mcc, mnc, ok := plmnOfName(b); ok {
		found[1] = x.plmns.lookupPadded(mcc, mnc)
	}
	return found
}

// hit notes the identifiers of a reference at a position, each once.
func (e *Engine) hit(ref uint32, pos signaling.Position, sub uint8) {
	for _, id := range e.index.at(ref) {
		e.note(hit{id: id, pos: pos, sub: sub})
	}
}

func (e *Engine) note(h hit) {
	for i := range e.hits[:e.numHits] {
		if o := &e.hits[i]; o.id == h.id && o.pos == h.pos {
			return
		}
	}
	if e.numHits < maxHits {
		e.hits[e.numHits] = h
		e.numHits++
	}
}

// markLink computes the marks of both ends of a link and keeps them in it.
func (e *Engine) markLink(l *signaling.Link) {
	if l.MarksGeneration != e.set.Generation {
		l.NumCarriers = 0 // indexes of another set
	}
	l.MarksGeneration, l.MarksVersion, l.NumMarks = e.set.Generation, l.Version, 0
	e.numHits = 0
	if x := &e.set.inventory; x.plain != nil {
		if n := x.first(x.plain, l, len(x.links)); n < len(x.links) {
			e.note(hit{id: x.links[n].id.Index, pos: signaling.LinkInventory})
		}
	}
	for end := range l.Ends {
		n := &l.Ends[end]
		if e.index.hasIPs {
			for _, a := range n.Addrs {
				if ref := e.index.ip(a); ref != 0 {
					e.hit(ref, signaling.LinkPeerIP, uint8(end))
				}
			}
		}
		if e.index.hasNames {
			e.peer(n.Host, false, uint8(end))
			e.peer(n.Realm, true, uint8(end))
		}
	}
	if l.Security != nil && e.index.hasNames {
		e.secured(l.Security)
	}
	for _, h := range e.hits[:e.numHits] {
		if i := e.place(int(l.NumMarks), h.id, func(i int) uint32 { return l.Marks[i].Identifier }); i >= 0 {
			l.Marks[i] = signaling.LinkMark{Mark: signaling.Mark{Identifier: h.id, Position: h.pos}, End: h.sub}
			l.NumMarks = max(l.NumMarks, uint8(i+1))
		}
	}
	e.numHits = 0
}

// secured looks up the names that a handshake gave the ends of a link.
func (e *Engine) secured(s *signaling.Security) {
	look := func(name string, pos signaling.Position, end uint8) {
		for _, ref := range e.certName(name) {
			if ref != 0 {
				e.hit(ref, pos, end)
			}
		}
	}
	look(s.ServerName, signaling.TLSServerName, s.Server)
	for end := range s.Certificates {
		c := &s.Certificates[end]
		look(c.Subject, signaling.TLSCertificateName, uint8(end))
		for _, n := range c.Names {
			look(n, signaling.TLSCertificateName, uint8(end))
		}
	}
}

// certName finds what a name of a server or certificate is listed as, as a host and
// as a realm: either may stand there (RFC 6733 13.1 leaves it to the peers). A
// wildcard stands for the names below it.
func (e *Engine) certName(name string) (found [4]uint32) {
	if len(name) > 2 && name[:2] == "*." {
		name = name[2:]
	}
	if name == "" || len(name) > maxName+1 {
		return found
	}
	b := append(e.values[:0], name...)
	h, r := e.index.name(b, false), e.index.name(b, true)
	return [4]uint32{h[0], h[1], r[0], r[1]}
}

// certValue is the name of a server or certificate at an end that gave an
// identifier.
func (e *Engine) certValue(s *signaling.Security, h *hit) string {
	if h.pos == signaling.TLSServerName {
		return s.ServerName
	}
	c := &s.Certificates[h.sub&1]
	for _, n := range append([]string{c.Subject}, c.Names...) {
		for _, ref := range e.certName(n) {
			if ref != 0 && slices.Contains(e.index.at(ref), h.id) {
				return n
			}
		}
	}
	return c.Subject
}

func (e *Engine) peer(name string, realm bool, end uint8) {
	if name == "" || len(name) > maxName+1 {
		return
	}
	for _, ref := range e.index.name(append(e.values[:0], name...), realm) {
		if ref != 0 {
			e.hit(ref, signaling.DiameterPeer, end)
		}
	}
}

// place is where among n marks a new one goes: behind them, or in the place of
// one with a weaker role when there is no room; -1 for nowhere.
func (e *Engine) place(n int, id uint32, at func(int) uint32) int {
	if n < signaling.MaxMarks {
		return n
	}
	role := e.set.Identifiers[id].Role
	for i := n - 1; i >= 0; i-- {
		if e.set.Identifiers[at(i)].Role > role {
			return i
		}
	}
	return -1
}

// remember joins the message's sightings with those of its dialogue: new ones go
// into the memory, remembered ones count for this message too.
func (e *Engine) remember(mem *signaling.Memory) {
	fresh := e.numHits
	for i := range mem.Marks[:mem.NumMarks] {
		k := &mem.Marks[i]
		e.note(hit{id: k.Identifier, pos: k.Position, old: true})
	}
next:
	for _, h := range e.hits[:fresh] {
		for i := range mem.Marks[:mem.NumMarks] {
			if k := &mem.Marks[i]; k.Identifier == h.id && k.Position == h.pos {
				continue next
			}
		}
		if i := e.place(int(mem.NumMarks), h.id, func(i int) uint32 { return mem.Marks[i].Identifier }); i >= 0 {
			mem.Marks[i] = signaling.Mark{Identifier: h.id, Position: h.pos}
			mem.NumMarks = max(mem.NumMarks, uint8(i+1))
		}
	}
}

// judge folds the sightings of each carrier into evidence and runs the rules.
func (e *Engine) judge(m *signaling.Message, emit func(*Finding)) {
	e.noteMarks(m.Link)
	if e.set.inventory.label {
		e.label(m)
	}
	e.fold(e.set.declaredOf(m))
	e.noteLink(m.Link)
	if int(m.Class) >= numClasses {
		return
	}
	f := facts{kind: m.Kind, class: m.Class, refused: Refused(m), unread: !m.ReadWhole()}
	disclosed := false
	for _, d := range e.set.byClass[m.Class] {
		if !d.selectors.fit(m) {
			continue
		}
		for i := range e.tallies[:e.carrs] {
			t := &e.tallies[i]
			s := &d.selectors
			if !t.carrier.Watched || !s.evidence.has(uint8(t.evidence)) || !s.confidence.has(uint8(t.confidence)) || s.carriers != nil && !s.carriers[t.carrier.ID] {
				continue
			}
			if m.Memory != nil && !report(m, t.carrier, d) {
				continue
			}
			if !disclosed {
				f.returned, _ = m.Disclosed()
				disclosed = true
			}
			f.evidence, f.confidence = t.evidence, t.confidence
			e.counts[d.Index]++
			e.tell(m, d, t)
			e.finding.Severity, e.finding.Reason = d.severity(&f)
			emit(&e.finding)
		}
	}
}

// noteMarks takes the sightings at the ends of a link.
func (e *Engine) noteMarks(l *signaling.Link) {
	for i := range l.Marks[:l.NumMarks] {
		k := &l.Marks[i]
		e.note(hit{id: k.Identifier, pos: k.Position, sub: k.End})
	}
}

// label looks for an entry of the link inventory that the routing label tells. One
// that stands before what the link alone told counts in its place.
func (e *Engine) label(m *signaling.Message) {
	x := &e.set.inventory
	have, at := len(x.links), -1
	for i := range e.hits[:e.numHits] {
		if h := &e.hits[i]; h.pos == signaling.LinkInventory {
			at = i
			have = x.number(h.id)
		}
	}
	n := x.labelled(m, have)
	switch {
	case n == have:
	case at >= 0:
		e.hits[at].id = x.links[n].id.Index
	default:
		e.note(hit{id: x.links[n].id.Index, pos: signaling.LinkInventory})
	}
}

// fold adds the sightings and what the partner declares up, carrier by carrier. A
// sighting of a group operator says that the subscriber, the visited network or the
// far end is of the carrier's own group: then the carrier is there as a roaming
// partner, and its gear on the path is no transit, whatever else was seen.
func (e *Engine) fold(says []declared) {
	e.carrs = 0
	for i := range e.hits[:e.numHits] {
		h := &e.hits[i]
		id := e.set.Identifiers[h.id]
		t := e.tally(id.Carrier)
		if t == nil {
			continue
		}
		ev := evidence(id.Role, h.pos)
		if ev == signaling.EvidenceGroup {
			t.groupConfidence = max(t.groupConfidence, id.Confidence)
			t.group = true
			continue
		}
		switch {
		case ev > t.evidence:
			t.evidence, t.confidence = ev, id.Confidence
		case ev == t.evidence:
			t.confidence = max(t.confidence, id.Confidence)
		}
	}
	for i := range says {
		d := &says[i]
		t := e.tally(d.carrier)
		if t == nil {
			continue
		}
		t.declared = d
		if t.evidence < signaling.EvidenceDeclared {
			t.evidence, t.confidence = signaling.EvidenceDeclared, d.confidence
		}
	}
	for i := range e.tallies[:e.carrs] {
		t := &e.tallies[i]
		transit := transitEvidence.has(uint8(t.evidence))
		if t.group {
			t.evidence, t.confidence = signaling.EvidenceGroup, t.groupConfidence
		}
		if !transit {
			continue
		}
		e.verdicts = append(e.verdicts, Verdict{Carrier: t.carrier, Evidence: t.evidence, Confidence: t.confidence, Group: t.group})
		if t.carrier.Watched && !t.group {
			e.touched = append(e.touched, t.carrier)
		}
	}
}

func (e *Engine) tally(c *Carrier) *tally {
	for i := range e.tallies[:e.carrs] {
		if e.tallies[i].carrier == c {
			return &e.tallies[i]
		}
	}
	if e.carrs == maxCarriers {
		return nil
	}
	e.tallies[e.carrs] = tally{carrier: c}
	e.carrs++
	return &e.tallies[e.carrs-1]
}

// Refused reports that m says no: an error, a reject, an abort, or a Diameter
// answer with the error bit or a result of 3000 or more (RFC 6733 7.1: protocol
// errors, transient and permanent failures).
func Refused(m *signaling.Message) bool {
	switch m.Kind {
	case signaling.KindError, signaling.KindReject, signaling.KindAbort:
		return true
	case signaling.KindAnswer:
		return m.Diameter != nil && (m.Diameter.IsError() || m.Diameter.ResultCode >= 3000)
	}
	return false
}

// report notes that a carrier and rule are reported for a message; false when m is
// a duplicate and they were before. The note holds the last four reports of the
// dialogue in eight bits each: a fifth pushes out the first, and one in 255 is
// taken for another.
func report(m *signaling.Message, c *Carrier, d *Detection) bool {
	mem := m.Memory
	h := mem.Signature ^ uint64(m.Kind)<<56 ^ uint64(c.Index)<<32 ^ uint64(d.Index)
	if m.Component != nil && m.Component.HasInvokeID {
		h ^= uint64(uint16(m.Component.InvokeID)) << 40
	}
	h *= 0x9e3779b97f4a7c15
	tag := uint32(h>>32)%255 + 1
	if m.Duplicate {
		for s := mem.Reported; s != 0; s >>= 8 {
			if s&0xff == tag {
				return false
			}
		}
	}
	mem.Reported = mem.Reported<<8 | tag
	return true
}

// tell fills the finding but for its severity.
func (e *Engine) tell(m *signaling.Message, d *Detection, t *tally) {
	e.values = e.values[:0]
	e.sightings = e.sightings[:0]
	for i := range e.hits[:e.numHits] {
		h := &e.hits[i]
		id := e.set.Identifiers[h.id]
		if id.Carrier != t.carrier {
			continue
		}
		s := Sighting{Position: h.pos, Identifier: id, FromRequest: h.old}
		if !h.old {
			s.Value = e.value(m, h, id)
		}
		e.sightings = append(e.sightings, s)
	}
	if t.declared != nil {
		e.sightings = append(e.sightings, Sighting{Position: signaling.PartnerDeclared, Value: []byte(t.declared.name)})
	}
	slices.SortStableFunc(e.sightings, func(a, b Sighting) int { return int(b.proves()) - int(a.proves()) })
	e.finding = Finding{Message: m, Rule: d, Carrier: t.carrier, Evidence: t.evidence, Confidence: t.confidence, Sightings: e.sightings}
}

// value is what stood at the position of a hit. What is a subscriber's own number
// is cut to the part that matched.
func (e *Engine) value(m *signaling.Message, h *hit, id *Identifier) []byte {
	from := len(e.values)
	digits := func(d telecom.Digits) []byte {
		if id.Type != TypeGTPrefix || id.Role != signaling.RoleTransit {
			return e.matched(id)
		}
		e.values = d.AppendTo(e.values)
		return e.values[from:]
	}
	code := func(pc telecom.PointCode) []byte {
		e.values = m.Variant().AppendPointCode(e.values, pc)
		return e.values[from:]
	}
	switch h.pos {
	case signaling.LinkInventory:
		return e.matched(id)
	case signaling.LinkPeerIP:
		for _, a := range m.Link.Ends[h.sub&1].Addrs {
			if id.key.ip.Contains(a.Unmap()) {
				e.values = a.Unmap().AppendTo(e.values)
				break
			}
		}
		return e.values[from:]
	case signaling.DiameterPeer:
		end := &m.Link.Ends[h.sub&1]
		name := end.Host
		if id.key.kind == keyRealm || id.key.kind == keyRealmSuffix || name == "" {
			name = end.Realm
		}
		e.values = append(e.values, name...)
		return e.values[from:]
	case signaling.TLSServerName, signaling.TLSCertificateName:
		if m.Link.Security == nil {
			return e.matched(id)
		}
		return []byte(e.certValue(m.Link.Security, h))
	case signaling.M3UAOPC:
		return code(m.M3UA.Data.OPC)
	case signaling.M3UADPC:
		return code(m.M3UA.Data.DPC)
	case signaling.SCCPCallingPC:
		return code(m.SCCP.Calling.PC)
	case signaling.SCCPCalledPC:
		return code(m.SCCP.Called.PC)
	case signaling.SCCPCallingGT:
		return digits(m.SCCP.Calling.GT)
	case signaling.SCCPCalledGT:
		return digits(m.SCCP.Called.GT)
	case signaling.SUACallingHost:
		return m.SUA.Calling.Host
	case signaling.SUACalledHost:
		return m.SUA.Called.Host
	case signaling.SUACallingIP:
		e.values = m.SUA.Calling.IP.AppendTo(e.values)
		return e.values[from:]
	case signaling.SUACalledIP:
		e.values = m.SUA.Called.IP.AppendTo(e.values)
		return e.values[from:]
	case signaling.DiameterSCAddress:
		return digits(m.Diameter.SCAddress)
	case signaling.DiameterOriginHost:
		return m.Diameter.OriginHost
	case signaling.DiameterOriginRealm:
		return m.Diameter.OriginRealm
	case signaling.DiameterDestinationHost:
		return m.Diameter.DestinationHost
	case signaling.DiameterDestinationRealm:
		return m.Diameter.DestinationRealm
	case signaling.DiameterRouteRecord:
		return m.Diameter.RouteRecords()[h.sub]
	case signaling.DiameterProxyHost:
		return m.Diameter.ProxyHosts()[h.sub]
	case signaling.DiameterVisitedPLMN:
		e.values = m.Diameter.VisitedPLMN.AppendTo(e.values)
		return e.values[from:]
	case signaling.DiameterDESSSigner:
		return m.Diameter.Signer
	case signaling.DiameterUserName:
		return e.matched(id)
	}
	if m.Diameter != nil {
		nodes := m.Diameter.Nodes()
		if int(h.sub) >= len(nodes) {
			return e.matched(id)
		}
		switch n := &nodes[h.sub]; {
		case n.GT.Len() != 0:
			return digits(n.GT)
		case n.Addr.IsValid():
			e.values = n.Addr.Unmap().AppendTo(e.values)
			return e.values[from:]
		default:
			return n.Name
		}
	}
	if m.MAP != nil && int(h.sub) < len(m.MAP.Nodes()) && h.pos != signaling.MAPIMSI {
		return digits(m.MAP.Nodes()[h.sub].GT)
	}
	return e.matched(id) // an IMSI
}

// matched is the value of an identifier as its file writes it.
func (e *Engine) matched(id *Identifier) []byte {
	from := len(e.values)
	e.values = append(e.values, id.Value...)
	return e.values[from:]
}
