package diameter

import (
	"encoding/binary"
	"errors"
	"net/netip"

	"sigtransit/decoders/telecom"
)

// Errors of Decode.
var (
	ErrTruncated = errors.New("diameter: truncated")           // the input ends before the message does
	ErrVersion   = errors.New("diameter: version is not 1")    // not Diameter (RFC 6733 3)
	ErrLength    = errors.New("diameter: length below header") // message length under 20 octets
)

// Command flags (RFC 6733 3).
const (
	FlagRequest       = 0x80
	FlagProxiable     = 0x40
	FlagError         = 0x20
	FlagRetransmitted = 0x10
)

// AVP flags (RFC 6733 4.1). The P bit is of no interest here.
const (
	avpVendor    = 0x80
	avpMandatory = 0x40
)

// HeaderLen is the length of the Diameter header in octets.
const HeaderLen = 20

// Vendor3GPP is the vendor id of 3GPP AVPs (TS 29.230).
const Vendor3GPP = 10415

// Field says which parts of Message were found.
type Field uint32

// Fields. Those marked "presence" have no value in Message.
const (
	FieldResultCode Field = 1 << iota
	FieldExperimentalResult
	FieldInbandSecurity
	FieldVectors
	FieldSMText           // presence: SM-RP-UI, the payload of a device trigger
	FieldCell             // presence: cell, tracking, routing, location or service area
	FieldPosition         // presence: coordinates, velocity or a civic address
	FieldLocationAge      // presence: how old a location is
	FieldState            // presence: state or reachability of the subscriber
	FieldSubscriptionData // presence: Subscription-Data, User-Data, 3GPP profile
	FieldServingNode      // presence: Serving-Node; a node among Nodes that serves the subscriber
	FieldKeys             // presence: EAP-Master-Session-Key, CK/IK in SIP-Auth-Data-Item
	FieldIMSI
	FieldMSISDN
	FieldIMEI
	FieldVisitedPLMN
	FieldSCAddress
	FieldExternalID   // presence: External-Identifier (TS 29.336 6.4.11)
	FieldServices     // presence, of a profile: teleservices
	FieldAPNs         // presence, of a profile: APN configurations, PDP contexts
	FieldBarring      // presence, of a profile: operator-determined and call barring
	FieldRestrictions // presence, of a profile: access and regional restrictions
	FieldCharging     // presence, of a profile: charging characteristics
	FieldLCS          // presence, of a profile: privacy settings of location services
	FieldUserAddress  // presence: IP address of the subscriber
	FieldSignature    // presence: a signature of GSMA FS.19
	FieldEncrypted    // presence: AVPs encrypted from end to end (GSMA FS.19)
)

// FieldLocation is every field that tells where a subscriber is.
const FieldLocation = FieldCell | FieldPosition

// Fault says what was wrong in a message that was kept all the same.
type Fault uint16

// Faults.
const (
	FaultUnknownCommand Fault = 1 << iota // not in the application's dictionary
	FaultUnknownAVP                       // an AVP with the M bit that nobody defines
	FaultAVPType                          // an AVP whose data has an impossible length or value
	FaultAVPLength                        // an AVP length below its header or past the message
	FaultTrailing                         // octets behind the last AVP
	FaultTruncated                        // the capture has less than the message length
	FaultHeader                           // message length not a multiple of 4, reserved flags set, or a request with the E bit
	FaultVendor                           // a 3GPP AVP without the V bit, taken for what it is
	FaultDepth                            // groups nested deeper than is read
)

// Bounds of repeated AVPs that are kept; more are counted only.
const (
	MaxRouteRecords = 8
	MaxProxyHosts   = 4
	MaxHostIPs      = 4
)

// maxDepth bounds nested groups. The deepest of the standards, a gateway's address
// in an APN of a profile, needs five.
const maxDepth = 16

