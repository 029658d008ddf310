package output

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"sigtransit/pkg/signaling"
	"sigtransit/pkg/trust"
	"sigtransit/rules"
)

// Count is one word of a closed set and how often it was met.
type Count struct {
	Name string
	N    uint64
}

// ErrorCount is how often one protocol could not be decoded for one reason.
type ErrorCount struct {
	Protocol string // of the layer: "sctp", "sccp", "map", ...
	Reason   string // "truncated", "bad_length", ...
	N        uint64
}

// TableCount is how many entries a state table lost for one reason.
type TableCount struct {
	Table, Reason string
	N             uint64
}

// FlowCount is how many links a carrier has with one protection.
type FlowCount struct {
	Carrier    string
	Protection signaling.Protection
	N          uint64
}

// Stats are the totals of one worker: what the stats event, the summary and the
// metrics tell. The exported fields are the caller's to set; messages, findings
// and warnings are counted by the Add methods, which cost a few nanoseconds. Only
// the worker touches its Stats: others read a Snapshot.
//
// Every frame must be accounted for: Frames = Decoded + NotSignaling + the sum of
// Undecoded.
type Stats struct {
	Source        string
	Frames, Bytes uint64 // captured frames, and their octets on the wire
	First, Last   int64  // capture time of the first and the last frame, nanoseconds; 0: none

	Decoded      uint64  // frames whose content was understood, with or without a whole message
	NotSignaling uint64  // frames that carry something else
	Undecoded    []Count // frames that could not be used, by reason

	Counters      []Count      // whatever else dissection counts, by a fixed name
	DecodeErrors  []ErrorCount // faults, wherever in a frame; a frame may have several
	Drops         []Count      // frames the capture lost, by reason
	StateEntries  []Count      // entries now, by state table
	Evictions     []TableCount // what bounded state let go
	CarrierFlows  []FlowCount  // links now
	MissingChunks uint64       // SCTP DATA chunks that were never seen
	Trust         trust.Report // whether the capture can be trusted

	// Elapsed is the time the work took on the clock; 0: not measured.
	Elapsed time.Duration

	messages   []uint64 // by operation and kind, grown as needed
	unknown    [signaling.NumProtocols][signaling.NumKinds]uint64
	protection [signaling.NumProtections]uint64
	total      uint64
	duplicates uint64
	directions [signaling.NumDirections]uint64

	findings []findingCount
	tested   []findingCount // of rules in mode test
	excepted []exceptionCount
	failed   []Count // conditions that could not be evaluated, by rule
	carriers []*carrierStats
	byIndex  map[*rules.Carrier]*carrierStats
	last     *carrierStats // of the previous finding

	flows    uint64
	warnings []Count

	subscriberSlots int // in all sets together
}

type findingCount struct {
	rule     *rules.Detection
	severity signaling.Severity
	n        uint64
}

// Cells of a carrier's messages, dense by class, protocol, evidence, direction.
const numCells = int(signaling.NumClasses) * int(signaling.NumProtocols) * int(signaling.NumEvidence) * int(signaling.NumDirections)

// carrierStats is what was flagged for one carrier.
type carrierStats struct {
	id, name string
	// message is the ordinal of the message flagged last: a second rule that fires
	// on the same message is no second message.
	message uint64
	index   *[numCells]uint16 // cell number plus one
	cells   []flaggedCell
	exposed [signaling.NumClasses][signaling.NumEvidence]*subscriberSet
	// touched and links are the messages that the carrier was on the path of, and the
	// links that it is an end of, flagged or not.
	touched, links [signaling.NumProtections]uint64
}

type flaggedCell struct {
	class     signaling.Class
	protocol  signaling.Protocol
	evidence  signaling.Evidence
	direction signaling.Direction
	messages  uint64
	returned  uint64 // answers that returned secrets
	refused   uint64 // answers that said no
}

