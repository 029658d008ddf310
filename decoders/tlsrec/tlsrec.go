package tlsrec

import (
	"encoding/binary"
	"errors"

	"sigtransit/decoders/internal/wire"
)

// Errors of this package. Decoders return them bare, so that they can be compared
// with == and counted.
var (
	// ErrNotRecord: the octets do not begin with a record header of TLS or DTLS.
	ErrNotRecord = errors.New("tlsrec: not a record")
	// ErrNotHello: the record does not begin with a ClientHello or ServerHello.
	ErrNotHello = errors.New("tlsrec: not a hello")
	// ErrTruncated: the hello goes on past the end of the record or of what was
	// captured of it.
	ErrTruncated = errors.New("tlsrec: truncated")
	// ErrNotCertificate: the octets do not begin with an X.509 certificate.
	ErrNotCertificate = errors.New("tlsrec: not a certificate")
)

// Protocol is what a stream segment or a user message begins with.
type Protocol uint8

// Protocols.
const (
	None Protocol = iota // neither
	TLS
	DTLS
)

// String is "tls", "dtls" or "none".
func (p Protocol) String() string {
	switch p {
	case TLS:
		return "tls"
	case DTLS:
		return "dtls"
	}
	return "none"
}

// Content types of records (RFC 8446 5.1; RFC 6520 for heartbeat; RFC 9147 4).
const (
	TypeChangeCipherSpec uint8 = 20
	TypeAlert            uint8 = 21
	TypeHandshake        uint8 = 22
	TypeApplicationData  uint8 = 23
	TypeHeartbeat        uint8 = 24
	TypeACK              uint8 = 26 // DTLS 1.3
)

// HeaderLen is the length of the header of a TLS record in octets: type 1, version
// 2, length 2.
const HeaderLen = 5

const (
	dtlsHeaderLen = 13 // type 1, version 2, epoch 2, sequence 6, length 2

	// maxLength is the longest record a sender may write: 2^14 octets and the
	// 2048 that compression and encryption may add (RFC 5246 6.2.3).
	maxLength = 1<<14 + 2048
)

// Kind tells whether b, the start of a TCP stream, of a segment of one or of an
// SCTP user message, begins with a TLS or DTLS record. The record may go on past
// the end of b, but its header may not: 5 octets for TLS, 13 for DTLS. Neither
// SCTP adaptation layers nor Diameter begin like a record: their first octet is 1.
func Kind(b []byte) Protocol {
	if len(b) < HeaderLen {
		return None
	}
	t := b[0]
	switch {
	case b[1] == 3:
		// Versions 3.0 (SSL 3.0) to 3.4. An empty record is allowed for
		// application data only (RFC 8446 5.1).
		n := binary.BigEndian.Uint16(b[3:5])
		if t >= TypeChangeCipherSpec && t <= TypeHeartbeat && b[2] <= 4 &&
			n <= maxLength && (n > 0 || t == TypeApplicationData) {
			return TLS
		}
	case b[1] == 254 && b[2] >= 252 && b[2] != 254:
		// Versions are counted down from 254.255: 1.0, 1.2 (254.253), 1.3
		// (254.252). There is no 1.1.
		if len(b) < dtlsHeaderLen {
			return None
		}
		n := binary.BigEndian.Uint16(b[11:13])
		if (t >= TypeChangeCipherSpec && t <= TypeHeartbeat || t == TypeACK) &&
			n <= maxLength && (n > 0 || t == TypeApplicationData) {
			return DTLS
		}
	}
	return None
}

// Record is the header of one record and what follows it.
type Record struct {
	Protocol Protocol
	Type     uint8
	Version  uint16 // as on the wire: 0x0303 TLS 1.2 and 1.3, 0xfefd DTLS 1.2 and 1.3
	Epoch    uint16 // DTLS only; not 0: encrypted
	Sequence uint64 // DTLS only, 48 bits
	Length   int    // of the fragment, octets, from the wire
	Fragment []byte // cut to what is there; aliases the input
	Rest     []byte // behind the record; aliases the input
	// Truncated: Length runs past the end of the input.
	Truncated bool
}

