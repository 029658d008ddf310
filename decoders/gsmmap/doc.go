// Package gsmmap reads the parameters of the operations of MAP and CAP for what they
// name and what they give away: IMSI, MSISDN, IMEI, the addresses of network nodes,
// how many authentication vectors of which kind, which kinds of subscriber data, how
// old a location is, and the presence of a location, a short message, keys and the
// like. It reads the MAP-DialoguePDU too, which names a subscriber that an operation
// on supplementary services does not.
//
// It follows 3GPP TS 29.002 (release 16) for versions 2 to 4 of the application
// contexts, GSM 09.02 for versions 1 and 2, and 3GPP TS 29.078 (release 16) for CAP
// phases 1 to 4. It is no full decoder: tables name the elements of interest, all
// others are stepped over, and an ExtensionContainer is never looked into. A wrong tag
// of the outermost type is tolerated where the contents tell the version anyway
// (sendAuthenticationInfo version 2 as a SEQUENCE, version 3 as [3]), because that is
// how versions are mixed up in the field.
//
// Values of subscribers that the product must not keep (the text of a message,
// RAND, Kc, a position, the number of another party) are never copied: Arguments only
// says that they are there.
//
// Not covered: what another protocol says inside an-APDU (handover, group calls) and
// inside a short message; what a profile or a supplementary service is set to;
// charging, announcements and the criteria of a call gap, which name no subscriber;
// and the payload of MAPsec (3GPP TS 33.200), which is protected.
//
// An Arguments holds values only, except DiameterName, which aliases the input.
package gsmmap
