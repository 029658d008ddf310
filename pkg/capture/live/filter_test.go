package live

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/bpf"

	"sigtransit/pkg/capture"
	"sigtransit/pkg/dissect"
	"sigtransit/pkg/signaling"
)

// vm compiles a filter and runs it outside the kernel.
func vm(t *testing.T, f Filter, link capture.LinkType) func(frame []byte) bool {
	t.Helper()
	raw, err := f.Compile(link)
	if err != nil {
		t.Fatal(err)
	}
	program, ok := bpf.Disassemble(raw)
	if !ok {
		t.Fatal("unknown instructions")
	}
	m, err := bpf.NewVM(program)
	if err != nil {
		t.Fatal(err)
	}
	return func(frame []byte) bool {
		n, err := m.Run(frame)
		if err != nil {
			t.Fatal(err)
		}
		return n > 0
	}
}

// silent handles what a dissector finds.
type silent struct{}

func (silent) Message(*signaling.Message) {}
func (silent) Flow(*signaling.FlowEvent)  {}
func (silent) Warning(*signaling.Warning) {}

// TestFilterKeepsSignaling: every frame that is decoded passes the filter, in the cases
// of testdata and in the corpus.
func TestFilterKeepsSignaling(t *testing.T) {
	inputs, _ := filepath.Glob("../../../testdata/*/input.*")
	if len(inputs) < 2 {
		t.Fatalf("%d cases in testdata", len(inputs))
	}
	corpus := 0
	_ = filepath.Walk("../../../../shared/corpus", func(path string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().IsRegular() {
			inputs = append(inputs, path)
			corpus++
		}
		return nil
	})
	ethernet, raw := vm(t, Filter{}, capture.LinkTypeEthernet), vm(t, Filter{}, capture.LinkTypeRaw)
	decoded, others, kept := 0, 0, 0
	for _, input := range inputs {
		file, err := capture.Open(input, capture.Options{})
		if err != nil {
			continue // the corpus has other files, too
		}
		d := dissect.New(silent{}, dissect.Options{})
		frames := make([]capture.Frame, 1)
		for {
			n, err := file.Read(frames)
			if n == 0 || err != nil {
				break
			}
			f := &frames[0]
			before := d.Counters.Outcomes[dissect.Decoded]
			d.Feed(f)
			isSignaling := d.Counters.Outcomes[dissect.Decoded] != before
			passes := false
			switch f.LinkType {
			case capture.LinkTypeEthernet:
				passes = ethernet(f.Data)
			case capture.LinkTypeRaw:
				passes = raw(f.Data)
			default:
				continue
			}
			switch {
			case isSignaling && !passes:
				t.Errorf("%s: frame %d is decoded, and the filter drops it: % x", input, f.Number, f.Data[:min(len(f.Data), 64)])
			case isSignaling:
				decoded++
			case passes:
				kept++
			default:
				others++
			}
		}
		file.Close()
	}
	t.Logf("%d files of the corpus: %d frames decoded, %d others kept, %d others dropped", corpus, decoded, kept, others)
	if decoded < 300 {
		t.Errorf("only %d frames were decoded", decoded)
	}
}

// ether is an Ethernet frame, ip4 and ip6 are packets, ports the start of TCP, UDP or
// SCTP.
func ether(typ uint16, payload ...byte) []byte {
	f := append(make([]byte, 12, 14+len(payload)), byte(typ>>8), byte(typ))
	return append(f, payload...)
}

func ip4Packet(proto byte, src, dst string, fragment uint16, upper ...byte) []byte {
	p := make([]byte, 20, 20+len(upper))
	p[0], p[8], p[9] = 0x45, 64, proto
	binary.BigEndian.PutUint16(p[2:], uint16(20+len(upper)))
	binary.BigEndian.PutUint16(p[6:], fragment)
	copy(p[12:], netip.MustParseAddr(src).AsSlice())
	copy(p[16:], netip.MustParseAddr(dst).AsSlice())
	return append(p, upper...)
}

