package diameter

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"testing"

	"sigtransit/decoders/internal/mutate"
	"sigtransit/decoders/internal/octets"
	"sigtransit/decoders/telecom"
)

const (
	appS6a = 16777251
	appS6c = 16777312
	appSGd = 16777313
	appSLg = 16777255
	appSLh = 16777291
	appCx  = 16777216
	appSh  = 16777217
	appSWx = 16777265
	appGx  = 16777238
)

func digits(s string) telecom.Digits { return telecom.MustDigits(s) }

// names is the array that holds the given route records.
func names(s ...string) (a [MaxRouteRecords][]byte) {
	for i, v := range s {
		a[i] = []byte(v)
	}
	return a
}

func proxies(s ...string) (a [MaxProxyHosts][]byte) {
	for i, v := range s {
		a[i] = []byte(v)
	}
	return a
}

// check decodes b into a new Message and into one that was used before, and
// compares all fields with want; those of the header and AVPs are taken from b.
// Decoding must not allocate, nor panic on any small damage.
func check(t *testing.T, b []byte, want Message, wantErr error) {
	t.Helper()
	var got Message
	err := got.Decode(b)
	if !errors.Is(err, wantErr) {
		t.Fatalf("error %v, want %v", err, wantErr)
	}
	want.Length, want.Flags, want.Command = got.Length, got.Flags, got.Command
	want.AppID, want.HopByHop, want.EndToEnd = got.AppID, got.HopByHop, got.EndToEnd
	want.AVPs = got.AVPs
	want.weakIMSI, want.weakMSISDN = got.weakIMSI, got.weakMSISDN
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}

	var used Message
	if err := used.Decode(goldenULR()); err != nil {
		t.Fatal(err)
	}
	_ = used.Decode(b)
	if !reflect.DeepEqual(visible(&used), visible(&got)) {
		t.Errorf("a used Message keeps something:\ngot  %+v\nwant %+v", used, got)
	}

	if n := testing.AllocsPerRun(20, func() { _ = used.Decode(b) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	mutate.Each(t, b, func(b []byte) {
		exercise(&used, b)
		compareWays(t, b)
	})
}

// compareWays holds the short way, on which the tables alone pass most AVPs, to the
// long one: with a dictionary, though it is empty, every AVP is dispatched by its
// code and judged by its kind.
func compareWays(t *testing.T, b []byte) {
	t.Helper()
	var short Message
	long := Message{Dictionary: new(Dictionary)}
	errShort, errLong := short.Decode(b), long.Decode(b)
	long.Dictionary = nil
	if errShort != errLong || !reflect.DeepEqual(visible(&short), visible(&long)) {
		t.Errorf("%x:\nthe short way gives %v, %+v\nthe long one       %v, %+v", b, errShort, short, errLong, long)
	}
}

// TestShortWay compares both ways for each code, in the message and in a group, with
// data of many lengths, good and bad.
func TestShortWay(t *testing.T) {
	data := []byte("\x00\x01mnc001.mcc001.3gppnetwork.org")
	for code := range uint32(max(len(baseAVPs), len(tgppAVPs)) + 1) {
		for _, vendor := range []uint32{0, Vendor3GPP} {
			if !KnownAVP(vendor, code) && code%100 != 99 {
				continue
			}
			for _, n := range []int{0, 4, 8, 18, len(data)} {
				a := rawAVP(code, 0xc0, vendor, data[len(data)-n:])
				if n == 4 || n == 18 {
					a = rawAVP(code, 0x40|uint8(min(vendor, 1)<<7), vendor, data[:n])
				}
				compareWays(t, message(0x80, 316, appS6a, a))
				compareWays(t, message(0x80, 316, appS6a, tgpp(1400, a, a)))
			}
		}
	}
}

// visible is m as its accessors show it.
func visible(m *Message) (v struct {
	Message
	routes, proxies [][]byte
	ips             []netip.Addr
	nodes           []Node
}) {
	v.Message = *m
	v.Message.routeRecords = [MaxRouteRecords][]byte{}
	v.Message.proxyHosts = [MaxProxyHosts][]byte{}
	v.Message.hostIPs = [MaxHostIPs]netip.Addr{}
	v.Message.nodes = [MaxNodes]Node{}
	v.nodes = m.Nodes()
	v.routes, v.proxies, v.ips = m.RouteRecords(), m.ProxyHosts(), m.HostIPs()
	return v
}

// exercise decodes b and calls all that can be called.
func exercise(m *Message, b []byte) {
	_ = m.Decode(b)
	_, _, _, _, _, _ = m.RouteRecords(), m.ProxyHosts(), m.HostIPs(), m.Nodes(), m.IsRequest(), m.IsError()
	_ = HeaderLooksValid(b)
	_, _ = PeekLength(b)
	_, _ = ParseAddress(b)
}

func TestDecodeULR(t *testing.T) {
	b := goldenULR()
	check(t, b, Message{
		Set:              FieldIMSI | FieldIMEI | FieldVisitedPLMN,
		SessionID:        []byte("mme1.epc.mnc001.mcc001.3gppnetwork.org;1794567890;1;s6a"),
		OriginHost:       []byte("mme1.epc.mnc001.mcc001.3gppnetwork.org"),
		OriginRealm:      []byte("epc.mnc001.mcc001.3gppnetwork.org"),
		DestinationHost:  []byte("hss1.epc.mnc070.mcc999.3gppnetwork.org"),
		DestinationRealm: []byte("epc.mnc070.mcc999.3gppnetwork.org"),
		UserName:         []byte("999700000000001"),
		routeRecords:     names("mme1.epc.mnc001.mcc001.3gppnetwork.org", "dra1.ipx.example"),
		NumRouteRecords:  2,
		proxyHosts:       proxies("dea1.example.net"),
		NumProxyHosts:    1,
		IMSI:             digits("999700000000001"),
		IMEI:             digits("35609204000000"),
		VisitedPLMN:      telecom.PLMN{MCC: 1, MNC: 1, Digits: 2},
	}, nil)
	var m Message
	if err := m.Decode(b); err != nil {
		t.Fatal(err)
	}
	if m.Length != 556 || m.Flags != 0xc0 || m.Command != 316 || m.AppID != appS6a || m.HopByHop != 0x11223344 || m.EndToEnd != 0x55667788 {
		t.Errorf("header: %+v", m)
	}
	if !m.IsRequest() || m.IsError() {
		t.Error("want a request without error")
	}
	if !bytes.Equal(m.AVPs, b[20:]) {
		t.Error("AVPs are not all octets behind the header")
	}
	// Slices alias the input and have no room to grow into it.
	if cap(m.OriginHost) != len(m.OriginHost) || cap(m.RouteRecords()[0]) != len(m.RouteRecords()[0]) {
		t.Error("a slice may grow into its neighbour")
	}
}

func TestDecodeAIA(t *testing.T) {
	check(t, goldenAIA(), Message{
		Set:         FieldResultCode | FieldVectors,
		SessionID:   []byte("mme1.epc.mnc001.mcc001.3gppnetwork.org;1794567890;2;s6a"),
		OriginHost:  []byte("hss1.epc.mnc070.mcc999.3gppnetwork.org"),
		OriginRealm: []byte("epc.mnc070.mcc999.3gppnetwork.org"),
		ResultCode:  2001,
		VectorCount: 2,
		Vectors:     [NumVectorKinds]uint8{VectorEUTRAN: 2},
	}, nil)
}

func TestDecodeDWR(t *testing.T) {
	check(t, goldenDWR(), Message{OriginHost: []byte("dra1.ipx.example"), OriginRealm: []byte("ipx.example")}, nil)
}

// TestAVPs has one row for each AVP that is read, in the command that carries it.
func TestAVPs(t *testing.T) {
	v4 := octets.Hex("0001 c0000201")                            // Address: IPv4 192.0.2.1
	v6 := octets.Hex("0002 20010db8 00000000 00000000 00000001") // Address: IPv6 2001:db8::1
	tbcd := octets.Hex("89 67 45 23 01 f0")                      // 98765432100
	imsi, isdn := "001010123456789", "98765432100"
	found := func(f Field, change func(*Message)) Message {
		m := Message{Set: f}
		change(&m)
		return m
	}
	plain := func(f Field) Message { return Message{Set: f} }
	withIMSI := func(m *Message) { m.IMSI = digits(imsi) }
	withISDN := func(m *Message) { m.MSISDN = digits(isdn) }
	vectors := func(kinds ...VectorKind) func(*Message) {
		return func(m *Message) {
			for _, k := range kinds {
				m.VectorCount++
				m.Vectors[k]++
			}
		}
	}
	nodes := func(f Field, n ...Node) Message {
		return found(f, func(m *Message) { m.NumNodes = copy(m.nodes[:], n) })
	}
	number := func(r NodeRole, avp string) Node { return Node{Role: r, AVP: avp, GT: digits(isdn)} }
	host := func(r NodeRole, avp, name string) Node { return Node{Role: r, AVP: avp, Name: str(name)} }
	realm := func(r NodeRole, avp, name string) Node { return Node{Role: r, AVP: avp, Name: str(name), Realm: true} }
	addr := func(r NodeRole, avp, a string) Node { return Node{Role: r, AVP: avp, Addr: netip.MustParseAddr(a)} }
	plmn := func(m *Message) { m.VisitedPLMN = telecom.PLMN{MCC: 1, MNC: 1, Digits: 2} }
	imei := func(m *Message) { m.IMEI = digits("35609204000000") }
	user := func(name string) Message {
		return found(FieldIMSI, func(m *Message) { m.UserName = str(name); withIMSI(m) })
	}

	tests := []struct {
		name         string
		flags        uint8
		command, app uint32
		avps         [][]byte
		want         Message
	}{
		{"User-Name, IMSI", 0x80, 316, appS6a, [][]byte{ietf(1, str(imsi))}, user(imsi)},
		{"User-Name, IMSI and realm", 0x80, 303, appSWx, [][]byte{ietf(1, str(imsi+"@example.net"))}, user(imsi + "@example.net")},
		{"User-Name, IMS private identity", 0x80, 300, appCx, [][]byte{ietf(1, str(imsi+"@ims.mnc001.mcc001.3gppnetwork.org"))},
			user(imsi + "@ims.mnc001.mcc001.3gppnetwork.org")},
		{"User-Name, root NAI of EAP-AKA", 0x80, 268, 16777264, [][]byte{ietf(1, str("0"+imsi+"@nai.epc.mnc001.mcc001.3gppnetwork.org"))},
			user("0" + imsi + "@nai.epc.mnc001.mcc001.3gppnetwork.org")},
		{"User-Name, root NAI of EAP-AKA'", 0x80, 268, 16777250, [][]byte{ietf(1, str("6"+imsi+"@NAI.epc.mnc001.mcc001.3gppnetwork.org"))},
			user("6" + imsi + "@NAI.epc.mnc001.mcc001.3gppnetwork.org")},
		{"User-Name, root NAI of EAP-SIM", 0x80, 268, 5, [][]byte{ietf(1, str("1"+imsi+"@wlan.mnc001.mcc001.3gppnetwork.org"))},
			user("1" + imsi + "@wlan.mnc001.mcc001.3gppnetwork.org")},
		{"User-Name, decorated NAI", 0x80, 268, 16777250, [][]byte{ietf(1, str("nai.epc.mnc001.mcc001.3gppnetwork.org!0"+imsi+"@nai.epc.mnc070.mcc999.3gppnetwork.org"))},
			user("nai.epc.mnc001.mcc001.3gppnetwork.org!0" + imsi + "@nai.epc.mnc070.mcc999.3gppnetwork.org")},
		{"User-Name, no leading digit to strip elsewhere", 0x80, 268, 16777250, [][]byte{ietf(1, str("0"+imsi+"@example.net"))},
			Message{UserName: str("0" + imsi + "@example.net")}},
		{"User-Name, pseudonym", 0x80, 268, 16777250, [][]byte{ietf(1, str("2a8f30b@nai.epc.mnc001.mcc001.3gppnetwork.org"))},
			Message{UserName: str("2a8f30b@nai.epc.mnc001.mcc001.3gppnetwork.org")}},
		{"User-Name, too short and too long", 0x80, 316, appS6a, [][]byte{ietf(1, str("12345"))}, Message{UserName: str("12345")}},
		{"User-Name, 16 digits", 0x80, 316, appS6a, [][]byte{ietf(1, str("1234567890123456"))}, Message{UserName: str("1234567890123456")}},
		{"User-Name of network access, a number", 0x80, 265, 1, [][]byte{ietf(1, str("98765432100"))}, Message{UserName: str("98765432100")}},
		{"User-Name of network access, a word", 0x80, 265, 1, [][]byte{ietf(1, str("alice"))}, Message{UserName: str("alice")}},
		{"User-Name, empty", 0x80, 265, 1, [][]byte{ietf(1)}, Message{UserName: []byte{}}},
		{"User-Name, the first counts", 0x80, 316, appS6a, [][]byte{ietf(1, str(imsi)), ietf(1, str("999990000000000"))}, user(imsi)},

		{"Subscription-Id, IMSI over User-Name", 0x80, 272, appGx, [][]byte{ietf(1, str("999990000000000")), ietf(443, ietf(450, u32(1)), ietf(444, str(imsi)))},
			found(FieldIMSI, func(m *Message) { m.UserName = str("999990000000000"); withIMSI(m) })},
		{"Subscription-Id, data before type, IMSI and E.164", 0x80, 272, 4, [][]byte{
			ietf(443, ietf(444, str(imsi)), ietf(450, u32(1))), ietf(443, ietf(450, u32(0)), ietf(444, str("+"+isdn)))},
			found(FieldIMSI|FieldMSISDN, func(m *Message) { withIMSI(m); withISDN(m) })},
		{"Subscription-Id, NAI", 0x80, 272, appGx, [][]byte{ietf(443, ietf(450, u32(3)), ietf(444, str("0"+imsi+"@nai.epc.mnc001.mcc001.3gppnetwork.org")))},
			found(FieldIMSI, withIMSI)},
		{"Subscription-Id, SIP URI with IMSI", 0x80, 265, 16777236, [][]byte{ietf(443, ietf(450, u32(2)), ietf(444, str("sip:"+imsi+"@ims.mnc001.mcc001.3gppnetwork.org")))},
			found(FieldIMSI, withIMSI)},
		{"Subscription-Id, private", 0x80, 272, appGx, [][]byte{ietf(443, ietf(450, u32(4)), ietf(444, str("x")))}, Message{}},
		{"Subscription-Id-Extension", 0x80, 272, 4, [][]byte{ietf(659, ietf(661, str(imsi))), ietf(659, ietf(660, str(isdn)))},
			found(FieldIMSI|FieldMSISDN, func(m *Message) { withIMSI(m); withISDN(m) })},
		{"User-Identifier", 0x80, 8388647, appS6c, [][]byte{tgpp(3102, ietf(1, str(imsi)), tgpp(701, tbcd))},
			found(FieldIMSI|FieldMSISDN, func(m *Message) { withIMSI(m); withISDN(m) })},
		{"User-Identity", 0x80, 306, appSh, [][]byte{tgpp(700, tgpp(701, tbcd))}, found(FieldMSISDN, withISDN)},
		{"Public-Identity, tel", 0x80, 300, appCx, [][]byte{tgpp(601, str("tel:+"+isdn))}, found(FieldMSISDN, withISDN)},
		{"Public-Identity, SIP number", 0x80, 300, appCx, [][]byte{tgpp(601, str("sip:+"+isdn+"@ims.example"))}, found(FieldMSISDN, withISDN)},
		{"Public-Identity, other digits", 0x80, 300, appCx, [][]byte{tgpp(601, str("sip:99999012345678@ims.mnc001.mcc001.3gppnetwork.org"))}, Message{}},
		{"3GPP-IMSI", 0x80, 272, appGx, [][]byte{tgpp(1, str(imsi))}, found(FieldIMSI, withIMSI)},

		{"MSISDN", 0x80, 8388622, appSLh, [][]byte{tgpp(701, tbcd)}, found(FieldMSISDN, withISDN)},
		{"MSISDN, even digits", 0x80, 8388622, appSLh, [][]byte{tgpp(701, octets.Hex("89 67 45 23 01 10"))}, found(FieldMSISDN, func(m *Message) { m.MSISDN = digits("987654321001") })},
		{"MSISDN with nature of address", 0x80, 8388622, appSLh, [][]byte{tgpp(701, octets.Hex("91 89 67 45 23 01 f0"))}, found(FieldMSISDN, withISDN)},
		{"MSISDN of country code 1", 0x80, 8388622, appSLh, [][]byte{tgpp(701, octets.Hex("91 09 55 15 00 f0"))}, found(FieldMSISDN, func(m *Message) { m.MSISDN = digits("19905551000") })},
		{"MSISDN as text", 0x80, 8388622, appSLh, [][]byte{tgpp(701, str(isdn))}, found(FieldMSISDN, withISDN)},
		{"MSISDN in Subscription-Data", 0x40, 316, appS6a, [][]byte{tgpp(1400, tgpp(1417, u32(2)), tgpp(701, tbcd))}, found(FieldSubscriptionData|FieldMSISDN, withISDN)},
		{"SC-Address and SM-RP-UI", 0xc0, 8388645, appSGd, [][]byte{tgpp(3300, octets.Hex("89 67 45 f3")), tgpp(3301, octets.Hex("0100"))},
			found(FieldSCAddress|FieldSMText, func(m *Message) { m.SCAddress = digits("9876543") })},

		{"Terminal-Information", 0x80, 324, 16777252, [][]byte{tgpp(1401, tgpp(1402, str("35609204000000")), tgpp(1403, str("01")))}, found(FieldIMEI, imei)},
		{"3GPP-IMEISV in TBCD", 0x80, 272, appGx, [][]byte{tgpp(20, octets.Hex("53 06 29 40 00 00 00 f0"))}, found(FieldIMEI, func(m *Message) { m.IMEI = digits("356092040000000") })},
		{"User-Equipment-Info", 0x80, 272, 4, [][]byte{ietf(458, ietf(459, u32(0)), ietf(460, str("3560920400000001")))}, found(FieldIMEI, func(m *Message) { m.IMEI = digits("3560920400000001") })},
		{"User-Equipment-Info, MAC", 0x80, 272, 4, [][]byte{ietf(458, ietf(459, u32(1)), ietf(460, octets.Hex("020000000001")))}, Message{}},
		{"User-Equipment-Info-Extension", 0x80, 272, 4, [][]byte{ietf(653, ietf(658, str("35609204000000")))}, found(FieldIMEI, imei)},

		{"Visited-PLMN-Id", 0x80, 318, appS6a, [][]byte{tgpp(1407, octets.Hex("00f110"))}, found(FieldVisitedPLMN, plmn)},
		{"Visited-PLMN-Id, MNC of three digits", 0x80, 318, appS6a, [][]byte{tgpp(1407, octets.Hex("130014"))},
			found(FieldVisitedPLMN, func(m *Message) { m.VisitedPLMN = telecom.PLMN{MCC: 310, MNC: 410, Digits: 3} })},
		{"Visited-Network-Identifier", 0x80, 300, appCx, [][]byte{tgpp(600, str("ims.mnc001.mcc001.3gppnetwork.org"))}, found(FieldVisitedPLMN, plmn)},
		{"Visited-Network-Identifier, MNC of three digits", 0x80, 303, appSWx, [][]byte{tgpp(600, str("MNC410.MCC310.3gppnetwork.org"))},
			found(FieldVisitedPLMN, func(m *Message) { m.VisitedPLMN = telecom.PLMN{MCC: 310, MNC: 410, Digits: 3} })},
		{"Visited-Network-Identifier without a PLMN", 0x80, 300, appCx, [][]byte{tgpp(600, str("visited.example.net"))}, Message{}},
		{"Visited-Network-Identifier of the access", 0x80, 268, 16777250, [][]byte{tgpp(600, str("mnc001.mcc001.3gppnetwork.org"))}, found(FieldVisitedPLMN, plmn)},
		{"Visited-Network-Identifier of a gateway, S6a", 0x80, 323, appS6a, [][]byte{tgpp(600, str("mnc001.mcc001.3gppnetwork.org"))}, Message{}},
		{"Visited-Network-Identifier of a gateway, SWx", 0x80, 301, appSWx, [][]byte{tgpp(600, str("mnc001.mcc001.3gppnetwork.org"))}, Message{}},
		{"Visited-Network-Identifier of a gateway, in a profile", 0x40, 268, 16777250,
			[][]byte{tgpp(1430, ietf(493, str("internet")), tgpp(600, str("mnc001.mcc001.3gppnetwork.org")))}, Message{}},
		{"Visited-PLMN-Id behind equivalent ones", 0x80, 316, appS6a,
			[][]byte{tgpp(1637, tgpp(1407, octets.Hex("02f801")), tgpp(1407, octets.Hex("22f810"))), tgpp(1407, octets.Hex("00f110"))}, found(FieldVisitedPLMN, plmn)},
		{"Visited-PLMN-Id of a profile", 0x80, 319, appS6a, [][]byte{tgpp(1400,
			tgpp(1637, tgpp(1407, octets.Hex("00f110"))), tgpp(1436, tgpp(1407, octets.Hex("00f110"))), tgpp(1672, tgpp(1407, octets.Hex("00f110"))),
			tgpp(1673, tgpp(1407, octets.Hex("00f110"))))}, plain(FieldSubscriptionData)},
		{"Visited-PLMN-Id in a list, of 4 octets", 0x80, 316, appS6a, [][]byte{tgpp(1637, tgpp(1407, octets.Hex("00f11000")))},
			Message{Faults: FaultAVPType, FaultOffset: 32}},
		{"3GPP-SGSN-MCC-MNC", 0x80, 272, appGx, [][]byte{tgpp(18, str("00101"))}, found(FieldVisitedPLMN, plmn)},

		{"Result-Code", 0x40, 316, appS6a, [][]byte{ietf(268, u32(2001))}, found(FieldResultCode, func(m *Message) { m.ResultCode = 2001 })},
		{"Experimental-Result", 0x40, 316, appS6a, [][]byte{ietf(297, ietf(266, u32(10415)), ietf(298, u32(5001)))},
			found(FieldExperimentalResult, func(m *Message) { m.ResultCode, m.ResultVendor = 5001, 10415 })},
		{"Result-Code before Experimental-Result", 0x40, 316, appS6a, [][]byte{ietf(268, u32(5012)), ietf(297, ietf(266, u32(10415)), ietf(298, u32(5001)))},
			found(FieldResultCode, func(m *Message) { m.ResultCode = 5012 })},
		{"Inband-Security-Id, none and TLS", 0x80, 257, 0, [][]byte{ietf(299, u32(1)), ietf(299, u32(0))}, found(FieldInbandSecurity, func(m *Message) { m.InbandSecurity = 1 })},
		{"Inband-Security-Id, none", 0x80, 257, 0, [][]byte{ietf(299, u32(0))}, plain(FieldInbandSecurity)},
		{"Host-IP-Address", 0x80, 257, 0, [][]byte{ietf(257, v4), ietf(257, v6)},
			found(0, func(m *Message) {
				m.hostIPs = [MaxHostIPs]netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")}
				m.NumHostIPs = 2
			})},

		{"E-UTRAN-Vector", 0x40, 318, appS6a, [][]byte{tgpp(1413, tgpp(1414, tgpp(1447, make([]byte, 16))))}, found(FieldVectors, vectors(VectorEUTRAN))},
		{"UTRAN- and GERAN-Vector", 0x40, 318, appS6a, [][]byte{tgpp(1413, tgpp(1415, tgpp(1447, make([]byte, 16))), tgpp(1416, tgpp(1447, make([]byte, 16))))}, found(FieldVectors, vectors(VectorUTRAN, VectorGERAN))},
		{"empty vector", 0x40, 318, appS6a, [][]byte{tgpp(1413, tgpp(1414))}, Message{}},
		{"SIP-Auth-Data-Item of an answer", 0x40, 303, appCx, [][]byte{
			tgpp(612, tgpp(613, u32(1)), tgpp(608, str("Digest-AKAv1-MD5")), tgpp(609, make([]byte, 32)), tgpp(610, make([]byte, 8)), tgpp(625, make([]byte, 16)), tgpp(626, make([]byte, 16)))},
			found(FieldVectors|FieldKeys, vectors(VectorSIP))},
		{"SIP-Auth-Data-Item with digest", 0x40, 303, appCx, [][]byte{tgpp(612, tgpp(608, str("SIP Digest")), tgpp(635, ietf(121, str("939e7578ed9e3c518a452acee763bce9"))))},
			found(FieldVectors, vectors(VectorSIP))},
		{"SIP-Auth-Data-Item of a request", 0xc0, 303, appCx, [][]byte{tgpp(612, tgpp(608, str("Digest-AKAv1-MD5")), tgpp(610, make([]byte, 30)))}, Message{}},
		{"EAP-Master-Session-Key", 0x40, 268, 16777264, [][]byte{ietf(464, make([]byte, 64))}, plain(FieldKeys)},
		{"Key", 0x40, 268, 16777264, [][]byte{ietf(581, ietf(583, make([]byte, 32)))}, plain(FieldKeys)},
		{"ME-Key-Material", 0x40, 310, 16777220, [][]byte{tgpp(405, make([]byte, 32))}, plain(FieldKeys)},

		{"Cx User-Data", 0x40, 301, appCx, [][]byte{tgpp(606, str("<IMSSubscription/>"))}, plain(FieldSubscriptionData)},
		{"Sh User-Data", 0x40, 306, appSh, [][]byte{tgpp(702, str("<Sh-Data/>"))}, plain(FieldSubscriptionData)},
		{"Non-3GPP-User-Data", 0x40, 301, appSWx, [][]byte{tgpp(1500, ietf(443, ietf(450, u32(0)), ietf(444, str(isdn))))}, found(FieldSubscriptionData|FieldMSISDN, withISDN)},

		{"EPS-Location-Information", 0x40, 319, appS6a, [][]byte{tgpp(1496, tgpp(1600, tgpp(1602, octets.Hex("00f110 00000101")), tgpp(1611, u32(3))))}, plain(FieldCell | FieldLocationAge)},
		{"EPS-Location-Information, coordinates", 0x40, 319, appS6a, [][]byte{tgpp(1496, tgpp(1601, tgpp(1608, make([]byte, 8))))}, plain(FieldPosition)},
		{"EPS-User-State", 0x40, 319, appS6a, [][]byte{tgpp(1495, tgpp(1497, tgpp(1499, u32(2))))}, plain(FieldState)},
		{"ECGI", 0x40, 8388620, appSLg, [][]byte{tgpp(2517, octets.Hex("00f110 00000101"))}, plain(FieldCell)},
		{"ESMLC-Cell-Info", 0x40, 8388620, appSLg, [][]byte{tgpp(2552, tgpp(2517, octets.Hex("00f110 00000101")))}, plain(FieldCell)},
		{"Location-Estimate and its age", 0x40, 8388620, appSLg, [][]byte{tgpp(1242, octets.Hex("00 123456 123456")), tgpp(2514, u32(1))}, plain(FieldPosition | FieldLocationAge)},
		{"Civic-Address", 0x40, 8388620, appSLg, [][]byte{tgpp(2556, str("<civicAddress/>"))}, plain(FieldPosition)},
		{"3GPP-User-Location-Info", 0x80, 272, appGx, [][]byte{tgpp(22, octets.Hex("82 00f110 0001 00f110 00000101"))}, plain(FieldCell)},
		{"3GPP-User-Location-Info in Service-Information", 0x80, 272, 4, [][]byte{tgpp(873, tgpp(874, tgpp(22, octets.Hex("82 00f110 0001 00f110 00000101"))))}, plain(FieldCell)},
		{"Monitoring-Event-Report", 0x80, 8388719, 16777345, [][]byte{tgpp(3123, tgpp(3140, u32(1)), tgpp(1496, tgpp(1600, tgpp(1603, octets.Hex("00f110 0001")))))}, plain(FieldCell | FieldState)},

		{"Serving-Node", 0x40, 8388622, appSLh, [][]byte{tgpp(2401, tgpp(2402, str("mme1.example.net")), tgpp(2408, str("example.net")), tgpp(2403, tbcd))},
			nodes(FieldServingNode, host(NodeServing, "MME-Name", "mme1.example.net"), realm(NodeServing, "MME-Realm", "example.net"), number(NodeMSCNumber, "MSC-Number"))},
		{"Additional-Serving-Node", 0x40, 8388622, appSLh, [][]byte{tgpp(2406, tgpp(1489, tbcd))}, nodes(FieldServingNode, number(NodeSGSNNumber, "SGSN-Number"))},
		{"Serving-Node, GMLC", 0x40, 8388622, appSLh, [][]byte{tgpp(2405, v4)}, nodes(0, addr(NodeGMLC, "GMLC-Address", "192.0.2.1"))},
		{"MME-Number-for-MT-SMS", 0x40, 323, appS6a, [][]byte{tgpp(1645, tbcd)}, nodes(FieldServingNode, number(NodeMMENumber, "MME-Number-for-MT-SMS"))},
		{"SGSN-Number", 0x40, 316, appS6a, [][]byte{tgpp(1489, tbcd)}, nodes(FieldServingNode, number(NodeSGSNNumber, "SGSN-Number"))},
		{"a node named twice", 0x40, 316, appS6a, [][]byte{tgpp(1489, tbcd), tgpp(1489, tbcd)}, nodes(FieldServingNode, number(NodeSGSNNumber, "SGSN-Number"))},
		{"SMSF", 0x40, 8388647, appS6c, [][]byte{tgpp(3338, tbcd), tgpp(3340, str("smsf.example.net")), tgpp(3342, str("example.net"))},
			nodes(FieldServingNode, number(NodeSMSFNumber, "SMSF-3GPP-Number"), host(NodeServing, "SMSF-3GPP-Name", "smsf.example.net"), realm(NodeServing, "SMSF-3GPP-Realm", "example.net"))},
		{"SMSF-3GPP-Address", 0x40, 8388647, appS6c, [][]byte{tgpp(3344, tgpp(3338, tbcd))}, nodes(FieldServingNode, number(NodeSMSFNumber, "SMSF-3GPP-Number"))},
		{"IP-SM-GW and STN-SR", 0x40, 316, appS6a, [][]byte{tgpp(3101, str("ipsmgw.example.net")), tgpp(1433, tbcd)},
			nodes(0, host(NodeOther, "IP-SM-GW-Name", "ipsmgw.example.net"), number(NodeOther, "STN-SR"))},
		{"GMLC-Number in LCS-Info", 0x40, 316, appS6a, [][]byte{tgpp(1400, tgpp(1473, tgpp(1474, tbcd)))}, nodes(FieldSubscriptionData|FieldLCS, number(NodeGMLC, "GMLC-Number"))},
		{"3GPP-SGSN-Address, bare", 0x80, 272, appGx, [][]byte{tgpp(6, octets.Hex("c0000201")), tgpp(15, v6[2:])},
			nodes(FieldServingNode, addr(NodeServing, "3GPP-SGSN-Address", "192.0.2.1"), addr(NodeServing, "3GPP-SGSN-IPv6-Address", "2001:db8::1"))},
		{"3GPP-GGSN-Address and AN-GW-Address", 0x80, 272, appGx, [][]byte{tgpp(7, octets.Hex("c0000201")), tgpp(1050, v6)},
			nodes(FieldServingNode, addr(NodeGateway, "3GPP-GGSN-Address", "192.0.2.1"), addr(NodeGateway, "AN-GW-Address", "2001:db8::1"))},
		{"SMSC-Address, a number", 0x80, 272, 4, [][]byte{tgpp(873, tgpp(2000, tgpp(2017, octets.Hex("0008 3938373635343332313030"))))}, nodes(0, number(NodeOther, "SMSC-Address"))},
		{"MIP6-Agent-Info in an APN of a profile", 0x40, 316, appS6a, [][]byte{tgpp(1400, tgpp(1429, tgpp(1430, ietf(486, ietf(334, v4), ietf(348, ietf(283, str("example.net")), ietf(293, str("pgw.example.net")))))))},
			nodes(FieldSubscriptionData|FieldAPNs, addr(NodeGateway, "MIP-Home-Agent-Address", "192.0.2.1"), realm(NodeGateway, "MIP-Home-Agent-Host", "example.net"), host(NodeGateway, "MIP-Home-Agent-Host", "pgw.example.net"))},
		{"SCEF", 0x80, 8388718, 16777345, [][]byte{tgpp(3122, tgpp(3125, str("scef.example.net"))), tgpp(1684, str("example.net"))},
			nodes(0, host(NodeSCEF, "SCEF-ID", "scef.example.net"), realm(NodeSCEF, "SCEF-Realm", "example.net"))},
		{"Server-Name", 0x40, 302, appCx, [][]byte{tgpp(602, str("sip:scscf1@scscf.example.net:5060;transport=tcp"))}, nodes(FieldServingNode, host(NodeServing, "Server-Name", "scscf.example.net"))},
		{"Server-Name that is no SIP URI", 0x40, 302, appCx, [][]byte{tgpp(602, str("scscf.example.net"))}, Message{}},
		{"3GPP-AAA-Server-Name", 0x40, 301, appSWx, [][]byte{tgpp(318, str("aaa.example.net"))}, nodes(FieldServingNode, host(NodeServing, "3GPP-AAA-Server-Name", "aaa.example.net"))},
		{"NAF-Hostname", 0x80, 310, 16777220, [][]byte{tgpp(402, str("naf.example.net"))}, nodes(0, host(NodeOther, "NAF-Hostname", "naf.example.net"))},

		{"profile", 0x40, 316, appS6a, [][]byte{tgpp(1400, tgpp(1418, u32(1)), tgpp(1425, u32(1)), tgpp(1426, u32(1)), tgpp(13, str("0800")), tgpp(1486, tgpp(1487, octets.Hex("21"))), tgpp(1467, tgpp(1469, tgpp(1423, u32(1)))))},
			plain(FieldSubscriptionData | FieldBarring | FieldRestrictions | FieldCharging | FieldServices | FieldAPNs)},
		{"charging characteristics outside of a profile", 0x80, 272, appGx, [][]byte{tgpp(13, str("0800"))}, Message{}},
		{"A-MSISDN", 0x40, 316, appS6a, [][]byte{tgpp(1643, tbcd)}, found(FieldMSISDN, withISDN)},
		{"A-MSISDN before MSISDN", 0x40, 316, appS6a, [][]byte{tgpp(1643, octets.Hex("89674523 01f1")), tgpp(701, tbcd)}, found(FieldMSISDN, withISDN)},
		{"A-MSISDN behind MSISDN", 0x40, 316, appS6a, [][]byte{tgpp(701, tbcd), tgpp(1643, octets.Hex("89674523 01f1"))}, found(FieldMSISDN, withISDN)},
		{"Framed-IP-Address", 0x80, 272, appGx, [][]byte{ietf(8, octets.Hex("c0000201"))}, plain(FieldUserAddress)},
		{"Framed-IPv6-Prefix", 0x80, 272, appGx, [][]byte{ietf(97, octets.Hex("0040 20010db8 00000000"))}, plain(FieldUserAddress)},
		{"PDP-Address", 0x80, 272, 4, [][]byte{tgpp(873, tgpp(874, tgpp(1227, v4)))}, plain(FieldUserAddress)},
		{"External-Identifier", 0x80, 8388641, 16777310, [][]byte{tgpp(3102, tgpp(3111, str("thing@example.net")))}, plain(FieldExternalID)},
		{"payload of a device trigger", 0x80, 8388643, 16777311, [][]byte{tgpp(3001, tgpp(3003, tgpp(3004, str("wake"))))}, plain(FieldSMText)},

		{"signature", 0x80, 316, appS6a, [][]byte{gsma(1000, gsma(1003, str("epc.example.net")), gsma(1002, u32(1)), gsma(1004, u32(1)), gsma(1001, make([]byte, 64)))},
			found(FieldSignature, func(m *Message) { m.Signer, m.SignatureType = str("epc.example.net"), 1 })},
		{"encrypted AVPs", 0x80, 316, appS6a, [][]byte{gsma(1100, make([]byte, 32)), gsma(1101, make([]byte, 64))}, found(FieldEncrypted, func(m *Message) { m.NumEncrypted = 2 })},

		{"another vendor's AVP of a known code", 0x80, 316, appS6a, [][]byte{rawAVP(1407, 0x80, 193, octets.Hex("00f110"))}, Message{}},
		{"vendor 0 is none", 0x80, 316, appS6a, [][]byte{rawAVP(264, 0xc0, 0, str("a.example"))}, Message{OriginHost: str("a.example")}},
		{"Failed-AVP is not read", 0x40, 316, appS6a, [][]byte{ietf(279, ietf(264, str("evil.example")))}, Message{}},
		{"Origin-Host in a group does not count", 0x80, 316, appS6a, [][]byte{tgpp(1401, ietf(264, str("evil.example")))}, Message{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			check(t, message(tt.flags, tt.command, tt.app, tt.avps...), tt.want, nil)
		})
	}
}

func TestRepeated(t *testing.T) {
	var avps [][]byte
	for range MaxRouteRecords + 3 {
		avps = append(avps, ietf(282, str("hop.example")))
	}
	for range MaxProxyHosts + 2 {
		avps = append(avps, ietf(284, ietf(280, str("agent.example")), ietf(33, u32(1))))
	}
	for range MaxHostIPs + 1 {
		avps = append(avps, ietf(257, octets.Hex("0001 c0000201")))
	}
	for range 300 {
		avps = append(avps, tgpp(1414, u32(0)))
	}
	for i := range uint32(MaxNodes + 4) {
		avps = append(avps, tgpp(1489, u32(i)))
	}
	var m Message
	if err := m.Decode(message(0x80, 316, appS6a, avps...)); err != nil {
		t.Fatal(err)
	}
	if m.NumRouteRecords != MaxRouteRecords+3 || len(m.RouteRecords()) != MaxRouteRecords || string(m.RouteRecords()[MaxRouteRecords-1]) != "hop.example" {
		t.Errorf("%d route records, %d kept", m.NumRouteRecords, len(m.RouteRecords()))
	}
	if m.NumProxyHosts != MaxProxyHosts+2 || len(m.ProxyHosts()) != MaxProxyHosts || string(m.ProxyHosts()[0]) != "agent.example" {
		t.Errorf("%d proxy hosts, %d kept", m.NumProxyHosts, len(m.ProxyHosts()))
	}
	if m.NumHostIPs != MaxHostIPs+1 || len(m.HostIPs()) != MaxHostIPs {
		t.Errorf("%d addresses, %d kept", m.NumHostIPs, len(m.HostIPs()))
	}
	if m.NumNodes != MaxNodes+4 || len(m.Nodes()) != MaxNodes {
		t.Errorf("%d nodes, %d kept", m.NumNodes, len(m.Nodes()))
	}
	if m.VectorCount != 255 {
		t.Errorf("%d vectors, want the counter to stop at 255", m.VectorCount)
	}
}

// TestDepth nests groups deeper than is read: that is noted, and nothing found below.
func TestDepth(t *testing.T) {
	inner := tgpp(701, octets.Hex("89674523 01f0"))
	for i := 0; i < 100; i++ {
		inner = tgpp(1401, inner)
		var m Message
		want := Fault(0)
		if i >= maxDepth {
			want = FaultDepth
		}
		if err := m.Decode(message(0x80, 316, appS6a, inner)); err != nil || m.Faults != want {
			t.Fatalf("%d deep: %v, faults %#x", i+1, err, m.Faults)
		}
		if got, want := m.Set&FieldMSISDN != 0, i < maxDepth; got != want {
			t.Errorf("%d deep: found %v, want %v", i+1, got, want)
		}
	}
}

func TestFaults(t *testing.T) {
	host, realm := ietf(264, str("a.example")), ietf(296, str("example"))
	good := Message{OriginHost: str("a.example"), OriginRealm: str("example")}
	with := func(f Fault, off int, change ...func(*Message)) Message {
		m := good
		m.Faults, m.FaultOffset = f, off
		for _, c := range change {
			c(&m)
		}
		return m
	}
	// The AVP under test stands between host (20 octets) and realm (16).
	in := func(avp []byte) []byte { return message(0x80, 316, appS6a, host, avp, realm) }
	setLength := func(b []byte, n int) []byte { b[1], b[2], b[3] = byte(n>>16), byte(n>>8), byte(n); return b }
	poke := func(b []byte, i int, v byte) []byte { b[i] = v; return b }

	tests := []struct {
		name string
		b    []byte
		want Message
		err  error
	}{
		{"nothing wrong", message(0x80, 316, appS6a, host, realm), good, nil},
		{"no AVP", message(0x80, 280, 0), Message{}, nil},
		{"unknown command", message(0x80, 399, appS6a, host, realm), with(FaultUnknownCommand, 0), nil},
		{"command of another application", message(0x80, 316, appCx, host, realm), with(FaultUnknownCommand, 0), nil},
		{"unknown application", message(0x80, 316, 0x01ffffff, host, realm), with(FaultUnknownCommand, 0), nil},
		{"watchdog of another application", message(0x80, 280, appS6a, host, realm), good, nil},
		{"request with the E bit", message(0xa0, 316, appS6a, host, realm), with(FaultHeader, 0), nil},
		{"reserved flags", message(0x81, 316, appS6a, host, realm), with(FaultHeader, 0), nil},

		{"undefined AVP with M", in(ietf(9999, u32(0))), with(FaultUnknownAVP, 40), nil},
		{"undefined AVP without M", in(rawAVP(9999, 0, 0, u32(0))), good, nil},
		{"undefined 3GPP AVP with M", in(tgpp(1999, u32(0))), with(FaultUnknownAVP, 40), nil},
		{"unknown vendor with M", in(rawAVP(1407, 0xc0, 4242, octets.Hex("00f110"))), with(FaultUnknownAVP, 40), nil},
		{"known vendor with M", in(rawAVP(1407, 0xc0, 193, octets.Hex("00f110"))), good, nil},
		{"3GPP AVP without its vendor", in(ietf(1407, octets.Hex("00f110"))), with(FaultVendor, 40, func(m *Message) {
			m.Set, m.VisitedPLMN = FieldVisitedPLMN, telecom.PLMN{MCC: 1, MNC: 1, Digits: 2}
		}), nil},
		{"3GPP AVP with vendor 0", in(rawAVP(1407, 0xc0, 0, octets.Hex("00f110"))), with(FaultVendor, 40, func(m *Message) {
			m.Set, m.VisitedPLMN = FieldVisitedPLMN, telecom.PLMN{MCC: 1, MNC: 1, Digits: 2}
		}), nil},
		{"3GPP code without its vendor in an application of the IETF", message(0x80, 272, 4, host, ietf(1407, octets.Hex("00f110")), realm), with(FaultUnknownAVP, 40), nil},
		{"code of both without a vendor", in(ietf(22, octets.Hex("82"))), good, nil}, // Framed-Route of RADIUS
		{"undefined AVP in a group", in(tgpp(1401, ietf(9999, u32(0)))), with(FaultUnknownAVP, 52), nil},

		{"Unsigned32 of 3 octets", in(ietf(268, octets.Hex("000001"))), with(FaultAVPType, 40), nil},
		{"Unsigned32 of 5 octets, value not kept", in(ietf(277, octets.Hex("0000000001"))), with(FaultAVPType, 40), nil},
		{"Unsigned64 of 4 octets", in(ietf(287, u32(1))), with(FaultAVPType, 40), nil},
		{"Grouped of 3 octets", in(ietf(260, octets.Hex("000001"))), with(FaultAVPType, 40), nil},
		{"Address of 3 octets", in(ietf(257, octets.Hex("000100"))), with(FaultAVPType, 40), nil},
		{"Address without family", in(ietf(257, octets.Hex("c0000201"))), with(FaultAVPType, 40, func(m *Message) {
			m.NumHostIPs, m.hostIPs[0] = 1, netip.MustParseAddr("192.0.2.1")
		}), nil},
		{"Address of a node", in(tgpp(2405, octets.Hex("0001c0000201"))), with(0, 0, func(m *Message) {
			m.NumNodes, m.nodes[0] = 1, Node{Role: NodeGMLC, AVP: "GMLC-Address", Addr: netip.MustParseAddr("192.0.2.1")}
		}), nil},
		{"Address of a node, of no length", in(tgpp(2405, octets.Hex("0001c00002"))), with(FaultAVPType, 40), nil},
		{"number of a node, empty", in(tgpp(1489)), with(FaultAVPType, 40), nil},
		{"name of a node with a space", in(tgpp(2402, str("a b"))), with(FaultAVPType, 40), nil},
		{"host with a space", message(0x80, 316, appS6a, ietf(264, str("a example")), realm),
			Message{OriginHost: str("a example"), OriginRealm: str("example"), Faults: FaultAVPType, FaultOffset: 20}, nil},
		{"empty realm", message(0x80, 316, appS6a, host, ietf(296)),
			Message{OriginHost: str("a.example"), OriginRealm: []byte{}, Faults: FaultAVPType, FaultOffset: 40}, nil},
		{"Route-Record with a line break", in(ietf(282, str("b.example\n"))), with(FaultAVPType, 40, func(m *Message) {
			m.routeRecords, m.NumRouteRecords = names("b.example\n"), 1
		}), nil},
		{"Visited-PLMN-Id of 4 octets", in(tgpp(1407, octets.Hex("00f11000"))), with(FaultAVPType, 40), nil},
		{"Visited-PLMN-Id with letters", in(tgpp(1407, octets.Hex("aaf110"))), with(FaultAVPType, 40), nil},
		{"MSISDN, empty", in(tgpp(701)), with(FaultAVPType, 40), nil},
		{"MSISDN, filler only", in(tgpp(701, octets.Hex("ff"))), with(FaultAVPType, 40), nil},
		{"SC-Address, empty", in(tgpp(3300)), with(FaultAVPType, 40), nil},
		{"3GPP-IMSI of letters", in(tgpp(1, str("hello"))), with(FaultAVPType, 40), nil},
		{"Subscription-Id without type", in(ietf(443, ietf(444, str("001010123456789")))), with(FaultAVPType, 40), nil},
		{"Experimental-Result without code", in(ietf(297, ietf(266, u32(10415)))), with(FaultAVPType, 40), nil},
		{"the first fault gives the offset", in(ietf(268, octets.Hex("000001"), nil)), with(FaultAVPType, 40), nil},

		{"AVP length below its header", poke(in(ietf(277, u32(1))), 47, 7), Message{OriginHost: str("a.example"), Faults: FaultAVPLength, FaultOffset: 40}, nil},
		{"AVP length of 2^24-1", func() []byte { b := in(ietf(277, u32(1))); b[45], b[46], b[47] = 0xff, 0xff, 0xff; return b }(), Message{OriginHost: str("a.example"), Faults: FaultAVPLength, FaultOffset: 40}, nil},
		{"message length of 2^24-1", setLength(message(0x80, 316, appS6a, host, realm), 1<<24-1), with(FaultTruncated|FaultHeader, 0), ErrTruncated},
		{"AVP length 8 with a vendor", poke(in(tgpp(1405, u32(1))), 47, 8), Message{OriginHost: str("a.example"), Faults: FaultAVPLength, FaultOffset: 40}, nil},
		{"AVP length past the message", poke(in(ietf(277, u32(1))), 46, 1), Message{OriginHost: str("a.example"), Faults: FaultAVPLength, FaultOffset: 40}, nil},
		{"AVP of nothing but zeros", in(make([]byte, 12)), Message{OriginHost: str("a.example"), Faults: FaultAVPLength, FaultOffset: 40}, nil},
		{"AVP length in a group past the group", poke(in(tgpp(1401, tgpp(1402, str("35609204000000")))), 59, 0x40), with(FaultAVPLength, 52), nil},
		{"octets behind the last AVP of a group", in(tgpp(1401, tgpp(1402, str("35609204000000")), octets.Hex("0000 0000 00"))),
			with(FaultTrailing, 80, func(m *Message) { m.Set, m.IMEI = FieldIMEI, digits("35609204000000") }), nil},

		{"octets behind the last AVP", message(0x80, 316, appS6a, host, realm, u32(0)), with(FaultTrailing, 56), nil},
		{"last AVP without padding", func() []byte { b := message(0x80, 316, appS6a, realm, host); return setLength(b[:len(b)-3], 53) }(), with(FaultHeader, 0), nil},
		{"last AVP without data", message(0x80, 316, appS6a, host, realm, ietf(25)), good, nil},
		{"last AVP of one octet without padding", func() []byte {
			b := message(0x80, 316, appS6a, host, realm, ietf(25, str("x")))
			return setLength(b[:len(b)-3], 65)
		}(), with(FaultHeader, 0), nil},
		{"vendor AVP cut before its vendor", func() []byte { b := in(tgpp(1405, u32(1))); return setLength(b[:50], 50) }(),
			Message{OriginHost: str("a.example"), Faults: FaultHeader | FaultAVPLength, FaultOffset: 40}, nil},
		{"more behind the message", append(message(0x80, 316, appS6a, host, realm), 1, 2, 3, 4), good, nil},

		{"empty", nil, Message{Faults: FaultTruncated}, ErrTruncated},
		{"header cut", message(0x80, 316, appS6a)[:19], Message{Faults: FaultTruncated}, ErrTruncated},
		{"another protocol", []byte("GET / HTTP/1.1\r\n\r\nxx"), Message{}, ErrVersion},
		{"another protocol, short", []byte("G"), Message{}, ErrVersion},
		{"length below header", setLength(message(0x80, 316, appS6a), 16), Message{}, ErrLength},
		{"cut in the realm", message(0x80, 316, appS6a, host, realm)[:50], Message{OriginHost: str("a.example"), Faults: FaultTruncated}, ErrTruncated},
		{"cut in an AVP header", message(0x80, 316, appS6a, host, realm)[:44], Message{OriginHost: str("a.example"), Faults: FaultTruncated}, ErrTruncated},
		{"cut, and a length past the message", poke(message(0x80, 316, appS6a, host, realm)[:50], 46, 1),
			Message{OriginHost: str("a.example"), Faults: FaultTruncated | FaultAVPLength, FaultOffset: 40}, ErrTruncated},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { check(t, tt.b, tt.want, tt.err) })
	}
}

