package sctp

import (
	"encoding/binary"
	"errors"
)

// Errors of this package. Decoders return them bare, so that they can be compared
// with == and counted.
var (
	// ErrTruncated: fewer octets than the fixed part, or than a length says.
	ErrTruncated = errors.New("sctp: truncated")
	// ErrLength: a chunk or parameter length below the four octets of its own header.
	ErrLength = errors.New("sctp: bad length")
	// ErrType: the chunk is not of a type that the receiver can hold.
	ErrType = errors.New("sctp: wrong chunk type")
)

const (
	headerLen      = 12 // common header, RFC 9260 3.1
	chunkHeaderLen = 4  // type, flags, length, RFC 9260 3.2
)

// Packet is the common header (RFC 9260 3.1) and the chunk area behind it.
//
//	 0                   1                   2                   3
//	 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//	+-------------------------------+-------------------------------+
//	|      source port number       |    destination port number    |
//	+-------------------------------+-------------------------------+
//	|                       verification tag                        |
//	+---------------------------------------------------------------+
//	|                           checksum                            |
//	+---------------------------------------------------------------+
type Packet struct {
	SrcPort, DstPort uint16
	VTag             uint32 // verification tag: names the association at the receiver
	Checksum         uint32 // CRC32c as on the wire, read as Checksum computes it
	Payload          []byte // chunks; aliases the input
}

// Decode reads the common header of b and resets p. The chunks are not looked at:
// see Chunks. The only error is ErrTruncated, and p is zero then.
func (p *Packet) Decode(b []byte) error {
	if len(b) < headerLen {
		*p = Packet{}
		return ErrTruncated
	}
	p.SrcPort = binary.BigEndian.Uint16(b[0:2])
	p.DstPort = binary.BigEndian.Uint16(b[2:4])
	p.VTag = binary.BigEndian.Uint32(b[4:8])
	p.Checksum = binary.LittleEndian.Uint32(b[8:12])
	p.Payload = b[headerLen:len(b):len(b)]
	return nil
}

// Chunks is a cursor over the chunks of p.
func (p *Packet) Chunks() Chunks { return Chunks{b: p.Payload} }

// Chunk is one chunk.
type Chunk struct {
	Type   ChunkType
	Flags  uint8
	Length int    // from the wire, header included, padding not
	Value  []byte // without header and padding, cut to what is there; aliases the input
	// Truncated: Length runs past the end of the packet.
	Truncated bool
}

// Chunks walks over the chunks of a packet. It is a value: a copy walks on
// independently. Every step consumes at least four octets.
type Chunks struct {
	b     []byte
	fault fault
}

// fault is an error in one octet: a cursor that held an error would be twice the
// size and would need a write barrier.
type fault uint8

const (
	faultNone fault = iota
	faultTruncated
	faultLength
)

func (f fault) err() error {
	switch f {
	case faultNone:
		return nil
	case faultTruncated:
		return ErrTruncated
	default:
		return ErrLength
	}
}

// Next reads the next chunk into c and reports whether there was one; c is
// untouched when there was none. A chunk that runs past the end of the packet is
// handed out with what is there, and is the last one. The padding of the last
// chunk may be missing (RFC 9260 3.2 forbids it; stacks and captures do it). A
// chunk of length 1 to 3, less than its own header, is passed over; one of length
// 0 ends the walk.
func (w *Chunks) Next(c *Chunk) bool {
	b := w.b
	if len(b) < chunkHeaderLen {
		if len(b) > 0 {
			w.fault, w.b = faultTruncated, nil
		}
		return false
	}
	n := int(binary.BigEndian.Uint16(b[2:4]))
	if n < chunkHeaderLen {
		return w.short(c)
	}
	c.Type, c.Flags, c.Length, c.Truncated = ChunkType(b[0]), b[1], n, false
	if n > len(b) {
		c.Value, c.Truncated = b[chunkHeaderLen:len(b):len(b)], true
		w.fault, w.b = faultTruncated, nil
		return true
	}
	c.Value = b[chunkHeaderLen:n:n]
	if n = (n + 3) &^ 3; n < len(b) {
		w.b = b[n:]
	} else {
		w.b = nil
	}
	return true
}

