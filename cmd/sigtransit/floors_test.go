package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

// floors of the house, lowest first: a package imports only from lower floors.
// decoders share telecom, wire, sigtran and ber, which lie below them.
var floors = [][]string{
	{"decoders/telecom", "decoders/internal/wire", "decoders/internal/sigtran", "decoders/internal/mutate", "decoders/internal/octets", "decoders/ber"},
	{"decoders/"},
	{"pkg/signaling", "pkg/badinput", "pkg/wholefile", "pkg/yamltree"},
	{"pkg/capture", "pkg/reassembly", "pkg/dialogue", "pkg/dictionary", "pkg/synth", "pkg/synth/raex", "pkg/trust", "pkg/partners", "pkg/numbering"},
	{"pkg/dissect", "pkg/capture/live", "pkg/capture/live/livetest", "pkg/roaming", "pkg/ir21"},
	{"rules"},
	{"pkg/exposure"},
	{"pkg/output", "pkg/canary", "pkg/report"},
	{"pkg/sink"},
	{"pkg/config", "pkg/telemetry"},
	{"pkg/pipeline"},
	{"pkg/daemon", "pkg/rulebook"},
	{"cmd/", "pkg/synth/", "deploy/"},
}

func floorOf(pkg string) int {
	for i, prefixes := range floors {
		for _, p := range prefixes {
			if pkg == p || (strings.HasSuffix(p, "/") && strings.HasPrefix(pkg, p)) {
				return i
			}
		}
	}
	return -1
}

// allowed outside packages, by who may use them: what keeps decoders pure and
// gopacket in one place.
func outsideAllowed(pkg, imp string) bool {
	standard := !strings.Contains(strings.Split(imp, "/")[0], ".")
	switch {
	case standard:
		return !(strings.HasPrefix(pkg, "decoders/") && (imp == "log" || imp == "log/slog" || imp == "fmt" || imp == "os" || imp == "net" || imp == "time"))
	case strings.HasPrefix(pkg, "decoders/"):
		return strings.HasPrefix(pkg, "decoders/diameter/internal/") // generators
	case strings.HasPrefix(imp, "github.com/google/gopacket"):
		return pkg == "pkg/capture" || strings.HasPrefix(pkg, "pkg/synth")
	}
	return true
}

func TestFloors(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "sigtransit/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(strings.NewReader(string(out)))
	n := 0
	for {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		n++
		pkg := strings.TrimPrefix(p.ImportPath, "sigtransit/")
		floor := floorOf(pkg)
		if floor < 0 {
			t.Errorf("%s stands on no floor: add it to the list in this test and to DESIGN.md", pkg)
			continue
		}
		for _, imp := range p.Imports {
			inside, ok := strings.CutPrefix(imp, "sigtransit/")
			if !ok {
				if !outsideAllowed(pkg, imp) {
					t.Errorf("%s must not import %s", pkg, imp)
				}
				continue
			}
			if f := floorOf(inside); f >= floor && !(floor == 0 && inside == "decoders/internal/wire") {
				t.Errorf("%s (floor %d) imports %s (floor %d)", pkg, floor, inside, f)
			}
		}
	}
	if n < 15 {
		t.Errorf("only %d packages were looked at", n)
	}
}
