package gsmmap

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
		octets:  [3]entry{imsi, sgsn, gsn},
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
		0: imsi, 1: msisdn, 2: services, 3: services, 4: services, 6: services, 7: shSSInfoList, 8: odb, 9: restrictions, 10: restrictions,
		11: groupCalls, 12: groupCalls, 13: shVlrCamel, 15: options, 16: shGPRSSubscriptionData, 17: shSgsnCamel, 18: charging,
		19: restrictions, 20: options, 21: options, 22: shLCSInformation, 23: restrictions, 24: services, 25: restrictions, 28: supplementary,
		29: options, 31: shEPSSubscriptionData, 32: restrictions, 34: sgsn, 35: name, 38: options, 40: restrictions, 41: msisdn, 42: services,
		43: services, 46: restrictions, 47: options, 48: options, 53: restrictions,
	}},
	// The same kinds, being withdrawn.
	shDeleteSubscriberData & at: {context: context{
		0: imsi, 1: services, 2: supplementary, 4: restrictions, 5: restrictions, 7: groupCalls, 8: groupCalls, 9: camel, 10: gprs,
		11: restrictions, 12: restrictions, 13: lcs, 15: camel, 16: charging, 18: eps, 19: eps, 20: restrictions,
	}},
	shGPRSSubscriptionData & at:    {set: FieldAPN, data: DataGPRS},
	shEPSSubscriptionData & at:     {context: context{4: shAPNConfigurationProfile}, data: DataEPS},
	shAPNConfigurationProfile & at: {context: context{1: apn}},
	shLCSInformation & at:          {context: context{0: shGMLCList}, data: DataLCS},
	shGMLCList & at:                {octets: [3]entry{gmlc, gmlc, gmlc}},
	shSSInfoList & at:              {context: context{0: shForwardingInfo, 1: barring, 2: cug}, data: DataSupplementary},
	shForwardingInfo & at:          {sequences: [3]entry{shForwardingFeatureList}, data: DataForwarding},
	shForwardingFeatureList & at:   {sequences: [3]entry{shForwardingFeature, shForwardingFeature, shForwardingFeature}, data: DataForwarding},
	shForwardingFeature & at:       {context: context{5: forwarded, 10: forwarded}},
	shVlrCamel & at: {
		context: context{0: shBcsmCSI, 2: shSSCSI, 5: shBcsmTDP, 6: shSMSCSI, 7: shBcsmCSI, 9: shDCSI, 10: shSMSCSI},
		data:    DataCAMEL,
	},
	shSgsnCamel & at: {
		context: context{0: shSMSCSI, 1: shSMSCSI, 3: shSMSCSI, 5: shBcsmTDP},
		data:    DataCAMEL,
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
		data: DataCAMEL,
	},
	shNoteSubscriberDataModified & at: {
		context: context{
			0: shForwardingInfoForCSE, 1: barring, 2: odb, 3: shCamelSubscriptionInfo, 6: restrictions, 7: supplementary, 8: supplementary,
			9: supplementary, 10: supplementary, 11: supplementary,
		},
		octets: [3]entry{imsi, msisdn},
	},
	shForwardingInfoForCSE & at: {context: context{1: shForwardingFeatureList}, data: DataForwarding},

	// 17.7.1 provide subscriber info, any time interrogation. The IMSI of
	// MNP-Info-Res is a generic one of the subscription network: not taken.
	shSubscriberInfoRes & at: {sequences: [3]entry{shSubscriberInfo}},
	shSubscriberInfo & at: {
		context: context{
			0: shLocationInformation, 1: state, 2: passed, 3: shLocationInformationGPRS, 4: state, 5: imei, 6: passed, 7: passed, 8: shMNPInfo,
			9: passed, 10: passed, 11: passed, 12: state, 13: shLocationInformationEPS, 14: passed, 15: passed, 16: shLocationInformation5GS,
		},
		closed: true,
	},
	shMNPInfo & at: {context: context{2: msisdn}},
	shLocationInformation & at: {
		context: context{0: position, 1: vlr, 2: place, 3: cell, 6: msc, 7: position, 10: shLocationInformationEPS},
		integer: age,
	},
	shLocationInformationGPRS & at: {context: context{0: cell, 1: cell, 2: position, 3: sgsn, 7: position, 9: age}},
	shLocationInformationEPS & at:  {context: context{0: cell, 1: cell, 3: position, 4: position, 6: age, 7: name}},
	shLocationInformation5GS & at:  {context: context{0: cell, 1: cell, 2: position, 3: position, 4: fqdn, 5: cell, 7: age, 12: cell}},
	shAnyTimeInterrogation & at:    {context: context{0: shSubscriberIdentity, 3: scf}},
	shAnyTimeSubscriptionInterrogation & at: {
		context: context{0: shSubscriberIdentity, 2: scf},
	},
	shAnyTimeSubscriptionInterrogationRes & at: {context: context{
		1: shCallForwardingData, 2: barring, 3: odb, 4: shCamelSubscriptionInfo, 10: shMSISDNBSList, 11: restrictions, 12: supplementary,
		13: supplementary, 14: supplementary, 15: supplementary, 16: supplementary,
	}},
	shCallForwardingData & at: {sequences: [3]entry{shForwardingFeatureList}, data: DataForwarding},
	shMSISDNBSList & at:       {sequences: [3]entry{shMSISDNBS, shMSISDNBS, shMSISDNBS}, data: DataServices},
	shMSISDNBS & at:           {octets: [3]entry{msisdn}},
	shAnyTimeModification & at: {context: context{
		0: shSubscriberIdentity, 1: scf, 2: shModifyForwarding, 3: barring, 4: camel, 7: odb, 10: restrictions, 11: supplementary,
		12: supplementary, 13: supplementary, 14: supplementary, 15: supplementary,
	}},
	shModifyForwarding & at: {context: context{3: forwarded}, data: DataForwarding},
	shAnyTimeModificationRes & at: {context: context{
		0: shSSInfoForCSE, 1: shCamelSubscriptionInfo, 3: odb, 4: supplementary, 5: supplementary, 6: supplementary, 7: supplementary,
		8: supplementary, 9: centre,
	}},
	shSSInfoForCSE & at: {context: context{0: shForwardingInfoForCSE, 1: barring}, data: DataSupplementary},
	shNoteMMEvent & at:  {context: context{1: imsi, 2: msisdn, 3: shLocationInformation, 7: shLocationInformationGPRS}},

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
			12: smsf, 13: shNetworkNodeDiameterAddress, 14: smsf, 15: shNetworkNodeDiameterAddress,
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
	shAbsentSubscriberSM & at: {context: context{1: imsi, 3: imsi}},

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

	// 17.7.3 call handling. A gateway MSC asks on behalf of a caller and serves nobody
	// that the message names.
	shSendRoutingInfo & at: {context: context{0: msisdn, 6: gateway, 24: retag | entry(NodeGsmSCF)}},
	shSendRoutingInfoRes & at: {
		context: context{
			1: supplementary, 2: msc, 3: cug, 5: services, 6: cug, 7: shSubscriberInfo, 8: shCamelRoutingInfo, 9: imsi, 12: msisdn,
			17: shRoutingInfo, 18: supplementary, 19: services,
		},
		octets: [3]entry{roaming}, sequences: [3]entry{shForwardingData},
	},
	shSendRoutingInfoResV2 & at: {
		context: context{9: imsi},
		octets:  [3]entry{imsi, roaming}, sequences: [3]entry{shForwardingData},
	},
	shRoutingInfo & at:      {octets: [3]entry{roaming}, sequences: [3]entry{shForwardingData}},
	shForwardingData & at:   {context: context{5: forwarded, 8: forwarded}},
	shCamelRoutingInfo & at: {context: context{0: shGmscCamel}, sequences: [3]entry{shForwardingData}},
	shGmscCamel & at:        {context: context{0: shBcsmCSI, 1: shBcsmCSI, 5: shDCSI}, data: DataCAMEL},
	shProvideRoamingNumber & at: {
		context: context{0: imsi, 1: msc, 2: msisdn, 4: lmsi, 8: gateway, 22: cell, 25: msc},
	},
	shProvideRoamingNumberRes & at: {octets: [3]entry{roaming, msc}},
	shResumeCallHandling & at:      {context: context{2: shForwardingData, 3: imsi, 4: cug, 5: shBcsmCSI, 9: msisdn}},
	shPrepareHandover & at:         {context: context{0: cell, 1: cell, 4: imsi, 5: keys, 6: keys, 22: imei}},
	shPrepareHandoverV2 & at:       {octets: [3]entry{cell}},
	shPrepareHandoverRes & at:      {context: context{0: roaming, 1: roaming}, octets: [3]entry{roaming}},
	shPrepareSubsequentHandover & at: {
		context: context{0: cell, 1: msc, 2: cell},
	},
	shPrepareSubsequentHandoverV2 & at: {octets: [3]entry{cell, msc}},
	shForwardAccessSignalling & at:     {context: context{0: keys, 1: keys, 21: imei}},
	shSSInvocationNotification & at:    {context: context{0: imsi, 1: msisdn, 3: party}},
	shRemoteUserFree & at:              {context: context{0: imsi, 2: shCCBSFeature, 3: party}},
	shCCBSFeature & at:                 {context: context{1: party}},
	shStatusReport & at:                {context: context{0: imsi, 1: state}},
	shRegisterCCEntry & at:             {context: context{1: shCCBSData}, data: DataSupplementary},
	shCCBSData & at:                    {context: context{0: shCCBSFeature, 1: party}},
	shRegisterCCEntryRes & at:          {context: context{0: shCCBSFeature}, data: DataSupplementary},
	shProvideSIWFSNumber & at:          {context: context{3: party}},
	shProvideSIWFSNumberRes & at:       {context: context{0: roaming}},
	// GSM 09.02 version 1.
	shPerformHandover & at:           {context: context{0: cell, 1: cell, 8: keys}},
	shPerformHandoverRes & at:        {context: context{0: roaming}},
	shPerformSubsequentHandover & at: {context: context{0: cell, 1: cell, 2: msc}},
	shNoteInternalHandover & at:      {context: context{1: cell}},

	// 17.7.5 group calls.
	shPrepareGroupCall & at:    {context: context{1: keys, 5: keys, 6: keys}},
	shGroupCallNumber & at:     {octets: [3]entry{roaming}},
	shSendGroupCallInfo & at:   {context: context{0: cell, 1: imsi, 2: tmsi}},
	shGroupCallInfoRes & at:    {context: context{0: msc, 2: imsi, 5: keys}},
	shGroupCallSignalling & at: {octets: [3]entry{imsi}},

	// 17.7.1 GPRS location information.
	shSendRoutingInfoForGprs & at:    {context: context{0: imsi, 1: gsn, 2: ggsn}},
	shSendRoutingInfoForGprsRes & at: {context: context{0: gsn, 1: gsn}},
	shNoteMSPresentForGprs & at:      {context: context{0: imsi, 1: gsn, 2: gsn}},
	shActivateTraceMode & at:         {context: context{0: imsi, 3: otherNode}},
	shFailureReport & at:             {context: context{0: imsi, 1: ggsn, 2: gsn}},

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
	// SS-Info and InterrogateSS-Res: [3] is ss-Data in one, a list in the other.
	shSSRes & at: {context: context{0: shForwardingInfo, 1: barring, 3: shForwardingFeatureList}, data: DataSupplementary},

	// 3GPP TS 33.200 and TS 29.002 17.7.9: MAPsec.
	shSecureTransport & at: {sequences: [3]entry{shSecurityHeader}},
	shSecurityHeader & at:  {octets: [3]entry{spi, skip}, context: context{0: shSecuredCode, 1: shSecuredError}},
	shSecuredCode & at:     {integer: secured},
	shSecuredError & at:    {integer: securedError},

	// 3GPP TS 29.078: CAP. Numbers of an initialDP and an initialDPSMS are sorted in
	// cap.go. In phases 1 and 2, [0] of the extension is a carrier and [1] the GMSC.
	shInitialDP & at: {context: context{
		10: place, 45: cug, 46: cug, 50: imsi, 51: state, 52: shLocationInformation, 55: msc, 59: shInitialDPExtension,
	}},
	shInitialDPPhase2 & at: {context: context{
		10: place, 50: imsi, 51: state, 52: shLocationInformation, 55: msc, 59: shInitialDPExtensionPhase2,
	}},
	shInitialDPExtension & at:       {context: context{0: gateway, 1: forwarded, 3: imei}},
	shInitialDPExtensionPhase2 & at: {context: context{1: gateway}},
	shInitialDPSMS & at: {context: context{
		4: imsi, 5: shLocationInformation, 6: shLocationInformationGPRS, 7: centre, 15: msc, 16: sgsn, 19: imei,
	}},
	shInitialDPGPRS & at: {context: context{
		2: msisdn, 3: imsi, 6: shEndUserAddress, 8: apn, 9: cell, 12: shLocationInformationGPRS, 15: gsn, 17: imei,
	}},
	shEndUserAddress & at:       {context: context{2: userAddress}},
	shConnect & at:              {context: context{0: shDestination, 6: party, 14: party, 19: party, 29: party}},
	shDestination & at:          {octets: [3]entry{redirected}},
	shConnectSMS & at:           {context: context{0: party, 1: redirected, 2: centre}},
	shConnectGPRS & at:          {context: context{0: apn}},
	shContinueWithArgument & at: {context: context{16: party, 50: party}},
	shInitiateCallAttempt & at:  {context: context{0: party, 30: party, 52: scf}},
	shEstablishTemporaryConnection & at: {context: context{
		0: generic | entry(NodeOther), 51: party, 52: party, 53: party,
	}},
	shConnectToResource & at: {context: context{0: isup | entry(NodeOther)}},
	shCollectedDigits & at:   {context: context{0: dialled}},
	shEventReportBCSM & at:   {context: context{2: shEventBCSM}},
	shEventBCSM & at: {context: context{
		5: shEventAnswer, 6: shEventMidCall, 8: shEventForwarded, 9: shEventForwarded, 10: shEventAnswer, 11: shEventMidCall,
		13: shEventLocation, 20: shEventLocation, 50: shEventLocation, 51: shEventLocation, 52: shEventOther,
	}},
	shEventAnswer & at:     {context: context{50: party}},
	shEventForwarded & at:  {context: context{52: forwarded}},
	shEventMidCall & at:    {context: context{1: shEventDigits}},
	shEventDigits & at:     {context: context{3: dialled, 4: dialled}},
	shEventLocation & at:   {context: context{50: shLocationInformation, 51: shEventCriteria}},
	shEventCriteria & at:   {context: context{0: cell, 1: cell, 2: cell, 3: cell, 4: cell, 5: cell}},
	shEventOther & at:      {context: context{2: shEventCollected}},
	shEventCollected & at:  {context: context{0: party}},
	shEventReportGPRS & at: {context: context{2: shEventGPRS}},
	shEventGPRS & at: {context: context{
		0: shEventAttach, 1: shEventContextMoved, 4: shEventContext, 5: shEventContextDone,
	}},
	shEventAttach & at:       {context: context{0: shLocationInformationGPRS}},
	shEventContextMoved & at: {context: context{0: apn, 2: shLocationInformationGPRS, 3: shEndUserAddress, 6: gsn}},
	shEventContext & at:      {context: context{0: apn, 1: shEndUserAddress, 3: shLocationInformationGPRS}},
	shEventContextDone & at:  {context: context{0: apn, 2: shEndUserAddress, 4: shLocationInformationGPRS, 6: gsn}},
}
