package capture

import (
	"encoding/binary"
	"errors"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// This file peels with gopacket's DecodingLayerParser whatever Peel does not read
// itself. The layers are held by value, and each is wrapped in one of ours which
// names the layer behind it and mends what gopacket v1.1.19 does not do: it does
// not follow tags of types 0x9100 and 0x9200, has no Linux cooked v2 and no
// decoding layers for AH and for IPv6 fragment headers, cuts IPv6 packets with
// hop-by-hop options at the wrong end and allocates for each option, and refuses
// packets for options which nobody needs.

// Layer types of our own. The parsers look layers up in a slice by number; these
// are small numbers which gopacket does not use.
const (
	layerSLL2    gopacket.LayerType = 300 + iota
	layerUpper                      // behind an IP header whose packet was put together
	layerERSPAN3                    // ERSPAN type III
	layerNone                       // has no decoder: the parser stops there
)

// errPeel ends a parser's run; why stands in stack.reason.
var errPeel = errors.New("capture: no packet")

// First layers of the parsers.
const (
	firstEthernet = iota
	firstSLL
	firstSLL2
	firstLoop
	firstIPv4
	firstIPv6
	firstMPLS
	firstUpper
	numFirst
)

// stack is the gopacket side of a Peeler: its layers and what they found in the
// current frame.
type stack struct {
	parsers [numFirst]*gopacket.DecodingLayerParser
	decoded []gopacket.LayerType

	eth  etherLayer
	tag  tagLayer
	llc  llcLayer
	snap snapLayer
	sll  sllLayer
	sll2 sll2Layer
	loop loopLayer
	ip4  ip4Layer
	ip6  ip6Layer
	ext  extLayer
	ah   ahLayer
	frag fragLayer

	upperL  upperLayer
	mpls    mplsLayer
	pppoe   pppoeLayer
	gre     greLayer
	erspan2 erspan2Layer
	erspan3 erspan3Layer
	udp     udpLayer
	vxlan   vxlanLayer
	geneve  geneveLayer

	next   gopacket.LayerType // behind the layer decoded last
	known  bool               // next is a layer of ours: the frame may not end here
	cut    bool               // the capture has less of the frame than was on the wire
	tags   int
	exts   int
	ip     bool // an IP header was decoded: pkt describes the innermost so far
	whole  bool // the packet was put together from fragments
	gpe    bool // the UDP port is that of VXLAN-GPE
	reason Reason
	pkt    *Packet
}

func newStack() *stack {
	// Each encapsulation has at most three headers, and those of a frame.
	s := &stack{decoded: make([]gopacket.LayerType, 0, (1+MaxDepth)*(3+4+maxTags+maxExtensions))}
	s.eth.s, s.tag.s, s.llc.s, s.snap.s, s.sll.s, s.sll2.s = s, s, s, s, s, s
	s.loop.s, s.ip4.s, s.ip6.s, s.ext.s, s.ah.s, s.frag.s = s, s, s, s, s, s
	s.upperL.s, s.mpls.s, s.pppoe.s, s.gre.s, s.erspan2.s, s.erspan3.s = s, s, s, s, s, s
	s.udp.s, s.vxlan.s, s.geneve.s = s, s, s
	container := gopacket.DecodingLayerContainer(gopacket.DecodingLayerSparse(nil))
	for _, l := range []gopacket.DecodingLayer{
		&s.eth, &s.tag, &s.llc, &s.snap, &s.sll, &s.sll2, &s.loop, &s.ip4, &s.ip6,
		&s.ext, &s.ah, &s.frag, // in this order: gopacket's skipper claims the fragment header too
		&s.upperL, &s.mpls, &s.pppoe, &s.gre, &s.erspan2, &s.erspan3, &s.udp, &s.vxlan, &s.geneve,
	} {
		container = container.Put(l)
	}
	for i, first := range [numFirst]gopacket.LayerType{
		firstEthernet: layers.LayerTypeEthernet,
		firstSLL:      layers.LayerTypeLinuxSLL,
		firstSLL2:     layerSLL2,
		firstLoop:     layers.LayerTypeLoopback,
		firstIPv4:     layers.LayerTypeIPv4,
		firstIPv6:     layers.LayerTypeIPv6,
		firstMPLS:     layers.LayerTypeMPLS,
		firstUpper:    layerUpper,
	} {
		s.parsers[i] = gopacket.NewDecodingLayerParser(first)
		s.parsers[i].IgnoreUnsupported = true // whatever stands above IP is
		s.parsers[i].SetDecodingLayerContainer(container)
	}
	return s
}

// peelStack peels with gopacket.
func (p *Peeler) peelStack(f *Frame, pkt *Packet) Reason {
	first := 0
	switch f.LinkType {
	case LinkTypeEthernet:
		first = firstEthernet
	case LinkTypeSLL:
		first = firstSLL
	case LinkTypeSLL2:
		first = firstSLL2
	case LinkTypeNull, LinkTypeLoop:
		first = firstLoop
	case LinkTypeIPv4:
		first = firstIPv4
	case LinkTypeIPv6:
		first = firstIPv6
	case LinkTypeRawBSD, LinkTypeRawOpen, LinkTypeRaw:
		first = firstIPv4
		if len(f.Data) > 0 && f.Data[0]>>4 == 6 {
			first = firstIPv6
		}
	default:
		return p.peelBare(f, pkt)
	}
	*pkt = Packet{}
	p.stack().begin(pkt, f.Length > len(f.Data))
	return p.slow.run(first, f.Data)
}

func (p *Peeler) stack() *stack {
	if p.slow == nil {
		p.slow = newStack()
	}
	return p.slow
}

// PeelUpper peels further behind the IP header of a packet that was put together
// from fragments: Protocol and Payload are what the fragments gave, and Fragment
// is to be false. It finds what Peel would have found in a packet that was never
// cut, which may be a fragment again, of another packet in a tunnel. To a fragment
// it does nothing. The reasons are those of Peel.
func (p *Peeler) PeelUpper(pkt *Packet) Reason {
	if pkt.Fragment || !deeper(pkt.Protocol, pkt.V6, pkt.Payload) {
		return ReasonNone
	}
	s := p.stack()
	s.begin(pkt, pkt.Truncated)
	s.ip, s.whole = true, true
	if len(pkt.Payload) == 0 {
		return s.missing()
	}
	return s.run(firstUpper, pkt.Payload)
}

// begin readies the stack for a packet.
func (s *stack) begin(pkt *Packet, cut bool) {
	s.pkt, s.cut = pkt, cut
	s.next, s.known, s.ip, s.whole = layerNone, true, false, false
	s.tags, s.exts, s.reason = 0, 0, ReasonNone
}

func (s *stack) run(first int, data []byte) Reason {
	err := s.parsers[first].DecodeLayers(data, &s.decoded)
	switch {
	case err == errPeel:
		return s.reason
	case err != nil:
		// A panic in gopacket, which the parser hands back as an error. Its errors
		// for short headers do not come this far: ours checked before.
		return ReasonMalformed
	case s.known:
		return s.missing()
	case !s.ip:
		return ReasonNotIP
	}
	return ReasonNone
}

// missing is the reason for a header which the one before names, and nothing is
// left of it. In front of the IP header only the capture can have cut it.
func (s *stack) missing() Reason {
	if s.ip && !s.pkt.Truncated {
		return ReasonMalformed
	}
	return ReasonTruncated
}

// fail ends the parser's run.
func (s *stack) fail(r Reason) error {
	s.reason = r
	return errPeel
}

// short ends the run at a header that is not there as a whole.
func (s *stack) short() error { return s.fail(s.missing()) }

// ether names the layer behind an EtherType, or behind an 802.3 length.
func (s *stack) ether(typ uint16) error {
	s.known = true
	switch {
	case typ == etherIPv4:
		s.next = layers.LayerTypeIPv4
	case typ == etherIPv6:
		s.next = layers.LayerTypeIPv6
	case isTag(typ):
		if s.tags++; s.tags > maxTags {
			return s.fail(ReasonMalformed)
		}
		s.next = layers.LayerTypeDot1Q
	case typ == etherMPLS, typ == etherMPLSMulticast:
		s.next = layers.LayerTypeMPLS
	case typ == etherPPPoE:
		s.next = layers.LayerTypePPPoE
	case typ < 0x0600:
		s.next = layers.LayerTypeLLC
	default:
		s.none()
	}
	return nil
}

// none says that nothing we know follows.
func (s *stack) none() { s.next, s.known = layerNone, false }

// upper notes the protocol and payload of an IP packet so far, and names the
// layer behind it.
func (s *stack) upper(proto uint8, payload []byte) error {
	s.ip = true
	s.pkt.Protocol = proto
	s.pkt.Payload = payload[:len(payload):len(payload)]
	s.none()
	if s.pkt.Fragment {
		return nil // what follows can only be read when it is put together
	}
	if !deeper(proto, s.pkt.V6, payload) {
		return nil
	}
	s.known = true
	switch proto {
	case protoUDP:
		s.next = layers.LayerTypeUDP
		return nil
	case protoGRE:
		s.next = layers.LayerTypeGRE
		return nil
	case protoIPv4:
		return s.enter(TunnelIP, layers.LayerTypeIPv4)
	case protoIPv6:
		return s.enter(TunnelIP, layers.LayerTypeIPv6)
	case protoMPLS:
		return s.enter(TunnelIP, layers.LayerTypeMPLS)
	case protoAH:
		s.next = layers.LayerTypeIPSecAH
	case protoHopByHop:
		s.next = layers.LayerTypeIPv6HopByHop
	case protoRouting:
		s.next = layers.LayerTypeIPv6Routing
	case protoDestOpts:
		s.next = layers.LayerTypeIPv6Destination
	case protoFragment:
		s.next = layers.LayerTypeIPv6Fragment
	}
	if s.exts++; s.exts > maxExtensions {
		return s.fail(ReasonMalformed)
	}
	return nil
}

// etherLayer is Ethernet II or 802.3.
type etherLayer struct {
	layers.Ethernet
	s *stack
}

func (l *etherLayer) NextLayerType() gopacket.LayerType { return l.s.next }

func (l *etherLayer) DecodeFromBytes(data []byte, df gopacket.DecodeFeedback) error {
	if len(data) < 14 {
		return l.s.short()
	}
	if err := l.Ethernet.DecodeFromBytes(data, df); err != nil {
		return err
	}
	return l.s.ether(uint16(l.EthernetType)) // 0 for an 802.3 length
}

// tagLayer is a VLAN tag of any type.
type tagLayer struct {
	layers.Dot1Q
	s *stack
}

func (l *tagLayer) NextLayerType() gopacket.LayerType { return l.s.next }

func (l *tagLayer) DecodeFromBytes(data []byte, df gopacket.DecodeFeedback) error {
	if len(data) < 4 {
		return l.s.short()
	}
	if err := l.Dot1Q.DecodeFromBytes(data, df); err != nil {
		return err
	}
	return l.s.ether(uint16(l.Type))
}

// llcLayer is IEEE 802.2. Only SNAP is followed.
type llcLayer struct {
	layers.LLC
	s *stack
}

func (l *llcLayer) NextLayerType() gopacket.LayerType { return l.s.next }

func (l *llcLayer) DecodeFromBytes(data []byte, df gopacket.DecodeFeedback) error {
	if len(data) < 4 {
		return l.s.short()
	}
	if err := l.LLC.DecodeFromBytes(data, df); err != nil {
		return err
	}
	l.s.none()
	if l.LLC.NextLayerType() == layers.LayerTypeSNAP {
		l.s.next, l.s.known = layers.LayerTypeSNAP, true
	}
	return nil
}

// snapLayer is the SNAP header of RFC 1042, or of IEEE 802.1H.
type snapLayer struct {
	layers.SNAP
	s *stack
}

func (l *snapLayer) NextLayerType() gopacket.LayerType { return l.s.next }

func (l *snapLayer) DecodeFromBytes(data []byte, df gopacket.DecodeFeedback) error {
	if len(data) < 5 {
		return l.s.short()
	}
	if err := l.SNAP.DecodeFromBytes(data, df); err != nil {
		return err
	}
	oui := l.OrganizationalCode
	if oui[0] != 0 || oui[1] != 0 || oui[2] != 0 && oui[2] != 0xF8 || l.Type < 0x0600 {
		l.s.none() // another organisation's protocol numbers
		return nil
	}
	return l.s.ether(uint16(l.Type))
}

// Hardware and protocol types of Linux cooked captures (LINKTYPE_LINUX_SLL).
const (
	arphrdNetlink = 824    // the protocol is a netlink family
	sllLLC        = 0x0004 // 802.2 follows; other small numbers are no lengths
)

// cooked names the layer behind a Linux cooked header.
func (s *stack) cooked(proto, arphrd uint16) error {
	if arphrd == arphrdNetlink || proto < 0x0600 && proto != sllLLC {
		s.none()
		return nil
	}
	return s.ether(proto)
}

// sllLayer is a Linux cooked header, version 1.
type sllLayer struct {
	layers.LinuxSLL
	s *stack
}

func (l *sllLayer) NextLayerType() gopacket.LayerType { return l.s.next }

func (l *sllLayer) DecodeFromBytes(data []byte, df gopacket.DecodeFeedback) error {
	if len(data) < 16 {
		return l.s.short()
	}
	// The header has room for 8 octets of an address and gives its true length:
	// 20 for InfiniBand. gopacket would take what follows for the address, or panic.
	if binary.BigEndian.Uint16(data[4:6]) > 8 {
		l.BaseLayer = layers.BaseLayer{Contents: data[:16], Payload: data[16:]}
		return l.s.cooked(binary.BigEndian.Uint16(data[14:16]), binary.BigEndian.Uint16(data[2:4]))
	}
	if err := l.LinuxSLL.DecodeFromBytes(data, df); err != nil {
		return err
	}
	return l.s.cooked(uint16(l.EthernetType), l.AddrType)
}

// sll2Layer is a Linux cooked header, version 2 (LINKTYPE_LINUX_SLL2):
//
//	 0       2          4           8        10     11      12      20
//	+-------+----------+-----------+--------+------+-------+-------+
//	| proto | reserved | interface | arphrd | type |addrlen|address|
//	+-------+----------+-----------+--------+------+-------+-------+
type sll2Layer struct {
	layers.BaseLayer
	s *stack
}

func (l *sll2Layer) CanDecode() gopacket.LayerClass    { return layerSLL2 }
func (l *sll2Layer) NextLayerType() gopacket.LayerType { return l.s.next }

func (l *sll2Layer) DecodeFromBytes(data []byte, _ gopacket.DecodeFeedback) error {
	if len(data) < 20 {
		return l.s.short()
	}
	l.BaseLayer = layers.BaseLayer{Contents: data[:20], Payload: data[20:]}
	return l.s.cooked(binary.BigEndian.Uint16(data[0:2]), binary.BigEndian.Uint16(data[8:10]))
}

// loopLayer is the address family in front of a loopback packet, in either byte
// order whatever the link type says.
type loopLayer struct {
	layers.Loopback
	s *stack
}

func (l *loopLayer) NextLayerType() gopacket.LayerType { return l.s.next }

func (l *loopLayer) DecodeFromBytes(data []byte, df gopacket.DecodeFeedback) error {
	if len(data) < 4 {
		return l.s.short()
	}
	family := min(binary.BigEndian.Uint32(data), binary.LittleEndian.Uint32(data))
	if family > 0xFF {
		// gopacket refuses these. Some stacks write an EtherType.
		l.BaseLayer = layers.BaseLayer{Contents: data[:4], Payload: data[4:]}
		if family >= 0x0600 && family <= 0xFFFF {
			return l.s.ether(uint16(family))
		}
		l.s.none()
		return nil
	}
	if err := l.Loopback.DecodeFromBytes(data, df); err != nil {
		return err
	}
	switch l.Family {
	case 2:
		return l.s.ether(etherIPv4)
	case 10, 24, 28, 30: // Linux; NetBSD and OpenBSD; FreeBSD; Darwin
		return l.s.ether(etherIPv6)
	}
	l.s.none()
	return nil
}

// ip4Layer is IPv4 (RFC 791).
type ip4Layer struct {
	layers.IPv4
	s *stack
}

func (l *ip4Layer) NextLayerType() gopacket.LayerType { return l.s.next }

func (l *ip4Layer) DecodeFromBytes(data []byte, df gopacket.DecodeFeedback) error {
	s := l.s
	if len(data) < 20 {
		return s.short()
	}
	header, total := int(data[0]&0x0F)*4, int(binary.BigEndian.Uint16(data[2:4]))
	if data[0]>>4 != 4 || header < 20 || total != 0 && total < header {
		return s.fail(ReasonMalformed)
	}
	if len(data) < header {
		return s.short()
	}
	s.pkt.Truncated = total > len(data)
	if total == 0 { // segmentation offload: the packet ends with the frame
		total = len(data)
		s.pkt.Truncated = s.cut
	}
	if err := l.IPv4.DecodeFromBytes(data, df); err != nil || total > 0xFFFF {
		// Only the options can be wrong by now, or the length of an offloaded
		// packet too long for its field. All other fields are read by then.
		l.BaseLayer = layers.BaseLayer{Contents: data[:header], Payload: data[header:min(total, len(data))]}
	}
	setIPv4(&s.pkt.Src, l.SrcIP)
	setIPv4(&s.pkt.Dst, l.DstIP)
	s.pkt.V6 = false
	s.unfragmented()
	s.pkt.MoreFragments = l.Flags&layers.IPv4MoreFragments != 0
	if s.pkt.MoreFragments || l.FragOffset != 0 {
		s.pkt.Fragment = true
		s.pkt.FragmentID = uint32(l.Id)
		s.pkt.FragmentOffset = int(l.FragOffset) * 8
	}
	return s.upper(uint8(l.Protocol), l.Payload)
}

// unfragmented clears what the fragments of a packet around this one left.
func (s *stack) unfragmented() {
	s.pkt.Fragment, s.pkt.MoreFragments = false, false
	s.pkt.FragmentID, s.pkt.FragmentOffset = 0, 0
}

// ip6Layer is the IPv6 header (RFC 8200 3).
type ip6Layer struct {
	layers.IPv6
	s *stack
}

func (l *ip6Layer) NextLayerType() gopacket.LayerType { return l.s.next }

func (l *ip6Layer) DecodeFromBytes(data []byte, df gopacket.DecodeFeedback) error {
	s := l.s
	if len(data) < 40 {
		return s.short()
	}
	if data[0]>>4 != 6 {
		return s.fail(ReasonMalformed)
	}
	length := int(binary.BigEndian.Uint16(data[4:6]))
	s.pkt.Truncated = length > len(data)-40
	if length == 0 || data[6] == protoHopByHop {
		// gopacket refuses a length of 0 (offload, or a jumbogram of RFC 2675: the
		// packet ends with the frame) and takes the hop-by-hop options for a part
		// of this header: we have them as a layer of their own.
		if length == 0 {
			length = len(data) - 40
			s.pkt.Truncated = s.cut
		}
		l.BaseLayer = layers.BaseLayer{Contents: data[:40], Payload: data[40 : 40+min(length, len(data)-40)]}
		l.NextHeader = layers.IPProtocol(data[6])
		l.SrcIP, l.DstIP = data[8:24], data[24:40]
	} else if err := l.IPv6.DecodeFromBytes(data, df); err != nil {
		return err
	}
	copy(s.pkt.Src[:], l.SrcIP)
	copy(s.pkt.Dst[:], l.DstIP)
	s.pkt.V6 = true
	s.unfragmented()
	return s.upper(uint8(l.NextHeader), l.Payload)
}

// extLayer is a hop-by-hop, routing or destination options header. Their options
// are skipped.
type extLayer struct {
	layers.IPv6ExtensionSkipper
	s *stack
}

func (l *extLayer) NextLayerType() gopacket.LayerType { return l.s.next }

func (l *extLayer) DecodeFromBytes(data []byte, df gopacket.DecodeFeedback) error {
	if len(data) < 2 || len(data) < int(data[1])*8+8 {
		return l.s.short()
	}
	if err := l.IPv6ExtensionSkipper.DecodeFromBytes(data, df); err != nil {
		return err
	}
	return l.s.upper(uint8(l.NextHeader), l.Payload)
}

// ahLayer is the Authentication Header (RFC 4302 2): what it protects is readable.
type ahLayer struct {
	layers.BaseLayer
	s *stack
}

func (l *ahLayer) CanDecode() gopacket.LayerClass    { return layers.LayerTypeIPSecAH }
func (l *ahLayer) NextLayerType() gopacket.LayerType { return l.s.next }

func (l *ahLayer) DecodeFromBytes(data []byte, _ gopacket.DecodeFeedback) error {
	if len(data) < 12 {
		return l.s.short()
	}
	n := (int(data[1]) + 2) * 4 // 2.2: in words of 4 octets, minus 2
	if len(data) < n {
		return l.s.short()
	}
	if n < 12 {
		return l.s.fail(ReasonMalformed)
	}
	l.BaseLayer = layers.BaseLayer{Contents: data[:n], Payload: data[n:]}
	l.s.pkt.Auth = true
	return l.s.upper(data[0], l.Payload)
}

// fragLayer is the IPv6 fragment header (RFC 8200 4.5):
//
//	 0      1          2              4        8
//	+------+----------+--------------+--------+
//	| next | reserved | offset|res|M | id     |   13 bits, 2 bits, 1 bit
//	+------+----------+--------------+--------+
type fragLayer struct {
	layers.BaseLayer
	s *stack
}

func (l *fragLayer) CanDecode() gopacket.LayerClass    { return layers.LayerTypeIPv6Fragment }
func (l *fragLayer) NextLayerType() gopacket.LayerType { return l.s.next }

func (l *fragLayer) DecodeFromBytes(data []byte, _ gopacket.DecodeFeedback) error {
	if l.s.whole {
		// A fragment inside a packet put together: nobody sends that.
		return l.s.fail(ReasonMalformed)
	}
	if len(data) < 8 {
		return l.s.short()
	}
	l.BaseLayer = layers.BaseLayer{Contents: data[:8], Payload: data[8:]}
	word := binary.BigEndian.Uint16(data[2:4])
	// Offset 0 and no more to come is a whole packet (RFC 6946).
	if word&0xFFF9 != 0 {
		s := l.s
		s.pkt.Fragment = true
		s.pkt.FragmentOffset = int(word & 0xFFF8)
		s.pkt.MoreFragments = word&1 != 0
		s.pkt.FragmentID = binary.BigEndian.Uint32(data[4:8])
	}
	return l.s.upper(data[0], l.Payload)
}
