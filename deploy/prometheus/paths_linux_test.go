package prometheus

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sigtransit/pkg/capture/live/livetest"
	"sigtransit/pkg/synth"
)

// began makes a ledger that began nine days ago, with messages of partner A over PCCW
// Global: a path that is new after the first week is news (SigtransitPathFirstSeen).
func began(t *testing.T, dir, binary, conf string) {
	t.Helper()
	name := filepath.Join(dir, "old.pcap")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c, err := synth.NewPcap(f, false)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Now().AddDate(0, 0, -9)
	for i, x := range livetest.Frames(t, root+"/testdata/fault-digits/input.pcapng") {
		if err := c.WriteFrame(at.Add(time.Duration(i)*time.Millisecond), x); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(binary, "replay", "-c", conf, "--ledger", filepath.Join(dir, "exposure.db"), "-o", os.DevNull, name).CombinedOutput(); err != nil {
		t.Fatalf("replay: %v\n%s", err, out)
	}
}

// yesterday gives Prometheus what it would have scraped of the daemon from a day and
// two hours ago to two hours ago: authentication over PCCW Global was one message in a
// hundred, over China Mobile International the fifth that it is in the demonstration.
func yesterday(t *testing.T, dir, target string) {
	t.Helper()
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Fatal(err)
	}
	const exposed = `sigtransit_exposure_messages_total{carrier=%q,class="authentication",direction="outbound",evidence="adjacent",protection="clear",instance=%q,job="sigtransit"} %d %d` + "\n"
	const all = `sigtransit_signaling_messages_total{class="authentication",direction="outbound",path="unknown",instance=%q,job="sigtransit"} %d %d` + "\n"
	var over, whole strings.Builder
	end := time.Now().Add(-2 * time.Hour).Unix()
	for n := range int64(24*12 + 1) { // every five minutes
		at := end - 24*3600 + n*300
		fmt.Fprintf(&over, exposed, "pccw-global", target, n, at)
		fmt.Fprintf(&whole, all, target, n*100, at)
	}
	for n := range int64(24*12 + 1) {
		fmt.Fprintf(&over, exposed, "china-mobile-international", target, n*20, end-24*3600+n*300)
	}
	text := "# TYPE sigtransit_exposure_messages counter\n" + over.String() + "# TYPE sigtransit_signaling_messages counter\n" + whole.String() + "# EOF\n"
	name := filepath.Join(dir, "yesterday.txt")
	write(t, name, text)
	if out, err := exec.Command(promtool, "tsdb", "create-blocks-from", "openmetrics", name, filepath.Join(dir, "data")).CombinedOutput(); err != nil {
		t.Fatalf("promtool: %v\n%s", err, out)
	}
}

// only checks that an alert is there for one value of a label.
func only(t *testing.T, p *server, alert, label, want string) {
	t.Helper()
	if got := slices.Sorted(maps.Keys(p.count(t, fmt.Sprintf("ALERTS{alertname=%q}", alert), label))); !slices.Equal(got, []string{want}) {
		t.Errorf("%s is there for %s %q, want %s alone", alert, label, got, want)
	}
}

// shift shows the demonstration again and again, each time with connections and
// dialogues of its own: two fifths of all authentication pass PCCW Global, and that
// shift alone alerts.
func shift(t *testing.T, p *server, expect func(time.Duration, string, ...string)) {
	for seed := int64(2); seed <= 6; seed++ {
		name := filepath.Join(t.TempDir(), "demo.pcapng")
		f, err := os.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		err = synth.WriteDemo(f, seed)
		if e := f.Close(); err == nil {
			err = e
		}
		if err != nil {
			t.Fatal(err)
		}
		playFile(t, name)
	}
	expect(20*time.Second, "firing", "SigtransitShareShift")
	time.Sleep(2 * time.Second) // all that was played is scraped and judged
	only(t, p, "SigtransitShareShift", "carrier", "pccw-global")
	only(t, p, "SigtransitShareShift", "class", "authentication") // of others nothing is known of yesterday
}
