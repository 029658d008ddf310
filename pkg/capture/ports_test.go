package capture

import (
	"encoding/binary"
	"testing"
)

// TestTunnelPorts: those named are those looked at.
func TestTunnelPorts(t *testing.T) {
	named := map[uint16]bool{}
	for _, p := range TunnelPorts() {
		named[p] = true
	}
	for p := range 1 << 16 {
		d := make([]byte, 8)
		binary.BigEndian.PutUint16(d[2:], uint16(p))
		if tunnelPorts(d) != named[uint16(p)] {
			t.Errorf("port %d: named %v", p, named[uint16(p)])
		}
	}
}
