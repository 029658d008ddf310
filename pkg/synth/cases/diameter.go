package cases

import (
	"net/netip"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/synth"
)

// Diameter.
var diameterCases = []Case{
	{Name: "diameter-interfaces", Holds: "every application on roaming interfaces: request and answer, success and refusal", make: interfaces},
	{Name: "diameter-avps", Holds: "AVPs without their vendor, of unknown vendors, in deep groups; unknown commands; experimental results", make: oddAVPs},
	{Name: "diameter-dess", Holds: "messages signed from end to end (GSMA FS.19), by home and by a carrier, and with encrypted AVPs", make: signed},
	{Name: "diameter-mirrored-dra", Holds: "the mirror of an agent: each message on both of its links, and one that is sent again", make: mirroredAgent},
	{Name: "diameter-large", Holds: "messages of more than 64 KiB over TCP and, in fragments, over SCTP", make: largeMessages},
	{Name: "fault-command-24-bits", Holds: "the command codes 8388645 to 8388649 over SCTP, over TCP, in fragments, and exported", Links: []int{linkEthernet, linkExported}, make: commands24},
	{Name: "fault-unknown-vendor", Holds: "AVPs of an unknown vendor with the codes of known ones", make: unknownVendor},
}

// Names of the Diameter peers.
var (
	mme    = synth.Peer{Host: "mme1.epc.mnc070.mcc999.3gppnetwork.org", Realm: "epc.mnc070.mcc999.3gppnetwork.org"}
	hss    = synth.Peer{Host: "hss1.epc.mnc001.mcc001.3gppnetwork.org", Realm: "epc.mnc001.mcc001.3gppnetwork.org"}
	centre = telecom.MustDigits("999010000009")
	number = telecom.MustDigits("9990155500001")
)

// dra is a host under a public domain of the carrier.
const dra = "dra1.pccwglobal.com"

// connect opens a TCP connection and returns what sends its segments.
func (m *maker) connect() func(from int, flags uint8, b []byte) {
	end := func(i int, port uint16) synth.TCPEnd {
		return synth.TCPEnd{Addr: netip.AddrPortFrom(addrs[i], port), Seq: 1}
	}
	c := synth.NewConnection(end(carrier, 40000), end(home, 3868), synth.NewRand(1))
	segment := func(from int, flags uint8, b []byte) { m.ip(from, synth.ProtoTCP, c.Segment(nil, from, flags, b)) }
	segment(carrier, synth.SYN, nil)
	segment(home, synth.SYN|synth.ACK, nil)
	return segment
}

// exchange is what a request and its answer have in common. Its number stands in
// all identifiers.
func exchange(app, n uint32, origin, destination synth.Peer) synth.Exchange {
	return synth.Exchange{
		App: app, HopByHop: 0x1000 + n, EndToEnd: 0x2000 + n, SessionID: synth.SessionID(origin.Host, start, n),
		Origin: origin, Destination: destination, RouteRecord: []string{dra},
	}
}

// shortMessages are the five requests of S6c and SGd and their answers.
func (m *maker) shortMessages() (requests, answers [][]byte) {
	text := synth.AppendDeliver(nil, synth.ShortMessage{Peer: number, Text: "made up", Sent: start})
	bare := func(x synth.Exchange, code uint32) []byte {
		b, at := synth.OpenRequest(nil, x, code)
		return synth.CloseRequest(synth.AppendAVPString(b, synth.AVPUserName, string(imsi(m.n).AppendTo(nil))), x, at)
	}
	for code := uint32(8388645); code <= 8388649; code++ {
		app := synth.AppSGd
		if code >= synth.CmdSR {
			app = synth.AppS6c
		}
		n := m.next()
		x := exchange(app, n, mme, hss)
		var b []byte
		switch code {
		case synth.CmdOF:
			b = synth.AppendOFR(nil, x, centre, imsi(n), number, text)
		case synth.CmdTF:
			b = synth.AppendTFR(nil, x, centre, imsi(n), text)
		case synth.CmdSR:
			b = synth.AppendSRR(nil, x, number, centre)
		default: // Alert-Service-Centre, Report-SM-Delivery-Status
			b = bare(x, code)
		}
		requests = append(requests, b)
		x.Origin, x.RouteRecord = hss, nil
		answers = append(answers, synth.AppendEmptyAnswer(nil, x, code, synth.Success))
	}
	return requests, answers
}

