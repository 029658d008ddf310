package numbering

import (
	"testing"

	"sigtransit/decoders/telecom"
)

// FuzzLookups: whatever the digits, nothing falls over, and what is found is what the
// slow way finds.
func FuzzLookups(f *testing.F) {
	f.Add([]byte{0x94, 0x71, 0x01}, uint16(262), uint16(1), uint32(4<<11|106<<3))
	f.Add([]byte{0x44, 0x77, 0x18, 0xf0}, uint16(310), uint16(260), uint32(1<<14))
	f.Add([]byte{0x04, 0x05, 0x52, 0xfe}, uint16(1000), uint16(65535), uint32(1<<32-1))
	f.Fuzz(func(t *testing.T, b []byte, mcc, mnc uint16, pc uint32) {
		d := telecom.DigitsFromTBCD(b)
		for _, p := range []*prefixes{&load().e164, loadGTs()} {
			want, found := slowLongest(p, d)
			if got, ok := p.longest(d); got != want || ok != found {
				t.Fatalf("%s: %d, %v; want %d, %v", d, got, ok, want, found)
			}
		}
		PLMNOfE214(d)
		if op, p, ok := NetworkOfIMSI(d); ok && (op.PLMN != p || !d.HasPrefix(p.Prefix())) {
			t.Fatalf("%s: %+v, %s", d, op, p)
		}
		for n := uint8(0); n < 5; n++ {
			p := telecom.PLMN{MCC: mcc, MNC: mnc, Digits: n}
			if op, ok := NetworkOf(p); ok && op.PLMN != p {
				t.Fatalf("%+v: %+v", p, op)
			}
		}
		NetworkOfRealm(mcc, mnc)
		CountryOfMCC(mcc)
		CountryOfPointCode(telecom.PointCode(pc))
		Country(string(b))
		CountryOfAlpha3(string(b))
	})
}

// slowLongest looks at every entry.
func slowLongest(p *prefixes, d telecom.Digits) (value uint16, ok bool) {
	key, _ := d.Words()
	size := uint8(0)
	for i := range p.key {
		if p.size[i] > size && p.has(int32(i), key, d.Len()) {
			size, value, ok = p.size[i], p.value[i], true
		}
	}
	return value, ok
}
