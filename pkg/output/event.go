package output

import (
	"strconv"

	"sigtransit/decoders/diameter"
	"sigtransit/decoders/gsmmap"
	"sigtransit/decoders/m3ua"
	"sigtransit/decoders/sccp"
	"sigtransit/decoders/tcap"
	"sigtransit/decoders/telecom"
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
}

// PointCodeFormat is a text form of point codes.
type PointCodeFormat uint8

// Forms of point codes.
const (
	// PointCodeAuto: zone-network-point (3-8-3) in international networks (network
	// indicator 0 and 1), a decimal number in national ones.
	PointCodeAuto    PointCodeFormat = iota
	PointCodeITU                     // 3-8-3 always
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

func (f PointCodeFormat) append(b []byte, pc telecom.PointCode, ni uint8) []byte {
	if f == PointCodeDecimal || f == PointCodeAuto && ni > 1 {
		return strconv.AppendUint(b, uint64(pc), 10)
	}
	return pc.AppendTo(b)
}

// Encoder writes events as JSON lines: one object and a line feed for each call.
// deploy/schema/event.schema.json describes them. In steady state it does not
// allocate, apart from what b needs to grow.
type Encoder struct {
	privacy    Privacy
	pointCodes PointCodeFormat
	clock      clock
}

// NewEncoder makes an encoder for one goroutine.
func NewEncoder(opts Options) *Encoder {
	return &Encoder{privacy: newPrivacy(opts.Privacy, opts.Keys), pointCodes: opts.PointCodes}
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
	b = append(key(b, "finding"), '{')
	b = appendText(b, "rule", f.Rule.ID)
	b = appendWord(b, "severity", f.Severity.String())
	b = appendText(b, "carrier", f.Carrier.ID)
	if f.Carrier.Name != "" {
		b = appendText(b, "carrier_name", f.Carrier.Name)
	}
	b = appendWord(b, "evidence", f.Evidence.String())
	b = appendWord(b, "confidence", f.Confidence.String())
	if f.Reason != "" {
		b = appendText(b, "reason", f.Reason)
	}
	b = append(key(b, "sightings"), '[')
	for i := range f.Sightings {
		if i > 0 {
			b = append(b, ',')
		}
		b = e.sighting(b, f.Message, &f.Sightings[i])
	}
	b = append(b, ']', '}')
	b = e.layers(b, f.Message)
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
		signaling.MAPHLRNumber, signaling.MAPGGSNNumber, signaling.MAPGMLCNumber, signaling.MAPOtherNumber, signaling.DiameterSCAddress:
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
	b = appendAddrPort(b, "src_ip", "src_port", m.Src)
	b = appendAddrPort(b, "dest_ip", "dest_port", m.Dst)
	if l := m.Link; l != nil {
		if l.Transport != signaling.TransportNone {
			b = appendWord(b, "proto", l.Transport.String())
		}
		if l.ID != 0 {
			b = appendUint(b, "link", l.ID)
		}
	}
	b = appendWord(b, "protection", m.Protection.String())
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
	return e.subscriber(b, m)
}

var faultNames = [...]string{
	"truncated", "broken_component", "broken_argument", "broken_dialogue", "broken_avp", "unknown_code", "global_code", "broken_address", "returned_undelivered",
}

func appendFaults(b []byte, f signaling.Fault) []byte {
	for i := 0; i < 16; i++ {
		if f&(1<<i) == 0 {
			continue
		}
		if b[len(b)-1] != '[' {
			b = append(b, ',')
		}
		b = append(b, '"')
		if i < len(faultNames) {
			b = append(b, faultNames[i]...)
		} else {
			b = strconv.AppendInt(append(b, "other_"...), int64(i), 10)
		}
		b = append(b, '"')
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
	if plmn, ok := telecom.PLMNFromIMSI(m.IMSI); ok {
		b = append(key(b, "plmn"), '"')
		b = plmn.AppendTo(b)
		b = append(b, '"')
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
		b = e.m3ua(b, m.M3UA)
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

func (e *Encoder) m3ua(b []byte, a *m3ua.Message) []byte {
	b = append(key(b, "m3ua"), `{"opc":"`...)
	b = e.pointCodes.append(b, a.Data.OPC, a.Data.NI)
	b = append(b, `","dpc":"`...)
	b = e.pointCodes.append(b, a.Data.DPC, a.Data.NI)
	b = append(b, '"')
	b = appendUint(b, "ni", uint64(a.Data.NI))
	if a.HasRoutingContext {
		b = appendUint(b, "rc", uint64(a.RoutingContext))
	}
	if a.HasNetworkAppearance {
		b = appendUint(b, "na", uint64(a.NetworkAppearance))
	}
	return append(b, '}')
}

func (e *Encoder) sccp(b []byte, a *sccp.Message, ni uint8) []byte {
	b = append(key(b, "sccp"), '{')
	b = appendWord(b, "type", a.Type.String())
	if a.HasCause {
		b = appendUint(b, "cause", uint64(a.Cause))
	}
	b = e.sccpAddress(b, "calling", &a.Calling, ni)
	b = e.sccpAddress(b, "called", &a.Called, ni)
	return append(b, '}')
}

func (e *Encoder) sccpAddress(b []byte, name string, a *sccp.Address, ni uint8) []byte {
	if !a.Present {
		return b
	}
	b = append(key(b, name), '{')
	if a.GTI != 0 && a.GT.Len() > 0 {
		b = append(key(b, "gt"), '"')
		b = e.privacy.appendGT(b, a)
		b = append(b, '"')
	}
	if a.HasPC {
		b = append(key(b, "pc"), '"')
		b = e.pointCodes.append(b, a.PC, ni)
		b = append(b, '"')
	}
	if a.HasSSN {
		b = appendUint(b, "ssn", uint64(a.SSN))
	}
	switch a.GTI {
	case 2:
		b = appendUint(b, "tt", uint64(a.TT))
	case 3:
		b = appendUint(b, "tt", uint64(a.TT))
		b = appendUint(b, "np", uint64(a.NP))
	case 4:
		b = appendUint(b, "tt", uint64(a.TT))
		b = appendUint(b, "np", uint64(a.NP))
		b = appendUint(b, "nai", uint64(a.NAI))
	case 1:
		b = appendUint(b, "nai", uint64(a.NAI))
	}
	return append(b, '}')
}

func (e *Encoder) tcap(b []byte, m *signaling.Message) []byte {
	a := m.TCAP
	b = append(key(b, "tcap"), '{')
	b = appendWord(b, "type", a.Type.String())
	b = appendTransactionID(b, "otid", a.OTID)
	b = appendTransactionID(b, "dtid", a.DTID)
	if !a.ACN.IsZero() {
		b = append(key(b, "acn"), '"')
		b = append(a.ACN.AppendTo(b), '"')
		b = appendContextName(b, a.ACN)
	}
	if a.HasResult {
		b = appendUint(b, "result", uint64(a.Result))
	}
	if a.HasPAbort {
		b = appendUint(b, "p_abort_cause", uint64(a.PAbortCause))
	}
	if m.Component != nil && m.Protocol != signaling.MAP && m.Protocol != signaling.CAP {
		b = appendComponent(b, m.Component, m.Kind)
	}
	return append(b, '}')
}

// appendContextName appends the name of an application context, where the
// catalogue has it: with its version for MAP, whose contexts are numbered so.
func appendContextName(b []byte, acn tcap.ObjectID) []byte {
	if ac, version, ok := acn.MAPContext(); ok {
		if s := signaling.ContextName(ac); s != "" {
			b = append(key(b, "acn_name"), '"')
			b = append(b, s...)
			b = append(b, '-', 'v')
			b = strconv.AppendUint(b, uint64(version), 10)
			b = append(b, '"')
		}
		return b
	}
	// Phases 3 and 4 of CAP number their contexts anew.
	if ac, phase, ok := acn.CAPContext(); ok && phase <= 2 {
		if s := signaling.ContextName(ac); s != "" {
			b = appendWord(b, "acn_name", s)
		}
	}
	return b
}

func appendTransactionID(b []byte, name string, id tcap.TransactionID) []byte {
	if id.Len == 0 {
		return b
	}
	b = append(key(b, name), '"')
	b = id.AppendTo(b)
	return append(b, '"')
}

// appendComponent appends code, ids and problem of a component.
func appendComponent(b []byte, c *tcap.Component, kind signaling.Kind) []byte {
	isError := kind == signaling.KindError
	switch {
	case !c.HasCode:
	case c.Global && isError:
		b = append(key(b, "global_error"), '"')
		b = append(appendHexBytes(b, c.GlobalCode), '"')
	case c.Global:
		b = append(key(b, "global_opcode"), '"')
		b = append(appendHexBytes(b, c.GlobalCode), '"')
	case !isError:
		b = appendInt(b, "opcode", int64(c.Code))
	}
	if c.HasInvokeID {
		b = appendInt(b, "invoke_id", int64(c.InvokeID))
	}
	if c.HasLinkedID {
		b = appendInt(b, "linked_id", int64(c.LinkedID))
	}
	if isError && c.HasCode && !c.Global {
		b = appendInt(b, "error", int64(c.Code))
	}
	if c.HasProblem {
		b = appendUint(b, "problem_type", uint64(c.ProblemType))
		b = appendUint(b, "problem", uint64(c.Problem))
	}
	return b
}

// nodeNames are the keys of node numbers in the blocks map and cap.
var nodeNames = [...]string{
	gsmmap.NodeNone: "node_number", gsmmap.NodeMSC: "msc_number", gsmmap.NodeVLR: "vlr_number", gsmmap.NodeSGSN: "sgsn_number",
	gsmmap.NodeServiceCentre: "sc_address", gsmmap.NodeGsmSCF: "gsmscf_address", gsmmap.NodeHLR: "hlr_number", gsmmap.NodeMME: "mme_number",
	gsmmap.NodeGGSN: "ggsn_number", gsmmap.NodeGMLC: "gmlc_number", gsmmap.NodeOther: "node_number",
}

func nodeName(r gsmmap.NodeRole) string {
	if int(r) < len(nodeNames) {
		return nodeNames[r]
	}
	return "node_number"
}

// application appends the block of a MAP or CAP component.
func (e *Encoder) application(b []byte, name string, m *signaling.Message) []byte {
	b = append(key(b, name), '{')
	if c := m.Component; c != nil {
		b = appendComponent(b, c, m.Kind)
		if m.Kind == signaling.KindError && m.Protocol == signaling.MAP && c.HasCode && !c.Global {
			if s := signaling.MAPErrorName(c.Code); s != "" {
				b = appendWord(b, "error_name", s)
			}
		}
	}
	if m.MAPVersion != 0 {
		b = appendUint(b, "version", uint64(m.MAPVersion))
	}
	if a := m.MAP; a != nil {
		if a.MSISDN.Len() > 0 {
			b = e.number(b, "msisdn", a.MSISDN, numberMSISDN)
		}
		if a.IMEI.Len() > 0 {
			b = e.number(b, "imei", a.IMEI, numberIMEI)
		}
		b = e.nodes(b, a.Nodes())
		b = e.scrubbed(b, "diameter_name", a.DiameterName)
		b = appendDisclosure(b, m)
	}
	return append(b, '}')
}

// nodes appends the first node of each key under it, and what is left in one
// list: a key must not stand twice.
func (e *Encoder) nodes(b []byte, nodes []gsmmap.Node) []byte {
	further := false
	for i := range nodes {
		if repeated(nodes, i) {
			further = true
		} else if nodes[i].GT.Len() > 0 {
			b = e.node(b, nodeName(nodes[i].Role), nodes[i].GT)
		}
	}
	if !further {
		return b
	}
	b = append(key(b, "further_nodes"), '[')
	for i := range nodes {
		if !repeated(nodes, i) {
			continue
		}
		if b[len(b)-1] != '[' {
			b = append(b, ',')
		}
		b = append(b, '{')
		b = e.node(b, nodeName(nodes[i].Role), nodes[i].GT)
		b = append(b, '}')
	}
	return append(b, ']')
}

// repeated reports that a node before i has the same key.
func repeated(nodes []gsmmap.Node, i int) bool {
	if nodes[i].GT.Len() == 0 {
		return false
	}
	name := nodeName(nodes[i].Role)
	for j := range nodes[:i] {
		if nodes[j].GT.Len() > 0 && nodeName(nodes[j].Role) == name {
			return true
		}
	}
	return false
}

// disclosureNames are the words of the members of signaling.Disclosure.
var disclosureNames = func() (names [16]string) {
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
// what asks for one.
func appendDisclosure(b []byte, m *signaling.Message) []byte {
	d, vectors := m.Disclosed()
	if d == 0 {
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

func appendDisclosed(b []byte, i, vectors int) []byte {
	b = append(b, disclosureNames[i]...)
	if signaling.Disclosure(1<<i) == signaling.DisclosedVectors {
		b = strconv.AppendInt(append(b, ':'), int64(vectors), 10)
	}
	return b
}

func (e *Encoder) diameter(b []byte, m *signaling.Message) []byte {
	a := m.Diameter
	request := a.IsRequest()
	b = append(key(b, "diameter"), '{')
	b = appendUint(b, "app_id", uint64(a.AppID))
	if s := signaling.DiameterApplication(a.AppID); s != "" {
		b = appendWord(b, "app", s)
	}
	b = appendUint(b, "command", uint64(a.Command))
	if m.Operation != 0 {
		info := m.Operation.Info()
		if request || info.Answer == "" {
			b = appendWord(b, "name", info.Name)
		} else {
			b = appendWord(b, "name", info.Answer)
		}
	}
	b = appendBool(b, "request", request)
	b = appendBool(b, "error", a.IsError())
	b = append(key(b, "hop_by_hop"), `"0x`...)
	b = append(appendHex(b, uint64(a.HopByHop), 8), '"')
	b = append(key(b, "end_to_end"), `"0x`...)
	b = append(appendHex(b, uint64(a.EndToEnd), 8), '"')
	b = e.scrubbed(b, "session_id", a.SessionID)
	if l := m.Link; l != nil {
		b = e.peer(b, "peer", l.Ends[m.From&1].Host)
		b = e.peer(b, "to_peer", l.Ends[1-m.From&1].Host)
	}
	b = e.scrubbed(b, "origin_host", a.OriginHost)
	b = e.scrubbed(b, "origin_realm", a.OriginRealm)
	b = e.scrubbed(b, "destination_host", a.DestinationHost)
	b = e.scrubbed(b, "destination_realm", a.DestinationRealm)
	b = e.hosts(b, "route_record", a.RouteRecords())
	b = e.hosts(b, "proxy_host", a.ProxyHosts())
	if a.Set&diameter.FieldVisitedPLMN != 0 && !a.VisitedPLMN.IsZero() {
		b = append(key(b, "visited_plmn"), '"')
		b = append(a.VisitedPLMN.AppendTo(b), '"')
	}
	if a.MSISDN.Len() > 0 {
		b = e.number(b, "msisdn", a.MSISDN, numberMSISDN)
	}
	if a.IMEI.Len() > 0 {
		b = e.number(b, "imei", a.IMEI, numberIMEI)
	}
	if a.SCAddress.Len() > 0 {
		b = e.node(b, "sc_address", a.SCAddress)
	}
	if a.Set&(diameter.FieldResultCode|diameter.FieldExperimentalResult) != 0 {
		b = appendUint(b, "result_code", uint64(a.ResultCode))
		if a.Set&diameter.FieldExperimentalResult != 0 {
			b = appendUint(b, "result_vendor", uint64(a.ResultVendor))
		}
	}
	b = appendDisclosure(b, m)
	return append(b, '}')
}

func (e *Encoder) hosts(b []byte, name string, hosts [][]byte) []byte {
	if len(hosts) == 0 {
		return b
	}
	b = append(key(b, name), '[')
	for i, h := range hosts {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '"')
		b = appendScrubbed(&e.privacy, b, h, longRun)
		b = append(b, '"')
	}
	return append(b, ']')
}

func (e *Encoder) peer(b []byte, name, host string) []byte {
	if host == "" {
		return b
	}
	b = append(key(b, name), '"')
	b = appendScrubbed(&e.privacy, b, host, longRun)
	return append(b, '"')
}

// AppendFlow appends an event of type flow.
func (e *Encoder) AppendFlow(b []byte, f *signaling.FlowEvent) []byte {
	e.privacy.numSubject = 0
	b = append(b, `{"timestamp":"`...)
	b = e.clock.append(b, f.Time)
	b = append(b, `","event_type":"flow"`...)
	if f.Source != "" {
		b = appendText(b, "source", f.Source)
	}
	if f.Frame != 0 {
		b = appendUint(b, "frame", f.Frame)
	}
	l := f.Link
	if l != nil {
		if l.Transport != signaling.TransportNone {
			b = appendWord(b, "proto", l.Transport.String())
		}
		if l.ID != 0 {
			b = appendUint(b, "link", l.ID)
		}
		b = appendWord(b, "protection", l.Protection.String())
	}
	b = append(key(b, "flow"), '{')
	b = appendText(b, "state", f.State)
	if f.Reason != "" {
		b = appendText(b, "reason", f.Reason)
	}
	if l != nil {
		b = append(key(b, "ends"), '[')
		b = e.end(b, &l.Ends[0])
		b = append(b, ',')
		b = e.end(b, &l.Ends[1])
		b = append(b, ']')
	}
	return append(b, '}', '}', '\n')
}

func (e *Encoder) end(b []byte, end *signaling.End) []byte {
	b = append(b, '{')
	b = append(key(b, "addresses"), '[')
	for i, a := range end.Addrs {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '"')
		b = a.AppendTo(b)
		b = append(b, '"')
	}
	b = append(b, ']')
	if end.Port != 0 {
		b = appendUint(b, "port", uint64(end.Port))
	}
	b = e.peer(b, "host", end.Host)
	b = e.peer(b, "realm", end.Realm)
	return append(b, '}')
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
	b = append(key(b, "warning"), '{')
	b = appendText(b, "type", w.Type)
	b = appendText(b, "text", w.Text)
	if w.Count != 0 {
		b = appendUint(b, "count", w.Count)
	}
	return append(b, '}', '}', '\n')
}
