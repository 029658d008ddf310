package signaling

// codedOperation is one row of the MAP and CAP tables.
type codedOperation struct {
	code  uint32
	name  string
	class Class
}

// mapOperations are the local operation codes of 3GPP TS 29.002 17.5 (release 16)
// and those that only GSM 09.02 or earlier releases define. A code whose name
// changed between versions has its newest name. 46 is forwardSM in versions 1 and 2,
// for both directions: what goes to a subscriber is mt-ForwardSM there, too, which
// the code alone does not tell. The class is the first thing the operation gives away to whoever reads
// it in transit.
var mapOperations = [...]codedOperation{
	{2, "updateLocation", ClassLocation},
	{3, "cancelLocation", ClassLocation},
	{4, "provideRoamingNumber", ClassCall},
	{5, "noteSubscriberDataModified", ClassSubscriber},
	{6, "resumeCallHandling", ClassCall},
	{7, "insertSubscriberData", ClassSubscriber},
	{8, "deleteSubscriberData", ClassSubscriber},
	{9, "sendParameters", ClassAuthentication}, // version 1: triplets or subscriber data
	{10, "registerSS", ClassSubscriber},
	{11, "eraseSS", ClassSubscriber},
	{12, "activateSS", ClassSubscriber},
	{13, "deactivateSS", ClassSubscriber},
	{14, "interrogateSS", ClassSubscriber},
	{15, "authenticationFailureReport", ClassAuthentication},
	{16, "notifySS", ClassSubscriber},
	{17, "registerPassword", ClassSubscriber},
	{18, "getPassword", ClassSubscriber},
	{19, "processUnstructuredSS-Data", ClassSubscriber}, // version 1
	{20, "releaseResources", ClassCall},
	{21, "mt-ForwardSM-VGCS", ClassSMS},
	{22, "sendRoutingInfo", ClassCall},
	{23, "updateGprsLocation", ClassLocation},
	{24, "sendRoutingInfoForGprs", ClassData},
	{25, "failureReport", ClassData},
	{26, "noteMsPresentForGprs", ClassData},
	{28, "performHandover", ClassCall}, // version 1
	{29, "sendEndSignal", ClassCall},
	{30, "performSubsequentHandover", ClassCall}, // version 1
	{31, "provideSIWFSNumber", ClassCall},
	{32, "siwfs-SignallingModify", ClassCall},
	{33, "processAccessSignalling", ClassCall},
	{34, "forwardAccessSignalling", ClassCall},
	{35, "noteInternalHandover", ClassCall}, // version 1
	{36, "cancelVcsgLocation", ClassLocation},
	{37, "reset", ClassSubscriber},
	{38, "forwardCheckSS-Indication", ClassSubscriber},
	{39, "prepareGroupCall", ClassCall},
	{40, "sendGroupCallEndSignal", ClassCall},
	{41, "processGroupCallSignalling", ClassCall},
	{42, "forwardGroupCallSignalling", ClassCall},
	{43, "checkIMEI", ClassSubscriber},
	{44, "mt-ForwardSM", ClassSMS},
	{45, "sendRoutingInfoForSM", ClassSMS},
	{46, "mo-ForwardSM", ClassSMS},
	{47, "reportSM-DeliveryStatus", ClassSMS},
	{48, "noteSubscriberPresent", ClassSMS},           // version 1
	{49, "alertServiceCentreWithoutResult", ClassSMS}, // version 1
	{50, "activateTraceMode", ClassSubscriber},
	{51, "deactivateTraceMode", ClassSubscriber},
	{52, "traceSubscriberActivity", ClassSubscriber}, // version 1
	{53, "updateVcsgLocation", ClassLocation},
	{54, "beginSubscriberActivity", ClassSubscriber}, // version 1
	{55, "sendIdentification", ClassAuthentication},
	{56, "sendAuthenticationInfo", ClassAuthentication},
	{57, "restoreData", ClassSubscriber},
	{58, "sendIMSI", ClassSubscriber},
	{59, "processUnstructuredSS-Request", ClassSubscriber},
	{60, "unstructuredSS-Request", ClassSubscriber},
	{61, "unstructuredSS-Notify", ClassSubscriber},
	{62, "anyTimeSubscriptionInterrogation", ClassSubscriber},
	{63, "informServiceCentre", ClassSMS},
	{64, "alertServiceCentre", ClassSMS},
	{65, "anyTimeModification", ClassSubscriber},
	{66, "readyForSM", ClassSMS},
	{67, "purgeMS", ClassLocation},
	{68, "prepareHandover", ClassCall},
	{69, "prepareSubsequentHandover", ClassCall},
	{70, "provideSubscriberInfo", ClassLocation},
	{71, "anyTimeInterrogation", ClassLocation},
	{72, "ss-InvocationNotification", ClassCall},
	{73, "setReportingState", ClassCall},
	{74, "statusReport", ClassCall},
	{75, "remoteUserFree", ClassCall},
	{76, "registerCC-Entry", ClassCall},
	{77, "eraseCC-Entry", ClassCall},
	{78, "secureTransportClass1", ClassProtected}, // 3GPP TS 33.200
	{79, "secureTransportClass2", ClassProtected},
	{80, "secureTransportClass3", ClassProtected},
	{81, "secureTransportClass4", ClassProtected},
	{83, "provideSubscriberLocation", ClassLocation},
	{84, "sendGroupCallInfo", ClassCall},
	{85, "sendRoutingInfoForLCS", ClassLocation},
	{86, "subscriberLocationReport", ClassLocation},
	{87, "istAlert", ClassCall},
	{88, "istCommand", ClassCall},
	{89, "noteMM-Event", ClassLocation},
}

