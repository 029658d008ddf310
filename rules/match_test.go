package rules

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"sigtransit/decoders/diameter"
	"sigtransit/decoders/gsmmap"
	"sigtransit/decoders/sua"
	"sigtransit/decoders/tcap"
	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
)

// mme is the Origin-Host of ulr.
const mme = "mme01.mmec01.mme.epc.mnc097.mcc999.3gppnetwork.org"

// TestMatchers holds every way to match to a hit and to the nearest miss.
func TestMatchers(t *testing.T) {
	type change func(m *signaling.Message)
	calling := func(digits string, f func(m *signaling.Message)) change {
		return func(m *signaling.Message) {
			m.SCCP.Calling.GT = telecom.MustDigits(digits)
			if f != nil {
				f(m)
			}
		}
	}
	imsi := func(digits string) change {
		return func(m *signaling.Message) { m.IMSI = telecom.MustDigits(digits) }
	}
	node := func(role gsmmap.NodeRole, npi, nai uint8) change {
		return func(m *signaling.Message) {
			m.MAP.Nodes()[0] = gsmmap.Node{Role: role, NPI: npi, NAI: nai, GT: telecom.MustDigits("35699123456")}
		}
	}
	peer := func(host, realm string) change {
		return func(m *signaling.Message) { m.Link.Ends[1].Host, m.Link.Ends[1].Realm = host, realm }
	}
	ip := func(end int, addrs ...string) change {
		return func(m *signaling.Message) {
			m.Link.Ends[end].Addrs = nil
			for _, a := range addrs {
				m.Link.Ends[end].Addrs = append(m.Link.Ends[end].Addrs, netip.MustParseAddr(a))
			}
		}
	}
	avps := func(more ...[]byte) func(t *testing.T) *signaling.Message {
		return func(t *testing.T) *signaling.Message { return ulr(t, more...) }
	}
	sub := func(code uint32, vendor uint32, data string) []byte { return avp(code, vendor, data) }
	tgpp := func(code uint32, data string) []byte { return sub(code, vendor3GPP, data) }
	proxy := sub(avpProxyInfo, 0, string(sub(avpProxyHost, 0, "proxy.hub.example.net"))+string(sub(avpProxyState, 0, "x")))
	visited := func(b ...byte) []byte { return sub(avpVisitedPLMN, vendor3GPP, string(b)) }

	for _, tc := range []struct {
		name, identifier string
		diameter         func(t *testing.T) *signaling.Message // nil: the MAP message
		change           change
		want             string // sightings, empty for none
	}{
		// Point codes.
		{"opc", "type: point_code, value: 2-000-4", nil, nil, "m3ua.opc=2-000-4[point_code 2-000-4]"},
		{"dpc decimal", "type: point_code, value: 4200", nil, nil, "m3ua.dpc=2-013-0[point_code 4200]"},
		{"dpc hex", "type: point_code, value: 0x1068", nil, nil, "m3ua.dpc=2-013-0[point_code 0x1068]"},
		{"dpc of an area", "type: point_code, value: 2-013", nil, nil, "m3ua.dpc=2-013-0[point_code 2-013]"},
		{"area beside it", "type: point_code, value: 2-014", nil, nil, ""},
		{"next code", "type: point_code, value: 4201", nil, nil, ""},
		{"other network indicator", "type: point_code, value: 4200, network_indicator: 2", nil, nil, ""},
		{"national", "type: point_code, value: 4200, network_indicator: 2", nil, func(m *signaling.Message) { m.M3UA.Data.NI = 2 }, "m3ua.dpc=2-013-0[point_code 4200]"},
		{"24 bits", "type: point_code, value: 0x12345a, network_indicator: 2", nil, func(m *signaling.Message) {
			m.M3UA.Data.NI, m.M3UA.Data.OPC, m.SCCP.Variant = 2, 0x12345a, telecom.ANSI
		}, "m3ua.opc=18-52-90[point_code 0x12345a]"},
		{"24 bits, in no variant that has them", "type: point_code, value: 0x12345a, network_indicator: 2", nil, func(m *signaling.Message) {
			m.M3UA.Data.NI, m.M3UA.Data.OPC, m.SCCP.Variant = 2, 0x12345a, telecom.Japan
		}, ""},
		{"of China", "type: point_code, value: 0-16-104, variant: china", nil, func(m *signaling.Message) { m.M3UA.Data.NI, m.SCCP.Variant = 2, telecom.China }, "m3ua.dpc=0-16-104[point_code 0-16-104]"},
		{"of China, not of ANSI", "type: point_code, value: 0-16-104, variant: china", nil, func(m *signaling.Message) { m.M3UA.Data.NI, m.SCCP.Variant = 2, telecom.ANSI }, ""},
		{"of China, not of 14 bits", "type: point_code, value: 4200, variant: china", nil, func(m *signaling.Message) { m.M3UA.Data.NI = 2 }, ""},
		{"of 14 bits, not of China", "type: point_code, value: 4200, network_indicator: 2", nil, func(m *signaling.Message) { m.M3UA.Data.NI, m.SCCP.Variant = 2, telecom.China }, ""},
		{"of Japan, in a calling address", "type: point_code, value: 5-5-10, variant: japan, network_indicator: 0", nil, func(m *signaling.Message) {
			m.SCCP.Variant, m.SCCP.Calling.HasPC, m.SCCP.Calling.PC = telecom.Japan, true, 2730
		}, "sccp.calling_pc=5-5-10[point_code 5-5-10]"},
		{"24 bits, low ones only", "type: point_code, value: 0x12345a, network_indicator: 2", nil, func(m *signaling.Message) { m.M3UA.Data.NI, m.M3UA.Data.OPC, m.SCCP.Variant = 2, 0x345a, telecom.ANSI }, ""},
		{"no protocol data", "type: point_code, value: 4200", nil, func(m *signaling.Message) { m.M3UA.HasData = false }, ""},
		{"code in the calling address", "type: point_code, value: 4-106-6", nil, func(m *signaling.Message) { m.SCCP.Calling.HasPC, m.SCCP.Calling.PC = true, 9046 }, "sccp.calling_pc=4-106-6[point_code 4-106-6]"},
		{"code in the called address", "type: point_code, value: 4-106-6", nil, func(m *signaling.Message) { m.SCCP.Called.HasPC, m.SCCP.Called.PC = true, 9046 }, "sccp.called_pc=4-106-6[point_code 4-106-6]"},
		{"code of no network: SUA has no label", "type: point_code, value: 4-106-6", nil, func(m *signaling.Message) {
			m.M3UA, m.SCCP.Calling.HasPC, m.SCCP.Calling.PC, m.SCCP.Called.HasPC, m.SCCP.Called.PC = nil, true, 9046, true, 9046
		}, ""},
		{"code not indicated", "type: point_code, value: 4-106-6", nil, func(m *signaling.Message) { m.SCCP.Called.PC = 9046 }, ""},

		// Addresses of SUA.
		{"SUA host", "type: host_suffix, value: example.net", nil, func(m *signaling.Message) {
			m.SUA = &sua.Message{Called: sua.Party{Host: []byte("hub.example.net")}}
		}, "sua.called_host=hub.example.net[host_suffix example.net]"},
		{"SUA address", "type: ip_prefix, value: 203.0.113.0/24", nil, func(m *signaling.Message) {
			m.SUA = &sua.Message{Calling: sua.Party{IP: netip.MustParseAddr("203.0.113.9")}}
		}, "sua.calling_ip=203.0.113.9[ip_prefix 203.0.113.0/24]"},
		{"SUA called address and calling host", "type: ip_prefix, value: 198.51.100.9", nil, func(m *signaling.Message) {
			m.SUA = &sua.Message{Called: sua.Party{IP: netip.MustParseAddr("198.51.100.9")}, Calling: sua.Party{Host: []byte("other.example.org")}}
		}, "sua.called_ip=198.51.100.9[ip_prefix 198.51.100.9]"},

		// Global titles.
		{"called title", "type: gt_prefix, value: '0015'", nil, nil, "sccp.called_gt=001555000111[gt_prefix 0015]"},
		{"calling title", "type: gt_prefix, value: 35699", nil, calling("35699123456", nil), "sccp.calling_gt=35699123456[gt_prefix 35699]"},
		{"prefix is the whole title", "type: gt_prefix, value: 35699", nil, calling("35699", nil), "sccp.calling_gt=35699[gt_prefix 35699]"},
		{"title shorter than the prefix", "type: gt_prefix, value: 35699", nil, calling("3569", nil), ""},
		{"last digit differs", "type: gt_prefix, value: 35699", nil, calling("35698123456", nil), ""},
		{"title of indicator 2", "type: gt_prefix, value: 35699", nil, calling("35699123456", func(m *signaling.Message) { m.SCCP.Calling.GTI, m.SCCP.Calling.NP = 2, 7 }), "sccp.calling_gt=35699123456[gt_prefix 35699]"},
		{"unknown plan", "type: gt_prefix, value: 35699", nil, calling("35699123456", func(m *signaling.Message) { m.SCCP.Calling.NP = 0 }), "sccp.calling_gt=35699123456[gt_prefix 35699]"},
		{"E.214", "type: gt_prefix, value: 35699", nil, calling("35699123456", func(m *signaling.Message) { m.SCCP.Calling.NP = 7 }), ""},
		{"national number", "type: gt_prefix, value: 35699", nil, calling("35699123456", func(m *signaling.Message) { m.SCCP.Calling.NAI = 3 }), ""},
		{"no title", "type: gt_prefix, value: 35699", nil, calling("35699123456", func(m *signaling.Message) { m.SCCP.Calling.GTI = 0 }), ""},
		{"E.212 title", "type: plmn, value: 999-97, role: transit", nil, calling("999971234567890", func(m *signaling.Message) { m.SCCP.Calling.NP = 6 }), "sccp.calling_gt=999-97[plmn 999-97]"},
		{"E.212 title is no E.164 number", "type: gt_prefix, value: 99997", nil, calling("999971234567890", func(m *signaling.Message) { m.SCCP.Calling.NP = 6 }), ""},

		// Node numbers in MAP.
		{"msc", "type: gt_prefix, value: 35699", nil, node(gsmmap.NodeMSC, 1, 1), "map.msc_number=35699123456[gt_prefix 35699]"},
		{"vlr", "type: gt_prefix, value: 35699", nil, node(gsmmap.NodeVLR, 1, 1), "map.vlr_number=35699123456[gt_prefix 35699]"},
		{"sgsn", "type: gt_prefix, value: 35699", nil, node(gsmmap.NodeSGSN, 1, 1), "map.sgsn_number=35699123456[gt_prefix 35699]"},
		{"sc", "type: gt_prefix, value: 35699", nil, node(gsmmap.NodeServiceCentre, 1, 1), "map.sc_address=35699123456[gt_prefix 35699]"},
		{"gsmSCF", "type: gt_prefix, value: 35699", nil, node(gsmmap.NodeGsmSCF, 1, 1), "map.gsmscf_address=35699123456[gt_prefix 35699]"},
		{"hlr", "type: gt_prefix, value: 35699", nil, node(gsmmap.NodeHLR, 1, 1), "map.hlr_number=35699123456[gt_prefix 35699]"},
		{"ggsn", "type: gt_prefix, value: 35699", nil, node(gsmmap.NodeGGSN, 1, 1), "map.ggsn_number=35699123456[gt_prefix 35699]"},
		{"gmlc", "type: gt_prefix, value: 35699", nil, node(gsmmap.NodeGMLC, 1, 1), "map.gmlc_number=35699123456[gt_prefix 35699]"},
		{"mme", "type: gt_prefix, value: 35699", nil, node(gsmmap.NodeMME, 1, 1), "map.mme_name=35699123456[gt_prefix 35699]"},
		{"other node", "type: gt_prefix, value: 35699", nil, node(gsmmap.NodeOther, 1, 0), "map.node_number=35699123456[gt_prefix 35699]"},
		{"national node number", "type: gt_prefix, value: 35699", nil, node(gsmmap.NodeMSC, 1, 2), ""},
		{"private plan", "type: gt_prefix, value: 35699", nil, node(gsmmap.NodeMSC, 9, 1), ""},
		{"land mobile plan", "type: plmn, value: 356-99", nil, node(gsmmap.NodeMSC, 6, 1), "map.msc_number=356-99[plmn 356-99]"},

		// PLMNs.
		{"imsi", "type: plmn, value: 001-01", nil, nil, "map.imsi=001-01[plmn 001-01]"},
		{"imsi, three digits", "type: plmn, value: 001-010", nil, nil, "map.imsi=001-010[plmn 001-010]"},
		{"imsi of the country", "type: plmn, value: '001'", nil, nil, "map.imsi=001[plmn 001]"},
		{"imsi of a network of three digits within it", "type: plmn, value: 350-00", nil, imsi("350007123456789"), ""},
		{"imsi beside that", "type: plmn, value: 350-00", nil, imsi("350006123456789"), "map.imsi=350-00[plmn 350-00]"},
		{"imsi of that, by its country", "type: plmn, values: [350-00, '350']", nil, imsi("350007123456789"), "map.imsi=350[plmn 350]"},
		{"imsi of that, listed", "type: plmn, values: [350-00, 350-007]", nil, imsi("350007123456789"), "map.imsi=350-007[plmn 350-007]"},
		{"a number of plan E.212 of that", "type: plmn, value: 350-00, role: transit", nil, calling("350007123456789", func(m *signaling.Message) { m.SCCP.Calling.NP = 6 }), ""},
		{"imsi of one that is out of service", "type: plmn, value: 405-02", nil, imsi("405025123456789"), "map.imsi=405-02[plmn 405-02]"},
		{"imsi of three digits of the same operator", "type: plmn, value: 338-05", nil, imsi("338050123456789"), "map.imsi=338-05[plmn 338-05]"},
		{"imsi of another network", "type: plmn, value: 001-02", nil, nil, ""},
		{"imsi in Diameter", "type: plmn, value: 001-01", avps(), func(m *signaling.Message) {
			m.Diameter.DestinationHost, m.Diameter.DestinationRealm = nil, nil
		}, "diameter.user_name=001-01[plmn 001-01]"},
		{"visited network", "type: plmn, value: 999-98", avps(visited(0x99, 0xf9, 0x89)), nil, "diameter.visited_plmn=999-98[plmn 999-98]"},
		{"visited network of three digits", "type: plmn, value: 999-98", avps(visited(0x99, 0x09, 0x89)), nil, ""},
		{"visited country", "type: plmn, value: '999'", avps(visited(0x99, 0xf9, 0x89)), func(m *signaling.Message) { m.Diameter.OriginHost, m.Diameter.OriginRealm = nil, nil }, "diameter.visited_plmn=999-98[plmn 999]"},
		{"network in names", "type: plmn, value: 999-97", avps(), nil, "diameter.origin_host=" + mme + "[plmn 999-97] diameter.origin_realm=epc.mnc097.mcc999.3gppnetwork.org[plmn 999-97]"},
		{"network in names, three digits", "type: plmn, value: 999-097", avps(), func(m *signaling.Message) { m.Diameter.OriginHost = nil }, "diameter.origin_realm=epc.mnc097.mcc999.3gppnetwork.org[plmn 999-097]"},
		{"another network in names", "type: plmn, value: 999-96", avps(), nil, ""},

		// Hosts and realms.
		{"host", "type: host, value: DRA1.ipx.example.org.", avps(), nil, "diameter.route_record=dra1.ipx.example.org[host DRA1.ipx.example.org.]"},
		{"host as a suffix", "type: host, value: ipx.example.org", avps(), nil, ""},
		{"host suffix", "type: host_suffix, value: example.org", avps(), nil, "diameter.route_record=dra1.ipx.example.org[host_suffix example.org]"},
		{"host suffix of the whole name", "type: host_suffix, value: dra1.ipx.example.org", avps(), nil, "diameter.route_record=dra1.ipx.example.org[host_suffix dra1.ipx.example.org]"},
		{"host suffix inside a label", "type: host_suffix, value: px.example.org", avps(), nil, ""},
		{"wire in capitals with a dot", "type: host_suffix, value: example.org", avps(), func(m *signaling.Message) {
			m.Diameter.OriginHost = []byte("A.EXAMPLE.ORG.")
			*m.Diameter = *withoutRoute(m.Diameter)
		}, "diameter.origin_host=A.EXAMPLE.ORG.[host_suffix example.org]"},
		{"origin host", "type: host, value: " + mme, avps(), nil, "diameter.origin_host=" + mme + "[host " + mme + "]"},
		{"destination host", "type: host, value: hss01.epc.mnc001.mcc001.3gppnetwork.org", avps(), nil, "diameter.destination_host=hss01.epc.mnc001.mcc001.3gppnetwork.org[host hss01.epc.mnc001.mcc001.3gppnetwork.org]"},
		{"realm", "type: realm, value: epc.mnc001.mcc001.3gppnetwork.org", avps(), nil, "diameter.destination_realm=epc.mnc001.mcc001.3gppnetwork.org[realm epc.mnc001.mcc001.3gppnetwork.org]"},
		{"realm suffix", "type: realm_suffix, value: mnc097.mcc999.3gppnetwork.org", avps(), nil, "diameter.origin_realm=epc.mnc097.mcc999.3gppnetwork.org[realm_suffix mnc097.mcc999.3gppnetwork.org]"},
		{"realm at a host", "type: realm, value: dra1.ipx.example.org", avps(), nil, ""},
		{"host at a realm", "type: host, value: epc.mnc001.mcc001.3gppnetwork.org", avps(), nil, ""},
		{"proxy host", "type: host_suffix, value: hub.example.net", avps(proxy), nil, "diameter.proxy_host=proxy.hub.example.net[host_suffix hub.example.net]"},
		{"second route record", "type: host, value: dra2.example.net", avps(sub(avpRouteRecord, 0, "dra2.example.net")), nil, "diameter.route_record=dra2.example.net[host dra2.example.net]"},
		{"name too long for the memo", "type: host_suffix, value: example.net", avps(), func(m *signaling.Message) {
			m.Diameter.OriginHost = []byte(strings.Repeat("a.", 100) + "example.net")
		}, "diameter.origin_host=" + strings.Repeat("a.", 100) + "example.net[host_suffix example.net]"},
		{"name too long for DNS", "type: host_suffix, value: example.net", avps(), func(m *signaling.Message) {
			m.Diameter.OriginHost = []byte(strings.Repeat("a.", 200) + "example.net")
		}, ""},
		{"service centre", "type: gt_prefix, value: 35699", avps(), func(m *signaling.Message) { m.Diameter.SCAddress = telecom.MustDigits("35699123456") }, "diameter.sc_address=35699123456[gt_prefix 35699]"},

		// Nodes in Diameter.
		{"MME number", "type: gt_prefix, value: 35699", avps(tgpp(1645, "\x53\x96\x19\x32\xf4")), nil, "diameter.mme_number=356991234[gt_prefix 35699]"},
		{"SGSN number", "type: gt_prefix, value: 35699", avps(tgpp(1489, "\x53\x96\x19\x32\xf4")), nil, "diameter.sgsn_number=356991234[gt_prefix 35699]"},
		{"SGSN number of another prefix", "type: gt_prefix, value: 35698", avps(tgpp(1489, "\x53\x96\x19\x32\xf4")), nil, ""},
		{"MSC number", "type: gt_prefix, value: 35699", avps(tgpp(2401, string(tgpp(2403, "\x53\x96\x19\x32\xf4")))), nil, "diameter.msc_number=356991234[gt_prefix 35699]"},
		{"VLR number", "type: gt_prefix, value: 35699", avps(tgpp(3420, "\x53\x96\x19\x32\xf4")), nil, "diameter.vlr_number=356991234[gt_prefix 35699]"},
		{"SMSF number", "type: gt_prefix, value: 35699", avps(tgpp(3338, "\x53\x96\x19\x32\xf4")), nil, "diameter.smsf_number=356991234[gt_prefix 35699]"},
		{"GMLC number", "type: gt_prefix, value: 35699", avps(tgpp(1474, "\x53\x96\x19\x32\xf4")), nil, "diameter.gmlc=356991234[gt_prefix 35699]"},
		{"serving node by host", "type: host_suffix, value: hub.example.net", avps(tgpp(2402, "mme1.hub.example.net")), nil, "diameter.serving_node=mme1.hub.example.net[host_suffix hub.example.net]"},
		{"serving node by realm", "type: realm, value: hub.example.net", avps(tgpp(2408, "hub.example.net")), nil, "diameter.serving_node=hub.example.net[realm hub.example.net]"},
		{"a realm is no host", "type: host, value: hub.example.net", avps(tgpp(2408, "hub.example.net")), nil, ""},
		{"serving node by address", "type: ip_prefix, value: 203.0.113.0/24", avps(tgpp(6, "\xcb\x00\x71\x09")), nil, "diameter.serving_node=203.0.113.9[ip_prefix 203.0.113.0/24]"},
		{"gateway", "type: ip_prefix, value: 203.0.113.0/24", avps(tgpp(7, "\xcb\x00\x71\x09")), nil, "diameter.gateway=203.0.113.9[ip_prefix 203.0.113.0/24]"},
		{"gateway of another network", "type: ip_prefix, value: 203.0.113.128/25", avps(tgpp(7, "\xcb\x00\x71\x09")), nil, ""},
		{"SCEF", "type: host, value: scef.example.net", avps(tgpp(3125, "scef.example.net")), nil, "diameter.scef=scef.example.net[host scef.example.net]"},
		{"other node of Diameter", "type: host, value: gw.example.net", avps(tgpp(3101, "gw.example.net")), nil, "diameter.node=gw.example.net[host gw.example.net]"},
		{"DESS signer", "type: realm, value: hub.example.net", avps(sub(1000, 46304, string(sub(1003, 46304, "hub.example.net")))), nil, "diameter.dess_signer=hub.example.net[realm hub.example.net]"},

		// Links.
		{"peer address", "type: ip_prefix, value: 203.0.113.0/24", nil, ip(1, "198.51.100.7", "203.0.113.9"), "link.peer_ip=203.0.113.9[ip_prefix 203.0.113.0/24]"},
		{"own side of the tap", "type: ip_prefix, value: 203.0.113.9", nil, ip(0, "203.0.113.9"), "link.peer_ip=203.0.113.9[ip_prefix 203.0.113.9]"},
		{"IPv6", "type: ip_prefix, value: '2001:db8:5::/48'", nil, ip(1, "2001:db8:5::1"), "link.peer_ip=2001:db8:5::1[ip_prefix 2001:db8:5::/48]"},
		{"IPv4 in IPv6", "type: ip_prefix, value: 203.0.113.0/24", nil, ip(1, "::ffff:203.0.113.9"), "link.peer_ip=203.0.113.9[ip_prefix 203.0.113.0/24]"},
		{"next network", "type: ip_prefix, value: 203.0.113.0/25", nil, ip(1, "203.0.113.129"), ""},
		{"peer host", "type: host, value: dea1.hub.example.net", nil, peer("dea1.hub.example.net", "hub.example.net"), "diameter.peer=dea1.hub.example.net[host dea1.hub.example.net]"},
		{"peer realm", "type: realm, value: hub.example.net", nil, peer("dea1.hub.example.net", "hub.example.net"), "diameter.peer=hub.example.net[realm hub.example.net]"},
		{"peer by its network", "type: plmn, value: 999-97, role: transit", nil, peer("dea1.epc.mnc097.mcc999.3gppnetwork.org", "epc.mnc097.mcc999.3gppnetwork.org"), "diameter.peer=dea1.epc.mnc097.mcc999.3gppnetwork.org[plmn 999-97]"},
		{"peer of another name", "type: host, value: dea1.hub.example.net", nil, peer("dea2.hub.example.net", "hub.example.net"), ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := mapMessage(t)
			if tc.diameter != nil {
				m = tc.diameter(t)
			}
			if tc.change != nil {
				tc.change(m)
			}
			e := NewEngine(load(t, one(tc.identifier)))
			for range 2 { // the second time from the memory of names and links
				m.Memory = &signaling.Memory{}
				got := ""
				if f := evaluate(e, m); len(f) == 1 {
					got = strings.Join(f[0].sightings, " ")
				} else if len(f) > 1 {
					t.Fatalf("%d findings", len(f))
				}
				if got != tc.want {
					t.Errorf("got  %s\nwant %s", got, tc.want)
				}
			}
			emit := func(*Finding) {}
			if n := testing.AllocsPerRun(20, func() { e.Evaluate(m, emit) }); n != 0 {
				t.Errorf("%v allocations", n)
			}
		})
	}
}

