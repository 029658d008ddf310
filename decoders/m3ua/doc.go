// Package m3ua decodes messages of the MTP3 User Adaptation Layer: the common
// header, the parameters that say which network and which routing context a
// message belongs to, and the Protocol Data parameter with the routing label of
// MTP3 and the user part (SCCP, ISUP, ...) behind it.
//
// Standard: RFC 4666 (which replaces RFC 3332; the formats are the same). The
// Protocol Data 1 and 2 parameters of the Internet-Drafts before RFC 3332, which
// carry an ITU-T MTP3 message as it is, are understood too, because old gear
// still sends them. The parameters of management, traffic maintenance and routing
// key messages are handed out by a cursor and not interpreted.
//
// The package keeps no state and every slice aliases the input. No function on
// the decoding path allocates.
package m3ua
