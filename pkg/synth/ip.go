package synth

import (
	"encoding/binary"
	"net/netip"
)

// IP protocol numbers.
const (
	ProtoTCP  uint8 = 6
	ProtoUDP  uint8 = 17
	ProtoSCTP uint8 = 132
)

// EtherTypes.
const (
	EtherIPv4 uint16 = 0x0800
	EtherARP  uint16 = 0x0806
	EtherVLAN uint16 = 0x8100
	EtherIPv6 uint16 = 0x86dd
)

// MAC is an Ethernet address.
type MAC [6]byte

// MACOf is a locally administered address made of the last four octets of an IP
// address, so that the same host always has the same one.
func MACOf(a netip.Addr) MAC {
	v := a.As16()
	return MAC{2, 0, v[12], v[13], v[14], v[15]}
}

// AppendEthernet appends an Ethernet header; vlan 0 is "no tag" (IEEE 802.1Q).
func AppendEthernet(b []byte, dst, src MAC, vlan, etherType uint16) []byte {
	b = append(append(b, dst[:]...), src[:]...)
	if vlan != 0 {
		b = append(b, byte(EtherVLAN>>8), byte(EtherVLAN&0xff), byte(vlan>>8)&0x0f, byte(vlan))
	}
	return append(b, byte(etherType>>8), byte(etherType))
}

// Packet is an IP packet before its payload. Src and Dst are of one family.
type Packet struct {
	Src, Dst netip.Addr
	Protocol uint8
	// ID is the identification; IPv6 carries it in the fragment header only.
	ID uint32
	// Fragment: Offset in octets (a multiple of 8), More when others follow.
	Fragment bool
	Offset   int
	More     bool
}

// AppendIP appends an IPv4 or IPv6 header for a payload of n octets (RFC 791,
// RFC 8200), with a fragment header where IPv6 needs one.
func AppendIP(b []byte, p Packet, n int) []byte {
	if !p.Src.Is4() {
		next := p.Protocol
		if p.Fragment {
			next, n = 44, n+8
		}
		b = append(b, 0x60, 0, 0, 0, byte(n>>8), byte(n), next, 64)
		src, dst := p.Src.As16(), p.Dst.As16()
		b = append(append(b, src[:]...), dst[:]...)
		if p.Fragment {
			v := uint16(p.Offset) &^ 7
			if p.More {
				v |= 1
			}
			b = append(b, p.Protocol, 0, byte(v>>8), byte(v))
			b = binary.BigEndian.AppendUint32(b, p.ID)
		}
		return b
	}
	at := len(b)
	n += 20
	flags := uint16(0x4000) // don't fragment
	if p.Fragment {
		flags = uint16(p.Offset / 8)
		if p.More {
			flags |= 0x2000
		}
	}
	b = append(b, 0x45, 0, byte(n>>8), byte(n), byte(p.ID>>8), byte(p.ID), byte(flags>>8), byte(flags), 64, p.Protocol, 0, 0)
	src, dst := p.Src.As4(), p.Dst.As4()
	b = append(append(b, src[:]...), dst[:]...)
	binary.BigEndian.PutUint16(b[at+10:], ^fold(sum(0, b[at:])))
	return b
}

// sum adds 16-bit words, most significant octet first (RFC 1071).
func sum(s uint64, b []byte) uint64 {
	for len(b) >= 4 {
		s += uint64(binary.BigEndian.Uint32(b))
		b = b[4:]
	}
	if len(b) >= 2 {
		s += uint64(binary.BigEndian.Uint16(b))
		b = b[2:]
	}
	if len(b) == 1 {
		s += uint64(b[0]) << 8
	}
	return s
}

func fold(s uint64) uint16 {
	for s>>16 != 0 {
		s = s&0xffff + s>>16
	}
	return uint16(s)
}

// checksum is the TCP and UDP checksum over segment with its pseudo header
// (RFC 9293 3.1, RFC 8200 8.1).
func checksum(src, dst netip.Addr, protocol uint8, segment []byte) uint16 {
	s := uint64(protocol) + uint64(len(segment))
	if src.Is4() {
		a, b := src.As4(), dst.As4()
		s = sum(sum(s, a[:]), b[:])
	} else {
		a, b := src.As16(), dst.As16()
		s = sum(sum(s, a[:]), b[:])
	}
	return ^fold(sum(s, segment))
}

