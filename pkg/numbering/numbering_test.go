package numbering

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"sigtransit/decoders/telecom"
)

// rows are the lines of a table that are no comments, as they stand.
func rows(text string) [][]string {
	var r [][]string
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		if !strings.HasPrefix(line, "#") {
			r = append(r, strings.Split(line, "\t"))
		}
	}
	return r
}

// oneNetwork are territories whose numbers belong to networks of another one.
var oneNetwork = map[string]string{"GF": "GP", "MQ": "GP", "YT": "RE", "JE": "GG"}

// TestTables holds the tables to what reading them takes for granted, and to what makes
// a change of them easy to review.
func TestTables(t *testing.T) {
	countries := map[string]bool{"-": true}
	operators := map[string]string{}
	mccs := map[string]string{}
	used := map[string]bool{}
	id := regexp.MustCompile(`^([a-z]{2}|int|test)(-[a-z0-9]+)+$`) // country and name
	for _, tt := range []struct {
		name  string
		text  string
		least int // lines, so that a table cut short is seen
		form  *regexp.Regexp
		check func(r []string) string
	}{
		{"countries", shipped.countries, 250, regexp.MustCompile(`^[A-Z]{2}\t[A-Z]{3}\t\S.*$`), func(r []string) string {
			countries[r[0]] = true
			return ""
		}},
		{"e164", shipped.e164, 330, regexp.MustCompile(`^[1-9]\d{0,8}\t([A-Z]{2}|-)$`), func(r []string) string {
			if !countries[r[1]] {
				return "no such country"
			}
			return ""
		}},
		{"mcc", shipped.mcc, 240, regexp.MustCompile(`^\d{3}\t([A-Z]{2}|-)$`), func(r []string) string {
			mccs[r[0]] = r[1]
			if !countries[r[1]] {
				return "no such country"
			}
			return ""
		}},
		{"sanc", shipped.sanc, 1070, regexp.MustCompile(`^[2-7]-\d{3}\t[A-Z]{2}$`), func(r []string) string {
			if !countries[r[1]] {
				return "no such country"
			}
			return ""
		}},
		{"operators", shipped.operators, 2000, regexp.MustCompile(`^\S+\t([A-Z]{2}|-)\t\S.*$`), func(r []string) string {
			operators[r[0]] = r[1]
			prefix, _, _ := strings.Cut(r[0], "-")
			switch {
			case !id.MatchString(r[0]):
				return "no id"
			case !countries[r[1]]:
				return "no such country"
			case r[1] == "-" != (prefix == "int" || prefix == "test"), r[1] != "-" && strings.ToLower(r[1]) != prefix:
				return "the id begins with another country"
			case strings.TrimSpace(r[2]) != r[2] || strings.ContainsAny(r[2], "\"™®©;|/\u00a0"):
				return "the name is not clean"
			}
			return ""
		}},
		{"plmn", shipped.plmn, 3000, regexp.MustCompile(`^\d{3}-\d{2,3}\t\S+(\tinactive)?$`), func(r []string) string {
			used[r[1]] = true
			mcc, ok := mccs[r[0][:3]]
			switch {
			case !ok:
				return "no such MCC"
			case operators[r[1]] == "":
				return "no such operator"
			case mcc == "-" != (operators[r[1]] == "-"):
				return "a country where the MCC has none, or none where it has one"
			}
			return ""
		}},
		{"gt", shipped.gt, 12000, regexp.MustCompile(`^[1-9]\d{1,14}(-\d)?\t\S+$`), func(r []string) string {
			used[r[1]] = true
			first, _, _ := strings.Cut(r[0], "-")
			iso, ok := CountryOfGT(telecom.MustDigits(first))
			switch {
			case operators[r[1]] == "":
				return "no such operator"
			case !ok || iso != strings.TrimPrefix(operators[r[1]], "-") && oneNetwork[iso] != operators[r[1]]:
				return "the operator is of another country than " + iso
			}
			return ""
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			last := ""
			all := rows(tt.text)
			for _, r := range all {
				line := strings.Join(r, "\t")
				if !tt.form.MatchString(line) || !utf8.ValidString(line) {
					t.Errorf("%q: want %s", line, tt.form)
					continue
				}
				if r[0] <= last {
					t.Errorf("%q does not stand behind %q", r[0], last)
				}
				last = r[0]
				if fault := tt.check(r); fault != "" {
					t.Errorf("%q: %s", line, fault)
				}
			}
			if len(all) < tt.least {
				t.Errorf("%d lines, want %d or more", len(all), tt.least)
			}
		})
	}
	for o := range operators {
		if !used[o] {
			t.Errorf("%s has no network and no number", o)
		}
	}
}

