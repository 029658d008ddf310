// Package dialogue holds the state between messages: which TCAP messages belong
// to one transaction (ITU-T Q.774), which Diameter answer to which request (RFC
// 6733 6.2). It is what lets an answer be judged by its request: a TC-End has
// often no operation code, a Diameter answer no Route-Record and no IMSI.
//
// Tables are bounded by count and aged by capture time; the oldest entry gives
// way and is counted. They are not safe for several goroutines.
package dialogue

import "math/rand/v2"

// Counters says how a table's entries ended. All only grow.
type Counters struct {
	Opened     uint64
	Closed     uint64 // ended by the protocol
	Expired    uint64 // idle for too long
	Evicted    uint64 // gave way at the bound
	Unmatched  uint64 // answers, continues and ends without a known beginning
	Duplicates uint64 // messages seen before on another link
}

const second = int64(1e9)

// list is an intrusive set of doubly linked lists of slots, each oldest use
// first. The first slots are the lists' sentinels.
type list []struct{ prev, next int32 }

func (l *list) grow() int32 {
	i := int32(len(*l))
	*l = append(*l, struct{ prev, next int32 }{i, i})
	return i
}

func (l list) remove(i int32) {
	p, n := l[i].prev, l[i].next
	l[p].next, l[n].prev = n, p
}

func (l list) pushBack(sentinel, i int32) {
	p := l[sentinel].prev
	l[p].next, l[sentinel].prev = i, i
	l[i].prev, l[i].next = p, sentinel
}

// front is the oldest slot of a list; the sentinel itself when it is empty.
func (l list) front(sentinel int32) int32 { return l[sentinel].next }

// slab holds entries by slot. It grows by whole blocks that never move: growing
// by copying would leave as much garbage as there are entries, and a pointer to
// an entry would not outlive the next one.
type slab[T any] struct {
	blocks []*[slabBlock]T
	n      int32
	free   []int32 // slots given back
}

const slabBlock = 256

func (s *slab[T]) at(slot int32) *T {
	return &s.blocks[uint32(slot)/slabBlock][uint32(slot)%slabBlock]
}

// grow makes one more slot.
func (s *slab[T]) grow() int32 {
	if int(s.n) == len(s.blocks)*slabBlock {
		s.blocks = append(s.blocks, new([slabBlock]T))
	}
	s.n++
	return s.n - 1
}

// take is a slot that was given back or, grown, a new one.
func (s *slab[T]) take() (slot int32, grown bool) {
	if n := len(s.free); n > 0 {
		slot = s.free[n-1]
		s.free = s.free[:n-1]
		return slot, false
	}
	return s.grow(), true
}

// index is a hash table from 32 bits of hash to numbers above 0, with linear
// probing. The numbers are slots of a table whose entries hold the whole keys; a
// look-up reads one cache line here and one there.
type index struct {
	cells []cell
	used  int
}

type cell struct {
	hash uint32
	n    int32 // 0: free
}

// from is the place in the table where a hash is looked for.
func (x *index) from(hash uint32) uint32 { return hash & uint32(len(x.cells)-1) }

// cell is place i: free ones have the number 0 and end a search.
func (x *index) cell(i uint32) cell { return x.cells[i&uint32(len(x.cells)-1)] }

// insert adds a number and tells how many others of its hash it met on the way.
func (x *index) insert(n int32, hash uint32) (same int) {
	if 2*(x.used+1) > len(x.cells) {
		old := x.cells
		x.cells = make([]cell, max(2*len(old), 512))
		for _, c := range old {
			if c.n != 0 {
				x.put(c)
			}
		}
	}
	x.used++
	return x.put(cell{hash, n})
}

func (x *index) put(c cell) (same int) {
	mask := uint32(len(x.cells) - 1)
	i := c.hash & mask
	for x.cells[i].n != 0 {
		if x.cells[i].hash == c.hash {
			same++
		}
		i = (i + 1) & mask
	}
	x.cells[i] = c
	return same
}

// remove takes n out and moves what it had pushed aside back towards its place.
func (x *index) remove(n int32, hash uint32) {
	mask := uint32(len(x.cells) - 1)
	i := hash & mask
	for x.cells[i].n != n {
		if x.cells[i].n == 0 {
			return
		}
		i = (i + 1) & mask
	}
	x.used--
	for j := i; ; {
		j = (j + 1) & mask
		c := x.cells[j]
		if c.n == 0 {
			break
		}
		if (j-c.hash&mask)&mask >= (j-i)&mask {
			x.cells[i] = c
			i = j
		}
	}
	x.cells[i] = cell{}
}

// hashSeed differs from run to run: nobody can choose identifiers that all meet in one
// place of a table.
var hashSeed = rand.Uint64()

func mix(a, b uint64) uint64 {
	h := (a ^ b*0x9e3779b97f4a7c15) * 0xd6e8feb86659fd93
	return h ^ h>>29
}

// fold makes a table hash of a mixed value.
func fold(h uint64) uint32 { return uint32(h ^ h>>32) }
