package capture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// What the tunnels hold: a COOKIE ACK, 16 octets of SCTP, in a packet.
const (
	cookieAck = `
		0b 59 0b 59        // ports 2905
		00 00 00 01        // verification tag
		00 00 00 00        // checksum
		0b 00 00 04        // COOKIE ACK, 4 octets
	`
	inner4 = `
		45 00 00 24 12 34 40 00 40 84 00 00  // 36 octets, protocol 132
		c0 00 02 01 c6 33 64 02
	` + cookieAck
	inner6     = "60 00 00 00 00 10 84 40" + ipv6To + cookieAck
	innerFrame = macs + "08 00" + inner4
	// Addresses of RFC 9542 2.1.4, whose first half tshark has to know to guess.
	pwMACs   = "00 00 5e 00 53 02 00 00 5e 00 53 01"
	innerARP = macs + `08 06
		00 01 08 00 06 04 00 01 02 00 00 00 00 01 c0 00 02 01 00 00 00 00 00 00 c6 33 64 02
	`
	label = "00 01 01 40" // label 16, bottom of the stack, TTL 64
)

var ackBytes = unhex(cookieAck)

// through is what a Peeler finds at the end of tunnels.
func through(src, dst string, depth uint8, kinds ...Tunnel) seen {
	s := seen{src: src, dst: dst, proto: 132, payload: ackBytes, depth: depth}
	for _, k := range kinds {
		s.tunnels |= 1 << k
	}
	return s
}

func at4(kinds ...Tunnel) seen {
	return through("192.0.2.1", "198.51.100.2", uint8(len(kinds)), kinds...)
}
func at6(kinds ...Tunnel) seen {
	return through("2001:db8::1", "2001:db8::2", uint8(len(kinds)), kinds...)
}

// Ends of the tunnels.
const (
	outerSrc, outerDst = "203.0.113.1", "203.0.113.2"
	outer6             = "20 01 0d b8 00 01 00 00 00 00 00 00 00 00 00 01 20 01 0d b8 00 01 00 00 00 00 00 00 00 00 00 02"
)

// left is a packet that is no tunnel to a Peeler.
func left(proto uint8, payload []byte) seen {
	return seen{src: outerSrc, dst: outerDst, proto: proto, payload: payload}
}

func ether(typ uint16, payload ...[]byte) []byte {
	b := binary.BigEndian.AppendUint16(unhex(macs), typ)
	return append(b, slices.Concat(payload...)...)
}

// outer4 is an IPv4 packet between the ends of the tunnel.
func outer4(proto uint8, payload ...[]byte) []byte {
	p := slices.Concat(payload...)
	b := unhex("45 00 00 00 00 07 40 00 40 00 00 00 cb 00 71 01 cb 00 71 02")
	binary.BigEndian.PutUint16(b[2:], uint16(20+len(p)))
	b[9] = proto
	return append(b, p...)
}

func outerV6(proto uint8, payload ...[]byte) []byte {
	p := slices.Concat(payload...)
	b := unhex("60 00 00 00 00 00 00 40" + outer6)
	binary.BigEndian.PutUint16(b[4:], uint16(len(p)))
	b[6] = proto
	return append(b, p...)
}

func udp(src, dst uint16, payload ...[]byte) []byte {
	p := slices.Concat(payload...)
	b := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, src), dst)
	b = binary.BigEndian.AppendUint16(b, uint16(8+len(p)))
	return append(append(b, 0, 0), p...)
}

// in4 is an Ethernet frame with a packet between the ends of the tunnel.
func in4(proto uint8, payload ...[]byte) []byte { return ether(etherIPv4, outer4(proto, payload...)) }

var (
	vxlan   = unhex("08 00 00 00 00 00 64 00") // I; VNI 100
	gre4    = unhex("00 00 08 00")
	greTEB  = unhex("00 00 65 58")
	gre1    = unhex("00 00 88 be")                         // no sequence number: ERSPAN I
	gre2    = unhex("10 00 88 be 00 00 00 01")             // sequence number 1: ERSPAN II
	gre3    = unhex("10 00 22 eb 00 00 00 01")             // ERSPAN III
	erspan2 = unhex("10 64 00 05 00 00 00 07")             // version 1, VLAN 100; session 5; index 7
	erspan3 = unhex("20 64 00 05 00 00 12 34 00 00 00 00") // version 2, VLAN 100; session 5; time; SGT; type 0
)

// deep is a frame with n packets in each other around the inner one.
func deep(n int) []byte {
	b := unhex(inner4)
	for range n {
		b = outer4(protoIPv4, b)
	}
	return ether(etherIPv4, b)
}

