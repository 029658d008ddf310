package canary

import (
	"fmt"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
	"sigtransit/pkg/synth"
	"sigtransit/rules"
)

// MaxID is the highest number of a canary: two digits.
const MaxID = 99

// Mark is what an IMSI of a canary says.
//
//	00101 2262 07 0012
//	|     |    |  sequence number, 0000 to 9999, then again from 0
//	|     |    number of the canary
//	|     fixed: "cana" on the keys of a telephone
//	test PLMN 001-01
type Mark struct {
	ID       uint8
	Sequence uint16
}

const (
	prefix     = 0x001012262 // the first nine digits of the IMSI
	imsiDigits = 15
	sequences  = 10000
)

// Marked reports whether an IMSI begins as a canary's does. It is asked for every
// message.
func Marked(imsi telecom.Digits) bool {
	hi, _ := imsi.Words()
	return hi>>28 == prefix
}

// ReadMark reads the mark of an IMSI; false: it is none of a canary.
func ReadMark(imsi telecom.Digits) (m Mark, ok bool) {
	if !Marked(imsi) || imsi.Len() != imsiDigits {
		return m, false
	}
	n := 0
	for i := 9; i < imsiDigits; i++ {
		d := int(imsi.At(i))
		if d > 9 {
			return m, false
		}
		n = n*10 + d
	}
	return Mark{ID: uint8(n / sequences), Sequence: uint16(n % sequences)}, true
}

// IMSI is the mark as the subscriber of a message.
func (m Mark) IMSI() telecom.Digits {
	return telecom.MustDigits(fmt.Sprintf("001012262%02d%04d", m.ID%(MaxID+1), m.Sequence%sequences))
}

// String is the mark as lines of output have it.
func (m Mark) String() string { return fmt.Sprintf("canary %02d sequence %04d", m.ID, m.Sequence) }

// Is reports whether a message is a canary's: marked, and about authentication, as
// all of theirs are. The IMSI of an answer is that of its request.
func Is(m *signaling.Message) bool {
	_, ok := ReadMark(m.IMSI)
	return ok && m.Class == signaling.ClassAuthentication
}

// The nodes of canaries. The numbers are of country code 999, which nobody has, the
// names below example.net (RFC 2606), the point codes of zone 1, which Q.708 leaves
// unassigned.
const (
	gtPrefix = "9992262" // of global titles: then the number of the canary, and which node
	hopHost  = "hop.canary.example.net"
	realm    = "canary.example.net"

	pcSender   telecom.PointCode = 1<<11 | 226<<3 | 1 // 1-226-1
	pcListener telecom.PointCode = 1<<11 | 226<<3 | 2 // 1-226-2

	routingContext = 2262
)

var plmn = telecom.PLMN{MCC: 1, MNC: 1, Digits: 2}

func gtSender(id uint8) telecom.Digits {
	return telecom.MustDigits(fmt.Sprintf("%s%02d001", gtPrefix, id%(MaxID+1)))
}

func gtListener(id uint8) telecom.Digits {
	return telecom.MustDigits(fmt.Sprintf("%s%02d002", gtPrefix, id%(MaxID+1)))
}

func senderPeer(id uint8) synth.Peer {
	return synth.Peer{Host: fmt.Sprintf("sender-%02d.%s", id%(MaxID+1), realm), Realm: realm}
}

var listenerPeer = synth.Peer{Host: "listener." + realm, Realm: realm}

// CarrierID is the id of the carrier that stands for canaries.
const CarrierID = "canary"

// carrierFile has what names a canary on the path: global titles of MAP, the hop of
// Diameter. The ends of its links are not in it: they would count as links of a
// carrier.
const carrierFile = `carriers:
  - id: ` + CarrierID + `
    name: Canary (test messages of this program)
    identifiers:
      - {type: gt_prefix, value: "` + gtPrefix + `", role: transit, confidence: high}
      - {type: host, value: ` + hopHost + `, role: transit, confidence: high}
`

// Carriers are the carrier files that watching for these canaries needs: none
// without canaries.
func Carriers(list []Config) []rules.Own {
	if len(list) == 0 {
		return nil
	}
	return []rules.Own{{Name: "canary.yaml", Data: []byte(carrierFile)}}
}
