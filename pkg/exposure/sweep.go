package exposure

import (
	"cmp"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
)

const (
	hourSeconds = 3600
	daySeconds  = 86400
)

// noClock is 2000-01-01: capture times before it are of a clock that nobody set, since
// signaling over IP is of later (RFC 2960, of October 2000). They say nothing of when a
// ledger began.
const noClock = 946_684_800

// began is the first hour that a ledger ever had; 0: it is empty.
func began(tx *sql.Tx) (hour int64, err error) {
	err = tx.QueryRow(`SELECT coalesce(min(hour), 0) FROM (SELECT min(hour) AS hour FROM exposure WHERE hour >= ?
		UNION ALL SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'began')`, noClock).Scan(&hour)
	return hour, err
}

// sweepAgain is how long after rows could not be swept it is tried again.
const sweepAgain = 10 * time.Minute

// sweepDue reports that old rows were not looked for since the newest row is of another
// hour.
func (b *book) sweepDue(now time.Time) bool {
	if b.unswept != nil && now.Sub(b.sweptAt) < sweepAgain && !now.Before(b.sweptAt) {
		return false
	}
	return b.newest/hourSeconds != b.swept
}

// sweep makes rows of days of old rows of hours, and lets go what is past retention,
// even where the first cannot be done.
func (b *book) sweep(clock time.Time) (err error) {
	b.sweptAt = clock
	newest := min(b.newest, clock.Unix())
	now, err := b.settled(newest)
	if err != nil {
		return fmt.Errorf("old rows were not looked for: %w", err)
	}
	b.hold(newest, now)
	if n := int64(b.opts.HourRows.Seconds()); n > 0 {
		// Of whole days only.
		if err = b.rollUp((now - n) / daySeconds * daySeconds); err != nil {
			err = fmt.Errorf("old hours did not become days: %w", err)
		}
	}
	if n := int64(b.opts.Retention.Seconds()); n > 0 {
		if e := b.forget(now - n); e != nil {
			err = errors.Join(err, fmt.Errorf("rows past retention were not let go: %w", e))
		}
	}
	if err == nil {
		b.swept = b.newest / hourSeconds
	}
	return err
}

// summed are the tables whose rows of a day are but sums: the columns that name a row
// besides hour and span, and those that are added.
var summed = []struct{ table, names, sums string }{
	{"conditions", "source, condition", "bad, whole, raised"},
	{"findings", "rule, severity", "findings"},
}

// rollUp makes rows of days of the rows of hours before a time, day by day. A day that
// cannot be made stays, and the first error is told.
func (b *book) rollUp(before int64) (err error) {
	for from := int64(0); ; {
		var first sql.NullInt64
		if e := b.db.QueryRow(`SELECT min(h) FROM (SELECT min(hour) AS h FROM exposure WHERE span = 3600 AND hour >= ?1 AND hour < ?2
			UNION ALL SELECT min(hour) FROM coverage WHERE span = 3600 AND hour >= ?1 AND hour < ?2)`, from, before).Scan(&first); e != nil || !first.Valid {
			return cmp.Or(err, e)
		}
		day := first.Int64 / daySeconds * daySeconds
		err = cmp.Or(err, b.rollDay(day))
		from = day + daySeconds
	}
}

