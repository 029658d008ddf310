// Package diameter decodes one Diameter message (RFC 6733): the header, the
// identities and routing AVPs, and those 3GPP AVPs that name a subscriber or a node
// or give something away: S6a/S6d, S7a and S13 (3GPP TS 29.272), S6c and SGd (TS
// 29.338), SLg and SLh (TS 29.172, 29.173), Cx and Sh (TS 29.229, 29.329), Zh and Zn
// (TS 29.109), SWx, SWm, STa and S6b (TS 29.273), S6m and S6t (TS 29.336), T4 (TS
// 29.337), T6a (TS 29.128), Gx, Gy, Rf, Rx, S9, Sy and PC4a as far as they carry an
// identity, a node or a location (TS 29.061, 29.212, 32.299, RFC 8506). Editions:
// Release 17. Signatures and encrypted AVPs of GSMA FS.19 are recognised by the codes
// of its one public implementation. A Dictionary adds to all this.
//
// An AVP is known by its code and vendor: IETF AVPs count only without a vendor (or
// vendor 0, RFC 6733 4.1), 3GPP AVPs only with vendor 10415; or without one in a
// 3GPP application, where no IETF AVP has the code: that is noted as FaultVendor.
// Everything else is passed over; an AVP with the M bit that is in no table raises
// FaultUnknownAVP.
// Identities, Session-Id and User-Name are those of the message itself, never of a
// group, and the first one counts.
//
// Not covered: the XML of Cx and Sh user data, charging details, the content of
// short messages and authentication vectors (only that they are there), and
// whether a command's mandatory AVPs are present.
//
// Faults never lose a message. Decode gives an error only when there is no
// Diameter header or the capture is short, and even then what was read stays.
// Slices of a Message alias the input and live as long as it does. Decoding
// allocates nothing; its time is linear in the length of the message.
package diameter
