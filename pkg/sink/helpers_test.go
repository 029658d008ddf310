package sink

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sigtransit/pkg/signaling"
)

// fake is a transport that tests steer.
type fake struct {
	mu     sync.Mutex
	lines  []string
	err    error         // given to each send
	accept int           // with err: so many records are taken
	hang   bool          // a send waits for its context, or for abort
	stuck  chan struct{} // a send waits for this alone
	sends  []time.Time
	closed bool
}

func (x *fake) send(ctx context.Context, batch []record) (int, error) {
	x.mu.Lock()
	hang, stuck := x.hang, x.stuck
	x.sends = append(x.sends, time.Now())
	x.mu.Unlock()
	if stuck != nil {
		<-stuck
	}
	if hang {
		<-ctx.Done()
		return 0, ctx.Err()
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	n := len(batch)
	if x.err != nil {
		n = min(x.accept, n)
	}
	for _, r := range batch[:n] {
		x.lines = append(x.lines, strings.TrimSuffix(string(r.line), "\n"))
	}
	return n, x.err
}

func (x *fake) set(change func()) {
	x.mu.Lock()
	defer x.mu.Unlock()
	change()
}

func (x *fake) got() []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return slices.Clone(x.lines)
}

// tries are the times of the sends so far.
func (x *fake) tries() []time.Time {
	x.mu.Lock()
	defer x.mu.Unlock()
	return slices.Clone(x.sends)
}

func (x *fake) reopen() {}
func (x *fake) abort()  {}
func (x *fake) close() error {
	x.set(func() { x.closed = true })
	return nil
}

var errDown = errors.New("down")

var discard = slog.New(slog.DiscardHandler)

// testConfig is a small sink of a file that is never opened.
func testConfig(events int) Config {
	return Config{
		Name: "test", Events: 1<<NumTypes - 1, Queue: QueueConfig{Events: events, Octets: 1 << 20},
		RetryMin: time.Second, RetryMax: 8 * time.Second,
	}
}

func startFake(t testing.TB, c Config, x *fake) *Sink {
	t.Helper()
	s, err := start(c, x, &counters{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func finding(severity signaling.Severity) Meta {
	return Meta{Time: 1_800_000_000_123_456_789, Type: Finding, Severity: severity, Rule: "location-in-clear", Carrier: "example"}
}

// put enqueues numbered lines.
func put(s *Sink, severity signaling.Severity, from, to int) {
	for i := from; i < to; i++ {
		s.Enqueue(finding(severity), fmt.Appendf(nil, "%s %d\n", severity, i))
	}
}

// numbered are the lines that put makes.
func numbered(severity signaling.Severity, from, to int) (lines []string) {
	for i := from; i < to; i++ {
		lines = append(lines, fmt.Sprintf("%s %d", severity, i))
	}
	return lines
}

func closeSink(t testing.TB, s *Sink, patience time.Duration) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return s.Close(ctx)
}

// eventually waits for what other goroutines and the kernel do.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("never: %s", what)
}

// leaves asserts that a test leaves no goroutines and no open files behind.
func leaves(t *testing.T) {
	t.Helper()
	files := func() int {
		entries, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			return 0
		}
		return len(entries)
	}
	goroutines, open := runtime.NumGoroutine(), files()
	t.Cleanup(func() {
		eventually(t, "all goroutines end and all files are closed", func() bool { return runtime.NumGoroutine() <= goroutines && files() <= open })
	})
}

// balanced asserts that every event has one outcome.
func balanced(t testing.TB, x Snapshot) {
	t.Helper()
	if in, out := x.Events[Accepted]+x.Events[Recovered], x.Events[Written]+x.Events[Dropped]-x.Drops[DropClosed]-x.Drops[DropCorrupt]; in != out {
		t.Errorf("%d events came, %d have an outcome: %+v", in, out, x)
	}
}
