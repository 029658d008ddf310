//go:build linux

package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"sigtransit/pkg/exposure"
)

// replaying starts a replay and waits until it is about to read. It reads what is written to
// in; lines are its standard error.
func replaying(t *testing.T, args ...string) (c *exec.Cmd, in io.WriteCloser, out io.Reader, lines chan string) {
	t.Helper()
	c = program(append([]string{"replay", "-q", "--metrics-listen", "127.0.0.1:0"}, args...)...)
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if out, err = c.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	errs, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Kill() })
	lines = make(chan string, 100)
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(errs); s.Scan(); {
			lines <- s.Text()
		}
	}()
	if l := <-lines; !strings.HasPrefix(l, "metrics at ") {
		t.Fatal(l)
	}
	return c, in, out, lines
}

// ended waits for the end of a program and returns its state and the rest of what it said.
func ended(t *testing.T, c *exec.Cmd, lines chan string) (*os.ProcessState, string) {
	t.Helper()
	kill := time.AfterFunc(patience, func() { c.Process.Signal(syscall.SIGKILL) })
	defer kill.Stop()
	var all []string
	for l := range lines {
		all = append(all, l)
	}
	c.Wait()
	return c.ProcessState, strings.Join(all, "\n")
}

func interrupt(t *testing.T, c *exec.Cmd) {
	t.Helper()
	if err := c.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
}

// TestInterruptSilence: what nothing came from is waited for until a signal, and no longer.
func TestInterruptSilence(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	capture, err := os.ReadFile(demo)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, file string
		head       []byte
	}{{"standard input", "-", nil}, {"a header", "-", capture[:200]}, {"a pipe without a writer", pipe, nil}} {
		c, in, _, lines := replaying(t, tt.file)
		if _, err := in.Write(tt.head); err != nil {
			t.Fatal(err)
		}
		time.Sleep(50 * time.Millisecond)
		interrupt(t, c)
		if s, said := ended(t, c, lines); s.ExitCode() != exitInterrupted || said != "sigtransit: interrupted: nothing came" {
			t.Errorf("%s: %v, %q", tt.name, s, said)
		}
	}
}

// TestInterruptLedger: a replay that is interrupted says so, and its ledger has whole
// captures, with which it goes on.
func TestInterruptLedger(t *testing.T) {
	capture, err := os.ReadFile(demo)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "ledger")
	c, in, out, lines := replaying(t, "--ledger", file, "--messages", demo, "-")
	go in.Write(capture[:len(capture)/2]) // and then it is silent
	results := bufio.NewScanner(out)
	results.Buffer(nil, 1<<20)
	for results.Scan() && !strings.Contains(results.Text(), `"source":"-"`) {
	}
	go io.Copy(io.Discard, out)
	time.Sleep(50 * time.Millisecond)
	interrupt(t, c)
	time.Sleep(2 * silence) // what came is not given up by one signal
	in.Close()
	s, said := ended(t, c, lines)
	want := "sigtransit: interrupted: - is not read to its end\nsigtransit: the ledger holds the captures before it, and nothing of it: go on with --ledger-skip"
	if s.ExitCode() != exitInterrupted || said != want {
		t.Errorf("%v, %q; want 130 and %q", s, said, want)
	}
	r, err := exposure.OpenForReading(file)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	list, err := r.Recordings()
	if err != nil || len(list) != 1 || list[0].Name != demo || !list[0].Complete || list[0].Frames != 391 {
		t.Errorf("error %v, the ledger holds %+v", err, list)
	}
	messages := uint64(0)
	if err := r.Rows(time.Time{}, time.Time{}, func(x *exposure.Row) error {
		if x.Carrier == exposure.Total {
			messages += x.Messages
		}
		return nil
	}); err != nil || messages != 179 {
		t.Errorf("error %v, %d messages", err, messages)
	}
}

