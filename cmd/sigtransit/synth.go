package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"sigtransit/pkg/synth"
)

func (e *env) synth() *cobra.Command {
	var seed int64
	c := &cobra.Command{
		Use:   "synth FILE",
		Short: "make a demonstration capture",
		Long: `synth writes a capture of a fictional operator's interconnect links (PLMN 001-01),
with MAP and Diameter to partners over carriers of the built-in watchlist and
over others. It is what testdata/interconnect-demo holds.`,
		Args: args(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, a []string) error {
			f, err := os.OpenFile(a[0], os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
			if err != nil {
				return usageError{fmt.Errorf("cannot make the capture: %w", err)}
			}
			if err := synth.WriteDemo(f, seed); err != nil {
				f.Close()
				return err
			}
			return f.Close()
		},
	}
	c.Flags().Int64Var(&seed, "seed", 1, "seed of everything random in it")
	return c
}
