package diameter

// VendorGSMA is the enterprise number of GSMA, whose FS.19 defines signing and
// encryption of AVPs from end to end (DESS).
const VendorGSMA = 46304

// The codes of DESS are not published by GSMA. These are of its one public
// implementation (P1 Security's SigFW, sigfw/common/Crypto.java); a dictionary with
// any AVP of this vendor takes their place.
const (
	dessSignature     = 1000 // group of the following
	dessDigital       = 1001 // the signature itself
	dessSystemTime    = 1002
	dessIdentity      = 1003 // who signs
	dessSignatureType = 1004
	dessEncrypted     = 1100 // one AVP, encrypted
	dessEncryptedAll  = 1101 // several AVPs, encrypted
	dessEncryptedNth  = 1102
)

// gsma reads an AVP of DESS.
func (m *Message) gsma(a *avp, b []byte, depth int) {
	if m.Dictionary != nil && m.Dictionary.gsma {
		m.other(a, b, depth)
		return
	}
	switch a.code {
	case dessSignature:
		m.Set |= FieldSignature
		m.group(a, b, depth, nil)
	case dessIdentity:
		m.signer(a)
	case dessSignatureType:
		if v, ok := m.u32(a); ok {
			m.SignatureType = v
		}
	case dessEncrypted, dessEncryptedAll, dessEncryptedNth:
		m.encrypted()
	case dessDigital, dessSystemTime:
	default:
		m.other(a, b, depth)
	}
}

func (m *Message) signer(a *avp) {
	if !printable(a.data) {
		m.fault(FaultAVPType, a.off)
	}
	if m.Signer == nil {
		m.Signer = a.data
	}
	m.Set |= FieldSignature
}

func (m *Message) encrypted() {
	m.Set |= FieldEncrypted
	m.NumEncrypted++
}
