package dissect

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"sigtransit/decoders/sccp"
	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
	"sigtransit/pkg/synth"
)

// say wraps components into a TCAP message between VLR and HLR and sends it:
// end 0 is the VLR's.
func (l *link) say(from int, t synth.Transaction) Outcome {
	called, calling, opc, dpc := hlrGT, vlrGT, telecom.PointCode(100), telecom.PointCode(200)
	if from == 1 {
		called, calling, opc, dpc = calling, called, dpc, opc
	}
	return l.send(from, 3, transfer(opc, dpc, unitdata(called, calling, synth.AppendTransaction(nil, t))))
}

func locationUpdate() []byte {
	return synth.AppendUpdateLocation(nil, synth.UpdateLocation{IMSI: testIMSI, MSC: synth.International(testVLR), VLR: synth.International(testVLR)})
}

// TestDialogue: an answer has its request's operation, class and subscriber, with
// a code on the wire and without.
func TestDialogue(t *testing.T) {
	l := newLink(portM3UA)
	l.say(0, synth.Transaction{Type: synth.TCBegin, OTID: synth.TID(1), Dialogue: synth.Request(synth.NetworkLocUp, 3), Components: synth.AppendInvoke(nil, 1, synth.OpUpdateLocation, locationUpdate())})
	isd := synth.AppendInsertSubscriberData(nil, synth.InsertSubscriberData{MSISDN: synth.International(testMSISDN)})
	l.say(1, synth.Transaction{Type: synth.TCContinue, OTID: synth.TID(7), DTID: synth.TID(1), Dialogue: synth.Accept(synth.NetworkLocUp, 3), Components: synth.AppendInvoke(nil, 1, synth.OpInsertSubscriberData, isd)})
	l.say(0, synth.Transaction{Type: synth.TCContinue, OTID: synth.TID(1), DTID: synth.TID(7), Components: synth.AppendEmptyResult(nil, 1)})
	l.say(1, synth.Transaction{Type: synth.TCContinue, OTID: synth.TID(7), DTID: synth.TID(1)})
	l.say(1, synth.Transaction{Type: synth.TCEnd, DTID: synth.TID(1), Components: synth.AppendEmptyResult(nil, 1)})
	l.expect(t, "updateLocation invoke", "insertSubscriberData invoke", "insertSubscriberData result", "insertSubscriberData continue", "updateLocation result")
	for i, m := range l.messages {
		if m.IMSI != testIMSI || m.MAPVersion != 3 || m.Protocol != signaling.MAP || m.Faults != 0 {
			t.Errorf("message %d: IMSI %v, version %d, %v, faults %#x", i, m.IMSI, m.MAPVersion, m.Protocol, m.Faults)
		}
		if want := i >= 2; m.Inherited != want {
			t.Errorf("message %d: inherited %v", i, m.Inherited)
		}
		if i > 0 && m.MSISDN != testMSISDN {
			t.Errorf("message %d: MSISDN %v", i, m.MSISDN)
		}
	}
	if a, b := l.messages[0].Class, l.messages[4].Class; a != b || a != signaling.ClassLocation {
		t.Errorf("classes of request and answer: %v and %v", a, b)
	}
	if n := l.Dissector.tcapT.Len(); n != 0 {
		t.Errorf("%d transactions left", n)
	}
}

// TestDialogueErrors: an error and a reject name no operation.
func TestDialogueErrors(t *testing.T) {
	l := newLink(portM3UA)
	for n, c := range [][]byte{synth.AppendError(nil, 1, 8, nil), synth.AppendReject(nil, 1, 0x81, 1)} {
		id := synth.TID(uint32(n) + 1)
		l.say(0, synth.Transaction{Type: synth.TCBegin, OTID: id, Dialogue: synth.Request(synth.NetworkLocUp, 3), Components: synth.AppendInvoke(nil, 1, synth.OpUpdateLocation, locationUpdate())})
		l.say(1, synth.Transaction{Type: synth.TCEnd, DTID: id, Components: c})
	}
	l.say(0, synth.Transaction{Type: synth.TCBegin, OTID: synth.TID(9), Dialogue: synth.Request(synth.NetworkLocUp, 3), Components: synth.AppendInvoke(nil, 1, synth.OpUpdateLocation, locationUpdate())})
	l.say(1, synth.Transaction{Type: synth.TCAbort, DTID: synth.TID(9), PAbort: 2})
	l.expect(t, "updateLocation invoke", "updateLocation error", "updateLocation invoke", "updateLocation reject", "updateLocation invoke", "updateLocation abort")
	for i, m := range l.messages {
		if m.IMSI != testIMSI || m.Class != signaling.ClassLocation {
			t.Errorf("message %d: IMSI %v, class %v", i, m.IMSI, m.Class)
		}
	}
}

