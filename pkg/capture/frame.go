package capture

import (
	"net/netip"
	"strconv"
)

// LinkType is a link-layer header type of the tcpdump.org registry.
type LinkType uint16

// Link types that Peeler knows, by their LINKTYPE_ names.
const (
	LinkTypeNull     LinkType = 0   // BSD loopback, address family in the order of the host that captured
	LinkTypeEthernet LinkType = 1   // Ethernet II and 802.3
	LinkTypePPP      LinkType = 9   // PPP, with HDLC's address and control or without
	LinkTypeRawBSD   LinkType = 12  // raw IP as DLT_RAW of most systems
	LinkTypeRawOpen  LinkType = 14  // raw IP as DLT_RAW of OpenBSD
	LinkTypePPPHDLC  LinkType = 50  // PPP in HDLC-like framing
	LinkTypeRaw      LinkType = 101 // raw IP
	LinkTypeCHDLC    LinkType = 104 // Cisco HDLC
	LinkTypeLoop     LinkType = 108 // OpenBSD loopback, address family in network order
	LinkTypeSLL      LinkType = 113 // Linux cooked capture
	LinkTypeMTP2PHDR LinkType = 139 // MTP2 behind a pseudo-header
	LinkTypeMTP2     LinkType = 140 // MTP2 (ITU-T Q.703)
	LinkTypeMTP3     LinkType = 141 // MTP3 (Q.704)
	LinkTypeSCCP     LinkType = 142 // SCCP (Q.713)
	LinkTypeERF      LinkType = 197 // records of DAG cards: Ethernet, PPP, HDLC, MTP2
	LinkTypeIPv4     LinkType = 228 // raw IPv4
	LinkTypeIPv6     LinkType = 229 // raw IPv6
	LinkTypeNFLOG    LinkType = 239 // packets of Linux's packet filter
	LinkTypeSCTP     LinkType = 248 // SCTP without IP
	LinkTypeExported LinkType = 252 // Wireshark's exported PDUs, of any protocol
	LinkTypeSLL2     LinkType = 276 // Linux cooked capture, version 2
)

// String is the name in the registry without its LINKTYPE_, or the number.
func (t LinkType) String() string {
	switch t {
	case LinkTypeNull:
		return "NULL"
	case LinkTypePPP:
		return "PPP"
	case LinkTypePPPHDLC:
		return "PPP_HDLC"
	case LinkTypeCHDLC:
		return "C_HDLC"
	case LinkTypeERF:
		return "ERF"
	case LinkTypeNFLOG:
		return "NFLOG"
	case LinkTypeEthernet:
		return "ETHERNET"
	case LinkTypeRawBSD, LinkTypeRawOpen, LinkTypeRaw:
		return "RAW"
	case LinkTypeLoop:
		return "LOOP"
	case LinkTypeSLL:
		return "LINUX_SLL"
	case LinkTypeMTP2PHDR:
		return "MTP2_WITH_PHDR"
	case LinkTypeMTP2:
		return "MTP2"
	case LinkTypeMTP3:
		return "MTP3"
	case LinkTypeSCCP:
		return "SCCP"
	case LinkTypeIPv4:
		return "IPV4"
	case LinkTypeIPv6:
		return "IPV6"
	case LinkTypeSCTP:
		return "SCTP"
	case LinkTypeExported:
		return "WIRESHARK_UPPER_PDU"
	case LinkTypeSLL2:
		return "LINUX_SLL2"
	}
	// Some that are not read: whoever has such a capture is told by name.
	switch t {
	case 100:
		return "ATM_RFC1483"
	case 105:
		return "IEEE802_11"
	case 107:
		return "FRELAY"
	case 123:
		return "SUNATM"
	case 177:
		return "LINUX_LAPD"
	case 203:
		return "LAPD"
	case 217:
		return "GSMTAP_UM"
	}
	if t >= 147 && t <= 162 {
		return "USER" + strconv.Itoa(int(t)-147)
	}
	return strconv.Itoa(int(t))
}

// Frame is one captured link-layer frame.
type Frame struct {
	Number   uint64 // from 1, counted as Wireshark counts
	Time     int64  // nanoseconds since the epoch, UTC; 0: the file gives none (pcapng SPB)
	LinkType LinkType
	Length   int    // octets on the wire
	Data     []byte // what was captured of it; valid until the next Read
}

// Source hands out frames in batches.
type Source interface {
	// Read fills frames from the start and returns how many it filled. Their Data
	// stays valid until the next Read. io.EOF: nothing more (n may still be > 0).
	Read(frames []Frame) (n int, err error)
	Close() error
}

// Lender is a Source that has frames of its own to hand out, without a copy.
type Lender interface {
	Source
	// Lend returns the next frames, which stay valid, as their Data does, until the next
	// Lend or Read; otherwise it is like Read.
	Lend() ([]Frame, error)
}