// Message is one Diameter message (RFC 6733 3). Slices alias the input.
type Message struct {
	Length   uint32 // message length, octets, header included
	Flags    uint8
	Command  uint32 // 24 bits
	AppID    uint32
	HopByHop uint32
	EndToEnd uint32

	Set    Field
	Faults Fault
	// FaultOffset is the offset in the message of the first faulty AVP.
	FaultOffset int

	SessionID        []byte
	OriginHost       []byte
	OriginRealm      []byte
	DestinationHost  []byte
	DestinationRealm []byte
	UserName         []byte

	routeRecords    [MaxRouteRecords][]byte
	NumRouteRecords int // on the wire; at most MaxRouteRecords are kept
	proxyHosts      [MaxProxyHosts][]byte
	NumProxyHosts   int
	hostIPs         [MaxHostIPs]netip.Addr
	NumHostIPs      int // Host-IP-Address AVPs that hold an IP address; at most MaxHostIPs are kept

	nodes    [MaxNodes]Node
	NumNodes int // on the wire; at most MaxNodes are kept

	IMSI           telecom.Digits // from User-Name, Subscription-Id or User-Identifier
	MSISDN         telecom.Digits
	IMEI           telecom.Digits
	SCAddress      telecom.Digits
	VisitedPLMN    telecom.PLMN
	ResultCode     uint32 // Result-Code or Experimental-Result-Code
	ResultVendor   uint32 // Vendor-Id of an Experimental-Result
	InbandSecurity uint32 // 0 none, 1 TLS; the highest of those offered
	VectorCount    uint8
	Vectors        [NumVectorKinds]uint8 // by kind; their sum is VectorCount unless that is 255

	// Signer is the identity in a signature of GSMA FS.19, empty when the signature
	// has none: then it is that of the Origin-Realm. Valid iff FieldSignature is set.
	Signer        []byte
	SignatureType uint32 // 0 RSA, 1 ECDSA, 2 DSA, each with SHA-256
	NumEncrypted  int    // encrypted AVPs

	AVPs []byte // all AVPs

	// Dictionary adds to the AVPs and commands that are known; nil: nothing. Decode
	// leaves it alone.
	Dictionary *Dictionary

	// weakIMSI: IMSI was read out of a User-Name, which any AVP made for IMSIs overrides.
	// weakMSISDN: MSISDN is an additional one.
	weakIMSI, weakMSISDN bool
	profile              bool // inside of a profile
}

// IsRequest reports the R bit.
func (m *Message) IsRequest() bool { return m.Flags&FlagRequest != 0 }

// IsError reports the E bit: the answer reports a protocol error (RFC 6733 7.2).
// Errors of an application show in ResultCode alone.
func (m *Message) IsError() bool { return m.Flags&FlagError != 0 }

// RouteRecords are the Route-Record AVPs in wire order, the first hop first, at
// most MaxRouteRecords. They alias the input of Decode, the slice aliases m.
func (m *Message) RouteRecords() [][]byte {
	n := min(m.NumRouteRecords, MaxRouteRecords)
	return m.routeRecords[:n:n]
}

// AddRouteRecord and AddProxyHost add a name that was not read from an AVP, behind those
// that are there.
func (m *Message) AddRouteRecord(name []byte) {
	if m.NumRouteRecords < MaxRouteRecords {
		m.routeRecords[m.NumRouteRecords] = name
	}
	m.NumRouteRecords++
}

// AddProxyHost is described with AddRouteRecord.
func (m *Message) AddProxyHost(name []byte) {
	if m.NumProxyHosts < MaxProxyHosts {
		m.proxyHosts[m.NumProxyHosts] = name
	}
	m.NumProxyHosts++
}

// ProxyHosts are the Proxy-Host AVPs of all Proxy-Info groups in wire order, at
// most MaxProxyHosts. Aliasing as in RouteRecords.
func (m *Message) ProxyHosts() [][]byte {
	n := min(m.NumProxyHosts, MaxProxyHosts)
	return m.proxyHosts[:n:n]
}

// HostIPs are the addresses of the Host-IP-Address AVPs of a CER or CEA (RFC 6733
// 5.3.5), at most MaxHostIPs. The slice aliases m.
func (m *Message) HostIPs() []netip.Addr {
	n := min(m.NumHostIPs, MaxHostIPs)
	return m.hostIPs[:n:n]
}

