package live

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/net/bpf"

	"sigtransit/pkg/capture"
)

// maxInstructions is BPF_MAXINSNS of linux/bpf_common.h.
const maxInstructions = 4096

// accept is what a filter returns for a frame to keep: octets of it, more than any
// has.
const accept = 0x40000

// Filter says which frames the kernel hands over. The zero value keeps all that can
// carry signaling: SCTP, TCP but for the ports of Noise, ESP, AH, IKE, DTLS, every tunnel
// that is peeled, packets with IPv6 extension headers, and fragments.
type Filter struct {
	// Program, where there is one, is all of the filter: see ParseProgram.
	Program []bpf.RawInstruction

	// Nets: only IP packets from or to one of these networks; none: all. What is in
	// tunnels passes: its addresses are further in than a filter reads.
	Nets []netip.Prefix
	// Ports: only TCP and SCTP from or to one of these ports; none: all TCP but
	// Noise, and all SCTP. Fragments and tunnels pass.
	Ports []uint16
	// All keeps every frame.
	All bool
}

// Noise are TCP ports of what fills mirrors and carries no signaling: shells, names,
// the web.
var Noise = []uint16{22, 53, 80, 443, 8080}

// ikePorts is how many of udpPorts are IPsec's.
const ikePorts = 2

// udpPorts are those of UDP that may hold signaling: IKE and ESP in UDP (RFC 3948),
// and behind them the tunnels.
func udpPorts() []uint16 { return append([]uint16{500, 4500}, capture.TunnelPorts()...) }

// ParseProgram reads a program as `tcpdump -ddd EXPRESSION` prints it: the number of
// instructions, and a line of four numbers (code, jt, jf, k) for each. The expression
// must be compiled for Ethernet (`-y EN10MB`, or on the interface itself).
func ParseProgram(text string) ([]bpf.RawInstruction, error) {
	bad := func(format string, args ...any) error {
		return &Error{Err: ErrFilter, Detail: fmt.Sprintf(format, args...), Want: "the output of tcpdump -ddd"}
	}
	lines := strings.Split(strings.TrimSpace(text), "\n")
	n, err := strconv.ParseUint(strings.TrimSpace(lines[0]), 10, 16)
	if err != nil || n == 0 || n > maxInstructions {
		return nil, bad("line 1: %.40q is no number of instructions from 1 to %d", lines[0], maxInstructions)
	}
	if len(lines)-1 != int(n) {
		return nil, bad("line 1 announces %d instructions, %d lines follow", n, len(lines)-1)
	}
	program := make([]bpf.RawInstruction, n)
	for i, line := range lines[1:] {
		fields := strings.Fields(line)
		if len(fields) != 4 {
			return nil, bad("line %d: %.40q has not four numbers", i+2, line)
		}
		var v [4]uint64
		for j, bits := range [4]int{16, 8, 8, 32} {
			if v[j], err = strconv.ParseUint(fields[j], 10, bits); err != nil {
				return nil, bad("line %d: %.40q is no number of %d bits", i+2, fields[j], bits)
			}
		}
		program[i] = bpf.RawInstruction{Op: uint16(v[0]), Jt: uint8(v[1]), Jf: uint8(v[2]), K: uint32(v[3])}
	}
	return program, checkProgram(program, bad)
}

// checkProgram finds what the kernel would refuse without saying why.
func checkProgram(program []bpf.RawInstruction, bad func(string, ...any) error) error {
	const classMask, classJump, classReturn, jumpAlways = 0x07, 0x05, 0x06, 0x05
	for i, ins := range program {
		if ins.Op&classMask != classJump {
			continue
		}
		far := uint64(max(ins.Jt, ins.Jf))
		if ins.Op == jumpAlways {
			far = uint64(ins.K)
		}
		if uint64(i)+1+far >= uint64(len(program)) {
			return bad("line %d jumps behind the end", i+2)
		}
	}
	if program[len(program)-1].Op&classMask != classReturn {
		return bad("the last instruction does not return")
	}
	return nil
}

// Compile makes the program for a link type: Ethernet or raw IP.
func (f *Filter) Compile(link capture.LinkType) ([]bpf.RawInstruction, error) {
	if f.Program != nil {
		return f.Program, nil
	}
	if f.All {
		return bpf.Assemble([]bpf.Instruction{bpf.RetConstant{Val: accept}})
	}
	for _, p := range f.Nets {
		if !p.IsValid() || p.Addr().Is4In6() {
			return nil, &Error{Err: ErrFilter, Detail: fmt.Sprintf("network %v", p), Want: "a prefix such as 192.0.2.0/24 or 2001:db8::/32"}
		}
	}
	w := &writer{f: f, marks: map[label]int{}}
	if link == capture.LinkTypeEthernet {
		w.ethernet()
	} else {
		w.raw()
	}
	w.ip4()
	w.ip6()
	w.upper()
	w.here(drop)
	w.add(bpf.RetConstant{Val: 0})
	w.here(keep)
	w.add(bpf.RetConstant{Val: accept})
	return w.finish()
}
