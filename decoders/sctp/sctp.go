package sctp

// Contract of the package; bodies to be written.

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

// Packet is the common header (RFC 9260 3.1) and the chunk area behind it.
type Packet struct {
	SrcPort, DstPort uint16
	VTag             uint32 // verification tag: names the association at the receiver
	Checksum         uint32 // CRC32c as on the wire
	Payload          []byte // chunks; aliases the input
}

// Chunk is one chunk.
type Chunk struct {
	Type   ChunkType
	Flags  uint8
	Length int    // from the wire, header included, padding not
	Value  []byte // without header and padding, cut to what is there; aliases the input
	// Truncated: Length runs past the end of the packet.
	Truncated bool
}

// Data is a DATA (RFC 9260 3.3.1) or I-DATA chunk (RFC 8260 2.1).
type Data struct {
	TSN       uint32
	StreamID  uint16
	Sequence  uint32 // stream sequence number (16 bits) or, for I-DATA, message id (32 bits)
	FSN       uint32 // I-DATA: fragment sequence number, 0 in the first fragment
	PPID      uint32 // I-DATA: only in the first fragment
	Begin     bool   // B bit
	End       bool   // E bit
	Unordered bool   // U bit
	IData     bool
	Payload   []byte // aliases the input
	Truncated bool
}
