//go:build unix

package exposure

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// lock makes this process the only one that records into a ledger, until the file that
// it returns is closed. It is a file of its own: closing any file of a database would
// let go of the locks that SQLite holds on it.
func lock(path string) (*os.File, error) {
	f, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, ErrLocked
		}
		return nil, err
	}
	return f, nil
}

// links is how many names a file has.
func links(i os.FileInfo) uint64 {
	if s, ok := i.Sys().(*syscall.Stat_t); ok {
		return uint64(s.Nlink)
	}
	return 1
}
