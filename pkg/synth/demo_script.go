package synth

import (
	"net/netip"
	"time"

	"sigtransit/decoders/telecom"
)

// Public point codes of two carriers: ITU-T List of International Signalling
// Point Codes, annex to Operational Bulletin 1199. The others are of zone 1,
// which Q.708 leaves unassigned.
const (
	pcHome    telecom.PointCode = 1<<11 | 1<<3 | 1   // 1-001-1
	pcNeutral telecom.PointCode = 1<<11 | 2<<3 | 1   // 1-002-1
	pcDirect  telecom.PointCode = 1<<11 | 72<<3 | 1  // 1-072-1
	pcPCCW    telecom.PointCode = 4<<11 | 106<<3 | 6 // 4-106-6 PCCW Global (HK) Ltd
	pcCMI     telecom.PointCode = 4<<11 | 176<<3     // 4-176-0 China Mobile International Ltd
)

var digits = telecom.MustDigits

// Nodes of the story: home is country code 999 with 01, partners A, B and C with
// 70, 71 and 72. Their PLMNs are 001-01, 999-70, 999-71 and 999-72.
var (
	plmnHome = telecom.PLMN{MCC: 1, MNC: 1, Digits: 2}
	plmnA    = telecom.PLMN{MCC: 999, MNC: 70, Digits: 2}
	plmnB    = telecom.PLMN{MCC: 999, MNC: 71, Digits: 2}
	plmnC    = telecom.PLMN{MCC: 999, MNC: 72, Digits: 2}

	gtHLR  = digits("999010000010")
	gtVLR  = digits("999010000020")
	gtMSC  = digits("999010000030")
	gtSMSC = digits("999010000040")

	gtVLRA  = digits("999700000020")
	gtMSCA  = digits("999700000030")
	gtSMSCA = digits("999700000040")
	gtSGSNA = digits("999700000050")
	gtVLRB  = digits("999710000020")
	gtMSCB  = digits("999710000030")
	gtHLRB  = digits("999710000010")
	gtSCFB  = digits("999710000060")
	gtVLRC  = digits("999720000020")
	gtMSCC  = digits("999720000030")

	// The home network of the group operator's subscriber: the first digits are
	// China Mobile's (CC 86, NDC 139), the rest is made up.
	gtHLRGroup = digits("8613900000000")

	peerDRA  = Peer{"dra1.epc.mnc001.mcc001.3gppnetwork.org", "epc.mnc001.mcc001.3gppnetwork.org"}
	peerHSS  = Peer{"hss1.epc.mnc001.mcc001.3gppnetwork.org", "epc.mnc001.mcc001.3gppnetwork.org"}
	peerMME  = Peer{"mme1.epc.mnc001.mcc001.3gppnetwork.org", "epc.mnc001.mcc001.3gppnetwork.org"}
	peerSMSC = Peer{"smsc1.epc.mnc001.mcc001.3gppnetwork.org", "epc.mnc001.mcc001.3gppnetwork.org"}
	peerMMEA = Peer{"mme1.epc.mnc070.mcc999.3gppnetwork.org", "epc.mnc070.mcc999.3gppnetwork.org"}
	peerDRAA = Peer{"dra1.epc.mnc070.mcc999.3gppnetwork.org", "epc.mnc070.mcc999.3gppnetwork.org"}
	peerSMSA = Peer{"smsc1.epc.mnc070.mcc999.3gppnetwork.org", "epc.mnc070.mcc999.3gppnetwork.org"}
	peerMMEB = Peer{"mme1.epc.mnc071.mcc999.3gppnetwork.org", "epc.mnc071.mcc999.3gppnetwork.org"}
	peerDRAB = Peer{"dra1.epc.mnc071.mcc999.3gppnetwork.org", "epc.mnc071.mcc999.3gppnetwork.org"}
	peerMMEC = Peer{"mme1.epc.mnc072.mcc999.3gppnetwork.org", "epc.mnc072.mcc999.3gppnetwork.org"}
	peerDEAC = Peer{"dea1.epc.mnc072.mcc999.3gppnetwork.org", "epc.mnc072.mcc999.3gppnetwork.org"}
	peerHSSG = Peer{"hss1.epc.mnc000.mcc460.3gppnetwork.org", "epc.mnc000.mcc460.3gppnetwork.org"}
	peerIPX  = Peer{"ipx1.example.net", "ipx.example.net"}
	peerCMI  = Peer{"dra1.hkg.cmi.chinamobile.com", "cmi.chinamobile.com"}
	hopPCCW  = "dra2.hkg.pccwglobal.com"
)

const ms = time.Millisecond

func (d *demo) script() {
	pccw := &ss7Link{sctpLink: d.association(101, PPIDM3UA, 2905, []string{"192.0.2.11", "192.0.2.12"}, []string{"198.51.100.21", "198.51.100.22"}), pc: [2]telecom.PointCode{pcHome, pcPCCW}, rc: 101}
	cmi := &ss7Link{sctpLink: d.association(102, PPIDM3UA, 2905, []string{"192.0.2.13"}, []string{"203.0.113.41"}), pc: [2]telecom.PointCode{pcHome, pcCMI}, rc: 102}
	neutral := &ss7Link{sctpLink: d.association(0, PPIDM3UA, 2905, []string{"192.0.2.14"}, []string{"198.51.100.61"}), pc: [2]telecom.PointCode{pcHome, pcNeutral}, rc: 103}
	direct := &ss7Link{sctpLink: d.association(0, PPIDM3UA, 2905, []string{"2001:db8:0:1::15"}, []string{"2001:db8:0:72::1"}), pc: [2]telecom.PointCode{pcHome, pcDirect}, rc: 104}
	ipx := &diameterLink{sctp: d.association(103, PPIDDiameter, 3868, []string{"192.0.2.31"}, []string{"198.51.100.71"}), peer: [2]Peer{peerDRA, peerIPX}}
	hub := &diameterLink{tcp: &tcpLink{d: d, vlan: 104, c: NewConnection(
		TCPEnd{Addr: netip.MustParseAddrPort("192.0.2.32:41873")}, TCPEnd{Addr: netip.MustParseAddrPort("203.0.113.42:3868")}, d.r)}, peer: [2]Peer{peerDRA, peerCMI}}
	dea := &diameterLink{sctp: d.association(0, PPIDNone, 3868, []string{"2001:db8:0:1::33"}, []string{"2001:db8:0:72::3"}), peer: [2]Peer{peerDRA, peerDEAC}}

	d.bystanders()
	pccw.up(500 * ms)
	cmi.up(900 * ms)
	neutral.up(1300 * ms)
	direct.up(1700 * ms)
	ipx.up(2100*ms, 1, AppS6a, AppS6c, AppSGd)
	hub.up(2500*ms, 0, AppS6a, AppS6c, AppSGd)
	dea.up(2900*ms, 0, AppS6a)

	// Both paths of the multi-homed association are watched all the time.
	for i := range 3 {
		at := time.Duration(30+90*i) * time.Second
		pccw.heartbeat(at, 0, 0)
		pccw.heartbeat(at+11*ms, 1, 0)
		pccw.heartbeat(at+2*time.Second, 1, 1)
	}
	pccw.beat(45 * time.Second)
	cmi.beat(46 * time.Second)
	for i := range 4 {
		at := time.Duration(33+65*i) * time.Second
		ipx.watchdog(at, 0)
		dea.watchdog(at+700*ms, 1)
		hub.watchdog(at+1400*ms, i&1)
	}

	d.mapOverPCCW(pccw)
	d.mapOverCMI(cmi)
	d.mapOverNeutral(neutral)
	d.mapOverDirect(direct)
	d.diameterOverIPX(ipx)
	d.diameterOverHub(hub)
	d.diameterOverDirect(dea)
}

