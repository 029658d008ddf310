//go:build linux

package prometheus

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"sigtransit/pkg/capture/live/livetest"
)

const root = "../.."

// mirror is the port that the daemon listens to.
const mirror = "mirror0"

// prepared reports that the test runs in a network of its own, with all it needs.
func prepared(t *testing.T) bool {
	t.Helper()
	if testing.Short() {
		t.Skip("takes two minutes")
	}
	if raced || strconv.IntSize == 32 {
		t.Skip("a test of alerts and panels, the same with every build of the daemon")
	}
	if _, err := exec.LookPath("prometheus"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("CI lacks prometheus")
		}
		t.Skip("needs prometheus")
	}
	if !livetest.Isolated(t) {
		return false
	}
	livetest.Pair(t, mirror)
	return true
}

// declares is the IR.21 of two partners of the demonstration: A names the carrier that
// it is seen over, B another one.
const declares = `{"format":"sigtransit-partners","version":1,"created":"2026-11-20T09:00:00Z","partners":[
{"id":"PARTA","name":"Partner A","country":"NO","plmns":["999-70"],"gts":[{"first":"99970"}],"carriers":[{"service":"ss7","name":"PCCW Global","carriers":["pccw-global"],"use":"primary"}]},
{"id":"PARTB","name":"Partner B","country":"NO","plmns":["999-71"],"gts":[{"first":"99971"}],"carriers":[{"service":"ss7","name":"PCCW Global","carriers":["pccw-global"],"use":"primary"}]}
]}
`

// accepted is a risk that was accepted until a day of the past.
const accepted = `exceptions:
  - {id: sms-until-cutover, carrier: pccw-global, class: sms, owner: roaming@example.net, reason: SMS moves to another hub, ticket: NOC-1, expires: 2026-01-31}
`

// play sends the frames of a capture to the mirror port, a thousand a second.
func play(t *testing.T, name string) {
	t.Helper()
	playFile(t, root+"/testdata/"+name+"/input.pcapng")
}

func playFile(t *testing.T, name string) {
	t.Helper()
	out := livetest.NewSender(t, mirror)
	for _, f := range livetest.Frames(t, name) {
		out.Send(f)
		time.Sleep(time.Millisecond)
	}
}

