package diameter

// kind is what the tables know of an AVP: how its data must look (RFC 6733 4.2 to
// 4.4). The letters are those of the generated tables.
type kind = uint8

const (
	kindUnknown  kind = '.'
	kindAny      kind = 'o' // OctetString, UTF8String, URIs, filter rules, or of a type not known here
	kindWord     kind = 'w' // four octets: Unsigned32, Integer32, Enumerated, Time, Float32
	kindQuad     kind = 'q' // eight octets: Unsigned64, Integer64, Float64
	kindAddress  kind = 'a'
	kindIdentity kind = 'i' // DiameterIdentity
	kindGroup    kind = 'g'
)

// vendorAVP is an AVP outside the two tables by code.
type vendorAVP struct {
	vendor, code uint32
	kind         kind
}

// kindOf looks an AVP up: vendor 0 is the IETF.
func kindOf(vendor, code uint32) kind {
	switch vendor {
	case 0:
		if code < uint32(len(baseAVPs)) {
			return baseAVPs[code]
		}
	case Vendor3GPP:
		if code < uint32(len(tgppAVPs)) {
			return tgppAVPs[code]
		}
	}
	lo, hi := 0, len(otherAVPs)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		e := &otherAVPs[mid]
		if e.vendor < vendor || e.vendor == vendor && e.code < code {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(otherAVPs) && otherAVPs[lo].vendor == vendor && otherAVPs[lo].code == code {
		return otherAVPs[lo].kind
	}
	return kindUnknown
}

// KnownAVP reports whether an AVP is defined: by the dictionaries of go-diameter,
// or in a block of codes that a specification of the IETF or 3GPP TS 29.230 gives
// out (listed with the test that writes the tables). Vendor 0 is the IETF.
func KnownAVP(vendor, code uint32) bool { return kindOf(vendor, code) != kindUnknown }
