package signaling

import (
	"math/rand/v2"
	"testing"

	"sigtransit/decoders/diameter"
	"sigtransit/decoders/gsmmap"
	"sigtransit/decoders/tcap"
)

// The short question has the answer of the long one, for each field alone and for many.
func TestBearsSecrets(t *testing.T) {
	check := func(m Message) {
		t.Helper()
		d, _ := m.Disclosed()
		if got, want := m.BearsSecrets(), d&Secrets != 0; got != want {
			t.Errorf("%v for %v (MAP %+v, Diameter %+v)", got, d.AppendNames(nil, 0), m.MAP, m.Diameter)
		}
	}
	check(Message{})
	for i := range 64 {
		check(Message{MAP: &gsmmap.Arguments{Set: gsmmap.Field(1) << i}})
		check(Message{MAP: &gsmmap.Arguments{Data: gsmmap.Data(1) << i}})
		check(Message{Diameter: &diameter.Message{Set: diameter.Field(1) << i}})
	}
	check(Message{MAP: &gsmmap.Arguments{DiameterName: []byte("mme.example.net")}})
	r := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		few := r.Uint64() & r.Uint64() & r.Uint64() & r.Uint64()
		check(Message{MAP: &gsmmap.Arguments{Set: gsmmap.Field(few), Data: gsmmap.Data(few >> 32)}})
		check(Message{Diameter: &diameter.Message{Set: diameter.Field(few)}})
	}
}

// An answer with something in it that the standard has added since is not an empty one.
func TestReadWhole(t *testing.T) {
	m := Message{Protocol: MAP, Operation: MAPOperation(70), Component: &tcap.Component{Parameter: []byte{0x30, 0}}, MAP: &gsmmap.Arguments{}}
	if !m.ReadWhole() {
		t.Error("an empty answer was not read whole")
	}
	if m.MAP.Set = gsmmap.FieldUnread; m.ReadWhole() {
		t.Error("an answer with an element that is not known was read whole")
	}
	if d, _ := m.Disclosed(); d != 0 || m.BearsSecrets() {
		t.Errorf("what is not known gives away %v", d.AppendNames(nil, 0))
	}
}