// TestReturnedMessage: what SCCP returns to its sender moves no transaction.
func TestReturnedMessage(t *testing.T) {
	l := newLink(portM3UA)
	l.send(0, 3, purgeData(1))
	returned := synth.AppendUDTS(nil, synth.Unitdata{Called: vlrGT, Calling: hlrGT, Data: purge(1)}, 1)
	l.send(1, 3, transfer(200, 100, returned))
	if n := l.Dissector.tcapT.Len(); n != 1 {
		t.Errorf("%d transactions open, want 1", n)
	}
	l.send(1, 3, purged(1))
	l.expect(t, "purgeMS invoke", "purgeMS invoke", "purgeMS result")
	if m := l.messages; m[2].IMSI != testIMSI || m[2].From != 1 {
		t.Errorf("the result: IMSI %v from end %d", m[2].IMSI, m[2].From)
	}
}

// TestMirroredTwice: an STP's mirror shows a message on the way in and on the way
// out, on two associations, with the called title translated.
func TestMirroredTwice(t *testing.T) {
	l := newLink(portM3UA)
	out := &link{tap: l.tap, Association: synth.NewAssociation(synth.SCTPEnd{Port: portM3UA, TSN: 1}, synth.SCTPEnd{Port: portM3UA, TSN: 1}, synth.NewRand(2)), addr: [2]string{addrA2, addrB2}}
	hlrPC := synth.Address{SSN: telecom.SSNHLR, RouteOnSSN: true, HasPC: true, PC: 300}
	l.send(0, 3, purgeData(1))
	out.send(0, 3, transfer(100, 300, unitdata(hlrPC, vlrGT, purge(1))))
	out.send(1, 3, purged(1))
	l.send(1, 3, purged(1))
	l.expect(t, "purgeMS invoke", "purgeMS invoke", "purgeMS result", "purgeMS result")
	for i, want := range []bool{false, true, false, true} {
		if m := l.messages[i]; m.Duplicate != want || m.IMSI != testIMSI {
			t.Errorf("message %d: duplicate %v, want %v; IMSI %v", i, m.Duplicate, want, m.IMSI)
		}
	}
	if m := l.messages; m[0].link == m[1].link || m[0].Memory != m[1].Memory || m[0].Memory == nil {
		t.Error("two links, one memory are wanted")
	}
	if l.Counters.MirroredTwice != 2 {
		t.Errorf("%d mirrored twice, want 2", l.Counters.MirroredTwice)
	}
}

// TestOneIDTwoDialogues: transaction ids are each node's own.
func TestOneIDTwoDialogues(t *testing.T) {
	l := newLink(portM3UA)
	other := synth.GT(telecom.MustDigits("99970003"), telecom.SSNVLR)
	imsi := telecom.MustDigits("001019999999999")
	l.send(0, 3, purgeData(1))
	arg := synth.AppendPurgeMS(nil, synth.PurgeMS{IMSI: imsi, VLR: synth.International(other.Digits), Version: 3})
	begin := synth.AppendTransaction(nil, synth.Transaction{Type: synth.TCBegin, OTID: synth.TID(1), Dialogue: synth.Request(synth.MSPurging, 3), Components: synth.AppendInvoke(nil, 1, synth.OpPurgeMS, arg)})
	l.send(0, 3, transfer(101, 200, unitdata(hlrGT, other, begin)))
	end := synth.AppendTransaction(nil, synth.Transaction{Type: synth.TCEnd, DTID: synth.TID(1), Components: synth.AppendEmptyResult(nil, 1)})
	l.send(1, 3, transfer(200, 101, unitdata(other, hlrGT, end)))
	l.send(1, 3, transfer(200, 100, unitdata(vlrGT, hlrGT, end)))
	l.expect(t, "purgeMS invoke", "purgeMS invoke", "purgeMS result", "purgeMS result")
	if a, b := l.messages[2].IMSI, l.messages[3].IMSI; a != imsi || b != testIMSI {
		t.Errorf("the results belong to %v and %v", a, b)
	}
}

