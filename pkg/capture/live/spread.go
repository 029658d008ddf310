package live

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"

	"sigtransit/pkg/capture"
)

const (
	// sets times ways pairs of hosts are remembered, and as many directions of
	// associations; an operator's gateways have some hundreds. A set is one line of the
	// cache.
	sets = 1 << 13
	ways = 4
	// fragSlots is how many fragmented packets are followed at a time.
	fragSlots = 1 << 10
	// loadFrames is after how many frames the load of a worker counts half.
	loadFrames = 1 << 16
	// idleFrames is how many other frames make a pair of hosts one that has ended.
	idleFrames = 1 << 22
)

// spread decides which worker a frame is for; see the package comment.
type spread struct {
	peeler capture.Peeler
	pkt    capture.Packet
	clock  uint32 // frames so far
	known  uint64 // pairs of hosts so far
	load   []uint64
	sum    byte // what fetch read, so that it is read
	pairs  [sets][ways]place
	tags   [sets][ways]place
	frags  [fragSlots]fragEntry
}

// place is where a pair of hosts or one direction of an association is.
type place struct {
	key    uint64 // of the pair; verification tag, source port, destination port; 0: none
	used   uint32 // the clock then
	worker uint32
}

type fragEntry struct {
	key    uint64
	worker uint32
}

func newSpread(workers int) *spread { return &spread{load: make([]uint64, workers)} }

// fetch reads an octet of each line that quick will look at, before it looks at any: the
// lines come side by side from wherever they are.
func (s *spread) fetch(frames []capture.Frame) {
	for i := range frames {
		if b := frames[i].Data; len(b) > 14+4+40 {
			s.sum += b[12] + b[14+4+40]
		}
	}
}

// worker is the one for a frame.
func (s *spread) worker(f *capture.Frame) int {
	s.clock++
	if s.clock%loadFrames == 0 {
		for w := range s.load {
			s.load[w] /= 2
		}
	}
	w, ok := s.quick(f)
	if !ok {
		w = s.choose(f)
	}
	s.load[w]++
	return int(w)
}

// quick is choose for what nearly all frames are: TCP, or SCTP of a known association,
// in IP without options and fragments, in Ethernet with one VLAN tag at most. Its few
// loads do not depend on each other, so that the frames of a batch, which nobody has
// touched before, come from memory side by side.
func (s *spread) quick(f *capture.Frame) (w uint32, ok bool) {
	const (
		vlan, ipv4, ipv6 = 0x8100, 0x0800, 0x86DD
		upper            = 13 // octets of the upper layer are looked at
	)
	b := f.Data
	if f.LinkType != capture.LinkTypeEthernet || len(b) < 14+4+20+upper {
		return 0, false
	}
	kind := binary.BigEndian.Uint16(b[12:])
	b = b[14:]
	if kind == vlan {
		kind = binary.BigEndian.Uint16(b[2:])
		b = b[4:]
	}
	switch {
	case kind == ipv4 && b[0] == 0x45 && binary.BigEndian.Uint16(b[6:])&0x3FFF == 0: // no options; offset and MF 0
		if b[9] == protoSCTP {
			return s.met(b[20:])
		}
		if b[9] == protoTCP {
			return s.home(address4(b[12:16]) + address4(b[16:20])), true
		}
	case kind != ipv6 || len(b) < 40+upper:
	case b[6] == protoSCTP:
		return s.met(b[40:])
	case b[6] == protoTCP:
		return s.home(address((*[16]byte)(b[8:24])) + address((*[16]byte)(b[24:40]))), true
	}
	return 0, false
}

// choose is worker by all headers of a frame.
func (s *spread) choose(f *capture.Frame) uint32 {
	p := &s.pkt
	if s.peeler.Peel(f, p) != capture.ReasonNone || p.Content != capture.ContentIP {
		return 0
	}
	src, dst := address(&p.Src), address(&p.Dst)
	home := s.home(src + dst)
	if p.Fragment {
		return s.fragment(home, mix(src-dst+uint64(p.FragmentID))|1)
	}
	if p.Protocol == protoSCTP {
		return s.sctp(home, p.Payload)
	}
	return home
}

const (
	protoTCP  = 6
	protoSCTP = 132
)

// address is a hash of an address.
func address(a *[16]byte) uint64 {
	return mix(binary.LittleEndian.Uint64(a[:8])*0x9E3779B97F4A7C15 ^ binary.LittleEndian.Uint64(a[8:]))
}

// address4 is address of an IPv4 address, which stands for an IPv4-mapped one.
func address4(a []byte) uint64 {
	return mix(uint64(binary.LittleEndian.Uint32(a))<<32 | 0xFFFF0000)
}

