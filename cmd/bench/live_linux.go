package main

import (
	"bufio"
	"bytes"
	"context"
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
	"syscall"
	"time"

	"sigtransit/pkg/capture"
	"sigtransit/pkg/capture/live"
	"sigtransit/pkg/output"
	"sigtransit/pkg/pipeline"
	"sigtransit/rules"
)

// This file measures a live capture beside tcpdump: tcpreplay sends a capture over a
// pair of virtual interfaces, in a network namespace that ends with the process, and
// one after the other reads it at the far end with a ring of the same size.

const (
	liveRing = 64 << 20 // octets
	tapPort  = "tap"    // what is captured from
	farPort  = "far"    // what is sent to
	// settle is how long the last frames may take through ring and reader.
	settle = 500 * time.Millisecond
	// aimedRate is packets a second at which aimedCores are to be enough.
	aimedRate  = 425_000
	aimedCores = 0.5
)

type liveOptions struct {
	messages, runs, pps, cpu int
	dir                      string
	keep, markdown           bool
}

func runLive(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	fail := func(code int, err error) int {
		fmt.Fprintf(stderr, "bench live: %v\n", err)
		return code
	}
	var o liveOptions
	f := flag.NewFlagSet("bench live", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.IntVar(&o.messages, "messages", 1_000_000, "messages of the capture that is sent")
	f.IntVar(&o.runs, "runs", 3, "rounds")
	f.IntVar(&o.pps, "pps", 0, "packets a second; 0: as fast as tcpreplay can")
	f.IntVar(&o.cpu, "cpu", 1, "core of the reader; the sender takes the others")
	f.StringVar(&o.dir, "dir", "bench", "`folder` of the capture")
	f.BoolVar(&o.keep, "keep", false, "keep the capture for the next time")
	f.BoolVar(&o.markdown, "markdown", false, "print the result as Markdown")
	switch err := f.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case f.NArg() > 0:
		return fail(2, fmt.Errorf("unexpected %q", f.Arg(0)))
	case o.messages < 1000 || o.messages > 100_000_000 || o.runs < 1 || o.pps < 0:
		return fail(2, errors.New("want -messages 1000 to 100000000, -runs at least 1, -pps at least 0"))
	}
	for tool, pack := range map[string]string{"ip": "iproute2", "tcpreplay": "tcpreplay"} {
		if _, err := exec.LookPath(tool); err != nil {
			return fail(1, fmt.Errorf("%s is missing: apt-get install %s", tool, pack))
		}
	}
	if os.Getenv(netnsVariable) == "" {
		code, err := inNetwork(ctx, args, stdout, stderr)
		if err != nil {
			return fail(1, err)
		}
		return code
	}
	r, err := benchLive(ctx, o, stderr)
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

// inNetwork runs this program again with a network of its own.
func inNetwork(ctx context.Context, args []string, stdout, stderr io.Writer) (int, error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	c := exec.CommandContext(ctx, self, append([]string{"live"}, args...)...)
	c.Env = append(os.Environ(), netnsVariable+"=1")
	c.Stdout, c.Stderr = stdout, stderr
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGTERM}
	err = c.Run()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		return exit.ExitCode(), nil
	case errors.Is(err, syscall.EPERM):
		return 0, errors.New("a network namespace needs root")
	}
	return 0, err
}

// makePorts makes the pair of interfaces, without traffic of the kernel's own.
func makePorts(ctx context.Context) error {
	for _, scope := range []string{"all", "default"} {
		_ = os.WriteFile("/proc/sys/net/ipv6/conf/"+scope+"/disable_ipv6", []byte("1"), 0o644)
	}
	for _, args := range []string{
		"link add " + tapPort + " type veth peer name " + farPort,
		"link set " + tapPort + " mtu 9000 up",
		"link set " + farPort + " mtu 9000 up",
	} {
		if out, err := exec.CommandContext(ctx, "ip", strings.Fields(args)...).CombinedOutput(); err != nil {
			return fmt.Errorf("ip %s: %w: %s", args, err, bytes.TrimSpace(out))
		}
	}
	return nil
}

// reading is what one reader did with one sending.
type reading struct {
	sent, received, dropped float64 // packets
	seconds                 float64 // that the sending took
	cpu                     float64 // seconds since the reader listened
}

// receiver is one of those that are measured in turns.
type receiver struct {
	name     string
	argv     []string
	env      []string
	readings []reading
}