// AddMessage counts m. A duplicate (an STP's second copy) is counted as one and
// nowhere else. It is called before AddFinding for the findings of m.
func (s *Stats) AddMessage(m *signaling.Message) {
	s.total++
	if m.Duplicate {
		s.duplicates++
		return
	}
	s.protection[m.Protection%signaling.NumProtections]++
	s.directions[m.Roaming.Direction%signaling.NumDirections]++
	if m.Operation != 0 {
		i := int(m.Operation)*int(signaling.NumKinds) + int(m.Kind)
		if i < len(s.messages) {
			s.messages[i]++
			return
		}
		if m.Kind < signaling.NumKinds && int(m.Operation) < signaling.NumOperations() {
			s.messages = append(s.messages, make([]uint64, signaling.NumOperations()*int(signaling.NumKinds)-len(s.messages))...)
			s.messages[i]++
			return
		}
	}
	s.unknown[m.Protocol%signaling.NumProtocols][m.Kind%signaling.NumKinds]++
}

// AddFinding counts f: always for its rule, once a message and carrier for the
// flagged messages. The first finding of a carrier decides evidence.
func (s *Stats) AddFinding(f *rules.Finding) {
	s.findings = addRule(s.findings, f)
	if f.Flow != nil || f.Path != nil || f.Carrier.ID == "" {
		return // about a link, a path, or a message that no carrier is known to carry
	}
	c := s.last
	if c == nil || c.id != f.Carrier.ID {
		c = s.carrier(f.Carrier)
		s.last = c
	}
	if c.message == s.total && s.total != 0 {
		return
	}
	c.message = s.total
	m := f.Message
	cell := c.cell(m.Class, m.Protocol, f.Evidence, m.Roaming.Direction)
	cell.messages++
	if m.IsReply() {
		if d, _ := m.Disclosed(); d&signaling.Secrets != 0 {
			cell.returned++
		}
		if rules.Refused(m) {
			cell.refused++
		}
	}
	s.addSubscriber(c, m, f.Evidence)
}

// addRule counts a finding for its rule.
func addRule(list []findingCount, f *rules.Finding) []findingCount {
	for i := range list {
		if c := &list[i]; c.rule == f.Rule && c.severity == f.Severity {
			c.n++
			return list
		}
	}
	// A reload makes new rules of the same names.
	for i := range list {
		if c := &list[i]; c.rule.ID == f.Rule.ID && c.severity == f.Severity {
			c.rule = f.Rule
			c.n++
			return list
		}
	}
	return append(list, findingCount{f.Rule, f.Severity, 1})
}

func (s *Stats) carrier(c *rules.Carrier) *carrierStats {
	if cs := s.byIndex[c]; cs != nil {
		return cs
	}
	if s.byIndex == nil || len(s.byIndex) > 4096 { // pointers of watchlists long gone
		s.byIndex = make(map[*rules.Carrier]*carrierStats)
	}
	cs := s.carrierByID(c.ID)
	cs.name = c.Name
	s.byIndex[c] = cs
	return cs
}

func (s *Stats) carrierByID(id string) *carrierStats {
	for _, cs := range s.carriers {
		if cs.id == id {
			return cs
		}
	}
	cs := &carrierStats{id: id, index: new([numCells]uint16)}
	s.carriers = append(s.carriers, cs)
	return cs
}

func (c *carrierStats) cell(class signaling.Class, p signaling.Protocol, e signaling.Evidence, d signaling.Direction) *flaggedCell {
	class, p, e, d = class%signaling.NumClasses, p%signaling.NumProtocols, e%signaling.NumEvidence, d%signaling.NumDirections
	i := ((int(class)*int(signaling.NumProtocols)+int(p))*int(signaling.NumEvidence)+int(e))*int(signaling.NumDirections) + int(d)
	if c.index[i] == 0 {
		c.cells = append(c.cells, flaggedCell{class: class, protocol: p, evidence: e, direction: d})
		c.index[i] = uint16(len(c.cells))
	}
	return &c.cells[c.index[i]-1]
}

