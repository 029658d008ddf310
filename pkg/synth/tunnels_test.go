package synth_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	. "sigtransit/pkg/synth"
)

var tunnelsFile = filepath.Join("..", "..", "testdata", "tunnels", "input.pcapng")

func TestTunnelsCapture(t *testing.T) {
	var b bytes.Buffer
	must(t, WriteTunnels(&b))
	if *update {
		must(t, os.WriteFile(tunnelsFile, b.Bytes(), 0o644))
	}
	have, err := os.ReadFile(tunnelsFile)
	must(t, err)
	if !bytes.Equal(have, b.Bytes()) {
		t.Errorf("%s is not what WriteTunnels makes; run this test with -update", tunnelsFile)
	}
	checkClean(t, tunnelsFile)
}
