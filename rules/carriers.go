package rules

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
)

// Types of identifiers, as carrier files write them.
const (
	TypePointCode   = "point_code"
	TypeIPPrefix    = "ip_prefix"
	TypeGTPrefix    = "gt_prefix"
	TypeHost        = "host"
	TypeHostSuffix  = "host_suffix"
	TypeRealm       = "realm"
	TypeRealmSuffix = "realm_suffix"
	TypePLMN        = "plmn"
	// TypeLink is not for carrier files: an entry of the link inventory has it.
	TypeLink = "link"
)

// Statuses of identifiers. Only listed ones are matched, and withdrawn ones when
// Options say so. Reassigned ones belong to somebody else now: they are kept so
// that nobody adds them again.
const (
	StatusListed     = "listed"
	StatusWithdrawn  = "withdrawn"
	StatusReassigned = "reassigned"
)

var (
	typeNames   = []string{TypePointCode, TypeIPPrefix, TypeGTPrefix, TypeHost, TypeHostSuffix, TypeRealm, TypeRealmSuffix, TypePLMN}
	statusNames = []string{StatusListed, StatusWithdrawn, StatusReassigned}
)

// key is the parsed value of an identifier: what the index is built from. Equal
// values written differently (4-106-6, 9046) have equal keys.
type key struct {
	kind keyKind
	ni   uint8
	// variants: point code, the variants it is meant in, bit by bit.
	variants uint8
	area     bool              // point code: the eight codes of a signalling area (Q.708 2.2)
	pc       telecom.PointCode // of an area, the first one
	ip       netip.Prefix
	digits   telecom.Digits // gt prefix; plmn: the digits an IMSI begins with
	name     string         // lower case, no trailing dot
	plmn     telecom.PLMN   // zero for a whole country
}

type keyKind uint8

const (
	keyPointCode keyKind = iota
	keyIP
	keyGT
	keyHost
	keyHostSuffix
	keyRealm
	keyRealmSuffix
	keyPLMN
	keyLink // an entry of the link inventory: never in the index
)

// carrierEntry is a carrier while files are merged.
type carrierEntry struct {
	carrier *Carrier
	by      map[key]slot
	userAt  string // file:line of the user's entry, to name it when another comes
}

// slot says where in carrier.Identifiers a value stands and which merge put it
// there in which line.
type slot struct{ index, merge, line int }

// carrierFile reads one carrier file and merges it into the loader.
func (f *file) carrierFile() {
	inFile := map[string]*token.Token{}
	f.lists("carrier file", "carriers", func(n ast.Node) { f.carrier(n, inFile) },
		field{"sources", func(v ast.Node, _ string) { f.sourceTable(v) }})
}

func (f *file) sourceTable(n ast.Node) {
	if m, ok := n.(*ast.MappingNode); ok && len(m.Values) == 0 {
		return
	}
	f.fields(n, "sources", "the names of sources", func(name string, _ *token.Token, v ast.Node) bool {
		var s Source
		f.mapping(v, "source "+strconv.Quote(name), f.textField("title", &s.Title), f.textField("publisher", &s.Publisher), f.textField("where", &s.Where))
		f.sources[name] = s
		return true
	})
}