// TestAlerts runs the daemon and a real Prometheus with the rules as they are,
// shows the daemon signaling, and waits for the alerts; then it breaks one thing
// after the other. What is not expected must not even be pending.
func TestAlerts(t *testing.T) {
	if !prepared(t) {
		return
	}
	dir := t.TempDir()
	var refuse atomic.Bool
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if refuse.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	defer receiver.Close()
	configuration := fmt.Sprintf(`capture: {interfaces: [%s], ring: 4MiB}
web: {listen: ["127.0.0.1:0"]}
state: {file: %s/state.json}
canaries: [{name: tap, id: 1}]
ledger: {file: %s/exposure.db}
home: {plmns: [001-01], gt_prefixes: ["99901"]}
partners: [%s/partners.json]
metrics: {partners: [PARTA]}
exceptions: [%s/exceptions.yaml]
sinks:
  - {name: findings, type: file, path: %s/findings.jsonl}
  - {name: hook, type: webhook, url: %q, retry: {min: 100ms, max: 1s}}
`, mirror, dir, dir, dir, dir, dir, receiver.URL)
	write(t, filepath.Join(dir, "partners.json"), declares)
	write(t, filepath.Join(dir, "exceptions.yaml"), accepted)
	conf := filepath.Join(dir, "sigtransit.yaml")
	write(t, conf, strings.Replace(configuration, "127.0.0.1:0", freePort(t), 1))
	text, _ := os.ReadFile(conf)
	_, rest, _ := strings.Cut(string(text), `listen: ["`)
	address, _, _ := strings.Cut(rest, `"`)

	binary := filepath.Join(dir, "sigtransit")
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", binary, "sigtransit/cmd/sigtransit").CombinedOutput(); err != nil {
		t.Fatalf("building: %v\n%s", err, out)
	}
	began(t, dir, binary, conf)
	yesterday(t, dir, address)
	daemon := start(t, binary, "run", "-c", conf)
	p := startPrometheus(t, dir, address)
	p.until(t, 30*time.Second, "the first scrape", func() bool {
		// Alerts know of it one evaluation later.
		return len(p.query(t, "sigtransit_build_info")) == 1 && p.alerts(t)["SigtransitNoTargets"] == ""
	})

	// Alerts that are allowed, grown as things are broken.
	allowed := map[string]bool{"SigtransitWatchdog": true}
	quiet := func(when string) {
		t.Helper()
		for name, state := range p.alerts(t) {
			if !allowed[name] {
				t.Errorf("%s: alert %s is %s", when, name, state)
			}
		}
	}
	expect := func(within time.Duration, state string, names ...string) {
		t.Helper()
		for _, name := range names {
			allowed[name] = true
			p.until(t, within, name+" "+state, func() bool {
				got := p.alerts(t)[name]
				return got == state || got == "firing"
			})
		}
	}

	expect(10*time.Second, "firing", "SigtransitWatchdog")
	for range 5 { // a daemon that has seen nothing yet is well
		quiet("before the first frame")
		time.Sleep(time.Second)
	}

	play(t, "interconnect-demo")
	expect(60*time.Second, "firing", "SigtransitVectorsReadable", "SigtransitLocationReadable", "SigtransitSMSTextReadable",
		"SigtransitSMSReadable", "SigtransitAuthenticationReadable", "SigtransitOtherSignalingReadable")
	expect(20*time.Second, "firing", "SigtransitUndeclaredCarrier", "SigtransitExceptionExpired", "SigtransitPathFirstSeen")
	only(t, p, "SigtransitUndeclaredCarrier", "carrier", "china-mobile-international") // partners declare the other one
	only(t, p, "SigtransitPathFirstSeen", "carrier", "china-mobile-international")     // A was seen over the other one nine days ago
	only(t, p, "SigtransitExceptionExpired", "exception", "sms-until-cutover")
	for range 3 {
		quiet("after the demonstration")
		time.Sleep(time.Second)
	}
	for carrier, n := range p.count(t, `ALERTS{alertname="SigtransitVectorsReadable"}`, "carrier") {
		if n != 1 || carrier == "" {
			t.Errorf("%d alerts about vectors readable by %q, want one for each carrier", n, carrier)
		}
	}

	play(t, "protection-downgrade")
	expect(30*time.Second, "firing", "SigtransitProtectionDowngrade", "SigtransitLinkLostProtection", "SigtransitHopReadableByCarrier")

	// Too much that cannot be decoded, and chunks that never come.
	play(t, "hostile-lengths")
	allowed["SigtransitMirrorLoses"] = true
	p.until(t, 40*time.Second, "SigtransitDecoderFailing pending", func() bool {
		allowed["SigtransitDecoderFailing"] = true
		play(t, "fault-digits") // conditions are looked at when frames come
		return p.alerts(t)["SigtransitDecoderFailing"] != ""
	})
	t.Run("Names", func(t *testing.T) { names(t, p) })
	t.Run("Panels", func(t *testing.T) { panels(t, p) })

	reload := func() int {
		t.Helper()
		r, err := http.Post("http://"+address+"/-/reload", "", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		return r.StatusCode
	}
	write(t, conf, string(text)+"no_such_key: 1\n")
	if code := reload(); code != http.StatusInternalServerError {
		t.Errorf("a broken configuration was answered with %d", code)
	}
	expect(15*time.Second, "pending", "SigtransitReloadFailed")
	write(t, conf, string(text))
	if code := reload(); code != http.StatusOK {
		t.Errorf("a good configuration was answered with %d", code)
	}
	p.until(t, 15*time.Second, "SigtransitReloadFailed to end", func() bool { return p.alerts(t)["SigtransitReloadFailed"] == "" })
	delete(allowed, "SigtransitReloadFailed")

	refuse.Store(true)
	play(t, "interconnect-demo")
	expect(30*time.Second, "pending", "SigtransitSinkFailing")
	refuse.Store(false)
	p.until(t, 30*time.Second, "SigtransitSinkFailing to end", func() bool { return p.alerts(t)["SigtransitSinkFailing"] == "" })
	delete(allowed, "SigtransitSinkFailing")
	quiet("after the receiver came back")

	shift(t, p, expect)
	quiet("after the shift")

	livetest.IP(t, "link", "set", mirror, "down")
	expect(100*time.Second, "firing", "SigtransitInterfaceDown") // for: 1m
	quiet("with the interface down")

	if err := daemon.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	expect(30*time.Second, "pending", "SigtransitDown")
}

