package ir21

import (
	"fmt"
	"slices"
	"strings"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/numbering"
	"sigtransit/pkg/partners"
)

// partners makes the result of what was read: a partner for each network, and for
// each code of the summary that has no network of its own.
func (p *parser) partners() []*partners.Partner {
	if p.sender == "" {
		for _, n := range append(slices.Clone(p.summary), p.networks...) {
			if n.tadig != "" {
				p.sender = n.tadig
				if len(p.networks) > 1 {
					p.note(n.line, "no SenderTADIG: %s taken, the first TADIG code", p.sender)
				}
				break
			}
		}
	}
	var out []*partners.Partner
	byID := map[string]*network{}
	for _, n := range p.networks {
		p.finish(n)
		if first, twice := byID[n.out.ID]; twice {
			p.note(n.line, "network %s stands in line %d already: put together", n.out.ID, first.line)
			join(&first.out, &n.out)
			continue
		}
		byID[n.out.ID] = n
		out = append(out, &n.out)
	}
	inSummary := map[string]bool{}
	for _, n := range p.summary {
		p.finish(n)
		inSummary[n.out.ID] = true
		first, ok := byID[n.out.ID]
		if !ok {
			byID[n.out.ID] = n
			out = append(out, &n.out)
			continue
		}
		if first != n && len(first.out.PLMNs) > 0 && len(n.out.PLMNs) > 0 {
			routed := map[telecom.PLMN]bool{}
			for _, x := range first.out.PLMNs {
				routed[x] = true
			}
			for _, x := range n.out.PLMNs {
				if !routed[x] {
					p.note(n.line, "network %s: PLMN %v of the summary is not among those of its routing section", n.out.ID, x)
				}
			}
		}
		join(&first.out, &n.out)
	}
	for _, n := range p.networks {
		if len(p.summary) > 0 && !inSummary[n.out.ID] {
			p.note(n.line, "network %s is not in the TADIGSummaryList", n.out.ID)
			inSummary[n.out.ID] = true
		}
	}
	for _, x := range out {
		p.countryOf(x)
	}
	if p.more > 0 {
		p.notes = append(p.notes, Note{p.options.Name, p.line(), fmt.Sprintf("and %d notes more", p.more)})
	}
	for _, x := range out {
		x.Normalise()
	}
	return out
}

// countryOf takes the country of a document without one from the mobile country codes of
// a network (E.212).
func (p *parser) countryOf(x *partners.Partner) {
	if x.Country != "" {
		return
	}
	for _, n := range x.PLMNs {
		if iso, _ := numbering.CountryOfMCC(n.MCC); iso != "" {
			x.Country = iso
			p.note(0, "network %s: no CountryInitials: %s taken, the country of PLMN %v", x.ID, iso, n)
			return
		}
	}
}

// finish sets what a partner has of its document.
func (p *parser) finish(n *network) {
	o := &n.out
	o.Sender, o.Country, o.Created, o.Source = p.sender, p.country, p.created, p.options.Name
	o.At = fmt.Sprintf("%s:%d", p.options.Name, n.line)
	if o.Name = n.name; placeholder(n.name) {
		o.Name = p.organisation
	}
	if n.tadig != "" {
		o.TADIGs = []string{n.tadig}
	}
	switch {
	case validTADIG(n.tadig):
		o.ID = n.tadig
	case n.tadig == "" && len(o.PLMNs) > 0:
		o.ID = "plmn-" + o.PLMNs[0].String()
		p.note(n.line, "network without a TADIG code: known as %s", o.ID)
	default:
		o.ID = slug(n.tadig + " " + o.Name)
		p.note(n.line, "network without a usable TADIG code: known as %s", o.ID)
	}
}

// placeholder: a name that says nothing, such as "(001-01)".
func placeholder(name string) bool {
	return strings.Trim(name, " ()[]-0123456789") == ""
}

// slug makes an id of a name.
func slug(name string) string {
	s := strings.Join(strings.FieldsFunc(strings.ToLower(name), func(c rune) bool { return (c < 'a' || c > 'z') && (c < '0' || c > '9') }), "-")
	if s = strings.Trim(s[:min(len(s), 63)], "-"); s == "" {
		return "unnamed"
	}
	return s
}

// join puts what b has into a.
func join(a, b *partners.Partner) {
	a.PLMNs = append(a.PLMNs, b.PLMNs...)
	a.GTs = append(a.GTs, b.GTs...)
	a.MSRNs = append(a.MSRNs, b.MSRNs...)
	a.MGTs = append(a.MGTs, b.MGTs...)
	a.Realms = append(a.Realms, b.Realms...)
	a.Hosts = append(a.Hosts, b.Hosts...)
	a.IPs = append(a.IPs, b.IPs...)
	a.ASNs = append(a.ASNs, b.ASNs...)
	a.Carriers = append(a.Carriers, b.Carriers...)
	a.Domestic = append(a.Domestic, b.Domestic...)
	a.Encrypts = a.Encrypts || b.Encrypts
	if b.Declared.After(a.Declared) {
		a.Declared = b.Declared
	}
}
