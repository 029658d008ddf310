package synth

import (
	"encoding/binary"
	"io"
	"net/netip"
	"slices"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"

	"sigtransit/decoders/telecom"
)

// Link types of a tunnels capture (tcpdump.org's registry).
const (
	linkEthernet = 1
	linkMTP2PHDR = 139
	linkMTP2     = 140
	linkMTP3     = 141
	linkSCCP     = 142
	linkSCTP     = 248
	linkExported = 252
)

// EtherTypes and protocol numbers of tunnels.
const (
	etherMPLS    uint16 = 0x8847
	etherPPPoE   uint16 = 0x8864
	etherService uint16 = 0x88a8
	protoIPv4    uint8  = 4
	protoIPv6    uint8  = 41
	protoGRE     uint8  = 47
)

// tunnels is one association between the same two ends whatever is around it, and
// the ends of the tunnels.
type tunnels struct {
	w     *pcapgo.NgWriter
	links []int // link types of the interfaces
	at    time.Time
	assoc *Association
	id    uint32 // of the last packet in fragments
	n     uint32 // transaction id and subscriber of the last begin
	err   error
}

var (
	tunnelA, tunnelB   = netip.MustParseAddr("203.0.113.1"), netip.MustParseAddr("203.0.113.2")
	tunnel6A, tunnel6B = netip.MustParseAddr("2001:db8:1::1"), netip.MustParseAddr("2001:db8:1::2")
	insideA, insideB   = netip.MustParseAddr("192.0.2.11"), netip.MustParseAddr("198.51.100.21")
	inside6A, inside6B = netip.MustParseAddr("2001:db8::11"), netip.MustParseAddr("2001:db8::21")
)

// Point codes of the ends: 1-001-1 at home, and one of a carrier's public ones.
const (
	tunnelOPC telecom.PointCode = 1<<11 | 1<<3 | 1
	tunnelDPC telecom.PointCode = 4<<11 | 106<<3 | 6
)

