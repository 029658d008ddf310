package prometheus

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// dashboard is what is asked of a dashboard here.
type dashboard struct {
	Title      string
	Templating struct {
		List []struct{ Name, Type, Definition string }
	}
	Panels []panel
}

type panel struct {
	Type, Title string
	Panels      []panel // of a row that is folded
	Targets     []struct {
		Expr    string
		Instant bool
	}
}

// dashboards are those that are shipped, by file name.
func dashboards(t *testing.T) map[string]*dashboard {
	t.Helper()
	names, err := filepath.Glob("../grafana/*.json")
	if err != nil || len(names) == 0 {
		t.Fatalf("no dashboards: %v", err)
	}
	all := map[string]*dashboard{}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		d := &dashboard{}
		if err := json.Unmarshal(text, d); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all[filepath.Base(name)] = d
	}
	return all
}

// each calls f for every panel that asks Prometheus something.
func (d *dashboard) each(f func(panel)) {
	var walk func([]panel)
	walk = func(list []panel) {
		for _, p := range list {
			walk(p.Panels)
			if p.Type != "row" {
				f(p)
			}
		}
	}
	walk(d.Panels)
}

// asGrafana puts the values of variables in their places, those of Grafana's own for a
// time range of five minutes included.
func asGrafana(expr string, values map[string]string) string {
	all := map[string]string{"__rate_interval": "1m", "__interval": "15s", "__range": "5m", "__range_s": "300"}
	for k, v := range values {
		all[k] = v
	}
	return variable.ReplaceAllStringFunc(expr, func(s string) string {
		if v, ok := all[strings.Trim(s, "${}")]; ok {
			return v
		}
		return s
	})
}

var variable = regexp.MustCompile(`\$(\w+|\{\w+\})`)

func TestAsGrafana(t *testing.T) {
	for expr, want := range map[string]string{
		`rate(x{instance=~"$instance"}[$__rate_interval])`: `rate(x{instance=~"tap1:9810"}[1m])`,
		`x{a="${instance}"} offset $__range`:               `x{a="tap1:9810"} offset 5m`,
		`x{a="$unknown"}`:                                  `x{a="$unknown"}`,
	} {
		if got := asGrafana(expr, map[string]string{"instance": "tap1:9810"}); got != want {
			t.Errorf("%s: got %s, want %s", expr, got, want)
		}
	}
}

// labelValues takes a query of a variable apart: label_values(metric, label).
var labelValues = regexp.MustCompile(`^label_values\((\w+), (\w+)\)$`)

// metricNames are the names of the product's metrics in an expression.
var metricNames = regexp.MustCompile(`\bsigtransit_[a-z0-9_]+`)
