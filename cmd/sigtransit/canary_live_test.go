//go:build linux

package main

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"sigtransit/pkg/capture/live/livetest"
)

// TestCaptureCanary: the three commands together, as operators run them. The daemon
// captures from the loopback interface, over which the ends of a canary talk.
func TestCaptureCanary(t *testing.T) {
	if !livetest.Isolated(t) {
		return
	}
	dir := folder(t)
	conf := strings.Replace(basis, "[mirror0]", "[lo]", 1) + fileSink + "canaries: [{name: tap-hk, id: 7}, {name: silent, id: 8}]\n"
	p := start(t, dir, conf)
	const seen, flagged, notFlagged = `sigtransit_canary_last_seen_timestamp_seconds{canary="tap-hk"}`,
		`sigtransit_canary_messages_total{canary="tap-hk",result="flagged"}`, `sigtransit_canary_messages_total{canary="tap-hk",result="not_flagged"}`
	m := p.metrics()
	begin := m[seen]
	if age := time.Since(time.Unix(int64(begin), 0)); age < 0 || age > 2*patience || m[flagged] != 0 || m[notFlagged] != 0 {
		t.Errorf("before the first canary: last seen %v ago, %v and %v messages", age, m[flagged], m[notFlagged])
	}

	// Not every port passes the filter; that of Diameter does.
	const at = "127.0.0.1:3868"
	listener := program("canary", "listen", "--transport", "tcp", at)
	if err := listener.Start(); err != nil {
		t.Fatal(err)
	}
	send := func() {
		t.Helper()
		until(t, "answer", func() bool {
			return program("canary", "send", "--transport", "tcp", "--id", "7", "--count", "1", at).Run() == nil
		})
	}
	send()
	until(t, "flagged canary", func() bool { return p.metrics()[flagged] == 2 })
	send()
	until(t, "second one", func() bool { return p.metrics()[flagged] == 4 })
	m = p.metrics()
	need(t, m, `canary_messages_total{canary="tap-hk",result="not_flagged"}`, 0)
	need(t, m, `canary_messages_total{canary="silent",result="flagged"}`, 0)
	if m[seen] <= begin || m[seen] == m[`sigtransit_canary_last_seen_timestamp_seconds{canary="silent"}`] {
		t.Errorf("last seen %v, at the start %v", m[seen], begin)
	}
	for _, name := range []string{"findings_total", "flagged_messages_total", "carrier_messages_total", "carrier_flows"} {
		if n := sum(m, name); n != 0 {
			t.Errorf("%s is %v", name, n)
		}
	}

	// Without the rule they are seen and not flagged; what was counted stays.
	put(t, dir, "off.yaml", "detections: [{id: authentication-in-clear, enabled: false}]\n")
	put(t, dir, "sigtransit.yaml", conf+"detections: [off.yaml]\n")
	if code, body := p.try("POST", "/-/reload"); code != 200 {
		t.Fatalf("reload: %d %s", code, body)
	}
	send()
	until(t, "canary that is not flagged", func() bool { return p.metrics()[notFlagged] == 2 })
	need(t, p.metrics(), `canary_messages_total{canary="tap-hk",result="flagged"}`, 4)

	// Nobody to watch for: no series, and canaries are messages like others.
	put(t, dir, "sigtransit.yaml", strings.Split(conf, "canaries:")[0])
	p.try("POST", "/-/reload")
	if _, there := p.metrics()[seen]; there {
		t.Error("a canary that is not watched for has a series")
	}
	if err := listener.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := listener.Wait(); err != nil {
		t.Errorf("the listening end: %v", err)
	}
	p.stop()
	for _, e := range events(t, filepath.Join(dir, "findings.jsonl")) {
		if e["event_type"] == "finding" {
			t.Errorf("a finding: %v", e)
		}
	}
}
