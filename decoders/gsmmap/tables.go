package gsmmap

import "sigtransit/decoders/ber"

// entry is what to do with one element: an action in the top octet, its argument
// (a shape, role, kind or set of fields) in the others.
type entry uint32

const argMask = 1<<24 - 1

func (e entry) arg() uint8 { return uint8(e) }

// Actions.
const (
	skip         entry = iota << 24
	descend            // into the shape
	descendFirst       // into the shape, if the element is the first of its parent
	flag               // set the fields
	retag              // the first node of this shape has the role after all
	smText             // SM-RP-UI; what follows is of another shape
	imsi               // TBCD-STRING
	msisdn             // ISDN-AddressString
	imei               // TBCD-STRING
	node               // AddressString of a node with the role
	name               // DiameterIdentity
	vectorList         // SEQUENCE OF vectors of the kind
	vectorItem         // one vector of the kind
)

// Entries that many shapes have.
const (
	msc         = node | entry(NodeMSC)
	vlr         = node | entry(NodeVLR)
	sgsn        = node | entry(NodeSGSN)
	mme         = node | entry(NodeMME)
	ggsn        = node | entry(NodeGGSN)
	hlr         = node | entry(NodeHLR)
	gmlc        = node | entry(NodeGMLC)
	scf         = node | entry(NodeGsmSCF)
	centre      = node | entry(NodeServiceCentre)
	otherNode   = node | entry(NodeOther)
	lmsi        = flag | entry(FieldLMSI)
	tmsi        = flag | entry(FieldTMSI)
	cell        = flag | entry(FieldCellID)
	position    = flag | entry(FieldGeographical)
	place       = flag | entry(FieldLocationNumber)
	age         = flag | entry(FieldLocationAge)
	state       = flag | entry(FieldSubscriberState)
	profile     = flag | entry(FieldSubscriberData)
	apn         = flag | entry(FieldAPN)
	roaming     = flag | entry(FieldRoamingNumber)
	forwarded   = flag | entry(FieldForwardingNumber)
	keys        = flag | entry(FieldKeys)
	ussd        = flag | entry(FieldUSSD)
	triplet     = vectorItem | entry(VectorTriplet)
	triplets    = vectorList | entry(VectorTriplet)
	quintuplets = vectorList | entry(VectorQuintuplet)
	epsVectors  = vectorList | entry(VectorEPS)
)

// Tags beside those of ber.
const (
	tagged3       ber.Tag = 0xa3 // [3] IMPLICIT SEQUENCE: version 3 of some types
	ia5String     ber.Tag = 0x16
	privateMSISDN ber.Tag = 0xdc // [PRIVATE 28] of beginSubscriberActivity
)

// shape says what to do with the elements of one constructed type.
type shape struct {
	context   context  // by context-specific tag number
	octets    [3]entry // OCTET STRINGs by their order, the last for all that follow
	sequences [3]entry // SEQUENCEs likewise
	integer   entry
	private   entry
	set       Field // fields that the presence of the type itself means
}

// context is long enough for the highest tag of interest: initialDP [59].
type context = [60]entry

// parameter says what the outermost element of a parameter can be.
type parameter struct {
	sequence entry // SEQUENCE
	tagged   entry // [3] SEQUENCE
	octets   entry // OCTET STRING or IA5String
	choice   uint8 // shape for an untagged CHOICE of context-specific types
}

