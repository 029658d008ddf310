package cases

import (
	"bytes"

	"sigtransit/pkg/synth"
)

// Associations whose chunks come in another order, or beside other ones, than a
// careless reader expects.
var flowCases = []Case{
	{Name: "fault-tsn-wrap", Holds: "TSNs that pass 0xffffffff, inside a message too", make: tsnWrap},
	{Name: "fault-out-of-order", Holds: "chunks that come late, twice, or never, and messages behind them", make: outOfOrder},
	{Name: "fault-interleaved-streams", Holds: "fragments of messages on different streams between each other, in DATA and I-DATA", make: interleaved},
	{Name: "fault-endless-begin", Holds: "first fragments whose messages never end", make: endlessBegin},
	{Name: "fault-handshake-data", Holds: "associations first seen in the handshake, with DATA in it", make: handshakeData},
	{Name: "fault-control-between", Holds: "control chunks and management messages before, between and behind DATA", make: controlBetween},
}

// each sends chunks in a packet each, in the order given.
func (m *maker) each(from int, chunks ...[]byte) {
	for _, c := range chunks {
		m.chunks(from, c)
	}
}

func tsnWrap(m *maker) {
	m.restart(0x11111111, 0x22222222, [2]uint32{0xfffffffd, 0xffffffff})
	m.begins() // 0xfffffffd
	late := m.data(carrier, m.message())
	a := m.pieces(carrier, 2, m.message(), 64) // from 0xffffffff to 1
	m.each(carrier, a[0], a[1], late, a[2])
	m.begins()
	m.each(carrier, a[1]) // 0 again
	m.tcap(home, end(1))  // 0xffffffff of the other end
	m.tcap(home, end(2))  // 0

	// Another association, whose pieces come backwards over the wrap.
	m.restart(0x33333333, 0x44444444, [2]uint32{0xfffffffe, 1})
	m.begins()
	b := m.pieces(carrier, 2, m.message(), 60)
	for i := len(b) - 1; i >= 0; i-- {
		m.each(carrier, b[i])
	}
	m.begins()
}

func outOfOrder(m *maker) {
	m.setUp()
	var c [][]byte
	for range 6 {
		c = append(c, m.data(carrier, m.message()))
	}
	m.each(carrier, c[0], c[2], c[1], c[5], c[4], c[3])
	m.each(carrier, c[2]) // again
	// Two chunks in a packet, the later one first; and a hole between them.
	d := [][]byte{m.data(carrier, m.message()), m.data(carrier, m.message()), m.data(carrier, m.message())}
	m.chunks(carrier, d[2], d[0])
	m.chunks(home, m.assoc.Sack(nil, home))
	m.begins()
	m.each(carrier, d[1])
	m.data(carrier, m.message()) // its packet is not in the capture
	m.begins()
	// Unordered messages, and fragments around a whole message.
	m.chunks(carrier, m.assoc.Data(nil, carrier, synth.Message{Stream: 3, PPID: synth.PPIDM3UA, Unordered: true, Payload: m.message()}))
	p := m.pieces(carrier, 4, m.message(), 100)
	whole := m.data(carrier, m.message())
	m.each(carrier, p[1], whole, p[0])
	m.begins()
}

func interleaved(m *maker) {
	m.setUp()
	a, b, c := m.pieces(carrier, 1, m.message(), 64), m.pieces(carrier, 2, m.message(), 64), m.pieces(carrier, 3, m.message(), 64)
	for i := range a {
		m.each(carrier, a[i], b[i], c[i])
	}
	// Three pieces of three messages in one packet, and the rest backwards.
	a, b, c = m.pieces(carrier, 1, m.message(), 80), m.pieces(carrier, 2, m.message(), 80), m.pieces(carrier, 1, m.message(), 80)
	m.chunks(carrier, a[0], b[0], c[0])
	m.chunks(carrier, c[1], b[1], a[1])

	// I-DATA: here TSNs themselves alternate between the messages.
	m.restart(0x33333333, 0x44444444, firstTSN)
	x, y := m.message(), m.message()
	tsn := firstTSN[carrier]
	for i, fsn := 0, uint32(0); i < len(x); i, fsn = i+64, fsn+1 {
		for stream, msg := range [][]byte{x, y} {
			z := min(i+64, len(msg))
			m.each(carrier, iData(tsn, uint16(stream), 0, fsn, i == 0, z == len(msg), msg[i:z]))
			tsn++
		}
	}
	m.each(carrier, iData(tsn, 0, 1, 0, true, true, m.message()))
}

func endlessBegin(m *maker) {
	m.setUp()
	for n := range 24 {
		first := m.message()[:64]
		msg := synth.Message{Stream: uint16(n % 4), PPID: synth.PPIDM3UA}
		m.chunks(carrier, m.assoc.Fragment(nil, carrier, msg, first, true, false))
		if n%6 == 5 {
			m.begins()
		}
	}
	// A message that begins, goes on, and goes on.
	msg := synth.Message{Stream: 5, PPID: synth.PPIDM3UA}
	for n := range 12 {
		m.chunks(carrier, m.assoc.Fragment(nil, carrier, msg, bytes.Repeat([]byte{byte(n)}, 64), n == 0, false))
	}
	m.begins()
}

