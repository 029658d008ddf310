package cases

import (
	"net/netip"
	"slices"

	"sigtransit/pkg/synth"
)

// Links that are protected, and links that lose it. Handshakes are written octet by
// octet; what is encrypted is random.
var protectionCases = []Case{
	{Name: "protection-tls", Holds: "Diameter in TLS 1.2 and 1.3 over TCP: on port 5868, after CER/CEA, between known peers, and HTTPS beside it", make: protectionTLS},
	{Name: "protection-sctp", Holds: "TLS over the streams of SCTP after CER/CEA, DTLS over SCTP with identifiers 47 and 0", make: protectionSCTP},
	{Name: "protection-dtls-udp", Holds: "DTLS over UDP on Diameter's ports, between known peers, and between others", make: protectionDTLS},
	{Name: "protection-ipsec", Holds: "IPsec between peers of a known link: AH, ESP, IKE, NAT traversal, and between others", make: protectionIPsec},
	{Name: "protection-mapsec", Holds: "components of MAP inside secureTransport of all four classes, and one in clear", make: protectionMAPsec},
	{Name: "protection-downgrade", Holds: "links that lose their protection in three ways, and one that never had it", make: protectionDowngrade},
}

var (
	ownPeer     = synth.Peer{Host: "dra1.epc.mnc001.mcc001.3gppnetwork.org", Realm: "epc.mnc001.mcc001.3gppnetwork.org"}
	carrierPeer = synth.Peer{Host: "dra1.hkg.cmi.chinamobile.com", Realm: "cmi.chinamobile.com"}
	// stranger is the address of nobody's signaling.
	stranger = [2]netip.Addr{netip.MustParseAddr("203.0.113.80"), netip.MustParseAddr("203.0.113.90")}
)

// wire is what two ends send each other, whatever carries it: 0 is the client, the
// home network's relay, 1 the server, the carrier's.
type wire struct {
	m    *maker
	r    *synth.Rand
	ends [2]netip.Addr
	tcp  *synth.Connection
	sctp *synth.Association
	udp  [2]uint16
	ids  uint32
	seq  [2]uint32 // of DTLS records
}

func (m *maker) wire(ends [2]netip.Addr, seed int64) *wire {
	return &wire{m: m, r: synth.NewRand(seed), ends: ends}
}

var peers = [2]netip.Addr{addrs[home], addrs[carrier]}

func (w *wire) packet(from int, protocol uint8, payload []byte) {
	w.m.packet(synth.Packet{Src: w.ends[from], Dst: w.ends[1-from], Protocol: protocol, ID: uint32(len(w.m.frames) + 1)}, payload)
}

// connect opens a TCP connection to a port.
func (w *wire) connect(client, server uint16) {
	end := func(i int, port uint16) synth.TCPEnd {
		return synth.TCPEnd{Addr: netip.AddrPortFrom(w.ends[i], port)}
	}
	w.tcp = synth.NewConnection(end(0, client), end(1, server), w.r)
	w.packet(0, synth.ProtoTCP, w.tcp.Segment(nil, 0, synth.SYN, nil))
	w.packet(1, synth.ProtoTCP, w.tcp.Segment(nil, 1, synth.SYN|synth.ACK, nil))
	w.packet(0, synth.ProtoTCP, w.tcp.Segment(nil, 0, synth.ACK, nil))
}

// send sends octets over the connection, cut where the caller says.
func (w *wire) send(from int, b []byte, cuts ...int) {
	at := 0
	for _, cut := range append(cuts, len(b)) {
		w.packet(from, synth.ProtoTCP, w.tcp.Segment(nil, from, synth.ACK|synth.PSH, b[at:cut]))
		at = cut
	}
}

func (w *wire) disconnect() {
	w.packet(0, synth.ProtoTCP, w.tcp.Segment(nil, 0, synth.ACK|synth.FIN, nil))
	w.packet(1, synth.ProtoTCP, w.tcp.Segment(nil, 1, synth.ACK|synth.FIN, nil))
}

