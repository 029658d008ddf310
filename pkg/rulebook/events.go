package rulebook

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"sigtransit/decoders/diameter"
	"sigtransit/decoders/gsmmap"
	"sigtransit/decoders/tcap"
	"sigtransit/decoders/telecom"
	"sigtransit/pkg/exposure"
	"sigtransit/pkg/pipeline"
	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

// player hands the messages that events tell of to a worker, as a dissector does those
// that it reads: with their links, and with what their dialogues remember.
type player struct {
	worker *pipeline.Worker
	ledger *exposure.Recorder // nil: none takes the messages
	links  map[string]*signaling.Link
	// dialogues are those that began, by their ids, the last one behind. Nodes choose ids
	// for themselves: several may have the same.
	dialogues map[string][]*dialogue
	began     []*dialogue // the last one behind
	now       time.Time
}

// dialogue is what is known of a dialogue.
type dialogue struct {
	memory    signaling.Memory
	number    uint64
	protocol  signaling.Protocol
	app       uint32              // of Diameter
	operation signaling.Operation // of its last request
	link      *signaling.Link
	from      uint8     // the end of link that began it
	ids       [2]string // of the side that began it and the other
	parties   [2]string // who the sides are
	sights    uint64    // messages that are no copies
}

// endless bounds dialogues that are kept to be answered by events without ids.
const endless = 1024

func newPlayer(w *pipeline.Worker, ledger *exposure.Recorder) *player {
	return &player{worker: w, ledger: ledger, links: map[string]*signaling.Link{}, dialogues: map[string][]*dialogue{}, now: begun}
}

// play hands on what events tell. On events that cannot be it returns a
// *rules.LoadError that names all of them.
func (p *player) play(ctx context.Context, events []rules.TestEvent) error {
	var bad rules.LoadError
	for i := range events {
		x := &events[i]
		if !x.Time.IsZero() {
			p.now = x.Time
		}
		for range x.Repeat {
			if ctx.Err() != nil {
				return nil
			}
			err := p.message(x, i+1)
			if p.now.After(rules.LastTime) {
				err = fmt.Errorf("repeat: the last one is of %s, want times before %d", p.now.Format(time.DateOnly), rules.LastTime.Year())
			}
			if err != nil {
				bad.Add(rules.Problem{File: x.At.File, Line: x.At.Line, Column: x.At.Column, Text: err.Error()})
				break
			}
			p.now = p.now.Add(x.Every)
		}
	}
	if len(bad.Problems) > 0 {
		return &bad
	}
	return nil
}

func (p *player) message(x *rules.TestEvent, n int) error {
	// Layers that are written to are copied: the event may come again.
	m := x.Message
	m.Time = p.now.UnixNano()
	if m.Frame == 0 {
		m.Frame = uint64(n)
	}
	if m.Source == "" {
		m.Source = "events"
	}
	var err error
	if m.Operation, err = operation(x); err != nil {
		return err
	}
	if m.Operation != 0 {
		m.Protocol = m.Operation.Info().Protocol
	}
	isDiameter := m.Protocol == signaling.Diameter
	switch {
	case m.Kind != signaling.KindNone:
	case isDiameter:
		m.Kind = signaling.KindRequest
	default:
		m.Kind = signaling.KindInvoke
	}
	switch asks := m.Kind == signaling.KindRequest || m.Kind == signaling.KindAnswer; {
	case isDiameter && !asks:
		return fmt.Errorf("kind: %q, want request or answer: %s is of diameter", m.Kind, x.Operation)
	case !isDiameter && asks:
		return fmt.Errorf("kind: %q is of diameter, and %s of %s", m.Kind, x.Operation, m.Protocol)
	case isDiameter && (m.SCCP != nil || m.M3UA != nil || m.SUA != nil || m.MAP != nil):
		return fmt.Errorf("%s is of diameter, which has no m3ua, sccp, sua, map or cap", x.Operation)
	}
	if isDiameter {
		d := diameter.Message{}
		if m.Diameter != nil {
			d = *m.Diameter
		}
		m.Diameter = &d
	} else {
		component(&m)
	}
	d, err := p.dialogue(&m, x)
	if err != nil {
		return err
	}
	p.link(&m, x, d)
	remember(&m, d)
	if err := header(&m); err != nil {
		return err
	}
	if err := disclose(&m, x); err != nil {
		return err
	}
	classify(&m, x)
	p.worker.Message(&m)
	if p.ledger != nil && p.ledger.Full() {
		p.worker.FlushLedger()
	}
	return nil
}

