package signaling

import "testing"

func TestDiameterResult(t *testing.T) {
	for i := 1; i < len(diameterResults); i++ {
		a, b := diameterResults[i-1], diameterResults[i]
		if a.vendor > b.vendor || a.vendor == b.vendor && a.code >= b.code {
			t.Errorf("%v stands before %v", a, b)
		}
	}
	for _, r := range diameterResults {
		if got := DiameterResult(r.vendor, r.code); got != r.name {
			t.Errorf("result %d of vendor %d is %q, want %q", r.code, r.vendor, got, r.name)
		}
	}
	for _, tt := range []struct {
		vendor, code uint32
		want         string
	}{
		{0, 2001, "SUCCESS"}, {0, 5001, "AVP_UNSUPPORTED"}, {10415, 5001, "ERROR_USER_UNKNOWN"},
		{0, 0, ""}, {0, 9999, ""}, {10415, 9999, ""}, {193, 5001, ""},
	} {
		if got := DiameterResult(tt.vendor, tt.code); got != tt.want {
			t.Errorf("result %d of vendor %d is %q, want %q", tt.code, tt.vendor, got, tt.want)
		}
	}
}
