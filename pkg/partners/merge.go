package partners

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Ahead says that a day is to come: what is dated so is announced, and not in effect.
// What has no day is. The zero now takes all days as they are.
func Ahead(day, now time.Time) bool { return !now.IsZero() && day.After(now) }

// Replaced is a network that two documents describe: the one that counts, the other
// one, and in what the first differs from the second.
type Replaced struct {
	Kept, Dropped *Partner
	Changes       []Change
}

// Merge leaves one description of each network: what is in effect before what is
// announced, then that of the network's own operator before another's, then the one whose
// sections took effect last (of those announced: take effect first), then the one made
// last, then the last one by name of its file. The result is sorted by id, and never nil.
func Merge(all []*Partner, now time.Time) (out []*Partner, replaced []Replaced) {
	all, out = slices.Clone(all), make([]*Partner, 0, len(all))
	slices.SortStableFunc(all, func(a, b *Partner) int {
		soon := ahead(a, now)
		newer := b.Declared.Compare(a.Declared)
		if soon == 1 {
			newer = -newer
		}
		return cmp.Or(strings.Compare(a.ID, b.ID), soon-ahead(b, now), own(b)-own(a), newer,
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

// ahead is 1 for a description of which a section takes effect on a day to come.
func ahead(p *Partner, now time.Time) int {
	if Ahead(p.Declared, now) {
		return 1
	}
	return 0
}
