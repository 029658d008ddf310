//go:build linux

package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sigtransit/pkg/capture/live/livetest"
	"sigtransit/pkg/exposure"
)

// TestCaptureEnd: SIGTERM right behind the last frame loses nothing, and takes no time
// to speak of.
func TestCaptureEnd(t *testing.T) {
	if !isolated(t) {
		return
	}
	frames := passing(t, livetest.Frames(t, demo))
	dir := folder(t)
	p := start(t, dir, basis+"sinks: [{type: file, path: findings.jsonl, events: [finding, stats]}]\n")
	livetest.NewSender(t, "mirror0").Send(frames...)
	if d := p.stop(); d > 5*time.Second {
		t.Errorf("it took %v to end", d)
	} else {
		t.Logf("it took %v to end", d)
	}
	got := events(t, filepath.Join(dir, "findings.jsonl"))
	same(t, findings(got), findings(replayed(t, frames)))
	if n := got[len(got)-1]["stats"].(map[string]any)["frames"]; sprint(n) != sprint(len(frames)) {
		t.Errorf("%v frames in the last totals, want %d", n, len(frames))
	}
}

// TestCaptureReopen: SIGUSR1 after a rename, many times, without more descriptors or
// goroutines than before; the same for reloads.
func TestCaptureReopen(t *testing.T) {
	if !isolated(t) {
		return
	}
	frames := passing(t, livetest.Frames(t, demo))
	dir := folder(t)
	p := start(t, dir, basis+fileSink)
	out := livetest.NewSender(t, "mirror0")
	const rounds = 40
	var before map[string]float64
	for i := range rounds {
		out.Send(frames[i*len(frames)/rounds : (i+1)*len(frames)/rounds]...)
		m := p.settled(out.Sent)
		if i == 5 {
			before = m
		}
		until(t, "empty queue", func() bool { return sum(p.metrics(), "sink_queue_length") == 0 })
		name := filepath.Join(dir, "findings.jsonl")
		if err := os.Rename(name, fmt.Sprint(name, ".", i)); err != nil {
			t.Fatal(err)
		}
		p.signal(syscall.SIGUSR1)
		until(t, "new file", func() bool { return strings.Count(p.logged(), "files of sinks are opened anew") == i+1 })
		put(t, dir, "findings.jsonl", "") // where nothing is written there is no file
	}
	for range rounds { // not in between: dialogues under way would be judged anew
		if code, body := p.try("POST", "/-/reload"); code != http.StatusOK {
			t.Fatal(body)
		}
	}
	m := p.metrics()
	for _, x := range []string{"process_open_fds", "go_goroutines"} {
		t.Logf("%s: %v, then %v after %d reloads and reopened files", x, before[x], m[x], rounds)
		if m[x] > before[x]+5 {
			t.Errorf("%s grew from %v to %v", x, before[x], m[x])
		}
	}
	p.stop()
	var got []event
	for i := range rounds {
		got = append(got, events(t, filepath.Join(dir, fmt.Sprint("findings.jsonl.", i)))...)
	}
	same(t, findings(append(got, events(t, filepath.Join(dir, "findings.jsonl"))...)), findings(replayed(t, frames)))
}

