package rules

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"sigtransit/decoders/diameter"
	"sigtransit/decoders/gsmmap"
	"sigtransit/decoders/m3ua"
	"sigtransit/decoders/sccp"
	"sigtransit/decoders/sua"
	"sigtransit/decoders/tcap"
	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
)

// TestEvent is a message of a test, in the words of events. What an event says of how
// its message was judged is not read: the test judges anew.
type TestEvent struct {
	At Place
	// Message is what the event says of itself. Operation, link and dialogue are added by
	// who plays it: they depend on dictionaries, and on the events before.
	Message signaling.Message
	// Operation is a name, as expectations have it; "" where the event names none.
	Operation string
	// HasClass: Message.Class is to hold, whatever the operation is for.
	HasClass bool
	Time     time.Time     // zero: a millisecond after the event before
	Repeat   int           // how often it comes, each time in a dialogue of its own
	Every    time.Duration // between two times

	Link         uint64 // number of its link; 0: its ends tell
	Transport    signaling.Transport
	Peer, ToPeer string // Diameter identities of the sending end of the link and the other
	OTID, DTID   string // TCAP transaction ids; "" where it has none

	// Disclosed is what it carries or returns, with HasDisclosed; Vectors is how many
	// authentication vectors.
	Disclosed    signaling.Disclosure
	HasDisclosed bool
	Vectors      uint8

	nodes int // named by MAP, more than are kept perhaps
}

// IsDiameter reports an event of Diameter.
func (x *TestEvent) IsDiameter() bool { return x.Message.Protocol == signaling.Diameter }

// Bounds of events that repeat.
const (
	maxRepeat = 100_000
	maxEvery  = 24 * time.Hour
)

// judged are the keys of events that say what was made of a message.
var judged = []string{"event_type", "direction", "partner", "finding"}

// skipped reads keys that say nothing about a message itself.
func skipped(fields []field, keys ...string) []field {
	for _, k := range keys {
		fields = append(fields, field{k, func(ast.Node, string) {}})
	}
	return fields
}

