package report

import (
	"cmp"
	"slices"
	"time"

	"sigtransit/pkg/exposure"
	"sigtransit/pkg/partners"
	"sigtransit/pkg/signaling"
)

// Options are what a ledger does not know.
type Options struct {
	Home     Home
	From, To time.Time           // zero: all that there is
	Partners []string            // report on these alone, by id or name; nil: on all
	Declared []*partners.Partner // what partners declare; nil: what the ledger knows of it, empty: nothing
	// Carriers are known beside those of the ledger: what is declared and was never seen
	// has a name, too. The ledger's word goes first.
	Carriers []exposure.Carrier
	Tool     string
	Now      time.Time
}

// tally adds up rows of a ledger. Sets of subscribers are joined, not added.
type tally struct {
	Figures
	home, visitors, others exposure.Sketch
	best                   signaling.Evidence
}

// readable says that who carries a message can read it: a signature hides nothing.
func readable(p signaling.Protection) bool { return p == signaling.Clear || p == signaling.Signed }

func (t *tally) add(r *exposure.Row) error {
	t.Messages += r.Messages
	t.Dialogues += r.Dialogues
	t.Secrets += r.Secrets
	t.Refused += r.Refused
	if readable(r.Protection) {
		t.Readable += r.Messages
	}
	t.best = max(t.best, r.Evidence)
	into := &t.others
	switch r.Subscriber {
	case signaling.WhoseHome:
		into = &t.home
	case signaling.WhoseVisitor:
		into = &t.visitors
	}
	return into.Merge(&r.Subscribers)
}

// exact is the size below which a sketch is as good as a count.
const exact = 1000

func estimate(s *exposure.Sketch) Estimate {
	e := Estimate{Value: s.Estimate()}
	if e.Value > exact {
		e.Error = round(exposure.SketchError)
	}
	return e
}

// figures are the counts with the sets counted too.
func (t *tally) figures() Figures {
	f := t.Figures
	f.Home, f.Visitors, f.Others = estimate(&t.home), estimate(&t.visitors), estimate(&t.others)
	return f
}

// words counts messages by a word of a closed set.
type words map[string]uint64

func (w words) list(order []string) (out []ByName) {
	for _, name := range order {
		if w[name] > 0 {
			out = append(out, ByName{name, w[name]})
		}
	}
	return out
}

// byEvidence counts messages by the evidence that they rest on.
type byEvidence [signaling.NumEvidence]uint64

// list has the strongest first.
func (n *byEvidence) list() (out []ByEvidence) {
	for e := signaling.NumEvidence - 1; e > 0; e-- {
		if n[e] > 0 {
			out = append(out, ByEvidence{e.String(), sure(e), proves(e), n[e]})
		}
	}
	return out
}

// carrierTally is a carrier while rows are added up.
type carrierTally struct {
	tally
	cells                   map[string]*cellTally
	evidence                byEvidence
	services, ways, shields words
}

// cellTally is a class of a carrier.
type cellTally struct {
	tally
	evidence byEvidence
}

// partnerTally is a partner, or a country.
type partnerTally struct {
	all, unknown tally
	watched      uint64
	carriers     map[string]*tally
}

// route is a partner, a service and a carrier.
type route struct {
	partner string
	service signaling.Service
	carrier string
}

type builder struct {
	o        Options
	d        *Data
	total    tally
	unknown  tally
	watched  uint64
	known    uint64 // messages with a proven path
	named    uint64 // messages with a known partner
	classes  map[string]*tally
	carriers map[string]*carrierTally
	partners map[string]*partnerTally
	nations  map[string]*partnerTally
	routes   map[route]*tally
	proven   map[route]uint64             // without carrier
	adjacent map[route]uint64             // messages of evidence adjacent
	weaker   map[route]signaling.Evidence // the best of the others
	pathless map[route]uint64             // likewise
	points   map[int64]*point
	hours    map[int64]bool     // with any frame
	unkept   map[int64]bool     // of days that do not say which hours have one
	counters map[Counter]*tally // of the key alone
	country  func(partner string) string
	only     map[string]bool // partners by id; nil: all
	from, to int64
	span     int64 // the longest row
}

// point is a step of the time line while rows are added up.
type point struct {
	total, unknown uint64
	carriers       map[string]uint64
	day            bool // of a row of a day
}

