package gsmmap

import (
	"sigtransit/decoders/ber"
	"sigtransit/decoders/telecom"
)

// Address is an AddressString (3GPP TS 29.002 17.7.8).
type Address struct {
	NAI, NPI uint8
	Digits   telecom.Digits
}

// Numbering plans (TS 29.002 17.7.8). With that of E.212 the digits are an IMSI.
const (
	planE164       = 1
	planLandMobile = 6
)

// isMSISDN reports that the address is a number of E.164.
func (a Address) isMSISDN() bool { return a.NPI == planE164 }

// IsIMSI reports that the address is an IMSI and not a number that can be dialled.
func (a Address) IsIMSI() bool { return a.NPI == planLandMobile }

// DialogueKind is the alternative of a MAP-DialoguePDU (TS 29.002 17.4).
type DialogueKind uint8

// Kinds of MAP-DialoguePDU, in the order of their tags.
const (
	DialogueNone DialogueKind = iota
	DialogueOpen
	DialogueAccept
	DialogueClose
	DialogueRefuse
	DialogueUserAbort
	DialogueProviderAbort
)

// Dialogue is a MAP-DialoguePDU, which stands in the user information of TCAP's
// dialogue portion in versions 2 and 3 (TS 29.002 17.4). An operation on
// supplementary services or USSD names its subscriber nowhere else (7.3.1).
type Dialogue struct {
	Kind DialogueKind
	// Destination and Origination are the references of a MAP-open: who is meant at
	// the called end, an IMSI, or between an HLR and a gsmSCF an MSISDN; and who
	// speaks at the calling end, by the standard a node, in the field at times the
	// subscriber.
	Destination, Origination Address
}

// IMSI is the subscriber that a MAP-open names by an IMSI; empty when it names none.
func (d *Dialogue) IMSI() telecom.Digits {
	switch {
	case d.Destination.IsIMSI():
		return d.Destination.Digits
	case d.Origination.IsIMSI():
		return d.Origination.Digits
	}
	return telecom.Digits{}
}

// MSISDN is the subscriber that a MAP-open names by a number. The origination
// reference counts only where the destination names nobody: by the standard it is a
// node, and whoever knows the node's address removes it first.
func (d *Dialogue) MSISDN() telecom.Digits {
	switch {
	case d.Destination.isMSISDN():
		return d.Destination.Digits
	case d.Destination.Digits.Len() == 0 && d.Origination.isMSISDN():
		return d.Origination.Digits
	}
	return telecom.Digits{}
}

// mapDialogueAS is map-DialogueAS, 0.4.0.0.1.1.1.1 (TS 29.002 17.4).
const mapDialogueAS = "\x04\x00\x00\x01\x01\x01\x01"

// Decode resets d and reads userInfo, the contents of user-information: EXTERNALs,
// of which the first one of MAP counts. Private extensions are stepped over. The
// error is ErrTruncated, ErrEncoding or ErrIMSI; what stood before the fault is kept.
// User information of somebody else gives DialogueNone and no error.
func (d *Dialogue) Decode(userInfo []byte) error {
	*d = Dialogue{}
	for off := 0; off < len(userInfo); {
		tag, v, next, err := child(userInfo, off)
		if v == nil {
			return err
		}
		off = next
		if tag != ber.External {
			continue
		}
		if mine, err := d.external(v); mine {
			return err
		}
	}
	return nil
}

// external reads an EXTERNAL (X.690 8.18) and reports whether it is of MAP.
func (d *Dialogue) external(b []byte) (mine bool, err error) {
	for off := 0; off < len(b); {
		tag, v, next, err := child(b, off)
		if v == nil {
			return mine, err
		}
		off = next
		switch tag {
		case ber.ObjectID:
			if mine = string(v) == mapDialogueAS; !mine {
				return false, nil
			}
		case 0xa0, 0x81: // single-ASN1-type, or the same as octets
			if mine {
				return true, d.pdu(v)
			}
		}
	}
	return mine, nil
}

// pdu reads the MAP-DialoguePDU.
func (d *Dialogue) pdu(b []byte) error {
	tag, v, _, err := child(b, 0)
	if v == nil || tag&^constructed < 0x80 || tag&^constructed > 0x85 {
		return err
	}
	d.Kind = DialogueOpen + DialogueKind(tag&0x1f)
	if d.Kind != DialogueOpen {
		return err
	}
	for off := 0; off < len(v); {
		tag, ref, next, f := child(v, off)
		if err == nil {
			err = f
		}
		if ref == nil {
			break
		}
		off = next
		if f != nil || len(ref) < 2 {
			continue
		}
		a := Address{NAI: ref[0] >> 4 & 7, NPI: ref[0] & 15, Digits: telecom.DigitsFromTBCD(ref[1:])}
		if a.IsIMSI() {
			if _, ok := imsiDigits(ref[1:]); !ok {
				if err == nil {
					err = ErrIMSI
				}
				continue
			}
		}
		switch tag {
		case 0x80:
			d.Destination = a
		case 0x81:
			d.Origination = a
		}
	}
	return err
}

// child is the element of b at off; value is nil when there is none to use, and not
// nil for one without contents.
func child(b []byte, off int) (tag ber.Tag, value []byte, next int, err error) {
	if start, end := bounds(b, off); end != 0 {
		return ber.Tag(b[off]), b[start:end:end], end, nil
	}
	var t ber.TLV
	next, err = element(b, off, &t)
	if t.Raw == nil {
		return 0, nil, next, err
	}
	if value = t.Value; value == nil {
		value = []byte{}
	}
	return t.Tag, value, next, err
}
