package synth

import (
	"encoding/binary"
	"hash/crc32"
	"net/netip"
)

// Payload protocol identifiers (IANA, SCTP payload protocol identifiers).
const (
	PPIDNone         uint32 = 0
	PPIDM3UA         uint32 = 3
	PPIDDiameter     uint32 = 46
	PPIDDiameterDTLS uint32 = 47
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// OpenSCTP appends a common header (RFC 9260 3.1); CloseSCTP writes its
// checksum. Chunks are appended between them.
func OpenSCTP(b []byte, srcPort, dstPort uint16, tag uint32) ([]byte, int) {
	at := len(b)
	b = append(b, byte(srcPort>>8), byte(srcPort), byte(dstPort>>8), byte(dstPort))
	b = binary.BigEndian.AppendUint32(b, tag)
	return append(b, 0, 0, 0, 0), at
}

// CloseSCTP writes the CRC32c of the packet that began at at (RFC 9260 6.8 and
// appendix A: least significant octet first).
func CloseSCTP(b []byte, at int) []byte {
	binary.LittleEndian.PutUint32(b[at+8:], 0)
	binary.LittleEndian.PutUint32(b[at+8:], crc32.Checksum(b[at:], castagnoli))
	return b
}

// AppendChunk appends a chunk of any type with its padding (RFC 9260 3.2).
func AppendChunk(b []byte, kind, flags uint8, value []byte) []byte {
	n := len(value) + 4
	b = append(append(b, kind, flags, byte(n>>8), byte(n)), value...)
	return append(b, "\x00\x00\x00"[:-n&3]...)
}

// DataChunk is the header of a DATA chunk (RFC 9260 3.3.1).
type DataChunk struct {
	TSN                   uint32
	Stream, SSN           uint16
	PPID                  uint32
	Begin, End, Unordered bool
}

// AppendData appends a DATA chunk.
func AppendData(b []byte, d DataChunk, payload []byte) []byte {
	flags := byte(0)
	if d.End {
		flags |= 1
	}
	if d.Begin {
		flags |= 2
	}
	if d.Unordered {
		flags |= 4
	}
	n := len(payload) + 16
	b = append(b, 0, flags, byte(n>>8), byte(n))
	b = binary.BigEndian.AppendUint32(b, d.TSN)
	b = append(b, byte(d.Stream>>8), byte(d.Stream), byte(d.SSN>>8), byte(d.SSN))
	b = binary.BigEndian.AppendUint32(b, d.PPID)
	b = append(b, payload...)
	return append(b, "\x00\x00\x00"[:-n&3]...)
}

// Init is an INIT or INIT ACK (RFC 9260 3.3.2, 3.3.3).
type Init struct {
	Tag, Window, TSN uint32
	Out, In          uint16
	Addrs            []netip.Addr // address parameters, one each
	Cookie           []byte       // INIT ACK
}

// AppendInit appends an INIT, or an INIT ACK when it has a cookie.
func AppendInit(b []byte, i Init) []byte {
	at := len(b)
	kind := byte(1)
	if len(i.Cookie) > 0 {
		kind = 2
	}
	b = append(b, kind, 0, 0, 0)
	b = binary.BigEndian.AppendUint32(b, i.Tag)
	b = binary.BigEndian.AppendUint32(b, i.Window)
	b = append(b, byte(i.Out>>8), byte(i.Out), byte(i.In>>8), byte(i.In))
	b = binary.BigEndian.AppendUint32(b, i.TSN)
	for _, a := range i.Addrs {
		if a.Is4() {
			v := a.As4()
			b = append(append(b, 0, 5, 0, 8), v[:]...)
		} else {
			v := a.As16()
			b = append(append(b, 0, 6, 0, 20), v[:]...)
		}
	}
	if n := len(i.Cookie) + 4; n > 4 {
		b = append(append(b, 0, 7, byte(n>>8), byte(n)), i.Cookie...)
		if len(i.Cookie)%4 != 0 {
			// Padding of the last parameter is not part of the chunk's length.
			binary.BigEndian.PutUint16(b[at+2:], uint16(len(b)-at))
			return append(b, "\x00\x00\x00"[:-n&3]...)
		}
	}
	binary.BigEndian.PutUint16(b[at+2:], uint16(len(b)-at))
	return b
}

// AppendSack appends a SACK (RFC 9260 3.3.4). gaps are offsets from the
// cumulative TSN.
func AppendSack(b []byte, cumulative, window uint32, gaps [][2]uint16, duplicates []uint32) []byte {
	n := 16 + 4*len(gaps) + 4*len(duplicates)
	b = append(b, 3, 0, byte(n>>8), byte(n))
	b = binary.BigEndian.AppendUint32(b, cumulative)
	b = binary.BigEndian.AppendUint32(b, window)
	b = append(b, byte(len(gaps)>>8), byte(len(gaps)), byte(len(duplicates)>>8), byte(len(duplicates)))
	for _, g := range gaps {
		b = append(b, byte(g[0]>>8), byte(g[0]), byte(g[1]>>8), byte(g[1]))
	}
	for _, d := range duplicates {
		b = binary.BigEndian.AppendUint32(b, d)
	}
	return b
}

// AppendHeartbeat appends a HEARTBEAT or HEARTBEAT ACK (RFC 9260 3.3.5, 3.3.6).
func AppendHeartbeat(b []byte, ack bool, info []byte) []byte {
	kind := byte(4)
	if ack {
		kind = 5
	}
	at := len(b)
	n := len(info) + 4
	b = append(b, kind, 0, byte((n+4)>>8), byte(n+4), 0, 1, byte(n>>8), byte(n))
	b = append(b, info...)
	return append(b, "\x00\x00\x00"[:-(len(b)-at)&3]...)
}

// AppendCookieEcho appends a COOKIE ECHO (RFC 9260 3.3.11).
func AppendCookieEcho(b, cookie []byte) []byte { return AppendChunk(b, 10, 0, cookie) }

// AppendCookieAck appends a COOKIE ACK (RFC 9260 3.3.12).
func AppendCookieAck(b []byte) []byte { return append(b, 11, 0, 0, 4) }

// AppendShutdown appends a SHUTDOWN (RFC 9260 3.3.8).
func AppendShutdown(b []byte, cumulative uint32) []byte {
	return binary.BigEndian.AppendUint32(append(b, 7, 0, 0, 8), cumulative)
}

// AppendShutdownAck appends a SHUTDOWN ACK (RFC 9260 3.3.9).
func AppendShutdownAck(b []byte) []byte { return append(b, 8, 0, 0, 4) }

// AppendShutdownComplete appends a SHUTDOWN COMPLETE (RFC 9260 3.3.13).
func AppendShutdownComplete(b []byte) []byte { return append(b, 14, 0, 0, 4) }

// SCTPEnd is one end of an association.
type SCTPEnd struct {
	Addrs []netip.Addr // the first one is the primary
	Port  uint16
	Tag   uint32 // its initiate tag: what packets to it carry
	TSN   uint32 // of its next DATA chunk
	ssn   [maxStreams]uint16
}

// maxStreams bounds the streams an Association numbers; M3UA uses 0 for
// management and others for traffic (RFC 4666 1.4.7).
const maxStreams = 16

// Association numbers what two ends send each other: tags, TSNs of each
// direction and SSNs of each stream. It builds packets; which address they take,
// when they are sent and whether the capture sees them is up to the caller.
// Functions take the end that sends, 0 or 1.
type Association struct{ Ends [2]SCTPEnd }

// NewAssociation takes tags and first TSNs from r where an end has none.
func NewAssociation(a, b SCTPEnd, r *Rand) *Association {
	s := &Association{Ends: [2]SCTPEnd{a, b}}
	for i := range s.Ends {
		e := &s.Ends[i]
		if e.Tag == 0 {
			e.Tag = r.Uint32() | 1
		}
		if e.TSN == 0 {
			e.TSN = r.Uint32()
		}
	}
	return s
}

// Open appends the common header of a packet from an end; CloseSCTP ends it.
func (s *Association) Open(b []byte, from int) ([]byte, int) {
	me, peer := &s.Ends[from], &s.Ends[1-from]
	return OpenSCTP(b, me.Port, peer.Port, peer.Tag)
}

// Message is one user message of an association.
type Message struct {
	Stream    uint16 // below 16
	PPID      uint32
	Unordered bool
	Payload   []byte
}

// Data appends a whole message as one DATA chunk.
func (s *Association) Data(b []byte, from int, m Message) []byte {
	return s.Fragment(b, from, m, m.Payload, true, true)
}

// Fragment appends a piece of a message as one DATA chunk. The pieces of a
// message follow each other without another message between them (RFC 9260 6.9).
func (s *Association) Fragment(b []byte, from int, m Message, piece []byte, first, last bool) []byte {
	e := &s.Ends[from]
	d := DataChunk{TSN: e.TSN, Stream: m.Stream, PPID: m.PPID, Begin: first, End: last, Unordered: m.Unordered}
	e.TSN++
	if !m.Unordered {
		n := &e.ssn[m.Stream%maxStreams]
		d.SSN = *n
		if last {
			*n++
		}
	}
	return AppendData(b, d, piece)
}

// window is the receiver window every end announces, octets.
const window = 131072

// Sack appends a SACK of everything the other end has numbered so far.
func (s *Association) Sack(b []byte, from int) []byte {
	return AppendSack(b, s.Ends[1-from].TSN-1, window, nil, nil)
}

// SackPacket appends a packet that holds a SACK alone.
func (s *Association) SackPacket(b []byte, from int) []byte {
	b, at := s.Open(b, from)
	return CloseSCTP(s.Sack(b, from), at)
}

// Init appends the INIT packet of an end. Its tag field is zero (RFC 9260 8.5.1).
func (s *Association) Init(b []byte, from int) []byte {
	me := &s.Ends[from]
	b, at := OpenSCTP(b, me.Port, s.Ends[1-from].Port, 0)
	return CloseSCTP(AppendInit(b, s.init(from)), at)
}

func (s *Association) init(from int) Init {
	me := &s.Ends[from]
	i := Init{Tag: me.Tag, Window: window, TSN: me.TSN, Out: maxStreams, In: maxStreams}
	if len(me.Addrs) > 1 {
		i.Addrs = me.Addrs
	}
	return i
}

// Cookie is the state cookie an end hands out: 32 octets made of its tag.
func (s *Association) Cookie(from int) []byte {
	return NewRand(int64(s.Ends[from].Tag)).Append(nil, 32)
}

// InitAck appends the INIT ACK packet of an end.
func (s *Association) InitAck(b []byte, from int) []byte {
	b, at := s.Open(b, from)
	i := s.init(from)
	i.Cookie = s.Cookie(from)
	return CloseSCTP(AppendInit(b, i), at)
}

// CookieEcho appends the COOKIE ECHO packet of an end.
func (s *Association) CookieEcho(b []byte, from int) []byte {
	b, at := s.Open(b, from)
	return CloseSCTP(AppendCookieEcho(b, s.Cookie(1-from)), at)
}

// CookieAck appends the COOKIE ACK packet of an end.
func (s *Association) CookieAck(b []byte, from int) []byte {
	b, at := s.Open(b, from)
	return CloseSCTP(AppendCookieAck(b), at)
}

// Heartbeat appends a HEARTBEAT packet or its acknowledgement.
func (s *Association) Heartbeat(b []byte, from int, ack bool, info []byte) []byte {
	b, at := s.Open(b, from)
	return CloseSCTP(AppendHeartbeat(b, ack, info), at)
}

// Shutdown appends one of the three packets that close an association, step 0 to
// 2: SHUTDOWN, SHUTDOWN ACK, SHUTDOWN COMPLETE.
func (s *Association) Shutdown(b []byte, from, step int) []byte {
	b, at := s.Open(b, from)
	switch step {
	case 0:
		b = AppendShutdown(b, s.Ends[1-from].TSN-1)
	case 1:
		b = AppendShutdownAck(b)
	default:
		b = AppendShutdownComplete(b)
	}
	return CloseSCTP(b, at)
}
