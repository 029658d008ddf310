package roaming

import (
	"fmt"
	"slices"

	"sigtransit/decoders/telecom"
)

// maxRange is the longest number a range is given by: 16 digits fill a word, and
// E.164 numbers have at most 15.
const maxRange = 15

// ranges finds the owner of a number among ranges of numbers: the one given by most
// digits wins, and of two of one length the one that was put in first. The ranges are
// cut where one begins or ends, so that a look-up is one search in a sorted list of
// the first 16 digits of numbers, packed; the first three digits tell where in it.
type ranges struct {
	starts []uint64 // where a piece begins; the first is 0
	owners []uint32 // of the piece: index into chain
	chain  []owner  // 0: nobody
	root   [rootSize + 1]uint32
}

const rootSize = 1 << 12 // three digits

// owner is who has a piece, and who has it for numbers too short for the first.
type owner struct {
	ref    uint32
	digits uint8
	next   uint32
}

// span is a range while ranges are made.
type span struct {
	first, last uint64
	digits      uint8
	ref         uint32
	at          string // as it was given
	of          string // whose it is, for messages; "": that of ref
}

// newSpan reads a range of numbers of one length.
func newSpan(first, last string, ref uint32) (s span, err error) {
	a, err1 := telecom.ParseDigits(first)
	z, err2 := telecom.ParseDigits(last)
	if err1 != nil || err2 != nil || a.Len() != z.Len() || a.Len() > maxRange {
		return s, fmt.Errorf("%s to %s is no range of numbers; want two of one length, at most %d digits", first, last, maxRange)
	}
	s = span{digits: uint8(a.Len()), ref: ref, at: first}
	s.first, _ = a.Words()
	s.last, _ = z.Words()
	s.last |= 1<<(64-4*a.Len()) - 1
	if last != first {
		s.at += " to " + last
	}
	if s.last < s.first {
		return s, fmt.Errorf("%s ends before it begins", s.at)
	}
	return s, nil
}

// build lays spans out for look-ups. clash hears of each span that meets one of
// another owner which was put in before.
func (r *ranges) build(spans []span, clash func(kept, other *span)) {
	*r = ranges{starts: []uint64{0}, owners: []uint32{0}, chain: make([]owner, 1)}
	order := make([]int, len(spans))
	cuts := make([]uint64, 0, 2*len(spans))
	for i := range spans {
		order[i] = i
		cuts = append(cuts, spans[i].first)
		if spans[i].last != ^uint64(0) {
			cuts = append(cuts, spans[i].last+1)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch x, y := spans[a].first, spans[b].first; {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	known := map[owner]uint32{}
	var open [maxRange + 1][]int // by length: spans that reach into the piece, first put in first
	for _, cut := range cuts {
		for n := range open {
			open[n] = slices.DeleteFunc(open[n], func(i int) bool { return spans[i].last < cut })
		}
		for len(order) > 0 && spans[order[0]].first == cut {
			i := order[0]
			order = order[1:]
			s := &spans[i]
			for n := range open {
				for _, j := range open[n] {
					o := &spans[j]
					if o.ref == s.ref {
						continue
					}
					kept, other := o, s
					if s.digits > o.digits || s.digits == o.digits && i < j {
						kept, other = s, o
					}
					clash(kept, other)
				}
			}
			at, _ := slices.BinarySearch(open[s.digits], i)
			open[s.digits] = slices.Insert(open[s.digits], at, i)
		}
		top := uint32(0)
		for n, list := range open {
			if len(list) == 0 {
				continue
			}
			o := owner{ref: spans[list[0]].ref, digits: uint8(n), next: top}
			if top = known[o]; top == 0 {
				top = uint32(len(r.chain))
				r.chain, known[o] = append(r.chain, o), top
			}
		}
		if n := len(r.starts) - 1; r.starts[n] == cut {
			r.owners[n] = top
		} else if r.owners[n] != top {
			r.starts, r.owners = append(r.starts, cut), append(r.owners, top)
		}
	}
	at := 0
	for k := range r.root {
		for at < len(r.starts) && r.starts[at]>>52 < uint64(k) {
			at++
		}
		r.root[k] = uint32(at)
	}
}

// lookup is the owner of a number, 0 for nobody.
func (r *ranges) lookup(d telecom.Digits) uint32 {
	if len(r.chain) < 2 {
		return 0
	}
	hi, _ := d.Words()
	k := hi >> 52
	from, to := r.root[k], r.root[k+1]
	for from < to { // the first that begins behind the number
		if mid := (from + to) / 2; r.starts[mid] <= hi {
			from = mid + 1
		} else {
			to = mid
		}
	}
	if from == 0 {
		return 0
	}
	o := &r.chain[r.owners[from-1]]
	for int(o.digits) > d.Len() {
		o = &r.chain[o.next]
	}
	return o.ref
}
