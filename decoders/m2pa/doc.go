// Package m2pa decodes messages of the MTP2 User Peer-to-Peer Adaptation Layer
// (RFC 4165): the headers with the sequence numbers, and the user data, which is
// an MTP3 message, or the link status.
//
// The MTP3 message is handed out as it is, from its service information octet on,
// for package mtp3. Slices alias the input. Nothing allocates. The Internet-Drafts
// before the RFC, whose headers differ, are not covered.
package m2pa
