package partners

import (
	"slices"
	"strings"
	"unicode"
)

// Named is a carrier that a text names, at its octets from Begin to End.
type Named struct {
	Carrier    string // id
	Begin, End int
}

// Resolver knows carriers: those that a text names, in the order of the text and
// without overlap, and the one that an AS number belongs to ("" for none).
type Resolver struct {
	Text func(string) []Named
	ASN  func(uint32) string
}

// Resolve finds the carriers of the partner's declarations anew and returns the
// parts of their names that name no known carrier.
func (p *Partner) Resolve(r Resolver) (unresolved []string) {
	for _, list := range [][]Declaration{p.Carriers, p.Domestic} {
		for i := range list {
			unresolved = append(unresolved, list[i].resolve(r)...)
		}
	}
	return unresolved
}

func (d *Declaration) resolve(r Resolver) []string {
	d.Carriers = nil
	var named []Named
	if r.Text != nil {
		named = r.Text(d.Name)
	}
	for _, n := range named {
		d.Carriers = append(d.Carriers, n.Carrier)
	}
	if r.ASN != nil && d.ASN != 0 {
		if c := r.ASN(d.ASN); c != "" {
			d.Carriers = append(d.Carriers, c)
		}
	}
	sortText(&d.Carriers)
	var rest []string
	for _, part := range Split(d.Name) {
		known := slices.ContainsFunc(named, func(n Named) bool { return n.Begin < part.End && part.Begin < n.End })
		if !known {
			rest = append(rest, d.Name[part.Begin:part.End])
		}
	}
	if len(rest) == 1 && len(named) == 0 && len(d.Carriers) > 0 {
		return nil // the AS number says who it is
	}
	return rest
}

// Part is a part of a text, its octets from Begin to End.
type Part struct{ Begin, End int }

// Split cuts a text that may name several carriers ("A, B / C", "A & B", "A and B",
// "A; B (backup)") into parts that name one each. Separators inside brackets, and
// commas before a company's legal form ("A Co., Ltd"), do not count.
func Split(s string) []Part {
	var out []Part
	begin, depth := 0, 0
	cut := func(end, next int) {
		b, e := begin, end
		for b < e && !letterAt(s, b) {
			b++
		}
		for e > b && strings.IndexByte(" \t\r\n-.", s[e-1]) >= 0 {
			e--
		}
		if b < e && !filler(s[b:e]) {
			out = append(out, Part{b, e})
		}
		begin = next
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '(' || c == '[':
			depth++
		case c == ')' || c == ']':
			depth = max(0, depth-1)
		case depth > 0:
		case c == ',' && legalForm(s[i+1:]):
		case strings.IndexByte(",;/|+&\n", c) >= 0:
			// AT&T and A/S are names: separators inside a word need a blank beside them.
			if (c == '&' || c == '/') && short(s[begin:i]) && i+1 < len(s) && s[i+1] != ' ' {
				continue
			}
			cut(i, i+1)
		case c == ' ' && len(s)-i > 5 && strings.EqualFold(s[i:i+5], " and "):
			cut(i, i+5)
		}
	}
	cut(len(s), len(s))
	return out
}

// short is a part of one or two letters at the end of text: half of a name.
func short(before string) bool {
	before = before[max(0, len(before)-4):]
	w := before[strings.LastIndexAny(before, " ,;|+")+1:]
	return len(w) > 0 && len(w) <= 2
}

func letterAt(s string, i int) bool {
	c := s[i]
	return c >= 0x80 || unicode.IsLetter(rune(c)) || unicode.IsDigit(rune(c))
}

var legalForms = []string{"ltd", "limited", "inc", "llc", "corp", "s.a", "s.p.a", "gmbh", "plc", "bv", "b.v", "pte"}

func legalForm(after string) bool {
	after = strings.ToLower(strings.TrimLeft(after[:min(len(after), 12)], " "))
	return slices.ContainsFunc(legalForms, func(f string) bool {
		rest, ok := strings.CutPrefix(after, f)
		return ok && (rest == "" || !letterAt(rest, 0))
	})
}

// fillers are words of such texts that name no carrier.
var fillers = []string{"n/a", "na", "none", "null", "tbd", "nil", "no", "not applicable", "primary", "backup", "secondary", "main", "via", "other", "others", "etc"}

func filler(s string) bool {
	s = strings.ToLower(strings.Trim(s, " .()[]-:"))
	return slices.Contains(fillers, s)
}

// UseOf reads what a partner writes about the use of a carrier. A text that says
// several things at once, or nothing of them, is unknown.
func UseOf(text string) Use {
	words := strings.FieldsFunc(strings.ToLower(text), func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) })
	var found [NumUses]bool
	for i, w := range words {
		next := ""
		if i+1 < len(words) {
			next = words[i+1]
		}
		switch {
		case w == "load" && (strings.HasPrefix(next, "shar") || strings.HasPrefix(next, "balanc")),
			strings.HasPrefix(w, "loadshar"), strings.HasPrefix(w, "loadbalanc"):
			found[LoadSharing] = true
		case slices.Contains([]string{"primary", "prim", "main", "first", "1st", "preferred"}, w):
			found[Primary] = true
		case slices.Contains([]string{"backup", "backups", "secondary", "second", "2nd", "standby", "alternate", "alternative", "fallback", "failover", "redundant", "redundancy"}, w),
			w == "back" && next == "up", w == "stand" && next == "by":
			found[Backup] = true
		}
	}
	use := UseUnknown
	for u, ok := range found {
		if ok && use != UseUnknown {
			return UseUnknown
		}
		if ok {
			use = Use(u)
		}
	}
	return use
}
