package cases

import (
	"slices"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/synth"
)

// TCAP.
var tcapCases = []Case{
	{Name: "fault-invoke-ids", Holds: "invoke ids that are other operations' codes, results without a code, linked invokes", make: invokeIDs},
	{Name: "fault-tcap-loop", Holds: "messages that pass transit points again and again, and transaction ids that others use too", make: tcapLoop},
	{Name: "fault-transaction-ids", Holds: "transaction ids of one to four octets", make: transactionIDs},
	{Name: "fault-no-protocol-version", Holds: "dialogue portions without their protocol version", make: noVersion},
	{Name: "fault-indefinite-lengths", Holds: "lengths without end, nested, and lengths with more octets than they need", make: indefinite},
}

func invokeIDs(m *maker) {
	tid := func(typ synth.TCType, n uint32, components ...[]byte) []byte {
		t := synth.Transaction{Type: typ, Components: slices.Concat(components...)}
		if typ != synth.TCEnd {
			t.OTID = synth.TID(n)
		}
		if typ != synth.TCBegin {
			t.DTID = synth.TID(n)
		}
		return synth.AppendTransaction(nil, t)
	}
	// Version 2 of the operations without dialogue portions: nothing but the component
	// tells. The ids are the codes of mt-ForwardSM (44) and cancelLocation (3).
	n := m.next()
	m.tcap(carrier, tid(synth.TCBegin, n, synth.AppendInvoke(nil, 44, synth.OpUpdateLocation, locate(n))))
	m.tcap(home, tid(synth.TCContinue, n, synth.AppendInvoke(nil, 2, synth.OpInsertSubscriberData, synth.AppendInsertSubscriberData(nil, synth.InsertSubscriberData{MSISDN: synth.International(telecom.MustDigits("9990155500001")), Services: true}))))
	m.tcap(carrier, tid(synth.TCContinue, n, synth.AppendEmptyResult(nil, 2)))
	m.tcap(home, tid(synth.TCEnd, n, synth.AppendResult(nil, 44, synth.OpUpdateLocation, synth.AppendHLRResult(nil, synth.International(homeGT), 3))))
	// purgeMS with invoke id 2 (updateLocation's code), -128 and 127; confirmed empty.
	for _, id := range []int8{2, -128, 127} {
		n = m.next()
		m.tcap(carrier, tid(synth.TCBegin, n, synth.AppendInvoke(nil, id, synth.OpPurgeMS, synth.AppendPurgeMS(nil, synth.PurgeMS{IMSI: imsi(n), VLR: synth.International(farGT), Version: 3}))))
		m.tcap(home, tid(synth.TCEnd, n, synth.AppendEmptyResult(nil, id)))
	}
	// Two operations in one message, each with the other's code for its id, answered in
	// the other order without codes; and an error and a reject by id alone.
	n = m.next()
	ati := synth.AppendProvideSubscriberInfo(nil, imsi(n))
	m.tcap(carrier, tid(synth.TCBegin, n,
		synth.AppendInvoke(nil, int8(synth.OpProvideSubscriberInfo), synth.OpPurgeMS, synth.AppendPurgeMS(nil, synth.PurgeMS{IMSI: imsi(n), VLR: synth.International(farGT), Version: 3})),
		synth.AppendInvoke(nil, int8(synth.OpPurgeMS), synth.OpProvideSubscriberInfo, ati)))
	m.tcap(home, tid(synth.TCContinue, n, synth.AppendError(nil, int8(synth.OpPurgeMS), synth.ErrSystemFailure, nil), synth.AppendEmptyResult(nil, int8(synth.OpProvideSubscriberInfo))))
	// A linked invoke: an operation of the answering end with ids of its own.
	n = m.next()
	m.tcap(carrier, tid(synth.TCBegin, n, synth.AppendInvoke(nil, 7, synth.OpUpdateLocation, locate(n))))
	m.tcap(home, tid(synth.TCContinue, n, synth.AppendLinkedInvoke(nil, 7, 7, synth.OpInsertSubscriberData, synth.AppendInsertSubscriberData(nil, synth.InsertSubscriberData{IMSI: imsi(n), Services: true}))))
	m.tcap(carrier, tid(synth.TCContinue, n, synth.AppendEmptyResult(nil, 7)))
	m.tcap(home, tid(synth.TCEnd, n, synth.AppendEmptyResult(nil, 7)))
	// A reject of an id that nobody invoked.
	n = m.next()
	m.tcap(carrier, tid(synth.TCBegin, n, synth.AppendInvoke(nil, 1, synth.OpUpdateLocation, locate(n))))
	m.tcap(home, tid(synth.TCEnd, n, synth.AppendReject(nil, 99, 1, 0)))
}

