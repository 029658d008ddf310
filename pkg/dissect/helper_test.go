package dissect

import (
	"bytes"
	"net/netip"
	"testing"
	"time"

	"sigtransit/decoders/diameter"
	"sigtransit/decoders/sccp"
	"sigtransit/decoders/tcap"
	"sigtransit/decoders/telecom"
	"sigtransit/pkg/capture"
	"sigtransit/pkg/signaling"
	"sigtransit/pkg/synth"
)

// seen is a copy of what a message said.
type seen struct {
	signaling.Message
	link      uint64
	component tcap.Component
	tcap      tcap.Message
	sccp      sccp.Message
	diameter  diameter.Message
	columns   []string // of a Diameter message, as the corpus has them
	origin    string   // Origin-Host
	given     []string // what it gives away
}

// flowSeen is a copy of a flow event.
type flowSeen struct {
	state, reason string
	protection    signaling.Protection
	link          uint64
	ends          [2]signaling.End
}

// tap is a dissector with everything it handed out.
type tap struct {
	*Dissector
	messages []seen
	flows    []flowSeen
	warnings []signaling.Warning
	frame    uint64
	now      time.Time
}

func newTap() *tap {
	p := &tap{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	p.Dissector = New(p, Options{})
	return p
}

func (p *tap) Message(m *signaling.Message) {
	s := seen{Message: *m, link: m.Link.ID, given: given(m)}
	if m.Component != nil {
		s.component = *m.Component
	}
	if m.TCAP != nil {
		s.tcap = *m.TCAP
	}
	if m.SCCP != nil {
		s.sccp = *m.SCCP
	}
	if m.Diameter != nil {
		s.diameter = *m.Diameter
		s.columns, s.origin = diameterColumns(m), string(m.Diameter.OriginHost)
	}
	p.messages = append(p.messages, s)
}

func (p *tap) Flow(e *signaling.FlowEvent) {
	p.flows = append(p.flows, flowSeen{e.State, e.Reason, e.Link.Protection, e.Link.ID, e.Link.Ends})
}

func (p *tap) Warning(w *signaling.Warning) { p.warnings = append(p.warnings, *w) }

// feed hands one Ethernet frame over, a millisecond after the one before.
func (p *tap) feed(frame []byte) Outcome { return p.feedCut(frame, len(frame)) }

// feedCut hands a frame over of which the capture holds n octets.
func (p *tap) feedCut(frame []byte, n int) Outcome {
	p.frame++
	p.now = p.now.Add(time.Millisecond)
	before := p.Counters.Outcomes
	// What a dissector keeps must be a copy: the frame is overwritten afterwards.
	b := bytes.Clone(frame[:n])
	p.Feed(&capture.Frame{Time: p.now.UnixNano(), Number: p.frame, Length: len(frame), LinkType: capture.LinkTypeEthernet, Data: b})
	for i := range b {
		b[i] = 0xee
	}
	for o := range before {
		if p.Counters.Outcomes[o] != before[o] {
			return Outcome(o)
		}
	}
	return NumOutcomes
}

// ip puts a packet around payload and feeds it.
func (p *tap) ip(src, dst string, protocol uint8, payload []byte) Outcome {
	return p.feed(ipFrame(src, dst, protocol, payload))
}

func ipFrame(src, dst string, protocol uint8, payload []byte) []byte {
	s, d := netip.MustParseAddr(src), netip.MustParseAddr(dst)
	typ := synth.EtherIPv4
	if s.Is6() {
		typ = synth.EtherIPv6
	}
	b := synth.AppendEthernet(nil, synth.MACOf(d), synth.MACOf(s), 0, typ)
	return append(synth.AppendIP(b, synth.Packet{Src: s, Dst: d, Protocol: protocol, ID: 1}, len(payload)), payload...)
}

// operations are the operations of the messages handed out, in order.
func (p *tap) operations() []string {
	var out []string
	for _, m := range p.messages {
		out = append(out, m.Operation.Info().Name+" "+m.Kind.String())
	}
	return out
}

func (p *tap) expect(t *testing.T, want ...string) {
	t.Helper()
	got := p.operations()
	same := len(got) == len(want)
	for i := 0; same && i < len(want); i++ {
		same = got[i] == want[i]
	}
	if !same {
		t.Errorf("messages %q, want %q", got, want)
	}
}

// link is an association between two ends and the tap that sees it.
type link struct {
	*tap
	*synth.Association
	addr [2]string
}

const (
	addrA  = "192.0.2.1"
	addrA2 = "192.0.2.129"
	addrB  = "198.51.100.2"
	addrB2 = "198.51.100.130"
)

func newLink(port uint16) *link {
	end := func(port uint16, tag, tsn uint32) synth.SCTPEnd {
		return synth.SCTPEnd{Port: port, Tag: tag, TSN: tsn}
	}
	return &link{
		tap:         newTap(),
		Association: synth.NewAssociation(end(port, 0xaaaaaaaa, 1000), end(port, 0xbbbbbbbb, 5000), synth.NewRand(1)),
		addr:        [2]string{addrA, addrB},
	}
}

// packet feeds an SCTP packet by the present path.
func (l *link) packet(from int, b []byte) Outcome {
	return l.ip(l.addr[from], l.addr[1-from], synth.ProtoSCTP, b)
}

// data is the SCTP packet of one whole message.
func (l *link) data(from int, ppid uint32, payload []byte) []byte {
	b, at := l.Open(nil, from)
	return synth.CloseSCTP(l.Data(b, from, synth.Message{Stream: 1, PPID: ppid, Payload: payload}), at)
}

// send feeds it.
func (l *link) send(from int, ppid uint32, payload []byte) Outcome {
	return l.packet(from, l.data(from, ppid, payload))
}

// setUp feeds the four packets of RFC 9260 5.1.
func (l *link) setUp() {
	l.packet(0, l.Init(nil, 0))
	l.packet(1, l.InitAck(nil, 1))
	l.packet(0, l.CookieEcho(nil, 0))
	l.packet(1, l.CookieAck(nil, 1))
}

// Numbers of the tests: PLMN 001-01 and the unassigned country code 999.
var (
	testIMSI   = telecom.MustDigits("001010123456789")
	testMSISDN = telecom.MustDigits("9991234567")
	testHLR    = telecom.MustDigits("99950001")
	testVLR    = telecom.MustDigits("99960002")
)

// Addresses of the ends of the test dialogues.
var (
	hlrGT = synth.GT(testHLR, telecom.SSNHLR)
	vlrGT = synth.GT(testVLR, telecom.SSNVLR)
)

// unitdata is SCCP user data on its way to an end.
func unitdata(called, calling synth.Address, data []byte) []byte {
	u := synth.Unitdata{Called: called, Calling: calling, Hops: 12, Data: data}
	if len(data) > 255 {
		return synth.AppendLUDT(nil, u)
	}
	return synth.AppendUDT(nil, u)
}

// transfer is M3UA DATA from a point code to another.
func transfer(opc, dpc telecom.PointCode, user []byte) []byte {
	return synth.AppendTransfer(nil, synth.Transfer{OPC: opc, DPC: dpc, SI: siSCCP}, user)
}

// purge is the begin of a purgeMS dialogue, VLR to HLR, with transaction id n.
func purge(n uint32) []byte {
	arg := synth.AppendPurgeMS(nil, synth.PurgeMS{IMSI: testIMSI, VLR: synth.International(testVLR), Version: 3})
	return synth.AppendTransaction(nil, synth.Transaction{
		Type: synth.TCBegin, OTID: synth.TID(n), Dialogue: synth.Request(synth.MSPurging, 3),
		Components: synth.AppendInvoke(nil, 1, synth.OpPurgeMS, arg),
	})
}

// purgeData is purge under SCCP and M3UA.
func purgeData(n uint32) []byte { return transfer(100, 200, unitdata(hlrGT, vlrGT, purge(n))) }

// purged is the empty result that ends it.
func purged(n uint32) []byte {
	return transfer(200, 100, unitdata(vlrGT, hlrGT, synth.AppendTransaction(nil, synth.Transaction{
		Type: synth.TCEnd, DTID: synth.TID(n), Dialogue: synth.Accept(synth.MSPurging, 3),
		Components: synth.AppendEmptyResult(nil, 1),
	})))
}
