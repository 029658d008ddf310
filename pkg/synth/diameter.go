package synth

import (
	"encoding/binary"
	"net/netip"
)

// Diameter command flags (RFC 6733 3).
const (
	FlagRequest    uint8 = 0x80
	FlagProxiable  uint8 = 0x40
	FlagError      uint8 = 0x20
	FlagRetransmit uint8 = 0x10
)

// Application identifiers.
const (
	AppBase  uint32 = 0
	AppS6a   uint32 = 16777251
	AppS6c   uint32 = 16777312
	AppSGd   uint32 = 16777313
	AppRelay uint32 = 0xffffffff
	vendor3  uint32 = 10415 // 3GPP
)

// Command codes (RFC 6733, TS 29.272 7.2, TS 29.338 6.2.2 and 5.3.2).
const (
	CmdCapabilities uint32 = 257
	CmdWatchdog     uint32 = 280
	CmdDisconnect   uint32 = 282
	CmdUL           uint32 = 316
	CmdCL           uint32 = 317
	CmdAI           uint32 = 318
	CmdID           uint32 = 319
	CmdPU           uint32 = 321
	CmdNO           uint32 = 323
	CmdOF           uint32 = 8388645
	CmdTF           uint32 = 8388646
	CmdSR           uint32 = 8388647
)

// AVP names an attribute: its code, vendor (0: IETF) and flags without V.
type AVP struct {
	Code, Vendor uint32
	Flags        uint8
}

const flagM = 0x40

// Attributes of RFC 6733.
var (
	AVPUserName           = AVP{1, 0, flagM}
	AVPHostIPAddress      = AVP{257, 0, flagM}
	AVPAuthApplicationID  = AVP{258, 0, flagM}
	AVPVendorSpecificApp  = AVP{260, 0, flagM}
	AVPSessionID          = AVP{263, 0, flagM}
	AVPOriginHost         = AVP{264, 0, flagM}
	AVPSupportedVendor    = AVP{265, 0, flagM}
	AVPVendorID           = AVP{266, 0, flagM}
	AVPFirmware           = AVP{267, 0, 0}
	AVPResultCode         = AVP{268, 0, flagM}
	AVPProductName        = AVP{269, 0, 0}
	AVPDisconnectCause    = AVP{273, 0, flagM}
	AVPAuthSessionState   = AVP{277, 0, flagM}
	AVPOriginStateID      = AVP{278, 0, flagM}
	AVPProxyHost          = AVP{280, 0, flagM}
	AVPRouteRecord        = AVP{282, 0, flagM}
	AVPDestinationRealm   = AVP{283, 0, flagM}
	AVPProxyInfo          = AVP{284, 0, flagM}
	AVPDestinationHost    = AVP{293, 0, flagM}
	AVPOriginRealm        = AVP{296, 0, flagM}
	AVPExperimentalResult = AVP{297, 0, flagM}
	AVPExperimentalCode   = AVP{298, 0, flagM}
	AVPInbandSecurityID   = AVP{299, 0, flagM}
	AVPProxyState         = AVP{33, 0, flagM}
	AVPServiceSelection   = AVP{493, 0, flagM} // RFC 5778
)

