package telemetry

import (
	"os"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"sigtransit/pkg/sink"
)

func sinkSample() *SinkCollector {
	s := sink.Snapshot{Name: "siem", QueueEvents: 3, QueueOctets: 4096, SpilledBytes: 1 << 20, LastSuccess: 1_800_000_000_500_000_000}
	for i := range s.Events {
		s.Events[i] = uint64(10 + i)
	}
	for i := range s.Drops {
		s.Drops[i] = uint64(20 + i)
	}
	for i := range s.Errors {
		s.Errors[i] = uint64(30 + i)
	}
	return NewSinkCollector(func() []sink.Snapshot { return []sink.Snapshot{s, {Name: "idle"}} })
}

func TestSinkMetrics(t *testing.T) {
	const wanted = `
# HELP sigtransit_sink_events_total Events of a sink by what became of them.
# TYPE sigtransit_sink_events_total counter
sigtransit_sink_events_total{outcome="accepted",sink="idle"} 0
sigtransit_sink_events_total{outcome="accepted",sink="siem"} 10
sigtransit_sink_events_total{outcome="dropped",sink="idle"} 0
sigtransit_sink_events_total{outcome="dropped",sink="siem"} 14
sigtransit_sink_events_total{outcome="recovered",sink="idle"} 0
sigtransit_sink_events_total{outcome="recovered",sink="siem"} 13
sigtransit_sink_events_total{outcome="spilled",sink="idle"} 0
sigtransit_sink_events_total{outcome="spilled",sink="siem"} 12
sigtransit_sink_events_total{outcome="written",sink="idle"} 0
sigtransit_sink_events_total{outcome="written",sink="siem"} 11
# HELP sigtransit_sink_last_success_timestamp_seconds When a sink last delivered, seconds since the epoch.
# TYPE sigtransit_sink_last_success_timestamp_seconds gauge
sigtransit_sink_last_success_timestamp_seconds{sink="siem"} 1.8000000005e+09
# HELP sigtransit_sink_queue_bytes Octets of the events that wait in memory for a sink.
# TYPE sigtransit_sink_queue_bytes gauge
sigtransit_sink_queue_bytes{sink="idle"} 0
sigtransit_sink_queue_bytes{sink="siem"} 4096
# HELP sigtransit_sink_queue_length Events that wait in memory for a sink.
# TYPE sigtransit_sink_queue_length gauge
sigtransit_sink_queue_length{sink="idle"} 0
sigtransit_sink_queue_length{sink="siem"} 3
# HELP sigtransit_sink_spilled_bytes Octets that wait on disk for a sink.
# TYPE sigtransit_sink_spilled_bytes gauge
sigtransit_sink_spilled_bytes{sink="idle"} 0
sigtransit_sink_spilled_bytes{sink="siem"} 1.048576e+06
`
	c := sinkSample()
	if err := testutil.CollectAndCompare(c, strings.NewReader(wanted), "sigtransit_sink_events_total", "sigtransit_sink_last_success_timestamp_seconds",
		"sigtransit_sink_queue_bytes", "sigtransit_sink_queue_length", "sigtransit_sink_spilled_bytes"); err != nil {
		t.Error(err)
	}
	for name, n := range map[string]int{"sigtransit_sink_drops_total": 2 * int(sink.NumDrops), "sigtransit_sink_errors_total": 2 * int(sink.NumReasons)} {
		if got := testutil.CollectAndCount(c, name); got != n {
			t.Errorf("%s has %d series, want %d", name, got, n)
		}
	}
	problems, err := testutil.CollectAndLint(c)
	if err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
}

// TestSinksDocumented: each metric, and each word of its labels.
func TestSinksDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../deploy/README.md")
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for _, d := range sinkDescs {
		words = append(words, strings.TrimPrefix(metricName(d.String()), "sigtransit_"))
	}
	for i := range sink.NumOutcomes {
		words = append(words, i.String())
	}
	for i := range sink.NumDrops {
		words = append(words, i.String())
	}
	for i := range sink.NumReasons {
		words = append(words, i.String())
	}
	for _, w := range words {
		if !strings.Contains(string(doc), "`"+w+"`") {
			t.Errorf("deploy/README.md does not explain %s", w)
		}
	}
}
