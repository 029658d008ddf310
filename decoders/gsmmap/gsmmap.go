package gsmmap

import "sigtransit/decoders/telecom"

// Contract of the package; bodies to be written.

// Field says which parts of Arguments were found.
type Field uint32

// Fields. Those marked "presence" have no value in Arguments: the product never
// looks at what they hold.
const (
	FieldIMSI Field = 1 << iota
	FieldMSISDN
	FieldIMEI
	FieldVectors
	FieldSMText           // presence: SM-RP-UI
	FieldCellID           // presence: cell global id, SAI, LAI, E-UTRAN CGI, TAI
	FieldGeographical     // presence: geographical or geodetic information, location estimate
	FieldLocationNumber   // presence
	FieldSubscriberState  // presence
	FieldLocationAge      // presence of ageOfLocationInformation
	FieldSubscriberData   // presence: part of a subscriber's profile
	FieldRoamingNumber    // presence: MSRN
	FieldKeys             // presence: CK/IK, Kc, K-ASME or security contexts outside vectors
	FieldTMSI             // presence
	FieldUSSD             // presence: USSD string
	FieldLMSI             // presence
	FieldForwardingNumber // presence: forwarded-to number
	FieldAPN              // presence
)

// NodeRole is the part a network node plays in an argument.
type NodeRole uint8

// Roles of node addresses inside MAP.
const (
	NodeNone NodeRole = iota
	NodeMSC
	NodeVLR
	NodeSGSN
	NodeServiceCentre
	NodeGsmSCF
	NodeHLR
	NodeMME
	NodeGGSN
	NodeGMLC
	NodeOther
)

// Node is one node address: an ISDN-AddressString (3GPP TS 29.002 17.7.8).
type Node struct {
	Role NodeRole
	NAI  uint8 // nature of address, 0 to 7
	NPI  uint8 // numbering plan, 0 to 15
	GT   telecom.Digits
}

// MaxNodes bounds the node addresses kept from one argument.
const MaxNodes = 6

// VectorKind is the kind of authentication vectors in an argument.
type VectorKind uint8

// Kinds of vectors: TS 29.002 AuthenticationSetList and EPS-AV.
const (
	VectorNone VectorKind = iota
	VectorTriplet
	VectorQuintuplet
	VectorEPS
)

// Arguments is what an argument, result or error parameter of a MAP operation
// names and gives away.
type Arguments struct {
	Set    Field
	IMSI   telecom.Digits
	MSISDN telecom.Digits
	IMEI   telecom.Digits

	nodes    [MaxNodes]Node
	numNodes uint8

	VectorKind  VectorKind
	VectorCount uint8
}

// Nodes are the node addresses found, in wire order. The slice aliases a.
func (a *Arguments) Nodes() []Node { return a.nodes[:a.numNodes] }
