package exposure

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"slices"
	"strings"
	"time"

	"sigtransit/pkg/partners"
	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

// grace is how long after the end of an hour, by the capture's clock, what belongs to it
// may still come: workers hand on what they counted some times a second.
const grace = int64(10 * time.Second)

// judge applies the rules about paths to the hours that are over; all takes the hour at
// hand for over, too, as the end of a capture is. An hour gives the same findings
// whenever it is judged, and each is made once, also across restarts.
// Hour by hour it is written, so that a context that ends leaves the rest for later.
func (b *book) judge(ctx context.Context, all bool) (found []*pathFinding, err error) {
	var over []int64
	for h := range b.unjudged {
		if all || b.last >= (h+hourSeconds)*int64(time.Second)+grace {
			over = append(over, h)
		}
	}
	if len(over) == 0 {
		return nil, nil
	}
	slices.Sort(over)
	j := &judgement{book: b, windows: map[windowID]*pathWindow{}}
	for i, h := range over {
		if err := ctx.Err(); err != nil && i > 0 {
			return found, err
		}
		if err := j.hour(h); err != nil {
			return found, err
		}
		delete(b.unjudged, h)
		found = append(found, j.found...)
		j.found = nil
	}
	return found, nil
}

// hour judges an hour by all rules.
func (j *judgement) hour(h int64) (err error) {
	if j.tx, err = j.book.db.Begin(); err != nil {
		return err
	}
	defer j.tx.Rollback()
	j.w = &writer{tx: j.tx, cache: map[string]*sql.Stmt{}}
	if j.partners == nil {
		if err := j.names(); err != nil {
			return err
		}
	}
	if set := j.book.opts.Rules; set != nil {
		if j.book.untold[h] {
			j.again(h)
		}
		for _, d := range set.PathRules() {
			if err := j.apply(d, h); err != nil {
				return err
			}
		}
	}
	if j.w.exec("DELETE FROM open_hours WHERE hour = ?", h); j.w.err != nil {
		return j.w.err
	}
	if err := j.tx.Commit(); err != nil {
		return err
	}
	delete(j.book.untold, h)
	return nil
}

// pathFinding is a finding, with what names it in told and untold.
type pathFinding struct {
	*rules.Finding
	detail string
	hour   int64
}

// untold is what was found and nobody has been told. An hour gives the same findings again:
// what a ledger that is opened has in it goes back to the hours to be judged.
const untold = `CREATE TABLE IF NOT EXISTS untold (rule TEXT NOT NULL, what TEXT NOT NULL, partner TEXT NOT NULL, carrier TEXT NOT NULL, detail TEXT NOT NULL,
  hour INTEGER NOT NULL, PRIMARY KEY (rule, what, partner, carrier, detail, hour)) WITHOUT ROWID`

func (b *book) openUntold() error {
	if _, err := b.db.Exec(untold); err != nil {
		return err
	}
	return each(b.db, "SELECT DISTINCT hour FROM untold", func(scan func(...any) error) error {
		var h int64
		err := scan(&h)
		b.unjudged[h], b.untold[h] = true, true
		return err
	})
}

// again has what was found in an hour, and not told, found anew.
func (j *judgement) again(hour int64) {
	j.w.exec("DELETE FROM told WHERE (rule, what, partner, carrier, detail) IN (SELECT rule, what, partner, carrier, detail FROM untold WHERE hour = ?)", hour)
	j.w.exec("DELETE FROM untold WHERE hour = ?", hour)
}

// deliver counts a finding that was told.
func (b *book) deliver(f *pathFinding) {
	b.delivered = append(b.delivered, f)
	if f.Rule.Mode == rules.ModeActive && f.Path.Excepted == nil {
		b.findings[findingID{f.Message.Time / int64(time.Second) / hourSeconds * hourSeconds, f.Rule.ID, f.Severity}]++
	}
}

// judgement is the look at some hours that are over.
type judgement struct {
	book  *book
	tx    *sql.Tx
	w     *writer
	found []*pathFinding

	partners map[int64]*Partner
	carriers map[int64]*rules.Carrier
	keys     map[int64]*Key
	began    int64 // first hour of the ledger
	windows  map[windowID]*pathWindow
}

