package report

import (
	_ "embed"
	"html/template"
	"io"
	"strconv"
	"strings"
	"time"

	"sigtransit/pkg/signaling"
)

//go:embed style.css
var styleSheet string

//go:embed page.html
var pageText string

// evidenceView is an evidence for a legend.
type evidenceView struct {
	knowledge
	Code, Sep string
}

func evidences(from, to signaling.Evidence) (out []evidenceView) {
	for e := from; e >= to; e-- {
		v := evidenceView{evidenceWords[e.String()], e.String(), ","}
		if e == to {
			v.Sep = "."
		}
		out = append(out, v)
	}
	return out
}

// width is a part of a whole in units of a bar of 1000.
func width(n, of uint64) int { return int(share(n, of)*1000 + 0.5) }

var pageFuncs = template.FuncMap{
	"style":        func() template.CSS { return template.CSS(styleSheet) },
	"number":       func(n any) string { return anyNumber(n) },
	"plural":       func(n any, one, many string) string { return pluralAny(n, one, many) },
	"percent":      percent,
	"covered":      covered,
	"ratio":        func(n, of uint64) string { return percent(share(n, of)) },
	"est":          Estimate.String,
	"title":        func(s, id string) string { return soft(name(s, id)) },
	"soft":         soft,
	"join":         list,
	"mark":         func(e string) string { return evidenceWords[e].Mark },
	"brief":        func(e string) string { return evidenceWords[e].Brief },
	"evidences":    func() []evidenceView { return evidences(signaling.EvidenceAdjacent, signaling.EvidenceAddress) },
	"allevidences": func() []evidenceView { return evidences(signaling.EvidenceAdjacent, signaling.EvidenceGroup) },
	"classname":    classTitle,
	"about":        func(class string) string { return classTitles[class][1] },
	"service":      func(s string) string { return name(serviceTitles[s], s) },
	"use":          func(s string) string { return strings.ReplaceAll(s, "_", " ") },
	"more":         func(gaps []Period, most int) int { return max(0, len(gaps)-most) },
	"protection":   func(s string) string { return name(protectionTitles[s], s) },
	"shade":        shade,
	"raw":          rawID,
	"width":        width,
	"rest":         func(n, of uint64) int { return 1000 - width(n, of) },
	"less":         func(a, b uint64) string { return number(a - b) },
	"plus":         func(a, b int) int { return a + b },
	"px":           func(f float64) string { return strconv.FormatFloat(f, 'f', 1, 64) },
	"stamp":        func(t time.Time) string { return clock(t) },
	"span":         func(p Period) string { return strings.TrimSuffix(p.String(), " UTC") },
	"sketch":       func(d *Data) float64 { return d.largestError() },
	"head":         func(v any) any { return head(v, maxRows) },
	"headc":        func(v []Comparison) []Comparison { return v[:min(len(v), 4*maxRows)] },
}

func head(v any, n int) any {
	switch v := v.(type) {
	case []Partner:
		return v[:min(len(v), n)]
	case []Country:
		return v[:min(len(v), n)]
	}
	return v
}

func anyNumber(n any) string {
	if i, ok := n.(int); ok {
		return number(i)
	}
	u, _ := n.(uint64)
	return number(u)
}

func pluralAny(n any, one, many string) string {
	if i, ok := n.(int); ok {
		return plural(i, one, many)
	}
	u, _ := n.(uint64)
	return plural(u, one, many)
}

// largestError is the largest error of an estimate in the report; 0: all were counted.
func (d *Data) largestError() float64 {
	e := max(d.Total.Home.Error, d.Total.Visitors.Error, d.Unknown.Home.Error, d.Unknown.Visitors.Error)
	for i := range d.Carriers {
		e = max(e, d.Carriers[i].Home.Error, d.Carriers[i].Visitors.Error)
	}
	return e
}

// WriteHTML writes the report as one file that needs nothing else: no script, no font,
// no picture, nothing from a network.
func (d *Data) WriteHTML(w io.Writer) error {
	v := newView(d)
	t, err := template.New("page").Funcs(pageFuncs).Funcs(template.FuncMap{
		// The first group of counters of a carrier.
		"first": func(carrier string) string {
			for _, c := range classes {
				id := rawID(carrier, c)
				for i := range v.Raw {
					if v.Raw[i].ID == id && len(v.Raw[i].Rows) > 0 {
						return id
					}
				}
			}
			return "raw"
		},
	}).Parse(pageText)
	if err != nil {
		return err
	}
	return t.Execute(w, v)
}
