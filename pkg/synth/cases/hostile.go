package cases

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"slices"

	"sigtransit/pkg/synth"
)

// Input that was made to hurt.
var hostileCases = []Case{
	{Name: "hostile-tunnels", Holds: "tunnels in tunnels, as deep as a frame can hold", Faulty: []int{16}, make: endlessTunnel},
	{Name: "hostile-lengths", Holds: "a length that lies in each layer, between messages that are read", Faulty: []int{1, 2, 3, 5, 6, 7, 8, 9, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 26, 27, 28, 29, 30, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 48, 49, 50, 51, 52, 53}, make: lyingLengths},
}

func endlessTunnel(m *maker) {
	// What stands around a packet, from the inside out, until a frame is full.
	around := map[string]func([]byte) []byte{}
	order := []string{"ip", "gre", "mpls", "vxlan", "all"}
	ip := func(protocol uint8, b []byte) []byte {
		return append(synth.AppendIP(nil, synth.Packet{Src: addrs[0], Dst: addrs[1], Protocol: protocol, ID: 1}, len(b)), b...)
	}
	around["ip"] = func(b []byte) []byte { return ip(4, b) }
	around["gre"] = func(b []byte) []byte { return ip(47, append([]byte{0, 0, 8, 0}, b...)) }
	around["mpls"] = func(b []byte) []byte { return ip(47, append([]byte{0, 0, 0x88, 0x47, 0, 1, 1, 64}, b...)) }
	around["vxlan"] = func(b []byte) []byte {
		eth := synth.AppendEthernet([]byte{8, 0, 0, 0, 0, 0, 1, 0}, synth.MAC{2}, synth.MAC{2, 1}, 0, synth.EtherIPv4)
		return ip(17, synth.AppendUDP(nil, netip.AddrPortFrom(addrs[0], 50000), netip.AddrPortFrom(addrs[1], 4789), append(eth, b...)))
	}
	n := 0
	around["all"] = func(b []byte) []byte {
		n++
		return around[order[n%4]](b)
	}
	inside := func() []byte {
		b, at := m.assoc.Open(nil, carrier)
		return ip(synth.ProtoSCTP, synth.CloseSCTP(append(b, m.data(carrier, m.message())...), at))
	}
	ethernet := func(b []byte) {
		m.write(linkEthernet, synth.AppendEthernet(nil, synth.MACOf(addrs[1]), synth.MACOf(addrs[0]), 0, synth.EtherIPv4), b)
	}
	for _, depth := range []int{8, 9, 1000} {
		for _, name := range order {
			b := inside()
			for i := 0; i < depth && len(b) < 1440; i++ {
				b = around[name](b)
			}
			ethernet(b)
		}
	}
	// A label stack without a bottom, and VLAN tags up to the end of the frame.
	m.write(linkEthernet, synth.AppendEthernet(nil, synth.MACOf(addrs[1]), synth.MACOf(addrs[0]), 0, 0x8847), slices.Repeat([]byte{0, 1, 0, 64}, 360))
	m.write(linkEthernet, synth.AppendEthernet(nil, synth.MACOf(addrs[1]), synth.MACOf(addrs[0]), 0, synth.EtherVLAN), slices.Repeat([]byte{0, 1, 0x81, 0}, 360))
	m.begins()
}

// lie replaces the octets of a length by others; at counts from where a marker
// stands in b.
func lie(b []byte, marker []byte, at int, v ...byte) []byte {
	b = slices.Clone(b)
	i := bytes.Index(b, marker)
	if i < 0 {
		panic("cases: the marker is not there")
	}
	copy(b[i+at:], v)
	return b
}

