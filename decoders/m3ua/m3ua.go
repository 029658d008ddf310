package m3ua

import "sigtransit/decoders/telecom"

// Contract of the package; bodies to be written.

// Message is one M3UA message (RFC 4666 3).
type Message struct {
	Class, Type uint8
	Length      uint32 // from the wire, octets, header included

	HasNetworkAppearance bool
	NetworkAppearance    uint32
	HasRoutingContext    bool
	RoutingContext       uint32 // the first one, when there is a list
	HasCorrelationID     bool
	CorrelationID        uint32

	// HasData: a Protocol Data parameter stood in the message; Data is valid.
	HasData bool
	Data    ProtocolData

	params []byte
}

// ProtocolData is the Protocol Data parameter (RFC 4666 3.3.1): the routing label
// of MTP3 and the user part.
type ProtocolData struct {
	OPC, DPC telecom.PointCode
	SI       uint8  // service indicator: 3 SCCP, 5 ISUP, ...
	NI       uint8  // network indicator: 0 international, 2 national
	MP       uint8  // message priority
	SLS      uint8  // signalling link selection
	UserData []byte // aliases the input
}
