package capture

import (
	"bytes"
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// seen is what a test expects of a Packet.
type seen struct {
	src, dst string
	proto    uint8
	payload  []byte
	cut      bool // Truncated
	fragment bool
	id       uint32
	offset   int
	more     bool

	content  Content
	depth    uint8
	tunnels  Tunnels
	ports    [2]uint16 // of an exported PDU
	sent     bool
	label    bool
	standard uint16
	auth     bool
	ni       uint8
	opc, dpc uint32
	seq      uint32
}

var (
	upperBytes = unhex(upper)
	v4         = seen{src: "192.0.2.1", dst: "198.51.100.2", proto: 132, payload: upperBytes}
	v6         = seen{src: "2001:db8::1", dst: "2001:db8::2", proto: 132, payload: upperBytes}
)

func (s seen) with(change func(*seen)) seen { change(&s); return s }

// peelCase is a golden frame. One with a length on the wire of its own gives it; 0:
// that of the data.
type peelCase struct {
	name   string
	link   LinkType
	data   []byte
	length int
	reason Reason
	want   seen
}

// peelCases are all golden frames.
var peelCases = slices.Concat(ipCases, tunnelCases, bareCases, linkCases)

var ipCases = []peelCase{
	{"Ethernet, IPv4", 1, frameEthernetIPv4, 0, 0, v4},
	{"Ethernet, IPv6", 1, frameEthernetIPv6, 0, 0, v6},
	{"one tag", 1, frameVLANIPv4, 0, 0, v4},
	{"802.1ad and 802.1Q tags", 1, unhex(macs + "88 a8 00 0a 81 00 00 0b 08 00" + ipv4Plain + upper), 0, 0, v4},
	{"802.1ad and 802.1Q tags, IPv6", 1, unhex(macs + "88 a8 00 0a 81 00 00 0b 86 dd" + ipv6Plain + upper), 0, 0, v6},
	{"tags of types 0x9100 and 0x9200", 1, unhex(macs + "91 00 00 0a 92 00 00 0b 08 00" + ipv4Plain + upper), 0, 0, v4},
	{"three tags", 1, unhex(macs + "91 00 00 0a 88 a8 00 0a 81 00 00 0b 08 00" + ipv4Plain + upper), 0, 0, v4},
	{"eight tags", 1, unhex(macs + strings.Repeat("81 00 00 01", 8) + "08 00" + ipv4Plain + upper), 0, 0, v4},
	{"nine tags", 1, unhex(macs + strings.Repeat("81 00 00 01", 9) + "08 00" + ipv4Plain + upper), 0, ReasonMalformed, seen{}},
	{"tag and nothing behind it", 1, unhex(macs + "81 00 00 0a 81 00"), 0, ReasonTruncated, seen{}},
	{"tag cut off", 1, unhex(macs + "81 00 00 0a 81"), 0, ReasonTruncated, seen{}},
	{"ARP", 1, frameARP, 0, ReasonNotIP, seen{}},
	{"ARP in a tag", 1, unhex(macs + "81 00 00 0a 08 06" + strings.Repeat("00", 28)), 0, ReasonNotIP, seen{}},
	{"Ethernet cut off", 1, frameEthernetIPv4[:13], 42, ReasonTruncated, seen{}},
	{"Ethernet and nothing behind it", 1, frameEthernetIPv4[:14], 42, ReasonTruncated, seen{}},
	{"nothing at all", 1, nil, 42, ReasonTruncated, seen{}},

	{"LLC: spanning tree", 1, unhex(macs + "00 26 42 42 03" + strings.Repeat("00", 43)), 0, ReasonNotIP, seen{}},
	{"LLC: IS-IS in a tag", 1, unhex(macs + "81 00 00 0a 00 26 fe fe 03" + strings.Repeat("00", 43)), 0, ReasonNotIP, seen{}},
	{"SNAP: IPv4, RFC 1042", 1, unhex(macs + "00 24 aa aa 03 00 00 00 08 00" + ipv4Plain + upper), 0, 0, v4},
	{"SNAP: IPv6, 802.1H, padded", 1, unhex(macs + "00 38 aa aa 03 00 00 f8 86 dd" + ipv6Plain + upper + "00 00 00"), 0, 0, v6},
	{"SNAP: CDP", 1, unhex(macs + "00 24 aa aa 03 00 00 0c 20 00" + ipv4Plain + upper), 0, ReasonNotIP, seen{}},
	{"SNAP cut off", 1, unhex(macs + "00 24 aa aa 03 00 00"), 50, ReasonTruncated, seen{}},
	{"LLC cut off", 1, unhex(macs + "00 24 aa aa"), 50, ReasonTruncated, seen{}},

	{"Linux cooked", 113, frameSLLIPv4, 0, 0, v4},
	{"Linux cooked, IPv6", 113, unhex("00 04 00 01 00 06 02 00 00 00 00 01 00 00 86 dd" + ipv6Plain + upper), 0, 0, v6},
	{"Linux cooked, InfiniBand address of 20 octets", 113, unhex("00 00 00 20 00 14 02 00 00 00 00 01 00 00 08 00" + ipv4Plain + upper), 0, 0, v4},
	{"Linux cooked, address of 65535 octets", 113, unhex("00 00 00 01 ff ff 02 00 00 00 00 01 00 00 08 00" + ipv4Plain + upper), 0, 0, v4},
	{"Linux cooked, tag", 113, unhex("00 00 00 01 00 06 02 00 00 00 00 01 00 00 81 00 00 0a 08 00" + ipv4Plain + upper), 0, 0, v4},
	{"Linux cooked, LLC", 113, unhex("00 00 00 01 00 06 02 00 00 00 00 01 00 00 00 04 aa aa 03 00 00 00 08 00" + ipv4Plain + upper), 0, 0, v4},
	{"Linux cooked, CAN", 113, unhex("00 00 01 18 00 00 00 00 00 00 00 00 00 00 00 0c" + strings.Repeat("00", 16)), 0, ReasonNotIP, seen{}},
	{"Linux cooked, netlink family 0x800", 113, unhex("00 00 03 38 00 00 00 00 00 00 00 00 00 00 08 00" + ipv4Plain + upper), 0, ReasonNotIP, seen{}},
	{"Linux cooked, ARP", 113, unhex("00 00 00 01 00 06 02 00 00 00 00 01 00 00 08 06" + strings.Repeat("00", 28)), 0, ReasonNotIP, seen{}},
	{"Linux cooked cut off", 113, frameSLLIPv4[:15], 44, ReasonTruncated, seen{}},

	{"Linux cooked v2", 276, unhex(`
		08 00 00 00        // IPv4; reserved
		00 00 00 02        // interface
		00 01 04 06        // ARPHRD Ethernet, outgoing, address length
		02 00 00 00 00 01 00 00
		` + ipv4Plain + upper), 0, 0, v4},
	{"Linux cooked v2, tag, IPv6", 276, unhex("81 00 00 00 00 00 00 02 00 01 00 06 02 00 00 00 00 01 00 00 00 0a 86 dd" + ipv6Plain + upper), 0, 0, v6},
	{"Linux cooked v2, netlink", 276, unhex("08 00 00 00 00 00 00 02 03 38 00 06 02 00 00 00 00 01 00 00" + ipv4Plain), 0, ReasonNotIP, seen{}},
	{"Linux cooked v2 cut off", 276, unhex("08 00 00 00 00 00 00 02 00 01 00 06 02 00 00 00 00 01 00"), 48, ReasonTruncated, seen{}},

	{"loopback, big-endian 2", 0, unhex("00 00 00 02" + ipv4Plain + upper), 0, 0, v4},
	{"loopback, little-endian 2", 0, unhex("02 00 00 00" + ipv4Plain + upper), 0, 0, v4},
	{"loopback, OpenBSD", 108, unhex("00 00 00 02" + ipv4Plain + upper), 0, 0, v4},
	{"loopback, OpenBSD, wrong order", 108, unhex("18 00 00 00" + ipv6Plain + upper), 0, 0, v6},
	{"loopback, Linux 10", 0, unhex("0a 00 00 00" + ipv6Plain + upper), 0, 0, v6},
	{"loopback, NetBSD 24", 0, unhex("00 00 00 18" + ipv6Plain + upper), 0, 0, v6},
	{"loopback, FreeBSD 28", 0, unhex("1c 00 00 00" + ipv6Plain + upper), 0, 0, v6},
	{"loopback, Darwin 30", 0, unhex("1e 00 00 00" + ipv6Plain + upper), 0, 0, v6},
	{"loopback, EtherType", 0, unhex("00 00 86 dd" + ipv6Plain + upper), 0, 0, v6},
	{"loopback, ISO 7", 0, unhex("07 00 00 00" + ipv4Plain), 0, ReasonNotIP, seen{}},
	{"loopback, a number of nothing", 0, unhex("12 34 56 78" + ipv4Plain), 0, ReasonNotIP, seen{}},
	{"loopback cut off", 0, unhex("02 00 00"), 40, ReasonTruncated, seen{}},

	{"raw IPv4", 101, unhex(ipv4Plain + upper), 0, 0, v4},
	{"raw IPv6", 101, unhex(ipv6Plain + upper), 0, 0, v6},
	{"raw as of BSD", 12, unhex(ipv6Plain + upper), 0, 0, v6},
	{"raw as of OpenBSD", 14, unhex(ipv4Plain + upper), 0, 0, v4},
	{"raw version 5", 101, unhex("50" + strings.Repeat("00", 39)), 0, ReasonMalformed, seen{}},
	{"raw, nothing", 101, nil, 0, ReasonTruncated, seen{}},
	{"IPv4 link", 228, unhex(ipv4Plain + upper), 0, 0, v4},
	{"IPv6 link", 229, unhex(ipv6Plain + upper), 0, 0, v6},
	{"IPv6 on an IPv4 link", 228, unhex(ipv6Plain + upper), 0, ReasonMalformed, seen{}},
	{"unknown link type", 147, frameEthernetIPv4, 0, ReasonLinkType, seen{}},

	{"IPv4 options", 1, frameIPv4Options, 0, 0, v4},
	{"IPv4 option longer than the header", 1, unhex(macs + "08 00 46 00 00 20 00 00 00 00 40 84 00 00 c0 00 02 01 c6 33 64 02 94 28 00 00" + upper), 0, 0, v4},
	{"IPv4 option of length 0", 1, unhex(macs + "08 00 46 00 00 20 00 00 00 00 40 84 00 00 c0 00 02 01 c6 33 64 02 94 00 00 00" + upper), 0, 0, v4},
	{"IPv4 padding", 1, append(bytes.Clone(frameEthernetIPv4), make([]byte, 18)...), 0, 0, v4},
	{"IPv4 options, padding", 1, append(bytes.Clone(frameIPv4Options), make([]byte, 18)...), 0, 0, v4},
	{"IPv4 total length 0", 1, unhex(macs + "08 00 45 00 00 00 12 34 40 00 40 84 00 00 c0 00 02 01 c6 33 64 02" + upper), 0, 0, v4},
	{"IPv4 total length 0, frame cut off", 1, unhex(macs + "08 00 45 00 00 00 12 34 40 00 40 84 00 00 c0 00 02 01 c6 33 64 02" + upper), 9000, 0,
		v4.with(func(s *seen) { s.cut = true })},
	{"IPv4 total length 0, more than 65535 octets", 1, append(unhex(macs+"08 00 45 00 00 00 12 34 40 00 40 84 00 00 c0 00 02 01 c6 33 64 02"), make([]byte, 70000)...), 0, 0,
		v4.with(func(s *seen) { s.payload = make([]byte, 70000) })},
	{"IPv4 payload cut off", 1, frameEthernetIPv4[:38], 42, 0, v4.with(func(s *seen) { s.payload, s.cut = upperBytes[:4], true })},
	{"IPv4 options, payload cut off", 1, frameIPv4Options[:42], 46, 0, v4.with(func(s *seen) { s.payload, s.cut = upperBytes[:4], true })},
	{"IPv4 only the padding cut off", 1, append(bytes.Clone(frameEthernetIPv4), 0, 0), 60, 0, v4},
	{"IPv4 payload cut to nothing", 1, frameEthernetIPv4[:34], 42, 0, v4.with(func(s *seen) { s.payload, s.cut = []byte{}, true })},
	{"IPv4 header cut off", 1, frameEthernetIPv4[:33], 42, ReasonTruncated, seen{}},
	{"IPv4 options cut off", 1, frameIPv4Options[:36], 46, ReasonTruncated, seen{}},
	{"IPv4 header length 16", 1, unhex(macs + "08 00 44 00 00 1c 00 00 00 00 40 84 00 00 c0 00 02 01 c6 33 64 02" + upper), 0, ReasonMalformed, seen{}},
	{"IPv4 total length below the header's", 1, unhex(macs + "08 00 45 00 00 13 00 00 00 00 40 84 00 00 c0 00 02 01 c6 33 64 02" + upper), 0, ReasonMalformed, seen{}},
	{"IPv4 version 6", 1, unhex(macs + "08 00 65 00 00 1c 00 00 00 00 40 84 00 00 c0 00 02 01 c6 33 64 02" + upper), 0, ReasonMalformed, seen{}},
	{"IPv4 without payload", 1, unhex(macs + "08 00 45 00 00 14 00 00 00 00 40 84 00 00 c0 00 02 01 c6 33 64 02 ee ee"), 0, 0,
		v4.with(func(s *seen) { s.payload = []byte{} })},
	{"IPv4 evil bit", 1, unhex(macs + "08 00 45 00 00 1c 00 00 80 00 40 84 00 00 c0 00 02 01 c6 33 64 02" + upper), 0, 0, v4},
	{"IPv4 first fragment", 1, unhex(macs + "08 00 45 00 00 1c 12 34 20 00 40 84 00 00 c0 00 02 01 c6 33 64 02" + upper), 0, 0,
		v4.with(func(s *seen) { s.fragment, s.id, s.more = true, 0x1234, true })},
	{"IPv4 middle fragment with options", 1, unhex(macs + "08 00 46 00 00 20 12 34 20 b9 40 84 00 00 c0 00 02 01 c6 33 64 02 94 04 00 00" + upper), 0, 0,
		v4.with(func(s *seen) { s.fragment, s.id, s.offset, s.more = true, 0x1234, 1480, true })},
	{"IPv4 last fragment at the end of the range", 1, unhex(macs + "08 00 45 00 00 1c 12 34 1f ff 40 84 00 00 c0 00 02 01 c6 33 64 02" + upper), 0, 0,
		v4.with(func(s *seen) { s.fragment, s.id, s.offset = true, 0x1234, 65528 })},
	{"IPv4 authentication header", 1, unhex(macs + `08 00
		45 00 00 34 00 00 00 00 40 33 00 00 c0 00 02 01 c6 33 64 02
		84 04 00 00        // next header 132, (4+2)*4 octets
		00 00 00 01 00 00 00 02
		00 00 00 00 00 00 00 00 00 00 00 00
		` + upper), 0, 0, v4.with(func(s *seen) { s.auth = true })},

	{"IPv6 padding", 1, append(bytes.Clone(frameEthernetIPv6), 1, 2, 3), 0, 0, v6},
	{"IPv6 payload cut off", 1, frameEthernetIPv6[:60], 62, 0, v6.with(func(s *seen) { s.payload, s.cut = upperBytes[:6], true })},
	{"IPv6 header cut off", 1, frameEthernetIPv6[:53], 62, ReasonTruncated, seen{}},
	{"IPv6 length 0", 1, unhex(macs + "86 dd 60 00 00 00 00 00 84 40" + ipv6To + upper), 0, 0, v6},
	{"IPv6 length 0, frame cut off", 1, unhex(macs + "86 dd 60 00 00 00 00 00 84 40" + ipv6To + upper), 9000, 0, v6.with(func(s *seen) { s.cut = true })},
	{"IPv6 version 4", 1, unhex(macs + "86 dd 40 00 00 00 00 08 84 40" + ipv6To + upper), 0, ReasonMalformed, seen{}},
	{"IPv6 no next header", 1, unhex(macs + "86 dd 60 00 00 00 00 00 3b 40" + ipv6To), 0, 0, v6.with(func(s *seen) { s.proto, s.payload = 59, []byte{} })},
	{"IPv6 hop-by-hop, padding", 1, frameIPv6HopByHop, 0, 0, v6},
	{"IPv6 hop-by-hop, payload cut off", 1, frameIPv6HopByHop[:66], 72, 0, v6.with(func(s *seen) { s.payload, s.cut = upperBytes[:4], true })},
	{"IPv6 hop-by-hop with a bad option", 1, unhex(macs + "86 dd 60 00 00 00 00 10 00 40" + ipv6To + "84 00 05 ff 00 00 01 00" + upper), 0, 0, v6},
	{"IPv6 jumbogram", 1, unhex(macs + "86 dd 60 00 00 00 00 00 00 40" + ipv6To + "84 00 c2 04 00 01 00 00" + upper), 0, 0, v6},
	{"IPv6 hop-by-hop, routing, destination options", 1, unhex(macs + "86 dd 60 00 00 00 00 40 00 40" + ipv6To + `
		2b 00 01 04 00 00 00 00  // hop-by-hop: next routing, PadN
		3c 02 04 00 00 00 00 00  // segment routing: next destination options, 24 octets
		20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 03
		33 00 01 04 00 00 00 00  // destination options: next AH
		` + "84 02 00 00 00 00 00 01 00 00 00 02 00 00 00 00" + upper), 0, 0, v6.with(func(s *seen) { s.auth = true })},
	{"IPv6 first fragment", 1, unhex(macs + "86 dd 60 00 00 00 00 10 2c 40" + ipv6To + "84 00 00 01 00 01 e2 40" + upper), 0, 0,
		v6.with(func(s *seen) { s.fragment, s.id, s.more = true, 123456, true })},
	{"IPv6 last fragment behind hop-by-hop", 1, unhex(macs + "86 dd 60 00 00 00 00 18 00 40" + ipv6To + "2c 00 01 04 00 00 00 00" + "84 00 05 c8 00 01 e2 40" + upper), 0, 0,
		v6.with(func(s *seen) { s.fragment, s.id, s.offset = true, 123456, 1480 })},
	{"IPv6 fragment of a packet with options is left", 1, unhex(macs + "86 dd 60 00 00 00 00 10 2c 40" + ipv6To + "3c 00 00 01 00 01 e2 40" + upper), 0, 0,
		v6.with(func(s *seen) { s.proto, s.fragment, s.id, s.more = 60, true, 123456, true })},
	{"IPv6 atomic fragment", 1, unhex(macs + "86 dd 60 00 00 00 00 10 2c 40" + ipv6To + "84 00 00 06 00 01 e2 40" + upper), 0, 0, v6},
	{"IPv6 ESP is left", 1, unhex(macs + "86 dd 60 00 00 00 00 08 32 40" + ipv6To + upper), 0, 0, v6.with(func(s *seen) { s.proto = 50 })},
	{"IPv6 sixteen extension headers", 1, unhex(macs + "86 dd 60 00 00 00 00 88 3c 40" + ipv6To + strings.Repeat("3c 00 01 04 00 00 00 00", 15) + "84 00 01 04 00 00 00 00" + upper), 0, 0, v6},
	{"IPv6 seventeen extension headers", 1, unhex(macs + "86 dd 60 00 00 00 00 90 3c 40" + ipv6To + strings.Repeat("3c 00 01 04 00 00 00 00", 16) + "84 00 01 04 00 00 00 00" + upper), 0, ReasonMalformed, seen{}},
	{"IPv6 extension header beyond the packet", 1, unhex(macs + "86 dd 60 00 00 00 00 08 3c 40" + ipv6To + "84 01 01 04 00 00 00 00" + upper), 0, ReasonMalformed, seen{}},
	{"IPv6 extension header behind nothing", 1, unhex(macs + "86 dd 60 00 00 00 00 08 3c 40" + ipv6To + "3c 00 01 04 00 00 00 00" + upper), 0, ReasonMalformed, seen{}},
	{"IPv6 extension header cut off", 1, unhex(macs + "86 dd 60 00 00 00 00 20 3c 40" + ipv6To + "84 01 01 04 00 00 00 00"), 86, ReasonTruncated, seen{}},
	{"IPv6 extension header cut off between two", 1, unhex(macs + "86 dd 60 00 00 00 00 20 3c 40" + ipv6To + "3c 00 01 04 00 00 00 00"), 86, ReasonTruncated, seen{}},
	{"IPv6 fragment header cut off", 1, unhex(macs + "86 dd 60 00 00 00 00 20 2c 40" + ipv6To + "84 00 00 01"), 86, ReasonTruncated, seen{}},
	{"IPv6 authentication header cut off", 1, unhex(macs + "86 dd 60 00 00 00 00 20 33 40" + ipv6To + "84 04 00 00 00 00 00 01 00 00 00 02"), 86, ReasonTruncated, seen{}},
	{"IPv6 authentication header too short", 1, unhex(macs + "86 dd 60 00 00 00 00 14 33 40" + ipv6To + "84 00 00 00 00 00 00 01 00 00 00 02" + upper), 0, ReasonMalformed, seen{}},
}

// packet is the Packet that a test expects.
func (s *seen) packet() Packet {
	p := Packet{
		V6: strings.Contains(s.src, ":"), Protocol: s.proto, Payload: s.payload, Truncated: s.cut,
		Fragment: s.fragment, FragmentID: s.id, FragmentOffset: s.offset, MoreFragments: s.more,
		Content: s.content, Depth: s.depth, Tunnels: s.tunnels, SrcPort: s.ports[0], DstPort: s.ports[1],
		Sent: s.sent, HasLabel: s.label, Auth: s.auth, NI: s.ni, OPC: s.opc, DPC: s.dpc, Standard: s.standard, Seq: s.seq,
	}
	if s.src != "" {
		p.Src, p.Dst = netip.MustParseAddr(s.src).As16(), netip.MustParseAddr(s.dst).As16()
	}
	return p
}

// dirty is a Packet with something in every field: Peel has to set them all.
func dirty() Packet {
	p := Packet{V6: true, Protocol: 255, Payload: []byte("old"), Truncated: true,
		Fragment: true, FragmentID: 0xFFFFFFFF, FragmentOffset: 1, MoreFragments: true,
		Content: 99, Depth: 99, Tunnels: 99, SrcPort: 99, DstPort: 99, Sent: true, HasLabel: true, Auth: true, NI: 99, OPC: 99, DPC: 99}
	for i := range p.Src {
		p.Src[i], p.Dst[i] = 0xAA, 0xBB
	}
	return p
}

func TestPeel(t *testing.T) {
	for _, tc := range peelCases {
		t.Run(tc.name, func(t *testing.T) {
			f := Frame{LinkType: tc.link, Length: max(tc.length, len(tc.data)), Data: tc.data}
			for _, path := range []struct {
				name string
				peel func(*Peeler, *Frame, *Packet) Reason
			}{{"Peel", (*Peeler).Peel}, {"gopacket alone", (*Peeler).peelStack}} {
				p, pkt := Peeler{}, dirty()
				reason := path.peel(&p, &f, &pkt)
				if reason != tc.reason {
					t.Fatalf("%s: reason %v, want %v", path.name, reason, tc.reason)
				}
				if reason != ReasonNone {
					continue
				}
				want := tc.want.packet()
				if !reflect.DeepEqual(pkt, want) {
					got, want := fmt.Sprint(pkt), fmt.Sprint(want)
					t.Errorf("%s:\n%.300s\nwant\n%.300s", path.name, got, want)
				}
				if cap(pkt.Payload) != len(pkt.Payload) {
					t.Errorf("%s: payload has room behind its end", path.name)
				}
				if tc.want.src != "" && (pkt.SrcAddr().String() != tc.want.src || pkt.DstAddr().String() != tc.want.dst) {
					t.Errorf("%s: %v to %v", path.name, pkt.SrcAddr(), pkt.DstAddr())
				}
			}
		})
	}
}

// checkPeel peels a frame both ways, which have to agree, and checks what holds
// for any octets.
func checkPeel(t testing.TB, p *Peeler, f *Frame) {
	t.Helper()
	fast, slow := dirty(), dirty()
	reason := p.Peel(f, &fast)
	if r := p.peelStack(f, &slow); r != reason {
		t.Fatalf("link %v, %x: reason %v, by gopacket alone %v", f.LinkType, f.Data, reason, r)
	}
	if reason >= NumReasons {
		t.Fatalf("reason %v", reason)
	}
	if fast.Depth != slow.Depth || fast.Tunnels != slow.Tunnels || fast.Depth > MaxDepth || (fast.Depth == 0) != (fast.Tunnels == 0) {
		t.Fatalf("link %v, %x: %d deep through %b, by gopacket alone %d through %b", f.LinkType, f.Data, fast.Depth, fast.Tunnels, slow.Depth, slow.Tunnels)
	}
	if reason != ReasonNone {
		return
	}
	if !reflect.DeepEqual(fast, slow) {
		t.Fatalf("link %v, %x:\n%+v, by gopacket alone\n%+v", f.LinkType, f.Data, fast, slow)
	}
	if !bytes.Contains(f.Data, fast.Payload) || fast.FragmentOffset < 0 || fast.FragmentOffset > 65528 {
		t.Fatalf("packet %+v", fast)
	}
}

// Every golden frame cut off anywhere and with any octet changed.
func TestPeelMutated(t *testing.T) {
	var p Peeler
	for _, tc := range peelCases {
		if len(tc.data) > 1000 {
			continue
		}
		for n := range tc.data {
			checkPeel(t, &p, &Frame{LinkType: tc.link, Length: len(tc.data), Data: tc.data[:n:n]})
			checkPeel(t, &p, &Frame{LinkType: tc.link, Length: n, Data: tc.data[:n:n]})
		}
		data := bytes.Clone(tc.data)
		f := Frame{LinkType: tc.link, Length: len(data), Data: data}
		for i, old := range tc.data {
			for _, v := range []byte{0, 1, 4, 0x3F, 0x40, 0x7F, 0x80, 0xFF, old + 1, old - 1, old ^ 0x10} {
				data[i] = v
				checkPeel(t, &p, &f)
			}
			data[i] = old
		}
	}
}

// A Peeler allocates nothing but its layers, at the first frame which needs them.
// IPv4 options that contradict themselves cost the error texts of gopacket.
func TestPeelAllocs(t *testing.T) {
	for _, tc := range peelCases {
		if strings.HasPrefix(tc.name, "IPv4 option of") || strings.HasPrefix(tc.name, "IPv4 option longer") {
			continue
		}
		var p Peeler
		var pkt Packet
		f := Frame{LinkType: tc.link, Length: max(tc.length, len(tc.data)), Data: tc.data}
		if n := testing.AllocsPerRun(10, func() { p.Peel(&f, &pkt) }); n != 0 {
			t.Errorf("%s: %v allocations", tc.name, n)
		}
	}
	// The hot header stacks never need gopacket.
	for _, data := range [][]byte{frameEthernetIPv4, frameVLANIPv4, frameEthernetIPv6, frameEthernetIPv4[:38]} {
		var p Peeler
		var pkt Packet
		if p.Peel(&Frame{LinkType: 1, Length: 99, Data: data}, &pkt); p.slow != nil {
			t.Errorf("%x is not peeled by hand", data)
		}
	}
}

func TestPeelUpper(t *testing.T) {
	options := unhex("84 00 01 04 00 00 00 00") // destination options, next header 132
	for _, tc := range []struct {
		name    string
		in      Packet
		reason  Reason
		proto   uint8
		payload []byte
	}{
		{"nothing to do", Packet{V6: true, Protocol: 132, Payload: upperBytes}, 0, 132, upperBytes},
		{"destination options", Packet{V6: true, Protocol: 60, Payload: append(options, upperBytes...)}, 0, 132, upperBytes},
		{"IPv4 authentication header", Packet{Protocol: 51, Payload: append(unhex("84 01 00 00 00 00 00 01 00 00 00 02"), upperBytes...)}, 0, 132, upperBytes},
		{"IPv4 protocol 60", Packet{Protocol: 60, Payload: options}, 0, 60, options},
		{"a fragment", Packet{V6: true, Protocol: 60, Payload: options, Fragment: true}, 0, 60, options},
		{"a fragment in a packet put together", Packet{V6: true, Protocol: 44, Payload: unhex("84 00 00 01 00 01 e2 40")}, ReasonMalformed, 0, nil},
		{"beyond the packet", Packet{V6: true, Protocol: 60, Payload: options[:7]}, ReasonMalformed, 0, nil},
		{"cut off", Packet{V6: true, Protocol: 60, Payload: options[:7], Truncated: true}, ReasonTruncated, 0, nil},
		{"too many", Packet{V6: true, Protocol: 60, Payload: bytes.Repeat(unhex("3c 00 01 04 00 00 00 00"), 20)}, ReasonMalformed, 0, nil},
	} {
		var p Peeler
		pkt := tc.in
		if reason := p.PeelUpper(&pkt); reason != tc.reason {
			t.Errorf("%s: reason %v, want %v", tc.name, reason, tc.reason)
		} else if reason == ReasonNone && (pkt.Protocol != tc.proto || !bytes.Equal(pkt.Payload, tc.payload)) {
			t.Errorf("%s: protocol %d, %x", tc.name, pkt.Protocol, pkt.Payload)
		}
		if n := testing.AllocsPerRun(10, func() { pkt = tc.in; p.PeelUpper(&pkt) }); n != 0 {
			t.Errorf("%s: %v allocations", tc.name, n)
		}
	}
}

func TestNames(t *testing.T) {
	for r := range NumReasons {
		if strings.Trim(r.String(), "abcdefghijklmnopqrstuvwxyz_") != "" {
			t.Errorf("reason %d has no label: %s", uint8(r), r)
		}
	}
	for k := range numWarnings {
		if strings.Trim(k.String(), "abcdefghijklmnopqrstuvwxyz_") != "" {
			t.Errorf("warning kind %d has no label: %s", uint8(k), k)
		}
	}
	for k := range NumTunnels {
		if strings.Trim(k.String(), "abcdefghijklmnopqrstuvwxyz") != "" {
			t.Errorf("tunnel %d has no label: %s", uint8(k), k)
		}
	}
	if LinkTypeExported.String() != "WIRESHARK_UPPER_PDU" || NumTunnels.String() != "8" {
		t.Error("names of numbers")
	}
	if LinkTypeSLL2.String() != "LINUX_SLL2" || LinkType(148).String() != "USER1" || LinkType(300).String() != "300" || NumReasons.String() != "6" || WarningKind(99).String() != "warning(99)" {
		t.Error("names of numbers")
	}
}
