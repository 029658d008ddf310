package exposure

import (
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"sigtransit/decoders/tcap"
	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

// at is a time of the tests' capture: 2026-11-22 10:00 UTC and some seconds.
func at(seconds int) int64 {
	return time.Date(2026, 11, 22, 10, 0, seconds, 0, time.UTC).UnixNano()
}

// Fictional carriers: one is watched.
var (
	blue  = &rules.Carrier{ID: "blue-transit", Name: "Blue Transit", Index: 0, Watched: true}
	green = &rules.Carrier{ID: "green-hub", Name: "Green Hub", Index: 1}
)

func verdict(c *rules.Carrier, e signaling.Evidence) rules.Verdict {
	return rules.Verdict{Carrier: c, Evidence: e}
}

// message is one of SS7 about the subscriber of a number.
func message(t int64, class signaling.Class, subscriber string) *signaling.Message {
	m := &signaling.Message{Time: t, Protocol: signaling.MAP, Kind: signaling.KindInvoke, Class: class, TCAP: &tcap.Message{}, Memory: &signaling.Memory{}}
	if subscriber != "" {
		m.IMSI = telecom.MustDigits(subscriber)
	}
	return m
}

// open opens a ledger in a folder of the test's.
func open(t testing.TB, o Options) *Ledger {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "ledger.db"), o)
}

// noKey has a ledger of openAt make its own key.
var noKey = []byte{}

func openAt(t testing.TB, path string, o Options) *Ledger {
	t.Helper()
	if o.Now == nil {
		// No capture of a test is of the future, whenever it runs.
		o.Now = func() time.Time { return time.Unix(0, at(0)).Add(365 * 24 * time.Hour) }
	}
	switch {
	case o.Key == nil:
		// Counts of subscribers are estimates: with a key of chance, two of some hundreds
		// fall together in one run of a thousand.
		o.Key = []byte("a key that tests share")
	case len(o.Key) == 0:
		o.Key = nil
	}
	l, err := Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// clock is a machine's clock that a test sets while a ledger looks at it.
type clock struct{ ns atomic.Int64 }

func (c *clock) set(ns int64)   { c.ns.Store(ns) }
func (c *clock) now() time.Time { return time.Unix(0, c.ns.Load()) }

// flat is a row without its sketch, for comparison.
type flat struct {
	Hour int64
	Span int64
	Key
	Messages, Dialogues, Secrets, Refused, Subscribers uint64
}

func readRows(t testing.TB, path string) (rows []flat) {
	t.Helper()
	r, err := OpenForReading(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := r.Rows(time.Time{}, time.Time{}, func(x *Row) error {
		rows = append(rows, flat{x.Hour, x.Span, x.Key, x.Messages, x.Dialogues, x.Secrets, x.Refused, x.Subscribers.Estimate()})
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return rows
}
