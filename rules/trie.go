package rules

import (
	"math/bits"

	"sigtransit/decoders/telecom"
)

// digitTrie finds the longest of many digit prefixes that a number begins with.
// The first three digits index a table: nearly every number of the world's ends
// there, in one load. Below it stand nodes of twelve octets in the manner of a
// tree bitmap: two bit sets over the next digit, one for children and one for
// prefixes that end, and where the dense run of each begins. Where many prefixes
// share their first digits, three more digits index a further table. The zero
// value must not be looked into; build makes it usable.
type digitTrie struct {
	tables []trieTable // 0 is the root
	nodes  []trieNode  // 0 is unused
	refs   []uint32
}

const (
	tableDigits = 3
	tableShift  = 64 - 4*tableDigits
	isTable     = 1 << 31 // in trieEntry.next: an index into tables, not nodes

	// densePrefixes is from how many prefixes below it a node gets a table of 32 KiB.
	densePrefixes = 256
)

type trieTable struct {
	plain   uint32 // the same as nodes, for numbers that end within the table
	entries [1 << (4 * tableDigits)]trieEntry
}

type trieEntry struct {
	ref  uint32 // of the longest prefix that ends within the table; 0: none
	next uint32 // what stands below; 0: nothing
}

type trieNode struct {
	children, matches uint16
	child, ref        uint32 // index of the first child, of the first reference
}

// lookup is the reference of the longest prefix of d, 0 for none. A number of
// fewer than three digits has none: no network element has such a number.
func (t *digitTrie) lookup(d telecom.Digits) uint32 {
	hi, lo := d.Words()
	e := &t.tables[0].entries[hi>>tableShift]
	n := d.Len() - tableDigits
	if n < 0 {
		return 0
	}
	if e.next == 0 {
		return e.ref
	}
	return t.descend(e, hi<<(4*tableDigits)|lo>>tableShift, lo<<(4*tableDigits), n)
}

// descend goes on below an entry with the n digits that are left.
func (t *digitTrie) descend(e *trieEntry, hi, lo uint64, n int) uint32 {
	best, at := e.ref, e.next
	for at&isTable != 0 {
		table := &t.tables[at&^isTable]
		if n < tableDigits {
			at = table.plain
			break
		}
		e = &table.entries[hi>>tableShift]
		if e.ref != 0 {
			best = e.ref
		}
		if at = e.next; at == 0 {
			return best
		}
		n -= tableDigits
		hi, lo = hi<<(4*tableDigits)|lo>>tableShift, lo<<(4*tableDigits)
	}
	for ; n > 0; n-- {
		nd := &t.nodes[at]
		bit := uint16(1) << (hi >> 60)
		if nd.matches&bit != 0 {
			best = t.refs[nd.ref+uint32(bits.OnesCount16(nd.matches&(bit-1)))]
		}
		if nd.children&bit == 0 {
			break
		}
		at = nd.child + uint32(bits.OnesCount16(nd.children&(bit-1)))
		hi, lo = hi<<4|lo>>60, lo<<4
	}
	return best
}

// growing is a trie while prefixes are put in: children stand behind their
// parents, and 0 is the root.
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

// counts are the prefixes at and below each node.
func (g *growing) counts() []int {
	counts := make([]int, len(g.nodes))
	for i := len(g.nodes) - 1; i >= 0; i-- {
		for d := range g.nodes[i].kids {
			if g.nodes[i].refs[d] != 0 {
				counts[i]++
			}
			if k := g.nodes[i].kids[d]; k != 0 {
				counts[i] += counts[k]
			}
		}
	}
	return counts
}

// build lays the prefixes out for look-ups.
func (t *digitTrie) build(g *growing) {
	*t = digitTrie{tables: make([]trieTable, 1), nodes: make([]trieNode, 1)}
	if g.nodes == nil {
		return
	}
	counts := g.counts()
	from := []uint32{0} // by table: the growing node it stands for
	for i := 0; i < len(t.tables); i++ {
		if i > 0 {
			t.tables[i].plain = t.plain(g, from[i])
		}
		for digits := range t.tables[i].entries {
			at, ref := from[i], uint32(0)
			for shift := 4 * (tableDigits - 1); shift >= 0; shift -= 4 {
				d := digits >> shift & 15
				if r := g.nodes[at].refs[d]; r != 0 {
					ref = r
				}
				if at = g.nodes[at].kids[d]; at == 0 {
					break
				}
			}
			next := uint32(0)
			switch {
			case at == 0:
			case counts[at] >= densePrefixes:
				next = uint32(len(t.tables)) | isTable
				t.tables = append(t.tables, trieTable{})
				from = append(from, at)
			default:
				next = t.plain(g, at)
			}
			t.tables[i].entries[digits] = trieEntry{ref, next}
		}
	}
}

// plain lays a subtree out as nodes, breadth first so that the children of a node
// are neighbours.
func (t *digitTrie) plain(g *growing, root uint32) uint32 {
	type pending struct{ from, to uint32 }
	first := uint32(len(t.nodes))
	t.nodes = append(t.nodes, trieNode{})
	queue := []pending{{root, first}}
	for ; len(queue) > 0; queue = queue[1:] {
		p := queue[0]
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
	return first
}
