package signaling

import "sort"

type resultKey struct{ vendor, code uint32 }

type result struct {
	resultKey
	name string
}

const vendor3GPP = 10415

// diameterResults are the results of RFC 6733 7.1 and RFC 8506 9, of
// vendor 0, and the experimental ones that 3GPP TS 29.230 8.1 lists, in order.
var diameterResults = [...]result{
	{resultKey{0, 1001}, "MULTI_ROUND_AUTH"},
	{resultKey{0, 2001}, "SUCCESS"},
	{resultKey{0, 2002}, "LIMITED_SUCCESS"},
	{resultKey{0, 3001}, "COMMAND_UNSUPPORTED"},
	{resultKey{0, 3002}, "UNABLE_TO_DELIVER"},
	{resultKey{0, 3003}, "REALM_NOT_SERVED"},
	{resultKey{0, 3004}, "TOO_BUSY"},
	{resultKey{0, 3005}, "LOOP_DETECTED"},
	{resultKey{0, 3006}, "REDIRECT_INDICATION"},
	{resultKey{0, 3007}, "APPLICATION_UNSUPPORTED"},
	{resultKey{0, 3008}, "INVALID_HDR_BITS"},
	{resultKey{0, 3009}, "INVALID_AVP_BITS"},
	{resultKey{0, 3010}, "UNKNOWN_PEER"},
	{resultKey{0, 4001}, "AUTHENTICATION_REJECTED"},
	{resultKey{0, 4002}, "OUT_OF_SPACE"},
	{resultKey{0, 4003}, "ELECTION_LOST"},
	{resultKey{0, 4010}, "END_USER_SERVICE_DENIED"},
	{resultKey{0, 4011}, "CREDIT_CONTROL_NOT_APPLICABLE"},
	{resultKey{0, 4012}, "CREDIT_LIMIT_REACHED"},
	{resultKey{0, 5001}, "AVP_UNSUPPORTED"},
	{resultKey{0, 5002}, "UNKNOWN_SESSION_ID"},
	{resultKey{0, 5003}, "AUTHORIZATION_REJECTED"},
	{resultKey{0, 5004}, "INVALID_AVP_VALUE"},
	{resultKey{0, 5005}, "MISSING_AVP"},
	{resultKey{0, 5006}, "RESOURCES_EXCEEDED"},
	{resultKey{0, 5007}, "CONTRADICTING_AVPS"},
	{resultKey{0, 5008}, "AVP_NOT_ALLOWED"},
	{resultKey{0, 5009}, "AVP_OCCURS_TOO_MANY_TIMES"},
	{resultKey{0, 5010}, "NO_COMMON_APPLICATION"},
	{resultKey{0, 5011}, "UNSUPPORTED_VERSION"},
	{resultKey{0, 5012}, "UNABLE_TO_COMPLY"},
	{resultKey{0, 5013}, "INVALID_BIT_IN_HEADER"},
	{resultKey{0, 5014}, "INVALID_AVP_LENGTH"},
	{resultKey{0, 5015}, "INVALID_MESSAGE_LENGTH"},
	{resultKey{0, 5016}, "INVALID_AVP_BIT_COMBO"},
	{resultKey{0, 5017}, "NO_COMMON_SECURITY"},
	{resultKey{0, 5030}, "USER_UNKNOWN"},
	{resultKey{0, 5031}, "RATING_FAILED"},

	{resultKey{vendor3GPP, 2001}, "FIRST_REGISTRATION"},
	{resultKey{vendor3GPP, 2002}, "SUBSEQUENT_REGISTRATION"},
	{resultKey{vendor3GPP, 2003}, "UNREGISTERED_SERVICE"},
	{resultKey{vendor3GPP, 2004}, "SUCCESS_SERVER_NAME_NOT_STORED"},
	{resultKey{vendor3GPP, 2021}, "PDP_CONTEXT_DELETION_INDICATION"},
	{resultKey{vendor3GPP, 4100}, "USER_DATA_NOT_AVAILABLE"},
	{resultKey{vendor3GPP, 4101}, "PRIOR_UPDATE_IN_PROGRESS"},
	{resultKey{vendor3GPP, 4121}, "ERROR_OUT_OF_RESOURCES"},
	{resultKey{vendor3GPP, 4141}, "PCC_BEARER_EVENT"},
	{resultKey{vendor3GPP, 4142}, "BEARER_EVENT"},
	{resultKey{vendor3GPP, 4143}, "AN_GW_FAILED"},
	{resultKey{vendor3GPP, 4144}, "PENDING_TRANSACTION"},
	{resultKey{vendor3GPP, 4181}, "AUTHENTICATION_DATA_UNAVAILABLE"},
	{resultKey{vendor3GPP, 4182}, "ERROR_CAMEL_SUBSCRIPTION_PRESENT"},
	{resultKey{vendor3GPP, 4201}, "ERROR_ABSENT_USER"},
	{resultKey{vendor3GPP, 4221}, "UNREACHABLE_USER"},
	{resultKey{vendor3GPP, 4222}, "SUSPENDED_USER"},
	{resultKey{vendor3GPP, 4223}, "DETACHED_USER"},
	{resultKey{vendor3GPP, 4224}, "POSITIONING_DENIED"},
	{resultKey{vendor3GPP, 4225}, "POSITIONING_FAILED"},
	{resultKey{vendor3GPP, 4226}, "UNKNOWN_UNREACHABLE_LCS_CLIENT"},
	{resultKey{vendor3GPP, 4241}, "ERROR_NO_AVAILABLE_POLICY_COUNTERS"},
	{resultKey{vendor3GPP, 4261}, "REQUESTED_SERVICE_TEMPORARILY_NOT_AUTHORIZED"},
	{resultKey{vendor3GPP, 5001}, "ERROR_USER_UNKNOWN"},
	{resultKey{vendor3GPP, 5002}, "ERROR_IDENTITIES_DONT_MATCH"},
	{resultKey{vendor3GPP, 5003}, "ERROR_IDENTITY_NOT_REGISTERED"},
	{resultKey{vendor3GPP, 5004}, "ERROR_ROAMING_NOT_ALLOWED"},
	{resultKey{vendor3GPP, 5005}, "ERROR_IDENTITY_ALREADY_REGISTERED"},
	{resultKey{vendor3GPP, 5006}, "ERROR_AUTH_SCHEME_NOT_SUPPORTED"},
	{resultKey{vendor3GPP, 5007}, "ERROR_IN_ASSIGNMENT_TYPE"},
	{resultKey{vendor3GPP, 5008}, "ERROR_TOO_MUCH_DATA"},
	{resultKey{vendor3GPP, 5009}, "ERROR_NOT_SUPPORTED_USER_DATA"},
	{resultKey{vendor3GPP, 5011}, "ERROR_FEATURE_UNSUPPORTED"},
	{resultKey{vendor3GPP, 5012}, "ERROR_SERVING_NODE_FEATURE_UNSUPPORTED"},
	{resultKey{vendor3GPP, 5061}, "INVALID_SERVICE_INFORMATION"},
	{resultKey{vendor3GPP, 5062}, "FILTER_RESTRICTIONS"},
	{resultKey{vendor3GPP, 5063}, "REQUESTED_SERVICE_NOT_AUTHORIZED"},
	{resultKey{vendor3GPP, 5064}, "DUPLICATED_AF_SESSION"},
	{resultKey{vendor3GPP, 5065}, "IP_CAN_SESSION_NOT_AVAILABLE"},
	{resultKey{vendor3GPP, 5100}, "ERROR_USER_DATA_NOT_RECOGNIZED"},
	{resultKey{vendor3GPP, 5101}, "ERROR_OPERATION_NOT_ALLOWED"},
	{resultKey{vendor3GPP, 5102}, "ERROR_USER_DATA_CANNOT_BE_READ"},
	{resultKey{vendor3GPP, 5103}, "ERROR_USER_DATA_CANNOT_BE_MODIFIED"},
	{resultKey{vendor3GPP, 5104}, "ERROR_USER_DATA_CANNOT_BE_NOTIFIED"},
	{resultKey{vendor3GPP, 5105}, "ERROR_TRANSPARENT_DATA_OUT_OF_SYNC"},
	{resultKey{vendor3GPP, 5106}, "ERROR_SUBS_DATA_ABSENT"},
	{resultKey{vendor3GPP, 5107}, "ERROR_NO_SUBSCRIPTION_TO_DATA"},
	{resultKey{vendor3GPP, 5108}, "ERROR_DSAI_NOT_AVAILABLE"},
	{resultKey{vendor3GPP, 5140}, "ERROR_INITIAL_PARAMETERS"},
	{resultKey{vendor3GPP, 5141}, "ERROR_TRIGGER_EVENT"},
	{resultKey{vendor3GPP, 5142}, "PCC_RULE_EVENT"},
	{resultKey{vendor3GPP, 5143}, "ERROR_BEARER_NOT_AUTHORIZED"},
	{resultKey{vendor3GPP, 5144}, "ERROR_TRAFFIC_MAPPING_INFO_REJECTED"},
	{resultKey{vendor3GPP, 5147}, "ERROR_CONFLICTING_REQUEST"},
	{resultKey{vendor3GPP, 5401}, "ERROR_IMPI_UNKNOWN"},
	{resultKey{vendor3GPP, 5402}, "ERROR_NOT_AUTHORIZED"},
	{resultKey{vendor3GPP, 5403}, "ERROR_TRANSACTION_IDENTIFIER_INVALID"},
	{resultKey{vendor3GPP, 5420}, "ERROR_UNKNOWN_EPS_SUBSCRIPTION"},
	{resultKey{vendor3GPP, 5421}, "ERROR_RAT_NOT_ALLOWED"},
	{resultKey{vendor3GPP, 5422}, "ERROR_EQUIPMENT_UNKNOWN"},
	{resultKey{vendor3GPP, 5423}, "ERROR_UNKNOWN_SERVING_NODE"},
	{resultKey{vendor3GPP, 5450}, "ERROR_USER_NO_NON_3GPP_SUBSCRIPTION"},
	{resultKey{vendor3GPP, 5451}, "ERROR_USER_NO_APN_SUBSCRIPTION"},
	{resultKey{vendor3GPP, 5452}, "ERROR_RAT_TYPE_NOT_ALLOWED"},
	{resultKey{vendor3GPP, 5453}, "ERROR_LATE_OVERLAPPING_REQUEST"},
	{resultKey{vendor3GPP, 5454}, "ERROR_TIMED_OUT_REQUEST"},
	{resultKey{vendor3GPP, 5470}, "ERROR_SUBSESSION"},
	{resultKey{vendor3GPP, 5490}, "ERROR_UNAUTHORIZED_REQUESTING_NETWORK"},
	{resultKey{vendor3GPP, 5510}, "ERROR_UNAUTHORIZED_REQUESTING_ENTITY"},
	{resultKey{vendor3GPP, 5511}, "ERROR_UNAUTHORIZED_SERVICE"},
	{resultKey{vendor3GPP, 5512}, "ERROR_REQUESTED_RANGE_IS_NOT_ALLOWED"},
	{resultKey{vendor3GPP, 5513}, "ERROR_CONFIGURATION_EVENT_STORAGE_NOT_SUCCESSFUL"},
	{resultKey{vendor3GPP, 5514}, "ERROR_CONFIGURATION_EVENT_NON_EXISTANT"},
	{resultKey{vendor3GPP, 5515}, "ERROR_SCEF_REFERENCE_ID_UNKNOWN"},
	{resultKey{vendor3GPP, 5530}, "ERROR_INVALID_SME_ADDRESS"},
	{resultKey{vendor3GPP, 5531}, "ERROR_SC_CONGESTION"},
	{resultKey{vendor3GPP, 5532}, "ERROR_SM_PROTOCOL"},
	{resultKey{vendor3GPP, 5533}, "ERROR_TRIGGER_REPLACE_FAILURE"},
	{resultKey{vendor3GPP, 5534}, "ERROR_TRIGGER_RECALL_FAILURE"},
	{resultKey{vendor3GPP, 5535}, "ERROR_ORIGINAL_MESSAGE_NOT_PENDING"},
	{resultKey{vendor3GPP, 5550}, "ERROR_ABSENT_USER"},
	{resultKey{vendor3GPP, 5551}, "ERROR_USER_BUSY_FOR_MT_SMS"},
	{resultKey{vendor3GPP, 5552}, "ERROR_FACILITY_NOT_SUPPORTED"},
	{resultKey{vendor3GPP, 5553}, "ERROR_ILLEGAL_USER"},
	{resultKey{vendor3GPP, 5554}, "ERROR_ILLEGAL_EQUIPMENT"},
	{resultKey{vendor3GPP, 5555}, "ERROR_SM_DELIVERY_FAILURE"},
	{resultKey{vendor3GPP, 5556}, "ERROR_SERVICE_NOT_SUBSCRIBED"},
	{resultKey{vendor3GPP, 5557}, "ERROR_SERVICE_BARRED"},
	{resultKey{vendor3GPP, 5558}, "ERROR_MWD_LIST_FULL"},
	{resultKey{vendor3GPP, 5570}, "ERROR_UNKNOWN_POLICY_COUNTERS"},
	{resultKey{vendor3GPP, 5590}, "ERROR_ORIGIN_ALUID_UNKNOWN"},
	{resultKey{vendor3GPP, 5610}, "ERROR_UNKNOWN_PROSE_SUBSCRIPTION"},
	{resultKey{vendor3GPP, 5611}, "ERROR_PROSE_NOT_ALLOWED"},
	{resultKey{vendor3GPP, 5612}, "ERROR_UE_LOCATION_UNKNOWN"},
	{resultKey{vendor3GPP, 5650}, "ERROR_REQUESTED_LOCATION_NOT_SERVED"},
	{resultKey{vendor3GPP, 5651}, "ERROR_INVALID_EPS_BEARER"},
	{resultKey{vendor3GPP, 5652}, "ERROR_NIDD_CONFIGURATION_NOT_AVAILABLE"},
	{resultKey{vendor3GPP, 5653}, "ERROR_USER_TEMPORARILY_UNREACHABLE"},
}

// DiameterResult is the name of a result without its DIAMETER_: of a Result-Code for
// vendor 0, else of an Experimental-Result-Code. It is "" when the code is in no
// standard.
func DiameterResult(vendor, code uint32) string {
	k := resultKey{vendor, code}
	i := sort.Search(len(diameterResults), func(i int) bool {
		r := &diameterResults[i]
		return r.vendor > k.vendor || r.vendor == k.vendor && r.code >= k.code
	})
	if i < len(diameterResults) && diameterResults[i].resultKey == k {
		return diameterResults[i].name
	}
	return ""
}
