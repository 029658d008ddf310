package dissect

import (
	"bytes"
	"fmt"
	"net/netip"
	"runtime/debug"

	"sigtransit/decoders/diameter"
	"sigtransit/decoders/gsmmap"
	"sigtransit/decoders/m3ua"
	"sigtransit/decoders/sccp"
	"sigtransit/decoders/sctp"
	"sigtransit/decoders/sua"
	"sigtransit/decoders/tcap"
	"sigtransit/decoders/telecom"
	"sigtransit/pkg/capture"
	"sigtransit/pkg/dialogue"
	"sigtransit/pkg/reassembly"
	"sigtransit/pkg/signaling"
)

// Handler receives what a Dissector finds. Arguments are valid during the call.
type Handler interface {
	Message(*signaling.Message)
	Flow(*signaling.FlowEvent)
	Warning(*signaling.Warning)
}

// Dissector turns frames into messages. Make one with New.
type Dissector struct {
	Counters Counters

	h      Handler
	opts   Options
	source string
	// variants: the options give the variant of some network.
	variants bool

	peeler capture.Peeler
	pkt    capture.Packet
	ip     reassembly.IP
	sctpC  reassembly.Counters
	tcpC   reassembly.Counters
	segs   reassembly.SCCP
	flows  flows
	tcapT  *dialogue.TCAP
	diamT  *dialogue.Diameter

	// What is being decoded; reused for each message.
	frame *capture.Frame
	last  capture.Frame // the last one of the batch before, without its octets
	// held is at least the octets that flows hold for later; relieve makes it exact.
	held int
	// untagged: the verification tag of the SCTP packet is 0.
	untagged bool
	path     *path
	inner    []byte // a fragment that stood in a packet put together
	bareFlow *flow  // of messages captured without IP
	barePath path
	data     sctp.Data
	m3ua     m3ua.Message
	sccp     sccp.Message
	sua      sua.Message
	viaSUA   bool // sccp was made of sua
	tcap     tcap.Message
	comp     tcap.Component
	args     gsmmap.Arguments
	dialogue gsmmap.Dialogue
	diam     diameter.Message
	msg      signaling.Message
	event    signaling.FlowEvent
	warned   map[string]bool
	trust    watch

	// What outlives flows: who talks signaling, whose links were protected, and the
	// IPsec between them.
	peers        map[[16]byte]peer
	former       formerLinks
	ipsec        map[ipsecKey]*ipsecLink
	datagrams    bool // some flow is DTLS over UDP
	peersEvicted uint64
	ipsecEvicted uint64
}

// Options is what dissection has to be told because no octet tells it. The zero
// value reads everything by evidence.
type Options struct {
	// Transactions is the table of TCAP transactions, one of a group where several
	// workers read one network; nil: a table of its own.
	Transactions *dialogue.TCAP
	// Worker of Workers: so that no two of them give links the same number. Zero
	// stands for one alone.
	Worker, Workers int
	// Live: Idle is called while no frames come.
	Live bool
	// Dictionary adds to the Diameter AVPs and commands that are known; nil: nothing.
	Dictionary *diameter.Dictionary
	// Recalled are the links of an earlier run.
	Recalled []KnownLink
	// Links and Networks give the variant of MTP3 and SCCP: of links, and where
	// none fits, by network indicator.
	Links    []Link
	Networks [4]Network
	// Watched tells whether an address is on the watchlist: IPsec with such a one is
	// signaling's business even where no other link is known. nil: none is.
	Watched func(netip.Addr) bool
}

// Network is the variant of all messages with one network indicator, if Set.
type Network struct {
	Variant telecom.Variant
	Set     bool
}

// New is a dissector that hands what it finds to h.
func New(h Handler, o Options) *Dissector {
	d := &Dissector{h: h, opts: o, warned: make(map[string]bool)}
	d.diam.Dictionary = o.Dictionary
	d.flows.step = uint64(max(o.Workers, 1))
	d.flows.id = uint64(o.Worker) + 1 - d.flows.step
	d.flows.recall(o.Recalled)
	d.variants = len(o.Links) > 0 || o.Networks != [4]Network{}
	d.trust.clock = noClock
	d.Forget()
	return d
}

