package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"sigtransit/pkg/partners"
	"sigtransit/pkg/report"
	"sigtransit/pkg/synth/raex"
)

// The bundled set of fictional operators.
const (
	irDocuments = "../../testdata/ir21/documents"
	operators   = "../../testdata/ir21/operators.tsv"
	answer      = "../../testdata/ir21/answer.tsv"
)

// importBundled imports the bundled set.
func importBundled(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "partners.json")
	code, stdout, stderr := invoke(t, "", "ir21", "import", irDocuments, "-o", file)
	if code != 0 || stderr != "" {
		t.Fatalf("exit code %d, stderr %q", code, stderr)
	}
	for _, want := range []string{"documents      69 read, 0 refused\n", "partners       70 networks of 69 operators in 40 countries\n",
		"numbers        70 PLMNs, 70 global title ranges\n", "carriers       5 known ones declared, 8 names of others\n", "      39  Madeup Wholesale\n"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q in\n%s", want, stdout)
		}
	}
	return file
}

// TestImportTruth: of each network of the bundled set exactly those carriers, services
// and uses are found that its row says.
func TestImportTruth(t *testing.T) {
	f, err := os.Open(operators)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	networks, err := raex.ReadTable(f)
	if err != nil {
		t.Fatal(err)
	}
	imported, err := partners.Load(importBundled(t))
	if err != nil {
		t.Fatal(err)
	}
	byID := map[string]*partners.Partner{}
	for _, p := range imported.Partners {
		byID[p.ID] = p
	}
	for _, n := range networks {
		p := byID[n.TADIG]
		if p == nil {
			t.Errorf("%s is missing", n.TADIG)
			continue
		}
		var got []string
		for _, d := range p.Carriers {
			for _, id := range d.Carriers {
				got = append(got, fmt.Sprintf("%s:%v:%v", id, d.Service, d.Use))
			}
		}
		slices.Sort(got)
		if got = slices.Compact(got); !slices.Equal(got, n.Truth) {
			t.Errorf("%s: %q, want %q", n.TADIG, got, n.Truth)
		}
		if p.Sender != n.Sender || p.Name != n.Name || len(p.PLMNs) != 1 || p.PLMNs[0].String() != n.MCC+"-"+n.MNC {
			t.Errorf("%s: sender %s, name %s, PLMNs %v", n.TADIG, p.Sender, p.Name, p.PLMNs)
		}
	}
	if len(networks) != len(imported.Partners) {
		t.Errorf("%d partners, want %d", len(imported.Partners), len(networks))
	}
}

// TestDeclaredAnswer: the count of operators and countries over the five carriers is
// the known answer, from the documents and from the partner file of their import.
func TestDeclaredAnswer(t *testing.T) {
	b, err := os.ReadFile(answer)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for line := range strings.Lines(string(b)) {
		if !strings.HasPrefix(line, "#") {
			want = append(want, strings.TrimSuffix(line, "\n"))
		}
	}
	for _, from := range []string{irDocuments, importBundled(t)} {
		code, stdout, stderr := invoke(t, "", "report", "--declared", "--format", "json", from)
		if code != 0 || stderr != "" {
			t.Fatalf("exit code %d, stderr %q", code, stderr)
		}
		var d report.Declared
		if err := json.Unmarshal([]byte(stdout), &d); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range d.Over {
			sum := func(u report.DeclaredUses) int { return u.Primary + u.Backup + u.LoadSharing + u.Unknown }
			got = append(got, fmt.Sprintf("%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d", c.Carrier, c.Operators, c.Countries,
				c.SS7.Primary, c.SS7.Backup, c.SS7.LoadSharing, c.SS7.Unknown, sum(c.Diameter), sum(c.Data)))
		}
		slices.Sort(got)
		got = append(got, fmt.Sprintf("exposed\t%d\t%d", d.Exposed.Operators, d.Exposed.Countries), fmt.Sprintf("asked\t%d\t%d", d.Of.Operators, d.Of.Countries))
		for _, c := range d.In {
			got = append(got, fmt.Sprintf("%s\t%d\t%s", c.Country, c.Operators, strings.Join(c.Carriers, " ")))
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n%s\nwant\n%s", from, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if d.Exposed.Operators < 60 || d.Exposed.Countries < 35 || len(d.Over) != 5 {
			t.Errorf("%d operators in %d countries over %d carriers", d.Exposed.Operators, d.Exposed.Countries, len(d.Over))
		}
	}
}

