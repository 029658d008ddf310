//go:build !linux

package live

import (
	"runtime"

	"sigtransit/pkg/capture"
)

// Capture is a live capture, which this system does not have.
type Capture struct{}

// Source is a share of a live capture, which this system does not have.
type Source struct{ capture.Source }

// Assigned is nothing.
func (*Source) Assigned() uint64 { return 0 }

// Open refuses.
func Open(Config) (*Capture, error) {
	return nil, &Error{Err: ErrUnsupported, Detail: "this is " + runtime.GOOS, Want: "`tcpdump -w - | sigtransit replay -`"}
}

// Sources are none.
func (*Capture) Sources() []*Source { return nil }

// Stats are none.
func (*Capture) Stats() []Stats { return nil }

// Drain does nothing.
func (*Capture) Drain() {}

// Close does nothing.
func (*Capture) Close() error { return nil }
