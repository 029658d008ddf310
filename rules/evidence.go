package rules

import "sigtransit/pkg/signaling"

// evidenceOf is what a transit identifier proves at each position. The other end
// of the link, or a neighbour in the routing label, is adjacent; a name in a list
// of hops is a hop; anywhere else it is an end of the message.
var evidenceOf = func() (t [signaling.NumPositions]signaling.Evidence) {
	for p := range t {
		t[p] = signaling.EvidenceAddress
	}
	t[signaling.PositionNone] = signaling.EvidenceNone
	for _, p := range []signaling.Position{signaling.LinkPeerIP, signaling.M3UAOPC, signaling.M3UADPC, signaling.DiameterPeer, signaling.TLSServerName, signaling.TLSCertificateName,
		signaling.LinkInventory} {
		t[p] = signaling.EvidenceAdjacent
	}
	t[signaling.DiameterRouteRecord] = signaling.EvidenceHop
	t[signaling.DiameterProxyHost] = signaling.EvidenceHop
	t[signaling.DiameterDESSSigner] = signaling.EvidenceHop
	t[signaling.PartnerDeclared] = signaling.EvidenceDeclared
	return t
}()

// Proves is what a sighting is evidence of.
func (s *Sighting) Proves() signaling.Evidence {
	if s.Identifier == nil {
		return evidenceOf[s.Position]
	}
	return evidence(s.Identifier.Role, s.Position)
}

// evidence is what an identifier of a role proves at a position.
func evidence(role signaling.Role, p signaling.Position) signaling.Evidence {
	switch role {
	case signaling.RoleGroupOperator:
		return signaling.EvidenceGroup
	case signaling.RoleJurisdiction:
		return signaling.EvidenceJurisdiction
	}
	return evidenceOf[p]
}
