package exposure

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

// begin has a ledger count a file from now on.
func begin(t *testing.T, l *Ledger, name, identity string) {
	t.Helper()
	if err := l.Begin(name, identity); err != nil {
		t.Fatal(err)
	}
}

// holds is how many messages and files another process sees in a ledger: what a kill would
// leave.
func holds(t *testing.T, path string) (messages, files int) {
	t.Helper()
	r, err := OpenForReading(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	list, err := r.Recordings()
	if err != nil {
		t.Fatal(err)
	}
	return int(sum(readRows(t, path))), len(list)
}

// TestRecorded: a capture counts once.
func TestRecorded(t *testing.T) {
	l := open(t, Options{Version: "1.2"})
	name := filepath.Join(t.TempDir(), "a.pcap")
	if err := os.WriteFile(name, make([]byte, 3<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	id, err := Identify(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Recorded(id); err != nil {
		t.Fatal(err)
	}
	begin(t, l, name, id)
	if err := l.End(3, false); err != nil {
		t.Fatal(err)
	}
	if err := l.Recorded(id); !errors.Is(err, ErrRecorded) || !strings.Contains(err.Error(), ", in part (as "+name+")") {
		t.Errorf("error %v", err)
	}
	begin(t, l, name, id)
	if err := l.End(7, true); err != nil {
		t.Fatal(err)
	}
	if err := l.Recorded(id); !errors.Is(err, ErrRecorded) || strings.Contains(err.Error(), "in part") {
		t.Errorf("error %v", err)
	}
	// Another last octet is another file; standard input has no identity.
	if err := os.WriteFile(name, append(make([]byte, 3<<20-1), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if other, err := Identify(name); err != nil || other == id {
		t.Errorf("identity %q, error %v", other, err)
	}
	begin(t, l, "-", "")
	if err := l.End(5, true); err != nil || l.Recorded("") != nil {
		t.Errorf("standard input: errors %v, %v", err, l.Recorded(""))
	}
	// Captures of hours without traffic are alike.
	begin(t, l, "empty.pcap", "24-00")
	if err := l.End(0, true); err != nil || l.Recorded("24-00") != nil {
		t.Errorf("no frames: errors %v, %v", err, l.Recorded("24-00"))
	}
}

// TestWholeFiles: a ledger holds all of a file and the note that it does, or neither.
func TestWholeFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	l := openAt(t, path, Options{})
	r := NewRecorder(l)
	check := func(when string, messages, files int) {
		t.Helper()
		if m, f := holds(t, path); m != messages || f != files {
			t.Errorf("%s: %d messages and %d files, want %d and %d", when, m, f, messages, files)
		}
	}
	begin(t, l, "a.pcap", "1-a")
	r.Add(message(at(0), signaling.ClassSMS, ""), nil)
	r.Flush()
	time.Sleep(2*commitEvery + 100*time.Millisecond)
	check("before its end", 0, 0)
	if err := l.Recorded("1-a"); err != nil {
		t.Errorf("before its end: %v", err)
	}
	r.Flush()
	if err := l.End(1, true); err != nil {
		t.Fatal(err)
	}
	check("after its end", 1, 1)

	// What does not fit into memory is written before the end, and said to be a part.
	begin(t, l, "b.pcap", "1-b")
	r.Add(message(at(1), signaling.ClassSMS, ""), nil)
	r.Flush()
	if err := l.Flush(); err != nil {
		t.Fatal(err)
	}
	check("in part", 2, 2)
	if err := l.Recorded("1-b"); !errors.Is(err, ErrRecorded) || !strings.Contains(err.Error(), "in part") {
		t.Errorf("in part: %v", err)
	}
}

// TestDrop: a file that was not read to its end is forgotten, with its subscribers, and those
// of files before are kept.
func TestDrop(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	l := openAt(t, path, Options{})
	r := NewRecorder(l)
	count := func(from, to int) {
		for i := from; i < to; i++ {
			m := message(at(i), signaling.ClassSMS, "")
			m.IMSI = number(i)
			r.Add(m, []rules.Verdict{verdict(blue, signaling.EvidenceAdjacent)})
		}
		r.Cover("tap", at(0), &Counts{Frames: uint64(to - from)})
		r.Flush()
	}
	check := func(when string, messages, files int) {
		t.Helper()
		if m, f := holds(t, path); m != messages || f != files {
			t.Errorf("%s: %d messages and %d files, want %d and %d", when, m, f, messages, files)
		}
		for _, x := range readRows(t, path) {
			if x.Subscribers != uint64(messages) {
				t.Errorf("%s: %d subscribers over %s, want %d", when, x.Subscribers, x.Carrier, messages)
			}
		}
	}
	begin(t, l, "a.pcap", "1-a")
	count(0, 100)
	if err := l.End(100, true); err != nil {
		t.Fatal(err)
	}
	begin(t, l, "b.pcap", "1-b")
	count(100, 300)
	count(5000, 5001) // in an hour of its own
	if dropped, err := l.Drop(201); !dropped || err != nil {
		t.Fatalf("%v, error %v", dropped, err)
	}
	if err := l.Recorded("1-b"); err != nil {
		t.Error(err)
	}
	if err := l.Flush(); err != nil {
		t.Fatal(err)
	}
	check("dropped", 100, 1)
	begin(t, l, "b.pcap", "1-b")
	count(100, 300)
	if err := l.Flush(); err != nil { // as where memory is full
		t.Fatal(err)
	}
	count(300, 310)
	if dropped, err := l.Drop(210); dropped || err != nil {
		t.Fatalf("%v, error %v", dropped, err)
	}
	if err := l.Recorded("1-b"); !errors.Is(err, ErrInPart) {
		t.Error(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	check("in part", 310, 2)
}

// TestNoRoom: a file whose counts find no room is not noted as counted, until they do.
func TestNoRoom(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	l := openAt(t, path, Options{})
	room := func(pages string) {
		t.Helper()
		if err := l.ask(func() error { _, err := l.db.Exec("PRAGMA max_page_count = " + pages); return err }); err != nil {
			t.Fatal(err)
		}
	}
	room("1") // no more than it has
	begin(t, l, "a.pcap", "1-a")
	r := NewRecorder(l)
	r.SetPartners(func(n uint32) (Partner, bool) { return Partner{ID: fmt.Sprintf("P%d", n)}, true })
	for i := range 1000 {
		m := message(at(i), signaling.ClassSMS, "")
		m.Roaming.Partner = uint32(i) + 1
		r.Add(m, nil)
	}
	r.Flush()
	err := l.End(1000, true)
	if err == nil || !strings.Contains(err.Error(), "full") {
		t.Fatalf("error %v, want that it is full", err)
	}
	if err := l.Recorded("1-a"); err != nil {
		t.Error(err)
	}
	if m, f := holds(t, path); m != 0 || f != 0 {
		t.Errorf("%d messages and %d files, want none", m, f)
	}
	room("100000")
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if m, f := holds(t, path); m != 1000 || f != 1 {
		t.Errorf("%d messages and %d files, want 1000 and one", m, f)
	}
}

// TestIdentifyPipe: looking at a pipe neither waits for its writer nor takes what it gives.
func TestIdentifyPipe(t *testing.T) {
	if id, err := Identify(os.DevNull); err == nil {
		t.Errorf("identity %q", id)
	}
}

// TestCutShort: a ledger whose making a full disk cut short says so, and is made when it is
// recorded into.
func TestCutShort(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	db, err := openDB(path, "_pragma=journal_mode(WAL)")
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Ping(); err != nil {
		t.Fatal(err)
	}
	db.Close()
	if _, err := OpenForReading(path); !errors.Is(err, ErrNotLedger) || !strings.HasSuffix(err.Error(), "is no ledger yet: its making was cut short; record into it to have it made") {
		t.Errorf("error %v", err)
	}
	if err := openAt(t, path, Options{}).Close(); err != nil {
		t.Fatal(err)
	}
	if m, f := holds(t, path); m != 0 || f != 0 {
		t.Errorf("%d messages and %d files", m, f)
	}
}