// windowID tells windows of hours apart: the one that ends with the hour that is judged, or
// the one before it.
type windowID struct {
	length int64
	former bool
}

// pathWindow are the messages of a window by partner, carrier and key. It goes from hour to
// hour: what comes in is added, what leaves is taken off.
type pathWindow struct {
	from, to int64
	messages map[rowID]int64
}

// window moves a window to where it ends.
func (j *judgement) window(id windowID, to int64) (*pathWindow, error) {
	x, from := j.windows[id], to-id.length
	if x == nil || x.to <= from || x.to > to {
		x = &pathWindow{from, from, map[rowID]int64{}}
		j.windows[id] = x
	}
	err := x.add(j.tx, x.to, to, 1)
	if err == nil {
		err = x.add(j.tx, x.from, from, -1)
	}
	x.from, x.to = from, to
	return x, err
}

// add counts the rows of some hours n times.
func (x *pathWindow) add(tx *sql.Tx, from, to, n int64) error {
	if from >= to {
		return nil
	}
	return each(tx, "SELECT partner, carrier, key, sum(messages) FROM exposure WHERE hour >= ? AND hour < ? GROUP BY partner, carrier, key", func(scan func(...any) error) error {
		var id rowID
		var messages int64
		err := scan(&id.partner, &id.carrier, &id.key, &messages)
		if x.messages[id] += n * messages; x.messages[id] == 0 {
			delete(x.messages, id)
		}
		return err
	}, from, to)
}

func (j *judgement) names() (err error) {
	j.partners, j.carriers, j.keys = map[int64]*Partner{}, map[int64]*rules.Carrier{}, map[int64]*Key{}
	for _, e := range j.book.partners {
		p := e.p
		if p.Declared == nil {
			p.Declared = declarationsOf(e.declared)
		}
		j.partners[e.id] = &p
	}
	for _, e := range j.book.carriers {
		j.carriers[e.id] = &rules.Carrier{ID: e.name, Name: e.title}
	}
	// Who is watched, the rules of now say, not those of when a carrier was seen last. One
	// that was never seen is known by what partners declare alone.
	if set := j.book.opts.Rules; set != nil {
		for i, c := range set.Carriers {
			id := -1 - int64(i)
			if e := j.book.carriers[c.ID]; e != nil {
				id = e.id
			}
			j.carriers[id] = c
		}
	}
	for _, e := range j.book.words {
		k := &Key{}
		e.words.into(k)
		j.keys[e.id] = k
	}
	j.began, err = began(j.tx)
	return err
}

// pathSum is what of a partner and carrier was added up.
type pathSum struct {
	messages, first int64
	evidence        signaling.Evidence
	// ours are messages beside these that the carrier's gear at the end of a link shows,
	// where it is home's own: that is no choice of the partner's, whose carriers lie behind.
	ours int64
}

func (s *pathSum) add(messages, first int64, e signaling.Evidence) {
	if s.messages == 0 || first < s.first {
		s.first = first
	}
	s.messages += messages
	s.evidence = max(s.evidence, e)
}

// best is the evidence with what is home's own.
func (s *pathSum) best() signaling.Evidence {
	if s.ours > 0 {
		return signaling.EvidenceAdjacent
	}
	return s.evidence
}

// pathID names a sum. What a rule does not tell apart is zero.
type pathID struct {
	partner, carrier int64
	service          signaling.Service
	class            signaling.Class
}

// sums adds the rows of a window up by the parts of an id that by keeps. Rows of
// carriers are those that the rule takes for a path; the totals stand under the carrier
// Total.
func (j *judgement) sums(d *rules.Detection, from, to int64, by func(pathID) pathID) (map[pathID]*pathSum, error) {
	sums := map[pathID]*pathSum{}
	err := each(j.tx, "SELECT partner, carrier, key, sum(messages), min(first) FROM exposure WHERE hour >= ? AND hour < ? GROUP BY partner, carrier, key", func(scan func(...any) error) error {
		var id pathID
		var key, messages, first int64
		if err := scan(&id.partner, &id.carrier, &key, &messages, &first); err != nil {
			return err
		}
		j.sum(sums, d, id, key, messages, first, by)
		return nil
	}, from, to)
	return sums, err
}

