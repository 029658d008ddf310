package tcap

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"sigtransit/decoders/internal/mutate"
	"sigtransit/decoders/internal/octets"
)

// tlv is an element with a definite length in the shortest form.
var tlv = octets.BER

// open is an element of indefinite length.
func open(tag byte, contents ...[]byte) []byte {
	return octets.Cat([]byte{tag, 0x80}, octets.Cat(contents...), []byte{0, 0})
}

func oid(s string) ObjectID {
	o, ok := ParseObjectID(s)
	if !ok {
		panic(s)
	}
	return o
}

// asDialogue is the object identifier of structured dialogues, 0.0.17.773.1.1.1.
var asDialogue = []byte{0x06, 0x07, 0x00, 0x11, 0x86, 0x05, 0x01, 0x01, 0x01}

var (
	// A Begin with an AARQ and one invoke, every octet written out.
	begin = []byte{
		0x62, 0x49, // Begin
		0x48, 0x04, 0x00, 0x00, 0x00, 0x01, // OTID
		0x6b, 0x1e, // dialogue portion
		/**/ 0x28, 0x1c, // EXTERNAL
		/*  */ 0x06, 0x07, 0x00, 0x11, 0x86, 0x05, 0x01, 0x01, 0x01, // 0.0.17.773.1.1.1
		/*  */ 0xa0, 0x11, // single ASN.1 type
		/*    */ 0x60, 0x0f, // AARQ
		/*      */ 0x80, 0x02, 0x07, 0x80, // version 1
		/*      */ 0xa1, 0x09, 0x06, 0x07, 0x04, 0x00, 0x00, 0x01, 0x00, 0x01, 0x03, // networkLocUpContext-v3
		0x6c, 0x21, // component portion
		/**/ 0xa1, 0x1f, // invoke
		/*  */ 0x02, 0x01, 0x01, // invoke id 1
		/*  */ 0x02, 0x01, 0x02, // local operation 2, updateLocation
		/*  */ 0x30, 0x17, // argument
		/*    */ 0x04, 0x07, 0x00, 0x01, 0x01, 0x21, 0x43, 0x65, 0x87,
		/*    */ 0x81, 0x05, 0x91, 0x99, 0x99, 0x01, 0x10,
		/*    */ 0x04, 0x05, 0x91, 0x99, 0x99, 0x02, 0x20,
	}
	beginArgument = begin[50:]

	end = tlv(0x64,
		tlv(0x49, []byte{0x00, 0x01}),
		tlv(0x6b, tlv(0x28, asDialogue, tlv(0xa0, tlv(0x61,
			tlv(0x80, []byte{0x07, 0x80}),
			tlv(0xa1, tlv(0x06, []byte{0x04, 0x00, 0x00, 0x01, 0x00, 0x01, 0x03})),
			tlv(0xa2, tlv(0x02, []byte{0x00})),
			tlv(0xa3, tlv(0xa1, tlv(0x02, []byte{0x00}))),
		)))),
		tlv(0x6c, tlv(0xa2, // return result last
			tlv(0x02, []byte{0x01}),
			tlv(0x30, tlv(0x02, []byte{0x02}), tlv(0x30, tlv(0x04, []byte{0x91, 0x99, 0x99}))),
		)),
	)

	// The same message as begin in substance, with indefinite lengths wherever the
	// encoding is constructed.
	indefinite = open(0x62,
		tlv(0x48, []byte{0, 0, 0, 1}),
		open(0x6b, open(0x28, asDialogue, open(0xa0, open(0x60,
			tlv(0x80, []byte{0x07, 0x80}),
			open(0xa1, tlv(0x06, []byte{0x04, 0x00, 0x00, 0x01, 0x00, 0x01, 0x03})),
		)))),
		open(0x6c, open(0xa1, tlv(0x02, []byte{0x01}), tlv(0x02, []byte{0x02}), open(0x30, tlv(0x04, []byte{1, 2, 3})))),
	)
)

