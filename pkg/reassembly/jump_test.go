package reassembly

import "testing"

// TestTSNJumps: chunks far ahead of each other, all within one numbering. What
// lies between is missing, to the last one.
func TestTSNJumps(t *testing.T) {
	for _, step := range []uint32{1, 2, 63, 64, 65, tsnWindowMin, tsnWindowMin + 1, tsnWindowMax - 1, tsnWindowMax, tsnWindowMax + 1, tsnJump - tsnWindowMax} {
		var s SCTP
		var c Counters
		const first, chunks = 0xfffffff0, 300
		s.Start(first)
		for i := range uint32(chunks) {
			if v := s.Accept(first+i*step, &c); v != TSNNew {
				t.Fatalf("step %d: chunk %d is %d", step, i, v)
			}
			if v := s.Accept(first+i*step, &c); v != TSNDuplicate {
				t.Fatalf("step %d: chunk %d again is %d", step, i, v)
			}
		}
		if got, want := s.Missing+s.Outstanding(), uint64(chunks-1)*uint64(step-1); got != want {
			t.Errorf("step %d: %d missing, want %d", step, got, want)
		}
		if len(s.ring) > tsnWindowMax/64 {
			t.Errorf("step %d: ring of %d words", step, len(s.ring))
		}
	}
}
