package exposure

import (
	"cmp"
	"database/sql"
	"errors"

	"sigtransit/pkg/trust"
)

// commit writes what changed in one transaction; whole writes the sketches, too, which
// it does by itself once a minute, and before old rows are swept. After an error all
// stays as it is, and the next commit tries it again. That old rows could not be swept
// is no error of a commit: see book.fault.
func (b *book) commit(whole bool) error {
	now := b.opts.Now()
	sweep := b.sweepDue(now)
	whole = whole || sweep || now.Sub(b.sketched) >= sketchesEvery || now.Before(b.sketched) || b.recent >= maxRecent
	if b.pending() == 0 && (!whole || b.recent == 0) && !sweep {
		b.err = nil
		return nil
	}
	if b.err = b.write(whole); b.err != nil {
		b.stats.Failures++
		return b.err
	}
	b.stats.Commits++
	b.stats.LastCommit = now
	b.settle(whole)
	if whole {
		b.sketched = now
	}
	if sweep {
		if b.unswept = b.sweep(now); b.unswept != nil {
			b.stats.Failures++
		}
	}
	return nil
}

// fault is why the ledger is not as it should be: what waits could not be written, or
// old rows could not be swept.
func (b *book) fault() error { return cmp.Or(b.err, b.unswept) }

// write is the transaction.
func (b *book) write(whole bool) error {
	tx, err := b.db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	w := &writer{tx: tx, cache: map[string]*sql.Stmt{}}
	b.writeNames(w)
	b.totals.write(w)
	if b.counting != nil && b.pending() != 0 {
		b.counting.write(w)
	}
	for h, stored := range b.unjudged {
		if !stored {
			w.exec("INSERT OR IGNORE INTO open_hours VALUES (?)", h)
		}
	}
	for _, r := range b.dirty {
		if r.messages|r.dialogues|r.secrets|r.refused != 0 {
			w.exec(`INSERT INTO exposure VALUES (?, 3600, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET messages = messages + excluded.messages,
				dialogues = dialogues + excluded.dialogues, secrets = secrets + excluded.secrets, refused = refused + excluded.refused, first = min(first, excluded.first)`,
				r.hour, r.partner, r.carrier, r.key, r.messages, r.dialogues, r.secrets, r.refused, r.first)
		}
		if whole {
			continue // all that is fresh goes into the sketches
		}
		if keys := r.recent.keys(r.fresh); len(keys) != 0 {
			w.exec("INSERT INTO fresh VALUES (?, ?, ?, ?, ?)", r.hour, r.partner, r.carrier, r.key, appendKeys(make([]byte, 0, 1+keyOctets*len(keys)), keys))
		}
	}
	if whole {
		b.writeSketches(w)
	}
	for id, c := range b.covered {
		w.exec(`INSERT INTO coverage VALUES (?, 3600, ?, ?, ?, ?, ?, ?, ?, NULL) ON CONFLICT DO UPDATE SET frames = frames + excluded.frames, bytes = bytes + excluded.bytes,
			decoded = decoded + excluded.decoded, not_signaling = not_signaling + excluded.not_signaling, undecoded = undecoded + excluded.undecoded,
			drops = drops + excluded.drops`,
			id.hour, id.source, int64(c.Frames), int64(c.Bytes), int64(c.Decoded), int64(c.NotSignaling), int64(c.Undecoded), int64(c.Drops))
		for n := range trust.NumConditions {
			if s := c.Trust[n]; s.Bad|s.Of|c.Raised[n] != 0 {
				w.exec(`INSERT INTO conditions VALUES (?, 3600, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET bad = bad + excluded.bad, whole = whole + excluded.whole, raised = raised + excluded.raised`,
					id.hour, id.source, n.String(), int64(s.Bad), int64(s.Of), int64(c.Raised[n]))
			}
		}
	}
	for id, n := range b.findings {
		w.exec("INSERT INTO findings VALUES (?, 3600, ?, ?, ?) ON CONFLICT DO UPDATE SET findings = findings + excluded.findings", id.hour, id.rule, id.severity.String(), n)
	}
	for _, k := range b.changed {
		w.exec("INSERT OR REPLACE INTO carrier_links VALUES (?, ?, ?, ?, ?, ?)", k.carrier, k.hash, k.protection, k.first, k.last, k.more)
	}
	for _, f := range b.delivered {
		w.exec("DELETE FROM untold WHERE rule = ? AND what = ? AND partner = ? AND carrier = ? AND detail = ? AND hour = ?",
			f.Rule.ID, f.Path.Kind.String(), f.Path.Partner, f.Carrier.ID, f.detail, f.hour)
	}
	if w.err != nil {
		return w.err
	}
	return tx.Commit()
}

