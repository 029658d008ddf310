package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestOutputsThroughLinks: a file that is replaced may be named by a link, which stays.
func TestOutputsThroughLinks(t *testing.T) {
	for name, args := range map[string][]string{
		"partner file": {"ir21", "import", "-q", irDocuments, "-o"},
		"metrics":      {"replay", "-q", demo, "--metrics-file"},
		"report":       {"report", demo, "--format", "text", "-o"},
		"declarations": {"report", "--declared", irDocuments, "--format", "text", "-o"},
	} {
		dir := t.TempDir()
		file, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
		if err := os.WriteFile(file, []byte("last month's"), 0o600); err != nil {
			t.Fatal(err)
		}
		was, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink("file", link); err != nil {
			t.Skip(err)
		}
		if code, _, stderr := invoke(t, "", append(args, link)...); code != 0 {
			t.Errorf("%s: exit code %d, %s", name, code, stderr)
		}
		if i, err := os.Lstat(link); err != nil || i.Mode()&os.ModeSymlink == 0 {
			t.Errorf("%s: the link is none any more: %v", name, err)
		}
		b, err := os.ReadFile(file)
		if err != nil || len(b) == 0 || bytes.Contains(b, []byte("last month's")) {
			t.Errorf("%s: error %v, the file is %q", name, err, b)
		}
		// A new file was put in its place, so that no kill and no full disk leaves a torso.
		if is, err := os.Stat(file); err != nil || os.SameFile(is, was) || is.Mode() != was.Mode() {
			t.Errorf("%s: error %v, written in place, or with other rights", name, err)
		}
	}
}
