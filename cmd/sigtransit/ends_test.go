package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
