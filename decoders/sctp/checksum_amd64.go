package sctp

//go:noescape
func checksum3(b []byte, lane int, k *[2]uint32) uint32

func cpuid1() (ecx uint32)

// hasLanes: the processor has CRC32 (SSE 4.2) and PCLMULQDQ.
var hasLanes = cpuid1()&(1<<20|1<<1) == 1<<20|1<<1

// maxLane bounds the lanes, in words of 8 octets: three of them take the longest
// packet of an Ethernet. What is longer goes through the library, which has lanes
// too, but of 168 octets and more each: too long for signaling.
const maxLane = 64

// laneShift holds, by the length of the lanes, what the registers of the first
// and the second lane are multiplied with: x to the power of the bits that follow
// the lane, less 33: a product of reflected polynomials is shifted by one, and
// CRC32Q shifts by 32.
var laneShift = func() (t [maxLane + 1][2]uint32) {
	power := uint32(1 << 31) // x^0, reflected
	n := 0
	to := func(bits int) uint32 {
		for ; n < bits; n++ {
			power = power>>1 ^ power&1*0x82f63b78
		}
		return power
	}
	for words := 1; words <= 2*maxLane; words++ {
		v := to(64*words - 33)
		if words <= maxLane {
			t[words][1] = v
		}
		if words%2 == 0 {
			t[words/2][0] = v
		}
	}
	return t
}()

// checksum is Checksum for 12 octets and more.
func checksum(b []byte) uint32 {
	lane := (len(b) - headerLen) / 24
	if !hasLanes || lane > maxLane {
		return checksumLibrary(b)
	}
	return checksum3(b, lane, &laneShift[lane])
}
