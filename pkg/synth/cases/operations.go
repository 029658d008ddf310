package cases

import (
	"sigtransit/decoders/telecom"
	"sigtransit/pkg/synth"
)

var operationCases = []Case{
	{Name: "map-operations", Holds: "every operation of MAP, its result and an error, in versions 1 to 4", make: mapOperations,
		Faulty: []int{129, 130, 131, 135, 136, 137, 151, 223}},
	{Name: "cap-phases", Holds: "CAP phases 1 to 4: calls, messages and sessions from their initial detection point to their end", make: capPhases,
		Faulty: []int{54}},
}

// operation is one operation in one version of its context: what is asked, what is
// answered, and what an error says, in the notation of encode.
type operation struct {
	code     int32
	context  synth.Context
	version  uint8
	invoke   string
	result   string // silent: the operation has no result; empty: one without a parameter
	error    int32  // 0: it has none
	errorArg string
}

const silent = "-"

func mapOperations(m *maker) {
	m.setUp()
	for _, o := range operations {
		m.ask(o)
		var c []byte
		if o.result != silent {
			c = answer(o.code, o.result)
		}
		m.end(o, c)
		if o.error != 0 {
			m.ask(o)
			m.end(o, synth.AppendError(nil, 1, o.error, encode(o.errorArg)))
		}
	}
}

// answer is a result: without a parameter it has no code either (Q.773 3.4).
func answer(code int32, result string) []byte {
	if result == "" {
		return synth.AppendEmptyResult(nil, 1)
	}
	return synth.AppendResult(nil, 1, code, encode(result))
}

// ask begins a dialogue with an invoke from the visited network. One on supplementary
// services or USSD names its subscriber in the MAP-open.
func (m *maker) ask(o operation) {
	t := synth.Transaction{Type: synth.TCBegin, OTID: synth.TID(m.next()), Components: synth.AppendInvoke(nil, 1, o.code, encode(o.invoke))}
	if o.version > 1 {
		t.Dialogue = synth.Request(o.context, o.version)
		if o.context == networkFunctionalSs || o.context == synth.NetworkUnstructuredSs {
			t.Dialogue.UserInfo = synth.AppendMAPOpen(nil, synth.Number{Digits: telecom.MustDigits("001010000000001"), NAI: 1, NPI: 6}, synth.International(farGT))
		}
	}
	m.long(carrier, synth.AppendTransaction(nil, t))
}

// end ends the dialogue from the home network.
func (m *maker) end(o operation, components []byte) {
	t := synth.Transaction{Type: synth.TCEnd, DTID: synth.TID(m.n), Components: components}
	if o.version > 1 {
		t.Dialogue = synth.Accept(o.context, o.version)
	}
	m.long(home, synth.AppendTransaction(nil, t))
}

// long is a packet with a TCAP message of any length.
func (m *maker) long(from int, b []byte) {
	if len(b) < 200 {
		m.tcap(from, b)
		return
	}
	u := synth.Unitdata{Called: hlr, Calling: vlr, Hops: 12, Data: b}
	if from == home {
		u.Called, u.Calling = vlr, hlr
	}
	m.chunks(from, m.data(from, m3ua(from, synth.AppendLUDT(nil, u))))
}

const networkFunctionalSs synth.Context = 18

