package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"sigtransit/pkg/config"
	"sigtransit/pkg/ir21"
	"sigtransit/pkg/output"
	"sigtransit/pkg/partners"
	"sigtransit/pkg/roaming"
	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

func (e *env) ir21() *cobra.Command {
	c := &cobra.Command{
		Use:   "ir21",
		Short: "read what roaming partners declare (GSMA IR.21)",
		Long: `ir21 import reads RAEX IR.21 documents into a partner file, and ir21 diff compares two
of them. Work on the premises of the operator: the documents belong to GSMA members.`,
		Args: args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(e.ir21Import(), e.ir21Diff())
	return c
}

// resolver finds carriers of a set in the texts of IR.21 documents.
func resolver(set *rules.Set) partners.Resolver {
	return partners.Resolver{
		Text: func(text string) (out []partners.Named) {
			for _, n := range set.NamesIn(text) {
				out = append(out, partners.Named{Carrier: n.Carrier.ID, Begin: n.Begin, End: n.End})
			}
			return out
		},
		ASN: func(number uint32) string {
			if c := set.CarrierOfASN(number); c != nil {
				return c.ID
			}
			return ""
		},
	}
}

func (e *env) ir21Import() *cobra.Command {
	var k knowledge
	var out string
	var verbose, quiet bool
	c := &cobra.Command{
		Use:   "import FOLDER|FILE...",
		Short: "read IR.21 documents (RAEX XML) into a partner file",
		Long: `import reads RAEX IR.21 documents in XML: files, and folders with all .xml, .xml.gz and
.zip files in them, and partner files of earlier imports (.json). Of several documents of one network the newest counts. Names of
carriers are looked up in the watchlist; what names none of it is listed. Contacts, test
numbers and ranges of subscribers' numbers are not kept.

A document that cannot be used is reported with its place, and the others are read. The
summary says what came of all of them. Where none can be used, nothing is written.

Exit code 0: done. 1: a document could not be used or the partner file not be written.
2: command line or configuration.`,
		Example: `  sigtransit ir21 import /srv/ir21 -o partners.json
  sigtransit ir21 import --watchlist our-carriers.yaml *.xml -o partners.json`,
		Args: args(func(_ *cobra.Command, files []string) error {
			if len(files) == 0 {
				return errors.New("ir21 import: name at least one document or folder")
			}
			return nil
		}),
		RunE: func(c *cobra.Command, files []string) error {
			if out == "" {
				return usageError{errors.New("ir21 import: name the partner file with -o FILE, or - for standard output")}
			}
			conf, set, err := k.loadCarriers()
			if err != nil {
				return err
			}
			// A partner file may be renewed, and the configuration name the one to be made.
			documents := inputs("is read as a document", slices.DeleteFunc(slices.Clone(files), isPartnerFile)...)
			if err := spares("--output", out, append(documents, k.inputs(config.Config{Watchlists: conf.Watchlists})...)); err != nil {
				return err
			}
			if firstCharacter(out) == '<' {
				return usageError{fmt.Errorf("--output: %s is a document; name another file", out)}
			}
			im, err := e.importFiles(c, files, set, quiet)
			if err != nil {
				return err
			}
			for _, r := range im.Refused {
				fmt.Fprintf(e.stderr, "sigtransit: %v\n", r)
			}
			if im.Read == 0 {
				return errors.New("ir21 import: no document could be used; no partner file is written")
			}
			summary := e.stdout
			if out == "-" {
				summary = e.stderr
				err = im.File.Write(e.stdout)
			} else {
				err = im.File.WriteFile(out)
			}
			if err != nil {
				return fmt.Errorf("writing the partner file: %w", err)
			}
			writeImport(summary, im, set, verbose)
			if len(im.Refused) > 0 {
				return exitError(exitFailed)
			}
			return nil
		},
	}
	k.carrierFlags(c)
	f := c.Flags()
	f.StringVarP(&out, "output", "o", "", "partner `file` to write; - is standard output")
	f.BoolVarP(&verbose, "verbose", "v", false, "list all notes and all names that name no known carrier")
	f.BoolVarP(&quiet, "quiet", "q", false, "no progress bar")
	return c
}

func (e *env) importFiles(c *cobra.Command, files []string, set *rules.Set, quiet bool) (*ir21.Import, error) {
	o := ir21.ImportOptions{Resolver: resolver(set), Now: time.Now().UTC().Truncate(time.Second)}
	if t, ok := e.stderr.(*os.File); ok && !quiet && output.ScreenOf(t).Width > 0 {
		var bar *progressbar.ProgressBar
		o.Each = func(done, total int) {
			if bar == nil {
				bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(e.stderr), progressbar.OptionSetDescription("IR.21"), progressbar.OptionShowCount(),
					progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish(), progressbar.OptionFullWidth())
			}
			_ = bar.Set(done)
		}
	}
	return ir21.Files(c.Context(), files, o)
}

