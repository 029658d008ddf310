package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigtransit/pkg/partners"
	"sigtransit/rules"
)

// What is measured with is what it says: partners and rules load without a complaint, and
// there are as many.
func TestExposureFiles(t *testing.T) {
	dir := t.TempDir()
	if err := writeExposure(dir); err != nil {
		t.Fatal(err)
	}
	f, err := partners.Load(filepath.Join(dir, "many.json"))
	if err != nil {
		t.Fatal(err)
	}
	ranges := 0
	for _, p := range f.Partners {
		ranges += len(p.GTs)
	}
	if len(f.Partners) != exposurePartners || ranges != 20*exposurePartners {
		t.Errorf("%d partners with %d ranges", len(f.Partners), ranges)
	}
	before, err := rules.Load(rules.Options{})
	if err != nil {
		t.Fatal(err)
	}
	set, err := rules.Load(rules.Options{DetectionFiles: []string{filepath.Join(dir, "rules.yaml")}, WatchlistFiles: []string{filepath.Join(dir, "watchlist.yaml")}})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(set.Detections) - len(before.Detections); n != exposureRules {
		t.Errorf("%d rules, want %d", n, exposureRules)
	}
	if n := len(set.Identifiers) - len(before.Identifiers); n != exposureWatchlist {
		t.Errorf("%d identifiers, want %d", n, exposureWatchlist)
	}
	if documents, err := os.ReadDir(filepath.Join(dir, "ir21")); err != nil || len(documents) != exposureDocuments {
		t.Errorf("%d documents, %v", len(documents), err)
	}
}

// The measurement, over a capture too short for its figures to say anything.
func TestExposureSmoke(t *testing.T) {
	dir, bin := program(t)
	var stdout, stderr bytes.Buffer
	args := []string{"-exposure", "-messages", "3000", "-runs", "1", "-dir", filepath.Join(dir, "bench"), "-bin", bin}
	if code := run(context.Background(), args, &stdout, &stderr); code != 0 {
		t.Fatalf("exit code %d\n%s", code, &stderr)
	}
	for _, w := range []string{"with home and 1,000 partners", "and 200 rules and a watchlist of 10,000", "all of it / replay", "loading the large configuration", "importing 1,000 IR.21 documents", "the targets are for"} {
		if !strings.Contains(stdout.String(), w) {
			t.Errorf("the report lacks %q:\n%s", w, &stdout)
		}
	}
}
