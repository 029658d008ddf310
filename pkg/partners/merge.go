package partners

import (
	"cmp"
	"slices"
	"strings"
)

// Replaced is a network that two documents describe: the one that counts, the other
// one, and in what the first differs from the second.
type Replaced struct {
	Kept, Dropped *Partner
	Changes       []Change
}

// Merge leaves one description of each network: that of the network's own operator
// before another's, then the one whose sections took effect last, then the one made
// last, then the last one by name of its file. The result is sorted by id, and never nil.
func Merge(all []*Partner) (out []*Partner, replaced []Replaced) {
	all, out = slices.Clone(all), make([]*Partner, 0, len(all))
	slices.SortStableFunc(all, func(a, b *Partner) int {
		return cmp.Or(strings.Compare(a.ID, b.ID), own(b)-own(a), b.Declared.Compare(a.Declared),
			b.Created.Compare(a.Created), strings.Compare(b.Source, a.Source))
	})
	known := func(string) bool { return true }
	for _, p := range all {
		if n := len(out); n > 0 && out[n-1].ID == p.ID {
			kept := out[n-1]
			replaced = append(replaced, Replaced{kept, p, compare(p, kept, known)})
			continue
		}
		out = append(out, p)
	}
	return out, replaced
}

// own is 1 for a description that the network's operator sent itself: the code of the
// sender begins with the country and operator of the network's.
func own(p *Partner) int {
	if p.Sender == p.ID {
		return 1
	}
	return 0
}
