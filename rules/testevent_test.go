package rules

import (
	"strings"
	"testing"
	"time"

	"sigtransit/decoders/diameter"
	"sigtransit/decoders/gsmmap"
	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
)

const eventHead = "tests:\n  - name: a\n    only: true\n    events:\n      - "

// TestBadEvents: each mistake in an event is told with its place and what would be right.
func TestBadEvents(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"no mapping", "x", `FILE:5:9: event: got "x", want a mapping with the keys `},
		{"unknown key", "{operation: purgeMS, opc: 1}", `FILE:5:30: event: unknown key "opc", want one of timestamp, `},
		{"nothing", "{src_ip: 192.0.2.1}", `FILE:5:9: event: says neither "protocol" nor "operation"`},
		{"time", "{operation: x, timestamp: yesterday}", `FILE:5:35: timestamp: "yesterday", want a time like 2026-11-22T10:00:02.5Z`},
		{"none of them", "{operation: x, repeat: 0}", `FILE:5:32: repeat: 0, want how often the message comes, 1 or more`},
		{"too many", "{operation: x, repeat: 100001}", `FILE:5:32: repeat: got 100001, want a whole number from 0 to 100000`},
		{"between", "{operation: x, every: -1s}", `FILE:5:31: every: "-1s", want the time between two of them, from 0s to 24h0m0s`},
		{"a reply again", "{operation: x, kind: result, repeat: 2}", `FILE:5:9: repeat: of what belongs to a dialogue that has begun; only what begins one can repeat`},
		{"address", "{operation: x, src_ip: here}", `FILE:5:32: src_ip: "here", want an IP address`},
		{"port", "{operation: x, dest_ip: 192.0.2.1, dest_port: 65536}", `FILE:5:55: dest_port: got 65536, want a whole number from 0 to 65535`},
		{"protection", "{operation: x, protection: none}", `FILE:5:36: protection: "none", want one of clear, tls, `},
		{"protocol", "{protocol: isup}", `FILE:5:20: protocol: "isup", want one of map, cap, tcap, diameter`},
		{"kind", "{operation: x, kind: ask}", `FILE:5:30: kind: "ask", want one of invoke, `},
		{"kind of diameter", "{protocol: map, kind: request}", `FILE:5:31: kind: "request" is of diameter`},
		{"kind of MAP", "{kind: invoke, diameter: {}}", `FILE:5:16: kind: "invoke", want request or answer with diameter`},
		{"two languages", "{protocol: map, diameter: {}}", `FILE:5:35: event: its protocol is map, and has no such block`},
		{"no protocol", "{protocol: none}", `FILE:5:20: protocol: "none", want one of map, `},
		{"no kind", "{operation: x, kind: none}", `FILE:5:30: kind: "none", want one of invoke, `},
		{"two applications", "{map: {}, cap: {}}", `FILE:5:15: event: a message of map has no block of another application`},
		{"two others", "{cap: {}, diameter: {}}", `FILE:5:15: event: a message of cap has no block of another application`},
		{"another application", "{protocol: cap, map: {}}", `FILE:5:30: event: its protocol is cap, and has no such block`},
		{"Diameter with a label", "{diameter: {}, m3ua: {opc: 1}}", `FILE:5:9: event: of diameter, which has no m3ua, sccp or sua`},
		{"another event", "{event_type: stats, counters: {}}", `FILE:5:22: event_type: stats, which tells no message; want message or finding`},
		{"an end again", "{protocol: map, kind: end, repeat: 2}", `FILE:5:9: repeat: of what belongs to a dialogue`},
		{"before the epoch", `{operation: x, timestamp: "1970-01-01T00:00:00+14:00"}`, `FILE:5:35: timestamp: "1970-01-01T00:00:00+14:00", want a time like `},
		{"not of the network", `{operation: x, subscriber: {imsi: "262011234567890", plmn: 999-70}}`, `FILE:5:43: imsi: "262011234567890" is not of network 999-70`},
		{"point code of an address", "{operation: x, sccp: {calling: {pc: x}}}", `FILE:5:45: pc: "x", want a point code as `},
		{"nothing before the stars", `{operation: x, sccp: {calling: {gt: "***"}}}`, `FILE:5:45: gt: "***", want digits`},
		{"nodes", "{map: {further_nodes: [" + strings.Repeat("{vlr_number: '9'}, ", 7) + "]}}", `FILE:5:9: event: 7 nodes, want at most the 6 that are kept of a message`},
		{"hops", "{diameter: {route_record: [" + strings.Repeat("a, ", 40) + "]}}", `FILE:5:9: event: want at most the 8 nodes, `},
		{"faults", "{operation: x, faults: [truncated, odd]}", `FILE:5:44: faults: "odd", want some of truncated, broken_component, `},
		{"pseudonym", `{operation: x, subscriber: {imsi: "h:924f55c1e36e52c9"}}`, `FILE:5:43: imsi: "h:924f55c1e36e52c9" is a pseudonym, want digits`},
		{"digits", "{operation: x, subscriber: {msisdn: 4x9}}", `FILE:5:45: msisdn: "4x9", want digits`},
		{"network", "{operation: x, subscriber: {plmn: 1}}", `FILE:5:43: plmn: "1", want a PLMN as MCC-MNC, for example 001-01 or 310-410`},
		{"point code", "{operation: x, m3ua: {opc: 9-0-0}}", `FILE:5:36: opc: "9-0-0", want a point code as zone-network-point `},
		{"point code of a variant", "{operation: x, m3ua: {variant: japan, dpc: 200-0-0}}", `FILE:5:52: dpc: "200-0-0", want a point code as 7-4-5 bits `},
		{"network indicator", "{operation: x, m3ua: {ni: 4}}", `FILE:5:35: ni: got 4, want a whole number from 0 to 3`},
		{"message of SCCP", "{operation: x, sccp: {type: CR}}", `FILE:5:37: type: "CR", want one of UDT, UDTS, XUDT, XUDTS, LUDT, LUDTS`},
		{"title", "{operation: x, sccp: {calling: {gt: hub}}}", `FILE:5:45: gt: "hub", want digits`},
		{"code", "{operation: x, map: {opcode: two}}", `FILE:5:38: opcode: "two", want a whole number of at most 32 bits`},
		{"disclosure", "{operation: x, map: {carried: [name]}}", `FILE:5:40: carried: "name", want some of authentication_vectors, `},
		{"vectors", `{operation: x, map: {returned: "authentication_vectors:0"}}`, `FILE:5:40: returned: "authentication_vectors:0", want the number of vectors, from 1 to 255, behind the colon`},
		{"a number of what has none", `{operation: x, map: {returned: "keys:2"}}`, `FILE:5:40: returned: "keys:2", want some of `},
		{"identifier", "{operation: x, diameter: {end_to_end: none}}", `FILE:5:47: end_to_end: "none", want a number of 32 bits, as 0x5a000001`},
		{"role", "{operation: x, diameter: {nodes: [{role: cell}]}}", `FILE:5:50: role: "cell", want one of mme_number, `},
		{"host of SUA", "{operation: x, sua: {calling: {ip: host}}}", `FILE:5:44: ip: "host", want an IP address`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := writeFile(t, "t.yaml", eventHead+tc.text+"\n")
			_, err := LoadTests(p)
			if err == nil {
				t.Fatal("no error")
			}
			if got := strings.ReplaceAll(err.Error(), p, "FILE"); !strings.HasPrefix(got, tc.want) || strings.Contains(got, "\n") {
				t.Errorf("got:\n%s\nwant:\n%s", got, tc.want)
			}
		})
	}
}