// sum adds messages of a row, if there are any and a rule is about it.
func (j *judgement) sum(sums map[pathID]*pathSum, d *rules.Detection, id pathID, key, messages, first int64, by func(pathID) pathID) {
	k := j.keys[key]
	if messages <= 0 || !j.selects(d, id, k) {
		return
	}
	ours := d.Path().Kind.Declares() && k.Evidence == signaling.EvidenceAdjacent && j.book.opts.Rules.HomeCarrier(j.carriers[id.carrier].ID)
	id.service, id.class = k.Service, k.Class
	id = by(id)
	if sums[id] == nil {
		sums[id] = &pathSum{}
	}
	if ours {
		sums[id].ours += messages
		return
	}
	sums[id].add(messages, first, k.Evidence)
}

// over is sums of a window, but for when something was first: see firstOf.
func (j *judgement) over(d *rules.Detection, window windowID, to int64, by func(pathID) pathID) (map[pathID]*pathSum, error) {
	x, err := j.window(window, to)
	if err != nil {
		return nil, err
	}
	sums := map[pathID]*pathSum{}
	for r, messages := range x.messages {
		j.sum(sums, d, pathID{partner: r.partner, carrier: r.carrier}, r.key, messages, 0, by)
	}
	return sums, nil
}

// firstOf says when the first message of a sum of a window came. It is asked for what is
// told, from hour to hour along the key but where all partners are meant.
func (j *judgement) firstOf(d *rules.Detection, of pathID, from, to int64, by func(pathID) pathID) (first int64, err error) {
	query := `WITH RECURSIVE hours (hour) AS (SELECT min(hour) FROM exposure WHERE hour >= ?1 UNION ALL
		SELECT (SELECT min(e.hour) FROM exposure e WHERE e.hour > hours.hour) FROM hours WHERE hours.hour < ?2)
		SELECT e.partner, e.key, min(e.first) FROM hours CROSS JOIN exposure e ON e.hour = hours.hour
		WHERE hours.hour < ?2 AND e.span IN (3600, 86400) AND e.carrier = ?3 AND e.partner = ?4 GROUP BY e.key`
	if of.partner == 0 {
		query = "SELECT partner, key, min(first) FROM exposure WHERE hour >= ?1 AND hour < ?2 AND carrier = ?3 AND ?4 = 0 GROUP BY partner, key"
	}
	err = each(j.tx, query, func(scan func(...any) error) error {
		id, key, at := pathID{carrier: of.carrier}, int64(0), int64(0)
		if err := scan(&id.partner, &key, &at); err != nil {
			return err
		}
		k := j.keys[key]
		if !j.selects(d, id, k) {
			return nil
		}
		if id.service, id.class = k.Service, k.Class; by(id) == of && (first == 0 || at < first) {
			first = at
		}
		return nil
	}, from, to, of.carrier, of.partner)
	return first, err
}

// selects reports that a rule is about a row: one of a carrier if it takes its evidence
// for a path.
func (j *judgement) selects(d *rules.Detection, id pathID, k *Key) bool {
	p, c := j.partners[id.partner], j.carriers[id.carrier]
	if k == nil || p == nil || c == nil {
		return false
	}
	x := rules.PathFacts{Partner: p.ID, Country: p.Country, Service: k.Service, Class: k.Class, Direction: k.Direction, Protection: k.Protection}
	return d.SelectsPath(&x) && (c.ID == Total || d.SelectsEvidence(k.Evidence))
}

// taken reports that a rule is about a carrier: findings are about watched ones.
func (j *judgement) taken(d *rules.Detection, carrier int64) bool {
	c := j.carriers[carrier]
	return c.Watched && c.ID != Total && d.SelectsCarrier(c.ID)
}

// known reports that a partner is one by name.
func (j *judgement) known(partner int64) bool {
	id := j.partners[partner].ID
	return id != "" && id != Other
}

// sorted are the ids of sums in an order that does not depend on numbers of rows.
func (j *judgement) sorted(sums map[pathID]*pathSum) []pathID {
	return slices.SortedFunc(maps.Keys(sums), func(a, b pathID) int {
		return cmp.Or(strings.Compare(j.partners[a.partner].ID, j.partners[b.partner].ID), strings.Compare(j.carriers[a.carrier].ID, j.carriers[b.carrier].ID),
			cmp.Compare(a.service, b.service), cmp.Compare(a.class, b.class))
	})
}