// Attributes of TS 29.272, TS 29.329, TS 29.336 and TS 29.338.
var (
	AVPMSISDN             = AVP{701, vendor3, flagM}
	AVPRATType            = AVP{1032, vendor3, flagM}
	AVPSubscriptionData   = AVP{1400, vendor3, flagM}
	AVPTerminalInfo       = AVP{1401, vendor3, flagM}
	AVPIMEI               = AVP{1402, vendor3, flagM}
	AVPULRFlags           = AVP{1405, vendor3, flagM}
	AVPULAFlags           = AVP{1406, vendor3, flagM}
	AVPVisitedPLMN        = AVP{1407, vendor3, flagM}
	AVPReqEUTRANAuth      = AVP{1408, vendor3, flagM}
	AVPNumRequested       = AVP{1410, vendor3, flagM}
	AVPAuthInfo           = AVP{1413, vendor3, flagM}
	AVPEUTRANVector       = AVP{1414, vendor3, flagM}
	AVPNetworkAccessMode  = AVP{1417, vendor3, flagM}
	AVPItemNumber         = AVP{1419, vendor3, flagM}
	AVPCancellationType   = AVP{1420, vendor3, flagM}
	AVPContextIdentifier  = AVP{1423, vendor3, flagM}
	AVPSubscriberStatus   = AVP{1424, vendor3, flagM}
	AVPAccessRestriction  = AVP{1426, vendor3, flagM}
	AVPAllAPNIncluded     = AVP{1428, vendor3, flagM}
	AVPAPNProfile         = AVP{1429, vendor3, flagM}
	AVPAPNConfig          = AVP{1430, vendor3, flagM}
	AVPAMBR               = AVP{1435, vendor3, flagM}
	AVPPUAFlags           = AVP{1442, vendor3, flagM}
	AVPNORFlags           = AVP{1443, vendor3, flagM}
	AVPRAND               = AVP{1447, vendor3, flagM}
	AVPXRES               = AVP{1448, vendor3, flagM}
	AVPAUTN               = AVP{1449, vendor3, flagM}
	AVPKASME              = AVP{1450, vendor3, flagM}
	AVPPDNType            = AVP{1456, vendor3, flagM}
	AVPIDRFlags           = AVP{1490, vendor3, flagM}
	AVPEPSUserState       = AVP{1495, vendor3, 0}
	AVPEPSLocation        = AVP{1496, vendor3, 0}
	AVPMMEUserState       = AVP{1497, vendor3, 0}
	AVPMMELocation        = AVP{1600, vendor3, 0}
	AVPECGI               = AVP{1602, vendor3, 0}
	AVPTAI                = AVP{1603, vendor3, 0}
	AVPAgeOfLocation      = AVP{1611, vendor3, 0}
	AVPUserState          = AVP{1499, vendor3, 0}
	AVPMaxBandwidthUL     = AVP{516, vendor3, flagM}
	AVPMaxBandwidthDL     = AVP{515, vendor3, flagM}
	AVPServingNode        = AVP{2401, vendor3, flagM}
	AVPMMEName            = AVP{2402, vendor3, flagM}
	AVPMMERealm           = AVP{2408, vendor3, flagM}
	AVPMMENumberForMTSMS  = AVP{1645, vendor3, 0}
	AVPUserIdentifier     = AVP{3102, vendor3, flagM}
	AVPSCAddress          = AVP{3300, vendor3, flagM}
	AVPSMRPUI             = AVP{3301, vendor3, flagM}
	AVPPriorityLevel      = AVP{1046, vendor3, flagM}
	AVPQCI                = AVP{1028, vendor3, flagM}
	AVPEPSQoS             = AVP{1431, vendor3, flagM}
	AVPAllocationPriority = AVP{1034, vendor3, flagM}
)

// OpenDiameter appends a command header (RFC 6733 3); CloseDiameter writes its
// length.
func OpenDiameter(b []byte, flags uint8, code, app, hopByHop, endToEnd uint32) ([]byte, int) {
	at := len(b)
	b = append(b, 1, 0, 0, 0, flags, byte(code>>16), byte(code>>8), byte(code))
	b = binary.BigEndian.AppendUint32(b, app)
	b = binary.BigEndian.AppendUint32(b, hopByHop)
	return binary.BigEndian.AppendUint32(b, endToEnd), at
}

// CloseDiameter writes the length of the command that began at at.
func CloseDiameter(b []byte, at int) []byte {
	n := len(b) - at
	b[at+1], b[at+2], b[at+3] = byte(n>>16), byte(n>>8), byte(n)
	return b
}

