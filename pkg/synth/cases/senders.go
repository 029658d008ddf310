package cases

import (
	"sigtransit/decoders/telecom"
	"sigtransit/pkg/synth"
)

// senders is requests whose parts agree, or not, on who sends them.
func senders(m *maker) {
	number := func(d string) synth.Number { return synth.International(telecom.MustDigits(d)) }
	const (
		homeHLR, homeVLR          = "99970000001", "99970000003"
		alphaVLR, betaVLR, gammaV = "99971000003", "99972000003", "99973000003"
		hub, stranger             = "99978000001", "88800000001"
	)
	// update is a registration: which title it comes under, and which VLR it names.
	update := func(from int, under, to, vlr string) {
		argument := synth.AppendUpdateLocation(nil, synth.UpdateLocation{IMSI: telecom.MustDigits("999700000000001"), MSC: number(vlr), VLR: number(vlr)})
		m.say(roamed{from, synth.GT(telecom.MustDigits(under), telecom.SSNVLR), synth.GT(telecom.MustDigits(to), telecom.SSNHLR), synth.GT(telecom.MustDigits(to), telecom.SSNHLR),
			synth.NetworkLocUp, synth.OpUpdateLocation, argument, synth.AppendHLRResult(nil, number(to), 3)})
	}
	inbound := func(under, vlr string) { update(carrier, under, homeHLR, vlr) }
	inbound(alphaVLR, "99971000004") // another node of Alpha's
	inbound(alphaVLR, betaVLR)       // of another country
	inbound(alphaVLR, gammaV)        // of another operator there
	inbound(hub, betaVLR)            // a hub that the carrier file knows
	inbound(stranger, betaVLR)       // under a title of nobody
	inbound(alphaVLR, "22229")       // too short for a number
	update(home, homeVLR, "99971000001", alphaVLR)
	inbound("12125550100", "14165550100")   // the area codes of a shared country code
	inbound("447700900001", "447911000001") // one country, by public facts
	inbound("447700900001", "12125550100")  // two of them

	hlr := synth.GT(telecom.MustDigits(homeHLR), telecom.SSNHLR)
	// An SGSN, and a VLR that lets a subscriber go.
	m.say(roamed{carrier, synth.GT(telecom.MustDigits(alphaVLR), telecom.SSNSGSN), hlr, hlr, synth.GprsLocationUpdate, synth.OpUpdateGprsLocation,
		synth.AppendUpdateGprsLocation(nil, synth.UpdateGprsLocation{IMSI: telecom.MustDigits("999700000000001"), SGSN: number(betaVLR), Address: [4]byte{192, 0, 2, 9}}),
		synth.AppendHLRResult(nil, number(homeHLR), 3)})
	m.say(roamed{carrier, synth.GT(telecom.MustDigits(alphaVLR), telecom.SSNVLR), hlr, hlr, synth.MSPurging, synth.OpPurgeMS,
		synth.AppendPurgeMS(nil, synth.PurgeMS{IMSI: telecom.MustDigits("999700000000001"), VLR: number(betaVLR), Version: 3}), nil})

	node := func(host, realm string) synth.Peer { return synth.Peer{Host: host + "." + realm, Realm: realm} }
	const (
		alpha, beta, gamma = "epc.mnc071.mcc999.3gppnetwork.org", "epc.mnc720.mcc999.3gppnetwork.org", "epc.mnc073.mcc999.3gppnetwork.org"
		network            = "epc.mnc070.mcc999.3gppnetwork.org"
		agents             = "ipx.example.net" // of the hub
	)
	visited := map[string]telecom.PLMN{alpha: {MCC: 999, MNC: 71, Digits: 2}, beta: {MCC: 999, MNC: 720, Digits: 3}, gamma: {MCC: 999, MNC: 73, Digits: 2}}
	// link opens an association with a peer, attach a session over it.
	link := func(tag uint32, peer synth.Peer) {
		m.restart(tag, tag+1, firstTSN)
		m.ports(3868)
		c := synth.Capabilities{Peer: peer, Product: "made up", Apps: []uint32{synth.AppS6a}, HopByHop: tag, EndToEnd: tag, ResultCode: 2001}
		m.diameter(carrier, synth.AppendCER(nil, c))
		c.Peer = node("dra1", network)
		m.diameter(home, synth.AppendCEA(nil, c))
	}
	attach := func(origin synth.Peer, in string, records ...string) {
		x := exchange(synth.AppS6a, m.next(), origin, node("hss1", network))
		x.RouteRecord = records
		m.diameter(carrier, synth.AppendULR(nil, x, telecom.MustDigits("999700000000002"), visited[in], telecom.Digits{}))
		x.Origin = x.Destination
		m.diameter(home, synth.AppendULA(nil, x, synth.Success, telecom.Digits{}, ""))
	}
	edge := node("dea1", alpha)
	link(0x1001, edge)
	attach(node("mme1", alpha), alpha)
	attach(node("mme1", alpha), beta)  // of another country
	attach(node("mme1", alpha), gamma) // of another operator there
	attach(node("mme1", beta), beta)   // from Alpha's agent, as if it was its own
	attach(node("mme1", beta), beta, "mme1."+beta, "dea1."+beta)
	attach(synth.Peer{Host: "mme1.example.org", Realm: alpha}, alpha) // a host of nobody's
	attach(synth.Peer{Host: "MME1." + alpha + ".", Realm: alpha}, alpha)
	link(0x2001, node("dra1", agents)) // the hub's agent leaves Route-Record out
	attach(node("mme1", beta), beta)
	attach(node("mme1", agents), beta) // and puts its own name in
}
