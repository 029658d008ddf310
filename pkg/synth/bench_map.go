package synth

import "sigtransit/decoders/telecom"

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
