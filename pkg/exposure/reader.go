package exposure

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"sigtransit/pkg/partners"
	"sigtransit/pkg/signaling"
	"sigtransit/pkg/trust"
)

// Reader reads a ledger, also one that is being recorded into. It must not be used by
// two goroutines at once.
type Reader struct {
	path string
	db   *sql.DB
	tx   *sql.Tx // one look: what comes meanwhile is not in it
	form int
}

// OpenForReading opens a ledger. What is read is the state of the moment it was opened.
func OpenForReading(path string) (*Reader, error) {
	exists, err := look(path)
	if err == nil && !exists {
		if _, err = os.Stat(path); err == nil {
			err = ErrNotLedger
		}
	}
	if err != nil {
		return nil, explain(path, err)
	}
	r := &Reader{path: path}
	if err = r.open("mode=ro"); err != nil && !errors.Is(err, ErrNotLedger) && !errors.Is(err, ErrNewer) {
		// In a folder that is read only, or on a full disk, SQLite cannot make the files that
		// readers share; without writers it needs none. It may have begun to make them.
		if i, e := os.Stat(resolved(path) + "-wal"); errors.Is(e, os.ErrNotExist) || e == nil && i.Size() == 0 {
			if r.open("mode=ro", "immutable=1") == nil {
				err = nil
			}
		}
	}
	if err != nil {
		return nil, explain(path, err)
	}
	return r, nil
}

func (r *Reader) open(params ...string) (err error) {
	if r.db, err = openDB(r.path, append(params, "_pragma=busy_timeout(5000)")...); err != nil {
		return err
	}
	var app int
	if r.tx, err = r.db.Begin(); err == nil {
		if err = r.tx.QueryRow("PRAGMA application_id").Scan(&app); err == nil {
			err = r.tx.QueryRow("PRAGMA user_version").Scan(&r.form)
		}
	}
	if err == nil && app == 0 {
		var tables int
		if err = r.tx.QueryRow("SELECT count(*) FROM sqlite_schema").Scan(&tables); err == nil && tables == 0 {
			err = fmt.Errorf("%w yet: its making was cut short; record into it to have it made", ErrNotLedger)
		}
	}
	if err == nil {
		err = check(app, r.form)
	}
	if err == nil {
		// What is damaged shows early.
		err = r.tx.QueryRow("SELECT count(*) FROM meta").Scan(&app)
	}
	if err != nil {
		r.Close()
	}
	return err
}

// Close closes the ledger.
func (r *Reader) Close() error {
	if r.tx != nil {
		r.tx.Rollback()
	}
	return r.db.Close()
}

// bounds are the seconds of a range of time; zero times are open ends.
func bounds(from, to time.Time) (a, z int64) {
	a, z = -1<<62, 1<<62
	if !from.IsZero() {
		a = from.Unix()
	}
	if !to.IsZero() {
		z = to.Unix()
	}
	return a, z
}

