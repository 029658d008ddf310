// Package config reads the configuration file: one YAML document, strict. A file
// with an unknown key or a bad value is refused with its place and what would be
// right; nothing of it takes effect.
package config

import (
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

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
func Load(name string) (Config, error) {
	c := Default()
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return c, &Error{File: name, Text: strings.TrimPrefix(err.Error(), "stat "+name+": ")}
	case info.IsDir():
		return c, &Error{File: name, Text: "is a directory; want a YAML file"}
	case info.Size() > maxSize:
		return c, &Error{File: name, Text: fmt.Sprintf("has %d octets; want a YAML file of at most %d", info.Size(), maxSize)}
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return c, &Error{File: name, Text: err.Error()}
	}
	return parse(c, name, data)
}

// errYAML is what a file gets that makes the parser fall over: it does for some tags
// without a value.
var errYAML = errors.New("is no YAML that can be read; look for a tag (!) or an alias (*) without a value")

func unmarshal(data []byte, f *form) (err error) {
	defer func() {
		if recover() != nil {
			err = errYAML
		}
	}()
	return yaml.UnmarshalWithOptions(data, f, yaml.Strict())
}

func parse(c Config, name string, data []byte) (Config, error) {
	fail := func(t *token.Token, format string, args ...any) (Config, error) {
		e := &Error{File: name, Text: fmt.Sprintf(format, args...)}
		if t != nil && t.Position != nil {
			e.Line, e.Column = t.Position.Line, t.Position.Column
		}
		return Default(), e
	}
	tree, err := parser.ParseBytes(data, 0)
	if err == nil {
		var f form
		if err = unmarshal(data, &f); err == nil {
			c, err := f.apply(c, name, func(key, format string, args ...any) (Config, error) { return fail(find(tree, key), format, args...) })
			for i := range c.Links {
				// Whether there is such a carrier is found out later, by who reads watchlists.
				if c.Links[i].Carrier != "" {
					c.Links[i].CarrierAt = placeOf(name, find(tree, fmt.Sprintf("links[%d].carrier", i)))
				}
			}
			if c.Ledger.File != "" { // whether its hours are enough is found out there, too
				c.LedgerAt = placeOf(name, find(tree, "ledger.hours"))
			}
			return c, err
		}
	}
	var unknown *yaml.UnknownFieldError
	var kind *yaml.TypeError
	var ye yaml.Error
	switch {
	case errors.As(err, &kind):
		return fail(kind.Token, "%q is no %s; want %s", kind.Token.Value, kinds[kind.DstType.Kind()].name, kinds[kind.DstType.Kind()].want)
	case errors.As(err, &unknown):
		return fail(unknown.Token, "unknown key %q; want one of %s", unknown.Token.Value, strings.Join(keysAround(tree, unknown.Token), ", "))
	case errors.As(err, &ye):
		return fail(ye.GetToken(), "%s", ye.GetMessage())
	}
	return fail(nil, "%v", err)
}

func placeOf(name string, t *token.Token) rules.Place {
	p := rules.Place{File: name}
	if t != nil && t.Position != nil {
		p.Line, p.Column = t.Position.Line, t.Position.Column
	}
	return p
}

// kinds names the types of the form to a person.
var kinds = map[reflect.Kind]struct{ name, want string }{
	reflect.Bool: {"truth value", "true or false"}, reflect.String: {"text", "text"},
	reflect.Int: {"whole number", "a whole number"}, reflect.Map: {"mapping", "keys and values"},
	reflect.Slice: {"list", "a list, one item a line after a dash"}, reflect.Struct: {"mapping", "keys and values"},
}

