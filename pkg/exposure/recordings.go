package exposure

import (
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"time"
)

// Recording is a capture file that was counted.
type Recording struct {
	Name     string
	Identity string // see Identify; "" of what was read from standard input
	Recorded time.Time
	Version  string // of the program
	Complete bool   // read to its end
	Frames   uint64
}

// What Recorded says of a capture that was counted before; ErrInPart, besides, of one that
// was not counted to its end.
var (
	ErrRecorded = errors.New("is in the ledger already")
	ErrInPart   = errors.New("in part")
)

// identified is how much of both ends of a file tells it from others.
const identified = 1 << 20

// errNotRegular says that a file gives its octets once, or for ever.
var errNotRegular = errors.New("exposure: no regular file")

// Identify tells a file from others, whatever its name: by its size and the hash of its
// first and last MiB. The same frames packed otherwise are another file. What is no regular
// file has no identity, and nothing of it is read.
func Identify(name string) (string, error) {
	info, err := os.Stat(name)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", errNotRegular
	}
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, io.LimitReader(f, identified)); err != nil {
		return "", err
	}
	if rest := info.Size() - identified; rest > 0 {
		if _, err := io.Copy(h, io.NewSectionReader(f, info.Size()-min(rest, identified), identified)); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%d-%x", info.Size(), h.Sum(nil)[:16]), nil
}

// Recorded is an error that wraps ErrRecorded when a file of an identity was counted. One
// without frames counts for nothing: all empty captures of a tool are alike.
func (l *Ledger) Recorded(identity string) error {
	var name string
	var at int64
	var complete bool
	err := l.db.QueryRow(`SELECT name, recorded, complete FROM recordings WHERE identity = ? AND identity <> '' AND NOT (complete AND frames = 0)
		ORDER BY id DESC LIMIT 1`, identity).Scan(&name, &at, &complete)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return explain(l.path, err)
	}
	since := time.Unix(at, 0).UTC().Format("2006-01-02 15:04 UTC")
	if !complete {
		return fmt.Errorf("%w: %s holds it since %s, %w (as %s)", ErrRecorded, l.path, since, ErrInPart, name)
	}
	return fmt.Errorf("%w: %s holds it since %s (as %s)", ErrRecorded, l.path, since, name)
}

// counting is a capture that is being counted: a recording as it will stand.
type counting struct {
	Recording
	held   Stretches
	id     int64
	last   int64 // capture time of the last message before it
	stored bool  // some of it is written
	ended  bool
}

// Begin says that what recorders hand over from now on is of a file. The note of it is
// written with the first of its counts, in one transaction, and the clock writes neither
// before End: after a kill a file is there whole, or not at all. Only one with more than
// fits into memory is there in part.
func (l *Ledger) Begin(name, identity string) error {
	return l.ask(func() error {
		c := &counting{Recording: Recording{Name: name, Identity: identity, Recorded: l.opts.Now(), Version: l.opts.Version}}
		if err := l.db.QueryRow("SELECT coalesce(max(id), 0) + 1 FROM recordings").Scan(&c.id); err != nil {
			return explain(l.path, err)
		}
		if c.last = l.book.last; l.book.first == 0 {
			l.book.first = c.id
		}
		l.book.counting = c
		return nil
	})
}

// End says that the file was counted, and whether to its end; held are the times that it
// has frames of. All that recorders handed over is written with that. After an error it is tried again when the ledger is closed.
func (l *Ledger) End(frames uint64, complete bool, held ...Stretch) error {
	return l.ask(func() error {
		c := l.book.counting
		c.Frames, c.Complete, c.held, c.ended = frames, complete, Stretches(held).sorted(), true
		return l.commit(false)
	})
}

// Drop forgets what was counted of a file that is not read to its end, so that it can be
// counted anew. Where some of it is written already, the rest is too: dropped is false.
func (l *Ledger) Drop(frames uint64, held ...Stretch) (dropped bool, err error) {
	err = l.ask(func() error {
		if l.book.counting.stored {
			return nil
		}
		dropped = true
		return explain(l.path, l.book.drop())
	})
	if err == nil && !dropped {
		err = l.End(frames, false, held...)
	}
	return dropped, err
}

// drop forgets what is not written.
func (b *book) drop() error {
	// Of files before, rows have subscribers that no sketch has yet.
	if err := b.mend(); err != nil {
		return err
	}
	b.last = b.counting.last
	b.counting = nil
	b.dirty = b.dirty[:0]
	b.recent = 0
	clear(b.rows)
	clear(b.perHour)
	clear(b.covered)
	clear(b.findings)
	clear(b.links)
	b.totals.drop()
	maps.DeleteFunc(b.unjudged, func(_ int64, stored bool) bool { return !stored })
	return nil
}

// within reports that a file is being counted.
func (c *counting) within() bool { return c != nil && !c.ended }

// write notes the file, where something of it is written or it has ended.
func (c *counting) write(w *writer) {
	w.exec("INSERT INTO recordings VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET complete = excluded.complete, frames = excluded.frames",
		c.id, c.Name, c.Identity, c.Recorded.Unix(), c.Version, c.Complete, int64(c.Frames))
	for _, x := range c.held {
		w.exec("INSERT OR REPLACE INTO stretches VALUES (?, ?, ?)", c.id, x.From, x.To)
	}
}

// Recordings are the files that were counted, first ones first.
func (r *Reader) Recordings() (list []Recording, err error) {
	err = each(r.tx, "SELECT name, identity, recorded, version, complete, frames FROM recordings ORDER BY id", func(scan func(...any) error) error {
		var x Recording
		var at int64
		if err := scan(&x.Name, &x.Identity, &at, &x.Version, &x.Complete, &x.Frames); err != nil {
			return err
		}
		x.Recorded = time.Unix(at, 0).UTC()
		list = append(list, x)
		return nil
	})
	return list, explain(r.path, err)
}
