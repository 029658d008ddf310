package pipeline_test

import (
	"context"
	"io"
	"runtime"
	"testing"
	"time"

	"sigtransit/pkg/capture"
	"sigtransit/pkg/dissect"
	"sigtransit/pkg/pipeline"
	"sigtransit/pkg/signaling"
	"sigtransit/pkg/trust"
)

// port is a source that hands out frames, and then comes back without any, as a port
// does, until it is closed.
type port struct {
	frames []capture.Frame
	stop   chan struct{}
}

func (p *port) Read(frames []capture.Frame) (int, error) {
	n := copy(frames, p.frames)
	p.frames = p.frames[n:]
	if n > 0 {
		return n, nil
	}
	select {
	case <-p.stop:
		return 0, io.EOF
	case <-time.After(time.Millisecond):
		return 0, nil
	}
}

func (p *port) Close() error { return nil }

// TestClockSteppedBack: a clock that runs backwards costs no frame; the condition is
// raised, and goes although no frame comes any more.
func TestClockSteppedBack(t *testing.T) {
	pcap, _ := mixed(t, 2000)
	frames := all(t, pcap)
	for i := range frames {
		frames[i].Time = 1_795_000_000e9 - int64(i)*2e9
	}
	src := &port{frames: frames, stop: make(chan struct{})}
	w := pipeline.New(builtin(t), pipeline.Options{Live: true})
	ended := make(chan error, 1)
	go func() { ended <- w.Run(context.Background(), "port", src, nil) }()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	active := func(d *dissect.Dissector) bool { r := d.Trust(); return r.Active[trust.ClockSteps] }
	var raised, cleared bool
	var count uint64
	for count < uint64(len(frames)) {
		if err := w.Inspect(ctx, func(d *dissect.Dissector) { count = d.Counters.Frames }); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Inspect(ctx, func(d *dissect.Dissector) {
		now := frames[len(frames)-1].Time
		for range 20 { // what the worker does in 200 s of silence
			now += trust.Interval + 1
			d.Idle(now)
			raised = raised || active(d)
		}
		cleared = !active(d)
	}); err != nil {
		t.Fatal(err)
	}
	close(src.stop)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	s, err := w.Finish(0)
	if err != nil {
		t.Fatal(err)
	}
	sum := s.Decoded + s.NotSignaling
	for _, x := range s.Undecoded {
		sum += x.N
	}
	if s.Frames != uint64(len(frames)) || sum != s.Frames || s.Total() == 0 {
		t.Errorf("%d frames of %d, %d outcomes, %d messages", s.Frames, len(frames), sum, s.Total())
	}
	if !raised || !cleared {
		t.Errorf("the condition was raised: %v; it went: %v", raised, cleared)
	}
}

// all is the frames of a capture, copied.
func all(t *testing.T, pcap []byte) (frames []capture.Frame) {
	t.Helper()
	f := reader(t, pcap)
	batch := make([]capture.Frame, 256)
	for {
		n, err := f.Read(batch)
		for _, x := range batch[:n] {
			x.Data = append([]byte(nil), x.Data...)
			frames = append(frames, x)
		}
		if err == io.EOF {
			return frames
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestMillionFragments: a million fragments whose rest never comes, within a minute of
// capture time, take bounded memory and no time to speak of.
func TestMillionFragments(t *testing.T) {
	n := 1_000_000
	if testing.Short() {
		n = 100_000
	}
	d := dissect.New(nobody{}, dissect.Options{})
	octets := append([]byte{
		2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x08, 0x00,
		0x45, 0, 0, 20 + 64, 0, 0, 0x20, 0, 64, 132, 0, 0, 192, 0, 2, 1, 198, 51, 100, 1, // more fragments
	}, make([]byte, 64)...)
	f := capture.Frame{LinkType: capture.LinkTypeEthernet, Data: octets, Length: len(octets)}
	begin := time.Now()
	peak := uint64(0)
	for i := range n {
		f.Time, f.Number = 1_795_000_000e9+int64(i)*60_000, uint64(i+1)
		octets[18], octets[19], octets[28], octets[33] = byte(i>>8), byte(i), byte(192+i>>16), byte(i>>20)
		d.Feed(&f)
		if i%(n/20) == 0 {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapInuse)
		}
	}
	t.Logf("%d fragments in %v, at most %d MiB of heap", n, time.Since(begin), peak>>20)
	if peak > 256<<20 {
		t.Errorf("%d MiB", peak>>20)
	}
	if d.Counters.Frames != uint64(n) {
		t.Errorf("%d frames", d.Counters.Frames)
	}
}

type nobody struct{}

func (nobody) Message(*signaling.Message) {}
func (nobody) Flow(*signaling.FlowEvent)  {}
func (nobody) Warning(*signaling.Warning) {}
