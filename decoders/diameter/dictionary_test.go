package diameter

import (
	"net/netip"
	"reflect"
	"testing"

	"sigtransit/decoders/internal/mutate"
	"sigtransit/decoders/internal/octets"
	"sigtransit/decoders/telecom"
)

const vendorTest = 99999 // of nobody

func testDictionary() *Dictionary {
	d := &Dictionary{}
	for _, e := range []Entry{
		{vendorTest, 1, "Test-IMSI", TypeText, UseIMSI, 0, false},
		{vendorTest, 2, "Test-MSISDN", TypeOctets, UseMSISDN, 0, false},
		{vendorTest, 3, "Test-MSISDN-Text", TypeText, UseMSISDN, 0, false},
		{vendorTest, 4, "Test-IMEI", TypeText, UseIMEI, 0, false},
		{vendorTest, 5, "Test-PLMN", TypeOctets, UsePLMN, 0, false},
		{vendorTest, 6, "Test-Node", TypeIdentity, UseNode, NodeServing, false},
		{vendorTest, 7, "Test-Realm", TypeIdentity, UseNode, NodeServing, true},
		{vendorTest, 8, "Test-Number", TypeOctets, UseNode, NodeMSCNumber, false},
		{vendorTest, 9, "Test-Address", TypeAddress, UseNode, NodeGateway, false},
		{vendorTest, 10, "Test-Cell", TypeOctets, UseCell, 0, false},
		{vendorTest, 11, "Test-Group", TypeGroup, UseNone, 0, false},
		{vendorTest, 12, "Test-Word", TypeWord, UseNone, 0, false},
		{vendorTest, 13, "Test-Profile", TypeGroup, UseProfile, 0, false},
		{vendorTest, 14, "Test-Vector", TypeOctets, UseVectors, 0, false},
		{vendorTest, 15, "Test-Signer", TypeIdentity, UseSigner, 0, false},
		{vendorTest, 16, "Test-Encrypted", TypeOctets, UseEncrypted, 0, false},
		{vendorTest, 17, "Test-Text", TypeText, UseNode, NodeOther, false},
		{vendorTest, 18, "Test-IMSI-TBCD", TypeOctets, UseIMSI, 0, false},
		{0, 900, "Test-IETF", TypeWord, UseNone, 0, false},
		{0, 264, "Origin-Host", TypeIdentity, UseNone, 0, false},
		{Vendor3GPP, 1403, "Software-Version", TypeText, UseNode, NodeOther, false},
		{193, 1, "Known-Vendor-Group", TypeGroup, UseNone, 0, false},
	} {
		if !d.Add(e) {
			panic(e.Name)
		}
	}
	d.AddCommand(appS6a, 399)
	return d
}

