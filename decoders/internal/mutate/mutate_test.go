package mutate

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

func TestEachCoversCutsAndChanges(t *testing.T) {
	golden := []byte{0x10, 0x20, 0x30}
	seen := map[string]bool{}
	calls := 0
	Each(t, golden, func(b []byte) {
		calls++
		if len(b) != cap(b) {
			t.Fatalf("len %d, cap %d: want no spare capacity", len(b), cap(b))
		}
		seen[string(b)] = true
	})
	for _, want := range [][]byte{
		{}, {0x10}, {0x10, 0x20}, golden, // cuts and the message itself
		{0x00, 0x20, 0x30}, {0x10, 0x7f, 0x30}, {0x10, 0x20, 0xff}, // fixed values
		{0x11, 0x20, 0x30}, {0x10, 0x1f, 0x30}, {0x10, 0x20, 0x31}, // neighbours
		{0x90, 0x20, 0x30}, {0x10, 0x60, 0x30}, {0x10, 0x20, 0x34}, // single bits
	} {
		if !seen[string(want)] {
			t.Errorf("% x was not tried", want)
		}
	}
	// 4 cuts, and at most 5+2+8 changes of each octet.
	if calls > 4+3*15 || calls < 4+3*12 {
		t.Errorf("%d calls", calls)
	}
	if !bytes.Equal(golden, []byte{0x10, 0x20, 0x30}) {
		t.Errorf("golden was changed: % x", golden)
	}
}

// recorder stands in for a test that must fail.
type recorder struct {
	testing.TB
	msg string
}

func (r *recorder) Helper()                           {}
func (r *recorder) Fatalf(format string, args ...any) { r.msg = fmt.Sprintf(format, args...); panic(r) }

func fails(t *testing.T, f func(b []byte)) string {
	t.Helper()
	r := &recorder{TB: t}
	func() {
		defer func() {
			if p := recover(); p != nil && p != any(r) {
				panic(p)
			}
		}()
		Each(r, []byte{1, 2, 3}, f)
	}()
	return r.msg
}

func TestEachReportsPanic(t *testing.T) {
	msg := fails(t, func(b []byte) { _ = b[2] })
	if !strings.Contains(msg, "cut at octet 2 of 3: 0102") {
		t.Errorf("got %q", msg)
	}
	msg = fails(t, func(b []byte) {
		if len(b) == 3 && b[1] == 0xff {
			_ = b[:4]
		}
	})
	if !strings.Contains(msg, "changed at octet 1 of 3: 01ff03") {
		t.Errorf("got %q", msg)
	}
}

func TestEachReportsWrite(t *testing.T) {
	msg := fails(t, func(b []byte) {
		if len(b) > 0 {
			b[0] = 9
		}
	})
	if !strings.Contains(msg, "written") {
		t.Errorf("got %q", msg)
	}
}
