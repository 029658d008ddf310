package sink

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"
)

// Deps are what sinks need from their program.
type Deps struct {
	Log    *slog.Logger // nil: nothing is logged
	Stdout io.Writer    // of sinks of type stdout; nil: os.Stdout
}

// Set is the sinks of a configuration. It is safe for concurrent use.
type Set struct {
	sinks []*Sink
}

// Open makes the sinks and starts them. A file that cannot be opened is an error,
// a receiver that does not answer is not: it may come up later.
func Open(configs []Config, d Deps) (*Set, error) {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Stdout == nil {
		d.Stdout = os.Stdout
	}
	set := &Set{}
	for i := range configs {
		s, err := open(configs[i], d)
		if err != nil {
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			return nil, errors.Join(err, set.Close(ctx))
		}
		set.sinks = append(set.sinks, s)
	}
	return set, nil
}

func open(c Config, d Deps) (*Sink, error) {
	for _, p := range c.secrets() {
		if w := exposed(p); w != "" {
			d.Log.Warn("file with a secret is not private", "sink", c.Name, "problem", w)
		}
	}
	count := &counters{}
	var t transport
	switch c.Kind {
	case KindFile:
		f := newFile(c.File, count)
		if err := f.check(); err != nil {
			return nil, errors.Join(errors.New("sink "+c.Name), asFault(err).err)
		}
		t = f
	case KindStdout:
		t = &stream{w: d.Stdout}
	case KindSyslog:
		t = newSyslog(c.Syslog, count)
	case KindWebhook:
		t = newWebhook(c.Webhook, count)
	}
	s, err := start(c, t, count, d.Log)
	if err != nil {
		return nil, errors.Join(err, t.close())
	}
	return s, nil
}

// Wants reports whether a sink wants events of a type: what nobody wants need not
// be rendered.
func (s *Set) Wants(t Type) bool {
	for _, x := range s.sinks {
		if x.Wants(t) {
			return true
		}
	}
	return false
}

// Reopen lets go of files and connections, for logrotate and renewed certificates:
// the next event opens them anew.
func (s *Set) Reopen() {
	for _, x := range s.sinks {
		x.Reopen()
	}
}

// Snapshots are the states of the sinks, in the order of the configuration.
func (s *Set) Snapshots() []Snapshot {
	list := make([]Snapshot, len(s.sinks))
	for i, x := range s.sinks {
		list[i] = x.Snapshot()
	}
	return list
}

// Close ends all sinks at once, as Sink.Close does. Emitters must be done before.
func (s *Set) Close(ctx context.Context) error {
	errs := make([]error, len(s.sinks))
	var group sync.WaitGroup
	for i, x := range s.sinks {
		group.Go(func() { errs[i] = x.Close(ctx) })
	}
	group.Wait()
	return errors.Join(errs...)
}
