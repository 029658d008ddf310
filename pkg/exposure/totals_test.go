package exposure

import (
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sigtransit/pkg/partners"
	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

// TestTotals: what metrics are told, counted by hand.
func TestTotals(t *testing.T) {
	const auth, sms = signaling.ClassAuthentication, signaling.ClassSMS
	clock := time.Unix(0, at(10))
	path := filepath.Join(t.TempDir(), "ledger.db")
	l := openAt(t, path, Options{Now: func() time.Time { return clock }})
	l.CountPartners([]string{"NPLTE"})
	r := NewRecorder(l)
	r.SetPartners(func(n uint32) (Partner, bool) {
		if n == 1 {
			return Partner{ID: "NPLTE", Declared: []partners.Declaration{{Carriers: []string{"blue-transit"}}}}, true
		}
		return Partner{ID: "FRAXX"}, true
	})
	add := func(m *signaling.Message, partner uint32, v ...rules.Verdict) *signaling.Message {
		m.Roaming = signaling.Roaming{Direction: signaling.Outbound, Partner: partner}
		r.Add(m, v)
		return m
	}
	flush := func() {
		t.Helper()
		r.Flush()
		if err := l.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	adjacent, address := signaling.EvidenceAdjacent, signaling.EvidenceAddress
	add(message(at(1), auth, "001010000000001"), 1, verdict(blue, adjacent))
	add(message(at(2), auth, "001010000000002"), 1, verdict(blue, adjacent))
	add(message(at(3), auth, "001010000000002"), 2, verdict(green, address))
	add(message(at(4), sms, "001010000000003"), 1)
	declared := add(message(at(5), sms, "001010000000004"), 1, verdict(blue, signaling.EvidenceDeclared))
	flush()

	got := l.Totals(clock)
	if want := map[Exposed]Count{
		{"blue-transit", auth, signaling.Outbound, adjacent, signaling.Clear}:                  {2, 0},
		{"green-hub", auth, signaling.Outbound, address, signaling.Clear}:                      {1, 0},
		{"blue-transit", sms, signaling.Outbound, signaling.EvidenceDeclared, signaling.Clear}: {1, 0},
	}; !maps.Equal(got.Exposed, want) {
		t.Errorf("exposed: %v\nwant %v", got.Exposed, want)
	}
	if want := map[Whole]uint64{{auth, signaling.Outbound, PathWatched}: 2, {auth, signaling.Outbound, PathCarrier}: 1, {sms, signaling.Outbound, PathNone}: 2}; !maps.Equal(got.Whole, want) {
		t.Errorf("whole: %v\nwant %v", got.Whole, want)
	}
	if want := map[OfPartner]uint64{{"NPLTE", Total, auth}: 2, {"NPLTE", Total, sms}: 2, {"NPLTE", "blue-transit", auth}: 2}; !maps.Equal(got.Partners, want) {
		t.Errorf("partners: %v\nwant %v", got.Partners, want)
	}
	subscribers := map[Subscribers]uint64{
		{"blue-transit", auth, Hour}: 2, {"blue-transit", auth, Day}: 2, {"green-hub", auth, Hour}: 1, {"green-hub", auth, Day}: 1,
	}
	if !maps.Equal(got.Subscribers, subscribers) {
		t.Errorf("subscribers: %v\nwant %v", got.Subscribers, subscribers)
	}

	if want := map[Over]uint64{{"blue-transit", DeclaredYes}: 2, {"green-hub", DeclaredUnknown}: 1}; !maps.Equal(got.Over, want) {
		t.Errorf("over: %v\nwant %v", got.Over, want)
	}
	if want := map[Over]uint64{{"blue-transit", DeclaredYes}: 1, {"green-hub", DeclaredUnknown}: 1}; !maps.Equal(got.FirstSeen, want) {
		t.Errorf("first seen: %v\nwant %v", got.FirstSeen, want)
	}

	// A second copy that knows more takes back what the first told; counters do not fall.
	declared.Duplicate = true
	add(declared, 1, verdict(blue, adjacent))
	flush()
	for k, n := range got.Whole {
		if now := l.Totals(clock).Whole[k]; now < n {
			t.Errorf("%v fell from %d to %d", k, n, now)
		}
	}
	if n := l.Totals(clock).Whole[Whole{sms, signaling.Outbound, PathWatched}]; n != 1 {
		t.Errorf("%d messages over a watched carrier by their second copy, want 1", n)
	}

	// It is one message over the carrier, whatever the first copy knew of that.
	if n := l.Totals(clock).Exposed[Exposed{"blue-transit", sms, signaling.Outbound, adjacent, signaling.Clear}].Messages; n != 1 {
		t.Errorf("%d messages over the carrier by their second copy, want 1", n)
	}
	better := add(message(at(6), auth, "001010000000002"), 1, verdict(blue, address))
	flush()
	add(message(at(7), auth, "001010000000002"), 1, verdict(blue, adjacent)) // stands before what is taken back
	better.Duplicate = true
	add(better, 1, verdict(blue, adjacent))
	flush()
	if n := l.Totals(clock).Over[Over{"blue-transit", DeclaredYes}]; n != 5 {
		t.Errorf("%d messages over the carrier, want 5", n)
	}

	// The next hour begins with nobody, and so does one in which nothing comes.
	clock = clock.Add(time.Hour)
	if n := len(l.Totals(clock).Subscribers); n != 3 {
		t.Errorf("%d series of subscribers an hour later, want those of the day: 3", n)
	}
	add(message(at(3600), auth, "001010000000009"), 1, verdict(blue, adjacent))
	flush()
	want := l.Totals(clock).Subscribers
	if want[Subscribers{"blue-transit", auth, Hour}] != 1 || want[Subscribers{"blue-transit", auth, Day}] != 3 {
		t.Errorf("subscribers an hour later: %v", want)
	}

	// After a restart counters begin anew, and subscribers of the day do not.
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = openAt(t, path, Options{Now: func() time.Time { return clock }})
	got = l.Totals(clock)
	r = NewRecorder(l)
	r.SetPartners(func(uint32) (Partner, bool) {
		return Partner{ID: "FRAXX", Declared: []partners.Declaration{{Carriers: []string{"other"}}}}, true
	})
	add(message(at(3601), auth, "001010000000009"), 1, verdict(blue, adjacent), verdict(green, address))
	flush()
	if first, over := l.Totals(clock).FirstSeen, l.Totals(clock).Over; first[Over{"blue-transit", DeclaredNo}] != 1 || len(first) != 1 || over[Over{"green-hub", DeclaredNo}] != 1 {
		t.Errorf("after a restart: first seen %v, over %v", first, over)
	}
	if got.Begin != tenOClock {
		t.Errorf("the ledger begins at %d, want %d", got.Begin, tenOClock)
	}
	if len(got.Exposed)+len(got.Whole) != 0 || !maps.Equal(got.Subscribers, want) {
		t.Errorf("after a restart: %v\nwant %v", got.Subscribers, want)
	}
}

// TestAcceptedUndeclared: messages over a carrier that the partner does not declare are
// counted apart while an exception fits them.
func TestAcceptedUndeclared(t *testing.T) {
	declared := []partners.Declaration{{Service: signaling.ServiceSS7, Name: "Green Hub", Carriers: []string{"green-hub"}, Use: partners.Primary}}
	const end = ", owner: noc, reason: r, expires: "
	for exception, want := range map[string]Declared{
		"": DeclaredNo,
		"partner: NPLTE, carrier: blue-transit" + end + "2026-11-22":                    DeclaredAccepted,
		"carrier: blue-transit, rule: p, class: sms, service: ss7" + end + "2200-01-01": DeclaredAccepted,
		"partner: NPLTE" + end + "2026-11-21":                                           DeclaredNo,
		"partner: XXXXX" + end + "2200-01-01":                                           DeclaredNo,
		"carrier: green-hub" + end + "2200-01-01":                                       DeclaredNo,
		"class: call" + end + "2200-01-01":                                              DeclaredNo,
		"service: diameter" + end + "2200-01-01":                                        DeclaredNo,
		"rule: v" + end + "2200-01-01":                                                  DeclaredNo,
	} {
		dir := t.TempDir()
		file := func(name, text string) string {
			name = filepath.Join(dir, name)
			if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			return name
		}
		o := rules.Options{NoBuiltin: true, NoBuiltinDetections: true,
			DetectionFiles: []string{file("r.yaml", "detections:\n  - {id: p, title: P, mode: off, match: {path: undeclared}}\n  - {id: v, title: V, match: {path: {kind: volume, threshold: 5}}}\n")},
			Own:            []rules.Own{{Name: "carriers", Data: []byte("carriers:\n  - {id: blue-transit}\n  - {id: green-hub, watched: false}\n")}}}
		if exception != "" {
			o.ExceptionFiles = []string{file("x.yaml", "exceptions:\n  - {id: x, "+exception+"}\n")}
		}
		set, err := rules.Load(o)
		if err != nil {
			t.Fatal(err)
		}
		x := newTeller(t, filepath.Join(dir, "ledger.db"), declared, set)
		x.record(false, burst{0, 5, signaling.ClassSMS, blue}, burst{0, 3, signaling.ClassSMS, green})
		x.end()
		got := x.l.Totals(time.Unix(0, at(0)))
		if w := map[Over]uint64{{"blue-transit", want}: 5, {"green-hub", DeclaredYes}: 3}; !maps.Equal(got.Over, w) {
			t.Errorf("%q: %v, want %v", exception, got.Over, w)
		}
		if w := map[Over]uint64{{"blue-transit", DeclaredNo}: 1, {"green-hub", DeclaredYes}: 1}; !maps.Equal(got.FirstSeen, w) {
			t.Errorf("%q: first seen %v, want %v", exception, got.FirstSeen, w)
		}
	}
}

// TestFirstSeenOnce: who was seen over whom is no news after a restart, also of a ledger that
// has no list of it yet, and where the rows are past retention.
func TestFirstSeenOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	see := func(l *Ledger, partner string) uint64 {
		t.Helper()
		r := NewRecorder(l)
		r.SetPartners(func(uint32) (Partner, bool) { return Partner{ID: partner}, true })
		m := message(at(0), signaling.ClassSMS, "")
		m.Roaming.Partner = 1
		r.Add(m, []rules.Verdict{verdict(blue, signaling.EvidenceAdjacent)})
		r.Flush()
		if err := l.Flush(); err != nil {
			t.Fatal(err)
		}
		return l.Totals(time.Unix(0, at(0))).FirstSeen[Over{"blue-transit", DeclaredUnknown}]
	}
	l := openAt(t, path, Options{})
	if n := see(l, "AAAAA"); n != 1 {
		t.Errorf("first seen %d times", n)
	}
	for _, change := range []string{"", "DROP TABLE paths", "DELETE FROM exposure"} {
		if err := l.ask(func() error { _, err := l.db.Exec(change); return err }); err != nil {
			t.Fatal(err)
		}
		l.Close()
		l = openAt(t, path, Options{})
		if n := see(l, "AAAAA"); n != 0 {
			t.Errorf("after a restart (%s) first seen %d times more", change, n)
		}
	}
	if n := see(l, "BBBBB"); n != 1 {
		t.Errorf("another partner: first seen %d times", n)
	}
}
