package cases

import (
	"sigtransit/decoders/telecom"
	"sigtransit/pkg/synth"
)

var roamingCases = []Case{
	{Name: "roaming", Holds: "home, partners from a file and from numbering data, a carrier's hub: outbound, inbound, in transit, home's subscribers and visitors", make: roamers},
	{Name: "senders", Holds: "requests whose parts agree, or not, on who sends them: node numbers, titles, visited networks, realms, hosts and peers", make: senders},
}

// roamed is a dialogue of MAP: who begins it, between which addresses, and what is asked
// and answered.
type roamed struct {
	from             int
	calling, called  synth.Address
	answering        synth.Address // who answers: an HLR has another title than the one it is found by
	context          synth.Context
	operation        int32
	argument, result []byte
}

func (m *maker) say(s roamed) {
	n := m.next()
	send := func(from int, u synth.Unitdata, t synth.Transaction) {
		u.Data = synth.AppendTransaction(nil, t)
		m.chunks(from, m.data(from, m3ua(from, synth.AppendUDT(nil, u))))
	}
	send(s.from, synth.Unitdata{Called: s.called, Calling: s.calling}, synth.Transaction{
		Type: synth.TCBegin, OTID: synth.TID(n), Dialogue: synth.Request(s.context, 3), Components: synth.AppendInvoke(nil, 1, s.operation, s.argument)})
	send(1-s.from, synth.Unitdata{Called: s.calling, Calling: s.answering}, synth.Transaction{
		Type: synth.TCEnd, DTID: synth.TID(n), Dialogue: synth.Accept(s.context, 3), Components: synth.AppendResult(nil, 1, s.operation, s.result)})
}

