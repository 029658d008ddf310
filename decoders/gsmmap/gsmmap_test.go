package gsmmap

import (
	"math/bits"
	"reflect"
	"testing"

	"sigtransit/decoders/ber"
	"sigtransit/decoders/internal/mutate"
	"sigtransit/decoders/internal/octets"
	"sigtransit/decoders/telecom"
)

// tlv is an element with a definite length in the shortest form.
var tlv = octets.BER

// high is an element with a two-octet tag: class and form in lead, number below 128.
func high(lead, number byte, parts ...[]byte) []byte {
	e := tlv(0, parts...)
	return append([]byte{lead | 0x1f, number}, e[1:]...)
}

// Values on the wire. Numbers are of the test network 001-01 and of the country
// code 999, which is not assigned.
var (
	imsiOctets   = octets.Hex("00 01 11 32 54 76 98 f0") // 001011234567890
	msisdnOctets = octets.Hex("91 99 19 32 54 76 98")    // international E.164, 999123456789
	imeiOctets   = octets.Hex("53 10 20 10 32 54 76 f8") // 350102012345678
	mscOctets    = octets.Hex("91 99 19 10 00 00 f1")    // 99910100001
	vlrOctets    = octets.Hex("91 99 19 10 00 00 f2")    // 99910100002
	sgsnOctets   = octets.Hex("91 99 19 10 00 00 f3")    // 99910100003
	scOctets     = octets.Hex("91 99 19 10 00 00 f4")    // 99910100004
	scfOctets    = octets.Hex("91 99 19 10 00 00 f5")    // 99910100005
	hlrOctets    = octets.Hex("91 99 19 10 00 00 f6")    // 99910100006
	gmlcOctets   = octets.Hex("91 99 19 10 00 00 f7")    // 99910100007
	scf2Octets   = octets.Hex("91 99 19 10 00 00 f8")    // 99910100008
	ggsnOctets   = octets.Hex("91 99 19 10 00 00 f9")    // 99910100009
	lmsiOctets   = octets.Hex("00 00 00 07")             // LMSI
	cellOctets   = octets.Hex("00 f1 10 00 01 00 02")    // CGI: 001-01, LAC 1, CI 2
	pointOctets  = octets.Hex("10 00 00 00 00 00 00 00") // GAD: point with uncertainty circle
	number       = telecom.MustDigits                    // short name for the tables
	testIMSI     = telecom.MustDigits("001011234567890")
	testMSISDN   = telecom.MustDigits("999123456789")
	testIMEI     = telecom.MustDigits("350102012345678")
)

// extension is an ExtensionContainer whose contents look like everything a table
// might take: IMSI, number, list. None of it may be found.
var extension = tlv(0x30, tlv(0xa0, tlv(0x30, tlv(0x06, octets.Hex("2a 03 04")), tlv(0x04, octets.Hex("99 99 99 99 99 99 99 f9")))),
	tlv(0xa1, tlv(0x80, octets.Hex("99 99 99 99 99 99 99 f9")), tlv(0x81, octets.Hex("91 99 99 99 99"))))

func gt(role NodeRole, digits string) Node {
	return Node{Role: role, NAI: 1, NPI: 1, GT: number(digits)}
}

// quintupletResult is a SendAuthenticationInfoRes of version 3.
func quintupletResult(n int) []byte {
	var list [][]byte
	for range n {
		list = append(list, tlv(0x30,
			tlv(0x04, make([]byte, 16)), // RAND
			tlv(0x04, make([]byte, 8)),  // XRES
			tlv(0x04, make([]byte, 16)), // CK
			tlv(0x04, make([]byte, 16)), // IK
			tlv(0x04, make([]byte, 16)), // AUTN
		))
	}
	return tlv(0xa3, tlv(0xa1, list...)) // [3], quintupletList [1]
}

func tripletList(n int) (list []byte) {
	for range n {
		list = append(list, tlv(0x30,
			tlv(0x04, make([]byte, 16)), // RAND
			tlv(0x04, make([]byte, 4)),  // SRES
			tlv(0x04, make([]byte, 8)),  // Kc
		)...)
	}
	return list
}

var updateLocationV3 = tlv(0x30,
	tlv(0x04, imsiOctets), // imsi
	tlv(0x81, mscOctets),  // msc-Number [1]
	tlv(0x04, vlrOctets),  // vlr-Number
	tlv(0x8a, lmsiOctets), // lmsi [10]
	extension,
	tlv(0xa6, tlv(0x80, octets.Hex("04 e0"))), // vlr-Capability [6]: supportedCamelPhases
)

var locationInformation = octets.Cat(
	tlv(0x02, []byte{5}),                 // ageOfLocationInformation
	tlv(0x80, pointOctets),               // geographicalInformation [0]
	tlv(0x81, vlrOctets),                 // vlr-number [1]
	tlv(0x82, octets.Hex("03 97 99 f1")), // locationNumber [2]
	tlv(0xa3, tlv(0x80, cellOctets)),     // cellGlobalIdOrServiceAreaIdOrLAI [3]
	tlv(0x86, mscOctets),                 // msc-Number [6]
)

var anyTimeInterrogationResult = tlv(0x30,
	tlv(0x30, // subscriberInfo
		tlv(0xa0, locationInformation),   // locationInformation [0]
		tlv(0xa1, tlv(0x80)),             // subscriberState [1]: assumedIdle
		tlv(0x85, imeiOctets),            // imei [5]
		tlv(0xa8, tlv(0x81, imsiOctets)), // mnpInfoRes [8]: a generic IMSI
	),
	extension,
)

var routingInfoForSMResult = tlv(0x30,
	tlv(0x04, imsiOctets), // imsi
	tlv(0xa0, // locationInfoWithLMSI [0]
		tlv(0x81, mscOctets),             // networkNode-Number [1]
		tlv(0x04, lmsiOctets),            // lmsi
		tlv(0xa6, tlv(0x81, sgsnOctets)), // additional-Number [6]: sgsn-Number [1]
	),
	tlv(0xa4, extension), // extensionContainer [4]
)

func scfTDP(address []byte) []byte {
	return tlv(0x30, tlv(0x0a, []byte{2}), tlv(0x02, []byte{1}), tlv(0x80, address), tlv(0x81, []byte{0}))
}

var insertSubscriberData = tlv(0x30,
	tlv(0x80, imsiOctets),              // imsi [0]
	tlv(0x81, msisdnOctets),            // msisdn [1]
	tlv(0x83, []byte{0}),               // subscriberStatus [3]
	tlv(0xa6, tlv(0x04, []byte{0x11})), // teleserviceList [6]
	tlv(0xa7, tlv(0xa0, tlv(0x04, []byte{0x21}), // provisionedSS [7]: forwardingInfo, CFU
		tlv(0x30, tlv(0x30, tlv(0x83, []byte{0x10}), tlv(0x84, []byte{0x0f}), tlv(0x85, msisdnOctets))))),
	tlv(0xad, // vlrCamelSubscriptionInfo [13]
		tlv(0xa0, tlv(0x30, scfTDP(scfOctets), scfTDP(scfOctets), scfTDP(scf2Octets))),                                 // o-CSI
		tlv(0xa2, tlv(0x30, tlv(0x30, tlv(0x04, []byte{0x31})), tlv(0x04, scfOctets))),                                 // ss-CSI
		tlv(0xa5, tlv(0x30, tlv(0x04, []byte{0})), tlv(0x02, []byte{1}), tlv(0x80, scfOctets)),                         // m-CSI
		tlv(0xa6, tlv(0xa0, tlv(0x30, tlv(0x80, []byte{1}), tlv(0x81, []byte{1}), tlv(0x82, scf2Octets)))),             // mo-sms-CSI
		tlv(0xa9, tlv(0xa0, tlv(0x30, tlv(0x04, octets.Hex("91 11 f1")), tlv(0x02, []byte{1}), tlv(0x04, scfOctets)))), // d-CSI
	),
	tlv(0xae, extension), // extensionContainer [14]
	tlv(0xb0, tlv(0xa1, tlv(0x30, tlv(0x02, []byte{1})))),                 // gprsSubscriptionData [16]
	tlv(0xb6, tlv(0xa0, tlv(0x04, gmlcOctets))),                           // lcsInformation [22]: gmlc-List
	high(0xa0, 31, tlv(0xa4, tlv(0x02, []byte{1}), tlv(0xa1, tlv(0x30)))), // eps-SubscriptionData [31]
	high(0x80, 34, sgsnOctets),                                            // sgsn-Number [34]
	high(0x80, 35, []byte("mme1.epc.example.net")),                        // mme-Name [35]
)

type kind uint8

const (
	invoke kind = iota
	result
	returnError
	capPhase2
	cap
	capResult
)

func decode(a *Arguments, k kind, op int32, in []byte) error {
	switch k {
	case invoke:
		return a.DecodeInvoke(op, 0, in)
	case result:
		return a.DecodeResult(op, 0, in)
	case returnError:
		return a.DecodeError(op, 0, in)
	case capPhase2:
		return a.DecodeCAPInvoke(op, 2, in)
	case capResult:
		return a.DecodeCAPResult(op, in)
	}
	return a.DecodeCAPInvoke(op, 4, in)
}

type test struct {
	name  string
	kind  kind
	op    int32
	in    []byte
	err   error
	set   Field // without those of IMSI, MSISDN and IMEI, which follow from the others
	imsi  bool
	msis  bool
	imei  bool
	nodes []Node
	vk    VectorKind
	vc    uint8
	dn    string
	data  Data
	age   uint16
	gsn   string
}

const places = FieldCellID | FieldGeographical | FieldLocationNumber | FieldLocationAge

