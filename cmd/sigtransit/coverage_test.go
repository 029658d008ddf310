package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	caseLink = regexp.MustCompile(`\(\.\./testdata/([a-z0-9-]+)/README\.md\)`)
	testName = regexp.MustCompile("`(pkg/[a-z0-9/]+|decoders/[a-z0-9/]+)` ((?:Test[A-Za-z0-9]+(?:, )?)+)")
)

// TestCoverage: every row of the tables of decoders/README.md is filled in, and the
// cases and tests that its proof names are there.
func TestCoverage(t *testing.T) {
	text, err := os.ReadFile("../../decoders/README.md")
	if err != nil {
		t.Fatal(err)
	}
	rows, cases, tests := 0, 0, 0
	for i, line := range strings.Split(string(text), "\n") {
		if !strings.HasPrefix(line, "| ") {
			continue
		}
		rows++
		cells := strings.Split(strings.Trim(line, "|"), " | ")
		for j, c := range cells {
			if strings.TrimSpace(c) == "" {
				t.Errorf("line %d: cell %d is blank", i+1, j+1)
			}
		}
		for _, m := range caseLink.FindAllStringSubmatch(line, -1) {
			cases++
			if _, err := os.Stat(filepath.Join("../../testdata", m[1], "expected.jsonl")); err != nil {
				t.Errorf("line %d: there is no case %s", i+1, m[1])
			}
		}
		for _, m := range testName.FindAllStringSubmatch(line, -1) {
			for _, name := range strings.Split(strings.TrimSuffix(m[2], ", "), ", ") {
				tests++
				if !hasTest(t, m[1], name) {
					t.Errorf("line %d: %s has no %s", i+1, m[1], name)
				}
			}
		}
	}
	if rows < 30 || cases < 40 || tests < 10 {
		t.Errorf("%d rows with %d cases and %d tests were looked at", rows, cases, tests)
	}
}

func hasTest(t *testing.T, pkg, name string) bool {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join("../..", pkg, "*_test.go"))
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), "\nfunc "+name+"(") {
			return true
		}
	}
	return false
}