// mix spreads the bits of v over all (the finalizer of MurmurHash3).
func mix(v uint64) uint64 {
	v ^= v >> 33
	v *= 0xFF51AFD7ED558CCD
	v ^= v >> 33
	v *= 0xC4CEB9FE1A85EC53
	return v ^ v>>33
}

// survey shares out the pairs of the first frames there are, the busiest first, each to the
// worker that has least to do: who starts on a port with links of unequal traffic would
// else give the two largest to one of two workers as often as not. Pairs that come later
// are taken as they come.
func (s *spread) survey(frames []capture.Frame) {
	type pair struct {
		*place
		frames uint64
	}
	var pairs []pair
	for i := range frames {
		key, ok := s.pair(&frames[i])
		if !ok {
			continue
		}
		e, known := s.find(&s.pairs[key>>1%sets], key)
		if !known {
			if e.key != 0 {
				continue // no room
			}
			*e = place{key: key, worker: uint32(len(pairs))}
			pairs = append(pairs, pair{place: e})
		}
		pairs[e.worker].frames++
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return cmp.Compare(b.frames, a.frames) })
	load := make([]uint64, len(s.load))
	for _, p := range pairs {
		p.worker = least(load, byHash(load, p.key))
		load[p.worker] += p.frames
	}
	s.known = uint64(len(pairs))
}

// pair is the key of the hosts of a frame.
func (s *spread) pair(f *capture.Frame) (key uint64, ok bool) {
	p := &s.pkt
	if s.peeler.Peel(f, p) != capture.ReasonNone || p.Content != capture.ContentIP {
		return 0, false
	}
	return pairKey(address(&p.Src) + address(&p.Dst)), true
}

func pairKey(pair uint64) uint64 { return mix(pair) | 1 }

// byHash is a worker for a key, always the same.
func byHash(load []uint64, key uint64) uint32 {
	hi, _ := bits.Mul64(key, uint64(len(load)))
	return uint32(hi)
}

// least is the worker with the least load: w, if it is one of several.
func least(load []uint64, w uint32) uint32 {
	for i, n := range load {
		if n < load[w] {
			w = uint32(i)
		}
	}
	return w
}

// home is the worker of an unordered pair of addresses, whose hashes are summed. A new
// pair goes to the worker that has least to do: the hash of some twenty links, which is
// what most ports carry, leaves three quarters of the traffic with one of two workers.
// A pair stays where it is while it is in use. One that finds no room goes by its hash,
// so that it, too, is always with the same worker.
func (s *spread) home(pair uint64) uint32 {
	key := pairKey(pair)
	e, known := s.find(&s.pairs[key>>1%sets], key)
	if known {
		return e.worker
	}
	w := byHash(s.load, key)
	if e.key != 0 && s.clock-e.used < idleFrames {
		return w
	}
	total := uint64(0)
	for _, n := range s.load {
		total += n
	}
	w = least(s.load, w)
	s.known++
	s.load[w] += max(1, total/s.known) // what one more is likely to bring
	*e = place{key: key, used: s.clock, worker: w}
	return w
}

// find is the place of a key in its set, which is used with it; where it has none, the
// one to take: an empty one, or the one that was not used for longest.
func (s *spread) find(set *[ways]place, key uint64) (e *place, known bool) {
	e = &set[0]
	for i := range set {
		x := &set[i]
		if x.key == key {
			x.used = s.clock
			return x, true
		}
		if x.key == 0 || e.key != 0 && s.clock-x.used > s.clock-e.used {
			e = x
		}
	}
	return e, false
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

// met is the worker of an SCTP packet whose tag is known and that names no other. One of
// some thousand is left to the long way, where its hosts count as in use.
func (s *spread) met(b []byte) (w uint32, ok bool) {
	key := tagKey(binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b))
	e, known := s.find(&s.tags[mix(key)%sets], key)
	return e.worker, known && b[12] != chunkInit && b[12] != chunkInitAck && s.clock%4096 != 0
}

func tagKey(tag, ports uint32) uint64 { return uint64(tag)<<32 | uint64(ports) }

// tagged is the worker that a tag and ports are known to be with; it becomes w
// where they are not known.
func (s *spread) tagged(tag, ports, w uint32) uint32 {
	if tag == 0 {
		return w
	}
	key := tagKey(tag, ports)
	e, known := s.find(&s.tags[mix(key)%sets], key)
	if known {
		return e.worker
	}
	*e = place{key: key, used: s.clock, worker: w}
	return w
}
