package exposure

import (
	"slices"
	"testing"
	"time"

	"sigtransit/pkg/signaling"
)

// during are the times of frames, one a minute, between seconds of the tests' hour.
func during(spans ...[2]int) (s Stretches) {
	for _, x := range spans {
		for t := x[0]; t < x[1]; t += 60 {
			s.Add(at(t))
		}
		s.Add(at(x[1]))
	}
	return s
}

// TestOverlaps: captures of one time are found; those that follow one another are not, and
// none that lies where another one pauses.
func TestOverlaps(t *testing.T) {
	const h = 3600
	shifted := func(s Stretches, by time.Duration) (out Stretches) {
		for _, x := range s {
			out = append(out, Stretch{x.From + int64(by), x.To + int64(by)})
		}
		return out
	}
	mornings := during([2]int{0, 4 * h}, [2]int{24 * h, 28 * h})
	for _, x := range []struct {
		name string
		a, b Stretches
		want []Stretch
	}{
		{"two sites", during([2]int{0, 600}), shifted(during([2]int{0, 600}), time.Millisecond), []Stretch{{at(0) + 1e6, at(600)}}},
		{"a part", during([2]int{0, 6 * h}), during([2]int{5 * h, 8 * h}), []Stretch{{at(5 * h), at(6 * h)}}},
		{"within", during([2]int{h, 2 * h}), during([2]int{0, 4 * h}), []Stretch{{at(h), at(2 * h)}}},
		{"a ring", during([2]int{0, 1200}), during([2]int{1200, 2400}), nil},
		{"a ring of several queues", during([2]int{0, 1200}), shifted(during([2]int{1200, 2400}), -40*time.Millisecond), nil},
		{"where it pauses", mornings, during([2]int{6 * h, 20 * h}), nil},
		{"two days", mornings, shifted(mornings, time.Minute), []Stretch{{at(60), at(28 * h)}}},
		{"a jump back", append(during([2]int{4 * h, 5 * h}), during([2]int{0, h})...), during([2]int{2 * h, 3*h - 1}), nil},
		{"nothing", nil, during([2]int{0, h}), nil},
		{"no clock", Stretches{}, during([2]int{0, h}), nil},
	} {
		if x.name == "no clock" {
			x.a.Add(0)
			x.a.Add(int64(time.Hour))
		}
		var got []Stretch
		for _, o := range Overlaps([]Held{{Name: "a", Stretches: x.a}, {Name: "b", Stretches: x.b}}, 0) {
			got = append(got, o.Stretch)
		}
		if !slices.Equal(got, x.want) {
			t.Errorf("%s: %v, want %v", x.name, got, x.want)
		}
	}
	// Bounded, whatever a file says of times and however many there are.
	var odd Stretches
	for i := range 5000 {
		odd.Add(at((i * 7919 % 5000) * 2 * h))
	}
	many := make([]Held, 200)
	for i := range many {
		many[i].Stretches = during([2]int{0, h})
	}
	if n, m := len(odd), len(Overlaps(many, 0)); n != maxStretches || m != maxOverlaps {
		t.Errorf("%d stretches, %d pairs", n, m)
	}
}

// TestLedgerOverlaps: a ledger knows the times of its captures, and of a port the hours.
func TestLedgerOverlaps(t *testing.T) {
	l := open(t, Options{})
	r := NewRecorder(l)
	count := func(name, identity string, s Stretches) {
		t.Helper()
		if name != "port" {
			begin(t, l, name, identity)
		}
		for _, x := range s {
			for t := x.From; t <= x.To; t += int64(time.Hour) {
				r.Add(message(t, signaling.ClassSMS, ""), nil)
				r.Cover(name, t, &Counts{Frames: 1})
			}
		}
		r.Flush()
		if name == "port" {
			l.Flush()
		} else if err := l.End(1, true, s...); err != nil {
			t.Fatal(err)
		}
	}
	names := func(list []Overlap, err error) (out []string) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range list {
			out = append(out, x.A+"+"+x.B)
		}
		return out
	}
	check := func(when string, want ...string) {
		t.Helper()
		if got := names(l.Overlaps()); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", when, got, want)
		}
	}
	const h = 3600
	count("port", "", during([2]int{0, 5*h + 1800}))
	check("a port alone")
	count("after", "1", during([2]int{5*h + 1900, 7 * h})) // both have something of one hour
	check("after the port")
	count("a", "2", during([2]int{10 * h, 12 * h}))
	count("b", "3", during([2]int{12 * h, 14 * h}))
	check("a ring")
	count("b", "3", during([2]int{12 * h, 14 * h}))
	check("counted again")
	path := l.Path()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = openAt(t, path, Options{})
	r = NewRecorder(l)
	count("other", "4", during([2]int{11 * h, 13 * h}))
	check("of before", "a+other", "b+other", "b+other")
	count("within", "5", during([2]int{h + 60, 3*h + 60})) // the port has all of an hour of it
	check("of the port", "port+within", "a+other", "b+other", "b+other")

	read := func(from, to int) []string {
		t.Helper()
		x, err := OpenForReading(path)
		if err != nil {
			t.Fatal(err)
		}
		defer x.Close()
		return names(x.Overlaps(time.Unix(0, at(from)), time.Unix(0, at(to))))
	}
	if got := read(0, 24*h); len(got) != 4 {
		t.Errorf("in all: %v", got)
	}
	if got := read(12*h, 24*h); !slices.Equal(got, []string{"b+other", "b+other"}) {
		t.Errorf("in a part: %v", got)
	}
	// One that an older version made knows of no stretches.
	if err := l.ask(func() error { _, err := l.db.Exec("DROP TABLE stretches"); return err }); err != nil {
		t.Fatal(err)
	}
	if got := read(0, 24*h); got != nil {
		t.Errorf("of an older version: %v", got)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = openAt(t, path, Options{})
	r = NewRecorder(l)
	count("more", "6", during([2]int{11 * h, 13 * h}))
	check("beside an older version's", "a+more", "other+more", "b+more")
}
