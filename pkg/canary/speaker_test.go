package canary_test

import (
	"testing"

	"sigtransit/decoders/diameter"
	"sigtransit/decoders/m3ua"
	"sigtransit/pkg/canary"
)

var transports = []canary.Transport{canary.SCTP, canary.TCP}

// TestConverse: the order of messages, who says which, and that vectors arrive.
func TestConverse(t *testing.T) {
	name := map[canary.Transport]func([]byte) string{
		canary.SCTP: func(b []byte) string {
			var m m3ua.Message
			if err := m.Decode(b); err != nil {
				return err.Error()
			}
			return m.TypeName()
		},
		canary.TCP: func(b []byte) string {
			var m diameter.Message
			if err := m.Decode(b); err != nil || m.Faults != 0 {
				return "broken"
			}
			names := map[uint32][2]string{257: {"CEA", "CER"}, 280: {"DWA", "DWR"}, 282: {"DPA", "DPR"}, 318: {"AIA", "AIR"}}
			if m.IsRequest() {
				return names[m.Command][1]
			}
			return names[m.Command][0]
		},
	}
	for transport, want := range map[canary.Transport][]string{
		canary.SCTP: {"ASPUP", "ASPUP-ACK", "ASPAC", "ASPAC-ACK", "DATA", "DATA", "DATA", "DATA", "BEAT", "BEAT-ACK", "ASPDN", "ASPDN-ACK"},
		canary.TCP:  {"CER", "CEA", "AIR", "AIA", "AIR", "AIA", "DWR", "DWA", "DPR", "DPA"},
	} {
		all, vectors := canary.Converse(transport, 7, 2)
		if len(all) != len(want) || vectors != 4 {
			t.Fatalf("%v: %d messages, %d vectors", transport, len(all), vectors)
		}
		for i, s := range all {
			if got := name[transport](s.Octets); got != want[i] || s.From != i%2 {
				t.Errorf("%v: message %d is %s of end %d, want %s", transport, i, got, s.From, want[i])
			}
		}
	}
}

// TestHostile: whatever the other end says, cut off or with an octet changed, is no
// more than an end of the connection.
func TestHostile(t *testing.T) {
	for _, transport := range transports {
		all, _ := canary.Converse(transport, 7, 1)
		for _, s := range all {
			for i := range s.Octets {
				canary.Take(transport, s.From == 0, s.Octets[:i])
				for _, x := range []byte{0, 0x7f, 0x80, 0xff} {
					m := append([]byte(nil), s.Octets...)
					m[i] = x
					canary.Take(transport, s.From == 0, m)
				}
			}
		}
	}
}

func FuzzTake(f *testing.F) {
	for _, transport := range transports {
		all, _ := canary.Converse(transport, 7, 1)
		for _, s := range all {
			f.Add(s.Octets, transport == canary.TCP, s.From == 0)
		}
	}
	f.Fuzz(func(t *testing.T, octets []byte, tcp, listening bool) {
		transport := canary.SCTP
		if tcp {
			transport = canary.TCP
		}
		canary.Take(transport, listening, octets)
	})
}