var (
	locUp3     = oid("0.4.0.0.1.0.1.3")
	locUpACN   = tlv(0xa1, tlv(0x06, []byte{0x04, 0x00, 0x00, 0x01, 0x00, 0x01, 0x03}))
	otid1      = tlv(0x48, []byte{0, 0, 0, 1})
	dtid2      = tlv(0x49, []byte{0, 0, 0, 2})
	id1        = TransactionID{Value: 1, Len: 4}
	id2        = TransactionID{Value: 2, Len: 4}
	noArgument = tlv(0xa1, tlv(0x02, []byte{0x01}), tlv(0x02, []byte{0x02}))
	purge      = Component{Kind: Invoke, HasInvokeID: true, InvokeID: 1, HasCode: true, Code: 2}
)

func dialogue(parts ...[]byte) []byte {
	return tlv(0x6b, tlv(0x28, asDialogue, tlv(0xa0, parts...)))
}

type decodeTest struct {
	name       string
	in         []byte
	want       Message
	err        error
	components []Component
	compErr    error
}

var decodeTests = []decodeTest{
	{
		name:       "begin with AARQ and invoke",
		in:         begin,
		want:       Message{Type: Begin, OTID: id1, Dialogue: AARQ, ACN: locUp3},
		components: []Component{{Kind: Invoke, HasInvokeID: true, InvokeID: 1, HasCode: true, Code: 2, Parameter: beginArgument}},
	},
	{
		name: "end with AARE and result, transaction id of two octets",
		in:   end,
		want: Message{Type: End, DTID: TransactionID{Value: 1, Len: 2}, Dialogue: AARE, ACN: locUp3, HasResult: true, HasDiagnostic: true},
		components: []Component{{
			Kind: ReturnResultLast, HasInvokeID: true, InvokeID: 1, HasCode: true, Code: 2,
			Parameter: tlv(0x30, tlv(0x04, []byte{0x91, 0x99, 0x99})),
		}},
	},
	{
		name:       "indefinite lengths throughout",
		in:         indefinite,
		want:       Message{Type: Begin, OTID: id1, Dialogue: AARQ, ACN: locUp3},
		components: []Component{{Kind: Invoke, HasInvokeID: true, InvokeID: 1, HasCode: true, Code: 2, Parameter: open(0x30, tlv(0x04, []byte{1, 2, 3}))}},
	},
	{
		name: "lengths longer than they need be",
		in: octets.Cat([]byte{0x62, 0x83, 0x00, 0x00, 0x18}, otid1, []byte{
			0x6c, 0x82, 0x00, 0x0e, // component portion
			0xa1, 0x84, 0x00, 0x00, 0x00, 0x08, // invoke
			0x02, 0x81, 0x01, 0x01, // invoke id 1
			0x02, 0x82, 0x00, 0x01, // operation code, cut off by the length of the invoke
		}),
		want:       Message{Type: Begin, OTID: id1},
		components: []Component{{Kind: Invoke, HasInvokeID: true, InvokeID: 1, Fault: true}},
		compErr:    ErrComponent,
	},
	{
		name: "continue, several components",
		in: tlv(0x65, otid1, dtid2, tlv(0x6c,
			tlv(0xa7, tlv(0x02, []byte{0x05}), tlv(0x30, tlv(0x02, []byte{0x38}), tlv(0xa3))), // result, more to come
			tlv(0xa1, tlv(0x02, []byte{0x80}), tlv(0x80, []byte{0x7f}), tlv(0x02, []byte{0x07}), tlv(0x05)),
			tlv(0xa2, tlv(0x02, []byte{0x06})),                                     // result without a value
			tlv(0xa3, tlv(0x02, []byte{0x03}), tlv(0x02, []byte{0x22})),            // error 34
			tlv(0xa3, tlv(0x02, []byte{0x04}), tlv(0x02, []byte{0x23}), tlv(0x30)), // error 35 with a parameter
			tlv(0xa4, tlv(0x02, []byte{0x09}), tlv(0x81, []byte{0x02})),            // reject, invoke problem 2
			tlv(0xa4, tlv(0x05), tlv(0x80, []byte{0x01})),                          // reject of what could not be read
		)),
		want: Message{Type: Continue, OTID: id1, DTID: id2},
		components: []Component{
			{Kind: ReturnResultNotLast, HasInvokeID: true, InvokeID: 5, HasCode: true, Code: 56, Parameter: []byte{0xa3, 0}},
			{Kind: Invoke, HasInvokeID: true, InvokeID: -128, HasLinkedID: true, LinkedID: 127, HasCode: true, Code: 7, Parameter: []byte{5, 0}},
			{Kind: ReturnResultLast, HasInvokeID: true, InvokeID: 6},
			{Kind: ReturnError, HasInvokeID: true, InvokeID: 3, HasCode: true, Code: 34},
			{Kind: ReturnError, HasInvokeID: true, InvokeID: 4, HasCode: true, Code: 35, Parameter: []byte{0x30, 0}},
			{Kind: Reject, HasInvokeID: true, InvokeID: 9, HasProblem: true, ProblemType: 1, Problem: 2},
			{Kind: Reject, HasProblem: true, ProblemType: 0, Problem: 1},
		},
	},
	{
		name:       "dialogue portion behind the components, no protocol version, elements unknown",
		in:         tlv(0x62, []byte{0x5f, 0x21, 0x00}, tlv(0x6c, noArgument), tlv(0x44, []byte{1}), dialogue(tlv(0x60, locUpACN)), otid1),
		want:       Message{Type: Begin, OTID: id1, Dialogue: AARQ, ACN: locUp3},
		components: []Component{purge},
		err:        nil,
	},
	{
		name: "operation codes: global, negative, beyond 32 bits",
		in: tlv(0x62, otid1, tlv(0x6c,
			tlv(0xa1, tlv(0x02, []byte{1}), tlv(0x06, []byte{0x2a, 0x03})),
			tlv(0xa1, tlv(0x02, []byte{1}), tlv(0x02, []byte{0xfd, 0x66})),
			tlv(0xa1, tlv(0x02, []byte{1}), tlv(0x02, []byte{0x7f, 0, 0, 0, 0})),
			tlv(0xa1, tlv(0x02, []byte{0x01, 0x00}), tlv(0x02, []byte{0x02})), // invoke id of two octets
		)),
		want: Message{Type: Begin, OTID: id1},
		components: []Component{
			{Kind: Invoke, HasInvokeID: true, InvokeID: 1, HasCode: true, Global: true, GlobalCode: []byte{0x2a, 0x03}},
			{Kind: Invoke, HasInvokeID: true, InvokeID: 1, HasCode: true, Code: -666},
			{Kind: Invoke, HasInvokeID: true, InvokeID: 1, HasCode: true, Code: 0x7fffffff},
			{Kind: Invoke, HasInvokeID: true, InvokeID: 256, HasCode: true, Code: 2},
		},
	},
	{
		name: "faulty components do not hide the others",
		in: tlv(0x62, otid1, tlv(0x6c,
			tlv(0xa1), // nothing in it
			tlv(0xa1, tlv(0x05), tlv(0x02, []byte{0x02})),                          // no invoke id
			tlv(0xa1, tlv(0x02, []byte{0x01})),                                     // no operation code
			tlv(0xa2, tlv(0x02, []byte{0x01}), tlv(0x30, tlv(0x04, []byte{1}))),    // a result without its code
			tlv(0xa2, tlv(0x02, []byte{0x01}), tlv(0x02, []byte{0x02}), tlv(0x05)), // a result without its sequence
			tlv(0xa4, tlv(0x02, []byte{0x01}), tlv(0x84, []byte{0x00})),            // a reject with an unknown problem
			tlv(0xa5, []byte{1, 2}),                                                // no component at all
			[]byte{0, 0},                                                           // padding
			noArgument,
		)),
		want: Message{Type: Begin, OTID: id1},
		components: []Component{
			{Kind: Invoke, Fault: true},
			{Kind: Invoke, Fault: true},
			{Kind: Invoke, HasInvokeID: true, InvokeID: 1, Fault: true},
			{Kind: ReturnResultLast, HasInvokeID: true, InvokeID: 1, Parameter: tlv(0x30, tlv(0x04, []byte{1})), Fault: true},
			{Kind: ReturnResultLast, HasInvokeID: true, InvokeID: 1, HasCode: true, Code: 2, Parameter: []byte{5, 0}, Fault: true},
			{Kind: Reject, HasInvokeID: true, InvokeID: 1, Fault: true},
			purge,
		},
		compErr: ErrComponent,
	},
	{
		name:       "cut off in the argument",
		in:         begin[:60],
		want:       Message{Type: Begin, OTID: id1, Dialogue: AARQ, ACN: locUp3},
		err:        ErrTruncated,
		components: []Component{{Kind: Invoke, HasInvokeID: true, InvokeID: 1, HasCode: true, Code: 2, Parameter: begin[50:60], Fault: true}},
		compErr:    ErrTruncated,
	},
	{
		name: "cut off in the dialogue portion",
		in:   begin[:30],
		want: Message{Type: Begin, OTID: id1, Dialogue: AARQ},
		err:  ErrTruncated,
	},
	{
		name:       "whole length too long",
		in:         octets.Cat([]byte{0x62, 0x20}, otid1, tlv(0x6c, noArgument)),
		want:       Message{Type: Begin, OTID: id1},
		err:        ErrTruncated,
		components: []Component{purge},
	},
	{
		name:       "octets behind the message",
		in:         octets.Cat(tlv(0x62, otid1, tlv(0x6c, noArgument)), []byte{0, 0, 0}),
		want:       Message{Type: Begin, OTID: id1},
		components: []Component{purge},
	},
	{
		name: "an element with a length that cannot be",
		in:   tlv(0x62, otid1, []byte{0x6c, 0xff, 0x00}),
		want: Message{Type: Begin, OTID: id1},
		err:  ErrLength,
	},
	{
		name:    "a component with a length that cannot be",
		in:      tlv(0x62, otid1, tlv(0x6c, []byte{0xa1, 0x85, 0, 0, 0, 0, 0})),
		want:    Message{Type: Begin, OTID: id1},
		compErr: ErrLength,
	},
	{
		name: "user abort",
		in: tlv(0x67, dtid2, dialogue(tlv(0x64, tlv(0x80, []byte{0x01}),
			tlv(0xbe, tlv(0x28, []byte{0x06, 0x01, 0x2a}))))),
		want: Message{Type: Abort, DTID: id2, Dialogue: ABRT, ByProvider: true, UserInfo: tlv(0x28, []byte{0x06, 0x01, 0x2a})},
	},
	{
		name: "provider abort",
		in:   tlv(0x67, dtid2, tlv(0x4a, []byte{0x01})),
		want: Message{Type: Abort, DTID: id2, HasPAbort: true, PAbortCause: 1},
	},
	{
		name: "context refused",
		in: tlv(0x67, dtid2, dialogue(tlv(0x61, locUpACN, tlv(0xa2, tlv(0x02, []byte{1})),
			tlv(0xa3, tlv(0xa1, tlv(0x02, []byte{2})))))),
		want: Message{Type: Abort, DTID: id2, Dialogue: AARE, ACN: locUp3, HasResult: true, Result: 1, HasDiagnostic: true, Diagnostic: 2},
	},
	{
		name: "unidirectional, dialogue PDU octet aligned",
		in: tlv(0x61, tlv(0x6b, tlv(0x28, tlv(0x06, []byte{0x00, 0x11, 0x86, 0x05, 0x01, 0x02, 0x01}), tlv(0x81, tlv(0x60, locUpACN)))),
			tlv(0x6c, noArgument)),
		want:       Message{Type: Unidirectional, Dialogue: AUDT, ACN: locUp3},
		components: []Component{purge},
	},
	{
		name:       "dialogue portion that is no EXTERNAL",
		in:         tlv(0x62, otid1, tlv(0x6b, tlv(0x30, []byte{1, 2, 3})), tlv(0x6c, noArgument)),
		want:       Message{Type: Begin, OTID: id1, Dialogue: DialogueUnknown},
		err:        ErrDialogue,
		components: []Component{purge},
	},
	{
		name:       "dialogue portion of another syntax",
		in:         tlv(0x62, otid1, dialogue(tlv(0x30, []byte{5, 0})), tlv(0x6c, noArgument)),
		want:       Message{Type: Begin, OTID: id1, Dialogue: DialogueUnknown},
		components: []Component{purge},
	},
	{
		name:       "broken context name and user information",
		in:         tlv(0x62, otid1, dialogue(tlv(0x60, tlv(0xa1, tlv(0x06, make([]byte, 17))), tlv(0xbe, []byte{0x28, 0x7f}))), tlv(0x6c, noArgument)),
		want:       Message{Type: Begin, OTID: id1, Dialogue: AARQ, UserInfo: []byte{0x28, 0x7f}},
		err:        ErrDialogue,
		components: []Component{purge},
	},
	{
		name: "result and diagnostic that are no integers",
		in:   tlv(0x64, dtid2, dialogue(tlv(0x61, tlv(0xa2), tlv(0xa3, tlv(0xa2)), tlv(0xa3)))),
		want: Message{Type: End, DTID: id2, Dialogue: AARE},
		err:  ErrDialogue,
	},
	{
		name: "transaction id of six octets",
		in:   tlv(0x65, tlv(0x48, []byte{9, 9, 1, 2, 3, 4}), dtid2),
		want: Message{Type: Continue, OTID: TransactionID{Value: 0x01020304, High: 0x0909, Len: 6}, DTID: id2},
		err:  ErrTransactionID,
	},
	{
		name: "transaction id twice, and one missing",
		in:   tlv(0x65, otid1, tlv(0x48, []byte{7})),
		want: Message{Type: Continue, OTID: id1},
		err:  ErrTransactionID,
	},
	{
		name:       "portions twice",
		in:         tlv(0x62, otid1, tlv(0x6b, tlv(0x30)), dialogue(tlv(0x60, locUpACN)), tlv(0x6c, noArgument), tlv(0x6c, noArgument, noArgument)),
		want:       Message{Type: Begin, OTID: id1, Dialogue: DialogueUnknown},
		err:        ErrRepeated,
		components: []Component{purge},
	},
	{name: "transaction id empty", in: tlv(0x62, tlv(0x48)), want: Message{Type: Begin}, err: ErrTransactionID},
	{name: "begin with nothing in it", in: tlv(0x62), want: Message{Type: Begin}, err: ErrTransactionID},
	{name: "nothing", err: ErrTruncated},
	{name: "tag only", in: []byte{0x62}, want: Message{Type: Begin}, err: ErrTruncated},
	{name: "length that cannot be", in: []byte{0x62, 0xff}, want: Message{Type: Begin}, err: ErrLength},
	{name: "of the private class, and no package", in: tlv(0xef), err: ErrTag},
	{name: "SCCP management", in: []byte{0x01, 0x06, 0x01, 0x00, 0x00}, err: ErrTag},
}

