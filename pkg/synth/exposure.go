package synth

import (
	"fmt"
	"io"
	"net/netip"
	"time"

	"sigtransit/decoders/telecom"
)

// ExposureStart is the hour that WriteExposure's capture begins in.
var ExposureStart = DemoStart.Add(exposureOffset)

// pcTransfer is home's transfer point, 1-001-2.
const pcTransfer = pcHome + 1

const exposureOffset = 20 * time.Hour

// WriteExposure writes a pcapng capture of six hours on the interconnect links of a
// fictional home operator (PLMN 001-01), the fourth of which is missing. Its figures
// are few enough to be added up by hand: testdata/exposure/README.md does.
func WriteExposure(w io.Writer) error {
	c, err := NewPcapng(w, "Synthetic signaling made by sigtransit; no real subscriber, key or message")
	if err != nil {
		return err
	}
	x := &exposure{demo: demo{wire: Wire{Capture: c}, r: NewRand(1)}}
	x.script()
	if err := x.play(); err != nil {
		return err
	}
	return c.Close()
}

// exposure is the script of WriteExposure. What an hour holds is laid out one step
// after the other, so that nothing of it overlaps.
type exposure struct {
	demo
	at time.Duration
}

// far is a partner, seen from home.
type far struct {
	prefix  string // of its global titles
	plmn    telecom.PLMN
	base    int // of the numbers of home's subscribers that roam there
	visitor string
}

// node is a node of p: twelve digits that begin with its prefix.
func (p *far) node(n int) telecom.Digits {
	return digits(p.prefix + "0000000000"[len(p.prefix):] + fmt.Sprintf("%02d", n))
}
func (p *far) vlr() Address { return GT(p.node(20), telecom.SSNVLR) }
func (p *far) peer(name string) Peer {
	realm := fmt.Sprintf("epc.mnc%03d.mcc%03d.3gppnetwork.org", p.plmn.MNC, p.plmn.MCC)
	return Peer{name + "." + realm, realm}
}

// roamer is home's subscriber number i of those that roam at p.
func (p *far) roamer(i int) (imsi, msisdn telecom.Digits) {
	return digits(fmt.Sprintf("00101%010d", p.base+i)), digits(fmt.Sprintf("99901555%05d", p.base+i))
}

