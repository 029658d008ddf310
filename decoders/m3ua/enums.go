package m3ua

import "strconv"

// Message classes (RFC 4666 3.1.2).
const (
	ClassManagement uint8 = 0 // MGMT
	ClassTransfer   uint8 = 1
	ClassSSNM       uint8 = 2 // SS7 signalling network management
	ClassASPSM      uint8 = 3 // ASP state maintenance
	ClassASPTM      uint8 = 4 // ASP traffic maintenance
	ClassRKM        uint8 = 9 // routing key management
)

// TypeData is the type of the DATA message in ClassTransfer.
const TypeData uint8 = 1

// names are the messages of RFC 4666 3.1.2 by class and type.
var names = [10][9]string{
	ClassManagement: {0: "ERR", 1: "NTFY"},
	ClassTransfer:   {1: "DATA"},
	ClassSSNM:       {1: "DUNA", 2: "DAVA", 3: "DAUD", 4: "SCON", 5: "DUPU", 6: "DRST"},
	ClassASPSM:      {1: "ASPUP", 2: "ASPDN", 3: "BEAT", 4: "ASPUP-ACK", 5: "ASPDN-ACK", 6: "BEAT-ACK"},
	ClassASPTM:      {1: "ASPAC", 2: "ASPIA", 3: "ASPAC-ACK", 4: "ASPIA-ACK"},
	ClassRKM:        {1: "REG-REQ", 2: "REG-RSP", 3: "DEREG-REQ", 4: "DEREG-RSP"},
}

// TypeName is the short name RFC 4666 gives to a message, empty for an unknown one.
func TypeName(class, typ uint8) string {
	if int(class) >= len(names) || int(typ) >= len(names[0]) {
		return ""
	}
	return names[class][typ]
}

// TypeName is the short name of the message, class/type in numbers when RFC 4666
// has none.
func (m *Message) TypeName() string {
	if s := TypeName(m.Class, m.Type); s != "" {
		return s
	}
	return strconv.Itoa(int(m.Class)) + "/" + strconv.Itoa(int(m.Type))
}

// Tag is the tag of a parameter (RFC 4666 3.2).
type Tag uint16

// Tags of RFC 4666 3.2, and those under which earlier drafts carried user data.
const (
	TagDraftData1        Tag = 0x0002 // drafts only: Protocol Data 1
	TagDraftData2        Tag = 0x0003 // drafts only: Protocol Data 2
	TagInfo              Tag = 0x0004
	TagRoutingContext    Tag = 0x0006
	TagDiagnostic        Tag = 0x0007
	TagHeartbeatData     Tag = 0x0009
	TagTrafficMode       Tag = 0x000b
	TagErrorCode         Tag = 0x000c
	TagStatus            Tag = 0x000d
	TagASPIdentifier     Tag = 0x0011
	TagAffectedPointCode Tag = 0x0012
	TagCorrelationID     Tag = 0x0013
	TagRegistrationRes   Tag = 0x0014
	TagDeregistrationRes Tag = 0x0015
	TagRegistrationStat  Tag = 0x0016
	TagDeregistrationSta Tag = 0x0017
	TagLocalRoutingKeyID Tag = 0x0018
	TagNetworkAppearance Tag = 0x0200
	TagUserCause         Tag = 0x0204
	TagCongestion        Tag = 0x0205
	TagConcernedDest     Tag = 0x0206
	TagRoutingKey        Tag = 0x0207
	TagDestinationPC     Tag = 0x0209
	TagServiceIndicators Tag = 0x020c
	TagOriginatingPCs    Tag = 0x020e
	TagProtocolData      Tag = 0x0210
)

// Service indicators (Q.704 14.2.1; RFC 4666 3.3.1).
const (
	SISCCP uint8 = 3
	SITUP  uint8 = 4
	SIISUP uint8 = 5
	SIBICC uint8 = 13
)

// Network indicators (Q.704 14.2.2).
const (
	NIInternational      uint8 = 0
	NIInternationalSpare uint8 = 1
	NINational           uint8 = 2
	NINationalSpare      uint8 = 3
)
