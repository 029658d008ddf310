package exposure

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"sigtransit/pkg/partners"
	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

// pathRules are rules about paths as a file has them, with the tests' carriers.
func pathRules(t *testing.T, match ...string) *rules.Set {
	t.Helper()
	return pathRulesOf(t, nil, match...)
}

// pathRulesOf are those of a home with carriers of its own.
func pathRulesOf(t *testing.T, home []rules.HomeCarrier, match ...string) *rules.Set {
	t.Helper()
	text := "detections:\n"
	for i, m := range match {
		text += fmt.Sprintf("  - {id: rule-%d, title: A path, match: {%s}}\n", i, m)
	}
	name := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	carriers := rules.Own{Name: "carriers", Data: []byte("carriers:\n  - {id: blue-transit, name: Blue Transit}\n  - {id: green-hub, name: Green Hub, watched: false}\n")}
	s, err := rules.Load(rules.Options{NoBuiltin: true, NoBuiltinDetections: true, DetectionFiles: []string{name}, Own: []rules.Own{carriers}, HomeCarriers: home})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// burst is some messages of a class in an hour.
type burst struct {
	hour    int
	n       int
	class   signaling.Class
	carrier *rules.Carrier // nil: path unknown
}

// told records bursts and returns the findings as text.
type teller struct {
	t        *testing.T
	l        *Ledger
	r        *Recorder
	found    []string
	declared []partners.Declaration
}

func newTeller(t *testing.T, path string, declared []partners.Declaration, set *rules.Set) *teller {
	x := &teller{t: t, declared: declared}
	x.l = openAt(t, path, Options{Rules: set, Found: func(f *rules.Finding, told func()) {
		defer told()
		p := f.Path
		x.found = append(x.found, fmt.Sprintf("%v %s %s %s %d/%d at %s", p.Kind, p.Partner, f.Carrier.ID, p.Class, p.Messages, p.Of, time.Unix(0, f.Message.Time).UTC().Format("02 15:04:05")))
	}})
	x.r = NewRecorder(x.l)
	x.r.SetPartners(func(n uint32) (Partner, bool) {
		return Partner{ID: "NPLTE", Name: "Nepal Fictional", Country: "NP", Declared: x.declared}, true
	})
	return x
}

func (x *teller) record(flushEach bool, list ...burst) {
	x.t.Helper()
	for _, b := range list {
		for i := range b.n {
			m := message(at(b.hour*3600+i%3000), b.class, "")
			m.Roaming.Partner = 1
			var v []rules.Verdict
			if b.carrier != nil {
				v = []rules.Verdict{verdict(b.carrier, signaling.EvidenceAdjacent)}
			}
			x.r.Add(m, v)
		}
		if flushEach {
			x.r.Flush()
			if err := x.l.ask(func() error { x.l.commit(false); return x.l.judge(context.Background(), false) }); err != nil {
				x.t.Fatal(err)
			}
		}
	}
}

func (x *teller) end() []string {
	x.t.Helper()
	x.r.Flush()
	if err := x.l.EndOfCapture(context.Background()); err != nil {
		x.t.Fatal(err)
	}
	return x.found
}

func TestPaths(t *testing.T) {
	const sms, auth = signaling.ClassSMS, signaling.ClassAuthentication
	declares := func(list ...partners.Declaration) []partners.Declaration {
		for i := range list {
			list[i].Service = signaling.ServiceSS7
		}
		return list
	}
	toGreen := declares(partners.Declaration{Name: "Green", Carriers: []string{"green-hub"}, Use: partners.Primary})
	toBlue := declares(partners.Declaration{Name: "Blue", Carriers: []string{"blue-transit"}, Use: partners.Primary})
	toNobody := declares(partners.Declaration{Name: "Nobody Knows", Use: partners.Primary})
	backup := declares(partners.Declaration{Name: "Green", Carriers: []string{"green-hub"}, Use: partners.Primary}, partners.Declaration{Name: "Blue", Carriers: []string{"blue-transit"}, Use: partners.Backup})
	for _, tc := range []struct {
		name     string
		rule     string
		declared []partners.Declaration
		sent     []burst
		want     []string
	}{
		{"first seen", "path: {kind: first_seen, learning: 2h}", nil,
			[]burst{{0, 5, sms, green}, {1, 5, sms, nil}, {2, 5, sms, blue}, {3, 9, sms, blue}},
			[]string{"first_seen NPLTE blue-transit other 5/0 at 22 12:00:00"}},
		{"learned", "path: {kind: first_seen, learning: 2h}", nil,
			[]burst{{0, 5, sms, blue}, {2, 5, sms, blue}, {4, 5, sms, blue}}, nil},
		{"first seen, not of a carrier that is not watched", "path: {kind: first_seen, learning: 0h}", nil,
			[]burst{{0, 5, sms, green}}, nil},
		{"first seen, too few at first", "path: {kind: first_seen, learning: 0h, minimum: 10}", nil,
			[]burst{{0, 3, sms, blue}, {1, 6, sms, blue}, {2, 5, sms, blue}, {3, 500, sms, blue}},
			[]string{"first_seen NPLTE blue-transit other 14/0 at 22 12:00:00"}},
		{"learned of too few", "path: {kind: first_seen, learning: 2h, minimum: 10}", nil,
			[]burst{{0, 3, sms, blue}, {1, 7, sms, blue}, {2, 500, sms, blue}}, nil},
		{"first seen of a class", "path: {kind: first_seen, learning: 0h}, class: [sms]", nil,
			[]burst{{0, 1, auth, blue}, {1, 5, sms, blue}, {2, 5, sms, blue}},
			[]string{"first_seen NPLTE blue-transit other 5/0 at 22 11:00:00"}},
		{"undeclared", "path: undeclared", toGreen,
			[]burst{{0, 5, sms, green}, {1, 5, sms, blue}, {2, 5, auth, blue}},
			[]string{"undeclared NPLTE blue-transit other 5/0 at 22 11:00:00"}},
		{"undeclared, and what is declared is on no list", "path: undeclared", toNobody, []burst{{0, 5, sms, blue}},
			[]string{"undeclared NPLTE blue-transit other 5/0 at 22 10:00:00"}},
		{"declared", "path: undeclared", toBlue, []burst{{0, 5, sms, blue}}, nil},
		{"declares nothing", "path: undeclared", nil, []burst{{0, 5, sms, blue}}, nil},
		{"route mismatch", "path: {kind: route_mismatch, window: 2h, minimum: 5}", toGreen,
			[]burst{{0, 5, sms, green}, {1, 5, sms, blue}, {2, 5, sms, blue}},
			[]string{"route_mismatch NPLTE blue-transit other 10/10 at 22 13:00:00"}},
		{"declared, unseen", "path: {kind: declared_unseen, window: 2h, minimum: 10}", toBlue,
			[]burst{{0, 5, sms, blue}, {1, 5, sms, green}, {2, 6, sms, green}, {3, 1, sms, blue}, {4, 20, sms, green}, {5, 1, sms, green}},
			[]string{"declared_unseen NPLTE blue-transit other 0/11 at 22 13:00:00", "declared_unseen NPLTE blue-transit other 0/21 at 22 16:00:00"}},
		{"declared, never seen at all", "path: {kind: declared_unseen, window: 1h, minimum: 10}", toBlue,
			[]burst{{0, 9, sms, green}, {1, 12, sms, green}}, []string{"declared_unseen NPLTE blue-transit other 0/12 at 22 12:00:00"}},
		{"backup carries more", "path: {kind: backup_primary, window: 1h, minimum: 5}", backup,
			[]burst{{0, 6, sms, green}, {0, 5, sms, blue}, {1, 5, sms, green}, {1, 6, sms, blue}},
			[]string{"backup_primary NPLTE blue-transit other 6/11 at 22 12:00:00"}},
		{"route mismatch, where a primary cannot be seen", "path: {kind: route_mismatch, window: 1h, minimum: 5}", slices.Concat(toGreen, toNobody),
			[]burst{{0, 5, sms, blue}, {0, 50, sms, nil}}, nil},
		{"backup carries more, where a primary cannot be seen", "path: {kind: backup_primary, window: 1h, minimum: 5}", slices.Concat(backup, toNobody),
			[]burst{{0, 3000, sms, nil}, {0, 6, sms, blue}}, nil},
		{"share shift", "path: {kind: share_shift, window: 1h, minimum: 10, points: 30}", nil,
			[]burst{{0, 9, sms, nil}, {0, 1, sms, blue}, {1, 6, sms, nil}, {1, 4, sms, blue}, {2, 6, sms, nil}, {2, 4, sms, blue}},
			[]string{"share_shift NPLTE blue-transit sms 4/10 at 22 12:00:00"}},
		{"share shift of too few", "path: {kind: share_shift, window: 1h, minimum: 11, points: 30}", nil,
			[]burst{{0, 10, sms, nil}, {1, 10, sms, blue}}, nil},
		{"volume", "path: {kind: volume, window: 1h, threshold: 5}, class: [sms]", nil,
			[]burst{{0, 6, sms, blue}, {0, 20, auth, blue}, {1, 6, sms, blue}, {2, 5, sms, blue}, {3, 7, sms, blue}},
			[]string{"volume  blue-transit sms 6/0 at 22 11:00:00", "volume  blue-transit sms 7/0 at 22 14:00:00"}},
		{"volume, and nothing at all in between", "path: {kind: volume, window: 2h, threshold: 5}", nil,
			[]burst{{0, 6, sms, blue}, {2, 6, sms, blue}, {5, 6, sms, blue}},
			[]string{"volume  blue-transit sms 6/0 at 22 11:00:00", "volume  blue-transit sms 6/0 at 22 16:00:00"}},
		{"evidence", "path: {kind: volume, window: 1h, threshold: 5}, evidence: [hop]", nil, []burst{{0, 6, sms, blue}}, nil},
		{"another partner", "path: {kind: first_seen, learning: 0h}, country: [DE]", nil, []burst{{0, 6, sms, blue}}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			list := pathRules(t, tc.rule)
			// All at once, as a replay does; hour by hour, as a daemon does; and with a
			// restart between any two hours.
			x := newTeller(t, filepath.Join(t.TempDir(), "ledger.db"), tc.declared, list)
			x.record(false, tc.sent...)
			if got := x.end(); !slices.Equal(got, tc.want) {
				t.Errorf("found\n%q, want\n%q", got, tc.want)
			}
			x = newTeller(t, filepath.Join(t.TempDir(), "ledger.db"), tc.declared, list)
			x.record(true, tc.sent...)
			if got := x.end(); !slices.Equal(got, tc.want) {
				t.Errorf("hour by hour found\n%q, want\n%q", got, tc.want)
			}
			path := filepath.Join(t.TempDir(), "ledger.db")
			var found []string
			for i := range tc.sent {
				x = newTeller(t, path, tc.declared, list)
				x.record(true, tc.sent[i])
				found = append(found, x.found...)
				if i == len(tc.sent)-1 {
					x.found = nil
					found = append(found, x.end()...)
				}
				if err := x.l.Close(); err != nil {
					t.Fatal(err)
				}
			}
			if !reflect.DeepEqual(found, tc.want) {
				t.Errorf("with restarts found\n%q, want\n%q", found, tc.want)
			}
			// The end of the same capture again tells nothing twice.
			x = newTeller(t, path, tc.declared, list)
			if got := x.end(); len(got) != 0 {
				t.Errorf("told again: %q", got)
			}
		})
	}
}

