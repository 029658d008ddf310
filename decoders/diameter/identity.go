package diameter

import (
	"bytes"
	"encoding/binary"
	"net/netip"

	"sigtransit/decoders/telecom"
)

// imsi keeps d. A weak one is read from a User-Name; the first strong one stays.
func (m *Message) imsi(d telecom.Digits, weak bool) {
	if m.Set&FieldIMSI != 0 && (weak || !m.weakIMSI) {
		return
	}
	m.IMSI, m.weakIMSI = d, weak
	m.Set |= FieldIMSI
}

// userName looks for an IMSI in a User-Name: bare digits (TS 29.272 7.3.1), IMSI
// and realm, or a root or decorated NAI of TS 23.003 14 and 19.3, where one digit
// before the IMSI says how the user authenticates (0 EAP-AKA, 1 EAP-SIM, 6
// EAP-AKA') and the other leading digits mark pseudonyms, which hide it.
//
// In the applications of the IETF (AAA, credit control) a User-Name may be any
// number: only one with the length of real IMSIs is taken for one there.
func (m *Message) userName(u []byte) {
	least := 6
	if m.AppID < 1<<24 {
		least = 14
	}
	if d, ok := asciiDigits(u); ok {
		if d.Len() >= least && d.Len() <= 15 {
			m.imsi(d, true)
		}
		return
	}
	at := bytes.LastIndexByte(u, '@')
	if at < 0 {
		return
	}
	local, domain := u[:at], u[at+1:]
	if i := bytes.LastIndexByte(local, '!'); i >= 0 { // decorated: realm!user@realm
		local = local[i+1:]
	}
	d, ok := asciiDigits(local)
	if !ok {
		return
	}
	if hasPrefixFold(domain, "nai.") || hasPrefixFold(domain, "wlan.") {
		switch d.At(0) {
		case 0, 1, 6:
			d = d.Drop(1)
		}
		least = 6
	} else if hasPrefixFold(domain, "ims.") || hasPrefixFold(domain, "epc.") {
		least = 6
	}
	if d.Len() >= least && d.Len() <= 15 {
		m.imsi(d, true)
	}
}

// subscriptionID reads a Subscription-Id (RFC 8506 8.47).
func (m *Message) subscriptionID(typ uint32, data []byte) {
	switch typ {
	case 0: // END_USER_E164
		if len(data) > 0 && data[0] == '+' {
			data = data[1:]
		}
		if d, ok := asciiDigits(data); ok && m.Set&FieldMSISDN == 0 {
			m.MSISDN = d
			m.Set |= FieldMSISDN
		}
	case 1: // END_USER_IMSI
		if d, ok := asciiDigits(data); ok && d.Len() >= 6 && d.Len() <= 15 {
			m.imsi(d, false)
		}
	case 2: // END_USER_SIP_URI
		m.publicIdentity(data)
	case 3: // END_USER_NAI
		m.userName(data)
	}
}

// publicIdentity looks for a number in a SIP or tel URI (TS 23.003 13.4): an
// MSISDN after "+", or an IMSI, which makes the identity of a user without ISIM
// (13.4B): it begins with the MCC that the domain names.
func (m *Message) publicIdentity(u []byte) {
	if !hasPrefixFold(u, "sip:") && !hasPrefixFold(u, "tel:") {
		return
	}
	u = u[4:]
	if len(u) > 0 && u[0] == '+' {
		n := 1
		for n < len(u) && u[n]-'0' <= 9 {
			n++
		}
		m.subscriptionID(0, u[:n])
		return
	}
	at := bytes.IndexByte(u, '@')
	if at < 0 {
		return
	}
	d, ok := asciiDigits(u[:at])
	if !ok || d.Len() < 14 || d.Len() > 15 {
		return
	}
	if p, ok := plmnOfDomain(u[at+1:]); ok && d.HasPrefix(p.Prefix().Truncate(3)) {
		m.imsi(d, true)
	}
}

// msisdn keeps a number; an additional one only until there is another.
func (m *Message) msisdn(a *avp, additional bool) {
	d, ok := e164(a.data)
	if !ok {
		m.fault(FaultAVPType, a.off)
	} else if m.Set&FieldMSISDN == 0 || m.weakMSISDN && !additional {
		m.MSISDN, m.weakMSISDN = d, additional
		m.Set |= FieldMSISDN
	}
}

