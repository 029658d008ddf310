package cases

import (
	"encoding/binary"
	"slices"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/synth"
)

const (
	linkMTP3 = 141

	portM2UA, ppidM2UA = 2904, 2
	portM2PA, ppidM2PA = 3565, 5
	portSUA, ppidSUA   = 14001, 4
)

// National networks and the adaptation layers beside M3UA, SCCP beside unitdata,
// and what TCAP has beside MAP.
var nationalCases = []Case{
	{Name: "variant-itu-m2pa", Holds: "a link of M2PA: alignment, traffic, processor outage, changeover counts", make: ituM2PA},
	{Name: "variant-itu-m2ua", Holds: "a link backhauled by M2UA: establishment, traffic, states, retrieval, release", make: ituM2UA},
	{Name: "variant-sua", Holds: "SUA: titles, point codes, host names and IP addresses, a refusal, a connection", make: overSUA},
	{Name: "variant-mtp3-ansi", Holds: "24-bit point codes and ANSI addresses on MTP3 and M3UA", Links: []int{linkMTP3, linkEthernet}, Options: []string{"mtp3.standard:ANSI"},
		make: func(m *maker) { nationalLinks(m, telecom.ANSI) }},
	{Name: "variant-mtp3-china", Holds: "24-bit point codes and addresses of Q.713 on MTP3 and M3UA", Links: []int{linkMTP3, linkEthernet}, Options: []string{"mtp3.standard:Chinese ITU"},
		make: func(m *maker) { nationalLinks(m, telecom.China) }},
	{Name: "variant-mtp3-japan", Holds: "16-bit point codes on MTP3 and M3UA", Links: []int{linkMTP3, linkEthernet}, Options: []string{"mtp3.standard:Japan"},
		make: func(m *maker) { nationalLinks(m, telecom.Japan) }},
	{Name: "variant-ansi-tcap", Holds: "every package and component of ANSI TCAP, with operations of TIA-41", Faulty: []int{5, 6, 7, 8, 11, 15}, make: ansiTCAP},
	{Name: "sccp-connections", Holds: "every message of a connection of SCCP between unitdata", make: connections},
	{Name: "sccp-management", Holds: "SCCP management of every kind between unitdata", make: management},
	{Name: "tcap-opcodes", Holds: "global operation codes, codes of no MAP operation, long transaction ids, a dialogue without its context", Faulty: []int{5, 6, 7}, make: opcodes},
}

// over begins an association on another port; what it carries says the PPID.
func (m *maker) over(port uint16) {
	ends := [2]synth.SCTPEnd{}
	for i := range ends {
		ends[i] = synth.SCTPEnd{Addrs: addrs[i : i+1], Port: port, Tag: uint32(0x11111111 * (i + 1)), TSN: firstTSN[i]}
	}
	m.assoc = synth.NewAssociation(ends[0], ends[1], synth.NewRand(1))
	m.setUp()
}

// send is a packet with a message of an adaptation layer.
func (m *maker) send(from int, ppid uint32, payload []byte) {
	m.chunks(from, m.dataAs(from, 1, ppid, payload))
}

func ituM2PA(m *maker) {
	m.over(portM2PA)
	seq := [2]uint32{}
	status := func(from int, state uint32) {
		m.send(from, ppidM2PA, synth.AppendM2PA(nil, 2, seq[1-from], seq[from], binary.BigEndian.AppendUint32(nil, state)))
	}
	user := func(from int, msu []byte) {
		seq[from]++
		m.send(from, ppidM2PA, synth.AppendM2PA(nil, 1, seq[1-from], seq[from], append([]byte{0}, msu...)))
	}
	ack := func(from int) { m.send(from, ppidM2PA, synth.AppendM2PA(nil, 1, seq[1-from], seq[from], nil)) }
	for _, state := range []uint32{1, 2, 3, 4} { // alignment, proving, ready
		status(carrier, state)
		status(home, state)
	}
	// A link test and its acknowledgement (Q.707 2.2) say what label there is.
	for i, heading := range []byte{0x11, 0x21} {
		t := synth.Transfer{OPC: codes[i], DPC: codes[1-i], SI: 1}
		user(i, synth.AppendMTP3(nil, telecom.ITU, t, []byte{heading, 0x40, 1, 2, 3, 4}))
	}
	for range 2 {
		n := m.next()
		user(carrier, mtp3(carrier, udt(carrier, begin(n))))
		ack(home)
		user(home, mtp3(home, udt(home, end(n))))
		ack(carrier)
	}
	for _, state := range []uint32{5, 6, 7, 8, 9} { // outage, recovered, busy, busy ended, out of service
		status(home, state)
	}
	status(home, 77) // a state there is not
}

