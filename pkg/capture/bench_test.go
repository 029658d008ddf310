package capture

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
)

// benchFile writes a capture of frames whose sizes are like those of SIGTRAN:
// 100 to 300 octets.
func benchFile(b *testing.B, ng bool, frames int) string {
	b.Helper()
	name := filepath.Join(b.TempDir(), "bench")
	file, err := os.Create(name)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	var write func(gopacket.CaptureInfo, []byte) error
	if ng {
		w, err := pcapgo.NewNgWriter(file, layers.LinkTypeEthernet)
		if err != nil {
			b.Fatal(err)
		}
		defer w.Flush()
		write = w.WritePacket
	} else {
		w := pcapgo.NewWriter(file)
		if err := w.WriteFileHeader(65535, layers.LinkTypeEthernet); err != nil {
			b.Fatal(err)
		}
		write = w.WritePacket
	}
	data := make([]byte, 300)
	copy(data, frameEthernetIPv4)
	for i := range frames {
		n := 100 + i*37%200
		if err := write(gopacket.CaptureInfo{CaptureLength: n, Length: n, Timestamp: testTime}, data[:n]); err != nil {
			b.Fatal(err)
		}
	}
	return name
}

func benchmarkRead(b *testing.B, ng bool) {
	const count = 200_000
	name := benchFile(b, ng, count)
	st, err := os.Stat(name)
	if err != nil {
		b.Fatal(err)
	}
	frames := make([]Frame, 256)
	b.SetBytes(st.Size())
	b.ReportAllocs()
	total := 0
	for b.Loop() {
		f, err := Open(name, Options{})
		if err != nil {
			b.Fatal(err)
		}
		for {
			n, err := f.Read(frames)
			total += n
			if err != nil {
				if err != io.EOF {
					b.Fatal(err)
				}
				break
			}
		}
		f.Close()
	}
	if total != b.N*count {
		b.Fatalf("%d frames, want %d", total, b.N*count)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(total), "ns/frame")
}

func BenchmarkReadPcap(b *testing.B)   { benchmarkRead(b, false) }
func BenchmarkReadPcapng(b *testing.B) { benchmarkRead(b, true) }

// BenchmarkReadNothing reads the file of BenchmarkReadPcap without looking at it:
// the difference between the two is what framing costs.
func BenchmarkReadNothing(b *testing.B) {
	const count = 200_000
	name := benchFile(b, false, count)
	for b.Loop() {
		file, err := os.Open(name)
		if err != nil {
			b.Fatal(err)
		}
		buf := make([]byte, chunkSize)
		for {
			if _, err := file.Read(buf); err != nil {
				break
			}
		}
		file.Close()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/count, "ns/frame")
}

func BenchmarkPeel(b *testing.B) {
	for _, bench := range []struct {
		name string
		link LinkType
		data []byte
	}{
		{"EthernetIPv4", LinkTypeEthernet, frameEthernetIPv4},
		{"VLANIPv4", LinkTypeEthernet, frameVLANIPv4},
		{"EthernetIPv6", LinkTypeEthernet, frameEthernetIPv6},
		{"SLLIPv4", LinkTypeSLL, frameSLLIPv4},
		{"IPv4Options", LinkTypeEthernet, frameIPv4Options},
		{"IPv6HopByHop", LinkTypeEthernet, frameIPv6HopByHop},
		{"ARP", LinkTypeEthernet, frameARP},
		{"ERSPAN", LinkTypeEthernet, in4(47, gre2, erspan2, unhex(innerFrame))},
		{"VXLAN", LinkTypeEthernet, in4(17, udp(50000, 4789, vxlan, unhex(innerFrame)))},
		{"MPLS", LinkTypeEthernet, unhex(macs + "88 47" + label + inner4)},
		{"UDP", LinkTypeEthernet, in4(17, udp(50000, 53, ackBytes))},
	} {
		b.Run(bench.name, func(b *testing.B) {
			var p Peeler
			var pkt Packet
			f := Frame{LinkType: bench.link, Length: len(bench.data), Data: bench.data}
			b.ReportAllocs()
			for b.Loop() {
				p.Peel(&f, &pkt)
			}
		})
	}
}
