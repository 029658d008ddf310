package partners

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
)

// reader reads a partner file token by token, so that each fault has its place. It
// keeps the first one, and reads nothing more then.
type reader struct {
	file string
	data []byte
	dec  *json.Decoder
	at   int // where the token read last begins
	err  error

	counted, lines int // line breaks in the first counted octets
}

// line is the line of octet at, which must not be before that of the call before.
func (r *reader) line(at int) int {
	r.lines += bytes.Count(r.data[r.counted:at], []byte{'\n'})
	r.counted = at
	return r.lines + 1
}

// fail keeps a fault at octet at.
func (r *reader) fail(at int, format string, args ...any) {
	if r.err != nil {
		return
	}
	at = min(at, len(r.data))
	line := 1 + bytes.Count(r.data[:at], []byte{'\n'})
	column := at - bytes.LastIndexByte(r.data[:at], '\n')
	r.err = &Error{File: r.file, Line: line, Column: column, Text: fmt.Sprintf(format, args...)}
}

// token is the next token; nil after a fault.
func (r *reader) token() json.Token {
	if r.err != nil {
		return nil
	}
	at := int(r.dec.InputOffset())
	for at < len(r.data) && strings.IndexByte(" \t\r\n,:", r.data[at]) >= 0 {
		at++
	}
	r.at = at
	t, err := r.dec.Token()
	var syntax *json.SyntaxError
	switch {
	case err == nil:
		return t
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		r.fail(len(r.data), "ends too early; want a partner file (sigtransit ir21 import)")
	case errors.As(err, &syntax):
		r.fail(at, "not JSON: %v", err)
	default:
		r.fail(at, "%v", err)
	}
	return nil
}

// object calls field for each key of an object; field answers false for one it does
// not know.
func (r *reader) object(what string, field func(key string) bool) {
	if t := r.token(); t != json.Delim('{') {
		r.fail(r.at, "%s: got %s, want an object", what, kindOf(t))
		return
	}
	seen := map[string]bool{}
	for r.err == nil && r.dec.More() {
		key, _ := r.token().(string)
		at := r.at
		switch {
		case r.err != nil:
		case seen[key]:
			r.fail(at, "%s: key %q stands there twice", what, key)
		case !field(key):
			r.fail(at, "%s: unknown key %q", what, key)
		}
		seen[key] = true
	}
	r.token()
}

// list calls each for the elements of a list.
func (r *reader) list(what string, each func()) {
	if t := r.token(); t != json.Delim('[') {
		r.fail(r.at, "%s: got %s, want a list", what, kindOf(t))
		return
	}
	for r.err == nil && r.dec.More() {
		each()
	}
	r.token()
}

func kindOf(t json.Token) string {
	switch v := t.(type) {
	case json.Delim:
		if v == '[' {
			return "a list"
		}
		return "an object"
	case string:
		return strconv.Quote(v)
	case nil:
		return "null"
	}
	return fmt.Sprint(t)
}

func (r *reader) text(what string) string {
	t := r.token()
	s, ok := t.(string)
	if !ok {
		r.fail(r.at, "%s: got %s, want text", what, kindOf(t))
	}
	if strings.ContainsFunc(s, unicode.IsControl) { // it may be shown on a terminal
		r.fail(r.at, "%s: %q, want text without control characters", what, s)
	}
	return s
}

func (r *reader) truth(what string) bool {
	t := r.token()
	b, ok := t.(bool)
	if !ok {
		r.fail(r.at, "%s: got %s, want true or false", what, kindOf(t))
	}
	return b
}

func (r *reader) uint32(what string) uint32 {
	t := r.token()
	n, ok := t.(json.Number)
	u, err := strconv.ParseUint(string(n), 10, 32)
	if !ok || err != nil {
		r.fail(r.at, "%s: got %s, want a whole number from 0 to %d", what, kindOf(t), uint32(1<<32-1))
	}
	return uint32(u)
}

