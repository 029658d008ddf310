package daemon

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"sync/atomic"
	"time"

	"sigtransit/pkg/config"
	"sigtransit/pkg/dissect"
	"sigtransit/pkg/output"
	"sigtransit/rules"
)

// Plan is a configuration with everything it names read and compiled.
type Plan struct {
	Config  config.Config
	Set     *rules.Set
	Output  output.Options
	Dissect dissect.Options
}

// Reload reads the configuration again and lets all workers take it over between
// two batches. A fault leaves the old one in force, and metrics say so. What only a
// restart can change (ports, workers, addresses, sinks) stays as it is, and the log
// names it.
func (d *Daemon) Reload(ctx context.Context) error {
	d.reloading.Lock()
	defer d.reloading.Unlock()
	d.opts.Notify("RELOADING=1")
	defer d.opts.Notify("READY=1")
	err := d.reload(ctx)
	if err != nil {
		d.gauges.refused()
		d.log.Error("reload refused, the old configuration stays in force", "error", err)
		return err
	}
	d.gauges.loaded(time.Now())
	return nil
}

func (d *Daemon) reload(ctx context.Context) error {
	if err := d.Ready(); err != nil {
		return err
	}
	p, err := d.opts.Load()
	if err != nil {
		return err
	}
	old := d.plan.Load()
	rest := restartNeeded(&old.Config, &p.Config)
	ctx, cancel := context.WithTimeout(ctx, reloadTime)
	defer cancel()
	for _, w := range d.workers {
		if e := w.Judge(ctx, p.Set, d.sinks.Emitter(p.Output)); e != nil {
			err = errors.Join(err, e)
		}
	}
	if err != nil {
		return err
	}
	d.plan.Store(p)
	d.gauges.restart.Store(len(rest) > 0)
	if len(rest) > 0 {
		d.log.Warn("reloaded; some changes take effect with a restart only", "keys", strings.Join(rest, ", "))
	} else {
		d.log.Info("reloaded", "carriers", len(p.Set.Carriers), "identifiers", p.Set.Matched(), "detections", len(p.Set.Detections))
	}
	return nil
}

// restartNeeded names the keys that differ and that a reload cannot change.
func restartNeeded(old, new *config.Config) (keys []string) {
	for _, x := range []struct {
		key      string
		old, new any
	}{
		{"capture", old.Capture, new.Capture},
		{"web", old.Web, new.Web},
		{"sinks", old.Sinks, new.Sinks},
		{"links", old.Links, new.Links},
		{"network_indicators", old.Networks, new.Networks},
		{"dictionaries", old.Dictionaries, new.Dictionaries},
		{"state", old.State, new.State},
		{"user", old.User, new.User},
		{"stats_interval", old.StatsInterval, new.StatsInterval},
	} {
		if !reflect.DeepEqual(x.old, x.new) {
			keys = append(keys, x.key)
		}
	}
	return keys
}

// gauges are what metrics tell of the daemon itself.
type gauges struct {
	success  atomic.Bool  // of the last reload
	loadedAt atomic.Int64 // of the configuration in force, nanoseconds since the epoch
	restart  atomic.Bool  // it would need a restart to be in force as a whole
	reloads  atomic.Uint64
	failures atomic.Uint64
	// stateFailed: the state could not be written the last time.
	stateFailed atomic.Bool
}

func (g *gauges) loaded(now time.Time) {
	g.success.Store(true)
	g.loadedAt.Store(now.UnixNano())
	g.reloads.Add(1)
}

func (g *gauges) refused() {
	g.success.Store(false)
	g.reloads.Add(1)
	g.failures.Add(1)
}
