package rules

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"sigtransit/pkg/signaling"
)

// bigList is a watchlist of about n identifiers of all types, none of which is in
// the messages of the tests, though many begin like what is.
func bigList(n int) string {
	r := rand.New(rand.NewSource(1))
	var b strings.Builder
	b.WriteString("carriers:\n  - id: big\n    identifiers:\n")
	list := func(typ, extra string, share int, value func(i int) string) {
		fmt.Fprintf(&b, "      - type: %s\n%s        values:\n", typ, extra)
		seen := map[string]bool{}
		for i := 0; len(seen) < max(share, 1); i++ {
			v := value(i)
			if !seen[v] {
				seen[v] = true
				fmt.Fprintf(&b, "          - %q\n", v)
			}
		}
	}
	list("gt_prefix", "", n*6/10, func(i int) string { return fmt.Sprintf("9997%07d", 1+r.Intn(1e7-1)*10%10000000)[:11] + "9" })
	list("point_code", "        network_indicator: 0\n", min(n/10, 4000), func(i int) string { return fmt.Sprint(5000 + i) })
	list("ip_prefix", "", n/10, func(i int) string { return fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255) })
	list("host", "", n/10, func(i int) string { return fmt.Sprintf("dra%d.example.net", i) })
	list("realm_suffix", "", n/10, func(i int) string { return fmt.Sprintf("ipx%d.example.org", i) })
	list("plmn", "        role: group-operator\n", min(n/30, 800), func(i int) string { return fmt.Sprintf("%03d-%02d", 500+i/100, i%100) })
	return b.String()
}

var benchSizes = []int{30, 10_000, 100_000}

func benchmarkMessage(b *testing.B, m *signaling.Message) {
	for _, n := range benchSizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			e := NewEngine(load(b, bigList(n)))
			emit := func(*Finding) { b.Fatal("finding") }
			b.ReportAllocs()
			for b.Loop() {
				e.Evaluate(m, emit)
			}
		})
	}
}

func BenchmarkMAPNoMatch(b *testing.B)      { benchmarkMessage(b, mapMessage(b)) }
func BenchmarkDiameterNoMatch(b *testing.B) { benchmarkMessage(b, ulr(b)) }

func BenchmarkFinding(b *testing.B) {
	e := NewEngine(load(b, one("type: point_code, value: 4200", "type: gt_prefix, value: '9997'")))
	m := mapMessage(b)
	emit := func(*Finding) {}
	b.ReportAllocs()
	for b.Loop() {
		e.Evaluate(m, emit)
	}
}

func BenchmarkBuiltin(b *testing.B) {
	s, err := Load(Options{})
	if err != nil {
		b.Fatal(err)
	}
	e := NewEngine(s)
	for name, m := range map[string]*signaling.Message{"map": mapMessage(b), "diameter": ulr(b)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				e.Evaluate(m, func(*Finding) {})
			}
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	for _, n := range []int{0, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			o := Options{}
			if n > 0 {
				o.WatchlistFiles = []string{writeFile(b, "big.yaml", bigList(n))}
			}
			for b.Loop() {
				if _, err := Load(o); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkManyRules is 10,000 identifiers and 200 rules with conditions beside the
// built-in ones alone.
func BenchmarkManyRules(b *testing.B) {
	for name, change := range map[string]func(*Options){
		"builtin": func(*Options) {},
		"200":     func(o *Options) { o.DetectionFiles = []string{writeFile(b, "r.yaml", manyRules(200))} },
	} {
		b.Run(name, func(b *testing.B) {
			e := NewEngine(load(b, bigList(10_000), change))
			m, d := mapMessage(b), ulr(b)
			emit := func(*Finding) { b.Fatal("finding") }
			b.ReportAllocs()
			for b.Loop() {
				e.Evaluate(m, emit)
				e.Evaluate(d, emit)
			}
		})
	}
}

// Conditions as rules have them, and one that is watched for what it costs.
func BenchmarkCondition(b *testing.B) {
	for name, text := range map[string]string{
		"bounded": `sccp.calling.gt.startsWith("99") && kind == "invoke" && !diameter.origin_realm.endsWith(".example.net")`,
		"watched": `carriers.all(c, c != kind)`,
	} {
		b.Run(name, func(b *testing.B) {
			e, m := NewEngine(conditional(b, text)), mapMessage(b)
			for b.Loop() {
				e.Evaluate(m, func(*Finding) {})
			}
		})
	}
}
