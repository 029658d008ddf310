package exposure

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// seen are the distinct subscribers of a row since its sketch was written, as a sketch
// has them: the keys of its sparse form while they are few, else registers. It is made for
// one hash after the other, where a sketch of the library, which packs its sparse form,
// would be packed anew each forty.
type seen struct {
	n     int      // keys
	slots []uint32 // keys plus one, open addressing; hardly more than half full
	regs  []uint8  // once there are too many keys
	// raised has a bit for each register that grew since it was asked last.
	raised []uint64
}

const (
	registers = 1 << precision
	// maxKeys is how many keys there may be. The library's sparse form has at most as many
	// octets as there are registers: room for some 1,520 keys, each as the two or three
	// octets of its distance from the one before.
	maxKeys = 1600
	// regsWeight is what registers count for in keys.
	regsWeight = 1 << 9
	// sparsePrecision is that of the sparse form (Heule et al., HyperLogLog in Practice,
	// 2013, 5.3), which the library fixes with its version 2.
	sparsePrecision = 25
)

// sparseKey is the key of a hash: its first 25 bits where they tell the register's value,
// else how many zeros follow, too.
func sparseKey(h uint64) uint32 {
	i := uint32(h >> (64 - sparsePrecision))
	if i&(1<<(sparsePrecision-precision)-1) != 0 {
		return i << 1
	}
	zeros := bits.LeadingZeros64(h<<sparsePrecision | (1<<sparsePrecision - 1))
	return i<<7 | uint32(zeros+1)<<1 | 1
}

// hashOf is a hash that has a key: for sketches it is as good as the one it was made of.
func hashOf(k uint32) uint64 {
	if k&1 == 0 {
		return uint64(k) << (63 - sparsePrecision)
	}
	return uint64(k>>7)<<(64-sparsePrecision) | 1<<(64-sparsePrecision)>>(k>>1&63)
}

// registerOf is the register of a key and what it is at least.
func registerOf(k uint32) (i int, value uint8) {
	if k&1 == 0 {
		h := hashOf(k)
		return int(h >> (64 - precision)), uint8(bits.LeadingZeros64(h<<precision|1<<(precision-1))) + 1
	}
	return int(k >> (32 - precision)), uint8(k>>1&63) + sparsePrecision - precision
}

// add notes the keys of subscribers, and appends those that change the sketch to fresh,
// until there are registers: these know which of them grew.
func (s *seen) add(list []sighting, fresh []uint32) []uint32 {
	for i := range list {
		if s.regs != nil {
			s.raise(list[i:])
			break
		}
		if 2*(s.n+1) > len(s.slots) && s.n < maxKeys {
			s.grow()
		}
		k := list[i].subscriber
		if !s.put(k) {
			continue
		}
		fresh = append(fresh, k)
		if s.n++; s.n > maxKeys {
			s.registers()
		}
	}
	return fresh
}

// fetch reads what add is about to look at.
func (s *seen) fetch(list []sighting) (sum uint32) {
	switch {
	case s.regs != nil:
		regs := (*[registers]uint8)(s.regs)
		for i := range list {
			r, _ := registerOf(list[i].subscriber)
			sum += uint32(regs[r])
		}
	case s.slots != nil:
		for i := range list {
			sum += s.slots[s.slot(list[i].subscriber)]
		}
	}
	return sum
}

// raise is add once there are registers.
func (s *seen) raise(list []sighting) {
	regs, raised := (*[registers]uint8)(s.regs), (*[registers / 64]uint64)(s.raised)
	for i := range list {
		if r, v := registerOf(list[i].subscriber); regs[r] < v {
			regs[r] = v
			raised[r/64] |= 1 << (r % 64)
		}
	}
}

// keys appends those that raise registers to what they are, of the ones that grew.
func (s *seen) keys(to []uint32) []uint32 {
	for n, word := range s.raised {
		for ; word != 0; word &= word - 1 {
			i := 64*n + bits.TrailingZeros64(word)
			to = append(to, sparseKey(uint64(i)<<(64-precision)|uint64(1)<<(64-precision)>>s.regs[i]))
		}
	}
	return to
}

// told is that somebody knows what keys appended.
func (s *seen) told() { clear(s.raised) }

// slot is where a key is looked for first.
func (s *seen) slot(k uint32) uint32 { return k * 0x9e3779b1 >> 12 & uint32(len(s.slots)-1) }

func (s *seen) put(k uint32) bool {
	mask := uint32(len(s.slots) - 1)
	for i := s.slot(k); ; i = (i + 1) & mask {
		switch s.slots[i] {
		case 0:
			s.slots[i] = k + 1
			return true
		case k + 1:
			return false
		}
	}
}

func (s *seen) grow() {
	old := s.slots
	s.slots = make([]uint32, max(4*len(old), 16))
	for _, k := range old {
		if k != 0 {
			s.put(k - 1)
		}
	}
}

// registers gives the keys up.
func (s *seen) registers() {
	s.regs, s.raised = make([]uint8, registers), make([]uint64, registers/64)
	for _, k := range s.slots {
		if k != 0 {
			i, v := registerOf(k - 1)
			s.regs[i] = max(s.regs[i], v)
		}
	}
	s.n, s.slots = 0, nil
}

func (s *seen) empty() bool { return s.n == 0 && s.regs == nil }

// weight is the room that s takes, in keys.
func (s *seen) weight() int {
	if s.regs != nil {
		return regsWeight
	}
	return s.n
}

// marshal is the sketch in the library's binary form, version 2.
func (s *seen) marshal() []byte {
	if s.regs == nil {
		keys := make([]uint32, 0, s.n)
		for _, k := range s.slots {
			if k != 0 {
				keys = append(keys, k-1)
			}
		}
		slices.Sort(keys)
		const head = 4 + 4 + 12
		b := append(make([]byte, 0, head+4*len(keys)), 2, precision, 0, 1, 0, 0, 0, 0)
		last := uint32(0)
		if n := len(keys); n != 0 {
			last = keys[n-1]
		}
		b = binary.BigEndian.AppendUint32(b, uint32(len(keys)))
		b = binary.BigEndian.AppendUint32(b, last)
		b = append(b, 0, 0, 0, 0) // the size
		last = 0
		for _, k := range keys {
			b = binary.AppendUvarint(b, uint64(k-last))
			last = k
		}
		if size := len(b) - head; size <= registers {
			binary.BigEndian.PutUint32(b[head-4:], uint32(size))
			return b
		}
		s.registers()
	}
	b := append(make([]byte, 0, 8+registers), 2, precision, 0, 0)
	return append(binary.BigEndian.AppendUint32(b, registers), s.regs...)
}
