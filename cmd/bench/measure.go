package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// sample is what the kernel says a child has used, its threads included.
type sample struct {
	cpu  time.Duration // user and system
	peak int64         // resident set, octets; 0: the system does not tell
}

// pinning runs commands on one core.
type pinning []string // what stands in front of a command; empty: not pinned

// pin tries the cores in turn. A container may not have the one asked for.
func pin(ctx context.Context, cores ...int) (pinning, error) {
	if _, err := exec.LookPath("taskset"); err != nil {
		return nil, errors.New("taskset (util-linux) is missing")
	}
	var err error
	for _, c := range cores {
		p := pinning{"taskset", "-c", strconv.Itoa(c)}
		if err = exec.CommandContext(ctx, p[0], append(p[1:len(p):len(p)], "true")...).Run(); err == nil {
			return p, nil
		}
	}
	return nil, fmt.Errorf("taskset finds none of the cores %v: %w", cores, err)
}

// errorTail is how much of a failed command's complaint is shown, octets.
const errorTail = 2 << 10

// measure runs a command to its end with its output thrown away.
func (p pinning) measure(ctx context.Context, argv ...string) (sample, error) {
	full := append(p[:len(p):len(p)], argv...)
	c := exec.CommandContext(ctx, full[0], full[1:]...)
	c.Env = environment(os.Environ())
	complaint := tail{keep: errorTail}
	c.Stderr = &complaint
	if err := c.Run(); err != nil {
		if ctx.Err() != nil {
			return sample{}, ctx.Err()
		}
		return sample{}, fmt.Errorf("%s: %w: %s", strings.Join(argv, " "), err, bytes.TrimSpace(complaint.kept))
	}
	return sample{cpu: c.ProcessState.UserTime() + c.ProcessState.SystemTime(), peak: peakOf(c.ProcessState)}, nil
}

// environment gives our program one core and takes away what would tune it:
// figures are those of its defaults.
func environment(env []string) []string {
	var kept []string
	for _, e := range env {
		switch name, _, _ := strings.Cut(e, "="); name {
		case "GOMAXPROCS", "GOGC", "GOMEMLIMIT", "GODEBUG":
		default:
			kept = append(kept, e)
		}
	}
	return append(kept, "GOMAXPROCS=1")
}

// tail keeps the end of what is written to it.
type tail struct {
	keep int
	kept []byte
}

func (t *tail) Write(b []byte) (int, error) {
	n := len(b)
	if n > t.keep {
		b = b[n-t.keep:]
	}
	t.kept = append(t.kept, b...)
	if over := len(t.kept) - t.keep; over > 0 {
		t.kept = t.kept[:copy(t.kept, t.kept[over:])]
	}
	return n, nil
}