// Forget drops all state between frames, not the counters: for a capture that
// does not continue the one before.
func (d *Dissector) Forget() {
	d.flush()
	d.retire()
	d.ip, d.segs = reassembly.IP{Counters: d.ip.Counters}, reassembly.SCCP{Counters: d.segs.Counters}
	d.flows = flows{id: d.flows.id, step: d.flows.step, told: d.flows.told, gone: d.flows.gone, evicted: d.flows.evicted, recalled: d.flows.recalled}
	d.bareFlow = nil
	tcapT, diamT := d.tcapT, d.diamT
	if d.diamT = dialogue.NewDiameter(); diamT != nil {
		d.diamT.Counters = diamT.Counters
	}
	if d.tcapT = d.opts.Transactions; d.tcapT == nil {
		if d.tcapT = dialogue.NewTCAP(); tcapT != nil {
			d.tcapT.Counters = tcapT.Counters
		}
	}
	d.peers, d.former, d.ipsec = nil, formerLinks{}, nil
}

// SetSource names the capture file or interface of the frames that follow.
func (d *Dissector) SetSource(name string) {
	if name != d.source {
		d.bareFlow = nil // nothing tells that two files are of one signaling link
		d.trust.clock, d.trust.peak = noClock, 0
	}
	d.source = name
}

// State is the size of the tables, for metrics.
func (d *Dissector) State(f func(table string, entries int)) {
	f("flows", len(d.flows.all))
	f("ipsec_links", len(d.ipsec))
	f("protected_peers", len(d.former.known))
	f("ip_fragments", d.ip.Len())
	f("sccp_segments", d.segs.Len())
	f("tcap_transactions", d.tcapT.Len())
	f("diameter_requests", d.diamT.Len())
}

// Evictions tells how many entries of each table were given up, and why.
func (d *Dissector) Evictions(f func(table, reason string, n uint64)) {
	both := func(table string, expired, evicted uint64) {
		f(table, "expired", expired)
		f(table, "full", evicted)
	}
	f("flows", "full", d.flows.evicted)
	f("ipsec_links", "full", d.ipsecEvicted)
	f("protected_peers", "full", d.former.evicted)
	f("signaling_peers", "full", d.peersEvicted)
	both("ip_fragments", d.ip.Counters.Expired, d.ip.Counters.Evicted)
	both("sctp_fragments", d.sctpC.Expired, d.sctpC.Evicted)
	both("tcp_segments", d.tcpC.Expired, d.tcpC.Evicted)
	both("sccp_segments", d.segs.Counters.Expired, d.segs.Counters.Evicted)
	both("tcap_transactions", d.tcapT.Counters.Expired, d.tcapT.Counters.Evicted)
	both("diameter_requests", d.diamT.Counters.Expired, d.diamT.Counters.Evicted)
}

// Feed dissects one frame. Messages it completes are handed to the handler
// before it returns. A defect of this program costs the frame, never the run.
func (d *Dissector) Feed(f *capture.Frame) {
	defer d.survive()
	d.one(f)
}

// FeedBatch is Feed for several frames. The net under them is spread once, which
// saves each frame its part of the price.
func (d *Dissector) FeedBatch(frames []capture.Frame) {
	for len(frames) > 0 {
		frames = frames[d.some(frames):]
	}
	if d.frame != nil {
		// Frames are lent: what is asked between two batches is of our own copy.
		d.last, d.last.Data = *d.frame, nil
		d.frame = &d.last
		d.tcapT.Through(d.frame.Number)
	}
}

// some dissects frames until one meets a defect, and tells how many it took.
func (d *Dissector) some(frames []capture.Frame) (n int) {
	defer d.survive()
	for n < len(frames) {
		f := &frames[n]
		n++
		d.one(f)
	}
	return n
}

// survive is deferred: it ends a panic and counts its frame.
func (d *Dissector) survive() {
	if r := recover(); r != nil {
		d.Counters.Outcomes[Panicked]++
		d.tcapT.Release(nil) // other workers must not wait for it
		d.warnOnce("internal-error", fmt.Sprintf("A defect of sigtransit was met at frame %d and the frame given up: %v at %s", d.frame.Number, r, place(debug.Stack())))
	}
}

