package rules

import "sigtransit/pkg/signaling"

// Finding is what a detection says about one message. The engine owns it and all
// it points to but Rule and Carrier: it is valid during the call it is handed to.
type Finding struct {
	Message    *signaling.Message
	Rule       *Detection
	Severity   signaling.Severity
	Carrier    *Carrier
	Evidence   signaling.Evidence
	Confidence signaling.Confidence
	Sightings  []Sighting
}

// Sighting is one identifier matched at one position.
type Sighting struct {
	Position   signaling.Position
	Identifier *Identifier
	Value      []byte // as seen, in the text form of its kind
	// FromRequest: seen in an earlier message of the dialogue, whose answer this is.
	FromRequest bool
}

// Carrier is a watchlisted interconnect provider.
type Carrier struct {
	ID          string
	Name        string
	Identifiers []*Identifier
}

// Identifier is one thing that names a carrier on the wire.
type Identifier struct {
	Carrier    *Carrier
	Type       string // point_code, ip_prefix, gt_prefix, host, host_suffix, realm, realm_suffix, plmn
	Value      string // as in the file
	Role       signaling.Role
	Confidence signaling.Confidence
	Status     string // listed, withdrawn, reassigned
	Source     string
	Note       string
}

// Detection is one rule that turns sightings into findings.
type Detection struct {
	ID         string
	Title      string
	Severity   signaling.Severity
	References []string
}
