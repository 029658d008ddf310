package ir21

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/badinput"
	"sigtransit/pkg/partners"
)

// Options says how a document is read.
type Options struct {
	Name    string // of the file, for notes and errors
	MaxSize int64  // octets of XML; 0: DefaultMaxSize
}

// Bounds of a document. The largest that are known have a few megabytes, some ten
// thousand elements and sixteen levels.
const (
	DefaultMaxSize = 64 << 20
	maxDepth       = 64
	maxElements    = 4 << 20
	maxMarkup      = 1 << 20 // octets from one "<" to the next
	maxText        = 4 << 10 // octets of a value
	maxNotes       = 100     // kept of a file
	maxValues      = 100_000 // ranges, addresses and names that a file may give
)

// newestSchema is the newest version of the schema that documents were seen of.
const newestSchema = 18

// Note is something odd in a document that its reader passed over or read in the way
// it says.
type Note struct {
	File string
	Line int // from 1; 0: the whole file
	Text string
}

func (n Note) String() string { return (&Error{File: n.File, Line: n.Line, Text: n.Text}).Error() }

// Error is why a document cannot be used, and where.
type Error = badinput.Error

// Parse reads one document. It gives a partner for each of its networks, or an
// *Error and no partner: half a document would declare what its author did not.
// Carriers are not looked up (partners.Partner.Resolve).
func Parse(r io.Reader, o Options) ([]*partners.Partner, []Note, error) {
	if o.MaxSize <= 0 {
		o.MaxSize = DefaultMaxSize
	}
	p := &parser{options: o, known: map[string]bool{}}
	in, err := decode(r, o.MaxSize)
	if err == nil {
		p.open(in)
		p.document()
		err = p.err
	}
	var e *Error
	switch {
	case errors.As(err, &e):
		e.File = o.Name
		return nil, p.notes, e
	case err != nil:
		return nil, p.notes, &Error{File: o.Name, Text: err.Error()}
	}
	return p.partners(), p.notes, nil
}

// parser is the state of one Parse.
type parser struct {
	walker
	options Options

	notes []Note
	more  int             // notes that were not kept
	known map[string]bool // unknown elements that have their note

	values int

	created      time.Time
	sender       string
	organisation string
	country      string
	summary      []*network // TADIGSummaryList
	networks     []*network
}

// network is one network on its way in.
type network struct {
	line  int
	tadig string
	name  string
	plmn  plmn
	out   partners.Partner

	section time.Time // effective date of the section at hand
	text    string    // as written, where that is no ISO date
}

// plmn is a PLMN as its two elements.
type plmn struct {
	mcc, mnc string
	line     int
}

// note keeps something odd, found in a line.
func (p *parser) note(line int, format string, args ...any) {
	if len(p.notes) >= maxNotes {
		p.more++
		return
	}
	p.notes = append(p.notes, Note{p.options.Name, line, fmt.Sprintf(format, args...)})
}

// unknown passes over an element where all of them should be known.
func (p *parser) unknown(name, in string) {
	if !p.known[in+" "+name] && len(p.known) < maxNotes {
		p.known[in+" "+name] = true
		p.note(p.line(), "element <%s> in <%s> is not known: passed over", clip(name), in)
	}
	p.skip()
}

// count bounds what a file can make this program keep.
func (p *parser) count() bool {
	if p.values++; p.values > maxValues {
		p.fail("more than %d addresses, ranges and names; want one operator's document", maxValues)
		return false
	}
	return true
}

func (p *parser) document() {
	root := p.root()
	if p.err != nil {
		return
	}
	if root != "TADIGRAEXIR21" {
		p.fail("root element <%s>, want <TADIGRAEXIR21> (GSMA RAEX IR.21)", clip(root))
		return
	}
	p.children(func(name string) {
		switch name {
		case "RAEXIR21FileHeader":
			p.children(p.header)
		case "OrganisationInfo":
			p.children(p.organisationInfo)
		default:
			p.unknown(name, "TADIGRAEXIR21")
		}
	})
	p.end()
	if p.err == nil && len(p.networks) == 0 && len(p.summary) == 0 {
		p.fail("no network in it; want <Network> in <NetworkList>")
	}
}

