package synth

import (
	"time"

	"sigtransit/decoders/telecom"
)

// ShortMessage is the person-to-person short message that the TPDUs carry.
type ShortMessage struct {
	Peer telecom.Digits // sender of a delivery, destination of a submission; E.164
	Text string         // up to 160 characters of the common part of ASCII and the GSM alphabet
	Sent time.Time      // service centre time stamp, SMS-DELIVER only
	Ref  uint8          // TP-Message-Reference, SMS-SUBMIT only
}

// AppendDeliver appends an SMS-DELIVER TPDU (TS 23.040 9.2.2.1): what a service
// centre sends to a phone.
func AppendDeliver(b []byte, m ShortMessage) []byte {
	b = append(b, 0x04) // TP-MTI 00, no more messages to send
	b = appendSMSAddress(b, m.Peer)
	b = append(b, 0x00, 0x00) // TP-PID, TP-DCS: GSM 7 bit default alphabet
	t := m.Sent.UTC()
	for _, v := range [...]int{t.Year() % 100, int(t.Month()), t.Day(), t.Hour(), t.Minute(), t.Second(), 0} {
		b = append(b, byte(v%10<<4|v/10))
	}
	return appendSMSText(b, m.Text)
}

// AppendSubmit appends an SMS-SUBMIT TPDU without validity period (TS 23.040
// 9.2.2.2): what a phone sends to its service centre.
func AppendSubmit(b []byte, m ShortMessage) []byte {
	b = append(b, 0x01, m.Ref) // TP-MTI 01
	b = appendSMSAddress(b, m.Peer)
	b = append(b, 0x00, 0x00)
	return appendSMSText(b, m.Text)
}

func appendSMSAddress(b []byte, d telecom.Digits) []byte {
	return AppendTBCD(append(b, byte(d.Len()), 0x91), d) // TS 23.040 9.1.2.5: length in digits
}

// appendSMSText packs septets (TS 23.038 6.1.2.1.1). Letters, digits, space and
// most punctuation have the same code in ASCII and in the default alphabet.
func appendSMSText(b []byte, text string) []byte {
	text = text[:min(len(text), 160)]
	b = append(b, byte(len(text)))
	var acc, bits uint
	for i := 0; i < len(text); i++ {
		acc |= uint(text[i]&0x7f) << bits
		for bits += 7; bits >= 8; bits -= 8 {
			b = append(b, byte(acc))
			acc >>= 8
		}
	}
	if bits > 0 {
		b = append(b, byte(acc))
	}
	return b
}