// operation is the one that an event names, by its name or its code; 0 where it names none.
func operation(x *rules.TestEvent) (signaling.Operation, error) {
	m := &x.Message
	d, c := m.Diameter, m.Component
	if x.Operation == "" {
		coded := c != nil && c.HasCode && m.Kind != signaling.KindError
		switch {
		case d != nil && d.Command != 0:
			return signaling.DiameterOperation(d.AppID, d.Command), nil
		case coded && m.Protocol == signaling.MAP:
			return signaling.MAPOperation(c.Code), nil
		case coded && m.Protocol == signaling.CAP:
			return signaling.CAPOperation(c.Code), nil
		}
		return 0, nil
	}
	app, name, has := strings.Cut(x.Operation, "/")
	if !has || app == "" {
		app, name = "", x.Operation
	}
	var fit []signaling.Operation
	var names []string
	for _, op := range signaling.LookupOperations(name) {
		info := op.Info()
		switch {
		case d != nil && info.Protocol != signaling.Diameter,
			m.Protocol != signaling.ProtocolNone && info.Protocol != m.Protocol,
			app != "" && (info.Protocol != signaling.Diameter || signaling.DiameterApplication(info.App) != app),
			app == "" && d != nil && d.AppID != 0 && info.App != d.AppID:
			continue
		}
		fit = append(fit, op)
		if info.Protocol == signaling.Diameter {
			names = append(names, signaling.DiameterApplication(info.App)+"/"+name)
		} else {
			names = append(names, "protocol "+info.Protocol.String())
		}
	}
	switch len(fit) {
	case 0:
		return 0, fmt.Errorf("operation: %q is not known with the files of this test", x.Operation)
	case 1:
		return fit[0], coded(m, fit[0])
	}
	return 0, fmt.Errorf("operation: %q is of several, say which: %s", x.Operation, strings.Join(names, ", "))
}

// coded refuses an opcode that is another operation's. The forwardSM of versions 1 and 2
// has that of mo-ForwardSM in both directions.
func coded(m *signaling.Message, op signaling.Operation) error {
	const mtForwardSM, forwardSM = 44, 46
	info, c := op.Info(), m.Component
	switch {
	case c == nil || !c.HasCode || m.Kind == signaling.KindError || info.Protocol != signaling.MAP && info.Protocol != signaling.CAP,
		c.Code == int32(info.Code),
		c.Code == forwardSM && info.Code == mtForwardSM && info.Protocol == signaling.MAP:
		return nil
	}
	return fmt.Errorf("operation: %s has opcode %d, and the event %d", info.Name, info.Code, c.Code)
}

// classify says what a message is for and how it is protected, where its event does not.
func classify(m *signaling.Message, x *rules.TestEvent) {
	d := m.Diameter
	switch {
	case x.HasClass:
	case m.Operation != 0:
		if m.Class = m.Operation.Info().Class; m.Class == signaling.ClassSubscriber && d != nil && d.Set&diameter.FieldLocation != 0 {
			m.Class = signaling.ClassLocation
		}
	}
	switch {
	case m.Protection != signaling.Clear:
	case m.Class == signaling.ClassProtected && m.Protocol == signaling.MAP:
		m.Protection = signaling.MAPsec
	case d != nil && d.Set&diameter.FieldEncrypted != 0 && x.Disclosed == 0:
		m.Protection = signaling.Opaque
	case d != nil && d.Set&diameter.FieldSignature != 0:
		m.Protection = signaling.Signed
	}
}

// link finds the link of an event, and notes the end that sends. An event without
// addresses comes by that of its dialogue, unless it says another one.
func (p *player) link(m *signaling.Message, x *rules.TestEvent, d *dialogue) {
	if l := d.link; l != nil && !m.Src.IsValid() && !m.Dst.IsValid() && (x.Link == 0 || x.Link == l.ID) {
		m.Link, m.From = d.link, d.from^m.Side
		e, o := &m.Link.Ends[m.From], &m.Link.Ends[1-m.From]
		m.Src, m.Dst = netip.AddrPortFrom(e.Addrs[0], e.Port), netip.AddrPortFrom(o.Addrs[0], o.Port)
	} else {
		p.locate(m, x)
	}
	if d.link == nil {
		d.link, d.from = m.Link, m.From
	}
	name(m.Link, m.From, x.Peer, "")
	name(m.Link, 1-m.From, x.ToPeer, "")
}

// located reports that an event says by which link it comes.
func located(x *rules.TestEvent) bool {
	return x.Link != 0 || x.Message.Src.IsValid() || x.Message.Dst.IsValid()
}

