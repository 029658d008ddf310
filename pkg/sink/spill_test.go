package sink

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func testSpill(t testing.TB, dir string, octets int64, newest bool) *spill {
	t.Helper()
	s, _, err := openSpill(dir, octets, newest)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	return s
}

func numberedRecords(from, to int) (batch []record) {
	for i := from; i < to; i++ {
		batch = append(batch, record{Meta: finding(low), seq: uint64(i + 1), line: fmt.Appendf(nil, "low %d\n", i)})
	}
	return batch
}

func lines(batch []record) (l []string) {
	for _, r := range batch {
		l = append(l, strings.TrimSuffix(string(r.line), "\n"))
	}
	return l
}

func readAll(t *testing.T, s *spill) []record {
	t.Helper()
	batch, err := s.read(nil, 1<<30, 1<<40)
	if err != nil {
		t.Fatal(err)
	}
	return batch
}

func TestSpillRecord(t *testing.T) {
	r := record{Meta: finding(critical), seq: 7, line: []byte("{}\n")}
	r.Time = 0x0102030405060708
	b := appendRecord(nil, &r)
	want := "sgt1" +
		"\x00\x00\x00\x2f" + // length: 20 + 17 + 7 + 3
		"\xd5\x9e\x94\xf0" + // CRC32c of what follows
		"\x00\x00\x00\x00\x00\x00\x00\x07" + // sequence
		"\x01\x02\x03\x04\x05\x06\x07\x08" + // time
		"\x00\x04" + // finding, critical
		"\x11\x07" + "location-in-clear" + "example" + "{}\n"
	if string(b) != want {
		t.Errorf("%q", b)
	}
	got, end, bad, err := readRecord(bytes.NewReader(b), 0, int64(len(b)))
	if err != nil || bad != 0 || end != int64(len(b)) || got.Meta != r.Meta || got.seq != 7 || string(got.line) != "{}\n" {
		t.Errorf("%+v, %d, %d, %v", got, end, bad, err)
	}
}

// TestSpillDamage changes every octet of a log, and cuts it at every place: what is
// whole is read, in order, and each damaged place is counted once.
func TestSpillDamage(t *testing.T) {
	var b []byte
	var ends []int
	for _, r := range numberedRecords(0, 3) {
		b = appendRecord(b, &r)
		ends = append(ends, len(b))
	}
	readThrough := func(b []byte) (seqs []uint64, bad int) {
		for at := int64(0); ; {
			r, end, n, err := readRecord(bytes.NewReader(b), at, int64(len(b)))
			bad += n
			if err != nil {
				t.Fatal(err)
			}
			if end < 0 {
				return seqs, bad
			}
			seqs, at = append(seqs, r.seq), end
		}
	}
	for i := range b {
		x := slices.Clone(b)
		x[i] ^= 0x55
		hit := 0
		for i >= ends[hit] {
			hit++
		}
		want := slices.Delete([]uint64{1, 2, 3}, hit, hit+1)
		if seqs, bad := readThrough(x); !slices.Equal(seqs, want) || bad != 1 {
			t.Errorf("octet %d changed: %d, %d damaged places", i, seqs, bad)
		}
		seqs, bad := readThrough(b[:i])
		torn := 1
		if i == 0 || slices.Contains(ends, i) {
			torn = 0
		}
		if len(seqs) != hit || bad != torn {
			t.Errorf("cut at %d: %d, %d damaged places", i, seqs, bad)
		}
	}
}

// TestSpillSegments: segments are removed as they are read, and the next run goes
// on behind what was acknowledged.
func TestSpillSegments(t *testing.T) {
	dir := t.TempDir()
	s := testSpill(t, dir, 64<<10, false)
	for i := range 300 {
		if n, _, err := s.write(numberedRecords(i, i+1)); n != 1 || err != nil {
			t.Fatal(n, err)
		}
	}
	files := func() int { f, _ := filepath.Glob(dir + "/*.spill"); return len(f) }
	if files() < 4 {
		t.Errorf("%d segments", files())
	}
	before := files()
	batch, err := s.read(nil, 200, 1<<20)
	if err != nil || !slices.Equal(lines(batch), numbered(low, 0, 200)) {
		t.Fatalf("%v: %q", err, lines(batch))
	}
	if err := s.ack(batch[:150]); err != nil {
		t.Fatal(err)
	}
	if files() >= before {
		t.Errorf("%d segments after 150 records, %d before", files(), before)
	}
	s.close()
	s = testSpill(t, dir, 64<<10, false)
	if n := s.logs[0].unread(); n != 150 {
		t.Errorf("%d unread", n)
	}
	if _, _, err := s.write(numberedRecords(300, 310)); err != nil {
		t.Fatal(err)
	}
	batch = readAll(t, s)
	if !slices.Equal(lines(batch), numbered(low, 150, 310)) {
		t.Errorf("%q", lines(batch))
	}
	if err := s.ack(batch); err != nil || files() != 0 || !s.empty() || s.octets() != 0 {
		t.Errorf("%v, %d segments, %d octets", err, files(), s.octets())
	}
}

