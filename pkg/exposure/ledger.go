package exposure

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"sigtransit/rules"
)

// Options says how a ledger is kept.
type Options struct {
	// Key is the secret that subscribers are hashed with, 16 octets or more: derived from
	// the key of pseudonyms, so that it is not beside the database. nil: a random one, in
	// a file of its own beside the database (its name and ".key").
	Key []byte
	// HourRows is how long rows of hours are kept before those of a day become one;
	// Retention, how long anything is kept. 0: for ever. Age counts back from the newest
	// row, or from now where that is earlier: what an old capture showed stays. A row of
	// the future is not the newest, and one far ahead of the others is none before there
	// are rows of three days (settled.go).
	HourRows, Retention time.Duration
	// MaxRows bounds the rows of an hour: further partners count as Other. 0: 50,000.
	MaxRows int
	// Version is that of the program, for the record.
	Version string
	// Failed is told once when the ledger cannot be written, or old rows cannot be swept,
	// and with nil when both can again; it must not wait. nil: nobody is.
	Failed func(error)
	// Held is told once when rows do not grow old because the newest are far ahead of the
	// others, and with nil when they do again; it must not wait. nil: nobody is.
	Held func(error)
	// Rules has the rules about paths; what they find in hours that are over goes to
	// Found, which is called by the ledger's goroutine and must not wait. nil: none. It
	// counts as found once told was called, by any goroutine and before Close; else it is
	// found again after the next Open.
	Rules *rules.Set
	Found func(f *rules.Finding, told func())
	// Home is who records, for whoever reads the ledger without the configuration. What the
	// ledger has stays as Home.Beside says.
	Home Home
	Now  func() time.Time // nil: time.Now
}

const (
	defaultMaxRows = 50_000
	// commitEvery and the rhythm of recorders together keep what a kill loses under a
	// second.
	commitEvery = 500 * time.Millisecond
	// sketchesEvery is how often sketches are written whole; in between, what is new to
	// them is.
	sketchesEvery = time.Minute
	// judgeTime is how long hours that are over are judged before what came meanwhile is
	// taken, once one is judged.
	judgeTime = 2 * time.Second
	// busyTimeout is how long a commit waits for a reader that recovers or checkpoints.
	busyTimeout = 5 * time.Second
)

// KeyUse is what Options.Key is derived for from a key of pseudonyms. Daemon and replay
// derive alike, so that captures can be added to the file of either.
const KeyUse = "ledger"

// Stats are counters of a ledger since it was opened. They may be read at any time.
type Stats struct {
	Commits, Failures uint64
	Messages          uint64 // counted in totals
	Capped            uint64 // messages whose partner became Other
	// Lost are sightings that no room was left for while the ledger could not be written
	// or was late, LostSubscribers those of subscribers alone, LostFrames frames that no
	// hour is covered by.
	Lost, LostSubscribers, LostFrames uint64
	Pending                           int // rows that wait to be written
	LastCommit                        time.Time
}

// Ledger is an open database that recorders count into. Its own goroutine writes it.
type Ledger struct {
	path string // as it was named
	file string // links followed: what stands beside the database does so under this name
	opts Options
	key  atomic.Pointer[sipKey]
	db   *sql.DB
	held *os.File

	mu        sync.Mutex
	waiting   []*batch
	delivered []*pathFinding
	more      chan struct{}
	questions chan question
	done      chan struct{}
	ended     chan struct{}
	once      sync.Once
	resting   atomic.Bool

	book   book // the goroutine's own
	failed bool // what Options.Failed was told last
	stats  atomic.Pointer[Stats]
}

