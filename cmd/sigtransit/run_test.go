//go:build linux

package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/bpf"

	"sigtransit/pkg/capture"
	"sigtransit/pkg/capture/live"
	"sigtransit/pkg/capture/live/livetest"
	"sigtransit/pkg/synth"
)

// passing are the frames that the default filter of the kernel lets pass. The kernel
// has put the outer VLAN tag aside before.
func passing(t *testing.T, frames [][]byte) (pass [][]byte) {
	t.Helper()
	raw, err := (&live.Filter{}).Compile(capture.LinkTypeEthernet)
	if err != nil {
		t.Fatal(err)
	}
	program := make([]bpf.Instruction, len(raw))
	for i := range raw {
		program[i] = raw[i].Disassemble()
	}
	vm, err := bpf.NewVM(program)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range frames {
		seen := f
		if len(f) > 18 && f[12] == 0x81 && f[13] == 0 {
			seen = append(append([]byte{}, f[:12]...), f[16:]...)
		}
		n, err := vm.Run(seen)
		if err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			pass = append(pass, f)
		}
	}
	return pass
}

// replayed is the events of a replay of frames.
func replayed(t *testing.T, frames [][]byte, args ...string) []event {
	t.Helper()
	dir := t.TempDir()
	name, out := filepath.Join(dir, "frames.pcap"), filepath.Join(dir, "events.jsonl")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w, err := synth.NewPcap(f, true)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for i, x := range frames {
		if err := w.WriteFrame(now.Add(time.Duration(i)*time.Microsecond), x); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := invoke(t, "", append([]string{"replay", "--format", "json", "-o", out, "--pseudonym-key", "../../testdata/pseudonym.key", name}, args...)...); code != 0 {
		t.Fatal(stderr)
	}
	return events(t, out)
}

// TestCaptureEqualsReplay: the daemon finds on a port what replay finds in a file of
// the frames that pass the filter, and accounts for every frame, with one worker and
// with two that share the dialogues.
func TestCaptureEqualsReplay(t *testing.T) {
	if !isolated(t) {
		return
	}
	frames := livetest.Frames(t, demo)
	pass := passing(t, frames)
	if len(pass) == len(frames) || len(pass) < len(frames)/2 {
		t.Fatalf("%d of %d frames pass the filter", len(pass), len(frames))
	}
	for _, workers := range []string{"1", "2"} {
		conf := strings.Replace(basis, "[mirror0]", "[mirror0], workers: "+workers, 1)
		dir := folder(t)
		p := start(t, dir, conf+"sinks: [{type: file, path: findings.jsonl, events: [finding, stats]}]\n")
		m := p.metrics()
		need(t, m, "capture_last_frame_timestamp_seconds", 0)
		out := livetest.NewSender(t, "mirror0")
		for _, f := range frames {
			out.Send(f)
			time.Sleep(100 * time.Microsecond) // two workers meet the copies of an STP in order
		}
		m = p.settled(uint64(len(pass)))
		need(t, m, `capture_drops_total{reason="ring_full"}`, 0)
		need(t, m, `capture_interface_up{interface="mirror0"}`, 1)
		need(t, m, `workers{state="running"}`, map[string]float64{"1": 1, "2": 2}[workers])
		if at := m["sigtransit_capture_last_frame_timestamp_seconds"]; time.Since(time.Unix(int64(at), 0)) > patience {
			t.Errorf("the last frame is of %v", at)
		}
		// Statistics on the way are no reason to miss the last ones.
		if d := p.stop(); d > 5*time.Second {
			t.Errorf("it took %v to end", d)
		}
		got := events(t, filepath.Join(dir, "findings.jsonl"))
		last := got[len(got)-1]
		if last["event_type"] != "stats" {
			t.Fatalf("the last event is %v", last)
		}
		want := replayed(t, pass)
		if workers == "1" {
			same(t, findings(got), findings(want))
		} else {
			same(t, findings(got, "frame", "link"), findings(want, "frame", "link"))
		}
		total := want[len(want)-1]["stats"].(map[string]any)
		counted := last["stats"].(map[string]any)
		for _, key := range []string{"frames", "messages", "decoded", "duplicates"} {
			if sprint(counted[key]) != sprint(total[key]) {
				t.Errorf("%s workers: %s: %v, want %v", workers, key, counted[key], total[key])
			}
		}
	}
}

// TestCaptureReload: SIGHUP and POST /-/reload take a new watchlist over and refuse a
// bad one, which metrics and log tell.
func TestCaptureReload(t *testing.T) {
	if !isolated(t) {
		return
	}
	frames := passing(t, livetest.Frames(t, demo))
	half := len(frames) / 2
	dir := folder(t)
	none := basis + fileSink + "builtin_carriers: false\nwatchlists: [list.yaml]\n"
	put(t, dir, "list.yaml", "carriers: [{id: nobody, name: Nobody, identifiers: [{type: realm, value: nobody.invalid}]}]\n")
	p := start(t, dir, none)
	out := livetest.NewSender(t, "mirror0")
	out.Send(frames[:half]...)
	need(t, p.settled(uint64(half)), "config_last_reload_successful", 1)

	put(t, dir, "sigtransit.yaml", none+"privacy: maks\n")
	code, body := p.try("POST", "/-/reload")
	if want := dir + `/sigtransit.yaml:10:10: unknown privacy mode "maks": want mask, pseudonym or clear` + "\n"; code != http.StatusInternalServerError || body != want {
		t.Errorf("a bad configuration: %d %q, want %q", code, body, want)
	}
	m := p.metrics()
	need(t, m, "config_last_reload_successful", 0)
	need(t, m, `config_reloads_total{result="refused"}`, 1)
	if code, _ := p.try("GET", "/-/reload"); code != http.StatusMethodNotAllowed {
		t.Errorf("GET: %d", code)
	}
	p.signal(syscall.SIGHUP)
	until(t, "second refusal", func() bool { return p.metrics()[`sigtransit_config_reloads_total{result="refused"}`] == 2 })

	put(t, dir, "sigtransit.yaml", strings.Replace(basis+fileSink, "stats_interval: 1s", "stats_interval: 2s", 1))
	p.signal(syscall.SIGHUP)
	until(t, "reload", func() bool { return p.metrics()["sigtransit_config_last_reload_successful"] == 1 })
	need(t, p.metrics(), "config_restart_required", 0)
	out.Send(frames[half:]...)
	p.settled(uint64(len(frames)))

	// What needs a restart is said, until it is taken back.
	put(t, dir, "sigtransit.yaml", basis+"sinks: [{type: file, path: other.jsonl}]\n")
	for range 2 { // the second one too compares with what the daemon began with
		if code, body := p.try("POST", "/-/reload"); code != http.StatusOK {
			t.Errorf("%d %s", code, body)
		}
		need(t, p.metrics(), "config_restart_required", 1)
	}
	if !strings.Contains(p.logged(), "keys=sinks") {
		t.Error("the log does not name the key")
	}
	put(t, dir, "sigtransit.yaml", basis+fileSink)
	p.try("POST", "/-/reload")
	need(t, p.metrics(), "config_restart_required", 0)
	p.stop()
	got := events(t, filepath.Join(dir, "findings.jsonl"))
	if len(findings(got)) == 0 {
		t.Error("the new watchlist found nothing")
	}
	for _, e := range got {
		if n, _ := e["frame"].(float64); e["event_type"] == "finding" && int(n) <= half {
			t.Errorf("a finding in frame %v, before the watchlist had carriers", n)
		}
	}
}

// TestCaptureStatus: the page of JSON, TLS and passwords by a web configuration file,
// and no profiles unless asked for.
func TestCaptureStatus(t *testing.T) {
	if !isolated(t) {
		return
	}
	dir := folder(t)
	cert, key := certificate(t)
	put(t, dir, "cert.pem", cert)
	put(t, dir, "key.pem", key)
	// bcrypt of "secret", cost 4.
	put(t, dir, "web.yaml", "tls_server_config: {cert_file: cert.pem, key_file: key.pem}\nbasic_auth_users: {noc: "+hash(t, "secret")+"}\n")
	p := launch(t, dir, strings.Replace(basis, "web: {", "web: {config_file: web.yaml, ", 1)+fileSink)
	p.client = trusting(t, cert)
	p.url = "https://127.0.0.1:9810"
	until(t, "refusal without password", func() bool { code, _ := p.try("GET", "/metrics"); return code == http.StatusUnauthorized })
	if code, _ := p.try("POST", "/-/reload"); code != http.StatusUnauthorized {
		t.Errorf("reload without password: %d", code)
	}
	p.url = "https://noc:secret@127.0.0.1:9810"
	until(t, "capture", func() bool { code, _ := p.try("GET", "/-/ready"); return code == http.StatusOK })
	if code, _ := p.try("GET", "/debug/pprof/"); code != http.StatusNotFound {
		t.Errorf("profiles are on by default: %d", code)
	}
	if code, body := p.try("GET", "/"); code != http.StatusOK || !strings.Contains(body, "/api/v1/status") {
		t.Errorf("first page: %d", code)
	}
	code, body := p.try("GET", "/api/v1/status")
	var s map[string]any
	if err := json.Unmarshal([]byte(body), &s); err != nil || code != http.StatusOK {
		t.Fatalf("status: %d %v", code, err)
	}
	port := s["interfaces"].([]any)[0].(map[string]any)
	if s["ready"] != true || port["name"] != "mirror0" || port["state"] != "up" || s["capture_trust"] != "good" || len(s["conditions"].([]any)) != 0 {
		t.Errorf("status: %s", body)
	}
	if code, body := p.try("GET", "/-/healthy"); code != http.StatusOK || body != "ok\n" {
		t.Errorf("healthy: %d %q", code, body)
	}
	p.stop()
}
