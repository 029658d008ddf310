package exposure

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

// sum adds the messages of the totals up.
func sum(rows []flat) (n uint64) {
	for _, r := range rows {
		if r.Carrier == Total {
			n += r.Messages
		}
	}
	return n
}

// number is the IMSI of a fictional subscriber.
func number(n int) telecom.Digits { return telecom.MustDigits(fmt.Sprintf("00101%010d", n)) }

// TestSipHash: the authors' test vector of 16 octets, 00 to 0f under the key 00 to 0f.
func TestSipHash(t *testing.T) {
	key := make([]byte, 16)
	for i := range key {
		key[i] = byte(i)
	}
	const want = 0x3f2acc7f57c29bdb
	if got := newSipKey(key).sum(0x0706050403020100, 0x0f0e0d0c0b0a0908); got != want {
		t.Errorf("hash is %#x, want %#x", got, uint64(want))
	}
}

// TestMillion: a million messages of 50,000 subscribers over two carriers and five hours,
// counted exactly but for the subscribers, whose error is what it is said to be.
func TestMillion(t *testing.T) {
	l := open(t, Options{})
	r := NewRecorder(l)
	const million = 1_000_000
	m := message(0, signaling.ClassLocation, "")
	v := [][]rules.Verdict{nil, {verdict(blue, signaling.EvidenceAdjacent)}, {verdict(blue, signaling.EvidenceHop), verdict(green, signaling.EvidenceAddress)}}
	imsis := make([]telecom.Digits, 50_000)
	for i := range imsis {
		imsis[i] = number(i)
	}
	for i := range million {
		*m.Memory = signaling.Memory{}
		m.Time, m.IMSI = at(int(int64(i)*5*3600/million)), imsis[i%len(imsis)]
		r.Add(m, v[i%3])
		if i%100_000 == 0 || r.Full() {
			r.Flush()
		}
	}
	r.Flush()
	if err := l.Flush(); err != nil {
		t.Fatal(err)
	}
	rd, err := OpenForReading(l.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer rd.Close()
	messages, hours := map[string]uint64{}, map[int64]bool{}
	var all, first Sketch
	if err := rd.Rows(time.Time{}, time.Time{}, func(x *Row) error {
		messages[x.Carrier] += x.Messages
		hours[x.Hour] = true
		if x.Carrier == Total {
			if x.Hour == tenOClock {
				first.Merge(&x.Subscribers)
			}
			return all.Merge(&x.Subscribers)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if messages[Total] != million || messages[PathUnknown] != 333_334 || messages["blue-transit"] != 666_666 || messages["green-hub"] != 333_333 || len(hours) != 5 {
		t.Errorf("messages are %v in %d hours", messages, len(hours))
	}
	for _, s := range []*Sketch{&all, &first} {
		if n := float64(s.Estimate()); n < 50_000*(1-4*SketchError) || n > 50_000*(1+4*SketchError) {
			t.Errorf("%.0f subscribers, want 50000 within %.1f %%", n, 400*SketchError)
		}
	}
	if s := l.Stats(); s.Lost != 0 || s.LostSubscribers != 0 || s.Messages != million {
		t.Errorf("counters are %+v", s)
	}
}

// TestConcurrent: several workers record into one ledger while another reads it.
func TestConcurrent(t *testing.T) {
	l := open(t, Options{})
	const workers, each = 4, 5000
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			r := NewRecorder(l)
			m := message(at(0), signaling.ClassSMS, "")
			for i := range each {
				*m.Memory = signaling.Memory{}
				m.IMSI = number(w*each + i)
				r.Add(m, []rules.Verdict{verdict(blue, signaling.EvidenceAdjacent)})
				if i%500 == 0 {
					r.Tick()
				}
			}
			r.Flush()
		})
	}
	for range 5 {
		readRows(t, l.Path())
		if err := l.Flush(); err != nil {
			t.Error(err)
		}
	}
	wg.Wait()
	if err := l.Flush(); err != nil {
		t.Fatal(err)
	}
	rows := readRows(t, l.Path())
	if n := sum(rows); n != workers*each {
		t.Errorf("%d messages, want %d", n, workers*each)
	}
}

// TestAllocations: nothing allocates once the tables have grown.
func TestAllocations(t *testing.T) {
	l := open(t, Options{})
	r := NewRecorder(l)
	m := message(at(0), signaling.ClassSMS, "001010000000001")
	v := []rules.Verdict{verdict(blue, signaling.EvidenceAdjacent), verdict(green, signaling.EvidenceAddress)}
	second := *m
	second.Duplicate = true
	r.Add(m, nil)
	r.Add(m, v)
	if n := testing.AllocsPerRun(1000, func() {
		*m.Memory = signaling.Memory{}
		r.Add(m, nil)
		r.Add(&second, v)
		r.Add(m, v)
	}); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

// TestClock: a clock that steps back counts into the hour that it says.
func TestClock(t *testing.T) {
	l := open(t, Options{})
	r := NewRecorder(l)
	for _, s := range []int{0, 3600, -7200, 10, 3599, 3600} {
		r.Add(message(at(s), signaling.ClassSMS, ""), nil)
	}
	r.Add(message(-5, signaling.ClassSMS, ""), nil) // before the epoch
	r.Flush()
	if err := l.Flush(); err != nil {
		t.Fatal(err)
	}
	got := map[int64]uint64{}
	for _, x := range readRows(t, l.Path()) {
		if x.Carrier == Total {
			got[(x.Hour-tenOClock)/3600] += x.Messages
		}
	}
	if got[0] != 3 || got[1] != 2 || got[-2] != 1 || got[-tenOClock/3600] != 1 {
		t.Errorf("messages by hour are %v", got)
	}
}

// future is a capture time that a wrong clock says.
var future = time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano()

// TestClockAhead: one frame of the future ends neither retention nor the counts of
// subscribers, before a restart and after it; nor does a machine's clock that was
// wrong until it was set.
func TestClockAhead(t *testing.T) {
	for _, tt := range []struct {
		name    string
		frame   int64
		machine int64 // when the frame came
	}{
		{"a frame", future, at(0)},
		{"the machine's clock, too", future, future},
		{"the machine's clock, behind", at(0), 0},
	} {
		for _, restart := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, restart %v", tt.name, restart), func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "ledger.db")
				var c clock
				c.set(tt.machine)
				o := Options{HourRows: 48 * time.Hour, Retention: 96 * time.Hour, Now: c.now}
				l := openAt(t, path, o)
				r := NewRecorder(l)
				send := func(at int64, subscriber string) {
					t.Helper()
					r.Add(message(at, signaling.ClassSMS, subscriber), []rules.Verdict{verdict(blue, signaling.EvidenceAdjacent)})
					r.Flush()
					if err := l.Flush(); err != nil {
						t.Fatal(err)
					}
				}
				send(tt.frame, "001010000000009")
				for day := range 10 {
					c.set(at(day * daySeconds))
					if restart {
						l.Close()
						l = openAt(t, path, o)
						r = NewRecorder(l)
					}
					send(at(day*daySeconds), "001010000000001")
					send(at(day*daySeconds+1), "001010000000002")
				}
				for w := range NumWindows {
					if n := l.Totals(c.now()).Subscribers[Subscribers{"blue-transit", signaling.ClassSMS, w}]; n != 2 {
						t.Errorf("%d subscribers of the %v at hand, want 2", n, w)
					}
				}
				hours, days := 0, 0
				for _, x := range readRows(t, path) {
					switch {
					case x.Carrier != Total || x.Hour > c.now().Unix():
					case x.Span == hourSeconds:
						hours++
					default:
						days++
					}
				}
				if hours != 3 || days != 2 {
					t.Errorf("%d rows of hours and %d of days, want 3 and 2", hours, days)
				}
			})
		}
	}
}