// Decode reads the record at the start of b and resets r. The only error is
// ErrNotRecord, when Kind is None; r is zero then.
func (r *Record) Decode(b []byte) error {
	*r = Record{Protocol: Kind(b)}
	head := HeaderLen
	switch r.Protocol {
	case None:
		return ErrNotRecord
	case DTLS:
		head = dtlsHeaderLen
		r.Epoch = binary.BigEndian.Uint16(b[3:5])
		r.Sequence = uint64(binary.BigEndian.Uint16(b[5:7]))<<32 | uint64(binary.BigEndian.Uint32(b[7:11]))
	}
	r.Type, r.Version = b[0], binary.BigEndian.Uint16(b[1:3])
	r.Length = int(binary.BigEndian.Uint16(b[head-2 : head]))
	b = b[head:]
	n := r.Length
	if n > len(b) {
		n, r.Truncated = len(b), true
	}
	r.Fragment, r.Rest = b[:n:n], b[n:len(b):len(b)]
	return nil
}

// Hello is a ClientHello or a ServerHello (RFC 8446 4.1.2 and 4.1.3).
type Hello struct {
	Client bool // ClientHello; else ServerHello
	// Version is the highest version a client offers, the one a server has
	// selected: from the supported_versions extension, else from the legacy
	// field. DTLS versions count down: 0xfefd is 1.2, 0xfefc is 1.3.
	Version uint16
	// ServerName is the host_name of the server_name extension (RFC 6066 3), as
	// the client wrote it; nil when there is none. Aliases the input.
	ServerName []byte
	// ALPN is the first protocol name of the ALPN extension (RFC 7301 3.1); nil
	// when there is none. Aliases the input.
	ALPN []byte
	// Cipher is the cipher suite that a server selected (RFC 8446 4.1.3); 0 in a
	// ClientHello.
	Cipher uint16
}

// Handshake types and extensions read here (RFC 8446 4 and 4.2).
const (
	clientHello = 1
	serverHello = 2
	certificate = 11 // RFC 5246 7.4.2

	extServerName        = 0
	extALPN              = 16
	extSupportedVersions = 43
)

// maxExtensions bounds the walk over extensions. A record bounds it too, at some
// four thousand empty ones; real hellos have less than forty.
const maxExtensions = 128

// Decode reads the hello at the start of a record and resets h. ErrNotHello: the
// record is not a handshake record, is encrypted, or begins with another message;
// h is zero then. ErrTruncated: the hello goes on past the end of the record; h
// holds what was found before.
func (h *Hello) Decode(r *Record) error {
	*h = Hello{}
	if r.Type != TypeHandshake || r.Epoch != 0 {
		return ErrNotHello
	}
	c := wire.New(r.Fragment)
	typ, length := c.U8(), int(c.U24())
	if c.Bad() || typ != clientHello && typ != serverHello {
		return ErrNotHello
	}
	if r.Protocol == DTLS {
		c.Skip(2) // message sequence
		offset := c.U24()
		c.Skip(3) // fragment length
		if !c.Bad() && offset != 0 {
			// A later fragment of the hello: no field is where it should be.
			return ErrNotHello
		}
	}
	// What follows the hello in the record is not part of it.
	cut := length > c.Len()
	return h.body(r.Protocol, typ, c.Bytes(min(length, c.Len())), cut)
}

// DecodeMessage is Decode for a handshake message that was put together from its
// records and fragments: typ is its type, body what stands behind its header.
func (h *Hello) DecodeMessage(p Protocol, typ uint8, body []byte) error {
	*h = Hello{}
	if typ != clientHello && typ != serverHello {
		return ErrNotHello
	}
	return h.body(p, typ, body, false)
}

