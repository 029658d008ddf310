package main

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/prometheus/client_golang/prometheus"

	"sigtransit/pkg/config"
	"sigtransit/pkg/daemon"
	"sigtransit/pkg/telemetry"
)

// deployed is the folder of what runs the program.
const deployed = "../../deploy"

func text(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// documents reads every YAML document of a file.
func documents(t *testing.T, name string) (docs []map[string]any) {
	t.Helper()
	d := yaml.NewDecoder(strings.NewReader(text(t, name)))
	for {
		var m map[string]any
		if err := d.Decode(&m); errors.Is(err, io.EOF) {
			return docs
		} else if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		docs = append(docs, m)
	}
}

// part walks into maps and lists of a document.
func part(t *testing.T, x any, path ...any) any {
	t.Helper()
	for i, p := range path {
		switch p := p.(type) {
		case string:
			m, ok := x.(map[string]any)
			if !ok || m[p] == nil {
				t.Fatalf("nothing at %v", path[:i+1])
			}
			x = m[p]
		case int:
			l, ok := x.([]any)
			if !ok || len(l) <= p {
				t.Fatalf("nothing at %v", path[:i+1])
			}
			x = l[p]
		}
	}
	return x
}

func words(list any) (s []string) {
	for _, x := range list.([]any) {
		s = append(s, x.(string))
	}
	return s
}

// accepted holds the arguments of a command line to the commands and their flags.
func accepted(t *testing.T, where string, args []string) {
	t.Helper()
	root := (&env{}).root()
	root.InitDefaultCompletionCmd()
	root.InitDefaultHelpFlag()
	c, rest, err := root.Find(args)
	if err == nil && c == root && len(args) > 0 {
		err = errors.New("no such command")
	}
	if err == nil {
		c.InitDefaultHelpFlag()
		err = c.ParseFlags(rest)
	}
	if err == nil && c.Args != nil {
		err = c.Args(c, c.Flags().Args())
	}
	if err != nil {
		t.Errorf("%s: sigtransit %s: %v", where, strings.Join(args, " "), err)
	}
}

func TestDeployFilesParse(t *testing.T) {
	n := 0
	err := filepath.WalkDir(deployed, func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		switch filepath.Ext(name) {
		case ".yaml", ".yml":
			if len(documents(t, name)) == 0 {
				t.Errorf("%s is empty", name)
			}
		case ".json":
			if !json.Valid([]byte(text(t, name))) {
				t.Errorf("%s is no JSON", name)
			}
		default:
			return nil
		}
		n++
		return nil
	})
	if err != nil || n < 12 {
		t.Errorf("%d files were read, %v", n, err)
	}
}

