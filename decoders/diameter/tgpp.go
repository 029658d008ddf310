package diameter

import "sigtransit/decoders/telecom"

// VectorKind is the kind of an authentication vector.
type VectorKind uint8

// Kinds of vectors (TS 29.272 7.3.18 to 7.3.20, TS 29.229 6.3.13).
const (
	VectorEUTRAN VectorKind = iota
	VectorUTRAN
	VectorGERAN
	VectorSIP
	NumVectorKinds
)

// firstVector is the code of E-UTRAN-Vector; those of UTRAN- and GERAN-Vector follow it.
const firstVector = 1414

var vectorKindNames = [NumVectorKinds]string{"e-utran", "utran", "geran", "sip"}

func (k VectorKind) String() string { return vectorKindNames[min(k, NumVectorKinds-1)] }

// tgpp reads a 3GPP AVP; g is the group it stands in, nil for the message.
func (m *Message) tgpp(a *avp, b []byte, depth int, g *group) {
	switch a.code {
	case 1407: // Visited-PLMN-Id (TS 29.272 7.3.9): in lists of networks, it is any of them
		if len(a.data) == 3 {
			if p, ok := telecom.PLMNFromTBCD([3]byte(a.data)); ok {
				if depth == 0 {
					m.visited(p)
				}
				return
			}
		}
		m.fault(FaultAVPType, a.off)
	case 1402: // IMEI
		m.imei(a.data)
	case 701: // MSISDN (TS 29.329 6.3.2)
		m.msisdn(a, false)
	case 1643: // A-MSISDN (TS 29.272 7.3.157)
		m.msisdn(a, true)
	case 1400, // Subscription-Data (TS 29.272 7.3.2)
		1500: // Non-3GPP-User-Data (TS 29.273 8.2.3.1)
		m.Set |= FieldSubscriptionData
		inside := m.profile
		m.profile = true
		m.group(a, b, depth, nil)
		m.profile = inside
	case 1429, 1430, 1467, 1469: // APN-Configuration-Profile, APN-Configuration, GPRS-Subscription-Data, PDP-Context
		m.subscribed(FieldAPNs)
		m.group(a, b, depth, nil)
	case 1486: // Teleservice-List
		m.subscribed(FieldServices)
	case 1418, 1425, 1488: // HPLMN-ODB, Operator-Determined-Barring, Call-Barring-Info
		m.subscribed(FieldBarring)
		m.other(a, b, depth)
	case 1426, 1446: // Access-Restriction-Data, Regional-Subscription-Zone-Code
		m.subscribed(FieldRestrictions)
		m.other(a, b, depth)
	case 13: // 3GPP-Charging-Characteristics
		m.subscribed(FieldCharging)
	case 1473: // LCS-Info
		m.subscribed(FieldLCS)
		m.group(a, b, depth, nil)
	case 1414, 1415, 1416: // E-UTRAN-, UTRAN-, GERAN-Vector
		if len(a.data) > 0 {
			m.vector(VectorKind(a.code - firstVector))
		}
	case 612: // SIP-Auth-Data-Item (TS 29.229 6.3.13, TS 29.273 8.2.3.4)
		var s group
		m.group(a, b, depth, &s)
		// A request names the scheme, and RAND||AUTS as SIP-Authorization when it
		// resynchronises: only what an answer holds is a vector.
		if s.has&(hasAuthenticate|hasKey|hasHA1) != 0 || s.has&hasAuthorization != 0 && !m.IsRequest() {
			m.vector(VectorSIP)
		}
		if s.has&hasKey != 0 {
			m.Set |= FieldKeys
		}
	case 635: // SIP-Digest-Authenticate: a group with Digest-HA1
		m.group(a, b, depth, g)
	case 609:
		if g != nil && len(a.data) > 0 {
			g.has |= hasAuthenticate
		}
	case 610:
		if g != nil && len(a.data) > 0 {
			g.has |= hasAuthorization
		}
	case 625, 626: // Confidentiality-Key, Integrity-Key
		if len(a.data) > 0 {
			if g != nil {
				g.has |= hasKey
			} else {
				m.Set |= FieldKeys
			}
		}
	case 1506, 1535: // MIP-FA-RK, WLCP-Key (TS 29.273)
		m.found(a, FieldKeys)
	case 405, 406: // ME-Key-Material, UICC-Key-Material (TS 29.109 6.3)
		m.Set |= FieldKeys
	case 3300: // SC-Address (TS 29.338 5.3.3.2)
		if d, ok := e164(a.data); !ok {
			m.fault(FaultAVPType, a.off)
		} else if m.Set&FieldSCAddress == 0 {
			m.SCAddress = d
			m.Set |= FieldSCAddress
		}
	case 3301: // SM-RP-UI (TS 29.338 6.3.3.3)
		if len(a.data) > 0 {
			m.Set |= FieldSMText
		}
	case 606, 702: // User-Data of Cx and of Sh
		m.Set |= FieldSubscriptionData
	case 22, // 3GPP-User-Location-Info (TS 29.061 16.4.7)
		1602, 1603, 1604, 1605, 1606, 1607, // cell, tracking, routing, location and service areas (TS 29.272 7.3.113 to 7.3.118)
		2517, 2553, 2554: // ECGI, Cell-Portion-ID, 1xRTT-RCID (TS 29.172 7.4)
		m.found(a, FieldCell)
	case 1242, // Location-Estimate (TS 32.299)
		1608, 1609, // Geographical-, Geodetic-Information (TS 29.272 7.3.119, 7.3.120)
		2515, 2556: // Velocity-Estimate, Civic-Address (TS 29.172 7.4)
		m.found(a, FieldPosition)
	case 1611, 2514: // Age-Of-Location-Information, Age-Of-Location-Estimate
		m.found(a, FieldLocationAge)
	case 1494, 1499, // Last-UE-Activity-Time, User-State
		3139, 3140: // Roaming-Information, Reachability-Information (TS 29.336)
		m.found(a, FieldState)
	case 3004: // Payload of a device trigger (TS 29.337 6.3.4)
		m.found(a, FieldSMText)
	case 848, 1227: // Served-Party-IP-Address, PDP-Address (TS 32.299)
		m.found(a, FieldUserAddress)
	case 3111: // External-Identifier (TS 29.336 6.4.11)
		m.found(a, FieldExternalID)
	case 1489: // SGSN-Number (TS 29.272 7.3.102)
		m.number(a, NodeSGSNNumber)
	case 1645: // MME-Number-for-MT-SMS (TS 29.272 7.3.159)
		m.number(a, NodeMMENumber)
	case 2403, 3417: // MSC-Number (TS 29.173 6.4.5), MSC-Address (TS 32.299)
		m.number(a, NodeMSCNumber)
	case 3420: // VLR-Number (TS 32.299)
		m.number(a, NodeVLRNumber)
	case 3338, 3339: // SMSF-3GPP-Number, SMSF-Non-3GPP-Number (TS 29.338 5.3.3)
		m.number(a, NodeSMSFNumber)
	case 1474: // GMLC-Number (TS 29.272 7.3.86)
		m.number(a, NodeGMLC)
	case 1433, 3100, 3332: // STN-SR, IP-SM-GW-Number, SMS-GMSC-Address
		m.number(a, NodeOther)
	case 2402, 2409, 3340, 3341, 318, // MME-Name, SGSN-Name, names of the SMSF, 3GPP-AAA-Server-Name
		1664, 1666: // SGs-MME-Identity, Coupled-Node-Diameter-ID
		m.name(a, NodeServing, false)
	case 2408, 2410, 3342, 3343: // MME-Realm, SGSN-Realm, realms of the SMSF
		m.name(a, NodeServing, true)
	case 602: // Server-Name (TS 29.229 6.3.3): a SIP URI
		m.uri(a, NodeServing)
	case 3125: // SCEF-ID (TS 29.336 8.4.5)
		m.name(a, NodeSCEF, false)
	case 1684, 3942: // SCEF-Realm, SCS-Realm
		m.name(a, NodeSCEF, true)
	case 3101, 402: // IP-SM-GW-Name, NAF-Hostname (TS 29.109)
		m.name(a, NodeOther, false)
	case 3112: // IP-SM-GW-Realm
		m.name(a, NodeOther, true)
	case 6, 15, 1228: // 3GPP-SGSN-Address, 3GPP-SGSN-IPv6-Address, SGSN-Address
		m.address(a, NodeServing)
	case 7, 16, 847, // 3GPP-GGSN-Address, 3GPP-GGSN-IPv6-Address, GGSN-Address
		2067,                             // SGW-Address
		890, 895, 3425, 3903, 1531, 1532: // WAG, PDG, ePDG, TWAG (TS 32.299, 29.273)
		m.address(a, NodeGateway)
	case 1050: // AN-GW-Address (TS 29.212 5.3.49): the gateway of the visited network
		m.Set |= FieldServingNode
		m.address(a, NodeGateway)
	case 2405, 2407: // GMLC-Address, PPR-Address (TS 29.173 6.4.7, 6.4.8)
		m.address(a, NodeGMLC)
	case 3406, 3941: // MTC-IWF-Address, SCS-Address
		m.address(a, NodeSCEF)
	case 2008, 2017: // Originator-SCCP-Address, SMSC-Address (TS 32.299): numbers or IP addresses
		m.address(a, NodeOther)
	case 1: // 3GPP-IMSI (TS 29.061 16.4.7)
		if d, ok := asciiDigits(a.data); ok && d.Len() >= 6 && d.Len() <= 15 {
			m.imsi(d, false)
		} else {
			m.fault(FaultAVPType, a.off)
		}
	case 20: // 3GPP-IMEISV
		m.imei(a.data)
	case 18: // 3GPP-SGSN-MCC-MNC (TS 29.061 16.4.7): five or six decimal digits
		if d, ok := asciiDigits(a.data); ok {
			m.visited(plmnOf(d))
		}
	case 601: // Public-Identity (TS 29.229 6.3.2)
		m.publicIdentity(a.data)
	case 600: // Visited-Network-Identifier (TS 29.229 6.3.1)
		if p, ok := plmnOfDomain(a.data); ok && depth == 0 && m.namesVisited() {
			m.visited(p)
		}
	case 2401, 2406: // Serving-Node, Additional-Serving-Node (TS 29.173 6.4.3, 6.4.4)
		m.Set |= FieldServingNode
		m.group(a, b, depth, nil)
	default:
		m.other(a, b, depth)
	}
}

// namesVisited reports that a Visited-Network-Identifier is of the network that serves the
// subscriber. Elsewhere (S6a, S6b, the registration of SWx) it is of the network that his
// gateway was allocated in.
func (m *Message) namesVisited() bool {
	switch m.AppID {
	case 16777216, 16777250, 16777264: // Cx (TS 29.229 6.1.1), STa and SWm (TS 29.273)
		return true
	case 16777219, 16777265: // Wx (TS 29.234), SWx (TS 29.273 8.2.2.1)
		return m.Command == 303
	}
	return false
}

// found notes the presence of what has any data, and judges it.
func (m *Message) found(a *avp, f Field) {
	m.present(a, f)
	m.judge(a, kindOf(a.vendor, a.code))
}

func (m *Message) present(a *avp, f Field) {
	if len(a.data) > 0 {
		m.Set |= f
	}
}

// subscribed notes a part of a profile: outside of one the same AVPs say what is
// asked for or charged.
func (m *Message) subscribed(f Field) {
	if m.profile {
		m.Set |= f
	}
}
