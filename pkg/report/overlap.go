package report

import (
	"fmt"
	"slices"
	"time"

	"sigtransit/pkg/exposure"
)

// Overlap is two captures that have frames of the same time, and of which time. What both
// have counts twice.
type Overlap struct {
	Captures [2]string `json:"captures"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
}

// SourceHours is of how many hours a source has frames.
type SourceHours struct {
	Source  string `json:"source"`
	Covered int    `json:"covered_hours"`
}

// maxBeside is up to how many sources are told apart: the files of two rings are many, and
// none of them has all hours.
const maxBeside = 4

// overlaps notes the captures that have frames of the same time, and where they are few, of
// how many hours each has any.
func (d *Data) overlaps(r *exposure.Reader) error {
	list, err := r.Overlaps(d.Period.From, d.Period.To)
	if err != nil || len(list) == 0 {
		return err
	}
	c := &d.Coverage
	var names []string
	for _, x := range list {
		c.Overlaps = append(c.Overlaps, Overlap{[2]string{x.A, x.B}, time.Unix(0, x.From).UTC(), time.Unix(0, x.To).UTC()})
		names = append(names, x.A, x.B)
	}
	slices.Sort(names)
	if names = slices.Compact(names); len(names) > maxBeside {
		return nil
	}
	cover, err := r.Coverage(d.Period.From, d.Period.To)
	if err != nil {
		return err
	}
	for _, name := range names {
		x := SourceHours{Source: name}
		for i := range cover {
			if y := &cover[i]; y.Source == name {
				x.Covered += int(y.Span / 3600)
			}
		}
		c.Beside = append(c.Beside, x)
	}
	return nil
}

// twice says what captures that overlap do to the figures.
func (c *Coverage) twice() (out []Line) {
	if len(c.Overlaps) == 0 {
		return nil
	}
	x := c.Overlaps[0]
	text := fmt.Sprintf("what %s and %s both have (%s)", x.Captures[0], x.Captures[1], exposure.Stretch{From: x.From.UnixNano(), To: x.To.UnixNano()})
	if n := len(c.Overlaps) - 1; n > 0 {
		text += fmt.Sprintf(", and so with %s, which the JSON form lists", plural(n, "pair more", "pairs more"))
	}
	out = append(out, Line{"Counted twice:", text + ". Captures of one time are to be merged (mergecap) and counted as one: then copies are recognized.", 1})
	var less []string
	for _, s := range c.Beside {
		if s.Covered < c.Covered {
			less = append(less, fmt.Sprintf("%s has %d", s.Source, s.Covered))
		}
	}
	if len(less) > 0 {
		out = append(out, Line{"Coverage by capture:", fmt.Sprintf("of %s %s. What passed where it was made in the others is in no figure.", plural(c.Covered, "hour captured", "hours captured"), list(less)), 1})
	}
	return out
}
