package numbering

import (
	"testing"

	"sigtransit/decoders/telecom"
)

func TestNetworkOf(t *testing.T) {
	for _, tt := range []struct{ plmn, id, name, country string }{
		{"262-01", "de-telekom", "Telekom", "DE"},
		{"262-06", "de-telekom", "Telekom", "DE"},
		{"454-00", "hk-hkt", "HKT", "HK"},
		{"454-12", "hk-china-mobile", "China Mobile Hong Kong", "HK"},
		{"740-02", "ec-cnt-mobile", "CNT Mobile", "EC"},
		{"262-02", "de-vodafone", "Vodafone", "DE"},
		{"208-01", "fr-orange", "Orange", "FR"},
		{"234-15", "gb-vodafone", "Vodafone", "GB"},
		{"234-50", "je-jt", "JT", "JE"}, // an island's network in the kingdom's MCC
		{"310-260", "us-t-mobile", "T-Mobile", "US"},
		{"310-410", "us-att", "AT&T", "US"},
		{"460-00", "cn-china-mobile", "China Mobile", "CN"},
		{"425-05", "ps-jawwal", "Jawwal", "PS"}, // Palestine in Israel's MCC
		{"338-05", "jm-digicel", "Digicel", "JM"},
		{"338-050", "jm-digicel", "Digicel", "JM"},
		{"001-01", "test-network", "Test network", ""},
		{"999-99", "test-internal-use", "Internal use", ""},
		{"901-05", "int-thuraya-rmss-network", "Thuraya RMSS Network", ""},
	} {
		p, err := telecom.ParsePLMN(tt.plmn)
		if err != nil {
			t.Fatal(err)
		}
		if op, ok := NetworkOf(p); !ok || op.ID != tt.id || op.Name != tt.name || op.Country != tt.country || op.PLMN != p {
			t.Errorf("%s: %+v, %v; want %+v", tt.plmn, op, ok, tt)
		}
	}
	for plmn, want := range map[string]bool{"350-00": false, "350-01": true, "405-025": true, "454-383": false} {
		p, err := telecom.ParsePLMN(plmn)
		if err != nil {
			t.Fatal(err)
		}
		if op, ok := NetworkOf(p); !ok || op.Inactive != want {
			t.Errorf("%s: %+v, %v; want inactive: %t", plmn, op, ok, want)
		}
	}
	for _, p := range []telecom.PLMN{
		{}, {MCC: 262}, {MCC: 262, MNC: 1, Digits: 3}, {MCC: 310, MNC: 26, Digits: 2}, {MCC: 262, MNC: 101, Digits: 2}, {MCC: 262, MNC: 1, Digits: 1},
		{MCC: 65535, MNC: 65535, Digits: 3}, {MCC: 998, MNC: 1, Digits: 2},
	} {
		if op, ok := NetworkOf(p); ok {
			t.Errorf("%+v: %+v", p, op)
		}
	}
}

// TestNetworkOfIMSI has the countries where MNCs of two and three digits stand side by side.
func TestNetworkOfIMSI(t *testing.T) {
	for _, tt := range []struct{ imsi, plmn, country string }{
		{"262011234567890", "262-01", "DE"},
		{"310260123456789", "310-260", "US"},
		{"405010123456789", "405-01", "IN"},  // two digits where three are usual
		{"405025123456789", "405-025", "IN"}, // and three
		{"405854123456789", "405-854", "IN"},
		{"454001234567890", "454-00", "HK"},
		{"454383123456789", "454-383", "HK"}, // a later code of three digits
		{"454380123456789", "454-380", "HK"},
		{"214701123456789", "214-701", "ES"},
		{"901401234567890", "901-40", ""},
		{"708001123456789", "708-001", "HN"},
		{"708021234567890", "708-02", "HN"},
		{"722341234567890", "722-341", "AR"},
		{"722345123456789", "722-34", "AR"},
		{"338050123456789", "338-050", "JM"}, // the longer of two that are listed
		{"338051234567890", "338-05", "JM"},
		{"338180123456789", "338-180", "JM"},
		{"714020123456789", "714-020", "PA"},
		{"714021234567890", "714-02", "PA"},
		{"214700123456789", "214-700", "ES"}, // a private network's three digits where two are usual
		{"26201", "262-01", "DE"},            // no more than the network
		{"001010123456789", "001-01", ""},
		{"999991234567890", "999-99", ""},
		{"425051234567890", "425-05", "PS"},
	} {
		op, p, ok := NetworkOfIMSI(telecom.MustDigits(tt.imsi))
		if !ok || p.String() != tt.plmn || op.PLMN != p || op.Country != tt.country {
			t.Errorf("%s: %+v, %s, %v; want %+v", tt.imsi, op, p, ok, tt)
		}
	}
	for imsi, want := range map[string]string{
		"262951234567890": "262-95",  // not listed: as many digits as is usual
		"310999123456789": "310-999", // likewise
		"310260":          "310-260", "3102": "", "31A260123456789": "", "": "",
	} {
		var d telecom.Digits
		if imsi != "" {
			d = telecom.MustDigits(imsi)
		}
		if _, p, _ := NetworkOfIMSI(d); p.String() != want {
			t.Errorf("%q: %s, want %q", imsi, p, want)
		}
	}
}

func TestNetworkOfRealm(t *testing.T) {
	for _, tt := range []struct {
		mcc, mnc uint16
		plmn     string
		ok       bool
	}{
		{262, 1, "262-01", true},
		{310, 260, "310-260", true},
		{405, 25, "405-025", true},
		{405, 1, "405-01", true},
		{338, 50, "338-050", true},
		{338, 5, "338-05", true},
		{722, 34, "722-034", true},
		{454, 383, "454-383", true},
		{1, 1, "001-01", true},
		{262, 95, "262-95", false},
		{310, 999, "310-999", false},
		{1000, 1, "", false},
		{262, 1000, "", false},
	} {
		op, p, ok := NetworkOfRealm(tt.mcc, tt.mnc)
		if p.String() != tt.plmn || ok != tt.ok || ok && op.PLMN != p {
			t.Errorf("%d %d: %+v, %s, %v; want %s, %v", tt.mcc, tt.mnc, op, p, ok, tt.plmn, tt.ok)
		}
	}
}