func TestCountry(t *testing.T) {
	for _, tt := range []struct{ alpha2, alpha3, name, e164 string }{
		{"DE", "DEU", "Germany", "49"}, {"GB", "GBR", "United Kingdom", "44"}, {"US", "USA", "United States", "1"},
		{"CI", "CIV", "Côte d'Ivoire", "225"}, {"XK", "XKX", "Kosovo", "383"}, {"TR", "TUR", "Türkiye", "90"},
		{"JE", "JEY", "Jersey", "441534"}, {"KZ", "KAZ", "Kazakhstan", "733622"}, {"HK", "HKG", "Hong Kong", "852"},
		{"VA", "VAT", "Vatican City", "379"}, {"CW", "CUW", "Curaçao", "5999"},
	} {
		c, ok := Country(tt.alpha2)
		if !ok || c.Alpha3 != tt.alpha3 || c.Name != tt.name || !contains(c.E164, tt.e164) {
			t.Errorf("%s: %+v, %v; want %+v", tt.alpha2, c, ok, tt)
		}
		if c, ok := CountryOfAlpha3(tt.alpha3); !ok || c.Alpha2 != tt.alpha2 {
			t.Errorf("%s: %+v, %v", tt.alpha3, c, ok)
		}
	}
	for _, bad := range []string{"", "D", "de", "DEU", "ZZ", "-", "Ü"} {
		if c, ok := Country(bad); ok {
			t.Errorf("%q is %+v", bad, c)
		}
	}
	if c, ok := CountryOfAlpha3("DE"); ok {
		t.Errorf("DE is %+v", c)
	}
	us, _ := Country("US")
	if len(us.MCCs) != 7 || us.MCCs[0] != 310 || us.MCCs[6] != 316 {
		t.Errorf("MCCs of the US: %v", us.MCCs)
	}
	if all := Countries(); len(all) != 250 || all[0].Alpha2 != "AD" || all[249].Alpha2 != "ZW" {
		t.Errorf("%d countries, %+v to %+v", len(all), all[0], all[len(all)-1])
	}
}

func contains(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}

func TestCountryOfGT(t *testing.T) {
	for _, tt := range []struct {
		gt, want string
		ok       bool
	}{
		{"491710000000", "DE", true},
		{"33609000000", "FR", true},
		{"12125550100", "US", true},  // New York
		{"14165550100", "CA", true},  // Toronto
		{"18765550100", "JM", true},  // Jamaica, old area code
		{"16585550100", "JM", true},  // and its overlay
		{"17875550100", "PR", true},  // Puerto Rico
		{"18095550100", "DO", true},  // Dominican Republic
		{"18005550100", "", true},    // toll-free in all of North America
		{"79160000000", "RU", true},  // Moscow's MTS
		{"77010000000", "KZ", true},  // Kazakhstan behind +7
		{"447700900000", "GB", true}, // numbers for drama
		{"447781000000", "GG", true}, // Guernsey
		{"447797000000", "JE", true}, // Jersey
		{"447624000000", "IM", true}, // Isle of Man
		{"3906698000", "VA", true},   // the Vatican uses Italy's
		{"39335000000", "IT", true},
		{"379", "VA", true},
		{"59995000000", "CW", true},
		{"5997000000", "BQ", true},
		{"262692000000", "RE", true},
		{"262639000000", "YT", true},
		{"590690000000", "GP", true},
		{"61891641000", "CX", true},
		{"61891621000", "CC", true},
		{"61400000000", "AU", true},
		{"212528800000", "EH", true},
		{"383440000000", "XK", true},
		{"972599000000", "PS", true}, // Palestine behind Israel's code
		{"972541000000", "IL", true},
		{"85290000000", "HK", true},
		{"881600000000", "", true}, // satellites
		{"882160000000", "", true}, // international networks
		{"883130000000", "", true},
		{"870770000000", "", true},
		{"878100000000", "", true},
		{"979100000000", "", true},
		{"99900000000", "", false}, // not assigned
		{"210000000000", "", false},
		{"00100000000", "", false},
		{"A9", "", false},
		{"4", "", false}, // too short to tell
	} {
		if iso, ok := CountryOfGT(telecom.MustDigits(tt.gt)); iso != tt.want || ok != tt.ok {
			t.Errorf("%s: %q, %v; want %q, %v", tt.gt, iso, ok, tt.want, tt.ok)
		}
	}
	if iso, ok := CountryOfGT(telecom.Digits{}); ok {
		t.Errorf("no digits: %q", iso)
	}
}

func TestCountryOfMCC(t *testing.T) {
	for mcc, want := range map[uint16]string{262: "DE", 310: "US", 316: "US", 234: "GB", 235: "GB", 250: "RU", 401: "KZ", 460: "CN", 454: "HK",
		405: "IN", 425: "IL", 221: "XK", 340: "GP", 742: "GF", 647: "RE", 338: "JM", 995: "IO", 1: "", 901: "", 902: "", 999: ""} {
		if iso, ok := CountryOfMCC(mcc); iso != want || !ok {
			t.Errorf("%03d: %q, %v; want %q", mcc, iso, ok, want)
		}
	}
	for _, mcc := range []uint16{0, 2, 203, 998, 1000, 65535} {
		if iso, ok := CountryOfMCC(mcc); ok {
			t.Errorf("%03d: %q", mcc, iso)
		}
	}
}