// unnamed is the first number of links that events give none: theirs are smaller.
const unnamed = 1 << 54

// locate finds the link between the addresses of an event, or of its number.
func (p *player) locate(m *signaling.Message, x *rules.TestEvent) {
	if !m.Src.IsValid() { // documentation addresses (RFC 5737), which no list has
		m.Src = netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, 1}), 0)
	}
	if !m.Dst.IsValid() {
		m.Dst = netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, 2}), 0)
	}
	ends := []string{m.Src.String(), m.Dst.String()}
	slices.Sort(ends)
	key := strings.Join(ends, " ")
	if x.Link != 0 {
		key = fmt.Sprint(x.Link)
	}
	l := p.links[key]
	if l == nil {
		l = &signaling.Link{ID: unnamed + uint64(len(p.links)), Transport: signaling.SCTP, Protection: m.Protection}
		if x.Link != 0 {
			l.ID = x.Link
		}
		if x.Transport != signaling.TransportNone {
			l.Transport = x.Transport
		}
		l.Ends[0] = signaling.End{Addrs: []netip.Addr{m.Src.Addr()}, Port: m.Src.Port()}
		l.Ends[1] = signaling.End{Addrs: []netip.Addr{m.Dst.Addr()}, Port: m.Dst.Port()}
		p.links[key] = l
	}
	m.Link, m.From = l, 0
	at := func(end int, a netip.AddrPort) bool {
		return l.Ends[end].Port == a.Port() && slices.Contains(l.Ends[end].Addrs, a.Addr())
	}
	if !at(0, m.Src) && (at(1, m.Src) || at(0, m.Dst)) {
		m.From = 1
	}
	for i, a := range [2]netip.Addr{m.Src.Addr(), m.Dst.Addr()} {
		if e := &l.Ends[m.From^uint8(i)]; !slices.Contains(e.Addrs, a) { // another address of the end
			e.Addrs = append(e.Addrs, a)
			l.Version++
		}
	}
}

// name notes the identity of an end of a link.
func name(l *signaling.Link, end uint8, host, realm string) {
	e := &l.Ends[end]
	if host == "" || e.Host == host && (realm == "" || e.Realm == realm) {
		return
	}
	e.Host = host
	if realm != "" {
		e.Realm = realm
	}
	l.Version++
}

// component gives a message of SS7 what one has that was read.
func component(m *signaling.Message) {
	if m.MAP != nil {
		a := *m.MAP
		m.MAP = &a
	} else if m.Protocol != signaling.TCAP {
		m.MAP = &gsmmap.Arguments{}
	}
	c := tcap.Component{}
	if m.Component != nil {
		c = *m.Component
	}
	m.Component = &c
	switch m.Kind {
	case signaling.KindInvoke, signaling.KindResult:
		c.Kind = tcap.Invoke
		if m.Kind == signaling.KindResult {
			c.Kind = tcap.ReturnResultLast
		}
		if m.Operation != 0 && !c.HasCode && !m.Inherited {
			c.HasCode, c.Code = true, int32(m.Operation.Info().Code)
		}
	case signaling.KindError:
		c.Kind = tcap.ReturnError
	case signaling.KindReject:
		c.Kind = tcap.Reject
	default: // a message about the dialogue alone
		m.Component, m.MAP = nil, nil
	}
	if m.TCAP == nil {
		m.TCAP = &tcap.Message{}
	}
}

// header gives a message of Diameter the header that its operation has, and the link
// the names that it tells.
func header(m *signaling.Message) error {
	d := m.Diameter
	if d == nil {
		return nil
	}
	if info := m.Operation.Info(); m.Operation != 0 {
		if d.AppID != 0 && d.AppID != info.App || d.Command != 0 && d.Command != info.Code {
			return fmt.Errorf("operation: %s has app_id %d and command %d, and the event %d and %d", m.Operation, info.App, info.Code, d.AppID, d.Command)
		}
		d.AppID, d.Command = info.App, info.Code
	}
	if m.Kind == signaling.KindRequest {
		d.Flags |= diameter.FlagRequest
	}
	d.IMSI = m.IMSI
	if d.AppID == 0 && (d.Command == 257 || d.Command == 280 || d.Command == 282) { // CER, DWR, DPR go no further than the neighbour
		name(m.Link, m.From, string(d.OriginHost), string(d.OriginRealm))
	}
	return nil
}

