package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"reflect"
	"slices"
	"time"

	"sigtransit/pkg/dissect"
	"sigtransit/pkg/sink"
)

// stateVersion grows when older programs would misread the file.
const stateVersion = 1

// stateKeeps is how long a link that was not seen is remembered.
const stateKeeps = 30 * 24 * time.Hour

// maxState bounds what is read back, octets.
const maxState = 64 << 20

// state is what outlives a restart.
type state struct {
	Version int                 `json:"version"`
	Written time.Time           `json:"written"`
	Links   []dissect.KnownLink `json:"links"`
	// Lost is what was lost at the end: too late for whoever scrapes.
	Lost endLosses `json:"lost,omitzero"`
}

// endLosses are losses of an end, with those of the ends before where they lost, too.
type endLosses struct {
	Frames uint64            `json:"frames,omitempty"` // captured and not read
	Sinks  map[string]uint64 `json:"sinks,omitempty"`  // events, by name of the sink
}

// readState reads the file; one that is not there is an empty state. A file that
// cannot be read as one, or that a newer version wrote, is moved aside and named:
// it must not keep the daemon from its work, nor be lost.
func readState(name string) (s state, moved string, err error) {
	if name == "" {
		return s, "", nil
	}
	info, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return s, "", nil
	}
	if err != nil {
		return s, "", fmt.Errorf("state: %w", err)
	}
	var problem string
	switch data, err := []byte(nil), error(nil); {
	case info.Size() > maxState:
		problem = fmt.Sprintf("has %d octets", info.Size())
	default:
		if data, err = os.ReadFile(name); err != nil {
			return s, "", fmt.Errorf("state: %w", err)
		}
		if err = json.Unmarshal(data, &s); err != nil {
			problem = err.Error()
		} else if s.Version != stateVersion {
			problem = fmt.Sprintf("is of version %d, this program writes %d", s.Version, stateVersion)
		}
	}
	if problem != "" {
		aside := name + ".unreadable"
		if err := os.Rename(name, aside); err != nil {
			return state{}, "", fmt.Errorf("state: %s %s, and cannot be moved aside: %w", name, problem, err)
		}
		return state{}, fmt.Sprintf("%s: %s", aside, problem), nil
	}
	oldest := time.Now().Add(-stateKeeps).UnixNano()
	s.Links = slices.DeleteFunc(s.Links, func(l dissect.KnownLink) bool { return l.Last < oldest })
	if len(s.Links) > dissect.MaxKnownLinks {
		s.Links = s.Links[:dissect.MaxKnownLinks]
	}
	return s, "", nil
}

// write replaces the file as a whole: whoever reads it sees the old one or the new
// one, after a crash too.
func (s *state) write(name string) error {
	data, err := json.Marshal(s)
	if err != nil {
		return err
	}
	// One name, so that a process that is killed here leaves one file, which the next
	// one uses.
	part := name + ".new"
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer os.Remove(part) // fails once it is renamed
	_, err = f.Write(append(data, '\n'))
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	return os.Rename(part, name)
}

// saveState asks the workers what they know and writes it, with what was known
// before and did not come again yet.
func (d *Daemon) saveState(ctx context.Context) error {
	name := d.plan.Load().Config.State.File
	if name == "" {
		return nil
	}
	now := time.Now()
	s := state{Version: stateVersion, Written: now.UTC().Truncate(time.Second), Lost: d.lostBefore}
	have := map[string]bool{} // pairs of ends
	add := func(l dissect.KnownLink) {
		known := false
		for _, a := range l.Ends[0].Addrs {
			for _, b := range l.Ends[1].Addrs {
				// Which end is named first is by chance.
				x, y := netip.AddrPortFrom(a, l.Ends[0].Port), netip.AddrPortFrom(b, l.Ends[1].Port)
				if y.Compare(x) < 0 {
					x, y = y, x
				}
				key := fmt.Sprint(l.Transport, x, y)
				known = known || have[key]
				have[key] = true
			}
		}
		if !known && len(s.Links) < dissect.MaxKnownLinks {
			s.Links = append(s.Links, l)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, reloadTime)
	defer cancel()
	for _, w := range d.workers {
		if err := w.Inspect(ctx, func(x *dissect.Dissector) { x.KnownLinks(add) }); err != nil {
			return err
		}
	}
	for _, l := range d.recalled {
		if now.UnixNano()-l.Last < int64(stateKeeps) {
			add(l)
		}
	}
	return s.write(name)
}

// keepLosses notes what this run lost at its end in the state, where the next one finds it:
// beyond what the one before lost, so that a counter shows it, or nothing.
func (d *Daemon) keepLosses() {
	name := d.plan.Load().Config.State.File
	var lost endLosses
	if n := d.gauges.unread.Load(); n != 0 {
		lost.Frames = d.lostBefore.Frames + n
	}
	for _, x := range d.sinks.Snapshots() {
		if n := x.Drops[sink.DropShutdown]; n != 0 {
			if lost.Sinks == nil {
				lost.Sinks = map[string]uint64{}
			}
			lost.Sinks[x.Name] = d.lostBefore.Sinks[x.Name] + n
		}
	}
	if name == "" || reflect.DeepEqual(lost, d.lostBefore) {
		return
	}
	s, _, err := readState(name)
	if err == nil {
		s.Version, s.Lost = stateVersion, lost
		err = s.write(name)
	}
	if err != nil {
		d.log.Error("what was lost at the end is not in the state", "error", err)
	}
}

// snapshots are the states of the sinks for metrics, with what was lost at the end before.
func (d *Daemon) snapshots() []sink.Snapshot {
	list := d.sinks.Snapshots()
	for i := range list {
		list[i].Drops[sink.DropShutdown] += d.lostBefore.Sinks[list[i].Name]
	}
	return list
}
