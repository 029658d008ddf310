package cases

import (
	"encoding/binary"
	"net/netip"
	"slices"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/synth"
)

// Attributes by code: 3GPP's, the IETF's and GSMA's.
func tgpp(code uint32) synth.AVP { return synth.AVP{Code: code, Vendor: 10415, Flags: 0x40} }
func ietf(code uint32) synth.AVP { return synth.AVP{Code: code, Flags: 0x40} }
func gsma(code uint32) synth.AVP { return synth.AVP{Code: code, Vendor: 46304} }

func text(a synth.AVP, s string) []byte         { return synth.AppendAVPString(nil, a, s) }
func word(a synth.AVP, v uint32) []byte         { return synth.AppendAVP32(nil, a, v) }
func value(a synth.AVP, b ...byte) []byte       { return synth.AppendAVP(nil, a, b) }
func address(a synth.AVP, ip netip.Addr) []byte { return synth.AppendAVPAddress(nil, a, ip) }
func tbcd(a synth.AVP, d telecom.Digits) []byte {
	return synth.AppendAVP(nil, a, synth.AppendTBCD(nil, d))
}
func group(a synth.AVP, parts ...[]byte) []byte {
	return synth.AppendAVP(nil, a, slices.Concat(parts...))
}
func secret(a synth.AVP, n int, v byte) []byte {
	return synth.AppendAVP(nil, a, slices.Repeat([]byte{v}, n))
}
func userName(d telecom.Digits, s string) []byte {
	return text(synth.AVPUserName, string(d.AppendTo(nil))+s)
}

// Names and numbers of nodes of the visited network.
var (
	mmeNumber  = telecom.MustDigits("99970000011")
	sgsnNumber = telecom.MustDigits("99970000012")
	mscNumber  = telecom.MustDigits("99970000013")
	smsfNumber = telecom.MustDigits("99970000014")
	gmlcNumber = telecom.MustDigits("999010000015")
	terminal   = telecom.MustDigits("35609204000000")
	gateway    = netip.MustParseAddr("203.0.113.31")
	gmlc       = netip.MustParseAddr("192.0.2.41")
)

var (
	visited  = value(synth.AVPVisitedPLMN, 0x99, 0xf9, 0x07) // 999-70
	ecgi     = []byte{0x99, 0xf9, 0x07, 0x00, 0x00, 0x01, 0x01}
	tai      = []byte{0x99, 0xf9, 0x07, 0x00, 0x01}
	uli      = slices.Concat([]byte{130}, tai, ecgi) // TAI and ECGI (TS 29.274 8.21)
	estimate = []byte{0x00, 0x12, 0x34, 0x56, 0x12, 0x34, 0x56}
	realmNAI = "@nai.epc.mnc001.mcc001.3gppnetwork.org"
	realmIMS = "@ims.mnc001.mcc001.3gppnetwork.org"
)

// spoken is one command of an application, with what request, answer and refusal
// hold beside session, origin and destination.
type spoken struct {
	app, code       uint32
	request, answer func(telecom.Digits) [][]byte
	refusal         synth.ResultCode
}

func none(telecom.Digits) [][]byte { return nil }

func just(parts ...[]byte) func(telecom.Digits) [][]byte {
	return func(telecom.Digits) [][]byte { return parts }
}

// user is a User-Name and more.
func user(suffix string, more ...[]byte) func(telecom.Digits) [][]byte {
	return func(d telecom.Digits) [][]byte { return append([][]byte{userName(d, suffix)}, more...) }
}

// subscription is a Subscription-Id with the IMSI, one with the number, and more.
func subscription(more ...[]byte) func(telecom.Digits) [][]byte {
	return func(d telecom.Digits) [][]byte {
		id := func(typ uint32, v telecom.Digits) []byte {
			return group(ietf(443), word(ietf(450), typ), text(ietf(444), string(v.AppendTo(nil))))
		}
		return append([][]byte{id(1, d), id(0, number)}, more...)
	}
}

// identifier is a User-Identifier (TS 29.336 6.4.2) with what it may hold, and more.
func identifier(code uint32, more ...[]byte) func(telecom.Digits) [][]byte {
	return func(d telecom.Digits) [][]byte {
		return append([][]byte{group(tgpp(code), userName(d, ""), tbcd(tgpp(701), number), text(tgpp(3111), "meter7@example.net"))}, more...)
	}
}

