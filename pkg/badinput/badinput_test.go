package badinput

import (
	"errors"
	"io/fs"
	"testing"
)

func TestError(t *testing.T) {
	for want, e := range map[string]Error{
		"a.yaml: is empty":        {File: "a.yaml", Text: "is empty"},
		"a.xml:3: unknown type":   {File: "a.xml", Line: 3, Text: "unknown type"},
		"a.yaml:3:7: no such key": {File: "a.yaml", Line: 3, Column: 7, Text: "no such key"},
	} {
		if got := e.Error(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestList(t *testing.T) {
	l := List{{File: "b", Text: "x"}, {File: "a", Line: 2, Text: "y"}, {File: "a", Line: 1, Column: 9, Text: "z"}, {File: "a", Line: 1, Column: 2, Text: "w"}}
	l.Sort()
	var first *Error
	if got := l.Error(); got != "a:1:2: w\na:1:9: z\na:2: y\nb: x" || !errors.As(error(l), &first) || first != l[0] {
		t.Errorf("%q, first %v", got, first)
	}
}

func TestNoFile(t *testing.T) {
	for m, want := range map[fs.FileMode]string{
		0o644: "", fs.ModeDir | 0o755: "is a directory", fs.ModeNamedPipe | 0o600: "is a named pipe", fs.ModeSocket: "is a socket",
		fs.ModeDevice | fs.ModeCharDevice: "is a device", fs.ModeDevice: "is a device",
	} {
		if got := noFile(m); got != want {
			t.Errorf("%v: %q, want %q", m, got, want)
		}
	}
}
