package live

import (
	"errors"
	"strings"
)

// What can be wrong with a live capture, for errors.Is on the error of Open.
var (
	ErrPermission  = errors.New("no permission to capture")
	ErrNoInterface = errors.New("no such interface")
	ErrLinkType    = errors.New("the interface has no link type that is read")
	ErrKernel      = errors.New("the kernel lacks what a live capture needs")
	ErrMemory      = errors.New("no memory for the ring")
	ErrFilter      = errors.New("bad filter")
	ErrConfig      = errors.New("bad setting")
	ErrUnsupported = errors.New("live capture needs Linux")
)

// Error is the error of Open. Its text is one line which names the interface and
// says what would be right.
type Error struct {
	Interface string // may be empty
	Err       error  // one of the errors above, or what the operating system said
	Detail    string // what was found, may be empty
	Want      string // what would be right, may be empty
}

// Error implements error.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("live capture")
	if e.Interface != "" {
		b.WriteString(" on " + e.Interface)
	}
	b.WriteString(": " + e.Err.Error())
	if e.Detail != "" {
		b.WriteString(" (" + e.Detail + ")")
	}
	if e.Want != "" {
		b.WriteString("; want " + e.Want)
	}
	return b.String()
}

// Unwrap gives the error of the list above, or that of the operating system.
func (e *Error) Unwrap() error { return e.Err }
