package dissect

import (
	"slices"
	"testing"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
	"sigtransit/pkg/synth"
)

// landMobile is an IMSI as an AddressString (3GPP TS 29.002 17.7.8).
func landMobile(imsi telecom.Digits) synth.Number {
	n := synth.International(imsi)
	n.NPI = 6
	return n
}

// given is what a message gives away, as words.
func given(m *signaling.Message) []string {
	d, vectors := m.Disclosed()
	return d.AppendNames(nil, vectors)
}

// TestMAPOpenNamesSubscriber: USSD names its subscriber in the MAP-open alone, and
// the answer has it from the dialogue.
func TestMAPOpenNamesSubscriber(t *testing.T) {
	other := synth.International(telecom.MustDigits("999200000009"))
	for _, tt := range []struct {
		name         string
		dest, origin synth.Number
		imsi, msisdn telecom.Digits
		gives        []string
	}{
		{"IMSI and the calling node", landMobile(testIMSI), synth.International(testVLR), testIMSI, telecom.Digits{}, []string{"imsi", "ussd_text"}},
		{"IMSI and another node", landMobile(testIMSI), other, testIMSI, telecom.Digits{}, []string{"imsi", "ussd_text"}},
		{"MSISDN", synth.International(testMSISDN), synth.International(testVLR), telecom.Digits{}, testMSISDN, []string{"msisdn", "ussd_text"}},
		{"MSISDN as the origination", synth.Number{}, synth.International(testMSISDN), telecom.Digits{}, testMSISDN, []string{"msisdn", "ussd_text"}},
		{"nobody but the calling node", synth.Number{}, synth.International(testVLR), telecom.Digits{}, telecom.Digits{}, []string{"ussd_text"}},
		{"nobody", synth.Number{}, synth.Number{}, telecom.Digits{}, telecom.Digits{}, []string{"ussd_text"}},
	} {
		l := newLink(portM3UA)
		open := synth.Request(synth.NetworkUnstructuredSs, 2)
		open.UserInfo = synth.AppendMAPOpen(nil, tt.dest, tt.origin)
		ussd := synth.AppendUSSD(nil, "*100#")
		l.say(0, synth.Transaction{Type: synth.TCBegin, OTID: synth.TID(1), Dialogue: open, Components: synth.AppendInvoke(nil, 1, synth.OpProcessUnstructuredSSReq, ussd)})
		l.say(1, synth.Transaction{Type: synth.TCEnd, DTID: synth.TID(1), Components: synth.AppendResult(nil, 1, synth.OpProcessUnstructuredSSReq, ussd)})
		l.expect(t, "processUnstructuredSS-Request invoke", "processUnstructuredSS-Request result")
		for _, m := range l.messages {
			if m.IMSI != tt.imsi || m.MSISDN != tt.msisdn || m.Faults != 0 {
				t.Errorf("%s: %v of IMSI %v, MSISDN %v, faults %#x", tt.name, m.Kind, m.IMSI, m.MSISDN, m.Faults)
			}
		}
		if got := l.messages[0].given; !slices.Equal(got, tt.gives) {
			t.Errorf("%s: the invoke gives away %v, want %v", tt.name, got, tt.gives)
		}
		if got := l.messages[1].given; !slices.Equal(got, []string{"ussd_text"}) {
			t.Errorf("%s: the result gives away %v", tt.name, got)
		}
	}
}

// TestMAPOpenBroken: what stands before the fault counts, and the fault is told.
func TestMAPOpenBroken(t *testing.T) {
	l := newLink(portM3UA)
	open := synth.Request(synth.NetworkUnstructuredSs, 2)
	open.UserInfo = append(synth.AppendMAPOpen(nil, landMobile(testIMSI), synth.Number{}), 0x80)
	open.UserInfo[1]++ // a tag without a length
	l.say(0, synth.Transaction{Type: synth.TCBegin, OTID: synth.TID(1), Dialogue: open})
	if m := l.messages[0]; m.IMSI != testIMSI || m.Faults&signaling.FaultDialogue == 0 {
		t.Errorf("IMSI %v, faults %#x", m.IMSI, m.Faults)
	}
	if n := l.Dissector.Counters.Problems[LayerMAP][Malformed]; n != 1 {
		t.Errorf("%d problems counted", n)
	}
}

// TestMAPsec: a secured component is protected, and what stands beside it is not.
func TestMAPsec(t *testing.T) {
	l := newLink(portM3UA)
	header := synth.AppendTLV(nil, 0x30, []byte{
		0x30, 0x0b, // securityHeader
		0x04, 4, 0, 0, 1, 2, // securityParametersIndex
		0xa0, 3, 0x02, 1, 56, // originalComponentIdentifier: operationCode sendAuthenticationInfo
		0x04, 4, 1, 2, 3, 4, // protectedPayload
	})
	c := synth.AppendInvoke(nil, 1, 80, header)
	c = synth.AppendInvoke(c, 2, synth.OpUpdateLocation, locationUpdate())
	c = synth.AppendError(c, 3, 4, header)
	l.say(0, synth.Transaction{Type: synth.TCBegin, OTID: synth.TID(1), Dialogue: synth.Request(40, 3), Components: c})
	l.expect(t, "secureTransportClass3 invoke", "updateLocation invoke", "unknown error")
	want := []signaling.Protection{signaling.MAPsec, signaling.Clear, signaling.MAPsec}
	for i, m := range l.messages {
		if m.Protection != want[i] || (m.Class == signaling.ClassProtected) != (want[i] == signaling.MAPsec) {
			t.Errorf("message %d: %v, %v", i, m.Protection, m.Class)
		}
	}
	if got := l.messages[0].given; got != nil {
		t.Errorf("a secured component gives away %v", got)
	}
}

// TestCAPPhases: the context tells the phase, and the class of what has no code.
func TestCAPPhases(t *testing.T) {
	for _, tt := range []struct {
		dialogue synth.Dialogue
		phase    uint8
		class    signaling.Class
	}{
		{synth.CAPRequest(1, 50), 1, signaling.ClassCall}, {synth.CAPRequest(2, 51), 2, signaling.ClassCall}, {synth.CAPRequest(2, 52), 2, signaling.ClassCall},
		{synth.CAPRequest(3, 4), 3, signaling.ClassCall}, {synth.CAPRequest(3, 50), 3, signaling.ClassData}, {synth.CAPRequest(3, 61), 3, signaling.ClassSMS},
		{synth.CAPRequest(4, 4), 4, signaling.ClassCall}, {synth.CAPRequest(4, 61), 4, signaling.ClassSMS}, {synth.CAPRequest(4, 99), 4, signaling.ClassOther},
	} {
		l := newLink(portM3UA)
		l.say(0, synth.Transaction{Type: synth.TCBegin, OTID: synth.TID(1), Dialogue: tt.dialogue})
		m := l.messages[0]
		if m.Protocol != signaling.CAP || m.MAPVersion != tt.phase || m.Class != tt.class {
			t.Errorf("%+v: %v, phase %d, %v", tt.dialogue, m.Protocol, m.MAPVersion, m.Class)
		}
	}
}
