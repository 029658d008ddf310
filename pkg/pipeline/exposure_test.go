package pipeline_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigtransit/pkg/exposure"
	"sigtransit/pkg/output"
	"sigtransit/pkg/pipeline"
	"sigtransit/pkg/roaming"
	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

// again hands some messages of a replay to their worker many times over and counts what
// that allocates.
type again struct {
	output.Renderer
	worker   *pipeline.Worker
	messages int
	within   bool
	worst    float64
	at       string
	partners int // messages with a known partner among those
}

func (a *again) AppendMessage(b []byte, m *signaling.Message) []byte {
	const from, to, every = 40_000, 60_000, 500
	if a.within {
		return b
	}
	if a.messages++; a.messages < from || a.messages > to || a.messages%every != 0 {
		return b
	}
	if m.Roaming.Partner != 0 {
		a.partners++
	}
	a.within = true
	least := 1e9
	for range 3 { // the ledger's goroutine may write meanwhile, and that allocates
		least = min(least, testing.AllocsPerRun(100, func() { a.worker.Message(m) }))
	}
	a.within = false
	if least > a.worst {
		a.worst, a.at = least, fmt.Sprint(m.Operation, " ", m.Kind)
	}
	return b
}

// A message that nothing is found of allocates nothing, with partners, a ledger and two
// hundred rules either.
func TestExposureAllocations(t *testing.T) {
	pcap, _ := mixed(t, 60_000)
	table := crowd(t)
	var text strings.Builder
	text.WriteString("detections:\n")
	for i := range 200 {
		fmt.Fprintf(&text, "  - id: rule-%d\n    title: Rule %d\n    match: {about: message, class: [location, sms, authentication], direction: [inbound, outbound], partner: [X%04d, X%04d]}\n", i, i, 100+i, 500+i)
		if i%5 == 0 {
			text.WriteString("    condition: sccp.calling.gt.startsWith(\"99988\")\n")
		}
	}
	name := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(name, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	set, err := rules.Load(rules.Options{Roaming: func(roaming.Transit) *roaming.Table { return table }, NoBuiltin: true, WatchlistFiles: []string{watchlist(t)}, DetectionFiles: []string{name}})
	if err != nil {
		t.Fatal(err)
	}
	l, err := exposure.Open(filepath.Join(t.TempDir(), "ledger.db"), exposure.Options{Rules: set})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	a := &again{Renderer: encoder()}
	a.worker = pipeline.New(set, pipeline.Options{Render: a, Sink: output.NewWriterSink(io.Discard, false), Messages: true, Roaming: table, Ledger: exposure.NewRecorder(l)})
	if err := a.worker.Run(context.Background(), "test.pcap", reader(t, pcap), nil); err != nil {
		t.Fatal(err)
	}
	if a.partners < 30 {
		t.Errorf("%d messages had a partner: too few to say anything", a.partners)
	}
	if a.worst != 0 {
		t.Errorf("%v allocations for %s", a.worst, a.at)
	}
}
