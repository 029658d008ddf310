package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"sigtransit/decoders/diameter"
	"sigtransit/decoders/telecom"
	"sigtransit/pkg/canary"
	"sigtransit/pkg/config"
	"sigtransit/pkg/dictionary"
	"sigtransit/pkg/dissect"
	"sigtransit/pkg/partners"
	"sigtransit/pkg/roaming"
	"sigtransit/rules"
)

// Exit codes.
const (
	exitOK       = 0
	exitFailed   = 1 // data that cannot be read, results that cannot be written
	exitUsage    = 2 // command line or configuration
	exitFindings = 3 // replay --fail-on

	exitInterrupted = 130 // SIGINT or SIGTERM before all was read; what shells say of programs that SIGINT ended
)

// usageError is a fault of the command line or the configuration.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// exitError ends the program with a code and no further words.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// env is what a command talks to.
type env struct {
	stdin          io.Reader
	stdout, stderr io.Writer
}

// secondSignal is when after a first signal the next one ends the program at once, whatever
// it waits for. What comes before belongs to the first: timeout(1) sends two.
const secondSignal = 500 * time.Millisecond

// run is the program: it returns the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	e := &env{stdin, stdout, stderr}
	root := e.root()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.PersistentPreRun = func(c *cobra.Command, _ []string) {
		if c.Name() != daemonName {
			context.AfterFunc(ctx, func() { time.AfterFunc(secondSignal, stop) })
		}
	}
	err := root.ExecuteContext(ctx)
	var code exitError
	var usage usageError
	var load *rules.LoadError
	var conf *config.Error
	var dict *dictionary.Error
	var file *partners.Error
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &code):
		return int(code)
	}
	fmt.Fprintf(stderr, "sigtransit: %v\n", err)
	if errors.As(err, &usage) || errors.As(err, &dict) || errors.As(err, &load) || errors.As(err, &conf) || errors.As(err, &file) || strings.HasPrefix(err.Error(), "unknown command") {
		return exitUsage
	}
	return exitFailed
}

func (e *env) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "sigtransit",
		Short: "see which signaling passes, readable, through watchlisted carriers",
		Long: `sigtransit decodes SS7 over SIGTRAN and Diameter from a mirror port or a capture,
matches every address against a watchlist of interconnect carriers, and tells
which location, SMS and authentication signaling crosses them in the clear, and
how it knows. It only listens.`,
		SilenceUsage: true, SilenceErrors: true,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		text := err.Error()
		for _, x := range []struct{ parser, want string }{
			{"ParseUint", "want a whole number, from 0"},
			{"ParseInt", "want a whole number"},
			{"Atoi", "want a whole number"},
			{"ParseFloat", "want a number"},
			{"ParseBool", "want true or false"},
		} {
			if i := strings.Index(text, "strconv."+x.parser+": "); i >= 0 {
				text = text[:i] + x.want
			}
		}
		return usageError{fmt.Errorf("%s (see %s --help)", text, c.CommandPath())}
	})
	root.AddCommand(e.daemon(), e.replay(), e.ir21(), e.report(), e.check(), e.synth(), e.canary(), e.version())
	root.AddCommand(e.rules())
	root.InitDefaultHelpCmd()
	if help, _, err := root.Find([]string{"help"}); err == nil {
		help.Args = args(func(_ *cobra.Command, words []string) error {
			if _, left, err := root.Find(words); err != nil || len(left) > 0 {
				return fmt.Errorf("help: there is no command %q", strings.Join(words, " "))
			}
			return nil
		})
	}
	return root
}

// args turns cobra's check of the number of arguments into a usage error.
func args(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, a []string) error {
		if err := check(c, a); err != nil {
			return usageError{fmt.Errorf("%w (see %s --help)", err, c.CommandPath())}
		}
		return nil
	}
}

// knowledge is what is matched, as flags and the configuration file say it.
type knowledge struct {
	config     string
	watchlists []string
	detections []string
	exceptions []string
	noBuiltin  bool
	withdrawn  bool

	noBuiltinDetections bool // of tests alone

	dictionaries []string
	dictionary   *diameter.Dictionary // what load made of them

	home     []string
	partners []string
	ends     *roaming.Table // what load made of home and partners; nil: nothing is known of them
	warnings []string       // of load
}

// carrierFlags are the flags of commands that look up names of carriers and nothing
// else.
func (k *knowledge) carrierFlags(c *cobra.Command) {
	f := c.Flags()
	f.StringVarP(&k.config, "config", "c", "", "configuration `file` (YAML)")
	f.StringArrayVar(&k.watchlists, "watchlist", nil, "carrier `file` beside the built-in ones; repeatable")
	f.BoolVar(&k.noBuiltin, "no-builtin-carriers", false, "match the carriers of --watchlist only")
}

