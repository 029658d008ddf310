package exposure

import (
	"cmp"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"time"

	"sigtransit/pkg/partners"
	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

// Bounds of what a book holds in memory.
const (
	// maxRecent is how many subscribers may wait for the sketches to be written.
	maxRecent = 1 << 20
	// maxHeld is how many rows are held in all: more than fit into an hour or two are
	// there only while the ledger cannot be written.
	maxHeld = 1 << 18
	// manyListed are enough hours covered, findings by hour and links to be written; twice
	// as many are held while they cannot be.
	manyListed = 1 << 14
	// rowsAhead is how many rows subscribers are entered into together.
	rowsAhead = 32
)

// book is what the ledger's goroutine holds in memory: names and their numbers, rows
// whose counts are not written yet, sketches that change.
type book struct {
	db   *sql.DB
	opts *Options

	partners map[string]*partnerEntry
	carriers map[string]*carrierEntry
	keys     map[uint64]*keyEntry // by the part of a cell's key without partner and carrier
	words    map[keyWords]*keyEntry
	sources  map[string]*nameEntry

	rows    map[rowID]*row
	dirty   []*row                       // with counts or subscribers that are not written
	perHour map[int64]map[rowID]struct{} // rows that an hour has, written or not
	recent  int                          // weight of what rows saw recently
	fetched uint32                       // what fetch read, so that it is read

	covered  map[coverID]*Counts
	findings map[findingID]int64
	links    map[linkID]*link
	linksOf  map[int64]int // by carrier, but for the one that stands for others
	changed  []*link       // that are not written
	counting *counting     // nil: no file, but a port
	first    int64         // recording since it was opened; 0: none
	// delivered are findings about paths that were told since the last commit.
	delivered []*pathFinding

	newest   int64          // hour
	last     int64          // capture time of the last message, nanoseconds
	horizon  int64          // seconds since the epoch: no capture time after it moves newest and last
	unjudged map[int64]bool // hours that the rules about paths did not look at; true: the database knows
	untold   map[int64]bool // hours among them with findings of before the ledger was opened, which nobody was told
	sketched time.Time
	swept    int64     // hour of the newest row, in hours, when old rows were swept
	sweptAt  time.Time // when they last were, or could not be
	unswept  error     // why they could not be
	held     bool      // told that rows do not grow old by the newest (settled.go)
	err      error     // of the last commit
	stats    Stats
	totals   *totals
}

type partnerEntry struct {
	id       int64
	p        Partner
	declared string
	stale    bool // not written yet
}

type carrierEntry struct {
	id      int64
	name    string
	title   string
	watched bool
	stale   bool
}

type keyEntry struct {
	id    int64
	words keyWords
	stale bool
}

type nameEntry struct {
	id    int64
	name  string
	stale bool
}

// keyWords is a key as the database has it.
type keyWords struct{ service, class, direction, evidence, watched, protection, subscriber string }

func wordsOf(key uint64) keyWords {
	return keyWords{
		signaling.Service(key >> shiftService & 3).String(), signaling.Class(key >> shiftClass & 15).String(), signaling.Direction(key >> shiftDirection & 7).String(),
		signaling.Evidence(key >> shiftEvidence & 7).String(), signaling.Evidence(key >> shiftWatched & 7).String(),
		signaling.Protection(key >> shiftProtection & 7).String(), signaling.Whose(key & 3).String(),
	}
}

type rowID struct{ hour, partner, carrier, key int64 }

// row is a row of an hour, as far as it is not written.
type row struct {
	rowID
	messages, dialogues, secrets, refused, first int64
	changed                                      bool // in dirty
	// recent are the subscribers since the sketch was written; those in fresh, and behind
	// its raised registers, stand nowhere in the database yet.
	recent seen
	fresh  []uint32
}

type coverID struct{ hour, source int64 }

type findingID struct {
	hour     int64
	rule     string
	severity signaling.Severity
}

// linkID is a link of a carrier; hash 0: those that are not told apart.
type linkID struct{ carrier, hash int64 }

// link is when and how a link was seen.
type link struct {
	linkID
	protection        string
	first, last, more int64
	stale             bool // not written yet
}

// maxLinks are the links of a carrier that are told apart: a carrier has some dozens with
// one operator, a forger any number.
const maxLinks = 4096

// link notes that a link was seen in an hour. The last one says how it is protected.
func (b *book) link(id linkID, hour int64, p signaling.Protection) {
	k := b.links[id]
	if k == nil && b.linksOf[id.carrier] >= maxLinks {
		id.hash = 0
		k = b.links[id]
	}
	if k == nil {
		k = &link{linkID: id, first: hour, last: hour}
		b.keepLink(k)
	}
	if id.hash == 0 {
		k.more++
	} else if hour >= k.last {
		k.protection = p.String()
	}
	k.first, k.last = min(k.first, hour), max(k.last, hour)
	if !k.stale {
		k.stale = true
		b.changed = append(b.changed, k)
	}
}

func (b *book) keepLink(k *link) {
	b.links[k.linkID] = k
	if k.hash != 0 {
		b.linksOf[k.carrier]++
	}
}

func (b *book) dropLink(id linkID) {
	delete(b.links, id)
	if id.hash != 0 {
		b.linksOf[id.carrier]--
	}
}

// open reads the names that a database has.
func (b *book) open(db *sql.DB, o *Options) error {
	*b = book{
		db: db, opts: o, sketched: o.Now(), totals: newTotals(),
		partners: map[string]*partnerEntry{}, carriers: map[string]*carrierEntry{}, keys: map[uint64]*keyEntry{}, words: map[keyWords]*keyEntry{}, sources: map[string]*nameEntry{},
		rows: map[rowID]*row{}, perHour: map[int64]map[rowID]struct{}{}, covered: map[coverID]*Counts{}, findings: map[findingID]int64{}, links: map[linkID]*link{}, linksOf: map[int64]int{}, unjudged: map[int64]bool{}, untold: map[int64]bool{},
	}
	err := each(db, "SELECT id, name, title, country, declared FROM partners", func(scan func(...any) error) error {
		e := &partnerEntry{}
		if err := scan(&e.id, &e.p.ID, &e.p.Name, &e.p.Country, &e.declared); err != nil {
			return err
		}
		b.partners[e.p.ID] = e
		return nil
	})
	if err == nil {
		err = each(db, "SELECT id, name, title, watched FROM carriers", func(scan func(...any) error) error {
			e := &carrierEntry{}
			if err := scan(&e.id, &e.name, &e.title, &e.watched); err != nil {
				return err
			}
			b.carriers[e.name] = e
			return nil
		})
	}
	if err == nil {
		err = each(db, "SELECT id, service, class, direction, evidence, watched, protection, subscriber FROM keys", func(scan func(...any) error) error {
			e := &keyEntry{}
			w := &e.words
			if err := scan(&e.id, &w.service, &w.class, &w.direction, &w.evidence, &w.watched, &w.protection, &w.subscriber); err != nil {
				return err
			}
			b.words[*w] = e
			return nil
		})
	}
	if err == nil {
		err = each(db, "SELECT id, name FROM sources", func(scan func(...any) error) error {
			e := &nameEntry{}
			if err := scan(&e.id, &e.name); err != nil {
				return err
			}
			b.sources[e.name] = e
			return nil
		})
	}
	if err == nil {
		err = each(db, "SELECT carrier, hash, protection, first, last, more FROM carrier_links", func(scan func(...any) error) error {
			k := &link{}
			if err := scan(&k.carrier, &k.hash, &k.protection, &k.first, &k.last, &k.more); err != nil {
				return err
			}
			b.keepLink(k)
			return nil
		})
	}
	if err == nil {
		b.look()
		err = db.QueryRow("SELECT coalesce(max(hour), 0) FROM exposure WHERE hour <= ?", b.horizon).Scan(&b.newest)
	}
	if err == nil {
		err = cmp.Or(openPaths(db), b.openUntold())
	}
	if err == nil {
		err = each(db, "SELECT hour FROM open_hours", func(scan func(...any) error) error {
			var h int64
			err := scan(&h)
			b.unjudged[h] = true
			return err
		})
	}
	if err == nil {
		// What a kill left behind.
		err = b.mend()
	}
	return err
}

// each runs a query and hands every row to f.
func each(db interface {
	Query(string, ...any) (*sql.Rows, error)
}, query string, f func(scan func(...any) error) error, args ...any) error {
	rows, err := db.Query(query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// ahead is how far the clock of a capture may be ahead of the machine's. Captures may be
// of any time of the past; a frame of the future has a wrong clock, and counts in the
// hour that it says, but does not make the hours before it old.
const ahead = int64(time.Hour / time.Second)

// look asks the machine's clock how late it may be. Where it was ahead itself and was
// set, what was believed is let go, and known again with the next message.
func (b *book) look() {
	b.horizon = b.opts.Now().Unix() + ahead
	if b.newest > b.horizon {
		b.newest = 0
	}
	if b.last/int64(time.Second) > b.horizon {
		b.last = 0
	}
}

// absorb adds what a recorder counted.
func (b *book) absorb(x *batch) {
	b.look()
	if x.last/int64(time.Second) <= b.horizon {
		b.last = max(b.last, x.last)
	}
	rows := make([]*row, len(x.cells))
	for i := range x.cells {
		rows[i] = b.cell(x, &x.cells[i])
	}
	sightings := x.byCell()
	b.totals.absorb(x, sightings, b.horizon, b.opts.Rules, func(n uint32) *Partner { return &b.partner(x, n).p })
	// What rows saw is spread over memory: it is waited for together, for some rows at a time.
	of := func(i int) []sighting {
		if i == 0 {
			return sightings[:x.ends[0]]
		}
		return sightings[x.ends[i-1]:x.ends[i]]
	}
	for from := 0; from < len(rows); from += rowsAhead {
		to := min(from+rowsAhead, len(rows))
		for i := from; i < to; i++ {
			if r := rows[i]; r != nil {
				b.fetched += r.recent.fetch(of(i))
			}
		}
		for i := from; i < to; i++ {
			if r, list := rows[i], of(i); r != nil && len(list) != 0 {
				b.subscribers(r, list)
			}
		}
	}
	for i := range x.findings {
		f := &x.findings[i]
		id := findingID{hourOf(f.hour), f.rule.ID, f.severity}
		if b.findings[id] == 0 && b.listed() >= 2*manyListed {
			b.stats.Lost += uint64(f.n)
			continue
		}
		b.findings[id] += f.n
	}
	for i := range x.links {
		k := &x.links[i]
		b.link(linkID{b.carrier(k.carrier).id, k.hash}, hourOf(k.hour), k.protection)
	}
	for i := range x.covered {
		c := &x.covered[i]
		id := coverID{hourOf(c.hour), b.source(c.source).id}
		if b.covered[id] == nil {
			if b.listed() >= 2*manyListed {
				b.stats.LostFrames += c.Frames
				continue
			}
			b.covered[id] = &Counts{}
		}
		b.covered[id].add(&c.Counts)
	}
	b.stats.Lost += x.lost
	b.stats.LostSubscribers += x.lostSubscribers
	b.stats.LostFrames += x.lostFrames
}

// hourOf is the start of an hour of a recorder.
func hourOf(h uint32) int64 { return (int64(h) - 1) * 3600 }

// cell adds a cell to its row and returns it; nil: there is no room.
func (b *book) cell(x *batch, c *cell) *row {
	p := b.partner(x, uint32(c.key>>shiftPartner&maxPartner))
	carrier := b.carriers[Total]
	if n := c.key >> shiftCarrier & 0xffff; n != totalCarrier {
		carrier = b.carrier(x.carriers[n-1])
	} else {
		if carrier == nil {
			carrier = &carrierEntry{id: int64(len(b.carriers)) + 1, name: Total, stale: true}
			b.carriers[Total] = carrier
		}
		b.stats.Messages += uint64(c.messages)
	}
	id := rowID{hourOf(c.hour), p.id, carrier.id, b.keyEntry(c.key).id}
	r := b.row(id)
	if r == nil && p.p.ID != Other {
		b.stats.Capped += uint64(max(c.messages, 0))
		id.partner = b.other().id
		r = b.row(id)
	}
	if r == nil {
		b.stats.Lost += uint64(max(c.messages, 0))
		return nil
	}
	if r.messages == 0 && r.first == 0 || c.first < r.first {
		r.first = c.first
	}
	r.messages += c.messages
	r.dialogues += c.dialogues
	r.secrets += c.secrets
	r.refused += c.refused
	b.change(r)
	if id.hour <= b.horizon {
		b.newest = max(b.newest, id.hour)
	}
	if _, ok := b.unjudged[id.hour]; !ok {
		b.unjudged[id.hour] = false
	}
	return r
}

func (b *book) change(r *row) {
	if !r.changed {
		r.changed = true
		b.dirty = append(b.dirty, r)
	}
}

// row is the row of an id, made if it may be.
func (b *book) row(id rowID) *row {
	if r := b.rows[id]; r != nil {
		return r
	}
	there := b.perHour[id.hour]
	if there == nil {
		there = b.stored(id.hour)
		b.perHour[id.hour] = there
	}
	limit := b.opts.MaxRows
	if e := b.partners[Other]; e != nil && e.id == id.partner {
		limit *= 2
	}
	if _, ok := there[id]; !ok && len(there) >= limit || len(b.rows) >= maxHeld {
		return nil
	}
	there[id] = struct{}{}
	r := &row{rowID: id}
	b.rows[id] = r
	return r
}

// stored are the rows that the database has of an hour. A failure to read them counts as
// an empty hour: the cap is there against floods.
func (b *book) stored(hour int64) map[rowID]struct{} {
	ids := map[rowID]struct{}{}
	_ = each(b.db, "SELECT partner, carrier, key FROM exposure WHERE hour = ? AND span = 3600", func(scan func(...any) error) error {
		id := rowID{hour: hour}
		err := scan(&id.partner, &id.carrier, &id.key)
		ids[id] = struct{}{}
		return err
	}, hour)
	return ids
}

// subscribers notes the subscribers of a row, once between two writings of its sketch.
// The row has changed: they stand in a cell of it.
func (b *book) subscribers(r *row, list []sighting) {
	if b.recent >= 2*maxRecent {
		b.stats.LostSubscribers += uint64(len(list))
		return
	}
	was := r.recent.weight()
	r.fresh = r.recent.add(list, r.fresh)
	b.recent += r.recent.weight() - was
}

func (b *book) partner(x *batch, n uint32) *partnerEntry {
	if n == otherPartner {
		return b.other()
	}
	var p Partner
	if n != 0 && x.partners != nil {
		p, _ = x.partners(n)
	}
	e := b.partners[p.ID]
	if e == nil {
		e = &partnerEntry{id: int64(len(b.partners)) + 1, p: p, declared: declarations(p.Declared), stale: true}
		b.partners[p.ID] = e
		return e
	}
	if p.ID == "" {
		return e
	}
	if e.p.Name != p.Name || e.p.Country != p.Country {
		e.p.Name, e.p.Country, e.stale = p.Name, p.Country, true
	}
	if p.Declared != nil && (e.p.Declared == nil || len(p.Declared) != len(e.p.Declared) || len(p.Declared) != 0 && &p.Declared[0] != &e.p.Declared[0]) {
		// Another table of partners, or that of a former run. Who is known from numbering data
		// only says nothing new.
		e.p.Declared = p.Declared
		if d := declarations(p.Declared); d != e.declared {
			e.declared, e.stale = d, true
		}
	}
	return e
}

func (b *book) other() *partnerEntry {
	e := b.partners[Other]
	if e == nil {
		e = &partnerEntry{id: int64(len(b.partners)) + 1, p: Partner{ID: Other}, stale: true}
		b.partners[Other] = e
	}
	return e
}

// declaration is a declaration as the database has it.
type declaration struct {
	Service  string   `json:"service"`
	Name     string   `json:"name"`
	Carriers []string `json:"carriers,omitempty"`
	Use      string   `json:"use"`
	Since    string   `json:"since,omitempty"` // a date
}

func declarations(list []partners.Declaration) string {
	if list == nil {
		return ""
	}
	out := make([]declaration, len(list))
	for i, d := range list {
		out[i] = declaration{Service: d.Service.String(), Name: d.Name, Carriers: d.Carriers, Use: d.Use.String()}
		if !d.Since.IsZero() {
			out[i].Since = d.Since.Format(time.DateOnly)
		}
	}
	b, _ := json.Marshal(out) // strings only
	return string(b)
}

func (b *book) carrier(c *rules.Carrier) *carrierEntry {
	e := b.carriers[c.ID]
	if e == nil {
		e = &carrierEntry{id: int64(len(b.carriers)) + 1, name: c.ID}
		b.carriers[c.ID] = e
		e.stale = true
	}
	if e.title != c.Name || e.watched != c.Watched {
		e.title, e.watched, e.stale = c.Name, c.Watched, true
	}
	return e
}

func (b *book) keyEntry(key uint64) *keyEntry {
	key &= 1<<shiftCarrier - 1
	if e := b.keys[key]; e != nil {
		return e
	}
	w := wordsOf(key)
	e := b.words[w]
	if e == nil {
		e = &keyEntry{id: int64(len(b.words)) + 1, words: w, stale: true}
		b.words[w] = e
	}
	b.keys[key] = e
	return e
}

func (b *book) source(name string) *nameEntry {
	e := b.sources[name]
	if e == nil {
		e = &nameEntry{id: int64(len(b.sources)) + 1, name: name, stale: true}
		b.sources[name] = e
	}
	return e
}

func (b *book) pending() int {
	n := len(b.dirty) + b.listed() + len(b.delivered)
	if b.counting != nil && b.counting.ended {
		n++
	}
	return n
}

// listed is how many hours covered, findings by hour and links wait.
func (b *book) listed() int { return len(b.covered) + len(b.findings) + len(b.changed) }

// relieve writes before the next tick when there is a lot.
func (b *book) relieve() {
	if b.recent >= maxRecent || len(b.rows) >= maxHeld/2 || b.listed() >= manyListed {
		b.commit(true)
	}
}

// keyOctets begins what appendKeys makes. Before form 2 of a ledger there were hashes of
// eight octets and nothing before them.
const keyOctets = 4

// appendKeys makes keys what the database has of them.
func appendKeys(to []byte, keys []uint32) []byte {
	to = append(to, keyOctets)
	for _, k := range keys {
		to = binary.LittleEndian.AppendUint32(to, k)
	}
	return to
}

// appendHashes reads what the database has of keys.
func appendHashes(to []uint64, b []byte) []uint64 {
	if len(b)%8 == 0 {
		for ; len(b) != 0; b = b[8:] {
			to = append(to, binary.LittleEndian.Uint64(b))
		}
		return to
	}
	for b = b[1:]; len(b) >= keyOctets; b = b[keyOctets:] {
		to = append(to, hashOf(binary.LittleEndian.Uint32(b)))
	}
	return to
}
