package main

import (
	"time"

	"sigtransit/pkg/config"
	"sigtransit/pkg/partners"
	"sigtransit/rules"
)

// declared are the partners of the configuration and the command line, with the
// carriers that the watchlist finds in what they declare. nil: no file says; an empty list
// is one that says there are none.
func declared(c config.Config, set *rules.Set, now time.Time) (list []*partners.Partner, err error) {
	if len(c.Partners) == 0 {
		return nil, nil
	}
	for _, name := range c.Partners {
		f, err := partners.Load(name)
		if err != nil {
			return nil, err
		}
		for _, p := range f.Partners {
			p.Resolve(resolver(set))
		}
		list = append(list, f.Partners...)
	}
	list, _ = partners.Merge(list, now)
	return list, nil
}
