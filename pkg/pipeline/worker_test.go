package pipeline_test

import (
	"context"
	"errors"
	"io"
	"os"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"sigtransit/pkg/capture"
	"sigtransit/pkg/output"
	"sigtransit/pkg/pipeline"
	"sigtransit/pkg/signaling"
	"sigtransit/pkg/telemetry"
)

// Every frame, message and finding is counted once, and written as often as it is
// counted.
func TestTotals(t *testing.T) {
	pcap, made := mixed(t, 20_000)
	sink := lines{failAfter: -1}
	s := run(t, builtin(t), pipeline.Options{Render: encoder(), Sink: &sink, Messages: true, Flows: true}, pcap)

	if s.Frames != made.Frames || s.Unaccounted() != 0 {
		t.Errorf("%d frames of %d, %d of them in no account", s.Frames, made.Frames, s.Unaccounted())
	}
	if int(s.Total()) != made.Messages || s.Duplicates() != 0 {
		t.Errorf("%d messages, %d of them twice, want %d", s.Total(), s.Duplicates(), made.Messages)
	}
	byProtocol := map[signaling.Protocol]int{}
	for _, c := range s.Messages() {
		byProtocol[c.Protocol] += int(c.N)
	}
	if byProtocol[signaling.MAP]+byProtocol[signaling.TCAP] != made.MAP || byProtocol[signaling.Diameter] != made.Diameter {
		t.Errorf("messages by protocol %v, want %d of MAP and TCAP and %d of Diameter", byProtocol, made.MAP, made.Diameter)
	}
	findings, flagged := 0, 0
	for _, c := range s.Findings() {
		findings += int(c.N)
	}
	for _, c := range s.Flagged() {
		flagged += int(c.N)
	}
	if findings == 0 || flagged == 0 || flagged > findings || flagged > made.Watched {
		t.Errorf("%d findings about %d messages; %d pass a watched carrier", findings, flagged, made.Watched)
	}
	if s.MissingChunks != 0 || len(s.DecodeErrors) != 0 || len(s.Warnings()) != 0 {
		t.Errorf("faults in a sound capture: %d missing chunks, %v, %v", s.MissingChunks, s.DecodeErrors, s.Warnings())
	}
	for what, c := range map[string][2]int{
		"message": {sink.types["message"], made.Messages},
		"finding": {sink.types["finding"], findings},
		"stats":   {sink.types["stats"], 1},
	} {
		if c[0] != c[1] {
			t.Errorf("%d lines of type %s, want %d", c[0], what, c[1])
		}
	}
	if sink.types["flow"] < int(s.Flows()) || s.Flows() != 20 {
		t.Errorf("%d links, %d lines about them", s.Flows(), sink.types["flow"])
	}
	if sink.last != "stats" {
		t.Errorf("the last line is of type %s", sink.last)
	}
	if s.Elapsed != time.Second {
		t.Errorf("elapsed: %v", s.Elapsed)
	}
}

// What is written is what was asked for; what is counted does not depend on it.
func TestOptions(t *testing.T) {
	pcap, _ := mixed(t, 2000)
	set := builtin(t)
	all := run(t, set, pipeline.Options{}, pcap)
	for _, c := range []struct {
		name    string
		options pipeline.Options
		types   []string
	}{
		{"findings", pipeline.Options{}, []string{"finding", "stats"}},
		{"messages", pipeline.Options{Messages: true}, []string{"finding", "message", "stats"}},
		{"flows", pipeline.Options{Flows: true}, []string{"finding", "flow", "stats"}},
	} {
		sink := lines{failAfter: -1}
		c.options.Render, c.options.Sink = encoder(), &sink
		s := run(t, set, c.options, pcap)
		if !reflect.DeepEqual(s.Findings(), all.Findings()) || !reflect.DeepEqual(s.Messages(), all.Messages()) {
			t.Errorf("%s: the totals depend on what is written", c.name)
		}
		if len(sink.types) != len(c.types) {
			t.Errorf("%s: lines of types %v, want %v", c.name, sink.types, c.types)
		}
		for _, want := range c.types {
			if sink.types[want] == 0 {
				t.Errorf("%s: no line of type %s", c.name, want)
			}
		}
	}
	// A renderer without a sink is of no use, but no crash.
	run(t, set, pipeline.Options{Render: encoder(), Messages: true}, pcap)
}

