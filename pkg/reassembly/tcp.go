package reassembly

// Bounds of one direction of a TCP connection.
const (
	tcpMaxSegments = 1024
	tcpMaxOctets   = 512 << 10
	// tcpWait is how long a hole may stay open in capture time before what is
	// behind it is handed on as a gap: a retransmission takes a round trip, or the
	// retransmission timeout (RFC 6298: at least 1 s, doubled on each loss).
	tcpWait = 15 * second
	// tcpJump: a segment further ahead than any window belongs to another
	// numbering, or to one that went on unseen.
	tcpJump = 1 << 24
)

// TCP is one direction of a TCP connection. Push takes segments as captured,
// Next hands out their octets in order; a hole that is not filled in time is
// handed out as a gap so that the reader can look for a new start.
type TCP struct {
	next    uint32 // sequence number of the next octet to hand out
	started bool

	pending []segment // out of order, by sequence number
	octets  int
	free    [][]byte

	now   int64
	ready []byte // in order, not handed out; aliases the captured segment
	gap   bool
	buf   []byte // backs ready where a segment had to wait

	// Lost counts octets passed over as gaps.
	Lost uint64
}

type segment struct {
	seq  uint32
	at   int64
	data []byte
}

// Started reports that a sequence number is known.
func (t *TCP) Started() bool { return t.started }

// Waiting reports that octets wait behind a hole.
func (t *TCP) Waiting() bool { return len(t.pending) > 0 }

// Syn sets the initial sequence number and forgets what came before.
func (t *TCP) Syn(seq uint32) {
	t.drop()
	t.next, t.started, t.gap = seq+1, true, false
}

func (t *TCP) drop() {
	for _, p := range t.pending {
		t.release(p.data)
	}
	t.pending, t.ready, t.octets = t.pending[:0], nil, 0
}

// Held is the octets of memory that waiting segments take.
func (t *TCP) Held() int {
	n := t.octets + cap(t.buf)
	for _, b := range t.free {
		n += cap(b)
	}
	return n
}

// Drop gives up all that waits and its memory. The next segment comes after a gap.
func (t *TCP) Drop(c *Counters) {
	c.Evicted += uint64(len(t.pending))
	t.pending, t.free, t.buf, t.ready, t.octets, t.started = nil, nil, nil, nil, 0, false
}

func (t *TCP) release(b []byte) {
	t.octets -= len(b)
	if len(t.free) < 16 {
		t.free = append(t.free, b[:0])
	}
}

// Push takes the payload of one segment. After it, call Next until it reports
// nothing: what Next returns may alias payload.
func (t *TCP) Push(now int64, seq uint32, payload []byte, c *Counters) {
	t.now = now
	if !t.started {
		// The capture began inside the connection. The reader has to look for a
		// message start, which is what a gap tells it.
		t.started, t.next, t.gap = true, seq, true
	}
	d := int32(seq - t.next)
	switch {
	case d > tcpJump || d < -tcpJump:
		t.drop()
		t.next, t.gap = seq, true
		d = 0
	case d < 0:
		if int(-d) >= len(payload) {
			if len(payload) > 0 {
				c.Duplicates++
			}
			return
		}
		payload, d = payload[-d:], 0
	}
	if d == 0 {
		t.ready = payload
		t.next += uint32(len(payload))
		return
	}
	// Ahead of a hole: keep a copy, in order. Equal starts keep the longer one.
	i := len(t.pending)
	for i > 0 && int32(t.pending[i-1].seq-seq) > 0 {
		i--
	}
	if i > 0 && t.pending[i-1].seq == seq && len(t.pending[i-1].data) >= len(payload) {
		c.Duplicates++
		return
	}
	var data []byte
	if n := len(t.free); n > 0 {
		data, t.free = t.free[n-1], t.free[:n-1]
	}
	data = append(data, payload...)
	t.octets += len(data)
	t.pending = append(t.pending, segment{})
	copy(t.pending[i+1:], t.pending[i:])
	t.pending[i] = segment{seq: seq, at: now, data: data}
}

// Acked tells that the receiver acknowledged all octets before ack (RFC 9293
// 3.4): a hole below it was a loss at the tap, not in the network, and nobody
// will send it again.
func (t *TCP) Acked(now int64, ack uint32, c *Counters) {
	if t.started && len(t.pending) > 0 && int32(ack-t.pending[0].seq) >= 0 {
		t.now = now
		t.pass(c)
	}
}

// pass gives the hole before the first waiting segment up.
func (t *TCP) pass(c *Counters) {
	t.Lost += uint64(t.pending[0].seq - t.next)
	t.next, t.gap = t.pending[0].seq, true
	c.Expired++
}

// Next returns the next octets in order. gap: octets before them are missing.
// ok is false when there is nothing more for now.
func (t *TCP) Next(c *Counters) (data []byte, gap, ok bool) {
	for {
		if len(t.ready) > 0 {
			data, gap = t.ready, t.gap
			t.ready, t.gap = nil, false
			return data, gap, true
		}
		if len(t.pending) == 0 {
			return nil, false, false
		}
		p := t.pending[0]
		d := int32(p.seq - t.next)
		if d > 0 {
			if t.now-p.at < tcpWait && len(t.pending) < tcpMaxSegments && t.octets < tcpMaxOctets {
				return nil, false, false
			}
			t.pass(c)
			d = 0
		}
		n := copy(t.pending, t.pending[1:])
		t.pending[n] = segment{}
		t.pending = t.pending[:n]
		if int(-d) < len(p.data) {
			t.buf = append(t.buf[:0], p.data[-d:]...)
			t.ready = t.buf
			t.next += uint32(len(t.ready))
		}
		t.release(p.data)
	}
}

// Flush gives up all holes: what waits behind them is handed out by Next.
func (t *TCP) Flush(c *Counters) {
	if len(t.pending) > 0 {
		t.pass(c)
	}
}
