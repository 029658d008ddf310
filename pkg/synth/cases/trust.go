package cases

import (
	"encoding/binary"
	"slices"
	"time"

	"sigtransit/pkg/synth"
)

// Captures that do not show what was there, or that show it twice.
var trustCases = []Case{
	{Name: "trust-tap-loss", Holds: "chunks that the receiver acknowledged and the capture lacks", make: tapLoss},
	{Name: "trust-network-loss", Holds: "chunks lost between the ends: sent again, sent again in vain, given up", make: networkLoss},
	{Name: "trust-one-way", Holds: "two links of which one direction is not mirrored", make: oneWay},
	{Name: "trust-mirrored-twice", Holds: "a mirror of two VLANs: every frame is there twice, with fragments", make: mirroredTwice},
	{Name: "trust-cut-frames", Holds: "frames cut to 128 octets by the snap length", make: cutFrames},
	{Name: "trust-clock-steps", Holds: "a clock that is set back and ahead, and frames without a time", make: clockSteps},
}

// later lets time pass before the next frame.
func (m *maker) later(d time.Duration) { m.wait += d }

// sack is a packet with a SACK from an end, of TSNs counted from the first one of the
// other: all before next, and blocks of more behind it, first to last.
func (m *maker) sack(from int, next uint32, duplicates []uint32, blocks ...[2]uint32) {
	first := firstTSN[1-from]
	var gaps [][2]uint16
	for _, b := range blocks {
		gaps = append(gaps, [2]uint16{uint16(b[0] - next + 1), uint16(b[1] - next + 1)})
	}
	twice := slices.Clone(duplicates)
	for i := range twice {
		twice[i] += first
	}
	m.chunks(from, synth.AppendSack(nil, first+next-1, 131072, gaps, twice))
}

// acknowledged is how many chunks of the carrier the home end has.
func (m *maker) numbered(from int) uint32 { return m.assoc.Ends[from].TSN - firstTSN[from] }

// tapLoss: each fourth packet of the carrier is not in the capture.
func tapLoss(m *maker) {
	m.setUp()
	send := func(seen bool, chunks ...[]byte) {
		if seen {
			m.chunks(carrier, chunks...)
		}
		m.sack(home, m.numbered(carrier), nil)
	}
	for i := range 40 {
		send(i%4 != 3, m.data(carrier, m.message()))
	}
	// Two chunks in a packet that is lost, and a message whose middle is lost.
	send(false, m.data(carrier, m.message()), m.data(carrier, m.message()))
	for i, piece := range m.pieces(carrier, 2, m.message(), 50) {
		send(i != 1, piece)
	}
	// What is late in the capture is not lost.
	late := m.data(carrier, m.message())
	send(true, m.data(carrier, m.message()))
	m.chunks(carrier, late)
	for range 2 {
		m.later(10 * time.Second)
		send(true, m.data(carrier, m.message()))
	}
}

// networkLoss: the tap is at the carrier's end, but for the last part.
func networkLoss(m *maker) {
	m.setUp()
	chunk := func() []byte { return m.data(carrier, m.message()) }
	// Reported missing three times and sent again at once (RFC 9260 7.2.4).
	c := [][]byte{chunk(), chunk(), chunk(), chunk(), chunk()}
	m.each(carrier, c[0], c[1], c[2])
	m.sack(home, 1, nil, [2]uint32{2, 2})
	m.each(carrier, c[3])
	m.sack(home, 1, nil, [2]uint32{2, 3})
	m.each(carrier, c[4])
	m.sack(home, 1, nil, [2]uint32{2, 4})
	m.each(carrier, c[1])
	m.sack(home, 5, nil)
	// The last one of a burst: nothing reports it, a timer sends it again.
	last := chunk()
	m.each(carrier, last)
	m.later(time.Second)
	m.each(carrier, last)
	m.sack(home, 6, nil)
	// Only the acknowledgement was lost: the receiver says that it came twice.
	again := chunk()
	m.each(carrier, again)
	m.later(time.Second)
	m.each(carrier, again)
	m.sack(home, 7, []uint32{6})
	// Reported missing once, but only overtaken: nothing is sent again.
	m.each(carrier, chunk(), chunk())
	m.sack(home, 7, nil, [2]uint32{8, 8})
	m.sack(home, 9, nil)
	// Given up by the sender (RFC 3758): one that the tap saw, and one that was lost
	// before it.
	m.each(carrier, chunk())
	chunk()
	m.each(carrier, chunk())
	m.sack(home, 9, nil, [2]uint32{11, 11})
	m.later(3 * time.Second)
	forward := synth.AppendChunk(nil, 192, 0, binary.BigEndian.AppendUint32(nil, firstTSN[carrier]+10))
	m.chunks(carrier, forward)
	m.sack(home, 12, nil)
	// Lost before the tap: it sees the second copy only.
	d := [][]byte{chunk(), chunk(), chunk(), chunk()}
	for i, c := range d[1:] {
		m.each(carrier, c)
		m.sack(home, 12, nil, [2]uint32{13, 13 + uint32(i)})
	}
	m.each(carrier, d[0])
	m.sack(home, 16, nil)
	m.begins()
	m.sack(home, 17, nil)
}

