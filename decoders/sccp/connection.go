package sccp

import "sigtransit/decoders/telecom"

// Connection is what only messages of the connection-oriented classes have (Q.713
// 4.2 to 4.17). What a message type lacks is zero.
type Connection struct {
	// Destination and Source are the local references (Q.713 3.2, 3.3), 24 bits:
	// the connection as its receiver and as its sender number it.
	Destination, Source uint32
	// Send and Receive are sequence numbers of DT2, IT and AK (3.7, 3.9), 7 bits.
	Send, Receive uint8
	Credit        uint8 // of AK and IT, and of CR and CC in class 3 (3.10)
	More          bool  // DT1 and DT2: more data follow (3.7, 3.8)
}

// layout is where a connection-oriented message has its fixed parts, counted from
// the message type; 0 is nowhere.
type layout struct {
	length                                    uint8 // of the fixed part and the pointers
	destination, source                       uint8
	class, cause, credit                      uint8
	segmenting, sequencing, receive           uint8 // DT1; DT2 and IT; AK
	pointerAddress, pointerData, pointerOther uint8
}

// layouts are those of Q.713 4.2 to 4.17.
var layouts = [...]layout{
	CR:   {length: 7, source: 1, class: 4, pointerAddress: 5, pointerOther: 6},
	CC:   {length: 9, destination: 1, source: 4, class: 7, pointerOther: 8},
	CREF: {length: 6, destination: 1, cause: 4, pointerOther: 5},
	RLSD: {length: 9, destination: 1, source: 4, cause: 7, pointerOther: 8},
	RLC:  {length: 7, destination: 1, source: 4},
	DT1:  {length: 6, destination: 1, segmenting: 4, pointerData: 5},
	DT2:  {length: 7, destination: 1, sequencing: 4, pointerData: 6},
	AK:   {length: 6, destination: 1, receive: 4, credit: 5},
	ED:   {length: 5, destination: 1, pointerData: 4},
	EA:   {length: 4, destination: 1},
	RSR:  {length: 8, destination: 1, source: 4, cause: 7},
	RSC:  {length: 7, destination: 1, source: 4},
	ERR:  {length: 5, destination: 1, cause: 4},
	IT:   {length: 11, destination: 1, source: 4, class: 7, sequencing: 8, credit: 10},
}

// connection decodes a message whose Type is connection-oriented.
func (m *Message) connection(b []byte) error {
	l, c := &layouts[m.Type], &m.Connection
	reference := func(at uint8) uint32 {
		if at == 0 || int(at)+3 > len(b) {
			return 0
		}
		return uint32(b[at]) | uint32(b[at+1])<<8 | uint32(b[at+2])<<16
	}
	c.Destination, c.Source = reference(l.destination), reference(l.source)
	if len(b) < int(l.length) {
		return ErrTruncated
	}
	if l.class != 0 {
		m.setClass(b[l.class])
		m.ReturnOnError = false // the handling bits belong to classes 0 and 1
	}
	if l.cause != 0 {
		m.HasCause, m.Cause = true, b[l.cause]
	}
	if l.credit != 0 {
		c.Credit = b[l.credit]
	}
	switch {
	case l.segmenting != 0:
		c.More = b[l.segmenting]&1 != 0
	case l.sequencing != 0:
		c.Send, c.Receive, c.More = b[l.sequencing]>>1, b[l.sequencing+1]>>1, b[l.sequencing+1]&1 != 0
	case l.receive != 0:
		c.Receive = b[l.receive] >> 1
	}
	err := ErrConnectionOriented
	if at := int(l.pointerData); at != 0 {
		switch p := at + int(b[at]); {
		case p == at || p >= len(b):
			return ErrPointer
		case int(b[p]) > len(b)-p-1:
			m.Data = b[p+1:]
			return ErrTruncated
		default:
			end := p + 1 + int(b[p])
			m.Data = b[p+1 : end : end]
		}
	}
	if at := int(l.pointerAddress); at != 0 {
		if called, whole := party(b, at+int(b[at]), at); !m.Called.decodeVariant(called, m.Variant) || !whole {
			err = ErrAddress
		}
	}
	if at := int(l.pointerOther); at != 0 && b[at] != 0 && !m.optional(b, at+int(b[at])) && err == ErrConnectionOriented {
		err = ErrOptional
	}
	return err
}

