package dialogue

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"
	"time"

	"sigtransit/decoders/tcap"
	"sigtransit/pkg/signaling"
)

// maxWalk bounds the cells that a look-up may read. In a table of 2^18 that is half full,
// by hashes without a pattern, the longest row of cells in use has less than 100.
const maxWalk = 300

// walk is the most cells that a look-up can read, whatever it looks for.
func (x *index) walk() (most int) {
	for i, row := 0, 0; i < 2*len(x.cells); i++ { // a row may go on at the front
		if row++; x.cells[i%len(x.cells)].n == 0 {
			row = 0
		}
		most = max(most, row)
	}
	return most
}

// TestHalfOpen: dialogues that begin and never go on, and continue out of nowhere, with
// ids of their own or all with the same one. The table keeps its bound, counts what it
// gives up, and no message costs a walk over it.
func TestHalfOpen(t *testing.T) {
	const messages = 600_000
	payload := make([]byte, 16)
	for name, make := range map[string]func(i uint32) (*tcap.Message, Party, Party){
		"begins":           func(i uint32) (*tcap.Message, Party, Party) { return message(tcap.Begin, i+1, 0), vlr, hlr },
		"begins of one id": func(i uint32) (*tcap.Message, Party, Party) { return message(tcap.Begin, 1, 0), Party{gt: i + 1}, hlr },
		"continues":        func(i uint32) (*tcap.Message, Party, Party) { return message(tcap.Continue, i+1, ^i), vlr, hlr },
		"continues to ids, all of one": func(i uint32) (*tcap.Message, Party, Party) {
			return message(tcap.Continue, 1, i+2), Party{gt: i + 1}, hlr
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := NewTCAP()
			for i := range uint32(messages) {
				if i%50_000 == 0 && d.index.walk() > maxWalk {
					t.Fatalf("after %d messages a look-up may read %d cells", i, d.index.walk())
				}
				m, calling, called := make(i)
				binary.BigEndian.PutUint32(payload, i)
				tr, _, _ := d.Match(int64(i)*1000, m, calling, called, 1, payload)
				d.Release(tr)
				if d.Len() > MaxTransactions {
					t.Fatalf("%d transactions", d.Len())
				}
			}
			if c := d.Counters; c.Evicted == 0 || c.Opened-c.Evicted-c.Closed-c.Expired != uint64(d.Len()) {
				t.Errorf("%d transactions, %+v", d.Len(), c)
			}
		})
	}
}

// TestUnanswered is the same for requests of Diameter.
func TestUnanswered(t *testing.T) {
	const requests = 600_000
	d := NewDiameter()
	for i := range uint32(requests) {
		d.Request(int64(i)*1000, RequestKey{Link: 1, HopByHop: i, EndToEnd: i}, signaling.Operation(1), 0)
		if d.Len() > MaxRequests {
			t.Fatalf("%d requests", d.Len())
		}
	}
	if d.Counters.Evicted != requests-MaxRequests {
		t.Errorf("%+v", d.Counters)
	}
	if walk := d.index.walk(); walk > maxWalk {
		t.Errorf("a look-up may read %d cells", walk)
	}
}

// sound holds lists, index and slots of a table to each other.
func sound(t *testing.T, d *TCAP) {
	t.Helper()
	listed, sides := 0, 0
	seen := map[int32]bool{}
	for _, sentinel := range []int32{open, ended} {
		for s := d.lru.front(sentinel); s != sentinel; s = d.lru[s].next {
			if seen[s] {
				t.Fatalf("slot %d is listed twice", s)
			}
			seen[s] = true
			listed++
			for _, n := range d.entries.at(s).len {
				if n != 0 {
					sides++
				}
			}
		}
	}
	for _, s := range d.entries.free {
		if seen[s] {
			t.Fatalf("slot %d is free, twice or still listed", s)
		}
		seen[s] = true
	}
	if listed != d.live || len(seen)+2 != int(d.entries.n) {
		t.Fatalf("%d transactions, %d listed, %d slots, %d of them known", d.live, listed, d.entries.n-2, len(seen))
	}
	if sides != d.index.used {
		t.Fatalf("%d sides are known, %d in the index", sides, d.index.used)
	}
}

// TestAnyOrder: messages of few ids, empty ones among them, in any order, on two links,
// with a clock that jumps, to one table and to two that share their transactions.
func TestAnyOrder(t *testing.T) {
	for n := 1; n <= 2; n++ {
		tables := NewTCAPGroup(n, nil)
		r := rand.New(rand.NewPCG(1, uint64(n)))
		id := func() tcap.TransactionID {
			if v := r.Uint32N(12); v > 1 {
				return tcap.TransactionID{Value: v, Len: 4}
			}
			return tcap.TransactionID{}
		}
		payload, now := make([]byte, 16), int64(0)
		for i := range 300_000 {
			m := &tcap.Message{Type: []tcap.MessageType{tcap.Begin, tcap.Continue, tcap.Continue, tcap.End, tcap.Abort}[r.IntN(5)], OTID: id(), DTID: id()}
			payload[0] = byte(r.IntN(3))
			now += r.Int64N(int64(10 * time.Millisecond))
			if r.IntN(5000) == 0 {
				now += r.Int64N(int64(time.Hour)) - int64(10*time.Minute)
			}
			d := tables[r.IntN(n)]
			tr, _, _ := d.Match(now, m, Party{gt: r.Uint32N(100)}, Party{gt: r.Uint32N(100)}, r.Uint64N(2), payload)
			d.Release(tr)
			if i%1000 == 0 {
				for _, d := range tables {
					sound(t, d)
				}
			}
		}
	}
}

// TestNamesakesMove: transactions of one id that move to another table are bounded there
// as they were where they began.
func TestNamesakesMove(t *testing.T) {
	g := NewTCAPGroup(2, nil)
	payload := make([]byte, 16)
	for i := range uint32(1000) {
		binary.BigEndian.PutUint32(payload, i)
		p := Party{gt: i + 1}
		tr, _, _ := g[0].Match(int64(i), message(tcap.Begin, 1, 0), p, hlr, 1, payload)
		g[0].Release(tr)
		payload[8] = 1
		tr, _, _ = g[1].Match(int64(i), message(tcap.Continue, i+2, 1), hlr, p, 2, payload)
		g[1].Release(tr)
		payload[8] = 0
	}
	for i, d := range g {
		sound(t, d)
		if n := d.Len(); n > maxNamesakes+1 {
			t.Errorf("table %d has %d transactions of one id", i, n)
		}
	}
}
