package gsmmap

import (
	"testing"

	"sigtransit/decoders/internal/mutate"
	"sigtransit/decoders/internal/octets"
)

// userInformation is the contents of user-information: an EXTERNAL with the
// identifier of MAP's dialogue syntax (0.4.0.0.1.1.1.1) around a PDU.
func userInformation(pdu []byte) []byte {
	return tlv(0x28, tlv(0x06, octets.Hex("04 00 00 01 01 01 01")), tlv(0xa0, pdu))
}

var (
	imsiReference   = octets.Hex("96 00 01 11 32 54 76 98 f0") // international, land mobile: 001011234567890
	msisdnReference = msisdnOctets
	openUSSD        = userInformation(tlv(0xa0, tlv(0x80, imsiReference), tlv(0x81, vlrOctets))) // map-open [0]
)

var dialogueTests = []struct {
	name         string
	in           []byte
	err          error
	kind         DialogueKind
	dest, origin string
	isIMSI       bool
}{
	{name: "map-open", in: openUSSD, kind: DialogueOpen, dest: "001011234567890", origin: "99910100002", isIMSI: true},
	{name: "map-open with an MSISDN", in: userInformation(tlv(0xa0, tlv(0x80, msisdnReference))), kind: DialogueOpen, dest: "999123456789"},
	{name: "map-open without references", in: userInformation(tlv(0xa0)), kind: DialogueOpen},
	{name: "map-open with an extension", in: userInformation(tlv(0xa0, tlv(0x81, vlrOctets), extension)), kind: DialogueOpen, origin: "99910100002"},
	{name: "map-open in octets", kind: DialogueOpen, dest: "001011234567890", isIMSI: true,
		in: tlv(0x28, tlv(0x06, octets.Hex("04 00 00 01 01 01 01")), tlv(0x81, tlv(0xa0, tlv(0x80, imsiReference))))},
	{name: "map-open behind something else's", kind: DialogueOpen, dest: "001011234567890", origin: "99910100002", isIMSI: true,
		in: octets.Cat(tlv(0x04, []byte{1}), tlv(0x28, tlv(0x06, []byte{42}), tlv(0xa0, tlv(0xa0, tlv(0x80, vlrOctets)))), openUSSD)},
	{name: "map-open with indefinite lengths", kind: DialogueOpen, dest: "001011234567890", isIMSI: true,
		in: octets.Cat(octets.Hex("28 80 06 07 04 00 00 01 01 01 01 a0 80 a0 80"), tlv(0x80, imsiReference), octets.Hex("00 00 00 00 00 00"))},
	{name: "map-accept", in: userInformation(tlv(0xa1)), kind: DialogueAccept},
	{name: "map-close", in: userInformation(tlv(0xa2)), kind: DialogueClose},
	{name: "map-refuse", in: userInformation(tlv(0xa3, tlv(0x0a, []byte{0}))), kind: DialogueRefuse},
	{name: "map-userAbort", in: userInformation(tlv(0xa4, tlv(0x80))), kind: DialogueUserAbort},
	{name: "map-providerAbort", in: userInformation(tlv(0xa5, tlv(0x0a, []byte{0}))), kind: DialogueProviderAbort},
	{name: "an alternative unknown", in: userInformation(tlv(0xa6))},
	{name: "a reference without digits", in: userInformation(tlv(0xa0, tlv(0x80, []byte{0x96}))), kind: DialogueOpen},
	{name: "an IMSI of three digits", in: userInformation(tlv(0xa0, tlv(0x80, octets.Hex("96 00 f1")), tlv(0x81, vlrOctets))), kind: DialogueOpen, origin: "99910100002", err: ErrIMSI},
	{name: "of somebody else", in: tlv(0x28, tlv(0x06, octets.Hex("04 00 01 01 01")), tlv(0xa0, tlv(0xa0, tlv(0x80, imsiReference))))},
	{name: "nothing"},
	{name: "reference cut off", kind: DialogueOpen, err: ErrTruncated, dest: "001011234567890", isIMSI: true,
		in: octets.Cat(octets.Hex("28 1f 06 07 04 00 00 01 01 01 01 a0 14 a0 12"), tlv(0x80, imsiReference), octets.Hex("81 07 91"))},
	{name: "reserved length", err: ErrEncoding, in: octets.Hex("28 ff")},
}

func TestDialogue(t *testing.T) {
	var d Dialogue // one for all: what a message leaves behind must not show in the next
	for _, tt := range dialogueTests {
		var err error
		if n := testing.AllocsPerRun(10, func() { err = d.Decode(tt.in) }); n != 0 {
			t.Errorf("%s: %v allocations", tt.name, n)
		}
		if err != tt.err || d.Kind != tt.kind || d.Destination.Digits.String() != tt.dest || d.Origination.Digits.String() != tt.origin || d.Destination.IsIMSI() != (tt.isIMSI) {
			t.Errorf("%s: %v, %+v", tt.name, err, d)
		}
		mutate.Each(t, tt.in, func(b []byte) { d.Decode(b) })
	}
}

func FuzzDialogue(f *testing.F) {
	for _, tt := range dialogueTests {
		f.Add(tt.in)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		var d Dialogue
		switch err := d.Decode(in); err {
		case nil, ErrTruncated, ErrEncoding, ErrIMSI:
		default:
			t.Fatalf("error %v is not one of Decode", err)
		}
		if d.Kind > DialogueProviderAbort || d.Kind != DialogueOpen && d.Destination.Digits.Len()+d.Origination.Digits.Len() > 0 {
			t.Fatalf("%+v", d)
		}
	})
}

func BenchmarkDialogue(b *testing.B) {
	var d Dialogue
	b.ReportAllocs()
	for b.Loop() {
		if d.Decode(openUSSD) != nil || d.Kind != DialogueOpen {
			b.Fatal("golden message refused")
		}
	}
}
