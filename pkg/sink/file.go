package sink

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"syscall"
	"time"
)

// file appends lines to a file. It is alone in writing it, but others may rename,
// remove or truncate it (logrotate): that is noticed before each write. A write is
// one write(2) of whole lines at the end of the file, so a process that is killed
// leaves at most one half line, at the end, which the next one cuts off.
type file struct {
	conf  FileConfig
	count *counters

	mu      sync.Mutex // over all below; reopen and the timer of sync come from outside
	f       *os.File
	regular bool
	begun   time.Time // when the file got its first line, as well as we know
	torn    bool      // a write failed: the end has to be looked at
	dirty   bool      // written since the last sync
	timer   *time.Timer
	buf     []byte
	keeper  keeper
}

func newFile(conf FileConfig, c *counters) *file {
	x := &file{conf: conf, count: c}
	x.keeper.conf, x.keeper.count = conf, c
	return x
}

// check opens the file, so that a mistake in its name shows at the start.
func (x *file) check() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.open()
}

func (x *file) open() error {
	flags := os.O_RDWR
	info, err := os.Stat(x.conf.Path)
	if err == nil && !info.Mode().IsRegular() {
		// A named pipe without a reader is an error, not a reason to wait.
		flags = os.O_WRONLY | syscall.O_NONBLOCK
	}
	f, err := os.OpenFile(x.conf.Path, flags|os.O_APPEND|os.O_CREATE, 0o640)
	if err != nil {
		return &fault{reason: ReasonOpen, err: err}
	}
	if info, err = f.Stat(); err != nil {
		f.Close()
		return &fault{reason: ReasonOpen, err: err}
	}
	x.f, x.regular = f, info.Mode().IsRegular()
	x.begun = time.Now()
	if x.regular && info.Size() > 0 {
		x.begun = info.ModTime()
		cut, err := x.cutTail()
		if err != nil {
			x.letGo()
			return &fault{reason: ReasonOpen, err: err}
		}
		if cut {
			x.count.failed(ReasonTorn)
		}
	}
	return nil
}

// letGo closes the file.
func (x *file) letGo() {
	if x.f == nil {
		return
	}
	x.flush()
	if err := x.f.Close(); err != nil {
		x.count.failed(ReasonWrite)
	}
	x.f = nil
}

// moved reports that the name stands for another file now, or for none.
func (x *file) moved() bool {
	at, err := os.Stat(x.conf.Path)
	if err != nil {
		return errors.Is(err, os.ErrNotExist)
	}
	open, err := x.f.Stat()
	return err == nil && !os.SameFile(at, open)
}

// cutTail cuts off what stands behind the last line feed of the file.
func (x *file) cutTail() (cut bool, err error) {
	info, err := x.f.Stat()
	if err != nil {
		return false, err
	}
	var buf [4 << 10]byte
	size := info.Size()
	for at := size; ; {
		n := min(at, int64(len(buf)))
		if _, err := x.f.ReadAt(buf[:n], at-n); err != nil && err != io.EOF {
			return false, err
		}
		end := at - n + int64(bytes.LastIndexByte(buf[:n], '\n')) + 1
		if end > at-n || at == n {
			if end == size {
				return false, nil
			}
			return true, x.f.Truncate(end)
		}
		at -= n
	}
}

func (x *file) send(_ context.Context, batch []record) (int, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.f != nil && x.moved() {
		x.letGo()
	}
	if x.f == nil {
		if err := x.open(); err != nil {
			return 0, err
		}
	}
	if x.torn {
		if _, err := x.cutTail(); err != nil {
			return 0, &fault{reason: ReasonWrite, err: err}
		}
		x.torn = false
	}
	n := x.fill(batch)
	if err := x.rotate(int64(len(x.buf))); err != nil {
		return 0, err
	}
	written, err := x.f.Write(x.buf)
	x.dirty = x.dirty || written > 0
	if err != nil {
		n = bytes.Count(x.buf[:max(written, 0)], []byte{'\n'})
		if x.regular {
			_, e := x.cutTail()
			x.torn = e != nil
		}
		reason := ReasonWrite
		if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG) {
			reason = ReasonDiskFull
		}
		return n, &fault{reason: reason, err: err}
	}
	x.sync()
	return n, nil
}

