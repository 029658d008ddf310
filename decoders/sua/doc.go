// Package sua decodes the connectionless messages of the SCCP-User Adaptation
// Layer (RFC 3868): CLDT, which stands for the unitdata of SCCP, and CLDR, which
// stands for unitdata service, with their addresses, segmentation and user data.
// Connection-oriented and management messages are recognised by class and type,
// and only the parameters they share are read.
//
// Party addresses have the fields of those of package sccp, in the same order, so
// that a value of one type converts to the other: what reads SCCP reads SUA.
// Slices alias the input and live as long as it does. Nothing allocates.
package sua
