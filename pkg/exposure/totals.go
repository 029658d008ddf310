package exposure

import (
	"database/sql"
	"maps"
	"slices"
	"sync"
	"time"

	"sigtransit/pkg/partners"
	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

// Path says what is known of the way of a message, for those who want shares.
type Path uint8

// Paths, in the order of what they tell.
const (
	PathNone    Path = iota // nothing proves a carrier
	PathCarrier             // a carrier that is not watched
	PathWatched             // a watched carrier
	NumPaths
)

var pathNames = [NumPaths]string{"unknown", "carrier", "watched"}

func (p Path) String() string { return pathNames[min(p, NumPaths-1)] }

// Exposed is what a Totals counts messages of.
type Exposed struct {
	Carrier    string // id; not Total, not PathUnknown
	Class      signaling.Class
	Direction  signaling.Direction
	Evidence   signaling.Evidence
	Protection signaling.Protection
}

// Whole is what a Totals counts every message once of: what shares are of.
type Whole struct {
	Class     signaling.Class
	Direction signaling.Direction
	Path      Path
}

// OfPartner is messages of a partner: over a carrier, or, with Carrier Total, all of them.
type OfPartner struct {
	Partner, Carrier string
	Class            signaling.Class
}

// Declared says whether the IR.21 of a partner names the carrier that its messages are
// seen over.
type Declared uint8

// Declarations.
const (
	DeclaredUnknown Declared = iota // the partner declares nothing or is not known, or home chose the carrier
	DeclaredYes
	DeclaredNo
	DeclaredAccepted // not declared, and an exception in force accepts it
	NumDeclared
)

var declaredNames = [NumDeclared]string{"unknown", "declared", "undeclared", "accepted"}

func (d Declared) String() string { return declaredNames[min(d, NumDeclared-1)] }

// Over is messages over a carrier, by whether their partner declares it.
type Over struct {
	Carrier  string
	Declared Declared
}

// Window is a span of time, from its start in UTC on, that subscribers are counted in.
type Window uint8

// Windows.
const (
	Hour Window = iota
	Day
	NumWindows
)

var (
	windowNames = [NumWindows]string{"hour", "day"}
	windowSpans = [NumWindows]int64{3600, 86400}
)

func (w Window) String() string { return windowNames[min(w, NumWindows-1)] }

// Subscribers are distinct subscribers of messages that passed a carrier.
type Subscribers struct {
	Carrier string
	Class   signaling.Class
	Window  Window
}

// Totals are counts since a ledger was opened, and the subscribers of the hour and day at
// hand, for metrics: what is asked for every few seconds must not read the database.
// Messages counts never fall, although a second copy may take back what a first one
// told.
type Totals struct {
	Exposed  map[Exposed]Count
	Whole    map[Whole]uint64
	Partners map[OfPartner]uint64 // of CountPartners alone
	// Over has how many messages passed a carrier, and FirstSeen how many partners were
	// seen over it for the first time since the database began; that exceptions accept
	// them, FirstSeen does not tell.
	Over, FirstSeen map[Over]uint64
	// Begin is the first hour that the database ever had, seconds since the epoch; 0: it
	// is empty.
	Begin int64
	// Subscribers has an entry for each carrier and class of the window at hand.
	Subscribers map[Subscribers]uint64
}

// Count is messages, and the answers among them that returned secrets.
type Count struct{ Messages, Secrets uint64 }

// signed is a count that may fall for a while, and the highest that was told of it.
type signed struct{ now, high int64 }

func (s *signed) add(n int64) { s.now += n }

// tell is the count, never less than before. What a batch adds and takes back is not seen.
func (s *signed) tell() uint64 {
	s.high = max(s.high, s.now)
	return uint64(s.high)
}

// totals is kept by the ledger's goroutine and read by others.
type totals struct {
	mu       sync.Mutex
	exposed  map[Exposed]*[2]signed
	whole    map[Whole]*signed
	counted  map[string]bool // partners
	partners map[OfPartner]*signed
	over     map[Over]*signed
	first    map[Over]uint64
	begin    int64
	paths    map[[2]string]bool // partners and carriers seen together, ever
	fresh    [][2]string        // those that the database does not have yet
	starts   [NumWindows]int64  // of the windows at hand
	horizon  int64              // seconds since the epoch: no window at hand begins after it
	windows  map[Subscribers]*window
	scratch  []uint32
}

// window are the subscribers of one of the windows at hand.
type window struct {
	stored Sketch // what the database told when it was opened
	seen   seen
}

func (w *window) estimate() uint64 {
	if w.seen.empty() {
		return w.stored.Estimate()
	}
	// Neither fails for what was made here.
	s, _ := unmarshalSketch(w.seen.marshal())
	_ = s.Merge(&w.stored)
	return s.Estimate()
}

// carried says that evidence means that a carrier was on the path: it read what it saw,
// or could have.
func carried(e signaling.Evidence) bool { return e >= signaling.EvidenceAddress }

// readable says that whoever carries a message can read it. A signature hides nothing.
func readable(p signaling.Protection) bool {
	return p == signaling.Clear || p == signaling.Signed
}

func newTotals() *totals {
	return &totals{exposed: map[Exposed]*[2]signed{}, whole: map[Whole]*signed{}, counted: map[string]bool{}, partners: map[OfPartner]*signed{},
		over: map[Over]*signed{}, first: map[Over]uint64{}, paths: map[[2]string]bool{}, windows: map[Subscribers]*window{}}
}

// count is whom partners' messages are counted of from now on.
func (t *totals) count(partners []string) {
	counted := map[string]bool{}
	for _, id := range partners {
		counted[id] = true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counted = counted
	maps.DeleteFunc(t.partners, func(k OfPartner, _ *signed) bool { return !t.counted[k.Partner] })
}

func entry[K comparable, V any](m map[K]*V, k K) *V {
	v := m[k]
	if v == nil {
		v = new(V)
		m[k] = v
	}
	return v
}

// absorb adds what a recorder counted, its sightings by cell. Exceptions are those of a
// set, nil: there are none. partner tells the id of a partner.
func (t *totals) absorb(x *batch, sightings []sighting, horizon int64, set *rules.Set, partner func(n uint32) *Partner) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.horizon = horizon
	first := uint32(0)
	for i := range x.cells {
		c := &x.cells[i]
		if h := hourOf(c.hour); h >= noClock && (t.begin == 0 || h < t.begin) {
			t.begin = h
		}
		carrier := x.carrierOf(c)
		t.cell(c, partner(uint32(c.key>>shiftPartner&maxPartner)), carrier, set)
		end := x.ends[i]
		t.subscribers(c, carrier, sightings[first:end])
		first = end
	}
}

// carrierOf is the id of the carrier of a cell.
func (b *batch) carrierOf(c *cell) string {
	if n := c.key >> shiftCarrier & 0xffff; n != totalCarrier {
		return b.carriers[n-1].ID
	}
	return Total
}

// cell adds what was counted of a key.
func (t *totals) cell(c *cell, p *Partner, carrier string, set *rules.Set) {
	partner := p.ID
	class, direction := signaling.Class(c.key>>shiftClass&15), signaling.Direction(c.key>>shiftDirection&7)
	evidence := signaling.Evidence(c.key >> shiftEvidence & 7)
	if t.counted[partner] && (carrier == Total || carried(evidence)) {
		entry(t.partners, OfPartner{partner, carrier, class}).add(c.messages)
	}
	if carrier != Total {
		x := entry(t.exposed, Exposed{carrier, class, direction, evidence, signaling.Protection(c.key >> shiftProtection & 7)})
		x[0].add(c.messages)
		x[1].add(c.secrets)
		if carried(evidence) {
			o := Over{carrier, p.declares(carrier, hourOf(c.hour))}
			if o.Declared == DeclaredNo && evidence == signaling.EvidenceAdjacent && set != nil && set.HomeCarrier(carrier) {
				o.Declared = DeclaredUnknown // home chose it, and what the partner declares lies behind it
			}
			over := o
			if o.Declared == DeclaredNo && set != nil &&
				set.AcceptsUndeclared(partner, carrier, signaling.Service(c.key>>shiftService&3), class, hourOf(c.hour)*int64(time.Second)) {
				over.Declared = DeclaredAccepted
			}
			entry(t.over, over).add(c.messages)
			if pair := [2]string{partner, carrier}; partner != "" && partner != Other && !t.paths[pair] && len(t.paths) < maxPaths {
				t.paths[pair] = true
				t.fresh = append(t.fresh, pair)
				t.first[o]++
			}
		}
		return
	}
	path := PathNone
	switch {
	case carried(signaling.Evidence(c.key >> shiftWatched & 7)):
		path = PathWatched
	case carried(evidence):
		path = PathCarrier
	}
	entry(t.whole, Whole{class, direction, path}).add(c.messages)
}

// maxPaths bounds the pairs of partners and carriers that are remembered: partners come
// from the wire.
const maxPaths = 1 << 18

// declares says whether a partner names a carrier, for whatever service, in an hour.
func (p *Partner) declares(carrier string, hour int64) Declared {
	at, any := time.Unix(hour+hourSeconds-1, 0), false
	for i := range p.Declared {
		d := &p.Declared[i]
		if partners.Ahead(d.Since, at) {
			continue
		}
		if any = true; slices.Contains(d.Carriers, carrier) {
			return DeclaredYes
		}
	}
	if !any {
		return DeclaredUnknown
	}
	return DeclaredNo
}

// subscribers notes the subscribers of messages that a carrier could read.
func (t *totals) subscribers(c *cell, carrier string, list []sighting) {
	if len(list) == 0 || carrier == Total || !carried(signaling.Evidence(c.key>>shiftEvidence&7)) || !readable(signaling.Protection(c.key>>shiftProtection&7)) {
		return
	}
	for w := range NumWindows {
		if t.within(w, hourOf(c.hour)) {
			x := entry(t.windows, Subscribers{carrier, signaling.Class(c.key >> shiftClass & 15), w})
			t.scratch = x.seen.add(list, t.scratch[:0])
		}
	}
}

// within makes the window of an hour the one at hand if it is a later one, but none of
// the future, and reports whether the hour is in the window at hand.
func (t *totals) within(w Window, hour int64) bool {
	start := hour - hour%windowSpans[w]
	if start > t.horizon {
		return false
	}
	if start > t.starts[w] || t.starts[w] > t.horizon {
		t.starts[w] = start
		maps.DeleteFunc(t.windows, func(k Subscribers, _ *window) bool { return k.Window == w })
	}
	return start == t.starts[w]
}

// openPaths makes the table of partners and carriers that were seen together. One look at
// all rows makes it of a ledger that has none.
func openPaths(db *sql.DB) error {
	var there bool
	if err := db.QueryRow("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'paths')").Scan(&there); err != nil || there {
		return err
	}
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.Exec(`CREATE TABLE paths (partner INTEGER NOT NULL, carrier INTEGER NOT NULL, PRIMARY KEY (partner, carrier)) WITHOUT ROWID;
		INSERT INTO paths SELECT DISTINCT e.partner, e.carrier FROM exposure e JOIN carriers c ON c.id = e.carrier
		JOIN keys k ON k.id = e.key WHERE c.name <> '*' AND k.evidence IN ('address', 'hop', 'adjacent')`); err != nil {
		return err
	}
	return tx.Commit()
}

// write notes who was seen together since the last commit.
func (t *totals) write(w *writer) {
	for _, pair := range t.fresh {
		w.exec("INSERT OR IGNORE INTO paths SELECT p.id, c.id FROM partners p, carriers c WHERE p.name = ? AND c.name = ?", pair[0], pair[1])
	}
}

// drop forgets them.
func (t *totals) drop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, pair := range t.fresh {
		delete(t.paths, pair)
	}
	t.fresh = nil
}

