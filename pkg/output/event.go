package output

import (
	"net/netip"
	"strconv"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/roaming"
	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

// Options says how events are written.
type Options struct {
	Privacy Mode
	// Keys make the pseudonyms; nil means a random key for this renderer alone.
	// Workers whose output is read together must share Keys.
	Keys *Keys
	// PointCodes says how point codes are written.
	PointCodes PointCodeFormat
	// Roaming names the partners that messages were resolved to; nil: none were.
	Roaming *roaming.Table
}

// PointCodeFormat is a text form of point codes.
type PointCodeFormat uint8

// Forms of point codes.
const (
	// PointCodeAuto: zone-network-point (3-8-3) in international networks (network
	// indicator 0 and 1), a decimal number in national ones of the same variant, and
	// the customary form in all others: 8-8-8 (ANSI, China), 7-4-5 (Japan).
	PointCodeAuto    PointCodeFormat = iota
	PointCodeITU                     // 3-8-3 in every network of 14-bit codes
	PointCodeDecimal                 // decimal always
	numPointCodeFormats
)

var pointCodeFormatNames = [numPointCodeFormats]string{"auto", "3-8-3", "decimal"}

func (f PointCodeFormat) String() string {
	return pointCodeFormatNames[min(f, numPointCodeFormats-1)]
}

// ParsePointCodeFormat is the inverse of PointCodeFormat.String.
func ParsePointCodeFormat(s string) (PointCodeFormat, bool) {
	for i, n := range pointCodeFormatNames {
		if n == s {
			return PointCodeFormat(i), true
		}
	}
	return 0, false
}

func (f PointCodeFormat) append(b []byte, pc telecom.PointCode, v telecom.Variant, ni uint8) []byte {
	if f == PointCodeDecimal || f == PointCodeAuto && ni > 1 && v == telecom.ITU {
		return strconv.AppendUint(b, uint64(pc), 10)
	}
	return v.AppendPointCode(b, pc)
}

// Encoder writes events as JSON lines: one object and a line feed for each call.
// deploy/schema/event.schema.json describes them. In steady state it does not
// allocate, apart from what b needs to grow.
type Encoder struct {
	privacy    Privacy
	pointCodes PointCodeFormat
	roaming    *roaming.Table
	clock      clock
	memo       memo
}

// NewEncoder makes an encoder for one goroutine.
func NewEncoder(opts Options) *Encoder {
	return &Encoder{privacy: newPrivacy(opts.Privacy, opts.Keys), pointCodes: opts.PointCodes, roaming: opts.Roaming}
}

// AppendMessage appends m as an event of type message.
func (e *Encoder) AppendMessage(b []byte, m *signaling.Message) []byte {
	b = e.head(b, "message", m)
	b = e.layers(b, m)
	return append(b, '}', '\n')
}

// AppendFinding appends f as an event of type finding.
func (e *Encoder) AppendFinding(b []byte, f *rules.Finding) []byte {
	b = e.head(b, "finding", f.Message)
	b = e.memo.finding(b, f)
	b = append(key(b, "sightings"), '[')
	for i := range f.Sightings {
		if i > 0 {
			b = append(b, ',')
		}
		b = e.sighting(b, f.Message, &f.Sightings[i])
	}
	b = append(b, ']', '}')
	switch {
	case f.Flow != nil:
		b = e.flow(b, f.Flow)
	case f.Path != nil:
		b = e.path(b, f)
	default:
		b = e.layers(b, f.Message)
	}
	return append(b, '}', '\n')
}

func (e *Encoder) sighting(b []byte, m *signaling.Message, s *rules.Sighting) []byte {
	b = append(b, '{')
	b = appendWord(b, "position", s.Position.String())
	if len(s.Value) > 0 {
		b = append(key(b, "value"), '"')
		b = appendScrubbed(&e.privacy, b, s.Value, sightingRun(m, s))
		b = append(b, '"')
	}
	if id := s.Identifier; id != nil {
		b = appendText(b, "identifier", id.Type)
		b = appendText(b, "matched", id.Value)
		b = appendWord(b, "role", id.Role.String())
	}
	if s.FromRequest {
		b = appendBool(b, "from_request", true)
	}
	return append(b, '}')
}

// AppendValue appends what was seen at the position of a sighting of m, as events
// write it.
func (e *Encoder) AppendValue(b []byte, m *signaling.Message, s *rules.Sighting) []byte {
	e.privacy.setMessage(m)
	return appendScrubbed(&e.privacy, b, s.Value, sightingRun(m, s))
}

// sightingRun is the length from which a run of digits in a sighting's value is
// personal: a node's number may be as long as an IMSI and is not.
func sightingRun(m *signaling.Message, s *rules.Sighting) int {
	switch s.Position {
	case signaling.MAPIMSI, signaling.DiameterUserName:
		return shortRun
	case signaling.SCCPCallingGT, signaling.SCCPCalledGT:
		a := m.SCCP
		if a == nil || personalPlan(&a.Calling) || personalPlan(&a.Called) {
			return shortRun
		}
		return telecom.MaxDigits + 1
	case signaling.MAPMSCNumber, signaling.MAPVLRNumber, signaling.MAPSGSNNumber, signaling.MAPSCAddress, signaling.MAPGsmSCFAddress,
		signaling.MAPHLRNumber, signaling.MAPGGSNNumber, signaling.MAPGMLCNumber, signaling.MAPOtherNumber, signaling.DiameterSCAddress,
		signaling.DiameterMMENumber, signaling.DiameterSGSNNumber, signaling.DiameterMSCNumber, signaling.DiameterVLRNumber, signaling.DiameterSMSFNumber,
		signaling.DiameterGMLC, signaling.DiameterNode:
		return telecom.MaxDigits + 1
	}
	return longRun
}

// head appends what all events of a message begin with, up to the subscriber.
func (e *Encoder) head(b []byte, event string, m *signaling.Message) []byte {
	e.privacy.setMessage(m)
	b = append(b, `{"timestamp":"`...)
	b = e.clock.append(b, m.Time)
	b = append(b, `","event_type":"`...)
	b = append(b, event...)
	b = append(b, '"')
	if m.Source != "" {
		b = appendText(b, "source", m.Source)
	}
	if m.Frame != 0 {
		b = appendUint(b, "frame", m.Frame)
	}
	b = e.memo.link(b, m)
	if m.Protocol != signaling.ProtocolNone {
		b = appendWord(b, "protocol", m.Protocol.String())
	}
	if m.Operation != 0 {
		b = appendText(b, "operation", m.Operation.String())
	}
	if m.Kind != signaling.KindNone {
		b = appendWord(b, "kind", m.Kind.String())
	}
	b = appendWord(b, "class", m.Class.String())
	if m.Roaming.Direction != signaling.DirectionUnknown {
		b = appendWord(b, "direction", m.Roaming.Direction.String())
	}
	if m.Inherited {
		b = appendBool(b, "inherited", true)
	}
	if m.Duplicate {
		b = appendBool(b, "duplicate", true)
	}
	if m.Faults != 0 {
		b = append(key(b, "faults"), '[')
		b = appendFaults(b, m.Faults)
		b = append(b, ']')
	}
	return e.partner(e.subscriber(b, m), m)
}

// partner appends who is at the far end.
func (e *Encoder) partner(b []byte, m *signaling.Message) []byte {
	p := e.roaming.Party(m.Roaming.Partner)
	if p == nil {
		return b
	}
	b = append(key(b, "partner"), '{')
	b = appendText(b, "id", p.ID)
	b = appendText(b, "name", p.Name)
	if !p.PLMN.IsZero() {
		b = append(key(b, "plmn"), '"')
		b = append(p.PLMN.AppendTo(b), '"')
	}
	if p.Country != "" {
		b = appendText(b, "country", p.Country)
	}
	return append(b, '}')
}

func appendFaults(b []byte, f signaling.Fault) []byte {
	for i := range 16 {
		if f&(1<<i) == 0 {
			continue
		}
		if b[len(b)-1] != '[' {
			b = append(b, ',')
		}
		b = append(b, '"')
		b = append(append(b, signaling.Fault(1<<i).String()...), '"')
	}
	return b
}

func (e *Encoder) subscriber(b []byte, m *signaling.Message) []byte {
	hasIMSI, hasMSISDN := m.IMSI.Len() > 0, m.MSISDN.Len() > 0
	if !hasIMSI && !hasMSISDN {
		return b
	}
	b = append(key(b, "subscriber"), '{')
	if hasIMSI {
		b = e.number(b, "imsi", m.IMSI, numberIMSI)
	}
	id, kind := m.IMSI, numberIMSI
	if !hasIMSI {
		id, kind = m.MSISDN, numberMSISDN
	}
	b = append(key(b, "id"), '"')
	b = e.privacy.appendPseudonym(b, id, kind)
	b = append(b, '"')
	if hasMSISDN {
		b = e.number(b, "msisdn", m.MSISDN, numberMSISDN)
	}
	if plmn, ok := e.roaming.PLMNOfIMSI(m.IMSI); ok {
		b = append(key(b, "plmn"), '"')
		b = plmn.AppendTo(b)
		b = append(b, '"')
	}
	if w := m.Roaming.Subscriber; w != signaling.WhoseUnknown {
		b = appendBool(b, "home", w == signaling.WhoseHome)
		b = appendWord(b, "whose", w.String())
	}
	return append(b, '}')
}

func (e *Encoder) number(b []byte, name string, d telecom.Digits, kind number) []byte {
	b = append(key(b, name), '"')
	b = e.privacy.appendNumber(b, d, kind)
	return append(b, '"')
}

func (e *Encoder) node(b []byte, name string, d telecom.Digits) []byte {
	b = append(key(b, name), '"')
	b = e.privacy.appendNode(b, d)
	return append(b, '"')
}

func (e *Encoder) scrubbed(b []byte, name string, s []byte) []byte {
	if len(s) == 0 {
		return b
	}
	b = append(key(b, name), '"')
	b = appendScrubbed(&e.privacy, b, s, longRun)
	return append(b, '"')
}

// layers appends the blocks of the protocols m went through.
func (e *Encoder) layers(b []byte, m *signaling.Message) []byte {
	ni := uint8(0)
	if m.M3UA != nil && m.M3UA.HasData {
		ni = m.M3UA.Data.NI
		b = e.m3ua(b, m.M3UA, m.Variant())
	}
	if m.SUA != nil {
		b = e.sua(b, m.SUA)
	}
	if m.SCCP != nil {
		b = e.sccp(b, m.SCCP, ni)
	}
	if m.TCAP != nil {
		b = e.tcap(b, m)
	}
	if m.Component != nil || m.MAP != nil {
		switch m.Protocol {
		case signaling.MAP:
			b = e.application(b, "map", m)
		case signaling.CAP:
			b = e.application(b, "cap", m)
		}
	}
	if m.Diameter != nil {
		b = e.diameter(b, m)
	}
	return b
}

// disclosureNames are the words of the members of signaling.Disclosure.
var disclosureNames = func() (names [signaling.NumDisclosures]string) {
	for i := range names {
		if words := signaling.Disclosure(1<<i).AppendNames(nil, 0); len(words) == 1 {
			names[i] = words[0]
		}
	}
	for i := range names {
		if signaling.Disclosure(1<<i) == signaling.DisclosedVectors {
			names[i] = names[i][:len(names[i])-len(":0")]
		}
	}
	return names
}()

// appendDisclosure appends what m gives away: "returned" in a reply, "carried" in
// what asks for one. A result of MAP or CAP that was read and gave nothing away says
// so with an empty list.
func appendDisclosure(b []byte, m *signaling.Message) []byte {
	d, vectors := m.Disclosed()
	if d == 0 {
		if gaveNothing(m) {
			b = append(key(b, "returned"), "[]"...)
		}
		return b
	}
	name := "carried"
	if m.IsReply() {
		name = "returned"
	}
	b = append(key(b, name), '[')
	for i, word := range disclosureNames {
		if d&(1<<i) == 0 || word == "" {
			continue
		}
		if b[len(b)-1] != '[' {
			b = append(b, ',')
		}
		b = append(b, '"')
		b = appendDisclosed(b, i, vectors)
		b = append(b, '"')
	}
	return append(b, ']')
}

// gaveNothing reports, of a message that discloses nothing, that it is a result that
// was read to its end.
func gaveNothing(m *signaling.Message) bool {
	return m.Kind == signaling.KindResult && m.Operation != 0 && m.ReadWhole()
}

func appendDisclosed(b []byte, i, vectors int) []byte {
	b = append(b, disclosureNames[i]...)
	if signaling.Disclosure(1<<i) == signaling.DisclosedVectors {
		b = strconv.AppendInt(append(b, ':'), int64(vectors), 10)
	}
	return b
}

func (e *Encoder) peer(b []byte, name, host string) []byte {
	if host == "" {
		return b
	}
	b = append(key(b, name), '"')
	b = appendScrubbed(&e.privacy, b, host, longRun)
	return append(b, '"')
}

// AppendWarning appends an event of type warning.
func (e *Encoder) AppendWarning(b []byte, w *signaling.Warning) []byte {
	b = append(b, '{')
	if w.Time != 0 {
		b = append(key(b, "timestamp"), '"')
		b = e.clock.append(b, w.Time)
		b = append(b, '"')
	}
	b = appendWord(b, "event_type", "warning")
	if w.Source != "" {
		b = appendText(b, "source", w.Source)
	}
	if w.Frame != 0 {
		b = appendUint(b, "frame", w.Frame)
	}
	if l := w.Link; l != nil {
		from, to := &l.Ends[w.From&1], &l.Ends[1-w.From&1]
		if len(from.Addrs) > 0 && len(to.Addrs) > 0 {
			b = appendAddrPort(b, "src_ip", "src_port", netip.AddrPortFrom(from.Addrs[0], from.Port))
			b = appendAddrPort(b, "dest_ip", "dest_port", netip.AddrPortFrom(to.Addrs[0], to.Port))
		}
		if l.Transport != signaling.TransportNone {
			b = appendWord(b, "proto", l.Transport.String())
		}
		if l.ID != 0 {
			b = appendUint(b, "link", l.ID)
		}
	}
	b = append(key(b, "warning"), '{')
	b = appendText(b, "type", w.Type)
	if w.State != signaling.WarningOnce {
		b = appendWord(b, "state", w.State.String())
	}
	b = appendText(b, "text", w.Text)
	if w.Advice != "" {
		b = appendText(b, "advice", w.Advice)
	}
	if w.Count != 0 {
		b = appendUint(b, "count", w.Count)
	}
	if w.Of != 0 {
		b = appendUint(b, "of", w.Of)
	}
	return append(b, '}', '}', '\n')
}
