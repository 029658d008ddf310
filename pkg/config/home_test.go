package config

import (
	"net/netip"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/roaming"
	"sigtransit/rules"
)

func TestHome(t *testing.T) {
	name := file(t, `network_indicators: {2: china}
partners: [partners.json, /etc/more.json]
home:
  name: Example Mobile
  plmns: [999-70, 999-701]
  gt_prefixes: ["99970", +99971, 99972]
  mgt_prefixes: ["99975"]
  msisdn_prefixes: ["99976"]
  realms: [Home.Example.NET.]
  hosts: [dra1.example.net]
  point_codes: [1-001-1, "2:1-2-3", 0x10]
  ip_prefixes: [192.0.2.0/24, "2001:db8::1"]
  carriers: [pccw-global, our-ipx]
`)
	got, err := Load(name)
	if err != nil {
		t.Fatal(err)
	}
	want := roaming.Home{
		Name: "Example Mobile", PLMNs: []telecom.PLMN{{MCC: 999, MNC: 70, Digits: 2}, {MCC: 999, MNC: 701, Digits: 3}},
		GTs: []string{"99970", "99971", "99972"}, MGTs: []string{"99975"}, MSISDNs: []string{"99976"},
		Realms: []string{"home.example.net"}, Hosts: []string{"dra1.example.net"},
		PointCodes: []roaming.PointCode{{PC: 1<<11 | 1<<3 | 1}, {PC: 1<<16 | 2<<8 | 3, NI: 2, Variant: telecom.China}, {PC: 16}},
		IPs:        []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8::1/128")},
	}
	if !reflect.DeepEqual(got.Home, want) {
		t.Errorf("%+v\nwant %+v", got.Home, want)
	}
	carriers := []rules.HomeCarrier{{ID: "pccw-global", At: rules.Place{File: name, Line: 13, Column: 14}}, {ID: "our-ipx", At: rules.Place{File: name, Line: 13, Column: 27}}}
	if !reflect.DeepEqual(got.HomeCarriers, carriers) {
		t.Errorf("%+v\nwant %+v", got.HomeCarriers, carriers)
	}
	if files := []string{filepath.Dir(name) + "/partners.json", "/etc/more.json"}; !reflect.DeepEqual(got.Partners, files) {
		t.Errorf("partners %q, want %q", got.Partners, files)
	}
}

func TestHomeRefused(t *testing.T) {
	for text, want := range map[string]string{
		"home:\n  plmn: [001-01]\n":                      `:2:3: unknown key "plmn"; want one of name, plmns, gt_prefixes, `,
		"home:\n  plmns: [001-01, 00101]\n":              `:2:19: "00101": want a PLMN as MCC-MNC`,
		"home:\n  plmns: [001-01, 001-01]\n":             `:2:19: "001-01": stands in the list twice`,
		"home:\n  gt_prefixes: [0041]\n":                 `:2:17: "0041": want the first digits of an international number`,
		"home:\n  mgt_prefixes: [1234567890123456]\n":    `:2:18: "1234567890123456": want the first digits`,
		"home:\n  msisdn_prefixes: [x]\n":                `:2:21: "x": want the first digits`,
		"home:\n  realms: [\"*.example.net\"]\n":         `:2:12: "*.example.net": want a domain name`,
		"home:\n  hosts: [\"a b\"]\n":                    `:2:11: "a b": want a domain name`,
		"home:\n  point_codes: [\"4:1-1-1\"]\n":          `:2:17: "4:1-1-1": want a network indicator of 0 to 3`,
		"home:\n  point_codes: [9-9-9]\n":                `:2:17: "9-9-9": want a point code`,
		"home:\n  ip_prefixes: [192.0.2.1/24]\n":         `:2:17: "192.0.2.1/24": has bits set behind the prefix, want 192.0.2.0/24 or 192.0.2.1`,
		"home:\n  plmns: [001-01]\n  carriers: [\"\"]\n": `:3:14: "": want the id of a carrier`,
		"home:\n  plmns: [001-01]\n  carriers: [a, a]\n": `:3:17: "a": stands in the list twice`,
		"home:\n  name: nobody\n":                        `:2:3: home says nothing of itself; want plmns at least`,
		"partners: partners.json\n":                      `:1:11: partners: "partners.json" is no list; want a list, one item a line after a dash`,
		"home: [001-01]\n":                               `:1:7: `,
	} {
		name := file(t, text)
		_, err := Load(name)
		if err == nil || !strings.HasPrefix(err.Error(), name+want) {
			t.Errorf("%q: %v\nwant %s%s", text, err, name, want)
		}
	}
}
