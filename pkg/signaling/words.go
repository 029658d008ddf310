package signaling

// Transport carries a link.
type Transport uint8

// Transports.
const (
	TransportNone Transport = iota
	SCTP
	TCP
	UDP            // DTLS
	TransportIPsec // ESP, with its IKE
	NumTransports
)

var transportNames = [NumTransports]string{"", "SCTP", "TCP", "UDP", "IPsec"}

func (t Transport) String() string { return transportNames[min(t, NumTransports-1)] }

// Protocol is the language of a message.
type Protocol uint8

// Protocols. TCAP stands for a TCAP message without components, and for one whose
// user is neither MAP nor CAP.
const (
	ProtocolNone Protocol = iota
	MAP
	CAP
	TCAP
	Diameter
	NumProtocols
)

var protocolNames = [NumProtocols]string{"none", "map", "cap", "tcap", "diameter"}

func (p Protocol) String() string { return protocolNames[min(p, NumProtocols-1)] }

// Kind is what a message is within its dialogue.
type Kind uint8

// Kinds.
const (
	KindNone Kind = iota
	KindInvoke
	KindResult
	KindError
	KindReject
	KindAbort
	KindBegin    // dialogue only
	KindContinue // dialogue only
	KindEnd      // dialogue only
	KindUnidirectional
	KindRequest
	KindAnswer
	NumKinds
)

var kindNames = [NumKinds]string{"none", "invoke", "result", "error", "reject", "abort", "begin", "continue", "end", "unidirectional", "request", "answer"}

func (k Kind) String() string { return kindNames[min(k, NumKinds-1)] }

// Class is what an operation gives away.
type Class uint8

// Classes.
const (
	ClassOther Class = iota
	ClassLocation
	ClassSMS
	ClassAuthentication
	ClassCall
	ClassData
	ClassSubscriber
	ClassProtected
	ClassControl
	NumClasses
)

var classNames = [NumClasses]string{"other", "location", "sms", "authentication", "call", "data", "subscriber", "protected", "control"}

func (c Class) String() string { return classNames[min(c, NumClasses-1)] }

// Protection is what the tap can see of how a message or link is protected.
type Protection uint8

// Protections.
const (
	Clear Protection = iota
	TLS
	DTLS
	IPsec
	MAPsec
	Signed
	Opaque
	NumProtections
)

var protectionNames = [NumProtections]string{"clear", "tls", "dtls", "ipsec", "mapsec", "signed", "opaque"}

func (p Protection) String() string { return protectionNames[min(p, NumProtections-1)] }

// ParseProtocol, ParseKind and ParseTransport are the inverses of String.
func ParseProtocol(s string) (Protocol, bool) { return parse[Protocol](protocolNames[:], s) }

// ParseKind is described with ParseProtocol.
func ParseKind(s string) (Kind, bool) { return parse[Kind](kindNames[:], s) }

// ParseTransport is described with ParseProtocol.
func ParseTransport(s string) (Transport, bool) { return parse[Transport](transportNames[:], s) }

// ParseProtection is the inverse of Protection.String.
func ParseProtection(s string) (Protection, bool) { return parse[Protection](protectionNames[:], s) }

// Position is where in a message an identifier was seen.
type Position uint8

// Positions.
const (
	PositionNone Position = iota
	LinkPeerIP
	M3UAOPC
	M3UADPC
	SCCPCallingGT
	SCCPCalledGT
	SCCPCallingPC
	SCCPCalledPC
	MAPMSCNumber
	MAPVLRNumber
	MAPSGSNNumber
	MAPSCAddress
	MAPGsmSCFAddress
	MAPHLRNumber
	MAPMMEName
	MAPGGSNNumber
	MAPGMLCNumber
	MAPOtherNumber
	MAPIMSI
	DiameterPeer
	DiameterOriginHost
	DiameterOriginRealm
	DiameterDestinationHost
	DiameterDestinationRealm
	DiameterRouteRecord
	DiameterProxyHost
	DiameterSCAddress
	DiameterUserName
	DiameterVisitedPLMN
	DiameterMMENumber
	DiameterSGSNNumber
	DiameterMSCNumber
	DiameterVLRNumber
	DiameterSMSFNumber
	DiameterServingNode
	DiameterGateway
	DiameterGMLC
	DiameterSCEF
	DiameterNode
	DiameterDESSSigner
	TLSServerName
	SUACallingHost
	SUACalledHost
	SUACallingIP
	SUACalledIP
	TLSCertificateName
	LinkInventory   // the link itself, as the configuration knows it
	PartnerDeclared // the partner says so (IR.21), no message
	NumPositions
)

