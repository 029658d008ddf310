// Package sctp decodes the packets of the Stream Control Transmission Protocol:
// the common header, the walk over the chunks of a packet, and the chunks that a
// passive observer needs in order to follow an association and to collect its
// user data.
//
// Standards: RFC 9260 (base protocol, which replaces RFC 4960), RFC 8260 (I-DATA
// and I-FORWARD-TSN), RFC 3758 (FORWARD-TSN), RFC 5061 (ASCONF), RFC 6525
// (RE-CONFIG, parameters only), RFC 4895 (AUTH, the chunk type only: nothing is
// verified). State cookies, heartbeat information, ECN chunks and the content of
// error causes are not interpreted.
//
// The package keeps no state: ordering, fragments, duplicates and retransmissions
// are the work of the reassembly above it. Every slice it hands out aliases the
// input and lives as long as the input does. No function allocates.
package sctp
