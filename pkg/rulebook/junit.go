package rulebook

import (
	"encoding/xml"
	"io"
	"strconv"
	"strings"
)

// The elements of a JUnit report that CI systems read.
type (
	junitSuites struct {
		XMLName xml.Name     `xml:"testsuites"`
		Suites  []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name     string         `xml:"name,attr"`
		File     string         `xml:"file,attr"`
		Line     int            `xml:"line,attr"`
		Failures []junitFailure `xml:"failure"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// WriteJUnit writes results as a JUnit report.
func WriteJUnit(w io.Writer, results []*FileResult) error {
	var out junitSuites
	for _, r := range results {
		s := junitSuite{Name: r.File, Tests: len(r.Tests), Failures: r.Failed()}
		for i := range r.Tests {
			t := &r.Tests[i]
			c := junitCase{Name: t.Name, File: r.File, Line: t.Line}
			for _, f := range t.Failures {
				c.Failures = append(c.Failures, junitFailure{Message: r.File + ":" + strconv.Itoa(f.Line) + ": " + f.Text, Text: strings.Join(f.Detail, "\n")})
			}
			s.Cases = append(s.Cases, c)
		}
		out.Suites = append(out.Suites, s)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(out); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
