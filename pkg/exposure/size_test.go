package exposure

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

// BenchmarkDay is the size of a ledger of one day: 200 partners, six classes, both
// directions, a tenth of the messages over a carrier, 20,000 subscribers an hour.
func BenchmarkDay(b *testing.B) {
	var octets int64
	for b.Loop() {
		path := filepath.Join(b.TempDir(), "ledger.db")
		l := openAt(b, path, Options{})
		r := NewRecorder(l)
		r.SetPartners(func(n uint32) (Partner, bool) { return Partner{ID: fmt.Sprintf("P%03d", n)}, true })
		m := message(0, 0, "")
		for hour := range 24 {
			for i := range 48_000 {
				*m.Memory = signaling.Memory{}
				m.Time, m.Class = at(hour*3600+i/20), signaling.Class(1+i/400%6)
				m.Roaming = signaling.Roaming{Direction: signaling.Direction(1 + i&1), Subscriber: signaling.WhoseHome, Partner: uint32(1 + i/2%200)}
				m.IMSI = number(i % 20_000)
				var v []rules.Verdict
				if i/2%10 == 0 {
					v = []rules.Verdict{verdict(blue, signaling.EvidenceAdjacent)}
				}
				r.Add(m, v)
			}
			r.Flush()
		}
		if err := l.Close(); err != nil {
			b.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			b.Fatal(err)
		}
		octets = info.Size()
	}
	b.ReportMetric(float64(octets)/(1<<20), "MiB/day")
}
