package synth

import "sigtransit/decoders/telecom"

// Operation codes of MAP (TS 29.002 17.5).
const (
	OpUpdateLocation             int32 = 2
	OpCancelLocation             int32 = 3
	OpProvideRoamingNumber       int32 = 4
	OpInsertSubscriberData       int32 = 7
	OpSendParameters             int32 = 9 // version 1 only (GSM 09.02)
	OpUpdateGprsLocation         int32 = 23
	OpMTForwardSM                int32 = 44
	OpSendRoutingInfoForSM       int32 = 45
	OpMOForwardSM                int32 = 46
	OpReportSMDeliveryStatus     int32 = 47
	OpSendIdentification         int32 = 55
	OpSendAuthenticationInfo     int32 = 56
	OpProcessUnstructuredSSReq   int32 = 59
	OpInformServiceCentre        int32 = 63
	OpAlertServiceCentre         int32 = 64
	OpReadyForSM                 int32 = 66
	OpPurgeMS                    int32 = 67
	OpProvideSubscriberInfo      int32 = 70
	OpAnyTimeInterrogation       int32 = 71
	ErrUnknownSubscriber         int32 = 1
	ErrAbsentSubscriberSM        int32 = 6
	ErrRoamingNotAllowed         int32 = 8
	ErrTeleserviceNotProvisioned int32 = 11
	ErrAbsentSubscriber          int32 = 27
	ErrSMDeliveryFailure         int32 = 32
	ErrSystemFailure             int32 = 34
	ErrDataMissing               int32 = 35
	ErrUnexpectedDataValue       int32 = 36
)

// UpdateLocation is an UpdateLocationArg (TS 29.002 17.7.1).
type UpdateLocation struct {
	IMSI     telecom.Digits
	MSC, VLR Number
	LMSI     []byte // 4 octets, or nil
	IMEI     telecom.Digits
}

// AppendUpdateLocation appends the argument of updateLocation. All versions of
// the operation share this head.
func AppendUpdateLocation(b []byte, a UpdateLocation) []byte {
	b, seq := OpenTLV(b, 0x30, Shortest)
	b = AppendDigits(b, 0x04, a.IMSI)
	b = AppendNumber(b, 0x81, a.MSC)
	b = AppendNumber(b, 0x04, a.VLR)
	if len(a.LMSI) > 0 {
		b = AppendTLV(b, 0x8a, a.LMSI)
	}
	if a.IMEI.Len() > 0 {
		// add-info [13] { imeisv [0] }
		var add Open
		b, add = OpenTLV(b, 0xad, Shortest)
		b = add.Close(AppendDigits(b, 0x80, a.IMEI))
	}
	return seq.Close(b)
}

// AppendHLRResult appends the result of updateLocation and updateGprsLocation
// version 3: the number of the HLR. Version 1 sends it bare.
func AppendHLRResult(b []byte, hlr Number, version uint8) []byte {
	if version == 1 {
		return AppendNumber(b, 0x04, hlr)
	}
	b, seq := OpenTLV(b, 0x30, Shortest)
	return seq.Close(AppendNumber(b, 0x04, hlr))
}

// CancelLocation is a CancelLocationArg (TS 29.002 17.7.1).
type CancelLocation struct {
	IMSI    telecom.Digits
	LMSI    []byte // 4 octets: identity is IMSI with LMSI
	Type    int8   // 0 update procedure, 1 subscription withdrawn; -1 absent
	Version uint8  // below 3 the identity stands alone
}

// AppendCancelLocation appends the argument of cancelLocation.
func AppendCancelLocation(b []byte, a CancelLocation) []byte {
	var seq Open
	if a.Version >= 3 {
		b, seq = OpenTLV(b, 0xa3, Shortest)
	}
	if len(a.LMSI) > 0 {
		var both Open
		b, both = OpenTLV(b, 0x30, Shortest)
		b = AppendDigits(b, 0x04, a.IMSI)
		b = both.Close(AppendTLV(b, 0x04, a.LMSI))
	} else {
		b = AppendDigits(b, 0x04, a.IMSI)
	}
	if a.Version < 3 {
		return b
	}
	if a.Type >= 0 {
		b = append(b, 0x0a, 1, byte(a.Type))
	}
	return seq.Close(b)
}

