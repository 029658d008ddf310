package synth

import "sigtransit/decoders/telecom"

// AppS9 is the application of sessions between policy servers (TS 29.215 5.5.1), CmdCC
// its command (RFC 8506 3.1).
const (
	AppS9 uint32 = 16777267
	CmdCC uint32 = 272
)

var (
	avpRequestNumber    = AVP{415, 0, flagM}
	avpRequestType      = AVP{416, 0, flagM}
	avpSubscription     = AVP{443, 0, flagM}
	avpSubscriptionData = AVP{444, 0, flagM}
	avpSubscriptionType = AVP{450, 0, flagM}
)

// AppendCCR appends a Credit-Control-Request that begins a session of a subscriber.
func AppendCCR(b []byte, x Exchange, imsi telecom.Digits) []byte {
	b, at := OpenRequest(b, x, CmdCC)
	b = appendInitial(b)
	b, group := OpenAVP(b, avpSubscription)
	b = AppendAVP32(b, avpSubscriptionType, 1) // END_USER_IMSI
	b = AppendAVPString(b, avpSubscriptionData, imsi.String())
	b = CloseAVP(b, group)
	return CloseRequest(b, x, at)
}

// AppendCCA appends the answer.
func AppendCCA(b []byte, x Exchange, result ResultCode) []byte {
	b, at := OpenAnswer(b, x, CmdCC, result)
	return CloseAnswer(appendInitial(b), x, at)
}

func appendInitial(b []byte) []byte {
	return AppendAVP32(AppendAVP32(b, avpRequestType, 1), avpRequestNumber, 0)
}