// apply judges an hour by a rule.
func (j *judgement) apply(d *rules.Detection, hour int64) error {
	p := d.Path()
	end := hour + hourSeconds
	from := end - int64(p.Window/time.Second)
	j.lapse(d, hour)
	switch p.Kind {
	case rules.PathFirstSeen:
		return j.firstSeen(d, hour)
	case rules.PathUndeclared:
		return j.undeclared(d, hour)
	case rules.PathShareShift:
		return j.shareShift(d, from, end)
	case rules.PathVolume:
		return j.volume(d, from, end)
	}
	return j.declared(d, from, end)
}

func (j *judgement) firstSeen(d *rules.Detection, hour int64) error {
	p := d.Path()
	sums, err := j.sums(d, hour, hour+hourSeconds, func(id pathID) pathID { return pathID{partner: id.partner, carrier: id.carrier} })
	if err != nil {
		return err
	}
	for _, id := range j.sorted(sums) {
		s := sums[id]
		if !j.known(id.partner) || !j.taken(d, id.carrier) {
			continue
		}
		if told, err := j.wasTold(d, id); err != nil || told {
			if err != nil {
				return err
			}
			continue
		}
		before, err := j.before(d, id, hour)
		if err != nil {
			return err
		}
		if before.messages+s.messages < int64(p.Minimum) {
			continue // not yet: the hours to come are added
		}
		if _, err := j.told(d, id, hour); err != nil {
			return err
		}
		// What came before the rule was in force is not new either.
		if before.messages >= int64(p.Minimum) || hour < j.began+int64(p.Learning/time.Second) {
			continue
		}
		from, came := hour, s.first
		if before.messages > 0 {
			s.add(before.messages, before.first, before.evidence)
			from = before.first / int64(time.Second) / hourSeconds * hourSeconds
		}
		j.tell(d, id, s, &rules.Path{Classless: true, From: from, To: hour + hourSeconds, Messages: uint64(s.messages)}, came)
	}
	return nil
}

// before adds up what a rule takes for a path of a partner and carrier before an hour.
// It is asked for once for each of them as a rule, and goes from hour to hour by the
// key of the table: there are thousands of hours, and of rows thousands in each.
func (j *judgement) before(d *rules.Detection, id pathID, hour int64) (*pathSum, error) {
	s := &pathSum{}
	err := each(j.tx, `WITH RECURSIVE hours (hour) AS (SELECT min(hour) FROM exposure UNION ALL
		SELECT (SELECT min(e.hour) FROM exposure e WHERE e.hour > hours.hour) FROM hours WHERE hours.hour < ?1)
		SELECT e.key, sum(e.messages), min(e.first) FROM hours CROSS JOIN exposure e ON e.hour = hours.hour
		WHERE hours.hour < ?1 AND e.span IN (3600, 86400) AND e.partner = ?2 AND e.carrier = ?3 GROUP BY e.key`, func(scan func(...any) error) error {
		var key, messages, first int64
		if err := scan(&key, &messages, &first); err != nil {
			return err
		}
		if k := j.keys[key]; messages > 0 && j.selects(d, id, k) {
			s.add(messages, first, k.Evidence)
		}
		return nil
	}, hour, id.partner, id.carrier)
	return s, err
}

// says is what a partner declares for a service by id of a carrier, in effect at the end
// of what is judged. any is true if it declares something at all, and blind if a carrier that is no backup has a name that is
// on no list: nobody can see what comes over it.
func says(p *Partner, s signaling.Service, end int64) (says map[string]partners.Use, any, blind bool) {
	says = map[string]partners.Use{}
	for _, d := range p.Declared {
		if d.Service != s || partners.Ahead(d.Since, time.Unix(end-1, 0)) {
			continue
		}
		any = true
		blind = blind || len(d.Carriers) == 0 && d.Use != partners.Backup
		for _, c := range d.Carriers {
			says[c] = d.Use.Or(says[c])
		}
	}
	return says, any, blind
}

