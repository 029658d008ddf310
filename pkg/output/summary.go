package output

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

// Summary writes one page of totals when all is done.
type Summary struct {
	screen   Screen
	warnings []signaling.Warning // one of each type and source, texts kept
	weak     bool                // a finding rested on an identifier of low confidence
}

// lostProtection is the one type of warnings that is about the network, not about
// the capture; each text of it is of another link.
const lostProtection = "protection-downgrade"

// maxWarnings bounds the texts that are kept for the end.
const maxWarnings = 64

// NewSummary makes a summary.
func NewSummary(screen Screen) *Summary { return &Summary{screen: screen} }

// AppendFinding appends nothing.
func (s *Summary) AppendFinding(b []byte, _ *rules.Finding) []byte { return b }

// AppendMessage appends nothing.
func (s *Summary) AppendMessage(b []byte, _ *signaling.Message) []byte { return b }

// AppendFlow appends nothing.
func (s *Summary) AppendFlow(b []byte, _ *signaling.FlowEvent) []byte { return b }

// AppendWarning keeps w for the end.
func (s *Summary) AppendWarning(b []byte, w *signaling.Warning) []byte {
	for i := range s.warnings {
		k := &s.warnings[i]
		if k.Type == w.Type && w.State != signaling.WarningOnce {
			if w.State != signaling.WarningCleared { // that it was there still matters at the end
				*k = *w
			}
			return b
		}
		if k.Type == w.Type && k.Source == w.Source && (w.Type != lostProtection || k.Text == w.Text) {
			k.Count = max(k.Count, 1) + max(w.Count, 1)
			k.Text = w.Text
			return b
		}
	}
	if len(s.warnings) < maxWarnings {
		s.warnings = append(s.warnings, *w)
	}
	return b
}

var evidenceText = [signaling.NumEvidence]string{
	signaling.EvidenceAdjacent:     "the other end of the link is the carrier's own equipment",
	signaling.EvidenceHop:          "the message names the carrier as a hop it went through",
	signaling.EvidenceAddress:      "the carrier's own hub is sender or receiver of the message",
	signaling.EvidenceDeclared:     "the partner's IR.21 says that it uses this carrier",
	signaling.EvidenceGroup:        "the partner belongs to the carrier's group; nothing is proven about transit",
	signaling.EvidenceJurisdiction: "only the country of the carrier was seen",
	signaling.EvidenceNone:         "nothing proves the path",
}

// reasonText explains why frames could not be used, and errorText why a layer
// could not be decoded. A reason without a text stands for itself.
var reasonText = map[string]string{
	"unknown_link_type": "the link type of the capture is not supported",
	"cut_short":         "cut short by the capture, within the headers (raise its snap length)",
	"bad_headers":       "headers that contradict themselves",
	"held_fragment":     "fragments of IP packets: read with the last one, or the rest never came",
	"bad_fragment":      "fragments of IP packets that contradict each other",
	"bad_checksum":      "wrong SCTP checksum: a damaged copy, not read",
	"internal_error":    "a defect of this program: please report it, with the capture if you can",
}

var errorText = map[string]string{
	"truncated":    "shorter than its lengths say",
	"malformed":    "breaks the rules of its standard",
	"unsupported":  "well-formed, of a kind that is not read",
	"unknown_code": "an operation, command or parameter nobody defines",
	"lost_start":   "began before the capture",
	"incomplete":   "pieces that never came",
	"too_long":     "longer than a message may be",
}

var directionText = map[string]string{
	"unknown": "direction unknown", "outbound": "outbound: from home", "inbound": "inbound: to home",
	"through": "through: from one partner to another", "internal": "internal: within home",
}

// minElapsed is the shortest time that says something about speed.
const minElapsed = 50 * time.Millisecond

