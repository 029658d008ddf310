package pipeline

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"sigtransit/pkg/capture"
	"sigtransit/pkg/exposure"
	"sigtransit/rules"
)

// TestLateLedger: a ledger that is opened while a worker runs is told of what comes from
// then on, in its hours.
func TestLateLedger(t *testing.T) {
	set, err := rules.Load(rules.Options{})
	if err != nil {
		t.Fatal(err)
	}
	w := New(set, Options{})
	run := func() {
		t.Helper()
		f, err := capture.Open("../../testdata/interconnect-demo/input.pcapng", capture.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := w.Run(context.Background(), "tap", f, nil); err != nil {
			t.Fatal(err)
		}
	}
	run()
	run()
	before := w.Frames()
	l, err := exposure.Open(filepath.Join(t.TempDir(), "ledger.db"), exposure.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	done := make(chan error, 1)
	go func() { done <- w.Record(context.Background(), exposure.NewRecorder(l)) }()
	for waits := true; waits; time.Sleep(time.Millisecond) {
		w.orders.obey()
		select {
		case err := <-done:
			if waits = false; err != nil {
				t.Fatal(err)
			}
		default:
		}
	}
	run()
	if _, err := w.Finish(0); err != nil {
		t.Fatal(err)
	}
	if err := l.Flush(); err != nil {
		t.Fatal(err)
	}
	r, err := exposure.OpenForReading(l.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	list, err := r.Coverage(time.Time{}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	frames := uint64(0)
	for _, c := range list {
		frames += c.Frames
		if c.Hour < time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Unix() {
			t.Errorf("%d frames in the hour %v", c.Frames, time.Unix(c.Hour, 0).UTC())
		}
	}
	if want := w.Frames() - before; frames != want || want == 0 {
		t.Errorf("%d frames in the ledger, want the %d since it is there", frames, want)
	}
}