// AddFlow counts the links that were seen.
func (s *Stats) AddFlow(f *signaling.FlowEvent) {
	if f.State == "new" {
		s.flows++
	}
}

// AddTouched counts a message that carriers are on the path of.
func (s *Stats) AddTouched(m *signaling.Message, carriers []*rules.Carrier) {
	if m.Duplicate {
		return
	}
	for _, c := range carriers {
		s.carrier(c).touched[m.Protection%signaling.NumProtections]++
	}
}

// AddLinks counts a link for carriers that turned out to be adjacent by it.
func (s *Stats) AddLinks(carriers []*rules.Carrier, p signaling.Protection) {
	for _, c := range carriers {
		s.carrier(c).links[p%signaling.NumProtections]++
	}
}

// MoveLink counts a link of a carrier by its new protection.
func (s *Stats) MoveLink(c *rules.Carrier, was, now signaling.Protection) {
	cs := s.carrier(c)
	if n := &cs.links[was%signaling.NumProtections]; *n > 0 {
		*n--
		cs.links[now%signaling.NumProtections]++
	}
}

// CountCarrierFlow counts a link that a carrier has now.
func (s *Stats) CountCarrierFlow(carrier string, p signaling.Protection) {
	for i := range s.CarrierFlows {
		if c := &s.CarrierFlows[i]; c.Carrier == carrier && c.Protection == p {
			c.N++
			return
		}
	}
	s.CarrierFlows = append(s.CarrierFlows, FlowCount{carrier, p, 1})
}

// AddWarning counts w. Conditions that are raised, cleared and raised again tell what
// they come to since the beginning.
func (s *Stats) AddWarning(w *signaling.Warning) {
	if w.State != signaling.WarningOnce {
		for i := range s.warnings {
			if c := &s.warnings[i]; c.Name == w.Type {
				c.N = max(c.N, w.Count)
				return
			}
		}
	}
	s.warnings = addCount(s.warnings, w.Type, max(w.Count, 1))
}

func addCount(counts []Count, name string, n uint64) []Count {
	for i := range counts {
		if counts[i].Name == name {
			counts[i].N += n
			return counts
		}
	}
	return append(counts, Count{name, n})
}

// Bounds of the exact count of distinct subscribers: entries of one set (a
// carrier, class and evidence), and slots of all sets together (8 octets each).
const (
	maxSubscribers     = 1 << 17
	maxSubscriberSlots = 1 << 22
)

// subscriberSet counts distinct subscribers exactly up to maxSubscribers. A key
// holds all digits of a number of up to 15.
type subscriberSet struct {
	slots []uint64 // open addressing, power of two, 0 is empty
	n     uint64
	full  bool // there are more than n
}

// subscriberKey packs a number: 15 digits take 60 bits of the packed form, the
// rest tells lengths and kinds apart. A subscriber who is known by an IMSI in one
// message and by an MSISDN alone in another counts twice.
func subscriberKey(m *signaling.Message) uint64 {
	d, kind := m.IMSI, uint64(0)
	if d.Len() == 0 {
		d, kind = m.MSISDN, 0x10
	}
	switch n := d.Len(); {
	case n == 0:
		return 0
	case n < 15:
		hi, _ := d.Words()
		return hi | kind | uint64(n)
	case n == 15 && kind == 0:
		hi, _ := d.Words()
		return hi | 15
	case n == 15:
		hi, _ := d.Words()
		return hi
	}
	return d.Hash() | 1
}

func (s *Stats) addSubscriber(c *carrierStats, m *signaling.Message, e signaling.Evidence) {
	k := subscriberKey(m)
	if k == 0 {
		return
	}
	set := &c.exposed[m.Class%signaling.NumClasses][e%signaling.NumEvidence]
	if *set == nil {
		*set = &subscriberSet{}
	}
	s.subscriberSlots += (*set).add(k, maxSubscriberSlots-s.subscriberSlots)
}