// Shapes. Names follow the types of TS 29.002.
const (
	_ entry = descend | iota
	shIMSI0
	shIMSIWithLMSI
	shSubscriberIdentity
	shAdditionalNumber
	shNetworkNodeDiameterAddress
	shADDInfo

	shUpdateLocation
	shCancelLocation
	shPurgeMS
	shPurgeMSv2
	shSendIdentification
	shSendIdentificationRes
	shSendIdentificationResV2
	shUpdateGprsLocation
	shEPSInfo
	shPDNGWUpdate
	shHLRNumber
	shUpdateVcsgLocation
	shCancelVcsgLocation

	shSendAuthenticationInfoRes
	shSendAuthenticationInfoResV2
	shAuthenticationFailureReport
	shSendParameters
	shSendParametersRes

	shInsertSubscriberData
	shDeleteSubscriberData
	shEPSSubscriptionData
	shAPNConfigurationProfile
	shLCSInformation
	shGMLCList
	shSSInfoList
	shForwardingInfo
	shForwardingFeatureList
	shForwardingFeature
	shVlrCamel
	shSgsnCamel
	shBcsmCSI
	shBcsmTDPList
	shBcsmTDP
	shDCSI
	shDCriteriaList
	shDCriteria
	shSSCSI
	shSSCamelData
	shSMSCSI
	shSMSTDPList
	shSMSTDP
	shCamelSubscriptionInfo
	shNoteSubscriberDataModified
	shForwardingInfoForCSE

	shSubscriberInfoRes
	shSubscriberInfo
	shMNPInfo
	shLocationInformation
	shLocationInformationGPRS
	shLocationInformationEPS
	shAnyTimeInterrogation
	shAnyTimeSubscriptionInterrogation
	shAnyTimeSubscriptionInterrogationRes
	shCallForwardingData
	shMSISDNBSList
	shMSISDNBS
	shAnyTimeModification
	shAnyTimeModificationRes
	shNoteMMEvent

	shRoutingInfoForSM
	shRoutingInfoForSMRes
	shLocationInfoWithLMSI
	shForwardSM
	shForwardSMTail
	shForwardSMTailMO
	shForwardSMMO
	shForwardSMVGCS
	shReportSMDeliveryStatus
	shAlertServiceCentre
	shMSISDN
	shAbsentSubscriberSM

	shProvideSubscriberLocation
	shProvideSubscriberLocationRes
	shRoutingInfoForLCS
	shRoutingInfoForLCSRes
	shLCSLocationInfo
	shSubscriberLocationReport
	shDeferredData
	shServingNode

	shSendRoutingInfo
	shSendRoutingInfoRes
	shSendRoutingInfoResV2
	shRoutingInfo
	shForwardingData
	shCamelRoutingInfo
	shGmscCamel
	shProvideRoamingNumber
	shProvideRoamingNumberRes
	shResumeCallHandling
	shPrepareHandover
	shPrepareHandoverV2
	shPrepareHandoverRes
	shPrepareSubsequentHandover
	shPrepareSubsequentHandoverV2
	shForwardAccessSignalling
	shSSInvocationNotification
	shRemoteUserFree

	shSendRoutingInfoForGprs
	shFailureReport

	shCheckIMEI
	shReset
	shUSSD
	shBeginSubscriberActivity
	shRegisterSS
	shSSRes

	shInitialDP
	shInitialDPExtension
	shInitialDPSMS
	shInitialDPGPRS

	endOfShapes
)

// at is the index of a shape in shapes.
const at = argMask

