package live_test

import (
	"bytes"
	"context"
	"io"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"sigtransit/pkg/capture"
	"sigtransit/pkg/capture/live"
	"sigtransit/pkg/dialogue"
	"sigtransit/pkg/output"
	"sigtransit/pkg/pipeline"
	"sigtransit/pkg/synth"
	"sigtransit/rules"
)

// inMemory is the frames of a synthetic capture of so many messages.
func inMemory(tb testing.TB, messages int) (frames []capture.Frame) {
	tb.Helper()
	var pcap bytes.Buffer
	if err := synth.WriteBench(&pcap, messages, 1); err != nil {
		tb.Fatal(err)
	}
	r, err := capture.NewReader(bytes.NewReader(pcap.Bytes()), "memory", capture.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	var octets []byte
	batch := make([]capture.Frame, 256)
	for {
		n, err := r.Read(batch)
		for _, f := range batch[:n] {
			if len(f.Data) > cap(octets)-len(octets) {
				octets = make([]byte, 0, 1<<20)
			}
			at := len(octets)
			octets = append(octets, f.Data...)
			f.Data = octets[at:len(octets):len(octets)]
			frames = append(frames, f)
		}
		if err == io.EOF {
			return frames
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
}

// readBy has workers read frames from memory with the pipeline of a daemon, and returns
// how many messages that were and how long it took.
func readBy(tb testing.TB, set *rules.Set, frames []capture.Frame, workers int) (messages uint64, took time.Duration) {
	tb.Helper()
	sources := live.OverMemory(frames, workers)
	tables := dialogue.NewTCAPGroup(workers, func(w int) uint64 { return sources[w].Assigned() })
	all := make([]*pipeline.Worker, workers)
	for i := range all {
		o := pipeline.Options{Render: output.NewRenderer(output.FormatJSON, output.Options{}, output.Screen{}), Sink: output.NewWriterSink(io.Discard, false), Live: true}
		o.Dissect.Worker, o.Dissect.Workers, o.Dissect.Transactions = i, workers, tables[i]
		all[i] = pipeline.New(set, o)
	}
	var wg sync.WaitGroup
	begin := time.Now()
	for i, w := range all {
		wg.Go(func() {
			if err := w.Run(context.Background(), "memory", sources[i], nil); err != nil {
				tb.Error(err)
			}
		})
	}
	wg.Wait()
	took = time.Since(begin)
	for _, w := range all {
		s, err := w.Finish(0)
		if err != nil {
			tb.Error(err)
		}
		messages += s.Total()
	}
	return messages, took
}

// used is the CPU time of this process.
func used() time.Duration {
	var r syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// TestWorkersOverMemory: two workers count what one does.
func TestWorkersOverMemory(t *testing.T) {
	set, err := rules.Load(rules.Options{})
	if err != nil {
		t.Fatal(err)
	}
	frames := inMemory(t, 20_000)
	one, _ := readBy(t, set, frames, 1)
	two, _ := readBy(t, set, frames, 2)
	if one != 20_000 || two != one {
		t.Errorf("%d messages by one worker, %d by two", one, two)
	}
}

// BenchmarkWorkers is capture, decoding and judgement of frames out of memory by one
// worker and by two, in turns: "scaling" is what the second is worth, at best 2, where
// two cores have nothing else to do (`make bench-workers`). "ceiling" is what two workers
// that share nothing, each with all of the frames, bring over one: what the machine, whose
// cores may be threads of one or have other guests, leaves to be reached. All are medians
// of the rounds, ratios of those of each round. CPU time is that of the whole process,
// spreading with it; the collector, which has the frames to look at and nothing to do in a
// daemon, is off meanwhile. There are enough frames for the tables of a new worker not to
// count.
func BenchmarkWorkers(b *testing.B) {
	set, err := rules.Load(rules.Options{})
	if err != nil {
		b.Fatal(err)
	}
	frames := inMemory(b, 1_000_000)
	n := float64(len(frames))
	// measure is the nanoseconds that f takes for each of n packets, by the clock and of CPU.
	measure := func(f func()) (took, cpu float64) {
		runtime.GC()
		defer debug.SetGCPercent(debug.SetGCPercent(-1))
		before, begin := used(), time.Now()
		f()
		return float64(time.Since(begin).Nanoseconds()) / n, float64((used() - before).Nanoseconds()) / n
	}
	var took, cpu [2][]float64
	var scaling, ceiling []float64
	for b.Loop() {
		var t [3]float64
		for i := range took {
			var c float64
			t[i], c = measure(func() { readBy(b, set, frames, i+1) })
			took[i], cpu[i] = append(took[i], t[i]), append(cpu[i], c)
		}
		t[2], _ = measure(func() {
			var wg sync.WaitGroup
			for range 2 {
				wg.Go(func() { readBy(b, set, frames, 1) })
			}
			wg.Wait()
		})
		scaling, ceiling = append(scaling, t[0]/t[1]), append(ceiling, 2*t[0]/t[2])
	}
	median := func(x []float64) float64 {
		slices.Sort(x)
		return x[len(x)/2]
	}
	b.ReportMetric(1e9/median(took[0]), "packets/s-by-1")
	b.ReportMetric(1e9/median(took[1]), "packets/s-by-2")
	b.ReportMetric(median(cpu[0]), "cpu-ns/packet-by-1")
	b.ReportMetric(median(cpu[1]), "cpu-ns/packet-by-2")
	b.ReportMetric(median(scaling), "scaling")
	b.ReportMetric(scaling[0], "scaling-min")
	b.ReportMetric(scaling[len(scaling)-1], "scaling-max")
	b.ReportMetric(median(ceiling), "ceiling")
	b.ReportMetric(0, "ns/op")
}
