package dissect

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"sigtransit/pkg/capture"
)

// sctpFacts is what an obvious model, with a map entry a TSN and no bounds, makes of
// the TSN and SACK fields that tshark extracts.
type sctpFacts struct {
	chunks, duplicates, copies, missing, tap, network, needless, doubled uint64
}

// oneTSN is the whole life of a TSN in the model.
type oneTSN struct {
	seen, acked, again, twice bool
	reports                   int
	at, reported              float64 // seen last, reported missing first
	packet                    string  // that carried it last
	renewed                   bool    // reported missing since it was seen last
	abandoned                 bool    // given up by the sender, and never seen
}

type direction struct {
	tsn         map[uint32]*oneTSN
	first, last uint32
	acked       uint32
	heard, any  bool
}

func (d *direction) get(t uint32) *oneTSN {
	if d.tsn[t] == nil {
		d.tsn[t] = &oneTSN{}
	}
	return d.tsn[t]
}

// tsharkFields runs tshark and gives the fields of each frame, in lists.
func tsharkFields(t *testing.T, file string, fields ...string) (rows []map[string][]string) {
	t.Helper()
	bin := needTshark(t)
	args := []string{"-n", "-r", file, "-o", "sctp.relative_tsns:FALSE", "-T", "fields"}
	for _, f := range fields {
		args = append(args, "-e", f)
	}
	cmd := exec.Command(bin, args...)
	cmd.Env = append(os.Environ(), "HOME="+os.TempDir(), "XDG_CONFIG_HOME="+os.TempDir(), "WIRESHARK_CONFIG_DIR="+os.TempDir()+"/no-wireshark")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	s := bufio.NewScanner(strings.NewReader(string(out)))
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		row := map[string][]string{}
		for i, col := range strings.Split(s.Text(), "\t") {
			if col != "" {
				row[fields[i]] = strings.Split(col, ",")
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func numbers(list []string) (out []uint32) {
	for _, s := range list {
		n, err := strconv.ParseUint(strings.TrimPrefix(s, "0x"), map[bool]int{true: 16, false: 10}[strings.HasPrefix(s, "0x")], 32)
		if err != nil {
			panic(err)
		}
		out = append(out, uint32(n))
	}
	return out
}

// modelSCTP is the model of a capture whose associations begin in it.
func modelSCTP(t *testing.T, file string) (f sctpFacts) {
	const shortly = 0.05 // seconds after a packet that its second copy may come
	// By the tag of its packets, each direction, and the tag of the other one.
	directions, peers := map[uint32]*direction{}, map[uint32]uint32{}
	initial := map[uint32]uint32{}
	direct := func(tag uint32) *direction {
		if directions[tag] == nil {
			directions[tag] = &direction{tsn: map[uint32]*oneTSN{}}
		}
		return directions[tag]
	}
	for _, row := range tsharkFields(t, file, "frame.time_epoch", "sctp.verification_tag", "sctp.checksum", "sctp.data_tsn_raw",
		"sctp.sack_cumulative_tsn_ack_raw", "sctp.sack_gap_block_start", "sctp.sack_gap_block_end", "sctp.sack_duplicate_tsn",
		"sctp.shutdown_cumulative_tsn_ack", "sctp.forward_tsn_tsn", "sctp.init_initiate_tag", "sctp.init_initial_tsn", "sctp.initack_initiate_tag", "sctp.initack_initial_tsn") {
		if len(row["sctp.verification_tag"]) == 0 {
			continue
		}
		at, _ := strconv.ParseFloat(row["frame.time_epoch"][0], 64)
		tag := numbers(row["sctp.verification_tag"])[0]
		if n := numbers(row["sctp.init_initiate_tag"]); len(n) > 0 {
			initial[n[0]] = numbers(row["sctp.init_initial_tsn"])[0] // by the tag of the one who sends INIT
		}
		if n := numbers(row["sctp.initack_initiate_tag"]); len(n) > 0 {
			peers[tag], peers[n[0]] = n[0], tag
			direct(tag).begin(numbers(row["sctp.initack_initial_tsn"])[0])
			direct(n[0]).begin(initial[tag])
		}
		packet, copied := row["sctp.checksum"][0], false
		for _, n := range numbers(row["sctp.data_tsn_raw"]) {
			d := direct(tag)
			x := d.get(n)
			switch {
			case !x.seen:
				f.chunks++
				if !d.any {
					d.begin(n)
				}
				if int32(n-d.last) > 0 {
					d.last = n
				}
				if x.reports >= 3 || x.reports > 0 && !x.acked && at-x.reported >= 0.2 {
					x.again = true
				}
			case x.packet == packet && at-x.at <= shortly && !(x.renewed && !x.again):
				f.duplicates++
				copied = true
			case x.acked && !x.again:
				f.duplicates++
				f.needless++
			default:
				f.duplicates++
				x.again = true
			}
			x.seen, x.at, x.packet, x.renewed = true, at, packet, false
		}
		if copied {
			f.copies++
		}
		for _, n := range numbers(row["sctp.forward_tsn_tsn"]) {
			d := direct(tag)
			for ; n != d.acked; n-- {
				if x := d.get(n); !x.seen && !x.acked {
					x.abandoned = true
				}
			}
		}
		cum := append(numbers(row["sctp.sack_cumulative_tsn_ack_raw"]), numbers(row["sctp.shutdown_cumulative_tsn_ack"])...)
		if len(cum) == 0 {
			continue
		}
		o := direct(peers[tag])
		for _, n := range numbers(row["sctp.sack_duplicate_tsn"]) {
			f.doubled++
			if x := o.get(n); x.again {
				x.twice = true
			}
		}
		if !o.heard || int32(cum[0]-o.acked) > 0 {
			o.acked, o.heard = cum[0], true
		}
		for n, x := range o.tsn {
			x.acked = x.acked || int32(n-o.acked) <= 0
		}
		starts, stops := numbers(row["sctp.sack_gap_block_start"]), numbers(row["sctp.sack_gap_block_end"])
		next := cum[0] + 1
		for i := range starts {
			for ; next != cum[0]+starts[i]; next++ {
				x := o.get(next)
				if x.reports++; x.reports == 1 {
					x.reported = at
				}
				x.renewed = true
			}
			for ; next != cum[0]+stops[i]+1; next++ {
				o.get(next).acked = true
			}
		}
	}
	for _, d := range directions {
		for _, x := range d.tsn {
			switch {
			case x.again && x.twice:
				f.needless++
			case x.again:
				f.network++
			}
		}
		end := d.last
		if d.heard && int32(d.acked-end) > 0 {
			end = d.acked
		}
		for n := d.first; d.any && n != end+1; n++ {
			if x := d.tsn[n]; x == nil || !x.seen {
				f.missing++
				if d.heard && int32(n-d.acked) <= 0 && !(x != nil && x.abandoned) {
					f.tap++
				}
			}
		}
	}
	return f
}

func (d *direction) begin(tsn uint32) {
	if !d.any {
		d.any, d.first, d.last = true, tsn, tsn-1
	}
}

// TestLossAgainstTshark holds what is counted of SCTP to the model over what tshark
// extracts, for every capture of the laboratory with faults and every case here.
func TestLossAgainstTshark(t *testing.T) {
	needCorpus(t)
	var files []string
	for _, name := range []string{"fault-loss", "fault-reorder-peer", "fault-duplicate", "fault-mtu600", "sctp-failover", "sctp-restart", "ip-fragments",
		"sctp-fragments", "sctp-unordered", "sctp-idata", "sctp-asconf", "osmo-m3ua", "fd-sctp"} {
		files = append(files, filepath.Join(corpus, "lab", "pcap", name+".pcap"))
	}
	cases, _ := filepath.Glob("../../testdata/trust-*/input.*")
	for i, file := range append(files, cases...) {
		name := filepath.Base(strings.TrimSuffix(file, "/input.pcapng"))
		if name == "trust-cut-frames" || name == "trust-one-way" {
			continue // tshark gives no field of a chunk that was cut; the model wants the handshake
		}
		t.Run(name, func(t *testing.T) { compareLosses(t, file) })
		// And with every seventh frame behind the first ones lost at the tap.
		if i%3 != 0 {
			continue
		}
		t.Run(name+" decimated", func(t *testing.T) {
			want := compareLosses(t, decimate(t, file, 7))
			if want.missing == 0 && want.chunks > 100 {
				t.Error("nothing is missing: the test tests nothing")
			}
		})
	}
}

// compareLosses holds our counters to the model.
func compareLosses(t *testing.T, file string) (want sctpFacts) {
	t.Helper()
	want = modelSCTP(t, file)
	p := newTap()
	for _, f := range caseFrames(t, file) {
		p.Feed(&f)
	}
	p.Close()
	c := &p.Counters
	got := sctpFacts{c.SCTPChunks, c.SCTPDuplicates, c.Copies, c.SCTPMissing, c.SCTPTapLost, c.SCTPNetworkLost, c.SCTPNeedless, c.SCTPDoubled}
	if got != want {
		t.Errorf("chunks, duplicates, copies, missing, tap, network, needless, reported twice:\n               we %+v\nmodel over tshark %+v", got, want)
	}
	t.Logf("%+v", want)
	return want
}

// decimate writes a capture without every nth of its frames. Those stay by which
// associations and connections begin.
func decimate(t *testing.T, file string, nth int) string {
	t.Helper()
	frames := caseFrames(t, file)
	// A pcap file with nanoseconds.
	b := binary.LittleEndian.AppendUint32(nil, 0xa1b23c4d)
	b = append(b, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0)
	b = binary.LittleEndian.AppendUint32(b, uint32(frames[0].LinkType))
	var peeler capture.Peeler
	var p capture.Packet
	for i, f := range frames {
		begins := peeler.Peel(&f, &p) == capture.ReasonNone && p.Protocol == 132 && len(p.Payload) > 12 && (p.Payload[12] == 1 || p.Payload[12] == 2)
		if i > 12 && i%nth == 0 && !begins {
			continue
		}
		for _, n := range []int64{f.Time / 1e9, f.Time % 1e9, int64(len(f.Data)), int64(f.Length)} {
			b = binary.LittleEndian.AppendUint32(b, uint32(n))
		}
		b = append(b, f.Data...)
	}
	name := filepath.Join(t.TempDir(), "decimated.pcap")
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// tcpFacts is what tshark's own analysis of TCP says: how many segments with data
// were there before, and how many acknowledgements are for what was never captured.
type tcpFacts struct{ repeated, unseen int }

// TestTCPLossAgainstTshark compares with tshark's analysis of TCP, for captures as
// they are and with segments taken out, of which the octets are known.
func TestTCPLossAgainstTshark(t *testing.T) {
	needCorpus(t)
	for _, name := range []string{"fault-s6a-tcp-disorder", "midstream-tcp", "fd-tcp", "erl-tcp"} {
		for _, nth := range []int{0, 9, 23} {
			t.Run(fmt.Sprint(name, " without each ", nth), func(t *testing.T) {
				file := filepath.Join(corpus, "lab", "pcap", name+".pcap")
				all := caseFrames(t, file)
				if nth > 0 {
					file = decimate(t, file, nth)
				}
				var want tcpFacts
				for _, row := range tsharkFields(t, file, "tcp.len", "tcp.analysis.ack_lost_segment", "tcp.analysis.retransmission",
					"tcp.analysis.fast_retransmission", "tcp.analysis.spurious_retransmission") {
					if row["tcp.analysis.ack_lost_segment"] != nil {
						want.unseen++
					}
					if len(row["tcp.len"]) > 0 && row["tcp.len"][0] != "0" && len(row) > 1 && (row["tcp.analysis.retransmission"] != nil ||
						row["tcp.analysis.fast_retransmission"] != nil || row["tcp.analysis.spurious_retransmission"] != nil) {
						want.repeated++
					}
				}
				kept := caseFrames(t, file)
				p := newTap()
				for i := range kept {
					p.Feed(&kept[i])
				}
				p.Close()
				c := &p.Counters
				if nth == 0 && int(c.TCPDuplicates) != want.repeated {
					t.Errorf("tshark finds %d segments that were there before, and we %d", want.repeated, c.TCPDuplicates)
				}
				if lost := uint64(len(uncovered(all, kept))); c.TCPLostOctets != lost || c.TCPTapLost > lost {
					t.Errorf("%d octets lost, %d at the tap, want %d", c.TCPLostOctets, c.TCPTapLost, lost)
				}
				if (c.TCPTapLost > 0) != (want.unseen > 0) {
					t.Errorf("tshark finds %d acknowledgements of what was never captured, and we %d octets", want.unseen, c.TCPTapLost)
				}
				t.Logf("tshark %+v; %d octets lost, %d at the tap, %d segments twice", want, c.TCPLostOctets, c.TCPTapLost, c.TCPDuplicates)
			})
		}
	}
}

// octet is one octet of a connection, by its ends and its sequence number.
type octet struct {
	ends string
	seq  uint32
}

// uncovered is the octets of Diameter connections that are in a capture and not in
// what is left of it.
func uncovered(all, kept []capture.Frame) map[octet]bool {
	out := map[octet]bool{}
	each := func(frames []capture.Frame, f func(o octet)) {
		var peeler capture.Peeler
		var p capture.Packet
		for i := range frames {
			if peeler.Peel(&frames[i], &p) != capture.ReasonNone || p.Protocol != 6 || len(p.Payload) < 20 {
				continue
			}
			b := p.Payload
			if !diameterPort(binary.BigEndian.Uint16(b)) && !diameterPort(binary.BigEndian.Uint16(b[2:])) {
				continue
			}
			seq := binary.BigEndian.Uint32(b[4:])
			for n := range b[int(b[12]>>4)*4:] {
				f(octet{string(p.Src[:]) + string(p.Dst[:]) + string(b[:4]), seq + uint32(n)})
			}
		}
	}
	each(all, func(o octet) { out[o] = true })
	each(kept, func(o octet) { delete(out, o) })
	return out
}
