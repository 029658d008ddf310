package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestOverlapping: captures of one time are told of, in a replay, in a ledger and in a
// report. Those that follow one another are not.
func TestOverlapping(t *testing.T) {
	capture, err := os.ReadFile(exposureInput)
	if err != nil {
		t.Fatal(err)
	}
	// The same frames, and one block that says nothing: another file.
	more := "\xad\x0b\x00\x40\x10\x00\x00\x00\x00\x00\x00\x00\x10\x00\x00\x00"
	a, b := write(t, "siteA.pcapng", string(capture)), write(t, "siteB.pcapng", string(capture)+more)
	told := func(then string) string {
		return "sigtransit: warning: captures overlap in time: " + a + " and " + b + " (2026-11-23 06:01:15 to 11:07:15 UTC). Messages that two of them have count twice: make one of them (mergecap -w both.pcapng " + a + " " + b + "), and " + then + "\n"
	}
	ledger := filepath.Join(t.TempDir(), "ledger")
	for _, x := range []struct {
		name, want string
		args       []string
	}{
		{"one", "", []string{"replay", a}},
		{"replay", told("replay it"), []string{"replay", a, b}},
		{"first into a ledger", "", []string{"replay", "--ledger", ledger, a}},
		{"second into a ledger", told("replay it into a new ledger: this one holds them already"), []string{"replay", "--ledger", ledger, b}},
		{"report", told("report on it"), []string{"report", a, b}},
	} {
		if code, _, stderr := invoke(t, "", x.args...); code != 0 || stderr != x.want {
			t.Errorf("%s: exit code %d, %q; want %q", x.name, code, stderr, x.want)
		}
	}
	for _, from := range [][]string{{a, b}, {ledger}} {
		_, stdout, _ := invoke(t, "", append([]string{"report", "--config", exposureConfig}, from...)...)
		text := strings.Join(strings.Fields(stdout), " ")
		for _, want := range []string{"of 452 messages", "Counted twice: what " + a + " and " + b + " both have (2026-11-23 06:01:15 to 11:07:15 UTC)."} {
			if from[0] == ledger {
				want = strings.Replace(want, "of 452", "of 456", 1) // it was counted without home
			}
			if !strings.Contains(text, want) || strings.Contains(text, "Coverage by capture") {
				t.Errorf("%v: no %q in %s", from, want, text)
			}
		}
	}
}
