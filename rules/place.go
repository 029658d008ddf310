package rules

import (
	"fmt"

	"github.com/goccy/go-yaml/token"
)

// Place is where in a file something stands. The zero value is nowhere.
type Place struct {
	File         string // as it was named; "builtin:" before files in the binary
	Line, Column int    // from 1; 0: the whole file
}

// String is file:line, which is where an editor opens it.
func (p Place) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d", p.File, p.Line)
}

// IsZero reports that p is nowhere.
func (p Place) IsZero() bool { return p == Place{} }

// placeOf is the place of a token of the file.
func (f *file) placeOf(t *token.Token) Place {
	p := Place{File: f.name}
	if t != nil && t.Position != nil {
		p.Line, p.Column = t.Position.Line, t.Position.Column
	}
	return p
}