// TestProtections: the totals tell how the links and messages of a carrier were
// protected, over the whole run and now.
func TestProtections(t *testing.T) {
	for name, want := range map[string]struct {
		seen []output.CarrierProtection
		now  []output.FlowCount
	}{
		"protection-tls": {
			[]output.CarrierProtection{{Protection: signaling.Clear, Messages: 1}, {Protection: signaling.TLS, Links: 3}},
			[]output.FlowCount{{Protection: signaling.TLS, N: 2}},
		},
		"protection-ipsec": {
			[]output.CarrierProtection{{Protection: signaling.Clear, Messages: 5, Links: 1}, {Protection: signaling.IPsec, Links: 1}},
			[]output.FlowCount{{Protection: signaling.Clear, N: 1}, {Protection: signaling.IPsec, N: 1}},
		},
		"protection-downgrade": {
			[]output.CarrierProtection{{Protection: signaling.Clear, Messages: 16, Links: 4}, {Protection: signaling.TLS, Links: 1}},
			[]output.FlowCount{{Protection: signaling.Clear, N: 1}},
		},
	} {
		pcap, err := os.ReadFile("../../testdata/" + name + "/input.pcapng")
		if err != nil {
			t.Fatal(err)
		}
		s := run(t, builtin(t), pipeline.Options{}, pcap)
		for i := range want.seen {
			want.seen[i].Carrier, want.seen[i].CarrierName = "china-mobile-international", "China Mobile International"
		}
		for i := range want.now {
			want.now[i].Carrier = "china-mobile-international"
		}
		if got := s.Protections(); !reflect.DeepEqual(got, want.seen) {
			t.Errorf("%s: got %+v\nwant %+v", name, got, want.seen)
		}
		if !reflect.DeepEqual(s.CarrierFlows, want.now) {
			t.Errorf("%s, now: got %+v\nwant %+v", name, s.CarrierFlows, want.now)
		}
	}
}

// A sink that fails ends the run: nobody wants to wait hours for a result that
// cannot be written.
func TestSinkError(t *testing.T) {
	pcap, made := mixed(t, 20_000)
	sink := lines{failAfter: 3}
	w := pipeline.New(builtin(t), pipeline.Options{Render: encoder(), Sink: &sink, Messages: true})
	err := w.Run(context.Background(), "test.pcap", reader(t, pcap), nil)
	if !errors.Is(err, errSink) || !strings.Contains(err.Error(), "writing results") {
		t.Errorf("error %v", err)
	}
	if sink.writes != 4 {
		t.Errorf("%d batches were written, want 3 and the one that failed", sink.writes)
	}
	s, err := w.Finish(0)
	if !errors.Is(err, errSink) {
		t.Errorf("the end of the run: error %v", err)
	}
	if s.Frames == 0 || s.Frames > made.Frames/10 || s.Unaccounted() != 0 {
		t.Errorf("%d of %d frames were read, %d in no account", s.Frames, made.Frames, s.Unaccounted())
	}

	// A sink may fail at the very last line.
	sink = lines{failAfter: 0}
	w = pipeline.New(unmatched(t), pipeline.Options{Render: encoder(), Sink: &sink})
	if err := w.Run(context.Background(), "test.pcap", reader(t, pcap), nil); err != nil {
		t.Errorf("nothing to write, and error %v", err)
	}
	if _, err := w.Finish(0); !errors.Is(err, errSink) {
		t.Errorf("the totals could not be written: error %v", err)
	}
}

