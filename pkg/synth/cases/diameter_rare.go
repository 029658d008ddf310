package cases

import (
	"net/netip"
	"slices"

	"sigtransit/pkg/synth"
)

func oddAVPs(m *maker) {
	m.ports(3868)
	send := func(app, code uint32, parts ...[]byte) synth.Exchange {
		x := exchange(app, m.next(), mme, hss)
		m.diameter(carrier, ask(x, code, parts...))
		return x
	}
	bare := func(code uint32) synth.AVP { return synth.AVP{Code: code, Flags: 0x40} }
	// Visited-PLMN-Id, SGSN-Number and MSISDN without V bit and vendor.
	x := send(synth.AppS6a, synth.CmdUL, userName(imsi(m.n+1), ""), value(bare(1407), 0x99, 0xf9, 0x07), tbcd(bare(1489), sgsnNumber))
	m.diameter(home, reply(x, synth.CmdUL, synth.Success, group(bare(1400), tbcd(bare(701), number))))
	// The codes of SGSN-Number and User-Name from a vendor nobody knows, and Framed-Route
	// of RADIUS, which has the code of 3GPP-User-Location-Info.
	x = send(synth.AppS6a, synth.CmdUL, userName(imsi(m.n+1), ""), tbcd(synth.AVP{Code: 1489, Vendor: 9999}, gmlcNumber), text(synth.AVP{Code: 1, Vendor: 9999}, "999990000000000"), text(bare(22), "192.0.2.0/24"))
	m.diameter(home, reply(x, synth.CmdUL, synth.ResultCode{Code: 5001}))
	// Twelve groups around a number, then twenty: more than are read.
	for _, depth := range []int{12, 20} {
		inner := tbcd(synth.AVPMSISDN, number)
		for range depth {
			inner = group(synth.AVPTerminalInfo, inner)
		}
		x = send(synth.AppS6a, synth.CmdNO, userName(imsi(m.n+1), ""), inner)
		m.diameter(home, reply(x, synth.CmdNO, synth.Success))
	}
	// A command that nobody knows, in a known application and in none.
	for _, app := range []uint32{synth.AppS6a, 16778999} {
		x = send(app, 8390000, userName(imsi(m.n+1), ""))
		m.diameter(home, reply(x, 8390000, synth.ResultCode{Code: 3001}))
	}
	// Experimental results: of 3GPP, of a vendor nobody knows, before and beside a
	// Result-Code.
	other := func(code uint32) []byte { return group(ietf(297), word(ietf(266), 9999), word(ietf(298), code)) }
	for _, r := range [][]byte{
		group(ietf(297), word(ietf(266), 10415), word(ietf(298), 5420)), other(5001),
		slices.Concat(other(4999), word(ietf(268), 5012)), slices.Concat(word(ietf(268), 2001), other(4999)),
	} {
		x = send(synth.AppS6a, synth.CmdPU, userName(imsi(m.n+1), ""))
		b, at := synth.OpenDiameter(nil, synth.FlagProxiable, synth.CmdPU, x.App, x.HopByHop, x.EndToEnd)
		b = synth.AppendAVPString(b, synth.AVPSessionID, x.SessionID)
		b = append(b, r...)
		b = synth.AppendAVPString(synth.AppendAVPString(b, synth.AVPOriginHost, hss.Host), synth.AVPOriginRealm, hss.Realm)
		m.diameter(home, synth.CloseDiameter(b, at))
	}
}

// signature is the group of FS.19 with who signs; nothing was really signed.
func signature(identity string) []byte {
	return group(gsma(1000), text(gsma(1003), identity), word(gsma(1002), 0xeec61d00), word(gsma(1004), 1), secret(gsma(1001), 70, 0xab))
}

