package numbering

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"sigtransit/decoders/telecom"
)

// TestTsharkCodes holds the countries of codes to those that tshark names. It has the
// names of the ITU's lists, not codes, and not the newest: a name must always go with
// the same of our countries, and what it names must be known.
func TestTsharkCodes(t *testing.T) {
	bin, err := exec.LookPath("tshark")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("tshark is not installed: CI must hold the tables to its lists")
		}
		t.Skip("tshark is not installed: the tables cannot be held to its lists")
	}
	out, err := exec.Command(bin, "-G", "values").Output()
	if err != nil {
		t.Fatal(err)
	}
	// What it has for each of its fields: the country that we have for a code of it.
	fields := map[string]func(code uint64) (iso string, ok bool){
		"e164.country_code": func(code uint64) (string, bool) {
			return CountryOfGT(telecom.MustDigits(strconv.FormatUint(code, 10)))
		},
		"e212.mcc":  func(code uint64) (string, bool) { return CountryOfMCC(uint16(min(code, 65535))) },
		"q708.sanc": func(code uint64) (string, bool) { return CountryOfPointCode(telecom.PointCode(code << 3)) },
	}
	// Codes that were withdrawn since: the European Telephony Numbering Space, a trial.
	withdrawn := map[string]bool{"e164.country_code 388": true, "e164.country_code 991": true}
	type name struct{ field, text string }
	ours := map[name]string{}
	compared := map[string]int{}
	for s := bufio.NewScanner(bytes.NewReader(out)); s.Scan(); {
		f := strings.Split(s.Text(), "\t") // V, field, value, text
		if len(f) != 4 || f[0] != "V" || fields[f[1]] == nil {
			continue
		}
		code, err := strconv.ParseUint(f[2], 10, 16)
		if err != nil || f[1] == "e212.mcc" && code == 1665 { // "Unset" of its own
			continue
		}
		iso, ok := fields[f[1]](code)
		text := strings.ToLower(f[3])
		unassigned := strings.HasPrefix(text, "unassigned") || strings.HasPrefix(text, "spare") || strings.HasPrefix(text, "reserved")
		if ok && unassigned || withdrawn[fmt.Sprintf("%s %d", f[1], code)] {
			continue // assigned or withdrawn since
		}
		if ok == unassigned {
			t.Errorf("%s %d %q: %q, %v", f[1], code, f[3], iso, ok)
			continue
		}
		if unassigned {
			continue
		}
		compared[f[1]]++
		if first, seen := ours[name{f[1], f[3]}]; seen && first != iso {
			t.Errorf("%s %d %q is %q here and %q elsewhere", f[1], code, f[3], iso, first)
		}
		ours[name{f[1], f[3]}] = iso
	}
	for f, least := range map[string]int{"e164.country_code": 200, "e212.mcc": 230, "q708.sanc": 1000} {
		if compared[f] < least {
			t.Errorf("%d codes of %s compared, want %d or more", compared[f], f, least)
		}
	}
}
