package sink

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// records are numbered lines, as send gets them.
func records(lines ...string) (batch []record) {
	for _, l := range lines {
		batch = append(batch, record{Meta: finding(low), line: []byte(l + "\n")})
	}
	return batch
}

func write(t *testing.T, x *file, lines ...string) {
	t.Helper()
	if n, err := x.send(t.Context(), records(lines...)); err != nil || n != len(lines) {
		t.Fatalf("%d of %d: %v", n, len(lines), err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func testFile(t *testing.T, c FileConfig) *file {
	t.Helper()
	if c.Path == "" {
		c.Path = filepath.Join(t.TempDir(), "findings.jsonl")
	}
	x := newFile(c, &counters{})
	t.Cleanup(func() { x.close() })
	return x
}

func TestFileAppends(t *testing.T) {
	leaves(t)
	x := testFile(t, FileConfig{})
	write(t, x, "a", "b")
	x.close()
	write(t, x, "c")
	if got := read(t, x.conf.Path); got != "a\nb\nc\n" {
		t.Errorf("%q", got)
	}
	if info, _ := os.Stat(x.conf.Path); info.Mode().Perm()&0o027 != 0 {
		t.Errorf("mode %v", info.Mode())
	}
}

// TestFileTornTail: what a killed process left of a line is cut off.
func TestFileTornTail(t *testing.T) {
	long := strings.Repeat("x", 10<<10)
	for in, want := range map[string]string{
		"":                "",
		"a\n":             "a\n",
		"a\nb":            "a\n",
		"a":               "",
		"a\n" + long:      "a\n",
		long:              "",
		"a\n\n{\"b":       "a\n\n",
		long + "\n" + "z": long + "\n",
	} {
		x := testFile(t, FileConfig{})
		if err := os.WriteFile(x.conf.Path, []byte(in), 0o600); err != nil {
			t.Fatal(err)
		}
		write(t, x, "new")
		if got := read(t, x.conf.Path); got != want+"new\n" {
			t.Errorf("%.20q: got %.40q", in, got)
		}
		if torn := x.count.errors[ReasonTorn].Load(); (torn == 1) != (in != want) {
			t.Errorf("%.20q: %d torn lines counted", in, torn)
		}
	}
}

// TestFileMoved: rename, with and without a reopen, removal, and a new file in the
// place, as logrotate does.
func TestFileMoved(t *testing.T) {
	leaves(t)
	x := testFile(t, FileConfig{})
	path := x.conf.Path
	rename := func(to string) {
		if err := os.Rename(path, path+to); err != nil {
			t.Fatal(err)
		}
	}
	write(t, x, "a")
	rename(".1")
	x.reopen() // SIGUSR1
	write(t, x, "b")
	rename(".2")
	write(t, x, "c") // noticed
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	write(t, x, "d")
	rename(".3")
	if err := os.WriteFile(path, nil, 0o600); err != nil { // create
		t.Fatal(err)
	}
	write(t, x, "e")
	for suffix, want := range map[string]string{".1": "a\n", ".2": "b\n", ".3": "d\n", "": "e\n"} {
		if got := read(t, path+suffix); got != want {
			t.Errorf("%q: %q", suffix, got)
		}
	}
}

// TestFileCopyTruncate: the next line goes to the new end, not behind a hole.
func TestFileCopyTruncate(t *testing.T) {
	x := testFile(t, FileConfig{})
	write(t, x, "first", "second")
	if err := os.Truncate(x.conf.Path, 0); err != nil {
		t.Fatal(err)
	}
	write(t, x, "third")
	if got := read(t, x.conf.Path); got != "third\n" {
		t.Errorf("%q", got)
	}
}

// TestCopyTruncateUnderWay copies and truncates while a sink writes: lines may be
// lost between the copy and the truncation, never cut or torn.
func TestCopyTruncateUnderWay(t *testing.T) {
	c := testConfig(1 << 16)
	c.File.Path = filepath.Join(t.TempDir(), "f")
	s, err := open(c, Deps{Log: discard})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		put(s, low, 0, 20000)
	}()
	var copies bytes.Buffer
	for range 50 {
		b, err := os.ReadFile(c.File.Path)
		if err == nil {
			err = os.Truncate(c.File.Path, 0)
		}
		if err != nil {
			t.Fatal(err)
		}
		copies.Write(b[:bytes.LastIndexByte(b, '\n')+1])
	}
	<-done
	if err := closeSink(t, s, time.Minute); err != nil {
		t.Fatal(err)
	}
	copies.WriteString(read(t, c.File.Path))
	last := -1
	for line := range strings.Lines(copies.String()) {
		var i int
		if n := strings.TrimSuffix(strings.TrimPrefix(line, "low "), "\n"); !number(n, &i) || !strings.HasPrefix(line, "low ") || i <= last {
			t.Fatalf("%q after %d", line, last)
		}
		last = i
	}
	if last != 19999 {
		t.Errorf("ends with %d", last)
	}
}

func number(s string, n *int) bool {
	*n = 0
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
		*n = *n*10 + int(c-'0')
	}
	return s != ""
}

// TestRotateSize: no file grows beyond its size, and the oldest go.
func TestRotateSize(t *testing.T) {
	leaves(t)
	x := testFile(t, FileConfig{MaxSize: 100, MaxFiles: 3, Gzip: true})
	line := strings.Repeat("x", 39) // two a file
	for i := range 20 {
		write(t, x, string(rune('a'+i))+line)
	}
	var names []string
	eventually(t, "three packed files", func() bool {
		names, _ = filepath.Glob(x.conf.Path + "-*")
		return len(names) == 3 && !slices.ContainsFunc(names, func(n string) bool { return !strings.HasSuffix(n, "Z.gz") })
	})
	x.close()
	slices.Sort(names)
	want := []string{"m", "n", "o", "p", "q", "r"}
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(z)
		f.Close()
		if err != nil || string(text) != want[0]+line+"\n"+want[1]+line+"\n" {
			t.Errorf("%s: %q, %v", name, text, err)
		}
		want = want[2:]
	}
	if got := read(t, x.conf.Path); got != "s"+line+"\nt"+line+"\n" {
		t.Errorf("%q", got)
	}
}

