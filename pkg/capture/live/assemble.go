package live

import (
	"encoding/binary"
	"fmt"

	"golang.org/x/net/bpf"
)

// label is a place in a program that is jumped to.
type label int

// Places of all programs; further ones are numbered as they are needed.
const (
	keep label = iota
	drop
	typed     // A is the EtherType, X its offset
	llc       // no EtherType but a length
	ip4       // X is the offset of an IP header, less writer.l3
	ip6       // the same
	transport // A is the protocol, X the offset of the upper layer, less l3
	ports     // of TCP and SCTP, if the filter has any
	tcp       // X as before
	udp       // X as before
	addresses // all but the networks is right
	firstFree
)

// writer assembles a filter. Jumps go forward, as classic BPF wants them.
//
// X holds the offset of the EtherType of an Ethernet frame, that of the IP header
// is two octets on; l3 is these two, or none for raw IP.
type writer struct {
	f     *Filter
	ins   []bpf.Instruction
	marks map[label]int
	jumps []jump
	l3    uint32
	next  label
}

// jump is an instruction at `at` that wants to go to `to`.
type jump struct {
	at int
	to label
}

func (w *writer) add(ins ...bpf.Instruction) { w.ins = append(w.ins, ins...) }

func (w *writer) here(l label) { w.marks[l] = len(w.ins) }

func (w *writer) newLabel() label {
	w.next++
	return firstFree + w.next
}

func (w *writer) goTo(l label) {
	w.jumps = append(w.jumps, jump{len(w.ins), l})
	w.add(bpf.Jump{})
}

// when jumps if A passes the test. A conditional jump reaches 255 instructions, an
// unconditional one any: so it is one over the other.
func (w *writer) when(test bpf.JumpTest, v uint32, to label) {
	w.add(bpf.JumpIf{Cond: test, Val: v, SkipFalse: 1})
	w.goTo(to)
}

func (w *writer) equal(v uint32, to label) { w.when(bpf.JumpEqual, v, to) }

// load reads octets at X+off of the IP or upper header into A.
func (w *writer) load(off uint32, size int) {
	w.add(bpf.LoadIndirect{Off: w.l3 + off, Size: size})
}

// advance adds n to X.
func (w *writer) advance(n uint32) {
	w.add(bpf.TXA{}, bpf.ALUOpConstant{Op: bpf.ALUOpAdd, Val: n}, bpf.TAX{})
}

func (w *writer) finish() ([]bpf.RawInstruction, error) {
	for _, j := range w.jumps {
		w.ins[j.at] = bpf.Jump{Skip: uint32(w.marks[j.to] - j.at - 1)}
	}
	if len(w.ins) > maxInstructions {
		return nil, &Error{Err: ErrFilter, Detail: fmt.Sprintf("%d instructions", len(w.ins)),
			Want: fmt.Sprintf("fewer networks and ports: the kernel takes %d", maxInstructions)}
	}
	return bpf.Assemble(w.ins)
}

// tagTypes are the EtherTypes of VLAN tags.
var tagTypes = []uint32{0x8100, 0x88A8, 0x9100, 0x9200}

// maxFilterTags is how many tags the filter looks behind; with more a frame passes.
// The kernel has put the outermost aside before.
const maxFilterTags = 4

// ethernet finds the EtherType behind tags.
func (w *writer) ethernet() {
	w.l3 = 2
	w.add(bpf.LoadConstant{Dst: bpf.RegX, Val: 12})
	for range maxFilterTags {
		tag := w.newLabel()
		w.load(-w.l3, 2)
		for _, t := range tagTypes {
			w.equal(t, tag)
		}
		w.goTo(typed)
		w.here(tag)
		w.advance(4)
	}
	w.load(-w.l3, 2)
	w.here(typed)
	w.equal(0x0800, ip4)
	w.equal(0x86DD, ip6)
	for _, t := range append([]uint32{0x8847, 0x8848, 0x8864}, tagTypes...) { // MPLS, PPPoE
		w.equal(t, keep)
	}
	w.when(bpf.JumpLessThan, 0x0600, llc)
	w.goTo(drop)
	w.here(llc) // SNAP only: aa aa 03
	w.load(0, 4)
	w.add(bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 0xFFFFFF00})
	w.equal(0xAAAA0300, keep)
	w.goTo(drop)
}

// raw tells the version of an IP packet without a link header.
func (w *writer) raw() {
	w.add(bpf.LoadConstant{Dst: bpf.RegX, Val: 0})
	w.load(0, 1)
	w.add(bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 0xF0})
	w.equal(0x40, ip4)
	w.equal(0x60, ip6)
	w.goTo(drop)
}