// listed is how many notes and names a summary lists without --verbose.
const listed = 20

// writeImport is the summary of an import.
func writeImport(w io.Writer, im *ir21.Import, set *rules.Set, verbose bool) {
	operators, countries, plmns, ranges := map[string]bool{}, map[string]bool{}, 0, 0
	resolved := map[string]int{}
	for _, p := range im.File.Partners {
		operators[p.Operator()] = true
		countries[p.Country] = true
		plmns += len(p.PLMNs)
		ranges += len(p.GTs)
		for _, d := range p.Carriers {
			for _, id := range d.Carriers {
				resolved[id]++
			}
		}
	}
	delete(countries, "")
	fmt.Fprintf(w, "documents      %d read, %d refused\n", im.Read, len(im.Refused))
	fmt.Fprintf(w, "partners       %s of %s in %s\n", plural(len(im.File.Partners), "network", "networks"), plural(len(operators), "operator", "operators"), plural(len(countries), "country", "countries"))
	fmt.Fprintf(w, "numbers        %s, %s\n", plural(plmns, "PLMN", "PLMNs"), plural(ranges, "global title range", "global title ranges"))
	fmt.Fprintf(w, "carriers       %s declared, %s\n", plural(len(resolved), "known one", "known ones"), plural(len(im.Unresolved), "name of another", "names of others"))
	for _, n := range counted(resolved) {
		name := n.text
		if c, ok := set.Carrier(n.text); ok {
			name = c.Name
		}
		fmt.Fprintf(w, "  %6d  %s\n", n.count, name)
	}
	limit := listed
	if verbose {
		limit = 1 << 30
	}
	section := func(title string, lines []string) {
		if len(lines) == 0 {
			return
		}
		fmt.Fprintf(w, "%s (%d)\n", title, len(lines))
		for _, l := range lines[:min(limit, len(lines))] {
			fmt.Fprintf(w, "  %s\n", l)
		}
		if more := len(lines) - limit; more > 0 {
			fmt.Fprintf(w, "  and %d more (--verbose)\n", more)
		}
	}
	var lines []string
	for _, n := range counted(im.Unresolved) {
		lines = append(lines, fmt.Sprintf("%6d  %s", n.count, n.text))
	}
	section("names that name no known carrier", lines)
	lines = nil
	for _, r := range im.Replaced {
		lines = append(lines, replacedText(r, im.File.Created))
	}
	section("networks in several documents", lines)
	lines = nil
	_, clashes := roaming.Compile(roaming.Home{}, im.File.Partners, roaming.Transit{})
	for _, w := range clashes {
		lines = append(lines, w.Text)
	}
	section("what several operators claim", lines)
	lines = nil
	for _, n := range im.Notes {
		lines = append(lines, n.String())
	}
	section("notes", lines)
}

