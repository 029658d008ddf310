package sctp

import (
	"math/bits"
	"strconv"
)

// ChunkType is the chunk type of RFC 9260 3.2 and of its extensions.
type ChunkType uint8

// Chunk types (RFC 9260 table 1; RFC 4895, RFC 5061, RFC 6525, RFC 8260, RFC 3758).
const (
	ChunkData             ChunkType = 0
	ChunkInit             ChunkType = 1
	ChunkInitAck          ChunkType = 2
	ChunkSack             ChunkType = 3
	ChunkHeartbeat        ChunkType = 4
	ChunkHeartbeatAck     ChunkType = 5
	ChunkAbort            ChunkType = 6
	ChunkShutdown         ChunkType = 7
	ChunkShutdownAck      ChunkType = 8
	ChunkError            ChunkType = 9
	ChunkCookieEcho       ChunkType = 10
	ChunkCookieAck        ChunkType = 11
	ChunkECNE             ChunkType = 12
	ChunkCWR              ChunkType = 13
	ChunkShutdownComplete ChunkType = 14
	ChunkAuth             ChunkType = 15
	ChunkIData            ChunkType = 64
	ChunkAsconfAck        ChunkType = 128
	ChunkReConfig         ChunkType = 130
	ChunkPad              ChunkType = 132
	ChunkForwardTSN       ChunkType = 192
	ChunkAsconf           ChunkType = 193
	ChunkIForwardTSN      ChunkType = 194
)

// String is the name the standards use; "CHUNK-99" for a type without one.
func (t ChunkType) String() string {
	switch t {
	case ChunkData:
		return "DATA"
	case ChunkInit:
		return "INIT"
	case ChunkInitAck:
		return "INIT-ACK"
	case ChunkSack:
		return "SACK"
	case ChunkHeartbeat:
		return "HEARTBEAT"
	case ChunkHeartbeatAck:
		return "HEARTBEAT-ACK"
	case ChunkAbort:
		return "ABORT"
	case ChunkShutdown:
		return "SHUTDOWN"
	case ChunkShutdownAck:
		return "SHUTDOWN-ACK"
	case ChunkError:
		return "ERROR"
	case ChunkCookieEcho:
		return "COOKIE-ECHO"
	case ChunkCookieAck:
		return "COOKIE-ACK"
	case ChunkECNE:
		return "ECNE"
	case ChunkCWR:
		return "CWR"
	case ChunkShutdownComplete:
		return "SHUTDOWN-COMPLETE"
	case ChunkAuth:
		return "AUTH"
	case ChunkIData:
		return "I-DATA"
	case ChunkAsconfAck:
		return "ASCONF-ACK"
	case ChunkReConfig:
		return "RE-CONFIG"
	case ChunkPad:
		return "PAD"
	case ChunkForwardTSN:
		return "FORWARD-TSN"
	case ChunkAsconf:
		return "ASCONF"
	case ChunkIForwardTSN:
		return "I-FORWARD-TSN"
	}
	return "CHUNK-" + strconv.Itoa(int(t))
}

// Payload protocol identifiers (IANA, "SCTP Payload Protocol Identifiers") of the
// protocols this product meets.
const (
	PPIDUnspecified  uint32 = 0 // common in the field, whatever is carried
	PPIDIUA          uint32 = 1
	PPIDM2UA         uint32 = 2
	PPIDM3UA         uint32 = 3
	PPIDSUA          uint32 = 4
	PPIDM2PA         uint32 = 5
	PPIDDiameter     uint32 = 46
	PPIDDiameterDTLS uint32 = 47
)

// PPID puts a payload protocol identifier right. It is not touched by SCTP, and
// some senders leave it in their host's byte order: 0x03000000 for M3UA. No
// identifier above 255 is assigned, so a value that lives in its most significant
// octet only is such a one; swapped reports it. All others come back as they are.
func PPID(x uint32) (canonical uint32, swapped bool) {
	if x != 0 && x&0x00ffffff == 0 {
		return bits.ReverseBytes32(x), true
	}
	return x, false
}
