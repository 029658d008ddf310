package output

import (
	"bytes"
	"net/netip"
	"strconv"
	"unicode/utf8"

	"sigtransit/decoders/gsmmap"
	"sigtransit/decoders/sccp"
	"sigtransit/decoders/telecom"
	"sigtransit/pkg/roaming"
	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

// Table writes one line a finding, for a person: when, how bad, who could read
// it, how we know, what it was, between whom, whose, and what it gave away. It
// streams: a line is final when it is appended. A line of its own says the date
// and the source whenever they change. Long words are cut to their column; JSON
// has them whole.
type Table struct {
	privacy    Privacy
	pointCodes PointCodeFormat
	roaming    *roaming.Table
	screen     Screen
	summary    *Summary
	clock      clock

	widths [numColumns]int // 0: not shown
	rest   int             // columns left for the last one; 0: no limit
	begun  bool
	day    int64
	source string

	// The message of the finding appended last: it has its line.
	shown     *signaling.Message
	shownTime int64
	shownKind signaling.Kind
	shownOp   signaling.Operation
}

// Columns of the table; what was given away comes last and has what is left.
const (
	columnTime = iota
	columnFrame
	columnSeverity
	columnCarrier
	columnEvidence
	columnClass
	columnOperation
	columnKind
	columnFrom
	columnArrow
	columnTo
	columnSubscriber
	columnPartner // where home or partners are known
	numColumns
)

var columnTitles = [numColumns]string{"UTC", "FRAME", "SEVERITY", "CARRIER", "EVIDENCE", "CLASS", "OPERATION", "KIND", "FROM", "", "TO", "SUBSCRIBER", "PARTNER"}

// Widths of the columns. Masked and full numbers have up to 15 digits.
var (
	fullColumns   = [numColumns]int{12, 8, 8, 26, 9, 8, 22, 7, 20, 1, 20, 15, 34}
	wideColumns   = [numColumns]int{12, 8, 8, 14, 9, 8, 22, 7, 15, 1, 14, 15, 20}
	narrowColumns = [numColumns]int{12, 0, 8, 11, 9, 0, 22, 7, 12, 1, 12, 15, 16}
)

// From which width of a terminal the wider layouts are used. Files and pipes have
// the widest.
const (
	wideScreen = 150
	fullScreen = 185
)

// NewTable makes a table for one goroutine.
func NewTable(opts Options, screen Screen) *Table {
	t := &Table{
		privacy: newPrivacy(opts.Privacy, opts.Keys), pointCodes: opts.PointCodes, screen: screen,
		summary: NewSummary(screen), widths: fullColumns,
	}
	switch {
	case screen.Width == 0:
	case screen.Width < wideScreen:
		t.widths = narrowColumns
	case screen.Width < fullScreen:
		t.widths = wideColumns
	}
	if t.roaming = opts.Roaming; t.roaming == nil {
		t.widths[columnPartner] = 0
	}
	if opts.Privacy == Pseudonym {
		t.widths[columnSubscriber] = 18 + len(t.privacy.hasher.prefix) - len("h:")
	}
	if screen.Width > 0 {
		used := 0
		for _, w := range t.widths {
			if w > 0 {
				used += w + 1
			}
		}
		// On a narrow terminal the last column goes to the next screen line
		// rather than away.
		if rest := screen.Width - used; rest >= 12 {
			t.rest = rest
		}
	}
	return t
}

// AppendFinding appends a line.
func (t *Table) AppendFinding(b []byte, f *rules.Finding) []byte {
	if f.Flow != nil {
		return t.linkRow(b, f)
	}
	if f.Path != nil {
		return t.pathRow(b, f)
	}
	m := f.Message
	t.shown, t.shownTime, t.shownKind, t.shownOp = m, m.Time, m.Kind, m.Operation
	return t.row(b, m, f)
}

// AppendMessage appends a line without a verdict, unless the lines before are
// findings about the same message.
func (t *Table) AppendMessage(b []byte, m *signaling.Message) []byte {
	// A Message is used again for the next one: the pointer alone is not enough.
	if t.shown == m && t.shownTime == m.Time && t.shownKind == m.Kind && t.shownOp == m.Operation {
		t.shown = nil
		return b
	}
	return t.row(b, m, nil)
}

// AppendFlow appends a line about a link.
func (t *Table) AppendFlow(b []byte, f *signaling.FlowEvent) []byte {
	b = t.begin(b, f.Time, f.Source)
	b = t.lead(b, f.Time, f.Frame)
	b = append(b, "link     "...)
	if l := f.Link; l != nil {
		if l.Transport == signaling.TransportNone {
			b = append(b, "captured below SCTP and TCP "...)
		} else {
			b = append(b, l.Transport.String()...)
			b = append(b, ' ')
			b = t.end(b, &l.Ends[0])
			b = append(b, t.arrow(" <-> ", " ↔ ")...)
			b = t.end(b, &l.Ends[1])
			b = append(b, ' ')
		}
		b = append(b, l.Protection.String()...)
		b = append(b, ' ')
	}
	b = appendEscaped(b, f.State)
	if f.Reason != "" {
		b = append(b, ": "...)
		b = appendEscaped(b, f.Reason)
	}
	if l := f.Link; l != nil {
		if text := securityText(&t.privacy, nil, l); len(text) > 0 {
			b = append(append(append(b, " ("...), text...), ')')
		}
	}
	return append(b, '\n')
}

func (t *Table) end(b []byte, e *signaling.End) []byte {
	if e.Host != "" {
		t.privacy.numSubject = 0
		return appendScrubbed(&t.privacy, b, e.Host, longRun)
	}
	if len(e.Addrs) > 0 {
		if e.Port == 0 {
			b = e.Addrs[0].AppendTo(b)
		} else {
			b = netip.AddrPortFrom(e.Addrs[0], e.Port).AppendTo(b)
		}
		if len(e.Addrs) > 1 {
			b = append(b, " (+"...)
			b = strconv.AppendInt(b, int64(len(e.Addrs)-1), 10)
			b = append(b, ')')
		}
	}
	return b
}

// AppendWarning appends a line with the text of w.
func (t *Table) AppendWarning(b []byte, w *signaling.Warning) []byte {
	t.summary.AppendWarning(nil, w)
	if w.Time != 0 {
		b = t.begin(b, w.Time, w.Source)
		b = t.lead(b, w.Time, w.Frame)
	}
	if w.State == signaling.WarningCleared {
		b = t.coloured(b, "32", "cleared  ")
	} else {
		b = t.coloured(b, "33", "warning  ")
	}
	return append(appendWarningText(b, w), '\n')
}

// AppendStats appends the summary below the table.
func (t *Table) AppendStats(b []byte, s *Stats) []byte {
	if t.begun {
		b = append(b, '\n')
	}
	return t.summary.AppendStats(b, s)
}

// begin appends the titles before the first line, and a line with source and date
// when one of them changes.
func (t *Table) begin(b []byte, ns int64, source string) []byte {
	if !t.begun {
		for i, w := range t.widths {
			if w > 0 {
				from := len(b)
				b = append(b, columnTitles[i]...)
				b = t.pad(b, from, w, i == columnFrame)
				b = append(b, ' ')
			}
		}
		b = append(b, "GIVES AWAY\n"...)
	}
	second, _ := split(ns)
	day := second / 86400
	if second < 0 && second%86400 != 0 {
		day--
	}
	if t.begun && day == t.day && source == t.source {
		return b
	}
	t.begun, t.day, t.source = true, day, source
	t.clock.set(second)
	b = append(b, t.arrow("-- ", "── ")...)
	b = append(b, t.clock.text[:10]...)
	if source != "" {
		b = append(b, ' ')
		b = appendEscaped(b, source)
	}
	return append(b, '\n')
}

// lead appends time and frame.
func (t *Table) lead(b []byte, ns int64, frame uint64) []byte {
	second, nanos := split(ns)
	t.clock.set(second)
	b = append(b, t.clock.text[11:]...)
	b = append(b, '.')
	b = appendPadded(b, uint64(nanos/1e6), 3)
	b = append(b, ' ')
	if w := t.widths[columnFrame]; w > 0 {
		from := len(b)
		if frame != 0 {
			b = strconv.AppendUint(b, frame, 10)
		}
		b = t.pad(b, from, w, true)
		b = append(b, ' ')
	}
	return b
}

func (t *Table) row(b []byte, m *signaling.Message, f *rules.Finding) []byte {
	t.privacy.setMessage(m)
	b = t.begin(b, m.Time, m.Source)
	b = t.lead(b, m.Time, m.Frame)
	if f != nil {
		b = t.severity(b, f.Severity)
		b = t.text(b, columnCarrier, f.Carrier.ID)
		b = t.text(b, columnEvidence, t.evidence(f))
	} else {
		b = t.text(b, columnSeverity, "")
		b = t.text(b, columnCarrier, "")
		b = t.text(b, columnEvidence, "")
	}
	b = t.text(b, columnClass, shortClass(m.Class))
	b = t.text(b, columnOperation, operationText(m))
	b = t.text(b, columnKind, m.Kind.String())
	from := len(b)
	b = t.from(b, m)
	b = t.cell(b, from, columnFrom)
	b = append(b, t.arrow("> ", "→ ")...)
	from = len(b)
	b = t.to(b, m)
	b = t.cell(b, from, columnTo)
	from = len(b)
	switch {
	case m.IMSI.Len() > 0:
		b = t.privacy.appendNumber(b, m.IMSI, numberIMSI)
	case m.MSISDN.Len() > 0:
		b = t.privacy.appendNumber(b, m.MSISDN, numberMSISDN)
	}
	b = t.cell(b, from, columnSubscriber)
	b = t.partner(b, m)
	from = len(b)
	b = givenAway(b, m)
	if t.rest > 0 {
		b = t.cut(b, from, t.rest)
	}
	return append(bytes.TrimRight(b, " "), '\n')
}

// partner appends which way a message goes and who is at the far end: "outbound to
// Alpha Mobile (DE)". Where there is little room the name is cut, not the country.
func (t *Table) partner(b []byte, m *signaling.Message) []byte {
	w := t.widths[columnPartner]
	if w == 0 {
		return b
	}
	from := len(b)
	p := t.roaming.Party(m.Roaming.Partner)
	switch d := m.Roaming.Direction; {
	case p == nil:
		if d != signaling.DirectionUnknown {
			b = append(b, d.String()...)
		}
		return t.cell(b, from, columnPartner)
	case d == signaling.Outbound && w < fullColumns[columnPartner]:
		b = append(b, "to "...)
	case d == signaling.Outbound:
		b = append(b, "outbound to "...)
	case d == signaling.Inbound && w < fullColumns[columnPartner]:
		b = append(b, "from "...)
	case d == signaling.Inbound:
		b = append(b, "inbound from "...)
	case d == signaling.Through:
		b = append(b, "through, "...)
	}
	room := w - (len(b) - from)
	if p.Country != "" {
		room -= len(" (DE)")
	}
	name := len(b)
	b = t.cut(appendEscaped(b, p.Name), name, room)
	if p.Country != "" {
		b = append(append(append(b, " ("...), p.Country...), ')')
	}
	return t.cell(b, from, columnPartner)
}

// linkRow appends the line of a finding about a link.
func (t *Table) linkRow(b []byte, f *rules.Finding) []byte {
	m, l := f.Message, f.Flow.Link
	t.privacy.setMessage(m)
	b = t.begin(b, m.Time, m.Source)
	b = t.lead(b, m.Time, m.Frame)
	b = t.severity(b, f.Severity)
	b = t.text(b, columnCarrier, f.Carrier.ID)
	b = t.text(b, columnEvidence, t.evidence(f))
	b = t.text(b, columnClass, "link")
	b = t.text(b, columnOperation, f.Flow.State)
	b = t.text(b, columnKind, l.Protection.String())
	from := len(b)
	b = t.end(b, &l.Ends[0])
	b = t.cell(b, from, columnFrom)
	b = append(b, t.arrow("> ", "\u2192 ")...)
	from = len(b)
	b = t.end(b, &l.Ends[1])
	b = t.cell(b, from, columnTo)
	b = t.text(b, columnSubscriber, "")
	b = t.text(b, columnPartner, "")
	from = len(b)
	if f.Flow.State == signaling.FlowDowngraded {
		b = appendEscaped(b, f.Flow.Reason)
	} else {
		b = securityText(&t.privacy, append(b, "ends at it: "...), l)
	}
	if t.rest > 0 {
		b = t.cut(b, from, t.rest)
	}
	return append(bytes.TrimRight(b, " :"), '\n')
}

// evidence marks what rests on a weak source: its severity would puzzle otherwise.
func (t *Table) evidence(f *rules.Finding) string {
	s := shortEvidence(f.Evidence)
	if f.Confidence == signaling.ConfidenceLow {
		t.summary.weak = true
		return s + "?"
	}
	return s
}

func operationText(m *signaling.Message) string {
	if m.Operation == 0 {
		if m.TCAP != nil && !m.TCAP.ACN.IsZero() {
			if ac, _, ok := m.TCAP.ACN.MAPContext(); ok && signaling.ContextName(ac) != "" {
				return signaling.ContextName(ac)
			}
		}
		if m.Diameter != nil {
			return "command " + strconv.FormatUint(uint64(m.Diameter.Command), 10)
		}
		return m.Protocol.String()
	}
	info := m.Operation.Info()
	if m.Kind == signaling.KindAnswer && info.Answer != "" {
		return info.Answer
	}
	return info.Name
}

func shortClass(c signaling.Class) string {
	switch c {
	case signaling.ClassAuthentication:
		return "auth."
	case signaling.ClassSubscriber:
		return "subscr."
	case signaling.ClassProtected:
		return "protect."
	}
	return c.String()
}

func shortEvidence(e signaling.Evidence) string {
	if e == signaling.EvidenceJurisdiction {
		return "jurisd."
	}
	return e.String()
}

// severityColours are SGR codes: red for what wakes people up.
var severityColours = [signaling.NumSeverities]string{"2", "36", "33", "31", "1;31"}

func (t *Table) severity(b []byte, s signaling.Severity) []byte {
	if t.screen.Colour {
		b = append(append(append(b, "\x1b["...), severityColours[min(s, signaling.NumSeverities-1)]...), 'm')
	}
	from := len(b)
	b = append(b, s.String()...)
	b = t.pad(b, from, t.widths[columnSeverity], false)
	if t.screen.Colour {
		b = append(b, "\x1b[0m"...)
	}
	return append(b, ' ')
}

func (t *Table) coloured(b []byte, code, text string) []byte {
	if !t.screen.Colour {
		return append(b, text...)
	}
	b = append(append(append(b, "\x1b["...), code...), 'm')
	return append(append(b, text...), "\x1b[0m"...)
}

func (t *Table) arrow(ascii, unicode string) string {
	if t.screen.ASCII {
		return ascii
	}
	return unicode
}

func (t *Table) text(b []byte, column int, s string) []byte {
	from := len(b)
	b = appendEscaped(b, s)
	return t.cell(b, from, column)
}

// cell fits b[from:] into a column and appends the gap behind it.
func (t *Table) cell(b []byte, from, column int) []byte {
	w := t.widths[column]
	if w == 0 {
		return b[:from]
	}
	return append(t.pad(t.cut(b, from, w), from, w, false), ' ')
}

// cut shortens b[from:] to width characters.
func (t *Table) cut(b []byte, from, width int) []byte {
	if len(b)-from <= width || utf8.RuneCount(b[from:]) <= width {
		return b
	}
	at := from
	for n := 0; n < width-1; n++ {
		_, size := utf8.DecodeRune(b[at:])
		at += size
	}
	return append(b[:at], t.arrow("~", "…")...)
}

// pad fills b[from:] to width characters.
func (t *Table) pad(b []byte, from, width int, right bool) []byte {
	n := width - utf8.RuneCount(b[from:])
	for i := 0; i < n; i++ {
		b = append(b, ' ')
	}
	if right && n > 0 {
		copy(b[from+n:], b[from:len(b)-n])
		for i := range n {
			b[from+i] = ' '
		}
	}
	return b
}

func (t *Table) from(b []byte, m *signaling.Message) []byte {
	start := len(b)
	if a := m.SCCP; a != nil {
		if b = t.address(b, m, &a.Calling); len(b) > start {
			return b
		}
	}
	if a := m.Diameter; a != nil {
		if len(a.OriginHost) > 0 {
			return t.host(b, a.OriginHost)
		}
		if len(a.OriginRealm) > 0 {
			return t.host(b, a.OriginRealm)
		}
	}
	if m.M3UA != nil && m.M3UA.HasData {
		return t.pointCodes.append(b, m.M3UA.Data.OPC, m.Variant(), m.M3UA.Data.NI)
	}
	return appendAddr(b, m.Src)
}

func (t *Table) to(b []byte, m *signaling.Message) []byte {
	start := len(b)
	if a := m.SCCP; a != nil {
		if b = t.address(b, m, &a.Called); len(b) > start {
			return b
		}
	}
	if a := m.Diameter; a != nil {
		if len(a.DestinationHost) > 0 {
			return t.host(b, a.DestinationHost)
		}
		if len(a.DestinationRealm) > 0 {
			return t.host(b, a.DestinationRealm)
		}
		if m.Link != nil {
			if h := m.Link.Ends[1-m.From&1].Host; h != "" {
				return t.host(b, []byte(h))
			}
		}
	}
	if m.M3UA != nil && m.M3UA.HasData {
		return t.pointCodes.append(b, m.M3UA.Data.DPC, m.Variant(), m.M3UA.Data.NI)
	}
	return appendAddr(b, m.Dst)
}

func appendAddr(b []byte, a netip.AddrPort) []byte {
	if !a.Addr().IsValid() {
		return b
	}
	return a.Addr().AppendTo(b)
}

func (t *Table) address(b []byte, m *signaling.Message, a *sccp.Address) []byte {
	switch {
	case a.GTI != 0 && a.GT.Len() > 0:
		return t.privacy.appendGT(b, a)
	case a.HasPC:
		ni := uint8(0)
		if m.M3UA != nil {
			ni = m.M3UA.Data.NI
		}
		return t.pointCodes.append(b, a.PC, m.Variant(), ni)
	}
	return b
}

// host appends a Diameter identity. The domain of a mobile network (TS 23.003
// 19.2), longer than any column, becomes its PLMN: mme1.epc.mnc001.mcc001.
// 3gppnetwork.org is mme1.001-01.
func (t *Table) host(b, host []byte) []byte {
	const tail = ".3gppnetwork.org"
	short := host
	if n := len(host) - len(tail); n >= 0 && bytes.EqualFold(host[n:], []byte(tail)) {
		short = host[:n]
		const plmn = len("mnc001.mcc001")
		if p := len(short) - plmn; p >= 0 && (p == 0 || short[p-1] == '.') {
			if id, ok := plmnOf(short[p:]); ok {
				labels := bytes.TrimSuffix(short[:p], []byte("."))
				if cut := bytes.TrimSuffix(labels, []byte(".epc")); len(cut) > 0 {
					labels = cut
				}
				b = appendScrubbed(&t.privacy, b, labels, longRun)
				if len(labels) > 0 {
					b = append(b, '.')
				}
				return id.AppendTo(b)
			}
		}
	}
	return appendScrubbed(&t.privacy, b, short, longRun)
}

// plmnOf reads "mncNNN.mccNNN", where a two-digit MNC has a zero before it.
func plmnOf(s []byte) (p telecom.PLMN, ok bool) {
	if !bytes.EqualFold(s[:3], []byte("mnc")) || !bytes.EqualFold(s[6:10], []byte(".mcc")) {
		return p, false
	}
	mnc, ok1 := number3(s[3:6])
	mcc, ok2 := number3(s[10:13])
	p = telecom.PLMN{MCC: mcc, MNC: mnc, Digits: 3}
	if mnc < 100 && !telecom.ThreeDigitMNC(mcc) {
		p.Digits = 2
	}
	return p, ok1 && ok2
}

func number3(s []byte) (v uint16, ok bool) {
	for _, c := range s {
		if c < '0' || c > '9' {
			return 0, false
		}
		v = v*10 + uint16(c-'0')
	}
	return v, true
}

// awayWords are short words for what a message gives away, in the order of
// signaling.Disclosure.
var awayWords = map[string]string{
	"authentication_vectors": "vectors", "keys": "keys", "imsi": "IMSI", "msisdn": "MSISDN", "imei": "IMEI", "serving_node": "node",
	"cell": "cell", "position": "position", "subscriber_state": "state", "subscriber_data": "profile", "roaming_number": "MSRN",
	"sms_text": "SMS text", "ussd_text": "USSD text", "forwarded_to_number": "forward-to",
	"apns": "APNs", "camel": "CAMEL", "location_privacy": "location privacy", "location_age": "age", "external_id": "external id",
	"supplementary_services": "SS", "call_forwarding": "forwarding", "cug": "CUG", "party_number": "other party", "redirection_number": "redirected to", "dialled_digits": "dialled digits", "ss_password": "SS password",
	"user_address": "PDP address",
}

var away = func() (words [signaling.NumDisclosures]string) {
	for i, name := range disclosureNames {
		if words[i] = awayWords[name]; words[i] == "" {
			words[i] = name
		}
	}
	return words
}()

// givenAway appends the words, worst first, and the outcome of an answer that
// refused.
func givenAway(b []byte, m *signaling.Message) []byte {
	start := len(b)
	sep := func() {
		if len(b) > start {
			b = append(b, ", "...)
		}
	}
	d, vectors := m.Disclosed()
	// Whose it is stands in the column before: the numbers come last.
	const identities = signaling.DisclosedIMSI | signaling.DisclosedMSISDN
	for _, set := range [...]signaling.Disclosure{d &^ identities, d & identities} {
		for i, word := range away {
			bit := signaling.Disclosure(1) << i
			if set&bit == 0 || word == "" {
				continue
			}
			sep()
			if bit == signaling.DisclosedVectors {
				b = append(strconv.AppendInt(b, int64(vectors), 10), ' ')
			}
			if bit == signaling.DisclosedVectors && vectors == 1 {
				word = "vector"
			}
			b = append(b, word...)
		}
	}
	if d == 0 && gaveNothing(m) {
		b = append(b, "nothing"...)
	}
	if m.MAP != nil && m.MAP.Set&gsmmap.FieldSecured != 0 {
		sep()
		b = append(b, "MAPsec"...)
		if name := secured(m.MAP); name != "" {
			b = append(append(b, " around "...), name...)
		}
	}
	if m.Undelivered() {
		sep()
		b = append(b, "sent back undelivered"...)
	}
	switch {
	case m.Kind == signaling.KindError && m.Component != nil && m.Component.HasCode && !m.Component.Global:
		sep()
		if s := signaling.ErrorName(m.Protocol, m.Component.Code); s != "" {
			b = append(b, s...)
		} else {
			b = strconv.AppendInt(append(b, "error "...), int64(m.Component.Code), 10)
		}
	case m.Kind == signaling.KindAnswer && m.Diameter != nil && m.Diameter.ResultCode != 0 && m.Diameter.ResultCode/1000 != 2:
		sep()
		b = appendResult(b, m.Diameter)
	}
	return b
}
