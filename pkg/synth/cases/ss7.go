package cases

import (
	"encoding/binary"
	"slices"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/synth"
)

// M3UA and SCCP.
var (
	sigtranCases = []Case{
		{Name: "fault-draft-m3ua", Holds: "user data under the tags of the drafts before RFC 3332", make: draftM3UA},
		{Name: "fault-isup-beside-sccp", Holds: "ISUP, SCCP and management of MTP3 on one association", make: isupBeside},
	}
	sccpCases = []Case{
		{Name: "fault-sccp-pointers", Holds: "variable parts in another order than their pointers, with holes, and shared", make: sccpPointers},
		{Name: "fault-digits", Holds: "global titles with odd, even, no, hexadecimal and filled-up digits", Faulty: []int{6, 17}, make: digits},
	}
)

// draft is an MTP3 message, from its service information octet on or from its
// label on, in a DATA message of the drafts.
func draft(tag byte, protocol []byte) []byte {
	b, at := synth.OpenM3UA(nil, synth.M3UAData)
	return synth.CloseM3UA(synth.AppendM3UAParameter(b, uint16(tag), protocol), at)
}

func label(from int) []byte {
	return binary.LittleEndian.AppendUint32(nil, uint32(codes[1-from])|uint32(codes[from])<<14|3<<28)
}

func draftM3UA(m *maker) {
	m.begins()
	// Protocol Data 1 (0x0002): service information octet, label, user data.
	m.chunks(carrier, m.data(carrier, draft(2, slices.Concat([]byte{3}, label(carrier), udt(carrier, begin(m.next()))))))
	m.chunks(home, m.data(home, draft(2, slices.Concat([]byte{3}, label(home), udt(home, end(m.n))))))
	// Protocol Data 2 (0x0003): the same behind a length indicator, as networks of
	// Japan have it.
	m.chunks(carrier, m.data(carrier, draft(3, slices.Concat([]byte{63, 3}, label(carrier), udt(carrier, begin(m.next()))))))
	// An association that speaks nothing else.
	m.restart(0x33333333, 0x44444444, firstTSN)
	m.chunks(carrier, m.data(carrier, draft(2, slices.Concat([]byte{3}, label(carrier), udt(carrier, begin(m.next()))))))
}

func isupBeside(m *maker) {
	user := func(from int, si uint8, b []byte) []byte {
		return m.data(from, synth.AppendTransfer(nil, synth.Transfer{OPC: codes[from], DPC: codes[1-from], SI: si, SLS: 3}, b))
	}
	m.setUp()
	m.begins()
	// Circuit 9 and 17: read as SCCP, the first octet is a UDT's or an XUDT's.
	m.chunks(carrier, user(carrier, 5, []byte{9, 0, 0x10, 0})) // release complete
	m.chunks(home, user(home, 5, []byte{17, 0, 0x10, 0}))
	m.chunks(carrier, user(carrier, 5, []byte{9, 0, 0x0c, 2, 0, 2, 0x83, 0x90}), m.data(carrier, m.message())) // release
	m.tcap(home, end(2))
	// Signalling link test (service indicator 1) and traffic management (0).
	m.chunks(carrier, user(carrier, 1, []byte{0x11, 0x40, 1, 2, 3, 4}))
	m.chunks(carrier, user(carrier, 0, []byte{0x14, 0, 0}), m.data(carrier, m.message()))
	m.begins()
}