func signed(m *maker) {
	m.ports(3868)
	send := func(by string, more ...[]byte) {
		n := m.next()
		x := exchange(synth.AppS6a, n, mme, hss)
		x.RouteRecord = nil
		m.diameter(carrier, ask(x, synth.CmdUL, append([][]byte{userName(imsi(n), ""), visited, signature(by)}, more...)...))
		m.diameter(home, reply(x, synth.CmdUL, synth.Success, tbcd(synth.AVPMSISDN, number), signature(hss.Realm)))
	}
	send(mme.Realm)
	send("pccwglobal.com") // the carrier signs: it is a hop
	send(mme.Realm, secret(gsma(1100), 48, 0xcd))
	// All that would be given away is encrypted.
	for _, by := range [][]byte{signature(mme.Realm), nil} {
		x := exchange(synth.AppS6a, m.next(), mme, hss)
		m.diameter(carrier, ask(x, synth.CmdUL, by, secret(gsma(1101), 64, 0xcd)))
		m.diameter(home, reply(x, synth.CmdUL, synth.Success, by, secret(gsma(1101), 96, 0xcd)))
	}
	// The handshake that agrees on keys: DTLS records in an application of its own.
	x := exchange(16777360, m.next(), mme, hss)
	for _, code := range []uint32{8388737, 8388738} {
		m.diameter(carrier, ask(x, code, value(gsma(1103), 22, 0xfe, 0xfd, 0, 0)))
		m.diameter(home, reply(x, code, synth.Success, value(gsma(1103), 22, 0xfe, 0xfd, 0, 0)))
	}
}

// mirroredAgent is the mirror of a carrier's agent: left of it the visited network's
// MME, right of it the home network's agent.
func mirroredAgent(m *maker) {
	side := func(left, right string, tag uint32) *synth.Association {
		end := func(a string, tag uint32) synth.SCTPEnd {
			return synth.SCTPEnd{Addrs: []netip.Addr{netip.MustParseAddr(a)}, Port: 3868, Tag: tag, TSN: tag}
		}
		return synth.NewAssociation(end(left, tag), end(right, tag+1), synth.NewRand(1))
	}
	links := [3]*synth.Association{side("203.0.113.61", "198.51.100.21", 0x100), side("198.51.100.21", "192.0.2.11", 0x200), side("198.51.100.21", "192.0.2.12", 0x300)}
	send := func(link, from int, b []byte) {
		a := links[link]
		c, at := a.Open(nil, from)
		c = synth.CloseSCTP(a.Data(c, from, synth.Message{Stream: 1, PPID: synth.PPIDDiameter, Payload: b}), at)
		src, dst := a.Ends[from].Addrs[0], a.Ends[1-from].Addrs[0]
		m.packet(synth.Packet{Src: src, Dst: dst, Protocol: synth.ProtoSCTP, ID: uint32(len(m.frames) + 1)}, c)
	}
	hello := func(link int, left, right synth.Peer) {
		c := synth.Capabilities{Peer: left, Product: "made up", Apps: []uint32{synth.AppS6a}, HopByHop: uint32(link + 1), EndToEnd: uint32(link + 1), ResultCode: 2001, Addresses: links[link].Ends[0].Addrs}
		send(link, 0, synth.AppendCER(nil, c))
		c.Peer, c.Addresses = right, links[link].Ends[1].Addrs
		send(link, 1, synth.AppendCEA(nil, c))
	}
	agent := synth.Peer{Host: dra, Realm: "pccwglobal.com"}
	hello(0, mme, agent)
	hello(1, agent, synth.Peer{Host: "dea1." + hss.Realm, Realm: hss.Realm})
	hello(2, agent, synth.Peer{Host: "dea2." + hss.Realm, Realm: hss.Realm})

	air := func(x synth.Exchange, n uint32) []byte {
		return ask(x, synth.CmdAI, userName(imsi(n), ""), visited, group(tgpp(1408), word(tgpp(1410), 1)))
	}
	aia := func(x synth.Exchange) []byte {
		return reply(x, synth.CmdAI, synth.Success, group(tgpp(1413), group(tgpp(1414), secret(tgpp(1447), 16, 0x11), secret(tgpp(1448), 8, 0x22), secret(tgpp(1449), 16, 0x33), secret(tgpp(1450), 32, 0x44))))
	}
	// onward is the exchange as the agent passes it on.
	onward := func(x synth.Exchange) synth.Exchange {
		x.HopByHop += 0x10000
		x.RouteRecord = append(slices.Clone(x.RouteRecord), mme.Host)
		return x
	}
	n := m.next()
	x := exchange(synth.AppS6a, n, mme, hss)
	x.RouteRecord = nil
	send(0, 0, air(x, n))
	send(1, 0, air(onward(x), n))
	send(1, 1, aia(onward(x)))
	send(0, 1, aia(x))
	// The first way is silent: the agent asks again on another, with the T flag.
	n = m.next()
	x = exchange(synth.AppS6a, n, mme, hss)
	x.RouteRecord = nil
	send(0, 0, air(x, n))
	send(1, 0, air(onward(x), n))
	again := onward(x)
	again.HopByHop, again.Retransmit = again.HopByHop+0x10000, true
	send(2, 0, air(again, n))
	send(2, 1, aia(again))
	send(0, 1, aia(x))
}

