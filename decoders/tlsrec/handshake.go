package tlsrec

import "sigtransit/decoders/internal/wire"

// Handshake message types that are of use before encryption begins (RFC 8446 4).
const (
	HandshakeClientHello = clientHello
	HandshakeServerHello = serverHello
	HandshakeCertificate = certificate
)

// Fragment is a handshake message, or a piece of one, at the start of the content
// of a handshake record.
type Fragment struct {
	Type   uint8
	Length int // of the whole message behind its header, octets
	// Sequence and Offset are of DTLS (RFC 6347 4.2.2), 0 in TLS.
	Sequence uint16
	Offset   int
	Body     []byte // cut to what is there; aliases the input
	Rest     []byte // behind the piece; aliases the input
}

// Decode reads the piece at the start of b and resets f. ErrTruncated: not even its
// header is there. In TLS a message may go on in the next record, whose content
// begins without a header: then Body is shorter than Length.
//
//	TLS    | type 1 | length 3 | body
//	DTLS   | type 1 | length 3 | sequence 2 | offset 3 | fragment length 3 | body
func (f *Fragment) Decode(p Protocol, b []byte) error {
	c := wire.New(b)
	*f = Fragment{Type: c.U8(), Length: int(c.U24())}
	n := f.Length
	if p == DTLS {
		f.Sequence, f.Offset, n = c.U16(), int(c.U24()), int(c.U24())
	}
	if c.Bad() {
		*f = Fragment{}
		return ErrTruncated
	}
	f.Body = c.Bytes(min(n, c.Len()))
	f.Rest = c.Rest()
	return nil
}

// Leaf is the first certificate of a Certificate message of TLS up to 1.2 (RFC
// 5246 7.4.2), which is the sender's own; nil when it sent none, as a client may.
// It may be cut at the end of body. It aliases body.
//
//	| list length 3 | certificate length 3 | certificate | ...
func Leaf(body []byte) []byte {
	c := wire.New(body)
	c.Skip(3)
	n := int(c.U24())
	return c.Bytes(min(n, c.Len()))
}

// cipherNames are the suites that Diameter peers really use (IANA, TLS Cipher
// Suites; RFC 6733 13.1 demands some of them).
var cipherNames = map[uint16]string{
	0x0000: "TLS_NULL_WITH_NULL_NULL",
	0x0001: "TLS_RSA_WITH_NULL_MD5",
	0x0002: "TLS_RSA_WITH_NULL_SHA",
	0x0004: "TLS_RSA_WITH_RC4_128_MD5",
	0x0005: "TLS_RSA_WITH_RC4_128_SHA",
	0x000a: "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
	0x0016: "TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA",
	0x002f: "TLS_RSA_WITH_AES_128_CBC_SHA",
	0x0033: "TLS_DHE_RSA_WITH_AES_128_CBC_SHA",
	0x0035: "TLS_RSA_WITH_AES_256_CBC_SHA",
	0x0039: "TLS_DHE_RSA_WITH_AES_256_CBC_SHA",
	0x003b: "TLS_RSA_WITH_NULL_SHA256",
	0x003c: "TLS_RSA_WITH_AES_128_CBC_SHA256",
	0x003d: "TLS_RSA_WITH_AES_256_CBC_SHA256",
	0x0067: "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256",
	0x006b: "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256",
	0x009c: "TLS_RSA_WITH_AES_128_GCM_SHA256",
	0x009d: "TLS_RSA_WITH_AES_256_GCM_SHA384",
	0x009e: "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
	0x009f: "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
	0x1301: "TLS_AES_128_GCM_SHA256",
	0x1302: "TLS_AES_256_GCM_SHA384",
	0x1303: "TLS_CHACHA20_POLY1305_SHA256",
	0x1304: "TLS_AES_128_CCM_SHA256",
	0x1305: "TLS_AES_128_CCM_8_SHA256",
	0xc006: "TLS_ECDHE_ECDSA_WITH_NULL_SHA",
	0xc009: "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
	0xc00a: "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
	0xc010: "TLS_ECDHE_RSA_WITH_NULL_SHA",
	0xc013: "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
	0xc014: "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
	0xc023: "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
	0xc024: "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",
	0xc027: "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
	0xc028: "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
	0xc02b: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
	0xc02c: "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
	0xc02f: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
	0xc030: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
	0xcca8: "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
	0xcca9: "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
	0xccaa: "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
}

// CipherName is the name of a common cipher suite, empty for another one.
func CipherName(id uint16) string { return cipherNames[id] }

// CipherIsNull says if a suite authenticates only: what it carries is readable.
func CipherIsNull(id uint16) bool {
	switch id {
	case 0x0000, 0x0001, 0x0002, 0x003b, 0xc006, 0xc010, 0xc0b4, 0xc0b5: // the last two are of RFC 9150
		return true
	}
	return false
}