func (r *reader) time(what, layout, example string) time.Time {
	s := r.text(what)
	t, err := time.Parse(layout, s)
	if err != nil {
		r.fail(r.at, "%s: %q, want a date such as %s", what, s, example)
	}
	return t
}

func (r *reader) date(what string) time.Time { return r.time(what, isoDate, "2026-01-31") }

// texts reads a list of texts that check accepts; it answers what would be right.
func (r *reader) texts(what string, to *[]string, check func(string) string) bool {
	r.list(what, func() {
		s := r.text(what)
		if want := check(s); want != "" {
			r.fail(r.at, "%s: %q, want %s", what, s, want)
		}
		*to = append(*to, s)
	})
	return true
}

func anyText(string) string { return "" }

// read reads the whole file.
func (r *reader) read(f *File) {
	const want = "want a partner file (sigtransit ir21 import)"
	if len(bytes.TrimSpace(r.data)) == 0 {
		r.err = &Error{File: r.file, Text: "is empty; " + want}
		return
	}
	format, version := false, false
	ids := map[string]int{} // lines
	r.object("partner file", func(key string) bool {
		switch key {
		case "format":
			if s := r.text(key); s != Format {
				r.fail(r.at, "format: %q, want %q", s, Format)
			}
			format = true
		case "version":
			switch v := r.uint32(key); {
			case v > Version:
				r.fail(r.at, "version: %d, this program reads up to %d: use a newer sigtransit, or import again with this one", v, Version)
			case v == 0:
				r.fail(r.at, "version: 0, want 1 to %d", Version)
			}
			version = true
		case "created":
			f.Created = r.time(key, time.RFC3339, "2026-01-31T12:00:00Z")
		case "partners":
			if !format || !version {
				r.fail(r.at, "\"format\" and \"version\" have to stand before \"partners\"; %s", want)
			}
			r.list(key, func() {
				begin := int(r.dec.InputOffset())
				begin += len(r.data[begin:]) - len(bytes.TrimLeft(r.data[begin:], " \t\r\n,"))
				p := &Partner{}
				r.partner(p)
				line := r.line(begin)
				switch first, twice := ids[p.ID]; {
				case p.ID == "":
					r.fail(begin, "partner: no \"id\"")
				case twice:
					r.fail(begin, "partner: id %q stands in line %d already", p.ID, first)
				}
				ids[p.ID] = line
				p.At = fmt.Sprintf("%s:%d", r.file, line)
				f.Partners = append(f.Partners, p)
			})
		default:
			return false
		}
		return true
	})
	if r.err == nil && (!format || !version) {
		r.fail(0, "no \"format\" and \"version\"; %s", want)
	}
	if r.err == nil && len(bytes.TrimSpace(r.data[r.dec.InputOffset():])) > 0 {
		r.fail(int(r.dec.InputOffset()), "something stands behind the end of the partner file")
	}
}