var tunnelCases = []peelCase{
	{"MPLS, IPv4", 1, unhex(macs + "88 47" + label + inner4), 0, 0, at4(TunnelMPLS)},
	{"MPLS, three labels, IPv6", 1, unhex(macs + "88 47 00 01 00 40 00 02 02 40" + label + inner6), 0, 0, at6(TunnelMPLS)},
	{"MPLS multicast, padding", 1, unhex(macs + "88 48" + label + inner4 + "00 00"), 0, 0, at4(TunnelMPLS)},
	{"MPLS in a tag", 1, unhex(macs + "81 00 00 0a 88 47" + label + inner4), 0, 0, at4(TunnelMPLS)},
	{"MPLS, Linux cooked", 113, unhex("00 00 00 01 00 06 02 00 00 00 00 01 00 00 88 47" + label + inner4), 0, 0, at4(TunnelMPLS)},
	{"pseudowire", 1, unhex(macs + "88 47" + label + pwMACs + "08 00" + inner4), 0, 0, at4(TunnelMPLS)},
	{"pseudowire, control word", 1, unhex(macs + "88 47" + label + "00 00 00 00" + pwMACs + "08 00" + inner4), 0, 0, at4(TunnelMPLS)},
	{"pseudowire, control word with sequence number", 1, unhex(macs + "88 47" + label + "00 00 12 34" + pwMACs + "08 00" + inner4), 0, 0, at4(TunnelMPLS)},
	{"pseudowire, tags inside", 1, unhex(macs + "88 47" + label + "00 00 00 00" + pwMACs + "88 a8 00 0a 81 00 00 0b 86 dd" + inner6), 0, 0, at6(TunnelMPLS)},
	{"pseudowire to an address that begins with 4", 1, unhex(macs + "88 47" + label + "46 00 00 00 00 02 02 00 00 00 00 01 08 00" + inner4), 0, 0, at4(TunnelMPLS)},
	{"pseudowire to an address that begins with 6", 1, unhex(macs + "88 47" + label + "62 00 00 00 00 fe 02 00 00 00 00 01 86 dd" + inner6), 0, 0, at6(TunnelMPLS)},
	{"pseudowire, MPLS inside", 1, unhex(macs + "88 47" + label + pwMACs + "88 47" + label + inner4), 0, 0, at4(TunnelMPLS, TunnelMPLS)},
	{"pseudowire, ARP", 1, unhex(macs + "88 47" + label + innerARP), 0, ReasonNotIP, seen{}},
	{"MPLS, associated channel", 1, unhex(macs + "88 47 00 00 d1 40 10 00 00 07" + inner4), 0, ReasonNotIP, seen{}},
	{"MPLS, stack without bottom", 1, unhex(macs + "88 47 00 01 00 40 00 01 00 40"), 0, ReasonTruncated, seen{}},
	{"MPLS, label and nothing", 1, unhex(macs + "88 47" + label), 0, ReasonTruncated, seen{}},
	{"MPLS, label cut off", 1, unhex(macs + "88 47 00 01"), 70, ReasonTruncated, seen{}},
	{"MPLS, IPv4 longer than the frame", 1, unhex(macs + "88 47" + label + "45 00 00 28" + inner4[len("\n\t\t45 00 00 24"):]), 0, 0,
		at4(TunnelMPLS).with(func(s *seen) { s.cut = true })},

	{"PPPoE, IPv4", 1, unhex(macs + `88 64
		11 00 00 07 00 26  // version 1, type 1, session data; session 7; 38 octets
		00 21              // IPv4
	` + inner4), 0, 0, at4(TunnelPPPoE)},
	{"PPPoE, IPv6", 1, unhex(macs + "88 64 11 00 00 07 00 3a 00 57" + inner6), 0, 0, at6(TunnelPPPoE)},
	{"PPPoE, compressed protocol", 1, unhex(macs + "88 64 11 00 00 07 00 25 21" + inner4), 0, 0, at4(TunnelPPPoE)},
	{"PPPoE, MPLS", 1, unhex(macs + "88 64 11 00 00 07 00 2a 02 81" + label + inner4), 0, 0, at4(TunnelPPPoE, TunnelMPLS)},
	{"PPPoE, padding", 1, unhex(macs + "88 64 11 00 00 07 00 26 00 21" + inner4 + "00 00 00"), 0, 0, at4(TunnelPPPoE)},
	{"PPPoE, length beyond the frame", 1, unhex(macs + "88 64 11 00 00 07 ff ff 00 21" + inner4), 0, 0, at4(TunnelPPPoE)},
	{"PPPoE, length within the packet", 1, unhex(macs + "88 64 11 00 00 07 00 1e 00 21" + inner4), 0, 0,
		at4(TunnelPPPoE).with(func(s *seen) { s.payload, s.cut = ackBytes[:8], true })},
	{"PPPoE, length 0", 1, unhex(macs + "88 64 11 00 00 07 00 00 00 21" + inner4), 0, ReasonTruncated, seen{}},
	{"PPPoE, LCP", 1, unhex(macs + "88 64 11 00 00 07 00 06 c0 21 01 01 00 04"), 0, ReasonNotIP, seen{}},
	{"PPPoE discovery", 1, unhex(macs + "88 63 11 09 00 00 00 04 01 01 00 00"), 0, ReasonNotIP, seen{}},
	{"PPPoE cut off", 1, unhex(macs + "88 64 11 00 00"), 60, ReasonTruncated, seen{}},
	{"PPPoE, protocol cut off", 1, unhex(macs + "88 64 11 00 00 07 00 26 00"), 60, ReasonTruncated, seen{}},

	{"GRE, IPv4", 1, in4(47, gre4, unhex(inner4)), 0, 0, at4(TunnelGRE)},
	{"GRE, IPv6", 1, in4(47, unhex("00 00 86 dd"+inner6)), 0, 0, at6(TunnelGRE)},
	{"GRE in IPv6", 1, ether(etherIPv6, outerV6(47, gre4, unhex(inner4))), 0, 0, at4(TunnelGRE)},
	{"GRE, checksum, key, sequence number", 1, in4(47, unhex(`
		b0 00 08 00        // C, K, S; version 0; IPv4
		00 00 00 00        // checksum, reserved
		00 00 00 2a        // key
		00 00 00 01        // sequence number
	`+inner4)), 0, 0, at4(TunnelGRE)},
	{"GRE, Ethernet", 1, in4(47, greTEB, unhex(innerFrame)), 0, 0, at4(TunnelGRE)},
	{"NVGRE", 1, in4(47, unhex("20 00 65 58 00 00 64 01"+macs+"81 00 00 0a 86 dd"+inner6)), 0, 0, at6(TunnelGRE)},
	{"GRE, MPLS", 1, in4(47, unhex("00 00 88 47"+label+inner4)), 0, 0, at4(TunnelGRE, TunnelMPLS)},
	{"GRE, ARP in Ethernet", 1, in4(47, greTEB, unhex(innerARP)), 0, 0,
		left(47, append(bytes.Clone(greTEB), unhex(innerARP)...)).with(func(s *seen) { s.depth, s.tunnels = 1, 1<<TunnelGRE })},
	{"GRE, keepalive", 1, in4(47, unhex("00 00 00 00")), 0, 0, left(47, unhex("00 00 00 00"))},
	{"GRE, NHRP", 1, in4(47, unhex("00 00 20 01 00 01")), 0, 0, left(47, unhex("00 00 20 01 00 01"))},
	{"GRE, version 1", 1, in4(47, unhex("20 01 88 0b 00 00 00 00 00 00 00 00")), 0, 0, left(47, unhex("20 01 88 0b 00 00 00 00 00 00 00 00"))},
	{"GRE, source route", 1, in4(47, unhex("40 00 08 00 00 00 00 00 00 00 00 00"+inner4)), 0, ReasonMalformed, seen{}},
	{"GRE, 2 octets", 1, in4(47, unhex("00 00")), 0, ReasonMalformed, seen{}},
	{"GRE, key beyond the packet", 1, in4(47, unhex("20 00 08 00 00")), 0, ReasonMalformed, seen{}},
	{"GRE, nothing inside", 1, in4(47, gre4), 0, ReasonMalformed, seen{}},
	{"GRE, IPv6 under the number of IPv4", 1, in4(47, gre4, unhex(inner6)), 0, ReasonMalformed, seen{}},
	{"GRE, IPv4 header longer than the tunnel's packet", 1, in4(47, gre4, unhex("45 00 00 24 12 34")), 0, ReasonMalformed, seen{}},
	{"GRE, IPv4 longer than the tunnel's packet", 1, in4(47, gre4, unhex(inner4)[:28]), 0, 0,
		at4(TunnelGRE).with(func(s *seen) { s.payload, s.cut = ackBytes[:8], true })},
	{"GRE cut off", 1, in4(47, unhex("20 00 08 00 00 00 00 2a"+inner4))[:40], 78, ReasonTruncated, seen{}},
	{"GRE, inner header cut off", 1, in4(47, gre4, unhex(inner4))[:50], 74, ReasonTruncated, seen{}},

	{"ERSPAN I", 1, in4(47, gre1, unhex(innerFrame)), 0, 0, at4(TunnelERSPAN)},
	{"ERSPAN I with sequence number", 1, in4(47, unhex("10 00 88 be 00 00 00 01"+innerFrame)), 0, 0, at4(TunnelERSPAN)},
	{"ERSPAN II", 1, in4(47, gre2, erspan2, unhex(innerFrame)), 0, 0, at4(TunnelERSPAN)},
	{"ERSPAN II, tag inside", 1, in4(47, gre2, erspan2, unhex(macs+"81 00 00 64 86 dd"+inner6)), 0, 0, at6(TunnelERSPAN)},
	{"ERSPAN II, cut by the mirror", 1, in4(47, gre2, unhex(`
		10 64 04 05        // T: truncated
		00 00 00 07
	` + innerFrame)[:8+14+28]), 0, 0, at4(TunnelERSPAN).with(func(s *seen) { s.payload, s.cut = ackBytes[:8], true })},
	{"ERSPAN II, cut by the mirror in the IP header", 1, in4(47, gre2, unhex("10 64 04 05 00 00 00 07"+macs+"08 00 45 00 00 24")), 0, ReasonTruncated, seen{}},
	{"ERSPAN II, header beyond the packet", 1, in4(47, gre2, erspan2[:6]), 0, ReasonMalformed, seen{}},
	{"ERSPAN II, version 3", 1, in4(47, gre2, unhex("30 64 00 05 00 00 00 07"+innerFrame)), 0, 0,
		left(47, append(bytes.Clone(gre2), unhex("30 64 00 05 00 00 00 07"+innerFrame)...))},
	{"ERSPAN III", 1, in4(47, gre3, erspan3, unhex(innerFrame)), 0, 0, at4(TunnelERSPAN)},
	{"ERSPAN III, platform header", 1, in4(47, gre3, unhex(`
		20 64 00 05        // version 2, VLAN 100, session 5
		00 00 12 34        // timestamp
		00 00 00 01        // SGT; type 0; O: platform header
		00 00 00 00 00 00 00 00
	`+innerFrame)), 0, 0, at4(TunnelERSPAN)},
	{"ERSPAN III, IPv4 packet", 1, in4(47, gre3, unhex("20 64 00 05 00 00 12 34 00 00 08 00"+inner4)), 0, 0, at4(TunnelERSPAN)},
	{"ERSPAN III, IPv6 packet", 1, in4(47, gre3, unhex("20 64 00 05 00 00 12 34 00 00 08 00"+inner6)), 0, 0, at6(TunnelERSPAN)},
	{"ERSPAN III, platform header beyond the packet", 1, in4(47, gre3, unhex("20 64 00 05 00 00 12 34 00 00 00 01 00 00")), 0, ReasonMalformed, seen{}},
	{"ERSPAN III, 802.11", 1, in4(47, gre3, unhex("20 64 00 05 00 00 12 34 00 00 0c 00")), 0, 0,
		left(47, append(bytes.Clone(gre3), unhex("20 64 00 05 00 00 12 34 00 00 0c 00")...))},

	{"VXLAN", 1, in4(17, udp(50000, 4789, vxlan, unhex(innerFrame))), 0, 0, at4(TunnelVXLAN)},
	{"VXLAN in IPv6", 1, ether(etherIPv6, outerV6(17, udp(50000, 4789, vxlan, unhex(innerFrame)))), 0, 0, at4(TunnelVXLAN)},
	{"VXLAN, tags inside", 1, in4(17, udp(50000, 4789, vxlan, unhex(macs+"88 a8 00 0a 81 00 00 0b 08 00"+inner4))), 0, 0, at4(TunnelVXLAN)},
	{"VXLAN, group policy", 1, in4(17, udp(50000, 4789, unhex("88 00 12 34 00 00 64 00"+innerFrame))), 0, 0, at4(TunnelVXLAN)},
	{"VXLAN on the port of Linux", 1, in4(17, udp(50000, 8472, vxlan, unhex(innerFrame))), 0, 0, at4(TunnelVXLAN)},
	{"something else on the port of Linux", 1, in4(17, udp(50000, 8472, unhex("08 00 00 00 00 00 00 00 12 34"))), 0, 0,
		left(17, udp(50000, 8472, unhex("08 00 00 00 00 00 00 00 12 34")))},
	{"VXLAN, ARP", 1, in4(17, udp(50000, 4789, vxlan, unhex(innerARP))), 0, 0,
		left(17, udp(50000, 4789, vxlan, unhex(innerARP))).with(func(s *seen) { s.depth, s.tunnels = 1, 1<<TunnelVXLAN })},
	{"VXLAN without VNI", 1, in4(17, udp(50000, 4789, unhex("00 00 00 00 00 00 64 00"+innerFrame))), 0, 0, at4(TunnelVXLAN)},
	{"a VXLAN port without VNI and frame", 1, in4(17, udp(50000, 4789, unhex("00 00 00 00 00 00 64 00"+inner4))), 0, 0,
		left(17, udp(50000, 4789, unhex("00 00 00 00 00 00 64 00"+inner4)))},
	{"from the port of VXLAN", 1, in4(17, udp(4789, 53, vxlan, unhex(innerFrame))), 0, 0, left(17, udp(4789, 53, vxlan, unhex(innerFrame)))},
	{"VXLAN, nothing inside", 1, in4(17, udp(50000, 4789, vxlan)), 0, ReasonMalformed, seen{}},
	{"VXLAN, 13 octets inside", 1, in4(17, udp(50000, 4789, vxlan, unhex(innerFrame)[:13])), 0, ReasonMalformed, seen{}},
	{"VXLAN, 7 octets", 1, in4(17, udp(50000, 4789, vxlan[:7])), 0, 0, left(17, udp(50000, 4789, vxlan[:7]))},
	{"VXLAN, UDP length 0", 1, in4(17, unhex("c3 50 12 b5 00 00 00 00"), vxlan, unhex(innerFrame)), 0, 0, at4(TunnelVXLAN)},
	{"VXLAN, UDP length 7", 1, in4(17, unhex("c3 50 12 b5 00 07 00 00"), vxlan, unhex(innerFrame)), 0, 0,
		left(17, slices.Concat(unhex("c3 50 12 b5 00 07 00 00"), vxlan, unhex(innerFrame)))},
	{"VXLAN, UDP length beyond the packet", 1, in4(17, unhex("c3 50 12 b5 ff ff 00 00"), vxlan, unhex(innerFrame)), 0, 0, at4(TunnelVXLAN)},
	{"VXLAN, UDP of 7 octets", 1, in4(17, unhex("c3 50 12 b5 00 07 00")), 0, 0, left(17, unhex("c3 50 12 b5 00 07 00"))},
	{"VXLAN cut off", 1, in4(17, udp(50000, 4789, vxlan, unhex(innerFrame)))[:80], 100, ReasonTruncated, seen{}},
	{"VXLAN, payload cut off", 1, in4(17, udp(50000, 4789, vxlan, unhex(innerFrame)))[:92], 100, 0,
		at4(TunnelVXLAN).with(func(s *seen) { s.payload, s.cut = ackBytes[:8], true })},
	{"VXLAN-GPE, IPv4", 1, in4(17, udp(50000, 4790, unhex(`
		0c 00 00 01        // I, P; next protocol IPv4
		00 00 64 00        // VNI 100
	`+inner4))), 0, 0, at4(TunnelVXLAN)},
	{"VXLAN-GPE, IPv6", 1, in4(17, udp(50000, 4790, unhex("0c 00 00 02 00 00 64 00"+inner6))), 0, 0, at6(TunnelVXLAN)},
	{"VXLAN-GPE, Ethernet", 1, in4(17, udp(50000, 4790, unhex("0c 00 00 03 00 00 64 00"+innerFrame))), 0, 0, at4(TunnelVXLAN)},
	{"VXLAN-GPE, MPLS", 1, in4(17, udp(50000, 4790, unhex("0c 00 00 05 00 00 64 00"+label+inner4))), 0, 0, at4(TunnelVXLAN, TunnelMPLS)},
	{"VXLAN-GPE, NSH", 1, in4(17, udp(50000, 4790, unhex("0c 00 00 04 00 00 64 00"+inner4))), 0, 0,
		left(17, udp(50000, 4790, unhex("0c 00 00 04 00 00 64 00"+inner4)))},
	{"VXLAN-GPE without next protocol", 1, in4(17, udp(50000, 4790, vxlan, unhex(innerFrame))), 0, 0, at4(TunnelVXLAN)},

	{"Geneve, Ethernet", 1, in4(17, udp(50000, 6081, unhex(`
		00 00 65 58        // version 0, no options; Ethernet
		00 00 64 00        // VNI 100
	`+innerFrame))), 0, 0, at4(TunnelGeneve)},
	{"Geneve, IPv4, options", 1, in4(17, udp(50000, 6081, unhex(`
		03 40 08 00        // three words of options, critical; IPv4
		00 00 64 00
		01 02 80 01 00 00 00 00  // class, type, one word of data
		01 03 00 00              // no data
	`+inner4))), 0, 0, at4(TunnelGeneve)},
	{"Geneve, IPv6", 1, in4(17, udp(50000, 6081, unhex("00 00 86 dd 00 00 64 00"+inner6))), 0, 0, at6(TunnelGeneve)},
	{"Geneve, options beyond the packet", 1, in4(17, udp(50000, 6081, unhex("3f 00 08 00 00 00 64 00"+inner4))), 0, ReasonMalformed, seen{}},
	{"Geneve, version 1", 1, in4(17, udp(50000, 6081, unhex("40 00 08 00 00 00 64 00"+inner4))), 0, 0,
		left(17, udp(50000, 6081, unhex("40 00 08 00 00 00 64 00"+inner4)))},

	{"IPv4 in IPv4", 1, in4(4, unhex(inner4)), 0, 0, at4(TunnelIP)},
	{"IPv6 in IPv4", 1, in4(41, unhex(inner6)), 0, 0, at6(TunnelIP)},
	{"IPv4 in IPv6", 1, ether(etherIPv6, outerV6(4, unhex(inner4))), 0, 0, at4(TunnelIP)},
	{"IPv6 in IPv6 behind destination options", 1, ether(etherIPv6, outerV6(60, unhex("29 00 04 01 04 01 01 00"+inner6))), 0, 0, at6(TunnelIP)},
	{"MPLS in IPv4", 1, in4(137, unhex(label+inner4)), 0, 0, at4(TunnelIP, TunnelMPLS)},
	{"IPv4 in IPv4, nothing inside", 1, in4(4), 0, ReasonMalformed, seen{}},
	{"IPv4 in IPv4, raw", 101, outer4(4, unhex(inner4)), 0, 0, at4(TunnelIP)},
	{"a fragment of a tunnel", 1, unhex(macs + "08 00 45 00 00 1c 12 34 20 00 40 2f 00 00 cb 00 71 01 cb 00 71 02 00 00 08 00 45 00 00 24"), 0, 0,
		left(47, unhex("00 00 08 00 45 00 00 24")).with(func(s *seen) { s.fragment, s.id, s.more = true, 0x1234, true })},
	{"a fragment in a tunnel", 1, in4(47, gre4, unhex("45 00 00 1c 12 34 20 b9 40 84 00 00 c0 00 02 01 c6 33 64 02 00 01 02 03 04 05 06 07")), 0, 0,
		at4(TunnelGRE).with(func(s *seen) {
			s.payload, s.fragment, s.id, s.offset, s.more = unhex("00 01 02 03 04 05 06 07"), true, 0x1234, 1480, true
		})},

	{"SCTP in UDP", 1, in4(17, udp(50000, 9899, ackBytes)), 0, 0, through(outerSrc, outerDst, 1, TunnelUDP)},
	{"SCTP in UDP, back", 1, in4(17, udp(9899, 50000, ackBytes)), 0, 0, through(outerSrc, outerDst, 1, TunnelUDP)},
	{"SCTP in UDP in VXLAN", 1, in4(17, udp(50000, 4789, vxlan, in4(17, udp(9899, 9899, ackBytes)))), 0, 0, through(outerSrc, outerDst, 2, TunnelVXLAN, TunnelUDP)},
	{"SCTP in UDP, chunk cut off", 1, in4(17, udp(9899, 9899, unhex("0b 59 0b 59 00 00 00 01 00 00 00 00 00 03 01 00"), make([]byte, 252)))[:62], 310, 0,
		through(outerSrc, outerDst, 1, TunnelUDP).with(func(s *seen) {
			s.payload, s.cut = unhex("0b 59 0b 59 00 00 00 01 00 00 00 00 00 03 01 00 00 00 00 00"), true
		})},
	{"no SCTP on its UDP port: no chunk", 1, in4(17, udp(9899, 53, ackBytes[:12])), 0, 0, left(17, udp(9899, 53, ackBytes[:12]))},
	{"no SCTP on its UDP port: chunk type", 1, in4(17, udp(9899, 53, unhex("0b 59 0b 59 00 00 00 01 00 00 00 00 33 00 00 04"))), 0, 0,
		left(17, udp(9899, 53, unhex("0b 59 0b 59 00 00 00 01 00 00 00 00 33 00 00 04")))},
	{"no SCTP on its UDP port: chunk length", 1, in4(17, udp(9899, 53, unhex("0b 59 0b 59 00 00 00 01 00 00 00 00 00 03 01 00"))), 0, 0,
		left(17, udp(9899, 53, unhex("0b 59 0b 59 00 00 00 01 00 00 00 00 00 03 01 00")))},
	{"no SCTP on its UDP port: tag 0", 1, in4(17, udp(9899, 53, unhex("0b 59 0b 59 00 00 00 00 00 00 00 00 0b 00 00 04"))), 0, 0,
		left(17, udp(9899, 53, unhex("0b 59 0b 59 00 00 00 00 00 00 00 00 0b 00 00 04")))},

	{"everything in everything", 1, ether(etherMPLS, unhex(label+"00 00 00 00"+pwMACs+`
		88 64 11 00 00 07 ff ff 00 21
		`), // MPLS pseudowire, PPPoE
		outer4(17, udp(50000, 4789, vxlan,
			ether(etherQinQ, unhex("00 0a 81 00 00 0b 86 dd"),
				outerV6(47, gre2, erspan2,
					ether(etherIPv4, outer4(47, unhex("20 00 08 00 00 00 00 01"),
						outer4(17, udp(50000, 6081, unhex("00 00 08 00 00 00 64 00"),
							outer4(41, unhex(inner6))))))))))), 0, 0,
		at6(TunnelMPLS, TunnelPPPoE, TunnelVXLAN, TunnelERSPAN, TunnelGRE, TunnelGeneve, TunnelIP)},
	{"eight tunnels", 1, deep(MaxDepth), 0, 0, through("192.0.2.1", "198.51.100.2", MaxDepth, TunnelIP)},
	{"nine tunnels", 1, deep(MaxDepth + 1), 0, ReasonTooDeep, seen{}},
	{"tunnels without end", 1, deep(60), 0, ReasonTooDeep, seen{}},
	{"eight tags in front of a tunnel and in it", 1, unhex(macs + strings.Repeat("81 00 00 01", 8) + "88 47" + label + pwMACs + strings.Repeat("81 00 00 01", 8) + "08 00" + inner4), 0, 0, at4(TunnelMPLS)},
}

