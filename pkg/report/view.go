package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sigtransit/pkg/exposure"
	"sigtransit/pkg/signaling"
)

// view is a Data with what the page needs beside it: geometry and cuts of long lists.
type view struct {
	*Data
	Answers []Answer
	Lead    []*Carrier // carriers with a proven message
	Rest    []*Carrier // carriers without
	Map     *worldMap  // nil where no partner's country is known
	Chart   chart
	Raw     []rawGroup
	RawLeft int
	Partial cuts
	// Pathless is the row of the matrix for which nothing proves a carrier.
	Pathless []cell
}

// cell is a class of Pathless.
type cell struct {
	Class    string
	Messages uint64
	Share    float64
}

// cuts are lists that are too long for a page; JSON and CSV have all of them.
type cuts struct{ Partners, Countries, Compared int }

// Bounds of what a page holds.
const (
	maxRows = 60
	maxRaw  = 2500
)

func newView(d *Data) *view {
	v := &view{Data: d, Answers: d.Answers(), Chart: newChart(d)}
	if slices.ContainsFunc(d.Countries, func(c Country) bool { return c.Code != "" }) {
		v.Map = newMap(d)
	}
	for i := range d.Carriers {
		if c := &d.Carriers[i]; c.Messages > 0 {
			v.Lead = append(v.Lead, c)
		} else {
			v.Rest = append(v.Rest, c)
		}
	}
	v.Partial = cuts{max(0, len(d.Partners)-maxRows), max(0, len(d.Countries)-maxRows), max(0, len(d.Compared)-4*maxRows)}
	v.Raw, v.RawLeft = group(d)
	v.Pathless = d.pathless()
	return v
}

// pathless are the messages of each class for which nothing proves a carrier.
func (d *Data) pathless() (out []cell) {
	n := map[string]uint64{}
	for i := range d.Counters {
		if c := &d.Counters[i]; c.Carrier == exposure.PathUnknown {
			n[columnOf(c.Class)] += c.Messages
		}
	}
	for _, c := range d.Classes {
		out = append(out, cell{c.Class, n[c.Class], share(n[c.Class], c.Messages)})
	}
	return out
}

// rawGroup is the counters of a carrier and a class: what a figure links to.
type rawGroup struct {
	ID, Title string
	Messages  uint64
	Rows      []Counter
}

// rawID is the anchor of the counters of a carrier and a class.
func rawID(carrier, class string) string {
	switch carrier {
	case "*":
		carrier = "all"
	case "":
		carrier = "unknown"
	default:
		carrier = "c-" + carrier
	}
	return "raw-" + carrier + "-" + class
}

// group cuts the counters, which are sorted by carrier, into groups of a class. What a
// figure counts of a carrier comes first; what only its partners' declarations say of it is
// a group of its own.
func group(d *Data) (out []rawGroup, left int) {
	titles := map[string]string{"*": "Every message once", "": "Path unknown"}
	for i := range d.Carriers {
		titles[d.Carriers[i].ID] = name(d.Carriers[i].Name, d.Carriers[i].ID)
	}
	rows := 0
	for i := 0; i < len(d.Counters); {
		c := &d.Counters[i]
		class, counts, j := columnOf(c.Class), c.counts(), i
		for j < len(d.Counters) && d.Counters[j].Carrier == c.Carrier && columnOf(d.Counters[j].Class) == class && d.Counters[j].counts() == counts {
			j++
		}
		g := rawGroup{ID: rawID(c.Carrier, class), Title: name(titles[c.Carrier], c.Carrier) + ": " + strings.ToLower(classTitle(class)[:1]) + classTitle(class)[1:], Rows: d.Counters[i:j]}
		if class == "sms" {
			g.Title = name(titles[c.Carrier], c.Carrier) + ": SMS"
		}
		if !counts {
			g.ID += "-no-proof"
			g.Title += ", in no figure: nothing proves the carrier"
		}
		for k := range g.Rows {
			g.Messages += g.Rows[k].Messages
		}
		if rows += len(g.Rows); rows > maxRaw {
			left += len(g.Rows)
			g.Rows = nil
		}
		out = append(out, g)
		i = j
	}
	return out, left
}

// counts says that a counter is a part of figures: all of the totals are, of a carrier what
// proves it.
func (c *Counter) counts() bool {
	switch c.Carrier {
	case exposure.Total, exposure.PathUnknown:
		return true
	}
	return proven[c.Evidence]
}

// proven are the words of what proves a path.
var proven = func() map[string]bool {
	m := map[string]bool{}
	for e := range signaling.NumEvidence {
		m[e.String()] = proves(e)
	}
	return m
}()

// columnOf is the column of the matrix that a class is counted in.
func columnOf(class string) string {
	if _, ok := classTitles[class]; ok {
		return class
	}
	return "other"
}

// worldMap is the map in units of its SVG.
type worldMap struct {
	Width, Height int
	Tiles         []mapTile
	Off           []Country // countries without a tile
}

type mapTile struct {
	tile
	X, Y  int
	Shade string // class of the style sheet
	Note  string // under the code
	Title string
}

const tileSize = 34

func newMap(d *Data) *worldMap {
	all, cols, rows := layOut()
	m := &worldMap{Width: cols * tileSize, Height: rows * tileSize}
	seen := map[string]*Country{}
	for i := range d.Countries {
		seen[d.Countries[i].Code] = &d.Countries[i]
	}
	for _, t := range all {
		x := mapTile{tile: t, X: t.Col * tileSize, Y: t.Row * tileSize, Shade: "none", Title: t.Code + ": no signaling seen"}
		if c := seen[t.Code]; c != nil {
			x.Shade, x.Note = shade(c.Watched.Share), percent(c.Watched.Share)
			x.Title = fmt.Sprintf("%s: %s of %s messages over watched carriers (%s), path unknown for %s", name(c.Name, c.Code), number(c.Watched.Messages),
				number(c.Messages), percent(c.Watched.Share), number(c.Unknown.Messages))
			delete(seen, t.Code)
		}
		m.Tiles = append(m.Tiles, x)
	}
	for _, c := range d.Countries {
		if seen[c.Code] != nil {
			m.Off = append(m.Off, c)
		}
	}
	return m
}

