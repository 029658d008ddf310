package telecom

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"sigtransit/decoders/internal/mutate"
)

func TestDigitsFromTBCD(t *testing.T) {
	long := []byte{0x21, 0x43, 0x65, 0x87, 0x09, 0x21, 0x43, 0x65, 0x87, 0x09, 0x21, 0x43, 0x65, 0x87, 0x09}
	tests := []struct {
		name string
		in   []byte
		want string
		over bool
	}{
		{"nothing", nil, "", false},
		{"one octet", []byte{0x21}, "12", false},
		{"odd, filler", []byte{0x21, 0xf3}, "123", false},
		{"only fillers", []byte{0xff, 0xff}, "", false},
		{"filler in front ends it", []byte{0x2f, 0x43}, "", false},
		{"filler in the middle ends it", []byte{0x21, 0xf3, 0x54}, "123", false},
		{"further codes", []byte{0xba, 0xdc, 0xfe}, "ABCDE", false},
		{"leading zeros", []byte{0x00, 0x11, 0xf0}, "00110", false},
		{"15 digits", []byte{0x00, 0x11, 0x10, 0x32, 0x54, 0x76, 0x98, 0xf0}, "001101234567890", false},
		{"17 digits", append(long[:8:8], 0xf9), "12345678901234569", false},
		{"30 digits", long, "123456789012345678901234567890", false},
		{"31 digits", append(long[:15:15], 0xf1), "123456789012345678901234567890", true},
		{"32 digits", append(long[:15:15], 0x21), "123456789012345678901234567890", true},
		{"33 digits", append(long[:15:15], 0x21, 0xf3), "123456789012345678901234567890", true},
		{"30 digits and fillers", append(long[:15:15], 0xff), "123456789012345678901234567890", false},
		{"short, then fillers without end", append([]byte{0x21, 0xf3}, []byte(strings.Repeat("\xff", 40))...), "123", false},
	}
	for _, tt := range tests {
		d := DigitsFromTBCD(tt.in)
		if d.String() != tt.want || d.Overflow() != tt.over || d.Len() != len(tt.want) {
			t.Errorf("%s: got %q, %d digits, overflow %v", tt.name, d, d.Len(), d.Overflow())
		}
		if tt.want != "" && !tt.over && d != MustDigits(tt.want) {
			t.Errorf("%s: not equal to the digits of %q", tt.name, tt.want)
		}
		if n := testing.AllocsPerRun(100, func() { DigitsFromTBCD(tt.in) }); n != 0 {
			t.Errorf("%s: %v allocations", tt.name, n)
		}
	}
	mutate.Each(t, long, func(b []byte) { checkTBCD(t, b) })
}

// checkTBCD compares with unpacking nibble by nibble.
func checkTBCD(t *testing.T, b []byte) {
	t.Helper()
	var want strings.Builder
	over := false
	for i := range 2 * len(b) {
		v := b[i/2] >> (4 * (i % 2)) & 15
		if v == 15 {
			break
		}
		if want.Len() == MaxDigits {
			over = true
			break
		}
		want.WriteByte("0123456789ABCDE"[v])
	}
	d := DigitsFromTBCD(b)
	if d.String() != want.String() || d.Overflow() != over {
		t.Fatalf("% x: got %q %v, want %q %v", b, d, d.Overflow(), want.String(), over)
	}
	checkDigits(t, d, want.String())
}

// checkDigits holds every method of d to the same work on its text.
func checkDigits(t *testing.T, d Digits, s string) {
	t.Helper()
	for i := -1; i <= MaxDigits+1; i++ {
		want := byte(0)
		if i >= 0 && i < len(s) {
			want = byte(strings.IndexByte(signals, s[i]))
		}
		if d.At(i) != want {
			t.Fatalf("%q.At(%d) = %d", s, i, d.At(i))
		}
		n := min(max(i, 0), len(s))
		if got := d.Truncate(i).String(); got != s[:n] {
			t.Fatalf("%q.Truncate(%d) = %q", s, i, got)
		}
		if got := d.Drop(i).String(); got != s[n:] {
			t.Fatalf("%q.Drop(%d) = %q", s, i, got)
		}
		if !d.HasPrefix(d.Truncate(i)) {
			t.Fatalf("%q does not begin with its first %d digits", s, i)
		}
		if !d.Overflow() && n > 0 && d.Truncate(i) != MustDigits(s[:n]) {
			t.Fatalf("%q.Truncate(%d) leaves something behind", s, i)
		}
		if !d.Overflow() && n < len(s) && d.Drop(i) != MustDigits(s[n:]) {
			t.Fatalf("%q.Drop(%d) leaves something behind", s, i)
		}
	}
	odd := s
	if len(s)%2 == 0 && len(s) > 0 {
		odd = s[:len(s)-1]
	}
	if d.FromLastOctet(true).String() != odd || d.FromLastOctet(false).String() != s {
		t.Fatalf("%q.FromLastOctet", s)
	}
}