// TestReadEvent: what events say arrives where the engine looks for it.
func TestReadEvent(t *testing.T) {
	one := func(text string) *TestEvent {
		t.Helper()
		f, err := LoadTests(writeFile(t, "t.yaml", eventHead+text+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		return &f.Tests[0].Events[0]
	}
	x := one(`{"timestamp":"2026-11-22T10:00:02.5Z","event_type":"finding","source":"a.pcap","frame":7,"src_ip":"192.0.2.1","src_port":2905,"dest_ip":"2001:db8::1","dest_port":2906,"proto":"TCP","link":3,"protection":"mapsec",` +
		`"protocol":"map","operation":"insertSubscriberData","kind":"invoke","class":"subscriber","direction":"inbound","inherited":true,"duplicate":true,"faults":["broken_argument"],"subscriber":{"imsi":"31041*******07","id":"h:1","msisdn":"999*1","plmn":"310-410","home":true,"whose":"home"},` +
		`"partner":{"id":"P"},"finding":{"rule":"x"},"m3ua":{"opc":"1-2-3","dpc":"200","ni":2,"rc":1,"na":1,"variant":"ansi"},"sccp":{"type":"UDTS","cause":1,"calling":{"gt":"99901","pc":"4-5-6","ssn":6,"tt":1,"np":7},"called":{"gt":"99902","tt":9}},` +
		`"tcap":{"type":"end","otid":"01","dtid":"02","acn":"0.4","acn_name":"x","result":0},"map":{"opcode":7,"error":-3,"invoke_id":-1,"version":2,"msisdn":"999","imei":"12345678","vlr_number":"99903","further_nodes":[{"vlr_number":"99904"}],"diameter_name":"mme.example","gsn_address":"192.0.2.9","location_age_minutes":300,"carried":["authentication_vectors:2","keys"]}}`)
	m := &x.Message
	a := m.MAP
	digits := telecom.MustDigits
	for name, ok := range map[string]bool{
		"time":    x.Time.Equal(time.Date(2026, 11, 22, 10, 0, 2, 5e8, time.UTC)),
		"head":    m.Source == "a.pcap" && m.Frame == 7 && x.Link == 3 && x.Transport == signaling.TCP && m.Protection == signaling.MAPsec,
		"ends":    m.Src.String() == "192.0.2.1:2905" && m.Dst.String() == "[2001:db8::1]:2906",
		"kind":    m.Protocol == signaling.MAP && x.Operation == "insertSubscriberData" && m.Kind == signaling.KindInvoke && x.HasClass && m.Class == signaling.ClassSubscriber && m.Inherited && m.Duplicate,
		"faults":  m.Faults == signaling.FaultArgument|signaling.FaultReturned,
		"imsi":    m.IMSI == digits("310410") && m.MSISDN == digits("999"),
		"label":   m.M3UA.Data.OPC == 1<<16|2<<8|3 && m.M3UA.Data.DPC == 200 && m.M3UA.Data.NI == 2 && m.SCCP.Variant == telecom.ANSI,
		"calling": m.SCCP.Calling.GTI == 3 && m.SCCP.Calling.NP == 7 && m.SCCP.Calling.HasPC && m.SCCP.Calling.PC == 4<<16|5<<8|6 && m.SCCP.Calling.SSN == 6,
		"called":  m.SCCP.Called.GTI == 2 && m.SCCP.Called.TT == 9 && !m.SCCP.Called.HasPC && m.SCCP.HasCause && m.SCCP.Cause == 1,
		"tcap":    x.OTID == "01" && x.DTID == "02" && m.TCAP != nil,
		"code":    m.Component.Code == -3 && m.Component.InvokeID == -1 && m.MAPVersion == 2,
		"nodes":   len(a.Nodes()) == 2 && a.Nodes()[1] == gsmmap.Node{Role: gsmmap.NodeVLR, NAI: 1, NPI: 1, GT: digits("99904")},
		"names":   string(a.DiameterName) == "mme.example" && a.GSN.String() == "192.0.2.9" && a.Age == 300 && a.IMEI == digits("12345678"),
		"carried": x.HasDisclosed && x.Disclosed == signaling.DisclosedVectors|signaling.DisclosedKeys && x.Vectors == 2,
		"repeat":  x.Repeat == 1 && x.Every == time.Millisecond,
	} {
		if !ok {
			t.Errorf("%s is wrong in %+v", name, x)
		}
	}

	x = one(`{operation: S6a/ULR, repeat: 3, every: 1h, diameter: {app_id: 16777251, command: 316, hop_by_hop: "0x5a000001", end_to_end: 7, error: true, peer: a.example, to_peer: b.example,
        origin_host: oh, origin_realm: or, destination_host: dh, destination_realm: dr, route_record: [r1, r2], proxy_host: p, visited_plmn: 999-70, sc_address: "99905", result_code: 5001, result_vendor: 10415,
        dess: {signed: true, signer: s, encrypted_avps: 2}, nodes: [{role: serving_node, avp: MME-Name, host: h}, {role: gmlc, realm: r}, {role: node, ip: 192.0.2.1}, {role: vlr_number, number: "999"}], returned: []}}`)
	d := x.Message.Diameter
	for name, ok := range map[string]bool{
		"kind":   x.IsDiameter() && x.Repeat == 3 && x.Every == time.Hour && x.Peer == "a.example" && x.ToPeer == "b.example",
		"header": d.AppID == 16777251 && d.Command == 316 && d.HopByHop == 0x5a000001 && d.EndToEnd == 7 && d.IsError(),
		"ends":   string(d.OriginHost)+string(d.OriginRealm)+string(d.DestinationHost)+string(d.DestinationRealm) == "ohordhdr",
		"hops":   len(d.RouteRecords()) == 2 && string(d.RouteRecords()[1]) == "r2" && len(d.ProxyHosts()) == 1,
		"result": d.ResultCode == 5001 && d.ResultVendor == 10415 && d.VisitedPLMN.String() == "999-70" && d.SCAddress == digits("99905"),
		"dess":   d.Set&(diameter.FieldSignature|diameter.FieldEncrypted) == diameter.FieldSignature|diameter.FieldEncrypted && string(d.Signer) == "s" && d.NumEncrypted == 2,
		"nodes":  len(d.Nodes()) == 4 && string(d.Nodes()[0].Name) == "h" && d.Nodes()[1].Realm && d.Nodes()[2].Addr.IsValid() && d.Nodes()[3].GT == digits("999"),
		"answer": x.HasDisclosed && x.Disclosed == 0,
	} {
		if !ok {
			t.Errorf("%s is wrong in %+v", name, x)
		}
	}

	x = one(`{protocol: map, subscriber: {imsi: "h:924f55c1e36e52c9", msisdn: "h:1", plmn: 001-01}, map: {msisdn: "h:1"}}`)
	if m := &x.Message; m.IMSI != digits("001010000000000") || m.MSISDN.Len() != 0 || m.MAP.MSISDN.Len() != 0 {
		t.Errorf("a pseudonym is read as %v and %v", m.IMSI, m.MSISDN)
	}
	x = one(`{protocol: map, subscriber: {plmn: 310-410}, sccp: {calling: {gt: "99901"}, called: {gt: "1", nai: 3}}, sua: {calling: {host: h}, called: {ip: 192.0.2.1}}}`)
	if m := &x.Message; m.IMSI != digits("310410000000000") || m.SCCP.Calling.GTI != 4 || m.SCCP.Calling.NP != 1 || m.SCCP.Calling.NAI != 4 ||
		m.SCCP.Called.GTI != 1 || string(m.SUA.Calling.Host) != "h" || !m.SUA.Called.IP.IsValid() {
		t.Errorf("what is not said is wrong in %+v", x)
	}
}
