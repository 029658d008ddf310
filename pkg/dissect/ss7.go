package dissect

import (
	"sigtransit/decoders/gsmmap"
	"sigtransit/decoders/m2pa"
	"sigtransit/decoders/m2ua"
	"sigtransit/decoders/m3ua"
	"sigtransit/decoders/mtp3"
	"sigtransit/decoders/sccp"
	"sigtransit/decoders/sua"
	"sigtransit/decoders/tcap"
	"sigtransit/decoders/telecom"
	"sigtransit/pkg/dialogue"
	"sigtransit/pkg/reassembly"
	"sigtransit/pkg/signaling"
)

// siSCCP is the service indicator of SCCP (Q.704 14.2.1).
const siSCCP = 3

func (d *Dissector) m3uaMessage(h *half, b []byte, cut bool) {
	m := &d.m3ua
	if err := m.Decode(b); err != nil {
		switch {
		case err == m3ua.ErrTruncated:
			d.problem(LayerM3UA, Truncated)
		default:
			d.problem(LayerM3UA, Malformed)
		}
		if !m.HasData {
			return
		}
		cut = true
	}
	if !m.HasData {
		d.Counters.Management++
		*kindOf(d.Counters.Kinds.M3UA[:], m.Class, m.Type)++
		return
	}
	v := telecom.ITU
	if (m.Data.OPC|m.Data.DPC)>>14 != 0 || h.flow.national || d.variants {
		v = d.codesVariant(h, &m.Data)
	}
	if m.Data.SI != siSCCP { // what userPart does, without a call
		d.Counters.OtherUsers++
		return
	}
	d.sccpMessage(h, m.Data.UserData, v, cut)
}

// userPart hands the user part of the MTP3 message in d.m3ua on.
func (d *Dissector) userPart(h *half, v telecom.Variant, cut bool) {
	if d.m3ua.Data.SI != siSCCP {
		d.Counters.OtherUsers++
		return
	}
	d.sccpMessage(h, d.m3ua.Data.UserData, v, cut)
}

// adaptation takes the user messages of the adaptation layers other than M3UA.
// M2UA and M2PA carry whole MTP3 messages: their routing label takes the place of
// M3UA's Protocol Data, which has the same fields.
func (d *Dissector) adaptation(h *half, kind content, b []byte, cut bool) {
	var layer Layer
	var data []byte
	var err, errTruncated error
	switch kind {
	case contentM2UA:
		var m m2ua.Message
		err, layer, errTruncated = m.Decode(b), LayerM2UA, m2ua.ErrTruncated
		data = m.Data
		if err == nil && len(data) == 0 {
			*kindOf(d.Counters.Kinds.M2UA[:], m.Class, m.Type)++
		}
	case contentM2PA:
		var m m2pa.Message
		err, layer, errTruncated = m.Decode(b), LayerM2PA, m2pa.ErrTruncated
		data = m.Data
		if err == nil && len(data) == 0 {
			// Of user data, which has no state, place 0 is meant.
			k := &d.Counters.Kinds.M2PA
			if m.Type == m2pa.TypeUserData || m.State != 0 && m2pa.StateName(m.State) != "" {
				k[m.State]++
			} else {
				k[len(k)-1]++
			}
		}
	case contentSUA:
		d.suaMessage(h, b, cut)
		return
	}
	if err != nil {
		cut = true
		if err == errTruncated {
			d.problem(layer, Truncated)
		} else {
			d.problem(layer, Malformed)
		}
	} else if len(data) == 0 {
		d.Counters.Management++
	}
	if len(data) == 0 {
		return
	}
	d.mtp3Message(h, data, cut)
}

// mtp3Message takes an MTP3 message from its service information octet.
func (d *Dissector) mtp3Message(h *half, b []byte, cut bool) {
	v := telecom.ITU
	if len(b) > 0 {
		v = d.labelVariant(h, b)
	}
	var m mtp3.Message
	if m.Decode(b, v) != nil {
		d.problem(LayerMTP3, Truncated)
		return
	}
	d.m3ua = m3ua.Message{HasData: true, Data: m3ua.ProtocolData(m)}
	d.userPart(h, v, cut)
}

