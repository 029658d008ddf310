package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"sigtransit/pkg/capture"
	"sigtransit/pkg/config"
	"sigtransit/pkg/exposure"
	"sigtransit/pkg/output"
	"sigtransit/pkg/pipeline"
	"sigtransit/pkg/signaling"
	"sigtransit/pkg/telemetry"
)

// replayOptions is the command line of replay.
type replayOptions struct {
	knowledge
	messages, flows bool
	out             string
	format          string
	failOn          string
	privacy         string
	keyFile         string
	metricsFile     string
	metricsListen   string
	quiet           bool
	ledger          ledgerOptions
}

func (e *env) replay() *cobra.Command {
	var o replayOptions
	c := &cobra.Command{
		Use:   "replay FILE...",
		Short: "read captures and print what crosses watchlisted carriers",
		Long: `replay reads pcap and pcapng files (also packed with gzip or zstd; "-" is standard
input) and prints findings: readable location, SMS and authentication signaling
that crosses a watchlisted carrier, with how that is known. Without a
configuration it works on the built-in carriers and detections.

On a terminal it prints a table and a summary, elsewhere JSON lines.

Exit code 0: done, whatever was found. 1: a file could not be read or the results
not be written. 2: command line or configuration. 3: with --fail-on, a finding of
that severity or above was made. 130: interrupted (SIGINT, SIGTERM); the results are
those of what was read until then, and a ledger has the captures that were read to
their end. A second signal ends at once.`,
		Example: `  sigtransit replay roaming.pcap
  sigtransit replay --format summary ring_*.pcapng.zst
  tcpdump -w - | sigtransit replay --messages -`,
		Args: args(func(_ *cobra.Command, files []string) error {
			if len(files) == 0 {
				return errors.New("replay: name at least one capture file, or - for standard input")
			}
			return nil
		}),
		RunE: func(c *cobra.Command, files []string) error { return e.runReplay(c, files, &o) },
	}
	o.flags(c)
	f := c.Flags()
	f.BoolVar(&o.messages, "messages", false, "print every decoded message, not only findings")
	f.BoolVar(&o.flows, "flows", false, "print the life and protection of links")
	f.StringVarP(&o.out, "output", "o", "", "write results to `file` instead of standard output")
	f.StringVar(&o.format, "format", "", "json, table or summary (default: table on a terminal, else json)")
	f.StringVar(&o.failOn, "fail-on", "", "exit with 3 when a finding has this `severity` or above")
	f.StringVar(&o.privacy, "privacy", "", "mask, pseudonym or clear (default: mask)")
	f.StringVar(&o.keyFile, "pseudonym-key", "", "key `file` of pseudonyms (default: a random key for this run)")
	f.StringVar(&o.metricsFile, "metrics-file", "", "write the counters to `file` in Prometheus text format at the end")
	f.StringVar(&o.metricsListen, "metrics-listen", "", "serve the counters at http://`address`/metrics during the run")
	o.ledger.flags(f)
	f.BoolVarP(&o.quiet, "quiet", "q", false, "no progress bar")
	for name, words := range map[string][]string{
		"format": {"json", "table", "summary"}, "privacy": {"mask", "pseudonym", "clear"},
		"fail-on": signaling.Names(signaling.NumSeverities),
	} {
		_ = c.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
	}
	return c
}

// keys are the keys of pseudonyms that a configuration names.
func keys(c config.Config) (*output.Keys, error) {
	if c.PseudonymKeyFile == "" {
		return output.NewEphemeralKeys(), nil
	}
	return output.LoadKey(c.PseudonymKeyFile)
}

