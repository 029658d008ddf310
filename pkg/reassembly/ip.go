package reassembly

// Bounds of IP reassembly. 30 s is the ceiling RFC 1122 3.3.2 and RFC 8200 4.5
// leave (60 s) halved: a mirror that delivers a fragment later than that has
// other faults. 512 datagrams of 64 KiB could hold 32 MiB; the octet bound keeps
// it at 8.
const (
	ipTimeout      = 30 * second
	ipMaxDatagrams = 512
	ipMaxOctets    = 8 << 20
	ipMaxLength    = 65535
	// A fragment of a datagram completed shortly before is a copy, as a mirror of two
	// ports makes them, not the beginning of another one. Identifications come again
	// after 65,536 datagrams at the earliest.
	ipCopies = second / 20
	ipDone   = 16
)

// IPKey names the datagram a fragment belongs to (RFC 791 3.2, RFC 8200 4.5).
type IPKey struct {
	Src, Dst [16]byte
	ID       uint32
	Protocol uint8
}

type datagram struct {
	started int64
	buf     []byte
	have    [ipMaxLength/8/64 + 1]uint64 // one bit for each 8 octets present
	total   int                          // length once the last fragment is known, else -1
	got     int                          // octets present, the last fragment's tail included
}

// IP puts fragmented IP packets together.
type IP struct {
	Counters Counters
	table    map[IPKey]*datagram
	free     []*datagram
	octets   int
	out      *datagram // handed out last, recycled at the next call
	done     [ipDone]ipEntry
	nextDone int
}

// ipEntry is a datagram that was completed.
type ipEntry struct {
	key IPKey
	at  int64
}

// Len is the number of datagrams that wait for fragments.
func (r *IP) Len() int { return len(r.table) }

// Add takes one fragment: payload begins at offset octets into the datagram's
// payload; more is the more-fragments flag. When the datagram is complete its
// payload is returned; it is valid until the next Add. Where fragments overlap,
// the octets that came first stay (an overlap is an evasion, RFC 5722).
func (r *IP) Add(now int64, key IPKey, offset int, more bool, payload []byte) (packet []byte, complete bool) {
	if r.out != nil {
		r.recycle(r.out)
		r.out = nil
	}
	if offset < 0 || offset+len(payload) > ipMaxLength || (more && len(payload)%8 != 0) || len(payload) == 0 {
		r.Counters.Malformed++
		return nil, false
	}
	d := r.table[key]
	if d != nil && now-d.started > ipTimeout {
		r.drop(key, d)
		r.Counters.Expired++
		d = nil
	}
	if d == nil {
		for i := range r.done {
			if e := &r.done[i]; e.at != 0 && e.key == key && now-e.at <= ipCopies && e.at-now <= ipCopies {
				r.Counters.Duplicates++
				return nil, false
			}
		}
		if len(r.table) >= ipMaxDatagrams || r.octets > ipMaxOctets {
			r.makeRoom(now)
		}
		d = r.take()
		d.started, d.total = now, -1
		if r.table == nil {
			r.table = make(map[IPKey]*datagram)
		}
		r.table[key] = d
	}
	end := offset + len(payload)
	if !more {
		if d.total >= 0 && d.total != end {
			r.Counters.Malformed++
			return nil, false
		}
		d.total = end
	}
	if d.total >= 0 && end > d.total {
		r.Counters.Malformed++
		return nil, false
	}
	if end > len(d.buf) {
		grown := end - len(d.buf)
		r.octets += grown
		d.buf = append(d.buf, make([]byte, grown)...)
	}
	fresh := false
	for p := 0; p < len(payload); p += 8 {
		block := (offset + p) / 8
		if d.have[block/64]&(1<<(block%64)) != 0 {
			continue
		}
		d.have[block/64] |= 1 << (block % 64)
		d.got += copy(d.buf[offset+p:end], payload[p:min(p+8, len(payload))])
		fresh = true
	}
	if !fresh {
		r.Counters.Duplicates++
	}
	if d.total < 0 || d.got < d.total {
		return nil, false
	}
	delete(r.table, key)
	r.done[r.nextDone%ipDone] = ipEntry{key, now}
	r.nextDone++
	r.octets -= len(d.buf)
	r.out = d
	r.Counters.Completed++
	return d.buf[:d.total], true
}

func (r *IP) take() *datagram {
	if n := len(r.free); n > 0 {
		d := r.free[n-1]
		r.free = r.free[:n-1]
		return d
	}
	return &datagram{}
}

func (r *IP) recycle(d *datagram) {
	if len(r.free) < 16 {
		*d = datagram{buf: d.buf[:0]}
		r.free = append(r.free, d)
	}
}

func (r *IP) drop(key IPKey, d *datagram) {
	delete(r.table, key)
	r.octets -= len(d.buf)
	r.recycle(d)
}

// evictSample is how many entries of a full table are looked at for the oldest:
// a flood must not make each further piece cost a walk over the table.
const evictSample = 8

// makeRoom looks at a few entries, drops those that have expired, and else the
// oldest of them.
func (r *IP) makeRoom(now int64) {
	var oldest IPKey
	var old *datagram
	looked := 0
	for k, d := range r.table {
		if looked++; looked > evictSample {
			break
		}
		if now-d.started > ipTimeout {
			r.drop(k, d)
			r.Counters.Expired++
		} else if old == nil || d.started < old.started {
			oldest, old = k, d
		}
	}
	if old != nil && (len(r.table) >= ipMaxDatagrams || r.octets > ipMaxOctets) {
		r.drop(oldest, old)
		r.Counters.Evicted++
	}
}