func ituM2UA(m *maker) {
	m.over(portM2UA)
	link := synth.Parameter32(1, 42)
	maup := func(from int, typ uint8, params ...[]byte) {
		m.send(from, ppidM2UA, synth.AppendSigtran(nil, 6, typ, append([][]byte{link}, params...)...))
	}
	data := func(from int, msu []byte) { maup(from, 1, synth.Parameter(0x0300, msu...)) }
	m.send(home, ppidM2UA, synth.AppendSigtran(nil, 3, 1))                              // ASPUP
	m.send(carrier, ppidM2UA, synth.AppendSigtran(nil, 3, 4))                           // ASPUP-ACK
	m.send(home, ppidM2UA, synth.AppendSigtran(nil, 10, 1, link))                       // registration
	m.send(home, ppidM2UA, synth.AppendSigtran(nil, 4, 1, synth.Parameter32(11, 1)))    // ASPAC
	m.send(carrier, ppidM2UA, synth.AppendSigtran(nil, 4, 3, synth.Parameter32(11, 1))) // ASPAC-ACK
	maup(home, 2)                                                                       // establish request
	maup(carrier, 3)                                                                    // confirm
	maup(home, 7, synth.Parameter32(0x0302, 2))                                         // state request: emergency set
	maup(carrier, 8, synth.Parameter32(0x0302, 2))                                      // confirm
	for range 2 {
		n := m.next()
		data(carrier, mtp3(carrier, udt(carrier, begin(n))))
		maup(home, 15, synth.Parameter32(0x0013, n)) // data acknowledged
		data(home, mtp3(home, udt(home, end(n))))
	}
	maup(carrier, 9, synth.Parameter32(0x0303, 1))                                               // state indication: remote entered outage
	maup(carrier, 14, synth.Parameter32(0x0304, 1))                                              // congestion
	maup(home, 10, synth.Parameter32(0x0306, 1), synth.Parameter32(0x0307, 7))                   // retrieval request
	maup(carrier, 11, synth.Parameter32(0x0308, 0))                                              // confirm
	maup(carrier, 12, synth.Parameter(0x0300, mtp3(home, udt(home, end(m.n)))...))               // a message that was not sent
	maup(carrier, 13)                                                                            // that was all
	maup(home, 4)                                                                                // release request
	maup(carrier, 5)                                                                             // confirm
	maup(carrier, 6)                                                                             // release indication
	m.send(carrier, ppidM2UA, synth.AppendSigtran(nil, 0, 1, synth.Parameter32(13, 0x00010003))) // notification
}