// suaMessage takes a message of SUA, which carries the user of SCCP without SCCP
// and MTP3: its fields take the place of SCCP's. A data transfer is as good as a
// UDT, a data response as a UDTS. There is no routing label; the point codes of
// the addresses, where they have one, say who speaks.
func (d *Dissector) suaMessage(h *half, b []byte, cut bool) {
	m := &d.sua
	var faults signaling.Fault
	if cut {
		faults |= signaling.FaultTruncated
	}
	err := m.Decode(b)
	switch err {
	case nil:
	case sua.ErrTruncated:
		d.problem(LayerSUA, Truncated)
		faults |= signaling.FaultTruncated
	case sua.ErrAddress:
		d.problem(LayerSUA, Malformed)
		faults |= signaling.FaultAddress
	default:
		d.problem(LayerSUA, Malformed)
		faults |= signaling.FaultTruncated
	}
	s := &d.sccp
	switch {
	case m.Class == sua.ClassCL && m.Type == sua.TypeCLDT:
		*s = sccp.Message{Type: sccp.UDT}
	case m.Class == sua.ClassCL && m.Type == sua.TypeCLDR:
		*s = sccp.Message{Type: sccp.UDTS}
	case err != nil: // told already
		return
	case m.Class == sua.ClassCL:
		d.problem(LayerSUA, Unsupported)
		return
	case m.Class == sua.ClassCO:
		*kindOf(d.Counters.Kinds.SUA[:], m.Class, m.Type)++
		return
	default:
		d.Counters.Management++
		*kindOf(d.Counters.Kinds.SUA[:], m.Class, m.Type)++
		return
	}
	if len(m.Data) == 0 {
		if err == nil {
			d.problem(LayerSUA, Malformed)
		}
		return
	}
	s.HasClass, s.Class, s.ReturnOnError = m.HasProtocolClass, m.ProtocolClass, m.ReturnOnError
	s.HasCause, s.Cause = m.HasCause && m.CauseType == sua.CauseReturn, m.Cause
	s.HopCounter, s.HasImportance, s.Importance = m.HopCounter, m.HasImportance, m.Importance
	s.Called, s.Calling = sccp.Address(m.Called.Address), sccp.Address(m.Calling.Address)
	s.HasSegmentation, s.SegFirst, s.SegRemaining, s.SegReference = m.HasSegmentation, m.SegFirst, m.SegRemaining, m.SegReference
	s.SegInSequence = m.ProtocolClass == 1
	s.Data = m.Data
	d.m3ua = m3ua.Message{}
	d.viaSUA = true
	d.userData(h, faults)
	d.viaSUA = false
}

// sccpMessage takes a message of SCCP in a network of variant v.
func (d *Dissector) sccpMessage(h *half, b []byte, v telecom.Variant, cut bool) {
	s := &d.sccp
	var faults signaling.Fault
	if cut {
		faults |= signaling.FaultTruncated
	}
	err := s.DecodeVariant(b, v)
	if err == sccp.ErrAddress && v == telecom.ITU && s.Called.National() && d.m3ua.HasData {
		// Bit 8 of the address indicator: perhaps an ANSI network with small codes.
		if v = d.codesVariant(h, &d.m3ua.Data); v != telecom.ITU {
			err = s.DecodeVariant(b, v)
		}
	}
	if err != nil {
		if s.Type.ConnectionOriented() {
			d.Counters.Kinds.Connection[s.Type]++
		}
		switch err {
		case sccp.ErrConnectionOriented:
			return
		case sccp.ErrType:
			d.problem(LayerSCCP, Unsupported)
			return
		case sccp.ErrTruncated:
			d.problem(LayerSCCP, Truncated)
			faults |= signaling.FaultTruncated
		default:
			d.problem(LayerSCCP, Malformed)
			faults |= signaling.FaultAddress
		}
		if len(s.Data) == 0 || s.Type.ConnectionOriented() {
			return
		}
	}
	if s.HasSegmentation {
		d.userData(h, faults)
		return
	}
	d.tcapMessage(h, s.Data, faults)
}

// userData hands the user data in d.sccp on, when its segments are complete.
func (d *Dissector) userData(h *half, faults signaling.Fault) {
	s := &d.sccp
	data := s.Data
	if s.HasSegmentation && !(s.SegFirst && s.SegRemaining == 0) {
		key := reassembly.SCCPKey{
			Link: h.flow.link.ID, Reference: s.SegReference,
			Origin:  s.Calling.GT.Hash() ^ uint64(s.Calling.SSN)<<56 ^ uint64(d.m3ua.Data.OPC)<<24,
			Service: s.Type.Service(),
		}
		whole, complete := d.segs.Add(d.frame.Time, key, s.SegFirst, s.SegRemaining, data)
		if !complete {
			return
		}
		data = whole
	}
	d.tcapMessage(h, data, faults)
}

