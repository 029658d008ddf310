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
	FieldSMText           // presence: SM-RP-UI
	FieldLocation         // presence: EPS-Location-Information, ECGI, TAI, Location-Estimate, 3GPP-User-Location-Info
	FieldSubscriptionData // presence: Subscription-Data, User-Data, 3GPP profile
	FieldServingNode      // presence: Serving-Node, MME-Number, SGSN-Number
	FieldKeys             // presence: EAP-Master-Session-Key, CK/IK in SIP-Auth-Data-Item
	FieldIMSI
	FieldMSISDN
	FieldIMEI
	FieldVisitedPLMN
	FieldSCAddress
)

// Fault says what was wrong in a message that was kept all the same.
type Fault uint8

// Faults.
const (
	FaultUnknownCommand Fault = 1 << iota // not in the application's dictionary
	FaultUnknownAVP                       // an AVP with the M bit that nobody defines
	FaultAVPType                          // an AVP whose data has an impossible length or value
	FaultAVPLength                        // an AVP length below its header or past the message
	FaultTrailing                         // octets behind the last AVP
	FaultTruncated                        // the capture has less than the message length
	FaultHeader                           // message length not a multiple of 4, reserved flags set, or a request with the E bit
)

// Bounds of repeated AVPs that are kept; more are counted only.
const (
	MaxRouteRecords = 8
	MaxProxyHosts   = 4
	MaxHostIPs      = 4
)

// maxDepth bounds nested groups. The deepest that is read, Authentication-Info
// with its vectors or Service-Information with PS-Information, needs two.
const maxDepth = 6

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

	IMSI           telecom.Digits // from User-Name, Subscription-Id or User-Identifier
	MSISDN         telecom.Digits
	IMEI           telecom.Digits
	SCAddress      telecom.Digits
	VisitedPLMN    telecom.PLMN
	ResultCode     uint32 // Result-Code or Experimental-Result-Code
	ResultVendor   uint32 // Vendor-Id of an Experimental-Result
	InbandSecurity uint32 // 0 none, 1 TLS; the highest of those offered
	VectorCount    uint8

	AVPs []byte // all AVPs

	// weakIMSI: IMSI was read out of a User-Name, which any AVP made for IMSIs overrides.
	weakIMSI bool
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
	m.NumRouteRecords, m.NumProxyHosts, m.NumHostIPs = 0, 0, 0
	m.IMSI, m.MSISDN, m.IMEI, m.SCAddress = telecom.Digits{}, telecom.Digits{}, telecom.Digits{}, telecom.Digits{}
	m.VisitedPLMN = telecom.PLMN{}
	m.ResultCode, m.ResultVendor, m.InbandSecurity, m.VectorCount = 0, 0, 0, 0
	m.AVPs, m.weakIMSI = nil, false
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
	if !KnownCommand(m.AppID, m.Command) {
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

// next is the offset of the following AVP; it may be past the end.
func (a *avp) next() int { return a.off + (a.head+len(a.data)+3)&^3 }

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
		switch code {
		case 612, 702, 606, 1400, 1401, 1413, 1414, 1415, 1416, 1496, 1500, 3102, 3301:
			return true
		}
	}
	return false
}

// message reads the AVPs of the message itself. Those of nearly every message are
// read here, without a call; of the single ones the first counts.
func (m *Message) message(b []byte) {
	var a avp
	p := b[HeaderLen:]
	for len(p) >= 8 {
		// What the method read does, too.
		w := binary.BigEndian.Uint64(p)
		n, head, vendor := int(w&0xffffff), 8, uint32(0)
		if n < 8 || n > len(p) {
			break
		}
		if w&(avpVendor<<24) != 0 {
			if n < 12 {
				break
			}
			head, vendor = 12, binary.BigEndian.Uint32(p[8:])
		}
		data, off := p[head:n:n], len(b)-len(p)
		p = p[min((n+3)&^3, len(p)):]

		code := uint32(w >> 32)
		if vendor == 0 {
			switch code {
			case 263:
				if m.SessionID == nil {
					m.SessionID = data
				}
				continue
			case 264:
				if m.OriginHost == nil {
					m.OriginHost = data
				}
				goto name
			case 296:
				if m.OriginRealm == nil {
					m.OriginRealm = data
				}
				goto name
			case 293:
				if m.DestinationHost == nil {
					m.DestinationHost = data
				}
				goto name
			case 283:
				if m.DestinationRealm == nil {
					m.DestinationRealm = data
				}
				goto name
			case 282:
				if m.NumRouteRecords < MaxRouteRecords {
					m.routeRecords[m.NumRouteRecords] = data
				}
				m.NumRouteRecords++
				goto name
			case 1:
				if m.UserName == nil {
					m.UserName = data
					m.userName(data)
				}
				continue
			}
		}
		a.code, a.vendor, a.flags = code, vendor, uint8(w>>24)
		a.off, a.head, a.data = off, head, data
		m.once(&a, b)
		continue
	name:
		if len(data) < 8 && !printable(data) || len(data) >= 8 && marked(data) {
			m.fault(FaultAVPType, off)
		}
	}
	// What is left is nothing, or faulty, or cut with the capture.
	if m.read(&a, b, len(b)-len(p), len(b)) {
		m.once(&a, b)
	}
}

