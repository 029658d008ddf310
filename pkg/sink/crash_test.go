package sink

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// crashDir tells the test binary to be the process that is killed.
const crashDir = "SINK_TEST_CRASH_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		crashing(dir)
	}
	os.Exit(m.Run())
}

// crashing writes lines as fast as it can, each as large as a finding. Its standard
// output gets the number of each line that the sink says it has written.
func crashing(dir string) {
	c := testConfig(1 << 12)
	c.Queue.Octets = 1 << 23 // room for all of them: a line that gives way is missing, too
	c.File = FileConfig{Path: filepath.Join(dir, "findings.jsonl"), MaxSize: 1 << 20}
	s, err := open(c, Deps{Log: discard})
	if err != nil {
		panic(err)
	}
	pad := strings.Repeat("x", 1500)
	written := uint64(0)
	for i := 0; ; i++ {
		s.Enqueue(finding(low), fmt.Appendf(nil, "{\"run\":%d,\"n\":%d,\"pad\":%q}\n", os.Getpid(), i, pad))
		if i%64 != 0 {
			continue
		}
		for y := s.Snapshot(); y.QueueEvents > 1<<11; y = s.Snapshot() {
			time.Sleep(100 * time.Microsecond)
		}
		if n := s.Snapshot().Events[Written]; n != written {
			written = n
			fmt.Println(n)
		}
	}
}

// TestKill kills a writing process many times: every line of its files is whole,
// in order, and none is missing that the sink had counted as written.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	confirmed := map[int]int{} // by process: lines that were written
	for i := range 25 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), crashDir+"="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		last := 0
		if _, err := fmt.Fscanln(out, &last); err != nil { // it writes
			t.Fatal(err)
		}
		timer := time.AfterFunc(time.Duration(i)*1300*time.Microsecond, func() { _ = cmd.Process.Signal(syscall.SIGKILL) })
		for {
			n := 0
			if _, err := fmt.Fscanln(out, &n); err != nil {
				break
			}
			if n > last {
				last = n
			}
		}
		_ = cmd.Wait()
		timer.Stop()
		confirmed[cmd.Process.Pid] = last
	}
	// What a last run finds: it cuts off a torn line.
	c := testConfig(10)
	c.File = FileConfig{Path: filepath.Join(dir, "findings.jsonl"), MaxSize: 1 << 20}
	s, err := open(c, Deps{Log: discard})
	if err != nil {
		t.Fatal(err)
	}
	if err := closeSink(t, s, time.Minute); err != nil {
		t.Fatal(err)
	}
	k := keeper{conf: c.File}
	names, err := k.old()
	if err != nil {
		t.Fatal(err)
	}
	next := map[int]int{}
	for _, name := range append(names, c.File.Path) {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(b)) {
			var v struct{ Run, N int }
			if err := json.Unmarshal([]byte(line), &v); err != nil || !strings.HasSuffix(line, "}\n") {
				t.Fatalf("%s: %v: %.60q", name, err, line)
			}
			if v.N != next[v.Run] {
				t.Fatalf("run %d: line %d where %d is due", v.Run, v.N, next[v.Run])
			}
			next[v.Run]++
		}
	}
	total := 0
	for pid, n := range confirmed {
		if next[pid] < n {
			t.Errorf("run %d: %d lines of %d that were written", pid, next[pid], n)
		}
		total += next[pid]
	}
	if len(next) != 25 || total < 1000 {
		t.Errorf("%d runs, %d lines", len(next), total)
	}
}
