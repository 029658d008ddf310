package output

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("%s differs (go test -update rewrites it):\n%s", path, got)
	}
}

// night is what a table shows of one night: findings, messages, links, warnings,
// another day and another file.
func night(r Renderer) (b []byte) {
	b = r.AppendFlow(b, flowEvent())
	b = r.AppendFinding(b, locationFinding())
	b = r.AppendFinding(b, vectorsFinding())
	f := diameterFinding()
	b = r.AppendFinding(b, f)
	f.Message, f.Evidence, f.Severity = aia(), signaling.EvidenceJurisdiction, signaling.SeverityInfo
	b = r.AppendFinding(b, f)
	f.Message, f.Evidence, f.Severity = shortMessage(), signaling.EvidenceDeclared, signaling.SeverityLow
	f.Message.Frame = 12345678
	f.Carrier = &rules.Carrier{ID: "a-carrier-with-a-very-long-id"}
	b = r.AppendFinding(b, f)
	for _, m := range []*signaling.Message{routingError(), callStart(), abort(), aiaDenied(), ulr()} {
		b = r.AppendMessage(b, m)
	}
	b = r.AppendFlow(b, securedFlow())
	b = r.AppendFinding(b, flowFinding())
	b = r.AppendWarning(b, &signaling.Warning{Time: testTime, Frame: 8, Source: "roaming.pcap", Type: "protection-downgrade", Text: "Signaling between 192.0.2.1 and 198.51.100.2 lost its protection: TLS was agreed on."})
	b = r.AppendWarning(b, warning())
	b = r.AppendWarning(b, &signaling.Warning{Type: "cut-off-file", Text: "The file ends within a frame."})
	m := updateLocation()
	m.Time += int64(24 * time.Hour)
	b = r.AppendMessage(b, m)
	m.Source = "other.pcap"
	b = r.AppendMessage(b, m)
	return b
}

func TestTable(t *testing.T) {
	for _, test := range []struct {
		file   string
		opts   Options
		screen Screen
	}{
		{"table.txt", Options{Keys: testKeys}, Screen{}},
		{"table-160.txt", Options{Keys: testKeys}, Screen{Width: 160}},
		{"table-120.txt", Options{Keys: testKeys}, Screen{Width: 120}},
		{"table-pseudonym.txt", Options{Privacy: Pseudonym, Keys: testKeys}, Screen{Width: 160}},
		{"table-ascii-colour.txt", Options{Keys: testKeys}, Screen{Width: 160, ASCII: true, Colour: true}},
	} {
		got := night(NewTable(test.opts, test.screen))
		golden(t, test.file, got)
		for _, line := range strings.Split(string(got), "\n") {
			if strings.Contains(line, "warning") || strings.Contains(line, "link ") || test.screen.Colour {
				continue
			}
			if n := utf8.RuneCountInString(line); test.screen.Width > 0 && n > test.screen.Width && test.screen.Width >= 140 {
				t.Errorf("%s: %d columns: %s", test.file, n, line)
			}
			if test.screen.ASCII && strings.ContainsFunc(line, func(r rune) bool { return r >= utf8.RuneSelf }) {
				t.Errorf("%s: not ASCII: %s", test.file, line)
			}
		}
	}
}

// TestMessageOfFinding: with messages asked for, one that was flagged has one line.
func TestMessageOfFinding(t *testing.T) {
	table := NewTable(Options{Keys: testKeys}, Screen{})
	f := locationFinding()
	table.AppendFinding(nil, f)
	if b := table.AppendMessage(nil, f.Message); len(b) != 0 {
		t.Errorf("shown twice: %s", b)
	}
	if b := table.AppendMessage(nil, f.Message); len(b) == 0 {
		t.Error("the next message in the same place is not shown")
	}
	table.AppendFinding(nil, f)
	f.Message.Kind = signaling.KindResult
	if b := table.AppendMessage(nil, f.Message); len(b) == 0 {
		t.Error("another message in the same place is not shown")
	}
}

