// Bench measures what a replay costs: the CPU time of a message beside tshark and
// tcpdump over the same traffic, in turns and on one core, the allocations of a
// message, the peak memory by the length of the capture, and whether the length of
// the watchlist shows. `bench live` measures a live capture beside tcpdump,
// `bench -against` another build of the program, and `bench -exposure` what attribution,
// rules and ledger cost. It is a tool for those who work on this program, run by
// `make bench`, `make bench-live`, `make bench-against` and `make bench-exposure`; the
// captures are made by pkg/synth.
//
// CPU time and peak memory are what the kernel counted for the process, start-up
// included unless a line says otherwise. Nothing is judged but in words: on a
// machine with other work, times are hints.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

type options struct {
	messages, tsharkMessages, runs, cpu int
	dir, bin, against                   string
	lists                               []int
	keep, noMemory, markdown, exposure  bool
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	fail := func(code int, err error) int {
		fmt.Fprintf(stderr, "bench: %v\n", err)
		return code
	}
	if os.Getenv(childVariable) != "" {
		if err := runChild(args, stdout); err != nil {
			return fail(1, err)
		}
		return 0
	}
	if len(args) > 0 && args[0] == "live" {
		return runLive(ctx, args[1:], stdout, stderr)
	}
	o, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return fail(2, err)
	}
	r, err := bench(ctx, o, stderr)
	switch {
	case ctx.Err() != nil:
		return fail(1, errors.New("interrupted"))
	case err != nil:
		return fail(1, err)
	}
	if o.markdown {
		r.markdown(stdout)
	} else {
		r.text(stdout)
	}
	return 0
}

func parse(args []string, stderr io.Writer) (o options, err error) {
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.IntVar(&o.messages, "messages", 1_000_000, "messages of the capture; the memory check takes a quarter and four times as many too")
	f.IntVar(&o.tsharkMessages, "tshark-messages", 0, "messages for tshark, which is slow (default: a tenth of -messages, but 20000 or all)")
	f.IntVar(&o.runs, "runs", 5, "rounds")
	f.IntVar(&o.cpu, "cpu", 1, "core to run on")
	f.StringVar(&o.dir, "dir", "bench", "`folder` of the captures")
	f.StringVar(&o.bin, "bin", "bin/sigtransit", "the `program` to measure")
	f.StringVar(&o.against, "against", "", "compare with another build, `program`, and measure nothing else")
	f.BoolVar(&o.exposure, "exposure", false, "measure attribution, rules and ledger, and the import of IR.21 documents, and nothing else")
	f.BoolVar(&o.keep, "keep", false, "keep the captures for the next time")
	f.BoolVar(&o.noMemory, "no-memory", false, "leave out the memory by length, and with it the longest capture")
	f.BoolVar(&o.markdown, "markdown", false, "print the result as Markdown")
	lists := f.String("lists", "30,10000,100000", "`sizes` of the watchlists; empty: leave them out")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if f.NArg() > 0 {
		return o, fmt.Errorf("unexpected %q", f.Arg(0))
	}
	if o.messages < 1000 || o.messages > 100_000_000 {
		return o, errors.New("-messages: want 1000 to 100000000")
	}
	if o.runs < 1 {
		return o, errors.New("-runs: want at least 1")
	}
	if o.tsharkMessages <= 0 {
		o.tsharkMessages = max(o.messages/10, 20_000)
	}
	o.tsharkMessages = min(o.tsharkMessages, o.messages)
	if o.lists, err = parseSizes(*lists); err != nil {
		return o, fmt.Errorf("-lists: %w", err)
	}
	return o, nil
}

// runChild does what must not count for this program's own memory.
func runChild(args []string, stdout io.Writer) error {
	if len(args) == 1 && args[0] == "fingerprint" {
		print, err := fingerprint()
		if err == nil {
			_, err = io.WriteString(stdout, print)
		}
		return err
	}
	if len(args) == 2 && (args[0] == "live-worker" || args[0] == "live-source") {
		return liveChild(args[1], args[0] == "live-worker")
	}
	if len(args) == 2 && args[0] == "live-file" {
		return fileChild(args[1], stdout)
	}
	if len(args) == 2 && args[0] == "exposure" {
		return writeExposure(args[1])
	}
	if len(args) < 3 {
		return fmt.Errorf("%s is set: this is no task of a copy: %q", childVariable, args)
	}
	n, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	switch args[0] {
	case "generate":
		return generate(args[1], n)
	case "watchlist":
		return writeWatchlistFile(args[1], n)
	case "allocations":
		list := ""
		if len(args) > 3 {
			list = args[3]
		}
		a, err := allocationsOf(args[1], n, list)
		if err != nil {
			return err
		}
		return json.NewEncoder(stdout).Encode(a)
	}
	return fmt.Errorf("unknown task %q", args[0])
}

