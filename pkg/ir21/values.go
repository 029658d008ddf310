package ir21

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"sigtransit/pkg/numbering"
	"sigtransit/pkg/partners"
)

// maxE164 is the number of digits of the longest international number (E.164 6).
const maxE164 = 15

// list cuts a value at commas, semicolons and vertical bars.
func list(s string) []string {
	var out []string
	for _, part := range strings.FieldsFunc(s, func(c rune) bool { return c == ',' || c == ';' || c == '|' }) {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// country makes alpha-2 of the ISO 3166 alpha-3 code that documents have, or of alpha-2.
func country(s string) (string, bool) {
	c, ok := numbering.CountryOfAlpha3(s)
	if !ok {
		c, ok = numbering.Country(s)
	}
	return c.Alpha2, ok
}

func upper(s string) string { return strings.ToUpper(s) }

func validTADIG(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return len(s) == 5
}

// digits takes a number out of blanks, hyphens and a plus sign. ok is false when
// something else stands in it.
func digits(s string) (string, bool) {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			b = append(b, c)
		case c == ' ' || c == '-' || c == '+' && len(b) == 0:
		default:
			return "", false
		}
	}
	return string(b), true
}

// numbers is a range of numbers as the elements give it.
type numbers struct {
	line        int
	cc, ndc     string
	start, stop string
}

func (x *numbers) String() string {
	s := fmt.Sprintf("CC %q, NDC %q", clip(x.cc), clip(x.ndc))
	if x.start != "" || x.stop != "" {
		s += fmt.Sprintf(", SN %q to %q", clip(x.start), clip(x.stop))
	}
	return s
}

// ranges makes ranges of what the elements say: country code and NDC (which may hold
// part of the subscriber's number, or several codes), and bounds appended, both
// inclusive. The shorter bound is filled up, the first with 0, the last with 9.
func (p *parser) ranges(x numbers) []partners.Range {
	cc, ok := digits(x.cc)
	if cc = strings.TrimPrefix(cc, "00"); cc != x.cc && ok {
		p.note(x.line, "CC: %q read as %s", clip(x.cc), cc)
	}
	switch {
	case !ok || len(cc) > 3:
		p.note(x.line, "number range left out: %v: want a country code of 1 to 3 digits", &x)
		return nil
	case cc == "":
		if x.ndc+x.start+x.stop != "" {
			p.note(x.line, "number range left out: %v: no country code", &x)
		}
		return nil
	}
	codes := list(strings.ReplaceAll(x.ndc, "/", ","))
	if len(codes) == 0 {
		codes = []string{""}
	}
	var out []partners.Range
	for _, code := range codes {
		code = strings.TrimRight(code, "xX*") // 5500xxx is all of 5500
		start, stop := x.start, x.stop
		if a, b, ok := strings.Cut(code, "-"); ok && len(a) == len(b) && start+stop == "" {
			code, start, stop = "", a, b // 550-559
		}
		r, why := span(cc, code, start, stop)
		if why != "" {
			p.note(x.line, "number range left out: %v: %s", &x, why)
			continue
		}
		if a, b := len(bound(start)), len(bound(stop)); a != b && a*b != 0 {
			p.note(x.line, "number range %v: bounds of %d and %d digits: read as %s to %s", &x, a, b, r.First, r.Last)
		}
		if r.First == cc {
			p.note(x.line, "number range %v is the whole country code", &x)
		}
		out = append(out, r)
	}
	return out
}

// bound is a bound without what stands for any digit.
func bound(s string) string { return strings.TrimRight(s, "xX*") }

func span(cc, ndc, start, stop string) (r partners.Range, why string) {
	n, ok := digits(ndc)
	a, ok1 := digits(bound(start))
	b, ok2 := digits(bound(stop))
	if !ok || !ok1 || !ok2 {
		return r, "want digits"
	}
	switch {
	case b == "" && a != "": // one number or prefix
		b = a
	case len(a) < len(b):
		a += strings.Repeat("0", len(b)-len(a))
	case len(b) < len(a):
		b += strings.Repeat("9", len(a)-len(b))
	}
	switch {
	case len(cc+n+a) > maxE164:
		return r, fmt.Sprintf("more than %d digits", maxE164)
	case a > b:
		return r, "begins behind its end"
	}
	return partners.Range{First: cc + n + a, Last: cc + n + b}, ""
}

// dateLayouts are the ways dates are written; ISO first, then with the day before the
// month.
var dateLayouts = []string{
	time.DateOnly, time.RFC3339, "2006-01-02T15:04:05", "2006-01-02Z07:00", "2006-01-02 15:04:05",
	"20060102", "2006/1/2", "2/1/2006", "2.1.2006", "2-1-2006", "2-Jan-2006", "2 Jan 2006", "2 January 2006", "January 2, 2006", "Jan 2, 2006",
	"1/2/2006",
}

const isoLayouts = 5