func international(d telecom.Digits) Number { return International(d) }

func sai(imsi telecom.Digits, visited telecom.PLMN) []byte {
	return AppendInvoke(nil, 1, OpSendAuthenticationInfo, AppendSendAuthenticationInfo(nil,
		SendAuthenticationInfo{IMSI: imsi, Vectors: 5, Node: NodeTypeVLR, PLMN: visited, Version: 3}))
}

func (d *demo) vectors(v Vectors) []byte {
	return AppendResult(nil, 1, OpSendAuthenticationInfo, AppendSendAuthenticationInfoResult(nil, v, d.r))
}

func updateLocation(imsi, msc, vlr telecom.Digits) []byte {
	return AppendInvoke(nil, 1, OpUpdateLocation, AppendUpdateLocation(nil, UpdateLocation{IMSI: imsi, MSC: international(msc), VLR: international(vlr)}))
}

// register plays updateLocation with insertSubscriberData inside its dialogue.
func (l *ss7Link) register(at time.Duration, from int, vlr, hlr Address, imsi, msisdn, msc telecom.Digits, hlrNumber telecom.Digits) {
	x := l.dialogue(from, vlr, hlr, NetworkLocUp, 3)
	x.begin(at, updateLocation(imsi, msc, vlr.Digits))
	x.continued(at+150*ms, true, true, AppendInvoke(nil, 1, OpInsertSubscriberData,
		AppendInsertSubscriberData(nil, InsertSubscriberData{MSISDN: international(msisdn), Services: true, APN: "internet.example"})))
	x.continued(at+320*ms, false, false, AppendEmptyResult(nil, 1)) // no operation code on the wire
	x.end(at+470*ms, false, AppendResult(nil, 1, OpUpdateLocation, AppendHLRResult(nil, international(hlrNumber), 3)))
}

