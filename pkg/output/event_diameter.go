package output

import (
	"strconv"

	"sigtransit/decoders/diameter"
	"sigtransit/pkg/signaling"
)

func (e *Encoder) diameter(b []byte, m *signaling.Message) []byte {
	a := m.Diameter
	request := a.IsRequest()
	b = append(key(b, "diameter"), '{')
	b = appendUint(b, "app_id", uint64(a.AppID))
	if s := signaling.DiameterApplication(a.AppID); s != "" {
		b = appendWord(b, "app", s)
	}
	b = appendUint(b, "command", uint64(a.Command))
	if m.Operation != 0 {
		info := m.Operation.Info()
		if request || info.Answer == "" {
			b = appendWord(b, "name", info.Name)
		} else {
			b = appendWord(b, "name", info.Answer)
		}
	}
	b = appendBool(b, "request", request)
	b = appendBool(b, "error", a.IsError())
	b = append(key(b, "hop_by_hop"), `"0x`...)
	b = append(appendHex(b, uint64(a.HopByHop), 8), '"')
	b = append(key(b, "end_to_end"), `"0x`...)
	b = append(appendHex(b, uint64(a.EndToEnd), 8), '"')
	b = e.scrubbed(b, "session_id", a.SessionID)
	if l := m.Link; l != nil {
		b = e.peer(b, "peer", l.Ends[m.From&1].Host)
		b = e.peer(b, "to_peer", l.Ends[1-m.From&1].Host)
	}
	b = e.scrubbed(b, "origin_host", a.OriginHost)
	b = e.scrubbed(b, "origin_realm", a.OriginRealm)
	b = e.scrubbed(b, "destination_host", a.DestinationHost)
	b = e.scrubbed(b, "destination_realm", a.DestinationRealm)
	b = e.hosts(b, "route_record", a.RouteRecords())
	b = e.hosts(b, "proxy_host", a.ProxyHosts())
	if a.Set&diameter.FieldVisitedPLMN != 0 && !a.VisitedPLMN.IsZero() {
		b = append(key(b, "visited_plmn"), '"')
		b = append(a.VisitedPLMN.AppendTo(b), '"')
	}
	if a.MSISDN.Len() > 0 {
		b = e.number(b, "msisdn", a.MSISDN, numberMSISDN)
	}
	if a.IMEI.Len() > 0 {
		b = e.number(b, "imei", a.IMEI, numberIMEI)
	}
	if a.SCAddress.Len() > 0 {
		b = e.node(b, "sc_address", a.SCAddress)
	}
	if a.Set&(diameter.FieldResultCode|diameter.FieldExperimentalResult) != 0 {
		b = appendUint(b, "result_code", uint64(a.ResultCode))
		if a.Set&diameter.FieldExperimentalResult != 0 {
			b = appendUint(b, "result_vendor", uint64(a.ResultVendor))
		}
		if name := resultName(a); name != "" && a.ResultCode != 2001 {
			b = appendWord(b, "result_name", name)
		}
	}
	if a.Set&(diameter.FieldSignature|diameter.FieldEncrypted) != 0 {
		b = e.dess(b, a)
	}
	if a.NumNodes != 0 {
		b = e.diameterNodes(b, a.Nodes())
	}
	if a.VectorCount != 0 {
		b = append(key(b, "vectors"), '{')
		for k, n := range a.Vectors {
			if n != 0 {
				b = appendUint(b, diameter.VectorKind(k).String(), uint64(n))
			}
		}
		b = append(b, '}')
	}
	b = appendDisclosure(b, m)
	return append(b, '}')
}

func (e *Encoder) hosts(b []byte, name string, hosts [][]byte) []byte {
	if len(hosts) == 0 {
		return b
	}
	b = append(key(b, name), '[')
	for i, h := range hosts {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '"')
		b = appendScrubbed(&e.privacy, b, h, longRun)
		b = append(b, '"')
	}
	return append(b, ']')
}

// diameterNodes appends the nodes that AVPs name.
func (e *Encoder) diameterNodes(b []byte, nodes []diameter.Node) []byte {
	b = append(key(b, "nodes"), '[')
	for i := range nodes {
		n := &nodes[i]
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '{')
		b = appendWord(b, "role", n.Role.String())
		if n.AVP != "" {
			b = appendText(b, "avp", n.AVP)
		}
		switch {
		case n.GT.Len() != 0:
			b = e.node(b, "number", n.GT)
		case n.Addr.IsValid():
			b = append(key(b, "ip"), '"')
			b = append(n.Addr.Unmap().AppendTo(b), '"')
		case n.Realm:
			b = e.scrubbed(b, "realm", n.Name)
		default:
			b = e.scrubbed(b, "host", n.Name)
		}
		b = append(b, '}')
	}
	return append(b, ']')
}

var signatureTypes = [...]string{"rsa-sha256", "ecdsa-sha256", "dsa-sha256"}

// dess appends what protects parts of a message from end to end.
func (e *Encoder) dess(b []byte, a *diameter.Message) []byte {
	b = append(key(b, "dess"), '{')
	if a.Set&diameter.FieldSignature != 0 {
		b = appendBool(b, "signed", true)
		b = e.scrubbed(b, "signer", a.Signer)
		if int(a.SignatureType) < len(signatureTypes) {
			b = appendWord(b, "signature_type", signatureTypes[a.SignatureType])
		}
	}
	if a.NumEncrypted != 0 {
		b = appendUint(b, "encrypted_avps", uint64(a.NumEncrypted))
	}
	return append(b, '}')
}

// resultName is the name of the result of an answer; empty when it has none here.
func resultName(a *diameter.Message) string {
	vendor := uint32(0)
	if a.Set&diameter.FieldExperimentalResult != 0 {
		vendor = a.ResultVendor
	}
	return signaling.DiameterResult(vendor, a.ResultCode)
}

// appendResult appends the name of a result, or its code.
func appendResult(b []byte, a *diameter.Message) []byte {
	if name := resultName(a); name != "" {
		return append(b, name...)
	}
	return strconv.AppendUint(append(b, "result "...), uint64(a.ResultCode), 10)
}
