package rules

import (
	"strings"
	"sync"
	"time"

	"github.com/google/cel-go/cel"

	"sigtransit/decoders/diameter"
	"sigtransit/decoders/gsmmap"
	"sigtransit/decoders/sccp"
	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
)

// conditionField is a variable of conditions.
type conditionField struct {
	kind *cel.Type
	get  func(*scene) any
}

// conditionFields are the variables by name: the fields of events where there is one of
// the kind. What a message does not have is "", 0, false or an empty list. No personal
// number is among them: of an IMSI its network, of an address that is a subscriber's its
// first digits.
var conditionFields = sync.OnceValue(func() map[string]conditionField {
	fields := map[string]conditionField{
		"time": {cel.TimestampType, func(s *scene) any { return time.Unix(0, s.m.Time).UTC() }},
	}
	text := func(name string, get func(*scene) string) {
		fields[name] = conditionField{cel.StringType, func(s *scene) any { return get(s) }}
	}
	number := func(name string, get func(*scene) int64) {
		fields[name] = conditionField{cel.IntType, func(s *scene) any { return get(s) }}
	}
	truth := func(name string, get func(*scene) bool) {
		fields[name] = conditionField{cel.BoolType, func(s *scene) any { return get(s) }}
	}
	list := func(name string, get func(*scene) []string) {
		fields[name] = conditionField{cel.ListType(cel.StringType), func(s *scene) any { return get(s) }}
	}

	text("source", func(s *scene) string { return s.m.Source })
	text("protocol", func(s *scene) string { return s.m.Protocol.String() })
	text("operation", func(s *scene) string { return s.m.Operation.Info().Name })
	text("kind", func(s *scene) string { return judgedKind(s.m).String() })
	text("class", func(s *scene) string { return s.m.Class.String() })
	text("protection", func(s *scene) string { return s.m.Protection.String() })
	text("service", func(s *scene) string { return s.m.Service().String() })
	truth("duplicate", func(s *scene) bool { return s.m.Duplicate })
	truth("undelivered", func(s *scene) bool { return s.m.Undelivered() })
	truth("inherited", func(s *scene) bool { return s.m.Inherited })
	truth("refused", func(s *scene) bool { return Refused(s.m) })
	truth("faulty", func(s *scene) bool { return s.m.Faults != 0 })
	list("returned", func(s *scene) []string { return disclosed(s.m, true) })
	list("carried", func(s *scene) []string { return disclosed(s.m, false) })
	number("vectors", func(s *scene) int64 { _, n := s.m.Disclosed(); return int64(n) })

	list("contradicts", func(s *scene) []string { return contradictionWords(s.e.contradicts(s.m)) })

	text("direction", func(s *scene) string { return s.m.Roaming.Direction.String() })
	text("partner.id", func(s *scene) string { id, _ := s.e.set.partnerOf(s.m); return id })
	text("partner.country", func(s *scene) string { _, c := s.e.set.partnerOf(s.m); return c })
	text("subscriber.owner", func(s *scene) string { return s.m.Roaming.Subscriber.String() })
	truth("subscriber.home", func(s *scene) bool { return s.m.Roaming.Subscriber == signaling.WhoseHome })
	text("subscriber.plmn", func(s *scene) string {
		if p, ok := s.e.set.roaming.PLMNOfIMSI(s.m.IMSI); ok {
			return p.String()
		}
		return ""
	})

	text("carrier", func(s *scene) string { return s.t.carrier.ID })
	text("evidence", func(s *scene) string { return s.t.evidence.String() })
	text("confidence", func(s *scene) string { return s.t.confidence.String() })
	list("positions", func(s *scene) (out []string) {
		for i := range s.e.hits[:s.e.numHits] {
			if h := &s.e.hits[i]; s.e.set.Identifiers[h.id].Carrier == s.t.carrier {
				out = append(out, h.pos.String())
			}
		}
		return out
	})
	list("carriers", func(s *scene) (out []string) {
		for _, v := range s.e.verdicts {
			out = append(out, v.Carrier.ID)
		}
		return out
	})

	label := func(name string, get func(*scene) telecom.PointCode) {
		text(name, func(s *scene) string {
			if s.m.M3UA == nil || !s.m.M3UA.HasData {
				return ""
			}
			return string(s.m.Variant().AppendPointCode(nil, get(s)))
		})
	}
	label("m3ua.opc", func(s *scene) telecom.PointCode { return s.m.M3UA.Data.OPC })
	label("m3ua.dpc", func(s *scene) telecom.PointCode { return s.m.M3UA.Data.DPC })
	number("m3ua.ni", func(s *scene) int64 {
		if s.m.M3UA == nil || !s.m.M3UA.HasData {
			return 0
		}
		return int64(s.m.M3UA.Data.NI)
	})
	for name, get := range map[string]func(*sccp.Message) *sccp.Address{
		"sccp.calling": func(m *sccp.Message) *sccp.Address { return &m.Calling },
		"sccp.called":  func(m *sccp.Message) *sccp.Address { return &m.Called },
	} {
		address := func(s *scene) *sccp.Address {
			if s.m.SCCP == nil {
				return &sccp.Address{}
			}
			return get(s.m.SCCP)
		}
		text(name+".gt", func(s *scene) string { return title(s.m, address(s)) })
		number(name+".ssn", func(s *scene) int64 { return int64(address(s).SSN) })
		number(name+".tt", func(s *scene) int64 { return int64(address(s).TT) })
		number(name+".np", func(s *scene) int64 { return int64(address(s).NP) })
		number(name+".nai", func(s *scene) int64 { return int64(address(s).NAI) })
	}

	number("map.version", func(s *scene) int64 { return int64(s.m.MAPVersion) })
	number("map.opcode", func(s *scene) int64 { return code(s.m, false) })
	number("map.error", func(s *scene) int64 { return code(s.m, true) })
	for role, name := range map[gsmmap.NodeRole]string{
		gsmmap.NodeMSC: "map.msc_number", gsmmap.NodeVLR: "map.vlr_number", gsmmap.NodeSGSN: "map.sgsn_number",
		gsmmap.NodeServiceCentre: "map.sc_address", gsmmap.NodeGsmSCF: "map.gsmscf_address", gsmmap.NodeHLR: "map.hlr_number",
		gsmmap.NodeGGSN: "map.ggsn_number", gsmmap.NodeGMLC: "map.gmlc_number",
	} {
		text(name, func(s *scene) string {
			if s.m.MAP != nil {
				for _, n := range s.m.MAP.Nodes() {
					if n.Role == role {
						return guarded(s.m, n.GT)
					}
				}
			}
			return ""
		})
	}

	command := func(s *scene) *diameter.Message {
		if s.m.Diameter == nil {
			return &diameter.Message{}
		}
		return s.m.Diameter
	}
	number("result_code", func(s *scene) int64 { return int64(command(s).ResultCode) })
	number("diameter.result_code", func(s *scene) int64 { return int64(command(s).ResultCode) })
	number("diameter.app_id", func(s *scene) int64 { return int64(command(s).AppID) })
	number("diameter.command", func(s *scene) int64 { return int64(command(s).Command) })
	text("diameter.origin_host", func(s *scene) string { return strings.ToLower(string(command(s).OriginHost)) })
	text("diameter.origin_realm", func(s *scene) string { return strings.ToLower(string(command(s).OriginRealm)) })
	text("diameter.destination_host", func(s *scene) string { return strings.ToLower(string(command(s).DestinationHost)) })
	text("diameter.destination_realm", func(s *scene) string { return strings.ToLower(string(command(s).DestinationRealm)) })
	list("diameter.route_record", func(s *scene) []string { return names(command(s).RouteRecords()) })
	list("diameter.proxy_host", func(s *scene) []string { return names(command(s).ProxyHosts()) })
	text("diameter.signer", func(s *scene) string { return strings.ToLower(string(command(s).Signer)) })
	text("diameter.visited_plmn", func(s *scene) string {
		if p := command(s).VisitedPLMN; !p.IsZero() {
			return p.String()
		}
		return ""
	})
	end := func(s *scene, other uint8) *signaling.End { return &s.m.Link.Ends[(s.m.From^other)&1] }
	text("diameter.peer", func(s *scene) string { return strings.ToLower(end(s, 0).Host) })
	text("diameter.to_peer", func(s *scene) string { return strings.ToLower(end(s, 1).Host) })
	return fields
})

