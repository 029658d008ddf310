package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// figure is one line of the result.
type figure struct {
	what string
	spread
	target string // what was asked for and whether it was met; "": nothing
}

// report is all that is printed.
type report struct {
	title   string
	lines   []string // under the title
	figures []figure
	notes   []string // what was left out and why
}

// add adds a line. One without values, of runs too short to tell from their noise,
// says that it was not measured.
func (r *report) add(what string, values []float64, target string) {
	r.figures = append(r.figures, figure{what, spreadOf(values), target})
}

func (r *report) note(format string, args ...any) {
	r.notes = append(r.notes, fmt.Sprintf(format, args...))
}

// atLeast and atMost judge the median. Nothing but the text depends on it: a
// measurement on a machine with other work must not fail a build.
func atLeast(v []float64, limit float64) string {
	return judge("at least "+number(limit), v, spreadOf(v).median >= limit)
}

func atMost(v []float64, limit float64) string {
	return judge("at most "+number(limit), v, spreadOf(v).median <= limit)
}

func judge(target string, v []float64, met bool) string {
	switch {
	case len(v) == 0:
		return target + ": not measured"
	case met:
		return target + ": met"
	}
	return target + ": not met"
}

var columns = [...]string{"", "median", "min", "max", "target"}

func (f *figure) cells() [len(columns)]string {
	switch f.n {
	case 0:
		return [...]string{f.what, "-", "", "", f.target}
	case 1:
		return [...]string{f.what, number(f.median), "", "", f.target}
	}
	return [...]string{f.what, number(f.median), number(f.min), number(f.max), f.target}
}

// text writes the report for a terminal.
func (r *report) text(w io.Writer) {
	rows := [][len(columns)]string{columns}
	for i := range r.figures {
		rows = append(rows, r.figures[i].cells())
	}
	var width [len(columns)]int
	for _, row := range rows {
		for i, c := range row {
			width[i] = max(width[i], utf8.RuneCountInString(c))
		}
	}
	fmt.Fprintf(w, "%s\n", r.title)
	for _, l := range r.lines {
		fmt.Fprintf(w, "%s\n", l)
	}
	fmt.Fprintln(w)
	for _, row := range rows {
		line := fmt.Sprintf("%-*s  %*s  %*s  %*s  %s", width[0], row[0], width[1], row[1], width[2], row[2], width[3], row[3], row[4])
		fmt.Fprintln(w, strings.TrimRight(line, " "))
	}
	if len(r.notes) > 0 {
		fmt.Fprintln(w)
	}
	for _, n := range r.notes {
		fmt.Fprintf(w, "note: %s\n", n)
	}
}

// markdown writes the report for a document.
func (r *report) markdown(w io.Writer) {
	fmt.Fprintf(w, "%s  \n%s\n\n", r.title, strings.Join(r.lines, "  \n"))
	fmt.Fprintf(w, "| %s |\n|---|--:|--:|--:|---|\n", strings.Join(columns[:], " | "))
	for i := range r.figures {
		c := r.figures[i].cells()
		for i := range c {
			c[i] = strings.ReplaceAll(c[i], "|", `\|`)
		}
		fmt.Fprintf(w, "| %s |\n", strings.Join(c[:], " | "))
	}
	if len(r.notes) > 0 {
		fmt.Fprintln(w)
	}
	for _, n := range r.notes {
		fmt.Fprintf(w, "- %s\n", n)
	}
}
