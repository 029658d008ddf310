package rules

import (
	"fmt"

	"sigtransit/pkg/roaming"
	"sigtransit/pkg/signaling"
)

// transit is what names the own gear of carriers, watched or not, on either end of a
// message: titles, hosts and realms of role transit that are looked for. PLMNs are not
// among it: they are of subscribers too.
func (s *Set) transit() (x roaming.Transit) {
	for _, id := range s.Identifiers {
		if id.Role != signaling.RoleTransit || id.Unused != "" {
			continue
		}
		g := roaming.Gear{Value: id.key.name, Of: fmt.Sprintf("carrier %s (%v)", id.Carrier.ID, id.At)}
		switch id.key.kind {
		case keyGT:
			g.Value = id.Value
			x.Titles = append(x.Titles, g)
		case keyHost, keyRealm:
			x.Names = append(x.Names, g)
		case keyHostSuffix, keyRealmSuffix:
			x.Suffixes = append(x.Suffixes, g)
		}
	}
	return x
}