func TestSegments(t *testing.T) {
	// A short message that needs two XUDTs.
	sm := synth.ForwardSM{IMSI: testIMSI, ServiceCentre: synth.International(testHLR), TPDU: make([]byte, 150)}
	data := synth.AppendTransaction(nil, synth.Transaction{
		Type: synth.TCBegin, OTID: synth.TID(1), Dialogue: synth.Request(synth.ShortMsgMTRelay, 3),
		Components: synth.AppendInvoke(nil, 1, synth.OpMTForwardSM, synth.AppendMTForwardSM(nil, sm)),
	})
	u := synth.Unitdata{Called: vlrGT, Calling: hlrGT, Class: 0x81, Hops: 12}
	for name, order := range map[string][]int{"in order": {0, 1, 2}, "backwards": {2, 1, 0}, "one again": {0, 0, 1, 2}} {
		t.Run(name, func(t *testing.T) {
			l := newLink(portM3UA)
			var seg [][]byte
			synth.SegmentData(u, data, (len(data)+2)/3, 77, func(u synth.Unitdata) { seg = append(seg, synth.AppendXUDT(nil, u)) })
			if len(seg) != 3 {
				t.Fatalf("%d segments", len(seg))
			}
			for _, i := range order {
				l.send(0, 3, transfer(100, 200, seg[i]))
			}
			l.expect(t, "mt-ForwardSM invoke")
			if m := l.messages; len(m) == 1 && (m[0].IMSI != testIMSI || m[0].Frame != l.frame || m[0].Faults != 0) {
				t.Errorf("IMSI %v in frame %d, faults %#x", m[0].IMSI, m[0].Frame, m[0].Faults)
			}
		})
	}
}

// TestAdaptationLayers: the same message under M3UA, M2UA and M2PA.
func TestAdaptationLayers(t *testing.T) {
	sccp := unitdata(hlrGT, vlrGT, purge(1))
	// SIO: international network, SCCP. Label: DPC 200, OPC 100, SLS 5, 14 + 14 + 4
	// bits, least significant octet first (Q.704 2.2).
	label := uint32(200) | 100<<14 | 5<<28
	mtp3 := append([]byte{0x03, byte(label), byte(label >> 8), byte(label >> 16), byte(label >> 24)}, sccp...)
	m2ua := func(tag uint16, data []byte) []byte {
		n := len(data) + 4
		v := append([]byte{0, 1, 0, 8, 0, 0, 0, 1, byte(tag >> 8), byte(tag), byte(n >> 8), byte(n)}, data...) // interface 1, Protocol Data
		v = append(v, "\x00\x00\x00"[:-n&3]...)
		return append([]byte{1, 0, 6, 1, 0, 0, byte((len(v) + 8) >> 8), byte(len(v) + 8)}, v...) // MAUP, Data
	}
	m2pa := func(data []byte) []byte {
		n := 17 + len(data)
		b := []byte{1, 0, 11, 1, 0, 0, byte(n >> 8), byte(n), 0, 0, 0, 8, 0, 0, 0, 9, 0} // user data, BSN 8, FSN 9, priority 0
		return append(b, data...)
	}
	for name, tt := range map[string]struct {
		port    uint16
		ppid    uint32
		payload []byte
	}{
		"M3UA":              {portM3UA, 3, transfer(100, 200, sccp)},
		"M2UA":              {portM2UA, 2, m2ua(0x0300, mtp3)},
		"M2UA, TTC":         {portM2UA, 2, m2ua(0x0301, append([]byte{0x3f}, mtp3...))},
		"M2UA without PPID": {portM2UA, 0, m2ua(0x0300, mtp3)},
		"M2PA":              {portM2PA, 5, m2pa(mtp3)},
		"M2PA without PPID": {portM2PA, 0, m2pa(mtp3)},
		"M2UA anywhere":     {4711, 0, m2ua(0x0300, mtp3)},
		"M2PA anywhere":     {4711, 0, m2pa(mtp3)},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLink(tt.port)
			l.send(0, tt.ppid, tt.payload)
			l.expect(t, "purgeMS invoke")
			if d := l.Dissector.m3ua.Data; d.OPC != 100 || d.DPC != 200 || d.SI != 3 || d.NI != 0 {
				t.Errorf("label %+v", d)
			}
		})
	}
	l := newLink(portM2PA)
	l.send(0, 5, m2pa(nil)) // acknowledges only
	if l.Counters.Management != 1 || len(l.messages) != 0 {
		t.Errorf("%d messages, %d management", len(l.messages), l.Counters.Management)
	}
}