// TestFirstSeenOfEvidence: what a rule takes for no path is none that was seen before, as
// an address is none to the built-in rule. The hours before may be days by now.
func TestFirstSeenOfEvidence(t *testing.T) {
	for _, from := range []string{"hours", "days"} {
		t.Run(from, func(t *testing.T) {
			x := newTeller(t, filepath.Join(t.TempDir(), "ledger.db"), nil, pathRules(t, "path: {kind: first_seen, learning: 1h}, evidence: [hop, adjacent]", "path: {kind: first_seen, learning: 1h}"))
			for hour := range 2 {
				m := message(at(hour*3600), signaling.ClassSMS, "")
				m.Roaming.Partner = 1
				x.r.Add(m, []rules.Verdict{verdict(blue, signaling.EvidenceAddress)})
			}
			x.record(false, burst{0, 4, signaling.ClassSMS, nil})
			x.end()
			if from == "days" {
				if err := x.l.ask(func() error { return x.l.book.rollUp(tenOClock + daySeconds) }); err != nil {
					t.Fatal(err)
				}
			}
			x.record(false, burst{2, 5, signaling.ClassSMS, blue})
			if got, want := x.end(), []string{"first_seen NPLTE blue-transit other 5/0 at 22 12:00:00"}; !slices.Equal(got, want) {
				t.Errorf("found %q, want %q", got, want)
			}
		})
	}
}

