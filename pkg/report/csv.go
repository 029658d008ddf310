package report

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"

	"sigtransit/pkg/signaling"
)

// csvHeader are the columns of the CSV form: one long table, in which the first column
// says what a line is about. Cells that do not apply are empty.
var csvHeader = []string{"table", "time", "carrier", "carrier_name", "watched", "partner", "partner_name", "country", "service", "class", "direction", "evidence", "watched_evidence",
	"protection", "subscriber", "declared_use", "verdict", "messages", "share", "dialogues", "secrets", "refused", "readable_messages", "home_subscribers", "visiting_subscribers", "other_subscribers", "subscribers", "links", "covered_hours", "hours", "name", "value"}

// about is what the figures rest on, by name.
func (d *Data) about() [][2]string {
	c := &d.Coverage
	all := [][2]string{{"created", d.Created.Format(time.RFC3339)}, {"tool", d.Tool}, {"home", d.Home.Name}, {"home_plmns", strings.Join(d.Home.PLMNs, " ")}}
	for _, p := range d.Only {
		all = append(all, [2]string{"only_partner", p.ID})
	}
	if !d.Period.From.IsZero() {
		all = append(all, [2]string{"from", d.Period.From.Format(time.RFC3339)}, [2]string{"to", d.Period.To.Format(time.RFC3339)})
	}
	all = append(all, [2]string{"hours", strconv.Itoa(c.Hours)}, [2]string{"covered_hours", strconv.Itoa(c.Covered)}, [2]string{"frames", count(c.Frames)},
		[2]string{"decoded_frames", count(c.Decoded)}, [2]string{"undecoded_frames", count(c.Undecoded)}, [2]string{"dropped_frames", count(c.Drops)},
		[2]string{"partner_known_messages", count(c.Attributed)}, [2]string{"internal_messages", count(d.Internal)},
		[2]string{"housekeeping_messages", count(d.Housekeeping)}, [2]string{"over_several_carriers", count(d.Twice)}, [2]string{"capture_trust", d.Trust.Verdict})
	if c.Unkept > 0 {
		all = append(all, [2]string{"hours_not_kept", strconv.Itoa(c.Unkept)})
	}
	for _, s := range c.Sources {
		all = append(all, [2]string{"source", s})
	}
	for _, x := range c.Overlaps {
		all = append(all, [2]string{"overlap", strings.Join(x.Captures[:], " and ") + ", " + x.From.Format(time.RFC3339) + " to " + x.To.Format(time.RFC3339)})
	}
	for _, s := range d.Trust.Why {
		all = append(all, [2]string{"capture_trust_reason", s})
	}
	for e := signaling.EvidenceAdjacent; e >= signaling.EvidenceAddress; e-- {
		all = append(all, [2]string{"confidence_" + e.String(), sure(e)})
	}
	return all
}

// line is a line of the CSV form by column.
type line map[string]string

func count(n uint64) string { return strconv.FormatUint(n, 10) }