func (x *exposure) script() {
	norway := &far{prefix: "99970", plmn: plmnA, base: 1000, visitor: "99970"}
	singapore := &far{prefix: "99971", plmn: plmnB, base: 2000}
	kenya := &far{prefix: "99972", plmn: plmnC, base: 3000}
	brazil := &far{prefix: "99973", plmn: telecom.PLMN{MCC: 999, MNC: 73, Digits: 2}, base: 4000}
	// Numbers that Ofcom keeps for drama: the partner is known by its country alone.
	britain := &far{prefix: "4416329600", base: 5000}

	d := &x.demo
	point := func(near, peer string, pc telecom.PointCode, rc uint32) *ss7Link {
		return &ss7Link{sctpLink: d.association(0, PPIDM3UA, 2905, []string{near}, []string{peer}), pc: [2]telecom.PointCode{pcHome, pc}, rc: rc}
	}
	pccw := point("192.0.2.11", "198.51.100.21", pcPCCW, 101)
	cmi := point("192.0.2.13", "203.0.113.41", pcCMI, 102)
	transit := point("192.0.2.14", "198.51.100.61", pcNeutral, 103)
	unnamed := point("192.0.2.15", "198.51.100.81", pcDirect, 104)
	// The inner leg of home's transfer point, which pccw ends at: what passes is there
	// once more, between the point codes of home.
	inner := point("192.0.2.21", "192.0.2.11", pcTransfer, 105)
	ipx := &diameterLink{sctp: d.association(0, PPIDDiameter, 3868, []string{"192.0.2.31"}, []string{"198.51.100.71"}), peer: [2]Peer{peerDRA, peerIPX}}

	x.hour(0)
	for _, l := range []*ss7Link{pccw, cmi, transit, unnamed, inner} {
		l.up(x.step())
	}
	ipx.up(x.step(), 1, AppS6a, AppS9)
	x.each(4, func(i int) { x.mirrored(pccw, inner, norway, i) })
	x.each(4, func(i int) { x.register(pccw, norway, i) })
	x.each(5, func(i int) { x.authenticate(cmi, singapore, i) })
	x.each(5, func(i int) { x.register(cmi, singapore, i) })
	x.each(3, func(i int) { x.authenticate(transit, kenya, i) })
	x.each(3, func(i int) { x.register(transit, kenya, i) })
	x.each(2, func(i int) { x.authenticate(unnamed, brazil, i) })
	x.each(2, func(i int) { x.register(unnamed, brazil, i) })
	x.internal(inner, norway)

	x.hour(1)
	x.each(3, func(i int) { x.deliver(pccw, norway, i) })
	x.each(2, func(i int) { x.call(pccw, norway, i) })
	x.each(2, func(i int) { x.authenticate(transit, singapore, i) })
	x.register(transit, singapore, 0)
	x.each(2, func(i int) { x.authenticate(transit, britain, i) })
	x.each(2, func(i int) { x.register(transit, britain, i) })
	x.each(3, func(i int) { x.attach(ipx, norway, 10+i, "") })
	x.each(4, func(i int) { x.attach(ipx, brazil, 10+i, peerCMI.Host) })
	x.sealed()

	x.hour(2)
	x.each(2, func(i int) { x.authenticate(pccw, norway, i) })
	x.locate(pccw, norway, 0)
	x.each(4, func(i int) { x.deliver(cmi, singapore, i) })
	x.each(2, func(i int) { x.call(transit, kenya, i) })
	x.each(2, func(i int) { x.session(ipx, brazil, 10+i, peerCMI.Host) })

	// Nothing in the fourth hour.

	x.hour(4)
	x.each(6, func(i int) { x.authenticate(pccw, norway, i) })
	x.each(2, func(i int) { x.register(pccw, norway, i) })
	x.refused(pccw, norway, 99)
	x.each(3, func(i int) { x.authenticate(cmi, singapore, i) })
	x.each(2, func(i int) { x.route(cmi, singapore, i) })
	x.each(4, func(i int) { x.authenticate(pccw, kenya, i) })
	x.deliver(transit, britain, 0)
	x.profile(ipx, brazil, 10)

	x.hour(5)
	x.each(2, func(i int) { x.deliver(pccw, norway, i) })
	x.each(2, func(i int) { x.visitor(pccw, norway, i) })
	x.each(2, func(i int) { x.locate(pccw, kenya, i) })
	x.locate(transit, kenya, 0)
	x.each(2, func(i int) { x.deliver(unnamed, brazil, i) })
}

func (x *exposure) hour(n int) { x.at = exposureOffset + time.Duration(n)*time.Hour + 30*time.Second }

// step is when the next thing happens.
func (x *exposure) step() time.Duration {
	x.at += 45 * time.Second
	return x.at
}

func (x *exposure) each(n int, do func(i int)) {
	for i := range n {
		do(i)
	}
}

// ask plays a dialogue of an invoke and its answer.
func (x *exposure) ask(l *ss7Link, from int, me, peer Address, c Context, invoke, answer []byte) {
	at, t := x.step(), l.dialogue(from, me, peer, c, 3)
	t.begin(at, invoke)
	t.end(at+140*ms, true, answer)
}

var homeHLR, homeVLR = GT(gtHLR, telecom.SSNHLR), GT(gtVLR, telecom.SSNVLR)

// authenticate: the partner asks for vectors of home's roamer, and gets them.
func (x *exposure) authenticate(l *ss7Link, p *far, i int) {
	imsi, _ := p.roamer(i)
	x.ask(l, 1, p.vlr(), homeHLR, InfoRetrieval, sai(imsi, p.plmn), x.vectors(Vectors{Quintuplets: 1, Version: 3}))
}

// refused: vectors of somebody whom home does not know.
func (x *exposure) refused(l *ss7Link, p *far, i int) {
	imsi, _ := p.roamer(i)
	x.ask(l, 1, p.vlr(), homeHLR, InfoRetrieval, sai(imsi, p.plmn), AppendError(nil, 1, ErrUnknownSubscriber, nil))
}

