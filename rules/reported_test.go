package rules

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"sigtransit/decoders/tcap"
)

// TestReportedOnce: whatever the number of rules, a second copy of a message makes no
// finding again, in whatever order the copies of a dialogue's messages come.
func TestReportedOnce(t *testing.T) {
	var own strings.Builder
	own.WriteString("detections:\n")
	const rules = 40
	for i := range rules {
		fmt.Fprintf(&own, "  - {id: own-%d, title: t, severity: low, match: {class: [location]}}\n", i)
	}
	s := load(t, one("type: ip_prefix, value: 198.51.100.0/24"), func(o *Options) {
		o.NoBuiltinDetections, o.DetectionFiles = true, []string{writeFile(t, "r.yaml", own.String())}
	})
	workers := [2]*Engine{NewEngine(s), NewEngine(s)} // the copy may be another worker's
	m := mapMessage(t)
	for dialogue := range 100 {
		m.Memory.Reset()
		for copies := range 2 {
			for i := range 3 { // messages of one side under way together
				m.Duplicate, m.Memory.Signature = copies > 0, uint64(i)
				m.Component = &tcap.Component{HasInvokeID: true, InvokeID: int16(i)}
				if got, want := len(evaluate(workers[copies], m)), rules*(1-copies); got != want {
					t.Fatalf("dialogue %d, copy %d of message %d: %d findings, want %d", dialogue, copies, i, got, want)
				}
			}
		}
	}
}

// TestReportedSecondLink: a carrier that shows on the link of the second copy alone makes a
// finding with each message.
func TestReportedSecondLink(t *testing.T) {
	e := NewEngine(load(t, one("type: ip_prefix, value: 203.0.113.0/24")))
	m := mapMessage(t)
	plain, link := newLink(), newLink()
	link.Ends[0].Addrs[0] = netip.MustParseAddr("203.0.113.1")
	for n := range 20_000 {
		m.Memory.Reset()
		for i := range 6 {
			m.Component = &tcap.Component{HasInvokeID: true, InvokeID: int16(i)}
			m.Memory.Signature = uint64(uint32(n*6+i) * 2654435761)
			m.Link, m.Duplicate = plain, false
			if len(evaluate(e, m)) != 0 {
				t.Fatal("a finding of the first copy")
			}
			m.Link, m.Duplicate = link, true
			if got := len(evaluate(e, m)); got != 1 {
				t.Fatalf("dialogue %d, message %d: %d findings of the second copy, want 1", n, i, got)
			}
		}
	}
}

// TestReportedOnLinks: a link remembers what was reported of it for as many rules as anybody
// writes.
func TestReportedOnLinks(t *testing.T) {
	s := load(t, one("type: ip_prefix, value: 198.51.100.0/24"))
	e, l := NewEngine(s), newLink()
	for round := range 2 {
		for i := range maxFlowReports {
			if e.reportFlow(l, s.Carriers[0], &Detection{Index: i}) != (round == 0) {
				t.Fatalf("round %d, rule %d", round, i)
			}
		}
	}
	for i := range 2 * maxFlowReports {
		e.reportFlow(l, s.Carriers[0], &Detection{Index: maxFlowReports + i})
	}
	if len(l.Reported) != maxFlowReports {
		t.Errorf("%d are kept", len(l.Reported))
	}
}

// TestMostCarriers: a list with more carriers than can be numbered is refused.
func TestMostCarriers(t *testing.T) {
	l := &loader{problems: &LoadError{}, sources: map[string]Source{}, carriers: make([]*carrierEntry, mostCarriers-1)}
	l.user(writeFile(t, "w.yaml", "carriers:\n  - {id: last}\n  - {id: more}\n"), (*file).carrierFile)
	if err := l.problems.Error(); len(l.carriers) != mostCarriers || !strings.HasSuffix(err, `w.yaml:3:10: carrier "more" is one too many; want at most 65535`) {
		t.Errorf("%d carriers, error %s", len(l.carriers), err)
	}
}
