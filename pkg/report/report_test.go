package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sigtransit/pkg/numbering"
)

// TestTiles holds the map to the countries of the numbering plans: each has a tile, and
// none has two.
func TestTiles(t *testing.T) {
	all, cols, rows := layOut()
	if cols != 30 || rows != 16 {
		t.Errorf("%d columns and %d rows", cols, rows)
	}
	at := map[string]tile{}
	places := map[[2]int]string{}
	for _, x := range all {
		if _, ok := numbering.Country(x.Code); !ok {
			t.Errorf("%s is no country", x.Code)
		}
		if _, ok := at[x.Code]; ok {
			t.Errorf("%s has two tiles", x.Code)
		}
		at[x.Code] = x
		if o := places[[2]int{x.Col, x.Row}]; o != "" {
			t.Errorf("%s and %s share a tile", x.Code, o)
		}
		places[[2]int{x.Col, x.Row}] = x.Code
	}
	for _, c := range numbering.Countries() {
		if _, ok := at[c.Alpha2]; !ok && len(c.MCCs) > 0 {
			t.Errorf("%s (%s) has mobile networks and no tile", c.Alpha2, c.Name)
		}
	}
	// A map is one as long as its neighbours are.
	for _, x := range []struct{ west, east string }{{"US", "GB"}, {"PT", "ES"}, {"FR", "CH"}, {"GB", "NL"}, {"PL", "BY"}, {"IN", "BD"}, {"CN", "JP"}, {"CL", "AR"}, {"AU", "FJ"}} {
		if at[x.west].Col >= at[x.east].Col {
			t.Errorf("%s is not west of %s", x.west, x.east)
		}
	}
	for _, x := range []struct{ north, south string }{{"CA", "US"}, {"US", "MX"}, {"NO", "DK"}, {"DK", "DE"}, {"IT", "MT"}, {"EG", "SD"}, {"KE", "TZ"}, {"NZ", ""}} {
		if x.south != "" && at[x.north].Row >= at[x.south].Row {
			t.Errorf("%s is not north of %s", x.north, x.south)
		}
	}
}

