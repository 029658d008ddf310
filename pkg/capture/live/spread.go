package live

import (
	"encoding/binary"
	"math/bits"

	"sigtransit/pkg/capture"
)

const (
	// tagSets times tagWays directions of associations are remembered; an operator's
	// gateways have some hundreds. A set is one line of the cache.
	tagSets = 1 << 13
	tagWays = 4
	// fragSlots is how many fragmented packets are followed at a time.
	fragSlots = 1 << 10
)

// spread decides which worker a frame is for; see the package comment.
type spread struct {
	workers uint64
	peeler  capture.Peeler
	pkt     capture.Packet
	clock   uint32 // of the use of tags
	tags    [tagSets][tagWays]tagEntry
	frags   [fragSlots]fragEntry
}

// tagEntry is one direction of an association; key 0: none.
type tagEntry struct {
	key    uint64 // verification tag, source port, destination port
	used   uint32
	worker uint32
}

type fragEntry struct {
	key    uint64
	worker uint32
}

func newSpread(workers int) *spread { return &spread{workers: uint64(workers)} }

// worker is the one for a frame.
func (s *spread) worker(f *capture.Frame) int {
	p := &s.pkt
	if s.peeler.Peel(f, p) != capture.ReasonNone || p.Content != capture.ContentIP {
		return 0
	}
	src, dst := address(&p.Src), address(&p.Dst)
	home := s.home(src + dst)
	if p.Fragment {
		return int(s.fragment(home, mix(src-dst+uint64(p.FragmentID))|1))
	}
	if p.Protocol == protoSCTP {
		return int(s.sctp(home, p.Payload))
	}
	return int(home)
}

const protoSCTP = 132

// address is a hash of an address.
func address(a *[16]byte) uint64 {
	return mix(binary.LittleEndian.Uint64(a[:8])*0x9E3779B97F4A7C15 ^ binary.LittleEndian.Uint64(a[8:]))
}

// mix spreads the bits of v over all (the finalizer of MurmurHash3).
func mix(v uint64) uint64 {
	v ^= v >> 33
	v *= 0xFF51AFD7ED558CCD
	v ^= v >> 33
	v *= 0xC4CEB9FE1A85EC53
	return v ^ v>>33
}

// home is the worker of an unordered pair of addresses, whose hashes are summed.
func (s *spread) home(pair uint64) uint32 {
	hi, _ := bits.Mul64(mix(pair), s.workers)
	return uint32(hi)
}

// fragment is the worker for a fragment: where the first one went.
func (s *spread) fragment(home uint32, key uint64) uint32 {
	slot := &s.frags[key>>32%fragSlots]
	if s.pkt.FragmentOffset == 0 {
		if s.pkt.Protocol == protoSCTP {
			home = s.sctp(home, s.pkt.Payload)
		}
		*slot = fragEntry{key, home}
		return home
	}
	if slot.key == key {
		return slot.worker
	}
	return home
}

// Chunk types (RFC 9260 3.2) that name the tag of the other direction.
const (
	chunkInit    = 1
	chunkInitAck = 2
)

// sctp is the worker for an SCTP packet: that of its association.
//
//	 0          2          4    8          12     13      14       16
//	+----------+----------+----+----------+------+-------+--------+--------------+
//	| src port | dst port | tag| checksum | type | flags | length | initiate tag |
//	+----------+----------+----+----------+------+-------+--------+--------------+
func (s *spread) sctp(home uint32, b []byte) uint32 {
	if len(b) < 12 {
		return home
	}
	tag, there := binary.BigEndian.Uint32(b[4:8]), binary.BigEndian.Uint32(b[0:4])
	back := there<<16 | there>>16
	var initiate uint32
	if len(b) >= 20 && (b[12] == chunkInit || b[12] == chunkInitAck) {
		initiate = binary.BigEndian.Uint32(b[16:20])
	}
	if tag == 0 { // an INIT, and nothing else (RFC 9260 8.5.1)
		return s.tagged(initiate, back, home)
	}
	w := s.tagged(tag, there, home)
	if initiate != 0 {
		s.tagged(initiate, back, w)
	}
	return w
}

// tagged is the worker that a tag and ports are known to be with; it becomes w
// where they are not known.
func (s *spread) tagged(tag, ports, w uint32) uint32 {
	if tag == 0 {
		return w
	}
	key := uint64(tag)<<32 | uint64(ports)
	set := &s.tags[mix(key)%tagSets]
	s.clock++
	oldest := &set[0]
	for i := range set {
		e := &set[i]
		if e.key == key {
			e.used = s.clock
			return e.worker
		}
		if s.clock-e.used > s.clock-oldest.used {
			oldest = e
		}
	}
	*oldest = tagEntry{key: key, used: s.clock, worker: w}
	return w
}
