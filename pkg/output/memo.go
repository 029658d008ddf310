package output

import (
	"net/netip"

	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

// memo keeps parts of events that repeat word for word: what a rule says of a
// carrier, and the ends of a link. Events come in few such forms, and a copy costs
// a small part of writing ten fields. It is direct-mapped: another form in a
// place takes it over.
type memo struct {
	findings [memoSize]findingText
	links    [memoSize]linkText
}

const memoSize = 128

// findingText is the text of a finding up to its sightings.
type findingText struct {
	rule       *rules.Detection
	carrier    *rules.Carrier
	severity   signaling.Severity
	evidence   signaling.Evidence
	confidence signaling.Confidence
	reason     string
	text       []byte
}

// linkText is the text of the two ends of a message and of its link.
type linkText struct {
	src, dst   netip.AddrPort
	id         uint64
	transport  signaling.Transport
	protection signaling.Protection
	text       []byte
}

// finding appends `,"finding":{` and its fields up to the sightings.
func (x *memo) finding(b []byte, f *rules.Finding) []byte {
	t := &x.findings[uint(f.Carrier.Index*37+f.Rule.Index*8+int(f.Severity)*2+int(f.Evidence)*3+int(f.Confidence))%memoSize]
	if t.rule == f.Rule && t.carrier == f.Carrier && t.severity == f.Severity && t.evidence == f.Evidence && t.confidence == f.Confidence && t.reason == f.Reason {
		return append(b, t.text...)
	}
	from := len(b)
	b = append(key(b, "finding"), '{')
	b = appendText(b, "rule", f.Rule.ID)
	b = appendWord(b, "severity", f.Severity.String())
	if f.Carrier.ID != "" {
		b = appendText(b, "carrier", f.Carrier.ID)
	}
	if f.Carrier.Name != "" {
		b = appendText(b, "carrier_name", f.Carrier.Name)
	}
	b = appendWord(b, "evidence", f.Evidence.String())
	b = appendWord(b, "confidence", f.Confidence.String())
	if f.Reason != "" {
		b = appendText(b, "reason", f.Reason)
	}
	*t = findingText{f.Rule, f.Carrier, f.Severity, f.Evidence, f.Confidence, f.Reason, append(t.text[:0], b[from:]...)}
	return b
}

// link appends addresses, transport, link and protection.
func (x *memo) link(b []byte, m *signaling.Message) []byte {
	k := linkText{src: m.Src, dst: m.Dst, protection: m.Protection}
	if l := m.Link; l != nil {
		k.id, k.transport = l.ID, l.Transport
	}
	t := &x.links[(k.id*2+uint64(m.From))%memoSize]
	if len(t.text) != 0 && t.src == k.src && t.dst == k.dst && t.id == k.id && t.transport == k.transport && t.protection == k.protection {
		return append(b, t.text...)
	}
	from := len(b)
	b = appendAddrPort(b, "src_ip", "src_port", m.Src)
	b = appendAddrPort(b, "dest_ip", "dest_port", m.Dst)
	if k.transport != signaling.TransportNone {
		b = appendWord(b, "proto", k.transport.String())
	}
	if k.id != 0 {
		b = appendUint(b, "link", k.id)
	}
	b = appendWord(b, "protection", m.Protection.String())
	k.text = append(t.text[:0], b[from:]...)
	*t = k
	return b
}
