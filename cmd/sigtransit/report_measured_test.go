package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sigtransit/pkg/report"
)

const (
	exposureInput  = "../../testdata/exposure/input.pcapng"
	exposureConfig = "../../testdata/exposure/config.yaml"
)

// of makes a report of the bundled case.
func reportOf(t *testing.T, args ...string) string {
	t.Helper()
	code, stdout, stderr := invoke(t, "", append([]string{"report", "--config", exposureConfig}, args...)...)
	if code != 0 || stderr != "" {
		t.Fatalf("%v: exit code %d, stderr %q", args, code, stderr)
	}
	return stdout
}

func reportData(t *testing.T, args ...string) *report.Data {
	t.Helper()
	var d report.Data
	if err := json.Unmarshal([]byte(reportOf(t, append(args, "--format", "json")...)), &d); err != nil {
		t.Fatal(err)
	}
	return &d
}

// numbers of the README of the case, added up there by hand.
type handCarrier struct {
	id, evidence                                          string
	messages                                              uint64
	authentication, location, sms, call, data, subscriber uint64
	secrets, home, visitors                               uint64
	partners                                              int
}

// TestReportAddsUp holds the report on the bundled capture to figures that were added up
// by hand: testdata/exposure/README.md.
func TestReportAddsUp(t *testing.T) {
	d := reportData(t, exposureInput)
	same := func(what string, got, want any) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	same("messages", d.Total.Messages, uint64(226))
	same("path unknown", d.Unknown.Messages, uint64(30))
	same("declared only", d.Declared, uint64(14))
	same("over watched carriers", d.Watched, report.Part{Messages: 150, Share: 0.663717})
	same("internal", d.Internal, uint64(2))
	same("housekeeping", d.Housekeeping, uint64(2))
	same("secrets", d.Total.Secrets, uint64(60))
	same("refused", d.Total.Refused, uint64(1))
	same("home's subscribers", d.Total.Home, report.Estimate{Value: 29})
	same("visitors", d.Total.Visitors, report.Estimate{Value: 2})
	same("twice", d.Twice, uint64(0))
	same("hours covered", d.Coverage.Covered, 5)
	same("hours", d.Coverage.Hours, 6)
	same("frames", d.Coverage.Frames, uint64(410))
	same("trust", d.Trust.Verdict, "good")
	for i, want := range []uint64{86, 61, 28, 8, 4, 39, 0} {
		same("class "+d.Classes[i].Class, d.Classes[i].Messages, want)
	}

	hand := []handCarrier{
		{"pccw-global", "adjacent", 82, 38, 18, 10, 4, 0, 12, 23, 11, 2, 2},
		{"china-mobile-international", "adjacent", 68, 24, 18, 12, 0, 4, 10, 18, 11, 0, 2},
		{"china-telecom-global", "none", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
		{"example-transit", "adjacent", 46, 14, 14, 2, 4, 0, 12, 10, 7, 0, 3},
	}
	if len(d.Carriers) != len(hand) {
		t.Fatalf("%d carriers, want %d", len(d.Carriers), len(hand))
	}
	for i, w := range hand {
		c := &d.Carriers[i]
		got := handCarrier{c.ID, c.Best, c.Messages, c.Cells[0].Messages, c.Cells[1].Messages, c.Cells[2].Messages, c.Cells[3].Messages, c.Cells[4].Messages, c.Cells[5].Messages,
			c.Secrets, c.Home.Value, c.Visitors.Value, c.Partners}
		same(c.ID, got, w)
	}
	if c := d.Carriers[1]; len(c.Evidence) < 2 || c.Evidence[0].Messages != 48 || c.Evidence[1].Evidence != "hop" || c.Evidence[1].Messages != 20 {
		t.Errorf("evidence for China Mobile International: %+v", c.Evidence)
	}
	if c := d.Carriers[1].Cells[0]; len(c.Evidence) != 2 || c.Evidence[0].Messages != 16 || c.Evidence[1].Evidence != "hop" || c.Evidence[1].Messages != 8 {
		t.Errorf("evidence for its authentication: %+v", c.Evidence)
	}
	if c := d.Carriers[1]; len(c.Links) != 2 || c.Links[1].Protection != "tls" || c.Links[1].Links != 1 {
		t.Errorf("links of China Mobile International: %+v", c.Links)
	}

	for _, w := range []struct {
		id, country, source        string
		messages, watched, unknown uint64
	}{
		{"NORE1", "NO", "ir21", 82, 70, 12}, {"SGPE1", "SG", "ir21", 56, 48, 0}, {"BRAE1", "BR", "ir21", 38, 20, 18}, {"KENE1", "KE", "ir21", 36, 12, 0}, {"", "GB", "numbering", 14, 0, 0},
	} {
		found := false
		for _, p := range d.Partners {
			if p.ID == w.id || w.id == "" && p.Source == w.source {
				found = true
				same(p.ID+" country", p.Country, w.country)
				same(p.ID+" source", p.Source, w.source)
				same(p.ID+" messages", p.Messages, w.messages)
				same(p.ID+" watched", p.Watched.Messages, w.watched)
				same(p.ID+" unknown", p.Unknown.Messages, w.unknown)
			}
		}
		if !found {
			t.Errorf("no partner %s of %s", w.id, w.country)
		}
	}

	for i, w := range []struct{ total, unknown, pccw, cmi, transit uint64 }{
		{84, 12, 24, 30, 18}, {58, 12, 10, 16, 20}, {22, 0, 6, 12, 4}, {}, {44, 2, 30, 10, 2}, {18, 4, 12, 0, 2},
	} {
		if len(d.Timeline.Points) != 6 {
			t.Fatalf("%d hours, want 6", len(d.Timeline.Points))
		}
		p := d.Timeline.Points[i]
		same(p.Time.Format("15:04"), [5]uint64{p.Total, p.Unknown, p.Carriers[0], p.Carriers[1], p.Carriers[3]}, [5]uint64{w.total, w.unknown, w.pccw, w.cmi, w.transit})
		same(p.Time.Format("15:04")+" covered", p.Covered, i != 3)
	}

	var got []string
	for _, c := range d.Compared {
		who := c.Partner
		if c.Verdict == report.NoDeclaration {
			who = "-"
		}
		got = append(got, strings.Join([]string{c.Verdict, who, c.Service, c.CarrierName, c.Use, strings.TrimSpace(number(c.Messages) + " of " + number(c.Proven))}, ", "))
	}
	want := []string{
		"backup_primary, SGPE1, ss7, China Mobile International, backup, 48 of 56",
		"undeclared, KENE1, ss7, PCCW Global, , 12 of 36",
		"no_declaration, -, ss7, Example Transit, , 14 of 14",
		"unresolved, BRAE1, ss7, Northern Signaling Hub, primary, 0 of 0",
		"as_declared, NORE1, ss7, PCCW Global, primary, 70 of 70",
		"as_declared, BRAE1, diameter, China Mobile International, primary, 20 of 20",
		"declared_unseen, KENE1, ss7, China Telecom Global, backup, 0 of 36",
		"nothing_measured, NORE1, diameter, PCCW Global, primary, 0 of 0",
		"as_declared, KENE1, ss7, Example Transit, primary, 24 of 36",
		"as_declared, SGPE1, ss7, Example Transit, primary, 8 of 56",
	}
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("declared against observed:\n%s\nwant\n%s", g, w)
	}

	// The counters add up to the figures.
	sums := map[string]uint64{}
	for _, c := range d.Counters {
		if c.Carrier == "*" || c.Carrier == "" || c.Evidence == "adjacent" || c.Evidence == "hop" || c.Evidence == "address" {
			sums[c.Carrier] += c.Messages
		}
	}
	same("counters of all", sums["*"], d.Total.Messages)
	same("counters of unknown path", sums[""], d.Unknown.Messages)
	for i := range d.Carriers {
		same("counters of "+d.Carriers[i].ID, sums[d.Carriers[i].ID], d.Carriers[i].Messages)
	}
}

