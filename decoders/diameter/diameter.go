package diameter

import "sigtransit/decoders/telecom"

// Contract of the package; bodies to be written.

// Command flags (RFC 6733 3).
const (
	FlagRequest       = 0x80
	FlagProxiable     = 0x40
	FlagError         = 0x20
	FlagRetransmitted = 0x10
)

// HeaderLen is the length of the Diameter header in octets.
const HeaderLen = 20

// Field says which parts of Message were found.
type Field uint32

// Fields. Those marked "presence" have no value in Message.
const (
	FieldResultCode Field = 1 << iota
	FieldExperimentalResult
	FieldInbandSecurity
	FieldVectors
	FieldSMText           // presence: SM-RP-UI
	FieldLocation         // presence: EPS-Location-Information, ECGI, TAI, Location-Estimate, 3GPP-User-Location-Info
	FieldSubscriptionData // presence: Subscription-Data, User-Data, 3GPP profile
	FieldServingNode      // presence: Serving-Node, MME-Number, SGSN-Number
	FieldKeys             // presence: EAP-Master-Session-Key, CK/IK in SIP-Auth-Data-Item
	FieldIMSI
	FieldMSISDN
	FieldIMEI
	FieldVisitedPLMN
)

// Fault says what was wrong in a message that was kept all the same.
type Fault uint8

// Faults.
const (
	FaultUnknownCommand Fault = 1 << iota // not in the application's dictionary
	FaultUnknownAVP                       // an AVP with the M bit that nobody defines
	FaultAVPType                          // an AVP whose data has an impossible length or value
	FaultAVPLength                        // an AVP length below its header or past the message
	FaultTrailing                         // octets behind the last AVP
	FaultTruncated                        // the capture has less than the message length
)

// Bounds of repeated AVPs that are kept; more are counted only.
const (
	MaxRouteRecords = 8
	MaxProxyHosts   = 4
)

// Message is one Diameter message (RFC 6733 3). Slices alias the input.
type Message struct {
	Length   uint32 // message length, octets, header included
	Flags    uint8
	Command  uint32 // 24 bits
	AppID    uint32
	HopByHop uint32
	EndToEnd uint32

	Set    Field
	Faults Fault
	// FaultOffset is the offset in the message of the first faulty AVP.
	FaultOffset int

	SessionID        []byte
	OriginHost       []byte
	OriginRealm      []byte
	DestinationHost  []byte
	DestinationRealm []byte
	UserName         []byte

	routeRecords    [MaxRouteRecords][]byte
	NumRouteRecords int // on the wire; at most MaxRouteRecords are kept
	proxyHosts      [MaxProxyHosts][]byte
	NumProxyHosts   int

	IMSI           telecom.Digits // from User-Name, Subscription-Id or User-Identifier
	MSISDN         telecom.Digits
	IMEI           telecom.Digits
	SCAddress      telecom.Digits
	VisitedPLMN    telecom.PLMN
	ResultCode     uint32 // Result-Code or Experimental-Result-Code
	ResultVendor   uint32 // Vendor-Id of an Experimental-Result
	InbandSecurity uint32 // 0 none, 1 TLS
	VectorCount    uint8

	AVPs []byte // all AVPs
}
