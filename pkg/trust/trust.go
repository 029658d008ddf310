// Package trust judges whether a capture can be trusted: it holds the closed set of
// conditions that speak against it, raises and clears them while frames come in, and
// gives the verdict of a whole run. It counts nothing itself: dissection does.
package trust

import "fmt"

// Condition is a reason not to trust a capture.
type Condition uint8

// Conditions. Their names are the types of warning events.
const (
	MissingChunks Condition = iota // SCTP DATA chunks that were sent and are not in the capture
	MissingOctets                  // octets of TCP connections, likewise
	NetworkLoss                    // chunks lost between the ends and sent again
	OneWay                         // links of which one direction is not mirrored
	MirroredTwice                  // frames that are in the capture twice
	CutFrames                      // signaling frames cut by the snap length
	ClockSteps                     // the clock of the capture was set, or stood
	NoTimestamps                   // frames without a time
	Undecoded                      // what could not be decoded
	StateFull                      // state given up because a bound was reached
	NumConditions
)

// Sample is how much of what was looked at was bad.
type Sample struct{ Bad, Of uint64 }

// Totals is a sample of each condition since the beginning. All only grow, but for
// OneWay, whose Bad are the links one-way at this moment; Ever keeps all.
type Totals [NumConditions]Sample

// rule says when a condition is raised and what it does to the verdict. Shares are in
// parts per million of what was looked at.
type rule struct {
	name string
	// A condition is raised when the last minute has at least min bad ones and this
	// share of them, and cleared when a minute has less than half of it.
	min, raise uint64
	level      bool // the sample is a state, not a count
	// Shares from which a capture is limited and poor; 0: never.
	limited, poor uint64
}

var rules = [NumConditions]rule{
	MissingChunks: {name: "missing-chunks", min: 1, raise: 1000, limited: 100, poor: 10_000},
	MissingOctets: {name: "missing-octets", min: 1, raise: 1000, limited: 100, poor: 10_000},
	NetworkLoss:   {name: "network-loss", min: 10, raise: 10_000},
	OneWay:        {name: "one-way-mirror", min: 1, level: true, limited: 1, poor: 500_000},
	MirroredTwice: {name: "mirrored-twice", min: 10, raise: 50_000},
	CutFrames:     {name: "cut-frames", min: 1, limited: 1, poor: 50_000},
	ClockSteps:    {name: "clock-steps", min: 1, limited: 1},
	NoTimestamps:  {name: "no-timestamps", min: 1, limited: 1},
	Undecoded:     {name: "undecoded", min: 10, raise: 20_000, limited: 10_000, poor: 100_000},
	StateFull:     {name: "state-full", min: 1, limited: 1},
}

// String is the type of the condition's warnings.
func (c Condition) String() string { return rules[min(c, NumConditions-1)].name }

// share is a part per million; of nothing, all.
func (s Sample) share() uint64 {
	if s.Bad == 0 {
		return 0
	}
	return uint64(float64(s.Bad) / float64(max(s.Of, s.Bad)) * 1e6)
}

// Percent writes the share for people: "3.2 %", "0.004 %", "less than 0.001 %".
func (s Sample) Percent() string {
	p := float64(s.Bad) / float64(max(s.Of, s.Bad, 1)) * 100
	switch {
	case p >= 9.95:
		return fmt.Sprintf("%.0f %%", p)
	case p >= 0.095:
		return fmt.Sprintf("%.1f %%", p)
	case p >= 0.001:
		return fmt.Sprintf("%.3f %%", p)
	}
	return "less than 0.001 %"
}

// checks is how many checks make the minute over which a condition is judged.
const checks = 6

// Interval is the capture time between two checks, in nanoseconds.
const Interval = 60 * int64(1e9) / checks

// Monitor raises and clears conditions. The zero value is ready.
type Monitor struct {
	active [NumConditions]bool
	held   [NumConditions]uint8 // checks since it was raised, up to a minute
	past   [checks]Totals       // of the last checks
	n      int
}

// Active says whether a condition holds now.
func (m *Monitor) Active(c Condition) bool { return m.active[c] }

// Check compares the totals with those of a minute ago and reports each condition
// that is established or gone. It is called once an Interval.
func (m *Monitor) Check(now *Totals, changed func(c Condition, raised bool)) {
	old := &m.past[m.n%checks]
	for c := range NumConditions {
		r, s := &rules[c], now[c]
		if !r.level {
			s = Sample{now[c].Bad - old[c].Bad, now[c].Of - old[c].Of}
		}
		switch {
		case !m.active[c]:
			if s.Bad >= r.min && s.share() >= r.raise {
				m.active[c], m.held[c] = true, 0
				changed(c, true)
			}
		case m.held[c] < checks:
			m.held[c]++
		case s.Bad == 0 || s.share() < r.raise/2:
			m.active[c] = false
			changed(c, false)
		}
	}
	*old = *now
	m.n++
}

// Verdict is what a whole capture is worth.
type Verdict uint8

// Verdicts.
const (
	Good    Verdict = iota // it shows what was there
	Limited                // it lacks something: counts are lower bounds
	Poor                   // it lacks so much that absence proves nothing
)

func (v Verdict) String() string { return [...]string{"good", "limited", "poor"}[min(v, Poor)] }

// Judge is the verdict on totals, and the conditions that led to it.
func Judge(t *Totals) (v Verdict, why []Condition) {
	for c := range NumConditions {
		r, share := &rules[c], t[c].share()
		if t[c].Bad == 0 || r.limited == 0 || share < r.limited && r.limited > 1 {
			continue
		}
		why = append(why, c)
		v = max(v, Limited)
		if r.poor != 0 && share >= r.poor {
			v = Poor
		}
	}
	return v, why
}

// Matters says that a condition is worth a word at the end of a run.
func Matters(c Condition, s Sample) bool {
	r := &rules[c]
	return s.Bad > 0 && (r.limited > 0 || s.share() >= r.raise)
}

// Report is what is known about a capture at a moment.
type Report struct {
	Totals     Totals
	Active     [NumConditions]bool // conditions that hold now
	Messages   uint64              // user messages known to be missing
	SnapLength uint64              // octets of the longest frame that was cut
}

// Merge adds the report of another worker.
func (r *Report) Merge(o *Report) {
	for c := range r.Totals {
		r.Totals[c].Bad += o.Totals[c].Bad
		r.Totals[c].Of += o.Totals[c].Of
		r.Active[c] = r.Active[c] || o.Active[c]
	}
	r.Messages += o.Messages
	r.SnapLength = max(r.SnapLength, o.SnapLength)
}

// Judge is the verdict.
func (r *Report) Judge() (Verdict, []Condition) { return Judge(&r.Totals) }

// Brief says in a few words what a condition comes to.
func (r *Report) Brief(c Condition) string {
	return Brief(c, r.Totals[c], Detail{Extra: r.Messages, What: " to " + Count(r.SnapLength) + " octets"})
}

// String is the verdict with its reasons, in one line: "limited: 3 of 912 SCTP data
// chunks missing (0.3 %, 2 messages)". What does not weigh but is worth knowing
// stands behind it.
func (r *Report) String() string {
	v, why := r.Judge()
	s := v.String()
	sep := ": "
	for _, c := range why {
		s, sep = s+sep+r.Brief(c), "; "
	}
	for _, c := range []Condition{MirroredTwice, NetworkLoss} {
		if Matters(c, r.Totals[c]) {
			s, sep = s+sep+r.Brief(c), "; "
		}
	}
	return s
}
