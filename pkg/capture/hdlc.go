package capture

import "encoding/binary"

// This file reads links on which IP or signaling comes in serial framing, and
// captures that put records of their own around frames.

// inner peels what an EtherType names in a frame that was found inside of a
// record: Ethernet, MPLS, or IP of the version that its first octet says.
func (p *Peeler) inner(typ uint16, b []byte, pkt *Packet) Reason {
	first, cut := firstIPv4, pkt.Truncated
	switch typ {
	case etherIPv4, etherIPv6:
		if len(b) > 0 && b[0]>>4 == 6 {
			first = firstIPv6
		}
	case etherTEB:
		first = firstEthernet
	case etherMPLS, etherMPLSMulticast:
		first = firstMPLS
	default:
		return ReasonNotIP
	}
	*pkt = Packet{}
	p.stack().begin(pkt, cut)
	return p.slow.run(first, b)
}

// peelHDLC finds the packet in a frame of PPP (RFC 1661 2, RFC 1662 3.1), whose
// address and control octets ff 03 may be left out, or of Cisco's HDLC, which has
// 0f or 8f, 00 and an EtherType.
func (p *Peeler) peelHDLC(b []byte, pkt *Packet) Reason {
	if len(b) >= 4 && (b[0] == 0x0F || b[0] == 0x8F) && b[1] == 0 {
		return p.inner(binary.BigEndian.Uint16(b[2:]), b[4:], pkt)
	}
	if len(b) >= 2 && b[0] == 0xFF && b[1] == 0x03 {
		b = b[2:]
	}
	typ, n := pppType(b)
	if n == 0 {
		return ReasonTruncated
	}
	return p.inner(typ, b[n:], pkt)
}

// pppType is the EtherType of what a PPP protocol field names, 0 for others, and
// the octets of the field: one when it was compressed (RFC 1661 6.5), 0 when it is
// not there.
func pppType(b []byte) (typ uint16, n int) {
	if len(b) == 0 {
		return 0, 0
	}
	proto := uint16(b[0])
	if n = 1; proto&1 == 0 {
		if len(b) < 2 {
			return 0, 0
		}
		proto, n = proto<<8|uint16(b[1]), 2
	}
	switch proto {
	case 0x0021:
		return etherIPv4, n
	case 0x0057:
		return etherIPv6, n
	case 0x0281, 0x0283: // RFC 3032 4.3
		return etherMPLS, n
	}
	return 0, n
}

// Types of ERF records, by what their frames begin with (Endace, ERF types).
const (
	erfHDLC           = 1
	erfEthernet       = 2
	erfMultiHDLC      = 5 // a multi-channel header of 4 octets, then HDLC
	erfColorHDLC      = 10
	erfColorEthernet  = 11
	erfColor2HDLC     = 15
	erfColor2Ethernet = 16
	erfColorMultiHDLC = 17
	erfIPv4           = 22
	erfIPv6           = 23
)

// peelERF finds the frame in a record of a DAG card:
//
//	 0           8      9       10     12            14           16
//	+-----------+------+-------+------+-------------+------------+------------------+
//	| timestamp | type | flags | rlen | lost/colour | wire length| extensions, frame|
//	+-----------+------+-------+------+-------------+------------+------------------+
//
// The highest bit of type, and of the first octet of each extension of 8 octets,
// says that another extension follows. HDLC holds PPP or Cisco's, and on a
// signaling channel MTP2, which nothing names: its frames are what neither of the
// others begins like.
func (p *Peeler) peelERF(b []byte, pkt *Packet) Reason {
	if len(b) < 16 {
		return ReasonTruncated
	}
	typ, more := b[8]&0x7F, b[8]&0x80 != 0
	wire := int(binary.BigEndian.Uint16(b[14:]))
	b = b[16:]
	for more {
		if len(b) < 8 {
			return ReasonTruncated
		}
		more, b = b[0]&0x80 != 0, b[8:]
	}
	skip := 0
	switch typ {
	case erfEthernet, erfColorEthernet, erfColor2Ethernet:
		skip = 2 // offset and padding
	case erfMultiHDLC, erfColorMultiHDLC:
		skip = 4
	case erfHDLC, erfColorHDLC, erfColor2HDLC, erfIPv4, erfIPv6:
	default:
		return ReasonLinkType
	}
	if len(b) < skip {
		return ReasonTruncated
	}
	b = b[skip:]
	pkt.Truncated = wire > len(b)
	b = b[:min(len(b), wire)] // a record is padded
	switch {
	case skip == 2:
		return p.inner(etherTEB, b, pkt)
	case typ == erfIPv4 || typ == erfIPv6:
		return p.inner(etherIPv4, b, pkt)
	case looksHDLC(b):
		return p.peelHDLC(b, pkt)
	}
	return peelMTP2(b, false, pkt)
}

func looksHDLC(b []byte) bool {
	return len(b) >= 4 && (b[0] == 0xFF && b[1] == 0x03 || (b[0] == 0x0F || b[0] == 0x8F) && b[1] == 0)
}

// nflogPayload is the type of the TLV that holds the packet.
const nflogPayload = 9

// peelNFLOG finds the packet in a message of Linux's packet filter: family,
// version 0, group (2), then values, each behind its length (2, with these four
// octets) and type (2) in the byte order of the host, padded to four octets.
func (p *Peeler) peelNFLOG(b []byte, pkt *Packet) Reason {
	if len(b) < 4 {
		return ReasonTruncated
	}
	var order binary.ByteOrder = binary.LittleEndian
	if len(b) >= 6 && b[4] == 0 && b[5] != 0 { // no first value is 256 octets long
		order = binary.BigEndian
	}
	for b = b[4:]; len(b) >= 4; {
		n, typ := int(order.Uint16(b)), order.Uint16(b[2:])
		if n < 4 {
			return ReasonMalformed
		}
		if n > len(b) {
			pkt.Truncated = true
		}
		if typ&0x7FFF == nflogPayload {
			return p.inner(etherIPv4, b[4:min(n, len(b))], pkt)
		}
		b = b[min((n+3)&^3, len(b)):]
	}
	if len(b) > 0 || pkt.Truncated {
		return ReasonTruncated
	}
	return ReasonNotIP
}
