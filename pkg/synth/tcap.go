package synth

// TCType is a TCAP message type by its tag (Q.773 table 8).
type TCType uint8

// Message types.
const (
	TCUnidirectional TCType = 0x61
	TCBegin          TCType = 0x62
	TCEnd            TCType = 0x64
	TCContinue       TCType = 0x65
	TCAbort          TCType = 0x67
)

// TransactionID is an originating or destination transaction id of 1 to 4
// octets; the zero value is "absent".
type TransactionID struct {
	Value  uint32
	Octets uint8
}

// TID is a transaction id of four octets.
func TID(v uint32) TransactionID { return TransactionID{v, 4} }

func appendTID(b []byte, tag uint16, id TransactionID) []byte {
	if id.Octets == 0 {
		return b
	}
	b = append(b, byte(tag), id.Octets)
	for i := int(id.Octets) - 1; i >= 0; i-- {
		b = append(b, byte(id.Value>>(8*i)))
	}
	return b
}

// Transaction is one TCAP message (Q.773 3.1).
type Transaction struct {
	Type       TCType
	OTID, DTID TransactionID
	Dialogue   Dialogue
	Components []byte // as the component encoders below made them; none when empty
	// PAbort is a P-Abort cause plus one (Q.773 3.3); 0 is "absent".
	PAbort uint8
	Length Length // form of the lengths of the message, its dialogue and component portions
}

// AppendTransaction appends a TCAP message.
func AppendTransaction(b []byte, t Transaction) []byte {
	b, message := OpenTLV(b, uint16(t.Type), t.Length)
	b = appendTID(b, 0x48, t.OTID)
	b = appendTID(b, 0x49, t.DTID)
	if t.PAbort > 0 {
		b = append(b, 0x4a, 1, t.PAbort-1)
	}
	b = appendDialogue(b, t.Dialogue, t.Length)
	if len(t.Components) > 0 {
		b = AppendTLVAs(b, 0x6c, t.Length, t.Components)
	}
	return message.Close(b)
}

// DialoguePDU is a PDU of the dialogue portion by its tag (Q.773 3.2.2).
type DialoguePDU uint8

// Dialogue PDUs. AUDT shares its tag with AARQ and differs by its abstract
// syntax, so it has a number of its own here.
const (
	NoDialogue DialoguePDU = 0
	AARQ       DialoguePDU = 0x60
	AARE       DialoguePDU = 0x61
	ABRT       DialoguePDU = 0x64
	AUDT       DialoguePDU = 0xe0
)

// Context is the number n of a MAP application context 0.4.0.0.1.0.n.version
// (TS 29.002 17.3.3).
type Context uint8

// Application contexts of TS 29.002.
const (
	NetworkLocUp          Context = 1
	LocationCancel        Context = 2
	RoamingNumberEnquiry  Context = 3
	LocationInfoRetrieval Context = 5
	InfoRetrieval         Context = 14
	InterVlrInfoRetrieval Context = 15
	SubscriberDataMngt    Context = 16
	NetworkUnstructuredSs Context = 19
	ShortMsgGateway       Context = 20
	ShortMsgMORelay       Context = 21
	ShortMsgAlert         Context = 23
	MwdMngt               Context = 24
	ShortMsgMTRelay       Context = 25
	MSPurging             Context = 27
	SubscriberInfoEnquiry Context = 28
	AnyTimeEnquiry        Context = 29
	GprsLocationUpdate    Context = 32
)

// Dialogue is the dialogue portion. The zero value leaves it out, as version 1
// dialogues and all messages after the first exchange do.
type Dialogue struct {
	PDU     DialoguePDU
	Context Context
	Version uint8
	// Phase is that of CAP: with 3 and 4, Context is the last number of a context
	// 0.4.0.0.1.p.3.n (3GPP TS 29.078 5.5).
	Phase uint8
	// Result and Diagnostic of an AARE: 0 accepted with 0 null, or 1 rejected
	// with 2 application context name not supported (Q.773 3.2.2).
	Result, Diagnostic uint8
	// Source of an ABRT: 0 the user, 1 the service provider.
	Source uint8
	// UserInfo is a MAP-DialoguePDU (TS 29.002 17.4) as AppendMAPOpen and its
	// like made it; none when empty.
	UserInfo []byte
}

// Request is an AARQ without user information.
func Request(c Context, version uint8) Dialogue {
	return Dialogue{PDU: AARQ, Context: c, Version: version}
}

// CAPRequest is an AARQ for context n of a phase of CAP.
func CAPRequest(phase uint8, n Context) Dialogue {
	return Dialogue{PDU: AARQ, Context: n, Version: phase - 1, Phase: phase}
}

// CAPAccept is the AARE to it.
func CAPAccept(phase uint8, n Context) Dialogue {
	return Dialogue{PDU: AARE, Context: n, Version: phase - 1, Phase: phase}
}

// Accept is the AARE that accepts a context.
func Accept(c Context, version uint8) Dialogue {
	return Dialogue{PDU: AARE, Context: c, Version: version}
}

// Refuse is the AARE that rejects a context and offers a lower version of it.
func Refuse(c Context, version uint8) Dialogue {
	return Dialogue{PDU: AARE, Context: c, Version: version, Result: 1, Diagnostic: 2}
}

