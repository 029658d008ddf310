package daemon

import (
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/prometheus/exporter-toolkit/web"

	"sigtransit/pkg/capture"
	"sigtransit/pkg/sink"
)

// ErrNoInterface says that the configuration names nothing to capture from.
var ErrNoInterface = errors.New("nothing to capture: want capture.interfaces in the configuration, or --interface")

// Check builds what can be built of a plan without opening ports, addresses and
// files: the filter and the web configuration, and whether the ledger keeps what the
// rules look at.
func Check(p *Plan) error {
	c := &p.Config
	if _, err := c.Capture.Filter.Compile(capture.LinkTypeEthernet); err != nil {
		return fmt.Errorf("capture.filter: %w", err)
	}
	if c.Web.ConfigFile != "" {
		if err := web.Validate(c.Web.ConfigFile); err != nil {
			return fmt.Errorf("web.config_file: %s: %s", c.Web.ConfigFile, oneLine(err))
		}
	}
	return c.CheckLedger(p.Set)
}

// Rehearse tries everything that a daemon would need at its start on this machine
// beyond the files that reading the configuration looked at, and changes nothing. Warnings are about what may be otherwise when it starts.
func Rehearse(p *Plan) (warnings []string, err error) {
	if err := Check(p); err != nil {
		return nil, err
	}
	c := &p.Config
	if c.User != "" {
		if err := CheckUser(c.User); err != nil {
			return nil, err
		}
	}
	if warnings, err = sink.Check(c.Sinks); err != nil {
		return warnings, err
	}
	if c.Ledger.File != "" {
		// It holds up no capture, so it keeps no daemon from its start.
		if err := ledgerReadable(c.Ledger.File); err != nil {
			warnings = append(warnings, ledgerFault(err))
		}
	}
	for _, name := range c.Capture.Interfaces {
		if _, err := net.InterfaceByName(name); err != nil {
			warnings = append(warnings, fmt.Sprintf("no interface %q on this machine now; there are: %s", name, interfaces()))
		}
	}
	return warnings, nil
}

// ledgerFault tells that a ledger could not be recorded into.
func ledgerFault(err error) string {
	return fmt.Sprintf("run would capture without its ledger: %v", err)
}

func interfaces() string {
	list, _ := net.Interfaces()
	names := make([]string, len(list))
	for i := range list {
		names[i] = list[i].Name
	}
	return strings.Join(names, ", ")
}

// oneLine is the text of an error of a library that may have several lines.
func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }
