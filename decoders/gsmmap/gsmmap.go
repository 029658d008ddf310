package gsmmap

import (
	"encoding/binary"
	"errors"
	"net/netip"

	"sigtransit/decoders/ber"
	"sigtransit/decoders/telecom"
)

// Faults in a parameter. What was found before and after the faulty element
// stands in Arguments all the same.
var (
	// ErrTruncated: an element goes on after the end of the input.
	ErrTruncated = errors.New("gsmmap: truncated")
	// ErrEncoding: an element breaks the basic encoding rules.
	ErrEncoding = errors.New("gsmmap: bad encoding")
	// ErrType: the parameter is of a type that the operation does not have in any
	// version.
	ErrType = errors.New("gsmmap: unexpected type")
	// ErrIMSI: what stands for an IMSI cannot be one, and is not taken for one.
	ErrIMSI = errors.New("gsmmap: not an IMSI")
)

// Field says which parts of Arguments were found.
type Field uint32

// Fields. Those marked "presence" have no value in Arguments: the product never
// looks at what they hold.
const (
	FieldIMSI Field = 1 << iota
	FieldMSISDN
	FieldIMEI
	FieldVectors
	FieldSMText           // presence: SM-RP-UI
	FieldCellID           // presence: cell global id, SAI, LAI, E-UTRAN CGI, TAI
	FieldGeographical     // presence: geographical or geodetic information, location estimate
	FieldLocationNumber   // presence
	FieldSubscriberState  // presence
	FieldLocationAge      // ageOfLocationInformation
	FieldSubscriberData   // part of a subscriber's profile: Data says which
	FieldRoamingNumber    // presence: MSRN
	FieldKeys             // presence: CK/IK, Kc, K-ASME or security contexts outside vectors
	FieldTMSI             // presence
	FieldUSSD             // presence: USSD string
	FieldLMSI             // presence
	FieldForwardingNumber // presence: forwarded-to number
	FieldAPN              // presence
	FieldPartyNumber      // presence: number of another party of a call or message
	FieldRedirection      // presence: number that a call or message is sent to instead
	FieldDigits           // presence: digits that somebody dialled during a call
	FieldPassword         // presence: password of supplementary services
	FieldUserAddress      // presence: PDP address of the subscriber
	FieldGSN              // address of an SGSN or GGSN
	FieldSecured          // a security header of MAPsec; the payload is not looked into
	FieldServingName      // presence: name of a serving node that is no text
	FieldUnread           // elements beyond those that the standard has for the type
)

// NodeRole is the part a network node plays in an argument.
type NodeRole uint8

// Roles of node addresses inside MAP.
const (
	NodeNone NodeRole = iota
	NodeMSC
	NodeVLR
	NodeSGSN
	NodeSMSF
	NodeServiceCentre
	NodeGsmSCF
	NodeHLR
	NodeMME
	NodeGGSN
	NodeGMLC
	NodeOther
)

var nodeRoleNames = [...]string{"none", "msc", "vlr", "sgsn", "smsf", "sc", "gsmscf", "hlr", "mme", "ggsn", "gmlc", "other"}

// String is a short lower-case word; "other" for values that are not defined.
func (r NodeRole) String() string { return nodeRoleNames[min(r, NodeOther)] }

// Node is one node address: an ISDN-AddressString (3GPP TS 29.002 17.7.8).
type Node struct {
	Role NodeRole
	NAI  uint8 // nature of address, 0 to 7
	NPI  uint8 // numbering plan, 0 to 15
	GT   telecom.Digits
}

// MaxNodes bounds the node addresses kept from one argument. A gsmSCF or GMLC
// that a subscriber's profile repeats is kept once; addresses beyond the bound are
// dropped.
const MaxNodes = 6

// VectorKind is the kind of authentication vectors in an argument.
type VectorKind uint8

// Kinds of vectors: TS 29.002 AuthenticationSetList and EPS-AV.
const (
	VectorNone VectorKind = iota
	VectorTriplet
	VectorQuintuplet
	VectorEPS
	numVectorKinds
)

var vectorKindNames = [...]string{"none", "triplet", "quintuplet", "eps"}

// String is a lower-case word.
func (k VectorKind) String() string { return vectorKindNames[min(k, VectorEPS)] }