// subsystem sorts subsystem numbers by what they speak over TCAP (3GPP TS 23.003
// 8): it decides only where no application context does.
func subsystem(n telecom.SSN) signaling.Protocol {
	switch n {
	case telecom.SSNMAP, telecom.SSNHLR, telecom.SSNVLR, telecom.SSNMSC, telecom.SSNEIR, telecom.SSNAuC,
		telecom.SSNCSS, telecom.SSNGMLC, telecom.SSNGsmSCF, telecom.SSNSIWF, telecom.SSNSGSN, telecom.SSNGGSN:
		return signaling.MAP
	case telecom.SSNCAP:
		return signaling.CAP
	}
	return signaling.TCAP
}

// subsystems is what the two ends of a message speak. That of CAP is at one end of
// what is CAP; the other may have a number that MAP has, too: an MSC's or a gsmSCF's.
func subsystems(called, calling telecom.SSN) signaling.Protocol {
	if called == telecom.SSNCAP || calling == telecom.SSNCAP {
		return signaling.CAP
	}
	if user := subsystem(called); user != signaling.TCAP {
		return user
	}
	return subsystem(calling)
}

func (d *Dissector) tcapMessage(h *half, b []byte, faults signaling.Fault) {
	t, s := &d.tcap, &d.sccp
	if err := t.Decode(b); err != nil {
		switch {
		case t.Type == tcap.None:
			// The user is another one: SCMG, BSSAP, RANAP, INAP's own, ...
			if s.Called.SSN == telecom.SSNSCMG && !s.Type.Service() {
				d.management(b)
			} else if subsystem(s.Called.SSN) == signaling.TCAP && subsystem(s.Calling.SSN) == signaling.TCAP {
				d.Counters.OtherSubsystems++
			} else {
				d.problem(LayerTCAP, Malformed)
			}
		case err == tcap.ErrTruncated:
			d.problem(LayerTCAP, Truncated)
			faults |= signaling.FaultTruncated
		default:
			d.problem(LayerTCAP, Malformed)
			faults |= signaling.FaultDialogue
		}
		if t.Type == tcap.None {
			return
		}
	}

	m := d.begin(h)
	m.TCAP, m.Faults = t, faults
	if s.Data != nil { // else a TCAP message that was captured alone
		m.SCCP = s
	}
	if d.m3ua.HasData {
		m.M3UA = &d.m3ua
	} else if d.viaSUA {
		m.SUA = &d.sua
	}

	// A message that SCCP returned to its sender (UDTS, ...) is a copy of one that
	// was sent: it is readable like any other but moves no transaction.
	var tr *dialogue.Transaction
	var side uint8
	if s.Type == sccp.UDT || s.Type == sccp.XUDT || s.Type == sccp.LUDT {
		opc, dpc := d.m3ua.Data.OPC, d.m3ua.Data.DPC
		tr, side, m.Duplicate = d.tcapT.Match(d.frame.Time, t, dialogue.PartyOf(&s.Calling, opc), dialogue.PartyOf(&s.Called, dpc), h.flow.link.ID, b)
	}
	if s.Type.Service() {
		m.Faults |= signaling.FaultReturned
	}
	m.Side = side
	if m.Duplicate {
		d.Counters.MirroredTwice++
	}
	user, context := d.language(m, tr)
	if len(t.UserInfo) > 0 && user == signaling.MAP {
		d.mapDialogue(m)
	}

	n := 0
	it := t.Components()
	for it.Next(&d.comp) {
		n++
		d.component(m, tr, side, user, context)
	}
	if it.Err() != nil {
		d.problem(LayerTCAP, Malformed)
		m.Faults |= signaling.FaultComponent
	}
	if n == 0 {
		m.Protocol, m.Component, m.MAP = signaling.TCAP, nil, nil
		if user != signaling.ProtocolNone {
			m.Protocol = user
		}
		m.Kind = [...]signaling.Kind{
			tcap.None: signaling.KindNone, tcap.Unidirectional: signaling.KindUnidirectional, tcap.Begin: signaling.KindBegin,
			tcap.Continue: signaling.KindContinue, tcap.End: signaling.KindEnd, tcap.Abort: signaling.KindAbort,
		}[t.Type]
		if tr != nil {
			m.Operation, m.Inherited = tr.LastOperation(), true
		}
		d.finish(m, context)
	}
	d.tcapT.Release(tr)
}

// management takes a message of SCCP management, which is sent to SSN 1.
func (d *Dissector) management(b []byte) {
	var m sccp.Management
	switch m.Decode(b, d.sccp.Variant) {
	case nil:
	case sccp.ErrTruncated:
		d.problem(LayerSCCP, Truncated)
	default:
		d.problem(LayerSCCP, Unsupported)
	}
	*d.Counters.Kinds.managementKind(m.Type)++
	d.Counters.OtherSubsystems++
}

