package wholefile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// words writes some.
func words(s string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// only fails where a folder holds something else.
func only(t *testing.T, dir string, names ...string) {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil || len(list) != len(names) {
		t.Errorf("%s holds %v, error %v; want %v", dir, list, err, names)
	}
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "report")
	if err := Write(name, words("one")); err != nil || read(t, name) != "one" {
		t.Fatal(err, read(t, name))
	}
	if err := os.Chmod(name, 0o600); err != nil {
		t.Fatal(err)
	}
	was, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := Write(name, words("two")); err != nil || read(t, name) != "two" {
		t.Fatal(err, read(t, name))
	}
	if is, err := os.Stat(name); err != nil || is.Mode() != was.Mode() || os.SameFile(is, was) {
		t.Errorf("error %v, rights %v, want another file with %v", err, is.Mode(), was.Mode())
	}
	// What cannot be written to its end leaves the old file, and nothing beside it.
	full := errors.New("full")
	if err := Write(name, func(w io.Writer) error { io.WriteString(w, "th"); return full }); err != full || read(t, name) != "two" {
		t.Errorf("error %v, %q", err, read(t, name))
	}
	only(t, dir, "report")
	name = filepath.Join(dir, "no", "report")
	if err := Write(name, words("x")); err == nil || err.Error() != "open "+name+": no such file or directory" {
		t.Error(err)
	}
	if err := Write(dir, words("x")); err == nil {
		t.Error("a folder was written")
	}
}

// TestLinks: links stay, and what they lead to is replaced, or made.
func TestLinks(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	for _, err := range []error{
		os.Mkdir(in("2026"), 0o700), os.WriteFile(in("2026/nov"), []byte("old"), 0o600), os.Symlink("2026/nov", in("latest")), os.Symlink("latest", in("mine")),
		os.Symlink("2026/dec", in("next")), os.Symlink("loop", in("loop")),
	} {
		if err != nil {
			t.Skip(err)
		}
	}
	for link, file := range map[string]string{"mine": "2026/nov", "next": "2026/dec"} {
		if err := Write(in(link), words(link)); err != nil || read(t, in(file)) != link {
			t.Errorf("%s: error %v", link, err)
		}
		if i, err := os.Lstat(in(link)); err != nil || i.Mode()&os.ModeSymlink == 0 {
			t.Errorf("%s is no link any more: %v", link, err)
		}
	}
	only(t, in("2026"), "nov", "dec")
	if err := Write(in("loop"), words("x")); err == nil {
		t.Error("a loop of links was written")
	}
}