// TestClockLeap: a machine that starts with its clock years ahead, and stamps its frames
// with it, takes nothing of what the ledger holds, before a restart and after it; time
// that lasts does, for a ledger may have lain idle for years.
func TestClockLeap(t *testing.T) {
	const days, leap = 40, 1500
	for _, restart := range []bool{false, true} {
		for _, lasts := range []bool{false, true} {
			t.Run(fmt.Sprintf("restart %v, the new time lasts %v", restart, lasts), func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "ledger.db")
				var c clock
				var told []error
				o := Options{HourRows: 20 * 24 * time.Hour, Retention: 60 * 24 * time.Hour, Now: c.now, Held: func(err error) { told = append(told, err) }}
				c.set(at(0))
				l := openAt(t, path, o)
				r := NewRecorder(l)
				send := func(day int) {
					t.Helper()
					c.set(at(day * daySeconds))
					if restart {
						l.Close()
						l = openAt(t, path, o)
						r = NewRecorder(l)
					}
					r.Add(message(at(day*daySeconds), signaling.ClassSMS, "001010000000001"), nil)
					r.Flush()
					if err := l.Flush(); err != nil {
						t.Fatal(err)
					}
				}
				rows := func() (hours, all int) {
					t.Helper()
					if err := l.db.QueryRow("SELECT count(*) FILTER (WHERE span = 3600), count(*) FROM exposure").Scan(&hours, &all); err != nil {
						t.Fatal(err)
					}
					return hours, all
				}
				for day := range days {
					send(day)
				}
				if h, n := rows(); h != 21 || n != days || len(told) != 0 {
					t.Fatalf("%d rows, %d of hours, told %v", n, h, told)
				}
				for day := range 2 {
					send(leap + day)
					// Rows of what the days before had reached may become days, and no more.
					if h, n := rows(); h < 19 || n != days+1+day {
						t.Errorf("after the leap: %d rows, %d of hours", n, h)
					}
				}
				if len(told) == 0 || !restart && len(told) != 1 || !strings.Contains(fmt.Sprint(told[0]), "frames are of 2030-12-31") {
					t.Errorf("told %v", told)
				}
				if lasts {
					send(leap + 2)
					if h, n := rows(); h != 3 || n != 3 {
						t.Errorf("where it lasted: %d rows, %d of hours", n, h)
					}
				} else {
					send(days)
					send(days + 1)
					if h, n := rows(); h != 22 || n != days+4 {
						t.Errorf("when the clock was set: %d rows, %d of hours", n, h)
					}
				}
				if !restart && (len(told) != 2 || told[1] != nil) {
					t.Errorf("told %v", told)
				}
			})
		}
	}
}

