package config

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestLedger(t *testing.T) {
	name := file(t, "ledger: {file: exposure.db, hours: 7d, retention: 30d, max_rows: 2000}\nmetrics: {partners: [FRAXX, DEUYY]}\n")
	got, err := Load(name)
	want := Ledger{File: filepath.Join(filepath.Dir(name), "exposure.db"), Hours: 7 * 24 * time.Hour, Retention: 30 * 24 * time.Hour, MaxRows: 2000}
	if err != nil || got.Ledger != want || !reflect.DeepEqual(got.MetricPartners, []string{"FRAXX", "DEUYY"}) {
		t.Errorf("%+v, %v, %v; want %+v", got.Ledger, got.MetricPartners, err, want)
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