// Targets of the project; they are for a million messages on one idle core.
const (
	targetMessages = 1_000_000
	targetTshark   = 75  // times the CPU of a replay, at least
	targetTcpdump  = 3   // a replay takes so many times its CPU, at most
	targetGrowth   = 1.2 // peak memory of the longest capture over that of the shortest
	targetPeak     = 64  // MiB
)

// harness is one run of the measurements.
type harness struct {
	options
	log      io.Writer
	captures *captures
	pinned   pinning
	report   report
	empty    string // a capture without messages
	file     string // the capture
	tries    int    // of inTurns; 0: one
}

func bench(ctx context.Context, o options, log io.Writer) (*report, error) {
	h := &harness{options: o, log: log}
	if _, err := os.Stat(o.bin); err != nil {
		return nil, fmt.Errorf("%w (make build makes it)", err)
	}
	var err error
	if h.bin, err = filepath.Abs(o.bin); err != nil {
		return nil, err
	}
	if o.against != "" {
		if _, err := os.Stat(o.against); err != nil {
			return nil, err
		}
		if h.against, err = filepath.Abs(o.against); err != nil {
			return nil, err
		}
	}
	if h.captures, err = newCaptures(ctx, o.dir); err != nil {
		return nil, err
	}
	if !o.keep {
		defer h.captures.remove()
	}
	temp, err := os.MkdirTemp("", "sigtransit-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temp)

	load := loadAverage()
	r := &h.report
	where := "on one core"
	if h.pinned, err = pin(ctx, o.cpu, 0); err != nil {
		where = "not bound to a core"
		r.note("%v: the processes may move between cores", err)
	}
	if h.empty, err = h.captures.get(ctx, 0, log); err != nil {
		return nil, err
	}
	if h.file, err = h.captures.get(ctx, o.messages, log); err != nil {
		return nil, err
	}
	content, err := h.check(ctx, h.bin)
	if err != nil {
		return nil, err
	}
	var tools []string
	steps := []func(context.Context) error{
		func(ctx context.Context) (err error) { tools, err = h.speed(ctx); return err },
		h.allocations(temp), h.watchlists(temp), h.memory,
	}
	if o.against != "" {
		steps = []func(context.Context) error{h.compare(temp)}
	}
	if o.exposure {
		steps = []func(context.Context) error{h.exposed(temp)}
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	r.title = fmt.Sprintf("sigtransit replay of %s, %s, GOMAXPROCS=1, rounds: %d, %s", content, where, o.runs, time.Now().UTC().Format(time.DateOnly))
	r.lines = append(r.lines, machineLine(readText("/proc/cpuinfo"))+fmt.Sprintf("; load average %s before, %s after", load, loadAverage()))
	version, _ := toolVersion(ctx, h.bin, "version")
	if o.against != "" {
		other, _ := toolVersion(ctx, h.against, "version")
		tools = append(tools, "the other build: "+other)
	}
	r.lines = append(r.lines, strings.Join(append([]string{version}, tools...), ", "))
	if o.messages < targetMessages {
		r.note("the targets are for %s messages: with fewer, start-up counts for more and the tables are not full yet", thousands(targetMessages))
	}
	return r, nil
}

// check replays once to see that all messages are found: the time of a program
// that skips half of them says nothing. It warms the page cache, too.
func (h *harness) check(ctx context.Context, bin string) (content string, err error) {
	fmt.Fprintf(h.log, "checking that all of %s is read\n", h.file)
	c := exec.CommandContext(ctx, bin, "replay", h.file)
	complaint, out := tail{keep: errorTail}, tail{keep: 64 << 10}
	c.Stderr, c.Stdout = &complaint, &out
	if err := c.Run(); err != nil {
		return "", fmt.Errorf("%s replay %s: %w: %s", bin, h.file, err, complaint.kept)
	}
	t, err := totalsOf(out.kept)
	if err != nil {
		return "", err
	}
	if t.Messages != h.messages {
		return "", fmt.Errorf("%s has read %d of the %d messages in %s: no figure would mean anything", bin, t.Messages, h.messages, h.file)
	}
	size := int64(0)
	if s, err := os.Stat(h.file); err == nil {
		size = s.Size()
	}
	return fmt.Sprintf("%s MAP and Diameter messages (%s frames, %s MiB, %s findings)",
		thousands(int64(t.Messages)), thousands(int64(t.Frames)), number(float64(size)/(1<<20)), thousands(int64(t.findings()))), nil
}

// totals is what is read of the stats event.
type totals struct {
	Frames   int `json:"frames"`
	Messages int `json:"messages"`
	Findings []struct {
		Count int `json:"count"`
	} `json:"findings"`
}

func (t *totals) findings() (n int) {
	for _, f := range t.Findings {
		n += f.Count
	}
	return n
}

// totalsOf finds the stats event, the last line of a replay.
func totalsOf(out []byte) (totals, error) {
	s := strings.TrimRight(string(out), "\n")
	var e struct {
		Type  string `json:"event_type"`
		Stats totals `json:"stats"`
	}
	if err := json.Unmarshal([]byte(s[strings.LastIndexByte(s, '\n')+1:]), &e); err != nil {
		return totals{}, fmt.Errorf("the last line of the replay: %w", err)
	}
	if e.Type != "stats" {
		return totals{}, fmt.Errorf("the last line of the replay is of type %q, not stats", e.Type)
	}
	return e.Stats, nil
}

// contender is one of those that are measured in turns.
type contender struct {
	name   string
	argv   []string
	before func() error // each run; nil: nothing to do
	cpu    []float64    // seconds, one a round
	peak   []float64    // MiB
}

// inTurns runs the contenders in turns, so that what else the machine does hits
// all of them alike. Where h.tries says so, a round has several turns, and of each
// contender the one that was disturbed least counts.
func (h *harness) inTurns(ctx context.Context, what string, runs int, contenders ...*contender) error {
	for round := range runs {
		fmt.Fprintf(h.log, "%s: round %d of %d\n", what, round+1, runs)
		least := make([]sample, len(contenders))
		for try := range max(h.tries, 1) {
			for i, c := range contenders {
				if c.before != nil {
					if err := c.before(); err != nil {
						return err
					}
				}
				s, err := h.pinned.measure(ctx, c.argv...)
				if err != nil {
					return err
				}
				if try == 0 || s.cpu < least[i].cpu {
					least[i] = s
				}
			}
		}
		for i, c := range contenders {
			c.cpu = append(c.cpu, least[i].cpu.Seconds())
			c.peak = append(c.peak, float64(least[i].peak)/(1<<20))
		}
	}
	return nil
}

func tsharkArgs(file string) []string {
	return []string{"tshark", "-n", "-r", file, "-T", "fields", "-e", "gsm_old.localValue", "-e", "sccp.called.digits",
		"-e", "sccp.calling.digits", "-e", "diameter.cmd.code", "-e", "diameter.Origin-Realm"}
}

// tcpdumpToNowhere has tcpdump throw away what it writes. Of root it would make
// /dev/null the property of the user that it becomes.
func tcpdumpToNowhere(args ...string) []string {
	argv := append([]string{"tcpdump", "-n", "-w", os.DevNull}, args...)
	if os.Geteuid() == 0 {
		argv = append(argv, "-Z", "root")
	}
	return argv
}

// speed measures the replay beside tshark and tcpdump. tools says what was used.
func (h *harness) speed(ctx context.Context) (tools []string, err error) {
	ours := &contender{name: "replay", argv: []string{h.bin, "replay", h.file}}
	oursEmpty := &contender{argv: []string{h.bin, "replay", h.empty}}
	turns := []*contender{ours, oursEmpty}
	var tshark, tsharkEmpty, tcpdump *contender
	if v, ok := toolVersion(ctx, "tshark", "--version"); ok {
		file, err := h.captures.get(ctx, h.tsharkMessages, h.log)
		if err != nil {
			return nil, err
		}
		if err := warm(file); err != nil {
			return nil, err
		}
		tools = append(tools, fmt.Sprintf("%s over %s messages", v, thousands(int64(h.tsharkMessages))))
		tshark, tsharkEmpty = &contender{argv: tsharkArgs(file)}, &contender{argv: tsharkArgs(h.empty)}
		turns = append(turns, tshark, tsharkEmpty)
	} else {
		h.report.note("tshark is not installed: no comparison with it")
	}
	if v, ok := toolVersion(ctx, "tcpdump", "--version"); ok {
		tools = append(tools, v)
		tcpdump = &contender{argv: tcpdumpToNowhere("-r", h.file)}
		turns = append(turns, tcpdump)
	} else {
		h.report.note("tcpdump is not installed: no comparison with it")
	}
	if err := warm(h.file); err != nil {
		return nil, err
	}
	if err := h.inTurns(ctx, "speed", h.runs, turns...); err != nil {
		return nil, err
	}

	r := &h.report
	per := 1e9 / float64(h.messages)
	ns := scale(ours.cpu, per)
	r.add("replay, ns of CPU a message", ns, "")
	r.add("  without start-up", scale(less(ours.cpu, oursEmpty.cpu), per), "")
	r.add("  messages a second", inverse(ns, 1e9), "")
	r.add("  start-up, ms", scale(oursEmpty.cpu, 1e3), "")
	if tshark != nil {
		// Over a short capture start-up would count against tshark.
		theirs := scale(less(tshark.cpu, tsharkEmpty.cpu), 1e9/float64(h.tsharkMessages))
		ratio := pairwise(theirs, ns)
		r.add("tshark, ns a message without start-up", theirs, "")
		r.add("  tshark / replay", ratio, atLeast(ratio, targetTshark))
	}
	if tcpdump != nil {
		ratio := pairwise(ns, scale(tcpdump.cpu, per))
		r.add("tcpdump, ns a message", scale(tcpdump.cpu, per), "")
		r.add("  replay / tcpdump", ratio, atMost(ratio, targetTcpdump))
	}
	return tools, nil
}

// allocations counts what the pipeline takes from the heap, once: it does not
// depend on the time of day.
func (h *harness) allocations(temp string) func(context.Context) error {
	return func(ctx context.Context) error {
		fmt.Fprintln(h.log, "allocations")
		list := filepath.Join(temp, "nothing.yaml")
		if _, err := child(ctx, "watchlist", list, "1000"); err != nil {
			return err
		}
		for _, c := range []struct{ what, list string }{{"built-in carriers", ""}, {"nothing matches", list}} {
			a, err := countAllocations(ctx, h.file, h.messages, c.list)
			if err != nil {
				return err
			}
			objects, octets := a.perMessage()
			h.report.add("allocations a message, "+c.what, []float64{objects}, "")
			h.report.add("  octets", []float64{octets}, "")
		}
		return nil
	}
}

// watchlists measures a replay with lists that match nothing. What it takes to
// load a list is measured over an empty capture and taken off.
func (h *harness) watchlists(temp string) func(context.Context) error {
	return func(ctx context.Context) error {
		var full, empty, turns []*contender
		for _, n := range h.lists {
			name := filepath.Join(temp, strconv.Itoa(n)+".yaml")
			if _, err := child(ctx, "watchlist", name, strconv.Itoa(n)); err != nil {
				return err
			}
			argv := func(file string) []string {
				return []string{h.bin, "replay", "--no-builtin-carriers", "--watchlist", name, file}
			}
			f, e := &contender{argv: argv(h.file)}, &contender{argv: argv(h.empty)}
			full, empty, turns = append(full, f), append(empty, e), append(turns, f, e)
		}
		if err := h.inTurns(ctx, "watchlists", h.runs, turns...); err != nil {
			return err
		}
		net := make([][]float64, len(full))
		for i, n := range h.lists {
			net[i] = scale(less(full[i].cpu, empty[i].cpu), 1e9/float64(h.messages))
			h.report.add(fmt.Sprintf("watchlist of %s, ns a message without loading", thousands(int64(n))), net[i], "")
			h.report.add("  loading and start-up, ms", scale(empty[i].cpu, 1e3), "")
		}
		if last := len(net) - 1; last > 0 {
			h.report.add(fmt.Sprintf("  %s / %s", thousands(int64(h.lists[last])), thousands(int64(h.lists[0]))), pairwise(net[last], net[0]), "about 1")
		}
		return nil
	}
}

// memoryRuns: peaks vary little.
const memoryRuns = 3

// memory measures the peak by the length of the capture.
func (h *harness) memory(ctx context.Context) error {
	if h.noMemory {
		return nil
	}
	sizes := []int{h.messages / 4, h.messages, 4 * h.messages}
	var turns []*contender
	for _, n := range sizes {
		file, err := h.captures.get(ctx, n, h.log)
		if errors.Is(err, errSpace) {
			h.report.note("peak memory over %s messages: %v", thousands(int64(n)), errSpace)
			continue
		}
		if err != nil {
			return err
		}
		turns = append(turns, &contender{name: thousands(int64(n)), argv: []string{h.bin, "replay", file}})
	}
	if err := h.inTurns(ctx, "memory", min(h.runs, memoryRuns), turns...); err != nil {
		return err
	}
	var all []float64
	for _, c := range turns {
		h.report.add(fmt.Sprintf("peak memory over %s messages, MiB", c.name), c.peak, atMost(c.peak, targetPeak))
		all = append(all, c.peak...)
	}
	if last := len(turns) - 1; last > 0 {
		growth := pairwise(turns[last].peak, turns[0].peak)
		h.report.add(fmt.Sprintf("  %s / %s", turns[last].name, turns[0].name), growth, atMost(growth, targetGrowth))
	}
	if own := float64(ownPeak(readText("/proc/self/status"))) / (1 << 20); len(all) > 0 && spreadOf(all).min <= own {
		h.report.note("peaks below %s MiB, that of this program itself, cannot be told", number(own))
	}
	return nil
}