// AppendUDP appends a UDP datagram with its checksum (RFC 768).
func AppendUDP(b []byte, src, dst netip.AddrPort, payload []byte) []byte {
	at, n := len(b), len(payload)+8
	b = append(b, byte(src.Port()>>8), byte(src.Port()), byte(dst.Port()>>8), byte(dst.Port()), byte(n>>8), byte(n), 0, 0)
	b = append(b, payload...)
	c := checksum(src.Addr(), dst.Addr(), ProtoUDP, b[at:])
	if c == 0 {
		c = 0xffff
	}
	binary.BigEndian.PutUint16(b[at+6:], c)
	return b
}

// TCPEnd is one end of a connection.
type TCPEnd struct {
	Addr netip.AddrPort
	Seq  uint32 // sequence number of its next octet
}

// Connection numbers what two ends of a TCP connection send each other. Like an
// Association it builds segments and leaves to the caller how the octets are cut
// into them, when they are sent, sent again or lost.
type Connection struct{ Ends [2]TCPEnd }

// TCP flags (RFC 9293 3.1).
const (
	FIN uint8 = 0x01
	SYN uint8 = 0x02
	RST uint8 = 0x04
	PSH uint8 = 0x08
	ACK uint8 = 0x10
)

// NewConnection takes first sequence numbers from r where an end has none.
func NewConnection(a, b TCPEnd, r *Rand) *Connection {
	c := &Connection{Ends: [2]TCPEnd{a, b}}
	for i := range c.Ends {
		if c.Ends[i].Seq == 0 {
			c.Ends[i].Seq = r.Uint32()
		}
	}
	return c
}

// Segment appends a segment from an end and counts its octets, SYN and FIN. It
// acknowledges all that the other end has sent.
func (c *Connection) Segment(b []byte, from int, flags uint8, payload []byte) []byte {
	seq := c.Ends[from].Seq
	b = c.SegmentAt(b, from, seq, flags, payload)
	n := uint32(len(payload))
	if flags&(SYN|FIN) != 0 {
		n++
	}
	c.Ends[from].Seq = seq + n
	return b
}

// SegmentAt appends a segment with a sequence number of the caller's and counts
// nothing: a retransmission, perhaps cut elsewhere than the first time.
func (c *Connection) SegmentAt(b []byte, from int, seq uint32, flags uint8, payload []byte) []byte {
	me, peer := &c.Ends[from], &c.Ends[1-from]
	at := len(b)
	src, dst := me.Addr.Port(), peer.Addr.Port()
	b = append(b, byte(src>>8), byte(src), byte(dst>>8), byte(dst))
	b = binary.BigEndian.AppendUint32(b, seq)
	ack := peer.Seq
	if flags&ACK == 0 {
		ack = 0
	}
	b = binary.BigEndian.AppendUint32(b, ack)
	offset := byte(5)
	if flags&SYN != 0 {
		offset = 6
	}
	b = append(b, offset<<4, flags, 0xff, 0xff, 0, 0, 0, 0)
	if flags&SYN != 0 {
		b = append(b, 2, 4, 0x05, 0xb4) // maximum segment size 1460
	}
	b = append(b, payload...)
	binary.BigEndian.PutUint16(b[at+16:], checksum(me.Addr.Addr(), peer.Addr.Addr(), ProtoTCP, b[at:]))
	return b
}

// AppendARP appends an ARP request (operation 1) or reply (2) with its Ethernet
// header (RFC 826).
func AppendARP(b []byte, operation uint16, sender, target netip.Addr) []byte {
	s, t := sender.As4(), target.As4()
	sm, tm := MACOf(sender), MACOf(target)
	dst := tm
	if operation == 1 {
		dst, tm = MAC{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, MAC{}
	}
	b = AppendEthernet(b, dst, sm, 0, EtherARP)
	b = append(b, 0, 1, 8, 0, 6, 4, byte(operation>>8), byte(operation))
	b = append(append(b, sm[:]...), s[:]...)
	return append(append(b, tm[:]...), t[:]...)
}
