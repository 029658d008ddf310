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

// TestFullDisk: where there is no room a ledger can be read, and says that it has none when it
// is written; nothing that was begun stands in the way afterwards.
func TestFullDisk(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("a disk of our own wants root")
	}
	folder := t.TempDir()
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("root may not mount here: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(folder, syscall.MNT_DETACH) })
	in := func(name string) string { return filepath.Join(folder, name) }
	l := openAt(t, in("ledger.db"), Options{})
	r := NewRecorder(l)
	r.Add(message(at(0), signaling.ClassSMS, ""), nil)
	r.Flush()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for _, room := range []int64{0, 8 << 10} { // for none of SQLite's files, for a part of one
		fill, err := os.Create(in("fill"))
		if err != nil {
			t.Fatal(err)
		}
		n, err := fill.Write(make([]byte, 2<<20))
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("the disk is not full: %v", err)
		}
		if err := fill.Truncate(int64(n) - room); err != nil {
			t.Fatal(err)
		}
		fill.Close()
		if n := sum(readRows(t, in("ledger.db"))); n != 1 {
			t.Errorf("%d messages, want 1", n)
		}
		if _, err := Open(in("new.db"), Options{}); !errors.Is(err, ErrNoRoom) {
			t.Errorf("with room for %d: error %v", room, err)
		}
		if room == 0 {
			if _, err := readKey(in("key")); !errors.Is(err, syscall.ENOSPC) {
				t.Errorf("a key was written: %v", err)
			}
			if _, err := os.Stat(in("key")); err == nil {
				t.Error("half a key is left")
			}
		}
		os.Remove(in("fill"))
	}
	if err := openAt(t, in("new.db"), Options{}).Close(); err != nil {
		t.Error(err)
	}
}