func TestCancel(t *testing.T) {
	pcap, made := mixed(t, 20_000)
	ctx, cancel := context.WithCancel(context.Background())
	w := pipeline.New(builtin(t), pipeline.Options{})
	batches := 0
	err := w.Run(ctx, "test.pcap", reader(t, pcap), func() {
		if batches++; batches == 3 {
			cancel()
		}
	})
	if err != nil || batches != 3 {
		t.Errorf("%d batches, error %v", batches, err)
	}
	if err := w.Run(ctx, "next.pcap", reader(t, pcap), nil); err != nil {
		t.Errorf("a run after the end: %v", err)
	}
	s, err := w.Finish(0)
	if err != nil || s.Frames == 0 || s.Frames > made.Frames/10 || s.Total() == 0 || s.Unaccounted() != 0 {
		t.Errorf("%d of %d frames, %d messages, %d frames in no account, error %v", s.Frames, made.Frames, s.Total(), s.Unaccounted(), err)
	}
}

// broken is a source that fails after the frames of another.
type broken struct {
	capture.Source
	err error
}

func (b *broken) Read(frames []capture.Frame) (int, error) {
	n, err := b.Source.Read(frames)
	if err == io.EOF {
		err = b.err
	}
	return n, err
}

// What a source gave before it failed is counted, and the next one is read.
func TestSourceError(t *testing.T) {
	pcap, made := mixed(t, 1000)
	lost := errors.New("input/output error")
	w := pipeline.New(builtin(t), pipeline.Options{})
	if err := w.Run(context.Background(), "a.pcap", &broken{reader(t, pcap), lost}, nil); !errors.Is(err, lost) {
		t.Errorf("error %v", err)
	}
	s, err := w.Finish(0)
	if err != nil || s.Frames != made.Frames || int(s.Total()) != made.Messages {
		t.Errorf("%d frames, %d messages, error %v", s.Frames, s.Total(), err)
	}
}

// The files of a ring buffer are one capture: a message, a dialogue or a link may
// begin in one and end in the next.
func TestRing(t *testing.T) {
	pcap, made := mixed(t, 5000)
	set := builtin(t)
	whole := run(t, set, pipeline.Options{}, pcap)
	for _, behind := range []int{0, 1, 137, int(made.Frames) / 2, int(made.Frames) - 1, int(made.Frames)} {
		a, b := split(t, pcap, behind)
		parts := run(t, set, pipeline.Options{}, a, b)
		if parts.Frames != whole.Frames || !reflect.DeepEqual(parts.Messages(), whole.Messages()) || !reflect.DeepEqual(parts.Flagged(), whole.Flagged()) {
			t.Errorf("split behind frame %d: %d frames, %d messages; in one piece %d and %d", behind, parts.Frames, parts.Total(), whole.Frames, whole.Total())
		}
	}
}

// A file that is not of the same capture starts without what was known: a step
// back of more than 2 s, or ahead of more than 30 s.
func TestContinues(t *testing.T) {
	start := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	set := unmatched(t)
	for _, c := range []struct {
		step      time.Duration
		continues bool
	}{
		{0, true}, {time.Millisecond, true}, {10 * time.Second, true},
		{30 * time.Second, true}, {30*time.Second + 1, false}, {24 * time.Hour, false},
		{-time.Second, true}, {-2 * time.Second, true}, {-2*time.Second - 1, false}, {-time.Hour, false},
	} {
		s := run(t, set, pipeline.Options{}, opening(t, 1, start), opening(t, 2, start.Add(c.step)))
		want := uint64(1)
		if c.continues {
			want = 2
		}
		if got := entries(s, "flows"); got != want {
			t.Errorf("a step of %v: %d links are known, want %d", c.step, got, want)
		}
		if s.Frames != 2 || s.Unaccounted() != 0 {
			t.Errorf("a step of %v: %d frames were counted, want 2; %d in no account", c.step, s.Frames, s.Unaccounted())
		}
	}

	// The step is taken from the file before, not from the first, and an empty file
	// between two is none.
	empty, _ := split(t, opening(t, 9, start), 0)
	s := run(t, set, pipeline.Options{}, opening(t, 1, start), opening(t, 2, start.Add(20*time.Second)), empty, opening(t, 3, start.Add(40*time.Second)))
	if got := entries(s, "flows"); got != 3 {
		t.Errorf("three files twenty seconds apart: %d links are known, want 3", got)
	}

	// The same capture twice is two captures: nothing of the second is taken for a
	// repetition.
	pcap, made := mixed(t, 60_000)
	if made.Duration < 2100*time.Millisecond {
		t.Fatalf("the capture lasts %v only", made.Duration)
	}
	if s := run(t, set, pipeline.Options{}, pcap, pcap); int(s.Total()) != 2*made.Messages || s.Duplicates() != 0 {
		t.Errorf("twice the same capture: %d messages, %d duplicates; it holds %d", s.Total(), s.Duplicates(), made.Messages)
	}
}