var bareCases = []peelCase{
	{"MTP2", 140, unhex(`
		81 82 08           // BSN 1, BIB; FSN 2, FIB; LI 8
		83 01 02 03 04     // SIO: SCCP, national; routing label
		09 00 03           // 3 octets of user data
		aa bb              // check sequence
	`), 0, 0, seen{content: ContentMTP3, payload: unhex("83 01 02 03 04 09 00 03")}},
	{"MTP2, longest", 140, append(unhex("81 82 3f"), make([]byte, 270)...), 0, 0, seen{content: ContentMTP3, payload: make([]byte, 270)}},
	{"MTP2, fill-in", 140, unhex("81 82 00 aa bb"), 0, 0, seen{content: ContentLink, payload: []byte{}}},
	{"MTP2, link status", 140, unhex("81 82 01 02"), 0, 0, seen{content: ContentLink, payload: []byte{}}},
	{"MTP2, shorter than its indicator", 140, unhex("81 82 09 83 01 02"), 0, 0, seen{content: ContentMTP3, payload: unhex("83 01 02"), cut: true}},
	{"MTP2, spare bits", 140, unhex("81 82 c3 83 01 02"), 0, 0, seen{content: ContentMTP3, payload: unhex("83 01 02")}},
	{"MTP2 cut off", 140, unhex("81 82"), 12, ReasonTruncated, seen{}},
	{"MTP2, nothing behind the header", 140, unhex("81 82 09"), 12, ReasonTruncated, seen{}},
	{"MTP2 with pseudo-header", 139, unhex(`
		01 00 00 05        // sent; no annex A; link 5
		81 82 05
		83 01 02 03 04
	`), 0, 0, seen{content: ContentMTP3, payload: unhex("83 01 02 03 04"), sent: true}},
	{"MTP2 with pseudo-header, annex A", 139, unhex(`
		00 01 00 05        // received; annex A
		01 80 02 80 05 00  // BSN, FSN, LI 5
		83 01 02 03 04 ff
	`), 0, 0, seen{content: ContentMTP3, payload: unhex("83 01 02 03 04")}},
	{"MTP2 with pseudo-header cut off", 139, unhex("00 01 00"), 12, ReasonTruncated, seen{}},
	{"MTP2 with pseudo-header, annex A cut off", 139, unhex("00 01 00 05 01 80 02 80 05"), 20, ReasonTruncated, seen{}},
	{"MTP3", 141, unhex("83 01 02 03 04 09"), 0, 0, seen{content: ContentMTP3, payload: unhex("83 01 02 03 04 09")}},
	{"MTP3 cut off", 141, unhex("83 01 02 03 04 09"), 20, 0, seen{content: ContentMTP3, payload: unhex("83 01 02 03 04 09"), cut: true}},
	{"SCCP", 142, unhex("09 00 03"), 0, 0, seen{content: ContentSCCP, payload: unhex("09 00 03")}},
	{"SCTP", 248, ackBytes, 0, 0, seen{proto: 132, payload: ackBytes}},
	{"SCTP, nothing", 248, nil, 0, ReasonTruncated, seen{}},
	{"exported: SCCP with label", 252, unhex(`
		00 0c 00 04 73 63 63 70  // dissector "sccp"
		00 1c 00 08 00 00 00 64 00 01 02 00  // OPC 100, ITU, NI 2
		00 1d 00 08 00 00 00 c8 00 01 02 00  // DPC 200
		00 1e 00 04 00 00 00 07  // original frame
		00 00 00 00
		09 00 03
	`), 0, 0, seen{content: ContentSCCP, payload: unhex("09 00 03"), label: true, standard: 1, ni: 2, opc: 100, dpc: 200}},
	{"exported: Diameter over TCP", 252, unhex(`
		00 0c 00 08 64 69 61 6d 65 74 65 72  // dissector "diameter"
		00 14 00 04 c0 00 02 01
		00 15 00 04 c6 33 64 02
		00 18 00 04 00 00 00 02  // TCP
		00 19 00 04 00 00 0f 1c  // ports 3868
		00 1a 00 04 00 00 0f 1c
		00 00 00 00
		01 00 00 14
	`), 0, 0, seen{src: "192.0.2.1", dst: "198.51.100.2", proto: 6, content: ContentDiameter, payload: unhex("01 00 00 14"), ports: [2]uint16{3868, 3868}}},
	{"exported: M3UA over IPv6, padded name", 252, unhex(`
		00 0c 00 08 6d 33 75 61 00 00 00 00
		00 16 00 10 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01
		00 17 00 10 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02
		00 18 00 04 00 00 00 01  // SCTP
		00 00 00 00
		01 00 03 01
	`), 0, 0, seen{src: "2001:db8::1", dst: "2001:db8::2", proto: 132, content: ContentM3UA, payload: unhex("01 00 03 01")}},
	{"exported: SCTP", 252, unhex("00 0c 00 04 73 63 74 70 00 00 00 00" + cookieAck), 0, 0, seen{proto: 132, payload: ackBytes}},
	{"exported: MTP3", 252, unhex("00 0c 00 04 6d 74 70 33 00 00 00 00 83 01 02 03 04"), 0, 0, seen{content: ContentMTP3, payload: unhex("83 01 02 03 04")}},
	{"exported: M2UA", 252, unhex("00 0c 00 04 6d 32 75 61 00 00 00 00 01"), 0, 0, seen{content: ContentM2UA, payload: unhex("01")}},
	{"exported: M2PA", 252, unhex("00 0c 00 04 6d 32 70 61 00 00 00 00 01"), 0, 0, seen{content: ContentM2PA, payload: unhex("01")}},
	{"exported: SUA", 252, unhex("00 0c 00 03 73 75 61 00 00 00 00 01"), 0, 0, seen{content: ContentSUA, payload: unhex("01")}},
	{"exported: SIP", 252, unhex("00 0c 00 04 73 69 70 00 00 00 00 00 41"), 0, ReasonNotIP, seen{}},
	{"exported: nothing named", 252, unhex("00 00 00 00 41"), 0, ReasonNotIP, seen{}},
	{"exported: nothing behind the tags", 252, unhex("00 0c 00 04 73 63 63 70 00 00 00 00"), 0, ReasonTruncated, seen{}},
	{"exported: tag beyond the frame", 252, unhex("00 0c ff ff 73 63 63 70 00 00 00 00"), 0, ReasonMalformed, seen{}},
	{"exported: tag cut off", 252, unhex("00 0c 00 08 73 63 63 70"), 30, ReasonTruncated, seen{}},
	{"exported: tags without end", 252, unhex("00 0c 00 04 73 63 63 70 00"), 0, ReasonTruncated, seen{}},
}