// reset clears m but for the arrays, which their counts guard.
func (m *Message) reset() {
	m.Length, m.Flags, m.Command, m.AppID, m.HopByHop, m.EndToEnd = 0, 0, 0, 0, 0, 0
	m.Set, m.Faults, m.FaultOffset = 0, 0, 0
	m.SessionID, m.OriginHost, m.OriginRealm = nil, nil, nil
	m.DestinationHost, m.DestinationRealm, m.UserName = nil, nil, nil
	m.NumRouteRecords, m.NumProxyHosts, m.NumHostIPs, m.NumNodes, m.NumEncrypted = 0, 0, 0, 0, 0
	m.IMSI, m.MSISDN, m.IMEI, m.SCAddress = telecom.Digits{}, telecom.Digits{}, telecom.Digits{}, telecom.Digits{}
	m.VisitedPLMN = telecom.PLMN{}
	m.ResultCode, m.ResultVendor, m.InbandSecurity, m.VectorCount = 0, 0, 0, 0
	m.Vectors, m.SignatureType = [NumVectorKinds]uint8{}, 0
	m.AVPs, m.Signer, m.weakIMSI, m.weakMSISDN, m.profile = nil, nil, false, false, false
}

// Decode reads the message that begins at b and has the length its header says;
// octets of b behind it are not looked at. It gives ErrVersion or ErrLength when b
// does not begin with a Diameter header, and ErrTruncated when b is shorter than
// the message: what is there is decoded all the same, with FaultTruncated. All
// other defects are in Faults.
func (m *Message) Decode(b []byte) error {
	m.reset()
	if len(b) < HeaderLen {
		if len(b) > 0 && b[0] != 1 {
			return ErrVersion
		}
		m.Faults = FaultTruncated
		return ErrTruncated
	}
	w := binary.BigEndian.Uint32(b)
	if w>>24 != 1 {
		return ErrVersion
	}
	m.Length = w & 0xffffff
	w = binary.BigEndian.Uint32(b[4:])
	m.Flags, m.Command = uint8(w>>24), w&0xffffff
	m.AppID = binary.BigEndian.Uint32(b[8:])
	m.HopByHop = binary.BigEndian.Uint32(b[12:])
	m.EndToEnd = binary.BigEndian.Uint32(b[16:])
	if m.Length < HeaderLen {
		return ErrLength
	}
	if m.Length&3 != 0 || m.Flags&0x0f != 0 || m.Flags&(FlagRequest|FlagError) == FlagRequest|FlagError {
		m.Faults |= FaultHeader
	}
	if !KnownCommand(m.AppID, m.Command) && !m.Dictionary.knownCommand(m.AppID, m.Command) {
		m.Faults |= FaultUnknownCommand
	}
	var err error
	if uint(m.Length) > uint(len(b)) {
		m.Faults |= FaultTruncated
		err = ErrTruncated
	} else {
		b = b[:m.Length:m.Length]
	}
	m.AVPs = b[HeaderLen:]
	m.message(b)
	return err
}

// fault notes f; the first one of an AVP keeps its offset.
func (m *Message) fault(f Fault, off int) {
	m.Faults |= f
	if m.FaultOffset == 0 {
		m.FaultOffset = off
	}
}

// An AVP (RFC 6733 4.1), its data padded to a multiple of four octets:
//
//	 0                   1                   2                   3
//	+---------------------------------------------------------------+
//	|                           AVP Code                            |
//	+---------------+-----------------------------------------------+
//	|V M P r r r r r|          AVP Length (header and data)         |
//	+---------------+-----------------------------------------------+
//	|                   Vendor-ID (if the V bit is set)             |
//	+---------------------------------------------------------------+
//	|    Data ...
type avp struct {
	code, vendor uint32
	flags        uint8
	off, head    int    // offset in the message, length of the AVP's header
	data         []byte // without padding
}

// read takes the AVP at off of the group that ends at end, which is at most
// len(b). ok is false at the end of the group and at an AVP whose length is
// impossible, which is noted: nothing behind it can be found.
func (m *Message) read(a *avp, b []byte, off, end int) (ok bool) {
	left := end - off
	if left < 8 {
		if left > 0 && m.Faults&FaultTruncated == 0 {
			m.fault(FaultTrailing, off)
		}
		return false
	}
	p := b[off:end]
	w := binary.BigEndian.Uint64(p)
	n := int(w & 0xffffff)
	a.code, a.vendor, a.flags, a.off, a.head = uint32(w>>32), 0, uint8(w>>24), off, 8
	if a.flags&avpVendor != 0 {
		a.head = 12
		if left < 12 {
			return m.short(a, n, b, end)
		}
		a.vendor = binary.BigEndian.Uint32(p[8:])
	}
	if n < a.head || n > left {
		return m.short(a, n, b, end)
	}
	a.data = p[a.head:n:n]
	return true
}

