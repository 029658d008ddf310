package output

import (
	"net/netip"
	"testing"
	"time"

	"sigtransit/decoders/diameter"
	"sigtransit/decoders/gsmmap"
	"sigtransit/decoders/m3ua"
	"sigtransit/decoders/sccp"
	"sigtransit/decoders/tcap"
	"sigtransit/decoders/telecom"
	"sigtransit/pkg/partners"
	"sigtransit/pkg/roaming"
	"sigtransit/pkg/signaling"
	"sigtransit/pkg/synth"
	"sigtransit/pkg/trust"
	"sigtransit/rules"
)

// Test numbers: PLMN 001-01, country code 999 (reserved), documentation networks.
var (
	testIMSI   = telecom.MustDigits("001010123456890")
	testMSISDN = telecom.MustDigits("99912345678901")
	testIMEI   = telecom.MustDigits("35000000123456")
	testTime   = time.Date(2026, 11, 22, 10, 0, 0, 123456000, time.UTC).UnixNano()

	testKeys = mustKeys("0123456789abcdef0123456789abcdef\n")
)

func mustKeys(text string) *Keys {
	k, _, err := parseKeys([]byte(text))
	if err != nil {
		panic(err)
	}
	return k
}

func mustOID(s string) tcap.ObjectID {
	o, ok := tcap.ParseObjectID(s)
	if !ok {
		panic("not an object identifier: " + s)
	}
	return o
}

func pointCode(s string) telecom.PointCode {
	p, err := telecom.ParsePointCode(s)
	if err != nil {
		panic(err)
	}
	return p
}

var testCarrier = &rules.Carrier{ID: "pccw-global", Name: "PCCW Global"}

var (
	testRule = &rules.Detection{ID: "location-in-clear", Severity: signaling.SeverityHigh}
	authRule = &rules.Detection{ID: "vectors-in-clear", Severity: signaling.SeverityCritical}
)

