package rulebook

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// WriteText writes the listing as tables for a person.
func (l *Listing) WriteText(w io.Writer) error {
	p := &printer{w: w}
	if l.Detections != nil {
		l.detections(p)
	}
	if l.Carriers != nil {
		p.gap()
		l.carriers(p)
	}
	if l.Exceptions != nil {
		p.gap()
		l.exceptions(p)
	}
	if l.Identifiers != nil {
		p.gap()
		l.identifiers(p)
	}
	if l.Warnings != nil {
		p.gap()
		p.line("WARNINGS: %d", len(l.Warnings))
		for _, w := range l.Warnings {
			p.line("  %s", w)
		}
	}
	return p.err
}

func (l *Listing) exceptions(p *printer) {
	p.line("EXCEPTIONS: %d", len(l.Exceptions))
	p.line("")
	p.table(func(row func(...any)) {
		row("ID", "UNTIL", "", "OWNER", "TICKET", "FROM", "REASON")
		for _, x := range l.Exceptions {
			state := ""
			if x.Expired {
				state = "EXPIRED"
			}
			row(x.ID, x.Expires, state, x.Owner, x.Ticket, x.At, x.Reason)
		}
	})
}

func (l *Listing) detections(p *printer) {
	have := map[string]int{}
	for i := range l.Detections {
		have[l.Detections[i].Mode]++
	}
	p.line("DETECTIONS: %d active, %d test, %d off", have["active"], have["test"], have["off"])
	for i := range l.Detections {
		d := &l.Detections[i]
		p.line("")
		p.line("%-6s  %s  (rev %d, %v%s)", d.Mode, d.ID, d.Rev, d.At, said(", changed by ", d.Changed))
		p.line("        %s", d.Title)
		for _, c := range d.Match {
			p.line("        %-12s %s", c.Key, strings.Join(c.Words, " | "))
		}
		if d.Condition != "" {
			p.line("        %-12s %s", "condition", strings.ReplaceAll(d.Condition, "\n", "\n                     "))
		}
		word := "severity"
		for _, s := range d.Ladder {
			p.line("        %-12s %-8s  when %s", word, s.Severity, s.When)
			word = ""
		}
		if word == "" {
			p.line("        %-12s %-8s  otherwise", "", d.Severity)
		} else {
			p.line("        %-12s %s", word, d.Severity)
		}
	}
}

func (l *Listing) carriers(p *printer) {
	p.line("CARRIERS: %d", len(l.Carriers))
	p.line("")
	p.table(func(row func(...any)) {
		row("ID", "NAME", "WATCHED", "TRANSIT", "GROUP", "JURISD.", "UNUSED", "FROM")
		for i := range l.Carriers {
			c := &l.Carriers[i]
			watched := "yes"
			if !c.Watched {
				watched = "no" // known only to name paths
			}
			row(c.ID, c.Name, watched, c.Transit, c.GroupOperator, c.Jurisdiction, c.Unused, c.At.String()+said(", added to by ", c.Added)+said(", instead of ", c.Replaced))
		}
	})
}

func (l *Listing) identifiers(p *printer) {
	p.line("IDENTIFIERS: %d", len(l.Identifiers))
	p.line("")
	p.table(func(row func(...any)) {
		row("CARRIER", "TYPE", "VALUE", "ROLE", "CONFIDENCE", "STATUS", "FROM", "")
		for i := range l.Identifiers {
			d := &l.Identifiers[i]
			value := d.Value
			if d.NI != nil {
				value = fmt.Sprintf("%s (ni %d)", value, *d.NI)
			}
			note := said("instead of ", d.Replaced)
			if d.Unused != "" {
				note = strings.TrimPrefix(note+"; not looked for: "+d.Unused, "; ")
			}
			row(d.Carrier, d.Type, value, d.Role, d.Confidence, d.Status, d.At.String(), note)
		}
	})
}

// said is a place with words before it, or nothing for nowhere.
func said(words string, p *Place) string {
	if p == nil {
		return ""
	}
	return words + p.String()
}

// printer writes lines and keeps the first error.
type printer struct {
	w     io.Writer
	wrote bool
	err   error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = io.WriteString(p.w, strings.TrimRight(fmt.Sprintf(format, args...), " ")+"\n")
		p.wrote = true
	}
}

// gap is an empty line between two parts.
func (p *printer) gap() {
	if p.wrote {
		p.line("")
	}
}

// table writes rows whose columns stand below each other.
func (p *printer) table(rows func(row func(...any))) {
	var b strings.Builder
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	rows(func(cells ...any) {
		for i, c := range cells {
			if i > 0 {
				fmt.Fprint(t, "\t")
			}
			fmt.Fprint(t, c)
		}
		fmt.Fprintln(t)
	})
	t.Flush()
	for _, s := range strings.Split(strings.TrimRight(b.String(), "\n"), "\n") {
		p.line("%s", s)
	}
}
