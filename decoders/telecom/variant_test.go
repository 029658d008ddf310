package telecom

import "testing"

func TestVariantPointCode(t *testing.T) {
	tests := []struct {
		v    Variant
		p    PointCode
		text string
	}{
		{ITU, 9046, "4-106-6"},
		{ANSI, 0x010203, "1-2-3"},
		{ANSI, 9046, "0-35-86"},
		{China, 0xff00fe, "255-0-254"},
		{Japan, 0x0aaa, "5-5-10"}, // 0000101 0101 01010
		{Japan, 0xffff, "127-15-31"},
	}
	for _, tt := range tests {
		if got := string(tt.v.AppendPointCode(nil, tt.p)); got != tt.text {
			t.Errorf("%v %d is written %q, want %q", tt.v, tt.p, got, tt.text)
		}
		if got, err := tt.v.ParsePointCode(tt.text); err != nil || got != tt.p {
			t.Errorf("%v %q is read %d, %v, want %d", tt.v, tt.text, got, err, tt.p)
		}
	}
	if got := string(Japan.AppendPointCode(nil, 1<<16)); got != "65536" {
		t.Errorf("a code too wide for its variant is written %q", got)
	}
}

func TestVariantParse(t *testing.T) {
	for _, tt := range []struct {
		v    Variant
		text string
		ok   bool
	}{
		{ITU, "16383", true}, {ITU, "16384", false}, {ITU, "8-0-0", false},
		{ANSI, "16777215", true}, {ANSI, "0x1000000", false}, {ANSI, "256-0-0", false}, {ANSI, "1-2", false},
		{China, "0x010203", true}, {China, "1-2-3-4", false},
		{Japan, "65535", true}, {Japan, "65536", false}, {Japan, "0-16-0", false}, {Japan, "", false},
		{NumVariants, "1", false},
	} {
		if _, err := tt.v.ParsePointCode(tt.text); (err == nil) != tt.ok {
			t.Errorf("%v %q: %v", tt.v, tt.text, err)
		}
	}
	for v := range NumVariants {
		if got, ok := ParseVariant(v.String()); !ok || got != v {
			t.Errorf("%v is read as %v, %v", v, got, ok)
		}
	}
	if _, ok := ParseVariant("etsi"); ok {
		t.Error("etsi is no variant")
	}
	if s := NumVariants.String(); s != "unknown" {
		t.Error(s)
	}
}

func TestVariantAllocations(t *testing.T) {
	b := make([]byte, 0, 64)
	if n := testing.AllocsPerRun(100, func() {
		for v := range NumVariants {
			_ = v.AppendPointCode(b, 0x1234)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
