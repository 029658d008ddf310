package synth

import (
	"net/netip"
	"strconv"
	"time"

	"sigtransit/decoders/telecom"
)

const (
	carryM3UA = iota
	carryDiameterSCTP
	carryDiameterTCP
)

type benchLink struct {
	kind    int
	assoc   *Association
	conn    *Connection
	vlan    uint16
	ppid    uint32
	rc      uint32
	pc      [2]telecom.PointCode
	peer    [2]Peer
	nodes   [2]*benchNodes
	watched bool
	sls     uint8
	dir     [2]benchDir
}

// benchDir is what one direction of a link has not sent yet.
type benchDir struct {
	packet    []byte // an open SCTP packet, or octets of the TCP stream
	count     int    // messages in it
	want      int    // messages after which it goes
	since     int64  // when the first of them came
	owes      int    // packets received and not acknowledged
	held      []byte // a packet the next one will overtake
	holding   bool
	heldSince int64
	path      int
}

// build makes the links: 12 of M3UA, 5 of Diameter over SCTP, 3 over TCP. The
// first two of M3UA and the last of TCP lead to watched carriers.
func (g *bench) build() {
	home := g.operator(1, 1)
	for i := range 20 {
		l := &benchLink{nodes: [2]*benchNodes{home, g.operator(999, uint16(70+i%8))}, vlan: uint16(200 + i), rc: uint32(100 + i)}
		near := netip.AddrFrom4([4]byte{192, 0, 2, byte(10 + i)})
		far := netip.AddrFrom4([4]byte{198, 51, 100, byte(10 + i)})
		if i%7 == 3 { // some over IPv6, some untagged
			near, far = netip.MustParseAddr("2001:db8:0:1::"+strconv.Itoa(10+i)), netip.MustParseAddr("2001:db8:0:2::"+strconv.Itoa(10+i))
		}
		if i%4 == 1 {
			l.vlan = 0
		}
		port := uint16(2905)
		l.ppid = PPIDM3UA
		switch {
		case i >= 17:
			l.kind = carryDiameterTCP
			l.conn = NewConnection(TCPEnd{Addr: netip.AddrPortFrom(near, uint16(40000+i))}, TCPEnd{Addr: netip.AddrPortFrom(far, 3868)}, &g.r)
		case i >= 12:
			l.kind, port, l.ppid = carryDiameterSCTP, 3868, PPIDDiameter
			if i == 13 {
				l.ppid = PPIDNone
			}
		}
		if l.kind != carryDiameterTCP {
			a, b := SCTPEnd{Addrs: []netip.Addr{near}, Port: port}, SCTPEnd{Addrs: []netip.Addr{far}, Port: port}
			if i%6 == 0 { // multi-homed
				a.Addrs = append(a.Addrs, netip.AddrFrom4([4]byte{192, 0, 2, byte(110 + i)}))
				b.Addrs = append(b.Addrs, netip.AddrFrom4([4]byte{198, 51, 100, byte(110 + i)}))
			}
			l.assoc = NewAssociation(a, b, &g.r)
		}
		l.pc = [2]telecom.PointCode{pcHome, 1<<11 | telecom.PointCode(70+i)<<3 | 1}
		l.peer = [2]Peer{home.dra, {"dra" + strconv.Itoa(i) + ".ipx.example.net", "ipx.example.net"}}
		switch i {
		case 0:
			l.pc[1], l.watched = pcPCCW, true
		case 1:
			l.pc[1], l.watched = pcCMI, true
		case 19:
			l.peer[1], l.watched = peerCMI, true
		}
		g.links = append(g.links, l)
	}
}

