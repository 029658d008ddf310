package report

import (
	"cmp"
	"slices"

	"sigtransit/pkg/partners"
	"sigtransit/pkg/signaling"
)

// compare holds every declaration against what was seen, and everything seen against
// the declarations. A declaration that names several carriers is one for each.
func (b *builder) compare(parties map[string]party, carriers map[string]carrierInfo) {
	declared := map[route]partners.Use{}
	var names []Comparison // declared names that mean no carrier
	declares := map[route]bool{}
	blind := map[route]bool{} // one of the names stands for more than a backup
	for _, p := range b.o.Declared {
		for _, x := range p.Carriers {
			declares[route{p.ID, x.Service, ""}] = true
			if len(x.Carriers) == 0 {
				blind[route{p.ID, x.Service, ""}] = blind[route{p.ID, x.Service, ""}] || x.Use != partners.Backup
				names = append(names, Comparison{Partner: p.ID, PartnerName: p.Name, Service: x.Service.String(), CarrierName: x.Name, Use: x.Use.String(),
					Proven: b.proven[route{p.ID, x.Service, ""}], Unknown: b.pathless[route{p.ID, x.Service, ""}], Best: signaling.EvidenceNone.String(), Verdict: Unresolved})
			}
			for _, id := range x.Carriers {
				r := route{p.ID, x.Service, id}
				declared[r] = x.Use.Or(declared[r])
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
	for r := range b.routes {
		if r.partner != "" {
			all[r] = true
		}
	}
	d := b.d
	d.Compared = names
	for r := range all {
		use, ok := declared[r]
		c := Comparison{Partner: r.partner, PartnerName: parties[r.partner].name, Service: r.service.String(), Carrier: r.carrier,
			CarrierName: carriers[r.carrier].name, Watched: carriers[r.carrier].watched, Proven: b.proven[route{r.partner, r.service, ""}],
			Unknown: b.pathless[route{r.partner, r.service, ""}], Best: signaling.EvidenceNone.String()}
		if ok {
			c.Use = use.String()
		}
		if t := b.routes[r]; t != nil {
			c.Messages, c.Best = t.Messages, t.best.String()
		}
		c.Share = round(share(c.Messages, c.Proven))
		switch {
		case !ok && !declares[route{r.partner, r.service, ""}]:
			c.Verdict = NoDeclaration
		case !ok:
			c.Verdict = Undeclared
		case c.Messages > 0 && use == partners.Backup && !blind[route{r.partner, r.service, ""}] && b.more(r, declared):
			c.Verdict = BackupCarries
		case c.Messages > 0:
			c.Verdict = AsDeclared
		case c.Proven > 0:
			c.Verdict = DeclaredUnseen
		default:
			c.Verdict = NothingSeen
		}
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
			case DeclaredUnseen, NothingSeen:
				terms.DeclaredBy++
			case Undeclared:
				terms.Undeclared++
			case NoDeclaration:
				terms.Silent++
			}
		}
	}
}

// rankVerdict orders what counts for a partner that a carrier serves in more than one
// way.
func rankVerdict(v string) int {
	return slices.Index([]string{NothingSeen, DeclaredUnseen, NoDeclaration, AsDeclared, BackupCarries, Undeclared}, v)
}

// more says that a backup carries more than all that are declared as something else for the
// same partner and service do together.
func (b *builder) more(r route, declared map[route]partners.Use) bool {
	primaries, sum := 0, uint64(0)
	for o, use := range declared {
		if o.partner == r.partner && o.service == r.service && use != partners.Backup {
			primaries++
			if t := b.routes[o]; t != nil {
				sum += t.Messages
			}
		}
	}
	return primaries > 0 && b.routes[r].Messages > sum
}
