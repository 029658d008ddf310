package dialogue

import (
	"testing"
	"unsafe"
)

// TestEntrySize: entries of the transaction table must not straddle cache lines.
func TestEntrySize(t *testing.T) {
	if n := unsafe.Sizeof(Transaction{}); unsafe.Sizeof(uintptr(0)) == 8 && n != 256 {
		t.Errorf("a transaction takes %d octets, want 256: see padding", n)
	}
}
