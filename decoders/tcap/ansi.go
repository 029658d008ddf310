package tcap

import (
	"encoding/binary"

	"sigtransit/decoders/ber"
)

// Tags of ANSI TCAP, all of the private class (T1.114.3 3 to 5).
const (
	tagANSIUnidirectional = 0xe1
	tagQueryPermission    = 0xe2
	tagQuery              = 0xe3
	tagResponse           = 0xe4
	tagConvPermission     = 0xe5
	tagConv               = 0xe6
	tagANSIAbort          = 0xf6

	tagTransactionID  = 0xc7
	tagSequence       = 0xe8
	tagANSIDialogue   = 0xf9
	tagANSIPAbort     = 0xd7
	tagUserAbort      = 0xd8
	tagUserAbortLong  = 0xf8
	tagIntegerContext = 0xdb
	tagObjectContext  = 0xdc
	tagANSIUserInfo   = 0xfd

	tagInvokeLast       = 0xe9
	tagANSIResultLast   = 0xea
	tagANSIError        = 0xeb
	tagANSIReject       = 0xec
	tagInvokeNotLast    = 0xed
	tagANSIResultNext   = 0xee
	tagComponentID      = 0xcf
	tagNationalCode     = 0xd0
	tagPrivateCode      = 0xd1
	tagNationalError    = 0xd3
	tagPrivateError     = 0xd4
	tagANSIProblem      = 0xd5
	tagParameterSet     = 0xf2
	privateClass        = 0xc0
	transactionIDOctets = 4
)

// decodeANSI decodes a package of ANSI TCAP. Its types are mapped to those of Q.773:
// a query begins a transaction, a conversation continues it, a response ends it. A
// query names one transaction id, that of its sender; a conversation that of its
// sender and then that of its receiver; a response and an abort that of their
// receiver (T1.114.3 3.3).
func (m *Message) decodeANSI(b []byte) error {
	switch b[0] {
	case tagANSIUnidirectional:
		m.Type = Unidirectional
	case tagQueryPermission, tagQuery:
		m.Type = Begin
	case tagResponse:
		m.Type = End
	case tagConvPermission, tagConv:
		m.Type = Continue
	case tagANSIAbort:
		m.Type = Abort
	default:
		return ErrTag
	}
	m.ANSI = true
	m.Permission = b[0] == tagQueryPermission || b[0] == tagConvPermission
	_, b, _, ok, fault := cut(b)
	if !ok {
		return fault
	}
	var minor error
	ids := false
	for len(b) > 0 {
		var tag ber.Tag
		var v []byte
		var err error
		if tag, v, b, ok, err = cut(b); err != nil {
			if fault == nil {
				fault = err
			}
			if !ok {
				break
			}
		}
		switch tag {
		case tagTransactionID:
			if ids || !m.ansiIDs(v) {
				minor = ErrTransactionID
			}
			ids = true
		case tagSequence:
			if m.components == nil {
				m.components = v
			} else {
				minor = graver(minor, ErrRepeated)
			}
		case tagANSIDialogue:
			if m.Dialogue != DialogueNone {
				minor = graver(minor, ErrRepeated)
			} else if !m.ansiDialogue(v) {
				minor = graver(minor, ErrDialogue)
			}
		case tagANSIPAbort:
			if len(v) > 0 {
				m.HasPAbort, m.PAbortCause = true, v[len(v)-1]
			}
		case tagUserAbort, tagUserAbortLong:
			m.UserInfo = v
		}
	}
	if fault != nil {
		return fault
	}
	if needs := needed[m.Type]; needs&needOTID != 0 && m.OTID.Len == 0 || needs&needDTID != 0 && m.DTID.Len == 0 {
		return ErrTransactionID
	}
	return minor
}

// ansiIDs takes the contents of a transaction id: none, one or two ids of four
// octets.
func (m *Message) ansiIDs(v []byte) bool {
	id := func(v []byte) TransactionID {
		return TransactionID{Value: binary.BigEndian.Uint32(v), Len: transactionIDOctets}
	}
	switch {
	case len(v) == 0:
		return m.Type == Unidirectional
	case len(v) == 2*transactionIDOctets && m.Type == Continue:
		m.OTID, m.DTID = id(v), id(v[transactionIDOctets:])
		return true
	case len(v) != transactionIDOctets || m.Type == Continue || m.Type == Unidirectional:
		return false
	case m.Type == Begin:
		m.OTID = id(v)
	default:
		m.DTID = id(v)
	}
	return true
}

