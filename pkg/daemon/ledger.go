package daemon

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sigtransit/pkg/exposure"
	"sigtransit/rules"
)

// ledgerRetry is how long after a ledger could not be opened it is tried again.
const ledgerRetry = 30 * time.Second

// copyTime bounds how long somebody may take to fetch a copy of the ledger.
const copyTime = 10 * time.Minute

// openLedger opens the ledger of the configuration that the daemon began with. That it
// cannot is told, and tried again: capture goes on without.
func (d *Daemon) openLedger() {
	conf := &d.begun.Config.Ledger
	if conf.File == "" || d.ledger.Load() != nil {
		return
	}
	plan := d.plan.Load()
	l, err := exposure.Open(conf.File, exposure.Options{
		Key: plan.Output.Keys.Derive(exposure.KeyUse), HourRows: conf.Hours, Retention: conf.Retention, MaxRows: conf.MaxRows,
		Version: d.opts.Build.Version, Failed: d.ledgerFailed, Held: d.ledgerHeld,
		Rules: plan.Set, Found: d.pathFound, Home: plan.home(),
	})
	if err != nil {
		d.ledgerFailed(err)
		return
	}
	l.CountPartners(plan.Config.MetricPartners)
	d.ledgerFailed(nil)
	d.ledger.Store(l)
}

// recordExposure gives every worker a recorder once there is a ledger.
func (d *Daemon) recordExposure(ctx context.Context) {
	if d.ledger.Load() != nil || !d.reloading.TryLock() {
		return // a reload changes what it is opened with; the next time, then
	}
	defer d.reloading.Unlock()
	d.openLedger()
	l := d.ledger.Load()
	if l == nil {
		return
	}
	d.lost.told = d.lostFrames() // what was lost before is none of the ledger's
	for i, w := range d.workers {
		r := exposure.NewRecorder(l)
		if err := w.Record(ctx, r); err != nil {
			d.log.Error("a worker did not take the ledger", "worker", i, "error", err)
		}
	}
	d.log.Info("the ledger is open", "file", l.Path())
}

// losses is what the ledger was told of frames that the capture lost. It belongs to the
// goroutine of Run.
type losses struct {
	recorder *exposure.Recorder
	told     uint64
}

// recordLosses counts in the ledger the frames that the capture lost since the last
// time: a report says so beside its figures.
func (d *Daemon) recordLosses() {
	l, x := d.ledger.Load(), &d.lost
	if l == nil {
		return
	}
	n := d.lostFrames()
	if n == x.told {
		return
	}
	if x.recorder == nil {
		x.recorder = exposure.NewRecorder(l)
	}
	x.recorder.Cover(d.source(), time.Now().UnixNano(), &exposure.Counts{Drops: n - x.told})
	x.recorder.Tick()
	x.told = n
}

// lostFrames is how many frames the capture lost since the start.
func (d *Daemon) lostFrames() (n uint64) {
	for _, c := range d.drops() {
		n += c.N
	}
	return n
}

// source is what the frames of all interfaces come from.
func (d *Daemon) source() string { return strings.Join(d.begun.Config.Capture.Interfaces, ",") }

// ledgerFailed is told when the ledger fails, and with nil when it does not.
func (d *Daemon) ledgerFailed(err error) {
	said := ""
	if err != nil {
		said = err.Error()
	}
	switch was := d.gauges.ledgerFault.Swap(&said); {
	case err != nil && (was == nil || *was != said):
		d.log.Error("the ledger fails; what cannot be written waits, and is lost at the bound", "error", err)
	case err == nil && was != nil && *was != "":
		d.log.Info("the ledger does not fail any more")
	}
}

// ledgerHeld is told when the ledger's old rows stay because its time leapt, and with nil
// when they do not any more.
func (d *Daemon) ledgerHeld(err error) {
	d.gauges.ledgerHeld.Store(err != nil)
	if err != nil {
		d.log.Warn("the ledger lets nothing old go", "reason", err)
	} else {
		d.log.Info("the ledger lets go what is old again")
	}
}

// pathFound has a worker tell a finding about a path. The ledger's goroutine does not
// wait for it: the worker may be waiting for the ledger.
func (d *Daemon) pathFound(f *rules.Finding, told func()) {
	if err := d.workers[0].Tell(f, told); err != nil {
		d.log.Info("a finding about a path is told after the next start", "rule", f.Rule.ID, "carrier", f.Carrier.ID)
	}
}

// restLedger has the ledger judge no more hours, since workers end.
func (d *Daemon) restLedger() {
	if l := d.ledger.Load(); l != nil {
		l.Rest()
	}
}

// closeLedger writes what workers handed over; they have ended.
func (d *Daemon) closeLedger() {
	if l := d.ledger.Load(); l != nil {
		if err := l.Close(); err != nil {
			d.log.Error("ledger closed with losses", "error", err)
		}
	}
}

// serveLedger hands out a copy of the ledger as it stands now, one at a time.
func (d *Daemon) serveLedger(w http.ResponseWriter, r *http.Request) {
	l := d.ledger.Load()
	if l == nil {
		http.Error(w, "no ledger is open", http.StatusNotFound)
		return
	}
	if !d.copying.TryLock() {
		w.Header().Set("Retry-After", "10")
		http.Error(w, "somebody else is being served", http.StatusServiceUnavailable)
		return
	}
	defer d.copying.Unlock()
	fail := func(err error) {
		d.log.Error("a copy of the ledger failed", "error", err)
		http.Error(w, "the copy failed, the log says why", http.StatusInternalServerError)
	}
	if err := l.Flush(); err != nil {
		fail(err)
		return
	}
	dir, err := os.MkdirTemp("", "sigtransit-ledger-")
	if err != nil {
		fail(err)
		return
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "exposure.db")
	if err := exposure.CopyTo(l.Path(), name); err != nil {
		fail(err)
		return
	}
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(copyTime))
	w.Header().Set("Content-Type", "application/vnd.sqlite3")
	w.Header().Set("Content-Disposition", `attachment; filename="exposure.db"`)
	http.ServeFile(w, r, name)
}

// ledgerSize is how many octets the files of a ledger take.
func ledgerSize(path string) (n int64) {
	for _, suffix := range []string{"", "-wal"} {
		if info, err := os.Stat(path + suffix); err == nil {
			n += info.Size()
		}
	}
	return n
}

// ledgerReadable says why a ledger that is there cannot be recorded into; that another
// process has it open is not found out.
func ledgerReadable(path string) error {
	if info, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		dir := filepath.Dir(path) // it is made there
		switch info, err := os.Stat(dir); {
		case err != nil:
			return fmt.Errorf("ledger %s: %w", path, err)
		case !info.IsDir():
			return fmt.Errorf("ledger %s: %s is no folder", path, dir)
		}
		return nil
	} else if err == nil && info.Mode().IsRegular() && info.Size() == 0 {
		return nil // it is made
	}
	if err := exposure.Linked(path); err != nil {
		return err
	}
	r, err := exposure.OpenForReading(path)
	if err != nil {
		return err
	}
	return r.Close()
}