// TestFlood: partners without end become one, and nothing is lost.
func TestFlood(t *testing.T) {
	l := open(t, Options{MaxRows: 100})
	r := NewRecorder(l)
	r.SetPartners(func(n uint32) (Partner, bool) { return Partner{ID: fmt.Sprintf("p-%d", n)}, true })
	for i := range 5000 {
		m := message(at(0), signaling.ClassSMS, "")
		m.Roaming.Partner = uint32(i + 1)
		r.Add(m, nil)
	}
	r.Flush()
	if err := l.Flush(); err != nil {
		t.Fatal(err)
	}
	rows := readRows(t, l.Path())
	others := uint64(0)
	for _, x := range rows {
		if x.Partner == Other && x.Carrier == Total {
			others += x.Messages
		}
	}
	if s := l.Stats(); sum(rows) != 5000 || others != 4900 || s.Capped != 4900 || s.Lost != 0 || len(rows) > 2*102 {
		t.Errorf("%d messages, %d of others, %d rows, counters %+v", sum(rows), others, len(rows), s)
	}
}

// TestFull: a full disk loses nothing that is stored, and what could not be written is
// when there is room again.
func TestFull(t *testing.T) {
	var failures []error
	l := open(t, Options{Failed: func(err error) { failures = append(failures, err) }})
	r := NewRecorder(l)
	add := func(from, n int) {
		for i := range n {
			m := message(at(0), signaling.ClassSMS, "")
			m.IMSI = number(from + i)
			r.Add(m, nil)
		}
		r.Flush()
	}
	add(0, 10)
	if err := l.Flush(); err != nil {
		t.Fatal(err)
	}
	limit := func(pages int) {
		t.Helper()
		if err := l.ask(func() error { _, err := l.db.Exec(fmt.Sprintf("PRAGMA max_page_count = %d", pages)); return err }); err != nil {
			t.Fatal(err)
		}
	}
	limit(1) // as small as it is
	add(10, 50_000)
	err := l.Flush()
	if err == nil || !strings.Contains(err.Error(), "full") {
		t.Fatalf("error %v, want one that says full", err)
	}
	if got := sum(readRows(t, l.Path())); got != 10 {
		t.Errorf("%d messages while it is full, want the 10 from before", got)
	}
	limit(1 << 30)
	if err := l.Flush(); err != nil {
		t.Fatal(err)
	}
	if got := sum(readRows(t, l.Path())); got != 50_010 {
		t.Errorf("%d messages, want 50010", got)
	}
	if s := l.Stats(); s.Failures == 0 || s.Lost != 0 {
		t.Errorf("counters are %+v", s)
	}
	if len(failures) != 2 || failures[0] == nil || failures[1] != nil {
		t.Errorf("told of failures %v, want one and its end", failures)
	}
}

