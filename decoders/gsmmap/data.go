package gsmmap

// Data is the set of kinds of subscriber data in an argument or result: which
// parts of a profile are there, never what they say (3GPP TS 29.002 17.7.1, 23.008).
type Data uint16

// Kinds of subscriber data.
const (
	DataServices      Data = 1 << iota // bearer services, teleservices, category, status, access mode
	DataSupplementary                  // supplementary services and their state
	DataForwarding                     // call forwarding: features, with or without a number
	DataBarring                        // call barring
	DataCUG                            // closed user groups
	DataODB                            // operator determined barring
	DataRestrictions                   // roaming, regional, access and CSG restrictions
	DataGroupCalls                     // VBS and VGCS
	DataCAMEL                          // CAMEL subscription: services keys, triggers, gsmSCF
	DataGPRS                           // GPRS: PDP contexts and their access points
	DataEPS                            // EPS: APN configurations
	DataLCS                            // location services: privacy exceptions, GMLC list
	DataCharging                       // charging characteristics
	DataOptions                        // everything else: tracing consent, usage type, priorities
	endOfData
)
