package gsmmap

import (
	"net/netip"

	"sigtransit/decoders/telecom"
)

// age15 is the value of an AgeOfLocationInformation: 0 to 32767 minutes (TS 29.002
// 17.7.1). What is out of range is held at the nearest of them.
func age15(v []byte) (n uint16) {
	const most = 1<<15 - 1
	if v[0] >= 0x80 {
		return 0
	}
	for _, c := range v {
		if n > most>>8 {
			return most
		}
		n = n<<8 | uint16(c)
	}
	return n
}

// isText reports that an FQDN stands there as people write it, and not in the labels of
// DNS: the standard leaves that open.
func isText(v []byte) bool {
	for _, c := range v {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return len(v) > 0
}

// gsnAddress reads a GSN-Address: the top two bits of the first octet are 0 for
// IPv4 and 1 for IPv6, the others the length (3GPP TS 23.003 5.1).
func gsnAddress(v []byte) (netip.Addr, bool) {
	switch {
	case len(v) == 5 && v[0] == 4:
		return netip.AddrFrom4([4]byte(v[1:])), true
	case len(v) == 17 && v[0] == 1<<6|16:
		return netip.AddrFrom16([16]byte(v[1:])), true
	}
	return netip.Addr{}, false
}

// Nature of address of ISUP (Q.763 3.9), and of AddressString for the same.
const (
	isupNational        = 3
	isupInternational   = 4
	natureInternational = 1
	natureNational      = 2
)

// addISUP keeps a node's number in the format that ISUP has for a called party: an
// octet with the odd/even indicator and the nature of the address, one with the
// numbering plan, then digits (Q.763 3.9). Node has the nature that AddressString
// would give it.
func (a *Arguments) addISUP(role NodeRole, v []byte) {
	d := isupDigits(v)
	if d.Len() == 0 || a.numNodes >= MaxNodes {
		return
	}
	n := &a.nodes[a.numNodes]
	*n = Node{Role: role, NPI: v[1] >> 4 & 7, GT: d}
	switch v[0] & 0x7f {
	case isupNational:
		n.NAI = natureNational
	case isupInternational:
		n.NAI = natureInternational
	}
	a.numNodes++
}

// isupDigits are the digits of a number in the format of ISUP. With an odd number
// of them the last half octet is a filler, whatever it holds.
func isupDigits(v []byte) telecom.Digits {
	if len(v) < 3 {
		return telecom.Digits{}
	}
	return telecom.DigitsFromTBCD(v[2:]).FromLastOctet(v[0]&0x80 != 0)
}