// TestLearned: a ledger that keeps less than it learns for has learned all the same, also
// after a restart, and a clock that nobody had set does not end the learning.
func TestLearned(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	now := time.Unix(tenOClock, 0)
	o := Options{Rules: pathRules(t, "path: {kind: first_seen, learning: 168h}"), HourRows: 48 * time.Hour, Retention: 72 * time.Hour, Now: func() time.Time { return now }}
	var found []string
	o.Found = func(f *rules.Finding, told func()) {
		told()
		found = append(found, f.Path.Partner+" "+f.Carrier.ID)
	}
	send := func(day int, list ...*signaling.Message) {
		t.Helper()
		now = time.Unix(0, at(day*daySeconds))
		l := openAt(t, path, o)
		r := NewRecorder(l)
		r.SetPartners(func(n uint32) (Partner, bool) { return Partner{ID: fmt.Sprintf("P%d", n)}, true })
		for _, m := range list {
			r.Add(m, []rules.Verdict{verdict(blue, signaling.EvidenceAdjacent)})
		}
		r.Flush()
		if err := l.EndOfCapture(context.Background()); err != nil {
			t.Fatal(err)
		}
		// The retention looks again as soon as a new hour begins.
		r.Add(message(at(day*daySeconds+3600), signaling.ClassSMS, ""), nil)
		r.Flush()
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	of := func(day int, partner uint32) *signaling.Message {
		m := message(at(day*daySeconds), signaling.ClassSMS, "")
		m.Roaming.Partner = partner
		return m
	}
	unset := of(0, 1)
	unset.Time = int64(time.Hour)
	send(0, of(0, 1), unset)
	send(2, of(2, 2))
	if len(found) != 0 {
		t.Fatalf("while it learned: %q", found)
	}
	for day := 3; day < 8; day++ {
		send(day, of(day, 1))
	}
	send(8, of(8, 1), of(8, 3))
	if want := []string{"P3 blue-transit"}; !slices.Equal(found, want) {
		t.Errorf("found %q, want %q", found, want)
	}
	if rows := readRows(t, path); rows[0].Hour < tenOClock+4*daySeconds {
		t.Errorf("the first row is of %v: nothing was let go", time.Unix(rows[0].Hour, 0).UTC())
	}
	if begin := openAt(t, path, o).Totals(now).Begin; begin != tenOClock-10*3600 { // its day is one row
		t.Errorf("the ledger says that it began at %v", time.Unix(begin, 0).UTC())
	}
}

// TestWindows: windows that go from hour to hour find what windows that are added up anew
// do, over gaps and with messages that are taken back.
func TestWindows(t *testing.T) {
	declared := []partners.Declaration{{Service: signaling.ServiceSS7, Name: "Blue", Carriers: []string{"blue-transit"}, Use: partners.Primary}}
	set := pathRules(t, "path: {kind: volume, window: 3h, threshold: 12}", "path: {kind: volume, window: 5h, threshold: 20}",
		"path: {kind: share_shift, window: 3h, minimum: 5, points: 20}", "path: {kind: declared_unseen, window: 3h, minimum: 5}",
		"path: {kind: route_mismatch, window: 2h, minimum: 5}", "path: {kind: first_seen, learning: 0s}")
	random := rand.New(rand.NewPCG(1, 2))
	var list []burst
	for hour := -200; hour < 0; hour++ {
		if random.IntN(10) == 0 {
			hour += random.IntN(8)
		}
		for _, class := range []signaling.Class{signaling.ClassSMS, signaling.ClassLocation} {
			for _, c := range []*rules.Carrier{blue, green, nil} {
				if n := random.IntN(12) - 3; n > 0 {
					list = append(list, burst{hour, n, class, c})
				}
			}
		}
	}
	list = append(list, burst{1, 1, signaling.ClassCall, nil})
	taken := func(x *teller) { // rows that second copies took back more of than they have
		t.Helper()
		x.r.Flush()
		if err := x.l.ask(func() error {
			if err := x.l.commit(true); err != nil {
				return err
			}
			_, err := x.l.db.Exec("UPDATE exposure SET messages = -messages WHERE hour / 3600 % 7 = 0")
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	once := newTeller(t, filepath.Join(t.TempDir(), "ledger.db"), declared, set)
	once.l.Rest() // hours are judged when the test says so
	once.record(false, list...)
	taken(once)
	want := once.end()

	anew := newTeller(t, filepath.Join(t.TempDir(), "ledger.db"), declared, set)
	anew.l.Rest()
	anew.record(false, list...)
	taken(anew)
	done, cancel := context.WithCancel(context.Background())
	cancel() // so that each time one hour is judged
	hours := 0
	for anew.l.EndOfCapture(done) != nil {
		hours++
	}
	if hours < 100 || len(want) < 50 || !slices.Equal(anew.found, want) {
		t.Errorf("in %d times found\n%q, want\n%q", hours, anew.found, want)
	}
}

// TestHourAtHand: a frame of the future does not make the hour at hand one that is over.
func TestHourAtHand(t *testing.T) {
	x := newTeller(t, filepath.Join(t.TempDir(), "ledger.db"), []partners.Declaration{{Service: signaling.ServiceSS7, Name: "Blue", Carriers: []string{"blue-transit"}, Use: partners.Primary}},
		pathRules(t, "path: {kind: declared_unseen, window: 1h, minimum: 5}"))
	x.record(true, burst{-2, 1, signaling.ClassSMS, green})
	x.r.Add(message(future, signaling.ClassSMS, ""), nil)
	x.r.Flush()
	x.record(true, burst{0, 6, signaling.ClassSMS, green}, burst{0, 6, signaling.ClassSMS, blue})
	if got := x.end(); len(got) != 0 {
		t.Errorf("in the middle of its hour: %q", got)
	}
}

// TestUntold: what nobody was told is found again by whoever opens the ledger next, and
// counted once it was told. A ledger that rests keeps the hours for them.
func TestUntold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	set := pathRules(t, "path: {kind: first_seen, learning: 0s}", "path: {kind: volume, window: 1h, threshold: 3}")
	counted := func() (n uint64) {
		t.Helper()
		r, err := OpenForReading(path)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		list, err := r.Findings(time.Time{}, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range list {
			n += f.N
		}
		return n
	}
	x := newTeller(t, path, nil, set)
	lost := 0
	x.l.opts.Found = func(*rules.Finding, func()) { lost++ }
	x.record(false, burst{0, 5, signaling.ClassSMS, blue}, burst{1, 5, signaling.ClassSMS, blue})
	x.end()
	if lost != 2 || counted() != 0 {
		t.Fatalf("%d findings, %d counted", lost, counted())
	}
	x.l.Close()

	x = newTeller(t, path, nil, set)
	want := []string{"first_seen NPLTE blue-transit other 5/0 at 22 10:00:00", "volume  blue-transit sms 5/0 at 22 11:00:00"}
	if got := x.end(); !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
	if n := counted(); n != 2 {
		t.Errorf("%d findings counted", n)
	}
	x.l.Close()
	x = newTeller(t, path, nil, set)
	if got := x.end(); len(got) != 0 {
		t.Errorf("told before: %q", got)
	}

	// Nothing is judged while it rests.
	x.l.Rest()
	x.record(false, burst{5, 5, signaling.ClassSMS, blue}, burst{7, 1, signaling.ClassSMS, blue})
	x.r.Flush()
	time.Sleep(2*commitEvery + 100*time.Millisecond)
	x.l.Close()
	if len(x.found) != 0 {
		t.Errorf("found at rest: %q", x.found)
	}
	x = newTeller(t, path, nil, set)
	if got, want := x.end(), []string{"volume  blue-transit sms 5/0 at 22 16:00:00"}; !slices.Equal(got, want) {
		t.Errorf("after the rest: %q, want %q", got, want)
	}
}

// TestDeclaredBefore: a partner is judged by what it declares now. That it declares
// nothing any more is news; that no partner file was given says nothing, and what the
// ledger knows stays.
func TestDeclaredBefore(t *testing.T) {
	const sms = signaling.ClassSMS
	toGreen := []partners.Declaration{{Service: signaling.ServiceSS7, Name: "Green", Carriers: []string{"green-hub"}, Use: partners.Primary}}
	toBlue := []partners.Declaration{{Service: signaling.ServiceSS7, Name: "Blue", Carriers: []string{"blue-transit"}, Use: partners.Primary}}
	found := []string{"undeclared NPLTE blue-transit other 5/0 at 22 11:00:00"}
	for _, tt := range []struct {
		name string
		now  []partners.Declaration
		want []string
	}{{"no partner file", nil, found}, {"nothing", []partners.Declaration{}, nil}, {"another carrier", toBlue, nil}, {"the same", toGreen, found}} {
		t.Run(tt.name, func(t *testing.T) {
			path, set := filepath.Join(t.TempDir(), "ledger.db"), pathRules(t, "path: undeclared")
			x := newTeller(t, path, toGreen, set)
			x.record(false, burst{0, 5, sms, green})
			x.end()
			x.l.Close()
			x = newTeller(t, path, tt.now, set)
			x.record(false, burst{1, 5, sms, blue})
			if got := x.end(); !slices.Equal(got, tt.want) {
				t.Errorf("found %q, want %q", got, tt.want)
			}
			want := tt.now
			if want == nil {
				want = toGreen
			}
			r, err := OpenForReading(path)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			if list, err := r.Partners(); err != nil || len(list) != 1 || !reflect.DeepEqual(list[0].Declared, want) {
				t.Errorf("the ledger says %+v, error %v; want %+v", list, err, want)
			}
		})
	}
}

// TestOlderCapture: what newer hours told is told, also once an older capture was added;
// it holds as long as it was found last, and a wrong clock does not make it hold for ever.
func TestOlderCapture(t *testing.T) {
	x := newTeller(t, filepath.Join(t.TempDir(), "ledger.db"), nil, pathRules(t, "path: {kind: volume, window: 24h, threshold: 5}"))
	const sms = signaling.ClassSMS
	want := []string{"volume  blue-transit sms 6/0 at 24 15:00:00"}
	for _, b := range []burst{{52, 6, sms, blue}, {70, 6, sms, blue}, {0, 1, sms, nil}, {60, 1, sms, nil}, {71, 1, sms, blue}} {
		x.record(false, b)
		if got := x.end(); !slices.Equal(got, want) {
			t.Fatalf("with hour %d found\n%q, want\n%q", b.hour, got, want)
		}
	}
	clock := x.l.book.opts.Now()
	far := int(clock.Unix()-tenOClock)/3600 + 1000
	x.record(false, burst{far, 6, sms, blue})
	x.end()
	x.record(false, burst{200, 1, sms, nil}, burst{201, 7, sms, blue})
	if got := x.end(); len(got) != 3 {
		t.Errorf("found %q, want what the wrong clock says, and the new volume", got)
	}
}

// TestWatchedNow: a carrier that was last seen before it came onto the watchlist is
// watched, and one that was taken off is not.
func TestWatchedNow(t *testing.T) {
	const sms = signaling.ClassSMS
	toBlue := []partners.Declaration{{Service: signaling.ServiceSS7, Name: "Blue", Carriers: []string{"blue-transit"}, Use: partners.Primary}}
	unwatched, watched := *blue, *green
	unwatched.Watched, watched.Watched = false, true
	x := newTeller(t, filepath.Join(t.TempDir(), "ledger.db"), toBlue,
		pathRules(t, "path: {kind: declared_unseen, window: 1h, minimum: 5}", "path: {kind: volume, window: 4h, threshold: 9}"))
	x.record(false, burst{0, 5, sms, &unwatched}, burst{2, 9, sms, &watched})
	x.end()
	x.record(false, burst{3, 50, sms, nil}, burst{3, 50, sms, &watched})
	if got, want := x.end(), []string{"declared_unseen NPLTE blue-transit other 0/9 at 22 13:00:00"}; !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}

// TestAccepted: what was accepted is found when the exception ends, but for a path that
// was new: it is not any more.
func TestAccepted(t *testing.T) {
	declared := []partners.Declaration{{Service: signaling.ServiceSS7, Name: "Green Hub", Carriers: []string{"green-hub"}, Use: partners.Primary}}
	for rule, want := range map[string][]string{
		"{kind: first_seen, learning: 0h}": {"accepted 10"},
		"undeclared":                       {"accepted 10", "accepted 11", "ended 6"},
	} {
		set := pathRules(t, "path: "+rule)
		name := filepath.Join(t.TempDir(), "exceptions.yaml")
		if err := os.WriteFile(name, []byte("exceptions:\n  - {id: x, partner: NPLTE, owner: noc, reason: r, expires: 2026-11-22}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		accepting, err := rules.Load(rules.Options{NoBuiltin: true, NoBuiltinDetections: true, ExceptionFiles: []string{name}})
		if err != nil {
			t.Fatal(err)
		}
		set.Exceptions = accepting.Exceptions
		x := newTeller(t, filepath.Join(t.TempDir(), "ledger.db"), declared, set)
		var got []string
		x.l.opts.Found = func(f *rules.Finding, told func()) {
			defer told()
			word := "ended"
			if f.Path.Excepted != nil {
				word = "accepted"
			}
			got = append(got, fmt.Sprint(word, " ", time.Unix(f.Path.From, 0).UTC().Hour()))
		}
		x.record(false, burst{0, 5, signaling.ClassSMS, blue}, burst{1, 5, signaling.ClassSMS, blue}, burst{20, 5, signaling.ClassSMS, blue}, burst{21, 5, signaling.ClassSMS, blue})
		x.end()
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", rule, got, want)
		}
	}
}

// TestPathFinding: both sides of the evidence, and the count in the ledger.
func TestPathFinding(t *testing.T) {
	declared := []partners.Declaration{
		{Service: signaling.ServiceSS7, Name: "Green Hub, Nobody", Carriers: []string{"green-hub"}, Use: partners.Primary},
		{Service: signaling.ServiceSS7, Name: "Nobody Knows", Use: partners.Backup},
		{Service: signaling.ServiceDiameter, Name: "Blue", Carriers: []string{"blue-transit"}, Use: partners.Primary},
	}
	x := newTeller(t, filepath.Join(t.TempDir(), "ledger.db"), declared, pathRules(t, "path: undeclared"))
	var got *rules.Finding
	x.l.opts.Found = func(f *rules.Finding, told func()) { got = f; told() }
	x.record(false, burst{0, 3, signaling.ClassSMS, green}, burst{0, 5, signaling.ClassSMS, blue})
	x.end()
	if got == nil {
		t.Fatal("nothing was found")
	}
	want := rules.Path{
		Kind: rules.PathUndeclared, Partner: "NPLTE", PartnerName: "Nepal Fictional", Nation: "NP", Service: signaling.ServiceSS7, Classless: true,
		From: tenOClock, To: tenOClock + 3600, Messages: 5, First: at(0),
		Declared: []rules.PathDeclaration{{Carrier: "green-hub", Name: "Green Hub, Nobody", Use: "primary"}, {Name: "Nobody Knows", Use: "backup"}},
		Observed: []rules.PathObservation{{Carrier: "blue-transit", Messages: 5, Evidence: signaling.EvidenceAdjacent}, {Carrier: "green-hub", Messages: 3, Evidence: signaling.EvidenceAdjacent}},
	}
	if !reflect.DeepEqual(*got.Path, want) {
		t.Errorf("finding says\n%+v, want\n%+v", *got.Path, want)
	}
	if text, want := got.Path.Text("Blue Transit"), "signaling with Nepal Fictional comes over Blue Transit, which it does not declare for ss7, unless by a name that is on no list"; text != want {
		t.Errorf("in words:\n%s, want\n%s", text, want)
	}
	if got.Severity != signaling.SeverityMedium || got.Evidence != signaling.EvidenceAdjacent || got.Confidence != signaling.ConfidenceHigh || got.Message.Link == nil {
		t.Errorf("finding is %+v", got)
	}
	r, err := OpenForReading(x.l.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	list, err := r.Findings(time.Time{}, time.Time{})
	if err != nil || !reflect.DeepEqual(list, []FindingCount{{tenOClock, 3600, "rule-0", signaling.SeverityMedium, 1}}) {
		t.Errorf("findings are %+v, error %v", list, err)
	}
}

// TestJudgeAnew: after a reload hours are judged by the rules of now.
func TestJudgeAnew(t *testing.T) {
	dir := t.TempDir()
	load := func(mode string) *rules.Set {
		name := filepath.Join(dir, mode+".yaml")
		if err := os.WriteFile(name, []byte("detections:\n  - {id: p, title: P, mode: "+mode+", match: {path: undeclared}}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		set, err := rules.Load(rules.Options{NoBuiltin: true, NoBuiltinDetections: true, DetectionFiles: []string{name},
			Own: []rules.Own{{Name: "carriers", Data: []byte("carriers:\n  - {id: blue-transit}\n  - {id: green-hub, watched: false}\n")}}})
		if err != nil {
			t.Fatal(err)
		}
		return set
	}
	x := newTeller(t, filepath.Join(dir, "ledger.db"), []partners.Declaration{{Service: signaling.ServiceSS7, Name: "Green Hub", Carriers: []string{"green-hub"}, Use: partners.Primary}}, load("off"))
	found := 0
	x.l.opts.Found = func(_ *rules.Finding, told func()) { found++; told() }
	for hour, want := range []int{0, 1} {
		x.record(false, burst{hour, 5, signaling.ClassSMS, blue})
		x.end()
		if found != want {
			t.Errorf("after hour %d: %d findings, want %d", hour, found, want)
		}
		if err := x.l.Judge(load("active"), Home{}); err != nil {
			t.Fatal(err)
		}
	}
}

// TestPathModes: rules about paths that are tested or off, and exceptions, apply to what
// a ledger finds as they do to messages; what was accepted is found when that ends.
func TestPathModes(t *testing.T) {
	declared := []partners.Declaration{{Service: signaling.ServiceSS7, Name: "Green Hub", Carriers: []string{"green-hub"}, Use: partners.Primary}}
	const accepted = "owner: noc, reason: r, expires: "
	for _, tt := range []struct {
		name, mode, exception string
		want                  []string // of an hour and the next
		counted               int      // findings that the ledger keeps
	}{
		{"active", "active", "", []string{"found"}, 1},
		{"tested", "test", "", []string{"tested"}, 0},
		{"off", "off", "", nil, 0},
		{"accepted", "active", "partner: NPLTE, carrier: blue-transit, rule: p, service: ss7, " + accepted + "2200-01-01", []string{"accepted", "accepted"}, 0},
		{"ended", "active", "partner: NPLTE, " + accepted + "2001-01-01", []string{"found, ended"}, 1},
		{"of another partner", "active", "partner: XXXXX, " + accepted + "2200-01-01", []string{"found"}, 1},
		{"of another service", "active", "service: diameter, " + accepted + "2200-01-01", []string{"found"}, 1},
		{"of a class, and the path is of all", "active", "class: sms, " + accepted + "2200-01-01", []string{"found"}, 1},
		{"of another rule", "active", "rule: q, " + accepted + "2200-01-01", []string{"found"}, 1},
		{"of another carrier", "active", "carrier: green-hub, " + accepted + "2200-01-01", []string{"found"}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			file := func(name, text string) string {
				name = filepath.Join(dir, name)
				if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				return name
			}
			o := rules.Options{NoBuiltin: true, NoBuiltinDetections: true,
				DetectionFiles: []string{file("r.yaml", "detections:\n  - {id: p, title: P, mode: "+tt.mode+", match: {path: undeclared}}\n  - {id: q, title: Q, mode: off, match: {path: undeclared}}\n")},
				Own:            []rules.Own{{Name: "carriers", Data: []byte("carriers:\n  - {id: blue-transit}\n  - {id: green-hub, watched: false}\n")}}}
			if tt.exception != "" {
				o.ExceptionFiles = []string{file("x.yaml", "exceptions:\n  - {id: x, "+tt.exception+"}\n")}
			}
			set, err := rules.Load(o)
			if err != nil {
				t.Fatal(err)
			}
			x := newTeller(t, filepath.Join(dir, "ledger.db"), declared, set)
			var got []string
			x.l.opts.Found = func(f *rules.Finding, told func()) {
				told()
				word := "found"
				switch {
				case f.Path.Excepted != nil:
					word = "accepted"
				case f.Rule.Mode == rules.ModeTest:
					word = "tested"
				case f.Path.Expired != nil:
					word += ", ended"
				}
				got = append(got, word)
			}
			x.record(false, burst{0, 5, signaling.ClassSMS, blue})
			x.end()
			x.record(false, burst{1, 5, signaling.ClassSMS, blue})
			x.end()
			if !slices.Equal(got, tt.want) {
				t.Errorf("%q, want %q", got, tt.want)
			}
			r, err := OpenForReading(x.l.Path())
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			list, err := r.Findings(time.Time{}, time.Time{})
			if err != nil || len(list) != tt.counted {
				t.Errorf("the ledger counts %+v, error %v; want %d", list, err, tt.counted)
			}
		})
	}
}

// TestSecondCopyUnseen: a carrier that the second copies of messages show is seen, though
// their first copies had no more than its declaration.
func TestSecondCopyUnseen(t *testing.T) {
	declared := []partners.Declaration{{Service: signaling.ServiceSS7, Name: "Blue Transit", Carriers: []string{blue.ID}}}
	set := pathRules(t, "path: {kind: declared_unseen, window: 1h, minimum: 10}", "path: {kind: first_seen, learning: 1h, minimum: 1}")
	x := newTeller(t, filepath.Join(t.TempDir(), "ledger.db"), declared, set)
	x.record(true, burst{0, 1, signaling.ClassSMS, green})
	for i := range 50 {
		m := message(at(24*3600+i), signaling.ClassSMS, "")
		m.Roaming.Partner = 1
		x.r.Add(m, []rules.Verdict{verdict(blue, signaling.EvidenceDeclared), verdict(green, signaling.EvidenceAddress)})
		if i%2 == 0 {
			x.r.Flush()
		}
		m.Duplicate = true
		x.r.Add(m, []rules.Verdict{verdict(blue, signaling.EvidenceAdjacent), verdict(green, signaling.EvidenceAddress)})
	}
	if got, want := x.end(), []string{"first_seen NPLTE blue-transit other 50/0 at 23 10:00:00"}; !reflect.DeepEqual(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}

// TestPathsOfHome: home's own carrier at the end of a link is no path that the partner
// chose; named as a hop, it is.
func TestPathsOfHome(t *testing.T) {
	declared := []partners.Declaration{{Service: signaling.ServiceSS7, Name: "Green", Carriers: []string{"green-hub"}, Use: partners.Primary}}
	for _, kind := range []string{"undeclared", "route_mismatch, minimum: 1", "volume, threshold: 1"} {
		for _, own := range []bool{false, true} {
			for _, e := range []signaling.Evidence{signaling.EvidenceAdjacent, signaling.EvidenceHop} {
				var home []rules.HomeCarrier
				if own {
					home = []rules.HomeCarrier{{ID: "blue-transit"}}
				}
				x := newTeller(t, filepath.Join(t.TempDir(), "ledger"), declared, pathRulesOf(t, home, "path: {kind: "+kind+"}"))
				for i := range 3 {
					m := message(at(3600+i), signaling.ClassSMS, "")
					m.Roaming.Partner = 1
					x.r.Add(m, []rules.Verdict{verdict(blue, e)})
				}
				exempt := own && e == signaling.EvidenceAdjacent && !strings.HasPrefix(kind, "volume")
				if found := x.end(); len(found) > 0 == exempt {
					t.Errorf("%s, home's own %v, %v: %q", kind, own, e, found)
				}
				want := DeclaredNo
				if own && e == signaling.EvidenceAdjacent {
					want = DeclaredUnknown
				}
				if over := x.l.Totals(time.Now()).Over; over[Over{"blue-transit", want}] != 3 {
					t.Errorf("home's own %v, %v: %v", own, e, over)
				}
			}
		}
	}
}
