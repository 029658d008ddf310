package output

import (
	"strings"
	"testing"
	"time"

	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

// pathFindings are findings about paths, of three kinds.
func pathFindings() []*rules.Finding {
	hour := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	carrier := &rules.Carrier{ID: "blue-transit", Name: "Blue Transit", Watched: true}
	finding := func(p rules.Path) *rules.Finding {
		p.Partner, p.PartnerName, p.Nation = "NPLTE", "Nepal Fictional", "NP"
		p.From, p.To = hour.Unix(), hour.Add(time.Hour).Unix()
		return &rules.Finding{
			Message: &signaling.Message{Time: hour.UnixNano(), Class: p.Class, Link: &signaling.Link{}}, Path: &p,
			Rule: &rules.Detection{ID: "path-" + strings.ReplaceAll(p.Kind.String(), "_", "-"), Title: "A path"}, Severity: signaling.SeverityHigh,
			Carrier: carrier, Evidence: signaling.EvidenceAdjacent, Confidence: signaling.ConfidenceHigh,
		}
	}
	return []*rules.Finding{
		finding(rules.Path{
			Kind: rules.PathRouteMismatch, Service: signaling.ServiceSS7, Classless: true, Messages: 12, Of: 12, First: hour.UnixNano(),
			Declared: []rules.PathDeclaration{{Carrier: "green-hub", Name: "Green Hub Ltd", Use: "primary"}, {Name: "Nobody Knows", Use: "backup"}},
			Observed: []rules.PathObservation{{Carrier: "blue-transit", Messages: 12, Evidence: signaling.EvidenceAdjacent}},
		}),
		finding(rules.Path{Kind: rules.PathShareShift, Class: signaling.ClassSMS, Messages: 40, Of: 100, Share: 40, Was: 12.5}),
		finding(rules.Path{Kind: rules.PathVolume, Class: signaling.ClassSMS, Messages: 1000, Threshold: 500}),
	}
}

// TestPathFindings: a finding about a path in each format.
func TestPathFindings(t *testing.T) {
	for i, want := range []struct{ json, text string }{
		{`"path":{"kind":"route_mismatch","text":"signaling with Nepal Fictional comes over Blue Transit and over none of the carriers that it declares for ss7","partner":"NPLTE","partner_name":"Nepal Fictional","country":"NP","service":"ss7","from":"2026-11-22T10:00:00.000000Z","to":"2026-11-22T11:00:00.000000Z","messages":12,"of":12,"first":"2026-11-22T10:00:00.000000Z","declared":[{"carrier":"green-hub","name":"Green Hub Ltd","use":"primary"},{"name":"Nobody Knows","use":"backup"}],"observed":[{"carrier":"blue-transit","messages":12,"evidence":"adjacent"}]}`,
			"over none of the carriers that it declares for ss7"},
		{`"share":40.0,"share_before":12.5`, "of sms signaling with Nepal Fictional, Blue Transit carries 40.0 %, up from 12.5 %"},
		{`"threshold":500`, "1000 sms messages over Blue Transit, more than 500"},
	} {
		f := pathFindings()[i]
		if got := string(NewEncoder(Options{}).AppendFinding(nil, f)); !strings.Contains(got, want.json) {
			t.Errorf("event is %s, want %s in it", got, want.json)
		}
		if got := string(NewTable(Options{}, Screen{Width: 200}).AppendFinding(nil, f)); !strings.Contains(got, want.text) {
			t.Errorf("line is %q, want %q in it", got, want.text)
		}
		if got := string(NewCEF(Options{}).AppendFinding(nil, f)); !strings.Contains(got, "msg=") || !strings.Contains(got, want.text) {
			t.Errorf("CEF is %q, want %q in it", got, want.text)
		}
	}
}
