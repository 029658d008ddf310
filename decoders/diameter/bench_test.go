package diameter

import (
	"testing"

	"sigtransit/decoders/internal/octets"
)

func benchDecode(b *testing.B, msg []byte) {
	var m Message
	b.SetBytes(int64(len(msg)))
	b.ReportAllocs()
	for b.Loop() {
		if err := m.Decode(msg); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeULR(b *testing.B) { benchDecode(b, goldenULR()) }

// BenchmarkDecodeULR12 is a request of twelve AVPs as the home network's edge sees
// it; the other one also has terminal, second hop and proxy.
func BenchmarkDecodeULR12(b *testing.B) {
	benchDecode(b, message(0xc0, 316, appS6a, ietf(263, str("mme1.epc.example;1794567890;1;s6a")), ietf(260, ietf(266, u32(10415)), ietf(258, u32(appS6a))),
		ietf(277, u32(1)), ietf(264, str("mme1.epc.mnc001.mcc001.3gppnetwork.org")), ietf(296, str("epc.mnc001.mcc001.3gppnetwork.org")),
		ietf(283, str("epc.mnc070.mcc999.3gppnetwork.org")), ietf(1, str("999700000000001")), tgpp(1032, u32(1004)), tgpp(1405, u32(0x22)),
		tgpp(1407, octets.Hex("00f110")), ietf(282, str("dra1.ipx.example")), ietf(293, str("hss1.epc.mnc070.mcc999.3gppnetwork.org"))))
}

func BenchmarkDecodeAIA(b *testing.B) { benchDecode(b, goldenAIA()) }
func BenchmarkDecodeDWR(b *testing.B) { benchDecode(b, goldenDWR()) }

func BenchmarkHeaderLooksValid(b *testing.B) {
	msg := goldenULR()
	for b.Loop() {
		if !HeaderLooksValid(msg) {
			b.Fatal("not valid")
		}
	}
}
