package dialogue

import (
	"encoding/binary"
	"testing"

	"sigtransit/decoders/tcap"
	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
)

const minute = 60 * second

// begun opens a transaction of a protocol in d, which the other end answers if asked to.
func begun(t *testing.T, d *TCAP, p signaling.Protocol, op int32, answered bool) {
	t.Helper()
	tr, _, _ := d.Match(0, message(tcap.Begin, 1, 0), vlr, hlr, 1, []byte("begin"))
	tr.Protocol = p
	tr.Invoked(0, 1, signaling.MAPOperation(op))
	tr.Memory.IMSI = telecom.MustDigits("001011234567890")
	d.Release(tr)
	if answered {
		tr, _, _ = d.Match(second, message(tcap.Continue, 9, 1), hlr, vlr, 1, []byte("continue"))
		d.Release(tr)
	}
}

// TestSilence: a call says nothing for hours and somebody at a USSD menu for minutes; the
// end that follows is of the transaction, as long as anybody can have waited for it.
func TestSilence(t *testing.T) {
	for _, tt := range []struct {
		name     string
		protocol signaling.Protocol
		op       int32
		answered bool
		gap      int64
		kept     bool
	}{
		{"a call of three hours", signaling.CAP, 0, true, 180 * minute, true},
		{"a call that nobody ended", signaling.CAP, 0, true, callIdle + minute, false},
		{"a call that nobody answered", signaling.CAP, 0, false, tcapIdle + minute, false},
		{"USSD", signaling.MAP, 60, true, 10 * minute, true},
		{"USSD that nobody answered yet", signaling.MAP, 59, false, 10 * minute, true},
		{"USSD of an hour ago", signaling.MAP, 59, true, 60 * minute, false},
		{"an updateLocation of two minutes", signaling.MAP, 2, true, 2 * minute, true},
		{"an updateLocation of five minutes", signaling.MAP, 2, true, 5 * minute, false},
		{"no known language", signaling.TCAP, 0, true, 5 * minute, false},
	} {
		for n := 1; n <= 2; n++ {
			d := NewTCAPGroup(n, nil)[0]
			begun(t, d, tt.protocol, tt.op, tt.answered)
			// A message of somebody else every minute keeps the table's clock going.
			for now := minute; now < tt.gap; now += minute {
				tr, _, _ := d.Match(now, message(tcap.Begin, uint32(1000+now/minute), 0), party("99905", 5), hlr, 1, []byte("another"))
				d.Release(tr)
			}
			from, to, m := hlr, vlr, message(tcap.End, 0, 1)
			if tt.answered && tt.protocol == signaling.CAP { // the switch tells of the end first
				from, to, m = vlr, hlr, message(tcap.Continue, 1, 9)
			}
			tr, _, _ := d.Match(tt.gap, m, from, to, 1, []byte("end"))
			if kept := tr != nil && tr.Memory.IMSI.Len() != 0; kept != tt.kept {
				t.Errorf("%s, %d tables: kept %v", tt.name, n, kept)
			}
			d.Release(tr)
			sound(t, d)
		}
	}
}

// TestIDUsedAnew: the end of a call is not in the capture, and its node takes the id for
// another one, as who answers or as who begins. What follows is of the new one.
func TestIDUsedAnew(t *testing.T) {
	for _, begins := range []bool{false, true} {
		d := NewTCAP()
		begun(t, d, signaling.CAP, 0, true) // the other end's id is 9
		if begins {
			tr, _, _ := d.Match(minute, message(tcap.Begin, 9, 0), hlr, party("99907", 7), 1, []byte("a begin"))
			d.Release(tr)
		} else {
			other := party("99907", 7)
			tr, _, _ := d.Match(minute, message(tcap.Begin, 2, 0), other, hlr, 1, []byte("begin of another"))
			d.Release(tr)
			tr, _, _ = d.Match(minute, message(tcap.Continue, 9, 2), hlr, other, 1, []byte("continue of another"))
			d.Release(tr)
		}
		tr, side, _ := d.Match(2*minute, message(tcap.End, 0, 9), party("99907", 7), hlr, 1, []byte("end of another"))
		if tr == nil || tr.Memory.IMSI.Len() != 0 || begins != (side == 1) {
			t.Errorf("begins %v: the end is of the old call (side %d)", begins, side)
		}
		d.Release(tr)
		if d.Len() != 0 || d.Counters.Expired != 1 {
			t.Errorf("begins %v: %d transactions, %+v", begins, d.Len(), d.Counters)
		}
		sound(t, d)
	}
}

// TestCallsWithoutEnd: calls that both ends speak of and nobody ends. The table keeps its
// bound, and dialogues that come and go are followed as before.
func TestCallsWithoutEnd(t *testing.T) {
	d := NewTCAP()
	payload := make([]byte, 16)
	lost := 0
	for i := range uint32(2 * MaxTransactions) {
		now := int64(i) * 1e6 // a thousand a second
		binary.BigEndian.PutUint32(payload, i)
		tr, _, _ := d.Match(now, message(tcap.Continue, 2*i+1, 2*i+2), vlr, hlr, 1, payload)
		tr.Protocol = signaling.CAP
		d.Release(tr)
		if i%8 == 0 { // and a dialogue of a second
			tr, _, _ = d.Match(now, message(tcap.Begin, i+1, 0), party("99907", 7), hlr, 1, payload)
			d.Release(tr)
			if i >= 8000 {
				if tr, _, _ = d.Match(now, message(tcap.End, 0, i-8000+1), hlr, party("99907", 7), 1, payload); tr == nil {
					lost++
				}
				d.Release(tr)
			}
		}
		if d.Len() > MaxTransactions {
			t.Fatalf("%d transactions", d.Len())
		}
	}
	if d.Counters.Evicted == 0 || lost != 0 {
		t.Errorf("%d dialogues of a second were lost, %+v", lost, d.Counters)
	}
	sound(t, d)
}