// testEvent reads an event.
func (f *file) testEvent(n ast.Node) TestEvent {
	x := TestEvent{At: f.placeOf(place(n)), Repeat: 1, Every: time.Millisecond}
	m := &x.Message
	if v := child(n, "event_type"); v != nil {
		if s, ok := f.text(v, "event_type"); ok && s != "message" && s != "finding" {
			f.at(place(v), "event_type: %s, which tells no message; want message or finding", s)
			return x
		}
	}
	blocks := map[signaling.Protocol]ast.Node{} // of applications
	application := func(p signaling.Protocol) func(ast.Node, string) {
		return func(v ast.Node, k string) {
			blocks[p] = v
			if p == signaling.Diameter {
				f.diameterBlock(v, k, &x)
			} else {
				f.mapBlock(v, k, &x)
			}
		}
	}
	var kind ast.Node
	var from, to [2]ast.Node
	end := func(key string, to *ast.Node) field { return field{key, func(v ast.Node, _ string) { *to = v }} }
	before := f.problems.count()
	if !f.mapping(n, "event", skipped([]field{
		{"timestamp", func(v ast.Node, k string) { x.Time = f.time(v, k) }},
		f.textField("source", &m.Source),
		uintField(f, "frame", 1<<53, &m.Frame),
		{"repeat", func(v ast.Node, k string) {
			if u, ok := f.uint(v, k, maxRepeat); ok && u > 0 {
				x.Repeat = int(u)
			} else if ok {
				f.at(place(v), "repeat: 0, want how often the message comes, 1 or more")
			}
		}},
		{"every", func(v ast.Node, k string) {
			s, ok := f.text(v, k)
			d, err := time.ParseDuration(s)
			if ok && (err != nil || d < 0 || d > maxEvery) {
				f.at(place(v), "every: %q, want the time between two of them, from 0s to %v", s, maxEvery)
				return
			}
			x.Every = d
		}},
		end("src_ip", &from[0]), end("src_port", &from[1]), end("dest_ip", &to[0]), end("dest_port", &to[1]),
		wordField(f, "proto", signaling.Names(signaling.NumTransports)[1:], signaling.ParseTransport, &x.Transport),
		uintField(f, "link", 1<<53, &x.Link),
		wordField(f, "protection", signaling.Names(signaling.NumProtections), signaling.ParseProtection, &m.Protection),
		wordField(f, "protocol", signaling.Names(signaling.NumProtocols)[1:], some(signaling.ParseProtocol), &m.Protocol),
		f.textField("operation", &x.Operation),
		{"kind", func(v ast.Node, k string) {
			kind = v
			word(f, v, k, signaling.Names(signaling.NumKinds)[1:], some(signaling.ParseKind), &m.Kind)
		}},
		{"class", func(v ast.Node, k string) {
			x.HasClass = true
			word(f, v, k, signaling.Names(signaling.NumClasses), signaling.ParseClass, &m.Class)
		}},
		f.boolField("inherited", &m.Inherited),
		f.boolField("duplicate", &m.Duplicate),
		{"faults", func(v ast.Node, k string) {
			f.each(v, k, func(s string, at *token.Token) {
				fault, ok := signaling.ParseFault(s)
				if !ok {
					f.at(at, "%s: %q, want some of %s", k, s, strings.Join(signaling.FaultNames(), ", "))
				}
				m.Faults |= fault
			})
		}},
		{"subscriber", func(v ast.Node, k string) { f.subscriberBlock(v, k, m) }},
		{"m3ua", func(v ast.Node, k string) { f.labelBlock(v, k, m) }},
		{"sccp", func(v ast.Node, k string) { f.sccpBlock(v, k, m) }},
		{"sua", func(v ast.Node, k string) { f.suaBlock(v, k, m) }},
		{"tcap", func(v ast.Node, k string) { f.tcapBlock(v, k, &x) }},
		{"map", application(signaling.MAP)},
		{"cap", application(signaling.CAP)},
		{"diameter", application(signaling.Diameter)},
	}, judged...)...) {
		return x
	}
	m.Src, m.Dst = f.end("src", from), f.end("dest", to)
	for p, v := range blocks {
		switch {
		case len(blocks) > 1 && p == signaling.MAP:
			f.at(place(v), "event: a message of map has no block of another application")
		case len(blocks) > 1 && blocks[signaling.MAP] == nil && p == signaling.CAP:
			f.at(place(v), "event: a message of cap has no block of another application")
		case m.Protocol != signaling.ProtocolNone && m.Protocol != p && len(blocks) == 1:
			f.at(place(v), "event: its protocol is %s, and has no such block", m.Protocol)
		}
	}
	if f.problems.count() != before {
		return x
	}
	for p := range blocks {
		m.Protocol = p
	}
	f.codes(n, m)
	at, d := place(n), m.Diameter
	switch asks := m.Kind == signaling.KindRequest || m.Kind == signaling.KindAnswer; {
	case m.Protocol == signaling.ProtocolNone && x.Operation == "":
		f.at(at, "event: says neither \"protocol\" nor \"operation\"")
	case x.IsDiameter() && (m.SCCP != nil || m.M3UA != nil || m.SUA != nil):
		f.at(at, "event: of diameter, which has no m3ua, sccp or sua")
	case x.IsDiameter() && kind != nil && !asks:
		f.at(place(kind), "kind: %q, want request or answer with diameter", m.Kind)
	case !x.IsDiameter() && m.Protocol != signaling.ProtocolNone && asks:
		f.at(place(kind), "kind: %q is of diameter", m.Kind)
	case x.Repeat > 1 && (m.IsReply() || x.DTID != "" || m.Kind == signaling.KindContinue || m.Kind == signaling.KindEnd || m.Kind == signaling.KindAbort):
		f.at(at, "repeat: of what belongs to a dialogue that has begun; only what begins one can repeat")
	case x.nodes > gsmmap.MaxNodes:
		f.at(at, "event: %d nodes, want at most the %d that are kept of a message", x.nodes, gsmmap.MaxNodes)
	case d != nil && (d.NumNodes > diameter.MaxNodes || d.NumRouteRecords > diameter.MaxRouteRecords || d.NumProxyHosts > diameter.MaxProxyHosts):
		f.at(at, "event: want at most the %d nodes, %d Route-Records and %d Proxy-Hosts that are kept of a message", diameter.MaxNodes, diameter.MaxRouteRecords, diameter.MaxProxyHosts)
	}
	return x
}

// some parses words of a set whose first one says that there is none.
func some[T ~uint8](parse func(string) (T, bool)) func(string) (T, bool) {
	return func(s string) (T, bool) {
		v, ok := parse(s)
		return v, ok && v != 0
	}
}

