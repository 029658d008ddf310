package telemetry

import (
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"sigtransit/pkg/output"
	"sigtransit/pkg/trust"
	"sigtransit/rules"
)

const namespace = "sigtransit"

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(namespace+"_"+name, help, labels, nil)
}

// The metrics. deploy/README.md explains them to those who run the product.
var (
	framesDesc = desc("capture_frames_total", "Frames captured.")
	bytesDesc  = desc("capture_bytes_total", "Octets of the captured frames as they were on the wire.")
	dropsDesc  = desc("capture_drops_total", "Frames that the capture lost, by reason.", "reason")
	// Every frame is in exactly one series.
	outcomeDesc  = desc("frames_total", "Frames by what became of them: decoded, not_signaling, or the reason why they could not be used.", "outcome")
	lastDesc     = desc("capture_last_frame_timestamp_seconds", "Capture time of the last frame, seconds since the epoch.")
	errorsDesc   = desc("decode_errors_total", "Things that could not be decoded, by protocol layer and reason.", "protocol", "reason")
	eventsDesc   = desc("dissection_events_total", "What dissection counts besides messages: packets, chunks, gaps.", "event")
	messagesDesc = desc("messages_total", "Messages decoded, second copies of a message apart.", "protocol", "operation", "kind")
	dupDesc      = desc("duplicate_messages_total", "Messages seen before on another link.")
	flowsDesc    = desc("flows_total", "SCTP associations and TCP connections seen.")
	findingsDesc = desc("findings_total", "Findings by rule and severity.", "rule", "severity")
	testedDesc   = desc("findings_test_total", "What rules in mode test would have found, by rule and severity.", "rule", "severity")
	exceptDesc   = desc("exception_findings_total", "Findings that an exception accepted, or did accept until it expired.", "exception", "state")
	expiryDesc   = desc("exception_expiry_timestamp_seconds", "When an exception ends, seconds since the epoch.", "exception")
	failedDesc   = desc("rule_condition_errors_total", "Conditions of rules that could not be evaluated.", "rule")
	flaggedDesc  = desc("flagged_messages_total", "Messages a watchlisted carrier could read.", "carrier", "class", "protocol", "evidence", "direction")
	returnedDesc = desc("flagged_answers_with_secrets_total", "Flagged answers that returned keys, locations, message text or subscriber data.", "carrier", "class", "protocol", "evidence", "direction")
	refusedDesc  = desc("flagged_answers_refused_total", "Flagged answers that said no: errors, rejects, results of 3000 and more.", "carrier", "class", "protocol", "evidence", "direction")
	carrierDesc  = desc("carrier_messages_total", "Messages that a carrier was on the path of, flagged or not, by how they were protected.", "carrier", "protection")
	linksDesc    = desc("carrier_flows", "Links of a watchlisted carrier now, by protection.", "carrier", "protection")
	entriesDesc  = desc("state_entries", "Entries in state tables.", "table")
	evictedDesc  = desc("state_evictions_total", "Entries that bounded state let go, by table and reason.", "table", "reason")
	missingDesc  = desc("sctp_missing_chunks_total", "SCTP DATA chunks that were never seen.")
	warningsDesc = desc("capture_warnings_total", "Warnings that the capture cannot be trusted, by type.", "type")
	trustDesc    = desc("capture_condition", "Whether a condition that speaks against the capture holds now (1) or not (0), by type.", "type")
	buildDesc    = desc("build_info", "Always 1; the labels name the build.", "version", "revision", "goversion")
)

var descs = []*prometheus.Desc{
	framesDesc, bytesDesc, dropsDesc, outcomeDesc, lastDesc, errorsDesc, eventsDesc, messagesDesc, dupDesc, flowsDesc, findingsDesc, testedDesc,
	exceptDesc, expiryDesc, failedDesc,
	flaggedDesc, returnedDesc, refusedDesc, carrierDesc, linksDesc, entriesDesc, evictedDesc, missingDesc, warningsDesc, trustDesc, buildDesc,
}

// Build names the running program.
type Build struct {
	Version, Revision string
}

// Collector turns published totals into metrics. It is safe for concurrent use.
type Collector struct {
	build      Build
	publishers []*Publisher
	// Drops are the frames that a capture lost before any worker saw them, by reason;
	// nil: there is no such capture. It is set before the first collection.
	Drops func() []output.Count
	// Rules are the watchlist and the detections in force, whose series are there
	// from the start; nil: series begin with what they count. It is set before the
	// first collection.
	Rules func() *rules.Set
}

var _ prometheus.Collector = (*Collector)(nil)

// NewCollector makes a collector over the publishers of all workers, whose totals
// are added up.
func NewCollector(build Build, publishers ...*Publisher) *Collector {
	return &Collector{build: build, publishers: publishers}
}

// Describe implements prometheus.Collector.
func (c *Collector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range descs {
		ch <- d
	}
}

