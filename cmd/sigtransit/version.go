package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

func (e *env) version() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "print the version", Args: args(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			v, r := buildVersion()
			_, err := fmt.Fprintf(e.stdout, "sigtransit %s (revision %s, %s, %s/%s)\n", v, r, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
