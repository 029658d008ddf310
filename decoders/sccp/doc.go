// Package sccp decodes connectionless SCCP messages: UDT, UDTS, XUDT, XUDTS,
// LUDT and LUDTS with their addresses, user data and segmentation (ITU-T Q.713
// 03/2001). Message types of the connection-oriented classes are recognised, no
// more: MAP and CAP do not use them.
//
// Real traffic is sloppy, so a fault in one part does not lose the others:
// pointers may stand in any order and overlap, an address that cannot be read
// leaves the user data in place, and what was decoded before a fault stays.
//
// Not covered: the ANSI form of addresses (T1.112), point codes other than the
// 14-bit ones of ITU-T networks inside addresses, SCCP management messages
// (they stand in Data, SSN 1), and reassembly, which pkg/reassembly does with the
// segmentation fields.
//
// Data aliases the input and lives as long as it does; all else is values.
package sccp
