package daemon

import (
	"net/http"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"sigtransit/pkg/canary"
	"sigtransit/pkg/capture/live"
	"sigtransit/pkg/output"
	"sigtransit/pkg/sink"
	"sigtransit/pkg/telemetry"
	"sigtransit/pkg/trust"
	"sigtransit/rules"
)

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("sigtransit_"+name, help, labels, nil)
}

// The metrics of the daemon itself; pkg/telemetry has those of what it sees.
var (
	reloadOKDesc   = desc("config_last_reload_successful", "1: the last reload of the configuration took effect.")
	reloadTimeDesc = desc("config_last_reload_success_timestamp_seconds", "When the configuration in force was loaded.")
	reloadsDesc    = desc("config_reloads_total", "Loads of the configuration, the first included, by result.", "result")
	restartDesc    = desc("config_restart_required", "1: a part of the configuration takes effect with a restart only.")
	stateDesc      = desc("state_write_failed", "1: the state could not be written the last time.")
	portUpDesc     = desc("capture_interface_up", "1: frames of the interface are captured.", "interface")
	portFramesDesc = desc("capture_interface_frames_total", "Frames of the interface that passed the filter, lost ones included.", "interface")
	portDropsDesc  = desc("capture_interface_drops_total", "Frames of the interface that found no room in the ring.", "interface")
	portFreezeDesc = desc("capture_interface_freezes_total", "Times the ring of the interface was found full.", "interface")
	portBackDesc   = desc("capture_interface_reopened_total", "Times the interface came back after it was gone.", "interface")
	workersDesc    = desc("workers", "Workers, by whether they move.", "state")
	canarySeenDesc = desc("canary_last_seen_timestamp_seconds", "Capture time of the last exchange of the canary, request and answer; before the first, when it began to be watched for.", "canary")
	canaryDesc     = desc("canary_messages_total", "Messages of the canary, by whether they were flagged as they should be.", "canary", "result")
)

var descs = []*prometheus.Desc{
	reloadOKDesc, reloadTimeDesc, reloadsDesc, restartDesc, stateDesc, portUpDesc, portFramesDesc, portDropsDesc, portFreezeDesc, portBackDesc, workersDesc,
	canarySeenDesc, canaryDesc,
}

// Describe implements prometheus.Collector.
func (d *Daemon) Describe(ch chan<- *prometheus.Desc) {
	for _, x := range slices.Concat(descs, ledgerDescs) {
		ch <- x
	}
}

// Collect implements prometheus.Collector.
func (d *Daemon) Collect(ch chan<- prometheus.Metric) {
	gauge := func(x *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(x, prometheus.GaugeValue, v, labels...)
	}
	counter := func(x *prometheus.Desc, n uint64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(x, prometheus.CounterValue, float64(n), labels...)
	}
	one := map[bool]float64{true: 1}
	g := &d.gauges
	gauge(reloadOKDesc, one[g.success.Load()])
	gauge(reloadTimeDesc, float64(g.loadedAt.Load())/1e9)
	failures := g.failures.Load()
	counter(reloadsDesc, g.reloads.Load()-failures, "ok")
	counter(reloadsDesc, failures, "refused")
	gauge(restartDesc, one[g.restart.Load()])
	gauge(stateDesc, one[g.stateFailed.Load()])
	for _, s := range d.capture.Stats() {
		gauge(portUpDesc, one[s.State == live.StateUp], s.Interface)
		counter(portFramesDesc, s.Received, s.Interface)
		counter(portDropsDesc, s.Dropped, s.Interface)
		counter(portFreezeDesc, s.Freezes, s.Interface)
		counter(portBackDesc, s.Reopened, s.Interface)
	}
	stuck := 0
	for _, w := range d.workers {
		if d.stuck(w) {
			stuck++
		}
	}
	gauge(workersDesc, float64(len(d.workers)-stuck), "running")
	gauge(workersDesc, float64(stuck), "stuck")
	d.collectLedger(gauge, counter)
	d.canaries.Load().Each(func(x canary.Sight) {
		gauge(canarySeenDesc, float64(x.LastSeen)/1e9, x.Name)
		counter(canaryDesc, x.Flagged, x.Name, "flagged")
		counter(canaryDesc, x.NotFlagged, x.Name, "not_flagged")
	})
}