func (b *book) rollDay(day int64) error {
	tx, err := b.db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	w := &writer{tx: tx, cache: map[string]*sql.Stmt{}}
	end := day + daySeconds
	w.exec(`INSERT INTO exposure SELECT ?1, 86400, partner, carrier, key, sum(messages), sum(dialogues), sum(secrets), sum(refused), min(first) FROM exposure
		WHERE span = 3600 AND hour >= ?1 AND hour < ?2 GROUP BY partner, carrier, key ON CONFLICT DO UPDATE SET messages = messages + excluded.messages,
		dialogues = dialogues + excluded.dialogues, secrets = secrets + excluded.secrets, refused = refused + excluded.refused, first = min(first, excluded.first)`, day, end)
	// A source has an hour once, so that the sum of the bits has each of them. Of a day that
	// does not say which hours it has it stays unknown.
	const coverage = "frames, bytes, decoded, not_signaling, undecoded, drops"
	w.exec("INSERT INTO coverage SELECT ?1, 86400, source, "+eachColumn(coverage, "sum(%)")+`, sum(1 << (hour - ?1) / 3600) FROM coverage
		WHERE span = 3600 AND hour >= ?1 AND hour < ?2 GROUP BY source ON CONFLICT DO UPDATE SET hours = hours | excluded.hours, `+eachColumn(coverage, "% = % + excluded.%"), day, end)
	for _, t := range summed {
		w.exec("INSERT INTO "+t.table+" SELECT ?1, 86400, "+t.names+", "+eachColumn(t.sums, "sum(%)")+" FROM "+t.table+
			" WHERE span = 3600 AND hour >= ?1 AND hour < ?2 GROUP BY "+t.names+" ON CONFLICT DO UPDATE SET "+eachColumn(t.sums, "% = % + excluded.%"), day, end)
	}
	sketches := map[rowID]*Sketch{}
	if err := each(tx, "SELECT partner, carrier, key, sketch FROM subscribers WHERE span = 3600 AND hour >= ? AND hour < ?", func(scan func(...any) error) error {
		id := rowID{hour: day}
		var blob []byte
		if err := scan(&id.partner, &id.carrier, &id.key, &blob); err != nil {
			return err
		}
		s, err := unmarshalSketch(blob)
		if err != nil {
			return err
		}
		if sketches[id] == nil {
			sketches[id] = &Sketch{}
		}
		return sketches[id].Merge(&s)
	}, day, end); err != nil {
		return err
	}
	for id, s := range sketches {
		old, err := storedSketch(tx, id, daySeconds)
		if err == nil {
			err = s.Merge(&old)
		}
		if err != nil {
			return err
		}
		w.sketch(id, daySeconds, s.marshal())
	}
	for _, table := range []string{"exposure", "subscribers", "coverage", "conditions", "findings"} {
		w.exec("DELETE FROM "+table+" WHERE span = 3600 AND hour >= ? AND hour < ?", day, end)
	}
	return errors.Join(w.err, commitIf(tx, w.err))
}

func commitIf(tx *sql.Tx, err error) error {
	if err != nil {
		return nil // told already
	}
	return tx.Commit()
}

// forget lets go rows that end before a time.
func (b *book) forget(before int64) error {
	tx, err := b.db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	w := &writer{tx: tx, cache: map[string]*sql.Stmt{}}
	// When the ledger began is kept: how long it learned does not end with what it learned.
	w.exec(`INSERT INTO meta SELECT 'began', min(hour) FROM exposure WHERE hour >= ? HAVING min(hour) IS NOT NULL
		ON CONFLICT DO UPDATE SET value = min(CAST(value AS INTEGER), CAST(excluded.value AS INTEGER))`, noClock)
	for _, table := range []string{"exposure", "subscribers", "coverage", "conditions", "findings"} {
		w.exec("DELETE FROM "+table+" WHERE hour <= ?1 - 3600 AND hour + span <= ?1", before)
	}
	w.exec("DELETE FROM carrier_links WHERE last <= ? - 3600", before)
	if err := errors.Join(w.err, commitIf(tx, w.err)); err != nil {
		return err
	}
	for id, k := range b.links {
		if k.last <= before-hourSeconds {
			b.dropLink(id)
		}
	}
	return nil
}

// eachColumn writes a pattern for each column of a list, % being its name.
func eachColumn(list, pattern string) string {
	out := ""
	for i, c := range strings.Split(list, ", ") {
		if i > 0 {
			out += ", "
		}
		out += strings.ReplaceAll(pattern, "%", c)
	}
	return out
}