// TestCutCapture cuts a message at every octet: what is found in the part is what
// is found in the whole, and a vector counts as soon as any of it is there.
func TestCutCapture(t *testing.T) {
	for _, b := range [][]byte{goldenULR(), goldenAIA(), goldenDWR()} {
		var whole, part Message
		if err := whole.Decode(b); err != nil {
			t.Fatal(err)
		}
		last := uint8(0)
		for n := HeaderLen; n < len(b); n++ {
			if err := part.Decode(b[:n]); !errors.Is(err, ErrTruncated) {
				t.Fatalf("%d octets: %v", n, err)
			}
			if part.Faults != FaultTruncated || part.FaultOffset != 0 {
				t.Fatalf("%d octets: faults %#x at %d", n, part.Faults, part.FaultOffset)
			}
			if part.Set&^whole.Set != 0 || part.VectorCount > whole.VectorCount || part.VectorCount < last {
				t.Fatalf("%d octets: found %#x, %d vectors", n, part.Set, part.VectorCount)
			}
			last = part.VectorCount
			for _, f := range [][2][]byte{{part.SessionID, whole.SessionID}, {part.OriginHost, whole.OriginHost}, {part.OriginRealm, whole.OriginRealm},
				{part.DestinationHost, whole.DestinationHost}, {part.DestinationRealm, whole.DestinationRealm}, {part.UserName, whole.UserName}} {
				if f[0] != nil && !bytes.Equal(f[0], f[1]) {
					t.Fatalf("%d octets: %q, want %q", n, f[0], f[1])
				}
			}
		}
		if last != whole.VectorCount {
			t.Errorf("%d vectors but for the last octet, want %d", last, whole.VectorCount)
		}
	}
}

