package rules

import (
	"maps"
	"slices"
	"time"

	"sigtransit/pkg/partners"
	"sigtransit/pkg/roaming"
)

// HomeCarrier is a carrier that home says is its own contractor, and where that stands. Its
// gear at the other end of a link of home's tells of home's choice, not of a partner's: what
// the partner declares lies behind it.
type HomeCarrier struct {
	ID string
	At Place
}

// HomeCarriers are the ids of home's own carriers, sorted: those that the configuration
// names and those that home's own IR.21 declares. Empty: nobody said.
func (s *Set) HomeCarriers() []string { return slices.Sorted(maps.Keys(s.homes)) }

// HomeCarrier reports that a carrier is home's own.
func (s *Set) HomeCarrier(id string) bool { return s.homes[id] }

// takeHomes notes home's own carriers.
func (s *Set) takeHomes(list []HomeCarrier, t *roaming.Table, now time.Time) {
	s.homes = map[string]bool{}
	for _, c := range list {
		s.homes[c.ID] = true
	}
	if t == nil {
		return
	}
	for _, p := range t.Own() {
		for _, d := range p.Carriers {
			for _, id := range d.Carriers {
				if _, known := s.Carrier(id); known && !partners.Ahead(d.Since, now) {
					s.homes[id] = true
				}
			}
		}
	}
}

// checkHomes tests that home's own carriers exist.
func (l *loader) checkHomes(list []HomeCarrier) {
	for _, c := range list {
		if l.carrierIDs[c.ID] != nil {
			continue
		}
		ids := make([]string, 0, len(l.carriers))
		for _, e := range l.carriers {
			ids = append(ids, e.carrier.ID)
		}
		if like := nearest(c.ID, ids); like != "" {
			l.problemAt(c.At, "home.carriers: no carrier %q; the nearest is %q", c.ID, like)
			continue
		}
		l.problemAt(c.At, "home.carriers: no carrier %q; want one of %s", c.ID, shortList(ids))
	}
}
