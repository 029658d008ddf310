package rules

import "sigtransit/pkg/signaling"

// Engine evaluates messages against a Set. It holds the scratch memory of one
// worker and must not be used by two goroutines at once. Nothing in it outlives a
// message but the memory of names and the counters.
type Engine struct {
	set   *Set
	index *index

	hits    [maxHits]hit
	numHits int
	every   bool // an identifier at several places of one position is a hit for each

	tallies [maxCarriers]tally
	carrs   int
	touched []*Carrier
	fresh   []*Carrier // adjacent by the link, and news
	// verdicts is how the message at hand came, as far as it is known.
	verdicts []Verdict

	sightings []Sighting
	values    []byte
	finding   Finding
	counts    []uint64 // findings by Detection.Index
	tested    []uint64 // likewise of rules that are being tested
	failed    []uint64 // conditions that could not be evaluated, by Detection.Index
	facts     facts    // of the message at hand; factual: they were collected
	factual   bool
	alone     tally      // of nobody
	fitting   []ruleBits // by the number of a partner
	// contradictions of the message at hand; contradicted: they were looked for.
	contradictions set
	contradicted   bool

	// Aside takes what is not handed to emit. Its fields may be set before Evaluate.
	Aside Aside

	memo nameMemo

	flowMessage signaling.Message // what findings about links have for a message
}

// Aside takes what Evaluate and EvaluateFlow found and do not hand out. A function
// may be nil; what it is given is valid during the call only.
type Aside struct {
	// Tested takes the findings of rules that are being tested.
	Tested func(*Finding)
	// Excepted takes the findings that an exception covers. Expired takes those that one
	// did cover until it expired: they are handed out as well.
	Excepted, Expired func(*Finding, *Exception)
	// Failed takes the rules whose condition could not be evaluated.
	Failed func(*Detection)
}

// Bounds of one message. Addresses are bounded by their decoders, but several
// carriers may claim each; more than this is a broken watchlist, not traffic.
const (
	maxHits     = 48
	maxCarriers = 16
)

// hit is a sighting before it is told.
type hit struct {
	id  uint32
	pos signaling.Position
	sub uint8 // which of several: node, hop, end of the link
	old bool  // from the memory of the dialogue
}

// tally is what the sightings of one carrier add up to.
type tally struct {
	carrier         *Carrier
	evidence        signaling.Evidence
	confidence      signaling.Confidence
	group           bool
	groupConfidence signaling.Confidence
	declared        *declared // what the partner says, where it counts
}

// NewEngine makes the engine of one worker.
func NewEngine(s *Set) *Engine {
	return &Engine{
		set: s, index: &s.index,
		touched:   make([]*Carrier, 0, maxCarriers),
		verdicts:  make([]Verdict, 0, maxCarriers),
		fresh:     make([]*Carrier, 0, maxCarriers),
		sightings: make([]Sighting, 0, maxHits),
		values:    make([]byte, 0, maxHits*maxName),
		counts:    make([]uint64, len(s.Detections)),
		tested:    make([]uint64, len(s.Detections)),
		failed:    make([]uint64, len(s.Detections)),
		alone:     tally{carrier: nobody},
	}
}

// Set is the set that the engine evaluates.
func (e *Engine) Set() *Set { return e.set }

// Touched are the watched carriers that the last message itself gave evidence of
// transit for: address, hop or adjacent; what a partner declares is none. The slice is reused by the next Evaluate.
func (e *Engine) Touched() []*Carrier { return e.touched }

// Findings are the numbers of findings made so far by Detection.Index. The slice
// belongs to the engine.
func (e *Engine) Findings() []uint64 { return e.counts }

// Tested are the numbers of findings that rules which are being tested would have
// made, by Detection.Index. The slice belongs to the engine.
func (e *Engine) Tested() []uint64 { return e.tested }

// Evaluate looks for every carrier in m and its link, remembers in m.Memory what
// it saw, and hands each finding to emit: at most one for each carrier and rule.
// What emit is given is valid during the call only. It caches marks in m.Link.
func (e *Engine) Evaluate(m *signaling.Message, emit func(*Finding)) {
	e.numHits = 0
	e.touched, e.fresh, e.verdicts = e.touched[:0], e.fresh[:0], e.verdicts[:0]
	gen := e.set.Generation
	if l := m.Link; l.MarksGeneration != gen || l.MarksVersion != l.Version {
		e.markLink(l)
	}
	e.look(m)
	mem := m.Memory
	if mem != nil {
		if gen := uint16(gen); mem.Generation != gen {
			mem.Generation, mem.NumMarks = gen, 0
		}
		if e.numHits != 0 || mem.NumMarks != 0 {
			e.remember(mem)
		}
	}
	e.carrs, e.factual, e.contradicted = 0, false, false
	watched := false
	if e.numHits != 0 || m.Link.NumMarks != 0 || e.set.paths && e.set.knowsPath(m) {
		watched = e.path(m)
	}
	if int(m.Class) >= numClasses {
		return
	}
	if watched {
		e.judge(m, emit)
	}
	if e.set.anyMessage {
		if rules := e.set.messageRules[m.Class].bitsAt(m.Operation); rules != nil {
			e.judgeMessage(m, rules, emit)
		}
	}
}