func TestDigitsAgainstText(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		s := randomDigits(r, 1+r.IntN(MaxDigits))
		d, err := ParseDigits(s)
		if err != nil {
			t.Fatal(err)
		}
		checkDigits(t, d, s)
		p := randomDigits(r, 1+r.IntN(4))
		if got, want := d.HasPrefix(MustDigits(p)), strings.HasPrefix(s, p); got != want {
			t.Fatalf("%q.HasPrefix(%q) = %v", s, p, got)
		}
		other := []byte(s)
		i := r.IntN(len(other))
		other[i] = signals[(strings.IndexByte(signals, other[i])+1)%len(signals)]
		for n := range len(s) + 1 {
			if got, want := d.HasPrefix(MustDigits(string(other)).Truncate(n)), n <= i; got != want {
				t.Fatalf("%q.HasPrefix(%q) = %v", s, other[:n], got)
			}
		}
	}
}

func randomDigits(r *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = signals[r.IntN(len(signals))]
	}
	return string(b)
}

func TestDigitsFromASCII(t *testing.T) {
	longest := strings.Repeat("1234567890", MaxDigits/10)
	tests := []struct {
		in, want string
		ok, over bool
	}{
		{"", "", false, false},
		{"001011234567890", "001011234567890", true, false},
		{"0", "0", true, false},
		{"001011234567890@ims.mnc001.mcc001.example.net", "001011234567890", false, false},
		{"+4912", "", false, false},
		{"12345678901234567x", "12345678901234567", false, false},
		{"1234567890123456x", "1234567890123456", false, false},
		{longest, longest, true, false},
		{longest + "1", longest, false, true},
		{longest + "x", longest, false, false},
		{"12x" + longest, "12", false, false},
		{"1x345678901234567890", "1", false, false},
		{"12/:", "12", false, false},
	}
	for _, tt := range tests {
		in := []byte(tt.in)
		d, ok := DigitsFromASCII(in)
		if d.String() != tt.want || ok != tt.ok || d.Overflow() != tt.over {
			t.Errorf("%q: got %q, %v, overflow %v", tt.in, d, ok, d.Overflow())
		}
		if n := testing.AllocsPerRun(100, func() { DigitsFromASCII(in) }); n != 0 {
			t.Errorf("%q: %v allocations", tt.in, n)
		}
	}
	mutate.Each(t, []byte(longest), func(b []byte) { DigitsFromASCII(b) })
}

func TestParseDigits(t *testing.T) {
	for in, want := range map[string]string{"+4912": "4912", "12aE": "12AE", "00": "00", strings.Repeat("9", MaxDigits): strings.Repeat("9", MaxDigits)} {
		if d, err := ParseDigits(in); err != nil || d.String() != want {
			t.Errorf("%q: got %q, %v", in, d, err)
		}
	}
	for _, in := range []string{"", "+", "12 3", "F", "12-3", "++1", strings.Repeat("9", MaxDigits+1)} {
		if d, err := ParseDigits(in); err == nil || d != (Digits{}) {
			t.Errorf("%q: got %q, %v", in, d, err)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("MustDigits accepts what is none")
		}
	}()
	MustDigits("x")
}

