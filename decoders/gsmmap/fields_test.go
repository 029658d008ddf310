package gsmmap

import (
	"testing"

	"sigtransit/decoders/internal/mutate"
	"sigtransit/decoders/internal/octets"
)

// Numbers in the format of ISUP (Q.763 3.9): odd/even and nature of address, plan,
// digits. Generic numbers have a qualifier in front (3.26).
var (
	isupOwn      = octets.Hex("04 13 99 19 32 54 76 98")    // even, international, E.164, screened: 999123456789
	isupFar      = octets.Hex("84 10 99 19 09 00 00 10 01") // odd, international: 9991900000011 without its last half octet
	isupNationl  = octets.Hex("03 13 21 43 65 87")          // national
	isupAssist   = octets.Hex("84 10 99 19 10 00 00 01")    // odd: 99910100001
	genericGroup = octets.Hex("00 84 10 99 19 10 00 00 01") // the same as a generic number
)

// profileOf puts one element of a profile into an insertSubscriberData.
func profileOf(e []byte) []byte { return tlv(0x30, tlv(0x80, imsiOctets), e) }

func init() {
	// Each kind of subscriber data alone.
	for _, d := range []struct {
		name string
		e    []byte
		data Data
		set  Field
	}{
		{"category", tlv(0x82, []byte{10}), DataServices, 0},
		{"call barring", tlv(0xa7, tlv(0xa1, tlv(0x04, []byte{0x92}))), DataSupplementary | DataBarring, 0},
		{"closed user group", tlv(0xa7, tlv(0xa2, tlv(0x30))), DataSupplementary | DataCUG, 0},
		{"operator determined barring", tlv(0xa8, tlv(0x03, octets.Hex("03 80 00 00"))), DataODB, 0},
		{"regional subscription", tlv(0xaa, tlv(0x04, octets.Hex("00 01"))), DataRestrictions, 0},
		{"group calls", tlv(0xac, tlv(0x30)), DataGroupCalls, 0},
		{"charging characteristics", tlv(0x92, octets.Hex("08 00")), DataCharging, 0},
		{"access restriction", tlv(0x93, octets.Hex("02 40")), DataRestrictions, 0},
		{"GPRS", tlv(0xb0, tlv(0xa1)), DataGPRS, FieldAPN},
		{"EPS", high(0xa0, 31, tlv(0x81, []byte("x"))), DataEPS, 0},
		{"usage type", high(0x80, 48, octets.Hex("00 00 00 01")), DataOptions, 0},
		{"an extension", tlv(0xae, extension), 0, 0},
	} {
		set := d.set
		if d.data != 0 {
			set |= FieldSubscriberData
		}
		tests = append(tests, test{name: "insertSubscriberData, " + d.name, op: 7, imsi: true, in: profileOf(d.e), data: d.data, set: set})
	}
}