var tests = []test{
	{name: "updateLocation v3", op: 2, in: updateLocationV3, imsi: true, set: FieldLMSI,
		nodes: []Node{gt(NodeMSC, "99910100001"), gt(NodeVLR, "99910100002")}},
	{name: "updateLocation v1 with a roaming number for the MSC", op: 2, imsi: true, set: FieldRoamingNumber,
		in:    tlv(0x30, tlv(0x04, imsiOctets), tlv(0x80, mscOctets), tlv(0x04, vlrOctets)),
		nodes: []Node{gt(NodeVLR, "99910100002")}},
	{name: "updateLocation with ADD-Info and paging area", op: 2, imsi: true, imei: true, set: FieldCellID, dn: "mme1.epc.example.net",
		in: tlv(0x30, tlv(0x04, imsiOctets), tlv(0x81, mscOctets), tlv(0x04, vlrOctets),
			tlv(0xad, tlv(0x80, imeiOctets)),     // add-info [13]
			tlv(0xae, tlv(0x80, cellOctets[:5])), // pagingArea [14]
			tlv(0xa4, tlv(0x80, []byte("mme1.epc.example.net")), tlv(0x81, []byte("epc.example.net")))), // mme-DiameterAddress [4]
		nodes: []Node{gt(NodeMSC, "99910100001"), gt(NodeVLR, "99910100002")}},
	{name: "updateLocation with indefinite lengths", op: 2, imsi: true,
		in:    octets.Cat(octets.Hex("30 80"), tlv(0x04, imsiOctets), tlv(0x81, mscOctets), tlv(0x04, vlrOctets), octets.Hex("a6 80 80 02 04 e0 00 00"), octets.Hex("00 00")),
		nodes: []Node{gt(NodeMSC, "99910100001"), gt(NodeVLR, "99910100002")}},
	{name: "updateLocation result", kind: result, op: 2, in: tlv(0x30, tlv(0x04, hlrOctets), extension),
		nodes: []Node{gt(NodeHLR, "99910100006")}},
	{name: "updateLocation result v1", kind: result, op: 2, in: tlv(0x04, hlrOctets),
		nodes: []Node{gt(NodeHLR, "99910100006")}},

	{name: "cancelLocation v3", op: 3, imsi: true, set: FieldLMSI,
		in: tlv(0xa3, tlv(0x30, tlv(0x04, imsiOctets), tlv(0x04, lmsiOctets)), tlv(0x0a, []byte{0}), extension,
			tlv(0x83, mscOctets), tlv(0x84, vlrOctets)), // newMSC-Number [3], newVLR-Number [4]
		nodes: []Node{gt(NodeMSC, "99910100001"), gt(NodeVLR, "99910100002")}},
	{name: "cancelLocation v3 with a bare IMSI", op: 3, imsi: true,
		in: tlv(0xa3, tlv(0x04, imsiOctets), tlv(0x30, tlv(0x04, octets.Hex("99 99 99 99 99 99 99 f9"))))},
	{name: "cancelLocation v2 with LMSI", op: 3, imsi: true, set: FieldLMSI, in: tlv(0x30, tlv(0x04, imsiOctets), tlv(0x04, lmsiOctets))},
	{name: "cancelLocation v1", op: 3, imsi: true, in: tlv(0x04, imsiOctets)},
	{name: "cancelLocation result", kind: result, op: 3, in: tlv(0x30, extension)},

	{name: "provideRoamingNumber", op: 4, imsi: true, msis: true, set: FieldLMSI,
		in:    tlv(0x30, tlv(0x80, imsiOctets), tlv(0x81, mscOctets), tlv(0x82, msisdnOctets), tlv(0x84, lmsiOctets), tlv(0x88, gmlcOctets), tlv(0xab, extension)), // gmsc-Address [8]
		nodes: []Node{gt(NodeMSC, "99910100001"), gt(NodeOther, "99910100007")}},
	{name: "provideRoamingNumber result", kind: result, op: 4, set: FieldRoamingNumber, in: tlv(0x30, tlv(0x04, mscOctets))},
	{name: "provideRoamingNumber result v2", kind: result, op: 4, set: FieldRoamingNumber, in: tlv(0x04, mscOctets)},

	{name: "insertSubscriberData", data: DataServices | DataSupplementary | DataForwarding | DataCAMEL | DataGPRS | DataEPS | DataLCS, op: 7, in: insertSubscriberData, imsi: true, msis: true,
		set: FieldSubscriberData | FieldForwardingNumber | FieldAPN, dn: "mme1.epc.example.net",
		nodes: []Node{gt(NodeGsmSCF, "99910100005"), gt(NodeGsmSCF, "99910100008"), gt(NodeGMLC, "99910100007"), gt(NodeSGSN, "99910100003")}},
	{name: "deleteSubscriberData", data: DataSupplementary, op: 8, imsi: true, set: FieldSubscriberData, in: tlv(0x30, tlv(0x80, imsiOctets), tlv(0xa2, tlv(0x04, []byte{0x21})))},
	{name: "sendParameters v1", op: 9, imsi: true, in: tlv(0x30, tlv(0x80, imsiOctets), tlv(0x30, tlv(0x0a, []byte{1})))},
	{name: "sendParameters v1 result", kind: result, op: 9, imsi: true, set: FieldVectors, vk: VectorTriplet, vc: 2,
		in: tlv(0x30, tlv(0x80, imsiOctets), tlv(0xa1, tripletList(1)[2:]), tlv(0xa1, tripletList(1)[2:]))},

	{name: "authenticationFailureReport", op: 15, imsi: true, in: tlv(0x30, tlv(0x04, imsiOctets), tlv(0x0a, []byte{1}),
		extension, tlv(0x04, make([]byte, 16)), tlv(0x80, vlrOctets)), nodes: []Node{gt(NodeVLR, "99910100002")}},

	{name: "sendRoutingInfo", op: 22, msis: true, in: tlv(0x30, tlv(0x80, msisdnOctets), tlv(0x83, []byte{0}), tlv(0x86, mscOctets)),
		nodes: []Node{gt(NodeOther, "99910100001")}},
	{name: "sendRoutingInfo of a gsmSCF", op: 22, msis: true, in: tlv(0x30, tlv(0x80, msisdnOctets), tlv(0x86, scfOctets), tlv(0x98)),
		nodes: []Node{gt(NodeGsmSCF, "99910100005")}},
	{name: "sendRoutingInfo result v3", kind: result, age: 5, op: 22, imsi: true, set: FieldRoamingNumber | places, nodes: []Node{
		gt(NodeVLR, "99910100002"), gt(NodeMSC, "99910100001"), gt(NodeMSC, "99910100001")},
		in: tlv(0xa3, tlv(0x89, imsiOctets), tlv(0x04, mscOctets), tlv(0xa7, tlv(0xa0, locationInformation)), tlv(0x82, mscOctets))},
	{name: "sendRoutingInfo result v3, forwarded", kind: result, op: 22, imsi: true, set: FieldForwardingNumber,
		in: tlv(0xa3, tlv(0x89, imsiOctets), tlv(0x30, tlv(0x85, msisdnOctets), tlv(0x86, []byte{0x24})))},
	{name: "sendRoutingInfo result v2", kind: result, op: 22, imsi: true, set: FieldRoamingNumber,
		in: tlv(0x30, tlv(0x04, imsiOctets), tlv(0x04, mscOctets))},

	{name: "updateGprsLocation", gsn: "192.0.2.1", op: 23, imsi: true, imei: true, set: FieldAPN | FieldGSN, dn: "sgsn1.epc.example.net",
		in: tlv(0x30, tlv(0x04, imsiOctets), tlv(0x04, sgsnOctets), tlv(0x04, octets.Hex("04 c0 00 02 01")), // 192.0.2.1
			tlv(0xa0, tlv(0x83)),                                 // sgsn-Capability [0]
			tlv(0xa4, tlv(0x80, imeiOctets)),                     // add-info [4]
			tlv(0xa5, tlv(0xa0, tlv(0x80, octets.Hex("01 61")))), // eps-info [5]: pdn-gw-update, apn
			tlv(0x93, []byte("sgsn1.epc.example.net"))),          // sgsn-Name [19]
		nodes: []Node{gt(NodeSGSN, "99910100003")}},
	{name: "sendRoutingInfoForGprs", op: 24, imsi: true, in: tlv(0x30, tlv(0x80, imsiOctets), tlv(0x82, ggsnOctets)),
		nodes: []Node{gt(NodeGGSN, "99910100009")}},
	{name: "failureReport", op: 25, imsi: true, in: tlv(0x30, tlv(0x80, imsiOctets), tlv(0x81, ggsnOctets)),
		nodes: []Node{gt(NodeGGSN, "99910100009")}},
	{name: "noteMsPresentForGprs", set: FieldGSN, gsn: "192.0.2.1", op: 26, imsi: true, in: tlv(0x30, tlv(0x80, imsiOctets), tlv(0x81, octets.Hex("04 c0 00 02 01")))},
	{name: "cancelVcsgLocation", op: 36, imsi: true, in: tlv(0x30, tlv(0x04, imsiOctets))},
	{name: "reset v1", op: 37, in: tlv(0x30, tlv(0x0a, []byte{1}), tlv(0x04, hlrOctets)), nodes: []Node{gt(NodeHLR, "99910100006")}},
	{name: "checkIMEI v2", op: 43, imei: true, in: tlv(0x04, imeiOctets)},
	{name: "checkIMEI v3", op: 43, imei: true, in: tlv(0x30, tlv(0x04, imeiOctets), tlv(0x03, octets.Hex("06 80")))},

	{name: "mt-ForwardSM", op: 44, imsi: true, set: FieldSMText, nodes: []Node{gt(NodeServiceCentre, "99910100004"), gt(NodeOther, "99910100001")},
		in: tlv(0x30, tlv(0x80, imsiOctets), tlv(0x84, scOctets), tlv(0x04, octets.Hex("04 00 00")), tlv(0x05), tlv(0x04, make([]byte, 4)),
			tlv(0x82, octets.Hex("91 99 99 99")), // maximumRetransmissionTime [2], not an MSISDN
			tlv(0x83, mscOctets))},               // smsGmscAddress [3]
	{name: "mt-ForwardSM with LMSI", op: 44, set: FieldSMText | FieldLMSI, nodes: []Node{gt(NodeServiceCentre, "99910100004")},
		in: tlv(0x30, tlv(0x81, lmsiOctets), tlv(0x84, scOctets), tlv(0x04, octets.Hex("04 00 00")))},
	{name: "mo-ForwardSM v3", op: 46, imsi: true, msis: true, set: FieldSMText, nodes: []Node{gt(NodeServiceCentre, "99910100004")},
		in: tlv(0x30, tlv(0x84, scOctets), tlv(0x82, msisdnOctets), tlv(0x04, octets.Hex("01 00 00")), tlv(0x04, imsiOctets))},
	{name: "mo-ForwardSM v3 with a correlation id", op: 46, set: FieldSMText,
		in: tlv(0x30, tlv(0x85), tlv(0x85), tlv(0x04, octets.Hex("01 00 00")), tlv(0xa0, tlv(0x82, []byte("sip:b@example.net"))))},
	{name: "forwardSM v1 towards the mobile", op: 46, imsi: true, set: FieldSMText, nodes: []Node{gt(NodeServiceCentre, "99910100004")},
		in: tlv(0x30, tlv(0x80, imsiOctets), tlv(0x84, scOctets), tlv(0x04, octets.Hex("04 00 00")), tlv(0x05))},
	{name: "mt-ForwardSM result", kind: result, op: 44, in: tlv(0x30, tlv(0x04, octets.Hex("00 01 2c")))},

	{name: "sendRoutingInfoForSM", op: 45, msis: true, in: tlv(0x30, tlv(0x80, msisdnOctets), tlv(0x81, []byte{0xff}), tlv(0x82, scOctets), tlv(0x87)),
		nodes: []Node{gt(NodeServiceCentre, "99910100004")}},
	{name: "sendRoutingInfoForSM result", kind: result, op: 45, in: routingInfoForSMResult, imsi: true, set: FieldLMSI,
		nodes: []Node{gt(NodeMSC, "99910100001"), gt(NodeSGSN, "99910100003")}},
	{name: "sendRoutingInfoForSM result with an SGSN", kind: result, op: 45, imsi: true,
		in:    tlv(0x30, tlv(0x04, imsiOctets), tlv(0xa0, tlv(0x81, sgsnOctets), tlv(0x85), tlv(0xa6, tlv(0x80, mscOctets)))),
		nodes: []Node{gt(NodeSGSN, "99910100003"), gt(NodeMSC, "99910100001")}},
	{name: "sendRoutingInfoForSM result with SMSFs", kind: result, op: 45, imsi: true, dn: "smsf.example.net",
		in: tlv(0x30, tlv(0x04, imsiOctets), tlv(0xa0, tlv(0x81, mscOctets),
			tlv(0x8c, sgsnOctets), tlv(0xad, tlv(0x80, []byte("smsf.example.net"))), // smsf-3gpp-Number [12], -DiameterAddress [13]
			tlv(0x8e, scOctets), tlv(0xaf, tlv(0x80, []byte("other.example.net"))))), // smsf-non-3gpp-Number [14], -DiameterAddress [15]
		nodes: []Node{gt(NodeMSC, "99910100001"), gt(NodeSMSF, "99910100003"), gt(NodeSMSF, "99910100004")}},
	{name: "sendRoutingInfoForSM result v1", kind: result, op: 45, imsi: true, set: FieldRoamingNumber,
		in: tlv(0x30, tlv(0x04, imsiOctets), tlv(0xa0, tlv(0x80, mscOctets)), tlv(0x82, []byte{0}))},
	{name: "reportSM-DeliveryStatus", op: 47, imsi: true, msis: true, nodes: []Node{gt(NodeServiceCentre, "99910100004")},
		in: tlv(0x30, tlv(0x04, msisdnOctets), tlv(0x04, scOctets), tlv(0x0a, []byte{1}), tlv(0x89, imsiOctets))},
	{name: "reportSM-DeliveryStatus result v2", kind: result, op: 47, msis: true, in: tlv(0x04, msisdnOctets)},
	{name: "noteSubscriberPresent v1", op: 48, imsi: true, in: tlv(0x04, imsiOctets)},
	{name: "alertServiceCentreWithoutResult v1", op: 49, msis: true, in: tlv(0x30, tlv(0x04, msisdnOctets), tlv(0x04, scOctets)),
		nodes: []Node{gt(NodeServiceCentre, "99910100004")}},
	{name: "updateVcsgLocation", op: 53, imsi: true, msis: true, in: tlv(0x30, tlv(0x04, imsiOctets), tlv(0x82, msisdnOctets), tlv(0x80, vlrOctets), tlv(0x81, sgsnOctets)),
		nodes: []Node{gt(NodeVLR, "99910100002"), gt(NodeSGSN, "99910100003")}},
	{name: "beginSubscriberActivity v1", op: 54, imsi: true, msis: true, in: tlv(0x30, tlv(0x04, imsiOctets), tlv(0x04, mscOctets), tlv(0xdc, msisdnOctets)),
		nodes: []Node{gt(NodeOther, "99910100001")}},

	{name: "sendIdentification v3", op: 55, set: FieldTMSI | FieldCellID, nodes: []Node{gt(NodeMSC, "99910100001"), gt(NodeVLR, "99910100002")},
		in: tlv(0x30, tlv(0x04, lmsiOctets), tlv(0x02, []byte{5}), tlv(0x04, mscOctets), tlv(0x80, cellOctets[:5]), tlv(0x83, vlrOctets))},
	{name: "sendIdentification v2", op: 55, set: FieldTMSI, in: tlv(0x04, lmsiOctets)},
	{name: "sendIdentification result v3", kind: result, op: 55, imsi: true, set: FieldVectors | FieldKeys, vk: VectorTriplet, vc: 3,
		in: tlv(0xa3, tlv(0x04, imsiOctets), tlv(0xa0, tripletList(3)), tlv(0xa2, tlv(0xa0, tlv(0x04, make([]byte, 8)))))},
	{name: "sendIdentification result v2", kind: result, op: 55, imsi: true, set: FieldVectors, vk: VectorTriplet, vc: 3,
		in: tlv(0x30, tlv(0x04, imsiOctets), tlv(0x30, tripletList(3)))},

	{name: "sendAuthenticationInfo v3", op: 56, imsi: true, in: tlv(0x30, tlv(0x80, imsiOctets), tlv(0x02, []byte{5}), tlv(0x05),
		tlv(0x30, tlv(0x04, make([]byte, 16)), tlv(0x04, make([]byte, 14))), tlv(0x83, []byte{0}))},
	{name: "sendAuthenticationInfo v2", op: 56, imsi: true, in: tlv(0x04, imsiOctets)},
	{name: "sendAuthenticationInfo result, quintuplets", kind: result, op: 56, in: quintupletResult(5), set: FieldVectors, vk: VectorQuintuplet, vc: 5},
	{name: "sendAuthenticationInfo result, triplets", kind: result, op: 56, set: FieldVectors, vk: VectorTriplet, vc: 5,
		in: tlv(0xa3, tlv(0xa0, tripletList(5)), extension)},
	{name: "sendAuthenticationInfo result, quintuplets and EPS", kind: result, op: 56, set: FieldVectors, vk: VectorEPS, vc: 3,
		in: tlv(0xa3, tlv(0xa1, tlv(0x30, make([]byte, 82)), tlv(0x30, make([]byte, 82))), tlv(0xa2, tlv(0x30, make([]byte, 130))))},
	{name: "sendAuthenticationInfo result v2", kind: result, op: 56, set: FieldVectors, vk: VectorTriplet, vc: 5, in: tlv(0x30, tripletList(5))},
	{name: "sendAuthenticationInfo result v3 in a SEQUENCE", kind: result, op: 56, set: FieldVectors, vk: VectorTriplet, vc: 2,
		in: tlv(0x30, tlv(0xa0, tripletList(2)))},
	{name: "sendAuthenticationInfo result without vectors", kind: result, op: 56, in: tlv(0xa3)},

	{name: "restoreData", op: 57, imsi: true, set: FieldLMSI, in: tlv(0x30, tlv(0x04, imsiOctets), tlv(0x04, lmsiOctets))},
	{name: "restoreData result", kind: result, op: 57, in: tlv(0x30, tlv(0x04, hlrOctets)), nodes: []Node{gt(NodeHLR, "99910100006")}},
	{name: "sendIMSI", op: 58, msis: true, in: tlv(0x04, msisdnOctets)},
	{name: "sendIMSI result", kind: result, op: 58, imsi: true, in: tlv(0x04, imsiOctets)},
	{name: "processUnstructuredSS-Request", op: 59, msis: true, set: FieldUSSD,
		in: tlv(0x30, tlv(0x04, []byte{0x0f}), tlv(0x04, octets.Hex("2a d9 8c 36 02")), tlv(0x80, msisdnOctets))},
	{name: "unstructuredSS-Request result", kind: result, op: 60, set: FieldUSSD, in: tlv(0x30, tlv(0x04, []byte{0x0f}), tlv(0x04, octets.Hex("31")))},
	{name: "processUnstructuredSS-Data v1", op: 19, set: FieldUSSD, in: tlv(0x16, []byte("*100#"))},
	{name: "anyTimeSubscriptionInterrogation", op: 62, msis: true, in: tlv(0x30, tlv(0xa0, tlv(0x81, msisdnOctets)), tlv(0xa1, tlv(0x82)), tlv(0x82, scfOctets)),
		nodes: []Node{gt(NodeGsmSCF, "99910100005")}},
	{name: "anyTimeSubscriptionInterrogation result", kind: result, data: DataServices | DataForwarding, op: 62, msis: true, set: FieldSubscriberData | FieldForwardingNumber,
		in: tlv(0x30, tlv(0xa1, tlv(0x30, tlv(0x30, tlv(0x84, []byte{0x0f}), tlv(0x85, msisdnOctets)))), tlv(0xaa, tlv(0x30, tlv(0x04, msisdnOctets))))},
	{name: "informServiceCentre", op: 63, msis: true, in: tlv(0x30, tlv(0x04, msisdnOctets), tlv(0x03, octets.Hex("02 40")))},
	{name: "alertServiceCentre", op: 64, imsi: true, msis: true, in: tlv(0x30, tlv(0x04, msisdnOctets), tlv(0x04, scOctets), tlv(0x04, imsiOctets), tlv(0x87, mscOctets)),
		nodes: []Node{gt(NodeServiceCentre, "99910100004"), gt(NodeMSC, "99910100001")}},
	{name: "anyTimeModification", data: DataCAMEL, op: 65, imsi: true, set: FieldSubscriberData, in: tlv(0x30, tlv(0xa0, tlv(0x80, imsiOctets)), tlv(0x81, scfOctets), tlv(0xa4, tlv(0x80, []byte{0}))),
		nodes: []Node{gt(NodeGsmSCF, "99910100005")}},
	{name: "readyForSM", op: 66, imsi: true, in: tlv(0x30, tlv(0x80, imsiOctets), tlv(0x0a, []byte{0}))},
	{name: "purgeMS v3", op: 67, imsi: true, set: FieldCellID, in: tlv(0xa3, tlv(0x04, imsiOctets), tlv(0x80, vlrOctets), tlv(0x81, sgsnOctets), tlv(0xa4, tlv(0x80, cellOctets))),
		nodes: []Node{gt(NodeVLR, "99910100002"), gt(NodeSGSN, "99910100003")}},
	{name: "purgeMS v2", op: 67, imsi: true, in: tlv(0x30, tlv(0x04, imsiOctets), tlv(0x04, vlrOctets)), nodes: []Node{gt(NodeVLR, "99910100002")}},
	{name: "prepareHandover", op: 68, imsi: true, set: FieldCellID | FieldKeys, in: tlv(0xa3, tlv(0x80, cellOctets), tlv(0x84, imsiOctets), tlv(0x86, make([]byte, 18)))},

	{name: "provideSubscriberInfo", op: 70, imsi: true, in: tlv(0x30, tlv(0x80, imsiOctets), tlv(0xa2, tlv(0x80)))},
	{name: "provideSubscriberInfo result, packet domain", kind: result, age: 1, op: 70, set: FieldCellID | FieldSubscriberState | FieldLocationAge, dn: "mme1.epc.example.net",
		in: tlv(0x30, tlv(0x30, tlv(0xa3, tlv(0xa0, tlv(0x80, cellOctets)), tlv(0x83, sgsnOctets), tlv(0x89, []byte{1})), tlv(0xa4, tlv(0x83)),
			tlv(0xad, tlv(0x80, cellOctets), tlv(0x86, []byte{1}), tlv(0x87, []byte("mme1.epc.example.net"))))),
		nodes: []Node{gt(NodeSGSN, "99910100003")}},
	{name: "provideSubscriberInfo result, 5G", kind: result, age: 2, op: 70, set: FieldCellID | FieldGeographical | FieldLocationAge, dn: "amf1.amf.5gc.example.net",
		in: tlv(0x30, tlv(0x30, tlv(0xb0, // locationInformation5GS [16]
			tlv(0x80, make([]byte, 8)),                    // nrCellGlobalIdentity [0]
			tlv(0x82, pointOctets),                        // geographicalInformation [2]
			tlv(0x84, []byte("amf1.amf.5gc.example.net")), // amf-address [4]
			tlv(0x85, make([]byte, 5)),                    // trackingAreaIdentity [5]
			tlv(0x86), tlv(0x87, []byte{2}))))},           // currentLocationRetrieved [6], age [7]
	{name: "anyTimeInterrogation result, 5G, only the area", kind: result, op: 71, set: FieldCellID,
		in: tlv(0x30, tlv(0x30, tlv(0xb0, tlv(0x8c, make([]byte, 6)))))}, // nrTrackingAreaIdentity [12]
	{name: "anyTimeInterrogation result, 5G, AMF in labels", kind: result, op: 71, set: FieldServingName,
		in: tlv(0x30, tlv(0x30, tlv(0xb0, tlv(0x84, []byte("\x04amf1\x07example\x03net")))))},
	{name: "provideSubscriberInfo result, known and of no interest", kind: result, op: 70,
		in: tlv(0x30, tlv(0x30, tlv(0xa2), tlv(0x86, make([]byte, 3)), tlv(0x8b, []byte{5}), tlv(0x8e, []byte{0})))},
	{name: "provideSubscriberInfo result, of a later edition", kind: result, op: 70, set: FieldUnread,
		in: tlv(0x30, tlv(0x30, tlv(0xb1, tlv(0x80, make([]byte, 8)))))},
	{name: "anyTimeInterrogation", op: 71, msis: true, in: tlv(0x30, tlv(0xa0, tlv(0x81, msisdnOctets)), tlv(0xa1, tlv(0x80), tlv(0x81)), tlv(0x83, scfOctets)),
		nodes: []Node{gt(NodeGsmSCF, "99910100005")}},
	{name: "anyTimeInterrogation result", kind: result, age: 5, op: 71, in: anyTimeInterrogationResult, imei: true, set: places | FieldSubscriberState,
		nodes: []Node{gt(NodeVLR, "99910100002"), gt(NodeMSC, "99910100001")}},

	{name: "provideSubscriberLocation", op: 83, imsi: true, msis: true, imei: true, set: FieldLMSI, nodes: []Node{gt(NodeGMLC, "99910100007")},
		in: tlv(0x30, tlv(0x30, tlv(0x80, []byte{0})), tlv(0x04, gmlcOctets), tlv(0xa0, tlv(0x80, []byte{2}), tlv(0x82, octets.Hex("91 99 99"))),
			tlv(0x82, imsiOctets), tlv(0x83, msisdnOctets), tlv(0x84, lmsiOctets), tlv(0x85, imeiOctets))},
	{name: "provideSubscriberLocation result", kind: result, op: 83, set: FieldGeographical | FieldCellID | FieldLocationAge, dn: "mme1.epc.example.net",
		in: tlv(0x30, tlv(0x04, pointOctets), tlv(0x80, []byte{0}), tlv(0xa6, tlv(0x80, cellOctets)), tlv(0xad, tlv(0x82, []byte("mme1.epc.example.net"))))},
	{name: "sendRoutingInfoForLCS", op: 85, msis: true, in: tlv(0x30, tlv(0x80, gmlcOctets), tlv(0xa1, tlv(0x81, msisdnOctets))),
		nodes: []Node{gt(NodeGMLC, "99910100007")}},
	{name: "sendRoutingInfoForLCS result", kind: result, op: 85, imsi: true, set: FieldLMSI, dn: "mme1.epc.example.net",
		in: tlv(0x30, tlv(0xa0, tlv(0x80, imsiOctets)), tlv(0xa1, tlv(0x04, sgsnOctets), tlv(0x80, lmsiOctets), tlv(0x82), tlv(0xa3, tlv(0x80, mscOctets)),
			tlv(0x86, []byte("mme1.epc.example.net")))),
		nodes: []Node{gt(NodeSGSN, "99910100003"), gt(NodeMSC, "99910100001")}},
	{name: "subscriberLocationReport", age: 1, op: 86, imsi: true, msis: true, imei: true, set: FieldGeographical | FieldLocationAge | FieldCellID,
		in: tlv(0x30, tlv(0x0a, []byte{2}), tlv(0x30, tlv(0x80, []byte{0})), tlv(0x30, tlv(0x04, mscOctets)), tlv(0x80, msisdnOctets), tlv(0x81, imsiOctets),
			tlv(0x82, imeiOctets), tlv(0x83, octets.Hex("91 99 99")), tlv(0x85, pointOctets), tlv(0x86, []byte{1}), tlv(0xad, tlv(0x80, cellOctets))),
		nodes: []Node{gt(NodeMSC, "99910100001")}},
	{name: "noteMM-Event", age: 5, op: 89, imsi: true, msis: true, set: places, nodes: []Node{gt(NodeVLR, "99910100002"), gt(NodeMSC, "99910100001")},
		in: tlv(0x30, tlv(0x02, []byte{1}), tlv(0x80, []byte{0}), tlv(0x81, imsiOctets), tlv(0x82, msisdnOctets), tlv(0xa3, locationInformation))},

	{name: "registerSS", op: 10, set: FieldForwardingNumber, in: tlv(0x30, tlv(0x04, []byte{0x21}), tlv(0x84, msisdnOctets))},
	{name: "interrogateSS result", kind: result, data: DataSupplementary | DataForwarding, op: 14, set: FieldForwardingNumber | FieldSubscriberData, in: tlv(0xa3, tlv(0x30, tlv(0x84, []byte{7}), tlv(0x85, msisdnOctets)))},
	{name: "interrogateSS result, status", kind: result, set: FieldSubscriberData, data: DataSupplementary, op: 14, in: tlv(0x80, []byte{1})},

	{name: "absentSubscriberSM", kind: returnError, op: 6, imsi: true, in: tlv(0x30, tlv(0x02, []byte{1}), tlv(0x81, imsiOctets))},
	{name: "systemFailure", kind: returnError, op: 34, in: tlv(0x0a, []byte{1})},

	{name: "initialDP", kind: cap, age: 5, op: 0, imsi: true, set: places | FieldSubscriberState | FieldPartyNumber, nodes: []Node{gt(NodeVLR, "99910100002"), gt(NodeMSC, "99910100001"), gt(NodeMSC, "99910100001")},
		in: tlv(0x30, tlv(0x80, []byte{1}), tlv(0x83, octets.Hex("03 13 99 19 32")), tlv(0x9c, []byte{2}),
			high(0x80, 50, imsiOctets),                   // iMSI [50]
			high(0xa0, 51, tlv(0x80)),                    // subscriberState [51]
			high(0xa0, 52, locationInformation),          // locationInformation [52]
			high(0x80, 54, lmsiOctets),                   // callReferenceNumber [54]
			high(0x80, 55, mscOctets),                    // mscAddress [55]
			high(0x80, 56, octets.Hex("81 99 19 32 f5")), // calledPartyBCDNumber [56]
		)},
	{name: "initialDPSMS", kind: cap, age: 5, op: 60, imsi: true, msis: true, set: places | FieldPartyNumber,
		in: tlv(0x30, tlv(0x80, []byte{1}), tlv(0x81, octets.Hex("91 99 99")), tlv(0x82, msisdnOctets), tlv(0x83, []byte{1}), tlv(0x84, imsiOctets),
			tlv(0xa5, locationInformation), tlv(0x87, scOctets)),
		nodes: []Node{gt(NodeVLR, "99910100002"), gt(NodeMSC, "99910100001"), gt(NodeServiceCentre, "99910100004")}},
	{name: "initialDPGPRS", kind: cap, op: 78, imsi: true, msis: true, set: FieldAPN | FieldCellID,
		in: tlv(0x30, tlv(0x80, []byte{1}), tlv(0x81, []byte{2}), tlv(0x82, msisdnOctets), tlv(0x83, imsiOctets), tlv(0x88, octets.Hex("01 61")),
			tlv(0xac, tlv(0xa0, tlv(0x80, cellOctets)), tlv(0x83, sgsnOctets))),
		nodes: []Node{gt(NodeSGSN, "99910100003")}},

	{name: "nothing", op: 2},
	{name: "operation unknown", op: 1000, in: tlv(0x30, tlv(0x04, imsiOctets))},
	{name: "operation negative", op: -666, in: tlv(0x30, tlv(0x04, imsiOctets))},
	{name: "parameter NULL", op: 70, in: tlv(0x05)},
	{name: "parameter of another type", op: 2, in: tlv(0x02, []byte{1}), err: ErrType},
	{name: "numbers without digits", op: 7, err: ErrIMSI, in: tlv(0x30, tlv(0x80), tlv(0x81, []byte{0x91}), high(0x80, 34, octets.Hex("91 ff")))},
	{name: "IMSI of only fillers", op: 70, err: ErrIMSI, in: tlv(0x30, tlv(0x80, octets.Hex("ff ff ff")))},
	{name: "IMSI of one octet", op: 24, err: ErrIMSI, in: tlv(0x30, tlv(0x80, []byte{9}), tlv(0x82, ggsnOctets)), nodes: []Node{gt(NodeGGSN, "99910100009")}},
	{name: "IMSI of four digits", op: 70, err: ErrIMSI, in: tlv(0x30, tlv(0x80, octets.Hex("00 11 ff")))},
	{name: "IMSI of nine octets", op: 56, err: ErrIMSI, in: tlv(0x04, make([]byte, 9))},
	{name: "IMSI without contents", op: 3, err: ErrIMSI, in: tlv(0x04)},
	{name: "number cut off", op: 2, imsi: true, err: ErrTruncated, in: octets.Cat(octets.Hex("30 30"), tlv(0x04, imsiOctets), octets.Hex("81 07 91 99"))},
	{name: "fault inside an inner element", kind: result, op: 71, err: ErrTruncated, set: FieldSubscriberState,
		in: tlv(0x30, tlv(0x30, tlv(0xa0, octets.Hex("81 09 91")), tlv(0xa1, tlv(0x80))))},
	{name: "reserved length", op: 2, imsi: true, err: ErrEncoding, in: tlv(0x30, tlv(0x04, imsiOctets), octets.Hex("81 ff 00"))},
	{name: "second list cut off", kind: result, op: 56, err: ErrTruncated, set: FieldVectors, vk: VectorTriplet, vc: 2,
		in: octets.Cat(octets.Hex("a3 81 ff a0 81 fc"), tripletList(2), octets.Hex("30 22 04 10 00"))},
	{name: "more nodes than are kept", data: DataCAMEL, op: 7, set: FieldSubscriberData, in: tlv(0x30, tlv(0xad, tlv(0xa0, tlv(0x30,
		scfTDP(octets.Hex("91 01")), scfTDP(octets.Hex("91 02")), scfTDP(octets.Hex("91 03")), scfTDP(octets.Hex("91 04")), scfTDP(octets.Hex("91 05")), scfTDP(octets.Hex("91 06")), scfTDP(octets.Hex("91 07")))))),
		nodes: []Node{gt(NodeGsmSCF, "10"), gt(NodeGsmSCF, "20"), gt(NodeGsmSCF, "30"), gt(NodeGsmSCF, "40"), gt(NodeGsmSCF, "50"), gt(NodeGsmSCF, "60")}},
}