// AppendContext appends a MAP application context name as an OBJECT IDENTIFIER.
func AppendContext(b []byte, c Context, version uint8) []byte {
	return append(b, 0x06, 7, 4, 0, 0, 1, 0, byte(c), version)
}

func appendDialogue(b []byte, d Dialogue, form Length) []byte {
	if d.PDU == NoDialogue {
		return b
	}
	b, portion := OpenTLV(b, 0x6b, form)
	b, external := OpenTLV(b, 0x28, form)
	syntax := byte(1) // dialogue-as-id 0.0.17.773.1.1.1, unidialogue-as-id …2.1
	if d.PDU == AUDT {
		syntax = 2
	}
	b = append(b, 0x06, 7, 0x00, 0x11, 0x86, 0x05, 0x01, syntax, 0x01)
	b, single := OpenTLV(b, 0xa0, form)
	b, pdu := OpenTLV(b, uint16(d.PDU)&0x7f, form)
	if d.PDU == ABRT {
		b = append(b, 0x80, 1, d.Source)
	} else {
		b = append(b, 0x80, 2, 0x07, 0x80) // protocol-version: version1
		b = append(b, 0xa1, 9)
		if d.Phase >= 3 {
			b = append(b, 0x06, 7, 4, 0, 0, 1, 2*d.Phase+15, 3, byte(d.Context))
		} else {
			b = AppendContext(b, d.Context, d.Version)
		}
	}
	if d.PDU == AARE {
		b = append(b, 0xa2, 3, 0x02, 1, d.Result)
		b = append(b, 0xa3, 5, 0xa1, 3, 0x02, 1, d.Diagnostic) // dialogue-service-user
	}
	if len(d.UserInfo) > 0 {
		var info, ext Open
		b, info = OpenTLV(b, 0xbe, form)
		b, ext = OpenTLV(b, 0x28, form)
		b = append(b, 0x06, 7, 0x04, 0x00, 0x00, 0x01, 0x01, 0x01, 0x01) // map-DialogueAS
		b = AppendTLVAs(b, 0xa0, form, d.UserInfo)
		b = ext.Close(b)
		b = info.Close(b)
	}
	b = pdu.Close(b)
	b = single.Close(b)
	b = external.Close(b)
	return portion.Close(b)
}

// AppendMAPOpen appends a map-open with its references, either of which may be
// absent (TS 29.002 17.4).
func AppendMAPOpen(b []byte, destination, origination Number) []byte {
	b, open := OpenTLV(b, 0xa0, Shortest)
	if !destination.absent() {
		b = AppendNumber(b, 0x80, destination)
	}
	if !origination.absent() {
		b = AppendNumber(b, 0x81, origination)
	}
	return open.Close(b)
}

// AppendMAPUserAbort appends a map-userAbort with userSpecificReason.
func AppendMAPUserAbort(b []byte) []byte { return append(b, 0xa4, 2, 0x80, 0) }

// AppendInvoke appends an invoke component (Q.773 3.4). argument is a whole
// value, nil when the operation has none.
func AppendInvoke(b []byte, id int8, code int32, argument []byte) []byte {
	b, c := OpenTLV(b, 0xa1, Shortest)
	b = append(b, 0x02, 1, byte(id))
	b = AppendInteger(b, 0x02, int64(code))
	return c.Close(append(b, argument...))
}

// AppendLinkedInvoke appends an invoke that answers to invoke linked of the peer.
func AppendLinkedInvoke(b []byte, id, linked int8, code int32, argument []byte) []byte {
	b, c := OpenTLV(b, 0xa1, Shortest)
	b = append(b, 0x02, 1, byte(id), 0x80, 1, byte(linked))
	b = AppendInteger(b, 0x02, int64(code))
	return c.Close(append(b, argument...))
}

// AppendResult appends a return result (last) with its parameter.
func AppendResult(b []byte, id int8, code int32, result []byte) []byte {
	return appendResult(b, 0xa2, id, code, result)
}

// AppendResultNotLast appends a return result that another one will follow.
func AppendResultNotLast(b []byte, id int8, code int32, result []byte) []byte {
	return appendResult(b, 0xa7, id, code, result)
}

func appendResult(b []byte, tag uint16, id int8, code int32, result []byte) []byte {
	b, c := OpenTLV(b, tag, Shortest)
	b = append(b, 0x02, 1, byte(id))
	b, seq := OpenTLV(b, 0x30, Shortest)
	b = AppendInteger(b, 0x02, int64(code))
	b = append(b, result...)
	return c.Close(seq.Close(b))
}

// AppendEmptyResult appends a return result (last) with neither operation code
// nor parameter: how most stacks confirm an operation without a result.
func AppendEmptyResult(b []byte, id int8) []byte { return append(b, 0xa2, 3, 0x02, 1, byte(id)) }

// AppendError appends a return error; parameter is a whole value or nil.
func AppendError(b []byte, id int8, code int32, parameter []byte) []byte {
	b, c := OpenTLV(b, 0xa3, Shortest)
	b = append(b, 0x02, 1, byte(id))
	b = AppendInteger(b, 0x02, int64(code))
	return c.Close(append(b, parameter...))
}

// AppendReject appends a reject. problemType is 0 general, 1 invoke, 2 return
// result, 3 return error.
func AppendReject(b []byte, id int8, problemType, problem uint8) []byte {
	return append(b, 0xa4, 6, 0x02, 1, byte(id), 0x80|problemType&3, 1, problem)
}
