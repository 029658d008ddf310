package rulebook

import (
	"context"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"sigtransit/pkg/capture"
	"sigtransit/pkg/pipeline"
	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

// pair is a rule and a carrier.
type pair struct{ rule, carrier string }

// asking is an emitter that has every message explained and holds the explanation to
// what the engine found.
type asking struct {
	t     *testing.T
	w     *pipeline.Worker
	ask   bool
	fired map[pair]bool
	all   []rules.Told

	messages, fits, again int
}

func (a *asking) Finding(f *rules.Finding) {
	a.all = append(a.all, a.w.Engine().Set().Tell(f))
	if f.Flow == nil {
		a.fired[pair{f.Rule.ID, f.Carrier.ID}] = true
	}
}

func (a *asking) Flow(*signaling.FlowEvent)  {}
func (a *asking) Warning(*signaling.Warning) {}

func (a *asking) Message(m *signaling.Message) {
	defer clear(a.fired)
	if !a.ask {
		return
	}
	a.messages++
	e := a.w.Engine()
	verdicts := slices.Clone(e.Verdicts())
	x := e.Explain(m)
	if y := e.Explain(m); !reflect.DeepEqual(x, y) {
		a.t.Fatalf("frame %d: a second explanation differs from the first", m.Frame)
	}
	explained := map[pair]bool{}
	for _, r := range x.Rules {
		if r.Carrier == nil {
			found := false
			for p := range a.fired {
				if p.rule == r.Rule.ID {
					found, explained[p] = true, true
				}
			}
			switch {
			case found != (r.Missed == "") && !m.Duplicate:
				a.t.Errorf("frame %d: %s, fired: %t, is said to miss %q", m.Frame, r.Rule.ID, found, r.Missed)
			case found:
				a.fits++
			}
			continue
		}
		p := pair{r.Rule.ID, r.Carrier.ID}
		switch {
		case a.fired[p] && r.Missed != "":
			a.t.Errorf("frame %d: %v fired, and is said to miss %q", m.Frame, p, r.Missed)
		case !a.fired[p] && r.Missed == "" && !m.Duplicate:
			a.t.Errorf("frame %d: %v is said to fit, and did not fire", m.Frame, p)
		case !a.fired[p] && r.Missed == "":
			a.again++
		case r.Missed == "":
			a.fits++
		}
		explained[p] = true
	}
	for p := range a.fired {
		if !explained[p] {
			a.t.Errorf("frame %d: %v fired, and nothing is said of it", m.Frame, p)
		}
	}
	for _, v := range verdicts {
		if !slices.ContainsFunc(x.Carriers, func(c rules.CarrierReason) bool { return c.Verdict == v }) {
			a.t.Errorf("frame %d: verdict %+v is not explained", m.Frame, v)
		}
	}
	for _, c := range x.Carriers {
		for _, s := range c.Sightings {
			if s.FromRequest || s.Identifier == nil {
				continue
			}
			if !slices.ContainsFunc(x.Looked, func(l rules.Looked) bool {
				return l.Position == s.Position && slices.Contains(l.Identifiers, s.Identifier)
			}) {
				a.t.Errorf("frame %d: %v %s was seen, and not looked up", m.Frame, s.Position, s.Identifier.Value)
			}
		}
	}
}

// TestExplainAgrees: of every message of every case, the explanation says of each rule
// and carrier what the engine did, and asking for it changes nothing.
func TestExplainAgrees(t *testing.T) {
	set, err := rules.Load(rules.Options{DetectionFiles: []string{"../../rules/tests/files/context-on.yaml", "../../rules/tests/files/senders-on.yaml"}})
	if err != nil {
		t.Fatal(err)
	}
	inputs, err := filepath.Glob("../../testdata/*/input.*")
	if err != nil || len(inputs) < 50 {
		t.Fatalf("%d cases, %v", len(inputs), err)
	}
	run := func(name string, ask bool) *asking {
		f, err := capture.Open(name, capture.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		a := &asking{t: t, ask: ask, fired: map[pair]bool{}}
		a.w = pipeline.New(set, pipeline.Options{Emit: a})
		if err := a.w.Run(context.Background(), name, f, nil); err != nil {
			t.Fatal(err)
		}
		return a
	}
	var messages, fits, again int
	for _, name := range inputs {
		asked, plain := run(name, true), run(name, false)
		if !reflect.DeepEqual(asked.all, plain.all) {
			t.Errorf("%s: %d findings with explanations, %d without", name, len(asked.all), len(plain.all))
		}
		messages, fits, again = messages+asked.messages, fits+asked.fits, again+asked.again
	}
	if messages < 1000 || fits < 500 || again == 0 {
		t.Errorf("%d messages, %d rules that fired, %d second sights: the cases prove nothing", messages, fits, again)
	}
}
