package sccp

import "sigtransit/decoders/telecom"

// Contract of the package; bodies to be written.

// MessageType is the SCCP message type (Q.713 2.1).
type MessageType uint8

// Message types (Q.713 table 1).
const (
	CR    MessageType = 0x01
	CC    MessageType = 0x02
	CREF  MessageType = 0x03
	RLSD  MessageType = 0x04
	RLC   MessageType = 0x05
	DT1   MessageType = 0x06
	DT2   MessageType = 0x07
	AK    MessageType = 0x08
	UDT   MessageType = 0x09
	UDTS  MessageType = 0x0a
	ED    MessageType = 0x0b
	EA    MessageType = 0x0c
	RSR   MessageType = 0x0d
	RSC   MessageType = 0x0e
	ERR   MessageType = 0x0f
	IT    MessageType = 0x10
	XUDT  MessageType = 0x11
	XUDTS MessageType = 0x12
	LUDT  MessageType = 0x13
	LUDTS MessageType = 0x14
)

// Message is one connectionless SCCP message; connection-oriented ones are
// recognised by Type only.
type Message struct {
	Type          MessageType
	HasClass      bool
	Class         uint8 // protocol class 0 to 3
	ReturnOnError bool
	HasCause      bool
	Cause         uint8 // return cause of UDTS, XUDTS, LUDTS (Q.713 3.12)
	HopCounter    uint8 // XUDT, LUDT and their services

	Called, Calling Address

	// HasSegmentation: a segmentation parameter (Q.713 3.17) is present.
	HasSegmentation bool
	SegFirst        bool   // first segment
	SegRemaining    uint8  // segments that follow, 0 to 15
	SegReference    uint32 // local reference, 24 bits

	Data []byte // user data, or the first/next segment of it; aliases the input
}

// Address is a called or calling party address (Q.713 3.4).
type Address struct {
	Present    bool  // the parameter was there and not empty
	Indicator  uint8 // address indicator octet
	HasPC      bool
	HasSSN     bool
	RouteOnSSN bool  // routing indicator bit: route on DPC+SSN, not on GT
	GTI        uint8 // global title indicator: 0 none, 1 to 4
	PC         telecom.PointCode
	SSN        telecom.SSN
	TT         uint8 // translation type; GTI 2, 3, 4
	NP         uint8 // numbering plan: 1 E.164, 6 E.212, 7 E.214; GTI 3, 4
	ES         uint8 // encoding scheme: 1 odd, 2 even number of BCD digits; GTI 3, 4
	NAI        uint8 // nature of address; GTI 1, 4
	GT         telecom.Digits
}