// withoutRoute is d decoded again from its own bytes less the Route-Records.
func withoutRoute(d *diameter.Message) *diameter.Message {
	c := *d
	c.NumRouteRecords = 0
	return &c
}

// TestMostSpecificWins holds the order among overlapping entries.
func TestMostSpecificWins(t *testing.T) {
	s := load(t, "carriers:\n"+
		entry("wide", "type: gt_prefix, value: 35", "type: ip_prefix, value: 203.0.113.0/24", "type: host_suffix, value: example.net")+
		entry("narrow", "type: gt_prefix, value: 35699", "type: ip_prefix, value: 203.0.113.128/25", "type: host_suffix, value: hub.example.net")+
		entry("both", "type: gt_prefix, value: 35699"))
	e := NewEngine(s)
	carriers := func(m *signaling.Message) string {
		var out []string
		for _, f := range evaluate(e, m) {
			out = append(out, f.carrier)
		}
		return strings.Join(out, " ")
	}
	for digits, want := range map[string]string{"35699123": "narrow both", "35698123": "wide", "36699123": ""} {
		m := mapMessage(t)
		m.SCCP.Calling.GT = telecom.MustDigits(digits)
		if got := carriers(m); got != want {
			t.Errorf("%s: %q, want %q", digits, got, want)
		}
	}
	for addr, want := range map[string]string{"203.0.113.200": "narrow", "203.0.113.2": "wide"} {
		m := mapMessage(t)
		m.Link.Ends[1].Addrs[0] = netip.MustParseAddr(addr)
		if got := carriers(m); got != want {
			t.Errorf("%s: %q, want %q", addr, got, want)
		}
	}
	for host, want := range map[string]string{"a.hub.example.net": "narrow", "a.example.net": "wide"} {
		m := ulr(t)
		m.Diameter.OriginHost = []byte(host)
		if got := carriers(m); got != want {
			t.Errorf("%s: %q, want %q", host, got, want)
		}
	}
}

