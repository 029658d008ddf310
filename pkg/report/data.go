package report

import (
	"time"

	"sigtransit/pkg/exposure"
)

// Format and Version name the JSON form of Data. Changes within a version only add.
const (
	Format  = "sigtransit-report"
	Version = 1
)

// Data is a report: every figure that the renderers write, and the counters that they
// were added up from.
type Data struct {
	Format  string    `json:"format"`
	Version int       `json:"version"`
	Created time.Time `json:"created"`
	Tool    string    `json:"tool"` // version of the program
	Home    Home      `json:"home"`
	Period  Period    `json:"period,omitzero"` // not there: the ledger is empty
	// Only are the partners that the report is confined to; none: it is of all. Coverage
	// and trust are those of the capture all the same.
	Only []NamedPartner `json:"only_partners,omitempty"`

	// Total is every message once, but for those between two nodes of home, which
	// Internal counts. Unknown is the part of it for which nothing proves a path.
	Total    Figures `json:"total"`
	Unknown  Figures `json:"path_unknown"`
	Internal uint64  `json:"internal_messages"`
	// Housekeeping are messages of two neighbours about their link, in no other figure.
	Housekeeping uint64 `json:"housekeeping_messages"`
	// Group are messages of partners over a carrier of their own group: their path is
	// known, and nothing is proven about transit.
	Group uint64 `json:"group_messages"`
	// Declared are messages for which nothing but a declaration names a carrier: a
	// part of the messages of unknown path.
	Declared uint64 `json:"declared_only_messages"`
	// Twice are sightings of a message over one more carrier: the sum over carriers
	// exceeds the messages with a proven path by as many.
	Twice   uint64 `json:"over_several_carriers"`
	Watched Part   `json:"watched"` // over watched carriers together

	Classes   []ClassTotal `json:"classes"` // in the order of the matrix
	Carriers  []Carrier    `json:"carriers"`
	Partners  []Partner    `json:"partners"`
	Countries []Country    `json:"countries"`
	Timeline  Timeline     `json:"timeline"`
	Compared  []Comparison `json:"declared_against_observed"`
	Coverage  Coverage     `json:"coverage"`
	Trust     Trust        `json:"capture_trust"`
	Counters  []Counter    `json:"counters"`
}

// Home is the network whose links were watched.
type Home = exposure.Home

// NamedPartner is a partner by id and name.
type NamedPartner struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Period is from a whole hour to a whole hour, UTC; To is outside.
type Period struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Figures are the counts of a set of messages.
type Figures struct {
	Messages  uint64 `json:"messages"`
	Dialogues uint64 `json:"dialogues"` // one with several classes counts once for each
	Secrets   uint64 `json:"secrets"`   // answers that returned more than the subscriber's number
	Refused   uint64 `json:"refused"`   // answers that refused
	Readable  uint64 `json:"readable_messages"`
	// Distinct subscribers: home's own, and those of partners that home serves.
	Home     Estimate `json:"home_subscribers"`
	Visitors Estimate `json:"visiting_subscribers"`
	// Others are neither, or it is not known whose they are.
	Others Estimate `json:"other_subscribers"`
}

// Estimate is a number of distinct subscribers. Error is the relative standard error of
// the sketch at this size; 0: counted one by one.
type Estimate struct {
	Value uint64  `json:"value"`
	Error float64 `json:"error"`
}

// Part is a part of a whole.
type Part struct {
	Messages uint64  `json:"messages"`
	Share    float64 `json:"share"`
}

// ClassTotal is what was seen of a class in all.
type ClassTotal struct {
	Class string `json:"class"`
	Figures
}

