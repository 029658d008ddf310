package trust

import (
	"slices"
	"strings"
	"testing"
)

// run feeds a monitor with what was bad in each interval, out of 1000, and gives the
// intervals at which the condition was raised and cleared.
func run(c Condition, bad []uint64) (raised, cleared []int) {
	var m Monitor
	var t Totals
	for i, b := range bad {
		t[c].Bad += b
		t[c].Of += 1000
		if rules[c].level {
			t[c].Bad = b
		}
		m.Check(&t, func(_ Condition, up bool) {
			if up != m.Active(c) {
				panic("the state is not the one told")
			}
			if up {
				raised = append(raised, i)
			} else {
				cleared = append(cleared, i)
			}
		})
	}
	return raised, cleared
}

func repeat(n int, v uint64) []uint64 { return slices.Repeat([]uint64{v}, n) }

// TestMonitor: raised once, held while it lasts and for a minute, cleared once.
func TestMonitor(t *testing.T) {
	for _, tt := range []struct {
		name            string
		c               Condition
		bad             []uint64
		raised, cleared []int
	}{
		{"nothing", MissingChunks, repeat(50, 0), nil, nil},
		{"a burst", MissingChunks, slices.Concat(repeat(3, 0), []uint64{20}, repeat(20, 0)), []int{3}, []int{10}},
		{"long, and counted on", MissingChunks, slices.Concat(repeat(3, 0), repeat(100, 5), repeat(20, 0)), []int{3}, []int{109 - 1}},
		{"about the threshold: no flapping", MissingChunks, repeat(200, 1), []int{0}, nil},
		{"below it", NetworkLoss, repeat(200, 5), nil, nil},
		{"too few to judge", Undecoded, append([]uint64{9}, repeat(20, 0)...), nil, nil},
		{"twice", CutFrames, slices.Concat([]uint64{1}, repeat(20, 0), []uint64{1}, repeat(20, 0)), []int{0, 21}, []int{7, 28}},
		{"a state", OneWay, slices.Concat(repeat(2, 0), repeat(20, 1), repeat(3, 0)), []int{2}, []int{22}},
		{"a short state is held", OneWay, slices.Concat([]uint64{1}, repeat(20, 0)), []int{0}, []int{7}},
	} {
		raised, cleared := run(tt.c, tt.bad)
		if !slices.Equal(raised, tt.raised) || !slices.Equal(cleared, tt.cleared) {
			t.Errorf("%s: raised %v, cleared %v, want %v and %v", tt.name, raised, cleared, tt.raised, tt.cleared)
		}
	}
}

func TestVerdict(t *testing.T) {
	for _, tt := range []struct {
		c       Condition
		bad, of uint64
		want    Verdict
	}{
		{MissingChunks, 0, 1000, Good},
		{MissingChunks, 1, 20_000, Good}, // one in 20,000
		{MissingChunks, 1, 10_000, Limited},
		{MissingChunks, 9, 1000, Limited},
		{MissingChunks, 10, 1000, Poor},
		{MissingChunks, 5, 0, Poor},
		{MissingOctets, 10, 1000, Poor},
		{NetworkLoss, 500, 1000, Good},
		{MirroredTwice, 500, 1000, Good},
		{OneWay, 1, 100, Limited},
		{OneWay, 50, 100, Poor},
		{CutFrames, 1, 1_000_000_000, Limited},
		{CutFrames, 50, 1000, Poor},
		{ClockSteps, 1, 1_000_000_000, Limited},
		{NoTimestamps, 1000, 1000, Limited},
		{Undecoded, 9, 1000, Good},
		{Undecoded, 10, 1000, Limited},
		{Undecoded, 100, 1000, Poor},
		{StateFull, 1, 1_000_000_000, Limited},
	} {
		var totals Totals
		totals[tt.c] = Sample{tt.bad, tt.of}
		got, why := Judge(&totals)
		if got != tt.want {
			t.Errorf("%v, %d of %d: %v, want %v", tt.c, tt.bad, tt.of, got, tt.want)
		}
		if (got == Good) != (len(why) == 0) {
			t.Errorf("%v, %d of %d: %v for %v", tt.c, tt.bad, tt.of, got, why)
		}
	}
}

// TestWords: every condition has all its sentences.
func TestWords(t *testing.T) {
	names := map[string]bool{}
	for c := range NumConditions {
		s, d := Sample{3, 1000}, Detail{Link: "192.0.2.1:2905 to 198.51.100.2:2905", What: "jumped", Extra: 2}
		for _, text := range []string{Text(c, s, d), Brief(c, s, d), Cleared(c), Advice(c)} {
			if len(text) < 10 || strings.Contains(text, "  ") {
				t.Errorf("%v: %q", c, text)
			}
		}
		if c.String() == "" || names[c.String()] {
			t.Errorf("condition %d is named %q", c, c.String())
		}
		names[c.String()] = true
	}
	for s, want := range map[Sample]string{{1, 3}: "33 %", {1, 100}: "1.0 %", {1, 10_000}: "0.010 %", {1, 10_000_000}: "less than 0.001 %", {5, 0}: "100 %", {0, 0}: "less than 0.001 %"} {
		if got := s.Percent(); got != want {
			t.Errorf("%v: %s, want %s", s, got, want)
		}
	}
}

func TestReport(t *testing.T) {
	var a, b Report
	if a.String() != "good" {
		t.Errorf("nothing: %s", a.String())
	}
	a.Totals[MissingChunks], a.Messages = Sample{2, 500}, 1
	a.Totals[NetworkLoss] = Sample{30, 500}
	b.Totals[MissingChunks], b.Messages = Sample{1, 412}, 1
	b.Totals[CutFrames], b.SnapLength = Sample{1000, 2000}, 96
	b.Active[CutFrames] = true
	a.Merge(&b)
	want := "poor: 3 of 912 SCTP data chunks missing (0.3 %, 2 messages); 1,000 of 2,000 signaling frames cut to 96 octets (50 %); " +
		"30 chunks lost in the network and sent again"
	if got := a.String(); got != want || !a.Active[CutFrames] {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
