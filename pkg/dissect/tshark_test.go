package dissect

import (
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"sigtransit/decoders/sccp"
)

// TestCasesAgainstTshark reads the input of every case of the repository with the
// tshark that is installed and compares message by message.
func TestCasesAgainstTshark(t *testing.T) {
	bin := needTshark(t)
	files, _ := filepath.Glob("../../testdata/*/input.*")
	if len(files) == 0 {
		t.Fatal("no cases in testdata")
	}
	for _, file := range files {
		name := filepath.Base(filepath.Dir(file))
		t.Run(name, func(t *testing.T) {
			var options []string
			if b, err := os.ReadFile(filepath.Join(filepath.Dir(file), "tshark-options.txt")); err == nil {
				options = strings.Split(strings.TrimSpace(string(b)), "\n")
			} else if !errors.Is(err, os.ErrNotExist) {
				t.Fatal(err)
			}
			want, err := pdmlReading(bin, file, options...)
			if err != nil {
				t.Fatal(err)
			}
			got := dissectDetail(t, file, true)
			explained := differences{}
			if d, err := readDifferences(filepath.Join(filepath.Dir(file), "tshark-differences.txt")); err == nil {
				explained = d
			} else if !errors.Is(err, os.ErrNotExist) {
				t.Fatal(err)
			}
			total := 0
			for frame, lines := range want.lines {
				for line, n := range lines {
					total += n
					have := got.lines[frame][line]
					if have >= n {
						continue
					}
					if !explained.use(name, frame) {
						t.Errorf("frame %d: tshark reads %d of\n  %s\nand we %d; of that frame we read\n  %s", frame, n, line, have, strings.Join(keys(got.lines[frame]), "\n  "))
					}
				}
			}
			for frame, lines := range got.lines {
				for line, n := range lines {
					if n > want.lines[frame][line] && !explained.use(name, frame) {
						t.Errorf("frame %d: we read %d of\n  %s\nand tshark %d", frame, n, line, want.lines[frame][line])
					}
				}
			}
			for _, d := range explained {
				if !d.used {
					t.Errorf("nothing differs in frames %d to %d (any more)", d.first, d.last)
				}
			}
			if total == 0 {
				t.Error("tshark reads no message")
			}
			t.Logf("tshark reads %d messages", total)
		})
	}
}

// TestExportedByTshark lets tshark cut PDUs out of the demonstration, as its users
// do to hand a part of a capture on, and reads from them what they are of.
func TestExportedByTshark(t *testing.T) {
	bin := needTshark(t)
	whole := dissectFile(t, demo)
	for tap, want := range map[string]func(line string, tcp bool) bool{
		"IP":          func(string, bool) bool { return true },
		"Ethernet":    func(string, bool) bool { return true },
		"OSI layer 3": func(_ string, tcp bool) bool { return !tcp },
		"OSI layer 4": func(_ string, tcp bool) bool { return tcp },
		"OSI layer 7": func(line string, _ bool) bool { return strings.HasPrefix(line, "diameter|") },
	} {
		t.Run(tap, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "exported.pcapng")
			cmd := exec.Command(bin, "-n", "-r", demo, "-U", tap, "-w", file)
			cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "XDG_CONFIG_HOME="+t.TempDir())
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			got := dissectFile(t, file)
			a, b := map[string]int{}, map[string]int{}
			n := 0
			for frame, lines := range whole.lines {
				for line, c := range lines {
					if want(line, whole.tcp[frame]) {
						a[line] += c
						n += c
					}
				}
			}
			for _, lines := range got.lines {
				for line, c := range lines {
					b[line] += c
				}
			}
			if n == 0 || !maps.Equal(a, b) {
				for line := range a {
					if a[line] != b[line] {
						t.Errorf("%d in the export, %d before: %s", b[line], a[line], line)
					}
				}
				t.Errorf("%d messages of the demonstration, %d kinds of lines, exported %d", n, len(a), len(b))
			}
		})
	}
}

// pdmlReading is tshark's reading of a capture, with default preferences but for
// those that a case needs: a line of its tshark-options.txt each.
func pdmlReading(bin, file string, options ...string) (reading, error) {
	out := newReading()
	cmd := exec.Command(bin, "-n", "-r", file, "-T", "pdml")
	for _, o := range options {
		cmd.Args = append(cmd.Args, "-o", o)
	}
	// The settings of whoever runs the test must not count.
	cmd.Env = append(os.Environ(), "HOME="+os.TempDir(), "XDG_CONFIG_HOME="+os.TempDir(), "WIRESHARK_CONFIG_DIR="+os.TempDir()+"/no-wireshark")
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return out, err
	}
	if err := cmd.Start(); err != nil {
		return out, err
	}
	p := pdml{out: out}
	dec := xml.NewDecoder(pipe)
	var open []string // names of the open elements
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			cmd.Wait()
			return out, err
		}
		switch x := tok.(type) {
		case xml.StartElement:
			var name, show string
			for _, a := range x.Attr {
				switch a.Name.Local {
				case "name":
					name = a.Value
				case "show":
					show = a.Value
				}
			}
			open = append(open, name)
			if name == "diameter.avp" {
				p.avps++
			}
			if x.Name.Local == "proto" {
				p.proto(name)
			} else {
				p.field(name, show)
			}
		case xml.EndElement:
			if open[len(open)-1] == "diameter.avp" {
				p.avps--
			}
			open = open[:len(open)-1]
			if x.Name.Local == "packet" {
				p.proto("")
				p.opc, p.dpc, p.sccp = "", "", nil
			}
		}
	}
	return out, cmd.Wait()
}