// OpenAVP appends an AVP header; CloseAVP writes its length and pads it
// (RFC 6733 4.1). What is appended between them is its data, for a grouped AVP
// further AVPs.
func OpenAVP(b []byte, a AVP) ([]byte, int) {
	at := len(b)
	flags := a.Flags
	if a.Vendor != 0 {
		flags |= 0x80
	}
	b = append(b, byte(a.Code>>24), byte(a.Code>>16), byte(a.Code>>8), byte(a.Code), flags, 0, 0, 0)
	if a.Vendor != 0 {
		b = binary.BigEndian.AppendUint32(b, a.Vendor)
	}
	return b, at
}

// CloseAVP writes the length of the AVP that began at at, without its padding,
// and pads it to four octets.
func CloseAVP(b []byte, at int) []byte {
	n := len(b) - at
	b[at+5], b[at+6], b[at+7] = byte(n>>16), byte(n>>8), byte(n)
	return append(b, "\x00\x00\x00"[:-n&3]...)
}

// AppendAVP appends an AVP with its octets.
func AppendAVP(b []byte, a AVP, data []byte) []byte {
	b, at := OpenAVP(b, a)
	return CloseAVP(append(b, data...), at)
}

// AppendAVPString is AppendAVP for UTF8String, DiameterIdentity and the like.
func AppendAVPString(b []byte, a AVP, s string) []byte {
	b, at := OpenAVP(b, a)
	return CloseAVP(append(b, s...), at)
}

// AppendAVP32 is AppendAVP for Unsigned32 and Enumerated.
func AppendAVP32(b []byte, a AVP, v uint32) []byte {
	b, at := OpenAVP(b, a)
	return CloseAVP(binary.BigEndian.AppendUint32(b, v), at)
}

// AppendAVPAddress is AppendAVP for an Address (RFC 6733 4.3.1): family 1 or 2.
func AppendAVPAddress(b []byte, a AVP, addr netip.Addr) []byte {
	b, at := OpenAVP(b, a)
	if addr.Is4() {
		v := addr.As4()
		return CloseAVP(append(append(b, 0, 1), v[:]...), at)
	}
	v := addr.As16()
	return CloseAVP(append(append(b, 0, 2), v[:]...), at)
}

// Peer is a Diameter identity and its realm.
type Peer struct{ Host, Realm string }

// ProxyInfo is what a proxy leaves in a request to find it again in the answer
// (RFC 6733 6.7.2).
type ProxyInfo struct {
	Host  string
	State string
}

// Exchange is what a request and its answer share, and where the request went.
type Exchange struct {
	App                uint32
	HopByHop, EndToEnd uint32
	SessionID          string
	Origin             Peer // of the command being made: the answer has its own
	// Destination of a request; a Host is left out when empty.
	Destination Peer
	// RouteRecord lists the nodes a request came by, in order: each relay adds
	// the peer it received the request from (RFC 6733 6.7.1). Answers have none.
	RouteRecord []string
	ProxyInfo   []ProxyInfo
	Retransmit  bool // the T flag
}

// OpenRequest appends the header of a request and the AVPs that S6a, S6c and SGd
// requests begin with.
func OpenRequest(b []byte, x Exchange, code uint32) ([]byte, int) {
	flags := FlagRequest | FlagProxiable
	if x.Retransmit {
		flags |= FlagRetransmit
	}
	b, at := OpenDiameter(b, flags, code, x.App, x.HopByHop, x.EndToEnd)
	b = appendSession(b, x)
	if x.Destination.Host != "" {
		b = AppendAVPString(b, AVPDestinationHost, x.Destination.Host)
	}
	return AppendAVPString(b, AVPDestinationRealm, x.Destination.Realm), at
}

