package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigtransit/pkg/config"
)

// demo is the bundled capture.
const demo = "../../testdata/interconnect-demo/input.pcapng"

// invoke runs the program as a shell would.
func invoke(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(args, strings.NewReader(stdin), &out, &errs)
	return code, out.String(), errs.String()
}

func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestBadInput: one line that says where and what would be right, and the exit
// code: 2 for the command line and configuration, 1 for data.
func TestBadInput(t *testing.T) {
	capture, err := os.ReadFile(demo)
	if err != nil {
		t.Fatal(err)
	}
	carriers := func(identifier string) string {
		return "carriers:\n  - id: a\n    name: A\n    identifiers:\n      - " + identifier + "\n"
	}
	tests := []struct {
		name string
		file string // content; its path replaces FILE in args and want
		args []string
		code int
		want string // all of stderr
	}{
		{"not a capture", "hello\n", []string{"replay", "FILE"}, 1, "sigtransit: capture: FILE: not a capture file (first octets 68656c6c); want pcap or pcapng, optionally gzip or zstd\n"},
		{"empty file", "", []string{"replay", "FILE"}, 1, "sigtransit: capture: FILE: empty file; want pcap or pcapng, optionally gzip or zstd\n"},
		{"header cut off", string(capture[:10]), []string{"replay", "FILE"}, 1, "sigtransit: capture: FILE: file header cut off (10 of 28 octets of a pcapng header); want pcap or pcapng, optionally gzip or zstd\n"},
		{"directory", "", []string{"replay", "."}, 1, "sigtransit: capture: .: is a directory; want a file: pcap or pcapng, optionally gzip or zstd\n"},
		{"no such file", "", []string{"replay", "FILE.not"}, 1, "sigtransit: capture: FILE.not: no such file or directory\n"},
		{"no file named", "", []string{"replay"}, 2, "sigtransit: replay: name at least one capture file, or - for standard input (see sigtransit replay --help)\n"},
		{"standard input twice", "", []string{"replay", "-", "-"}, 2, "sigtransit: standard input (-) is named more than once\n"},
		{"unknown flag", "", []string{"replay", "--bogus", "FILE"}, 2, "sigtransit: unknown flag: --bogus (see sigtransit replay --help)\n"},
		{"help for no command", "", []string{"help", "rules", "bogus"}, 2, "sigtransit: help: there is no command \"rules bogus\" (see sigtransit help --help)\n"},
		{"unknown command", "", []string{"bogus"}, 2, "sigtransit: unknown command \"bogus\" for \"sigtransit\"\n"},
		{"unknown severity", "", []string{"replay", "--fail-on=hgh", "FILE"}, 2, "sigtransit: --fail-on: unknown severity \"hgh\": want one of info, low, medium, high, critical\n"},
		{"unknown privacy", "", []string{"replay", "--privacy=x", "FILE"}, 2, "sigtransit: --privacy: unknown privacy mode \"x\": want mask, pseudonym or clear\n"},
		{"unknown format", "", []string{"replay", "--format=xml", "FILE"}, 2, "sigtransit: --format: unknown format \"xml\": want json, table or summary\n"},
		{"short key", "secret\n", []string{"replay", "--pseudonym-key=FILE", demo}, 2, "sigtransit: key file FILE, line 1: the key is too short: want 32 octets or more (make one with: openssl rand -hex 32)\n"},
		{"no place for results", "", []string{"replay", "-o", "FILE/x", demo}, 2, "sigtransit: --output: open FILE/x: not a directory\n"},
		{"full disk", "", []string{"replay", "-o", "/dev/full", demo}, 1, "sigtransit: writing results: write /dev/full: no space left on device\n"},
		{"capture not overwritten", "x", []string{"synth", "FILE"}, 2, "sigtransit: cannot make the capture: open FILE: file exists\n"},

		{"dictionary: not XML", "x", []string{"check", "--dictionary", "FILE"}, 2, "sigtransit: FILE:1: no <diameter> in it; want an XML dictionary\n"},
		{"dictionary: bad use", "<diameter><application id=\"16778002\">\n<avp name=\"X\" code=\"1\" vendor-id=\"99998\"><data type=\"Text\"/></avp></application></diameter>", []string{"replay", "--dictionary", "FILE", demo}, 2, "sigtransit: FILE:2: type=\"Text\" is none of RFC 6733 4.2 to 4.4\n"},
		{"dictionary: named in the configuration", "dictionaries: [file.none.xml]\n", []string{"check", "-c", "FILE"}, 2, "sigtransit: FILE:1:16: dictionaries[0]: FILE.none.xml: no such file\n"},

		{"configuration: not YAML", "privacy: [\n", []string{"check", "-c", "FILE"}, 2, "sigtransit: FILE:1:10: sequence end token ']' not found\n"},
		{"configuration: unknown key", "privacy: mask\nwatchlist: [x]\n", []string{"check", "-c", "FILE"}, 2, "sigtransit: FILE:2:1: unknown key \"watchlist\"; want one of " + strings.Join(config.Keys(), ", ") + "\n"},
		{"configuration: too deep", "watchlists: " + strings.Repeat("[", 100_000), []string{"check", "-c", "FILE"}, 2, "sigtransit: FILE:1:77: lists and mappings stand more than 64 deep in each other\n"},
		{"configuration: bad word", "privacy: maks\n", []string{"check", "-c", "FILE"}, 2, "sigtransit: FILE:1:10: unknown privacy mode \"maks\": want mask, pseudonym or clear\n"},
		{"configuration: bad type", "builtin_carriers: maybe\n", []string{"check", "-c", "FILE"}, 2, "sigtransit: FILE:1:19: builtin_carriers: \"maybe\" is no truth value; want true or false\n"},
		{"configuration: a sink", "sinks:\n  - type: file\n    path: findings.jsonl\n    rotate: {size: 1MB}\n", []string{"check", "-c", "FILE"}, 2, "sigtransit: FILE:4:20: \"1MB\" is no size; want a number with a unit: \"512KiB\", \"64MiB\", \"2GiB\"\n"},
		{"configuration: a link of nobody", "builtin_carriers: false\nlinks:\n  - {name: hk-1, ports: [2905], carrier: pccw}\ncanaries: [{name: tap, id: 7}]\n", []string{"check", "-c", "FILE"}, 2, "sigtransit: FILE:3:42: link \"hk-1\": no carrier \"pccw\"; want one of canary\n"},
		{"configuration: missing", "", []string{"check", "-c", "FILE.not"}, 2, "sigtransit: FILE.not: no such file or directory\n"},

		{"carriers: unknown key", "carriers:\n  - id: a\n    nam: x\n", []string{"check", "--watchlist", "FILE"}, 2, "sigtransit: FILE:3:5: carrier: unknown key \"nam\", want one of id, name, aliases, match_names, group, headquarters, jurisdiction, replace, watched, basis, asns, identifiers, note\n"},
		{"carriers: bad point code", carriers("{type: point_code, value: 9-106-6}"), []string{"check", "--watchlist", "FILE"}, 2, "sigtransit: FILE:5:35: point_code: \"9-106-6\", want a point code as zone-network-point (0-7, 0-255, 0-7), decimal or 0x hex, or zone-network for the eight codes of a signalling area\n"},
		{"carriers: bad GT prefix", carriers("{type: gt_prefix, value: 35x}"), []string{"check", "--watchlist", "FILE"}, 2, "sigtransit: FILE:5:34: gt_prefix: \"35x\", want the first 1 to 15 digits of an international number without + or 00, for example 35699\n"},
		{"carriers: bad IP prefix", carriers("{type: ip_prefix, value: 203.0.113.0/33}"), []string{"check", "--watchlist", "FILE"}, 2, "sigtransit: FILE:5:34: ip_prefix: \"203.0.113.0/33\", want an IP prefix or address, for example 192.0.2.0/24 or 2001:db8::/32\n"},
		{"carriers: too deep", "carriers: " + strings.Repeat("{a: ", 100_000), []string{"check", "--watchlist", "FILE"}, 2, "sigtransit: FILE:1:267: not YAML: lists and mappings stand more than 64 deep in each other\n"},
		{"detections: too deep", "detections: " + strings.Repeat("{a: ", 100_000), []string{"check", "--detections", "FILE"}, 2, "sigtransit: FILE:1:269: not YAML: lists and mappings stand more than 64 deep in each other\n"},
		{"exceptions: too deep", "exceptions: " + strings.Repeat("{a: ", 100_000), []string{"check", "--exceptions", "FILE"}, 2, "sigtransit: FILE:1:269: not YAML: lists and mappings stand more than 64 deep in each other\n"},
		{"tests: too deep", strings.Repeat("- ", 100_000), []string{"rules", "test", "FILE"}, 2, "sigtransit: FILE:1:129: not YAML: lists and mappings stand more than 64 deep in each other\n"},
		{"carriers: a directory", "", []string{"check", "--watchlist", "."}, 2, "sigtransit: .: cannot be read: is a directory; want a file\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := write(t, "file", tt.file)
			args := make([]string, len(tt.args))
			for i, a := range tt.args {
				args[i] = strings.ReplaceAll(a, "FILE", path)
			}
			code, _, stderr := invoke(t, "", args...)
			if code != tt.code {
				t.Errorf("exit code %d, want %d", code, tt.code)
			}
			if want := strings.ReplaceAll(tt.want, "FILE", path); stderr != want {
				t.Errorf("stderr:\n%s\nwant:\n%s", stderr, want)
			}
		})
	}
}