func TestDecode(t *testing.T) {
	for _, tt := range slices.Concat(decodeTests, ansiTests) {
		t.Run(tt.name, func(t *testing.T) {
			m := Message{Type: Abort, OTID: id2, DTID: id2, ACN: oid("2.999.1.2.3.4.5.6"), HasPAbort: true, UserInfo: []byte{1}, components: []byte{2}}
			if err := m.Decode(tt.in); !errors.Is(err, tt.err) {
				t.Errorf("error %v, want %v", err, tt.err)
			}
			it := m.Components()
			if m.HasComponents() != (len(it.b) > 0) {
				t.Error("HasComponents is wrong")
			}
			m.components = nil
			if !reflect.DeepEqual(m, tt.want) {
				t.Errorf("\n got %+v\nwant %+v", m, tt.want)
			}
			c := Component{Kind: Reject, Global: true, Parameter: []byte{1}, HasProblem: true}
			for i, want := range tt.components {
				if !it.Next(&c) {
					t.Fatalf("component %d is missing: %v", i, it.Err())
				}
				if !reflect.DeepEqual(c, want) {
					t.Errorf("component %d\n got %+v\nwant %+v", i, c, want)
				}
				if cap(c.Parameter) != len(c.Parameter) {
					t.Errorf("component %d: Parameter reaches beyond its element", i)
				}
			}
			if it.Next(&c) {
				t.Errorf("one more component: %+v", c)
			}
			if !errors.Is(it.Err(), tt.compErr) {
				t.Errorf("component error %v, want %v", it.Err(), tt.compErr)
			}
			if n := testing.AllocsPerRun(10, func() { use(tt.in) }); n != 0 {
				t.Errorf("%v allocations", n)
			}
			mutate.Each(t, tt.in, func(b []byte) { use(b) })
		})
	}
}