// TestCaptureState: who is at the end of a link is known after a restart; a state file
// that cannot be read, or is of the future, is moved aside.
func TestCaptureState(t *testing.T) {
	if !isolated(t) {
		return
	}
	frames := passing(t, livetest.Frames(t, demo))
	all := replayed(t, frames)
	// The first message that the name of a peer makes a finding of comes behind its CEA.
	first := 0
	for _, e := range all {
		f, _ := e["finding"].(map[string]any)
		if first == 0 && e["event_type"] == "finding" && e["protocol"] == "diameter" && f["evidence"] == "adjacent" {
			first = int(e["frame"].(float64))
		}
	}
	if first == 0 {
		t.Fatal("the demonstration has no carrier that is known by its name")
	}
	adjacent := func(conf, keep string) bool {
		dir := folder(t)
		p := start(t, dir, conf+fileSink)
		out := livetest.NewSender(t, "mirror0")
		out.Send(frames[:first-1]...)
		p.settled(uint64(first - 1))
		p.stop()
		if keep != "" {
			put(t, dir, "state.json", keep)
		}
		before := len(findings(events(t, filepath.Join(dir, "findings.jsonl"))))
		p = start(t, dir, conf+fileSink)
		out.Send(frames[first-1:]...)
		p.settled(uint64(len(frames) - first + 1))
		if keep != "" {
			if b, err := os.ReadFile(filepath.Join(dir, "state.json.unreadable")); err != nil || string(b) != keep || !strings.Contains(p.logged(), "moved aside") {
				t.Errorf("%v; moved aside: %q", err, b)
			}
		}
		p.stop()
		for _, e := range events(t, filepath.Join(dir, "findings.jsonl"))[before:] {
			f, _ := e["finding"].(map[string]any)
			// Later ones may know the name again, from Device-Watchdogs.
			if n, _ := e["frame"].(float64); f != nil && n < 10 && e["protocol"] == "diameter" && f["evidence"] == "adjacent" {
				return true
			}
		}
		return false
	}
	if !adjacent(basis, "") {
		t.Error("a peer is not known by its name after a restart")
	}
	if adjacent(strings.Replace(basis, "state: {file: state.json}\n", "", 1), "") {
		t.Error("a peer is known by a name that nobody kept")
	}
	for _, bad := range []string{`{"version":1,"links":[{`, `{"version":2,"written":"2031-01-01T00:00:00Z","links":{}}`, `{"version":2,"links":[]}`} {
		if adjacent(basis, bad) {
			t.Errorf("a peer is known by a name of %s", bad)
		}
	}
}

// TestCaptureKill: a process that is killed while it writes leaves no half line that
// anybody reads as one, and the next one carries on.
func TestCaptureKill(t *testing.T) {
	if !isolated(t) {
		return
	}
	frames := passing(t, livetest.Frames(t, demo))
	dir := folder(t)
	out := livetest.NewSender(t, "mirror0")
	name := filepath.Join(dir, "findings.jsonl")
	conf := basis + "sinks: [{type: file, path: findings.jsonl, events: [finding, message, flow]}]\n"
	for i := range 6 {
		p := start(t, dir, conf)
		stop := make(chan struct{})
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			for {
				for _, f := range frames {
					select {
					case <-stop:
						return
					default:
						out.Send(f)
					}
				}
			}
		}()
		until(t, "findings", func() bool { return sum(p.metrics(), `sink_events_total`) > 100 })
		time.Sleep(time.Duration(i) * 7 * time.Millisecond)
		p.kill()
		close(stop)
		<-ended
		if i%2 == 1 { // what a kill within write(2) leaves
			f, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			_, err = f.WriteString(`{"timestamp":"2026-11-2`)
			if err != nil || f.Close() != nil {
				t.Fatal(err)
			}
		}
	}
	p := start(t, dir, conf)
	before := p.metrics()
	out.Send(frames...)
	until(t, "messages", func() bool { return sum(p.metrics(), "sink_events_total") > sum(before, "sink_events_total") })
	p.stop()
	if n := len(events(t, name)); n < 600 { // every line of it is whole
		t.Errorf("%d events", n)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "state.json*")); len(left) > 2 {
		t.Errorf("left behind: %v", left)
	}
}

