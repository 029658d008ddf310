package canary_test

import (
	"testing"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/canary"
	"sigtransit/rules"
)

func TestMark(t *testing.T) {
	for _, m := range []canary.Mark{{}, {7, 12}, {99, 9999}} {
		imsi := m.IMSI()
		if got, ok := canary.ReadMark(imsi); !ok || got != m || !canary.Marked(imsi) || imsi.Len() != 15 {
			t.Errorf("%v: %v reads as %v, %v", m, imsi, got, ok)
		}
	}
	if s := (canary.Mark{ID: 7, Sequence: 12}).IMSI().String(); s != "001012262070012" {
		t.Errorf("IMSI %s", s)
	}
	for _, s := range []string{
		"001010000000001",  // the demonstration's subscriber
		"001012263070012",  // another prefix
		"00101226207001",   // a digit short
		"0010122620700120", // a digit more
		"00101226207001A",  // not decimal
		"001012262",        // the prefix alone
	} {
		if m, ok := canary.ReadMark(telecom.MustDigits(s)); ok {
			t.Errorf("%s is taken for %v", s, m)
		}
	}
	if canary.Marked(telecom.Digits{}) {
		t.Error("nobody is taken for a canary")
	}
}

// TestMarkedCost: the look that every message gets does not allocate.
func TestMarkedCost(t *testing.T) {
	imsi := canary.Mark{ID: 7}.IMSI()
	if n := testing.AllocsPerRun(100, func() { _ = canary.Marked(imsi); _, _ = canary.ReadMark(imsi) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkMarked(b *testing.B) {
	imsi := telecom.MustDigits("001010000000001")
	for b.Loop() {
		if canary.Marked(imsi) {
			b.Fatal("marked")
		}
	}
}

// TestCarriers: the carrier stands in a set only with canaries, whatever else is in
// it.
func TestCarriers(t *testing.T) {
	if canary.Carriers(nil) != nil {
		t.Error("a carrier without canaries")
	}
	for _, none := range []bool{false, true} {
		set, err := rules.Load(rules.Options{Own: canary.Carriers([]canary.Config{{Name: "tap", ID: 7}}), NoBuiltin: none})
		if err != nil {
			t.Fatal(err)
		}
		c, ok := set.Carrier(canary.CarrierID)
		if !ok || len(c.Identifiers) != 2 || (len(set.Carriers) == 1) != none {
			t.Errorf("no builtin carriers %v: %d carriers, %+v", none, len(set.Carriers), c)
		}
	}
}