// disclosed are the words of what a message gives away, where it is a reply or where it
// is none.
func disclosed(m *signaling.Message, reply bool) []string {
	if m.IsReply() != reply {
		return nil
	}
	d, _ := m.Disclosed()
	var out []string
	for i, name := range disclosures {
		if d&(1<<i) != 0 {
			out = append(out, name)
		}
	}
	return out
}

// code is the operation or error code of a component; -1 for none.
func code(m *signaling.Message, isError bool) int64 {
	c := m.Component
	if c == nil || !c.HasCode || c.Global || (m.Kind == signaling.KindError) != isError {
		return -1
	}
	return int64(c.Code)
}

// guardedDigits is how much of a number is shown that names a subscriber.
const guardedDigits = 5

// guarded is a number, or the first digits of one that is the subscriber's.
func guarded(m *signaling.Message, d telecom.Digits) string {
	if d == m.MSISDN || d == m.IMSI {
		d = d.Truncate(guardedDigits)
	}
	return d.String()
}

// title is a global title. Those of E.212 and E.214 have an IMSI in them.
func title(m *signaling.Message, a *sccp.Address) string {
	if a.GTI == 0 {
		return ""
	}
	if a.GTI >= 3 && a.NP >= planE212 {
		return a.GT.Truncate(guardedDigits).String()
	}
	return guarded(m, a.GT)
}

func names(list [][]byte) []string {
	out := make([]string, len(list))
	for i, b := range list {
		out[i] = strings.ToLower(string(b))
	}
	return out
}