func largeMessages(m *maker) {
	m.ports(3868)
	// Sh user data of 70,000 octets, one octet over and over: it packs well, but a
	// capture is not packed.
	data := func(n int) []byte { return secret(tgpp(702), n, 'x') }
	query := func(x synth.Exchange) []byte {
		return ask(x, 306, group(tgpp(700), tbcd(tgpp(701), number)), word(tgpp(703), 0))
	}
	x := exchange(16777217, m.next(), mme, hss)
	m.diameter(carrier, query(x))
	b := reply(x, 306, synth.Success, data(70_000))
	msg := synth.Message{Stream: 1, PPID: synth.PPIDDiameter}
	for off := 0; off < len(b); off += 8000 {
		end := min(off+8000, len(b))
		m.chunks(home, m.assoc.Fragment(nil, home, msg, b[off:end], off == 0, end == len(b)))
	}
	// The same over TCP, and what follows it in the stream.
	tcp := func(i int, port uint16) synth.TCPEnd {
		return synth.TCPEnd{Addr: netip.AddrPortFrom(addrs[i], port), Seq: 1}
	}
	c := synth.NewConnection(tcp(carrier, 40000), tcp(home, 3868), synth.NewRand(1))
	segment := func(from int, flags uint8, b []byte) { m.ip(from, synth.ProtoTCP, c.Segment(nil, from, flags, b)) }
	segment(carrier, synth.SYN, nil)
	segment(home, synth.SYN|synth.ACK, nil)
	x = exchange(16777217, m.next(), mme, hss)
	segment(carrier, synth.ACK|synth.PSH, query(x))
	y := exchange(synth.AppS6a, m.next(), mme, hss)
	segment(carrier, synth.ACK|synth.PSH, ask(y, synth.CmdPU, userName(imsi(m.n), "")))
	b = slices.Concat(reply(x, 306, synth.Success, data(70_000)), reply(y, synth.CmdPU, synth.Success))
	for off := 0; off < len(b); off += 8000 {
		segment(home, synth.ACK, b[off:min(off+8000, len(b))])
	}
	// A length that no message has: it is given up, and the next one is found.
	z := exchange(synth.AppS6a, m.next(), mme, hss)
	lie := ask(z, synth.CmdPU, userName(imsi(m.n), ""))
	copy(lie[1:], put24(1<<24-4))
	z = exchange(synth.AppS6a, m.next(), mme, hss)
	segment(carrier, synth.ACK|synth.PSH, slices.Concat(lie, ask(z, synth.CmdPU, userName(imsi(m.n), ""))))
}