func (j *judgement) undeclared(d *rules.Detection, hour int64) error {
	sums, err := j.sums(d, hour, hour+hourSeconds, func(id pathID) pathID { return pathID{id.partner, id.carrier, id.service, 0} })
	if err != nil {
		return err
	}
	for _, id := range j.sorted(sums) {
		s := sums[id]
		if !j.known(id.partner) || !j.taken(d, id.carrier) || s.messages == 0 || s.messages < int64(d.Path().Minimum) {
			continue
		}
		declared, any, _ := says(j.partners[id.partner], id.service, hour+hourSeconds)
		if _, ok := declared[j.carriers[id.carrier].ID]; ok || !any {
			continue
		}
		told, err := j.told(d, id, hour)
		if err != nil {
			return err
		}
		if !told {
			j.tell(d, id, s, &rules.Path{Classless: true, From: hour, To: hour + hourSeconds, Messages: uint64(s.messages), Observed: j.observed(sums, id)}, s.first)
		}
	}
	return nil
}

// observed are the carriers that sums have for a partner and service.
func (j *judgement) observed(sums map[pathID]*pathSum, of pathID) (list []rules.PathObservation) {
	for _, id := range j.sorted(sums) {
		if id.partner == of.partner && id.service == of.service && j.carriers[id.carrier].ID != Total {
			list = append(list, rules.PathObservation{Carrier: j.carriers[id.carrier].ID, Messages: uint64(sums[id].messages + sums[id].ours), Evidence: sums[id].best()})
		}
	}
	slices.SortStableFunc(list, func(a, b rules.PathObservation) int { return cmp.Compare(b.Messages, a.Messages) })
	return list
}

// declared judges a window by what partners declare: the kinds that look at all of a
// partner's carriers.
func (j *judgement) declared(d *rules.Detection, from, end int64) error {
	p := d.Path()
	by := func(id pathID) pathID { return pathID{id.partner, id.carrier, id.service, 0} }
	all, err := j.over(d, windowID{length: end - from}, end, by)
	if err != nil {
		return err
	}
	// A partner's and service's are looked at together.
	groups, totals := map[pathID]map[pathID]*pathSum{}, map[pathID]*pathSum{}
	for id, s := range all {
		g := pathID{partner: id.partner, service: id.service}
		if groups[g] == nil {
			groups[g] = map[pathID]*pathSum{}
		}
		groups[g][id] = s
		if j.carriers[id.carrier].ID == Total && j.known(id.partner) {
			totals[id] = s
		}
	}
	active := map[pathID]bool{}
	report := func(id pathID, s *pathSum, of int64) error {
		active[id] = true
		told, err := j.told(d, id, end-hourSeconds)
		if err == nil && !told {
			seen := j.observed(groups[pathID{partner: id.partner, service: id.service}], id)
			err = j.tellOver(d, id, s, &rules.Path{Classless: true, From: from, To: end, Messages: uint64(s.messages), Of: uint64(of), Observed: seen}, by)
		}
		return err
	}
	byID := map[string]int64{}
	for n, c := range j.carriers {
		byID[c.ID] = n
	}
	for _, total := range j.sorted(totals) {
		says, _, blind := says(j.partners[total.partner], total.service, end)
		if len(says) == 0 {
			continue
		}
		var seen, primary, over int64 // messages over any carrier, those declared as primary, and those declared at all
		sums := groups[pathID{partner: total.partner, service: total.service}]
		for id, s := range sums {
			if id == total {
				continue
			}
			seen += s.messages
			if use, ok := says[j.carriers[id.carrier].ID]; ok {
				over += s.messages + s.ours
				if use != partners.Backup {
					primary += s.messages + s.ours
				}
			}
		}
		for _, name := range slices.Sorted(maps.Keys(says)) {
			n, known := byID[name]
			if !known || !j.taken(d, n) {
				continue
			}
			id := pathID{total.partner, n, total.service, 0}
			s := sums[id]
			if s == nil {
				s = &pathSum{}
			}
			switch use := says[name]; {
			case p.Kind == rules.PathDeclaredUnseen && use != partners.Backup && s.messages+s.ours == 0 && seen >= int64(p.Minimum) && from >= j.began,
				p.Kind == rules.PathBackupPrimary && !blind && use == partners.Backup && s.messages >= int64(p.Minimum) && s.messages > primary:
				if err := report(id, s, seen); err != nil {
					return err
				}
			}
		}
		if p.Kind != rules.PathRouteMismatch || over != 0 || blind {
			continue
		}
		for _, id := range j.sorted(sums) {
			if s := sums[id]; id != total && s.messages > 0 && s.messages >= int64(p.Minimum) && j.taken(d, id.carrier) {
				if err := report(id, s, seen); err != nil {
					return err
				}
			}
		}
	}
	return j.rearm(d, active, end-hourSeconds)
}

