package config

import (
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

func TestLoadRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"privacy: maks\n":                 `:1:10: unknown privacy mode "maks": want mask, pseudonym or clear`,
		"point_codes: hex\n":              `:1:14: unknown form of point codes "hex"; want auto, 3-8-3 or decimal`,
		"# first\nwatchlist: x\n":         `:2:1: unknown key "watchlist"; want one of `,
		"watchlists: x.yaml\n":            `:1:13: string was used where sequence is expected`,
		"builtin_carriers: maybe\n":       `:1:19: "maybe" is no truth value; want true or false`,
		"privacy: [\n":                    `:1:10: `,
		"- a\n- b\n":                      `:1:1: `,
		"privacy: mask\nprivacy: clear\n": `:2:1: `,
		strings.Repeat("#", maxSize+1):    `: has 1048577 octets; want a YAML file of at most 1048576`,
		"privacy: {a: *b}\n":              `:1:`,
		"watchlists: !00 ":                `: is no YAML that can be read; look for a tag`,
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

func FuzzLoad(f *testing.F) {
	f.Add("privacy: mask\nwatchlists: [a]\n")
	f.Add("privacy: [\n")
	f.Fuzz(func(t *testing.T, text string) {
		_, _ = parse(Default(), "x", []byte(text))
	})
}
