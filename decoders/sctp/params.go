package sctp

import (
	"encoding/binary"
	"net/netip"
)

// ParamType is the type of a chunk parameter (RFC 9260 3.2.1 and extensions).
// Within ERROR and ABORT chunks the same form carries error causes, whose codes
// are a number space of their own.
type ParamType uint16

// Parameter types that tell addresses, features and stream resets.
const (
	ParamHeartbeatInfo  ParamType = 1      // RFC 9260 3.3.5
	ParamIPv4           ParamType = 5      // RFC 9260 3.3.2.1.1
	ParamIPv6           ParamType = 6      // RFC 9260 3.3.2.1.2
	ParamStateCookie    ParamType = 7      // RFC 9260 3.3.3.1
	ParamHostName       ParamType = 11     // RFC 9260 3.3.2.1.4, no longer to be used
	ParamAddressTypes   ParamType = 12     // RFC 9260 3.3.2.1.5
	ParamOutgoingReset  ParamType = 13     // RFC 6525 4.1
	ParamIncomingReset  ParamType = 14     // RFC 6525 4.2
	ParamTSNReset       ParamType = 15     // RFC 6525 4.3
	ParamReConfigAnswer ParamType = 16     // RFC 6525 4.4
	ParamAddStreams     ParamType = 17     // RFC 6525 4.5
	ParamExtensions     ParamType = 0x8008 // RFC 5061 4.2.7
	ParamForwardTSN     ParamType = 0xc000 // RFC 3758 3.1
	ParamAddIP          ParamType = 0xc001 // RFC 5061 4.2.1
	ParamDeleteIP       ParamType = 0xc002 // RFC 5061 4.2.2
	ParamErrorCause     ParamType = 0xc003 // RFC 5061 4.2.3
	ParamSetPrimary     ParamType = 0xc004 // RFC 5061 4.2.4
	ParamSuccess        ParamType = 0xc005 // RFC 5061 4.2.5
	ParamAdaptation     ParamType = 0xc006 // RFC 5061 4.2.6
)

// Param is one parameter of a chunk.
type Param struct {
	Type   ParamType
	Length int    // from the wire, header included, padding not
	Value  []byte // without header and padding, cut to what is there; aliases the input
	// Truncated: Length runs past the end of the chunk.
	Truncated bool
}

// Params walks over the parameters of a chunk. It is a value: a copy walks on
// independently. Every step consumes at least four octets.
type Params struct {
	b     []byte
	fault fault
}

// Params is a cursor over the parameters of c: those behind the fixed part of
// INIT, INIT ACK, ASCONF and ASCONF ACK, those of RE-CONFIG, HEARTBEAT and
// HEARTBEAT ACK, and the error causes of ERROR and ABORT. The cursor of any other
// chunk is empty.
func (c *Chunk) Params() Params {
	fixed := 0
	switch c.Type {
	case ChunkInit, ChunkInitAck:
		fixed = initLen
	case ChunkAsconf, ChunkAsconfAck:
		fixed = 4 // serial number
	case ChunkReConfig, ChunkHeartbeat, ChunkHeartbeatAck, ChunkError, ChunkAbort:
	default:
		return Params{}
	}
	if len(c.Value) < fixed {
		return Params{fault: faultTruncated}
	}
	return Params{b: c.Value[fixed:]}
}

// Next reads the next parameter into p and reports whether there was one; p is
// untouched when there was none. One that runs past the end of the chunk is
// handed out with what is there, and is the last one.
func (w *Params) Next(p *Param) bool {
	b := w.b
	if len(b) < 4 {
		if len(b) > 0 {
			w.fault, w.b = faultTruncated, nil
		}
		return false
	}
	n := int(binary.BigEndian.Uint16(b[2:4]))
	if n < 4 {
		w.fault, w.b = faultLength, nil
		return false
	}
	p.Type, p.Length, p.Truncated = ParamType(binary.BigEndian.Uint16(b[0:2])), n, false
	if n > len(b) {
		p.Value, p.Truncated = b[4:len(b):len(b)], true
		w.fault, w.b = faultTruncated, nil
		return true
	}
	p.Value = b[4:n:n]
	if n = (n + 3) &^ 3; n < len(b) {
		w.b = b[n:]
	} else {
		w.b = nil
	}
	return true
}

// Err tells why the walk stopped before the end of the chunk: nil when it did
// not, ErrTruncated or ErrLength as for Chunks.
func (w *Params) Err() error { return w.fault.err() }