// Carrier is a carrier, and what it was seen to carry.
type Carrier struct {
	ID      string  `json:"id"`
	Name    string  `json:"name"`
	Watched bool    `json:"watched"`
	Figures         // proven: evidence adjacent, hop or address
	Share   float64 `json:"share"` // of all messages
	// Best is the strongest evidence for it, Evidence how many messages rest on which.
	Best     string       `json:"best_evidence"`
	Evidence []ByEvidence `json:"evidence"`
	Cells    []Cell       `json:"classes"`    // in the order of Data.Classes
	Services []ByName     `json:"services"`   // messages
	Ways     []ByName     `json:"directions"` // messages
	Shields  []ByName     `json:"protection"` // messages
	Links    []LinkCount  `json:"links"`
	// MoreLinks is how often a link was seen that the ledger does not tell from others: there
	// are more than Links has.
	MoreLinks uint64       `json:"links_not_kept,omitempty"`
	Partners  int          `json:"partners"` // seen with
	Nations   int          `json:"countries"`
	Contract  CarrierTerms `json:"contracts"`
}

// CarrierTerms counts partners by what they declare of a carrier and what was seen.
type CarrierTerms struct {
	DeclaredBy int `json:"declared_by"`                // partners that name it
	Kept       int `json:"as_declared"`                // of those, seen
	Backups    int `json:"backup_primary"`             // of those, seen with more than the primary has
	Undeclared int `json:"undeclared"`                 // seen with partners that declare others
	Perhaps    int `json:"perhaps_declared,omitempty"` // seen, and a declared name that nobody knows may be it
	Own        int `json:"own_carrier,omitempty"`      // seen as home's own
	Silent     int `json:"no_declaration"`
}

// Cell is a carrier and a class.
type Cell struct {
	Class string `json:"class"`
	Figures
	Share float64 `json:"share"` // of the class's messages
	Best  string  `json:"best_evidence"`
	// Evidence is as that of Carrier, of what proves a path alone.
	Evidence []ByEvidence `json:"evidence"`
}

// ByEvidence is how many messages rest on an evidence, and how sure that is.
type ByEvidence struct {
	Evidence   string `json:"evidence"`
	Confidence string `json:"confidence"`
	Proves     bool   `json:"proves"`
	Messages   uint64 `json:"messages"`
}

// LinkCount counts links whose other end is a carrier's: pairs of ends.
type LinkCount struct {
	Protection string `json:"protection"`
	Links      uint64 `json:"links"`
}

// ByName counts messages by a word of a closed set.
type ByName struct {
	Name     string `json:"name"`
	Messages uint64 `json:"messages"`
}

// Partner is a partner, ranked by its messages over watched carriers.
type Partner struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Country     string `json:"country"`
	CountryName string `json:"country_name"`
	// Source says what the partner is known from: "ir21" or "numbering".
	Source string `json:"source"`
	Figures
	Watched  Part             `json:"watched"`
	Unknown  Part             `json:"path_unknown"`
	Pathless Figures          `json:"path_unknown_figures"` // what Unknown counts
	Carriers []PartnerCarrier `json:"carriers"`
}

// PartnerCarrier is what of a partner's signaling was seen over a carrier.
type PartnerCarrier struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Watched bool   `json:"watched"`
	Figures
	Share float64 `json:"share"` // of the partner's messages
	Best  string  `json:"best_evidence"`
}

// Country is a country, ranked as partners are.
type Country struct {
	Code     string `json:"code"`
	Name     string `json:"name"`
	Partners int    `json:"partners"`
	Figures
	Watched Part `json:"watched"`
	Unknown Part `json:"path_unknown"`
}

// Timeline is messages over time. Carriers stand in the order of Data.Carriers.
type Timeline struct {
	Step   string  `json:"step"` // hour or day
	Points []Point `json:"points"`
}

// Point is a step of the time line.
type Point struct {
	Time     time.Time `json:"time"`
	Total    uint64    `json:"messages"`
	Unknown  uint64    `json:"path_unknown"`
	Carriers []uint64  `json:"carriers"`
	Covered  bool      `json:"covered"` // the capture covers it, at least in part
	Hours    int       `json:"hours"`   // of the step, in the period
	Captured int       `json:"covered_hours"`
	Unkept   int       `json:"hours_not_kept,omitempty"` // as of Coverage
}