func overSUA(m *maker) {
	m.over(portSUA)
	const source, dest = 0x0102, 0x0103
	rc, class := synth.Parameter32(6, 1), synth.Parameter32(0x0115, 0)
	ssn := func(n uint32) []byte { return synth.Parameter32(0x8003, n) }
	data := func(b []byte) []byte { return synth.Parameter(0x010b, b...) }
	sua := func(from int, cl, typ uint8, params ...[]byte) {
		m.send(from, ppidSUA, synth.AppendSigtran(nil, cl, typ, params...))
	}
	cldt := func(from int, src, dst, b []byte) {
		sua(from, 7, 1, rc, class, src, dst, synth.Parameter32(0x0116, 0), data(b))
	}
	sua(carrier, 3, 1) // ASPUP
	sua(home, 3, 4)
	sua(carrier, 4, 1, rc) // ASPAC
	sua(home, 4, 3, rc)
	hlrTitle := func(tag uint16) []byte { return synth.SUAAddress(tag, 1, synth.SUATitle(homeGT), ssn(6)) }
	vlrTitle := func(tag uint16) []byte { return synth.SUAAddress(tag, 1, synth.SUATitle(farGT), ssn(7)) }
	n := m.next()
	cldt(carrier, vlrTitle(source), hlrTitle(dest), begin(n))
	cldt(home, hlrTitle(source), vlrTitle(dest), end(n))
	// By point code and subsystem, host name, IP addresses.
	n = m.next()
	code := func(tag uint16, from int, n uint32) []byte {
		return synth.SUAAddress(tag, 2, synth.Parameter32(0x8002, uint32(codes[from])), ssn(n))
	}
	cldt(carrier, code(source, carrier, 7), code(dest, home, 6), begin(n))
	cldt(home, code(source, home, 6), code(dest, carrier, 7), end(n))
	n = m.next()
	host := func(tag uint16, name string, n uint32) []byte {
		return synth.SUAAddress(tag, 3, synth.Parameter(0x8005, append([]byte(name), 0)...), ssn(n))
	}
	cldt(carrier, host(source, "vlr.hub.example.net", 7), host(dest, "hlr.example.org", 6), begin(n))
	cldt(home, host(source, "hlr.example.org", 6), host(dest, "vlr.hub.example.net", 7), end(n))
	n = m.next()
	v4 := synth.SUAAddress(source, 4, synth.Parameter(0x8004, 198, 51, 100, 77), ssn(7))
	v6 := synth.SUAAddress(dest, 4, synth.Parameter(0x8006, 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x11), ssn(6))
	cldt(carrier, v4, v6, begin(n))
	// One that comes back.
	sua(home, 7, 2, rc, synth.Parameter32(0x0106, 0x0101), hlrTitle(source), vlrTitle(dest), data(begin(n)))
	// A connection, with every message it can have, and what manages the network.
	ref := func(tag uint16, n uint32) []byte { return synth.Parameter32(tag, n) }
	two := synth.Parameter32(0x0115, 2)
	sua(carrier, 8, 1, rc, two, ref(0x0104, 1001), code(dest, home, 142), synth.Parameter32(0x0116, 0), code(source, carrier, 142))
	sua(home, 8, 2, rc, two, ref(0x0105, 1001), ref(0x0104, 2002), synth.Parameter32(0x0116, 0))
	sua(home, 8, 3, rc, ref(0x0105, 1003), synth.Parameter32(0x0106, 0x0200|15))
	sua(carrier, 8, 8, rc, ref(0x0105, 2002), data([]byte{0, 3, 0, 0}))
	sua(home, 8, 9, rc, ref(0x0105, 1001), synth.Parameter32(0x0107, 0))
	sua(carrier, 8, 7, rc, ref(0x0105, 2002), ref(0x0104, 1001), synth.Parameter32(0x0106, 0x0401))
	sua(home, 8, 6, rc, ref(0x0105, 1001), ref(0x0104, 2002))
	sua(carrier, 8, 11, rc, two, ref(0x0104, 1001), ref(0x0105, 2002), synth.Parameter32(0x0107, 0))
	sua(home, 8, 10, rc, ref(0x0105, 1001), synth.Parameter32(0x0106, 0x0502))
	sua(carrier, 8, 4, rc, ref(0x0105, 2002), ref(0x0104, 1001), synth.Parameter32(0x0106, 0x0300))
	sua(home, 8, 5, rc, ref(0x0105, 1001), ref(0x0104, 2002))
	sua(home, 2, 1, rc, synth.Parameter32(18, uint32(codes[home])))                               // DUNA
	sua(home, 2, 2, rc, synth.Parameter32(18, uint32(codes[home])))                               // DAVA
	sua(home, 2, 4, rc, synth.Parameter32(18, uint32(codes[home])), synth.Parameter32(0x0118, 1)) // SCON
}

// nationalCodes are the point codes of the ends in a national network.
var nationalCodes = map[telecom.Variant][2]telecom.PointCode{
	telecom.ANSI:  {5<<16 | 6<<8 | 7, 1<<16 | 2<<8 | 3},
	telecom.China: {0x21<<16 | 6<<8 | 7, 0x20<<16 | 2<<8 | 3},
	telecom.Japan: {100<<9 | 13<<5 | 27, 99<<9 | 5<<5 | 10},
}

// nationalAddresses are the ends of a message by global title, and by point code.
func nationalAddresses(v telecom.Variant) (title, code [2]synth.Address) {
	gti, np := synth.GTTypeNature, uint8(1)
	if v == telecom.ANSI {
		gti = synth.GTType
	}
	for i, ssn := range []telecom.SSN{telecom.SSNVLR, telecom.SSNHLR} {
		gt := []telecom.Digits{farGT, homeGT}[i]
		if gti == synth.GTType && gt.Len()%2 == 1 {
			gt = telecom.MustDigits(gt.String() + "0") // form 2 has no sign of an odd number
		}
		pc := nationalCodes[v][i]
		title[i] = synth.Address{SSN: ssn, GTI: gti, TT: 10, NP: np, NAI: 4, Digits: gt, Variant: v, National: v == telecom.ANSI}
		code[i] = synth.Address{SSN: ssn, HasPC: true, PC: pc, RouteOnSSN: true, Variant: v, National: v == telecom.ANSI}
	}
	return title, code
}