// Rows hands the rows of the hours that begin from from on and before to to fn, ordered
// by hour, partner, carrier and key; a zero time is an open end. Rows of PathUnknown are
// made of the totals. fn must not keep the row; what it returns ends the walk.
func (r *Reader) Rows(from, to time.Time, fn func(*Row) error) error {
	a, z := bounds(from, to)
	fresh := map[rowID][]uint64{}
	if err := each(r.tx, "SELECT hour, partner, carrier, key, hashes FROM fresh WHERE hour >= ? AND hour < ?", func(scan func(...any) error) error {
		var id rowID
		var blob []byte
		if err := scan(&id.hour, &id.partner, &id.carrier, &id.key, &blob); err != nil {
			return err
		}
		fresh[id] = appendHashes(fresh[id], blob)
		return nil
	}, a, z); err != nil {
		return explain(r.path, err)
	}
	// The rows of one hour and partner, so that those of unknown path stand first.
	var stop error
	err := each(r.tx, `SELECT e.hour, e.span, e.partner, e.carrier, e.key, p.name, c.name, k.service, k.class, k.direction, k.evidence, k.watched, k.protection, k.subscriber,
		e.messages, e.dialogues, e.secrets, e.refused, e.first, s.sketch
		FROM exposure e JOIN partners p ON p.id = e.partner JOIN carriers c ON c.id = e.carrier JOIN keys k ON k.id = e.key
		LEFT JOIN subscribers s ON s.hour = e.hour AND s.span = e.span AND s.partner = e.partner AND s.carrier = e.carrier AND s.key = e.key
		WHERE e.hour >= ? AND e.hour < ? ORDER BY e.hour, e.span, p.name, c.name, k.service, k.class, k.direction, k.evidence, k.watched, k.protection, k.subscriber`,
		func(scan func(...any) error) error {
			var id rowID
			var x Row
			var w keyWords
			var blob []byte
			var n [4]int64
			if err := scan(&id.hour, &x.Span, &id.partner, &id.carrier, &id.key, &x.Partner, &x.Carrier, &w.service, &w.class, &w.direction, &w.evidence, &w.watched,
				&w.protection, &w.subscriber, &n[0], &n[1], &n[2], &n[3], &x.First, &blob); err != nil {
				return err
			}
			x.Hour = id.hour
			w.into(&x.Key)
			// A second copy may have come in the hour after the first.
			x.Messages, x.Dialogues, x.Secrets, x.Refused = uint64(max(n[0], 0)), uint64(max(n[1], 0)), uint64(max(n[2], 0)), uint64(max(n[3], 0))
			var err error
			if x.Subscribers, err = unmarshalSketch(blob); err != nil {
				return err
			}
			if x.Span == hourSeconds {
				for _, h := range fresh[id] {
					x.Subscribers.insert(h)
				}
			}
			if x.Messages == 0 {
				return nil
			}
			if stop = fn(&x); stop == nil && x.Carrier == Total && x.Evidence <= signaling.EvidenceDeclared && x.Evidence != signaling.EvidenceGroup {
				x.Carrier = PathUnknown
				stop = fn(&x)
			}
			return stop
		}, a, z)
	if stop != nil {
		return stop
	}
	return explain(r.path, err)
}

// into reads the words of a key. Words of a newer version are unknown.
func (w *keyWords) into(k *Key) {
	k.Service, _ = signaling.ParseService(w.service)
	k.Class, _ = signaling.ParseClass(w.class)
	k.Direction, _ = signaling.ParseDirection(w.direction)
	k.Evidence, _ = signaling.ParseEvidence(w.evidence)
	k.Watched, _ = signaling.ParseEvidence(w.watched)
	k.Protection, _ = signaling.ParseProtection(w.protection)
	k.Subscriber, _ = signaling.ParseWhose(w.subscriber)
}

// Partners are the partners of any row, ordered by id.
func (r *Reader) Partners() (list []Partner, err error) {
	err = each(r.tx, "SELECT name, title, country, declared FROM partners WHERE name <> '' ORDER BY name", func(scan func(...any) error) error {
		var p Partner
		var declared string
		if err := scan(&p.ID, &p.Name, &p.Country, &declared); err != nil {
			return err
		}
		p.Declared = declarationsOf(declared)
		list = append(list, p)
		return nil
	})
	return list, explain(r.path, err)
}

func declarationsOf(text string) (list []partners.Declaration) {
	var from []declaration
	if text == "" || json.Unmarshal([]byte(text), &from) != nil {
		return nil
	}
	list = []partners.Declaration{}
	for _, d := range from {
		x := partners.Declaration{Name: d.Name, Carriers: d.Carriers}
		x.Service, _ = signaling.ParseService(d.Service)
		x.Since, _ = time.Parse(time.DateOnly, d.Since) // zero: not said
		for u := range partners.NumUses {
			if u.String() == d.Use {
				x.Use = u
			}
		}
		list = append(list, x)
	}
	return list
}

// Carrier is a carrier of any row or link.
type Carrier struct {
	ID, Name string
	Watched  bool
}

// Carriers are the carriers of any row or link, ordered by id.
func (r *Reader) Carriers() (list []Carrier, err error) {
	err = each(r.tx, "SELECT name, title, watched FROM carriers WHERE name <> '*' ORDER BY name", func(scan func(...any) error) error {
		var c Carrier
		if err := scan(&c.ID, &c.Name, &c.Watched); err != nil {
			return err
		}
		list = append(list, c)
		return nil
	})
	return list, explain(r.path, err)
}

// Coverage is what was read of a source in an hour or day.
type Coverage struct {
	Hour, Span int64
	// Hours has a bit for each hour of the span that frames came in, the first one the lowest;
	// 0: the ledger has a day of it and does not know which.
	Hours  uint32
	Source string
	Counts
}

