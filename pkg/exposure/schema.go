package exposure

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// What a ledger is told from other databases by (SQLite's application_id, "SGTL") and
// which form it has (user_version). Form 2 has the subscribers in fresh as keys
// (appendKeys), form 3 which hours a day has (coverage.hours), and links by their ends in place of
// how often any came up.
const (
	applicationID = 0x5347544c
	schemaVersion = 3
)

// upgrades make of a form the next one.
var upgrades = [schemaVersion]string{
	2: "ALTER TABLE coverage ADD COLUMN hours INTEGER;" + carrierLinks + "INSERT INTO carrier_links " + formerLinks + "; DROP TABLE links",
}

// carrierLinks has the links of carriers by a keyed hash of their ends, with the protection they
// had last and the first and last hour that they were seen in. The hash 0 stands for those that
// are not told apart: how often such ones were seen is in more.
const carrierLinks = `
CREATE TABLE carrier_links (carrier INTEGER NOT NULL, hash INTEGER NOT NULL, protection TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
  more INTEGER NOT NULL, PRIMARY KEY (carrier, hash)) WITHOUT ROWID;
`

// formerLinks are what was counted before form 3, in that form.
const formerLinks = "SELECT carrier, 0 AS hash, '' AS protection, min(hour) AS first, max(hour + span) - 3600 AS last, sum(links) AS more FROM links GROUP BY carrier HAVING sum(links) > 0"

// Errors of ledgers. What is returned wraps one of them and says what to do.
var (
	ErrNotLedger = errors.New("is no ledger")
	ErrNewer     = errors.New("was written by a newer sigtransit")
	ErrLocked    = errors.New("is being recorded into by another process")
	ErrLinked    = errors.New("has more than one name")
	ErrDamaged   = errors.New("is damaged")
	ErrReadOnly  = errors.New("cannot be written")
	ErrNoRoom    = errors.New("has no room")
)

// Words of closed sets are stored as text: their numbers may change from version to
// version. A row is found by what stands before its counts; span is 3600 for an hour,
// 86400 for a day. The hours of a day that frames came in are bits, the first one the lowest; NULL: a
// row of an hour, or of a day that was made before they were kept.
const schema = carrierLinks + `
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE partners (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, title TEXT NOT NULL, country TEXT NOT NULL, declared TEXT NOT NULL);
CREATE TABLE carriers (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, title TEXT NOT NULL, watched INTEGER NOT NULL);
CREATE TABLE keys (id INTEGER PRIMARY KEY, service TEXT NOT NULL, class TEXT NOT NULL, direction TEXT NOT NULL, evidence TEXT NOT NULL,
  watched TEXT NOT NULL, protection TEXT NOT NULL, subscriber TEXT NOT NULL,
  UNIQUE (service, class, direction, evidence, watched, protection, subscriber));
CREATE TABLE exposure (hour INTEGER NOT NULL, span INTEGER NOT NULL, partner INTEGER NOT NULL, carrier INTEGER NOT NULL, key INTEGER NOT NULL,
  messages INTEGER NOT NULL, dialogues INTEGER NOT NULL, secrets INTEGER NOT NULL, refused INTEGER NOT NULL, first INTEGER NOT NULL,
  PRIMARY KEY (hour, span, partner, carrier, key)) WITHOUT ROWID;
CREATE TABLE subscribers (hour INTEGER NOT NULL, span INTEGER NOT NULL, partner INTEGER NOT NULL, carrier INTEGER NOT NULL, key INTEGER NOT NULL,
  sketch BLOB NOT NULL, PRIMARY KEY (hour, span, partner, carrier, key)) WITHOUT ROWID;
CREATE TABLE fresh (hour INTEGER NOT NULL, partner INTEGER NOT NULL, carrier INTEGER NOT NULL, key INTEGER NOT NULL, hashes BLOB NOT NULL);
CREATE TABLE sources (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE coverage (hour INTEGER NOT NULL, span INTEGER NOT NULL, source INTEGER NOT NULL, frames INTEGER NOT NULL, bytes INTEGER NOT NULL,
  decoded INTEGER NOT NULL, not_signaling INTEGER NOT NULL, undecoded INTEGER NOT NULL, drops INTEGER NOT NULL,
  hours INTEGER, PRIMARY KEY (hour, span, source)) WITHOUT ROWID;
CREATE TABLE conditions (hour INTEGER NOT NULL, span INTEGER NOT NULL, source INTEGER NOT NULL, condition TEXT NOT NULL,
  bad INTEGER NOT NULL, whole INTEGER NOT NULL, raised INTEGER NOT NULL, PRIMARY KEY (hour, span, source, condition)) WITHOUT ROWID;
CREATE TABLE findings (hour INTEGER NOT NULL, span INTEGER NOT NULL, rule TEXT NOT NULL, severity TEXT NOT NULL, findings INTEGER NOT NULL,
  PRIMARY KEY (hour, span, rule, severity)) WITHOUT ROWID;
CREATE TABLE recordings (id INTEGER PRIMARY KEY, name TEXT NOT NULL, identity TEXT NOT NULL, recorded INTEGER NOT NULL, version TEXT NOT NULL,
  complete INTEGER NOT NULL, frames INTEGER NOT NULL);
CREATE TABLE hash_keys (fingerprint TEXT PRIMARY KEY, since INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE open_hours (hour INTEGER PRIMARY KEY);
CREATE TABLE told (rule TEXT NOT NULL, what TEXT NOT NULL, partner TEXT NOT NULL, carrier TEXT NOT NULL, detail TEXT NOT NULL, hour INTEGER NOT NULL,
  PRIMARY KEY (rule, what, partner, carrier, detail)) WITHOUT ROWID;
` + stretchesTable + `
CREATE VIEW exposures AS SELECT datetime(e.hour, 'unixepoch') AS hour, e.span/3600 AS hours, p.name AS partner, c.name AS carrier, k.service, k.class, k.direction,
  k.evidence, k.watched, k.protection, k.subscriber, e.messages, e.dialogues, e.secrets, e.refused
  FROM exposure e JOIN partners p ON p.id = e.partner JOIN carriers c ON c.id = e.carrier JOIN keys k ON k.id = e.key;
`

