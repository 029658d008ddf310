// Package roaming says who is at the ends of a message: home, the operator that runs
// sigtransit, and the partner at the far end, from the configuration, the partners'
// IR.21 documents (pkg/partners) and, where these are silent, public numbering facts
// (pkg/numbering); which way the message goes seen from home, and whose subscriber it
// is about.
//
// # Ends
//
// An end is named, best first, by
//
//   - SCCP: the global title of calling and called address. E.164 (also for titles
//     without a plan): longest range; E.212: the PLMN it begins with; E.214: the
//     longest prefix, or the network of the message's IMSI where the title ends as the
//     IMSI does. National and subscriber numbers are not looked up: they lack what would
//     tell whose they are.
//   - Diameter: Origin- and Destination-Realm, else -Host: by exact host, by a realm it
//     is or ends in, by the PLMN under 3gppnetwork.org.
//   - for home alone: the host names of SUA, the point code of an address without a
//     title (where a routing label says of which network it is), then which of the two
//     point codes of the label is home's, then which of the two IP addresses. Labels and
//     addresses name the next hop: they say that something comes from home or goes to
//     it, and nothing of anybody else.
//
// Names of carriers' own gear (Transit) are nobody's: an end that shows one is not home,
// and who it is the rest of the message tells, or nothing.
//
// From home is outbound, to home inbound, from home to home internal, between two others
// that are both known through, all else unknown. Answers have their ends reversed: the
// answer to an outbound request is inbound. A message that SCCP returns (UDTS, XUDTS,
// LUDTS, CLDR of SUA) goes the other way than the original, whose partner and subscriber
// it has: its addresses are those of the original in mirror (Q.714 4.2).
//
// # Partner
//
// SCCP shows a hub's title where the partner uses one, so what the message names inside
// counts for more, by the part that the far end plays in the operation:
//
//	the far end                 partner, best first
//	serves the subscriber       VLR, MSC or SGSN number, serving node, Visited-PLMN-Id; title, realm, host
//	has his subscription        PLMN of the IMSI; HLR number; title, realm, host
//	is a service centre, GMLC   its number; title, realm, host
//	operation without parts     title, realm, host; PLMN of the IMSI; serving node
//
// What is home's own is passed over. Of a message in transit (through) it is the network
// of the IMSI, else whom it goes to. A dialogue keeps the partner of its first message
// that told one, so that all of it counts for one; an answer without its request is
// judged alone.
//
// # Subscriber
//
// Home's, by IMSI, by MSISDN where home lists its ranges, or because home was asked for
// his subscription; else a visitor where home serves him, and foreign where it does not.
package roaming
