package partners

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"sigtransit/decoders/telecom"
)

// Clashes says where partners of different operators claim the same numbers: a PLMN
// twice, or ranges of global titles that overlap or lie in one another. One line for
// each two partners and kind.
func Clashes(list []*Partner) (out []string) {
	plmns := map[telecom.PLMN]*Partner{}
	told := map[[2]string]bool{}
	for _, p := range list {
		for _, n := range p.PLMNs {
			first := plmns[n]
			if first == nil {
				plmns[n] = p
			} else if pair := [2]string{first.ID, p.ID}; first.Operator() != p.Operator() && !told[pair] {
				told[pair] = true
				out = append(out, fmt.Sprintf("PLMN %v is both of %s (%s) and of %s (%s)", n, first.ID, first.Source, p.ID, p.Source))
			}
		}
	}
	type claim struct {
		first, last string // of numbers with maxE164 digits
		text        Range
		of          *Partner
	}
	var claims []claim
	for _, p := range list {
		for _, r := range p.GTs {
			fill := max(0, maxE164-len(r.First))
			claims = append(claims, claim{r.First + strings.Repeat("0", fill), r.Last + strings.Repeat("9", fill), r, p})
		}
	}
	slices.SortStableFunc(claims, func(a, b claim) int {
		return cmp.Or(strings.Compare(a.first, b.first), strings.Compare(b.last, a.last), strings.Compare(a.of.ID, b.of.ID))
	})
	told = map[[2]string]bool{}
	var open []claim // each within or across the one before
	for _, c := range claims {
		for len(open) > 0 && open[len(open)-1].last < c.first {
			open = open[:len(open)-1]
		}
		if n := len(open); n > 0 {
			o := open[n-1]
			if pair := [2]string{o.of.ID, c.of.ID}; o.of.Operator() != c.of.Operator() && !told[pair] {
				told[pair] = true
				verb := "lies in"
				switch {
				case o.first == c.first && o.last == c.last:
					verb = "is also"
				case c.last > o.last:
					verb = "overlaps"
				}
				out = append(out, fmt.Sprintf("global titles %v of %s (%s): %s %v of %s (%s)", c.text, c.of.ID, c.of.Source, verb, o.text, o.of.ID, o.of.Source))
			}
		}
		open = append(open, c)
	}
	return out
}
