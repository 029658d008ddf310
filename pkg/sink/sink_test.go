package sink

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"sigtransit/pkg/signaling"
)

const (
	info     = signaling.SeverityInfo
	low      = signaling.SeverityLow
	high     = signaling.SeverityHigh
	critical = signaling.SeverityCritical
)

func TestDelivers(t *testing.T) {
	leaves(t)
	x := &fake{}
	s := startFake(t, testConfig(100), x)
	put(s, low, 0, 50)
	if err := closeSink(t, s, time.Minute); err != nil {
		t.Error(err)
	}
	if got := x.got(); !slices.Equal(got, numbered(low, 0, 50)) {
		t.Errorf("got %q", got)
	}
	s.Enqueue(finding(low), []byte("late\n"))
	y := s.Snapshot()
	balanced(t, y)
	if y.Events[Written] != 50 || y.Drops[DropClosed] != 1 || y.QueueEvents != 0 || y.QueueOctets != 0 || y.LastSuccess == 0 || !x.closed {
		t.Errorf("%+v", y)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Errorf("closed twice: %v", err)
	}
}

func TestFilter(t *testing.T) {
	c := testConfig(100)
	c.MinSeverity, c.Events = high, 1<<Finding|1<<Flow
	x := &fake{}
	s := startFake(t, c, x)
	put(s, low, 0, 1)
	put(s, high, 0, 1)
	s.Enqueue(Meta{Type: Message}, []byte("message\n"))
	s.Enqueue(Meta{Type: Flow}, []byte("flow\n")) // severity is of findings
	_ = closeSink(t, s, time.Minute)
	if got := x.got(); !slices.Equal(got, []string{"high 0", "flow"}) {
		t.Errorf("got %q", got)
	}
}

// TestQueueGivesWay fills a queue of four whose sender stands still.
func TestQueueGivesWay(t *testing.T) {
	for name, test := range map[string]struct {
		newest bool
		put    func(s *Sink)
		want   []string
	}{
		"oldest of equals":            {false, func(s *Sink) { put(s, low, 0, 6) }, numbered(low, 2, 6)},
		"newest of equals":            {true, func(s *Sink) { put(s, low, 0, 6) }, numbered(low, 0, 4)},
		"a flood spares critical":     {false, func(s *Sink) { put(s, critical, 0, 2); put(s, low, 0, 9) }, []string{"critical 0", "critical 1", "low 7", "low 8"}},
		"critical takes the room":     {false, func(s *Sink) { put(s, low, 0, 4); put(s, critical, 0, 2) }, []string{"low 2", "low 3", "critical 0", "critical 1"}},
		"critical takes the newest":   {true, func(s *Sink) { put(s, low, 0, 4); put(s, critical, 0, 2) }, []string{"low 0", "low 1", "critical 0", "critical 1"}},
		"less than all there is":      {false, func(s *Sink) { put(s, high, 0, 4); put(s, info, 0, 9) }, numbered(high, 0, 4)},
		"messages before information": {false, func(s *Sink) { put(s, info, 0, 4); s.Enqueue(Meta{Type: Message}, []byte("m\n")) }, numbered(info, 0, 4)},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := testConfig(4)
				c.Queue.Newest = test.newest
				x := &fake{stuck: make(chan struct{})}
				s := startFake(t, c, x)
				s.Enqueue(finding(critical), []byte("first\n"))
				synctest.Wait() // it is with the transport now
				test.put(s)
				before := s.Snapshot()
				close(x.stuck)
				if err := closeSink(t, s, time.Minute); err != nil {
					t.Error(err)
				}
				if got := x.got()[1:]; !slices.Equal(got, test.want) {
					t.Errorf("got %q, want %q", got, test.want)
				}
				if before.QueueEvents != 5 {
					t.Errorf("%d in the queue", before.QueueEvents)
				}
				balanced(t, s.Snapshot())
			})
		})
	}
}

func TestOctetsBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := testConfig(100)
		c.Queue.Octets = 100
		x := &fake{stuck: make(chan struct{})}
		s := startFake(t, c, x)
		s.Enqueue(finding(critical), make([]byte, 10))
		synctest.Wait()
		s.Enqueue(finding(critical), make([]byte, 101))
		for range 3 {
			s.Enqueue(finding(low), make([]byte, 40))
		}
		if y := s.Snapshot(); y.Drops[DropTooBig] != 1 || y.Drops[DropQueueFull] != 1 || y.QueueOctets != 90 {
			t.Errorf("%+v", y)
		}
		close(x.stuck)
		_ = closeSink(t, s, time.Minute)
		balanced(t, s.Snapshot())
	})
}

