// Package canary proves that a mirror, its filter, the decoders and the rules work.
//
// Two ends talk over a real connection that the tap sees: [Listen] at one, [Send] at
// the other. The sender asks for authentication vectors of a subscriber that does not
// exist, the listener answers with vectors that nobody can take for real ones. Over
// SCTP they speak M3UA (RFC 4666) with MAP sendAuthenticationInfo (3GPP TS 29.002
// 8.5.2), over TCP Diameter S6a with Authentication-Information (TS 29.272 5.2.3).
//
// A canary's message is known by its mark, the IMSI: test PLMN 001-01 (no operator has
// it), a fixed prefix, the number of the canary, a sequence number. [Carriers] is a
// carrier file that puts the canary's own addresses on the watchlist, so that the rules
// in force have to flag it as they would flag a real one; [Watch] takes down whether
// they did. The daemon counts these messages there and nowhere else.
//
// What comes in from the other end is read with the decoders of this program: hostile
// octets end a connection at most. A sender has one exchange under way, a listener 64
// connections. Secured connections, and paths through STPs and agents, which rewrite
// addresses, are not covered.
package canary
