package reassembly

// Bounds of SCCP reassembly. Q.714 4.1.1.2.3 leaves the reassembly timer to the
// implementation (T(reass), 10 to 20 s); a mirror sees both ends' delays.
const (
	sccpTimeout  = 60 * second
	sccpMaxUnits = 2048
	sccpMaxOct   = 4 << 20
)

// SCCPKey names the unit a segment belongs to: the segmentation local reference
// with what identifies its originator (Q.714 4.1.1.2.3). Link keeps apart the
// copies of one unit that an STP's mirror shows on two links. The segments of a unit
// take one link by the standard: they go in sequence, with one SLS (Q.714 4.1.1.2).
// Where somebody spreads them all the same they wait, and are counted as expired.
type SCCPKey struct {
	Link      uint64
	Origin    uint64 // hash of the calling party address and OPC
	Reference uint32
	Service   bool // XUDTS or LUDTS: a unit on its way back
}

type unit struct {
	started int64
	seg     [16][]byte
	have    uint16
	top     int8 // number of segments after the first, -1 while the first is missing
	octets  int
}

// SCCP puts segmented connectionless SCCP messages together.
type SCCP struct {
	Counters Counters
	table    map[SCCPKey]*unit
	free     []*unit
	octets   int
	out      []byte
	swept    int64
}

// Len is the number of units that wait for segments.
func (r *SCCP) Len() int { return len(r.table) }

// Add takes one segment: remaining is the number of segments after it (Q.713
// 3.17). When the unit is complete its user data is returned, valid until the
// next Add. Segments may come in any order.
func (r *SCCP) Add(now int64, key SCCPKey, first bool, remaining uint8, data []byte) (unitData []byte, complete bool) {
	remaining &= 15
	if now-r.swept > sccpTimeout || now < r.swept {
		r.sweep(now)
	}
	u := r.table[key]
	if u != nil && now-u.started > sccpTimeout {
		r.drop(key, u)
		r.Counters.Expired++
		u = nil
	}
	if u == nil {
		if len(r.table) >= sccpMaxUnits || r.octets > sccpMaxOct {
			r.makeRoom(now)
		}
		if n := len(r.free); n > 0 {
			u, r.free = r.free[n-1], r.free[:n-1]
		} else {
			u = &unit{}
		}
		u.started, u.top = now, -1
		if r.table == nil {
			r.table = make(map[SCCPKey]*unit)
		}
		r.table[key] = u
	}
	if u.have&(1<<remaining) != 0 {
		r.Counters.Duplicates++
		return nil, false
	}
	if first {
		if u.top >= 0 {
			r.Counters.Malformed++
			return nil, false
		}
		u.top = int8(remaining)
	}
	u.have |= 1 << remaining
	u.seg[remaining] = append(u.seg[remaining][:0], data...)
	u.octets += len(data)
	r.octets += len(data)
	if u.top < 0 || u.have&(1<<(u.top+1)-1) != 1<<(u.top+1)-1 {
		return nil, false
	}
	r.out = r.out[:0]
	for i := u.top; i >= 0; i-- {
		r.out = append(r.out, u.seg[i]...)
	}
	r.drop(key, u)
	r.Counters.Completed++
	return r.out, true
}

func (r *SCCP) drop(key SCCPKey, u *unit) {
	delete(r.table, key)
	r.octets -= u.octets
	u.have, u.octets = 0, 0
	if len(r.free) < 64 {
		r.free = append(r.free, u)
	}
}

// sweep drops what waits in vain: the table is small.
func (r *SCCP) sweep(now int64) {
	r.swept = now
	for k, u := range r.table {
		if now-u.started > sccpTimeout {
			r.drop(k, u)
			r.Counters.Expired++
		}
	}
}

func (r *SCCP) makeRoom(now int64) {
	var oldest SCCPKey
	var old *unit
	looked := 0
	for k, u := range r.table {
		if looked++; looked > evictSample {
			break
		}
		if now-u.started > sccpTimeout {
			r.drop(k, u)
			r.Counters.Expired++
		} else if old == nil || u.started < old.started {
			oldest, old = k, u
		}
	}
	if old != nil && (len(r.table) >= sccpMaxUnits || r.octets > sccpMaxOct) {
		r.drop(oldest, old)
		r.Counters.Evicted++
	}
}