// TestBackoff: the pauses double up to the longest, at least half of each.
func TestBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := &fake{err: errDown}
		s := startFake(t, testConfig(10), x)
		put(s, low, 0, 1)
		time.Sleep(40 * time.Second)
		x.set(func() { x.err = nil })
		time.Sleep(10 * time.Second)
		if got := x.got(); !slices.Equal(got, numbered(low, 0, 1)) {
			t.Errorf("got %q", got)
		}
		for i, longest := range []time.Duration{1, 2, 4, 8, 8, 8} {
			if d := x.tries()[i+1].Sub(x.tries()[i]); d > longest*time.Second || d < longest*time.Second/2 {
				t.Errorf("pause %d: %v", i, d)
			}
		}
		_ = closeSink(t, s, time.Second)
		if y := s.Snapshot(); y.Errors[ReasonOther] != uint64(len(x.tries())-1) {
			t.Errorf("%d sends: %+v", len(x.tries()), y)
		}
	})
}

func TestRetryAfterIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := &fake{err: &fault{reason: ReasonThrottled, retryAfter: time.Minute, err: errDown}}
		s := startFake(t, testConfig(10), x)
		put(s, low, 0, 1)
		time.Sleep(59 * time.Second)
		if len(x.tries()) != 1 {
			t.Errorf("%d sends in the minute that was asked for", len(x.tries()))
		}
		x.set(func() { x.err = nil })
		_ = closeSink(t, s, time.Minute)
		if len(x.got()) != 1 {
			t.Errorf("got %q", x.got())
		}
	})
}

// TestPartial: what a transport took before a fault does not come again.
func TestPartial(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := &fake{err: errDown, accept: 3}
		s := startFake(t, testConfig(100), x)
		s.mu.Lock() // all in one batch
		for i := range 10 {
			s.seq++
			s.queue.push(record{Meta: finding(low), seq: s.seq, line: []byte(numbered(low, i, i+1)[0])})
			s.count.event(Accepted, 1)
		}
		s.mu.Unlock()
		signal(s.wake)
		_ = closeSink(t, s, time.Hour)
		if got := x.got(); !slices.Equal(got, numbered(low, 0, 10)) {
			t.Errorf("got %q", got)
		}
		balanced(t, s.Snapshot())
	})
}

func TestRejected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := &fake{err: &fault{reason: ReasonStatus4xx, rejected: 1, err: errDown}}
		s := startFake(t, testConfig(100), x)
		put(s, low, 0, 5)
		_ = closeSink(t, s, time.Minute)
		y := s.Snapshot()
		if y.Drops[DropRejected] != 5 || len(x.got()) != 0 || len(x.tries()) != 5 {
			t.Errorf("%d sends: %+v", len(x.tries()), y)
		}
		balanced(t, y)
	})
}

// TestCloseWhileDown: without a spill the rest is lost, and said to be.
func TestCloseWhileDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := &fake{hang: true}
		s := startFake(t, testConfig(100), x)
		put(s, low, 0, 5)
		begin := time.Now()
		if err := closeSink(t, s, 3*time.Second); err == nil {
			t.Error("no error")
		}
		if d := time.Since(begin); d != 3*time.Second {
			t.Errorf("took %v", d)
		}
		y := s.Snapshot()
		if y.Drops[DropShutdown] != 5 || !x.closed {
			t.Errorf("%+v", y)
		}
		balanced(t, y)
	})
}

// TestSpill: a receiver is down while far more comes than memory holds, then it
// comes back: all of it is there, in order.
func TestSpill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := &fake{err: errDown}
		s := startFake(t, spillConfig(t, 16, 1<<20), x)
		for i := range 500 {
			put(s, low, i, i+1)
			if i%4 == 0 {
				synctest.Wait()
			}
		}
		if y := s.Snapshot(); y.SpilledBytes == 0 || y.Events[Spilled] < 450 || y.Events[Dropped] != 0 {
			t.Errorf("down: %+v", y)
		}
		x.set(func() { x.err = nil })
		time.Sleep(time.Minute)
		if got := x.got(); !slices.Equal(got, numbered(low, 0, 500)) {
			t.Errorf("got %d: %q", len(got), got)
		}
		put(s, low, 500, 510)
		_ = closeSink(t, s, time.Minute)
		if got := x.got(); !slices.Equal(got, numbered(low, 0, 510)) {
			t.Errorf("got %d", len(got))
		}
		y := s.Snapshot()
		balanced(t, y)
		if y.SpilledBytes != 0 {
			t.Errorf("%d octets left", y.SpilledBytes)
		}
		if files, _ := filepath.Glob(s.conf.Spill.Dir + "/*.spill"); len(files) != 0 {
			t.Errorf("left behind: %v", files)
		}
	})
}

func spillConfig(t testing.TB, events int, octets int64) Config {
	c := testConfig(events)
	c.Spill = SpillConfig{Dir: t.TempDir(), Octets: octets}
	return c
}

