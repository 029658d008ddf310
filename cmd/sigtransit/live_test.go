//go:build linux

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sigtransit/pkg/capture/live/livetest"
)

// asProgram is set in the copy of the test that is the program.
const asProgram = "SIGTRANSIT_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// patience is how long a test waits for what takes milliseconds on an idle machine.
const patience = 30 * time.Second

// until waits for something.
func until(t *testing.T, what string, f func() bool) {
	t.Helper()
	for begin := time.Now(); !f(); time.Sleep(5 * time.Millisecond) {
		if time.Since(begin) > patience {
			t.Fatalf("no %s within %v", what, patience)
		}
	}
}

// process is the program, running.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	dir    string // with its files, readable by all
	url    string
	client *http.Client
	mu     sync.Mutex
	log    bytes.Buffer
	done   chan error
}

// Write takes what the program logs.
func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.Write(b)
}

func (p *process) logged() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.String()
}

// folder is one that every user can read and write.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "sigtransit")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	return dir
}

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// program is the command that runs sigtransit.
func program(args ...string) *exec.Cmd {
	c := exec.Command("/proc/self/exe", args...)
	c.Env = append(os.Environ(), asProgram+"=1")
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return c
}

// basis is a configuration of a daemon on mirror0 that writes into its folder.
const basis = `
capture: {interfaces: [mirror0]}
web: {listen: ["127.0.0.1:9810"]}
pseudonym_key_file: key
state: {file: state.json}
stats_interval: 1s
`

const fileSink = `sinks: [{type: file, path: findings.jsonl}]
`

// start starts the program in a folder, and waits until it captures.
func start(t *testing.T, dir, conf string) *process {
	t.Helper()
	p := launch(t, dir, conf)
	until(t, "capture; the log says:\n"+p.logged(), func() bool {
		select {
		case err := <-p.done:
			t.Fatalf("it ended: %v\n%s", err, p.logged())
		default:
		}
		code, _ := p.try("GET", "/-/ready")
		return code == http.StatusOK
	})
	return p
}

func launch(t *testing.T, dir, conf string) *process {
	t.Helper()
	key, err := os.ReadFile("../../testdata/pseudonym.key")
	if err != nil {
		t.Fatal(err)
	}
	put(t, dir, "key", string(key))
	put(t, dir, "sigtransit.yaml", conf)
	p := &process{t: t, dir: dir, url: "http://127.0.0.1:9810", client: &http.Client{Timeout: patience}, done: make(chan error, 1)}
	p.cmd = program("run", "-c", filepath.Join(dir, "sigtransit.yaml"))
	p.cmd.Stderr, p.cmd.Stdout = p, io.Discard
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.done <- p.cmd.Wait() }()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		if t.Failed() {
			t.Logf("the log:\n%s", p.logged())
		}
	})
	return p
}

func (p *process) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// stop ends the program as a service manager does, and returns how long it took.
func (p *process) stop() time.Duration {
	p.t.Helper()
	begin := time.Now()
	p.signal(syscall.SIGTERM)
	select {
	case err := <-p.done:
		if err != nil {
			p.t.Errorf("it ended with %v", err)
		}
	case <-time.After(patience):
		p.t.Fatal("it does not end")
	}
	return time.Since(begin)
}

// kill ends it as a power cut does.
func (p *process) kill() {
	p.signal(syscall.SIGKILL)
	<-p.done
}

func (p *process) try(method, path string) (code int, body string) {
	r, err := http.NewRequest(method, p.url+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	a, err := p.client.Do(r)
	if err != nil {
		return 0, err.Error()
	}
	defer a.Body.Close()
	b, _ := io.ReadAll(a.Body)
	return a.StatusCode, string(b)
}

// metrics are all series: "sigtransit_frames_total{outcome=\"decoded\"}".
func (p *process) metrics() map[string]float64 {
	p.t.Helper()
	code, body := p.try("GET", "/metrics")
	if code != http.StatusOK {
		p.t.Fatalf("metrics: %d %s", code, body)
	}
	m := map[string]float64{}
	for line := range strings.Lines(body) {
		if i := strings.LastIndexByte(line, ' '); i > 0 && line[0] != '#' {
			m[line[:i]], _ = strconv.ParseFloat(strings.TrimSpace(line[i+1:]), 64)
		}
	}
	return m
}

// sum adds the series of a metric of ours up.
func sum(m map[string]float64, name string) (n float64) {
	for k, v := range m {
		if base, _, _ := strings.Cut(k, "{"); base == "sigtransit_"+name {
			n += v
		}
	}
	return n
}

// settled waits until n frames that passed the filter are accounted for, and checks
// that the accounts agree. On a loaded machine, and under the race detector, a full ring
// takes minutes to read: only what stands still is given up.
func (p *process) settled(n uint64) map[string]float64 {
	p.t.Helper()
	var m map[string]float64
	var last [3]float64
	for moved := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		m = p.metrics()
		received, dropped := sum(m, "capture_interface_frames_total"), sum(m, "capture_interface_drops_total")
		got, outcomes := sum(m, "capture_frames_total"), sum(m, "frames_total")
		if got != outcomes {
			p.t.Fatalf("%v frames, %v outcomes", got, outcomes)
		}
		if received == float64(n) && got+dropped == received && sum(m, "capture_drops_total") == dropped {
			return m
		}
		if now := [3]float64{received, dropped, got}; now != last {
			last, moved = now, time.Now()
		}
		if time.Since(moved) > patience {
			p.t.Fatalf("%v frames passed the filter, want %d; %v were read and %v lost", received, n, got, dropped)
		}
	}
}

// event is a line of output.
type event map[string]any

// events reads a file of events; every line must be whole.
func events(t *testing.T, name string) (list []event) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		e := event{}
		if err := json.Unmarshal(s.Bytes(), &e); err != nil {
			t.Fatalf("%s: %v: %q", name, err, s.Text())
		}
		list = append(list, e)
	}
	return list
}

// findings are the findings among events, as sorted text without what differs between
// a port and a file. With several workers frames are counted for each of them.
func findings(list []event, without ...string) (out []string) {
	for _, e := range list {
		if e["event_type"] != "finding" {
			continue
		}
		for _, key := range append([]string{"timestamp", "source"}, without...) {
			delete(e, key)
		}
		b, _ := json.Marshal(e)
		out = append(out, string(b))
	}
	slices.Sort(out)
	return out
}

// same compares findings.
func same(t *testing.T, got, want []string) {
	t.Helper()
	if slices.Equal(got, want) {
		return
	}
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Errorf("%d findings, want %d; the first difference:\n got %s\nwant %s", len(got), len(want), at(got, i), at(want, i))
			return
		}
	}
}

// isolated is livetest.Isolated with a mirror port.
func isolated(t *testing.T) bool {
	t.Helper()
	if !livetest.Isolated(t) {
		return false
	}
	livetest.Pair(t, "mirror0")
	return true
}

// need is the number of a metric.
func need(t *testing.T, m map[string]float64, series string, want float64) {
	t.Helper()
	if got, ok := m["sigtransit_"+series]; !ok || got != want {
		t.Errorf("%s is %v (there: %v), want %v", series, got, ok, want)
	}
}

func sprint(v any) string { return fmt.Sprint(v) }