// pdml collects the messages of a packet in the order of its protocols.
type pdml struct {
	out        reading
	frame      uint64
	opc, dpc   string
	sccp       map[string]string
	tcap       map[string]string
	components []string
	class      string // of a message of SUA
	user       string
	diameter   map[string]string
	routes     []string
	avps       int // Diameter AVPs around the present field
}

// proto begins a protocol: what the ones before it said is complete.
func (p *pdml) proto(name string) {
	switch name {
	case "gsm_map", "camel", "inap":
		p.user = map[string]string{"gsm_map": "map", "camel": "camel", "inap": "tcap"}[name]
		return
	case "tcap", "ansi_tcap":
		p.tcap = map[string]string{}
		return
	case "", "sctp", "tcp", "m3ua", "m2ua", "m2pa", "mtp3", "sccp", "sua", "diameter":
	default:
		return // something that a message carries
	}
	if p.tcap != nil && p.tcap["type"] != "" {
		if len(p.components) == 0 {
			p.components = []string{""}
		}
		for _, c := range p.components {
			p.out.add(p.frame, "ss7", p.opc, p.dpc, p.sccp["sccp.message_type"], p.sccp["sccp.called.ssn"], p.sccp["sccp.called.digits"], p.sccp["sccp.calling.ssn"], p.sccp["sccp.calling.digits"],
				p.tcap["type"], p.tcap["tcap.otid"], p.tcap["tcap.dtid"], p.tcap["tcap.application_context_name"], c)
		}
	}
	if p.tcap != nil && p.tcap["package"] != "" {
		if len(p.components) == 0 {
			p.components = []string{""}
		}
		for _, c := range p.components {
			p.out.add(p.frame, "ansi", p.opc, p.dpc, p.sccp["sccp.message_type"], p.sccp["sccp.called.ssn"], p.sccp["sccp.called.digits"], p.sccp["sccp.calling.ssn"], p.sccp["sccp.calling.digits"],
				p.tcap["package"], p.tcap["id"], c)
		}
	}
	p.tcap, p.components, p.user = nil, nil, ""
	if d := p.diameter; d != nil {
		p.out.add(p.frame, "diameter", d["diameter.cmd.code"], d["diameter.applicationId"], d["diameter.flags"], d["diameter.hopbyhopid"], d["diameter.endtoendid"],
			d["diameter.Origin-Host"], d["diameter.Origin-Realm"], d["diameter.Destination-Host"], d["diameter.Destination-Realm"], strings.Join(p.routes, ","), d["diameter.User-Name"], d["result"], d["diameter.Session-Id"])
	}
	p.diameter, p.routes = nil, nil
	switch name {
	case "sccp", "sua":
		p.sccp = map[string]string{}
	case "diameter":
		p.diameter = map[string]string{}
	}
}

