package rules

import (
	"slices"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
)

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
	slices.SortStableFunc(e.sightings, func(a, b Sighting) int { return int(b.Proves()) - int(a.Proves()) })
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
