package telecom

import "testing"

func FuzzDigitsFromTBCD(f *testing.F) {
	f.Add([]byte{0x00, 0x11, 0x10, 0x32, 0x54, 0x76, 0x98, 0xf0})
	f.Add([]byte{0x21, 0x43, 0x65, 0x87, 0x09, 0x21, 0x43, 0x65, 0x87, 0x09, 0x21, 0x43, 0x65, 0x87, 0x09, 0x21, 0xf3})
	f.Fuzz(func(t *testing.T, b []byte) {
		checkTBCD(t, b)
		d := DigitsFromTBCD(b)
		if d.Len() > 0 && !d.Overflow() {
			if back, err := ParseDigits(d.String()); err != nil || back != d {
				t.Fatalf("%q reads back as %q, %v", d, back, err)
			}
		}
		DigitsFromASCII(b)
		PLMNFromIMSI(d)
	})
}
