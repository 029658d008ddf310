package numbering

import (
	"testing"

	"sigtransit/decoders/telecom"
)

// TestAllocations: look-ups stand on the way of every message.
func TestAllocations(t *testing.T) {
	loadGTs()
	gt, imsi, none := telecom.MustDigits("491710000000"), telecom.MustDigits("262011234567890"), telecom.MustDigits("00000")
	n := testing.AllocsPerRun(100, func() {
		for _, d := range [...]telecom.Digits{gt, imsi, none} {
			CountryOfGT(d)
			OperatorOfGT(d)
			PLMNOfE214(d)
			NetworkOfIMSI(d)
		}
		NetworkOf(telecom.PLMN{MCC: 310, MNC: 260, Digits: 3})
		NetworkOfRealm(405, 1)
		CountryOfMCC(262)
		CountryOfPointCode(4<<11 | 106<<3)
		Country("DE")
		CountryOfAlpha3("DEU")
		Countries()
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// BenchmarkRead is what the first look-up costs, and the first of a block of numbers.
func BenchmarkRead(b *testing.B) {
	b.Run("all but blocks", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := read(shipped); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("blocks", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := load().readGTs(shipped.gt); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkCountryOfGT(b *testing.B) {
	load()
	d := telecom.MustDigits("447781000000")
	for b.Loop() {
		CountryOfGT(d)
	}
}

func BenchmarkOperatorOfGT(b *testing.B) {
	loadGTs()
	d := telecom.MustDigits("491710000000")
	for b.Loop() {
		OperatorOfGT(d)
	}
}

func BenchmarkNetworkOfIMSI(b *testing.B) {
	load()
	d := telecom.MustDigits("405854123456789")
	for b.Loop() {
		NetworkOfIMSI(d)
	}
}

func BenchmarkCountryOfPointCode(b *testing.B) {
	load()
	for b.Loop() {
		CountryOfPointCode(4<<11 | 106<<3)
	}
}