// operations are those of 3GPP TS 29.002 17.6 and of GSM 09.02, by code.
var operations = []operation{
	{2, 1, 3, "30(04:imsi 81:msc 04:vlr 8a:lmsi a6(80:04e0))", "30(04:hlr)", 8, "30(0a:00)"},
	{2, 1, 2, "30(04:imsi 81:msc 04:vlr)", "30(04:hlr)", 1, ""},
	{2, 1, 1, "30(04:imsi 81:msc 04:vlr)", "04:hlr", 1, ""},
	{3, 2, 3, "a3(30(04:imsi 04:lmsi) 0a:00)", "30()", 35, ""},
	{3, 2, 2, "04:imsi", "", 35, ""},
	{4, 3, 3, "30(80:imsi 81:msc 82:msisdn 84:lmsi 88:msc)", "30(04:msrn)", 39, ""},
	{4, 3, 2, "30(80:imsi 81:msc)", "04:msrn", 27, ""},
	{5, 22, 3, "30(04:imsi 04:msisdn a2(30(03:0700)))", "30()", 35, ""},
	{6, 6, 4, "30(80:0102 a2(85:other 86:24) 83:imsi 89:msisdn)", "30()", 47, ""},
	{7, 16, 3, "30(80:imsi 81:msisdn 82:0a 83:00 a4(04:16) a6(04:11 04:21) a7(a0(04:21 30(30(83:10 84:0f 85:other))) a1(04:92 30(30(84:0f)))) " +
		"a8(03:0700) aa(04:0001) ad(a0(30(30(0a:02 02:01 80:scf 81:00)))) b0(a1(30(02:01 90:f121 92:23421f 94:apn))) 98:00 b6(a0(04:gmlc)) 92:0800 93:0240 " +
		"bf1f(a4(02:01 a1(30(80:01 81:01 83:apn a4(80:09 a1(80:08)))))))", "30()", 36, ""},
	{7, 16, 2, "30(80:imsi 81:msisdn 83:00 a6(04:11))", "", 21, ""},
	{8, 16, 3, "30(80:imsi a1(83:11) a2(04:21))", "30()", 1, ""},
	{9, 0, 1, "30(80:imsi 30(0a:01))", "30(a1(04:rand 04:sres 04:kc))", 1, ""},
	{10, 18, 2, "30(04:21 83:11 84:other)", "a0(04:21 30(30(83:11 84:0f 85:other)))", 16, ""},
	{11, 18, 2, "30(04:21)", "a3(04:21 84:00)", 18, ""},
	{12, 18, 2, "30(04:21)", "a3(04:21 84:0f)", 18, ""},
	{13, 18, 2, "30(04:21)", "a3(04:21 84:00)", 18, ""},
	{14, 18, 2, "30(04:21)", "a3(30(83:11 84:07 85:other))", 19, ""},
	{15, 39, 3, "30(04:imsi 0a:01 01:00 0a:00 04:rand 80:vlr)", "30()", 36, ""},
	{16, 0, 1, "30(81:21 84:0f)", silent, 0, ""},
	{17, 18, 2, "04:21", "12:31323334", 37, "0a:00"},
	{18, 18, 2, "0a:00", "12:31323334", 0, ""},
	{19, 0, 1, "16:2a31303023", "16:4f4b", 34, ""},
	{20, 44, 3, "30(04:msrn)", "30()", 34, ""},
	{21, 41, 3, "30(04:00000001 84:sc 04:deliver)", "30()", 34, ""},
	{22, 5, 3, "30(80:msisdn 83:00 86:msc)", "a3(89:imsi 04:msrn)", 27, "30(80:00)"},
	{22, 5, 3, "30(80:msisdn 83:00 86:msc)", "a3(89:imsi 30(85:other 86:24))", 13, "0a:00"},
	{22, 5, 2, "30(80:msisdn)", "30(04:imsi 04:msrn)", 27, ""},
	{23, 32, 3, "30(04:imsi 04:sgsn 04:ip)", "30(04:hlr)", 8, "30(0a:00)"},
	{24, 33, 3, "30(80:imsi 82:ggsn)", "30(80:ip 81:ip)", 27, "30()"},
	{25, 34, 3, "30(80:imsi 81:ggsn)", "30(80:ip)", 1, ""},
	{26, 35, 3, "30(80:imsi 81:ip)", "30()", 1, ""},
	{28, 0, 1, "30(80:cell 81:cell 88:kc)", "30(80:msrn)", 25, ""},
	{29, 11, 3, "a3(30(0a:03 04:0102))", "30()", 0, ""},
	{30, 0, 1, "30(80:cell 81:cell 82:msc)", "30()", 26, ""},
	{31, 12, 3, "30(a0(0a:05 04:00) a1(0a:05 04:00) 82:00 83:other a4(0a:05 04:00))", "30(80:msc)", 34, ""},
	{32, 12, 3, "30(a0(0a:05 04:00))", "30()", 34, ""},
	{33, 11, 3, "a3(30(0a:03 04:0102))", silent, 0, ""},
	{34, 11, 3, "a3(30(0a:03 04:0102) 80:000000000000000000000000000000000000)", silent, 0, ""},
	{35, 0, 1, "30(80:00 81:cell)", silent, 0, ""},
	{36, 47, 3, "30(04:imsi)", "30()", 35, ""},
	{37, 10, 2, "30(04:hlr)", silent, 0, ""},
	{38, 18, 2, "", silent, 0, ""},
	{39, 31, 3, "30(04:91 04:00000001 04:0102030405 04:01 80:01 81:kc 83)", "30(04:msrn)", 50, ""},
	{40, 31, 3, "30(04:imsi)", "30()", 0, ""},
	{41, 31, 3, "30(80)", silent, 0, ""},
	{42, 31, 3, "30(04:imsi 80)", silent, 0, ""},
	{43, 13, 3, "30(04:imei 03:0680)", "30(0a:00)", 7, ""},
	{43, 13, 2, "04:imei", "0a:00", 7, ""},
	{44, 25, 3, "30(80:imsi 84:sc 04:deliver)", "30()", 32, "30(0a:00)"},
	{45, 20, 3, "30(80:msisdn 81:ff 82:sc 87)", "30(04:imsi a0(81:msc 04:lmsi a6(81:sgsn)))", 6, "30(02:05 81:imsi)"},
	{45, 20, 2, "30(80:msisdn 81:00 82:sc)", "30(04:imsi a0(81:msc))", 27, ""},
	{45, 0, 1, "30(80:msisdn 81:00 82:sc)", "30(04:imsi a0(81:msc))", 1, ""},
	{46, 21, 3, "30(84:sc 82:msisdn 04:submit 04:imsi)", "30()", 32, "30(0a:00)"},
	{46, 25, 2, "30(80:imsi 84:sc 04:deliver 05)", "", 27, ""},
	{46, 0, 1, "30(80:imsi 84:sc 04:deliver)", "", 31, ""},
	{47, 20, 3, "30(04:msisdn 04:sc 0a:01)", "30(04:msisdn)", 33, ""},
	{48, 0, 1, "04:imsi", silent, 0, ""},
	{49, 0, 1, "30(04:msisdn 04:sc)", silent, 0, ""},
	{50, 17, 3, "30(80:imsi 81:01 82:01)", "30()", 40, ""},
	{51, 17, 3, "30(80:imsi 81:01)", "30()", 1, ""},
	{52, 0, 1, "30(80:imsi 81:01 82:01)", silent, 0, ""},
	{53, 46, 3, "30(04:imsi 82:msisdn 80:vlr)", "30()", 1, ""},
	{54, 0, 1, "30(04:imsi 04:vlr)", silent, 0, ""},
	{55, 15, 3, "30(04:tmsi 02:05 04:msc 80:lai)", "a3(04:imsi a1(30(04:rand 04:xres 04:k 04:k 04:k)))", 5, ""},
	{55, 15, 2, "04:tmsi", "30(04:imsi 30(30(04:rand 04:sres 04:kc)))", 5, ""},
	{56, 14, 3, "30(80:imsi 02:02 83:00)", "a3(a1(30(04:rand 04:xres 04:k 04:k 04:k) 30(04:rand 04:xres 04:k 04:k 04:k)))", 1, ""},
	{56, 14, 3, "30(80:imsi 02:01 83:02)", "a3(a2(30(04:rand 04:xres 04:k 04:kasme)))", 34, ""},
	{56, 14, 3, "30(80:imsi 02:05)", "a3(a0(30(04:rand 04:sres 04:kc)))", 35, ""},
	{56, 14, 3, "30(80:imsi 02:05)", "a3()", 36, ""},
	{56, 14, 2, "04:imsi", "30(30(04:rand 04:sres 04:kc) 30(04:rand 04:sres 04:kc))", 1, ""},
	{57, 1, 3, "30(04:imsi 04:lmsi)", "30(04:hlr)", 1, ""},
	{58, 26, 2, "04:msisdn", "04:imsi", 1, ""},
	{59, 19, 2, "30(04:0f 04:ussd)", "30(04:0f 04:ussd)", 71, ""},
	{60, 19, 2, "30(04:0f 04:ussd)", "30(04:0f 04:ussd)", 72, ""},
	{61, 19, 2, "30(04:0f 04:ussd)", "", 72, ""},
	{62, 43, 3, "30(a0(81:msisdn) a1(82) 82:scf)", "30(a3(30(03:0700)))", 60, ""},
	{63, 20, 3, "30(04:msisdn 03:0240)", silent, 0, ""},
	{64, 23, 2, "30(04:msisdn 04:sc)", "", 34, ""},
	{65, 43, 3, "30(a0(80:imsi) 81:scf a2(80:21 83:other))", "30(a3(30(03:0700)))", 61, ""},
	{66, 24, 3, "30(80:imsi 0a:00)", "30()", 1, ""},
	{67, 27, 3, "a3(04:imsi 80:vlr)", "30(80)", 1, ""},
	{67, 27, 2, "30(04:imsi 04:vlr)", "", 1, ""},
	{68, 11, 3, "a3(80:cell 84:imsi 86:000000000000000000000000000000000000)", "a3(80:msrn)", 25, ""},
	{69, 11, 3, "a3(80:cell 81:msc)", "a3(30(0a:03 04:0102))", 26, ""},
	{70, 28, 3, "30(80:imsi a2(80 81 83))", "30(30(a0(02:05 80:geo 81:vlr 82:locnum a3(80:cell)) a1(80)))", 35, ""},
	{70, 28, 3, "30(80:imsi a2(80 81))", "30(30(a3(a0(80:cell) 81:rai 83:sgsn 89:02) a4(81)))", 36, ""},
	{71, 29, 3, "30(a0(81:msisdn) a1(80 81) 83:scf)", "30(30(a0(02:0c 80:geo 81:vlr a3(80:cell)) a1(80) 85:imei))", 49, ""},
	{72, 36, 3, "30(80:imsi 81:msisdn 82:21 a3(04:other))", "30()", 34, ""},
	{73, 7, 3, "30(80:imsi)", "30()", 1, ""},
	{74, 7, 3, "30(80:imsi a1(80:00))", "30()", 1, ""},
	{75, 7, 3, "30(80:imsi a1(0a:05 04:00) a2(81:other) 83:other)", "30(80:00)", 28, ""},
	{76, 8, 3, "30(80:44 a1(a0(81:other) 81:other a3(0a:05 04:00) a4(0a:05 04:00)))", "30(a0(80:01))", 30, "30()"},
	{77, 8, 3, "30(80:44 81:01)", "30(80:44)", 16, ""},
	{78, 40, 3, secured, secured, 4, secured},
	{79, 40, 3, secured, silent, 4, secured},
	{80, 40, 3, secured, secured, 0, ""},
	{81, 40, 3, secured, silent, 0, ""},
	{83, 38, 3, "30(30(80:00) 04:gmlc a0(80:00) 82:imsi)", "30(04:point 80:03 a6(80:cell))", 54, "30(80:01)"},
	{84, 45, 3, "30(0a:00 04:00000001 04:91 80:cell 81:imsi)", "30(80:msc 81:00000001 82:imsi)", 62, ""},
	{85, 37, 3, "30(80:gmlc a1(81:msisdn))", "30(a0(80:imsi) a1(04:msc 80:lmsi a3(81:sgsn)))", 52, "30()"},
	{86, 38, 3, "30(0a:00 30(80:00) 30(04:msc) 80:msisdn 81:imsi 85:point 86:01)", "30()", 58, "30()"},
	{87, 4, 3, "30(80:imsi)", "30(80:0f)", 51, ""},
	{88, 9, 3, "30(80:imsi)", "30()", 51, ""},
	{89, 42, 3, "30(02:01 80:00 81:imsi 82:msisdn a3(80:geo 81:vlr))", "30()", 59, ""},
}

// secured is a SecureTransportArg around a sendAuthenticationInfo (3GPP TS 33.200).
const secured = "30(30(04:00000102 a0(02:38) 04:0102030405060708090a0b0c0d0e) 04:rand)"
