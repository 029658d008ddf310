package gsmmap

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
	shLocationInformation5GS
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
	shGPRSSubscriptionData
	shModifyForwarding
	shSSInfoForCSE
	shCCBSFeature
	shStatusReport
	shRegisterCCEntry
	shCCBSData
	shRegisterCCEntryRes
	shProvideSIWFSNumber
	shProvideSIWFSNumberRes
	shPerformHandover
	shPerformHandoverRes
	shPerformSubsequentHandover
	shNoteInternalHandover
	shPrepareGroupCall
	shGroupCallNumber
	shSendGroupCallInfo
	shGroupCallInfoRes
	shGroupCallSignalling
	shSendRoutingInfoForGprsRes
	shNoteMSPresentForGprs
	shActivateTraceMode
	shSecureTransport
	shSecurityHeader
	shSecuredCode
	shSecuredError
	shInitialDPPhase2
	shInitialDPExtensionPhase2
	shEndUserAddress
	shConnect
	shDestination
	shConnectSMS
	shConnectGPRS
	shContinueWithArgument
	shInitiateCallAttempt
	shEstablishTemporaryConnection
	shConnectToResource
	shCollectedDigits
	shEventReportBCSM
	shEventBCSM
	shEventAnswer
	shEventForwarded
	shEventMidCall
	shEventDigits
	shEventLocation
	shEventCriteria
	shEventOther
	shEventCollected
	shEventReportGPRS
	shEventGPRS
	shEventAttach
	shEventContextMoved
	shEventContext
	shEventContextDone

	endOfShapes
)

// at is the index of a shape in shapes.
const at = argMask