// Scratch registers.
const (
	ipStart  = iota // X at the IP header
	protocol        // that of the upper layer
)

func (w *writer) ip4() {
	w.here(ip4)
	w.add(bpf.StoreScratch{Src: bpf.RegX, N: ipStart})
	w.load(6, 2)
	w.when(bpf.JumpBitsSet, 0x3FFF, addresses) // a fragment
	w.load(9, 1)
	w.add(bpf.StoreScratch{Src: bpf.RegA, N: protocol})
	w.load(0, 1) // X += the length of the header
	w.add(bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 0x0F}, bpf.ALUOpConstant{Op: bpf.ALUOpShiftLeft, Val: 2},
		bpf.ALUOpX{Op: bpf.ALUOpAdd}, bpf.TAX{}, bpf.LoadScratch{Dst: bpf.RegA, N: protocol})
	w.goTo(transport)
}

// ip6 lets packets with extension headers (RFC 8200 4) pass: what they hold is
// further in than a filter reads.
func (w *writer) ip6() {
	w.here(ip6)
	w.add(bpf.StoreScratch{Src: bpf.RegX, N: ipStart})
	w.load(6, 1)
	for _, p := range []uint32{0, 43, 44, 60} { // hop-by-hop, routing, fragment, destination
		w.equal(p, addresses)
	}
	w.add(bpf.StoreScratch{Src: bpf.RegA, N: protocol})
	w.advance(40)
	w.add(bpf.LoadScratch{Dst: bpf.RegA, N: protocol})
}

// upper judges what IP carries.
func (w *writer) upper() {
	w.here(transport)
	for _, p := range []uint32{4, 41, 47, 137} { // IPv4, IPv6, GRE and MPLS in IP
		w.equal(p, keep)
	}
	for _, p := range []uint32{50, 51} { // ESP, AH
		w.equal(p, addresses)
	}
	w.equal(17, udp)
	w.equal(6, tcp)
	if len(w.f.Ports) > 0 {
		w.equal(132, ports)
	} else {
		w.equal(132, addresses)
	}
	w.goTo(drop)

	w.here(udp)
	for _, offset := range []uint32{0, 2} {
		w.load(offset, 2)
		for i, p := range udpPorts() {
			if i < ikePorts {
				w.equal(uint32(p), addresses)
			} else {
				w.equal(uint32(p), keep)
			}
		}
	}
	// DTLS on any port: the version stands behind the type of the record (RFC 6347 4.1).
	w.load(9, 2)
	for _, version := range []uint32{0xFEFF, 0xFEFD, 0xFEFC} {
		w.equal(version, addresses)
	}
	w.goTo(drop)

	w.here(tcp)
	list, hit, miss := Noise, drop, addresses
	if len(w.f.Ports) > 0 {
		w.here(ports)
		list, hit, miss = w.f.Ports, addresses, drop
	}
	for _, offset := range []uint32{0, 2} {
		w.load(offset, 2)
		for _, p := range list {
			w.equal(uint32(p), hit)
		}
	}
	w.goTo(miss)

	w.here(addresses)
	if len(w.f.Nets) > 0 {
		w.nets()
	} else {
		w.goTo(keep)
	}
}

// nets looks for the addresses of a packet in the networks of the filter.
func (w *writer) nets() {
	v6 := w.newLabel()
	w.add(bpf.LoadScratch{Dst: bpf.RegX, N: ipStart})
	w.load(0, 1)
	w.add(bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 0xF0})
	w.equal(0x60, v6)
	w.addresses(false, 12, 16)
	w.goTo(drop)
	w.here(v6)
	w.addresses(true, 8, 24)
	w.goTo(drop)
}

// addresses keeps a packet with an address at one of two offsets which lies in a
// network.
func (w *writer) addresses(v6 bool, offsets ...uint32) {
	for _, p := range w.f.Nets {
		p = p.Masked()
		if p.Addr().Is6() != v6 {
			continue
		}
		octets := p.Addr().AsSlice()
		for _, offset := range offsets {
			other := w.newLabel()
			for i := 0; i*32 < p.Bits(); i++ {
				mask := ^uint32(0)
				if rest := p.Bits() - i*32; rest < 32 {
					mask <<= 32 - rest
				}
				w.load(offset+uint32(i)*4, 4)
				w.add(bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: mask})
				w.when(bpf.JumpNotEqual, binary.BigEndian.Uint32(octets[i*4:]), other)
			}
			w.goTo(keep)
			w.here(other)
		}
	}
}