// WriteTunnels writes a pcapng capture with one updateLocation begin through each
// kind of tunnel and each link type without IP, some stacked or in fragments.
func WriteTunnels(w io.Writer) error {
	t := &tunnels{links: []int{linkEthernet, linkMTP2PHDR, linkMTP2, linkMTP3, linkSCCP, linkSCTP, linkExported}, at: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)}
	end := func(port uint16, tag, tsn uint32, a ...netip.Addr) SCTPEnd {
		return SCTPEnd{Addrs: a, Port: port, Tag: tag, TSN: tsn}
	}
	t.assoc = NewAssociation(end(2905, 0x11111111, 1000, insideA, inside6A), end(2905, 0x22222222, 2000, insideB, inside6B), NewRand(1))
	intf := func(link int) pcapgo.NgInterface {
		return pcapgo.NgInterface{LinkType: layers.LinkType(link), TimestampResolution: 9, SnapLength: 262144}
	}
	if t.w, t.err = pcapgo.NewNgWriterInterface(w, intf(t.links[0]), pcapgo.NgWriterOptions{SectionInfo: pcapgo.NgSectionInfo{Application: "sigtransit synth"}}); t.err != nil {
		return t.err
	}
	for _, link := range t.links[1:] {
		if _, err := t.w.AddInterface(intf(link)); err != nil {
			return err
		}
	}

	t.ethernet(EtherIPv4, t.packet())
	label := []byte{0x00, 0x01, 0x01, 0x40} // 16, bottom of the stack, TTL 64
	t.ethernet(etherMPLS, []byte{0x00, 0x02, 0x00, 0x40}, label, t.packet())
	t.ethernet(etherMPLS, label, t.packet6())
	t.ethernet(etherMPLS, label, t.frame(EtherIPv4, t.packet()))                                            // pseudowire
	t.ethernet(etherMPLS, label, []byte{0, 0, 0, 1}, t.frame(EtherVLAN, []byte{0, 5, 0x08, 0}, t.packet())) // with a control word

	for _, inner := range [][]byte{slices.Concat([]byte{0x00, 0x21}, t.packet()), slices.Concat([]byte{0x00, 0x57}, t.packet6())} {
		t.ethernet(etherPPPoE, []byte{0x11, 0, 0, 7}, binary.BigEndian.AppendUint16(nil, uint16(len(inner))), inner)
	}

	gre := func(header string, inner ...[]byte) []byte {
		return t.ip(protoGRE, slices.Concat([]byte(header), slices.Concat(inner...)))
	}
	t.ethernet(EtherIPv4, gre("\x00\x00\x08\x00", t.packet()))
	t.ethernet(EtherIPv4, gre("\x30\x00\x86\xdd\x00\x00\x00\x2a\x00\x00\x00\x01", t.packet6())) // key, sequence number
	t.ethernet(EtherIPv4, gre("\x20\x00\x65\x58\x00\x00\x64\x01", t.frame(EtherIPv4, t.packet())))
	t.ethernet(EtherIPv4, gre("\x00\x00\x88\x47", label, t.packet()))
	t.ethernet(EtherIPv4, gre("\x00\x00\x88\xbe", t.frame(EtherIPv4, t.packet())))
	t.ethernet(EtherIPv4, gre("\x10\x00\x88\xbe\x00\x00\x00\x01\x10\x64\x00\x05\x00\x00\x00\x07", t.frame(EtherIPv4, t.packet())))
	t.ethernet(EtherIPv4, gre("\x10\x00\x22\xeb\x00\x00\x00\x02\x20\x64\x00\x05\x00\x00\x12\x34\x00\x00\x00\x00", t.frame(EtherIPv4, t.packet())))
	t.ethernet(EtherIPv4, gre("\x10\x00\x22\xeb\x00\x00\x00\x03\x20\x64\x00\x05\x00\x00\x12\x34\x00\x00\x00\x01\x0c\x00\x00\x00\x00\x00\x00\x01", t.frame(EtherIPv4, t.packet())))

	vxlan := "\x08\x00\x00\x00\x00\x00\x64\x00"
	qinq := func() []byte { return t.frame(etherService, []byte{0, 10, 0x81, 0, 0, 11, 0x08, 0}, t.packet()) }
	t.ethernet(EtherIPv4, t.udp(50000, 4789, vxlan, qinq()))
	t.ethernet(EtherIPv4, t.udp(50000, 4790, "\x0c\x00\x00\x01\x00\x00\x64\x00", t.packet()))
	t.ethernet(EtherIPv4, t.udp(50000, 6081, "\x02\x00\x65\x58\x00\x00\x64\x00\x01\x02\x00\x01\x00\x00\x00\x00", t.frame(EtherIPv4, t.packet())))
	t.ethernet(EtherIPv4, t.ip(protoIPv4, t.packet()))
	t.ethernet(EtherIPv4, t.ip(protoIPv6, t.packet6()))
	t.ethernet(EtherIPv6, t.ip6(protoIPv4, t.packet()))
	t.ethernet(EtherIPv4, t.datagram(insideA, insideB, 9899, 9899, t.sctp()))

	// A mirror of what stands in a VPN: ERSPAN, tags, MPLS, GRE.
	t.ethernet(EtherIPv4, gre("\x10\x00\x88\xbe\x00\x00\x00\x04\x10\x64\x00\x05\x00\x00\x00\x07",
		t.frame(EtherVLAN, []byte{0, 100, 0x88, 0x47}, label, gre("\x00\x00\x08\x00", t.packet()))))
	// An outer datagram in two fragments.
	t.fragments(ProtoUDP, AppendUDP(nil, netip.AddrPortFrom(tunnelA, 50000), netip.AddrPortFrom(tunnelB, 4789), slices.Concat([]byte(vxlan), t.frame(EtherIPv4, t.packet()))))
	// Fragments in a tunnel, each in two fragments of the tunnel.
	inner := t.sctp()
	for off := 0; off < len(inner); off += 96 {
		piece := inner[off:min(off+96, len(inner))]
		b := AppendIP(nil, Packet{Src: insideA, Dst: insideB, Protocol: ProtoSCTP, ID: 77, Fragment: true, Offset: off, More: off+96 < len(inner)}, len(piece))
		t.fragments(protoGRE, slices.Concat([]byte{0, 0, 0x08, 0}, b, piece))
	}
	// The same packet twice, as a mirror of two ports shows it: tagged, and one hop on.
	twice := t.packet()
	t.ethernet(EtherVLAN, []byte{0, 101, 0x08, 0}, twice)
	hop := slices.Clone(twice)
	hop[8]--
	binary.BigEndian.PutUint16(hop[10:], 0)
	binary.BigEndian.PutUint16(hop[10:], ^fold(sum(0, hop[:20])))
	t.ethernet(EtherVLAN, []byte{0, 102, 0x08, 0}, hop)

	t.write(linkMTP2PHDR, []byte{1, 0, 0, 5, 0x81, 0x82, 63}, t.mtp3())
	t.write(linkMTP2PHDR, []byte{0, 0, 0, 5, 0x82, 0x81, 0}) // fill-in
	t.write(linkMTP2, []byte{0x81, 0x82, 63}, t.mtp3())
	t.write(linkMTP3, t.mtp3())
	t.write(linkSCCP, t.sccp())
	t.write(linkSCTP, t.sctp())
	code := func(tag byte, pc telecom.PointCode) []byte {
		return []byte{0, tag, 0, 8, 0, 0, byte(pc >> 8), byte(pc), 0, 1, 0, 0}
	}
	t.write(linkExported, []byte("\x00\x0c\x00\x04sccp"), code(28, tunnelOPC), code(29, tunnelDPC), make([]byte, 4), t.sccp())
	t.write(linkExported, []byte("\x00\x0c\x00\x04mtp3"), make([]byte, 4), t.mtp3())
	t.write(linkExported, []byte("\x00\x0c\x00\x04m3ua\x00\x14\x00\x04"), insideA.AsSlice(), []byte("\x00\x15\x00\x04"), insideB.AsSlice(),
		[]byte("\x00\x18\x00\x04\x00\x00\x00\x01\x00\x19\x00\x04\x00\x00\x0b\x59\x00\x1a\x00\x04\x00\x00\x0b\x59"), make([]byte, 4), t.m3ua())
	if t.err != nil {
		return t.err
	}
	return t.w.Flush()
}

