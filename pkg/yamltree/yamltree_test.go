package yamltree

import (
	"errors"
	"fmt"
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

// TestCopies: aliases that hold each other are refused where they become too many, before
// anything is made of them.
func TestCopies(t *testing.T) {
	bomb := "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := range 8 {
		bomb += fmt.Sprintf("a%d: &a%d [%s*a%d]\n", i+1, i+1, strings.Repeat(fmt.Sprintf("*a%d, ", i), 9), i)
	}
	for _, tt := range []struct {
		name, text string
		line       int // 0: it is parsed
	}{
		{"ten of ten of ten", bomb, 6},
		{"likewise, merged", strings.ReplaceAll(bomb, "[*a4", "[<<: *a4"), 6},
		{"of itself", "a: &a [*a, *a]\n", 0},
		{"unknown", "a: [*b]\n", 0},
		{"used often", "a: &a [x, y]\nb: [" + strings.Repeat("*a, ", 10_000) + "*a]\n", 0},
		{"large, used once", "a: &a [" + strings.Repeat("x, ", 100_000) + "x]\nb: *a\n", 0},
	} {
		_, err := Parse([]byte(tt.text))
		var ye yaml.Error
		switch {
		case tt.line == 0:
			if err != nil {
				t.Errorf("%s: %.200v", tt.name, err)
			}
		case !errors.As(err, &ye) || ye.GetMessage() != "aliases make more than 1048576 values of it" || ye.GetToken().Position.Line != tt.line:
			t.Errorf("%s: error %.200v", tt.name, err)
		}
	}
}
