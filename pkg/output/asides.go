package output

import (
	"slices"
	"strings"
	"time"

	"sigtransit/rules"
)

// exceptionCount is what came of one exception.
type exceptionCount struct {
	id, owner         string
	expires           time.Time
	accepted, expired uint64
}

// ExceptionCount is how many findings an exception took, and how many it would have
// taken had it not expired.
type ExceptionCount struct {
	Exception, Owner  string
	Expires           time.Time // the last day
	Accepted, Expired uint64
}

func (s *Stats) exception(id string) *exceptionCount {
	i := slices.IndexFunc(s.excepted, func(c exceptionCount) bool { return c.id == id })
	if i < 0 {
		i = len(s.excepted)
		s.excepted = append(s.excepted, exceptionCount{id: id})
	}
	return &s.excepted[i]
}

// AddExcepted counts a finding that an exception took.
func (s *Stats) AddExcepted(x *rules.Exception) { s.addException(x).accepted++ }

// AddExpired counts a finding that an exception took until it expired.
func (s *Stats) AddExpired(x *rules.Exception) { s.addException(x).expired++ }

func (s *Stats) addException(x *rules.Exception) *exceptionCount {
	c := s.exception(x.ID)
	c.owner, c.expires = x.Owner, x.Expires
	return c
}

// AddConditionError counts a condition of a rule that could not be evaluated.
func (s *Stats) AddConditionError(d *rules.Detection) { s.failed = addCount(s.failed, d.ID, 1) }

// mergeAsides adds what did not become findings.
func (s *Stats) mergeAsides(o *Stats) {
	for _, c := range o.excepted {
		to := s.exception(c.id)
		to.owner, to.expires = c.owner, c.expires
		to.accepted += c.accepted
		to.expired += c.expired
	}
	for _, c := range o.failed {
		s.failed = addCount(s.failed, c.Name, c.N)
	}
}

// Exceptions are the findings that exceptions took or would have taken, by exception.
func (s *Stats) Exceptions() (counts []ExceptionCount) {
	for _, c := range s.excepted {
		counts = append(counts, ExceptionCount{c.id, c.owner, c.expires, c.accepted, c.expired})
	}
	slices.SortFunc(counts, func(a, b ExceptionCount) int { return strings.Compare(a.Exception, b.Exception) })
	return counts
}

// ConditionErrors are the conditions that could not be evaluated, by rule.
func (s *Stats) ConditionErrors() []Count { return s.failed }
