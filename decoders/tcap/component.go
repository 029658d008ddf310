package tcap

import (
	"math"

	"sigtransit/decoders/ber"
)

// Component is one component of the component portion (Q.773 3.4).
type Component struct {
	Kind        ComponentKind
	HasInvokeID bool
	InvokeID    int16 // -128 to 127 on the wire (Q.773 3.4.2), 0 to 255 in ANSI
	HasLinkedID bool
	LinkedID    int16

	// HasCode: an operation code (invoke, result) or an error code (return error)
	// stood in the component.
	HasCode bool
	Global  bool  // the code is an object identifier: GlobalCode, not Code
	Code    int32 // local code; clamped to the int32 range
	// ANSI: a component of T1.114. Its Code has up to two octets, unsigned, and is
	// private or national; NotLast: more components for the same invoke follow.
	ANSI, Private, NotLast bool
	GlobalCode             []byte // contents octets; aliases the input

	HasProblem  bool
	ProblemType uint8 // reject: 0 general, 1 invoke, 2 return result, 3 return error
	Problem     uint8

	// Parameter is the whole TLV of the argument, result or error parameter, nil
	// when absent. It aliases the input.
	Parameter []byte

	// Fault: the component could not be read to its end, or lacks a part that it
	// must have. The fields that are set are good; Parameter may be cut off.
	Fault bool
}

// Tags of the component portion (Q.773 tables 19 to 29).
const (
	tagInvoke              = 0xa1
	tagReturnResultLast    = 0xa2
	tagReturnError         = 0xa3
	tagReject              = 0xa4
	tagReturnResultNotLast = 0xa7

	tagLinkedID     = 0x80
	tagFirstProblem = 0x80
	tagLastProblem  = 0x83
)

// Components is a cursor over components. It is a value: a copy stays where it is.
type Components struct {
	b   []byte
	err error
}

// ComponentsIn is a cursor over b, which holds components without a message around
// them. It is valid as long as b is.
func ComponentsIn(b []byte) Components { return Components{b: b} }

// Err is nil, or the first fault met so far: ErrComponent, ErrTruncated or
// ErrLength. Ask after Next has reported false.
func (c *Components) Err() error { return c.err }

// Next decodes the next component into x and reports whether there was one. It
// resets x. A faulty component is handed out with Fault set, and does not hide
// those that follow it unless its length is what is wrong.
func (c *Components) Next(x *Component) bool {
	for len(c.b) > 0 {
		tag, n, ok := ber.Short(c.b)
		var v []byte
		whole := true
		if ok {
			v, c.b = c.b[2:n:n], c.b[n:]
		} else {
			var err error
			if tag, v, c.b, ok, err = cut(c.b); err != nil {
				c.fail(err)
				whole = false
				if !ok {
					c.b = nil
					return false
				}
			}
		}
		*x = Component{}
		switch tag {
		case tagInvoke:
			x.Kind = Invoke
		case tagReturnResultLast:
			x.Kind = ReturnResultLast
		case tagReturnError:
			x.Kind = ReturnError
		case tagReject:
			x.Kind = Reject
		case tagReturnResultNotLast:
			x.Kind = ReturnResultNotLast
		case ber.EndOfContents: // padding
			continue
		default:
			if x.Kind, x.NotLast = ansiKind(tag); x.Kind == ComponentNone {
				c.fail(ErrComponent)
				continue
			}
			if !x.decodeANSI(v) {
				c.fail(ErrComponent)
				whole = false
			}
			x.Fault = !whole
			return true
		}
		if !x.decode(v) {
			c.fail(ErrComponent)
			whole = false
		}
		x.Fault = !whole
		return true
	}
	return false
}

// fail keeps the first fault.
func (c *Components) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

// element takes the first element off b: its tag, contents and size in octets.
// Size 0: nothing could be read. ok is false for that and when it is cut off.
func element(b []byte) (tag ber.Tag, value []byte, size int, ok bool) {
	if tag, n, ok := ber.Short(b); ok {
		return tag, b[2:n:n], n, true
	}
	tag, value, rest, usable, err := cut(b)
	if !usable {
		return 0, nil, 0, false
	}
	return tag, value, len(b) - len(rest), err == nil
}