// AppendStats appends the page.
func (s *Summary) AppendStats(b []byte, st *Stats) []byte {
	p := page{b: b, screen: s.screen, weak: s.weak}
	p.heading("SUMMARY")
	if st.Source != "" {
		p.line("source", "%s", appendEscaped(nil, st.Source))
	}
	if st.First != 0 {
		p.line("captured", "%s", span(st.First, st.Last))
	}
	p.b = append(p.b, "  capture trust: "...)
	p.b = append(appendEscaped(p.b, st.Trust.String()), '\n')
	p.line("frames", "%s (%s)", thousands(st.Frames), size(st.Bytes))
	p.item(st.Decoded, "decoded")
	p.item(st.NotSignaling, "not signaling")
	for _, c := range st.Undecoded {
		p.item(c.N, explain(reasonText, c.Name))
	}
	if n := st.Unaccounted(); n != 0 {
		p.line("", "%10s  not accounted for: please report this as a bug", strconv.FormatInt(n, 10))
	}
	for _, c := range st.Drops {
		if c.N != 0 {
			p.line("lost", "%s frames never reached us: %s", thousands(c.N), words(c.Name))
		}
	}
	p.messages(st)
	if st.flows != 0 {
		p.line("links", "%s", thousands(st.flows))
	}
	if st.MissingChunks != 0 {
		p.line("missing", "%s SCTP data chunks are not in the capture", thousands(st.MissingChunks))
	}
	for _, c := range st.Evictions {
		if c.N != 0 {
			p.line("let go", "%s entries of table %s: %s", thousands(c.N), words(c.Table), words(c.Reason))
		}
	}
	if st.Elapsed >= minElapsed {
		sec := st.Elapsed.Seconds()
		p.line("speed", "%s messages and %s a second (%s)", thousands(uint64(float64(st.total)/sec)), size(uint64(float64(st.Bytes)/sec)), brief(st.Elapsed))
	}
	p.findings(st)
	p.exposures(st)
	p.protections(st)
	p.errors(st)
	p.warnings(s.warnings)
	return p.b
}

type page struct {
	b      []byte
	screen Screen
	weak   bool
}

func (p *page) heading(s string) {
	if n := len(p.b); n > 0 && !bytes.HasSuffix(p.b, []byte("\n\n")) && s != "SUMMARY" {
		p.b = append(p.b, '\n')
	}
	if p.screen.Colour {
		s = "\x1b[1m" + s + "\x1b[0m"
	}
	p.b = append(p.b, s...)
	p.b = append(p.b, '\n')
}

func (p *page) line(name, format string, args ...any) {
	p.b = fmt.Appendf(p.b, "  %-10s ", name)
	p.b = fmt.Appendf(p.b, format, args...)
	p.b = append(p.b, '\n')
}

// item is one part of a sum above it.
func (p *page) item(n uint64, what string) {
	if n != 0 {
		p.line("", "%10s  %s", thousands(n), what)
	}
}

func (p *page) messages(st *Stats) {
	p.line("messages", "%s", thousands(st.total))
	var sum [signaling.NumProtocols]uint64
	for _, c := range st.Messages() {
		sum[c.Protocol] += c.N
	}
	for _, protocol := range [...]signaling.Protocol{signaling.MAP, signaling.CAP, signaling.TCAP, signaling.Diameter, signaling.ProtocolNone} {
		name := map[signaling.Protocol]string{
			signaling.MAP: "MAP", signaling.CAP: "CAP", signaling.Diameter: "Diameter",
			signaling.TCAP: "TCAP without components, or of another user", signaling.ProtocolNone: "unknown",
		}[protocol]
		p.item(sum[protocol], name)
	}
	if list, ok := st.Directions(); ok {
		for _, c := range list {
			p.item(c.N, directionText[c.Name])
		}
	}
	p.item(st.duplicates, "second copies of a message on another link, not counted again")
	for prot, n := range st.protection {
		if prot != int(signaling.Clear) && n != 0 {
			p.item(n, "of them protected: "+signaling.Protection(prot).String())
		}
	}
}

func (p *page) findings(st *Stats) {
	p.heading("FINDINGS")
	list := st.Findings()
	if len(list) == 0 {
		p.b = append(p.b, "  none: no message named a watchlisted carrier\n"...)
		p.b = append(p.b, "  (A carrier that leaves no trace in addresses, hops or links is not seen: this is no proof of absence.)\n"...)
	}
	for _, f := range list {
		p.b = fmt.Appendf(p.b, "  %10s  %-8s  %s\n", thousands(f.N), f.Severity, f.Rule)
	}
	if list = st.Tested(); len(list) > 0 {
		p.b = append(p.b, "  rules in mode test would have found:\n"...)
	}
	for _, f := range list {
		p.b = fmt.Appendf(p.b, "  %10s  %-8s  %s\n", thousands(f.N), f.Severity, f.Rule)
	}
	for _, x := range st.Exceptions() {
		if x.Accepted > 0 {
			p.b = fmt.Appendf(p.b, "  %10s  accepted by exception %s until %s (%s)\n", thousands(x.Accepted), x.Exception, x.Expires.Format(time.DateOnly), x.Owner)
		}
		if x.Expired > 0 {
			p.b = fmt.Appendf(p.b, "  %10s  of these: exception %s ended %s (%s)\n", thousands(x.Expired), x.Exception, x.Expires.Format(time.DateOnly), x.Owner)
		}
	}
	for _, c := range st.ConditionErrors() {
		p.b = fmt.Appendf(p.b, "  %10s  times the condition of %s could not be evaluated\n", thousands(c.N), c.Name)
	}
}