func ip6Packet(next byte, src, dst string, upper ...byte) []byte {
	p := make([]byte, 40, 40+len(upper))
	p[0], p[6], p[7] = 0x60, next, 64
	binary.BigEndian.PutUint16(p[4:], uint16(len(upper)))
	copy(p[8:], netip.MustParseAddr(src).AsSlice())
	copy(p[24:], netip.MustParseAddr(dst).AsSlice())
	return append(p, upper...)
}

func ports4(src, dst uint16) []byte {
	b := make([]byte, 20)
	binary.BigEndian.PutUint16(b, src)
	binary.BigEndian.PutUint16(b[2:], dst)
	return b
}

func TestFilterTable(t *testing.T) {
	const a, b, a6, b6 = "192.0.2.1", "198.51.100.2", "2001:db8::1", "2001:db8:1::2"
	nets := func(list ...string) (f Filter) {
		for _, n := range list {
			f.Nets = append(f.Nets, netip.MustParsePrefix(n))
		}
		return f
	}
	withPorts := func(f Filter, list ...uint16) Filter { f.Ports = list; return f }
	sctp := ether(0x0800, ip4Packet(132, a, b, 0, ports4(2905, 2905)...)...)
	sctp6 := ether(0x86DD, ip6Packet(132, a6, b6, ports4(2905, 2905)...)...)
	udp := func(src, dst uint16) []byte { return ether(0x0800, ip4Packet(17, a, b, 0, ports4(src, dst)...)...) }
	tcp := func(src, dst uint16) []byte { return ether(0x0800, ip4Packet(6, a, b, 0, ports4(src, dst)...)...) }
	options := ip4Packet(6, a, b, 0)
	options[0] = 0x46
	options = append(append(options, 1, 1, 1, 0), ports4(80, 1024)...)
	for _, c := range []struct {
		name   string
		filter Filter
		link   capture.LinkType
		frame  []byte
		want   bool
	}{
		{"SCTP", Filter{}, 1, sctp, true},
		{"SCTP over IPv6", Filter{}, 1, sctp6, true},
		{"one tag", Filter{}, 1, ether(0x8100, append([]byte{0, 100}, sctp[12:]...)...), true},
		{"four tags", Filter{}, 1, ether(0x88A8, append([]byte{0, 1, 0x91, 0, 0, 2, 0x92, 0, 0, 3, 0x81, 0, 0, 4}, sctp[12:]...)...), true},
		{"five tags", Filter{}, 1, ether(0x8100, append([]byte{0, 1, 0x81, 0, 0, 2, 0x81, 0, 0, 3, 0x81, 0, 0, 4, 0x81, 0, 0, 5}, sctp[12:]...)...), true},
		{"tagged DNS", Filter{}, 1, ether(0x8100, append([]byte{0, 100}, udp(1024, 53)[12:]...)...), false},
		{"MPLS", Filter{}, 1, ether(0x8847, 0, 1, 1, 64), true},
		{"PPPoE session", Filter{}, 1, ether(0x8864, 0x11, 0), true},
		{"PPPoE discovery", Filter{}, 1, ether(0x8863, 0x11, 9), false},
		{"SNAP", Filter{}, 1, ether(0x0040, 0xAA, 0xAA, 3, 0, 0, 0, 8, 0), true},
		{"spanning tree", Filter{}, 1, ether(0x0026, 0x42, 0x42, 3, 0), false},
		{"ARP", Filter{}, 1, ether(0x0806, 0, 1), false},
		{"LLDP", Filter{}, 1, ether(0x88CC, 2, 7), false},
		{"ICMP", Filter{}, 1, ether(0x0800, ip4Packet(1, a, b, 0, 8, 0)...), false},
		{"ESP", Filter{}, 1, ether(0x0800, ip4Packet(50, a, b, 0, 0, 0)...), true},
		{"AH", Filter{}, 1, ether(0x86DD, ip6Packet(51, a6, b6, 0, 0)...), true},
		{"GRE", Filter{}, 1, ether(0x0800, ip4Packet(47, a, b, 0, 0, 0)...), true},
		{"IP in IP", Filter{}, 1, ether(0x0800, ip4Packet(4, a, b, 0, 0)...), true},
		{"IPv6 with a fragment header", Filter{}, 1, ether(0x86DD, ip6Packet(44, a6, b6, 132, 0)...), true},
		{"ICMPv6", Filter{}, 1, ether(0x86DD, ip6Packet(58, a6, b6, 135, 0)...), false},
		{"a later fragment of UDP", Filter{}, 1, ether(0x0800, ip4Packet(17, a, b, 0x0010, 0, 53, 0, 53)...), true},
		{"a first fragment of UDP", Filter{}, 1, ether(0x0800, ip4Packet(17, a, b, 0x2000, 0, 53, 0, 53)...), true},
		{"do not fragment", Filter{}, 1, ether(0x0800, ip4Packet(1, a, b, 0x4000, 8, 0)...), false},
		{"Diameter", Filter{}, 1, tcp(40000, 3868), true},
		{"TCP on any port", Filter{}, 1, tcp(40000, 40001), true},
		{"HTTP", Filter{}, 1, tcp(40000, 80), false},
		{"HTTP answer", Filter{}, 1, tcp(80, 40000), false},
		{"HTTP behind IP options", Filter{}, 1, ether(0x0800, options...), false},
		{"HTTPS", Filter{}, 1, ether(0x86DD, ip6Packet(6, a6, b6, ports4(40000, 443)...)...), false},
		{"DNS", Filter{}, 1, udp(1024, 53), false},
		{"DNS answer", Filter{}, 1, ether(0x86DD, ip6Packet(17, a6, b6, ports4(53, 1024)...)...), false},
		{"GTP-U", Filter{}, 1, udp(2152, 2152), false},
		{"VXLAN", Filter{}, 1, udp(50000, 4789), true},
		{"Geneve", Filter{}, 1, udp(50000, 6081), true},
		{"SCTP in UDP", Filter{}, 1, udp(9899, 9899), true},
		{"IKE", Filter{}, 1, udp(500, 500), true},
		{"ESP in UDP", Filter{}, 1, udp(4500, 1024), true},
		{"DTLS", Filter{}, 1, ether(0x0800, ip4Packet(17, a, b, 0, 0x4E, 0x20, 0xA4, 0x13, 0, 21, 0, 0, 22, 0xFE, 0xFD, 0, 0)...), true},
		{"cut in the IP header", Filter{}, 1, sctp[:20], false},
		{"all", Filter{All: true}, 1, ether(0x0806), true},

		{"raw IPv4", Filter{}, 101, sctp[14:], true},
		{"raw IPv6", Filter{}, 101, sctp6[14:], true},
		{"raw DNS", Filter{}, 101, udp(1024, 53)[14:], false},

		{"source in the network", nets("192.0.2.0/24"), 1, sctp, true},
		{"destination in the network", nets("10.0.0.0/8", "198.51.100.2/32"), 1, sctp, true},
		{"not in the networks", nets("10.0.0.0/8", "198.51.100.3/32"), 1, sctp, false},
		{"all of IPv4", nets("0.0.0.0/0"), 1, sctp, true},
		{"IPv6 with networks of IPv4", nets("0.0.0.0/0"), 1, sctp6, false},
		{"IPv6 in the network", nets("192.0.2.0/24", "2001:db8:1::/48"), 1, sctp6, true},
		{"IPv6 not in the network", nets("2001:db8:2::/47"), 1, sctp6, false},
		{"IPv6 host", nets("2001:db8::1/128"), 1, sctp6, true},
		{"raw with networks", nets("198.51.100.0/25"), 101, sctp[14:], true},
		{"a tunnel with networks", nets("10.0.0.0/8"), 1, udp(50000, 4789), true},
		{"ESP not in the network", nets("10.0.0.0/8"), 1, ether(0x0800, ip4Packet(50, a, b, 0)...), false},
		{"a fragment not in the network", nets("10.0.0.0/8"), 1, ether(0x0800, ip4Packet(132, a, b, 1)...), false},
		{"DNS in the network", nets("192.0.2.0/24"), 1, udp(1024, 53), false},

		{"port", withPorts(Filter{}, 3868, 2905), 1, sctp, true},
		{"another port", withPorts(Filter{}, 3868), 1, sctp, false},
		{"destination port of TCP", withPorts(Filter{}, 3868), 1, tcp(40000, 3868), true},
		{"port that is noise", withPorts(Filter{}, 80), 1, tcp(80, 40000), true},
		{"port and network", withPorts(nets("192.0.2.0/24"), 2905), 1, sctp, true},
		{"port, not the network", withPorts(nets("10.0.0.0/8"), 2905), 1, sctp, false},
		{"a tunnel with ports", withPorts(Filter{}, 3868), 1, ether(0x0800, ip4Packet(47, a, b, 0)...), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := vm(t, c.filter, c.link)(c.frame); got != c.want {
				t.Errorf("passes: %v, want %v", got, c.want)
			}
		})
	}
}

