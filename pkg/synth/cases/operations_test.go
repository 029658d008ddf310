package cases

import (
	"testing"

	"sigtransit/pkg/signaling"
)

// TestEveryOperation holds that the cases of MAP and CAP have all operations of the
// catalogue, and none that it does not have.
func TestEveryOperation(t *testing.T) {
	inMAP, inCAP := map[int32]bool{}, map[int32]bool{}
	for _, o := range operations {
		inMAP[o.code] = true
	}
	for _, c := range controls {
		for _, turn := range c.turns {
			for _, s := range turn.says {
				inCAP[max(s.code, -s.code)] = true
			}
		}
	}
	for code := range int32(128) {
		if known := signaling.MAPOperation(code) != 0; known != inMAP[code] {
			t.Errorf("operation %d of MAP is in the catalogue: %v, in the case: %v", code, known, inMAP[code])
		}
		if known := signaling.CAPOperation(code) != 0; known != inCAP[code] {
			t.Errorf("operation %d of CAP is in the catalogue: %v, in the case: %v", code, known, inCAP[code])
		}
	}
}

// TestNotation: what a table says becomes the octets that it means.
func TestNotation(t *testing.T) {
	for notation, want := range map[string]string{
		"":                          "",
		"05":                        "\x05\x00",
		"30()":                      "\x30\x00",
		"0a:01":                     "\x0a\x01\x01",
		"30(04:tmsi 85)":            "\x30\x08\x04\x04\x00\x00\x00\x07\x85\x00",
		"bf1f(a4(02:01))":           "\xbf\x1f\x05\xa4\x03\x02\x01\x01",
		"a3(30(0a:01) 30(0a:0203))": "\xa3\x0b\x30\x03\x0a\x01\x01\x30\x04\x0a\x02\x02\x03",
	} {
		if got := string(encode(notation)); got != want {
			t.Errorf("%q is % x, want % x", notation, got, want)
		}
	}
	for _, bad := range []string{"30(04", "30)", "xy", "04:nobody", "04:1"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%q is taken", bad)
				}
			}()
			encode(bad)
		}()
	}
}