// Arguments is what an argument, result or error parameter of a MAP operation
// names and gives away. The zero value is empty and ready for use.
type Arguments struct {
	Set    Field
	IMSI   telecom.Digits // where several stand in one parameter, the first
	MSISDN telecom.Digits // likewise
	IMEI   telecom.Digits // IMEI or IMEISV, 15 or 16 digits

	nodes    [MaxNodes]Node
	numNodes uint8

	Data Data
	// Age is how long ago the subscriber was where a location says, in minutes; where
	// there are several, that of the first.
	Age uint16
	// GSN is the IP address of an SGSN or GGSN (GSN-Address, 3GPP TS 23.003 5.1), the
	// first one where there are several.
	GSN netip.Addr

	// Vectors is the number of authentication vectors of each kind, VectorCount that
	// of all kinds, both held at 255.
	Vectors     [numVectorKinds]uint8
	VectorCount uint8

	// SPI is the security parameters index of MAPsec, and Secured the local code of
	// the operation, or with SecuredIsError of the error, that its header says is
	// inside; -1 when it says none (3GPP TS 33.200 5.6). Valid with FieldSecured.
	SPI            uint32
	Secured        int32
	SecuredIsError bool

	// DiameterName is the Diameter identity of a serving node (mme-Name, sgsn-Name,
	// the name in a NetworkNodeDiameterAddress, the amf-address where it is text), the
	// first one where there are several; nil when there is none. It aliases the input.
	DiameterName []byte
}

// Nodes are the node addresses found, in wire order. The slice aliases a.
func (a *Arguments) Nodes() []Node { return a.nodes[:a.numNodes] }

// Reset empties a.
func (a *Arguments) Reset() {
	a.Set = 0
	a.IMSI, a.MSISDN, a.IMEI = telecom.Digits{}, telecom.Digits{}, telecom.Digits{}
	a.numNodes = 0
	a.Vectors, a.VectorCount = [numVectorKinds]uint8{}, 0
	a.Data, a.Age = 0, 0
	a.SPI, a.Secured, a.SecuredIsError = 0, -1, false
	a.GSN = netip.Addr{}
	a.DiameterName = nil
}

// DecodeInvoke resets a and reads the argument of an invoke of local operation
// code op. version is that of the application context, 0 when unknown; the
// encoding tells versions apart, so it is a hint only. param is the whole TLV;
// nil, and an operation without anything of interest, give an empty a and no error.
// The error is one of ErrTruncated, ErrEncoding, ErrType and ErrIMSI.
func (a *Arguments) DecodeInvoke(op int32, version uint8, param []byte) error {
	a.Reset()
	if uint32(op) >= uint32(len(operations)) {
		return nil
	}
	return a.decode(&operations[op].invoke, param)
}

// DecodeResult is DecodeInvoke for the result of an operation, last or not last.
func (a *Arguments) DecodeResult(op int32, version uint8, param []byte) error {
	a.Reset()
	if uint32(op) >= uint32(len(operations)) {
		return nil
	}
	return a.decode(&operations[op].result, param)
}

// DecodeError is DecodeInvoke for the parameter of a return error with local
// error code code. Only absentSubscriberSM names anybody (TS 29.002 17.7.7), and a
// secured error hides what it is.
func (a *Arguments) DecodeError(code int32, version uint8, param []byte) error {
	a.Reset()
	switch code {
	case errorAbsentSubscriberSM:
		return a.decode(&absentSubscriberSM, param)
	case errorSecureTransport:
		return a.decode(&secureTransport, param)
	}
	return nil
}

// ForMobile reports that the argument of a forwardSM is for a subscriber: its
// SM-RP-DA is an IMSI, an LMSI or a roaming number, and no service centre's address
// (GSM 09.02 14.7.6, TS 29.002 17.7.6). In versions 1 and 2 nothing else tells the
// direction where the application context does not.
func ForMobile(param []byte) bool {
	tag, b, _, _ := child(param, 0)
	if tag != ber.Sequence {
		return false
	}
	tag, v, _, _ := child(b, 0)
	return v != nil && (tag == 0x80 || tag == 0x81 || tag == 0x83)
}

// decode reads the outermost element of a parameter.
func (a *Arguments) decode(p *parameter, param []byte) (err error) {
	if len(param) == 0 {
		return nil
	}
	err = a.outermost(p, param)
	if a.Data != 0 {
		a.Set |= FieldSubscriberData
	}
	return err
}

func (a *Arguments) outermost(p *parameter, param []byte) (err error) {
	tag, whole := ber.Tag(param[0]), true
	var value []byte
	if start, end := bounds(param, 0); end != 0 {
		value = param[start:end]
	} else {
		var t ber.TLV
		if _, err = element(param, 0, &t); t.Raw == nil {
			return err
		}
		tag, value, whole = t.Tag, t.Value, !t.Truncated
	}
	var e entry
	switch tag {
	case ber.Sequence:
		if e = p.sequence; e == 0 {
			e = p.tagged
		}
	case tagged3:
		if e = p.tagged; e == 0 {
			e = p.sequence
		}
	case ber.OctetString, ia5String, numericString:
		e = p.octets
	case ber.Null:
		return err
	}
	switch {
	case e>>24 == descend>>24:
		if f := a.walk(&shapes[e.arg()], value); err == nil {
			err = f
		}
	case e != 0:
		if whole {
			if f := a.apply(e, value); err == nil {
				err = f
			}
		}
	case p.choice != 0:
		return a.walk(&shapes[p.choice], param)
	case *p != parameter{}:
		return ErrType
	}
	return err
}

