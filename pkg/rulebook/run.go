package rulebook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"sigtransit/pkg/capture"
	"sigtransit/pkg/exposure"
	"sigtransit/pkg/pipeline"
	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

// Knowledge is what captures are judged with.
type Knowledge struct {
	Set *rules.Set
	// Worker is what the worker is told besides the set and where its events go.
	Worker pipeline.Options
}

// Loader makes the knowledge that the files of a test file name.
type Loader func(rules.TestFiles) (*Knowledge, error)

// FileResult is what became of the tests of a file.
type FileResult struct {
	File  string       `json:"file"`
	Tests []TestResult `json:"tests"`
}

// Failed is the number of tests that failed.
func (r *FileResult) Failed() (n int) {
	for i := range r.Tests {
		if len(r.Tests[i].Failures) > 0 {
			n++
		}
	}
	return n
}

// TestResult is what became of a test.
type TestResult struct {
	Name     string    `json:"name"`
	Line     int       `json:"line"`
	Findings int       `json:"findings"` // made in all
	Failures []Failure `json:"failures,omitempty"`
}

// Failure is one expectation that was not met.
type Failure struct {
	Line   int      `json:"line"` // of the expectation
	Text   string   `json:"text"`
	Detail []string `json:"detail,omitempty"`
}

// Run runs the tests of a file. An error says that they could not be run: a file
// that is not right, or a capture that cannot be read.
func Run(ctx context.Context, name string, load Loader) (*FileResult, error) {
	file, err := rules.LoadTests(name)
	if err != nil {
		return nil, err
	}
	k, err := load(file.Files)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if err := file.Check(k.Set); err != nil {
		return nil, err
	}
	r := &FileResult{File: name, Tests: []TestResult{}}
	unplayable := &rules.LoadError{}
	for i := range file.Tests {
		t := &file.Tests[i]
		found, err := k.findings(ctx, t)
		var bad *rules.LoadError
		switch {
		case errors.As(err, &bad):
			for _, x := range bad.Problems {
				unplayable.Add(x)
			}
			unplayable.More += bad.More
			continue
		case err != nil:
			return nil, fmt.Errorf("%v: test %q: %w", t.At, t.Name, err)
		}
		r.Tests = append(r.Tests, TestResult{Name: t.Name, Line: t.At.Line, Findings: len(found), Failures: judge(t, found)})
	}
	if len(unplayable.Problems) > 0 {
		return nil, unplayable
	}
	return r, nil
}

// findings replays the capture of a test, or plays its events, as a run of its own.
func (k *Knowledge) findings(ctx context.Context, t *rules.Test) ([]rules.Told, error) {
	c := &collector{set: k.Set}
	o := k.Worker
	o.Emit = c
	var ledger *paths
	if t.Paths {
		var err error
		if ledger, err = openPaths(k.Set); err != nil {
			return nil, err
		}
		defer ledger.close()
		o.Ledger = exposure.NewRecorder(ledger.Ledger)
	}
	w := pipeline.New(k.Set, o)
	if err := run(ctx, w, o.Ledger, t); err != nil {
		return nil, err
	}
	if ledger != nil {
		if err := ledger.judge(ctx, w); err != nil {
			return nil, err
		}
	}
	if _, err := w.Finish(0); err != nil {
		return nil, err
	}
	return c.found, ctx.Err()
}

func run(ctx context.Context, w *pipeline.Worker, ledger *exposure.Recorder, t *rules.Test) error {
	if t.Events != nil {
		return newPlayer(w, ledger).play(ctx, t.Events)
	}
	name, opts := t.Capture, capture.Options{}
	if t.Frames != nil {
		name, opts.Stdin = "-", pcap(linkTypes[t.LinkType], t.Frames)
	}
	f, err := capture.Open(name, opts)
	if err != nil {
		return err
	}
	defer f.Close()
	return w.Run(ctx, name, f, nil)
}

// collector keeps the words of findings.
type collector struct {
	set   *rules.Set
	found []rules.Told
}

var _ pipeline.Emitter = (*collector)(nil)

func (c *collector) Finding(f *rules.Finding)   { c.found = append(c.found, c.set.Tell(f)) }
func (c *collector) Message(*signaling.Message) {}
func (c *collector) Flow(*signaling.FlowEvent)  {}
func (c *collector) Warning(*signaling.Warning) {}

