package roaming

import "sigtransit/pkg/signaling"

// role is what a network does for the subscriber that a message is about.
type role uint8

const (
	roleUnknown role = iota
	roleServing      // serves him: MSC/VLR, SGSN, MME
	roleHome         // has his subscription: HLR, HSS, gsmSCF
	roleService      // neither: SMSC, GMLC, gateway MSC
)

// roles are those of who asks and of who is asked.
type roles struct{ asks, answers role }

var (
	toHome      = roles{roleServing, roleHome}
	toServing   = roles{roleHome, roleServing}
	seeksHome   = roles{roleService, roleHome}
	tellsCentre = roles{roleHome, roleService}
	seeksOne    = roles{roleService, roleServing}
	fromOne     = roles{roleServing, roleService}
)

// operationRoles are the roles of operations (3GPP TS 29.002 7 to 13, TS 29.078 11,
// TS 29.272, 29.338, 29.172, 29.173, 29.273, 29.128) by name; the short messages that a
// subscriber sends go to a service centre of his home network (TS 23.040 4.1).
// Handover and the like between two serving networks has none.
var operationRoles = map[roles][]string{
	toHome: {
		"updateLocation", "purgeMS", "sendAuthenticationInfo", "sendParameters", "updateGprsLocation", "restoreData", "readyForSM",
		"authenticationFailureReport", "noteSubscriberPresent", "updateVcsgLocation", "registerSS", "eraseSS", "activateSS", "deactivateSS",
		"interrogateSS", "registerPassword", "processUnstructuredSS-Data", "processUnstructuredSS-Request", "beginSubscriberActivity",
		"ss-InvocationNotification", "noteMM-Event", "istAlert", "mo-ForwardSM", "statusReport", "registerCC-Entry", "eraseCC-Entry",
		"traceSubscriberActivity", "failureReport", "notifySS",
		"initialDP", "initialDPSMS", "initialDPGPRS", "assistRequestInstructions", "eventReportBCSM", "eventReportSMS", "eventReportGPRS",
		"applyChargingReport", "applyChargingReportGPRS", "callInformationReport", "specializedResourceReport", "entityReleased", "entityReleasedGPRS",
		"ULR", "AIR", "S6a/PUR", "NOR", "UVR", "OFR", "DER", "STa/AAR", "SWm/AAR", "STa/STR", "SWm/STR", "S9/CCR", "T6a/CMR", "ODR",
	},
	toServing: {
		"cancelLocation", "provideRoamingNumber", "insertSubscriberData", "deleteSubscriberData", "getPassword", "cancelVcsgLocation",
		"reset", "forwardCheckSS-Indication", "activateTraceMode", "deactivateTraceMode", "unstructuredSS-Request", "unstructuredSS-Notify",
		"provideSubscriberInfo", "istCommand", "setReportingState", "remoteUserFree", "provideSIWFSNumber", "noteMsPresentForGprs",
		"establishTemporaryConnection", "disconnectForwardConnection", "connectToResource", "connect", "releaseCall", "requestReportBCSMEvent",
		"collectInformation", "continue", "initiateCallAttempt", "resetTimer", "furnishChargingInformation", "applyCharging", "callGap",
		"callInformationRequest", "sendChargingInformation", "playAnnouncement", "promptAndCollectUserInformation", "cancel", "activityTest",
		"furnishChargingInformationSMS", "connectSMS", "requestReportSMSEvent", "continueSMS", "releaseSMS", "resetTimerSMS",
		"activityTestGPRS", "applyChargingGPRS", "cancelGPRS", "connectGPRS", "continueGPRS", "furnishChargingInformationGPRS", "releaseGPRS",
		"requestReportGPRSEvent", "resetTimerGPRS", "sendChargingInformationGPRS", "dFCWithArgument", "continueWithArgument", "disconnectLeg",
		"moveLeg", "splitLeg", "playTone",
		"CLR", "IDR", "DSR", "RSR", "CVR", "S9/RAR", "STa/RAR", "SWm/RAR", "STa/ASR", "SWm/ASR", "T6a/CIR", "TDR",
	},
	seeksHome: {
		"sendRoutingInfo", "sendRoutingInfoForSM", "sendRoutingInfoForGprs", "sendRoutingInfoForLCS", "anyTimeInterrogation",
		"anyTimeSubscriptionInterrogation", "anyTimeModification", "reportSM-DeliveryStatus", "sendIMSI",
		"SRR", "RDR", "SLh/RIR", "SIR",
	},
	tellsCentre: {"informServiceCentre", "alertServiceCentre", "alertServiceCentreWithoutResult", "noteSubscriberDataModified", "S6c/ALR"},
	seeksOne:    {"mt-ForwardSM", "mt-ForwardSM-VGCS", "provideSubscriberLocation", "TFR", "PLR"},
	fromOne:     {"subscriberLocationReport", "LRR", "T6a/RIR", "SGd/ALR"},
}

// rolesOf are the roles by operation. Operations that a dictionary defined have none.
var rolesOf = func() []roles {
	table := make([]roles, signaling.NumOperations())
	for r, names := range operationRoles {
		for _, name := range names {
			for _, op := range signaling.LookupOperations(name) {
				table[op] = r
			}
		}
	}
	return table
}()

// rolesIn are the roles of the sender and of the receiver of m.
func rolesIn(m *signaling.Message) (sender, receiver role) {
	if int(m.Operation) >= len(rolesOf) {
		return roleUnknown, roleUnknown
	}
	r := rolesOf[m.Operation]
	if m.IsReply() {
		return r.answers, r.asks
	}
	return r.asks, r.answers
}