func TestDecode(t *testing.T) {
	var a Arguments // one for all: what a message leaves behind must not show in the next
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var err error
			if n := testing.AllocsPerRun(10, func() { err = decode(&a, tt.kind, tt.op, tt.in) }); n != 0 {
				t.Errorf("%v allocations", n)
			}
			if err != tt.err {
				t.Errorf("error %v, want %v", err, tt.err)
			}
			var imsi, msisdn, imei telecom.Digits
			set := tt.set
			if tt.imsi {
				imsi, set = testIMSI, set|FieldIMSI
			}
			if tt.msis {
				msisdn, set = testMSISDN, set|FieldMSISDN
			}
			if tt.imei {
				imei, set = testIMEI, set|FieldIMEI
			}
			if a.IMSI != imsi || a.MSISDN != msisdn || a.IMEI != imei {
				t.Errorf("IMSI %v, MSISDN %v, IMEI %v", a.IMSI, a.MSISDN, a.IMEI)
			}
			if a.Set != set {
				t.Errorf("fields %025b, want %025b", a.Set, set)
			}
			if len(a.Nodes()) != len(tt.nodes) || len(tt.nodes) > 0 && !reflect.DeepEqual(a.Nodes(), tt.nodes) {
				t.Errorf("nodes %v, want %v", a.Nodes(), tt.nodes)
			}
			sum, richest := 0, VectorNone
			for k, n := range a.Vectors {
				if sum += int(n); n > 0 {
					richest = VectorKind(k)
				}
			}
			if richest != tt.vk || a.VectorCount != tt.vc || sum != int(tt.vc) {
				t.Errorf("vectors %v, %d in all, want %d, the richest %v", a.Vectors, a.VectorCount, tt.vc, tt.vk)
			}
			if string(a.DiameterName) != tt.dn {
				t.Errorf("Diameter name %q, want %q", a.DiameterName, tt.dn)
			}
			if a.Data != tt.data || a.Age != tt.age {
				t.Errorf("data %014b, age %d, want %014b, %d", a.Data, a.Age, tt.data, tt.age)
			}
			if a.GSN.IsValid() && a.GSN.String() != tt.gsn || a.GSN.IsValid() != (tt.gsn != "") {
				t.Errorf("GSN %v, want %q", a.GSN, tt.gsn)
			}
		})
	}
}

