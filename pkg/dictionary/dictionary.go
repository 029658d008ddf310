// Package dictionary reads what a user adds to the Diameter AVPs and commands that
// are known, in the XML form of github.com/fiorix/go-diameter, and makes the plain
// table that the decoder asks.
//
// Two attributes are ours, and go-diameter passes over them: `sigtransit` on an avp
// says what the AVP is read for, `sigtransit-class` on a command what the command
// gives away. Attributes that go-diameter does not use are passed over here too,
// because the dictionaries in circulation misspell some; unknown elements are not.
package dictionary

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"sigtransit/decoders/diameter"
	"sigtransit/pkg/badinput"
	"sigtransit/pkg/signaling"
)

// Bounds of a dictionary: what is beyond is something else.
const (
	maxSize = 16 << 20
	maxAVPs = 1 << 16
)

// Error is what is wrong with a dictionary, and where.
type Error = badinput.Error

// command is a command of a file, and where it stands.
type command struct {
	signaling.OperationInfo
	app  string
	file string
	line int
}

// loader collects what the files say; nothing takes effect before all are read.
type loader struct {
	table    diameter.Dictionary
	uses     map[[2]uint32]place
	commands []command
	apps     map[uint32]string
	avps     int

	file  string
	dec   *xml.Decoder
	appID uint32
	app   string
	open  diameter.Entry // the avp at hand
	use   string         // its attribute
	line  int
	typed bool
}

// place is the entry that a file has given an AVP.
type place struct {
	diameter.Entry
	file string
	line int
}

// Load reads files and makes the table of them; nil for no files. Commands and
// names of applications go into the catalogue of package signaling.
func Load(files ...string) (*diameter.Dictionary, error) {
	if len(files) == 0 {
		return nil, nil
	}
	l := &loader{uses: map[[2]uint32]place{}, apps: map[uint32]string{}}
	for _, f := range files {
		if err := l.read(f); err != nil {
			return nil, err
		}
	}
	for _, u := range l.uses {
		l.table.Add(u.Entry)
	}
	for id, name := range l.apps {
		signaling.DefineApplication(id, name)
	}
	for _, c := range l.commands {
		if _, err := signaling.Define(c.OperationInfo, c.app); err != nil {
			return nil, &Error{File: c.file, Line: c.line, Text: err.Error()}
		}
		l.table.AddCommand(c.App, c.Code)
	}
	return &l.table, nil
}

func (l *loader) read(name string) error {
	l.file = name
	info, err := badinput.Stat(name, "an XML dictionary")
	switch {
	case err != nil:
		return &Error{File: name, Text: err.Error()}
	case info.Size() > maxSize:
		return &Error{File: name, Text: fmt.Sprintf("has %d octets; want an XML dictionary of at most %d", info.Size(), maxSize)}
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return &Error{File: name, Text: err.Error()}
	}
	l.dec = xml.NewDecoder(bytes.NewReader(data))
	var path []string
	any := false
	for {
		tok, err := l.dec.Token()
		if errors.Is(err, io.EOF) && len(path) == 0 {
			if !any {
				return l.fail("no <diameter> in it; want an XML dictionary")
			}
			return nil
		}
		if err != nil {
			var syntax *xml.SyntaxError
			if errors.As(err, &syntax) {
				return &Error{File: name, Line: syntax.Line, Text: syntax.Msg}
			}
			return l.fail("%v", err)
		}
		switch t := tok.(type) {
		case xml.StartElement:
			path, any = append(path, t.Name.Local), true
			if err := l.element(strings.Join(path, " "), t); err != nil {
				return err
			}
		case xml.EndElement:
			if t.Name.Local == "avp" && len(path) == 3 {
				if err := l.finish(); err != nil {
					return err
				}
			}
			path = path[:len(path)-1]
		}
	}
}

func (l *loader) fail(format string, args ...any) error {
	line, _ := l.dec.InputPos()
	return &Error{File: l.file, Line: line, Text: fmt.Sprintf(format, args...)}
}

// element reads an element by the elements it stands in.
func (l *loader) element(path string, t xml.StartElement) error {
	a := map[string]string{}
	for _, x := range t.Attr {
		a[x.Name.Local] = x.Value
		if strings.HasPrefix(x.Name.Local, "sigtransit") && !(x.Name.Local == "sigtransit" && t.Name.Local == "avp") && !(x.Name.Local == "sigtransit-class" && t.Name.Local == "command") {
			return l.fail("unknown attribute %q; want sigtransit on an avp, sigtransit-class on a command", x.Name.Local)
		}
	}
	switch path {
	case "diameter":
	case "diameter application":
		return l.application(a)
	case "diameter application command":
		return l.command(a)
	case "diameter application avp":
		return l.avp(a)
	case "diameter application avp data":
		return l.data(a)
	case "diameter application vendor", "diameter application command request", "diameter application command answer",
		"diameter application command request rule", "diameter application command answer rule",
		"diameter application avp data item", "diameter application avp data rule":
	default:
		return l.fail("element <%s> has no place here", strings.Join(strings.Fields(path), "> <"))
	}
	return nil
}

