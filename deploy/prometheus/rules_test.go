package prometheus

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// alwaysFires is the alert that has no other state.
const alwaysFires = "SigtransitWatchdog"

type alert struct {
	Alert, Expr, For    string
	Labels, Annotations map[string]string
}

// installed is where the packages put the documents, each in its folder of the
// repository, so that their links hold.
const installed = "/usr/share/doc/sigtransit/"

// testFiles are the tests of the alerts.
var testFiles = []string{"sigtransit.test.yml", "sigtransit.days.test.yml"}

// alerts are those that are shipped.
func alerts(t *testing.T) (all []alert) {
	t.Helper()
	var file struct {
		Groups []struct{ Rules []alert }
	}
	read(t, "sigtransit.rules.yml", &file)
	for _, g := range file.Groups {
		all = append(all, g.Rules...)
	}
	if len(all) == 0 {
		t.Fatal("no alerts")
	}
	return all
}

func read(t *testing.T, name string, to any) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, to); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// TestPromtool runs the tests of the alerts.
func TestPromtool(t *testing.T) {
	if _, err := exec.LookPath("promtool"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("promtool is not installed")
		}
		t.Skip("promtool is not installed")
	}
	for _, args := range [][]string{
		{"check", "rules", "sigtransit.rules.yml"},
		{"check", "config", "prometheus.yml"},
		append([]string{"test", "rules"}, testFiles...),
	} {
		if out, err := exec.Command("promtool", args...).CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}

// TestEveryAlertIsTested: for each alert there is a moment when it fires and one when
// it does not.
func TestEveryAlertIsTested(t *testing.T) {
	type test struct {
		Name string
		List []struct {
			Expr    string
			Samples []struct{ Labels string } `yaml:"exp_samples"`
		} `yaml:"promql_expr_test"`
	}
	var tests []test
	for _, name := range testFiles {
		var file struct{ Tests []test }
		read(t, name, &file)
		tests = append(tests, file.Tests...)
	}
	asked := regexp.MustCompile(`^(?:count_over_time\()?ALERTS\{alertname="(\w+)", alertstate="firing"\}(?:\[\d+m\]\))?$`)
	ofAll := regexp.MustCompile(`^count_over_time\(ALERTS\{alertname!="` + alwaysFires + `", alertstate="firing"\}\[\d+m\]\)$`)
	fires, rests := map[string]bool{}, map[string]bool{}
	for _, c := range tests {
		for _, x := range c.List {
			m := asked.FindStringSubmatch(x.Expr)
			switch {
			case m == nil && ofAll.MatchString(x.Expr) && len(x.Samples) == 0:
			case m == nil:
				t.Errorf("%s: %s asks for no alert", c.Name, x.Expr)
			case len(x.Samples) > 0:
				fires[m[1]] = true
			default:
				rests[m[1]] = true
			}
		}
	}
	for _, a := range alerts(t) {
		if !fires[a.Alert] {
			t.Errorf("no test in which %s fires", a.Alert)
		}
		if !rests[a.Alert] && a.Alert != alwaysFires {
			t.Errorf("no test in which %s does not fire", a.Alert)
		}
		delete(fires, a.Alert)
	}
	for name := range fires {
		t.Errorf("tests of %s, which is no alert", name)
	}
}

// TestAlertsAreWhole holds alerts to what people get to see of them: words, a known
// severity, and a runbook with meaning, impact and three steps.
func TestAlertsAreWhole(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	sections := map[string]string{}
	for _, s := range strings.Split(string(text), "\n### ")[1:] {
		name, body, _ := strings.Cut(s, "\n")
		body, _, _ = strings.Cut(body, "\n## ")
		sections[name] = body
	}
	for _, a := range alerts(t) {
		switch a.Labels["severity"] {
		case "critical", "warning", "info":
		case "none":
			if a.Alert != alwaysFires {
				t.Errorf("%s has no severity", a.Alert)
			}
		default:
			t.Errorf("%s has severity %q", a.Alert, a.Labels["severity"])
		}
		for _, key := range []string{"summary", "description"} {
			if a.Annotations[key] == "" {
				t.Errorf("%s has no %s", a.Alert, key)
			}
		}
		if want := "file://" + installed + "deploy/prometheus/README.md#" + strings.ToLower(a.Alert); a.Annotations["runbook_url"] != want {
			t.Errorf("%s: runbook_url is %q, want %q", a.Alert, a.Annotations["runbook_url"], want)
		}
		for _, part := range []string{"\n**Means.** ", "\n**Impact.** ", "\n1. ", "\n2. ", "\n3. "} {
			if !strings.Contains(sections[a.Alert], part) {
				t.Errorf("README.md: the runbook of %s lacks %q", a.Alert, strings.TrimSpace(part))
			}
		}
		delete(sections, a.Alert)
	}
	for name := range sections {
		t.Errorf("README.md: a runbook of %s, which is no alert", name)
	}
}

// TestOneAlertForACarrier: alerts about carriers do not depend on which tap saw it.
func TestOneAlertForACarrier(t *testing.T) {
	for _, a := range alerts(t) {
		if about := regexp.MustCompile(`flagged_|findings_total|protection-downgrade`); about.MatchString(a.Expr) {
			// Of instances it may ask when they began.
			if by, _, _ := strings.Cut(a.Expr, "\n"); strings.Contains(by, "instance") || !strings.HasPrefix(a.Expr, "sum ") {
				t.Errorf("%s alerts for each instance: %s", a.Alert, a.Expr)
			}
		}
	}
}
