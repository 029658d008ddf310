//go:build linux

package daemon

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sigtransit/pkg/capture/live"
	"sigtransit/pkg/capture/live/livetest"
	"sigtransit/pkg/config"
	"sigtransit/pkg/dissect"
	"sigtransit/pkg/output"
	"sigtransit/pkg/telemetry"
	"sigtransit/rules"
)

// running starts a daemon with two workers on a pair of interfaces. stop ends it and
// gives what Run returned.
func running(t *testing.T, change func(*config.Config), notify func(string)) (d *Daemon, stop func() error) {
	t.Helper()
	livetest.Pair(t, "mirror0")
	set, err := rules.Load(rules.Options{})
	if err != nil {
		t.Fatal(err)
	}
	load := func() (*Plan, error) {
		c := config.Default()
		c.Capture.Interfaces, c.Capture.Workers = []string{"mirror0"}, 2
		c.Web.Listen = []string{"127.0.0.1:9810"}
		if change != nil {
			change(&c)
		}
		p := &Plan{Config: c, Set: set, Output: output.Options{Keys: output.NewEphemeralKeys()}, Dissect: dissect.Options{}}
		return p, Check(p)
	}
	if d, err = New(Options{Load: load, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Build: telemetry.Build{Version: "test"}, Notify: notify}); err != nil {
		t.Fatal(err)
	}
	d.stuckAfter = 500 * time.Millisecond
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	for begin := time.Now(); d.Ready() != nil; time.Sleep(time.Millisecond) {
		select {
		case err := <-ended:
			t.Fatal(err)
		default:
		}
		if time.Since(begin) > 20*time.Second {
			t.Fatal("not ready")
		}
	}
	return d, func() error { cancel(); return <-ended }
}

func get(t *testing.T, path string) (int, string) {
	t.Helper()
	r, err := http.Get("http://127.0.0.1:9810" + path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, _ := io.ReadAll(r.Body)
	return r.StatusCode, string(b)
}

// TestStuck: a worker that stands still makes the daemon unhealthy and says so on all
// pages; a reload tells that it is not in force everywhere; the end does not wait for
// it for ever.
func TestStuck(t *testing.T) {
	if !livetest.Isolated(t) {
		return
	}
	d, stop := running(t, nil, nil)
	if code, body := get(t, "/-/healthy"); code != http.StatusOK {
		t.Fatal(body)
	}
	release := make(chan struct{})
	var once sync.Once
	defer once.Do(func() { close(release) })
	inside := make(chan struct{})
	go func() {
		_ = d.workers[1].Inspect(context.Background(), func(*dissect.Dissector) { close(inside); <-release })
	}()
	<-inside
	time.Sleep(2 * d.stuckAfter)
	if code, body := get(t, "/-/healthy"); code != http.StatusServiceUnavailable || !strings.HasPrefix(body, "worker 1 stands still since ") {
		t.Errorf("%d %s", code, body)
	}
	_, body := get(t, "/metrics")
	for _, want := range []string{`sigtransit_workers{state="running"} 1`, `sigtransit_workers{state="stuck"} 1`} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s", want)
		}
	}
	if _, body := get(t, "/api/v1/status"); !strings.Contains(body, `"problem": "worker 1 stands still`) {
		t.Errorf("status: %s", body)
	}
	if err := d.Reload(context.Background()); err == nil || !strings.Contains(err.Error(), "not everywhere yet: worker 1 stands still") {
		t.Errorf("reload: %v", err)
	}
	begin := time.Now()
	if err := stop(); err == nil || !strings.Contains(err.Error(), "worker 1 did not end within") {
		t.Errorf("the end: %v", err)
	}
	if took := time.Since(begin); took > readTime+stopTime+5*time.Second {
		t.Errorf("it took %v to end", took)
	}
}

// TestNotify: the service manager is told what it needs to know, and nothing before it
// is so.
func TestNotify(t *testing.T) {
	if !livetest.Isolated(t) {
		return
	}
	var mu sync.Mutex
	var told []string
	d, stop := running(t, nil, func(s string) {
		mu.Lock()
		defer mu.Unlock()
		if len(told) == 0 || told[len(told)-1] != s {
			told = append(told, s)
		}
	})
	if err := d.Reload(context.Background()); err != nil {
		t.Fatal(err)
	}
	time.Sleep(2500 * time.Millisecond)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if err := d.Reload(context.Background()); err == nil {
		t.Error("a reload after the end")
	}
	d.Reopen()
	want := []string{"READY=1\nSTATUS=capturing", "RELOADING=1", "READY=1", "WATCHDOG=1", "STOPPING=1"}
	if !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
}

// TestTwoAtOnce: reloads, scrapes and reopened files while frames come; the race
// detector looks on.
func TestTwoAtOnce(t *testing.T) {
	if !livetest.Isolated(t) {
		return
	}
	level := slog.LevelInfo
	d, stop := running(t, func(c *config.Config) {
		c.State.File = filepath.Join(t.TempDir(), "state.json")
		c.Log.Level = level
	}, nil)
	level = slog.LevelError // from here on a reload reads it
	frames := livetest.Frames(t, "../../testdata/interconnect-demo/input.pcapng")
	out := livetest.NewSender(t, "mirror0")
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() {
			for range 5 {
				if err := d.Reload(context.Background()); err != nil {
					t.Error(err)
				}
				d.Reopen()
				get(t, "/metrics")
				get(t, "/api/v1/status")
				d.keepState(context.Background())
			}
		})
	}
	for range 10 {
		out.Send(frames...)
	}
	group.Wait()
	if d.opts.Level.Level() != slog.LevelError {
		t.Error("the level of the log was not taken over")
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// TestPortNotices: what is tried again and again is told once until something changes.
func TestPortNotices(t *testing.T) {
	var log strings.Builder
	d := &Daemon{log: slog.New(slog.NewTextHandler(&log, nil)), said: map[string]string{}}
	for _, s := range []live.State{live.StateGone, live.StateNotice, live.StateNotice, live.StateUp, live.StateNotice} {
		d.port(live.Event{Interface: "mirror0", State: s, Text: "no memory"})
	}
	if n := strings.Count(log.String(), "\n"); n != 4 {
		t.Errorf("%d lines:\n%s", n, log.String())
	}
}

// TestStateFile: written whole, read back, old links forgotten, swapped ends known.
func TestStateFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "state.json")
	now := time.Now().UnixNano()
	s := state{Version: stateVersion, Links: []dissect.KnownLink{{Transport: "TCP", Last: now}, {Transport: "SCTP", Last: now - int64(stateKeeps) - 1e9}}}
	if err := os.WriteFile(name+".new", []byte("what a killed process left"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.write(name); err != nil {
		t.Fatal(err)
	}
	got, moved, err := readState(name)
	if err != nil || moved != "" || len(got.Links) != 1 || got.Links[0].Transport != "TCP" {
		t.Errorf("%+v, %q, %v", got, moved, err)
	}
	if left, _ := filepath.Glob(name + ".*"); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	if _, moved, err := readState(filepath.Join(t.TempDir(), "none")); moved != "" || err != nil {
		t.Errorf("%q, %v", moved, err)
	}
}
