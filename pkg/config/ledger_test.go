package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"sigtransit/rules"
)

func TestLedger(t *testing.T) {
	name := file(t, "ledger: {file: exposure.db, hours: 7d, retention: 30d, max_rows: 2000}\nmetrics: {partners: [FRAXX, DEUYY]}\n")
	got, err := Load(name)
	want := Ledger{File: filepath.Join(filepath.Dir(name), "exposure.db"), Hours: 7 * 24 * time.Hour, Retention: 30 * 24 * time.Hour, MaxRows: 2000}
	if err != nil || got.Ledger != want || !reflect.DeepEqual(got.MetricPartners, []string{"FRAXX", "DEUYY"}) {
		t.Errorf("%+v, %v, %v; want %+v", got.Ledger, got.MetricPartners, err, want)
	}
}

// TestCheckLedger: hours are kept for as long as rules about paths look at them.
func TestCheckLedger(t *testing.T) {
	detections := func(modes [2]string) *rules.Set {
		text := "detections:\n" +
			"  - {id: week, title: W, mode: " + modes[0] + ", match: {path: {kind: declared_unseen, window: 168h}}}\n" +
			"  - {id: shift, title: S, mode: " + modes[1] + ", match: {path: {kind: share_shift, window: 73h}}}\n" +
			"  - {id: first, title: F, match: {path: {kind: first_seen, learning: 8760h}}}\n"
		name := filepath.Join(t.TempDir(), "r.yaml")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		set, err := rules.Load(rules.Options{NoBuiltin: true, NoBuiltinDetections: true, DetectionFiles: []string{name}})
		if err != nil {
			t.Fatal(err)
		}
		return set
	}
	for _, tt := range []struct {
		text  string
		modes [2]string
		want  string // "" none
	}{
		{"", [2]string{"active", "active"}, ""},
		{"ledger: {file: x}\n", [2]string{"active", "active"}, ""},
		{"ledger: {file: x, hours: 8d}\n", [2]string{"active", "off"}, ""},
		{"ledger: {file: x, hours: 7d}\n", [2]string{"test", "off"}, ":1:26: ledger.hours: 7d is too short for the window of rule week (r.yaml:2); want 8d or more, or a shorter window"},
		{"ledger: {file: x, hours: 8d}\n", [2]string{"active", "active"}, ""},
		{"ledger: {file: x, hours: 7d}\n", [2]string{"off", "active"}, ":1:26: ledger.hours: 7d is too short for the window of rule shift (r.yaml:3); want 8d or more, or a shorter window"},
		{"ledger: {file: x, hours: 2d}\n", [2]string{"off", "off"}, ""},
	} {
		name := file(t, tt.text)
		c, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if err := c.CheckLedger(detections(tt.modes)); err != nil {
			got = strings.TrimPrefix(err.Error(), name)
			if from, to := strings.Index(got, "("), strings.Index(got, "r.yaml"); from >= 0 && from < to {
				got = got[:from+1] + got[to:]
			}
		}
		if got != tt.want {
			t.Errorf("%q, modes %v: %q, want %q", tt.text, tt.modes, got, tt.want)
		}
	}
}

func TestLedgerRefused(t *testing.T) {
	for text, want := range map[string]string{
		"ledger: {hours: 7d}\n":                                       ":1:9: a ledger without a file; want file: and the name of its database",
		"ledger: {file: x, hours: 7h}\n":                              `:1:26: "7h" is no number of days; want for example "92d"`,
		"ledger: {file: x, retention: 1d}\n":                          ":1:30: 1d is out of range; want 2d to 36500d",
		"ledger: {file: x, retention: 10d}\n":                         ":1:30: 10d is less than hours (92d): rows of hours would go before they become days",
		"ledger: {file: x, max_rows: 1}\n":                            ":1:29: 1 is out of range; want 1000 to 1000000",
		"ledger: {file: x, size: 1}\n":                                `:1:19: unknown key "size"; want one of file, hours, retention, max_rows`,
		"metrics: {partners: [a, a]}\n":                               `:1:25: "a" is no partner, or stands here twice; want the id that it has in the partner file`,
		"metrics: {partners: [" + strings.Repeat("a,", 101) + "b]}\n": ":1:21: 102 partners would have series of their own; want at most 100, the rest is in the ledger",
	} {
		name := file(t, text)
		if _, err := Load(name); err == nil || !strings.HasPrefix(err.Error(), name+want) {
			t.Errorf("%.60q: %v\nwant %s", text, err, want)
		}
	}
}
