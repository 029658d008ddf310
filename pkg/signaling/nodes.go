package signaling

import "sigtransit/decoders/gsmmap"

// nodeKeys are the keys of node numbers in the blocks map and cap of events.
var nodeKeys = [...]string{
	gsmmap.NodeNone: "node_number", gsmmap.NodeMSC: "msc_number", gsmmap.NodeVLR: "vlr_number", gsmmap.NodeSGSN: "sgsn_number", gsmmap.NodeSMSF: "node_number",
	gsmmap.NodeServiceCentre: "sc_address", gsmmap.NodeGsmSCF: "gsmscf_address", gsmmap.NodeHLR: "hlr_number", gsmmap.NodeMME: "mme_number",
	gsmmap.NodeGGSN: "ggsn_number", gsmmap.NodeGMLC: "gmlc_number", gsmmap.NodeOther: "node_number",
}

// NodeKey is the key of the number of a node in events, by the part it plays; several
// parts are told as node_number.
func NodeKey(r gsmmap.NodeRole) string { return nodeKeys[min(r, gsmmap.NodeOther)] }
