package output

import (
	"regexp"
	"strings"
	"testing"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

// TestCEF is one event of each type, character by character.
func TestCEF(t *testing.T) {
	e := NewCEF(Options{Keys: testKeys})
	id := string(e.json.privacy.appendPseudonym(nil, testIMSI, numberIMSI))
	titled := locationFinding()
	titled.Rule = &rules.Detection{ID: "location-in-clear", Title: "Location | readable"}
	titled.Reason = "evidence = adjacent"
	for name, test := range map[string]struct{ got, want string }{
		"finding": {string(e.AppendFinding(nil, titled)),
			`CEF:0|sigtransit|sigtransit|1|location-in-clear|Location \| readable|8|rt=1795341600123 deviceExternalId=roaming.pcap cn1=1234 cn1Label=frame ` +
				`src=192.0.2.1 spt=2905 dst=198.51.100.2 dpt=2905 proto=SCTP app=map cat=location cs3=updateLocation cs3Label=operation ` +
				`cs4=invoke cs4Label=kind cs5=clear cs5Label=protection duser=00101*******890 duid=` + id +
				` cs1=PCCW Global cs1Label=carrier cs2=adjacent cs2Label=evidence cs6=high cs6Label=confidence reason=evidence \= adjacent msg=m3ua.dpc 4-106-6`},
		"Diameter": {string(e.AppendFinding(nil, diameterFinding())),
			`CEF:0|sigtransit|sigtransit|1|location-in-clear|location-in-clear|5|rt=1795341600123 deviceExternalId=roaming.pcap cn1=1234 cn1Label=frame ` +
				`src=192.0.2.1 spt=2905 dst=198.51.100.2 dpt=2905 proto=TCP app=diameter cat=location cs3=ULR cs3Label=operation ` +
				`cs4=answer cs4Label=kind cs5=clear cs5Label=protection duser=00101*******890 duid=` + id +
				` cs1=example-ipx cs1Label=carrier cs2=hop cs2Label=evidence cs6=medium cs6Label=confidence ` +
				`msg=diameter.peer dra1.ipx.example, diameter.user_name 00101*******890`},
		"message": {string(e.AppendMessage(nil, abort())),
			`CEF:0|sigtransit|sigtransit|1|message|signaling message|0|rt=1795341600123 deviceExternalId=roaming.pcap cn1=1234 cn1Label=frame ` +
				`src=192.0.2.1 spt=2905 dst=198.51.100.2 dpt=2905 proto=SCTP app=tcap cat=other cs4=abort cs4Label=kind cs5=clear cs5Label=protection`},
		"flow": {string(e.AppendFlow(nil, flowEvent())),
			`CEF:0|sigtransit|sigtransit|1|flow|signaling link|0|rt=1795341600123 deviceExternalId=roaming.pcap cn1=1 cn1Label=frame ` +
				`src=192.0.2.1 spt=2905 dst=198.51.100.2 dpt=2905 proto=SCTP cs5=clear cs5Label=protection outcome=new reason=init seen`},
		"warning": {string(e.AppendWarning(nil, warning())),
			`CEF:0|sigtransit|sigtransit|1|one-way-mirror|the capture cannot be trusted|5|rt=1795341600123 deviceExternalId=roaming.pcap cn1=9 cn1Label=frame ` +
				`cnt=3 msg=Only one direction of this link is in the capture.`},
		"nothing but a type": {string(e.AppendWarning(nil, &signaling.Warning{Type: "a"})), `CEF:0|sigtransit|sigtransit|1|a|the capture cannot be trusted|5|`},
	} {
		if test.got != test.want+"\n" {
			t.Errorf("%s: got\n%swant\n%s", name, test.got, test.want)
		}
	}
	if got := e.AppendStats(nil, sampleStats()); len(got) != 0 {
		t.Errorf("totals: %s", got)
	}
}

func TestCEFEscapes(t *testing.T) {
	e := NewCEF(Options{Keys: testKeys})
	for in, want := range map[string]string{
		`a|b=c\d`:         `h|a\|b=c\\d|v=a|b\=c\\d`,
		"a\nb\rc\td":      `h|a b c d|v=a\nb\rc d`,
		`"quoted"`:        `h|"quoted"|v="quoted"`,
		"\x00\x1b[31m":    `h|\\u0000\\u001b[31m|v=\\u0000\\u001b[31m`,
		"bad\xff":         `h|bad\\ufffd|v=bad\\ufffd`,
		"Ümlaut":          `h|Ümlaut|v=Ümlaut`,
		"hidden\u202eend": `h|hidden\\u202eend|v=hidden\\u202eend`,
	} {
		b := append(e.header([]byte("h|"), in), '|')
		if got := string(e.text(b, "v", in)); got != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
}

func TestCEFAddresses(t *testing.T) {
	e := NewCEF(Options{Keys: testKeys})
	f := flowEvent()
	f.Link.Ends[0].Addrs = f.Link.Ends[0].Addrs[1:] // 2001:db8::1
	f.Link.Ends[1].Addrs = nil
	got := string(e.AppendFlow(nil, f))
	if !strings.Contains(got, " c6a2=2001:db8::1 c6a2Label=Source IPv6 Address spt=2905 proto=SCTP ") || strings.Contains(got, "src=") || strings.Contains(got, "dst") {
		t.Error(got)
	}
}

// TestCEFPrivacy: no number of a subscriber in any event but in clear.
func TestCEFPrivacy(t *testing.T) {
	imsi, msisdn := string(testIMSI.AppendTo(nil)), string(testMSISDN.AppendTo(nil))
	for _, mode := range []Mode{Mask, Pseudonym, Clear} {
		e := NewCEF(Options{Privacy: mode, Keys: testKeys})
		var all []byte
		for _, m := range messages() {
			all = e.AppendMessage(all, m)
			f := locationFinding()
			f.Message = m
			f.Sightings = append(f.Sightings, rules.Sighting{Position: signaling.DiameterUserName, Value: []byte(imsi)},
				rules.Sighting{Position: signaling.DiameterOriginHost, Value: []byte("mme1." + imsi + ".example")})
			all = e.AppendFinding(all, f)
		}
		shown := strings.Contains(string(all), imsi) || strings.Contains(string(all), msisdn)
		if shown != (mode == Clear) {
			t.Errorf("privacy %v: a number is shown: %v", mode, shown)
		}
	}
}

func TestCEFDoesNotAllocate(t *testing.T) {
	e := NewCEF(Options{Keys: testKeys})
	buf := make([]byte, 0, 16<<10)
	f, w := diameterFinding(), warning()
	n := uint64(0)
	if avg := testing.AllocsPerRun(50, func() {
		n++
		f.Message.IMSI = telecom.DigitsFromTBCD([]byte{0x00, 0x01, 0x01, byte(n % 10), byte(n / 10 % 10), 0x12, 0x34, 0xf5})
		buf = e.AppendFinding(buf[:0], f)
		buf = e.AppendWarning(buf[:0], w)
	}); avg != 0 {
		t.Errorf("%v allocations", avg)
	}
}

var cefLine = regexp.MustCompile(`^CEF:0\|sigtransit\|sigtransit\|1\|(?:[^|\\\n\r]|\\[|\\])*\|(?:[^|\\\n\r]|\\[|\\])*\|\d+\|(?:[^\\\n\r]|\\[=\\nr])*\n$`)

// FuzzCEF: whatever a name holds, an event is one line with its seven bars, and
// fields nobody wrote do not appear.
func FuzzCEF(f *testing.F) {
	f.Add("a|b", "c=d\\", "\n\xff")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		e := NewCEF(Options{Keys: testKeys})
		line := e.AppendWarning(nil, &signaling.Warning{Type: a, Text: b, Source: c})
		if !cefLine.Match(line) {
			t.Errorf("%q", line)
		}
		free := regexp.MustCompile(`(?:^|[^\\])(?:\\\\)*=`)
		if n := len(free.FindAll(line[strings.LastIndex(string(line), "|5|")+2:], -1)); n > 2 {
			t.Errorf("%d fields: %q", n, line)
		}
	})
}
