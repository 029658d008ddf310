package capture

import (
	"encoding/hex"
	"strings"
	"time"
)

// unhex reads octets written as hex, with anything behind a // a comment.
func unhex(s string) []byte {
	var clean strings.Builder
	for line := range strings.SplitSeq(s, "\n") {
		line, _, _ = strings.Cut(line, "//")
		clean.WriteString(strings.Join(strings.Fields(line), ""))
	}
	b, err := hex.DecodeString(clean.String())
	if err != nil {
		panic(err)
	}
	return b
}

var testTime = time.Unix(1_700_000_000, 123_456_000).UTC()

// The parts of which the frames are made. Addresses are of RFC 5737 and RFC 3849.
const (
	macs = `
		02 00 00 00 00 02  // destination
		02 00 00 00 00 01  // source
	`
	ipv4Plain = `
		45 00 00 1c        // version 4, header 20; TOS; total length 28
		12 34 40 00        // identification; DF, offset 0
		40 84 00 00        // TTL 64, protocol 132 SCTP, checksum
		c0 00 02 01        // 192.0.2.1
		c6 33 64 02        // 198.51.100.2
	`
	ipv6To = `
		20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01  // 2001:db8::1
		20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02  // 2001:db8::2
	`
	ipv6Plain = `
		60 00 00 00        // version 6
		00 08 84 40        // payload 8, next header 132 SCTP, hop limit 64
	` + ipv6To
	upper = `
		0b 59 0b 59 00 00 00 01  // the upper layer's first octets
	`
)

// Golden frames.
var (
	frameEthernetIPv4 = unhex(macs + "08 00" + ipv4Plain + upper)
	frameVLANIPv4     = unhex(macs + "81 00 00 64 08 00" + ipv4Plain + upper)
	frameEthernetIPv6 = unhex(macs + "86 dd" + ipv6Plain + upper)
	frameSLLIPv4      = unhex(`
		00 00              // packet type: to us
		00 01              // ARPHRD Ethernet
		00 06              // address length
		02 00 00 00 00 01 00 00
		08 00              // IPv4
	` + ipv4Plain + upper)
	frameIPv4Options = unhex(macs + `08 00
		46 00 00 20        // header 24, total length 32
		12 34 40 00
		40 84 00 00
		c0 00 02 01
		c6 33 64 02
		94 04 00 00        // router alert (RFC 2113)
	` + upper)
	frameIPv6HopByHop = unhex(macs + `86 dd
		60 00 00 00
		00 10 00 40        // payload 16, next header 0 hop-by-hop
	` + ipv6To + `
		84 00 05 02 00 00 01 00  // next header 132, 8 octets, router alert, PadN
	` + upper + `
		ee ee              // Ethernet padding
	`)
	frameARP = unhex(macs + `08 06
		00 01 08 00 06 04 00 01
		02 00 00 00 00 01  c0 00 02 01
		00 00 00 00 00 00  c6 33 64 02
	`)
)
