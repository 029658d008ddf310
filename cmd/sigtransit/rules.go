package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sigtransit/pkg/config"
	"sigtransit/pkg/output"
	"sigtransit/pkg/pipeline"
	"sigtransit/pkg/rulebook"
	"sigtransit/rules"
)

func (e *env) rules() *cobra.Command {
	c := &cobra.Command{
		Use:   "rules",
		Short: "see, test and explain the rules in force",
		Args:  args(cobra.NoArgs),
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(e.rulesList(), e.rulesTest(), e.rulesExplain())
	return c
}

func (e *env) rulesList() *cobra.Command {
	var k knowledge
	var format, carrier string
	c := &cobra.Command{
		Use:   "list [" + strings.Join(rulebook.Parts, "|") + "]...",
		Short: "what is in force, and from which line of which file",
		Long: `list reads the configuration, the carriers and the detections as replay and run would and
tells what is in force: each detection with its mode, what it matches and how severe that
is; each carrier with how many identifiers of which role are looked for; and, when asked
for, each identifier. Of everything it says in which file and line it stands, and which
file of yours changed, replaced or joined something built in.`,
		Example: `  sigtransit rules list
  sigtransit rules list detections -c /etc/sigtransit/sigtransit.yaml
  sigtransit rules list identifiers --carrier pccw-global --format json`,
		ValidArgs: rulebook.Parts,
		Args: args(func(_ *cobra.Command, parts []string) error {
			for _, p := range parts {
				if !slices.Contains(rulebook.Parts, p) {
					return fmt.Errorf("rules list: no part %q: want %s", p, strings.Join(rulebook.Parts, ", "))
				}
			}
			return nil
		}),
		RunE: func(_ *cobra.Command, parts []string) error {
			_, set, err := k.load()
			if err != nil {
				return err
			}
			if len(parts) == 0 {
				parts = []string{rulebook.Detections, rulebook.Carriers, rulebook.Exceptions}
			}
			if _, ok := set.Carrier(carrier); carrier != "" && !ok {
				return usageError{fmt.Errorf("--carrier: %q is on no watchlist; want one of %s", carrier, set.KnownCarriers())}
			}
			l := rulebook.List(set, parts, carrier)
			switch format {
			case "table":
				return closedPipe(l.WriteText(e.stdout))
			case "json":
				return closedPipe(e.json(l))
			}
			return usageError{fmt.Errorf("--format: unknown format %q: want table or json", format)}
		},
	}
	k.flags(c)
	c.Flags().StringVar(&format, "format", "table", "table or json")
	c.Flags().StringVar(&carrier, "carrier", "", "only the carrier with this `id`")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"table", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

func (e *env) rulesTest() *cobra.Command {
	var format string
	var verbose bool
	c := &cobra.Command{
		Use:   "test FILE...",
		Short: "run the tests of rules that YAML files describe",
		Long: `test reads files that name captures, or tell messages as events do, and what has to be found
in them (rules/README.md tells how to write one), replays each with the files in force that
the test file names, and compares. A test that fails says which line expected what, and what was found that is
nearest to it.

Exit code 0: all passed. 1: some failed, or a capture could not be read. 2: a file is wrong.`,
		Example: `  sigtransit rules test rules/tests/*.yaml
  sigtransit rules test --format junit our-rules-test.yaml > report.xml`,
		Args: args(cobra.MinimumNArgs(1)),
		RunE: func(c *cobra.Command, files []string) error {
			if !slices.Contains(testFormats, format) {
				return usageError{fmt.Errorf("--format: unknown format %q: want %s", format, strings.Join(testFormats, ", "))}
			}
			var results []*rulebook.FileResult
			var failed error
			for _, name := range files {
				r, err := rulebook.Run(c.Context(), name, loadTest)
				if err != nil {
					return err
				}
				results = append(results, r)
				if r.Failed() > 0 {
					failed = exitError(exitFailed)
				}
				if format == "text" {
					if err := r.WriteText(e.stdout, verbose); err != nil {
						return closedPipe(err)
					}
				}
			}
			var err error
			switch format {
			case "json":
				err = e.json(results)
			case "junit":
				err = rulebook.WriteJUnit(e.stdout, results)
			}
			if err != nil {
				return closedPipe(err)
			}
			return failed
		},
	}
	c.Flags().StringVar(&format, "format", "text", "text, json or junit")
	c.Flags().BoolVarP(&verbose, "verbose", "v", false, "name the tests that passed too")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(testFormats, cobra.ShellCompDirectiveNoFileComp))
	return c
}

var testFormats = []string{"text", "json", "junit"}

// loadTest loads what is in force in the tests of a file.
func loadTest(f rules.TestFiles) (*rulebook.Knowledge, error) {
	k := knowledge{
		config: f.Config, watchlists: f.Watchlists, detections: f.Detections, dictionaries: f.Dictionaries,
		noBuiltin: f.NoBuiltin, noBuiltinDetections: f.NoBuiltinDetections, home: f.Home, partners: f.Partners, exceptions: f.Exceptions, withdrawn: f.IncludeWithdrawn,
	}
	conf, set, err := k.load()
	if err != nil {
		return nil, err
	}
	return k.knowledge(conf, set), nil
}

// knowledge is what captures are judged with.
func (k *knowledge) knowledge(conf config.Config, set *rules.Set) *rulebook.Knowledge {
	return &rulebook.Knowledge{Set: set, Worker: pipeline.Options{Dissect: k.dissect(conf), Roaming: k.ends}}
}

func (e *env) rulesExplain() *cobra.Command {
	var k knowledge
	var q rulebook.Question
	var format, privacy string
	c := &cobra.Command{
		Use:   "explain CAPTURE --frame N",
		Short: "why the messages of a frame were, or were not, flagged",
		Long: `explain replays a capture and tells of each message that a frame completes: what was decoded;
every value that was looked up, and what it is listed as; what its dialogue remembers; which
carriers are on the path, on what evidence; and of each detection in force whether it fired,
which step of its severity ladder decided, or which key of its match does not fit.

Frames are numbered from 1, as in Wireshark. Exit code 0: explained. 1: the capture could not
be read, or the frame completed no message. 2: command line or configuration.`,
		Example: `  sigtransit rules explain roaming.pcap --frame 79
  sigtransit rules explain roaming.pcap --frame 79 --rule location-in-clear --format json`,
		Args: args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, files []string) error {
			conf, set, err := k.load("pseudonym_key_file")
			if err != nil {
				return err
			}
			if q.Frame == 0 {
				return usageError{errors.New("--frame: want the number of a frame, from 1")}
			}
			if q.Rule != "" && !slices.ContainsFunc(set.Detections, func(d *rules.Detection) bool { return d.ID == q.Rule && d.Mode != rules.ModeOff }) {
				return usageError{fmt.Errorf("--rule: no rule %q is in force (see sigtransit rules list)", q.Rule)}
			}
			if _, ok := set.Carrier(q.Carrier); q.Carrier != "" && !ok {
				return usageError{fmt.Errorf("--carrier: %q is on no watchlist; want one of %s", q.Carrier, set.KnownCarriers())}
			}
			if format != "text" && format != "json" {
				return usageError{fmt.Errorf("--format: unknown format %q: want text or json", format)}
			}
			if privacy != "" {
				if conf.Privacy, err = output.ParseMode(privacy); err != nil {
					return usageError{fmt.Errorf("--privacy: %w", err)}
				}
			}
			secret, err := keys(conf)
			if err != nil {
				return usageError{err}
			}
			q.Capture, q.Stdin = files[0], e.stdin
			x, err := k.knowledge(conf, set).Explain(c.Context(), &q, output.Options{Privacy: conf.Privacy, Keys: secret, PointCodes: conf.PointCodes, Roaming: k.ends})
			if err != nil {
				return err
			}
			if format == "json" {
				err = e.json(x)
			} else {
				err = x.WriteText(e.stdout)
			}
			if err == nil && len(x.Messages) == 0 && len(x.Links) == 0 {
				return exitError(exitFailed)
			}
			return closedPipe(err)
		},
	}
	k.flags(c)
	f := c.Flags()
	f.Uint64Var(&q.Frame, "frame", 0, "`number` of the frame")
	f.StringVar(&q.Rule, "rule", "", "only the rule with this `id`")
	f.StringVar(&q.Carrier, "carrier", "", "only the carrier with this `id`")
	f.StringVar(&format, "format", "text", "text or json")
	f.StringVar(&privacy, "privacy", "", "mask, pseudonym or clear (default: mask)")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

// json writes a value to standard output, indented.
func (e *env) json(v any) error {
	enc := json.NewEncoder(e.stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
