package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"sigtransit/pkg/canary"
	"sigtransit/pkg/config"
	"sigtransit/pkg/dissect"
	"sigtransit/pkg/exposure"
	"sigtransit/pkg/output"
	"sigtransit/pkg/roaming"
	"sigtransit/rules"
)

// Plan is a configuration with everything it names read and compiled.
type Plan struct {
	Config  config.Config
	Set     *rules.Set
	Roaming *roaming.Table // nil: neither home nor partners are configured
	Output  output.Options
	Dissect dissect.Options
}

func (p *Plan) home() exposure.Home {
	return exposure.HomeOf(p.Config.Home.Name, p.Config.Home.PLMNs, p.Set)
}

// errReload wraps what a reload could do in part only.
var errReload = errors.New("the new configuration is in force, but not everywhere yet")

// Reload reads the configuration again and lets all workers take it over between
// two batches. A fault leaves the old one in force, and metrics say so. What only a
// restart can change (ports, workers, addresses, sinks) stays as it is, and the log
// names it. ctx may end the wait for a reload under way, no reload that has begun.
func (d *Daemon) Reload(ctx context.Context) error {
	d.reloading.Lock()
	defer d.reloading.Unlock()
	if err := errors.Join(ctx.Err(), d.Ready()); err != nil {
		d.log.Warn("no reload now", "error", err)
		return err
	}
	d.opts.Notify("RELOADING=1")
	defer d.opts.Notify("READY=1")
	err := d.reload()
	switch {
	case errors.Is(err, errReload):
		d.gauges.refused()
		d.log.Error("reloaded in part", "error", err)
	case err != nil:
		d.gauges.refused()
		d.log.Error("reload refused, the old configuration stays in force", "error", err)
	default:
		d.gauges.loaded(time.Now())
	}
	return err
}

func (d *Daemon) reload() error {
	p, err := d.opts.Load()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), reloadTime)
	defer cancel()
	canaries := canary.NewWatch(p.Config.Canaries, time.Now(), d.canaries.Load())
	// Workers take the ledger's key up when they are told to judge.
	var keyErr error
	if l := d.ledger.Load(); l != nil {
		if keyErr = l.SetKey(p.Output.Keys.Derive(exposure.KeyUse)); keyErr != nil {
			keyErr = fmt.Errorf("the ledger stays with its old key: %w", keyErr)
		}
	}
	errs := make([]error, len(d.workers))
	var group sync.WaitGroup
	for i, w := range d.workers {
		group.Go(func() {
			// An order that a worker did not take in time waits for it: it never judges by
			// the old rules again once it moves.
			if e := w.Judge(ctx, p.Set, p.Roaming, d.sinks.Emitter(p.Output), canaries); e != nil {
				errs[i] = fmt.Errorf("worker %d stands still: %w", i, e)
			}
		})
	}
	group.Wait()
	err = errors.Join(append(errs, keyErr)...)
	d.plan.Store(p)
	if l := d.ledger.Load(); l != nil {
		l.CountPartners(p.Config.MetricPartners)
		err = errors.Join(err, l.Judge(p.Set, p.home()))
	}
	d.canaries.Store(canaries)
	d.opts.Level.Set(p.Config.Log.Level)
	select {
	case d.changed <- struct{}{}:
	default:
	}
	if file := p.Config.Ledger.File; file != "" && file != d.begun.Config.Ledger.File {
		if e := ledgerReadable(file); e != nil {
			d.log.Warn(ledgerFault(e))
		}
	}
	rest := restartNeeded(d.begun, p)
	if keyErr != nil {
		rest = append(rest, "pseudonym_key_file")
	}
	d.gauges.restart.Store(len(rest) > 0)
	if err != nil {
		return fmt.Errorf("%w: %w", errReload, err)
	}
	if len(rest) > 0 {
		d.log.Warn("reloaded; some changes take effect with a restart only", "keys", strings.Join(rest, ", "))
	} else {
		warnOf(d.log, p.Set)
		d.log.Info("reloaded", "carriers", len(p.Set.Carriers), "identifiers", p.Set.Matched(), "detections", len(p.Set.Detections))
	}
	return nil
}

// warnOf logs what is allowed in the files of rules, and hardly meant.
func warnOf(log *slog.Logger, set *rules.Set) {
	for _, w := range set.Warnings {
		log.Warn("rules: "+w.Text, "place", fmt.Sprintf("%s:%d:%d", w.File, w.Line, w.Column))
	}
}

// restartNeeded names the keys that differ from those the daemon began with and that
// a reload cannot change.
func restartNeeded(begun, now *Plan) (keys []string) {
	old, new := &begun.Config, &now.Config
	for _, x := range []struct {
		key      string
		old, new any
	}{
		{"capture", old.Capture, new.Capture},
		{"web", old.Web, new.Web},
		{"sinks", old.Sinks, new.Sinks},
		{"links", old.Dissect().Links, new.Dissect().Links}, // who the carriers are, rules know
		{"network_indicators", old.Networks, new.Networks},
		// What stands in the files counts, not their names.
		{"dictionaries", begun.Dissect.Dictionary, now.Dissect.Dictionary},
		{"ledger", old.Ledger, new.Ledger},
		{"user", old.User, new.User},
		{"log.format", old.Log.JSON, new.Log.JSON},
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
	unread   atomic.Uint64 // frames that nobody took before the end
	// stateFailed: the state could not be written the last time.
	stateFailed atomic.Bool
	// ledgerFault is why the ledger could not be opened or written the last time; empty
	// or nil: it could.
	ledgerFault atomic.Pointer[string]
	ledgerHeld  atomic.Bool // its old rows stay, because its time leapt
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