var shapes = [endOfShapes & at]shape{
	shIMSI0 & at:                      {context: context{0: imsi}},
	shIMSIWithLMSI & at:               {octets: [3]entry{imsi, lmsi}},
	shSubscriberIdentity & at:         {context: context{0: imsi, 1: msisdn}},
	shAdditionalNumber & at:           {context: context{0: msc, 1: sgsn}},
	shNetworkNodeDiameterAddress & at: {context: context{0: name}},
	shADDInfo & at:                    {context: context{0: imei}},

	// 17.7.1 location registration. In version 1, [0] is the roaming number that
	// may stand for the MSC number.
	shUpdateLocation & at: {
		context: context{0: roaming, 1: msc, 4: shNetworkNodeDiameterAddress, 10: lmsi, 13: shADDInfo, 14: cell},
		octets:  [3]entry{imsi, vlr},
	},
	shCancelLocation & at: {
		context:   context{3: msc, 4: vlr, 5: lmsi},
		octets:    [3]entry{imsi},
		sequences: [3]entry{descendFirst | shIMSIWithLMSI&at},
	},
	shPurgeMS & at: {
		context: context{0: vlr, 1: sgsn, 2: shLocationInformation, 3: shLocationInformationGPRS, 4: shLocationInformationEPS},
		octets:  [3]entry{imsi},
	},
	shPurgeMSv2 & at: {
		context: context{0: vlr, 1: sgsn},
		octets:  [3]entry{imsi, vlr},
	},
	shSendIdentification & at: {
		context: context{0: cell, 3: vlr, 4: lmsi},
		octets:  [3]entry{tmsi, msc},
	},
	shSendIdentificationRes & at: {
		context: context{0: triplets, 1: quintuplets, 2: keys},
		octets:  [3]entry{imsi},
	},
	shSendIdentificationResV2 & at: {
		context:   context{0: triplets, 1: quintuplets, 2: keys},
		octets:    [3]entry{imsi},
		sequences: [3]entry{triplets},
	},
	shUpdateGprsLocation & at: {
		context: context{4: shADDInfo, 5: shEPSInfo, 16: mme, 19: name},
		octets:  [3]entry{imsi, sgsn},
	},
	shEPSInfo & at:     {context: context{0: shPDNGWUpdate}},
	shPDNGWUpdate & at: {context: context{0: apn}},
	shHLRNumber & at:   {octets: [3]entry{hlr}},
	shUpdateVcsgLocation & at: {
		context: context{0: vlr, 1: sgsn, 2: msisdn},
		octets:  [3]entry{imsi},
	},
	shCancelVcsgLocation & at: {
		octets:    [3]entry{imsi},
		sequences: [3]entry{descendFirst | shIMSIWithLMSI&at},
	},

	// 17.7.1 authentication management.
	shSendAuthenticationInfoRes & at: {context: context{0: triplets, 1: quintuplets, 2: epsVectors}},
	shSendAuthenticationInfoResV2 & at: {
		context:   context{0: triplets, 1: quintuplets, 2: epsVectors},
		sequences: [3]entry{triplet, triplet, triplet},
	},
	shAuthenticationFailureReport & at: {
		context: context{0: vlr, 1: sgsn},
		octets:  [3]entry{imsi},
	},
	// GSM 09.02 version 1: one [1] for each triplet, [4] is Ki itself.
	shSendParameters & at: {context: context{0: imsi, 1: msisdn}},
	shSendParametersRes & at: {
		context: context{0: imsi, 1: triplet, 2: shInsertSubscriberData, 4: keys},
	},

	// 17.7.1 subscriber management.
	shInsertSubscriberData & at: {context: context{
		0: imsi, 1: msisdn,
		2: profile, 3: profile, 4: profile, 6: profile, 7: shSSInfoList, 8: profile, 9: profile, 10: profile, 11: profile, 12: profile,
		13: shVlrCamel, 16: apn | profile, 17: shSgsnCamel, 18: profile, 19: profile, 22: shLCSInformation, 23: profile, 24: profile,
		25: profile, 28: profile, 29: profile, 31: shEPSSubscriptionData, 32: profile, 34: sgsn, 35: name, 38: profile, 41: msisdn,
		43: profile, 46: profile, 47: profile, 48: profile,
	}},
	shDeleteSubscriberData & at: {context: context{
		0: imsi, 1: profile, 2: profile, 5: profile, 9: profile, 10: profile, 12: profile, 15: profile, 18: profile,
	}},
	shEPSSubscriptionData & at:     {context: context{4: shAPNConfigurationProfile}, set: FieldSubscriberData},
	shAPNConfigurationProfile & at: {context: context{1: apn}},
	shLCSInformation & at:          {context: context{0: shGMLCList}, set: FieldSubscriberData},
	shGMLCList & at:                {octets: [3]entry{gmlc, gmlc, gmlc}},
	shSSInfoList & at:              {context: context{0: shForwardingInfo}, set: FieldSubscriberData},
	shForwardingInfo & at:          {sequences: [3]entry{shForwardingFeatureList}},
	shForwardingFeatureList & at:   {sequences: [3]entry{shForwardingFeature, shForwardingFeature, shForwardingFeature}},
	shForwardingFeature & at:       {context: context{5: forwarded, 10: forwarded}},
	shVlrCamel & at: {
		context: context{0: shBcsmCSI, 2: shSSCSI, 5: shBcsmTDP, 6: shSMSCSI, 7: shBcsmCSI, 9: shDCSI, 10: shSMSCSI},
		set:     FieldSubscriberData,
	},
	shSgsnCamel & at: {
		context: context{0: shSMSCSI, 1: shSMSCSI, 3: shSMSCSI, 5: shBcsmTDP},
		set:     FieldSubscriberData,
	},
	shBcsmCSI & at:       {sequences: [3]entry{shBcsmTDPList}},
	shBcsmTDPList & at:   {sequences: [3]entry{shBcsmTDP, shBcsmTDP, shBcsmTDP}},
	shBcsmTDP & at:       {context: context{0: scf}}, // M-CSI and MG-CSI have it at the same place
	shDCSI & at:          {context: context{0: shDCriteriaList}},
	shDCriteriaList & at: {sequences: [3]entry{shDCriteria, shDCriteria, shDCriteria}},
	shDCriteria & at:     {octets: [3]entry{skip, scf}}, // the first one is the dialled number
	shSSCSI & at:         {sequences: [3]entry{shSSCamelData}},
	shSSCamelData & at:   {octets: [3]entry{scf}},
	shSMSCSI & at:        {context: context{0: shSMSTDPList}}, // GPRS-CSI is built alike
	shSMSTDPList & at:    {sequences: [3]entry{shSMSTDP, shSMSTDP, shSMSTDP}},
	shSMSTDP & at:        {context: context{2: scf}},
	shCamelSubscriptionInfo & at: {
		context: context{
			0: shBcsmCSI, 2: shDCSI, 3: shBcsmCSI, 5: shBcsmCSI, 9: shSMSCSI, 10: shSMSCSI, 11: shSSCSI, 12: shBcsmTDP,
			15: shSMSCSI, 17: shBcsmTDP, 18: shBcsmCSI, 20: shDCSI, 21: shBcsmCSI,
		},
		set: FieldSubscriberData,
	},
	shNoteSubscriberDataModified & at: {
		context: context{0: shForwardingInfoForCSE, 1: profile, 2: profile, 3: shCamelSubscriptionInfo, 6: profile, 7: profile},
		octets:  [3]entry{imsi, msisdn},
	},
	shForwardingInfoForCSE & at: {context: context{1: shForwardingFeatureList}, set: FieldSubscriberData},

	// 17.7.1 provide subscriber info, any time interrogation. The IMSI of
	// MNP-Info-Res is a generic one of the subscription network: not taken.
	shSubscriberInfoRes & at: {sequences: [3]entry{shSubscriberInfo}},
	shSubscriberInfo & at: {context: context{
		0: shLocationInformation, 1: state, 3: shLocationInformationGPRS, 4: state, 5: imei, 8: shMNPInfo, 12: state, 13: shLocationInformationEPS,
	}},
	shMNPInfo & at: {context: context{2: msisdn}},
	shLocationInformation & at: {
		context: context{0: position, 1: vlr, 2: place, 3: cell, 6: msc, 7: position, 10: shLocationInformationEPS},
		integer: age,
	},
	shLocationInformationGPRS & at: {context: context{0: cell, 1: cell, 2: position, 3: sgsn, 7: position, 9: age}},
	shLocationInformationEPS & at:  {context: context{0: cell, 1: cell, 3: position, 4: position, 6: age, 7: name}},
	shAnyTimeInterrogation & at:    {context: context{0: shSubscriberIdentity, 3: scf}},
	shAnyTimeSubscriptionInterrogation & at: {
		context: context{0: shSubscriberIdentity, 2: scf},
	},
	shAnyTimeSubscriptionInterrogationRes & at: {context: context{
		1: shCallForwardingData, 2: profile, 3: profile, 4: shCamelSubscriptionInfo, 10: shMSISDNBSList, 11: profile,
		12: profile, 13: profile, 14: profile, 15: profile, 16: profile,
	}},
	shCallForwardingData & at:  {sequences: [3]entry{shForwardingFeatureList}, set: FieldSubscriberData},
	shMSISDNBSList & at:        {sequences: [3]entry{shMSISDNBS, shMSISDNBS, shMSISDNBS}, set: FieldSubscriberData},
	shMSISDNBS & at:            {octets: [3]entry{msisdn}},
	shAnyTimeModification & at: {context: context{0: shSubscriberIdentity, 1: scf, 2: profile, 3: profile, 4: profile, 7: profile, 10: profile}},
	shAnyTimeModificationRes & at: {context: context{
		0: profile, 1: shCamelSubscriptionInfo, 3: profile, 4: profile, 5: profile, 6: profile, 7: profile, 8: profile, 9: centre,
	}},
	shNoteMMEvent & at: {context: context{1: imsi, 2: msisdn, 3: shLocationInformation, 7: shLocationInformationGPRS}},

	// 17.7.6 short messages. In version 1, [0] of the location is a roaming number.
	shRoutingInfoForSM & at: {context: context{0: msisdn, 2: centre, 12: imsi}},
	shRoutingInfoForSMRes & at: {
		context: context{0: shLocationInfoWithLMSI},
		octets:  [3]entry{imsi},
	},
	shLocationInfoWithLMSI & at: {
		context: context{
			0: roaming, 1: msc, 5: retag | entry(NodeSGSN), 6: shAdditionalNumber, 7: shNetworkNodeDiameterAddress,
			8: shNetworkNodeDiameterAddress, 9: shAdditionalNumber, 10: shNetworkNodeDiameterAddress, 11: retag | entry(NodeOther),
		},
		octets: [3]entry{lmsi},
	},
	// SM-RP-DA is [0] IMSI, [1] LMSI, [3] roaming number (version 1), [4] service
	// centre; SM-RP-OA is [2] MSISDN, [4] service centre. The tags mean other things
	// behind SM-RP-UI.
	shForwardSM & at: {
		context: context{0: imsi, 1: lmsi, 2: msisdn, 3: roaming, 4: centre},
		octets:  [3]entry{smText | shForwardSMTail&at},
	},
	shForwardSMMO & at: {
		context: context{0: imsi, 1: lmsi, 2: msisdn, 3: roaming, 4: centre},
		octets:  [3]entry{smText | shForwardSMTailMO&at},
	},
	shForwardSMTail & at:   {context: context{3: otherNode, 4: shNetworkNodeDiameterAddress}}, // SMS-GMSC
	shForwardSMTailMO & at: {octets: [3]entry{skip, imsi, imsi}},
	shForwardSMVGCS & at: {
		context: context{2: msisdn, 4: centre},
		octets:  [3]entry{skip, smText},
	},
	shReportSMDeliveryStatus & at: {
		context: context{9: imsi},
		octets:  [3]entry{msisdn, centre},
	},
	shAlertServiceCentre & at: {
		context: context{3: sgsn, 4: shNetworkNodeDiameterAddress, 5: mme, 6: shNetworkNodeDiameterAddress, 7: msc},
		octets:  [3]entry{msisdn, centre, imsi},
	},
	shMSISDN & at:             {octets: [3]entry{msisdn}},
	shAbsentSubscriberSM & at: {context: context{1: imsi}},

	// 17.7.13 location services.
	shProvideSubscriberLocation & at: {
		context: context{2: imsi, 3: msisdn, 4: lmsi, 5: imei},
		octets:  [3]entry{gmlc},
	},
	shProvideSubscriberLocationRes & at: {
		context: context{0: age, 2: position, 6: cell, 13: shServingNode, 16: position},
		octets:  [3]entry{position},
	},
	shRoutingInfoForLCS & at:    {context: context{0: gmlc, 1: shSubscriberIdentity}},
	shRoutingInfoForLCSRes & at: {context: context{0: shSubscriberIdentity, 1: shLCSLocationInfo}},
	shLCSLocationInfo & at: {
		context: context{0: lmsi, 2: retag | entry(NodeSGSN), 3: shAdditionalNumber, 6: name, 9: name},
		octets:  [3]entry{msc},
	},
	shSubscriberLocationReport & at: {
		context: context{
			0: msisdn, 1: imsi, 2: imei, 5: position, 6: age, 8: position, 9: shDeferredData, 13: cell, 26: shServingNode, 29: position,
		},
		sequences: [3]entry{skip, shLCSLocationInfo}, // the first one is the client
	},
	shDeferredData & at: {context: context{1: shLCSLocationInfo}},
	shServingNode & at:  {context: context{0: msc, 1: sgsn, 2: name}},

	// 17.7.3 call handling.
	shSendRoutingInfo & at: {context: context{0: msisdn, 6: msc, 24: retag | entry(NodeGsmSCF)}},
	shSendRoutingInfoRes & at: {
		context: context{2: msc, 7: shSubscriberInfo, 8: shCamelRoutingInfo, 9: imsi, 12: msisdn, 17: shRoutingInfo},
		octets:  [3]entry{roaming}, sequences: [3]entry{shForwardingData},
	},
	shSendRoutingInfoResV2 & at: {
		context: context{9: imsi},
		octets:  [3]entry{imsi, roaming}, sequences: [3]entry{shForwardingData},
	},
	shRoutingInfo & at:      {octets: [3]entry{roaming}, sequences: [3]entry{shForwardingData}},
	shForwardingData & at:   {context: context{5: forwarded, 8: forwarded}},
	shCamelRoutingInfo & at: {context: context{0: shGmscCamel}, sequences: [3]entry{shForwardingData}},
	shGmscCamel & at:        {context: context{0: shBcsmCSI, 1: shBcsmCSI, 5: shDCSI}, set: FieldSubscriberData},
	shProvideRoamingNumber & at: {
		context: context{0: imsi, 1: msc, 2: msisdn, 4: lmsi, 8: msc, 22: cell, 25: msc},
	},
	shProvideRoamingNumberRes & at: {octets: [3]entry{roaming, msc}},
	shResumeCallHandling & at:      {context: context{2: shForwardingData, 3: imsi, 9: msisdn}},
	shPrepareHandover & at:         {context: context{0: cell, 1: cell, 4: imsi, 5: keys, 6: keys, 22: imei}},
	shPrepareHandoverV2 & at:       {octets: [3]entry{cell}},
	shPrepareHandoverRes & at:      {context: context{0: roaming, 1: roaming}, octets: [3]entry{roaming}},
	shPrepareSubsequentHandover & at: {
		context: context{0: cell, 1: msc, 2: cell},
	},
	shPrepareSubsequentHandoverV2 & at: {octets: [3]entry{cell, msc}},
	shForwardAccessSignalling & at:     {context: context{0: keys, 1: keys, 21: imei}},
	shSSInvocationNotification & at:    {context: context{0: imsi, 1: msisdn}},
	shRemoteUserFree & at:              {context: context{0: imsi}},

	// 17.7.1 GPRS location information.
	shSendRoutingInfoForGprs & at: {context: context{0: imsi, 2: ggsn}},
	shFailureReport & at:          {context: context{0: imsi, 1: ggsn}},

	shCheckIMEI & at: {octets: [3]entry{imei}},
	shReset & at:     {octets: [3]entry{hlr}},

	// 17.7.4 supplementary services.
	shUSSD & at: {
		context: context{0: msisdn},
		octets:  [3]entry{skip, ussd}, // the first one is the coding scheme
	},
	shBeginSubscriberActivity & at: {
		octets:  [3]entry{imsi, otherNode},
		private: msisdn,
	},
	shRegisterSS & at: {context: context{4: forwarded}},
	shSSRes & at:      {context: context{0: shForwardingInfo, 3: shForwardingFeatureList}},

	// 3GPP TS 29.078: CAP.
	shInitialDP & at:          {context: context{50: imsi, 51: state, 52: shLocationInformation, 55: msc, 59: shInitialDPExtension}},
	shInitialDPExtension & at: {context: context{3: imei}},
	shInitialDPSMS & at:       {context: context{2: msisdn, 4: imsi, 5: shLocationInformation, 6: shLocationInformationGPRS, 7: centre}},
	shInitialDPGPRS & at:      {context: context{2: msisdn, 3: imsi, 8: apn, 9: cell, 12: shLocationInformationGPRS}},
}

