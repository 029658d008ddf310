package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"sigtransit/pkg/capture/live"
	"sigtransit/pkg/config"
	"sigtransit/pkg/dialogue"
	"sigtransit/pkg/dissect"
	"sigtransit/pkg/output"
	"sigtransit/pkg/pipeline"
	"sigtransit/pkg/sink"
	"sigtransit/pkg/telemetry"
)

// Options is what a daemon is started with.
type Options struct {
	// Load reads the configuration and everything that it names. It is called at
	// the start and for each reload, from one goroutine at a time.
	Load func() (*Plan, error)
	Log  *slog.Logger
	// Build names the program in metrics and pages.
	Build telemetry.Build
	// Notify tells the service manager ("READY=1"); nil: nobody.
	Notify func(state string)
}

// Times the daemon gives others.
const (
	// stuckAfter is how long a worker may stand between two batches before the
	// daemon says that it is not healthy. Batches take microseconds.
	stuckAfter = 10 * time.Second
	// drainTime is what sinks get to deliver what they have at the end; systemd kills
	// after 90 s.
	drainTime = 5 * time.Second
	// reloadTime bounds the wait for workers to take a new configuration over.
	reloadTime = 10 * time.Second
)

// Daemon is a live capture with all that belongs to it.
type Daemon struct {
	opts    Options
	log     *slog.Logger
	started time.Time

	reloading sync.Mutex
	plan      atomic.Pointer[Plan]

	capture *live.Capture
	workers []*pipeline.Worker
	sinks   *sink.Set
	totals  *telemetry.Collector
	metrics http.Handler
	// recalled is the links of an earlier run.
	recalled []dissect.KnownLink
	gauges   gauges

	ready atomic.Bool
}

// New reads the configuration. What it returns an error for is the user's to mend.
func New(o Options) (*Daemon, error) {
	d := &Daemon{opts: o, log: o.Log, started: time.Now()}
	if o.Notify == nil {
		d.opts.Notify = func(string) {}
	}
	p, err := o.Load()
	if err != nil {
		return nil, err
	}
	d.plan.Store(p)
	d.gauges.loaded(time.Now())
	return d, nil
}

// Run captures until ctx ends. It returns an error only for what keeps the daemon
// from its work: ports, addresses and files that cannot be opened, a worker that
// fails.
func (d *Daemon) Run(ctx context.Context) error {
	p := d.plan.Load()
	conf := &p.Config
	var err error
	if d.sinks, err = sink.Open(conf.Sinks, sink.Deps{Log: d.log}); err != nil {
		return err
	}
	// Whatever ends this function, findings that are queued get their time.
	defer d.closeSinks()
	before, moved, err := readState(conf.State.File)
	if err != nil {
		return err
	}
	if moved != "" {
		d.log.Warn("state of an earlier run cannot be read, and was moved aside", "file", moved)
	}
	d.recalled = before.Links
	lc := conf.Capture
	lc.Notify = d.port
	if d.capture, err = live.Open(lc); err != nil {
		return err
	}
	defer d.capture.Close()

	sources := d.capture.Sources()
	tables := dialogue.NewTCAPGroup(len(sources))
	publishers := make([]*telemetry.Publisher, len(sources))
	for i := range sources {
		o := d.outputs(p)
		o.Dissect.Worker, o.Dissect.Workers, o.Dissect.Transactions = i, len(sources), tables[i]
		o.Dissect.Recalled = d.recalled
		w := pipeline.New(p.Set, o)
		d.workers = append(d.workers, w)
		publishers[i] = &w.Publisher
	}
	d.totals = telemetry.NewCollector(d.opts.Build, publishers...)
	d.metrics = d.exposition()
	web, err := listen(conf.Web, d.handler(conf.Web), d.log)
	if err != nil {
		return err
	}

	group, failed := sync.WaitGroup{}, make(chan error, len(sources)+1)
	for i, s := range sources {
		w := d.workers[i]
		group.Go(func() {
			// Sources end when the capture is closed: what they hold is read to its end.
			if err := w.Run(context.Background(), sourceName(lc.Interfaces), s, nil); err != nil {
				failed <- fmt.Errorf("worker %d: %w", i, err)
			}
		})
	}
	go func() {
		if err := <-web.done; !errors.Is(err, http.ErrServerClosed) {
			failed <- fmt.Errorf("web: %w", err)
		}
	}()
	d.ready.Store(true)
	d.log.Info("capturing", "interfaces", lc.Interfaces, "workers", len(sources), "carriers", len(p.Set.Carriers), "detections", len(p.Set.Detections), "addresses", web.addresses())
	d.opts.Notify("READY=1\nSTATUS=capturing")

	runErr := d.attend(ctx, conf, failed)

	d.ready.Store(false)
	d.opts.Notify("STOPPING=1")
	d.log.Info("stopping")
	d.keepState(context.Background())
	d.capture.Close()
	group.Wait()
	for _, w := range d.workers {
		if _, err := w.Finish(0); err != nil && runErr == nil {
			runErr = err
		}
	}
	d.tellTotals()
	web.close()
	return runErr
}