// Coverage are the hours that frames came in, ordered by hour and source.
func (r *Reader) Coverage(from, to time.Time) (list []Coverage, err error) {
	a, z := bounds(from, to)
	type id struct {
		hour, span int64
		source     string
	}
	at := map[id]int{}
	hours := "c.hours"
	if r.form < 3 {
		hours = "NULL"
	}
	err = each(r.tx, `SELECT c.hour, c.span, s.name, c.frames, c.bytes, c.decoded, c.not_signaling, c.undecoded, c.drops, `+hours+` FROM coverage c JOIN sources s ON s.id = c.source
		WHERE c.hour >= ? AND c.hour < ? ORDER BY c.hour, c.span, s.name`, func(scan func(...any) error) error {
		var c Coverage
		var hours sql.NullInt64
		if err := scan(&c.Hour, &c.Span, &c.Source, &c.Frames, &c.Bytes, &c.Decoded, &c.NotSignaling, &c.Undecoded, &c.Drops, &hours); err != nil {
			return err
		}
		if c.Hours = uint32(hours.Int64 & (1<<24 - 1)); c.Span == hourSeconds {
			c.Hours = 1
		}
		at[id{c.Hour, c.Span, c.Source}] = len(list)
		list = append(list, c)
		return nil
	}, a, z)
	if err == nil {
		err = each(r.tx, `SELECT c.hour, c.span, s.name, c.condition, c.bad, c.whole, c.raised FROM conditions c JOIN sources s ON s.id = c.source
			WHERE c.hour >= ? AND c.hour < ?`, func(scan func(...any) error) error {
			var i id
			var name string
			var bad, whole, raised uint64
			if err := scan(&i.hour, &i.span, &i.source, &name, &bad, &whole, &raised); err != nil {
				return err
			}
			n, ok := at[i]
			if !ok {
				return nil
			}
			for c := range trust.NumConditions {
				if c.String() == name {
					list[n].Trust[c], list[n].Raised[c] = trust.Sample{Bad: bad, Of: whole}, raised
				}
			}
			return nil
		}, a, z)
	}
	return list, explain(r.path, err)
}

// FindingCount is how many findings a rule made with a severity in an hour or day.
type FindingCount struct {
	Hour, Span int64
	Rule       string
	Severity   signaling.Severity
	N          uint64
}

// Findings are the findings by rule, ordered by hour, rule and severity.
func (r *Reader) Findings(from, to time.Time) (list []FindingCount, err error) {
	a, z := bounds(from, to)
	err = each(r.tx, "SELECT hour, span, rule, severity, findings FROM findings WHERE hour >= ? AND hour < ? ORDER BY hour, span, rule, severity", func(scan func(...any) error) error {
		var f FindingCount
		var severity string
		if err := scan(&f.Hour, &f.Span, &f.Rule, &severity, &f.N); err != nil {
			return err
		}
		f.Severity, _ = signaling.ParseSeverity(severity)
		list = append(list, f)
		return nil
	}, a, z)
	return list, explain(r.path, err)
}

// Link is a link whose other end is a carrier's, from the hour that it was first seen in to
// the last one, with the protection that it had last.
type Link struct {
	Carrier     string
	Protection  signaling.Protection
	First, Last int64
	// More is, of links that are not told apart, how often one was seen: they were too many, or are
	// of a ledger that an older version began. 0: it is one link.
	More uint64
}

// Links are the links that were seen in a period, ordered by carrier. They are the same
// whatever became of the capture meanwhile.
func (r *Reader) Links(from, to time.Time) (list []Link, err error) {
	a, z := bounds(from, to)
	table := "carrier_links"
	if r.form < 3 {
		table = "(" + formerLinks + ")"
	}
	err = each(r.tx, "SELECT c.name, l.protection, l.first, l.last, l.more FROM "+table+` l JOIN carriers c ON c.id = l.carrier
		WHERE l.first < ? AND l.last + 3600 > ? ORDER BY c.name, l.hash`, func(scan func(...any) error) error {
		var l Link
		var protection string
		if err := scan(&l.Carrier, &protection, &l.First, &l.Last, &l.More); err != nil {
			return err
		}
		l.Protection, _ = signaling.ParseProtection(protection)
		list = append(list, l)
		return nil
	}, z, a)
	return list, explain(r.path, err)
}

// KeyChanges is how often subscribers were hashed with another key than before: each of
// them counts once a key.
func (r *Reader) KeyChanges() (n int, err error) {
	err = r.tx.QueryRow("SELECT max(count(*) - 1, 0) FROM hash_keys").Scan(&n)
	return n, explain(r.path, err)
}