// Stats asks the workers for their totals and adds them up.
func (c *Collector) Stats() *output.Stats {
	for _, p := range c.publishers {
		p.request()
	}
	deadline := time.Now().Add(freshWait)
	if len(c.publishers) == 1 {
		if s := c.publishers[0].await(deadline); s != nil {
			return s
		}
		return &output.Stats{}
	}
	sum := &output.Stats{}
	for _, p := range c.publishers {
		if s := p.await(deadline); s != nil {
			sum.Merge(s)
		}
	}
	return sum
}

// Collect implements prometheus.Collector.
func (c *Collector) Collect(ch chan<- prometheus.Metric) {
	s := c.Stats()
	metric := func(d *prometheus.Desc, kind prometheus.ValueType, v float64, labels []string) {
		// Ids come from files of the user's; octets that are not UTF-8 would make
		// the whole scrape fail.
		for i := range labels {
			labels[i] = strings.ToValidUTF8(labels[i], "\ufffd")
		}
		ch <- prometheus.MustNewConstMetric(d, kind, v, labels...)
	}
	counter := func(d *prometheus.Desc, n uint64, labels ...string) {
		metric(d, prometheus.CounterValue, float64(n), labels)
	}
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		metric(d, prometheus.GaugeValue, v, labels)
	}
	counter(framesDesc, s.Frames)
	counter(bytesDesc, s.Bytes)
	counter(outcomeDesc, s.Decoded, "decoded")
	counter(outcomeDesc, s.NotSignaling, "not_signaling")
	for _, x := range withZeros(s.Undecoded, outcomes) {
		counter(outcomeDesc, x.N, x.Name)
	}
	drops := s.Drops
	if c.Drops != nil {
		drops = append(slices.Clone(drops), c.Drops()...)
	}
	for _, x := range drops {
		counter(dropsDesc, x.N, x.Name)
	}
	if s.Last != 0 || c.Drops != nil { // a port that never showed a frame: 0, so that alerts see it
		gauge(lastDesc, float64(s.Last)/1e9)
	}
	for _, x := range s.DecodeErrors {
		counter(errorsDesc, x.N, x.Protocol, x.Reason)
	}
	for _, x := range s.Counters {
		counter(eventsDesc, x.N, x.Name)
	}
	for _, x := range s.Messages() {
		counter(messagesDesc, x.N, x.Protocol.String(), x.Operation, x.Kind.String())
	}
	counter(dupDesc, s.Duplicates())
	counter(flowsDesc, s.Flows())
	findings, carrierMessages, carrierFlows := s.Findings(), s.CarrierMessages(), s.CarrierFlows
	exceptions, failed := s.Exceptions(), s.ConditionErrors()
	if c.Rules != nil {
		set := c.Rules()
		exceptions, failed = exceptionsWithZeros(exceptions, set), withZeros(failed, conditional(set))
		findings, carrierMessages, carrierFlows = findingsWithZeros(findings, set), carriersWithZeros(carrierMessages, set), carriersWithZeros(carrierFlows, set)
	}
	for _, x := range findings {
		counter(findingsDesc, x.N, x.Rule, x.Severity.String())
	}
	for _, x := range s.Tested() {
		counter(testedDesc, x.N, x.Rule, x.Severity.String())
	}
	for _, x := range exceptions {
		counter(exceptDesc, x.Accepted, x.Exception, "accepted")
		counter(exceptDesc, x.Expired, x.Exception, "expired")
		gauge(expiryDesc, float64(x.Expires.AddDate(0, 0, 1).Unix()), x.Exception)
	}
	for _, x := range failed {
		counter(failedDesc, x.N, x.Name)
	}
	for _, x := range s.Flagged() {
		labels := []string{x.Carrier, x.Class.String(), x.Protocol.String(), x.Evidence.String(), x.Direction.String()}
		counter(flaggedDesc, x.N, labels...)
		counter(returnedDesc, x.Returned, labels...)
		counter(refusedDesc, x.Refused, labels...)
	}
	for _, x := range carrierMessages {
		counter(carrierDesc, x.N, x.Carrier, x.Protection.String())
	}
	for _, x := range carrierFlows {
		gauge(linksDesc, float64(x.N), x.Carrier, x.Protection.String())
	}
	for _, x := range s.StateEntries {
		gauge(entriesDesc, float64(x.N), x.Name)
	}
	for _, x := range s.Evictions {
		counter(evictedDesc, x.N, x.Table, x.Reason)
	}
	counter(missingDesc, s.MissingChunks)
	for _, x := range withZeros(s.Warnings(), warnings) {
		counter(warningsDesc, x.N, x.Name)
	}
	for c, active := range s.Trust.Active {
		v := 0.0
		if active {
			v = 1
		}
		gauge(trustDesc, v, trust.Condition(c).String())
	}
	gauge(buildDesc, 1, c.build.Version, c.build.Revision, runtime.Version())
}
