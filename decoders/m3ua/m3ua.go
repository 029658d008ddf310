package m3ua

import (
	"encoding/binary"
	"errors"

	"sigtransit/decoders/internal/sigtran"
	"sigtransit/decoders/telecom"
)

// Errors of this package. Decode returns them bare, so that they can be compared
// with == and counted.
var (
	// ErrTruncated: fewer octets than a length says.
	ErrTruncated = errors.New("m3ua: truncated")
	// ErrVersion: not version 1; nothing was decoded.
	ErrVersion = errors.New("m3ua: unknown version")
	// ErrLength: a length that cannot hold its own header or fixed part.
	ErrLength = errors.New("m3ua: bad length")
)

// faults are the errors for what the common header and the parameters may lack.
var faults = [sigtran.NumFaults]error{sigtran.Truncated: ErrTruncated, sigtran.Version: ErrVersion, sigtran.Length: ErrLength}

const protocolDataLen = 12 // fixed part of Protocol Data, RFC 4666 3.3.1

// Message is one M3UA message (RFC 4666 3).
//
//	 0                   1                   2                   3
//	 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//	+---------------+---------------+---------------+---------------+
//	|    version    |   reserved    | message class | message type  |
//	+---------------+---------------+---------------+---------------+
//	|                        message length                         |
//	+---------------------------------------------------------------+
type Message struct {
	Class, Type uint8
	Length      uint32 // from the wire, octets, header included

	HasNetworkAppearance bool
	NetworkAppearance    uint32
	HasRoutingContext    bool
	RoutingContext       uint32 // the first one, when there is a list
	HasCorrelationID     bool
	CorrelationID        uint32

	// HasData: a Protocol Data parameter stood in the message; Data is valid.
	HasData bool
	// Draft: Data came in a parameter of the drafts before RFC 3332.
	Draft bool
	// Repeated: the message held more than one Protocol Data parameter, against
	// RFC 4666 3.3.1; Data is the first one, Params shows the others.
	Repeated bool
	Data     ProtocolData

	params []byte
}

// ProtocolData is the Protocol Data parameter (RFC 4666 3.3.1): the routing label
// of MTP3 and the user part.
type ProtocolData struct {
	OPC, DPC telecom.PointCode
	SI       uint8  // service indicator: 3 SCCP, 5 ISUP, ...
	NI       uint8  // network indicator: 0 international, 2 national
	MP       uint8  // message priority
	SLS      uint8  // signalling link selection
	UserData []byte // aliases the input
}

// Decode reads the message at the start of b and resets m. Octets behind the
// message are ignored.
//
// ErrVersion and, for fewer than 8 octets, ErrTruncated: nothing was decoded and
// m is zero. All other errors come with everything that could be read before and
// behind the fault: ErrTruncated for a message or parameter that is cut off
// (HasData is true if the routing label is whole), ErrLength for a length that
// does not make sense. A message length that leaves out the padding of the last
// parameter, and padding that is not sent, are accepted.
func (m *Message) Decode(b []byte) error {
	h, fault := sigtran.ReadHeader(b)
	if fault != sigtran.None {
		*m = Message{}
		return faults[fault]
	}
	m.Class, m.Type, m.Length = h.Class, h.Type, h.Length
	m.HasNetworkAppearance, m.HasRoutingContext, m.HasCorrelationID = false, false, false
	m.NetworkAppearance, m.RoutingContext, m.CorrelationID = 0, 0, 0
	m.HasData, m.Draft, m.Repeated = false, false, false

	b, fault = h.Body(b, sigtran.HeaderLen, sigtran.Padding)
	err := faults[fault]
	m.params = b
	// The walk of sigtran.Param, open-coded: this is the hot path, and four
	// results take a fifth more time.
	for len(b) >= sigtran.ParamHeaderLen {
		tag := Tag(binary.BigEndian.Uint16(b[0:2]))
		n := int(binary.BigEndian.Uint16(b[2:4]))
		if n < sigtran.ParamHeaderLen {
			// A length of 0 would keep a careless walk in place for ever.
			if err == nil {
				err = ErrLength
			}
			b = nil
			break
		}
		if n > len(b) {
			n = len(b)
			if err == nil {
				err = ErrTruncated
			}
		}
		v := b[sigtran.ParamHeaderLen:n:n]
		// An empty rest keeps its pointer inside b.
		b = b[min((n+3)&^3, len(b)):]
		switch tag {
		case TagProtocolData:
			if !m.HasData {
				if m.HasData = m.Data.decode(v); !m.HasData && err == nil {
					err = ErrLength
				}
			} else {
				m.Repeated = true
			}
		case TagRoutingContext:
			if len(v) >= 4 && !m.HasRoutingContext {
				m.HasRoutingContext, m.RoutingContext = true, binary.BigEndian.Uint32(v)
			}
		case TagNetworkAppearance:
			if len(v) >= 4 && !m.HasNetworkAppearance {
				m.HasNetworkAppearance, m.NetworkAppearance = true, binary.BigEndian.Uint32(v)
			}
		case TagCorrelationID:
			if len(v) >= 4 && !m.HasCorrelationID {
				m.HasCorrelationID, m.CorrelationID = true, binary.BigEndian.Uint32(v)
			}
		case TagDraftData1, TagDraftData2:
			if m.Class == ClassTransfer && !m.HasData {
				m.HasData = m.Data.decodeDraft(tag, v)
				if m.Draft = m.HasData; !m.HasData && err == nil {
					err = ErrLength
				}
			} else if m.HasData {
				m.Repeated = true
			}
		}
	}
	if len(b) > 0 && err == nil {
		err = ErrTruncated
	}
	if !m.HasData {
		m.Data = ProtocolData{}
	}
	return err
}