// Open opens a ledger for recording, or makes it. One process at a time may have it
// open.
func Open(path string, o Options) (*Ledger, error) {
	if o.MaxRows == 0 {
		o.MaxRows = defaultMaxRows
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	exists, err := look(path)
	if err != nil {
		return nil, explain(path, err)
	}
	file := resolved(path)
	if err := linked(file); err != nil {
		return nil, explain(path, err)
	}
	l := &Ledger{path: path, file: file, opts: o, more: make(chan struct{}, 1), questions: make(chan question), done: make(chan struct{}), ended: make(chan struct{})}
	if l.held, err = lock(file); err != nil {
		if errors.Is(err, fs.ErrPermission) || strings.Contains(err.Error(), "read-only") {
			err = fmt.Errorf("%w: %v; its folder must be writable too", ErrReadOnly, errors.Unwrap(err))
		}
		return nil, explain(path, err)
	}
	if err := l.open(exists); err != nil {
		if l.db != nil {
			l.db.Close()
		}
		l.held.Close()
		return nil, explain(path, err)
	}
	if err := l.book.totals.recall(file, o.Now()); err != nil {
		l.db.Close()
		l.held.Close()
		return nil, explain(path, err)
	}
	l.stats.Store(&Stats{})
	go l.run()
	return l, nil
}

func (l *Ledger) open(exists bool) (err error) {
	if !exists {
		// The database gets the rights that it is made with.
		f, err := os.OpenFile(l.file, os.O_RDWR|os.O_CREATE, 0o640)
		if err != nil {
			return err
		}
		f.Close()
	}
	if l.db, err = openDB(l.file, "_pragma=busy_timeout("+fmt.Sprint(busyTimeout.Milliseconds())+")", "_pragma=journal_mode(WAL)",
		"_pragma=synchronous(NORMAL)", "_pragma=secure_delete(ON)", "_txlock=immediate"); err != nil {
		return err
	}
	if err = prepare(l.db); err != nil {
		return err
	}
	if err = l.takeKey(l.opts.Key); err != nil {
		return err
	}
	if err = l.keepHome(l.opts.Home); err != nil {
		return err
	}
	return l.book.open(l.db, &l.opts)
}

// keySize is the size of a key of SipHash.
const keySize = 16

// takeKey makes a key, else that of the file beside the database, the one of recorders.
// The database keeps a fingerprint: what was hashed with another key cannot be compared.
func (l *Ledger) takeKey(key []byte) error {
	if key == nil {
		var err error
		if key, err = readKey(KeyFile(l.file)); err != nil {
			return err
		}
	}
	if len(key) < keySize {
		return fmt.Errorf("the key has %d octets; want %d or more", len(key), keySize)
	}
	k := newSipKey(key)
	if was := l.key.Load(); was != nil && *was == k {
		return nil
	}
	if _, err := l.db.Exec("INSERT OR IGNORE INTO hash_keys VALUES (?, ?)", fmt.Sprintf("%016x", k.sum(0, 0)), l.opts.Now().Unix()); err != nil {
		return err
	}
	l.key.Store(&k)
	return nil
}

// SetKey changes the key of Options, and notes the change as a restart would. A recorder
// takes it up with SetPartners.
func (l *Ledger) SetKey(key []byte) error {
	return l.ask(func() error { return explain(l.path, l.takeKey(key)) })
}

// KeyFile is where a ledger of a path has its key, if none is given to it.
func KeyFile(path string) string { return resolved(path) + ".key" }

// resolved is the name of a file that need not be there yet, links followed, as SQLite does:
// one ledger has one lock, one key and one journal, by whatever name it is opened.
func resolved(path string) string {
	const most = 40 // links, as the kernel follows
	for range most {
		if p, err := filepath.EvalSymlinks(path); err == nil {
			return p
		}
		to, err := os.Readlink(path)
		if err != nil {
			break
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(path), to)
		}
		path = to
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		return filepath.Join(dir, filepath.Base(path))
	}
	return path
}

// Linked says why a file that has more than one name cannot be recorded into: each name
// would have a journal and a lock of its own. nil: it has one, or is not there.
func Linked(path string) error { return explain(path, linked(resolved(path))) }

func linked(file string) error {
	if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() && links(info) > 1 {
		return fmt.Errorf("%w (hard links), and would have a journal under each: remove the others, or record into a copy", ErrLinked)
	}
	return nil
}

func readKey(name string) ([]byte, error) {
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		key := make([]byte, keySize)
		rand.Read(key) // never fails (crypto/rand)
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return nil, err
		}
		_, err = fmt.Fprintf(f, "%x\n", key)
		if err = cmp.Or(err, f.Sync(), f.Close()); err != nil {
			os.Remove(name) // half a key would be none for ever
		}
		return key, err
	}
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) < keySize {
		return nil, fmt.Errorf("%s holds no key; put back the one that the ledger was made with, or move both away", name)
	}
	return key, nil
}

// Path is the name of the file, links followed.
func (l *Ledger) Path() string { return l.file }

// Stats are the counters as of the last look of the ledger's goroutine.
func (l *Ledger) Stats() Stats { return *l.stats.Load() }

// take queues a batch. A recorder has few, so the queue is short.
func (l *Ledger) take(b *batch) {
	l.mu.Lock()
	l.waiting = append(l.waiting, b)
	l.mu.Unlock()
	select {
	case l.more <- struct{}{}:
	default:
	}
}

