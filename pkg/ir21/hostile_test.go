package ir21

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"sigtransit/pkg/partners"
)

// TestNamespaces: prefixes and namespaces make no difference.
func TestNamespaces(t *testing.T) {
	xml := sample(t)
	want, _ := parse(t, xml)
	body := xml[strings.Index(xml, "<RAEXIR21FileHeader>"):strings.Index(xml, "</raex:")]
	every := strings.NewReplacer("</", "</q:", "<!--", "<!--", "<", "<q:").Replace(body)
	for name, doc := range map[string]string{
		"none":                        "<TADIGRAEXIR21>" + body + "</TADIGRAEXIR21>",
		"default":                     `<TADIGRAEXIR21 xmlns="https://infocentre.gsm.org/TADIG-RAEX-IR21">` + body + "</TADIGRAEXIR21>",
		"another one, on all":         `<q:TADIGRAEXIR21 xmlns:q="urn:x">` + every + "</q:TADIGRAEXIR21>",
		"a prefix that is not bound":  "<q:TADIGRAEXIR21>" + every + "</q:TADIGRAEXIR21>",
		"byte order mark":             "\xef\xbb\xbf" + xml,
		"no declaration":              strings.TrimPrefix(xml, `<?xml version="1.0" encoding="UTF-8"?>`),
		"comments and blanks at ends": xml + "\n<!-- end -->\n\n",
		"carriage returns":            strings.ReplaceAll(xml, "\n", "\r\n"),
		"UTF-16":                      utf16le(strings.Replace(xml, "UTF-8", "UTF-16", 1)),
		"declared as Latin-1":         strings.Replace(xml, "UTF-8", "ISO-8859-1", 1),
	} {
		t.Run(name, func(t *testing.T) {
			got, _ := parse(t, doc)
			for i := range got {
				if i < len(want) { // lines differ
					got[i].At = want[i].At
				}
				if i < len(want) && !reflect.DeepEqual(got[i], want[i]) {
					t.Errorf("%+v\nwant\n%+v", *got[i], *want[i])
				}
			}
			if len(got) != len(want) {
				t.Errorf("%d partners", len(got))
			}
		})
	}
}

// utf16le is a text in UTF-16, low octet first, behind its byte order mark.
func utf16le(s string) string {
	b := []byte{0xff, 0xfe}
	for _, c := range utf16.Encode([]rune(s)) {
		b = append(b, byte(c), byte(c>>8))
	}
	return string(b)
}

// doc is a document of one network with these sections, whose first line is line 2.
func doc(sections string) string {
	return "<TADIGRAEXIR21><RAEXIR21FileHeader><SenderTADIG>ZZXA1</SenderTADIG></RAEXIR21FileHeader><OrganisationInfo><OrganisationName>A</OrganisationName><NetworkList><Network><TADIGCode>ZZXA1</TADIGCode><NetworkData>\n" +
		sections + "\n</NetworkData></Network></NetworkList></OrganisationInfo></TADIGRAEXIR21>"
}

