//go:build unix

package wholefile

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestPipe: what is no file is written and stays what it is, also behind a link.
func TestPipe(t *testing.T) {
	dir := t.TempDir()
	pipe, link := filepath.Join(dir, "pipe"), filepath.Join(dir, "link")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip(err)
	}
	if err := os.Symlink("pipe", link); err != nil {
		t.Fatal(err)
	}
	r, err := os.OpenFile(pipe, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for _, name := range []string{pipe, link} {
		if err := Write(name, words(name)); err != nil {
			t.Fatal(err)
		}
		if b, err := io.ReadAll(r); err != nil || string(b) != name {
			t.Errorf("%s: %q came through, error %v", name, b, err)
		}
	}
	if i, err := os.Lstat(pipe); err != nil || i.Mode()&os.ModeNamedPipe == 0 {
		t.Errorf("the pipe is none any more: %v", err)
	}
	only(t, dir, "pipe", "link")
}

// TestNullDevice: a null device of our own stays one.
func TestNullDevice(t *testing.T) {
	name := filepath.Join(t.TempDir(), "null")
	if err := syscall.Mknod(name, syscall.S_IFCHR|0o666, 1<<8|3); err != nil {
		t.Skip(err)
	}
	if err := Write(name, words("x")); err != nil && !os.IsPermission(err) { // a mount may forbid devices
		t.Fatal(err)
	}
	if i, err := os.Lstat(name); err != nil || i.Mode()&os.ModeCharDevice == 0 {
		t.Errorf("the device is none any more: %v", err)
	}
}

// TestOpenFile: what /proc leads to is written through it: a pipe has no other name.
func TestOpenFile(t *testing.T) {
	if _, err := os.Stat("/proc/self/fd"); err != nil {
		t.Skip(err)
	}
	name := filepath.Join(t.TempDir(), "redirected")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	was, _ := f.Stat()
	link := filepath.Join(t.TempDir(), "stdout")
	if err := os.Symlink(fmt.Sprintf("/proc/self/fd/%d", f.Fd()), link); err != nil {
		t.Fatal(err)
	}
	if err := Write(link, words("x")); err != nil || read(t, name) != "x" {
		t.Errorf("error %v", err)
	}
	if is, err := os.Stat(name); err != nil || !os.SameFile(is, was) {
		t.Errorf("error %v, or another file", err)
	}
}