// TestSpillMark: a mark that is damaged sends again; it never skips.
func TestSpillMark(t *testing.T) {
	dir := t.TempDir()
	s := testSpill(t, dir, 1<<20, false)
	if _, _, err := s.write(numberedRecords(0, 10)); err != nil {
		t.Fatal(err)
	}
	batch, _ := s.read(nil, 5, 1<<20)
	if err := s.ack(batch); err != nil {
		t.Fatal(err)
	}
	s.close()
	mark := filepath.Join(dir, "ordinary.position")
	b, err := os.ReadFile(mark)
	if err != nil {
		t.Fatal(err)
	}
	for i := range b[:len(b)-1] {
		x := slices.Clone(b)
		x[i] ^= 1
		if err := os.WriteFile(mark, x, 0o600); err != nil {
			t.Fatal(err)
		}
		s := testSpill(t, dir, 1<<20, false)
		if n := s.logs[0].unread(); n != 10 {
			t.Errorf("octet %d changed: %d unread", i, n)
		}
		s.close()
	}
}

// TestSpillBound: the spill keeps its size; the oldest or the newest gives way, and
// urgent events have a part to themselves.
func TestSpillBound(t *testing.T) {
	for _, newest := range []bool{false, true} {
		s := testSpill(t, t.TempDir(), 64<<10, newest)
		var urgent []record
		for i := range 5 {
			urgent = append(urgent, record{Meta: finding(critical), seq: uint64(i + 1), line: fmt.Appendf(nil, "critical %d\n", i)})
		}
		if _, _, err := s.write(urgent); err != nil {
			t.Fatal(err)
		}
		written, dropped := 0, 0
		var err error
		for i := 5; i < 3000 && err == nil; i++ {
			var n, lost int
			n, lost, err = s.write(numberedRecords(i, i+1))
			written, dropped = written+n, dropped+lost
			if s.octets() > 64<<10 {
				t.Fatalf("%d octets", s.octets())
			}
		}
		if newest != (err == errSpillFull) || newest != (dropped == 0) {
			t.Errorf("newest %v: %d dropped, %v", newest, dropped, err)
		}
		got := lines(readAll(t, s))
		if !slices.Equal(got[:5], numbered(critical, 0, 5)) {
			t.Errorf("urgent events: %q", got[:5])
		}
		from := 5 + dropped
		if !slices.Equal(got[5:], numbered(low, from, from+written-dropped)) {
			t.Errorf("newest %v: %d written, %d dropped, got %q ... %q", newest, written, dropped, got[5], got[len(got)-1])
		}
	}
}

func TestSpillIsLocked(t *testing.T) {
	dir := t.TempDir()
	testSpill(t, dir, 1<<20, false)
	if _, _, err := openSpill(dir, 1<<20, false); err == nil || !strings.Contains(err.Error(), "is used by another process") {
		t.Errorf("%v", err)
	}
}

// TestRestartWithDamage: a torn and a damaged record of an earlier run are stepped
// over and counted, the others delivered.
func TestRestartWithDamage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := spillConfig(t, 100, 1<<20)
		s := startFake(t, c, &fake{err: errDown})
		put(s, low, 0, 20)
		_ = closeSink(t, s, time.Second)
		files, _ := filepath.Glob(c.Spill.Dir + "/ordinary-*.spill")
		for _, f := range files { // the one in flight stands in a segment of its own
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			if i := bytes.Index(b, []byte("low 7")); i >= 0 {
				b[i] = 'L'
			}
			if bytes.Contains(b, []byte("low 19")) {
				b = b[:len(b)-3]
			}
			if err := os.WriteFile(f, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		x := &fake{}
		s = startFake(t, c, x)
		put(s, low, 20, 22)
		if err := closeSink(t, s, time.Minute); err != nil {
			t.Error(err)
		}
		want := slices.Concat(numbered(low, 0, 7), numbered(low, 8, 19), numbered(low, 20, 22))
		y := s.Snapshot()
		if got := x.got(); !slices.Equal(got, want) || y.Drops[DropCorrupt] != 2 {
			t.Errorf("got %q: %+v", got, y)
		}
		balanced(t, y)
		if left, _ := filepath.Glob(c.Spill.Dir + "/*.spill"); len(left) != 0 {
			t.Errorf("left behind: %v", left)
		}
	})
}

