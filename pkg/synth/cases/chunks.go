package cases

import (
	"encoding/binary"
	"slices"

	"sigtransit/pkg/synth"
)

// Chunks of SCTP that are cut, padded or numbered as they should not be.
var chunkCases = []Case{
	{Name: "fault-chunk-padding", Holds: "padding of DATA chunks missing, not zero, and too long", Faulty: []int{9, 10}, make: chunkPadding},
	{Name: "fault-chunk-lengths", Holds: "chunk lengths that are too short, zero, or past the packet", Faulty: []int{2, 3, 5, 9, 10, 11}, make: chunkLengths},
	{Name: "fault-chunk-types", Holds: "chunks of unknown types around DATA, with all four actions", make: chunkTypes},
	{Name: "fault-ppid", Holds: "payload protocol identifiers with swapped octets, garbage in the high ones, 0, and another protocol's", make: ppids},
}

// unpadded is an M3UA message with one parameter that lacks its padding, and counts
// what is there: many stacks write it so.
func unpadded(b []byte) []byte {
	n := 8 + int(binary.BigEndian.Uint16(b[10:]))
	binary.BigEndian.PutUint32(b[4:], uint32(n))
	return b[:n]
}

// short is a begin with a transaction id of so many octets: one way to messages of
// every length.
func (m *maker) short(octets uint8) []byte {
	n := m.next()
	return unpadded(m3ua(carrier, udt(carrier, synth.AppendTransaction(nil, synth.Transaction{
		Type: synth.TCBegin, OTID: synth.TransactionID{Value: n, Octets: octets}, Dialogue: synth.Request(synth.NetworkLocUp, 3),
		Components: synth.AppendInvoke(nil, 1, synth.OpUpdateLocation, locate(n)),
	}))))
}

// unpad cuts the padding of a chunk off.
func unpad(chunk []byte) []byte { return chunk[:binary.BigEndian.Uint16(chunk[2:])] }

func chunkPadding(m *maker) {
	for octets := uint8(1); octets <= 4; octets++ { // 3 to 0 octets are missing, in some order
		m.chunks(carrier, unpad(m.data(carrier, m.short(octets))))
	}
	for octets := uint8(1); octets <= 4; octets++ {
		a := m.data(carrier, m.short(octets))
		for i := len(unpad(a)); i < len(a); i++ {
			a[i] = 0xff
		}
		m.chunks(carrier, a, m.data(carrier, m.message()))
	}
	// Four octets more than padding may have: they read as a chunk of length 0.
	m.chunks(carrier, m.data(carrier, m.message()), make([]byte, 4))
	m.chunks(carrier, m.data(carrier, m.message()), []byte{0xff, 0xff})
	m.begins()
}

func chunkLengths(m *maker) {
	tsn := func() []byte { // the four octets of a TSN, used up
		e := &m.assoc.Ends[carrier]
		e.TSN++
		return binary.BigEndian.AppendUint32(nil, e.TSN-1)
	}
	m.begins()
	// DATA of 16 octets: a header and no user data (RFC 9260 3.3.1 forbids it).
	m.chunks(carrier, []byte{0, 3, 0, 16}, tsn(), []byte{0, 1, 0, 1, 0, 0, 0, 3}, m.data(carrier, m.message()))
	// DATA of 17: one octet, which is no message.
	m.chunks(carrier, []byte{0, 3, 0, 17}, tsn(), []byte{0, 1, 0, 2, 0, 0, 0, 3, 1, 0, 0, 0}, m.data(carrier, m.message()))
	// DATA of 12: the header is not complete.
	m.chunks(carrier, []byte{0, 3, 0, 12}, tsn(), []byte{0, 1, 0, 3}, m.data(carrier, m.message()))
	// A chunk of length 0, and of 3, in front of DATA: nobody can tell where it
	// ends. The sender sends the message again.
	for _, n := range []byte{0, 3} {
		again := m.data(carrier, m.message())
		m.chunks(carrier, []byte{5, 0, 0, n}, again)
		m.chunks(carrier, again)
	}
	// And behind DATA.
	m.chunks(carrier, m.data(carrier, m.message()), []byte{0, 3, 0, 0})
	// DATA whose length runs past the packet, by one octet and to the end of the field.
	for _, n := range []int{1, 0xffff} {
		c := m.data(carrier, m.message())
		n = min(int(binary.BigEndian.Uint16(c[2:]))+n, 0xffff)
		m.chunks(carrier, put16(c, 2, uint16(n)))
	}
	m.begins()
}

func chunkTypes(m *maker) {
	m.begins()
	// The two high bits of a type nobody knows say what a receiver does (RFC 9260
	// 3.2): 00 stop, 01 stop and report, 10 go on, 11 go on and report.
	for _, typ := range []byte{0x3f, 0x7f, 0xbe, 0xfe} {
		unknown := synth.AppendChunk(nil, typ, 0, []byte("nobody knows"))
		again := m.data(carrier, m.message())
		m.chunks(carrier, m.data(carrier, m.message()), unknown)
		m.chunks(carrier, unknown, again)
		if typ < 0x80 { // the receiver did not look at it
			m.chunks(carrier, again)
		}
	}
}

func ppids(m *maker) {
	// Each is the first of an association, so that nothing before it tells. Ports 2905
	// and, where nothing but the identifier and the octets can tell, 30001.
	identifiers := []uint32{3, 0x03000000, 0x5a5a0003, 0x0300a5a5, 0, 0xffffffff, 46, 46 << 24}
	for _, port := range []uint16{2905, 30001} {
		for i, ppid := range identifiers {
			m.restart(uint32(port)<<8|uint32(i), 0x80000000|uint32(port)<<8|uint32(i), firstTSN)
			for e := range m.assoc.Ends {
				m.assoc.Ends[e].Port = port
			}
			if port != 2905 {
				m.assoc.Ends[carrier].Port += uint16(i)
			}
			n := m.next()
			m.chunks(carrier, m.dataAs(carrier, 1, ppid, m3ua(carrier, udt(carrier, begin(n)))))
			m.chunks(home, m.dataAs(home, 1, ppid, m3ua(home, udt(home, end(n)))))
		}
	}
}

// iData is an I-DATA chunk (RFC 8260 2.1): fsn counts the pieces behind the first.
func iData(tsn uint32, stream uint16, mid, fsn uint32, first, last bool, piece []byte) []byte {
	flags := byte(0)
	if last {
		flags |= 1
	}
	word := fsn
	if first {
		flags |= 2
		word = synth.PPIDM3UA
	}
	v := binary.BigEndian.AppendUint32(nil, tsn)
	v = binary.BigEndian.AppendUint16(v, stream)
	v = binary.BigEndian.AppendUint32(append(v, 0, 0), mid)
	return synth.AppendChunk(nil, 64, flags, slices.Concat(binary.BigEndian.AppendUint32(v, word), piece))
}