// imei reads 14 to 16 decimal digits (TS 23.003 6.2). User-Equipment-Info of some
// gateways holds them as TBCD: eight octets that are no text.
func (m *Message) imei(v []byte) {
	d, ok := asciiDigits(v)
	if !ok && len(v) == 8 {
		d = telecom.DigitsFromTBCD(v)
		ok = true
	}
	if ok && d.Len() >= 14 && d.Len() <= 16 && m.Set&FieldIMEI == 0 {
		m.IMEI = d
		m.Set |= FieldIMEI
	}
}

// e164 reads a number that TS 29.329 6.3.2 defines as TBCD digits without nature
// of address. Two habits of the field are undone where the digits betray them. A
// number of eight octets or more is beyond the 15 digits of E.164 6, so if all of
// them are ASCII digits it is text. And a first octet 0x91 (international, E.164)
// would be country code 1, whose numbers have 11 digits always: with any other
// length it is the nature of address.
func e164(v []byte) (d telecom.Digits, ok bool) {
	if len(v) >= 8 {
		if d, ok = asciiDigits(v); ok {
			return d, true
		}
	}
	d = telecom.DigitsFromTBCD(v)
	if len(v) > 1 && v[0] == 0x91 && d.Len() != 11 {
		d = telecom.DigitsFromTBCD(v[1:])
	}
	return d, d.Len() > 0
}

// asciiDigits packs text that is all decimal digits. It is DigitsFromASCII for
// the lengths that matter, eight digits at a time.
func asciiDigits(v []byte) (d telecom.Digits, ok bool) {
	n := len(v)
	if n == 0 || n > 16 {
		return telecom.DigitsFromASCII(v)
	}
	var lo, hi uint64 // first eight octets, next eight, first octet lowest
	const fill = 0x3f3f3f3f3f3f3f3f
	if n >= 8 {
		lo = binary.LittleEndian.Uint64(v)
		// Of the last eight octets those that lo has are shifted out.
		hi = binary.LittleEndian.Uint64(v[n-8:])>>(8*uint(16-n)) | fill<<(8*uint(n-8))
	} else {
		lo, hi = fill, fill
		for i := n - 1; i >= 0; i-- {
			lo = lo<<8 | uint64(v[i])
		}
	}
	a, ok1 := pack(lo, min(n, 8))
	c, ok2 := pack(hi, max(n-8, 0))
	if !ok1 || !ok2 {
		return d, false
	}
	var tbcd [8]byte
	binary.LittleEndian.PutUint64(tbcd[:], uint64(c)<<32|uint64(a))
	return telecom.DigitsFromTBCD(tbcd[:]), true
}

// pack turns eight ASCII octets, of which the first n must be digits and the
// others 0x3f, into four octets of TBCD.
func pack(x uint64, n int) (uint32, bool) {
	x ^= 0x3030303030303030
	used := ^uint64(0)
	if n < 8 {
		used = 1<<(8*uint(n)) - 1
	}
	// Octet by octet: below ten if adding six does not reach the high nibble.
	if (x|(x&0x0f0f0f0f0f0f0f0f+0x0606060606060606))&0xf0f0f0f0f0f0f0f0&used != 0 {
		return 0, false
	}
	x |= x >> 4
	x &= 0x00ff00ff00ff00ff
	x |= x >> 8
	x &= 0x0000ffff0000ffff
	return uint32(x | x>>16), true
}

// printable reports an identity: not empty, and nothing but visible ASCII. A
// DiameterIdentity is a domain name (RFC 6733 4.3.1).
func printable(v []byte) bool {
	if len(v) < 8 {
		for _, c := range v {
			if c-0x21 > 0x7e-0x21 {
				return false
			}
		}
		return len(v) > 0
	}
	return !marked(v)
}

// marked is not printable for at least eight octets.
func marked(v []byte) bool {
	bad := unseen(binary.LittleEndian.Uint64(v[len(v)-8:]))
	for ; len(v) > 8; v = v[8:] {
		bad |= unseen(binary.LittleEndian.Uint64(v))
	}
	return bad&0x8080808080808080 != 0
}