// capOperations are the local operation codes of 3GPP TS 29.078 (CAP phases 1 to 4).
var capOperations = [...]codedOperation{
	{0, "initialDP", ClassCall},
	{16, "assistRequestInstructions", ClassCall},
	{17, "establishTemporaryConnection", ClassCall},
	{18, "disconnectForwardConnection", ClassCall},
	{19, "connectToResource", ClassCall},
	{20, "connect", ClassCall},
	{22, "releaseCall", ClassCall},
	{23, "requestReportBCSMEvent", ClassCall},
	{24, "eventReportBCSM", ClassCall},
	{27, "collectInformation", ClassCall},
	{31, "continue", ClassCall},
	{32, "initiateCallAttempt", ClassCall},
	{33, "resetTimer", ClassCall},
	{34, "furnishChargingInformation", ClassCall},
	{35, "applyCharging", ClassCall},
	{36, "applyChargingReport", ClassCall},
	{41, "callGap", ClassCall},
	{44, "callInformationReport", ClassCall},
	{45, "callInformationRequest", ClassCall},
	{46, "sendChargingInformation", ClassCall},
	{47, "playAnnouncement", ClassCall},
	{48, "promptAndCollectUserInformation", ClassCall},
	{49, "specializedResourceReport", ClassCall},
	{53, "cancel", ClassCall},
	{55, "activityTest", ClassCall},
	{60, "initialDPSMS", ClassSMS},
	{61, "furnishChargingInformationSMS", ClassSMS},
	{62, "connectSMS", ClassSMS},
	{63, "requestReportSMSEvent", ClassSMS},
	{64, "eventReportSMS", ClassSMS},
	{65, "continueSMS", ClassSMS},
	{66, "releaseSMS", ClassSMS},
	{67, "resetTimerSMS", ClassSMS},
	{70, "activityTestGPRS", ClassData},
	{71, "applyChargingGPRS", ClassData},
	{72, "applyChargingReportGPRS", ClassData},
	{73, "cancelGPRS", ClassData},
	{74, "connectGPRS", ClassData},
	{75, "continueGPRS", ClassData},
	{76, "entityReleasedGPRS", ClassData},
	{77, "furnishChargingInformationGPRS", ClassData},
	{78, "initialDPGPRS", ClassData},
	{79, "releaseGPRS", ClassData},
	{80, "eventReportGPRS", ClassData},
	{81, "requestReportGPRSEvent", ClassData},
	{82, "resetTimerGPRS", ClassData},
	{83, "sendChargingInformationGPRS", ClassData},
	{86, "dFCWithArgument", ClassCall},
	{88, "continueWithArgument", ClassCall},
	{90, "disconnectLeg", ClassCall},
	{93, "moveLeg", ClassCall},
	{95, "splitLeg", ClassCall},
	{96, "entityReleased", ClassCall},
	{97, "playTone", ClassCall},
}

// context is one application context of 3GPP TS 29.002 17.3.3.
type context struct {
	name  string
	class Class
}