// TestCaptureInterface: a port goes down, comes up, vanishes and is made anew, with the
// rights of an ordinary user: metrics and log say so, and capture goes on.
func TestCaptureInterface(t *testing.T) {
	if !isolated(t) {
		return
	}
	frames := passing(t, livetest.Frames(t, demo))
	dir := folder(t)
	p := start(t, dir, "user: nobody\n"+basis+fileSink)
	up := func(want float64) {
		t.Helper()
		until(t, fmt.Sprint("state ", want), func() bool { return p.metrics()[`sigtransit_capture_interface_up{interface="mirror0"}`] == want })
	}
	n := len(frames) / 3
	out := livetest.NewSender(t, "mirror0")
	out.Send(frames[:n]...)
	p.settled(uint64(n))

	livetest.IP(t, "link", "set", "mirror0", "down")
	up(0)
	livetest.IP(t, "link", "set", "mirror0", "up")
	up(1)
	out.Send(frames[n : 2*n]...)
	p.settled(uint64(2 * n))

	livetest.IP(t, "link", "del", "mirror0")
	up(0)
	until(t, "word of it", func() bool { return strings.Contains(p.logged(), `"interface gone"`) })
	if code, body := p.try("GET", "/-/healthy"); code != http.StatusOK {
		t.Errorf("not healthy for a port that is gone: %s", body)
	}
	livetest.Pair(t, "mirror0")
	up(1)
	livetest.NewSender(t, "mirror0").Send(frames[2*n:]...)
	m := p.settled(uint64(len(frames)))
	need(t, m, `capture_interface_reopened_total{interface="mirror0"}`, 1)
	p.stop()
	same(t, findings(events(t, filepath.Join(dir, "findings.jsonl"))), findings(replayed(t, frames)))
}

