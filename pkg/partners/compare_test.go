package partners

import (
	"net/netip"
	"reflect"
	"testing"
	"time"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
)

// ss7 declares a carrier for SS7.
func ss7(id, name string, u Use) Declaration {
	d := Declaration{Service: signaling.ServiceSS7, Name: name, Use: u}
	if id != "" {
		d.Carriers = []string{id}
	}
	return d
}

// TestCompare: each kind of change, in words and with its severity. Carriers w1 and w2
// are watched.
func TestCompare(t *testing.T) {
	with := func(d ...Declaration) *Partner { return &Partner{ID: "ZZXA1", Name: "A", Country: "IS", Carriers: d} }
	diameter := ss7("w1", "W1", UseUnknown)
	diameter.Service = signaling.ServiceDiameter
	for _, tt := range []struct {
		name     string
		old, new *Partner
		want     []string
		onto     int
	}{
		{"nothing", with(ss7("w1", "W1", Primary)), with(ss7("w1", "W One", Primary)), nil, 0},
		{"moved to a watched carrier", with(ss7("", "N", Primary)), with(ss7("w1", "W1", Primary)), []string{
			"high: ZZXA1 (A, IS) moved to watchlisted carrier w1 for SS7 (primary)",
			"info: ZZXA1 (A, IS): carrier N gone for SS7 (was primary)"}, 1},
		{"a watched carrier as backup", with(), with(ss7("w1", "W1", Backup)), []string{"medium: ZZXA1 (A, IS) moved to watchlisted carrier w1 for SS7 (backup)"}, 1},
		{"backup became primary", with(ss7("w1", "W1", Backup)), with(ss7("w1", "W1", Primary)), []string{"high: ZZXA1 (A, IS) moved to watchlisted carrier w1 for SS7 (backup → primary)"}, 1},
		{"backup became shared", with(ss7("w1", "W1", Backup)), with(ss7("w1", "W1", LoadSharing)), []string{"high: ZZXA1 (A, IS) moved to watchlisted carrier w1 for SS7 (backup → load sharing)"}, 1},
		{"primary became backup", with(ss7("w1", "W1", Primary)), with(ss7("w1", "W1", Backup)), []string{"info: ZZXA1 (A, IS): watchlisted carrier w1 for SS7 (primary → backup)"}, 0},
		{"away from a watched carrier", with(ss7("w1", "W1", Primary)), with(ss7("k", "K", Primary)), []string{
			"info: ZZXA1 (A, IS): new carrier k for SS7 (primary)",
			"info: ZZXA1 (A, IS): watchlisted carrier w1 gone for SS7 (was primary)"}, 0},
		{"another service", with(ss7("w1", "W1", Primary)), with(ss7("w1", "W1", Primary), diameter), []string{"high: ZZXA1 (A, IS) moved to watchlisted carrier w1 for Diameter (use not said)"}, 1},
		{"twice in one document, the use that means most counts", with(ss7("w1", "W1", Backup), ss7("w1", "W", Primary)), with(ss7("w1", "W", Primary)), nil, 0},
		{"a backup shares the load besides", with(ss7("w1", "W1", Backup)), with(ss7("w1", "W1", Backup), ss7("w1", "W1", LoadSharing)), []string{
			"high: ZZXA1 (A, IS) moved to watchlisted carrier w1 for SS7 (backup → load sharing)"}, 1},
		{"a new partner on a watched carrier", nil, with(ss7("w2", "W2", Primary)), []string{
			"high: ZZXA1 (A, IS) moved to watchlisted carrier w2 for SS7 (primary)", "info: ZZXA1 (A, IS): new partner"}, 1},
		{"a partner that is gone", with(ss7("w2", "W2", Primary)), nil, []string{"low: ZZXA1 (A, IS): no longer among the partners"}, 0},
		{"numbers", &Partner{ID: "B", PLMNs: []telecom.PLMN{{MCC: 999, MNC: 71, Digits: 2}}, GTs: []Range{{"99971", "99971", ""}}, MGTs: []string{"99971"}, ASNs: []uint32{64500}},
			&Partner{ID: "B", PLMNs: []telecom.PLMN{{MCC: 999, MNC: 71, Digits: 3}}, GTs: []Range{{"99971", "99972", "HLR"}}, MGTs: []string{"99972"}, ASNs: []uint32{64501}}, []string{
				"low: B: PLMNs, new: 999-071, gone: 999-71",
				"low: B: GT ranges, new: 99971-99972 HLR, gone: 99971",
				"low: B: MGTs, new: 99972, gone: 99971",
				"low: B: ASNs, new: AS64501, gone: AS64500"}, 0},
		{"names and addresses", &Partner{ID: "B", Realms: []string{"a.example.net"}, Encrypts: true},
			&Partner{ID: "B", Hosts: []string{"h.example.net"}, IPs: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}}, []string{
				"medium: B: encryption ipsec → none",
				"low: B: realms, gone: a.example.net",
				"low: B: hosts, new: h.example.net",
				"low: B: IP ranges, new: 192.0.2.0/24"}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := func(p *Partner) *File {
				f := &File{Partners: []*Partner{{ID: "OTHER"}}}
				if p != nil {
					f.Partners = append(f.Partners, p)
				}
				return f
			}
			var got []string
			onto := 0
			for _, c := range Compare(file(tt.old), file(tt.new), func(id string) bool { return id[0] == 'w' }) {
				got = append(got, c.Severity.String()+": "+c.Text(nil))
				if c.Onto {
					onto++
				}
			}
			if !reflect.DeepEqual(got, tt.want) || onto != tt.onto {
				t.Errorf("%d onto, %q,\nwant %d, %q", onto, got, tt.onto, tt.want)
			}
		})
	}
}