// contexts is indexed by the number n of map-ac: 0.4.0.0.1.0.n.version. The
// class is that of the context's own operation, for results that carry no code.
// 50 to 52 are the contexts that CAP phases 1 and 2 have under the same arc (3GPP
// TS 29.078, GSM 09.78).
var contexts = [...]context{
	1:  {"networkLocUpContext", ClassLocation},
	2:  {"locationCancellationContext", ClassLocation},
	3:  {"roamingNumberEnquiryContext", ClassCall},
	4:  {"istAlertingContext", ClassCall},
	5:  {"locationInfoRetrievalContext", ClassCall},
	6:  {"callControlTransferContext", ClassCall},
	7:  {"reportingContext", ClassCall},
	8:  {"callCompletionContext", ClassCall},
	9:  {"serviceTerminationContext", ClassCall},
	10: {"resetContext", ClassSubscriber},
	11: {"handoverControlContext", ClassCall},
	12: {"sIWFSAllocationContext", ClassCall},
	13: {"equipmentMngtContext", ClassSubscriber},
	14: {"infoRetrievalContext", ClassAuthentication},
	15: {"interVlrInfoRetrievalContext", ClassAuthentication},
	16: {"subscriberDataMngtContext", ClassSubscriber},
	17: {"tracingContext", ClassSubscriber},
	18: {"networkFunctionalSsContext", ClassSubscriber},
	19: {"networkUnstructuredSsContext", ClassSubscriber},
	20: {"shortMsgGatewayContext", ClassSMS},
	21: {"shortMsgMO-RelayContext", ClassSMS}, // version 1: shortMsgRelayContext
	22: {"subscriberDataModificationNotificationContext", ClassSubscriber},
	23: {"shortMsgAlertContext", ClassSMS},
	24: {"mwdMngtContext", ClassSMS},
	25: {"shortMsgMT-RelayContext", ClassSMS},
	26: {"imsiRetrievalContext", ClassSubscriber},
	27: {"msPurgingContext", ClassLocation},
	28: {"subscriberInfoEnquiryContext", ClassLocation},
	29: {"anyTimeInfoEnquiryContext", ClassLocation},
	31: {"groupCallControlContext", ClassCall},
	32: {"gprsLocationUpdateContext", ClassLocation},
	33: {"gprsLocationInfoRetrievalContext", ClassData},
	34: {"failureReportContext", ClassData},
	35: {"gprsNotifyContext", ClassData},
	36: {"ss-InvocationNotificationContext", ClassCall},
	37: {"locationSvcGatewayContext", ClassLocation},
	38: {"locationSvcEnquiryContext", ClassLocation},
	39: {"authenticationFailureReportContext", ClassAuthentication},
	40: {"secureTransportHandlingContext", ClassProtected},
	41: {"shortMsgMT-Relay-VGCS-Context", ClassSMS},
	42: {"mm-EventReportingContext", ClassLocation},
	43: {"anyTimeInfoHandlingContext", ClassSubscriber},
	44: {"resourceManagementContext", ClassCall},
	45: {"groupCallInfoRetrievalContext", ClassCall},
	46: {"vcsgLocationUpdateContext", ClassLocation},
	47: {"vcsgLocationCancellationContext", ClassLocation},
	50: {"CAP-gsmSSF-to-gsmSCF-AC", ClassCall},
	51: {"CAP-assist-handoff-gsmSSF-to-gsmSCF-AC", ClassCall},
	52: {"CAP-gsmSRF-to-gsmSCF-AC", ClassCall},
}

// ContextName is the name of application context ac of the arc 0.4.0.0.1.0.ac
// without its version: "networkLocUpContext"; "" when unknown.
func ContextName(ac uint8) string {
	if int(ac) < len(contexts) {
		return contexts[ac].name
	}
	return ""
}

// ContextClass is the class of what is said within application context ac, for
// messages without an operation code; ClassOther when unknown.
func ContextClass(ac uint8) Class {
	if int(ac) < len(contexts) {
		return contexts[ac].class
	}
	return ClassOther
}

