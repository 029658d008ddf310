package diameter

import (
	"encoding/binary"

	"sigtransit/decoders/telecom"
)

// once reads an AVP of the message itself.
func (m *Message) once(a *avp, b []byte) {
	if m.Dictionary != nil && m.added(a, b, 0) {
		return
	}
	switch a.vendor {
	case Vendor3GPP:
		m.tgpp(a, b, 0, nil)
	case 0:
		m.rare(a, b)
	case VendorGSMA:
		m.gsma(a, b, 0)
	default:
		m.other(a, b, 0)
	}
}

// rare reads the other IETF AVPs of the message itself.
func (m *Message) rare(a *avp, b []byte) {
	switch a.code {
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
	agent          bool   // the group is a MIP-Home-Agent-Host: it names a gateway
}

// group reads the AVPs of the group a, which stands depth groups deep. What they
// say to the group goes to g, which may be nil. Most are passed over here, without
// a call. Written out into itself, as the compiler does by a profile, its variable of
// each group would be allocated.
//
//go:noinline
func (m *Message) group(a *avp, b []byte, depth int, g *group) {
	if depth >= maxDepth {
		m.fault(FaultDepth, a.off)
		return
	}
	depth++
	var c avp
	off := a.off + a.head
	end := off + len(a.data)
	in := b[:end]
	for off <= len(in)-8 {
		// What the method read does, too.
		w := binary.BigEndian.Uint64(in[off : off+8 : off+8])
		n, head, vendor := int(w&0xffffff), 8, uint32(0)
		if n < 8 || n > len(in)-off {
			break
		}
		if w&(avpVendor<<24) != 0 {
			if n < 12 {
				break
			}
			head, vendor = 12, binary.BigEndian.Uint32(in[off+8:off+12:off+12])
		}
		at, code := off, uint32(w>>32)
		off += (n + 3) &^ 3
		k := kindUnknown
		if vendor == Vendor3GPP && code < uint32(len(tgppAVPs)) && m.Dictionary == nil {
			if k = tgppAVPs[code]; passes(k, n-head) {
				continue
			}
			if code-firstVector < uint32(VectorSIP) && n > head { // many messages have five of them
				m.vector(VectorKind(code - firstVector))
				continue
			}
		}
		c.code, c.vendor, c.flags = code, vendor, uint8(w>>24)
		c.off, c.head, c.data = at, head, in[at+head:at+n:at+n]
		if k == kindGroup && n-head >= 8 {
			m.group(&c, b, depth, nil)
			continue
		}
		m.inside(&c, b, depth, g)
	}
	// What is left is nothing, or faulty, or cut with the capture.
	if off != end && m.read(&c, b, off, end) {
		m.inside(&c, b, depth, g)
	}
}

// inside reads an AVP that stands in a group.
func (m *Message) inside(a *avp, b []byte, depth int, g *group) {
	if m.Dictionary != nil && m.added(a, b, depth) {
		return
	}
	switch a.vendor {
	case Vendor3GPP:
		m.tgpp(a, b, depth, g)
		return
	case 0:
	case VendorGSMA:
		m.gsma(a, b, depth)
		return
	default:
		m.other(a, b, depth)
		return
	}
	switch a.code {
	case 1:
		m.userName(a.data)
	case 280:
		if !printable(a.data) {
			m.fault(FaultAVPType, a.off)
		}
		m.AddProxyHost(a.data)
	case 266, 298, 450, 459:
		if v, ok := m.u32(a); ok && g != nil {
			switch a.code {
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
			g.idData = a.data
		}
	case 121:
		if g != nil {
			g.has |= hasHA1
		}
	case 283, 293: // Destination-Realm and -Host of a MIP-Home-Agent-Host
		if g != nil && g.agent {
			m.name(a, NodeGateway, a.code == 283)
		}
	default:
		m.base(a, b, depth)
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
	case 8, 97: // Framed-IP-Address, Framed-IPv6-Prefix (RFC 7155 4.4.10.5)
		m.present(a, FieldUserAddress)
	case 334: // MIP-Home-Agent-Address (RFC 4004 7.4)
		m.address(a, NodeGateway)
	case 348: // MIP-Home-Agent-Host (RFC 4004 7.11)
		g := group{agent: true}
		m.group(a, b, depth, &g)
	case 260, 279: // Vendor-Specific-Application-Id names nobody; Failed-AVP holds AVPs of somebody else's message
		m.judge(a, kindGroup)
	case 464, 581: // EAP-Master-Session-Key (RFC 4072 4.1.3), Key (RFC 6734)
		if len(a.data) > 0 {
			m.Set |= FieldKeys
		}
	default:
		if a.code >= firstTGPP && m.AppID >= 1<<24 && baseKind(a.code) == kindUnknown && kindOf(Vendor3GPP, a.code) != kindUnknown {
			// Some nodes leave the V bit and the vendor out. Nobody else has these codes.
			m.fault(FaultVendor, a.off)
			m.tgpp(a, b, depth, nil)
			return
		}
		m.other(a, b, depth)
	}
}

// firstTGPP is the code from which a 3GPP AVP is believed without its vendor: the
// IETF has given out nothing above it (RFC 8506 ends at 670), 3GPP nothing that it
// needs below it.
const firstTGPP = 701

// other judges an AVP whose value is not kept. Groups are read for what they hold.
func (m *Message) other(a *avp, b []byte, depth int) {
	k := kindOf(a.vendor, a.code)
	if k == kindGroup && len(a.data) >= 8 {
		m.group(a, b, depth, nil)
		return
	}
	m.judge(a, k)
}

// judge notes what is wrong with the data of an AVP of a kind.
func (m *Message) judge(a *avp, k kind) {
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
		bad = len(a.data) > 0 && len(a.data) < 8 && m.Faults&FaultTruncated == 0
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

func (m *Message) vector(k VectorKind) {
	m.Set |= FieldVectors
	if m.VectorCount < 255 {
		m.VectorCount++
		m.Vectors[k]++
	}
}

func (m *Message) visited(p telecom.PLMN) {
	if !p.IsZero() && m.Set&FieldVisitedPLMN == 0 {
		m.VisitedPLMN = p
		m.Set |= FieldVisitedPLMN
	}
}
