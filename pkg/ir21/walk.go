package ir21

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"golang.org/x/text/encoding/charmap"
	utf "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// walker walks the elements of a document in their order. It keeps the first fault
// and gives nothing more then.
type walker struct {
	dec      *xml.Decoder
	guard    *guard
	depth    int
	elements int
	unread   bool // inside a section whose contents must not show, not even in errors
	err      error
}

// fail keeps a fault at the place where the walker is.
func (w *walker) fail(format string, args ...any) {
	if w.err == nil {
		w.err = &Error{Line: w.line(), Text: fmt.Sprintf(format, args...)}
	}
}

func (w *walker) line() int {
	line, _ := w.dec.InputPos()
	return line
}

func (w *walker) open(r io.Reader) {
	w.guard = &guard{r: r}
	w.dec = xml.NewDecoder(w.guard)
	// Strict: only the five entities of XML itself are known, so that none can grow.
	w.dec.CharsetReader = charset
}

// token is the next token; nil after a fault.
func (w *walker) token() xml.Token {
	if w.err != nil {
		return nil
	}
	t, err := w.dec.Token()
	if err != nil {
		w.fault(err)
		return nil
	}
	switch t.(type) {
	case xml.StartElement:
		w.depth++
		w.elements++
		switch {
		case w.depth > maxDepth:
			w.fail("elements are nested deeper than %d; want a RAEX IR.21 document", maxDepth)
			return nil
		case w.elements > maxElements:
			w.fail("more than %d elements; want a RAEX IR.21 document", maxElements)
			return nil
		}
	case xml.EndElement:
		w.depth--
	case xml.Directive:
		w.fail("a document type definition (<!DOCTYPE>) is refused: it can name files and grow without bound; want the document without it")
		return nil
	}
	return t
}

// fault keeps an error of the decoder or of what it reads from.
func (w *walker) fault(err error) {
	var syntax *xml.SyntaxError
	var own *Error
	switch {
	case errors.As(err, &own):
		w.fail("%s", own.Text)
	case errors.Is(err, io.EOF) && w.elements == 0:
		w.fail("no XML in it; want a RAEX IR.21 document")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &syntax) && syntax.Msg == "unexpected EOF":
		w.fail("ends in the middle; want all of the document (copy it again)")
	case w.unread:
		w.fail("not well-formed XML")
	case errors.As(err, &syntax):
		w.fail("not well-formed XML: %s", clip(syntax.Msg))
	default:
		w.fail("%s", clip(err.Error()))
	}
}

// root goes to the root element and gives its name.
func (w *walker) root() string {
	for {
		switch t := w.token().(type) {
		case nil:
			return ""
		case xml.StartElement:
			return t.Name.Local
		case xml.CharData:
			if len(bytes.TrimSpace(t)) > 0 {
				w.fail("text before the root element; want a RAEX IR.21 document")
				return ""
			}
		}
	}
}

// children calls each for the elements in the open one, through its end; each has to
// read the element it is given to its end.
func (w *walker) children(each func(name string)) {
	for {
		switch t := w.token().(type) {
		case nil, xml.EndElement:
			return
		case xml.StartElement:
			each(t.Name.Local)
		}
	}
}

// skip reads through the end of the open element.
func (w *walker) skip() {
	for end := w.depth - 1; w.depth > end; {
		if w.token() == nil {
			return
		}
	}
}

// private is skip for an element whose contents concern nobody.
func (w *walker) private() {
	w.unread = true
	w.skip()
	w.unread = w.unread && w.err != nil
}

// text is the text of the open element without that of elements in it, through its
// end.
func (w *walker) text() string {
	var b strings.Builder
	for {
		switch t := w.token().(type) {
		case nil, xml.EndElement:
			return clean(b.String())
		case xml.StartElement:
			w.skip()
		case xml.CharData:
			b.Write(t[:min(len(t), maxText-b.Len())])
		}
	}
}

