package tcap

// Octets of ANSI packages.
var (
	ansiID      = tlv(0xc7, []byte{1, 2, 3, 4})
	componentID = tlv(0xcf, []byte{1})
	registerOp  = tlv(0xd1, []byte{0x09, 0x0d}) // private, family 9, specifier 13
	noParams    = []byte{0xf2, 0x00}
	ansiInvoke  = tlv(0xe9, componentID, registerOp, tlv(0xf2, tlv(0x88, []byte{1, 2, 3, 4, 5})))
	ansiParams  = tlv(0xf2, tlv(0x88, []byte{1, 2, 3, 4, 5}))
	ansiOrigin  = TransactionID{Value: 0x01020304, Len: 4}
)

var ansiTests = []decodeTest{
	{
		name: "query with permission",
		in:   tlv(0xe2, ansiID, tlv(0xe8, ansiInvoke)),
		want: Message{Type: Begin, ANSI: true, Permission: true, OTID: ansiOrigin},
		components: []Component{{
			Kind: Invoke, ANSI: true, Private: true, HasInvokeID: true, InvokeID: 1, HasCode: true, Code: 0x090d, Parameter: ansiParams,
		}},
	},
	{
		name: "query without permission, national code that wants a reply, two components",
		in: tlv(0xe3, ansiID, tlv(0xe8,
			tlv(0xed, tlv(0xcf, []byte{0xc8, 0x02}), tlv(0xd0, []byte{0x81, 0x05}), []byte{0x30, 0x00}),
			tlv(0xe9, tlv(0xcf), tlv(0xd0, []byte{0x05}), noParams))),
		want: Message{Type: Begin, ANSI: true, OTID: ansiOrigin},
		components: []Component{
			{Kind: Invoke, ANSI: true, NotLast: true, HasInvokeID: true, InvokeID: 200, HasLinkedID: true, LinkedID: 2, HasCode: true, Code: 0x8105, Parameter: []byte{0x30, 0x00}},
			{Kind: Invoke, ANSI: true, HasCode: true, Code: 5, Parameter: noParams},
		},
	},
	{
		name: "conversation with permission, dialogue portion with a numbered context",
		in: tlv(0xe5, tlv(0xc7, []byte{1, 2, 3, 4, 5, 6, 7, 8}),
			tlv(0xf9, tlv(0xda, []byte{3}), tlv(0xdb, []byte{0x01, 0x2c}), tlv(0xfd, tlv(0x28)), tlv(0x80, []byte{1})),
			tlv(0xe8, tlv(0xee, componentID, noParams))),
		want: Message{
			Type: Continue, ANSI: true, Permission: true, OTID: ansiOrigin, DTID: TransactionID{Value: 0x05060708, Len: 4},
			Dialogue: DialogueANSI, HasContextID: true, ContextID: 300, UserInfo: tlv(0x28),
		},
		components: []Component{{Kind: ReturnResultNotLast, ANSI: true, NotLast: true, HasInvokeID: true, InvokeID: 1, Parameter: noParams}},
	},
	{
		name: "conversation without permission, context by object identifier",
		in:   tlv(0xe6, tlv(0xc7, []byte{1, 2, 3, 4, 5, 6, 7, 8}), tlv(0xf9, tlv(0xdc, []byte{0x2a, 0x03}))),
		want: Message{
			Type: Continue, ANSI: true, OTID: ansiOrigin, DTID: TransactionID{Value: 0x05060708, Len: 4},
			Dialogue: DialogueANSI, ACN: oid("1.2.3"),
		},
	},
	{
		name: "response with a result, an error and a reject",
		in: tlv(0xe4, ansiID, tlv(0xe8,
			tlv(0xea, componentID, ansiParams),
			tlv(0xeb, componentID, tlv(0xd4, []byte{0x86}), noParams),
			tlv(0xec, componentID, tlv(0xd5, []byte{0x02, 0x03}), noParams))),
		want: Message{Type: End, ANSI: true, DTID: ansiOrigin},
		components: []Component{
			{Kind: ReturnResultLast, ANSI: true, HasInvokeID: true, InvokeID: 1, Parameter: ansiParams},
			{Kind: ReturnError, ANSI: true, Private: true, HasInvokeID: true, InvokeID: 1, HasCode: true, Code: 0x86, Parameter: noParams},
			{Kind: Reject, ANSI: true, HasInvokeID: true, InvokeID: 1, HasProblem: true, ProblemType: 1, Problem: 3, Parameter: noParams},
		},
	},
	{name: "abort by the provider", in: tlv(0xf6, ansiID, tlv(0xd7, []byte{4})), want: Message{Type: Abort, ANSI: true, DTID: ansiOrigin, HasPAbort: true, PAbortCause: 4}},
	{name: "abort by the user", in: tlv(0xf6, ansiID, tlv(0xf8, []byte{4, 0})), want: Message{Type: Abort, ANSI: true, DTID: ansiOrigin, UserInfo: []byte{4, 0}}},
	{
		name:       "unidirectional, indefinite lengths",
		in:         open(0xe1, tlv(0xc7), open(0xe8, open(0xe9, tlv(0xcf), registerOp, open(0xf2, tlv(0x88, []byte{1, 2, 3, 4, 5}))))),
		want:       Message{Type: Unidirectional, ANSI: true},
		components: []Component{{Kind: Invoke, ANSI: true, Private: true, HasCode: true, Code: 0x090d, Parameter: open(0xf2, tlv(0x88, []byte{1, 2, 3, 4, 5}))}},
	},
	{name: "query without an id", in: tlv(0xe2, tlv(0xc7)), want: Message{Type: Begin, ANSI: true, Permission: true}, err: ErrTransactionID},
	{name: "conversation with one id", in: tlv(0xe5, ansiID), want: Message{Type: Continue, ANSI: true, Permission: true}, err: ErrTransactionID},
	{name: "id twice", in: tlv(0xe4, ansiID, ansiID), want: Message{Type: End, ANSI: true, DTID: ansiOrigin}, err: ErrTransactionID},
	{name: "portions twice", in: tlv(0xe4, ansiID, tlv(0xe8), tlv(0xe8), tlv(0xf9), tlv(0xf9)), want: Message{Type: End, ANSI: true, DTID: ansiOrigin, Dialogue: DialogueANSI}, err: ErrRepeated},
	{
		name:       "cut in a component",
		in:         tlv(0xe2, ansiID, tlv(0xe8, ansiInvoke))[:24],
		want:       Message{Type: Begin, ANSI: true, Permission: true, OTID: ansiOrigin},
		err:        ErrTruncated,
		components: []Component{{Kind: Invoke, ANSI: true, Private: true, HasInvokeID: true, InvokeID: 1, HasCode: true, Code: 0x090d, Parameter: ansiParams[:5], Fault: true}},
		compErr:    ErrTruncated,
	},
	{
		name: "components that lack or have what they must not",
		in: tlv(0xe2, ansiID, tlv(0xe8,
			tlv(0xe9, registerOp), tlv(0xe9, componentID), tlv(0xea, tlv(0xcf, []byte{1, 2})), tlv(0xeb, componentID, registerOp),
			tlv(0xec, componentID, tlv(0xd5, []byte{1})), tlv(0xe7))),
		want: Message{Type: Begin, ANSI: true, Permission: true, OTID: ansiOrigin},
		components: []Component{
			{Kind: Invoke, ANSI: true, Private: true, HasCode: true, Code: 0x090d, Fault: true},
			{Kind: Invoke, ANSI: true, HasInvokeID: true, InvokeID: 1, Fault: true},
			{Kind: ReturnResultLast, ANSI: true, Fault: true},
			{Kind: ReturnError, ANSI: true, HasInvokeID: true, InvokeID: 1, Fault: true},
			{Kind: Reject, ANSI: true, HasInvokeID: true, InvokeID: 1, Fault: true},
		},
		compErr: ErrComponent,
	},
	{name: "dialogue portion with a context that is too long", in: tlv(0xe2, ansiID, tlv(0xf9, tlv(0xdc, make([]byte, 17)))), want: Message{Type: Begin, ANSI: true, Permission: true, OTID: ansiOrigin, Dialogue: DialogueANSI}, err: ErrDialogue},
	{name: "tag only", in: []byte{0xe2}, want: Message{Type: Begin, ANSI: true, Permission: true}, err: ErrTruncated},

	// Transaction ids of Q.773 that are longer than it allows.
	{name: "id of eight octets", in: tlv(0x62, tlv(0x48, []byte{1, 2, 3, 4, 5, 6, 7, 8})), want: Message{Type: Begin, OTID: TransactionID{Value: 0x05060708, High: 0x01020304, Len: 8}}, err: ErrTransactionID},
	{name: "id of nine octets", in: tlv(0x64, tlv(0x49, []byte{9, 1, 2, 3, 4, 5, 6, 7, 8})), want: Message{Type: End, DTID: TransactionID{Value: 0x05060708, High: 0x01020304, Len: 8}}, err: ErrTransactionID},
}
