package pipeline_test

import (
	"context"
	"io"
	"path/filepath"
	"runtime"
	"testing"

	"sigtransit/pkg/exposure"
	"sigtransit/pkg/output"
	"sigtransit/pkg/pipeline"
	"sigtransit/pkg/roaming"
	"sigtransit/rules"
)

// One operation is a replay of 100 000 messages out of memory by a new worker;
// what it takes to load the carriers is not in it. The allocations of a message
// hold those of a start, too.
func BenchmarkReplay(b *testing.B) {
	const messages = 100_000
	pcap, _ := mixed(b, messages)
	for _, c := range []struct {
		name   string
		set    *rules.Set
		format output.Format
		silent bool
		ledger bool
		ends   *roaming.Table
	}{
		{"findings=json", builtin(b), output.FormatJSON, false, false, nil},
		{"findings=summary", builtin(b), output.FormatSummary, false, false, nil},
		{"findings=none", builtin(b), 0, true, false, nil},
		{"nothing-matches", unmatched(b), output.FormatJSON, false, false, nil},
		{"findings=none,ledger", builtin(b), 0, true, true, nil},
		{"nothing-matches,ledger", unmatched(b), output.FormatJSON, false, true, nil},
		{"nothing-matches,1000-partners", unmatched(b), output.FormatJSON, false, false, crowd(b)},
		{"nothing-matches,1000-partners,ledger", unmatched(b), output.FormatJSON, false, true, crowd(b)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(pcap)))
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for b.Loop() {
				o := pipeline.Options{Roaming: c.ends}
				if c.ledger {
					l, err := exposure.Open(filepath.Join(b.TempDir(), "ledger.db"), exposure.Options{})
					if err != nil {
						b.Fatal(err)
					}
					defer l.Close()
					o.Ledger = exposure.NewRecorder(l)
				}
				if !c.silent {
					o.Render = output.NewRenderer(c.format, output.Options{}, output.Screen{})
					o.Sink = output.NewWriterSink(io.Discard, false)
				}
				w := pipeline.New(c.set, o)
				if err := w.Run(context.Background(), "test.pcap", reader(b, pcap), nil); err != nil {
					b.Fatal(err)
				}
				if s, err := w.Finish(0); err != nil || s.Total() != messages {
					b.Fatalf("%d messages, error %v", s.Total(), err)
				}
			}
			runtime.ReadMemStats(&after)
			n := float64(b.N) * messages
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/n, "ns/message")
			b.ReportMetric(float64(after.Mallocs-before.Mallocs)/n, "allocs/message")
			b.ReportMetric(n/b.Elapsed().Seconds(), "messages/s")
			b.ReportMetric(0, "ns/op")
		})
	}
}
