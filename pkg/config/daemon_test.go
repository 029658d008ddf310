package config

import (
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"golang.org/x/net/bpf"

	"sigtransit/pkg/capture/live"
	"sigtransit/pkg/sink"
)

// TestDaemon reads every key that the daemon alone has.
func TestDaemon(t *testing.T) {
	name := file(t, `capture:
  interfaces: [mirror0, mirror1]
  workers: 3
  ring: 128MiB
  promiscuous: false
  timestamps: hardware
  filter:
    networks: [192.0.2.7/24, "2001:db8::1"]
    ports: [2905, 3868]
    all: true
web:
  listen: ["127.0.0.1:9810", ":9811"]
  config_file: web.yaml
  pprof: true
state: {file: state.json, every: 5m}
log: {level: warn, format: json}
stats_interval: 90s
user: sigtransit
`)
	dir := filepath.Dir(name)
	want := Default()
	want.Capture = live.Config{
		Interfaces: []string{"mirror0", "mirror1"}, Workers: 3, Ring: 128 << 20, Timestamps: live.TimeHardware,
		Filter: live.Filter{Nets: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8::1/128")}, Ports: []uint16{2905, 3868}, All: true},
	}
	want.Web = Web{Listen: []string{"127.0.0.1:9810", ":9811"}, ConfigFile: dir + "/web.yaml", Pprof: true}
	want.State = State{File: dir + "/state.json", Every: 5 * time.Minute}
	want.Log = Log{Level: slog.LevelWarn, JSON: true}
	want.StatsInterval, want.User = 90*time.Second, "sigtransit"
	if got, err := Load(name); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\ngot  %+v\nwant %+v", err, got, want)
	}
}

// TestDaemonDefaults: a daemon without a file can be scraped, is promiscuous, and has
// intervals that a ticker takes.
func TestDaemonDefaults(t *testing.T) {
	c := Default()
	if !reflect.DeepEqual(c.Web, Web{Listen: []string{":9810"}}) || !c.Capture.Promiscuous || c.StatsInterval != time.Minute || c.State.Every != time.Minute {
		t.Errorf("%+v", c)
	}
}

