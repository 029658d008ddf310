package diameter

import (
	"bytes"
	"net/netip"

	"sigtransit/decoders/telecom"
)

// NodeRole is the part that a node which an AVP names plays.
type NodeRole uint8

// Roles of nodes. The numbers are global titles (E.164).
const (
	NodeNone NodeRole = iota
	NodeMMENumber
	NodeSGSNNumber
	NodeMSCNumber
	NodeVLRNumber
	NodeSMSFNumber
	NodeServing // names and addresses of MME, SGSN, SMSF, AAA server and S-CSCF
	NodeGateway // GGSN, PGW, SGW, ePDG and other gateways of user traffic
	NodeGMLC
	NodeSCEF  // SCEF, SCS and MTC-IWF
	NodeOther // of a role that is not told apart
	NumNodeRoles
)

var nodeRoleNames = [NumNodeRoles]string{
	"none", "mme_number", "sgsn_number", "msc_number", "vlr_number", "smsf_number", "serving_node", "gateway", "gmlc", "scef", "node",
}

func (r NodeRole) String() string { return nodeRoleNames[min(r, NumNodeRoles-1)] }

// serving reports that the node serves a subscriber: it tells where he is.
func (r NodeRole) serving() bool { return r >= NodeMMENumber && r <= NodeServing }

// Node is a node that an AVP names: by a number, a host or realm, or an IP address,
// one of the three.
type Node struct {
	Role  NodeRole
	Realm bool   // Name is a realm
	AVP   string // name of the AVP
	GT    telecom.Digits
	Name  []byte // aliases the input of Decode
	Addr  netip.Addr
}

// MaxNodes bounds the nodes kept from one message; each is kept once.
const MaxNodes = 8

// Nodes are the nodes named in the message in wire order, at most MaxNodes.
// Aliasing as in RouteRecords.
func (m *Message) Nodes() []Node {
	n := min(m.NumNodes, MaxNodes)
	return m.nodes[:n:n]
}

func (m *Message) node(a *avp, n Node) {
	n.AVP = m.avpName(a)
	m.AddNode(n)
}

// AddNode adds a node, within the bound of MaxNodes; one that is there already is not
// added again.
func (m *Message) AddNode(n Node) {
	if n.Role.serving() {
		m.Set |= FieldServingNode
	}
	for i := range m.Nodes() {
		o := &m.nodes[i]
		if o.Role == n.Role && o.AVP == n.AVP && o.GT == n.GT && o.Addr == n.Addr && bytes.Equal(o.Name, n.Name) {
			return
		}
	}
	if m.NumNodes < MaxNodes {
		m.nodes[m.NumNodes] = n
	}
	m.NumNodes++
}

// number keeps a node's E.164 number.
func (m *Message) number(a *avp, r NodeRole) {
	if d, ok := e164(a.data); ok {
		m.node(a, Node{Role: r, GT: d})
		return
	}
	m.fault(FaultAVPType, a.off)
}

// name keeps a node's host or realm.
func (m *Message) name(a *avp, r NodeRole, realm bool) {
	if !printable(a.data) {
		m.fault(FaultAVPType, a.off)
		return
	}
	m.node(a, Node{Role: r, Name: a.data, Realm: realm})
}

// address keeps a node's IP address: an Address (RFC 6733 4.3.1), which may be an
// E.164 number too, or bare octets, as the RADIUS attributes of TS 29.061 have it.
func (m *Message) address(a *avp, r NodeRole) {
	switch addr, ok := ParseAddress(a.data); {
	case addr.IsValid():
		m.node(a, Node{Role: r, Addr: addr})
	case ok:
		if d, ok := asciiDigits(a.data[2:]); ok && a.data[0] == 0 && a.data[1] == 8 {
			m.node(a, Node{Role: r, GT: d})
		}
	case len(a.data) == 4:
		m.node(a, Node{Role: r, Addr: netip.AddrFrom4([4]byte(a.data))})
	case len(a.data) == 16:
		m.node(a, Node{Role: r, Addr: netip.AddrFrom16([16]byte(a.data))})
	default:
		m.fault(FaultAVPType, a.off)
	}
}

