package tcap

import "strconv"

// TransactionID is an originating or destination transaction id: 1 to 4 octets
// (Q.773 table 10), more from some stacks. 00 and 0000 are different ids. Zero Len:
// absent.
type TransactionID struct {
	Value uint32 // the low four octets, right-aligned
	High  uint32 // what stands before them; 0 where the standard is kept
	Len   uint8  // octets, 0 to 8
}

// maxTransactionID is the most octets of an id that are kept.
const maxTransactionID = 8

const hexDigits = "0123456789abcdef"

// AppendTo appends the octets in hex, two digits each: "00000001" and "01" are
// different ids. An absent one appends nothing.
func (id TransactionID) AppendTo(b []byte) []byte {
	v := uint64(id.High)<<32 | uint64(id.Value)
	for i := 2*int(min(id.Len, maxTransactionID)) - 1; i >= 0; i-- {
		b = append(b, hexDigits[v>>(4*uint(i))&15])
	}
	return b
}

// String is the form of AppendTo. It allocates.
func (id TransactionID) String() string { return string(id.AppendTo(nil)) }

// maxObjectID is the longest object identifier an ObjectID holds. Application
// contexts of MAP and CAP have 7 octets, those of national INAPs up to 10.
const maxObjectID = 16

// ObjectID is an object identifier in its BER contents form, up to 16 octets,
// as a comparable value.
type ObjectID struct {
	b [maxObjectID]byte
	n uint8
}

// ObjectIDFromContents takes the contents octets of an OBJECT IDENTIFIER (X.690
// 8.19). ok is false when there are none or more than 16.
func ObjectIDFromContents(b []byte) (o ObjectID, ok bool) {
	if len(b) == 0 || len(b) > maxObjectID {
		return o, false
	}
	o.n = uint8(copy(o.b[:], b))
	return o, true
}

// ParseObjectID reads the dotted form that String writes. ok is false for
// anything else, and for an identifier that does not fit.
func ParseObjectID(s string) (o ObjectID, ok bool) {
	var arcs [2 * maxObjectID]uint32
	n := 0
	for i := 0; i < len(s); n++ {
		if n == len(arcs) || s[i] == '.' {
			return ObjectID{}, false
		}
		var v uint64
		for ; i < len(s) && s[i] != '.'; i++ {
			if s[i] < '0' || s[i] > '9' {
				return ObjectID{}, false
			}
			if v = v*10 + uint64(s[i]-'0'); v > 1<<31 {
				return ObjectID{}, false
			}
		}
		if i < len(s) {
			if i++; i == len(s) { // a dot at the end
				return ObjectID{}, false
			}
		}
		arcs[n] = uint32(v)
	}
	if n < 2 || arcs[0] > 2 || arcs[0] < 2 && arcs[1] > 39 {
		return ObjectID{}, false
	}
	arcs[1] += 40 * arcs[0]
	for _, v := range arcs[1:n] {
		shift := 0
		for v>>shift > 0x7f {
			shift += 7
		}
		for ; shift >= 0; shift -= 7 {
			if o.n == maxObjectID {
				return ObjectID{}, false
			}
			o.b[o.n] = uint8(v>>shift&0x7f) | 0x80
			o.n++
		}
		o.b[o.n-1] &= 0x7f
	}
	return o, true
}

// IsZero reports that there is none.
func (o *ObjectID) IsZero() bool { return o.n == 0 }

// Contents is the BER contents form. It aliases o.
func (o *ObjectID) Contents() []byte { return o.b[:o.n:o.n] }

// AppendTo appends the dotted form, "0.4.0.0.1.0.1.3"; an absent one appends
// nothing. A number that does not fit into 64 bits, or whose last octet is
// missing, is written as "?".
func (o ObjectID) AppendTo(b []byte) []byte {
	var v uint64
	over, first, open := false, true, false
	for _, c := range o.b[:o.n] {
		over = over || v>>57 != 0
		v = v<<7 | uint64(c&0x7f)
		if open = c&0x80 != 0; open {
			continue
		}
		if first { // X.690 8.19.4: the first two numbers are one
			root := min(v/40, 2)
			b = append(b, byte('0'+root))
			v -= 40 * root
			first = false
		}
		b = append(b, '.')
		if over {
			b = append(b, '?')
		} else {
			b = strconv.AppendUint(b, v, 10)
		}
		v, over = 0, false
	}
	if open {
		if !first {
			b = append(b, '.')
		}
		b = append(b, '?')
	}
	return b
}

// String is the form of AppendTo. It allocates.
func (o ObjectID) String() string { return string(o.AppendTo(nil)) }

// gsmNetwork reports contents 0.4.0.0.1.a.b.c with one octet each: itu-t,
// identified-organization, etsi, mobileDomain, gsm-Network (the same number is
// umts-Network), under which MAP and CAP have their contexts.
func (o *ObjectID) gsmNetwork() bool {
	return o.n == 7 && o.b[0] == 4 && o.b[1] == 0 && o.b[2] == 0 && o.b[3] == 1 &&
		o.b[4]|o.b[5]|o.b[6] < 0x80
}

// First and last of the numbers under gsm-Network ac(0) that are CAP phase 1 and
// 2 and not MAP (3GPP TS 09.78 annex, 29.002 17.3.3).
const (
	firstCAPContext = 50
	lastCAPContext  = 54
)

// MAPContext takes a MAP application context 0.4.0.0.1.0.n.v apart (3GPP TS 29.002
// 17.3.3): n is the context, v its version. ok is false for everything else, CAP
// contexts under the same root included.
// (The receivers are pointers: a copy of octets that were just stored one by one
// costs more than all of the rest.)
func (o *ObjectID) MAPContext() (context, version uint8, ok bool) {
	if !o.gsmNetwork() || o.b[4] != 0 || o.b[5] >= firstCAPContext && o.b[5] <= lastCAPContext {
		return 0, 0, false
	}
	return o.b[5], o.b[6], true
}

// CAPContext takes a CAP application context apart: phase 1 and 2 are
// 0.4.0.0.1.0.n.(phase-1) with n 50 to 54 (3GPP TS 09.78), phase 3 and 4 are
// 0.4.0.0.1.p.3.n with p 20 or 21 and 22 or 23 (3GPP TS 29.078 5.5). context is n.
// ok is false for everything else, INAP contexts included.
func (o *ObjectID) CAPContext() (context, phase uint8, ok bool) {
	if !o.gsmNetwork() {
		return 0, 0, false
	}
	switch {
	case o.b[4] == 0 && o.b[5] >= firstCAPContext && o.b[5] <= lastCAPContext:
		return o.b[5], o.b[6] + 1, true
	case o.b[4] >= 20 && o.b[4] <= 23 && o.b[5] == 3:
		return o.b[6], (o.b[4]-20)/2 + 3, true
	}
	return 0, 0, false
}

// IsCAP reports an application context of CAP.
func (o *ObjectID) IsCAP() bool {
	_, _, ok := o.CAPContext()
	return ok
}