func (r *receiver) column(f func(reading) float64) (v []float64) {
	for _, x := range r.readings {
		v = append(v, f(x))
	}
	return v
}

func perMillion(r reading) float64 { return r.cpu / max(r.received-r.dropped, 1) * 1e6 }

func benchLive(ctx context.Context, o liveOptions, log io.Writer) (*report, error) {
	captures, err := newCaptures(ctx, o.dir)
	if err != nil {
		return nil, err
	}
	if !o.keep {
		defer captures.remove()
	}
	file, err := captures.get(ctx, o.messages, log)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(warm(file), makePorts(ctx)); err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	r := &report{}
	env := append(environment(os.Environ()), childVariable+"=1")
	ours := &receiver{name: "sigtransit", argv: []string{self, "live-worker", tapPort}, env: env}
	source := &receiver{name: "sigtransit's source alone", argv: []string{self, "live-source", tapPort}, env: env}
	turns := []*receiver{ours, source}
	tools := []string{}
	var tcpdump *receiver
	if v, ok := toolVersion(ctx, "tcpdump", "--version"); ok {
		tcpdump = &receiver{name: "tcpdump", argv: tcpdumpToNowhere("-i", tapPort, "-B", strconv.Itoa(liveRing>>10)), env: os.Environ()}
		turns, tools = append(turns, tcpdump), append(tools, v)
	} else {
		r.note("tcpdump is not installed: no comparison with it")
	}
	if v, ok := toolVersion(ctx, "tcpreplay", "--version"); ok {
		tools = append(tools, v)
	}
	reader, err := pin(ctx, o.cpu, 0)
	var sender pinning
	if err == nil {
		sender, err = pin(ctx, 0)
	}
	if err != nil {
		r.note("%v: the processes may move between cores", err)
	}
	load := loadAverage()
	var alone, beside []float64
	for round := range o.runs {
		fmt.Fprintf(log, "live: round %d of %d\n", round+1, o.runs)
		for _, busy := range []bool{false, true} {
			x, err := control(ctx, reader, sender, self, env, file, busy)
			if err != nil {
				return nil, err
			}
			if busy {
				beside = append(beside, x)
			} else {
				alone = append(alone, x)
			}
		}
		for _, t := range turns {
			x, err := receive(ctx, reader, sender, t, file, o.pps)
			if err != nil {
				return nil, err
			}
			t.readings = append(t.readings, x)
		}
	}
	r.title = fmt.Sprintf("live capture of %s MAP and Diameter messages sent over a pair of virtual interfaces, rings of %d MiB, reader on one core, rounds: %d, %s",
		thousands(int64(o.messages)), liveRing>>20, o.runs, time.Now().UTC().Format(time.DateOnly))
	r.lines = []string{machineLine(readText("/proc/cpuinfo")) + fmt.Sprintf("; load average %s before, %s after", load, loadAverage()), strings.Join(tools, ", ")}
	for _, t := range turns {
		r.add(t.name+", packets sent", t.column(func(x reading) float64 { return x.sent }), "")
		r.add("  a second", t.column(func(x reading) float64 { return x.sent / x.seconds }), "")
		r.add("  received by the socket", t.column(func(x reading) float64 { return x.received }), "")
		r.add("  dropped by the kernel", t.column(func(x reading) float64 { return x.dropped }), "")
		r.add("  CPU seconds a million packets", t.column(perMillion), "")
		r.add("  cores used", t.column(func(x reading) float64 { return x.cpu / x.seconds }), "")
		if t == ours {
			r.add(fmt.Sprintf("  cores at %s packets a second", thousands(aimedRate)), scale(t.column(perMillion), aimedRate/1e6), atMost(scale(t.column(perMillion), aimedRate/1e6), aimedCores))
		}
	}
	r.add("control: replay from the file, CPU seconds a million packets", alone, "")
	r.add("  while the sender runs, and nobody captures", beside, "")
	r.add("  what the sender costs its neighbour", pairwise(beside, alone), "")
	r.add("sigtransit / control while the sender runs", pairwise(ours.column(perMillion), beside), "")
	if tcpdump != nil {
		r.add("CPU a packet, sigtransit / tcpdump", pairwise(ours.column(perMillion), tcpdump.column(perMillion)), "")
		r.add("  source alone / tcpdump", pairwise(source.column(perMillion), tcpdump.column(perMillion)), "")
	}
	r.note("the copy into the ring is made on the sender's core, and counts for neither; findings count for sigtransit, start-up for nobody: CPU time is taken from the moment it listens")
	r.note("the control is sigtransit's decoding and judgement without a capture on the reader's core: what it costs more while the sender runs is the machine's (cores that share hardware, caches, memory), not the program's")
	return r, nil
}