func ratio(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// with adds the counts of f.
func (l line) with(f Figures) line {
	l["messages"], l["dialogues"], l["secrets"], l["refused"], l["readable_messages"] = count(f.Messages), count(f.Dialogues), count(f.Secrets), count(f.Refused), count(f.Readable)
	l["home_subscribers"], l["visiting_subscribers"], l["other_subscribers"] = count(f.Home.Value), count(f.Visitors.Value), count(f.Others.Value)
	return l
}

// WriteCSV writes the report as one table.
func (d *Data) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write(csvHeader); err != nil {
		return err
	}
	row := make([]string, len(csvHeader))
	put := func(l line) {
		for i, name := range csvHeader {
			row[i] = sheetText(l[name])
		}
		_ = out.Write(row) // Error has it
	}
	for _, x := range d.about() {
		put(line{"table": "about", "name": x[0], "value": x[1]})
	}
	put(line{"table": "total", "share": "1"}.with(d.Total))
	put(line{"table": "path_unknown", "share": ratio(round(share(d.Unknown.Messages, d.Total.Messages)))}.with(d.Unknown))
	put(line{"table": "watched", "messages": count(d.Watched.Messages), "share": ratio(d.Watched.Share)})
	for _, c := range d.Classes {
		put(line{"table": "class", "class": c.Class}.with(c.Figures))
	}
	for i := range d.Carriers {
		c := &d.Carriers[i]
		of := func(table string) line {
			return line{"table": table, "carrier": c.ID, "carrier_name": c.Name, "watched": strconv.FormatBool(c.Watched)}
		}
		l := of("carrier").with(c.Figures)
		l["share"], l["evidence"] = ratio(c.Share), c.Best
		put(l)
		for _, x := range c.Cells {
			l := of("carrier_class").with(x.Figures)
			l["class"], l["share"], l["evidence"] = x.Class, ratio(x.Share), x.Best
			put(l)
			for _, y := range x.Evidence {
				l := of("carrier_class_evidence")
				l["class"], l["evidence"], l["messages"] = x.Class, y.Evidence, count(y.Messages)
				put(l)
			}
		}
		for _, x := range c.Evidence {
			l := of("carrier_evidence")
			l["evidence"], l["messages"] = x.Evidence, count(x.Messages)
			put(l)
		}
		for _, x := range c.Links {
			l := of("carrier_links")
			l["protection"], l["links"] = x.Protection, count(x.Links)
			put(l)
		}
		if c.MoreLinks > 0 {
			l := of("carrier_links")
			l["name"], l["value"] = "links_not_kept", count(c.MoreLinks)
			put(l)
		}
	}
	for i := range d.Partners {
		p := &d.Partners[i]
		of := func(table string) line {
			return line{"table": table, "partner": p.ID, "partner_name": p.Name, "country": p.Country}
		}
		put(of("partner").with(p.Figures))
		for _, x := range p.Carriers {
			l := of("partner_carrier").with(x.Figures)
			l["carrier"], l["carrier_name"], l["watched"], l["share"], l["evidence"] = x.ID, x.Name, strconv.FormatBool(x.Watched), ratio(x.Share), x.Best
			put(l)
		}
		l := of("partner_watched")
		l["messages"], l["share"] = count(p.Watched.Messages), ratio(p.Watched.Share)
		put(l)
		l = of("partner_path_unknown").with(p.Pathless)
		l["share"] = ratio(p.Unknown.Share)
		put(l)
	}
	for _, c := range d.Countries {
		put(line{"table": "country", "country": c.Code}.with(c.Figures))
		put(line{"table": "country_watched", "country": c.Code, "messages": count(c.Watched.Messages), "share": ratio(c.Watched.Share)})
		put(line{"table": "country_path_unknown", "country": c.Code, "messages": count(c.Unknown.Messages), "share": ratio(c.Unknown.Share)})
	}
	for _, p := range d.Timeline.Points {
		// Without a frame there is no count, not one of 0.
		of := func(table string, n uint64) line {
			l := line{"table": table, "time": p.Time.UTC().Format(time.RFC3339), "covered_hours": strconv.Itoa(p.Captured), "hours": strconv.Itoa(p.Hours)}
			if p.Covered {
				l["messages"] = count(n)
			}
			return l
		}
		put(of(d.Timeline.Step, p.Total))
		put(of(d.Timeline.Step+"_path_unknown", p.Unknown))
		for i, n := range p.Carriers {
			l, c := of(d.Timeline.Step+"_carrier", n), &d.Carriers[i]
			l["carrier"], l["carrier_name"], l["watched"] = c.ID, c.Name, strconv.FormatBool(c.Watched)
			put(l)
		}
	}
	for _, c := range d.Compared {
		put(line{"table": "declared", "carrier": c.Carrier, "carrier_name": c.CarrierName, "watched": strconv.FormatBool(c.Watched), "partner": c.Partner, "partner_name": c.PartnerName,
			"service": c.Service, "declared_use": c.Use, "verdict": c.Verdict, "messages": count(c.Messages), "share": ratio(c.Share), "evidence": c.Best})
	}
	for _, c := range d.Counters {
		put(line{"table": "counter", "carrier": c.Carrier, "partner": c.Partner, "service": c.Service, "class": c.Class, "direction": c.Direction, "evidence": c.Evidence,
			"watched_evidence": c.Watched, "protection": c.Protection, "subscriber": c.Subscriber, "messages": count(c.Messages), "dialogues": count(c.Dialogues),
			"secrets": count(c.Secrets), "refused": count(c.Refused), "subscribers": count(c.Distinct)})
	}
	out.Flush()
	return out.Error()
}
