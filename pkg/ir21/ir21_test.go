package ir21

import (
	"fmt"
	"net/netip"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/partners"
	"sigtransit/pkg/signaling"
)

func sample(t testing.TB) string {
	t.Helper()
	b, err := os.ReadFile("testdata/two-layouts.xml")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func parse(t testing.TB, xml string) ([]*partners.Partner, []string) {
	t.Helper()
	list, notes, err := Parse(strings.NewReader(xml), Options{Name: "a.xml"})
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, n := range notes {
		texts = append(texts, fmt.Sprintf("%d: %s", n.Line, n.Text))
	}
	return list, texts
}

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

func prefixes(list ...string) (out []netip.Prefix) {
	for _, s := range list {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

func one(digits, node string) partners.Range {
	return partners.Range{First: digits, Last: digits, Node: node}
}

// TestTwoLayouts: everything that is made of a document, in both layouts.
func TestTwoLayouts(t *testing.T) {
	got, notes := parse(t, sample(t))
	created := time.Date(2026, 3, 2, 8, 0, 0, 0, time.FixedZone("", 3600))
	want := []*partners.Partner{
		{
			ID: "ZZXA1", Name: "Nowhere Mobile", Country: "IS", TADIGs: []string{"ZZXA1"}, Sender: "ZZXA1",
			PLMNs: []telecom.PLMN{{MCC: 999, MNC: 71, Digits: 2}},
			GTs: []partners.Range{
				{First: "9997130", Last: "9997135"},
				{First: "99971310", Last: "99971313", Node: "HLR"},
				one("999717", ""),
			},
			MSRNs:  []partners.Range{one("999719", "")},
			MGTs:   []string{"99971"},
			Realms: []string{"epc.mnc071.mcc999.3gppnetwork.org"},
			Hosts:  []string{"dea1.epc.mnc071.mcc999.3gppnetwork.org", "dea2.epc.mnc071.mcc999.3gppnetwork.org"},
			IPs:    prefixes("198.51.100.0/26", "198.51.100.10/32", "198.51.100.20/32", "198.51.100.64/28", "2001:db8:21::1/128"),
			ASNs:   []uint32{64511},
			Carriers: []partners.Declaration{
				{Service: signaling.ServiceSS7, Name: "Made-up Transit", Use: partners.Primary, UseText: "Primary", PointCodes: []string{"0-020-1", "0xA2", "163"}, Since: day(2026, 2, 10)},
				{Service: signaling.ServiceSS7, Name: "Invented Hub, Made-up Transit / Unheard Of", Use: partners.Backup, UseText: "Backup", Since: day(2026, 2, 10)},
				{Service: signaling.ServiceDiameter, Name: "Made-up Transit (primary)", Use: partners.Primary, UseText: "Made-up Transit (primary)", Since: day(2026, 2, 5)},
				{Service: signaling.ServiceDiameter, Name: "Invented Hub (backup)", Use: partners.Backup, UseText: "Invented Hub (backup)", Since: day(2026, 2, 5)},
				{Service: signaling.ServiceData, Name: "Invented Hub", ASN: 64500, Since: day(2026, 2, 3)},
				{Service: signaling.ServiceData, Name: "a name nobody knows", ASN: 64501, Since: day(2026, 2, 3)},
			},
			Domestic: []partners.Declaration{{Service: signaling.ServiceSS7, Name: "Home Wires", Use: partners.Primary, UseText: "Primary"}},
			Encrypts: true,
			Source:   "a.xml", Declared: day(2026, 2, 10), Created: created,
		},
		{
			ID: "ZZXA2", Name: "Nowhere Mobile & Sons", Country: "IS", TADIGs: []string{"ZZXA2"}, Sender: "ZZXA1",
			PLMNs: []telecom.PLMN{{MCC: 999, MNC: 71, Digits: 3}},
			GTs:   []partners.Range{one("9997200", "")},
			MSRNs: []partners.Range{one("9997299", "")},
			MGTs:  []string{"99972"},
			IPs:   prefixes("203.0.113.0/27"),
			ASNs:  []uint32{64510},
			Carriers: []partners.Declaration{
				{Service: signaling.ServiceData, Name: "Invented Hub"},
			},
			Source: "a.xml", Declared: day(2014, 4, 3), Created: created,
		},
		{
			ID: "ZZXA3", Name: "Nowhere Mobile & Sons", Country: "IS", TADIGs: []string{"ZZXA3"}, Sender: "ZZXA1",
			PLMNs:  []telecom.PLMN{{MCC: 999, MNC: 72, Digits: 2}},
			Source: "a.xml", Created: created,
		},
	}
	for i, w := range want {
		if i >= len(got) {
			t.Fatalf("only %d partners", len(got))
		}
		if !got[i].Created.Equal(w.Created) {
			t.Errorf("%s: made %v", w.ID, got[i].Created)
		}
		got[i].Created = w.Created
		w.At = "a.xml" + [...]string{":27", ":135", ":21"}[i] // NetworkData; of the last, the summary
		if !reflect.DeepEqual(got[i], w) {
			t.Errorf("partner %d:\n%+v\nwant\n%+v", i, *got[i], *w)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d partners", len(got))
	}
	if want := []string{
		`41: number range CC "999", NDC "713", SN "0" to "59": bounds of 1 and 2 digits: read as 99971300 to 99971359`,
		`140: EffectiveDateOfChange: "03.04.2014" read as day, month, year: 2014-04-03`,
	}; !reflect.DeepEqual(notes, want) {
		t.Errorf("notes %q", notes)
	}
}
