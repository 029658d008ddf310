package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"sigtransit/pkg/signaling"
	"sigtransit/pkg/sink"
)

func TestSinks(t *testing.T) {
	name := file(t, `sinks:
  - type: file
    path: findings.jsonl
    rotate: {size: 64MiB, age: 24h, files: 14, gzip: true}
    sync: 5s
  - type: syslog
    name: siem
    address: tls://siem.example.net
    facility: local4
    format: cef
    min_severity: medium
    events: [finding, flow]
    queue: {events: 1000, size: 1MiB, drop: newest}
    spill: {directory: /var/lib/sigtransit/siem, size: 1GiB}
    tls: {ca_file: ca.pem, cert_file: /c.pem, key_file: k.pem, server_name: logs.example.net}
  - type: webhook
    url: https://soc.example.net/hook
    body: lines
    batch: {events: 10, size: 64KiB}
    retry: {min: 2s, max: 5m}
    timeout: 30s
    headers: {X-Source: sigtransit}
    basic_auth: {user: probe, password_file: secret}
  - type: stdout
`)
	dir := filepath.Dir(name)
	c, err := Load(name)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Sinks) != 4 {
		t.Fatalf("%d sinks", len(c.Sinks))
	}
	queue := sink.QueueConfig{Events: 8192, Octets: 16 << 20}
	events := uint8(1<<sink.Finding | 1<<sink.Warning)
	u := c.Sinks[2].Webhook.URL
	if u == nil || u.String() != "https://soc.example.net/hook" {
		t.Errorf("url: %v", u)
	}
	want := []sink.Config{{
		Name: "file", Kind: sink.KindFile, Events: events, Queue: queue, RetryMin: time.Second, RetryMax: time.Minute,
		File: sink.FileConfig{Path: dir + "/findings.jsonl", MaxSize: 64 << 20, MaxAge: 24 * time.Hour, MaxFiles: 14, Gzip: true, Sync: 5 * time.Second},
	}, {
		Name: "siem", Kind: sink.KindSyslog, Format: sink.CEF, Events: 1<<sink.Finding | 1<<sink.Flow, MinSeverity: signaling.SeverityMedium,
		Queue: sink.QueueConfig{Events: 1000, Octets: 1 << 20, Newest: true}, Spill: sink.SpillConfig{Dir: "/var/lib/sigtransit/siem", Octets: 1 << 30},
		RetryMin: time.Second, RetryMax: time.Minute,
		Syslog: sink.SyslogConfig{
			Network: "tls", Address: "siem.example.net:6514", Facility: 20, Timeout: 10 * time.Second,
			TLS: sink.TLSConfig{CAFile: dir + "/ca.pem", CertFile: "/c.pem", KeyFile: dir + "/k.pem", ServerName: "logs.example.net"},
		},
	}, {
		Name: "webhook", Kind: sink.KindWebhook, Events: events, Queue: queue, RetryMin: 2 * time.Second, RetryMax: 5 * time.Minute,
		Webhook: sink.WebhookConfig{
			URL: u, BatchEvents: 10, BatchOctets: 64 << 10, Timeout: 30 * time.Second, Headers: map[string]string{"X-Source": "sigtransit"},
			User: "probe", PasswordFile: dir + "/secret",
		},
	}, {
		Name: "stdout", Kind: sink.KindStdout, Events: events, Queue: queue, RetryMin: time.Second, RetryMax: time.Minute,
	}}
	for i := range want {
		if !reflect.DeepEqual(c.Sinks[i], want[i]) {
			t.Errorf("got  %+v\nwant %+v", c.Sinks[i], want[i])
		}
	}
}

