package diameter

import (
	"encoding/binary"
	"encoding/hex"
	"strings"

	"sigtransit/decoders/internal/octets"
)

// text is a string as hex, padded with zeros to a multiple of four octets.
func text(s string) string {
	return hex.EncodeToString([]byte(s)) + strings.Repeat("00", -len(s)&3)
}

// goldenULR is an S6a Update-Location-Request of a roamer, as an MME sends it and
// two agents have passed it on (3GPP TS 29.272 7.2.3).
func goldenULR() []byte {
	return octets.Hex(
		"01 00022c",                                                                           // version 1, length 556
		"c0 00013c",                                                                           // R and P, command 316
		"01000023",                                                                            // application 16777251
		"11223344",                                                                            // hop-by-hop id
		"55667788",                                                                            // end-to-end id
		"00000107 40 00003f", text("mme1.epc.mnc001.mcc001.3gppnetwork.org;1794567890;1;s6a"), // Session-Id
		"00000104 40 000020",             // Vendor-Specific-Application-Id {
		"0000010a 40 00000c", "000028af", // Vendor-Id
		"00000102 40 00000c", "01000023", // Auth-Application-Id }
		"00000115 40 00000c", "00000001", // Auth-Session-State
		"00000108 40 00002e", text("mme1.epc.mnc001.mcc001.3gppnetwork.org"), // Origin-Host
		"00000128 40 000029", text("epc.mnc001.mcc001.3gppnetwork.org"), // Origin-Realm
		"00000125 40 00002e", text("hss1.epc.mnc070.mcc999.3gppnetwork.org"), // Destination-Host
		"0000011b 40 000029", text("epc.mnc070.mcc999.3gppnetwork.org"), // Destination-Realm
		"00000001 40 000017", text("999700000000001"), // User-Name
		"00000579 c0 000038 000028af",                         // Terminal-Information {
		"0000057a c0 00001a 000028af", text("35609204000000"), // IMEI
		"0000057b c0 00000e 000028af", text("01"), // Software-Version }
		"00000408 80 000010 000028af", "000003ec", // RAT-Type
		"0000057d c0 000010 000028af", "00000022", // ULR-Flags
		"0000057f c0 00000f 000028af", "00f110 00", // Visited-PLMN-Id
		"0000011a 40 00002e", text("mme1.epc.mnc001.mcc001.3gppnetwork.org"), // Route-Record
		"0000011a 40 000018", text("dra1.ipx.example"), // Route-Record
		"0000011c 40 00002c",                           // Proxy-Info {
		"00000118 40 000018", text("dea1.example.net"), // Proxy-Host
		"00000021 40 00000c", "0badcafe", // Proxy-State }
	)
}

// goldenAIA is the answer to an Authentication-Information-Request with two
// vectors (3GPP TS 29.272 7.2.6).
func goldenAIA() []byte {
	return octets.Hex(
		"01 00021c",                                                                           // version 1, length 540
		"40 00013e",                                                                           // P, command 318
		"01000023",                                                                            // application 16777251
		"11223344",                                                                            // hop-by-hop id
		"55667788",                                                                            // end-to-end id
		"00000107 40 00003f", text("mme1.epc.mnc001.mcc001.3gppnetwork.org;1794567890;2;s6a"), // Session-Id
		"00000104 40 000020",             // Vendor-Specific-Application-Id {
		"0000010a 40 00000c", "000028af", // Vendor-Id
		"00000102 40 00000c", "01000023", // Auth-Application-Id }
		"0000010c 40 00000c", "000007d1", // Result-Code
		"00000115 40 00000c", "00000001", // Auth-Session-State
		"00000108 40 00002e", text("hss1.epc.mnc070.mcc999.3gppnetwork.org"), // Origin-Host
		"00000128 40 000029", text("epc.mnc070.mcc999.3gppnetwork.org"), // Origin-Realm
		"00000585 c0 000134 000028af",             // Authentication-Info {
		"00000586 c0 000094 000028af",             // E-UTRAN-Vector {
		"0000058b c0 000010 000028af", "00000001", // Item-Number
		"000005a7 c0 00001c 000028af", "11111111111111111111111111111111", // RAND
		"000005a8 c0 000014 000028af", "2121212121212121", // XRES
		"000005a9 c0 00001c 000028af", "31313131313131313131313131313131", // AUTN
		"000005aa c0 00002c 000028af", "4141414141414141414141414141414141414141414141414141414141414141", // KASME }
		"00000586 c0 000094 000028af",             // E-UTRAN-Vector {
		"0000058b c0 000010 000028af", "00000002", // Item-Number
		"000005a7 c0 00001c 000028af", "12121212121212121212121212121212", // RAND
		"000005a8 c0 000014 000028af", "2222222222222222", // XRES
		"000005a9 c0 00001c 000028af", "32323232323232323232323232323232", // AUTN
		"000005aa c0 00002c 000028af", "4242424242424242424242424242424242424242424242424242424242424242", // KASME } }
	)
}

// goldenDWR is a Device-Watchdog-Request (RFC 6733 5.5.1).
func goldenDWR() []byte {
	return octets.Hex(
		"01 00004c",                                    // version 1, length 76
		"80 000118",                                    // R, command 280
		"00000000",                                     // application 0
		"11223344",                                     // hop-by-hop id
		"55667788",                                     // end-to-end id
		"00000108 40 000018", text("dra1.ipx.example"), // Origin-Host
		"00000128 40 000013", text("ipx.example"), // Origin-Realm
		"00000116 40 00000c", "5f5e1000", // Origin-State-Id
	)
}

// message puts a header before AVPs, with the length they make.
func message(flags uint8, command, app uint32, avps ...[]byte) []byte {
	b := make([]byte, HeaderLen)
	for _, a := range avps {
		b = append(b, a...)
	}
	binary.BigEndian.PutUint32(b, 1<<24|uint32(len(b)))
	binary.BigEndian.PutUint32(b[4:], uint32(flags)<<24|command)
	binary.BigEndian.PutUint32(b[8:], app)
	binary.BigEndian.PutUint32(b[12:], 0x11223344)
	binary.BigEndian.PutUint32(b[16:], 0x55667788)
	return b
}

// ietf, tgpp and gsma are padded AVPs, the first two with the M bit.
func ietf(code uint32, data ...[]byte) []byte { return rawAVP(code, 0x40, 0, data...) }
func tgpp(code uint32, data ...[]byte) []byte { return rawAVP(code, 0xc0, Vendor3GPP, data...) }
func gsma(code uint32, data ...[]byte) []byte { return rawAVP(code, 0x80, VendorGSMA, data...) }

func rawAVP(code uint32, flags uint8, vendor uint32, data ...[]byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, code)
	b = append(b, flags, 0, 0, 0)
	if flags&avpVendor != 0 {
		b = binary.BigEndian.AppendUint32(b, vendor)
	}
	for _, d := range data {
		b = append(b, d...)
	}
	n := len(b)
	b[5], b[6], b[7] = byte(n>>16), byte(n>>8), byte(n)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

func u32(v uint32) []byte { return binary.BigEndian.AppendUint32(nil, v) }
func str(s string) []byte { return []byte(s) }