func TestCheckDictionary(t *testing.T) {
	code, stdout, stderr := invoke(t, "", "check", "--dictionary", "../../deploy/dictionaries/example.xml")
	if code != 0 || stderr != "" || !strings.HasSuffix(stdout, ", dictionaries with 4 AVPs and 1 commands\n") {
		t.Errorf("exit code %d, stdout %q, stderr %q", code, stdout, stderr)
	}
}

// TestCheckSinks: check opens no sink, and looks at the files with secrets.
func TestCheckSinks(t *testing.T) {
	token := write(t, "token", "0123\n")
	conf := write(t, "c.yaml", "sinks:\n  - type: file\n    path: findings.jsonl\n  - type: webhook\n    url: https://192.0.2.1/\n    bearer_token_file: "+token+"\n")
	code, stdout, stderr := invoke(t, "", "check", "-c", conf)
	if code != 0 || !strings.HasPrefix(stdout, "ok: ") || stderr != "" {
		t.Errorf("%d %q %q", code, stdout, stderr)
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(conf), "findings.jsonl")); err == nil {
		t.Error("check made a file")
	}
	if err := os.Chmod(token, 0o644); err != nil {
		t.Fatal(err)
	}
	code, _, stderr = invoke(t, "", "check", "-c", conf)
	if want := "sigtransit: warning: sink webhook: " + token + " can be read by others"; code != 0 || !strings.HasPrefix(stderr, want) {
		t.Errorf("%d %q", code, stderr)
	}
	if err := os.Remove(token); err != nil {
		t.Fatal(err)
	}
	code, _, stderr = invoke(t, "", "check", "-c", conf)
	if want := "sigtransit: sink webhook: stat " + token + ": no such file or directory\n"; code != 2 || stderr != want {
		t.Errorf("%d %q", code, stderr)
	}
}