// TestMerge: which description of a network counts.
func TestMerge(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2026, 1, d, 0, 0, 0, 0, time.UTC) }
	p := func(id, sender, source string, declared, created int) *Partner {
		return &Partner{ID: id, Sender: sender, Source: source, Declared: day(declared), Created: day(created)}
	}
	for _, tt := range []struct {
		name string
		all  []*Partner
		want string // sources
	}{
		{"two networks", []*Partner{p("B", "B", "b", 1, 1), p("A", "A", "a", 1, 1)}, "a b"},
		{"effective later", []*Partner{p("A", "A", "old", 1, 9), p("A", "A", "new", 2, 1)}, "new"},
		{"in effect, not announced", []*Partner{p("A", "A", "now", 1, 1), p("A", "A", "future", 25, 9)}, "now"},
		{"another's in effect", []*Partner{p("A", "B", "now", 1, 1), p("A", "A", "future", 25, 9)}, "now"},
		{"the next of two announced", []*Partner{p("A", "A", "later", 26, 1), p("A", "A", "next", 25, 9)}, "next"},
		{"today", []*Partner{p("A", "A", "new", 20, 1), p("A", "A", "old", 1, 9)}, "new"},
		{"made later", []*Partner{p("A", "A", "new", 1, 2), p("A", "A", "old", 1, 1)}, "new"},
		{"by name", []*Partner{p("A", "A", "2", 1, 1), p("A", "A", "1", 1, 1)}, "2"},
		{"its own operator's", []*Partner{p("A", "B", "other", 9, 9), p("A", "A", "own", 1, 1)}, "own"},
	} {
		out, replaced := Merge(tt.all, day(20))
		got := ""
		for i, x := range out {
			if i > 0 {
				got += " "
			}
			got += x.Source
		}
		if got != tt.want || len(replaced) != len(tt.all)-len(out) {
			t.Errorf("%s: %s with %d replaced, want %s", tt.name, got, len(replaced), tt.want)
		}
	}
}

// TestNormalise: lists are sorted, values stand once, whole blocks become prefixes.
func TestNormalise(t *testing.T) {
	p := &Partner{
		PLMNs: []telecom.PLMN{{MCC: 999, MNC: 71, Digits: 2}, {MCC: 1, MNC: 1, Digits: 2}, {MCC: 999, MNC: 71, Digits: 2}},
		GTs:   []Range{{"9997000", "9997999", ""}, {"0000", "9999", ""}, {"999710", "999710", ""}, {"9990", "9999", "HLR"}, {"9997", "9997", ""}},
		Hosts: []string{"b.example.net", "a.example.net", "b.example.net"},
		Carriers: []Declaration{
			{Service: signaling.ServiceSS7, Name: "N", PointCodes: []string{"2"}}, ss7("", "B", Backup), {Service: signaling.ServiceSS7, Name: "N", PointCodes: []string{"1"}}, ss7("", "P", Primary),
		},
	}
	p.Normalise()
	want := &Partner{
		PLMNs:    []telecom.PLMN{{MCC: 1, MNC: 1, Digits: 2}, {MCC: 999, MNC: 71, Digits: 2}},
		GTs:      []Range{{"0", "9", ""}, {"999", "999", "HLR"}, {"9997", "9997", ""}, {"999710", "999710", ""}},
		Hosts:    []string{"a.example.net", "b.example.net"},
		Carriers: []Declaration{ss7("", "P", Primary), ss7("", "B", Backup), {Service: signaling.ServiceSS7, Name: "N", PointCodes: []string{"1", "2"}}},
	}
	if !reflect.DeepEqual(p, want) {
		t.Errorf("%+v\nwant\n%+v", *p, *want)
	}
}