func handshakeData(m *maker) {
	join := func(packet []byte, from int, chunk []byte) { // behind the chunk of a handshake packet
		m.ip(from, synth.ProtoSCTP, synth.CloseSCTP(append(packet, chunk...), 0))
	}
	answer := func(n uint32) []byte { return m.data(home, m3ua(home, udt(home, end(n)))) }
	first := func() []byte { return m.data(carrier, m.message()) }
	// The whole handshake, with data as early as RFC 9260 5.1 allows.
	m.ip(carrier, synth.ProtoSCTP, m.assoc.Init(nil, carrier))
	m.ip(home, synth.ProtoSCTP, m.assoc.InitAck(nil, home))
	join(m.assoc.CookieEcho(nil, carrier), carrier, first())
	join(m.assoc.CookieAck(nil, home), home, answer(m.n))
	// The capture begins with COOKIE ECHO, and with COOKIE ACK.
	m.restart(0x33333333, 0x44444444, [2]uint32{0xfffffff0, 77})
	join(m.assoc.CookieEcho(nil, carrier), carrier, first())
	join(m.assoc.CookieAck(nil, home), home, answer(m.n))
	m.begins()
	m.restart(0x55555555, 0x66666666, [2]uint32{88, 99})
	n := m.next()
	join(m.assoc.CookieAck(nil, home), home, m.data(home, m3ua(home, udt(home, begin(n)))))
	m.chunks(carrier, m.data(carrier, m3ua(carrier, udt(carrier, end(n)))))
	// The INIT is lost, the INIT ACK is not; and the echo comes twice.
	m.restart(0x77777777, 0x88888888, [2]uint32{3000, 4000})
	m.ip(home, synth.ProtoSCTP, m.assoc.InitAck(nil, home))
	echo, c := m.assoc.CookieEcho(nil, carrier), first()
	for range 2 {
		join(bytes.Clone(echo), carrier, c)
	}
	join(m.assoc.CookieAck(nil, home), home, answer(m.n))
}

func controlBetween(m *maker) {
	m.setUp()
	mgmt := func(from int, b []byte) []byte { return m.dataAs(from, 0, synth.PPIDM3UA, b) }
	m.chunks(home, mgmt(home, synth.AppendASPUp(nil, 1)))
	m.chunks(carrier, mgmt(carrier, synth.AppendM3UAEmpty(nil, synth.M3UAASPUPAck)), m.data(carrier, m.message()))
	m.chunks(home, mgmt(home, synth.AppendASPActive(nil, synth.M3UAASPAC, 2, 100)))
	m.chunks(carrier, m.data(carrier, m.message()), mgmt(carrier, synth.AppendASPActive(nil, synth.M3UAASPACAck, 2, 100)), m.data(carrier, m.message()))
	between := [][]byte{
		synth.AppendM3UANotify(nil, 1, 3, 100),
		synth.AppendSSNM(nil, synth.M3UADUNA, 100, codes[home]),
		synth.AppendSSNM(nil, synth.M3UADAVA, 100, codes[home]),
		synth.AppendSSNM(nil, synth.M3UASCON, 100, codes[home]),
		synth.AppendM3UAError(nil, 0x19),
		synth.AppendM3UABeat(nil, synth.M3UABEAT, []byte("beat")),
	}
	for _, b := range between {
		m.chunks(carrier, m.data(carrier, m.message()), mgmt(carrier, b), m.data(carrier, m.message()))
	}
	// Control chunks of SCTP before and behind: SACK, HEARTBEAT and its answer, ECNE,
	// CWR, ERROR with a stale cookie's cause, FORWARD TSN that skips nothing.
	beat := synth.AppendHeartbeat(nil, false, []byte("path"))
	for _, c := range [][]byte{
		m.assoc.Sack(nil, carrier), beat, synth.AppendHeartbeat(nil, true, []byte("path")),
		synth.AppendChunk(nil, 12, 0, []byte{0, 0, 3, 232}), synth.AppendChunk(nil, 13, 0, []byte{0, 0, 3, 232}),
		synth.AppendChunk(nil, 9, 0, []byte{0, 3, 0, 8, 0, 0, 0, 1}),
	} {
		m.chunks(carrier, c, m.data(carrier, m.message()))
		m.chunks(carrier, c, m.data(carrier, m.message()), beat)
	}
	m.chunks(carrier, m.data(carrier, m.message()), synth.AppendShutdown(nil, m.assoc.Ends[home].TSN-1))
	m.chunks(home, m.data(home, m3ua(home, udt(home, end(1)))))
	m.ip(home, synth.ProtoSCTP, m.assoc.Shutdown(nil, home, 1))
	m.ip(carrier, synth.ProtoSCTP, m.assoc.Shutdown(nil, carrier, 2))
}
