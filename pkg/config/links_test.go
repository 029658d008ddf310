package config

import (
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/dissect"
	"sigtransit/rules"
)

func TestLinks(t *testing.T) {
	got, err := Load(file(t, `network_indicators: {2: china}
links:
  - name: hk-1
    peers: [192.0.2.0/24, "2001:db8::1"]
    ports: [2905, 2906]
    point_codes: [1-2-3, 0x010204, 66054]
    network_indicator: 2
    mtp: ansi
  - {name: known by its peers, peers: [198.51.100.9], carrier: pccw-global}
`))
	if err != nil {
		t.Fatal(err)
	}
	two, ansi := uint8(2), telecom.ANSI
	want := []Link{
		{
			Name: "hk-1", Peers: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8::1/128")},
			Ports: []uint16{2905, 2906}, PointCodes: []telecom.PointCode{0x010203, 0x010204, 0x010206}, NetworkIndicator: &two, MTP: &ansi,
		},
		{
			Name: "known by its peers", Peers: []netip.Prefix{netip.MustParsePrefix("198.51.100.9/32")},
			Carrier: "pccw-global", CarrierAt: rules.Place{File: got.Links[1].CarrierAt.File, Line: 9, Column: 64},
		},
	}
	inventory := []rules.LinkCarrier{{Name: "known by its peers", Peers: want[1].Peers, Carrier: "pccw-global", At: want[1].CarrierAt}}
	if l := got.LinkCarriers(); !reflect.DeepEqual(l, inventory) {
		t.Errorf("inventory %+v", l)
	}
	if !reflect.DeepEqual(got.Links, want) {
		t.Errorf("links\n got %+v\nwant %+v", got.Links, want)
	}
	// What tells no variant tells the dissector nothing.
	if o := got.Dissect(); !reflect.DeepEqual(o, dissect.Options{
		Links:    []dissect.Link{{Peers: want[0].Peers, Ports: want[0].Ports, PointCodes: want[0].PointCodes, Networks: 1 << 2, Variant: telecom.ANSI}},
		Networks: [4]dissect.Network{2: {Variant: telecom.China, Set: true}},
	}) {
		t.Errorf("options %+v", o)
	}
}

func TestLinksRefused(t *testing.T) {
	for text, want := range map[string]string{
		"network_indicators: {4: china}\n":                            ":1:25: no network indicator 4; want 0 to 3",
		"network_indicators: {2: etsi}\n":                             `:1:25: unknown variant "etsi"; want one of itu, ansi, china, japan`,
		"network_indicators: {two: china}\n":                          ":1:22: ",
		"links:\n- {ports: [1]}\n":                                    ":2:3: a link without a name; want name: and a word for it",
		"links:\n- {name: a}\n":                                       `:2:3: link "a" says nothing of where it is; want peers, ports, point_codes or network_indicator`,
		"links:\n- {name: a, ports: [1]}\n- {name: a, ports: [2]}\n":  `:3:10: a second link "a"; want a name of its own for each`,
		"links:\n- {name: a, peers: [192.0.2.1, 192.0.2.1/24]}\n":     `:2:32: "192.0.2.1/24": has bits set behind the prefix, want 192.0.2.0/24 or 192.0.2.1`,
		"links:\n- {name: a, ports: [70000]}\n":                       ":2:21: no port 70000; want 1 to 65535",
		"links:\n- {name: a, ports: [x]}\n":                           `:2:21: links[0].ports[0]: "x" is no whole number; want a whole number`,
		"links:\n- {name: a, network_indicator: 9}\n":                 ":2:32: no network indicator 9; want 0 to 3",
		"links:\n- {name: a, ports: [1], mtp: etsi}\n":                `:2:30: unknown variant "etsi"; want one of itu, ansi, china, japan`,
		"links:\n- {name: a, mtp: japan, point_codes: [\"65536\"]}\n": `:2:39: "65536": want a point code as 7-4-5 bits (0-127, 0-15, 0-31), decimal, or 0x hex, of at most 16 bits`,
		"links:\n- {name: a, point_codes: [8-0-0]}\n":                 `:2:27: "8-0-0": want a point code as zone-network-point`,
		"links:\n- {name: a, peer: [192.0.2.1]}\n":                    `:2:13: unknown key "peer"; want one of name, peers, ports, point_codes, network_indicator, mtp, carrier`,
		"links:\n- {name: a, ports: [1], carrier: ''}\n":              `:2:34: an empty id; want that of a carrier, for example pccw-global`,
		"link:\n- {name: a}\n":                                        `:1:1: unknown key "link"; want one of privacy, `,
		"privacy: mask\nlinks: {name: a}\n":                           ":2:8: ",
	} {
		name := file(t, text)
		_, err := Load(name)
		if err == nil || !strings.HasPrefix(err.Error(), name+want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%.60q: %v\nwant one line with %s%s", text, err, name, want)
		}
	}
}