// body reads a hello behind its header. cut says that its end is missing.
func (h *Hello) body(p Protocol, typ uint8, body []byte, cut bool) error {
	c := wire.New(body)
	h.Client = typ == clientHello
	h.Version = c.U16()
	c.Skip(32)          // random
	c.Skip(int(c.U8())) // legacy session id
	if h.Client {
		if p == DTLS {
			c.Skip(int(c.U8())) // cookie
		}
		c.Skip(int(c.U16())) // cipher suites
		c.Skip(int(c.U8()))  // compression methods
	} else {
		h.Cipher = c.U16()
		c.Skip(1) // compression method
	}
	if c.Bad() {
		return ErrTruncated
	}
	if c.Len() == 0 {
		// Before RFC 3546 there were no extensions.
		if cut {
			return ErrTruncated
		}
		return nil
	}
	n := int(c.U16())
	if c.Bad() {
		return ErrTruncated
	}
	if n > c.Len() {
		n, cut = c.Len(), true
	}
	c = wire.New(c.Bytes(n))
	for i := 0; c.Len() > 0 && i < maxExtensions; i++ {
		ext, size := c.U16(), int(c.U16())
		if c.Bad() {
			return ErrTruncated
		}
		if size > c.Len() {
			size, cut = c.Len(), true
		}
		body := c.Bytes(size)
		switch ext {
		case extServerName:
			h.serverName(body)
		case extALPN:
			h.alpn(body)
		case extSupportedVersions:
			h.versions(body, p)
		}
	}
	if cut {
		return ErrTruncated
	}
	return nil
}

// serverName reads the first host_name of a server_name list (RFC 6066 3). A
// name that is cut off is not a name: it stays nil.
//
//	| list length 2 | type 1 (0 host_name) | length 2 | name | ...
func (h *Hello) serverName(b []byte) {
	c := wire.New(b)
	c.Skip(2)
	if c.U8() == 0 {
		if name := c.Bytes(int(c.U16())); len(name) > 0 {
			h.ServerName = name
		}
	}
}

// alpn reads the first name of a protocol name list (RFC 7301 3.1).
//
//	| list length 2 | length 1 | name | ...
func (h *Hello) alpn(b []byte) {
	c := wire.New(b)
	c.Skip(2)
	if name := c.Bytes(int(c.U8())); len(name) > 0 {
		h.ALPN = name
	}
}

// versions reads supported_versions (RFC 8446 4.2.1): a list with an octet of
// length in a ClientHello, the selected version alone in a ServerHello.
func (h *Hello) versions(b []byte, p Protocol) {
	c := wire.New(b)
	if !h.Client {
		if v := c.U16(); known(v, p) {
			h.Version = v
		}
		return
	}
	n := int(c.U8())
	var best uint16
	for i := 0; i+2 <= n && c.Len() >= 2; i += 2 {
		// Reserved values that clients mix in against ossification (RFC 8701)
		// are no versions.
		v := c.U16()
		if !known(v, p) {
			continue
		}
		if best == 0 || p == TLS && v > best || p == DTLS && v < best {
			best = v
		}
	}
	if best != 0 {
		h.Version = best
	}
}

func known(v uint16, p Protocol) bool {
	if p == TLS {
		return v >= 0x0300 && v <= 0x0304
	}
	return v == 0xfeff || v == 0xfefd || v == 0xfefc
}

// VersionName is "TLS 1.3" and the like for a version of Hello, empty for an
// unknown one.
func VersionName(v uint16) string {
	switch v {
	case 0x0300:
		return "SSL 3.0"
	case 0x0301:
		return "TLS 1.0"
	case 0x0302:
		return "TLS 1.1"
	case 0x0303:
		return "TLS 1.2"
	case 0x0304:
		return "TLS 1.3"
	case 0xfeff:
		return "DTLS 1.0"
	case 0xfefd:
		return "DTLS 1.2"
	case 0xfefc:
		return "DTLS 1.3"
	}
	return ""
}
