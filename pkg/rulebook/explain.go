package rulebook

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"sigtransit/pkg/capture"
	"sigtransit/pkg/output"
	"sigtransit/pkg/pipeline"
	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

// Question is what has to be explained.
type Question struct {
	Capture string
	Stdin   io.Reader // of the capture "-"
	Frame   uint64
	Rule    string // only this rule; empty: all in force
	Carrier string // only this carrier; empty: all
}

// Explanation is why the messages of a frame were or were not flagged.
type Explanation struct {
	Frame    uint64            `json:"frame"`
	Messages []MessageReasons  `json:"messages"`
	Links    []json.RawMessage `json:"link_findings,omitempty"` // events of findings about the link
	Near     []uint64          `json:"frames_with_messages_near,omitempty"`
}

// MessageReasons explains one message.
type MessageReasons struct {
	Event json.RawMessage `json:"message"` // as replay --messages prints it
	// Undelivered: SCCP returned it to its sender. Rules that name kinds do not fit it.
	Undelivered bool `json:"undelivered,omitempty"`

	Path       []string        `json:"path"` // verdicts; none: unknown
	Looked     []Looked        `json:"looked_up"`
	Remembered []Sighting      `json:"remembered,omitempty"`
	Carriers   []CarrierReason `json:"carriers,omitempty"`
	Rules      []RuleReason    `json:"rules"`
}

// Looked is a value that was looked up.
type Looked struct {
	Position string       `json:"position"`
	Value    string       `json:"value"`
	Matched  []Identifier `json:"matched,omitempty"`
}

// Sighting is an identifier seen at a position.
type Sighting struct {
	Position string `json:"position"`
	Value    string `json:"value,omitempty"`
	Matched  string `json:"matched,omitempty"`
	Role     string `json:"role,omitempty"`
	Proves   string `json:"proves"`
	Earlier  bool   `json:"from_request,omitempty"`
	At       *Place `json:"at,omitempty"`
}

// CarrierReason is what the sightings of a carrier add up to.
type CarrierReason struct {
	Carrier    string     `json:"carrier"`
	Watched    bool       `json:"watched"`
	Evidence   string     `json:"evidence"`
	Confidence string     `json:"confidence"`
	Transit    bool       `json:"transit"`
	Why        string     `json:"why"`
	Sightings  []Sighting `json:"sightings"`
}

// Outcomes of a rule for a message and a carrier.
const (
	Fired    = "fired"
	Accepted = "accepted"         // by an exception
	Tested   = "would have fired" // mode test
	Again    = "reported before"  // the second sight of a message
	NotFired = "did not fire"
)

// outcomes in the order that rules are told in.
var outcomes = []string{Fired, Accepted, Tested, Again, NotFired}

// RuleReason is what a rule made of a message and a carrier.
type RuleReason struct {
	Rule     string   `json:"rule"`
	At       *Place   `json:"at"`
	Carrier  string   `json:"carrier,omitempty"`
	Outcome  string   `json:"outcome"`
	Severity string   `json:"severity,omitempty"`
	Step     string   `json:"step,omitempty"`   // of the ladder that decided
	Missed   string   `json:"missed,omitempty"` // key of match
	Wanted   []string `json:"wanted,omitempty"`
	Is       string   `json:"is,omitempty"`
	// Exception is the exception that accepts it, or that did and has expired.
	Exception string `json:"exception,omitempty"`
}

// explainer takes the events of a worker and asks its engine about one frame.
type explainer struct {
	q       *Question
	w       *pipeline.Worker
	encoder *output.Encoder
	out     *Explanation

	fired   map[[2]string]verdict // of the message at hand, by rule and carrier
	expired string                // the exception that does not cover the next finding any more
}

type verdict struct{ outcome, severity, step, exception string }