func number(n uint64) string {
	b, _ := json.Marshal(n)
	return string(b)
}

// made is what differs from run to run, in JSON and in CSV.
var made = regexp.MustCompile(`(?m)("(?:created|tool)": )"[^"]*"|(,(?:created|tool),).*$`)

// TestReportGolden compares JSON and CSV with what the case holds.
func TestReportGolden(t *testing.T) {
	for _, form := range []string{"json", "csv"} {
		got := made.ReplaceAllString(reportOf(t, "--format", form, exposureInput), `$1$2""`)
		got = strings.ReplaceAll(got, exposureInput, "input.pcapng")
		golden := "../../testdata/exposure/report." + form
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if string(want) != got {
			a, b := strings.Split(string(want), "\n"), strings.Split(got, "\n")
			for i := range max(len(a), len(b)) {
				if at(a, i) != at(b, i) {
					t.Fatalf("%s: line %d: got %s, want %s", form, i+1, at(b, i), at(a, i))
				}
			}
		}
	}
}

// TestReportOfLedger: a ledger that a replay made gives the report that its capture
// gives, and each form has its figures.
func TestReportOfLedger(t *testing.T) {
	dir := t.TempDir()
	ledger := filepath.Join(dir, "ledger")
	if code, _, stderr := invoke(t, "", "replay", "--config", exposureConfig, "--format", "summary", "--ledger", ledger, exposureInput); code != 0 {
		t.Fatal(stderr)
	}
	a, b := reportData(t, exposureInput), reportData(t, ledger)
	if a.Total != b.Total || a.Unknown != b.Unknown || len(a.Counters) != len(b.Counters) {
		t.Errorf("of the capture %+v, of the ledger %+v", a.Total, b.Total)
	}
	page := filepath.Join(dir, "report.html")
	reportOf(t, "-o", page, ledger)
	html, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Example Mobile", "PCCW Global", "carried 36\u202f% of the captured signaling with partners: 82 of 226 messages, with 2 partners in 2 countries.",
		"for 13\u202f%: 30 messages for which nothing on the wire proves a carrier", "Example Singapore", "capture trust: good", "something captured in 5 of 6 hours", "United Kingdom",
		// The row of the matrix without a path: 10 + 11 + 4 + 5 are the 30.
		`#raw-unknown-authentication"><b>10<`, `#raw-unknown-location"><b>11<`, `#raw-unknown-sms"><b>4<`, `#raw-unknown-subscriber"><b>5<`} {
		if !strings.Contains(string(html), want) {
			t.Errorf("the page has no %q", want)
		}
	}
	text := reportOf(t, ledger)
	for _, want := range []string{"OF EXAMPLE MOBILE", "PCCW Global carried 36 %", "12 of 36) went over PCCW Global, which it does not declare"} {
		if !strings.Contains(strings.Join(strings.Fields(text), " "), want) {
			t.Errorf("the text has no %q:\n%s", want, text)
		}
	}
	// What partners declare, without the watchlist that the ledger was kept with.
	code, stdout, stderr := invoke(t, "", "report", "--partners", "../../testdata/exposure/partners.json", ledger)
	if code != 0 || stderr != "" || strings.Contains(stdout, "Kenya: 67") || !strings.Contains(strings.Join(strings.Fields(stdout), " "), "Example Singapore: 86 % of its SS7 messages with a known path (48 of 56) went over China Mobile International, which it declares as backup only.") {
		t.Errorf("exit code %d, stderr %q\n%s", code, stderr, stdout)
	}
	// Hours are whole, which is said.
	if code, _, stderr := invoke(t, "", "report", "--from", "2026-11-23T07:30", "--to", "2026-11-23T08:10", ledger); code != 0 || !strings.Contains(stderr, "this is 23 Nov 2026, 07:00 to 09:00 UTC") {
		t.Errorf("exit code %d, stderr %q", code, stderr)
	}
	if code, stdout, stderr := invoke(t, "", "report", "--from", "2026-11-24", ledger); code != 2 || stdout != "" || !strings.Contains(stderr, "--from 24 Nov 2026 00:00: the ledger has 23 Nov 2026, 06:00 to 12:00 UTC") {
		t.Errorf("from the day after: exit code %d, stderr %q", code, stderr)
	}
	if code, stdout, stderr := invoke(t, "", "report", "--declared", ledger); code != 2 || stdout != "" || !strings.Contains(stderr, "is a ledger, which was measured: leave out --declared") {
		t.Errorf("--declared: exit code %d, stdout %q, stderr %q", code, stdout, stderr)
	}
	// Without home nobody knows which way anything goes, nor whose subscribers they are.
	if _, stdout, _ := invoke(t, "", "report", exposureInput); !strings.Contains(strings.Join(strings.Fields(stdout), " "), "Directions: unknown for 228 of 228 messages, and so whose subscribers they are about. Say who home is: home in the configuration, or --home PLMN.") {
		t.Errorf("without home:\n%s", stdout)
	}
	// An hour without a frame.
	if d := reportData(t, "--from", "2026-11-23T09:00", "--to", "2026-11-23T10:00", ledger); d.Total.Messages != 0 || d.Coverage.Covered != 0 {
		t.Errorf("09:00 to 10:00: %d messages", d.Total.Messages)
	}
	if text := reportOf(t, "--from", "2026-11-23T09:00", "--to", "2026-11-23T10:00", ledger); !strings.Contains(text, "Nothing was measured") || !strings.Contains(text, "nothing was captured in this period") || strings.Contains(text, "100 %") {
		t.Errorf("of nothing:\n%s", text)
	}
	// One hour of it.
	if d := reportData(t, "--from", "2026-11-23T07:00", "--to", "2026-11-23T08:00", ledger); d.Total.Messages != 58 || d.Coverage.Hours != 1 {
		t.Errorf("07:00 to 08:00: %d messages in %d hours, want 58 in 1", d.Total.Messages, d.Coverage.Hours)
	}
}

