package roaming

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sigtransit/decoders/diameter"
	"sigtransit/decoders/gsmmap"
	"sigtransit/decoders/sccp"
	"sigtransit/decoders/telecom"
	"sigtransit/pkg/partners"
	"sigtransit/pkg/signaling"
)

// TestWarnings: what contradicts itself is named with both places, and the first counts.
func TestWarnings(t *testing.T) {
	home := Home{PLMNs: []telecom.PLMN{plmn("999-70")}, GTs: []string{"99970"}, Realms: []string{"home.example.net"}}
	gts := func(list ...string) (out []partners.Range) {
		for _, s := range list {
			first, last, ok := strings.Cut(s, "-")
			if !ok {
				last = first
			}
			out = append(out, partners.Range{First: first, Last: last})
		}
		return out
	}
	a := &partners.Partner{ID: "XXAAA", Source: "a.xml", PLMNs: []telecom.PLMN{plmn("999-71")}, GTs: gts("99971", "99973"), Realms: []string{"Alpha.example.net"}}
	for _, tt := range []struct {
		name string
		p    *partners.Partner
		want string
	}{
		{"nothing", &partners.Partner{ID: "XXBBB", Source: "b.xml", PLMNs: []telecom.PLMN{plmn("999-710")}, GTs: gts("99972")}, ""},
		{"a range within another's", &partners.Partner{ID: "XXBBB", At: "b.json:7", GTs: gts("999715", "999717")},
			"numbers 999715 of XXBBB (b.json:7) lie in 99971 of XXAAA (a.xml): what both have counts as that of XXBBB (b.json:7) (and 1 more range of the two)"},
		{"a network of the same operator", &partners.Partner{ID: "XXBBB", Sender: "XXAAA", PLMNs: []telecom.PLMN{plmn("999-71")}, GTs: gts("99971", "999731"), Realms: []string{"alpha.example.net"}}, ""},
		{"a network twice", &partners.Partner{ID: "XXBBB", Source: "b.xml", PLMNs: []telecom.PLMN{plmn("999-71")}},
			"network 999-71 is both of XXAAA (a.xml) and of XXBBB (b.xml): it counts as that of XXAAA (a.xml)"},
		{"home's network among others", &partners.Partner{ID: "XXBBB", Source: "b.xml", PLMNs: []telecom.PLMN{plmn("999-70"), plmn("999-72")}},
			"network 999-70 is both of home and of XXBBB (b.xml): it counts as that of home"},
		{"home's own IR.21", &partners.Partner{ID: "XXHOM", Source: "h.xml", PLMNs: []telecom.PLMN{plmn("999-70")}, GTs: gts("99974")},
			"partner XXHOM (h.xml) has home's network 999-70 and no other: what it names is taken as home's own"},
		{"a range twice", &partners.Partner{ID: "XXBBB", Source: "b.xml", GTs: gts("99971", "99973")},
			"numbers 99971 are both of XXAAA (a.xml) and of XXBBB (b.xml): what both have counts as that of XXAAA (a.xml) (and 1 more range of the two)"},
		{"ranges that overlap", &partners.Partner{ID: "XXBBB", Source: "b.xml", GTs: gts("99969-99971")},
			"numbers 99969 to 99971 of XXBBB (b.xml) overlap 99970 of home: what both have counts as that of home"},
		{"a range within home's", &partners.Partner{ID: "XXBBB", Source: "b.xml", GTs: gts("999705")},
			"numbers 999705 of XXBBB (b.xml) lie in 99970 of home: what both have counts as that of XXBBB (b.xml)"},
		{"no range", &partners.Partner{ID: "XXBBB", Source: "b.xml", GTs: gts("9998-9997")}, "XXBBB (b.xml): 9998 to 9997 ends before it begins: it is left out"},
		{"a realm twice", &partners.Partner{ID: "XXBBB", Source: "b.xml", Realms: []string{"alpha.example.net."}},
			"realm alpha.example.net. is both of XXAAA (a.xml) and of XXBBB (b.xml)"},
		{"a partner twice", &partners.Partner{ID: "XXAAA", Source: "b.xml"}, "partner XXAAA is in a.xml and again in b.xml"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			table, warnings := Compile(home, []*partners.Partner{a, tt.p}, Transit{})
			all := fmt.Sprint(warnings)
			if tt.want == "" && len(warnings) != 0 || len(warnings) > 2 || slices.ContainsFunc(warnings, func(w Warning) bool { return w.Nested }) != (tt.name == "a range within another's") || !strings.Contains(all, tt.want) {
				t.Errorf("%s\nwant %s", all, tt.want)
			}
			if r := NewResolver(table); r.title(telecom.MustDigits("9997111")) != 1 || r.imsi(telecom.MustDigits("999701")) != refHome {
				t.Error("the first does not count")
			}
		})
	}
}