func (r *reader) partner(p *Partner) {
	r.object("partner", func(key string) bool {
		switch key {
		case "id":
			p.ID = r.text(key)
			if !validID(p.ID) {
				r.fail(r.at, "id: %q, want a TADIG code or a word of letters, digits and hyphens, at most 63", p.ID)
			}
		case "name":
			p.Name = r.text(key)
		case "country":
			p.Country = r.text(key)
			if len(p.Country) != 2 || p.Country != strings.ToUpper(p.Country) {
				r.fail(r.at, "country: %q, want an ISO 3166 code of two capital letters", p.Country)
			}
		case "tadigs":
			return r.texts(key, &p.TADIGs, anyText)
		case "sender":
			p.Sender = r.text(key)
		case "plmns":
			r.list(key, func() {
				s := r.text(key)
				n, err := telecom.ParsePLMN(s)
				if err != nil {
					r.fail(r.at, "plmns: %q, %v", s, err)
				}
				p.PLMNs = append(p.PLMNs, n)
			})
		case "gts":
			r.ranges(key, &p.GTs)
		case "msrns":
			r.ranges(key, &p.MSRNs)
		case "mgts":
			return r.texts(key, &p.MGTs, wantDigits)
		case "realms":
			return r.texts(key, &p.Realms, anyText)
		case "hosts":
			return r.texts(key, &p.Hosts, anyText)
		case "ips":
			r.list(key, func() {
				s := r.text(key)
				n, err := netip.ParsePrefix(s)
				if err != nil || n != n.Masked() {
					r.fail(r.at, "ips: %q, want an IP prefix such as 192.0.2.0/24", s)
				}
				p.IPs = append(p.IPs, n)
			})
		case "asns":
			r.list(key, func() { p.ASNs = append(p.ASNs, r.uint32(key)) })
		case "carriers":
			r.declarations(key, &p.Carriers)
		case "domestic":
			r.declarations(key, &p.Domestic)
		case "encrypts":
			p.Encrypts = r.truth(key)
		case "source":
			p.Source = r.text(key)
		case "declared":
			p.Declared = r.date(key)
		case "created":
			p.Created = r.time(key, time.RFC3339, "2026-01-31T12:00:00Z")
		default:
			return false
		}
		return true
	})
}

// maxE164 is the number of digits of the longest international number (E.164 6).
const maxE164 = 15

func wantDigits(s string) string {
	if s == "" || len(s) > maxE164 || strings.Trim(s, "0123456789") != "" {
		return fmt.Sprintf("1 to %d digits", maxE164)
	}
	return ""
}

func (r *reader) ranges(what string, to *[]Range) {
	r.list(what, func() {
		var x Range
		at := int(r.dec.InputOffset())
		digits := func(key string, to *string) {
			*to = r.text(key)
			if want := wantDigits(*to); want != "" {
				r.fail(r.at, "%s: %q, want %s", key, *to, want)
			}
			at = r.at
		}
		r.object(what, func(key string) bool {
			switch key {
			case "first":
				digits(key, &x.First)
			case "last":
				digits(key, &x.Last)
			case "node":
				x.Node = r.text(key)
			default:
				return false
			}
			return true
		})
		if x.Last == "" {
			x.Last = x.First
		}
		if len(x.First) != len(x.Last) || x.First > x.Last || x.First == "" {
			r.fail(at, "%s: from %q to %q, want as many digits in both, and the lower number first", what, x.First, x.Last)
		}
		*to = append(*to, x)
	})
}

func (r *reader) declarations(what string, to *[]Declaration) {
	r.list(what, func() {
		var d Declaration
		r.object(what, func(key string) bool {
			var ok bool
			switch key {
			case "service":
				s := r.text(key)
				if d.Service, ok = signaling.ParseService(s); !ok || d.Service == signaling.ServiceNone {
					r.fail(r.at, "service: %q, want one of %s", s, strings.Join(signaling.Names(signaling.NumServices)[1:], ", "))
				}
			case "name":
				d.Name = r.text(key)
			case "carriers":
				return r.texts(key, &d.Carriers, func(s string) string {
					if !validID(s) {
						return "the id of a carrier"
					}
					return ""
				})
			case "use":
				s := r.text(key)
				if d.Use, ok = ParseUse(s); !ok {
					r.fail(r.at, "use: %q, want one of %s", s, strings.Join(useNames[:], ", "))
				}
			case "use_text":
				d.UseText = r.text(key)
			case "point_codes":
				return r.texts(key, &d.PointCodes, anyText)
			case "asn":
				d.ASN = r.uint32(key)
			case "since":
				d.Since = r.date(key)
			case "since_text":
				d.SinceText = r.text(key)
			default:
				return false
			}
			return true
		})
		*to = append(*to, d)
	})
	slices.SortStableFunc(*to, compareDeclarations)
}
