package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"sigtransit/rules"
)

// Ledger is where exposures are added up over hours, days and years.
type Ledger struct {
	File string // empty: nowhere
	// Hours is how long rows of hours are kept before those of a day become one,
	// Retention how long anything is.
	Hours, Retention time.Duration
	// MaxRows bounds the rows of an hour: further partners are one.
	MaxRows int
}

// Defaults of the ledger: a quarter by the hour, three years by the day.
const (
	day              = 24 * time.Hour
	defaultHours     = 92 * day
	defaultRetention = 1096 * day
	defaultMaxRows   = 50_000
)

type ledgerForm struct {
	File      *string `yaml:"file"`
	Hours     *string `yaml:"hours"`
	Retention *string `yaml:"retention"`
	MaxRows   *int    `yaml:"max_rows"`
}

// metricsForm is what metrics have beyond their closed sets.
type metricsForm struct {
	Partners []string `yaml:"partners"`
}

func (f *daemonForm) ledger(c *Config, r *reading) {
	x := f.Ledger
	if x == nil {
		return
	}
	if x.File == nil || *x.File == "" {
		r.wrong("ledger", "a ledger without a file; want file: and the name of its database")
	} else {
		c.Ledger.File = r.writes("ledger.file", *x.File)
		c.LedgerAt = r.place("ledger.hours") // whether its hours are enough, who reads rules finds out
	}
	if r.days("ledger.hours", x.Hours, &c.Ledger.Hours) && r.days("ledger.retention", x.Retention, &c.Ledger.Retention) && c.Ledger.Retention < c.Ledger.Hours {
		r.wrong("ledger.retention", "%s is less than hours (%s): rows of hours would go before they become days", inDays(c.Ledger.Retention), inDays(c.Ledger.Hours))
	}
	if x.MaxRows != nil {
		if *x.MaxRows < 1000 || *x.MaxRows > 1_000_000 {
			r.wrong("ledger.max_rows", "%d is out of range; want 1000 to 1000000", *x.MaxRows)
		}
		c.Ledger.MaxRows = *x.MaxRows
	}
}

// CheckLedger refuses rows of hours that become days while a rule about paths still
// looks at them: it cannot tell the hours of a day apart. A day more is asked for,
// because an hour may be judged after a pause.
func (c *Config) CheckLedger(set *rules.Set) error {
	if c.Ledger.File == "" {
		return nil
	}
	var longest *rules.Detection
	need := time.Duration(0)
	for _, d := range set.PathRules() {
		window := d.Path().Window
		if d.Path().Kind == rules.PathShareShift {
			window *= 2 // and the one before
		}
		if n := (window + day - time.Hour).Truncate(day) + day; window > 0 && n > need {
			longest, need = d, n
		}
	}
	if c.Ledger.Hours >= need {
		return nil
	}
	return &Error{File: c.LedgerAt.File, Line: c.LedgerAt.Line, Column: c.LedgerAt.Column,
		Text: fmt.Sprintf("ledger.hours: %s is too short for the window of rule %s (%v); want %s or more, or a shorter window", inDays(c.Ledger.Hours), longest.ID, longest.At, inDays(need))}
}

// maxMetricPartners bounds the partners that have series of their own: each has one for
// every carrier and class.
const maxMetricPartners = 100

func (f *daemonForm) metrics(c *Config, r *reading) {
	if f.Metrics == nil {
		return
	}
	if n := len(f.Metrics.Partners); n > maxMetricPartners {
		r.wrong("metrics.partners", "%d partners would have series of their own; want at most %d, the rest is in the ledger", n, maxMetricPartners)
	}
	for i, id := range f.Metrics.Partners {
		if id == "" || slices.Index(f.Metrics.Partners, id) != i {
			r.wrong(fmt.Sprintf("metrics.partners[%d]", i), "%q is no partner, or stands here twice; want the id that it has in the partner file", id)
		}
	}
	c.MetricPartners = f.Metrics.Partners
}

// days reads a time of days: "92d". It is false where that went wrong.
func (r *reading) days(key string, from *string, to *time.Duration) bool {
	if from == nil {
		return true
	}
	text, ok := strings.CutSuffix(*from, "d")
	n, err := strconv.Atoi(text)
	switch {
	case !ok || err != nil:
		return r.wrong(key, `%q is no number of days; want for example "92d"`, *from)
	case n < 2 || n > 36500:
		return r.wrong(key, "%s is out of range; want 2d to 36500d", *from)
	}
	*to = time.Duration(n) * day
	return true
}

func inDays(d time.Duration) string { return strconv.Itoa(int(d/day)) + "d" }
