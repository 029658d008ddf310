package synth

import (
	"encoding/binary"
	"strconv"
	"time"

	"sigtransit/decoders/telecom"
)

func appendAVPDigits(b []byte, a AVP, d telecom.Digits) []byte {
	b, at := OpenAVP(b, a)
	return CloseAVP(d.AppendTo(b), at)
}

// appendAVPTBCD writes a number as S6a and SGd do: TBCD without nature or plan
// (TS 29.329 6.3.2, TS 29.338 6.3.3.2).
func appendAVPTBCD(b []byte, a AVP, d telecom.Digits) []byte {
	b, at := OpenAVP(b, a)
	return CloseAVP(AppendTBCD(b, d), at)
}

func appendAVPPLMN(b []byte, p telecom.PLMN) []byte {
	b, at := OpenAVP(b, AVPVisitedPLMN)
	return CloseAVP(AppendPLMN(b, p), at)
}

// AppendAIR appends an Authentication-Information-Request for E-UTRAN vectors
// (TS 29.272 7.2.5).
func AppendAIR(b []byte, x Exchange, imsi telecom.Digits, visited telecom.PLMN, vectors uint32) []byte {
	b, at := OpenRequest(b, x, CmdAI)
	b = appendAVPDigits(b, AVPUserName, imsi)
	b, group := OpenAVP(b, AVPReqEUTRANAuth)
	b = AppendAVP32(b, AVPNumRequested, vectors)
	b = CloseAVP(b, group)
	b = appendAVPPLMN(b, visited)
	return CloseRequest(b, x, at)
}

// AppendAIA appends an Authentication-Information-Answer with E-UTRAN vectors
// (TS 29.272 7.2.6); an answer that is not a success has none.
func AppendAIA(b []byte, x Exchange, result ResultCode, vectors int, r *Rand) []byte {
	b, at := OpenAnswer(b, x, CmdAI, result)
	if vectors > 0 {
		var info, vector, v int
		b, info = OpenAVP(b, AVPAuthInfo)
		for i := 0; i < vectors; i++ {
			b, vector = OpenAVP(b, AVPEUTRANVector)
			b = AppendAVP32(b, AVPItemNumber, uint32(i+1))
			b, v = OpenAVP(b, AVPRAND)
			b = CloseAVP(r.Append(b, 16), v)
			b, v = OpenAVP(b, AVPXRES)
			b = CloseAVP(r.Append(b, 8), v)
			b, v = OpenAVP(b, AVPAUTN)
			b = CloseAVP(r.Append(b, 16), v)
			b, v = OpenAVP(b, AVPKASME)
			b = CloseAVP(r.Append(b, 32), v)
			b = CloseAVP(b, vector)
		}
		b = CloseAVP(b, info)
	}
	return CloseAnswer(b, x, at)
}

// AppendULR appends an Update-Location-Request from an MME (TS 29.272 7.2.3). A
// zero IMEI leaves Terminal-Information out.
func AppendULR(b []byte, x Exchange, imsi telecom.Digits, visited telecom.PLMN, imei telecom.Digits) []byte {
	b, at := OpenRequest(b, x, CmdUL)
	b = appendAVPDigits(b, AVPUserName, imsi)
	b = AppendAVP32(b, AVPRATType, 1004) // E-UTRAN
	b = AppendAVP32(b, AVPULRFlags, 0x22)
	b = appendAVPPLMN(b, visited)
	if imei.Len() > 0 {
		var group int
		b, group = OpenAVP(b, AVPTerminalInfo)
		b = appendAVPDigits(b, AVPIMEI, imei)
		b = CloseAVP(b, group)
	}
	return CloseRequest(b, x, at)
}

// AppendULA appends an Update-Location-Answer (TS 29.272 7.2.4) with a
// subscription when msisdn is not empty and apn names its default access point.
func AppendULA(b []byte, x Exchange, result ResultCode, msisdn telecom.Digits, apn string) []byte {
	b, at := OpenAnswer(b, x, CmdUL, result)
	if msisdn.Len() > 0 {
		b = AppendAVP32(b, AVPULAFlags, 1)
		b = appendSubscription(b, msisdn, apn)
	}
	return CloseAnswer(b, x, at)
}