func init() {
	tests = append(tests,
		test{name: "registerPassword result", kind: result, op: 17, set: FieldPassword, in: tlv(0x12, []byte("1234"))},
		test{name: "getPassword result", kind: result, op: 18, set: FieldPassword, in: tlv(0x12, []byte("1234"))},
		test{name: "sendRoutingInfoForGprs result", kind: result, op: 24, set: FieldGSN, gsn: "2001:db8::1",
			in: tlv(0x30, tlv(0x80, octets.Hex("50 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01")), tlv(0x81, octets.Hex("04 c0 00 02 02")))},
		test{name: "GSN address of a wrong length", op: 26, imsi: true, in: tlv(0x30, tlv(0x80, imsiOctets), tlv(0x81, octets.Hex("04 c0 00 02")))},
		test{name: "performHandover v1", op: 28, set: FieldCellID | FieldKeys, in: tlv(0x30, tlv(0x80, cellOctets), tlv(0x81, cellOctets), tlv(0x88, make([]byte, 8)))},
		test{name: "performSubsequentHandover v1", op: 30, set: FieldCellID, nodes: []Node{gt(NodeMSC, "99910100001")},
			in: tlv(0x30, tlv(0x80, cellOctets), tlv(0x81, cellOctets), tlv(0x82, mscOctets))},
		test{name: "provideSIWFSNumber", op: 31, set: FieldPartyNumber, in: tlv(0x30, tlv(0x82, []byte{0}), tlv(0x83, msisdnOctets))},
		test{name: "provideSIWFSNumber result", kind: result, op: 31, set: FieldRoamingNumber, in: tlv(0x30, tlv(0x80, mscOctets))},
		test{name: "noteInternalHandover v1", op: 35, set: FieldCellID, in: tlv(0x30, tlv(0x80, []byte{0}), tlv(0x81, cellOctets))},
		test{name: "prepareGroupCall", op: 39, set: FieldKeys, in: tlv(0x30, tlv(0x04, []byte{0x91}), tlv(0x04, lmsiOctets), tlv(0x81, make([]byte, 8)))},
		test{name: "prepareGroupCall result", kind: result, op: 39, set: FieldRoamingNumber, in: tlv(0x30, tlv(0x04, mscOctets))},
		test{name: "sendGroupCallEndSignal", op: 40, imsi: true, in: tlv(0x30, tlv(0x04, imsiOctets))},
		test{name: "forwardGroupCallSignalling", op: 42, imsi: true, in: tlv(0x30, tlv(0x04, imsiOctets), tlv(0x80))},
		test{name: "activateTraceMode", op: 50, imsi: true, nodes: []Node{gt(NodeOther, "99910100001")},
			in: tlv(0x30, tlv(0x80, imsiOctets), tlv(0x81, []byte{1}), tlv(0x82, []byte{1}), tlv(0x83, mscOctets))},
		test{name: "ss-InvocationNotification", op: 72, imsi: true, msis: true, set: FieldPartyNumber,
			in: tlv(0x30, tlv(0x80, imsiOctets), tlv(0x81, msisdnOctets), tlv(0x82, []byte{0x21}), tlv(0xa3, tlv(0x04, scOctets)))},
		test{name: "statusReport", op: 74, imsi: true, set: FieldSubscriberState, in: tlv(0x30, tlv(0x80, imsiOctets), tlv(0xa1, tlv(0x80, []byte{0})))},
		test{name: "remoteUserFree", op: 75, imsi: true, set: FieldPartyNumber,
			in: tlv(0x30, tlv(0x80, imsiOctets), tlv(0xa2, tlv(0x81, msisdnOctets)), tlv(0x83, msisdnOctets))},
		test{name: "registerCC-Entry", op: 76, set: FieldPartyNumber | FieldSubscriberData, data: DataSupplementary,
			in: tlv(0x30, tlv(0x80, []byte{0x44}), tlv(0xa1, tlv(0xa0, tlv(0x81, msisdnOctets))))},
		test{name: "sendGroupCallInfo", op: 84, imsi: true, set: FieldCellID, in: tlv(0x30, tlv(0x80, cellOctets), tlv(0x81, imsiOctets))},
		test{name: "sendGroupCallInfo result", kind: result, op: 84, imsi: true, set: FieldKeys, nodes: []Node{gt(NodeMSC, "99910100001")},
			in: tlv(0x30, tlv(0x80, mscOctets), tlv(0x82, imsiOctets), tlv(0x85, make([]byte, 8)))},
		test{name: "anyTimeModification of forwarding", op: 65, imsi: true, set: FieldSubscriberData | FieldForwardingNumber, data: DataForwarding,
			in: tlv(0x30, tlv(0xa0, tlv(0x80, imsiOctets)), tlv(0xa2, tlv(0x80, []byte{0x21}), tlv(0x83, msisdnOctets)))},
		test{name: "absentSubscriberSM of an alert", kind: returnError, op: 6, imsi: true, in: tlv(0x30, tlv(0x83, imsiOctets))},
		test{name: "age beyond its range", kind: result, op: 70, set: FieldLocationAge, age: 32767,
			in: tlv(0x30, tlv(0x30, tlv(0xa0, tlv(0x02, octets.Hex("01 00 00")))))},
		test{name: "age below zero", kind: result, op: 70, set: FieldLocationAge, in: tlv(0x30, tlv(0x30, tlv(0xa0, tlv(0x02, []byte{0xff}))))},

		test{name: "initialDP of the caller", kind: cap, op: 0, imsi: true, msis: true, set: FieldPartyNumber, in: tlv(0x30,
			tlv(0x80, []byte{1}), tlv(0x82, isupFar), tlv(0x83, isupOwn), tlv(0x9c, []byte{2}), high(0x80, 50, imsiOctets))},
		test{name: "initialDP of the caller without the called party", kind: cap, op: 0, imsi: true, msis: true, in: tlv(0x30,
			tlv(0x83, isupOwn), tlv(0x9c, []byte{2}), high(0x80, 50, imsiOctets))},
		test{name: "initialDP of the called party", kind: cap, op: 0, imsi: true, msis: true, set: FieldPartyNumber, in: tlv(0x30,
			tlv(0x82, isupOwn), tlv(0x83, isupFar), tlv(0x9c, []byte{12}), high(0x80, 50, imsiOctets))},
		test{name: "initialDP of the forwarding party", kind: cap, op: 0, imsi: true, msis: true, set: FieldPartyNumber, in: tlv(0x30,
			tlv(0x82, isupFar), tlv(0x83, isupFar), tlv(0x9c, []byte{2}), tlv(0x9d, isupOwn), high(0x80, 50, imsiOctets))},
		test{name: "initialDP with a national number", kind: cap, op: 0, imsi: true, in: tlv(0x30,
			tlv(0x83, isupNationl), tlv(0x9c, []byte{2}), high(0x80, 50, imsiOctets))},
		test{name: "initialDP without an event", kind: cap, op: 0, set: FieldPartyNumber, in: tlv(0x30, tlv(0x83, isupOwn))},
		test{name: "initialDP, extension of phase 4", kind: cap, op: 0, imei: true, set: FieldForwardingNumber, nodes: []Node{gt(NodeOther, "99910100001")},
			in: tlv(0x30, high(0xa0, 59, tlv(0x80, mscOctets), tlv(0x81, isupFar), tlv(0x83, imeiOctets)))},
		test{name: "initialDP, extension of phase 2", kind: capPhase2, op: 0, nodes: []Node{gt(NodeOther, "99910100001")},
			in: tlv(0x30, high(0xa0, 59, tlv(0xa0, tlv(0x80, []byte{1})), tlv(0x81, mscOctets)))},
		test{name: "initialDPSMS of the receiver", kind: cap, op: 60, imsi: true, msis: true, imei: true, set: FieldPartyNumber,
			nodes: []Node{gt(NodeMSC, "99910100001"), gt(NodeSGSN, "99910100003")},
			in: tlv(0x30, tlv(0x82, scOctets), tlv(0x83, []byte{11}), tlv(0x84, imsiOctets), tlv(0x8f, mscOctets), tlv(0x90, sgsnOctets), tlv(0x93, imeiOctets),
				tlv(0x94, msisdnOctets))},
		test{name: "initialDPGPRS with addresses", kind: cap, op: 78, imsi: true, msis: true, imei: true, set: FieldAPN | FieldUserAddress | FieldGSN, gsn: "192.0.2.2",
			in: tlv(0x30, tlv(0x82, msisdnOctets), tlv(0x83, imsiOctets), tlv(0xa6, tlv(0x80, []byte{0xf1}), tlv(0x81, []byte{0x21}), tlv(0x82, make([]byte, 4))),
				tlv(0x88, octets.Hex("01 61")), tlv(0x8f, octets.Hex("04 c0 00 02 02")), tlv(0x91, imeiOctets))},
		test{name: "connect", kind: cap, op: 20, set: FieldRedirection | FieldPartyNumber, in: tlv(0x30, tlv(0xa0, tlv(0x04, isupFar)), tlv(0x86, isupOwn))},
		test{name: "establishTemporaryConnection", kind: cap, op: 17, nodes: []Node{gt(NodeOther, "99910100001")}, in: tlv(0x30, tlv(0x80, genericGroup))},
		test{name: "connectToResource", kind: cap, op: 19, nodes: []Node{gt(NodeOther, "99910100001")}, in: tlv(0x30, tlv(0x80, isupAssist))},
		test{name: "connectToResource of the own node", kind: cap, op: 19, in: tlv(0x30, tlv(0x83))},
		test{name: "initiateCallAttempt", kind: cap, op: 32, set: FieldPartyNumber, nodes: []Node{gt(NodeGsmSCF, "99910100005")},
			in: tlv(0x30, tlv(0xa0, tlv(0x04, isupFar)), high(0x80, 52, scfOctets))},
		test{name: "eventReportBCSM with an answer", kind: cap, op: 24, set: FieldPartyNumber,
			in: tlv(0x30, tlv(0x80, []byte{7}), tlv(0xa2, tlv(0xa5, high(0x80, 50, isupFar))))},
		test{name: "eventReportBCSM with digits", kind: cap, op: 24, set: FieldDigits,
			in: tlv(0x30, tlv(0x80, []byte{8}), tlv(0xa2, tlv(0xa6, tlv(0xa1, tlv(0x83, octets.Hex("00 21"))))))},
		test{name: "eventReportBCSM with a forwarding", kind: cap, op: 24, set: FieldForwardingNumber,
			in: tlv(0x30, tlv(0x80, []byte{13}), tlv(0xa2, tlv(0xa8, high(0x80, 52, isupFar))))},
		test{name: "eventReportBCSM with a change of position", kind: cap, op: 24, set: places, age: 5,
			nodes: []Node{gt(NodeVLR, "99910100002"), gt(NodeMSC, "99910100001")},
			in:    tlv(0x30, tlv(0x80, []byte{50}), tlv(0xa2, high(0xa0, 50, high(0xa0, 50, locationInformation))))},
		test{name: "eventReportBCSM of a disconnect", kind: cap, op: 24, in: tlv(0x30, tlv(0x80, []byte{9}), tlv(0xa2, tlv(0xa7, tlv(0x80, octets.Hex("80 90")))))},
		test{name: "eventReportGPRS", kind: cap, op: 80, set: FieldAPN | FieldUserAddress | FieldCellID, nodes: []Node{gt(NodeSGSN, "99910100003")},
			in: tlv(0x30, tlv(0x80, []byte{11}), tlv(0xa2, tlv(0xa4, tlv(0x80, octets.Hex("01 61")), tlv(0xa1, tlv(0x82, make([]byte, 4))),
				tlv(0xa3, tlv(0x80, cellOctets), tlv(0x83, sgsnOctets)))))},
		test{name: "eventReportGPRS of an attach", kind: cap, op: 80, set: FieldCellID, nodes: []Node{gt(NodeSGSN, "99910100003")},
			in: tlv(0x30, tlv(0x80, []byte{2}), tlv(0xa2, tlv(0xa0, tlv(0xa0, tlv(0x81, cellOctets[:6]), tlv(0x83, sgsnOctets)))))},
		test{name: "connectSMS", kind: cap, op: 62, set: FieldPartyNumber | FieldRedirection, nodes: []Node{gt(NodeServiceCentre, "99910100004")},
			in: tlv(0x30, tlv(0x80, msisdnOctets), tlv(0x81, msisdnOctets), tlv(0x82, scOctets))},
		test{name: "connectGPRS", kind: cap, op: 74, set: FieldAPN, in: tlv(0x30, tlv(0x80, octets.Hex("01 61")))},
		test{name: "continueWithArgument", kind: cap, op: 88, set: FieldPartyNumber, in: tlv(0x30, high(0x80, 50, isupFar))},
		test{name: "promptAndCollectUserInformation result", kind: capResult, op: 48, set: FieldDigits, in: tlv(0x80, octets.Hex("00 21"))},
		test{name: "operation of CAP that names nobody", kind: cap, op: 35, in: tlv(0x30, tlv(0x80, imsiOctets))},
		test{name: "operation of CAP out of range", kind: cap, op: 98, in: tlv(0x30, tlv(0x80, imsiOctets))},
		test{name: "result of CAP out of range", kind: capResult, op: -1, in: tlv(0x30, tlv(0x80, imsiOctets))},
		test{name: "initialDP cut off", kind: cap, op: 0, err: ErrTruncated, in: octets.Hex("30 10 83 08 04 13 99")},
	)
}