func (f *file) carrier(n ast.Node, inFile map[string]*token.Token) {
	c := &Carrier{Builtin: f.builtin, Watched: true}
	replace, says := false, false // something about watched
	var idAt *token.Token
	var items []parsed
	if !f.mapping(n, "carrier",
		field{"id", func(v ast.Node, k string) {
			idAt = place(v)
			if s, ok := f.text(v, k); ok {
				if !validID(s) {
					f.at(idAt, "id: %q, want lower-case letters, digits and hyphens, at most 63, for example \"example-carrier\"", s)
				}
				c.ID = s
			}
		}},
		f.textField("name", &c.Name),
		f.textsField("aliases", &c.Aliases),
		field{"match_names", func(v ast.Node, k string) {
			c.MatchNames = []string{}
			f.each(v, k, func(name string, at *token.Token) {
				if !telling(name) {
					f.at(at, "%s: %q, want a name that no other company has in its own, of three letters or digits at least", k, name)
				}
				c.MatchNames = append(c.MatchNames, name)
			})
		}},
		f.textField("group", &c.Group),
		f.textField("headquarters", &c.Headquarters),
		f.textsField("jurisdiction", &c.Jurisdiction),
		f.boolField("replace", &replace),
		field{"watched", func(v ast.Node, k string) {
			says = true
			f.bool(v, k, &c.Watched)
		}},
		f.itemsField("basis", func(n ast.Node) { c.Basis = append(c.Basis, f.basis(n)) }),
		f.itemsField("asns", func(n ast.Node) { c.ASNs = append(c.ASNs, f.asn(n)) }),
		f.itemsField("identifiers", func(n ast.Node) { items = f.identifier(n, items) }),
		f.textField("note", new(string)),
	) {
		return
	}
	if c.ID == "" {
		if idAt == nil {
			f.at(place(n), "carrier: no \"id\"")
		}
		return
	}
	if first, ok := inFile[c.ID]; ok {
		f.at(idAt, "id: carrier %q stands in this file already, in line %d", c.ID, first.Position.Line)
		return
	}
	inFile[c.ID] = idAt
	if old := f.carrierIDs[c.ID]; old != nil && !says && !replace {
		c.Watched = old.carrier.Watched
	}
	f.merge(c, replace, idAt, items)
}

// telling reports that a name can name one company in a text: it is no article, and has
// three letters or digits.
func telling(name string) bool {
	letters := 0
	for _, w := range textWords(name) {
		letters += utf8.RuneCountInString(w.text)
		if slices.Contains([]string{"the", "and", "for"}, w.text) {
			letters -= 3
		}
	}
	return letters >= 3
}

