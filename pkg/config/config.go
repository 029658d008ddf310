// Package config reads the configuration file: one YAML document, strict. A file
// with an unknown key or a bad value is refused with its place and what would be
// right, all of them at once; nothing of it takes effect.
package config

import (
	"fmt"
	"iter"
	"os"
	"reflect"
	"time"

	"sigtransit/pkg/badinput"
	"sigtransit/pkg/canary"
	"sigtransit/pkg/capture/live"
	"sigtransit/pkg/dissect"
	"sigtransit/pkg/output"
	"sigtransit/pkg/roaming"
	"sigtransit/pkg/sink"
	"sigtransit/rules"
)

// Config is the whole configuration.
type Config struct {
	// Privacy says how personal numbers are written: mask, pseudonym or clear.
	Privacy output.Mode
	// PseudonymKeyFile holds the keys of pseudonyms; empty: a random key a run.
	PseudonymKeyFile string
	// PointCodes says how point codes are written.
	PointCodes output.PointCodeFormat
	// Watchlists and Detections are files beside the built-in ones.
	Watchlists, Detections []string
	// Exceptions are files of findings that are accepted for a time.
	Exceptions []string
	// Dictionaries are files of Diameter AVPs and commands beside the built-in ones.
	Dictionaries []string
	// BuiltinCarriers and IncludeWithdrawn: which identifiers are matched.
	BuiltinCarriers  bool
	IncludeWithdrawn bool
	// Links are the signaling links that the operator knows, Networks the variants
	// of MTP3 and SCCP by network indicator.
	Links    []Link
	Networks [4]dissect.Network
	// Home is who watches, Partners the partner files (pkg/partners).
	Home     roaming.Home
	Partners []string
	// HomeCarriers are home's own carriers: whose gear its links lead to.
	HomeCarriers []rules.HomeCarrier
	// Sinks are where a daemon's findings go.
	Sinks []sink.Config

	// The rest is the daemon's own.
	Capture live.Config
	Web     Web
	State   State
	Log     Log
	// StatsInterval is how often sinks get the totals.
	StatsInterval time.Duration
	// User is whom the daemon runs as when root starts it; empty: root.
	User string
	// Canaries are watched for.
	Canaries []canary.Config
	// Ledger adds exposures up; MetricPartners are the ids of partners that have series
	// of their own in metrics.
	Ledger         Ledger
	LedgerAt       rules.Place // of its hours, or of what they would stand in
	MetricPartners []string
}

// Default is the configuration without a file.
func Default() Config {
	c := Config{BuiltinCarriers: true}
	daemonDefaults(&c)
	return c
}

// form is the file as YAML has it. Pointers tell absent from empty.
type form struct {
	Privacy          *string  `yaml:"privacy"`
	PseudonymKeyFile *string  `yaml:"pseudonym_key_file"`
	PointCodes       *string  `yaml:"point_codes"`
	Watchlists       []string `yaml:"watchlists"`
	Detections       []string `yaml:"detections"`
	Exceptions       []string `yaml:"exceptions"`
	Dictionaries     []string `yaml:"dictionaries"`
	BuiltinCarriers  *bool    `yaml:"builtin_carriers"`
	IncludeWithdrawn *bool    `yaml:"include_withdrawn"`

	Links             []linkForm     `yaml:"links"`
	NetworkIndicators map[int]string `yaml:"network_indicators"`
	Home              *homeForm      `yaml:"home"`
	Partners          []string       `yaml:"partners"`
	Sinks             []sink.Form    `yaml:"sinks"`

	Daemon daemonForm `yaml:",inline"`
}

// Keys are the keys a file may have.
func Keys() []string { return keysOf(reflect.TypeFor[form]()) }

func keysOf(t reflect.Type) (keys []string) {
	for f := range fieldsOf(t) {
		keys = append(keys, f.Tag.Get("yaml"))
	}
	return keys
}

// fieldsOf are the fields of a form as the file has them: inlined ones in the place
// of what they stand in.
func fieldsOf(t reflect.Type) iter.Seq[reflect.StructField] {
	return func(yield func(reflect.StructField) bool) {
		for i := range t.NumField() {
			f := t.Field(i)
			if f.Tag.Get("yaml") != ",inline" {
				if !yield(f) {
					return
				}
				continue
			}
			for g := range fieldsOf(f.Type) {
				if !yield(g) {
					return
				}
			}
		}
	}
}

