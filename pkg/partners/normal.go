package partners

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"sigtransit/decoders/telecom"
)

// Normalise sorts the lists of a partner, leaves each value in them once, and
// shortens ranges that are all numbers of a prefix to the prefix.
func (p *Partner) Normalise() {
	sortText(&p.TADIGs, &p.MGTs, &p.Realms, &p.Hosts)
	slices.SortFunc(p.PLMNs, func(a, b telecom.PLMN) int { return strings.Compare(a.String(), b.String()) })
	p.PLMNs = slices.Compact(p.PLMNs)
	slices.SortFunc(p.IPs, netip.Prefix.Compare)
	p.IPs = slices.Compact(p.IPs)
	slices.Sort(p.ASNs)
	p.ASNs = slices.Compact(p.ASNs)
	p.GTs, p.MSRNs = sortRanges(p.GTs), sortRanges(p.MSRNs)
	p.Carriers, p.Domestic = sortDeclarations(p.Carriers), sortDeclarations(p.Domestic)
}

func sortText(lists ...*[]string) {
	for _, l := range lists {
		slices.Sort(*l)
		*l = slices.Compact(*l)
	}
}

func sortRanges(list []Range) []Range {
	for i := range list {
		r := &list[i]
		for n := len(r.First) - 1; n > 0 && r.First[n] == '0' && r.Last[n] == '9' && r.First[:n] <= r.Last[:n]; n-- {
			r.First, r.Last = r.First[:n], r.Last[:n]
		}
	}
	slices.SortFunc(list, func(a, b Range) int {
		return cmp.Or(strings.Compare(a.First, b.First), strings.Compare(a.Last, b.Last), strings.Compare(a.Node, b.Node))
	})
	return slices.Compact(list)
}

func compareDeclarations(a, b Declaration) int {
	return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(order(a.Use), order(b.Use)), strings.Compare(a.Name, b.Name), cmp.Compare(a.ASN, b.ASN))
}

// order puts uses that are not said behind the others.
func order(u Use) Use { return u - 1 }

// sortDeclarations sorts declarations and joins those that differ in point codes only.
func sortDeclarations(list []Declaration) []Declaration {
	slices.SortStableFunc(list, compareDeclarations)
	var out []Declaration
	for _, d := range list {
		if n := len(out) - 1; n >= 0 && compareDeclarations(out[n], d) == 0 && out[n].UseText == d.UseText {
			out[n].PointCodes = append(out[n].PointCodes, d.PointCodes...)
			if d.Since.After(out[n].Since) {
				out[n].Since, out[n].SinceText = d.Since, d.SinceText
			}
			continue
		}
		out = append(out, d)
	}
	for i := range out {
		sortText(&out[i].PointCodes, &out[i].Carriers)
	}
	return out
}