// validID accepts what may stand in a metric label and a URL unquoted.
func validID(s string) bool {
	if s == "" || len(s) > 63 || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

// mostCarriers is how many a set has at most: links and ledgers number them in 16 bits.
const mostCarriers = 1<<16 - 1

// merge adds a carrier of this file to what was read before.
func (f *file) merge(c *Carrier, replace bool, at *token.Token, items []parsed) {
	if f.carrierIDs == nil {
		f.carrierIDs = map[string]*carrierEntry{}
	}
	old := f.carrierIDs[c.ID]
	if old != nil && (f.builtin || old.userAt != "") {
		where := old.userAt
		if where == "" {
			where = "a built-in file"
		}
		f.at(at, "id: carrier %q stands in %s already", c.ID, where)
		return
	}
	entry := old
	c.At = f.placeOf(at)
	if old != nil {
		old.carrier.Added, c.Replaced = c.At, old.carrier.At
	}
	if old == nil || replace {
		entry = &carrierEntry{carrier: c}
		if old == nil {
			if len(f.carriers) == mostCarriers {
				f.at(at, "carrier %q is one too many; want at most %d", c.ID, mostCarriers)
				return
			}
			f.carriers = append(f.carriers, entry)
		} else {
			*old = *entry
			entry = old
		}
		f.carrierIDs[c.ID] = entry
		if c.Name == "" {
			c.Name = c.ID
		}
	} else {
		b := entry.carrier
		if c.Name != "" {
			b.Name = c.Name
		}
		if c.Group != "" {
			b.Group = c.Group
		}
		if c.Headquarters != "" {
			b.Headquarters = c.Headquarters
		}
		if c.Jurisdiction != nil {
			b.Jurisdiction = c.Jurisdiction
		}
		b.Watched = c.Watched
		b.Aliases = append(b.Aliases, c.Aliases...)
		if b.MatchNames != nil && c.MatchNames == nil {
			c.MatchNames = c.Aliases // an alias that the user adds is meant to be matched
		}
		b.MatchNames = append(b.MatchNames, c.MatchNames...)
		b.Basis = append(b.Basis, c.Basis...)
		b.ASNs = append(b.ASNs, c.ASNs...)
	}
	if !f.builtin {
		entry.userAt = f.name
		if at != nil && at.Position != nil {
			entry.userAt = fmt.Sprintf("%s:%d", f.name, at.Position.Line)
		}
	}
	f.mergeIdentifiers(entry, items)
}

// mergeIdentifiers adds identifiers; one that a built-in file has too is replaced,
// so that a user can change its role or withdraw it.
func (f *file) mergeIdentifiers(entry *carrierEntry, items []parsed) {
	b := entry.carrier
	if entry.by == nil {
		entry.by = make(map[key]slot, len(items))
	}
	f.merges++
	for i := range items {
		p := &items[i]
		k := p.id.key
		old, ok := entry.by[k]
		if ok && old.merge == f.merges {
			f.at(p.at, "%s: %q stands in this carrier already, in line %d", p.id.Type, p.id.Value, old.line)
			continue
		}
		at := slot{index: len(b.Identifiers), merge: f.merges, line: p.at.Position.Line}
		if ok {
			at.index = old.index
			p.id.Replaced = b.Identifiers[old.index].At
			b.Identifiers[at.index] = p.id
		} else {
			b.Identifiers = append(b.Identifiers, p.id)
		}
		entry.by[k] = at
	}
}

func (f *file) basis(n ast.Node) (b Basis) {
	b.Confidence = signaling.ConfidenceMedium
	f.mapping(n, "basis", f.textField("text", &b.Text), f.textField("source", &b.Source), f.confidenceField(&b.Confidence))
	return b
}

func (f *file) asn(n ast.Node) (a ASN) {
	a.Confidence = signaling.ConfidenceMedium
	f.mapping(n, "asn", uintField(f, "asn", 1<<32-1, &a.Number), f.textField("name", &a.Name), f.roleField(&a.Role),
		f.textField("source", &a.Source), f.confidenceField(&a.Confidence))
	return a
}

// parsed is an identifier with the place of its value.
type parsed struct {
	id *Identifier
	at *token.Token
}

// identifier reads one entry of "identifiers" and appends what it names: one
// identifier, or with "values" several that have all else in common.
func (f *file) identifier(n ast.Node, out []parsed) []parsed {
	tmpl := Identifier{Confidence: signaling.ConfidenceMedium, Status: StatusListed, Builtin: f.builtin}
	var value, values, ni, variant ast.Node
	typed := false
	before := f.problems.count()
	if !f.mapping(n, "identifier",
		field{"type", func(v ast.Node, k string) {
			typed = true
			word(f, v, k, typeNames, member(typeNames), &tmpl.Type)
		}},
		field{"value", func(v ast.Node, _ string) { value = v }},
		field{"values", func(v ast.Node, _ string) { values = v }},
		field{"network_indicator", func(v ast.Node, k string) {
			ni = v
			u, _ := f.uint(v, k, 3)
			tmpl.NetworkIndicator = uint8(u)
		}},
		field{"variant", func(v ast.Node, k string) {
			variant = v
			word(f, v, k, signaling.Names(telecom.NumVariants), telecom.ParseVariant, &tmpl.Variant)
		}},
		f.roleField(&tmpl.Role),
		f.confidenceField(&tmpl.Confidence),
		wordField(f, "status", statusNames, member(statusNames), &tmpl.Status),
		f.textField("source", &tmpl.Source),
		f.textField("note", &tmpl.Note),
		f.textField("label", &tmpl.Label),
		f.textField("holder", &tmpl.Holder),
		f.textField("country", &tmpl.Country),
	) {
		return out
	}
	switch unsure := f.problems.count() != before; { // a key that is missing may be one that was not known
	case unsure && (tmpl.Type == "" || value == nil && values == nil):
		return out
	case !typed:
		f.at(place(n), "identifier: no \"type\", want one of %s", strings.Join(typeNames, ", "))
		return out
	case (value == nil) == (values == nil):
		f.at(place(n), "identifier: want one of \"value\" and \"values\"")
		return out
	case ni != nil && tmpl.Type != TypePointCode:
		f.at(place(ni), "network_indicator: belongs to a point_code, not to a %s", tmpl.Type)
	case variant != nil && tmpl.Type != TypePointCode:
		f.at(place(variant), "variant: belongs to a point_code, not to a %s", tmpl.Type)
	}
	if ni == nil && tmpl.Variant != telecom.ITU {
		tmpl.NetworkIndicator = nationalNetwork
	}
	one := func(v ast.Node) {
		s, ok := f.text(v, "value")
		if !ok {
			return
		}
		k, err := parseKey(&tmpl, s)
		if err != nil {
			f.at(place(v), "%s: %q, %v", tmpl.Type, s, err)
			return
		}
		id := tmpl
		id.Value, id.key, id.At = s, k, f.placeOf(place(v))
		out = append(out, parsed{&id, place(v)})
	}
	if value != nil {
		one(value)
	} else {
		f.items(values, "values", one)
	}
	return out
}

func member(names []string) func(string) (string, bool) {
	return func(s string) (string, bool) {
		for _, n := range names {
			if n == s {
				return n, true
			}
		}
		return "", false
	}
}

var (
	errIPPrefix = errors.New("want an IP prefix or address, for example 192.0.2.0/24 or 2001:db8::/32")
	errGTPrefix = errors.New("want the first 1 to 15 digits of an international number without + or 00, for example 35699")
	errName     = errors.New("want a DNS name: labels of 1 to 63 letters, digits, hyphens or underscores with dots between, at most 255 in all")
	errPLMN     = errors.New("want a PLMN as MCC-MNC, for example 001-01, or an MCC alone for a whole country")
	errCode     = errors.New("want a point code as zone-network-point (0-7, 0-255, 0-7), decimal or 0x hex, or zone-network for the eight codes of a signalling area")
)

// nationalNetwork is the network indicator that point codes of a national variant
// have where the file gives none (Q.704 14.2.2).
const nationalNetwork = 2

// parseKey reads the value of an identifier; its errors say what would be right.
func parseKey(id *Identifier, s string) (k key, err error) {
	typ, ni := id.Type, id.NetworkIndicator
	switch typ {
	case TypePointCode:
		k.kind, k.ni, k.variants = keyPointCode, ni, 1<<id.Variant
		if id.Variant != telecom.ITU {
			k.pc, err = id.Variant.ParsePointCode(s)
			break
		}
		if strings.Count(s, "-") == 1 {
			k.area = true
			k.pc, err = telecom.ParsePointCode(s + "-0")
		} else {
			k.pc, err = telecom.ParsePointCode(s)
		}
		switch {
		case err != nil:
			err = errCode
		case ni < 2 && k.pc >= 1<<14:
			err = fmt.Errorf("an international point code (network indicator %d) has 14 bits, at most 7-255-7 (16383)", ni)
		case k.pc >= 1<<14:
			// Too wide for an ITU network: any that has room for it.
			k.variants = 1<<telecom.ANSI | 1<<telecom.China
			if k.pc < 1<<16 {
				k.variants |= 1 << telecom.Japan
			}
		}
	case TypeIPPrefix:
		k.kind = keyIP
		if a, e := netip.ParseAddr(s); e == nil && a.Zone() == "" {
			k.ip = netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen())
			break
		}
		p, e := netip.ParsePrefix(s)
		switch {
		case e != nil:
			err = errIPPrefix
		case p != p.Masked():
			err = fmt.Errorf("has bits set behind the prefix, want %v or %v", p.Masked(), p.Addr())
		}
		k.ip = p
	case TypeGTPrefix:
		k.kind = keyGT
		k.digits, err = telecom.ParseDigits(s)
		if err != nil || len(s) > 15 || strings.Trim(s, "0123456789") != "" {
			err = errGTPrefix
		}
	case TypePLMN:
		k.kind = keyPLMN
		if len(s) == 3 && strings.Trim(s, "0123456789") == "" {
			k.digits, err = telecom.ParseDigits(s)
			break
		}
		if k.plmn, err = telecom.ParsePLMN(s); err != nil {
			err = errPLMN
			break
		}
		k.digits = k.plmn.Prefix()
	default:
		k.kind = map[string]keyKind{TypeHost: keyHost, TypeHostSuffix: keyHostSuffix, TypeRealm: keyRealm, TypeRealmSuffix: keyRealmSuffix}[typ]
		k.name, err = parseName(typ, s)
	}
	return k, err
}

// parseName normalises a host or realm name.
func parseName(typ, s string) (string, error) {
	if rest, ok := strings.CutPrefix(s, "*."); ok {
		want := strings.TrimSuffix(typ, "_suffix") + "_suffix"
		return "", fmt.Errorf("has a wildcard, want type %s with value %s", want, rest)
	}
	n := strings.ToLower(strings.TrimSuffix(s, "."))
	if n == "" || len(n) > maxName {
		return "", errName
	}
	for _, label := range strings.Split(n, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return "", errName
		}
	}
	return n, nil
}
