package yamltree

import (
	"errors"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// TestDepth: what is nested deeper than anybody writes is refused where it gets too deep,
// before memory is taken for it.
func TestDepth(t *testing.T) {
	nested := func(open, inner, end string, n int) string {
		return "a: 1\nw: " + strings.Repeat(open, n) + inner + strings.Repeat(end, n) + "\n"
	}
	dashes := func(n int) string { return "a: 1\nw:\n  " + strings.Repeat("- ", n) + "x\n" }
	steps := func(n int) (s string) {
		for i := range n {
			s += strings.Repeat("  ", i) + "-\n"
		}
		return s + strings.Repeat("  ", n) + "x\n"
	}
	indented := func(n int) (s string) {
		for i := range n {
			s += strings.Repeat(" ", i) + "a:\n"
		}
		return s
	}
	for _, tt := range []struct {
		name, text   string
		line, column int // 0: it is parsed
	}{
		{"64 lists", nested("[", "", "]", 64), 0, 0},
		{"65 lists", nested("[", "", "]", 65), 2, 4 + 64},
		{"64 mappings", nested("{a: ", "1", "}", 64), 0, 0},
		{"65 mappings", nested("{a: ", "1", "}", 65), 2, 4 + 4*64},
		{"a hundred thousand lists without an end", nested("[", "", "", 100_000), 2, 4 + 64},
		{"64 dashes", dashes(64), 0, 0},
		{"65 dashes", dashes(65), 3, 3 + 2*64},
		{"half a million dashes", dashes(500_000), 3, 3 + 2*64},
		{"65 dashes, a line each", steps(65), 65, 1 + 2*64},
		{"dashes and lists", "- - - " + strings.Repeat("[", 62), 1, 7 + 61},
		{"question marks", strings.Repeat("? ", 100_000), 1, 1 + 2*64},
		{"many, side by side", strings.Repeat("- [[a], {b: [c]}]\n", 1000), 0, 0},
		{"in text", "a: \"" + strings.Repeat("[", 1000) + "\" # " + strings.Repeat("{", 1000) + "\nb: x" + strings.Repeat("[", 1000) + "\n", 0, 0},
		{"indented", indented(1000), 0, 0},
	} {
		_, err := Parse([]byte(tt.text))
		var ye yaml.Error
		switch {
		case tt.line == 0:
			if err != nil {
				t.Errorf("%s: %.200v", tt.name, err)
			}
		case !errors.As(err, &ye) || ye.GetMessage() != "lists and mappings stand more than 64 deep in each other":
			t.Errorf("%s: error %.200v", tt.name, err)
		default:
			if p := ye.GetToken().Position; p.Line != tt.line || p.Column != tt.column {
				t.Errorf("%s: at %d:%d, want %d:%d", tt.name, p.Line, p.Column, tt.line, tt.column)
			}
		}
	}
}
