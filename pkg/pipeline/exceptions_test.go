package pipeline_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigtransit/pkg/output"
	"sigtransit/pkg/pipeline"
	"sigtransit/rules"
)

// TestExceptions: what is accepted is counted and not reported; when that has ended, it
// is reported again, with one warning.
func TestExceptions(t *testing.T) {
	pcap, err := os.ReadFile("../../testdata/interconnect-demo/input.pcapng")
	if err != nil {
		t.Fatal(err)
	}
	totals := func(exceptions, detections string) (*output.Stats, *lines) {
		var o rules.Options
		for _, f := range []struct {
			text string
			to   *[]string
		}{{exceptions, &o.ExceptionFiles}, {detections, &o.DetectionFiles}} {
			if f.text == "" {
				continue
			}
			name := filepath.Join(t.TempDir(), "f.yaml")
			if err := os.WriteFile(name, []byte(f.text), 0o600); err != nil {
				t.Fatal(err)
			}
			*f.to = []string{name}
		}
		set, err := rules.Load(o)
		if err != nil {
			t.Fatal(err)
		}
		sink := &lines{failAfter: -1}
		return run(t, set, pipeline.Options{Render: encoder(), Sink: sink}, pcap), sink
	}
	sum := func(counts []output.FindingCount) (n uint64) {
		for _, c := range counts {
			n += c.N
		}
		return n
	}
	plain, _ := totals("", "")
	all := sum(plain.Findings())
	accept := func(until string) string {
		return "exceptions: [{id: pccw, carrier: pccw-global, owner: noc, reason: contract, ticket: NOC-1, expires: " + until + "}]"
	}
	s, sink := totals(accept("2026-11-22"), "") // the day of the capture
	x := s.Exceptions()
	if len(x) != 1 || x[0].Accepted == 0 || x[0].Expired != 0 || sum(s.Findings())+x[0].Accepted != all || sink.types["warning"] != 0 {
		t.Errorf("in force: %+v, %d findings of %d, %d warnings", x, sum(s.Findings()), all, sink.types["warning"])
	}
	accepted := x[0].Accepted
	s, sink = totals(accept("2026-11-21"), "")
	x = s.Exceptions()
	if len(x) != 1 || x[0].Accepted != 0 || x[0].Expired != accepted || sum(s.Findings()) != all || sink.types["warning"] != 1 {
		t.Errorf("ended: %+v, %d findings of %d, %d warnings", x, sum(s.Findings()), all, sink.types["warning"])
	}
	if w := s.Warnings(); len(w) != 1 || w[0].Name != "exception-expired" || w[0].N != 1 {
		t.Errorf("warnings %v", w)
	}

	// Rules in mode test report nothing, and exceptions are not told of them.
	var off strings.Builder
	off.WriteString("detections:\n")
	for _, d := range []string{"location", "sms", "authentication", "call", "data", "subscriber-data"} {
		off.WriteString("  - {id: " + d + "-in-clear, mode: test}\n")
	}
	s, sink = totals("", off.String())
	if n := sum(s.Tested()); n == 0 || sum(s.Findings())+n != all || sink.types["finding"] != int(sum(s.Findings())) {
		t.Errorf("%d tested, %d findings of %d", n, sum(s.Findings()), all)
	}
	if s, _ = totals(accept("2026-11-22"), off.String()); len(s.Exceptions()) != 0 || sum(s.Tested()) == 0 {
		t.Errorf("exceptions %v", s.Exceptions())
	}
	// A condition that cannot be evaluated makes no finding.
	if s, _ = totals("", "detections: [{id: sms-in-clear, condition: 1 / vectors == 1}]"); len(s.ConditionErrors()) != 1 || s.ConditionErrors()[0].Name != "sms-in-clear" {
		t.Errorf("condition errors %v", s.ConditionErrors())
	}
}