// TestOpenFaults: what is no ledger stays as it is, and the error says what to do.
func TestOpenFaults(t *testing.T) {
	folder := t.TempDir()
	at := func(name string) string { return filepath.Join(folder, name) }
	good := func(name string) *Ledger {
		l := openAt(t, at(name), Options{})
		r := NewRecorder(l)
		for i := range 2000 {
			m := message(tenOClock*1e9, signaling.ClassSMS, "")
			m.IMSI = number(i)
			m.Roaming.Direction = signaling.Direction(i % 5)
			r.Add(m, nil)
		}
		r.Flush()
		if err := l.Flush(); err != nil {
			t.Fatal(err)
		}
		return l
	}
	write := func(name, text string) {
		if err := os.WriteFile(at(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("text", strings.Repeat("This is no database.\n", 100))
	l := good("newer")
	if _, err := l.db.Exec("PRAGMA user_version = 7"); err != nil {
		t.Fatal(err)
	}
	l.Close()
	db, err := openDB(at("other"))
	if err == nil {
		_, err = db.Exec("CREATE TABLE x (y)")
	}
	if err != nil {
		t.Fatal(err)
	}
	db.Close()
	good("damaged").Close()
	data, err := os.ReadFile(at("damaged"))
	if err != nil {
		t.Fatal(err)
	}
	for i := 100; i < len(data); i++ { // all but the head
		data[i] = 0xa5
	}
	write("damaged", string(data))
	good("locked")
	if err := os.Mkdir(at("folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	good("keyless").Close()
	write("keyless.key", "nonsense\n")
	for _, x := range []struct {
		name, want string
		is         error
		reading    bool // fails, too
	}{
		{"text", "is no ledger: it has another form; name another file", ErrNotLedger, true},
		{"other", "is no ledger: it is a database of another program; name another file", ErrNotLedger, true},
		{"newer", "was written by a newer sigtransit (form 7, this one knows up to 3); upgrade, or name another file", ErrNewer, true},
		{"damaged", "put a copy in its place, or save what is left", ErrDamaged, true},
		{"locked", "is being recorded into by another process", ErrLocked, false},
		{"folder", "is no ledger: it is no regular file", ErrNotLedger, true},
		{"no/such/folder", "no such file or directory", os.ErrNotExist, true},
		{"keyless", "keyless.key holds no key; put back the one that the ledger was made with", nil, false},
	} {
		_, err := Open(at(x.name), Options{})
		if err == nil || !strings.Contains(err.Error(), x.want) || x.is != nil && !errors.Is(err, x.is) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v, want %q", x.name, err, x.want)
		}
		r, err := OpenForReading(at(x.name))
		if (err != nil) != x.reading {
			t.Errorf("%s, for reading: error %v", x.name, err)
		}
		if err == nil {
			r.Close()
		}
	}
	if got, _ := os.ReadFile(at("text")); !strings.HasPrefix(string(got), "This is no database.") {
		t.Error("a file that is no ledger was changed")
	}
	if _, err := OpenForReading(at("missing")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file for reading: error %v", err)
	}
	if _, err := os.Stat(at("missing")); err == nil {
		t.Error("opening for reading made a file")
	}
}

// TestForgotten: keys of single subscribers stand nowhere in the file once they are in
// sketches.
func TestForgotten(t *testing.T) {
	l := open(t, Options{})
	r := NewRecorder(l)
	v := []rules.Verdict{verdict(blue, signaling.EvidenceAdjacent)}
	for i := range 40000 {
		m := message(at(i/100), signaling.ClassLocation, "")
		m.IMSI = number(i)
		r.Add(m, v)
		if i%2000 == 1999 {
			r.Flush()
			if err := l.ask(func() error { return l.commit(false) }); err != nil {
				t.Fatal(err)
			}
		}
	}
	var parts [][]byte
	if err := l.ask(func() error {
		return each(l.db, "SELECT hashes FROM fresh", func(scan func(...any) error) error {
			var b []byte
			err := scan(&b)
			for ; len(b) >= 64; b = b[64:] {
				parts = append(parts, b[:64])
			}
			return err
		})
	}); err != nil || len(parts) < 1000 {
		t.Fatalf("error %v, %d parts", err, len(parts))
	}
	if err := l.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(l.Path())
	if err != nil {
		t.Fatal(err)
	}
	left := 0
	for _, p := range parts {
		if bytes.Contains(file, p) {
			left++
		}
	}
	if left != 0 {
		t.Errorf("%d of %d parts are left", left, len(parts))
	}
}

// TestOtherNames: a ledger by another name is the same one: it is locked, has the same key, and
// keeps the numbers of its names.
func TestOtherNames(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "data", "a.db"), filepath.Join(dir, "b.db")
	if err := os.Mkdir(filepath.Join(dir, "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join("data", "a.db"), link); err != nil {
		t.Skip(err)
	}
	add := func(l *Ledger, partner string) {
		t.Helper()
		r := NewRecorder(l)
		r.SetPartners(func(uint32) (Partner, bool) { return Partner{ID: partner}, true })
		m := message(at(0), signaling.ClassSMS, "001011234567890")
		m.Roaming.Partner = 1
		r.Add(m, nil)
		r.Flush()
		if err := l.Flush(); err != nil {
			t.Error(err)
		}
	}
	l := openAt(t, link, Options{}) // a link to what is not there yet
	add(l, "AAAAA")
	for _, name := range []string{path, link} {
		if x, err := Open(name, Options{}); !errors.Is(err, ErrLocked) {
			t.Errorf("%s: error %v, want that it is locked", name, err)
			if err == nil {
				x.Close()
			}
		}
	}
	l.Close()
	l = openAt(t, path, Options{})
	add(l, "BBBBB")
	l.Close()
	rows := readRows(t, path)
	if len(rows) != 4 || rows[0].Partner != "AAAAA" || rows[2].Partner != "BBBBB" || rows[0].Messages != 1 || rows[2].Messages != 1 {
		t.Errorf("rows %+v", rows)
	}
	if r, err := OpenForReading(link); err != nil {
		t.Error(err)
	} else {
		if n, err := r.KeyChanges(); n != 0 || err != nil {
			t.Errorf("%d keys more than one, error %v", n, err)
		}
		r.Close()
	}
	list, err := os.ReadDir(dir)
	if err != nil || len(list) != 2 {
		t.Errorf("beside the link stands %v, error %v", list, err)
	}

	other := filepath.Join(dir, "c.db")
	if err := os.Link(path, other); err != nil {
		t.Skip(err)
	}
	for _, name := range []string{path, link, other} {
		if _, err := Open(name, Options{}); !errors.Is(err, ErrLinked) || !strings.Contains(err.Error(), "remove the others") {
			t.Errorf("%s: error %v, want that it has two names", name, err)
		}
	}
	if r, err := OpenForReading(other); err != nil {
		t.Errorf("a copy of a backup cannot be read: %v", err)
	} else {
		r.Close()
	}
}

// TestNames: what has a meaning in a URI is a part of the name.
func TestNames(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a ledger?mode=ro#%41&.db")
	l := openAt(t, path, Options{})
	l.Close()
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
	readRows(t, path)
}

// TestKeys: subscribers that were hashed with another key count again, and the ledger
// says so.
func TestKeys(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	record := func(key string) {
		l := openAt(t, path, Options{Key: []byte(key)})
		r := NewRecorder(l)
		r.Add(message(at(0), signaling.ClassSMS, "001010000000001"), nil)
		r.Flush()
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for i, x := range []struct {
		key         string
		subscribers uint64
		changes     int
	}{{"0123456789abcdef", 1, 0}, {"0123456789abcdef", 1, 0}, {"another key of 16", 2, 1}} {
		record(x.key)
		rows := readRows(t, path)
		r, err := OpenForReading(path)
		if err != nil {
			t.Fatal(err)
		}
		n, err := r.KeyChanges()
		r.Close()
		if err != nil || n != x.changes || rows[0].Subscribers != x.subscribers {
			t.Errorf("round %d: %d subscribers, %d changes, error %v; want %+v", i, rows[0].Subscribers, n, err, x)
		}
	}
	if _, err := os.Stat(path + ".key"); err == nil {
		t.Error("a key file was made though a key was given")
	}
	if _, err := Open(filepath.Join(t.TempDir(), "x.db"), Options{Key: []byte("short")}); err == nil {
		t.Error("a short key was taken")
	}
}

// TestKeyFile: a ledger that is given no key makes one for itself, which only its owner
// reads, and takes it again; with the file gone it is another.
func TestKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	for i, x := range []struct {
		lose        bool
		subscribers uint64
		changes     int
	}{{false, 1, 0}, {false, 1, 0}, {true, 2, 1}} {
		if x.lose {
			if err := os.Remove(KeyFile(path)); err != nil {
				t.Fatal(err)
			}
		}
		l := openAt(t, path, Options{Key: noKey})
		r := NewRecorder(l)
		r.Add(message(at(0), signaling.ClassSMS, "001010000000001"), nil)
		r.Flush()
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		from, err := OpenForReading(path)
		if err != nil {
			t.Fatal(err)
		}
		n, err := from.KeyChanges()
		from.Close()
		if rows := readRows(t, path); err != nil || n != x.changes || rows[0].Subscribers != x.subscribers {
			t.Errorf("round %d: %d subscribers, %d changes, error %v; want %+v", i, rows[0].Subscribers, n, err, x)
		}
		if info, err := os.Stat(KeyFile(path)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("round %d: the key's file is %v, error %v", i, info, err)
		}
	}
}

// TestSetKey: another key is taken up under way, by recorders that are told their partners
// anew, in dialogues under way too, and the change is known as one at a restart is.
func TestSetKey(t *testing.T) {
	l := open(t, Options{Key: []byte("0123456789abcdef")})
	r := NewRecorder(l)
	dialogue := &signaling.Memory{}
	check := func(subscribers uint64, changes int) {
		t.Helper()
		m := message(at(0), signaling.ClassSMS, "001010000000001")
		m.Memory = dialogue
		r.Add(m, nil)
		r.Flush()
		if err := l.Flush(); err != nil {
			t.Fatal(err)
		}
		x, err := OpenForReading(l.Path())
		if err != nil {
			t.Fatal(err)
		}
		defer x.Close()
		if n, err := x.KeyChanges(); err != nil || n != changes || readRows(t, l.Path())[0].Subscribers != subscribers {
			t.Errorf("%d changes, %v, %d subscribers; want %d and %d", n, err, readRows(t, l.Path())[0].Subscribers, changes, subscribers)
		}
	}
	check(1, 0)
	for _, x := range []struct {
		key                  string
		subscribers, changes int
	}{{"0123456789abcdef", 1, 0}, {"another key of 16", 2, 1}, {"another key of 16", 2, 1}} {
		if err := l.SetKey([]byte(x.key)); err != nil {
			t.Fatal(err)
		}
		r.SetPartners(nil)
		check(uint64(x.subscribers), x.changes)
	}
	if err := l.SetKey([]byte("short")); err == nil {
		t.Error("a short key was taken")
	}
	r.SetPartners(nil)
	check(2, 1)
}

// TestRollUp: rows of hours become rows of days, and go.
func TestRollUp(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	day := 24 * time.Hour
	o := Options{HourRows: 2 * day, Retention: 10 * day, Now: func() time.Time { return time.Unix(tenOClock, 0).Add(30 * day) }}
	record := func(hour, n int) {
		l := openAt(t, path, o)
		r := NewRecorder(l)
		for i := range n {
			m := message(at(hour*3600), signaling.ClassSMS, "")
			m.IMSI = number(i)
			r.Add(m, []rules.Verdict{verdict(blue, signaling.EvidenceAdjacent)})
		}
		r.Cover("tap", at(hour*3600), &Counts{Frames: uint64(n), Decoded: uint64(n)})
		r.AddLink(at(hour*3600), linkOf(signaling.SCTP, "192.0.2.1:2905", "198.51.100.1:2905"), blue)
		r.Flush()
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	check := func(want map[[2]int64][2]uint64) {
		t.Helper()
		got := map[[2]int64][2]uint64{}
		for _, x := range readRows(t, path) {
			if x.Carrier == "blue-transit" {
				got[[2]int64{(x.Hour - tenOClock) / 3600, x.Span / 3600}] = [2]uint64{x.Messages, x.Subscribers}
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("rows are %v, want %v", got, want)
		}
	}
	record(0, 3)
	record(1, 5)
	check(map[[2]int64][2]uint64{{0, 1}: {3, 3}, {1, 1}: {5, 5}})
	record(3*24, 1) // the first day is more than two days old
	check(map[[2]int64][2]uint64{{-10, 24}: {8, 5}, {72, 1}: {1, 1}})
	record(2, 7) // late, and of a new hour of the newest only later
	record(4*24, 1)
	check(map[[2]int64][2]uint64{{-10, 24}: {15, 7}, {72, 1}: {1, 1}, {96, 1}: {1, 1}})
	r, err := OpenForReading(path)
	if err != nil {
		t.Fatal(err)
	}
	cover, err := r.Coverage(time.Time{}, time.Time{})
	links, err2 := r.Links(time.Time{}, time.Time{})
	r.Close()
	if err != nil || err2 != nil || len(cover) != 3 || cover[0].Frames != 15 || cover[0].Span != daySeconds || cover[0].Hours != 7<<10 || cover[2].Hours != 1 || len(links) != 1 || links[0].First != tenOClock || links[0].Last != tenOClock+4*daySeconds {
		t.Errorf("coverage is %+v, links %+v, errors %v, %v", cover, links, err, err2)
	}
	for day := 14; day < 17; day++ { // ten days and more after the first ones, for as long as a new time has to last
		record(day*24, 1)
	}
	check(map[[2]int64][2]uint64{{336, 1}: {1, 1}, {360, 1}: {1, 1}, {384, 1}: {1, 1}})
}

// TestRollUpFresh: subscribers that stand in no sketch yet when their hours become a day
// are in the day's.
func TestRollUpFresh(t *testing.T) {
	l := open(t, Options{HourRows: 48 * time.Hour})
	r := NewRecorder(l)
	for day := range 6 {
		for i := range 100 {
			m := message(at(day*daySeconds+i), signaling.ClassSMS, "")
			m.IMSI = number(100*day + i)
			r.Add(m, nil)
		}
		r.Flush()
		if err := l.ask(func() error { return l.commit(false) }); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Flush(); err != nil {
		t.Fatal(err)
	}
	days := 0
	for _, x := range readRows(t, l.Path()) {
		if x.Subscribers != 100 {
			t.Errorf("%d subscribers in the row of %v, want 100", x.Subscribers, time.Unix(x.Hour, 0).UTC())
		}
		if x.Carrier == Total && x.Span == daySeconds {
			days++
		}
	}
	if days != 3 {
		t.Errorf("%d days, want 3", days)
	}
	var alone int
	if err := l.db.QueryRow("SELECT count(*) FROM subscribers s WHERE NOT EXISTS (SELECT 1 FROM exposure e WHERE e.hour = s.hour AND e.span = s.span)").Scan(&alone); err != nil || alone != 0 {
		t.Errorf("%d sketches without a row, error %v", alone, err)
	}
}

// TestSweepFails: a day that cannot be made holds up neither those after it nor the
// retention; it is told once, tried again later, and told when it can be made again.
func TestSweepFails(t *testing.T) {
	var c clock
	c.set(at(0))
	var told []error
	l := open(t, Options{HourRows: 48 * time.Hour, Retention: 30 * 24 * time.Hour, Now: c.now, Failed: func(err error) { told = append(told, err) }})
	r := NewRecorder(l)
	send := func(seconds int) {
		t.Helper()
		c.set(at(seconds))
		r.Add(message(at(seconds), signaling.ClassSMS, "001010000000001"), nil)
		r.Flush()
		if err := l.Flush(); err != nil {
			t.Errorf("what was recorded is written, yet: %v", err)
		}
	}
	rows := func(span int) (n int) {
		t.Helper()
		if err := l.db.QueryRow("SELECT count(DISTINCT hour) FROM exposure WHERE span = ?", span).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	change := func(query string) {
		t.Helper()
		if err := l.ask(func() error { _, err := l.db.Exec(query); return err }); err != nil {
			t.Fatal(err)
		}
	}
	send(0)
	change("CREATE TABLE good AS SELECT * FROM subscribers; UPDATE subscribers SET sketch = x'0102'")
	for day := 1; day < 5; day++ {
		send(day * daySeconds)
		send(day*daySeconds + 3600)
	}
	if hours, days := rows(hourSeconds), rows(daySeconds); hours != 7 || days != 1 {
		t.Errorf("%d hours and %d days, want 7 and 1: the first day cannot be made, the second can", hours, days)
	}
	if len(told) != 1 || !strings.Contains(fmt.Sprint(told[0]), "did not become days") {
		t.Fatalf("told %v, want once that a day was not made", told)
	}
	// Mended, it is found with the next try, which is not at once.
	change("UPDATE subscribers SET sketch = (SELECT sketch FROM good) WHERE sketch = x'0102'; DROP TABLE good")
	failures := l.Stats().Failures
	send(4*daySeconds + 3600 + 60)
	if len(told) != 1 || l.Stats().Failures != failures {
		t.Errorf("tried again at once: told %v", told)
	}
	send(4*daySeconds + 3600 + 660)
	if len(told) != 2 || told[1] != nil || rows(daySeconds) != 2 {
		t.Errorf("told %v with %d days, want that all is well with 2", told, rows(daySeconds))
	}
	// Where it never heals, retention takes it.
	change("UPDATE subscribers SET sketch = x'0102' WHERE span = 3600 AND hour = (SELECT min(hour) FROM subscribers WHERE span = 3600)")
	for day := 40; day < 43; day++ {
		send(day * daySeconds)
	}
	if n := rows(hourSeconds) + rows(daySeconds); n != 3 {
		t.Errorf("%d rows after retention, want 3", n)
	}
}

// TestKill: what was committed a second before a process is killed is all there.
func TestKill(t *testing.T) {
	if path := os.Getenv("SIGTRANSIT_TEST_LEDGER"); path != "" {
		record(path)
		return
	}
	path := filepath.Join(t.TempDir(), "ledger.db")
	c := exec.Command(os.Args[0], "-test.run", "^TestKill$")
	c.Env = append(os.Environ(), "SIGTRANSIT_TEST_LEDGER="+path)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	// The child says how many messages it counted, and when.
	var counts []int
	var times []time.Time
	in := bufio.NewScanner(out)
	for len(counts) < 30 && in.Scan() {
		var n int
		if _, err := fmt.Sscanf(in.Text(), "counted %d", &n); err == nil {
			counts, times = append(counts, n), append(times, time.Now())
		}
	}
	killed := time.Now()
	c.Process.Kill()
	c.Wait()
	if len(counts) < 30 {
		t.Fatalf("the child counted %d times only", len(counts))
	}
	least := 0
	for i, at := range times {
		// A second until the recorder's tick, and one until the commit.
		if killed.Sub(at) > 2*time.Second+500*time.Millisecond {
			least = counts[i]
		}
	}
	if least == 0 {
		t.Fatal("the child was killed too early to tell")
	}
	check := func(when string) {
		t.Helper()
		rows := readRows(t, path)
		if n := int(sum(rows)); n < least || n > counts[len(counts)-1]+10_000 {
			t.Errorf("%s: %d messages, want at least %d", when, n, least)
		}
		for _, x := range rows {
			if x.Carrier == Total {
				if d := float64(x.Subscribers)/float64(x.Messages) - 1; d > 0.1 || d < -0.1 {
					t.Errorf("%s: %d subscribers in %d messages, one each", when, x.Subscribers, x.Messages)
				}
			}
		}
	}
	check("after the kill")
	l := openAt(t, path, Options{})
	var ok string
	if err := l.db.QueryRow("PRAGMA integrity_check").Scan(&ok); err != nil || ok != "ok" {
		t.Errorf("integrity: %s, error %v", ok, err)
	}
	l.Close()
	check("after mending")
}

// TestFirstForm: what a program that knew form 1 left when it was killed is read, and the
// ledger goes on in form 3. Of a day that it has added up nobody knows the hours.
func TestFirstForm(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	l := openAt(t, path, Options{})
	r := NewRecorder(l)
	r.Add(message(at(0), signaling.ClassSMS, ""), nil)
	r.Flush()
	if err := l.Flush(); err != nil {
		t.Fatal(err)
	}
	var hashes []byte
	const subscribers = 300
	for n := range uint64(subscribers) {
		hashes = binary.LittleEndian.AppendUint64(hashes, l.key.Load().sum(n, 0))
	}
	if _, err := l.db.Exec("PRAGMA user_version = 1; ALTER TABLE coverage DROP COLUMN hours; INSERT INTO sources VALUES (1, 'tap'); DROP TABLE carrier_links;" + `
		CREATE TABLE links (hour INTEGER NOT NULL, span INTEGER NOT NULL, carrier INTEGER NOT NULL, protection TEXT NOT NULL, links INTEGER NOT NULL);
		INSERT INTO links SELECT hour, 3600, id, 'clear', 3 FROM exposure, carriers; INSERT INTO links SELECT hour + 7200, 3600, id, 'clear', -1 FROM exposure, carriers`); err != nil {
		t.Fatal(err)
	}
	if _, err := l.db.Exec("INSERT INTO coverage VALUES (?, 86400, 1, 1, 1, 1, 0, 0, 0)", tenOClock-10*3600); err != nil {
		t.Fatal(err)
	}
	if _, err := l.db.Exec("INSERT INTO fresh SELECT hour, partner, carrier, key, ? FROM exposure", hashes); err != nil {
		t.Fatal(err)
	}
	l.Close()
	check := func(when string) {
		t.Helper()
		if rows := readRows(t, path); len(rows) != 2 || rows[0].Subscribers+3 < subscribers || rows[0].Subscribers > subscribers { // hashes may meet in a sketch
			t.Errorf("%s: %+v", when, rows)
		}
		r, err := OpenForReading(path)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if list, err := r.Coverage(time.Time{}, time.Time{}); err != nil || len(list) != 1 || list[0].Hours != 0 || list[0].Frames != 1 {
			t.Errorf("%s: coverage %+v, error %v", when, list, err)
		}
		want := []Link{{Carrier: Total, First: tenOClock, Last: tenOClock + 7200, More: 2}}
		if list, err := r.Links(time.Time{}, time.Time{}); err != nil || !slices.Equal(list, want) {
			t.Errorf("%s: links %+v, want %+v, error %v", when, list, want, err)
		}
	}
	check("in form 1")
	l = openAt(t, path, Options{})
	var form, fresh int
	if err := l.db.QueryRow("SELECT (SELECT user_version FROM pragma_user_version), (SELECT count(*) FROM fresh)").Scan(&form, &fresh); err != nil || form != schemaVersion || fresh != 0 {
		t.Errorf("form %d with %d lists, error %v", form, fresh, err)
	}
	l.Close()
	check("in form 3")
	// Hours that come late tell nothing of those before.
	l = openAt(t, path, Options{HourRows: 24 * time.Hour})
	r = NewRecorder(l)
	r.Cover("tap", at(0), &Counts{})
	r.Add(message(at(72*3600), signaling.ClassSMS, ""), nil)
	r.Flush()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	x, err := OpenForReading(path)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	if list, err := x.Coverage(time.Time{}, time.Time{}); err != nil || len(list) != 1 || list[0].Span != daySeconds || list[0].Hours != 0 {
		t.Errorf("with a late hour: coverage %+v, error %v", list, err)
	}
}

// TestLinks: a link is one however often it is seen, in whatever capture.
func TestLinks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	const a, b = "192.0.2.1", "198.51.100.1"
	type seen struct {
		hour int
		l    *signaling.Link
		c    *rules.Carrier
	}
	tls := linkOf(signaling.TCP, a+":40000", b+":3868")
	tls.Protection = signaling.TLS
	again := linkOf(signaling.SCTP, b+":2905", a+":2905")
	again.Ends[0].Addrs = append(again.Ends[0].Addrs, netip.MustParseAddr("198.51.100.2"))
	for _, list := range [][]seen{
		{{0, linkOf(signaling.SCTP, a+":2905", b+":2905"), blue}, {0, linkOf(signaling.SCTP, a+":2905", b+":2906"), blue}, {0, linkOf(signaling.TCP, a+":50000", b+":3868"), green}},
		{{2, again, blue}, {2, tls, green}, {1, linkOf(signaling.TCP, b+":3868", a+":50001"), green}},
	} {
		l := openAt(t, path, Options{})
		r := NewRecorder(l)
		for range 3 {
			for _, x := range list {
				r.AddLink(at(x.hour*3600), x.l, x.c)
			}
			r.Flush()
			if err := l.Flush(); err != nil {
				t.Fatal(err)
			}
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	x, err := OpenForReading(path)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	for _, tt := range []struct {
		from, to int // hours; -1: open
		want     string
	}{
		{-1, -1, "blue-transit clear 0-0, blue-transit clear 0-2, green-hub tls 0-2"},
		{1, 2, "blue-transit clear 0-2, green-hub tls 0-2"},
		{3, -1, ""},
		{-1, 0, ""},
	} {
		var from, to time.Time
		if tt.from >= 0 {
			from = time.Unix(0, at(tt.from*3600))
		}
		if tt.to >= 0 {
			to = time.Unix(0, at(tt.to*3600))
		}
		list, err := x.Links(from, to)
		var got []string
		for _, l := range list {
			got = append(got, fmt.Sprintf("%s %v %d-%d", l.Carrier, l.Protection, (l.First-tenOClock)/3600, (l.Last-tenOClock)/3600))
		}
		slices.Sort(got)
		if strings.Join(got, ", ") != tt.want || err != nil {
			t.Errorf("from %d to %d: %q, error %v, want %q", tt.from, tt.to, got, err, tt.want)
		}
	}
}

// TestLinkFlood: links are told apart up to a bound, and go with retention.
func TestLinkFlood(t *testing.T) {
	l := open(t, Options{Retention: 48 * time.Hour})
	r := NewRecorder(l)
	flood := func(hour, from, n int) {
		t.Helper()
		for i := from; i < from+n; i++ {
			r.AddLink(at(hour*3600), linkOf(signaling.SCTP, netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), 2905).String(), "192.0.2.1:2905"), blue)
		}
		r.Add(message(at(hour*3600), signaling.ClassSMS, ""), nil)
		r.Flush()
		if err := l.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	check := func(when string, links int, more uint64) {
		t.Helper()
		x, err := OpenForReading(l.Path())
		if err != nil {
			t.Fatal(err)
		}
		defer x.Close()
		list, err := x.Links(time.Time{}, time.Time{})
		got := uint64(0)
		for i := range list {
			got += list[i].More
		}
		if n := len(list) - int(min(got, 1)); n != links || got != more || err != nil {
			t.Errorf("%s: %d links and %d more, error %v, want %d and %d", when, n, got, err, links, more)
		}
	}
	flood(0, 0, maxLinks+10)
	check("more than there is room for", maxLinks, 10)
	flood(1, 0, 5)
	check("known ones again", maxLinks, 10)
	flood(49, 0, 0)
	check("after retention", 5, 0)
	flood(49, 20000, 3)
	check("where there is room again", 5+3, 0)
}

// linkOf is a link between two ends.
func linkOf(tr signaling.Transport, a, b string) *signaling.Link {
	l := &signaling.Link{Transport: tr}
	for i, end := range []string{a, b} {
		x := netip.MustParseAddrPort(end)
		l.Ends[i] = signaling.End{Addrs: []netip.Addr{x.Addr()}, Port: x.Port()}
	}
	return l
}

// record counts messages of a new subscriber each until it is killed.
func record(path string) {
	l, err := Open(path, Options{})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	r := NewRecorder(l)
	ticked := time.Now()
	for i := 0; ; {
		for range 1000 { // soon more than have keys of their own
			m := message(at(0), signaling.ClassSMS, "")
			m.IMSI = number(i)
			r.Add(m, nil)
			i++
		}
		fmt.Println("counted", i)
		time.Sleep(150 * time.Millisecond)
		if time.Since(ticked) >= time.Second {
			r.Tick()
			ticked = time.Now()
		}
	}
}

// BenchmarkAdd is a message whose path is unknown, and one over a carrier.
func BenchmarkAdd(b *testing.B) {
	for _, c := range []struct {
		name string
		v    []rules.Verdict
	}{{"unknown", nil}, {"carrier", []rules.Verdict{verdict(blue, signaling.EvidenceAdjacent)}}} {
		b.Run(c.name, func(b *testing.B) {
			l := open(b, Options{})
			r := NewRecorder(l)
			var ms [1024]*signaling.Message
			for i := range ms {
				ms[i] = message(at(i), signaling.Class(i%6), "")
				ms[i].IMSI = number(i / 2)
				ms[i].Roaming.Partner = uint32(i % 100)
			}
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				r.Add(ms[i%1024], c.v)
				i++
			}
		})
	}
}