func TestEvidence(t *testing.T) {
	for p := signaling.PositionNone + 1; p < signaling.NumPositions; p++ {
		want := signaling.EvidenceAddress
		switch p {
		case signaling.LinkPeerIP, signaling.M3UAOPC, signaling.M3UADPC, signaling.DiameterPeer, signaling.TLSServerName, signaling.TLSCertificateName,
			signaling.LinkInventory:
			want = signaling.EvidenceAdjacent
		case signaling.PartnerDeclared:
			want = signaling.EvidenceDeclared
		case signaling.DiameterRouteRecord, signaling.DiameterProxyHost, signaling.DiameterDESSSigner:
			want = signaling.EvidenceHop
		}
		if got := evidence(signaling.RoleTransit, p); got != want {
			t.Errorf("transit at %v is %v, want %v", p, got, want)
		}
		if got := evidence(signaling.RoleGroupOperator, p); got != signaling.EvidenceGroup {
			t.Errorf("group-operator at %v is %v", p, got)
		}
		if got := evidence(signaling.RoleJurisdiction, p); got != signaling.EvidenceJurisdiction {
			t.Errorf("jurisdiction at %v is %v", p, got)
		}
	}
}

// TestFold holds what several sightings of one message add up to.
func TestFold(t *testing.T) {
	const (
		adjacent = "type: point_code, value: 4200, confidence: high"
		hop      = "type: host, value: dra1.ipx.example.org, confidence: low"
		address  = "type: gt_prefix, value: 999700000002, confidence: low"
		vlr      = "type: gt_prefix, value: 9997, confidence: high"
		group    = ", role: group-operator"
	)
	for _, tc := range []struct {
		name        string
		identifiers []string
		diameter    bool
		want        string // evidence and confidence of each carrier
		touched     int
	}{
		{"adjacent beats address", []string{address, adjacent}, false, "adjacent high", 1},
		{"strongest sighting's confidence", []string{"type: point_code, value: 4200, confidence: low", vlr}, false, "adjacent low", 1},
		{"best of the strongest", []string{"type: point_code, value: 4100, confidence: medium", adjacent}, false, "adjacent high", 1},
		{"hop", []string{hop, "type: host, value: " + mme}, true, "hop low", 1},
		{"own roamer by imsi", []string{adjacent, "type: plmn, value: 001-01, confidence: medium" + group}, false, "group medium", 0},
		{"own network by node number", []string{adjacent, vlr + group}, false, "group high", 0},
		{"own network by title", []string{adjacent, "type: gt_prefix, value: '0015'" + group}, false, "group medium", 0},
		{"own network by point code", []string{adjacent, "type: point_code, value: 4100" + group}, false, "group medium", 0},
		{"own network by realm", []string{hop, "type: plmn, value: 999-97" + group}, true, "group medium", 0},
		{"own network by a named realm", []string{hop, "type: realm, value: epc.mnc097.mcc999.3gppnetwork.org" + group}, true, "group medium", 0},
		{"own subscriber in Diameter", []string{hop, "type: plmn, value: 001-01" + group}, true, "group medium", 0},
		{"neighbour is the group's network", []string{"type: ip_prefix, value: 198.51.100.1" + group}, false, "group medium", 0},
		{"country", []string{"type: gt_prefix, value: 9997, role: jurisdiction, confidence: high"}, false, "jurisdiction high", 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := load(t, one(tc.identifiers...), everything(t))
			e := NewEngine(s)
			m := mapMessage(t)
			if tc.diameter {
				m = ulr(t)
			}
			var got []string
			for _, f := range evaluate(e, m) {
				if f.rule == "everything" {
					got = append(got, f.evidence.String()+" "+f.confidence.String())
				} else if tc.touched == 0 {
					t.Errorf("transit reported: %s", f.line)
				}
			}
			if g := strings.Join(got, ", "); g != tc.want {
				t.Errorf("%s, want %s", g, tc.want)
			}
			if n := len(e.Touched()); n != tc.touched {
				t.Errorf("touched %d, want %d", n, tc.touched)
			}
		})
	}
}

