package output

import (
	"strconv"

	"sigtransit/pkg/trust"
)

// AppendStats appends an event of type stats. Its timestamp is the capture time of
// the last frame.
func (e *Encoder) AppendStats(b []byte, s *Stats) []byte {
	b = append(b, '{')
	if s.Last != 0 {
		b = append(key(b, "timestamp"), '"')
		b = append(e.clock.append(b, s.Last), '"')
	}
	b = appendWord(b, "event_type", "stats")
	if s.Source != "" {
		b = appendText(b, "source", s.Source)
	}
	b = append(key(b, "stats"), '{')
	if s.First != 0 {
		b = append(key(b, "first"), '"')
		b = append(e.clock.append(b, s.First), '"')
		b = append(key(b, "last"), '"')
		b = append(e.clock.append(b, s.Last), '"')
	}
	b = appendUint(b, "frames", s.Frames)
	b = appendUint(b, "bytes", s.Bytes)
	b = appendUint(b, "decoded", s.Decoded)
	b = appendUint(b, "not_signaling", s.NotSignaling)
	b = appendCounts(b, "undecoded", s.Undecoded)
	if n := s.Unaccounted(); n != 0 {
		b = appendInt(b, "unaccounted", n)
	}
	b = appendCounts(b, "capture_drops", s.Drops)
	b = appendUint(b, "flows", s.flows)
	b = appendUint(b, "messages", s.total)
	b = appendUint(b, "duplicates", s.duplicates)
	if list, ok := s.Directions(); ok {
		b = appendCounts(b, "directions", list)
	}
	b = appendUint(b, "missing_chunks", s.MissingChunks)
	b = appendTrust(b, &s.Trust)
	b = appendList(b, "operations", s.Messages(), func(b []byte, c MessageCount) []byte {
		b = appendWord(b, "protocol", c.Protocol.String())
		b = appendText(b, "operation", c.Operation)
		b = appendWord(b, "kind", c.Kind.String())
		return appendUint(b, "count", c.N)
	})
	b = appendList(b, "decode_errors", s.DecodeErrors, func(b []byte, c ErrorCount) []byte {
		b = appendText(b, "protocol", c.Protocol)
		b = appendText(b, "reason", c.Reason)
		return appendUint(b, "count", c.N)
	})
	b = appendList(b, "evictions", s.Evictions, func(b []byte, c TableCount) []byte {
		b = appendText(b, "table", c.Table)
		b = appendText(b, "reason", c.Reason)
		return appendUint(b, "count", c.N)
	})
	b = appendCounts(b, "counters", s.Counters)
	b = appendCounts(b, "state_entries", s.StateEntries)
	b = appendList(b, "findings", s.Findings(), appendFindings)
	b = appendList(b, "findings_test", s.Tested(), appendFindings)
	b = appendList(b, "exceptions", s.Exceptions(), func(b []byte, c ExceptionCount) []byte {
		b = appendText(b, "exception", c.Exception)
		b = appendUint(b, "accepted", c.Accepted)
		return appendUint(b, "expired", c.Expired)
	})
	b = appendCounts(b, "condition_errors", s.failed)
	b = appendList(b, "exposures", s.Exposures(), func(b []byte, x Exposure) []byte {
		b = appendText(b, "carrier", x.Carrier)
		b = appendWord(b, "class", x.Class.String())
		b = appendWord(b, "evidence", x.Evidence.String())
		b = appendUint(b, "messages", x.Messages)
		b = appendUint(b, "returned_secrets", x.Returned)
		b = appendUint(b, "refused", x.Refused)
		b = appendUint(b, "subscribers", x.Subscribers)
		if x.AtLeast {
			b = appendBool(b, "subscribers_at_least", true)
		}
		return b
	})
	b = appendList(b, "carrier_protection", s.Protections(), func(b []byte, r CarrierProtection) []byte {
		b = appendText(b, "carrier", r.Carrier)
		b = appendWord(b, "protection", r.Protection.String())
		b = appendUint(b, "links", r.Links)
		return appendUint(b, "messages", r.Messages)
	})
	b = appendCounts(b, "warnings", s.warnings)
	if s.Elapsed > 0 {
		b = key(b, "elapsed_seconds")
		b = strconv.AppendFloat(b, s.Elapsed.Seconds(), 'f', 6, 64)
	}
	return append(b, '}', '}', '\n')
}

func appendFindings(b []byte, c FindingCount) []byte {
	b = appendText(b, "rule", c.Rule)
	b = appendWord(b, "severity", c.Severity.String())
	return appendUint(b, "count", c.N)
}

// appendTrust appends the verdict on the capture and what led to it.
func appendTrust(b []byte, r *trust.Report) []byte {
	v, _ := r.Judge()
	b = append(key(b, "trust"), '{')
	b = appendWord(b, "verdict", v.String())
	b = appendText(b, "text", r.String())
	var list []trust.Condition
	for c := range trust.NumConditions {
		if r.Totals[c].Bad != 0 || r.Active[c] {
			list = append(list, c)
		}
	}
	b = appendList(b, "conditions", list, func(b []byte, c trust.Condition) []byte {
		b = appendWord(b, "type", c.String())
		b = appendUint(b, "count", r.Totals[c].Bad)
		b = appendUint(b, "of", r.Totals[c].Of)
		return appendBool(b, "active", r.Active[c])
	})
	return append(b, '}')
}

// appendCounts appends an object of words and numbers; nothing when all are 0.
func appendCounts(b []byte, name string, counts []Count) []byte {
	start := len(b)
	b = append(key(b, name), '{')
	open := len(b)
	for _, c := range counts {
		if c.N != 0 {
			b = appendUint(b, c.Name, c.N)
		}
	}
	if len(b) == open {
		return b[:start]
	}
	return append(b, '}')
}

func appendList[T any](b []byte, name string, list []T, item func([]byte, T) []byte) []byte {
	if len(list) == 0 {
		return b
	}
	b = append(key(b, name), '[')
	for i := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(item(append(b, '{'), list[i]), '}')
	}
	return append(b, ']')
}
