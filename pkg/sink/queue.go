package sink

// queue holds records in memory: a lane a rank, bounded by count and octets over
// all. It comes out in the order of arrival, and gives way lowest rank first. It
// is not safe for concurrent use.
type queue struct {
	lanes     [numRanks]lane
	n         int
	octets    int64
	maxN      int
	maxOctets int64
	newest    bool     // of a rank that has to give way, the newest goes
	free      [][]byte // buffers to use again
}

// maxFree and maxFreeBuffer bound what is kept for use again.
const (
	maxFree       = 256
	maxFreeBuffer = 8 << 10
)

// fits reports whether a line could stand in the empty queue.
func (q *queue) fits(line []byte) bool { return int64(len(line)) <= q.maxOctets }

// push appends a record with a copy of its line. It returns how many records gave
// way, the new one perhaps among them.
func (q *queue) push(r record) (dropped int) {
	k := r.rank()
	for q.n >= q.maxN || q.octets+int64(len(r.line)) > q.maxOctets {
		low := rank(0)
		for low < numRanks && q.lanes[low].n == 0 {
			low++
		}
		if low > k || low == k && q.newest || low == numRanks {
			return dropped + 1
		}
		var victim record
		if q.newest {
			victim = q.lanes[low].popBack()
		} else {
			victim = q.lanes[low].popFront()
		}
		q.took(&victim)
		q.recycle(victim.line)
		dropped++
	}
	var buf []byte
	if n := len(q.free); n > 0 {
		buf, q.free = q.free[n-1][:0], q.free[:n-1]
	}
	r.line = append(buf, r.line...)
	q.lanes[k].pushBack(r)
	q.n++
	q.octets += int64(len(r.line))
	return dropped
}

func (q *queue) took(r *record) {
	q.n--
	q.octets -= int64(len(r.line))
}

// pop appends the oldest records of at least a rank to batch, at most maxN of at
// most maxOctets together, but one at least.
func (q *queue) pop(batch []record, maxN int, maxOctets int64, least rank) []record {
	for octets := int64(0); maxN > 0; maxN-- {
		var first *lane
		for k := least; k < numRanks; k++ {
			if l := &q.lanes[k]; l.n > 0 && (first == nil || l.at(0).seq < first.at(0).seq) {
				first = l
			}
		}
		if first == nil {
			break
		}
		octets += int64(len(first.at(0).line))
		if octets > maxOctets && len(batch) > 0 {
			break
		}
		r := first.popFront()
		q.took(&r)
		batch = append(batch, r)
	}
	return batch
}

// unpop puts records back that pop gave. They had their room, and keep it even if
// others came meanwhile: the next push makes it good.
func (q *queue) unpop(batch []record) {
	for i := len(batch) - 1; i >= 0; i-- {
		r := batch[i]
		q.lanes[r.rank()].pushFront(r)
		q.n++
		q.octets += int64(len(r.line))
	}
}

// recycle keeps a buffer that nobody reads any more.
func (q *queue) recycle(line []byte) {
	if len(q.free) < maxFree && cap(line) <= maxFreeBuffer && cap(line) > 0 {
		q.free = append(q.free, line)
	}
}

// lane is a ring of records.
type lane struct {
	ring []record // its length is a power of two
	head int
	n    int
}

func (l *lane) at(i int) *record { return &l.ring[(l.head+i)&(len(l.ring)-1)] }

func (l *lane) grow() {
	if l.n < len(l.ring) {
		return
	}
	ring := make([]record, max(16, 2*len(l.ring)))
	for i := range l.n {
		ring[i] = *l.at(i)
	}
	l.ring, l.head = ring, 0
}

func (l *lane) pushBack(r record) {
	l.grow()
	l.n++
	*l.at(l.n - 1) = r
}

func (l *lane) pushFront(r record) {
	l.grow()
	l.head = (l.head - 1) & (len(l.ring) - 1)
	l.n++
	*l.at(0) = r
}

func (l *lane) popFront() record {
	r := *l.at(0)
	*l.at(0) = record{}
	l.head = (l.head + 1) & (len(l.ring) - 1)
	l.n--
	return r
}

func (l *lane) popBack() record {
	r := *l.at(l.n - 1)
	*l.at(l.n - 1) = record{}
	l.n--
	return r
}