// TestReportOnPartners: what is reported on partners one by one adds up to the report on all,
// and each says what testdata/exposure/README.md has of it.
func TestReportOnPartners(t *testing.T) {
	whole := reportData(t, exposureInput)
	sum, carried := uint64(0), map[string]uint64{}
	for name, want := range map[string]uint64{"NORE1": 82, "Example Singapore": 56, "brae1": 38, "EXAMPLE KENYA": 36, "gb": 14} {
		d := reportData(t, "--partner", name, exposureInput)
		if d.Total.Messages != want || len(d.Only) != 1 || len(d.Partners) != 1 || d.Partners[0].ID != d.Only[0].ID || d.Coverage.Hours != whole.Coverage.Hours {
			t.Errorf("%s: %d messages of %+v, want %d; %+v", name, d.Total.Messages, d.Only, want, d.Coverage)
		}
		for _, c := range d.Compared {
			if c.Partner != d.Only[0].ID {
				t.Errorf("%s: %+v", name, c)
			}
		}
		sum += d.Total.Messages
		for _, c := range d.Carriers {
			carried[c.ID] += c.Messages
		}
	}
	if sum != whole.Total.Messages {
		t.Errorf("%d messages, want %d", sum, whole.Total.Messages)
	}
	for _, c := range whole.Carriers {
		if carried[c.ID] != c.Messages {
			t.Errorf("%s carries %d messages, want %d", c.ID, carried[c.ID], c.Messages)
		}
	}
	if d := reportData(t, "--partner", "KENE1", "--partner", "NORE1", "--partner", "kene1", exposureInput); d.Total.Messages != 118 || len(d.Only) != 2 {
		t.Errorf("%d messages of %+v, want 118", d.Total.Messages, d.Only)
	}
	for form, want := range map[string]string{
		"text": "SIGNALING EXPOSURE OF EXAMPLE MOBILE WITH EXAMPLE KENYA\n", "csv": ",only_partner,KENE1\n", "html": "<h1>Who carries the signaling between Example Mobile and Example Kenya</h1>",
	} {
		if got := reportOf(t, "--partner", "KENE1", "--format", form, exposureInput); !strings.Contains(got, want) {
			t.Errorf("%s lacks %q", form, want)
		}
	}
}