// drops is the frames the capture lost, by reason; the last one is not_read.
func (d *Daemon) drops() []output.Count {
	n := uint64(0)
	for _, s := range d.capture.Stats() {
		n += s.Dropped
	}
	return []output.Count{{Name: "ring_full", N: n}, {Name: "not_read", N: d.gauges.unread.Load()}}
}

// exposition is the metrics of workers, sinks and the daemon.
func (d *Daemon) exposition() http.Handler {
	d.totals.Drops = func() []output.Count {
		list := d.drops()
		list[len(list)-1].N += d.lostBefore.Frames
		return list
	}
	d.totals.Rules = func() *rules.Set { return d.plan.Load().Set }
	return telemetry.NewExposition(d.totals, d, telemetry.NewSinkCollector(d.snapshots)).Handler()
}

// Status is the daemon as its page of JSON tells it.
type Status struct {
	Version    string       `json:"version"`
	Revision   string       `json:"revision"`
	Started    time.Time    `json:"started"`
	Ready      bool         `json:"ready"`
	Problem    string       `json:"problem,omitempty"`
	Frames     uint64       `json:"frames"`
	LastFrame  *time.Time   `json:"last_frame,omitempty"` // absent: none came
	Trust      string       `json:"capture_trust"`
	Conditions []string     `json:"conditions"` // that speak against the capture now
	Interfaces []PortStatus `json:"interfaces"`
	Workers    []time.Time  `json:"workers_last_beat"`
	Sinks      []SinkStatus `json:"sinks"`
	Config     struct {
		Loaded          time.Time `json:"loaded"`
		Successful      bool      `json:"last_reload_successful"`
		RestartRequired bool      `json:"restart_required"`
		Carriers        int       `json:"carriers"`
		Identifiers     int       `json:"identifiers"`
		Detections      int       `json:"detections"`
	} `json:"configuration"`
}

// PortStatus is an interface.
type PortStatus struct {
	Name     string `json:"name"`
	State    string `json:"state"`
	Clock    string `json:"clock"`
	Received uint64 `json:"received"` // frames that passed the filter
	Dropped  uint64 `json:"dropped"`  // of them
}

// SinkStatus is a sink.
type SinkStatus struct {
	Name        string     `json:"name"`
	Written     uint64     `json:"written"`
	Waiting     int        `json:"waiting"`
	Spilled     int64      `json:"spilled_bytes"`
	Dropped     uint64     `json:"dropped"`
	LastSuccess *time.Time `json:"last_success,omitempty"`
}

// Status gathers the state of the daemon.
func (d *Daemon) Status() (s Status) {
	s.Version, s.Revision, s.Started, s.Ready = d.opts.Build.Version, d.opts.Build.Revision, d.started.UTC().Truncate(time.Second), d.ready.Load()
	if err := d.Healthy(); err != nil {
		s.Problem = err.Error()
	}
	totals := d.totals.Stats()
	s.Frames, s.Trust, s.Conditions = totals.Frames, totals.Trust.String(), []string{}
	if totals.Last != 0 {
		at := time.Unix(0, totals.Last).UTC()
		s.LastFrame = &at
	}
	for c, active := range totals.Trust.Active {
		if active {
			s.Conditions = append(s.Conditions, trust.Condition(c).String())
		}
	}
	for _, x := range d.capture.Stats() {
		s.Interfaces = append(s.Interfaces, PortStatus{x.Interface, x.State.String(), x.Timestamps.String(), x.Received, x.Dropped})
	}
	for _, x := range d.sinks.Snapshots() {
		st := SinkStatus{Name: x.Name, Written: x.Events[sink.Written], Waiting: x.QueueEvents, Spilled: x.SpilledBytes, Dropped: x.Events[sink.Dropped]}
		if x.LastSuccess != 0 {
			at := time.Unix(0, x.LastSuccess).UTC()
			st.LastSuccess = &at
		}
		s.Sinks = append(s.Sinks, st)
	}
	for _, w := range d.workers {
		s.Workers = append(s.Workers, w.Beat().UTC())
	}
	p, g := d.plan.Load(), &d.gauges
	c := &s.Config
	c.Loaded, c.Successful, c.RestartRequired = time.Unix(0, g.loadedAt.Load()).UTC(), g.success.Load(), g.restart.Load()
	c.Carriers, c.Identifiers, c.Detections = len(p.Set.Carriers), p.Set.Matched(), len(p.Set.Detections)
	return s
}