func (j *judgement) shareShift(d *rules.Detection, from, end int64) error {
	p := d.Path()
	by := func(id pathID) pathID { return pathID{id.partner, id.carrier, 0, id.class} }
	now, err := j.over(d, windowID{length: end - from}, end, by)
	if err != nil {
		return err
	}
	was, err := j.over(d, windowID{length: end - from, former: true}, from, by)
	if err != nil {
		return err
	}
	active := map[pathID]bool{}
	total := j.book.carriers[Total].id
	for _, id := range j.sorted(now) {
		s := now[id]
		whole := pathID{id.partner, total, 0, id.class}
		if !j.known(id.partner) || !j.taken(d, id.carrier) || now[whole] == nil || was[whole] == nil ||
			now[whole].messages < int64(p.Minimum) || was[whole].messages < int64(p.Minimum) {
			continue
		}
		share, former := percent(s, now[whole]), 0.0
		if w := was[id]; w != nil {
			former = percent(w, was[whole])
		}
		if share-former < p.Points {
			continue
		}
		active[id] = true
		told, err := j.told(d, id, end-hourSeconds)
		if err != nil {
			return err
		}
		if !told {
			if err := j.tellOver(d, id, s, &rules.Path{Class: id.class, From: from, To: end, Messages: uint64(s.messages), Of: uint64(now[whole].messages), Share: share, Was: former}, by); err != nil {
				return err
			}
		}
	}
	return j.rearm(d, active, end-hourSeconds)
}

func percent(part, whole *pathSum) float64 {
	return 100 * float64(part.messages) / float64(whole.messages)
}

func (j *judgement) volume(d *rules.Detection, from, end int64) error {
	by := func(id pathID) pathID { return pathID{0, id.carrier, 0, id.class} }
	sums, err := j.over(d, windowID{length: end - from}, end, by)
	if err != nil {
		return err
	}
	j.partners[0] = &Partner{}
	active := map[pathID]bool{}
	for _, id := range j.sorted(sums) {
		s := sums[id]
		if !j.taken(d, id.carrier) || s.messages <= int64(d.Path().Threshold) {
			continue
		}
		active[id] = true
		told, err := j.told(d, id, end-hourSeconds)
		if err != nil {
			return err
		}
		if !told {
			if err := j.tellOver(d, id, s, &rules.Path{Class: id.class, From: from, To: end, Messages: uint64(s.messages), Threshold: d.Path().Threshold}, by); err != nil {
				return err
			}
		}
	}
	return j.rearm(d, active, end-hourSeconds)
}

// detail tells what is told of a partner and carrier apart.
func (id pathID) detail() string { return id.service.String() + "/" + id.class.String() }

// wasTold reports that something was told before.
func (j *judgement) wasTold(d *rules.Detection, id pathID) (was bool, err error) {
	err = j.tx.QueryRow("SELECT EXISTS (SELECT 1 FROM told WHERE rule = ? AND what = ? AND partner = ? AND carrier = ? AND detail = ?)",
		d.ID, d.Path().Kind.String(), j.partners[id.partner].ID, j.carriers[id.carrier].ID, id.detail()).Scan(&was)
	return was, err
}

// told reports that something was told before, and notes that it is.
func (j *judgement) told(d *rules.Detection, id pathID, hour int64) (bool, error) {
	res, err := j.tx.Exec("INSERT OR IGNORE INTO told VALUES (?, ?, ?, ?, ?, ?)", d.ID, d.Path().Kind.String(), j.partners[id.partner].ID, j.carriers[id.carrier].ID, id.detail(), hour)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 0, err
}

// lapse forgets what was told last before a window without any row: such hours are not
// judged, and what was found was gone in them. The future that a wrong clock said is no
// later hour.
func (j *judgement) lapse(d *rules.Detection, hour int64) {
	if w := int64(d.Path().Window / time.Second); w > 0 {
		j.w.exec("DELETE FROM told WHERE rule = ? AND what = ? AND (hour < ? OR hour > ?)", d.ID, d.Path().Kind.String(), hour-w, max(hour, j.book.horizon))
	}
}