// recall takes up the subscribers of the day at hand, and what was seen over what, from
// what is stored.
func (t *totals) recall(path string, now time.Time) error {
	r, err := OpenForReading(path)
	if err != nil {
		return err
	}
	defer r.Close()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.horizon = now.Unix() + ahead
	err = each(r.tx, "SELECT p.name, c.name FROM paths x JOIN partners p ON p.id = x.partner JOIN carriers c ON c.id = x.carrier", func(scan func(...any) error) error {
		var pair [2]string
		err := scan(&pair[0], &pair[1])
		t.paths[pair] = true
		return err
	})
	if err == nil {
		t.begin, err = began(r.tx)
	}
	if err != nil {
		return err
	}
	return r.Rows(now.UTC().Truncate(24*time.Hour), time.Time{}, func(x *Row) error {
		if x.Carrier == Total || x.Carrier == PathUnknown || !carried(x.Evidence) || !readable(x.Protection) || x.Span != windowSpans[Hour] {
			return nil
		}
		for w := range NumWindows {
			if t.within(w, x.Hour) {
				if err := entry(t.windows, Subscribers{x.Carrier, x.Class, w}).stored.Merge(&x.Subscribers); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// Totals are the totals as of the last second. Subscribers are those of the windows that
// now is in: where nothing came since an hour began, there are none.
func (l *Ledger) Totals(now time.Time) Totals {
	t := l.book.totals
	t.mu.Lock()
	defer t.mu.Unlock()
	out := Totals{Exposed: make(map[Exposed]Count, len(t.exposed)), Whole: make(map[Whole]uint64, len(t.whole)),
		Partners: make(map[OfPartner]uint64, len(t.partners)),
		Over:     make(map[Over]uint64, len(t.over)), FirstSeen: maps.Clone(t.first), Begin: t.begin, Subscribers: make(map[Subscribers]uint64, len(t.windows))}
	for k, x := range t.exposed {
		out.Exposed[k] = Count{x[0].tell(), x[1].tell()}
	}
	for k, x := range t.whole {
		out.Whole[k] = x.tell()
	}
	for k, x := range t.partners {
		out.Partners[k] = x.tell()
	}
	for k, x := range t.over {
		out.Over[k] = x.tell()
	}
	for k, x := range t.windows {
		if start := t.starts[k.Window]; now.Unix() < start+windowSpans[k.Window] {
			out.Subscribers[k] = x.estimate()
		}
	}
	return out
}

// CountPartners sets the partners whose messages Totals counts. It may be called at any
// time.
func (l *Ledger) CountPartners(ids []string) { l.book.totals.count(ids) }