// mirrored is authenticate on both legs of a transfer point.
func (x *exposure) mirrored(outer, inner *ss7Link, p *far, i int) {
	imsi, _ := p.roamer(i)
	at, t := x.step(), outer.dialogue(1, p.vlr(), homeHLR, InfoRetrieval, 3)
	invoke, answer := sai(imsi, p.plmn), x.vectors(Vectors{Quintuplets: 1, Version: 3})
	t.begin(at, invoke)
	t.l = inner
	t.begin(at+ms, invoke)
	t.end(at+140*ms, true, answer)
	t.l = outer
	t.end(at+141*ms, true, answer)
}

// register: the partner's VLR tells where the roamer is, and is given the profile.
func (x *exposure) register(l *ss7Link, p *far, i int) {
	imsi, msisdn := p.roamer(i)
	l.register(x.step(), 1, p.vlr(), homeHLR, imsi, msisdn, p.node(30), gtHLR)
}

// deliver: home sends a short message to the roamer.
func (x *exposure) deliver(l *ss7Link, p *far, i int) {
	imsi, _ := p.roamer(i)
	tpdu := AppendDeliver(nil, ShortMessage{Peer: digits("9990155500009"), Text: "Synthetic short message", Sent: DemoStart.Add(x.at)})
	x.ask(l, 0, GT(gtSMSC, telecom.SSNMSC), GT(p.node(30), telecom.SSNMSC), ShortMsgMTRelay,
		AppendInvoke(nil, 1, OpMTForwardSM, AppendMTForwardSM(nil, ForwardSM{IMSI: imsi, ServiceCentre: international(gtSMSC), TPDU: tpdu})), AppendEmptyResult(nil, 1))
}

// route: the partner's service centre asks where to deliver a message.
func (x *exposure) route(l *ss7Link, p *far, i int) {
	imsi, msisdn := p.roamer(i)
	x.ask(l, 1, GT(p.node(40), telecom.SSNMSC), homeHLR, ShortMsgGateway,
		AppendInvoke(nil, 1, OpSendRoutingInfoForSM, AppendSendRoutingInfoForSM(nil, SendRoutingInfoForSM{MSISDN: international(msisdn), ServiceCentre: international(p.node(40))})),
		AppendResult(nil, 1, OpSendRoutingInfoForSM, AppendRoutingInfoForSM(nil, RoutingInfoForSM{IMSI: imsi, Node: international(p.node(30))})))
}

// call: home asks for a number to reach the roamer by.
func (x *exposure) call(l *ss7Link, p *far, i int) {
	imsi, msisdn := p.roamer(i)
	x.ask(l, 0, homeHLR, p.vlr(), RoamingNumberEnquiry,
		AppendInvoke(nil, 1, OpProvideRoamingNumber, AppendProvideRoamingNumber(nil, imsi, international(p.node(30)), international(msisdn))),
		AppendResult(nil, 1, OpProvideRoamingNumber, AppendProvideRoamingNumberResult(nil, international(digits(p.prefix+"555000777")))))
}

// locate: home asks in which cell the roamer is.
func (x *exposure) locate(l *ss7Link, p *far, i int) {
	imsi, _ := p.roamer(i)
	x.ask(l, 0, homeHLR, p.vlr(), SubscriberInfoEnquiry, AppendInvoke(nil, 1, OpProvideSubscriberInfo, AppendProvideSubscriberInfo(nil, imsi)),
		AppendResult(nil, 1, OpProvideSubscriberInfo, AppendSubscriberInfo(nil, SubscriberInfo{Age: 1, Cell: Cell{p.plmn, 0x0102, 0x1f40}, VLR: international(p.node(20)), State: StateIdle})))
}

// visitor: home asks for vectors of the partner's subscriber whom it serves.
func (x *exposure) visitor(l *ss7Link, p *far, i int) {
	x.ask(l, 0, homeVLR, GT(p.node(10), telecom.SSNHLR), InfoRetrieval, sai(digits(fmt.Sprintf("%s%010d", p.visitor, 7000+i)), plmnHome),
		x.vectors(Vectors{Quintuplets: 1, Version: 3}))
}

