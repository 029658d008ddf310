package telemetry

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/output"
	"sigtransit/pkg/signaling"
	"sigtransit/pkg/trust"
	"sigtransit/rules"
)

// sample moves every counter there is.
func sample() *output.Stats {
	s := &output.Stats{
		Frames: 100, Bytes: 20000, First: 1, Last: 1_700_000_000_500_000_000, Decoded: 90, NotSignaling: 6,
		Undecoded: []output.Count{{Name: "cut_short", N: 4}}, Counters: []output.Count{{Name: "sctp_packets", N: 80}},
		DecodeErrors: []output.ErrorCount{{Protocol: "sccp", Reason: "truncated", N: 2}}, Drops: []output.Count{{Name: "ring_full", N: 3}},
		StateEntries: []output.Count{{Name: "dialogues", N: 17}}, Evictions: []output.TableCount{{Table: "dialogues", Reason: "age", N: 5}},
		CarrierFlows: []output.FlowCount{{Carrier: "example", Protection: signaling.TLS, N: 2}}, MissingChunks: 7,
	}
	op, _ := signaling.LookupOperation("updateLocation")
	m := &signaling.Message{
		Protocol: signaling.MAP, Kind: signaling.KindInvoke, Operation: op, Class: signaling.ClassLocation,
		IMSI: telecom.MustDigits("001010123456890"),
	}
	s.AddMessage(m)
	s.AddFinding(&rules.Finding{
		Message: m, Rule: &rules.Detection{ID: "location-in-clear"}, Severity: signaling.SeverityHigh, Carrier: &rules.Carrier{ID: "example"},
		Evidence: signaling.EvidenceAdjacent,
	})
	s.AddTested(&rules.Finding{Message: m, Rule: &rules.Detection{ID: "new-rule"}, Severity: signaling.SeverityLow})
	ends := &rules.Exception{ID: "accepted-risk", Expires: time.Unix(1_799_971_200, 0).UTC()}
	s.AddExcepted(ends)
	s.AddExpired(ends)
	s.AddConditionError(&rules.Detection{ID: "new-rule"})
	s.AddTouched(m, []*rules.Carrier{{ID: "example"}})
	m.Duplicate = true
	s.AddMessage(m)
	s.AddTouched(m, []*rules.Carrier{{ID: "example"}})
	s.AddMessage(&signaling.Message{Protocol: signaling.TCAP, Kind: signaling.KindAbort})
	s.AddFlow(&signaling.FlowEvent{State: "new"})
	s.AddWarning(&signaling.Warning{Type: "one-way-mirror", Count: 2})
	s.Trust.Active[trust.CutFrames] = true
	return s
}

func published(s *output.Stats) *Collector {
	p := &Publisher{}
	p.Finish(s)
	return NewCollector(Build{Version: "1.2.3", Revision: "abc"}, p)
}