// add puts k into the set, which may grow by at most room slots, and returns by
// how many it grew.
func (t *subscriberSet) add(k uint64, room int) (grown int) {
	if t.full && t.slots == nil {
		return 0
	}
	if len(t.slots) > 0 {
		if found := t.find(k); t.slots[found] == k {
			return 0
		}
	}
	if t.n >= maxSubscribers {
		t.full = true
		return 0
	}
	if int(t.n)*2 >= len(t.slots) {
		size := max(16, 2*len(t.slots))
		if size-len(t.slots) > room {
			t.full = true
			return 0
		}
		grown = size - len(t.slots)
		old := t.slots
		t.slots = make([]uint64, size)
		for _, v := range old {
			if v != 0 {
				t.slots[t.find(v)] = v
			}
		}
	}
	t.slots[t.find(k)] = k
	t.n++
	return grown
}

// find is the slot of k, or the empty one where it belongs. The set is never more
// than half full.
func (t *subscriberSet) find(k uint64) int {
	h := k * 0x9e3779b97f4a7c15
	for i := int(h>>32) & (len(t.slots) - 1); ; i = (i + 1) & (len(t.slots) - 1) {
		if t.slots[i] == k || t.slots[i] == 0 {
			return i
		}
	}
}

// Snapshot copies the totals for another goroutine. Distinct subscribers come as
// numbers only: a snapshot cannot go on counting them.
func (s *Stats) Snapshot() *Stats {
	c := *s
	c.Undecoded, c.DecodeErrors, c.Drops = slices.Clone(s.Undecoded), slices.Clone(s.DecodeErrors), slices.Clone(s.Drops)
	c.Counters = slices.Clone(s.Counters)
	c.StateEntries, c.Evictions, c.CarrierFlows = slices.Clone(s.StateEntries), slices.Clone(s.Evictions), slices.Clone(s.CarrierFlows)
	c.messages, c.findings, c.warnings = slices.Clone(s.messages), slices.Clone(s.findings), slices.Clone(s.warnings)
	c.tested, c.excepted, c.failed = slices.Clone(s.tested), slices.Clone(s.excepted), slices.Clone(s.failed)
	c.byIndex, c.last, c.carriers = nil, nil, make([]*carrierStats, len(s.carriers))
	for i, cs := range s.carriers {
		k := *cs
		k.index = nil
		k.cells = slices.Clone(cs.cells)
		for class := range k.exposed {
			for e, set := range k.exposed[class] {
				if set != nil {
					k.exposed[class][e] = &subscriberSet{n: set.n, full: set.full}
				}
			}
		}
		c.carriers[i] = &k
	}
	return &c
}

