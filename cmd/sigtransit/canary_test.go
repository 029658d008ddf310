package main

import (
	"context"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"sigtransit/pkg/canary"
)

func TestCanaryUsage(t *testing.T) {
	for _, x := range []struct{ args, want string }{
		{"send 192.0.2.1", `"192.0.2.1" is no address with a port; want for example 192.0.2.1:2905`},
		{"listen :x", `":x" is no address with a port; want for example 192.0.2.1:2905`},
		{"listen", "accepts 1 arg(s), received 0 (see sigtransit canary listen --help)"},
		{"listen --transport udp :1", `--transport: unknown transport "udp"; want sctp (M3UA with MAP) or tcp (Diameter)`},
		{"send --id 100 :1", "--id: 100 is out of range; want 0 to 99"},
		{"send --interval 1ms :1", "--interval: 1ms is too short; want at least 10ms"},
		{"send --count -1 :1", "--count: -1 is out of range; want 0 or more"},
		{"sing", `unknown command "sing" for "sigtransit canary" (see sigtransit canary --help)`},
	} {
		code, stdout, stderr := invoke(t, "", append([]string{"canary"}, strings.Fields(x.args)...)...)
		if want := "sigtransit: " + x.want + "\n"; code != exitUsage || stderr != want || stdout != "" {
			t.Errorf("canary %s: exit code %d, %q\nwant %q", x.args, code, stderr, want)
		}
	}
}

// TestCanary: the sending end against a listening one, and against nobody.
func TestCanary(t *testing.T) {
	ctx, end := context.WithCancel(context.Background())
	address, done := make(chan string, 1), make(chan error, 1)
	go func() {
		done <- canary.Listen(ctx, canary.ListenOptions{
			Transport: canary.TCP, Address: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler),
			Opened: func(a string) { address <- a }, Report: func(canary.Exchange) {},
		})
	}()
	at := <-address
	code, stdout, stderr := invoke(t, "", "canary", "send", "--transport", "tcp", "--id", "7", "--count", "2", "--interval", "10ms", at)
	line := regexp.MustCompile(`(?m)^\d{4}-\d\d-\d\dT\S+Z canary 07 sequence 000[01]: answered by 127\.0\.0\.1:\d+, 2 vectors, \S+$`)
	if code != exitOK || len(line.FindAllString(stdout, -1)) != 2 || strings.Count(stdout, "\n") != 2 {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
	end()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the listening end does not end")
	}
	code, stdout, stderr = invoke(t, "", "canary", "send", "--transport", "tcp", "--count", "1", at)
	if code != exitFailed || !strings.Contains(stdout, "canary 00 sequence 0000: failed, "+at+": ") || stderr != "sigtransit: not every canary was answered\n" {
		t.Errorf("nobody listens: exit code %d\n%s%s", code, stdout, stderr)
	}
}