// time reads a time as events write it.
func (f *file) time(n ast.Node, what string) (t time.Time) {
	s, ok := f.text(n, what)
	if !ok {
		return t
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || t.Before(FirstTime) || t.After(LastTime) {
		f.at(place(n), "%s: %q, want a time like 2026-11-22T10:00:02.5Z", what, s)
	}
	return t
}

// FirstTime and LastTime bound the times of events.
var FirstTime, LastTime = time.Unix(0, 0), time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)

// end reads address and port of an end; without an address it has none.
func (f *file) end(what string, end [2]ast.Node) (to netip.AddrPort) {
	var port uint64
	if end[1] != nil {
		port, _ = f.uint(end[1], what+"_port", 1<<16-1)
	}
	if end[0] == nil {
		return to
	}
	var addr netip.Addr
	f.addressField(what+"_ip", &addr).read(end[0], what+"_ip")
	return netip.AddrPortFrom(addr, uint16(port))
}

// number reads the digits of a number. Events hide some of them behind stars: those
// before the first star are what is known.
func (f *file) number(n ast.Node, what string, to *telecom.Digits) {
	s, ok := f.text(n, what)
	if !ok {
		return
	}
	known, _, _ := strings.Cut(s, "*")
	d, err := telecom.ParseDigits(known)
	switch {
	case isPseudonym(s):
		f.at(place(n), "%s: %q is a pseudonym, want digits", what, s)
	case err != nil || d.Len() == 0:
		f.at(place(n), "%s: %q, want digits", what, s)
	}
	*to = d
}

func isPseudonym(s string) bool { return strings.HasPrefix(s, "h:") }

// personalField is a field for a number of a subscriber, of which a pseudonym tells nothing.
func (f *file) personalField(key string, to *telecom.Digits) field {
	return field{key, func(v ast.Node, k string) {
		if s, ok := v.(*ast.StringNode); !ok || !isPseudonym(s.Value) {
			f.number(v, k, to)
		}
	}}
}

func (f *file) numberField(key string, to *telecom.Digits) field {
	return field{key, func(v ast.Node, k string) { f.number(v, k, to) }}
}

func (f *file) addressField(key string, to *netip.Addr) field {
	return field{key, func(v ast.Node, k string) {
		s, ok := f.text(v, k)
		a, err := netip.ParseAddr(s)
		if ok && err != nil {
			f.at(place(v), "%s: %q, want an IP address", k, s)
		}
		*to = a
	}}
}

// nameField is a field for a name of a host or realm.
func (f *file) nameField(key string, to *[]byte) field {
	return field{key, func(v ast.Node, k string) {
		s, _ := f.text(v, k)
		*to = []byte(s)
	}}
}

func (f *file) plmnField(key string, to *telecom.PLMN) field {
	return field{key, func(v ast.Node, k string) {
		s, ok := f.text(v, k)
		p, err := telecom.ParsePLMN(s)
		if ok && err != nil {
			f.at(place(v), "%s: %q, %v", k, s, err)
		}
		*to = p
	}}
}

// imsiLen is the length of an IMSI that is made of its network.
const imsiLen = 15

func (f *file) subscriberBlock(n ast.Node, what string, m *signaling.Message) {
	var network telecom.PLMN
	var imsi ast.Node
	f.mapping(n, what, skipped([]field{
		{"imsi", func(v ast.Node, _ string) { imsi = v }},
		f.personalField("msisdn", &m.MSISDN),
		f.plmnField("plmn", &network),
	}, "id", "home", "whose")...)
	var s string
	if imsi != nil {
		s, _ = f.text(imsi, "imsi")
		if !network.IsZero() && isPseudonym(s) {
			s = ""
		} else {
			f.number(imsi, "imsi", &m.IMSI)
		}
	}
	if network.IsZero() {
		return
	}
	// The network knows its digits where a star hides one of them.
	own := network.Prefix()
	switch {
	case s == "":
		m.IMSI, _ = telecom.ParseDigits(own.String() + strings.Repeat("0", imsiLen-own.Len()))
	case !m.IMSI.HasPrefix(own) && !own.HasPrefix(m.IMSI):
		f.at(place(imsi), "imsi: %q is not of network %v", s, network)
	case m.IMSI.Len() < own.Len():
		m.IMSI = own
	}
}