// everything adds a rule that fires for all evidence.
func everything(t testing.TB) func(*Options) {
	p := writeFile(t, "all.yaml", "detections:\n  - id: everything\n    title: all\n    severity: info\n    match: {evidence: [jurisdiction, group, declared, address, hop, adjacent]}\n")
	return func(o *Options) { o.DetectionFiles = append(o.DetectionFiles, p) }
}

// TestTwoCarriers: another group's roamer makes a carrier no partner.
func TestTwoCarriers(t *testing.T) {
	s := load(t, "carriers:\n"+entry("transit", "type: point_code, value: 4200")+entry("home", "type: plmn, value: 001-01, role: group-operator"))
	got := evaluate(NewEngine(s), mapMessage(t))
	if len(got) != 1 || got[0].line != "location-in-clear transit high adjacent: m3ua.dpc=2-013-0[point_code 4200]" {
		t.Errorf("%+v", got)
	}
}

func TestJurisdictionIsOff(t *testing.T) {
	list := "carriers:\n" + entry("country", "type: gt_prefix, value: 9997, role: jurisdiction") + entry("hub", "type: gt_prefix, value: 999700000002")
	s := load(t, list)
	if s.Matched() != 1 {
		t.Errorf("%d identifiers in the index, want 1", s.Matched())
	}
	on := load(t, list, everything(t))
	if on.Matched() != 2 {
		t.Errorf("%d identifiers in the index, want 2", on.Matched())
	}
	var got []string
	for _, f := range evaluate(NewEngine(on), mapMessage(t)) {
		got = append(got, f.line)
	}
	// The country is found beside the more specific prefix, at each position.
	want := []string{
		"location-in-clear hub medium address: sccp.calling_gt=999700000002[gt_prefix 999700000002] map.vlr_number=999700000002[gt_prefix 999700000002]",
		"everything hub info address: sccp.calling_gt=999700000002[gt_prefix 999700000002] map.vlr_number=999700000002[gt_prefix 999700000002]",
		"everything country info jurisdiction: sccp.calling_gt=9997[gt_prefix 9997] map.msc_number=9997[gt_prefix 9997] map.vlr_number=9997[gt_prefix 9997]",
	}
	if len(got) != 3 || got[0] != want[0] {
		t.Fatalf("got %q", got)
	}
	for _, w := range want {
		if !strings.Contains(strings.Join(got, "\n"), w) {
			t.Errorf("missing %s in %q", w, got)
		}
	}
}