// InsertSubscriberData is an InsertSubscriberDataArg (TS 29.002 17.7.1) with the
// parts a profile in the field begins with.
type InsertSubscriberData struct {
	IMSI   telecom.Digits // absent in a dialogue that began with updateLocation
	MSISDN Number
	APN    string // one packet data context for it; empty: none
	// Services adds category, status, bearer services, teleservices and access mode.
	Services bool
}

// AppendInsertSubscriberData appends the argument of insertSubscriberData.
func AppendInsertSubscriberData(b []byte, a InsertSubscriberData) []byte {
	b, seq := OpenTLV(b, 0x30, Shortest)
	if a.IMSI.Len() > 0 {
		b = AppendDigits(b, 0x80, a.IMSI)
	}
	if !a.MSISDN.absent() {
		b = AppendNumber(b, 0x81, a.MSISDN)
	}
	if a.Services {
		b = append(b, 0x82, 1, 0x0a)                                                        // category: ordinary subscriber
		b = append(b, 0x83, 1, 0)                                                           // subscriberStatus: serviceGranted
		b = append(b, 0xa4, 6, 0x04, 1, 0x16, 0x04, 1, 0x1f)                                // bearerServiceList
		b = append(b, 0xa6, 12, 0x04, 1, 0x11, 0x04, 1, 0x12, 0x04, 1, 0x21, 0x04, 1, 0x22) // teleserviceList
	}
	if a.APN != "" {
		var gprs, list, context Open
		b, gprs = OpenTLV(b, 0xb0, Shortest) // gprsSubscriptionData [16]
		b, list = OpenTLV(b, 0xa1, Shortest) // gprsDataList [1]
		b, context = OpenTLV(b, 0x30, Shortest)
		b = append(b, 0x02, 1, 1)                // pdp-ContextId
		b = append(b, 0x90, 2, 0xf1, 0x21)       // pdp-Type [16]: IPv4
		b = append(b, 0x92, 3, 0x23, 0x42, 0x1f) // qos-Subscribed [18]
		b = append(b, 0x94, byte(len(a.APN)+1))  // apn [20], labels with their lengths
		b = appendLabels(b, a.APN)
		b = gprs.Close(list.Close(context.Close(b)))
	}
	if a.Services {
		b = append(b, 0x98, 1, 0) // networkAccessMode [24]: packetAndCircuit
	}
	return seq.Close(b)
}

// appendLabels writes a dotted name as length-prefixed labels (TS 23.003 9.1).
func appendLabels(b []byte, name string) []byte {
	at := len(b)
	b = append(b, 0)
	for i := 0; i < len(name); i++ {
		if name[i] == '.' {
			at = len(b)
			b = append(b, 0)
			continue
		}
		b = append(b, name[i])
		b[at]++
	}
	return b
}

// AppendInsertSubscriberDataResult appends a result that accepts a profile and
// says which CAMEL phases are supported (1 and 2).
func AppendInsertSubscriberDataResult(b []byte) []byte {
	return append(b, 0x30, 4, 0x86, 2, 0x05, 0xe0)
}

// Node types of requestingNodeType (TS 29.002 17.7.1).
const (
	NodeTypeVLR     int8 = 0
	NodeTypeSGSN    int8 = 1
	NodeTypeMME     int8 = 16
	NodeTypeUnknown int8 = -1
)

// SendAuthenticationInfo is a SendAuthenticationInfoArg (TS 29.002 17.7.1).
type SendAuthenticationInfo struct {
	IMSI    telecom.Digits
	Vectors uint8 // numberOfRequestedVectors, version 3
	Node    int8  // requestingNodeType, version 3; NodeTypeUnknown leaves it out
	PLMN    telecom.PLMN
	// Version 1 has no such operation: the argument is that of sendParameters
	// (GSM 09.02). Version 2 sends the IMSI alone.
	Version uint8
}