func (e *env) runReplay(c *cobra.Command, files []string, o *replayOptions) error {
	var also []string
	if o.keyFile == "" {
		also = []string{"pseudonym_key_file"}
	}
	conf, set, err := o.load(also...)
	if err != nil {
		return err
	}
	if o.privacy != "" {
		if conf.Privacy, err = output.ParseMode(o.privacy); err != nil {
			return usageError{fmt.Errorf("--privacy: %w", err)}
		}
	}
	if o.keyFile != "" {
		conf.PseudonymKeyFile = o.keyFile
	}
	k, err := keys(conf)
	if err != nil {
		return usageError{err}
	}
	e.warn(set)
	failOn := signaling.NumSeverities
	if o.failOn != "" {
		var ok bool
		if failOn, ok = signaling.ParseSeverity(o.failOn); !ok {
			return usageError{fmt.Errorf("--fail-on: unknown severity %q: want one of %s", o.failOn, strings.Join(signaling.Names(signaling.NumSeverities), ", "))}
		}
	}
	if n := count(files, "-"); n > 1 {
		return usageError{errors.New("standard input (-) is named more than once")}
	}

	reads := append(o.inputs(conf), inputs("is read as a capture", files...)...)
	if o.ledger.file != "" {
		reads = append(reads, input{o.ledger.file, "is the ledger"}, input{exposure.KeyFile(o.ledger.file), "is the key of the ledger"})
	}
	if err := spares("--output", o.out, reads); err != nil {
		return err
	}
	if err := spares("--metrics-file", o.metricsFile, append(reads, inputs("is the output", o.out)...)); err != nil {
		return err
	}
	screen := output.Screen{}
	if f, ok := e.stdout.(*os.File); ok && o.out == "" {
		screen = output.ScreenOf(f)
	}
	format := output.FormatJSON
	if screen.Width > 0 {
		format = output.FormatTable
	}
	if o.format != "" {
		if format, err = output.ParseFormat(o.format); err != nil {
			return usageError{fmt.Errorf("--format: %w", err)}
		}
	}
	version, revision := buildVersion()
	ledger, files, err := o.ledger.open(files, set, exposure.HomeOf(conf.Home.Name, conf.Home.PLMNs, set), k, version, e.stderr)
	if err != nil {
		return err
	}
	defer ledger.close()
	if ledger != nil {
		// A closed pipe is an error of the sink, and no end before the ledger is in order.
		pipe := make(chan os.Signal, 1)
		signal.Notify(pipe, syscall.SIGPIPE)
		defer signal.Stop(pipe)
	}
	sink := output.NewWriterSink(e.stdout, false)
	var file *results
	if o.out != "" && o.out != "-" {
		file = &results{name: o.out}
		sink = output.NewWriterSink(file, true)
	}
	defer sink.Close()
	w := pipeline.New(set, pipeline.Options{
		Dissect: o.dissect(conf),
		Render:  output.NewRenderer(format, output.Options{Privacy: conf.Privacy, Keys: k, PointCodes: conf.PointCodes, Roaming: o.ends}, screen),
		Sink:    sink, Messages: o.messages, Flows: o.flows, Watched: o.metricsListen != "", Roaming: o.ends,
		Ledger: ledger.recorder(),
	})
	exposition := telemetry.NewExposition(telemetry.NewCollector(telemetry.Build{Version: version, Revision: revision}, &w.Publisher))
	if o.metricsListen != "" {
		server, err := exposition.Serve(o.metricsListen)
		if err != nil {
			return usageError{fmt.Errorf("--metrics-listen: %w", err)}
		}
		defer server.Close()
		fmt.Fprintf(e.stderr, "metrics at http://%s/metrics\n", server.Addr())
	}

	started := time.Now()
	read, ok := e.unlessSilent(c.Context(), func(began *atomic.Bool) outcome {
		return e.replayFiles(c, files, o, w, ledger, file, sink, format, screen, began)
	})
	if !ok {
		return exitError(exitInterrupted)
	}
	cut := func() error {
		told, err := ledger.cut(w)
		if told != "" && !o.ledger.forgotten {
			fmt.Fprintf(e.stderr, "sigtransit: %s\n", told)
		}
		return err
	}
	if read.err != nil {
		err := closedPipe(read.err)
		if ledger.within() {
			// What was not told is not counted either, so that a later replay does both.
			if !o.ledger.forgotten {
				fmt.Fprintf(e.stderr, "sigtransit: results end: %s is not told to its end\n", ledger.at)
			}
			w.FlushLedger()
			err = errors.Join(err, cut())
		}
		return err
	}
	unjudged := false
	if !read.interrupted {
		err := ledger.paths(c.Context(), w)
		if unjudged = err != nil && c.Context().Err() != nil; unjudged {
			fmt.Fprintln(e.stderr, "sigtransit: interrupted: the ledger holds all captures, and judges the paths of the hours that are left with the next one")
		} else if err != nil {
			return err
		}
		twice, err := ledger.overlaps(read.held)
		if err != nil {
			return err
		}
		e.overlapping(twice, o.ledger.then())
	}
	stats, err := w.Finish(time.Since(started))
	if err == nil {
		err = sink.Close()
	}
	if err == nil && !read.interrupted {
		ledger.written()
	}
	if read.interrupted {
		err = errors.Join(err, cut())
	}
	if e := ledger.close(); err == nil {
		err = e
	}
	if o.metricsFile != "" {
		if e := exposition.WriteFile(o.metricsFile); e != nil && err == nil {
			err = e
		}
	}
	if err != nil {
		return closedPipe(err)
	}
	if read.interrupted || unjudged {
		return exitError(exitInterrupted)
	}
	if read.failed {
		return exitError(exitFailed)
	}
	if worst, ok := stats.MaxSeverity(); ok && worst >= failOn {
		return exitError(exitFindings)
	}
	return nil
}

