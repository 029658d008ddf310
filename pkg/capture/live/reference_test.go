//go:build linux && cgo

package live

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/gopacket/afpacket"

	"sigtransit/pkg/capture"
)

// theirs opens the same ring by gopacket.
func theirs(t testing.TB, name string) *afpacket.TPacket {
	t.Helper()
	h, err := afpacket.NewTPacket(afpacket.OptInterface(name), afpacket.OptTPacketVersion(afpacket.TPacketVersion3),
		afpacket.OptFrameSize(2048), afpacket.OptBlockSize(DefaultBlock), afpacket.OptNumBlocks(DefaultRing/DefaultBlock),
		afpacket.OptBlockTimeout(DefaultBlockTimeout), afpacket.OptPollTimeout(time.Second))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	return h
}

// TestReference: gopacket's afpacket sees the same frames, lengths and, to the time it
// takes to come from one socket to the next, times.
func TestReference(t *testing.T) {
	veth(t, "lv0")
	k, h := open(t, Config{Interfaces: []string{"lv0"}, Filter: Filter{All: true}}), theirs(t, "lv0")
	var frames [][]byte
	for i := range 500 {
		f := packet(byte(i), 1, 2, i)
		frames = append(frames, append(f, make([]byte, i*3%1400)...))
	}
	from(t, "lv0").send(frames...)
	for i, f := range collect(t, k.Sources()[0], len(frames)) {
		data, info, err := h.ZeroCopyReadPacketData()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(f.Data, data) || f.Length != info.Length {
			t.Fatalf("frame %d: % x (%d), afpacket % x (%d)", i, f.Data, f.Length, data, info.Length)
		}
		if d := time.Unix(0, f.Time).Sub(info.Timestamp).Abs(); d > 10*time.Millisecond {
			t.Errorf("frame %d: %v from afpacket's time", i, d)
		}
	}
}

// BenchmarkRing compares what it takes to walk over frames that stand in the ring:
// ours in batches, afpacket's one by one with the copy that a batch needs.
func BenchmarkRing(b *testing.B) {
	veth(b, "lv0")
	const burst = 20_000
	fill := func(b *testing.B, out *sender) {
		b.StopTimer()
		for i := range burst {
			out.send(packet(132, 1, 2, i))
		}
		time.Sleep(2 * DefaultBlockTimeout)
		b.StartTimer()
	}
	b.Run("ours", func(b *testing.B) {
		k, out := open(b, Config{Interfaces: []string{"lv0"}}), from(b, "lv0")
		frames := make([]capture.Frame, 256)
		for left := b.N; left > 0; {
			fill(b, out)
			for got := 0; got < burst; {
				n, err := k.Sources()[0].Read(frames)
				if err != nil {
					b.Fatal(err)
				}
				got += n
			}
			left -= burst
		}
	})
	b.Run("afpacket", func(b *testing.B) {
		h, out := theirs(b, "lv0"), from(b, "lv0")
		buf := make([]byte, 0, 256*2048)
		for left := b.N; left > 0; {
			fill(b, out)
			for got := range burst {
				if got%256 == 0 {
					buf = buf[:0]
				}
				data, _, err := h.ZeroCopyReadPacketData()
				if err != nil {
					b.Fatal(err)
				}
				buf = append(buf, data...)
			}
			left -= burst
		}
	})
}
