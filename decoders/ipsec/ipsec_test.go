package ipsec

import (
	"reflect"
	"testing"

	"sigtransit/decoders/internal/mutate"
	"sigtransit/decoders/internal/octets"
)

var (
	esp = []byte{
		0x00, 0x00, 0x64, 0x38, // SPI
		0x00, 0x00, 0x00, 0x07, // sequence number
		0xde, 0xad, 0xbe, 0xef, // encrypted
	}
	ah = []byte{
		0x84,       // next header: SCTP
		0x04,       // length: 6 words, minus 2
		0x00, 0x00, // reserved
		0x00, 0x00, 0x10, 0x01, // SPI
		0x00, 0x00, 0x00, 0x02, // sequence number
		0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xab, 0xac, // ICV
		0x0b, 0x59, // payload
	}
	ike2 = []byte{
		0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, // initiator SPI
		0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, // responder SPI
		0x21,                   // next payload: SA
		0x20,                   // version 2.0
		0x22,                   // IKE_SA_INIT
		0x08,                   // flags: initiator
		0x00, 0x00, 0x00, 0x00, // message id
		0x00, 0x00, 0x00, 0x20, // length
		0x00, 0x00, 0x00, 0x04, // an empty payload
	}
	ike2auth = []byte{
		0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, // initiator SPI
		0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, // responder SPI
		0x2e,                   // next payload: Encrypted
		0x20,                   // version 2.0
		0x23,                   // IKE_AUTH
		0x20,                   // flags: response
		0x00, 0x00, 0x00, 0x01, // message id
		0x00, 0x00, 0x00, 0x24, // length, 4 octets more than there are
		0x24, 0x00, 0x00, 0x08, // Encrypted, first inside: IDr
	}
	ike1 = []byte{
		0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, // initiator cookie
		0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, // responder cookie
		0x05,                   // next payload: identification
		0x10,                   // version 1.0
		0x02,                   // identity protection (main mode)
		0x01,                   // flags: encrypted
		0x00, 0x00, 0x00, 0x00, // message id
		0x00, 0x00, 0x00, 0x1c, // length
	}
	golden = [][]byte{esp, ah, ike2, ike2auth, ike1}
)

// with is b with the octet at i changed to v.
func with(b []byte, i int, v byte) []byte {
	b = octets.Cat(b)
	b[i] = v
	return b
}

func TestESP(t *testing.T) {
	for _, tt := range []struct {
		name string
		b    []byte
		want ESP
		err  error
	}{
		{"packet", esp, ESP{SPI: 0x6438, Sequence: 7, Payload: []byte{0xde, 0xad, 0xbe, 0xef}}, nil},
		{"too short for a trailer", esp[:11], ESP{SPI: 0x6438, Sequence: 7, Payload: []byte{0xde, 0xad, 0xbe}}, ErrTruncated},
		{"header cut", esp[:7], ESP{}, ErrTruncated},
		{"SPI 0", make([]byte, 12), ESP{Payload: []byte{0, 0, 0, 0}}, ErrValue},
	} {
		var e ESP
		_ = e.Decode(esp)
		if err := e.Decode(tt.b); err != tt.err || !reflect.DeepEqual(e, tt.want) {
			t.Errorf("%s: error %v\ngot  %+v\nwant %+v", tt.name, err, e, tt.want)
		}
	}
}

func TestAH(t *testing.T) {
	head := AH{NextHeader: 132, SPI: 0x1001, Sequence: 2}
	whole := head
	whole.ICV, whole.Payload = ah[12:24], ah[24:]
	for _, tt := range []struct {
		name string
		b    []byte
		want AH
		err  error
	}{
		{"header", ah, whole, nil},
		{"ICV cut", ah[:23], head, ErrTruncated},
		{"fixed part cut", ah[:11], AH{}, ErrTruncated},
		{"length below the fixed part", with(ah, 1, 0), head, ErrLength},
	} {
		var a AH
		_ = a.Decode(ah)
		if err := a.Decode(tt.b); err != tt.err || !reflect.DeepEqual(a, tt.want) {
			t.Errorf("%s: error %v\ngot  %+v\nwant %+v", tt.name, err, a, tt.want)
		}
	}
}

