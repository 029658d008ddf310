package main

import (
	"context"
	"path/filepath"
)

// targetAgainst: what a change may cost a message that matches nothing.
const targetAgainst = 1.05

// compare measures another build of the program in turns with ours: what a message
// that matches nothing costs the one and the other. What start-up takes, which is
// measured over an empty capture, is taken off.
func (h *harness) compare(temp string) func(context.Context) error {
	return func(ctx context.Context) error {
		list := filepath.Join(temp, "nothing.yaml")
		if _, err := child(ctx, "watchlist", list, "1000"); err != nil {
			return err
		}
		if _, err := h.check(ctx, h.against); err != nil {
			return err
		}
		replay := func(bin, file string) *contender {
			return &contender{argv: []string{bin, "replay", "--no-builtin-carriers", "--watchlist", list, file}}
		}
		ours, oursEmpty := replay(h.bin, h.file), replay(h.bin, h.empty)
		theirs, theirsEmpty := replay(h.against, h.file), replay(h.against, h.empty)
		if err := h.inTurns(ctx, "against", h.runs, ours, theirs, oursEmpty, theirsEmpty); err != nil {
			return err
		}
		r, per := &h.report, 1e9/float64(h.messages)
		a, b := scale(less(ours.cpu, oursEmpty.cpu), per), scale(less(theirs.cpu, theirsEmpty.cpu), per)
		ratio := pairwise(a, b)
		r.add("replay, ns of CPU a message without start-up", a, "")
		r.add("  the other build", b, "")
		r.add("  replay / the other build", ratio, atMost(ratio, targetAgainst))
		r.add("start-up, ms", scale(oursEmpty.cpu, 1e3), "")
		r.add("  the other build", scale(theirsEmpty.cpu, 1e3), "")
		return nil
	}
}
