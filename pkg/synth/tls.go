package synth

import (
	"encoding/binary"
	"slices"
)

// Content types of TLS records (RFC 8446 5.1).
const (
	TLSChangeCipherSpec uint8 = 20
	TLSHandshake        uint8 = 22
	TLSApplicationData  uint8 = 23
)

// Versions of TLS and DTLS.
const (
	TLS12  uint16 = 0x0303
	TLS13  uint16 = 0x0304
	DTLS12 uint16 = 0xfefd
)

// AppendTLSRecord appends a record (RFC 8446 5.1).
func AppendTLSRecord(b []byte, kind uint8, version uint16, fragment []byte) []byte {
	b = append(b, kind, byte(version>>8), byte(version), byte(len(fragment)>>8), byte(len(fragment)))
	return append(b, fragment...)
}

// AppendDTLSRecord appends a record of DTLS 1.2 (RFC 6347 4.1).
func AppendDTLSRecord(b []byte, kind uint8, epoch uint16, sequence uint32, fragment []byte) []byte {
	b = append(b, kind, byte(DTLS12>>8), byte(DTLS12&0xff), byte(epoch>>8), byte(epoch), 0, 0)
	b = binary.BigEndian.AppendUint32(b, sequence)
	b = append(b, byte(len(fragment)>>8), byte(len(fragment)))
	return append(b, fragment...)
}

// counted is v behind its length in n octets.
func counted(n int, v ...[]byte) []byte {
	whole := slices.Concat(v...)
	var l [4]byte
	binary.BigEndian.PutUint32(l[:], uint32(len(whole)))
	return append(slices.Clone(l[4-n:]), whole...)
}

func octets16(v ...uint16) (b []byte) {
	for _, x := range v {
		b = binary.BigEndian.AppendUint16(b, x)
	}
	return b
}

func extension(kind uint16, body ...[]byte) []byte {
	return append(octets16(kind), counted(2, body...)...)
}

// Hello is what a ClientHello or ServerHello says (RFC 8446 4.1.2, 4.1.3). Its random
// octets come from a Rand.
type Hello struct {
	Version    uint16 // legacy_version
	Versions   []uint16
	Ciphers    []uint16 // a server selects the first
	ServerName string
	ALPN       string
	Datagram   bool // DTLS: an empty cookie follows the session id
}

// ClientHello is the handshake message.
func ClientHello(h Hello, r *Rand) []byte {
	body := append(octets16(h.Version), r.Append(nil, 32)...)
	body = append(body, counted(1, r.Append(nil, 32))...)
	if h.Datagram {
		body = append(body, 0)
	}
	body = append(body, counted(2, octets16(h.Ciphers...))...)
	body = append(body, 1, 0) // no compression
	ext := slices.Concat(
		extension(10, counted(2, octets16(0x001d))),         // supported_groups: x25519
		extension(13, counted(2, octets16(0x0807, 0x0403))), // signature_algorithms: ed25519, ecdsa_secp256r1_sha256
	)
	if h.ServerName != "" {
		ext = append(ext, extension(0, counted(2, []byte{0}, counted(2, []byte(h.ServerName))))...)
	}
	if h.ALPN != "" {
		ext = append(ext, extension(16, counted(2, counted(1, []byte(h.ALPN))))...)
	}
	if len(h.Versions) > 0 {
		ext = append(ext, extension(43, counted(1, octets16(h.Versions...)))...)
		ext = append(ext, extension(51, counted(2, octets16(0x001d), counted(2, r.Append(nil, 32))))...) // key_share
	}
	return HandshakeMessage(1, append(body, counted(2, ext)...))
}

// ServerHello is the handshake message.
func ServerHello(h Hello, r *Rand) []byte {
	body := append(octets16(h.Version), r.Append(nil, 32)...)
	body = append(body, counted(1, r.Append(nil, 32))...)
	body = append(append(body, octets16(h.Ciphers[0])...), 0)
	var ext []byte
	if len(h.Versions) > 0 {
		ext = slices.Concat(extension(43, octets16(h.Versions[0])), extension(51, octets16(0x001d), counted(2, r.Append(nil, 32))))
	} else {
		ext = extension(23) // extended_master_secret
	}
	return HandshakeMessage(2, append(body, counted(2, ext)...))
}

// HandshakeMessage is a handshake message with its header (RFC 8446 4).
func HandshakeMessage(kind uint8, body []byte) []byte {
	return append([]byte{kind}, counted(3, body)...)
}

// CertificateMessage is a Certificate message of TLS 1.2 (RFC 5246 7.4.2).
func CertificateMessage(chain ...[]byte) []byte {
	var list []byte
	for _, der := range chain {
		list = append(list, counted(3, der)...)
	}
	return HandshakeMessage(11, counted(3, list))
}

