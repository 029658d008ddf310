package rules

import (
	"fmt"
	"testing"
)

// TestTransitGear: of the carriers' names those of role transit that are looked for tell
// whose gear an end is, whether the carrier is watched or not.
func TestTransitGear(t *testing.T) {
	file := writeFile(t, "w.yaml", `carriers:
  - id: hub
    watched: false
    identifiers:
      - {type: gt_prefix, value: "99971"}
      - {type: gt_prefix, value: "99972", role: group-operator}
      - {type: gt_prefix, value: "99973", status: withdrawn}
      - {type: host, value: DRA.example.net}
      - {type: realm, value: ipx.example.net}
      - {type: host_suffix, value: a.example.net}
      - {type: realm_suffix, value: b.example.net}
      - {type: plmn, value: 999-74}
      - {type: point_code, value: 4-106-6}
`)
	s, err := Load(Options{WatchlistFiles: []string{file}, NoBuiltin: true})
	if err != nil {
		t.Fatal(err)
	}
	of := func(value string, line int) string { return fmt.Sprintf("{%s carrier hub (%s:%d)}", value, file, line) }
	want := "{[" + of("99971", 5) + "] [" + of("dra.example.net", 8) + " " + of("ipx.example.net", 9) + "] [" + of("a.example.net", 10) + " " + of("b.example.net", 11) + "]}"
	if got := fmt.Sprint(s.transit()); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
