// Package ir21 reads roaming partners out of GSMA IR.21 documents in their XML form
// (RAEX IR.21): what names each of their networks on the wire, and which carriers
// they declare for SS7, Diameter and packet data.
//
// Elements are known by their local names, in any namespace. Both layouts in
// circulation are read: the older one without wrappers around the contents of
// sections and with IPRoaming_IW_InfoSection, the newer one with
// GRXIPXRoutingForDataRoamingSection. Nothing is held to a schema: versions differ,
// and what is odd in one place leaves the rest of a file as it is. It is told in
// notes.
//
// Sections with personal data and credentials (contacts, test numbers, testing APNs)
// are passed over unread. MSISDN ranges, which name subscribers, are not kept. Not
// read are the application contexts, CAMEL and packet data sections.
package ir21
