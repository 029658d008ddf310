package diameter

import (
	"bytes"
	"fmt"
	"net"
	"slices"
	"testing"

	"github.com/fiorix/go-diameter/v4/diam"
	codes "github.com/fiorix/go-diameter/v4/diam/avp"
	"github.com/fiorix/go-diameter/v4/diam/datatype"
	"github.com/fiorix/go-diameter/v4/diam/dict"

	"sigtransit/decoders/internal/mutate"
)

// TestCommandsOfDictionary holds KnownCommand to the dictionary of go-diameter.
func TestCommandsOfDictionary(t *testing.T) {
	for _, app := range dict.Default.Apps() {
		for _, c := range app.Command {
			if !KnownCommand(app.ID, c.Code) {
				t.Errorf("%s (%d) of application %d is not known", c.Name, c.Code, app.ID)
			}
		}
	}
}

// build makes a message with go-diameter: another implementation's idea of the
// encoding.
func build(t *testing.T, m *diam.Message, avps ...*diam.AVP) []byte {
	t.Helper()
	for _, a := range avps {
		m.AddAVP(a)
	}
	b, err := m.Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func group3GPP(code uint32, avps ...*diam.AVP) *diam.AVP {
	return diam.NewAVP(code, codes.Mbit|codes.Vbit, Vendor3GPP, &diam.GroupedAVP{AVP: avps})
}

func avp3GPP(code uint32, data datatype.Type) *diam.AVP {
	return diam.NewAVP(code, codes.Mbit|codes.Vbit, Vendor3GPP, data)
}

func avpIETF(code uint32, data datatype.Type) *diam.AVP {
	return diam.NewAVP(code, codes.Mbit, 0, data)
}

func groupIETF(code uint32, avps ...*diam.AVP) *diam.AVP {
	return diam.NewAVP(code, codes.Mbit, 0, &diam.GroupedAVP{AVP: avps})
}

// TestBuiltByGoDiameter decodes what go-diameter builds, and compares with what it
// reads itself.
func TestBuiltByGoDiameter(t *testing.T) {
	routing := func() []*diam.AVP {
		return []*diam.AVP{
			avpIETF(codes.SessionID, datatype.UTF8String("mme1.epc.example;1;2")),
			groupIETF(codes.VendorSpecificApplicationID, avpIETF(codes.VendorID, datatype.Unsigned32(10415)), avpIETF(codes.AuthApplicationID, datatype.Unsigned32(appS6a))),
			avpIETF(codes.AuthSessionState, datatype.Enumerated(1)),
			avpIETF(codes.OriginHost, datatype.DiameterIdentity("mme1.epc.example")),
			avpIETF(codes.OriginRealm, datatype.DiameterIdentity("epc.example")),
		}
	}
	vector := func(code uint32) *diam.AVP {
		return group3GPP(code, avp3GPP(codes.RAND, datatype.OctetString("0123456789abcdef")), avp3GPP(codes.XRES, datatype.OctetString("01234567")),
			avp3GPP(codes.AUTN, datatype.OctetString("0123456789abcdef")), avp3GPP(codes.KASME, datatype.OctetString("0123456789abcdef0123456789abcdef")))
	}
	tests := []struct {
		name string
		b    []byte
		want func(m *Message) string // what is wrong
	}{
		{"ULR", build(t, diam.NewMessage(diam.UpdateLocation, diam.RequestFlag|diam.ProxiableFlag, appS6a, 1, 2, dict.Default), append(routing(),
			avpIETF(codes.DestinationHost, datatype.DiameterIdentity("hss1.epc.example.net")),
			avpIETF(codes.DestinationRealm, datatype.DiameterIdentity("epc.example.net")),
			avpIETF(codes.UserName, datatype.UTF8String("999700000000001")),
			avp3GPP(codes.RATType, datatype.Enumerated(1004)),
			avp3GPP(codes.ULRFlags, datatype.Unsigned32(0x22)),
			avp3GPP(codes.VisitedPLMNID, datatype.OctetString("\x00\xf1\x10")),
			group3GPP(codes.TerminalInformation, avp3GPP(codes.IMEI, datatype.UTF8String("35609204000000"))),
			avpIETF(codes.RouteRecord, datatype.DiameterIdentity("dra1.ipx.example")),
			avpIETF(codes.RouteRecord, datatype.DiameterIdentity("dra2.ipx.example")),
			groupIETF(codes.ProxyInfo, avpIETF(codes.ProxyHost, datatype.DiameterIdentity("dea1.example.net")), avpIETF(codes.ProxyState, datatype.OctetString("x"))))...),
			func(m *Message) string {
				return fmt.Sprint(m.IMSI, m.IMEI, m.VisitedPLMN, string(m.DestinationHost), string(m.DestinationRealm), m.NumRouteRecords, m.NumProxyHosts, string(m.ProxyHosts()[0])) +
					"|" + "999700000000001 35609204000000 001-01 hss1.epc.example.net epc.example.net 2 1 dea1.example.net"
			}},
		{"ULA", build(t, diam.NewMessage(diam.UpdateLocation, diam.ProxiableFlag, appS6a, 1, 2, dict.Default), append(routing(),
			avpIETF(codes.ResultCode, datatype.Unsigned32(2001)),
			avp3GPP(codes.ULAFlags, datatype.Unsigned32(1)),
			group3GPP(codes.SubscriptionData,
				avp3GPP(codes.SubscriberStatus, datatype.Enumerated(0)),
				avp3GPP(codes.MSISDN, datatype.OctetString("\x89\x67\x45\x23\x01\xf0")),
				avp3GPP(codes.NetworkAccessMode, datatype.Enumerated(2)),
				group3GPP(codes.APNConfigurationProfile, avp3GPP(codes.ContextIdentifier, datatype.Unsigned32(1)))))...),
			func(m *Message) string {
				return fmt.Sprint(m.MSISDN, m.ResultCode, m.Set&FieldSubscriptionData != 0) + "|98765432100 2001 true"
			}},
		{"AIA", build(t, diam.NewMessage(diam.AuthenticationInformation, diam.ProxiableFlag, appS6a, 1, 2, dict.Default), append(routing(),
			avpIETF(codes.ResultCode, datatype.Unsigned32(2001)),
			group3GPP(codes.AuthenticationInfo, vector(codes.EUTRANVector), vector(codes.EUTRANVector), vector(codes.UTRANVector)))...),
			func(m *Message) string { return fmt.Sprint(m.VectorCount, m.Set&FieldVectors != 0) + "|3 true" }},
		{"AIA with error", build(t, diam.NewMessage(diam.AuthenticationInformation, diam.ProxiableFlag, appS6a, 1, 2, dict.Default), append(routing(),
			groupIETF(codes.ExperimentalResult, avpIETF(codes.VendorID, datatype.Unsigned32(10415)), avpIETF(codes.ExperimentalResultCode, datatype.Unsigned32(5001))))...),
			func(m *Message) string {
				return fmt.Sprint(m.ResultCode, m.ResultVendor, m.Set&FieldExperimentalResult != 0) + "|5001 10415 true"
			}},
		{"CER", build(t, diam.NewMessage(diam.CapabilitiesExchange, diam.RequestFlag, 0, 1, 2, dict.Default),
			avpIETF(codes.OriginHost, datatype.DiameterIdentity("dra1.ipx.example")),
			avpIETF(codes.OriginRealm, datatype.DiameterIdentity("ipx.example")),
			avpIETF(codes.HostIPAddress, datatype.Address(net.ParseIP("192.0.2.1"))),
			avpIETF(codes.HostIPAddress, datatype.Address(net.ParseIP("2001:db8::1"))),
			avpIETF(codes.VendorID, datatype.Unsigned32(0)),
			diam.NewAVP(codes.ProductName, 0, 0, datatype.UTF8String("a product")),
			avpIETF(codes.InbandSecurityID, datatype.Unsigned32(1)),
			avpIETF(codes.SupportedVendorID, datatype.Unsigned32(10415))),
			func(m *Message) string {
				return fmt.Sprint(m.HostIPs(), m.InbandSecurity) + "|[192.0.2.1 2001:db8::1] 1"
			}},
		{"CCR", build(t, diam.NewMessage(diam.CreditControl, diam.RequestFlag, 4, 1, 2, dict.Default),
			avpIETF(codes.SessionID, datatype.UTF8String("pgw1.example;1;2")),
			avpIETF(codes.OriginHost, datatype.DiameterIdentity("pgw1.example")),
			avpIETF(codes.OriginRealm, datatype.DiameterIdentity("example")),
			groupIETF(codes.SubscriptionID, avpIETF(codes.SubscriptionIDType, datatype.Enumerated(0)), avpIETF(codes.SubscriptionIDData, datatype.UTF8String("98765432100"))),
			groupIETF(codes.SubscriptionID, avpIETF(codes.SubscriptionIDType, datatype.Enumerated(1)), avpIETF(codes.SubscriptionIDData, datatype.UTF8String("999700000000001"))),
			group3GPP(codes.ServiceInformation, group3GPP(codes.PSInformation, avp3GPP(codes.TGPPUserLocationInfo, datatype.OctetString("\x82\x00\xf1\x10\x00\x01\x00\xf1\x10\x00\x00\x01\x01"))))),
			func(m *Message) string {
				return fmt.Sprint(m.MSISDN, m.IMSI, m.Set&FieldLocation != 0) + "|98765432100 999700000000001 true"
			}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var m Message
			if err := m.Decode(tt.b); err != nil {
				t.Fatal(err)
			}
			if m.Faults != 0 {
				t.Errorf("faults %#x at octet %d", m.Faults, m.FaultOffset)
			}
			if !HeaderLooksValid(tt.b) {
				t.Error("header does not look valid")
			}
			got, want, _ := bytes.Cut([]byte(tt.want(&m)), []byte("|"))
			if !bytes.Equal(bytes.ReplaceAll(got, []byte(" "), nil), bytes.ReplaceAll(want, []byte(" "), nil)) {
				t.Errorf("got %s, want %s", got, want)
			}
			if !compareWithGoDiameter(t, tt.b) {
				t.Error("go-diameter does not read what it built")
			}
		})
	}
}

