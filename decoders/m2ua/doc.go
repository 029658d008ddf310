// Package m2ua decodes the messages of the MTP2 User Adaptation Layer (RFC 3331)
// that carry MTP3 messages: the common header, the interface identifier and the
// Protocol Data parameter. Link management, maintenance and registration messages
// are recognised by class and type, and not interpreted.
//
// The MTP3 message is handed out as it is, from its service information octet on,
// for package mtp3. Slices alias the input. Nothing allocates.
package m2ua
