package output

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
)

// lines remembers each call of Write.
type lines struct {
	calls  []string
	fail   error
	short  bool
	closed int
}

func (l *lines) Write(b []byte) (int, error) {
	l.calls = append(l.calls, string(b))
	if l.fail != nil {
		return 1, l.fail
	}
	if l.short {
		return len(b) - 1, nil
	}
	return len(b), nil
}

func (l *lines) Close() error { l.closed++; return nil }

func TestWriterSink(t *testing.T) {
	w := &lines{}
	s := NewWriterSink(w, true)
	for _, batch := range []string{"a\n", "b\nc\n"} {
		if err := s.Write([]byte(batch)); err != nil {
			t.Fatal(err)
		}
	}
	if len(w.calls) != 0 {
		t.Errorf("not buffered: %q", w.calls)
	}
	if err := s.Flush(); err != nil || strings.Join(w.calls, "|") != "a\nb\nc\n" {
		t.Errorf("flushed %q, %v", w.calls, err)
	}
	big := bytes.Repeat([]byte("x"), sinkBuffer)
	s.Write([]byte("d\n"))
	s.Write(big)
	if len(w.calls) != 3 || w.calls[1] != "d\n" || len(w.calls[2]) != sinkBuffer {
		t.Errorf("order lost: %d calls", len(w.calls))
	}
	s.Write([]byte("e\n"))
	if err := s.Close(); err != nil || w.closed != 1 || w.calls[3] != "e\n" {
		t.Errorf("closed %d times, %v", w.closed, err)
	}
	if err := s.Write([]byte("late\n")); err == nil {
		t.Error("writing to a closed sink is fine")
	}
	if err := s.Close(); w.closed != 1 || err == nil {
		t.Errorf("closed %d times, %v", w.closed, err)
	}
}

func TestWriterSinkNotOwned(t *testing.T) {
	w := &lines{}
	s := NewWriterSink(w, false)
	s.Write([]byte("a\n"))
	if err := s.Close(); err != nil || w.closed != 0 || len(w.calls) != 1 {
		t.Errorf("%v, closed %d times, %q", err, w.closed, w.calls)
	}
}

func TestWriterSinkFails(t *testing.T) {
	w := &lines{fail: syscall.ENOSPC}
	s := NewWriterSink(w, true)
	s.Write([]byte("abc\n"))
	if err := s.Flush(); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("a full disk gives %v", err)
	}
	if err := s.Write([]byte("def\n")); !errors.Is(err, syscall.ENOSPC) || s.Lost() != 7 {
		t.Errorf("after the failure: %v, %d octets lost", err, s.Lost())
	}
	if err := s.Close(); !errors.Is(err, syscall.ENOSPC) || w.closed != 1 || len(w.calls) != 1 {
		t.Errorf("closing: %v, closed %d times, %d writes", err, w.closed, len(w.calls))
	}
	if err := NewWriterSink(&lines{short: true}, false).write([]byte("abc")); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("a short write gives %v", err)
	}
}

func TestClosedPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	s := NewWriterSink(w, true)
	s.Write([]byte("a\n"))
	if err := s.Close(); !IsClosedPipe(err) {
		t.Errorf("%v is not told from a failure", err)
	}
	if IsClosedPipe(syscall.ENOSPC) {
		t.Error("a full disk is no closed pipe")
	}
}