// TestRequestToAnswer: what a request named counts for its answer, which names
// less.
func TestRequestToAnswer(t *testing.T) {
	e := NewEngine(load(t, one("type: host_suffix, value: ipx.example.org", "type: ip_prefix, value: 203.0.113.0/24")))
	mem := &signaling.Memory{}
	q := ulr(t)
	q.Memory = mem
	q.Link.Ends[1].Addrs[0] = netip.MustParseAddr("203.0.113.1")
	if got := evaluate(e, q); len(got) != 1 || got[0].evidence != signaling.EvidenceAdjacent {
		t.Fatalf("request: %+v", got)
	}
	if mem.NumMarks != 1 || mem.Marks[0].Position != signaling.DiameterRouteRecord {
		t.Fatalf("remembered %v: a link's marks stay with the link", mem.Marks[:mem.NumMarks])
	}
	answer := func(code string) *signaling.Message {
		m := diameterMessage(t, 0x40, avp(avpOriginHost, 0, "hss01.epc.mnc001.mcc001.3gppnetwork.org"), avp(avpResultCode, 0, code))
		m.Memory = mem
		return m
	}
	a := answer("\x00\x00\x07\xd1") // 2001 on another link
	got := evaluate(e, a)
	if len(got) != 1 || got[0].line != "location-in-clear example-carrier low hop: diameter.route_record=[host_suffix ipx.example.org]<request" {
		t.Errorf("answer: %+v", got)
	}
	if got := evaluate(e, answer("\x00\x00\x13\x8c")); len(got) != 1 || got[0].severity != signaling.SeverityLow || got[0].reason != "refused: true" { // 5004
		t.Errorf("refused: %+v", got)
	}
	// An own roamer's request makes the answer one too.
	e = NewEngine(load(t, one("type: plmn, value: 001-01, role: group-operator", "type: ip_prefix, value: 203.0.113.0/24")))
	*mem = signaling.Memory{}
	if got := evaluate(e, q); len(got) != 0 {
		t.Errorf("own roamer: %+v", got)
	}
	a = answer("\x00\x00\x07\xd1")
	a.Diameter.OriginHost = nil
	a.Link = q.Link
	if got := evaluate(e, a); len(got) != 0 {
		t.Errorf("own roamer's answer: %+v", got)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	list := []string{"type: point_code, value: 4200"}
	for i := '0'; i <= '9'; i++ {
		list = append(list, "type: gt_prefix, value: 3569"+string(i)+", role: group-operator")
	}
	e := NewEngine(load(t, one(list...)))
	mem := &signaling.Memory{}
	for i := '0'; i <= '9'; i++ {
		m := mapMessage(t)
		m.Memory = mem
		m.M3UA.Data.DPC = 1
		m.SCCP.Calling.GT = telecom.MustDigits("3569" + string(i) + "123")
		evaluate(e, m)
	}
	if mem.NumMarks != signaling.MaxMarks {
		t.Fatalf("%d marks", mem.NumMarks)
	}
	// A transit mark is worth more than one of the group.
	m := mapMessage(t)
	m.Memory = mem
	evaluate(e, m)
	found := false
	for _, k := range mem.Marks[:mem.NumMarks] {
		found = found || k.Position == signaling.M3UADPC
	}
	if !found {
		t.Errorf("transit mark was not remembered: %v", mem.Marks)
	}
}

// TestReload: marks of an old list are not believed by a new one.
func TestReload(t *testing.T) {
	a := load(t, one("type: point_code, value: 4200", "type: ip_prefix, value: 198.51.100.0/24"))
	b := load(t, "carriers:\n"+entry("other", "type: point_code, value: 1-001-1", "type: gt_prefix, value: 35699"))
	if a.Generation == b.Generation || a.Generation == 0 || b.Generation == 0 {
		t.Fatalf("generations %d and %d", a.Generation, b.Generation)
	}
	m := mapMessage(t)
	if got := evaluate(NewEngine(a), m); len(got) != 1 {
		t.Fatalf("%+v", got)
	}
	if m.Link.NumMarks != 1 || m.Memory.NumMarks != 1 || m.Memory.Generation != uint16(a.Generation) {
		t.Fatalf("link %+v, memory %+v", m.Link, m.Memory)
	}
	if got := evaluate(NewEngine(b), m); len(got) != 0 {
		t.Errorf("after the reload: %+v", got)
	}
	if m.Link.NumMarks != 0 || m.Memory.NumMarks != 0 {
		t.Error("marks of the old list were kept")
	}
}

// TestLinkLearns: marks of a link are computed again when it learns a name.
func TestLinkLearns(t *testing.T) {
	e := NewEngine(load(t, one("type: host, value: dea1.hub.example.net")))
	m := ulr(t)
	if got := evaluate(e, m); len(got) != 0 {
		t.Fatalf("%+v", got)
	}
	m.Link.Ends[0].Host = "dea1.hub.example.net"
	m.Link.Version++
	if got := evaluate(e, m); len(got) != 1 || got[0].evidence != signaling.EvidenceAdjacent {
		t.Errorf("%+v", got)
	}
}

// TestDuplicate: a second sight of one message on another link reports only what
// the first did not.
func TestDuplicate(t *testing.T) {
	e := NewEngine(load(t, "carriers:\n"+entry("a", "type: point_code, value: 4200")+entry("b", "type: ip_prefix, value: 203.0.113.0/24")))
	m := mapMessage(t)
	if got := evaluate(e, m); len(got) != 1 || got[0].carrier != "a" {
		t.Fatalf("first sight: %+v", got)
	}
	again := *m
	again.Link, again.Duplicate = newLink(), true
	again.Link.Ends[0].Addrs[0] = netip.MustParseAddr("203.0.113.1")
	if got := evaluate(e, &again); len(got) != 1 || got[0].carrier != "b" {
		t.Errorf("second sight: %+v", got)
	}
	if got := evaluate(e, &again); len(got) != 0 {
		t.Errorf("third sight: %+v", got)
	}
	if got := evaluate(e, m); len(got) != 1 {
		t.Errorf("another message of the dialogue: %+v", got)
	}
	// Of two components in one message each has its own reports.
	m.Component = &tcap.Component{HasInvokeID: true, InvokeID: 2}
	if got := evaluate(e, m); len(got) != 1 {
		t.Errorf("second component: %+v", got)
	}
	again.Component = m.Component
	if got := evaluate(e, &again); len(got) != 1 || got[0].carrier != "b" {
		t.Errorf("second sight of the second component: %+v", got)
	}
	again.Memory = nil
	if got := evaluate(e, &again); len(got) != 2 {
		t.Errorf("without a dialogue nothing can be held against it: %+v", got)
	}
}

func TestSeverity(t *testing.T) {
	const adjacent, address = "type: point_code, value: 4200", "type: gt_prefix, value: '0015'"
	for _, tc := range []struct {
		name, identifier string
		class            signaling.Class
		change           func(m *signaling.Message)
		want, reason     string
	}{
		{"location, address", address, signaling.ClassLocation, nil, "location-in-clear medium", ""},
		{"location, adjacent", adjacent, signaling.ClassLocation, nil, "location-in-clear high", "evidence: hop|adjacent"},
		{"cell, adjacent", adjacent, signaling.ClassLocation, set1(gsmmap.FieldCellID), "location-in-clear critical", "returned: position|cell, evidence: hop|adjacent"},
		{"position, address", address, signaling.ClassLocation, set1(gsmmap.FieldGeographical), "location-in-clear high", "returned: position|cell"},
		{"location, low confidence", adjacent + ", confidence: low", signaling.ClassLocation, nil, "location-in-clear low", "confidence: low"},
		{"location refused", adjacent, signaling.ClassLocation, func(m *signaling.Message) { m.Kind = signaling.KindError }, "location-in-clear low", "refused: true"},
		{"location rejected", adjacent, signaling.ClassLocation, func(m *signaling.Message) { m.Kind = signaling.KindReject }, "location-in-clear low", "refused: true"},
		{"dialogue aborted", adjacent, signaling.ClassLocation, func(m *signaling.Message) { m.Kind = signaling.KindAbort }, "location-in-clear low", "refused: true"},
		{"sms without text", adjacent, signaling.ClassSMS, nil, "sms-in-clear high", "evidence: hop|adjacent"},
		{"sms, address", address, signaling.ClassSMS, nil, "sms-in-clear medium", ""},
		{"text, adjacent", adjacent, signaling.ClassSMS, set1(gsmmap.FieldSMText), "sms-in-clear critical", "returned: sms_text, evidence: hop|adjacent"},
		{"text, address", address, signaling.ClassSMS, set1(gsmmap.FieldSMText), "sms-in-clear high", "returned: sms_text"},
		{"vectors asked for", adjacent, signaling.ClassAuthentication, nil, "authentication-in-clear high", "evidence: hop|adjacent"},
		{"vectors", address, signaling.ClassAuthentication, set1(gsmmap.FieldVectors), "authentication-in-clear critical", "returned: authentication_vectors|keys"},
		{"vectors, low confidence", address + ", confidence: low", signaling.ClassAuthentication, set1(gsmmap.FieldVectors), "authentication-in-clear high", "confidence: low, returned: authentication_vectors|keys"},
		{"keys", adjacent, signaling.ClassAuthentication, set1(gsmmap.FieldKeys), "authentication-in-clear critical", "returned: authentication_vectors|keys"},
		{"answered with nothing", adjacent, signaling.ClassAuthentication, func(m *signaling.Message) { m.Kind = signaling.KindResult; m.MAP = nil },
			"authentication-in-clear low", "kind: result|answer, returned: nothing"},
		{"answered with what could not be read", adjacent, signaling.ClassAuthentication,
			func(m *signaling.Message) {
				m.Kind, m.MAP, m.Faults = signaling.KindResult, nil, signaling.FaultArgument
			},
			"authentication-in-clear high", "evidence: hop|adjacent"},
		{"call", address, signaling.ClassCall, nil, "call-in-clear low", ""},
		{"call, adjacent", adjacent, signaling.ClassCall, nil, "call-in-clear medium", "evidence: hop|adjacent"},
		{"roaming number", adjacent, signaling.ClassCall, set1(gsmmap.FieldRoamingNumber), "call-in-clear high", "returned: position|cell|roaming_number|forwarded_to_number, evidence: hop|adjacent"},
		{"handover keys", address, signaling.ClassCall, set1(gsmmap.FieldKeys), "call-in-clear critical", "returned: keys"},
		{"data session", adjacent, signaling.ClassData, nil, "data-in-clear medium", "evidence: hop|adjacent"},
		{"data session with cell", address, signaling.ClassData, set1(gsmmap.FieldCellID), "data-in-clear medium", "returned: position|cell"},
		{"ussd", adjacent, signaling.ClassSubscriber, set1(gsmmap.FieldUSSD), "subscriber-data-in-clear high", "returned: position|cell|ussd_text|subscriber_data|forwarded_to_number, evidence: hop|adjacent"},
		{"profile refused", adjacent, signaling.ClassSubscriber, func(m *signaling.Message) { m.Kind = signaling.KindError }, "subscriber-data-in-clear low", "refused: true"},
		{"another class", adjacent, signaling.ClassControl, nil, "", ""},
		{"impossible class", adjacent, 200, nil, "", ""},
		{"protected", adjacent, signaling.ClassLocation, func(m *signaling.Message) { m.Protection = signaling.TLS }, "", ""},
		{"mapsec", adjacent, signaling.ClassLocation, func(m *signaling.Message) { m.Protection = signaling.MAPsec }, "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := mapMessage(t)
			m.Class = tc.class
			if tc.change != nil {
				tc.change(m)
			}
			e := NewEngine(load(t, one(tc.identifier)))
			got, reason := "", ""
			for _, f := range evaluate(e, m) {
				got += f.rule + " " + f.severity.String()
				reason = f.reason
			}
			if got != tc.want || reason != tc.reason {
				t.Errorf("%q for %q, want %q for %q", got, reason, tc.want, tc.reason)
			}
			if tc.class == signaling.ClassLocation && len(e.Touched()) != 1 {
				t.Error("carrier not touched") // whether a rule fired or not
			}
			if total := e.Findings(); len(total) != len(e.Set().Detections) {
				t.Errorf("%d counters", len(total))
			}
		})
	}
}

