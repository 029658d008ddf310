package exposure

import (
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io"
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

// ErrRecorded says that a capture was counted before.
var ErrRecorded = errors.New("is in the ledger already")

// identified is how much of both ends of a file tells it from others.
const identified = 1 << 20

// Identify tells a file from others, whatever its name: by its size and the hash of its
// first and last MiB. The same frames packed otherwise are another file.
func Identify(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
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

// Recorded is an error that wraps ErrRecorded when a file of an identity was counted.
func (l *Ledger) Recorded(identity string) error {
	var name string
	var at int64
	var complete bool
	err := l.db.QueryRow("SELECT name, recorded, complete FROM recordings WHERE identity = ? AND identity <> '' ORDER BY id DESC LIMIT 1", identity).Scan(&name, &at, &complete)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return explain(l.path, err)
	}
	how := ""
	if !complete {
		how = ", in part"
	}
	return fmt.Errorf("%w: %s holds it since %s%s (as %s)", ErrRecorded, l.path, time.Unix(at, 0).UTC().Format("2006-01-02 15:04 UTC"), how, name)
}

// Begin notes that a file is being counted.
func (l *Ledger) Begin(name, identity string) (id int64, err error) {
	res, err := l.db.Exec("INSERT INTO recordings (name, identity, recorded, version, complete, frames) VALUES (?, ?, ?, ?, 0, 0)", name, identity, l.opts.Now().Unix(), l.opts.Version)
	if err == nil {
		id, err = res.LastInsertId()
	}
	return id, explain(l.path, err)
}

// End notes that a file was counted, and whether to its end.
func (l *Ledger) End(id int64, frames uint64, complete bool) error {
	_, err := l.db.Exec("UPDATE recordings SET complete = ?, frames = ? WHERE id = ?", complete, int64(frames), id)
	return explain(l.path, err)
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