func replacedText(r partners.Replaced, now time.Time) string {
	s := fmt.Sprintf("%s: %s counts, not %s", r.Kept.ID, r.Kept.Source, r.Dropped.Source)
	if partners.Ahead(r.Dropped.Declared, now) {
		s += ", in effect from " + r.Dropped.Declared.Format(time.DateOnly)
	}
	for i, c := range r.Changes {
		sep := "; "
		if i == 0 {
			sep = ": "
		}
		_, text, _ := strings.Cut(c.Text(nil), ": ")
		s += sep + cmp.Or(text, c.Text(nil))
	}
	return s
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

type countedText struct {
	text  string
	count int
}

// counted sorts by count, then by text.
func counted(m map[string]int) []countedText {
	var out []countedText
	for text, n := range m {
		out = append(out, countedText{text, n})
	}
	slices.SortFunc(out, func(a, b countedText) int {
		return cmp.Or(cmp.Compare(b.count, a.count), strings.Compare(a.text, b.text))
	})
	return out
}

func (e *env) ir21Diff() *cobra.Command {
	var k knowledge
	var format string
	var fail bool
	c := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "what changed between two imports",
		Long: `diff compares two partner files, or documents as import reads them: partners that came and went, their numbers, names and
addresses, and above all their carriers. Carriers are looked up in the watchlist of today
for both files, so that only what partners declare makes a difference.

Exit code 0: done, whatever changed. 1: a document could not be used or the result not be
written. 2: command line, configuration or a partner file. 3: with --fail-on-watchlisted, a partner
moved to a watchlisted carrier (a new one, or backup became more).`,
		Example: `  sigtransit ir21 diff --fail-on-watchlisted partners-2026-01.json partners.json`,
		Args:    args(cobra.ExactArgs(2)),
		RunE: func(c *cobra.Command, files []string) error {
			if format != "text" && format != "json" {
				return usageError{fmt.Errorf("--format: unknown format %q: want text or json", format)}
			}
			_, set, err := k.loadCarriers()
			if err != nil {
				return err
			}
			var f [2]*partners.File
			for i, name := range files {
				list, failed, err := e.loadPartners(c, []string{name}, set)
				if err != nil {
					return err
				}
				if failed {
					return exitError(exitFailed)
				}
				f[i] = &partners.File{Partners: list}
			}
			changes := partners.Compare(f[0], f[1], func(id string) bool {
				c, ok := set.Carrier(id)
				return ok && c.Watched
			})
			if err := e.writeChanges(changes, set, format); err != nil {
				return closedPipe(err)
			}
			if fail && slices.ContainsFunc(changes, func(c partners.Change) bool { return c.Onto }) {
				return exitError(exitFindings)
			}
			return nil
		},
	}
	k.carrierFlags(c)
	c.Flags().StringVar(&format, "format", "text", "text or json (one change a line)")
	c.Flags().BoolVar(&fail, "fail-on-watchlisted", false, "exit with 3 when a partner moved to a watchlisted carrier")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

func (e *env) writeChanges(changes []partners.Change, set *rules.Set, format string) error {
	enc := json.NewEncoder(e.stdout)
	enc.SetEscapeHTML(false)
	for i := range changes {
		c := &changes[i]
		var err error
		if format == "json" {
			j := struct {
				Severity string `json:"severity"`
				*partners.Change
				Service string `json:"service,omitempty"`
				Text    string `json:"text"`
			}{c.Severity.String(), c, "", c.Text(carrierName(set))}
			if c.Service != signaling.ServiceNone {
				j.Service = c.Service.String()
			}
			err = enc.Encode(j)
		} else {
			_, err = fmt.Fprintf(e.stdout, "%-8s %s\n", c.Severity, c.Text(carrierName(set)))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// carrierName gives the names of a set's carriers.
func carrierName(set *rules.Set) func(string) string {
	return func(id string) string {
		if c, ok := set.Carrier(id); ok {
			return c.Name
		}
		return id
	}
}