// use decodes b and calls everything that can be called on the result.
func use(b []byte) (m Message, components int) {
	_ = m.Decode(b)
	it := m.Components()
	var c Component
	for it.Next(&c) {
		components++
	}
	_ = it.Err()
	var buf [512]byte
	_ = m.ACN.AppendTo(buf[:0])
	_ = m.OTID.AppendTo(buf[:0])
	_ = m.DTID.AppendTo(buf[:0])
	_, _, _, _ = m.Package(), c.Family(), c.Specifier(), c.ReplyRequired()
	_, _, _ = m.ACN.MAPContext()
	_, _, _ = m.ACN.CAPContext()
	return m, components
}

func TestTransactionID(t *testing.T) {
	for _, tt := range []struct {
		id   TransactionID
		want string
	}{
		{TransactionID{}, ""},
		{TransactionID{Len: 1}, "00"},
		{TransactionID{Len: 2}, "0000"},
		{TransactionID{Value: 1, Len: 4}, "00000001"},
		{TransactionID{Value: 0xdeadbeef, Len: 4}, "deadbeef"},
		{TransactionID{Value: 0x0abc, Len: 3}, "000abc"},
		{TransactionID{Value: 0x05060708, High: 0x01020304, Len: 8}, "0102030405060708"},
		{TransactionID{Value: 1, High: 2, Len: 5}, "0200000001"},
		{TransactionID{Value: 1, Len: 255}, "0000000000000001"}, // not from Decode
	} {
		if s := tt.id.String(); s != tt.want {
			t.Errorf("%+v: %q, want %q", tt.id, s, tt.want)
		}
	}
}