// ServerKeyExchange is an ephemeral key of x25519, signed with ed25519 (RFC 8422 5.4).
// The signature is random.
func ServerKeyExchange(r *Rand) []byte {
	body := append([]byte{3, 0x00, 0x1d}, counted(1, r.Append(nil, 32))...)
	body = append(body, 0x08, 0x07)
	return HandshakeMessage(12, append(body, counted(2, r.Append(nil, 64))...))
}

// ClientKeyExchange is the client's (RFC 8422 5.7).
func ClientKeyExchange(r *Rand) []byte { return HandshakeMessage(16, counted(1, r.Append(nil, 32))) }

// ServerHelloDone ends the server's first flight.
func ServerHelloDone() []byte { return HandshakeMessage(14, nil) }

// DatagramFragment is a piece of a handshake message with the header of DTLS (RFC
// 6347 4.2.2).
func DatagramFragment(message []byte, sequence uint16, from, to int) []byte {
	body := message[4:]
	b := append(slices.Clone(message[:4]), octets16(sequence)...)
	b = append(b, byte(from>>16), byte(from>>8), byte(from), 0, byte((to-from)>>8), byte(to-from))
	return append(b, body[from:to]...)
}

// AppendCertificate appends an X.509 certificate (RFC 5280 4.1) with a key and a
// signature of ed25519 that are random.
func AppendCertificate(b []byte, subject, issuer string, names []string, r *Rand) []byte {
	ed25519 := AppendTLV(nil, 0x30, []byte{0x06, 3, 0x2b, 0x65, 0x70})
	common := func(s string) []byte {
		return AppendTLV(nil, 0x30, AppendTLV(nil, 0x31, AppendTLV(nil, 0x30, append([]byte{0x06, 3, 0x55, 0x04, 0x03}, AppendTLV(nil, 0x0c, []byte(s))...))))
	}
	when := func(s string) []byte { return AppendTLV(nil, 0x17, []byte(s)) }
	bits := func(n int) []byte { return AppendTLV(nil, 0x03, append([]byte{0}, r.Append(nil, n)...)) }
	var alt []byte
	for _, n := range names {
		alt = AppendTLV(alt, 0x82, []byte(n))
	}
	altName := AppendTLV(nil, 0x30, append([]byte{0x06, 3, 0x55, 0x1d, 0x11}, AppendTLV(nil, 0x04, AppendTLV(nil, 0x30, alt))...))
	tbs := slices.Concat(
		[]byte{0xa0, 3, 0x02, 1, 2}, // version 3
		AppendTLV(nil, 0x02, append([]byte{1}, r.Append(nil, 7)...)),
		ed25519, common(issuer),
		AppendTLV(nil, 0x30, append(when("260101000000Z"), when("280101000000Z")...)),
		common(subject),
		AppendTLV(nil, 0x30, append(slices.Clone(ed25519), bits(32)...)),
		AppendTLV(nil, 0xa3, AppendTLV(nil, 0x30, altName)),
	)
	return AppendTLV(b, 0x30, slices.Concat(AppendTLV(nil, 0x30, tbs), ed25519, bits(64)))
}

// AppendESP appends a packet of ESP (RFC 4303 2) with n octets of ciphertext.
func AppendESP(b []byte, spi, sequence uint32, n int, r *Rand) []byte {
	b = binary.BigEndian.AppendUint32(b, spi)
	b = binary.BigEndian.AppendUint32(b, sequence)
	return r.Append(b, n)
}

// AppendAH appends an Authentication Header before payload (RFC 4302 2) with an
// integrity check value of 12 octets.
func AppendAH(b []byte, next uint8, spi, sequence uint32, payload []byte, r *Rand) []byte {
	b = append(b, next, 4, 0, 0)
	b = binary.BigEndian.AppendUint32(b, spi)
	b = binary.BigEndian.AppendUint32(b, sequence)
	return append(r.Append(b, 12), payload...)
}

// IKE is the header of an IKE message (RFC 7296 3.1; RFC 2408 3.1 for version 1).
type IKE struct {
	Initiator, Responder uint64
	Next                 uint8 // payload
	Version              uint8 // 0x20, 0x10
	Exchange, Flags      uint8
	ID                   uint32
}

// AppendIKE appends an IKE message with its payloads.
func AppendIKE(b []byte, k IKE, payloads []byte) []byte {
	b = binary.BigEndian.AppendUint64(b, k.Initiator)
	b = binary.BigEndian.AppendUint64(b, k.Responder)
	b = append(b, k.Next, k.Version, k.Exchange, k.Flags)
	b = binary.BigEndian.AppendUint32(b, k.ID)
	b = binary.BigEndian.AppendUint32(b, uint32(28+len(payloads)))
	return append(b, payloads...)
}