// A warning of the source is written and counted as those of dissection are.
func TestWarn(t *testing.T) {
	sink := lines{failAfter: -1}
	w := pipeline.New(unmatched(t), pipeline.Options{Render: encoder(), Sink: &sink})
	w.Warn(signaling.Warning{Source: "a.pcap", Type: "file-cut", Text: "the file ends in a frame", Count: 1})
	s, err := w.Finish(0)
	if err != nil || sink.types["warning"] != 1 || len(s.Warnings()) != 1 || s.Warnings()[0].Name != "file-cut" {
		t.Errorf("%v, %v, %v", sink.types, s.Warnings(), err)
	}
}

// Others ask for copies while the worker runs; the last one is the whole.
func TestPublisher(t *testing.T) {
	pcap, made := mixed(t, 20_000)
	w := pipeline.New(builtin(t), pipeline.Options{})
	collector := telemetry.NewCollector(telemetry.Build{}, &w.Publisher)
	var reading sync.WaitGroup
	done := make(chan struct{})
	reading.Go(func() {
		before := uint64(0)
		for {
			if s := collector.Stats(); s != nil {
				if s.Frames < before || s.Unaccounted() != 0 {
					t.Errorf("%d frames after %d, %d in no account", s.Frames, before, s.Unaccounted())
				}
				before = s.Frames
			}
			select {
			case <-done:
				return
			default:
			}
		}
	})
	err := w.Run(context.Background(), "test.pcap", reader(t, pcap), nil)
	if err != nil {
		t.Error(err)
	}
	s, err := w.Finish(time.Second)
	close(done)
	reading.Wait()
	if got := collector.Stats(); err != nil || got.Total() != s.Total() || int(s.Total()) != made.Messages {
		t.Errorf("published %d messages of %d, error %v", got.Total(), made.Messages, err)
	}
}

// marker takes note of the heap after so many messages.
type marker struct {
	output.Renderer
	messages, after int
	at              runtime.MemStats
}

func (m *marker) AppendMessage(b []byte, _ *signaling.Message) []byte {
	if m.messages++; m.messages == m.after {
		runtime.ReadMemStats(&m.at)
	}
	return b
}

// A message that matches nothing allocates nothing. What is left is tables that
// grow and buffers of reassembly.
func TestAllocations(t *testing.T) {
	pcap, _ := mixed(t, 120_000)
	m := marker{Renderer: encoder(), after: 40_000}
	w := pipeline.New(unmatched(t), pipeline.Options{Render: &m, Sink: output.NewWriterSink(io.Discard, false), Messages: true})
	f := reader(t, pcap)
	if err := w.Run(context.Background(), "test.pcap", f, nil); err != nil {
		t.Fatal(err)
	}
	var end runtime.MemStats
	runtime.ReadMemStats(&end)
	if m.messages != 120_000 {
		t.Fatalf("%d messages", m.messages)
	}
	n := float64(m.messages - m.after)
	objects, octets := float64(end.Mallocs-m.at.Mallocs)/n, float64(end.TotalAlloc-m.at.TotalAlloc)/n
	if objects >= 0.01 {
		t.Errorf("%.4f allocations a message, %.1f octets; want less than 0.01", objects, octets)
	}
	t.Logf("%.5f allocations a message, %.2f octets", objects, octets)
}