// receive runs a reader during one sending of a file.
func receive(ctx context.Context, reader, sender pinning, t *receiver, file string, pps int) (x reading, err error) {
	argv := append(reader[:len(reader):len(reader)], t.argv...)
	c := exec.CommandContext(ctx, argv[0], argv[1:]...)
	c.Env = t.env
	said, err := c.StderrPipe()
	if err != nil {
		return x, err
	}
	if err := c.Start(); err != nil {
		return x, err
	}
	defer c.Process.Kill()
	lines := bufio.NewScanner(said)
	for ready := false; !ready; {
		if !lines.Scan() {
			return x, fmt.Errorf("%s ended before it listened: %w", t.name, c.Wait())
		}
		ready = strings.Contains(lines.Text(), "listening on")
	}
	startUp, err := cpuOf(c.Process.Pid)
	if err != nil {
		return x, err
	}
	speed := "--topspeed"
	if pps > 0 {
		speed = "--pps=" + strconv.Itoa(pps)
	}
	argv = append(sender[:len(sender):len(sender)], "tcpreplay", "--preload-pcap", speed, "--intf1="+farPort, file)
	out, err := exec.CommandContext(ctx, argv[0], argv[1:]...).CombinedOutput()
	if err != nil {
		return x, fmt.Errorf("tcpreplay: %w: %.500s", err, out)
	}
	if x.sent, x.seconds, err = sentOf(string(out)); err != nil {
		return x, err
	}
	time.Sleep(settle)
	if err := c.Process.Signal(os.Interrupt); err != nil {
		return x, err
	}
	var rest strings.Builder
	for lines.Scan() {
		rest.WriteString(lines.Text() + "\n")
	}
	if err := c.Wait(); err != nil {
		return x, fmt.Errorf("%s: %w: %s", t.name, err, rest.String())
	}
	x.cpu = (c.ProcessState.UserTime() + c.ProcessState.SystemTime() - startUp).Seconds()
	x.received, x.dropped, err = receivedOf(rest.String())
	return x, err
}

// cpuOf is the CPU time of a process until now, as the scheduler counts it for each
// thread: the clock ticks of /proc/PID/stat are longer than some start-ups.
func cpuOf(pid int) (time.Duration, error) {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil || len(threads) == 0 {
		return 0, fmt.Errorf("process %d has no /proc/%[1]d/task/*/schedstat", pid)
	}
	var sum time.Duration
	for _, name := range threads {
		b, err := os.ReadFile(name)
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
			continue // a thread that ended
		}
		var ns int64
		if _, e := fmt.Sscan(string(b), &ns); err != nil || e != nil {
			return 0, fmt.Errorf("%s: %w", name, errors.Join(err, e))
		}
		sum += time.Duration(ns)
	}
	return sum, nil
}

// control replays a file on the reader's core, busy: while the sender sends to a port
// that nobody captures from. It returns CPU seconds a million packets.
func control(ctx context.Context, reader, sender pinning, self string, env []string, file string, busy bool) (float64, error) {
	if busy {
		argv := append(sender[:len(sender):len(sender)], "tcpreplay", "--preload-pcap", "--topspeed", "--loop=0", "--intf1="+farPort, file)
		c := exec.CommandContext(ctx, argv[0], argv[1:]...)
		c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		before := sentBy(farPort)
		if err := c.Start(); err != nil {
			return 0, err
		}
		defer func() { _ = c.Process.Kill(); _ = c.Wait() }()
		for begin := time.Now(); sentBy(farPort) < before+1000; time.Sleep(5 * time.Millisecond) {
			if time.Since(begin) > time.Minute {
				return 0, errors.New("tcpreplay sends nothing within a minute")
			}
		}
	}
	argv := append(reader[:len(reader):len(reader)], self, "live-file", file)
	c := exec.CommandContext(ctx, argv[0], argv[1:]...)
	c.Env = env
	out, err := c.Output()
	if err != nil {
		return 0, fmt.Errorf("replay of %s: %w", file, err)
	}
	var packets, seconds float64
	if _, err := fmt.Sscanf(string(out), "%g packets in %g seconds", &packets, &seconds); err != nil || packets == 0 {
		return 0, fmt.Errorf("the replay does not say what it read: %.500q", out)
	}
	return seconds / packets * 1e6, nil
}

