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
	var block *token.Token // of the layer of an application
	application := func(p signaling.Protocol) func(ast.Node, string) {
		return func(v ast.Node, k string) {
			block = place(v)
			if m.Protocol == signaling.ProtocolNone {
				m.Protocol = p
			}
			if p == signaling.Diameter {
				f.diameterBlock(v, k, &x)
			} else {
				f.mapBlock(v, k, &x)
			}
		}
	}
	var protocol, kind ast.Node
	from, to := [2]string{"", "0"}, [2]string{"", "0"}
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
		f.textField("src_ip", &from[0]), f.textField("src_port", &from[1]),
		f.textField("dest_ip", &to[0]), f.textField("dest_port", &to[1]),
		wordField(f, "proto", signaling.Names(signaling.NumTransports)[1:], signaling.ParseTransport, &x.Transport),
		uintField(f, "link", 1<<53, &x.Link),
		wordField(f, "protection", signaling.Names(signaling.NumProtections), signaling.ParseProtection, &m.Protection),
		{"protocol", func(v ast.Node, k string) {
			protocol = v
			word(f, v, k, signaling.Names(signaling.NumProtocols)[1:], signaling.ParseProtocol, &m.Protocol)
		}},
		f.textField("operation", &x.Operation),
		{"kind", func(v ast.Node, k string) {
			kind = v
			word(f, v, k, signaling.Names(signaling.NumKinds)[1:], signaling.ParseKind, &m.Kind)
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
	m.Src, m.Dst = f.end(n, "src", from), f.end(n, "dest", to)
	if f.problems.count() != before {
		return x
	}
	if m.M3UA != nil {
		f.labels(n, &x)
	}
	switch at := place(n); {
	case m.Protocol == signaling.ProtocolNone && x.Operation == "":
		f.at(at, "event: says neither \"protocol\" nor \"operation\"")
	case x.IsDiameter() && (m.SCCP != nil || m.M3UA != nil || m.SUA != nil || m.MAP != nil):
		f.at(place(protocol), "event: of diameter, which has no m3ua, sccp, sua, map or cap")
	case m.Diameter != nil && !x.IsDiameter(), m.MAP != nil && m.Protocol != signaling.MAP && m.Protocol != signaling.CAP:
		f.at(block, "event: its protocol is %s, and has no such block", m.Protocol)
	case x.IsDiameter() && kind != nil && m.Kind != signaling.KindRequest && m.Kind != signaling.KindAnswer:
		f.at(place(kind), "kind: %q, want request or answer with diameter", m.Kind)
	case !x.IsDiameter() && m.Protocol != signaling.ProtocolNone && (m.Kind == signaling.KindRequest || m.Kind == signaling.KindAnswer):
		f.at(place(kind), "kind: %q is of diameter", m.Kind)
	case x.Repeat > 1 && m.IsReply():
		f.at(at, "repeat: of a %s; only what begins a dialogue can repeat", m.Kind)
	}
	return x
}

// time reads a time as events write it.
func (f *file) time(n ast.Node, what string) (t time.Time) {
	s, ok := f.text(n, what)
	if !ok {
		return t
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || t.Year() < 1970 || t.Year() > 2200 {
		f.at(place(n), "%s: %q, want a time like 2026-11-22T10:00:02.5Z", what, s)
	}
	return t
}

// end reads address and port of an end; without an address it has none.
func (f *file) end(n ast.Node, what string, end [2]string) (to netip.AddrPort) {
	port, err := strconv.ParseUint(end[1], 10, 16)
	if err != nil {
		f.at(place(n), "%s_port: %q, want a number from 0 to 65535", what, end[1])
	}
	if end[0] == "" {
		return to
	}
	addr, err := netip.ParseAddr(end[0])
	if err != nil {
		f.at(place(n), "%s_ip: %q, want an IP address", what, end[0])
	}
	return netip.AddrPortFrom(addr, uint16(port))
}

// number reads the digits of a number. Events hide some of them behind stars: these
// become zeros, which is the same network and nobody's number.
func (f *file) number(n ast.Node, what string, to *telecom.Digits) {
	s, ok := f.text(n, what)
	if !ok {
		return
	}
	d, err := telecom.ParseDigits(strings.ReplaceAll(s, "*", "0"))
	switch {
	case strings.HasPrefix(s, "h:"):
		f.at(place(n), "%s: %q is a pseudonym, want digits", what, s)
	case err != nil || d.Len() == 0:
		f.at(place(n), "%s: %q, want digits", what, s)
	}
	*to = d
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
	var imsi string
	f.mapping(n, what, skipped([]field{
		{"imsi", func(v ast.Node, k string) {
			f.number(v, k, &m.IMSI)
			imsi, _ = f.text(v, k)
		}},
		f.numberField("msisdn", &m.MSISDN),
		f.plmnField("plmn", &network),
	}, "id", "home", "whose")...)
	if network.IsZero() || imsi != "" && strings.IndexByte(imsi, '*') < 0 {
		return
	}
	// The network knows which digits are its own, where stars may hide one of them.
	digits := network.Prefix().String()
	switch {
	case imsi == "":
		digits += strings.Repeat("0", imsiLen-len(digits))
	case len(imsi) > len(digits):
		digits += strings.ReplaceAll(imsi[len(digits):], "*", "0")
	}
	m.IMSI, _ = telecom.ParseDigits(digits)
}

// labelBlock reads the routing label. Its codes are read by labels, once the variant is
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

// labels reads the point codes of an event, which are written as their variant has it.
func (f *file) labels(n ast.Node, x *TestEvent) {
	m := &x.Message
	variant := telecom.ITU
	label := child(n, "m3ua")
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
	code(label, "opc", &m.M3UA.Data.OPC)
	code(label, "dpc", &m.M3UA.Data.DPC)
	if m.SCCP == nil {
		m.SCCP = &sccp.Message{Type: sccp.UDT}
	}
	m.SCCP.Variant = variant
	ends := child(n, "sccp")
	m.SCCP.Calling.HasPC = code(child(ends, "calling"), "pc", &m.SCCP.Calling.PC)
	m.SCCP.Called.HasPC = code(child(ends, "called"), "pc", &m.SCCP.Called.PC)
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
	f.mapping(n, what, skipped([]field{f.textField("otid", &x.OTID), f.textField("dtid", &x.DTID)},
		"type", "package", "acn", "acn_name", "context_id", "result", "p_abort_cause", "opcode", "code_type", "family", "specifier",
		"invoke_id", "linked_id", "error", "problem_type", "problem", "global_opcode", "global_error", "global_oid")...)
}

// nodeRoles are the keys of node numbers in the blocks map and cap.
var nodeRoles = []struct {
	key  string
	role gsmmap.NodeRole
}{
	{"msc_number", gsmmap.NodeMSC}, {"vlr_number", gsmmap.NodeVLR}, {"sgsn_number", gsmmap.NodeSGSN}, {"sc_address", gsmmap.NodeServiceCentre},
	{"gsmscf_address", gsmmap.NodeGsmSCF}, {"hlr_number", gsmmap.NodeHLR}, {"mme_number", gsmmap.NodeMME}, {"ggsn_number", gsmmap.NodeGGSN},
	{"gmlc_number", gsmmap.NodeGMLC}, {"node_number", gsmmap.NodeOther},
}

// mapBlock reads the block of a component of MAP or CAP.
func (f *file) mapBlock(n ast.Node, what string, x *TestEvent) {
	m := &x.Message
	a, c := &gsmmap.Arguments{}, &tcap.Component{}
	m.MAP, m.Component = a, c
	nodes := make([]field, 0, len(nodeRoles))
	for _, r := range nodeRoles {
		nodes = append(nodes, field{r.key, func(v ast.Node, k string) {
			node := gsmmap.Node{Role: r.role, NAI: mapInternational, NPI: planE164}
			f.number(v, k, &node.GT)
			a.AddNode(node)
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
		f.numberField("msisdn", &a.MSISDN),
		f.numberField("imei", &a.IMEI),
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
		f.numberField("msisdn", &d.MSISDN), f.numberField("imei", &d.IMEI), f.numberField("sc_address", &d.SCAddress),
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
