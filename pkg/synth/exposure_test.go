package synth_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	. "sigtransit/pkg/synth"
)

var exposureFile = filepath.Join("..", "..", "testdata", "exposure", "input.pcapng")

func TestExposureCapture(t *testing.T) {
	var b bytes.Buffer
	must(t, WriteExposure(&b))
	if *update {
		must(t, os.WriteFile(exposureFile, b.Bytes(), 0o644))
	}
	have, err := os.ReadFile(exposureFile)
	must(t, err)
	if !bytes.Equal(have, b.Bytes()) {
		t.Errorf("%s is not what WriteExposure makes; run this test with -update", exposureFile)
	}
	checkClean(t, exposureFile)
}
