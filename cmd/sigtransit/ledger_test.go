package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sigtransit/pkg/exposure"
	"sigtransit/pkg/signaling"
)

// TestReplayLedger: a capture counts once, a second one adds to it, and the totals are
// those of the stats event.
func TestReplayLedger(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ledger.db")
	code, stdout, stderr := invoke(t, "", "replay", "--ledger", file, demo)
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	total := func() (messages, frames uint64, recordings int) {
		r, err := exposure.OpenForReading(file)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if err := r.Rows(time.Time{}, time.Time{}, func(x *exposure.Row) error {
			if x.Carrier == exposure.Total {
				messages += x.Messages
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		cover, err := r.Coverage(time.Time{}, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cover {
			if c.Frames != c.Decoded+c.NotSignaling+c.Undecoded {
				t.Errorf("frames do not add up: %+v", c)
			}
			frames += c.Frames
		}
		list, err := r.Recordings()
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range list {
			if !x.Complete || x.Frames == 0 {
				t.Errorf("recording is %+v", x)
			}
		}
		return messages, frames, len(list)
	}
	messages, frames, n := total()
	if want := `"messages":179`; !strings.Contains(stdout, want) || messages != 179 || frames != 391 || n != 1 {
		t.Errorf("%d messages in %d frames of %d captures, want the stats event's", messages, frames, n)
	}
	code, stdout, stderr = invoke(t, "", "replay", "--ledger", file, demo)
	if want := "is in the ledger already: " + file; code != exitUsage || stdout != "" || !strings.Contains(stderr, want) || !strings.Contains(stderr, "count it twice with --ledger-again") {
		t.Errorf("exit code %d, %q; want 2 and %q", code, stderr, want)
	}
	if code, _, stderr = invoke(t, "", "replay", "--ledger", file, "--ledger-again", demo); code != 0 {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	twice := func(when string) {
		t.Helper()
		if m, f, n := total(); m != 2*messages || f != 2*frames || n != 2 {
			t.Errorf("%s: %d messages in %d frames of %d captures, want each twice", when, m, f, n)
		}
	}
	twice("counted again")
	if code, stdout, stderr = invoke(t, "", "replay", "--ledger", file, "--ledger-skip", demo); code != 0 || stderr != "" || !strings.Contains(stdout, `"messages":0`) {
		t.Errorf("left out: exit code %d, %q, %s", code, stderr, stdout)
	}
	twice("left out")
	for _, x := range []struct {
		args []string
		want string
	}{
		{[]string{"--ledger-again"}, "--ledger-again: want --ledger and the name of a file, too"},
		{[]string{"--ledger-skip"}, "--ledger-skip: want --ledger and the name of a file, too"},
		{[]string{"--ledger", file, "--ledger-skip", "--ledger-again"}, "--ledger-skip: captures cannot be left out and counted once more"},
		{[]string{"--ledger", filepath.Join(t.TempDir(), "no", "ledger.db")}, "no such file or directory"},
		{[]string{"--ledger", demo}, "is no ledger: it has another form; name another file"},
	} {
		if code, _, stderr := invoke(t, "", append([]string{"replay", demo}, x.args...)...); code != exitUsage || !strings.Contains(stderr, x.want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%v: exit code %d, %q; want one line with %q", x.args, code, stderr, x.want)
		}
	}
}

// TestReplayNamesHeld: one message names what a ledger holds of many captures, and one
// capture that is named twice counts once. Captures without frames are alike, and none of
// them is refused.
func TestReplayNamesHeld(t *testing.T) {
	dir := t.TempDir()
	ledger := filepath.Join(dir, "ledger")
	capture, err := os.ReadFile(demo)
	if err != nil {
		t.Fatal(err)
	}
	var ring []string
	for i := range 9 {
		// They differ in a second of their first frame.
		name := filepath.Join(dir, string(rune('a'+i))+".pcap")
		b := append([]byte("\xd4\xc3\xb2\xa1\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x04\x00\x01\x00\x00\x00"),
			byte(i), 0, 0, 0x69, 0, 0, 0, 0, 14, 0, 0, 0, 14, 0, 0, 0, 1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 7, 0x88, 0xb5)
		if i == 7 || i == 8 {
			b = b[:24]
		}
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
		ring = append(ring, name)
	}
	same := write(t, "same.pcapng", string(capture))
	args := []string{"replay", "-q", "--ledger", ledger}
	for _, twice := range []string{demo, same} {
		code, _, stderr := invoke(t, "", append(args, demo, twice)...)
		if want := "sigtransit: " + twice + " is the same capture as " + demo + "; name it once\n"; code != exitUsage || stderr != want {
			t.Errorf("exit code %d, %q; want %q", code, stderr, want)
		}
	}
	for _, run := range []struct {
		files []string
		more  string
		code  int
		want  string
	}{
		{ring[:6], "", exitOK, ""},
		{ring[7:], "", exitOK, ""},
		{ring, "", exitUsage, "sigtransit: 6 of 9 captures are in the ledger already: " + ledger + " holds " + strings.Join(ring[:5], ", ") +
			" and 1 more; leave them out with --ledger-skip, or count them twice with --ledger-again\n"},
		{ring, "--ledger-skip", exitOK, ""},
		{[]string{ring[6]}, "", exitUsage, ""},
	} {
		a := append(args, run.files...)
		if run.more != "" {
			a = append(a, run.more)
		}
		code, _, stderr := invoke(t, "", a...)
		if code != run.code || run.want != "" && stderr != run.want || run.code == exitOK && stderr != "" {
			t.Errorf("%v: exit code %d, %q; want %q", a, code, stderr, run.want)
		}
	}
	if code, _, stderr := invoke(t, "", "report", demo, same); code != exitUsage || !strings.Contains(stderr, "is the same capture as") {
		t.Errorf("report: exit code %d, %q", code, stderr)
	}
}

// TestLedgerKeys: with the key of pseudonyms two ledgers can be compared, and none lies
// beside them.
func TestLedgerKeys(t *testing.T) {
	folder := t.TempDir()
	key := filepath.Join(folder, "key")
	if err := os.WriteFile(key, []byte("0123456789abcdef0123456789abcdef\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, "ledger.db")
	if code, _, stderr := invoke(t, "", "replay", "--ledger", file, "--pseudonym-key", key, demo); code != 0 {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	if _, err := os.Stat(file + ".key"); err == nil {
		t.Error("a key lies beside the ledger")
	}
}

// TestLedgerPaths: what a ledger tells of paths comes with the findings of a replay.
func TestLedgerPaths(t *testing.T) {
	rule := write(t, "rules.yaml", `detections:
  - id: path-volume
    mode: active
    match: {path: {kind: volume, window: 1h, threshold: 10}, class: [authentication], evidence: [adjacent]}
`)
	file := filepath.Join(t.TempDir(), "ledger.db")
	code, stdout, stderr := invoke(t, "", "replay", "--ledger", file, "--detections", rule, demo)
	want := `"finding":{"rule":"path-volume","severity":"medium","carrier":"pccw-global","carrier_name":"PCCW Global","evidence":"adjacent","confidence":"high","sightings":[]},` +
		`"path":{"kind":"volume","text":"12 authentication messages over PCCW Global, more than 10","class":"authentication","from":"2026-11-22T10:00:00.000000Z","to":"2026-11-22T11:00:00.000000Z","messages":12,"first":`
	if code != 0 || strings.Count(stdout, want) != 1 || strings.Count(stdout, `"rule":"path-volume"`) != 2 { // and in the totals
		t.Errorf("exit code %d, %s, %d times %s in\n%s", code, stderr, strings.Count(stdout, want), want, stdout)
	}
	r, err := exposure.OpenForReading(file)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	list, err := r.Findings(time.Time{}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	n := uint64(0)
	for _, x := range list {
		if x.Rule == "path-volume" && x.Severity == signaling.SeverityMedium {
			n += x.N
		}
	}
	if n != 1 {
		t.Errorf("the ledger counts %d findings of path-volume, want 1: %+v", n, list)
	}
}

// TestLedgerDeclarations: what a partner declares is as the partner file of the last
// replay says, also that it declares nothing; a replay without the file changes nothing.
func TestLedgerDeclarations(t *testing.T) {
	ledger := filepath.Join(t.TempDir(), "ledger.db")
	listed := func(declared string) string {
		return write(t, "partners.json", `{"format":"sigtransit-partners","version":1,"created":"2026-11-20T09:00:00Z","partners":[`+"\n"+
			`{"id":"NORE1","name":"Example Norge","country":"NO","plmns":["999-70"],"gts":[{"first":"99970"}]`+declared+"}\n]}\n")
	}
	for _, run := range []struct {
		name     string
		args     []string
		declared int
	}{
		{"one", []string{"--partners", listed(`,"carriers":[{"service":"ss7","name":"PCCW Global","use":"primary"}]`)}, 1},
		{"none given", nil, 1},
		{"nothing declared", []string{"--partners", listed("")}, 0},
	} {
		args := append([]string{"replay", "--home", "001-01", "--format", "summary", "--ledger", ledger, "--ledger-again", exposureInput}, run.args...)
		if code, _, stderr := invoke(t, "", args...); code != 0 {
			t.Fatal(stderr)
		}
		r, err := exposure.OpenForReading(ledger)
		if err != nil {
			t.Fatal(err)
		}
		list, err := r.Partners()
		r.Close()
		i := slices.IndexFunc(list, func(p exposure.Partner) bool { return p.ID == "NORE1" })
		if err != nil || i < 0 || list[i].Declared == nil || len(list[i].Declared) != run.declared {
			t.Errorf("%s: the ledger knows %+v, error %v; want %d declarations of NORE1", run.name, list, err, run.declared)
		}
	}
}
