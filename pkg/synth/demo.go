package synth

import (
	"cmp"
	"io"
	"net/netip"
	"slices"
	"time"

	"sigtransit/decoders/telecom"
)

// DemoStart is the time of the first frame of WriteDemo's capture.
var DemoStart = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

// WriteDemo writes a pcapng capture of the interconnect links of a fictional
// home operator (PLMN 001-01): about 350 frames, five minutes. Its partners'
// traffic crosses PCCW Global and China Mobile International next to a neutral
// carrier and a direct link. testdata/interconnect-demo/README.md tells the
// story link by link. The seed chooses tags, keys and small delays; what happens
// is the same for all seeds.
func WriteDemo(w io.Writer, seed int64) error {
	c, err := NewPcapng(w, "Synthetic signaling made by sigtransit; no real subscriber, key or message")
	if err != nil {
		return err
	}
	d := &demo{wire: Wire{Capture: c}, r: NewRand(seed)}
	d.script()
	if err := d.play(); err != nil {
		return err
	}
	return c.Close()
}

// demo is a script of events in capture time.
type demo struct {
	wire   Wire
	r      *Rand
	events []event
	err    error
	last   time.Duration // time stamp of the last frame
	tid    uint32
	hop    uint32
}

type event struct {
	at  time.Duration
	run func(now time.Duration)
}

// on adds an event. Events at the same time run in the order they were added.
// An event may add further ones, not earlier than itself.
func (d *demo) on(at time.Duration, run func(now time.Duration)) {
	n, _ := slices.BinarySearchFunc(d.events, at, func(e event, at time.Duration) int {
		if e.at <= at {
			return -1
		}
		return cmp.Compare(e.at, at)
	})
	d.events = slices.Insert(d.events, n, event{at, run})
}

func (d *demo) play() error {
	for len(d.events) > 0 && d.err == nil {
		e := d.events[0]
		d.events = d.events[1:]
		e.run(e.at)
	}
	return d.err
}

// clock is the time stamp of a frame written now: a little late, as a mirror
// port is, and never before the last one.
func (d *demo) clock(now time.Duration) time.Time {
	d.last = max(d.last+1, now+time.Duration(d.r.Intn(9000)))
	return DemoStart.Add(d.last)
}

func (d *demo) packet(now time.Duration, vlan uint16, src, dst netip.Addr, protocol uint8, payload []byte) {
	d.wire.VLAN = vlan
	if err := d.wire.Packet(d.clock(now), src, dst, protocol, payload); d.err == nil {
		d.err = err
	}
}

// sctpLink is an association of the demo. End 0 is the home operator's.
type sctpLink struct {
	d    *demo
	s    *Association
	vlan uint16
	ppid uint32
	path int     // which pair of addresses is in use
	owes [2]bool // the end has not acknowledged what it received
}

func (d *demo) association(vlan uint16, ppid uint32, port uint16, near, far []string) *sctpLink {
	ends := [2]SCTPEnd{{Port: port}, {Port: port}}
	for i, list := range [2][]string{near, far} {
		for _, a := range list {
			ends[i].Addrs = append(ends[i].Addrs, netip.MustParseAddr(a))
		}
	}
	return &sctpLink{d: d, s: NewAssociation(ends[0], ends[1], d.r), vlan: vlan, ppid: ppid}
}

func (l *sctpLink) packet(now time.Duration, from int, p []byte) { l.packetOn(now, l.path, from, p) }

func (l *sctpLink) packetOn(now time.Duration, path, from int, p []byte) {
	src := l.s.Ends[from].Addrs
	dst := l.s.Ends[1-from].Addrs
	l.d.packet(now, l.vlan, src[path%len(src)], dst[path%len(dst)], ProtoSCTP, p)
}