func TestDigitsAreValues(t *testing.T) {
	a, b := MustDigits("12"), DigitsFromTBCD([]byte{0x21})
	c, _ := DigitsFromASCII([]byte("123"))
	if a != b || a != c.Truncate(2) || a.Hash() != b.Hash() {
		t.Error("equal strings are not equal values")
	}
	if MustDigits("1") == MustDigits("10") || MustDigits("0") == (Digits{}) {
		t.Error("trailing zeros are lost")
	}
	seen := map[uint64]string{}
	for i := range 100000 {
		s := fmt.Sprint(999010000000000 + int64(i))
		h := MustDigits(s).Hash()
		if other, ok := seen[h]; ok {
			t.Fatalf("%s and %s have one hash", s, other)
		}
		seen[h] = s
	}
	if hi, lo := MustDigits("1234567890123456E").Words(); hi != 0x1234567890123456 || lo != 0xe000000000000000 {
		t.Errorf("words %x %x", hi, lo)
	}
	var buf [MaxDigits]byte
	if n := testing.AllocsPerRun(100, func() { _, _, _, _ = a.AppendTo(buf[:0]), a.HasPrefix(b), a.Hash(), a.Drop(1) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestPointCode(t *testing.T) {
	for in, want := range map[string]PointCode{
		"4-106-6": 9046, "0-0-0": 0, "7-255-7": 16383, "4-010-1": 0x2051,
		"9046": 9046, "0": 0, "0x2356": 9046, "0X2356": 9046, "16777215": 16777215,
	} {
		if got, err := ParsePointCode(in); err != nil || got != want {
			t.Errorf("%q: got %d, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "8-0-0", "0-256-0", "0-0-8", "1-2", "1-2-3-4", "1--3", "-1-2-3", "+1-2-3", " 1-2-3", "0x", "x", "16777216", "0x1000000", "12_3"} {
		if got, err := ParsePointCode(in); err == nil {
			t.Errorf("%q: got %d", in, got)
		}
	}
	for in, want := range map[PointCode]string{9046: "4-106-6", 0: "0-000-0", 16383: "7-255-7", 0x2051: "4-010-1", 8 + 1: "0-001-1", 16384: "16384", 1<<24 - 1: "16777215"} {
		if got := in.String(); got != want {
			t.Errorf("%d: got %q", uint32(in), got)
		}
	}
	for p := range PointCode(1 << 14) {
		if got, err := ParsePointCode(p.String()); err != nil || got != p {
			t.Fatalf("%d prints as %q and reads as %d, %v", uint32(p), p, got, err)
		}
	}
}

func TestPLMN(t *testing.T) {
	for _, tt := range []struct {
		tbcd [3]byte
		want string // empty: refused
	}{
		{[3]byte{0x00, 0xf1, 0x10}, "001-01"},
		{[3]byte{0x13, 0x00, 0x14}, "310-410"}, // MCC2|MCC1, MNC3|MCC3, MNC2|MNC1
		{[3]byte{0x99, 0x79, 0x10}, "999-017"},
		{[3]byte{0x99, 0xa9, 0x10}, ""}, // A is no digit
		{[3]byte{0xf9, 0xf9, 0x10}, ""}, // filler in the MCC
		{[3]byte{0x99, 0xf9, 0x1f}, ""}, // filler in the MNC
		{[3]byte{0xff, 0xff, 0xff}, ""}, // nothing
	} {
		p, ok := PLMNFromTBCD(tt.tbcd)
		if ok != (tt.want != "") || p.String() != tt.want {
			t.Errorf("% x: got %q, %v", tt.tbcd, p, ok)
		}
	}
	for in, want := range map[string]PLMN{"001-01": {1, 1, 2}, "001-001": {1, 1, 3}, "999-99": {999, 99, 2}, "310-410": {310, 410, 3}} {
		p, err := ParsePLMN(in)
		if err != nil || p != want || p.String() != in || p.IsZero() || p.Prefix().String() != strings.ReplaceAll(in, "-", "") {
			t.Errorf("%q: got %+v, prints %q, prefix %q, %v", in, p, p, p.Prefix(), err)
		}
	}
	for _, in := range []string{"", "00101", "01-01", "0001-01", "001-1", "001-0001", "0a1-01", "001-x1", "+01-01", "001-+1", "001-01-1"} {
		if p, err := ParsePLMN(in); err == nil {
			t.Errorf("%q: got %+v", in, p)
		}
	}
	if p := (PLMN{}); !p.IsZero() || p.String() != "" || p.Prefix() != (Digits{}) {
		t.Error("zero value")
	}
	if (PLMN{1, 1, 2}) == (PLMN{1, 1, 3}) {
		t.Error("001-01 and 001-001 are one")
	}
}

func TestPLMNFromIMSI(t *testing.T) {
	for in, want := range map[string]string{
		"001011234567890": "001-01", "310410123456789": "310-410", "330110123456789": "330-110",
		"999991": "999-99", "99999": "", "0A1011": "", "00101B": "", "A01011": "", "90101E234567890": "",
	} {
		p, ok := PLMNFromIMSI(MustDigits(in))
		if ok != (want != "") || p.String() != want {
			t.Errorf("%q: got %q, %v", in, p, ok)
		}
	}
	if _, ok := PLMNFromIMSI(Digits{}); ok {
		t.Error("no digits")
	}
	imsi := MustDigits("001011234567890")
	if n := testing.AllocsPerRun(100, func() { PLMNFromIMSI(imsi) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	// Every head of six nibbles whose first three or last three are decimal.
	for v := range 1 << 12 {
		for _, head := range []uint64{uint64(v)<<12 | 0x123, 0x123<<12 | uint64(v)} {
			d := Digits{head << 40, 15}
			want := true
			for i := range 6 {
				want = want && d.At(i) <= 9
			}
			if _, ok := PLMNFromIMSI(d); ok != want {
				t.Fatalf("%06x: %v", head, ok)
			}
		}
	}
}
