package gsmmap

import "testing"

func benchmark(b *testing.B, f func(a *Arguments) error) {
	var a Arguments
	b.ReportAllocs()
	for b.Loop() {
		if f(&a) != nil {
			b.Fatal("golden message refused")
		}
	}
}

func BenchmarkUpdateLocation(b *testing.B) {
	in := updateLocationV3
	benchmark(b, func(a *Arguments) error { return a.DecodeInvoke(2, 3, in) })
}

func BenchmarkFiveQuintuplets(b *testing.B) {
	in := quintupletResult(5)
	benchmark(b, func(a *Arguments) error { return a.DecodeResult(56, 3, in) })
}

func BenchmarkAnyTimeInterrogationResult(b *testing.B) {
	in := anyTimeInterrogationResult
	benchmark(b, func(a *Arguments) error { return a.DecodeResult(71, 3, in) })
}

func BenchmarkRoutingInfoForSMResult(b *testing.B) {
	in := routingInfoForSMResult
	benchmark(b, func(a *Arguments) error { return a.DecodeResult(45, 3, in) })
}

func BenchmarkInsertSubscriberData(b *testing.B) {
	in := insertSubscriberData
	benchmark(b, func(a *Arguments) error { return a.DecodeInvoke(7, 3, in) })
}
