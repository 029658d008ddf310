package synth

import (
	"io"
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
// retransmissions and reordering as field traffic has them; 2 % pass a watched
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
	watched := g.r.Permille(20)
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