// Errors of what belongs to nothing.
var (
	errAlone = errors.New("answers nothing: no event before it asks for that, and no id joins the two")
	errFirst = errors.New("duplicate: no event before it has that operation, and no id joins the two")
)

// dialogue finds the dialogue of a message, or begins one.
func (p *player) dialogue(m *signaling.Message, x *rules.TestEvent) (*dialogue, error) {
	m.Side = 0
	own, other := identifiers(m, x)
	if own == nil && other == nil {
		replies := m.IsReply() || m.Kind == signaling.KindAbort || m.Kind == signaling.KindContinue || m.Kind == signaling.KindEnd
		if !replies && !m.Duplicate {
			return p.begin(m), nil
		}
		for _, d := range slices.Backward(p.began) {
			if d.answers(m) {
				if replies {
					m.Side = 1
				}
				return d, nil
			}
		}
		if !replies {
			return nil, errFirst
		}
		return nil, errAlone
	}
	from, to := party(m, true), party(m, false)
	var d *dialogue
	if other != nil || m.Duplicate {
		for _, id := range own {
			if d = p.find(id, from); d != nil {
				break
			}
		}
		for _, id := range other {
			if d != nil {
				break
			}
			d = p.find(id, to)
		}
	}
	if d == nil {
		d = p.begin(m)
		d.parties = [2]string{from, to}
		for _, id := range own {
			p.join(d, 0, id)
		}
		for _, id := range other {
			p.join(d, 1, id)
		}
		return d, nil
	}
	switch {
	case m.Diameter != nil:
		if m.Kind == signaling.KindAnswer {
			m.Side = 1
		}
	case own != nil && own[0] != d.ids[0], own == nil && other[0] == d.ids[0]:
		m.Side = 1
	}
	if m.Diameter == nil && own != nil && d.ids[m.Side] == "" {
		d.parties[m.Side] = from
		p.join(d, m.Side, own[0])
	}
	return d, nil
}

// answers reports that a message without ids may belong to d.
func (d *dialogue) answers(m *signaling.Message) bool {
	if (d.protocol == signaling.Diameter) != (m.Protocol == signaling.Diameter) || m.Operation != 0 && m.Operation != d.operation {
		return false
	}
	if a := m.Diameter; a != nil {
		return a.AppID == 0 || a.AppID == d.app
	}
	return m.Protocol == signaling.ProtocolNone || m.Protocol == signaling.TCAP || m.Protocol == d.protocol
}

// identifiers are the ids of a message that its sender chose, and of those that the
// receiver did, the surest one first; nil where it has none.
func identifiers(m *signaling.Message, x *rules.TestEvent) (own, other []string) {
	a := m.Diameter
	if a == nil {
		if x.OTID != "" {
			own = []string{"tcap " + x.OTID}
		}
		if x.DTID != "" {
			other = []string{"tcap " + x.DTID}
		}
		return own, other
	}
	if a.HopByHop == 0 && a.EndToEnd == 0 {
		return nil, nil
	}
	if !m.Duplicate { // else it is another agent's, who keeps the End-to-End Identifier alone (RFC 6733 3)
		if located(x) {
			own = append(own, fmt.Sprintf("diameter %d %s %#x %#x", x.Link, ends(m), a.HopByHop, a.EndToEnd))
		}
		own = append(own, fmt.Sprintf("diameter %#x %#x", a.HopByHop, a.EndToEnd))
	}
	if a.EndToEnd != 0 {
		own = append(own, fmt.Sprintf("diameter %#x", a.EndToEnd))
	}
	if m.Kind == signaling.KindAnswer {
		return nil, own
	}
	return own, nil
}

// ends are the two addresses of a message in one order.
func ends(m *signaling.Message) string {
	a, b := m.Src.String(), m.Dst.String()
	return min(a, b) + " " + max(a, b)
}

// party says who sends a message, or who is meant; "" where nothing tells.
func party(m *signaling.Message, sender bool) string {
	if s := m.SCCP; s != nil {
		a, end := &s.Called, m.Dst
		if sender {
			a, end = &s.Calling, m.Src
		}
		switch {
		case a.GT.Len() != 0:
			return a.GT.String()
		case a.HasPC:
			return a.PC.String()
		case m.M3UA != nil && sender:
			return m.M3UA.Data.OPC.String()
		case m.M3UA != nil:
			return m.M3UA.Data.DPC.String()
		case end.IsValid():
			return end.String()
		}
	}
	return ""
}

