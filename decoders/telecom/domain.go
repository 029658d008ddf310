package telecom

// PLMNOfDomain takes the PLMN from a name under 3gppnetwork.org (3GPP TS 23.003 19.2,
// 13.2, 28.2): "epc.mnc<3 digits>.mcc<3 digits>.3gppnetwork.org" and its like for ims, 5gc
// and others, in either case, with or without hosts before, and under pub.3gppnetwork.org.
// mnc is the number as written: a code of two digits has a leading zero there, so that 12
// and 012 look the same. Two digits without it are accepted.
func PLMNOfDomain(name []byte) (mcc, mnc uint16, ok bool) {
	const root = ".3gppnetwork.org"
	i := len(name) - len(root)
	if i < 0 || !foldsTo(name[i:], root) {
		return 0, 0, false
	}
	rest := name[:i]
	for n := 0; n < 3; n++ { // mcc, perhaps behind pub or ipxuni
		label, before := lastLabel(rest)
		if v, digits := labelNumber(label, "mcc"); digits == 3 {
			label, _ = lastLabel(before)
			w, digits := labelNumber(label, "mnc")
			return v, w, digits >= 2
		}
		rest = before
	}
	return 0, 0, false
}

func lastLabel(b []byte) (label, before []byte) {
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] == '.' {
			return b[i+1:], b[:i]
		}
	}
	return b, nil
}

// labelNumber reads the up to three digits of a label behind its three letters.
func labelNumber(label []byte, letters string) (v uint16, digits int) {
	if len(label) < 4 || len(label) > 6 || !foldsTo(label[:3], letters) {
		return 0, 0
	}
	for _, c := range label[3:] {
		if c < '0' || c > '9' {
			return 0, 0
		}
		v = v*10 + uint16(c-'0')
	}
	return v, len(label) - 3
}

// foldsTo compares ASCII with a name in lower case.
func foldsTo(b []byte, low string) bool {
	if len(b) != len(low) {
		return false
	}
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != low[i] {
			return false
		}
	}
	return true
}
