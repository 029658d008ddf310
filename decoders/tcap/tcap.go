package tcap

// Contract of the package; bodies to be written.

// MessageType is the kind of a TCAP message (Q.773 3.1).
type MessageType uint8

// Message types, with their tags on the wire: 61 62 64 65 67.
const (
	None MessageType = iota
	Unidirectional
	Begin
	End
	Continue
	Abort
)

// TransactionID is an originating or destination transaction id: 1 to 4 octets
// (Q.773 table 10). 00 and 0000 are different ids. Zero Len: absent.
type TransactionID struct {
	Value uint32 // right-aligned
	Len   uint8  // octets on the wire, 0 to 4
}

// DialogueKind is the PDU in the dialogue portion (Q.773 3.2).
type DialogueKind uint8

// Dialogue PDUs.
const (
	DialogueNone DialogueKind = iota
	AUDT                      // unidirectional dialogue
	AARQ                      // request
	AARE                      // response
	ABRT                      // abort
	DialogueUnknown
)

// Message is one TCAP message (Q.773).
type Message struct {
	Type       MessageType
	OTID, DTID TransactionID

	Dialogue    DialogueKind
	ACN         ObjectID // application context name; zero when absent
	HasResult   bool
	Result      uint8  // AARE: 0 accepted, 1 reject-permanent
	UserInfo    []byte // contents of user-information; aliases the input; may be broken
	HasPAbort   bool
	PAbortCause uint8 // P-Abort cause (Q.773 3.3)

	components []byte // contents of the component portion
}

// ObjectID is an object identifier in its BER contents form, up to 16 octets,
// as a comparable value.
type ObjectID struct {
	b [16]byte
	n uint8
}

// ComponentKind is the kind of a component (Q.773 3.4).
type ComponentKind uint8

// Components, with their tags on the wire: a1 a2 a3 a4 a7.
const (
	ComponentNone ComponentKind = iota
	Invoke
	ReturnResultLast
	ReturnError
	Reject
	ReturnResultNotLast
)

// Component is one component of the component portion.
type Component struct {
	Kind        ComponentKind
	HasInvokeID bool
	InvokeID    int16 // -128 to 127 on the wire (Q.773 3.4.2)
	HasLinkedID bool
	LinkedID    int16

	// HasCode: an operation code (invoke, result) or an error code (return error)
	// stood in the component.
	HasCode    bool
	Global     bool   // the code is an object identifier: GlobalCode, not Code
	Code       int32  // local code; clamped to the int32 range
	GlobalCode []byte // contents octets; aliases the input

	HasProblem  bool
	ProblemType uint8 // reject: 0 general, 1 invoke, 2 return result, 3 return error
	Problem     uint8

	// Parameter is the whole TLV of the argument, result or error parameter, nil
	// when absent. It aliases the input.
	Parameter []byte
}