func TestFilterProgram(t *testing.T) {
	name := file(t, "capture: {filter: {program_file: sctp.txt}}\n")
	program := filepath.Join(filepath.Dir(name), "sctp.txt")
	if err := os.WriteFile(program, []byte("1\n6 0 0 262144\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(name)
	if err != nil || !reflect.DeepEqual(c.Capture.Filter.Program, []bpf.RawInstruction{{Op: 6, K: 262144}}) {
		t.Errorf("%+v, %v", c.Capture.Filter, err)
	}
	if err := os.WriteFile(program, []byte("1\n5 0 0 7\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	want := name + ":1:34: " + program + ": live capture: bad filter (line 2 jumps behind the end); want the output of tcpdump -ddd"
	if _, err := Load(name); err == nil || err.Error() != want {
		t.Errorf("%v\nwant %s", err, want)
	}
}

// TestDaemonRefuses has one file a mistake, and the whole line that it gets.
func TestDaemonRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"capture:\n  interfaces: [\"\"]":                  `:2:16: "" is no name of an interface; ` + "`ip link` lists those of this machine",
		"capture:\n  interfaces: [a, sixteen-letters-]":   `:2:19: "sixteen-letters-" is no name of an interface; ` + "`ip link` lists those of this machine",
		"capture:\n  interface: [eth1]":                   `:2:3: unknown key "interface"; want one of interfaces, workers, ring, promiscuous, timestamps, filter`,
		"capture:\n  workers: 0":                          `:2:12: 0 is out of range; want 1 to 64`,
		"capture:\n  workers: 65":                         `:2:12: 65 is out of range; want 1 to 64`,
		"capture:\n  workers: two":                        `:2:12: capture.workers: "two" is no whole number; want a whole number`,
		"capture:\n  ring: 64":                            `:2:9: "64" is no size; want a number with a unit: "64MiB", "1GiB"`,
		"capture:\n  ring: 512KiB":                        `:2:9: 512KiB is out of range; want 1MiB to 2047MiB`,
		"capture:\n  ring: 2GiB":                          `:2:9: 2GiB is out of range; want 1MiB to 2047MiB`,
		"capture:\n  promiscuous: 1":                      `:2:16: capture.promiscuous: "1" is no truth value; want true or false`,
		"capture:\n  timestamps: ptp":                     `:2:15: unknown clock "ptp"; want kernel or hardware`,
		"capture:\n  filter:\n    networks: [here]":       `:3:16: "here" is no network; want an address or a prefix: "192.0.2.0/24", "2001:db8::1"`,
		"capture:\n  filter:\n    ports: [0]":             `:3:13: 0 is no port; want 1 to 65535`,
		"capture:\n  filter:\n    ports: [1, 65536]":      `:3:16: 65536 is no port; want 1 to 65535`,
		"capture:\n  filter:\n    port: 1":                `:3:5: unknown key "port"; want one of networks, ports, program_file, all`,
		"capture:\n  filter:\n    program_file: /no/such": `:3:19: open /no/such: no such file or directory`,
		"web:\n  listen: [9810]":                          `:2:12: "9810" is no address with a port; want ":9810" or "127.0.0.1:9810"`,
		"web:\n  listen: [\"h:70000\"]":                   `:2:12: "h:70000" is no address with a port; want ":9810" or "127.0.0.1:9810"`,
		"web:\n  listen: [\":0\"]":                        `:2:12: port 0 is another one at each start: nobody could scrape it; want 1 to 65535`,
		"capture:\n  interfaces: [a, b, a]":               `:2:22: "a" stands here twice; want each interface once`,
		"web:\n  listen: [\"h:1\", \"h:1\"]":              `:2:19: "h:1" takes the port of "h:1"; want one of the two`,
		"web:\n  listen: [\"h:1\", \":1\"]":               `:2:19: ":1" takes the port of "h:1"; want one of the two`,
		"web:\n  listen: [\"[::]:1\", \"h:1\"]":           `:2:22: "h:1" takes the port of "[::]:1"; want one of the two`,
		"web:\n  listen: []":                              `:2:11: the list is empty; want at least one address with a port`,
		"web:\n  tls: true":                               `:2:3: unknown key "tls"; want one of listen, config_file, pprof`,
		"web:\n  pprof: maybe":                            `:2:10: web.pprof: "maybe" is no truth value; want true or false`,
		"state:\n  every: 1":                              `:2:10: "1" is no time; want a number with a unit: "30s", "1m", "24h"`,
		"state:\n  every: 1ms":                            `:2:10: 1ms is out of range; want 1s to 24h0m0s`,
		"state:\n  path: x":                               `:2:3: unknown key "path"; want one of file, every`,
		"log:\n  level: loud":                             `:2:10: unknown level "loud"; want debug, info, warn or error`,
		"log:\n  format: xml":                             `:2:11: unknown format "xml"; want text or json`,
		"log:\n  file: x":                                 `:2:3: unknown key "file"; want one of level, format`,
		"stats_interval: often":                           `:1:17: "often" is no time; want a number with a unit: "30s", "1m", "24h"`,
		"stats_interval: 25h":                             `:1:17: 25h is out of range; want 1s to 24h0m0s`,
		"user: [a]":                                       `:1:7: `,
	} {
		name := file(t, text+"\n")
		_, err := Load(name)
		if err == nil || !strings.HasPrefix(err.Error(), name+want) || strings.Contains(err.Error(), "\n") || !strings.HasSuffix(want, " ") && err.Error() != name+want {
			t.Errorf("%q:\ngot  %v\nwant %s%s", text, err, name, want)
		}
	}
}

// TestFilesTogether: a file that is written is named for nothing else.
func TestFilesTogether(t *testing.T) {
	for text, want := range map[string]string{
		"state: {file: x}\nledger: {file: x}":                                      `:2:16: ledger.file: DIR/x is state.file, too; want a name of its own`,
		"ledger: {file: ./a/../x}\nstate: {file: x}":                               `:1:16: ledger.file: DIR/x is state.file, too; want a name of its own`,
		"ledger: {file: x}\nstate: {file: x-wal}":                                  `:1:16: ledger.file: DIR/x is in the way of state.file: DIR/x-wal is made beside it; want a name of its own`,
		"ledger: {file: x.new}\nstate: {file: x}":                                  `:1:16: ledger.file: DIR/x.new is made beside state.file; want a name of its own`,
		"ledger: {file: x}\npseudonym_key_file: x.key":                             `:1:16: ledger.file: DIR/x is in the way of pseudonym_key_file: DIR/x.key is made beside it; want a name of its own`,
		"pseudonym_key_file: x\nstate: {file: x}":                                  `:2:15: state.file: DIR/x is pseudonym_key_file, too; want a name of its own`,
		"watchlists: [w, x]\nstate: {file: x}":                                     `:2:15: state.file: DIR/x is watchlists[1], too; want a name of its own`,
		"web: {config_file: x}\nstate: {file: x}":                                  `:2:15: state.file: DIR/x is web.config_file, too; want a name of its own`,
		"state: {file: sigtransit.yaml}":                                           `:1:15: state.file: DIR/sigtransit.yaml is this configuration, too; want a name of its own`,
		"sinks: [{type: file, path: x}]\nstate: {file: x}":                         `:2:15: state.file: DIR/x is sinks[0].path, too; want a name of its own`,
		"sinks: [{type: file, path: a, spill: {directory: x}}]\nledger: {file: x}": `:2:16: ledger.file: DIR/x is sinks[0].spill.directory, too; want a name of its own`,
		"sinks: [{type: file, path: x, spill: {directory: x}}]":                    `:1:50: sinks[0].spill.directory: DIR/x is sinks[0].path, too; want a name of its own`,
		"sinks: [{type: file, path: x}, {type: webhook, url_file: x}]":             `:1:28: sinks[0].path: DIR/x is a file of sinks[1], too; want a name of its own`,
		"sinks: [{type: file, path: x}, {type: file, name: b, path: y}]\nstate: {file: z}\nledger: {file: l}\nwatchlists: [w]\ndetections: [w]": "",
		"sinks: [{type: file, path: /dev/null}]\nstate: {file: /dev/null}":                                                                      "",
	} {
		name := file(t, text+"\n")
		got := ""
		if _, err := Load(name); err != nil {
			got = strings.ReplaceAll(strings.TrimPrefix(err.Error(), name), filepath.Dir(name), "DIR")
		}
		if got != want {
			t.Errorf("%q:\ngot  %v\nwant %s", text, got, want)
		}
	}
	// By another name, too.
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("a", filepath.Join(dir, "b")); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(file(t, "state: {file: "+dir+"/a}\nledger: {file: "+dir+"/b}\n")); err == nil || !strings.Contains(err.Error(), "is state.file, too") {
		t.Errorf("%v", err)
	}
}

// TestExampleHasEveryKey: the example has every key of the configuration, commented out
// or not, and all of it can be read.
func TestExampleHasEveryKey(t *testing.T) {
	text, err := os.ReadFile("../../deploy/config/sigtransit.yaml")
	if err != nil {
		t.Fatal(err)
	}
	all := regexp.MustCompile(`(?m)^( *)# ( *(?:- )?(?:\{.*|[a-z_0-9]+:(?: .*)?))$`).ReplaceAll(text, []byte("$1$2"))
	var tree any
	if err := yaml.Unmarshal(all, &tree); err != nil {
		t.Fatalf("%v in\n%s", err, all)
	}
	var missing []string
	lacks(&missing, "", tree, reflect.TypeFor[form]())
	if len(missing) > 0 {
		t.Errorf("the example lacks %s", strings.Join(missing, ", "))
	}
	// A program stands instead of all else of a filter, and is read.
	all = regexp.MustCompile(`(?m)^ *program_file:.*$`).ReplaceAll(all, nil)
	if _, err := Load(file(t, string(all))); err != nil {
		t.Errorf("%v in\n%s", err, all)
	}
}

// lacks names the keys of a form that a document does not have. Keys of sinks are told of
// beside their type (deploy/README.md).
func lacks(missing *[]string, at string, x any, t reflect.Type) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		if list, ok := x.([]any); ok && len(list) > 0 {
			x = list[0]
		}
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[sink.Form]() {
		return
	}
	m, _ := x.(map[string]any)
	for f := range fieldsOf(t) {
		key := f.Tag.Get("yaml")
		if v, ok := m[key]; ok {
			lacks(missing, at+key+".", v, f.Type)
		} else {
			*missing = append(*missing, at+key)
		}
	}
}

// TestReloadNamesEveryKey: deploy/README.md says of every key whether a reload takes it over.
func TestReloadNamesEveryKey(t *testing.T) {
	text, err := os.ReadFile("../../deploy/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, reload, _ := strings.Cut(string(text), "\n**Reload** takes over ")
	reload, _, ok := strings.Cut(reload, "\n\n")
	for _, key := range Keys() {
		if !strings.Contains(reload, "`"+key) {
			t.Errorf("nothing is said of %s (%v)", key, ok)
		}
	}
}

// TestShippedFiles: the configurations that packages and the container come with.
func TestShippedFiles(t *testing.T) {
	for _, name := range []string{"sigtransit.yaml", "container.yaml"} {
		if _, err := Load("../../deploy/config/" + name); err != nil {
			t.Error(err)
		}
	}
}