// decode reads the contents of a component whose Kind is set.
func (x *Component) decode(b []byte) bool {
	// The usual shape in one step: an invoke id and a code of one octet each, in a
	// result with its sequence around the code and what follows it.
	if len(b) >= 6 && b[0] == uint8(ber.Integer) && b[1] == 1 && x.Kind != Reject {
		p := b[3:]
		if x.Kind != Invoke && x.Kind != ReturnError && p[0] == uint8(ber.Sequence) && p[1] < 0x80 && int(p[1]) == len(p)-2 {
			p = p[2:]
		} else if x.Kind != Invoke && x.Kind != ReturnError {
			return x.decodeAny(b)
		}
		if len(p) >= 3 && p[0] == uint8(ber.Integer) && p[1] == 1 {
			x.HasInvokeID, x.InvokeID = true, int16(int8(b[2]))
			x.HasCode, x.Code = true, int32(int8(p[2]))
			p = p[3:]
			if _, n, ok := ber.Short(p); ok {
				x.Parameter = p[:n:n]
				return true
			}
			return x.parameter(p)
		}
	}
	return x.decodeAny(b)
}

// decodeAny is decode for every shape.
func (x *Component) decodeAny(b []byte) bool {
	// Invoke id; NULL in a reject whose invoke id was not understood.
	tag, v, n, ok := element(b)
	if !ok {
		return false
	}
	switch {
	case tag == ber.Integer:
		if x.InvokeID, ok = id(v); !ok {
			return false
		}
		x.HasInvokeID = true
	case tag != ber.Null || x.Kind != Reject:
		return false
	}
	b = b[n:]
	switch x.Kind {
	case Invoke:
		tag, v, n, ok = element(b)
		if tag == tagLinkedID && ok {
			if x.LinkedID, ok = id(v); !ok {
				return false
			}
			x.HasLinkedID = true
			b = b[n:]
			tag, v, n, ok = element(b)
		}
		if !ok || !x.code(tag, v) {
			return false
		}
		return x.parameter(b[n:])
	case ReturnResultLast, ReturnResultNotLast:
		if len(b) == 0 { // a result without a value
			return true
		}
		tag, v, n, ok = element(b)
		whole := ok
		if tag == ber.Sequence {
			inner := v
			if tag, v, n, ok = element(inner); ok && x.code(tag, v) {
				return x.parameter(inner[n:]) && whole
			}
			// No code where one must stand: the sequence may be the result itself.
			x.Parameter = b[:len(b):len(b)]
			return false
		}
		if whole && x.code(tag, v) { // the sequence left out
			x.parameter(b[n:])
		}
		return false
	case ReturnError:
		tag, v, n, ok = element(b)
		if !ok || !x.code(tag, v) {
			return false
		}
		return x.parameter(b[n:])
	}
	// Reject
	tag, v, _, ok = element(b)
	if !ok || tag < tagFirstProblem || tag > tagLastProblem || len(v) == 0 {
		return false
	}
	x.HasProblem = true
	x.ProblemType = uint8(tag - tagFirstProblem)
	x.Problem = v[len(v)-1]
	return true
}

// code takes an operation or error code.
func (x *Component) code(tag ber.Tag, v []byte) bool {
	switch {
	case tag == ber.Integer && len(v) > 0:
		x.HasCode = true
		x.Code, _ = ber.Int(v)
	case tag == ber.ObjectID && len(v) > 0:
		x.HasCode, x.Global = true, true
		x.GlobalCode = v
	default:
		return false
	}
	return true
}

// parameter takes the first element of b, which may be empty.
func (x *Component) parameter(b []byte) bool {
	if len(b) == 0 {
		return true
	}
	_, _, n, ok := element(b)
	if n == 0 {
		return false
	}
	x.Parameter = b[:n:n]
	return ok
}

// id reads an invoke or linked id: one octet by the standard, more from some
// stacks. What does not fit is held at the nearest end.
func id(v []byte) (int16, bool) {
	n, _ := ber.Int(v)
	return int16(max(min(n, math.MaxInt16), math.MinInt16)), len(v) > 0
}
