// Package mutate feeds a decoder under test every small damage of a message that
// is known to be good: each truncation and each change of one octet. It is for
// tests only. It found faults in several published decoders within a second.
package mutate

import (
	"bytes"
	"runtime/debug"
	"testing"
)

// values are the octets that faults hide behind: nothing, one, the largest and
// smallest signed octet, and all ones (length fields, extension bits, fillers).
var values = [...]byte{0x00, 0x01, 0x7f, 0x80, 0xff}

// Each calls f with golden itself, with every truncation of it (the empty one
// included), and with every variant of it in which one octet is replaced by each
// of values, by its neighbours (one more, one less) and by itself with each
// single bit flipped. A panic in f, and a write of f to its input, fail t at
// once and print the input.
//
// The slice given to f has no spare capacity, so that reslicing past its end
// panics too. It is valid during the call only.
func Each(t testing.TB, golden []byte, f func(b []byte)) {
	t.Helper()
	work := make([]byte, len(golden))
	want := make([]byte, len(golden))
	run := func(n int, what string, at int) {
		copy(want, work)
		defer func() {
			if r := recover(); r != nil {
				t.Fatalf("panic: %v\n%s at octet %d of %d: %x\n%s", r, what, at, len(golden), work[:n], debug.Stack())
			}
			if !bytes.Equal(work, want) {
				t.Fatalf("the input was written to\n%s at octet %d of %d: %x", what, at, len(golden), want[:n])
			}
		}()
		f(work[:n:n])
	}

	copy(work, golden)
	for n := len(golden); n >= 0; n-- {
		run(n, "cut", n)
	}
	for i, c := range golden {
		try := func(v byte) {
			if v == c {
				return
			}
			work[i] = v
			run(len(golden), "changed", i)
			work[i] = c
		}
		for _, v := range values {
			try(v)
		}
		try(c + 1)
		try(c - 1)
		for bit := range 8 {
			try(c ^ 1<<bit)
		}
	}
}

// All calls Each for every one of messages.
func All(t testing.TB, messages [][]byte, f func(b []byte)) {
	t.Helper()
	for _, b := range messages {
		Each(t, b, f)
	}
}

// Fuzz feeds f what the fuzzer makes of messages. A write of f to its input fails.
func Fuzz(t *testing.F, messages [][]byte, f func(b []byte)) {
	t.Helper()
	for _, b := range messages {
		t.Add(b)
	}
	t.Fuzz(func(t *testing.T, b []byte) {
		before := bytes.Clone(b)
		if f(b); !bytes.Equal(b, before) {
			t.Fatal("the input was written to")
		}
	})
}
