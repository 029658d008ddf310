package main

import (
	"github.com/spf13/cobra"

	"sigtransit/pkg/config"
	"sigtransit/pkg/partners"
	"sigtransit/pkg/report"
	"sigtransit/rules"
)

// homeOf is home as the report names it.
func homeOf(c config.Config) (h report.Home) {
	return h
}

// declared are the partners that the configuration and the command line name; nil: none.
func (e *env) declared(c *cobra.Command, conf *config.Config, set *rules.Set, o *reportOptions) ([]*partners.Partner, error) {
	return nil, nil
}