// decode reads the value of a Protocol Data parameter.
//
//	| OPC 4 | DPC 4 | SI 1 | NI 1 | MP 1 | SLS 1 | user data |
func (d *ProtocolData) decode(v []byte) bool {
	if len(v) < protocolDataLen {
		return false
	}
	d.OPC = telecom.PointCode(binary.BigEndian.Uint32(v[0:4]))
	d.DPC = telecom.PointCode(binary.BigEndian.Uint32(v[4:8]))
	d.SI, d.NI, d.MP, d.SLS = v[8], v[9], v[10], v[11]
	d.UserData = v[protocolDataLen:len(v):len(v)]
	return true
}

// decodeDraft reads an MTP3 message as the drafts carried it: a service
// information octet and the 14-bit routing label (Q.704 2.2 and 14.2), in
// Protocol Data 2 behind an octet with the message priority (as in JT-Q704).
//
//	| SIO: NI 2, MP 2, SI 4 bits | DPC 14, OPC 14, SLS 4 bits, least significant first | user data |
func (d *ProtocolData) decodeDraft(tag Tag, v []byte) bool {
	if tag == TagDraftData2 && len(v) > 0 {
		v = v[1:]
	}
	if len(v) < 5 {
		return false
	}
	label := binary.LittleEndian.Uint32(v[1:5])
	d.DPC = telecom.PointCode(label & 0x3fff)
	d.OPC = telecom.PointCode(label >> 14 & 0x3fff)
	d.SLS = uint8(label >> 28)
	d.SI, d.NI, d.MP = v[0]&0x0f, v[0]>>6, v[0]>>4&3
	d.UserData = v[5:len(v):len(v)]
	return true
}

// Params is a cursor over all parameters of the message, in wire order.
func (m *Message) Params() Params {
	return Params{b: m.params}
}

// Param is one parameter (RFC 4666 3.2).
type Param struct {
	Tag    Tag
	Length int    // from the wire, header included, padding not
	Value  []byte // without header and padding, cut to what is there; aliases the input
	// Truncated: Length runs past the end of the message.
	Truncated bool
}

// Params walks over the parameters of a message. It is a value: a copy walks on
// independently. Every step consumes at least four octets.
type Params struct {
	b     []byte
	fault sigtran.Fault
}

// Next reads the next parameter into p and reports whether there was one; p is
// untouched when there was none. One that runs past the end of the message is
// handed out with what is there, and is the last one.
func (w *Params) Next(p *Param) bool {
	if len(w.b) == 0 {
		return false
	}
	b := w.b
	tag, v, rest, f := sigtran.Param(b)
	w.b, w.fault = rest, f
	if v == nil {
		return false
	}
	*p = Param{Tag: Tag(tag), Length: int(binary.BigEndian.Uint16(b[2:4])), Value: v, Truncated: f == sigtran.Truncated}
	return true
}

// Err tells why the walk stopped before the end of the message: nil when it did
// not, ErrTruncated for a parameter that is cut off, ErrLength for a parameter
// length below 4.
func (w *Params) Err() error {
	return faults[w.fault]
}

// LooksLike reports whether b begins like an M3UA message: version 1, a zero
// reserved octet, a known class and type, a length that fits the payload, and a
// first parameter that fits into it. It is for payloads whose PPID and ports tell
// nothing. Other adaptation layers share the header: their management messages
// (ASP state and traffic maintenance) look the same.
func LooksLike(b []byte) bool {
	h, ok := sigtran.LooksLike(b, sigtran.HeaderLen, sigtran.Padding)
	if !ok || TypeName(h.Class, h.Type) == "" {
		return false
	}
	if h.Length == sigtran.HeaderLen {
		// ASP Up and the like may be bare. A transfer message never is.
		return h.Class != ClassTransfer
	}
	rest, _ := h.Body(b, sigtran.HeaderLen, sigtran.Padding)
	if len(rest) == 0 {
		return false
	}
	_, _, _, f := sigtran.Param(rest)
	return f == sigtran.None
}