// TestDeclaredForms: the table and the sheet have the figures of the answer.
func TestDeclaredForms(t *testing.T) {
	_, table, _ := invoke(t, "", "report", "--declared", irDocuments)
	for _, want := range []string{
		"Declared in IR.21: 63 operators in 37 countries hand signaling or roaming data to watchlisted carriers, of 69 operators in 40 countries.\n",
		"         21         20   19       11       6       1  1         2     4  PCCW Global\n",
		"LK       Sri Lanka              3          china-mobile-international, china-unicom-global, citic-telecom-international, pccw-global\n",
	} {
		if !strings.Contains(table, want) {
			t.Errorf("no %q in\n%s", want, table)
		}
	}
	out := filepath.Join(t.TempDir(), "declared.csv")
	if code, _, stderr := invoke(t, "", "report", "--declared", "--format", "csv", "-o", out, irDocuments); code != 0 {
		t.Fatal(stderr)
	}
	csv, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(csv)), "\n")
	if want := "IS,Iceland,ZZ001,Aurora Mobile,ZZ001,pccw-global,PCCW Global,ss7,primary,PCCW Global,2026-01-15,"; !slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, want) }) {
		t.Errorf("no %q in\n%s", want, csv)
	}
	// SS7 61, Diameter 8 and data 13 declarations of an operator and a carrier, and the head.
	if len(lines) != 1+61+8+13 {
		t.Errorf("%d lines", len(lines))
	}
}

// TestImportGoesOn: a bad document is one line, the others are read, and the exit code
// says that one was not.
func TestImportGoesOn(t *testing.T) {
	dir := t.TempDir()
	good, err := os.ReadFile(filepath.Join(irDocuments, "zz001.xml"))
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"a.xml": "<TADIGRAEXIR21>\n<cut", "b.xml": "<!DOCTYPE x>", "c.xml": string(good), "d.xml": "<html/>", "e.txt": "not looked at",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(dir, "partners.json")
	code, stdout, stderr := invoke(t, "", "ir21", "import", dir, filepath.Join(dir, "none"), "-o", out)
	want := "sigtransit: " + dir + "/none: no such file or directory\n" +
		"sigtransit: " + dir + "/a.xml:2: ends in the middle; want all of the document (copy it again)\n" +
		"sigtransit: " + dir + "/b.xml:1: a document type definition (<!DOCTYPE>) is refused: it can name files and grow without bound; want the document without it\n" +
		"sigtransit: " + dir + "/d.xml:1: root element <html>, want <TADIGRAEXIR21> (GSMA RAEX IR.21)\n"
	if code != 1 || stderr != want {
		t.Errorf("exit code %d, stderr\n%swant\n%s", code, stderr, want)
	}
	if !strings.Contains(stdout, "documents      1 read, 4 refused\npartners       1 network of 1 operator in 1 country\n") {
		t.Errorf("stdout %s", stdout)
	}
	f, err := partners.Load(out)
	if err != nil || len(f.Partners) != 1 || f.Partners[0].ID != "ZZ001" {
		t.Errorf("%+v %v", f, err)
	}
	code, _, stderr = invoke(t, "", "report", "--declared", dir)
	if code != 1 || strings.Count(stderr, "\n") != 3 {
		t.Errorf("report: exit code %d, stderr %s", code, stderr)
	}
}

