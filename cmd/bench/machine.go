package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// machineLine says what the figures were measured on.
func machineLine(cpuinfo string) string {
	parts := []string{fmt.Sprintf("%s, %d cores", processor(cpuinfo), runtime.NumCPU())}
	if b, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		parts = append(parts, "Linux "+strings.TrimSpace(string(b)))
	} else {
		parts = append(parts, runtime.GOOS)
	}
	return strings.Join(append(parts, runtime.Version()), ", ")
}

// processor finds the name of the processor in /proc/cpuinfo.
func processor(cpuinfo string) string {
	for line := range strings.Lines(cpuinfo) {
		name, value, _ := strings.Cut(line, ":")
		if strings.TrimSpace(name) == "model name" {
			if v := strings.Join(strings.Fields(value), " "); v != "" && v != "unknown" {
				return v
			}
		}
	}
	return runtime.GOARCH
}

// loadAverage is that of the last minute; "unknown" where there is none.
func loadAverage() string {
	b, err := os.ReadFile("/proc/loadavg")
	if f := strings.Fields(string(b)); err == nil && len(f) > 0 {
		return f[0]
	}
	return "unknown"
}

// toolVersion is the line in which a tool says what it is; false: not installed.
func toolVersion(ctx context.Context, tool string, args ...string) (string, bool) {
	if _, err := exec.LookPath(tool); err != nil {
		return "", false
	}
	out, _ := exec.CommandContext(ctx, tool, args...).CombinedOutput()
	return versionLine(string(out), filepath.Base(tool)), true
}

// versionLine finds the line that begins with the name of the tool: others warn
// of other things first. What stands in brackets is of no use here.
func versionLine(out, tool string) string {
	for line := range strings.Lines(out) {
		if len(line) >= len(tool) && strings.EqualFold(line[:len(tool)], tool) {
			if i := strings.Index(line, " (Git"); i > 0 {
				line = line[:i]
			}
			return strings.TrimRight(strings.TrimSpace(line), ".")
		}
	}
	return tool
}

// ownPeak is the peak resident set of this program, octets; 0: unknown.
func ownPeak(status string) int64 {
	for line := range strings.Lines(status) {
		var kib int64
		if n, _ := fmt.Sscanf(line, "VmHWM: %d kB", &kib); n == 1 {
			return kib << 10
		}
	}
	return 0
}

func readText(name string) string {
	b, _ := os.ReadFile(name)
	return string(b)
}