func TestParseAddress(t *testing.T) {
	tests := []struct {
		name string
		v    string // hex
		addr string // empty: none
		ok   bool
	}{
		{"IPv4", "0001 c0000201", "192.0.2.1", true},
		{"IPv4, any", "0001 00000000", "0.0.0.0", true},
		{"IPv6", "0002 20010db8 00000000 00000000 00000001", "2001:db8::1", true},
		{"IPv6, mapped IPv4", "0002 00000000 00000000 0000ffff c0000201", "::ffff:192.0.2.1", true},
		{"IPv4 with 3 octets", "0001 c00002", "", false},
		{"IPv4 with 5 octets", "0001 c000020100", "", false},
		{"IPv4 family with an IPv6 address", "0001 20010db8 00000000 00000000 00000001", "", false},
		{"IPv6 family with an IPv4 address", "0002 c0000201", "", false},
		{"IPv6 with 15 octets", "0002 20010db8 00000000 00000000 000000", "", false},
		{"E.164, as text", "0008 39383736353433", "", true},
		{"E.164 of 14 digits: 16 octets are no bare IPv6", "0008 3938373635343332313030303030", "", true},
		{"NSAP", "0003 4900", "", true},
		{"802 address", "0006 020000000001", "", true},
		{"FQDN", "0010 612e6578616d706c65", "", true},
		{"bare IPv4", "c0000201", "192.0.2.1", false},
		{"bare IPv6", "20010db8 00000000 00000000 00000001", "2001:db8::1", false},
		{"bare loopback", "00000000 00000000 00000000 00000001", "::1", false},
		{"unknown family", "7fff 0102", "127.255.1.2", false},
		{"unknown family of 7 octets", "7fff 0102030405", "", false},
		{"family 0", "0000 010203", "", false},
		{"family alone", "0001", "", false},
		{"one octet", "00", "", false},
		{"empty", "", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := octets.Hex(tt.v)
			addr, ok := ParseAddress(v)
			got := ""
			if addr.IsValid() {
				got = addr.String()
			}
			if got != tt.addr || ok != tt.ok {
				t.Errorf("got %q, %v, want %q, %v", got, ok, tt.addr, tt.ok)
			}
			if n := testing.AllocsPerRun(10, func() { _, _ = ParseAddress(v) }); n != 0 {
				t.Errorf("%v allocations", n)
			}
			// In a CER the same octets are kept or flagged likewise.
			var m Message
			if err := m.Decode(message(0x80, 257, 0, ietf(257, v))); err != nil {
				t.Fatal(err)
			}
			if (m.Faults&FaultAVPType == 0) != tt.ok || len(m.HostIPs()) != min(len(tt.addr), 1) {
				t.Errorf("in a message: faults %#x, addresses %v", m.Faults, m.HostIPs())
			}
		})
	}
}