// Merge adds the totals of another worker. Distinct subscribers are united when o
// is no snapshot; of a snapshot the greater number is kept, as "at least".
func (s *Stats) Merge(o *Stats) {
	s.Frames += o.Frames
	s.Bytes += o.Bytes
	if o.First != 0 && (s.First == 0 || o.First < s.First) {
		s.First = o.First
	}
	s.Last = max(s.Last, o.Last)
	s.Decoded += o.Decoded
	s.NotSignaling += o.NotSignaling
	s.MissingChunks += o.MissingChunks
	s.Trust.Merge(&o.Trust)
	s.Elapsed = max(s.Elapsed, o.Elapsed)
	for _, c := range o.Undecoded {
		s.Undecoded = addCount(s.Undecoded, c.Name, c.N)
	}
	for _, c := range o.Counters {
		s.Counters = addCount(s.Counters, c.Name, c.N)
	}
	for _, c := range o.Drops {
		s.Drops = addCount(s.Drops, c.Name, c.N)
	}
	for _, c := range o.StateEntries {
		s.StateEntries = addCount(s.StateEntries, c.Name, c.N)
	}
	for _, c := range o.warnings {
		s.warnings = addCount(s.warnings, c.Name, c.N)
	}
	s.DecodeErrors = mergeBy(s.DecodeErrors, o.DecodeErrors, func(c *ErrorCount) (ErrorCount, *uint64) {
		return ErrorCount{Protocol: c.Protocol, Reason: c.Reason}, &c.N
	})
	s.Evictions = mergeBy(s.Evictions, o.Evictions, func(c *TableCount) (TableCount, *uint64) {
		return TableCount{Table: c.Table, Reason: c.Reason}, &c.N
	})
	s.CarrierFlows = mergeBy(s.CarrierFlows, o.CarrierFlows, func(c *FlowCount) (FlowCount, *uint64) {
		return FlowCount{Carrier: c.Carrier, Protection: c.Protection}, &c.N
	})
	if len(o.messages) > len(s.messages) {
		s.messages = append(s.messages, make([]uint64, len(o.messages)-len(s.messages))...)
	}
	for i, n := range o.messages {
		s.messages[i] += n
	}
	for p := range o.unknown {
		for k, n := range o.unknown[p] {
			s.unknown[p][k] += n
		}
	}
	for p, n := range o.protection {
		s.protection[p] += n
	}
	for d, n := range o.directions {
		s.directions[d] += n
	}
	s.total += o.total
	s.duplicates += o.duplicates
	s.flows += o.flows
	s.findings = mergeFindings(s.findings, o.findings)
	s.tested = mergeFindings(s.tested, o.tested)
	s.mergeAsides(o)
	for _, c := range o.carriers {
		s.mergeCarrier(c)
	}
}

func mergeBy[T comparable](to, from []T, split func(*T) (key T, n *uint64)) []T {
next:
	for i := range from {
		k, n := split(&from[i])
		for j := range to {
			if other, m := split(&to[j]); other == k {
				*m += *n
				continue next
			}
		}
		to = append(to, from[i])
	}
	return to
}

func mergeFindings(list, from []findingCount) []findingCount {
next:
	for _, f := range from {
		for i := range list {
			if c := &list[i]; c.rule.ID == f.rule.ID && c.severity == f.severity {
				c.n += f.n
				continue next
			}
		}
		list = append(list, f)
	}
	return list
}

func (s *Stats) mergeCarrier(o *carrierStats) {
	c := s.carrierByID(o.id)
	c.name = o.name
	for p := range o.touched {
		c.touched[p] += o.touched[p]
		c.links[p] += o.links[p]
	}
	for i := range o.cells {
		from := &o.cells[i]
		to := c.cell(from.class, from.protocol, from.evidence, from.direction)
		to.messages += from.messages
		to.returned += from.returned
		to.refused += from.refused
	}
	for class := range o.exposed {
		for e, from := range o.exposed[class] {
			if from == nil {
				continue
			}
			to := &c.exposed[class][e]
			if *to == nil {
				*to = &subscriberSet{}
			}
			(*to).full = (*to).full || from.full
			if from.slots == nil { // a snapshot
				(*to).full = (*to).full || (*to).n > 0 && from.n > 0
				(*to).n = max((*to).n, from.n)
				continue
			}
			for _, k := range from.slots {
				if k != 0 {
					s.subscriberSlots += (*to).add(k, maxSubscriberSlots-s.subscriberSlots)
				}
			}
		}
	}
}

// MessageCount is how many messages of an operation and kind were seen.
type MessageCount struct {
	Protocol  signaling.Protocol
	Operation string // "unknown" for what the catalogue does not have
	Kind      signaling.Kind
	N         uint64
}

