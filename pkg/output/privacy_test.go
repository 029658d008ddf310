package output

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

func TestModes(t *testing.T) {
	for m := Mask; m < numModes; m++ {
		if got, err := ParseMode(m.String()); err != nil || got != m {
			t.Errorf("%v: %v, %v", m, got, err)
		}
	}
	if _, err := ParseMode("none"); err == nil || !strings.Contains(err.Error(), "mask, pseudonym or clear") {
		t.Errorf("error %v does not say what would be right", err)
	}
}

func TestMask(t *testing.T) {
	p := newPrivacy(Mask, testKeys)
	for _, test := range []struct {
		digits string
		kind   number
		want   string
	}{
		{"001010123456890", numberIMSI, "00101*******890"},
		{"00101012345689", numberIMSI, "00101******689"},
		{"001010123456", numberIMSI, "00101****456"},
		{"00101012345", numberIMSI, "***********"}, // too short to hide four
		{"0", numberIMSI, "*"},
		{"99912345678901", numberMSISDN, "99912*******01"}, // three-digit country code
		{"491700000021", numberMSISDN, "4917******21"},
		{"12025550123", numberMSISDN, "120******23"},
		{"1202555", numberMSISDN, "*******"},
		{"35000000123456", numberIMEI, "35000000******"},
		{"3500000012345678", numberIMEI, "35000000********"},
		{"A1B2C3D4E0123456", numberOther, "A1B2C********456"},
	} {
		if got := string(p.appendNumber(nil, telecom.MustDigits(test.digits), test.kind)); got != test.want {
			t.Errorf("%s becomes %s, want %s", test.digits, got, test.want)
		}
	}
}