func TestReportMistakes(t *testing.T) {
	for _, x := range []struct {
		name, want string
		args       []string
		code       int
	}{
		{"nothing", "name a ledger or captures", nil, 2},
		{"form", `unknown format "pdf": want html, json, csv or text`, []string{"--format", "pdf", exposureInput}, 2},
		{"time", `--from: "yesterday" is no time`, []string{"--from", "yesterday", exposureInput}, 2},
		{"period", "--to: 2026-11-22 is not after --from 2026-11-23", []string{"--from", "2026-11-23", "--to", "2026-11-22", exposureInput}, 2},
		{"form of a name", "--output: r.pdf: no report ends in .pdf: want .html, .json, .csv or .txt, or give --format too", []string{"-o", "r.pdf", exposureInput}, 2},
		{"partner file", "what partners declare is read by report --declared", []string{"../../testdata/exposure/partners.json"}, 2},
		{"folder", "what partners declare is read by report --declared", []string{"../../testdata"}, 2},
		{"partner", `--partner: partner "KENE2" is neither in the ledger nor among those that declare something; want one of BRAE1, KENE1, NORE1, SGPE1, gb`, []string{"--config", exposureConfig, "--partner", "KENE2", exposureInput}, 2},
		{"partner of declarations", "leave out --partner", []string{"--declared", "--partner", "KENE1", "../../testdata/exposure/partners.json"}, 2},
		{"no file", "no such file", []string{"/nonexistent"}, 1},
		{"no capture", "report_measured_test.go", []string{"report_measured_test.go"}, 1},
	} {
		code, stdout, stderr := invoke(t, "", append([]string{"report"}, x.args...)...)
		if code != x.code || !strings.Contains(stderr, x.want) || stdout != "" {
			t.Errorf("%s: exit code %d, stdout %q, stderr %q; want %d and %q", x.name, code, stdout, stderr, x.code, x.want)
		}
	}
}