// secured is a SecureTransportArg around what its header says: SPI, original
// component, an initialisation vector, payload.
func secureArgument(original []byte) []byte {
	return tlv(0x30, tlv(0x30, tlv(0x04, octets.Hex("00 00 01 02")), original, tlv(0x04, make([]byte, 14))), tlv(0x04, imsiOctets))
}

func TestSecureTransport(t *testing.T) {
	for _, tt := range []struct {
		name     string
		original []byte
		code     int32
		isError  bool
	}{
		{"an operation", tlv(0xa0, tlv(0x02, []byte{56})), 56, false},
		{"a code of two octets", tlv(0xa0, tlv(0x02, octets.Hex("01 02"))), 258, false},
		{"a negative code", tlv(0xa0, tlv(0x02, []byte{0xfe})), -2, false},
		{"a global code", tlv(0xa0, tlv(0x06, []byte{42})), -1, false},
		{"an error", tlv(0xa1, tlv(0x02, []byte{34})), 34, true},
		{"user information", tlv(0x82), -1, false},
	} {
		in := secureArgument(tt.original)
		for name, decode := range map[string]func(a *Arguments) error{
			"invoke": func(a *Arguments) error { return a.DecodeInvoke(78, 3, in) },
			"result": func(a *Arguments) error { return a.DecodeResult(81, 3, in) },
			"error":  func(a *Arguments) error { return a.DecodeError(4, 3, in) },
		} {
			var a Arguments
			if err := decode(&a); err != nil || a.Set != FieldSecured || a.SPI != 0x102 || a.Secured != tt.code || a.SecuredIsError != tt.isError {
				t.Errorf("%s in an %s: %v, %+v", tt.name, name, err, a)
			}
		}
		var a Arguments
		mutate.Each(t, in, func(b []byte) { a.DecodeInvoke(79, 3, b); use(&a) })
	}
}
