package report

import (
	"fmt"
	"slices"
	"strings"

	"sigtransit/pkg/exposure"
	"sigtransit/pkg/signaling"
)

// Answer is a question that the report is read for, and its answer in sentences.
type Answer struct {
	Question string
	Lines    []Line
}

// Line is a sentence that begins with what it is about.
type Line struct {
	Lead, Text string
	Grave      int // as in verdictWords
}

// Answers is the first page in words: they stand in HTML and in text. Where nothing was
// counted there is nothing to say of what it gives away.
func (d *Data) Answers() []Answer {
	if d.Total.Messages == 0 {
		return []Answer{{"Who carries it?", d.who()}, {"How sure is that?", d.sure()}}
	}
	all := []Answer{
		{"Who carries it?", d.who()},
		{"What does it give away?", d.what()},
		{"Is it what the contracts say?", d.contracts()},
		{"How sure is that?", d.sure()},
	}
	if next := d.next(); len(next) > 0 {
		all = append(all, Answer{"What next?", next})
	}
	return all
}

// watchedSeen are the watched carriers with a proven message.
func (d *Data) watchedSeen() (all []*Carrier) {
	for i := range d.Carriers {
		if c := &d.Carriers[i]; c.Watched && c.Messages > 0 {
			all = append(all, c)
		}
	}
	return all
}

// Ends names the partners that the report is on.
func (d *Data) Ends() string {
	if len(d.Only) == 0 {
		return "partners"
	}
	var s []string
	for _, p := range d.Only {
		s = append(s, name(p.Name, p.ID))
	}
	return shortened(s)
}

func (d *Data) who() (out []Line) {
	if d.Total.Messages == 0 {
		return []Line{{"Nothing was measured.", "The ledger has no signaling with " + d.Ends() + " in this period: it says nothing about any carrier.", 1}}
	}
	for _, c := range d.watchedSeen() {
		text := fmt.Sprintf("carried %s of the captured signaling with %s: %s of %s messages", percent(c.Share), d.Ends(), number(c.Messages), number(d.Total.Messages))
		if c.Partners > 0 && len(d.Only) != 1 {
			text += fmt.Sprintf(", with %s in %s", plural(c.Partners, "partner", "partners"), plural(c.Nations, "country", "countries"))
		}
		out = append(out, Line{name(c.Name, c.ID), text + ".", 2})
	}
	if len(out) == 0 {
		out = append(out, Line{"No watched carrier was seen.", "Where no path is known, and on links that were not captured, that is no proof that none was there.", 0})
	}
	others, n := uint64(0), 0
	for i := range d.Carriers {
		if c := &d.Carriers[i]; !c.Watched && c.Messages > 0 {
			others, n = others+c.Messages, n+1
		}
	}
	if n > 0 {
		out = append(out, Line{"Other carriers", fmt.Sprintf("that are known and not watched (%d) carried %s messages.", n, number(others)), 0})
	}
	if d.Group > 0 {
		out = append(out, Line{"Within a group:", plural(d.Group, "message", "messages") + " of partners over a carrier of their own group; nothing is proven about transit.", 0})
	}
	if d.Unknown.Messages > 0 {
		text := fmt.Sprintf("for %s: %s messages for which nothing on the wire proves a carrier.", percent(share(d.Unknown.Messages, d.Total.Messages)), number(d.Unknown.Messages))
		if d.Declared > 0 {
			text += fmt.Sprintf(" For %s of them a contract names one; that is not counted as seen.", number(d.Declared))
		}
		out = append(out, Line{"Path unknown", text, 1})
	}
	return out
}

func (d *Data) what() (out []Line) {
	for _, c := range d.watchedSeen() {
		var seen []string
		for _, x := range c.Cells {
			if x.Messages > 0 && x.Class != "other" {
				seen = append(seen, strings.ToLower(classTitle(x.Class))+" ("+number(x.Messages)+")")
			}
		}
		if len(seen) == 0 {
			seen = append(seen, "nothing but dialogue control")
		}
		seen[len(seen)-1] = strings.Replace(seen[len(seen)-1], "sms", "SMS", 1)
		for i := range seen {
			seen[i] = strings.Replace(seen[i], "sms", "SMS", 1)
		}
		text := fmt.Sprintf("could read %s, of %s", list(seen), subscribers(c.Figures))
		if c.Secrets > 0 {
			text += fmt.Sprintf("; %s returned secrets", plural(c.Secrets, "answer", "answers"))
		}
		if c.Readable < c.Messages {
			text += fmt.Sprintf(". %s of it is readable on the wire", percent(share(c.Readable, c.Messages)))
		}
		out = append(out, Line{name(c.Name, c.ID), text + ".", 2})
	}
	if len(out) == 0 {
		out = append(out, Line{"Nothing", "to a watched carrier, as far as links are captured and paths known.", 0})
	}
	return out
}

