// Package dialogue holds the state between messages: which TCAP messages belong
// to one transaction (ITU-T Q.774), which Diameter answer to which request (RFC
// 6733 6.2). It is what lets an answer be judged by its request: a TC-End has
// often no operation code, a Diameter answer no Route-Record and no IMSI.
//
// Tables are bounded by count and aged by capture time; the oldest entry gives
// way and is counted. They are not safe for several goroutines.
package dialogue

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

// chains is a hash table of chained node numbers from 1; it doubles as it fills.
type chains struct {
	heads []int32
	nodes []chain // by node
	used  int
}

// chain is the link of one node, with its hash so that most strangers in a chain
// are passed over without a look at their entries.
type chain struct {
	next int32
	hash uint32
}

func (c *chains) slot(hash uint32) *int32 { return &c.heads[hash&uint32(len(c.heads)-1)] }

func (c *chains) insert(node int32, hash uint32) {
	if c.used >= len(c.heads) {
		c.rehash(max(2*len(c.heads), 256))
	}
	for int(node) >= len(c.nodes) {
		c.nodes = append(c.nodes, chain{})
	}
	h := c.slot(hash)
	c.nodes[node] = chain{next: *h, hash: hash}
	*h = node
	c.used++
}

func (c *chains) remove(node int32) {
	p := c.slot(c.nodes[node].hash)
	for *p != node {
		if *p == 0 {
			return
		}
		p = &c.nodes[*p].next
	}
	*p = c.nodes[node].next
	c.used--
}

// first is the first node of a chain; 0 when it is empty.
func (c *chains) first(hash uint32) int32 {
	if len(c.heads) == 0 {
		return 0
	}
	return *c.slot(hash)
}

func (c *chains) rehash(size int) {
	old := c.heads
	c.heads = make([]int32, size)
	for _, n := range old {
		for n != 0 {
			next := c.nodes[n].next
			h := c.slot(c.nodes[n].hash)
			c.nodes[n].next = *h
			*h = n
			n = next
		}
	}
}

func mix(a, b uint64) uint64 {
	h := (a ^ b*0x9e3779b97f4a7c15) * 0xd6e8feb86659fd93
	return h ^ h>>29
}

// fold makes a table hash of a mixed value.
func fold(h uint64) uint32 { return uint32(h ^ h>>32) }