// AppendSendAuthenticationInfo appends the argument of sendAuthenticationInfo,
// or of sendParameters for version 1.
func AppendSendAuthenticationInfo(b []byte, a SendAuthenticationInfo) []byte {
	switch a.Version {
	case 1:
		var seq Open
		b, seq = OpenTLV(b, 0x30, Shortest)
		b = AppendDigits(b, 0x80, a.IMSI)
		return seq.Close(append(b, 0x30, 3, 0x0a, 1, 1)) // requestAuthenticationSet
	case 2:
		return AppendDigits(b, 0x04, a.IMSI)
	}
	b, seq := OpenTLV(b, 0x30, Shortest)
	b = AppendDigits(b, 0x80, a.IMSI)
	b = append(b, 0x02, 1, a.Vectors)
	b = append(b, 0x81, 0) // immediateResponsePreferred
	if a.Node >= 0 {
		b = append(b, 0x83, 1, byte(a.Node))
	}
	if !a.PLMN.IsZero() {
		b = AppendPLMN(append(b, 0x84, 3), a.PLMN)
	}
	return seq.Close(b)
}

// Vectors says how many authentication vectors of which kind a result holds.
// EPS vectors may stand beside triplets or quintuplets.
type Vectors struct {
	Triplets, Quintuplets, EPS int
	Version                    uint8
}

// AppendSendAuthenticationInfoResult appends a result with vectors whose values
// come from r. Version 3 wraps the lists (SendAuthenticationInfoRes, TS 29.002
// 17.7.1), version 2 is a bare list of triplets, version 1 a SentParameterList.
func AppendSendAuthenticationInfoResult(b []byte, v Vectors, r *Rand) []byte {
	if v.Version < 3 {
		b, list := OpenTLV(b, 0x30, Shortest)
		tag := uint16(0x30)
		if v.Version == 1 {
			tag = 0xa1 // SentParameter: authenticationSet [1]
		}
		for i := 0; i < v.Triplets; i++ {
			b = appendTriplet(b, tag, r)
		}
		return list.Close(b)
	}
	b, res := OpenTLV(b, 0xa3, Shortest)
	return res.Close(appendVectorLists(b, v, r))
}

func appendVectorLists(b []byte, v Vectors, r *Rand) []byte {
	var list, set Open
	if v.Triplets > 0 {
		b, list = OpenTLV(b, 0xa0, Shortest)
		for i := 0; i < v.Triplets; i++ {
			b = appendTriplet(b, 0x30, r)
		}
		b = list.Close(b)
	}
	if v.Quintuplets > 0 {
		b, list = OpenTLV(b, 0xa1, Shortest)
		for i := 0; i < v.Quintuplets; i++ {
			b, set = OpenTLV(b, 0x30, Shortest)
			b = r.Append(append(b, 0x04, 16), 16) // rand
			b = r.Append(append(b, 0x04, 8), 8)   // xres
			b = r.Append(append(b, 0x04, 16), 16) // ck
			b = r.Append(append(b, 0x04, 16), 16) // ik
			b = r.Append(append(b, 0x04, 16), 16) // autn
			b = set.Close(b)
		}
		b = list.Close(b)
	}
	if v.EPS > 0 {
		b, list = OpenTLV(b, 0xa2, Shortest)
		for i := 0; i < v.EPS; i++ {
			b, set = OpenTLV(b, 0x30, Shortest)
			b = r.Append(append(b, 0x04, 16), 16) // rand
			b = r.Append(append(b, 0x04, 8), 8)   // xres
			b = r.Append(append(b, 0x04, 16), 16) // autn
			b = r.Append(append(b, 0x04, 32), 32) // kasme
			b = set.Close(b)
		}
		b = list.Close(b)
	}
	return b
}

