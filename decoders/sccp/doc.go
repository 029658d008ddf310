// Package sccp decodes SCCP messages: connectionless ones (UDT, UDTS, XUDT, XUDTS,
// LUDT and LUDTS) with their addresses, user data and segmentation, those of the
// connection-oriented classes with their references, addresses, causes and data,
// and SCCP management (ITU-T Q.713 03/2001). MAP and CAP use no connections: their
// messages are read for what they say of their ends, and pieces of their data are
// not put together.
//
// Addresses are also read in the forms of other networks: ANSI T1.112.3, Chinese
// (24-bit point codes) and Japanese (16-bit). Which one it is is not on the wire:
// the caller says, and Fits tells how well a message reads as one of them.
//
// Real traffic is sloppy, so a fault in one part does not lose the others:
// pointers may stand in any order and overlap, an address that cannot be read
// leaves the user data in place, and what was decoded before a fault stays.
//
// Not covered: reassembly, which pkg/reassembly does with the segmentation fields.
//
// Data aliases the input and lives as long as it does; all else is values.
package sccp
