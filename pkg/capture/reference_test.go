package capture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
)

// This file holds the package to gopacket: the framing to its pcapgo readers, the
// peeling to its packet decoder, which shares no code with our parsers.

// reference reads a capture with pcapgo, up to its end or the first error.
func reference(file []byte) (frames []Frame, err error) {
	var next func() ([]byte, gopacket.CaptureInfo, error)
	var link layers.LinkType
	r, err := pcapgo.NewReader(bytes.NewReader(file))
	if err == nil {
		next, link = r.ReadPacketData, r.LinkType()
	} else {
		ng, err := pcapgo.NewNgReader(bytes.NewReader(file), pcapgo.NgReaderOptions{WantMixedLinkType: true})
		if err != nil {
			return nil, err
		}
		next = ng.ReadPacketData
	}
	for {
		data, ci, err := next()
		if err == io.EOF {
			return frames, nil
		}
		if err != nil {
			return frames, err
		}
		if len(ci.AncillaryData) > 0 {
			link = ci.AncillaryData[0].(layers.LinkType)
		}
		t := ci.Timestamp.UnixNano()
		if ci.Timestamp.IsZero() {
			t = 0
		}
		frames = append(frames, Frame{Number: uint64(len(frames) + 1), Time: t, LinkType: LinkType(link), Length: ci.Length, Data: data})
	}
}

// generated are captures written by pcapgo's writers.
func generated(t *testing.T) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	state := uint32(42)
	random := func(n int) int {
		state = state*1664525 + 1013904223
		return int(state>>8) % n
	}
	info := func(i int) (gopacket.CaptureInfo, []byte) {
		data := make([]byte, random(2000))
		for j := range data {
			data[j] = byte(random(256))
		}
		if random(2) == 0 {
			copy(data, frameEthernetIPv4)
		}
		ci := gopacket.CaptureInfo{CaptureLength: len(data), Length: len(data) + random(2)*random(9000), Timestamp: testTime.Add(time.Duration(i) * 1234567)}
		return ci, data
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, write := range map[string]func(io.Writer) *pcapgo.Writer{"microseconds": pcapgo.NewWriter, "nanoseconds": pcapgo.NewWriterNanos} {
		var b bytes.Buffer
		w := write(&b)
		must(w.WriteFileHeader(65535, layers.LinkTypeEthernet))
		for i := range 3000 { // 3 MB: the buffer is filled several times
			ci, data := info(i)
			must(w.WritePacket(ci, data))
		}
		files["pcap, "+name] = b.Bytes()
	}
	var b bytes.Buffer
	w, err := pcapgo.NewNgWriterInterface(&b, pcapgo.NgInterface{Name: "a", LinkType: layers.LinkTypeEthernet, TimestampResolution: 9, OS: "test"}, pcapgo.DefaultNgWriterOptions)
	must(err)
	for _, in := range []pcapgo.NgInterface{
		{Name: "b", LinkType: layers.LinkTypeLinuxSLL, TimestampResolution: 6},
		{Name: "c", LinkType: layers.LinkTypeRaw, TimestampResolution: 9, TimestampOffset: 3600, Filter: "sctp"},
	} {
		_, err = w.AddInterface(in)
		must(err)
	}
	for i := range 3000 {
		ci, data := info(i)
		ci.InterfaceIndex = random(3)
		must(w.WritePacket(ci, data))
		if random(100) == 0 {
			must(w.WriteInterfaceStats(0, pcapgo.NgInterfaceStatistics{PacketsReceived: uint64(i)}))
		}
	}
	must(w.Flush())
	files["pcapng, three interfaces"] = b.Bytes()
	return files
}

// sameFrames compares our reading of a file with pcapgo's.
func sameFrames(t *testing.T, file []byte) []Frame {
	t.Helper()
	frames, f, err := readAll(t, bytes.NewReader(file), 100)
	if err != nil {
		t.Fatal(err)
	}
	if w := f.Warnings(); len(w) > 0 {
		t.Errorf("warnings: %v", w)
	}
	want, err := reference(file)
	if err != nil {
		t.Logf("pcapgo ends after %d of %d frames: %v", len(want), len(frames), err)
	} else if len(frames) != len(want) {
		t.Fatalf("%d frames, pcapgo reads %d", len(frames), len(want))
	}
	for i, w := range want {
		g := frames[i]
		// Where the fraction of a timestamp is above 4.3 s, pcapgo overflows.
		if d := g.Time - w.Time; d != 0 && (d < 4294967295 || d > 4294*int64(time.Second)) {
			t.Fatalf("frame %d: time %d, pcapgo %d", w.Number, g.Time, w.Time)
		}
		// gopacket keeps link types in one octet: 276 is 20 to it.
		if g.Number != w.Number || g.LinkType&0xFF != w.LinkType || g.Length != min(w.Length, math.MaxInt32) || !bytes.Equal(g.Data, w.Data) {
			t.Fatalf("frame %d: %s, pcapgo %s", w.Number, describe(g), describe(w))
		}
	}
	return frames
}