// bounds is where the contents of the element at off begin and end, for the
// encoding that nearly all elements have: one-octet tag, length below 128, nothing
// missing. For all others end is 0, and element has to look.
func bounds(b []byte, off int) (start, end int) {
	start = off + 2
	if start <= len(b) && b[off]&0x1f != 0x1f && b[off+1] < 0x80 {
		if end = start + int(b[off+1]); end <= len(b) {
			return start, end
		}
	}
	return 0, 0
}

// element reads the element at off into t, whatever its encoding, and gives the
// offset behind it. t is left alone when nothing could be read.
func element(b []byte, off int, t *ber.TLV) (next int, err error) {
	// A length in one or two further octets is what lists have.
	if start := off + 4; start <= len(b) && b[off]&0x1f != 0x1f && b[off+1]&^3 == 0x80 {
		n := -1
		switch b[off+1] {
		case 0x81:
			start--
			n = int(b[off+2])
		case 0x82:
			n = int(b[off+2])<<8 | int(b[off+3])
		}
		if end := start + n; n >= 0 && end <= len(b) {
			t.Tag, t.Value, t.Raw = ber.Tag(b[off]), b[start:end], b[off:end]
			return end, nil
		}
	}
	r := ber.NewReader(b[off:])
	r.Next(t)
	return off + r.Offset(), fault(r.Err())
}

// fault gives a sentinel of this package for one of ber.
func fault(err error) error {
	switch err {
	case nil:
		return nil
	case ber.ErrTruncated:
		return ErrTruncated
	}
	return ErrEncoding
}

// walk applies s to the elements in b. No table leads back to itself, so the
// recursion is as deep as they are nested and no deeper. The error is the first
// one met.
func (a *Arguments) walk(s *shape, b []byte) (err error) {
	a.Set |= s.set
	a.Data |= s.data
	first := a.numNodes
	var octets, sequences uint
	for off := 0; off < len(b); {
		at := off
		tag, whole := ber.Tag(b[off]), true
		var value []byte
		if start, end := bounds(b, off); end != 0 {
			value, off = b[start:end], end
		} else {
			var t ber.TLV
			next, f := element(b, off, &t)
			if err == nil {
				err = f
			}
			if t.Raw == nil {
				return err
			}
			tag, value, whole, off = t.Tag, t.Value, !t.Truncated, next
		}

		var e entry
		switch {
		case tag>>6 == ber.Context: // one octet: [0] to [30]
			e = s.context[tag&0x1f]
		case tag == ber.OctetString:
			e = s.octets[min(octets, uint(len(s.octets)-1))]
			octets++
		case tag == ber.Sequence:
			e = s.sequences[min(sequences, uint(len(s.sequences)-1))]
			sequences++
		case tag == ber.Integer:
			e = s.integer
		case tag == privateMSISDN:
			e = s.private
		case tag > 0xff && tag.Class() == ber.Context:
			if n := tag.Number(); n < uint32(len(s.context)) {
				e = s.context[n]
			}
		}
		switch e >> 24 {
		case skip >> 24:
			if s.closed {
				a.Set |= FieldUnread
			}
		case passed >> 24:
		case descend >> 24, descendFirst >> 24:
			if b[at]&constructed == 0 || e>>24 == descendFirst>>24 && at != 0 {
				continue
			}
			if f := a.walk(&shapes[e.arg()], value); err == nil {
				err = f
			}
		case flag >> 24:
			a.Set |= Field(e & argMask)
		case data >> 24:
			a.Data |= Data(e & argMask)
		case retag >> 24:
			if a.numNodes > first {
				a.nodes[first].Role = NodeRole(e.arg())
			}
		case smText >> 24:
			a.Set |= FieldSMText
			s = &shapes[e.arg()]
		case vectorList >> 24:
			a.countVectors(VectorKind(e.arg()), value)
		case vectorItem >> 24:
			a.addVectors(VectorKind(e.arg()), 1)
		case node >> 24:
			if whole && b[at]&constructed == 0 {
				a.addNode(NodeRole(e.arg()), value)
			}
		default:
			if whole && b[at]&constructed == 0 {
				if f := a.apply(e, value); err == nil {
					err = f
				}
			}
		}
	}
	return err
}

// constructed is the bit of a leading identifier octet (X.690 8.1.2.5).
const constructed = 0x20

// imsiDigits reads an IMSI: 3 to 8 octets (TS 29.002 17.7.8) with at least the five
// digits of the shortest network code.
func imsiDigits(v []byte) (d telecom.Digits, ok bool) {
	if len(v) < 3 || len(v) > 8 {
		return d, false
	}
	d = telecom.DigitsFromTBCD(v)
	return d, d.Len() >= 5
}