func TestIKE(t *testing.T) {
	first := IKE{InitiatorSPI: 0x0102030405060708, NextPayload: 33, Major: 2, Exchange: ExchangeSAInit, Flags: 8, Length: 32, Payloads: ike2[28:]}
	auth := IKE{InitiatorSPI: 0x0102030405060708, ResponderSPI: 0x1112131415161718, NextPayload: 46, Major: 2, Exchange: ExchangeAuth, Flags: 0x20,
		MessageID: 1, Length: 36, Payloads: ike2auth[28:], Encrypted: true, Truncated: true}
	main := IKE{InitiatorSPI: 0x0102030405060708, ResponderSPI: 0x1112131415161718, NextPayload: 5, Major: 1, Exchange: 2, Flags: 1, Length: 28, Payloads: []byte{}, Encrypted: true}
	for _, tt := range []struct {
		name string
		b    []byte
		want IKE
		err  error
	}{
		{"IKE_SA_INIT", ike2, first, nil},
		{"IKE_AUTH, cut", ike2auth, auth, nil},
		{"main mode", ike1, main, nil},
		{"header cut", ike2[:27], IKE{}, ErrTruncated},
	} {
		var k IKE
		_ = k.Decode(ike2auth)
		if err := k.Decode(tt.b); err != tt.err || !reflect.DeepEqual(k, tt.want) {
			t.Errorf("%s: error %v\ngot  %+v\nwant %+v", tt.name, err, k, tt.want)
		}
	}
	for _, tt := range []struct {
		name string
		b    []byte
		err  error
	}{
		{"initiator SPI 0", octets.Cat(make([]byte, 8), ike2[8:]), ErrValue},
		{"version 3", with(ike2, 17, 0x30), ErrValue},
		{"exchange of version 1 in version 2", with(ike2, 18, 2), ErrValue},
		{"exchange of version 2 in version 1", with(ike1, 18, 34), ErrValue},
		{"no exchange", with(ike1, 18, 0), ErrValue},
		{"quick mode", with(ike1, 18, 32), nil},
		{"length below the header", with(ike2, 27, 27), ErrLength},
	} {
		var k IKE
		if err := k.Decode(tt.b); err != tt.err {
			t.Errorf("%s: error %v, want %v", tt.name, err, tt.err)
		}
	}
}

func TestDecapsulate(t *testing.T) {
	for _, tt := range []struct {
		name string
		b    []byte
		kind Encapsulation
		rest []byte
	}{
		{"ESP", esp, EncapsulatedESP, esp},
		{"IKE", octets.Cat(make([]byte, 4), ike2), EncapsulatedIKE, ike2},
		{"keepalive", []byte{0xff}, EncapsulatedKeepalive, nil},
		{"another single octet", []byte{0xfe}, EncapsulatedNone, nil},
		{"too short", esp[:7], EncapsulatedNone, nil},
		{"nothing", nil, EncapsulatedNone, nil},
	} {
		if kind, rest := Decapsulate(tt.b); kind != tt.kind || !reflect.DeepEqual(rest, tt.rest) {
			t.Errorf("%s: %v %x", tt.name, kind, rest)
		}
	}
}

func touch(b []byte) {
	var (
		e ESP
		a AH
		k IKE
	)
	_ = e.Decode(b)
	_ = a.Decode(b)
	_ = k.Decode(b)
	_, _ = Decapsulate(b)
}

func TestNoAllocation(t *testing.T) {
	for _, b := range append(golden, esp[:3], ike2[:27], with(ah, 1, 255)) {
		if n := testing.AllocsPerRun(100, func() { touch(b) }); n != 0 {
			t.Errorf("%x: %v allocations", b, n)
		}
	}
}

func TestMutations(t *testing.T) { mutate.All(t, golden, touch) }

func FuzzDecode(f *testing.F) { mutate.Fuzz(f, golden, touch) }

func BenchmarkDecode(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		var k IKE
		if k.Decode(ike2) != nil {
			b.Fatal()
		}
	}
}