// suaBegin is a CLDT from a VLR to an HLR with the begin of a MAP dialogue of
// version 1 (no dialogue portion): updateLocation.
var suaBegin = []byte{
	0x01, 0x00, 0x07, 0x01, // version 1, reserved, connectionless, CLDT
	0x00, 0x00, 0x00, 0xa0, // length 160
	0x00, 0x06, 0x00, 0x08, 0x00, 0x00, 0x00, 0x64, // routing context 100
	0x01, 0x15, 0x00, 0x08, 0x00, 0x00, 0x00, 0x81, // protocol class 1, return on error
	0x01, 0x02, 0x00, 0x28, // source address, length 40
	/**/ 0x00, 0x01, 0x00, 0x07, // route on global title; include SSN, point code, title
	/**/ 0x80, 0x01, 0x00, 0x10, // global title, length 16
	/*  */ 0x00, 0x00, 0x00, 0x04, // GTI 4
	/*  */ 0x08, 0x00, 0x01, 0x04, // 8 digits, TT 0, E.164, international
	/*  */ 0x99, 0x69, 0x00, 0x20, // 99960002
	/**/ 0x80, 0x02, 0x00, 0x08, 0x00, 0x00, 0x00, 0x64, // point code 100
	/**/ 0x80, 0x03, 0x00, 0x08, 0x00, 0x00, 0x00, 0x07, // SSN 7, VLR
	0x01, 0x03, 0x00, 0x20, // destination address, length 32
	/**/ 0x00, 0x01, 0x00, 0x05, // route on global title; include SSN, title
	/**/ 0x80, 0x01, 0x00, 0x10, // global title, length 16
	/*  */ 0x00, 0x00, 0x00, 0x04, // GTI 4
	/*  */ 0x08, 0x00, 0x01, 0x04, // 8 digits, TT 0, E.164, international
	/*  */ 0x99, 0x59, 0x00, 0x10, // 99950001
	/**/ 0x80, 0x03, 0x00, 0x08, 0x00, 0x00, 0x00, 0x06, // SSN 6, HLR
	0x01, 0x16, 0x00, 0x08, 0x00, 0x00, 0x00, 0x05, // sequence control 5
	0x01, 0x01, 0x00, 0x08, 0x00, 0x00, 0x00, 0x0c, // hop counter 12
	0x01, 0x0b, 0x00, 0x30, // data, length 48
	/**/ 0x62, 0x2a, // begin
	/*  */ 0x48, 0x04, 0x00, 0x00, 0x00, 0x01, // originating transaction id 1
	/*  */ 0x6c, 0x22, // components
	/*    */ 0xa1, 0x20, // invoke
	/*      */ 0x02, 0x01, 0x01, // invoke id 1
	/*      */ 0x02, 0x01, 0x02, // operation 2, updateLocation
	/*      */ 0x30, 0x18, // sequence
	/*        */ 0x04, 0x08, 0x00, 0x01, 0x01, 0x21, 0x43, 0x65, 0x87, 0xf9, // IMSI 001010123456789
	/*        */ 0x81, 0x05, 0x91, 0x99, 0x69, 0x00, 0x20, // MSC number 99960002
	/*        */ 0x04, 0x05, 0x91, 0x99, 0x69, 0x00, 0x20, // VLR number 99960002
}

