package pipeline_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"sigtransit/pkg/capture"
	"sigtransit/pkg/output"
	"sigtransit/pkg/pipeline"
	"sigtransit/pkg/sink"
)

var _ pipeline.Emitter = (*sink.Emitter)(nil)

// TestSinks: what a worker hands to a sink is what it writes itself, octet for
// octet.
func TestSinks(t *testing.T) {
	const input = "../../testdata/interconnect-demo/input.pcapng"
	set := builtin(t)
	opts := output.Options{Keys: output.NewEphemeralKeys()}
	replay := func(o pipeline.Options) {
		f, err := capture.Open(input, capture.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		w := pipeline.New(set, o)
		if err := w.Run(t.Context(), "input", f, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Finish(0); err != nil {
			t.Fatal(err)
		}
	}
	var want bytes.Buffer
	plain := output.NewWriterSink(&want, false)
	replay(pipeline.Options{Render: output.NewEncoder(opts), Sink: plain, Messages: true, Flows: true})
	if err := plain.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "f")
	kind := "file"
	form := sink.Form{Type: &kind, Path: &path, Events: []string{"finding", "warning", "flow", "message"}}
	conf, wrong := form.Config(func(s string) string { return s })
	if wrong != nil {
		t.Fatal(wrong)
	}
	sinks, err := sink.Open([]sink.Config{conf}, sink.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	replay(pipeline.Options{Emit: sinks.Emitter(opts)})
	if err := sinks.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// The totals, the last line, are not a worker's event.
	lines := bytes.TrimSuffix(want.Bytes(), []byte{'\n'})
	lines = lines[:bytes.LastIndexByte(lines, '\n')+1]
	if len(got) < 10_000 || !bytes.Equal(got, lines) {
		t.Errorf("%d octets by the sink, %d by the worker", len(got), len(lines))
	}
}