// openLinks plays the handshakes, the start of M3UA and, as far as the budget
// goes, the exchange of capabilities.
func (g *bench) openLinks() {
	for i, l := range g.links {
		g.now += 1_000_000
		if l.kind == carryDiameterTCP {
			g.write(l, 0, l.conn.Segment(g.packet[:0], 0, SYN, nil))
			g.now += 20_000
			g.write(l, 1, l.conn.Segment(g.packet[:0], 1, SYN|ACK, nil))
			g.now += 20_000
			g.write(l, 0, l.conn.Segment(g.packet[:0], 0, ACK, nil))
		} else {
			for n, p := range [4]func([]byte, int) []byte{l.assoc.Init, l.assoc.InitAck, l.assoc.CookieEcho, l.assoc.CookieAck} {
				g.write(l, n&1, p(g.packet[:0], n&1))
				g.now += 20_000
			}
		}
		if l.kind == carryM3UA {
			for n, m := range [4][]byte{AppendASPUp(nil, uint32(i)), AppendM3UAEmpty(nil, M3UAASPUPAck), AppendASPActive(nil, M3UAASPAC, 2, l.rc), AppendASPActive(nil, M3UAASPACAck, 2, l.rc)} {
				g.send(l, n&1, 0, m)
				g.flush(l, n&1, true)
				g.now += 20_000
			}
			continue
		}
		if g.budget < 2 {
			continue
		}
		g.budget -= 2
		c := Capabilities{Peer: l.peer[0], Addresses: []netip.Addr{g.address(l, 0)}, Product: "Example DRA", Apps: []uint32{AppS6a}, HopByHop: uint32(i), EndToEnd: uint32(i)}
		g.send(l, 0, 0, AppendCER(nil, c))
		g.flush(l, 0, true)
		g.now += 30_000
		c.Peer, c.Addresses, c.ResultCode = l.peer[1], []netip.Addr{g.address(l, 1)}, 2001
		g.send(l, 1, 0, AppendCEA(nil, c))
		g.flush(l, 1, true)
		g.counted(l, false, 2)
	}
}

func (g *bench) address(l *benchLink, end int) netip.Addr {
	if l.conn != nil {
		return l.conn.Ends[end].Addr.Addr()
	}
	return l.assoc.Ends[end].Addrs[0]
}

// Sizes of what fits into one packet: 1500 octets less the headers of IPv6, and
// of SCTP or TCP.
const (
	benchPacket  = 1440
	benchSegment = 1428
	// benchPatience is how long a message waits for company before what answers
	// it may be sent; answers come after 20 ms at the earliest.
	benchPatience = 15_000_000
)

// send queues a message of a link. Messages share packets; a few are cut.
func (g *bench) send(l *benchLink, from int, stream uint16, payload []byte) {
	// What this may be the answer to has to leave first.
	if o := &l.dir[1-from]; (o.count > 0 && g.now-o.since > benchPatience) || (o.holding && g.now-o.heldSince > benchPatience) {
		g.flush(l, 1-from, true)
	}
	d := &l.dir[from]
	if d.count == 0 {
		d.since = g.now
		d.want = 1
		switch n := g.r.Intn(100); {
		case n >= 85:
			d.want = 3
		case n >= 60:
			d.want = 2
		}
	}
	if l.kind == carryDiameterTCP {
		d.packet = append(d.packet, payload...)
		if d.count++; d.count >= d.want {
			g.flush(l, from, g.r.Intn(10) > 0)
		}
		return
	}
	m := Message{Stream: stream, PPID: l.ppid, Payload: payload}
	if g.r.Permille(10) && len(payload) > 64 {
		g.stats.SCTPFragments++
		g.flush(l, from, false)
		n := 2 + g.r.Intn(2)
		size := (len(payload)/n + 3) &^ 3
		for off := 0; off < len(payload); off += size {
			end := min(off+size, len(payload))
			g.openPacket(l, from)
			d.packet = l.assoc.Fragment(d.packet, from, m, payload[off:end], off == 0, end == len(payload))
			d.count++
			g.flush(l, from, false)
		}
		return
	}
	if d.count > 0 && len(d.packet)+len(payload)+19 > benchPacket {
		g.flush(l, from, false)
		d.since = g.now
	}
	if d.count == 0 {
		g.openPacket(l, from)
	}
	d.packet = l.assoc.Data(d.packet, from, m)
	if d.count++; d.count >= d.want {
		g.flush(l, from, false)
	}
}

func (g *bench) openPacket(l *benchLink, from int) {
	d := &l.dir[from]
	d.packet, _ = l.assoc.Open(d.packet[:0], from)
	if d.owes > 0 && g.r.Permille(500) {
		d.packet = l.assoc.Sack(d.packet, from)
		d.owes = 0
	}
}