func TestPercent(t *testing.T) {
	for _, x := range []struct {
		f    float64
		want string
	}{{0, "0 %"}, {0.0002, "< 0.1 %"}, {0.001, "0.1 %"}, {0.0512, "5.1 %"}, {0.05, "5 %"}, {0.0996, "10 %"}, {0.313, "31 %"}, {0.9, "90 %"}, {0.995, "99.5 %"}, {0.99999, "99.9 %"}, {1, "100 %"}, {math.NaN(), "0 %"}} {
		if got := plain(percent(x.f)); got != x.want {
			t.Errorf("%v: %q, want %q", x.f, got, x.want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for n, want := range map[uint64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := number(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
	if got := (Estimate{1240, 0.01}).String() + ", " + (Estimate{19, 0}).String(); got != "about 1,240, 19" {
		t.Error(got)
	}
}

func TestPeriod(t *testing.T) {
	at := func(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, time.UTC) }
	for _, x := range []struct {
		p    Period
		want string
	}{
		{Period{at(22, 6), at(22, 12)}, "22 Nov 2026, 06:00 to 12:00 UTC"},
		{Period{at(22, 6), at(23, 12)}, "22 Nov 2026 06:00 to 23 Nov 2026 12:00 UTC"},
		{Period{at(22, 0), at(23, 0)}, "22 Nov 2026"},
		{Period{at(1, 0), at(30, 0).AddDate(0, 0, 1)}, "1 Nov 2026 to 30 Nov 2026"},
		{Period{}, "no time"},
	} {
		if got := x.p.String(); got != x.want {
			t.Errorf("%q, want %q", got, x.want)
		}
	}
}

func TestAxis(t *testing.T) {
	for n, want := range map[uint64][2]uint64{0: {1, 1}, 1: {1, 1}, 5: {5, 1}, 6: {6, 2}, 23: {25, 5}, 84: {100, 20}, 3150: {4000, 1000}, 123456: {150000, 50000}} {
		if top, step := axis(n); top != want[0] || step != want[1] {
			t.Errorf("%d: up to %d by %d, want %v", n, top, step, want)
		}
	}
}

// TestSelfContained: nothing in the file makes a browser ask anybody for anything.
func TestSelfContained(t *testing.T) {
	for name, page := range pages(t) {
		for _, bad := range []string{`(?i)<(script|link|img|iframe|object|embed|base|form|video|audio)\b`, `(?i)\ssrc\s*=`, `(?i)@import|@font-face`, `(?i)\son[a-z]+\s*=\s*["']`, `https?://`, `(?i)javascript:`} {
			if m := regexp.MustCompile(bad).FindString(page); m != "" {
				t.Errorf("%s: the page has %q", name, m)
			}
		}
		for _, m := range regexp.MustCompile(`(?:href="|url\()([^")]*)`).FindAllStringSubmatch(page, -1) {
			if !strings.HasPrefix(m[1], "#") {
				t.Errorf("%s: the page refers to %q", name, m[1])
			}
		}
		if strings.Contains(page, "%!") || strings.Contains(page, "ZgotmplZ") {
			t.Errorf("%s: a figure was not written", name)
		}
	}
}

// TestGrey holds the shades of printed cells apart in lightness, for printers without
// colours: each step is darker than the one before.
func TestGrey(t *testing.T) {
	_, sheet, _ := strings.Cut(styleSheet, "@media print")
	last := 2.0
	for _, name := range []string{"--s0", "--s1", "--s2", "--s3", "--s4"} {
		m := regexp.MustCompile(regexp.QuoteMeta(name) + `: #([0-9a-f]+)`).FindStringSubmatch(sheet)
		if m == nil {
			t.Fatalf("no %s for print", name)
		}
		hex := m[1]
		if len(hex) == 3 {
			hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
		}
		v, err := strconv.ParseUint(hex, 16, 32)
		if err != nil {
			t.Fatal(err)
		}
		grey := (0.299*float64(v>>16) + 0.587*float64(v>>8&255) + 0.114*float64(v&255)) / 255
		if last-grey < 0.06 {
			t.Errorf("%s prints as %.2f, the step before as %.2f", name, grey, last)
		}
		last = grey
	}
}

// TestHTMLHasFigures looks for every figure of the sample in its page.
func TestHTMLHasFigures(t *testing.T) {
	d, page := sample(), pages(t)["sample"]
	want := []string{number(d.Total.Messages), number(d.Unknown.Messages), "about 1,240", "capture trust: limited",
		// Links without a mirror are in no figure, so that a share is no bound of anything.
		"may be higher or lower", "<th scope=\"col\" class=\"n\">Visitors</th>"}
	for _, c := range d.Carriers {
		want = append(want, c.Name)
		if c.Messages == 0 {
			continue
		}
		want = append(want, number(c.Messages), number(c.Secrets))
		for _, x := range c.Cells {
			if x.Messages > 0 {
				want = append(want, `href="#`+rawID(c.ID, x.Class)+`"><b>`+number(x.Messages)+`</b>`)
			}
		}
	}
	for _, p := range d.Partners {
		want = append(want, name(p.Name, p.ID), number(p.Messages))
	}
	for _, c := range d.Compared {
		want = append(want, c.Brief())
	}
	for _, w := range want {
		if !strings.Contains(page, w) {
			t.Errorf("the page does not have %q", w)
		}
	}
	// What somebody called himself stays text.
	if p := pages(t)["odd"]; strings.Contains(p, "<script") || !strings.Contains(p, "&lt;script&gt;") {
		t.Error("a name became part of the page")
	}
}

func TestJSONIsWhole(t *testing.T) {
	var b bytes.Buffer
	if err := (&Data{Format: Format, Version: Version}).WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "null") {
		t.Errorf("a list is missing:\n%s", b.String())
	}
	var back Data
	b.Reset()
	if err := sample().WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(&b)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&back); err != nil {
		t.Fatal(err)
	}
	if back.Carriers[0].Messages != sample().Carriers[0].Messages {
		t.Error("figures of carriers got lost")
	}
}

func TestCSV(t *testing.T) {
	d := sample()
	d.Partners[0].Name = `=HYPERLINK("x")`
	var b bytes.Buffer
	if err := d.WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	all, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(all[0], csvHeader) {
		t.Error("the header is not what it is said to be")
	}
	counters, quoted := 0, false
	for _, r := range all[1:] {
		if r[0] == "counter" {
			counters++
		}
		quoted = quoted || slices.Contains(r, `'=HYPERLINK("x")`)
	}
	if counters != len(d.Counters) {
		t.Errorf("%d counters, want %d", counters, len(d.Counters))
	}
	if !quoted {
		t.Error("a name could be taken for a formula")
	}
}

func TestText(t *testing.T) {
	var b bytes.Buffer
	if err := sample().WriteText(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"SIGNALING EXPOSURE OF EXAMPLE MOBILE", "WHO CARRIES IT?", "PCCW Global carried 32 % of the captured signaling with partners", "which it does not declare; it declares Example Transit", "every message once",
		"Counted twice: what hk-1 and fra-2 both have (2026-11-22 06:00:00 to 08:00:00 UTC).", "Coverage by capture: of 5 hours captured fra-2 has 3."} {
		if !strings.Contains(strings.Join(strings.Fields(b.String()), " "), want) {
			t.Errorf("no %q in:\n%s", want, b.String())
		}
	}
}