// associate opens an SCTP association.
func (w *wire) associate(client, server uint16, tag uint32) {
	end := func(i int, port uint16, tag uint32) synth.SCTPEnd {
		return synth.SCTPEnd{Addrs: w.ends[i : i+1], Port: port, Tag: tag, TSN: 1000}
	}
	w.sctp = synth.NewAssociation(end(0, client, tag), end(1, server, tag+1), w.r)
	w.packet(0, synth.ProtoSCTP, w.sctp.Init(nil, 0))
	w.packet(1, synth.ProtoSCTP, w.sctp.InitAck(nil, 1))
	w.packet(0, synth.ProtoSCTP, w.sctp.CookieEcho(nil, 0))
	w.packet(1, synth.ProtoSCTP, w.sctp.CookieAck(nil, 1))
}

// user sends an SCTP user message, in fragments of at most 512 octets.
func (w *wire) user(from int, stream uint16, ppid uint32, payload []byte) {
	msg := synth.Message{Stream: stream, PPID: ppid, Payload: payload}
	const size = 512
	for off := 0; off < len(payload); off += size {
		b, at := w.sctp.Open(nil, from)
		end := min(off+size, len(payload))
		b = w.sctp.Fragment(b, from, msg, payload[off:end], off == 0, end == len(payload))
		w.packet(from, synth.ProtoSCTP, synth.CloseSCTP(b, at))
	}
}

func (w *wire) datagram(from int, payload []byte) {
	src, dst := netip.AddrPortFrom(w.ends[from], w.udp[from]), netip.AddrPortFrom(w.ends[1-from], w.udp[1-from])
	w.packet(from, synth.ProtoUDP, synth.AppendUDP(nil, src, dst, payload))
}

// capabilities are a CER and its CEA, each with the Inband-Security-Id given.
func (w *wire) capabilities(offer, accept uint32) (cer, cea []byte) {
	w.ids++
	c := synth.Capabilities{Peer: ownPeer, Addresses: w.ends[:1], Product: "sigtransit synth", Apps: []uint32{synth.AppS6a}, Security: []uint32{offer}, HopByHop: w.ids, EndToEnd: w.ids}
	cer = synth.AppendCER(nil, c)
	c.Peer, c.Addresses, c.Security, c.ResultCode = carrierPeer, w.ends[1:], []uint32{accept}, 2001
	return cer, synth.AppendCEA(nil, c)
}

// watchdog is a DWR and its DWA.
func (w *wire) watchdog() (dwr, dwa []byte) {
	w.ids++
	return synth.AppendDWR(nil, ownPeer, w.ids, w.ids), synth.AppendDWA(nil, carrierPeer, w.ids, w.ids)
}

var certificate = struct {
	subject, issuer string
	names           []string
}{carrierPeer.Host, "Example Root CA", []string{carrierPeer.Host, "dra2.hkg.cmi.chinamobile.com"}}

// flights12 are the messages of a TLS 1.2 handshake with certificates of both ends:
// client, server, client.
func (w *wire) flights12(version uint16) (hello []byte, server, client [][]byte) {
	datagram := version == synth.DTLS12
	h := synth.Hello{Version: version, Ciphers: []uint16{0xc02b, 0xc02c}, ServerName: carrierPeer.Host, Datagram: datagram}
	hello = synth.ClientHello(h, w.r)
	server = [][]byte{
		synth.ServerHello(synth.Hello{Version: version, Ciphers: []uint16{0xc02b}, Datagram: datagram}, w.r),
		synth.CertificateMessage(synth.AppendCertificate(nil, certificate.subject, certificate.issuer, certificate.names, w.r)),
		synth.ServerKeyExchange(w.r),
		synth.ServerHelloDone(),
	}
	client = [][]byte{
		synth.CertificateMessage(synth.AppendCertificate(nil, ownPeer.Host, certificate.issuer, []string{ownPeer.Host}, w.r)),
		synth.ClientKeyExchange(w.r),
	}
	return hello, server, client
}

func handshake(b []byte) []byte {
	return synth.AppendTLSRecord(nil, synth.TLSHandshake, synth.TLS12, b)
}

var changeCipher = synth.AppendTLSRecord(nil, synth.TLSChangeCipherSpec, synth.TLS12, []byte{1})

// sealed is an encrypted record of n octets.
func (w *wire) sealed(n int) []byte {
	return synth.AppendTLSRecord(nil, synth.TLSApplicationData, synth.TLS12, w.r.Append(nil, n))
}

// finished is a change of ciphers and the first encrypted record.
func (w *wire) finished() []byte {
	return append(slices.Clone(changeCipher), handshake(w.r.Append(nil, 40))...)
}

