package cases

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/synth"
)

// values are what a notation can name. Numbers are those of testdata/README.md.
var values = func() map[string][]byte {
	address := func(digits string) []byte { return contents(synth.AppendNumber(nil, 0x04, international(digits))) }
	v := map[string][]byte{
		"imsi":   contents(synth.AppendDigits(nil, 0x04, telecom.MustDigits("001010000000001"))),
		"imei":   contents(synth.AppendDigits(nil, 0x04, telecom.MustDigits("990000000000017"))),
		"msisdn": address("9990155500001"),
		"other":  address("9990155500002"), // another party
		"msrn":   address("99970900001"),
		"msc":    address("99970000030"),
		"vlr":    address("99970000020"),
		"sgsn":   address("99970000050"),
		"hlr":    address("999010000010"),
		"sc":     address("999010000040"),
		"scf":    address("999010000060"),
		"ggsn":   address("999010000070"),
		"gmlc":   address("999010000080"),
		"tmsi":   {0, 0, 0, 7},
		"lmsi":   {0, 0, 0, 9},
		"cell":   {0x99, 0xf9, 0x07, 0, 1, 0, 2}, // PLMN 999-70, LAC 1, cell 2
		"lai":    {0x99, 0xf9, 0x07, 0, 1},
		"rai":    {0x99, 0xf9, 0x07, 0, 1, 3},
		"point":  {0x10, 0, 0, 0, 0, 0, 0, 0}, // ellipsoid point with an uncertainty circle
		"geo":    {0x10, 0x10, 0, 0, 0x10, 0, 0, 5},
		"locnum": {0x84, 0x97, 0x99, 0x79, 0x00, 0x00, 0x00, 0x02},
		"ip":     {4, 198, 51, 100, 150}, // GSN-Address, IPv4
		"apn":    []byte("\x08internet"),
		// SMS-DELIVER and SMS-SUBMIT of one letter, from and to another party (3GPP TS 23.040 9.2.2).
		"deliver": slices.Concat([]byte{0x04, 13}, address("9990155500002"), []byte{0, 0, 0x62, 0x11, 0x22, 0x01, 0, 0, 0, 1, 'A'}),
		"submit":  slices.Concat([]byte{0x01, 0, 13}, address("9990155500002"), []byte{0, 0, 1, 'A'}),
		"ussd":    {0xaa, 0x18, 0x0c, 0x36, 0x02},
		"rand":    make([]byte, 16),
		"sres":    make([]byte, 4),
		"xres":    make([]byte, 8),
		"kc":      make([]byte, 8),
		"k":       make([]byte, 16),
		"kasme":   make([]byte, 32),
		"called":  isup(0x04, "9990155500002"),
		"calling": isup(0x04, "9990155500001"),
		"assist":  append([]byte{0}, isup(0x04, "99970000099")...), // generic number
		"scp":     isup(0x04, "99970000099"),
		"time":    {0x02, 0x62, 0x11, 0x22, 0x01, 0x00, 0x00, 0x00},
		"mme":     []byte("mme1.epc.mnc070.mcc999.3gppnetwork.org"),
	}
	return v
}()

func international(digits string) synth.Number {
	return synth.International(telecom.MustDigits(digits))
}

// contents are those of an element with a one-octet length.
func contents(b []byte) []byte { return b[2:] }

// isup is a number in the format of ISUP (Q.763 3.9): nature of address, E.164,
// digits, the odd one with a filler of 0.
func isup(nature byte, digits string) []byte {
	if len(digits)%2 != 0 {
		nature |= 0x80
		digits += "0"
	}
	b := []byte{nature, 0x10}
	for i := 0; i < len(digits); i += 2 {
		b = append(b, (digits[i+1]-'0')<<4|(digits[i]-'0'))
	}
	return b
}

// encode turns the notation of an element into octets: "30(04:imsi 0a:00 85)" is a
// SEQUENCE of an OCTET STRING with the value that imsi stands for, an ENUMERATED 0
// and an empty [5]. What has no name is hexadecimal. The empty notation is nothing.
// A notation that cannot be read is a defect of a table: it panics.
func encode(notation string) []byte {
	b, rest := elements(notation)
	if rest != "" {
		panic(fmt.Sprintf("notation %q: %q is left over", notation, rest))
	}
	return b
}

// elements reads up to a closing parenthesis, or the end.
func elements(s string) (b []byte, rest string) {
	for {
		if s = strings.TrimLeft(s, " \n\t"); s == "" || s[0] == ')' {
			return b, s
		}
		end := strings.IndexAny(s, " (:)")
		if end < 0 {
			end = len(s)
		}
		b = append(b, octets(s[:end])...) // the tag
		s = s[end:]
		var value []byte
		switch {
		case strings.HasPrefix(s, "("):
			if value, s = elements(s[1:]); s == "" {
				panic("notation: a parenthesis is missing")
			}
			s = s[1:]
		case strings.HasPrefix(s, ":"):
			s = s[1:]
			if end = strings.IndexAny(s, " )"); end < 0 {
				end = len(s)
			}
			value, s = octets(s[:end]), s[end:]
		}
		b = append(b, synth.AppendTLV(nil, 0, value)[1:]...) // length and value
	}
}

// octets are those that a name stands for, or that are written.
func octets(s string) []byte {
	if v, ok := values[s]; ok {
		return v
	}
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(fmt.Sprintf("notation: %q is no name and not hexadecimal", s))
	}
	return b
}
