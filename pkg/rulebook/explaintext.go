package rulebook

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// WriteText writes the explanation for a person.
func (x *Explanation) WriteText(w io.Writer) error {
	p := &printer{w: w}
	if len(x.Messages) == 0 {
		p.line("Frame %d completed no message: it carries none, or a part of one that a later frame completes.", x.Frame)
		if len(x.Near) > 0 {
			p.line("Frames near it that did: %s", strings.Trim(strings.ReplaceAll(fmt.Sprint(x.Near), " ", ", "), "[]"))
		}
	}
	for i := range x.Messages {
		if i > 0 {
			p.line("")
		}
		x.Messages[i].text(p, x.Frame)
	}
	for _, e := range x.Links {
		p.line("")
		p.line("ABOUT THE LINK: %s", e)
	}
	return p.err
}

func (r *MessageReasons) text(p *printer, frame uint64) {
	p.line("FRAME %d: %s", frame, r.headline())
	p.line("")
	p.line("LOOKED UP")
	p.table(func(row func(...any)) {
		for _, l := range r.Looked {
			if len(l.Matched) == 0 {
				row("  "+l.Position, l.Value, "nothing")
			}
			for _, id := range l.Matched {
				row("  "+l.Position, l.Value, fmt.Sprintf("%s: %s %s, %s, confidence %s (%v)", id.Carrier, id.Type, id.Value, id.Role, id.Confidence, id.At))
			}
		}
	})
	for _, s := range r.Remembered {
		p.line("  remembered from an earlier message of the dialogue: %s, %s", s.Position, s.Matched)
	}
	p.line("")
	if len(r.Path) == 0 {
		p.line("PATH: unknown. Nothing here proves a carrier; that is no proof of absence")
	} else {
		p.line("PATH: %s", strings.Join(r.Path, "; "))
	}
	for i := range r.Carriers {
		c := &r.Carriers[i]
		watched := ""
		if !c.Watched {
			watched = ", not watched"
		}
		p.line("  %s: evidence %s, confidence %s%s", c.Carrier, c.Evidence, c.Confidence, watched)
		p.line("    %s", c.Why)
		for _, s := range c.Sightings {
			earlier := ""
			if s.Earlier {
				earlier = ", in an earlier message of the dialogue"
			}
			p.line("    %s proves %s: %s%s%s", s.Position, s.Proves, s.Matched, earlier, said(" ", s.At))
		}
	}
	p.line("")
	p.line("RULES")
	p.table(func(row func(...any)) {
		for i := range r.Rules {
			d := &r.Rules[i]
			row("  "+d.Outcome, d.Rule, d.Carrier, d.because())
		}
	})
}

// because is the reason of an outcome.
func (r *RuleReason) because() string {
	switch {
	case r.Outcome == Again:
		return "all of its match fits, and the first sight of the message, on another link, was reported"
	case r.Missed == "path":
		return "no carrier is known to be on the path"
	case r.Missed == "watched":
		return "the carrier is not watched"
	case r.Missed != "":
		wanted := strings.Join(r.Wanted, " | ")
		if few := 6; len(r.Wanted) > 2*few {
			wanted = fmt.Sprintf("%s | ... (%d in all)", strings.Join(r.Wanted[:few], " | "), len(r.Wanted))
		}
		if wanted == "" {
			wanted = "transit" // evidence that no rule names
		}
		is := r.Is
		if is == "" {
			is = "unknown"
		}
		return fmt.Sprintf("%s is %s, wanted %s (%v)", r.Missed, is, wanted, r.At)
	}
	why := r.Severity + ": " + r.Step
	if r.Step == "" {
		why = r.Severity + ": no step of the ladder fits"
	}
	if r.Exception != "" {
		why += "; accepted " + r.Exception
	}
	return why
}

// headline is the message in one line, out of its event.
func (r *MessageReasons) headline() string {
	var e struct {
		Protocol, Operation, Kind, Class, Protection, Direction string
		Inherited, Duplicate                                    bool
		Source                                                  string `json:"src_ip"`
		Destination                                             string `json:"dest_ip"`
		Subscriber                                              struct{ IMSI, MSISDN string }
		Partner                                                 struct{ Name, PLMN, Country string }
		MAP, CAP, Diameter                                      struct{ Returned, Carried []string }
	}
	if err := json.Unmarshal(r.Event, &e); err != nil {
		return string(r.Event)
	}
	words := []string{e.Protocol}
	if e.Operation != "" {
		words = append(words, e.Operation)
	}
	line := strings.Join(append(words, e.Kind), " ") + ", class " + e.Class + ", " + e.Protection
	add := func(format, value string) {
		if value != "" {
			line += ", " + fmt.Sprintf(format, value)
		}
	}
	if e.Inherited {
		line += ", operation from its dialogue"
	}
	if e.Duplicate {
		line += ", seen before on another link"
	}
	if r.Undelivered {
		line += ", returned to its sender by SCCP: nobody's request"
	}
	add("%s", e.Direction)
	add("IMSI %s", e.Subscriber.IMSI)
	add("MSISDN %s", e.Subscriber.MSISDN)
	add("partner %s", strings.TrimSpace(e.Partner.Name+" "+e.Partner.PLMN+" "+e.Partner.Country))
	for _, b := range [][]string{e.MAP.Returned, e.MAP.Carried, e.CAP.Returned, e.CAP.Carried, e.Diameter.Returned, e.Diameter.Carried} {
		add("gives away %s", strings.Join(b, ", "))
	}
	if e.Source != "" {
		line += ", " + e.Source + " -> " + e.Destination
	}
	return line
}
