package exposure

import (
	"cmp"
	"database/sql"
	"slices"
	"time"
)

// Stretch is a time without a pause that a capture has frames of, in nanoseconds since
// the epoch.
type Stretch struct{ From, To int64 }

// String is the stretch for people, the date once where one is enough.
func (s Stretch) String() string {
	from, to := time.Unix(0, s.From).UTC(), time.Unix(0, s.To).UTC()
	layout := "2006-01-02 15:04:05"
	if from.Format(time.DateOnly) == to.Format(time.DateOnly) {
		layout = time.TimeOnly
	}
	return from.Format("2006-01-02 15:04:05") + " to " + to.Format(layout) + " UTC"
}

// Stretches are the times that a capture has frames of.
type Stretches []Stretch

const (
	// pause is how long nothing comes before a capture is taken to have stopped.
	pause = int64(time.Hour)
	// maxStretches bounds what a file of odd times makes: what comes after them is left out.
	maxStretches = 512
	// together is how long two captures may have frames of the same time and still follow
	// one another, as the files of a ring do: so long dialogues and associations go on.
	together = int64(2 * time.Second)
)

// Add adds the time of a frame. Times of a clock that nobody set are left out.
func (s *Stretches) Add(t int64) {
	list := *s
	if n := len(list); n != 0 && t >= list[n-1].From && t <= list[n-1].To {
		return
	}
	if t < noClock*int64(time.Second) {
		return
	}
	for i := len(list) - 1; i >= 0; i-- {
		if x := &list[i]; t >= x.From-pause && t-pause <= x.To {
			x.From, x.To = min(x.From, t), max(x.To, t)
			return
		}
	}
	if len(list) < maxStretches {
		*s = append(list, Stretch{t, t})
	}
}

// sorted are the stretches by time, those that touch as one.
func (s Stretches) sorted() (out Stretches) {
	for _, x := range slices.SortedFunc(slices.Values(s), func(x, y Stretch) int { return cmp.Compare(x.From, y.From) }) {
		if n := len(out); n != 0 && x.From-pause <= out[n-1].To {
			out[n-1].To = max(out[n-1].To, x.To)
			continue
		}
		out = append(out, x)
	}
	return out
}

// Held is a capture with the times that it has frames of.
type Held struct {
	Name, Identity string
	Stretches
	// hours: of the source it is known alone which hours have frames.
	hours     bool
	recording int64
}

// Overlap is two captures that have frames of the same time, and the time from the first
// to the last such frame. What both have was counted twice, where they were counted one
// after the other.
type Overlap struct {
	A, B string
	Stretch
}

// maxOverlaps is how many pairs are looked for.
const maxOverlaps = 1000

// Overlaps finds the captures that have frames of the same time, for longer than those have
// that follow one another. Of each pair one is among list[from:]; one that is counted again
// is no pair with itself.
func Overlaps(list []Held, from int) (out []Overlap) {
	type piece struct {
		Stretch
		of int
	}
	var all, open []piece
	for i := range list {
		s := list[i].Stretches
		if !list[i].hours {
			s = s.sorted()
		}
		for _, x := range s {
			all = append(all, piece{x, i})
		}
	}
	slices.SortFunc(all, func(x, y piece) int { return cmp.Or(cmp.Compare(x.From, y.From), cmp.Compare(x.of, y.of)) })
	found := map[[2]int]int{}
	for _, p := range all {
		open = slices.DeleteFunc(open, func(o piece) bool { return o.To < p.From })
		for _, o := range open {
			a, b := min(o.of, p.of), max(o.of, p.of)
			x, y := &list[a], &list[b]
			both := Stretch{p.From, min(o.To, p.To)}
			switch {
			case a == b, b < from, x.hours && y.hours, x.Identity != "" && x.Identity == y.Identity, both.To-both.From <= together:
				continue
			case list[o.of].hours && both != o.Stretch, list[p.of].hours && both != p.Stretch:
				continue // when in the hour is not known: the other may have the rest of it
			}
			if n, ok := found[[2]int{a, b}]; ok {
				out[n].To = max(out[n].To, both.To)
				continue
			}
			if len(out) == maxOverlaps {
				return out
			}
			found[[2]int{a, b}] = len(out)
			out = append(out, Overlap{x.Name, y.Name, both})
		}
		open = append(open, p)
	}
	return out
}