func (d *demo) mapOverPCCW(l *ss7Link) {
	roamer, number := digits("001010000000001"), digits("9990155500001")
	hlr, vlr := GT(gtHLR, telecom.SSNHLR), GT(gtVLRA, telecom.SSNVLR)
	toHLR := MobileGT(digits("999010000000001"), telecom.SSNHLR)

	// 1. A home subscriber attaches in partner A's network.
	x := l.dialogue(1, vlr, toHLR, InfoRetrieval, 3)
	x.begin(5*time.Second, sai(roamer, plmnA))
	// The HLR answers from its own global title; five quintuplets need three XUDTs.
	x.peer = hlr
	x.end(5*time.Second+180*ms, true, d.vectors(Vectors{Quintuplets: 5, Version: 3}))
	l.register(6*time.Second, 1, vlr, hlr, roamer, number, gtMSCA, gtHLR)
	x = l.dialogue(1, GT(gtSGSNA, telecom.SSNSGSN), hlr, GprsLocationUpdate, 3)
	x.begin(7*time.Second, AppendInvoke(nil, 1, OpUpdateGprsLocation, AppendUpdateGprsLocation(nil, UpdateGprsLocation{IMSI: roamer, SGSN: international(gtSGSNA), Address: [4]byte{198, 51, 100, 150}})))
	x.end(7*time.Second+140*ms, true, AppendResult(nil, 1, OpUpdateGprsLocation, AppendHLRResult(nil, international(gtHLR), 3)))

	// 2. An IMSI the HLR does not know.
	x = l.dialogue(1, vlr, hlr, InfoRetrieval, 3)
	x.begin(12*time.Second, sai(digits("001010000000099"), plmnA))
	x.end(12*time.Second+90*ms, true, AppendError(nil, 1, ErrUnknownSubscriber, nil))

	// 3. A short message to the roamer: routing information for partner A's
	// service centre, then home's own delivery to partner A's MSC.
	sc := GT(gtSMSCA, telecom.SSNMSC)
	x = l.dialogue(1, sc, GT(number, telecom.SSNHLR), ShortMsgGateway, 3)
	x.begin(20*time.Second, AppendInvoke(nil, 1, OpSendRoutingInfoForSM, AppendSendRoutingInfoForSM(nil, SendRoutingInfoForSM{MSISDN: international(number), ServiceCentre: international(gtSMSCA), Priority: true})))
	x.peer = hlr
	x.end(20*time.Second+110*ms, true, AppendResult(nil, 1, OpSendRoutingInfoForSM, AppendRoutingInfoForSM(nil, RoutingInfoForSM{IMSI: roamer, Node: international(gtMSCA)})))
	text := "This is a synthetic short message of the sigtransit demonstration capture. It was never sent to anybody. It is long enough that it takes two SCCP segments here."
	tpdu := AppendDeliver(nil, ShortMessage{Peer: digits("9990155500009"), Text: text, Sent: DemoStart.Add(21 * time.Second)})
	x = l.dialogue(0, GT(gtSMSC, telecom.SSNMSC), GT(gtMSCA, telecom.SSNMSC), ShortMsgMTRelay, 3)
	x.begin(22*time.Second, AppendInvoke(nil, 1, OpMTForwardSM, AppendMTForwardSM(nil, ForwardSM{IMSI: roamer, ServiceCentre: international(gtSMSC), TPDU: tpdu})))
	x.end(22*time.Second+900*ms, true, AppendEmptyResult(nil, 1))
	// The same once more with both segments in one packet, to a phone out of reach.
	x = l.dialogue(0, GT(gtSMSC, telecom.SSNMSC), GT(gtMSCA, telecom.SSNMSC), ShortMsgMTRelay, 3)
	l.tcBundle(26*time.Second, 0, x.peer, x.me, Transaction{Type: TCBegin, OTID: x.mine, Dialogue: Request(ShortMsgMTRelay, 3),
		Components: AppendInvoke(nil, 1, OpMTForwardSM, AppendMTForwardSM(nil, ForwardSM{IMSI: roamer, ServiceCentre: international(gtSMSC), TPDU: tpdu}))})
	x.end(26*time.Second+700*ms, true, AppendError(nil, 1, ErrAbsentSubscriberSM, nil))

	// 4. The roamer sends a short message through the home service centre.
	submit := AppendSubmit(nil, ShortMessage{Peer: digits("9990155500009"), Text: "Synthetic answer", Ref: 7})
	x = l.dialogue(1, GT(gtMSCA, telecom.SSNMSC), GT(gtSMSC, telecom.SSNMSC), ShortMsgMORelay, 3)
	x.begin(50*time.Second, AppendInvoke(nil, 1, OpMOForwardSM, AppendMOForwardSM(nil, ForwardSM{IMSI: roamer, MSISDN: international(number), ServiceCentre: international(gtSMSC), TPDU: submit})))
	x.end(50*time.Second+400*ms, true, AppendEmptyResult(nil, 1))

	// 5. The home HLR asks where the roamer is and gets a cell.
	x = l.dialogue(0, hlr, vlr, SubscriberInfoEnquiry, 3)
	x.begin(70*time.Second, AppendInvoke(nil, 1, OpProvideSubscriberInfo, AppendProvideSubscriberInfo(nil, roamer)))
	x.end(70*time.Second+350*ms, true, AppendResult(nil, 1, OpProvideSubscriberInfo, AppendSubscriberInfo(nil, SubscriberInfo{
		Age: 0, Cell: Cell{plmnA, 0x0102, 0x1f40}, VLR: international(gtVLRA), MSC: international(gtMSCA), State: StateIdle, IMEI: digits("99000000000001")})))

	// 6. The first path fails: a packet is lost on it after the mirror and comes
	// again by the second path. The answer takes that one too.
	lost := l.dialogue(1, vlr, hlr, InfoRetrieval, 3)
	d.on(100*time.Second, func(now time.Duration) {
		m := l.sccp(1, lost.peer, lost.me, Transaction{Type: TCBegin, OTID: lost.mine, Dialogue: Request(InfoRetrieval, 3), Components: sai(roamer, plmnA)})
		p := l.build(now+1300*ms, 1, func(b []byte) []byte { return l.s.Data(b, 1, Message{Stream: 1, PPID: PPIDM3UA, Payload: m[0]}) })
		l.packet(now, 1, p)
		d.on(now+1200*ms, func(now time.Duration) {
			l.path = 1
			l.packet(now, 1, p)
		})
	})
	lost.end(101*time.Second+400*ms, true, d.vectors(Vectors{Quintuplets: 1, Version: 3}))
	d.on(140*time.Second, func(time.Duration) { l.path = 0 })

	// 7. Somebody asks for any subscriber's whereabouts and is refused.
	x = l.dialogue(1, GT(digits("999990000060"), telecom.SSNGsmSCF), hlr, AnyTimeEnquiry, 3)
	x.begin(150*time.Second, AppendInvoke(nil, 1, OpAnyTimeInterrogation, AppendAnyTimeInterrogation(nil, AnyTimeInterrogation{MSISDN: international(number), GsmSCF: international(digits("999990000060"))})))
	x.end(150*time.Second+60*ms, true, AppendError(nil, 1, 49, nil)) // ati-NotAllowed

	// 8. A version 2 dialogue with short transaction ids, and a version 1 one
	// without dialogue portion.
	x = l.dialogue(1, vlr, hlr, InfoRetrieval, 2)
	x.mine, x.its = TransactionID{0x4711, 2}, TransactionID{0x21, 1}
	x.begin(170*time.Second, AppendInvoke(nil, 1, OpSendAuthenticationInfo, AppendSendAuthenticationInfo(nil, SendAuthenticationInfo{IMSI: roamer, Version: 2})))
	x.end(170*time.Second+100*ms, true, d.vectors(Vectors{Triplets: 3, Version: 2}))
	x = l.dialogue(1, vlr, hlr, InfoRetrieval, 1)
	x.begin(172*time.Second, AppendInvoke(nil, 1, OpSendParameters, AppendSendAuthenticationInfo(nil, SendAuthenticationInfo{IMSI: roamer, Version: 1})))
	x.end(172*time.Second+100*ms, true, AppendResult(nil, 1, OpSendParameters, AppendSendAuthenticationInfoResult(nil, Vectors{Triplets: 1, Version: 1}, d.r)))

	// 9. A dialogue the HLR does not want, one it has forgotten, a message that
	// found no way.
	x = l.dialogue(1, vlr, hlr, InfoRetrieval, 4)
	x.begin(190*time.Second, AppendInvoke(nil, 1, OpSendAuthenticationInfo, AppendSendAuthenticationInfo(nil, SendAuthenticationInfo{IMSI: roamer, Vectors: 1, Node: NodeTypeUnknown, Version: 3})))
	l.tc(190*time.Second+70*ms, 0, x.me, x.peer, Transaction{Type: TCAbort, DTID: x.mine, Dialogue: Refuse(InfoRetrieval, 3)})
	x = l.dialogue(1, vlr, hlr, NetworkLocUp, 3)
	x.continued(195*time.Second, false, false, AppendEmptyResult(nil, 1))
	l.tc(195*time.Second+70*ms, 0, x.me, x.peer, Transaction{Type: TCAbort, DTID: x.mine, PAbort: 2}) // unrecognized transaction
	d.on(200*time.Second, func(now time.Duration) {
		data := AppendTransaction(nil, Transaction{Type: TCBegin, OTID: TID(0x10009999), Dialogue: Request(LocationCancel, 3),
			Components: AppendInvoke(nil, 1, OpCancelLocation, AppendCancelLocation(nil, CancelLocation{IMSI: roamer, Type: 0, Version: 3}))})
		nobody := GT(digits("999700000029"), telecom.SSNVLR)
		l.message(now, 0, 1, l.transfer(0, 1, AppendUDT(nil, Unitdata{Called: nobody, Calling: hlr, Class: 0x80, Data: data})))
		d.on(now+80*ms, func(now time.Duration) {
			l.message(now, 1, 1, l.transfer(1, 1, AppendUDTS(nil, Unitdata{Called: hlr, Calling: nobody, Data: data}, 1)))
		})
	})

	// 10. The roamer leaves; the VLR purges.
	x = l.dialogue(1, vlr, hlr, MSPurging, 3)
	x.begin(280*time.Second, AppendInvoke(nil, 1, OpPurgeMS, AppendPurgeMS(nil, PurgeMS{IMSI: roamer, VLR: international(gtVLRA), Version: 3})))
	x.end(280*time.Second+100*ms, true, AppendResult(nil, 1, OpPurgeMS, AppendPurgeMSResult(nil)))
}