func tcapLoop(m *maker) {
	// The same begin goes round between three transit points: other point codes each
	// time, one hop less, and at last it comes back (XUDTS, hop counter violation).
	u := synth.Unitdata{Called: hlr, Calling: vlr, Data: begin(m.next())}
	stp := []telecom.PointCode{codes[carrier], codes[carrier] - 1, codes[carrier] - 2, codes[home]}
	for hop := range 6 {
		u.Hops = uint8(6 - hop)
		t := synth.Transfer{OPC: stp[hop%3], DPC: stp[(hop+1)%3], SI: 3, SLS: uint8(hop)}
		m.chunks(carrier, m.data(carrier, synth.AppendTransfer(nil, t, synth.AppendXUDT(nil, u))))
	}
	back := synth.Unitdata{Called: vlr, Calling: hlr, Data: u.Data, Hops: 15}
	m.chunks(home, m.data(home, m3ua(home, synth.AppendXUDTS(nil, back, 0x0c))))
	// It arrives in the end, through another point, and is answered.
	m.chunks(carrier, m.data(carrier, synth.AppendTransfer(nil, synth.Transfer{OPC: stp[1], DPC: stp[3], SI: 3}, synth.AppendUDT(nil, u))))
	m.tcap(home, end(m.n))
	// Three other visited networks use transaction id 1 at the same time. Each has
	// its own subscriber and its own answer.
	who := []string{"99971000003", "99972000004", "99973000005"}
	for i, gt := range who {
		t := synth.Transaction{
			Type: synth.TCBegin, OTID: synth.TID(1), Dialogue: synth.Request(synth.NetworkLocUp, 3),
			Components: synth.AppendInvoke(nil, 1, synth.OpUpdateLocation, locate(uint32(10+i))),
		}
		u := synth.Unitdata{Called: hlr, Calling: synth.GT(telecom.MustDigits(gt), telecom.SSNVLR), Data: synth.AppendTransaction(nil, t)}
		m.chunks(carrier, m.data(carrier, m3ua(carrier, synth.AppendUDT(nil, u))))
	}
	for _, i := range []int{2, 0, 1} {
		t := synth.Transaction{Type: synth.TCEnd, DTID: synth.TID(1), Dialogue: synth.Accept(synth.NetworkLocUp, 3), Components: synth.AppendEmptyResult(nil, 1)}
		u := synth.Unitdata{Called: synth.GT(telecom.MustDigits(who[i]), telecom.SSNVLR), Calling: hlr, Data: synth.AppendTransaction(nil, t)}
		m.chunks(home, m.data(home, m3ua(home, synth.AppendUDT(nil, u))))
	}
}

func transactionIDs(m *maker) {
	for octets := uint8(1); octets <= 4; octets++ {
		n := m.next()
		id := synth.TransactionID{Value: n * 0x01010101, Octets: octets}
		other := synth.TransactionID{Value: n, Octets: 5 - octets}
		m.tcap(carrier, synth.AppendTransaction(nil, synth.Transaction{
			Type: synth.TCBegin, OTID: id, Dialogue: synth.Request(synth.NetworkLocUp, 3),
			Components: synth.AppendInvoke(nil, 1, synth.OpUpdateLocation, locate(n)),
		}))
		m.tcap(home, synth.AppendTransaction(nil, synth.Transaction{
			Type: synth.TCContinue, OTID: other, DTID: id, Dialogue: synth.Accept(synth.NetworkLocUp, 3),
			Components: synth.AppendInvoke(nil, 1, synth.OpInsertSubscriberData, synth.AppendInsertSubscriberData(nil, synth.InsertSubscriberData{Services: true})),
		}))
		m.tcap(carrier, synth.AppendTransaction(nil, synth.Transaction{Type: synth.TCContinue, OTID: id, DTID: other, Components: synth.AppendEmptyResult(nil, 1)}))
		m.tcap(home, synth.AppendTransaction(nil, synth.Transaction{Type: synth.TCEnd, DTID: id, Components: synth.AppendEmptyResult(nil, 1)}))
	}
	// 01 and 0001 are two transactions: an id is its octets, not their value.
	for octets := uint8(1); octets <= 2; octets++ {
		n := m.next()
		m.tcap(carrier, synth.AppendTransaction(nil, synth.Transaction{
			Type: synth.TCBegin, OTID: synth.TransactionID{Value: 0x55, Octets: octets},
			Components: synth.AppendInvoke(nil, 1, synth.OpPurgeMS, synth.AppendPurgeMS(nil, synth.PurgeMS{IMSI: imsi(n), VLR: synth.International(farGT), Version: 3})),
		}))
	}
	for octets := uint8(1); octets <= 2; octets++ {
		m.tcap(home, synth.AppendTransaction(nil, synth.Transaction{Type: synth.TCEnd, DTID: synth.TransactionID{Value: 0x55, Octets: octets}, Components: synth.AppendEmptyResult(nil, 1)}))
	}
}