// TestRefused: what cannot be used, with the place and what is wanted instead.
func TestRefused(t *testing.T) {
	xml := sample(t)
	tests := []struct{ name, doc, want string }{
		{"empty", "", "a.xml: is empty; want a RAEX IR.21 document"},
		{"blank", " \n ", "a.xml:2: no XML in it; want a RAEX IR.21 document"},
		{"text", "hello", "a.xml:1: text before the root element; want a RAEX IR.21 document"},
		{"another document", "<?xml version=\"1.0\"?>\n<html><p/></html>", "a.xml:2: root element <html>, want <TADIGRAEXIR21> (GSMA RAEX IR.21)"},
		{"operational data", "<TADIGRAEXOpData/>", "a.xml:1: root element <TADIGRAEXOpData>, want <TADIGRAEXIR21> (GSMA RAEX IR.21)"},
		{"nobody in it", "<TADIGRAEXIR21></TADIGRAEXIR21>", "a.xml:1: no network in it; want <Network> in <NetworkList>"},
		{"cut off", xml[:len(xml)/2], fmt.Sprintf("a.xml:%d: ends in the middle; want all of the document (copy it again)", 1+strings.Count(xml[:len(xml)/2], "\n"))},
		{"cut off in the declaration", "<?xml vers", "a.xml:1: ends in the middle; want all of the document (copy it again)"},
		{"wrong end", "<TADIGRAEXIR21>\n<A></B></TADIGRAEXIR21>", "a.xml:2: not well-formed XML: element <A> closed by </B>"},
		{"two roots", "<TADIGRAEXIR21><OrganisationInfo><NetworkList><Network/></NetworkList></OrganisationInfo></TADIGRAEXIR21>\n<b/>", "a.xml:2: a second root element <b>"},
		{"text behind it", "<TADIGRAEXIR21><OrganisationInfo><NetworkList><Network/></NetworkList></OrganisationInfo></TADIGRAEXIR21>\nx", "a.xml:2: text behind the root element"},
		{"document type", "<?xml version=\"1.0\"?>\n<!DOCTYPE TADIGRAEXIR21 SYSTEM \"file:///etc/passwd\">\n" + xml,
			"a.xml:2: a document type definition (<!DOCTYPE>) is refused: it can name files and grow without bound; want the document without it"},
		{"entity bomb", "<!DOCTYPE b [\n<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>\n<TADIGRAEXIR21>&b;</TADIGRAEXIR21>",
			"a.xml:2: a document type definition (<!DOCTYPE>) is refused: it can name files and grow without bound; want the document without it"},
		{"unknown entity", doc("<LTEInfoSection>&xxe;</LTEInfoSection>"), "a.xml:2: not well-formed XML: invalid character entity &xxe;"},
		{"fault among contacts", doc("<ContactInfoSection><A>&secret;</A></ContactInfoSection>"), "a.xml:2: not well-formed XML"},
		{"unknown encoding", `<?xml version="1.0" encoding="EBCDIC-CP-BE"?><a/>`, `a.xml:1: encoding "EBCDIC-CP-BE" is not known; want UTF-8`},
		{"UTF-16 without its mark", "<\x00a\x00/\x00>\x00", "a.xml:1: UTF-16 or UTF-32 without a byte order mark; want UTF-8"},
		{"not UTF-8", "<TADIGRAEXIR21>\n\xff\xfe\x80</TADIGRAEXIR21>", "a.xml:2: not well-formed XML: invalid UTF-8"},
		{"deep", "<TADIGRAEXIR21>" + strings.Repeat("<a>", 100), "a.xml:1: elements are nested deeper than 64; want a RAEX IR.21 document"},
		{"deep in a section", doc("<LTEInfoSection>" + strings.Repeat("<a>", 100)), "a.xml:2: elements are nested deeper than 64; want a RAEX IR.21 document"},
		{"a tag without end", "<TADIGRAEXIR21 " + strings.Repeat("x", 2<<20), "a.xml:1: a text or tag of more than 1 MiB; want a RAEX IR.21 document"},
		{"a comment without end", "<!--" + strings.Repeat("x", 2<<20), "a.xml:1: a text or tag of more than 1 MiB; want a RAEX IR.21 document"},
		{"gibberish", "\x00\x01\x02", "a.xml:1: UTF-16 or UTF-32 without a byte order mark; want UTF-8"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			list, _, err := Parse(strings.NewReader(tt.doc), Options{Name: "a.xml"})
			var e *Error
			if !errors.As(err, &e) || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
			if list != nil {
				t.Errorf("%d partners", len(list))
			}
		})
	}
}