// TestDecodeDamaged feeds every small damage of every message above: no panic, no
// allocation, and a bounded result.
func TestDecodeDamaged(t *testing.T) {
	for _, tt := range tests {
		var a Arguments
		mutate.Each(t, tt.in, func(b []byte) {
			decode(&a, tt.kind, tt.op, b)
			use(&a)
			ForMobile(b)
		})
		cut := tt.in[:len(tt.in)*2/3]
		if n := testing.AllocsPerRun(10, func() { decode(&a, tt.kind, tt.op, cut) }); n != 0 {
			t.Errorf("%s cut short: %v allocations", tt.name, n)
		}
	}
}

// use touches every accessor.
func use(a *Arguments) int {
	n := a.IMSI.Len() + a.MSISDN.Len() + a.IMEI.Len() + len(a.DiameterName) + int(a.VectorCount)
	for _, node := range a.Nodes() {
		n += node.GT.Len() + len(node.Role.String())
	}
	return n
}

func TestForMobile(t *testing.T) {
	text := tlv(0x04, octets.Hex("04 00 00"))
	for _, tt := range []struct {
		name string
		in   []byte
		want bool
	}{
		{"IMSI", tlv(0x30, tlv(0x80, imsiOctets), tlv(0x84, scOctets), text), true},
		{"LMSI", tlv(0x30, tlv(0x81, lmsiOctets), tlv(0x84, scOctets), text), true},
		{"roaming number", tlv(0x30, tlv(0x83, mscOctets), tlv(0x84, scOctets), text), true},
		{"service centre", tlv(0x30, tlv(0x84, scOctets), tlv(0x82, msisdnOctets), text, tlv(0x04, imsiOctets)), false},
		{"nobody", tlv(0x30, tlv(0x85), tlv(0x85), text), false},
		{"indefinite length", octets.Cat(octets.Hex("30 80"), tlv(0x80, imsiOctets), octets.Hex("00 00")), true},
		{"empty", tlv(0x30), false},
		{"cut off", octets.Hex("30 10 80"), false},
		{"no SEQUENCE", tlv(0x04, tlv(0x80, imsiOctets)), false},
		{"nothing", nil, false},
	} {
		var got bool
		if n := testing.AllocsPerRun(10, func() { got = ForMobile(tt.in) }); got != tt.want || n != 0 {
			t.Errorf("%s: %v, %v allocations", tt.name, got, n)
		}
	}
}

