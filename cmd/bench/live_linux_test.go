package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSentOf(t *testing.T) {
	packets, seconds, err := sentOf("Test start: now\nActual: 307873 packets (112345678 bytes) sent in 1.25 seconds\nRated: 1 Bps\n")
	if err != nil || packets != 307873 || seconds != 1.25 {
		t.Errorf("%v packets in %v s, %v", packets, seconds, err)
	}
	if _, _, err := sentOf("Fatal Error"); err == nil {
		t.Error("no error")
	}
}

func TestReceivedOf(t *testing.T) {
	for _, said := range []string{
		"10 packets captured\n12 packets received by filter\n2 packets dropped by kernel\n",
		"\n10 packets captured\n12 packets received by filter\n2 packets dropped by kernel\n0 packets dropped by interface\n",
	} {
		if received, dropped, err := receivedOf(said); err != nil || received != 12 || dropped != 2 {
			t.Errorf("%q: %v received, %v dropped, %v", said, received, dropped, err)
		}
	}
	if _, _, err := receivedOf("10 packets captured\n"); err == nil {
		t.Error("no error")
	}
}

// The whole measurement of a live capture, as TestSmoke is that of a replay.
func TestLiveSmoke(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("a network namespace needs root")
	}
	if !need(t, "ip") || !need(t, "tcpreplay") || !need(t, "tcpdump") {
		t.Skip("needs iproute2, tcpreplay and tcpdump")
	}
	dir := filepath.Join(t.TempDir(), "bench")
	var stdout, stderr bytes.Buffer
	args := []string{"live", "-messages", "3000", "-runs", "1", "-pps", "20000", "-dir", dir}
	if code := run(context.Background(), args, &stdout, &stderr); code != 0 {
		t.Fatalf("exit code %d\n%s", code, &stderr)
	}
	sent := ""
	for line := range strings.Lines(stdout.String()) {
		what, value, _ := strings.Cut(strings.TrimSpace(line), "  ")
		switch value = strings.TrimSpace(value); {
		case strings.HasSuffix(what, "packets sent"):
			sent = value
		case what == "received by the socket" && (value != sent || sent == ""):
			t.Errorf("%s packets sent, %s received", sent, value)
		}
	}
	for _, want := range []string{"sigtransit, packets sent", "source alone", "tcpdump, packets sent", "dropped by the kernel", "sigtransit / tcpdump",
		"cores at 425,000 packets a second", "control: replay from the file", "while the sender runs"} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("the report lacks %q", want)
		}
	}
	if t.Failed() {
		t.Logf("report:\n%s\nprogress:\n%s", &stdout, &stderr)
	}
	for _, args := range [][]string{{"live", "-messages", "1"}, {"live", "x"}, {"live", "-nope"}} {
		if code := run(context.Background(), args, &stdout, &stderr); code != 2 {
			t.Errorf("%v: exit code %d", args, code)
		}
	}
}