// Addr is the address in an IPv4 or IPv6 address parameter, or in the one that an
// Add IP, Delete IP or Set Primary parameter of ASCONF wraps (RFC 5061 4.2). An
// IPv4-mapped IPv6 address comes back as IPv4. The unspecified address stands for
// the source address of the packet (RFC 5061 4.2.1). ok is false for all other
// parameters and for addresses of the wrong length.
func (p *Param) Addr() (a netip.Addr, ok bool) {
	t, v := p.Type, p.Value
	switch t {
	case ParamAddIP, ParamDeleteIP, ParamSetPrimary:
		// Correlation id (4), then a whole address parameter.
		if len(v) < 8 {
			return netip.Addr{}, false
		}
		n := int(binary.BigEndian.Uint16(v[6:8]))
		t = ParamType(binary.BigEndian.Uint16(v[4:6]))
		if n < 4 || n > len(v)-4 {
			return netip.Addr{}, false
		}
		v = v[8 : 4+n]
	}
	switch {
	case t == ParamIPv4 && len(v) == 4:
		return netip.AddrFrom4([4]byte(v)), true
	case t == ParamIPv6 && len(v) == 16:
		return netip.AddrFrom16([16]byte(v)).Unmap(), true
	}
	return netip.Addr{}, false
}

const initLen = 16 // fixed part of INIT and INIT ACK behind the chunk header

// Init is an INIT (RFC 9260 3.3.2) or INIT ACK chunk (RFC 9260 3.3.3).
type Init struct {
	InitiateTag uint32 // the tag its sender wants in every packet it receives
	ARwnd       uint32 // receiver window, octets
	OutStreams  uint16
	InStreams   uint16
	InitialTSN  uint32 // the first TSN its sender will use
	Ack         bool   // INIT ACK

	params []byte
}

// Decode reads an INIT or INIT ACK chunk and resets i. ErrType: c is something
// else. ErrTruncated: the fixed part is not whole; i is zero then.
func (i *Init) Decode(c *Chunk) error {
	*i = Init{}
	if c.Type != ChunkInit && c.Type != ChunkInitAck {
		return ErrType
	}
	v := c.Value
	if len(v) < initLen {
		return ErrTruncated
	}
	i.InitiateTag = binary.BigEndian.Uint32(v[0:4])
	i.ARwnd = binary.BigEndian.Uint32(v[4:8])
	i.OutStreams = binary.BigEndian.Uint16(v[8:10])
	i.InStreams = binary.BigEndian.Uint16(v[10:12])
	i.InitialTSN = binary.BigEndian.Uint32(v[12:16])
	i.Ack = c.Type == ChunkInitAck
	i.params = v[initLen:]
	return nil
}

// Params is a cursor over the optional parameters: the addresses of the sender
// among them (Param.Addr), besides the one the packet came from.
func (i *Init) Params() Params { return Params{b: i.params} }

// Asconf is an ASCONF (RFC 5061 4.1.1) or ASCONF ACK chunk (RFC 5061 4.1.2).
type Asconf struct {
	Serial uint32
	Ack    bool
	// Address is one the association is already known by at the receiver: it
	// finds the association when the packet comes from a new address. Valid in an
	// ASCONF only, and then if HasAddress. It is the unspecified address when the
	// verification tag alone shall tell.
	Address    netip.Addr
	HasAddress bool

	params []byte
}

// Decode reads an ASCONF or ASCONF ACK chunk and resets a. ErrType: c is
// something else. ErrTruncated: there is no serial number; a is zero then. A
// missing or odd address parameter is no error: HasAddress is false, and what
// stands in its place is left to Params.
func (a *Asconf) Decode(c *Chunk) error {
	*a = Asconf{}
	if c.Type != ChunkAsconf && c.Type != ChunkAsconfAck {
		return ErrType
	}
	if len(c.Value) < 4 {
		return ErrTruncated
	}
	a.Serial = binary.BigEndian.Uint32(c.Value)
	a.Ack = c.Type == ChunkAsconfAck
	a.params = c.Value[4:]
	if !a.Ack {
		var p Param
		w := Params{b: a.params}
		if w.Next(&p) && (p.Type == ParamIPv4 || p.Type == ParamIPv6) {
			if a.Address, a.HasAddress = p.Addr(); a.HasAddress {
				a.params = w.b
			}
		}
	}
	return nil
}

// Params is a cursor over the requests of an ASCONF (ParamAddIP, ParamDeleteIP,
// ParamSetPrimary) or the answers of an ASCONF ACK.
func (a *Asconf) Params() Params { return Params{b: a.params} }
