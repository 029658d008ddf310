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

	"sigtransit/pkg/canary"
	"sigtransit/pkg/capture/live"
	"sigtransit/pkg/dialogue"
	"sigtransit/pkg/dissect"
	"sigtransit/pkg/exposure"
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
	// Level, if it is not nil, is set to the level of the configuration in force.
	Level *slog.LevelVar
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
	// readTime is what workers get at the end to read what the rings hold, stopTime what
	// they get to say what they know. They need milliseconds.
	readTime = 5 * time.Second
	stopTime = 2 * time.Second
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
	begun     *Plan         // what Run began with
	changed   chan struct{} // there is another plan
	// stuckAfter is how long a worker may stand still.
	stuckAfter time.Duration

	capture *live.Capture
	workers []*pipeline.Worker
	sinks   *sink.Set
	totals  *telemetry.Collector
	metrics http.Handler
	// recalled is the links of an earlier run.
	recalled []dissect.KnownLink
	// lostBefore is what the earlier run lost at its end.
	lostBefore endLosses
	gauges     gauges
	said       map[string]string // the last notice about each interface
	// ledger adds exposures up; nil: none is configured, or it cannot be opened.
	ledger  atomic.Pointer[exposure.Ledger]
	copying sync.Mutex // held while a copy of it is handed out
	lost    losses
	// canaries are what the workers watch for; nil: none.
	canaries atomic.Pointer[canary.Watch]

	ready atomic.Bool // what is above is set, and the workers run
}

// New reads the configuration. What it returns an error for is the user's to mend.
func New(o Options) (*Daemon, error) {
	d := &Daemon{opts: o, log: o.Log, started: time.Now(), stuckAfter: stuckAfter, changed: make(chan struct{}, 1), said: map[string]string{}}
	if o.Notify == nil {
		d.opts.Notify = func(string) {}
	}
	if o.Level == nil {
		d.opts.Level = new(slog.LevelVar)
	}
	p, err := o.Load()
	if err != nil {
		return nil, err
	}
	d.plan.Store(p)
	d.begun = p
	d.opts.Level.Set(p.Config.Log.Level)
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
	// Whatever ends this function, findings that are queued get their time, and who asks
	// meanwhile is told what becomes of them.
	var web *server
	defer func() {
		d.closeSinks()
		d.keepLosses()
		if web != nil {
			web.close()
		}
	}()
	before, moved, err := readState(conf.State.File)
	if err != nil {
		return err
	}
	if moved != "" {
		d.log.Warn("state of an earlier run cannot be read, and was moved aside", "file", moved)
	}
	d.recalled, d.lostBefore = before.Links, before.Lost
	d.canaries.Store(canary.NewWatch(conf.Canaries, time.Now(), nil))
	lc := conf.Capture
	lc.Notify = d.port
	if d.capture, err = live.Open(lc); err != nil {
		return err
	}
	defer d.capture.Close()

	d.openLedger()
	defer d.closeLedger() // by then workers have handed over what they counted
	sources := d.capture.Sources()
	tables := dialogue.NewTCAPGroup(len(sources), func(w int) uint64 { return sources[w].Assigned() })
	publishers := make([]*telemetry.Publisher, len(sources))
	for i := range sources {
		o := d.outputs(p)
		o.Dissect.Worker, o.Dissect.Workers, o.Dissect.Transactions = i, len(sources), tables[i]
		o.Dissect.Recalled = d.recalled
		if l := d.ledger.Load(); l != nil {
			o.Ledger = exposure.NewRecorder(l)
		}
		w := pipeline.New(p.Set, o)
		d.workers = append(d.workers, w)
		publishers[i] = &w.Publisher
	}
	d.totals = telemetry.NewCollector(d.opts.Build, publishers...)
	d.metrics = d.exposition()
	if web, err = listen(conf.Web, d.handler(conf.Web), d.log); err != nil {
		return err
	}

	failed, ended := make(chan error, len(sources)+1), make([]chan struct{}, len(sources))
	for i, s := range sources {
		w, end := d.workers[i], make(chan struct{})
		ended[i] = end
		go func() {
			defer close(end)
			// Sources end when the capture is drained: what they hold is read to its end.
			if err := w.Run(context.Background(), d.source(), s, nil); err != nil {
				failed <- fmt.Errorf("worker %d: %w", i, err)
			}
		}()
	}
	go func() {
		if err := <-web.done; err != nil && !errors.Is(err, http.ErrServerClosed) {
			failed <- fmt.Errorf("web: %w", err)
		}
	}()
	warnOf(d.log, p.Set)
	d.log.Info("capturing", "interfaces", lc.Interfaces, "workers", len(sources), "carriers", len(p.Set.Carriers), "detections", len(p.Set.Detections), "addresses", web.addresses())
	d.opts.Notify("READY=1\nSTATUS=capturing") // before a reload can say RELOADING=1
	d.ready.Store(true)

	runErr := d.attend(ctx, failed)

	d.ready.Store(false)
	d.opts.Notify("STOPPING=1")
	d.log.Info("stopping")
	d.restLedger()
	stop, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	d.keepState(stop)
	d.capture.Drain()
	late := time.After(readTime)
	for i, end := range ended {
		select {
		case <-end:
		case <-late:
			// One that stands still must not keep the findings of the others from sinks.
			late = time.After(0)
			runErr = errors.Join(runErr, fmt.Errorf("worker %d did not end within %v", i, readTime))
		}
	}
	d.capture.Close()
	for i, w := range d.workers {
		select {
		case <-ended[i]:
			if _, err := w.Finish(0); err != nil {
				runErr = errors.Join(runErr, err)
			}
		default: // it is not ours to touch
		}
	}
	d.unread()
	d.recordLosses()
	d.tellTotals()
	return runErr
}