// TestCapturePrivileges: started as root with a user, all that is left is the
// capability to capture.
func TestCapturePrivileges(t *testing.T) {
	if !isolated(t) {
		return
	}
	dir := folder(t)
	p := start(t, dir, "user: nobody\n"+basis+fileSink)
	status, err := os.ReadFile("/proc/" + strconv.Itoa(p.cmd.Process.Pid) + "/status")
	if err != nil {
		t.Fatal(err)
	}
	const netRaw = "0000000000002000" // 1<<13
	for key, want := range map[string]string{"Uid": "65534\t65534\t65534\t65534", "NoNewPrivs": "1", "CapInh": netRaw, "CapPrm": netRaw, "CapEff": netRaw, "CapBnd": netRaw, "CapAmb": netRaw} {
		_, rest, _ := strings.Cut(string(status), "\n"+key+":\t")
		if got, _, _ := strings.Cut(rest, "\n"); got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
	for line := range strings.Lines(string(status)) {
		if gid, ok := strings.CutPrefix(line, "Gid:\t"); ok && strings.HasPrefix(gid, "0") {
			t.Errorf("group %q", gid)
		}
	}
	p.stop()
}

// TestCaptureRefused: what keeps a daemon from its work is one line that says what
// would be right.
func TestCaptureRefused(t *testing.T) {
	if !isolated(t) {
		return
	}
	dir := folder(t)
	if exe, err := os.ReadFile("/proc/self/exe"); err != nil || os.WriteFile(filepath.Join(dir, "sigtransit"), exe, 0o755) != nil {
		t.Fatal(err)
	}
	taken, err := net.Listen("tcp", "127.0.0.1:9811")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, c := range []struct {
		name, conf string
		nobody     bool
		code       int
		want       string
	}{
		{"wrong interface", "capture: {interfaces: [mirror7]}\n", false, 1, `live capture on "mirror7": no such interface; want one of: lo, `},
		{"no interface", "", false, 2, "nothing to capture: want capture.interfaces in the configuration, or --interface\n"},
		{"no capability", "capture: {interfaces: [mirror0]}\n", true, 1, "live capture on mirror0: no permission to capture (the capability CAP_NET_RAW is missing); want `setcap cap_net_raw+ep "},
		{"no user", "capture: {interfaces: [mirror0]}\nuser: no-such-user\n", false, 1, "user \"no-such-user\" of the configuration: there is no such user; want one made for this service"},
		{"address taken", "capture: {interfaces: [mirror0]}\nweb: {listen: [\"127.0.0.1:9811\"]}\n", false, 1, "web: listen tcp 127.0.0.1:9811: bind: address already in use\n"},
		{"bad web file", "capture: {interfaces: [mirror0]}\nweb: {config_file: sigtransit.yaml}\n", false, 2, "web.config_file: " + dir + "/sigtransit.yaml: yaml: unmarshal errors: "},
		{"no folder for findings", "capture: {interfaces: [mirror0]}\nsinks: [{type: file, path: none/f.jsonl}]\n", false, 2, dir + "/sigtransit.yaml:2:28: sinks[0].path: " + dir + "/none/f.jsonl: there is no folder " + dir + "/none\n"},
	} {
		put(t, dir, "sigtransit.yaml", c.conf)
		cmd := program("run", "-c", filepath.Join(dir, "sigtransit.yaml"))
		if c.nobody {
			cmd.Path = filepath.Join(dir, "sigtransit")
			cmd.SysProcAttr.Credential = &syscall.Credential{Uid: 65534, Gid: 65534}
		}
		stderr, _ := cmd.CombinedOutput()
		lines := strings.Split(strings.TrimRight(string(stderr), "\n"), "\n")
		last := lines[len(lines)-1]
		if cmd.ProcessState.ExitCode() != c.code || !strings.HasPrefix(last+"\n", "sigtransit: "+c.want) {
			t.Errorf("%s: exit code %d: %s\nwant %d and %s", c.name, cmd.ProcessState.ExitCode(), stderr, c.code, c.want)
		}
	}
}

// TestCaptureDeadSinks: a full disk and receivers that are dead or silent hold nobody
// up and make nobody unhealthy; when there is room again the file gets what waited.
func TestCaptureDeadSinks(t *testing.T) {
	if !isolated(t) {
		return
	}
	frames := passing(t, livetest.Frames(t, demo))
	dir := folder(t)
	disk := filepath.Join(dir, "disk")
	if err := os.Mkdir(disk, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("tmpfs", disk, "tmpfs", 0, "size=64k"); err != nil {
		t.Fatal(err)
	}
	ballast := filepath.Join(disk, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 60<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	silent, err := net.Listen("tcp", "127.0.0.1:9812") // takes connections and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	p := start(t, dir, basis+`sinks:
  - {type: file, path: disk/findings.jsonl, retry: {min: 50ms, max: 200ms}}
  - {name: dead, type: webhook, url: "http://127.0.0.1:1/", queue: {events: 10}}
  - {name: silent, type: webhook, url: "http://127.0.0.1:9812/", queue: {events: 10}}
`)
	livetest.NewSender(t, "mirror0").Send(frames...)
	m := p.settled(uint64(len(frames)))
	want := findings(replayed(t, frames))
	if sum(m, "findings_total") != float64(len(want)) || sum(m, "capture_drops_total") != 0 {
		t.Errorf("%v findings, want %d; %v frames lost", sum(m, "findings_total"), len(want), sum(m, "capture_drops_total"))
	}
	until(t, "sinks that fail", func() bool {
		m = p.metrics()
		return m[`sigtransit_sink_errors_total{sink="file",reason="disk_full"}`]+m[`sigtransit_sink_errors_total{reason="disk_full",sink="file"}`] > 0 &&
			m[`sigtransit_sink_errors_total{reason="connect",sink="dead"}`] > 0 && m[`sigtransit_sink_drops_total{reason="queue_full",sink="dead"}`] > 0
	})
	if code, body := p.try("GET", "/-/healthy"); code != http.StatusOK {
		t.Errorf("not healthy for its sinks: %s", body)
	}
	// There is room again.
	if err := unix.Mount("", disk, "", unix.MS_REMOUNT, "size=4m"); err != nil {
		t.Fatal(err)
	}
	until(t, "delivery", func() bool {
		return p.metrics()[`sigtransit_sink_events_total{outcome="written",sink="file"}`] >= float64(len(want))
	})
	if d := p.stop(); d > 12*time.Second {
		t.Errorf("it took %v to end with a receiver that is silent", d)
	}
	same(t, findings(events(t, filepath.Join(disk, "findings.jsonl"))), want)
}

// TestCaptureEndLosses: what a sink could not deliver at the end is counted by the next run,
// once, and pages are served until the sinks have closed.
func TestCaptureEndLosses(t *testing.T) {
	if !isolated(t) {
		return
	}
	frames := passing(t, livetest.Frames(t, demo))
	dir := folder(t)
	silent, err := net.Listen("tcp", "127.0.0.1:9812") // takes connections and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	conf := basis + `sinks: [{name: silent, type: webhook, url: "http://127.0.0.1:9812/", queue: {events: 10}}]` + "\n"
	out := livetest.NewSender(t, "mirror0")
	lost := func(p *process) float64 {
		return p.metrics()[`sigtransit_sink_drops_total{reason="shutdown",sink="silent"}`]
	}
	p := start(t, dir, conf)
	out.Send(frames...)
	p.settled(uint64(len(frames)))
	p.signal(syscall.SIGTERM)
	until(t, "the end", func() bool { code, _ := p.try("GET", "/-/ready"); return code == http.StatusServiceUnavailable })
	if code, body := p.try("GET", "/-/healthy"); code != http.StatusOK {
		t.Errorf("healthy at the end: %d %s", code, body)
	}
	if err := <-p.done; err != nil {
		t.Fatal(err)
	}
	logged := p.logged()
	silent.Close() // from here on nobody listens, and nothing is to be sent
	p = start(t, dir, strings.Replace(conf, "stats_interval: 1s", "stats_interval: 1h", 1))
	if n := lost(p); n < 10 || !strings.Contains(logged, fmt.Sprintf("sink=silent events=%v\n", n)) {
		t.Errorf("%v events of the end before are counted, which said\n%s", n, logged)
	}
	p.stop()
	p = start(t, dir, conf)
	if n := lost(p); n != 0 {
		t.Errorf("%v events are counted after an end that lost none", n)
	}
	p.stop()
}

// TestCheckRehearses: check finds what would keep run from its work.
func TestCheckRehearses(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "bad-web.yaml", "tls_server: {}\n")
	for conf, want := range map[string]string{
		"capture: {interfaces: [mirror7]}\n":                      "sigtransit: warning: no interface \"mirror7\" on this machine now; there are: ",
		"user: no-such-user\n":                                    "sigtransit: user \"no-such-user\" of the configuration: there is no such user; want",
		"web: {config_file: none.yaml}\n":                         "sigtransit: " + dir + "/sigtransit.yaml:1:20: web.config_file: " + dir + "/none.yaml: no such file\n",
		"web: {config_file: bad-web.yaml}\n":                      "sigtransit: web.config_file: " + dir + "/bad-web.yaml: yaml: unmarshal errors: line 1: field tls_server not found",
		"state: {file: none/state.json}\n":                        "sigtransit: " + dir + "/sigtransit.yaml:1:15: state.file: " + dir + "/none/state.json: there is no folder " + dir + "/none\n",
		"ledger: {file: x.db, hours: 7d}\n":                       "sigtransit: " + dir + "/sigtransit.yaml:1:29: ledger.hours: 7d is too short for the window of rule path-declared-unseen (builtin:detections/paths.yaml:47); want 8d or more, or a shorter window\n",
		"sinks: [{type: file, path: bad-web.yaml/f}]\n":           "sigtransit: " + dir + "/sigtransit.yaml:1:28: sinks[0].path: " + dir + "/bad-web.yaml/f: " + dir + "/bad-web.yaml is no folder\n",
		"capture: {filter: {networks: [\"::ffff:192.0.2.1\"]}}\n": "sigtransit: capture.filter: live capture: bad filter (network ::ffff:192.0.2.1/128); want a prefix such as",
	} {
		put(t, dir, "sigtransit.yaml", conf)
		code, _, stderr := invoke(t, "", "check", "-c", filepath.Join(dir, "sigtransit.yaml"))
		fine := strings.Contains(want, "warning")
		if !strings.HasPrefix(stderr, want) || (code == 0) != fine || code != 0 && code != 2 {
			t.Errorf("%q: exit code %d\ngot  %swant %s", conf, code, stderr, want)
		}
	}
}

// TestCheckLedger: a ledger that cannot be recorded into is told, and keeps no daemon from
// its start: under the unit check runs before it.
func TestCheckLedger(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "sigtransit.yaml", "ledger: {file: exposure.db}\n")
	put(t, dir, "nowhere.yaml", "ledger: {file: none/exposure.db}\n")
	put(t, dir, "folder.yaml", "ledger: {file: .}\n")
	whole := filepath.Join(dir, "whole.db")
	l, err := exposure.Open(whole, exposure.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	newer := slices.Clone(b)
	newer[63] = 99 // user_version, in the head of the database
	for _, x := range []struct{ conf, ledger, want string }{
		{"sigtransit.yaml", string(b), ""},
		{"sigtransit.yaml", "", ""},
		{"sigtransit.yaml", "no database\n", "exposure.db: is no ledger"},
		{"sigtransit.yaml", string(newer), "exposure.db: was written by a newer sigtransit"},
		{"sigtransit.yaml", string(b[:len(b)/3]), "exposure.db: is damaged"},
		{"nowhere.yaml", "", "none/exposure.db: stat " + dir + "/none: no such file or directory"},
		{"folder.yaml", "", ": is no ledger: it is no regular file"},
	} {
		put(t, dir, "exposure.db", x.ledger)
		code, stdout, stderr := invoke(t, "", "check", "-c", filepath.Join(dir, x.conf))
		if code != 0 || !strings.HasPrefix(stdout, "ok: ") || (stderr == "") != (x.want == "") || x.want != "" && !strings.HasPrefix(stderr, "sigtransit: warning: run would capture without its ledger: ledger "+dir) || !strings.Contains(stderr, x.want) {
			t.Errorf("%s, %.20q: exit code %d, %swant %q", x.conf, x.ledger, code, stderr, x.want)
		}
	}
}

// TestRunRefusesWhatCheckDoes: a sink that cannot be is a fault of the configuration, told
// with its place, before anything is opened; a replay with the same file needs no sink.
func TestRunRefusesWhatCheckDoes(t *testing.T) {
	dir := t.TempDir()
	conf := filepath.Join(dir, "sigtransit.yaml")
	put(t, dir, "sigtransit.yaml", "capture: {interfaces: [mirror7]}\nsinks: [{type: file, path: .}]\nwatchlists: [no.yaml]\n")
	want := "sigtransit: " + conf + ":2:28: sinks[0].path: " + dir + ": is a directory; want the name of a file\n" +
		conf + ":3:14: watchlists[0]: " + dir + "/no.yaml: no such file\n"
	for _, command := range []string{"check", "run"} {
		code, _, stderr := invoke(t, "", command, "-c", conf)
		if _, told, _ := strings.Cut(stderr, "sigtransit: "); code != 2 || "sigtransit: "+told != want {
			t.Errorf("%s: exit code %d\ngot  %swant %s", command, code, stderr, want)
		}
	}
	put(t, dir, "no.yaml", "carriers: []\n")
	if code, _, stderr := invoke(t, "", "rules", "list", "-c", conf); code != 0 {
		t.Errorf("rules list: exit code %d, %s", code, stderr)
	}
}

// TestCaptureStdout: without a sink events go to standard output.
func TestCaptureStdout(t *testing.T) {
	if !isolated(t) {
		return
	}
	frames := passing(t, livetest.Frames(t, demo))
	name := filepath.Join(t.TempDir(), "out")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	p := &process{t: t, url: "http://127.0.0.1:9810", client: http.DefaultClient, done: make(chan error, 1)}
	p.cmd = program("run", "-i", "mirror0", "--web-listen", "127.0.0.1:9810")
	p.cmd.Stdout, p.cmd.Stderr = f, p
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func(c *exec.Cmd) { p.done <- c.Wait() }(p.cmd)
	until(t, "capture", func() bool { code, _ := p.try("GET", "/-/ready"); return code == http.StatusOK })
	livetest.NewSender(t, "mirror0").Send(frames...)
	p.settled(uint64(len(frames)))
	p.stop()
	if got, want := len(findings(events(t, name))), len(findings(replayed(t, frames))); got != want {
		t.Errorf("%d findings, want %d", got, want)
	}
}
