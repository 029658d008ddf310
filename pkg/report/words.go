package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"sigtransit/pkg/partners"
	"sigtransit/pkg/signaling"
)

// proves says that an evidence shows a carrier on the path of a message, by what the
// tap saw.
func proves(e signaling.Evidence) bool { return e >= signaling.EvidenceAddress }

// knowledge is what the reader is told about an evidence: a mark that stands beside
// figures, a few words, a sentence, and how sure it makes.
type knowledge struct{ Mark, Brief, Text, Sure string }

var evidenceWords = map[string]knowledge{
	"adjacent": {"●", "own equipment on the link",
		"The other end of the link is the carrier's own equipment, by address, point code, identity or your link inventory.", "high"},
	"hop": {"◐", "named as a hop",
		"The message itself names the carrier as a hop that it went through. Hops can be left out or made up by others on the way.", "medium"},
	"address": {"○", "own node is an end",
		"A node of the carrier is sender or receiver of the message. Addresses can be hidden, translated or made up.", "low"},
	"declared": {"◌", "declared, not measured",
		"The partner's IR.21 names the carrier; the tap saw the message over another, or nothing of its path. Not part of any measured figure.", "not measured"},
	"group": {"–", "same group",
		"The partner belongs to the carrier's group: nothing is proven about transit. Not part of any measured figure.", "none"},
	"jurisdiction": {"–", "same country",
		"Only the country of the carrier was seen. Not part of any measured figure.", "none"},
	"none": {"?", "path unknown", "Nothing in the message or on its link proves a carrier.", "none"},
}

// sure is the confidence of a figure that rests on an evidence.
func sure(e signaling.Evidence) string { return evidenceWords[e.String()].Sure }

// classes is the order of the matrix: what hurts most first. What gives nothing away
// by itself is one column, "other".
var classes = []string{"authentication", "location", "sms", "call", "data", "subscriber", "other"}

var classTitles = map[string][2]string{
	"authentication": {"Authentication", "vectors and keys that let the holder pass for the network"},
	"location":       {"Location", "where a subscriber is and which node serves it"},
	"sms":            {"SMS", "short messages, with their text, and where to deliver them"},
	"call":           {"Calls", "numbers called and calling, and where a call goes"},
	"data":           {"Data sessions", "sessions, access points, addresses"},
	"subscriber":     {"Subscriber data", "profiles, services, identities"},
	"other":          {"Other", "dialogue control, protected components, what is not in the catalogue"},
}

func classOf(c signaling.Class) string {
	if _, ok := classTitles[c.String()]; ok {
		return c.String()
	}
	return "other"
}

func classTitle(class string) string { return classTitles[class][0] }

var serviceTitles = map[string]string{"ss7": "SS7", "diameter": "Diameter", "data": "Data", "none": "Other"}

var protectionTitles = map[string]string{"clear": "readable", "tls": "TLS", "dtls": "DTLS", "ipsec": "IPsec", "mapsec": "MAPsec", "signed": "signed, readable"}

// verdictWords says what a comparison found, in a few words, and how grave it is:
// 2 stands against the contract, 1 wants a look, 0 is in order.
var verdictWords = map[string]struct {
	Brief string
	Grave int
}{
	Undeclared:     {"not declared", 2},
	BackupCarries:  {"backup carries more than primary", 2},
	Perhaps:        {"it declares a name that matches no known carrier, which may be this one", 1},
	Announced:      {"declared for a day to come", 0},
	OwnCarrier:     {"home’s own carrier; what the partner declares lies behind it", 0},
	Behind:         {"declared, behind home’s own carrier", 0},
	DeclaredUnseen: {"declared, never seen", 1},
	NoDeclaration:  {"no declaration to compare with", 1},
	Unresolved:     {"declared name matches no known carrier", 1},
	NothingSeen:    {"declared, no path known", 0},
	AsDeclared:     {"as declared", 0},
}

// Grave is how grave a comparison is, as in verdictWords. That a backup is not used is what a
// backup is for.
func (c Comparison) Grave() int {
	switch {
	case c.idle():
		return 0
	case c.Verdict == Announced && c.Messages > 0: // before its day
		return 1
	}
	return verdictWords[c.Verdict].Grave
}

// Brief is the verdict in a few words.
func (c Comparison) Brief() string {
	if c.idle() {
		return idleBackup
	}
	return name(verdictWords[c.Verdict].Brief, c.Verdict)
}

const idleBackup = "backup, not used"

func (c *Comparison) idle() bool {
	return c.Verdict == DeclaredUnseen && c.Use == partners.Backup.String()
}

// thin is a narrow no-break space.
const thin = "\u202f"

// number writes n in groups of three.
func number[T ~int | ~uint64](n T) string {
	s := strconv.FormatInt(int64(n), 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// percent writes a share so that nothing looks like all, nor something like nothing.
func percent(f float64) string {
	p := f * 100
	switch {
	case p <= 0 || math.IsNaN(p):
		return "0" + thin + "%"
	case p < 0.1:
		return "<" + thin + "0.1" + thin + "%"
	case p < 9.95, p > 99 && p < 100:
		s := strconv.FormatFloat(math.Min(p, max(p-0.05, 99.9)), 'f', 1, 64)
		if p < 9.95 {
			s = strconv.FormatFloat(p, 'f', 1, 64)
		}
		return strings.TrimSuffix(s, ".0") + thin + "%"
	}
	return strconv.FormatFloat(p, 'f', 0, 64) + thin + "%"
}

func share(n, of uint64) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}

// round keeps shares in JSON and CSV short and the same everywhere.
func round(f float64) float64 { return math.Round(f*1e6) / 1e6 }

// String is the estimate for people: "19", "about 1,240".
func (e Estimate) String() string {
	if e.Error == 0 {
		return number(e.Value)
	}
	return "about " + number(e.Value)
}

// plural is a count with its noun.
func plural[T ~int | ~uint64](n T, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return number(n) + " " + many
}

// list joins words: "a, b and c".
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

func day(t time.Time) string { return t.UTC().Format("2 Jan 2006") }

func clock(t time.Time) string { return t.UTC().Format("2 Jan 2006 15:04") }

// String is the period for people, the date once where one is enough.
func (p Period) String() string {
	if p.From.IsZero() {
		return "no time"
	}
	from, to := p.From.UTC(), p.To.UTC()
	switch {
	case from.Format("15:04") == "00:00" && to.Format("15:04") == "00:00":
		last := to.AddDate(0, 0, -1)
		if last.Equal(from) {
			return day(from)
		}
		return day(from) + " to " + day(last)
	case day(from) == day(to):
		return fmt.Sprintf("%s, %s to %s UTC", day(from), from.Format("15:04"), to.Format("15:04"))
	}
	return clock(from) + " to " + clock(to) + " UTC"
}

// name is what a carrier or partner is called: its id where nobody gave it a name.
func name(name, id string) string {
	if name != "" {
		return name
	}
	return id
}

// soft lets a word break that no line would hold: names come from other operators.
func soft(s string) string {
	const most = 16
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n++; r == ' ' || r == '-' || r == '\u200b' {
			n = 0
		}
		b.WriteRune(r)
		if n == most {
			b.WriteRune('\u200b')
			n = 0
		}
	}
	return b.String()
}