// TestTruncated: a document that ends anywhere is refused, and nothing falls over.
func TestTruncated(t *testing.T) {
	xml := strings.TrimSpace(sample(t))
	for n := 0; n < len(xml)-1; n += 7 {
		if list, _, err := Parse(strings.NewReader(xml[:n]), Options{}); err == nil || list != nil {
			t.Fatalf("%d of %d octets: %d partners, %v", n, len(xml), len(list), err)
		}
	}
}

// TestMutated: a document with any one octet changed is read or refused, and what is
// read can be written and read back.
func TestMutated(t *testing.T) {
	xml := []byte(sample(t))
	values := []byte{0, '<', '>', '&', '/', '9', ',', '-', 0xff}
	for i := range xml {
		if i%5 != 0 {
			continue
		}
		b := bytes.Clone(xml)
		b[i] = values[i/5%len(values)]
		list, _, err := Parse(bytes.NewReader(b), Options{Name: "a.xml"})
		if err != nil {
			continue
		}
		var out bytes.Buffer
		if err := (&partners.File{Partners: list}).Write(&out); err != nil {
			t.Fatal(err)
		}
		if _, err := partners.Read("p.json", out.Bytes()); err != nil {
			t.Fatalf("octet %d, %q: %v", i, b[i], err)
		}
	}
}

// endless gives one text again and again.
type endless struct {
	text string
	at   int
	n    int64
}

func (e *endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = e.text[e.at]
		e.at = (e.at + 1) % len(e.text)
	}
	e.n += int64(len(b))
	return len(b), nil
}

// TestEndless: a document that does not end (2 GiB and more) is given up at its bound,
// in bounded memory.
func TestEndless(t *testing.T) {
	for _, tt := range []struct{ name, head, body, want string }{
		{"contacts", "<TADIGRAEXIR21><OrganisationInfo><ContactInfoSection>", "<a>x</a>", "a.xml:1: more than 4 MiB; want a RAEX IR.21 document"},
		{"blanks", "<TADIGRAEXIR21>", "\n", "a text or tag of more than 1 MiB; want a RAEX IR.21 document"},
		{"networks", "<TADIGRAEXIR21><OrganisationInfo><NetworkList>", "<Network/>", "a.xml:1: more than 100000 addresses, ranges and names; want one operator's document"},
		{"unknown elements", "<TADIGRAEXIR21>", "<a/>", "a.xml:1: more than 4 MiB; want a RAEX IR.21 document"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			in := &endless{text: tt.body}
			_, notes, err := Parse(io.MultiReader(strings.NewReader(tt.head), in), Options{Name: "a.xml", MaxSize: 4 << 20})
			runtime.GC()
			runtime.ReadMemStats(&after)
			if err == nil || !strings.HasSuffix(err.Error(), tt.want) {
				t.Errorf("%v", err)
			}
			if in.n > 6<<20 {
				t.Errorf("%d octets were read", in.n)
			}
			if kept := int64(after.HeapAlloc) - int64(before.HeapAlloc); kept > 8<<20 {
				t.Errorf("%d octets are kept", kept)
			}
			if len(notes) > maxNotes+1 {
				t.Errorf("%d notes", len(notes))
			}
		})
	}
}

