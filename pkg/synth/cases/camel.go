package cases

import (
	"sigtransit/decoders/telecom"
	"sigtransit/pkg/synth"
)

// gsmSSF and gsmSCF: the ends of CAP.
var (
	ssf = synth.GT(farGT, telecom.SSNCAP)
	scf = synth.GT(homeGT, telecom.SSNCAP)
)

// turn is a TCAP message of a dialogue: who speaks, and what, as pairs of a code and
// an argument in the notation of encode. A code below 0 is a result of its opposite.
type turn struct {
	from int
	says []said
}

type said struct {
	code int32
	arg  string
}

// control is a dialogue of CAP.
type control struct {
	phase   uint8
	context synth.Context
	turns   []turn
	error   int32 // the last turn is an error in place of what it says
}

func capPhases(m *maker) {
	m.setUp()
	for _, c := range controls {
		m.control(c)
	}
}

// control writes a dialogue: the first turn begins it, the last one ends it.
func (m *maker) control(c control) {
	n := m.next()
	id := int8(0)
	for i, u := range c.turns {
		t := synth.Transaction{Type: synth.TCContinue, OTID: synth.TID(n), DTID: synth.TID(n)}
		switch i {
		case 0:
			t.Type, t.DTID, t.Dialogue = synth.TCBegin, synth.TransactionID{}, synth.CAPRequest(c.phase, c.context)
		case len(c.turns) - 1:
			t.Type, t.OTID = synth.TCEnd, synth.TransactionID{}
		}
		if i == 1 {
			t.Dialogue = synth.CAPAccept(c.phase, c.context)
		}
		for _, s := range u.says {
			switch {
			case c.error != 0 && i == len(c.turns)-1:
				t.Components = synth.AppendError(t.Components, 1, c.error, encode(s.arg))
			case s.code < 0:
				t.Components = synth.AppendResult(t.Components, id, -s.code, encode(s.arg))
			default:
				id++
				t.Components = synth.AppendInvoke(t.Components, id, s.code, encode(s.arg))
			}
		}
		v := synth.Unitdata{Called: scf, Calling: ssf, Hops: 12, Data: synth.AppendTransaction(nil, t)}
		if u.from == home {
			v.Called, v.Calling = ssf, scf
		}
		sccp := synth.AppendUDT(nil, v)
		if len(v.Data) >= 200 {
			sccp = synth.AppendLUDT(nil, v)
		}
		m.chunks(u.from, m.data(u.from, m3ua(u.from, sccp)))
	}
}

// Arguments of initial detection points (3GPP TS 29.078 6.1, 7.1, 8.1).
const (
	place      = "bf34(02:05 80:geo 81:vlr 82:locnum a3(80:cell))"
	originates = "30(80:01 82:called 83:calling 85:0a 9c:02 9f32:imsi " + place + " 9f36:0102 9f37:msc 9f38:81995051550000 9f39:time)"
	terminates = "30(80:02 82:calling 83:called 9c:0c 9f32:imsi bf33(80) " + place + " 9f36:0102 9f37:msc)"
	forwards   = "30(80:03 82:called 83:called 8c:called 9c:02 9d:calling 9e:0103 9f32:imsi 9f36:0102 9f37:msc)"
	gprsPlace  = "(80:cell 81:rai 83:sgsn)"
)

