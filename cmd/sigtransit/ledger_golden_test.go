package main

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sigtransit/pkg/exposure"
	"sigtransit/pkg/signaling"
)

// happened is the table of testdata/exposure/README.md: what of whom crossed which link in
// which hour, and by which evidence its carrier is known.
var happened = []struct {
	partner, service, carrier, evidence string
	hours                               map[string]string
}{
	{"NORE1", "ss7", "pccw-global", "adjacent", map[string]string{"06": "4A 4L", "07": "3D 2K", "08": "2A 1P", "10": "6A 2L 1X", "11": "2D 2V"}},
	{"KENE1", "ss7", "pccw-global", "adjacent", map[string]string{"10": "4A", "11": "2P"}},
	{"SGPE1", "ss7", "china-mobile-international", "adjacent", map[string]string{"06": "5A 5L", "08": "4D", "10": "3A 2R"}},
	{"BRAE1", "diameter", "china-mobile-international", "hop", map[string]string{"07": "4E", "08": "2S"}},
	{"KENE1", "ss7", "example-transit", "adjacent", map[string]string{"06": "3A 3L", "08": "2K", "11": "1P"}},
	{"SGPE1", "ss7", "example-transit", "adjacent", map[string]string{"07": "2A 1L"}},
	{"gb", "ss7", "example-transit", "adjacent", map[string]string{"07": "2A 2L", "10": "1D"}},
	{"BRAE1", "ss7", "", "", map[string]string{"06": "2A 2L", "11": "2D"}},
	{"NORE1", "diameter", "", "", map[string]string{"07": "3E"}},
	{"BRAE1", "diameter", "", "", map[string]string{"10": "1Q"}},
}

// declaredFor is whom the partners name in their IR.21.
var declaredFor = map[string][]string{
	"NORE1 ss7": {"pccw-global"}, "NORE1 diameter": {"pccw-global"}, "SGPE1 ss7": {"example-transit", "china-mobile-international"},
	"KENE1 ss7": {"example-transit", "china-telecom-global"}, "BRAE1 diameter": {"china-mobile-international"},
}

// messagesFor are the messages behind a letter of that table: class and direction, d where
// one is the first of its class in its dialogue, s where it returns secrets, r where it
// refuses.
var messagesFor = map[byte][]string{
	'A': {"authentication inbound d", "authentication outbound s"},
	'V': {"authentication outbound d", "authentication inbound s"},
	'X': {"authentication inbound d", "authentication outbound r"},
	'D': {"sms outbound d", "sms inbound"},
	'R': {"sms inbound d", "sms outbound s"},
	'K': {"call outbound d", "call inbound s"},
	'P': {"location outbound d", "location inbound s"},
	'S': {"data inbound d", "data outbound"},
	'L': {"location inbound d", "subscriber outbound d", "subscriber inbound", "location outbound"},
	'E': {"authentication inbound d", "authentication outbound s", "location inbound d", "location outbound s"},
	'Q': {"subscriber outbound d", "location inbound ds"},
}

// TestLedgerGolden holds the rows of the ledger of the bundled capture to that table, with
// nothing of the report in between.
func TestLedgerGolden(t *testing.T) {
	type counts struct{ messages, dialogues, secrets, refused uint64 }
	want := map[string]counts{"06  ss7 * authentication internal": {2, 1, 1, 0}} // between home's own VLR and HLR
	for _, x := range happened {
		over := []string{"* %s"}
		if x.carrier == "" {
			over = append(over, "unknown %s")
		} else {
			over = append(over, x.carrier+" %s "+x.evidence)
		}
		for _, c := range declaredFor[x.partner+" "+x.service] {
			if c != x.carrier {
				over = append(over, c+" %s declared")
			}
		}
		for hour, letters := range x.hours {
			for _, letter := range strings.Fields(letters) {
				n := uint64(letter[0] - '0')
				for _, m := range messagesFor[letter[1]] {
					f := append(strings.Fields(m), "")
					for _, o := range over {
						key := hour + " " + x.partner + " " + x.service + " " + fmt.Sprintf(o, f[0]+" "+f[1])
						c := want[key]
						c.messages += n
						c.dialogues += n * uint64(strings.Count(f[2], "d"))
						c.secrets += n * uint64(strings.Count(f[2], "s"))
						c.refused += n * uint64(strings.Count(f[2], "r"))
						want[key] = c
					}
				}
			}
		}
	}

	file := filepath.Join(t.TempDir(), "ledger")
	if code, _, stderr := invoke(t, "", "replay", "--config", exposureConfig, "--format", "summary", "--ledger", file, exposureInput); code != 0 {
		t.Fatal(stderr)
	}
	r, err := exposure.OpenForReading(file)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	got, control := map[string]counts{}, uint64(0)
	subscribers := map[string]*exposure.Sketch{}
	if err := r.Rows(time.Time{}, time.Time{}, func(x *exposure.Row) error {
		proven := x.Evidence >= signaling.EvidenceAddress
		carrier, evidence := x.Carrier, " "+x.Evidence.String()
		switch {
		case x.Class == signaling.ClassControl: // CER and CEA
			if x.Carrier == exposure.Total {
				control += x.Messages
			}
			return nil
		case x.Carrier == exposure.PathUnknown && x.Direction == signaling.Internal:
			return nil // home's own has no path
		case x.Carrier == exposure.PathUnknown:
			carrier, evidence, proven = "unknown", "", true
		case x.Carrier == exposure.Total:
			evidence, proven = "", x.Direction != signaling.Internal
		}
		key := fmt.Sprintf("%s %s %s %s %s %s%s", time.Unix(x.Hour, 0).UTC().Format("15"), x.Partner, x.Service, carrier, x.Class, x.Direction, evidence)
		c := got[key]
		got[key] = counts{c.messages + x.Messages, c.dialogues + x.Dialogues, c.secrets + x.Secrets, c.refused + x.Refused}
		if who := carrier + " " + x.Subscriber.String(); proven {
			if subscribers[who] == nil {
				subscribers[who] = &exposure.Sketch{}
			}
			return subscribers[who].Merge(&x.Subscribers)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if control != 2 {
		t.Errorf("%d messages of class control, want 2", control)
	}
	all := maps.Clone(want)
	maps.Copy(all, got)
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if got[key] != want[key] {
			t.Errorf("%s: %+v, want %+v", key, got[key], want[key])
		}
	}

	estimates := map[string]uint64{}
	for who, s := range subscribers {
		if n := s.Estimate(); n > 0 {
			estimates[who] = n
		}
	}
	if want := (map[string]uint64{
		"* home": 29, "* visitor": 2, "pccw-global home": 11, "pccw-global visitor": 2, "china-mobile-international home": 11, "example-transit home": 7, "unknown home": 6,
	}); !maps.Equal(estimates, want) {
		t.Errorf("subscribers are %v, want %v", estimates, want)
	}
}
