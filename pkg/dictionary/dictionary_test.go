package dictionary

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fiorix/go-diameter/v4/diam/dict"

	"sigtransit/decoders/diameter"
	"sigtransit/pkg/signaling"
)

const exampleFile = "../../deploy/dictionaries/example.xml"

func file(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "dictionary.xml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// inApp puts elements into an application of nobody, from line 3 on.
func inApp(elements string) string {
	return "<diameter>\n<application id=\"16778001\" name=\"Test\">\n" + elements + "\n</application>\n</diameter>\n"
}

// TestExample holds the example to what it says, and to go-diameter, whose form it is in.
func TestExample(t *testing.T) {
	d, err := Load(exampleFile)
	if err != nil {
		t.Fatal(err)
	}
	if avps, commands := d.Len(); avps != 4 || commands != 1 {
		t.Errorf("%d AVPs and %d commands", avps, commands)
	}
	if _, err := dict.NewParser(exampleFile); err != nil {
		t.Errorf("go-diameter does not take the example: %v", err)
	}
	op := signaling.DiameterOperation(16778000, 8391000)
	if i := op.Info(); i.Name != "ELR" || i.Answer != "ELA" || i.Class != signaling.ClassLocation {
		t.Errorf("the command is %+v", *i)
	}
	if got := signaling.DiameterApplication(16778000); got != "Example" {
		t.Errorf("the application is %q", got)
	}
	if ops := signaling.LookupOperations("Example/ELR"); len(ops) != 1 || ops[0] != op {
		t.Errorf("its name finds %v", ops)
	}
	// The same file once more, as a reload does, changes nothing.
	n := signaling.NumOperations()
	if _, err := Load(exampleFile, exampleFile); err != nil || signaling.NumOperations() != n {
		t.Errorf("the second time: %v, %d operations", err, signaling.NumOperations()-n)
	}

	m := diameter.Message{Dictionary: d}
	imsi := avp(2, []byte("001010123456789"))
	if err := m.Decode(message(8391000, 16778000, avp(1, imsi), avp(3, []byte{1}), avp(4, []byte{0x99, 0x19, 0xf0}))); err != nil {
		t.Fatal(err)
	}
	if n := m.Nodes(); m.Faults != 0 || m.IMSI.String() != "001010123456789" || m.Set&diameter.FieldCell == 0 || len(n) != 1 || n[0].Role != diameter.NodeMSCNumber || n[0].AVP != "Example-Switch" || n[0].GT.String() != "99910" {
		t.Errorf("faults %#x, IMSI %v, set %#x, nodes %v", m.Faults, m.IMSI, m.Set, n)
	}
}

func avp(code byte, data []byte) []byte {
	n := 12 + len(data)
	b := append([]byte{0, 0, 0, code, 0xc0, 0, byte(n >> 8), byte(n), 0, 1, 0x86, 0x9f}, data...)
	return append(b, "\x00\x00\x00"[:-n&3]...)
}

func message(command, app uint32, avps ...[]byte) []byte {
	b := []byte{1, 0, 0, 0, 0x80, byte(command >> 16), byte(command >> 8), byte(command), byte(app >> 24), byte(app >> 16), byte(app >> 8), byte(app), 0, 0, 0, 1, 0, 0, 0, 2}
	for _, a := range avps {
		b = append(b, a...)
	}
	b[2], b[3] = byte(len(b)>>8), byte(len(b))
	return b
}

// TestNone: no file is no dictionary, which costs nothing.
func TestNone(t *testing.T) {
	if d, err := Load(); d != nil || err != nil {
		t.Errorf("%v, %v", d, err)
	}
}

// TestDictionariesInCirculation loads those that go-diameter brings along, misspelt
// attributes included.
func TestDictionariesInCirculation(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(sourceOf(t), "testdata", "*.xml"))
	if len(files) < 5 {
		t.Fatalf("%d dictionaries", len(files))
	}
	d, err := Load(files...)
	if err != nil {
		t.Fatal(err)
	}
	if avps, commands := d.Len(); avps < 500 || commands < 20 {
		t.Errorf("%d AVPs and %d commands", avps, commands)
	}
}