// internal: home's own VLR and HLR, over the inner leg.
func (x *exposure) internal(l *ss7Link, p *far) {
	imsi, _ := p.roamer(900)
	x.ask(l, 1, homeVLR, homeHLR, InfoRetrieval, sai(imsi, plmnHome), x.vectors(Vectors{Quintuplets: 1, Version: 3}))
}

// attach: authentication and location of a roamer over Diameter. The request names
// the hops that it passed, via among them.
func (x *exposure) attach(l *diameterLink, p *far, i int, via string) {
	imsi, msisdn := p.roamer(i)
	at, mme := x.step(), p.peer("mme1")
	rq, an := l.exchange(AppS6a, mme, Peer{Realm: peerHSS.Realm}, hops(mme, via)...)
	an.Origin = peerHSS
	l.send(at, 1, AppendAIR(nil, rq, imsi, p.plmn, 1))
	l.send(at+40*ms, 0, AppendAIA(nil, an, Success, 1, x.r))
	rq, an = l.exchange(AppS6a, mme, peerHSS, hops(mme, via)...)
	l.send(at+time.Second, 1, AppendULR(nil, rq, imsi, p.plmn, telecom.Digits{}))
	l.send(at+time.Second+40*ms, 0, AppendULA(nil, an, Success, msisdn, "internet.example"))
}

func hops(origin Peer, via string) []string {
	if via == "" {
		return []string{origin.Host}
	}
	return []string{origin.Host, via}
}

// session: the partner's policy server asks home's for a session (S9, TS 29.215).
func (x *exposure) session(l *diameterLink, p *far, i int, via string) {
	imsi, _ := p.roamer(i)
	at, pcrf := x.step(), p.peer("pcrf1")
	home := Peer{"pcrf1." + peerHSS.Realm, peerHSS.Realm}
	rq, an := l.exchange(AppS9, pcrf, home, hops(pcrf, via)...)
	l.send(at, 1, AppendCCR(nil, rq, imsi))
	l.send(at+40*ms, 0, AppendCCA(nil, an, Success))
}

// profile: home asks the partner's MME for the state of a roamer. A request from home
// names home's hops only.
func (x *exposure) profile(l *diameterLink, p *far, i int) {
	imsi, _ := p.roamer(i)
	at := x.step()
	rq, an := l.exchange(AppS6a, peerHSS, p.peer("mme1"), peerHSS.Host)
	l.send(at, 0, AppendIDR(nil, rq, imsi, IDRUserState))
	l.send(at+190*ms, 1, AppendIDA(nil, an, Success, EPSCell{p.plmn, 0x0102, 0x00a1b2c, 0}))
}

// sealed: a connection to China Mobile International that is encrypted from its first
// octet.
func (x *exposure) sealed() {
	t := &tcpLink{d: &x.demo, c: NewConnection(TCPEnd{Addr: netip.MustParseAddrPort("192.0.2.32:41873")}, TCPEnd{Addr: netip.MustParseAddrPort("203.0.113.42:5868")}, x.r)}
	at := x.step()
	t.setUp(at, 0)
	send := func(after time.Duration, from int, b []byte) {
		x.on(at+after, func(now time.Duration) { t.data(now, from, b) })
	}
	hello := Hello{Version: TLS12, Versions: []uint16{TLS13}, Ciphers: []uint16{0x1302}}
	server := ServerHello(hello, x.r)
	hello.ServerName = peerCMI.Host
	send(60*ms, 0, AppendTLSRecord(nil, TLSHandshake, 0x0301, ClientHello(hello, x.r)))
	send(90*ms, 1, append(AppendTLSRecord(nil, TLSHandshake, TLS12, server), AppendTLSRecord(nil, TLSChangeCipherSpec, TLS12, []byte{1})...))
	for i := range 6 {
		send(time.Duration(150+i*40)*ms, i&1, AppendTLSRecord(nil, TLSApplicationData, TLS12, x.r.Append(nil, 300+20*i)))
	}
}
