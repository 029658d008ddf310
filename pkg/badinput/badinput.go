// Package badinput is how every reader of a person's files says what is wrong: one
// line that begins with the place.
package badinput

import "fmt"

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
