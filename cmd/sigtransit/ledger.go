package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"

	"sigtransit/pkg/capture"
	"sigtransit/pkg/exposure"
	"sigtransit/pkg/output"
	"sigtransit/pkg/pipeline"
	"sigtransit/rules"
)

// ledgerOptions is what a replay is told about its ledger.
type ledgerOptions struct {
	file        string
	again, skip bool
	forgotten   bool // after a report
}

func (o *ledgerOptions) flags(f *pflag.FlagSet) {
	f.StringVar(&o.file, "ledger", "", "add what was seen to the ledger `file`, made if need be")
	f.BoolVar(&o.again, "ledger-again", false, "with --ledger: count captures that the ledger holds already once more")
	f.BoolVar(&o.skip, "ledger-skip", false, "with --ledger: leave out captures that the ledger holds already")
}

// recording is a ledger that a replay records into; nil: none, and nothing is done.
type recording struct {
	*exposure.Ledger
	identities map[string]string // by name of file
	at         string            // the file at hand
	from       uint64            // frames read before it
	found      []*rules.Finding
	told       []func() // of each
}

// open opens the ledger. Captures that it holds, or that are named twice, are refused, or
// left out: rest are the others.
func (o *ledgerOptions) open(files []string, set *rules.Set, home exposure.Home, k *output.Keys, version string, stderr io.Writer) (r *recording, rest []string, err error) {
	switch {
	case o.file == "" && o.again:
		return nil, nil, usageError{errors.New("--ledger-again: want --ledger and the name of a file, too")}
	case o.file == "" && o.skip:
		return nil, nil, usageError{errors.New("--ledger-skip: want --ledger and the name of a file, too")}
	case o.again && o.skip:
		return nil, nil, usageError{errors.New("--ledger-skip: captures cannot be left out and counted once more: leave out --ledger-again")}
	case o.file == "":
		return nil, files, nil
	}
	r = &recording{identities: map[string]string{}}
	l, err := exposure.Open(o.file, exposure.Options{
		Key: k.Derive(exposure.KeyUse), Version: version, Rules: set, Home: home,
		Found: func(f *rules.Finding, told func()) { r.found, r.told = append(r.found, f), append(r.told, told) },
	})
	if errors.Is(err, exposure.ErrNoRoom) {
		return nil, nil, err
	}
	if err != nil {
		return nil, nil, usageError{err}
	}
	r.Ledger = l
	if rest, err = o.choose(r, files, stderr); err != nil {
		l.Close()
		return nil, nil, err
	}
	return r, rest, nil
}

// choose gives the files that are to be counted.
func (o *ledgerOptions) choose(r *recording, files []string, stderr io.Writer) (rest []string, err error) {
	var held []string
	var first error
	named := map[string]string{} // by identity
	for _, name := range files {
		id, err := exposure.Identify(name)
		r.identities[name] = id
		if err != nil || o.again {
			rest = append(rest, name) // standard input, or what replay complains about
			continue
		}
		if err := r.Recorded(id); errors.Is(err, exposure.ErrRecorded) {
			if held = append(held, name); first == nil {
				first = err
			}
			if o.skip && errors.Is(err, exposure.ErrInPart) {
				fmt.Fprintf(stderr, "sigtransit: warning: %s: %v; the rest of it is left out, too\n", name, err)
			}
			continue
		} else if err != nil {
			return nil, err
		}
		other, twice := named[id]
		switch twice = twice && hasFrames(name); {
		case twice && !o.skip:
			return nil, usageError{fmt.Errorf("%s is the same capture as %s; name it once", name, other)}
		case !twice:
			named[id] = name
			rest = append(rest, name)
		}
	}
	switch {
	case o.skip || len(held) == 0:
		return rest, nil
	case len(held) == 1:
		return nil, usageError{fmt.Errorf("%s: %w; leave it out (--ledger-skip), or count it twice with --ledger-again", held[0], first)}
	}
	return nil, usageError{fmt.Errorf("%d of %d captures are in the ledger already: %s holds %s; leave them out with --ledger-skip, or count them twice with --ledger-again",
		len(held), len(files), o.file, shortened(held))}
}

// namesTold is how many names a message has room for.
const namesTold = 5

func shortened(names []string) string {
	if more := len(names) - namesTold; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:namesTold], ", "), more)
	}
	return strings.Join(names, ", ")
}

// hasFrames reports that a capture has any. Those of times without traffic are alike.
func hasFrames(name string) bool {
	f, err := capture.Open(name, capture.Options{})
	if err != nil {
		return false
	}
	defer f.Close()
	n, _ := f.Read(make([]capture.Frame, 1))
	return n > 0
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
	r.at, r.from = name, w.Frames()
	return r.Begin(name, r.identities[name])
}

// within reports that a file is being counted.
func (r *recording) within() bool { return r != nil && r.at != "" }

// end has the ledger write the counts of a file, and that it holds them.
func (r *recording) end(w *pipeline.Worker, complete bool) error {
	if r == nil {
		return nil
	}
	r.at = ""
	w.FlushLedger()
	return r.End(w.Frames()-r.from, complete, w.Held()...)
}

// cut has the ledger forget a file that was not read to its end, or whose results were not written, once the worker has told
// all, so that a later replay counts it whole. What is told of that says how to go on.
func (r *recording) cut(w *pipeline.Worker) (told string, err error) {
	if r == nil {
		return "", nil
	}
	if r.at != "" {
		whole, err := r.Drop(w.Frames()-r.from, w.Held()...)
		if err != nil {
			return "", err
		}
		if !whole {
			return "the ledger holds a part of it: it cannot be gone on with, nor counted once more without counting that twice", nil
		}
	}
	return "the ledger holds the captures before it, and nothing of it: go on with --ledger-skip", nil
}

// paths has the ledger judge the paths of the capture, and hands the findings on. A context
// that ends leaves hours for the next capture.
func (r *recording) paths(ctx context.Context, w *pipeline.Worker) error {
	if r == nil {
		return nil
	}
	w.FlushLedger()
	r.Rest() // what is left after this, is for the next capture
	err := r.EndOfCapture(ctx)
	if err != nil && ctx.Err() == nil {
		return err
	}
	for _, f := range r.found {
		w.Found(f)
	}
	return err
}

// written says that the findings about paths are where they belong.
func (r *recording) written() {
	if r != nil {
		for _, told := range r.told {
			told()
		}
	}
}

// overlaps are the captures that have frames of the same time as one that was read has.
func (r *recording) overlaps(read []exposure.Held) ([]exposure.Overlap, error) {
	if r == nil {
		return exposure.Overlaps(read, 0), nil
	}
	return r.Overlaps()
}

// then is what is to be done once captures that overlap are merged.
func (o *ledgerOptions) then() string {
	switch {
	case o.forgotten:
		return "report on it"
	case o.file != "":
		return "replay it into a new ledger: this one holds them already"
	}
	return "replay it"
}

// close writes all that was recorded. A second call does nothing.
func (r *recording) close() error {
	if r == nil {
		return nil
	}
	return r.Ledger.Close()
}