func set1(f gsmmap.Field) func(*signaling.Message) {
	return func(m *signaling.Message) { m.MAP.Set |= f }
}

func TestRefused(t *testing.T) {
	for code, want := range map[uint32]bool{0: false, 1001: false, 2001: false, 2002: false, 3002: true, 4181: true, 5001: true} {
		m := &signaling.Message{Kind: signaling.KindAnswer, Diameter: &diameter.Message{ResultCode: code}}
		if Refused(m) != want {
			t.Errorf("result %d: refused %t", code, !want)
		}
	}
	if !Refused(&signaling.Message{Kind: signaling.KindAnswer, Diameter: &diameter.Message{Flags: diameter.FlagError}}) {
		t.Error("error bit is not refused")
	}
	if Refused(&signaling.Message{Kind: signaling.KindRequest, Diameter: &diameter.Message{ResultCode: 5001}}) {
		t.Error("a request is refused")
	}
}

// TestSelectors holds what a user's own rule can ask for.
func TestSelectors(t *testing.T) {
	for match, want := range map[string]bool{
		"{}":                          true,
		"{protocol: map}":             true,
		"{protocol: [diameter, cap]}": false,
		"{class: [sms, location]}":    true,
		"{class: sms}":                false,
		"{kind: invoke}":              true,
		"{kind: [result]}":            false,
		"{operation: updateLocation}": true,
		"{operation: [ULR, sendRoutingInfoForSM]}":    false,
		"{evidence: adjacent}":                        true,
		"{evidence: [address, hop]}":                  false,
		"{confidence: [medium, high]}":                true,
		"{confidence: low}":                           false,
		"{carrier: example-carrier}":                  true,
		"{carrier: other}":                            false,
		"{protection: [tls, dtls]}":                   false,
		"{protocol: map, kind: invoke, class: [sms]}": false,
	} {
		rules := writeFile(t, "r.yaml", "detections:\n  - id: mine\n    title: mine\n    severity: high\n    match: "+match+"\n")
		s := load(t, one("type: point_code, value: 4200")+entry("other", "type: point_code, value: 1"), func(o *Options) {
			o.DetectionFiles, o.NoBuiltinDetections = []string{rules}, true
		})
		if got := len(evaluate(NewEngine(s), mapMessage(t))) == 1; got != want {
			t.Errorf("match: %s: fires %t, want %t", match, got, want)
		}
	}
}