// Explain replays a capture up to its end and explains the messages of one frame.
func (k *Knowledge) Explain(ctx context.Context, q *Question, opts output.Options) (*Explanation, error) {
	f, err := capture.Open(q.Capture, capture.Options{Stdin: q.Stdin})
	if err != nil {
		return nil, err
	}
	defer f.Close()
	x := &explainer{q: q, encoder: output.NewEncoder(opts), out: &Explanation{Frame: q.Frame, Messages: []MessageReasons{}}, fired: map[[2]string]verdict{}}
	o := k.Worker
	o.Emit = x
	x.w = pipeline.New(k.Set, o)
	x.w.Engine().Aside = rules.Aside{
		Tested:   func(f *rules.Finding) { x.note(f, Tested, "") },
		Excepted: func(f *rules.Finding, e *rules.Exception) { x.note(f, Accepted, excepted(e)) },
		Expired:  func(_ *rules.Finding, e *rules.Exception) { x.expired = "no more: " + excepted(e) },
	}
	if err := x.w.Run(ctx, q.Capture, f, nil); err != nil {
		return nil, err
	}
	if _, err := x.w.Finish(0); err != nil {
		return nil, err
	}
	if len(x.out.Messages) > 0 {
		x.out.Near = nil
	}
	return x.out, ctx.Err()
}

var _ pipeline.Emitter = (*explainer)(nil)

func (x *explainer) note(f *rules.Finding, outcome, exception string) {
	x.fired[[2]string{f.Rule.ID, f.Carrier.ID}] = verdict{outcome, f.Severity.String(), f.Reason, exception}
}

// excepted says which exception it is.
func excepted(e *rules.Exception) string {
	return fmt.Sprintf("%s of %s, up to %s (%v)", e.ID, e.Owner, e.Expires.Format(time.DateOnly), e.At)
}

// Finding notes a finding of the message that Message is handed next.
func (x *explainer) Finding(f *rules.Finding) {
	switch {
	case f.Flow == nil:
		x.note(f, Fired, x.expired)
		x.expired = ""
	case f.Flow.Frame == x.q.Frame:
		x.out.Links = append(x.out.Links, event(x.encoder.AppendFinding(nil, f)))
	}
}

func event(line []byte) json.RawMessage {
	return json.RawMessage(strings.TrimSuffix(string(line), "\n"))
}

func (x *explainer) Flow(*signaling.FlowEvent)  {}
func (x *explainer) Warning(*signaling.Warning) {}

// Message explains a message of the frame.
func (x *explainer) Message(m *signaling.Message) {
	defer clear(x.fired)
	if m.Frame != x.q.Frame {
		switch {
		case m.Frame < x.q.Frame:
			x.out.Near = []uint64{m.Frame}
		case len(x.out.Near) == 0 || x.out.Near[len(x.out.Near)-1] < x.q.Frame:
			x.out.Near = append(x.out.Near, m.Frame)
		}
		return
	}
	e := x.w.Engine()
	why := e.Explain(m)
	r := MessageReasons{Event: event(x.encoder.AppendMessage(nil, m)), Undelivered: m.Undelivered(), Path: []string{}, Rules: []RuleReason{}}
	for _, v := range e.Verdicts() {
		word := fmt.Sprintf("%s (%v, confidence %v)", v.Carrier.ID, v.Evidence, v.Confidence)
		if v.Group {
			word += ", as a partner of its own group: no transit"
		}
		r.Path = append(r.Path, word)
	}
	for i := range why.Looked {
		l := &why.Looked[i]
		seen := Looked{Position: l.Position.String(), Value: x.value(m, l.Position, l.Value)}
		for _, id := range l.Identifiers {
			seen.Matched = append(seen.Matched, identifier(id))
		}
		r.Looked = append(r.Looked, seen)
	}
	for i := range why.Remembered {
		r.Remembered = append(r.Remembered, x.sighting(m, &why.Remembered[i]))
	}
	for i := range why.Carriers {
		if c := &why.Carriers[i]; x.q.Carrier == "" || x.q.Carrier == c.Carrier.ID {
			r.Carriers = append(r.Carriers, x.carrier(m, c))
		}
	}
	for i := range why.Rules {
		if d := &why.Rules[i]; x.q.Rule == "" || x.q.Rule == d.Rule.ID {
			if x.q.Carrier == "" || d.Carrier == nil || x.q.Carrier == d.Carrier.ID {
				r.Rules = append(r.Rules, x.rule(m, d, why))
			}
		}
	}
	slices.SortStableFunc(r.Rules, func(a, b RuleReason) int {
		return slices.Index(outcomes, a.Outcome) - slices.Index(outcomes, b.Outcome)
	})
	x.out.Messages = append(x.out.Messages, r)
}

