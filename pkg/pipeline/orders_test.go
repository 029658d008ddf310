package pipeline_test

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"testing"
	"time"

	"sigtransit/pkg/capture"
	"sigtransit/pkg/dissect"
	"sigtransit/pkg/pipeline"
	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

// tally is an emitter that counts.
type tally struct{ findings, messages, flows, warnings atomic.Int64 }

func (t *tally) Finding(*rules.Finding)      { t.findings.Add(1) }
func (t *tally) Message(*signaling.Message)  { t.messages.Add(1) }
func (t *tally) Flow(*signaling.FlowEvent)   { t.flows.Add(1) }
func (t *tally) Warning(*signaling.Warning)  { t.warnings.Add(1) }
func (t *tally) total() (findings, rest int) { return int(t.findings.Load()), int(t.messages.Load()) }

// dripping hands out a few frames of a capture a call and nothing in between, as
// a port does, over and over until stop is closed.
type dripping struct {
	t     *testing.T
	pcap  []byte
	file  *capture.File
	calls int
	sent  atomic.Int64
	stop  chan struct{}
}

func (d *dripping) Read(frames []capture.Frame) (int, error) {
	select {
	case <-d.stop:
		return 0, io.EOF
	default:
	}
	if d.calls++; d.calls%3 == 0 {
		return 0, nil
	}
	if d.file == nil {
		d.file = reader(d.t, d.pcap)
	}
	n, err := d.file.Read(frames[:min(64, len(frames))])
	if err == io.EOF {
		d.file, err = nil, nil
	}
	d.sent.Add(int64(n))
	return n, err
}

func (d *dripping) Close() error { return nil }

// TestJudge: another watchlist and other sinks take effect between two batches,
// and no frame is lost.
func TestJudge(t *testing.T) {
	pcap, _ := mixed(t, 3000)
	src := &dripping{t: t, pcap: pcap, stop: make(chan struct{})}
	var first, second tally
	w := pipeline.New(unmatched(t), pipeline.Options{Emit: &first, Watched: true})
	if !w.Beat().IsZero() {
		t.Error("a worker that has not begun has a beat")
	}
	ended := make(chan error, 1)
	go func() { ended <- w.Run(context.Background(), "port", src, nil) }()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for src.sent.Load() < 5000 {
		time.Sleep(time.Millisecond)
	}
	if err := w.Judge(ctx, builtin(t), nil, &second, nil); err != nil {
		t.Fatal(err)
	}
	before, at := first.messages.Load(), src.sent.Load()
	for src.sent.Load() < at+5000 {
		time.Sleep(time.Millisecond)
	}
	if time.Since(w.Beat()) > 10*time.Second {
		t.Errorf("last beat %v", w.Beat())
	}
	entries := -1
	if err := w.Inspect(ctx, func(d *dissect.Dissector) {
		d.State(func(table string, n int) {
			if table == "flows" {
				entries = n
			}
		})
	}); err != nil || entries <= 0 {
		t.Errorf("inspection: %v, %d flows", err, entries)
	}
	close(src.stop)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	s, err := w.Finish(0)
	if err != nil {
		t.Fatal(err)
	}
	if f, _ := first.total(); f != 0 {
		t.Errorf("%d findings of a watchlist that matches nothing", f)
	}
	if f, _ := second.total(); f == 0 {
		t.Error("no finding of the new watchlist")
	}
	if first.messages.Load() != before {
		t.Error("the old emitter got messages after it was replaced")
	}
	if int64(s.Frames) != src.sent.Load() || int64(s.Total()) != first.messages.Load()+second.messages.Load() {
		t.Errorf("%d frames of %d; %d messages, %d and %d emitted", s.Frames, src.sent.Load(), s.Total(), first.messages.Load(), second.messages.Load())
	}
	if err := w.Judge(ctx, builtin(t), nil, &second, nil); !errors.Is(err, pipeline.ErrOver) {
		t.Errorf("an ended worker was told: %v", err)
	}
}

// TestTell: a finding is told by the worker, also by one that is about to end, or is not
// taken.
func TestTell(t *testing.T) {
	var told tally
	w := pipeline.New(unmatched(t), pipeline.Options{Emit: &told})
	f := &rules.Finding{Rule: &rules.Detection{ID: "r", Mode: rules.ModeActive}, Carrier: &rules.Carrier{ID: "c"}, Path: &rules.Path{}, Message: &signaling.Message{Link: &signaling.Link{}}}
	done := 0
	if err := w.Tell(f, func() { done++ }); err != nil || done != 0 {
		t.Fatalf("error %v, done %d times before a batch", err, done)
	}
	if _, err := w.Finish(0); err != nil {
		t.Fatal(err)
	}
	if n, _ := told.total(); n != 1 || done != 1 {
		t.Errorf("told %d times, done %d times", n, done)
	}
	if err := w.Tell(f, func() { done++ }); !errors.Is(err, pipeline.ErrOver) || done != 1 {
		t.Errorf("an ended worker: error %v, done %d times", err, done)
	}
}