// Error is what is wrong with a file, and where.
type Error = badinput.Error

// maxSize bounds a configuration file; a larger one is something else.
const maxSize = 1 << 20

// Load reads a file over the defaults. Relative names in it count from its folder.
// reads are the keys of files that the caller is going to read or to write (Judging,
// Running, Rehearsing): those have to be there. It tells all that is wrong.
func Load(name string, reads ...string) (Config, error) {
	fail := func(format string, args ...any) (Config, error) {
		return Default(), badinput.List{{File: name, Text: fmt.Sprintf(format, args...)}}
	}
	info, err := badinput.Stat(name, "a YAML file")
	switch {
	case err != nil:
		return fail("%v", err)
	case info.Size() > maxSize:
		return fail("has %d octets; want a YAML file of at most %d", info.Size(), maxSize)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return fail("%v", err)
	}
	return parse(name, data, reads)
}

func parse(name string, data []byte, reads []string) (Config, error) {
	r := &reading{name: name, skipped: map[string]bool{}}
	c := Default()
	var f form
	if r.form(data, &f) {
		f.apply(&c, r)
	}
	r.look(reads)
	r.together()
	if len(r.faults) > 0 {
		r.faults.Sort()
		return Default(), r.faults
	}
	return c, nil
}

func (f *form) apply(c *Config, r *reading) {
	var err error
	if f.Privacy != nil {
		if c.Privacy, err = output.ParseMode(*f.Privacy); err != nil {
			r.wrong("privacy", "%v", err)
		}
	}
	if f.PointCodes != nil {
		var ok bool
		if c.PointCodes, ok = output.ParsePointCodeFormat(*f.PointCodes); !ok {
			r.wrong("point_codes", "unknown form of point codes %q; want auto, 3-8-3 or decimal", *f.PointCodes)
		}
	}
	if f.PseudonymKeyFile != nil {
		c.PseudonymKeyFile = r.reads("pseudonym_key_file", *f.PseudonymKeyFile)
	}
	for _, list := range []struct {
		key  string
		from []string
		to   *[]string
	}{
		{"watchlists", f.Watchlists, &c.Watchlists},
		{"detections", f.Detections, &c.Detections},
		{"exceptions", f.Exceptions, &c.Exceptions},
		{"dictionaries", f.Dictionaries, &c.Dictionaries},
		{"partners", f.Partners, &c.Partners},
	} {
		for i, file := range list.from {
			*list.to = append(*list.to, r.reads(fmt.Sprintf("%s[%d]", list.key, i), file))
		}
	}
	if f.BuiltinCarriers != nil {
		c.BuiltinCarriers = *f.BuiltinCarriers
	}
	if f.IncludeWithdrawn != nil {
		c.IncludeWithdrawn = *f.IncludeWithdrawn
	}
	f.links(c, r)
	f.home(c, r)
	f.sinks(c, r)
	f.Daemon.apply(c, r)
}

func (f *form) sinks(c *Config, r *reading) {
	before := len(r.faults)
	for i := range f.Sinks {
		var files []string
		s, faults := f.Sinks[i].Config(func(name string) string {
			files = append(files, r.local(name))
			return files[len(files)-1]
		})
		for _, x := range faults {
			r.wrong(place(i, x), "%s", x.Text)
		}
		if s.File.Path != "" {
			r.writes(fmt.Sprintf("sinks[%d].path", i), s.File.Path)
		}
		if s.Spill.Dir != "" {
			r.named = append(r.named, named{key: fmt.Sprintf("sinks[%d].spill.directory", i), name: s.Spill.Dir, written: true, unseen: true})
		}
		for _, name := range files { // certificates and secrets
			if name != s.File.Path && name != s.Spill.Dir {
				r.knows(fmt.Sprintf("a file of sinks[%d]", i), name)
			}
		}
		c.Sinks = append(c.Sinks, s)
	}
	if len(r.faults) > before {
		return
	}
	if i, err := sink.CheckTogether(c.Sinks); err != nil {
		r.wrong(place(i, err), "%s", err.Text)
	}
}

// place is the path of a sink's field.
func place(i int, e *sink.FieldError) string {
	if e.Path == "" {
		return fmt.Sprintf("sinks[%d]", i)
	}
	return fmt.Sprintf("sinks[%d].%s", i, e.Path)
}