func (p *page) exposures(st *Stats) {
	rows := st.Exposures()
	if len(rows) == 0 {
		return
	}
	p.heading("WHO COULD READ WHAT")
	width := 7
	for _, r := range rows {
		width = min(max(width, utf8.RuneCountInString(carrierText(r))), 40)
	}
	p.b = fmt.Appendf(p.b, "  %-*s  %-12s  %-14s  %10s  %12s  %7s  %11s\n", width, "CARRIER", "EVIDENCE", "CLASS", "MESSAGES", "WITH SECRETS", "REFUSED", "SUBSCRIBERS")
	last := ""
	var seen [signaling.NumEvidence]bool
	for _, r := range rows {
		name := carrierText(r)
		if r.Carrier == last {
			name = ""
		}
		last = r.Carrier
		seen[r.Evidence] = true
		subscribers := thousands(r.Subscribers)
		if r.AtLeast {
			subscribers = ">=" + subscribers
		}
		p.b = fmt.Appendf(p.b, "  %-*s  %-12s  %-14s  %10s  %12s  %7s  %11s\n", width, clip(name, width), r.Evidence, r.Class, thousands(r.Messages), thousands(r.Returned), thousands(r.Refused), subscribers)
	}
	p.b = append(p.b, '\n')
	for e := len(seen) - 1; e >= 0; e-- {
		if seen[e] {
			p.b = fmt.Appendf(p.b, "  %-12s  %s\n", signaling.Evidence(e), evidenceText[e])
		}
	}
	if p.weak {
		p.b = append(p.b, "  ?             behind the evidence: it rests on an identifier from a weak source, so the severity is lower\n"...)
	}
	p.b = append(p.b, "  with secrets  answers that really returned keys, locations, message text or a profile\n"...)
	p.b = append(p.b, "  refused       answers that said no\n"...)
	p.b = append(p.b, "  subscribers   distinct, by IMSI, else by MSISDN\n"...)
}

// protections tells for each carrier how much of what it was an end or a hop of was
// readable, and how the rest was protected.
func (p *page) protections(st *Stats) {
	rows := st.Protections()
	if len(rows) == 0 {
		return
	}
	p.heading("HOW THE TRAFFIC OF EACH CARRIER WAS PROTECTED")
	width := 7
	for _, r := range rows {
		width = min(max(width, utf8.RuneCountInString(nameOf(r.Carrier, r.CarrierName))), 40)
	}
	p.b = fmt.Appendf(p.b, "  %-*s  %-12s  %10s  %10s\n", width, "CARRIER", "PROTECTION", "LINKS", "MESSAGES")
	last, encrypted := "", false
	for _, r := range rows {
		name := nameOf(r.Carrier, r.CarrierName)
		if r.Carrier == last {
			name = ""
		}
		last = r.Carrier
		messages := thousands(r.Messages)
		switch r.Protection {
		case signaling.TLS, signaling.DTLS, signaling.IPsec, signaling.Opaque:
			encrypted = true
			if r.Messages == 0 {
				messages = "not seen"
			}
		}
		p.b = fmt.Appendf(p.b, "  %-*s  %-12s  %10s  %10s\n", width, clip(name, width), r.Protection, thousands(r.Links), messages)
	}
	p.b = append(p.b, "\n  links         whose other end is the carrier's, by their protection at the end\n"...)
	if encrypted {
		p.b = append(p.b, "  not seen      encrypted towards everybody but the carrier at the end of the link, who reads all\n"...)
	}
}

func carrierText(e Exposure) string { return nameOf(e.Carrier, e.CarrierName) }

func nameOf(id, name string) string {
	if name == "" {
		name = id
	}
	return string(appendEscaped(nil, name))
}

