package dissect

import (
	"fmt"
	"os"
	"strconv"
	"testing"

	"sigtransit/pkg/capture"
	"sigtransit/pkg/signaling"
)

type dbg struct {
	d  *Dissector
	at map[uint64]bool
}

func (r *dbg) Flow(*signaling.FlowEvent)  {}
func (r *dbg) Warning(*signaling.Warning) {}
func (r *dbg) Message(m *signaling.Message) {
	if r.at[m.Frame] {
		fmt.Printf("frame %d op=%d kind=%v proto=%v faults=%x\n", m.Frame, m.Operation, m.Kind, m.Protocol, m.Faults)
		if m.SCCP != nil {
			fmt.Printf("  m3ua %x\n  sccp %x\n", m.M3UA.Data.UserData, m.SCCP.Data)
		}
		if m.Component != nil {
			fmt.Printf("  param %x\n", m.Component.Parameter)
		}
	}
}

func TestZZ(t *testing.T) {
	if os.Getenv("ZZ") == "" {
		t.Skip()
	}
	f, _ := capture.Open(os.Getenv("ZZ"), capture.Options{})
	r := &dbg{at: map[uint64]bool{}}
	n, _ := strconv.ParseUint(os.Getenv("ZF"), 10, 64)
	r.at[n] = true
	d := New(r)
	r.d = d
	frames := make([]capture.Frame, 1)
	for {
		k, err := f.Read(frames)
		if err != nil {
			break
		}
		for i := range frames[:k] {
			d.Feed(&frames[i])
		}
	}
}
