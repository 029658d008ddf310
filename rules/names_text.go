package rules

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"sigtransit/pkg/signaling"
)

// Named is a carrier that a text names, at its octets from Begin to End.
type Named struct {
	Carrier    *Carrier
	Begin, End int
}

// textNames are the names of a set's carriers for texts that people write. They are
// put together when first asked for.
type textNames struct {
	once   sync.Once
	byWord map[string][]textName // by first word, longest name first
}

type textName struct {
	words   []string
	carrier *Carrier
}

// word is one word of a text, lower case.
type textWord struct {
	text       string
	begin, end int
}

// words cuts a text into its runs of letters and digits.
func textWords(s string) (out []textWord) {
	begin := -1
	for i, c := range s {
		switch in := unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsMark(c); {
		case in && begin < 0:
			begin = i
		case !in && begin >= 0:
			out = append(out, textWord{strings.ToLower(s[begin:i]), begin, i})
			begin = -1
		}
	}
	if begin >= 0 {
		out = append(out, textWord{strings.ToLower(s[begin:]), begin, len(s)})
	}
	return out
}

func (t *textNames) build(carriers []*Carrier) {
	t.byWord = map[string][]textName{}
	for _, c := range carriers {
		if c.Jurisdictional() {
			continue // a country, whose name stands in those of companies
		}
		names := c.MatchNames
		if names == nil {
			names = c.Aliases
		}
		for _, name := range append([]string{c.Name}, names...) {
			n := textName{carrier: c}
			for _, w := range textWords(name) {
				n.words = append(n.words, w.text)
			}
			if len(n.words) > 0 && utf8.ValidString(name) {
				t.byWord[n.words[0]] = append(t.byWord[n.words[0]], n)
			}
		}
	}
	for _, l := range t.byWord {
		slices.SortStableFunc(l, func(a, b textName) int { return cmp.Compare(len(b.words), len(a.words)) })
	}
}

// Jurisdictional: all that names it are resources of a country, not of a company.
func (c *Carrier) Jurisdictional() bool {
	return len(c.Identifiers) > 0 && !slices.ContainsFunc(c.Identifiers, func(id *Identifier) bool { return id.Role != signaling.RoleJurisdiction })
}

// NamesIn finds the carriers that a text names by their name or match names, as an
// IR.21 document does: whole words without regard to case and punctuation, the
// longest name where several begin at one word, in the order of the text and
// without overlap.
func (s *Set) NamesIn(text string) (out []Named) {
	s.texts.once.Do(func() { s.texts.build(s.Carriers) })
	words := textWords(text)
next:
	for i := 0; i < len(words); {
		for _, n := range s.texts.byWord[words[i].text] {
			if len(n.words) <= len(words)-i && slices.EqualFunc(n.words, words[i:i+len(n.words)], func(a string, b textWord) bool { return a == b.text }) {
				out = append(out, Named{n.carrier, words[i].begin, words[i+len(n.words)-1].end})
				i += len(n.words)
				continue next
			}
		}
		i++
	}
	return out
}

// CarriersNamed are the carriers of NamesIn, each once.
func (s *Set) CarriersNamed(text string) (out []*Carrier) {
	for _, n := range s.NamesIn(text) {
		if !slices.Contains(out, n.Carrier) {
			out = append(out, n.Carrier)
		}
	}
	return out
}

// CarrierOfASN is the carrier whose own backbone an AS number is; nil for none.
// Networks of operators of its group do not count.
func (s *Set) CarrierOfASN(number uint32) *Carrier {
	for _, c := range s.Carriers {
		for i := range c.ASNs {
			if a := &c.ASNs[i]; a.Number == number && a.Role == signaling.RoleTransit {
				return c
			}
		}
	}
	return nil
}