func appendSession(b []byte, x Exchange) []byte {
	b = AppendAVPString(b, AVPSessionID, x.SessionID)
	b, group := OpenAVP(b, AVPVendorSpecificApp)
	b = AppendAVP32(b, AVPVendorID, vendor3)
	b = AppendAVP32(b, AVPAuthApplicationID, x.App)
	b = CloseAVP(b, group)
	b = AppendAVP32(b, AVPAuthSessionState, 1) // no state maintained
	b = AppendAVPString(b, AVPOriginHost, x.Origin.Host)
	return AppendAVPString(b, AVPOriginRealm, x.Origin.Realm)
}

// CloseRequest appends what stands at the end of requests, Proxy-Info and
// Route-Record, and writes the length.
func CloseRequest(b []byte, x Exchange, at int) []byte {
	b = appendProxyInfo(b, x)
	for _, r := range x.RouteRecord {
		b = AppendAVPString(b, AVPRouteRecord, r)
	}
	return CloseDiameter(b, at)
}

func appendProxyInfo(b []byte, x Exchange) []byte {
	for _, p := range x.ProxyInfo {
		var group int
		b, group = OpenAVP(b, AVPProxyInfo)
		b = AppendAVPString(b, AVPProxyHost, p.Host)
		b = AppendAVPString(b, AVPProxyState, p.State)
		b = CloseAVP(b, group)
	}
	return b
}

// ResultCode is a Result-Code, or an Experimental-Result-Code of 3GPP when
// Experimental is set.
type ResultCode struct {
	Code         uint32
	Experimental bool
}

// Results of RFC 6733 7.1 and TS 29.272 7.4.
var (
	Success             = ResultCode{2001, false}
	UnableToDeliver     = ResultCode{3002, false}
	ErrorUserUnknown    = ResultCode{5001, true}
	ErrorRoamingDenied  = ResultCode{5004, true}
	ErrorUnknownEPS     = ResultCode{5420, true}
	ErrorAuthData       = ResultCode{4181, true}
	ErrorAbsentUser     = ResultCode{5550, true}
	UnableToComply      = ResultCode{5012, false}
	ErrorRATNotAllowed  = ResultCode{5421, true}
	RealmNotServed      = ResultCode{3003, false}
	AVPUnsupportedError = ResultCode{5001, false}
)

// OpenAnswer appends the header of an answer and the AVPs it begins with. A
// result of 3000 to 3999 is a protocol error: the E flag is set (RFC 6733 7.1.3).
func OpenAnswer(b []byte, x Exchange, code uint32, result ResultCode) ([]byte, int) {
	flags := FlagProxiable
	if !result.Experimental && result.Code/1000 == 3 {
		flags |= FlagError
	}
	b, at := OpenDiameter(b, flags, code, x.App, x.HopByHop, x.EndToEnd)
	b = appendSession(b, x)
	return appendResultCode(b, result), at
}

func appendResultCode(b []byte, result ResultCode) []byte {
	if !result.Experimental {
		return AppendAVP32(b, AVPResultCode, result.Code)
	}
	b, group := OpenAVP(b, AVPExperimentalResult)
	b = AppendAVP32(b, AVPVendorID, vendor3)
	b = AppendAVP32(b, AVPExperimentalCode, result.Code)
	return CloseAVP(b, group)
}

// CloseAnswer returns the Proxy-Info of the request and writes the length.
func CloseAnswer(b []byte, x Exchange, at int) []byte {
	return CloseDiameter(appendProxyInfo(b, x), at)
}

// Capabilities is what a peer says of itself in CER and CEA.
type Capabilities struct {
	Peer       Peer
	Addresses  []netip.Addr
	Product    string
	Apps       []uint32 // 3GPP applications; AppRelay stands alone as Auth-Application-Id
	Security   []uint32 // Inband-Security-Id: 0 none, 1 TLS; absent when empty
	StateID    uint32
	HopByHop   uint32
	EndToEnd   uint32
	ResultCode uint32 // CEA
}

// AppendCER appends a Capabilities-Exchange-Request (RFC 6733 5.3.1).
func AppendCER(b []byte, c Capabilities) []byte {
	b, at := OpenDiameter(b, FlagRequest, CmdCapabilities, AppBase, c.HopByHop, c.EndToEnd)
	return CloseDiameter(appendCapabilities(b, c), at)
}