// suaEnd is its answer, an empty end, as a CLDT or, as it comes back to its
// sender, as a CLDR.
func suaEnd(typ uint8) []byte {
	b := []byte{
		0x01, 0x00, 0x07, typ, // version 1, reserved, connectionless
		0x00, 0x00, 0x00, 0x4c, // length 76
		0x01, 0x06, 0x00, 0x08, 0x00, 0x00, 0x01, 0x07, // return cause 7; not of a CLDT
		0x01, 0x02, 0x00, 0x18, // source address, length 24
		/**/ 0x00, 0x02, 0x00, 0x03, // route on SSN; include SSN, point code
		/**/ 0x80, 0x02, 0x00, 0x08, 0x00, 0x00, 0x00, 0xc8, // point code 200
		/**/ 0x80, 0x03, 0x00, 0x08, 0x00, 0x00, 0x00, 0x06, // SSN 6, HLR
		0x01, 0x03, 0x00, 0x18, // destination address, length 24
		/**/ 0x00, 0x02, 0x00, 0x03, // route on SSN; include SSN, point code
		/**/ 0x80, 0x02, 0x00, 0x08, 0x00, 0x00, 0x00, 0x64, // point code 100
		/**/ 0x80, 0x03, 0x00, 0x08, 0x00, 0x00, 0x00, 0x07, // SSN 7, VLR
		0x01, 0x0b, 0x00, 0x0c, // data, length 12
		/**/ 0x64, 0x06, // end
		/*  */ 0x49, 0x04, 0x00, 0x00, 0x00, 0x01, // destination transaction id 1
	}
	return b
}

// TestSUA: user data of SUA is read like that of SCCP, in one message and in
// segments, and there is no routing label to show.
func TestSUA(t *testing.T) {
	for name, ppid := range map[string]uint32{"PPID": 4, "without PPID": 0} {
		for _, port := range []uint16{portSUA, 4711} {
			t.Run(fmt.Sprintf("%s, port %d", name, port), func(t *testing.T) {
				l := newLink(port)
				l.Dissector.m3ua.HasData = true // a routing label that must not stay
				l.send(0, ppid, suaBegin)
				l.send(1, ppid, suaEnd(2))
				if n := l.Dissector.tcapT.Len(); n != 1 {
					t.Errorf("%d transactions open after a returned message, want 1", n)
				}
				l.send(1, ppid, suaEnd(1))
				l.expect(t, "updateLocation invoke", "unknown end", "updateLocation end")
				for i := range l.messages {
					if l.messages[i].Message.M3UA != nil {
						t.Errorf("message %d has a routing label", i)
					}
				}
			})
		}
	}
	l := newLink(portSUA)
	l.send(0, 4, suaBegin)
	l.send(1, 4, suaEnd(2))
	m := &l.messages[0]
	if m.IMSI != testIMSI || m.MAPVersion != 1 || m.Class != signaling.ClassLocation || m.Faults != 0 || m.Message.M3UA != nil {
		t.Errorf("%+v", m.Message)
	}
	calling := sccp.Address{Present: true, Indicator: 0x13, HasPC: true, PC: 100, HasSSN: true, SSN: telecom.SSNVLR, GTI: 4, NP: 1, ES: 2, NAI: 4, GT: testVLR}
	called := sccp.Address{Present: true, Indicator: 0x12, HasSSN: true, SSN: telecom.SSNHLR, GTI: 4, NP: 1, ES: 2, NAI: 4, GT: testHLR}
	if s := m.sccp; s.Type != sccp.UDT || s.Class != 1 || !s.ReturnOnError || s.HopCounter != 12 || s.HasCause || s.Calling != calling || s.Called != called {
		t.Errorf("SCCP %+v", s)
	}
	if s := l.messages[1].sccp; s.Type != sccp.UDTS || !s.HasCause || s.Cause != 7 || l.messages[1].Faults != signaling.FaultReturned {
		t.Errorf("returned: %+v, faults %#x", s, l.messages[1].Faults)
	}

	// Two segments: the data is cut behind 20 octets, its parameter comes last.
	l = newLink(portSUA)
	head, data := suaBegin[:len(suaBegin)-48], suaBegin[len(suaBegin)-44:]
	for i, part := range [][]byte{data[:20], data[20:]} {
		b := append(bytes.Clone(head),
			0x01, 0x17, 0x00, 0x08, byte(0x81-0x81*i), 0x00, 0x00, 0x2a, // segmentation: first, 1 remains; then 0 remain; reference 42
			0x01, 0x0b, 0x00, byte(4+len(part))) // data
		b = append(b, part...)
		b[7] = byte(len(b))
		l.send(0, 4, b)
	}
	l.expect(t, "updateLocation invoke")

	// What is no user data is counted.
	l = newLink(portSUA)
	l.send(0, 4, []byte{1, 0, 3, 1, 0, 0, 0, 8})               // ASP up
	l.send(0, 4, []byte{1, 0, 8, 1, 0, 0, 0, 8})               // CORE
	l.send(0, 4, []byte{1, 0, 7, 3, 0, 0, 0, 8})               // a type there is not
	l.send(0, 4, []byte{1, 0, 7, 1, 0, 0, 0, 8})               // CLDT without data
	l.send(0, 4, suaBegin[:len(suaBegin)-1])                   // cut
	l.send(0, 4, append([]byte{2, 0, 7, 1}, suaBegin[4:]...))  // version 2
	l.send(0, 4, append([]byte{1, 0, 9, 1}, 0, 0, 0, 4, 0, 0)) // registration, with a length of 4
	p := &l.Counters.Problems[LayerSUA]
	if l.Counters.Management != 1 || l.Counters.Kinds.SUA[8*typesPerClass+1] != 1 || p[Unsupported] != 1 || p[Malformed] != 3 || p[Truncated] != 1 {
		t.Errorf("%d management, problems %v", l.Counters.Management, *p)
	}
	l.expect(t, "updateLocation invoke")
	if f := l.messages[0].Faults; f&signaling.FaultTruncated == 0 {
		t.Errorf("cut: faults %#x", f)
	}

	for i := range suaBegin {
		l.send(0, 4, suaBegin[:i])
		for bit := range 8 {
			b := bytes.Clone(suaBegin)
			b[i] ^= 1 << bit
			if l.send(0, 4, b) == Panicked {
				t.Fatalf("bit %d of octet %d changed: %v", bit, i, l.warnings)
			}
		}
	}
	checkAccounts(t, l.Dissector)
}