// language finds out what the components of a TCAP message speak: its application
// context tells, else what its transaction spoke before, else the subsystems at
// its ends. context is the number of a context of MAP or CAP, 0 when there is none.
func (d *Dissector) language(m *signaling.Message, tr *dialogue.Transaction) (user signaling.Protocol, context uint8) {
	t, s := &d.tcap, &d.sccp
	if t.ANSI {
		d.Counters.ANSIPackages++
		user = signaling.TCAP
	} else if !t.ACN.IsZero() {
		if c, version, ok := t.ACN.MAPContext(); ok {
			user, context, m.MAPVersion = signaling.MAP, c, version
		} else if c, phase, ok := t.ACN.CAPContext(); ok {
			user, context, m.MAPVersion = signaling.CAP, c, phase
		} else {
			user = signaling.TCAP
		}
	} else if tr != nil && tr.Protocol != signaling.ProtocolNone {
		user, context, m.MAPVersion = tr.Protocol, tr.Context, tr.Version
	} else {
		// MAP version 1, or a continuation whose beginning was not seen.
		user = subsystems(s.Called.SSN, s.Calling.SSN)
		if user == signaling.MAP && t.Type == tcap.Begin && t.Dialogue == tcap.DialogueNone {
			m.MAPVersion = 1
		}
	}
	if tr != nil {
		m.Memory = &tr.Memory
		tr.Protocol, tr.Context, tr.Version = user, context, m.MAPVersion
	}
	return user, context
}

// component completes the record for one component and hands it on.
func (d *Dissector) component(m *signaling.Message, tr *dialogue.Transaction, side uint8, user signaling.Protocol, context uint8) {
	c := &d.comp
	faults := m.Faults
	m.Component, m.MAP = c, nil
	m.Protocol, m.Operation, m.Inherited = user, 0, false
	m.IMSI, m.MSISDN = telecom.Digits{}, telecom.Digits{}
	if c.HasCode && (c.Global || c.ANSI) {
		switch {
		case c.Global:
			d.Counters.GlobalCodes++
			m.Faults |= signaling.FaultGlobalCode
		case c.Private:
			d.Counters.PrivateCodes++
		default:
			d.Counters.NationalCodes++
		}
	}
	switch c.Kind {
	case tcap.Invoke:
		m.Kind = signaling.KindInvoke
		m.Operation = operation(user, c)
		if c.Code == forwardSM && user == signaling.MAP {
			directed(m, tr, context)
		}
		if tr != nil && c.HasInvokeID && !m.Duplicate {
			tr.Invoked(side, c.InvokeID, m.Operation)
		}
	case tcap.ReturnResultLast, tcap.ReturnResultNotLast:
		m.Kind = signaling.KindResult
		m.Operation = operation(user, c)
		if c.Code == forwardSM && user == signaling.MAP {
			directed(m, tr, context)
		}
	case tcap.ReturnError:
		m.Kind = signaling.KindError
	case tcap.Reject:
		m.Kind = signaling.KindReject
	}
	if m.Operation == 0 && c.Kind != tcap.Invoke && tr != nil && c.HasInvokeID {
		if m.Operation = tr.Answered(side, c.InvokeID); m.Operation != 0 {
			m.Inherited = true
		}
	}
	if m.Operation == 0 && c.Kind == tcap.Invoke && (user != signaling.TCAP || c.Private && c.Family() == 9) {
		m.Faults |= signaling.FaultUnknownCode
		d.problem(layerOf(user), UnknownCode)
	}
	if c.Parameter != nil {
		switch user {
		case signaling.MAP:
			d.mapParameter(m, c)
		case signaling.CAP:
			d.capParameter(m, c)
		}
	}
	d.finish(m, context)
	m.Faults = faults
}

func layerOf(p signaling.Protocol) Layer {
	switch p {
	case signaling.CAP:
		return LayerCAP
	case signaling.TCAP:
		return LayerTCAP
	}
	return LayerMAP
}

// operation is the catalogue's entry of a component's own code.
func operation(user signaling.Protocol, c *tcap.Component) signaling.Operation {
	if !c.HasCode || c.Global {
		return 0
	}
	switch user {
	case signaling.MAP:
		return signaling.MAPOperation(c.Code)
	case signaling.CAP:
		return signaling.CAPOperation(c.Code)
	}
	if c.Private {
		return signaling.ANSI41Operation(c.Code)
	}
	return 0
}

// Operation codes and the application context of short messages (3GPP TS 29.002 17.5,
// 17.3.3).
const (
	mtForwardSM     = 44
	forwardSM       = 46 // since version 3 mo-ForwardSM
	shortMsgMTRelay = 25
)