// Messages are the messages counted, duplicates apart, ordered by protocol,
// operation and kind. Operations of one name in several Diameter applications are
// one.
func (s *Stats) Messages() (counts []MessageCount) {
	for i, n := range s.messages {
		if n == 0 {
			continue
		}
		info := signaling.Operation(i / int(signaling.NumKinds)).Info()
		counts = append(counts, MessageCount{info.Protocol, info.Name, signaling.Kind(i % int(signaling.NumKinds)), n})
	}
	for p := range s.unknown {
		for k, n := range s.unknown[p] {
			if n != 0 {
				counts = append(counts, MessageCount{signaling.Protocol(p), "unknown", signaling.Kind(k), n})
			}
		}
	}
	slices.SortStableFunc(counts, func(a, b MessageCount) int {
		return cmp.Or(cmp.Compare(a.Protocol, b.Protocol), strings.Compare(a.Operation, b.Operation), cmp.Compare(a.Kind, b.Kind))
	})
	out := counts[:0]
	for _, c := range counts {
		if n := len(out); n > 0 && out[n-1].Protocol == c.Protocol && out[n-1].Operation == c.Operation && out[n-1].Kind == c.Kind {
			out[n-1].N += c.N
			continue
		}
		out = append(out, c)
	}
	return out
}

// FindingCount is how many findings a rule made with one severity.
type FindingCount struct {
	Rule     string
	Severity signaling.Severity
	N        uint64
}

// Findings are the findings by rule and severity, severest first.
func (s *Stats) Findings() []FindingCount { return countFindings(s.findings) }

// Tested are the findings that rules in mode test would have made, likewise.
func (s *Stats) Tested() []FindingCount { return countFindings(s.tested) }

// AddTested counts what a rule in mode test would have found.
func (s *Stats) AddTested(f *rules.Finding) { s.tested = addRule(s.tested, f) }

func countFindings(list []findingCount) (counts []FindingCount) {
	for _, f := range list {
		counts = append(counts, FindingCount{f.rule.ID, f.severity, f.n})
	}
	slices.SortFunc(counts, func(a, b FindingCount) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), strings.Compare(a.Rule, b.Rule))
	})
	return counts
}

// FlaggedCount is how many messages were flagged for a carrier.
type FlaggedCount struct {
	Carrier   string
	Class     signaling.Class
	Protocol  signaling.Protocol
	Evidence  signaling.Evidence
	Direction signaling.Direction
	N         uint64
	Returned  uint64 // of them answers that returned secrets
	Refused   uint64 // of them answers that said no
}

// Flagged are the flagged messages, each counted once a carrier, ordered by
// carrier, class, protocol, evidence and direction.
func (s *Stats) Flagged() (counts []FlaggedCount) {
	for _, c := range s.carriers {
		for _, x := range c.cells {
			counts = append(counts, FlaggedCount{c.id, x.class, x.protocol, x.evidence, x.direction, x.messages, x.returned, x.refused})
		}
	}
	slices.SortFunc(counts, func(a, b FlaggedCount) int {
		return cmp.Or(strings.Compare(a.Carrier, b.Carrier), cmp.Compare(a.Class, b.Class), cmp.Compare(a.Protocol, b.Protocol),
			cmp.Compare(b.Evidence, a.Evidence), cmp.Compare(a.Direction, b.Direction))
	})
	return counts
}

// Exposure is what one carrier could read of one class, and how we know.
type Exposure struct {
	Carrier, CarrierName string
	Class                signaling.Class
	Evidence             signaling.Evidence
	Messages             uint64
	Returned             uint64 // of them answers that returned secrets
	Refused              uint64 // of them answers that said no
	Subscribers          uint64 // distinct
	AtLeast              bool   // there are more subscribers than were counted
}