// TestOtherUsers: what is not TCAP is counted, not lost.
func TestOtherUsers(t *testing.T) {
	l := newLink(portM3UA)
	bssap := synth.Address{SSN: 254, RouteOnSSN: true}
	l.send(0, 3, transfer(1, 2, unitdata(bssap, bssap, []byte{0, 3, 0x52, 8, 0}))) // BSSAP paging
	l.send(0, 3, synth.AppendTransfer(nil, synth.Transfer{OPC: 1, DPC: 2, SI: 5}, []byte{1, 0, 1, 0}))
	l.send(0, 3, transfer(1, 2, []byte{0x06, 0, 0, 1, 0, 1, 1, 0})) // DT1
	if c := l.Counters; c.OtherSubsystems != 1 || c.OtherUsers != 1 || c.Kinds.Connection[sccp.DT1] != 1 || c.Messages != 0 {
		t.Errorf("counters %+v", c)
	}
}

// TestCutMessage: a frame cut by the snap length gives what stands before the cut.
func TestCutMessage(t *testing.T) {
	whole := newLink(portM3UA)
	whole.send(0, 3, purgeData(1))
	p := ipFrame(addrA, addrB, synth.ProtoSCTP, newLink(portM3UA).data(0, 3, purgeData(1)))
	read := 0
	for n := len(p); n > 0; n-- {
		l := newLink(portM3UA)
		l.feedCut(p, n)
		checkAccounts(t, l.Dissector)
		read += len(l.messages)
		for _, m := range l.messages {
			if n < len(p) && m.Faults&signaling.FaultTruncated == 0 {
				t.Errorf("cut at %d: a message without a sign of it", n)
			}
			if m.sccp.Calling.GT != testVLR {
				t.Errorf("cut at %d: calling %v", n, m.sccp.Calling.GT)
			}
		}
	}
	if read < 20 {
		t.Errorf("%d cuts leave a readable message: too few", read)
	}
}

