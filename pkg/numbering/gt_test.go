package numbering

import (
	"testing"

	"sigtransit/decoders/telecom"
)

func TestOperatorOfGT(t *testing.T) {
	for _, tt := range []struct{ gt, id, country, plmn string }{
		{"491710000000", "de-telekom", "DE", "262-01"}, // the D1 network's first code
		{"491720000000", "de-vodafone", "DE", "262-02"},
		{"491770000000", "de-o2", "DE", "262-03"}, // was E-Plus, which became O2's
		{"33609000000", "fr-sfr", "FR", "208-08"},
		{"393351000000", "it-tim", "IT", "222-01"},
		{"393401000000", "it-vodafone", "IT", "222-06"},
		{"393201000000", "it-windtre", "IT", "222-37"},
		{"34609000000", "es-movistar", "ES", "214-05"},
		{"27831000000", "za-mtn", "ZA", "655-10"},
		{"2348030000000", "ng-mtn", "NG", "621-30"},
		{"254722000000", "ke-safaricom", "KE", "639-01"},
		{"8613010000000", "cn-china-unicom", "CN", "460-01"},
		{"84980000000", "vn-viettel-mobile", "VN", "452-04"},
		{"77010000000", "kz-kcell", "KZ", "401-02"}, // behind +7
		{"5511999000000", "br-vivo", "BR", "724-06"},
		{"972599000000", "ps-jawwal", "PS", "425-05"}, // +972 59 is Palestine's too
		{"12423750000", "bs-btc", "BS", "364-39"},     // 1242375-6: the first of two blocks
		{"12423760000", "bs-btc", "BS", "364-39"},     // and the second
		{"596696200000", "gp-orange", "GP", "340-01"}, // Martinique's numbers, Guadeloupe's network
		{"881600000000", "int-iridium", "", "901-03"},
		{"882160000000", "int-thuraya-rmss-network", "", "901-05"},
		{"882470000000", "int-transatel", "", "901-37"},
		{"883130000000", "int-orange", "", "901-31"},
		{"31610000000", "nl-kpn", "NL", "204-08"},
		{"882320000000", "int-telenor-maritime", "", "901-12"},
	} {
		op, ok := OperatorOfGT(telecom.MustDigits(tt.gt))
		if !ok || op.ID != tt.id || op.Country != tt.country || op.PLMN.String() != tt.plmn {
			t.Errorf("%s: %+v, %v; want %+v", tt.gt, op, ok, tt)
			continue
		}
		// The network of that PLMN is the same operator.
		if n, ok := NetworkOf(op.PLMN); !ok || *n != *op {
			t.Errorf("%s: %+v, %s is %+v", tt.gt, op, tt.plmn, n)
		}
	}
	for _, gt := range []string{
		"12125550100", "14165550100", // North America's blocks are not listed
		"49", "4930000000", // a country, a city
		"12423740000", "12423770000", // beside the blocks of 1242375-6
		"0", "999999999999", "A17100000",
	} {
		if op, ok := OperatorOfGT(telecom.MustDigits(gt)); ok {
			t.Errorf("%s: %+v", gt, op)
		}
	}
}

func TestPLMNOfE214(t *testing.T) {
	for _, tt := range []struct {
		mgt, id, iso string
		ok           bool
	}{
		{"491711234567890", "de-telekom", "DE", true}, // 49 171, then the MSIN
		{"447710123456789", "gb-o2", "GB", true},
		{"254722123456789", "ke-safaricom", "KE", true},
		{"12341234567890", "", "US", true}, // no operator is listed
		{"14161234567890", "", "CA", true},
		{"99900000000000", "", "", false},
	} {
		op, iso, ok := PLMNOfE214(telecom.MustDigits(tt.mgt))
		id := ""
		if op != nil {
			id = op.ID
		}
		if id != tt.id || iso != tt.iso || ok != tt.ok {
			t.Errorf("%s: %q, %q, %v; want %+v", tt.mgt, id, iso, ok, tt)
		}
	}
}
