package sctp

import (
	"encoding/binary"
	"hash/crc32"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// headerTable gives what each of the first eight octets of a packet adds to the
// CRC32c register after twelve octets, the last four of which, the checksum
// field, count as zero. One pass over the whole packet is not possible, and two
// further calls of the library for so few octets cost more than its work.
var headerTable = func() (t [8][256]uint32) {
	for i := range t {
		for v := range t[i] {
			r := castagnoli[v] // the register behind octet i of value v
			for range len(t) - 1 - i + 4 {
				r = castagnoli[byte(r)] ^ r>>8
			}
			t[i][v] = r
		}
	}
	return t
}()

// checksumLibrary is Checksum by the standard library.
func checksumLibrary(b []byte) uint32 {
	t := &headerTable
	// The register starts with all ones, which meet the first four octets.
	x := binary.LittleEndian.Uint64(b) ^ 0xffffffff
	r := t[0][byte(x)] ^ t[1][byte(x>>8)] ^ t[2][byte(x>>16)] ^ t[3][byte(x>>24)] ^
		t[4][byte(x>>32)] ^ t[5][byte(x>>40)] ^ t[6][byte(x>>48)] ^ t[7][byte(x>>56)]
	// Update takes and gives the complement of the register.
	return crc32.Update(^r, castagnoli, b[headerLen:])
}

// Checksum computes the CRC32c of a whole packet, common header first, as if its
// checksum field were zero (RFC 9260 6.8 and appendix A). b is not changed. The
// result compares with Packet.Checksum. Fewer than 12 octets give 0.
func Checksum(b []byte) uint32 {
	if len(b) < headerLen {
		return 0
	}
	return checksum(b)
}

// ChecksumOK reports whether the checksum field of a whole packet is right. The
// octets of the CRC32c stand on the wire least significant first (RFC 9260
// appendix A). A sender that leaves the sum to its network card shows a wrong one
// in every packet captured before the card: judge an association, not a packet.
func ChecksumOK(b []byte) bool {
	return len(b) >= headerLen && binary.LittleEndian.Uint32(b[8:12]) == Checksum(b)
}