func TestCountryOfPointCode(t *testing.T) {
	for pc, want := range map[string]string{
		"2-000-0": "LI", "2-033-1": "DE", "2-255-7": "FI", "3-020-0": "US", "3-204-7": "US", "4-106-6": "HK", "4-186-0": "HK", "4-110-3": "MO",
		"4-120-1": "CN", "4-130-7": "CN", "3-165-0": "FO", "7-213-0": "XK", "6-120-0": "IO", "5-240-2": "DE", "7-255-0": "LI", "6-094-0": "RE",
	} {
		p, err := telecom.ParsePointCode(pc)
		if err != nil {
			t.Fatal(err)
		}
		if iso, ok := CountryOfPointCode(p); iso != want || !ok {
			t.Errorf("%s: %q, %v; want %q", pc, iso, ok, want)
		}
	}
	for _, pc := range []telecom.PointCode{0, 1, 1<<11 | 7, 4<<11 | 131<<3, 1 << 14, 1<<24 - 1, 1<<32 - 1} {
		if iso, ok := CountryOfPointCode(pc); ok {
			t.Errorf("%s: %q", pc, iso)
		}
	}
}

func TestReadFaults(t *testing.T) {
	with := func(change func(*source)) source {
		s := shipped
		change(&s)
		return s
	}
	for _, tt := range []struct {
		in   source
		want string
	}{
		{with(func(s *source) { s.e164 = "1\tUS\n1\tCA\n" }), "e164.tsv:2: want a prefix"},
		{with(func(s *source) { s.e164 = "# a comment\n49\tQQ\n" }), "e164.tsv:2: want a country"},
		{with(func(s *source) { s.e164 = "49\tDE\tx\tx\n" }), "e164.tsv:1: want other fields"},
		{with(func(s *source) { s.mcc = "26\tDE\n" }), "mcc.tsv:1: want a code"},
		{with(func(s *source) { s.sanc = "8-000\tDE\n" }), "sanc.tsv:1: want a point code"},
		{with(func(s *source) { s.countries = "Germany\tDEU\tGermany\n" }), "countries.tsv:1: want other fields"},
		{with(func(s *source) { s.operators = "de-telekom\tQQ\tTelekom\n" }), "operators.tsv:1: want a country"},
		{with(func(s *source) { s.plmn = "262-01\tde-nobody\n" }), "plmn.tsv:1: want an operator"},
		{with(func(s *source) { s.plmn = "262-1\tde-telekom\n" }), "plmn.tsv:1: want a PLMN"},
	} {
		if _, err := read(tt.in); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%v; want %s", err, tt.want)
		}
	}
	for text, want := range map[string]string{
		"4917\tde-nobody\n":                        "gt.tsv:1: want an operator",
		"4917\n":                                   "gt.tsv:1: want other fields",
		"4917\tde-o2\n4916\tde-o2\n":               "gt.tsv:2: want a prefix",
		"4917-5\tde-o2\n":                          "gt.tsv:1: want a prefix",
		"4917-10\tde-o2\n":                         "gt.tsv:1: want a prefix",
		"4917-A\tde-o2\n":                          "gt.tsv:1: want a prefix",
		"1234567890123456\tde-o2\n":                "gt.tsv:1: want a prefix",
		"4915-7\tde-o2\n49160\tde-o2\n49\tde-o2\n": "gt.tsv:2: want a prefix",
	} {
		if _, err := load().readGTs(text); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v; want %s", text, err, want)
		}
	}
}

// TestCodeLength: every country code of the table is as long as its first digits say, and
// longer entries begin with one.
func TestCodeLength(t *testing.T) {
	for _, c := range Countries() {
		for _, code := range c.E164 {
			first, second := code[0]-'0', byte(0xf)
			if len(code) > 1 {
				second = code[1] - '0'
			}
			if n := CodeLength(first, second); len(code) < n {
				t.Errorf("%s: %s is shorter than a code of %d digits", c.Alpha2, code, n)
			}
		}
	}
	for code, want := range map[string]int{"12": 1, "79": 1, "20": 2, "21": 3, "27": 2, "35": 3, "37": 3, "49": 2, "50": 3, "59": 3, "67": 3, "80": 3, "85": 3, "86": 2, "88": 3, "96": 3, "98": 2, "99": 3} {
		if got := CodeLength(code[0]-'0', code[1]-'0'); got != want {
			t.Errorf("%s: %d, want %d", code, got, want)
		}
	}
	if got := CodeLength(0xf, 0xb); got != 3 {
		t.Errorf("digits that are none: %d", got)
	}
}