func TestDuplicateCarrierNamesBothPlaces(t *testing.T) {
	one := write(t, "one.yaml", "carriers:\n  - {id: a, name: A, identifiers: [{type: plmn, value: 999-99}]}\n  - {id: a, name: B, identifiers: [{type: plmn, value: 999-98}]}\n")
	code, _, stderr := invoke(t, "", "check", "--watchlist", one)
	if code != 2 || !strings.Contains(stderr, one+":3:") || strings.Count(stderr, "\n") != 1 {
		t.Errorf("exit code %d, stderr %q", code, stderr)
	}
}

// TestCutFile: what is there is used, a warning says what is not.
func TestCutFile(t *testing.T) {
	b, err := os.ReadFile(demo)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{len(b) / 2, len(b)/2 + 1, len(b) - 3} {
		code, stdout, stderr := invoke(t, "", "replay", write(t, "cut.pcapng", string(b[:n])))
		if code != 0 || stderr != "" {
			t.Errorf("cut at %d: exit code %d, stderr %q", n, code, stderr)
		}
		if !strings.Contains(stdout, `"event_type":"warning"`) || !strings.Contains(stdout, `"event_type":"finding"`) || !strings.Contains(stdout, `"event_type":"stats"`) {
			t.Errorf("cut at %d: no warning, finding or stats event in\n%.500s", n, stdout)
		}
	}
}

