package synth

import (
	"io"
	"net/netip"
	"strconv"
	"time"

	"sigtransit/decoders/telecom"
)

// BenchStats says what a bench capture holds.
type BenchStats struct {
	Messages      int // what was asked for: MAP and Diameter together
	MAP           int // components, and TCAP messages without any
	Diameter      int
	Watched       int // messages on a link or through a hop of a watched carrier
	Frames        uint64
	Retransmitted int // frames sent a second time
	Reordered     int // frames that were overtaken
	SCTPFragments int // messages cut into DATA chunks
	IPFragments   int // packets cut into IP fragments
	XUDTSegments  int // messages cut into XUDTs
	Duration      time.Duration
}

// WriteBench writes a pcap capture (Ethernet, microseconds) with exactly that
// many messages: a message is a MAP component, a TCAP message without
// components, or a Diameter command. About 60 % are MAP over M3UA, the rest
// Diameter over SCTP and TCP; 10 000 a second of capture time on 20 links, the
// busy hour of a large operator's interconnect, with bundling, fragments,
// retransmissions and reordering as field traffic has them; 5 % pass a watched
// carrier. Memory does not grow with the number of messages.
func WriteBench(w io.Writer, messages int, seed int64) error {
	_, err := WriteBenchStats(w, messages, seed)
	return err
}

// WriteBenchStats is WriteBench and says what was written.
func WriteBenchStats(w io.Writer, messages int, seed int64) (BenchStats, error) {
	return writeBench(w, messages, seed, 2)
}

// writeBench lets overtaken packets of a thousand be overtaken by the next one.
func writeBench(w io.Writer, messages int, seed int64, overtaken int) (BenchStats, error) {
	c, err := NewPcap(w, false)
	if err != nil {
		return BenchStats{}, err
	}
	g := &bench{wire: Wire{Capture: c}, r: *NewRand(seed), budget: max(messages, 0), overtaken: overtaken, route: make([]string, 0, 4)}
	g.build()
	g.run()
	if g.err != nil {
		return g.stats, g.err
	}
	g.stats.Frames = c.Frames
	g.stats.Duration = time.Duration(g.now)
	return g.stats, c.Close()
}

type bench struct {
	wire      Wire
	r         Rand
	now       int64 // nanoseconds since DemoStart
	err       error
	budget    int // messages not yet given to a dialogue
	overtaken int
	stats     BenchStats
	links     []*benchLink
	queue     benchQueue
	count     uint32 // dialogues so far: source of transaction and hop-by-hop ids

	stored [][]byte // packets waiting for their retransmission
	free   []int

	arg, component, tcap, message, packet []byte // scratch
	digits                                []byte
	route                                 []string
}

// benchNodes is an operator's nodes.
type benchNodes struct {
	plmn                           telecom.PLMN
	imsi, msisdn                   string // prefixes of its subscribers
	hlr, vlr, msc, smsc, sgsn, scf telecom.Digits
	mme, hss, dra                  Peer
	ecell                          EPSCell
}

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

func (g *bench) number(prefix string, n, width int) telecom.Digits {
	b := append(g.digits[:0], prefix...)
	s := strconv.AppendUint(b, uint64(n), 10)
	for len(s)-len(prefix) < width {
		s = append(s, 0)
		copy(s[len(prefix)+1:], s[len(prefix):])
		s[len(prefix)] = '0'
	}
	g.digits = s
	d, _ := telecom.DigitsFromASCII(s)
	return d
}

