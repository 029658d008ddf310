package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sigtransit/pkg/partners"
	"sigtransit/pkg/report"
	"sigtransit/rules"
)

// reportOptions is the command line of report.
type reportOptions struct {
	knowledge
	declared bool
	format   string
	out      string
}

func (e *env) report() *cobra.Command {
	var o reportOptions
	c := &cobra.Command{
		Use:   "report --declared FILE...",
		Short: "who hands signaling to watchlisted carriers",
		Long: `report --declared counts, from IR.21 alone, the operators and countries that declare a
watchlisted carrier for SS7, Diameter or packet data. It reads partner files (ir21 import)
and RAEX IR.21 documents, also folders of them.

Exit code 0: done. 1: a document could not be used or the report not be written.
2: command line or configuration.`,
		Example: `  sigtransit report --declared partners.json
  sigtransit report --declared --format csv /srv/ir21 > declared.csv`,
		Args: args(func(_ *cobra.Command, files []string) error {
			if len(files) == 0 {
				return errors.New("report: name at least one partner file, document or folder")
			}
			return nil
		}),
		RunE: func(c *cobra.Command, files []string) error {
			if !o.declared {
				return usageError{errors.New("report: want --declared")}
			}
			return e.reportDeclared(c, files, &o)
		},
	}
	o.flags(c)
	f := c.Flags()
	f.BoolVar(&o.declared, "declared", false, "report what IR.21 documents declare")
	f.StringVar(&o.format, "format", "table", "table, csv or json")
	f.StringVarP(&o.out, "output", "o", "", "write the report to `file` instead of standard output")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"table", "csv", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

func (e *env) reportDeclared(c *cobra.Command, files []string, o *reportOptions) error {
	write := map[string]func(*report.Declared, io.Writer) error{
		"table": (*report.Declared).Table, "csv": (*report.Declared).CSV, "json": (*report.Declared).JSON,
	}[o.format]
	if write == nil {
		return usageError{fmt.Errorf("--format: unknown format %q: want table, csv or json", o.format)}
	}
	_, set, err := o.load()
	if err != nil {
		return err
	}
	list, failed, err := e.loadPartners(c, files, set)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := write(report.NewDeclared(list, set, time.Now().UTC()), &b); err != nil {
		return err
	}
	if o.out != "" && o.out != "-" {
		err = os.WriteFile(o.out, b.Bytes(), 0o644)
	} else {
		_, err = e.stdout.Write(b.Bytes())
	}
	if err == nil && failed {
		err = exitError(exitFailed)
	}
	return closedPipe(err)
}

// loadPartners reads partner files, and imports everything else. Carriers are those
// of the set in both. failed: a document was refused and reported.
func (e *env) loadPartners(c *cobra.Command, names []string, set *rules.Set) (list []*partners.Partner, failed bool, err error) {
	var documents []string
	for _, name := range names {
		if !isPartnerFile(name) {
			documents = append(documents, name)
			continue
		}
		f, err := partners.Load(name)
		if err != nil {
			return nil, false, err
		}
		for _, p := range f.Partners {
			p.Resolve(resolver(set))
		}
		list = append(list, f.Partners...)
	}
	if len(documents) > 0 {
		im, err := e.importFiles(c, documents, set, true)
		if err != nil {
			return nil, false, err
		}
		for _, r := range im.Refused {
			fmt.Fprintf(e.stderr, "sigtransit: %v\n", r)
			failed = true
		}
		list = append(list, im.File.Partners...)
	}
	list, _ = partners.Merge(list)
	return list, failed, nil
}

// isPartnerFile looks at what a file begins with: JSON and XML differ in the first
// character that is no blank.
func isPartnerFile(name string) bool {
	f, err := os.Open(name)
	if err != nil {
		return strings.HasSuffix(name, ".json")
	}
	defer f.Close()
	head := make([]byte, 512)
	n, _ := io.ReadFull(f, head)
	return bytes.HasPrefix(bytes.TrimSpace(head[:n]), []byte("{")) || strings.HasSuffix(name, ".json")
}