// one counts and dissects a frame.
func (d *Dissector) one(f *capture.Frame) {
	d.frame = f
	d.tcapT.Begun(f.Number)
	c := &d.Counters
	c.Frames++
	c.Bytes += uint64(len(f.Data))
	if c.Frames == 1 || f.Time < c.First {
		c.First = f.Time
	}
	if f.Time > c.Last {
		c.Last = f.Time
	}
	if uint64(f.Time-d.trust.clock+stepBack) > uint64(stepBack+stepAhead) {
		d.clockStep(f)
	} else {
		d.trust.clock = f.Time
	}
	if f.Time >= d.trust.due {
		d.check()
	}
	o := d.dissect(f)
	c.Outcomes[o]++
	if len(f.Data) < f.Length {
		d.cutFrame(f, o)
	}
	if o == Decoded {
		c.DataFrames += uint64(d.trust.data)
		c.Copies += uint64(d.trust.copy)
	}
	d.trust.data, d.trust.copy = 0, 0
}

func (d *Dissector) dissect(f *capture.Frame) Outcome {
	if d.held+int(d.sctpC.Grown) > maxHeld {
		d.relieve()
	}
	p := &d.pkt
	if reason := d.peeler.Peel(f, p); reason != capture.ReasonNone {
		if p.Tunnels != 0 {
			d.tunnels(p, 0)
		}
		return d.unpeeled(reason)
	}
	if p.Fragment || p.Tunnels != 0 {
		if o := d.peeled(p); o != Decoded {
			return o
		}
	}
	switch p.Protocol {
	case 132:
		if p.Content == capture.ContentIP {
			return d.sctpPacket(p)
		}
	case 6:
		if p.Content == capture.ContentIP {
			return d.tcpSegment(p)
		}
	case protoUDP:
		if p.Content == capture.ContentIP {
			return d.udpDatagram(p)
		}
	case protoESP:
		if p.Content == capture.ContentIP {
			return d.esp(p, p.Payload, false)
		}
	}
	if p.Content != capture.ContentIP {
		return d.bare(p)
	}
	return NotSignaling
}

// unpeeled is what became of a frame without a packet.
func (d *Dissector) unpeeled(r capture.Reason) Outcome {
	switch r {
	case capture.ReasonNotIP:
		return NotSignaling
	case capture.ReasonLinkType:
		d.unknownLink(d.frame.LinkType)
		return UnknownLinkType
	case capture.ReasonTruncated:
		return CutShort
	case capture.ReasonTooDeep:
		d.problem(LayerIP, TooLong)
	}
	return BadHeaders
}

// unknownLink tells once which link type of a capture is not read.
func (d *Dissector) unknownLink(t capture.LinkType) {
	const kind = "unknown-link-type"
	if d.warned[kind] {
		return
	}
	d.warnOnce(kind, fmt.Sprintf("Frames of link type %d (LINKTYPE_%s) are not read: nothing of them is in this result", t, t))
}

// peeled puts the fragments of a packet together and peels on behind them, until
// there is a whole packet: one in a tunnel may be a fragment again. Decoded says
// that there is one. It ends because a Peeler goes only so deep.
func (d *Dissector) peeled(p *capture.Packet) Outcome {
	d.tunnels(p, 0)
	for n := 0; p.Fragment; n++ {
		if n > 0 {
			// The fragment stands in the datagram that the next call recycles.
			d.inner = append(d.inner[:0], p.Payload...)
			p.Payload = d.inner
		}
		key := reassembly.IPKey{Src: p.Src, Dst: p.Dst, ID: p.FragmentID, Protocol: p.Protocol}
		if p.V6 {
			key.Protocol = 0 // the first fragment alone knows it (RFC 8200 4.5)
		}
		bad := d.ip.Counters.Malformed
		whole, complete := d.ip.Add(d.frame.Time, key, p.FragmentOffset, p.MoreFragments, p.Payload)
		if !complete {
			if d.ip.Counters.Malformed != bad {
				d.problem(LayerIP, Malformed)
				return BadFragment
			}
			return HeldFragment
		}
		p.Payload, p.Fragment = whole, false
		before := p.Tunnels
		reason := d.peeler.PeelUpper(p)
		d.tunnels(p, before)
		if reason != capture.ReasonNone {
			return d.unpeeled(reason)
		}
	}
	return Decoded
}

