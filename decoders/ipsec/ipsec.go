package ipsec

import (
	"encoding/binary"
	"errors"
)

// Errors of this package. Decoders return them bare, so that they can be compared
// with == and counted.
var (
	// ErrTruncated: the octets end before the header does.
	ErrTruncated = errors.New("ipsec: truncated")
	// ErrLength: a length field below the header it stands in.
	ErrLength = errors.New("ipsec: bad length")
	// ErrValue: no packet of this kind has such a field.
	ErrValue = errors.New("ipsec: bad value")
)

// Ports (RFC 7296 2, RFC 3947 4).
const (
	PortIKE  = 500
	PortNATT = 4500
)

// ESP is the readable beginning of an Encapsulating Security Payload (RFC 4303 2).
//
//	| SPI 4 | sequence number 4 | encrypted ...
type ESP struct {
	SPI      uint32 // security parameters index; chosen by the receiver
	Sequence uint32
	Payload  []byte // encrypted, with trailer and integrity check; aliases the input
}

// minESP is the shortest packet: header, padding to four octets with pad length and
// next header, no integrity check.
const minESP = 12

// Decode reads a packet and resets e. ErrValue: an SPI of 0 is never on the wire
// (RFC 4303 2.1).
func (e *ESP) Decode(b []byte) error {
	*e = ESP{}
	if len(b) < 8 {
		return ErrTruncated
	}
	e.SPI, e.Sequence = binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
	e.Payload = b[8:len(b):len(b)]
	switch {
	case e.SPI == 0:
		return ErrValue
	case len(b) < minESP:
		return ErrTruncated
	}
	return nil
}

// AH is an Authentication Header (RFC 4302 2).
//
//	| next header 1 | length 1 | reserved 2 | SPI 4 | sequence number 4 | ICV ...
type AH struct {
	NextHeader uint8
	SPI        uint32
	Sequence   uint32
	ICV        []byte // integrity check value, with padding; aliases the input
	Payload    []byte // what is authenticated, readable; aliases the input
}

// Decode reads the header at the start of b and resets a. The length is in words of
// four octets, minus 2 (RFC 4302 2.2).
func (a *AH) Decode(b []byte) error {
	*a = AH{}
	if len(b) < 12 {
		return ErrTruncated
	}
	a.NextHeader = b[0]
	a.SPI, a.Sequence = binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:])
	n := (int(b[1]) + 2) * 4
	switch {
	case n < 12:
		return ErrLength
	case n > len(b):
		return ErrTruncated
	}
	a.ICV, a.Payload = b[12:n:n], b[n:len(b):len(b)]
	return nil
}

// IKE is the header of an IKE message, which both versions share (RFC 7296 3.1, RFC
// 2408 3.1).
//
//	| initiator SPI 8 | responder SPI 8 | next payload 1 | version 1 | exchange 1 |
//	| flags 1 | message id 4 | length 4 |
type IKE struct {
	InitiatorSPI uint64 // initiator cookie in version 1; never 0
	ResponderSPI uint64 // 0 in the first message
	NextPayload  uint8
	Major, Minor uint8
	Exchange     uint8
	Flags        uint8
	MessageID    uint32
	Length       uint32 // of the message, octets, header included
	Payloads     []byte // cut to what is there; aliases the input
	// Encrypted: the payloads are: all of them in version 1, behind an Encrypted
	// payload in version 2.
	Encrypted bool
	// Truncated: Length runs past the end of the input.
	Truncated bool
}

const (
	ikeLen = 28

	ike1Encrypted     = 0x01 // flag (RFC 2408 3.1)
	ike2Encrypted     = 46   // payload (RFC 7296 3.14)
	ike2EncryptedFrag = 53   // payload (RFC 7383 2.5)
)

// Exchange types of version 2 (RFC 7296 3.1).
const (
	ExchangeSAInit        = 34
	ExchangeAuth          = 35
	ExchangeCreateChildSA = 36
	ExchangeInformational = 37
)

// Decode reads the message at the start of b and resets k. ErrValue: neither
// version has such a header. A message that is cut is kept.
func (k *IKE) Decode(b []byte) error {
	*k = IKE{}
	if len(b) < ikeLen {
		return ErrTruncated
	}
	k.InitiatorSPI, k.ResponderSPI = binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:])
	k.NextPayload, k.Major, k.Minor, k.Exchange, k.Flags = b[16], b[17]>>4, b[17]&15, b[18], b[19]
	k.MessageID, k.Length = binary.BigEndian.Uint32(b[20:]), binary.BigEndian.Uint32(b[24:])
	switch {
	case k.InitiatorSPI == 0 || k.Major != 1 && k.Major != 2:
		return ErrValue
	// Exchanges of version 1 have numbers to 5, new group and quick mode 32 and
	// 33 (RFC 2409); those of version 2 begin with 34.
	case k.Major == 1 && (k.Exchange == 0 || k.Exchange > 5 && k.Exchange != 32 && k.Exchange != 33):
		return ErrValue
	case k.Major == 2 && (k.Exchange < ExchangeSAInit):
		return ErrValue
	case k.Length < ikeLen:
		return ErrLength
	}
	n := int(min(uint64(k.Length), uint64(len(b))))
	k.Truncated = uint64(k.Length) > uint64(len(b))
	k.Payloads = b[ikeLen:n:n]
	switch k.Major {
	case 1:
		k.Encrypted = k.Flags&ike1Encrypted != 0
	case 2:
		k.Encrypted = k.NextPayload == ike2Encrypted || k.NextPayload == ike2EncryptedFrag
	}
	return nil
}

// Encapsulation is what a datagram of port 4500 holds (RFC 3948 2).
type Encapsulation uint8

// Encapsulations.
const (
	EncapsulatedNone Encapsulation = iota
	EncapsulatedESP
	EncapsulatedIKE
	EncapsulatedKeepalive
)

// Decapsulate tells what the payload of a datagram of port 4500 is, and gives it
// without the marker: four octets of 0 stand before IKE where an SPI would be (RFC
// 3948 2.2), a NAT keepalive is a single octet of all ones (2.3).
func Decapsulate(b []byte) (Encapsulation, []byte) {
	switch {
	case len(b) == 1 && b[0] == 0xff:
		return EncapsulatedKeepalive, nil
	case len(b) < 8:
		return EncapsulatedNone, nil
	case binary.BigEndian.Uint32(b) == 0:
		return EncapsulatedIKE, b[4:len(b):len(b)]
	}
	return EncapsulatedESP, b
}