func nationalLinks(m *maker, v telecom.Variant) {
	title, code := nationalAddresses(v)
	transfer := func(from int, si uint8) synth.Transfer {
		return synth.Transfer{OPC: nationalCodes[v][from], DPC: nationalCodes[v][1-from], SI: si, NI: 2, SLS: 3}
	}
	message := func(a [2]synth.Address, from int, tcap []byte) []byte {
		return synth.AppendUDT(nil, synth.Unitdata{Calling: a[from], Called: a[1-from], Data: tcap})
	}
	for _, a := range [][2]synth.Address{code, title} {
		n := m.next()
		m.write(linkMTP3, synth.AppendMTP3(nil, v, transfer(carrier, 3), message(a, carrier, begin(n))))
		m.write(linkMTP3, synth.AppendMTP3(nil, v, transfer(home, 3), message(a, home, end(n))))
	}
	m.setUp()
	for _, a := range [][2]synth.Address{title, code} {
		n := m.next()
		m.chunks(carrier, m.data(carrier, synth.AppendTransfer(nil, transfer(carrier, 3), message(a, carrier, begin(n)))))
		m.chunks(home, m.data(home, synth.AppendTransfer(nil, transfer(home, 3), message(a, home, end(n)))))
	}
	// Subsystem management names a point code of the network's width.
	ssp := []byte{2, 6, byte(nationalCodes[v][home]), byte(nationalCodes[v][home] >> 8)}
	if v.Bits() == 24 {
		ssp = append(ssp, byte(nationalCodes[v][home]>>16))
	}
	scmg := code
	scmg[0].SSN, scmg[1].SSN = 1, 1
	m.chunks(home, m.data(home, synth.AppendTransfer(nil, transfer(home, 3), message(scmg, home, append(ssp, 0)))))
}

func ansiTCAP(m *maker) {
	m.setUp()
	min := func(n uint32) []byte { // mobile identification number (TIA-41.550 2.140)
		b := []byte{0x88, 5, 0x99, 0x09, 0, 0, 0}
		b[4], b[5], b[6] = byte(n/1000%10)<<4, byte(n/100%10)|byte(n/10%10)<<4, byte(n%10)
		return b
	}
	op := func(tag uint8, ids []byte, specifier uint8, params []byte) []byte {
		return synth.AppendANSIComponent(nil, tag, ids, synth.PrivateCode, []byte{9, specifier}, params)
	}
	result := func(tag uint8, id uint8) []byte { return synth.AppendANSIComponent(nil, tag, []byte{id}, 0, nil, nil) }
	send := func(from int, p synth.Package) { m.tcap(from, synth.AppendPackage(nil, p)) }
	// registrationNotification and its answer.
	n := m.next()
	send(carrier, synth.Package{Type: synth.QueryPermission, IDs: []uint32{n}, Components: op(synth.ANSIInvokeLast, []byte{1}, 13, min(n))})
	send(home, synth.Package{Type: synth.Response, IDs: []uint32{n}, Components: result(synth.ANSIResultLast, 1)})
	// authenticationRequest in a conversation, with a dialogue portion and a challenge between.
	n = m.next()
	dialogue := []byte{0xda, 1, 3, 0xdb, 1, 5}
	send(carrier, synth.Package{Type: synth.Query, IDs: []uint32{n}, Dialogue: dialogue, Components: op(synth.ANSIInvokeLast, []byte{1}, 28, min(n))})
	send(home, synth.Package{Type: synth.ConvPermission, IDs: []uint32{n + 100, n}, Components: op(synth.ANSIInvokeLast, []byte{2, 1}, 29, nil)})
	send(carrier, synth.Package{Type: synth.Conv, IDs: []uint32{n, n + 100}, Components: result(synth.ANSIResultLast, 2)})
	send(home, synth.Package{Type: synth.Response, IDs: []uint32{n}, Components: result(synth.ANSIResultLast, 1)})
	// Two operations, a result in parts, an error and a reject.
	n = m.next()
	send(carrier, synth.Package{Type: synth.QueryPermission, IDs: []uint32{n}, Components: slices.Concat(
		op(synth.ANSIInvokeNotLast, []byte{1}, 15, min(n)), op(synth.ANSIInvokeLast, []byte{2}, 53, min(n)))})
	send(home, synth.Package{Type: synth.ConvPermission, IDs: []uint32{n + 100, n}, Components: slices.Concat(
		result(synth.ANSIResultNotLast, 1), synth.AppendANSIComponent(nil, synth.ANSIError, []byte{2}, synth.PrivateError, []byte{0x81}, nil))})
	send(home, synth.Package{Type: synth.Response, IDs: []uint32{n}, Components: synth.AppendANSIComponent(nil, synth.ANSIReject, []byte{1}, synth.ANSIProblem, []byte{2, 2}, nil)})
	// A national operation, no answer wanted; and an abort.
	send(carrier, synth.Package{Type: synth.ANSIUnidirectional, IDs: nil, Components: synth.AppendANSIComponent(nil, synth.ANSIInvokeLast, nil, synth.NationalCode, []byte{5, 1}, nil)})
	n = m.next()
	send(carrier, synth.Package{Type: synth.QueryPermission, IDs: []uint32{n}, Components: op(synth.ANSIInvokeLast, []byte{1}, 47, min(n))})
	send(home, synth.Package{Type: synth.ANSIAbort, IDs: []uint32{n}, Cause: 4})
}

