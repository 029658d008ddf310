package dissect

import (
	"testing"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/synth"
)

// beside is another association that the tap of l sees.
func beside(l *link) *link {
	a, b := synth.SCTPEnd{Port: portDiameter, Tag: 0xcccccccc, TSN: 1}, synth.SCTPEnd{Port: portDiameter, Tag: 0xdddddddd, TSN: 1}
	return &link{tap: l.tap, Association: synth.NewAssociation(a, b, synth.NewRand(2)), addr: [2]string{addrA2, addrB2}}
}

// TestTwinsOfOneOrigin: a node counts its End-to-End Identifiers anew on each connection,
// so that requests about two subscribers have one, and the second is no copy of the first.
func TestTwinsOfOneOrigin(t *testing.T) {
	a := newLink(portDiameter)
	b := beside(a)
	subscribers := []telecom.Digits{telecom.MustDigits("001010000000001"), telecom.MustDigits("001010000000002")}
	x := func(session string, from synth.Peer) synth.Exchange {
		return synth.Exchange{App: synth.AppS6a, HopByHop: 1, EndToEnd: 1, SessionID: session, Origin: from, Destination: hss}
	}
	for i, l := range []*link{a, b} {
		l.send(0, synth.PPIDDiameter, synth.AppendPUR(nil, x([]string{"mme1;1;1", "mme1;1;2"}[i], mme), subscribers[i]))
	}
	for i, l := range []*link{a, b} {
		l.send(1, synth.PPIDDiameter, synth.AppendPUA(nil, x([]string{"mme1;1;1", "mme1;1;2"}[i], hss), synth.Success))
	}
	a.expect(t, "PUR request", "PUR request", "PUR answer", "PUR answer")
	for i, m := range a.messages {
		if m.Duplicate || m.IMSI != subscribers[i%2] {
			t.Errorf("message %d: duplicate %v, subscriber %v", i+1, m.Duplicate, m.IMSI)
		}
	}
}

// TestSightWithoutSubscriber: a second sight that names nobody takes nothing from the first,
// and one that names somebody gives the answer what the first lacked.
func TestSightWithoutSubscriber(t *testing.T) {
	bare := func() []byte {
		x := exchange(1, false)
		b, at := synth.OpenRequest(nil, x, synth.CmdPU)
		return synth.CloseRequest(b, x, at)
	}
	for name, sights := range map[string][2][]byte{"second": {purgeRequest(1), bare()}, "first": {bare(), purgeRequest(1)}} {
		a := newLink(portDiameter)
		b := beside(a)
		a.send(0, synth.PPIDDiameter, sights[0])
		b.send(0, synth.PPIDDiameter, sights[1])
		b.send(1, synth.PPIDDiameter, purgeAnswer(1))
		if len(a.messages) != 3 || !a.messages[1].Duplicate || a.messages[2].IMSI != testIMSI {
			t.Errorf("the %s sight names nobody: %d messages, the answer's subscriber %v", name, len(a.messages), a.messages[len(a.messages)-1].IMSI)
		}
	}
}
