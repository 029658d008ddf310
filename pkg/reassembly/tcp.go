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
	// tcpLate is how long octets that were acknowledged may come late in the capture.
	tcpLate = second / 2
	// tcpFlight is how many acknowledged octets may have been under way when the
	// capture began.
	tcpFlight = 1 << 16
)

// TCP is one direction of a TCP connection. Push takes segments as captured,
// Next hands out their octets in order; a hole that is not filled in time is
// handed out as a gap so that the reader can look for a new start.
type TCP struct {
	next    uint32 // sequence number of the next octet to hand out
	started bool
	heard   bool   // acked and from are known
	acked   uint32 // the receiver acknowledged all octets before it
	from    uint32 // what it acknowledged first
	end     uint32 // of the direction, from its FIN
	ended   bool   // end is known

	pending []segment // out of order, by sequence number
	octets  int
	free    [][]byte

	now   int64
	ready []byte // in order, not handed out; aliases the captured segment
	gap   bool
	buf   []byte // backs ready where a segment had to wait

	// Lost counts octets that the capture lacks, Tap those of them that the receiver
	// acknowledged: they were lost at the tap, and nobody will send them again.
	Lost, Tap uint64
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
	t.Finish()
	t.drop()
	t.next, t.started, t.gap, t.heard, t.ended = seq+1, true, false, false, false
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
		if n := t.unseen(); n > tcpFlight {
			t.Lost += n
			t.Tap += n
		}
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

// Acked takes an acknowledgement of the receiver: all octets before ack have arrived
// (RFC 9293 3.4). A hole below it was a loss at the tap, not in the network.
func (t *TCP) Acked(now int64, ack uint32) {
	if len(t.pending) > 0 {
		t.now = now
	}
	switch d := int32(ack - t.acked); {
	case !t.heard || d >= tcpJump || d <= -tcpJump:
		t.heard, t.acked, t.from = true, ack, ack
	case d > 0:
		t.acked = ack
	}
}

// Acknowledged is how many octets were acknowledged of a direction of which none was
// seen.
func (t *TCP) Acknowledged() uint64 { return t.unseen() }

func (t *TCP) unseen() uint64 {
	if t.started || !t.heard {
		return 0
	}
	return uint64(t.acked - t.from)
}

// Settle is called now and then: of a direction that is acknowledged and never seen
// the count must not wrap.
func (t *TCP) Settle() {
	const most, kept = 1 << 28, 1 << 16
	if n := t.unseen(); n > most {
		t.Lost += n - kept
		t.Tap += n - kept
		t.from += uint32(n - kept)
	}
}

// End takes the sequence number of a FIN: all octets of the direction come before it.
func (t *TCP) End(seq uint32) { t.end, t.ended = seq, true }

// Finish counts what was sent, as an acknowledgement or a FIN tells, and never came.
func (t *TCP) Finish() {
	n := t.unseen()
	t.Lost += n
	t.Tap += n
	if t.started && len(t.pending) == 0 {
		acked := t.next
		switch d := int32(t.acked - t.next); {
		case !t.heard || d >= tcpJump:
		case t.ended:
			acked = later(acked, earlier(t.acked, t.end)) // a FIN is acknowledged like an octet
		case d > 1: // 1: most likely of a FIN that was not captured
			acked = t.acked
		}
		t.Tap += uint64(acked - t.next)
		if t.ended && int32(t.end-acked) > 0 && t.end-acked < tcpJump {
			acked = t.end
		}
		t.Lost += uint64(acked - t.next)
		t.next = acked
	}
	t.heard = false
}

// pass gives the hole before the first waiting segment up.
func (t *TCP) pass(c *Counters) {
	end := t.pending[0].seq
	t.Lost += uint64(end - t.next)
	if t.heard {
		if d := int32(earlier(end, t.acked) - t.next); d > 0 {
			t.Tap += uint64(d)
		}
	}
	t.next, t.gap = end, true
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
			wait := int64(tcpWait)
			if t.heard && int32(t.acked-p.seq) >= 0 {
				wait = tcpLate
			}
			if t.now-p.at < wait && len(t.pending) < tcpMaxSegments && t.octets < tcpMaxOctets {
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
