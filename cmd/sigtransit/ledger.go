package main

import (
	"fmt"

	"github.com/spf13/pflag"

	"sigtransit/pkg/exposure"
	"sigtransit/pkg/output"
	"sigtransit/pkg/pipeline"
	"sigtransit/rules"
)

// ledgerOptions is what a replay is told about its ledger.
type ledgerOptions struct {
	file  string
	again bool
}

func (o *ledgerOptions) flags(f *pflag.FlagSet) {
	f.StringVar(&o.file, "ledger", "", "add what was seen to the ledger `file`, made if need be")
	f.BoolVar(&o.again, "ledger-again", false, "with --ledger: count captures that the ledger holds already once more")
}

// recording is a ledger that a replay records into; nil: none, and nothing is done.
type recording struct {
	*exposure.Ledger
	identities map[string]string // by name of file
	from       uint64            // frames read before the file at hand
	found      []*rules.Finding
}

// open opens the ledger and refuses captures that it holds.
func (o *ledgerOptions) open(files []string, set *rules.Set, k *output.Keys, version string) (*recording, error) {
	switch {
	case o.file == "" && o.again:
		return nil, usageError{fmt.Errorf("--ledger-again: want --ledger and the name of a file, too")}
	case o.file == "":
		return nil, nil
	}
	r := &recording{identities: map[string]string{}}
	l, err := exposure.Open(o.file, exposure.Options{
		Key: k.Derive(exposure.KeyUse), Version: version, Rules: set,
		Found: func(f *rules.Finding) { r.found = append(r.found, f) },
	})
	if err != nil {
		return nil, usageError{err}
	}
	r.Ledger = l
	for _, name := range files {
		id, err := exposure.Identify(name)
		if err != nil {
			continue // standard input, or what replay complains about
		}
		r.identities[name] = id
		if err := l.Recorded(id); err != nil && !o.again {
			l.Close()
			return nil, usageError{fmt.Errorf("%s: %w; leave it out, or count it twice with --ledger-again", name, err)}
		}
	}
	return r, nil
}

func (r *recording) recorder() *exposure.Recorder {
	if r == nil {
		return nil
	}
	return exposure.NewRecorder(r.Ledger)
}

func (r *recording) begin(name string, w *pipeline.Worker) error {
	if r == nil {
		return nil
	}
	r.from = w.Frames()
	return r.Begin(name, r.identities[name])
}

// end has the ledger write the counts of a file, and that it holds them.
func (r *recording) end(w *pipeline.Worker, complete bool) error {
	if r == nil {
		return nil
	}
	w.FlushLedger()
	return r.End(w.Frames()-r.from, complete)
}

// paths has the ledger judge the paths of the capture, and hands the findings on.
func (r *recording) paths(w *pipeline.Worker) error {
	if r == nil {
		return nil
	}
	w.FlushLedger()
	if err := r.EndOfCapture(); err != nil {
		return err
	}
	for _, f := range r.found {
		w.Found(f)
	}
	return nil
}

// close writes all that was recorded. A second call does nothing.
func (r *recording) close() error {
	if r == nil {
		return nil
	}
	return r.Ledger.Close()
}