// TestDiff: a partner that moves to a watchlisted carrier is news.
func TestDiff(t *testing.T) {
	file := func(name, carriers string) string {
		return write(t, name, `{"format":"sigtransit-partners","version":1,"partners":[`+"\n"+
			`{"id":"ZZX01","name":"Aurora","country":"IS","plmns":["999-71"],"carriers":[`+carriers+`]}]}`)
	}
	backup := file("1.json", `{"service":"ss7","name":"Imaginary Hub","use":"primary"},{"service":"ss7","name":"PCCW Global","use":"backup"}`)
	primary := file("2.json", `{"service":"ss7","name":"PCCW Global","use":"primary"}`)
	for _, tt := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{backup, backup}, 0, ""},
		{[]string{backup, primary}, 0, "high     ZZX01 (Aurora, IS) moved to watchlisted carrier PCCW Global for SS7 (backup → primary)\n" +
			"info     ZZX01 (Aurora, IS): carrier Imaginary Hub gone for SS7 (was primary)\n"},
		{[]string{"--fail-on-watchlisted", backup, primary}, 3, ""},
		{[]string{"--fail-on-watchlisted", primary, backup}, 0, "info     ZZX01 (Aurora, IS): new carrier Imaginary Hub for SS7 (primary)\n" +
			"info     ZZX01 (Aurora, IS): watchlisted carrier PCCW Global for SS7 (primary → backup)\n"},
		{[]string{"--format", "json", backup, primary}, 0, `{"severity":"high","kind":"carrier_use","partner":"ZZX01","name":"Aurora","country":"IS","carrier":"pccw-global","watched":true,"onto_watched":true,"from":"backup","to":"primary","service":"ss7","text":"ZZX01 (Aurora, IS) moved to watchlisted carrier PCCW Global for SS7 (backup → primary)"}` + "\n" +
			`{"severity":"info","kind":"carrier_removed","partner":"ZZX01","name":"Aurora","country":"IS","carrier":"Imaginary Hub","from":"primary","service":"ss7","text":"ZZX01 (Aurora, IS): carrier Imaginary Hub gone for SS7 (was primary)"}` + "\n"},
	} {
		code, stdout, stderr := invoke(t, "", append([]string{"ir21", "diff"}, tt.args...)...)
		if code != tt.code || stderr != "" || tt.want != "" && stdout != tt.want || tt.code == 0 && tt.want == "" && stdout != "" {
			t.Errorf("%v: exit code %d, stderr %q, stdout\n%swant\n%s", tt.args, code, stderr, stdout, tt.want)
		}
	}
}

// TestPartnerFaults: one line, with the place where there is one.
func TestPartnerFaults(t *testing.T) {
	newer := write(t, "newer.json", "{\"format\":\"sigtransit-partners\",\n\"version\":9}")
	for _, tt := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"ir21", "import"}, 2, "ir21 import: name at least one document or folder (see sigtransit ir21 import --help)"},
		{[]string{"ir21", "import", irDocuments}, 2, "ir21 import: name the partner file with -o FILE, or - for standard output"},
		{[]string{"ir21", "import", irDocuments, "-o", "none/p.json"}, 1, "writing the partner file: open none/"},
		{[]string{"ir21", "diff", newer, newer}, 2, newer + ":2:11: version: 9, this program reads up to 1: use a newer sigtransit, or import again with this one"},
		{[]string{"ir21", "diff", newer}, 2, "accepts 2 arg(s), received 1 (see sigtransit ir21 diff --help)"},
		{[]string{"ir21", "diff", "--format=xml", newer, newer}, 2, `--format: unknown format "xml": want text or json`},
		{[]string{"report", "--declared", "--from", "never", irDocuments}, 2, "--declared: IR.21 documents say what is in effect, and not when: leave out --from and --to"},
		{[]string{"report", "--declared", newer}, 2, newer + ":2:11: version: 9"},
		{[]string{"report", "--declared", "--format=xml", irDocuments}, 2, `--format: unknown format "xml": want html, json, csv or text`},
		{[]string{"report", "--declared", irDocuments, "-o", "none/x"}, 1, "open none/x: no such file or directory"},
	} {
		code, _, stderr := invoke(t, "", tt.args...)
		if code != tt.code || !strings.HasPrefix(stderr, "sigtransit: "+tt.want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%v: exit code %d, %q, want %d, %q", tt.args, code, stderr, tt.code, tt.want)
		}
	}
}