func clip(s string, width int) string {
	if utf8.RuneCountInString(s) <= width {
		return s
	}
	return string([]rune(s)[:width-1]) + "~"
}

func (p *page) errors(st *Stats) {
	any := false
	for _, c := range st.DecodeErrors {
		if c.N == 0 {
			continue
		}
		if !any {
			p.heading("NOT DECODED, WHOLLY OR IN PART")
			any = true
		}
		p.b = fmt.Appendf(p.b, "  %10s  %-8s  %s\n", thousands(c.N), c.Protocol, explain(errorText, c.Reason))
	}
}

func (p *page) warnings(list []signaling.Warning) {
	p.warningsOf("LINKS THAT LOST THEIR PROTECTION", list, true)
	p.warningsOf("WARNINGS: THE CAPTURE MAY NOT SHOW EVERYTHING", list, false)
}

// warningsOf writes the warnings about lost protection, or all others.
func (p *page) warningsOf(title string, list []signaling.Warning, lost bool) {
	headed := false
	for i := range list {
		w := &list[i]
		if lost != (w.Type == lostProtection) {
			continue
		}
		if !headed {
			p.heading(title)
			headed = true
		}
		p.b = append(p.b, "  "...)
		p.b = append(appendWarningText(p.b, w), '\n')
		if w.Advice != "" {
			p.b = append(p.b, "    what to do: "...)
			p.b = append(appendEscaped(p.b, w.Advice), '\n')
		}
	}
}

// appendWarningText appends the sentence of a warning and its numbers.
func appendWarningText(b []byte, w *signaling.Warning) []byte {
	b = appendEscaped(b, w.Text)
	switch {
	case w.State == signaling.WarningCleared:
	case w.Of > 1:
		b = append(appendThousands(append(b, " ("...), w.Count), " of "...)
		b = append(appendThousands(b, w.Of), ')')
	case w.Count > 1:
		b = append(appendThousands(append(b, " ("...), w.Count), " times)"...)
	}
	return b
}

// words turns a word of a closed set into words for people.
func words(s string) string { return strings.NewReplacer("_", " ", "-", " ").Replace(s) }

func explain(texts map[string]string, reason string) string {
	if s := texts[reason]; s != "" {
		return s
	}
	return words(reason)
}

func thousands(n uint64) string { return string(appendThousands(nil, n)) }

// appendThousands appends n with a comma before every three digits.
func appendThousands(b []byte, n uint64) []byte {
	var buf [20]byte
	s := strconv.AppendUint(buf[:0], n, 10)
	for i, c := range s {
		if i > 0 && (len(s)-i)%3 == 0 {
			b = append(b, ',')
		}
		b = append(b, c)
	}
	return b
}

// size writes octets with three figures: decimal units, as disks and links have
// them.
func size(n uint64) string {
	if n < 1000 {
		return strconv.FormatUint(n, 10) + " B"
	}
	v, unit := float64(n), 0
	for v >= 999.5 && unit < 6 {
		v, unit = v/1000, unit+1
	}
	prec := 0
	if v < 9.995 {
		prec = 2
	} else if v < 99.95 {
		prec = 1
	}
	return strconv.FormatFloat(v, 'f', prec, 64) + " " + [...]string{"B", "kB", "MB", "GB", "TB", "PB", "EB"}[unit]
}

// span writes the time a capture covers.
func span(first, last int64) string {
	const day, clock = "2006-01-02", "15:04:05"
	a, z := time.Unix(0, first).UTC(), time.Unix(0, last).UTC()
	to := z.Format(clock)
	if a.Format(day) != z.Format(day) {
		to = z.Format(day + " " + clock)
	}
	return a.Format(day+" "+clock) + " to " + to + " UTC (" + brief(z.Sub(a)) + ")"
}

// brief writes a duration in the two greatest units that matter.
func brief(d time.Duration) string {
	switch {
	case d < 0:
		return "times go backwards"
	case d < time.Second:
		return strconv.FormatFloat(float64(d)/1e6, 'f', 1, 64) + " ms"
	case d < time.Minute:
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
	case d < time.Hour:
		return fmt.Sprintf("%d min %d s", d/time.Minute, d%time.Minute/time.Second)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h %d min", d/time.Hour, d%time.Hour/time.Minute)
	}
	return fmt.Sprintf("%d days %d h", d/(24*time.Hour), d%(24*time.Hour)/time.Hour)
}
