package roaming

// Transit is what names the own gear of interconnect carriers: an SMS hub, an STP, a
// Diameter agent. It stands at the end of a message in the partner's place, and public
// facts may give its numbers to an operator of the carrier's group, which has no part in
// the message. So an end that shows such a name is not home, and nobody known.
type Transit struct {
	Titles   []Gear // prefixes of global titles and node numbers, E.164
	Names    []Gear // hosts and realms, exact
	Suffixes []Gear // hosts and realms that end so, on a label border
}

// Gear is one name of a carrier's gear. Of says whose it is and where that stands, for
// messages.
type Gear struct{ Value, Of string }

// transit puts the gear of carriers in: before partners, which may claim it too, and
// behind home. A partner's longer range or name within a carrier's stays the partner's.
func (c *compiler) transit(x Transit) {
	for _, g := range x.Titles {
		s, err := newSpan(g.Value, g.Value, refAbroad)
		if err != nil {
			c.warn("%s: %v: it is left out", g.Of, err)
			continue
		}
		s.of = g.Of
		c.spans[titles] = append(c.spans[titles], s)
	}
	for _, list := range [...]struct {
		to   map[string]uint32
		gear []Gear
	}{{c.t.hosts, x.Names}, {c.t.realms, x.Suffixes}} {
		for _, g := range list.gear {
			low := lowerName(g.Value)
			switch was, ok := list.to[low]; {
			case low == "":
			case !ok:
				list.to[low], c.gear[low] = refAbroad, g.Of
			case was == refHome:
				c.warn("name %s is both of home and of %s: it counts as that of home", low, g.Of)
			}
		}
	}
}