// AppendCEA appends a Capabilities-Exchange-Answer (RFC 6733 5.3.2).
func AppendCEA(b []byte, c Capabilities) []byte {
	b, at := OpenDiameter(b, 0, CmdCapabilities, AppBase, c.HopByHop, c.EndToEnd)
	b = AppendAVP32(b, AVPResultCode, c.ResultCode)
	return CloseDiameter(appendCapabilities(b, c), at)
}

func appendCapabilities(b []byte, c Capabilities) []byte {
	b = AppendAVPString(b, AVPOriginHost, c.Peer.Host)
	b = AppendAVPString(b, AVPOriginRealm, c.Peer.Realm)
	for _, a := range c.Addresses {
		b = AppendAVPAddress(b, AVPHostIPAddress, a)
	}
	b = AppendAVP32(b, AVPVendorID, 0)
	b = AppendAVPString(b, AVPProductName, c.Product)
	if c.StateID != 0 {
		b = AppendAVP32(b, AVPOriginStateID, c.StateID)
	}
	b = AppendAVP32(b, AVPSupportedVendor, vendor3)
	for _, s := range c.Security {
		b = AppendAVP32(b, AVPInbandSecurityID, s)
	}
	for _, app := range c.Apps {
		if app == AppRelay {
			b = AppendAVP32(b, AVPAuthApplicationID, app)
			continue
		}
		var group int
		b, group = OpenAVP(b, AVPVendorSpecificApp)
		b = AppendAVP32(b, AVPVendorID, vendor3)
		b = AppendAVP32(b, AVPAuthApplicationID, app)
		b = CloseAVP(b, group)
	}
	return AppendAVP32(b, AVPFirmware, 1)
}

// AppendDWR appends a Device-Watchdog-Request (RFC 6733 5.5.1).
func AppendDWR(b []byte, from Peer, hopByHop, endToEnd uint32) []byte {
	b, at := OpenDiameter(b, FlagRequest, CmdWatchdog, AppBase, hopByHop, endToEnd)
	b = AppendAVPString(b, AVPOriginHost, from.Host)
	return CloseDiameter(AppendAVPString(b, AVPOriginRealm, from.Realm), at)
}

// AppendDWA appends a Device-Watchdog-Answer (RFC 6733 5.5.2).
func AppendDWA(b []byte, from Peer, hopByHop, endToEnd uint32) []byte {
	return appendBaseAnswer(b, CmdWatchdog, from, hopByHop, endToEnd)
}

// AppendDPR appends a Disconnect-Peer-Request (RFC 6733 5.4.1); cause 0 is
// rebooting.
func AppendDPR(b []byte, from Peer, hopByHop, endToEnd, cause uint32) []byte {
	b, at := OpenDiameter(b, FlagRequest, CmdDisconnect, AppBase, hopByHop, endToEnd)
	b = AppendAVPString(b, AVPOriginHost, from.Host)
	b = AppendAVPString(b, AVPOriginRealm, from.Realm)
	return CloseDiameter(AppendAVP32(b, AVPDisconnectCause, cause), at)
}

// AppendDPA appends a Disconnect-Peer-Answer (RFC 6733 5.4.2).
func AppendDPA(b []byte, from Peer, hopByHop, endToEnd uint32) []byte {
	return appendBaseAnswer(b, CmdDisconnect, from, hopByHop, endToEnd)
}

func appendBaseAnswer(b []byte, code uint32, from Peer, hopByHop, endToEnd uint32) []byte {
	b, at := OpenDiameter(b, 0, code, AppBase, hopByHop, endToEnd)
	b = AppendAVP32(b, AVPResultCode, 2001)
	b = AppendAVPString(b, AVPOriginHost, from.Host)
	return CloseDiameter(AppendAVPString(b, AVPOriginRealm, from.Realm), at)
}
