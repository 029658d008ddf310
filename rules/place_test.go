package rules

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// TestPlaces: everything that is in force says where it stands, and what of the
// user's changed, replaced or joined it.
func TestPlaces(t *testing.T) {
	watchlist := writeFile(t, "w.yaml", `carriers:
  - id: pccw-global
    identifiers:
      - {type: point_code, value: 4-106-6, role: jurisdiction}
      - {type: gt_prefix, values: ["9991",
                                   "9992"]}
  - id: citic-telecom-international
    replace: true
    identifiers: [{type: plmn, value: 999-97, status: withdrawn}]
`)
	detections := writeFile(t, "d.yaml", `detections:
  - {id: location-in-clear, severity: low}
  - {id: mine, title: Mine, match: {class: [sms], carrier: pccw-global}}
`)
	s, err := Load(Options{WatchlistFiles: []string{watchlist}, DetectionFiles: []string{detections}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	say := func(format string, args ...any) { got = append(got, fmt.Sprintf(format, args...)) }
	for _, id := range []string{"pccw-global", "citic-telecom-international"} {
		c, _ := s.Carrier(id)
		say("%s at %v added %v replaced %v", c.ID, c.At, c.Added, c.Replaced)
		for _, i := range c.Identifiers {
			if !i.Builtin {
				say("%s at %v replaced %v unused %q", i.Value, i.At, i.Replaced, i.Unused)
			}
		}
	}
	for _, d := range s.Detections {
		if d.ID == "mine" || !d.Changed.IsZero() {
			say("%s at %v changed %v match %v", d.ID, d.At, d.Changed, d.Match)
		}
	}
	// The lines of built-in files change with them: each has to hold what is said of it.
	line := regexp.MustCompile(`builtin:([a-z/.-]+):(\d+)`)
	text := strings.NewReplacer(watchlist, "W", detections, "D").Replace(strings.Join(got, "\n"))
	for what, at := range map[string]Place{"id: pccw-global": byID(t, s, "pccw-global").At, "value: 4-106-6": byID(t, s, "pccw-global").Identifiers[0].Replaced} {
		m := line.FindStringSubmatch(at.String())
		if m == nil {
			t.Fatalf("%s: %v", what, at)
		}
		b, err := builtinFiles.ReadFile(m[1])
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Split(string(b), "\n")[at.Line-1]; !strings.Contains(got, what) {
			t.Errorf("%v: %q, want %q", at, got, what)
		}
	}
	text = line.ReplaceAllString(text, "builtin:$1:N")
	want := `pccw-global at builtin:carriers/pccw-global.yaml:N added W:2 replaced 
4-106-6 at W:4 replaced builtin:carriers/pccw-global.yaml:N unused "no rule in force asks for evidence jurisdiction"
9991 at W:5 replaced  unused ""
9992 at W:6 replaced  unused ""
citic-telecom-international at W:7 added  replaced builtin:carriers/citic-telecom.yaml:N
999-97 at W:9 replaced  unused "withdrawn: looked for with --include-withdrawn"
location-in-clear at builtin:detections/in-clear.yaml:N changed D:2 match [{class [location]} {evidence [address hop adjacent]} {protection [clear signed]}]
mine at D:3 changed  match [{class [sms]} {carrier [pccw-global]}]`
	if text != want {
		t.Errorf("got:\n%s\nwant:\n%s", text, want)
	}
}

func byID(t *testing.T, s *Set, id string) *Carrier {
	t.Helper()
	c, ok := s.Carrier(id)
	if !ok {
		t.Fatalf("no carrier %s", id)
	}
	return c
}