// stretchesTable is an addition to form 2.
const stretchesTable = "CREATE TABLE IF NOT EXISTS stretches (recording INTEGER NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL, PRIMARY KEY (recording, since)) WITHOUT ROWID;"

// dsn is the name of a database for the driver. The path is a part of a URI: what has a
// meaning there is escaped.
func dsn(path string, params ...string) string {
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}
	return u.String() + "?" + strings.Join(params, "&")
}

// openDB opens a database with one connection.
func openDB(path string, params ...string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn(path, params...))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// prepare makes the tables of a new database and checks those of an old one.
func prepare(db *sql.DB) error {
	var app, version, tables int
	if err := db.QueryRow("PRAGMA application_id").Scan(&app); err != nil {
		return err
	}
	if err := db.QueryRow("PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if err := db.QueryRow("SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return err
	}
	if app == 0 && tables == 0 {
		tx, err := db.Begin()
		if err != nil {
			return err
		}
		defer tx.Rollback()
		if _, err := tx.Exec(schema + fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, schemaVersion)); err != nil {
			return err
		}
		return tx.Commit()
	}
	if err := check(app, version); err != nil {
		return err
	}
	if _, err := db.Exec(stretchesTable); err != nil || version == schemaVersion {
		return err
	}
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for ; version < schemaVersion; version++ {
		if _, err := tx.Exec(upgrades[version] + fmt.Sprintf("; PRAGMA user_version = %d", version+1)); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func check(app, version int) error {
	switch {
	case app != applicationID:
		return fmt.Errorf("%w: it is a database of another program; name another file", ErrNotLedger)
	case version > schemaVersion:
		return fmt.Errorf("%w (form %d, this one knows up to %d); upgrade, or name another file", ErrNewer, version, schemaVersion)
	case version < 1:
		return fmt.Errorf("%w: it has no form that is known; name another file", ErrNotLedger)
	}
	return nil
}

// look tells what a file is before SQLite touches it. exists is false for a file that
// is not there, or has nothing in it.
func look(path string) (exists bool, err error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, err
	case !info.Mode().IsRegular():
		return false, fmt.Errorf("%w: it is no regular file", ErrNotLedger)
	case info.Size() == 0:
		return false, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	const magic = "SQLite format 3\x00"
	var head [len(magic)]byte
	if n, _ := f.Read(head[:]); string(head[:n]) != magic {
		return false, fmt.Errorf("%w: it has another form; name another file", ErrNotLedger)
	}
	return true, nil
}

// explain puts a database error into words that tell what to do.
func explain(path string, err error) error {
	if err == nil {
		return nil
	}
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	var se *sqlite.Error
	noRoom := errors.Is(err, syscall.ENOSPC)
	if errors.As(err, &se) {
		switch code := se.Code(); code & 0xff {
		case sqlite3.SQLITE_NOTADB:
			err = fmt.Errorf("%w: it has another form, or its head is damaged; name another file", ErrNotLedger)
		case sqlite3.SQLITE_CORRUPT:
			err = fmt.Errorf("%w (%v); put a copy in its place, or save what is left with sqlite3's .recover and name a new file", ErrDamaged, se)
		case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
			err = fmt.Errorf("%w: %v; its folder must be writable too", ErrReadOnly, se)
		case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR:
			// On a full disk the index of the WAL cannot get its size.
			noRoom = code == sqlite3.SQLITE_FULL || code == sqlite3.SQLITE_IOERR_SHMSIZE
		}
	}
	if noRoom {
		err = fmt.Errorf("%w: %v; make some on its file system", ErrNoRoom, err)
	}
	return fmt.Errorf("ledger %s: %w", path, err)
}