// apply does what an entry says with the contents of a primitive element.
func (a *Arguments) apply(e entry, v []byte) error {
	switch e >> 24 {
	case imsi >> 24:
		if a.Set&FieldIMSI != 0 {
			break
		}
		d, ok := imsiDigits(v)
		if !ok {
			return ErrIMSI
		}
		a.IMSI = d
		a.Set |= FieldIMSI
	case msisdn >> 24:
		if a.Set&FieldMSISDN == 0 && len(v) > 1 {
			if a.MSISDN = telecom.DigitsFromTBCD(v[1:]); a.MSISDN.Len() > 0 {
				a.Set |= FieldMSISDN
			}
		}
	case imei >> 24:
		if a.Set&FieldIMEI == 0 && len(v) > 0 {
			if a.IMEI = telecom.DigitsFromTBCD(v); a.IMEI.Len() > 0 {
				a.Set |= FieldIMEI
			}
		}
	case node >> 24:
		a.addNode(NodeRole(e.arg()), v)
	case name >> 24:
		if a.DiameterName == nil && len(v) > 0 {
			a.DiameterName = v[:len(v):len(v)]
		}
	case fqdn >> 24:
		if !isText(v) {
			a.Set |= FieldServingName
		} else if a.DiameterName == nil {
			a.DiameterName = v[:len(v):len(v)]
		}
	case flag >> 24:
		a.Set |= Field(e & argMask)
	case data >> 24:
		a.Data |= Data(e & argMask)
	case minutes >> 24:
		if a.Set&FieldLocationAge == 0 && len(v) > 0 {
			a.Set |= FieldLocationAge
			a.Age = age15(v)
		}
	case isup >> 24:
		a.addISUP(NodeRole(e.arg()), v)
	case generic >> 24:
		if len(v) > 0 {
			a.addISUP(NodeRole(e.arg()), v[1:])
		}
	case spi >> 24:
		if len(v) == 4 {
			a.Set |= FieldSecured
			a.SPI = binary.BigEndian.Uint32(v)
		}
	case secured >> 24, securedError >> 24:
		if len(v) > 0 && len(v) <= 2 {
			a.Secured, a.SecuredIsError = int32(int8(v[0])), e == securedError
			if len(v) == 2 {
				a.Secured = a.Secured<<8 | int32(v[1])
			}
		}
	case gsn >> 24:
		if ip, ok := gsnAddress(v); ok && a.Set&FieldGSN == 0 {
			a.Set |= FieldGSN
			a.GSN = ip
		}
	}
	return nil
}

// addNode keeps an AddressString: an octet with numbering plan and nature of the
// address, then digits (TS 29.002 17.7.8). One without digits is not kept.
func (a *Arguments) addNode(role NodeRole, v []byte) {
	if len(v) < 2 || a.numNodes >= MaxNodes {
		return
	}
	n := &a.nodes[a.numNodes]
	n.Role, n.NAI, n.NPI = role, v[0]>>4&7, v[0]&15
	n.GT = telecom.DigitsFromTBCD(v[1:])
	if n.GT.Len() == 0 || (role == NodeGsmSCF || role == NodeGMLC) && a.known(n) {
		return
	}
	a.numNodes++
}

// AddNode adds a node that was not read from a parameter, within the bound of MaxNodes.
func (a *Arguments) AddNode(n Node) {
	if a.numNodes < MaxNodes {
		a.nodes[a.numNodes] = n
		a.numNodes++
	}
}

// known reports that n, the node about to be added, stands among them already.
func (a *Arguments) known(n *Node) bool {
	for i := range a.nodes[:a.numNodes] {
		if a.nodes[i] == *n {
			return true
		}
	}
	return false
}

// countVectors counts the vectors of a list, each a SEQUENCE, without looking into
// them. One that is cut off does not count.
func (a *Arguments) countVectors(kind VectorKind, b []byte) {
	count := 0
	for off := 0; off < len(b); {
		tag := ber.Tag(b[off])
		if _, end := bounds(b, off); end != 0 {
			off = end
		} else {
			var t ber.TLV
			next, _ := element(b, off, &t)
			if t.Raw == nil || t.Truncated {
				break
			}
			tag, off = t.Tag, next
		}
		if tag == ber.Sequence {
			count++
		}
	}
	a.addVectors(kind, count)
}

func (a *Arguments) addVectors(kind VectorKind, count int) {
	if count > 0 {
		a.Set |= FieldVectors
		a.Vectors[kind] = uint8(min(int(a.Vectors[kind])+count, 255))
		a.VectorCount = uint8(min(int(a.VectorCount)+count, 255))
	}
}