// TestResultsEnd: a capture whose results could not be written is not counted, so that a
// later replay does both.
func TestResultsEnd(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip(err)
	}
	told := fmt.Sprintf("sigtransit: results end: %s is not told to its end\nsigtransit: the ledger holds the captures before it, and nothing of it: go on with --ledger-skip\n", demo)
	for _, x := range []struct {
		name, out string
		args      []string
		code      int
		after     string
	}{
		{"a full disk", "/dev/full", []string{"--messages"}, exitFailed, "sigtransit: writing results: write /dev/full: no space left on device\n"},
		{"with the last results", "/dev/full", nil, exitFailed, "sigtransit: writing results: write /dev/full: no space left on device\n"},
		{"a closed pipe", "-", []string{"--messages"}, 0, ""},
	} {
		file := filepath.Join(t.TempDir(), "ledger")
		c := program(append([]string{"replay", "-q", "--ledger", file, "-o", x.out, demo}, x.args...)...)
		var stderr strings.Builder
		c.Stderr = &stderr
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		r.Close()
		c.Stdout = w
		c.Run()
		w.Close()
		if s := c.ProcessState; s.ExitCode() != x.code || stderr.String() != told+x.after {
			t.Errorf("%s: %v, %q; want %d and %q", x.name, s, stderr.String(), x.code, told+x.after)
		}
		if code, _, stderr := invoke(t, "", "replay", "--ledger", file, demo); code != 0 {
			t.Errorf("%s: counted anew: exit code %d, %s", x.name, code, stderr)
		}
	}
}

// TestSecondSignal: it ends what the first one did not, at once.
func TestSecondSignal(t *testing.T) {
	capture, err := os.ReadFile(demo)
	if err != nil {
		t.Fatal(err)
	}
	c, in, out, lines := replaying(t, "--messages", "-")
	go in.Write(capture[:len(capture)/2])
	if !bufio.NewScanner(out).Scan() {
		t.Fatal("no results")
	}
	go io.Copy(io.Discard, out)
	time.Sleep(50 * time.Millisecond)
	interrupt(t, c)
	interrupt(t, c) // of the first one still
	time.Sleep(secondSignal + 300*time.Millisecond)
	interrupt(t, c)
	s, said := ended(t, c, lines)
	if w := s.Sys().(syscall.WaitStatus); !w.Signaled() || w.Signal() != syscall.SIGINT || said != "" {
		t.Errorf("%v, %q", s, said)
	}
}

// TestPipesAreNoFiles: what is read whole before anything is done is no pipe, which would be
// waited for.
func TestPipesAreNoFiles(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe.xml")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		args string
		code int
		want string
	}{
		{"check -c PIPE", exitUsage, "PIPE: is a named pipe; want a YAML file"},
		{"run -c PIPE", exitUsage, "PIPE: is a named pipe; want a YAML file"},
		{"check --watchlist PIPE", exitUsage, "PIPE: cannot be read: is a named pipe; want a file"},
		{"check --detections PIPE", exitUsage, "PIPE: cannot be read: is a named pipe; want a file"},
		{"check --exceptions PIPE", exitUsage, "PIPE: cannot be read: is a named pipe; want a file"},
		{"check --watchlist /dev/zero", exitUsage, "/dev/zero: cannot be read: is a device; want a file"},
		{"check --dictionary PIPE", exitUsage, "PIPE: is a named pipe; want an XML dictionary"},
		{"check --home 001-01 --partners PIPE", exitUsage, "PIPE: is a named pipe; want a partner file (sigtransit ir21 import)"},
		{"rules test PIPE", exitUsage, "PIPE: cannot be read: is a named pipe; want a file"},
		{"ir21 import PIPE -o -", exitFailed, "PIPE: is a named pipe; want a file\nsigtransit: ir21 import: no document could be used; no partner file is written"},
		{"report --declared PIPE", exitFailed, "PIPE: is a named pipe; want a file"},
	} {
		c := program(strings.Fields(strings.ReplaceAll(tt.args, "PIPE", pipe))...)
		kill := time.AfterFunc(patience, func() { c.Process.Kill() })
		out, _ := c.CombinedOutput()
		kill.Stop()
		if want := "sigtransit: " + strings.ReplaceAll(tt.want, "PIPE", pipe) + "\n"; c.ProcessState.ExitCode() != tt.code || string(out) != want {
			t.Errorf("%s: %v, %q; want %d and %q", tt.args, c.ProcessState, out, tt.code, want)
		}
	}
}