// TestFilterTooLong: what the kernel would not take is refused with a word.
func TestFilterTooLong(t *testing.T) {
	f := Filter{}
	for i := range 1500 {
		f.Nets = append(f.Nets, netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(i >> 8), byte(i), 0}), 24))
	}
	if _, err := f.Compile(capture.LinkTypeEthernet); !errors.Is(err, ErrFilter) || !strings.Contains(err.Error(), "fewer networks") {
		t.Errorf("error %v", err)
	}
	f.Nets = f.Nets[:200]
	if !vm(t, f, capture.LinkTypeEthernet)(ether(0x0800, ip4Packet(132, "10.0.199.7", "192.0.2.1", 0)...)) {
		t.Error("the last of 200 networks is not found")
	}
	if _, err := (&Filter{Nets: make([]netip.Prefix, 1)}).Compile(capture.LinkTypeEthernet); !errors.Is(err, ErrFilter) {
		t.Errorf("an invalid network: %v", err)
	}
}

func TestParseProgram(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "line 1"},
		{"an expression", "sctp or tcp", "is no number of instructions"},
		{"too many", "4097\n", "from 1 to 4096"},
		{"lines missing", "2\n6 0 0 1\n", "announces 2 instructions, 1 lines follow"},
		{"five numbers", "1\n6 0 0 1 2\n", "line 2"},
		{"a jump too large", "1\n6 300 0 1\n", "no number of 8 bits"},
		{"a jump behind the end", "2\n21 0 1 5\n6 0 0 1\n", "line 2 jumps behind the end"},
		{"a far jump", "2\n5 0 0 4294967295\n6 0 0 1\n", "line 2 jumps behind the end"},
		{"no return", "1\n0 0 0 1\n", "does not return"},
		{"right", " 1\n6 0 0 262144 \n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ParseProgram(c.text)
			if c.want == "" {
				if err != nil {
					t.Error(err)
				}
			} else if !errors.Is(err, ErrFilter) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v does not say %q", err, c.want)
			}
		})
	}
}