func (k *knowledge) flags(c *cobra.Command) {
	k.carrierFlags(c)
	f := c.Flags()
	f.StringArrayVar(&k.detections, "detections", nil, "detection `file` beside the built-in ones; repeatable")
	f.StringArrayVar(&k.exceptions, "exceptions", nil, "`file` of findings that are accepted for a time; repeatable")
	f.StringArrayVar(&k.dictionaries, "dictionary", nil, "Diameter dictionary `file` (XML) beside what is built in; repeatable")
	f.StringArrayVar(&k.home, "home", nil, "`PLMN` of the home network, for example 001-01; repeatable")
	f.StringArrayVar(&k.partners, "partners", nil, "partner `file`, as an import of IR.21 makes it; repeatable")
	f.BoolVar(&k.withdrawn, "include-withdrawn", false, "match withdrawn identifiers too, for old captures")
}

// loadCarriers reads the watchlist, and the configuration for what it says of that: an
// import makes the partner file that the rest of the configuration may name.
func (k *knowledge) loadCarriers() (config.Config, *rules.Set, error) {
	c, err := k.loadConfig("watchlists")
	if err != nil {
		return c, nil, err
	}
	set, err := rules.Load(rules.Options{WatchlistFiles: append(c.Watchlists, k.watchlists...), NoBuiltin: k.noBuiltin || !c.BuiltinCarriers})
	return c, set, err
}

func (k *knowledge) loadConfig(reads ...string) (config.Config, error) {
	if k.config == "" {
		return config.Default(), nil
	}
	return config.Load(k.config, reads...)
}

// load reads the configuration, the dictionaries, the watchlist and the detections,
// which may name commands of the dictionaries. also are the files of the configuration
// that the caller needs besides.
func (k *knowledge) load(also ...string) (config.Config, *rules.Set, error) {
	c, err := k.loadConfig(append(also, config.Judging...)...)
	if err != nil {
		return c, nil, err
	}
	if k.dictionary, err = dictionary.Load(append(c.Dictionaries, k.dictionaries...)...); err != nil {
		return c, nil, err
	}
	ends, wrong := k.roaming(&c)
	set, err := rules.Load(rules.Options{
		Roaming:          ends,
		Own:              canary.Carriers(c.Canaries),
		WatchlistFiles:   append(c.Watchlists, k.watchlists...),
		DetectionFiles:   append(c.Detections, k.detections...),
		ExceptionFiles:   append(c.Exceptions, k.exceptions...),
		NoBuiltin:        k.noBuiltin || !c.BuiltinCarriers,
		IncludeWithdrawn: k.withdrawn || c.IncludeWithdrawn,
		Links:            c.LinkCarriers(),
		HomeCarriers:     c.HomeCarriers,

		NoBuiltinDetections: k.noBuiltinDetections,
	})
	if err = errors.Join(wrong, err); err != nil {
		return c, nil, err
	}
	return c, set, nil
}

// roaming reads home and partners, and gives what compiles them when carriers are known.
func (k *knowledge) roaming(c *config.Config) (func(roaming.Transit) *roaming.Table, error) {
	for _, s := range k.home {
		p, err := telecom.ParsePLMN(s)
		if err != nil {
			return nil, usageError{fmt.Errorf("--home: %q: %w", s, err)}
		}
		if !slices.Contains(c.Home.PLMNs, p) {
			c.Home.PLMNs = append(c.Home.PLMNs, p)
		}
	}
	c.Partners = append(c.Partners, k.partners...)
	k.ends, k.warnings = nil, nil
	if c.Home.IsZero() && len(c.Partners) == 0 {
		return nil, nil
	}
	var list []*partners.Partner
	var wrong []error
	for _, name := range c.Partners {
		f, err := partners.Load(name)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		list = append(list, f.Partners...)
	}
	if wrong != nil {
		return nil, errors.Join(wrong...)
	}
	return func(transit roaming.Transit) *roaming.Table {
		var warnings []roaming.Warning
		k.ends, warnings = roaming.Compile(c.Home, list, transit)
		for _, w := range warnings {
			if !w.Nested {
				k.warnings = append(k.warnings, w.Text)
			}
		}
		return k.ends
	}, nil
}

// warn tells what is allowed in the files, and hardly meant.
func (e *env) warn(set *rules.Set) {
	for _, w := range set.Warnings {
		fmt.Fprintf(e.stderr, "sigtransit: warning: %v\n", w)
	}
}

// dissect is what dissection is told.
func (k *knowledge) dissect(c config.Config) dissect.Options {
	o := c.Dissect()
	o.Dictionary = k.dictionary
	return o
}

// release is the version that packages are built with (-ldflags -X main.release=).
var release = devel

const devel = "devel"

// buildVersion is the version and revision that the Go tool recorded.
func buildVersion() (version, revision string) {
	version, revision = release, "unknown"
	if b, ok := debug.ReadBuildInfo(); ok {
		if b.Main.Version != "" && b.Main.Version != "(devel)" {
			if version == devel {
				version = b.Main.Version
			}
		}
		for _, s := range b.Settings {
			if s.Key == "vcs.revision" {
				revision = s.Value
			}
		}
	}
	return version, revision
}
