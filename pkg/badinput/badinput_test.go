package badinput

import "testing"

func TestError(t *testing.T) {
	for want, e := range map[string]Error{
		"a.yaml: is empty":        {File: "a.yaml", Text: "is empty"},
		"a.xml:3: unknown type":   {File: "a.xml", Line: 3, Text: "unknown type"},
		"a.yaml:3:7: no such key": {File: "a.yaml", Line: 3, Column: 7, Text: "no such key"},
	} {
		if got := e.Error(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
