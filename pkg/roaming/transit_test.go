package roaming

import (
	"strings"
	"testing"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/numbering"
	"sigtransit/pkg/partners"
	"sigtransit/pkg/signaling"
	"sigtransit/pkg/synth"
)

// gear is a hub with a number that public facts give to an operator of its group, one
// out of Alpha's range, and an agent under Alpha's realm.
func gear() Transit {
	return Transit{
		Titles:   []Gear{{"8524401234", "carrier hub (h.yaml:3)"}, {"9997188", "carrier hub (h.yaml:4)"}},
		Names:    []Gear{{"Hub.alpha.example.net", "carrier hub (h.yaml:5)"}},
		Suffixes: []Gear{{"ipx.example.net", "carrier hub (h.yaml:6)"}},
	}
}

// TestTransit: a carrier's gear is no partner; what else the message names is.
func TestTransit(t *testing.T) {
	const group, alphas, beta = "852440123456", "99971880001", "9997200009"
	if _, ok := numbering.OperatorOfGT(telecom.MustDigits(group)); !ok {
		t.Fatal("nobody has the number: the test proves nothing")
	}
	centre := func(number string) []byte {
		return synth.AppendSendRoutingInfoForSM(nil, synth.SendRoutingInfoForSM{MSISDN: synth.International(telecom.MustDigits("99976000001")), ServiceCentre: synth.International(telecom.MustDigits(number))})
	}
	invoke := func(from, sc string) *signaling.Message {
		return ss7("sendRoutingInfoForSM", signaling.KindInvoke, gt(from), gt("9997000001"), "", centre(sc))
	}
	update := func(vlr string) *signaling.Message {
		n := number(vlr)
		return ss7("updateLocation", signaling.KindInvoke, gt(group), gt("9997000001"), homeSubscriber, synth.AppendUpdateLocation(nil, synth.UpdateLocation{IMSI: telecom.MustDigits(homeSubscriber), MSC: n, VLR: n}))
	}
	const home = "epc.mnc070.mcc999.3gppnetwork.org"
	for _, tt := range []struct {
		name          string
		m             *signaling.Message
		without, with string // partner
		direction     signaling.Direction
	}{
		{name: "a number of the group", m: invoke(group, group), without: "China Mobile Hong Kong", direction: signaling.Inbound},
		{name: "a number out of a partner's range", m: invoke(alphas, alphas), without: "Alpha", direction: signaling.Inbound},
		{name: "a service centre behind the hub", m: invoke(group, beta), without: "Beta", with: "Beta", direction: signaling.Inbound},
		{name: "a VLR behind the hub", m: update(beta), without: "Beta", with: "Beta", direction: signaling.Inbound},
		{name: "the hub as VLR", m: update(alphas), without: "Alpha", direction: signaling.Inbound},
		{name: "a visitor's home behind the hub", m: ss7("purgeMS", signaling.KindInvoke, gt("9997000001"), gt(group), "999720000000001", nil), without: "Gamma", with: "Gamma", direction: signaling.Outbound},
		{name: "an agent", m: s6a("CLR", home, "hub.alpha.example.net", homeSubscriber), without: "Alpha", direction: signaling.Outbound},
		{name: "under an agent's exact name", m: s6a("CLR", home, "x.hub.alpha.example.net", homeSubscriber), without: "Alpha", with: "Alpha", direction: signaling.Outbound},
		{name: "an agent with Visited-PLMN-Id", m: at(s6a("ULR", "dra1.IPX.example.net", home, homeSubscriber), "999-71"), without: "Alpha", with: "Alpha", direction: signaling.Inbound},
		{name: "between others", m: ss7("sendRoutingInfoForSM", signaling.KindInvoke, gt(group), gt("9997100001"), "", centre(group)), without: "Alpha", with: "Alpha", direction: signaling.Through},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, x := range []struct {
				transit Transit
				want    string
			}{{Transit{}, tt.without}, {gear(), tt.with}} {
				table, _ := Compile(testHome(), testPartners(), x.transit)
				r := NewResolver(table)
				r.Resolve(tt.m)
				name := ""
				if p := table.Party(tt.m.Roaming.Partner); p != nil {
					name = p.Name
				}
				if name != x.want && !(x.want != "" && strings.HasPrefix(name, x.want)) || tt.m.Roaming.Direction != tt.direction {
					t.Errorf("with %v: %v, partner %q, want %v, %q", x.transit, tt.m.Roaming.Direction, name, tt.direction, x.want)
				}
				if n := testing.AllocsPerRun(20, func() { r.Resolve(tt.m) }); n != 0 {
					t.Errorf("%v allocations", n)
				}
			}
		})
	}
}

// TestTransitWarnings: gear within a partner's range is what Transit is for; gear that
// is home's, or all that a partner has, is a contradiction, told with both places.
func TestTransitWarnings(t *testing.T) {
	ps := []*partners.Partner{{ID: "XXAAA", At: "p.json:2", GTs: []partners.Range{{First: "99971", Last: "99971"}}, Realms: []string{"a.example.net"}}}
	for _, tt := range []struct {
		name string
		x    Transit
		want string
	}{
		{"within a partner's range", gear(), ""},
		{"a partner's range", Transit{Titles: []Gear{{"99971", "carrier hub (h.yaml:3)"}}}, "numbers 99971 are both of carrier hub (h.yaml:3) and of XXAAA (p.json:2): what both have counts as that of carrier hub (h.yaml:3)"},
		{"a partner's realm", Transit{Suffixes: []Gear{{"A.example.net", "carrier hub (h.yaml:3)"}}}, "realm a.example.net is both of carrier hub (h.yaml:3) and of XXAAA (p.json:2): it counts as that of carrier hub (h.yaml:3)"},
		{"within home's range", Transit{Titles: []Gear{{"999701", "carrier hub (h.yaml:3)"}}}, "numbers 999701 of carrier hub (h.yaml:3) lie in 99970 of home: what both have counts as that of carrier hub (h.yaml:3)"},
		{"home's realm", Transit{Suffixes: []Gear{{"home.example.net", "carrier hub (h.yaml:3)"}}}, "name home.example.net is both of home and of carrier hub (h.yaml:3): it counts as that of home"},
		{"no number", Transit{Titles: []Gear{{"12x", "carrier hub (h.yaml:3)"}}}, "carrier hub (h.yaml:3): 12x to 12x is no range of numbers; want two of one length, at most 15 digits: it is left out"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, warnings := Compile(testHome(), ps, tt.x)
			got := ""
			for _, w := range warnings {
				got += w.Text
			}
			if got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}
