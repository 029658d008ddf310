package rules

import (
	"cmp"
	"fmt"
	"net/netip"
	"os"
	"path"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"sigtransit/pkg/badinput"
	"sigtransit/pkg/roaming"
	"sigtransit/pkg/signaling"
)

// Options says what Load reads.
type Options struct {
	// Own are carrier files that the program makes itself, read as if they were built
	// in, whatever NoBuiltin says.
	Own []Own
	// WatchlistFiles are carrier files of the user's, read after the built-in ones.
	// A carrier with the id of a built-in one adds to it.
	WatchlistFiles []string
	// DetectionFiles are rule files of the user's. A rule with the id of a built-in
	// one changes the fields it names.
	DetectionFiles []string
	// NoBuiltin leaves the built-in carriers out. Built-in detections stay.
	NoBuiltin bool
	// NoBuiltinDetections leaves the built-in detections out.
	NoBuiltinDetections bool
	// IncludeWithdrawn matches identifiers of status withdrawn too: for captures
	// from before they were withdrawn.
	IncludeWithdrawn bool
	// Links are the links whose other end is known.
	Links []LinkCarrier
	// HomeCarriers are home's own, as the configuration says.
	HomeCarriers []HomeCarrier
	// Roaming makes the table that names the partners of messages, and what they declare,
	// of what the carrier files call gear of carriers; nil: nobody is known.
	Roaming func(roaming.Transit) *roaming.Table
	// ExceptionFiles are files of exceptions: findings that are accepted for a time.
	ExceptionFiles []string
	// Now is the time at which exceptions that have expired are warned of; nil: time.Now.
	Now func() time.Time
}

// Own is a carrier file in memory.
type Own struct {
	Name string // for messages
	Data []byte
}

// Set is a compiled watchlist with its detections. It never changes.
type Set struct {
	// Generation differs between any two sets of a process and is never 0.
	Generation  uint32
	Carriers    []*Carrier    // by Carrier.Index
	Identifiers []*Identifier // by Identifier.Index; all, whether matched or not
	Detections  []*Detection  // by Detection.Index; the disabled ones too
	Sources     map[string]Source
	Exceptions  []*Exception // by Exception.Index, in the order of the files
	// Warnings are what is allowed in the files, and hardly meant.
	Warnings []Problem

	byID      map[string]*Carrier
	index     index
	inventory inventory
	says      [][signaling.NumServices][]declared // by number of the partner
	paths     bool                                // inventory or says may know a carrier that no identifier tells
	homes     map[string]bool                     // home's own carriers, by id
	roaming   *roaming.Table                      // nil: public facts alone
	party     func(n uint32) (id, country string) // of a partner by its number; nil: nobody is known

	carrierRules ruleIndex
	messageRules ruleIndex
	// choosy are the rules about messages, and those others that name partners or
	// countries, by Selectors.who; toward, those that take a direction.
	choosy     []*Detection
	toward     [signaling.NumDirections]ruleBits
	anyMessage bool         // there are rules about messages
	linkRules  []*Detection // enabled
	pathRules  []*Detection // rules about paths

	texts    textNames
	reported reported
}

// Carrier finds a carrier by its id.
func (s *Set) Carrier(id string) (*Carrier, bool) {
	c, ok := s.byID[id]
	return c, ok
}

// Watched reports that an address is some carrier's.
func (s *Set) Watched(a netip.Addr) bool { return s.index.hasIPs && s.index.ip(a) != 0 }

// KnownCarriers lists the ids of carriers for messages.
func (s *Set) KnownCarriers() string {
	ids := make([]string, len(s.Carriers))
	for i, c := range s.Carriers {
		ids[i] = c.ID
	}
	return shortList(ids)
}

// Matched is the number of identifiers that are looked for on the wire: those
// that are listed (or withdrawn, when the options say so) and whose role some
// enabled detection or the fold of evidence needs.
func (s *Set) Matched() int { return s.index.size + len(s.inventory.links) }

// Problem is one thing wrong in one place of a file.
type Problem badinput.Error

func (p Problem) String() string { return (*badinput.Error)(&p).Error() }

// LoadError is all that is wrong in the files that Load was given.
type LoadError struct {
	Problems []Problem
	More     int // problems beyond maxProblems, not listed
}

// maxProblems bounds the list: a file in a wrong format is wrong in every line.
const maxProblems = 50

// Error is one line for each problem.
func (e *LoadError) Error() string {
	var b strings.Builder
	for i, p := range e.Problems {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(p.String())
	}
	if e.More > 0 {
		fmt.Fprintf(&b, "\nand %d more", e.More)
	}
	return b.String()
}

// Add notes a problem; beyond a bound it is only counted.
func (e *LoadError) Add(p Problem) {
	if len(e.Problems) >= maxProblems {
		e.More++
		return
	}
	e.Problems = append(e.Problems, p)
}