// Packet is what was found in a frame: the innermost IP packet, or a signaling
// message that was captured without IP.
//
// The order of the fields lets Peel clear them with few stores.
type Packet struct {
	Src, Dst [16]byte // IPv4 as IPv4-mapped IPv6; zero where the capture has none
	V6       bool
	Protocol uint8 // of the upper layer, behind all extension headers
	// Sent: the host that captured an MTP2 link is the sender.
	Sent bool
	// Auth: it came with an Authentication Header (RFC 4302), which was taken off.
	Auth bool
	// HasLabel: an exported PDU came with OPC, DPC and NI of its MTP3 message.
	HasLabel bool
	Payload  []byte // upper layer, cut at the end of the packet; aliases the frame
	// Truncated: the capture holds less of the packet than its length says.
	Truncated bool

	// Content is what Payload holds.
	Content Content

	// Fragment: Payload is one piece of a fragmented packet.
	Fragment       bool
	MoreFragments  bool
	FragmentID     uint32
	FragmentOffset int // octets

	// Depth is how many encapsulations were taken off, Tunnels of which kinds.
	Tunnels Tunnels
	Depth   uint8

	NI uint8 // network indicator
	// SrcPort and DstPort stand in exported PDUs; for IP packets they are part of
	// the Payload.
	SrcPort, DstPort uint16
	OPC, DPC         uint32
	// Standard is the variant of MTP3 as the tool that exported the PDU numbers it.
	// Valid if HasLabel: Peel does not clear it.
	Standard uint16
	Seq      uint32 // of the first octet. Valid with ContentTCP
}

// Content is what the Payload of a Packet holds.
type Content uint8

// Contents.
const (
	ContentIP   Content = iota // the upper layer of IP; Protocol says which
	ContentLink                // nothing: what keeps a signaling link alive (MTP2 FISU, LSSU)
	ContentMTP3                // an MTP3 message, from its service information octet
	ContentSCCP                // an SCCP message
	ContentM3UA                // messages of the adaptation layers, without SCTP
	ContentM2UA
	ContentM2PA
	ContentSUA
	ContentDiameter // Diameter messages
	ContentTCP      // octets of a TCP connection, from Seq on
	ContentTCAP     // a TCAP message, without SCCP
	ContentMAP      // one component of MAP
	ContentCAP      // one component of CAP
)

// Tunnel is a kind of encapsulation.
type Tunnel uint8

// Tunnels a Peeler takes off.
const (
	TunnelMPLS   Tunnel = iota // MPLS, with Ethernet pseudowires
	TunnelPPPoE                // PPP over Ethernet
	TunnelGRE                  // GRE with IP, MPLS or Ethernet (NVGRE too)
	TunnelERSPAN               // mirrored frames in GRE, types I to III
	TunnelVXLAN                // VXLAN and VXLAN-GPE
	TunnelGeneve               // Geneve
	TunnelIP                   // IP or MPLS straight in IP
	TunnelUDP                  // SCTP in UDP (RFC 6951)
	NumTunnels
)

var tunnelNames = [NumTunnels]string{"mpls", "pppoe", "gre", "erspan", "vxlan", "geneve", "ip", "udp"}

// String is the kind as a label.
func (t Tunnel) String() string {
	if t >= NumTunnels {
		return strconv.Itoa(int(t))
	}
	return tunnelNames[t]
}

// Tunnels is a set of kinds of encapsulation.
type Tunnels uint16

// Has says if the set holds a kind.
func (s Tunnels) Has(t Tunnel) bool { return s>>t&1 != 0 }

// Reason says why a frame gave no Packet; ReasonNone: it did.
type Reason uint8

// Reasons.
const (
	ReasonNone      Reason = iota
	ReasonNotIP            // a whole frame of something else: ARP, LLDP, ...
	ReasonLinkType         // link type not supported
	ReasonTruncated        // the capture is too short for the headers
	ReasonMalformed        // headers that contradict themselves
	ReasonTooDeep          // more tunnels than MaxDepth in each other
	NumReasons
)

// String is the reason as a label: "none", "not_ip", "link_type", "truncated", "malformed", "too_deep".
func (r Reason) String() string {
	switch r {
	case ReasonNone:
		return "none"
	case ReasonNotIP:
		return "not_ip"
	case ReasonLinkType:
		return "link_type"
	case ReasonTruncated:
		return "truncated"
	case ReasonMalformed:
		return "malformed"
	case ReasonTooDeep:
		return "too_deep"
	}
	return strconv.Itoa(int(r))
}

// SrcAddr is Src as a netip.Addr, IPv4 unmapped.
func (p *Packet) SrcAddr() netip.Addr { return netip.AddrFrom16(p.Src).Unmap() }

// DstAddr is Dst as a netip.Addr, IPv4 unmapped.
func (p *Packet) DstAddr() netip.Addr { return netip.AddrFrom16(p.Dst).Unmap() }
