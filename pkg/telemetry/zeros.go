package telemetry

import (
	"slices"

	"sigtransit/pkg/dissect"
	"sigtransit/pkg/output"
	"sigtransit/pkg/signaling"
	"sigtransit/pkg/trust"
	"sigtransit/rules"
)

// Series of closed sets that alerts and dashboards look at are there from the
// start, at zero: Prometheus sees no increase in the first value of a series.
// Flagged messages are not among them: carriers times classes, protocols and kinds
// of evidence would be thousands of series for a long watchlist, nearly all of them
// zero for ever. Alerts on those take a new series as a whole.

// outcomes are those of frames that could not be used.
var outcomes = func() (names []string) {
	for o := dissect.NotSignaling + 1; o < dissect.NumOutcomes; o++ {
		names = append(names, o.String())
	}
	return names
}()

// warnings are the types a live capture can raise.
var warnings = func() []string {
	names := []string{"internal-error", "protection-downgrade", "exception-expired"}
	for c := range trust.NumConditions {
		names = append(names, c.String())
	}
	return names
}()

// withZeros adds the names that were not counted.
func withZeros(counts []output.Count, names []string) []output.Count {
	counts = slices.Clip(counts) // the totals are not ours to change
	for _, name := range names {
		if !slices.ContainsFunc(counts, func(c output.Count) bool { return c.Name == name }) {
			counts = append(counts, output.Count{Name: name})
		}
	}
	return counts
}

// findingsWithZeros adds what the enabled rules can come to and did not.
func findingsWithZeros(counts []output.FindingCount, s *rules.Set) []output.FindingCount {
	counts = slices.Clip(counts)
	for _, d := range s.Detections {
		if d.Mode != rules.ModeActive {
			continue
		}
		add := func(severity signaling.Severity) {
			if !slices.ContainsFunc(counts, func(c output.FindingCount) bool { return c.Rule == d.ID && c.Severity == severity }) {
				counts = append(counts, output.FindingCount{Rule: d.ID, Severity: severity})
			}
		}
		add(d.Severity)
		for _, step := range d.Ladder() {
			add(step.Severity)
		}
	}
	return counts
}

// exceptionsWithZeros adds the exceptions in force that nothing fitted, and leaves out
// those that are no more: their end is no news.
func exceptionsWithZeros(counts []output.ExceptionCount, s *rules.Set) (all []output.ExceptionCount) {
	for _, x := range s.Exceptions {
		c := output.ExceptionCount{Exception: x.ID, Owner: x.Owner, Expires: x.Expires}
		for _, have := range counts {
			if have.Exception == x.ID {
				c.Accepted, c.Expired = have.Accepted, have.Expired
			}
		}
		all = append(all, c)
	}
	return all
}

// conditional are the rules in force that have a condition.
func conditional(s *rules.Set) (ids []string) {
	for _, d := range s.Detections {
		if d.Enabled && d.Condition() != "" {
			ids = append(ids, d.ID)
		}
	}
	return ids
}

// carriersWithZeros adds the carriers of the watchlist that nothing was seen of:
// dashboards choose from them.
func carriersWithZeros(counts []output.FlowCount, s *rules.Set) []output.FlowCount {
	counts = slices.Clip(counts)
	for _, x := range s.Carriers {
		if x.Watched && !slices.ContainsFunc(counts, func(c output.FlowCount) bool { return c.Carrier == x.ID && c.Protection == signaling.Clear }) {
			counts = append(counts, output.FlowCount{Carrier: x.ID, Protection: signaling.Clear})
		}
	}
	return counts
}
