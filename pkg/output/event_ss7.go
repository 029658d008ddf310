package output

import (
	"strconv"

	"sigtransit/decoders/gsmmap"
	"sigtransit/decoders/m3ua"
	"sigtransit/decoders/sccp"
	"sigtransit/decoders/sua"
	"sigtransit/decoders/tcap"
	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
)

func (e *Encoder) m3ua(b []byte, a *m3ua.Message, v telecom.Variant) []byte {
	b = append(key(b, "m3ua"), `{"opc":"`...)
	b = e.pointCodes.append(b, a.Data.OPC, v, a.Data.NI)
	b = append(b, `","dpc":"`...)
	b = e.pointCodes.append(b, a.Data.DPC, v, a.Data.NI)
	b = append(b, '"')
	b = appendUint(b, "ni", uint64(a.Data.NI))
	if a.HasRoutingContext {
		b = appendUint(b, "rc", uint64(a.RoutingContext))
	}
	if a.HasNetworkAppearance {
		b = appendUint(b, "na", uint64(a.NetworkAppearance))
	}
	if v != telecom.ITU {
		b = appendWord(b, "variant", v.String())
	}
	return append(b, '}')
}

// sua appends what the addresses of SUA have beside those of SCCP.
func (e *Encoder) sua(b []byte, a *sua.Message) []byte {
	b = append(key(b, "sua"), '{')
	for _, p := range [...]struct {
		name string
		*sua.Party
	}{{"calling", &a.Calling}, {"called", &a.Called}} {
		if len(p.Host) == 0 && !p.IP.IsValid() {
			continue
		}
		b = append(key(b, p.name), '{')
		b = e.scrubbed(b, "host", p.Host)
		if p.IP.IsValid() {
			b = append(key(b, "ip"), '"')
			b = append(p.IP.AppendTo(b), '"')
		}
		b = append(b, '}')
	}
	return append(b, '}')
}

func (e *Encoder) sccp(b []byte, a *sccp.Message, ni uint8) []byte {
	b = append(key(b, "sccp"), '{')
	b = appendWord(b, "type", a.Type.String())
	if a.HasCause {
		b = appendUint(b, "cause", uint64(a.Cause))
	}
	b = e.sccpAddress(b, "calling", &a.Calling, a.Variant, ni)
	b = e.sccpAddress(b, "called", &a.Called, a.Variant, ni)
	return append(b, '}')
}

func (e *Encoder) sccpAddress(b []byte, name string, a *sccp.Address, v telecom.Variant, ni uint8) []byte {
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
		b = e.pointCodes.append(b, a.PC, v, ni)
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
	if a.ANSI {
		b = appendWord(b, "package", a.Package())
	}
	b = appendTransactionID(b, "otid", a.OTID)
	b = appendTransactionID(b, "dtid", a.DTID)
	if !a.ACN.IsZero() {
		b = append(key(b, "acn"), '"')
		b = append(a.ACN.AppendTo(b), '"')
		b = appendContextName(b, a.ACN)
	}
	if a.HasContextID {
		b = appendInt(b, "context_id", int64(a.ContextID))
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
	if ac, phase, ok := acn.CAPContext(); ok {
		if s, _ := signaling.CAPContext(ac, phase); s != "" {
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
	}
	if c.Global {
		if oid, ok := tcap.ObjectIDFromContents(c.GlobalCode); ok {
			b = append(key(b, "global_oid"), '"')
			b = append(oid.AppendTo(b), '"')
		}
	}
	switch {
	case !c.HasCode || c.Global:
	case !isError:
		b = appendInt(b, "opcode", int64(c.Code))
	}
	if c.ANSI && c.HasCode {
		b = appendWord(b, "code_type", codeType(c))
		if !isError {
			b = appendUint(b, "family", uint64(c.Family()))
			b = appendUint(b, "specifier", uint64(c.Specifier()))
		}
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

// codeType says who gave a code of ANSI TCAP its meaning.
func codeType(c *tcap.Component) string {
	if c.Private {
		return "private"
	}
	return "national"
}

// application appends the block of a MAP or CAP component.
func (e *Encoder) application(b []byte, name string, m *signaling.Message) []byte {
	b = append(key(b, name), '{')
	if c := m.Component; c != nil {
		b = appendComponent(b, c, m.Kind)
		if m.Kind == signaling.KindError && c.HasCode && !c.Global {
			if s := signaling.ErrorName(m.Protocol, c.Code); s != "" {
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
		b = appendArguments(b, a)
	}
	return append(appendDisclosure(b, m), '}')
}

// appendArguments appends what else is known of an argument or result.
func appendArguments(b []byte, a *gsmmap.Arguments) []byte {
	if a.Set&gsmmap.FieldGSN != 0 {
		b = append(key(b, "gsn_address"), '"')
		b = append(a.GSN.AppendTo(b), '"')
	}
	if a.Set&gsmmap.FieldLocationAge != 0 {
		b = appendUint(b, "location_age_minutes", uint64(a.Age))
	}
	if a.VectorCount != 0 {
		b = append(key(b, "vectors"), '{')
		for k, n := range a.Vectors {
			if n != 0 {
				b = appendUint(b, gsmmap.VectorKind(k).String(), uint64(n))
			}
		}
		b = append(b, '}')
	}
	if a.Set&gsmmap.FieldSecured != 0 {
		b = appendUint(b, "spi", uint64(a.SPI))
		if name := secured(a); name != "" {
			b = appendWord(b, "secured", name)
		}
	}
	return b
}

// nodes appends the first node of each key under it, and what is left in one
// list: a key must not stand twice.
func (e *Encoder) nodes(b []byte, nodes []gsmmap.Node) []byte {
	further := false
	for i := range nodes {
		if repeated(nodes, i) {
			further = true
		} else if nodes[i].GT.Len() > 0 {
			b = e.node(b, signaling.NodeKey(nodes[i].Role), nodes[i].GT)
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
		b = e.node(b, signaling.NodeKey(nodes[i].Role), nodes[i].GT)
		b = append(b, '}')
	}
	return append(b, ']')
}

// repeated reports that a node before i has the same key.
func repeated(nodes []gsmmap.Node, i int) bool {
	if nodes[i].GT.Len() == 0 {
		return false
	}
	name := signaling.NodeKey(nodes[i].Role)
	for j := range nodes[:i] {
		if nodes[j].GT.Len() > 0 && signaling.NodeKey(nodes[j].Role) == name {
			return true
		}
	}
	return false
}

// secured is the name of the operation or error that MAPsec's header says is
// inside; empty when it says none that is known.
func secured(a *gsmmap.Arguments) string {
	if a.SecuredIsError {
		return signaling.MAPErrorName(a.Secured)
	}
	if op := signaling.MAPOperation(a.Secured); op != 0 {
		return op.String()
	}
	return ""
}