func TestShortHosts(t *testing.T) {
	table := NewTable(Options{Keys: testKeys}, Screen{})
	for in, want := range map[string]string{
		"mme1.epc.mnc001.mcc001.3gppnetwork.org":                "mme1.001-01",
		"epc.mnc001.mcc001.3gppnetwork.org":                     "epc.001-01",
		"MME1.EPC.MNC001.MCC001.3GPPNETWORK.ORG":                "MME1.EPC.001-01",
		"mnc410.mcc310.3gppnetwork.org":                         "310-410",
		"hss.ims.mnc010.mcc310.3gppnetwork.org":                 "hss.ims.310-010",
		"dra.example.net":                                       "dra.example.net",
		"xmnc001.mcc001.3gppnetwork.org":                        "xmnc001.mcc001",
		"a.mnc0x1.mcc001.3gppnetwork.org":                       "a.mnc0x1.mcc001",
		".3gppnetwork.org":                                      "",
		"001010123456890.mme.epc.mnc001.mcc001.3gppnetwork.org": "00101*******890.mme.001-01",
		"a\x1b[31m.epc.mnc001.mcc001.3gppnetwork.org":           `a\u001b[31m.001-01`,
	} {
		if got := string(table.host(nil, []byte(in))); got != want {
			t.Errorf("%q is shown as %q, want %q", in, got, want)
		}
	}
}

func TestSummary(t *testing.T) {
	s := NewSummary(Screen{})
	if b := night(s); len(b) != 0 {
		t.Errorf("a summary before the end: %s", b)
	}
	golden(t, "summary.txt", s.AppendStats(nil, sampleStats()))

	quiet := &Stats{Frames: 5, NotSignaling: 4, Bytes: 500, First: testTime, Last: testTime}
	golden(t, "summary-nothing.txt", NewSummary(Screen{Colour: true}).AppendStats(nil, quiet))
}

// TestSummaryOfManyCarriers looks at order and alignment.
func TestSummaryOfManyCarriers(t *testing.T) {
	st := &Stats{}
	f := locationFinding()
	for i, c := range []struct {
		id, name string
		evidence signaling.Evidence
		messages int
	}{
		{"one", "One", signaling.EvidenceGroup, 1500}, {"two", "A carrier whose name is far too long for one line", signaling.EvidenceAdjacent, 3},
		{"three", "", signaling.EvidenceHop, 12}, {"four", "Four", signaling.EvidenceAdjacent, 1_234_567},
	} {
		f.Carrier, f.Evidence = &rules.Carrier{ID: c.id, Name: c.name}, c.evidence
		for n := range c.messages {
			f.Message.IMSI = telecom.DigitsFromTBCD([]byte{0x00, byte(0x10 + i), 0x01, bcd(n), bcd(n / 100), bcd(n / 10000), 0x11, 0xf1})
			st.AddMessage(f.Message)
			st.AddFinding(f)
		}
	}
	golden(t, "summary-carriers.txt", NewSummary(Screen{}).AppendStats(nil, st))
}

func TestNumbersForPeople(t *testing.T) {
	for n, want := range map[uint64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", 1<<64 - 1: "18,446,744,073,709,551,615"} {
		if got := thousands(n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
	for n, want := range map[uint64]string{0: "0 B", 999: "999 B", 1000: "1.00 kB", 9_999: "10.0 kB", 99_960: "100 kB", 999_600: "1.00 MB", 1<<64 - 1: "18.4 EB"} {
		if got := size(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
	for d, want := range map[time.Duration]string{
		0: "0.0 ms", 1500 * time.Microsecond: "1.5 ms", 12 * time.Second: "12.0 s", 90 * time.Second: "1 min 30 s", 25 * time.Hour: "25 h 0 min",
		50 * time.Hour: "2 days 2 h", -1: "times go backwards",
	} {
		if got := brief(d); got != want {
			t.Errorf("%d: %s, want %s", d, got, want)
		}
	}
	if got := span(testTime, testTime+int64(36*time.Hour)); got != "2026-11-22 10:00:00 to 2026-11-23 22:00:00 UTC (36 h 0 min)" {
		t.Error(got)
	}
}

func TestFormats(t *testing.T) {
	for f := FormatJSON; f < numFormats; f++ {
		got, err := ParseFormat(f.String())
		if err != nil || got != f {
			t.Errorf("%v: %v, %v", f, got, err)
		}
		if NewRenderer(f, Options{Keys: testKeys}, Screen{}) == nil {
			t.Errorf("no renderer for %v", f)
		}
	}
	if _, err := ParseFormat("xml"); err == nil {
		t.Error("xml is a format")
	}
	file, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if s := ScreenOf(file); s != (Screen{}) {
		t.Errorf("a file is %+v", s)
	}
}
