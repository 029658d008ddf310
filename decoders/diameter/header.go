package diameter

import "encoding/binary"

// maxPlausible bounds the message length that HeaderLooksValid believes. The
// longest messages of the field, subscriber profiles and charging records, have
// some hundred thousand octets; the 24 bits of the header could say 16 million.
const maxPlausible = 1 << 20

// PeekLength is the length of the message that begins at b, in octets. ok is
// false when b has fewer than four octets, or no Diameter header begins there.
func PeekLength(b []byte) (n int, ok bool) {
	if len(b) < 4 || b[0] != 1 {
		return 0, false
	}
	n = int(b[1])<<16 | int(b[2])<<8 | int(b[3])
	return n, n >= HeaderLen
}

// HeaderLooksValid reports whether a message may begin at b, for finding one in
// the middle of a stream: it is stricter than Decode. It needs version 1, a length
// that is a multiple of 4 and not beyond reason, no reserved flag, no request with
// the E bit, a command code and an application id from ranges that IANA gives out,
// and a first AVP that is plausible too: reserved flags zero, a code that is given
// out, a length within the message. It judges by as much of this as b holds,
// 32 octets at most; an empty b does not look valid.
func HeaderLooksValid(b []byte) bool {
	if len(b) == 0 || b[0] != 1 {
		return false
	}
	if len(b) < 4 {
		return len(b) < 2 || b[1] < maxPlausible>>16
	}
	length := int(b[1])<<16 | int(b[2])<<8 | int(b[3])
	if length < HeaderLen || length >= maxPlausible || length%4 != 0 {
		return false
	}
	if length > HeaderLen && length < HeaderLen+8 {
		return false
	}
	if len(b) < 5 {
		return true
	}
	if b[4]&0x0f != 0 || b[4]&(FlagRequest|FlagError) == FlagRequest|FlagError {
		return false
	}
	if len(b) < 8 {
		return true
	}
	if !commandPlausible(binary.BigEndian.Uint32(b[4:]) & 0xffffff) {
		return false
	}
	if len(b) < 12 {
		return true
	}
	if !appPlausible(binary.BigEndian.Uint32(b[8:])) {
		return false
	}
	if length == HeaderLen || len(b) < HeaderLen+4 {
		return true
	}
	return avpPlausible(b[HeaderLen:], length-HeaderLen)
}

// commandPlausible: RFC 6733 11.2.1 gives 0 to 255 to RADIUS, 256 to 8388607 by
// IETF review (so far below 1024), 8388608 to 16777213 to vendors in order of
// request (so far below 8389000), the last two to experiments.
func commandPlausible(code uint32) bool {
	return code >= 257 && code < 1024 || code >= 8388608 && code < 8388608+4096 || code >= 0xfffffe
}

// appPlausible: RFC 6733 11.3 has small numbers for the IETF, 16777216 and up for
// vendors in order of request (so far below 16777700), all ones for a relay. Test
// applications like the two numbers before 16777216. Some
// vendors took numbers of their own between them.
func appPlausible(app uint32) bool {
	return app < 1<<16 || app >= 1<<24-2 && app < 1<<24+8192 || app == 0xffffffff
}

// avpPlausible judges the AVP at b, of which four octets are there at least, in a
// message with left octets from there.
func avpPlausible(b []byte, left int) bool {
	code := binary.BigEndian.Uint32(b)
	if code == 0 {
		return false
	}
	if len(b) < 8 {
		return true
	}
	w := binary.BigEndian.Uint32(b[4:])
	flags, n, head := uint8(w>>24), int(w&0xffffff), 8
	if flags&0x1f != 0 {
		return false
	}
	if flags&avpVendor != 0 {
		head = 12
	}
	if n < head || n > left {
		return false
	}
	if head == 8 {
		return code < 4096 // IANA has given out codes below 1024
	}
	// Vendors number as they like, some from 131072 up; enterprise numbers are
	// below 70000, but for a few that took one of their own.
	return code < 1<<20 && (len(b) < 12 || binary.BigEndian.Uint32(b[8:]) < 1<<17)
}
