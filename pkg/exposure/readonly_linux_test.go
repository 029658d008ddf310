package exposure

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"sigtransit/pkg/signaling"
)

// sealed is a folder and what makes it read-only. Permissions do not bind root: it gets
// a file system of its own.
func sealed(t *testing.T) (folder string, seal func()) {
	t.Helper()
	folder = t.TempDir()
	if os.Getuid() != 0 {
		t.Cleanup(func() { os.Chmod(folder, 0o700) })
		return folder, func() { os.Chmod(folder, 0o500) }
	}
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, ""); err != nil {
		if os.Getenv("CI") == "true" && !errors.Is(err, syscall.EPERM) {
			t.Fatal(err)
		}
		t.Skipf("root writes anywhere, and may not mount here: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(folder, syscall.MNT_DETACH) })
	return folder, func() {
		if err := syscall.Mount("", folder, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
			t.Fatal(err)
		}
	}
}

// TestReadOnly: a folder that cannot be written is told, and can be read from.
func TestReadOnly(t *testing.T) {
	folder, seal := sealed(t)
	path := filepath.Join(folder, "a ledger?#%41.db")
	l := openAt(t, path, Options{})
	r := NewRecorder(l)
	r.Add(message(at(0), signaling.ClassSMS, ""), nil)
	r.Flush()
	l.Close()
	os.Remove(path + ".lock")
	seal()
	if n := sum(readRows(t, path)); n != 1 {
		t.Errorf("%d messages, want 1", n)
	}
	for _, name := range []string{path, filepath.Join(folder, "new.db")} {
		if _, err := Open(name, Options{}); !errors.Is(err, ErrReadOnly) {
			t.Errorf("%s: error %v, want one that says that it cannot be written", filepath.Base(name), err)
		}
	}
}
