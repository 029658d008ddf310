package partners

import (
	"reflect"
	"testing"

	"sigtransit/decoders/telecom"
)

func TestClashes(t *testing.T) {
	p := func(id, sender string, plmn uint16, gts ...Range) *Partner {
		return &Partner{ID: id, Sender: sender, Source: id + ".xml", PLMNs: []telecom.PLMN{{MCC: 999, MNC: plmn, Digits: 2}}, GTs: gts}
	}
	got := Clashes([]*Partner{
		p("A1", "A1", 71, Range{"99971", "99971", ""}, Range{"9997150", "9997150", "HLR"}),
		p("A2", "A1", 71, Range{"99971", "99971", ""}), // the same operator
		p("B1", "B1", 71, Range{"999710", "999714", ""}, Range{"9997152", "9997153", ""}),
		p("C1", "C1", 72, Range{"9997199", "9997205", ""}),
		p("D1", "D1", 73, Range{"9998", "9998", ""}),
		p("E1", "E1", 74, Range{"9998", "9998", ""}),
	})
	if want := []string{
		"PLMN 999-71 is both of A1 (A1.xml) and of B1 (B1.xml)",
		"global titles 999710-999714 of B1 (B1.xml): lies in 99971 of A2 (A2.xml)",
		"global titles 9997199-9997205 of C1 (C1.xml): overlaps 99971 of A2 (A2.xml)",
		"global titles 9998 of E1 (E1.xml): is also 9998 of D1 (D1.xml)",
	}; !reflect.DeepEqual(got, want) {
		t.Errorf("%q,\nwant %q", got, want)
	}
}