func TestHeaderLooksValid(t *testing.T) {
	for _, b := range [][]byte{goldenULR(), goldenAIA(), goldenDWR(),
		message(0x80, 280, 0),
		message(0x80, 8388645, appSGd, tgpp(3300, u32(1))),
		message(0xc0, 272, 4, rawAVP(131072, 0x80, 9, u32(1))),
		message(0x80, 257, 0xffffffff, ietf(264, str("a.example")))} {
		for n := 1; n <= len(b); n++ {
			if !HeaderLooksValid(b[:n]) {
				t.Errorf("not valid: % x", b[:n])
			}
		}
		if n, ok := PeekLength(b); !ok || n != len(b) {
			t.Errorf("length %d, %v, want %d", n, ok, len(b))
		}
	}
	// Nowhere else in a message.
	for _, b := range [][]byte{goldenULR(), goldenAIA(), goldenDWR()} {
		for i := 1; i+32 <= len(b); i++ {
			if HeaderLooksValid(b[i:]) {
				t.Errorf("valid at octet %d: % x", i, b[i:i+32])
			}
		}
	}
	good := message(0x80, 316, appS6a, tgpp(1405, u32(0x22)))
	for _, tt := range []struct {
		name string
		at   int
		v    byte
	}{
		{"version 2", 0, 2}, {"length beyond reason", 1, 16}, {"length no multiple of 4", 3, 0x26}, {"length without room for an AVP", 3, 0x18},
		{"length below header", 3, 0x10}, {"reserved flag", 4, 0x88}, {"request with error", 4, 0xa0}, {"command 0x10013c", 5, 0x10},
		{"command 60", 6, 0}, {"application", 8, 0x10}, {"AVP flag", 24, 0xc1}, {"AVP length", 27, 0x28}, {"AVP shorter than header", 27, 8},
		{"AVP code", 20, 1}, {"vendor", 28, 9},
	} {
		b := bytes.Clone(good)
		b[tt.at] = tt.v
		if HeaderLooksValid(b) {
			t.Errorf("%s: valid", tt.name)
		}
	}
	if HeaderLooksValid(nil) || HeaderLooksValid([]byte("GET / HTTP/1.1")) {
		t.Error("nothing, or text, looks valid")
	}
	r := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, 40)
	for range 200000 {
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		b[0] = 1
		if HeaderLooksValid(b) {
			t.Fatalf("random octets look valid: % x", b)
		}
	}
	if n := testing.AllocsPerRun(10, func() { HeaderLooksValid(good) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestPeekLength(t *testing.T) {
	for _, tt := range []struct {
		b  []byte
		n  int
		ok bool
	}{
		{nil, 0, false}, {[]byte{1, 0, 0}, 0, false}, {[]byte{1, 0, 0, 20}, 20, true}, {[]byte{1, 0, 0, 19}, 19, false},
		{[]byte{2, 0, 0, 20}, 0, false}, {[]byte{1, 0xff, 0xff, 0xff}, 0xffffff, true},
	} {
		if n, ok := PeekLength(tt.b); n != tt.n || ok != tt.ok {
			t.Errorf("% x: %d, %v, want %d, %v", tt.b, n, ok, tt.n, tt.ok)
		}
	}
}

// TestASCIIDigits compares the packed reading of digits with the plain one.
func TestASCIIDigits(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for n := 0; n <= 40; n++ {
		for range 200 {
			b := make([]byte, n)
			for i := range b {
				b[i] = '0' + byte(r.IntN(10))
			}
			compareDigits(t, b)
			if n > 0 {
				b[r.IntN(n)] = byte(r.Uint32())
				compareDigits(t, b)
			}
		}
	}
	for c := 0; c < 256; c++ {
		for i := range 15 {
			b := []byte("001010123456789")
			b[i] = byte(c)
			compareDigits(t, b)
		}
	}
}

func compareDigits(t *testing.T, b []byte) {
	t.Helper()
	got, ok := asciiDigits(b)
	want, wantOK := telecom.DigitsFromASCII(b)
	if ok != wantOK || ok && got != want {
		t.Fatalf("%q: %v, %v, want %v, %v", b, got, ok, want, wantOK)
	}
}

func TestPrintable(t *testing.T) {
	plain := func(b []byte) bool {
		for _, c := range b {
			if c <= ' ' || c >= 0x7f {
				return false
			}
		}
		return len(b) > 0
	}
	r := rand.New(rand.NewPCG(5, 6))
	for n := 0; n <= 40; n++ {
		for range 300 {
			b := make([]byte, n)
			for i := range b {
				b[i] = 0x21 + byte(r.IntN(0x7f-0x21))
			}
			if printable(b) != plain(b) {
				t.Fatalf("%q", b)
			}
			for range 2 {
				if n > 0 {
					b[r.IntN(n)] = byte(r.Uint32())
				}
				if printable(b) != plain(b) {
					t.Fatalf("%q", b)
				}
			}
		}
	}
}