// shade is the step of a share: five, so that they can be told apart in grey.
func shade(f float64) string {
	switch {
	case f <= 0:
		return "s0"
	case f < 0.1:
		return "s1"
	case f < 1.0/3:
		return "s2"
	case f < 2.0/3:
		return "s3"
	}
	return "s4"
}

// chart is the time line in units of its SVG.
type chart struct {
	Width, Height, Base, Left int
	Bars                      []bar
	Lines                     []gridLine
	Labels                    []label
	Series                    []series
	Gaps                      []bar
	Parts                     bool // some days were captured in part
	Step                      string
}

type series struct{ Name, Style string }

type bar struct {
	X, Y, W, H float64
	Style      string
	Title      string
}

type gridLine struct {
	Y    float64
	Text string
}

type label struct {
	X    float64
	Text string
}

// styles of what is stacked: told apart by pattern and by order, not by colour alone.
// The third watched carrier and all after it share one, and so do the others.
var styles = [...]string{"w1", "w2", "w3"}

// maxPitch is the widest a step of the time line gets: few of them make no wall.
const maxPitch = 160

func newChart(d *Data) chart {
	c := chart{Width: 1000, Height: 250, Base: 216, Left: 52, Step: d.Timeline.Step}
	points := d.Timeline.Points
	if len(points) == 0 {
		return c
	}
	// Which carriers make a band, from the bottom.
	band := make([]int, len(d.Carriers))
	watched, others := 0, false
	for i := range d.Carriers {
		x := &d.Carriers[i]
		switch {
		case !x.Watched:
			band[i] = len(styles)
			others = others || x.Messages > 0
		case x.Messages > 0:
			band[i] = min(watched, len(styles)-1)
			if watched < len(styles) {
				c.Series = append(c.Series, series{name(x.Name, x.ID), styles[watched]})
			} else {
				c.Series[len(styles)-1].Name = "other watched carriers"
			}
			watched++
		}
	}
	if others {
		c.Series = append(c.Series, series{"carriers not watched", "other"})
	}
	if d.Unknown.Messages > 0 {
		c.Series = append(c.Series, series{"path unknown", "unknown"})
	}
	top := uint64(0)
	stacks := make([][len(styles) + 2]uint64, len(points))
	for i := range points {
		sum := points[i].Unknown
		stacks[i][len(styles)+1] = points[i].Unknown
		for k, n := range points[i].Carriers {
			stacks[i][band[k]] += n
			sum += n
		}
		top = max(top, sum)
	}
	scale, step := axis(top)
	y := func(n uint64) float64 { return float64(c.Base) - float64(n)*float64(c.Base-14)/float64(scale) }
	for n := uint64(0); n <= scale; n += step {
		c.Lines = append(c.Lines, gridLine{y(n), number(n)})
	}
	pitch := min(float64(c.Width-c.Left-4)/float64(len(points)), maxPitch)
	gap := min(pitch*0.25, 10)
	names := append(append([]string{}, styles[:]...), "other", "unknown")
	words := map[string]string{}
	for _, s := range c.Series {
		words[s.Style] = s.Name
	}
	for i := range points {
		x := float64(c.Left) + float64(i)*pitch
		at := when(points[i].Time, c.Step)
		if !points[i].Covered {
			c.Gaps = append(c.Gaps, bar{x, 14, pitch, float64(c.Base - 14), "gap", at + ": nothing captured"})
		} else if p := &points[i]; p.Unkept == 0 && p.Captured < p.Hours {
			// From above, as much of the height as is missing of the day.
			c.Gaps = append(c.Gaps, bar{x, 14, pitch, float64(c.Base-14) * (1 - float64(p.Captured)/float64(p.Hours)), "gap", fmt.Sprintf("%s: %d of %d hours captured", at, p.Captured, p.Hours)})
			c.Parts = true
		}
		sum := uint64(0)
		for k, n := range stacks[i] {
			if n == 0 {
				continue
			}
			c.Bars = append(c.Bars, bar{x + gap/2, y(sum + n), pitch - gap, y(sum) - y(sum+n), names[k], at + ", " + words[names[k]] + ": " + number(n) + " messages"})
			sum += n
		}
	}
	// A label where there is room for one.
	every := max(1, (len(points)+11)/12)
	for i := 0; i < len(points); i += every {
		format := "15:04"
		if c.Step == "day" {
			format = "2 Jan"
		} else if t := points[i].Time.UTC(); i == 0 || t.Hour() < every {
			format = "2 Jan 15:04"
		}
		c.Labels = append(c.Labels, label{float64(c.Left) + (float64(i)+0.5)*pitch, points[i].Time.UTC().Format(format)})
	}
	return c
}

func when(t time.Time, step string) string {
	if step == "day" {
		return day(t)
	}
	return clock(t) + " UTC"
}

// axis is a round number not below n, and a round step that divides it by 3 to 5.
func axis(n uint64) (top, step uint64) {
	step = 1
	for {
		for _, m := range []uint64{1, 2, 5} {
			if s := step * m; n <= 5*s {
				return max(s, (n+s-1)/s*s), s
			}
		}
		step *= 10
	}
}