// attend waits for the end, and does meanwhile what has its time.
func (d *Daemon) attend(ctx context.Context, conf *config.Config, failed <-chan error) error {
	totals := time.NewTicker(conf.StatsInterval)
	defer totals.Stop()
	state := time.NewTicker(conf.State.Every)
	defer state.Stop()
	beat := time.NewTicker(2 * time.Second)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-failed:
			return err
		case <-totals.C:
			d.tellTotals()
		case <-state.C:
			d.keepState(ctx)
		case <-beat.C:
			if err := d.Healthy(); err != nil {
				d.log.Error("not healthy", "problem", err)
			} else {
				d.opts.Notify("WATCHDOG=1")
			}
		}
	}
}

// keepState writes the state; that it cannot is told, and no reason to stop.
func (d *Daemon) keepState(ctx context.Context) {
	err := d.saveState(ctx)
	d.gauges.stateFailed.Store(err != nil)
	if err != nil {
		d.log.Error("state not written", "error", err)
	}
}

// outputs is how a worker writes by a plan.
func (d *Daemon) outputs(p *Plan) pipeline.Options {
	return pipeline.Options{Dissect: p.Dissect, Emit: d.sinks.Emitter(p.Output), Live: true}
}

// tellTotals hands the totals of all workers to the sinks that want them.
func (d *Daemon) tellTotals() {
	if !d.sinks.Wants(sink.Stats) {
		return
	}
	s := &output.Stats{}
	s.Merge(d.totals.Stats())
	s.Drops = append(s.Drops, d.drops()...)
	d.sinks.Emitter(d.plan.Load().Output).Stats(s)
}

// port is told what happens to an interface.
func (d *Daemon) port(e live.Event) {
	switch e.State {
	case live.StateDown, live.StateGone:
		d.log.Warn("interface "+e.State.String(), "interface", e.Interface, "detail", e.Text)
	default:
		d.log.Info("interface "+e.State.String(), "interface", e.Interface, "detail", e.Text)
	}
}

func (d *Daemon) closeSinks() {
	ctx, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	if err := d.sinks.Close(ctx); err != nil {
		d.log.Error("sinks closed with losses", "error", err)
	}
}

// Reopen lets go of the files of the sinks, for logrotate.
func (d *Daemon) Reopen() {
	d.sinks.Reopen()
	d.log.Info("files of sinks are opened anew")
}

// Ready says why the daemon does not capture (yet, or any more).
func (d *Daemon) Ready() error {
	if !d.ready.Load() {
		return errors.New("not capturing")
	}
	return nil
}

// Healthy says what is wrong inside the daemon: a worker that stands still. What
// goes wrong outside (ports, sinks, configuration) is for metrics and alerts: to
// start anew would not mend it.
func (d *Daemon) Healthy() error {
	if !d.ready.Load() {
		return nil
	}
	for i, w := range d.workers {
		if b := w.Beat(); !b.IsZero() && time.Since(b) > stuckAfter {
			return fmt.Errorf("worker %d stands still since %s", i, b.UTC().Format(time.RFC3339))
		}
	}
	return nil
}

func sourceName(interfaces []string) string {
	if len(interfaces) == 1 {
		return interfaces[0]
	}
	return fmt.Sprint(interfaces)
}