// value is a value of a message as events write it.
func (x *explainer) value(m *signaling.Message, pos signaling.Position, v []byte) string {
	return string(x.encoder.AppendValue(nil, m, &rules.Sighting{Position: pos, Value: v}))
}

func (x *explainer) sighting(m *signaling.Message, s *rules.Sighting) Sighting {
	out := Sighting{Position: s.Position.String(), Value: x.value(m, s.Position, s.Value), Proves: s.Proves().String(), Earlier: s.FromRequest}
	if id := s.Identifier; id != nil {
		out.Matched, out.Role, out.At = id.Type+" "+id.Value, id.Role.String(), placeOf(id.At)
	}
	return out
}

func (x *explainer) carrier(m *signaling.Message, c *rules.CarrierReason) CarrierReason {
	out := CarrierReason{
		Carrier: c.Carrier.ID, Watched: c.Carrier.Watched, Evidence: c.Evidence.String(), Confidence: c.Confidence.String(), Transit: c.Transit, Sightings: []Sighting{},
	}
	for i := range c.Sightings {
		out.Sightings = append(out.Sightings, x.sighting(m, &c.Sightings[i]))
	}
	switch {
	case c.Group:
		out.Why = "a network of the carrier's own group is an end: its gear is there as a partner's, which overrides all other sightings"
	case len(c.Sightings) == 0:
	case c.Transit:
		out.Why = "the strongest sighting decides: " + out.Sightings[0].Position
	default:
		out.Why = "its sightings prove no transit"
	}
	return out
}

func (x *explainer) rule(m *signaling.Message, r *rules.RuleReason, why *rules.Explanation) RuleReason {
	out := RuleReason{Rule: r.Rule.ID, At: placeOf(r.Rule.At), Outcome: NotFired, Missed: r.Missed}
	if p := placeOf(r.Rule.Changed); p != nil {
		out.At = p
	}
	if r.Carrier != nil {
		out.Carrier = r.Carrier.ID
	}
	if r.Missed != "" {
		for _, c := range r.Rule.Match {
			if c.Key == r.Missed {
				out.Wanted = c.Words
			}
		}
		out.Is = x.is(m, r, why)
		if r.Missed == "condition" {
			out.Wanted = []string{r.Rule.Condition()}
			out.Is = "false"
			if r.Err != nil {
				out.Is = "not to be evaluated: " + r.Err.Error()
			}
		}
		return out
	}
	for key, v := range x.fired {
		if key[0] == out.Rule && (r.Carrier == nil || key[1] == out.Carrier) {
			out.Outcome, out.Severity, out.Step, out.Exception, out.Carrier = v.outcome, v.severity, v.step, v.exception, key[1]
			return out
		}
	}
	out.Outcome = Again
	return out
}

// is is what a message has where a rule wants something else.
func (x *explainer) is(m *signaling.Message, r *rules.RuleReason, why *rules.Explanation) string {
	i := slices.IndexFunc(why.Carriers, func(c rules.CarrierReason) bool { return c.Carrier == r.Carrier })
	switch r.Missed {
	case "protocol":
		return m.Protocol.String()
	case "class":
		return m.Class.String()
	case "kind":
		if m.Undelivered() {
			return "none: SCCP returned the " + m.Kind.String()
		}
		return m.Kind.String()
	case "operation":
		return m.Operation.String()
	case "protection":
		return m.Protection.String()
	case "direction":
		return m.Roaming.Direction.String()
	case "subscriber":
		return m.Roaming.Subscriber.String()
	case "service":
		return m.Service().String()
	case "contradicts":
		return cmp.Or(strings.Join(why.Contradicts, ", "), "nothing")
	case "carrier":
		return r.Carrier.ID
	case "evidence":
		return why.Carriers[i].Evidence.String()
	case "confidence":
		return why.Carriers[i].Confidence.String()
	case "role", "position":
		var words []string
		for _, s := range why.Carriers[i].Sightings {
			word := s.Position.String()
			if r.Missed == "role" && s.Identifier != nil {
				word = s.Identifier.Role.String()
			}
			if !slices.Contains(words, word) {
				words = append(words, word)
			}
		}
		return strings.Join(words, ", ")
	}
	return ""
}