// TestForwardSM: versions 1 and 2 forward short messages of both directions by one
// operation. What goes to a subscriber has the name that version 3 gives it.
func TestForwardSM(t *testing.T) {
	sc := synth.International(testHLR)
	argument := func(da, oa []byte) []byte {
		return synth.AppendTLV(nil, 0x30, bytes.Join([][]byte{da, oa, synth.AppendTLV(nil, 0x04, []byte{4, 0, 0})}, nil))
	}
	centre, sender := synth.AppendNumber(nil, 0x84, sc), synth.AppendNumber(nil, 0x82, synth.International(testMSISDN))
	var (
		toIMSI    = argument(synth.AppendDigits(nil, 0x80, testIMSI), centre)
		toLMSI    = argument([]byte{0x81, 4, 1, 2, 3, 4}, centre)
		toRoaming = argument(synth.AppendNumber(nil, 0x83, synth.International(testVLR)), centre)
		toNobody  = argument([]byte{0x85, 0}, []byte{0x85, 0}) // a further message of a dialogue
		toCentre  = argument(centre, sender)
		fromIMSI  = synth.AppendMOForwardSM(nil, synth.ForwardSM{IMSI: testIMSI, MSISDN: synth.International(testMSISDN), ServiceCentre: sc, TPDU: []byte{1, 0, 0}})
	)
	const mt, mo = "mt-ForwardSM", "mo-ForwardSM"
	for _, tt := range []struct {
		name     string
		dialogue synth.Dialogue
		op       int32
		argument []byte
		want     string
	}{
		{"v2, context towards the mobile", synth.Request(synth.ShortMsgMTRelay, 2), 46, toIMSI, mt},
		{"v2, context towards the mobile, to nobody", synth.Request(synth.ShortMsgMTRelay, 2), 46, toNobody, mt},
		{"v2, context from the mobile", synth.Request(synth.ShortMsgMORelay, 2), 46, toCentre, mo},
		{"v2, context from the mobile, to an IMSI", synth.Request(synth.ShortMsgMORelay, 2), 46, toIMSI, mt},
		{"v1 to an IMSI", synth.Dialogue{}, 46, toIMSI, mt},
		{"v1 to an LMSI", synth.Dialogue{}, 46, toLMSI, mt},
		{"v1 to a roaming number", synth.Dialogue{}, 46, toRoaming, mt},
		{"v1 to a service centre", synth.Dialogue{}, 46, toCentre, mo},
		{"v1 without an argument", synth.Dialogue{}, 46, nil, mo},
		{"v1, context of both", synth.Request(synth.ShortMsgMORelay, 1), 46, toIMSI, mt},
		{"v3 from the mobile", synth.Request(synth.ShortMsgMORelay, 3), 46, fromIMSI, mo},
		{"v3 towards the mobile", synth.Request(synth.ShortMsgMTRelay, 3), 44, toIMSI, mt},
	} {
		for _, code := range []bool{true, false} {
			l := newLink(portM3UA)
			l.say(0, synth.Transaction{Type: synth.TCBegin, OTID: synth.TID(1), Dialogue: tt.dialogue, Components: synth.AppendInvoke(nil, 1, tt.op, tt.argument)})
			answer := synth.AppendEmptyResult(nil, 1)
			if code {
				answer = synth.AppendResult(nil, 1, tt.op, []byte{0x30, 0})
			}
			l.say(1, synth.Transaction{Type: synth.TCContinue, OTID: synth.TID(7), DTID: synth.TID(1), Components: answer})
			l.say(1, synth.Transaction{Type: synth.TCEnd, DTID: synth.TID(1), Components: synth.AppendError(nil, 1, 32, nil)})
			l.expect(t, tt.want+" invoke", tt.want+" result", tt.want+" error")
			for i, m := range l.messages {
				if m.Faults != 0 || m.Protocol != signaling.MAP || m.Inherited != (i == 2 || i == 1 && !code) {
					t.Errorf("%s: message %d: %v, faults %#x, inherited %v", tt.name, i, m.Protocol, m.Faults, m.Inherited)
				}
			}
			if m := &l.messages[0]; m.component.Code != tt.op {
				t.Errorf("%s: code %d", tt.name, m.component.Code)
			}
			if t.Failed() {
				t.Fatal(tt.name)
			}
		}
	}
	// A continue whose beginning was not seen: of no known version.
	l := newLink(portM3UA)
	for i, argument := range [][]byte{toIMSI, toCentre, fromIMSI} {
		n := uint32(10 * (i + 1))
		l.say(1, synth.Transaction{Type: synth.TCContinue, OTID: synth.TID(n), DTID: synth.TID(n + 1), Components: synth.AppendInvoke(nil, 2, 46, argument)})
	}
	l.expect(t, mt+" invoke", mo+" invoke", mo+" invoke")
}

