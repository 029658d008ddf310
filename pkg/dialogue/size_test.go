package dialogue

import (
	"testing"
	"unsafe"

	"sigtransit/pkg/signaling"
)

// TestEntrySize: entries of the transaction table must not straddle cache lines.
func TestEntrySize(t *testing.T) {
	if unsafe.Sizeof(uintptr(0)) != 8 {
		t.Skip("the layout is made for 64-bit machines")
	}
	if n := unsafe.Offsetof(Transaction{}.Memory); n != 64 {
		t.Errorf("the head of a transaction takes %d octets, want 64", n)
	}
	if n := unsafe.Offsetof(signaling.Memory{}.Carriers); n != 64 {
		t.Errorf("the head of a memory takes %d octets, want 64", n)
	}
	if n := unsafe.Sizeof(Transaction{}); n != 256 {
		t.Errorf("a transaction takes %d octets, want 256: see padding", n)
	}
}

// TestWaySize: what workers write in turns is one cache line each time.
func TestWaySize(t *testing.T) {
	if unsafe.Sizeof(uintptr(0)) != 8 {
		t.Skip("the layout is made for 64-bit machines")
	}
	if n := unsafe.Sizeof(way{}); n != 64 {
		t.Errorf("a way takes %d octets, want 64", n)
	}
	if n := uintptr(unsafe.Pointer(&NewTCAPGroup(2, nil)[0].group.copies)) % 64; n != 0 {
		t.Errorf("the ways begin %d octets into a line", n)
	}
}

// TestRequestSize: the head of a request is one cache line, and so are its memory's.
func TestRequestSize(t *testing.T) {
	if unsafe.Sizeof(uintptr(0)) != 8 {
		t.Skip("the layout is made for 64-bit machines")
	}
	if n := unsafe.Offsetof(Request{}.Memory); n != 64 {
		t.Errorf("the head of a request takes %d octets, want 64", n)
	}
	if n := unsafe.Sizeof(Request{}); n != 192 {
		t.Errorf("a request takes %d octets, want 192: see padding", n)
	}
}
