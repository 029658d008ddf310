package output

import (
	"strconv"
	"time"

	"sigtransit/rules"
)

// path appends what a finding about a path says: both sides of the evidence. It is rare,
// and may allocate.
func (e *Encoder) path(b []byte, f *rules.Finding) []byte {
	p := f.Path
	b = append(key(b, "path"), '{')
	b = appendWord(b, "kind", p.Kind.String())
	b = appendText(b, "text", p.Text(carrierName(f.Carrier)))
	for _, x := range []struct{ name, text string }{{"partner", p.Partner}, {"partner_name", p.PartnerName}, {"country", p.Nation}} {
		if x.text != "" {
			b = appendText(b, x.name, x.text)
		}
	}
	if p.Service != 0 {
		b = appendWord(b, "service", p.Service.String())
	}
	if !p.Classless {
		b = appendWord(b, "class", p.Class.String())
	}
	b = appendTime(b, "from", time.Unix(p.From, 0))
	b = appendTime(b, "to", time.Unix(p.To, 0))
	b = appendUint(b, "messages", p.Messages)
	if p.Of != 0 {
		b = appendUint(b, "of", p.Of)
	}
	if p.Messages != 0 {
		b = appendTime(b, "first", time.Unix(0, p.First))
	}
	if p.Kind == rules.PathShareShift {
		b = appendShare(b, "share", p.Share)
		b = appendShare(b, "share_before", p.Was)
	}
	if p.Threshold != 0 {
		b = appendUint(b, "threshold", p.Threshold)
	}
	if len(p.Declared) != 0 {
		b = append(key(b, "declared"), '[')
		for i, d := range p.Declared {
			b = comma(b, i)
			if d.Carrier != "" {
				b = appendText(b, "carrier", d.Carrier)
			}
			b = appendText(b, "name", d.Name)
			b = append(appendWord(b, "use", d.Use), '}')
		}
		b = append(b, ']')
	}
	if len(p.Observed) != 0 {
		b = append(key(b, "observed"), '[')
		for i, o := range p.Observed {
			b = comma(b, i)
			b = appendText(b, "carrier", o.Carrier)
			b = appendUint(b, "messages", o.Messages)
			b = append(appendWord(b, "evidence", o.Evidence.String()), '}')
		}
		b = append(b, ']')
	}
	return append(b, '}')
}

// comma begins the object of a list.
func comma(b []byte, i int) []byte {
	if i > 0 {
		b = append(b, ',')
	}
	return append(b, '{')
}

func appendTime(b []byte, name string, t time.Time) []byte {
	return append(t.UTC().AppendFormat(append(key(b, name), '"'), "2006-01-02T15:04:05.000000Z"), '"')
}

// appendShare appends parts of a hundred.
func appendShare(b []byte, name string, v float64) []byte {
	return strconv.AppendFloat(key(b, name), v, 'f', 1, 64)
}

// carrierName is what people call a carrier.
func carrierName(c *rules.Carrier) string {
	if c.Name != "" {
		return c.Name
	}
	return c.ID
}

// pathRow appends the line of a finding about a path.
func (t *Table) pathRow(b []byte, f *rules.Finding) []byte {
	b = t.begin(b, f.Message.Time, f.Message.Source)
	b = t.lead(b, f.Message.Time, 0)
	b = t.severity(b, f.Severity)
	b = t.text(b, columnCarrier, f.Carrier.ID)
	b = t.text(b, columnEvidence, t.evidence(f))
	b = t.text(b, columnClass, "path")
	b = t.text(b, columnOperation, f.Path.Kind.String())
	return append(appendEscaped(b, f.Path.Text(carrierName(f.Carrier))), '\n')
}
