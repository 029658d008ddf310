package dissect

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"sigtransit/decoders/sccp"
	"sigtransit/decoders/sua"
	"sigtransit/decoders/tcap"
	"sigtransit/pkg/signaling"
)

// packages are tshark's names of ANSI packages by ours.
var packages = strings.NewReplacer("Permission", "Perm")

// ansi writes a component of ANSI TCAP as a line; without detail, one line for the
// first component stands for the package.
func (r *recorder) ansi(m *signaling.Message, column ...string) {
	t := m.TCAP
	line := append([]string{"ansi"}, append(column, packages.Replace(t.Package()))...)
	if r.detail {
		line = append(line, tid(t.OTID)+tid(t.DTID), ansiComponent(m.Component))
	} else if it, first := t.Components(), (tcap.Component{}); it.Next(&first) && m.Component != nil && &first != m.Component {
		if first.InvokeID != m.Component.InvokeID || first.Code != m.Component.Code || first.Kind != m.Component.Kind {
			return
		}
	}
	r.add(m.Frame, line...)
}

// ansiComponent writes a component as kind:ids:code. Results have no code on the
// wire; tshark shows that of their invoke.
func ansiComponent(c *tcap.Component) string {
	if c == nil {
		return ""
	}
	kind := map[tcap.ComponentKind]string{
		tcap.Invoke: "invokeLast", tcap.ReturnResultLast: "returnResultLast", tcap.ReturnError: "returnError",
		tcap.Reject: "reject", tcap.ReturnResultNotLast: "returnResultNotLast",
	}[c.Kind]
	if c.Kind == tcap.Invoke && c.NotLast {
		kind = "invokeNotLast"
	}
	ids, code := "", ""
	if c.HasInvokeID {
		ids = fmt.Sprintf("%02x", c.InvokeID)
	}
	if c.HasLinkedID {
		ids += fmt.Sprintf("%02x", c.LinkedID)
	}
	switch {
	case !c.HasCode:
	case c.Private:
		code = "private " + strconv.Itoa(int(c.Code))
	default:
		code = "national " + strconv.Itoa(int(c.Code))
	}
	if c.HasProblem {
		code = fmt.Sprintf("problem %d", (int(c.ProblemType)+1)<<8|int(c.Problem))
	}
	return kind + ":" + ids + ":" + code
}

// suaEnd writes what an address of SUA has that those of SCCP lack.
func (r *recorder) suaEnd(m *signaling.Message, side string, p *sua.Party) {
	if len(p.Host) > 0 {
		r.add(m.Frame, "sua end", side, string(p.Host))
	}
	if p.IP.IsValid() {
		r.add(m.Frame, "sua end", side, p.IP.String())
	}
}

// beside writes what a frame has beside user data as lines.
func (r *recorder) beside(frame uint64, c frameCounts, now, was *Kinds) {
	repeat := func(n int, column ...string) {
		for range n {
			r.add(frame, column...)
		}
	}
	for t, n := range c.connections {
		repeat(n, "connection", sccp.MessageType(t).String())
	}
	for t, n := range c.suaConnections {
		repeat(n, "sua connection", strconv.Itoa(t))
	}
	for t := sccp.SSA; t <= sccp.SSC; t++ {
		repeat(int(*now.managementKind(t)-*was.managementKind(t)), "scmg", strconv.Itoa(int(t)))
	}
}

// TestCorpusANSI holds ids and components of the ANSI captures of the corpus to the
// tshark that is installed: the recorded readings do not have them.
func TestCorpusANSI(t *testing.T) {
	needCorpus(t)
	bin := needTshark(t)
	for _, name := range []string{"ansi_map_ota.pcap", "ansi_tcap_over_itu_sccp_over_mtp3_over_mtp2.pcap"} {
		file := corpus + "/pcap/realjimmy__sample-captures__" + name
		want, err := pdmlReading(bin, file)
		if err != nil {
			t.Fatal(err)
		}
		if len(want.lines) == 0 {
			t.Errorf("%s: tshark reads nothing", name)
		}
		got := dissectDetail(t, file, true)
		for frame := uint64(1); frame <= 24; frame++ {
			if w, g := keys(want.lines[frame]), keys(got.lines[frame]); strings.Join(w, "\n") != strings.Join(g, "\n") {
				t.Errorf("%s frame %d: tshark reads\n  %s\nand we\n  %s", name, frame, strings.Join(w, "\n  "), strings.Join(g, "\n  "))
			}
		}
	}
}