// subscribers tells home's and others' apart.
func subscribers(f Figures) string {
	var s []string
	if f.Home.Value > 0 {
		s = append(s, f.Home.String()+" of our subscribers")
	}
	if f.Visitors.Value > 0 {
		s = append(s, f.Visitors.String()+" visiting "+people(f.Visitors))
	}
	if f.Others.Value > 0 {
		s = append(s, f.Others.String()+" "+people(f.Others)+" whose operator is not known")
	}
	if len(s) == 0 {
		return "no subscriber that is named"
	}
	return list(s)
}

func people(e Estimate) string {
	if e.Value == 1 {
		return "subscriber"
	}
	return "subscribers"
}

// Tally counts comparisons by their verdict.
func (d *Data) Tally() map[string]int {
	t := map[string]int{}
	for i := range d.Compared {
		t[d.Compared[i].Verdict]++
	}
	return t
}

func (d *Data) contracts() (out []Line) {
	t := d.Tally()
	if len(d.Compared)-t[NoDeclaration] == 0 {
		return []Line{{"Not known.", "No partner's declarations were given: load what your partners declare in their IR.21 (sigtransit ir21 import) and pass it with --partners.", 1}}
	}
	const most = 4
	grave := 0
	for i := range d.Compared {
		c := &d.Compared[i]
		if c.Grave() < 2 {
			continue
		}
		if grave++; grave <= most {
			out = append(out, Line{name(c.PartnerName, c.Partner) + ":", d.against(c), 2})
		}
	}
	if grave > most {
		out = append(out, Line{fmt.Sprintf("%d more", grave-most), "routes differ from what is declared: see the list below.", 2})
	}
	if grave == 0 {
		out = append(out, Line{"Nothing seen contradicts a declaration.", "", 0})
	}
	rest := []string{plural(t[AsDeclared], "route is", "routes are") + " as declared"}
	for _, x := range []struct{ brief, text string }{
		{verdictWords[DeclaredUnseen].Brief, "declared and never seen"}, {idleBackup, "declared as backup and not used"}, {verdictWords[NothingSeen].Brief, "declared with no path known"}, {verdictWords[OwnCarrier].Brief, "over home’s own carrier, behind which lies what is declared"}, {verdictWords[Behind].Brief, "declared and behind home’s own carrier"}, {verdictWords[Announced].Brief, "declared for a day after the period"},
		{verdictWords[Perhaps].Brief, "not declared, unless by a name that matches no known carrier"}, {verdictWords[NoDeclaration].Brief, "seen with partners that declare nothing for the service"}, {verdictWords[Unresolved].Brief, "declared under a name that matches no known carrier"},
	} {
		if names := d.routes(x.brief); len(names) > 0 {
			rest = append(rest, number(len(names))+" "+x.text+" ("+shortened(names)+")")
		}
	}
	return append(out, Line{"Of the others,", list(rest) + ".", 0})
}

// routes names those that a verdict was found for.
func (d *Data) routes(brief string) (s []string) {
	for i := range d.Compared {
		if c := &d.Compared[i]; c.Brief() == brief {
			s = append(s, name(c.PartnerName, c.Partner)+" over "+name(c.CarrierName, c.Carrier))
		}
	}
	return s
}

// shortened is list with the first of many.
func shortened(names []string) string {
	const most = 3
	if n := len(names); n > most {
		names = append(names[:most:most], number(n-most)+" more")
	}
	return list(names)
}

// against says what stands against a declaration.
func (d *Data) against(c *Comparison) string {
	seen := fmt.Sprintf("%s of its %s messages with a known path (%s of %s) went over %s", percent(c.Share), serviceTitles[c.Service],
		number(c.Messages), number(c.Proven), name(c.CarrierName, c.Carrier))
	if c.Verdict == BackupCarries {
		return seen + ", which it declares as backup only."
	}
	var declared []string
	for i := range d.Compared {
		if o := &d.Compared[i]; o.Partner == c.Partner && o.Service == c.Service && o.Use != "" {
			declared = append(declared, name(o.CarrierName, o.Carrier))
		}
	}
	return seen + ", which it does not declare; it declares " + list(declared) + "."
}

