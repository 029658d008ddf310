package sink

import (
	"sigtransit/pkg/output"
	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

// Emitter takes what a worker finds (pipeline.Emitter), renders it once a format
// and hands it to the sinks of a set that want it. It never waits. It belongs to
// one goroutine; workers have one each.
type Emitter struct {
	sinks   []*Sink
	formats [numFormats]output.Renderer
	wanted  uint8 // types that some sink wants
	buf     []byte
}

// Emitter makes an emitter for one goroutine. Emitters whose events are read
// together must share opts.Keys.
func (s *Set) Emitter(opts output.Options) *Emitter {
	e := &Emitter{sinks: s.sinks}
	for _, x := range s.sinks {
		e.wanted |= x.conf.Events
		if e.formats[x.conf.Format] != nil {
			continue
		}
		if x.conf.Format == CEF {
			e.formats[CEF] = output.NewCEF(opts)
		} else {
			e.formats[JSON] = output.NewEncoder(opts)
		}
	}
	return e
}

// emit renders once a format that some sink wants.
func (e *Emitter) emit(m Meta, render func(output.Renderer, []byte) []byte) {
	if e.wanted&(1<<m.Type) == 0 {
		return
	}
	for f, r := range e.formats {
		if r == nil {
			continue
		}
		e.buf = e.buf[:0]
		for _, s := range e.sinks {
			if s.conf.Format != Format(f) || !s.wants(&m) {
				continue
			}
			if len(e.buf) == 0 {
				if e.buf = render(r, e.buf); len(e.buf) == 0 {
					break // not shown in this format
				}
			}
			s.Enqueue(m, e.buf)
		}
	}
}

// Finding delivers a finding.
func (e *Emitter) Finding(f *rules.Finding) {
	m := Meta{Time: f.Message.Time, Type: Finding, Severity: f.Severity, Rule: f.Rule.ID, Carrier: f.Carrier.ID}
	e.emit(m, func(r output.Renderer, b []byte) []byte { return r.AppendFinding(b, f) })
}

// Message delivers a decoded message.
func (e *Emitter) Message(m *signaling.Message) {
	if e.wanted&(1<<Message) == 0 { // the way of every message
		return
	}
	e.emit(Meta{Time: m.Time, Type: Message}, func(r output.Renderer, b []byte) []byte { return r.AppendMessage(b, m) })
}

// Flow delivers an event in the life of a link.
func (e *Emitter) Flow(f *signaling.FlowEvent) {
	e.emit(Meta{Time: f.Time, Type: Flow}, func(r output.Renderer, b []byte) []byte { return r.AppendFlow(b, f) })
}

// Warning delivers a warning.
func (e *Emitter) Warning(w *signaling.Warning) {
	e.emit(Meta{Time: w.Time, Type: Warning}, func(r output.Renderer, b []byte) []byte { return r.AppendWarning(b, w) })
}

// Stats delivers totals.
func (e *Emitter) Stats(s *output.Stats) {
	e.emit(Meta{Time: s.Last, Type: Stats}, func(r output.Renderer, b []byte) []byte { return r.AppendStats(b, s) })
}
