package roaming

import (
	"cmp"
	"fmt"
	"slices"
	"sync/atomic"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/numbering"
	"sigtransit/pkg/partners"
)

// Warning is what contradicts itself in home, partners and carriers. The table works
// all the same.
type Warning struct {
	Text string
	// Nested: a longer range of numbers within another partner's shorter one. Operators
	// without a network of their own have such ranges: worth a look when documents are
	// imported, and no contradiction.
	Nested bool
}

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
	more     [2]int    // warnings that are not listed, nested ones apart
	spans    [3][]span // titles, mobiles, subscribers
	clashes  map[pair]*clash
	order    []pair
	byID     map[string]uint32
	gear     map[string]string // whose a name of Transit is
}

// pair are two owners by their names for messages, and what they both claim.
type pair struct {
	kept, other string
	nested      bool
}

type clash struct {
	text string
	more int
}

// Compile makes the table of home and partners. A partner whose networks are all
// home's is home's own IR.21: what it names is home's. What two claim the first of them
// keeps, home before partners and these in their order; a longer range of numbers stands
// within a shorter one. What transit names is nobody's at an end, home's own apart.
// Warnings name both; networks of one operator may share what they have.
func Compile(home Home, ps []*partners.Partner, transit Transit) (*Table, []Warning) {
	t := &Table{
		home: home, generation: uint8(generations.Add(1)),
		operators: map[string]uint32{}, named: map[string]uint32{},
		hosts: map[string]uint32{}, realms: map[string]uint32{}, codes: map[PointCode]bool{},
		parties: make([]atomic.Pointer[Party], min(len(ps), maxDeclared)+maxNamed),
	}
	c := &compiler{t: t, clashes: map[pair]*clash{}, byID: map[string]uint32{}, gear: map[string]string{}}
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
	c.transit(transit)
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
	slices.SortStableFunc(c.order, func(a, b pair) int {
		switch {
		case a.nested == b.nested:
			return 0
		case b.nested:
			return -1
		}
		return 1
	})
	for _, k := range c.order { // contradictions first: the list is bounded
		x := c.clashes[k]
		switch {
		case x.more == 1:
			x.text += " (and 1 more range of the two)"
		case x.more > 1:
			x.text += fmt.Sprintf(" (and %d more ranges of the two)", x.more)
		}
		c.add(Warning{x.text, k.nested})
	}
	for nested, more := range c.more {
		if more > 0 {
			c.warnings = append(c.warnings, Warning{Text: fmt.Sprintf("and %d more", more), Nested: nested == 1})
		}
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
	c.add(Warning{Text: fmt.Sprintf(format, args...)})
}

func (c *compiler) add(w Warning) {
	if len(c.warnings) == maxWarnings {
		nested := 0
		if w.Nested {
			nested = 1
		}
		c.more[nested]++
		return
	}
	c.warnings = append(c.warnings, w)
}

// place is where a partner stands, for messages.
func place(p *partners.Partner) string { return cmp.Or(p.At, p.Source, "the partner file") }

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

// one reports that two owners are one operator: networks of one sender.
func (c *compiler) one(a, b uint32) bool {
	p, q := c.t.Party(a), c.t.Party(b)
	return p != nil && q != nil && p.Declared.Operator() == q.Declared.Operator()
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
		t.own = append(t.own, p)
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
		if was != ref && !c.one(was, ref) {
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
		was, ok := to[low]
		if !ok {
			to[low] = ref
		} else if was != ref && !c.one(was, ref) {
			first := cmp.Or(c.gear[low], c.who(was))
			c.warn("%s %s is both of %s and of %s: it counts as that of %s", kind, name, first, c.who(ref), first)
		}
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

// clash notes two ranges that meet, in one warning for each two owners. A carrier's
// own titles within a partner's range are what Transit is for.
func (c *compiler) clash(kept, other *span) {
	if c.one(kept.ref, other.ref) || kept.ref == refAbroad && kept.digits > other.digits && other.ref != refHome {
		return
	}
	k := pair{kept: cmp.Or(kept.of, c.who(kept.ref)), other: cmp.Or(other.of, c.who(other.ref))}
	k.nested = kept.digits > other.digits && isParty(kept.ref) && isParty(other.ref)
	if x := c.clashes[k]; x != nil {
		x.more++
		return
	}
	text := fmt.Sprintf("numbers %s of %s overlap %s of %s", other.at, k.other, kept.at, k.kept)
	switch {
	case kept.at == other.at:
		text = fmt.Sprintf("numbers %s are both of %s and of %s", kept.at, k.kept, k.other)
	case kept.digits > other.digits && kept.first >= other.first && kept.last <= other.last:
		text = fmt.Sprintf("numbers %s of %s lie in %s of %s", kept.at, k.kept, other.at, k.other)
	}
	c.clashes[k] = &clash{text: fmt.Sprintf("%s: what both have counts as that of %s", text, k.kept)}
	c.order = append(c.order, k)
}
