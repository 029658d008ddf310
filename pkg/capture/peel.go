package capture

import "encoding/binary"

// EtherTypes (IEEE registry) a Peeler follows.
const (
	etherIPv4  = 0x0800
	etherIPv6  = 0x86DD
	etherVLAN  = 0x8100 // IEEE 802.1Q customer tag
	etherSVLAN = 0x88A8 // IEEE 802.1ad service tag
	etherQinQ  = 0x9100 // before 802.1ad was agreed on
	etherQinQ2 = 0x9200

	etherTEB           = 0x6558 // transparent Ethernet bridging: Ethernet in GRE and Geneve
	etherMPLS          = 0x8847
	etherMPLSMulticast = 0x8848 // since RFC 5332: with an upstream-assigned label
	etherPPPoE         = 0x8864 // session stage
	etherERSPAN        = 0x88BE // types I and II, in GRE
	etherERSPAN3       = 0x22EB // type III
)

// Protocol numbers (IANA) of headers a Peeler looks behind.
const (
	protoIPv4     = 4 // RFC 2003
	protoTCP      = 6
	protoUDP      = 17
	protoIPv6     = 41 // RFC 4213
	protoGRE      = 47
	protoSCTP     = 132
	protoMPLS     = 137 // RFC 4023
	protoHopByHop = 0   // RFC 8200 4.3
	protoRouting  = 43  // RFC 8200 4.4
	protoFragment = 44  // RFC 8200 4.5
	protoAH       = 51  // RFC 4302
	protoDestOpts = 60  // RFC 8200 4.6
)

const (
	// maxTags is how many VLAN tags a frame may carry. Two are QinQ, three or four
	// are seen where a mirror adds its own; more is a way to keep decoders busy.
	maxTags = 8
	// maxExtensions is how many IPv6 extension headers a packet may carry. RFC
	// 8200 4.1 knows seven in a row; repeated ones are an attack.
	maxExtensions = 16
	// MaxDepth is how many encapsulations a packet may stand in, over all of its
	// fragments. A mirror of a mirror of traffic in an operator's MPLS VPN has four.
	MaxDepth = 8
)

// Peeler takes the headers off frames down to the innermost IP packet. The zero value is
// ready; a Peeler is used by one goroutine at a time.
type Peeler struct {
	slow *stack // made at the first frame that needs it
}

// Peel finds the innermost IP packet in a frame and describes it in pkt, which it
// sets as a whole. A tunnel that holds something else than IP, and what only looks
// like a tunnel by its port, is left as the packet it is. For any reason but
// ReasonNone nothing of pkt is to be used but Depth and Tunnels.
//
// Frames of links that carry signaling without IP give its messages: see Content.
//
// Padding behind the packet is cut off; a packet whose length field is 0, as
// hardware segmentation offload and jumbograms leave it, is what was captured.
// Headers that end with the captured octets are ReasonTruncated; extension
// headers that leave a packet captured in full are ReasonMalformed.
func (p *Peeler) Peel(f *Frame, pkt *Packet) Reason {
	// Nearly all frames of a signaling mirror are Ethernet with no or few VLAN
	// tags, and IPv4 without options or IPv6 without extension headers, not
	// fragmented: they are read here, everything else by gopacket.
	if f.LinkType == LinkTypeEthernet && len(f.Data) >= 14+20 {
		d := f.Data
		typ := binary.BigEndian.Uint16(d[12:14])
		d = d[14:]
		if isTag(typ) {
			typ, d = binary.BigEndian.Uint16(d[2:4]), d[4:]
			if isTag(typ) {
				typ, d = binary.BigEndian.Uint16(d[2:4]), d[4:]
			}
		}
		switch typ {
		case etherIPv4:
			if fastIPv4(d, pkt) {
				return ReasonNone
			}
		case etherIPv6:
			if fastIPv6(d, pkt) {
				return ReasonNone
			}
		}
	}
	return p.peelStack(f, pkt)
}

func isTag(typ uint16) bool {
	return typ == etherVLAN || typ == etherSVLAN || typ == etherQinQ || typ == etherQinQ2
}

// fastIPv4 reads an IPv4 packet (RFC 791 3.1) without options which is no
// fragment, and refuses all others.
func fastIPv4(d []byte, pkt *Packet) bool {
	if len(d) < 20 || d[0] != 0x45 || binary.BigEndian.Uint16(d[6:8])&0x3FFF != 0 {
		return false
	}
	if proto := d[9]; proto != protoSCTP && proto != protoTCP && deeper(proto, false, d[20:]) {
		return false
	}
	total := int(binary.BigEndian.Uint16(d[2:4]))
	if total < 20 {
		return false
	}
	pkt.Truncated = total > len(d)
	if total > len(d) {
		total = len(d)
	}
	setIPv4(&pkt.Src, d[12:16])
	setIPv4(&pkt.Dst, d[16:20])
	pkt.V6 = false
	pkt.Protocol = d[9]
	pkt.Payload = d[20:total:total]
	pkt.plain()
	return true
}

// setIPv4 writes an IPv4 address as an IPv4-mapped IPv6 one (RFC 4291 2.5.5.2).
func setIPv4(a *[16]byte, ip []byte) {
	binary.LittleEndian.PutUint64(a[0:8], 0)
	binary.LittleEndian.PutUint64(a[8:16], 0xFFFF0000|uint64(binary.LittleEndian.Uint32(ip))<<32)
}

// fastIPv6 reads an IPv6 packet (RFC 8200 3) without extension headers and
// refuses all others.
func fastIPv6(d []byte, pkt *Packet) bool {
	if len(d) < 40 || d[0]>>4 != 6 {
		return false
	}
	if proto := d[6]; proto != protoSCTP && proto != protoTCP && deeper(proto, true, d[40:]) {
		return false
	}
	length := int(binary.BigEndian.Uint16(d[4:6]))
	if length == 0 {
		return false
	}
	pkt.Truncated = length > len(d)-40
	if length > len(d)-40 {
		length = len(d) - 40
	}
	copy(pkt.Src[:], d[8:24])
	copy(pkt.Dst[:], d[24:40])
	pkt.V6 = true
	pkt.Protocol = d[6]
	pkt.Payload = d[40 : 40+length : 40+length]
	pkt.plain()
	return true
}

// plain clears what only fragments, tunnels and links without IP set.
func (p *Packet) plain() {
	p.Sent, p.HasLabel, p.Auth = false, false, false
	p.Content, p.Fragment, p.MoreFragments = 0, false, false
	p.FragmentID, p.FragmentOffset = 0, 0
	p.Tunnels, p.Depth, p.NI, p.SrcPort, p.DstPort = 0, 0, 0, 0, 0
	p.OPC, p.DPC = 0, 0
}

// deeper says if there may be headers for a Peeler between an IP header and the
// upper layer: extension headers, or a tunnel. ESP is none: what follows it is
// hidden.
func deeper(proto uint8, v6 bool, payload []byte) bool {
	switch proto {
	case protoAH, protoGRE, protoIPv4, protoIPv6, protoMPLS:
		return true
	case protoHopByHop, protoRouting, protoFragment, protoDestOpts:
		return v6
	case protoUDP:
		return tunnelPorts(payload)
	}
	return false
}
