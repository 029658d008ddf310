package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"sigtransit/pkg/report"
)

// TestHubIsNoPartner: messages of a hub whose number lies in a partner's range count for
// that partner until a carrier file says whose the number is.
func TestHubIsNoPartner(t *testing.T) {
	const dir = "../../testdata/roaming/"
	conf, err := os.ReadFile(dir + "config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var without string
	for line := range strings.Lines(string(conf)) {
		if !strings.HasPrefix(line, "watchlists:") {
			without += line
		}
	}
	file := filepath.Join(t.TempDir(), "config.yaml")
	partners, err := filepath.Abs(dir + "partners.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(without, "[partners.json]", "["+partners+"]", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		conf                 string
		alpha, beta, unknown uint64
	}{
		{file, 16, 10, 2},
		{dir + "config.yaml", 12, 10, 6}, // frames 27, 28, 31 and 32 are the hub's
	} {
		code, stdout, stderr := invoke(t, "", "report", "--config", tt.conf, "--format", "json", dir+"input.pcapng")
		if code != 0 {
			t.Fatalf("exit code %d, %s", code, stderr)
		}
		var d report.Data
		if err := json.Unmarshal([]byte(stdout), &d); err != nil {
			t.Fatal(err)
		}
		got := map[string]uint64{}
		for _, p := range d.Partners {
			got[p.Name] = p.Messages
		}
		if got["Alpha Mobile"] != tt.alpha || got["Beta Cellular"] != tt.beta || got["Partner unknown"] != tt.unknown {
			t.Errorf("%s: %v, want %d, %d and %d", tt.conf, got, tt.alpha, tt.beta, tt.unknown)
		}
	}
}

// TestClashesOnce: what two partners claim is told once, by import and check alike, with
// both places; ranges within each other, which operators without a network of their own
// have, by import alone.
func TestClashesOnce(t *testing.T) {
	dir := t.TempDir()
	write := func(name, id, plmn, gt string) string {
		file := filepath.Join(dir, name)
		text := `{"format":"sigtransit-partners","version":1,"partners":[` + "\n" +
			`{"id":"` + id + `","plmns":["` + plmn + `"],"gts":[{"first":"` + gt + `"},{"first":"99973"}],"realms":["x.example.net"]}` + "\n]}\n"
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	a, b := write("a.json", "XXAAA", "999-71", "99971"), write("b.json", "XXBBB", "999-71", "999715")
	code, imported, stderr := invoke(t, "", "ir21", "import", "-o", filepath.Join(dir, "out.json"), a, b)
	if code != 0 || stderr != "" {
		t.Fatalf("import: exit code %d, %s", code, stderr)
	}
	code, _, checked := invoke(t, "", "check", "--home", "999-70", "--partners", a, "--partners", b)
	if code != 0 {
		t.Fatalf("check: exit code %d, %s", code, checked)
	}
	first, second := "XXAAA ("+a+":2)", "XXBBB ("+b+":2)"
	for _, clash := range []struct {
		text            string
		import_, check_ int
	}{
		{"network 999-71 is both of " + first + " and of " + second + ": it counts as that of " + first + "\n", 1, 1},
		{"realm x.example.net is both of " + first + " and of " + second, 1, 1},
		{"numbers 99973 are both of " + first + " and of " + second + ": what both have counts as that of " + first + "\n", 1, 1},
		{"numbers 999715 of " + second + " lie in 99971 of " + first + ": what both have counts as that of " + second, 1, 0},
	} {
		if i, c := strings.Count(imported, clash.text), strings.Count(checked, clash.text); i != clash.import_ || c != clash.check_ {
			t.Errorf("%q: %d times by import, %d by check\n%s\n%s", clash.text, i, c, imported, checked)
		}
	}
	if n := strings.Count(checked, "warning: "); n != 3 {
		t.Errorf("%d warnings:\n%s", n, checked)
	}
}

// TestIR21Flags: help, manual and completion of the commands offer what has a meaning
// there and nothing else.
func TestIR21Flags(t *testing.T) {
	for name, want := range map[string]string{
		"import": "config help no-builtin-carriers output quiet verbose watchlist",
		"diff":   "config fail-on-watchlisted format help no-builtin-carriers watchlist",
	} {
		c, _, err := (&env{}).root().Find([]string{"ir21", name})
		if err != nil {
			t.Fatal(err)
		}
		c.InitDefaultHelpFlag()
		var have []string
		c.Flags().VisitAll(func(f *pflag.Flag) { have = append(have, f.Name) })
		if got := strings.Join(have, " "); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
		_, completed, _ := invoke(t, "", "__complete", "ir21", name, "--")
		for _, flag := range []string{"--home", "--partners", "--detections", "--exceptions", "--dictionary", "--include-withdrawn"} {
			if strings.Contains(completed, flag+"\t") {
				t.Errorf("%s: %s is offered", name, flag)
			}
			if code, _, stderr := invoke(t, "", "ir21", name, flag+"=x", "a", "b"); code != exitUsage || !strings.Contains(stderr, "unknown flag: "+flag) {
				t.Errorf("%s %s: exit code %d, %s", name, flag, code, stderr)
			}
		}
		for _, flag := range strings.Fields(want) {
			if !strings.Contains(completed, "--"+flag+"\t") {
				t.Errorf("%s: --%s is not offered in\n%s", name, flag, completed)
			}
		}
	}
}

// TestImportBeforePartners: a configuration that names the partner file to be made does
// not stop its making.
func TestImportBeforePartners(t *testing.T) {
	dir := t.TempDir()
	conf := filepath.Join(dir, "config.yaml")
	text := "partners: [partners.json]\nwatchlists: [carriers.yaml]\nbuiltin_carriers: false\n"
	for name, data := range map[string]string{"config.yaml": text, "carriers.yaml": "carriers:\n  - {id: madeup, name: Madeup Wholesale}\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	code, stdout, stderr := invoke(t, "", "ir21", "import", "-c", conf, irDocuments, "-o", filepath.Join(dir, "partners.json"))
	if code != 0 || stderr != "" || !strings.Contains(stdout, "carriers       1 known one declared") {
		t.Fatalf("exit code %d, %s%s", code, stderr, stdout)
	}
	if code, _, stderr := invoke(t, "", "check", "-c", conf); code != 0 {
		t.Errorf("check: exit code %d, %s", code, stderr)
	}
}