func describe(f Frame) string {
	return fmt.Sprintf("number %d, time %d, link %v, length %d, %d octets %.40x", f.Number, f.Time, f.LinkType, f.Length, len(f.Data), f.Data)
}

// samePacket compares our peeling of a frame with gopacket's packet decoder. It
// says nothing of frames which gopacket cannot decode down to the IP packet.
func samePacket(t *testing.T, p *Peeler, f *Frame) {
	t.Helper()
	checkPeel(t, p, f)
	var pkt Packet
	reason := p.Peel(f, &pkt)
	var first gopacket.Decoder = layers.LinkType(f.LinkType)
	data := f.Data
	switch f.LinkType {
	case LinkTypeEthernet, LinkTypeSLL, LinkTypeNull, LinkTypeLoop, LinkTypeRaw:
	case LinkTypeSLL2: // which gopacket does not know
		if len(data) < 20 {
			return
		}
		first, data = layers.EthernetType(binary.BigEndian.Uint16(data)), data[20:]
	default:
		return
	}
	g := gopacket.NewPacket(data, first, gopacket.DecodeOptions{NoCopy: true})
	var ip gopacket.Layer
	for _, l := range g.Layers() {
		if l.LayerType() == layers.LayerTypeIPv4 || l.LayerType() == layers.LayerTypeIPv6 {
			// That of the packet which our peeling ended at: the innermost.
			if ip = l; pkt.Depth == 0 {
				break
			}
		}
	}
	if ip == nil {
		if reason == ReasonNone {
			t.Errorf("frame %d: a packet where gopacket finds none: %v", f.Number, g)
		}
		return
	}
	if reason != ReasonNone {
		t.Errorf("frame %d: %v, gopacket finds %v", f.Number, reason, g)
		return
	}
	var src, dst []byte
	var proto uint8
	payload := ip.LayerPayload()
	switch l := ip.(type) {
	case *layers.IPv4:
		src, dst, proto = l.SrcIP.To16(), l.DstIP.To16(), uint8(l.Protocol)
	case *layers.IPv6:
		src, dst, proto = l.SrcIP, l.DstIP, uint8(l.NextHeader)
		if deeper(proto, true, nil) {
			proto, payload = pkt.Protocol, pkt.Payload // gopacket cuts these at the wrong end
		}
	}
	if !bytes.Equal(pkt.Src[:], src) || !bytes.Equal(pkt.Dst[:], dst) || pkt.Protocol != proto || !bytes.Equal(pkt.Payload, payload) {
		t.Errorf("frame %d: %v to %v, protocol %d, %d octets; gopacket %v", f.Number, pkt.SrcAddr(), pkt.DstAddr(), pkt.Protocol, len(pkt.Payload), g)
	}
}

func TestReferenceGenerated(t *testing.T) {
	for name, file := range generated(t) {
		t.Run(name, func(t *testing.T) {
			var p Peeler
			for _, f := range sameFrames(t, file) {
				checkPeel(t, &p, &f)
			}
			if ng := bytes.HasPrefix(file, []byte("\x0a\x0d\x0d\x0a")); !ng {
				sameFrames(t, gz(file))
			}
		})
	}
}

// TestReferenceCorpus reads every capture of the shared corpus, which is not part
// of the repository.
func TestReferenceCorpus(t *testing.T) {
	corpus := filepath.Join("..", "..", "..", "shared", "corpus")
	if _, err := os.Stat(corpus); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("no corpus of captures: %v", err)
		}
		t.Skipf("no corpus of captures: %v", err)
	}
	names, _ := filepath.Glob(filepath.Join(corpus, "pcap", "*"))
	lab, _ := filepath.Glob(filepath.Join(corpus, "lab", "pcap", "*"))
	if names = append(names, lab...); len(names) == 0 {
		t.Fatalf("no captures in %s", corpus)
	}
	total := 0
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			file, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			var p Peeler
			for _, f := range sameFrames(t, file) {
				samePacket(t, &p, &f)
				total++
			}
		})
	}
	t.Logf("%d captures, %d frames", len(names), total)
}