// count is the number of problems so far, listed or not.
func (e *LoadError) count() int { return len(e.Problems) + e.More }

var generation atomic.Uint32

// Load reads, checks, merges and compiles the built-in files and the user's. On
// any problem it returns a *LoadError that names all of them, and no Set.
func Load(opts Options) (*Set, error) {
	l := &loader{problems: &LoadError{}, sources: map[string]Source{}}
	if !opts.NoBuiltin {
		l.builtin("carriers", (*file).carrierFile)
	}
	for _, o := range opts.Own {
		(&file{loader: l, name: "builtin:" + o.Name, data: o.Data, builtin: true}).carrierFile()
	}
	for _, name := range opts.WatchlistFiles {
		l.user(name, (*file).carrierFile)
	}
	if !opts.NoBuiltinDetections {
		l.builtin("detections", (*file).detectionFile)
	}
	for _, name := range opts.DetectionFiles {
		l.user(name, (*file).detectionFile)
	}
	for _, name := range opts.ExceptionFiles {
		l.user(name, (*file).exceptionFile)
	}
	l.checkDetections()
	l.checkExceptions()
	l.checkLinks(opts.Links)
	l.checkHomes(opts.HomeCarriers)
	if e := l.problems; len(e.Problems) > 0 {
		slices.SortStableFunc(e.Problems, func(a, b Problem) int {
			return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
		})
		return nil, e
	}
	s := l.compile(opts)
	l.warn(s, opts)
	return s, nil
}

// loader is the state of one Load.
type loader struct {
	problems *LoadError
	sources  map[string]Source

	carriers   []*carrierEntry
	carrierIDs map[string]*carrierEntry
	rules      []*ruleEntry
	ruleIDs    map[string]*ruleEntry
	exceptions []*exceptionEntry
	merges     int // calls of mergeIdentifiers
}

func (l *loader) builtin(dir string, read func(*file)) {
	entries, err := builtinFiles.ReadDir(dir)
	if err != nil {
		panic("rules: embedded files: " + err.Error()) // a fault of the build
	}
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		data, err := builtinFiles.ReadFile(name)
		if err != nil {
			panic("rules: embedded files: " + err.Error())
		}
		read(&file{loader: l, name: "builtin:" + name, data: data, builtin: true})
	}
}

func (l *loader) user(name string, read func(*file)) {
	_, err := badinput.Stat(name, "a file")
	var data []byte
	if err == nil {
		data, err = os.ReadFile(name)
	}
	if err != nil {
		l.problems.Add(Problem{File: name, Text: "cannot be read: " + errText(err)})
		return
	}
	read(&file{loader: l, name: name, data: badinput.Text(data)})
}

// errText drops the file name that an os error repeats.
func errText(err error) string {
	if pe, ok := err.(*os.PathError); ok {
		return pe.Err.Error()
	}
	return err.Error()
}

// compile makes the Set of what was read without a problem.
func (l *loader) compile(opts Options) *Set {
	s := &Set{Generation: generation.Add(1), Sources: l.sources, byID: make(map[string]*Carrier, len(l.carriers))}
	if s.Generation == 0 { // wrapped around
		s.Generation = generation.Add(1)
	}
	for _, e := range l.carriers {
		c := e.carrier
		c.Index = len(s.Carriers)
		s.Carriers = append(s.Carriers, c)
		s.byID[c.ID] = c
		for _, id := range c.Identifiers {
			id.Carrier = c
			id.Index = uint32(len(s.Identifiers))
			s.Identifiers = append(s.Identifiers, id)
		}
	}
	jurisdiction := false
	var enabled [numAbout][]*Detection
	for _, e := range l.rules {
		d := e.rule
		d.Index = len(s.Detections)
		s.Detections = append(s.Detections, d)
		if !d.Enabled {
			continue
		}
		jurisdiction = jurisdiction || d.selectors.hasJurisdiction()
		enabled[d.selectors.about] = append(enabled[d.selectors.about], d)
	}
	s.carrierRules.build(enabled[aboutCarrier])
	s.messageRules.build(enabled[aboutMessage])
	s.number(enabled[aboutMessage], enabled[aboutCarrier])
	s.anyMessage, s.linkRules, s.pathRules = enabled[aboutMessage] != nil, enabled[aboutLink], enabled[aboutPath]
	s.index.build(s.Identifiers, opts.IncludeWithdrawn, jurisdiction)
	s.takeLinks(opts.Links)
	now := opts.Now
	if now == nil {
		now = time.Now
	}
	if opts.Roaming != nil {
		s.takePartners(opts.Roaming(s.transit()), now())
	}
	s.takeHomes(opts.HomeCarriers, s.roaming, now())
	for i, x := range l.exceptions {
		x.Index = i
		s.Exceptions = append(s.Exceptions, x.Exception)
	}
	s.paths = s.inventory.label || s.says != nil
	return s
}