// once reads an AVP of the message itself.
func (m *Message) once(a *avp, b []byte) {
	switch a.vendor {
	case Vendor3GPP:
		m.tgpp(a, b, 0, nil)
	case 0:
		m.rare(a, b)
	default:
		m.other(a)
	}
}

// rare reads the other IETF AVPs of the message itself.
func (m *Message) rare(a *avp, b []byte) {
	switch a.code {
	case 268:
		if v, ok := m.u32(a); ok && m.Set&(FieldResultCode|FieldExperimentalResult) == 0 {
			m.ResultCode = v
			m.Set |= FieldResultCode
		}
	case 284: // Proxy-Info
		m.group(a, b, 0, nil)
	case 297:
		var g group
		m.group(a, b, 0, &g)
		if g.has&hasResult == 0 {
			m.fault(FaultAVPType, a.off)
		} else if m.Set&(FieldResultCode|FieldExperimentalResult) == 0 {
			m.ResultCode, m.ResultVendor = g.result, g.vendor
			m.Set |= FieldExperimentalResult
		}
	case 299:
		if v, ok := m.u32(a); ok {
			m.InbandSecurity = max(m.InbandSecurity, v)
			m.Set |= FieldInbandSecurity
		}
	case 257:
		addr, ok := ParseAddress(a.data)
		if !ok {
			m.fault(FaultAVPType, a.off)
		}
		if addr.IsValid() {
			if m.NumHostIPs < MaxHostIPs {
				m.hostIPs[m.NumHostIPs] = addr
			}
			m.NumHostIPs++
		}
	default:
		m.base(a, b, 0)
	}
}

// has bits of group.
const (
	hasResult = 1 << iota
	hasIDType
	hasAuthenticate
	hasAuthorization
	hasKey
	hasHA1
)

// group is what the AVPs of one group say to the group they stand in.
type group struct {
	has            uint8
	vendor, result uint32 // Vendor-Id, Experimental-Result-Code
	idType         uint32 // Subscription-Id-Type, User-Equipment-Info-Type
	idData         []byte // Subscription-Id-Data, User-Equipment-Info-Value
}

// group reads the AVPs of the group a, which stands depth groups deep. What they
// say to the group goes to g, which may be nil.
func (m *Message) group(a *avp, b []byte, depth int, g *group) {
	if depth >= maxDepth {
		return
	}
	var c avp
	end := a.off + a.head + len(a.data)
	for off := a.off + a.head; m.read(&c, b, off, end); off = c.next() {
		if c.vendor == Vendor3GPP {
			m.tgpp(&c, b, depth+1, g)
			continue
		}
		if c.vendor != 0 {
			m.other(&c)
			continue
		}
		switch c.code {
		case 1:
			m.userName(c.data)
		case 280:
			if !printable(c.data) {
				m.fault(FaultAVPType, c.off)
			}
			if m.NumProxyHosts < MaxProxyHosts {
				m.proxyHosts[m.NumProxyHosts] = c.data
			}
			m.NumProxyHosts++
		case 266, 298, 450, 459:
			if v, ok := m.u32(&c); ok && g != nil {
				switch c.code {
				case 266:
					g.vendor = v
				case 298:
					g.result = v
					g.has |= hasResult
				default:
					g.idType = v
					g.has |= hasIDType
				}
			}
		case 444, 460:
			if g != nil {
				g.idData = c.data
			}
		case 121:
			if g != nil {
				g.has |= hasHA1
			}
		default:
			m.base(&c, b, depth+1)
		}
	}
}