func appendTriplet(b []byte, tag uint16, r *Rand) []byte {
	b = append(b, byte(tag), 34)
	b = r.Append(append(b, 0x04, 16), 16)  // rand
	b = r.Append(append(b, 0x04, 4), 4)    // sres
	return r.Append(append(b, 0x04, 8), 8) // kc
}

// UpdateGprsLocation is an UpdateGprsLocationArg (TS 29.002 17.7.1).
type UpdateGprsLocation struct {
	IMSI    telecom.Digits
	SGSN    Number
	Address [4]byte // IPv4 address of the SGSN
}

// AppendUpdateGprsLocation appends the argument of updateGprsLocation.
func AppendUpdateGprsLocation(b []byte, a UpdateGprsLocation) []byte {
	b, seq := OpenTLV(b, 0x30, Shortest)
	b = AppendDigits(b, 0x04, a.IMSI)
	b = AppendNumber(b, 0x04, a.SGSN)
	b = append(b, 0x04, 5, 0x04, a.Address[0], a.Address[1], a.Address[2], a.Address[3]) // GSN-Address: type 0, length 4
	return seq.Close(b)
}

// PurgeMS is a PurgeMS-Arg (TS 29.002 17.7.1).
type PurgeMS struct {
	IMSI      telecom.Digits
	VLR, SGSN Number // one of them, or both
	Version   uint8  // 2: SEQUENCE with a bare VLR number; 3: context 3
}

// AppendPurgeMS appends the argument of purgeMS.
func AppendPurgeMS(b []byte, a PurgeMS) []byte {
	tag, vlr := uint16(0xa3), uint16(0x80)
	if a.Version < 3 {
		tag, vlr = 0x30, 0x04
	}
	b, seq := OpenTLV(b, tag, Shortest)
	b = AppendDigits(b, 0x04, a.IMSI)
	if !a.VLR.absent() {
		b = AppendNumber(b, vlr, a.VLR)
	}
	if !a.SGSN.absent() && a.Version >= 3 {
		b = AppendNumber(b, 0x81, a.SGSN)
	}
	return seq.Close(b)
}

// AppendPurgeMSResult appends a result with freezeTMSI.
func AppendPurgeMSResult(b []byte) []byte { return append(b, 0x30, 2, 0x80, 0) }

// SendRoutingInfoForSM is a RoutingInfoForSM-Arg (TS 29.002 17.7.6).
type SendRoutingInfoForSM struct {
	MSISDN, ServiceCentre Number
	Priority              bool // sm-RP-PRI
	GPRS                  bool // gprsSupportIndicator
}

// AppendSendRoutingInfoForSM appends the argument of sendRoutingInfoForSM.
func AppendSendRoutingInfoForSM(b []byte, a SendRoutingInfoForSM) []byte {
	b, seq := OpenTLV(b, 0x30, Shortest)
	b = AppendNumber(b, 0x80, a.MSISDN)
	pri := byte(0)
	if a.Priority {
		pri = 0xff
	}
	b = append(b, 0x81, 1, pri)
	b = AppendNumber(b, 0x82, a.ServiceCentre)
	if a.GPRS {
		b = append(b, 0x87, 0)
	}
	return seq.Close(b)
}

// RoutingInfoForSM is a RoutingInfoForSM-Res (TS 29.002 17.7.6).
type RoutingInfoForSM struct {
	IMSI       telecom.Digits
	Node       Number // MSC, or the SGSN when GPRS is set
	LMSI       []byte
	GPRS       bool
	Additional Number // additional-Number: the SGSN beside an MSC
}

