package exposure

import (
	"math"

	"github.com/axiomhq/hyperloglog"

	"sigtransit/pkg/signaling"
)

// Names that a Key has in the place of a carrier or partner.
const (
	// Total is the carrier of rows that count every message once: the totals that a
	// share is of.
	Total = "*"
	// PathUnknown is the carrier of rows that count messages for which nothing seen on
	// the wire names a carrier. They are the part of the totals whose evidence is none,
	// or declared: then a carrier has a row of evidence declared besides.
	PathUnknown = ""
	// Other is the partner that stands for all others once an hour has as many rows as
	// it may have.
	Other = "other"
)

// Key is what a row counts messages of.
type Key struct {
	Partner string // id of the partner at the far end; "": unknown
	// Carrier is the id of a carrier on the path, Total or PathUnknown. A message that
	// passes two carriers counts for both.
	Carrier   string
	Service   signaling.Service
	Class     signaling.Class
	Direction signaling.Direction
	// Evidence is how we know that the carrier is on the path; of Total and PathUnknown,
	// the strongest there is for any carrier.
	Evidence signaling.Evidence
	// Watched is, of Total and PathUnknown, the strongest evidence for any watched
	// carrier: messages that pass several watched carriers are one message here.
	Watched    signaling.Evidence
	Protection signaling.Protection
	Subscriber signaling.Whose
}

// Row is what was counted of a Key in an hour, or in a day once its hours were rolled
// up.
type Row struct {
	Hour int64 // seconds since the epoch of the start of the hour or day, UTC
	Span int64 // seconds it covers: 3600 or 86400
	Key

	Messages uint64
	// Dialogues are counted with the first message of theirs that the carrier is on the
	// path of, once for each carrier and class: they can be added up over all else.
	Dialogues uint64
	Secrets   uint64 // answers that returned secrets: signaling.Secrets
	Refused   uint64 // answers that said no: rules.Refused
	// First is when the first of the messages came, nanoseconds since the epoch.
	First       int64
	Subscribers Sketch
}

// precision of the sketches: 2^12 registers.
const precision = 12

// SketchError is the relative standard error of an Estimate: 1.04/sqrt(m) with m
// registers (Flajolet et al., HyperLogLog, 2007). Below some thousand subscribers the
// sketch is sparse, and nearly exact.
var SketchError = 1.04 / math.Sqrt(1<<precision)

// Sketch tells how many distinct subscribers there are, about. The zero value is
// empty. Sketches of different hours and carriers can be united.
type Sketch struct{ hll *hyperloglog.Sketch }

// Estimate is the number of distinct subscribers.
func (s *Sketch) Estimate() uint64 {
	if s.hll == nil {
		return 0
	}
	return s.hll.Estimate()
}

// Merge unites s with o, which stays as it is.
func (s *Sketch) Merge(o *Sketch) error {
	if o.hll == nil {
		return nil
	}
	if s.hll == nil {
		s.hll = o.hll.Clone()
		return nil
	}
	return s.hll.Merge(o.hll)
}

// unite adds a stored sketch.
func (s *Sketch) unite(b []byte) error {
	o, err := unmarshalSketch(b)
	if err == nil {
		err = s.Merge(&o)
	}
	return err
}

// insert adds a keyed hash.
func (s *Sketch) insert(h uint64) {
	if s.hll == nil {
		s.hll, _ = hyperloglog.NewSketch(precision, true) // fails for a wrong precision only
	}
	s.hll.InsertHash(h)
}

func (s *Sketch) marshal() []byte {
	if s.hll == nil {
		return nil
	}
	b, _ := s.hll.MarshalBinary() // fails for a zero sketch only
	return b
}

// unmarshalSketch reads a stored sketch.
func unmarshalSketch(b []byte) (s Sketch, err error) {
	if len(b) == 0 {
		return s, nil
	}
	s.hll = &hyperloglog.Sketch{}
	if err = s.hll.UnmarshalBinary(b); err != nil {
		return Sketch{}, err
	}
	return s, nil
}