func lyingLengths(m *maker) {
	frame := func(b []byte) { m.write(linkEthernet, b) }
	// plain is the frame of the next begin.
	plain := func() []byte {
		m.begins()
		last := m.frames[len(m.frames)-1].data
		m.frames = m.frames[:len(m.frames)-1]
		return last
	}
	word := func(b []byte, at int, v uint16) []byte { return put16(slices.Clone(b), at, v) }
	// IPv4: total length longer than the frame, shorter than its header, header longer
	// than the packet.
	for _, v := range []uint16{0xffff, 19} {
		frame(word(plain(), 16, v))
	}
	b := plain()
	b[14] = 0x4f
	frame(b)
	m.begins()
	// UDP under a tunnel's port with a length of 7, and of 65535; TCP with an offset
	// past the segment.
	m.ip(carrier, 17, []byte{0xc3, 0x50, 0x12, 0xb5, 0, 7, 0, 0, 8, 0, 0, 0, 0, 0, 1, 0})
	m.ip(carrier, 17, []byte{0xc3, 0x50, 0x12, 0xb5, 0xff, 0xff, 0, 0, 8, 0, 0, 0, 0, 0, 1, 0})
	m.ip(carrier, 6, []byte{0x9c, 0x40, 0x0f, 0x1c, 0, 0, 0, 1, 0, 0, 0, 0, 0xf0, 0x10, 0xff, 0xff, 0, 0, 0, 0, 1, 0, 0, 20})
	// INIT whose parameter runs past it.
	m.chunks(carrier, []byte{1, 0, 0, 24, 9, 9, 9, 9, 0, 2, 0, 0, 0, 16, 0, 16, 0, 0, 3, 232, 0, 5, 0xff, 0xff})
	// SACK that counts 65535 gaps.
	m.chunks(home, []byte{3, 0, 0, 16, 0, 0, 3, 232, 0, 2, 0, 0, 0xff, 0xff, 0xff, 0xff})

	each := func(make func(good []byte) []byte) {
		good := m.message()
		m.chunks(carrier, m.data(carrier, make(good)))
	}
	u32 := func(v uint32) []byte { return binary.BigEndian.AppendUint32(nil, v) }
	// M3UA: the message, then its parameter.
	for _, v := range []uint32{0, 7, 0xffffffff} {
		each(func(b []byte) []byte { copy(b[4:], u32(v)); return b })
	}
	for _, v := range []uint16{0, 3, 15, 0xffff} {
		each(func(b []byte) []byte { return put16(b, 10, v) })
	}
	// SCCP: pointers to called, calling and data past the end, and lengths of the parts.
	sccp := 8 + 4 + 12
	for _, at := range []int{2, 3, 4} {
		each(func(b []byte) []byte { b[sccp+at] = 0xff; return b })
		each(func(b []byte) []byte { b[sccp+at] = 0; return b })
	}
	each(func(b []byte) []byte { b[sccp+5] = 0xff; return b })
	each(func(b []byte) []byte { b[sccp+4+int(b[sccp+4])] = 0xff; return b })
	// TCAP and MAP: each length in the message says 2 GiB, or more than its parent has.
	invoke := []byte{0x02, 1, 1, 0x02, 1, byte(synth.OpUpdateLocation)}
	for _, l := range []struct {
		marker []byte
		at     int
	}{{[]byte{0x62}, 1}, {[]byte{0x48, 4}, 1}, {[]byte{0x6b}, 1}, {[]byte{0x28}, 1}, {[]byte{0x6c}, 1}, {invoke, -1}, {invoke, 1}, {invoke, 7}, {[]byte{0x04, 8}, 1}} {
		each(func(b []byte) []byte { return lie(b, l.marker, l.at, 0x7f) })
		each(func(b []byte) []byte { return lie(b, l.marker, l.at, 0x84, 0x7f, 0xff, 0xff) })
	}
	m.begins()

	// Diameter over SCTP: the message, then AVPs.
	m.restart(0x33333333, 0x44444444, firstTSN)
	m.ports(3868)
	request := func() []byte {
		n := m.next()
		return synth.AppendPUR(nil, exchange(synth.AppS6a, n, mme, hss), imsi(n))
	}
	diameter := func(b []byte) { m.chunks(carrier, m.dataAs(carrier, 1, synth.PPIDDiameter, b)) }
	diameter(request())
	for _, v := range [][]byte{{0, 0, 0}, {0, 0, 19}, {0xff, 0xff, 0xff}} {
		b := request()
		copy(b[1:], v)
		diameter(b)
	}
	for _, v := range [][]byte{{0, 0, 0}, {0, 0, 7}, {0xff, 0xff, 0xff}} {
		b := request()
		copy(b[20+5:], v) // the first AVP
		diameter(b)
		diameter(lie(request(), []byte{0, 0, 0, 1, 0x40}, 5, v...)) // User-Name
	}
	diameter(request())

	// And over TCP, where the length is the only border between messages: 16 MiB,
	// less than a header, and none.
	segment := m.connect()
	segment(carrier, synth.ACK|synth.PSH, request())
	for _, v := range [][]byte{{0xff, 0xff, 0xff}, {0, 0, 8}, {0, 0, 0}} {
		b := request()
		copy(b[1:], v)
		segment(carrier, synth.ACK|synth.PSH, b)
		segment(carrier, synth.ACK|synth.PSH, request())
	}
}