// TestImportOfNothing: a wrong path does not empty the partner file of last month.
func TestImportOfNothing(t *testing.T) {
	file := importBundled(t)
	was, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, from := range []string{irDocuments + "-2025", t.TempDir(), write(t, "a.xml", "no document")} {
		code, stdout, stderr := invoke(t, "", "ir21", "import", from, "-o", file)
		if want := "sigtransit: ir21 import: no document could be used; no partner file is written\n"; code != exitFailed || stdout != "" || !strings.HasSuffix(stderr, want) || !strings.Contains(stderr, from+": ") && !strings.Contains(stderr, from+":1") {
			t.Errorf("%s: exit code %d, stdout %q, stderr %q", from, code, stdout, stderr)
		}
		if is, err := os.ReadFile(file); err != nil || string(is) != string(was) {
			t.Errorf("%s: error %v, or the file changed", from, err)
		}
	}
}

// TestImportToStandardOutput: the partner file alone stands there.
func TestImportToStandardOutput(t *testing.T) {
	code, stdout, stderr := invoke(t, "", "ir21", "import", filepath.Join(irDocuments, "zz001.xml"), "-o", "-")
	if f, err := partners.Read("-", []byte(stdout)); code != 0 || err != nil || len(f.Partners) != 1 || !strings.Contains(stderr, "1 read") {
		t.Errorf("exit code %d, %v, stderr %q", code, err, stderr)
	}
}

// TestDeclaredSheet: no text of a document is a formula in a sheet, whatever the column.
func TestDeclaredSheet(t *testing.T) {
	file := write(t, "p.json", `{"format":"sigtransit-partners","version":1,"partners":[`+"\n"+
		`{"id":"ZZX01","name":"@name","country":"IS","sender":"=1+2","carriers":[{"service":"ss7","name":"-PCCW Global","use":"primary"}]}]}`)
	_, got, _ := invoke(t, "", "report", "--declared", "--format", "csv", file)
	if want := "\nIS,Iceland,'=1+2,'@name,ZZX01,pccw-global,PCCW Global,ss7,primary,'-PCCW Global,,,in_effect\n"; !strings.HasSuffix(got, want) {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// TestDeclaredGroup: an operator with networks in two countries is one in two.
func TestDeclaredGroup(t *testing.T) {
	says := `"sender":"GRPHQ","carriers":[{"service":"ss7","name":"PCCW Global","use":"primary"}]}`
	file := write(t, "p.json", `{"format":"sigtransit-partners","version":1,"partners":[`+"\n"+
		`{"id":"KENZ1","name":"Group Kenya","country":"KE",`+says+",\n"+`{"id":"SGPZ1","name":"Group Singapore","country":"SG",`+says+"]}")
	for format, want := range map[string][]string{
		"text": {"1 operator in 2 countries hands signaling or roaming data to watchlisted carriers, of 1 operator in 2 countries.",
			"          1          2    1        1       0       0  0         0     0  PCCW Global\n", "KE       Kenya      1          pccw-global\n", "SG       Singapore  1          pccw-global\n"},
		"csv": {"\nKE,Kenya,GRPHQ,Group Kenya,KENZ1,pccw-global,PCCW Global,ss7,primary,PCCW Global,,,in_effect\nSG,Singapore,GRPHQ,Group Singapore,SGPZ1,pccw-global,"},
		"json": {`"exposed": {` + "\n    \"operators\": 1,\n    \"countries\": 2\n", `"country": "SG",` + "\n      \"name\": \"Singapore\",\n      \"operators\": 1,",
			`"name": "PCCW Global",` + "\n      \"operators\": 1,\n      \"countries\": 2,\n      \"ss7\": {\n        \"primary\": 1,"},
		"html": {"<strong>1 operator in 2 countries</strong> hand", `<tr class="sum"><th scope="row">Each operator once</th><td class="n">1</td><td class="n">2</td>`, `SGPZ1 · Singapore</span>`, `KENZ1 · Kenya</span>`},
	} {
		_, got, stderr := invoke(t, "", "report", "--declared", "--format", format, file)
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("%s: no %q in\n%s%s", format, w, got, stderr)
			}
		}
	}
}

