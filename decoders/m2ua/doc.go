// Package m2ua decodes the messages of the MTP2 User Adaptation Layer (RFC 3331):
// the common header, the interface identifier, the Protocol Data parameter with an
// MTP3 message, and the state, event, congestion or result that a message about a
// link names. Maintenance and registration messages are recognised by class and type.
//
// The MTP3 message is handed out as it is, from its service information octet on,
// for package mtp3. Slices alias the input. Nothing allocates.
package m2ua