// closedPipe: a reader that has seen enough (`| head`) is no failure.
func closedPipe(err error) error {
	if output.IsClosedPipe(err) {
		return nil
	}
	return err
}

func count(list []string, s string) (n int) {
	for _, x := range list {
		if x == s {
			n++
		}
	}
	return n
}

// outcome is what came of reading files. err is an error of the results.
type outcome struct {
	failed, interrupted bool
	held                []exposure.Held // what was read, where no ledger has it
	err                 error
}

// silence is how long an interrupted replay may take to notice.
const silence = 200 * time.Millisecond

// unlessSilent reads files. ok is false where it was interrupted before anything came: a
// pipe without a writer may be waited for for ever, and nothing ends that but our end.
func (e *env) unlessSilent(ctx context.Context, read func(began *atomic.Bool) outcome) (o outcome, ok bool) {
	var began atomic.Bool
	done := make(chan outcome, 1)
	go func() { done <- read(&began) }()
	select {
	case o = <-done:
		return o, true
	case <-ctx.Done():
	}
	select {
	case o = <-done:
		return o, true
	case <-time.After(silence):
	}
	if !began.Load() {
		fmt.Fprintln(e.stderr, "sigtransit: interrupted: nothing came")
		return o, false
	}
	return <-done, true
}

// replayFiles reads the files in turn. One that cannot be read is reported and the next
// one goes on. began is set when the first frames came.
func (e *env) replayFiles(c *cobra.Command, files []string, o *replayOptions, w *pipeline.Worker, ledger *recording, results *results, sink *output.WriterSink, format output.Format, screen output.Screen, began *atomic.Bool) (x outcome) {
	complain := func(err error) {
		x.failed = true
		fmt.Fprintf(e.stderr, "sigtransit: %v\n", err)
	}
	interrupted := func(name string) bool {
		if x.interrupted = c.Context().Err() != nil; x.interrupted {
			fmt.Fprintf(e.stderr, "sigtransit: interrupted: %s is not read to its end\n", name)
		}
		return x.interrupted
	}
	for _, name := range files {
		f, err := capture.Open(name, capture.Options{Stdin: e.stdin})
		if err != nil {
			complain(err)
			continue
		}
		if interrupted(name) {
			f.Close()
			return x
		}
		if x.err = results.open(); x.err == nil {
			x.err = ledger.begin(name, w)
		}
		if x.err != nil {
			f.Close()
			return x
		}
		bar := e.progress(name, f, o.quiet || (screen.Width > 0 && format == output.FormatTable))
		each := func() { bar.step(); began.Store(true) }
		if screen.Width > 0 || name == "-" {
			// Somebody watches: lines come as they are found.
			each = func() { bar.step(); began.Store(true); _ = sink.Flush() }
		}
		runErr := w.Run(c.Context(), name, f, each)
		bar.close()
		if ledger == nil {
			x.held = append(x.held, exposure.Held{Name: name, Stretches: slices.Clone(w.Held())})
		}
		for _, x := range f.Warnings() {
			w.Warn(signaling.Warning{Frame: x.Frame, Source: name, Type: "file-" + strings.ReplaceAll(x.Kind.String(), "_", "-"), Text: x.Text, Count: x.Count})
		}
		f.Close()
		var unreadable *capture.FileError
		broken := errors.As(runErr, &unreadable)
		if x.err = sink.Flush(); x.err != nil {
			x.err = fmt.Errorf("writing results: %w", x.err)
		}
		if runErr != nil && !broken {
			x.err = runErr
		}
		if !interrupted(name) && x.err == nil {
			x.err = ledger.end(w, !broken)
		}
		if x.err == nil && broken {
			complain(runErr)
		}
		if x.err != nil || x.interrupted {
			return x
		}
	}
	return x
}

// progress is a bar on a terminal, and nothing into a pipe.
type progress struct {
	bar  *progressbar.ProgressBar
	file *capture.File
	last time.Time
}

func (e *env) progress(name string, f *capture.File, quiet bool) *progress {
	p := &progress{file: f}
	t, ok := e.stderr.(*os.File)
	if quiet || !ok || output.ScreenOf(t).Width == 0 {
		return p
	}
	_, total := f.Progress()
	if total <= 0 {
		total = -1
	}
	p.bar = progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(e.stderr), progressbar.OptionSetDescription(name), progressbar.OptionShowBytes(true),
		progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish(), progressbar.OptionFullWidth())
	return p
}

func (p *progress) step() {
	if p.bar == nil || time.Since(p.last) < 100*time.Millisecond {
		return
	}
	p.last = time.Now()
	read, _ := p.file.Progress()
	_ = p.bar.Set64(read)
}

func (p *progress) close() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}