// setUp plays the four packets that open an association, started by an end.
func (l *sctpLink) setUp(at time.Duration, from int) {
	const rtt = 31 * time.Millisecond
	l.d.on(at, func(now time.Duration) { l.packet(now, from, l.s.Init(nil, from)) })
	l.d.on(at+rtt, func(now time.Duration) { l.packet(now, 1-from, l.s.InitAck(nil, 1-from)) })
	l.d.on(at+rtt+rtt/30, func(now time.Duration) { l.packet(now, from, l.s.CookieEcho(nil, from)) })
	l.d.on(at+2*rtt, func(now time.Duration) { l.packet(now, 1-from, l.s.CookieAck(nil, 1-from)) })
}

// heartbeat plays a HEARTBEAT and its answer on one path.
func (l *sctpLink) heartbeat(at time.Duration, path, from int) {
	l.d.on(at, func(now time.Duration) {
		info := l.d.r.Append(nil, 28)
		l.packetOn(now, path, from, l.s.Heartbeat(nil, from, false, info))
		l.d.on(now+30*time.Millisecond, func(now time.Duration) { l.packetOn(now, path, 1-from, l.s.Heartbeat(nil, 1-from, true, info)) })
	})
}

// chunks sends a packet whose DATA chunks build appends. A SACK that is due goes
// first in it (RFC 9260 6.2 and 3.3); the other end's is due 200 ms later.
func (l *sctpLink) chunks(now time.Duration, from int, build func(b []byte) []byte) {
	l.packet(now, from, l.build(now, from, build))
}

func (l *sctpLink) build(now time.Duration, from int, build func(b []byte) []byte) []byte {
	p, at := l.s.Open(nil, from)
	if l.owes[from] {
		p = l.s.Sack(p, from)
		l.owes[from] = false
	}
	p = CloseSCTP(build(p), at)
	if !l.owes[1-from] {
		l.owes[1-from] = true
		l.d.on(now+200*time.Millisecond, func(now time.Duration) {
			if l.owes[1-from] {
				l.owes[1-from] = false
				l.packet(now, 1-from, l.s.SackPacket(nil, 1-from))
			}
		})
	}
	return p
}

// message sends one message in one packet.
func (l *sctpLink) message(now time.Duration, from int, stream uint16, payload []byte) {
	l.chunks(now, from, func(b []byte) []byte {
		return l.s.Data(b, from, Message{Stream: stream, PPID: l.ppid, Payload: payload})
	})
}

// ss7Link is an association with M3UA between two signalling points.
type ss7Link struct {
	*sctpLink
	pc  [2]telecom.PointCode
	rc  uint32
	sls uint8
}

// up brings M3UA into service: ASPUP and ASPAC from the home end, as ASP.
func (l *ss7Link) up(at time.Duration) {
	l.setUp(at, 0)
	at += 100 * time.Millisecond
	step := func(n int, from int, stream uint16, m []byte) {
		l.d.on(at+time.Duration(n)*33*time.Millisecond, func(now time.Duration) { l.message(now, from, stream, m) })
	}
	step(0, 0, 0, AppendASPUp(nil, 1))
	step(1, 1, 0, AppendM3UAEmpty(nil, M3UAASPUPAck))
	step(2, 1, 0, AppendM3UANotify(nil, 1, 2, l.rc))
	step(3, 0, 0, AppendASPActive(nil, M3UAASPAC, 2, l.rc))
	step(4, 1, 0, AppendASPActive(nil, M3UAASPACAck, 2, l.rc))
	step(5, 1, 0, AppendM3UANotify(nil, 1, 3, l.rc))
}

// beat plays an M3UA BEAT and its answer.
func (l *ss7Link) beat(at time.Duration) {
	l.d.on(at, func(now time.Duration) { l.message(now, 0, 0, AppendM3UABeat(nil, M3UABEAT, []byte("beat 001"))) })
	l.d.on(at+25*time.Millisecond, func(now time.Duration) { l.message(now, 1, 0, AppendM3UABeat(nil, M3UABEATAck, []byte("beat 001"))) })
}

func (l *ss7Link) transfer(from int, sls uint8, sccp []byte) []byte {
	return AppendTransfer(nil, Transfer{
		OPC: l.pc[from], DPC: l.pc[1-from], SI: 3, SLS: sls & 15,
		RoutingContext: l.rc, HasRoutingContext: true,
	}, sccp)
}