// TestRestart: what a run could not deliver is delivered by the next one, before
// what that one finds, and in order.
func TestRestart(t *testing.T) {
	for name, hang := range map[string]bool{"down": false, "hanging": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := spillConfig(t, 16, 1<<20)
				x := &fake{err: errDown, hang: hang}
				s := startFake(t, c, x)
				for i := range 100 {
					put(s, low, i, i+1)
					if i%4 == 0 {
						synctest.Wait()
					}
				}
				if err := closeSink(t, s, time.Second); err != nil {
					t.Error(err)
				}
				if y := s.Snapshot(); y.Events[Dropped] != 0 || y.Events[Spilled] != 100 {
					t.Errorf("first run: %+v", y)
				}
				x = &fake{}
				s = startFake(t, c, x)
				put(s, low, 100, 110)
				if err := closeSink(t, s, time.Minute); err != nil {
					t.Error(err)
				}
				if got := x.got(); !slices.Equal(got, numbered(low, 0, 110)) {
					t.Errorf("got %d: %q", len(got), got)
				}
				y := s.Snapshot()
				if y.Events[Recovered] != 100 {
					t.Errorf("second run: %+v", y)
				}
				balanced(t, y)
			})
		})
	}
}

// TestStuckTransport: a system call that never returns holds up neither the end
// nor the events.
func TestStuckTransport(t *testing.T) {
	x := &fake{stuck: make(chan struct{})}
	c := spillConfig(t, 100, 1<<20)
	s := startFake(t, c, x)
	put(s, low, 0, 10)
	eventually(t, "the transport is stuck", func() bool { return len(x.tries()) > 0 })
	if err := closeSink(t, s, 10*time.Millisecond); err != nil {
		t.Error(err)
	}
	if x.closed {
		t.Error("a transport in use was closed")
	}
	close(x.stuck)
	<-s.sent
	y := &fake{}
	s = startFake(t, c, y)
	_ = closeSink(t, s, time.Minute)
	if got := y.got(); !slices.Equal(got, numbered(low, 0, 10)) {
		t.Errorf("got %q", got)
	}
}

// TestSpillCannotBeWritten: nothing waits, nothing is lost that memory holds.
func TestSpillCannotBeWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := spillConfig(t, 16, 1<<20)
		x := &fake{err: errDown}
		s := startFake(t, c, x)
		if err := os.RemoveAll(c.Spill.Dir); err != nil {
			t.Fatal(err)
		}
		put(s, critical, 0, 4)
		synctest.Wait()
		put(s, low, 0, 100)
		time.Sleep(5 * time.Second)
		y := s.Snapshot()
		if y.Errors[ReasonSpill] == 0 || y.Drops[DropQueueFull] == 0 || y.QueueEvents < 16 {
			t.Errorf("%+v", y)
		}
		x.set(func() { x.err = nil })
		_ = closeSink(t, s, time.Minute)
		if got := x.got(); !slices.Contains(got, "critical 3") || !slices.Contains(got, "low 99") {
			t.Errorf("got %q", got)
		}
		balanced(t, s.Snapshot())
	})
}

// TestSpillHangs: a disk that does not answer holds up neither who enqueues nor the
// end.
func TestSpillHangs(t *testing.T) {
	s := startFake(t, spillConfig(t, 16, 1<<20), &fake{err: errDown})
	s.disk.Lock() // as a write would that never returns
	put(s, low, 0, 100)
	begin := time.Now()
	if err := closeSink(t, s, 10*time.Millisecond); err == nil {
		t.Error("no error")
	}
	if d := time.Since(begin); d > 10*spillGrace {
		t.Errorf("took %v", d)
	}
	s.disk.Unlock()
	<-s.sent
	eventually(t, "what was left is put away, once the disk answers", func() bool {
		s.disk.Lock() // finish holds it to its end
		defer s.disk.Unlock()
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.left
	})
}

// TestDrainTriesAtOnce: the end does not wait for a long pause.
func TestDrainTriesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := testConfig(10)
		c.RetryMin, c.RetryMax = time.Hour, time.Hour
		x := &fake{err: errDown}
		s := startFake(t, c, x)
		put(s, low, 0, 1)
		synctest.Wait()
		x.set(func() { x.err = nil })
		if err := closeSink(t, s, time.Second); err != nil || len(x.got()) != 1 {
			t.Errorf("%v, got %q", err, x.got())
		}
	})
}

func TestEnqueueDoesNotAllocate(t *testing.T) {
	x := &fake{stuck: make(chan struct{})}
	s := startFake(t, testConfig(64), x)
	line := make([]byte, 1000)
	m := finding(low)
	for range 1000 {
		s.Enqueue(m, line)
	}
	if n := testing.AllocsPerRun(1000, func() { s.Enqueue(m, line) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	close(x.stuck)
	_ = closeSink(t, s, time.Minute)
}

func BenchmarkEnqueue(b *testing.B) {
	line := make([]byte, 1000)
	for name, x := range map[string]*fake{"delivered": {}, "full": {stuck: make(chan struct{})}} {
		b.Run(name, func(b *testing.B) {
			s := startFake(b, testConfig(8192), x)
			m := finding(low)
			b.ReportAllocs()
			for b.Loop() {
				s.Enqueue(m, line)
			}
			if x.stuck != nil {
				close(x.stuck)
			}
			_ = closeSink(b, s, time.Minute)
		})
	}
}
