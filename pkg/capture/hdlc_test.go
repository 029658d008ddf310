package capture

import (
	"bytes"
	"slices"
)

// The packets of the golden frames, without Ethernet.
var (
	raw4 = frameEthernetIPv4[14:]
	raw6 = frameEthernetIPv6[14:]
)

// record is an ERF record (timestamp, type, flags, record length, lost, wire length).
func record(typ string, wire byte, frame ...[]byte) []byte {
	return slices.Concat(unhex("00 00 00 00 00 00 00 00"+typ+"04 00 00 00 00 00"), []byte{wire}, slices.Concat(frame...))
}

var linkCases = []peelCase{
	{"PPP", 9, slices.Concat(unhex("00 21"), raw4), 0, 0, v4},
	{"PPP, compressed field", 9, slices.Concat(unhex("57"), raw6), 0, 0, v6},
	{"PPP, address and control", 9, slices.Concat(unhex("ff 03 00 57"), raw6), 0, 0, v6},
	{"PPP, LCP", 9, unhex("ff 03 c0 21 01 01 00 04"), 0, ReasonNotIP, seen{}},
	{"PPP, half a field", 9, unhex("ff 03 00"), 0, ReasonTruncated, seen{}},
	{"PPP, nothing", 9, nil, 0, ReasonTruncated, seen{}},
	{"PPP, nothing behind the field", 9, unhex("ff 03 00 21"), 40, ReasonTruncated, seen{}},
	{"PPP in HDLC", 50, slices.Concat(unhex("ff 03 00 21"), raw4), 0, 0, v4},
	{"Cisco HDLC", 104, slices.Concat(unhex("0f 00 08 00"), raw4), 0, 0, v4},
	{"Cisco HDLC, broadcast, IPv6", 104, slices.Concat(unhex("8f 00 86 dd"), raw6), 0, 0, v6},
	{"Cisco HDLC, keep-alive", 104, unhex("8f 00 80 35 00 00 00 02"), 0, ReasonNotIP, seen{}},
	{"ERF, Ethernet", 197, record("02", byte(len(frameEthernetIPv4)), []byte{0, 0}, frameEthernetIPv4, make([]byte, 6)), 0, 0, v4},
	{"ERF, two extensions", 197, record("82", byte(len(frameEthernetIPv4)), unhex("83 00 00 00 00 00 00 01 03 00 00 00 00 00 00 02 00 00"), frameEthernetIPv4), 0, 0, v4},
	{"ERF, extensions without end", 197, record("82", 60, bytes.Repeat([]byte{0x83}, 60)), 0, ReasonTruncated, seen{}},
	{"ERF, IPv6", 197, record("17", byte(len(raw6)), raw6), 0, 0, v6},
	{"ERF, HDLC with PPP", 197, record("01", byte(len(raw4)+6), unhex("ff 03 00 21"), raw4, unhex("aa bb")), 0, 0, v4},
	{"ERF, channel with MTP2", 197, record("05", 11, unhex("00 00 00 01  81 82 05 83 01 02 03 04 aa bb")), 0, 0,
		seen{content: ContentMTP3, payload: unhex("83 01 02 03 04")}},
	{"ERF, channel with MTP2, fill-in", 197, record("05", 5, unhex("00 00 00 01 81 82 00 aa bb")), 0, 0, seen{content: ContentLink, payload: []byte{}}},
	{"ERF, AAL5", 197, record("04", 40, make([]byte, 40)), 0, ReasonLinkType, seen{}},
	{"ERF, header cut", 197, unhex("00 00 00 00 00 00 00 00 02 04"), 60, ReasonTruncated, seen{}},
	{"ERF, Ethernet cut", 197, record("02", 60, []byte{0}), 100, ReasonTruncated, seen{}},
	{"NFLOG", 239, slices.Concat(unhex("02 00 00 05  08 00 0a 00 73 69 67 00"), []byte{byte(len(raw4) + 4), 0, 9, 0}, raw4), 0, 0, v4},
	{"NFLOG, big-endian", 239, slices.Concat(unhex("0a 00 00 05"), []byte{0, byte(len(raw6) + 4), 0, 9}, raw6), 0, 0, v6},
	{"NFLOG, a value of length 3", 239, unhex("02 00 00 05 03 00 09 00"), 0, ReasonMalformed, seen{}},
	{"NFLOG, a value that does not end", 239, unhex("02 00 00 05 ff ff 0a 00 00 00"), 0, ReasonTruncated, seen{}},
	{"NFLOG, no packet", 239, unhex("02 00 00 05 08 00 0a 00 73 69 67 00"), 0, ReasonNotIP, seen{}},
	{"NFLOG, cut", 239, unhex("02 00 00"), 40, ReasonTruncated, seen{}},

	{"exported: TCAP by subsystem", 252, exportedAs("sccp.ssn", 6, "", "62 00"), 0, 0, seen{content: ContentTCAP, payload: unhex("62 00")}},
	{"exported: M3UA by identifier", 252, exportedAs("sctp.ppi", 3, "", "01 00"), 0, 0, seen{content: ContentM3UA, payload: unhex("01 00")}},
	{"exported: M2PA by port", 252, exportedAs("sctp.port", 3565, "", "01 00"), 0, 0, seen{content: ContentM2PA, payload: unhex("01 00")}},
	{"exported: SCTP by protocol", 252, exportedAs("ip.proto", 132, "", "01 00"), 0, 0, seen{proto: 132, payload: unhex("01 00")}},
	{"exported: another protocol", 252, exportedAs("ip.proto", 6, "", "01 00"), 0, ReasonNotIP, seen{}},
	{"exported: SCCP by service indicator", 252, exportedAs("mtp3.service_indicator", 3, "", "09 00"), 0, 0, seen{content: ContentSCCP, payload: unhex("09 00")}},
	{"exported: Diameter by port", 252, exportedAs("tcp.port", 3868, "", "01 00"), 0, 0, seen{content: ContentDiameter, payload: unhex("01 00")}},
	{"exported: a segment", 252, exportedAs("tcp.port", 80, "00 22 00 06 00 01 00 00 02 9a", "01 00"), 0, 0, seen{content: ContentTCP, payload: unhex("01 00"), seq: 666}},
	{"exported: another table", 252, exportedAs("udp.port", 53, "", "01 00"), 0, ReasonNotIP, seen{}},
	{"exported: received", 252, exportedAs("sccp.ssn", 6, "00 23 00 04 00 00 00 01", "62 00"), 0, 0, seen{content: ContentTCAP, payload: unhex("62 00")}},
	{"exported: sent", 252, exportedAs("sccp.ssn", 6, "00 23 00 04 00 00 00 00", "62 00"), 0, 0, seen{content: ContentTCAP, payload: unhex("62 00"), sent: true}},
	{"exported: IP", 252, slices.Concat(unhex("00 0c 00 02 69 70 00 00 00 00"), raw4), 0, 0, v4},
	{"exported: IPv6 by name", 252, slices.Concat(unhex("00 0c 00 04 69 70 76 36 00 00 00 00"), raw6), 0, 0, v6},
	{"exported: Ethernet", 252, slices.Concat(unhex("00 0c 00 03 65 74 68 00 00 00 00"), frameEthernetIPv4), 0, 0, v4},
	{"exported: a component", 252, unhex("00 0c 00 08 67 73 6d 5f 6d 61 70 00 00 00 00 00 a1 00"), 0, 0, seen{content: ContentMAP, payload: unhex("a1 00")}},
}

// exportedAs is a PDU that a table of dissectors reads, with more tags.
func exportedAs(table string, value uint16, more, pdu string) []byte {
	return slices.Concat([]byte{0, 14, 0, byte(len(table))}, []byte(table), unhex("00 20 00 04 00 00"), []byte{byte(value >> 8), byte(value)}, unhex(more), make([]byte, 4), unhex(pdu))
}