// What PeelUpper finds behind a packet that was put together from fragments.
func TestPeelUpperTunnels(t *testing.T) {
	inner := unhex("45 00 00 1c 12 34 20 b9 40 84 00 00 c0 00 02 01 c6 33 64 02 00 01 02 03 04 05 06 07")
	for _, tc := range []struct {
		name    string
		proto   uint8
		payload []byte
		depth   uint8
		reason  Reason
		want    seen
	}{
		{"VXLAN", 17, udp(50000, 4789, vxlan, unhex(innerFrame)), 0, 0, at4(TunnelVXLAN)},
		{"GRE, MPLS, IPv6", 47, unhex("00 00 88 47" + label + inner6), 0, 0, at6(TunnelGRE, TunnelMPLS)},
		{"SCTP in UDP", 17, udp(50000, 9899, ackBytes), 0, 0, through(outerSrc, outerDst, 1, TunnelUDP)},
		{"IPv6 in IPv4", 41, unhex(inner6), 0, 0, at6(TunnelIP)},
		{"a fragment again", 47, append(bytes.Clone(gre4), inner...), 0, 0, at4(TunnelGRE).with(func(s *seen) {
			s.payload, s.fragment, s.id, s.offset, s.more = unhex("00 01 02 03 04 05 06 07"), true, 0x1234, 1480, true
		})},
		{"at the depth already", 47, append(bytes.Clone(gre4), unhex(inner4)...), MaxDepth, ReasonTooDeep, seen{}},
		{"one above the depth", 47, append(bytes.Clone(gre4), unhex(inner4)...), MaxDepth - 1, 0, through("192.0.2.1", "198.51.100.2", MaxDepth, TunnelGRE)},
		{"GRE, nothing inside", 47, gre4, 0, ReasonMalformed, seen{}},
		{"nothing", 4, nil, 0, ReasonMalformed, seen{}},
		{"other UDP", 17, udp(53, 53, ackBytes), 0, 0, left(17, udp(53, 53, ackBytes))},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var p Peeler
			whole := Packet{Protocol: tc.proto, Payload: tc.payload, Depth: tc.depth}
			ends := outer4(tc.proto)
			setIPv4(&whole.Src, ends[12:16])
			setIPv4(&whole.Dst, ends[16:20])
			pkt := whole
			if r := p.PeelUpper(&pkt); r != tc.reason {
				t.Fatalf("reason %v, want %v", r, tc.reason)
			} else if r != ReasonNone {
				return
			}
			again := whole
			if n := testing.AllocsPerRun(10, func() { again = whole; p.PeelUpper(&again) }); n != 0 {
				t.Errorf("%v allocations", n)
			}
			if want := tc.want.packet(); !equal(&pkt, &want) {
				t.Errorf("%+v\nwant\n%+v", pkt, want)
			}
		})
	}
}