func TestDictionary(t *testing.T) {
	own := func(code uint32, data ...[]byte) []byte { return rawAVP(code, 0xc0, vendorTest, data...) }
	tbcd := octets.Hex("89 67 45 23 01 f0")
	for _, tt := range []struct {
		name string
		avp  []byte
		want Message
	}{
		{"IMSI", own(1, str("001010123456789")), Message{Set: FieldIMSI, IMSI: digits("001010123456789")}},
		{"IMSI in TBCD", own(18, octets.Hex("00 01 01 21 43 65 87 f9")), Message{Set: FieldIMSI, IMSI: digits("001010123456789")}},
		{"IMSI that is none", own(1, str("hello")), Message{Faults: FaultAVPType, FaultOffset: 20}},
		{"MSISDN", own(2, tbcd), Message{Set: FieldMSISDN, MSISDN: digits("98765432100")}},
		{"MSISDN as short text", own(3, str("9876543")), Message{Set: FieldMSISDN, MSISDN: digits("9876543")}},
		{"IMEI", own(4, str("35609204000000")), Message{Set: FieldIMEI, IMEI: digits("35609204000000")}},
		{"PLMN", own(5, octets.Hex("00f110")), Message{Set: FieldVisitedPLMN, VisitedPLMN: telecom.PLMN{MCC: 1, MNC: 1, Digits: 2}}},
		{"PLMN as digits", own(5, str("00101")), Message{Set: FieldVisitedPLMN, VisitedPLMN: telecom.PLMN{MCC: 1, MNC: 1, Digits: 2}}},
		{"PLMN that is none", own(5, str("x")), Message{Faults: FaultAVPType, FaultOffset: 20}},
		{"host", own(6, str("mme.example")), Message{Set: FieldServingNode, NumNodes: 1, nodes: [MaxNodes]Node{{Role: NodeServing, AVP: "Test-Node", Name: str("mme.example")}}}},
		{"realm", own(7, str("example")), Message{Set: FieldServingNode, NumNodes: 1, nodes: [MaxNodes]Node{{Role: NodeServing, AVP: "Test-Realm", Name: str("example"), Realm: true}}}},
		{"number", own(8, tbcd), Message{Set: FieldServingNode, NumNodes: 1, nodes: [MaxNodes]Node{{Role: NodeMSCNumber, AVP: "Test-Number", GT: digits("98765432100")}}}},
		{"address", own(9, octets.Hex("0001c0000201")), Message{NumNodes: 1, nodes: [MaxNodes]Node{{Role: NodeGateway, AVP: "Test-Address", Addr: netip.MustParseAddr("192.0.2.1")}}}},
		{"text of digits", own(17, str("98765432100")), Message{NumNodes: 1, nodes: [MaxNodes]Node{{Role: NodeOther, AVP: "Test-Text", GT: digits("98765432100")}}}},
		{"text of a name", own(17, str("gw.example")), Message{NumNodes: 1, nodes: [MaxNodes]Node{{Role: NodeOther, AVP: "Test-Text", Name: str("gw.example")}}}},
		{"cell", own(10, str("x")), Message{Set: FieldCell}},
		{"group", own(11, own(1, str("001010123456789"))), Message{Set: FieldIMSI, IMSI: digits("001010123456789")}},
		{"group of a known vendor", rawAVP(1, 0xc0, 193, ietf(1, str("001010123456789"))), Message{Set: FieldIMSI, IMSI: digits("001010123456789")}},
		{"type only", own(12, u32(1)), Message{}},
		{"type only, of another length", own(12, str("x")), Message{Faults: FaultAVPType, FaultOffset: 20}},
		{"profile", own(13, tgpp(1425, u32(1))), Message{Set: FieldSubscriptionData | FieldBarring}},
		{"vector", own(14, str("x")), Message{Set: FieldVectors, VectorCount: 1, Vectors: [NumVectorKinds]uint8{VectorSIP: 1}}},
		{"signer", own(15, str("epc.example")), Message{Set: FieldSignature, Signer: str("epc.example")}},
		{"encrypted", own(16, str("x")), Message{Set: FieldEncrypted, NumEncrypted: 1}},
		{"not added", own(99, str("x")), Message{Faults: FaultUnknownAVP, FaultOffset: 20}},
		{"the same code of another vendor", rawAVP(1, 0xc0, vendorTest-1, str("001010123456789")), Message{Faults: FaultUnknownAVP, FaultOffset: 20}},
		{"IETF", ietf(900, u32(1)), Message{}},
		{"built in, with another use", tgpp(1403, str("01")), Message{NumNodes: 1, nodes: [MaxNodes]Node{{Role: NodeOther, AVP: "Software-Version", GT: digits("01")}}}},
		{"built in, never changed", ietf(264, str("a.example")), Message{OriginHost: str("a.example")}},
		{"GSMA, built in", gsma(1003, str("epc.example")), Message{Set: FieldSignature, Signer: str("epc.example")}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := message(0x80, 316, appS6a, tt.avp)
			got := Message{Dictionary: testDictionary()}
			if err := got.Decode(b); err != nil {
				t.Fatal(err)
			}
			want := tt.want
			want.Dictionary, want.weakIMSI = got.Dictionary, got.weakIMSI
			want.Length, want.Flags, want.Command, want.AppID, want.HopByHop, want.EndToEnd, want.AVPs = got.Length, got.Flags, got.Command, got.AppID, got.HopByHop, got.EndToEnd, got.AVPs
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
			if n := testing.AllocsPerRun(20, func() { _ = got.Decode(b) }); n != 0 {
				t.Errorf("%v allocations", n)
			}
			mutate.Each(t, b, func(b []byte) { exercise(&got, b) })
		})
	}
}

func TestDictionaryCommands(t *testing.T) {
	m := Message{Dictionary: testDictionary()}
	for code, want := range map[uint32]Fault{399: 0, 316: 0, 398: FaultUnknownCommand} {
		if err := m.Decode(message(0x80, code, appS6a)); err != nil || m.Faults != want {
			t.Errorf("command %d: %v, faults %#x, want %#x", code, err, m.Faults, want)
		}
	}
	if a, c := m.Dictionary.Len(); a != 22 || c != 1 {
		t.Errorf("%d AVPs and %d commands", a, c)
	}
	if a, c := (*Dictionary)(nil).Len(); a != 0 || c != 0 {
		t.Errorf("no dictionary has %d AVPs and %d commands", a, c)
	}
	d := testDictionary()
	if !d.Add(Entry{vendorTest, 1, "Test-IMSI", TypeText, UseIMSI, 0, false}) || d.Add(Entry{vendorTest, 1, "Other", TypeText, UseIMSI, 0, false}) {
		t.Error("the same entry is refused, or another taken")
	}
}

// TestDictionaryOfGSMA: whoever brings the codes of DESS brings all of them.
func TestDictionaryOfGSMA(t *testing.T) {
	d := &Dictionary{}
	d.Add(Entry{VendorGSMA, 2003, "Signing-Identity", TypeIdentity, UseSigner, 0, false})
	m := Message{Dictionary: d}
	if err := m.Decode(message(0x80, 316, appS6a, gsma(2003, str("a.example")), gsma(1100, str("x")))); err != nil {
		t.Fatal(err)
	}
	if m.Set != FieldSignature || string(m.Signer) != "a.example" || m.NumEncrypted != 0 || m.Faults != 0 {
		t.Errorf("set %#x, signer %q, %d encrypted, faults %#x", m.Set, m.Signer, m.NumEncrypted, m.Faults)
	}
}