// unread counts frames that no worker took before the end, once the capture is closed.
func (d *Daemon) unread() {
	n := uint64(0)
	for _, s := range d.capture.Stats() {
		n += s.Received - min(s.Received, s.Dropped+s.Frames)
	}
	if n > 0 {
		d.log.Warn("frames were captured and not read", "frames", n)
	}
	d.gauges.unread.Store(n)
}

// attend waits for the end, and does meanwhile what has its time.
func (d *Daemon) attend(ctx context.Context, failed <-chan error) error {
	conf := &d.plan.Load().Config
	totals := time.NewTicker(conf.StatsInterval)
	defer totals.Stop()
	state := time.NewTicker(conf.State.Every)
	defer state.Stop()
	beat := time.NewTicker(2 * time.Second)
	defer beat.Stop()
	ledger := time.NewTicker(ledgerRetry)
	defer ledger.Stop()
	healthy := true
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-failed:
			return err
		case <-d.changed:
			now := &d.plan.Load().Config
			if now.StatsInterval != conf.StatsInterval {
				totals.Reset(now.StatsInterval)
			}
			if now.State.Every != conf.State.Every {
				state.Reset(now.State.Every)
			}
			conf = now
		case <-totals.C:
			d.tellTotals()
		case <-state.C:
			d.keepState(ctx)
		case <-ledger.C:
			d.recordExposure(ctx)
		case <-beat.C:
			d.recordLosses()
			err := d.Healthy()
			if err == nil {
				d.opts.Notify("WATCHDOG=1")
			}
			if (err == nil) != healthy { // once, not every two seconds
				if healthy = err == nil; healthy {
					d.log.Info("healthy again")
				} else {
					d.log.Error("not healthy", "problem", err)
				}
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
	return pipeline.Options{Dissect: p.Dissect, Emit: d.sinks.Emitter(p.Output), Canaries: d.canaries.Load(), Roaming: p.Roaming, Live: true}
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

// port is told what happens to an interface. What is tried again and again, and fails
// for one reason, is told once.
func (d *Daemon) port(e live.Event) {
	if e.State == live.StateNotice {
		if d.said[e.Interface] == e.Text {
			return
		}
		d.said[e.Interface] = e.Text
		d.log.Warn("interface: "+e.Text, "interface", e.Interface)
		return
	}
	delete(d.said, e.Interface)
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
	if d.Ready() != nil {
		return // nothing is open yet, or not for long
	}
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
		if d.stuck(w) {
			return fmt.Errorf("worker %d stands still since %s", i, w.Beat().UTC().Format(time.RFC3339))
		}
	}
	return nil
}

// stuck says that a worker has begun and stands still.
func (d *Daemon) stuck(w *pipeline.Worker) bool {
	b := w.Beat()
	return !b.IsZero() && time.Since(b) > d.stuckAfter
}