// sentBy is how many packets an interface of this network has sent (proc(5)).
func sentBy(port string) (n float64) {
	for line := range strings.Lines(readText("/proc/self/net/dev")) {
		name, counters, _ := strings.Cut(strings.TrimSpace(line), ":")
		if f := strings.Fields(counters); name == port && len(f) > 9 {
			n, _ = strconv.ParseFloat(f[9], 64)
		}
	}
	return n
}

// sentOf reads what tcpreplay says: "Actual: 10 packets (1000 bytes) sent in 0.5
// seconds".
func sentOf(out string) (packets, seconds float64, err error) {
	for line := range strings.Lines(out) {
		var octets float64
		if n, _ := fmt.Sscanf(line, "Actual: %g packets (%g bytes) sent in %g seconds", &packets, &octets, &seconds); n == 3 && seconds > 0 {
			return packets, seconds, nil
		}
	}
	return 0, 0, fmt.Errorf("tcpreplay does not say what it sent: %.500s", out)
}

// receivedOf reads the last words of tcpdump, and of our own reader.
func receivedOf(said string) (received, dropped float64, err error) {
	found := 0
	for line := range strings.Lines(said) {
		number, what, _ := strings.Cut(strings.TrimSpace(line), " ")
		v, err := strconv.ParseFloat(number, 64)
		if err != nil {
			continue
		}
		switch {
		case strings.HasSuffix(what, "received by filter"):
			received, found = v, found+1
		case strings.HasSuffix(what, "dropped by kernel"):
			dropped, found = v, found+1
		}
	}
	if found != 2 {
		return 0, 0, fmt.Errorf("the reader does not say what it received: %.500s", said)
	}
	return received, dropped, nil
}

// judging is a worker as replay has it, whose findings go nowhere.
func judging() (*pipeline.Worker, error) {
	set, err := rules.Load(rules.Options{})
	if err != nil {
		return nil, err
	}
	render := output.NewRenderer(output.FormatJSON, output.Options{Keys: output.NewEphemeralKeys()}, output.Screen{})
	return pipeline.New(set, pipeline.Options{Render: render, Sink: output.NewWriterSink(io.Discard, false)}), nil
}

// fileChild, in a child, replays a file and says what that took without start-up.
func fileChild(name string, stdout io.Writer) error {
	w, err := judging()
	if err != nil {
		return err
	}
	f, err := capture.Open(name, capture.Options{})
	if err != nil {
		return err
	}
	defer f.Close()
	before, err := cpuOf(os.Getpid())
	if err != nil {
		return err
	}
	if err := w.Run(context.Background(), name, f, nil); err != nil {
		return err
	}
	after, err := cpuOf(os.Getpid())
	if err != nil {
		return err
	}
	s, err := w.Finish(0)
	if err == nil {
		_, err = fmt.Fprintf(stdout, "%d packets in %g seconds\n", s.Frames, (after - before).Seconds())
	}
	return err
}

// liveChild, in a child, is a live capture; whole: with the pipeline of replay behind
// it. It ends with an interrupt, and then says what tcpdump says.
func liveChild(port string, whole bool) error {
	k, err := live.Open(live.Config{Interfaces: []string{port}, Ring: liveRing})
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	context.AfterFunc(ctx, func() { k.Close() })
	src := k.Sources()[0]
	read := func() error {
		frames := make([]capture.Frame, 256)
		for {
			if _, err := src.Read(frames); err != nil {
				return err
			}
		}
	}
	if whole {
		w, err := judging()
		if err != nil {
			return err
		}
		read = func() error { return w.Run(context.Background(), port, src, nil) }
	}
	fmt.Fprintln(os.Stderr, "listening on "+port)
	if err := read(); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	s := k.Stats()[0]
	fmt.Fprintf(os.Stderr, "%d packets captured\n%d packets received by filter\n%d packets dropped by kernel\n", s.Frames, s.Received, s.Dropped)
	if s.Frames+s.Dropped != s.Received {
		return fmt.Errorf("%d frames received are neither handed out nor dropped", s.Received-s.Frames-s.Dropped)
	}
	return nil
}
