package main

import (
	"context"
	"os"
	"path/filepath"
)

// What attribution is measured with, and what it may cost.
const (
	exposurePartners  = 1000
	exposureWatchlist = 10_000
	exposureRules     = 200
	exposureDocuments = 1000
	exposureTries     = 3

	targetExposure      = 1.25 // all of it over a replay without
	targetTaken         = 25   // percent of the replay's throughput that all of it takes
	targetConfiguration = 1.10 // what a large configuration adds to a small one
	targetLoad          = 1000 // ms
)

// exposed measures what it costs to say who is at the ends of messages, which carriers
// are on their path, what rules say of that, and to count it in a ledger: a replay with
// more and more of it, in turns. Then an import of IR.21 documents. Start-up, which is
// measured over an empty capture, is taken off.
func (h *harness) exposed(temp string) func(context.Context) error {
	return func(ctx context.Context) error {
		if _, err := child(ctx, "exposure", temp); err != nil {
			return err
		}
		in := func(name string) string { return filepath.Join(temp, name) }
		ledger := func() error { // each round begins a new one
			for _, end := range [...]string{"", "-wal", "-shm", ".key"} {
				if err := os.Remove(in("ledger.db" + end)); err != nil && !os.IsNotExist(err) {
					return err
				}
			}
			return nil
		}
		large := []string{"--config", in("large.yaml")}
		var full, empty, turns []*contender
		for _, c := range []struct {
			name string
			args []string
		}{
			{"replay", nil},
			{"with home and two partners", []string{"--config", in("small.yaml")}},
			{"  and a ledger", []string{"--config", in("small.yaml"), "--ledger", in("ledger.db")}},
			{"with home and " + thousands(exposurePartners) + " partners", []string{"--config", in("partners.yaml")}},
			{"  and " + thousands(exposureRules) + " rules and a watchlist of " + thousands(exposureWatchlist), large},
			{"  and a ledger", append(large[:2:2], "--ledger", in("ledger.db"))},
		} {
			argv := func(file string) []string { return append(append([]string{h.bin, "replay"}, c.args...), file) }
			full = append(full, &contender{name: c.name, argv: argv(h.file), before: ledger})
			empty = append(empty, &contender{argv: argv(h.empty), before: ledger})
			turns = append(turns, full[len(full)-1], empty[len(empty)-1])
		}
		documents := &contender{argv: []string{h.bin, "ir21", "import", "--quiet", "--output", in("imported.json"), in("ir21")}}
		if err := warm(h.file); err != nil {
			return err
		}
		// A ratio of two short runs says more of the machine than of us: its slow and fast
		// phases last some seconds.
		h.tries = exposureTries
		h.report.note("a round is %d turns, and a time the least of them", h.tries)
		if err := h.inTurns(ctx, "exposure", h.runs, append(turns, documents)...); err != nil {
			return err
		}
		r, net := &h.report, make([][]float64, len(full))
		for i, c := range full {
			net[i] = less(c.cpu, empty[i].cpu)
			r.add(c.name+", s of CPU a million messages", scale(net[i], 1e6/float64(h.messages)), "")
			if i > 0 {
				r.add("  / replay", pairwise(net[i], net[0]), "")
			}
		}
		all := len(full) - 1
		whole, configuration := pairwise(net[all], net[0]), pairwise(net[all], net[2])
		taken := make([]float64, len(whole))
		for i, x := range whole {
			taken[i] = 100 * (1 - 1/x)
		}
		r.add("all of it / replay", whole, atMost(whole, targetExposure))
		r.add("  of the replay's throughput, %", taken, atMost(taken, targetTaken))
		r.add("large configuration / small, both with a ledger", configuration, atMost(configuration, targetConfiguration))
		load := scale(less(empty[all-1].cpu, empty[0].cpu), 1e3)
		r.add("loading the large configuration, ms", load, atMost(load, targetLoad))
		r.add("peak memory, replay, MiB", full[0].peak, "")
		r.add("peak memory, all of it, MiB", full[all].peak, "")
		r.add("importing "+thousands(exposureDocuments)+" IR.21 documents, s", documents.cpu, "")
		r.add("  peak memory, MiB", documents.peak, "")
		return nil
	}
}
