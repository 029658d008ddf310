package rules

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigtransit/decoders/diameter"
	"sigtransit/decoders/gsmmap"
	"sigtransit/decoders/m3ua"
	"sigtransit/decoders/sccp"
	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
)

func writeFile(t testing.TB, name, text string) string {
	t.Helper()
	p := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

// load compiles a watchlist given as text, without the built-in carriers.
func load(t testing.TB, watchlist string, change ...func(*Options)) *Set {
	t.Helper()
	o := Options{WatchlistFiles: []string{writeFile(t, "watchlist.yaml", watchlist)}, NoBuiltin: true}
	for _, c := range change {
		c(&o)
	}
	s, err := Load(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// one is a watchlist of a carrier with the identifiers given as flow mappings.
func one(identifiers ...string) string {
	return carrier("example-carrier", identifiers...)
}

func carrier(id string, identifiers ...string) string {
	return "carriers:\n" + entry(id, identifiers...)
}

func entry(id string, identifiers ...string) string {
	s := "  - id: " + id + "\n    identifiers:\n"
	for _, i := range identifiers {
		s += "      - {" + i + "}\n"
	}
	return s
}

func e164(digits string) sccp.Address {
	return sccp.Address{Present: true, Indicator: 0x12, HasSSN: true, GTI: 4, NP: 1, NAI: 4, SSN: 6, GT: telecom.MustDigits(digits)}
}

func tbcd(digits string) []byte {
	var b []byte
	for i := 0; i < len(digits); i += 2 {
		o := digits[i] - '0' | 0xf0
		if i+1 < len(digits) {
			o = digits[i] - '0' | (digits[i+1]-'0')<<4
		}
		b = append(b, o)
	}
	return b
}

func tlv(tag byte, v ...byte) []byte { return append([]byte{tag, byte(len(v))}, v...) }

// updateLocation is the argument of updateLocation (3GPP TS 29.002 17.7.1):
// imsi OCTET STRING, msc-Number [1], vlr-Number. toa is the octet before each
// number: 91 international E.164.
func updateLocation(t testing.TB, imsi, msc, vlr string, toa byte) *gsmmap.Arguments {
	t.Helper()
	b := tlv(0x04, tbcd(imsi)...)
	b = append(b, tlv(0x81, append([]byte{toa}, tbcd(msc)...)...)...)
	b = append(b, tlv(0x04, append([]byte{toa}, tbcd(vlr)...)...)...)
	a := &gsmmap.Arguments{}
	if err := a.DecodeInvoke(2, 3, tlv(0x30, b...)); err != nil {
		t.Fatal(err)
	}
	if len(a.Nodes()) != 2 {
		t.Fatalf("updateLocation: %d nodes", len(a.Nodes()))
	}
	return a
}

func newLink() *signaling.Link {
	return &signaling.Link{Transport: signaling.SCTP, Ends: [2]signaling.End{
		{Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.1")}, Port: 2905},
		{Addrs: []netip.Addr{netip.MustParseAddr("198.51.100.1")}, Port: 2905},
	}}
}

// mapMessage is an updateLocation in which nothing is listed.
func mapMessage(t testing.TB) *signaling.Message {
	a := updateLocation(t, "001010123456789", "999700000001", "999700000002", 0x91)
	return &signaling.Message{
		Link: newLink(), Protocol: signaling.MAP, Kind: signaling.KindInvoke, Class: signaling.ClassLocation,
		Operation: signaling.MAPOperation(2),
		M3UA:      &m3ua.Message{HasData: true, Data: m3ua.ProtocolData{OPC: 4100, DPC: 4200, SI: 3, NI: 0}},
		SCCP:      &sccp.Message{Type: sccp.UDT, Calling: e164("999700000002"), Called: e164("001555000111")},
		MAP:       a, IMSI: a.IMSI, Memory: &signaling.Memory{},
	}
}

func avp(code uint32, vendor uint32, data string) []byte {
	flags, head := uint32(0x40), 8
	if vendor != 0 {
		flags, head = 0xc0, 12
	}
	n := head + len(data)
	b := binary.BigEndian.AppendUint32(nil, code)
	b = binary.BigEndian.AppendUint32(b, flags<<24|uint32(n))
	if vendor != 0 {
		b = binary.BigEndian.AppendUint32(b, vendor)
	}
	b = append(b, data...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

// diameterBytes is an Update-Location-Request (3GPP TS 29.272 7.2.3) or its answer
// made of AVPs.
func diameterBytes(flags byte, avps ...[]byte) []byte {
	b := make([]byte, diameter.HeaderLen)
	for _, a := range avps {
		b = append(b, a...)
	}
	binary.BigEndian.PutUint32(b, 1<<24|uint32(len(b)))
	binary.BigEndian.PutUint32(b[4:], uint32(flags)<<24|316)
	binary.BigEndian.PutUint32(b[8:], 16777251)
	return b
}

func diameterMessage(t testing.TB, flags byte, avps ...[]byte) *signaling.Message {
	t.Helper()
	d := &diameter.Message{}
	if err := d.Decode(diameterBytes(flags, avps...)); err != nil {
		t.Fatal(err)
	}
	l := newLink()
	l.Ends[0].Port, l.Ends[1].Port = 3868, 3868
	m := &signaling.Message{
		Link: l, Protocol: signaling.Diameter, Kind: signaling.KindAnswer, Class: signaling.ClassLocation,
		Operation: signaling.DiameterOperation(16777251, 316), Diameter: d, IMSI: d.IMSI, Memory: &signaling.Memory{},
	}
	if d.IsRequest() {
		m.Kind = signaling.KindRequest
	}
	return m
}

const (
	avpUserName         = 1
	avpResultCode       = 268
	avpOriginHost       = 264
	avpRouteRecord      = 282
	avpDestinationRealm = 283
	avpProxyInfo        = 284
	avpProxyHost        = 280
	avpProxyState       = 33
	avpDestinationHost  = 293
	avpOriginRealm      = 296
	avpVisitedPLMN      = 1407
	vendor3GPP          = 10415
)

// ulr is an Update-Location-Request in which nothing is listed; more AVPs may
// follow.
func ulr(t testing.TB, more ...[]byte) *signaling.Message {
	return diameterMessage(t, 0xc0, append([][]byte{
		avp(avpOriginHost, 0, "mme01.mmec01.mme.epc.mnc097.mcc999.3gppnetwork.org"),
		avp(avpOriginRealm, 0, "epc.mnc097.mcc999.3gppnetwork.org"),
		avp(avpDestinationHost, 0, "hss01.epc.mnc001.mcc001.3gppnetwork.org"),
		avp(avpDestinationRealm, 0, "epc.mnc001.mcc001.3gppnetwork.org"),
		avp(avpUserName, 0, "001010123456789"),
		avp(avpRouteRecord, 0, "dra1.ipx.example.org"),
	}, more...)...)
}

// told is a finding copied out of the engine, in one line.
type told struct {
	rule, carrier, line string
	severity            signaling.Severity
	evidence            signaling.Evidence
	confidence          signaling.Confidence
	reason              string
	sightings           []string
}

func evaluate(e *Engine, m *signaling.Message) []told {
	var out []told
	e.Evaluate(m, func(f *Finding) {
		x := told{rule: f.Rule.ID, carrier: f.Carrier.ID, severity: f.Severity, evidence: f.Evidence, confidence: f.Confidence, reason: f.Reason}
		for _, s := range f.Sightings {
			id := s.Identifier
			if id == nil {
				id = &Identifier{}
			}
			text := fmt.Sprintf("%v=%s[%s %s]", s.Position, s.Value, id.Type, id.Value)
			if s.FromRequest {
				text += "<request"
			}
			x.sightings = append(x.sightings, text)
		}
		x.line = fmt.Sprintf("%s %s %v %v: %s", x.rule, x.carrier, x.severity, x.evidence, strings.Join(x.sightings, " "))
		out = append(out, x)
	})
	return out
}