const errorAbsentSubscriberSM = 6

var (
	absentSubscriberSM = parameter{sequence: shAbsentSubscriberSM}
	initialDP          = parameter{sequence: shInitialDP}
	initialDPSMS       = parameter{sequence: shInitialDPSMS}
	initialDPGPRS      = parameter{sequence: shInitialDPGPRS}
)

// operations is indexed by the local operation code (TS 29.002 17.5). An operation
// or direction that names nothing of interest has no entry.
var operations = [90]struct{ invoke, result parameter }{
	2: {
		invoke: parameter{sequence: shUpdateLocation},
		result: parameter{sequence: shHLRNumber, octets: hlr},
	},
	3:  {invoke: parameter{sequence: shIMSIWithLMSI, tagged: shCancelLocation, octets: imsi}},
	4:  {invoke: parameter{sequence: shProvideRoamingNumber}, result: parameter{sequence: shProvideRoamingNumberRes, octets: roaming}},
	5:  {invoke: parameter{sequence: shNoteSubscriberDataModified}},
	6:  {invoke: parameter{sequence: shResumeCallHandling}},
	7:  {invoke: parameter{sequence: shInsertSubscriberData}},
	8:  {invoke: parameter{sequence: shDeleteSubscriberData}},
	9:  {invoke: parameter{sequence: shSendParameters}, result: parameter{sequence: shSendParametersRes}},
	10: {invoke: parameter{sequence: shRegisterSS}, result: parameter{choice: uint8(shSSRes & at)}},
	11: {result: parameter{choice: uint8(shSSRes & at)}},
	12: {result: parameter{choice: uint8(shSSRes & at)}},
	13: {result: parameter{choice: uint8(shSSRes & at)}},
	14: {result: parameter{choice: uint8(shSSRes & at)}},
	15: {invoke: parameter{sequence: shAuthenticationFailureReport}},
	19: {invoke: parameter{octets: ussd}, result: parameter{octets: ussd}},
	20: {invoke: parameter{sequence: shProvideRoamingNumberRes}},
	21: {invoke: parameter{sequence: shForwardSMVGCS}},
	22: {
		invoke: parameter{sequence: shSendRoutingInfo},
		result: parameter{sequence: shSendRoutingInfoResV2, tagged: shSendRoutingInfoRes},
	},
	23: {
		invoke: parameter{sequence: shUpdateGprsLocation},
		result: parameter{sequence: shHLRNumber, octets: hlr},
	},
	24: {invoke: parameter{sequence: shSendRoutingInfoForGprs}},
	25: {invoke: parameter{sequence: shFailureReport}},
	26: {invoke: parameter{sequence: shIMSI0}},
	34: {invoke: parameter{tagged: shForwardAccessSignalling}},
	36: {invoke: parameter{sequence: shCancelVcsgLocation}},
	37: {invoke: parameter{sequence: shReset}},
	43: {invoke: parameter{sequence: shCheckIMEI, octets: imei}},
	44: {invoke: parameter{sequence: shForwardSM}},
	45: {invoke: parameter{sequence: shRoutingInfoForSM}, result: parameter{sequence: shRoutingInfoForSMRes}},
	46: {invoke: parameter{sequence: shForwardSMMO}},
	47: {
		invoke: parameter{sequence: shReportSMDeliveryStatus},
		result: parameter{sequence: shMSISDN, octets: msisdn},
	},
	48: {invoke: parameter{octets: imsi, sequence: shIMSIWithLMSI}},
	49: {invoke: parameter{sequence: shAlertServiceCentre}},
	50: {invoke: parameter{sequence: shIMSI0}},
	51: {invoke: parameter{sequence: shIMSI0}},
	53: {invoke: parameter{sequence: shUpdateVcsgLocation}},
	54: {invoke: parameter{sequence: shBeginSubscriberActivity}},
	55: {
		invoke: parameter{sequence: shSendIdentification, octets: tmsi},
		result: parameter{sequence: shSendIdentificationResV2, tagged: shSendIdentificationRes},
	},
	56: {
		invoke: parameter{sequence: shIMSI0, octets: imsi},
		result: parameter{sequence: shSendAuthenticationInfoResV2, tagged: shSendAuthenticationInfoRes},
	},
	57: {
		invoke: parameter{sequence: shIMSIWithLMSI},
		result: parameter{sequence: shHLRNumber, octets: hlr},
	},
	58: {invoke: parameter{octets: msisdn, sequence: shMSISDN}, result: parameter{octets: imsi, sequence: shIMSIWithLMSI}},
	59: {invoke: parameter{sequence: shUSSD}, result: parameter{sequence: shUSSD}},
	60: {invoke: parameter{sequence: shUSSD}, result: parameter{sequence: shUSSD}},
	61: {invoke: parameter{sequence: shUSSD}},
	62: {
		invoke: parameter{sequence: shAnyTimeSubscriptionInterrogation},
		result: parameter{sequence: shAnyTimeSubscriptionInterrogationRes},
	},
	63: {invoke: parameter{sequence: shMSISDN}},
	64: {invoke: parameter{sequence: shAlertServiceCentre}},
	65: {invoke: parameter{sequence: shAnyTimeModification}, result: parameter{sequence: shAnyTimeModificationRes}},
	66: {invoke: parameter{sequence: shIMSI0}},
	67: {invoke: parameter{sequence: shPurgeMSv2, tagged: shPurgeMS}},
	68: {
		invoke: parameter{sequence: shPrepareHandoverV2, tagged: shPrepareHandover},
		result: parameter{sequence: shPrepareHandoverRes, tagged: shPrepareHandoverRes},
	},
	69: {invoke: parameter{sequence: shPrepareSubsequentHandoverV2, tagged: shPrepareSubsequentHandover}},
	70: {invoke: parameter{sequence: shIMSI0}, result: parameter{sequence: shSubscriberInfoRes}},
	71: {invoke: parameter{sequence: shAnyTimeInterrogation}, result: parameter{sequence: shSubscriberInfoRes}},
	72: {invoke: parameter{sequence: shSSInvocationNotification}},
	73: {invoke: parameter{sequence: shIMSI0}},
	74: {invoke: parameter{sequence: shIMSI0}},
	75: {invoke: parameter{sequence: shRemoteUserFree}},
	83: {invoke: parameter{sequence: shProvideSubscriberLocation}, result: parameter{sequence: shProvideSubscriberLocationRes}},
	85: {invoke: parameter{sequence: shRoutingInfoForLCS}, result: parameter{sequence: shRoutingInfoForLCSRes}},
	86: {invoke: parameter{sequence: shSubscriberLocationReport}},
	87: {invoke: parameter{sequence: shIMSI0}},
	88: {invoke: parameter{sequence: shIMSI0}},
	89: {invoke: parameter{sequence: shNoteMMEvent}},
}
