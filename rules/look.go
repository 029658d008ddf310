package rules

import (
	"bytes"

	"sigtransit/decoders/diameter"
	"sigtransit/decoders/gsmmap"
	"sigtransit/decoders/m3ua"
	"sigtransit/decoders/sccp"
	"sigtransit/decoders/sua"
	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
)

// look finds the identifiers in the message itself.
func (e *Engine) look(m *signaling.Message) {
	x := e.index
	variant := m.Variant()
	var label *m3ua.ProtocolData
	if p := m.M3UA; p != nil && p.HasData {
		label = &p.Data
		if ref := x.codes.lookup(variant, label.NI, label.OPC); ref != 0 {
			e.hit(ref, signaling.M3UAOPC, 0)
		}
		if ref := x.codes.lookup(variant, label.NI, label.DPC); ref != 0 {
			e.hit(ref, signaling.M3UADPC, 0)
		}
	}
	if p := m.SCCP; p != nil {
		e.address(&p.Calling, variant, label, signaling.SCCPCallingGT, signaling.SCCPCallingPC)
		e.address(&p.Called, variant, label, signaling.SCCPCalledGT, signaling.SCCPCalledPC)
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
				if i == 0 && len(r) == len(d.OriginHost) && bytes.EqualFold(r, d.OriginHost) {
					// The first agent adds whom it had the request from (RFC 6733 6.1.9), which is the
					// sender: an end, and no hop.
					continue
				}
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
	gsmmap.NodeSMSF:          signaling.MAPOtherNumber,
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

// address looks for the global title and the point code of an SCCP address, which is of
// the network that the routing label names. Without a label nothing says which of four it
// is: a code in SUA is of a network appearance (RFC 3868), a number that the two ends
// agreed on, if of any.
func (e *Engine) address(a *sccp.Address, v telecom.Variant, label *m3ua.ProtocolData, gt, pc signaling.Position) {
	if a.GTI != 0 && a.GT.Len() != 0 {
		if ref := e.title(a); ref != 0 {
			e.hit(ref, gt, 0)
		}
	}
	if a.HasPC && label != nil {
		if ref := e.index.codes.lookup(v, label.NI, a.PC); ref != 0 {
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
	if a.GTI >= 3 && a.NP == planE212 {
		return e.index.imsis.lookup(a.GT)
	}
	if !international(a) {
		return 0
	}
	return e.index.gts.lookup(a.GT)
}

// international reports that a global title is an international number of E.164.
func international(a *sccp.Address) bool {
	return a.GTI != 0 && (a.GTI < 3 || a.NP <= planE164) && !((a.GTI == 1 || a.GTI == 4) && a.NAI >= titleSubscriber && a.NAI <= titleNational)
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
	if mcc, mnc, ok := telecom.PLMNOfDomain(b); ok {
		found[1] = x.plmns.lookupPadded(mcc, mnc)
	}
	return found
}