// hit notes the identifiers of a reference at a position, each once.
func (e *Engine) hit(ref uint32, pos signaling.Position, sub uint8) {
	for _, id := range e.index.at(ref) {
		e.note(hit{id: id, pos: pos, sub: sub})
	}
}

func (e *Engine) note(h hit) {
	for i := range e.hits[:e.numHits] {
		if o := &e.hits[i]; o.id == h.id && o.pos == h.pos && (!e.every || o.sub == h.sub) {
			return
		}
	}
	if e.numHits < maxHits {
		e.hits[e.numHits] = h
		e.numHits++
	}
}

// place is where among n marks a new one goes: behind them, or in the place of
// one with a weaker role when there is no room; -1 for nowhere.
func (e *Engine) place(n int, id uint32, at func(int) uint32) int {
	if n < signaling.MaxMarks {
		return n
	}
	role := e.set.Identifiers[id].Role
	for i := n - 1; i >= 0; i-- {
		if e.set.Identifiers[at(i)].Role > role {
			return i
		}
	}
	return -1
}

// remember joins the message's sightings with those of its dialogue: new ones go
// into the memory, remembered ones count for this message too.
func (e *Engine) remember(mem *signaling.Memory) {
	fresh := e.numHits
	for i := range mem.Marks[:mem.NumMarks] {
		k := &mem.Marks[i]
		e.note(hit{id: k.Identifier, pos: k.Position, old: true})
	}
next:
	for _, h := range e.hits[:fresh] {
		for i := range mem.Marks[:mem.NumMarks] {
			if k := &mem.Marks[i]; k.Identifier == h.id && k.Position == h.pos {
				continue next
			}
		}
		if i := e.place(int(mem.NumMarks), h.id, func(i int) uint32 { return mem.Marks[i].Identifier }); i >= 0 {
			mem.Marks[i] = signaling.Mark{Identifier: h.id, Position: h.pos}
			mem.NumMarks = max(mem.NumMarks, uint8(i+1))
		}
	}
}

// noteMarks takes the sightings at the ends of a link.
func (e *Engine) noteMarks(l *signaling.Link) {
	for i := range l.Marks[:l.NumMarks] {
		k := &l.Marks[i]
		e.note(hit{id: k.Identifier, pos: k.Position, sub: k.End})
	}
}

// label looks for an entry of the link inventory that the routing label tells. One
// that stands before what the link alone told counts in its place.
func (e *Engine) label(m *signaling.Message) {
	x := &e.set.inventory
	have, at := len(x.links), -1
	for i := range e.hits[:e.numHits] {
		if h := &e.hits[i]; h.pos == signaling.LinkInventory {
			at = i
			have = x.number(h.id)
		}
	}
	n := x.labelled(m, have)
	switch {
	case n == have:
	case at >= 0:
		e.hits[at].id = x.links[n].id.Index
	default:
		e.note(hit{id: x.links[n].id.Index, pos: signaling.LinkInventory})
	}
}

// fold adds the sightings and what the partner declares up, carrier by carrier. A
// sighting of a group operator says that the subscriber, the visited network or the
// far end is of the carrier's own group: then the carrier is there as a roaming
// partner, and its gear on the path is no transit, whatever else was seen.
func (e *Engine) fold(says []declared) {
	e.carrs = 0
	for i := range e.hits[:e.numHits] {
		h := &e.hits[i]
		id := e.set.Identifiers[h.id]
		t := e.tally(id.Carrier)
		if t == nil {
			continue
		}
		ev := evidence(id.Role, h.pos)
		if ev == signaling.EvidenceGroup {
			t.groupConfidence = max(t.groupConfidence, id.Confidence)
			t.group = true
			continue
		}
		switch {
		case ev > t.evidence:
			t.evidence, t.confidence = ev, id.Confidence
		case ev == t.evidence:
			t.confidence = max(t.confidence, id.Confidence)
		}
	}
	for i := range says {
		d := &says[i]
		t := e.tally(d.carrier)
		if t == nil {
			continue
		}
		t.declared = d
		if t.evidence < signaling.EvidenceDeclared {
			t.evidence, t.confidence = signaling.EvidenceDeclared, d.confidence
		}
	}
	for i := range e.tallies[:e.carrs] {
		t := &e.tallies[i]
		transit := transitEvidence.has(uint8(t.evidence))
		if t.group {
			t.evidence, t.confidence = signaling.EvidenceGroup, t.groupConfidence
		}
		if !transit {
			continue
		}
		e.verdicts = append(e.verdicts, Verdict{Carrier: t.carrier, Evidence: t.evidence, Confidence: t.confidence, Group: t.group})
		if t.carrier.Watched && !t.group && t.evidence > signaling.EvidenceDeclared {
			e.touched = append(e.touched, t.carrier)
		}
	}
}

func (e *Engine) tally(c *Carrier) *tally {
	for i := range e.tallies[:e.carrs] {
		if e.tallies[i].carrier == c {
			return &e.tallies[i]
		}
	}
	if e.carrs == maxCarriers {
		return nil
	}
	e.tallies[e.carrs] = tally{carrier: c}
	e.carrs++
	return &e.tallies[e.carrs-1]
}
