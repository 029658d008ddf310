package cases

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"slices"

	"sigtransit/pkg/synth"
)

// Links that carry signaling besides Ethernet, and PDUs that Wireshark exported.
var linkCases = []Case{
	{Name: "exported-pdus", Holds: "PDUs as Wireshark exports them: by dissector, by table and port, with addresses and with point codes", Faulty: []int{19}, Links: []int{linkExported}, make: exportedPDUs},
	{Name: "links", Holds: "serial links, DAG records and packet filter logs around the same message", Faulty: []int{13, 16},
		Links: []int{linkPPP, linkPPPHDLC, linkCHDLC, linkERF, linkNFLOG, linkMTP2PHDR}, make: links},
}

// tag is a tag of an exported PDU (Wireshark, epan/exported_pdu.h).
func tag(n byte, v ...byte) []byte { return append([]byte{0, n, 0, byte(len(v))}, v...) }

// named names the dissector, padded as Wireshark does.
func named(name string) []byte {
	return tag(12, append([]byte(name), make([]byte, -len(name)&3)...)...)
}

// table names a table of dissectors and the value to look up.
func table(name string, value uint32) []byte {
	return append(tag(14, append([]byte(name), make([]byte, -len(name)&3)...)...), tag(32, binary.BigEndian.AppendUint32(nil, value)...)...)
}

// ends are the addresses and ports of a PDU from an end; transport is 1 for SCTP, 2
// for TCP.
func ends(from int, transport byte, port uint16) []byte {
	p := binary.BigEndian.AppendUint16([]byte{0, 0}, port)
	return slices.Concat(tag(20, addrs[from].AsSlice()...), tag(21, addrs[1-from].AsSlice()...), tag(24, 0, 0, 0, transport), tag(25, p...), tag(26, p...))
}

// exported is a PDU behind its tags.
func (m *maker) exported(tags ...[]byte) {
	pdu := len(tags) - 1
	m.write(linkExported, slices.Concat(tags[:pdu]...), make([]byte, 4), tags[pdu])
}

// mtp3 is an SCCP message behind its service information octet and label.
func mtp3(from int, sccp []byte) []byte { return slices.Concat([]byte{3}, label(from), sccp) }

