package partners

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestSplit(t *testing.T) {
	for text, want := range map[string][]string{
		"":                                 nil,
		"One":                              {"One"},
		"One, Two / Three":                 {"One", "Two", "Three"},
		"One & Two":                        {"One", "Two"},
		"One and Two":                      {"One", "Two"},
		"One AND Two":                      {"One", "Two"},
		"One; Two (backup)":                {"One", "Two (backup)"},
		"One + Two | Three":                {"One", "Two", "Three"},
		"One\nTwo":                         {"One", "Two"},
		"AT&T / Two":                       {"AT&T", "Two"},
		"Tele A/S, Two":                    {"Tele A/S", "Two"},
		"One Co., Ltd, Two":                {"One Co., Ltd", "Two"},
		"One (Asia, Europe) Limited / Two": {"One (Asia, Europe) Limited", "Two"},
		"One/Two":                          {"One", "Two"},
		"Anderson and sons":                {"Anderson", "sons"}, // one too many, and no harm
		"Landline":                         {"Landline"},
		" - One - , ; Two.":                {"One", "Two"},
		"N/A":                              nil,
		"none":                             nil,
		"One (":                            {"One ("},
		"Ünä, Østen":                       {"Ünä", "Østen"},
	} {
		var got []string
		for _, p := range Split(text) {
			got = append(got, text[p.Begin:p.End])
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestSplitLong: the time for a long text grows as the text does.
func TestSplitLong(t *testing.T) {
	for _, piece := range []string{"a&b", "a,b", ",", "a, ltd", "(", "a/", " and "} {
		text := strings.Repeat(piece, 1<<20/len(piece))
		begin := time.Now()
		Split(text)
		UseOf(text)
		if d := time.Since(begin); d > 10*time.Second {
			t.Errorf("%q again and again: %v", piece, d)
		}
	}
}

func FuzzSplit(f *testing.F) {
	f.Add("One, Two / Three & (A, B) and AT&T; X Co., Ltd")
	f.Fuzz(func(t *testing.T, s string) {
		last := 0
		for _, p := range Split(s) {
			if p.Begin < last || p.End <= p.Begin || p.End > len(s) {
				t.Fatalf("%q: %v", s, Split(s))
			}
			last = p.End
		}
		UseOf(s)
		PointCode(s)
	})
}

func TestUseOf(t *testing.T) {
	for text, want := range map[string]Use{
		"Primary": Primary, "PRIMARY ROUTE": Primary, "main": Primary, "1st choice": Primary,
		"Backup": Backup, "back-up": Backup, "Back up": Backup, "secondary": Backup, "stand-by": Backup, "Alternative": Backup,
		"Load sharing": LoadSharing, "Loadshare 50/50": LoadSharing, "load-balanced": LoadSharing, "loadsharing": LoadSharing,
		"": UseUnknown, "international": UseUnknown, "primary/backup": UseUnknown, "backupped": UseUnknown, "mainland": UseUnknown,
	} {
		if got := UseOf(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
	for u := range NumUses {
		if got, ok := ParseUse(u.String()); got != u || !ok {
			t.Errorf("%v: %v %v", u, got, ok)
		}
	}
	if _, ok := ParseUse("x"); ok {
		t.Error("x is a use")
	}
}

func TestPointCode(t *testing.T) {
	for text, want := range map[string]string{
		"0-020-1": "0-020-1", "0.20.1": "0-020-1", "0 - 20 - 1": "0-020-1", "161": "0-020-1", "0xA1": "0-020-1", "A1h": "0-020-1", "H'A1": "0-020-1", "h'a1'": "0-020-1",
		"": "no", "8-1-1": "no", "1-2": "no", "A1": "no", "1-2-3-4": "no", "99999999": "no",
	} {
		c, ok := PointCode(text)
		got := c.String()
		if !ok {
			got = "no"
		}
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// TestResolve: carriers by names and by AS number, and what is left over.
func TestResolve(t *testing.T) {
	r := Resolver{
		Text: func(s string) (out []Named) {
			for id, name := range map[string]string{"a": "Alpha and Sons", "b": "Beta"} {
				if i := strings.Index(s, name); i >= 0 {
					out = append(out, Named{id, i, i + len(name)})
				}
			}
			return out
		},
		ASN: func(n uint32) string {
			if n == 64500 {
				return "a"
			}
			return ""
		},
	}
	for _, tt := range []struct {
		d          Declaration
		ids, other []string
	}{
		{Declaration{Name: "Alpha and Sons"}, []string{"a"}, nil},
		{Declaration{Name: "Alpha and Sons, Beta / Gamma"}, []string{"a", "b"}, []string{"Gamma"}},
		{Declaration{Name: "Gamma; Delta"}, nil, []string{"Gamma", "Delta"}},
		{Declaration{Name: "someone", ASN: 64500}, []string{"a"}, nil},
		{Declaration{Name: "Beta", ASN: 64500}, []string{"a", "b"}, nil},
		{Declaration{Name: "someone", ASN: 64501}, nil, []string{"someone"}},
		{Declaration{ASN: 64500}, []string{"a"}, nil},
	} {
		p := &Partner{Carriers: []Declaration{tt.d}}
		p.Carriers[0].Carriers = []string{"of an earlier watchlist"}
		if other := p.Resolve(r); !reflect.DeepEqual(other, tt.other) || !reflect.DeepEqual(p.Carriers[0].Carriers, tt.ids) {
			t.Errorf("%q AS%d: %q and %q, want %q and %q", tt.d.Name, tt.d.ASN, p.Carriers[0].Carriers, other, tt.ids, tt.other)
		}
	}
}
