package config

import (
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"time"

	"sigtransit/pkg/capture/live"
	"sigtransit/pkg/sink"
)

// Web is where the daemon answers Prometheus and people.
type Web struct {
	Listen []string // addresses with ports
	// ConfigFile has TLS and passwords, in the form of Prometheus' exporters; empty:
	// neither.
	ConfigFile string
	Pprof      bool // profiles of the running program at /debug/pprof
}

// State is what the daemon keeps for its next start.
type State struct {
	File  string // empty: nothing is kept
	Every time.Duration
}

// Log is what the daemon says about itself.
type Log struct {
	Level slog.Level
	JSON  bool
}

// Defaults of the daemon.
const (
	defaultWeb   = ":9810"
	defaultState = time.Minute
	defaultStats = time.Minute
)

func daemonDefaults(c *Config) {
	c.Web.Listen = []string{defaultWeb}
	c.State.Every, c.StatsInterval = defaultState, defaultStats
	c.Capture.Promiscuous = true
	c.Ledger.Hours, c.Ledger.Retention, c.Ledger.MaxRows = defaultHours, defaultRetention, defaultMaxRows
}

// daemonForm is the keys that the daemon alone reads.
type daemonForm struct {
	Capture *struct {
		Interfaces  []string `yaml:"interfaces"`
		Workers     *int     `yaml:"workers"`
		Ring        *string  `yaml:"ring"`
		Promiscuous *bool    `yaml:"promiscuous"`
		Timestamps  *string  `yaml:"timestamps"`
		Filter      *struct {
			Networks    []string `yaml:"networks"`
			Ports       []int    `yaml:"ports"`
			ProgramFile *string  `yaml:"program_file"`
			All         *bool    `yaml:"all"`
		} `yaml:"filter"`
	} `yaml:"capture"`
	Web *struct {
		Listen     []string `yaml:"listen"`
		ConfigFile *string  `yaml:"config_file"`
		Pprof      *bool    `yaml:"pprof"`
	} `yaml:"web"`
	State *struct {
		File  *string `yaml:"file"`
		Every *string `yaml:"every"`
	} `yaml:"state"`
	Log *struct {
		Level  *string `yaml:"level"`
		Format *string `yaml:"format"`
	} `yaml:"log"`
	StatsInterval *string      `yaml:"stats_interval"`
	User          *string      `yaml:"user"`
	Canaries      []canaryForm `yaml:"canaries"`
	Ledger        *ledgerForm  `yaml:"ledger"`
	Metrics       *metricsForm `yaml:"metrics"`
}

func (f *daemonForm) apply(c *Config, r *reading) {
	for _, part := range []func(*Config, *reading){f.capture, f.web, f.state, f.log, f.canaries, f.ledger, f.metrics} {
		part(c, r)
	}
	if f.User != nil {
		c.User = *f.User
	}
	r.duration("stats_interval", f.StatsInterval, &c.StatsInterval, time.Second, 24*time.Hour)
}

