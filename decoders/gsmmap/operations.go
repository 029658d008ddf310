package gsmmap

// Errors that name somebody, or are secured (TS 29.002 17.5).
const (
	errorSecureTransport    = 4
	errorAbsentSubscriberSM = 6
)

var (
	absentSubscriberSM = parameter{sequence: shAbsentSubscriberSM}
	secureTransport    = parameter{sequence: shSecureTransport}
	initialDPPhase2    = parameter{sequence: shInitialDPPhase2}
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
	17: {result: parameter{octets: password}},
	18: {result: parameter{octets: password}},
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
	24: {invoke: parameter{sequence: shSendRoutingInfoForGprs}, result: parameter{sequence: shSendRoutingInfoForGprsRes}},
	25: {invoke: parameter{sequence: shFailureReport}, result: parameter{sequence: shSendRoutingInfoForGprsRes}},
	26: {invoke: parameter{sequence: shNoteMSPresentForGprs}},
	28: {invoke: parameter{sequence: shPerformHandover}, result: parameter{sequence: shPerformHandoverRes}},
	30: {invoke: parameter{sequence: shPerformSubsequentHandover}},
	31: {invoke: parameter{sequence: shProvideSIWFSNumber}, result: parameter{sequence: shProvideSIWFSNumberRes}},
	34: {invoke: parameter{tagged: shForwardAccessSignalling}},
	35: {invoke: parameter{sequence: shNoteInternalHandover}},
	36: {invoke: parameter{sequence: shCancelVcsgLocation}},
	37: {invoke: parameter{sequence: shReset}},
	39: {invoke: parameter{sequence: shPrepareGroupCall}, result: parameter{sequence: shGroupCallNumber}},
	40: {invoke: parameter{sequence: shGroupCallSignalling}},
	42: {invoke: parameter{sequence: shGroupCallSignalling}},
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
	50: {invoke: parameter{sequence: shActivateTraceMode}},
	51: {invoke: parameter{sequence: shIMSI0}},
	52: {invoke: parameter{sequence: shActivateTraceMode}},
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
	74: {invoke: parameter{sequence: shStatusReport}},
	75: {invoke: parameter{sequence: shRemoteUserFree}},
	76: {invoke: parameter{sequence: shRegisterCCEntry}, result: parameter{sequence: shRegisterCCEntryRes}},
	78: {invoke: parameter{sequence: shSecureTransport}, result: parameter{sequence: shSecureTransport}},
	79: {invoke: parameter{sequence: shSecureTransport}, result: parameter{sequence: shSecureTransport}},
	80: {invoke: parameter{sequence: shSecureTransport}, result: parameter{sequence: shSecureTransport}},
	81: {invoke: parameter{sequence: shSecureTransport}, result: parameter{sequence: shSecureTransport}},
	83: {invoke: parameter{sequence: shProvideSubscriberLocation}, result: parameter{sequence: shProvideSubscriberLocationRes}},
	84: {invoke: parameter{sequence: shSendGroupCallInfo}, result: parameter{sequence: shGroupCallInfoRes}},
	85: {invoke: parameter{sequence: shRoutingInfoForLCS}, result: parameter{sequence: shRoutingInfoForLCSRes}},
	86: {invoke: parameter{sequence: shSubscriberLocationReport}},
	87: {invoke: parameter{sequence: shIMSI0}},
	88: {invoke: parameter{sequence: shIMSI0}},
	89: {invoke: parameter{sequence: shNoteMMEvent}},
}

// capOperations is the same for CAP (3GPP TS 29.078 5.4, phases 1 to 4). Charging,
// announcements, timers and the handling of legs name nobody.
var capOperations = [98]struct{ invoke, result parameter }{
	0:  {invoke: parameter{sequence: shInitialDP}},
	17: {invoke: parameter{sequence: shEstablishTemporaryConnection}},
	19: {invoke: parameter{sequence: shConnectToResource}},
	20: {invoke: parameter{sequence: shConnect}},
	24: {invoke: parameter{sequence: shEventReportBCSM}},
	32: {invoke: parameter{sequence: shInitiateCallAttempt}},
	48: {result: parameter{choice: uint8(shCollectedDigits & at)}},
	60: {invoke: parameter{sequence: shInitialDPSMS}},
	62: {invoke: parameter{sequence: shConnectSMS}},
	74: {invoke: parameter{sequence: shConnectGPRS}},
	78: {invoke: parameter{sequence: shInitialDPGPRS}},
	80: {invoke: parameter{sequence: shEventReportGPRS}},
	88: {invoke: parameter{sequence: shContinueWithArgument}},
}
