//go:build linux

package main

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sigtransit/pkg/capture/live/livetest"
	"sigtransit/pkg/exposure"
	"sigtransit/pkg/signaling"
)

const withLedger = "ledger: {file: exposure.db}\n"

// exposures are the counts of a ledger by key; hours differ between a capture file and
// what is sent now.
func exposures(t *testing.T, path string) map[exposure.Key][3]uint64 {
	t.Helper()
	r, err := exposure.OpenForReading(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	all := map[exposure.Key][3]uint64{}
	if err := r.Rows(time.Time{}, time.Time{}, func(x *exposure.Row) error {
		n := all[x.Key]
		all[x.Key] = [3]uint64{n[0] + x.Messages, n[1] + x.Dialogues, n[2] + x.Secrets}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

// recorded is how many messages the totals of a ledger hold.
func recorded(all map[exposure.Key][3]uint64) (n uint64) {
	for k, x := range all {
		if k.Carrier == exposure.Total {
			n += x[0]
		}
	}
	return n
}

// carrierRows is the rows of a report as CSV that count a carrier.
func carrierRows(csv []byte) string {
	var rows []string
	for line := range strings.Lines(string(csv)) {
		if strings.Contains(line, "pccw-global") {
			rows = append(rows, line)
		}
	}
	return strings.Join(rows, "")
}

// exposedLabels are the labels of exposures.
var exposedLabels = regexp.MustCompile(`^\{carrier="[a-z0-9-]+",class="[a-z]+",direction="[a-z]+",evidence="[a-z]+",protection="[a-z]+"\}$`)

// TestCaptureLedger: what the daemon writes is what a replay of the same frames does,
// SIGTERM loses nothing of it, a second run adds to it, and metrics tell the same.
func TestCaptureLedger(t *testing.T) {
	if !isolated(t) {
		return
	}
	frames := passing(t, livetest.Frames(t, demo))
	dir := folder(t)
	file := filepath.Join(dir, "exposure.db")
	whole := filepath.Join(dir, "replay.db")
	replayed(t, frames, "--ledger", whole)
	want := exposures(t, whole)
	out := livetest.NewSender(t, "mirror0")
	for run := uint64(1); run <= 2; run++ {
		_ = os.Remove(filepath.Join(dir, "state.json")) // a link that is known from before has its carrier at once
		p := start(t, dir, basis+fileSink+withLedger)
		out.Send(frames...)
		p.settled(uint64(len(frames)))
		var m map[string]float64
		until(t, "messages in the ledger's metrics", func() bool {
			m = p.metrics()
			return sum(m, "ledger_messages_total") == float64(recorded(want)) && sum(m, "ledger_pending_rows") == 0
		})
		var totals, over float64
		for k, n := range want {
			switch k.Carrier {
			case exposure.Total:
				totals += float64(n[0])
			case exposure.PathUnknown:
			default:
				over += float64(n[0])
			}
		}
		if sum(m, "signaling_messages_total") != totals || sum(m, "exposure_messages_total") != over || over == 0 {
			t.Errorf("metrics have %v messages, %v over carriers; want %v and %v", sum(m, "signaling_messages_total"), sum(m, "exposure_messages_total"), totals, over)
		}
		if sum(m, "ledger_up") != 1 || sum(m, "exposed_subscribers") == 0 || sum(m, "ledger_size_bytes") == 0 || sum(m, "ledger_last_commit_timestamp_seconds") == 0 {
			t.Error("metrics of the ledger are missing")
		}
		// Labels are of closed sets, and no partner makes a series that was not asked for.
		for k := range m {
			if labels, ok := strings.CutPrefix(k, "sigtransit_exposure_messages_total"); ok && !exposedLabels.MatchString(labels) {
				t.Errorf("%s: other labels than carrier, class, direction, evidence and protection", k)
			}
			if strings.Contains(k, `partner="`) {
				t.Errorf("%s: a partner without metrics.partners", k)
			}
		}
		// A report on the running daemon says what one on its file does.
		name := filepath.Join(dir, "report.csv")
		if out, err := program("report", "-o", name, p.url).CombinedOutput(); err != nil {
			t.Errorf("report: %v\n%s", err, out)
		}
		p.stop()
		want2 := filepath.Join(dir, "file.csv")
		if out, err := program("report", "-o", want2, file).CombinedOutput(); err != nil {
			t.Errorf("report: %v\n%s", err, out)
		}
		a, _ := os.ReadFile(name)
		b, _ := os.ReadFile(want2)
		if len(a) < 100 || carrierRows(a) != carrierRows(b) {
			t.Errorf("the report on the daemon and that on its file differ:\n%s\n%s", a, b)
		}
		got := exposures(t, file)
		for k, n := range want {
			if x := got[k]; x != [3]uint64{run * n[0], run * n[1], run * n[2]} {
				t.Errorf("run %d: %+v: %v, want %d times %v", run, k, x, run, n)
			}
		}
		if len(got) != len(want) {
			t.Errorf("run %d: %d keys, want %d", run, len(got), len(want))
		}
	}
}

// TestCaptureLedgerRemote: a report on a running daemon that wants TLS and a password.
func TestCaptureLedgerRemote(t *testing.T) {
	if !isolated(t) {
		return
	}
	frames := passing(t, livetest.Frames(t, demo))
	dir := folder(t)
	cert, key := certificate(t)
	put(t, dir, "cert.pem", cert)
	put(t, dir, "key.pem", key)
	put(t, dir, "password", "noc:secret\n")
	put(t, dir, "wrong", "noc:guessed\n")
	put(t, dir, "web.yaml", "tls_server_config: {cert_file: cert.pem, key_file: key.pem}\nbasic_auth_users: {noc: "+hash(t, "secret")+"}\n")
	p := launch(t, dir, strings.Replace(basis, "web: {", "web: {config_file: web.yaml, ", 1)+withLedger)
	p.client, p.url = trusting(t, cert), "https://noc:secret@127.0.0.1:9810"
	until(t, "capture", func() bool { code, _ := p.try("GET", "/-/ready"); return code == http.StatusOK })
	livetest.NewSender(t, "mirror0").Send(frames...)
	p.settled(uint64(len(frames)))

	const address = "https://127.0.0.1:9810"
	ca, password := "--web-ca="+filepath.Join(dir, "cert.pem"), "--web-password-file="
	until(t, "the messages in a report", func() bool {
		out, err := program("report", "--format", "csv", ca, password+filepath.Join(dir, "password"), address).CombinedOutput()
		if err != nil {
			t.Fatalf("report: %v\n%s", err, out)
		}
		return carrierRows(out) != ""
	})
	for _, x := range []struct {
		want string
		args []string
	}{
		{"it wants a user and a password; want --web-password-file", []string{ca, address}},
		{"it does not accept user and password of " + filepath.Join(dir, "wrong"), []string{ca, password + filepath.Join(dir, "wrong"), address}},
		{"want --web-ca with the certificate of its authority", []string{address}},
		{"it speaks TLS; want https://", []string{"http://127.0.0.1:9810"}},
	} {
		out, err := program(append([]string{"report"}, x.args...)...).CombinedOutput()
		if err == nil || !strings.Contains(string(out), x.want) || strings.Count(string(out), "\n") != 1 {
			t.Errorf("%v: %v, %q; want one line with %q", x.args, err, out, x.want)
		}
	}
	p.stop()
}

// TestCaptureLedgerKill: kill -9 under way loses at most the last second, and a ledger
// that was killed is recorded into again.
func TestCaptureLedgerKill(t *testing.T) {
	if !isolated(t) {
		return
	}
	frames := passing(t, livetest.Frames(t, demo))
	dir := folder(t)
	file := filepath.Join(dir, "exposure.db")
	out := livetest.NewSender(t, "mirror0")
	had := uint64(0)
	for range 3 {
		p := start(t, dir, basis+fileSink+withLedger)
		until(t, "an open ledger", func() bool { return sum(p.metrics(), "ledger_up") == 1 })
		const pace = 8 * time.Millisecond // three seconds for all
		late := time.Duration(0)
		sent := make([]time.Time, len(frames))
		for i := range frames {
			due := time.Now().Add(pace)
			out.Send(frames[i])
			sent[i] = time.Now()
			time.Sleep(time.Until(due))
			late = max(late, time.Since(due))
		}
		killed := time.Now()
		p.kill()
		// A frame waits 30 ms in the ring, its counts up to 400 ms in the recorder and 500 ms
		// for the ledger's next commit, which takes milliseconds: less than a second. What the
		// machine held this loop up it may have held up each of the three.
		bound := time.Second + 3*late
		sure := slices.IndexFunc(sent, func(at time.Time) bool { return killed.Sub(at) < bound })
		least, most := messagesOf(t, frames[:sure]), messagesOf(t, frames)
		if least == 0 || least == most {
			t.Fatalf("a kill after %v says nothing: %d of %d messages have to be there", killed.Sub(sent[0]), least, most)
		}
		got := recorded(exposures(t, file)) - had
		t.Logf("%d messages in the ledger after a kill, want %d to %d; the loop was %v late at most", got, least, most, late)
		if got < least || got > most {
			t.Errorf("%d messages in the ledger after a kill, want %d to %d, which were sent %v before it", got, least, most, bound)
		}
		had += got
	}
}

// messagesOf is how many messages a replay of frames records.
func messagesOf(t *testing.T, frames [][]byte) uint64 {
	t.Helper()
	file := filepath.Join(t.TempDir(), "replay.db")
	replayed(t, frames, "--ledger", file)
	return recorded(exposures(t, file))
}

// ends are the messages of a ledger by who is at their ends.
type ends struct {
	partner    string
	class      signaling.Class
	direction  signaling.Direction
	subscriber signaling.Whose
}

func endsOf(all map[exposure.Key][3]uint64) map[ends]uint64 {
	n := map[ends]uint64{}
	for k, x := range all {
		if k.Carrier == exposure.Total {
			n[ends{k.Partner, k.Class, k.Direction, k.Subscriber}] += x[0]
		}
	}
	return n
}

// TestCaptureLedgerReload: SIGHUP under way with another home and other partners loses no
// frame and counts each message once; from then on who is at the ends is told as a replay
// with the new configuration tells it, and what was recorded before stays.
func TestCaptureLedgerReload(t *testing.T) {
	if !isolated(t) {
		return
	}
	const carriers = `"carriers":[{"service":"ss7","name":"PCCW Global","carriers":["pccw-global"],"use":"primary"}]}`
	const file = `{"format":"sigtransit-partners","version":1,"created":"2026-11-20T09:00:00Z","partners":[` + "\n"
	dir := folder(t)
	put(t, dir, "partners.json", file+`{"id":"PARTA","name":"Partner A","country":"NO","plmns":["999-70"],"gts":[{"first":"99970"}],`+carriers+",\n"+
		`{"id":"PARTB","name":"Partner B","country":"SG","plmns":["999-71"],"gts":[{"first":"99971"}],`+carriers+"\n]}\n")
	// The world as partner A sees it.
	put(t, dir, "others.json", file+`{"id":"OTHER","name":"Other","country":"DE","plmns":["001-01"],"gts":[{"first":"99901"}],`+carriers+"\n]}\n")
	variants := []string{
		"",
		"home: {plmns: [001-01], gt_prefixes: [\"99901\"]}\npartners: [partners.json]\n",
		"home: {plmns: [999-70], gt_prefixes: [\"99970\"]}\npartners: [others.json]\n",
	}
	ledger := filepath.Join(dir, "exposure.db")
	p := start(t, dir, basis+withLedger)
	until(t, "an open ledger", func() bool { return sum(p.metrics(), "ledger_up") == 1 })
	out := livetest.NewSender(t, "mirror0")
	seed := int64(0)
	demonstration := func() [][]byte { // connections and dialogues of its own each time
		seed++
		name := filepath.Join(t.TempDir(), "demo.pcapng")
		if code, _, stderr := invoke(t, "", "synth", "--seed", fmt.Sprint(seed), name); code != 0 {
			t.Fatal(stderr)
		}
		return passing(t, livetest.Frames(t, name))
	}
	written := func(messages uint64) map[exposure.Key][3]uint64 {
		t.Helper()
		p.settled(out.Sent)
		until(t, "messages in the ledger", func() bool {
			m := p.metrics()
			return sum(m, "ledger_messages_total") == float64(messages) && sum(m, "ledger_pending_rows") == 0
		})
		return exposures(t, ledger)
	}
	messages := uint64(0)
	for i, variant := range variants {
		if i > 0 { // in the middle of a demonstration
			frames := demonstration()
			for k, f := range frames {
				if k == len(frames)/2 {
					put(t, dir, "sigtransit.yaml", basis+withLedger+variant)
					p.signal(unix.SIGHUP)
				}
				out.Send(f)
				time.Sleep(time.Millisecond)
			}
			until(t, "reload", func() bool { return p.metrics()[`sigtransit_config_reloads_total{result="ok"}`] == float64(i+1) })
			messages += messagesOf(t, frames)
		}
		before := endsOf(written(messages))
		frames := demonstration()
		whole := filepath.Join(t.TempDir(), "replay.db")
		replayed(t, frames, "-c", filepath.Join(dir, "sigtransit.yaml"), "--ledger", whole)
		want := exposures(t, whole)
		out.Send(frames...)
		messages += recorded(want)
		got := endsOf(written(messages))
		for k, n := range endsOf(want) {
			before[k] += n
		}
		if !maps.Equal(got, before) {
			t.Errorf("with %q:\n got %v\nwant %v", variant, got, before)
		}
	}
	m := p.metrics()
	need(t, m, `capture_drops_total{reason="ring_full"}`, 0)
	need(t, m, "config_restart_required", 0)
	partners := map[string]bool{}
	for k := range endsOf(exposures(t, ledger)) {
		partners[k.partner] = true
	}
	if !partners["PARTA"] || !partners["PARTB"] || !partners["OTHER"] {
		t.Errorf("the ledger has the partners %v", partners)
	}
	p.stop()
}

// TestCaptureLedgerFails: a disk that is full and a ledger that cannot be opened hold up
// no capture, are told, and are tried again.
func TestCaptureLedgerFails(t *testing.T) {
	if !isolated(t) {
		return
	}
	frames := passing(t, livetest.Frames(t, demo))
	dir := folder(t)
	disk := filepath.Join(dir, "small")
	if err := unix.Mkdir(disk, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("tmpfs", disk, "tmpfs", 0, "size=1m"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Unmount(disk, unix.MNT_DETACH) })
	p := start(t, dir, basis+fileSink+"ledger: {file: small/exposure.db}\n")
	until(t, "an open ledger", func() bool { return sum(p.metrics(), "ledger_up") == 1 })
	ballast := filepath.Join(disk, "ballast")
	if err := fill(ballast); err != nil {
		t.Fatal(err)
	}
	out := livetest.NewSender(t, "mirror0")
	out.Send(frames...)
	until(t, "a ledger that fails", func() bool { return sum(p.metrics(), "ledger_up") == 0 })
	m := p.settled(uint64(len(frames))) // nothing is held up
	if n := m[`sigtransit_ledger_commits_total{result="failed"}`]; n == 0 {
		t.Errorf("%v failed commits are counted", n)
	}
	if code, _ := p.try("GET", "/-/healthy"); code != http.StatusOK {
		t.Errorf("healthy: %d; a restart would not mend a disk", code)
	}
	if err := unix.Unlink(ballast); err != nil {
		t.Fatal(err)
	}
	until(t, "a ledger that is well again", func() bool {
		m = p.metrics()
		return sum(m, "ledger_up") == 1 && sum(m, "ledger_pending_rows") == 0
	})
	if n := sum(m, "ledger_lost_total"); n != 0 {
		t.Errorf("%v were lost", n)
	}
	all := uint64(sum(m, "messages_total"))
	p.stop()
	if got := recorded(exposures(t, filepath.Join(disk, "exposure.db"))); got != all {
		t.Errorf("%d messages in the ledger, want %d", got, all)
	}
	for _, want := range []string{"the ledger fails", "the ledger does not fail any more"} {
		if strings.Count(p.logged(), want) != 1 {
			t.Errorf("the log does not say once that %s", want)
		}
	}

	// What is no ledger is left alone, and check says so before.
	put(t, dir, "exposure.db", "no database\n")
	p = start(t, dir, basis+fileSink+withLedger)
	out.Send(frames...)
	m = p.settled(uint64(len(frames)))
	if sum(m, "ledger_up") != 0 || !strings.Contains(p.logged(), "exposure.db") {
		t.Error("nobody tells that the ledger cannot be opened")
	}
	p.stop()
}

// TestCaptureLedgerKey: a reload with another key counts subscribers by it, in the ledger
// too, which knows that it changed.
func TestCaptureLedgerKey(t *testing.T) {
	if !isolated(t) {
		return
	}
	frames := passing(t, livetest.Frames(t, demo))
	dir := folder(t)
	put(t, dir, "key", strings.Repeat("a", 40)+"\n")
	p := start(t, dir, basis+withLedger)
	until(t, "an open ledger", func() bool { return sum(p.metrics(), "ledger_up") == 1 })
	out := livetest.NewSender(t, "mirror0")
	sent := 0
	var subscribers [2]uint64
	for i := range subscribers {
		if i == 1 {
			put(t, dir, "key", strings.Repeat("b", 40)+"\n")
			p.signal(unix.SIGHUP)
			until(t, "reload", func() bool { return p.metrics()[`sigtransit_config_reloads_total{result="ok"}`] == 2 })
			need(t, p.metrics(), "config_restart_required", 0)
		}
		out.Send(frames...)
		sent += len(frames)
		p.settled(uint64(sent))
		if i == 1 {
			p.stop()
		} else {
			until(t, "a ledger that is written", func() bool {
				m := p.metrics()
				return sum(m, "ledger_messages_total") > 0 && sum(m, "ledger_pending_rows") == 0
			})
		}
		r, err := exposure.OpenForReading(filepath.Join(dir, "exposure.db"))
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Rows(time.Time{}, time.Time{}, func(x *exposure.Row) error { subscribers[i] += x.Subscribers.Estimate(); return nil }); err != nil {
			t.Fatal(err)
		}
		if n, err := r.KeyChanges(); err != nil || n != i {
			t.Errorf("%d changes of the key, %v; want %d", n, err, i)
		}
		r.Close()
	}
	// What an end sends again counts once; the rest is of the same subscribers.
	if subscribers[0] == 0 || subscribers[1] <= subscribers[0] {
		t.Errorf("%d subscribers by one key and the other, by the first alone %d", subscribers[1], subscribers[0])
	}
}

// fill writes a file until its disk is full.
func fill(name string) error {
	fd, err := unix.Open(name, unix.O_CREAT|unix.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	b := make([]byte, 4096)
	for err == nil {
		_, err = unix.Write(fd, b)
	}
	if err == unix.ENOSPC {
		return nil
	}
	return err
}

// TestCaptureLedgerLosses: frames that the capture lost stand in the ledger.
func TestCaptureLedgerLosses(t *testing.T) {
	if !isolated(t) {
		return
	}
	frames := passing(t, livetest.Frames(t, demo))
	dir := folder(t)
	p := start(t, dir, strings.Replace(basis, "[mirror0]", "[mirror0], ring: 1MiB", 1)+withLedger)
	out := livetest.NewSender(t, "mirror0")
	p.signal(unix.SIGSTOP)
	sent := 0
	for range 40 { // some 4 MiB
		out.Send(frames...)
		sent += len(frames)
	}
	p.signal(unix.SIGCONT)
	lost := sum(p.settled(uint64(sent)), "capture_drops_total")
	p.stop()
	r, err := exposure.OpenForReading(filepath.Join(dir, "exposure.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	covered, err := r.Coverage(time.Time{}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	var read, drops uint64
	for _, c := range covered {
		read, drops = read+c.Frames, drops+c.Drops
	}
	if lost == 0 || float64(drops) != lost || read+drops != uint64(sent) {
		t.Errorf("%d frames sent, %v lost; the ledger knows %d read and %d lost", sent, lost, read, drops)
	}
}