func testLink() *signaling.Link {
	return &signaling.Link{
		ID: 7, Transport: signaling.SCTP,
		Ends: [2]signaling.End{
			{Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")}, Port: 2905},
			{Addrs: []netip.Addr{netip.MustParseAddr("198.51.100.2")}, Port: 2905},
		},
	}
}

func base(link *signaling.Link) signaling.Message {
	return signaling.Message{
		Time: testTime, Frame: 1234, Source: "roaming.pcap", Link: link,
		Src: netip.MustParseAddrPort("192.0.2.1:2905"), Dst: netip.MustParseAddrPort("198.51.100.2:2905"),
		IMSI: testIMSI,
	}
}

func international(gt string, ssn telecom.SSN) sccp.Address {
	return sccp.Address{
		Present: true, Indicator: 0x12, HasSSN: true, GTI: 4, SSN: ssn, NP: 1, NAI: 4, ES: 1, GT: telecom.MustDigits(gt),
	}
}

func operation(name string) signaling.Operation {
	op, ok := signaling.LookupOperation(name)
	if !ok {
		panic("no operation " + name)
	}
	return op
}

// updateLocation is the example of the design: an invoke that leaves by a link to
// the carrier's point code.
func updateLocation() *signaling.Message {
	m := base(testLink())
	m.Protocol, m.Kind, m.Operation, m.Class = signaling.MAP, signaling.KindInvoke, operation("updateLocation"), signaling.ClassLocation
	m.M3UA = &m3ua.Message{HasRoutingContext: true, RoutingContext: 100, HasData: true, Data: m3ua.ProtocolData{OPC: pointCode("4-010-1"), DPC: pointCode("4-106-6")}}
	m.SCCP = &sccp.Message{Type: sccp.UDT, Calling: international("999100000001", telecom.SSNVLR), Called: international("999200000002", telecom.SSNHLR)}
	m.TCAP = &tcap.Message{Type: tcap.Begin, OTID: tcap.TransactionID{Value: 1, Len: 4}, Dialogue: tcap.AARQ, ACN: mustOID("0.4.0.0.1.0.1.3")}
	m.Component = &tcap.Component{Kind: tcap.Invoke, HasInvokeID: true, InvokeID: 1, HasCode: true, Code: 2}
	m.MAPVersion = 3
	m.MAP = new(gsmmap.Arguments)
	param := synth.AppendUpdateLocation(nil, synth.UpdateLocation{
		IMSI: testIMSI, MSC: synth.International(telecom.MustDigits("999100000003")), VLR: synth.International(telecom.MustDigits("999100000001")),
	})
	if err := m.MAP.DecodeInvoke(2, 3, param); err != nil {
		panic(err)
	}
	return &m
}

// testRoaming is a home with one partner.
var testRoaming = func() *roaming.Table {
	t, _ := roaming.Compile(roaming.Home{}, []*partners.Partner{{ID: "XXAAA", Name: "Alpha Mobile", Country: "XA", PLMNs: []telecom.PLMN{{MCC: 999, MNC: 71, Digits: 2}}}}, roaming.Transit{})
	return t
}()

// roamer is updateLocation of a visitor, with who is at its ends.
func roamer() *signaling.Message {
	m := updateLocation()
	m.Roaming = signaling.Roaming{Direction: signaling.Outbound, Subscriber: signaling.WhoseVisitor, Partner: 1}
	return m
}

func locationFinding() *rules.Finding {
	id := &rules.Identifier{Carrier: testCarrier, Type: "point_code", Value: "4-106-6"}
	return &rules.Finding{
		Message: updateLocation(), Rule: testRule, Severity: signaling.SeverityHigh, Carrier: testCarrier,
		Evidence: signaling.EvidenceAdjacent, Confidence: signaling.ConfidenceHigh,
		Sightings: []rules.Sighting{{Position: signaling.M3UADPC, Identifier: id, Value: []byte("4-106-6")}},
	}
}

// vectors is a sendAuthenticationInfo result without a code, two vectors in it.
func vectors() *signaling.Message {
	m := updateLocation()
	m.Frame, m.From = 1240, 1
	m.Src, m.Dst = m.Dst, m.Src
	m.Kind, m.Operation, m.Class, m.Inherited = signaling.KindResult, operation("sendAuthenticationInfo"), signaling.ClassAuthentication, true
	m.TCAP = &tcap.Message{Type: tcap.End, DTID: tcap.TransactionID{Value: 1, Len: 4}, ACN: mustOID("0.4.0.0.1.0.14.3"), HasResult: true}
	m.Component = &tcap.Component{Kind: tcap.ReturnResultLast, HasInvokeID: true, InvokeID: 1}
	m.SCCP.Calling, m.SCCP.Called = m.SCCP.Called, m.SCCP.Calling
	m.MAP = new(gsmmap.Arguments)
	param := synth.AppendSendAuthenticationInfoResult(nil, synth.Vectors{Quintuplets: 2, Version: 3}, synth.NewRand(1))
	if err := m.MAP.DecodeResult(56, 3, param); err != nil {
		panic(err)
	}
	return m
}

// routingError answers with an error on a national network, segmented address
// forms and all, and names the subscriber by an MSISDN.
func routingError() *signaling.Message {
	m := updateLocation()
	m.Frame = 1241
	m.IMSI, m.MSISDN = telecom.Digits{}, testMSISDN
	m.Kind, m.Operation, m.Class = signaling.KindError, operation("sendRoutingInfoForSM"), signaling.ClassSMS
	m.M3UA = &m3ua.Message{HasNetworkAppearance: true, NetworkAppearance: 5, HasData: true, Data: m3ua.ProtocolData{OPC: 9046, DPC: 12, NI: 2}}
	m.SCCP = &sccp.Message{Type: sccp.XUDTS, HasCause: true, Cause: 1,
		Calling: sccp.Address{Present: true, HasPC: true, PC: 300, HasSSN: true, SSN: 6, RouteOnSSN: true},
		Called:  sccp.Address{Present: true, GTI: 1, NAI: 4, GT: telecom.MustDigits("999300000")},
	}
	m.Component = &tcap.Component{Kind: tcap.ReturnError, HasInvokeID: true, InvokeID: -3, HasLinkedID: true, LinkedID: 2, HasCode: true, Code: 27}
	m.MAP = nil
	m.Faults = signaling.FaultTruncated | signaling.FaultAddress | 1<<15
	m.Duplicate = true
	return m
}

func reject() *signaling.Message {
	m := updateLocation()
	m.Kind, m.MAP, m.MAPVersion = signaling.KindReject, nil, 0
	m.Component = &tcap.Component{Kind: tcap.Reject, HasProblem: true, ProblemType: 1, Problem: 1}
	m.SCCP.Called = sccp.Address{Present: true, GTI: 4, NP: 7, NAI: 4, GT: telecom.MustDigits("999120123456890")}
	m.SCCP.Calling = sccp.Address{Present: true, GTI: 2, TT: 10, GT: telecom.MustDigits("999120000")}
	return m
}

func abort() *signaling.Message {
	m := base(testLink())
	m.IMSI = telecom.Digits{}
	m.Protocol, m.Kind = signaling.TCAP, signaling.KindAbort
	m.Time += 321
	m.TCAP = &tcap.Message{Type: tcap.Abort, DTID: tcap.TransactionID{Value: 0xab, Len: 1}, HasPAbort: true, PAbortCause: 4}
	return &m
}

func foreignComponent() *signaling.Message {
	m := abort()
	m.Kind = signaling.KindInvoke
	m.TCAP = &tcap.Message{Type: tcap.Continue, OTID: tcap.TransactionID{Value: 0xab, Len: 2}, DTID: tcap.TransactionID{Value: 0xcd, Len: 3}, ACN: mustOID("0.4.0.0.1.0.50.1")}
	m.Component = &tcap.Component{Kind: tcap.Invoke, HasCode: true, Global: true, GlobalCode: []byte{0x2a, 0x03}, HasInvokeID: true}
	return m
}

func foreignError() *signaling.Message {
	m := foreignComponent()
	m.Kind = signaling.KindError
	return m
}

// callStart is an initialDP of CAP with an IMEI beside it.
func callStart() *signaling.Message {
	m := updateLocation()
	m.Protocol, m.Operation, m.Class = signaling.CAP, operation("initialDP"), signaling.ClassCall
	m.MAPVersion = 0
	m.MSISDN = testMSISDN
	m.MAP = &gsmmap.Arguments{
		Set: gsmmap.FieldIMSI | gsmmap.FieldMSISDN | gsmmap.FieldIMEI | gsmmap.FieldCellID, IMSI: testIMSI, MSISDN: testMSISDN, IMEI: testIMEI,
		DiameterName: []byte("mme1.001010123456890.example"),
	}
	return m
}

// twoSGSNs is an answer with two nodes of one role.
func twoSGSNs() *signaling.Message {
	m := updateLocation()
	m.Kind, m.Operation, m.Class = signaling.KindResult, operation("sendRoutingInfoForSM"), signaling.ClassSMS
	m.Component = &tcap.Component{Kind: tcap.ReturnResultLast, HasCode: true, Code: 45, HasInvokeID: true}
	// RoutingInfoForSM-Res: imsi, locationInfoWithLMSI [0] { networkNode-Number [1],
	// additional-Number [6] { msc-Number [0] } }.
	var param, inner []byte
	inner = synth.AppendNumber(inner, 0x81, synth.International(telecom.MustDigits("999100000003")))
	inner = synth.AppendTLV(inner, 0xa6, synth.AppendNumber(nil, 0x80, synth.International(telecom.MustDigits("999100000004"))))
	param = synth.AppendDigits(nil, 0x04, testIMSI)
	param = synth.AppendTLV(param, 0xa0, inner)
	m.MAP = new(gsmmap.Arguments)
	if err := m.MAP.DecodeResult(45, 3, synth.AppendTLV(nil, 0x30, param)); err != nil {
		panic(err)
	}
	return m
}

func exchange() synth.Exchange {
	return synth.Exchange{
		App: 16777251, HopByHop: 0xaabbccdd, EndToEnd: 0x01020304, SessionID: "mme1.epc.mnc001.mcc001.3gppnetwork.org;1;2;001010123456890",
		Origin:      synth.Peer{Host: "mme1.epc.mnc001.mcc001.3gppnetwork.org", Realm: "epc.mnc001.mcc001.3gppnetwork.org"},
		Destination: synth.Peer{Host: "hss.epc.mnc099.mcc999.3gppnetwork.org", Realm: "epc.mnc099.mcc999.3gppnetwork.org"},
		RouteRecord: []string{"dra1.example.net", "dra2.example.net"},
		ProxyInfo:   []synth.ProxyInfo{{Host: "proxy.example.net", State: "x"}},
	}
}

func diameterMessage(wire []byte, kind signaling.Kind, op string, class signaling.Class) *signaling.Message {
	link := testLink()
	link.Transport = signaling.TCP
	link.Ends[0].Host, link.Ends[0].Realm = "dra1.example.net", "example.net"
	link.Ends[1].Host = "dra1.ipx.example"
	m := base(link)
	m.Protocol, m.Kind, m.Operation, m.Class = signaling.Diameter, kind, operation(op), class
	m.Diameter = new(diameter.Message)
	if err := m.Diameter.Decode(wire); err != nil {
		panic(err)
	}
	return &m
}

func ulr() *signaling.Message {
	plmn, _ := telecom.ParsePLMN("001-01")
	m := diameterMessage(synth.AppendULR(nil, exchange(), testIMSI, plmn, testIMEI), signaling.KindRequest, "ULR", signaling.ClassLocation)
	m.Protection = signaling.TLS
	return m
}

func ula() *signaling.Message {
	m := diameterMessage(synth.AppendULA(nil, exchange(), synth.Success, testMSISDN, "internet"), signaling.KindAnswer, "ULR", signaling.ClassLocation)
	m.From, m.MSISDN = 1, testMSISDN
	return m
}

func aiaDenied() *signaling.Message {
	m := diameterMessage(synth.AppendAIA(nil, exchange(), synth.ErrorRoamingDenied, 0, synth.NewRand(1)), signaling.KindAnswer, "AIR", signaling.ClassAuthentication)
	m.From = 1
	return m
}

func aia() *signaling.Message {
	m := diameterMessage(synth.AppendAIA(nil, exchange(), synth.Success, 3, synth.NewRand(1)), signaling.KindAnswer, "AIR", signaling.ClassAuthentication)
	m.From = 1
	return m
}

func shortMessage() *signaling.Message {
	return diameterMessage(synth.AppendOFR(nil, exchange(), telecom.MustDigits("999100000009"), testIMSI, testMSISDN, []byte("text")), signaling.KindRequest, "OFR", signaling.ClassSMS)
}

// nodesNamed is no message of any standard: one node of each form, vectors of each
// kind, signed and partly encrypted.
func nodesNamed() *signaling.Message {
	tgpp := func(code uint32) synth.AVP { return synth.AVP{Code: code, Vendor: 10415} }
	gsma := func(code uint32) synth.AVP { return synth.AVP{Code: code, Vendor: diameter.VendorGSMA} }
	x := exchange()
	b, at := synth.OpenAnswer(nil, x, synth.CmdSR, synth.Success)
	b = synth.AppendAVPString(b, synth.AVPMMEName, "mme1.example.net")
	b = synth.AppendAVPString(b, synth.AVPMMERealm, "example.net")
	b = synth.AppendAVP(b, synth.AVPMMENumberForMTSMS, []byte{0x99, 0x19, 0x00, 0xf1})
	b = synth.AppendAVP(b, tgpp(6), []byte{192, 0, 2, 1})
	for _, code := range []uint32{1414, 1415, 1416} {
		b = synth.AppendAVP32(b, tgpp(code), 1)
	}
	b, item := synth.OpenAVP(b, tgpp(612))
	b = synth.CloseAVP(synth.AppendAVP32(b, tgpp(609), 1), item)
	b, signature := synth.OpenAVP(b, gsma(1000))
	b = synth.AppendAVPString(b, gsma(1003), "example.net")
	b = synth.CloseAVP(synth.AppendAVP32(b, gsma(1004), 1), signature)
	b = synth.AppendAVP32(b, gsma(1100), 1)
	m := diameterMessage(synth.CloseAnswer(b, x, at), signaling.KindAnswer, "SRR", signaling.ClassSMS)
	m.From, m.Protection = 1, signaling.Signed
	return m
}

// messages are the samples, by name.
func messages() map[string]*signaling.Message {
	return map[string]*signaling.Message{
		"updateLocation": updateLocation(), "vectors": vectors(), "routingError": routingError(), "reject": reject(), "abort": abort(),
		"foreignComponent": foreignComponent(), "foreignError": foreignError(), "callStart": callStart(), "twoSGSNs": twoSGSNs(),
		"ulr": ulr(), "ula": ula(), "aiaDenied": aiaDenied(), "aia": aia(), "shortMessage": shortMessage(), "nodesNamed": nodesNamed(),
		"empty": {},
	}
}

func vectorsFinding() *rules.Finding {
	f := locationFinding()
	f.Message, f.Rule, f.Severity, f.Reason = vectors(), authRule, signaling.SeverityCritical, "evidence adjacent, returned vectors"
	host := &rules.Identifier{Carrier: testCarrier, Type: "gt_prefix", Value: "9992"}
	f.Sightings = append(f.Sightings, rules.Sighting{Position: signaling.SCCPCalledGT, Identifier: host, FromRequest: true})
	f.Sightings[0].Position = signaling.M3UAOPC
	return f
}

func diameterFinding() *rules.Finding {
	id := &rules.Identifier{Type: "host_suffix", Value: "ipx.example"}
	plmn := &rules.Identifier{Type: "plmn", Value: "001-01", Role: signaling.RoleGroupOperator}
	return &rules.Finding{
		Message: ula(), Rule: testRule, Severity: signaling.SeverityMedium, Carrier: &rules.Carrier{ID: "example-ipx"},
		Evidence: signaling.EvidenceHop, Confidence: signaling.ConfidenceMedium,
		Sightings: []rules.Sighting{
			{Position: signaling.DiameterPeer, Identifier: id, Value: []byte("dra1.ipx.example")},
			{Position: signaling.DiameterUserName, Identifier: plmn, Value: []byte("001010123456890")},
		},
	}
}

func flowEvent() *signaling.FlowEvent {
	l := testLink()
	l.Ends[0].Host, l.Ends[0].Realm = "dra1.example.net", "example.net"
	return &signaling.FlowEvent{Time: testTime, Frame: 1, Source: "roaming.pcap", Link: l, State: "new", Reason: "init seen"}
}

// securedFlow is a link with everything that can be known of its protection, though
// no link has all of it.
func securedFlow() *signaling.FlowEvent {
	f := flowEvent()
	f.State, f.Reason, f.Was, f.Former = signaling.FlowDowngraded, "an earlier link between the same peers was protected by tls", signaling.TLS, 5
	f.Link.Security = &signaling.Security{
		Version: 0x0303, Negotiated: true, Cipher: 0x003b, ServerName: "dra1.example.net", ALPN: "diameter", Server: 1,
		Certificates: [2]signaling.Certificate{1: {Subject: "dra1.example.net", Issuer: "Example CA", Names: []string{"dra1.example.net", "dra2.example.net"}}},
		AH:           true, IKE: 2, NATT: true, ESP: 12, SPIs: 2,
	}
	return f
}

// flowFinding is what a rule says about a link.
func flowFinding() *rules.Finding {
	f := securedFlow()
	f.State, f.Reason, f.Was, f.Former = signaling.FlowNegotiated, "", signaling.Clear, 0
	f.Link.Protection = signaling.TLS
	f.Link.Security.Version, f.Link.Security.Cipher = 0x0304, 0x1301
	id := &rules.Identifier{Carrier: testCarrier, Type: "host", Value: "dra1.example.net"}
	m := base(f.Link)
	m.Class, m.Protection, m.IMSI = signaling.ClassProtected, signaling.TLS, telecom.Digits{}
	return &rules.Finding{
		Message: &m, Flow: f, Rule: &rules.Detection{ID: "hop-readable-by-carrier"}, Severity: signaling.SeverityMedium, Carrier: testCarrier,
		Evidence: signaling.EvidenceAdjacent, Confidence: signaling.ConfidenceMedium,
		Sightings: []rules.Sighting{{Position: signaling.TLSServerName, Identifier: id, Value: []byte("dra1.example.net")}},
	}
}

func warning() *signaling.Warning {
	return &signaling.Warning{Time: testTime, Frame: 9, Source: "roaming.pcap", Type: "one-way-mirror", Text: "Only one direction of this link is in the capture.", Count: 3}
}

// condition is a warning about a link, with all it can have.
func condition(state signaling.WarningState) *signaling.Warning {
	w := warning()
	w.State, w.Advice, w.Of, w.Link, w.From = state, "Mirror both directions.", 4, testLink(), 1
	return w
}

// sampleStats counts the samples and sets every field.
func sampleStats() *Stats {
	s := &Stats{
		Source: "roaming.pcap", Frames: 12345, Bytes: 2_345_678, First: testTime, Last: testTime + int64(312*time.Second),
		Decoded: 12000, NotSignaling: 300, Undecoded: []Count{{"cut_short", 40}, {"bad_checksum", 5}},
		Counters: []Count{{"sctp_packets", 12100}}, DecodeErrors: []ErrorCount{{"sccp", "truncated", 12}, {"map", "malformed", 1}},
		Drops: []Count{{"ring_full", 2}}, StateEntries: []Count{{"dialogues", 17}}, Evictions: []TableCount{{"dialogues", "age", 4}},
		CarrierFlows: []FlowCount{{"pccw-global", signaling.Clear, 1}}, MissingChunks: 3, Elapsed: 250 * time.Millisecond,
	}
	findings := map[string]*rules.Finding{}
	for _, f := range []*rules.Finding{locationFinding(), vectorsFinding(), diameterFinding()} {
		s.AddMessage(f.Message)
		s.AddFinding(f)
		s.AddTouched(f.Message, []*rules.Carrier{f.Carrier})
		findings[f.Rule.ID] = f
	}
	s.AddTested(locationFinding())
	x := &rules.Exception{ID: "partner-over-pccw", Owner: "roaming@example.net", Expires: time.Date(2027, 3, 31, 0, 0, 0, 0, time.UTC)}
	s.AddExcepted(x)
	s.AddExcepted(x)
	s.AddExpired(x)
	s.AddConditionError(&rules.Detection{ID: "own-rule"})
	for _, m := range messages() {
		s.AddMessage(m)
	}
	s.AddFlow(flowEvent())
	s.AddLinks([]*rules.Carrier{testCarrier}, signaling.Clear)
	s.AddLinks([]*rules.Carrier{testCarrier}, signaling.Clear)
	s.MoveLink(testCarrier, signaling.Clear, signaling.TLS)
	s.AddWarning(warning())
	s.Trust.Totals[trust.MissingChunks] = trust.Sample{Bad: 3, Of: 912}
	s.Trust.Totals[trust.CutFrames] = trust.Sample{Bad: 40, Of: 12_000}
	s.Trust.Active[trust.MissingChunks], s.Trust.Messages, s.Trust.SnapLength = true, 2, 96
	return s
}

// eachEvent calls f with every sample event of an encoder.
func eachEvent(e *Encoder, f func(name string, line []byte)) {
	for name, m := range allMessages() {
		f("message "+name, e.AppendMessage(nil, m))
	}
	f("message of a partner", e.AppendMessage(nil, roamer()))
	f("finding location", e.AppendFinding(nil, locationFinding()))
	f("finding vectors", e.AppendFinding(nil, vectorsFinding()))
	f("finding diameter", e.AppendFinding(nil, diameterFinding()))
	f("finding about a link", e.AppendFinding(nil, flowFinding()))
	for _, p := range pathFindings() {
		f("finding about a path: "+p.Path.Kind.String(), e.AppendFinding(nil, p))
	}
	f("flow", e.AppendFlow(nil, flowEvent()))
	f("flow, secured", e.AppendFlow(nil, securedFlow()))
	f("flow, bare", e.AppendFlow(nil, &signaling.FlowEvent{State: "idle"}))
	f("warning", e.AppendWarning(nil, warning()))
	f("warning, raised", e.AppendWarning(nil, condition(signaling.WarningRaised)))
	f("warning, cleared", e.AppendWarning(nil, condition(signaling.WarningCleared)))
	f("warning, bare", e.AppendWarning(nil, &signaling.Warning{Type: "cut-off-file", Text: "The file ends within a frame."}))
	f("stats", e.AppendStats(nil, sampleStats()))
	s := sampleStats()
	s.AddMessage(roamer())
	f("stats, of home", e.AppendStats(nil, s))
	f("stats, bare", e.AppendStats(nil, &Stats{Frames: 1}))
}

func TestSamplesGiveAwaySomething(t *testing.T) {
	for name, want := range map[string]signaling.Disclosure{
		"updateLocation": signaling.DisclosedIMSI | signaling.DisclosedServingNode,
		"vectors":        signaling.DisclosedVectors,
		"ula":            signaling.DisclosedSubscriberData | signaling.DisclosedAPNs,
		"aia":            signaling.DisclosedVectors,
		"shortMessage":   signaling.DisclosedSMS,
	} {
		if got, _ := messages()[name].Disclosed(); got&want != want {
			t.Errorf("%s discloses %b, want at least %b", name, got, want)
		}
	}
}
