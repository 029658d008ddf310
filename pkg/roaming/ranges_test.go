package roaming

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"sigtransit/decoders/telecom"
)

// slowOwner is the obvious way to find who has a number.
func slowOwner(spans []span, d telecom.Digits) (ref uint32) {
	digits := uint8(0)
	for i := range spans {
		s := &spans[i]
		hi, _ := d.Words()
		if d.Len() >= int(s.digits) && hi >= s.first && hi <= s.last && s.digits > digits {
			ref, digits = s.ref, s.digits
		}
	}
	return ref
}

func TestRanges(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	number := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteByte('0' + byte(random.Intn(3))) // few digits, so that many meet
		}
		return b.String()
	}
	for round := range 300 {
		var spans []span
		for range random.Intn(40) {
			n := 1 + random.Intn(7)
			a, z := number(n), number(n)
			if a > z {
				a, z = z, a
			}
			if random.Intn(2) == 0 {
				z = a
			}
			s, err := newSpan(a, z, 1+uint32(random.Intn(5)))
			if err != nil {
				t.Fatal(err)
			}
			spans = append(spans, s)
		}
		var r ranges
		r.build(spans, func(_, _ *span) {})
		for range 200 {
			s := number(1 + random.Intn(9))
			if random.Intn(4) == 0 {
				s += "9"
			}
			d := telecom.MustDigits(s)
			if got, want := r.lookup(d), slowOwner(spans, d); got != want {
				t.Fatalf("round %d: %s is of %d, want %d, among %s", round, s, got, want, texts(spans))
			}
		}
	}
	var none ranges
	if none.lookup(telecom.MustDigits("1234")) != 0 {
		t.Error("an empty list has an owner")
	}
	none.build(nil, nil)
	if none.lookup(telecom.MustDigits("1234")) != 0 || none.lookup(telecom.Digits{}) != 0 {
		t.Error("a list of nothing has an owner")
	}
}

func texts(spans []span) (out []string) {
	for _, s := range spans {
		out = append(out, fmt.Sprintf("%s=%d", s.at, s.ref))
	}
	return out
}

func TestBadRanges(t *testing.T) {
	for _, x := range [][2]string{{"12", "123"}, {"", ""}, {"13", "12"}, {"1a2x", "1a2x"}, {"1234567890123456", "1234567890123456"}} {
		if s, err := newSpan(x[0], x[1], 1); err == nil {
			t.Errorf("%q is %+v", x, s)
		}
	}
}
