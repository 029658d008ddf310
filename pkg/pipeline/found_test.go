package pipeline_test

import (
	"os"
	"path/filepath"
	"testing"

	"sigtransit/pkg/output"
	"sigtransit/pkg/pipeline"
	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

// TestFoundPaths: what a ledger finds about a path is reported, or counted aside as
// findings about messages are: tried by a rule in mode test, accepted, or accepted no
// more, of which the first one warns.
func TestFoundPaths(t *testing.T) {
	file := filepath.Join(t.TempDir(), "exceptions.yaml")
	if err := os.WriteFile(file, []byte("exceptions:\n  - {id: x, class: sms, owner: noc, reason: r, expires: 2026-01-01}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	set, err := rules.Load(rules.Options{ExceptionFiles: []string{file}})
	if err != nil {
		t.Fatal(err)
	}
	x := set.Exceptions[0]
	sink := lines{failAfter: -1}
	w := pipeline.New(set, pipeline.Options{Render: encoder(), Sink: &sink})
	active := *set.PathRules()[0]
	active.Mode = rules.ModeActive
	tried := active
	tried.Mode = rules.ModeTest
	found := func(d *rules.Detection, accepted, ended *rules.Exception) {
		w.Found(&rules.Finding{Rule: d, Carrier: set.Carriers[0], Severity: signaling.SeverityHigh,
			Message: &signaling.Message{Link: &signaling.Link{}}, Path: &rules.Path{Kind: d.Path().Kind, Partner: "XXAAA", Excepted: accepted, Expired: ended}})
	}
	found(&active, nil, nil)
	found(&active, x, nil)
	found(&active, nil, x)
	found(&active, nil, x)
	found(&tried, nil, nil)
	found(&tried, x, nil)
	s, err := w.Finish(0)
	if err != nil {
		t.Fatal(err)
	}
	sum := func(list []output.FindingCount) (n uint64) {
		for _, c := range list {
			n += c.N
		}
		return n
	}
	if made, tested := sum(s.Findings()), sum(s.Tested()); made != 3 || tested != 1 {
		t.Errorf("%d findings and %d tried, want 3 and 1", made, tested)
	}
	if c := s.Exceptions(); len(c) != 1 || c[0].Exception != "x" || c[0].Accepted != 1 || c[0].Expired != 2 {
		t.Errorf("exceptions: %+v", c)
	}
	if warned := s.Warnings(); len(warned) != 1 || warned[0].Name != "exception-expired" || warned[0].N != 1 {
		t.Errorf("warnings: %+v", warned)
	}
	if sink.types["finding"] != 3 {
		t.Errorf("written: %v", sink.types)
	}
}
