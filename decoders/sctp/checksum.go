package sctp

import (
	"encoding/binary"
	"hash/crc32"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// noChecksum stands in for the checksum field: the sum is taken with the field
// set to zero (RFC 9260 6.8).
var noChecksum [4]byte

// Checksum computes the CRC32c of a whole packet, common header first, as if its
// checksum field were zero (RFC 9260 6.8 and appendix A). b is not changed. The
// result compares with Packet.Checksum. Fewer than 12 octets give 0.
func Checksum(b []byte) uint32 {
	if len(b) < headerLen {
		return 0
	}
	crc := crc32.Update(0, castagnoli, b[:8])
	crc = crc32.Update(crc, castagnoli, noChecksum[:])
	return crc32.Update(crc, castagnoli, b[headerLen:])
}

// ChecksumOK reports whether the checksum field of a whole packet is right. The
// octets of the CRC32c stand on the wire least significant first (RFC 9260
// appendix A). A sender that leaves the sum to its network card shows a wrong one
// in every packet captured before the card: judge an association, not a packet.
func ChecksumOK(b []byte) bool {
	return len(b) >= headerLen && binary.LittleEndian.Uint32(b[8:12]) == Checksum(b)
}
