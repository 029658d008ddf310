package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"sigtransit/pkg/config"
	"sigtransit/pkg/daemon"
	"sigtransit/pkg/roaming"
	"sigtransit/rules"
)

// homeText is home in a few words.
func homeText(h *roaming.Home) string {
	var words []string
	if h.Name != "" {
		words = append(words, h.Name)
	}
	for _, p := range h.PLMNs {
		words = append(words, p.String())
	}
	if len(words) == 0 {
		return "without a network"
	}
	return strings.Join(words, " ")
}

func (e *env) check() *cobra.Command {
	var k knowledge
	c := &cobra.Command{
		Use:   "check",
		Short: "check configuration, watchlist and detections",
		Long: `check reads the configuration, the dictionaries, the carriers and the detections as replay and
run would, and reports every fault with file, line and column: those of the configuration first,
and where it has none those of the files that it names. It builds what run would need on
this machine (filter, web configuration, sinks, secrets, user) without starting it; an
interface that is not there, and a ledger that cannot be recorded into, are warnings. Exit code 2: something is wrong.`,
		Args: args(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			conf, set, err := k.load(config.Rehearsing...)
			if err != nil {
				return err
			}
			_, err = keys(conf)
			warnings, wrong := daemon.Rehearse(&daemon.Plan{Config: conf, Set: set})
			if err = errors.Join(err, wrong); err != nil {
				return usageError{err}
			}
			e.warn(set)
			for _, w := range append(k.warnings, warnings...) {
				fmt.Fprintf(e.stderr, "sigtransit: warning: %s\n", w)
			}
			enabled, tested, added := 0, 0, ""
			for _, d := range set.Detections {
				switch d.Mode {
				case rules.ModeActive:
					enabled++
				case rules.ModeTest:
					tested++
				}
			}
			if tested > 0 {
				added = fmt.Sprintf(", %d in mode test", tested)
			}
			if n := len(set.Exceptions); n > 0 {
				added += fmt.Sprintf(", %d exceptions", n)
			}
			if avps, commands := k.dictionary.Len(); k.dictionary != nil {
				added += fmt.Sprintf(", dictionaries with %d AVPs and %d commands", avps, commands)
			}
			if h := &conf.Home; k.ends != nil {
				if h.IsZero() {
					fmt.Fprintln(e.stderr, "sigtransit: warning: partners without home: no message has a direction; want home: with plmns at least")
				} else {
					added += fmt.Sprintf(", home %s", homeText(h))
				}
				added += fmt.Sprintf(", %d partners", k.ends.NumParties())
			}
			_, err = fmt.Fprintf(e.stdout, "ok: %d carriers with %d identifiers (%d matched), %d detections (%d enabled)%s\n",
				len(set.Carriers), len(set.Identifiers), set.Matched(), len(set.Detections), enabled, added)
			return err
		},
	}
	k.flags(c)
	return c
}