// capContexts are the application contexts of CAP phases 3 and 4 by their last
// number: 0.4.0.0.1.p.3.n (3GPP TS 29.078 5.5, 6.1.4, 7.1.2, 8.1.2).
var capContexts = map[uint8]context{
	4:  {"CAP-gsmSSF-scfGenericAC", ClassCall},
	6:  {"CAP-gsmSSF-scfAssistHandoffAC", ClassCall},
	8:  {"CAP-scf-gsmSSFGenericAC", ClassCall},
	14: {"gsmSRF-gsmSCF-ac", ClassCall},
	50: {"gprsSSF-gsmSCF-AC", ClassData},
	61: {"sms-AC", ClassSMS},
}

// CAPContext is the name and class of context ac of a phase of CAP. Phases 1 and 2
// have theirs among those of MAP. "" and ClassOther when unknown.
func CAPContext(ac, phase uint8) (name string, class Class) {
	if phase <= 2 {
		return ContextName(ac), ContextClass(ac)
	}
	c := capContexts[ac]
	return c.name, c.class
}

// mapErrors are the local error codes of 3GPP TS 29.002 17.5 and of GSM 09.02.
var mapErrors = [...]string{
	1: "unknownSubscriber", 2: "unknownBaseStation", 3: "unknownMSC", 4: "secureTransportError", 5: "unidentifiedSubscriber",
	6: "absentSubscriberSM", 7: "unknownEquipment", 8: "roamingNotAllowed", 9: "illegalSubscriber", 10: "bearerServiceNotProvisioned",
	11: "teleserviceNotProvisioned", 12: "illegalEquipment", 13: "callBarred", 14: "forwardingViolation", 15: "cug-Reject",
	16: "illegalSS-Operation", 17: "ss-ErrorStatus", 18: "ss-NotAvailable", 19: "ss-SubscriptionViolation", 20: "ss-Incompatibility",
	21: "facilityNotSupported", 22: "ongoingGroupCall", 23: "invalidTargetBaseStation", 24: "noRadioResourceAvailable",
	25: "noHandoverNumberAvailable", 26: "subsequentHandoverFailure", 27: "absentSubscriber", 28: "incompatibleTerminal",
	29: "shortTermDenial", 30: "longTermDenial", 31: "subscriberBusyForMT-SMS", 32: "sm-DeliveryFailure", 33: "messageWaitingListFull",
	34: "systemFailure", 35: "dataMissing", 36: "unexpectedDataValue", 37: "pw-RegistrationFailure", 38: "negativePW-Check",
	39: "noRoamingNumberAvailable", 40: "tracingBufferFull", 42: "targetCellOutsideGroupCallArea", 43: "numberOfPW-AttemptsViolation",
	44: "numberChanged", 45: "busySubscriber", 46: "noSubscriberReply", 47: "forwardingFailed", 48: "or-NotAllowed", 49: "ati-NotAllowed",
	50: "noGroupCallNumberAvailable", 51: "resourceLimitation", 52: "unauthorizedRequestingNetwork", 53: "unauthorizedLCSClient",
	54: "positionMethodFailure", 58: "unknownOrUnreachableLCSClient", 59: "mm-EventNotSupported", 60: "atsi-NotAllowed",
	61: "atm-NotAllowed", 62: "informationNotAvailable", 71: "unknownAlphabet", 72: "ussd-Busy",
}

// MAPErrorName is the name of a local error code of MAP; "" when unknown.
func MAPErrorName(code int32) string {
	if code >= 0 && int(code) < len(mapErrors) {
		return mapErrors[code]
	}
	return ""
}

// capErrors are the local error codes of CAP (3GPP TS 29.078 5.3, from INAP).
var capErrors = [...]string{
	0: "canceled", 1: "cancelFailed", 3: "eTCFailed", 4: "improperCallerResponse", 6: "missingCustomerRecord", 7: "missingParameter",
	8: "parameterOutOfRange", 10: "requestedInfoError", 11: "systemFailure", 12: "taskRefused", 13: "unavailableResource",
	14: "unexpectedComponentSequence", 15: "unexpectedDataValue", 16: "unexpectedParameter", 17: "unknownLegID", 50: "unknownPDPID", 51: "unknownCSID",
}

// ErrorName is the name of a local error code of MAP or CAP; "" when unknown.
func ErrorName(p Protocol, code int32) string {
	switch p {
	case MAP:
		return MAPErrorName(code)
	case CAP:
		if code >= 0 && int(code) < len(capErrors) {
			return capErrors[code]
		}
	}
	return ""
}
