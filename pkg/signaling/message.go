// Package signaling is the model that all stages after decoding share: one
// Message is one thing that was said on the network (a MAP or CAP component, a
// TCAP message without components, a Diameter command), with the link it came by
// and what its dialogue already told. The catalogue of operations and the closed
// sets of words (Protocol, Kind, Class, Position, Evidence, Protection) live here
// too, because events, metrics, rules and reports must all use the same ones.
package signaling

import (
	"math/bits"
	"net/netip"
	"slices"

	"sigtransit/decoders/diameter"
	"sigtransit/decoders/gsmmap"
	"sigtransit/decoders/m3ua"
	"sigtransit/decoders/sccp"
	"sigtransit/decoders/sua"
	"sigtransit/decoders/tcap"
	"sigtransit/decoders/telecom"
)

// Message is the record that crosses from dissection to rules and output. The
// dissector owns it and everything it points to: it is valid during the call it
// is handed to, and whoever keeps a part copies it.
type Message struct {
	Time   int64  // capture time, nanoseconds since the epoch, UTC
	Frame  uint64 // number of the frame that completed the message, from 1
	Source string // capture file or interface
	Link   *Link  // never nil
	From   uint8  // which end of Link sent it: Link.Ends[From]

	// Src and Dst are the addresses of the packet itself: with multi-homing they
	// are one of several of each end.
	Src, Dst netip.AddrPort

	Protocol   Protocol
	Kind       Kind
	Operation  Operation // 0: unknown
	Class      Class
	Protection Protection
	Duplicate  bool // seen before on another link (an STP's mirror): not counted again
	// Inherited: operation and class come from the dialogue, no code was on the wire.
	Inherited bool

	// Layers as decoded; nil where the message has none. MAP is set for every
	// message of MAP and CAP whose component carried a parameter, Component for
	// every component. SubscriberIMSI and SubscriberMSISDN stand below.
	M3UA      *m3ua.Message
	SCCP      *sccp.Message
	SUA       *sua.Message // what SCCP stands for on links of SUA
	TCAP      *tcap.Message
	Component *tcap.Component
	MAP       *gsmmap.Arguments
	// Dialogue is the MAP-DialoguePDU of the TCAP message; nil where it has none.
	Dialogue *gsmmap.Dialogue
	Diameter *diameter.Message

	// MAPVersion is the version of the application context of MAP, or the phase of
	// that of CAP, 1 to 4; 0 unknown.
	MAPVersion uint8

	// IMSI and MSISDN name the subscriber: from the message, else from its dialogue.
	IMSI, MSISDN telecom.Digits

	// Roaming is filled in after dissection, by who knows home and partners.
	Roaming Roaming
	// Side is the side of the dialogue that sent the message: 0 began it, 1 answers.
	// Valid with Memory.
	Side uint8

	// Faults says what was wrong in a message that was kept all the same.
	Faults Fault

	// Memory is what the dialogue (TCAP transaction, Diameter request and answer)
	// remembers between its messages; nil when the message belongs to none.
	Memory *Memory
}

// Undelivered reports that m is a message on its way back to its sender, because SCCP
// could not deliver it (Q.714 4.2): calling and called address are those of the original
// in mirror, the user data are its own. It says what the original said, and nobody asks
// or answers by it.
func (m *Message) Undelivered() bool { return m.Faults&FaultReturned != 0 }

// Variant is the national form of the message's point codes.
func (m *Message) Variant() telecom.Variant {
	if m.SCCP == nil {
		return telecom.ITU
	}
	return m.SCCP.Variant
}

// Fault is a set of defects found in a message that could still be used.
type Fault uint16

// Faults of the layers a message went through.
const (
	FaultTruncated   Fault = 1 << iota // the capture holds less than the lengths say
	FaultComponent                     // component portion broken behind this message
	FaultArgument                      // argument or result broken or not understood
	FaultDialogue                      // dialogue portion broken
	FaultAVP                           // broken AVP
	FaultUnknownCode                   // operation or command code not in the catalogue
	FaultGlobalCode                    // TCAP global operation code
	FaultAddress                       // SCCP address broken
	FaultReturned                      // undelivered: a copy on its way back to its sender (SCCP UDTS, XUDTS, LUDTS)
)

// faultNames are the words of faults, by bit; behind numFaults of those that there are not.
var faultNames = [16]string{
	"truncated", "broken_component", "broken_argument", "broken_dialogue", "broken_avp", "unknown_code", "global_code", "broken_address", "returned_undelivered",
	"other_9", "other_10", "other_11", "other_12", "other_13", "other_14", "other_15",
}

const numFaults = 9

// String is the word of a set with one member.
func (f Fault) String() string { return faultNames[bits.TrailingZeros16(uint16(f))%16] }

// FaultNames are the words of all faults.
func FaultNames() []string { return slices.Clone(faultNames[:numFaults]) }

