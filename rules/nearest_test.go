package rules

import "testing"

func TestNearest(t *testing.T) {
	ids := []string{"sms-in-clear", "location-in-clear", "data-in-clear", "call-in-clear"}
	for word, want := range map[string]string{
		"location-in-cler": "location-in-clear", "locations-in-clear": "location-in-clear", "lcoation-in-clear": "location-in-clear",
		"sms_in_clear": "sms-in-clear", "dall-in-clear": "call-in-clear", "our-own-rule": "", "": "",
	} {
		if got := nearest(word, ids); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
}
