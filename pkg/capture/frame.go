package capture

import "net/netip"

// LinkType is a link-layer header type of the tcpdump.org registry.
type LinkType uint16

// Frame is one captured link-layer frame.
type Frame struct {
	Number   uint64 // from 1, counted as Wireshark counts
	Time     int64  // nanoseconds since the epoch, UTC
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

// SrcAddr is Src as a netip.Addr, IPv4 unmapped.
func (p *Packet) SrcAddr() netip.Addr { return netip.AddrFrom16(p.Src).Unmap() }

// DstAddr is Dst as a netip.Addr, IPv4 unmapped.
func (p *Packet) DstAddr() netip.Addr { return netip.AddrFrom16(p.Dst).Unmap() }