func appendSubscription(b []byte, msisdn telecom.Digits, apn string) []byte {
	b, data := OpenAVP(b, AVPSubscriptionData)
	b = appendAVPTBCD(b, AVPMSISDN, msisdn)
	b = AppendAVP32(b, AVPAccessRestriction, 32)
	b = AppendAVP32(b, AVPSubscriberStatus, 0)
	b = AppendAVP32(b, AVPNetworkAccessMode, 2)
	b = appendAMBR(b)
	b, profile := OpenAVP(b, AVPAPNProfile)
	b = AppendAVP32(b, AVPContextIdentifier, 1)
	b = AppendAVP32(b, AVPAllAPNIncluded, 0)
	b, config := OpenAVP(b, AVPAPNConfig)
	b = AppendAVP32(b, AVPContextIdentifier, 1)
	b = AppendAVP32(b, AVPPDNType, 2)
	b = AppendAVPString(b, AVPServiceSelection, apn)
	b, qos := OpenAVP(b, AVPEPSQoS)
	b = AppendAVP32(b, AVPQCI, 9)
	b, arp := OpenAVP(b, AVPAllocationPriority)
	b = AppendAVP32(b, AVPPriorityLevel, 8)
	b = CloseAVP(b, arp)
	b = CloseAVP(b, qos)
	b = appendAMBR(b)
	b = CloseAVP(b, config)
	b = CloseAVP(b, profile)
	return CloseAVP(b, data)
}

func appendAMBR(b []byte) []byte {
	b, at := OpenAVP(b, AVPAMBR)
	b = AppendAVP32(b, AVPMaxBandwidthUL, 50_000_000)
	b = AppendAVP32(b, AVPMaxBandwidthDL, 100_000_000)
	return CloseAVP(b, at)
}

// AppendCLR appends a Cancel-Location-Request (TS 29.272 7.2.7). kind is 0 MME
// update procedure, 2 subscription withdrawal.
func AppendCLR(b []byte, x Exchange, imsi telecom.Digits, kind uint32) []byte {
	b, at := OpenRequest(b, x, CmdCL)
	b = appendAVPDigits(b, AVPUserName, imsi)
	b = AppendAVP32(b, AVPCancellationType, kind)
	return CloseRequest(b, x, at)
}

// AppendPUR appends a Purge-UE-Request (TS 29.272 7.2.13).
func AppendPUR(b []byte, x Exchange, imsi telecom.Digits) []byte {
	b, at := OpenRequest(b, x, CmdPU)
	return CloseRequest(appendAVPDigits(b, AVPUserName, imsi), x, at)
}

// AppendPUA appends a Purge-UE-Answer (TS 29.272 7.2.14).
func AppendPUA(b []byte, x Exchange, result ResultCode) []byte {
	b, at := OpenAnswer(b, x, CmdPU, result)
	return CloseAnswer(AppendAVP32(b, AVPPUAFlags, 1), x, at)
}

// IDR-Flags (TS 29.272 7.3.103).
const (
	IDRUserState       uint32 = 1 << 1
	IDRLocation        uint32 = 1 << 3
	IDRCurrentLocation uint32 = 1 << 4
)

// AppendIDR appends an Insert-Subscriber-Data-Request (TS 29.272 7.2.9) that
// asks for what flags say; its Subscription-Data is empty.
func AppendIDR(b []byte, x Exchange, imsi telecom.Digits, flags uint32) []byte {
	b, at := OpenRequest(b, x, CmdID)
	b = appendAVPDigits(b, AVPUserName, imsi)
	b, data := OpenAVP(b, AVPSubscriptionData)
	b = CloseAVP(b, data)
	b = AppendAVP32(b, AVPIDRFlags, flags)
	return CloseRequest(b, x, at)
}

// EPSCell is where an MME says a phone is: tracking area and cell (TS 23.003
// 19.4.2.3, 19.6).
type EPSCell struct {
	PLMN telecom.PLMN
	TAC  uint16
	ECI  uint32 // 28 bits
	Age  uint32 // minutes
}

// AppendIDA appends an Insert-Subscriber-Data-Answer (TS 29.272 7.2.10) with a
// location unless the PLMN of cell is zero.
func AppendIDA(b []byte, x Exchange, result ResultCode, cell EPSCell) []byte {
	b, at := OpenAnswer(b, x, CmdID, result)
	if !cell.PLMN.IsZero() {
		var state, mme, location, v int
		b, state = OpenAVP(b, AVPEPSUserState)
		b, mme = OpenAVP(b, AVPMMEUserState)
		b = AppendAVP32(b, AVPUserState, 4) // connected, reachable for paging
		b = CloseAVP(CloseAVP(b, mme), state)
		b, location = OpenAVP(b, AVPEPSLocation)
		b, mme = OpenAVP(b, AVPMMELocation)
		b, v = OpenAVP(b, AVPECGI)
		b = CloseAVP(binary.BigEndian.AppendUint32(AppendPLMN(b, cell.PLMN), cell.ECI&0xfffffff), v)
		b, v = OpenAVP(b, AVPTAI)
		b = CloseAVP(append(AppendPLMN(b, cell.PLMN), byte(cell.TAC>>8), byte(cell.TAC)), v)
		b = AppendAVP32(b, AVPAgeOfLocation, cell.Age)
		b = CloseAVP(CloseAVP(b, mme), location)
	}
	return CloseAnswer(b, x, at)
}

