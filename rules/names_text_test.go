package rules

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// TestNamesIn: carriers by whole words, the longest name first, with their places.
func TestNamesIn(t *testing.T) {
	s := load(t, `carriers:
  - {id: alpha, name: Alpha Telecom}
  - {id: alpha-global, name: Alpha Telecom Global, aliases: [ATG, "A & G"]}
  - {id: beta, name: Beta (Asia) Ltd., aliases: [ignored], match_names: [Béta, beta asia]}
`)
	for text, want := range map[string]string{
		"":                            "[]",
		"Alpha Telecom":               "[alpha:Alpha Telecom]",
		"ALPHA  telecom-global, Inc.": "[alpha-global:ALPHA  telecom-global]",
		"Alpha Telecom, Alpha Telecom Global / BÉTA": "[alpha:Alpha Telecom alpha-global:Alpha Telecom Global beta:BÉTA]",
		"Beta (Asia)":             "[beta:Beta (Asia]",
		"Beta Asia Ltd":           "[beta:Beta Asia Ltd]",
		"Beta":                    "[]",
		"ignored":                 "[]",
		"atg":                     "[alpha-global:atg]",
		"ATGX XATG A.T.G":         "[]",
		"A&G":                     "[alpha-global:A&G]",
		"Alpha":                   "[]",
		"Alphatelecom":            "[]",
		"Alpha Alpha Telecom":     "[alpha:Alpha Telecom]",
		"\xff Alpha Telecom \xff": "[alpha:Alpha Telecom]",
	} {
		var got []string
		for _, n := range s.NamesIn(text) {
			got = append(got, n.Carrier.ID+":"+text[n.Begin:n.End])
		}
		if fmt.Sprint(got) != want {
			t.Errorf("%q: %v, want %s", text, got, want)
		}
	}
	if got := s.CarriersNamed("Alpha Telecom and ALPHA TELECOM"); len(got) != 1 || got[0].ID != "alpha" {
		t.Errorf("%v", got)
	}
}

// TestBuiltinNames: the names under which the built-in carriers stand in documents.
// Countries are none, and short names count as whole words only.
func TestBuiltinNames(t *testing.T) {
	s, err := Load(Options{WatchlistFiles: []string{writeFile(t, "carriers.yaml", "carriers:\n  - {id: pccw-global, aliases: [Our Own Word]}\n")}})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string][]string{
		"China Mobile International (UK) Limited": {"china-mobile-international"},
		"CMI":                        {"china-mobile-international"},
		"CMI / CTG & CUG":            {"china-mobile-international", "china-telecom-global", "china-unicom-global"},
		"China Telecom (Europe) Ltd": {"china-telecom-global"},
		"Unicom Global":              {"china-unicom-global"},
		"CITIC Telecom CPC":          {"citic-telecom-international"},
		"PCCW Global (HK) Limited":   {"pccw-global"},
		"our own word":               {"pccw-global"}, // an alias that a user adds counts too
		"China Mobile":               nil,             // an operator, not its carrier
		"HKT":                        nil,
		"Jurisdiction: China":        nil,
		"ACMI, CMIX, CTGS":           nil,
	} {
		var got []string
		for _, c := range s.CarriersNamed(text) {
			got = append(got, c.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	for number, want := range map[uint32]string{58453: "china-mobile-international", 3491: "pccw-global", 9808: "", 64500: ""} {
		got := ""
		if c := s.CarrierOfASN(number); c != nil {
			got = c.ID
		}
		if got != want {
			t.Errorf("AS%d: %q, want %q", number, got, want)
		}
	}
}

// TestBuiltinNamesFacts holds the names to the list that the carriers were made from.
func TestBuiltinNamesFacts(t *testing.T) {
	b, err := os.ReadFile("../../shared/watchlist-facts.yaml")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("needs the list of facts, which is not part of the repository")
	}
	var facts struct {
		Carriers []struct {
			ID         string   `yaml:"id"`
			MatchNames []string `yaml:"match_names"`
		} `yaml:"carriers"`
	}
	if err := yaml.Unmarshal(b, &facts); err != nil {
		t.Fatal(err)
	}
	ids := map[string]string{"cmi": "china-mobile-international", "ctg": "china-telecom-global", "cug": "china-unicom-global", "citic-tel": "citic-telecom-international", "pccw-global": "pccw-global"}
	s, err := Load(Options{})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, f := range facts.Carriers {
		for _, name := range f.MatchNames {
			n++
			if got := s.CarriersNamed("x, " + strings.ToUpper(name) + " ltd"); len(got) != 1 || got[0].ID != ids[f.ID] {
				t.Errorf("%s: %q names %v", f.ID, name, got)
			}
		}
	}
	if n < 19 {
		t.Errorf("only %d names", n)
	}
}

func FuzzNamesIn(f *testing.F) {
	s, err := Load(Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Add("China Telecom (Europe) Ltd, CMI & PCCW")
	f.Fuzz(func(t *testing.T, text string) {
		last := 0
		for _, n := range s.NamesIn(text) {
			if n.Begin < last || n.End <= n.Begin || n.End > len(text) {
				t.Fatalf("%q: %+v", text, n)
			}
			last = n.End
		}
	})
}