func (p *pdml) field(name, show string) {
	first := func(m map[string]string, key, v string) {
		if _, ok := m[key]; m != nil && !ok {
			m[key] = v
		}
	}
	switch name {
	case "sccpmg.message_type":
		p.out.add(p.frame, "scmg", strconv.Itoa(int(number(show))))
	case "sua.message_class":
		p.class = show
	case "sua.message_type":
		switch p.class {
		case "8":
			p.out.add(p.frame, "sua connection", show)
		case "7": // as good as UDT and UDTS
			first(p.sccp, "sccp.message_type", map[string]string{"1": "0x09", "2": "0x0a"}[show])
		}
	case "sua.source.ssn", "sua.destination.ssn", "sua.source.global_title_digits", "sua.destination.global_title_digits":
		side, field := "calling", "ssn"
		if strings.HasPrefix(name, "sua.destination") {
			side = "called"
		}
		if strings.HasSuffix(name, "digits") {
			field = "digits"
		}
		first(p.sccp, "sccp."+side+"."+field, show)
	case "sua.source.hostname.name", "sua.destination.hostname.name", "sua.source.ipv4_address", "sua.destination.ipv4_address", "sua.source.ipv6_address", "sua.destination.ipv6_address":
		p.out.add(p.frame, "sua end", strings.Split(name, ".")[1], show)
	case "frame.number":
		p.frame, _ = strconv.ParseUint(show, 10, 64)
	case "m3ua.protocol_data_opc", "mtp3.opc", "exported_pdu.ss7_opc":
		p.opc = show
	case "m3ua.protocol_data_dpc", "mtp3.dpc", "exported_pdu.ss7_dpc":
		p.dpc = show
	case "sccp.message_type":
		first(p.sccp, name, show)
		if t := sccp.MessageType(number(show)); t.ConnectionOriented() {
			p.out.add(p.frame, "connection", t.String())
		}
	case "sccp.called.ssn", "sccp.called.digits", "sccp.calling.ssn", "sccp.calling.digits":
		first(p.sccp, name, show)
	case "tcap.begin_element", "tcap.continue_element", "tcap.end_element", "tcap.abort_element":
		first(p.tcap, "type", strings.TrimSuffix(strings.TrimPrefix(name, "tcap."), "_element"))
	case "tcap.unidirectional_element":
		first(p.tcap, "type", "uni")
	case "tcap.otid", "tcap.dtid":
		first(p.tcap, name, strings.ReplaceAll(show, ":", ""))
	case "tcap.application_context_name":
		first(p.tcap, name, show)
	case "ansi_tcap.unidirectional_element", "ansi_tcap.queryWithPerm_element", "ansi_tcap.queryWithoutPerm_element", "ansi_tcap.response_element",
		"ansi_tcap.conversationWithPerm_element", "ansi_tcap.conversationWithoutPerm_element", "ansi_tcap.abort_element":
		first(p.tcap, "package", strings.TrimSuffix(strings.TrimPrefix(name, "ansi_tcap."), "_element"))
	case "ansi_tcap.identifier":
		first(p.tcap, "id", strings.ReplaceAll(show, ":", ""))
	case "ansi_tcap.invokeLast_element", "ansi_tcap.invokeNotLast_element", "ansi_tcap.returnResultLast_element", "ansi_tcap.returnResultNotLast_element",
		"ansi_tcap.returnError_element", "ansi_tcap.reject_element":
		p.components = append(p.components, strings.TrimSuffix(strings.TrimPrefix(name, "ansi_tcap."), "_element")+"::")
	case "ansi_tcap.componentIDs", "ansi_tcap.componentID":
		if n := len(p.components); n > 0 && strings.HasSuffix(p.components[n-1], "::") {
			p.components[n-1] = p.components[n-1][:len(p.components[n-1])-1] + strings.ReplaceAll(show, ":", "") + ":"
		}
	case "ansi_tcap.private", "ansi_tcap.national", "ansi_tcap.ec_private", "ansi_tcap.rejectProblem":
		n := len(p.components)
		if n == 0 || !strings.HasSuffix(p.components[n-1], ":") || strings.HasPrefix(p.components[n-1], "returnResult") {
			break // the code of a result is that of its invoke
		}
		p.components[n-1] += map[string]string{
			"ansi_tcap.private": "private ", "ansi_tcap.national": "national ", "ansi_tcap.ec_private": "private ", "ansi_tcap.rejectProblem": "problem ",
		}[name] + show
	case "gsm_map.old.Component":
		p.component(map[string]string{"1": "invoke", "2": "returnResultLast", "3": "returnError", "4": "reject", "7": "returnResultNotLast"}[show])
	case "camel.invoke_element":
		p.component("invoke")
	case "camel.returnResult_element":
		p.component("returnResultLast")
	case "camel.returnError_element":
		p.component("returnError")
	case "camel.reject_element":
		p.component("reject")
	case "gsm_old.localValue", "camel.local", "camel.error_code_local":
		if n := len(p.components); n > 0 && strings.HasSuffix(p.components[n-1], ":") {
			p.components[n-1] += show
		}
	case "diameter.flags", "diameter.cmd.code", "diameter.applicationId", "diameter.hopbyhopid", "diameter.endtoendid":
		first(p.diameter, name, show)
	case "diameter.Origin-Host", "diameter.Origin-Realm", "diameter.Destination-Host", "diameter.Destination-Realm", "diameter.User-Name", "diameter.Session-Id":
		if p.avps == 1 { // not those inside of groups, which name somebody else
			first(p.diameter, name, show)
		}
	case "diameter.Result-Code", "diameter.Experimental-Result-Code":
		first(p.diameter, "result", show)
	case "diameter.Route-Record":
		p.routes = append(p.routes, show)
	}
}

// number is a number in decimal or hexadecimal digits.
func number(s string) uint64 {
	n, _ := strconv.ParseUint(s, 0, 32)
	return n
}

func (p *pdml) component(kind string) {
	p.components = append(p.components, p.user+":"+kind+":")
}
