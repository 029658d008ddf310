package output

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"

	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

// Format is a form of output.
type Format uint8

// Formats.
const (
	FormatJSON    Format = iota // one event a line, for machines
	FormatTable                 // one finding a line, for people
	FormatSummary               // totals at the end only
	numFormats
)

var formatNames = [numFormats]string{"json", "table", "summary"}

func (f Format) String() string { return formatNames[min(f, numFormats-1)] }

// ParseFormat is the inverse of Format.String.
func ParseFormat(s string) (Format, error) {
	for i, n := range formatNames {
		if n == s {
			return Format(i), nil
		}
	}
	return 0, fmt.Errorf("unknown format %q: want json, table or summary", s)
}

// Renderer appends events to b in one format. A format that does not show an
// event appends nothing.
type Renderer interface {
	AppendFinding(b []byte, f *rules.Finding) []byte
	AppendMessage(b []byte, m *signaling.Message) []byte
	AppendFlow(b []byte, f *signaling.FlowEvent) []byte
	AppendWarning(b []byte, w *signaling.Warning) []byte
	AppendStats(b []byte, s *Stats) []byte
}

var (
	_ Renderer = (*Encoder)(nil)
	_ Renderer = (*Table)(nil)
	_ Renderer = (*Summary)(nil)
)

// NewRenderer makes the renderer of a format.
func NewRenderer(f Format, opts Options, screen Screen) Renderer {
	switch f {
	case FormatTable:
		return NewTable(opts, screen)
	case FormatSummary:
		return NewSummary(screen)
	}
	return NewEncoder(opts)
}

// Screen is what text is written for. The zero value is a file or a pipe.
type Screen struct {
	Width  int  // columns; 0: not a terminal, lines are not cut
	Colour bool // ANSI colours
	ASCII  bool // nothing but ASCII
}

// ScreenOf looks at what f is. Colours are for terminals alone, and not when
// NO_COLOR is set (no-color.org) or the terminal is dumb.
func ScreenOf(f *os.File) Screen {
	var s Screen
	fd := int(f.Fd())
	if !term.IsTerminal(fd) {
		return s
	}
	s.Width, _, _ = term.GetSize(fd)
	s.Colour = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	for _, name := range [...]string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := os.Getenv(name); v != "" {
			v = strings.ToLower(v)
			s.ASCII = !strings.Contains(v, "utf-8") && !strings.Contains(v, "utf8")
			break
		}
	}
	return s
}
