package output

import (
	"net/netip"
	"strconv"

	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

// CEF writes events in the Common Event Format of ArcSight, version 0 of the
// format: one line an event. deploy/README.md has the table of fields. Personal
// numbers are written as in JSON. What JSON would escape stands in its escaped
// form, and totals are not written: they are for metrics.
type CEF struct {
	json  Encoder
	value []byte // scratch of the field that is written
}

var _ Renderer = (*CEF)(nil)

// NewCEF makes a renderer for one goroutine.
func NewCEF(opts Options) *CEF { return &CEF{json: *NewEncoder(opts)} }

// cefSeverities are the severities of findings on the scale of CEF: 0 to 3 low, 4
// to 6 medium, 7 and 8 high, 9 and 10 very high.
var cefSeverities = [signaling.NumSeverities]string{"1", "3", "5", "8", "10"}

// head appends the header: signature, name and severity of the event. The version
// of the device is that of the table of fields.
func (e *CEF) head(b []byte, signature, name, severity string) []byte {
	b = append(b, "CEF:0|sigtransit|sigtransit|1|"...)
	b = append(e.header(b, signature), '|')
	b = append(e.header(b, name), '|')
	return append(append(b, severity...), '|')
}

func (e *CEF) header(b []byte, s string) []byte {
	e.value = appendEscaped(e.value[:0], s)
	return appendCEF(b, e.value, '|')
}

// field appends an extension field: a space unless it is the first, and the name.
func field(b []byte, name string) []byte {
	if b[len(b)-1] != '|' {
		b = append(b, ' ')
	}
	return append(append(b, name...), '=')
}

func (e *CEF) text(b []byte, name, s string) []byte {
	if s == "" {
		return b
	}
	e.value = appendEscaped(e.value[:0], s)
	return appendCEF(field(b, name), e.value, '=')
}

// custom appends a field of the device's own, which needs a label.
func (e *CEF) custom(b []byte, name, label, s string) []byte {
	if s == "" {
		return b
	}
	return appendLabel(e.text(b, name, s), name, label)
}

func appendLabel(b []byte, name, label string) []byte {
	b = append(append(b, ' '), name...)
	return append(append(b, "Label="...), label...)
}

// appendCEF appends v, which is escaped as the inside of a JSON string, with the
// escapes of CEF: backslash, line feed and carriage return, and mark, which would
// end the field: a vertical bar in the header, an equals sign behind it.
func appendCEF(b, v []byte, mark byte) []byte {
	for i := 0; i < len(v); i++ {
		c := v[i]
		switch {
		case c == mark:
			b = append(b, '\\', c)
		case c != '\\':
			b = append(b, c)
		default:
			i++ // an escape has at least one more octet
			switch v[i] {
			case '"':
				b = append(b, '"')
			case '\\':
				b = append(b, '\\', '\\')
			case 'n', 'r':
				if mark == '|' { // a header has no lines
					b = append(b, ' ')
				} else {
					b = append(b, '\\', v[i])
				}
			case 't':
				b = append(b, ' ')
			default: // \u and four digits
				b = append(b, '\\', '\\', v[i])
			}
		}
	}
	return b
}

func cefTime(b []byte, ns int64) []byte {
	if ns == 0 {
		return b
	}
	second, nanos := split(ns)
	return strconv.AppendInt(field(b, "rt"), second*1000+nanos/1e6, 10)
}

func (e *CEF) frame(b []byte, source string, frame uint64) []byte {
	b = e.text(b, "deviceExternalId", source)
	if frame != 0 {
		b = strconv.AppendUint(field(b, "cn1"), frame, 10)
		b = append(field(b, "cn1Label"), "frame"...)
	}
	return b
}

// address appends an address: CEF has other fields for IPv6, with labels.
func address(b []byte, a netip.AddrPort, v4, v6, label, port string) []byte {
	if !a.Addr().IsValid() {
		return b
	}
	if ip := a.Addr().Unmap(); ip.Is4() {
		b = ip.AppendTo(field(b, v4))
	} else {
		b = ip.WithZone("").AppendTo(field(b, v6))
		b = appendLabel(b, v6, label)
	}
	if a.Port() != 0 {
		b = strconv.AppendUint(field(b, port), uint64(a.Port()), 10)
	}
	return b
}

// message appends what events of a message have in common.
func (e *CEF) message(b []byte, m *signaling.Message) []byte {
	p := &e.json.privacy
	p.setMessage(m)
	b = cefTime(b, m.Time)
	b = e.frame(b, m.Source, m.Frame)
	b = address(b, m.Src, "src", "c6a2", "Source IPv6 Address", "spt")
	b = address(b, m.Dst, "dst", "c6a3", "Destination IPv6 Address", "dpt")
	if l := m.Link; l != nil {
		b = e.text(b, "proto", l.Transport.String())
	}
	if m.Protocol != signaling.ProtocolNone {
		b = e.text(b, "app", m.Protocol.String())
	}
	b = e.text(b, "cat", m.Class.String())
	if m.Operation != 0 {
		b = e.custom(b, "cs3", "operation", m.Operation.String())
	}
	if m.Kind != signaling.KindNone {
		b = e.custom(b, "cs4", "kind", m.Kind.String())
	}
	b = e.custom(b, "cs5", "protection", m.Protection.String())
	id, kind := m.IMSI, numberIMSI
	if id.Len() == 0 {
		id, kind = m.MSISDN, numberMSISDN
	}
	if id.Len() > 0 {
		b = p.appendNumber(field(b, "duser"), id, kind)
		b = p.appendPseudonym(field(b, "duid"), id, kind)
	}
	return b
}

// AppendFinding appends a finding.
func (e *CEF) AppendFinding(b []byte, f *rules.Finding) []byte {
	name := f.Rule.Title
	if name == "" {
		name = f.Rule.ID
	}
	b = e.head(b, f.Rule.ID, name, cefSeverities[min(f.Severity, signaling.SeverityCritical)])
	b = e.message(b, f.Message)
	carrier := f.Carrier.Name
	if carrier == "" {
		carrier = f.Carrier.ID
	}
	b = e.custom(b, "cs1", "carrier", carrier)
	b = e.custom(b, "cs2", "evidence", f.Evidence.String())
	b = e.custom(b, "cs6", "confidence", f.Confidence.String())
	b = e.text(b, "reason", f.Reason)
	if f.Path != nil {
		b = e.text(b, "msg", f.Path.Text(carrier))
	}
	if len(f.Sightings) == 0 {
		return append(b, '\n')
	}
	b = field(b, "msg")
	for i := range f.Sightings {
		if i > 0 {
			b = append(b, ", "...)
		}
		s := &f.Sightings[i]
		b = append(b, s.Position.String()...)
		if len(s.Value) > 0 {
			e.value = appendScrubbed(&e.json.privacy, e.value[:0], s.Value, sightingRun(f.Message, s))
			b = appendCEF(append(b, ' '), e.value, '=')
		}
	}
	return append(b, '\n')
}

// AppendMessage appends a decoded message.
func (e *CEF) AppendMessage(b []byte, m *signaling.Message) []byte {
	b = e.head(b, "message", "signaling message", "0")
	return append(e.message(b, m), '\n')
}

// AppendFlow appends an event in the life of a link.
func (e *CEF) AppendFlow(b []byte, f *signaling.FlowEvent) []byte {
	e.json.privacy.numSubject = 0
	b = e.head(b, "flow", "signaling link", "0")
	b = cefTime(b, f.Time)
	b = e.frame(b, f.Source, f.Frame)
	if l := f.Link; l != nil {
		b = address(b, firstAddr(&l.Ends[0]), "src", "c6a2", "Source IPv6 Address", "spt")
		b = address(b, firstAddr(&l.Ends[1]), "dst", "c6a3", "Destination IPv6 Address", "dpt")
		b = e.text(b, "proto", l.Transport.String())
		b = e.custom(b, "cs5", "protection", l.Protection.String())
	}
	b = e.text(b, "outcome", f.State)
	b = e.text(b, "reason", f.Reason)
	return append(b, '\n')
}

// firstAddr is one address of an end: CEF has no room for more.
func firstAddr(e *signaling.End) netip.AddrPort {
	if len(e.Addrs) == 0 {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(e.Addrs[0], e.Port)
}

// AppendWarning appends a warning.
func (e *CEF) AppendWarning(b []byte, w *signaling.Warning) []byte {
	b = e.head(b, w.Type, "the capture cannot be trusted", "5")
	b = cefTime(b, w.Time)
	b = e.frame(b, w.Source, w.Frame)
	if w.Count != 0 {
		b = strconv.AppendUint(field(b, "cnt"), w.Count, 10)
	}
	return append(e.text(b, "msg", w.Text), '\n')
}

// AppendStats appends nothing.
func (e *CEF) AppendStats(b []byte, _ *Stats) []byte { return b }