// sccp is the next begin in a UDT.
func (t *tunnels) sccp() []byte {
	t.n++
	home, far := telecom.MustDigits("999010000001"), telecom.MustDigits("99970000002")
	node := International(far)
	arg := AppendUpdateLocation(nil, UpdateLocation{IMSI: telecom.MustDigits("0010100000000" + string([]byte{'0' + byte(t.n/10), '0' + byte(t.n%10)})), MSC: node, VLR: node})
	return AppendUDT(nil, Unitdata{Called: GT(home, telecom.SSNHLR), Calling: GT(far, telecom.SSNVLR), Data: AppendTransaction(nil, Transaction{
		Type: TCBegin, OTID: TID(t.n), Dialogue: Request(NetworkLocUp, 3), Components: AppendInvoke(nil, 1, OpUpdateLocation, arg),
	})})
}

// mtp3 is the next begin behind a routing label of ITU networks (Q.704 14.2, 2.2).
func (t *tunnels) mtp3() []byte {
	label := uint32(tunnelDPC) | uint32(tunnelOPC)<<14 | 3<<28
	return append(binary.LittleEndian.AppendUint32([]byte{3}, label), t.sccp()...)
}

func (t *tunnels) m3ua() []byte {
	return AppendTransfer(nil, Transfer{OPC: tunnelOPC, DPC: tunnelDPC, SI: 3, SLS: 3}, t.sccp())
}

func (t *tunnels) sctp() []byte {
	b, at := t.assoc.Open(nil, 0)
	return CloseSCTP(t.assoc.Data(b, 0, Message{Stream: 1, PPID: PPIDM3UA, Payload: t.m3ua()}), at)
}

// around is an IP packet around a payload.
func around(src, dst netip.Addr, protocol uint8, payload []byte) []byte {
	return append(AppendIP(nil, Packet{Src: src, Dst: dst, Protocol: protocol, ID: 1}, len(payload)), payload...)
}

// packet and packet6 are the next begin in a packet between the ends inside.
func (t *tunnels) packet() []byte  { return around(insideA, insideB, ProtoSCTP, t.sctp()) }
func (t *tunnels) packet6() []byte { return around(inside6A, inside6B, ProtoSCTP, t.sctp()) }

// ip and ip6 are packets between the ends of a tunnel.
func (t *tunnels) ip(protocol uint8, payload []byte) []byte {
	return around(tunnelA, tunnelB, protocol, payload)
}
func (t *tunnels) ip6(protocol uint8, payload []byte) []byte {
	return around(tunnel6A, tunnel6B, protocol, payload)
}

func (t *tunnels) datagram(src, dst netip.Addr, srcPort, dstPort uint16, payload []byte) []byte {
	return around(src, dst, ProtoUDP, AppendUDP(nil, netip.AddrPortFrom(src, srcPort), netip.AddrPortFrom(dst, dstPort), payload))
}

func (t *tunnels) udp(srcPort, dstPort uint16, header string, inner []byte) []byte {
	return t.datagram(tunnelA, tunnelB, srcPort, dstPort, append([]byte(header), inner...))
}

// frame is an Ethernet frame between addresses of RFC 9542 2.1.4: their first half
// is one that tshark knows, by which it tells a frame in a label stack.
func (t *tunnels) frame(etherType uint16, payload ...[]byte) []byte {
	b := AppendEthernet(nil, MAC{0, 0, 0x5e, 0, 0x53, 2}, MAC{0, 0, 0x5e, 0, 0x53, 1}, 0, etherType)
	return append(b, slices.Concat(payload...)...)
}

func (t *tunnels) ethernet(etherType uint16, payload ...[]byte) {
	t.write(linkEthernet, t.frame(etherType, payload...))
}

// fragments writes a packet between the ends of the tunnel as two fragments.
func (t *tunnels) fragments(protocol uint8, payload []byte) {
	half := len(payload) / 2 &^ 7
	t.id++
	p := Packet{Src: tunnelA, Dst: tunnelB, Protocol: protocol, ID: t.id, Fragment: true, More: true}
	t.ethernet(EtherIPv4, AppendIP(nil, p, half), payload[:half])
	p.Offset, p.More = half, false
	t.ethernet(EtherIPv4, AppendIP(nil, p, len(payload)-half), payload[half:])
}

// write writes a frame of a link type, a millisecond behind the one before.
func (t *tunnels) write(link int, parts ...[]byte) {
	if t.err != nil {
		return
	}
	data := slices.Concat(parts...)
	t.at = t.at.Add(time.Millisecond)
	t.err = t.w.WritePacket(gopacket.CaptureInfo{Timestamp: t.at, CaptureLength: len(data), Length: len(data), InterfaceIndex: slices.Index(t.links, link)}, data)
}