// ParseFault is the inverse of Fault.String.
func ParseFault(s string) (Fault, bool) {
	i := slices.Index(faultNames[:numFaults], s)
	return 1 << max(i, 0), i >= 0
}

// Memory is what a dialogue keeps so that an answer can be judged with its
// request. Marks belong to the rules engine; Generation says which watchlist
// they index, so that a reload invalidates them.
//
// What every message reads stands in the first 64 octets, a cache line; the rest
// is touched only where a carrier was seen.
type Memory struct {
	IMSI, MSISDN telecom.Digits
	NumMarks     uint8
	// Roamed and Partner are the note of who resolves the ends of messages: direction and
	// subscriber in its own form, and the number of the partner.
	Roamed     uint8
	Partner    uint16
	Generation uint16 // low bits of that of the watchlist that Marks are of
	// SightRows is the ledger's note of the rows that Sights are counted in.
	SightRows uint16
	// Signature tells the message at hand from others of its dialogue.
	Signature uint64
	// Serial is the number that the engine gave the dialogue when it first reported
	// something of it, so that a second sight of one message on another link adds evidence
	// but no second finding.
	Serial uint32
	// Sights, Subscriber, Named, Classes, Carriers and Passages are the ledger's own notes of what it
	// counted for the last messages, and for the dialogue. Subscriber is read only where
	// Named is not 0, Carriers and Passages where Classes says that they were written.
	Sights     uint32
	Subscriber uint32
	Named      uint16
	Classes    uint16
	Carriers   uint64
	Passages   uint64
	Marks      [MaxMarks]Mark
}

// Reset forgets all, as cheaply as the fields allow: Marks beyond NumMarks are
// never read, nor are Carriers, Passages and Subscriber.
func (y *Memory) Reset() {
	y.IMSI, y.MSISDN = telecom.Digits{}, telecom.Digits{}
	y.NumMarks, y.Roamed, y.Partner, y.Generation, y.Signature, y.Serial = 0, 0, 0, 0, 0, 0
	y.SightRows, y.Sights, y.Named, y.Classes = 0, 0, 0, 0
}

// MaxMarks bounds the marks a dialogue remembers.
const MaxMarks = 6

// Mark is one sighting in compact form.
type Mark struct {
	Identifier uint32 // index in the compiled watchlist
	Position   Position
}

// Link is one SCTP association, TCP connection or exchange of UDP datagrams in both
// directions, or all IPsec between two addresses.
type Link struct {
	ID         uint64
	Transport  Transport
	Protection Protection
	Ends       [2]End
	// Version grows whenever an end learns an address or a name, so that results
	// computed from a link can be cached with it.
	Version uint32

	// Marks of the link's ends, cached by the rules engine for MarksGeneration
	// and MarksVersion.
	Marks           [MaxMarks]LinkMark
	NumMarks        uint8
	MarksGeneration uint32
	MarksVersion    uint32

	// Carriers are the indexes of the carriers that the engine found to be adjacent
	// by this link, whatever told it, while MarksGeneration holds.
	Carriers    [4]uint16
	NumCarriers uint8
	// Reported is the engine's own note of the findings it made about the link itself.
	Reported []uint32

	// Security is how the link is protected; nil while nothing of that was seen.
	Security *Security
}

// LinkMark is a sighting at an end of a link.
type LinkMark struct {
	Mark
	End uint8
}

// End is one end of a link.
type End struct {
	Addrs []netip.Addr // every address seen or announced; at least one
	Port  uint16
	// Host and Realm are the Origin-Host and Origin-Realm of its CER or CEA.
	Host, Realm string
}

// FlowEvent says how a link lives and how it is protected.
type FlowEvent struct {
	Time   int64
	Frame  uint64
	Source string
	Link   *Link
	State  string // FlowNew, FlowProtected, ...
	Reason string
	// Was is how the link was protected before, Former another link between the same
	// ends that was; they are set where State is a change of protection.
	Was    Protection
	Former uint64
}

// Warning says why a capture cannot be trusted as it stands.
type Warning struct {
	Time   int64 // 0: does not belong to a moment
	Frame  uint64
	Source string
	Type   string // from a closed set, for example "cut-off-file"
	Text   string // one sentence for a person
	Advice string // what to do about it
	// Count is how often since the beginning of the run, Of out of how many; 0: does
	// not apply.
	Count, Of uint64
	State     WarningState
	// Link is the link that is concerned, if one is, and From its end whose direction.
	Link *Link
	From uint8
}

// WarningState says what a warning is to others of its type.
type WarningState uint8

// States of warnings.
const (
	WarningOnce    WarningState = iota // says all by itself
	WarningRaised                      // a condition holds from now on
	WarningCleared                     // it is gone
	WarningTotal                       // what the whole run comes to
)

// String is the state as it stands in events; "" for WarningOnce.
func (s WarningState) String() string {
	return [...]string{"", "raised", "cleared", "total"}[min(s, WarningTotal)]
}
