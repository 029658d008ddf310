package canary

import (
	"sync/atomic"
	"time"

	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

// Config is a canary to watch for.
type Config struct {
	Name string // the label of metrics
	ID   uint8  // what its sender is given
}

// Watch takes down which canaries were seen, and whether they were flagged. All
// workers of a daemon share one: canaries are rare, and atomic counters cheap enough
// for them. A nil Watch watches for nobody.
type Watch struct {
	list []*series
	byID [MaxID + 1]*series
}

type series struct {
	Config
	seen                atomic.Int64 // capture time, nanoseconds since the epoch
	flagged, notFlagged atomic.Uint64
}

// NewWatch watches for the canaries of a configuration from now on; nil for none. A
// canary that before had too, by name and number, goes on counting where it stood.
func NewWatch(list []Config, now time.Time, before *Watch) *Watch {
	if len(list) == 0 {
		return nil
	}
	w := &Watch{}
	for _, c := range list {
		s := &series{Config: c}
		s.seen.Store(now.UnixNano())
		if before != nil {
			if old := before.byID[c.ID]; old != nil && old.Name == c.Name {
				s = old
			}
		}
		w.list, w.byID[c.ID] = append(w.list, s), s
	}
	return w
}

// Flag is what the rules said about one message of a canary. The zero value:
// nothing.
type Flag struct {
	raised   bool
	severity signaling.Severity // the highest
}

// Add notes a finding, if it is about the canary.
func (f *Flag) Add(x *rules.Finding) {
	if x.Carrier.ID == CarrierID {
		f.raised, f.severity = true, max(f.severity, x.Severity)
	}
}

// See takes a message of a canary down. A request should be flagged, an answer be
// flagged as critical, since there are vectors in it. An answer is known for a
// canary's by its request alone: it proves that both directions are seen, and only it
// counts as a sighting. What a second link shows of the same messages is not counted
// again, nor what ends a dialogue without an answer; canaries that nobody asked for
// are left alone.
func (w *Watch) See(m *signaling.Message, f Flag) {
	mark, _ := ReadMark(m.IMSI)
	s := w.byID[mark.ID]
	if s == nil || m.Duplicate {
		return
	}
	good := f.raised
	switch m.Kind {
	case signaling.KindInvoke, signaling.KindRequest:
	case signaling.KindResult, signaling.KindAnswer:
		good = good && f.severity == signaling.SeverityCritical
		// Workers may be at different frames: time goes forward only.
		for {
			old := s.seen.Load()
			if m.Time <= old || s.seen.CompareAndSwap(old, m.Time) {
				break
			}
		}
	default:
		return
	}
	if good {
		s.flagged.Add(1)
	} else {
		s.notFlagged.Add(1)
	}
}

// Sight is what became of one canary.
type Sight struct {
	Config
	// LastSeen is the capture time of its last answer, nanoseconds since the epoch;
	// before the first one, when it began to be watched for.
	LastSeen            int64
	Flagged, NotFlagged uint64
}

// Each tells of all canaries, in the order of the configuration. It may be called from
// any goroutine.
func (w *Watch) Each(f func(Sight)) {
	if w == nil {
		return
	}
	for _, s := range w.list {
		f(Sight{s.Config, s.seen.Load(), s.flagged.Load(), s.notFlagged.Load()})
	}
}
