package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	sd "github.com/coreos/go-systemd/v22/daemon"
	"github.com/spf13/cobra"

	"sigtransit/pkg/config"
	"sigtransit/pkg/daemon"
	"sigtransit/pkg/output"
	"sigtransit/pkg/sink"
	"sigtransit/pkg/telemetry"
)

// runOptions is the command line of run.
type runOptions struct {
	knowledge
	interfaces []string
	listen     []string
}

// daemonName is the command that ends in its own time, however often it is told to.
const daemonName = "run"

func (e *env) daemon() *cobra.Command {
	var o runOptions
	c := &cobra.Command{
		Use:   daemonName,
		Short: "watch mirror ports, for as long as it runs",
		Long: `run captures from the interfaces of the configuration, or of --interface, matches what
it reads against the carriers, hands findings to the sinks of the configuration
(standard output without one) and serves metrics for Prometheus. It never sends
on the ports it listens to.

SIGHUP or POST /-/reload: read configuration, carriers and detections again; a
fault leaves the old ones in force. SIGUSR1: open the files of sinks anew.
SIGTERM: end within seconds, with nothing lost that was captured.

Capturing needs the capability CAP_NET_RAW and nothing else: started as root, run
changes to the user of the configuration and keeps that one alone.`,
		Example: `  sigtransit run -c /etc/sigtransit/sigtransit.yaml
  sudo sigtransit run --interface eth1`,
		Args: args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error { return e.runDaemon(c.Context(), &o) },
	}
	o.flags(c)
	f := c.Flags()
	f.StringArrayVarP(&o.interfaces, "interface", "i", nil, "capture from this `interface`, in the place of those of the configuration; repeatable")
	f.StringArrayVar(&o.listen, "web-listen", nil, "serve metrics at this `address`, in the place of those of the configuration; repeatable")
	return c
}

// plan reads everything a daemon works by. ephemeral is the keys of pseudonyms
// where the configuration names none: they last as long as the program.
func (o *runOptions) plan(ephemeral *output.Keys) (*daemon.Plan, error) {
	conf, set, err := o.load(config.Running...)
	if err != nil {
		return nil, err
	}
	if len(o.interfaces) > 0 {
		conf.Capture.Interfaces = o.interfaces
	}
	if len(o.listen) > 0 {
		conf.Web.Listen = o.listen
	}
	if len(conf.Capture.Interfaces) == 0 {
		return nil, usageError{daemon.ErrNoInterface}
	}
	if len(conf.Sinks) == 0 {
		conf.Sinks = []sink.Config{sink.Stdout()}
	}
	k := ephemeral
	if conf.PseudonymKeyFile != "" {
		if k, err = output.LoadKey(conf.PseudonymKeyFile); err != nil {
			return nil, usageError{err}
		}
	}
	p := &daemon.Plan{Config: conf, Set: set, Roaming: o.ends, Output: output.Options{Privacy: conf.Privacy, Keys: k, PointCodes: conf.PointCodes, Roaming: o.ends}, Dissect: o.dissect(conf)}
	if err := daemon.Check(p); err != nil {
		return nil, usageError{err}
	}
	return p, nil
}

func (e *env) runDaemon(ctx context.Context, o *runOptions) error {
	conf := config.Default()
	if o.config != "" {
		var err error
		if conf, err = config.Load(o.config); err != nil {
			return err
		}
	}
	if err := daemon.Confine(conf.User); err != nil {
		return err
	}
	// What is asked for before the daemon is there is done, or ignored, by it.
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGHUP, syscall.SIGUSR1)
	defer signal.Stop(signals)
	level := new(slog.LevelVar)
	level.Set(conf.Log.Level)
	log := logger(level, conf.Log.JSON, e)
	slog.SetDefault(log)
	if os.Geteuid() == 0 {
		log.Warn("running as root with all its rights; name a user in the configuration")
	}
	ephemeral := output.NewEphemeralKeys()
	version, revision := buildVersion()
	d, err := daemon.New(daemon.Options{
		Load: func() (*daemon.Plan, error) { return o.plan(ephemeral) },
		Log:  log, Level: level, Build: telemetry.Build{Version: version, Revision: revision},
		Notify: func(state string) { _, _ = sd.SdNotify(false, state) },
	})
	if err != nil {
		return err
	}
	go func() {
		for s := range signals {
			if s == syscall.SIGUSR1 {
				d.Reopen()
			} else {
				_ = d.Reload(ctx) // the log and the metrics tell
			}
		}
	}()
	return d.Run(ctx)
}

// logger writes what the daemon has to say about itself to standard error, where
// the journal picks it up. Findings go to sinks.
func logger(level slog.Leveler, asJSON bool, e *env) *slog.Logger {
	o := &slog.HandlerOptions{Level: level}
	if asJSON {
		return slog.New(slog.NewJSONHandler(e.stderr, o))
	}
	return slog.New(slog.NewTextHandler(e.stderr, o))
}