// fill puts the lines of a batch into the buffer, as many as one file may hold.
func (x *file) fill(batch []record) (n int) {
	x.buf = x.buf[:0]
	for i := range batch {
		if x.conf.MaxSize > 0 && n > 0 && int64(len(x.buf)+len(batch[i].line)) > x.conf.MaxSize {
			break
		}
		x.buf = append(x.buf, batch[i].line...)
		n++
	}
	return n
}

// rotate begins a new file when coming octets would make this one too big, or
// when it is too old.
func (x *file) rotate(coming int64) error {
	if !x.regular || x.conf.MaxSize == 0 && x.conf.MaxAge == 0 {
		return nil
	}
	info, err := x.f.Stat()
	if err != nil {
		return &fault{reason: ReasonRotate, err: err}
	}
	size := info.Size()
	if size == 0 {
		x.begun = time.Now()
		return nil
	}
	now := time.Now()
	if (x.conf.MaxSize == 0 || size+coming <= x.conf.MaxSize) && (x.conf.MaxAge == 0 || now.Sub(x.begun) < x.conf.MaxAge) {
		return nil
	}
	if err := x.keeper.rename(now); err != nil {
		// A file that is too big is better than none.
		x.count.failed(ReasonRotate)
		return nil
	}
	x.letGo()
	if err := x.open(); err != nil {
		return err
	}
	x.keeper.wake()
	return nil
}

// sync obeys the policy: after each write, or some time after the first one.
func (x *file) sync() {
	switch {
	case x.conf.Sync == SyncAlways:
		x.flush()
	case x.conf.Sync > 0 && x.timer == nil:
		x.timer = time.AfterFunc(x.conf.Sync, func() {
			x.mu.Lock()
			defer x.mu.Unlock()
			x.timer = nil
			if x.f != nil {
				x.flush()
			}
		})
	}
}

func (x *file) flush() {
	if x.conf.Sync == SyncNever || !x.regular || !x.dirty {
		return
	}
	x.dirty = false
	if err := x.f.Sync(); err != nil {
		x.count.failed(ReasonSync)
	}
}

func (x *file) reopen() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.letGo()
}

// abort can do nothing for a disk that hangs.
func (x *file) abort() {}

func (x *file) close() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.timer != nil {
		x.timer.Stop()
		x.timer = nil
	}
	x.letGo()
	x.keeper.stop()
	return nil
}

// stream writes lines to standard output or another pipe. It neither opens nor
// closes it.
type stream struct {
	w    io.Writer
	buf  []byte
	part int // octets of the next line that are out already
}

func (x *stream) send(_ context.Context, batch []record) (int, error) {
	x.buf = x.buf[:0]
	for i := range batch {
		x.buf = append(x.buf, batch[i].line...)
	}
	from := x.part
	written, err := x.w.Write(x.buf[from:])
	end := from + max(written, 0)
	if err == nil && end < len(x.buf) {
		err = io.ErrShortWrite
	}
	if err == nil {
		x.part = 0
		return len(batch), nil
	}
	// A pipe takes nothing back: the rest of a line is sent when the line comes
	// again, as it is the first then.
	x.part = end - (bytes.LastIndexByte(x.buf[:end], '\n') + 1)
	reason := ReasonWrite
	if errors.Is(err, syscall.ENOSPC) {
		reason = ReasonDiskFull
	}
	return bytes.Count(x.buf[:end], []byte{'\n'}), &fault{reason: reason, err: fmt.Errorf("standard output: %w", err)}
}

func (x *stream) reopen()      {}
func (x *stream) abort()       {}
func (x *stream) close() error { return nil }
