package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sigtransit/pkg/exposure"
	"sigtransit/pkg/report"
	"sigtransit/pkg/wholefile"
	"sigtransit/rules"
)

// reportWriters are the forms of the measured report.
var reportWriters = map[string]func(*report.Data, io.Writer) error{
	"html": (*report.Data).WriteHTML, "json": (*report.Data).WriteJSON, "csv": (*report.Data).WriteCSV, "text": (*report.Data).WriteText,
}

// writerOf is what writes the form that is asked for, else that which the name of the file
// ends in; text where it ends in none.
func writerOf[F any](writers map[string]F, format, out string) (write F, err error) {
	asked := format
	if asked == "" {
		switch ext := strings.ToLower(filepath.Ext(out)); ext {
		case "", ".txt":
			asked = "text"
		case ".htm":
			asked = "html"
		default:
			asked = ext[1:]
		}
	}
	write, ok := writers[asked]
	switch {
	case ok:
		return write, nil
	case format != "":
		return write, usageError{fmt.Errorf("--format: unknown format %q: want html, json, csv or text", format)}
	}
	return write, usageError{fmt.Errorf("--output: %s: no report ends in .%s: want .html, .json, .csv or .txt, or give --format too", out, asked)}
}

// reportMeasured reports on one ledger, or on captures by way of a ledger that is
// forgotten afterwards.
func (e *env) reportMeasured(c *cobra.Command, files []string, o *reportOptions) error {
	write, err := writerOf(reportWriters, o.format, o.out)
	if err != nil {
		return err
	}
	from, err := hour("--from", o.from, false)
	if err != nil {
		return err
	}
	to, err := hour("--to", o.to, true)
	if err != nil {
		return err
	}
	if !from.IsZero() && !to.IsZero() && !from.Before(to) {
		return usageError{fmt.Errorf("--to: %s is not after --from %s", o.to, o.from)}
	}
	conf, set, err := o.load()
	if err != nil {
		return err
	}
	options := report.Options{Home: exposure.HomeOf(conf.Home.Name, conf.Home.PLMNs, set), From: from, To: to, Partners: o.only, Now: time.Now(), Carriers: carrierNames(set)}
	options.Tool, _ = buildVersion()
	if options.Declared, err = declared(conf, set, options.Now); err != nil {
		return err
	}
	reads := append(o.inputs(conf), inputs("is what is reported on", files...)...)
	reads = append(reads, inputs("is read", o.remote.passwordFile, o.remote.caFile, o.remote.certFile, o.remote.keyFile)...)
	if err := spares("--output", o.out, reads); err != nil {
		return err
	}
	ledger := files[0]
	if !isURL(ledger) && o.remote.given() {
		return usageError{fmt.Errorf("--web-password-file, --web-ca, --web-cert, --web-key: %s is not the address of a daemon", ledger)}
	}
	if isURL(ledger) {
		if len(files) > 1 {
			return usageError{fmt.Errorf("%s is a daemon: report on it alone", ledger)}
		}
		dir, err := os.MkdirTemp("", "sigtransit-report-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		ledger = filepath.Join(dir, "ledger")
		if err := o.remote.fetch(c.Context(), files[0], ledger); err != nil {
			return err
		}
	}
	switch {
	case isDeclaration(ledger):
		return usageError{fmt.Errorf("%s is no ledger and no capture: what partners declare is read by report --declared", ledger)}
	case !isLedger(ledger):
		dir, err := os.MkdirTemp("", "sigtransit-report-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		ledger = filepath.Join(dir, "ledger")
		if err := e.replayInto(c.Context(), ledger, files, o); err != nil {
			return err
		}
	case len(files) > 1:
		return usageError{fmt.Errorf("%s is a ledger: report on it alone", ledger)}
	}
	r, err := exposure.OpenForReading(ledger)
	if err != nil {
		return usageError{err}
	}
	defer r.Close()
	recorded, err := r.Home()
	if err != nil {
		return err
	}
	options.Home = options.Home.Beside(recorded)
	d, err := report.Build(r, options)
	var outside *report.PeriodError
	var nobody *report.PartnerError
	switch {
	case errors.As(err, &outside):
		return usageError{err}
	case errors.As(err, &nobody):
		return usageError{fmt.Errorf("--partner: %w", err)}
	}
	if err != nil {
		return err
	}
	if p := d.Period; moved(o.from, p.From) || moved(o.to, p.To) {
		fmt.Fprintf(e.stderr, "sigtransit: report: the ledger counts by the hour, and after a while by the day: this is %s\n", p)
	}
	var b bytes.Buffer
	if err := write(d, &b); err != nil {
		return err
	}
	return closedPipe(e.put(o.out, b.Bytes()))
}

// put writes a result to a file or to standard output.
func (e *env) put(name string, b []byte) error {
	if name != "" && name != "-" {
		return wholefile.Write(name, func(w io.Writer) error {
			_, err := w.Write(b)
			return err
		})
	}
	_, err := e.stdout.Write(b)
	return err
}

// replayInto replays captures into a ledger; their findings go nowhere.
func (e *env) replayInto(ctx context.Context, ledger string, files []string, o *reportOptions) error {
	quiet := &env{stdin: e.stdin, stdout: io.Discard, stderr: e.stderr}
	c := &cobra.Command{}
	c.SetContext(ctx)
	return quiet.runReplay(c, files, &replayOptions{knowledge: o.knowledge, ledger: ledgerOptions{file: ledger, forgotten: true}, format: "summary", quiet: true})
}

// sqliteMagic is what a database of SQLite begins with.
const sqliteMagic = "SQLite format 3"

// isLedger looks at what a file begins with: a ledger is a database of SQLite, a capture
// is none.
func isLedger(name string) bool { return string(head(name, len(sqliteMagic))) == sqliteMagic }

// moved says that a period has another end than the one that was asked for.
func moved(asked string, end time.Time) bool {
	t, err := parseTime(asked)
	return err == nil && !end.IsZero() && !t.Equal(end)
}

// parseTime reads a time in one of the forms that people write.
func parseTime(s string) (t time.Time, err error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly} {
		if t, err = time.Parse(layout, s); err == nil {
			break
		}
	}
	return t, err
}

// hour reads the end of a period, which is a whole hour: what lies in one is moved out,
// so that the period holds all of what was asked for.
func hour(flag, s string, up bool) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if t, err := parseTime(s); err == nil {
		h := t.UTC().Truncate(time.Hour)
		if up && h.Before(t) {
			h = h.Add(time.Hour)
		}
		return h, nil
	}
	return time.Time{}, usageError{fmt.Errorf("%s: %q is no time: want 2026-11-23, 2026-11-23T06:00 (UTC) or 2026-11-23T06:00:00+01:00", flag, s)}
}

// carrierNames are the carriers that a report knows beside those of the ledger: what a
// partner declares and nobody saw has a name, too.
func carrierNames(set *rules.Set) (list []exposure.Carrier) {
	for _, c := range set.Carriers {
		if !c.Jurisdictional() {
			list = append(list, exposure.Carrier{ID: c.ID, Name: c.Name, Watched: c.Watched})
		}
	}
	return list
}