// short is Next where a chunk says that it is shorter than its header. Those of
// length 1 to 3 have a header all the same; one of 0 would keep a careless walk in
// place for ever.
func (w *Chunks) short(c *Chunk) bool {
	b := w.b
	w.fault, w.b = faultLength, nil
	for ; len(b) >= chunkHeaderLen; b = b[chunkHeaderLen:] {
		switch n := binary.BigEndian.Uint16(b[2:4]); {
		case n == 0:
			return false
		case n >= chunkHeaderLen:
			w.b = b
			return w.Next(c)
		}
	}
	return false
}

// Err tells why the walk stopped before the end of the packet: nil when it did
// not, ErrTruncated for a chunk or chunk header that is cut off, ErrLength for a
// chunk length of 0. ErrLength stands for those of 1 to 3 too, which do not stop it.
func (w *Chunks) Err() error { return w.fault.err() }

// TBit is the T bit of ABORT and SHUTDOWN COMPLETE (RFC 9260 3.3.7, 3.3.13): the
// sender had no association and put the tag of the packet it answers, not the tag
// of its peer, into the common header.
func (c *Chunk) TBit() bool { return c.Flags&1 != 0 }

// CumulativeTSN is the TSN up to which everything is settled, as SACK, SHUTDOWN,
// FORWARD-TSN and I-FORWARD-TSN chunks say it in their first four octets. ok is
// false for other chunks and cut ones.
func (c *Chunk) CumulativeTSN() (tsn uint32, ok bool) {
	switch c.Type {
	case ChunkSack, ChunkShutdown, ChunkForwardTSN, ChunkIForwardTSN:
		if len(c.Value) >= 4 {
			return binary.BigEndian.Uint32(c.Value), true
		}
	}
	return 0, false
}

// Data is a DATA (RFC 9260 3.3.1) or I-DATA chunk (RFC 8260 2.1).
//
//	DATA    | TSN 4 | stream 2 | SSN 2      | PPID 4                    | user data
//	I-DATA  | TSN 4 | stream 2 | reserved 2 | message id 4 | PPID/FSN 4 | user data
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

const (
	dataLen  = 12 // fixed part of DATA behind the chunk header
	iDataLen = 16 // fixed part of I-DATA behind the chunk header
)

// Bits of the flags of DATA and I-DATA (RFC 9260 3.3.1).
const (
	flagEnd       = 1 << 0
	flagBegin     = 1 << 1
	flagUnordered = 1 << 2
)

// Decode reads a DATA or I-DATA chunk and resets d. ErrType: c is something else.
// ErrTruncated: the fixed part is not whole; d is zero then. A chunk whose user
// data is cut decodes without an error and with Truncated set. No user data at
// all is against RFC 9260 6.2, but that is for the receiver to judge: Payload is
// empty then.
func (d *Data) Decode(c *Chunk) error {
	v := c.Value
	switch c.Type {
	case ChunkData:
		if len(v) < dataLen {
			*d = Data{}
			return ErrTruncated
		}
		d.Sequence = uint32(binary.BigEndian.Uint16(v[6:8]))
		d.PPID = binary.BigEndian.Uint32(v[8:12])
		d.FSN, d.IData = 0, false
		d.Payload = v[dataLen:len(v):len(v)]
	case ChunkIData:
		if len(v) < iDataLen {
			*d = Data{}
			return ErrTruncated
		}
		d.Sequence = binary.BigEndian.Uint32(v[8:12])
		d.FSN, d.PPID, d.IData = 0, 0, true
		// One field for two meanings: the first fragment has FSN 0 by
		// definition and carries the PPID in its place (RFC 8260 2.1).
		if x := binary.BigEndian.Uint32(v[12:16]); c.Flags&flagBegin != 0 {
			d.PPID = x
		} else {
			d.FSN = x
		}
		d.Payload = v[iDataLen:len(v):len(v)]
	default:
		*d = Data{}
		return ErrType
	}
	d.TSN = binary.BigEndian.Uint32(v[0:4])
	d.StreamID = binary.BigEndian.Uint16(v[4:6])
	d.Begin = c.Flags&flagBegin != 0
	d.End = c.Flags&flagEnd != 0
	d.Unordered = c.Flags&flagUnordered != 0
	d.Truncated = c.Truncated
	return nil
}

// Sack is a SACK chunk (RFC 9260 3.3.4).
type Sack struct {
	CumulativeTSN    uint32
	ARwnd            uint32 // receiver window credit, octets
	NumGaps, NumDups int    // as many as the chunk really holds

	gaps, dups []byte
}