// TestTcpdumpProgram: what tcpdump compiles is what runs.
func TestTcpdumpProgram(t *testing.T) {
	if _, err := exec.LookPath("tcpdump"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("tcpdump is missing")
		}
		t.Skip("tcpdump is missing")
	}
	out, err := exec.Command("tcpdump", "-y", "EN10MB", "-ddd", "tcp port 3868 or net 192.0.2.0/25").Output()
	if err != nil {
		t.Fatal(err)
	}
	program, err := ParseProgram(string(out))
	if err != nil {
		t.Fatal(err)
	}
	run := vm(t, Filter{Program: program}, capture.LinkTypeEthernet)
	for _, c := range []struct {
		frame []byte
		want  bool
	}{
		{ether(0x0800, ip4Packet(6, "10.0.0.1", "10.0.0.2", 0, ports4(1, 3868)...)...), true},
		{ether(0x0800, ip4Packet(6, "10.0.0.1", "10.0.0.2", 0, ports4(1, 3869)...)...), false},
		{ether(0x0800, ip4Packet(1, "10.0.0.1", "192.0.2.127", 0)...), true},
		{ether(0x0800, ip4Packet(1, "10.0.0.1", "192.0.2.128", 0)...), false},
	} {
		if got := run(c.frame); got != c.want {
			t.Errorf("% x passes: %v", c.frame, got)
		}
	}
}