// Comparison holds what a partner declares of a carrier against what was seen.
type Comparison struct {
	Partner     string `json:"partner"`
	PartnerName string `json:"partner_name"`
	Service     string `json:"service"`
	Carrier     string `json:"carrier"` // id; empty where the declared name means no carrier that is known
	CarrierName string `json:"carrier_name"`
	Watched     bool   `json:"watched"`
	Use         string `json:"declared_use"` // empty: not declared
	// Announced is what is declared for a day after the period: "primary from 2027-06-01".
	Announced string `json:"announced,omitempty"`
	Messages  uint64 `json:"messages"`
	// Share is of the partner's messages of this service with a proven path.
	Share  float64 `json:"share"`
	Proven uint64  `json:"proven_messages"` // what Share is of
	// Unknown are the partner's messages of this service for which nothing proves a path.
	Unknown uint64 `json:"path_unknown_messages"`
	Best    string `json:"best_evidence"`
	Verdict string `json:"verdict"`
}

// Verdicts of comparisons, gravest first.
const (
	Undeclared     = "undeclared"       // seen over a carrier that the partner does not declare
	BackupCarries  = "backup_primary"   // the backup carries more than the primary
	Perhaps        = "perhaps_declared" // the same as undeclared, but a declared name that means no carrier that is known may be this one
	Announced      = "announced"        // declared for a day after the period
	OwnCarrier     = "own_carrier"      // home's own carrier at the end of a link: what the partner declares lies behind it
	Behind         = "behind_own"       // declared, and nothing was seen but home's own carrier before it
	DeclaredUnseen = "declared_unseen"  // declared, and not seen though other paths were
	NoDeclaration  = "no_declaration"   // seen, and the partner declares nothing for the service
	Unresolved     = "unresolved"       // a declared name that means no carrier that is known
	NothingSeen    = "nothing_measured" // declared, and no path proven for this partner and service
	AsDeclared     = "as_declared"      // seen as declared
)

// Coverage is what the figures rest on.
type Coverage struct {
	Hours     int      `json:"hours"`         // of the period
	Covered   int      `json:"covered_hours"` // with any frame
	Gaps      []Period `json:"gaps"`
	Sources   []string `json:"sources"`
	Frames    uint64   `json:"frames"`
	Decoded   uint64   `json:"decoded_frames"`
	Drops     uint64   `json:"dropped_frames"` // by the port, as far as it knows
	Undecoded uint64   `json:"undecoded_frames"`
	// KeyChanges is how often subscribers were hashed with another key: each counts once
	// a key.
	KeyChanges int `json:"key_changes"`
	// Partner known of as many of the messages counted.
	Attributed uint64 `json:"partner_known_messages"`
	// Overlaps are captures that have frames of the same time, Beside the hours of each.
	Overlaps []Overlap     `json:"overlaps,omitempty"`
	Beside   []SourceHours `json:"overlapping_sources,omitempty"`
	// Unkept are hours of days for which the ledger does not say which of them were
	// covered: an older version made days of hours without that.
	Unkept int `json:"hours_not_kept,omitempty"`
}

// Trust is what speaks against the capture.
type Trust struct {
	Verdict string   `json:"verdict"` // good, limited, poor; empty: the ledger does not say
	Why     []string `json:"reasons"`
}

// Counter is one counter of the ledger, added up over the period.
type Counter struct {
	Carrier   string `json:"carrier"` // "*": every message once; "": path unknown
	Partner   string `json:"partner"`
	Service   string `json:"service"`
	Class     string `json:"class"`
	Direction string `json:"direction"`
	Evidence  string `json:"evidence"`
	// Watched is, of carrier "*" and "", the strongest evidence for a watched carrier.
	Watched    string `json:"watched_evidence,omitempty"`
	Protection string `json:"protection"`
	Subscriber string `json:"subscriber"`
	Messages   uint64 `json:"messages"`
	Dialogues  uint64 `json:"dialogues"`
	Secrets    uint64 `json:"secrets"`
	Refused    uint64 `json:"refused"`
	Distinct   uint64 `json:"subscribers"`
}
