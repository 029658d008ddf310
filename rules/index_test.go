package rules

import (
	"math/rand"
	"strings"
	"testing"

	"sigtransit/decoders/telecom"
)

// longest is the obvious way to find the longest prefix.
func longest(prefixes map[telecom.Digits]uint32, d telecom.Digits) (best uint32) {
	if d.Len() < tableDigits {
		return 0
	}
	for n := 1; n <= d.Len(); n++ {
		if ref, ok := prefixes[d.Truncate(n)]; ok {
			best = ref
		}
	}
	return best
}

func buildTrie(prefixes map[telecom.Digits]uint32) *digitTrie {
	var g growing
	for d, ref := range prefixes {
		g.put(d, ref)
	}
	t := &digitTrie{}
	t.build(&g)
	return t
}

func TestTrieAgainstSlowMatcher(t *testing.T) {
	for _, tc := range []struct {
		name           string
		prefixes, base int // how many, and of how many digits the alphabet is
	}{{"none", 0, 10}, {"one", 1, 10}, {"few", 40, 10}, {"dense binary", 4000, 2}, {"dense", 30000, 4}, {"all nibbles", 20000, 15}} {
		t.Run(tc.name, func(t *testing.T) {
			r := rand.New(rand.NewSource(7))
			number := func(limit int) telecom.Digits {
				const nibbles = "0123456789ABCDE"
				b := make([]byte, 1+r.Intn(limit))
				for i := range b {
					b[i] = nibbles[r.Intn(tc.base)]
				}
				return telecom.MustDigits(string(b))
			}
			prefixes := map[telecom.Digits]uint32{}
			for i := 0; i < tc.prefixes; i++ {
				prefixes[number(17)] = uint32(i + 1)
			}
			trie := buildTrie(prefixes)
			if dense := strings.HasPrefix(tc.name, "dense"); len(trie.tables) > 1 != dense {
				t.Errorf("%d tables", len(trie.tables))
			}
			check := func(d telecom.Digits) {
				if got, want := trie.lookup(d), longest(prefixes, d); got != want {
					t.Fatalf("lookup(%v) = %d, want %d", d, got, want)
				}
			}
			for range 20000 {
				check(number(telecom.MaxDigits))
			}
			for d := range prefixes { // each prefix, with a digit more and a digit less
				check(d)
				check(d.Truncate(d.Len() - 1))
				if d.Len() < telecom.MaxDigits {
					check(telecom.MustDigits(d.String() + "0"))
				}
			}
			if n := testing.AllocsPerRun(100, func() { trie.lookup(telecom.MustDigits("8613912345678")) }); n != 0 {
				t.Errorf("%v allocations", n)
			}
		})
	}
}

func FuzzTrie(f *testing.F) {
	f.Add("852 85261 86 861390", "85261234567")
	f.Add("1 11 111 1111", "11")
	f.Fuzz(func(t *testing.T, list, number string) {
		prefixes := map[telecom.Digits]uint32{}
		for i, s := range strings.Fields(list) {
			if d, err := telecom.ParseDigits(s); err == nil {
				prefixes[d] = uint32(i + 1)
			}
		}
		d, err := telecom.ParseDigits(number)
		if err != nil {
			return
		}
		if got, want := buildTrie(prefixes).lookup(d), longest(prefixes, d); got != want {
			t.Errorf("lookup(%v) among %v = %d, want %d", d, prefixes, got, want)
		}
	})
}

// slowName is the obvious way to look a name up: the exact entry, else the
// longest suffix that begins at a label.
func slowName(names map[string][4]uint32, name string, side int) (best uint32) {
	lowered := []byte(name)
	for i, c := range lowered {
		lowered[i] = lower[c]
	}
	name = string(lowered)
	if r := names[name][side+refExact]; r != 0 {
		return r
	}
	length := -1
	for suffix, refs := range names {
		if r := refs[side+refSuffix]; r != 0 && len(suffix) > length && (name == suffix || strings.HasSuffix(name, "."+suffix)) {
			best, length = r, len(suffix)
		}
	}
	return best
}

func FuzzHostMatch(f *testing.F) {
	f.Add("example.net=0 example.net=1 dra.example.net=1", "DRA.example.net")
	f.Add("net=1 example.net=3", "notexample.net")
	f.Add("a=0 b=2", "a.")
	f.Fuzz(func(t *testing.T, list, name string) {
		names := map[string][4]uint32{}
		for i, s := range strings.Fields(list) {
			s, place, _ := strings.Cut(s, "=")
			if n, err := parseName(TypeHost, s); err == nil && len(place) == 1 && place[0] >= '0' && place[0] <= '3' {
				r := names[n]
				r[place[0]-'0'] = uint32(i + 1)
				names[n] = r
			}
		}
		x := &index{}
		x.names.build(names)
		e := &Engine{index: x}
		for side, realm := range map[int]bool{refHost: false, refRealm: true} {
			plain := strings.TrimSuffix(name, ".")
			want := uint32(0)
			if len(plain) <= maxName {
				want = slowName(names, plain, side)
			}
			if got := x.name([]byte(name), realm)[0]; got != want {
				t.Errorf("%q among %v (realm %t) = %d, want %d", name, names, realm, got, want)
			}
			if name == "" || len(name) > memoName {
				continue
			}
			s := e.memo.slot([]byte(name), realm)
			if s.is([]byte(name), realm) {
				t.Errorf("%q is in an empty memo", name)
			}
		}
		mcc, mnc, ok := telecom.PLMNOfDomain([]byte(name))
		if ok && (mcc > 999 || mnc > 999) {
			t.Errorf("%q is PLMN %d-%d", name, mcc, mnc)
		}
	})
}
