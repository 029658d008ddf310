package output

import (
	"bytes"
	"reflect"
	"testing"
	"time"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

func TestStats(t *testing.T) {
	s := sampleStats()
	if n := s.Unaccounted(); n != 0 {
		t.Errorf("%d frames unaccounted for", n)
	}
	if got := s.Total(); got != 19 {
		t.Errorf("%d messages", got)
	}
	if got := s.Duplicates(); got != 1 {
		t.Errorf("%d duplicates", got)
	}
	var sum uint64
	for _, c := range s.Messages() {
		sum += c.N
	}
	if sum+s.Duplicates() != s.Total() {
		t.Errorf("operations add up to %d, want %d", sum, s.Total()-s.Duplicates())
	}
	if v, ok := s.MaxSeverity(); v != signaling.SeverityCritical || !ok {
		t.Errorf("severest finding %v, %v", v, ok)
	}
	if _, ok := new(Stats).MaxSeverity(); ok {
		t.Error("no findings have a severity")
	}
	want := []FindingCount{{"vectors-in-clear", signaling.SeverityCritical, 1}, {"location-in-clear", signaling.SeverityHigh, 1}, {"location-in-clear", signaling.SeverityMedium, 1}}
	if got := s.Findings(); !reflect.DeepEqual(got, want) {
		t.Errorf("findings %v", got)
	}
	exposures := []Exposure{
		{"pccw-global", "PCCW Global", signaling.ClassAuthentication, signaling.EvidenceAdjacent, 1, 1, 0, 1, false},
		{"pccw-global", "PCCW Global", signaling.ClassLocation, signaling.EvidenceAdjacent, 1, 0, 0, 1, false},
		{"example-ipx", "", signaling.ClassLocation, signaling.EvidenceHop, 1, 1, 0, 1, false},
	}
	got := s.Exposures()
	if len(got) == 3 && got[0].Class == signaling.ClassLocation {
		got[0], got[1] = got[1], got[0]
	}
	if !reflect.DeepEqual(got, exposures) {
		t.Errorf("exposures %+v", got)
	}
	if got, want := s.CarrierMessages(), []FlowCount{{"example-ipx", signaling.Clear, 1}, {"pccw-global", signaling.Clear, 2}}; !reflect.DeepEqual(got, want) {
		t.Errorf("messages of carriers %v", got)
	}
}

func TestTwoRulesOneMessage(t *testing.T) {
	s := &Stats{}
	f, g := locationFinding(), locationFinding()
	g.Rule, g.Message = authRule, f.Message
	for range 3 {
		s.AddMessage(f.Message)
		s.AddFinding(f)
		s.AddFinding(g)
	}
	if got := s.Flagged(); len(got) != 1 || got[0].N != 3 {
		t.Errorf("flagged %+v, want 3 messages", got)
	}
	if got := s.Findings(); len(got) != 2 || got[0].N != 3 || got[1].N != 3 {
		t.Errorf("findings %+v", got)
	}
}

// TestPathNoMessage: a finding about a path counts for its rule, and flags no message.
func TestPathNoMessage(t *testing.T) {
	s := &Stats{}
	for _, f := range pathFindings() {
		s.AddFinding(f)
	}
	if got := s.Findings(); len(got) != 3 {
		t.Errorf("findings %+v", got)
	}
	if got, flagged := s.Exposures(), s.Flagged(); len(got) != 0 || len(flagged) != 0 {
		t.Errorf("exposures %+v, flagged %+v", got, flagged)
	}
}

// TestReload: the watchlist and rules of a new configuration have new pointers and
// go on with the counters of their ids.
func TestReload(t *testing.T) {
	s := &Stats{}
	f := locationFinding()
	s.AddMessage(f.Message)
	s.AddFinding(f)
	c, r := *f.Carrier, *f.Rule
	f.Carrier, f.Rule = &c, &r
	s.AddMessage(f.Message)
	s.AddFinding(f)
	if got := s.Flagged(); len(got) != 1 || got[0].N != 2 {
		t.Errorf("flagged %+v", got)
	}
	if got := s.Findings(); len(got) != 1 || got[0].N != 2 {
		t.Errorf("findings %+v", got)
	}
}

func TestOddValues(t *testing.T) {
	s := &Stats{}
	m := &signaling.Message{Protocol: 200, Kind: 200, Operation: 65535, Class: 200, Protection: 200}
	s.AddMessage(m)
	m.Operation = 1
	s.AddMessage(m)
	s.AddFinding(&rules.Finding{Message: m, Rule: testRule, Carrier: testCarrier, Evidence: 200})
	if s.Total() != 2 || len(s.Exposures()) != 1 {
		t.Errorf("%d messages, exposures %v", s.Total(), s.Exposures())
	}
}

func TestSubscribers(t *testing.T) {
	s := &Stats{}
	f := locationFinding()
	add := func(imsi, msisdn string) {
		f.Message.IMSI, f.Message.MSISDN = telecom.Digits{}, telecom.Digits{}
		if imsi != "" {
			f.Message.IMSI = telecom.MustDigits(imsi)
		}
		if msisdn != "" {
			f.Message.MSISDN = telecom.MustDigits(msisdn)
		}
		s.AddMessage(f.Message)
		s.AddFinding(f)
	}
	for range 3 {
		add("001010123456890", "")
		add("00101012345689", "")
		add("001010123456890", "99912345678")
		add("", "99912345678")
		add("", "001010123456890")
		add("0010101234568901", "")
		add("", "")
	}
	if got := s.Exposures()[0]; got.Subscribers != 5 || got.AtLeast {
		t.Errorf("%+v, want 5 subscribers", got)
	}
}

func TestSubscriberBound(t *testing.T) {
	s := &Stats{}
	f := locationFinding()
	const over = maxSubscribers + 1000
	for i := range over {
		f.Message.IMSI = telecom.DigitsFromTBCD([]byte{0x00, 0x01, 0x01, bcd(i), bcd(i / 100), bcd(i / 10000), 0x11, 0xf1})
		s.AddMessage(f.Message)
		s.AddFinding(f)
		if i == 999 && s.Exposures()[0].Subscribers != 1000 {
			t.Fatalf("%+v after 1000", s.Exposures()[0])
		}
	}
	if got := s.Exposures()[0]; got.Subscribers != maxSubscribers || !got.AtLeast || got.Messages != over {
		t.Errorf("%+v", got)
	}
	if s.subscriberSlots > maxSubscriberSlots {
		t.Errorf("%d slots", s.subscriberSlots)
	}
	full := &subscriberSet{}
	if grown := full.add(1, 15); grown != 0 || !full.full || full.n != 0 {
		t.Errorf("a set without room: grew by %d, %+v", grown, full)
	}
	if grown := full.add(1, 0); grown != 0 || full.n != 0 {
		t.Errorf("grew by %d, %+v", grown, full)
	}
}

func bcd(v int) byte { return byte(v%10) | byte(v/10%10)<<4 }

func TestSnapshotAndMerge(t *testing.T) {
	a, b := sampleStats(), sampleStats()
	snap := a.Snapshot()
	before := a.Exposures()
	f := locationFinding()
	f.Message.IMSI = telecom.MustDigits("001010000000001")
	a.AddMessage(f.Message)
	a.AddFinding(f)
	if got := snap.Exposures(); !reflect.DeepEqual(got, before) {
		t.Errorf("the snapshot moved: %+v", got)
	}
	if snap.Total() != 19 || a.Total() != 20 {
		t.Errorf("%d and %d messages", snap.Total(), a.Total())
	}

	sum := &Stats{}
	sum.Merge(a)
	sum.Merge(b)
	if sum.Total() != 39 || sum.Frames != 2*12345 || sum.Unaccounted() != 0 || sum.Elapsed != a.Elapsed || sum.First != testTime {
		t.Errorf("merged: %+v", sum)
	}
	if got := sum.DecodeErrors; !reflect.DeepEqual(got, []ErrorCount{{"sccp", "truncated", 24}, {"map", "malformed", 2}}) {
		t.Errorf("errors %v", got)
	}
	for _, x := range sum.Exposures() {
		want := map[signaling.Class]uint64{signaling.ClassLocation: 2, signaling.ClassAuthentication: 1}[x.Class]
		if x.Carrier == "pccw-global" && (x.Subscribers != want || x.AtLeast) {
			t.Errorf("merged %+v, want %d subscribers", x, want)
		}
	}
	if sum.CarrierFlows[0].N != 2 || sum.Evictions[0].N != 8 || sum.StateEntries[0].N != 34 || sum.Warnings()[0].N != 6 || sum.Flows() != 2 {
		t.Errorf("merged lists: %+v", sum)
	}
	// The counts of snapshots overlap: the greater one holds.
	both := &Stats{}
	both.Merge(snap)
	both.Merge(snap)
	if x := both.Exposures()[0]; x.Subscribers != 1 || !x.AtLeast || x.Messages != 2 {
		t.Errorf("merged snapshots %+v", x)
	}
}

func TestCountingDoesNotAllocate(t *testing.T) {
	s := &Stats{}
	f := locationFinding()
	w, fl := warning(), flowEvent()
	if n := testing.AllocsPerRun(100, func() {
		s.AddMessage(f.Message)
		s.AddFinding(f)
		s.AddFlow(fl)
		s.AddWarning(w)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestTested: what rules in mode test would find stands apart from findings, in the
// totals, the event and the summary.
func TestTested(t *testing.T) {
	s, o := &Stats{}, &Stats{}
	f := locationFinding()
	s.AddMessage(f.Message)
	s.AddTested(f)
	o.AddTested(f)
	s.Merge(o)
	want := []FindingCount{{"location-in-clear", f.Severity, 2}}
	if got := s.Snapshot().Tested(); !reflect.DeepEqual(got, want) {
		t.Errorf("tested %v", got)
	}
	if s.Findings() != nil || s.Flagged() != nil {
		t.Errorf("findings %v, flagged %v", s.Findings(), s.Flagged())
	}
	if b := NewEncoder(Options{}).AppendStats(nil, s); !bytes.Contains(b, []byte(`"findings_test":[{"rule":"location-in-clear","severity":"high","count":2}]`)) {
		t.Errorf("%s", b)
	}
	if b := NewSummary(Screen{}).AppendStats(nil, s); !bytes.Contains(b, []byte("  rules in mode test would have found:\n           2  high      location-in-clear\n")) {
		t.Errorf("%s", b)
	}
}

// TestNoCarrier: a finding about a message that nobody is known to carry flags it for
// no carrier.
func TestNoCarrier(t *testing.T) {
	s := &Stats{}
	f := locationFinding()
	f.Carrier, f.Evidence, f.Sightings = &rules.Carrier{Index: -1}, signaling.EvidenceNone, nil
	s.AddMessage(f.Message)
	s.AddFinding(f)
	if len(s.Findings()) != 1 || s.Flagged() != nil {
		t.Errorf("findings %v, flagged %v", s.Findings(), s.Flagged())
	}
	e := NewEncoder(Options{})
	for range 2 {
		if b := e.AppendFinding(nil, f); !bytes.Contains(b, []byte(`"finding":{"rule":"location-in-clear","severity":"high","evidence":"none"`)) {
			t.Errorf("%s", b)
		}
	}
}

// TestAsides: what exceptions took and what could not be judged is counted, merged and
// copied.
func TestAsides(t *testing.T) {
	s, o := sampleStats(), sampleStats()
	s.Merge(o)
	want := []ExceptionCount{{"partner-over-pccw", "roaming@example.net", time.Date(2027, 3, 31, 0, 0, 0, 0, time.UTC), 4, 2}}
	c := s.Snapshot()
	s.Merge(o)
	if got := c.Exceptions(); !reflect.DeepEqual(got, want) {
		t.Errorf("exceptions %v", got)
	}
	if got := c.ConditionErrors(); !reflect.DeepEqual(got, []Count{{"own-rule", 2}}) {
		t.Errorf("condition errors %v", got)
	}
}
