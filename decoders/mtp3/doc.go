// Package mtp3 decodes the service information octet and the routing label of
// MTP level 3 messages (ITU-T Q.704 07/1996 2.2, 14.2; ANSI T1.111.4; JT-Q704;
// YD/T 1144 for the 24-bit label of Chinese national networks).
//
// The variant is not on the wire: the caller knows it from the configuration.
// Management messages (SI 0 to 2) are not interpreted, their content is UserData.
// UserData aliases the input. Nothing allocates.
package mtp3
