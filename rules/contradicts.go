package rules

import (
	"bytes"
	"strings"

	"sigtransit/decoders/gsmmap"
	"sigtransit/decoders/telecom"
	"sigtransit/pkg/numbering"
	"sigtransit/pkg/roaming"
	"sigtransit/pkg/signaling"
)

// contradiction is what a request says of its sender in one place and denies in another.
// Where one of the two is not known, or is a carrier's on the way, nothing is denied.
type contradiction uint8

const (
	// nodeCountry: the VLR, MSC or SGSN number in MAP is of another country than the
	// calling global title.
	nodeCountry contradiction = iota
	// nodeOperator: both are of one country, or of a country code that several share, and
	// of different operators.
	nodeOperator
	// visitedCountry: the Visited-PLMN-Id is of another country than the Origin-Realm.
	visitedCountry
	// visitedOperator: both are of one country, and of different operators.
	visitedOperator
	// hostRealm: the Origin-Host is not in the Origin-Realm, and not of the same operator.
	hostRealm
	// peerRealm: the Origin-Realm is not of the peer that the request comes from, by its
	// CER or CEA, and no Route-Record says that the peer is an agent, as every agent has
	// to (RFC 6733 6.1.9).
	peerRealm
	numContradictions
)

var contradictionNames = [numContradictions]string{"node_country", "node_operator", "visited_country", "visited_operator", "host_realm", "peer_realm"}

func (c contradiction) String() string { return contradictionNames[min(c, numContradictions-1)] }

// contradictionReasons are the reasons of findings by sets of contradictions.
var contradictionReasons = func() (reasons [1 << numContradictions]string) {
	for s := range reasons {
		if s != 0 {
			reasons[s] = "contradicts: " + strings.Join(contradictionWords(set(s)), "|")
		}
	}
	return reasons
}()

// contradictionWords are the names of contradictions.
func contradictionWords(s set) (words []string) {
	for _, c := range members(s, numContradictions) {
		words = append(words, c.String())
	}
	return words
}

// contradicts looks for contradictions in the message at hand, once.
func (e *Engine) contradicts(m *signaling.Message) set {
	if !e.contradicted {
		e.contradictions, e.contradicted = 0, true
		switch kind := judgedKind(m); {
		case kind == signaling.KindInvoke && m.SCCP != nil && m.MAP != nil:
			e.contradictions = e.nodeContradicts(m)
		case kind == signaling.KindRequest && m.Diameter != nil:
			e.contradictions = e.originContradicts(m)
		}
	}
	return e.contradictions
}

// carrierAt reports that a carrier, watched or not, is known at one of two positions.
// Under the title or the name of a hub all the world sends.
func (e *Engine) carrierAt(a, b signaling.Position) bool {
	for i := range e.hits[:e.numHits] {
		h := &e.hits[i]
		if (h.pos == a || h.pos == b) && e.set.Identifiers[h.id].Role != signaling.RoleJurisdiction {
			return true
		}
	}
	return false
}

// titleDigits are as many first digits as tell an operator: nodes whose numbers begin
// alike are one operator's, and shorter numbers are none's.
const titleDigits = 7

// mapInternational is the nature of address of international numbers (3GPP TS 29.002
// 17.7.8).
const mapInternational = 1

// nodeContradicts compares the nodes that serve the subscriber with the sender.
func (e *Engine) nodeContradicts(m *signaling.Message) (out set) {
	a := &m.SCCP.Calling
	if !international(a) || a.GT.Len() < titleDigits {
		return 0
	}
	head := a.GT.Truncate(titleDigits)
	var sender roaming.Owner
	known := false
	nodes := m.MAP.Nodes()
	for i := range nodes {
		n := &nodes[i]
		if n.Role < gsmmap.NodeMSC || n.Role > gsmmap.NodeSGSN || n.NPI > planE164 || n.NAI != mapInternational || n.GT.Len() < titleDigits || n.GT.HasPrefix(head) {
			continue
		}
		if !known {
			if e.carrierAt(signaling.SCCPCallingGT, signaling.SCCPCallingGT) {
				return 0
			}
			sender, known = e.set.roaming.OwnerOfTitle(a.GT), true
		}
		node := e.set.roaming.OwnerOfTitle(n.GT)
		if sameCode(a.GT, n.GT) && !(sender.Declared && node.Declared) {
			// Areas of a shared code (+1, +7) are known as far as lists go.
			node.Country = sender.Country
		}
		out |= compare(sender, node, nodeCountry, nodeOperator)
	}
	return out
}