func connections(m *maker) {
	m.setUp()
	// A subsystem that no standard gives a protocol.
	party := synth.AppendAddress(nil, synth.Address{SSN: 200, RouteOnSSN: true, HasPC: true, PC: codes[home]})
	a, b := synth.Reference(0x010203), synth.Reference(0x040506)
	co := func(from int, c synth.ConnectionMessage) {
		m.chunks(from, m.data(from, m3ua(from, synth.AppendConnection(nil, c))))
	}
	fixed := func(parts ...[]byte) []byte { return slices.Concat(parts...) }
	none := []byte{}
	m.begins()
	calling := append([]byte{4, byte(len(party))}, party...)
	co(carrier, synth.ConnectionMessage{Type: 0x01, Fixed: fixed(a, []byte{2}), Variable: [][]byte{party}, Optional: calling})
	co(home, synth.ConnectionMessage{Type: 0x02, Fixed: fixed(a, b, []byte{2}), Optional: append([]byte{3, byte(len(party))}, party...)})
	co(carrier, synth.ConnectionMessage{Type: 0x06, Fixed: fixed(b, []byte{1}), Variable: [][]byte{{0, 3, 0x52, 8}}})
	co(carrier, synth.ConnectionMessage{Type: 0x06, Fixed: fixed(b, []byte{0}), Variable: [][]byte{{0}}})
	co(home, synth.ConnectionMessage{Type: 0x07, Fixed: fixed(a, []byte{2, 4}), Variable: [][]byte{{1, 2, 3}}})
	co(carrier, synth.ConnectionMessage{Type: 0x08, Fixed: fixed(b, []byte{4, 7})})
	co(home, synth.ConnectionMessage{Type: 0x0b, Fixed: a, Variable: [][]byte{{9}}})
	co(carrier, synth.ConnectionMessage{Type: 0x0c, Fixed: b})
	co(carrier, synth.ConnectionMessage{Type: 0x0d, Fixed: fixed(b, a, []byte{1})})
	co(home, synth.ConnectionMessage{Type: 0x0e, Fixed: fixed(a, b)})
	co(home, synth.ConnectionMessage{Type: 0x0f, Fixed: fixed(a, []byte{2})})
	co(carrier, synth.ConnectionMessage{Type: 0x10, Fixed: fixed(b, a, []byte{3, 0, 0, 5})})
	co(carrier, synth.ConnectionMessage{Type: 0x04, Fixed: fixed(b, a, []byte{0}), Optional: none})
	co(home, synth.ConnectionMessage{Type: 0x05, Fixed: fixed(a, b)})
	co(carrier, synth.ConnectionMessage{Type: 0x01, Fixed: fixed(a, []byte{2}), Variable: [][]byte{party}, Optional: none})
	co(home, synth.ConnectionMessage{Type: 0x03, Fixed: fixed(a, []byte{15}), Optional: none})
	m.begins()
}