// wanted is what the sample gives; HELP lines come from the collector itself.
const wanted = `
# TYPE sigtransit_capture_bytes_total counter
sigtransit_capture_bytes_total 20000
# TYPE sigtransit_capture_condition gauge
sigtransit_capture_condition{type="clock-steps"} 0
sigtransit_capture_condition{type="cut-frames"} 1
sigtransit_capture_condition{type="mirrored-twice"} 0
sigtransit_capture_condition{type="missing-chunks"} 0
sigtransit_capture_condition{type="missing-octets"} 0
sigtransit_capture_condition{type="network-loss"} 0
sigtransit_capture_condition{type="no-timestamps"} 0
sigtransit_capture_condition{type="one-way-mirror"} 0
sigtransit_capture_condition{type="state-full"} 0
sigtransit_capture_condition{type="undecoded"} 0
# TYPE sigtransit_capture_drops_total counter
sigtransit_capture_drops_total{reason="ring_full"} 3
# TYPE sigtransit_capture_frames_total counter
sigtransit_capture_frames_total 100
# TYPE sigtransit_capture_last_frame_timestamp_seconds gauge
sigtransit_capture_last_frame_timestamp_seconds 1.7000000005e+09
# TYPE sigtransit_capture_warnings_total counter
sigtransit_capture_warnings_total{type="clock-steps"} 0
sigtransit_capture_warnings_total{type="cut-frames"} 0
sigtransit_capture_warnings_total{type="exception-expired"} 0
sigtransit_capture_warnings_total{type="internal-error"} 0
sigtransit_capture_warnings_total{type="mirrored-twice"} 0
sigtransit_capture_warnings_total{type="missing-chunks"} 0
sigtransit_capture_warnings_total{type="missing-octets"} 0
sigtransit_capture_warnings_total{type="network-loss"} 0
sigtransit_capture_warnings_total{type="no-timestamps"} 0
sigtransit_capture_warnings_total{type="one-way-mirror"} 2
sigtransit_capture_warnings_total{type="protection-downgrade"} 0
sigtransit_capture_warnings_total{type="state-full"} 0
sigtransit_capture_warnings_total{type="undecoded"} 0
# TYPE sigtransit_carrier_flows gauge
sigtransit_carrier_flows{carrier="example",protection="tls"} 2
# TYPE sigtransit_carrier_messages_total counter
sigtransit_carrier_messages_total{carrier="example",protection="clear"} 1
# TYPE sigtransit_decode_errors_total counter
sigtransit_decode_errors_total{protocol="sccp",reason="truncated"} 2
# TYPE sigtransit_dissection_events_total counter
sigtransit_dissection_events_total{event="sctp_packets"} 80
# TYPE sigtransit_duplicate_messages_total counter
sigtransit_duplicate_messages_total 1
# TYPE sigtransit_exception_expiry_timestamp_seconds gauge
sigtransit_exception_expiry_timestamp_seconds{exception="accepted-risk"} 1.8000576e+09
# TYPE sigtransit_exception_findings_total counter
sigtransit_exception_findings_total{exception="accepted-risk",state="accepted"} 1
sigtransit_exception_findings_total{exception="accepted-risk",state="expired"} 1
# TYPE sigtransit_findings_test_total counter
sigtransit_findings_test_total{rule="new-rule",severity="low"} 1
# TYPE sigtransit_findings_total counter
sigtransit_findings_total{rule="location-in-clear",severity="high"} 1
# TYPE sigtransit_flagged_answers_refused_total counter
sigtransit_flagged_answers_refused_total{carrier="example",class="location",direction="unknown",evidence="adjacent",protocol="map"} 0
# TYPE sigtransit_flagged_answers_with_secrets_total counter
sigtransit_flagged_answers_with_secrets_total{carrier="example",class="location",direction="unknown",evidence="adjacent",protocol="map"} 0
# TYPE sigtransit_flagged_messages_total counter
sigtransit_flagged_messages_total{carrier="example",class="location",direction="unknown",evidence="adjacent",protocol="map"} 1
# TYPE sigtransit_flows_total counter
sigtransit_flows_total 1
# TYPE sigtransit_frames_total counter
sigtransit_frames_total{outcome="bad_checksum"} 0
sigtransit_frames_total{outcome="bad_fragment"} 0
sigtransit_frames_total{outcome="bad_headers"} 0
sigtransit_frames_total{outcome="cut_short"} 4
sigtransit_frames_total{outcome="decoded"} 90
sigtransit_frames_total{outcome="held_fragment"} 0
sigtransit_frames_total{outcome="internal_error"} 0
sigtransit_frames_total{outcome="not_signaling"} 6
sigtransit_frames_total{outcome="unknown_link_type"} 0
# TYPE sigtransit_messages_total counter
sigtransit_messages_total{kind="abort",operation="unknown",protocol="tcap"} 1
sigtransit_messages_total{kind="invoke",operation="updateLocation",protocol="map"} 1
# TYPE sigtransit_rule_condition_errors_total counter
sigtransit_rule_condition_errors_total{rule="new-rule"} 1
# TYPE sigtransit_sctp_missing_chunks_total counter
sigtransit_sctp_missing_chunks_total 7
# TYPE sigtransit_state_entries gauge
sigtransit_state_entries{table="dialogues"} 17
# TYPE sigtransit_state_evictions_total counter
sigtransit_state_evictions_total{reason="age",table="dialogues"} 5
`

// TestMetrics holds every declared metric to its numbers; build_info, which names
// the compiler, stands apart.
func TestMetrics(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.prom")
	if err := NewExposition(published(sample())).WriteFile(path); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	got.WriteByte('\n')
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "# HELP") && !strings.Contains(line, "build_info") {
			got.WriteString(line)
		}
	}
	if got.String() != wanted {
		t.Errorf("got %s", got.String())
	}
	for _, d := range descs {
		if name := metricName(d.String()); !strings.Contains(string(text), "\n# TYPE "+name+" ") {
			t.Errorf("nothing moves %s", name)
		}
	}
}

