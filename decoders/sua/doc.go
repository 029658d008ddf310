// Package sua decodes the messages of the SCCP-User Adaptation Layer (RFC 3868):
// the connectionless ones, CLDT, which stands for the unitdata of SCCP, and CLDR,
// which stands for unitdata service, and those of connections, with their
// addresses, references, causes, segmentation and user data. Management messages
// are recognised by class and type, and only the parameters they share are read.
//
// Party addresses have the fields of those of package sccp, in the same order, so
// that a value of one type converts to the other: what reads SCCP reads SUA. Host
// names and IP addresses, which SCCP does not have, stand beside.
// Slices alias the input and live as long as it does. Nothing allocates.
package sua
