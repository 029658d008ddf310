package trust

import (
	"strconv"
	"strings"
)

// Detail is what a sentence about a condition names besides its numbers.
type Detail struct {
	Link  string // the link most concerned, as people write it; "" if it concerns none
	What  string // more, by condition: a snap length, a layer and reason, a step
	Extra uint64 // more, by condition: user messages, octets
}

// Brief says in a few words what a capture lacks, for a list of reasons.
func Brief(c Condition, s Sample, d Detail) string {
	n := Count(s.Bad)
	switch c {
	case MissingChunks:
		return n + " of " + Count(s.Of) + " SCTP data chunks missing (" + s.Percent() + messages(d.Extra) + ")"
	case MissingOctets:
		return n + " of " + Count(s.Of) + " octets of TCP connections missing (" + s.Percent() + ")"
	case NetworkLoss:
		return plural(s.Bad, "chunk") + " lost in the network and sent again"
	case OneWay:
		return plural(s.Bad, "link") + " of " + Count(s.Of) + " mirrored in one direction only"
	case MirroredTwice:
		return n + " of " + Count(s.Of) + " frames mirrored twice (" + s.Percent() + ", each counted once)"
	case CutFrames:
		return n + " of " + Count(s.Of) + " signaling frames cut" + d.What + " (" + s.Percent() + ")"
	case ClockSteps:
		return "the clock stepped " + times(s.Bad)
	case NoTimestamps:
		return n + " of " + Count(s.Of) + " frames without a time"
	case Undecoded:
		return plural(s.Bad, "part") + " of the signaling could not be decoded (" + s.Percent() + ")"
	}
	return plural(s.Bad, "entry") + " of full state tables given up"
}

// messages tells how many user messages are known to be among the missing chunks.
func messages(n uint64) string {
	if n == 0 {
		return ""
	}
	return ", " + plural(n, "message")
}

func plural(n uint64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	if s, ok := strings.CutSuffix(what, "y"); ok {
		return Count(n) + " " + s + "ies"
	}
	return Count(n) + " " + what + "s"
}

func times(n uint64) string {
	if n == 1 {
		return "once"
	}
	return Count(n) + " times"
}

// Text is a sentence about a condition that holds; count and share stand beside it.
func Text(c Condition, s Sample, d Detail) string {
	on := ""
	if d.Link != "" {
		on = ", most of them from " + d.Link
	}
	switch c {
	case MissingChunks:
		return "SCTP DATA chunks were sent but are not in the capture" + on + ": messages are missing from this result"
	case MissingOctets:
		return "Octets of Diameter TCP connections are not in the capture" + on + ": messages are missing from this result"
	case NetworkLoss:
		return "The network between the ends loses SCTP DATA chunks, which are sent again" + on + ": the capture shows it and lacks nothing by it"
	case OneWay:
		if s.Bad == s.Of && s.Of > 1 {
			return "Of every link only one direction is in the capture: the other one acknowledges messages that were never seen"
		}
		return "Only one direction of a link is in the capture: from " + d.Link + " nothing came, though it was acknowledged"
	case MirroredTwice:
		return "Frames are in the capture twice (" + s.Percent() + " of those with data): each was read once"
	case CutFrames:
		return "Signaling frames were cut" + d.What + ": what stood behind the cut could not be read"
	case ClockSteps:
		return "The capture time " + d.What + ": times, and what was matched by time, cannot be relied on there"
	case NoTimestamps:
		return "Frames carry no time of day: nothing can be ordered or let go by time"
	case Undecoded:
		return "A part of the signaling could not be decoded, most often " + d.What
	}
	return "State was given up because a table was full, most often " + d.What + ": dialogues and fragments may be incomplete"
}

// Cleared is the sentence about a condition that is gone.
func Cleared(c Condition) string {
	return [NumConditions]string{
		MissingChunks: "No SCTP DATA chunks have gone missing from the capture for a minute",
		MissingOctets: "No octets of TCP connections have gone missing from the capture for a minute",
		NetworkLoss:   "The network has lost few or no chunks for a minute",
		OneWay:        "Both directions of all links are in the capture again",
		MirroredTwice: "Few or no frames have come twice for a minute",
		CutFrames:     "No signaling frames have been cut for a minute",
		ClockSteps:    "The clock of the capture has been steady for a minute",
		NoTimestamps:  "Frames have carried their time for a minute",
		Undecoded:     "Nearly all signaling has been decoded for a minute",
		StateFull:     "No state has been given up for a minute",
	}[c]
}

// Advice is what to do about a condition.
func Advice(c Condition) string {
	return [NumConditions]string{
		MissingChunks: "Compare the port's load with its speed and look for drops at the mirror, the packet broker and the capturing host; an oversubscribed SPAN port loses without a word",
		MissingOctets: "Compare the port's load with its speed and look for drops at the mirror, the packet broker and the capturing host",
		NetworkLoss:   "Nothing at the tap: tell those who run the path between the two ends",
		OneWay:        "Mirror both directions (rx and tx) of the port, and both paths of a multi-homed association",
		MirroredTwice: "Mirror one direction of each port, or each VLAN once: the copies cost capacity, not correctness. If sctp_reported_duplicates is about as high, it is the network that doubles packets",
		CutFrames:     "Capture whole frames: tcpdump -s 0, and no truncation at the packet broker",
		ClockSteps:    "Discipline the clock of the capturing host by NTP or PTP, and merge captures by time (mergecap)",
		NoTimestamps:  "Capture to a format with times, and set the clock of the capturing host",
		Undecoded:     "See which layer it is (decode_errors); with the national variant or the snap length at fault configure it, else report it",
		StateFull:     "See which table it is (state_evictions_total): a flood, or more traffic than one worker should have",
	}[c]
}

// Count writes a number with a comma before every three digits.
func Count(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