// sourceOf is the folder of go-diameter's dictionaries.
func sourceOf(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-f", "{{.Dir}}", "github.com/fiorix/go-diameter/v4/diam/dict").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

func TestUses(t *testing.T) {
	for _, tt := range []struct {
		name, typ, use string
		want           diameter.Entry
	}{
		{"Acme-IMSI", "UTF8String", "", diameter.Entry{Use: diameter.UseIMSI}},
		{"imsi", "OctetString", "", diameter.Entry{Use: diameter.UseIMSI}},
		{"NotAnIMSI", "UTF8String", "", diameter.Entry{}},
		{"Acme-IMSI", "Unsigned32", "", diameter.Entry{}},
		{"Acme-SGSN-Number", "OctetString", "", diameter.Entry{Use: diameter.UseNode, Role: diameter.NodeSGSNNumber}},
		{"Acme-MME-Realm", "DiameterIdentity", "", diameter.Entry{Use: diameter.UseNode, Role: diameter.NodeServing, Realm: true}},
		{"X", "DiameterIdentity", "gateway-realm", diameter.Entry{Use: diameter.UseNode, Role: diameter.NodeGateway, Realm: true}},
		{"X", "OctetString", "location", diameter.Entry{Use: diameter.UseCell}},
		{"X", "DiameterIdentity", "dess-signer", diameter.Entry{Use: diameter.UseSigner}},
	} {
		attr := ""
		if tt.use != "" {
			attr = `sigtransit="` + tt.use + `"`
		}
		l := &loader{uses: map[[2]uint32]place{}, apps: map[uint32]string{}}
		if err := l.read(file(t, inApp(`<avp name="`+tt.name+`" code="7" vendor-id="99998" `+attr+`><data type="`+tt.typ+`"/></avp>`))); err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		got := l.uses[[2]uint32{99998, 7}]
		if got.Use != tt.want.Use || got.Role != tt.want.Role || got.Realm != tt.want.Realm {
			t.Errorf("%s %s %s: %+v", tt.name, tt.typ, tt.use, got.Entry)
		}
	}
	for _, u := range uses {
		e := diameter.Entry{}
		if !parseUse(u.word, &e) || e.Use != u.use {
			t.Errorf("%s is %v", u.word, e.Use)
		}
	}
}

func TestRefused(t *testing.T) {
	octets := `<data type="OctetString"/></avp>`
	for _, tt := range []struct{ text, want string }{
		{"<diameter>\n<application", ":2: unexpected EOF"},
		{"<diameter>\n</application>", ":2: element <diameter> closed by </application>"},
		{"<diameter>", ":1: unexpected EOF"},
		{"<dictionary/>", ":1: element <dictionary> has no place here"},
		{"<diameter>\n<avp/></diameter>", ":2: element <diameter> <avp> has no place here"},
		{"<diameter>\n<application id=\"x\"/></diameter>", `:2: id="x"; want a number up to 4294967295`},
		{inApp(`<avp code="1"/>`), ":3: AVP 1 has no name"},
		{inApp(`<avp name="X" code="-1"/>`), `:3: code="-1"; want a number up to 4294967295`},
		{inApp(`<avp name="X"/>`), `:3: code=""; want a number up to 4294967295`},
		{inApp(`<avp name="X" code="1"/>`), ":3: AVP X has no data type"},
		{inApp("<avp name=\"X\" code=\"1\">\n<data type=\"Text\"/></avp>"), `:4: type="Text" is none of RFC 6733 4.2 to 4.4`},
		{inApp(`<avp name="X" code="1" vendor-id="99998" sigtransit="isdn">` + octets), `:3: sigtransit="isdn"; want one of imsi, msisdn, `},
		{inApp(`<avp name="X" code="1" vendor-id="99998" sigtransit="">` + octets), `:3: sigtransit=""; want one of imsi, `},
		{inApp(`<avp name="X" code="1" vendor-id="99998" sigtransit-use="imsi">` + octets), `:3: unknown attribute "sigtransit-use"; want sigtransit on an avp, sigtransit-class on a command`},
		{inApp(`<avp name="X" code="264" sigtransit="imsi">` + octets), `:3: AVP 264 is read for what RFC 6733 says of it: sigtransit="imsi" cannot change that`},
		{inApp(`<avp name="X" code="1" vendor-id="99998" sigtransit="imsi"><data type="Unsigned32"/></avp>`), `:3: AVP X: its use needs a UTF8String or an OctetString`},
		{inApp(`<avp name="X" code="1" vendor-id="99998" sigtransit="imsi">` + octets + "\n" + `<avp name="X" code="1" vendor-id="99998" sigtransit="msisdn">` + octets), `:4: AVP 1 of vendor 99998 has another use at FILE:3`},
		{inApp(`<command code="16777216" name="X"/>`), `:3: code="16777216"; want a number up to 16777215`},
		{inApp(`<command code="9"/>`), `:3: command 9 has neither short nor name`},
		{inApp(`<command code="9" short="X" sigtransit-class="secret"/>`), `:3: sigtransit-class="secret"; want one of other, location, sms, `},
		{"<diameter>\n<application id=\"16777251\"><command code=\"316\" short=\"UL\" sigtransit-class=\"sms\"/></application></diameter>", `:2: command 316 of application 16777251 is known as ULR, class location`},
	} {
		name := file(t, tt.text)
		_, err := Load(name)
		if err == nil {
			t.Errorf("taken: %s", tt.text)
			continue
		}
		if got := strings.ReplaceAll(err.Error(), name, "FILE"); !strings.HasPrefix(got, "FILE"+tt.want) {
			t.Errorf("%s\n got %s\nwant FILE%s", tt.text, got, tt.want)
		}
	}
	for name, want := range map[string]string{
		filepath.Join(t.TempDir(), "none.xml"): ": no such file or directory", t.TempDir(): ": is a directory; want an XML dictionary",
	} {
		if _, err := Load(name); err == nil || err.Error() != name+want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzLoad: whatever a file holds, reading it ends, without a panic.
func FuzzLoad(f *testing.F) {
	b, err := os.ReadFile(exampleFile)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(inApp(`<avp name="X" code="1" sigtransit="imsi"><data type="Grouped"><rule/></data></avp>`)))
	f.Fuzz(func(t *testing.T, b []byte) {
		name := filepath.Join(t.TempDir(), "x.xml")
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Skip("no room")
		}
		l := &loader{uses: map[[2]uint32]place{}, apps: map[uint32]string{}}
		_ = l.read(name)
	})
}