// keysAround are the keys that a mapping may have in which a wrong one stands.
func keysAround(tree *ast.File, wrong *token.Token) []string {
	t := reflect.TypeFor[form]()
	if tree == nil || len(tree.Docs) == 0 {
		return keysOf(t)
	}
	at := ""
	for _, d := range tree.Docs {
		for _, n := range ast.Filter(ast.MappingValueType, d) {
			if k := n.(*ast.MappingValueNode).Key.GetToken(); k.Position.Offset == wrong.Position.Offset {
				at = n.GetPath()
			}
		}
	}
	// $.sinks[0].queue.event: the last word is the wrong key.
	words := strings.FieldsFunc(strings.TrimPrefix(at, "$"), func(r rune) bool { return r == '.' || r == '[' || r == ']' })
	for i := 0; i < len(words)-1; i++ {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		switch t.Kind() {
		case reflect.Slice:
			t = t.Elem()
		case reflect.Struct:
			for f := range fieldsOf(t) {
				if f.Tag.Get("yaml") == words[i] {
					t = f.Type
					break
				}
			}
		}
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		t = reflect.TypeFor[form]()
	}
	return keysOf(t)
}

// find is the token of a key's value, by its path: "sinks[0].queue.size".
func find(tree *ast.File, key string) *token.Token {
	p, err := yaml.PathString("$." + key)
	if err != nil {
		return nil
	}
	n, err := p.FilterFile(tree)
	if err != nil {
		// A default may be at fault: the mapping that lacks the key is the place.
		if i := strings.LastIndexByte(key, '.'); i > 0 {
			return find(tree, key[:i])
		}
		return nil
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		if len(n.Values) > 0 && !n.IsFlowStyle {
			return n.Values[0].Key.GetToken()
		}
	case *ast.MappingValueNode:
		return n.Key.GetToken()
	}
	return n.GetToken()
}

func (f *form) apply(c Config, name string, fail func(key, format string, args ...any) (Config, error)) (Config, error) {
	var err error
	if f.Privacy != nil {
		if c.Privacy, err = output.ParseMode(*f.Privacy); err != nil {
			return fail("privacy", "%v", err)
		}
	}
	if f.PointCodes != nil {
		var ok bool
		if c.PointCodes, ok = output.ParsePointCodeFormat(*f.PointCodes); !ok {
			return fail("point_codes", "unknown form of point codes %q; want auto, 3-8-3 or decimal", *f.PointCodes)
		}
	}
	local := func(path string) string {
		if filepath.IsAbs(path) {
			return path
		}
		return filepath.Join(filepath.Dir(name), path)
	}
	if f.PseudonymKeyFile != nil {
		c.PseudonymKeyFile = local(*f.PseudonymKeyFile)
	}
	for _, list := range []struct {
		from []string
		to   *[]string
	}{{f.Watchlists, &c.Watchlists}, {f.Detections, &c.Detections}, {f.Exceptions, &c.Exceptions}, {f.Dictionaries, &c.Dictionaries}, {f.Partners, &c.Partners}} {
		for _, file := range list.from {
			*list.to = append(*list.to, local(file))
		}
	}
	if f.BuiltinCarriers != nil {
		c.BuiltinCarriers = *f.BuiltinCarriers
	}
	if f.IncludeWithdrawn != nil {
		c.IncludeWithdrawn = *f.IncludeWithdrawn
	}
	for _, read := range []func(*Config) *badValue{f.links, f.home} {
		if wrong := read(&c); wrong != nil {
			return fail(wrong.path, "%s", wrong.text)
		}
	}
	for i := range f.Sinks {
		s, err := f.Sinks[i].Config(local)
		if err != nil {
			return fail(place(i, err), "%s", err.Text)
		}
		c.Sinks = append(c.Sinks, s)
	}
	if e := f.Daemon.apply(&c, local); e != nil {
		return fail(e.key, "%s", e.text)
	}
	if i, err := sink.CheckTogether(c.Sinks); err != nil {
		return fail(place(i, err), "%s", err.Text)
	}
	return c, nil
}

// place is the path of a sink's field.
func place(i int, e *sink.FieldError) string {
	if e.Path == "" {
		return fmt.Sprintf("sinks[%d]", i)
	}
	return fmt.Sprintf("sinks[%d].%s", i, e.Path)
}
