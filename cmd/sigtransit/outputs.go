package main

import (
	"fmt"
	"os"
	"path/filepath"

	"sigtransit/pkg/config"
)

// input is a file that a command reads, or writes besides, and what it is to it.
type input struct{ name, is string }

// inputs names files that are all the same to a command.
func inputs(is string, names ...string) (list []input) {
	for _, n := range names {
		if n != "" && n != "-" {
			list = append(list, input{n, is})
		}
	}
	return list
}

// inputs are the files that are read before anything else; c names those of the
// configuration.
func (k *knowledge) inputs(c config.Config) (list []input) {
	list = inputs("is the configuration", k.config)
	for _, x := range []struct {
		is    string
		names [2][]string
	}{
		{"is read as a carrier file", [2][]string{c.Watchlists, k.watchlists}},
		{"is read as a detection file", [2][]string{c.Detections, k.detections}},
		{"is read as an exception file", [2][]string{c.Exceptions, k.exceptions}},
		{"is read as a dictionary", [2][]string{c.Dictionaries, k.dictionaries}},
		{"is read as a partner file", [2][]string{c.Partners, k.partners}},
	} {
		list = append(append(list, inputs(x.is, x.names[0]...)...), inputs(x.is, x.names[1]...)...)
	}
	return append(list, inputs("is the key of pseudonyms", c.PseudonymKeyFile)...)
}

// spares refuses to write a file that the command reads, and any ledger: one that is written
// over is gone.
func spares(flag, out string, reads []input) error {
	if out == "" || out == "-" {
		return nil
	}
	for _, r := range reads {
		if sameFile(out, r.name) {
			return usageError{fmt.Errorf("%s: %s %s; name another file", flag, out, r.is)}
		}
	}
	if isLedger(out) {
		return usageError{fmt.Errorf("%s: %s is a ledger; name another file", flag, out)}
	}
	return nil
}

// sameFile reports that two names are of one file, which need not be there yet. A device
// may be both ends of a command.
func sameFile(a, b string) bool {
	i, errA := os.Stat(a)
	j, errB := os.Stat(b)
	if errA == nil && errB == nil {
		return i.Mode().IsRegular() && os.SameFile(i, j)
	}
	a, errA = filepath.Abs(a)
	b, errB = filepath.Abs(b)
	return errA == nil && errB == nil && a == b
}

// results is a file for results that is made when the first of them can come: a wrong name
// of a capture does not cost those of the last replay.
type results struct {
	name string
	f    *os.File
}

// open makes the file, once.
func (r *results) open() (err error) {
	if r == nil || r.f != nil {
		return nil
	}
	if r.f, err = os.Create(r.name); err != nil {
		return usageError{fmt.Errorf("--output: %w", err)}
	}
	return nil
}

// Write drops what comes without a capture: totals of nothing.
func (r *results) Write(b []byte) (int, error) {
	if r.f == nil {
		return len(b), nil
	}
	return r.f.Write(b)
}

func (r *results) Close() error {
	if r.f == nil {
		return nil
	}
	return r.f.Close()
}