func (d *Data) sure() (out []Line) {
	// The totals have each message once, with the best evidence for any watched carrier.
	by := map[string]uint64{}
	total := uint64(0)
	for i := range d.Counters {
		if c := &d.Counters[i]; c.Carrier == exposure.Total && proven[c.Watched] {
			by[c.Watched] += c.Messages
			total += c.Messages
		}
	}
	var parts []string
	for _, e := range []struct{ evidence, text string }{
		{"adjacent", "rest on the carrier's own equipment at the other end of the link (confidence high)"},
		{"hop", "on the message naming the carrier as a hop (medium)"},
		{"address", "only on an address of the carrier in the message (low)"},
	} {
		if by[e.evidence] > 0 {
			parts = append(parts, percent(share(by[e.evidence], total))+" "+e.text)
		}
	}
	if len(parts) > 0 {
		out = append(out, Line{"Of the messages over watched carriers,", list(parts) + ".", 0})
	}
	grave := 0
	text := "the ledger does not say."
	if d.Trust.Verdict != "" {
		text = d.Trust.Verdict
		if len(d.Trust.Why) > 0 {
			text += ": " + strings.Join(d.Trust.Why, "; ")
		}
		text += "."
		if d.Trust.Verdict != "good" {
			grave = 1
			text += " What the capture lacks is in no figure."
		}
	}
	out = append(out, Line{"Capture trust:", text, grave})
	c := &d.Coverage
	if c.Covered+c.Unkept == 0 {
		out = append(out, Line{"Coverage:", "nothing was captured in this period.", 1})
	} else if c.Hours > 0 {
		text, grave = covered(*c), 0
		if c.Covered+c.Unkept < c.Hours {
			text, grave = text+"; what passed in the others is not in any figure", 1
		}
		out = append(out, Line{"Coverage:", text + ".", grave})
	}
	out = append(out, c.twice()...)
	if n, of := d.aimless(), d.Total.Messages; share(n, of) > 0.5 {
		out = append(out, Line{"Directions:", fmt.Sprintf("unknown for %s of %s messages, and so whose subscribers they are about. Say who home is: home in the configuration, or --home PLMN.", number(n), number(of)), 1})
	}
	if n, of := c.Attributed, d.Total.Messages; n < of {
		text, grave := fmt.Sprintf("known for %s of %s messages (%s)", number(n), number(of), percent(share(n, of))), 0
		if share(n, of) < 0.9 {
			text, grave = text+"; the others count as “Partner unknown”. Check home (PLMNs, GT prefixes, realms) and partners in the configuration", 1
		}
		out = append(out, Line{"Partners:", text + ".", grave})
	}
	return out
}

// next is what can be done about it.
func (d *Data) next() (out []Line) {
	if len(d.watchedSeen()) > 0 {
		out = append(out, Line{"Look at the messages:", "the findings of the same capture name each with its frame, and “sigtransit rules explain --frame N CAPTURE” says why it was flagged.", 0})
	}
	var ask []string
	own := ""
	for i := range d.Compared {
		c := &d.Compared[i]
		if c.Grave() != 2 {
			continue
		}
		if who := name(c.PartnerName, c.Partner); !slices.Contains(ask, who) {
			ask = append(ask, who)
		}
		if c.Best == signaling.EvidenceAdjacent.String() && len(d.Home.Carriers) == 0 {
			own = " First say in the configuration which carriers are home’s own (home.carriers): one at the other end of a link may be home’s choice."
		}
	}
	if len(ask) > 0 {
		out = append(out, Line{"Ask " + shortened(ask) + ":", "which way its signaling is meant to go. What you accept goes into a file of exceptions, with its owner, its reason and its end." + own, 0})
	}
	if n := d.Unknown.Messages; share(n, d.Total.Messages) > 1.0/3 {
		out = append(out, Line{"Make paths known:", "say in the configuration (links) whose equipment ends which link. No evidence is better, and none stands for " + percent(share(n, d.Total.Messages)) + " of the messages.", 0})
	}
	return out
}

// aimless are the messages of which it is not known which way they go.
func (d *Data) aimless() (n uint64) {
	for i := range d.Counters {
		if c := &d.Counters[i]; c.Carrier == exposure.Total && c.Direction == signaling.DirectionUnknown.String() {
			n += c.Messages
		}
	}
	return n
}

// covered says how much of the period was captured.
func covered(c Coverage) string {
	were := "were"
	if c.Hours == 1 {
		were = "was"
	}
	text := fmt.Sprintf("%s of %s of the period %s captured, at least in part", number(c.Covered), plural(c.Hours, "hour", "hours"), were)
	if c.Unkept > 0 {
		text += ", and of " + number(c.Unkept) + " more the ledger, whose days an older version made, does not say"
	}
	return text
}
