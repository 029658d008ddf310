package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"sigtransit/pkg/exposure"
	"sigtransit/pkg/partners"
	"sigtransit/pkg/signaling"
	"sigtransit/pkg/trust"
)

// Build makes the report of a ledger. Its period is wider than what o asks for where the
// ledger keeps but the sums of whole days.
func Build(r *exposure.Reader, o Options) (*Data, error) {
	if err := widen(r, &o); err != nil {
		return nil, err
	}
	parties, err := knownPartners(r, &o)
	if err != nil {
		return nil, err
	}
	only, chosen, err := choose(o.Partners, parties)
	if err != nil {
		return nil, err
	}
	if only != nil {
		o.Declared = slices.DeleteFunc(slices.Clone(o.Declared), func(p *partners.Partner) bool { return !only[p.ID] })
	}
	carriers := map[string]carrierInfo{}
	list, err := r.Carriers()
	if err != nil {
		return nil, err
	}
	for _, c := range append(o.Carriers, list...) {
		if c.ID != exposure.Total && c.ID != exposure.PathUnknown {
			carriers[c.ID] = carrierInfo{c.Name, c.Watched}
		}
	}
	for _, p := range o.Declared {
		resolve(p, list)
	}
	b := newBuilder(o, func(id string) string { return parties[id].country })
	b.only, b.d.Only = only, chosen
	if err := r.Rows(o.From, o.To, b.row); err != nil {
		return nil, err
	}
	if err := b.coverage(r); err != nil {
		return nil, err
	}
	d := b.finish(parties, carriers)
	if d.Coverage.KeyChanges, err = r.KeyChanges(); err != nil {
		return nil, err
	}
	if err := d.overlaps(r); err != nil {
		return nil, err
	}
	if only != nil {
		return d, nil // links are everybody's
	}
	links, err := r.Links(o.From, o.To)
	if err != nil {
		return nil, err
	}
	d.addLinks(links)
	return d, nil
}

// PartnerError is a partner asked for that nobody knows.
type PartnerError struct{ text string }

func (e *PartnerError) Error() string { return e.text }

// choose finds partners by id or name. A name that several have is all of theirs.
func choose(names []string, parties map[string]party) (only map[string]bool, chosen []NamedPartner, err error) {
	for _, want := range names {
		found := false
		for _, id := range slices.Sorted(maps.Keys(parties)) {
			if p := parties[id]; id != "" && want != "" && (strings.EqualFold(want, id) || strings.EqualFold(want, p.name)) {
				if found = true; only[id] {
					continue
				}
				if only == nil {
					only = map[string]bool{}
				}
				only[id] = true
				chosen = append(chosen, NamedPartner{id, p.name})
			}
		}
		if !found {
			return nil, nil, &PartnerError{fmt.Sprintf("partner %q is neither in the ledger nor among those that declare something; want %s", want, known(parties))}
		}
	}
	return only, chosen, nil
}

// known lists partners for whoever asked for another.
func known(parties map[string]party) string {
	const most = 20
	ids := slices.Sorted(maps.Keys(parties))
	ids = slices.DeleteFunc(ids, func(id string) bool { return id == "" })
	switch n := len(ids); {
	case n == 0:
		return "no partner, for it knows none"
	case n > most:
		return "one of " + strings.Join(ids[:most], ", ") + fmt.Sprintf(" and %d more", n-most)
	}
	return "one of " + strings.Join(ids, ", ")
}

// widen moves the ends of the period out of days that the ledger keeps whole.
func widen(r *exposure.Reader, o *Options) error {
	const day = 24 * time.Hour
	for _, end := range []struct {
		at   *time.Time
		move time.Duration
	}{{&o.From, 0}, {&o.To, day}} {
		first := end.at.UTC().Truncate(day)
		if end.at.IsZero() || end.at.Equal(first) {
			continue
		}
		whole := false
		if err := r.Rows(first, first.Add(time.Hour), func(x *exposure.Row) error {
			whole = whole || time.Duration(x.Span)*time.Second > time.Hour
			return nil
		}); err != nil {
			return err
		}
		if whole {
			*end.at = first.Add(end.move)
		}
	}
	return nil
}

// resolve finds declared names that meant no carrier to whoever read them among those of
// the ledger: a report may be made without the watchlist that the ledger was kept with.
func resolve(p *partners.Partner, carriers []exposure.Carrier) {
	for i := range p.Carriers {
		d := &p.Carriers[i]
		for _, c := range carriers {
			if len(d.Carriers) == 0 && c.Name != "" && strings.EqualFold(strings.TrimSpace(d.Name), c.Name) {
				d.Carriers = []string{c.ID}
			}
		}
	}
}

