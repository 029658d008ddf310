package cases

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"time"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/synth"
)

// Link types (tcpdump.org's registry).
const (
	linkEthernet = 1
	linkPPP      = 9
	linkPPPHDLC  = 50
	linkCHDLC    = 104
	linkMTP2PHDR = 139
	linkERF      = 197
	linkNFLOG    = 239
	linkExported = 252
)

// maker collects the frames of a case, a millisecond apart.
type maker struct {
	links  []int
	frames []frame
	assoc  *synth.Association
	n      uint32 // transaction id and subscriber of the last begin
	// Of the next frame: the time beside the millisecond since the one before, and
	// whether it has none.
	wait    time.Duration
	untimed bool
}

type frame struct {
	link    int
	data    []byte
	wait    time.Duration
	untimed bool
	wire    int // octets on the wire, where the capture has less
}

// The ends of the association: 0 is the carrier's transit point, through which a
// visited network speaks to the home network, 1 the home network's.
const (
	carrier = 0
	home    = 1
)

var (
	addrs = [2]netip.Addr{netip.MustParseAddr("198.51.100.21"), netip.MustParseAddr("192.0.2.11")}
	// 4-106-6 is a public point code of PCCW Global, 1-001-1 the home network's.
	codes = [2]telecom.PointCode{4<<11 | 106<<3 | 6, 1<<11 | 1<<3 | 1}

	homeGT = telecom.MustDigits("999010000001")
	farGT  = telecom.MustDigits("99970000002")
)

// firstTSN is the first TSN of the ends.
var firstTSN = [2]uint32{1000, 2000}

func newMaker() *maker {
	m := &maker{}
	m.restart(0x11111111, 0x22222222, firstTSN)
	return m
}

// restart begins another association between the ends.
func (m *maker) restart(tagCarrier, tagHome uint32, tsn [2]uint32) {
	end := func(i int, tag uint32) synth.SCTPEnd {
		return synth.SCTPEnd{Addrs: addrs[i : i+1], Port: 2905, Tag: tag, TSN: tsn[i]}
	}
	m.assoc = synth.NewAssociation(end(0, tagCarrier), end(1, tagHome), synth.NewRand(1))
}

// write adds a frame of a link type.
func (m *maker) write(link int, parts ...[]byte) {
	m.frames = append(m.frames, frame{link: link, data: slices.Concat(parts...), wait: m.wait, untimed: m.untimed})
	m.wait, m.untimed = 0, false
}

// ip is a packet from an end, in an Ethernet frame of no less than 60 octets.
func (m *maker) ip(from int, protocol uint8, payload []byte) {
	m.packet(synth.Packet{Src: addrs[from], Dst: addrs[1-from], Protocol: protocol, ID: uint32(len(m.frames) + 1)}, payload)
}

func (m *maker) packet(p synth.Packet, payload []byte) {
	b := synth.AppendEthernet(nil, synth.MACOf(p.Dst), synth.MACOf(p.Src), 0, synth.EtherIPv4)
	b = append(synth.AppendIP(b, p, len(payload)), payload...)
	m.write(linkEthernet, b, make([]byte, max(60-len(b), 0)))
}

// chunks is an SCTP packet from an end.
func (m *maker) chunks(from int, chunks ...[]byte) {
	b, at := m.assoc.Open(nil, from)
	m.ip(from, synth.ProtoSCTP, synth.CloseSCTP(append(b, slices.Concat(chunks...)...), at))
}

// data is the DATA chunk of an M3UA message from an end; dataAs chooses more.
func (m *maker) data(from int, payload []byte) []byte {
	return m.dataAs(from, 1, synth.PPIDM3UA, payload)
}

func (m *maker) dataAs(from int, stream uint16, ppid uint32, payload []byte) []byte {
	return m.assoc.Data(nil, from, synth.Message{Stream: stream, PPID: ppid, Payload: payload})
}

// pieces are the DATA chunks of an M3UA message in fragments.
func (m *maker) pieces(from int, stream uint16, payload []byte, size int) (out [][]byte) {
	msg := synth.Message{Stream: stream, PPID: synth.PPIDM3UA, Payload: payload}
	for off := 0; off < len(payload); off += size {
		end := min(off+size, len(payload))
		out = append(out, m.assoc.Fragment(nil, from, msg, payload[off:end], off == 0, end == len(payload)))
	}
	return out
}

// setUp is the handshake.
func (m *maker) setUp() {
	m.ip(carrier, synth.ProtoSCTP, m.assoc.Init(nil, carrier))
	m.ip(home, synth.ProtoSCTP, m.assoc.InitAck(nil, home))
	m.ip(carrier, synth.ProtoSCTP, m.assoc.CookieEcho(nil, carrier))
	m.ip(home, synth.ProtoSCTP, m.assoc.CookieAck(nil, home))
}

// imsi is the subscriber of a number.
func imsi(n uint32) telecom.Digits {
	d := []byte("001010000000000")
	for i := len(d) - 1; n > 0; i, n = i-1, n/10 {
		d[i] += byte(n % 10)
	}
	return telecom.MustDigits(string(d))
}

// next counts a dialogue.
func (m *maker) next() uint32 {
	m.n++
	return m.n
}

// locate is the argument of an updateLocation.
func locate(n uint32) []byte {
	node := synth.International(farGT)
	return synth.AppendUpdateLocation(nil, synth.UpdateLocation{IMSI: imsi(n), MSC: node, VLR: node})
}

// begin is the begin of a dialogue: its number is transaction id and subscriber.
func begin(n uint32) []byte {
	return synth.AppendTransaction(nil, synth.Transaction{
		Type: synth.TCBegin, OTID: synth.TID(n), Dialogue: synth.Request(synth.NetworkLocUp, 3),
		Components: synth.AppendInvoke(nil, 1, synth.OpUpdateLocation, locate(n)),
	})
}

// end is the result that ends it.
func end(n uint32) []byte {
	return synth.AppendTransaction(nil, synth.Transaction{
		Type: synth.TCEnd, DTID: synth.TID(n), Dialogue: synth.Accept(synth.NetworkLocUp, 3),
		Components: synth.AppendResult(nil, 1, synth.OpUpdateLocation, synth.AppendHLRResult(nil, synth.International(homeGT), 3)),
	})
}

var (
	hlr = synth.GT(homeGT, telecom.SSNHLR)
	vlr = synth.GT(farGT, telecom.SSNVLR)
)

// udt is a unitdata from an end: the carrier's side is the VLR, home the HLR.
func udt(from int, tcap []byte) []byte {
	u := synth.Unitdata{Called: hlr, Calling: vlr, Data: tcap}
	if from == home {
		u.Called, u.Calling = vlr, hlr
	}
	return synth.AppendUDT(nil, u)
}

// m3ua is an SCCP message in a DATA from an end.
func m3ua(from int, sccp []byte) []byte {
	return synth.AppendTransfer(nil, synth.Transfer{OPC: codes[from], DPC: codes[1-from], SI: 3, SLS: 3}, sccp)
}

// message is the M3UA message of the next begin, from the carrier.
func (m *maker) message() []byte { return m3ua(carrier, udt(carrier, begin(m.next()))) }

// begins is a packet with the next begin.
func (m *maker) begins() { m.chunks(carrier, m.data(carrier, m.message())) }

// tcap is a packet with a TCAP message from an end.
func (m *maker) tcap(from int, b []byte) { m.chunks(from, m.data(from, m3ua(from, udt(from, b)))) }

// put16 sets two octets.
func put16(b []byte, at int, v uint16) []byte {
	binary.BigEndian.PutUint16(b[at:], v)
	return b
}