func TestVectorCountIsHeld(t *testing.T) {
	var list [][]byte
	for range 300 {
		list = append(list, tlv(0x30, []byte{4, 0}))
	}
	var a Arguments
	if err := a.DecodeResult(56, 2, tlv(0x30, list...)); err != nil || a.VectorCount != 255 {
		t.Errorf("%d vectors, error %v", a.VectorCount, err)
	}
}

func TestWords(t *testing.T) {
	seen := map[string]bool{}
	for r := NodeNone; r <= NodeOther; r++ {
		if s := r.String(); s == "" || seen[s] {
			t.Errorf("role %d is %q", r, s)
		} else {
			seen[s] = true
		}
	}
	if NodeRole(200).String() != "other" || VectorKind(200).String() != "eps" {
		t.Error("a value out of range has no word")
	}
}

// TestTables holds the tables to what walk relies on: shapes lead to higher or
// lower shapes but never back to themselves, arguments are in range, and the
// universal tags that walk tells apart are those of ber.
func TestTables(t *testing.T) {
	const deepest = 8 // TLVs below the outermost: d-CSI in insertSubscriberData in sendParameters
	var depth func(i uint8, path []uint8) int
	depth = func(i uint8, path []uint8) int {
		for _, p := range path {
			if p == i {
				t.Fatalf("shape %d contains itself: %v", i, path)
			}
		}
		s := &shapes[i]
		most := 0
		entries := append(append(append([]entry{}, s.context[:]...), s.octets[:]...), s.sequences[:]...)
		for _, e := range append(entries, s.integer, s.private) {
			switch e &^ argMask {
			case descend, descendFirst, smText:
				if int(e.arg()) >= len(shapes) {
					t.Fatalf("shape %d refers to %d", i, e.arg())
				}
				if e.arg() != 0 {
					most = max(most, depth(e.arg(), append(path[:len(path):len(path)], i)))
				}
			case node, retag, isup, generic:
				if NodeRole(e.arg()) == NodeNone || NodeRole(e.arg()) > NodeOther {
					t.Errorf("shape %d: role %d", i, e.arg())
				}
			case flag:
				if Field(e&argMask) == 0 || Field(e&argMask) >= FieldGSN {
					t.Errorf("shape %d: fields %x", i, e&argMask)
				}
			case data:
				if e&argMask == 0 || Data(e&argMask) >= endOfData {
					t.Errorf("shape %d: data %x", i, e&argMask)
				}
			}
		}
		return most + 1
	}
	for i := range shapes {
		if d := depth(uint8(i), nil); d > deepest {
			t.Errorf("shape %d is %d deep", i, d)
		}
	}
	if bits.Len32(uint32(FieldGSN)) > 24 {
		t.Error("fields do not fit an entry")
	}
	if ber.Tag(0x80)>>6 != ber.Context || ber.Tag(0x9e)>>6 != ber.Context {
		t.Error("class of one-octet tags")
	}
}
