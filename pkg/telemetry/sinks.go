package telemetry

import (
	"github.com/prometheus/client_golang/prometheus"

	"sigtransit/pkg/sink"
)

// The metrics of sinks. Their names are those of the configuration.
var (
	sinkLengthDesc  = desc("sink_queue_length", "Events that wait in memory for a sink.", "sink")
	sinkBytesDesc   = desc("sink_queue_bytes", "Octets of the events that wait in memory for a sink.", "sink")
	sinkSpilledDesc = desc("sink_spilled_bytes", "Octets that wait on disk for a sink.", "sink")
	sinkEventsDesc  = desc("sink_events_total", "Events of a sink by what became of them.", "sink", "outcome")
	sinkDropsDesc   = desc("sink_drops_total", "Events that a sink dropped, by reason.", "sink", "reason")
	sinkErrorsDesc  = desc("sink_errors_total", "Failures of a sink, by reason.", "sink", "reason")
	sinkLastDesc    = desc("sink_last_success_timestamp_seconds", "When a sink last delivered, seconds since the epoch.", "sink")
)

var sinkDescs = []*prometheus.Desc{sinkLengthDesc, sinkBytesDesc, sinkSpilledDesc, sinkEventsDesc, sinkDropsDesc, sinkErrorsDesc, sinkLastDesc}

// SinkCollector turns the states of sinks into metrics. It is safe for concurrent
// use.
type SinkCollector struct {
	snapshots func() []sink.Snapshot
}

var _ prometheus.Collector = (*SinkCollector)(nil)

// NewSinkCollector makes a collector. snapshots gives the states now: it is
// sink.Set.Snapshots, or asks the set that is in force after a reload.
func NewSinkCollector(snapshots func() []sink.Snapshot) *SinkCollector {
	return &SinkCollector{snapshots}
}

// Describe implements prometheus.Collector.
func (c *SinkCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range sinkDescs {
		ch <- d
	}
}

// Collect implements prometheus.Collector. Every reason has a series from the
// start, so that its first event is seen as an increase.
func (c *SinkCollector) Collect(ch chan<- prometheus.Metric) {
	metric := func(d *prometheus.Desc, kind prometheus.ValueType, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, kind, v, labels...)
	}
	for _, s := range c.snapshots() {
		metric(sinkLengthDesc, prometheus.GaugeValue, float64(s.QueueEvents), s.Name)
		metric(sinkBytesDesc, prometheus.GaugeValue, float64(s.QueueOctets), s.Name)
		metric(sinkSpilledDesc, prometheus.GaugeValue, float64(s.SpilledBytes), s.Name)
		for i, n := range s.Events {
			metric(sinkEventsDesc, prometheus.CounterValue, float64(n), s.Name, sink.Outcome(i).String())
		}
		for i, n := range s.Drops {
			metric(sinkDropsDesc, prometheus.CounterValue, float64(n), s.Name, sink.Drop(i).String())
		}
		for i, n := range s.Errors {
			metric(sinkErrorsDesc, prometheus.CounterValue, float64(n), s.Name, sink.Reason(i).String())
		}
		if s.LastSuccess != 0 {
			metric(sinkLastDesc, prometheus.GaugeValue, float64(s.LastSuccess)/1e9, s.Name)
		}
	}
}