// TestPseudonym holds the construction that deploy/README.md describes. The
// expected value: printf imsi:001010123456890 | openssl dgst -sha256 -hmac KEY.
func TestPseudonym(t *testing.T) {
	p := newPrivacy(Pseudonym, testKeys)
	const want = "h:9cff44bc1d9e4cbf"
	for range 2 { // the second one from the cache
		if got := string(p.appendNumber(nil, testIMSI, numberIMSI)); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if got := testKeys.IMSI(testIMSI); len(got) != 1 || got[0] != want {
		t.Errorf("Keys.IMSI gives %v", got)
	}
	seen := map[string]bool{}
	for _, kind := range []number{numberIMSI, numberMSISDN, numberIMEI, numberOther} {
		seen[string(p.appendNumber(nil, testIMSI, kind))] = true
	}
	if len(seen) != 4 {
		t.Errorf("kinds share pseudonyms: %v", seen)
	}
}

func TestEphemeralKeys(t *testing.T) {
	a, b := newPrivacy(Mask, nil), newPrivacy(Mask, nil)
	if x, y := a.appendPseudonym(nil, testIMSI, numberIMSI), b.appendPseudonym(nil, testIMSI, numberIMSI); bytes.Equal(x, y) {
		t.Errorf("two runs share the pseudonym %s", x)
	}
	if !NewEphemeralKeys().Ephemeral {
		t.Error("not said to be ephemeral")
	}
}

func TestLoadKey(t *testing.T) {
	long := strings.Repeat("k", 32)
	for _, test := range []struct {
		name, text string
		err        error
		where      string
		prefixes   []string // of the pseudonyms, current key first
	}{
		{"one", long + "\n", nil, "", []string{"h:"}},
		{"no line feed", long, nil, "", []string{"h:"}},
		{"comments", "# a key\n\n  " + long + "\r\n", nil, "", []string{"h:"}},
		{"named", "2026q4 " + long, nil, "", []string{"h:2026q4:"}},
		{"rotated", "2026q4 " + long + "\n2026q3\tx" + long + "\n", nil, "", []string{"h:2026q4:", "h:2026q3:"}},
		{"binary", strings.Repeat("\x00\xff", 16), nil, "", []string{"h:"}},
		{"short", "secret\n", ErrKeyShort, "line 1", nil},
		{"short binary", "\x00\x01", ErrKeyShort, "", nil},
		{"empty", "", ErrKeyEmpty, "", nil},
		{"only comments", "# nothing\n", ErrKeyEmpty, "", nil},
		{"spaces", "correct horse battery staple and so on and on\n", ErrKeyLine, "line 1", nil},
		{"name in capitals", "Q4 " + long, ErrKeyLine, "line 1", nil},
		{"name too long", strings.Repeat("a", 17) + " " + long, ErrKeyLine, "line 1", nil},
		{"two without names", long + "\n" + long + "x\n", ErrKeyLine, "line 2", nil},
		{"name twice", "a " + long + "\na x" + long, ErrKeyTwice, "line 2", nil},
		{"huge", strings.Repeat("x", maxKeyFile+1), ErrKeyBig, "", nil},
	} {
		path := filepath.Join(t.TempDir(), "key")
		if err := os.WriteFile(path, []byte(test.text), 0o600); err != nil {
			t.Fatal(err)
		}
		keys, err := LoadKey(path)
		if test.err != nil {
			if !errors.Is(err, test.err) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), test.where) {
				t.Errorf("%s: error %v, want %v in %q", test.name, err, test.err, test.where)
			}
			if err != nil && strings.Contains(err.Error(), long) {
				t.Errorf("%s: the error shows the key: %v", test.name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if keys.Ephemeral || keys.WorldReadable {
			t.Errorf("%s: %+v", test.name, keys)
		}
		ids := keys.IMSI(testIMSI)
		if len(ids) != len(test.prefixes) {
			t.Fatalf("%s: %d pseudonyms", test.name, len(ids))
		}
		for i, id := range ids {
			if !strings.HasPrefix(id, test.prefixes[i]) || len(id) != len(test.prefixes[i])+16 {
				t.Errorf("%s: pseudonym %s, want %s and 16 digits", test.name, id, test.prefixes[i])
			}
		}
		p := newPrivacy(Pseudonym, keys)
		if got := string(p.appendNumber(nil, testIMSI, numberIMSI)); got != ids[0] {
			t.Errorf("%s: the current key makes %s, want %s", test.name, got, ids[0])
		}
	}
	if _, err := LoadKey(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
	path := filepath.Join(t.TempDir(), "open")
	os.WriteFile(path, []byte(long), 0o644)
	os.Chmod(path, 0o644)
	if keys, err := LoadKey(path); err != nil || !keys.WorldReadable {
		t.Errorf("a key for all to read is not noticed: %v, %v", keys, err)
	}
}

// TestScrub writes hosts and Session-Ids of a message whose subscriber is known.
func TestScrub(t *testing.T) {
	m := &signaling.Message{IMSI: testIMSI, MSISDN: telecom.MustDigits("99912345678")}
	for _, test := range []struct{ in, want string }{
		{"mme1.example;1234567890;1", "mme1.example;1234567890;1"},
		{"mme1;001010123456890", "mme1;00101*******890"},
		{"0001010123456890@nai.example", "00010********890@nai.example"},
		{"imsi-99901000000000x", "imsi-99901******000x"}, // another subscriber's
		{"a99912345678b", "a99912****78b"},
		{"tel:99912345678", "tel:99912****78"},
		{"1711111111111.example", "1711111111111.example"}, // milliseconds: 13 digits
		{strings.Repeat("1", 40), "****"},
		{"x\"001010123456890", `x\"00101*******890`},
		{"\xff001010123456890", `\ufffd00101*******890`},
	} {
		p := newPrivacy(Mask, testKeys)
		p.setMessage(m)
		if got := string(appendScrubbed(&p, nil, test.in, longRun)); got != test.want {
			t.Errorf("%s becomes %s, want %s", test.in, got, test.want)
		}
		p = newPrivacy(Clear, testKeys)
		p.setMessage(m)
		if got := string(appendScrubbed(&p, nil, test.in, longRun)); got != string(appendEscaped(nil, test.in)) {
			t.Errorf("clear: %s becomes %s", test.in, got)
		}
		p = newPrivacy(Pseudonym, testKeys)
		p.setMessage(m)
		got := string(appendScrubbed(&p, nil, "a;001010123456890;b", longRun))
		if want := "a;" + testKeys.IMSI(testIMSI)[0] + ";b"; got != want {
			t.Errorf("pseudonym: %s, want %s", got, want)
		}
	}
}

// TestNoNumbersLeak puts random subscribers into every place of every message and
// looks for their digits in what is written.
func TestNoNumbersLeak(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	number := func(prefix string, n int) telecom.Digits {
		b := []byte(prefix)
		for len(b) < n {
			b = append(b, byte('0'+r.IntN(10)))
		}
		return telecom.MustDigits(string(b))
	}
	for range 300 {
		imsi := number("99901", 14+r.IntN(2))
		msisdn := number("999", 12+r.IntN(4))
		imei := number("35", 14+r.IntN(3))
		// E.214: country code, network code and the MSIN of the IMSI.
		e214 := telecom.MustDigits("99912" + imsi.Drop(5).String())
		host := []byte(fmt.Sprintf("n%s.%s.example", imsi, msisdn))
		for _, mode := range []Mode{Mask, Pseudonym} {
			e := NewEncoder(Options{Privacy: mode, Keys: testKeys})
			table := NewTable(Options{Privacy: mode, Keys: testKeys}, Screen{})
			for name, m := range messages() {
				m.IMSI, m.MSISDN = imsi, msisdn
				if m.SCCP != nil {
					for i, a := range []*telecom.Digits{&m.SCCP.Calling.GT, &m.SCCP.Called.GT} {
						*a = [...]telecom.Digits{imsi, msisdn, e214}[(i+r.IntN(3))%3]
					}
				}
				if m.MAP != nil {
					m.MAP.IMSI, m.MAP.MSISDN, m.MAP.IMEI, m.MAP.DiameterName = imsi, msisdn, imei, host
					for i := range m.MAP.Nodes() {
						m.MAP.Nodes()[i].GT = [...]telecom.Digits{imsi, msisdn, e214}[r.IntN(3)]
					}
				}
				if d := m.Diameter; d != nil {
					d.IMSI, d.MSISDN, d.IMEI, d.SCAddress = imsi, msisdn, imei, msisdn
					d.UserName, d.SessionID, d.OriginHost, d.OriginRealm, d.DestinationHost, d.DestinationRealm = host, host, host, host, host, host
					for i := range d.RouteRecords() {
						d.RouteRecords()[i] = host
					}
					for i := range d.ProxyHosts() {
						d.ProxyHosts()[i] = host
					}
				}
				if m.Link != nil {
					m.Link.Ends[0].Host, m.Link.Ends[1].Host = string(host), string(host)
				}
				f := &rules.Finding{Message: m, Rule: testRule, Carrier: testCarrier}
				for pos := signaling.Position(0); pos < signaling.NumPositions; pos++ {
					for _, v := range []string{imsi.String(), msisdn.String(), e214.String(), string(host)} {
						f.Sightings = append(f.Sightings, rules.Sighting{Position: pos, Value: []byte(v)})
					}
				}
				for _, out := range [][]byte{e.AppendMessage(nil, m), e.AppendFinding(nil, f), table.AppendFinding(nil, f)} {
					for _, d := range []telecom.Digits{imsi, msisdn, imei} {
						for at := 0; at+12 <= d.Len(); at++ {
							if part := d.Drop(at).Truncate(12).String(); bytes.Contains(out, []byte(part)) {
								t.Fatalf("%v, %s: %s of %v stands in %s", mode, name, part, d, out)
							}
						}
					}
				}
			}
		}
	}
}