func (p *parser) header(name string) {
	switch name {
	case "FileCreationTimestamp":
		line := p.line()
		text := p.text()
		t, _, ok := parseDate(text)
		if !ok {
			p.note(line, "FileCreationTimestamp: %q is no date; want one such as 2026-01-31T12:00:00Z", text)
		}
		p.created = t
	case "SenderTADIG":
		p.sender = p.tadigCode()
	case "TADIGGenSchemaVersion":
		p.skip()
	case "TADIGRAEXIR21SchemaVersion":
		line := p.line()
		text := p.text()
		if v, err := strconv.ParseFloat(text, 64); err != nil || v >= newestSchema+1 {
			p.note(line, "TADIGRAEXIR21SchemaVersion: %q is none that is known, up to %d: read as far as its elements are", text, newestSchema)
		}
	default:
		p.unknown(name, "RAEXIR21FileHeader")
	}
}

func (p *parser) organisationInfo(name string) {
	switch name {
	case "OrganisationName":
		p.organisation = p.text()
	case "CountryInitials":
		line := p.line()
		text := p.text()
		var ok bool
		if p.country, ok = country(upper(text)); !ok {
			p.note(line, "CountryInitials: %q is no country code; want ISO 3166 alpha-3, such as DEU", text)
		}
	case "TADIGSummaryList":
		p.children(func(name string) {
			if name != "TADIGSummaryItem" {
				p.unknown(name, "TADIGSummaryList")
				return
			}
			n := &network{line: p.line()}
			p.summary = append(p.summary, n)
			if !p.count() {
				return
			}
			p.children(func(name string) { p.summaryItem(n, name) })
			p.addPLMN(n, n.plmn)
		})
	case "NetworkList":
		p.children(p.networkItem)
	case "Network": // without the list around it
		p.networkItem(name)
	case "ContactInfoSection", "TestNumbersInfoSection":
		p.private()
	default:
		p.unknown(name, "OrganisationInfo")
	}
}

func (p *parser) summaryItem(n *network, name string) {
	switch name {
	case "TADIGCode":
		n.tadig = p.tadigCode()
	case "NetworkProperties":
		p.children(func(name string) { p.summaryItem(n, name) })
	case "MCC", "MNC":
		n.plmn.set(name, p.text(), p.line())
	case "NetworkType", "NetworkName", "SupportedTechnologies", "VPMNHPMNList":
		p.skip()
	default:
		p.unknown(name, "TADIGSummaryItem")
	}
}

func (x *plmn) set(name, text string, line int) {
	if name == "MCC" {
		x.mcc = text
	} else {
		x.mnc = text
	}
	x.line = line
}

// addPLMN takes a PLMN over if it is one. The MNC keeps its length: 01 and 001 are
// two networks (E.212 4).
func (p *parser) addPLMN(n *network, x plmn) {
	if (x.mcc == "") != (x.mnc == "") {
		p.note(x.line, "MCC %q, MNC %q: one of them is missing", x.mcc, x.mnc)
	}
	for _, mnc := range list(x.mnc) {
		if !p.count() {
			return
		}
		v, err := telecom.ParsePLMN(x.mcc + "-" + mnc)
		if err != nil {
			p.note(x.line, "MCC %q, MNC %q: no PLMN; want three digits and two or three", x.mcc, mnc)
			continue
		}
		n.out.PLMNs = append(n.out.PLMNs, v)
	}
}

// tadigCode reads a code of five letters and digits. Others are taken as they are.
func (p *parser) tadigCode() string {
	line := p.line()
	text := upper(p.text())
	if !validTADIG(text) {
		p.note(line, "TADIG code %q; want five letters and digits", text)
	}
	return text
}