// tls12 is a TLS 1.2 handshake over the connection. The server's certificate is cut
// by a record border and by a segment border.
func (w *wire) tls12() {
	hello, server, client := w.flights12(synth.TLS12)
	w.send(0, synth.AppendTLSRecord(nil, synth.TLSHandshake, 0x0301, hello))
	flight := slices.Concat(server...)
	cut := len(server[0]) + 200
	records := append(handshake(flight[:cut]), handshake(flight[cut:])...)
	w.send(1, records, len(server[0])+60, cut+90)
	w.send(0, append(handshake(slices.Concat(client...)), w.finished()...))
	w.send(1, w.finished())
}

// hellos13 are the hellos of TLS 1.3.
func (w *wire) hellos13() (client, server []byte) {
	h := synth.Hello{Version: synth.TLS12, Versions: []uint16{synth.TLS13, synth.TLS12}, Ciphers: []uint16{0x1302, 0x1301, 0xc02b}, ServerName: carrierPeer.Host, ALPN: "diameter"}
	client = synth.ClientHello(h, w.r)
	return client, synth.ServerHello(synth.Hello{Version: synth.TLS12, Versions: []uint16{synth.TLS13}, Ciphers: []uint16{0x1302}}, w.r)
}

func (w *wire) tls13(cuts ...int) {
	client, server := w.hellos13()
	w.send(0, synth.AppendTLSRecord(nil, synth.TLSHandshake, 0x0301, client), cuts...)
	w.send(1, slices.Concat(handshake(server), changeCipher, w.sealed(900)))
	w.send(0, append(slices.Clone(changeCipher), w.sealed(70)...))
}

func protectionTLS(m *maker) {
	a := m.wire(peers, 1)
	a.connect(40001, 5868)
	a.tls12()
	a.send(0, a.sealed(300))
	a.send(1, a.sealed(1600), 1000)
	a.disconnect()

	b := m.wire(peers, 2)
	b.connect(40002, 3868)
	cer, cea := b.capabilities(1, 1)
	b.send(0, cer)
	b.send(1, cea)
	b.tls13()
	b.send(0, b.sealed(300))
	b.send(1, b.sealed(500))

	c := m.wire(peers, 3)
	c.connect(40003, 13868)
	c.tls13(100)
	c.send(1, c.sealed(300))

	d := m.wire(stranger, 4) // HTTPS: none of our business
	d.connect(40004, 443)
	d.tls13()
}

func protectionSCTP(m *maker) {
	a := m.wire(peers, 1)
	a.associate(41001, 3868, 0x11110000)
	cer, cea := a.capabilities(1, 1)
	a.user(0, 0, synth.PPIDDiameter, cer)
	a.user(1, 0, synth.PPIDDiameter, cea)
	for stream := range uint16(2) { // one handshake for each pair of streams
		client, server := a.hellos13()
		a.user(0, stream, 0, synth.AppendTLSRecord(nil, synth.TLSHandshake, 0x0301, client))
		a.user(1, stream, 0, append(handshake(server), changeCipher...))
		a.user(1, stream, 0, a.sealed(900))
		a.user(0, stream, 0, append(slices.Clone(changeCipher), a.sealed(70)...))
	}
	a.user(0, 1, 0, a.sealed(300))
	a.user(1, 0, 0, a.sealed(200))

	for i, ppid := range []uint32{synth.PPIDDiameterDTLS, 0} {
		b := m.wire(peers, int64(2+i))
		b.associate(41002+uint16(i), 5868, 0x22220000+uint32(i)*16)
		b.dtls12(func(from int, record []byte) { b.user(from, 0, ppid, record) })
	}
}

// record is the next DTLS record of an end.
func (w *wire) record(from int, kind uint8, epoch uint16, fragment []byte) []byte {
	w.seq[from]++
	return synth.AppendDTLSRecord(nil, kind, epoch, w.seq[from]-1, fragment)
}

