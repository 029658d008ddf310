// Package wholefile writes files that are there whole or not at all: a reader, a kill and
// a full disk find the old file or the new one.
package wholefile

import (
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// maxLinks bounds the symbolic links that are followed, as Linux does.
const maxLinks = 40

// mode are the rights of a new file, less what the umask takes.
const mode = 0o644

// Write has a file written and puts it in the place of name, with the rights of what was
// there. A symbolic link stays, and what it leads to is replaced. A device, a pipe and what
// a process has open under /proc are no files that could be replaced: they are written.
func Write(name string, write func(io.Writer) error) error {
	to, err := follow(name)
	if err != nil {
		return err
	}
	old, err := os.Stat(to)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		old = nil
	case err != nil:
		return err
	case !old.Mode().IsRegular() || strings.HasPrefix(to, "/proc/"):
		f, err := os.OpenFile(to, os.O_WRONLY|os.O_TRUNC, 0)
		if err != nil {
			return err
		}
		return finish(f, write(f))
	}
	part := filepath.Join(filepath.Dir(to), "."+filepath.Base(to)+"."+rand.Text())
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	var pe *fs.PathError
	if errors.As(err, &pe) {
		pe.Path = to // the name that was asked for tells more
	}
	if err != nil {
		return err
	}
	defer os.Remove(part) // of no effect after the rename
	err = write(f)
	if err == nil && old != nil {
		keepOwner(f, old)
		err = f.Chmod(old.Mode().Perm())
	}
	if err == nil {
		err = f.Sync()
	}
	if err := finish(f, err); err != nil {
		return err
	}
	return os.Rename(part, to)
}

// finish closes a file that was written; err is what came of that.
func finish(f *os.File, err error) error {
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}

// follow is what symbolic links lead to, which need not be there. Links of the kernel's
// under /proc lead to what has no name.
func follow(name string) (string, error) {
	at := name
	for range maxLinks {
		to, err := os.Readlink(at)
		if err != nil || strings.HasPrefix(at, "/proc/") {
			return at, nil
		}
		if !filepath.IsAbs(to) {
			// Not cleaned: what stands before ".." may be a link, too.
			to = filepath.Dir(at) + string(filepath.Separator) + to
		}
		at = to
	}
	return "", &fs.PathError{Op: "open", Path: name, Err: syscall.ELOOP}
}
