package report

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"sigtransit/pkg/partners"
	"sigtransit/pkg/signaling"
)

// compare holds every declaration against what was seen, and everything seen against
// the declarations that are in effect at the end of the period. A declaration that names
// several carriers is one for each.
func (b *builder) compare(parties map[string]party, carriers map[string]carrierInfo) {
	declared := map[route]partners.Use{}
	announced := map[route]string{}
	var names []Comparison // declared names that mean no carrier
	declares := map[route]bool{}
	named := map[route]bool{} // one of the declared names means no carrier that is known
	blind := map[route]bool{} // one of these stands for more than a backup
	end := b.end()
	for _, p := range b.o.Declared {
		for _, x := range p.Carriers {
			all, ahead := route{p.ID, x.Service, ""}, partners.Ahead(x.Since, end)
			from, use := "", x.Use.String()
			if ahead {
				from, use = strings.ReplaceAll(use, "_", " ")+" from "+x.Since.Format(time.DateOnly), ""
			} else {
				declares[all] = true
			}
			if len(x.Carriers) == 0 {
				named[all] = named[all] || !ahead
				blind[all] = blind[all] || !ahead && x.Use != partners.Backup
				names = append(names, Comparison{Partner: p.ID, PartnerName: p.Name, Service: x.Service.String(), CarrierName: x.Name, Use: use, Announced: from,
					Proven: b.proven[all], Unknown: b.pathless[all], Best: signaling.EvidenceNone.String(), Verdict: Unresolved})
			}
			for _, id := range x.Carriers {
				r := route{p.ID, x.Service, id}
				if ahead {
					announced[r] = from
				} else {
					declared[r] = x.Use.Or(declared[r])
				}
			}
		}
		if _, ok := parties[p.ID]; !ok {
			parties[p.ID] = party{p.Name, p.Country, "ir21"}
		}
	}
	all := map[route]bool{}
	for r := range declared {
		all[r] = true
	}
	for r := range announced {
		all[r] = true
	}
	beyond := map[route]bool{} // something was seen beside home's own carriers
	for r := range b.routes {
		if r.partner != "" {
			all[r] = true
			beyond[route{r.partner, r.service, ""}] = beyond[route{r.partner, r.service, ""}] || b.routes[r].Messages > b.ours(r)
		}
	}
	d := b.d
	d.Compared = names
	for r := range all {
		use, ok := declared[r]
		of := route{r.partner, r.service, ""}
		c := Comparison{Partner: r.partner, PartnerName: parties[r.partner].name, Service: r.service.String(), Carrier: r.carrier,
			CarrierName: carriers[r.carrier].name, Watched: carriers[r.carrier].watched, Announced: announced[r], Proven: b.proven[of],
			Unknown: b.pathless[of], Best: signaling.EvidenceNone.String()}
		if ok {
			c.Use = use.String()
		}
		if t := b.routes[r]; t != nil {
			c.Messages, c.Best = t.Messages, t.best.String()
		}
		ours := b.ours(r)
		backup := ok && use == partners.Backup && c.Messages > 0 && !blind[of]
		switch {
		case !ok && c.Announced != "":
			c.Verdict = Announced
		case !ok && !declares[of]:
			c.Verdict = NoDeclaration
		case !ok && c.Messages == ours:
			c.Verdict = OwnCarrier
		case !ok && named[of]:
			c.Verdict = Perhaps
		case !ok:
			c.Verdict = Undeclared
		case backup && b.more(r, c.Messages-ours, declared):
			c.Verdict = BackupCarries
		case backup && b.more(r, c.Messages, declared):
			c.Verdict = OwnCarrier
		case c.Messages > 0:
			c.Verdict = AsDeclared
		case beyond[of]:
			c.Verdict = DeclaredUnseen
		case c.Proven > 0:
			c.Verdict = Behind
		default:
			c.Verdict = NothingSeen
		}
		if ours > 0 && ours < c.Messages && (c.Grave() == 2 || c.Verdict == Perhaps) {
			// What the link shows is home's choice and a row of its own.
			x := c
			x.Messages, x.Verdict = ours, OwnCarrier
			x.Share = round(share(x.Messages, x.Proven))
			d.Compared = append(d.Compared, x)
			c.Messages, c.Best = c.Messages-ours, b.weaker[r].String()
		}
		c.Share = round(share(c.Messages, c.Proven))
		d.Compared = append(d.Compared, c)
	}
	slices.SortFunc(d.Compared, func(x, y Comparison) int {
		return cmp.Or(y.Grave()-x.Grave(), order(x.Watched, y.Watched), cmp.Compare(y.Messages, x.Messages),
			cmp.Compare(x.PartnerName, y.PartnerName), cmp.Compare(x.Partner, y.Partner), cmp.Compare(x.Service, y.Service), cmp.Compare(x.CarrierName, y.CarrierName), cmp.Compare(x.Carrier, y.Carrier))
	})
	for i := range d.Carriers {
		terms := &d.Carriers[i].Contract
		by := map[string]string{} // what a carrier is to a partner, the best of its services
		for j := range d.Compared {
			c := &d.Compared[j]
			if c.Carrier != d.Carriers[i].ID {
				continue
			}
			old := by[c.Partner]
			if old == "" || rankVerdict(c.Verdict) > rankVerdict(old) {
				by[c.Partner] = c.Verdict
			}
		}
		for _, v := range by {
			switch v {
			case BackupCarries:
				terms.Backups++
				fallthrough
			case AsDeclared:
				terms.Kept++
				terms.DeclaredBy++
			case DeclaredUnseen, NothingSeen, Behind:
				terms.DeclaredBy++
			case Undeclared:
				terms.Undeclared++
			case Perhaps:
				terms.Perhaps++
			case OwnCarrier:
				terms.Own++
			case NoDeclaration:
				terms.Silent++
			}
		}
	}
}

// rankVerdict orders what counts for a partner that a carrier serves in more than one
// way.
func rankVerdict(v string) int {
	return slices.Index([]string{Announced, NothingSeen, Behind, DeclaredUnseen, NoDeclaration, OwnCarrier, AsDeclared, Perhaps, BackupCarries, Undeclared}, v)
}

// more says that a backup carries more than all that are declared as something else for the
// same partner and service do together.
func (b *builder) more(r route, messages uint64, declared map[route]partners.Use) bool {
	primaries, sum := 0, uint64(0)
	for o, use := range declared {
		if o.partner == r.partner && o.service == r.service && use != partners.Backup {
			primaries++
			if t := b.routes[o]; t != nil {
				sum += t.Messages
			}
		}
	}
	return primaries > 0 && messages > sum
}

// ours are the messages of a route that the gear of home's own carrier at the end of a
// link shows: home chose it, and what the partner declares lies behind it.
func (b *builder) ours(r route) uint64 {
	if slices.Contains(b.o.Home.Carriers, r.carrier) {
		return b.adjacent[r]
	}
	return 0
}

// end is the last moment of the period, else now.
func (b *builder) end() time.Time {
	if p := b.d.Period; !p.To.IsZero() {
		return p.To.Add(-1)
	}
	return b.o.Now
}