// base reads an IETF AVP that may stand at any depth.
func (m *Message) base(a *avp, b []byte, depth int) {
	switch a.code {
	case 443: // Subscription-Id (RFC 8506 8.46)
		var g group
		m.group(a, b, depth, &g)
		if g.has&hasIDType == 0 || g.idData == nil {
			m.fault(FaultAVPType, a.off)
			return
		}
		m.subscriptionID(g.idType, g.idData)
	case 458: // User-Equipment-Info (RFC 8506 8.49)
		var g group
		m.group(a, b, depth, &g)
		if g.has&hasIDType != 0 && g.idType == 0 {
			m.imei(g.idData)
		}
	case 653, 659: // User-Equipment-Info-Extension, Subscription-Id-Extension (RFC 8506 8.52, 8.58)
		m.group(a, b, depth, nil)
	case 654, 658: // User-Equipment-Info-IMEISV, -IMEI
		m.imei(a.data)
	case 660: // Subscription-Id-E164
		m.subscriptionID(0, a.data)
	case 661: // Subscription-Id-IMSI
		m.subscriptionID(1, a.data)
	case 464, 581: // EAP-Master-Session-Key (RFC 4072 4.1.3), Key (RFC 6734)
		if len(a.data) > 0 {
			m.Set |= FieldKeys
		}
	default:
		m.other(a)
	}
}