// labelBlock reads the routing label. Its codes are read by codes, once the variant is
// known.
func (f *file) labelBlock(n ast.Node, what string, m *signaling.Message) {
	m.M3UA = &m3ua.Message{HasData: true, Data: m3ua.ProtocolData{SI: 3}}
	var context, appearance uint32
	f.mapping(n, what, skipped([]field{
		uintField(f, "rc", 1<<32-1, &context),
		uintField(f, "na", 1<<32-1, &appearance),
		{"ni", func(v ast.Node, k string) {
			u, _ := f.uint(v, k, 3)
			m.M3UA.Data.NI = uint8(u)
		}},
	}, "opc", "dpc", "variant")...)
}

// codes reads the point codes of an event, which are written as their variant has it.
func (f *file) codes(n ast.Node, m *signaling.Message) {
	variant := telecom.ITU
	label, ends := child(n, "m3ua"), child(n, "sccp")
	if v := child(label, "variant"); v != nil {
		word(f, v, "variant", []string{"itu", "ansi", "china", "japan"}, telecom.ParseVariant, &variant)
	}
	code := func(in ast.Node, key string, to *telecom.PointCode) bool {
		v := child(in, key)
		if v == nil {
			return false
		}
		s, ok := f.text(v, key)
		p, err := variant.ParsePointCode(s)
		if ok && err != nil {
			f.at(place(v), "%s: %q, %v", key, s, err)
		}
		*to = p
		return true
	}
	if m.M3UA != nil {
		code(label, "opc", &m.M3UA.Data.OPC)
		code(label, "dpc", &m.M3UA.Data.DPC)
		if m.SCCP == nil {
			m.SCCP = &sccp.Message{Type: sccp.UDT}
		}
	}
	if m.SCCP != nil {
		m.SCCP.Variant = variant
		m.SCCP.Calling.HasPC = code(child(ends, "calling"), "pc", &m.SCCP.Calling.PC)
		m.SCCP.Called.HasPC = code(child(ends, "called"), "pc", &m.SCCP.Called.PC)
	}
}

// child is the value of a key; nil where there is none.
func child(n ast.Node, key string) ast.Node {
	var values []*ast.MappingValueNode
	switch m := n.(type) {
	case *ast.MappingNode:
		values = m.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{m}
	}
	for _, v := range values {
		if v.Key.GetToken().Value == key {
			return v.Value
		}
	}
	return nil
}

func (f *file) sccpBlock(n ast.Node, what string, m *signaling.Message) {
	s := &sccp.Message{Type: sccp.UDT}
	m.SCCP = s
	f.mapping(n, what,
		field{"type", func(v ast.Node, k string) {
			names := []string{"UDT", "UDTS", "XUDT", "XUDTS", "LUDT", "LUDTS"}
			word(f, v, k, names, func(name string) (sccp.MessageType, bool) {
				for t := sccp.UDT; t <= sccp.LUDTS; t++ {
					if t.String() == name {
						return t, slices.Contains(names, name)
					}
				}
				return 0, false
			}, &s.Type)
		}},
		field{"cause", func(v ast.Node, k string) {
			u, ok := f.uint(v, k, 255)
			s.HasCause, s.Cause = ok, uint8(u)
		}},
		field{"calling", func(v ast.Node, k string) { f.sccpAddress(v, k, &s.Calling) }},
		field{"called", func(v ast.Node, k string) { f.sccpAddress(v, k, &s.Called) }},
	)
	if s.Type.Service() {
		m.Faults |= signaling.FaultReturned
	}
}

// Of a global title that says nothing else: international, of E.164 (Q.713 3.4.2.3.4).
const titleInternational = 4

func (f *file) sccpAddress(n ast.Node, what string, a *sccp.Address) {
	a.Present = true
	indicator := 0 // a bit for each of tt, np, nai
	octet := func(key string, bit int, to *uint8) field {
		return field{key, func(v ast.Node, k string) {
			u, _ := f.uint(v, k, 255)
			*to = uint8(u)
			indicator |= bit
		}}
	}
	f.mapping(n, what, skipped([]field{
		f.numberField("gt", &a.GT),
		{"ssn", func(v ast.Node, k string) {
			u, _ := f.uint(v, k, 255)
			a.HasSSN, a.SSN = true, telecom.SSN(u)
		}},
		octet("tt", 1, &a.TT), octet("np", 2, &a.NP), octet("nai", 4, &a.NAI),
	}, "pc")...)
	if a.GT.Len() == 0 {
		return
	}
	switch indicator { // which of them there are tells the global title indicator (3.4.1)
	case 1:
		a.GTI = 2
	case 3:
		a.GTI = 3
	case 4:
		a.GTI = 1
	default:
		a.GTI = 4
		if indicator&2 == 0 {
			a.NP = planE164
		}
		if indicator&4 == 0 {
			a.NAI = titleInternational
		}
	}
}

