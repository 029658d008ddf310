package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode/utf8"
)

// textWidth is where sentences break.
const textWidth = 100

// WriteText writes the answers and the table of carriers for a terminal.
func (d *Data) WriteText(w io.Writer) error {
	b := bufio.NewWriter(w)
	title := "SIGNALING EXPOSURE" + prefixed(" OF ", d.Home.Name)
	if len(d.Only) > 0 {
		title += " WITH " + d.Ends()
	}
	fmt.Fprintf(b, "%s\n%s\n", strings.ToUpper(title), d.Period)
	for _, a := range d.Answers() {
		fmt.Fprintf(b, "\n%s\n", strings.ToUpper(a.Question))
		for _, l := range a.Lines {
			wrap(b, strings.TrimSpace(l.Lead+" "+l.Text))
		}
	}
	if d.Total.Messages == 0 {
		return b.Flush()
	}
	fmt.Fprintf(b, "\nWHICH CARRIER SEES WHAT\n")
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprint(t, "  CARRIER\tWATCHED\tSHARE\tMESSAGES")
	for _, c := range d.Classes {
		fmt.Fprintf(t, "\t%s", strings.ToUpper(c.Class))
	}
	fmt.Fprint(t, "\tSECRETS\tHOME SUBS\tVISITORS\tREADABLE\tEVIDENCE\n")
	row := func(title, watched string, f Figures, part float64, cells []Figures, best string) {
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s", title, watched, plain(percent(part)), number(f.Messages))
		for _, c := range cells {
			fmt.Fprintf(t, "\t%s", number(c.Messages))
		}
		fmt.Fprintf(t, "\t%s\t%s\t%s\t%s\t%s\n", number(f.Secrets), f.Home, f.Visitors, plain(percent(share(f.Readable, f.Messages))), best)
	}
	for i := range d.Carriers {
		c := &d.Carriers[i]
		if c.Messages == 0 {
			continue
		}
		var cells []Figures
		for _, x := range c.Cells {
			cells = append(cells, x.Figures)
		}
		row(name(c.Name, c.ID), map[bool]string{true: "yes", false: "no"}[c.Watched], c.Figures, c.Share, cells, restsOn(c.Evidence))
	}
	blank := make([]Figures, 0, len(d.Classes))
	for _, c := range d.Classes {
		blank = append(blank, c.Figures)
	}
	if d.Unknown.Messages > 0 {
		var cells []Figures
		for _, c := range d.pathless() {
			cells = append(cells, Figures{Messages: c.Messages})
		}
		row("path unknown", "", d.Unknown, share(d.Unknown.Messages, d.Total.Messages), cells, "none")
	}
	row("every message once", "", d.Total, 1, blank, "")
	if err := t.Flush(); err != nil {
		return err
	}
	if d.Twice > 0 {
		wrap(b, fmt.Sprintf("%s of a message that more than one carrier was seen to carry: it counts for each.", plural(d.Twice, "sighting is", "sightings are")))
	}
	return b.Flush()
}

// restsOn says how many messages rest on which evidence: "adjacent 48, hop 20"; one alone
// needs no number.
func restsOn(list []ByEvidence) string {
	var s []string
	for _, e := range list {
		if e.Proves {
			s = append(s, e.Evidence+" "+number(e.Messages))
		}
	}
	if len(s) == 1 {
		s[0], _, _ = strings.Cut(s[0], " ")
	}
	return strings.Join(s, ", ")
}

func prefixed(before, s string) string {
	if s == "" {
		return ""
	}
	return before + s
}

// plain takes the thin spaces out, which terminals draw as they like.
func plain(s string) string { return strings.ReplaceAll(s, thin, " ") }

// wrap writes a sentence in lines.
func wrap(b *bufio.Writer, s string) {
	n := 0
	for _, w := range strings.Fields(plain(s)) {
		switch {
		case n == 0:
			b.WriteString("  ")
			n = 2
		case n+1+utf8.RuneCountInString(w) > textWidth:
			b.WriteString("\n    ")
			n = 4
		default:
			b.WriteByte(' ')
			n++
		}
		b.WriteString(w)
		n += utf8.RuneCountInString(w)
	}
	b.WriteByte('\n')
}