// number reads a numeric attribute; one that may be absent has a default.
func (l *loader) number(a map[string]string, name string, limit uint64, absent ...uint32) (uint32, error) {
	s, ok := a[name]
	if !ok && len(absent) > 0 {
		return absent[0], nil
	}
	n, err := strconv.ParseUint(strings.TrimSpace(s), 10, 64)
	if err != nil || n > limit {
		return 0, l.fail("%s=%q; want a number up to %d", name, s, limit)
	}
	return uint32(n), nil
}

func (l *loader) application(a map[string]string) (err error) {
	if l.appID, err = l.number(a, "id", 1<<32-1); err != nil {
		return err
	}
	l.app = a["name"]
	if l.app != "" {
		l.apps[l.appID] = l.app
	}
	return nil
}

func (l *loader) command(a map[string]string) error {
	code, err := l.number(a, "code", 1<<24-1)
	if err != nil {
		return err
	}
	c := command{app: l.app, file: l.file}
	c.line, _ = l.dec.InputPos()
	c.App, c.Code = l.appID, code
	switch short, name := a["short"], a["name"]; {
	case short != "":
		c.Name, c.Answer = short+"R", short+"A"
	case name != "":
		c.Name, c.Answer = name+"-Request", name+"-Answer"
	default:
		return l.fail("command %d has neither short nor name", code)
	}
	// Without a word of its own it gives away what it does in other applications.
	c.Class = signaling.DiameterOperation(l.appID, code).Info().Class
	if word, ok := a["sigtransit-class"]; ok {
		if c.Class, ok = signaling.ParseClass(word); !ok {
			return l.fail("sigtransit-class=%q; want one of %s", word, strings.Join(signaling.Names(signaling.NumClasses), ", "))
		}
	}
	l.commands = append(l.commands, c)
	return nil
}

func (l *loader) avp(a map[string]string) (err error) {
	if l.avps++; l.avps > maxAVPs {
		return l.fail("more than %d AVPs", maxAVPs)
	}
	l.open, l.typed = diameter.Entry{Name: strings.TrimSpace(a["name"])}, false
	l.line, _ = l.dec.InputPos()
	l.use = a["sigtransit"]
	if _, ok := a["sigtransit"]; ok && l.use == "" {
		return l.fail(`sigtransit=""; want one of %s`, strings.Join(useWords(), ", "))
	}
	if l.open.Code, err = l.number(a, "code", 1<<32-1); err != nil {
		return err
	}
	if l.open.Vendor, err = l.number(a, "vendor-id", 1<<32-1, 0); err != nil {
		return err
	}
	if l.open.Name == "" {
		return l.fail("AVP %d has no name", l.open.Code)
	}
	return nil
}

func (l *loader) data(a map[string]string) error {
	t, ok := types[a["type"]]
	if !ok {
		return l.fail("type=%q is none of RFC 6733 4.2 to 4.4", a["type"])
	}
	l.open.Type, l.typed = t, true
	return nil
}

// finish puts the avp at hand with those before.
func (l *loader) finish() error {
	e := l.open
	at := func(format string, args ...any) error {
		return &Error{File: l.file, Line: l.line, Text: fmt.Sprintf(format, args...)}
	}
	if !l.typed {
		return at("AVP %s has no data type", e.Name)
	}
	if l.use != "" {
		if !parseUse(l.use, &e) {
			return at("sigtransit=%q; want one of %s", l.use, strings.Join(useWords(), ", "))
		}
		if diameter.Fixed(e.Vendor, e.Code) {
			return at("AVP %d is read for what RFC 6733 says of it: sigtransit=%q cannot change that", e.Code, l.use)
		}
	} else if e.Vendor != 0 && e.Vendor != diameter.Vendor3GPP {
		nameUse(&e)
	}
	if err := fits(&e); err != "" {
		return at("AVP %s: %s", e.Name, err)
	}
	k := [2]uint32{e.Vendor, e.Code}
	old, ok := l.uses[k]
	switch {
	case !ok:
		l.uses[k] = place{e, l.file, l.line}
	case old.Use != diameter.UseNone && e.Use != diameter.UseNone && (old.Use != e.Use || old.Role != e.Role || old.Realm != e.Realm):
		return at("AVP %d of vendor %d has another use at %s:%d", e.Code, e.Vendor, old.file, old.line)
	case e.Use != diameter.UseNone:
		l.uses[k] = place{e, l.file, l.line}
	case old.Use == diameter.UseNone && old.Type != e.Type:
		// Applications disagree: nothing is said of its data.
		old.Type = diameter.TypeOctets
		l.uses[k] = old
	}
	return nil
}