func (d *demo) mapOverCMI(l *ss7Link) {
	roamer, number := digits("001010000000002"), digits("9990155500002")
	hlr, vlr := GT(gtHLR, telecom.SSNHLR), GT(gtVLRB, telecom.SSNVLR)

	// 1. A home subscriber in partner B's network.
	x := l.dialogue(1, vlr, hlr, InfoRetrieval, 3)
	x.begin(9*time.Second, sai(roamer, plmnB))
	x.end(9*time.Second+170*ms, true, d.vectors(Vectors{Triplets: 5, Version: 3}))
	l.register(10*time.Second, 1, vlr, hlr, roamer, number, gtMSCB, gtHLR)

	// 2. The group operator's own subscriber in the home network: China Mobile's
	// signaling crosses China Mobile's carrier. Not a transit exposure.
	guest := digits("460000000000001")
	group := MobileGT(digits("861390000000001"), telecom.SSNHLR)
	ours := GT(gtVLR, telecom.SSNVLR)
	x = l.dialogue(0, ours, group, InfoRetrieval, 3)
	x.begin(60*time.Second, sai(guest, plmnHome))
	x.peer = GT(gtHLRGroup, telecom.SSNHLR)
	x.end(60*time.Second+290*ms, true, d.vectors(Vectors{Quintuplets: 2, Version: 3}))
	l.register(61*time.Second, 0, ours, GT(gtHLRGroup, telecom.SSNHLR), guest, digits("8613900000001"), gtMSC, gtHLRGroup)

	// 3. Partner B's subscriber in the home network; two packets overtake each other.
	visitor := digits("999710000000003")
	first := l.dialogue(0, ours, GT(gtHLRB, telecom.SSNHLR), InfoRetrieval, 3)
	second := l.dialogue(0, ours, GT(gtHLRB, telecom.SSNHLR), MSPurging, 3)
	d.on(80*time.Second, func(now time.Duration) {
		build := func(x *dialogue, components []byte) []byte {
			m := l.sccp(0, x.peer, x.me, Transaction{Type: TCBegin, OTID: x.mine, Dialogue: Request(x.context, 3), Components: components})
			return l.build(now, 0, func(b []byte) []byte { return l.s.Data(b, 0, Message{Stream: 1, PPID: PPIDM3UA, Payload: m[0]}) })
		}
		one := build(first, sai(visitor, plmnHome))
		two := build(second, AppendInvoke(nil, 1, OpPurgeMS, AppendPurgeMS(nil, PurgeMS{IMSI: digits("999710000000004"), VLR: international(gtVLR), Version: 3})))
		l.packet(now, 0, two)
		d.on(now+5*ms, func(now time.Duration) { l.packet(now, 0, one) })
	})
	first.end(80*time.Second+250*ms, true, d.vectors(Vectors{Quintuplets: 1, Version: 3}))
	second.end(80*time.Second+260*ms, true, AppendResult(nil, 1, OpPurgeMS, AppendPurgeMSResult(nil)))

	// 4. Partner B's gsmSCF interrogates and the HLR gives the cell away.
	x = l.dialogue(1, GT(gtSCFB, telecom.SSNGsmSCF), hlr, AnyTimeEnquiry, 3)
	x.begin(110*time.Second, AppendInvoke(nil, 1, OpAnyTimeInterrogation, AppendAnyTimeInterrogation(nil, AnyTimeInterrogation{IMSI: roamer, GsmSCF: international(gtSCFB)})))
	x.end(110*time.Second+450*ms, true, AppendResult(nil, 1, OpAnyTimeInterrogation, AppendSubscriberInfo(nil, SubscriberInfo{
		Age: 12, Cell: Cell{plmnB, 0x0203, 0x2af8}, VLR: international(gtVLRB), Position: true, Latitude: 0.5, Longitude: -0.5, State: StateBusy})))

	// 5. Roaming refused; a call to the roamer; a USSD request in indefinite lengths.
	x = l.dialogue(1, vlr, hlr, NetworkLocUp, 3)
	x.begin(130*time.Second, updateLocation(digits("001010000000005"), gtMSCB, gtVLRB))
	x.end(130*time.Second+120*ms, true, AppendError(nil, 1, ErrRoamingNotAllowed, AppendErrorCause(nil, 0)))
	x = l.dialogue(0, hlr, vlr, RoamingNumberEnquiry, 3)
	x.begin(132*time.Second, AppendInvoke(nil, 1, OpProvideRoamingNumber, AppendProvideRoamingNumber(nil, roamer, international(gtMSCB), international(number))))
	x.end(132*time.Second+220*ms, true, AppendResult(nil, 1, OpProvideRoamingNumber, AppendProvideRoamingNumberResult(nil, international(digits("99971555000777")))))
	x = l.dialogue(1, vlr, hlr, NetworkUnstructuredSs, 2)
	l.tc(134*time.Second, 1, x.peer, x.me, Transaction{Type: TCBegin, OTID: x.mine, Length: Indefinite,
		Dialogue:   Dialogue{PDU: AARQ, Context: NetworkUnstructuredSs, Version: 2, UserInfo: AppendMAPOpen(nil, Number{roamer, 0, 6}, international(gtVLRB))},
		Components: AppendInvoke(nil, 1, OpProcessUnstructuredSSReq, AppendUSSD(nil, "*100#"))})
	x.end(134*time.Second+200*ms, true, AppendResult(nil, 1, OpProcessUnstructuredSSReq, AppendUSSD(nil, "Synthetic balance: 1.00")))

	// 6. A short message too long for the first message of a dialogue: the
	// dialogue is opened without components, the message follows in a continue.
	tpdu := AppendDeliver(nil, ShortMessage{Peer: digits("9990155500009"), Text: "Another synthetic short message", Sent: DemoStart.Add(137 * time.Second)})
	x = l.dialogue(0, GT(gtSMSC, telecom.SSNMSC), GT(gtMSCB, telecom.SSNMSC), ShortMsgMTRelay, 3)
	x.begin(137*time.Second, nil)
	x.continued(137*time.Second+120*ms, true, true, nil)
	x.continued(137*time.Second+180*ms, false, false, AppendInvoke(nil, 1, OpMTForwardSM, AppendMTForwardSM(nil, ForwardSM{IMSI: roamer, ServiceCentre: international(gtSMSC), TPDU: tpdu})))
	x.end(137*time.Second+800*ms, false, AppendEmptyResult(nil, 1))

	// 7. The phone had been out of reach: partner B's service centre is told.
	x = l.dialogue(1, vlr, hlr, MwdMngt, 3)
	x.begin(160*time.Second, AppendInvoke(nil, 1, OpReadyForSM, AppendReadyForSM(nil, roamer, 0)))
	x.end(160*time.Second+80*ms, true, AppendEmptyResult(nil, 1))
	x = l.dialogue(0, hlr, GT(digits("999710000040"), telecom.SSNMSC), ShortMsgAlert, 2)
	x.begin(161*time.Second, AppendInvoke(nil, 1, OpAlertServiceCentre, AppendAlertServiceCentre(nil, international(number), international(digits("999710000040")))))
	x.end(161*time.Second+80*ms, true, AppendEmptyResult(nil, 1))
}