func roamers(m *maker) {
	title := func(d string, ssn telecom.SSN) synth.Address { return synth.GT(telecom.MustDigits(d), ssn) }
	national := func(d string, ssn telecom.SSN) synth.Address {
		a := title(d, ssn)
		a.NAI = 3
		return a
	}
	update := func(imsi, vlr string) []byte {
		node := synth.International(telecom.MustDigits(vlr))
		return synth.AppendUpdateLocation(nil, synth.UpdateLocation{IMSI: telecom.MustDigits(imsi), MSC: node, VLR: node})
	}
	located := func(hlr string) []byte {
		return synth.AppendHLRResult(nil, synth.International(telecom.MustDigits(hlr)), 3)
	}
	vectors := func(imsi string) []byte {
		return synth.AppendSendAuthenticationInfo(nil, synth.SendAuthenticationInfo{IMSI: telecom.MustDigits(imsi), Vectors: 2, Version: 3})
	}
	found := synth.AppendSendAuthenticationInfoResult(nil, synth.Vectors{Quintuplets: 2, Version: 3}, synth.NewRand(1))
	const (
		homeHLR, homeVLR, homeSMSC = "99970000001", "99970000003", "99970000009"
		alphaVLR, betaVLR, hub     = "99971000003", "99972000003", "88800000001"
		smsHub                     = "99971880001"
	)
	// Home's subscriber registers with Alpha; the HLR is found by E.214.
	m.say(roamed{carrier, title(alphaVLR, telecom.SSNVLR), synth.MobileGT(telecom.MustDigits("99975000000001"), telecom.SSNHLR), title(homeHLR, telecom.SSNHLR),
		synth.NetworkLocUp, synth.OpUpdateLocation, update("999700000000001", alphaVLR), located(homeHLR)})
	// Another one with Beta, behind a hub's title: the VLR tells.
	m.say(roamed{carrier, title(hub, telecom.SSNVLR), title(homeHLR, telecom.SSNHLR), title(homeHLR, telecom.SSNHLR),
		synth.NetworkLocUp, synth.OpUpdateLocation, update("999700000000002", betaVLR), located(homeHLR)})
	// A visitor of Beta, whose MNC has three digits; its HLR is found by a title of E.214
	// that no list has and that ends as the IMSI does.
	m.say(roamed{home, title(homeVLR, telecom.SSNVLR), synth.MobileGT(telecom.MustDigits("88877000000003"), telecom.SSNHLR), title(hub, telecom.SSNHLR),
		synth.InfoRetrieval, synth.OpSendAuthenticationInfo, vectors("999720000000003"), found})
	// One of 999-72, two digits, whom nobody declares: the MCC is of no country.
	m.say(roamed{home, title(homeVLR, telecom.SSNVLR), title(hub, telecom.SSNHLR), title(hub, telecom.SSNHLR),
		synth.InfoRetrieval, synth.OpSendAuthenticationInfo, vectors("999721000000004"), found})
	// One of a network that numbering data alone know.
	m.say(roamed{home, title(homeVLR, telecom.SSNVLR), title(hub, telecom.SSNHLR), title(hub, telecom.SSNHLR),
		synth.NetworkLocUp, synth.OpUpdateLocation, update("001010000000005", homeVLR), located(hub)})
	// Between Alpha and Beta, in transit through home.
	m.say(roamed{carrier, title(alphaVLR, telecom.SSNVLR), title("99972000001", telecom.SSNHLR), title("99972000001", telecom.SSNHLR),
		synth.NetworkLocUp, synth.OpUpdateLocation, update("999720000000006", alphaVLR), located("99972000001")})
	// Alpha's service centre asks for home's subscriber, and home's for Alpha's.
	number := synth.International(telecom.MustDigits("99976000007"))
	m.say(roamed{carrier, title("99971000009", telecom.SSNMSC), title("99976000007", telecom.SSNHLR), title(homeHLR, telecom.SSNHLR),
		synth.ShortMsgGateway, synth.OpSendRoutingInfoForSM,
		synth.AppendSendRoutingInfoForSM(nil, synth.SendRoutingInfoForSM{MSISDN: number, ServiceCentre: synth.International(telecom.MustDigits("99971000009"))}),
		synth.AppendRoutingInfoForSM(nil, synth.RoutingInfoForSM{IMSI: telecom.MustDigits("999700000000007"), Node: synth.International(telecom.MustDigits(betaVLR))})})
	number = synth.International(telecom.MustDigits("99971800008"))
	m.say(roamed{home, title(homeSMSC, telecom.SSNMSC), title("99971800008", telecom.SSNHLR), title("99971000001", telecom.SSNHLR),
		synth.ShortMsgGateway, synth.OpSendRoutingInfoForSM,
		synth.AppendSendRoutingInfoForSM(nil, synth.SendRoutingInfoForSM{MSISDN: number, ServiceCentre: synth.International(telecom.MustDigits(homeSMSC))}),
		synth.AppendRoutingInfoForSM(nil, synth.RoutingInfoForSM{IMSI: telecom.MustDigits("999710000000008"), Node: synth.International(telecom.MustDigits(alphaVLR))})})
	// National numbers say nothing: which point code of the label is home's does.
	m.say(roamed{carrier, national("71000003", telecom.SSNVLR), national("70000001", telecom.SSNHLR), national("70000001", telecom.SSNHLR),
		synth.NetworkLocUp, synth.OpUpdateLocation, update("999700000000010", alphaVLR), located(homeHLR)})

	m.restart(0x33333333, 0x44444444, firstTSN)
	m.ports(3868)
	peer := func(host, realm string) synth.Peer { return synth.Peer{Host: host + "." + realm, Realm: realm} }
	visited := func(mnc uint16) telecom.PLMN { return telecom.PLMN{MCC: 999, MNC: mnc, Digits: 2} }
	ask := func(from int, a, z synth.Peer, request func(synth.Exchange) []byte, answer func(synth.Exchange) []byte) {
		x := exchange(synth.AppS6a, m.next(), a, z)
		x.RouteRecord = nil
		m.diameter(from, request(x))
		x.Origin = z
		m.diameter(1-from, answer(x))
	}
	ours := peer("mme1", "epc.mnc070.mcc999.3gppnetwork.org")
	// Home's subscriber with Alpha: Visited-PLMN-Id tells behind a hub's realm.
	ask(carrier, peer("dra1", "ipx.example.net"), peer("hss1", "home.example.net"),
		func(x synth.Exchange) []byte {
			return synth.AppendULR(nil, x, telecom.MustDigits("999700000000011"), visited(71), telecom.Digits{})
		},
		func(x synth.Exchange) []byte { return synth.AppendULA(nil, x, synth.Success, telecom.Digits{}, "") })
	// A visitor of the network that numbering data alone know; upper case, and a dot at the end.
	ask(home, ours, peer("hss1", "EPC.MNC001.MCC001.3GPPNETWORK.ORG."),
		func(x synth.Exchange) []byte {
			return synth.AppendAIR(nil, x, telecom.MustDigits("001010000000012"), visited(70), 1)
		},
		func(x synth.Exchange) []byte { return synth.AppendAIA(nil, x, synth.Success, 1, synth.NewRand(2)) })
	// One of Beta, whose realm has three digits of its own.
	ask(home, ours, peer("hss1", "epc.mnc720.mcc999.3gppnetwork.org"),
		func(x synth.Exchange) []byte {
			return synth.AppendAIR(nil, x, telecom.MustDigits("999720000000013"), visited(70), 1)
		},
		func(x synth.Exchange) []byte { return synth.AppendAIA(nil, x, synth.Success, 1, synth.NewRand(3)) })
	// Home's HSS takes its subscriber off Alpha's MME.
	ask(home, peer("hss1", "home.example.net"), peer("mme1", "roaming.alpha.example.net"),
		func(x synth.Exchange) []byte {
			return synth.AppendCLR(nil, x, telecom.MustDigits("999700000000014"), 0)
		},
		func(x synth.Exchange) []byte { return synth.AppendEmptyAnswer(nil, x, synth.CmdCL, synth.Success) })
	// And off an MME behind the agents of a carrier, which stand under Alpha's realm.
	ask(home, peer("hss1", "home.example.net"), peer("mme9", "hub.alpha.example.net"),
		func(x synth.Exchange) []byte {
			return synth.AppendCLR(nil, x, telecom.MustDigits("999700000000017"), 0)
		},
		func(x synth.Exchange) []byte { return synth.AppendEmptyAnswer(nil, x, synth.CmdCL, synth.Success) })

	m.restart(0x55555555, 0x66666666, firstTSN)
	m.ports(2905)
	// A carrier's SMS hub with a number out of Alpha's range: for Beta's service centre, then
	// for one that it does not name.
	number = synth.International(telecom.MustDigits("99976000015"))
	for _, centre := range []string{"99972000009", smsHub} {
		m.say(roamed{carrier, title(smsHub, telecom.SSNMSC), title("99976000015", telecom.SSNHLR), title(homeHLR, telecom.SSNHLR),
			synth.ShortMsgGateway, synth.OpSendRoutingInfoForSM,
			synth.AppendSendRoutingInfoForSM(nil, synth.SendRoutingInfoForSM{MSISDN: number, ServiceCentre: synth.International(telecom.MustDigits(centre))}),
			synth.AppendRoutingInfoForSM(nil, synth.RoutingInfoForSM{IMSI: telecom.MustDigits("999700000000015"), Node: synth.International(telecom.MustDigits(homeVLR))})})
	}
}
