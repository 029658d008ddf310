package sccp

import "strconv"

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

var messageTypes = [...]string{
	CR: "CR", CC: "CC", CREF: "CREF", RLSD: "RLSD", RLC: "RLC", DT1: "DT1", DT2: "DT2", AK: "AK",
	UDT: "UDT", UDTS: "UDTS", ED: "ED", EA: "EA", RSR: "RSR", RSC: "RSC", ERR: "ERR", IT: "IT",
	XUDT: "XUDT", XUDTS: "XUDTS", LUDT: "LUDT", LUDTS: "LUDTS",
}

// String is the acronym of the standard, or "type N" for an unknown one, which
// allocates.
func (t MessageType) String() string {
	if int(t) < len(messageTypes) && messageTypes[t] != "" {
		return messageTypes[t]
	}
	return "type " + strconv.Itoa(int(t))
}

// ConnectionOriented reports a message type of protocol classes 2 and 3.
func (t MessageType) ConnectionOriented() bool {
	return t >= CR && t <= AK || t >= ED && t <= IT
}

// Service reports a message that returns user data which could not be delivered:
// UDTS, XUDTS, LUDTS. Its calling address is the node that could not be reached.
func (t MessageType) Service() bool {
	return t == UDTS || t == XUDTS || t == LUDTS
}

// ReturnCause is why user data came back (Q.713 3.12).
type ReturnCause uint8

var returnCauses = [...]string{
	0x00: "no translation for an address of such nature",
	0x01: "no translation for this specific address",
	0x02: "subsystem congestion",
	0x03: "subsystem failure",
	0x04: "unequipped user",
	0x05: "MTP failure",
	0x06: "network congestion",
	0x07: "unqualified",
	0x08: "error in message transport",
	0x09: "error in local processing",
	0x0a: "destination cannot perform reassembly",
	0x0b: "SCCP failure",
	0x0c: "hop counter violation",
	0x0d: "segmentation not supported",
	0x0e: "segmentation failure",
}

// String is the wording of the standard, or "cause N" for a reserved value, which
// allocates.
func (c ReturnCause) String() string {
	if int(c) < len(returnCauses) {
		return returnCauses[c]
	}
	return "cause " + strconv.Itoa(int(c))
}