// TestZeros: what alerts wait for is there before it happens, the built-in rules and
// carriers included, and nothing is there twice when it did.
func TestZeros(t *testing.T) {
	set, err := rules.Load(rules.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]*output.Stats{"nothing yet": {}, "some": sample()} {
		c := published(s)
		c.Rules = func() *rules.Set { return set }
		path := filepath.Join(t.TempDir(), "m.prom")
		if err := NewExposition(c).WriteFile(path); err != nil { // refuses a series that is there twice
			t.Fatalf("%s: %v", name, err)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{
			`findings_total{rule="protection-downgrade",severity="high"} 0`,
			`findings_total{rule="protection-downgrade",severity="medium"} 0`, // a step of the ladder
			`findings_total{rule="authentication-in-clear",severity="critical"} 0`,
			`frames_total{outcome="internal_error"} 0`,
			`carrier_messages_total{carrier="pccw-global",protection="clear"} 0`,
			`carrier_flows{carrier="pccw-global",protection="clear"} 0`,
			`capture_warnings_total{type="protection-downgrade"} 0`,
		} {
			if !strings.Contains(string(text), "\nsigtransit_"+want+"\n") {
				t.Errorf("%s: no %s", name, want)
			}
		}
		if strings.Contains(string(text), `rule="jurisdiction-in-clear"`) {
			t.Errorf("%s: a series of a rule that is off", name)
		}
	}
}

// metricName takes the name out of a descriptor: Desc{fqName: "…", …}.
func metricName(desc string) string { return strings.Split(desc, `"`)[1] }

func TestLint(t *testing.T) {
	problems, err := testutil.CollectAndLint(published(sample()))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

func TestDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../deploy/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range descs {
		name := strings.TrimPrefix(metricName(d.String()), "sigtransit_")
		if !strings.Contains(string(doc), "`"+name+"`") {
			t.Errorf("deploy/README.md does not explain %s", name)
		}
	}
}

func TestNothingPublished(t *testing.T) {
	begin := time.Now()
	c := NewCollector(Build{}, &Publisher{}, &Publisher{})
	if n := testutil.CollectAndCount(c, "sigtransit_capture_frames_total"); n != 1 {
		t.Errorf("%d series", n)
	}
	if d := time.Since(begin); d > 10*freshWait {
		t.Errorf("waited %v for workers that do not answer", d)
	}
}

func TestBadLabels(t *testing.T) {
	s := &output.Stats{CarrierFlows: []output.FlowCount{{Carrier: "a\xffb", N: 1}}}
	if n := testutil.CollectAndCount(published(s), "sigtransit_carrier_flows"); n != 1 {
		t.Errorf("%d series", n)
	}
}

// TestWorkers runs workers that count while scrapes go on: with the race detector
// it proves that they share nothing.
func TestWorkers(t *testing.T) {
	var publishers []*Publisher
	var group sync.WaitGroup
	stop := make(chan struct{})
	for range 3 {
		p := &Publisher{}
		publishers = append(publishers, p)
		group.Go(func() {
			s := sample()
			p.Publish(s)
			for {
				select {
				case <-stop:
					s.Frames = 1000
					p.Finish(s)
					return
				case <-time.After(time.Microsecond):
					s.Frames++
					s.AddMessage(&signaling.Message{Protocol: signaling.MAP, Kind: signaling.KindInvoke, Operation: 1})
					if p.Wanted() {
						p.Publish(s)
					}
				}
			}
		})
	}
	c := NewCollector(Build{}, publishers...)
	last := uint64(0)
	for range 20 {
		frames := c.Stats().Frames
		if frames < last {
			t.Errorf("%d frames after %d", frames, last)
		}
		last = frames
	}
	close(stop)
	group.Wait()
	if got := c.Stats().Frames; got != 3000 {
		t.Errorf("%d frames at the end", got)
	}
}

// TestPublished proves that a request is not served before the copy is there.
func TestPublished(t *testing.T) {
	p, s := &Publisher{}, sample()
	p.Publish(s)
	for n := uint64(1); n <= 2000; n++ {
		s.Frames = n
		p.request()
		go p.Publish(s)
		for p.Wanted() {
			runtime.Gosched()
		}
		if got := p.Latest().Frames; got != n {
			t.Fatalf("served with the copy of %d frames, not %d", got, n)
		}
	}
}

func TestWriteFile(t *testing.T) {
	e := NewExposition(published(sample()))
	dir := t.TempDir()
	path := filepath.Join(dir, "sigtransit.prom")
	for range 2 { // the second time over the first
		if err := e.WriteFile(path); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil || strings.Contains(string(got), "go_goroutines") {
		t.Errorf("%v: %s", err, got)
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 {
		t.Errorf("left behind: %v", files)
	}
	if err := e.WriteFile(filepath.Join(dir, "none", "x.prom")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no directory: %v", err)
	}
}

func TestServe(t *testing.T) {
	e := NewExposition(published(sample()))
	s, err := e.Serve("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	for path, words := range map[string][]string{
		"/metrics": {`sigtransit_findings_total{rule="location-in-clear",severity="high"} 1`, "go_goroutines", `sigtransit_build_info{goversion="`},
		"/":        {"/metrics"},
		"/other":   {"404"},
	} {
		r, err := http.Get(fmt.Sprintf("http://%s%s", s.Addr(), path))
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(r.Body)
		r.Body.Close()
		for _, w := range words {
			if !strings.Contains(string(body), w) {
				t.Errorf("%s lacks %s: %s", path, w, body)
			}
		}
	}
	if _, err := e.Serve(s.Addr().String()); err == nil {
		t.Error("a port is served twice")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
