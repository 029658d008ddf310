package main

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
)

// writeWatchlist writes a carrier file with that many identifiers of all kinds,
// none of which is in a bench capture. They resemble what is in it: look-ups have
// to go as deep as they would for a real list before they fail.
func writeWatchlist(w io.Writer, identifiers int) error {
	b := bufio.NewWriter(w)
	fmt.Fprint(b, "carriers:\n  - id: bench-list\n    name: Bench list\n    identifiers:\n")
	for _, p := range watchlist(identifiers) {
		fmt.Fprintf(b, "      - type: %s\n        values: [%s]\n", p.kind, strings.Join(p.values, ", "))
	}
	return b.Flush()
}

// portion is the identifiers of one type.
type portion struct {
	kind   string
	values []string // as YAML
}

// watchlist shares n out among the types: most are global titles, as in IR.21
// documents. Types with few values on earth stop growing with n, and global
// titles make up for it.
func watchlist(n int) []portion {
	r := rand.New(rand.NewPCG(seed, uint64(n)))
	quoted := func(s string) string { return strconv.Quote(s) }
	portions := []portion{
		distinct("point_code", min(n/20, 4000), func() string { // zones 5 to 7; captures have 0 and 2 to 4
			return fmt.Sprintf("%d-%03d-%d", 5+r.IntN(3), r.IntN(256), r.IntN(8))
		}),
		distinct("plmn", min(n/30, 60), func() string { return fmt.Sprintf("999-%02d", r.IntN(70)) }),
		distinct("ip_prefix", n*3/20, func() string { // of the benchmark range, RFC 2544
			return fmt.Sprintf("198.%d.%d.%d/32", 18+r.IntN(2), r.IntN(256), r.IntN(256))
		}),
		distinct("host", n/10, func() string { return quoted(fmt.Sprintf("dra%d.ipx%d.example.net", r.IntN(100), r.IntN(100_000))) }),
		distinct("host_suffix", n/20, func() string { return quoted(fmt.Sprintf("hub%d.example.net", r.IntN(1_000_000))) }),
		distinct("realm", n/20, func() string { return quoted(fmt.Sprintf("ipx%d.example.net", r.IntN(1_000_000))) }),
		distinct("realm_suffix", n/20, func() string { return quoted(fmt.Sprintf("epc%d.example.org", r.IntN(1_000_000))) }),
	}
	rest := n
	for _, p := range portions {
		rest -= len(p.values)
	}
	titles := distinct("gt_prefix", rest, func() string {
		// 9990 and 9997 begin the numbers of the captures, but go on otherwise.
		begin := [...]string{"99905", "99979", "35", "49", "1"}[r.IntN(5)]
		return quoted(begin + strconv.Itoa(1000+r.IntN(9_000_000)))
	})
	portions = append(portions, titles)
	used := portions[:0]
	for _, p := range portions {
		if len(p.values) > 0 {
			used = append(used, p)
		}
	}
	return used
}

// distinct draws n different values.
func distinct(kind string, n int, draw func() string) portion {
	p := portion{kind: kind, values: make([]string, 0, n)}
	seen := make(map[string]bool, n)
	for len(p.values) < n {
		v := draw()
		if !seen[v] {
			seen[v] = true
			p.values = append(p.values, v)
		}
	}
	return p
}

// writeWatchlistFile is writeWatchlist to a file.
func writeWatchlistFile(name string, identifiers int) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := writeWatchlist(f, identifiers); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// parseSizes reads "30,10000".
func parseSizes(s string) ([]int, error) {
	var sizes []int
	for _, f := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' }) {
		n, err := strconv.Atoi(f)
		if err != nil || n < 1 || n > 100_000 {
			return nil, fmt.Errorf("%q is no size of a watchlist: want 1 to 100000", f)
		}
		sizes = append(sizes, n)
	}
	return sizes, nil
}