// many is as many partners as a large operator has, each with ranges of its own.
func many(n, ranges int) (ps []*partners.Partner) {
	for i := range n {
		p := &partners.Partner{ID: fmt.Sprintf("X%04d", i), Name: fmt.Sprint("Partner ", i), Source: "many.xml", Realms: []string{fmt.Sprintf("r%d.example.net", i)}}
		for j := range ranges {
			s := fmt.Sprintf("%d%07d", 100+i%800, i*ranges+j)
			p.GTs = append(p.GTs, partners.Range{First: s, Last: s})
		}
		ps = append(ps, p)
	}
	return ps
}

func TestManyPartners(t *testing.T) {
	begin := time.Now()
	table, warnings := Compile(testHome(), many(1000, 20), Transit{})
	took := time.Since(begin)
	t.Logf("1,000 partners with 20 ranges each in %v", took)
	if len(warnings) != 0 || table.NumParties() != 1000 {
		t.Fatalf("%d partners, %v", table.NumParties(), warnings)
	}
	if took > 5*time.Second { // far below a second on an idle machine
		t.Errorf("took %v", took)
	}
	if p := table.Party(NewResolver(table).title(telecom.MustDigits("115000030099"))); p == nil || p.ID != "X0015" {
		t.Errorf("%+v", p)
	}
}

// FuzzResolve: whatever addresses, names and arguments say, nothing falls over, nobody
// is a party that the table does not have, and a second look says the same.
func FuzzResolve(f *testing.F) {
	ul := []byte{0x12, 0x06, 0x00, 0x11, 0x04, 0x99, 0x79, 0x10, 0x00, 0x00, 0x01}
	f.Add(ul, ul, []byte("epc.mnc071.mcc999.3gppnetwork.org"), []byte("home.example.net."), []byte{0x99, 0x79, 0, 0, 0, 0, 0xf1}, uint16(1), uint8(1))
	f.Add([]byte{}, ul, []byte("."), []byte{0xff, '.'}, []byte{}, uint16(70), uint8(2))
	table, _ := Compile(testHome(), testPartners(), Transit{})
	r := NewResolver(table)
	f.Fuzz(func(t *testing.T, calling, called, origin, destination, number []byte, op uint16, kind uint8) {
		d := telecom.DigitsFromTBCD(number)
		ss7 := &signaling.Message{Kind: signaling.Kind(kind % uint8(signaling.NumKinds)), Operation: signaling.Operation(op), SCCP: &sccp.Message{}, IMSI: d, MAP: &gsmmap.Arguments{}}
		_ = ss7.SCCP.Calling.DecodeAddress(calling)
		_ = ss7.SCCP.Called.DecodeAddress(called)
		_ = ss7.MAP.DecodeInvoke(int32(op), 3, number)
		dia := &signaling.Message{Kind: ss7.Kind, Operation: ss7.Operation, MSISDN: d, Diameter: &diameter.Message{}}
		_ = dia.Diameter.Decode(number)
		dia.Diameter.OriginRealm, dia.Diameter.DestinationHost = origin, destination
		for _, m := range []*signaling.Message{ss7, dia} {
			r.Resolve(m)
			first := m.Roaming
			if first.Partner != 0 && table.Party(first.Partner) == nil || first.Direction == signaling.Internal && first.Partner != 0 {
				t.Fatalf("%+v", first)
			}
			m.Memory = &signaling.Memory{}
			for range 2 {
				if r.Resolve(m); m.Roaming != first {
					t.Fatalf("%+v, then %+v", first, m.Roaming)
				}
			}
			NewResolver(table).Resolve(m)
			if m.Roaming != first {
				t.Fatalf("%+v, without a memo %+v", first, m.Roaming)
			}
		}
	})
}