// uri keeps the host of a SIP URI (RFC 3261 19.1): sip:user@host:port;parameters.
func (m *Message) uri(a *avp, r NodeRole) {
	u := a.data
	if !hasPrefixFold(u, "sip:") && !hasPrefixFold(u, "sips:") {
		return
	}
	u = u[bytes.IndexByte(u, ':')+1:]
	if i := bytes.IndexByte(u, '@'); i >= 0 {
		u = u[i+1:]
	}
	if i := bytes.IndexAny(u, ":;?>"); i >= 0 {
		u = u[:i]
	}
	if printable(u) {
		m.node(a, Node{Role: r, Name: u[:len(u):len(u)]})
	}
}

// avpName is the name of an AVP that names a node; empty when it has none here.
func (m *Message) avpName(a *avp) string {
	if n := m.Dictionary.name(a.vendor, a.code); n != "" {
		return n
	}
	switch a.code {
	case 334:
		return "MIP-Home-Agent-Address"
	case 283, 293:
		return "MIP-Home-Agent-Host"
	case 6:
		return "3GPP-SGSN-Address"
	case 7:
		return "3GPP-GGSN-Address"
	case 15:
		return "3GPP-SGSN-IPv6-Address"
	case 16:
		return "3GPP-GGSN-IPv6-Address"
	case 318:
		return "3GPP-AAA-Server-Name"
	case 402:
		return "NAF-Hostname"
	case 602:
		return "Server-Name"
	case 847:
		return "GGSN-Address"
	case 890:
		return "WAG-Address"
	case 895:
		return "PDG-Address"
	case 1050:
		return "AN-GW-Address"
	case 1228:
		return "SGSN-Address"
	case 1433:
		return "STN-SR"
	case 1474:
		return "GMLC-Number"
	case 1489:
		return "SGSN-Number"
	case 1531:
		return "TWAG-CP-Address"
	case 1532:
		return "TWAG-UP-Address"
	case 1645:
		return "MME-Number-for-MT-SMS"
	case 1664:
		return "SGs-MME-Identity"
	case 1666:
		return "Coupled-Node-Diameter-ID"
	case 1684:
		return "SCEF-Realm"
	case 2008:
		return "Originator-SCCP-Address"
	case 2017:
		return "SMSC-Address"
	case 2067:
		return "SGW-Address"
	case 2402:
		return "MME-Name"
	case 2403:
		return "MSC-Number"
	case 2405:
		return "GMLC-Address"
	case 2407:
		return "PPR-Address"
	case 2408:
		return "MME-Realm"
	case 2409:
		return "SGSN-Name"
	case 2410:
		return "SGSN-Realm"
	case 3100:
		return "IP-SM-GW-Number"
	case 3101:
		return "IP-SM-GW-Name"
	case 3112:
		return "IP-SM-GW-Realm"
	case 3125:
		return "SCEF-ID"
	case 3332:
		return "SMS-GMSC-Address"
	case 3338:
		return "SMSF-3GPP-Number"
	case 3339:
		return "SMSF-Non-3GPP-Number"
	case 3340:
		return "SMSF-3GPP-Name"
	case 3341:
		return "SMSF-Non-3GPP-Name"
	case 3342:
		return "SMSF-3GPP-Realm"
	case 3343:
		return "SMSF-Non-3GPP-Realm"
	case 3406:
		return "MTC-IWF-Address"
	case 3417:
		return "MSC-Address"
	case 3420:
		return "VLR-Number"
	case 3425:
		return "ePDG-Address"
	case 3903:
		return "TWAG-Address"
	case 3941:
		return "SCS-Address"
	case 3942:
		return "SCS-Realm"
	}
	return ""
}