var controls = []control{
	// Calls: the caller's, the called party's, and a forwarded one.
	{phase: 1, context: 50, turns: []turn{
		{carrier, []said{{0, originates}}}, {home, []said{{31, ""}}},
	}},
	{phase: 2, context: 50, turns: []turn{
		{carrier, []said{{0, terminates}}},
		{home, []said{{23, "30(a0(30(80:07 81:01 a2(80:02)) 30(80:09 81:01 a2(80:01))))"}, {35, "30(80:a00480021770 a2(80:01))"}, {20, "30(a0(04:called))"}}},
		{carrier, []said{{24, "30(80:07 a3(81:02) a4(80:01))"}}},
		{carrier, []said{{36, "04:a00aa003810101a10380010c"}, {24, "30(80:09 a2(a7(80:8090)) a3(81:02) a4(80:00))"}}},
		{home, []said{{22, "04:8090"}}},
	}},
	{phase: 3, context: 4, turns: []turn{
		{carrier, []said{{0, forwards}}},
		{home, []said{{17, "30(80:assist 81:0102 83:0102)"}}},
		{carrier, []said{{44, "30(a0(30(80:00 a1(80:0a)) 30(80:1e a1(9e:8090))) a3(81:02))"}}},
		{home, []said{{22, "04:8090"}}},
	}},
	{phase: 4, context: 4, turns: []turn{
		{carrier, []said{{0, "30(80:01 82:called 83:calling 9c:02 9f32:imsi " + place + " 9f37:msc bf3b(80:msc 81:called 83:imei))"}}},
		{home, []said{{23, "30(a0(30(80:32 81:01)))"}, {88, "30(9f32:calling)"}}},
		{carrier, []said{{24, "30(80:07 a2(a5(9f32:called)) a3(81:02) a4(80:01))"}}},
		{carrier, []said{{24, "30(80:32 a2(bf32(bf32(02:00 81:vlr a3(80:cell)))) a3(81:01) a4(80:01))"}}},
		{carrier, []said{{24, "30(80:0d a2(a8(80:8091 9f32 9f34:called)) a3(81:02) a4(80:00))"}}},
		{home, []said{{22, "04:8090"}}},
	}},
	{phase: 4, context: 8, turns: []turn{ // the gsmSCF calls
		{home, []said{{32, "30(a0(04:called) a5(80:01) 86:01 9e:calling 9f33:0102 9f34:scf)"}}},
		{carrier, []said{{-32, "30(80:04f0)"}}},
		{home, []said{{31, ""}}},
		{carrier, []said{{96, "a0(80:01 82:8090)"}}},
	}},
	{phase: 2, context: 52, turns: []turn{ // an announcement that asks for digits
		{carrier, []said{{16, "30(80:assist 82:00)"}}},
		{home, []said{{19, "30(80:scp)"}, {48, "30(a0(a0(80:01 81:04)))"}}},
		{carrier, []said{{-48, "80:0021"}}},
		{home, []said{{18, ""}}},
	}},
	{phase: 3, context: 4, error: 11, turns: []turn{{carrier, []said{{0, originates}}}, {home, []said{{0, ""}}}}},
	{phase: 3, context: 4, error: 6, turns: []turn{{carrier, []said{{0, terminates}}}, {home, []said{{0, ""}}}}},

	// Short messages, sent and received.
	{phase: 3, context: 61, turns: []turn{
		{carrier, []said{{60, "30(80:01 81:91995051550000 82:msisdn 83:01 84:imsi a5(02:05 81:vlr a3(80:cell)) 87:sc 88:time)"}}},
		{home, []said{{62, "30(80:msisdn 81:91995051550000 82:sc)"}, {63, "30(a0(30(80:02 81:01) 30(80:03 81:01)))"}}},
		{carrier, []said{{64, "30(80:03 a2(80:01))"}}},
		{home, []said{{66, "04:29"}}},
	}},
	{phase: 4, context: 61, turns: []turn{
		{carrier, []said{{60, "30(80:01 82:other 83:0b 84:imsi a6" + gprsPlace + " 87:sc 8f:msc 90:sgsn 94:msisdn)"}}},
		{home, []said{{65, ""}}},
	}},

	// Sessions.
	{phase: 3, context: 50, turns: []turn{
		{carrier, []said{{78, "30(80:01 81:0b 82:msisdn 83:imsi 84:time a6(80:f1 81:21 82:c6336401) 88:apn ac" + gprsPlace + " 8f:ip)"}}},
		{home, []said{{81, "30(a0(30(80:0c 81:01)))"}, {71, "30(a0(80:0f4240))"}, {74, "30(80:apn)"}}},
		{carrier, []said{{80, "30(80:0c a1(80:01) a2(a5(80:apn 81:00000001 a2(80:f1 81:21 82:c6336401) a4" + gprsPlace + " 86:ip)))"}}},
		{carrier, []said{{80, "30(80:02 a1(80:01) a2(a0(a0" + gprsPlace + ")))"}, {72, "30(a0(a0(80:1000)))"}}},
		{carrier, []said{{76, "30(80:08)"}}},
		{home, []said{{75, "30()"}}},
	}},

	// What is left of each interface: charging, timers, legs, which name nobody.
	{phase: 4, context: 4, turns: []turn{
		{carrier, []said{{0, forwards}}},
		{home, []said{{27, "30()"}, {33, "30(81:0a)"}, {34, "04:a00480020102"}, {45, "30(a0(0a:00 0a:1e))"}, {46, "30(80:a005a003800101 a1(80:01))"}}},
		{home, []said{{41, "30(a0(80:assist) a1(80:01 81:05))"}, {47, "30(a0(a1(80:01 81:05)))"}, {53, "81"}, {55, ""}, {86, "30(81:01)"}}},
		{carrier, []said{{49, "05"}}},
		{home, []said{{90, "30(a0(80:01))"}, {93, "30(a0(80:01))"}, {95, "30(a0(80:01) 81:02)"}, {97, "30(a0(80:01) a1(80:01))"}}},
	}},
	{phase: 4, context: 61, turns: []turn{
		{carrier, []said{{60, "30(80:01 83:01 84:imsi)"}}}, {home, []said{{61, "04:a00480020102"}, {67, "30(81:0a)"}}},
	}},
	{phase: 3, context: 50, turns: []turn{
		{carrier, []said{{78, "30(80:01 81:01 82:msisdn 83:imsi 84:time)"}}},
		{home, []said{{70, ""}, {73, "30()"}, {77, "04:3006a00480020102"}, {82, "30(81:0a)"}, {83, "30(80:3007a005a003800101)"}}},
		{home, []said{{79, "30(80:08)"}}},
	}},
}
