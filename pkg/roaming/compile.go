package roaming

import (
	"cmp"
	"fmt"
	"sync/atomic"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/numbering"
	"sigtransit/pkg/partners"
)

// Warning is what contradicts itself in home and partners. The table works all the
// same.
type Warning struct{ Text string }

func (w Warning) String() string { return w.Text }

// maxWarnings bounds the warnings of a table: files that disagree in all disagree
// often.
const maxWarnings = 100

// generations counts tables, so that their notes differ.
var generations atomic.Uint32

// compiler is what making a table needs besides.
type compiler struct {
	t        *Table
	warnings []Warning
	more     int
	spans    [3][]span                 // titles, mobiles, subscribers
	clashes  map[[2]uint32]*rangeClash // of GT ranges, by owners
	order    [][2]uint32
	byID     map[string]uint32
}

type rangeClash struct {
	text string
	more int
}

// Compile makes the table of home and partners. A partner whose networks are all
// home's is home's own IR.21: what it names is home's. What two claim the first of them
// keeps, home before partners and these in their order; a longer range of numbers stands
// within a shorter one. Warnings name both.
func Compile(home Home, ps []*partners.Partner) (*Table, []Warning) {
	t := &Table{
		home: home, generation: uint8(generations.Add(1)),
		operators: map[string]uint32{}, named: map[string]uint32{},
		hosts: map[string]uint32{}, realms: map[string]uint32{}, codes: map[PointCode]bool{},
		parties: make([]atomic.Pointer[Party], min(len(ps), maxDeclared)+maxNamed),
	}
	c := &compiler{t: t, clashes: map[[2]uint32]*rangeClash{}, byID: map[string]uint32{}}
	t.plmns = make(map[telecom.PLMN]uint32, len(home.PLMNs)+len(ps))
	for _, p := range home.PLMNs {
		c.plmn(p, refHome)
	}
	for _, g := range home.GTs {
		c.span(titles, g, g, refHome)
	}
	for _, g := range home.MGTs {
		c.span(mobiles, g, g, refHome)
	}
	for _, g := range home.MSISDNs {
		c.span(subscribers, g, g, refHome)
	}
	c.names(t.realms, home.Realms, "realm", refHome)
	c.names(t.hosts, home.Hosts, "host", refHome)
	for _, p := range home.PointCodes {
		t.codes[p] = true
	}
	for _, p := range home.IPs {
		t.ips.Insert(p, struct{}{})
		t.hasIPs = true
	}
	if len(ps) > maxDeclared {
		c.warn("%d partners are more than the %d that fit: the rest is left out", len(ps), maxDeclared)
		ps = ps[:maxDeclared]
	}
	for _, p := range ps {
		c.partner(p)
	}
	for i, r := range [...]*ranges{&t.titles, &t.mobiles, &t.subscribers} {
		r.build(c.spans[i], c.clash)
	}
	for _, k := range c.order {
		x := c.clashes[k]
		if x.more > 0 {
			x.text += fmt.Sprintf(" (and %d more ranges of the two)", x.more)
		}
		c.warn("%s", x.text)
	}
	if c.more > 0 {
		c.warnings = append(c.warnings, Warning{fmt.Sprintf("and %d more contradictions", c.more)})
	}
	return t, c.warnings
}

// Kinds of ranges.
const (
	titles = iota
	mobiles
	subscribers
)

func (c *compiler) warn(format string, args ...any) {
	if len(c.warnings) == maxWarnings {
		c.more++
		return
	}
	c.warnings = append(c.warnings, Warning{fmt.Sprintf(format, args...)})
}

// place is where a partner comes from, for messages.
func place(p *partners.Partner) string { return cmp.Or(p.Source, "the partner file") }

// who is an owner for messages.
func (c *compiler) who(ref uint32) string {
	if ref == refHome {
		return "home"
	}
	if p := c.t.Party(ref); p != nil {
		return fmt.Sprintf("%s (%s)", p.ID, place(p.Declared))
	}
	return "nobody"
}

// partner puts a partner in.
func (c *compiler) partner(p *partners.Partner) {
	t := c.t
	ref, ours := uint32(0), 0
	for _, n := range p.PLMNs {
		if t.plmns[n] == refHome {
			ours++
		}
	}
	first, again := c.byID[p.ID]
	switch {
	case again:
		ref = first
		c.warn("partner %s is in %s and again in %s: what it names in both counts, what it declares in the first", p.ID, place(t.Party(ref).Declared), place(p))
	case ours > 0 && ours == len(p.PLMNs):
		ref = refHome
		c.warn("partner %s (%s) has home's network %s and no other: what it names is taken as home's own", p.ID, place(p), p.PLMNs[0])
	default:
		x := &Party{ID: p.ID, Name: cmp.Or(p.Name, p.ID), Country: p.Country, Declared: p}
		if len(p.PLMNs) > 0 {
			x.PLMN = p.PLMNs[0]
		}
		if x.Country == "" && !x.PLMN.IsZero() {
			x.Country, _ = numbering.CountryOfMCC(x.PLMN.MCC)
		}
		ref = t.add(x)
		c.byID[p.ID] = ref
	}
	for _, n := range p.PLMNs {
		c.plmn(n, ref)
	}
	for _, list := range [...][]partners.Range{p.GTs, p.MSRNs} {
		for _, g := range list {
			c.span(titles, g.First, g.Last, ref)
		}
	}
	for _, g := range p.MGTs {
		c.span(mobiles, g, g, ref)
	}
	c.names(t.realms, p.Realms, "realm", ref)
	c.names(t.hosts, p.Hosts, "host", ref)
}

func (c *compiler) plmn(p telecom.PLMN, ref uint32) {
	if p.IsZero() {
		return
	}
	if was, ok := c.t.plmns[p]; ok {
		if was != ref {
			c.warn("network %s is both of %s and of %s: it counts as that of %s", p, c.who(was), c.who(ref), c.who(was))
		}
		return
	}
	c.t.plmns[p] = ref
	if o, ok := numbering.NetworkOf(p); ok {
		if _, taken := c.t.operators[o.ID]; !taken {
			c.t.operators[o.ID] = ref
		}
	}
}

func (c *compiler) names(to map[string]uint32, names []string, kind string, ref uint32) {
	for _, name := range names {
		low := lowerName(name)
		if low == "" {
			continue
		}
		if was, ok := to[low]; ok {
			if was != ref {
				c.warn("%s %s is both of %s and of %s: it counts as that of %s", kind, name, c.who(was), c.who(ref), c.who(was))
			}
			continue
		}
		to[low] = ref
	}
}

func (c *compiler) span(kind int, first, last string, ref uint32) {
	s, err := newSpan(first, last, ref)
	if err != nil {
		c.warn("%s: %v: it is left out", c.who(ref), err)
		return
	}
	c.spans[kind] = append(c.spans[kind], s)
}

// clash notes two ranges that meet, in one warning for each two owners.
func (c *compiler) clash(kept, other *span) {
	k := [2]uint32{kept.ref, other.ref}
	if x := c.clashes[k]; x != nil {
		x.more++
		return
	}
	text := fmt.Sprintf("numbers %s of %s overlap %s of %s", other.at, c.who(other.ref), kept.at, c.who(kept.ref))
	if kept.at == other.at {
		text = fmt.Sprintf("numbers %s are both of %s and of %s", kept.at, c.who(kept.ref), c.who(other.ref))
	}
	c.clashes[k] = &rangeClash{text: fmt.Sprintf("%s: what both have counts as that of %s", text, c.who(kept.ref))}
	c.order = append(c.order, k)
}
