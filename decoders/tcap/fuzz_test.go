package tcap

import (
	"errors"
	"testing"
)

// FuzzDecode checks what callers rely on: a fault in the dialogue portion or an id
// hides no component, and as many components as fit into the input at most.
func FuzzDecode(f *testing.F) {
	for _, tt := range append(decodeTests, ansiTests...) {
		f.Add(tt.in)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, n := use(b)
		if 2*n > len(b) {
			t.Fatalf("%d components in %d octets", n, len(b))
		}
		if len(m.UserInfo) > len(b) || m.OTID.Len > 8 || m.DTID.Len > 8 {
			t.Fatalf("%+v", m)
		}
		var again Message
		err := again.Decode(b)
		if (err == nil || errors.Is(err, ErrDialogue)) && m.Type == Begin && m.OTID.Len == 0 {
			t.Fatalf("a begin without its id, and %v", err)
		}
		if errors.Is(err, ErrTag) != (m.Type == None && len(b) > 0) {
			t.Fatalf("%v for %v", err, m.Type)
		}
	})
}
