package sccp

import (
	"errors"
	"testing"
)

// FuzzDecode checks what callers rely on: user data that stands in the input, and
// nothing but a type for what is not connectionless.
func FuzzDecode(f *testing.F) {
	for _, tt := range decodeTests {
		f.Add(tt.in)
	}
	for _, tt := range connectionTests {
		f.Add(tt.in)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var m Message
		err := m.Decode(b)
		if len(m.Data) > len(b) {
			t.Fatal("more data than input")
		}
		if err == nil && (m.Data == nil || m.HasClass == m.HasCause) {
			t.Fatalf("no error, and %+v", m)
		}
		if errors.Is(err, ErrConnectionOriented) && !m.Type.ConnectionOriented() {
			t.Fatalf("%v for %v", err, m.Type)
		}
		if (errors.Is(err, ErrAddress) || errors.Is(err, ErrOptional)) && m.Data == nil && !m.Type.ConnectionOriented() {
			t.Fatal("an address fault lost the data")
		}
		use(b)
	})
}
