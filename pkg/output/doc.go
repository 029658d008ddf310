// Package output writes what was found: JSON lines for machines (Encoder), a
// table for a person who watches (Table), a page of totals at the end (Summary),
// the counters behind them (Stats), and sinks that carry the bytes away.
//
// All renderers append to a buffer of the caller's and keep nothing of the
// messages they are handed, so that a message that is written costs no
// allocation. None of them may be used by two goroutines at once; a worker owns
// its own.
//
// Personal data goes through Privacy in every format. SMS text and
// authentication vectors are never written: the decoders do not even keep them.
package output
