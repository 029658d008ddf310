package synth_test

import (
	"os"
	"path/filepath"
	"testing"

	. "sigtransit/pkg/synth"
)

func TestDemo(t *testing.T) {
	file := filepath.Join(t.TempDir(), "demo.pcapng")
	if dir := os.Getenv("DEMO_OUT"); dir != "" {
		file = dir
	}
	f, err := os.Create(file)
	must(t, err)
	must(t, WriteDemo(f, 1))
	must(t, f.Close())
	checkClean(t, file)
}
