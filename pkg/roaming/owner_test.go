package roaming

import (
	"testing"

	"sigtransit/decoders/telecom"
)

func TestOwner(t *testing.T) {
	table := testTable(t)
	title := func(s string) func(*Table) Owner {
		return func(t *Table) Owner { return t.OwnerOfTitle(telecom.MustDigits(s)) }
	}
	name := func(s string) func(*Table) Owner { return func(t *Table) Owner { return t.OwnerOfName([]byte(s)) } }
	network := func(s string) func(*Table) Owner { return func(t *Table) Owner { return t.OwnerOfNetwork(plmn(s)) } }
	for _, tt := range []struct {
		what        string
		of          func(*Table) Owner
		want, facts Owner // with home and partners, and of public facts alone
	}{
		{"home's number", title("9997000001"), Owner{HomeID, "", true}, Owner{}},
		{"a partner's number", title("9997100001"), Owner{"XXAAA", "XA", true}, Owner{}},
		{"a range within another", title("9997250001"), Owner{"XXCCC", "XC", true}, Owner{}},
		{"a country's number", title("290200001"), Owner{"", "SH", false}, Owner{"", "SH", false}},
		{"a number of a global service", title("80000001"), Owner{}, Owner{}},
		{"no number", func(t *Table) Owner { return t.OwnerOfTitle(telecom.Digits{}) }, Owner{}, Owner{}},
		{"home's realm", name("HSS.home.example.net."), Owner{HomeID, "", true}, Owner{}},
		{"home's host", name("dra1.hosting.example.net"), Owner{HomeID, "", true}, Owner{}},
		{"a partner's realm", name("alpha.example.net"), Owner{"XXAAA", "XA", true}, Owner{}},
		{"a partner's network in a name", name("epc.mnc071.mcc999.3gppnetwork.org"), Owner{"XXAAA", "XA", true}, Owner{}},
		{"a test network in a name", name("epc.mnc001.mcc001.3gppnetwork.org"), Owner{testNetwork, "", false}, Owner{testNetwork, "", false}},
		{"no network of a country", name("epc.mnc098.mcc659.3gppnetwork.org"), Owner{"", "SS", false}, Owner{"", "SS", false}},
		{"a name of nobody", name("example.org"), Owner{}, Owner{}},
		{"no name", name(""), Owner{}, Owner{}},
		{"a partner's network", network("999-72"), Owner{"XXBBB", "XB", true}, Owner{}},
		{"three digits", network("999-720"), Owner{"XXCCC", "XC", true}, Owner{}},
		{"a network of nobody in a country", network("659-98"), Owner{"", "SS", false}, Owner{"", "SS", false}},
	} {
		if got := tt.of(table); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.what, got, tt.want)
		}
		if got := tt.of(nil); got != tt.facts {
			t.Errorf("%s, by public facts: %+v, want %+v", tt.what, got, tt.facts)
		}
		before := table.NumParties()
		if n := testing.AllocsPerRun(20, func() { tt.of(table) }); n != 0 {
			t.Errorf("%s: %v allocations", tt.what, n)
		}
		if table.NumParties() != before {
			t.Errorf("%s: a party was made", tt.what)
		}
	}
}
