package report

import (
	"bytes"
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sigtransit/decoders/tcap"
	"sigtransit/pkg/exposure"
	"sigtransit/pkg/partners"
	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

// november is an hour of November 2026.
func november(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, time.UTC) }

var blue = &rules.Carrier{ID: "blue", Name: "Blue Transit", Watched: true}

// build makes the report of a ledger that count filled, with messages of one partner.
func build(t *testing.T, keep exposure.Options, o Options, count func(add func(at time.Time, v ...rules.Verdict))) *Data {
	t.Helper()
	return buildOf(t, keep, o, func(rec *exposure.Recorder) {
		count(func(at time.Time, v ...rules.Verdict) {
			m := signaling.Message{Time: at.UnixNano(), Protocol: signaling.MAP, Kind: signaling.KindInvoke, Class: signaling.ClassSMS, TCAP: &tcap.Message{}}
			m.Roaming = signaling.Roaming{Direction: signaling.Outbound, Subscriber: signaling.WhoseHome, Partner: 1}
			rec.Add(&m, v)
			rec.Cover("test", m.Time, &exposure.Counts{Frames: 1})
		})
	})
}

// buildOf is build with all that a recorder can count.
func buildOf(t *testing.T, keep exposure.Options, o Options, count func(*exposure.Recorder)) *Data {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ledger")
	l, err := exposure.Open(path, keep)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	rec := exposure.NewRecorder(l)
	rec.SetPartners(func(uint32) (exposure.Partner, bool) { return exposure.Partner{ID: "XXAAA", Name: "Alpha"}, true })
	count(rec)
	rec.Flush()
	l.Flush()
	r, err := exposure.OpenForReading(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	d, err := Build(r, o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestWholeDays: where the ledger keeps sums of days, a period that ends within one holds
// all of it.
func TestWholeDays(t *testing.T) {
	for _, x := range []struct {
		keep             time.Duration
		from, to         time.Time
		messages         uint64
		wantFrom, wantTo time.Time
	}{
		{0, november(2, 6), november(3, 0), 10, november(2, 6), november(3, 0)},
		{0, november(2, 0), november(2, 12), 0, november(2, 0), november(2, 12)},
		{24 * time.Hour, november(2, 6), november(3, 0), 10, november(2, 0), november(3, 0)},
		{24 * time.Hour, november(2, 0), november(2, 12), 10, november(2, 0), november(3, 0)},
		{24 * time.Hour, november(3, 6), november(4, 6), 0, november(3, 6), november(4, 6)}, // no day is kept there
	} {
		d := build(t, exposure.Options{HourRows: x.keep}, Options{From: x.from, To: x.to}, func(add func(time.Time, ...rules.Verdict)) {
			for range 10 {
				add(november(2, 20))
			}
			add(november(9, 1))
		})
		if d.Total.Messages != x.messages || !d.Period.From.Equal(x.wantFrom) || !d.Period.To.Equal(x.wantTo) {
			t.Errorf("hours for %v, %v to %v: %d messages, %v to %v", x.keep, x.from, x.to, d.Total.Messages, d.Period.From, d.Period.To)
		}
	}
}

// TestLongPeriod: the period that is asked for tells hours from days, not what was seen.
func TestLongPeriod(t *testing.T) {
	d := build(t, exposure.Options{}, Options{From: november(1, 0), To: november(30, 12)}, func(add func(time.Time, ...rules.Verdict)) {
		add(november(2, 20))
		add(november(2, 22))
	})
	p := d.Timeline.Points
	if d.Timeline.Step != "day" || len(p) != 30 || !p[1].Covered || p[1].Captured != 2 || p[1].Hours != 24 || p[0].Covered || p[29].Hours != 12 {
		t.Errorf("%s, %d points: %+v", d.Timeline.Step, len(p), p)
	}
	if d.Coverage.Gaps[0].From != november(1, 0) || len(d.Coverage.Gaps) != 3 {
		t.Errorf("gaps %+v", d.Coverage.Gaps)
	}
	c := newChart(d)
	if len(c.Gaps) != 30 || !c.Parts || !strings.Contains(c.Gaps[1].Title, "2 of 24 hours captured") || c.Gaps[1].H >= c.Gaps[0].H {
		t.Errorf("%d gaps: %+v", len(c.Gaps), c.Gaps)
	}
}

// TestBackupBeside: what a backup carries stands against all that is declared beside it;
// where one of the names is not known, nobody can say which carries more.
func TestBackupBeside(t *testing.T) {
	green := &rules.Carrier{Index: 1, ID: "green", Name: "Green Hub"}
	for _, x := range []struct {
		name, first, want string
		use               partners.Use
	}{
		{"primary", "green", BackupCarries, partners.Primary},
		{"load sharing", "green", BackupCarries, partners.LoadSharing},
		{"name of nobody", "", AsDeclared, partners.Primary},
	} {
		first := partners.Declaration{Service: signaling.ServiceSS7, Name: "Green Hub Ltd", Use: x.use}
		if x.first != "" {
			first.Carriers = []string{x.first}
		}
		o := Options{Declared: []*partners.Partner{{ID: "XXAAA", Name: "Alpha", Carriers: []partners.Declaration{first, {Service: signaling.ServiceSS7, Name: "Blue", Carriers: []string{"blue"}, Use: partners.Backup}}}}}
		d := build(t, exposure.Options{}, o, func(add func(time.Time, ...rules.Verdict)) {
			for range 95 {
				add(november(2, 20), rules.Verdict{Carrier: blue, Evidence: signaling.EvidenceAdjacent})
			}
			for range 5 {
				add(november(2, 20), rules.Verdict{Carrier: green, Evidence: signaling.EvidenceAdjacent})
			}
		})
		got := ""
		for _, c := range d.Compared {
			if c.Carrier == "blue" {
				got = c.Verdict
			}
		}
		if got != x.want {
			t.Errorf("%s: %q, want %q", x.name, got, x.want)
		}
	}
}

// TestHoursOfDays: a day of the ledger has the hours that its hours were.
func TestHoursOfDays(t *testing.T) {
	for _, old := range []bool{false, true} {
		path := filepath.Join(t.TempDir(), "ledger")
		l, err := exposure.Open(path, exposure.Options{HourRows: 24 * time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		rec := exposure.NewRecorder(l)
		for _, at := range []time.Time{november(2, 8), november(2, 9), november(2, 21), november(3, 0), november(9, 1)} {
			m := signaling.Message{Time: at.UnixNano(), Protocol: signaling.MAP, Kind: signaling.KindInvoke, Class: signaling.ClassSMS, TCAP: &tcap.Message{}}
			rec.Add(&m, nil)
			rec.Cover("test", m.Time, &exposure.Counts{Frames: 1})
		}
		rec.Flush()
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if old {
			db, err := sql.Open("sqlite", path)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := db.Exec("UPDATE coverage SET hours = NULL WHERE hour < ?", november(3, 0).Unix()); err != nil {
				t.Fatal(err)
			}
			db.Close()
		}
		r, err := exposure.OpenForReading(path)
		if err != nil {
			t.Fatal(err)
		}
		d, err := Build(r, Options{From: november(2, 0), To: november(4, 0)})
		r.Close()
		if err != nil {
			t.Fatal(err)
		}
		c, p := &d.Coverage, d.Timeline.Points
		if len(p) != 2 || !p[0].Covered || !p[1].Covered || p[1].Captured != 1 {
			t.Fatalf("time line %+v", p)
		}
		want := "4 of 48 hours of the period were captured, at least in part; what passed in the others is not in any figure."
		if old {
			want = "1 of 48 hours of the period were captured, at least in part, and of 24 more the ledger, whose days an older version made, does not say; what passed in the others is not in any figure."
			if c.Covered != 1 || c.Unkept != 24 || p[0].Captured != 0 || p[0].Unkept != 24 || len(c.Gaps) != 1 || !c.Gaps[0].From.Equal(november(3, 1)) {
				t.Errorf("of an older form: %+v, %+v", c, p)
			}
		} else if c.Covered != 4 || c.Unkept != 0 || p[0].Captured != 3 || len(c.Gaps) != 4 || !c.Gaps[1].From.Equal(november(2, 10)) || !c.Gaps[1].To.Equal(november(2, 21)) {
			t.Errorf("%+v, %+v", c, p)
		}
		got := ""
		for _, a := range d.Answers() {
			for _, x := range a.Lines {
				if x.Lead == "Coverage:" {
					got = x.Text
				}
			}
		}
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestBackupThatShares: a carrier that is declared as backup and as load sharing, in
// either order, is no backup only.
func TestBackupThatShares(t *testing.T) {
	green := &rules.Carrier{Index: 1, ID: "green", Name: "Green Hub"}
	says := func(name, id string, u partners.Use) partners.Declaration {
		return partners.Declaration{Service: signaling.ServiceSS7, Name: name, Carriers: []string{id}, Use: u}
	}
	for _, list := range [][]partners.Declaration{
		{says("Green", "green", partners.Primary), says("Blue", "blue", partners.Backup), says("Blue", "blue", partners.LoadSharing)},
		{says("Green", "green", partners.Primary), says("Blue", "blue", partners.LoadSharing), says("Blue", "blue", partners.Backup)},
	} {
		d := build(t, exposure.Options{}, Options{Declared: []*partners.Partner{{ID: "XXAAA", Name: "Alpha", Carriers: list}}}, func(add func(time.Time, ...rules.Verdict)) {
			for range 10 {
				add(november(2, 20), rules.Verdict{Carrier: blue, Evidence: signaling.EvidenceAdjacent})
			}
			add(november(2, 20), rules.Verdict{Carrier: green, Evidence: signaling.EvidenceAdjacent})
		})
		for _, c := range d.Compared {
			if c.Carrier == "blue" && (c.Verdict != AsDeclared || c.Use != "load_sharing") {
				t.Errorf("%s, declared as %s", c.Verdict, c.Use)
			}
		}
	}
}

// TestWhatStandsAgainst: what is seen over a carrier stands against a partner only where it
// declares others in effect, by names that are known, and home did not choose it.
func TestWhatStandsAgainst(t *testing.T) {
	green := &rules.Carrier{Index: 1, ID: "green", Name: "Green Hub"}
	says := func(id string, u partners.Use, since time.Time) partners.Declaration {
		d := partners.Declaration{Service: signaling.ServiceSS7, Name: "Name " + id, Use: u, Since: since}
		if id != "" {
			d.Carriers = []string{id}
		}
		return d
	}
	none, later := time.Time{}, november(30, 0)
	const adjacent, hop = signaling.EvidenceAdjacent, signaling.EvidenceHop
	for _, x := range []struct {
		name     string
		says     []partners.Declaration
		home     []string
		evidence []signaling.Evidence // of blue
		want     string               // of blue and green
	}{
		{"declares another", []partners.Declaration{says("green", partners.Primary, none)}, nil, []signaling.Evidence{adjacent}, "blue undeclared 1 2, green declared_unseen 0 1"},
		{"a name that nobody knows", []partners.Declaration{says("", partners.Primary, none)}, nil, []signaling.Evidence{adjacent}, "blue perhaps_declared 1 1"},
		{"such a name beside another", []partners.Declaration{says("green", partners.Primary, none), says("", partners.Backup, none)}, nil, []signaling.Evidence{hop}, "blue perhaps_declared 1 1, green declared_unseen 0 1"},
		{"home's own", []partners.Declaration{says("green", partners.Primary, none)}, []string{"blue"}, []signaling.Evidence{adjacent, adjacent}, "blue own_carrier 2 0, green behind_own 0 0"},
		{"home's own, named as a hop", []partners.Declaration{says("green", partners.Primary, none)}, []string{"blue"}, []signaling.Evidence{hop}, "blue undeclared 1 2, green declared_unseen 0 1"},
		{"home's own, both", []partners.Declaration{says("green", partners.Primary, none)}, []string{"blue"}, []signaling.Evidence{hop, adjacent}, "blue undeclared 1 2, blue own_carrier 1 0, green declared_unseen 0 1"},
		{"home's own, the partner's too", []partners.Declaration{says("blue", partners.Primary, none)}, []string{"blue"}, []signaling.Evidence{adjacent}, "blue as_declared 1 0"},
		{"home's own, the partner's backup", []partners.Declaration{says("green", partners.Primary, none), says("blue", partners.Backup, none)}, []string{"blue"}, []signaling.Evidence{adjacent}, "blue own_carrier 1 0, green behind_own 0 0"},
		{"home's own, a backup by hop", []partners.Declaration{says("green", partners.Primary, none), says("blue", partners.Backup, none)}, []string{"blue"}, []signaling.Evidence{hop}, "blue backup_primary 1 2, green declared_unseen 0 1"},
		{"announced", []partners.Declaration{says("green", partners.Primary, none), says("blue", partners.Primary, later)}, nil, []signaling.Evidence{hop}, "blue announced 1 1 primary from 2026-11-30, green declared_unseen 0 1"},
		{"announced alone, another seen", []partners.Declaration{says("green", partners.Primary, later)}, nil, []signaling.Evidence{hop}, "blue no_declaration 1 1, green announced 0 0 primary from 2026-11-30"},
		{"the use to come", []partners.Declaration{says("blue", partners.Backup, none), says("blue", partners.Primary, later)}, nil, []signaling.Evidence{hop}, "blue as_declared 1 0 primary from 2026-11-30"},
	} {
		o := Options{Home: Home{Carriers: x.home}, Declared: []*partners.Partner{{ID: "XXAAA", Name: "Alpha", Carriers: x.says}}, Carriers: []exposure.Carrier{{ID: green.ID, Name: green.Name}}}
		d := build(t, exposure.Options{}, o, func(add func(time.Time, ...rules.Verdict)) {
			for _, e := range x.evidence {
				add(november(2, 20), rules.Verdict{Carrier: blue, Evidence: e})
			}
		})
		var got []string
		for _, c := range d.Compared {
			if c.Carrier != "" {
				got = append(got, strings.TrimSpace(fmt.Sprintf("%s %s %d %d %s", c.Carrier, c.Verdict, c.Messages, c.Grave(), c.Announced)))
			}
		}
		slices.Sort(got)
		want := strings.Split(x.want, ", ")
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", x.name, got, want)
		}
		text := ""
		for _, a := range d.Answers() {
			for _, l := range a.Lines {
				text += l.Lead + " " + l.Text + "\n"
			}
		}
		if hint := strings.Contains(text, "home.carriers"); hint != strings.Contains(x.name, "declares another") {
			t.Errorf("%s: %s", x.name, text)
		}
	}
}

// TestForever: a period of thousands of years ends where the ledger does.
func TestForever(t *testing.T) {
	d := build(t, exposure.Options{}, Options{From: time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), To: time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)}, func(add func(time.Time, ...rules.Verdict)) {
		add(november(2, 20))
	})
	if d.Total.Messages != 1 || d.Coverage.Hours != 1 || len(d.Timeline.Points) != 1 || !d.Period.From.Equal(november(2, 20)) || !d.Period.To.Equal(november(2, 21)) {
		t.Errorf("%d messages in %d hours, %v to %v", d.Total.Messages, d.Coverage.Hours, d.Period.From, d.Period.To)
	}
}

// TestLinksThatChange: a link counts by the protection that it had last.
func TestLinksThatChange(t *testing.T) {
	for _, x := range []struct{ was, is signaling.Protection }{{signaling.Clear, signaling.TLS}, {signaling.TLS, signaling.Clear}} {
		d := buildOf(t, exposure.Options{}, Options{}, func(rec *exposure.Recorder) {
			m := signaling.Message{Time: november(2, 20).UnixNano(), Protocol: signaling.MAP, Kind: signaling.KindInvoke, Class: signaling.ClassSMS, TCAP: &tcap.Message{}}
			rec.Add(&m, []rules.Verdict{{Carrier: blue, Evidence: signaling.EvidenceAdjacent}})
			l := signaling.Link{Transport: signaling.TCP, Protection: x.was}
			rec.AddLink(m.Time, &l, blue)
			l.Protection = x.is
			rec.AddLink(november(2, 21).UnixNano(), &l, blue)
		})
		if n := d.Carriers[0].Links; len(n) != 1 || n[0] != (LinkCount{x.is.String(), 1}) {
			t.Errorf("from %v to %v: %+v", x.was, x.is, n)
		}
	}
}

// TestSureOfMessages: what messages over watched carriers rest on adds them up once, each by
// the best evidence for any of its watched carriers.
func TestSureOfMessages(t *testing.T) {
	green := &rules.Carrier{Index: 1, ID: "green", Name: "Green Hub", Watched: true}
	d := build(t, exposure.Options{}, Options{}, func(add func(time.Time, ...rules.Verdict)) {
		for range 6 {
			add(november(2, 20), rules.Verdict{Carrier: blue, Evidence: signaling.EvidenceAdjacent}, rules.Verdict{Carrier: green, Evidence: signaling.EvidenceHop})
		}
		for range 2 {
			add(november(2, 20), rules.Verdict{Carrier: green, Evidence: signaling.EvidenceHop})
		}
		add(november(2, 20))
	})
	var b bytes.Buffer
	if err := d.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	const want = "Of the messages over watched carriers, 75 % rest on the carrier's own equipment at the other end of the link (confidence high) and 25 % on the message naming the carrier as a hop (medium)."
	if text := strings.Join(strings.Fields(b.String()), " "); d.Watched.Messages != 8 || d.Twice != 6 || !strings.Contains(text, want) {
		t.Errorf("%d messages, %d sightings more; no %q in\n%s", d.Watched.Messages, d.Twice, want, b.String())
	}
}