// flush sends what a direction has queued. all means that nothing stays behind:
// no tail of a TCP stream, no packet held back.
func (g *bench) flush(l *benchLink, from int, all bool) {
	d := &l.dir[from]
	if d.count > 0 {
		d.count = 0
		if l.kind == carryDiameterTCP {
			g.flushTCP(l, from, all)
		} else {
			d.packet = CloseSCTP(d.packet, 0)
			g.emit(l, from, d.packet)
			g.acknowledge(l, 1-from)
		}
	} else if l.kind == carryDiameterTCP && all && len(d.packet) > 0 {
		g.flushTCP(l, from, true)
	}
	if all && d.holding {
		d.holding = false
		g.write(l, from, d.held)
	}
}

func (g *bench) flushTCP(l *benchLink, from int, all bool) {
	d := &l.dir[from]
	rest := d.packet
	for len(rest) > 0 {
		n := min(len(rest), benchSegment)
		if !all && n == len(rest) {
			if n < 100 {
				break
			}
			n -= 1 + g.r.Intn(n/2) // the end of a message goes with the next segment
			all = true
			g.segment(l, from, rest[:n])
			rest = rest[n:]
			break
		}
		g.segment(l, from, rest[:n])
		rest = rest[n:]
	}
	n := copy(d.packet, rest)
	d.packet = d.packet[:n]
	if n > 0 {
		d.count, d.want, d.since = 1, 2, g.now
	}
}

func (g *bench) segment(l *benchLink, from int, octets []byte) {
	g.packet = l.conn.Segment(g.packet[:0], from, PSH|ACK, octets)
	g.emit(l, from, g.packet)
	g.acknowledge(l, 1-from)
}

// acknowledge counts a packet that an end received and lets it answer with a
// packet of its own after every second one (RFC 9260 6.2).
func (g *bench) acknowledge(l *benchLink, end int) {
	d := &l.dir[end]
	if d.owes++; d.owes < 2 {
		return
	}
	d.owes = 0
	if l.kind == carryDiameterTCP {
		// An ACK numbered behind queued octets would be wrong: it carries none.
		g.write(l, end, l.conn.SegmentAt(g.packet[:0], end, l.conn.Ends[end].Seq, ACK, nil))
		return
	}
	g.write(l, end, l.assoc.SackPacket(g.packet[:0], end))
}

// emit writes a packet with data: a few are overtaken by the next, five
// in a thousand are sent again 100 to 400 ms later.
func (g *bench) emit(l *benchLink, from int, payload []byte) {
	d := &l.dir[from]
	if l.assoc != nil && g.r.Permille(20) {
		d.path = 1 - d.path
	}
	if d.holding {
		d.holding = false
		g.write(l, from, payload)
		g.write(l, from, d.held)
		return
	}
	if g.r.Permille(g.overtaken) {
		g.stats.Reordered++
		d.held, d.holding, d.heldSince = append(d.held[:0], payload...), true, g.now
		return
	}
	g.write(l, from, payload)
	if g.r.Permille(5) {
		n := len(g.stored)
		if f := len(g.free); f > 0 {
			n = g.free[f-1]
			g.free = g.free[:f-1]
		} else {
			g.stored = append(g.stored, nil)
		}
		g.stored[n] = append(g.stored[n][:0], payload...)
		g.queue.push(benchEvent{at: g.now + 100_000_000 + int64(g.r.Intn(300_000_000)), stored: n + 1, from: uint8(from), x: benchDialogue{link: l}})
	}
}

// write puts a packet on the wire; five in a thousand with data in IP fragments.
func (g *bench) write(l *benchLink, from int, payload []byte) {
	var src, dst netip.Addr
	proto := ProtoSCTP
	if l.conn != nil {
		src, dst, proto = l.conn.Ends[from].Addr.Addr(), l.conn.Ends[1-from].Addr.Addr(), ProtoTCP
	} else {
		a, b := l.assoc.Ends[from].Addrs, l.assoc.Ends[1-from].Addrs
		src, dst = a[0], b[0]
		if p := l.dir[from].path; p < len(a) && p < len(b) {
			src, dst = a[p], b[p]
		}
	}
	g.wire.VLAN = l.vlan
	at := DemoStart.Add(time.Duration(g.now))
	var err error
	if len(payload) > 200 && g.r.Permille(5) {
		g.stats.IPFragments++
		err = g.wire.Fragments(at, src, dst, proto, payload, len(payload)/2+8)
	} else {
		err = g.wire.Packet(at, src, dst, proto, payload)
	}
	if g.err == nil {
		g.err = err
	}
}