// dtls12 is a handshake of DTLS 1.2 and a record of each end. The server's certificate
// comes in two pieces, the first of them twice.
func (w *wire) dtls12(send func(from int, record []byte)) {
	hello, server, client := w.flights12(synth.DTLS12)
	whole := func(msg []byte, n int) []byte {
		return synth.DatagramFragment(msg, uint16(n), 0, len(msg)-4)
	}
	send(0, w.record(0, synth.TLSHandshake, 0, whole(hello, 0)))
	send(1, w.record(1, synth.TLSHandshake, 0, whole(server[0], 0)))
	first := synth.DatagramFragment(server[1], 1, 0, 150)
	send(1, w.record(1, synth.TLSHandshake, 0, first))
	send(1, w.record(1, synth.TLSHandshake, 0, first))
	send(1, w.record(1, synth.TLSHandshake, 0, synth.DatagramFragment(server[1], 1, 150, len(server[1])-4)))
	send(1, append(w.record(1, synth.TLSHandshake, 0, whole(server[2], 2)), w.record(1, synth.TLSHandshake, 0, whole(server[3], 3))...))
	send(0, w.record(0, synth.TLSHandshake, 0, whole(client[0], 1)))
	send(0, w.record(0, synth.TLSHandshake, 0, whole(client[1], 2)))
	for from := range 2 {
		send(from, append(w.record(from, synth.TLSChangeCipherSpec, 0, []byte{1}), w.record(from, synth.TLSHandshake, 1, w.r.Append(nil, 48))...))
	}
	for from := range 2 {
		send(from, w.record(from, synth.TLSApplicationData, 1, w.r.Append(nil, 200)))
	}
}

// clearLink is an association in clear that makes its ends known.
func (w *wire) clearLink(client uint16, tag uint32) {
	w.associate(client, 3868, tag)
	cer, cea := w.capabilities(0, 0)
	w.user(0, 0, synth.PPIDDiameter, cer)
	w.user(1, 0, synth.PPIDDiameter, cea)
	dwr, dwa := w.watchdog()
	w.user(0, 0, synth.PPIDDiameter, dwr)
	w.user(1, 0, synth.PPIDDiameter, dwa)
}

func protectionDTLS(m *maker) {
	known := m.wire(peers, 1)
	known.clearLink(41001, 0x11110000)
	for i, x := range []struct {
		ends  [2]netip.Addr
		ports [2]uint16
	}{
		{stranger, [2]uint16{42001, 5868}}, // Diameter's port, whoever they are
		{peers, [2]uint16{3868, 3868}},
		{peers, [2]uint16{42003, 20000}}, // known peers, whatever the port
		// None of our business.
		{[2]netip.Addr{netip.MustParseAddr("203.0.113.81"), netip.MustParseAddr("203.0.113.91")}, [2]uint16{42004, 4433}},
	} {
		w := m.wire(x.ends, int64(2+i))
		w.udp = x.ports
		w.dtls12(w.datagram)
	}
}

func protectionIPsec(m *maker) {
	a := m.wire(peers, 1)
	esp := func(w *wire, from int, spi, n uint32) {
		w.packet(from, 50, synth.AppendESP(nil, spi, n, 120, w.r))
	}
	a.ends = stranger
	esp(a, 0, 0x7001, 1) // before anybody is known, and of nobody's
	a.ends = peers
	esp(a, 0, 0x1001, 1) // not known yet
	a.clearLink(41001, 0x11110000)

	// The same association with its packets authenticated.
	dwr, dwa := a.watchdog()
	for from, msg := range [][]byte{dwr, dwa} {
		b, at := a.sctp.Open(nil, from)
		b = synth.CloseSCTP(a.sctp.Data(b, from, synth.Message{PPID: synth.PPIDDiameter, Payload: msg}), at)
		a.packet(from, 51, synth.AppendAH(nil, synth.ProtoSCTP, 0x2000+uint32(from), 1, b, a.r))
	}

	ike := func(from int, k synth.IKE, payloads []byte) []byte {
		if from == 1 {
			k.Flags |= 0x20 // response
		} else {
			k.Flags |= 0x08 // initiator
		}
		return synth.AppendIKE(nil, k, payloads)
	}
	nonce := append([]byte{0, 0, 0, 36}, a.r.Append(nil, 32)...)
	encrypted := append([]byte{0x27, 0, 0, 84}, a.r.Append(nil, 80)...)
	k := synth.IKE{Initiator: 0x0102030405060708, Version: 0x20, Exchange: 34, Next: 40}
	a.udp = [2]uint16{500, 500}
	a.datagram(0, ike(0, k, nonce))
	k.Responder = 0x1112131415161718
	a.datagram(1, ike(1, k, nonce))
	// NAT in between: on to port 4500, behind the marker.
	marker := make([]byte, 4)
	k.Exchange, k.Next, k.ID = 35, 46, 1
	a.udp = [2]uint16{4500, 4500}
	for from := range 2 {
		a.datagram(from, append(slices.Clone(marker), ike(from, k, encrypted)...))
	}
	a.datagram(0, []byte{0xff}) // keepalive
	for n := range uint32(3) {
		a.datagram(0, synth.AppendESP(nil, 0x3001, n+1, 120, a.r))
		a.datagram(1, synth.AppendESP(nil, 0x3002, n+1, 120, a.r))
	}
	for n := range uint32(2) { // and without NAT, after a new key
		esp(a, 0, 0x1002, n+1)
		esp(a, 1, 0x1003, n+1)
	}

	b := m.wire(stranger, 2) // none of our business
	b.udp = [2]uint16{500, 500}
	b.datagram(0, synth.AppendIKE(nil, synth.IKE{Initiator: 7, Version: 0x10, Exchange: 2, Next: 10}, nonce))
	esp(b, 0, 0x7002, 1)
}

