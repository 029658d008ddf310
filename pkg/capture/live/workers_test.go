//go:build linux

package live

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"sigtransit/pkg/capture"
)

// TestWorkers: every frame comes to one worker, that of its association, in order and
// whole, plain or in a tunnel, while all workers read at their own pace; and none is
// lost on the way.
func TestWorkers(t *testing.T) {
	veth(t, "lv0")
	const workers, pairs, rounds = 3, 40, 60
	k := open(t, Config{Interfaces: []string{"lv0"}, Workers: workers, Ring: 8 << 20})
	var mu sync.Mutex
	at := map[int]int{} // pair -> worker
	got := 0
	var done sync.WaitGroup
	for w, s := range k.Sources() {
		done.Add(1)
		go func() {
			defer done.Done()
			last := map[int]uint32{} // of each pair
			var peeler capture.Peeler
			var pkt capture.Packet
			frames := make([]capture.Frame, 16*(w+1))
			number := uint64(0)
			for {
				n, err := s.Read(frames)
				if errors.Is(err, io.EOF) {
					return
				}
				if w == 1 {
					time.Sleep(time.Millisecond) // a slow one
				}
				for i := range frames[:n] {
					f := &frames[i]
					if f.Number <= number || f.Number > s.Assigned() {
						t.Errorf("worker %d: a frame has number %d behind %d; its last one is said to be %d", w, f.Number, number, s.Assigned())
					}
					number = f.Number
					if r := peeler.Peel(f, &pkt); r != capture.ReasonNone || len(pkt.Payload) < 32 {
						t.Errorf("worker %d: frame %d: %v", w, number, r)
						continue
					}
					pair := int(binary.BigEndian.Uint32(pkt.Payload[24:]))
					n := binary.BigEndian.Uint32(pkt.Payload[28:])
					if l, ok := last[pair]; ok && n <= l {
						t.Errorf("worker %d: pair %d: %d came behind %d", w, pair, n, l)
					}
					last[pair] = n
					mu.Lock()
					if before, ok := at[pair]; ok && before != w {
						t.Errorf("pair %d is with workers %d and %d", pair, before, w)
					}
					at[pair] = w
					got++
					mu.Unlock()
				}
			}
		}()
	}
	out := from(t, "lv0")
	kinds := slices.Sorted(maps.Keys(tunnelsOf(nil)))
	sent := uint32(0)
	for range rounds {
		for pair := range pairs {
			src, dst, tag := fmt.Sprintf("10.1.0.%d", pair), "192.0.2.1", uint32(pair+1)
			if sent++; sent%2 == 1 {
				src, dst, tag = dst, src, tag|0x80000000
			}
			upper := sctpPacket(2905, 2905, tag, 0, 0)
			binary.BigEndian.PutUint32(upper[24:], uint32(pair))
			binary.BigEndian.PutUint32(upper[28:], sent)
			frame := tunnelsOf(ip4Packet(132, src, dst, 0, upper...))[kinds[int(sent)%len(kinds)]]
			out.send(frame)
		}
	}
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		mu.Lock()
		all := got == int(sent)
		mu.Unlock()
		if all {
			break
		}
	}
	k.Close()
	done.Wait()
	s := k.Stats()[0]
	if got != int(sent) || s.Received != uint64(sent) || s.Frames != uint64(sent) || s.Dropped != 0 {
		t.Errorf("sent %d, workers got %d, counted %+v", sent, got, s)
	}
	used := map[int]int{}
	for _, w := range at {
		used[w]++
	}
	for w := range workers {
		if used[w] < pairs/workers/3 {
			t.Errorf("worker %d has %d of %d pairs", w, used[w], pairs)
		}
	}
}

// TestWorkersOverload: a worker that stands still fills the ring; what the kernel
// drops and what is handed out is what was sent, and Close does not wait for it.
func TestWorkersOverload(t *testing.T) {
	veth(t, "lv0")
	k := open(t, Config{Interfaces: []string{"lv0"}, Workers: 2, Ring: 2 * minBlock, Block: minBlock})
	const n = 20_000
	out := from(t, "lv0")
	for i := range n {
		out.send(packet(132, 1, 2, i))
	}
	time.Sleep(100 * time.Millisecond)
	s := k.Stats()[0]
	if s.Received != n || s.Dropped == 0 {
		t.Fatalf("counted %+v", s)
	}
	var got uint64
	frames := make([]capture.Frame, 100)
	for _, source := range k.Sources() {
		for idle := 0; idle < 2; {
			m, err := source.Read(frames)
			if err != nil {
				t.Fatal(err)
			}
			if got += uint64(m); m == 0 {
				idle++
			}
		}
	}
	if s = k.Stats()[0]; s.Frames != got || s.Frames+s.Dropped != s.Received {
		t.Errorf("read %d, counted %+v", got, s)
	}
	for i := range n {
		out.send(packet(132, 1, 2, i))
	}
	start := time.Now()
	k.Close()
	if d := time.Since(start); d > 10*time.Second {
		t.Errorf("Close took %v", d)
	}
}

// TestMemoryIsGivenBack: a capture that is closed and read to its end holds no ring.
func TestMemoryIsGivenBack(t *testing.T) {
	veth(t, "lv0")
	for _, workers := range []int{1, 3} {
		k := open(t, Config{Interfaces: []string{"lv0"}, Workers: workers})
		p := k.reader.ports[0]
		r := p.ring
		out := from(t, "lv0")
		for i := range 3000 {
			out.send(packet(132, byte(i), 2, i))
		}
		time.Sleep(100 * time.Millisecond)
		frames := make([]capture.Frame, 7)
		for _, s := range k.Sources() {
			_, _ = s.Read(frames)
		}
		k.Close()
		if r.refs.Load() == 0 {
			t.Errorf("%d workers: the ring went with frames in use", workers)
		}
		for _, s := range k.Sources() {
			for {
				if _, err := s.Read(frames); err != nil {
					break
				}
			}
		}
		if n := r.refs.Load(); n != 0 {
			t.Errorf("%d workers: %d blocks are still held", workers, n)
		}
	}
}
