package octets

import (
	"bytes"
	"testing"
)

func TestOctets(t *testing.T) {
	b := []byte{1, 2, 3}
	long := make([]byte, 300)
	for _, tt := range []struct {
		name      string
		got, want []byte
	}{
		{"hex", Hex("0a 0b", "ff"), []byte{0x0a, 0x0b, 0xff}},
		{"cat", Cat(b[:2], nil, b), []byte{1, 2, 1, 2, 3}},
		{"with", With(b, 1, 9), []byte{1, 9, 3}},
		{"with more than fits", With(b, 2, 8, 9), []byte{1, 2, 8}},
		{"unchanged", b, []byte{1, 2, 3}},
		{"ber", BER(0x30, b, b[:1]), []byte{0x30, 4, 1, 2, 3, 1}},
		{"ber of 200", BER(0x30, long[:200])[:4], []byte{0x30, 0x81, 200, 0}},
		{"ber of 300", BER(0x30, long)[:5], []byte{0x30, 0x82, 1, 44, 0}},
		{"sigtran", Sigtran(7, 2, b, b[:1]), []byte{1, 0, 7, 2, 0, 0, 0, 12, 1, 2, 3, 1}},
	} {
		if !bytes.Equal(tt.got, tt.want) {
			t.Errorf("%s: % x, want % x", tt.name, tt.got, tt.want)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("no panic for what is not hexadecimal")
		}
	}()
	Hex("0x")
}
