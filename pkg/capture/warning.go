package capture

import "fmt"

// WarningKind says what a Warning is about, for labels and tests.
type WarningKind uint8

// Kinds of warnings.
const (
	WarnCutOff      WarningKind = iota // the file ends inside a frame or block
	WarnCompression                    // the compressed stream is cut off or damaged
	WarnTooLarge                       // a packet longer than MaxPacket
	WarnDamaged                        // a block or packet header that contradicts itself
	WarnVersion                        // a pcapng section of a version we cannot read
	numWarnings
)

// String is the kind as a label.
func (k WarningKind) String() string {
	switch k {
	case WarnCutOff:
		return "cut_off"
	case WarnCompression:
		return "compression"
	case WarnTooLarge:
		return "too_large"
	case WarnDamaged:
		return "damaged"
	case WarnVersion:
		return "version"
	}
	return fmt.Sprintf("warning(%d)", uint8(k))
}

// Warning is a reason not to trust that all of a capture file was seen.
type Warning struct {
	Kind  WarningKind
	Count uint64 // how often; Frame and Text are of the first time
	Frame uint64 // number of the last frame before it
	Text  string // one line for people, without the name of the file
}

// String is Text and how often it came up.
func (w Warning) String() string {
	if w.Count > 1 {
		return fmt.Sprintf("%s (and %d more of this kind)", w.Text, w.Count-1)
	}
	return w.Text
}

// Warnings is what was found wrong with the file so far, at most one of a kind;
// complete once Read has answered io.EOF.
func (f *File) Warnings() []Warning {
	var list []Warning
	for _, w := range f.warn {
		if w.Count > 0 {
			list = append(list, w)
		}
	}
	return list
}

// warnf notes a warning. Only the first of a kind keeps its text, so that a
// damaged file cannot make the list grow.
func (f *File) warnf(kind WarningKind, format string, args ...any) {
	w := &f.warn[kind]
	if w.Count == 0 {
		*w = Warning{Kind: kind, Frame: f.frames, Text: fmt.Sprintf(format, args...)}
	}
	w.Count++
}