// held are the captures of a ledger by what is known of their times, recordings in the
// order that they were made. Before form 2 grew stretches, and of a port, hours are known alone.
func held(q querier, from, to int64) (list []Held, err error) {
	var known int
	if err = q.QueryRow("SELECT count(*) FROM sqlite_schema WHERE name = 'stretches'").Scan(&known); err != nil || known == 0 {
		return nil, err
	}
	last := ""
	err = each(q, `SELECT s.name, c.hour FROM coverage c JOIN sources s ON s.id = c.source WHERE c.span = 3600 AND c.hour >= ? AND c.hour < ?
		AND s.name NOT IN (SELECT name FROM recordings WHERE id IN (SELECT recording FROM stretches)) ORDER BY s.name, c.hour`, func(scan func(...any) error) error {
		var name string
		var hour int64
		if err := scan(&name, &hour); err != nil {
			return err
		}
		if len(list) == 0 || name != last {
			last, list = name, append(list, Held{Name: name, hours: true})
		}
		x := &list[len(list)-1]
		x.Stretches = append(x.Stretches, Stretch{hour * int64(time.Second), (hour + hourSeconds) * int64(time.Second)})
		return nil
	}, from/int64(time.Second)-hourSeconds, to/int64(time.Second)+1)
	if err != nil {
		return nil, err
	}
	err = each(q, `SELECT r.id, r.name, r.identity, s.since, s.until FROM stretches s JOIN recordings r ON r.id = s.recording WHERE s.until >= ? AND s.since <= ?
		ORDER BY r.id, s.since`, func(scan func(...any) error) error {
		var x Held
		var s Stretch
		if err := scan(&x.recording, &x.Name, &x.Identity, &s.From, &s.To); err != nil {
			return err
		}
		if n := len(list); n == 0 || list[n-1].recording != x.recording {
			list = append(list, x)
		}
		at := &list[len(list)-1]
		at.Stretches = append(at.Stretches, s)
		return nil
	}, from, to)
	return list, err
}

// querier is a database, or one look at it.
type querier interface {
	Query(string, ...any) (*sql.Rows, error)
	QueryRow(string, ...any) *sql.Row
}

// Overlaps are the captures that have frames of the same time, one of each pair counted since
// the ledger was opened.
func (l *Ledger) Overlaps() (out []Overlap, err error) {
	err = l.ask(func() error {
		var from, to sql.NullInt64
		first := l.book.first
		if err := l.db.QueryRow("SELECT min(since), max(until) FROM stretches WHERE recording >= ?", first).Scan(&from, &to); err != nil || first == 0 || !from.Valid {
			return explain(l.path, err)
		}
		list, err := held(l.db, from.Int64, to.Int64)
		n := slices.IndexFunc(list, func(x Held) bool { return x.recording >= first })
		out = Overlaps(list, n)
		return explain(l.path, err)
	})
	return out, err
}

// Overlaps are the captures that have frames of the same time, within a period; a zero time is
// an open end.
func (r *Reader) Overlaps(from, to time.Time) ([]Overlap, error) {
	whole := Stretch{0, 1<<63 - 1}
	if !from.IsZero() {
		whole.From = from.UnixNano()
	}
	if !to.IsZero() {
		whole.To = to.UnixNano()
	}
	list, err := held(r.tx, whole.From, whole.To)
	for i := range list {
		for k := range list[i].Stretches {
			if x := &list[i].Stretches[k]; !list[i].hours {
				x.From, x.To = max(x.From, whole.From), min(x.To, whole.To)
			}
		}
	}
	return Overlaps(list, 0), explain(r.path, err)
}