// parseDate reads an ISO or a local date. iso tells which.
func parseDate(s string) (t time.Time, iso, ok bool) {
	for i, layout := range dateLayouts {
		t, err := time.Parse(layout, s)
		if err == nil && t.Year() > 1980 && t.Year() < 2200 {
			return t, i < isoLayouts, true
		}
	}
	return time.Time{}, false, false
}

// ambiguous: a date whose day could be its month.
func ambiguous(s string) bool {
	parts := strings.FieldsFunc(s, func(c rune) bool { return c == '/' || c == '-' || c == '.' })
	if len(parts) != 3 || len(parts[2]) != 4 {
		return false
	}
	d, err1 := strconv.Atoi(parts[0])
	m, err2 := strconv.Atoi(parts[1])
	return err1 == nil && err2 == nil && d <= 12 && m <= 12 && d != m
}

// asn reads an AS number as people write it: 64500, AS64500, AS 64500, 1.10.
func asn(s string) (uint32, bool) {
	s = strings.ToUpper(strings.Join(strings.Fields(s), ""))
	s = strings.TrimPrefix(strings.TrimPrefix(s, "ASN"), "AS")
	if high, low, ok := strings.Cut(s, "."); ok { // RFC 5396 asdot
		h, err1 := strconv.ParseUint(high, 10, 16)
		l, err2 := strconv.ParseUint(low, 10, 16)
		return uint32(h<<16 | l), err1 == nil && err2 == nil && h|l != 0
	}
	n, err := strconv.ParseUint(s, 10, 32)
	return uint32(n), err == nil && n != 0
}

// dnsName is a host or realm in lower case without a dot at its end.
func dnsName(s string) (string, bool) {
	s = strings.ToLower(strings.TrimSuffix(s, "."))
	if s == "" || len(s) > 255 || !strings.Contains(s, ".") {
		return "", false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 {
			return "", false
		}
		for i := 0; i < len(label); i++ {
			if c := label[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
				return "", false
			}
		}
	}
	return s, true
}

// Prefixes that are wider than any operator's are a mistake, and would make every
// address that operator's.
const (
	minBits4 = 8
	minBits6 = 16
)

// parseIPs reads an address, a prefix (also with a netmask), or a range of addresses.
// odd says what was not taken as it is; without prefixes nothing was.
func parseIPs(s string) (out []netip.Prefix, odd string) {
	const want = "want an address, a prefix or a range"
	s = strings.Join(strings.Fields(s), "")
	if a, err := netip.ParseAddr(s); err == nil && a.Zone() == "" {
		a = a.Unmap()
		return []netip.Prefix{netip.PrefixFrom(a, a.BitLen())}, ""
	}
	if a, b, ok := strings.Cut(s, "-"); ok {
		first, err1 := netip.ParseAddr(a)
		last, err2 := netip.ParseAddr(b)
		if end, err := strconv.ParseUint(b, 10, 8); err == nil && err1 == nil && first.Is4() { // 192.0.2.1-9
			x := first.As4()
			x[3] = byte(end)
			last, err2 = netip.AddrFrom4(x), nil
		}
		if err1 != nil || err2 != nil || first.Zone() != "" || last.Zone() != "" || first.BitLen() != last.BitLen() || last.Less(first) {
			return nil, want
		}
		return cover(first.Unmap(), last.Unmap())
	}
	addr, bits, _ := strings.Cut(s, "/")
	if mask, err := netip.ParseAddr(bits); err == nil && mask.Is4() {
		ones := 0
		for x := mask.As4(); ones < 32 && x[ones/8]&(0x80>>(ones%8)) != 0; {
			ones++
		}
		bits = strconv.Itoa(ones)
	}
	x, err := netip.ParsePrefix(addr + "/" + bits)
	switch {
	case err != nil:
		return nil, want
	case tooWide(x):
		return nil, "is wider than any operator's network: left out"
	case x != x.Masked():
		odd = fmt.Sprintf("has bits set behind the prefix: read as %v", x.Masked())
	}
	return []netip.Prefix{x.Masked()}, odd
}

func tooWide(x netip.Prefix) bool {
	if x.Addr().Is4() {
		return x.Bits() < minBits4
	}
	return x.Bits() < minBits6
}

// cover makes prefixes of a range of addresses.
func cover(first, last netip.Addr) (out []netip.Prefix, odd string) {
	for {
		bits := first.BitLen()
		for bits > 0 {
			x := netip.PrefixFrom(first, bits-1)
			if x.Masked().Addr() != first || last.Less(lastOf(x)) {
				break
			}
			bits--
		}
		x := netip.PrefixFrom(first, bits)
		if tooWide(x) {
			return nil, "is wider than any operator's network: left out"
		}
		out = append(out, x)
		end := lastOf(x)
		if end == last || !end.Less(last) {
			return out, ""
		}
		first = end.Next()
	}
}

// lastOf is the last address of a prefix.
func lastOf(x netip.Prefix) netip.Addr {
	b := x.Addr().AsSlice()
	for i := x.Bits(); i < len(b)*8; i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}