// secureTransport is a SecureTransportArg or -Res (3GPP TS 29.002 17.6.9): a security
// header with the operation inside, and what is protected, which is random.
func secureTransport(operation byte, r *synth.Rand) []byte {
	header := synth.AppendTLV(nil, 0x30, append(
		[]byte{0x04, 4, 0, 0, 0x10, 0x01}, // securityParametersIndex
		0xa0, 3, 0x02, 1, operation,       // originalComponentIdentifier: operationCode, local
	))
	return synth.AppendTLV(nil, 0x30, append(header, synth.AppendTLV(nil, 0x04, r.Append(nil, 40))...))
}

// secureTransportHandling is the application context of MAPsec (17.3.2.46), version 3.
const secureTransportHandling synth.Context = 40

func protectionMAPsec(m *maker) {
	r := synth.NewRand(1)
	m.setUp()
	for class, operation := range []byte{2, 56, 45, 7} { // updateLocation, sendAuthenticationInfo, sendRoutingInfoForSM, insertSubscriberData
		n, code := m.next(), int32(78+class)
		m.tcap(carrier, synth.AppendTransaction(nil, synth.Transaction{
			Type: synth.TCBegin, OTID: synth.TID(n), Dialogue: synth.Request(secureTransportHandling, 3),
			Components: synth.AppendInvoke(nil, 1, code, secureTransport(operation, r)),
		}))
		if class%2 == 0 { // classes 1 and 3 report success (ITU-T Q.771 3.1.1)
			m.tcap(home, synth.AppendTransaction(nil, synth.Transaction{
				Type: synth.TCEnd, DTID: synth.TID(n), Dialogue: synth.Accept(secureTransportHandling, 3),
				Components: synth.AppendResult(nil, 1, code, secureTransport(operation, r)),
			}))
		}
	}
	m.begins()
	m.tcap(home, end(m.n))
}

func protectionDowngrade(m *maker) {
	location := func(w *wire) {
		dwr, dwa := w.watchdog()
		w.send(0, dwr)
		w.send(1, dwa)
	}
	capabilities := func(w *wire, offer, accept uint32) {
		cer, cea := w.capabilities(offer, accept)
		w.send(0, cer)
		w.send(1, cea)
	}
	other := peers
	other[1] = netip.MustParseAddr("198.51.100.22")
	third := peers
	third[1] = netip.MustParseAddr("198.51.100.23")

	// Never protected: no downgrade, though TLS was offered.
	w := m.wire(third, 1)
	w.connect(40001, 3868)
	capabilities(w, 1, 0)
	location(w)
	w.disconnect()

	// Protected, and the next connection of the same ends is not.
	w = m.wire(peers, 2)
	w.connect(40002, 5868)
	w.tls12()
	w.send(0, w.sealed(300))
	w.disconnect()
	w = m.wire(peers, 3)
	w.connect(40003, 3868)
	capabilities(w, 0, 0)
	location(w)
	location(w)
	w.disconnect()

	// TLS agreed on in CER and CEA, and not begun.
	w = m.wire(other, 4)
	w.connect(40004, 3868)
	capabilities(w, 1, 1)
	location(w)
	w.disconnect()

	// TLS, and readable messages behind it.
	w = m.wire(third, 5)
	w.connect(40005, 3868)
	capabilities(w, 1, 1)
	w.tls13()
	w.send(0, w.sealed(300))
	location(w)
	location(w)
}