func (d *demo) mapOverNeutral(l *ss7Link) {
	roamer, number := digits("001010000000006"), digits("9990155500006")
	hlr, vlr := GT(gtHLR, telecom.SSNHLR), GT(gtVLRB, telecom.SSNVLR)

	// The same kinds of signaling over a carrier on no list.
	x := l.dialogue(1, vlr, hlr, InfoRetrieval, 3)
	x.begin(14*time.Second, sai(roamer, plmnB))
	x.end(14*time.Second+170*ms, true, d.vectors(Vectors{Quintuplets: 2, Version: 3}))
	l.register(15*time.Second, 1, vlr, hlr, roamer, number, gtMSCB, gtHLR)

	// The HLR cancels the old location of partner A's roamer here: one dialogue
	// over PCCW Global, its aftermath over another carrier.
	x = l.dialogue(0, hlr, GT(gtVLRA, telecom.SSNVLR), LocationCancel, 3)
	x.begin(16*time.Second, AppendInvoke(nil, 1, OpCancelLocation, AppendCancelLocation(nil, CancelLocation{IMSI: roamer, Type: 0, Version: 3})))
	x.end(16*time.Second+160*ms, true, AppendEmptyResult(nil, 1))

	// A packet in IP fragments.
	cut := l.dialogue(1, GT(digits("999710000040"), telecom.SSNMSC), GT(number, telecom.SSNHLR), ShortMsgGateway, 3)
	d.on(40*time.Second, func(now time.Duration) {
		m := l.sccp(1, cut.peer, cut.me, Transaction{Type: TCBegin, OTID: cut.mine, Dialogue: Request(ShortMsgGateway, 3),
			Components: AppendInvoke(nil, 1, OpSendRoutingInfoForSM, AppendSendRoutingInfoForSM(nil, SendRoutingInfoForSM{MSISDN: international(number), ServiceCentre: international(digits("999710000040"))}))})
		p := l.build(now, 1, func(b []byte) []byte { return l.s.Data(b, 1, Message{Stream: 1, PPID: PPIDM3UA, Payload: m[0]}) })
		d.wire.VLAN = l.vlan
		err := d.wire.Fragments(d.clock(now), l.s.Ends[1].Addrs[0], l.s.Ends[0].Addrs[0], ProtoSCTP, p, 96)
		d.last += 2 * time.Microsecond
		if d.err == nil {
			d.err = err
		}
	})
	cut.peerEnd(hlr, 40*time.Second+120*ms, true, append(
		AppendResult(nil, 1, OpSendRoutingInfoForSM, AppendRoutingInfoForSM(nil, RoutingInfoForSM{IMSI: roamer, Node: international(gtMSCB)})),
		AppendInvoke(nil, 2, OpInformServiceCentre, AppendInformServiceCentre(nil, international(number), 0x40))...))
	x = l.dialogue(1, GT(digits("999710000040"), telecom.SSNMSC), hlr, ShortMsgGateway, 3)
	x.begin(42*time.Second, AppendInvoke(nil, 1, OpReportSMDeliveryStatus, AppendReportSMDeliveryStatus(nil, international(number), international(digits("999710000040")), 2)))
	x.end(42*time.Second+90*ms, true, AppendEmptyResult(nil, 1))

	// A new VLR asks the old one who a TMSI is.
	x = l.dialogue(1, vlr, GT(gtVLR, telecom.SSNVLR), InterVlrInfoRetrieval, 3)
	x.begin(90*time.Second, AppendInvoke(nil, 1, OpSendIdentification, AppendSendIdentification(nil, 0x00c0ffee, 2, 3)))
	x.end(90*time.Second+90*ms, true, AppendResult(nil, 1, OpSendIdentification, AppendSendIdentificationResult(nil, roamer, Vectors{Quintuplets: 1, Version: 3}, d.r)))

	// Signalling network management: partner C out of reach this way, and back.
	d.on(210*time.Second, func(now time.Duration) { l.message(now, 1, 0, AppendSSNM(nil, M3UADUNA, l.rc, pcDirect)) })
	d.on(215*time.Second, func(now time.Duration) { l.message(now, 0, 0, AppendSSNM(nil, M3UADAUD, l.rc, pcDirect)) })
	d.on(220*time.Second, func(now time.Duration) { l.message(now, 1, 0, AppendSSNM(nil, M3UADAVA, l.rc, pcDirect)) })

	x = l.dialogue(1, vlr, hlr, MSPurging, 3)
	x.begin(240*time.Second, AppendInvoke(nil, 1, OpPurgeMS, AppendPurgeMS(nil, PurgeMS{IMSI: roamer, VLR: international(gtVLRB), Version: 3})))
	x.end(240*time.Second+100*ms, true, AppendResult(nil, 1, OpPurgeMS, AppendPurgeMSResult(nil)))
}