// TestReportOfNoPartners: an empty partner file says that nothing is declared any more; a
// ledger's older declarations count where no file is given.
func TestReportOfNoPartners(t *testing.T) {
	ledger, _ := ledgerOfReplay(t)
	empty := write(t, "empty.json", `{"format":"sigtransit-partners","version":1,"partners":[]}`)
	for _, x := range []struct {
		args []string
		says bool
	}{{nil, true}, {[]string{"--partners", empty}, false}} {
		code, stdout, stderr := invoke(t, "", append(append([]string{"report", "--format", "json"}, x.args...), ledger)...)
		var d report.Data
		if err := json.Unmarshal([]byte(stdout), &d); code != 0 || err != nil {
			t.Fatalf("exit code %d, %v, %s", code, err, stderr)
		}
		says := false
		for _, c := range d.Compared {
			says = says || c.Use != ""
		}
		if says != x.says {
			t.Errorf("%q: %+v", x.args, d.Compared)
		}
	}
}

// TestHomeCarriers: those of the configuration have to be known; home's own IR.21 among the
// partner files names them too.
func TestHomeCarriers(t *testing.T) {
	b, err := os.ReadFile(exposureConfig)
	if err != nil {
		t.Fatal(err)
	}
	dir, _ := filepath.Abs("../../testdata/exposure")
	config := func(carriers, partners string) string {
		text := strings.Replace(string(b), "home:\n", "home:\n  carriers: ["+carriers+"]\n", 1)
		text = strings.Replace(text, "[partners.json]", "["+dir+"/partners.json"+partners+"]", 1)
		return write(t, "config.yaml", strings.Replace(text, "[carriers.yaml]", "["+dir+"/carriers.yaml]", 1))
	}
	bad := config("pccw-globl", "")
	if code, _, stderr := invoke(t, "", "check", "--config", bad); code != 2 || !strings.HasSuffix(stderr, bad+":3:14: home.carriers: no carrier \"pccw-globl\"; the nearest is \"pccw-global\"\n") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
	home := write(t, "home.json", `{"format":"sigtransit-partners","version":1,"partners":[`+"\n"+
		`{"id":"XXHOM","plmns":["001-01"],"carriers":[{"service":"ss7","name":"PCCW Global","carriers":["pccw-global"]}]}]}`)
	for _, c := range []string{config("pccw-global", ""), config("", ", "+home)} {
		code, stdout, stderr := invoke(t, "", "report", "--config", c, "--format", "csv", exposureInput)
		if code != 0 || !strings.Contains(stdout, ",pccw-global,PCCW Global,true,KENE1,Example Kenya,,ss7,,,adjacent,,,,,own_carrier,12,") ||
			!strings.Contains(stdout, ",SGPE1,Example Singapore,,ss7,,,adjacent,,,,backup,backup_primary,48,") {
			t.Errorf("exit code %d, %s%s", code, stdout, stderr)
		}
	}
	// A ledger knows whose it is, for who reads it without the configuration.
	ledger := filepath.Join(t.TempDir(), "ledger.db")
	if code, _, stderr := invoke(t, "", "replay", "--config", config("pccw-global", ""), "--ledger", ledger, "-o", os.DevNull, exposureInput); code != 0 {
		t.Fatalf("exit code %d, %s", code, stderr)
	}
	for _, args := range [][]string{nil, {"--home", "001-01"}} {
		code, stdout, stderr := invoke(t, "", append([]string{"report", "--format", "csv", ledger}, args...)...)
		if code != 0 || !strings.Contains(stdout, ",adjacent,,,,,own_carrier,12,") || !strings.Contains(stdout, "home_plmns,001-01") {
			t.Errorf("without a configuration, %v: exit code %d, %s%s", args, code, stdout, stderr)
		}
	}
}
