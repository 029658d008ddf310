package numbering

import (
	"slices"

	"sigtransit/decoders/telecom"
)

// plmnKey orders PLMNs as their text: 338-05, 338-050, 338-051, 338-06.
func plmnKey(p telecom.PLMN) uint32 {
	if p.Digits == 3 {
		return uint32(p.MCC)<<16 | uint32(p.MNC/10)<<4 | uint32(p.MNC%10+1)
	}
	return uint32(p.MCC)<<16 | uint32(p.MNC)<<4
}

// NetworkOf is the operator of a network. The length of the MNC counts: 338-05 and
// 338-050 are two networks.
func NetworkOf(p telecom.PLMN) (*Operator, bool) {
	if p.MNC > 999 || p.Digits != 3 && (p.Digits != 2 || p.MNC > 99) {
		return nil, false
	}
	t := load()
	if i, ok := slices.BinarySearch(t.plmns, plmnKey(p)); ok {
		return &t.networks[i], true
	}
	return nil, false
}

// NetworkOfIMSI is the network that an IMSI, or the first six digits of one, begins with.
// MNCs of three and of two digits stand side by side in some countries: the longest that
// is listed wins. With none the PLMN is cut as is usual in the country, zero if the
// digits are too few.
func NetworkOfIMSI(d telecom.Digits) (*Operator, telecom.PLMN, bool) {
	var v [6]uint16
	for i := range v {
		if v[i] = uint16(d.At(i)); v[i] > 9 || i >= d.Len() {
			if i < 5 {
				return nil, telecom.PLMN{}, false
			}
			break
		}
	}
	p := telecom.PLMN{MCC: v[0]*100 + v[1]*10 + v[2], MNC: v[3]*10 + v[4], Digits: 2}
	if d.Len() > 5 && v[5] <= 9 {
		long := telecom.PLMN{MCC: p.MCC, MNC: p.MNC*10 + v[5], Digits: 3}
		if op, ok := NetworkOf(long); ok {
			return op, long, true
		}
	}
	if op, ok := NetworkOf(p); ok {
		return op, p, true
	}
	p, _ = telecom.PLMNFromIMSI(d)
	return nil, p, false
}

// NetworkOfRealm is the network of a domain name (TS 23.003 clause 19.2), in which an MNC
// of two digits is written with a zero in front: mnc005.mcc338 is 338-005 if that is
// listed, else 338-05. With neither the PLMN has as many digits as is usual in the country.
func NetworkOfRealm(mcc, mnc uint16) (*Operator, telecom.PLMN, bool) {
	if mcc > 999 || mnc > 999 {
		return nil, telecom.PLMN{}, false
	}
	long := telecom.PLMN{MCC: mcc, MNC: mnc, Digits: 3}
	if op, ok := NetworkOf(long); ok {
		return op, long, true
	}
	short := telecom.PLMN{MCC: mcc, MNC: mnc, Digits: 2}
	if op, ok := NetworkOf(short); ok {
		return op, short, true
	}
	if mnc > 99 || telecom.ThreeDigitMNC(mcc) {
		return nil, long, false
	}
	return nil, short, false
}