// TestFloodSparesUrgent: a receiver is down under a flood of low findings that no
// bound holds; all critical ones arrive.
func TestFloodSparesUrgent(t *testing.T) {
	for _, newest := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			c := spillConfig(t, 64, 64<<10)
			c.Queue.Newest = newest
			x := &fake{err: errDown}
			s := startFake(t, c, x)
			for i := range 200 {
				put(s, low, i*20, i*20+20)
				put(s, critical, i, i+1)
				synctest.Wait()
				if i%10 == 0 {
					time.Sleep(time.Second)
				}
			}
			x.set(func() { x.err = nil })
			if err := closeSink(t, s, time.Hour); err != nil {
				t.Error(err)
			}
			got := slices.DeleteFunc(x.got(), func(l string) bool { return !strings.HasPrefix(l, "critical") })
			if !slices.Equal(got, numbered(critical, 0, 200)) {
				t.Errorf("newest %v: %d critical findings of 200", newest, len(got))
			}
			y := s.Snapshot()
			if y.Events[Dropped] == 0 {
				t.Error("the flood was none")
			}
			balanced(t, y)
		})
	}
}

// TestSpillDiskFull: a spill on a full disk loses what memory cannot hold, the
// lowest first, and goes on when there is room.
func TestSpillDiskFull(t *testing.T) {
	c := testConfig(64)
	c.RetryMin, c.RetryMax = time.Millisecond, 5*time.Millisecond
	c.Spill = SpillConfig{Dir: filepath.Join(tmpfs(t), "spill"), Octets: 1 << 20}
	x := &fake{err: errDown}
	s := startFake(t, c, x)
	for i := 0; s.Snapshot().Errors[ReasonSpill] == 0; i++ {
		put(s, low, i, i+1)
		if i%16 == 0 {
			time.Sleep(time.Millisecond)
		}
	}
	put(s, critical, 0, 3)
	x.set(func() { x.err = nil })
	if err := closeSink(t, s, time.Minute); err != nil {
		t.Error(err)
	}
	got := x.got()
	if len(got) < 500 || !slices.Equal(got[len(got)-3:], numbered(critical, 0, 3)) {
		t.Errorf("%d events, the last %q", len(got), got[len(got)-3:])
	}
	balanced(t, s.Snapshot())
	_ = syscall.Unmount(filepath.Dir(c.Spill.Dir), syscall.MNT_DETACH)
}

func FuzzSpill(f *testing.F) {
	var b []byte
	for _, r := range numberedRecords(0, 3) {
		b = appendRecord(b, &r)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		for at := int64(0); at >= 0; {
			r, end, _, err := readRecord(bytes.NewReader(b), at, int64(len(b)))
			if err != nil || end >= 0 && end <= at || len(r.line) > len(b) {
				t.Fatalf("at %d: %d, %v", at, end, err)
			}
			at = end
		}
	})
}

// TestSpillSegmentIsGone: a segment that somebody removed is counted and stepped
// over; the rest is delivered.
func TestSpillSegmentIsGone(t *testing.T) {
	for gone := range 3 {
		dir := t.TempDir()
		s := testSpill(t, dir, 64<<10, false)
		for i := range 200 {
			if _, _, err := s.write(numberedRecords(i, i+1)); err != nil {
				t.Fatal(err)
			}
		}
		files, _ := filepath.Glob(dir + "/*.spill")
		if len(files) != 3 {
			t.Fatalf("%d segments", len(files))
		}
		if err := os.Remove(files[gone]); err != nil {
			t.Fatal(err)
		}
		batch := readAll(t, s)
		if lost := s.corrupt(); lost == 0 || len(batch)+lost != 200 {
			t.Errorf("%d read, %d lost", len(batch), lost)
		}
		if _, _, err := s.write(numberedRecords(200, 201)); err != nil {
			t.Fatal(err)
		}
		if rest := readAll(t, s); !slices.Equal(lines(rest), numbered(low, 200, 201)) {
			t.Errorf("behind it: %q", lines(rest))
		} else if err := s.ack(append(batch, rest...)); err != nil || !s.empty() || s.octets() != 0 {
			t.Errorf("%v, %d octets left", err, s.octets())
		}
	}
}