// ports gives both ends of the association a port.
func (m *maker) ports(port uint16) {
	for i := range m.assoc.Ends {
		m.assoc.Ends[i].Port = port
	}
}

func commands24(m *maker) {
	m.ports(3868)
	// SCTP: a message a chunk.
	q, a := m.shortMessages()
	for i := range q {
		m.chunks(carrier, m.dataAs(carrier, 1, synth.PPIDDiameter, q[i]))
		m.chunks(home, m.dataAs(home, 1, synth.PPIDDiameter, a[i]))
	}
	// SCTP: in fragments.
	q, a = m.shortMessages()
	for i := range q {
		for from, b := range [][]byte{q[i], a[i]} {
			msg := synth.Message{Stream: 2, PPID: synth.PPIDDiameter}
			m.each(from, m.assoc.Fragment(nil, from, msg, b[:40], true, false), m.assoc.Fragment(nil, from, msg, b[40:], false, true))
		}
	}
	// TCP: all in one segment, then cut in the middle of headers.
	segment := m.connect()
	join := func(list [][]byte) (out []byte) {
		for _, b := range list {
			out = append(out, b...)
		}
		return out
	}
	q, a = m.shortMessages()
	segment(carrier, synth.ACK|synth.PSH, join(q[:3]))
	segment(carrier, synth.ACK|synth.PSH, join(q[3:]))
	segment(home, synth.ACK|synth.PSH, join(a))
	q, _ = m.shortMessages()
	rest := join(q)
	for _, n := range []int{3, 4, 1, 500, 700} { // the third octet cuts the length, the seventh the code
		segment(carrier, synth.ACK, rest[:n])
		rest = rest[n:]
	}
	segment(carrier, synth.ACK|synth.PSH, rest)
	// Exported by Wireshark.
	q, a = m.shortMessages()
	for i := range q {
		m.exported(named("diameter"), ends(carrier, 1, 3868), q[i])
		m.exported(named("diameter"), ends(home, 1, 3868), a[i])
	}
}

func unknownVendor(m *maker) {
	m.ports(3868)
	// 9999 is nobody's; its AVPs have the codes of User-Name (1), Route-Record (282),
	// Origin-Host (264), Visited-PLMN-Id (1407, 3GPP's) and SM-RP-UI (3301, 3GPP's).
	other := func(code uint32) synth.AVP { return synth.AVP{Code: code, Vendor: 9999} }
	fake := []byte("a stranger's octets")
	for _, before := range []bool{true, false} {
		n := m.next()
		x := exchange(16777251, n, mme, hss)
		b, at := synth.OpenDiameter(nil, synth.FlagRequest|synth.FlagProxiable, synth.CmdPU, x.App, x.HopByHop, x.EndToEnd)
		strangers := func() {
			for _, code := range []uint32{1, 282, 264, 1407, 3301} {
				b = synth.AppendAVP(b, other(code), fake)
			}
			b = synth.AppendAVP(b, synth.AVP{Code: 3301}, fake) // 3GPP's code without its vendor
		}
		if before {
			strangers()
		}
		b = synth.AppendAVPString(b, synth.AVPSessionID, x.SessionID)
		b = synth.AppendAVPString(b, synth.AVPOriginHost, mme.Host)
		b = synth.AppendAVPString(b, synth.AVPOriginRealm, mme.Realm)
		b = synth.AppendAVPString(b, synth.AVPDestinationRealm, hss.Realm)
		b = synth.AppendAVPString(b, synth.AVPUserName, string(imsi(n).AppendTo(nil)))
		b = synth.AppendAVPString(b, synth.AVPRouteRecord, dra)
		if !before {
			strangers()
		}
		m.chunks(carrier, m.dataAs(carrier, 1, synth.PPIDDiameter, synth.CloseDiameter(b, at)))
		x.Origin = hss
		m.chunks(home, m.dataAs(home, 1, synth.PPIDDiameter, synth.AppendPUA(nil, x, synth.Success)))
	}
}