func newBuilder(o Options, country func(string) string) *builder {
	return &builder{
		o: o, d: &Data{Format: Format, Version: Version, Created: o.Now.UTC(), Tool: o.Tool, Home: o.Home}, country: country,
		classes: map[string]*tally{}, carriers: map[string]*carrierTally{}, partners: map[string]*partnerTally{}, nations: map[string]*partnerTally{},
		routes: map[route]*tally{}, proven: map[route]uint64{}, adjacent: map[route]uint64{}, weaker: map[route]signaling.Evidence{}, pathless: map[route]uint64{}, points: map[int64]*point{}, hours: map[int64]bool{}, unkept: map[int64]bool{}, counters: map[Counter]*tally{},
	}
}

// get is the value of a key, made when it is new.
func get[K comparable, V any](m map[K]*V, k K) *V {
	v := m[k]
	if v == nil {
		v = new(V)
		m[k] = v
	}
	return v
}

func (b *builder) partner(m map[string]*partnerTally, id string) *partnerTally {
	p := get(m, id)
	if p.carriers == nil {
		p.carriers = map[string]*tally{}
	}
	return p
}

// housekeeping is what two neighbours say about their link alone: exchanges of
// capabilities, watchdogs.
func housekeeping(r *exposure.Row) bool {
	return r.Class == signaling.ClassControl && r.Partner == "" && r.Service == signaling.ServiceDiameter
}

// row adds a row of the ledger.
func (b *builder) row(r *exposure.Row) error {
	switch {
	case r.Carrier == exposure.PathUnknown:
		return nil // the totals have them
	case b.only != nil && !b.only[r.Partner]:
		return nil
	case r.Direction == signaling.Internal:
		if r.Carrier == exposure.Total {
			b.d.Internal += r.Messages
		}
		return nil
	case housekeeping(r):
		if r.Carrier == exposure.Total {
			b.d.Housekeeping += r.Messages
		}
		return nil
	}
	b.span = max(b.span, r.Span)
	if b.from == 0 || r.Hour < b.from {
		b.from = r.Hour
	}
	b.to = max(b.to, r.Hour+r.Span)
	at := get(b.points, r.Hour)
	at.day = at.day || r.Span > int64(time.Hour/time.Second)
	if at.carriers == nil {
		at.carriers = map[string]uint64{}
	}
	if err := b.count(r, r.Carrier); err != nil {
		return err
	}
	if r.Carrier == exposure.Total {
		return b.totals(r, at)
	}
	return b.carrier(r, at)
}

// count keeps the raw counter.
func (b *builder) count(r *exposure.Row, carrier string) error {
	k := Counter{Carrier: carrier, Partner: r.Partner, Service: r.Service.String(), Class: r.Class.String(), Direction: r.Direction.String(),
		Evidence: r.Evidence.String(), Protection: r.Protection.String(), Subscriber: r.Subscriber.String()}
	if carrier == exposure.Total {
		k.Watched = r.Watched.String()
	}
	return get(b.counters, k).add(r)
}

