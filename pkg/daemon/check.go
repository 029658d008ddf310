package daemon

import (
	"errors"
	"fmt"

	"github.com/prometheus/exporter-toolkit/web"

	"sigtransit/pkg/capture"
)

// Check tries what of a plan can be tried without opening ports, addresses and
// files: that there is something to capture, the filter, the web configuration.
func Check(p *Plan) error {
	c := &p.Config
	if len(c.Capture.Interfaces) == 0 {
		return errors.New("nothing to capture: want capture.interfaces in the configuration, or --interface")
	}
	if _, err := c.Capture.Filter.Compile(capture.LinkTypeEthernet); err != nil {
		return err
	}
	if c.Web.ConfigFile != "" {
		if err := web.Validate(c.Web.ConfigFile); err != nil {
			return fmt.Errorf("web.config_file: %s: %w", c.Web.ConfigFile, err)
		}
	}
	return nil
}
