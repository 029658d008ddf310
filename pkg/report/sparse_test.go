package report

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// TestSparse: a report with little in it has no empty panel, and says what is missing.
func TestSparse(t *testing.T) {
	at := time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC)
	unknown := Figures{Messages: 10, Readable: 10}
	d := &Data{
		Period: Period{at, at.Add(time.Hour)}, Total: unknown, Unknown: unknown,
		Coverage: Coverage{Hours: 1, Covered: 1},
		Classes:  []ClassTotal{{Class: "sms", Figures: unknown}},
		Partners: []Partner{{Name: "Partner unknown", Figures: unknown}}, Countries: []Country{{Partners: 1, Figures: unknown}},
		Timeline: Timeline{Step: "hour", Points: []Point{{Time: at, Total: 10, Unknown: 10, Covered: true}}},
		Counters: []Counter{{Carrier: "*", Class: "sms", Messages: 10}, {Class: "sms", Messages: 10}},
	}
	var b bytes.Buffer
	if err := d.WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, want := range []string{
		"1 of 1 hour of the period was captured, at least in part.", "known for 0 of 10 messages (0\u202f%); the others count as “Partner unknown”",
		"No carrier was seen to carry a message; of all messages 100\u202f% are readable.", "No map: of no partner that was seen the country is known.",
		"messages with partners, known or not.", `href="#raw-unknown-sms"><b>10</b>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q", want)
		}
	}
	for _, not := range []string{`class="tile`, "One tile a country", `class="barline"`} {
		if strings.Contains(page, not) {
			t.Errorf("there is %q", not)
		}
	}
	d.Timeline.Points = nil
	b.Reset()
	if err := d.WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	if page := b.String(); !strings.Contains(page, "No hour of the period has a message with a partner.") || strings.Contains(page, "time-title") {
		t.Error("without messages: an empty time line")
	}
	d.Timeline.Points = []Point{{Time: at, Total: 10, Unknown: 10, Covered: true}}
	for _, b := range newChart(d).Bars {
		if b.W > maxPitch {
			t.Errorf("a bar is %v wide", b.W)
		}
	}
}