// TestDamagedAgainstGoDiameter compares after each small damage as well.
func TestDamagedAgainstGoDiameter(t *testing.T) {
	for _, b := range [][]byte{goldenULR(), goldenAIA(), goldenDWR()} {
		compared := 0
		mutate.Each(t, b, func(b []byte) {
			if compareWithGoDiameter(t, b) {
				compared++
			}
		})
		if compared < len(b) {
			t.Errorf("only %d variants of a message of %d octets were compared", compared, len(b))
		}
	}
}

// compareWithGoDiameter decodes b with go-diameter as well and compares what both
// read. It reports whether go-diameter could. Known differences, all of them its
// own, for which nothing is compared:
//
//   - it panics on an AVP without a value, and on a message length below 20 it asks
//     for 4 GiB;
//   - it rejects a message with a command that its dictionary lacks, with any AVP
//     of the wrong type, or with octets behind the last AVP;
//   - an AVP is looked up without its vendor when it is not found with it, so that
//     another vendor's AVP of a known code is decoded as the known one;
//   - it moves on by the length of the value it decoded, not by that on the wire:
//     an Address without family, which it writes out with one, shifts all that
//     follows.
func compareWithGoDiameter(t *testing.T, b []byte) (done bool) {
	t.Helper()
	var ours Message
	if ours.Decode(b) != nil || ours.Faults != 0 {
		return false
	}
	b = b[:ours.Length]
	theirs := guarded(b)
	if theirs == nil {
		return false
	}
	// Only if it has put the AVPs where they are on the wire.
	var out []byte
	for _, a := range theirs.AVP {
		s, err := a.Serialize()
		if err != nil {
			return false
		}
		out = append(out, s...)
	}
	if len(out) != (len(b)-HeaderLen+3)&^3 {
		return false
	}

	h := theirs.Header
	if h.MessageLength != ours.Length || h.CommandFlags != ours.Flags || h.CommandCode != ours.Command ||
		h.ApplicationID != ours.AppID || h.HopByHopID != ours.HopByHop || h.EndToEndID != ours.EndToEnd {
		t.Errorf("header: %v, ours %+v", h, ours)
	}
	for _, x := range []struct {
		code uint32
		ours []byte
	}{
		{263, ours.SessionID}, {264, ours.OriginHost}, {296, ours.OriginRealm}, {293, ours.DestinationHost}, {283, ours.DestinationRealm}, {1, ours.UserName},
	} {
		v, found := firstValue(theirs, x.code)
		if found != (x.ours != nil) || !bytes.Equal(v, x.ours) {
			t.Errorf("AVP %d: %q, ours %q", x.code, v, x.ours)
		}
	}
	var routes [][]byte
	for _, a := range theirs.AVP {
		if a.Code == 282 && a.VendorID == 0 {
			routes = append(routes, a.Data.Serialize())
		}
	}
	if len(routes) != ours.NumRouteRecords || !slices.EqualFunc(routes[:min(len(routes), MaxRouteRecords)], ours.RouteRecords(), bytes.Equal) {
		t.Errorf("Route-Record: %q, ours %q", routes, ours.RouteRecords())
	}
	return true
}

// guarded is the message as go-diameter reads it, nil when it does not.
func guarded(b []byte) (m *diam.Message) {
	defer func() {
		if recover() != nil {
			m = nil
		}
	}()
	m, err := diam.ReadMessage(bytes.NewReader(b), dict.Default)
	if err != nil {
		return nil
	}
	return m
}

func firstValue(m *diam.Message, code uint32) (v []byte, found bool) {
	for _, a := range m.AVP {
		if a.Code == code && a.VendorID == 0 {
			return a.Data.Serialize(), true
		}
	}
	return nil, false
}