// TestUnread: nothing of contacts, test numbers and credentials is in what a document
// gives, wherever these sections stand.
func TestUnread(t *testing.T) {
	xml := sample(t)
	if n := strings.Count(xml, "MARKER"); n != 4 {
		t.Fatalf("%d markers in the sample", n)
	}
	private := "<%s><Name>MARKER</Name>MARKER<HostName>marker.example.net</HostName><ProviderName>MARKER</ProviderName></%[1]s>"
	docs := []string{xml}
	for _, section := range []string{"ContactInfoSection", "TestNumbersInfoSection", "TestingAPNs"} {
		inner := fmt.Sprintf(private, section)
		docs = append(docs, doc(inner), doc("<LTEInfoSection><LTEInfo>"+inner+"</LTEInfo></LTEInfoSection>"), doc("<PacketDataServiceInfoSection>"+inner+"</PacketDataServiceInfoSection>"),
			strings.Replace(doc(""), "<NetworkList>", inner+"<NetworkList>", 1), strings.Replace(doc(""), "<TADIGCode>", inner+"<TADIGCode>", 1),
			doc("<RoutingInfoSection><RoutingInfo>"+inner+"</RoutingInfo></RoutingInfoSection>"),
			doc("<InternationalSCCPGatewaySection>"+inner+"</InternationalSCCPGatewaySection>"))
	}
	for _, d := range docs {
		list, notes, err := Parse(strings.NewReader(d), Options{Name: "a.xml"})
		if err != nil {
			t.Fatal(err)
		}
		all := fmt.Sprintf("%+v", notes)
		for _, p := range list {
			b, err := json.Marshal(p)
			if err != nil {
				t.Fatal(err)
			}
			all += string(b)
		}
		if strings.Contains(strings.ToUpper(all), "MARKER") {
			t.Errorf("a marker of\n%s\nin\n%s", d, all)
		}
	}
}

// gt is a GT range of these elements.
func gt(cc, ndc, sn string) string {
	return doc("<RoutingInfoSection><RoutingInfo><CCITT_E164_NumberSeries><GT_NumberRanges><RangeData><NumberRange><CC>" + cc + "</CC><NDC>" + ndc + "</NDC>" + sn +
		"</NumberRange></RangeData></GT_NumberRanges></CCITT_E164_NumberSeries></RoutingInfo></RoutingInfoSection>")
}

func sn(start, stop string) string {
	return "<SN_Range><SN_RangeStart>" + start + "</SN_RangeStart><SN_RangeStop>" + stop + "</SN_RangeStop></SN_Range>"
}

func TestRanges(t *testing.T) {
	for _, tt := range []struct {
		name, xml  string
		want, note string
	}{
		{"prefix alone", gt("999", "55", ""), "[99955]", ""},
		{"bounds of one length", gt("999", "55", sn("100", "199")), "[999551]", ""},
		{"start shorter: filled with 0", gt("999", "55", sn("1", "259")), "[9995510-9995525]", `number range CC "999", NDC "55", SN "1" to "259": bounds of 1 and 3 digits: read as 99955100 to 99955259`},
		{"stop shorter: filled with 9", gt("999", "55", sn("123", "2")), "[99955123-99955299]", `number range CC "999", NDC "55", SN "123" to "2": bounds of 3 and 1 digits: read as 99955123 to 99955299`},
		{"a bound with a digit too much", gt("999", "55", sn("0000", "00999")), "[9995500]", `number range CC "999", NDC "55", SN "0000" to "00999": bounds of 4 and 5 digits: read as 9995500000 to 9995500999`},
		{"the rest of a bound as x", gt("999", "55", sn("1xx", "2")), "[999551-999552]", ""},
		{"leading zeros", gt("999", "055", sn("000", "009")), "[99905500]", ""},
		{"a start alone is a prefix", gt("999", "55", "<SN_Range><SN_RangeStart>150</SN_RangeStart></SN_Range>"), "[99955150]", ""},
		{"a stop alone begins at 0", gt("999", "55", "<SN_Range><SN_RangeStop>149</SN_RangeStop></SN_Range>"), "[9995500-9995514]", ""},
		{"empty bounds", gt("999", "55", sn("", "")), "[99955]", ""},
		{"all of it", gt("999", "5", sn("0000000", "9999999")), "[9995]", ""},
		{"NDC holds part of the number", gt("999", "5512345", ""), "[9995512345]", ""},
		{"no NDC", gt("999", "", sn("55", "56")), "[99955-99956]", ""},
		{"plus sign and blanks", gt("+999", "5 5", sn("1 00", "1 99")), "[999551]", `CC: "+999" read as 999`},
		{"00 before the country code", gt("00999", "55", ""), "[99955]", `CC: "00999" read as 999`},
		{"several NDCs", gt("999", "55, 57/58", ""), "[99955 99957 99958]", ""},
		{"NDCs from to", gt("999", "550-559", ""), "[99955]", ""},
		{"the rest as x", gt("999", "55xxx", ""), "[99955]", ""},
		{"nothing", gt("", "", ""), "[]", ""},
		{"the whole country", gt("999", "", ""), "[999]", `number range CC "999", NDC "" is the whole country code`},
		{"start behind stop", gt("999", "55", sn("200", "100")), "[]", `number range left out: CC "999", NDC "55", SN "200" to "100": begins behind its end`},
		{"no country code", gt("", "55", ""), "[]", `number range left out: CC "", NDC "55": no country code`},
		{"long country code", gt("9999", "55", ""), "[]", `number range left out: CC "9999", NDC "55": want a country code of 1 to 3 digits`},
		{"letters", gt("999", "fifty", ""), "[]", `number range left out: CC "999", NDC "fifty": want digits`},
		{"more than 15 digits", gt("999", "55", sn("00000000000", "99999999999")), "[]", `number range left out: CC "999", NDC "55", SN "00000000000" to "99999999999": more than 15 digits`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			list, notes := parse(t, tt.xml)
			if got := fmt.Sprint(list[0].GTs); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
			var want []string
			if tt.note != "" {
				want = []string{"2: " + tt.note}
			}
			if !reflect.DeepEqual(notes, want) {
				t.Errorf("notes %q, want %q", notes, want)
			}
		})
	}
}