// TestAnnounced: what is in effect counts before what is announced, which is told with its
// day; where nothing is in effect the announcement counts.
func TestAnnounced(t *testing.T) {
	soon := time.Now().UTC().AddDate(0, 6, 0).Format(time.DateOnly)
	document := func(day, carrier string) string {
		return `<TADIGRAEXIR21><RAEXIR21FileHeader><SenderTADIG>ZZXA1</SenderTADIG></RAEXIR21FileHeader><OrganisationInfo><OrganisationName>Aurora</OrganisationName><CountryInitials>ISL</CountryInitials><NetworkList><Network><TADIGCode>ZZXA1</TADIGCode><NetworkData>` +
			`<InternationalSCCPGatewaySection><EffectiveDateOfChange>` + day + `</EffectiveDateOfChange><InternationalSCCPGatewayInfo><InternationalSCCPCarrierList><SCCPCarrierItem><SCCPCarrierName>` + carrier + `</SCCPCarrierName></SCCPCarrierItem></InternationalSCCPCarrierList></InternationalSCCPGatewayInfo></InternationalSCCPGatewaySection>` +
			`</NetworkData></Network></NetworkList></OrganisationInfo></TADIGRAEXIR21>`
	}
	current, future := write(t, "now.xml", document("2026-01-15", "China Mobile International")), write(t, "future.xml", document(soon, "PCCW Global"))
	_, got, stderr := invoke(t, "", "report", "--declared", "--format", "csv", current, future)
	if !strings.Contains(got, "ZZXA1,china-mobile-international,") || strings.Contains(got, "pccw-global") ||
		stderr != "sigtransit: ZZXA1: "+current+" counts, not "+future+", in effect from "+soon+": new carrier China Mobile International for SS7 (use not said); carrier PCCW Global gone for SS7 (was use not said)\n" {
		t.Errorf("%s%s", got, stderr)
	}
	out := filepath.Join(t.TempDir(), "partners.json")
	_, got, _ = invoke(t, "", "ir21", "import", "-o", out, current, future)
	if want := "ZZXA1: " + current + " counts, not " + future + ", in effect from " + soon; !strings.Contains(got, want) {
		t.Errorf("no %s in %s", want, got)
	}
	_, got, _ = invoke(t, "", "ir21", "import", "-o", out, future)
	if want := future + ": network ZZXA1: in effect from " + soon + ", which is to come: counts, for nothing in effect describes it"; !strings.Contains(got, want) {
		t.Errorf("no %s in %s", want, got)
	}
	for format, want := range map[string]string{"csv": "," + soon + ",,announced_alone\n", "text": "\n" + soon + "  ZZXA1     PCCW Global  SS7  unknown  yes\n", "html": "from " + soon + " on<span"} {
		if _, got, _ = invoke(t, "", "report", "--declared", "--format", format, out); !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	both := write(t, "both.json", `{"format":"sigtransit-partners","version":1,"partners":[`+"\n"+`{"id":"ZZXA1","country":"IS","carriers":[{"service":"ss7","name":"China Mobile International","use":"primary","since":"2026-01-15"},{"service":"ss7","name":"PCCW Global","use":"primary","since":"`+soon+`"}]}]}`)
	_, got, _ = invoke(t, "", "report", "--declared", both)
	for _, want := range []string{"          0          0    0        0       0       0  0         0     0  PCCW Global\n", "\n" + soon + "  ZZXA1     PCCW Global  SS7  primary  no\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
}
