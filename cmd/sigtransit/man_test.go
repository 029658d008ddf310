package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

var man = flag.String("man", "", "write the manual pages to this `folder` (make packages)")

// TestManual makes a manual page of every command, from what the commands say of
// themselves. The generator is in the test, so that the program does without it.
// The date of the pages is that of SOURCE_DATE_EPOCH, or today's.
func TestManual(t *testing.T) {
	dir := *man
	if dir == "" {
		dir = t.TempDir()
	}
	root := (&env{}).root()
	root.InitDefaultCompletionCmd()
	root.DisableAutoGenTag = true
	if err := doc.GenManTree(root, &doc.GenManHeader{Section: "1", Source: "sigtransit " + release, Manual: "sigtransit"}, dir); err != nil {
		t.Fatal(err)
	}
	var commands func(*cobra.Command)
	commands = func(c *cobra.Command) {
		name := strings.ReplaceAll(c.CommandPath(), " ", "-")
		page, err := os.ReadFile(filepath.Join(dir, name+".1"))
		if err != nil {
			t.Error(err)
		}
		for _, want := range []string{".SH NAME", ".SH SYNOPSIS", c.Short} {
			if !strings.Contains(strings.ReplaceAll(string(page), `\-`, "-"), want) {
				t.Errorf("%s(1) has no %q", name, want)
			}
		}
		for _, sub := range c.Commands() {
			if sub.IsAvailableCommand() {
				commands(sub)
			}
		}
	}
	commands(root)
	pages, _ := filepath.Glob(filepath.Join(dir, "*.1"))
	if len(pages) < 7 {
		t.Errorf("only %d pages", len(pages))
	}
}