// AppendRoutingInfoForSM appends the result of sendRoutingInfoForSM.
func AppendRoutingInfoForSM(b []byte, a RoutingInfoForSM) []byte {
	b, seq := OpenTLV(b, 0x30, Shortest)
	b = AppendDigits(b, 0x04, a.IMSI)
	b, info := OpenTLV(b, 0xa0, Shortest)
	b = AppendNumber(b, 0x81, a.Node)
	if len(a.LMSI) > 0 {
		b = AppendTLV(b, 0x04, a.LMSI)
	}
	if a.GPRS {
		b = append(b, 0x85, 0)
	}
	if !a.Additional.absent() {
		var choice Open
		b, choice = OpenTLV(b, 0xa6, Shortest)
		b = choice.Close(AppendNumber(b, 0x81, a.Additional))
	}
	return seq.Close(info.Close(b))
}

// AppendInformServiceCentre appends the argument of informServiceCentre.
// status is the octet of MW-Status: 0x80 SC address not included, 0x40 MNRF set,
// 0x20 MCEF set, 0x10 MNRG set.
func AppendInformServiceCentre(b []byte, msisdn Number, status uint8) []byte {
	b, seq := OpenTLV(b, 0x30, Shortest)
	b = AppendNumber(b, 0x04, msisdn)
	return seq.Close(append(b, 0x03, 2, 0x02, status))
}

// ForwardSM is an MT-ForwardSM-Arg or MO-ForwardSM-Arg (TS 29.002 17.7.6).
type ForwardSM struct {
	IMSI          telecom.Digits // mt: sm-RP-DA; mo: the trailing imsi (version 3), may be absent
	MSISDN        Number         // mo: sm-RP-OA
	ServiceCentre Number         // mt: sm-RP-OA; mo: sm-RP-DA
	TPDU          []byte         // sm-RP-UI
	More          bool           // moreMessagesToSend, mt only
}

// AppendMTForwardSM appends the argument of mt-ForwardSM.
func AppendMTForwardSM(b []byte, a ForwardSM) []byte {
	b, seq := OpenTLV(b, 0x30, Shortest)
	b = AppendDigits(b, 0x80, a.IMSI)
	b = AppendNumber(b, 0x84, a.ServiceCentre)
	b = AppendTLV(b, 0x04, a.TPDU)
	if a.More {
		b = append(b, 0x05, 0)
	}
	return seq.Close(b)
}

// AppendMOForwardSM appends the argument of mo-ForwardSM.
func AppendMOForwardSM(b []byte, a ForwardSM) []byte {
	b, seq := OpenTLV(b, 0x30, Shortest)
	b = AppendNumber(b, 0x84, a.ServiceCentre)
	b = AppendNumber(b, 0x82, a.MSISDN)
	b = AppendTLV(b, 0x04, a.TPDU)
	if a.IMSI.Len() > 0 {
		b = AppendDigits(b, 0x04, a.IMSI)
	}
	return seq.Close(b)
}

// AppendReportSMDeliveryStatus appends the argument of reportSM-DeliveryStatus.
// outcome is 0 memory capacity exceeded, 1 absent subscriber, 2 successful.
func AppendReportSMDeliveryStatus(b []byte, msisdn, serviceCentre Number, outcome uint8) []byte {
	b, seq := OpenTLV(b, 0x30, Shortest)
	b = AppendNumber(b, 0x04, msisdn)
	b = AppendNumber(b, 0x04, serviceCentre)
	return seq.Close(append(b, 0x0a, 1, outcome))
}

// AppendAlertServiceCentre appends the argument of alertServiceCentre.
func AppendAlertServiceCentre(b []byte, msisdn, serviceCentre Number) []byte {
	b, seq := OpenTLV(b, 0x30, Shortest)
	b = AppendNumber(b, 0x04, msisdn)
	return seq.Close(AppendNumber(b, 0x04, serviceCentre))
}

// AppendReadyForSM appends the argument of readyForSM. reason is 0 the phone is
// present, 1 it has memory again.
func AppendReadyForSM(b []byte, imsi telecom.Digits, reason uint8) []byte {
	b, seq := OpenTLV(b, 0x30, Shortest)
	b = AppendDigits(b, 0x80, imsi)
	return seq.Close(append(b, 0x0a, 1, reason))
}

