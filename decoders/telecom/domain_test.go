package telecom

import (
	"fmt"
	"testing"
)

func TestPLMNOfDomain(t *testing.T) {
	for name, want := range map[string]string{
		"epc.mnc001.mcc001.3gppnetwork.org":             "1-1",
		"ims.mnc012.mcc999.3gppnetwork.org":             "999-12",
		"5gc.mnc383.mcc999.3gppnetwork.org":             "999-383",
		"MME.EPC.MNC001.MCC001.3GPPNETWORK.ORG":         "1-1",
		"hss01.epc.mnc001.mcc001.3gppnetwork.org":       "1-1",
		"epc.mnc01.mcc001.3gppnetwork.org":              "1-1", // seen: no padding
		"epc.mnc001.mcc001.pub.3gppnetwork.org":         "1-1",
		"epc.mnc001.mcc001.ipxuni.3gppnetwork.org":      "1-1",
		"epc.mnc001.mcc001.3gppnetwork.org.example.org": "",
		"epc.mnc001.mcc001.not3gppnetwork.org":          "",
		"epc.mnc001.mcc01.3gppnetwork.org":              "",
		"epc.mnc1.mcc001.3gppnetwork.org":               "",
		"epc.mncabc.mcc001.3gppnetwork.org":             "",
		"epc.mcc001.mnc001.3gppnetwork.org":             "",
		"mcc001.3gppnetwork.org":                        "",
		".3gppnetwork.org":                              "",
		"3gppnetwork.org":                               "",
		"":                                              "",
	} {
		got := ""
		if mcc, mnc, ok := PLMNOfDomain([]byte(name)); ok {
			got = fmt.Sprintf("%d-%d", mcc, mnc)
		}
		if got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