// unseen sets the top bit of an octet, of eight in x, that is no visible ASCII:
// above 0x7f, at it (after the addition), or below 0x21 (after the subtraction).
// Carries and borrows come from such octets only, so none is marked in vain when
// all are visible.
func unseen(x uint64) uint64 { return x | (x + 0x0101010101010101) | (x - 0x2121212121212121) }

func hasPrefixFold(b []byte, lower string) bool {
	if len(b) < len(lower) {
		return false
	}
	for i := 0; i < len(lower); i++ {
		c := b[i]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// plmnOf is the PLMN written as five or six digits.
func plmnOf(d telecom.Digits) (p telecom.PLMN) {
	if d.Len() != 5 && d.Len() != 6 {
		return p
	}
	for i := 0; i < d.Len(); i++ {
		v := uint16(d.At(i))
		if i < 3 {
			p.MCC = p.MCC*10 + v
		} else {
			p.MNC = p.MNC*10 + v
		}
	}
	p.Digits = uint8(d.Len() - 3)
	return p
}

// plmnOfDomain reads "mnc<MNC>.mcc<MCC>" in a domain of TS 23.003 13.2 and 19.2.
// An MNC of two digits is written there with a zero before it, so a zero is part
// of the MNC only where three digits are the rule.
func plmnOfDomain(v []byte) (p telecom.PLMN, ok bool) {
	for i := 0; i+13 <= len(v); i++ {
		s := v[i : i+13] // mnc001.mcc001
		if !hasPrefixFold(s, "mnc") {
			continue
		}
		if s[6] != '.' || !hasPrefixFold(s[7:], "mcc") {
			return p, false
		}
		for k := 0; k < 3; k++ {
			n, c := s[3+k]-'0', s[10+k]-'0'
			if n > 9 || c > 9 {
				return telecom.PLMN{}, false
			}
			p.MNC, p.MCC = p.MNC*10+uint16(n), p.MCC*10+uint16(c)
		}
		if p.Digits = 3; p.MNC < 100 && !telecom.ThreeDigitMNC(p.MCC) {
			p.Digits = 2
		}
		return p, true
	}
	return p, false
}

// ParseAddress reads the data of an AVP of type Address (RFC 6733 4.3.1): the
// address family in two octets, then the address. addr is zero for families other
// than IP (for example 8, E.164). ok is false when the length does not fit the
// family; an IP address without its family, which some peers send, is told by its
// length and given out with ok false.
func ParseAddress(v []byte) (addr netip.Addr, ok bool) {
	if len(v) < 3 {
		return addr, false
	}
	switch family := binary.BigEndian.Uint16(v); {
	case family == 1:
		if len(v) == 6 {
			return netip.AddrFrom4([4]byte(v[2:])), true
		}
		return addr, false
	case family == 2:
		if len(v) == 18 {
			return netip.AddrFrom16([16]byte(v[2:])), true
		}
		return addr, false
	case family == 0 || family >= 256: // no family of IANA's list below 16384
		switch len(v) {
		case 4:
			return netip.AddrFrom4([4]byte(v)), false
		case 16:
			return netip.AddrFrom16([16]byte(v)), false
		}
		return addr, false
	}
	return addr, true
}

// decimal reads digits that are text, or TBCD in an OctetString.
func decimal(e *Entry, v []byte) (telecom.Digits, bool) {
	if d, ok := asciiDigits(v); ok || e.Type == TypeText {
		return d, ok
	}
	d := telecom.DigitsFromTBCD(v)
	return d, d.Len() > 0
}

// plmnOfData reads a PLMN of three octets (TS 29.272 7.3.9), of five or six decimal
// digits, or in a domain.
func plmnOfData(v []byte) (telecom.PLMN, bool) {
	if len(v) == 3 {
		return telecom.PLMNFromTBCD([3]byte(v))
	}
	if d, ok := asciiDigits(v); ok {
		p := plmnOf(d)
		return p, !p.IsZero()
	}
	return plmnOfDomain(v)
}