// requestedInfo asks for location, state, current location and the IMEI.
func appendRequestedInfo(b []byte, tag uint16) []byte {
	return append(b, byte(tag), 8, 0x80, 0, 0x81, 0, 0x83, 0, 0x86, 0)
}

// AppendProvideSubscriberInfo appends the argument of provideSubscriberInfo.
func AppendProvideSubscriberInfo(b []byte, imsi telecom.Digits) []byte {
	b, seq := OpenTLV(b, 0x30, Shortest)
	b = AppendDigits(b, 0x80, imsi)
	return seq.Close(appendRequestedInfo(b, 0xa2))
}

// AnyTimeInterrogation is an AnyTimeInterrogationArg (TS 29.002 17.7.1); the
// subscriber is named by IMSI or, without one, by MSISDN.
type AnyTimeInterrogation struct {
	IMSI           telecom.Digits
	MSISDN, GsmSCF Number
}

// AppendAnyTimeInterrogation appends the argument of anyTimeInterrogation.
func AppendAnyTimeInterrogation(b []byte, a AnyTimeInterrogation) []byte {
	b, seq := OpenTLV(b, 0x30, Shortest)
	b, choice := OpenTLV(b, 0xa0, Shortest)
	if a.IMSI.Len() > 0 {
		b = AppendDigits(b, 0x80, a.IMSI)
	} else {
		b = AppendNumber(b, 0x81, a.MSISDN)
	}
	b = choice.Close(b)
	b = appendRequestedInfo(b, 0xa1)
	return seq.Close(AppendNumber(b, 0x83, a.GsmSCF))
}

// SubscriberState of a SubscriberInfo (TS 29.002 17.7.1).
type SubscriberState uint8

// States; StateNone leaves the field out.
const (
	StateNone SubscriberState = iota
	StateIdle
	StateBusy
	StateNotReachable
)

// SubscriberInfo is what provideSubscriberInfo and anyTimeInterrogation answer.
type SubscriberInfo struct {
	Age      int // ageOfLocationInformation, minutes; -1 absent
	Cell     Cell
	VLR, MSC Number
	// Position adds geographicalInformation: degrees, WGS 84, with a circle of
	// uncertainty of about 1 km.
	Position            bool
	Latitude, Longitude float64
	State               SubscriberState
	IMEI                telecom.Digits
}

// Cell is a cell global identity: PLMN, area and cell (TS 23.003 4.3.1).
type Cell struct {
	PLMN telecom.PLMN
	LAC  uint16
	CI   uint16
}

// AppendSubscriberInfo appends the result of provideSubscriberInfo and of
// anyTimeInterrogation, which have the same shape.
func AppendSubscriberInfo(b []byte, a SubscriberInfo) []byte {
	b, res := OpenTLV(b, 0x30, Shortest)
	b, info := OpenTLV(b, 0x30, Shortest)
	b, loc := OpenTLV(b, 0xa0, Shortest)
	if a.Age >= 0 {
		b = AppendInteger(b, 0x02, int64(a.Age))
	}
	if a.Position {
		b = appendPosition(append(b, 0x80, 8), a.Latitude, a.Longitude)
	}
	if !a.VLR.absent() {
		b = AppendNumber(b, 0x81, a.VLR)
	}
	if !a.Cell.PLMN.IsZero() {
		b = AppendPLMN(append(b, 0xa3, 9, 0x80, 7), a.Cell.PLMN)
		b = append(b, byte(a.Cell.LAC>>8), byte(a.Cell.LAC), byte(a.Cell.CI>>8), byte(a.Cell.CI))
	}
	if !a.MSC.absent() {
		b = AppendNumber(b, 0x86, a.MSC)
	}
	b = loc.Close(b)
	switch a.State {
	case StateIdle:
		b = append(b, 0xa1, 2, 0x80, 0)
	case StateBusy:
		b = append(b, 0xa1, 2, 0x81, 0)
	case StateNotReachable:
		b = append(b, 0xa1, 3, 0x0a, 1, 1) // netDetNotReachable: imsiDetached
	}
	if a.IMEI.Len() > 0 {
		b = AppendDigits(b, 0x85, a.IMEI)
	}
	return res.Close(info.Close(b))
}