// spokenCommands are all of them. Codes are those of the specifications beside each.
func spokenCommands() []spoken {
	unknown := synth.ErrorUserUnknown
	vector := func(code uint32) []byte {
		return group(tgpp(code), secret(tgpp(1447), 16, 0x11), secret(tgpp(1448), 8, 0x22), secret(tgpp(1449), 16, 0x33))
	}
	gatewayOf := group(ietf(486), address(ietf(334), gateway), group(ietf(348), text(ietf(283), mme.Realm), text(ietf(293), "pgw1."+mme.Realm)))
	apn := func(more ...[]byte) []byte {
		return group(tgpp(1430), slices.Concat(slices.Concat([][]byte{word(tgpp(1423), 1), word(tgpp(1456), 0), text(ietf(493), "internet")}, more)...))
	}
	profile := group(tgpp(1400), word(tgpp(1424), 0), tbcd(tgpp(701), number), tbcd(tgpp(1433), gmlcNumber), word(tgpp(1426), 32), word(tgpp(1425), 1), text(tgpp(13), "0800"),
		group(tgpp(1473), tbcd(tgpp(1474), gmlcNumber)), group(tgpp(1486), value(tgpp(1487), 0x21)), group(tgpp(1429), word(tgpp(1423), 1), word(tgpp(1428), 0), apn(gatewayOf)))
	servingNode := group(tgpp(2401), text(tgpp(2402), mme.Host), text(tgpp(2408), mme.Realm), tbcd(tgpp(1645), mmeNumber), tbcd(tgpp(2403), mscNumber))
	where := group(tgpp(1496), group(tgpp(1600), value(tgpp(1602), ecgi...), value(tgpp(1603), tai...), word(tgpp(1611), 3)))
	state := group(tgpp(1495), group(tgpp(1497), word(tgpp(1499), 2)))
	item := group(tgpp(612), word(tgpp(613), 1), text(tgpp(608), "EAP-AKA"), secret(tgpp(609), 32, 0x44), secret(tgpp(610), 8, 0x55), secret(tgpp(625), 16, 0x66), secret(tgpp(626), 16, 0x77))
	asked := group(tgpp(612), text(tgpp(608), "EAP-AKA"))
	public := text(tgpp(601), "sip:+"+string(number.AppendTo(nil))+realmIMS)
	server := text(tgpp(602), "sip:scscf1.ims.mnc070.mcc999.3gppnetwork.org:5060")
	network := text(tgpp(600), "ims.mnc070.mcc999.3gppnetwork.org")
	place := value(tgpp(22), uli...)
	sgsn := value(tgpp(6), gateway.AsSlice()...)
	plmn := text(tgpp(18), "99970")
	first, event := word(ietf(416), 1), word(ietf(415), 0)
	sms := value(tgpp(3301), 0x01, 0x00, 0x05, 0x81, 0x21, 0x43, 0xf5, 0x00, 0x00, 0x00)
	scef := text(tgpp(3125), "scef1.example.net")
	monitor := group(tgpp(3122), word(tgpp(3124), 7), scef, word(tgpp(3127), 2))
	report := group(tgpp(3123), word(tgpp(3124), 7), scef, word(tgpp(3140), 1), where)

	return []spoken{
		// S6a and S6d, S13, S7a (TS 29.272).
		{16777251, 316, user("", visited, group(tgpp(1401), text(tgpp(1402), string(terminal.AppendTo(nil)))), tbcd(tgpp(1489), sgsnNumber)), just(word(tgpp(1406), 1), profile), synth.ErrorRoamingDenied},
		{16777251, 317, user("", word(tgpp(1420), 0)), none, unknown},
		{16777251, 318, user("", visited, group(tgpp(1408), word(tgpp(1410), 1))), just(group(tgpp(1413), vector(1414), vector(1415), vector(1416))), synth.ErrorAuthData},
		{16777251, 319, user("", word(tgpp(1490), 8)), just(where, state), unknown},
		{16777251, 320, user("", word(tgpp(1421), 1)), none, unknown},
		{16777251, 321, user(""), none, unknown},
		{16777251, 322, none, none, synth.UnableToComply},
		{16777251, 323, user("", apnChange(gatewayOf)...), none, unknown},
		{16777252, 324, just(group(tgpp(1401), text(tgpp(1402), string(terminal.AppendTo(nil))))), just(word(tgpp(1445), 0)), synth.ResultCode{Code: 5422, Experimental: true}},
		{16777308, 8388638, user("", word(tgpp(1639), 0)), none, unknown},
		// S6c, SGd (TS 29.338).
		{16777312, 8388647, just(tbcd(tgpp(701), number), tbcd(tgpp(3300), centre)), user("", servingNode, tbcd(tgpp(3338), smsfNumber), text(tgpp(3340), "smsf1."+mme.Realm)), synth.ErrorAbsentUser},
		{16777312, 8388648, identifier(3102, tbcd(tgpp(3300), centre)), none, unknown},
		{16777312, 8388649, identifier(3102, tbcd(tgpp(3300), centre), group(tgpp(3316), group(tgpp(3317), word(tgpp(3321), 0)))), none, unknown},
		{16777313, 8388645, identifier(3102, tbcd(tgpp(3300), centre), sms), none, synth.ResultCode{Code: 5555, Experimental: true}},
		{16777313, 8388646, user("", tbcd(tgpp(3300), centre), sms), none, synth.ErrorAbsentUser},
		// SLg, SLh (TS 29.172, 29.173).
		{16777255, 8388620, user("", word(tgpp(2500), 0)), just(value(tgpp(1242), estimate...), word(tgpp(2514), 0), value(tgpp(2517), ecgi...)), synth.ResultCode{Code: 4225, Experimental: true}},
		{16777255, 8388621, user("", word(tgpp(2518), 1), value(tgpp(1242), estimate...), group(tgpp(2401), text(tgpp(2402), mme.Host), text(tgpp(2408), mme.Realm))), none, unknown},
		{16777291, 8388622, just(tbcd(tgpp(701), number)), user("", servingNode, group(tgpp(2406), tbcd(tgpp(1489), sgsnNumber)), address(tgpp(2405), gmlc)), unknown},
		// SWx, SWm, STa, S6b (TS 29.273).
		{16777265, 303, user("", network, asked), user("", item), synth.ResultCode{Code: 5450, Experimental: true}},
		{16777265, 301, user("", word(tgpp(614), 1)), user("", group(tgpp(1500), word(tgpp(1501), 0), apn(gatewayOf)), text(tgpp(318), "aaa1."+mme.Realm)), unknown},
		{16777264, 268, user("", value(ietf(462), 2, 1, 0, 6, 1, 'x'), text(ietf(493), "internet")), just(secret(ietf(464), 64, 0x88)), synth.ResultCode{Code: 4001}},
		{16777250, 268, nai(network, value(ietf(462), 2, 1, 0, 6, 1, 'x')), just(secret(ietf(464), 64, 0x88)), synth.ResultCode{Code: 4001}},
		{16777272, 265, nai(gatewayOf, text(ietf(493), "internet")), just(apn()), synth.ResultCode{Code: 5003}},
		// Cx, Sh (TS 29.229, 29.329), Zh, Zn (TS 29.109).
		{16777216, 300, user(realmIMS, public, network), just(server), unknown},
		{16777216, 301, user(realmIMS, public, server, word(tgpp(614), 1)), just(text(tgpp(606), "<IMSSubscription/>")), unknown},
		{16777216, 302, just(public), just(server), unknown},
		{16777216, 303, user(realmIMS, public, asked), just(item), unknown},
		{16777217, 306, just(group(tgpp(700), tbcd(tgpp(701), number)), word(tgpp(703), 14)), just(text(tgpp(702), "<Sh-Data/>")), unknown},
		{16777221, 303, user(realmIMS), user(realmIMS, item), unknown},
		{16777220, 310, just(value(tgpp(400), 1, 2, 3), text(tgpp(402), "naf1.example.net")), user(realmIMS, secret(tgpp(405), 32, 0x99)), synth.ResultCode{Code: 5403, Experimental: true}},
		// Gx, Gxx, S9 (TS 29.212, 29.215), Rx (TS 29.214), Sy (TS 29.219), Gy (TS 32.299), Rf.
		{16777238, 272, subscription(first, event, place, sgsn, plmn, address(tgpp(1050), gateway), text(ietf(30), "internet")), just(first, event), synth.ResultCode{Code: 5140, Experimental: true}},
		{16777266, 272, subscription(first, event, place), just(first, event), synth.ResultCode{Code: 5140, Experimental: true}},
		{16777267, 272, subscription(first, event, address(tgpp(1050), gateway)), just(first, event), synth.ResultCode{Code: 5003}},
		{16777236, 265, subscription(text(tgpp(504), "IMS Services")), none, synth.ResultCode{Code: 5065, Experimental: true}},
		{16777302, 8388635, subscription(word(tgpp(2904), 0)), just(group(tgpp(2903), text(tgpp(2901), "a"), text(tgpp(2902), "b"))), synth.ResultCode{Code: 5570, Experimental: true}},
		{4, 272, subscription(first, event, group(tgpp(873), group(tgpp(874), text(tgpp(2), "0001"), address(tgpp(1228), gateway), address(tgpp(847), gateway), place))), just(first, event), synth.ResultCode{Code: 4012}},
		{3, 271, subscription(word(ietf(480), 1), word(ietf(485), 0), group(tgpp(873), group(tgpp(2000), address8(tgpp(2017), centre)))), just(word(ietf(480), 1), word(ietf(485), 0)), synth.ResultCode{Code: 4002}},
		// T4 (TS 29.337), T6a (TS 29.128), S6m, S6t (TS 29.336), PC4a (TS 29.344).
		{16777311, 8388643, identifier(3102, text(tgpp(3104), "scs1.example.net"), servingNode, group(tgpp(3001), word(tgpp(3007), 1), word(tgpp(3005), 1), group(tgpp(3003), text(tgpp(3004), "wake up")))), just(group(tgpp(3002), word(tgpp(3007), 1), word(tgpp(3008), 0))), synth.ErrorAbsentUser},
		{16777346, 8388732, identifier(3102, scef, visited, word(tgpp(4314), 0)), none, unknown},
		{16777346, 8388733, identifier(3102, scef, text(tgpp(4315), "42")), none, unknown},
		{16777310, 8388641, just(group(tgpp(3102), text(tgpp(3111), "meter7@example.net"))), identifier(3102, servingNode, text(tgpp(3101), "ipsmgw1.example.net")), unknown},
		{16777345, 8388718, identifier(3102, monitor), identifier(3102, report), unknown},
		{16777345, 8388719, identifier(3102, report), none, synth.ResultCode{Code: 5515, Experimental: true}},
		{16777345, 8388726, identifier(3102, group(tgpp(3150), text(ietf(493), "iot"))), identifier(3102, group(tgpp(3151), userName(imsi(1), ""), tbcd(tgpp(701), number))), unknown},
		{16777336, 8388664, user("", visited), just(group(tgpp(3701), tbcd(tgpp(701), number), word(tgpp(3702), 1))), synth.ResultCode{Code: 5610, Experimental: true}},
	}
}