func TestObjectID(t *testing.T) {
	for _, tt := range []struct {
		contents []byte
		want     string
	}{
		{nil, ""},
		{[]byte{0x04, 0x00, 0x00, 0x01, 0x00, 0x01, 0x03}, "0.4.0.0.1.0.1.3"},
		{[]byte{0x00, 0x11, 0x86, 0x05, 0x01, 0x01, 0x01}, "0.0.17.773.1.1.1"},
		{[]byte{0x27}, "0.39"},
		{[]byte{0x28}, "1.0"},
		{[]byte{0x2a, 0x86, 0x48}, "1.2.840"},
		{[]byte{0x88, 0x37, 0x03}, "2.999.3"},
		{[]byte{0x8f, 0xff, 0xff, 0xff, 0x7f}, "2.4294967215"},
		{[]byte{0x2a, 0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x05}, "1.2.18446744073709551615.5"},
		{[]byte{0x2a, 0x83, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x05}, "1.2.?.5"},
		{[]byte{0x04, 0x00, 0x81}, "0.4.0.?"},
		{[]byte{0x81}, "?"},
	} {
		o, ok := ObjectIDFromContents(tt.contents)
		if ok != (tt.contents != nil) || o.IsZero() != (tt.contents == nil) {
			t.Errorf("% x: ok %v", tt.contents, ok)
		}
		if !slices.Equal(o.Contents(), tt.contents) {
			t.Errorf("% x comes back as % x", tt.contents, o.Contents())
		}
		if s := o.String(); s != tt.want {
			t.Errorf("% x: %q, want %q", tt.contents, s, tt.want)
		}
		if len(tt.want) > 2 && tt.want[len(tt.want)-1] != '?' && len(tt.contents) < 11 && len(tt.contents) != 5 {
			if p, ok := ParseObjectID(tt.want); !ok || p != o {
				t.Errorf("%q does not parse back: %v", tt.want, p)
			}
		}
	}
	if _, ok := ObjectIDFromContents(make([]byte, 17)); ok {
		t.Error("17 octets fit")
	}
	for _, s := range []string{"", "1", ".", "1.", ".1", "1..2", "3.1", "0.40", "1.x", "1.2.99999999999", "1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17.18", "1.2 "} {
		if o, ok := ParseObjectID(s); ok {
			t.Errorf("%q parses as %v", s, o)
		}
	}
}