func (d *demo) mapOverDirect(l *ss7Link) {
	roamer, number := digits("001010000000007"), digits("9990155500007")
	hlr, vlr := GT(gtHLR, telecom.SSNHLR), GT(gtVLRC, telecom.SSNVLR)
	x := l.dialogue(1, vlr, hlr, InfoRetrieval, 3)
	x.begin(17*time.Second, sai(roamer, plmnC))
	x.end(17*time.Second+60*ms, true, d.vectors(Vectors{Quintuplets: 1, Version: 3}))
	l.register(18*time.Second, 1, vlr, hlr, roamer, number, gtMSCC, gtHLR)
	// Unordered delivery, and two messages in one packet.
	ask := l.dialogue(0, hlr, vlr, SubscriberInfoEnquiry, 3)
	d.on(120*time.Second, func(now time.Duration) {
		m := l.sccp(0, ask.peer, ask.me, Transaction{Type: TCBegin, OTID: ask.mine, Dialogue: Request(SubscriberInfoEnquiry, 3),
			Components: AppendInvoke(nil, 1, OpProvideSubscriberInfo, AppendProvideSubscriberInfo(nil, roamer))})
		l.chunks(now, 0, func(b []byte) []byte {
			b = l.s.Data(b, 0, Message{Stream: 1, PPID: PPIDM3UA, Unordered: true, Payload: m[0]})
			return l.s.Data(b, 0, Message{Stream: 0, PPID: PPIDM3UA, Payload: AppendM3UABeat(nil, M3UABEAT, []byte("direct"))})
		})
	})
	d.on(120*time.Second+20*ms, func(now time.Duration) { l.message(now, 1, 0, AppendM3UABeat(nil, M3UABEATAck, []byte("direct"))) })
	ask.end(120*time.Second+150*ms, true, AppendResult(nil, 1, OpProvideSubscriberInfo, AppendSubscriberInfo(nil, SubscriberInfo{
		Age: 2, Cell: Cell{plmnC, 0x0304, 0x3039}, VLR: international(gtVLRC), State: StateIdle})))
	// The link is taken down in good order.
	d.on(290*time.Second, func(now time.Duration) { l.message(now, 0, 0, AppendM3UAEmpty(nil, M3UAASPDN)) })
	d.on(290*time.Second+25*ms, func(now time.Duration) { l.message(now, 1, 0, AppendM3UAEmpty(nil, M3UAASPDNAck)) })
	for i := range 3 {
		d.on(291*time.Second+time.Duration(i)*12*ms, func(now time.Duration) { l.packet(now, i&1, l.s.Shutdown(nil, i&1, i)) })
	}
}

func (d *demo) diameterOverIPX(l *diameterLink) {
	roamer, number := digits("001010000000011"), digits("9990155500011")
	viaCMI := []string{peerMMEA.Host, peerDRAA.Host, peerCMI.Host}
	viaPCCW := []string{peerMMEA.Host, peerDRAA.Host, hopPCCW}
	clean := []string{peerMMEB.Host, peerDRAB.Host}
	answer := 45 * ms

	// 1. Partner A's requests name a watched carrier as a hop; the answers that
	// carry the keys and the profile name nobody.
	rq, an := l.exchange(AppS6a, peerMMEA, Peer{Realm: peerHSS.Realm}, viaCMI...)
	an.Origin = peerHSS
	l.send(4*time.Second, 1, AppendAIR(nil, rq, roamer, plmnA, 1))
	l.send(4*time.Second+answer, 0, AppendAIA(nil, an, Success, 1, d.r))
	rq, an = l.exchange(AppS6a, peerMMEA, peerHSS, viaCMI...)
	rq.ProxyInfo = []ProxyInfo{{peerDRAA.Host, "state-0001"}}
	an.ProxyInfo = rq.ProxyInfo
	l.send(4*time.Second+400*ms, 1, AppendULR(nil, rq, roamer, plmnA, digits("99000000000011")))
	// The profile in three DATA chunks, two in the first packet.
	m := AppendULA(nil, an, Success, number, "internet.example")
	d.on(4*time.Second+450*ms, func(now time.Duration) {
		s := l.sctp
		msg := Message{PPID: PPIDDiameter}
		s.chunks(now, 0, func(b []byte) []byte {
			b = s.s.Fragment(b, 0, msg, m[:200], true, false)
			return s.s.Fragment(b, 0, msg, m[200:400], false, false)
		})
		d.on(now+ms, func(now time.Duration) {
			s.chunks(now, 0, func(b []byte) []byte { return s.s.Fragment(b, 0, msg, m[400:], false, true) })
		})
	})

	// 2. The same through PCCW Global as a hop.
	other := digits("001010000000012")
	rq, an = l.exchange(AppS6a, peerMMEA, Peer{Realm: peerHSS.Realm}, viaPCCW...)
	an.Origin = peerHSS
	l.send(24*time.Second, 1, AppendAIR(nil, rq, other, plmnA, 2))
	l.send(24*time.Second+answer, 0, AppendAIA(nil, an, Success, 2, d.r))
	// 3. Refused over the same hop: an unknown user and one who may not roam.
	rq, an = l.exchange(AppS6a, peerMMEA, Peer{Realm: peerHSS.Realm}, viaPCCW...)
	an.Origin = peerHSS
	l.send(25*time.Second, 1, AppendAIR(nil, rq, digits("001010000000098"), plmnA, 1))
	l.send(25*time.Second+answer, 0, AppendAIA(nil, an, ErrorUserUnknown, 0, d.r))
	rq, an = l.exchange(AppS6a, peerMMEA, peerHSS, viaPCCW...)
	l.send(27*time.Second, 1, AppendULR(nil, rq, other, plmnA, telecom.Digits{}))
	l.send(27*time.Second+answer, 0, AppendULA(nil, an, ErrorRoamingDenied, telecom.Digits{}, ""))

	// 4. Partner B's requests come without a watched hop; a request and a
	// watchdog share a packet.
	clear := digits("001010000000013")
	rq, an = l.exchange(AppS6a, peerMMEB, Peer{Realm: peerHSS.Realm}, clean...)
	an.Origin = peerHSS
	hop, end := d.hops()
	dwr, bundled := AppendDWR(nil, peerIPX, hop, end), AppendAIR(nil, rq, clear, plmnB, 1)
	d.on(35*time.Second, func(now time.Duration) {
		s := l.sctp
		s.chunks(now, 1, func(b []byte) []byte {
			b = s.s.Data(b, 1, Message{PPID: PPIDDiameter, Payload: dwr})
			return s.s.Data(b, 1, Message{PPID: PPIDDiameter, Payload: bundled})
		})
	})
	l.send(35*time.Second+10*ms, 0, AppendDWA(nil, peerDRA, hop, end))
	l.send(35*time.Second+answer, 0, AppendAIA(nil, an, Success, 1, d.r))
	rq, an = l.exchange(AppS6a, peerMMEB, peerHSS, clean...)
	l.send(36*time.Second, 1, AppendULR(nil, rq, clear, plmnB, digits("99000000000013")))
	l.send(36*time.Second+answer, 0, AppendULA(nil, an, Success, digits("9990155500013"), "internet.example"))

	// 5. The HSS asks partner A's MME for a cell; the old MME is told; a purge.
	// Requests from home carry home's own hops only: the far path is unknown.
	rq, an = l.exchange(AppS6a, peerHSS, peerMMEA, peerHSS.Host)
	l.send(75*time.Second, 0, AppendIDR(nil, rq, roamer, IDRUserState|IDRLocation|IDRCurrentLocation))
	l.send(75*time.Second+210*ms, 1, AppendIDA(nil, an, Success, EPSCell{plmnA, 0x0102, 0x00a1b2c, 0}))
	rq, an = l.exchange(AppS6a, peerHSS, peerMMEB, peerHSS.Host)
	l.send(76*time.Second, 0, AppendCLR(nil, rq, clear, 0))
	l.send(76*time.Second+180*ms, 1, AppendEmptyAnswer(nil, an, CmdCL, Success))
	rq, an = l.exchange(AppS6a, peerMMEA, peerHSS, viaCMI...)
	l.send(250*time.Second, 1, AppendPUR(nil, rq, roamer))
	l.send(250*time.Second+answer, 0, AppendPUA(nil, an, Success))
	// 6. The IPX cannot deliver: an answer by a relay, with the E flag.
	rq, an = l.exchange(AppS6a, peerHSS, Peer{"mme9.epc.mnc070.mcc999.3gppnetwork.org", peerMMEA.Realm}, peerHSS.Host)
	an.Origin = peerIPX
	l.send(77*time.Second, 0, AppendCLR(nil, rq, roamer, 0))
	l.send(77*time.Second+30*ms, 1, AppendEmptyAnswer(nil, an, CmdCL, UnableToDeliver))
}

