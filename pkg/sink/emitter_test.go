package sink

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"sigtransit/pkg/output"
	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

func testFinding(severity signaling.Severity) *rules.Finding {
	m := &signaling.Message{Time: 1_800_000_000_000_000_000, Link: &signaling.Link{}, Protocol: signaling.MAP, Source: "eth1"}
	return &rules.Finding{
		Message: m, Rule: &rules.Detection{ID: "location-in-clear"}, Carrier: &rules.Carrier{ID: "example"}, Severity: severity,
	}
}

// TestEmitter: each sink gets what its filter lets through, in its format, and what
// nobody wants is not even rendered.
func TestEmitter(t *testing.T) {
	leaves(t)
	dir := t.TempDir()
	all := []Config{testConfig(100), testConfig(100), testConfig(100)}
	for i := range all {
		all[i].Name = string(rune('a' + i))
		all[i].File.Path = filepath.Join(dir, all[i].Name)
	}
	all[0].Events = 1<<Finding | 1<<Warning | 1<<Stats
	all[1].Format, all[1].MinSeverity, all[1].Events = CEF, high, 1<<Finding|1<<Flow|1<<Stats
	all[2].Events = 1 << Flow
	set, err := Open(all, Deps{})
	if err != nil {
		t.Fatal(err)
	}
	for typ, want := range map[Type]bool{Finding: true, Warning: true, Flow: true, Stats: true, Message: false} {
		if set.Wants(typ) != want {
			t.Errorf("wants %v: %v", typ, !want)
		}
	}
	e := set.Emitter(output.Options{})
	e.Finding(testFinding(low))
	e.Finding(testFinding(critical))
	e.Message(testFinding(low).Message)
	e.Flow(&signaling.FlowEvent{State: "new"})
	e.Warning(&signaling.Warning{Type: "one-way-mirror", Text: "x"})
	e.Stats(&output.Stats{Frames: 7})
	if err := set.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	types := func(path string) (types []string) {
		for line := range strings.Lines(read(t, path)) {
			var v struct {
				EventType string `json:"event_type"`
			}
			if err := json.Unmarshal([]byte(line), &v); err != nil {
				t.Errorf("%s: %v", line, err)
			}
			types = append(types, v.EventType)
		}
		return types
	}
	if got := strings.Join(types(all[0].File.Path), " "); got != "finding finding warning stats" {
		t.Errorf("a: %s", got)
	}
	if got := strings.Join(types(all[2].File.Path), " "); got != "flow" {
		t.Errorf("c: %s", got)
	}
	got := strings.Split(read(t, all[1].File.Path), "\n")
	if len(got) != 3 || !strings.Contains(got[0], "|location-in-clear|location-in-clear|10|") || !strings.Contains(got[1], "|flow|signaling link|0|") {
		t.Errorf("b: %q", got)
	}
	for _, y := range set.Snapshots() {
		balanced(t, y)
	}
}

// TestEmitterDoesNotAllocate: a message that nobody wants, and a finding that is
// enqueued.
func TestEmitterDoesNotAllocate(t *testing.T) {
	x := &fake{stuck: make(chan struct{})}
	c := testConfig(64)
	c.Events = 1 << Finding
	s := startFake(t, c, x)
	e := (&Set{sinks: []*Sink{s}}).Emitter(output.Options{})
	f := testFinding(low)
	for range 1000 {
		e.Finding(f)
	}
	if n := testing.AllocsPerRun(1000, func() { e.Finding(f); e.Message(f.Message) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	close(x.stuck)
	_ = s.Close(t.Context())
}