// TestCAPWithoutItsBeginning: of a call whose beginning was not seen, the subsystem
// number of CAP at either end tells the language, whatever number the other end has.
func TestCAPWithoutItsBeginning(t *testing.T) {
	const ssnMSC = telecom.SSNMSC
	for _, tt := range []struct {
		near, far telecom.SSN
		want      signaling.Protocol
	}{
		{telecom.SSNCAP, telecom.SSNGsmSCF, signaling.CAP}, {telecom.SSNCAP, ssnMSC, signaling.CAP}, {telecom.SSNCAP, telecom.SSNSGSN, signaling.CAP},
		{telecom.SSNCAP, telecom.SSNCAP, signaling.CAP}, {telecom.SSNCAP, 250, signaling.CAP}, {telecom.SSNHLR, telecom.SSNGsmSCF, signaling.MAP},
		{telecom.SSNHLR, 250, signaling.MAP}, {250, 251, signaling.TCAP},
	} {
		for n := range uint32(2) {
			l := newLink(portM3UA)
			a, b := synth.GT(testHLR, tt.near), synth.GT(testVLR, tt.far)
			if n == 1 {
				a, b = b, a
			}
			report := []byte{0x30, 3, 0x80, 1, 9} // eventReportBCSM: oDisconnect
			data := synth.AppendTransaction(nil, synth.Transaction{Type: synth.TCContinue, OTID: synth.TID(1), DTID: synth.TID(2), Components: synth.AppendInvoke(nil, 3, 24, report)})
			l.send(0, 3, transfer(100, 200, unitdata(a, b, data)))
			if m := l.messages[0]; m.Protocol != tt.want || m.IMSI.Len() != 0 {
				t.Errorf("SSN %d and %d: %v, IMSI %v", tt.near, tt.far, m.Protocol, m.IMSI)
			}
		}
	}
	// An application context knows better.
	l := newLink(portM3UA)
	ati := synth.AppendAnyTimeInterrogation(nil, synth.AnyTimeInterrogation{IMSI: testIMSI, GsmSCF: synth.International(testVLR)})
	begin := synth.AppendTransaction(nil, synth.Transaction{Type: synth.TCBegin, OTID: synth.TID(1), Dialogue: synth.Request(synth.AnyTimeEnquiry, 3), Components: synth.AppendInvoke(nil, 1, 71, ati)})
	l.send(0, 3, transfer(100, 200, unitdata(hlrGT, synth.GT(testVLR, telecom.SSNCAP), begin)))
	l.expect(t, "anyTimeInterrogation invoke")
}

// TestIMSIThatIsNone: a few digits are nobody's IMSI, and the message says so.
func TestIMSIThatIsNone(t *testing.T) {
	l := newLink(portM3UA)
	l.say(0, synth.Transaction{Type: synth.TCBegin, OTID: synth.TID(1), Dialogue: synth.Request(33, 3), Components: synth.AppendInvoke(nil, 1, 24, []byte{0x30, 3, 0x80, 1, 9})})
	l.expect(t, "sendRoutingInfoForGprs invoke")
	if m := l.messages[0]; m.IMSI.Len() != 0 || m.Faults != signaling.FaultArgument || l.Dissector.Counters.Problems[LayerMAP][Malformed] != 1 {
		t.Errorf("IMSI %v, faults %#x", m.IMSI, m.Faults)
	}
}

// TestGatewayMSC: who asks for a route, or for a roaming number on behalf of a caller,
// is no node that serves the subscriber.
func TestGatewayMSC(t *testing.T) {
	number := func(tag uint16) []byte { return synth.AppendNumber(nil, tag, synth.International(testVLR)) }
	msisdn := synth.AppendNumber(nil, 0x80, synth.International(testMSISDN))
	for _, tt := range []struct {
		context  synth.Context
		op       int32
		argument []byte
		want     []string
	}{
		{synth.LocationInfoRetrieval, 22, slices.Concat(msisdn, number(0x86)), []string{"msisdn"}},
		{synth.RoamingNumberEnquiry, 4, slices.Concat(synth.AppendDigits(nil, 0x80, testIMSI), number(0x88)), []string{"imsi"}},
		{synth.RoamingNumberEnquiry, 4, slices.Concat(synth.AppendDigits(nil, 0x80, testIMSI), number(0x81), number(0x88)), []string{"imsi", "serving_node"}},
	} {
		l := newLink(portM3UA)
		l.say(0, synth.Transaction{Type: synth.TCBegin, OTID: synth.TID(1), Dialogue: synth.Request(tt.context, 3), Components: synth.AppendInvoke(nil, 1, tt.op, synth.AppendTLV(nil, 0x30, tt.argument))})
		if m := l.messages[0]; !slices.Equal(m.given, tt.want) || m.Faults != 0 {
			t.Errorf("%v gives away %v, want %v", m.Operation, m.given, tt.want)
		}
	}
}