// TestSinksRefuse has one file a mistake; a sink of each kind that is right
// stands before it.
func TestSinksRefuse(t *testing.T) {
	const head = "sinks:\n  - type: " // the mistakes begin on line 2
	for text, want := range map[string]string{
		"pipe":                                  `:2:11: unknown type of sink "pipe"; want file, stdout, syslog or webhook`,
		"file":                                  `:2:5: a sink of type file has no path; want path: the file to write`,
		"stdout\n    name: A":                   `:3:11: "A" is no name of a sink; want 1 to 32 of a-z, 0-9, hyphen and underscore`,
		"file\n    pat: x":                      `:3:5: unknown key "pat"; want one of name, type, format, events, `,
		"file\n    path: x\n    rotate: {a: 1}": `:4:14: unknown key "a"; want one of size, age, files, gzip`,
		"file\n    path: x\n    rotate:\n      size: 5MB":                    `:5:13: "5MB" is no size; want a number with a unit: "512KiB", "64MiB", "2GiB"`,
		"file\n    path: x\n    rotate:\n      size: 1KiB":                   `:5:13: 1KiB is out of range; want 4KiB to 1024TiB`,
		"file\n    path: x\n    rotate:\n      age: 30":                      `:5:12: "30" is no time; want a number with a unit: "500ms", "30s", "24h"`,
		"file\n    path: x\n    rotate:\n      files: 3":                     `:5:7: has neither size nor age; want at least one`,
		"file\n    path: x\n    rotate:\n      files: 1.5\n      size: 1MiB": `:5:14: "1.5" is no number here; want a whole one from 1 to 1048576`,
		"file\n    path: x\n    queue:\n      events: many":                  `:5:15: "many" is no number here; want a whole one from 1 to 16777216`,
		"file\n    path: x\n    queue:\n      drop: all":                     `:5:13: "all" is not what can be dropped; want oldest or newest`,
		"file\n    path: x\n    queue: 7":                                    `:4:12: sinks[0].queue: "7" is no mapping; want keys and values`,
		"file\n    path: x\n    sync: sometimes":                             `:4:11: "sometimes" is no policy; want never, always or a time from 1ms to 1h such as "5s"`,
		"file\n    path: x\n    spill: {size: 1MiB}":                         `:4:12: has no directory; want directory: a folder that this sink alone uses`,
		"file\n    path: x\n    format: xml":                                 `:4:13: unknown format "xml"; want json or cef`,
		"file\n    path: x\n    min_severity: bad":                           `:4:19: unknown severity "bad"; want info, low, medium, high, critical`,
		"file\n    path: x\n    events: [finding, alarm]":                    `:4:23: unknown type of event "alarm"; want finding, warning, flow, stats, message`,
		"file\n    path: x\n    events: []":                                  `:4:13: the list is empty; want some of finding, `,
		"file\n    path: x\n    retry:\n      min: 2m":                       `:5:7: min (2m0s) is longer than max (1m0s)`,
		"file\n    path: x\n    url: http://x":                               `:4:10: a sink of type file has no url; it belongs to type webhook`,
		"file\n    path: x\n    tls: {ca_file: x}":                           `:4:10: a sink of type file has no tls; it belongs to type syslog and webhook`,
		"file\n    path: x\n  - type: file\n    name: b\n    path: x":        `:6:11: two sinks have the path `,
		"stdout\n  - type: stdout":                                           `:3:5: two sinks have the name "stdout"; want one each`,
		"stdout\n  - type: stdout\n    name: b":                              `:3:11: two sinks have the type stdout; want one`,
		"syslog":                                                             `:2:5: a sink of type syslog has no address; want udp://, tcp:// or tls:// with host and perhaps port`,
		"syslog\n    address: siem:514":                                      `:3:14: "siem:514" is no address of a receiver; want udp://, tcp:// or tls:// with host and perhaps port`,
		"syslog\n    address: udp://h:0":                                     `:3:14: 0 is no port; want 1 to 65535`,
		"syslog\n    address: udp://h\n    facility: local9":                 `:4:15: unknown facility "local9"; want one of kern, user, `,
		"syslog\n    address: udp://h\n    hostname: a b":                    `:4:15: "a b" is no name of a host; want printable ASCII without spaces`,
		"syslog\n    address: udp://h\n    tls: {ca_file: x}":                `:4:10: the address is no tls:// one`,
		"syslog\n    address: tls://h\n    tls: {key_file: x}":               `:4:10: cert_file and key_file go together; one is missing`,
		"webhook":                             `:2:5: a sink of type webhook wants one of url and url_file`,
		"webhook\n    url: ftp://x":           `:3:10: this is no URL; want http:// or https:// with a host`,
		"webhook\n    url: http://u:geheim@x": `:3:10: a URL must not have a user and a password in it; want basic_auth`,
		"webhook\n    url: http://x\n    headers: {authorization: geheim}": `:4:14: Authorization holds a secret; want bearer_token_file or basic_auth`,
		"webhook\n    url: http://x\n    body: xml":                        `:4:11: unknown form of body "xml"; want array or lines`,
		"webhook\n    url: http://x\n    format: cef\n    body: array":     `:5:11: CEF makes no JSON array; want lines`,
		"webhook\n    url: http://x\n    basic_auth: {user: a}":            `:4:17: want user, without a colon, and password_file`,
	} {
		name := file(t, head+text+"\n")
		_, err := Load(name)
		if err == nil || !strings.HasPrefix(err.Error(), name+want) || strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%q: %v\nwant one line with %s%s", text, err, name, want)
		}
	}
}

// TestExample: the configuration that deploy/README.md shows.
func TestExample(t *testing.T) {
	doc, err := os.ReadFile("../../deploy/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, ok := strings.Cut(string(doc), "```yaml\nsinks:\n")
	text, _, ok2 := strings.Cut(text, "```")
	if !ok || !ok2 {
		t.Fatal("deploy/README.md has no example of sinks")
	}
	c, err := Load(file(t, "sinks:\n"+text))
	if err != nil || len(c.Sinks) != 4 {
		t.Errorf("%d sinks, %v", len(c.Sinks), err)
	}
}