// tunnels counts the kinds of tunnels of a frame, but for those counted before.
func (d *Dissector) tunnels(p *capture.Packet, before capture.Tunnels) {
	for t := range d.Counters.Tunnels {
		if (p.Tunnels &^ before).Has(capture.Tunnel(t)) {
			d.Counters.Tunnels[t]++
		}
	}
}

// place is the function of this module that a stack trace shows below the one that
// caught the panic: each has a line with its name and, in parentheses, arguments.
func place(stack []byte) string {
	n := 0
	for line := range bytes.Lines(stack) {
		if bytes.HasPrefix(line, []byte("sigtransit/")) {
			if n++; n == 2 {
				return string(line[:max(bytes.LastIndexByte(line, '('), 0)])
			}
		}
	}
	return "unknown place"
}

func (d *Dissector) problem(l Layer, p Problem) { d.Counters.Problems[l][p]++ }

// warnOnce hands out a warning the first time its type comes up.
func (d *Dissector) warnOnce(kind, text string) {
	if d.warned[kind] {
		return
	}
	d.warned[kind] = true
	w := signaling.Warning{Time: d.frame.Time, Frame: d.frame.Number, Source: d.source, Type: kind, Text: text, Count: 1}
	d.h.Warning(&w)
}

// begin readies the message record for a payload that h's end sent. It sets all
// fields one by one: most are set to something, and to clear the record first would
// write them twice.
func (d *Dissector) begin(h *half) *signaling.Message {
	m, l := &d.msg, &h.flow.link
	m.Time, m.Frame, m.Source = d.frame.Time, d.frame.Number, d.source
	m.Link, m.From, m.Protection = l, h.from, l.Protection
	m.Protocol, m.Kind, m.Operation, m.Class, m.Duplicate, m.Inherited = 0, 0, 0, 0, false, false
	m.M3UA, m.SCCP, m.SUA, m.TCAP, m.Component, m.MAP, m.Dialogue, m.Diameter = nil, nil, nil, nil, nil, nil, nil, nil
	m.MAPVersion, m.Faults, m.Memory = 0, 0, nil
	m.Roaming = signaling.Roaming{}
	m.IMSI, m.MSISDN = telecom.Digits{}, telecom.Digits{}
	m.Src, m.Dst = d.path.src, d.path.dst
	if h != d.path.half { // an acknowledgement released what the other end had sent
		m.Src, m.Dst = m.Dst, m.Src
	}
	return m
}

func (d *Dissector) emit(m *signaling.Message) {
	d.Counters.Messages++
	d.h.Message(m)
}

// flowEvent hands out a change in the life of a flow.
func (d *Dissector) flowEvent(f *flow, state, reason string) {
	if state == "new" && f.link.Transport != signaling.TransportNone {
		d.flows.told++
	}
	d.event = d.newEvent(&f.link, state, reason)
	d.h.Flow(&d.event)
}

func (d *Dissector) newEvent(l *signaling.Link, state, reason string) signaling.FlowEvent {
	return signaling.FlowEvent{Time: d.frame.Time, Frame: d.frame.Number, Source: d.source, Link: l, State: state, Reason: reason}
}

// Close ends the run: what waits is given up and counted, and the warnings that
// only the whole capture can tell are handed out.
func (d *Dissector) Close() {
	if d.frame == nil {
		return
	}
	d.flush()
	d.conclude()
	d.retire()
	d.idleIPsec()
}

// retire judges what the flows wait for and adds up what they lacked.
func (d *Dissector) retire() {
	for _, f := range d.flows.all {
		d.flows.collect(f)
	}
	d.refresh()
}

// flush hands out what waits behind holes in TCP connections: nothing more comes
// to fill them.
func (d *Dissector) flush() {
	for _, f := range d.flows.all {
		for i := range f.half {
			h := &f.half[i]
			if !h.tcp.Waiting() {
				continue
			}
			e, o := &f.link.Ends[i], &f.link.Ends[1-i]
			if len(e.Addrs) == 0 || len(o.Addrs) == 0 {
				continue
			}
			d.path = &path{half: h, src: netip.AddrPortFrom(e.Addrs[0], e.Port), dst: netip.AddrPortFrom(o.Addrs[0], o.Port)}
			h.tcp.Flush(&d.tcpC)
			d.drain(h)
		}
	}
}