// connectionOption takes an optional parameter that only connection-oriented
// messages have. The first of its kind counts.
func (m *Message) connectionOption(name uint8, v []byte) bool {
	switch name {
	case paramCalled:
		if !m.Called.Present {
			return m.Called.decodeVariant(v, m.Variant)
		}
	case paramCalling:
		if !m.Calling.Present {
			return m.Calling.decodeVariant(v, m.Variant)
		}
	case paramData:
		if m.Data == nil {
			m.Data = v[:len(v):len(v)]
		}
	case paramCredit, paramHopCounter:
		if len(v) < 1 {
			return false
		}
		if name == paramCredit {
			m.Connection.Credit = v[0]
		} else {
			m.HopCounter = v[0]
		}
	}
	return true
}

// ManagementType is the format identifier of an SCCP management message (Q.713
// 5.2.1; T1.112.3 5.1).
type ManagementType uint8

// SCCP management messages: user data that goes to SSN 1.
const (
	SSA ManagementType = 1    // subsystem allowed
	SSP ManagementType = 2    // subsystem prohibited
	SST ManagementType = 3    // subsystem status test
	SOR ManagementType = 4    // subsystem out-of-service request
	SOG ManagementType = 5    // subsystem out-of-service grant
	SSC ManagementType = 6    // SCCP/subsystem congested
	SBR ManagementType = 0xfd // subsystem backup routing (ANSI)
	SNR ManagementType = 0xfe // subsystem normal routing (ANSI)
	SRT ManagementType = 0xff // subsystem routing status test (ANSI)
)

// String is the acronym of the standard, empty for a type that it does not have.
func (t ManagementType) String() string {
	switch t {
	case SSA:
		return "SSA"
	case SSP:
		return "SSP"
	case SST:
		return "SST"
	case SOR:
		return "SOR"
	case SOG:
		return "SOG"
	case SSC:
		return "SSC"
	case SBR:
		return "SBR"
	case SNR:
		return "SNR"
	case SRT:
		return "SRT"
	}
	return ""
}

// Management is an SCCP management message (Q.713 5.3).
type Management struct {
	Type         ManagementType
	SSN          telecom.SSN       // affected subsystem
	PC           telecom.PointCode // affected signalling point
	Multiplicity uint8             // subsystem multiplicity indicator, 2 bits
	Congestion   uint8             // of SSC: SCCP congestion level, 4 bits
}

// Decode decodes the user data of a message to SSN 1. It resets m. ErrType: not a
// management message; ErrTruncated: one that is too short, and what it has is set.
//
//	| format | affected SSN | affected PC: 2 octets, ANSI and China 3 | SMI | SSC: level |
func (m *Management) Decode(b []byte, v telecom.Variant) error {
	*m = Management{}
	if len(b) == 0 {
		return ErrTruncated
	}
	if m.Type = ManagementType(b[0]); m.Type.String() == "" || m.Type >= SBR && v != telecom.ANSI {
		m.Type = 0
		return ErrType
	}
	width := 2
	if v.Bits() == 24 {
		width = 3
	}
	if len(b) < 2+width {
		return ErrTruncated
	}
	m.SSN = telecom.SSN(b[1])
	for i, c := range b[2 : 2+width] {
		m.PC |= telecom.PointCode(c) << (8 * i)
	}
	m.PC &= 1<<v.Bits() - 1
	b = b[2+width:]
	if len(b) < 1 {
		return ErrTruncated
	}
	m.Multiplicity = b[0] & 3
	if m.Type == SSC {
		if len(b) < 2 {
			return ErrTruncated
		}
		m.Congestion = b[1] & 15
	}
	return nil
}