func (f *file) suaBlock(n ast.Node, what string, m *signaling.Message) {
	s := &sua.Message{}
	m.SUA = s
	party := func(key string, p *sua.Party) field {
		return field{key, func(v ast.Node, k string) { f.mapping(v, k, f.nameField("host", &p.Host), f.addressField("ip", &p.IP)) }}
	}
	f.mapping(n, what, party("calling", &s.Calling), party("called", &s.Called))
}

func (f *file) tcapBlock(n ast.Node, what string, x *TestEvent) {
	x.Message.TCAP = &tcap.Message{}
	id := func(key string, to *string) field {
		return field{key, func(v ast.Node, k string) {
			s, _ := f.text(v, k)
			*to = strings.ToLower(s)
		}}
	}
	f.mapping(n, what, skipped([]field{id("otid", &x.OTID), id("dtid", &x.DTID)},
		"type", "package", "acn", "acn_name", "context_id", "result", "p_abort_cause", "opcode", "code_type", "family", "specifier",
		"invoke_id", "linked_id", "error", "problem_type", "problem", "global_opcode", "global_error", "global_oid")...)
}

// mapBlock reads the block of a component of MAP or CAP.
func (f *file) mapBlock(n ast.Node, what string, x *TestEvent) {
	m := &x.Message
	a, c := &gsmmap.Arguments{}, &tcap.Component{}
	m.MAP, m.Component = a, c
	var nodes []field
	for r := gsmmap.NodeMSC; r <= gsmmap.NodeOther; r++ {
		if r == gsmmap.NodeSMSF {
			continue // its key is that of any other node
		}
		nodes = append(nodes, field{signaling.NodeKey(r), func(v ast.Node, k string) {
			node := gsmmap.Node{Role: r, NAI: mapInternational, NPI: planE164}
			f.number(v, k, &node.GT)
			a.AddNode(node)
			x.nodes++
		}})
	}
	integer := func(key string, bits int, set func(int64)) field {
		return field{key, func(v ast.Node, k string) {
			s, ok := f.text(v, k)
			i, err := strconv.ParseInt(s, 10, bits)
			if ok && err != nil {
				f.at(place(v), "%s: %q, want a whole number of at most %d bits", k, s, bits)
			}
			set(i)
		}}
	}
	f.mapping(n, what, skipped(append([]field{
		{"version", func(v ast.Node, k string) {
			u, _ := f.uint(v, k, 4)
			m.MAPVersion = uint8(u)
		}},
		integer("opcode", 32, func(i int64) { c.HasCode, c.Code = true, int32(i) }),
		integer("error", 32, func(i int64) { c.HasCode, c.Code = true, int32(i) }),
		integer("invoke_id", 16, func(i int64) { c.HasInvokeID, c.InvokeID = true, int16(i) }),
		f.personalField("msisdn", &a.MSISDN),
		f.personalField("imei", &a.IMEI),
		f.nameField("diameter_name", &a.DiameterName),
		f.addressField("gsn_address", &a.GSN),
		{"location_age_minutes", func(v ast.Node, k string) {
			u, _ := f.uint(v, k, 1<<16-1)
			a.Age = uint16(u)
		}},
		{"further_nodes", func(v ast.Node, k string) {
			f.items(v, k, func(v ast.Node) { f.mapping(v, k, nodes...) })
		}},
		f.disclosedField("carried", x), f.disclosedField("returned", x),
	}, nodes...), "vectors", "error_name", "linked_id", "problem_type", "problem", "global_opcode", "global_error", "global_oid", "spi", "secured")...)
}

// disclosedField reads what a message carries or returns.
func (f *file) disclosedField(key string, x *TestEvent) field {
	return field{key, func(v ast.Node, k string) {
		x.HasDisclosed = true
		f.each(v, k, func(word string, at *token.Token) {
			name, count, counted := strings.Cut(word, ":")
			i := slices.Index(disclosures, name)
			vectors := uint64(1)
			var err error
			if counted {
				vectors, err = strconv.ParseUint(count, 10, 8)
			}
			switch {
			case i < 0 || counted && signaling.Disclosure(1<<i) != signaling.DisclosedVectors:
				f.at(at, "%s: %q, want some of %s", k, word, strings.Join(disclosures, ", "))
				return
			case err != nil || vectors == 0:
				f.at(at, "%s: %q, want the number of vectors, from 1 to 255, behind the colon", k, word)
			}
			x.Disclosed |= 1 << i
			if signaling.Disclosure(1<<i) == signaling.DisclosedVectors {
				x.Vectors = uint8(vectors)
			}
		})
	}}
}

