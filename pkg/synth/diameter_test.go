package synth_test

import (
	"bytes"
	"net/netip"
	"testing"
	"time"

	"github.com/fiorix/go-diameter/v4/diam"
	"github.com/fiorix/go-diameter/v4/diam/dict"

	"sigtransit/decoders/telecom"
	. "sigtransit/pkg/synth"
)

type diameterCase struct {
	name string
	m    []byte
	// code, request flag, Origin-Host, Destination-Host, Route-Record, Proxy-Host,
	// User-Name, digits of MSISDN and of the short message's peer, Result-Code, Experimental-Result-Code
	want string
}

var (
	mme  = Peer{"mme1.epc.mnc070.mcc999.3gppnetwork.org", "epc.mnc070.mcc999.3gppnetwork.org"}
	hss  = Peer{"hss1.epc.mnc001.mcc001.3gppnetwork.org", "epc.mnc001.mcc001.3gppnetwork.org"}
	smsc = Peer{"smsc1.example.net", "example.net"}
)

func diameterCases() []diameterCase {
	r := NewRand(3)
	request := func(app uint32, origin, destination Peer, hops ...string) Exchange {
		return Exchange{App: app, HopByHop: 0x11223344, EndToEnd: 0x55667788, SessionID: SessionID(origin.Host, start, 7), Origin: origin, Destination: destination, RouteRecord: hops}
	}
	up := request(AppS6a, mme, hss, "mme1.example.net", "dra.hub.example.org")
	up.ProxyInfo = []ProxyInfo{{"proxy.example.org", "odd"}}
	up.Retransmit = true
	down := request(AppS6a, hss, mme)
	answer := up
	answer.Origin = hss
	answer.RouteRecord = nil
	sms := request(AppSGd, mme, smsc)
	sri := request(AppS6c, smsc, Peer{Realm: hss.Realm})
	const i, m, m1 = "001010000000001", "9990155500001", "mme1.epc.mnc070.mcc999.3gppnetwork.org"
	const h1 = "hss1.epc.mnc001.mcc001.3gppnetwork.org"
	tpdu := AppendSubmit(nil, ShortMessage{Peer: telecom.MustDigits("9990155500002"), Text: "odd"})
	route := "mme1.example.net,dra.hub.example.org"
	capabilities := Capabilities{Peer: mme, Addresses: []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")}, Product: "odd", Apps: []uint32{AppS6a, AppRelay}, Security: []uint32{0, 1}, StateID: 9, ResultCode: 2001}
	return []diameterCase{
		{"CER", AppendCER(nil, capabilities), "257|1|" + m1 + "|||||||"},
		{"CEA", AppendCEA(nil, capabilities), "257|0|" + m1 + "||||||2001|"},
		{"DWR", AppendDWR(nil, mme, 1, 2), "280|1|" + m1 + "|||||||"},
		{"DWA", AppendDWA(nil, hss, 1, 2), "280|0|" + h1 + "||||||2001|"},
		{"DPR", AppendDPR(nil, mme, 1, 2, 0), "282|1|" + m1 + "|||||||"},
		{"DPA", AppendDPA(nil, hss, 1, 2), "282|0|" + h1 + "||||||2001|"},
		{"AIR", AppendAIR(nil, up, imsi, plmn, 3), "318|1|" + m1 + "|" + h1 + "|" + route + "|proxy.example.org|" + i + "|||"},
		{"AIA", AppendAIA(nil, answer, Success, 3, r), "318|0|" + h1 + "|||proxy.example.org|||2001|"},
		{"AIA refused", AppendAIA(nil, answer, ErrorUserUnknown, 0, r), "318|0|" + h1 + "|||proxy.example.org||||5001"},
		{"ULR", AppendULR(nil, up, imsi, plmn, imei), "316|1|" + m1 + "|" + h1 + "|" + route + "|proxy.example.org|" + i + "|||"},
		{"ULA", AppendULA(nil, answer, Success, msisdn.Digits, "internet.example"), "316|0|" + h1 + "|||proxy.example.org||" + m + "|2001|"},
		{"ULA refused", AppendULA(nil, answer, ErrorRoamingDenied, telecom.Digits{}, ""), "316|0|" + h1 + "|||proxy.example.org||||5004"},
		{"CLR", AppendCLR(nil, down, imsi, 2), "317|1|" + h1 + "|" + m1 + "|||" + i + "|||"},
		{"CLA by a relay", AppendEmptyAnswer(nil, down, CmdCL, UnableToDeliver), "317|0|" + h1 + "||||||3002|"},
		{"PUR", AppendPUR(nil, up, imsi), "321|1|" + m1 + "|" + h1 + "|" + route + "|proxy.example.org|" + i + "|||"},
		{"PUA", AppendPUA(nil, answer, Success), "321|0|" + h1 + "|||proxy.example.org|||2001|"},
		{"IDR", AppendIDR(nil, down, imsi, IDRLocation|IDRCurrentLocation), "319|1|" + h1 + "|" + m1 + "|||" + i + "|||"},
		{"IDA", AppendIDA(nil, down, Success, EPSCell{plmn, 0x0102, 0x0abcdef, 4}), "319|0|" + h1 + "||||||2001|"},
		{"NOR", AppendNOR(nil, up, imsi, imei, far), "323|1|" + m1 + "|" + h1 + "|" + route + "|proxy.example.org|" + i + "|||"},
		{"OFR", AppendOFR(nil, sms, sc.Digits, imsi, msisdn.Digits, tpdu), "8388645|1|" + m1 + "|smsc1.example.net|||" + i + "|" + m + ",9990155500002||"},
		{"TFR", AppendTFR(nil, sms, sc.Digits, imsi, tpdu), "8388646|1|" + m1 + "|smsc1.example.net|||" + i + "|||"},
		{"SRR", AppendSRR(nil, sri, msisdn.Digits, sc.Digits), "8388647|1|smsc1.example.net|||||" + m + "||"},
		{"SRA", AppendSRA(nil, sri, Success, imsi, mme, far), "8388647|0|smsc1.example.net||||" + i + "||2001|"},
	}
}

func TestDiameterAgainstTshark(t *testing.T) {
	w, done := newFile(t)
	s := testAssociation()
	s.Ends[0].Port, s.Ends[1].Port = 3868, 3868
	cases := diameterCases()
	for n, c := range cases {
		p, at := s.Open(nil, 1)
		p = CloseSCTP(s.Data(p, 1, Message{PPID: PPIDDiameter, Payload: c.m}), at)
		must(t, w.Packet(start.Add(time.Duration(n)*time.Millisecond), s.Ends[1].Addrs[0], s.Ends[0].Addrs[0], ProtoSCTP, p))
	}
	file := done()
	checkClean(t, file)
	got := tshark(t, file, "-T", "fields", "-E", "separator=|", "-e", "diameter.cmd.code", "-e", "diameter.flags.request", "-e", "diameter.Origin-Host", "-e", "diameter.Destination-Host", "-e", "diameter.Route-Record",
		"-e", "diameter.Proxy-Host", "-e", "diameter.User-Name", "-e", "e164.msisdn", "-e", "diameter.Result-Code", "-e", "diameter.Experimental-Result-Code")
	if len(got) != len(cases) {
		t.Fatalf("tshark read %d frames, want %d", len(got), len(cases))
	}
	// Service centres are TBCD too, but tshark shows them as octets.
	for _, line := range tshark(t, file, "-Y", "diameter.SC-Address", "-T", "fields", "-e", "diameter.SC-Address") {
		if line != "997901000090" {
			t.Errorf("SC-Address is %s", line)
		}
	}
	for n, c := range cases {
		if got[n] != c.want {
			t.Errorf("%s: tshark reads %q, want %q", c.name, got[n], c.want)
		}
	}
}

// go-diameter reads the same messages by its own dictionary and writes them
// again: lengths, padding, flags and grouping have to be as it would do them.
func TestDiameterAgainstGoDiameter(t *testing.T) {
	for _, c := range diameterCases() {
		if code := uint32(c.m[5])<<16 | uint32(c.m[6])<<8 | uint32(c.m[7]); code >= CmdOF {
			continue // its dictionary lacks S6c and SGd
		}
		m, err := diam.ReadMessage(bytes.NewReader(c.m), dict.Default)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		again, err := m.Serialize()
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if !bytes.Equal(again, c.m) {
			t.Errorf("%s: go-diameter writes\n%x, have\n%x", c.name, again, c.m)
		}
	}
}