// Decode reads a SACK chunk and resets s. ErrType: c is something else.
// ErrTruncated: the fixed part is not whole (s is zero), or the counts claim more
// blocks than there are (s holds those that are there).
func (s *Sack) Decode(c *Chunk) error {
	*s = Sack{}
	v := c.Value
	if c.Type != ChunkSack {
		return ErrType
	}
	if len(v) < 12 {
		return ErrTruncated
	}
	s.CumulativeTSN = binary.BigEndian.Uint32(v[0:4])
	s.ARwnd = binary.BigEndian.Uint32(v[4:8])
	gaps := int(binary.BigEndian.Uint16(v[8:10]))
	dups := int(binary.BigEndian.Uint16(v[10:12]))
	v = v[12:]
	s.NumGaps = min(gaps, len(v)/4)
	s.gaps, v = v[:4*s.NumGaps], v[4*s.NumGaps:]
	s.NumDups = min(dups, len(v)/4)
	s.dups = v[:4*s.NumDups]
	if s.NumGaps < gaps || s.NumDups < dups {
		return ErrTruncated
	}
	return nil
}

// Gap is block i of received TSNs, first and last included; 0 ≤ i < NumGaps. The
// wire has them as offsets from CumulativeTSN. Out of range gives zeros.
func (s *Sack) Gap(i int) (first, last uint32) {
	if uint(i) >= uint(s.NumGaps) {
		return 0, 0
	}
	b := s.gaps[4*i : 4*i+4]
	return s.CumulativeTSN + uint32(binary.BigEndian.Uint16(b[0:2])), s.CumulativeTSN + uint32(binary.BigEndian.Uint16(b[2:4]))
}

// Dup is the TSN i that was received more than once; 0 ≤ i < NumDups. Out of
// range gives 0.
func (s *Sack) Dup(i int) uint32 {
	if uint(i) >= uint(s.NumDups) {
		return 0
	}
	return binary.BigEndian.Uint32(s.dups[4*i : 4*i+4])
}

// ForwardTSN is a FORWARD-TSN (RFC 3758 3.2) or I-FORWARD-TSN chunk (RFC 8260
// 2.3.1): the sender has given up everything up to a TSN.
type ForwardTSN struct {
	NewCumulativeTSN uint32
	NumStreams       int // streams on which something was skipped
	IData            bool

	streams []byte
}

// Decode reads the chunk and resets f. ErrType: c is something else.
// ErrTruncated: there is no TSN; f is zero then.
func (f *ForwardTSN) Decode(c *Chunk) error {
	*f = ForwardTSN{}
	if c.Type != ChunkForwardTSN && c.Type != ChunkIForwardTSN {
		return ErrType
	}
	if len(c.Value) < 4 {
		return ErrTruncated
	}
	f.IData = c.Type == ChunkIForwardTSN
	f.NewCumulativeTSN = binary.BigEndian.Uint32(c.Value)
	f.streams = c.Value[4:]
	f.NumStreams = len(f.streams) / f.entry()
	return nil
}

// entry is the size of one stream entry in octets.
func (f *ForwardTSN) entry() int {
	if f.IData {
		return 8
	}
	return 4
}

// Stream is entry i, 0 ≤ i < NumStreams: on stream id everything up to sequence
// (as in Data.Sequence) is skipped. unordered is told by I-FORWARD-TSN only. Out
// of range gives zeros.
func (f *ForwardTSN) Stream(i int) (id uint16, sequence uint32, unordered bool) {
	if uint(i) >= uint(f.NumStreams) {
		return 0, 0, false
	}
	e := f.streams[i*f.entry():]
	id = binary.BigEndian.Uint16(e[0:2])
	if f.IData {
		return id, binary.BigEndian.Uint32(e[4:8]), e[3]&1 != 0
	}
	return id, uint32(binary.BigEndian.Uint16(e[2:4])), false
}

// TSNBefore reports whether a comes before b in the serial arithmetic of RFC 9260
// 1.6 (RFC 1982). TSNs exactly half the number space apart have no order: neither
// comes before the other.
func TSNBefore(a, b uint32) bool { return a != b && b-a < 1<<31 }

// SSNBefore is TSNBefore for stream sequence numbers of 16 bits.
func SSNBefore(a, b uint16) bool { return a != b && b-a < 1<<15 }
