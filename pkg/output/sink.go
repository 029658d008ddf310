package output

import (
	"errors"
	"io"
	"syscall"
)

// Sink takes finished lines. Write may keep nothing of the batch; after an error
// every further call returns it.
type Sink interface {
	Write(batch []byte) error
	Close() error
}

// sinkBuffer is how much a WriterSink gathers before it writes, octets.
const sinkBuffer = 64 << 10

// WriterSink writes to a file, a pipe or a terminal through a buffer. It hands on
// whole batches only: a reader of the pipe never waits for the end of a line that
// was given to Write, once Flush was called.
type WriterSink struct {
	w      io.Writer
	closer io.Closer
	buf    []byte
	err    error
	lost   uint64
}

var _ Sink = (*WriterSink)(nil)

// NewWriterSink makes a sink of w. Close closes w when it is an io.Closer and
// owned.
func NewWriterSink(w io.Writer, owned bool) *WriterSink {
	s := &WriterSink{w: w, buf: make([]byte, 0, sinkBuffer)}
	if c, ok := w.(io.Closer); ok && owned {
		s.closer = c
	}
	return s
}

// Write takes a batch of whole lines.
func (s *WriterSink) Write(batch []byte) error {
	if s.err != nil {
		s.lost += uint64(len(batch))
		return s.err
	}
	if len(s.buf)+len(batch) > cap(s.buf) {
		if err := s.Flush(); err != nil {
			s.lost += uint64(len(batch))
			return err
		}
	}
	if len(batch) >= cap(s.buf) {
		return s.write(batch)
	}
	s.buf = append(s.buf, batch...)
	return nil
}

// Flush writes what was gathered.
func (s *WriterSink) Flush() error {
	if s.err != nil || len(s.buf) == 0 {
		return s.err
	}
	err := s.write(s.buf)
	s.buf = s.buf[:0]
	return err
}

func (s *WriterSink) write(b []byte) error {
	n, err := s.w.Write(b)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	if err != nil {
		s.err = err
		s.lost += uint64(len(b) - max(n, 0))
	}
	return err
}

// Lost is how many octets could not be written.
func (s *WriterSink) Lost() uint64 { return s.lost }

// Close flushes and closes. A full disk may show only here: its error must be
// looked at.
func (s *WriterSink) Close() error {
	err := s.Flush()
	if s.closer != nil {
		if e := s.closer.Close(); err == nil {
			err = e
		}
		s.closer = nil
	}
	if s.err == nil {
		s.err = errClosed
	}
	return err
}

var errClosed = errors.New("output: sink is closed")

// IsClosedPipe reports that the reader of a pipe has gone (sigtransit replay … |
// head): a reason to stop, not a failure to tell about.
func IsClosedPipe(err error) bool {
	return errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrClosedPipe)
}