var positionNames = [NumPositions]string{
	"none", "link.peer_ip", "m3ua.opc", "m3ua.dpc", "sccp.calling_gt", "sccp.called_gt", "sccp.calling_pc", "sccp.called_pc",
	"map.msc_number", "map.vlr_number", "map.sgsn_number", "map.sc_address", "map.gsmscf_address", "map.hlr_number", "map.mme_name",
	"map.ggsn_number", "map.gmlc_number", "map.node_number", "map.imsi",
	"diameter.peer", "diameter.origin_host", "diameter.origin_realm", "diameter.destination_host", "diameter.destination_realm",
	"diameter.route_record", "diameter.proxy_host", "diameter.sc_address", "diameter.user_name", "diameter.visited_plmn",
	"diameter.mme_number", "diameter.sgsn_number", "diameter.msc_number", "diameter.vlr_number", "diameter.smsf_number",
	"diameter.serving_node", "diameter.gateway", "diameter.gmlc", "diameter.scef", "diameter.node", "diameter.dess_signer",
	"tls.server_name", "sua.calling_host", "sua.called_host", "sua.calling_ip", "sua.called_ip", "tls.certificate_name",
	"link.inventory", "partner.declared",
}

func (p Position) String() string { return positionNames[min(p, NumPositions-1)] }

// Role is what an identifier proves about the carrier it belongs to.
type Role uint8

// Roles.
const (
	RoleTransit Role = iota
	RoleGroupOperator
	RoleJurisdiction
	NumRoles
)

var roleNames = [NumRoles]string{"transit", "group-operator", "jurisdiction"}

func (r Role) String() string { return roleNames[min(r, NumRoles-1)] }

// ParseRole is the inverse of Role.String.
func ParseRole(s string) (Role, bool) { return parse[Role](roleNames[:], s) }

// Evidence is how we know that a carrier is on the path, weakest first so that
// a greater value is stronger.
type Evidence uint8

// Evidence.
const (
	EvidenceNone Evidence = iota
	EvidenceJurisdiction
	EvidenceGroup
	EvidenceDeclared
	EvidenceAddress
	EvidenceHop
	EvidenceAdjacent
	NumEvidence
)

var evidenceNames = [NumEvidence]string{"none", "jurisdiction", "group", "declared", "address", "hop", "adjacent"}

func (e Evidence) String() string { return evidenceNames[min(e, NumEvidence-1)] }

// ParseEvidence is the inverse of Evidence.String.
func ParseEvidence(s string) (Evidence, bool) { return parse[Evidence](evidenceNames[:], s) }

// Confidence is how sure the source of an identifier is, weakest first.
type Confidence uint8

// Confidences.
const (
	ConfidenceLow Confidence = iota
	ConfidenceMedium
	ConfidenceHigh
	NumConfidences
)

var confidenceNames = [NumConfidences]string{"low", "medium", "high"}

func (c Confidence) String() string { return confidenceNames[min(c, NumConfidences-1)] }

// ParseConfidence is the inverse of Confidence.String.
func ParseConfidence(s string) (Confidence, bool) { return parse[Confidence](confidenceNames[:], s) }

// Severity ranks findings, weakest first.
type Severity uint8

// Severities.
const (
	SeverityInfo Severity = iota
	SeverityLow
	SeverityMedium
	SeverityHigh
	SeverityCritical
	NumSeverities
)

var severityNames = [NumSeverities]string{"info", "low", "medium", "high", "critical"}

func (s Severity) String() string { return severityNames[min(s, NumSeverities-1)] }

// ParseSeverity is the inverse of Severity.String.
func ParseSeverity(s string) (Severity, bool) { return parse[Severity](severityNames[:], s) }

// Direction is which way a message goes, seen from home.
type Direction uint8

// Directions.
const (
	DirectionUnknown Direction = iota
	Outbound
	Inbound
	Through
	Internal // both ends are home
	NumDirections
)

var directionNames = [NumDirections]string{"unknown", "outbound", "inbound", "through", "internal"}

func (d Direction) String() string { return directionNames[min(d, NumDirections-1)] }

// ParseDirection is the inverse of Direction.String.
func ParseDirection(s string) (Direction, bool) { return parse[Direction](directionNames[:], s) }

func parse[T ~uint8](names []string, s string) (T, bool) {
	for i, n := range names {
		if n == s {
			return T(i), true
		}
	}
	return 0, false
}

// Names lists the words of a closed set in order, for messages about bad input.
func Names[T interface {
	~uint8
	String() string
}](end T) []string {
	names := make([]string, end)
	for i := range names {
		names[i] = T(i).String()
	}
	return names
}