// sccp is the M3UA messages for one TCAP message: a UDT when it fits, else XUDT
// segments of at most 200 octets.
func (l *ss7Link) sccp(from int, called, calling Address, tc Transaction) [][]byte {
	data := AppendTransaction(nil, tc)
	l.sls++
	u := Unitdata{Called: called, Calling: calling, Class: 0x80, Hops: 14, Data: data}
	if len(data) <= 230 {
		return [][]byte{l.transfer(from, l.sls, AppendUDT(nil, u))}
	}
	u.Class = 0x81
	var out [][]byte
	SegmentData(u, data, 200, l.d.r.Uint32()&0xffffff, func(s Unitdata) {
		out = append(out, l.transfer(from, l.sls, AppendXUDT(nil, s)))
	})
	return out
}

// tc sends a TCAP message, its segments in packets of their own.
func (l *ss7Link) tc(at time.Duration, from int, called, calling Address, tc Transaction) {
	l.d.on(at, func(now time.Duration) {
		for i, m := range l.sccp(from, called, calling, tc) {
			l.d.on(now+time.Duration(i)*200*time.Microsecond, func(now time.Duration) { l.message(now, from, 1, m) })
		}
	})
}

// tcBundle sends a TCAP message with its segments in one packet.
func (l *ss7Link) tcBundle(at time.Duration, from int, called, calling Address, tc Transaction) {
	l.d.on(at, func(now time.Duration) {
		l.chunks(now, from, func(b []byte) []byte {
			for _, m := range l.sccp(from, called, calling, tc) {
				b = l.s.Data(b, from, Message{Stream: 1, PPID: l.ppid, Payload: m})
			}
			return b
		})
	})
}

// ids makes a pair of transaction ids.
func (d *demo) ids() (TransactionID, TransactionID) {
	d.tid++
	return TID(0x10000000 + d.tid), TID(0x20000000 + d.tid)
}

// dialogue is a TCAP dialogue on a link: the addresses of its two sides, seen
// from the end that begins.
type dialogue struct {
	l         *ss7Link
	from      int // the end that begins
	me, peer  Address
	mine, its TransactionID
	context   Context
	version   uint8
}

func (l *ss7Link) dialogue(from int, me, peer Address, c Context, version uint8) *dialogue {
	mine, its := l.d.ids()
	return &dialogue{l, from, me, peer, mine, its, c, version}
}

func (x *dialogue) begin(at time.Duration, components []byte) {
	t := Transaction{Type: TCBegin, OTID: x.mine, Components: components}
	if x.version > 1 {
		t.Dialogue = Request(x.context, x.version)
	}
	x.l.tc(at, x.from, x.peer, x.me, t)
}

// continued answers within the dialogue; first carries the AARE.
func (x *dialogue) continued(at time.Duration, first, back bool, components []byte) {
	t := Transaction{Type: TCContinue, OTID: x.its, DTID: x.mine, Components: components}
	from, called, calling := 1-x.from, x.me, x.peer
	if !back {
		t.OTID, t.DTID, from, called, calling = x.mine, x.its, x.from, x.peer, x.me
	}
	if first && x.version > 1 {
		t.Dialogue = Accept(x.context, x.version)
	}
	x.l.tc(at, from, called, calling, t)
}

// end closes the dialogue from the peer's side; first as in continued.
func (x *dialogue) end(at time.Duration, first bool, components []byte) {
	x.peerEnd(x.peer, at, first, components)
}

// peerEnd is end by a node that answers from an address of its own, as an HLR
// does that was addressed by a subscriber's number.
func (x *dialogue) peerEnd(peer Address, at time.Duration, first bool, components []byte) {
	t := Transaction{Type: TCEnd, DTID: x.mine, Components: components}
	if first && x.version > 1 {
		t.Dialogue = Accept(x.context, x.version)
	}
	x.l.tc(at, 1-x.from, x.me, peer, t)
}

// diameterLink is a Diameter connection; end 0 is the home operator's DRA.
type diameterLink struct {
	sctp *sctpLink
	tcp  *tcpLink
	peer [2]Peer
}