func TestExitCodes(t *testing.T) {
	for _, tt := range []struct {
		args []string
		code int
	}{
		{[]string{"replay", demo}, 0},
		{[]string{"replay", "--fail-on=critical", demo}, 3},
		{[]string{"replay", "--fail-on=critical", "--no-builtin-carriers", demo}, 0},
		{[]string{"check"}, 0},
		{[]string{"version"}, 0},
		{[]string{"completion", "bash"}, 0},
		{nil, 0},
	} {
		if code, _, stderr := invoke(t, "", tt.args...); code != tt.code {
			t.Errorf("%v: exit code %d, want %d; %s", tt.args, code, tt.code, stderr)
		}
	}
}

// TestOneBadFileOfSeveral: the others are read, and the exit code says that one
// was not.
func TestOneBadFileOfSeveral(t *testing.T) {
	code, stdout, stderr := invoke(t, "", "replay", write(t, "bad", "hello"), demo)
	if code != 1 || !strings.Contains(stdout, `"event_type":"finding"`) || !strings.Contains(stderr, "not a capture file") {
		t.Errorf("exit code %d, stderr %q, %d octets of results", code, stderr, len(stdout))
	}
}

func TestStandardInput(t *testing.T) {
	b, err := os.ReadFile(demo)
	if err != nil {
		t.Fatal(err)
	}
	_, file, _ := invoke(t, "", "replay", "--pseudonym-key=../../testdata/pseudonym.key", demo)
	code, stdin, stderr := invoke(t, string(b), "replay", "--pseudonym-key=../../testdata/pseudonym.key", "-")
	if code != 0 || stderr != "" {
		t.Fatalf("exit code %d, stderr %q", code, stderr)
	}
	lines := func(s, source string) []string {
		all := strings.Split(strings.ReplaceAll(s, `"source":"`+source+`",`, ""), "\n")
		return all[:len(all)-2] // without stats, whose time differs
	}
	if a, b := strings.Join(lines(file, demo), "\n"), strings.Join(lines(stdin, "-"), "\n"); a != b {
		t.Errorf("a file and standard input give different results:\n%.300s\n%.300s", a, b)
	}
}

func TestOutputFileAndMetricsFile(t *testing.T) {
	dir := t.TempDir()
	out, metrics := filepath.Join(dir, "out.jsonl"), filepath.Join(dir, "metrics.prom")
	code, stdout, stderr := invoke(t, "", "replay", "-o", out, "--metrics-file", metrics, demo)
	if code != 0 || stdout != "" || stderr != "" {
		t.Fatalf("exit code %d, stdout %q, stderr %q", code, stdout, stderr)
	}
	b, err := os.ReadFile(out)
	if err != nil || !bytes.Contains(b, []byte(`"event_type":"finding"`)) {
		t.Errorf("%v: no findings in %s", err, out)
	}
	m, err := os.ReadFile(metrics)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"sigtransit_capture_frames_total ", `sigtransit_findings_total{rule="authentication-in-clear",severity="critical"} `,
		`sigtransit_messages_total{kind="invoke",operation="updateLocation",protocol="map"} `, `sigtransit_build_info{`} {
		if !strings.Contains(string(m), want) {
			t.Errorf("%s is not among the metrics", want)
		}
	}
}
