package synth

import "sigtransit/decoders/telecom"

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