// Flush writes what recorders handed over, and returns why not all of it could be.
func (l *Ledger) Flush() error { return l.ask(func() error { return l.commit(true) }) }

// errClosed says that the ledger is closed.
var errClosed = errors.New("exposure: the ledger is closed")

// ask has the ledger's goroutine take what waits and do something.
func (l *Ledger) ask(do func() error) error {
	q := question{do, make(chan error, 1)}
	select {
	case l.questions <- q:
		return <-q.answer
	case <-l.ended:
		return errClosed
	}
}

type question struct {
	do     func() error
	answer chan error
}

// Judge makes the ledger judge paths by the rules of another set from now on, for a home
// that may be another one, too.
func (l *Ledger) Judge(set *rules.Set, home Home) error {
	return l.ask(func() error {
		l.opts.Rules = set
		return explain(l.path, l.keepHome(home))
	})
}

// Rest ends the judging of hours by the clock: those that are over from now on wait for the
// next Open. It is for whoever stops taking what is found, and may be called at any time.
func (l *Ledger) Rest() { l.resting.Store(true) }

// EndOfCapture writes what recorders handed over and judges the hour at hand as if it
// were over: nothing more will come of it. Where ctx ends before all hours are judged, its
// error is returned, and the rest is judged with the next capture.
func (l *Ledger) EndOfCapture(ctx context.Context) error {
	return l.ask(func() error {
		if err := l.commit(true); err != nil {
			return err
		}
		err := l.judge(ctx, true)
		if err != nil && ctx.Err() == nil {
			err = explain(l.path, err)
		}
		return err
	})
}

// Close writes what recorders handed over and closes the database. Recorders must not
// be used any more.
func (l *Ledger) Close() error {
	l.once.Do(func() { close(l.done) })
	<-l.ended
	err := l.book.err
	if e := l.db.Close(); err == nil {
		err = e
	}
	l.held.Close()
	return explain(l.path, err)
}

// run is the ledger's goroutine: it alone touches the database and the book.
func (l *Ledger) run() {
	defer close(l.ended)
	tick := time.NewTicker(commitEvery)
	defer tick.Stop()
	for {
		select {
		case <-l.more:
			l.absorb()
			l.book.relieve()
		case <-tick.C:
			l.absorb()
			if !l.book.counting.within() && l.commit(false) == nil && !l.resting.Load() {
				ctx, cancel := context.WithTimeout(context.Background(), judgeTime)
				l.judge(ctx, false)
				cancel()
			}
		case q := <-l.questions:
			l.absorb()
			q.answer <- q.do()
		case <-l.done:
			l.absorb()
			l.commit(true)
			return
		}
		l.tell()
	}
}

func (l *Ledger) absorb() {
	l.mu.Lock()
	waiting := l.waiting
	l.waiting = nil
	l.mu.Unlock()
	for _, b := range waiting {
		l.book.absorb(b)
		b.reset()
		select {
		case b.home <- b:
		default: // a third one, made for a reload
		}
	}
	l.deliver()
}

// deliver notes what was told of what was found.
func (l *Ledger) deliver() {
	l.mu.Lock()
	delivered := l.delivered
	l.delivered = nil
	l.mu.Unlock()
	for _, f := range delivered {
		l.book.deliver(f)
	}
}

func (l *Ledger) told(f *pathFinding) {
	l.mu.Lock()
	l.delivered = append(l.delivered, f)
	l.mu.Unlock()
}

// commit writes; whole writes sketches, too.
func (l *Ledger) commit(whole bool) error {
	err := l.book.commit(whole)
	if fault := l.book.fault(); l.failed != (fault != nil) {
		l.failed = !l.failed
		if l.opts.Failed != nil {
			l.opts.Failed(explain(l.path, fault))
		}
	}
	l.tell()
	return explain(l.path, err)
}

// judge applies the rules about paths.
func (l *Ledger) judge(ctx context.Context, all bool) error {
	found, err := l.book.judge(ctx, all)
	if err != nil && ctx.Err() == nil {
		l.book.stats.Failures++
	}
	for _, f := range found {
		told := sync.OnceFunc(func() { l.told(f) })
		if l.opts.Found == nil {
			told()
		} else {
			l.opts.Found(f.Finding, told)
		}
	}
	if l.deliver(); len(l.book.delivered) != 0 {
		return errors.Join(err, l.book.commit(false))
	}
	return err
}

func (l *Ledger) tell() {
	s := l.book.stats
	s.Pending = l.book.pending()
	l.stats.Store(&s)
}