// oneWay: of the first link only the carrier's side is mirrored, of the second both.
func oneWay(m *maker) {
	for range 24 { // both talk, and the capture shows what the carrier sends
		m.chunks(carrier, m.data(carrier, m.message()), m.assoc.Sack(nil, carrier))
		m.data(home, m3ua(home, udt(home, end(m.n))))
		m.later(time.Second)
	}
	m.restart(0x33333333, 0x44444444, firstTSN)
	m.assoc.Ends[carrier].Port = 2906
	m.setUp()
	for range 4 {
		m.begins()
		m.chunks(home, m.data(home, m3ua(home, udt(home, end(m.n)))), m.assoc.Sack(nil, home))
		m.later(time.Second)
	}
	m.chunks(carrier, m.assoc.Sack(nil, carrier))
}

// mirroredTwice: each frame stands in VLAN 101, and one hop on in VLAN 102.
func mirroredTwice(m *maker) {
	m.setUp()
	for n := range 12 {
		m.begins()
		m.chunks(home, m.data(home, m3ua(home, udt(home, end(m.n)))), m.assoc.Sack(nil, home))
		if n%4 != 3 {
			continue
		}
		b, at := m.assoc.Open(nil, carrier)
		b = synth.CloseSCTP(append(b, m.data(carrier, m.message())...), at)
		half := len(b) / 2 &^ 7
		p := synth.Packet{Src: addrs[carrier], Dst: addrs[home], Protocol: synth.ProtoSCTP, ID: uint32(7000 + n), Fragment: true, More: true}
		m.packet(p, b[:half])
		p.Offset, p.More = half, false
		m.packet(p, b[half:])
	}
	once := m.frames
	m.frames = nil
	for _, f := range once {
		vlan := func(id byte, hop byte) {
			b := slices.Concat(f.data[:12], []byte{0x81, 0, 0, id}, f.data[12:])
			ip := b[18:38]
			ip[8] -= hop // one hop on; the checksum grows by as much (RFC 1624)
			binary.BigEndian.PutUint16(ip[10:], uint16(int(binary.BigEndian.Uint16(ip[10:]))+int(hop)<<8))
			if int(binary.BigEndian.Uint16(f.data[24:]))+int(hop)<<8 > 0xffff {
				binary.BigEndian.PutUint16(ip[10:], binary.BigEndian.Uint16(ip[10:])+1)
			}
			m.write(linkEthernet, b)
		}
		vlan(101, 0)
		vlan(102, 1)
	}
}

// cutFrames: the snap length leaves the SCCP addresses and cuts what stands behind, in
// all frames but the first ones.
func cutFrames(m *maker) {
	m.setUp()
	for range 6 {
		m.begins()
		m.sack(home, m.numbered(carrier), nil)
	}
	for i := range m.frames {
		if f := &m.frames[i]; len(f.data) > 128 && i > 8 {
			f.wire, f.data = len(f.data), f.data[:128]
		}
	}
}

// clockSteps: a minute of traffic in which the clock is set back by two hours, ahead
// by three, and lost.
func clockSteps(m *maker) {
	m.setUp()
	talk := func() {
		for range 12 {
			m.begins()
			m.chunks(home, m.assoc.Sack(nil, home))
			m.later(time.Second)
		}
	}
	talk()
	m.later(-2 * time.Hour)
	talk()
	m.later(3 * time.Hour)
	talk()
	for range 3 {
		m.untimed = true
		m.begins()
	}
}