// find is the last dialogue of an id, of those where it is the id of one party, if any is.
func (p *player) find(id, party string) *dialogue {
	list := p.dialogues[id]
	for _, d := range slices.Backward(list) {
		for side := range d.ids {
			if d.ids[side] == id && d.parties[side] == party {
				return d
			}
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list[len(list)-1]
}

// join notes an id of a side of a dialogue.
func (p *player) join(d *dialogue, side uint8, id string) {
	if d.ids[side] == "" {
		d.ids[side] = id
	}
	p.dialogues[id] = append(p.dialogues[id], d)
}

func (p *player) begin(m *signaling.Message) *dialogue {
	d := &dialogue{number: 1, protocol: m.Protocol}
	if len(p.began) > 0 {
		d.number = p.began[len(p.began)-1].number + 1
	}
	if m.Diameter != nil {
		d.app = m.Diameter.AppID
		if m.Operation != 0 {
			d.app = m.Operation.Info().App
		}
	}
	if len(p.began) == endless {
		p.began = slices.Delete(p.began, 0, endless/2)
	}
	p.began = append(p.began, d)
	return d
}

// remember gives a message what its dialogue knows, and the dialogue what it adds.
func remember(m *signaling.Message, d *dialogue) {
	y := &d.memory
	m.Memory = y
	if !m.Duplicate {
		d.sights++
	}
	y.Signature = d.number<<20 | d.sights
	for _, x := range [2]struct{ said, known *telecom.Digits }{{&m.IMSI, &y.IMSI}, {&m.MSISDN, &y.MSISDN}} {
		if x.said.Len() != 0 {
			*x.known = *x.said
		} else {
			*x.said = *x.known
		}
	}
	if m.Protocol == signaling.ProtocolNone || m.Protocol == signaling.TCAP && d.protocol != signaling.ProtocolNone {
		m.Protocol = d.protocol
	} else {
		d.protocol = m.Protocol
	}
	if m.Operation == 0 {
		if m.IsReply() || m.Component == nil {
			m.Operation, m.Inherited = d.operation, d.operation != 0
		}
	} else if !m.IsReply() {
		d.operation = m.Operation
	}
}

// Numbering plans of an AddressString (3GPP TS 29.002 17.7.8).
const (
	planE164 = 1
	planE212 = 6
)

// disclose sets what a message carries or returns. Where an event does not say, what asks
// carries the numbers that it has, and a reply nothing.
func disclose(m *signaling.Message, x *rules.TestEvent) error {
	want := x.Disclosed
	if !x.HasDisclosed && !m.IsReply() {
		if x.Message.IMSI.Len() != 0 {
			want |= signaling.DisclosedIMSI
		}
		if x.Message.MSISDN.Len() != 0 {
			want |= signaling.DisclosedMSISDN
		}
	}
	fields, data, avps := want.Fields()
	if m.Kind == signaling.KindResult && !x.HasDisclosed { // events tell of one that was read, even that it is empty
		m.Component.Parameter = []byte{}
		fields |= gsmmap.FieldUnread
	}
	switch {
	case m.MAP == nil && m.Diameter == nil: // the references of a MAP-DialoguePDU, if anything
		m.Dialogue = &gsmmap.Dialogue{Kind: gsmmap.DialogueOpen}
		if want&signaling.DisclosedIMSI != 0 {
			m.Dialogue.Destination = gsmmap.Address{NPI: planE212, Digits: m.IMSI}
		}
		if want&signaling.DisclosedMSISDN != 0 {
			m.Dialogue.Origination = gsmmap.Address{NPI: planE164, Digits: m.MSISDN}
		}
	case m.MAP != nil:
		a := m.MAP
		a.Set |= fields &^ gsmmap.FieldGSN
		if a.GSN.IsValid() {
			a.Set |= gsmmap.FieldGSN
		}
		a.Data |= data
		a.VectorCount = x.Vectors
		if want&signaling.DisclosedIMSI != 0 {
			a.IMSI = m.IMSI
		}
		if want&signaling.DisclosedMSISDN != 0 {
			a.MSISDN = m.MSISDN
		}
	case m.Diameter != nil:
		m.Diameter.Set |= avps
		m.Diameter.VectorCount = x.Vectors
	}
	switch given, n := m.Disclosed(); {
	case want&^given != 0:
		return fmt.Errorf("%s discloses no %s", m.Kind, strings.Join((want&^given).AppendNames(nil, int(x.Vectors)), ", "))
	case x.HasDisclosed && want == 0 && given != 0:
		return fmt.Errorf("%s tells %s, and has an empty list of what it discloses", m.Kind, strings.Join(given.AppendNames(nil, n), ", "))
	}
	return nil
}
