package tcap

import "strconv"

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

var messageTypes = [...]string{None: "none", Unidirectional: "unidirectional", Begin: "begin", End: "end", Continue: "continue", Abort: "abort"}

// String is the name in lower case, as events have it.
func (t MessageType) String() string { return name(messageTypes[:], uint8(t), "type ") }

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
	DialogueANSI // of T1.114, which has one form
)

var dialogueKinds = [...]string{DialogueNone: "none", AUDT: "AUDT", AARQ: "AARQ", AARE: "AARE", ABRT: "ABRT", DialogueUnknown: "unknown", DialogueANSI: "ANSI"}

// String is the name of the standard.
func (k DialogueKind) String() string { return name(dialogueKinds[:], uint8(k), "dialogue ") }

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

var componentKinds = [...]string{
	ComponentNone: "none", Invoke: "invoke", ReturnResultLast: "returnResultLast", ReturnError: "returnError",
	Reject: "reject", ReturnResultNotLast: "returnResultNotLast",
}

// String is the name of the standard.
func (k ComponentKind) String() string { return name(componentKinds[:], uint8(k), "component ") }

// PAbortCause is why the transaction sub-layer gave up (Q.773 3.3).
type PAbortCause uint8

var pAbortCauses = [...]string{
	"unrecognized message type", "unrecognized transaction ID", "badly formatted transaction portion",
	"incorrect transaction portion", "resource limitation",
}

// String is the wording of the standard, or "cause N", which allocates.
func (c PAbortCause) String() string { return name(pAbortCauses[:], uint8(c), "cause ") }

// name is s[v], or prefix and the number.
func name(s []string, v uint8, prefix string) string {
	if int(v) < len(s) {
		return s[v]
	}
	return prefix + strconv.Itoa(int(v))
}
