package prometheus

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// withoutData are panels that may be empty in the test, and why.
var withoutData = map[string]string{
	"capture.json: State let go": "no table is full after a few hundred frames, and nothing is old",
}

// notInTest are metrics that a daemon has only after more than the test shows it.
var notInTest = map[string]bool{
	"sigtransit_state_evictions_total": true,
}

// names holds the metrics that alerts and dashboards name to those that the daemon
// has: a name that is spelled wrong gives no data and no error.
func names(t *testing.T, p *server) {
	var have []string
	if err := p.get("/api/v1/label/__name__/values", nil, &have); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("../grafana/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range slices.Concat(files, testFiles, []string{"sigtransit.rules.yml"}) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range metricNames.FindAllString(string(text), -1) {
			if !slices.Contains(have, name) && !notInTest[name] {
				t.Errorf("%s: the daemon has no %s", filepath.Base(file), name)
			}
		}
	}
}

// panels asks for every panel of every dashboard what Grafana would ask.
func panels(t *testing.T, p *server) {
	asked := 0
	for file, d := range dashboards(t) {
		values := map[string]string{}
		for _, v := range d.Templating.List {
			if v.Type == "datasource" {
				continue
			}
			m := labelValues.FindStringSubmatch(v.Definition)
			if m == nil {
				t.Errorf("%s: variable %s has the query %q", file, v.Name, v.Definition)
				continue
			}
			var found []string
			if err := p.get("/api/v1/label/"+m[2]+"/values", url.Values{"match[]": {m[1]}}, &found); err != nil || len(found) == 0 {
				t.Errorf("%s: variable %s has no values: %v", file, v.Name, err)
				continue
			}
			values[v.Name] = strings.ReplaceAll(regexp.QuoteMeta(found[0]), `\`, `\\`) // as Grafana escapes for a regular expression
			if v.Name == "carrier" {
				values[v.Name] = "pccw-global" // of which the demonstration has most
			}
		}
		d.each(func(x panel) {
			place := file + ": " + x.Title
			for _, target := range x.Targets {
				expr := asGrafana(target.Expr, values)
				if strings.Contains(expr, "$") {
					t.Errorf("%s: an unknown variable in %s", place, expr)
					continue
				}
				asked++
				n, err := p.samples(expr, target.Instant)
				switch _, excused := withoutData[place]; {
				case err != nil:
					t.Errorf("%s: %s: %v", place, expr, err)
				case n == 0 && !excused:
					t.Errorf("%s has no data: %s", place, expr)
				case n > 0 && excused:
					t.Errorf("%s has data, and need not be excused", place)
				}
			}
		})
	}
	if asked < 40 {
		t.Errorf("only %d queries in all dashboards", asked)
	}
}

// samples is how many numbers an expression comes to, now or in the last half
// minute.
func (p *server) samples(expr string, instant bool) (n int, err error) {
	path, args := "/api/v1/query", url.Values{"query": {expr}}
	if !instant {
		now := time.Now().Unix()
		path, args = "/api/v1/query_range", url.Values{
			"query": {expr}, "start": {strconv.FormatInt(now-30, 10)}, "end": {strconv.FormatInt(now, 10)}, "step": {"1"},
		}
	}
	var data struct{ Result []sample }
	if err := p.get(path, args, &data); err != nil {
		return 0, err
	}
	for _, s := range data.Result {
		for _, v := range append(s.Values, s.Value) {
			if v[1] != nil && v[1] != "NaN" {
				n++
			}
		}
	}
	return n, nil
}
