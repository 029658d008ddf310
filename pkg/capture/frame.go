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
	LinkTypeRawBSD   LinkType = 12  // raw IP as DLT_RAW of most systems
	LinkTypeRawOpen  LinkType = 14  // raw IP as DLT_RAW of OpenBSD
	LinkTypeRaw      LinkType = 101 // raw IP
	LinkTypeLoop     LinkType = 108 // OpenBSD loopback, address family in network order
	LinkTypeSLL      LinkType = 113 // Linux cooked capture
	LinkTypeIPv4     LinkType = 228 // raw IPv4
	LinkTypeIPv6     LinkType = 229 // raw IPv6
	LinkTypeSLL2     LinkType = 276 // Linux cooked capture, version 2
)

// String is the name in the registry without its LINKTYPE_, or the number.
func (t LinkType) String() string {
	switch t {
	case LinkTypeNull:
		return "NULL"
	case LinkTypeEthernet:
		return "ETHERNET"
	case LinkTypeRawBSD, LinkTypeRawOpen, LinkTypeRaw:
		return "RAW"
	case LinkTypeLoop:
		return "LOOP"
	case LinkTypeSLL:
		return "LINUX_SLL"
	case LinkTypeIPv4:
		return "IPV4"
	case LinkTypeIPv6:
		return "IPV6"
	case LinkTypeSLL2:
		return "LINUX_SLL2"
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

// Packet is the IP packet found in a frame.
type Packet struct {
	Src, Dst [16]byte // IPv4 as IPv4-mapped IPv6
	V6       bool
	Protocol uint8  // of the upper layer, behind all extension headers
	Payload  []byte // upper layer, cut at the end of the packet; aliases the frame
	// Truncated: the capture holds less of the packet than its length says.
	Truncated bool

	// Fragment: Payload is one piece of a fragmented packet.
	Fragment       bool
	FragmentID     uint32
	FragmentOffset int // octets
	MoreFragments  bool
}

// Reason says why a frame gave no IP packet; ReasonNone: it did.
type Reason uint8

// Reasons.
const (
	ReasonNone      Reason = iota
	ReasonNotIP            // a whole frame of something else: ARP, LLDP, ...
	ReasonLinkType         // link type not supported
	ReasonTruncated        // the capture is too short for the headers
	ReasonMalformed        // headers that contradict themselves
	NumReasons
)

// String is the reason as a label: "none", "not_ip", "link_type", "truncated", "malformed".
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
	}
	return strconv.Itoa(int(r))
}

// SrcAddr is Src as a netip.Addr, IPv4 unmapped.
func (p *Packet) SrcAddr() netip.Addr { return netip.AddrFrom16(p.Src).Unmap() }

// DstAddr is Dst as a netip.Addr, IPv4 unmapped.
func (p *Packet) DstAddr() netip.Addr { return netip.AddrFrom16(p.Dst).Unmap() }
