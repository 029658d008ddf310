package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"strconv"

	"sigtransit/pkg/capture"
	"sigtransit/pkg/output"
	"sigtransit/pkg/pipeline"
	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

// allocations is what a replay took from the heap once it was warm: during the
// last three quarters of its messages.
type allocations struct {
	Messages uint64 `json:"messages"`
	Objects  uint64 `json:"objects"`
	Octets   uint64 `json:"octets"`
}

func (a allocations) perMessage() (objects, octets float64) {
	if a.Messages == 0 {
		return 0, 0
	}
	return float64(a.Objects) / float64(a.Messages), float64(a.Octets) / float64(a.Messages)
}

// countAllocations replays in a child, with the built-in carriers or, with a
// list, with that alone.
func countAllocations(ctx context.Context, file string, messages int, list string) (a allocations, err error) {
	args := []string{"allocations", file, strconv.Itoa(messages)}
	if list != "" {
		args = append(args, list)
	}
	out, err := child(ctx, args...)
	if err != nil {
		return a, err
	}
	return a, json.Unmarshal(out, &a)
}

// counter renders as its renderer does, but for messages, which it counts, and
// takes note of the heap after so many of them.
type counter struct {
	output.Renderer
	messages, after uint64
	at              runtime.MemStats
}

func (c *counter) AppendMessage(b []byte, _ *signaling.Message) []byte {
	if c.messages++; c.messages == c.after {
		runtime.ReadMemStats(&c.at)
	}
	return b
}

// allocationsOf is the child of countAllocations: the pipeline as replay builds
// it, with the findings rendered and thrown away.
func allocationsOf(file string, messages int, list string) (a allocations, err error) {
	var o rules.Options
	if list != "" {
		o = rules.Options{NoBuiltin: true, WatchlistFiles: []string{list}}
	}
	set, err := rules.Load(o)
	if err != nil {
		return a, err
	}
	f, err := capture.Open(file, capture.Options{})
	if err != nil {
		return a, err
	}
	defer f.Close()
	render := output.NewRenderer(output.FormatJSON, output.Options{Keys: output.NewEphemeralKeys()}, output.Screen{})
	c := counter{Renderer: render, after: uint64(max(messages/4, 1))}
	w := pipeline.New(set, pipeline.Options{Render: &c, Sink: output.NewWriterSink(io.Discard, false), Messages: true})
	if err := w.Run(context.Background(), file, f, nil); err != nil {
		return a, err
	}
	var end runtime.MemStats
	runtime.ReadMemStats(&end)
	if c.messages <= c.after {
		return a, fmt.Errorf("%s holds %d messages: too few", file, c.messages)
	}
	return allocations{c.messages - c.after, end.Mallocs - c.at.Mallocs, end.TotalAlloc - c.at.TotalAlloc}, nil
}