func (b *builder) totals(r *exposure.Row, at *point) error {
	p, n := b.partner(b.partners, r.Partner), b.partner(b.nations, b.country(r.Partner))
	into := []*tally{&b.total, get(b.classes, classOf(r.Class)), &p.all, &n.all}
	at.total += r.Messages
	if r.Partner != "" {
		b.named += r.Messages
	}
	switch {
	case proves(r.Evidence):
		b.known += r.Messages
		b.proven[route{r.Partner, r.Service, ""}] += r.Messages
	case r.Evidence == signaling.EvidenceGroup:
		b.d.Group += r.Messages
	default:
		into = append(into, &b.unknown, &p.unknown, &n.unknown)
		at.unknown += r.Messages
		b.pathless[route{r.Partner, r.Service, ""}] += r.Messages
		if r.Evidence == signaling.EvidenceDeclared {
			b.d.Declared += r.Messages
		}
		if err := b.count(r, exposure.PathUnknown); err != nil {
			return err
		}
	}
	if proves(r.Watched) {
		b.watched += r.Messages
		p.watched += r.Messages
		n.watched += r.Messages
	}
	for _, t := range into {
		if err := t.add(r); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) carrier(r *exposure.Row, at *point) error {
	c := get(b.carriers, r.Carrier)
	if c.cells == nil {
		c.cells, c.services, c.ways, c.shields = map[string]*cellTally{}, words{}, words{}, words{}
	}
	c.evidence[r.Evidence] += r.Messages
	if !proves(r.Evidence) {
		return nil
	}
	at.carriers[r.Carrier] += r.Messages
	way := route{r.Partner, r.Service, r.Carrier}
	if r.Evidence == signaling.EvidenceAdjacent {
		b.adjacent[way] += r.Messages
	} else {
		b.weaker[way] = max(b.weaker[way], r.Evidence)
	}
	c.services[r.Service.String()] += r.Messages
	c.ways[r.Direction.String()] += r.Messages
	c.shields[r.Protection.String()] += r.Messages
	cell := get(c.cells, classOf(r.Class))
	cell.evidence[r.Evidence] += r.Messages
	for _, t := range []*tally{
		&c.tally, &cell.tally, get(b.partner(b.partners, r.Partner).carriers, r.Carrier),
		get(b.partner(b.nations, b.country(r.Partner)).carriers, r.Carrier), get(b.routes, way),
	} {
		if err := t.add(r); err != nil {
			return err
		}
	}
	return nil
}

// party is what a name of the ledger stands for.
type party struct{ name, country, source string }

// carrierInfo likewise.
type carrierInfo struct {
	name    string
	watched bool
}

// finish makes the report of what was added up.
func (b *builder) finish(parties map[string]party, carriers map[string]carrierInfo) *Data {
	d := b.d
	d.Total, d.Unknown = b.total.figures(), b.unknown.figures()
	d.Watched = Part{b.watched, round(share(b.watched, b.total.Messages))}
	for _, class := range classes {
		d.Classes = append(d.Classes, ClassTotal{class, get(b.classes, class).figures()})
	}
	for _, p := range b.o.Declared { // declared, though nothing was counted of them
		for _, x := range p.Carriers {
			for _, id := range x.Carriers {
				get(b.carriers, id)
			}
		}
	}
	sum := uint64(0)
	for id, c := range b.carriers {
		d.Carriers = append(d.Carriers, b.makeCarrier(id, carriers[id], c))
		sum += c.Messages
	}
	d.Twice = sum - min(sum, b.known)
	slices.SortFunc(d.Carriers, func(x, y Carrier) int {
		return cmp.Or(order(x.Watched, y.Watched), cmp.Compare(y.Messages, x.Messages), cmp.Compare(x.ID, y.ID))
	})
	for id, p := range b.partners {
		d.Partners = append(d.Partners, b.makePartner(id, parties[id], p, carriers))
	}
	slices.SortFunc(d.Partners, func(x, y Partner) int {
		return cmp.Or(cmp.Compare(y.Watched.Messages, x.Watched.Messages), cmp.Compare(y.Messages, x.Messages), cmp.Compare(x.ID, y.ID))
	})
	homes := map[string]int{}
	for i := range d.Partners {
		homes[d.Partners[i].Country]++
	}
	for code, n := range b.nations {
		d.Countries = append(d.Countries, Country{Code: code, Name: countryName(code), Partners: homes[code], Figures: n.all.figures(),
			Watched: part(n.watched, &n.all), Unknown: part(n.unknown.Messages, &n.all)})
	}
	slices.SortFunc(d.Countries, func(x, y Country) int {
		return cmp.Or(cmp.Compare(y.Watched.Messages, x.Watched.Messages), cmp.Compare(y.Messages, x.Messages), cmp.Compare(x.Code, y.Code))
	})
	b.timeline()
	b.compare(parties, carriers)
	b.raw()
	d.Coverage.Attributed = b.named
	return d
}

func order(x, y bool) int {
	switch {
	case x == y:
		return 0
	case x:
		return -1
	}
	return 1
}

func part(n uint64, of *tally) Part { return Part{n, round(share(n, of.Messages))} }

func (b *builder) makeCarrier(id string, info carrierInfo, t *carrierTally) Carrier {
	c := Carrier{ID: id, Name: info.name, Watched: info.watched, Figures: t.figures(), Share: round(share(t.Messages, b.total.Messages)), Best: t.best.String(),
		Services: t.services.list(signaling.Names(signaling.NumServices)), Ways: t.ways.list(signaling.Names(signaling.NumDirections)),
		Shields: t.shields.list(signaling.Names(signaling.NumProtections)), Evidence: t.evidence.list()}
	for _, class := range classes {
		x := t.cells[class]
		if x == nil {
			x = &cellTally{}
		}
		c.Cells = append(c.Cells, Cell{class, x.figures(), round(share(x.Messages, get(b.classes, class).Messages)), x.best.String(), x.evidence.list()})
	}
	for id, p := range b.partners {
		if p.carriers[c.ID] != nil && id != "" {
			c.Partners++
		}
	}
	for code, n := range b.nations {
		if n.carriers[c.ID] != nil && code != "" {
			c.Nations++
		}
	}
	return c
}

func (b *builder) makePartner(id string, info party, t *partnerTally, carriers map[string]carrierInfo) Partner {
	p := Partner{ID: id, Name: info.name, Country: info.country, CountryName: countryName(info.country), Source: info.source, Figures: t.all.figures(),
		Watched: part(t.watched, &t.all), Unknown: part(t.unknown.Messages, &t.all), Pathless: t.unknown.figures()}
	if id == "" {
		p.Name = "Partner unknown"
	}
	for id, x := range t.carriers {
		p.Carriers = append(p.Carriers, PartnerCarrier{id, carriers[id].name, carriers[id].watched, x.figures(), round(share(x.Messages, t.all.Messages)), x.best.String()})
	}
	slices.SortFunc(p.Carriers, func(x, y PartnerCarrier) int {
		return cmp.Or(cmp.Compare(y.Messages, x.Messages), cmp.Compare(x.ID, y.ID))
	})
	return p
}

// steps up to which hours are shown one by one.
const maxHours = 96

// timeline lays the counts out in hours, or in days where there are many, with those
// in which nothing was counted.
func (b *builder) timeline() {
	t := &b.d.Timeline
	t.Step = "hour"
	if b.to == 0 {
		return
	}
	from, to := b.from, b.to
	if p := b.d.Period; !p.From.IsZero() {
		from, to = p.From.Unix(), p.To.Unix()
	}
	const hour = int64(time.Hour / time.Second)
	step := hour
	if b.span > step || (to-from)/step > maxHours {
		t.Step, step = "day", 24*hour
	}
	at := map[int64]*Point{}
	for s := from - from%step; s < to; s += step {
		p := Point{Time: time.Unix(s, 0).UTC(), Carriers: make([]uint64, len(b.d.Carriers))}
		for h := max(s, from); h < min(s+step, to); h += hour {
			p.Hours++
			switch at := b.points[h]; {
			case b.hours[h] || at != nil && !at.day:
				p.Captured++
			case b.unkept[h]:
				p.Unkept++
			}
		}
		p.Covered = p.Captured+p.Unkept > 0
		t.Points = append(t.Points, p)
	}
	for i := range t.Points {
		at[t.Points[i].Time.Unix()] = &t.Points[i]
	}
	for hour, p := range b.points {
		x := at[hour-hour%step]
		if x == nil {
			continue
		}
		x.Total += p.total
		x.Unknown += p.unknown
		for i := range b.d.Carriers {
			x.Carriers[i] += p.carriers[b.d.Carriers[i].ID]
		}
	}
}

// raw lists the counters: totals, path unknown, then the carriers.
func (b *builder) raw() {
	rank := map[string]int{exposure.Total: -2, exposure.PathUnknown: -1}
	for i := range b.d.Carriers {
		rank[b.d.Carriers[i].ID] = i
	}
	column := map[string]int{}
	for i, c := range classes {
		column[c] = i
	}
	for k, t := range b.counters {
		k.Messages, k.Dialogues, k.Secrets, k.Refused = t.Messages, t.Dialogues, t.Secrets, t.Refused
		k.Distinct = t.home.Estimate() + t.visitors.Estimate() + t.others.Estimate() // a key is of one kind
		b.d.Counters = append(b.d.Counters, k)
	}
	slices.SortFunc(b.d.Counters, func(x, y Counter) int {
		return cmp.Or(cmp.Compare(rank[x.Carrier], rank[y.Carrier]), cmp.Compare(column[columnOf(x.Class)], column[columnOf(y.Class)]),
			-order(!x.counts(), !y.counts()), cmp.Compare(x.Partner, y.Partner), cmp.Compare(x.Service, y.Service), cmp.Compare(x.Class, y.Class), cmp.Compare(x.Direction, y.Direction),
			cmp.Compare(x.Evidence, y.Evidence), cmp.Compare(x.Watched, y.Watched), cmp.Compare(x.Protection, y.Protection), cmp.Compare(x.Subscriber, y.Subscriber))
	})
}