func TestDeployConfigurations(t *testing.T) {
	for _, c := range []struct{ name, user, sink string }{{"sigtransit.yaml", "", "findings"}, {"container.yaml", "nonroot", "stdout"}} {
		got, err := config.Load(filepath.Join(deployed, "config", c.name))
		if err != nil {
			t.Error(err)
			continue
		}
		if len(got.Web.Listen) != 1 || !strings.HasSuffix(got.Web.Listen[0], ":9810") || got.User != c.user || len(got.Sinks) != 1 || got.Sinks[0].Name != c.sink {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
	// What stands commented out in the example is right too, as far as it needs no files.
	example := text(t, filepath.Join(deployed, "config/sigtransit.yaml"))
	name := filepath.Join(t.TempDir(), "all.yaml")
	for _, file := range []string{"watchlists", "detections", "exceptions", "dictionaries", "pseudonym_key_file"} {
		example = strings.Replace(example, "# "+file+":", "## "+file+":", 1)
	}
	example = regexp.MustCompile(`(?m)^( *)# ( *(?:- )?(?:\{.*|[a-z_0-9]+:(?: .*)?))$`).ReplaceAllString(example, "$1$2")
	example = regexp.MustCompile(`(?m)^ *(program_file|config_file):.*$`).ReplaceAllString(example, "")
	if err := os.WriteFile(name, []byte(example), 0o600); err != nil {
		t.Fatal(err)
	}
	if c, err := config.Load(name); err != nil || len(c.Sinks) != 3 {
		t.Errorf("%v, %d sinks of 3 in\n%s", err, len(c.Sinks), example)
	}
}

// TestDeployCommandLines: whoever starts the program does it with commands and
// flags that exist, and those who ask it know its port.
func TestDeployCommandLines(t *testing.T) {
	unit := text(t, filepath.Join(deployed, "systemd/sigtransit.service"))
	lines := regexp.MustCompile(`(?m)^Exec(?:Start|StartPre)=/usr/bin/sigtransit (.*)$`).FindAllStringSubmatch(unit, -1)
	if len(lines) != 2 {
		t.Errorf("%d command lines in the unit", len(lines))
	}
	for _, l := range lines {
		accepted(t, "unit", strings.Fields(l[1]))
	}

	// A dynamic user's own folders are where no log shipper gets to: the unit names those
	// that tmpfiles.d and the packages make.
	m := regexp.MustCompile(`(?m)^ReadWritePaths=(.*)$`).FindStringSubmatch(unit)
	if !strings.Contains(unit, "\nDynamicUser=yes\nUser=sigtransit\n") || m == nil || regexp.MustCompile(`(?m)^(State|Logs)Directory=`).MatchString(unit) {
		t.Fatal("the unit's user or folders are others")
	}
	folders, packed := text(t, filepath.Join(deployed, "packaging/tmpfiles.conf")), text(t, filepath.Join(deployed, "packaging/nfpm.yaml"))
	for _, dir := range strings.Fields(m[1]) {
		if !strings.Contains(folders, "\nd "+dir+" 0750 sigtransit sigtransit -\n") || !strings.Contains(packed, "{dst: "+dir+", type: dir, file_info: {mode: 0750, owner: sigtransit, group: sigtransit}}") {
			t.Errorf("nobody makes %s", dir)
		}
	}

	dockerfile := text(t, filepath.Join(deployed, "container/Dockerfile"))
	var cmd []string
	if m := regexp.MustCompile(`(?m)^CMD (.*)$`).FindStringSubmatch(dockerfile); m == nil || json.Unmarshal([]byte(m[1]), &cmd) != nil {
		t.Error("no CMD in the Dockerfile")
	}
	accepted(t, "Dockerfile", cmd)
	if !strings.Contains(dockerfile, "\nEXPOSE 9810\n") {
		t.Error("the Dockerfile exposes another port")
	}
	for _, m := range regexp.MustCompile(`(?m)^COPY (?:--\S+ )*([^-\s]\S*) `).FindAllStringSubmatch(dockerfile, -1) {
		if strings.HasPrefix(m[1], "/out/") {
			continue // of the stage before
		}
		if _, err := os.Stat(filepath.Join("../..", m[1])); err != nil {
			t.Errorf("Dockerfile: %v", err)
		}
	}

	compose := documents(t, filepath.Join(deployed, "container/compose.yaml"))[0]
	args := words(part(t, compose, "services", "sigtransit", "command"))
	accepted(t, "compose.yaml", args)
	if !slices.Contains(args, "127.0.0.1:9810") || !strings.Contains(text(t, filepath.Join(deployed, "prometheus/prometheus.yml")), `targets: ["127.0.0.1:9810"]`) {
		t.Error("compose.yaml: Prometheus asks another address than the one that is served")
	}
	if _, err := os.Stat(filepath.Join(deployed, "container", part(t, compose, "services", "sigtransit", "build", "context").(string), part(t, compose, "services", "sigtransit", "build", "dockerfile").(string))); err != nil {
		t.Errorf("compose.yaml: %v", err)
	}
	for _, service := range []string{"prometheus", "grafana"} {
		for _, v := range words(part(t, compose, "services", service, "volumes")) {
			from, _, _ := strings.Cut(v, ":")
			if !strings.HasPrefix(from, ".") {
				continue // a volume with a name
			}
			if _, err := os.Stat(filepath.Join(deployed, "container", from)); err != nil {
				t.Errorf("compose.yaml: %v", err)
			}
		}
	}
}

func TestDeployKubernetes(t *testing.T) {
	var set, conf map[string]any
	for _, d := range documents(t, filepath.Join(deployed, "kubernetes/tap-node.yaml")) {
		switch d["kind"] {
		case "DaemonSet":
			set = d
		case "ConfigMap":
			conf = d
		}
	}
	name := filepath.Join(t.TempDir(), "sigtransit.yaml")
	if err := os.WriteFile(name, []byte(part(t, conf, "data", "sigtransit.yaml").(string)), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(name)
	if err != nil || len(c.Capture.Interfaces) != 1 || c.User != "nonroot" {
		t.Fatalf("the ConfigMap: %+v, %v", c, err)
	}
	pod := part(t, set, "spec", "template")
	container := part(t, pod, "spec", "containers", 0)
	accepted(t, "tap-node.yaml", words(part(t, container, "args")))
	port := part(t, container, "ports", 0)
	if part(t, port, "containerPort") != uint64(9810) || part(t, pod, "metadata", "annotations", "prometheus.io/port") != "9810" || !slices.Equal(c.Web.Listen, []string{"0.0.0.0:9810"}) {
		t.Error("the ports of container, annotation and configuration differ")
	}
	for probe, path := range map[string]string{"readinessProbe": "/-/ready", "livenessProbe": "/-/healthy"} {
		if part(t, container, probe, "httpGet", "path") != path || part(t, container, probe, "httpGet", "port") != part(t, port, "name") {
			t.Errorf("%s asks something else", probe)
		}
	}
	if part(t, pod, "metadata", "labels", "app.kubernetes.io/name") != part(t, set, "spec", "selector", "matchLabels", "app.kubernetes.io/name") {
		t.Error("the selector does not fit the pod")
	}
}

// TestDeployPackages: the packages take files that exist.
func TestDeployPackages(t *testing.T) {
	d := documents(t, filepath.Join(deployed, "packaging/nfpm.yaml"))[0]
	var sources []string
	for _, c := range part(t, d, "contents").([]any) {
		c := c.(map[string]any)
		if src, ok := c["src"].(string); ok && c["type"] != "symlink" && !strings.Contains(src, "${BUILD}") {
			sources = append(sources, src)
		}
	}
	for _, script := range part(t, d, "scripts").(map[string]any) {
		sources = append(sources, script.(string))
	}
	for _, s := range sources {
		if m, _ := filepath.Glob(filepath.Join("../..", s)); len(m) == 0 {
			t.Errorf("nfpm.yaml: no %s", s)
		}
	}
}

// TestReadmeCommands holds the command lines of the READMEs to the program.
func TestReadmeCommands(t *testing.T) {
	n := 0
	for _, name := range []string{"../../README.md", deployed + "/README.md"} {
		code := false
		for line := range strings.Lines(text(t, name)) {
			if strings.HasPrefix(line, "```") {
				code = !code
			}
			m := regexp.MustCompile(`^(?:sudo )?sigtransit ([a-z].*)$`).FindStringSubmatch(strings.TrimSpace(line))
			if !code || m == nil {
				continue
			}
			command, _, _ := strings.Cut(m[1], " #")
			command, _, _ = strings.Cut(command, "  ") // what it does, in a column
			command, _, _ = strings.Cut(command, " |")
			command, _, _ = strings.Cut(command, " >")
			command = strings.ReplaceAll(command, "bash|zsh|fish|powershell", "bash")
			command = strings.ReplaceAll(command, "listen|send", "listen :2905")
			for lists, one := range map[string]string{"import|diff": "import x", "list|test|explain": "list", "LEDGER|CAPTURE...": "x"} {
				command = strings.ReplaceAll(command, lists, one)
			}
			if strings.HasSuffix(command, " --declared") {
				command += " x"
			}
			accepted(t, name, strings.Fields(command))
			n++
		}
	}
	if n < 8 {
		t.Errorf("only %d command lines were found", n)
	}
}

var described = regexp.MustCompile(`^Desc\{fqName: "sigtransit_(\w+)", .*variableLabels: \{([\w,]*)\}\}$`)

// TestMetricsTable: every metric that the daemon describes stands in the table of
// deploy/README.md with its labels, and no other.
func TestMetricsTable(t *testing.T) {
	ch := make(chan *prometheus.Desc)
	go func() {
		telemetry.NewCollector(telemetry.Build{}).Describe(ch)
		telemetry.NewSinkCollector(nil).Describe(ch)
		new(daemon.Daemon).Describe(ch)
		close(ch)
	}()
	want := map[string]string{}
	for d := range ch {
		m := described.FindStringSubmatch(d.String())
		if m == nil {
			t.Fatalf("cannot read %v", d)
		}
		want[m[1]] = m[2]
	}
	if len(want) < 40 {
		t.Errorf("only %d metrics are described", len(want))
	}
	_, table, ok := strings.Cut(text(t, deployed+"/README.md"), "\n## Metrics\n")
	if !ok {
		t.Fatal("no section Metrics")
	}
	table, _, _ = strings.Cut(table, "\n## ")
	name := regexp.MustCompile("`(\\w+)`")
	got := map[string]bool{}
	for line := range strings.Lines(table) {
		cells := strings.Split(line, "|") // nothing before the first, names, labels
		if len(cells) < 4 || !strings.HasPrefix(line, "| `") {
			continue
		}
		var labels []string
		for _, m := range name.FindAllStringSubmatch(cells[2], -1) {
			labels = append(labels, m[1])
		}
		for _, m := range name.FindAllStringSubmatch(cells[1], -1) {
			if l, ok := want[m[1]]; !ok || l != strings.Join(labels, ",") || got[m[1]] {
				t.Errorf("%s with labels %q stands in the table; described: %v, with %q; stood there before: %v", m[1], labels, ok, l, got[m[1]])
			}
			got[m[1]] = true
		}
	}
	for m := range want {
		if !got[m] {
			t.Errorf("%s is not in the table", m)
		}
	}
}
