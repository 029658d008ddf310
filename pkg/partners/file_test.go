package partners

import (
	"bytes"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
)

// full has a value in every field.
func full() *Partner {
	return &Partner{
		ID: "ZZXA1", Name: "Nowhere & <Sons>", Country: "IS", TADIGs: []string{"ZZXA1"}, Sender: "ZZXA1",
		PLMNs:  []telecom.PLMN{{MCC: 1, MNC: 1, Digits: 2}, {MCC: 999, MNC: 71, Digits: 3}},
		GTs:    []Range{{"99971300", "99971359", "HLR"}, {"999717", "999717", ""}},
		MSRNs:  []Range{{"999719", "999719", ""}},
		MGTs:   []string{"99971"},
		Realms: []string{"epc.mnc071.mcc999.3gppnetwork.org"},
		Hosts:  []string{"dea1.epc.mnc071.mcc999.3gppnetwork.org"},
		IPs:    []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8::/48")},
		ASNs:   []uint32{64500},
		Carriers: []Declaration{{
			Service: signaling.ServiceSS7, Name: "A, B", Carriers: []string{"a", "b"}, Use: LoadSharing, UseText: "50/50 load share",
			PointCodes: []string{"0-020-1"}, ASN: 64501, Since: time.Date(2026, 4, 3, 0, 0, 0, 0, time.UTC), SinceText: "3.4.2026",
		}},
		Domestic: []Declaration{{Service: signaling.ServiceSS7, Name: "C", Use: Primary}},
		Encrypts: true, At: "p.json:2",
		Source: "a.xml", Declared: time.Date(2026, 4, 3, 0, 0, 0, 0, time.UTC), Created: time.Date(2026, 4, 4, 5, 6, 7, 0, time.UTC),
	}
}

// TestRoundTrip: what is written is read back, one partner a line.
func TestRoundTrip(t *testing.T) {
	p := full()
	for v, i := reflect.ValueOf(*p), 0; i < v.NumField(); i++ {
		if v.Field(i).IsZero() {
			t.Errorf("%s has no value in this test", v.Type().Field(i).Name)
		}
	}
	f := &File{Created: time.Date(2026, 4, 5, 0, 0, 0, 0, time.UTC), Partners: []*Partner{p, {ID: "ZZXB1", At: "p.json:3"}}}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "\n"); n != 4 {
		t.Errorf("%d lines:\n%s", n, b.String())
	}
	got, err := Read("p.json", b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	f.Name = "p.json"
	if !reflect.DeepEqual(got, f) {
		t.Errorf("%+v\nwant\n%+v", *got.Partners[0], *f.Partners[0])
	}
}