// Exposures are the flagged messages by carrier, class and evidence: carriers with
// the strongest evidence and the most messages first.
func (s *Stats) Exposures() (rows []Exposure) {
	type rank struct {
		evidence signaling.Evidence
		messages uint64
	}
	ranks := map[string]rank{}
	for _, c := range s.carriers {
		var sum [signaling.NumClasses][signaling.NumEvidence]Exposure
		r := rank{}
		for _, x := range c.cells {
			row := &sum[x.class][x.evidence]
			row.Messages += x.messages
			row.Returned += x.returned
			row.Refused += x.refused
			r.messages += x.messages
			r.evidence = max(r.evidence, x.evidence)
		}
		ranks[c.id] = r
		for class := range sum {
			for e := range sum[class] {
				row := sum[class][e]
				if row.Messages == 0 {
					continue
				}
				row.Carrier, row.CarrierName, row.Class, row.Evidence = c.id, c.name, signaling.Class(class), signaling.Evidence(e)
				if set := c.exposed[class][e]; set != nil {
					row.Subscribers, row.AtLeast = set.n, set.full
				}
				rows = append(rows, row)
			}
		}
	}
	slices.SortFunc(rows, func(a, b Exposure) int {
		x, y := ranks[a.Carrier], ranks[b.Carrier]
		return cmp.Or(cmp.Compare(y.evidence, x.evidence), cmp.Compare(y.messages, x.messages), strings.Compare(a.Carrier, b.Carrier),
			cmp.Compare(b.Evidence, a.Evidence), cmp.Compare(b.Messages, a.Messages), cmp.Compare(a.Class, b.Class))
	})
	return rows
}

// CarrierMessages is how many messages a carrier was on the path of, flagged or not,
// by their protection.
func (s *Stats) CarrierMessages() (counts []FlowCount) {
	for _, r := range s.Protections() {
		if r.Messages != 0 {
			counts = append(counts, FlowCount{r.Carrier, r.Protection, r.Messages})
		}
	}
	return counts
}

// CarrierProtection is the messages that a carrier was on the path of, and the links
// that it was an end of, with one protection.
type CarrierProtection struct {
	Carrier, CarrierName string
	Protection           signaling.Protection
	Messages, Links      uint64
}

// Protections are the messages and links of the carriers by protection. A link
// counts for the protection it had last.
func (s *Stats) Protections() (rows []CarrierProtection) {
	for _, c := range s.carriers {
		for p := range c.touched {
			if c.touched[p] != 0 || c.links[p] != 0 {
				rows = append(rows, CarrierProtection{c.id, c.name, signaling.Protection(p), c.touched[p], c.links[p]})
			}
		}
	}
	slices.SortFunc(rows, func(a, b CarrierProtection) int {
		return cmp.Or(strings.Compare(a.Carrier, b.Carrier), cmp.Compare(a.Protection, b.Protection))
	})
	return rows
}

// Directions are the messages by direction, duplicates apart. ok is false when none has
// one: home is not known.
func (s *Stats) Directions() (counts []Count, ok bool) {
	for d, n := range s.directions {
		if n == 0 {
			continue
		}
		ok = ok || signaling.Direction(d) != signaling.DirectionUnknown
		counts = append(counts, Count{Name: signaling.Direction(d).String(), N: n})
	}
	return counts, ok
}

// Total is the number of messages, duplicates included.
func (s *Stats) Total() uint64 { return s.total }

// Duplicates is the number of messages that were second copies.
func (s *Stats) Duplicates() uint64 { return s.duplicates }

// Flows is the number of links seen.
func (s *Stats) Flows() uint64 { return s.flows }

// Warnings are the warnings by type.
func (s *Stats) Warnings() []Count { return s.warnings }

// Unaccounted is how many frames have no place in the accounts; anything but 0
// is a bug of the program.
func (s *Stats) Unaccounted() int64 {
	n := int64(s.Frames) - int64(s.Decoded) - int64(s.NotSignaling)
	for _, c := range s.Undecoded {
		n -= int64(c.N)
	}
	return n
}

// MaxSeverity is the severest finding; ok is false when there is none.
func (s *Stats) MaxSeverity() (v signaling.Severity, ok bool) {
	for _, f := range s.findings {
		v, ok = max(v, f.severity), true
	}
	return v, ok
}