func sccpPointers(m *maker) {
	called, calling := synth.AppendAddress(nil, hlr), synth.AppendAddress(nil, vlr)
	lv := func(b []byte) []byte { return append([]byte{byte(len(b))}, b...) }
	send := func(b ...[]byte) { m.chunks(carrier, m.data(carrier, m3ua(carrier, slices.Concat(b...)))) }
	m.begins()
	// UDT: data, calling, called.
	tc := lv(begin(m.next()))
	c, g := lv(called), lv(calling)
	send([]byte{9, 0, byte(3 + len(tc) + len(g)), byte(2 + len(tc)), 1}, tc, g, c)
	// UDT: calling, data, called.
	tc = lv(begin(m.next()))
	send([]byte{9, 0, byte(3 + len(g) + len(tc)), 2, byte(1 + len(g))}, g, tc, c)
	// UDT with two unused octets in front of each part.
	tc = lv(begin(m.next()))
	hole := []byte{0xff, 0xff}
	send([]byte{9, 0, 5, byte(6 + len(c)), byte(7 + len(c) + len(g))}, hole, c, hole, g, hole, tc)
	// UDT whose called and calling pointers name the same octets.
	tc = lv(begin(m.next()))
	send([]byte{9, 0, 3, 2, byte(1 + len(g))}, g, tc)
	// XUDT: optional part first (importance 4), then data, calling, called.
	tc = lv(begin(m.next()))
	opt := []byte{0x12, 1, 4, 0}
	n := len(opt)
	send([]byte{0x11, 0, 12, byte(4 + n + len(tc) + len(g)), byte(3 + n + len(tc)), byte(2 + n), 1}, opt, tc, g, c)
	// LUDT: data first. Its pointers count from their own more significant octet.
	tc = begin(m.next())
	long := func(i, at int) []byte { return binary.LittleEndian.AppendUint16(nil, uint16(8+at-(2*i+1))) }
	n = 2 + len(tc)
	send([]byte{0x13, 0, 12}, long(0, n+len(g)), long(1, n), long(2, 0), []byte{0, 0}, []byte{byte(len(tc)), 0}, tc, g, c)
	m.begins()
}

func digits(m *maker) {
	// raw is an address with the octets given behind the subsystem number.
	raw := func(indicator byte, ssn telecom.SSN, title ...byte) []byte {
		b := append([]byte{indicator, byte(ssn)}, title...)
		return append([]byte{byte(len(b))}, b...)
	}
	send := func(called, calling []byte) {
		tc := begin(m.next())
		m.chunks(carrier, m.data(carrier, m3ua(carrier, slices.Concat(
			[]byte{9, 0, 3, byte(2 + len(called)), byte(1 + len(called) + len(calling))}, called, calling, append([]byte{byte(len(tc))}, tc...)))))
	}
	far := raw(0x12, telecom.SSNVLR, 0, 0x11, 4, 0x99, 0x79, 0x00, 0x00, 0x00, 0x02)
	to := func(title ...byte) { send(raw(0x12, telecom.SSNHLR, title...), far) }
	even := []byte{0x99, 0x09, 0x21, 0x43, 0x65} // 9990123456
	to(append([]byte{0, 0x12, 4}, even...)...)
	to(append([]byte{0, 0x11, 4}, even...)...)                                                         // odd: the last digit is filler
	to(0, 0x11, 4, 0x99, 0x09, 0x21, 0xf3)                                                             // odd, filled with F
	to(0, 0x12, 4, 0x99, 0x09, 0x21, 0xf3)                                                             // F, though the number is even
	to(append([]byte{0, 0x10, 4}, even...)...)                                                         // scheme unknown
	to(0, 0x12, 4)                                                                                     // no digits
	to(0, 0x11, 4, 0x09)                                                                               // one
	to(0, 0x12, 4, 0x99, 0xb9, 0xdc, 0x0e)                                                             // code 11, code 12, spare ones
	to(0, 0x12, 4, 0x99, 0x09, 0x21, 0x43, 0x65, 0x87, 0x09, 0x21, 0x43, 0x65, 0x87, 0x09, 0x21, 0x43) // 28
	to(0, 0x61, 4, 0x00, 0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0x01)                                     // E.212
	to(0, 0x72, 4, 0x99, 0x79, 0x00, 0x00, 0x00, 0x02)                                                 // E.214
	send(raw(0x06, telecom.SSNHLR, append([]byte{4}, even...)...), far)                                // indicator 1: nature alone
	send(raw(0x06, telecom.SSNHLR, append([]byte{0x84}, even...)...), far)                             // and odd
	send(raw(0x0a, telecom.SSNHLR, append([]byte{0}, even...)...), far)                                // 2: translation type alone
	send(raw(0x0e, telecom.SSNHLR, append([]byte{0, 0x11}, even...)...), far)                          // 3: no nature
	send(raw(0x42, telecom.SSNHLR), far)                                                               // no title
	send([]byte{0}, far)                                                                               // no address
	m.begins()
}