// start starts a program that ends with the test; what it says is printed if the
// test fails.
func start(t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	var said bytes.Buffer
	c := exec.Command(name, args...)
	c.Stdout, c.Stderr = &said, &said
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Signal(syscall.SIGTERM)
		kill := time.AfterFunc(20*time.Second, func() { _ = c.Process.Kill() })
		_ = c.Wait()
		kill.Stop()
		if t.Failed() {
			t.Logf("%s:\n%s", filepath.Base(name), said.Bytes())
		}
	})
	return c
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// freePort is an address nobody listens at.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// server is a running Prometheus.
type server struct{ address string }

// startPrometheus scrapes and evaluates once a second what in production is done
// every fifteen; the rules are those that are shipped.
func startPrometheus(t *testing.T, dir, target string) *server {
	t.Helper()
	rules, err := filepath.Abs("sigtransit.rules.yml")
	if err != nil {
		t.Fatal(err)
	}
	conf := filepath.Join(dir, "prometheus.yml")
	write(t, conf, fmt.Sprintf(`global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [%q]
scrape_configs:
  - job_name: sigtransit
    static_configs: [{targets: [%q]}]
`, rules, target))
	p := &server{freePort(t)}
	start(t, "prometheus", "--config.file="+conf, "--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+p.address,
		"--log.level=warn")
	return p
}

// get asks the API and reads the data of its answer.
func (p *server) get(path string, args url.Values, data any) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.address+path+"?"+args.Encode(), nil)
	if err != nil {
		return err
	}
	r, err := http.DefaultClient.Do(q)
	if err != nil {
		return err
	}
	defer r.Body.Close()
	var answer struct {
		Status, Error string
		Data          json.RawMessage
	}
	if err := json.NewDecoder(r.Body).Decode(&answer); err != nil {
		return err
	}
	if answer.Status != "success" {
		return fmt.Errorf("%s: %s", path, answer.Error)
	}
	return json.Unmarshal(answer.Data, data)
}

// sample is one series of a result.
type sample struct {
	Metric map[string]string
	Value  [2]any   // of an instant query: time, and the value as text
	Values [][2]any // of a range
}

// query is an instant query; a server that is not up yet knows nothing.
func (p *server) query(t *testing.T, expr string) []sample {
	t.Helper()
	var data struct{ Result []sample }
	if err := p.get("/api/v1/query", url.Values{"query": {expr}}, &data); err != nil {
		t.Logf("%s: %v", expr, err)
	}
	return data.Result
}

// count is how many series of expr have each value of a label.
func (p *server) count(t *testing.T, expr, label string) map[string]int {
	t.Helper()
	n := map[string]int{}
	for _, s := range p.query(t, expr) {
		n[s.Metric[label]]++
	}
	return n
}

// alerts is the state of all that are not inactive; firing wins where an alert has
// several.
func (p *server) alerts(t *testing.T) map[string]string {
	t.Helper()
	var data struct {
		Alerts []struct {
			Labels, Annotations map[string]string
			State               string
		}
	}
	if err := p.get("/api/v1/alerts", nil, &data); err != nil {
		t.Fatal(err)
	}
	states := map[string]string{}
	for _, a := range data.Alerts {
		for _, text := range a.Annotations {
			if strings.Contains(text, "<no value>") || strings.Contains(text, "%!") || strings.Contains(text, "error") {
				t.Errorf("%v says %q", a.Labels, text)
			}
		}
		if name := a.Labels["alertname"]; states[name] != "firing" {
			states[name] = a.State
		}
	}
	return states
}

func (p *server) until(t *testing.T, within time.Duration, what string, done func() bool) {
	t.Helper()
	for begin := time.Now(); !done(); time.Sleep(200 * time.Millisecond) {
		if time.Since(begin) > within {
			t.Fatalf("waited %v for %s; alerts: %v", within, what, slices.Sorted(maps.Keys(p.alerts(t))))
		}
	}
}