func noVersion(m *maker) {
	// The context tag follows the PDU's at once: protocol-version has a default
	// (Q.773 3.2.2), and stacks leave it out.
	dialogue := func(pdu uint16, context byte, rest ...byte) []byte {
		b, portion := synth.OpenTLV(nil, 0x6b, synth.Shortest)
		b, external := synth.OpenTLV(b, 0x28, synth.Shortest)
		b = append(b, 0x06, 7, 0x00, 0x11, 0x86, 0x05, 0x01, 1, 0x01)
		b, single := synth.OpenTLV(b, 0xa0, synth.Shortest)
		b, d := synth.OpenTLV(b, pdu, synth.Shortest)
		b = append(b, 0xa1, 9)
		b = append(synth.AppendContext(b, synth.Context(context), 3), rest...)
		return portion.Close(external.Close(single.Close(d.Close(b))))
	}
	message := func(tag uint16, parts ...[]byte) []byte { return synth.AppendTLV(nil, tag, slices.Concat(parts...)) }
	id := func(tag byte, n uint32) []byte { return []byte{tag, 4, 0, 0, 0, byte(n)} }
	part := func(c []byte) []byte { return synth.AppendTLV(nil, 0x6c, c) }
	n := m.next()
	m.tcap(carrier, message(0x62, id(0x48, n), dialogue(0x60, 1), part(synth.AppendInvoke(nil, 1, synth.OpUpdateLocation, locate(n)))))
	m.tcap(home, message(0x64, id(0x49, n), dialogue(0x61, 1, 0xa2, 3, 2, 1, 0, 0xa3, 5, 0xa1, 3, 2, 1, 0), part(synth.AppendEmptyResult(nil, 1))))
	// Without an operation code the context alone says that this is a location update.
	n = m.next()
	m.tcap(home, message(0x64, id(0x49, n), dialogue(0x61, 1, 0xa2, 3, 2, 1, 1, 0xa3, 5, 0xa1, 3, 2, 1, 2)))
}

func indefinite(m *maker) {
	// Everything constructed in the message has no length, to the argument's depth.
	argument := func(form synth.Length, n uint32) []byte {
		b, seq := synth.OpenTLV(nil, 0x30, form)
		b = synth.AppendDigits(b, 0x04, imsi(n))
		b = synth.AppendNumber(b, 0x81, synth.International(farGT))
		b = synth.AppendNumber(b, 0x04, synth.International(farGT))
		b, ext := synth.OpenTLV(b, 0xad, form) // add-info with an IMEI
		b = synth.AppendDigits(b, 0x80, telecom.MustDigits("9900000000000101"))
		return seq.Close(ext.Close(b))
	}
	for _, form := range []synth.Length{synth.Indefinite, synth.Long} {
		n := m.next()
		b, invoke := synth.OpenTLV(nil, 0xa1, form)
		b = append(b, 0x02, 1, 1, 0x02, 1, 2)
		b = invoke.Close(append(b, argument(form, n)...))
		m.tcap(carrier, synth.AppendTransaction(nil, synth.Transaction{Type: synth.TCBegin, OTID: synth.TID(n), Dialogue: synth.Request(synth.NetworkLocUp, 3), Components: b, Length: form}))
		m.tcap(home, synth.AppendTransaction(nil, synth.Transaction{Type: synth.TCEnd, DTID: synth.TID(n), Dialogue: synth.Accept(synth.NetworkLocUp, 3), Components: synth.AppendEmptyResult(nil, 1), Length: form}))
	}
	// Mixed: no length outside, lengths of four octets inside, and the other way round.
	for _, outside := range []bool{true, false} {
		n := m.next()
		arg := locate(n)
		arg = slices.Concat([]byte{0x30, 0x84, 0, 0, 0, byte(len(arg) - 2)}, arg[2:])
		invoke := slices.Concat([]byte{0xa1, 0x83, 0, 0, byte(len(arg) + 6), 2, 1, 1, 2, 1, 2}, arg)
		inner, outer := synth.Shortest, synth.Indefinite
		if !outside {
			invoke = slices.Concat([]byte{0xa1, 0x80, 2, 1, 1, 2, 1, 2}, arg, []byte{0, 0})
			inner, outer = synth.Indefinite, synth.Shortest
		}
		portion := synth.AppendTLVAs(nil, 0x6c, inner, invoke)
		m.tcap(carrier, synth.AppendTLVAs(nil, 0x62, outer, slices.Concat([]byte{0x48, 4, 0, 0, 0, byte(n)}, portion)))
	}
}