// judge compares what was found with what is expected.
func judge(t *rules.Test, found []rules.Told) (failures []Failure) {
	expected := make([]bool, len(found))
	for i := range t.Findings {
		x := &t.Findings[i]
		n := 0
		for j, f := range found {
			if len(x.Differs(f)) == 0 {
				expected[j] = true
				n++
			}
		}
		switch {
		case x.Count == 0 && n == 0:
			failures = append(failures, Failure{x.At.Line, fmt.Sprintf("not found: %v", x), nearest(x, found)})
		case x.Count != 0 && n != x.Count:
			failures = append(failures, Failure{x.At.Line, fmt.Sprintf("found %d times: %v", n, x), fitting(x, found)})
			if n == 0 {
				failures[len(failures)-1].Detail = nearest(x, found)
			}
		}
	}
	for i := range t.NoFindings {
		x := &t.NoFindings[i]
		if list := fitting(x, found); len(list) > 0 {
			failures = append(failures, Failure{x.At.Line, fmt.Sprintf("must not be found: %v", x), list})
		}
	}
	if !t.Only {
		return failures
	}
	var rest []string
	for j, f := range found {
		if !expected[j] {
			rest = append(rest, describe(f))
		}
	}
	if rest != nil {
		failures = append(failures, Failure{t.At.Line, "found, and not expected (only: true):", cut(rest)})
	}
	return failures
}

// fitting are the findings that fit, for a person.
func fitting(x *rules.Expectation, found []rules.Told) (list []string) {
	for _, f := range found {
		if len(x.Differs(f)) == 0 {
			list = append(list, describe(f))
		}
	}
	return cut(list)
}

// mostTold is how many findings a failure tells.
const mostTold = 10

func cut(list []string) []string {
	if n := len(list) - mostTold; n > 0 {
		return append(list[:mostTold:mostTold], fmt.Sprintf("and %d more", n))
	}
	return list
}

// nearest are the findings that differ least from an expectation, with what is
// different.
func nearest(x *rules.Expectation, found []rules.Told) (list []string) {
	if len(found) == 0 {
		return []string{"nothing was found at all"}
	}
	least := math.MaxInt
	for _, f := range found {
		if differs := x.Differs(f); len(differs) < len(x.Keys) {
			least = min(least, distance(differs))
		}
	}
	if least == math.MaxInt {
		return []string{fmt.Sprintf("none of %d findings is like it", len(found))}
	}
	for _, f := range found {
		differs := x.Differs(f)
		if distance(differs) != least {
			continue
		}
		var is []string
		for _, key := range differs {
			word := strings.Join(f[key], ", ")
			if word == "" {
				word = "nothing"
			}
			is = append(is, key+" is "+word)
		}
		list = append(list, fmt.Sprintf("near: %s, but %s", describe(f), strings.Join(is, ", ")))
	}
	return cut(list)
}

// distance is how far a finding is from what was expected. Another frame is another
// message, whatever they have in common.
func distance(differs []string) int {
	n := len(differs)
	if slices.Contains(differs, "frame") {
		n += len(rules.TestKeys)
	}
	return n
}

// described are the keys that say what a finding is, as an expectation would write
// them.
var described = []string{"frame", "rule", "severity", "carrier", "evidence", "operation", "kind", "path", "partner"}

func describe(f rules.Told) string {
	var out []string
	for _, key := range described {
		if w := f[key]; len(w) > 0 && w[0] != "" && !slices.Contains([]string{"none", "0"}, w[0]) {
			out = append(out, key+": "+w[0])
		}
	}
	return "{" + strings.Join(out, ", ") + "}"
}

// WriteText writes what became of the tests for a person.
func (r *FileResult) WriteText(w io.Writer, verbose bool) error {
	p := &printer{w: w}
	failed := r.Failed()
	if failed == 0 {
		p.line("ok    %s: %d tests", r.File, len(r.Tests))
	} else {
		p.line("FAIL  %s: %d of %d tests", r.File, failed, len(r.Tests))
	}
	for i := range r.Tests {
		t := &r.Tests[i]
		if len(t.Failures) == 0 {
			if verbose {
				p.line("  ok    %s:%d %s (%d findings)", r.File, t.Line, t.Name, t.Findings)
			}
			continue
		}
		p.line("  FAIL  %s:%d %s (%d findings)", r.File, t.Line, t.Name, t.Findings)
		for _, f := range t.Failures {
			p.line("    %s:%d: %s", r.File, f.Line, f.Text)
			for _, d := range f.Detail {
				p.line("        %s", d)
			}
		}
	}
	return p.err
}