// apnChange is what a Notify-Request says of a gateway (TS 29.272 7.2.17).
func apnChange(gateway []byte) [][]byte {
	return [][]byte{gateway, word(tgpp(1423), 1), text(ietf(493), "internet"), tbcd(tgpp(1645), mmeNumber)}
}

// nai is a root NAI of EAP-AKA' as User-Name (TS 23.003 19.3.2), and more.
func nai(more ...[]byte) func(telecom.Digits) [][]byte {
	return func(d telecom.Digits) [][]byte {
		return append([][]byte{text(synth.AVPUserName, "6"+string(d.AppendTo(nil))+realmNAI)}, more...)
	}
}

// address8 is an Address that is an E.164 number: family 8 (RFC 6733 4.3.1).
func address8(a synth.AVP, d telecom.Digits) []byte {
	return value(a, append([]byte{0, 8}, d.AppendTo(nil)...)...)
}

// ask and reply are a request and its answer with these AVPs.
func ask(x synth.Exchange, code uint32, parts ...[]byte) []byte {
	b, at := synth.OpenRequest(nil, x, code)
	return synth.CloseRequest(append(b, slices.Concat(parts...)...), x, at)
}

func reply(x synth.Exchange, code uint32, r synth.ResultCode, parts ...[]byte) []byte {
	x.Origin, x.RouteRecord = x.Destination, nil
	b, at := synth.OpenAnswer(nil, x, code, r)
	return synth.CloseAnswer(append(b, slices.Concat(parts...)...), x, at)
}

// diameter is a packet with one message from an end.
func (m *maker) diameter(from int, b []byte) {
	m.chunks(from, m.dataAs(from, 1, synth.PPIDDiameter, b))
}

func interfaces(m *maker) {
	m.ports(3868)
	for _, s := range spokenCommands() {
		n := m.next()
		x := exchange(s.app, n, mme, hss)
		m.diameter(carrier, ask(x, s.code, s.request(imsi(n))...))
		m.diameter(home, reply(x, s.code, synth.Success, s.answer(imsi(n))...))
		n = m.next()
		x = exchange(s.app, n, mme, hss)
		m.diameter(carrier, ask(x, s.code, s.request(imsi(n))...))
		m.diameter(home, reply(x, s.code, s.refusal))
	}
}

// put24 is n in three octets.
func put24(n int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(n))[1:] }