func TestDates(t *testing.T) {
	for text, want := range map[string]string{
		"2026-01-31":           "2026-01-31 iso",
		"2026-01-31T10:00:00Z": "2026-01-31 iso",
		"2026-01-31+02:00":     "2026-01-31 iso",
		"20260131":             "2026-01-31",
		"31.01.2026":           "2026-01-31",
		"31/1/2026":            "2026-01-31",
		"1/31/2026":            "2026-01-31",
		"2/1/2026":             "2026-01-02",
		"31-Jan-2026":          "2026-01-31",
		"31 January 2026":      "2026-01-31",
		"January 31, 2026":     "2026-01-31",
		"soon":                 "no",
		"2026-02-30":           "no",
		"0001-01-01":           "no",
	} {
		d, iso, ok := parseDate(text)
		got := d.Format(time.DateOnly)
		switch {
		case !ok:
			got = "no"
		case iso:
			got += " iso"
		}
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestAddresses(t *testing.T) {
	for _, tt := range []struct{ text, want, odd string }{
		{"192.0.2.1", "[192.0.2.1/32]", ""},
		{"192.0.2.0/26", "[192.0.2.0/26]", ""},
		{"192.0.2.0 /26", "[192.0.2.0/26]", ""},
		{"2001:db8::/48", "[2001:db8::/48]", ""},
		{"::ffff:192.0.2.1", "[192.0.2.1/32]", ""},
		{"192.0.2.0/255.255.255.192", "[192.0.2.0/26]", ""},
		{"192.0.2.0-192.0.2.63", "[192.0.2.0/26]", ""},
		{"192.0.2.1 - 192.0.2.6", "[192.0.2.1/32 192.0.2.2/31 192.0.2.4/31 192.0.2.6/32]", ""},
		{"192.0.2.8-15", "[192.0.2.8/29]", ""},
		{"2001:db8::-2001:db8::f", "[2001:db8::/124]", ""},
		{"255.255.255.254-255.255.255.255", "[255.255.255.254/31]", ""},
		{"192.0.2.5/26", "[192.0.2.0/26]", "has bits set behind the prefix: read as 192.0.2.0/26"},
		{"0.0.0.0/0", "[]", "is wider than any operator's network: left out"},
		{"1.0.0.0-200.0.0.0", "[]", "is wider than any operator's network: left out"},
		{"::/0", "[]", "is wider than any operator's network: left out"},
		{"192.0.2.9-192.0.2.1", "[]", "want an address, a prefix or a range"},
		{"192.0.2.256", "[]", "want an address, a prefix or a range"},
		{"fe80::1%eth0", "[]", "want an address, a prefix or a range"},
		{"dea.example.net", "[]", "want an address, a prefix or a range"},
	} {
		list, odd := parseIPs(tt.text)
		if got := fmt.Sprint(list); got != tt.want || odd != tt.odd {
			t.Errorf("%q: %s %q, want %s %q", tt.text, got, odd, tt.want, tt.odd)
		}
	}
}

func TestASNs(t *testing.T) {
	for text, want := range map[string]uint32{"64500": 64500, "AS64500": 64500, "asn 64500": 64500, "1.10": 65546, "0": 0, "AS": 0, "4294967296": 0, "-1": 0, "1.70000": 0} {
		if got, ok := asn(text); got != want && ok || ok != (want != 0) {
			t.Errorf("%q: %d %v, want %d", text, got, ok, want)
		}
	}
}

// TestOdd: what is noted, and what becomes of it.
func TestOdd(t *testing.T) {
	e212 := func(mcc, mnc string) string {
		return doc("<RoutingInfoSection><CCITT_E212_NumberSeries><MCC>" + mcc + "</MCC><MNC>" + mnc + "</MNC></CCITT_E212_NumberSeries></RoutingInfoSection>")
	}
	for _, tt := range []struct {
		name, xml string
		notes     []string
		check     func(p *partners.Partner) string
		want      string
	}{
		{"two-digit MNC", e212("001", "01"), nil, func(p *partners.Partner) string { return fmt.Sprint(p.PLMNs) }, "[001-01]"},
		{"three-digit MNC with zeros", e212("001", "001"), nil, func(p *partners.Partner) string { return fmt.Sprint(p.PLMNs) }, "[001-001]"},
		{"several MNCs", e212("999", "71, 072;73"), nil, func(p *partners.Partner) string { return fmt.Sprint(p.PLMNs) }, "[999-072 999-71 999-73]"},
		{"MNC that lost its zero", e212("001", "1"), []string{`2: MCC "001", MNC "1": no PLMN; want three digits and two or three`},
			func(p *partners.Partner) string { return fmt.Sprint(p.PLMNs) }, "[]"},
		{"unknown element", doc("<RoutingInfoSection><RoutingInfo><New>1</New><New>2</New></RoutingInfo></RoutingInfoSection>"),
			[]string{"2: element <New> in <RoutingInfoSection> is not known: passed over"}, func(p *partners.Partner) string { return p.ID }, "ZZXA1"},
		{"no sender", strings.Replace(e212("999", "71"), "<SenderTADIG>ZZXA1</SenderTADIG>", "", 1),
			nil, func(p *partners.Partner) string { return p.Sender }, "ZZXA1"},
		{"no sender and two networks", strings.NewReplacer("<SenderTADIG>ZZXA1</SenderTADIG>", "", "</NetworkList>", "<Network><TADIGCode>ZZXA2</TADIGCode></Network></NetworkList>").Replace(e212("999", "71")),
			[]string{"1: no SenderTADIG: ZZXA1 taken, the first TADIG code"}, func(p *partners.Partner) string { return p.Sender }, "ZZXA1"},
		{"no TADIG code", strings.Replace(e212("999", "71"), "<TADIGCode>ZZXA1</TADIGCode>", "", 1),
			[]string{"1: network without a TADIG code: known as plmn-999-71"}, func(p *partners.Partner) string { return p.ID }, "plmn-999-71"},
		{"a TADIG code that is none", strings.Replace(doc(""), "<TADIGCode>ZZXA1<", "<TADIGCode>zz xa/1<", 1),
			[]string{`1: TADIG code "ZZ XA/1"; want five letters and digits`, "1: network without a usable TADIG code: known as zz-xa-1-a"},
			func(p *partners.Partner) string { return p.ID }, "zz-xa-1-a"},
		{"unknown country", strings.Replace(doc(""), "<NetworkList>", "<CountryInitials>ZZZ</CountryInitials><NetworkList>", 1),
			[]string{`1: CountryInitials: "ZZZ" is no country code; want ISO 3166 alpha-3, such as DEU`}, func(p *partners.Partner) string { return p.Country }, ""},
		{"no country", e212("274", "01"), []string{"0: network ZZXA1: no CountryInitials: IS taken, the country of PLMN 274-01"}, func(p *partners.Partner) string { return p.Country }, "IS"},
		{"a newer schema", strings.Replace(doc(""), "<SenderTADIG>", "<TADIGRAEXIR21SchemaVersion>99.0</TADIGRAEXIR21SchemaVersion><SenderTADIG>", 1),
			[]string{`1: TADIGRAEXIR21SchemaVersion: "99.0" is none that is known, up to 18: read as far as its elements are`}, func(p *partners.Partner) string { return p.ID }, "ZZXA1"},
		{"the newest schema", strings.Replace(doc(""), "<SenderTADIG>", "<TADIGRAEXIR21SchemaVersion>18.1</TADIGRAEXIR21SchemaVersion><SenderTADIG>", 1), nil,
			func(p *partners.Partner) string { return p.ID }, "ZZXA1"},
		{"point codes", doc("<InternationalSCCPGatewaySection><SCCPCarrierItem><SCCPCarrierName>A</SCCPCarrierName><SCCPConnectivityInformation>Primary</SCCPConnectivityInformation><DPCList><DPC>0-020-1, 0.021.1; H'A2</DPC><DPC>tbd.</DPC></DPCList></SCCPCarrierItem></InternationalSCCPGatewaySection>"),
			[]string{`2: DPC: "tbd." is no point code (zone-network-point, decimal or hex); kept as it is`},
			func(p *partners.Partner) string { return fmt.Sprint(p.Carriers[0].PointCodes, p.Carriers[0].Codes()) }, "[0-020-1 0.021.1 H'A2 tbd.] [0-020-1 0-021-1 0-020-2]"},
		{"a use that says two things", doc("<InternationalSCCPGatewaySection><SCCPCarrierItem><SCCPCarrierName>A</SCCPCarrierName><SCCPConnectivityInformation>Primary and Backup</SCCPConnectivityInformation></SCCPCarrierItem></InternationalSCCPGatewaySection>"),
			[]string{`2: use of carrier "A": "Primary and Backup" says none of primary, backup and load sharing, or several`},
			func(p *partners.Partner) string { return p.Carriers[0].Use.String() + p.Carriers[0].UseText }, "unknownPrimary and Backup"},
		{"a host that is none", doc("<LTEInfoSection><LTEInfo><S6a><HostnamesHSS_MMEList><HostName>not a host</HostName></HostnamesHSS_MMEList></S6a></LTEInfo></LTEInfoSection>"),
			[]string{`2: HostName: "not a host" is no DNS name`}, func(p *partners.Partner) string { return fmt.Sprint(p.Hosts) }, "[]"},
		{"no certificate, no encryption", doc("<LTEInfoSection><LTEInfo><CertificateIPSecGW>None</CertificateIPSecGW></LTEInfo></LTEInfoSection>"),
			nil, func(p *partners.Partner) string { return fmt.Sprint(p.Encrypts) }, "false"},
		{"a network twice", strings.Replace(e212("999", "71"), "</NetworkList>", "\n<Network><TADIGCode>ZZXA1</TADIGCode></Network></NetworkList>", 1),
			[]string{"4: network ZZXA1 stands in line 1 already: put together"}, func(p *partners.Partner) string { return fmt.Sprint(p.PLMNs) }, "[999-71]"},
		{"a network that the summary lacks", strings.Replace(doc(""), "<NetworkList>", "<TADIGSummaryList><TADIGSummaryItem><TADIGCode>ZZXB1</TADIGCode></TADIGSummaryItem></TADIGSummaryList><NetworkList>", 1),
			[]string{"1: network ZZXA1 is not in the TADIGSummaryList"}, func(p *partners.Partner) string { return p.ID }, "ZZXA1"},
		{"PLMNs that disagree", strings.Replace(e212("999", "71"), "<NetworkList>", "<TADIGSummaryList><TADIGSummaryItem><TADIGCode>ZZXA1</TADIGCode><NetworkProperties><MCC>999</MCC><MNC>72</MNC></NetworkProperties></TADIGSummaryItem></TADIGSummaryList><NetworkList>", 1),
			[]string{"1: network ZZXA1: PLMN 999-72 of the summary is not among those of its routing section"}, func(p *partners.Partner) string { return fmt.Sprint(p.PLMNs) }, "[999-71 999-72]"},
		{"characters for terminals", doc("<InternationalSCCPGatewaySection><SCCPCarrierItem><SCCPCarrierName>A\u202eB \u0085\n C</SCCPCarrierName></SCCPCarrierItem></InternationalSCCPGatewaySection>"),
			nil, func(p *partners.Partner) string { return p.Carriers[0].Name }, "AB C"},
		{"a long value", doc("<InternationalSCCPGatewaySection><SCCPCarrierItem><SCCPCarrierName>" + strings.Repeat("a", 10000) + "</SCCPCarrierName></SCCPCarrierItem></InternationalSCCPGatewaySection>"),
			nil, func(p *partners.Partner) string { return fmt.Sprint(len(p.Carriers[0].Name)) }, fmt.Sprint(maxText)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			list, notes := parse(t, tt.xml)
			if got := tt.check(list[0]); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
			if !reflect.DeepEqual(notes, tt.notes) {
				t.Errorf("notes %q,\nwant %q", notes, tt.notes)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	// Section by section: the fuzzer spends its time on making long inputs shorter.
	for _, section := range []string{"RoutingInfoSection", "InternationalSCCPGatewaySection", "NetworkElementsInfoSection", "GRXIPXRoutingForDataRoamingSection", "IPRoaming_IW_InfoSection", "LTEInfoSection"} {
		_, rest, _ := strings.Cut(sample(f), "<"+section+">")
		inner, _, _ := strings.Cut(rest, "</"+section+">")
		f.Add([]byte(doc("<" + section + ">" + strings.Join(strings.Fields(inner), " ") + "</" + section + ">")))
	}
	f.Add([]byte(gt("999", "55-57,8x", sn("1", "299"))))
	f.Add([]byte(utf16le("<TADIGRAEXIR21/>")))
	f.Fuzz(func(t *testing.T, b []byte) {
		list, notes, err := Parse(bytes.NewReader(b), Options{Name: "a.xml", MaxSize: 1 << 20})
		if (err == nil) == (list == nil) {
			t.Fatalf("%d partners, %v", len(list), err)
		}
		if len(notes) > maxNotes+1 {
			t.Fatalf("%d notes", len(notes))
		}
		// What is read can be written, and is read back as the same.
		file := &partners.File{Partners: list}
		var out bytes.Buffer
		if err := file.Write(&out); err != nil {
			t.Fatal(err)
		}
		again, err := partners.Read("p.json", out.Bytes())
		if err != nil {
			t.Fatalf("%v\n%s", err, out.Bytes())
		}
		var second bytes.Buffer
		if err := again.Write(&second); err != nil || !bytes.Equal(out.Bytes(), second.Bytes()) {
			t.Fatalf("%v\n%s\n%s", err, out.Bytes(), second.Bytes())
		}
	})
}
