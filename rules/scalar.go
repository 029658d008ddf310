package rules

import (
	"strings"
	"unicode"

	"github.com/goccy/go-yaml/ast"
)

// inScalar says where in the file the character in a line (from 1) and column (from
// 0, in characters) of a scalar's text stands: behind quotes and escapes, in a folded
// line, in a block. It walks text and file side by side; where they part company it
// stays where it was.
func (f *file) inScalar(n ast.Node, line, column int) Place {
	at := f.placeOf(place(n))
	text, _ := f.text(n, "")
	raw := strings.Split(string(f.data), "\n")
	x := scalarWalk{line: at.Line - 1, raw: make([][]rune, len(raw))}
	for i := range raw {
		x.raw[i] = []rune(strings.TrimSuffix(raw[i], "\r"))
	}
	if x.line < 0 || x.line >= len(x.raw) {
		return at
	}
	x.column = at.Column - 1
	if _, block := n.(*ast.LiteralNode); block {
		x.line, x.column = x.line+1, 0
	} else if c := x.at(); c == '"' || c == '\'' {
		x.quote = c
		x.column++
	}
	l, c := 1, 0
	for _, r := range text {
		if l == line && c == column {
			x.skip(r)
			break
		}
		x.take(r)
		if c++; r == '\n' {
			l, c = l+1, 0
		}
	}
	return Place{File: f.name, Line: x.line + 1, Column: x.column + 1}
}

type scalarWalk struct {
	raw          [][]rune
	line, column int
	quote        rune
}

// at is the character at hand; a line feed at the end of a line, 0 at the end of all.
func (x *scalarWalk) at() rune {
	switch {
	case x.line >= len(x.raw):
		return 0
	case x.column >= len(x.raw[x.line]):
		return '\n'
	}
	return x.raw[x.line][x.column]
}

func (x *scalarWalk) step() {
	if x.at() == '\n' {
		if x.line+1 < len(x.raw) {
			x.line, x.column = x.line+1, 0
		}
		return
	}
	x.column++
}

// skip passes over white space that is not r.
func (x *scalarWalk) skip(r rune) {
	for c := x.at(); c != r && unicode.IsSpace(c); c = x.at() {
		if c == '\n' && x.line+1 >= len(x.raw) {
			return
		}
		x.step()
	}
}

// take passes over what stands in the file for a character of the text.
func (x *scalarWalk) take(r rune) {
	if r == ' ' || r == '\n' {
		// Of a fold, or of the text itself.
		if c := x.at(); c == r || c == '\n' {
			x.step()
		}
		return
	}
	x.skip(r)
	switch c := x.at(); {
	case c == '\\' && x.quote == '"':
		switch x.after() {
		case 'x':
			x.column += 4
		case 'u':
			x.column += 6
		case 'U':
			x.column += 10
		default:
			x.column += 2
		}
	case c == '\'' && x.quote == '\'':
		x.column += 2
	case c == r:
		x.step()
	}
}

func (x *scalarWalk) after() rune {
	if x.line >= len(x.raw) || x.column+1 >= len(x.raw[x.line]) {
		return 0
	}
	return x.raw[x.line][x.column+1]
}