func equal(a, b *Packet) bool {
	x, y := *a, *b
	x.Payload, y.Payload = nil, nil
	return bytes.Equal(a.Payload, b.Payload) && reflect.DeepEqual(x, y)
}

// TestTunnelsAgainstTshark holds the tunnels and link types to the tshark that is
// installed: where we find SCTP it does, between the same ends.
func TestTunnelsAgainstTshark(t *testing.T) {
	bin, err := exec.LookPath("tshark")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("tshark is not installed: CI must hold the tunnels to the reference dissector")
		}
		t.Skip("tshark is not installed: the tunnels cannot be held to the reference dissector")
	}
	byLink := map[LinkType][]peelCase{}
	for _, tc := range slices.Concat(tunnelCases, bareCases) {
		if tc.reason == ReasonNone && len(tc.data) > 0 {
			byLink[tc.link] = append(byLink[tc.link], tc)
		}
	}
	for link, cases := range byLink {
		o := binary.LittleEndian
		file := pcapHeader(o, magicMicro, 2, 4, 65535, uint32(link))
		for _, tc := range cases {
			file = append(file, pcapRecord(o, 1, 0, uint32(len(tc.data)), uint32(max(tc.length, len(tc.data))), tc.data)...)
		}
		name := filepath.Join(t.TempDir(), "tunnels.pcap")
		if err := os.WriteFile(name, file, 0o644); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(bin, "-N", "m", "-r", name, "-o", "ip.defragment:FALSE", "-T", "fields", "-E", "separator=|",
			"-e", "frame.protocols", "-e", "ip.src", "-e", "ip.dst", "-e", "ipv6.src", "-e", "ipv6.dst", "-e", "exported_pdu.ss7_opc", "-e", "exported_pdu.ss7_dpc")
		// The settings of whoever runs the test must not count.
		cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "XDG_CONFIG_HOME="+t.TempDir(), "WIRESHARK_CONFIG_DIR="+t.TempDir())
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
		if len(lines) != len(cases) {
			t.Fatalf("link type %v: tshark reads %d frames, want %d", link, len(lines), len(cases))
		}
		for i, tc := range cases {
			col := strings.Split(lines[i], "|")
			protocols := strings.Split(col[0], ":")
			var ends [2]string // of the innermost IP packet
			for _, p := range protocols {
				first := map[string]int{"ip": 1, "ipv6": 3}[p]
				if first > 0 {
					ends[0], ends[1] = last(col[first]), last(col[first+1])
				}
			}
			got := protocols[len(protocols)-1] == "sctp" && (tc.want.src == "" || ends == [2]string{tc.want.src, tc.want.dst})
			want := tc.want.proto == 132 && tc.want.content == ContentIP && !tc.want.fragment
			switch tc.want.content {
			case ContentMTP3:
				got, want = slices.Contains(protocols, "mtp3"), true
			case ContentSCCP:
				got, want = slices.Contains(protocols, "sccp"), true
				if tc.want.label {
					got = got && col[5] == fmt.Sprint(tc.want.opc) && col[6] == fmt.Sprint(tc.want.dpc)
				}
			case ContentLink:
				got, want = lines[i] == "mtp2||||||", true
			}
			if reason, ok := tsharkDiffers[tc.name]; ok && got != want {
				t.Logf("%s: %s", tc.name, reason)
			} else if ok {
				t.Errorf("%s: nothing differs (any more)", tc.name)
			} else if got != want {
				t.Errorf("%s: tshark reads %s", tc.name, lines[i])
			}
		}
	}
}

// last is the last element of a list with commas.
func last(s string) string { return s[strings.LastIndexByte(s, ',')+1:] }

// tsharkDiffers are the cases which tshark reads in another way, and why.
var tsharkDiffers = map[string]string{
	"pseudowire to an address that begins with 4": "tshark goes by the version alone",
	"pseudowire to an address that begins with 6": "tshark goes by the version alone",
	"ERSPAN I with sequence number":               "tshark takes the sequence number for the sign of a header",
	"ERSPAN III, IPv4 packet":                     "tshark reads Ethernet only",
	"ERSPAN III, IPv6 packet":                     "tshark reads Ethernet only",
	"VXLAN on the port of Linux":                  "tshark knows the port as another's",
	"VXLAN, UDP length 0":                         "tshark takes it for an error in IPv4",
	"VXLAN-GPE without next protocol":             "tshark wants the protocol",
}
