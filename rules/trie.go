package rules

import (
	"math/bits"

	"sigtransit/decoders/telecom"
)

// digitTrie finds the longest of many digit prefixes that a number begins with.
// The first three digits index a table: nearly every number of the world's ends
// there, in one load. Below it stand nodes of twelve octets in the manner of a
// tree bitmap: two bit sets over the next digit, one for children and one for
// prefixes that end, and where the dense run of each begins. The zero value is
// empty and must not be looked into; build makes it usable.
type digitTrie struct {
	root  []trieRoot // by the first three digits, one nibble each
	nodes []trieNode // 0 is unused
	refs  []uint32
}

const (
	rootDigits = 3
	rootShift  = 64 - 4*rootDigits
)

type trieRoot struct {
	ref  uint32 // of the longest prefix of up to three digits; 0: none
	node uint32 // 0: no longer prefix
}

type trieNode struct {
	children, matches uint16
	child, ref        uint32 // index of the first child, of the first reference
}

// lookup is the reference of the longest prefix of d, 0 for none. A number of
// fewer than three digits has none: no network element has such a number.
func (t *digitTrie) lookup(d telecom.Digits) uint32 {
	hi, lo := d.Words()
	n := d.Len()
	e := &t.root[hi>>rootShift]
	if n < rootDigits {
		return 0
	}
	best := e.ref
	if e.node == 0 {
		return best
	}
	w := hi << (4 * rootDigits)
	at := e.node
	for i := rootDigits; i < n; i++ {
		if i == 16 {
			w = lo
		}
		nd := &t.nodes[at]
		bit := uint16(1) << (w >> 60)
		w <<= 4
		if nd.matches&bit != 0 {
			best = t.refs[nd.ref+uint32(bits.OnesCount16(nd.matches&(bit-1)))]
		}
		if nd.children&bit == 0 {
			break
		}
		at = nd.child + uint32(bits.OnesCount16(nd.children&(bit-1)))
	}
	return best
}

// growing is a trie while prefixes are put in.
type growing struct {
	nodes []growingNode
}

type growingNode struct {
	kids [16]uint32
	refs [16]uint32
}

func (g *growing) put(d telecom.Digits, ref uint32) {
	if g.nodes == nil {
		g.nodes = make([]growingNode, 1)
	}
	at := uint32(0)
	for i := 0; i < d.Len()-1; i++ {
		next := g.nodes[at].kids[d.At(i)]
		if next == 0 {
			next = uint32(len(g.nodes))
			g.nodes = append(g.nodes, growingNode{})
			g.nodes[at].kids[d.At(i)] = next
		}
		at = next
	}
	g.nodes[at].refs[d.At(d.Len()-1)] = ref
}

// build lays the prefixes out for look-ups, breadth first so that the children
// of a node are neighbours.
func (t *digitTrie) build(g *growing) {
	*t = digitTrie{root: make([]trieRoot, 1<<(4*rootDigits)), nodes: make([]trieNode, 1)}
	if g.nodes == nil {
		return
	}
	type pending struct{ from, to uint32 }
	var queue []pending
	for i := range t.root {
		at, ref := uint32(0), uint32(0)
		for shift := 4 * (rootDigits - 1); shift >= 0; shift -= 4 {
			d := i >> shift & 15
			if r := g.nodes[at].refs[d]; r != 0 {
				ref = r
			}
			if at = g.nodes[at].kids[d]; at == 0 {
				break
			}
		}
		t.root[i].ref = ref
		if at != 0 {
			t.root[i].node = uint32(len(t.nodes))
			queue = append(queue, pending{at, uint32(len(t.nodes))})
			t.nodes = append(t.nodes, trieNode{})
		}
	}
	for len(queue) > 0 {
		p := queue[0]
		queue = queue[1:]
		from := &g.nodes[p.from]
		n := trieNode{child: uint32(len(t.nodes)), ref: uint32(len(t.refs))}
		for d := range from.kids {
			if r := from.refs[d]; r != 0 {
				n.matches |= 1 << d
				t.refs = append(t.refs, r)
			}
			if k := from.kids[d]; k != 0 {
				n.children |= 1 << d
				queue = append(queue, pending{k, uint32(len(t.nodes))})
				t.nodes = append(t.nodes, trieNode{})
			}
		}
		t.nodes[p.to] = n
	}
}