func TestWithdrawn(t *testing.T) {
	for status, want := range map[string][2]int{StatusListed: {1, 1}, StatusWithdrawn: {0, 1}, StatusReassigned: {0, 0}} {
		for i, include := range []bool{false, true} {
			s := load(t, one("type: point_code, value: 4200, status: "+status), func(o *Options) { o.IncludeWithdrawn = include })
			if got := len(evaluate(NewEngine(s), mapMessage(t))); got != want[i] {
				t.Errorf("%s, IncludeWithdrawn %t: %d findings, want %d", status, include, got, want[i])
			}
			if len(s.Identifiers) != 1 {
				t.Errorf("%s: not kept", status)
			}
		}
	}
}

// TestManyClaims: more sightings and carriers than one message can hold.
func TestManyClaims(t *testing.T) {
	var b strings.Builder
	b.WriteString("carriers:\n")
	for i := 'a'; i <= 'z'; i++ {
		b.WriteString(entry("c-"+string(i), "type: gt_prefix, value: 9997", "type: point_code, value: 4200"))
	}
	e := NewEngine(load(t, b.String()))
	m := mapMessage(t)
	if got := evaluate(e, m); len(got) != maxCarriers {
		t.Errorf("%d findings", len(got))
	}
	emit := func(*Finding) {}
	if n := testing.AllocsPerRun(20, func() { e.Evaluate(m, emit) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestNothingFound: a message in which nothing is listed allocates nothing and
// leaves no trace.
func TestNothingFound(t *testing.T) {
	e := NewEngine(load(t, bigList(1000)))
	for _, m := range []*signaling.Message{mapMessage(t), ulr(t), {Link: newLink()}} {
		emit := func(*Finding) { t.Error("finding") }
		if n := testing.AllocsPerRun(100, func() { e.Evaluate(m, emit) }); n != 0 {
			t.Errorf("%v allocations", n)
		}
		if m.Link.NumMarks != 0 || m.Memory != nil && m.Memory.NumMarks != 0 || len(e.Touched()) != 0 {
			t.Error("left a trace")
		}
	}
}

// TestUndelivered: a message that SCCP returned was readable, and is neither request nor
// answer to rules.
func TestUndelivered(t *testing.T) {
	set := rulesOf(t, one("type: point_code, value: 4200"), "detections:\n"+
		"  - {id: seen, title: S, match: {class: [location]}}\n"+
		"  - {id: seen-message, title: S, match: {about: message}}\n"+
		"  - {id: asked, title: A, match: {kind: [invoke]}}\n"+
		"  - {id: asked-message, title: A, match: {about: message, kind: [invoke, result]}}\n"+
		"  - {id: cel, title: C, match: {class: [location]}, condition: \"kind == 'invoke'\"}\n"+
		"  - {id: cel-back, title: C, match: {class: [location]}, condition: \"undelivered && kind == 'none'\"}\n")
	for faults, want := range map[signaling.Fault]string{
		0:                       "asked asked-message cel seen seen-message",
		signaling.FaultReturned: "cel-back seen seen-message",
	} {
		m := mapMessage(t)
		m.Memory, m.Faults = nil, faults
		e := NewEngine(set)
		var fired []string
		for _, f := range evaluate(e, m) {
			fired = append(fired, f.rule)
		}
		slices.Sort(fired)
		if got := strings.Join(fired, " "); got != want {
			t.Errorf("faults %d: %s fired, want %s", faults, got, want)
		}
		for _, r := range e.Explain(m).Rules {
			if fits := slices.Contains(fired, r.Rule.ID); fits != (r.Missed == "") {
				t.Errorf("faults %d: %s fired: %t, and is said to miss %q", faults, r.Rule.ID, fits, r.Missed)
			}
		}
	}
}
