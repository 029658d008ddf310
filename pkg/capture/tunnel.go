package capture

import (
	"encoding/binary"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// This file takes packets and frames out of others. What gopacket v1.1.19 has of
// these headers as decoding layers is used after a check of lengths, which it does
// not make itself: GRE, ERSPAN type II, UDP, VXLAN. It has no decoding layers of
// MPLS and PPPoE, none at all of ERSPAN type III, and its Geneve layer collects the
// options of all packets it ever saw.

// UDP ports of tunnels (IANA; 8472 is what Linux used before).
const (
	portVXLAN      = 4789
	portVXLANLinux = 8472
	portVXLANGPE   = 4790
	portGeneve     = 6081
	portSCTP       = 9899 // RFC 6951
)

// tunnelPorts says if a UDP datagram may hold a tunnel, by its ports. Those of
// the virtual networks are destination ports: the source port spreads the load.
func tunnelPorts(d []byte) bool {
	if len(d) < 8 {
		return false
	}
	switch binary.BigEndian.Uint16(d[2:4]) {
	case portVXLAN, portVXLANLinux, portVXLANGPE, portGeneve, portSCTP:
		return true
	}
	return binary.BigEndian.Uint16(d[0:2]) == portSCTP
}

// enter notes an encapsulation and names the layer inside.
func (s *stack) enter(kind Tunnel, next gopacket.LayerType) error {
	if s.pkt.Depth >= MaxDepth {
		return s.fail(ReasonTooDeep)
	}
	s.pkt.Depth++
	s.pkt.Tunnels |= 1 << kind
	s.tags, s.exts, s.whole = 0, 0, false
	if s.ip {
		s.cut = s.pkt.Truncated
	}
	s.next, s.known = next, true
	return nil
}

// enterEther is enter for what an EtherType names. Behind what is neither IP, MPLS
// nor Ethernet nothing is looked for, and the packet stays the tunnel's.
func (s *stack) enterEther(kind Tunnel, typ uint16) error {
	switch typ {
	case etherIPv4:
		return s.enter(kind, layers.LayerTypeIPv4)
	case etherIPv6:
		return s.enter(kind, layers.LayerTypeIPv6)
	case etherTEB:
		return s.enter(kind, layers.LayerTypeEthernet)
	case etherMPLS, etherMPLSMulticast:
		return s.enter(kind, layers.LayerTypeMPLS)
	}
	s.none()
	return nil
}

// mayBeCut says if the octets at hand may end too early because the capture, or the
// mirror, cut them.
func (s *stack) mayBeCut() bool { return s.cut || s.ip && s.pkt.Truncated }

// looksEthernet says if octets look like an Ethernet frame of something that is
// read or common: what a label stack or a mirror carries is not named anywhere.
func looksEthernet(b []byte) bool {
	if len(b) < 14 {
		return false
	}
	typ, rest := binary.BigEndian.Uint16(b[12:14]), b[14:]
	for n := 0; isTag(typ) && n < maxTags && len(rest) >= 4; n++ {
		typ, rest = binary.BigEndian.Uint16(rest[2:4]), rest[4:]
	}
	switch typ {
	case etherIPv4:
		return len(rest) == 0 || rest[0]>>4 == 4
	case etherIPv6:
		return len(rest) == 0 || rest[0]>>4 == 6
	case etherMPLS, etherMPLSMulticast:
		return true
	case etherPPPoE:
		return len(rest) == 0 || rest[0] == 0x11
	case 0x0806: // ARP of Ethernet
		return len(rest) < 2 || rest[0] == 0 && rest[1] == 1
	}
	return false
}

// looksIP says if octets look like an IP packet with nothing or padding behind. b
// is not empty.
func looksIP(b []byte, cut bool) bool {
	switch b[0] >> 4 {
	case 4:
		header := int(b[0]&0x0F) * 4
		if header < 20 || len(b) < 4 {
			return header >= 20
		}
		total := int(binary.BigEndian.Uint16(b[2:4]))
		return total >= header && (total <= len(b) || cut)
	case 6:
		return len(b) < 6 || int(binary.BigEndian.Uint16(b[4:6])) <= len(b)-40 || cut
	}
	return false
}

// mplsLayer is a label stack (RFC 3032 2.1) down to its bottom:
//
//	| label 20 | traffic class 3 | bottom 1 | TTL 8 |
//
// Nothing names what stands behind it. An IP packet shows itself by its version; an
// Ethernet pseudowire (RFC 4448) has either a control word, whose first four bits
// are 0 (RFC 4385 3), or a frame at once, whose address may begin with any digit.
type mplsLayer struct {
	layers.BaseLayer
	s *stack
}

func (l *mplsLayer) CanDecode() gopacket.LayerClass    { return layers.LayerTypeMPLS }
func (l *mplsLayer) NextLayerType() gopacket.LayerType { return l.s.next }

func (l *mplsLayer) DecodeFromBytes(data []byte, _ gopacket.DecodeFeedback) error {
	s := l.s
	n := 0
	for bottom := false; !bottom; n += 4 {
		if len(data)-n < 4 {
			return s.short()
		}
		bottom = data[n+2]&1 != 0
	}
	b := data[n:]
	if len(b) == 0 {
		return s.short()
	}
	l.BaseLayer = layers.BaseLayer{Contents: data[:n], Payload: b}
	version := b[0] >> 4
	switch {
	case looksIP(b, s.mayBeCut()):
	case looksEthernet(b):
		return s.enter(TunnelMPLS, layers.LayerTypeEthernet)
	case version == 0 && len(b) > 4 && looksEthernet(b[4:]):
		l.Payload = b[4:]
		return s.enter(TunnelMPLS, layers.LayerTypeEthernet)
	}
	switch version {
	case 4:
		return s.enter(TunnelMPLS, layers.LayerTypeIPv4)
	case 6:
		return s.enter(TunnelMPLS, layers.LayerTypeIPv6)
	}
	s.none()
	return nil
}

// pppoeLayer is the session stage of PPP over Ethernet (RFC 2516 4) with the PPP
// protocol field (RFC 1661 2), which has one octet when it was compressed:
//
//	 0        1      2         4        6
//	+--------+------+---------+--------+----------+
//	| 1 | 1  | code | session | length | protocol |
//	+--------+------+---------+--------+----------+
type pppoeLayer struct {
	layers.BaseLayer
	s *stack
}

func (l *pppoeLayer) CanDecode() gopacket.LayerClass    { return layers.LayerTypePPPoE }
func (l *pppoeLayer) NextLayerType() gopacket.LayerType { return l.s.next }

func (l *pppoeLayer) DecodeFromBytes(data []byte, _ gopacket.DecodeFeedback) error {
	s := l.s
	if len(data) < 6 {
		return s.short()
	}
	b := data[6:]
	b = b[:min(len(b), int(binary.BigEndian.Uint16(data[4:6])))]
	typ, n := pppType(b)
	if n == 0 {
		return s.short()
	}
	l.BaseLayer = layers.BaseLayer{Contents: data[:6+n], Payload: b[n:]}
	if data[0] == 0x11 && data[1] == 0 { // version 1, type 1, session data
		return s.enterEther(TunnelPPPoE, typ)
	}
	s.none()
	return nil
}

// Bits of the first two octets of GRE (RFC 2784 2.1, RFC 2890 2).
const (
	greChecksum = 0x8000
	greRouting  = 0x4000 // RFC 1701 only
	greKey      = 0x2000
	greSequence = 0x1000
	greVersion  = 0x0007
)

// greLayer is GRE of version 0 (version 1 is PPTP's).
type greLayer struct {
	layers.GRE
	s *stack
}

func (l *greLayer) NextLayerType() gopacket.LayerType { return l.s.next }

func (l *greLayer) DecodeFromBytes(data []byte, df gopacket.DecodeFeedback) error {
	s := l.s
	if len(data) < 4 {
		return s.short()
	}
	flags := binary.BigEndian.Uint16(data[0:2])
	if flags&^(greChecksum|greRouting|greKey|greSequence) != 0 {
		l.BaseLayer = layers.BaseLayer{Contents: data[:4], Payload: data[4:]}
		s.none() // another version, or a bit nobody defines
		return nil
	}
	if flags&greRouting != 0 {
		// RFC 2784 2.3 discards source routes; gopacket would follow one without end.
		return s.fail(ReasonMalformed)
	}
	n := 4
	for _, option := range [...]uint16{greChecksum, greKey, greSequence} {
		if flags&option != 0 {
			n += 4
		}
	}
	if len(data) < n {
		return s.short()
	}
	if err := l.GRE.DecodeFromBytes(data, df); err != nil {
		return err
	}
	b := l.Payload
	switch typ := uint16(l.Protocol); {
	case typ == etherERSPAN && l.SeqPresent && len(b) > 0 && b[0]>>4 == layers.ERSPANIIVersion:
		s.next, s.known = layers.LayerTypeERSPANII, true
	case typ == etherERSPAN && (!l.SeqPresent || looksEthernet(b)):
		// Type I has no header of its own, and as a rule no sequence number.
		return s.enter(TunnelERSPAN, layers.LayerTypeEthernet)
	case typ == etherERSPAN3:
		s.next, s.known = layerERSPAN3, true
	default:
		return s.enterEther(TunnelGRE, typ)
	}
	return nil
}

// erspan2Layer is ERSPAN type II (draft-foschiano-erspan 4.2):
//
//	 0                 2                                4             8
//	+---------+-------+-----+------+---+---------------+----+--------+
//	| ver 1   | VLAN  | CoS | trunk| T | session       | reserved, index
//	|  4 bits | 12    | 3   | 2    | 1 | 10            |             |
//	+---------+-------+-----+------+---+---------------+-------------+
//
// T: the mirror cut the frame.
type erspan2Layer struct {
	layers.ERSPANII
	s *stack
}

func (l *erspan2Layer) NextLayerType() gopacket.LayerType { return l.s.next }

func (l *erspan2Layer) DecodeFromBytes(data []byte, df gopacket.DecodeFeedback) error {
	if len(data) < 8 {
		return l.s.short()
	}
	if err := l.ERSPANII.DecodeFromBytes(data, df); err != nil {
		return err
	}
	return l.s.mirrored(data[2], layers.LayerTypeEthernet)
}

// mirrored is enter for ERSPAN: flags is the octet that has T.
func (s *stack) mirrored(flags byte, next gopacket.LayerType) error {
	if flags&0x04 != 0 {
		s.pkt.Truncated = true
	}
	return s.enter(TunnelERSPAN, next)
}

// erspan3Layer is ERSPAN type III (draft-foschiano-erspan 4.3):
//
//	 0               2                       4           8     10                                     12
//	+-------+-------+-----+-----+---+-------+-----------+-----+---+------+----------+---+-------------+---+
//	| ver 2 | VLAN  | CoS | BSO | T |session| timestamp | SGT | P | type | hardware | D | granularity | O |
//	| 4 bits| 12    | 3   | 2   | 1 | 10    |           |     | 1 | 5    | 6        | 1 | 2           | 1 |
//	+-------+-------+-----+-----+---+-------+-----------+-----+---+------+----------+---+-------------+---+
//
// O: eight octets of the platform follow. Type 0 is an Ethernet frame, 2 a packet.
type erspan3Layer struct {
	layers.BaseLayer
	s *stack
}

func (l *erspan3Layer) CanDecode() gopacket.LayerClass    { return layerERSPAN3 }
func (l *erspan3Layer) NextLayerType() gopacket.LayerType { return l.s.next }

func (l *erspan3Layer) DecodeFromBytes(data []byte, _ gopacket.DecodeFeedback) error {
	s := l.s
	if len(data) < 12 {
		return s.short()
	}
	n := 12
	if data[11]&1 != 0 {
		n += 8
	}
	if len(data) < n {
		return s.short()
	}
	l.BaseLayer = layers.BaseLayer{Contents: data[:n], Payload: data[n:]}
	if data[0]>>4 == 2 {
		switch data[10] >> 2 & 0x1F {
		case 0:
			return s.mirrored(data[2], layers.LayerTypeEthernet)
		case 2:
			if len(l.Payload) > 0 && l.Payload[0]>>4 == 6 {
				return s.mirrored(data[2], layers.LayerTypeIPv6)
			}
			return s.mirrored(data[2], layers.LayerTypeIPv4)
		}
	}
	s.none()
	return nil
}

// udpLayer is UDP (RFC 768) on a port of a tunnel. Such a port may be that of a
// client of something else, so the payload has to look like the tunnel.
type udpLayer struct {
	layers.UDP
	s *stack
}

func (l *udpLayer) NextLayerType() gopacket.LayerType { return l.s.next }

func (l *udpLayer) DecodeFromBytes(data []byte, df gopacket.DecodeFeedback) error {
	s := l.s
	if n := binary.BigEndian.Uint16(data[4:6]); n != 0 && n < 8 { // 8 octets are there: tunnelPorts
		l.BaseLayer = layers.BaseLayer{Contents: data[:8]}
		s.none()
		return nil
	}
	if err := l.UDP.DecodeFromBytes(data, df); err != nil {
		return err
	}
	s.none()
	b := l.Payload
	s.gpe = l.DstPort == portVXLANGPE
	switch l.DstPort {
	case portVXLAN, portVXLANLinux, portVXLANGPE:
		// The VNI is valid, and the octet behind it 0 (RFC 7348 5); or the frame inside
		// shows what it is. The port of Linux belongs to another.
		if len(b) >= 8 && (b[0]&0x08 != 0 && b[7] == 0 && l.DstPort != portVXLANLinux || looksEthernet(b[8:])) {
			s.next, s.known = layers.LayerTypeVXLAN, true
		}
	case portGeneve:
		if len(b) >= 8 && b[0]>>6 == 0 && b[7] == 0 {
			s.next, s.known = layers.LayerTypeGeneve, true
		}
	default:
		if looksSCTP(b, s.pkt.Truncated) {
			if err := s.enter(TunnelUDP, layerNone); err != nil {
				return err
			}
			s.none()
			s.pkt.Protocol, s.pkt.Payload = protoSCTP, b[:len(b):len(b)]
		}
	}
	return nil
}

// looksSCTP says if octets look like an SCTP packet (RFC 9260 3): ports, a tag
// where one has to be, and a first chunk of a known type and possible length.
func looksSCTP(b []byte, cut bool) bool {
	if len(b) < 16 || binary.BigEndian.Uint16(b) == 0 || binary.BigEndian.Uint16(b[2:]) == 0 {
		return false
	}
	if typ := b[12]; typ > 0x0F { // DATA to AUTH
		switch typ {
		case 0x40, 0x80, 0x82, 0x84, 0xC0, 0xC1, 0xC2: // I-DATA, ASCONF-ACK, RE-CONFIG, PAD, FORWARD TSN, ASCONF, I-FORWARD-TSN
		default:
			return false
		}
	}
	if binary.BigEndian.Uint32(b[4:]) == 0 && b[12] != 1 {
		return false // the tag is 0 with an INIT only
	}
	n := int(binary.BigEndian.Uint16(b[14:]))
	return n >= 4 && (n <= len(b)-12 || cut)
}

// vxlanLayer is VXLAN (RFC 7348 5) and VXLAN-GPE (draft-ietf-nvo3-vxlan-gpe 3):
//
//	 0       1          3               4     7
//	+-------+----------+---------------+-----+----------+
//	| flags | reserved | next protocol | VNI | reserved |
//	+-------+----------+---------------+-----+----------+
//
// The next protocol is there in GPE when the flag P is set.
type vxlanLayer struct {
	layers.VXLAN
	s *stack
}

func (l *vxlanLayer) NextLayerType() gopacket.LayerType { return l.s.next }

func (l *vxlanLayer) DecodeFromBytes(data []byte, df gopacket.DecodeFeedback) error {
	s := l.s
	if err := l.VXLAN.DecodeFromBytes(data, df); err != nil { // 8 octets are there
		return err
	}
	if s.gpe && data[0]&0x04 != 0 {
		switch data[3] {
		case 1:
			return s.enter(TunnelVXLAN, layers.LayerTypeIPv4)
		case 2:
			return s.enter(TunnelVXLAN, layers.LayerTypeIPv6)
		case 3:
		case 5:
			return s.enter(TunnelVXLAN, layers.LayerTypeMPLS)
		default:
			s.none()
			return nil
		}
	}
	return s.enter(TunnelVXLAN, layers.LayerTypeEthernet)
}

// geneveLayer is Geneve (RFC 8926 3.4). Its options are skipped.
//
//	 0                    1      2          4     7
//	+--------------------+------+----------+-----+----------+---------+
//	| version 2, words 6 | O, C | protocol | VNI | reserved | options |
//	+--------------------+------+----------+-----+----------+---------+
type geneveLayer struct {
	layers.BaseLayer
	s *stack
}

func (l *geneveLayer) CanDecode() gopacket.LayerClass    { return layers.LayerTypeGeneve }
func (l *geneveLayer) NextLayerType() gopacket.LayerType { return l.s.next }

func (l *geneveLayer) DecodeFromBytes(data []byte, _ gopacket.DecodeFeedback) error {
	n := 8 + int(data[0]&0x3F)*4 // 8 octets are there
	if len(data) < n {
		return l.s.short()
	}
	l.BaseLayer = layers.BaseLayer{Contents: data[:n], Payload: data[n:]}
	return l.s.enterEther(TunnelGeneve, binary.BigEndian.Uint16(data[2:4]))
}

// upperLayer has no octets: it is where PeelUpper begins.
type upperLayer struct {
	layers.BaseLayer
	s *stack
}

func (l *upperLayer) CanDecode() gopacket.LayerClass    { return layerUpper }
func (l *upperLayer) NextLayerType() gopacket.LayerType { return l.s.next }

func (l *upperLayer) DecodeFromBytes(data []byte, _ gopacket.DecodeFeedback) error {
	l.BaseLayer = layers.BaseLayer{Contents: data[:0], Payload: data}
	return l.s.upper(l.s.pkt.Protocol, data)
}
