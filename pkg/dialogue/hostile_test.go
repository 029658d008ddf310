package dialogue

import (
	"encoding/binary"
	"syscall"
	"testing"
	"time"

	"sigtransit/decoders/tcap"
	"sigtransit/pkg/signaling"
)

// cpu is the time this process has worked, whatever other programs do.
func cpu(t *testing.T) time.Duration {
	t.Helper()
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		t.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// TestHalfOpen: dialogues that begin and never go on, and continue out of nowhere, with
// ids of their own or all with the same one. The table keeps its bound, counts what it
// gives up, and no message costs a walk over it.
func TestHalfOpen(t *testing.T) {
	const messages, limit = 600_000, 10 * time.Microsecond
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
			from := cpu(t)
			for i := range uint32(messages) {
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
			if each := (cpu(t) - from) / messages; each > limit {
				t.Errorf("%v a message", each)
			} else {
				t.Logf("%v a message, %d transactions", each, d.Len())
			}
		})
	}
}

// TestUnanswered is the same for requests of Diameter.
func TestUnanswered(t *testing.T) {
	const requests, limit = 600_000, 10 * time.Microsecond
	d := NewDiameter()
	from := cpu(t)
	for i := range uint32(requests) {
		d.Request(int64(i)*1000, RequestKey{Link: 1, HopByHop: i, EndToEnd: i}, signaling.Operation(1), 0)
		if d.Len() > MaxRequests {
			t.Fatalf("%d requests", d.Len())
		}
	}
	if d.Counters.Evicted != requests-MaxRequests {
		t.Errorf("%+v", d.Counters)
	}
	if each := (cpu(t) - from) / requests; each > limit {
		t.Errorf("%v a request", each)
	}
}