func TestContexts(t *testing.T) {
	for _, tt := range []struct {
		oid          string
		mapContext   uint8
		mapVersion   uint8
		capContext   uint8
		phase        uint8
		isMAP, isCAP bool
	}{
		{oid: "0.4.0.0.1.0.1.3", mapContext: 1, mapVersion: 3, isMAP: true},   // networkLocUpContext-v3
		{oid: "0.4.0.0.1.0.25.2", mapContext: 25, mapVersion: 2, isMAP: true}, // shortMsgMT-RelayContext-v2
		{oid: "0.4.0.0.1.0.47.3", mapContext: 47, mapVersion: 3, isMAP: true}, // vcsgLocationCancellationContext-v3
		{oid: "0.4.0.0.1.0.50.0", capContext: 50, phase: 1, isCAP: true},      // CAP-v1-gsmSSF-to-gsmSCF-AC
		{oid: "0.4.0.0.1.0.50.1", capContext: 50, phase: 2, isCAP: true},      // cap-v2-gsmSSF-to-gsmSCF-AC
		{oid: "0.4.0.0.1.0.52.1", capContext: 52, phase: 2, isCAP: true},      // cap-v2-gsmSRF-to-gsmSCF-AC
		{oid: "0.4.0.0.1.21.3.4", capContext: 4, phase: 3, isCAP: true},       // capssf-scfGenericAC, phase 3
		{oid: "0.4.0.0.1.21.3.61", capContext: 61, phase: 3, isCAP: true},     // cap3-sms-AC
		{oid: "0.4.0.0.1.20.3.50", capContext: 50, phase: 3, isCAP: true},     // cap3-gprssf-scfAC
		{oid: "0.4.0.0.1.23.3.4", capContext: 4, phase: 4, isCAP: true},       // capssf-scfGenericAC, phase 4
		{oid: "0.4.0.0.1.22.3.61", capContext: 61, phase: 4, isCAP: true},     // cap4-sms-AC
		{oid: "0.4.0.0.1.21.2.4"}, // not an application context
		{oid: "0.4.0.0.1.24.3.4"},
		{oid: "0.4.0.1.1.1.0.0"},     // ETSI INAP CS1
		{oid: "0.0.17.1218.1.0.0.0"}, // ITU-T INAP CS1
		{oid: "0.0.17.773.1.1.1"},    // dialogue
		{oid: "0.4.0.0.1.1.1.1"},     // user information of MAP
		{oid: "0.4.0.0.1.0.1"},
		{oid: "0.4.0.0.1.0.1.3.1"},
		{oid: "0.4.0.0.1.0.300.3"},
	} {
		o := oid(tt.oid)
		if c, v, ok := o.MAPContext(); c != tt.mapContext || v != tt.mapVersion || ok != tt.isMAP {
			t.Errorf("%s: MAP %d %d %v", tt.oid, c, v, ok)
		}
		if c, p, ok := o.CAPContext(); c != tt.capContext || p != tt.phase || ok != tt.isCAP || o.IsCAP() != ok {
			t.Errorf("%s: CAP %d %d %v", tt.oid, c, p, ok)
		}
	}
}

func TestNames(t *testing.T) {
	for got, want := range map[string]string{
		Begin.String():               "begin",
		Abort.String():               "abort",
		MessageType(6).String():      "type 6",
		AARQ.String():                "AARQ",
		DialogueKind(9).String():     "dialogue 9",
		ReturnResultLast.String():    "returnResultLast",
		ReturnResultNotLast.String(): "returnResultNotLast",
		ComponentKind(6).String():    "component 6",
		PAbortCause(4).String():      "resource limitation",
		PAbortCause(5).String():      "cause 5",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
