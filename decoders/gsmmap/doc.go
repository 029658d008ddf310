// Package gsmmap reads the parameters of MAP operations for what they name and
// what they give away: IMSI, MSISDN, IMEI, the addresses of network nodes, how
// many authentication vectors, and the presence of a location, a short message, a
// subscriber profile, keys and the like.
//
// It follows 3GPP TS 29.002 (release 16) for versions 2 to 4 of the application
// contexts and GSM 09.02 for versions 1 and 2, and reads the initial operations of
// CAP (3GPP TS 29.078) too. It is no full decoder: tables name the elements of
// interest, all others are stepped over, and an ExtensionContainer is never
// looked into. A wrong tag of the outermost type is tolerated where the contents
// tell the version anyway (sendAuthenticationInfo version 2 as a SEQUENCE, version
// 3 as [3]), because that is how versions are mixed up in the field.
//
// Values of subscribers that the product must not keep (the text of a message,
// RAND, Kc, a position) are never copied: Arguments only says that they are there.
//
// Not covered: handover signalling inside an-APDU, what supplementary services are
// set to, charging, group calls, GSN addresses (IP addresses of SGSN and GGSN), and
// the payload of MAPsec (3GPP TS 33.200), which is protected.
//
// An Arguments holds values only, except DiameterName, which aliases the input.
package gsmmap