func (l *diameterLink) d() *demo {
	if l.tcp != nil {
		return l.tcp.d
	}
	return l.sctp.d
}

// send sends one command.
func (l *diameterLink) send(at time.Duration, from int, m []byte) {
	l.d().on(at, func(now time.Duration) {
		if l.tcp != nil {
			l.tcp.data(now, from, m)
		} else {
			l.sctp.message(now, from, 0, m)
		}
	})
}

// up opens the connection and exchanges capabilities.
func (l *diameterLink) up(at time.Duration, starter int, apps ...uint32) {
	if l.tcp != nil {
		l.tcp.setUp(at, starter)
	} else {
		l.sctp.setUp(at, starter)
	}
	at += 100 * time.Millisecond
	hop, end := l.d().hops()
	capabilities := func(e int) Capabilities {
		c := Capabilities{Peer: l.peer[e], Product: "Example DRA", Apps: apps, HopByHop: hop, EndToEnd: end, ResultCode: 2001, StateID: uint32(DemoStart.Unix()) - 86400}
		if l.tcp != nil {
			c.Addresses = []netip.Addr{l.tcp.c.Ends[e].Addr.Addr()}
		} else {
			c.Addresses = l.sctp.s.Ends[e].Addrs
		}
		return c
	}
	l.send(at, starter, AppendCER(nil, capabilities(starter)))
	l.send(at+35*time.Millisecond, 1-starter, AppendCEA(nil, capabilities(1-starter)))
}

// watchdog plays a DWR and its answer.
func (l *diameterLink) watchdog(at time.Duration, from int) {
	hop, end := l.d().hops()
	l.send(at, from, AppendDWR(nil, l.peer[from], hop, end))
	l.send(at+28*time.Millisecond, 1-from, AppendDWA(nil, l.peer[1-from], hop, end))
}

func (d *demo) hops() (uint32, uint32) {
	d.hop++
	return 0x5a000000 + d.hop, 0x6a500000 + d.hop
}

// exchange begins a request from origin to destination and returns both its
// side and the answer's.
func (l *diameterLink) exchange(app uint32, origin, destination Peer, routeRecord ...string) (request, answer Exchange) {
	hop, end := l.d().hops()
	request = Exchange{App: app, HopByHop: hop, EndToEnd: end, Origin: origin, Destination: destination, RouteRecord: routeRecord}
	request.SessionID = SessionID(origin.Host, DemoStart.Add(-24*time.Hour), l.d().hop)
	answer = request
	answer.Origin = destination
	return request, answer
}

// tcpLink is a connection of the demo; end 0 is the home operator's.
type tcpLink struct {
	d    *demo
	c    *Connection
	vlan uint16
}

func (l *tcpLink) segment(now time.Duration, from int, flags uint8, payload []byte) {
	l.d.packet(now, l.vlan, l.c.Ends[from].Addr.Addr(), l.c.Ends[1-from].Addr.Addr(), ProtoTCP, l.c.Segment(nil, from, flags, payload))
}

func (l *tcpLink) setUp(at time.Duration, from int) {
	l.d.on(at, func(now time.Duration) { l.segment(now, from, SYN, nil) })
	l.d.on(at+30*time.Millisecond, func(now time.Duration) { l.segment(now, 1-from, SYN|ACK, nil) })
	l.d.on(at+31*time.Millisecond, func(now time.Duration) { l.segment(now, from, ACK, nil) })
}

// data sends octets in one segment; the peer acknowledges them by its next one
// or after 40 ms.
func (l *tcpLink) data(now time.Duration, from int, payload []byte) {
	l.segment(now, from, PSH|ACK, payload)
	seq, peer := l.c.Ends[from].Seq, l.c.Ends[1-from].Seq
	l.d.on(now+40*time.Millisecond, func(now time.Duration) {
		if l.c.Ends[1-from].Seq == peer && l.c.Ends[from].Seq == seq {
			l.segment(now, 1-from, ACK, nil)
		}
	})
}