// knownPartners are the partners of the ledger and of the options. Without declarations
// in the options, those that the ledger keeps are taken.
func knownPartners(r *exposure.Reader, o *Options) (map[string]party, error) {
	list, err := r.Partners()
	if err != nil {
		return nil, err
	}
	all := map[string]party{}
	for _, p := range list {
		source := "ir21"
		if p.Declared == nil {
			source = "numbering"
		}
		all[p.ID] = party{p.Name, p.Country, source}
	}
	if o.Declared == nil {
		for _, p := range list {
			if p.Declared != nil {
				o.Declared = append(o.Declared, &partners.Partner{ID: p.ID, Name: p.Name, Country: p.Country, Carriers: p.Declared})
			}
		}
	}
	for _, p := range o.Declared {
		all[p.ID] = party{p.Name, p.Country, "ir21"}
	}
	return all, nil
}

// coverage says which hours of the period the capture covers, and what speaks against
// it.
func (b *builder) coverage(r *exposure.Reader) error {
	list, err := r.Coverage(b.o.From, b.o.To)
	if err != nil {
		return err
	}
	d, c := b.d, &b.d.Coverage
	var totals trust.Totals
	const hour = int64(time.Hour / time.Second)
	from, to := b.from, b.to
	for i := range list {
		x := &list[i]
		if from == 0 || x.Hour < from {
			from = x.Hour
		}
		to = max(to, x.Hour+x.Span)
		for h := x.Hour; h < x.Hour+x.Span; h += hour {
			if x.Hours>>((h-x.Hour)/hour)&1 != 0 {
				b.hours[h] = true
			}
			b.unkept[h] = b.unkept[h] || x.Hours == 0
		}
		c.Frames += x.Frames
		c.Decoded += x.Decoded
		c.Drops += x.Drops
		c.Undecoded += x.Undecoded
		if !slices.Contains(c.Sources, x.Source) {
			c.Sources = append(c.Sources, x.Source)
		}
		for i := range totals {
			totals[i].Bad += x.Trust[i].Bad
			totals[i].Of += x.Trust[i].Of
		}
	}
	slices.Sort(c.Sources)
	first, last := from, to
	if !b.o.From.IsZero() {
		from = b.o.From.Unix()
	}
	if !b.o.To.IsZero() {
		to = b.o.To.Unix()
	}
	if from == 0 && to == 0 {
		return nil
	}
	if to-from > maxPeriod {
		from, to = max(from, first), min(to, last)
	}
	if from >= to {
		return b.outside(r)
	}
	d.Period = Period{time.Unix(from, 0).UTC(), time.Unix(to, 0).UTC()}
	for h := from; h < to; h += hour {
		c.Hours++
		if b.hours[h] {
			c.Covered++
			continue
		}
		if b.unkept[h] {
			c.Unkept++
			continue
		}
		if n := len(c.Gaps); n > 0 && c.Gaps[n-1].To.Unix() == h {
			c.Gaps[n-1].To = time.Unix(h+hour, 0).UTC()
			continue
		}
		c.Gaps = append(c.Gaps, Period{time.Unix(h, 0).UTC(), time.Unix(h+hour, 0).UTC()})
	}
	if len(list) == 0 {
		return nil
	}
	v, why := trust.Judge(&totals)
	d.Trust.Verdict = v.String()
	for _, x := range why {
		d.Trust.Why = append(d.Trust.Why, trust.Brief(x, totals[x], trust.Detail{}))
	}
	return nil
}

// maxPeriod is up to which a period is shown as it was asked for, in seconds: three years. Of a
// longer one that is shown which the ledger has something of.
const maxPeriod = 3 * 366 * 86400

// PeriodError is an open or very long period that the ledger has nothing of.
type PeriodError struct{ text string }

func (e *PeriodError) Error() string { return e.text }

// outside says what the ledger has in place of what was asked for. One that has nothing
// has nothing of any period.
func (b *builder) outside(r *exposure.Reader) error {
	list, err := r.Coverage(time.Time{}, time.Time{})
	if err != nil || len(list) == 0 {
		return err
	}
	from, to := list[0].Hour, int64(0)
	for i := range list {
		from, to = min(from, list[i].Hour), max(to, list[i].Hour+list[i].Span)
	}
	var asked []string
	if !b.o.From.IsZero() {
		asked = append(asked, "--from "+clock(b.o.From))
	}
	if !b.o.To.IsZero() {
		asked = append(asked, "--to "+clock(b.o.To))
	}
	return &PeriodError{fmt.Sprintf("%s: the ledger has %s", strings.Join(asked, " "), Period{time.Unix(from, 0), time.Unix(to, 0)})}
}

// addLinks counts the links of each carrier by their protection.
func (d *Data) addLinks(links []exposure.Link) {
	for i := range d.Carriers {
		c := &d.Carriers[i]
		var n [signaling.NumProtections]uint64
		for j := range links {
			l := &links[j]
			switch {
			case l.Carrier != c.ID:
			case l.More > 0:
				c.MoreLinks += l.More
			default:
				n[l.Protection]++
			}
		}
		for p, n := range n {
			if n > 0 {
				c.Links = append(c.Links, LinkCount{signaling.Protection(p).String(), n})
			}
		}
	}
}
