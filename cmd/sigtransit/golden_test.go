package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the expected events of testdata")

// elapsed differs from run to run.
var elapsed = regexp.MustCompile(`,"elapsed_seconds":[0-9.e-]+`)

// TestGolden replays the input of every case in testdata and compares all of its
// events, messages and flows included, with expected.jsonl.
func TestGolden(t *testing.T) {
	inputs, err := filepath.Glob("../../testdata/*/input.*")
	if err != nil || len(inputs) == 0 {
		t.Fatalf("no cases in testdata: %v", err)
	}
	for _, input := range inputs {
		dir := filepath.Dir(input)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			if _, err := os.Stat(filepath.Join(dir, "README.md")); err != nil {
				t.Errorf("the case has no README.md that says where its octets come from")
			}
			args := []string{"replay", "--messages", "--flows", "--pseudonym-key", "../../testdata/pseudonym.key"}
			if conf := filepath.Join(dir, "config.yaml"); exists(conf) {
				args = append(args, "-c", conf)
			}
			code, stdout, stderr := invoke(t, "", append(args, input)...)
			if code != 0 || stderr != "" {
				t.Fatalf("exit code %d, stderr %q", code, stderr)
			}
			got := elapsed.ReplaceAllString(strings.ReplaceAll(stdout, input, filepath.Base(input)), "")
			golden := filepath.Join(dir, "expected.jsonl")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(want, []byte(got)) {
				a, b := strings.Split(string(want), "\n"), strings.Split(got, "\n")
				for i := range max(len(a), len(b)) {
					if i >= len(a) || i >= len(b) || a[i] != b[i] {
						t.Fatalf("%d events, want %d; the first difference is in line %d:\n got %s\nwant %s", len(b)-1, len(a)-1, i+1, at(b, i), at(a, i))
					}
				}
			}
		})
	}
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "nothing"
}