func (b *book) writeNames(w *writer) {
	for _, e := range b.partners {
		if e.stale {
			w.exec("INSERT INTO partners VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET title = excluded.title, country = excluded.country, declared = excluded.declared",
				e.id, e.p.ID, e.p.Name, e.p.Country, e.declared)
		}
	}
	for _, e := range b.carriers {
		if e.stale {
			w.exec("INSERT INTO carriers VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET title = excluded.title, watched = excluded.watched", e.id, e.name, e.title, e.watched)
		}
	}
	for _, e := range b.words {
		if k := &e.words; e.stale {
			w.exec("INSERT INTO keys VALUES (?, ?, ?, ?, ?, ?, ?, ?)", e.id, k.service, k.class, k.direction, k.evidence, k.watched, k.protection, k.subscriber)
		}
	}
	for _, e := range b.sources {
		if e.stale {
			w.exec("INSERT INTO sources VALUES (?, ?)", e.id, e.name)
		}
	}
}

// writeSketches writes the sketches of rows with new subscribers, whose list is not
// needed any more then.
func (b *book) writeSketches(w *writer) {
	for _, r := range b.rows {
		if r.recent.empty() || w.prepared(sketchQuery) == nil {
			continue
		}
		var blob []byte
		if err := w.prepared(sketchQuery).QueryRow(r.hour, 3600, r.partner, r.carrier, r.key).Scan(&blob); err != nil && !errors.Is(err, sql.ErrNoRows) {
			w.err = err
			return
		}
		recent := r.recent.marshal()
		if len(blob) != 0 {
			s, err := unmarshalSketch(blob)
			if err == nil {
				err = s.unite(recent)
			}
			if err != nil {
				w.err = err
				return
			}
			recent = s.marshal()
		}
		w.sketch(r.rowID, 3600, recent)
	}
	w.exec("DELETE FROM fresh")
}

func (w *writer) sketch(id rowID, span int64, sketch []byte) {
	w.exec("INSERT INTO subscribers VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET sketch = excluded.sketch", id.hour, span, id.partner, id.carrier, id.key, sketch)
}

const sketchQuery = "SELECT sketch FROM subscribers WHERE hour = ? AND span = ? AND partner = ? AND carrier = ? AND key = ?"

// storedSketch is the sketch of a row as the database has it.
func storedSketch(q interface {
	QueryRow(string, ...any) *sql.Row
}, id rowID, span int64) (Sketch, error) {
	var blob []byte
	err := q.QueryRow(sketchQuery, id.hour, span, id.partner, id.carrier, id.key).Scan(&blob)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return Sketch{}, err
	}
	return unmarshalSketch(blob)
}

// settle forgets what was written. Rows that no message came for since the sketches were
// written last are let go whole.
func (b *book) settle(whole bool) {
	if b.counting != nil && b.pending() != 0 {
		b.counting.stored = true
	}
	for _, r := range b.dirty {
		r.messages, r.dialogues, r.secrets, r.refused, r.fresh = 0, 0, 0, 0, r.fresh[:0]
		r.changed = false
		r.recent.told()
	}
	b.dirty = b.dirty[:0]
	for _, e := range b.partners {
		e.stale = false
	}
	for _, e := range b.carriers {
		e.stale = false
	}
	for _, e := range b.words {
		e.stale = false
	}
	for _, e := range b.sources {
		e.stale = false
	}
	for h := range b.unjudged {
		b.unjudged[h] = true
	}
	clear(b.covered)
	clear(b.findings)
	for _, k := range b.changed {
		k.stale = false
	}
	b.changed = b.changed[:0]
	b.totals.fresh = nil
	clear(b.delivered)
	b.delivered = b.delivered[:0]
	if b.counting != nil && b.counting.ended {
		b.counting = nil
	}
	if whole {
		clear(b.rows)
		clear(b.perHour)
		b.recent = 0
	}
}

// mend writes subscribers that were new when the process was killed into their sketches.
func (b *book) mend() error {
	tx, err := b.db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	sets := map[rowID][]uint64{}
	if err := each(tx, "SELECT hour, partner, carrier, key, hashes FROM fresh", func(scan func(...any) error) error {
		var id rowID
		var blob []byte
		if err := scan(&id.hour, &id.partner, &id.carrier, &id.key, &blob); err != nil {
			return err
		}
		sets[id] = appendHashes(sets[id], blob)
		return nil
	}); err != nil || len(sets) == 0 {
		return err
	}
	w := &writer{tx: tx, cache: map[string]*sql.Stmt{}}
	for id, hashes := range sets {
		s, err := storedSketch(tx, id, 3600)
		if err != nil {
			return err
		}
		for _, h := range hashes {
			s.insert(h)
		}
		w.sketch(id, 3600, s.marshal())
	}
	if w.exec("DELETE FROM fresh"); w.err != nil {
		return w.err
	}
	return tx.Commit()
}

// writer runs statements until one fails.
type writer struct {
	tx    *sql.Tx
	cache map[string]*sql.Stmt
	err   error
}

func (w *writer) exec(query string, args ...any) {
	if s := w.prepared(query); s != nil {
		_, w.err = s.Exec(args...)
	}
}

// prepared is a statement; nil after an error.
func (w *writer) prepared(query string) *sql.Stmt {
	if w.err != nil {
		return nil
	}
	s := w.cache[query]
	if s == nil {
		if s, w.err = w.tx.Prepare(query); w.err != nil {
			return nil
		}
		w.cache[query] = s
	}
	return s
}