func (f *file) diameterBlock(n ast.Node, what string, x *TestEvent) {
	m := &x.Message
	d := &diameter.Message{}
	m.Diameter = d
	names := func(key string, add func([]byte)) field {
		return field{key, func(v ast.Node, k string) { f.each(v, k, func(s string, _ *token.Token) { add([]byte(s)) }) }}
	}
	identifier := func(key string, to *uint32) field {
		return field{key, func(v ast.Node, k string) {
			s, ok := f.text(v, k)
			u, err := strconv.ParseUint(s, 0, 32)
			if ok && err != nil {
				f.at(place(v), "%s: %q, want a number of 32 bits, as 0x5a000001", k, s)
			}
			*to = uint32(u)
		}}
	}
	f.mapping(n, what, skipped([]field{
		uintField(f, "app_id", 1<<32-1, &d.AppID),
		uintField(f, "command", 1<<24-1, &d.Command),
		identifier("hop_by_hop", &d.HopByHop), identifier("end_to_end", &d.EndToEnd),
		{"error", func(v ast.Node, k string) {
			var e bool
			if f.bool(v, k, &e); e {
				d.Flags |= diameter.FlagError
			}
		}},
		f.textField("peer", &x.Peer), f.textField("to_peer", &x.ToPeer),
		f.nameField("session_id", &d.SessionID),
		f.nameField("origin_host", &d.OriginHost), f.nameField("origin_realm", &d.OriginRealm),
		f.nameField("destination_host", &d.DestinationHost), f.nameField("destination_realm", &d.DestinationRealm),
		names("route_record", d.AddRouteRecord), names("proxy_host", d.AddProxyHost),
		{"visited_plmn", func(v ast.Node, k string) {
			f.plmnField(k, &d.VisitedPLMN).read(v, k)
			d.Set |= diameter.FieldVisitedPLMN
		}},
		f.personalField("msisdn", &d.MSISDN), f.personalField("imei", &d.IMEI), f.numberField("sc_address", &d.SCAddress),
		{"result_code", func(v ast.Node, k string) {
			u, _ := f.uint(v, k, 1<<32-1)
			d.ResultCode = uint32(u)
			d.Set |= diameter.FieldResultCode
		}},
		{"result_vendor", func(v ast.Node, k string) {
			u, _ := f.uint(v, k, 1<<32-1)
			d.ResultVendor = uint32(u)
			d.Set |= diameter.FieldExperimentalResult
		}},
		{"dess", func(v ast.Node, k string) {
			f.mapping(v, k, skipped([]field{
				{"signed", func(v ast.Node, k string) {
					var signed bool
					if f.bool(v, k, &signed); signed {
						d.Set |= diameter.FieldSignature
					}
				}},
				f.nameField("signer", &d.Signer),
				{"encrypted_avps", func(v ast.Node, k string) {
					u, _ := f.uint(v, k, 1<<16)
					d.NumEncrypted = int(u)
					d.Set |= diameter.FieldEncrypted
				}},
			}, "signature_type")...)
		}},
		{"nodes", func(v ast.Node, k string) { f.items(v, k, func(v ast.Node) { d.AddNode(f.diameterNode(v, k)) }) }},
		f.disclosedField("carried", x), f.disclosedField("returned", x),
	}, "app", "name", "request", "result_name", "vectors")...)
}

func (f *file) diameterNode(n ast.Node, what string) (node diameter.Node) {
	var host, realm []byte
	roles := signaling.Names(diameter.NumNodeRoles)[1:]
	f.mapping(n, what,
		wordField(f, "role", roles, func(s string) (diameter.NodeRole, bool) {
			i := slices.Index(roles, s)
			return diameter.NodeRole(i + 1), i >= 0
		}, &node.Role),
		f.textField("avp", &node.AVP),
		f.numberField("number", &node.GT), f.addressField("ip", &node.Addr), f.nameField("host", &host), f.nameField("realm", &realm),
	)
	if node.Name = host; realm != nil {
		node.Name, node.Realm = realm, true
	}
	return node
}