func (d *demo) diameterOverHub(l *diameterLink) {
	roamer, number := digits("001010000000021"), digits("9990155500021")
	via := []string{peerMMEA.Host, peerDRAA.Host}
	answer := 40 * ms
	t := l.tcp

	// 1. The carrier is the next hop: whatever passes, it reads. The request is
	// split over two segments.
	rq, an := l.exchange(AppS6a, peerMMEA, Peer{Realm: peerHSS.Realm}, via...)
	an.Origin = peerHSS
	air := AppendAIR(nil, rq, roamer, plmnA, 1)
	d.on(11*time.Second, func(now time.Duration) { t.data(now, 1, air[:150]) })
	d.on(11*time.Second+2*ms, func(now time.Duration) { t.data(now, 1, air[150:]) })
	l.send(11*time.Second+answer, 0, AppendAIA(nil, an, Success, 3, d.r))
	// 2. The answer is lost on the way and sent again.
	rq, an = l.exchange(AppS6a, peerMMEA, peerHSS, via...)
	l.send(13*time.Second, 1, AppendULR(nil, rq, roamer, plmnA, digits("99000000000021")))
	ula := AppendULA(nil, an, Success, number, "internet.example")
	d.on(13*time.Second+answer, func(now time.Duration) {
		seq := t.c.Ends[0].Seq
		t.segment(now, 0, PSH|ACK, ula)
		again := t.c.SegmentAt(nil, 0, seq, PSH|ACK, ula)
		d.on(now+210*ms, func(now time.Duration) {
			d.packet(now, t.vlan, t.c.Ends[0].Addr.Addr(), t.c.Ends[1].Addr.Addr(), ProtoTCP, again)
		})
		d.on(now+250*ms, func(now time.Duration) { t.segment(now, 1, ACK, nil) })
	})

	// 3. Short messages: where is the phone, delivery, one from it. Two commands
	// come in one segment.
	rq, an = l.exchange(AppS6c, peerSMSA, Peer{Realm: peerHSS.Realm}, peerSMSA.Host, peerDRAA.Host)
	an.Origin = peerHSS
	hop, end := d.hops()
	together := AppendDWR(AppendSRR(nil, rq, number, gtSMSCA), peerCMI, hop, end)
	d.on(55*time.Second, func(now time.Duration) { t.data(now, 1, together) })
	l.send(55*time.Second+10*ms, 0, AppendDWA(nil, peerDRA, hop, end))
	l.send(55*time.Second+answer, 0, AppendSRA(nil, an, Success, roamer, peerMMEA, digits("999700000070")))
	tpdu := AppendDeliver(nil, ShortMessage{Peer: digits("9990155500009"), Text: "Synthetic message over SGd", Sent: DemoStart.Add(56 * time.Second)})
	rq, an = l.exchange(AppSGd, peerSMSC, peerMMEA, peerSMSC.Host)
	l.send(56*time.Second, 0, AppendTFR(nil, rq, gtSMSC, roamer, tpdu))
	l.send(56*time.Second+300*ms, 1, AppendEmptyAnswer(nil, an, CmdTF, Success))
	submit := AppendSubmit(nil, ShortMessage{Peer: digits("9990155500009"), Text: "Synthetic reply over SGd"})
	rq, an = l.exchange(AppSGd, peerMMEA, peerSMSC, via...)
	l.send(58*time.Second, 1, AppendOFR(nil, rq, gtSMSC, roamer, number, submit))
	l.send(58*time.Second+answer, 0, AppendEmptyAnswer(nil, an, CmdOF, Success))

	// 4. The group operator's own subscriber in the home network.
	guest := digits("460000000000002")
	rq, an = l.exchange(AppS6a, peerMME, Peer{Realm: peerHSSG.Realm}, peerMME.Host)
	an.Origin = peerHSSG
	l.send(85*time.Second, 0, AppendAIR(nil, rq, guest, plmnHome, 1))
	l.send(85*time.Second+160*ms, 1, AppendAIA(nil, an, Success, 1, d.r))
	rq, an = l.exchange(AppS6a, peerMME, peerHSSG, peerMME.Host)
	l.send(86*time.Second, 0, AppendULR(nil, rq, guest, plmnHome, digits("99000000000022")))
	l.send(86*time.Second+160*ms, 1, AppendULA(nil, an, Success, digits("8613900000002"), "internet.example"))

	// 5. Location on demand, a changed phone, a refusal, a purge.
	rq, an = l.exchange(AppS6a, peerHSS, peerMMEA, peerHSS.Host)
	l.send(115*time.Second, 0, AppendIDR(nil, rq, roamer, IDRLocation|IDRCurrentLocation))
	l.send(115*time.Second+190*ms, 1, AppendIDA(nil, an, Success, EPSCell{plmnA, 0x0102, 0x00a1b2d, 1}))
	rq, an = l.exchange(AppS6a, peerMMEA, peerHSS, via...)
	l.send(118*time.Second, 1, AppendNOR(nil, rq, roamer, digits("99000000000099"), digits("999700000070")))
	l.send(118*time.Second+answer, 0, AppendEmptyAnswer(nil, an, CmdNO, Success))
	rq, an = l.exchange(AppS6a, peerMMEA, peerHSS, via...)
	l.send(125*time.Second, 1, AppendULR(nil, rq, digits("001010000000097"), plmnA, telecom.Digits{}))
	l.send(125*time.Second+answer, 0, AppendULA(nil, an, ErrorRoamingDenied, telecom.Digits{}, ""))
	rq, an = l.exchange(AppS6a, peerMMEA, peerHSS, via...)
	l.send(260*time.Second, 1, AppendPUR(nil, rq, roamer))
	l.send(260*time.Second+answer, 0, AppendPUA(nil, an, Success))

	// 6. The carrier takes its connection down.
	hop, end = d.hops()
	l.send(294*time.Second, 1, AppendDPR(nil, peerCMI, hop, end, 0))
	l.send(294*time.Second+answer, 0, AppendDPA(nil, peerDRA, hop, end))
	d.on(294*time.Second+150*ms, func(now time.Duration) { t.segment(now, 1, FIN|ACK, nil) })
	d.on(294*time.Second+180*ms, func(now time.Duration) { t.segment(now, 0, FIN|ACK, nil) })
	d.on(294*time.Second+210*ms, func(now time.Duration) { t.segment(now, 1, ACK, nil) })
}

