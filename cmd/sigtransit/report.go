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
	from, to string
	only     []string
	remote   remote
}

func (e *env) report() *cobra.Command {
	var o reportOptions
	c := &cobra.Command{
		Use:   "report LEDGER|URL | report CAPTURE... | report --declared FILE...",
		Short: "who carries whose signaling, and who declares whom",
		Long: `report LEDGER says which carrier sees which subscribers' what, how that is known, how much
of it can be read, and whether contracts say so. The ledger comes from replay --ledger, or
from a daemon, which may be running; http://HOST:9810 asks one for it. With captures in its place, report replays them first
and keeps no ledger. The page of --format html needs nothing from any network and prints
on A4.

report --declared counts, from IR.21 alone, the operators and countries that declare a
watchlisted carrier for SS7, Diameter or packet data. It reads partner files (ir21 import)
and RAEX IR.21 documents, also folders of them.

Exit code 0: done. 1: a document could not be used or the report not be written.
2: command line or configuration.`,
		Example: `  sigtransit report -o report.html /var/lib/sigtransit/ledger
  sigtransit report --config config.yaml --from 2026-11-01 --to 2026-12-01 --format csv ledger
  sigtransit report --partner KENE1 -o kenya.html /var/lib/sigtransit/ledger
  sigtransit report --config config.yaml -o report.html ring_*.pcapng.zst
  sigtransit report --web-ca ca.pem --web-password-file noc.txt -o report.html https://probe1.example.net:9810
  sigtransit report --declared partners.json
  sigtransit report --declared --format csv /srv/ir21 > declared.csv`,
		Args: args(func(_ *cobra.Command, files []string) error {
			if len(files) == 0 {
				return errors.New("report: name a ledger or captures; with --declared, partner files, documents or folders")
			}
			return nil
		}),
		RunE: func(c *cobra.Command, files []string) error {
			if !o.declared {
				return e.reportMeasured(c, files, &o)
			}
			if o.remote.given() {
				return usageError{errors.New("--declared: IR.21 documents come from files, not from a daemon: leave out what begins with --web-")}
			}
			if len(o.only) > 0 {
				return usageError{errors.New("--declared: counts operators, and is of no use for one: leave out --partner")}
			}
			if o.from != "" || o.to != "" {
				return usageError{errors.New("--declared: IR.21 documents say what is in effect, and not when: leave out --from and --to")}
			}
			return e.reportDeclared(c, files, &o)
		},
	}
	o.flags(c)
	f := c.Flags()
	f.BoolVar(&o.declared, "declared", false, "report what IR.21 documents declare")
	f.StringVar(&o.format, "format", "", "html, json, csv or text (default: what the name of --output ends in, else text)")
	f.StringVar(&o.from, "from", "", "report from this `time` on (UTC)")
	f.StringVar(&o.to, "to", "", "report up to this `time` (UTC)")
	f.StringArrayVar(&o.only, "partner", nil, "report on this `partner` alone, by TADIG code or name; repeatable")
	f.StringVar(&o.remote.passwordFile, "web-password-file", "", "user and password for a daemon: one line user:password, in `file`")
	f.StringVar(&o.remote.caFile, "web-ca", "", "certificate authority of a daemon's TLS, PEM in `file`")
	f.StringVar(&o.remote.certFile, "web-cert", "", "certificate to show to a daemon that asks for one, PEM in `file`")
	f.StringVar(&o.remote.keyFile, "web-key", "", "its key, PEM in `file` (default: that of --web-cert)")
	f.StringVarP(&o.out, "output", "o", "", "write the report to `file` instead of standard output")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"html", "json", "csv", "text"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

func (e *env) reportDeclared(c *cobra.Command, files []string, o *reportOptions) error {
	write, err := writerOf(map[string]func(*report.Declared, io.Writer) error{
		"text": (*report.Declared).Table, "table": (*report.Declared).Table, "csv": (*report.Declared).CSV, "json": (*report.Declared).JSON, "html": (*report.Declared).HTML,
	}, o.format, o.out)
	if err != nil {
		return err
	}
	for _, name := range files {
		if isLedger(name) {
			return usageError{fmt.Errorf("--declared: %s is a ledger, which was measured: leave out --declared", name)}
		}
	}
	conf, set, err := o.load()
	if err != nil {
		return err
	}
	if err := spares("--output", o.out, append(o.inputs(conf), inputs("is read as a declaration", files...)...)); err != nil {
		return err
	}
	list, failed, err := e.loadPartners(c, files, set)
	if err != nil {
		return err
	}
	if len(list) == 0 && failed {
		return exitError(exitFailed) // nothing of what was asked for could be read
	}
	var b bytes.Buffer
	if err := write(report.NewDeclared(list, set, time.Now().UTC()), &b); err != nil {
		return err
	}
	err = e.put(o.out, b.Bytes())
	if err == nil && failed {
		err = exitError(exitFailed)
	}
	return closedPipe(err)
}

// loadPartners reads partner files, and imports everything else. Carriers are those
// of the set in both. failed: a document was refused and reported. What is announced and
// does not count yet is told.
func (e *env) loadPartners(c *cobra.Command, names []string, set *rules.Set) (list []*partners.Partner, failed bool, err error) {
	var documents []string
	var replaced []partners.Replaced
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
		list, replaced = append(list, im.File.Partners...), im.Replaced
	}
	now := time.Now().UTC()
	list, more := partners.Merge(list, now)
	for _, r := range append(replaced, more...) {
		if partners.Ahead(r.Dropped.Declared, now) {
			fmt.Fprintf(e.stderr, "sigtransit: %s\n", replacedText(r, now))
		}
	}
	return list, failed, nil
}

// isPartnerFile looks at what a file begins with: JSON and XML differ in the first
// character that is no blank.
func isPartnerFile(name string) bool {
	return strings.HasSuffix(name, ".json") || firstCharacter(name) == '{'
}

// isDeclaration reports that --declared would read a file: a partner file, a document, or a
// folder.
func isDeclaration(name string) bool {
	i, err := os.Stat(name)
	if err != nil {
		return false
	}
	c := firstCharacter(name)
	return i.IsDir() || c == '{' || c == '<'
}

// firstCharacter is the first one of a file that is no blank; 0: there is none.
func firstCharacter(name string) byte {
	text := bytes.TrimSpace(bytes.TrimPrefix(head(name, 512), []byte("\ufeff")))
	if len(text) == 0 {
		return 0
	}
	return text[0]
}

// head is what a file begins with. What is no regular file has none that could be read
// again: a pipe would be waited for, and lack it afterwards.
func head(name string, size int) []byte {
	if i, err := os.Stat(name); err != nil || !i.Mode().IsRegular() {
		return nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	b := make([]byte, size)
	n, _ := io.ReadFull(f, b)
	return b[:n]
}
