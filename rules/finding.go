package rules

import (
	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
)

// Finding is what a detection says about one message, a link or a path. The engine
// owns it and all it points to but Rule and Carrier: it is valid during the call it
// is handed to.
type Finding struct {
	// Message is never nil. Of a finding about a link it has what stands in both: time,
	// link, addresses, protection, and the class protected.
	Message *signaling.Message
	// Flow is what happened to the link, of a finding about one; else nil.
	Flow *signaling.FlowEvent
	// Path is what a finding about a path says; else nil. Then Message has a time and a
	// class, and a link without ends.
	Path *Path

	Rule     *Detection
	Severity signaling.Severity
	// Carrier is never nil. Of a finding about a message that no watched carrier is known
	// to carry, it has neither id nor name, and Evidence is none.
	Carrier    *Carrier
	Evidence   signaling.Evidence
	Confidence signaling.Confidence
	Sightings  []Sighting // strongest evidence first

	// Reason is the step of the rule's severity ladder that decided Severity, as
	// the conditions of the YAML file; empty when no step fitted.
	Reason string
}

// Sighting is one identifier matched at one position.
type Sighting struct {
	Position   signaling.Position
	Identifier *Identifier // nil of what a partner declares
	// Value is what was seen, in the text form of its kind. It is nil when the
	// sighting comes from an earlier message of the dialogue. Where the number is
	// a subscriber's (an IMSI, or a global title inside a subscriber number block)
	// it is only the part that matched.
	Value []byte
	// FromRequest: seen in an earlier message of the dialogue, whose answer this is.
	FromRequest bool
}

// Carrier is an interconnect provider with its identifiers.
type Carrier struct {
	ID          string
	Name        string
	Identifiers []*Identifier

	// Watched: messages that pass it are worth findings. One that is not watched is
	// known only so that paths have a name.
	Watched bool

	// Index is the place of the carrier in Set.Carriers, for tables of counters.
	Index int

	Aliases      []string // other names
	MatchNames   []string // names that texts of others (IR.21) know it by, beside Name; nil: the aliases
	Group        string   // the group of companies it belongs to
	Headquarters string
	Jurisdiction []string // ISO 3166 country codes
	Basis        []Basis  // why it is on the list
	ASNs         []ASN    // for IR.21 and for people: no AS number is seen in signaling
	Builtin      bool     // from the files in the binary, perhaps added to by the user's
	At           Place    // where it stands
	Added        Place    // which file of the user's added to it
	Replaced     Place    // the built-in one whose place it took
}

// Basis is one published reason for a carrier to be on the watchlist.
type Basis struct {
	Text, Source string
	Confidence   signaling.Confidence
}

// ASN is an autonomous system of a carrier. It is matched in IR.21 documents only.
type ASN struct {
	Number     uint32
	Name       string
	Role       signaling.Role
	Source     string
	Confidence signaling.Confidence
}

// Source says where a fact of a carrier file was published.
type Source struct {
	Title, Publisher, Where string
}

// Identifier is one thing that names a carrier on the wire.
type Identifier struct {
	Carrier    *Carrier
	Type       string // point_code, ip_prefix, gt_prefix, host, host_suffix, realm, realm_suffix, plmn; link, of an entry of the link inventory
	Value      string // as in the file
	Role       signaling.Role
	Confidence signaling.Confidence
	Status     string // listed, withdrawn, reassigned
	Source     string // key of Set.Sources, or free text
	Note       string

	// Index is the place of the identifier in Set.Identifiers.
	Index uint32

	NetworkIndicator uint8           // of a point code, 0 to 3
	Variant          telecom.Variant // of a point code
	Label            string          // name of the node or number block
	Holder           string          // company the resource is assigned to
	Country          string
	Builtin          bool
	At               Place
	Replaced         Place  // the built-in entry whose place it took
	Unused           string // why it is not looked for; empty when it is

	key key // parsed value
}

// Mode is whether a rule makes findings.
type Mode uint8

// Modes.
const (
	ModeActive Mode = iota
	ModeTest        // its findings are counted, apart from all others, and go nowhere
	ModeOff
	numModes
)

var modeNames = [numModes]string{"active", "test", "off"}

func (m Mode) String() string { return modeNames[min(m, numModes-1)] }

func parseMode(s string) (Mode, bool) {
	for m := range numModes {
		if modeNames[m] == s {
			return m, true
		}
	}
	return 0, false
}

// Detection is one rule that turns sightings into findings.
type Detection struct {
	ID         string
	Title      string
	Severity   signaling.Severity // when no step of the ladder fits
	References []string

	// Index is the place of the rule in Set.Detections, for tables of counters.
	Index int

	Rev         int // grows when the meaning changes
	Description string
	Category    string
	Mode        Mode
	Enabled     bool // Mode is not off
	Builtin     bool
	At          Place // where it stands
	Changed     Place // which file of the user's changed it

	// Match is the selectors as the file writes them, for people.
	Match []Criterion

	selectors Selectors
	condition *condition // nil: none
	ladder    []Step
}

// Criterion is one key of a rule's "match", with the words that may fit.
type Criterion struct {
	Key   string
	Words []string
}