func (d *demo) diameterOverDirect(l *diameterLink) {
	roamer := digits("001010000000031")
	rq, an := l.exchange(AppS6a, peerMMEC, Peer{Realm: peerHSS.Realm}, peerMMEC.Host)
	an.Origin = peerHSS
	l.send(8*time.Second, 1, AppendAIR(nil, rq, roamer, plmnC, 1))
	l.send(8*time.Second+30*ms, 0, AppendAIA(nil, an, Success, 1, d.r))
	rq, an = l.exchange(AppS6a, peerMMEC, peerHSS, peerMMEC.Host)
	l.send(8*time.Second+500*ms, 1, AppendULR(nil, rq, roamer, plmnC, digits("99000000000031")))
	l.send(8*time.Second+530*ms, 0, AppendULA(nil, an, Success, digits("9990155500031"), "internet.example"))
	rq, an = l.exchange(AppS6a, peerMMEC, Peer{Realm: peerHSS.Realm}, peerMMEC.Host)
	an.Origin = peerHSS
	l.send(180*time.Second, 1, AppendAIR(nil, rq, digits("001010000000096"), plmnC, 1))
	l.send(180*time.Second+30*ms, 0, AppendAIA(nil, an, ErrorUserUnknown, 0, d.r))
}

// bystanders adds what a mirror port shows besides signaling.
func (d *demo) bystanders() {
	gateway, server := netip.MustParseAddr("192.0.2.254"), netip.MustParseAddr("192.0.2.31")
	d.on(0, func(now time.Duration) { d.frame(now, AppendARP(nil, 1, server, gateway)) })
	d.on(ms, func(now time.Duration) { d.frame(now, AppendARP(nil, 2, gateway, server)) })
	d.on(210*time.Second, func(now time.Duration) { d.frame(now, AppendARP(nil, 1, gateway, server)) })

	resolver := netip.MustParseAddrPort("192.0.2.53:53")
	client := netip.MustParseAddrPort("192.0.2.31:40053")
	query := func(flags byte, answers byte) []byte {
		b := []byte{0x1a, 0x2b, flags, 0, 0, 1, 0, answers, 0, 0, 0, 0}
		b = append(appendLabels(b, "ipx1.example.net"), 0)
		return append(b, 0, 1, 0, 1)
	}
	d.on(2*time.Second, func(now time.Duration) {
		d.packet(now, 0, client.Addr(), resolver.Addr(), ProtoUDP, AppendUDP(nil, client, resolver, query(1, 0)))
	})
	d.on(2*time.Second+4*ms, func(now time.Duration) {
		b := append(query(0x81, 1), 0xc0, 12, 0, 1, 0, 1, 0, 0, 0x0e, 0x10, 0, 4, 198, 51, 100, 71)
		d.packet(now, 0, resolver.Addr(), client.Addr(), ProtoUDP, AppendUDP(nil, resolver, client, b))
	})

	web := &tcpLink{d: d, c: NewConnection(TCPEnd{Addr: netip.MustParseAddrPort("192.0.2.200:52100")}, TCPEnd{Addr: netip.MustParseAddrPort("192.0.2.80:80")}, d.r)}
	web.setUp(65*time.Second, 0)
	d.on(65*time.Second+40*ms, func(now time.Duration) {
		web.data(now, 0, []byte("GET /status HTTP/1.1\r\nHost: www.example.net\r\nUser-Agent: example\r\n\r\n"))
	})
	d.on(65*time.Second+50*ms, func(now time.Duration) {
		web.data(now, 1, []byte("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nok\n"))
	})
	d.on(65*time.Second+200*ms, func(now time.Duration) { web.segment(now, 0, FIN|ACK, nil) })
	d.on(65*time.Second+201*ms, func(now time.Duration) { web.segment(now, 1, FIN|ACK, nil) })
	d.on(65*time.Second+202*ms, func(now time.Duration) { web.segment(now, 0, ACK, nil) })
}

// frame writes a whole frame, padded to the shortest Ethernet allows.
func (d *demo) frame(now time.Duration, frame []byte) {
	for len(frame) < minFrame {
		frame = append(frame, 0)
	}
	if err := d.wire.Capture.WriteFrame(d.clock(now), frame); d.err == nil {
		d.err = err
	}
}