func management(m *maker) {
	m.setUp()
	m.begins()
	scmg := synth.Address{SSN: telecom.SSNSCMG, RouteOnSSN: true}
	pc := codes[carrier]
	for format := byte(1); format <= 6; format++ { // SSA, SSP, SST, SOR, SOG, SSC
		b := []byte{format, byte(telecom.SSNHLR), byte(pc), byte(pc >> 8), 0}
		if format == 6 {
			b = append(b, 3)
		}
		m.chunks(home, m.data(home, m3ua(home, synth.AppendUDT(nil, synth.Unitdata{Called: scmg, Calling: scmg, Data: b}))))
	}
	m.begins()
}

func opcodes(m *maker) {
	m.setUp()
	tc := func(from int, t synth.Transaction) { m.tcap(from, synth.AppendTransaction(nil, t)) }
	// 2.999.5: an example by X.660; the peer answers with the same, and with an error.
	global := []byte{0x06, 3, 0x88, 0x37, 5}
	component := func(tag uint16, id byte, parts ...[]byte) []byte {
		return synth.AppendTLVAs(nil, tag, synth.Shortest, slices.Concat([]byte{2, 1, id}, slices.Concat(parts...)))
	}
	arg := []byte{0x30, 3, 0x80, 1, 7}
	n := m.next()
	tc(carrier, synth.Transaction{Type: synth.TCBegin, OTID: synth.TID(n), Components: slices.Concat(component(0xa1, 1, global, arg), component(0xa1, 2, global, arg))})
	tc(home, synth.Transaction{Type: synth.TCEnd, DTID: synth.TID(n), Components: slices.Concat(
		component(0xa2, 1, synth.AppendTLVAs(nil, 0x30, synth.Shortest, slices.Concat(global, arg))), component(0xa3, 2, global))})
	// Local codes that MAP does not have, and a result without one.
	n = m.next()
	tc(carrier, synth.Transaction{Type: synth.TCBegin, OTID: synth.TID(n), Components: slices.Concat(
		synth.AppendInvoke(nil, 1, 120, arg), synth.AppendInvoke(nil, 2, -5, arg), synth.AppendInvoke(nil, 3, 1000, arg))})
	tc(home, synth.Transaction{Type: synth.TCEnd, DTID: synth.TID(n), Components: synth.AppendEmptyResult(nil, 1)})
	// Ids of six and of eight octets, against Q.773: the dialogue is followed all the same.
	n = m.next()
	id := func(octets int, n uint32) []byte {
		return append(make([]byte, octets-4, octets), byte(n>>24)|0x80, byte(n>>16), byte(n>>8), byte(n))
	}
	long := func(typ uint16, origin, dest []byte, components []byte) []byte {
		var b []byte
		if origin != nil {
			b = synth.AppendTLVAs(b, 0x48, synth.Shortest, origin)
		}
		if dest != nil {
			b = synth.AppendTLVAs(b, 0x49, synth.Shortest, dest)
		}
		return synth.AppendTLVAs(nil, typ, synth.Shortest, synth.AppendTLVAs(b, 0x6c, synth.Shortest, components))
	}
	m.tcap(carrier, long(0x62, id(6, n), nil, synth.AppendInvoke(nil, 1, synth.OpUpdateLocation, locate(n))))
	m.tcap(home, long(0x65, id(8, n), id(6, n), synth.AppendInvoke(nil, 1, synth.OpInsertSubscriberData, synth.AppendInsertSubscriberData(nil, synth.InsertSubscriberData{IMSI: imsi(n), Services: true}))))
	m.tcap(carrier, long(0x65, id(6, n), id(8, n), synth.AppendEmptyResult(nil, 1)))
	m.tcap(home, long(0x64, nil, id(6, n), synth.AppendResult(nil, 1, synth.OpUpdateLocation, synth.AppendHLRResult(nil, synth.International(homeGT), 3))))
	// Version 1: no application context, in lengths without end.
	n = m.next()
	tc(carrier, synth.Transaction{Type: synth.TCBegin, OTID: synth.TID(n), Length: synth.Indefinite, Components: synth.AppendInvoke(nil, 1, synth.OpUpdateLocation, locate(n))})
	tc(home, synth.Transaction{Type: synth.TCEnd, DTID: synth.TID(n), Length: synth.Indefinite, Components: synth.AppendEmptyResult(nil, 1)})
}