func (f *daemonForm) capture(c *Config, r *reading) {
	x := f.Capture
	if x == nil {
		return
	}
	c.Capture.Interfaces = x.Interfaces
	for i, name := range x.Interfaces {
		// IFNAMSIZ is 16, its end included.
		if name == "" || len(name) > 15 {
			r.wrong(fmt.Sprintf("capture.interfaces[%d]", i), "%q is no name of an interface; `ip link` lists those of this machine", name)
		} else if slices.Index(x.Interfaces, name) < i {
			r.wrong(fmt.Sprintf("capture.interfaces[%d]", i), "%q stands here twice; want each interface once", name)
		}
	}
	if x.Workers != nil {
		if *x.Workers < 1 || *x.Workers > live.MaxWorkers {
			r.wrong("capture.workers", "%d is out of range; want 1 to %d", *x.Workers, live.MaxWorkers)
		}
		c.Capture.Workers = *x.Workers
	}
	if x.Ring != nil {
		n, ok := sink.ParseSize(*x.Ring)
		switch {
		case !ok:
			r.wrong("capture.ring", `%q is no size; want a number with a unit: "64MiB", "1GiB"`, *x.Ring)
		case n < 1<<20 || n > 2<<30-1<<20:
			r.wrong("capture.ring", "%s is out of range; want 1MiB to 2047MiB", *x.Ring)
		}
		c.Capture.Ring = int(n)
	}
	if x.Promiscuous != nil {
		c.Capture.Promiscuous = *x.Promiscuous
	}
	if x.Timestamps != nil {
		switch *x.Timestamps {
		case live.TimeKernel.String():
			c.Capture.Timestamps = live.TimeKernel
		case live.TimeHardware.String():
			c.Capture.Timestamps = live.TimeHardware
		default:
			r.wrong("capture.timestamps", "unknown clock %q; want kernel or hardware", *x.Timestamps)
		}
	}
	l := x.Filter
	if l == nil {
		return
	}
	to := &c.Capture.Filter
	if l.All != nil {
		to.All = *l.All
	}
	for i, s := range l.Networks {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			a, e := netip.ParseAddr(s)
			if e != nil {
				r.wrong(fmt.Sprintf("capture.filter.networks[%d]", i), `%q is no network; want an address or a prefix: "192.0.2.0/24", "2001:db8::1"`, s)
				continue
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		to.Nets = append(to.Nets, p.Masked())
	}
	for i, n := range l.Ports {
		if n < 1 || n > 65535 {
			r.wrong(fmt.Sprintf("capture.filter.ports[%d]", i), "%d is no port; want 1 to 65535", n)
		}
		to.Ports = append(to.Ports, uint16(n))
	}
	if l.ProgramFile != nil {
		name := r.knows("capture.filter.program_file", *l.ProgramFile)
		text, err := os.ReadFile(name)
		if err != nil {
			r.wrong("capture.filter.program_file", "%v", err)
		} else if to.Program, err = live.ParseProgram(string(text)); err != nil {
			r.wrong("capture.filter.program_file", "%s: %v", name, err)
		}
		if to.All || len(to.Nets) > 0 || len(to.Ports) > 0 {
			r.wrong("capture.filter.program_file", "a program is all of a filter; want it without networks, ports and all")
		}
	}
}

func (f *daemonForm) web(c *Config, r *reading) {
	x := f.Web
	if x == nil {
		return
	}
	for i, a := range x.Listen {
		_, port, err := net.SplitHostPort(a)
		if n, e := strconv.ParseUint(port, 10, 16); err != nil || e != nil {
			r.wrong(fmt.Sprintf("web.listen[%d]", i), `%q is no address with a port; want ":9810" or "127.0.0.1:9810"`, a)
		} else if n == 0 {
			r.wrong(fmt.Sprintf("web.listen[%d]", i), "port 0 is another one at each start: nobody could scrape it; want 1 to 65535")
		} else if j := slices.IndexFunc(x.Listen, func(b string) bool { return sameAddress(a, b) }); j < i {
			r.wrong(fmt.Sprintf("web.listen[%d]", i), "%q takes the port of %q; want one of the two", a, x.Listen[j])
		}
	}
	if x.Listen != nil {
		if len(x.Listen) == 0 {
			r.wrong("web.listen", "the list is empty; want at least one address with a port")
		}
		c.Web.Listen = x.Listen
	}
	if x.ConfigFile != nil && *x.ConfigFile != "" {
		c.Web.ConfigFile = r.reads("web.config_file", *x.ConfigFile)
	}
	if x.Pprof != nil {
		c.Web.Pprof = *x.Pprof
	}
}

func (f *daemonForm) state(c *Config, r *reading) {
	x := f.State
	if x == nil {
		return
	}
	if x.File != nil && *x.File != "" {
		c.State.File = r.writes("state.file", *x.File)
	}
	r.duration("state.every", x.Every, &c.State.Every, time.Second, 24*time.Hour)
}

func (f *daemonForm) log(c *Config, r *reading) {
	x := f.Log
	if x == nil {
		return
	}
	if x.Level != nil {
		switch *x.Level {
		case "debug", "info", "warn", "error":
			_ = c.Log.Level.UnmarshalText([]byte(*x.Level))
		default:
			r.wrong("log.level", "unknown level %q; want debug, info, warn or error", *x.Level)
		}
	}
	if x.Format != nil {
		switch *x.Format {
		case "text":
			c.Log.JSON = false
		case "json":
			c.Log.JSON = true
		default:
			r.wrong("log.format", "unknown format %q; want text or json", *x.Format)
		}
	}
}

func (r *reading) duration(key string, from *string, to *time.Duration, least, most time.Duration) {
	if from == nil {
		return
	}
	d, err := time.ParseDuration(*from)
	switch {
	case err != nil:
		r.wrong(key, `%q is no time; want a number with a unit: "30s", "1m", "24h"`, *from)
	case d < least || d > most:
		r.wrong(key, "%s is out of range; want %v to %v", *from, least, most)
	default:
		*to = d
	}
}