// rearm forgets that what is gone in an hour was told, and notes that the rest still is.
// What later hours told, an older capture does not touch.
func (j *judgement) rearm(d *rules.Detection, active map[pathID]bool, hour int64) error {
	keep := map[[3]string]bool{}
	for id := range active {
		keep[[3]string{j.partners[id.partner].ID, j.carriers[id.carrier].ID, id.detail()}] = true
	}
	var told [][3]string
	if err := each(j.tx, "SELECT partner, carrier, detail FROM told WHERE rule = ? AND what = ? AND hour <= ?", func(scan func(...any) error) error {
		var k [3]string
		err := scan(&k[0], &k[1], &k[2])
		told = append(told, k)
		return err
	}, d.ID, d.Path().Kind.String(), hour); err != nil {
		return err
	}
	for _, k := range told {
		query := "DELETE FROM told WHERE hour <= ? AND rule = ? AND what = ? AND partner = ? AND carrier = ? AND detail = ?"
		if keep[k] {
			query = "UPDATE told SET hour = ? WHERE rule = ? AND what = ? AND partner = ? AND carrier = ? AND detail = ?"
		}
		j.w.exec(query, hour, d.ID, d.Path().Kind.String(), k[0], k[1], k[2])
	}
	return j.w.err
}

// tellOver is tell for a sum of a window.
func (j *judgement) tellOver(d *rules.Detection, id pathID, s *pathSum, p *rules.Path, by func(pathID) pathID) (err error) {
	if s.first, err = j.firstOf(d, id, p.From, p.To, by); err == nil {
		j.tell(d, id, s, p, p.To*int64(time.Second))
	}
	return err
}

// tell makes the finding.
func (j *judgement) tell(d *rules.Detection, id pathID, s *pathSum, p *rules.Path, t int64) {
	partner, carrier := j.partners[id.partner], j.carriers[id.carrier]
	p.Kind, p.Partner, p.PartnerName, p.Nation = d.Path().Kind, partner.ID, partner.Name, partner.Country
	p.Service, p.First = id.service, s.first
	for _, x := range partner.Declared {
		if p.Service == signaling.ServiceNone || x.Service != p.Service {
			continue
		}
		if len(x.Carriers) == 0 {
			p.Declared = append(p.Declared, rules.PathDeclaration{Name: x.Name, Use: x.Use.String()})
		}
		for _, c := range x.Carriers {
			p.Declared = append(p.Declared, rules.PathDeclaration{Carrier: c, Name: x.Name, Use: x.Use.String()})
		}
	}
	class := p.Class
	m := &signaling.Message{Time: t, Class: class, Link: &signaling.Link{}}
	f := &rules.Finding{Message: m, Path: p, Rule: d, Carrier: carrier, Evidence: s.evidence, Confidence: confidenceOf(s.evidence)}
	f.Severity, f.Reason = d.PathSeverity(s.evidence, f.Confidence, class)
	if p.Excepted, p.Expired = j.book.opts.Rules.Excepted(f); p.Excepted != nil {
		// What is accepted was not told: it is found when the exception ends, unless it is
		// that a path is new, which it is but once.
		j.w.exec("DELETE FROM told WHERE rule = ? AND what = ? AND partner = ? AND carrier = ? AND detail = ?", d.ID, p.Kind.String(), partner.ID, carrier.ID, id.detail())
	}
	x := &pathFinding{f, id.detail(), p.To - hourSeconds}
	j.w.exec("INSERT OR IGNORE INTO untold VALUES (?, ?, ?, ?, ?, ?)", d.ID, p.Kind.String(), partner.ID, carrier.ID, x.detail, x.hour)
	j.found = append(j.found, x)
}

// confidenceOf is how sure a path is by the evidence alone: a ledger keeps no more.
func confidenceOf(e signaling.Evidence) signaling.Confidence {
	switch e {
	case signaling.EvidenceAdjacent:
		return signaling.ConfidenceHigh
	case signaling.EvidenceHop:
		return signaling.ConfidenceMedium
	}
	return signaling.ConfidenceLow
}