func (g *bench) operator(mcc, mnc uint16) *benchNodes {
	n := &benchNodes{plmn: telecom.PLMN{MCC: mcc, MNC: mnc, Digits: 2}}
	cc := "99901"
	if mcc == 999 {
		cc = "999" + strconv.Itoa(int(mnc))
	}
	n.imsi = string(n.plmn.Prefix().AppendTo(nil))
	n.msisdn = cc + "555"
	for i, d := range []*telecom.Digits{&n.hlr, &n.vlr, &n.msc, &n.smsc, &n.sgsn, &n.scf} {
		*d = g.number(cc, (i+1)*10, 7)
	}
	realm := "epc.mnc0" + string(n.plmn.Prefix().Drop(3).AppendTo(nil)) + ".mcc" + string(n.plmn.Prefix().Truncate(3).AppendTo(nil)) + ".3gppnetwork.org"
	n.mme, n.hss, n.dra = Peer{"mme1." + realm, realm}, Peer{"hss1." + realm, realm}, Peer{"dra1." + realm, realm}
	n.ecell = EPSCell{n.plmn, 0x0101, 0x0012345, 1}
	return n
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

// Kinds of dialogue, with how many messages they have and how often they come.
const (
	benchUL = iota
	benchSAI
	benchSRISM
	benchMTFSM
	benchMTFSMOpen // opened without components
	benchMOFSM
	benchPurge
	benchPSI
	benchCancel
	benchUGL
	benchRefused
	benchReady
	benchATI
	benchAbort
	benchSilent // a purge nobody answers
	benchAIR
	benchULR
	benchCLR
	benchIDR
	benchPUR
	benchNOR
	benchDenied
	benchDWR
	benchAIRSilent
	benchKinds
)

var benchTable = [benchKinds]struct{ messages, weight int }{
	benchUL: {4, 20}, benchSAI: {2, 24}, benchSRISM: {2, 12}, benchMTFSM: {2, 10}, benchMTFSMOpen: {4, 3},
	benchMOFSM: {2, 6}, benchPurge: {2, 8}, benchPSI: {2, 5}, benchCancel: {2, 6}, benchUGL: {2, 6},
	benchRefused: {2, 3}, benchReady: {2, 2}, benchATI: {2, 1}, benchAbort: {2, 1}, benchSilent: {1, 1},
	benchAIR: {2, 38}, benchULR: {2, 28}, benchCLR: {2, 10}, benchIDR: {2, 4}, benchPUR: {2, 8}, benchNOR: {2, 4},
	benchDenied: {2, 3}, benchDWR: {2, 4}, benchAIRSilent: {1, 1},
}

// benchDialogue is an open dialogue.
type benchDialogue struct {
	link             *benchLink
	kind, step, from uint8
	vectors          uint8
	watchedHop       bool
	id               uint32
	imsi, msisdn     telecom.Digits
}

// benchEvent is a step of a dialogue or, with a stored packet, a retransmission.
type benchEvent struct {
	at     int64
	seq    uint64 // keeps events of one instant in order
	stored int    // index plus one
	from   uint8
	x      benchDialogue
}

// benchQueue is a binary heap by time.
type benchQueue struct {
	events []benchEvent
	seq    uint64
}

func (q *benchQueue) before(i, j int) bool {
	a, b := &q.events[i], &q.events[j]
	return a.at < b.at || a.at == b.at && a.seq < b.seq
}

func (q *benchQueue) push(e benchEvent) {
	q.seq++
	e.seq = q.seq
	q.events = append(q.events, e)
	for i := len(q.events) - 1; i > 0; {
		p := (i - 1) / 2
		if !q.before(i, p) {
			break
		}
		q.events[i], q.events[p] = q.events[p], q.events[i]
		i = p
	}
}

func (q *benchQueue) pop() benchEvent {
	e := q.events[0]
	n := len(q.events) - 1
	q.events[0] = q.events[n]
	q.events[n] = benchEvent{}
	q.events = q.events[:n]
	for i := 0; ; {
		c := 2*i + 1
		if c >= n {
			break
		}
		if c+1 < n && q.before(c+1, c) {
			c++
		}
		if !q.before(c, i) {
			break
		}
		q.events[i], q.events[c] = q.events[c], q.events[i]
		i = c
	}
	return e
}

// benchWeights sums the table. mapShare is how many dialogues of a thousand have
// to be MAP for 60 % of the messages: MAP dialogues have more of them.
var benchWeights = func() (w struct{ mapSum, diameterSum, mapShare int }) {
	mapMessages, diameterMessages := 0, 0
	for k, t := range benchTable {
		if k < benchAIR {
			w.mapSum += t.weight
			mapMessages += t.weight * t.messages
		} else {
			w.diameterSum += t.weight
			diameterMessages += t.weight * t.messages
		}
	}
	// 0.6/avg(map) against 0.4/avg(diameter), in integers.
	a := 6 * w.mapSum * diameterMessages
	b := 4 * w.diameterSum * mapMessages
	w.mapShare = 1000 * a / (a + b)
	return w
}()

func (g *bench) run() {
	g.openLinks()
	for g.err == nil && (g.budget > 0 || len(g.queue.events) > 0) {
		// New dialogues come every 210 µs on average: 10 000 messages a second.
		next := g.now + int64(g.r.Intn(420_000))
		for len(g.queue.events) > 0 && (g.budget == 0 || g.queue.events[0].at <= next) {
			e := g.queue.pop()
			g.now = max(g.now, e.at)
			g.step(e)
		}
		if g.budget > 0 {
			g.now = max(g.now, next)
			g.begin()
		}
	}
	for _, l := range g.links {
		for from := range 2 {
			g.flush(l, from, true)
		}
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

func (g *bench) counted(l *benchLink, hop bool, n int) {
	g.stats.Messages += n
	if l.kind == carryM3UA {
		g.stats.MAP += n
	} else {
		g.stats.Diameter += n
	}
	if l.watched || hop {
		g.stats.Watched += n
	}
}

// begin starts a dialogue.
func (g *bench) begin() {
	isMAP := g.r.Permille(benchWeights.mapShare)
	kind, sum := benchAIR, benchWeights.diameterSum
	if isMAP {
		kind, sum = benchUL, benchWeights.mapSum
	}
	for n := g.r.Intn(sum); n >= benchTable[kind].weight; kind++ {
		n -= benchTable[kind].weight
	}
	if benchTable[kind].messages > g.budget {
		kind = benchPurge
		if g.budget < 2 {
			kind = benchSilent
		}
		isMAP = true
	}
	watched := g.r.Permille(50)
	x := benchDialogue{kind: uint8(kind), vectors: uint8(1 + g.r.Intn(5))}
	switch {
	case isMAP && watched:
		x.link = g.links[g.r.Intn(2)]
	case isMAP:
		x.link = g.links[2+g.r.Intn(10)]
	case watched && g.r.Permille(500):
		x.link = g.links[19]
	default:
		x.link = g.links[12+g.r.Intn(7)]
		x.watchedHop = watched
	}
	// Two of three dialogues begin afar.
	if g.r.Intn(3) > 0 || x.watchedHop {
		x.from = 1
	}
	subscriber := x.link.nodes[1-x.from]
	switch kind {
	case benchPSI, benchCancel, benchMTFSM, benchMTFSMOpen, benchCLR, benchIDR:
		subscriber = x.link.nodes[x.from] // asked by the home network
	}
	n := g.r.Intn(200_000)
	x.imsi, x.msisdn = g.number(subscriber.imsi, n, 10), g.number(subscriber.msisdn, n, 6)
	g.count++
	x.id = g.count
	g.budget -= benchTable[kind].messages
	g.counted(x.link, x.watchedHop, benchTable[kind].messages)
	g.step(benchEvent{x: x})
}

// step sends the next message of a dialogue and plans the one after it, 20 to
// 500 ms later.
func (g *bench) step(e benchEvent) {
	if e.stored > 0 {
		g.stats.Retransmitted++
		g.write(e.x.link, int(e.from), g.stored[e.stored-1])
		g.free = append(g.free, e.stored-1)
		return
	}
	x := &e.x
	from := int(x.from)
	if x.step&1 == 1 {
		from = 1 - from
	}
	if x.kind < benchAIR {
		g.mapStep(x, from)
	} else {
		g.diameterStep(x, from)
	}
	x.step++
	if int(x.step) < benchTable[x.kind].messages {
		g.queue.push(benchEvent{at: g.now + 20_000_000 + int64(g.r.Intn(480_000_000)), x: *x})
	}
}

func (g *bench) mapStep(x *benchDialogue, from int) {
	l := x.link
	mine, its := l.nodes[x.from], l.nodes[1-x.from] // of the end that began, of the other
	var me, peer Address
	context, code := MSPurging, OpPurgeMS
	version := uint8(3)
	switch x.kind {
	case benchUL:
		context, code = NetworkLocUp, OpUpdateLocation
	case benchSAI, benchRefused, benchAbort:
		context, code = InfoRetrieval, OpSendAuthenticationInfo
	case benchSRISM:
		context, code = ShortMsgGateway, OpSendRoutingInfoForSM
	case benchMTFSM, benchMTFSMOpen:
		context, code = ShortMsgMTRelay, OpMTForwardSM
	case benchMOFSM:
		context, code = ShortMsgMORelay, OpMOForwardSM
	case benchPSI:
		context, code = SubscriberInfoEnquiry, OpProvideSubscriberInfo
	case benchCancel:
		context, code = LocationCancel, OpCancelLocation
	case benchUGL:
		context, code = GprsLocationUpdate, OpUpdateGprsLocation
	case benchReady:
		context, code = MwdMngt, OpReadyForSM
	case benchATI:
		context, code = AnyTimeEnquiry, OpAnyTimeInterrogation
	}
	switch x.kind {
	case benchSRISM:
		me, peer = GT(mine.smsc, telecom.SSNMSC), GT(x.msisdn, telecom.SSNHLR)
		if from != int(x.from) {
			peer.Digits = its.hlr
		}
	case benchMTFSM, benchMTFSMOpen:
		me, peer = GT(mine.smsc, telecom.SSNMSC), GT(its.msc, telecom.SSNMSC)
	case benchMOFSM:
		me, peer = GT(mine.msc, telecom.SSNMSC), GT(its.smsc, telecom.SSNMSC)
	case benchPSI, benchCancel:
		me, peer = GT(mine.hlr, telecom.SSNHLR), GT(its.vlr, telecom.SSNVLR)
	case benchUGL:
		me, peer = GT(mine.sgsn, telecom.SSNSGSN), GT(its.hlr, telecom.SSNHLR)
	case benchATI:
		me, peer = GT(mine.scf, telecom.SSNGsmSCF), GT(its.hlr, telecom.SSNHLR)
	default:
		me, peer = GT(mine.vlr, telecom.SSNVLR), GT(its.hlr, telecom.SSNHLR)
	}

	arg, c := g.arg[:0], g.component[:0]
	t := Transaction{OTID: TID(0x20000000 | x.id), DTID: TID(0x10000000 | x.id)}
	if from == int(x.from) {
		t.OTID, t.DTID = t.DTID, t.OTID
	}
	last := int(x.step) == benchTable[x.kind].messages-1
	switch {
	case x.step == 0:
		t.Type, t.DTID, t.Dialogue = TCBegin, TransactionID{}, Request(context, version)
	case last:
		t.Type, t.OTID = TCEnd, TransactionID{}
	default:
		t.Type = TCContinue
	}
	if x.step == 1 {
		t.Dialogue = Accept(context, version)
	}

	invoke := x.step == 0
	switch x.kind {
	case benchUL:
		switch x.step {
		case 0:
			arg = AppendUpdateLocation(arg, UpdateLocation{IMSI: x.imsi, MSC: International(mine.msc), VLR: International(mine.vlr)})
		case 1:
			code, invoke = OpInsertSubscriberData, true
			arg = AppendInsertSubscriberData(arg, InsertSubscriberData{MSISDN: International(x.msisdn), Services: true})
		case 2:
			c = AppendEmptyResult(c, 1)
		case 3:
			arg = AppendHLRResult(arg, International(its.hlr), 3)
		}
	case benchSAI, benchRefused, benchAbort:
		switch {
		case x.step == 0:
			arg = AppendSendAuthenticationInfo(arg, SendAuthenticationInfo{IMSI: x.imsi, Vectors: x.vectors, Node: NodeTypeVLR, PLMN: mine.plmn, Version: 3})
		case x.kind == benchRefused:
			c = AppendError(c, 1, ErrUnknownSubscriber, nil)
		case x.kind == benchAbort:
			t = Transaction{Type: TCAbort, DTID: t.DTID, Dialogue: Dialogue{PDU: ABRT, UserInfo: userAbort}}
		default:
			arg = AppendSendAuthenticationInfoResult(arg, Vectors{Quintuplets: int(x.vectors), Version: 3}, &g.r)
		}
	case benchSRISM:
		if x.step == 0 {
			arg = AppendSendRoutingInfoForSM(arg, SendRoutingInfoForSM{MSISDN: International(x.msisdn), ServiceCentre: International(mine.smsc), Priority: true})
		} else {
			arg = AppendRoutingInfoForSM(arg, RoutingInfoForSM{IMSI: x.imsi, Node: International(its.msc)})
		}
	case benchMTFSM, benchMTFSMOpen, benchMOFSM:
		switch {
		case x.kind == benchMTFSMOpen && x.step < 2: // no components
			invoke = false
		case last:
			c = AppendEmptyResult(c, 1)
		default:
			invoke = true
			const text = "Synthetic short message for measurements. It repeats itself. Synthetic short message for measurements. It repeats itself. Synthetic short message. End of the text."
			s := ShortMessage{Peer: x.msisdn, Text: text[:20+int(x.id)%141], Sent: DemoStart}
			if x.kind == benchMOFSM {
				g.message = AppendSubmit(g.message[:0], s)
				arg = AppendMOForwardSM(arg, ForwardSM{IMSI: x.imsi, MSISDN: International(x.msisdn), ServiceCentre: International(its.smsc), TPDU: g.message})
			} else {
				g.message = AppendDeliver(g.message[:0], s)
				arg = AppendMTForwardSM(arg, ForwardSM{IMSI: x.imsi, ServiceCentre: International(mine.smsc), TPDU: g.message})
			}
		}
	case benchPurge, benchSilent:
		if x.step == 0 {
			arg = AppendPurgeMS(arg, PurgeMS{IMSI: x.imsi, VLR: International(mine.vlr), Version: 3})
		} else {
			arg = AppendPurgeMSResult(arg)
		}
	case benchPSI:
		if x.step == 0 {
			arg = AppendProvideSubscriberInfo(arg, x.imsi)
		} else {
			arg = AppendSubscriberInfo(arg, SubscriberInfo{Age: int(x.vectors), Cell: Cell{its.plmn, 0x0101, uint16(x.id)}, VLR: International(its.vlr), State: StateIdle})
		}
	case benchCancel:
		if x.step == 0 {
			arg = AppendCancelLocation(arg, CancelLocation{IMSI: x.imsi, Version: 3})
		} else {
			c = AppendEmptyResult(c, 1)
		}
	case benchUGL:
		if x.step == 0 {
			arg = AppendUpdateGprsLocation(arg, UpdateGprsLocation{IMSI: x.imsi, SGSN: International(mine.sgsn), Address: [4]byte{198, 51, 100, 200}})
		} else {
			arg = AppendHLRResult(arg, International(its.hlr), 3)
		}
	case benchReady:
		if x.step == 0 {
			arg = AppendReadyForSM(arg, x.imsi, 0)
		} else {
			c = AppendEmptyResult(c, 1)
		}
	case benchATI:
		if x.step == 0 {
			arg = AppendAnyTimeInterrogation(arg, AnyTimeInterrogation{MSISDN: International(x.msisdn), GsmSCF: International(mine.scf)})
		} else {
			c = AppendError(c, 1, 49, nil) // ati-NotAllowed
		}
	}
	if len(arg) > 0 {
		if invoke {
			c = AppendInvoke(c, 1, code, arg)
		} else {
			c = AppendResult(c, 1, code, arg)
		}
	}
	t.Components = c
	g.arg, g.component = arg, c
	g.tcap = AppendTransaction(g.tcap[:0], t)

	called, calling := peer, me
	if from != int(x.from) {
		called, calling = me, peer
	}
	g.sccp(l, from, Unitdata{Called: called, Calling: calling, Class: 0x80, Hops: 14, Data: g.tcap})
}

var userAbort = AppendMAPUserAbort(nil)

// sccp sends TCAP as UDT, or as XUDTs when it is too long for one.
func (g *bench) sccp(l *benchLink, from int, u Unitdata) {
	l.sls++
	t := Transfer{OPC: l.pc[from], DPC: l.pc[1-from], SI: 3, SLS: l.sls & 15, RoutingContext: l.rc, HasRoutingContext: true}
	stream := uint16(1 + l.sls&7)
	if len(u.Data) <= 220 {
		b, at := OpenTransfer(g.message[:0], t)
		g.message = CloseTransfer(AppendUDT(b, u), at)
		g.send(l, from, stream, g.message)
		return
	}
	u.Class = 0x81
	g.stats.XUDTSegments++
	SegmentData(u, u.Data, 190, g.r.Uint32()&0xffffff, func(s Unitdata) {
		b, at := OpenTransfer(g.message[:0], t)
		g.message = CloseTransfer(AppendXUDT(b, s), at)
		g.send(l, from, stream, g.message)
	})
}

func (g *bench) diameterStep(x *benchDialogue, from int) {
	l := x.link
	mine, its := l.nodes[x.from], l.nodes[1-x.from]
	b := g.message[:0]
	if x.kind == benchDWR {
		if x.step == 0 {
			b = AppendDWR(b, l.peer[from], x.id, x.id)
		} else {
			b = AppendDWA(b, l.peer[from], x.id, x.id)
		}
		g.message = b
		g.send(l, from, 0, b)
		return
	}
	e := Exchange{App: AppS6a, HopByHop: x.id, EndToEnd: 0x5a000000 | x.id}
	asks, answers := mine.mme, its.hss
	switch x.kind {
	case benchCLR, benchIDR:
		asks, answers = mine.hss, its.mme
	}
	e.SessionID = SessionID(asks.Host, DemoStart, x.id)
	e.Origin, e.Destination = asks, answers
	if x.kind == benchAIR || x.kind == benchDenied || x.kind == benchAIRSilent {
		e.Destination.Host = ""
	}
	if x.step == 0 {
		g.route = append(g.route[:0], asks.Host)
		if x.from == 1 {
			g.route = append(g.route, mine.dra.Host)
		}
		if x.watchedHop {
			g.route = append(g.route, peerCMI.Host)
		}
		e.RouteRecord = g.route
		switch x.kind {
		case benchAIR, benchDenied, benchAIRSilent:
			b = AppendAIR(b, e, x.imsi, mine.plmn, uint32(x.vectors))
		case benchULR:
			b = AppendULR(b, e, x.imsi, mine.plmn, telecom.Digits{})
		case benchCLR:
			b = AppendCLR(b, e, x.imsi, 0)
		case benchIDR:
			b = AppendIDR(b, e, x.imsi, IDRLocation)
		case benchPUR:
			b = AppendPUR(b, e, x.imsi)
		case benchNOR:
			b = AppendNOR(b, e, x.imsi, g.number("990000000", int(x.id)%100000, 5), telecom.Digits{})
		}
	} else {
		e.Origin = answers
		switch x.kind {
		case benchAIR:
			b = AppendAIA(b, e, Success, int(x.vectors), &g.r)
		case benchDenied:
			b = AppendAIA(b, e, ErrorUserUnknown, 0, &g.r)
		case benchULR:
			b = AppendULA(b, e, Success, x.msisdn, "internet.example")
		case benchCLR:
			b = AppendEmptyAnswer(b, e, CmdCL, Success)
		case benchIDR:
			b = AppendIDA(b, e, Success, its.ecell)
		case benchPUR:
			b = AppendPUA(b, e, Success)
		case benchNOR:
			b = AppendEmptyAnswer(b, e, CmdNO, Success)
		}
	}
	g.message = b
	g.send(l, from, 0, b)
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