// ansiDialogue reads the contents of a dialogue portion (T1.114.3 4): version,
// application context, user information, and security elements, which are stepped
// over. It reports whether it was whole.
func (m *Message) ansiDialogue(v []byte) bool {
	m.Dialogue = DialogueANSI
	whole := true
	for len(v) > 0 {
		var tag ber.Tag
		var value []byte
		var ok bool
		var err error
		if tag, value, v, ok, err = cut(v); err != nil {
			whole = false
			if !ok {
				return false
			}
		}
		switch tag {
		case tagIntegerContext:
			if m.ContextID, ok = ber.Int(value); ok && len(value) > 0 {
				m.HasContextID = true
			} else {
				whole = false
			}
		case tagObjectContext:
			if m.ACN, ok = ObjectIDFromContents(value); !ok {
				whole = false
			}
		case tagANSIUserInfo:
			m.UserInfo = value
		}
	}
	return whole
}

// ansiKind is the kind of an ANSI component, ComponentNone for another tag.
func ansiKind(tag ber.Tag) (k ComponentKind, notLast bool) {
	switch tag {
	case tagInvokeLast:
		return Invoke, false
	case tagInvokeNotLast:
		return Invoke, true
	case tagANSIResultLast:
		return ReturnResultLast, false
	case tagANSIResultNext:
		return ReturnResultNotLast, true
	case tagANSIError:
		return ReturnError, false
	case tagANSIReject:
		return Reject, false
	}
	return ComponentNone, false
}

// decodeANSI reads the contents of an ANSI component whose Kind is set (T1.114.3
// 5). Results carry no operation code.
func (x *Component) decodeANSI(b []byte) bool {
	x.ANSI = true
	whole, hasID := true, false
	for len(b) > 0 {
		tag, v, n, ok := element(b)
		if n == 0 {
			return false
		}
		whole = whole && ok
		switch tag {
		case tagComponentID:
			// An invoke has its own id, and that of the invoke it answers to; all
			// others have that of the invoke alone.
			if hasID = true; len(v) > 2 || x.Kind != Invoke && len(v) > 1 {
				whole = false
				break
			}
			if len(v) > 0 {
				x.HasInvokeID, x.InvokeID = true, int16(v[0])
			}
			if len(v) > 1 {
				x.HasLinkedID, x.LinkedID = true, int16(v[1])
			}
		case tagNationalCode, tagPrivateCode, tagNationalError, tagPrivateError:
			isError := tag == tagNationalError || tag == tagPrivateError
			if isError != (x.Kind == ReturnError) || len(v) == 0 || len(v) > 2 {
				whole = false
				break
			}
			x.HasCode, x.Private, x.Code = true, tag == tagPrivateCode || tag == tagPrivateError, 0
			for _, c := range v {
				x.Code = x.Code<<8 | int32(c)
			}
		case tagANSIProblem:
			if len(v) != 2 {
				whole = false
				break
			}
			// Numbered from 1; in Q.773 from 0 by their tags.
			x.HasProblem, x.ProblemType, x.Problem = true, v[0]-1, v[1]
		case tagParameterSet, ber.Sequence:
			x.Parameter = b[:n:n]
		}
		b = b[n:]
	}
	switch x.Kind {
	case Invoke, ReturnError:
		whole = whole && x.HasCode
	case Reject:
		whole = whole && x.HasProblem
	}
	return whole && hasID
}

// Family is the operation family of an ANSI code of two octets (T1.114.3 5.1): 9 is
// the mobile application of TIA-41 among private ones.
func (x *Component) Family() uint8 { return uint8(x.Code>>8) & 0x7f }

// Specifier tells the operations of a family apart.
func (x *Component) Specifier() uint8 { return uint8(x.Code) }

// ReplyRequired reports the bit of a national operation code that asks for a reply.
func (x *Component) ReplyRequired() bool { return !x.Private && x.Code&0x8000 != 0 }

// Package is the name of an ANSI package, empty for a message of Q.773.
func (m *Message) Package() string {
	if !m.ANSI {
		return ""
	}
	switch m.Type {
	case Unidirectional:
		return "unidirectional"
	case Begin:
		if m.Permission {
			return "queryWithPermission"
		}
		return "queryWithoutPermission"
	case End:
		return "response"
	case Continue:
		if m.Permission {
			return "conversationWithPermission"
		}
		return "conversationWithoutPermission"
	}
	return "abort"
}