func exportedPDUs(m *maker) {
	code := func(n byte, from int) []byte {
		return tag(n, 0, 0, byte(codes[from]>>8), byte(codes[from]), 0, 1, 0, 0)
	}
	codes := append(code(28, carrier), code(29, home)...)
	next := func() []byte { return udt(carrier, begin(m.next())) }
	a6, b6 := netip.MustParseAddr("2001:db8::21"), netip.MustParseAddr("2001:db8::11")
	m.exported(named("sccp"), codes, next())
	m.exported(named("mtp3"), mtp3(carrier, next()))
	m.exported(named("m3ua"), ends(carrier, 1, 2905), m3ua(carrier, next()))
	m.exported(named("m3ua"), tag(22, a6.AsSlice()...), tag(23, b6.AsSlice()...), tag(24, 0, 0, 0, 1), tag(25, 0, 0, 0x0b, 0x59), tag(26, 0, 0, 0x0b, 0x59), m3ua(carrier, next()))
	// M2UA (RFC 3331 3.3.1.1): interface identifier, Protocol Data 1.
	data := synth.AppendM3UAParameter([]byte{0, 1, 0, 8, 0, 0, 0, 1}, 0x0300, mtp3(carrier, next()))
	m.exported(named("m2ua"), append(binary.BigEndian.AppendUint32([]byte{1, 0, 6, 1}, uint32(8+len(data))), data...))
	// M2PA (RFC 4165 2.2): BSN, FSN, priority.
	data = mtp3(carrier, next())
	m.exported(named("m2pa"), ends(carrier, 1, 3565), slices.Concat(binary.BigEndian.AppendUint32([]byte{1, 0, 11, 1}, uint32(17+len(data))), []byte{0, 0, 0, 1, 0, 0, 0, 2, 0}, data))
	m.exported(named("tcap"), codes, begin(m.next()))
	m.exported(named("gsm_map"), synth.AppendInvoke(nil, 1, synth.OpUpdateLocation, locate(m.next())))
	m.exported(named("diameter"), ends(carrier, 1, 3868), m.purge())
	// Whole packets and frames.
	sctp := func() []byte {
		b, at := m.assoc.Open(nil, carrier)
		return synth.CloseSCTP(append(b, m.data(carrier, m.message())...), at)
	}
	ip := func(src, dst netip.Addr) []byte {
		b := sctp()
		return append(synth.AppendIP(nil, synth.Packet{Src: src, Dst: dst, Protocol: synth.ProtoSCTP, ID: 1}, len(b)), b...)
	}
	m.exported(named("sctp"), sctp())
	m.exported(named("ip"), ip(addrs[carrier], addrs[home]))
	m.exported(named("ipv6"), ip(a6, b6))
	m.exported(named("eth_withoutfcs"), append(synth.AppendEthernet(nil, synth.MAC{2}, synth.MAC{2, 1}, 0, synth.EtherIPv4), ip(addrs[carrier], addrs[home])...))
	// What a table of dissectors says.
	m.exported(table("sctp.ppi", 3), ends(carrier, 1, 2905), m3ua(carrier, next()))
	m.exported(table("sctp.port", 2905), ends(carrier, 1, 2905), m3ua(carrier, next()))
	m.exported(table("ip.proto", 132), sctp())
	m.exported(table("mtp3.service_indicator", 3), codes, next())
	m.exported(table("sccp.ssn", 6), codes, begin(m.next()))
	// "OSI layer 4": segments of a connection. The first one holds a part of a
	// message, which comes again put together; then two messages in one.
	seq := uint32(1)
	segment := func(reassembled byte, b []byte) {
		info := slices.Concat([]byte{0, 1}, binary.BigEndian.AppendUint32(nil, seq), binary.BigEndian.AppendUint32(nil, seq+uint32(len(b))), []byte{0, 0, 0, 1, reassembled, 0, 0x18, 0, 0})
		m.exported(table("tcp.port", 3868), ends(carrier, 2, 3868), tag(34, info...), b)
	}
	b := m.purge()
	segment(0, b[:100])
	segment(1, b)
	seq += uint32(len(b))
	segment(0, append(m.purge(), m.purge()...))
	// Older versions do not tell the sequence number.
	m.exported(table("tcp.port", 3868), ends(carrier, 2, 3868), append(m.purge(), m.purge()...))
	// Something else.
	m.exported(table("udp.port", 53), []byte{0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	m.exported(named("http"), []byte("GET / HTTP/1.1\r\n\r\n"))
}

// purge is a Diameter request of the next subscriber.
func (m *maker) purge() []byte {
	n := m.next()
	return synth.AppendPUR(nil, exchange(synth.AppS6a, n, mme, hss), imsi(n))
}

func links(m *maker) {
	packet := func() []byte {
		b, at := m.assoc.Open(nil, carrier)
		b = synth.CloseSCTP(append(b, m.data(carrier, m.message())...), at)
		return append(synth.AppendIP(nil, synth.Packet{Src: addrs[carrier], Dst: addrs[home], Protocol: synth.ProtoSCTP, ID: 1}, len(b)), b...)
	}
	m.write(linkPPP, []byte{0x00, 0x21}, packet())
	m.write(linkPPP, []byte{0xff, 0x03, 0x00, 0x21}, packet())
	m.write(linkPPP, []byte{0x21}, packet())                                // compressed protocol field
	m.write(linkPPP, []byte{0xff, 0x03, 0x02, 0x81, 0, 1, 1, 64}, packet()) // MPLS
	m.write(linkPPP, []byte{0xff, 0x03, 0xc0, 0x21, 1, 1, 0, 4})            // LCP
	m.write(linkPPPHDLC, []byte{0xff, 0x03, 0x00, 0x21}, packet())
	m.write(linkCHDLC, []byte{0x0f, 0x00, 0x08, 0x00}, packet())
	m.write(linkCHDLC, []byte{0x8f, 0x00, 0x80, 0x35, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0xff, 0xff}) // keep-alive

	// ERF: time, type, flags, record and wire length; the record is padded to eight.
	erf := func(typ byte, extensions, frame []byte) {
		n := 16 + len(extensions) + len(frame)
		wire := len(frame) - map[byte]int{2: 2, 5: 4}[typ&0x7f]
		rec := (n + 7) &^ 7
		h := append(make([]byte, 8), typ, 4, byte(rec>>8), byte(rec), 0, 0, byte(wire>>8), byte(wire))
		m.write(linkERF, h, extensions, frame, make([]byte, rec-n))
	}
	unit := func(b []byte, sum ...byte) []byte { // a message signal unit: BSN, FSN, length
		return slices.Concat([]byte{0x81, 0x82, byte(min(len(b), 63))}, b, sum)
	}
	eth := func() []byte {
		return append(synth.AppendEthernet([]byte{0, 0}, synth.MAC{2}, synth.MAC{2, 1}, 0, synth.EtherIPv4), packet()...)
	}
	erf(2, nil, append(eth(), 0, 0, 0, 0))
	erf(0x82, []byte{0x03, 0, 0, 0, 0, 0, 0, 1}, append(eth(), 0, 0, 0, 0))
	erf(1, nil, slices.Concat([]byte{0xff, 0x03, 0x00, 0x21}, packet(), []byte{0, 0}))
	erf(5, nil, slices.Concat([]byte{0, 0, 0, 1}, unit(mtp3(carrier, udt(carrier, begin(m.next()))), 0, 0)))
	erf(5, nil, []byte{0, 0, 0, 1, 0x82, 0x81, 0, 0, 0}) // fill-in

	// NFLOG: family, version, group, then values. 10 is a prefix, 9 the packet.
	value := func(typ byte, v []byte) []byte {
		b := binary.LittleEndian.AppendUint16(nil, uint16(len(v)+4))
		return slices.Concat(b, []byte{typ, 0}, v, make([]byte, -len(v)&3))
	}
	m.write(linkNFLOG, []byte{2, 0, 0, 5}, value(10, []byte("sig\x00")), value(9, packet()))

	// MTP2 with the extended format of Q.703 annex A, and a length of 9 bits.
	b := mtp3(carrier, udt(carrier, begin(m.next())))
	m.write(linkMTP2PHDR, []byte{0, 1, 0, 1, 0x01, 0x80, 0x02, 0x80, byte(len(b)), byte(len(b) >> 8)}, b)
	m.write(linkMTP2PHDR, []byte{1, 0, 0, 1}, unit(bytes.Clone(b[:4]))) // cut off behind three octets of the label
}