// AppendNOR appends a Notify-Request (TS 29.272 7.2.17) with the terminal and,
// unless empty, the number under which the MME takes short messages.
func AppendNOR(b []byte, x Exchange, imsi, imei, mmeNumber telecom.Digits) []byte {
	b, at := OpenRequest(b, x, CmdNO)
	b = appendAVPDigits(b, AVPUserName, imsi)
	b, group := OpenAVP(b, AVPTerminalInfo)
	b = appendAVPDigits(b, AVPIMEI, imei)
	b = CloseAVP(b, group)
	if mmeNumber.Len() > 0 {
		b = appendAVPTBCD(b, AVPMMENumberForMTSMS, mmeNumber)
	}
	b = AppendAVP32(b, AVPNORFlags, 1<<1)
	return CloseRequest(b, x, at)
}

// AppendOFR appends an MO-Forward-Short-Message-Request (TS 29.338 6.2.2.1): the
// MME passes a phone's message to its service centre.
func AppendOFR(b []byte, x Exchange, serviceCentre, imsi, msisdn telecom.Digits, tpdu []byte) []byte {
	b, at := OpenRequest(b, x, CmdOF)
	b = appendAVPTBCD(b, AVPSCAddress, serviceCentre)
	b, user := OpenAVP(b, AVPUserIdentifier)
	b = appendAVPDigits(b, AVPUserName, imsi)
	b = appendAVPTBCD(b, AVPMSISDN, msisdn)
	b = CloseAVP(b, user)
	b = AppendAVP(b, AVPSMRPUI, tpdu)
	return CloseRequest(b, x, at)
}

// AppendTFR appends an MT-Forward-Short-Message-Request (TS 29.338 6.2.2.3): a
// service centre's message to a phone.
func AppendTFR(b []byte, x Exchange, serviceCentre, imsi telecom.Digits, tpdu []byte) []byte {
	b, at := OpenRequest(b, x, CmdTF)
	b = appendAVPDigits(b, AVPUserName, imsi)
	b = appendAVPTBCD(b, AVPSCAddress, serviceCentre)
	b = AppendAVP(b, AVPSMRPUI, tpdu)
	return CloseRequest(b, x, at)
}

// AppendSRR appends a Send-Routing-Info-for-SM-Request (TS 29.338 5.3.2.3).
func AppendSRR(b []byte, x Exchange, msisdn, serviceCentre telecom.Digits) []byte {
	b, at := OpenRequest(b, x, CmdSR)
	b = appendAVPTBCD(b, AVPMSISDN, msisdn)
	b = appendAVPTBCD(b, AVPSCAddress, serviceCentre)
	return CloseRequest(b, x, at)
}

// AppendSRA appends a Send-Routing-Info-for-SM-Answer (TS 29.338 5.3.2.4): the
// IMSI and the MME that serves it.
func AppendSRA(b []byte, x Exchange, result ResultCode, imsi telecom.Digits, mme Peer, mmeNumber telecom.Digits) []byte {
	b, at := OpenAnswer(b, x, CmdSR, result)
	if imsi.Len() > 0 {
		b = appendAVPDigits(b, AVPUserName, imsi)
		var node int
		b, node = OpenAVP(b, AVPServingNode)
		b = AppendAVPString(b, AVPMMEName, mme.Host)
		b = AppendAVPString(b, AVPMMERealm, mme.Realm)
		b = appendAVPTBCD(b, AVPMMENumberForMTSMS, mmeNumber)
		b = CloseAVP(b, node)
	}
	return CloseAnswer(b, x, at)
}

// AppendEmptyAnswer appends an answer that carries nothing but its result: CLA,
// OFA, TFA, NOA, and any refused request.
func AppendEmptyAnswer(b []byte, x Exchange, code uint32, result ResultCode) []byte {
	b, at := OpenAnswer(b, x, code, result)
	return CloseAnswer(b, x, at)
}

// SessionID is a Session-Id in the recommended form (RFC 6733 8.8): the host, the
// time the host started, a counter.
func SessionID(host string, started time.Time, n uint32) string {
	b := append(make([]byte, 0, len(host)+32), host...)
	b = append(b, ';')
	b = strconv.AppendInt(b, started.Unix(), 10)
	b = append(b, ';')
	return string(strconv.AppendUint(b, uint64(n), 10))
}
