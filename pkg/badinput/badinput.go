// Package badinput is how every reader of a person's files says what is wrong: one
// line that begins with the place, for each fault.
package badinput

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// Error is what is wrong with a file, and where.
type Error struct {
	File         string
	Line, Column int // from 1; 0: the whole file, the whole line
	Text         string
}

// Error is one line.
func (e *Error) Error() string {
	switch {
	case e.Line == 0:
		return e.File + ": " + e.Text
	case e.Column == 0:
		return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Text)
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Text)
}

// List is all that is wrong, a line each.
type List []*Error

// Error is a line for each of them.
func (l List) Error() string {
	lines := make([]string, len(l))
	for i, e := range l {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives each of them to errors.As.
func (l List) Unwrap() []error {
	out := make([]error, len(l))
	for i, e := range l {
		out[i] = e
	}
	return out
}

// Sort puts them in the order of their places.
func (l List) Sort() {
	slices.SortStableFunc(l, func(a, b *Error) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

// Text is a file of text without the byte order mark that some editors put before it.
func Text(data []byte) []byte { return bytes.TrimPrefix(data, []byte("\ufeff")) }

// YAML is a message of the YAML reader's in words that say what would be right.
func YAML(message string) string {
	if message == `found character '	' that cannot start any token` {
		return "a tab stands here; indent with blanks"
	}
	return message
}

// Unreadable says why a file cannot be read; "" where it can, or where nobody knows
// without taking something out of it: a pipe.
func Unreadable(name string) string {
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "no such file"
	case err == nil && info.IsDir():
		return "is a directory; want the name of a file"
	case err == nil && info.Mode().IsRegular():
		var f *os.File
		if f, err = os.Open(name); err == nil {
			f.Close()
		}
	}
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return ""
}

// Stat is os.Stat for a file that is to be read whole, which has to be a regular one; want
// says what of. The error does not repeat the name.
func Stat(name, want string) (fs.FileInfo, error) {
	info, err := os.Stat(name)
	var pe *fs.PathError
	switch {
	case errors.As(err, &pe):
		return nil, pe.Err
	case err != nil:
		return nil, err
	}
	if is := noFile(info.Mode()); is != "" {
		return nil, errors.New(is + "; want " + want)
	}
	return info, nil
}

// noFile says what stands in the place of a file; "" for a file. Opening a pipe waits for its
// writer, and a device may have no end.
func noFile(m fs.FileMode) string {
	switch {
	case m.IsRegular():
		return ""
	case m.IsDir():
		return "is a directory"
	case m&fs.ModeNamedPipe != 0:
		return "is a named pipe"
	case m&fs.ModeSocket != 0:
		return "is a socket"
	}
	return "is a device"
}