// TestRotateBatch: a batch is cut so that its files keep their size.
func TestRotateBatch(t *testing.T) {
	x := testFile(t, FileConfig{MaxSize: 5})
	n, err := x.send(t.Context(), records("aa", "bb", "cc"))
	if n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if n, err := x.send(t.Context(), records("longer than a file", "cc")); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}

func TestRotateAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFile(FileConfig{Path: filepath.Join(t.TempDir(), "f"), MaxAge: time.Hour}, &counters{})
		defer x.close()
		write(t, x, "a")
		time.Sleep(59 * time.Minute)
		write(t, x, "b")
		time.Sleep(2 * time.Minute)
		write(t, x, "c")
		old, _ := x.keeper.old()
		if len(old) != 1 || read(t, old[0]) != "a\nb\n" || read(t, x.conf.Path) != "c\n" {
			t.Errorf("%q", old)
		}
	})
}

// TestOldFilesAreOurs: rotation touches no file that it did not make.
func TestOldFilesAreOurs(t *testing.T) {
	x := testFile(t, FileConfig{MaxSize: 10, MaxFiles: 1})
	others := []string{"-notes", "-2026", ".1", "-20261126T220319.000000Z.bak"}
	for _, o := range others {
		if err := os.WriteFile(x.conf.Path+o, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for range 10 {
		write(t, x, "12345678")
	}
	eventually(t, "one old file", func() bool { old, _ := x.keeper.old(); return len(old) == 1 })
	for _, o := range others {
		if _, err := os.Stat(x.conf.Path + o); err != nil {
			t.Error(err)
		}
	}
}

// tmpfs mounts a file system of 64 KiB, which needs root.
func tmpfs(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64k"); err != nil {
		if os.Getuid() == 0 && os.Getenv("CI") != "" && !errors.Is(err, syscall.EPERM) {
			t.Fatal(err)
		}
		t.Skipf("no small file system without the right to mount: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

// TestDiskFull fills a disk: the file ends with a whole line, what had no room
// waits, and is written when there is some.
func TestDiskFull(t *testing.T) {
	dir := tmpfs(t)
	c := testConfig(4096)
	c.File.Path, c.RetryMin, c.RetryMax = filepath.Join(dir, "f"), time.Millisecond, 5*time.Millisecond
	s, err := open(c, Deps{Log: discard})
	if err != nil {
		t.Fatal(err)
	}
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 40<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	put(s, low, 0, 4000) // some 32 KiB
	eventually(t, "the disk is full", func() bool { return s.Snapshot().Errors[ReasonDiskFull] > 2 })
	if got := read(t, c.File.Path); !strings.HasSuffix(got, "\n") || strings.Count(got, "\n") < 100 || strings.Count(got, "\n") >= 4000 {
		t.Errorf("full: %d lines, ends with %q", strings.Count(got, "\n"), got[max(0, len(got)-20):])
	}
	if y := s.Snapshot(); y.Events[Dropped] != 0 || y.Events[Written]+uint64(y.QueueEvents) != 4000 {
		t.Errorf("full: %+v", y)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if err := closeSink(t, s, time.Minute); err != nil {
		t.Error(err)
	}
	if got, want := read(t, c.File.Path), strings.Join(numbered(low, 0, 4000), "\n")+"\n"; got != want {
		t.Errorf("%d octets, want %d", len(got), len(want))
	}
	balanced(t, s.Snapshot())
}

func TestDeviceFull(t *testing.T) {
	x := testFile(t, FileConfig{Path: "/dev/full", MaxSize: 10, Sync: SyncAlways})
	n, err := x.send(t.Context(), records("a"))
	if f := asFault(err); n != 0 || f == nil || f.reason != ReasonDiskFull {
		t.Errorf("%d, %v", n, err)
	}
}

func TestFileSync(t *testing.T) {
	x := testFile(t, FileConfig{Sync: SyncAlways})
	write(t, x, "a")
	if x.dirty {
		t.Error("always: not synced")
	}
	synctest.Test(t, func(t *testing.T) {
		x := newFile(FileConfig{Path: filepath.Join(t.TempDir(), "f"), Sync: time.Second}, &counters{})
		defer x.close()
		write(t, x, "a")
		write(t, x, "b")
		x.mu.Lock()
		early := !x.dirty
		x.mu.Unlock()
		if early {
			t.Error("a second: synced at once")
		}
		time.Sleep(time.Second)
		synctest.Wait()
		x.mu.Lock()
		defer x.mu.Unlock()
		if x.dirty {
			t.Error("a second: not synced")
		}
	})
}

func TestOpenFails(t *testing.T) {
	for _, path := range []string{filepath.Join(t.TempDir(), "none", "f"), t.TempDir()} {
		c := testConfig(10)
		c.File.Path = path
		if s, err := Open([]Config{c}, Deps{}); err == nil {
			t.Errorf("%s was opened: %v", path, s)
		}
	}
}

// halfWriter takes so many octets, then fails once.
type halfWriter struct {
	bytes.Buffer
	room int
}

func (w *halfWriter) Write(b []byte) (int, error) {
	if len(b) > w.room {
		n, _ := w.Buffer.Write(b[:w.room])
		w.room = 1 << 20
		return n, syscall.EIO
	}
	return w.Buffer.Write(b)
}

// TestStreamGoesOn: a pipe that took a part of a line gets the rest, no second
// beginning.
func TestStreamGoesOn(t *testing.T) {
	for room := range 20 {
		w := &halfWriter{room: room}
		x := &stream{w: w}
		batch := records("alpha", "beta", "gamma")
		for len(batch) > 0 {
			n, err := x.send(t.Context(), batch)
			if err != nil && room >= 17 {
				t.Error(err)
			}
			batch = batch[n:]
		}
		if w.String() != "alpha\nbeta\ngamma\n" {
			t.Errorf("after %d octets: %q", room, w.String())
		}
	}
}

func TestStdout(t *testing.T) {
	leaves(t)
	var out bytes.Buffer
	c := testConfig(100)
	c.Kind = KindStdout
	set, err := Open([]Config{c}, Deps{Stdout: &out})
	if err != nil {
		t.Fatal(err)
	}
	put(set.sinks[0], low, 0, 3)
	set.Reopen()
	if err := set.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if out.String() != "low 0\nlow 1\nlow 2\n" {
		t.Errorf("%q", out.String())
	}
}