// short judges an AVP of n octets that does not fit. When the capture ends inside
// it, an AVP whose beginning tells enough is given out cut.
func (m *Message) short(a *avp, n int, b []byte, end int) (ok bool) {
	if m.Faults&FaultTruncated == 0 || end != len(b) || n < a.head || a.off+n > int(m.Length) {
		m.fault(FaultAVPLength, a.off)
		return false
	}
	if len(b)-a.off <= a.head || !usefulCut(a.vendor, a.code) {
		return false
	}
	a.data = b[a.off+a.head:]
	return true
}

// usefulCut lists the AVPs that are used though the capture ends inside them:
// groups, and those whose presence is all that is noted.
func usefulCut(vendor, code uint32) bool {
	switch vendor {
	case 0:
		return code == 284
	case Vendor3GPP:
		return code == 606 || code == 702 || code == 3301 || kindOf(vendor, code) == kindGroup
	}
	return false
}

// message reads the AVPs of the message itself. Those of nearly every message are
// read here, without a call; of the single ones the first counts.
func (m *Message) message(b []byte) {
	var a avp
	off := HeaderLen
	for off <= len(b)-8 {
		// What the method read does, too.
		w := binary.BigEndian.Uint64(b[off : off+8 : off+8])
		n, head, vendor := int(w&0xffffff), 8, uint32(0)
		if n < 8 || n > len(b)-off {
			break
		}
		if w&(avpVendor<<24) != 0 {
			if n < 12 {
				break
			}
			head, vendor = 12, binary.BigEndian.Uint32(b[off+8:off+12:off+12])
		}
		at, code := off, uint32(w>>32)
		off += (n + 3) &^ 3
		var name *[]byte
		switch vendor {
		case 0:
			switch code {
			case 263:
				if m.SessionID == nil {
					m.SessionID = b[at+head : at+n : at+n]
				}
				continue
			case 264:
				name = &m.OriginHost
			case 296:
				name = &m.OriginRealm
			case 293:
				name = &m.DestinationHost
			case 283:
				name = &m.DestinationRealm
			case 282:
				name = &a.data // one that is not kept
				if m.NumRouteRecords < MaxRouteRecords {
					name = &m.routeRecords[m.NumRouteRecords]
				}
				*name = nil
				m.NumRouteRecords++
			case 1:
				if m.UserName == nil {
					m.UserName = b[at+head : at+n : at+n]
					m.userName(m.UserName)
				}
				continue
			case 268:
				if n-head != 4 {
					m.fault(FaultAVPType, at)
				} else if m.Set&(FieldResultCode|FieldExperimentalResult) == 0 {
					m.ResultCode = binary.BigEndian.Uint32(b[at+head : at+n])
					m.Set |= FieldResultCode
				}
				continue
			case 260: // Vendor-Specific-Application-Id names nobody
				if n-head >= 8 && m.Dictionary == nil {
					continue
				}
			default:
				if code < uint32(len(baseAVPs)) && passes(baseAVPs[code], n-head) && m.Dictionary == nil {
					continue
				}
			}
		case Vendor3GPP:
			if code < uint32(len(tgppAVPs)) && passes(tgppAVPs[code], n-head) && m.Dictionary == nil {
				continue
			}
		}
		data := b[at+head : at+n : at+n]
		if name != nil {
			if *name == nil {
				*name = data
			}
			if len(data) < 8 && !printable(data) || len(data) >= 8 && marked(data) {
				m.fault(FaultAVPType, at)
			}
			continue
		}
		a.code, a.vendor, a.flags = code, vendor, uint8(w>>24)
		a.off, a.head, a.data = at, head, data
		m.once(&a, b)
	}
	// What is left is nothing, or faulty, or cut with the capture.
	if off != len(b) && m.read(&a, b, off, len(b)) {
		m.once(&a, b)
	}
}
