package config

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"sigtransit/pkg/output"
)

func file(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "sigtransit.yaml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestLoad(t *testing.T) {
	name := file(t, `privacy: pseudonym
pseudonym_key_file: keys/pseudonym.key
point_codes: decimal
watchlists: [a.yaml, /etc/b.yaml]
detections:
  - c.yaml
dictionaries: [d.xml]
builtin_carriers: false
include_withdrawn: true
`)
	dir := filepath.Dir(name)
	want := Default()
	want.Privacy, want.PseudonymKeyFile, want.PointCodes = output.Pseudonym, dir+"/keys/pseudonym.key", output.PointCodeDecimal
	want.Watchlists, want.Detections, want.Dictionaries = []string{dir + "/a.yaml", "/etc/b.yaml"}, []string{dir + "/c.yaml"}, []string{dir + "/d.xml"}
	want.BuiltinCarriers, want.IncludeWithdrawn = false, true
	got, err := Load(name)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v\nwant %+v", got, err, want)
	}
}

func TestLoadKeepsDefaults(t *testing.T) {
	for _, text := range []string{"", "# nothing but a comment\n", "privacy: mask\n"} {
		if got, err := Load(file(t, text)); err != nil || !reflect.DeepEqual(got, Default()) {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
}

// TestWholeNumbers: in the forms that YAML has, and in quotes.
func TestWholeNumbers(t *testing.T) {
	for _, n := range []string{"16", "'16'", "0x10", "0o20", "+16", "1_6"} {
		if got, err := Load(file(t, "capture: {workers: "+n+"}\nnetwork_indicators: {0x2: china}\n")); err != nil || got.Capture.Workers != 16 || !got.Networks[2].Set {
			t.Errorf("%s: %d, %v", n, got.Capture.Workers, err)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"privacy: maks\n":                                     `:1:10: unknown privacy mode "maks": want mask, pseudonym or clear`,
		"point_codes: hex\n":                                  `:1:14: unknown form of point codes "hex"; want auto, 3-8-3 or decimal`,
		"# first\nwatchlist: x\n":                             `:2:1: unknown key "watchlist"; want one of `,
		"watchlists: x.yaml\n":                                `:1:13: watchlists: "x.yaml" is no list; want a list, one item a line after a dash`,
		"builtin_carriers: maybe\n":                           `:1:19: builtin_carriers: "maybe" is no truth value; want true or false`,
		"privacy: [\n":                                        `:1:10: `,
		"- a\n- b\n":                                          `:1:1: `,
		"privacy: mask\nprivacy: clear\n":                     `:2:1: `,
		strings.Repeat("#", maxSize+1):                        `: has 1048577 octets; want a YAML file of at most 1048576`,
		"privacy: {a: *b}\n":                                  `:1:`,
		"capture: {workers: 1.5}\n":                           `:1:20: capture.workers: "1.5" is no whole number; want a whole number`,
		"capture: {workers: '0x2'}\n":                         `:1:20: capture.workers: "0x2" is no whole number; want a whole number`,
		"web: &x {pprof: 7}\nlog: *x\n":                       `:1:17: web.pprof: "7" is no truth value; want true or false`,
		"privacy: [mask]\n":                                   `:1:10: privacy: a list is no text; want text`,
		"privacy: mask\n---\nweb: {}\n":                       `:2:1: a second document begins here; want one, for nothing of this would be read`,
		"home:\n\tplmns: [001-01]\n":                          `:2:1: a tab stands here; indent with blanks`,
		"ledger: {file: x, max_rows: 99999999999999999999}\n": `:1:29: ledger.max_rows: 99999999999999999999 is too large a number; want a smaller one`,
		"watchlists: !00 ":                                    `: is no YAML that can be read; look for a tag`,
	} {
		name := file(t, text)
		_, err := Load(name)
		if err == nil || !strings.HasPrefix(err.Error(), name+want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%.40q: %v\nwant one line with %s%s", text, err, name, want)
		}
	}
	if _, err := Load(t.TempDir()); err == nil || !strings.Contains(err.Error(), "is a directory; want a YAML file") {
		t.Errorf("a directory: %v", err)
	}
}

// TestLoadTellsAll: every mistake of a file is told, in the order of its lines, and none
// that is only what comes of another one.
func TestLoadTellsAll(t *testing.T) {
	for text, want := range map[string]string{
		"stats_interval: bad\npoint_codes: bad\nprivacy: bad\n": `1:17: "bad" is no time; want a number with a unit: "30s", "1m", "24h"
2:14: unknown form of point codes "bad"; want auto, 3-8-3 or decimal
3:10: unknown privacy mode "bad": want mask, pseudonym or clear`,
		// The values of a part that has another form are not looked at.
		"wat: 1\nledger: {hours: x, rows: 7}\nprivacy: bad\n": `1:1: unknown key "wat"; want one of ` + strings.Join(Keys(), ", ") + `
2:20: unknown key "rows"; want one of file, hours, retention, max_rows
3:10: unknown privacy mode "bad": want mask, pseudonym or clear`,
		"network_indicators: [china]\nhome: {plmns: [001], point_codes: [\"2:255-255-255\"]}\n": `1:21: network_indicators: a list is no mapping; want keys and values
2:16: "001": want a PLMN as MCC-MNC, for example 001-01 or 310-410`,
		"home: {gt_prefixes: [x, 41, y]}\nweb: {listen: [a, \":9810\", b]}\nlog: {level: loud, format: xml}\n": `1:22: "x": want the first digits of an international number, country code first, at most 15
1:29: "y": want the first digits of an international number, country code first, at most 15
2:16: "a" is no address with a port; want ":9810" or "127.0.0.1:9810"
2:28: "b" is no address with a port; want ":9810" or "127.0.0.1:9810"
3:14: unknown level "loud"; want debug, info, warn or error
3:28: unknown format "xml"; want text or json`,
		"canaries: [{name: A, id: 1}, {name: b, id: 100}]\nlinks: [{ports: [0]}, {name: x, mtp: etsi, peers: [y]}]\n": `1:19: "A" is no name of a canary; want 1 to 32 of a-z, 0-9, hyphen and underscore
1:44: 100 is out of range; want 0 to 99
2:9: a link without a name; want name: and a word for it
2:18: no port 0; want 1 to 65535
2:38: unknown variant "etsi"; want one of itu, ansi, china, japan
2:52: "y": want an IP prefix or address, for example 192.0.2.0/24 or 2001:db8::1`,
		"sinks: [{type: file, path: a, rotate: {size: 1}, sync: x}, {type: stdout, format: xml}]\n": `1:46: "1" is no size; want a number with a unit: "512KiB", "64MiB", "2GiB"
1:56: "x" is no policy; want never, always or a time from 1ms to 1h such as "5s"
1:83: unknown format "xml"; want json or cef`,
	} {
		name := file(t, text)
		_, err := Load(name)
		if err == nil || strings.ReplaceAll(err.Error(), name+":", "") != want {
			t.Errorf("%q\ngot:\n%v\nwant:\n%s", text, err, want)
		}
	}
}

// TestByteOrderMark: an editor's mark before the first key is none of it.
func TestByteOrderMark(t *testing.T) {
	if got, err := Load(file(t, "\ufeffprivacy: clear\n")); err != nil || got.Privacy != output.Clear {
		t.Errorf("%v, %v", got.Privacy, err)
	}
}

// TestFilesLookedAt: files that the caller reads have to be there, and folders of those
// that it writes; of others nothing is asked.
func TestFilesLookedAt(t *testing.T) {
	name := file(t, `watchlists: [there.yaml, no.yaml]
detections: [.]
exceptions:
  - no.yaml
dictionaries: [no.xml]
partners: [no.json]
pseudonym_key_file: no.key
web: {config_file: no.yaml}
sinks: [{type: file, path: .}, {type: file, name: b, path: no/findings.jsonl}, {type: file, name: c, path: there.yaml/x}]
state: {file: no/state.json}
ledger: {file: ledger}
`)
	dir := filepath.Dir(name)
	if err := os.WriteFile(filepath.Join(dir, "there.yaml"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	judging := `1:26: watchlists[1]: DIR/no.yaml: no such file
2:14: detections[0]: DIR: is a directory; want the name of a file
4:5: exceptions[0]: DIR/no.yaml: no such file
5:16: dictionaries[0]: DIR/no.xml: no such file
6:12: partners[0]: DIR/no.json: no such file`
	running := judging + `
7:21: pseudonym_key_file: DIR/no.key: no such file
8:20: web.config_file: DIR/no.yaml: no such file
9:28: sinks[0].path: DIR: is a directory; want the name of a file
9:60: sinks[1].path: DIR/no/findings.jsonl: there is no folder DIR/no
9:108: sinks[2].path: DIR/there.yaml/x: DIR/there.yaml is no folder`
	rehearsing := running + "\n10:15: state.file: DIR/no/state.json: there is no folder DIR/no"
	for _, x := range []struct {
		reads []string
		want  string
	}{{nil, "<nil>"}, {Judging, judging}, {Running, running}, {Rehearsing, rehearsing}} {
		_, err := Load(name, x.reads...)
		if got := strings.NewReplacer(name+":", "", dir, "DIR").Replace(fmt.Sprint(err)); got != x.want {
			t.Errorf("%q\ngot:\n%s\nwant:\n%s", x.reads, got, x.want)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("privacy: mask\nwatchlists: [a]\n")
	f.Add("privacy: [\n")
	f.Fuzz(func(t *testing.T, text string) {
		_, _ = parse("x", []byte(text), Judging)
	})
}