// tgpp reads a 3GPP AVP; g is the group it stands in, nil for the message.
func (m *Message) tgpp(a *avp, b []byte, depth int, g *group) {
	switch a.code {
	case 1407: // Visited-PLMN-Id (TS 29.272 7.3.9)
		if len(a.data) == 3 {
			if p, ok := telecom.PLMNFromTBCD([3]byte(a.data)); ok {
				m.visited(p)
				return
			}
		}
		m.fault(FaultAVPType, a.off)
	case 1401: // Terminal-Information (TS 29.272 7.3.3)
		m.group(a, b, depth, nil)
	case 1402: // IMEI
		m.imei(a.data)
	case 701: // MSISDN (TS 29.329 6.3.2)
		m.msisdn(a)
	case 1400, // Subscription-Data (TS 29.272 7.3.2)
		1500: // Non-3GPP-User-Data (TS 29.273 8.2.3.1)
		m.Set |= FieldSubscriptionData
		m.group(a, b, depth, nil)
	case 1413: // Authentication-Info (TS 29.272 7.3.17)
		m.group(a, b, depth, nil)
	case 1414, 1415, 1416: // E-UTRAN-, UTRAN-, GERAN-Vector
		if len(a.data) > 0 {
			m.vector()
		}
	case 612: // SIP-Auth-Data-Item (TS 29.229 6.3.13, TS 29.273 8.2.3.4)
		var s group
		m.group(a, b, depth, &s)
		// A request names the scheme, and RAND||AUTS as SIP-Authorization when it
		// resynchronises: only what an answer holds is a vector.
		if s.has&(hasAuthenticate|hasKey|hasHA1) != 0 || s.has&hasAuthorization != 0 && !m.IsRequest() {
			m.vector()
		}
		if s.has&hasKey != 0 {
			m.Set |= FieldKeys
		}
	case 635: // SIP-Digest-Authenticate: a group with Digest-HA1
		m.group(a, b, depth, g)
	case 609:
		if g != nil && len(a.data) > 0 {
			g.has |= hasAuthenticate
		}
	case 610:
		if g != nil && len(a.data) > 0 {
			g.has |= hasAuthorization
		}
	case 625, 626: // Confidentiality-Key, Integrity-Key
		if len(a.data) > 0 {
			if g != nil {
				g.has |= hasKey
			} else {
				m.Set |= FieldKeys
			}
		}
	case 405, 406: // ME-Key-Material, UICC-Key-Material (TS 29.109 6.3)
		m.Set |= FieldKeys
	case 3102, // User-Identifier (TS 29.336 6.4.2)
		700,      // User-Identity (TS 29.329 6.3.1)
		873, 874: // Service-Information, PS-Information (TS 32.299 7.2)
		m.group(a, b, depth, nil)
	case 3300: // SC-Address (TS 29.338 5.3.3.2)
		if d, ok := e164(a.data); !ok {
			m.fault(FaultAVPType, a.off)
		} else if m.Set&FieldSCAddress == 0 {
			m.SCAddress = d
			m.Set |= FieldSCAddress
		}
	case 3301: // SM-RP-UI (TS 29.338 6.3.3.3)
		if len(a.data) > 0 {
			m.Set |= FieldSMText
		}
	case 606, 702: // User-Data of Cx and of Sh
		m.Set |= FieldSubscriptionData
	case 22, // 3GPP-User-Location-Info (TS 29.061 16.4.7)
		1242,                                                       // Location-Estimate (TS 32.299)
		1496,                                                       // EPS-Location-Information
		1600, 1601, 1602, 1603, 1604, 1605, 1606, 1607, 1608, 1609, // its parts (TS 29.272 7.3.112 to 7.3.120)
		2515, 2517, 2552, 2553, 2556: // Velocity-Estimate, ECGI, cells, Civic-Address (TS 29.172 7.4)
		m.Set |= FieldLocation
	case 1489, // SGSN-Number
		1645,                         // MME-Number-for-MT-SMS
		2401, 2402, 2403, 2405, 2406, // Serving-Node and its parts (TS 29.173 6.4)
		2408, 2409, 2410, // MME-Realm, SGSN-Name, SGSN-Realm
		3338, 3339, 3340, 3341, 3342, 3343, 3344, 3345, // the SMSF's numbers, names and realms (TS 29.338 5.3.3)
		6, 15, 1050: // 3GPP-SGSN-Address, 3GPP-SGSN-IPv6-Address, AN-GW-Address
		m.Set |= FieldServingNode
	case 1: // 3GPP-IMSI (TS 29.061 16.4.7)
		if d, ok := asciiDigits(a.data); ok && d.Len() >= 6 && d.Len() <= 15 {
			m.imsi(d, false)
		} else {
			m.fault(FaultAVPType, a.off)
		}
	case 20: // 3GPP-IMEISV
		m.imei(a.data)
	case 18: // 3GPP-SGSN-MCC-MNC: five or six decimal digits
		if d, ok := asciiDigits(a.data); ok {
			m.visited(plmnOf(d))
		}
	case 601: // Public-Identity (TS 29.229 6.3.2)
		m.publicIdentity(a.data)
	case 600: // Visited-Network-Identifier (TS 29.229 6.3.1)
		if p, ok := plmnOfDomain(a.data); ok {
			m.visited(p)
		}
	default:
		m.other(a)
	}
}

// other judges an AVP whose value is not kept.
func (m *Message) other(a *avp) {
	k := kindOf(a.vendor, a.code)
	bad := false
	switch k {
	case kindUnknown:
		if a.flags&avpMandatory != 0 {
			m.fault(FaultUnknownAVP, a.off)
		}
	case kindWord:
		bad = len(a.data) != 4
	case kindQuad:
		bad = len(a.data) != 8
	case kindIdentity:
		bad = !printable(a.data)
	case kindAddress:
		_, ok := ParseAddress(a.data)
		bad = !ok
	case kindGroup:
		bad = len(a.data) > 0 && len(a.data) < 8
	}
	if bad {
		m.fault(FaultAVPType, a.off)
	}
}

// u32 is the value of an Unsigned32 or Enumerated (RFC 6733 4.2, 4.3).
func (m *Message) u32(a *avp) (v uint32, ok bool) {
	if len(a.data) != 4 {
		m.fault(FaultAVPType, a.off)
		return 0, false
	}
	return binary.BigEndian.Uint32(a.data), true
}

func (m *Message) vector() {
	m.Set |= FieldVectors
	if m.VectorCount < 255 {
		m.VectorCount++
	}
}

func (m *Message) visited(p telecom.PLMN) {
	if !p.IsZero() && m.Set&FieldVisitedPLMN == 0 {
		m.VisitedPLMN = p
		m.Set |= FieldVisitedPLMN
	}
}
