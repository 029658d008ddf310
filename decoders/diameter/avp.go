package diameter

// kind is what the tables know of an AVP: how its data must look (RFC 6733 4.2 to
// 4.4). The letters are those of the generated tables, which have a capital where
// an AVP is read for more than its kind.
type kind = uint8

const (
	kindUnknown  kind = '.'
	kindAny      kind = 'o' // OctetString, UTF8String, URIs, filter rules, or of a type not known here
	kindWord     kind = 'w' // four octets: Unsigned32, Integer32, Enumerated, Time, Float32
	kindQuad     kind = 'q' // eight octets: Unsigned64, Integer64, Float64
	kindAddress  kind = 'a'
	kindIdentity kind = 'i' // DiameterIdentity
	kindGroup    kind = 'g'

	kindRead kind = 0x20 // clear in a capital, set in all kinds
)

// passes reports that no more is to be done about an AVP of n octets, whose letter
// in a table is k: it is not read, and nothing is wrong with its length. It spares
// most AVPs the way through inside, tgpp, other and judge.
func passes(k kind, n int) bool { return k == kindAny || k == kindWord && n == 4 }

// kindOf looks an AVP up: vendor 0 is the IETF.
func kindOf(vendor, code uint32) kind {
	switch vendor {
	case 0:
		return baseKind(code)
	case Vendor3GPP:
		if code < uint32(len(tgppAVPs)) {
			return tgppAVPs[code] | kindRead
		}
	default:
		if definesAVPs(vendor) {
			return kindAny
		}
	}
	return kindUnknown
}

func baseKind(code uint32) kind {
	if code < uint32(len(baseAVPs)) {
		return baseAVPs[code] | kindRead
	}
	return kindUnknown
}

// definesAVPs lists the vendors (IANA private enterprise numbers) known to use
// Diameter AVPs of their own. Their dictionaries are mostly not public, so which
// codes exist cannot be said.
func definesAVPs(vendor uint32) bool {
	switch vendor {
	case VendorGSMA,
		5535, 13019, 4491, 3561, 24757, // 3GPP2, ETSI, CableLabs, Broadband Forum, WiMAX Forum
		193, 2011, 94, 28458, 637, 6527, 3902, 4329, 1751, // Ericsson, Huawei, Nokia, NSN, Alcatel-Lucent (3), ZTE, Siemens, Lucent
		9, 5771, 8164, 2636, 11, 42, 111, 311, 323, 9148, 19444, // Cisco (2), Starent, Juniper, HP, Sun, Oracle, Microsoft, Tekelec, Acme Packet, Metaswitch
		12645, 12951, 27640, 2937, 5806, 81000, // Vodafone, Verizon Wireless, Telefonica, Deutsche Telekom, SK Telecom, China Telecom
		3830, 13421, 41897: // Acision, Tango, Inovar
		return true
	}
	return false
}

// KnownAVP reports whether an AVP is defined: by the dictionaries of go-diameter,
// in a run of codes that an RFC or 3GPP TS 29.230 gives out (both are listed with
// the test that writes the tables), or, whatever its code, by a vendor that is
// known to have AVPs of its own. Vendor 0 is the IETF.
func KnownAVP(vendor, code uint32) bool { return kindOf(vendor, code) != kindUnknown }
