package dissect

import (
	"testing"
	"time"

	"sigtransit/pkg/capture"
	"sigtransit/pkg/trust"
)

// TestClockSteps: a clock that is set is told from a capture that paused.
func TestClockSteps(t *testing.T) {
	const (
		sec  = time.Second
		hour = time.Hour
	)
	for _, tt := range []struct {
		name        string
		live        bool
		steps       []time.Duration // from frame to frame; on a port, of the clock alone
		silent      []time.Duration // that pass on a port before each frame, as Idle tells
		want        uint64
		wantVerdict trust.Verdict
	}{
		{"steady", false, []time.Duration{sec, 50 * time.Minute, sec}, nil, 0, trust.Good},
		{"out of order, as merged files are", false, []time.Duration{sec, -sec / 2, sec}, nil, 0, trust.Good},
		{"set back", false, []time.Duration{sec, -2 * hour, sec}, nil, 1, trust.Limited},
		{"a pause", false, []time.Duration{sec, 2 * hour, sec}, nil, 0, trust.Good},
		{"a week", false, []time.Duration{sec, 7 * 24 * hour, sec, 24 * hour}, nil, 0, trust.Good},
		{"ahead, and back again", false, []time.Duration{sec, 2 * hour, sec, -2 * hour}, nil, 1, trust.Limited},
		{"back, and ahead again", false, []time.Duration{sec, -2 * hour, sec, 2 * hour}, nil, 2, trust.Limited},
		{"back, and ahead of where it was", false, []time.Duration{sec, -2 * hour, sec, 3 * hour}, nil, 2, trust.Limited},
		{"back, caught up, then a pause", false, []time.Duration{-10 * sec, 11 * sec, 2 * hour}, nil, 1, trust.Limited},
		{"a port whose clock is set ahead", true, []time.Duration{sec, 2 * hour, sec}, nil, 1, trust.Limited},
		{"a port that was silent", true, []time.Duration{sec, 2 * hour, sec}, []time.Duration{0, 2 * hour, 0}, 0, trust.Good},
		{"a port whose clock is set ahead in a silence", true, []time.Duration{sec, 4 * hour, sec}, []time.Duration{0, 2 * hour, 0}, 1, trust.Limited},
		{"a port whose clock is set back", true, []time.Duration{sec, -2 * hour, sec}, nil, 1, trust.Limited},
	} {
		d := New(nothing{}, Options{Live: tt.live})
		at, n := int64(1_795_000_000e9), uint64(0)
		frame := func() {
			n++
			d.Feed(&capture.Frame{Time: at, Number: n, LinkType: capture.LinkTypeEthernet, Data: make([]byte, 60), Length: 60})
		}
		frame()
		for i, step := range tt.steps {
			if tt.silent != nil {
				for s := 10 * sec; s <= tt.silent[i]; s += 10 * sec {
					d.Idle(at + int64(s))
				}
			}
			at += int64(step)
			frame()
		}
		r := d.Trust()
		if verdict, _ := r.Judge(); d.Counters.ClockSteps != tt.want || verdict != tt.wantVerdict {
			t.Errorf("%s: %d steps, %v; want %d and %v", tt.name, d.Counters.ClockSteps, verdict, tt.want, tt.wantVerdict)
		}
	}
}