// directed gives the one operation that forwards short messages in versions 1 and 2 of
// MAP, whatever their direction, the name that the direction has since version 3: what
// goes to a subscriber is mt-ForwardSM. The context tells, else whom the argument is
// for; a result is named as its invoke was.
func directed(m *signaling.Message, tr *dialogue.Transaction, context uint8) {
	c := m.Component
	if m.Operation == 0 {
		return
	}
	mt := signaling.MAPOperation(mtForwardSM)
	switch {
	case context == shortMsgMTRelay:
	case c.Kind != tcap.Invoke:
		if tr == nil || !c.HasInvokeID || tr.Answered(m.Side, c.InvokeID) != mt {
			return
		}
	case m.MAPVersion >= 3 || !gsmmap.ForMobile(c.Parameter):
		return
	}
	m.Operation = mt
}

func (d *Dissector) mapParameter(m *signaling.Message, c *tcap.Component) {
	a := &d.args
	var err error
	code := int32(m.Operation.Info().Code)
	switch c.Kind {
	case tcap.Invoke:
		err = a.DecodeInvoke(code, m.MAPVersion, c.Parameter)
	case tcap.ReturnResultLast, tcap.ReturnResultNotLast:
		err = a.DecodeResult(code, m.MAPVersion, c.Parameter)
	case tcap.ReturnError:
		err = a.DecodeError(c.Code, m.MAPVersion, c.Parameter)
	default:
		return
	}
	if m.Operation == 0 && c.Kind != tcap.ReturnError {
		return
	}
	d.keep(m, err, LayerMAP)
}

func (d *Dissector) capParameter(m *signaling.Message, c *tcap.Component) {
	code := int32(m.Operation.Info().Code)
	switch {
	case m.Operation == 0:
	case c.Kind == tcap.Invoke:
		d.keep(m, d.args.DecodeCAPInvoke(code, m.MAPVersion, c.Parameter), LayerCAP)
	case c.Kind == tcap.ReturnResultLast || c.Kind == tcap.ReturnResultNotLast:
		d.keep(m, d.args.DecodeCAPResult(code, c.Parameter), LayerCAP)
	}
}

// mapDialogue reads the MAP-DialoguePDU. An origination reference that repeats the
// calling address of SCCP names the node that speaks and nobody else.
func (d *Dissector) mapDialogue(m *signaling.Message) {
	g := &d.dialogue
	if g.Decode(m.TCAP.UserInfo) != nil {
		d.problem(LayerMAP, Malformed)
		m.Faults |= signaling.FaultDialogue
	}
	if g.Kind == gsmmap.DialogueNone {
		return
	}
	if g.Origination.Digits == m.SCCP.Calling.GT {
		g.Origination = gsmmap.Address{}
	}
	m.Dialogue = g
}

// keep takes over what a parameter named, whole or up to its fault.
func (d *Dissector) keep(m *signaling.Message, err error, l Layer) {
	if err != nil {
		m.Faults |= signaling.FaultArgument
		d.problem(l, Malformed)
	}
	m.MAP, m.IMSI, m.MSISDN = &d.args, d.args.IMSI, d.args.MSISDN
}

// finish fills in what the dialogue knows, remembers what this message adds, and
// hands the message on.
func (d *Dissector) finish(m *signaling.Message, context uint8) {
	switch {
	case m.Operation != 0:
		m.Class = m.Operation.Info().Class
	case m.Protocol == signaling.MAP:
		m.Class = signaling.ContextClass(context)
	case m.Protocol == signaling.CAP:
		_, m.Class = signaling.CAPContext(context, m.MAPVersion)
	default:
		m.Class = signaling.ClassOther
	}
	if g := m.Dialogue; g != nil {
		if m.IMSI.Len() == 0 {
			m.IMSI = g.IMSI()
		}
		if m.MSISDN.Len() == 0 {
			m.MSISDN = g.MSISDN()
		}
	}
	if y := m.Memory; y != nil {
		if m.IMSI.Len() != 0 {
			y.IMSI = m.IMSI
		} else {
			m.IMSI = y.IMSI
		}
		if m.MSISDN.Len() != 0 {
			y.MSISDN = m.MSISDN
		} else {
			m.MSISDN = y.MSISDN
		}
	}
	if m.Class == signaling.ClassProtected && m.Protocol == signaling.MAP && m.Protection == signaling.Clear {
		m.Protection = signaling.MAPsec
		d.emit(m)
		m.Protection = signaling.Clear
		return
	}
	d.emit(m)
}