// texts calls each for the text of the open element and of those in it: where some
// documents have a value, others have a list of elements with one each.
func (w *walker) texts(each func(line int, text string)) {
	var b strings.Builder
	flush := func() {
		if s := clean(b.String()); s != "" && w.err == nil {
			each(w.line(), s)
		}
		b.Reset()
	}
	for end := w.depth - 1; w.depth > end; {
		switch t := w.token().(type) {
		case nil:
			return
		case xml.StartElement, xml.EndElement:
			flush()
		case xml.CharData:
			b.Write(t[:min(len(t), maxText-b.Len())])
		}
	}
}

// end reads what stands behind the root element, which may be comments only.
func (w *walker) end() {
	for w.err == nil {
		t, err := w.dec.Token()
		switch c, isText := t.(xml.CharData); {
		case errors.Is(err, io.EOF):
			return
		case err != nil:
			w.fault(err)
		case isText && len(bytes.TrimSpace(c)) > 0:
			w.fail("text behind the root element")
		default:
			if s, ok := t.(xml.StartElement); ok {
				w.fail("a second root element <%s>", clip(s.Name.Local))
			}
		}
	}
}

// clean makes one line of a text and takes out what is not to be printed.
func clean(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(c rune) rune {
		switch {
		case unicode.IsSpace(c):
			return ' '
		case unicode.Is(unicode.C, c):
			return -1
		}
		return c
	}, s)), " ")
}

// clip shortens what a message quotes.
func clip(s string) string {
	if s = clean(s); len(s) > 80 {
		return strings.ToValidUTF8(s[:80], "") + "..."
	}
	return s
}

// guard bounds a piece of markup or text: the decoder keeps one whole in memory.
type guard struct {
	r   io.Reader
	run int // octets since the last "<"
}

func (g *guard) Read(b []byte) (int, error) {
	n, err := g.r.Read(b)
	for rest := b[:n]; ; {
		i := bytes.IndexByte(rest, '<')
		if i < 0 {
			g.run += len(rest)
		} else {
			g.run += i
		}
		if g.run > maxMarkup {
			return 0, &Error{Text: fmt.Sprintf("a text or tag of more than %d MiB; want a RAEX IR.21 document", maxMarkup>>20)}
		}
		if i < 0 {
			return n, err
		}
		g.run = 0
		rest = rest[i+1:]
	}
}

// limit refuses more octets than a document may have.
type limit struct {
	r    io.Reader
	left int64
	size int64
}

func (l *limit) Read(b []byte) (int, error) {
	if l.left <= 0 {
		return 0, &Error{Text: fmt.Sprintf("more than %d MiB; want a RAEX IR.21 document", l.size>>20)}
	}
	n, err := l.r.Read(b[:min(int64(len(b)), l.left)])
	l.left -= int64(n)
	return n, err
}

// decode bounds what is read and makes UTF-8 of UTF-16, which a byte order mark tells.
func decode(r io.Reader, size int64) (io.Reader, error) {
	var head [3]byte
	l := &limit{r: r, left: size + 1, size: size}
	n, err := io.ReadFull(l, head[:])
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	b := head[:n]
	whole := io.MultiReader(bytes.NewReader(b), l)
	switch {
	case n == 0:
		return nil, &Error{Text: "is empty; want a RAEX IR.21 document"}
	case bytes.HasPrefix(b, []byte("\xff\xfe")), bytes.HasPrefix(b, []byte("\xfe\xff")):
		return transform.NewReader(whole, utf.UTF16(utf.BigEndian, utf.UseBOM).NewDecoder()), nil
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		return l, nil
	case b[0] == 0 || n > 1 && b[1] == 0:
		return nil, &Error{Line: 1, Text: "UTF-16 or UTF-32 without a byte order mark; want UTF-8"}
	}
	return whole, nil
}

// charset reads the encodings that an XML declaration names beside UTF-8.
func charset(label string, r io.Reader) (io.Reader, error) {
	switch strings.ToLower(label) {
	case "utf-16", "utf16": // by its byte order mark already
		return r, nil
	case "us-ascii", "ascii", "iso-8859-1", "latin1", "windows-1252", "cp1252":
		return charmap.Windows1252.NewDecoder().Reader(r), nil
	case "iso-8859-15":
		return charmap.ISO8859_15.NewDecoder().Reader(r), nil
	}
	return nil, &Error{Text: fmt.Sprintf("encoding %q is not known; want UTF-8", clip(label))}
}