// appendPosition appends an ellipsoid point with uncertainty circle in the
// eight octets of GeographicalInformation (TS 23.032 7.3.2, 6.1).
func appendPosition(b []byte, lat, lon float64) []byte {
	sign := uint32(0)
	if lat < 0 {
		sign, lat = 1<<23, -lat
	}
	n := sign | uint32(lat/90*(1<<23))
	x := uint32(int32(lon/360*(1<<24))) & 0xffffff
	return append(b, 0x10, byte(n>>16), byte(n>>8), byte(n), byte(x>>16), byte(x>>8), byte(x), 48)
}

// AppendSendIdentification appends the argument of sendIdentification version 3;
// tmsi is 4 octets. Version 2 and 1 send the TMSI alone.
func AppendSendIdentification(b []byte, tmsi uint32, vectors, version uint8) []byte {
	if version < 3 {
		return append(b, 0x04, 4, byte(tmsi>>24), byte(tmsi>>16), byte(tmsi>>8), byte(tmsi))
	}
	b, seq := OpenTLV(b, 0x30, Shortest)
	b = append(b, 0x04, 4, byte(tmsi>>24), byte(tmsi>>16), byte(tmsi>>8), byte(tmsi))
	return seq.Close(append(b, 0x02, 1, vectors))
}

// AppendSendIdentificationResult appends a result with the IMSI and the vectors
// the old VLR had left.
func AppendSendIdentificationResult(b []byte, imsi telecom.Digits, v Vectors, r *Rand) []byte {
	tag := uint16(0xa3)
	if v.Version < 3 {
		tag = 0x30
	}
	b, res := OpenTLV(b, tag, Shortest)
	b = AppendDigits(b, 0x04, imsi)
	if v.Version < 3 {
		var list Open
		if v.Triplets > 0 {
			b, list = OpenTLV(b, 0x30, Shortest)
			for i := 0; i < v.Triplets; i++ {
				b = appendTriplet(b, 0x30, r)
			}
			b = list.Close(b)
		}
		return res.Close(b)
	}
	return res.Close(appendVectorLists(b, v, r))
}

// AppendProvideRoamingNumber appends the argument of provideRoamingNumber.
func AppendProvideRoamingNumber(b []byte, imsi telecom.Digits, msc, msisdn Number) []byte {
	b, seq := OpenTLV(b, 0x30, Shortest)
	b = AppendDigits(b, 0x80, imsi)
	b = AppendNumber(b, 0x81, msc)
	if !msisdn.absent() {
		b = AppendNumber(b, 0x82, msisdn)
	}
	return seq.Close(b)
}

// AppendProvideRoamingNumberResult appends a result with the roaming number.
func AppendProvideRoamingNumberResult(b []byte, msrn Number) []byte {
	b, seq := OpenTLV(b, 0x30, Shortest)
	return seq.Close(AppendNumber(b, 0x04, msrn))
}

// AppendUSSD appends the argument or result of processUnstructuredSS-Request:
// text in the default alphabet (TS 29.002 17.7.4, TS 23.038).
func AppendUSSD(b []byte, text string) []byte {
	b, seq := OpenTLV(b, 0x30, Shortest)
	b = append(b, 0x04, 1, 0x0f)
	septets := appendSMSText(nil, text)
	return seq.Close(AppendTLV(b, 0x04, septets[1:]))
}

// AppendErrorCause appends the parameter of roamingNotAllowed and its like: a
// sequence with one ENUMERATED.
func AppendErrorCause(b []byte, cause uint8) []byte { return append(b, 0x30, 3, 0x0a, 1, cause) }