// sameCode reports that two international numbers have one country code.
func sameCode(a, b telecom.Digits) bool {
	return b.HasPrefix(a.Truncate(numbering.CodeLength(a.At(0), a.At(1))))
}

// compare says whether two owners differ, by country or by operator.
func compare(a, b roaming.Owner, country, operator contradiction) set {
	switch {
	case a.Country == "" || b.Country == "" || a.ID != "" && a.ID == b.ID:
		return 0
	case a.Country != b.Country:
		if kin(a.Country) != "" && kin(a.Country) == kin(b.Country) {
			return 0
		}
		return 1 << country
	case a.ID != "" && b.ID != "":
		return 1 << operator
	}
	return 0
}

// kin names the country whose operators run the networks of a territory or a small
// neighbour, often from nodes at home.
func kin(iso string) string {
	switch iso {
	case "FR", "BL", "GF", "GP", "MC", "MF", "MQ", "PM", "RE", "YT":
		return "FR"
	case "DK", "FO", "GL":
		return "DK"
	case "CH", "LI":
		return "CH"
	case "IT", "SM", "VA":
		return "IT"
	case "GB", "GG", "IM", "JE":
		return "GB"
	case "NL", "AW", "BQ", "CW", "SX":
		return "NL"
	case "US", "AS", "GU", "MP", "PR", "VI":
		return "US"
	}
	return ""
}

// originContradicts compares what a Diameter request says of its origin.
func (e *Engine) originContradicts(m *signaling.Message) (out set) {
	d := m.Diameter
	if len(d.OriginRealm) == 0 {
		return 0
	}
	host := len(d.OriginHost) != 0 && !endsIn(d.OriginHost, d.OriginRealm)
	peer := d.NumRouteRecords == 0 && strangePeer(m)
	visited := !d.VisitedPLMN.IsZero() && !namesNetwork(d.OriginRealm, d.VisitedPLMN)
	if !host && !peer && !visited || e.carrierAt(signaling.DiameterOriginHost, signaling.DiameterOriginRealm) {
		return 0
	}
	origin := e.set.roaming.OwnerOfName(d.OriginRealm)
	if visited {
		out = compare(origin, e.set.roaming.OwnerOfNetwork(d.VisitedPLMN), visitedCountry, visitedOperator)
	}
	if host && !sameOperator(origin, e.set.roaming.OwnerOfName(d.OriginHost)) {
		out |= 1 << hostRealm
	}
	if peer && !e.carrierAt(signaling.DiameterPeer, signaling.LinkInventory) {
		var buf [maxIdentity]byte
		of := e.set.roaming.OwnerOfName(append(buf[:0], m.Link.Ends[m.From&1].Realm...))
		if of.ID != roaming.HomeID && !sameOperator(origin, of) {
			out |= 1 << peerRealm
		}
	}
	return out
}

// maxIdentity is the longest Diameter identity that is kept of a peer.
const maxIdentity = 255

// strangePeer reports that the peer which sent a request is known and has another realm
// than its origin.
func strangePeer(m *signaling.Message) bool {
	d, end := m.Diameter, &m.Link.Ends[m.From&1]
	if end.Realm == "" {
		return false
	}
	var buf [maxIdentity]byte
	if bytes.EqualFold(append(buf[:0], end.Host...), d.OriginHost) {
		return false
	}
	realm := append(buf[:0], end.Realm...)
	return !endsIn(d.OriginRealm, realm) && !endsIn(realm, d.OriginRealm)
}

func sameOperator(a, b roaming.Owner) bool { return a.ID != "" && a.ID == b.ID }

// namesNetwork reports that a realm is that of a PLMN by its name.
func namesNetwork(realm []byte, p telecom.PLMN) bool {
	mcc, mnc, ok := telecom.PLMNOfDomain(realm)
	return ok && mcc == p.MCC && mnc == p.MNC
}

// endsIn reports that a name is another one, or lies in it. Case and a dot at the end do
// not matter.
func endsIn(name, realm []byte) bool {
	name, realm = bytes.TrimSuffix(name, dot), bytes.TrimSuffix(realm, dot)
	n := len(name) - len(realm)
	return n >= 0 && bytes.EqualFold(name[n:], realm) && (n == 0 || name[n-1] == '.')
}

var dot = []byte{'.'}
