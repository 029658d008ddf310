package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// order is the byte order in which a test writes a file.
type order interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

var orders = map[string]order{"little": binary.LittleEndian, "big": binary.BigEndian}

// pcapHeader is a pcap file header of version major.minor.
func pcapHeader(o order, magic uint32, major, minor uint16, snaplen, network uint32) []byte {
	b := o.AppendUint32(nil, magic)
	b = o.AppendUint16(b, major)
	b = o.AppendUint16(b, minor)
	b = append(b, make([]byte, 8)...) // zone, significant figures
	b = o.AppendUint32(b, snaplen)
	return o.AppendUint32(b, network)
}

// pcapRecord is a packet header with data behind it.
func pcapRecord(o order, sec, frac, caplen, length uint32, data []byte) []byte {
	var b []byte
	for _, v := range []uint32{sec, frac, caplen, length} {
		b = o.AppendUint32(b, v)
	}
	return append(b, data...)
}

// block is a pcapng block around a body.
func block(o order, typ uint32, body []byte) []byte {
	body = append(bytes.Clone(body), make([]byte, -len(body)&3)...)
	b := o.AppendUint32(nil, typ)
	b = o.AppendUint32(b, uint32(len(body)+12))
	b = append(b, body...)
	return o.AppendUint32(b, uint32(len(body)+12))
}

func sectionBlock(o order, major, minor uint16) []byte {
	b := o.AppendUint32(nil, byteOrderMagic)
	b = o.AppendUint16(b, major)
	b = o.AppendUint16(b, minor)
	return block(o, blockSHB, append(b, bytes.Repeat([]byte{0xFF}, 8)...)) // section length unknown
}

func interfaceDesc(o order, link LinkType, snaplen uint32, options ...[]byte) []byte {
	b := o.AppendUint16(nil, uint16(link))
	b = o.AppendUint16(b, 0)
	b = o.AppendUint32(b, snaplen)
	return block(o, blockIDB, append(b, bytes.Join(options, nil)...))
}

func option(o order, code uint16, value []byte) []byte {
	b := o.AppendUint16(nil, code)
	b = o.AppendUint16(b, uint16(len(value)))
	return append(append(b, value...), make([]byte, -len(value)&3)...)
}

func enhanced(o order, id uint32, ts uint64, length uint32, data []byte) []byte {
	var b []byte
	for _, v := range []uint32{id, uint32(ts >> 32), uint32(ts), uint32(len(data)), length} {
		b = o.AppendUint32(b, v)
	}
	return block(o, blockEPB, append(b, data...))
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// readAll reads all frames of a capture and keeps copies.
func readAll(t testing.TB, r io.Reader, batch int) ([]Frame, *File, error) {
	t.Helper()
	f, err := NewReader(r, "test.pcap", Options{})
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	var all []Frame
	frames := make([]Frame, batch)
	for {
		n, err := f.Read(frames)
		for _, fr := range frames[:n] {
			fr.Data = bytes.Clone(fr.Data)
			all = append(all, fr)
		}
		if err == io.EOF {
			return all, f, nil
		}
		if err != nil {
			return all, f, err
		}
		if n == 0 {
			t.Fatal("Read answered 0, nil")
		}
	}
}

// brief is what a test compares of a frame.
type brief struct {
	number uint64
	time   int64
	link   LinkType
	length int
	data   string
}

func briefs(frames []Frame) []brief {
	var list []brief
	for _, f := range frames {
		list = append(list, brief{f.Number, f.Time, f.LinkType, f.Length, string(f.Data)})
	}
	return list
}

const second = 1_700_000_000

func TestReadPcap(t *testing.T) {
	const sec = second
	p := frameEthernetIPv4
	n := uint32(len(p))
	for name, o := range orders {
		for _, tc := range []struct {
			name string
			file []byte
			want []brief
			warn string
		}{
			{"microseconds", join(pcapHeader(o, magicMicro, 2, 4, 65535, 1),
				pcapRecord(o, sec, 1, n, n, p), pcapRecord(o, sec, 999999, 20, 1500, p[:20]), pcapRecord(o, 0xFFFFFFFF, 1, 0, 0, nil)),
				[]brief{{1, sec*1e9 + 1000, 1, len(p), string(p)}, {2, sec*1e9 + 999999000, 1, 1500, string(p[:20])}, {3, 0xFFFFFFFF*1e9 + 1000, 1, 0, ""}}, ""},
			{"nanoseconds", join(pcapHeader(o, magicNano, 2, 4, 65535, 113), pcapRecord(o, sec, 999999999, n, n, p)),
				[]brief{{1, sec*1e9 + 999999999, 113, len(p), string(p)}}, ""},
			{"modified", join(pcapHeader(o, magicModified, 2, 4, 65535, 1),
				pcapRecord(o, sec, 1, n, n, append(make([]byte, 8), p...)), pcapRecord(o, sec, 2, n, n, append(make([]byte, 8), p...))),
				[]brief{{1, sec*1e9 + 1000, 1, len(p), string(p)}, {2, sec*1e9 + 2000, 1, len(p), string(p)}}, ""},
			{"longer than the snapshot length", join(pcapHeader(o, magicMicro, 2, 4, 20, 1), pcapRecord(o, sec, 1, n, n, p)),
				[]brief{{1, sec*1e9 + 1000, 1, len(p), string(p)}}, ""},
			{"frame check sequence and class bits", join(pcapHeader(o, magicMicro, 2, 4, 65535, 0x24000001), pcapRecord(o, sec, 1, n, n, p)),
				[]brief{{1, sec*1e9 + 1000, 1, len(p), string(p)}}, ""},
			{"unknown link type", join(pcapHeader(o, magicMicro, 2, 4, 65535, 0x123456), pcapRecord(o, sec, 1, n, n, p)),
				[]brief{{1, sec*1e9 + 1000, 0xFFFF, len(p), string(p)}}, ""},
			{"fraction above a second", join(pcapHeader(o, magicMicro, 2, 4, 65535, 1), pcapRecord(o, sec, 1500000, n, n, p)),
				[]brief{{1, sec*1e9 + 1500000000, 1, len(p), string(p)}}, ""},
			{"lengths swapped in 2.2", join(pcapHeader(o, magicMicro, 2, 2, 65535, 1), pcapRecord(o, sec, 1, 1500, 20, p[:20])),
				[]brief{{1, sec*1e9 + 1000, 1, 1500, string(p[:20])}}, ""},
			{"lengths either way in 2.3", join(pcapHeader(o, magicMicro, 2, 3, 65535, 1),
				pcapRecord(o, sec, 1, 1500, 20, p[:20]), pcapRecord(o, sec, 1, 20, 1500, p[:20])),
				[]brief{{1, sec*1e9 + 1000, 1, 1500, string(p[:20])}, {2, sec*1e9 + 1000, 1, 1500, string(p[:20])}}, ""},
			{"header only", pcapHeader(o, magicMicro, 2, 4, 65535, 1), nil, ""},
			{"cut off in a header", join(pcapHeader(o, magicMicro, 2, 4, 65535, 1), pcapRecord(o, sec, 1, n, n, p), make([]byte, 5)),
				[]brief{{1, sec*1e9 + 1000, 1, len(p), string(p)}},
				"cut_off: the file is cut off: 5 of 16 octets of the header of frame 2 are there, 11 are missing"},
			{"cut off in a frame", join(pcapHeader(o, magicMicro, 2, 4, 65535, 1), pcapRecord(o, sec, 1, n, n, p[:20])), nil,
				"cut_off: the file is cut off: 20 of 42 octets of frame 1 are there, 22 are missing"},
			{"too large", join(pcapHeader(o, magicMicro, 2, 4, 65535, 1), pcapRecord(o, sec, 1, n, n, p), pcapRecord(o, sec, 1, MaxPacket+1, n, p)),
				[]brief{{1, sec*1e9 + 1000, 1, len(p), string(p)}},
				"too_large: frame 2 at octet 82 claims 262145 octets, more than the 262144 a packet may have: the rest of the file is not read"},
			{"largest", join(pcapHeader(o, magicMicro, 2, 4, 65535, 1), pcapRecord(o, sec, 1, MaxPacket, MaxPacket, make([]byte, MaxPacket))),
				[]brief{{1, sec*1e9 + 1000, 1, MaxPacket, string(make([]byte, MaxPacket))}}, ""},
		} {
			t.Run(tc.name+"/"+name, func(t *testing.T) { checkFile(t, tc.file, tc.want, tc.warn) })
		}
	}
}

// checkFile reads a file in several ways, all of which have to give the same.
func checkFile(t *testing.T, file []byte, want []brief, warn string) {
	t.Helper()
	readers := map[string]func() io.Reader{
		"plain":     func() io.Reader { return bytes.NewReader(file) },
		"half":      func() io.Reader { return iotest.HalfReader(bytes.NewReader(file)) },
		"early EOF": func() io.Reader { return iotest.DataErrReader(bytes.NewReader(file)) },
	}
	if len(file) < 10000 {
		readers["one octet"] = func() io.Reader { return iotest.OneByteReader(bytes.NewReader(file)) }
	}
	for how, r := range readers {
		for _, batch := range []int{1, 2, 64} {
			frames, f, err := readAll(t, r(), batch)
			if err != nil {
				t.Fatalf("%s: %v", how, err)
			}
			if got := briefs(frames); !reflect.DeepEqual(got, want) {
				t.Errorf("%s, batches of %d: frames\n%.600s\nwant\n%.600s", how, batch, fmt.Sprint(got), fmt.Sprint(want))
			}
			got := ""
			for _, w := range f.Warnings() {
				got += w.Kind.String() + ": " + w.String()
			}
			if got != warn {
				t.Errorf("%s: warnings\n%s\nwant\n%s", how, got, warn)
			}
		}
	}
}

func TestReadPcapng(t *testing.T) {
	const us = second * 1_000_000
	p := frameEthernetIPv4
	n := uint32(len(p))
	for name, o := range orders {
		other := order(binary.LittleEndian)
		if name == "little" {
			other = binary.BigEndian
		}
		head := join(sectionBlock(o, 1, 0), interfaceDesc(o, 1, 0))
		first := enhanced(o, 0, us, n, p)
		frame1 := brief{1, second * 1e9, 1, len(p), string(p)}
		last := enhanced(o, 0, us+1, n, p)
		frame3 := brief{3, second*1e9 + 1000, 1, len(p), string(p)}
		obsolete := enhanced(o, 0, us, n, p)
		o.PutUint32(obsolete, blockPB)
		o.PutUint16(obsolete[8:], 0)
		o.PutUint16(obsolete[10:], 7) // drops
		simple := func(length uint32, data []byte) []byte {
			return block(o, blockSPB, append(o.AppendUint32(nil, length), data...))
		}
		damage := func(b []byte, at int, v uint32) []byte {
			b = bytes.Clone(b)
			o.PutUint32(b[at:], v)
			return b
		}
		// A writer that leaves the padding out of the length of a block.
		unpadded := enhanced(o, 0, us, n, p)
		o.PutUint32(unpadded[4:], 12+20+n)
		o.PutUint32(unpadded[len(unpadded)-4:], 12+20+n)

		for _, tc := range []struct {
			name string
			file []byte
			want []brief
			warn string
		}{
			{"enhanced", join(head, first, enhanced(o, 0, us+1, 1500, p[:20])),
				[]brief{frame1, {2, second*1e9 + 1000, 1, 1500, string(p[:20])}}, ""},
			{"obsolete", join(head, obsolete), []brief{frame1}, ""},
			{"simple", join(head, simple(n, p), simple(1500, p)),
				[]brief{{1, 0, 1, len(p), string(p)}, {2, 0, 1, 1500, string(p) + "\x00\x00"}}, ""},
			{"simple with a snapshot length", join(sectionBlock(o, 1, 0), interfaceDesc(o, 1, 20), simple(1500, p[:20]), simple(10, p[:10])),
				[]brief{{1, 0, 1, 1500, string(p[:20])}, {2, 0, 1, 10, string(p[:10])}}, ""},
			{"two interfaces of two link types", join(head, interfaceDesc(o, 101, 0), first, enhanced(o, 1, us, n-14, p[14:])),
				[]brief{frame1, {2, second * 1e9, 101, len(p) - 14, string(p[14:])}}, ""},
			{"sections of two byte orders", join(sectionBlock(other, 1, 0), interfaceDesc(other, 101, 0), interfaceDesc(other, 101, 0),
				enhanced(other, 1, us, n-14, p[14:]), sectionBlock(o, 1, 2), interfaceDesc(o, 1, 0), enhanced(o, 0, us, n, p)),
				[]brief{{1, second * 1e9, 101, len(p) - 14, string(p[14:])}, {2, second * 1e9, 1, len(p), string(p)}}, ""},
			{"unknown blocks", join(head, block(o, 0x12345, p), first, block(o, 5, p), block(o, 0x80000001, nil), enhanced(o, 0, us, n, p)),
				[]brief{frame1, {2, second * 1e9, 1, len(p), string(p)}}, ""},
			{"unknown block larger than the buffer", join(head, first, block(o, 0x12345, make([]byte, 3<<20)), enhanced(o, 0, us, n, p)),
				[]brief{frame1, {2, second * 1e9, 1, len(p), string(p)}}, ""},
			{"custom block takes a number", join(head, first, block(o, blockCustom, p), last), []brief{frame1, frame3}, ""},
			{"journal block takes a number", join(head, first, block(o, blockJournal, p), last), []brief{frame1, frame3}, ""},
			{"padding left out of the length", join(head, first, unpadded, last),
				[]brief{frame1, {2, second * 1e9, 1, len(p), string(p)}, frame3}, ""},
			{"interface not described", join(head, first, enhanced(o, 3, us, n, p), last), []brief{frame1, frame3},
				"damaged: the block of frame 2 at octet 124 names an interface that was not described: skipped"},
			{"captured length outside the block", join(head, first, damage(last, 20, 400), last), []brief{frame1, frame3},
				"damaged: the block of frame 2 at octet 124 claims more octets than its block has: skipped"},
			{"packet block too short", join(head, first, block(o, blockEPB, p[:16]), block(o, blockPB, p[:16]), block(o, blockSPB, nil), first),
				[]brief{frame1, {5, second * 1e9, 1, len(p), string(p)}},
				"damaged: the block of frame 2 at octet 124 is too short for its header: skipped (and 2 more of this kind)"},
			{"simple packet before its interface", join(sectionBlock(o, 1, 0), simple(n, p)), nil,
				"damaged: the block of frame 1 at octet 28 stands before the description of its interface: skipped"},
			{"interface too short keeps its number", join(head, block(o, blockIDB, p[:4]), interfaceDesc(o, 101, 0), enhanced(o, 2, us, n-14, p[14:])),
				[]brief{{1, second * 1e9, 101, len(p) - 14, string(p[14:])}},
				"damaged: interface description at octet 48 is too short"},
			{"packet larger than the limit", join(head, first, enhanced(o, 0, us, MaxPacket+1, make([]byte, MaxPacket+1)), last), []brief{frame1, frame3},
				"too_large: frame 2 at octet 124 has 262145 octets, more than the 262144 a packet may have: skipped"},
			{"packet larger than the buffer", join(head, first, enhanced(o, 0, us, 3<<20, make([]byte, 3<<20)), last), []brief{frame1, frame3},
				"too_large: frame 2 at octet 124 has a block of 3145760 octets: skipped"},
			{"section of another version", join(head, first, sectionBlock(o, 2, 0), last, sectionBlock(o, 1, 0), interfaceDesc(o, 1, 0), first),
				[]brief{frame1, {2, second * 1e9, 1, len(p), string(p)}},
				"version: section at octet 124 is pcapng 2.0, not 1.0: the section is skipped"},
			{"length below the least", join(head, first, damage(last, 4, 8), last), []brief{frame1},
				"damaged: block at octet 124 claims 8 octets, less than the 12 it must have: the rest of the file is not read"},
			{"lengths differ", join(head, first, damage(last, len(last)-4, 8), last), []brief{frame1},
				"damaged: block at octet 124 gives its length as 76 in front and 8 behind: the rest of the file is not read"},
			{"section without magic", join(head, first, damage(sectionBlock(o, 1, 0), 8, 0), last), []brief{frame1},
				"damaged: section header at octet 124 has no byte-order magic: the rest of the file is not read"},
			{"cut off in a packet", join(head, first, last[:len(last)-9]), []brief{frame1},
				"cut_off: the file is cut off: 67 of 76 octets of the block of frame 2 are there, 9 are missing"},
			{"cut off in another block", join(head, first, block(o, 5, p)[:20]), []brief{frame1},
				"cut_off: the file is cut off: 20 of 56 octets of a block of type 0x5 are there, 36 are missing"},
			{"cut off in a long block", join(head, first, block(o, 5, make([]byte, 1<<20))[:1000]), []brief{frame1},
				"cut_off: the file is cut off: 1000 of 1048588 octets of a block that is skipped are there, 1047588 are missing"},
			{"cut off in a block header", join(head, first, last[:6]), []brief{frame1},
				"cut_off: the file is cut off: 6 of 12 octets of a block header are there, 6 are missing"},
		} {
			t.Run(tc.name+"/"+name, func(t *testing.T) { checkFile(t, tc.file, tc.want, tc.warn) })
		}
	}
}

// The times Wireshark 4.0 shows for the same options, but for units below a
// nanosecond, where it rounds the unit and is off by up to 2 %.
func TestPcapngTime(t *testing.T) {
	for _, tc := range []struct {
		name   string
		resol  []byte // if_tsresol, nil: absent
		offset int64  // if_tsoffset
		ts     uint64
		want   int64
	}{
		{"absent: microseconds", nil, 0, second*1e6 + 123456, second*1e9 + 123456000},
		{"10^-9", []byte{9}, 0, second*1e9 + 123456789, second*1e9 + 123456789},
		{"10^-3", []byte{3}, 0, second*1e3 + 77, second*1e9 + 77000000},
		{"10^0", []byte{0}, 0, second, second * 1e9},
		{"10^-7", []byte{7}, 0, second*1e7 + 1, second*1e9 + 100},
		{"10^-12", []byte{12}, 0, 1<<63 + 12345, 9223372_036854788},
		{"10^-127 is held at 10^-19", []byte{127}, 0, 1 << 63, 922337203},
		{"2^-10", []byte{0x8A}, 0, second*1024 + 511, second*1e9 + 499023437},
		{"2^-20", []byte{0x94}, 0, second<<20 + 54321, second*1e9 + 51804542},
		{"2^-63", []byte{0xBF}, 0, 1<<63 + 1<<62, 1500000000},
		{"2^0", []byte{0x80}, 0, second, second * 1e9},
		{"offset", []byte{9}, 3600, second * 1e9, (second + 3600) * 1e9},
		{"offset below zero", nil, -100, second * 1e6, (second - 100) * 1e9},
		{"offset beyond the range", nil, math.MaxInt64, second * 1e6, 9223372035 * 1e9},
		{"offset beyond the range below", nil, math.MinInt64, 0, -9223372035 * 1e9},
		{"beyond the range", nil, 0, math.MaxUint64, 9223372035_551615000},
		{"seconds beyond the range", []byte{0}, 0, math.MaxUint64, 9223372035 * 1e9},
	} {
		for name, o := range orders {
			t.Run(tc.name+"/"+name, func(t *testing.T) {
				var options [][]byte
				if tc.resol != nil {
					options = append(options, option(o, optTSResol, tc.resol))
				}
				if tc.offset != 0 {
					// A signed number of 64 bits in the order of the section.
					options = append(options, option(o, optTSOffset, o.AppendUint64(nil, uint64(tc.offset))))
				}
				options = append(options, option(o, optEnd, nil))
				file := join(sectionBlock(o, 1, 0), interfaceDesc(o, 1, 0, options...), enhanced(o, 0, tc.ts, 42, frameEthernetIPv4))
				frames, _, err := readAll(t, bytes.NewReader(file), 1)
				if err != nil || len(frames) != 1 {
					t.Fatalf("%d frames, %v", len(frames), err)
				}
				if frames[0].Time != tc.want {
					t.Errorf("time %d, want %d", frames[0].Time, tc.want)
				}
			})
		}
	}
}

func gz(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(b)
	w.Close()
	return out.Bytes()
}

func zst(b []byte) []byte {
	w, err := zstd.NewWriter(nil)
	if err != nil {
		panic(err)
	}
	return w.EncodeAll(b, nil)
}

// golden are two captures of four frames, for the tests that bend them.
func golden() map[string][]byte {
	o := binary.LittleEndian
	pcap := pcapHeader(o, magicMicro, 2, 4, 65535, 1)
	ng := join(sectionBlock(o, 1, 0), interfaceDesc(o, 1, 0, option(o, optTSResol, []byte{9}), option(o, optEnd, nil)))
	for i, p := range [][]byte{frameEthernetIPv4, frameVLANIPv4, frameEthernetIPv6, frameARP} {
		n := uint32(len(p))
		pcap = append(pcap, pcapRecord(o, second, uint32(i), n, n, p)...)
		ng = append(ng, enhanced(o, 0, uint64(i), n, p)...)
	}
	return map[string][]byte{"pcap": pcap, "pcapng": ng}
}

func TestFormat(t *testing.T) {
	for name, plain := range golden() {
		whole, _, err := readAll(t, bytes.NewReader(plain), 64)
		if err != nil {
			t.Fatal(err)
		}
		skippable := append(unhex("50 2a 4d 18 04 00 00 00 de ad be ef"), zst(plain)...)
		half := len(plain) / 2
		for _, tc := range []struct {
			format string
			file   []byte
		}{
			{name, plain},
			{name + "+gzip", gz(plain)},
			{name + "+gzip", append(gz(plain[:half]), gz(plain[half:])...)},
			{name + "+zstd", zst(plain)},
			{name + "+zstd", skippable},
			{name + "+zstd", append(zst(plain[:half]), zst(plain[half:])...)},
		} {
			frames, f, err := readAll(t, bytes.NewReader(tc.file), 3)
			if err != nil {
				t.Fatalf("%s: %v", tc.format, err)
			}
			if !reflect.DeepEqual(briefs(frames), briefs(whole)) || f.Frames() != 4 || f.Warnings() != nil {
				t.Errorf("%s: %d frames, %v", tc.format, len(frames), f.Warnings())
			}
			if f.Format() != tc.format {
				t.Errorf("Format %q, want %q", f.Format(), tc.format)
			}
			if read, _ := f.Progress(); read != int64(len(tc.file)) {
				t.Errorf("%s: Progress %d, want %d", tc.format, read, len(tc.file))
			}
		}
	}
}

// A compressed file may end or break anywhere: what could be unpacked is used.
func TestCompressedCutOff(t *testing.T) {
	o := binary.LittleEndian
	plain := pcapHeader(o, magicMicro, 2, 4, 65535, 1)
	noise := make([]byte, 1000)
	state := uint32(1)
	for i := range 500 {
		for j := range noise {
			state = state*1664525 + 1013904223
			noise[j] = byte(state >> 24)
		}
		plain = append(plain, pcapRecord(o, second, uint32(i), 1000, 1000, noise)...)
	}
	for name, file := range map[string][]byte{"gzip": gz(plain), "zstd": zst(plain)} {
		frames, f, err := readAll(t, bytes.NewReader(file[:len(file)*3/4]), 64)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if len(frames) < 100 || len(frames) > 400 {
			t.Errorf("%s: %d frames of 500", name, len(frames))
		}
		warn := f.Warnings()
		if len(warn) == 0 || !slices.ContainsFunc(warn, func(w Warning) bool {
			return w.Kind == WarnCompression && strings.Contains(w.Text, "the compressed data is cut off")
		}) {
			t.Errorf("%s: warnings %v", name, warn)
		}
	}
	// Octets behind the stream, as a file system may leave them.
	frames, f, err := readAll(t, bytes.NewReader(append(gz(plain), "garbage"...)), 64)
	if err != nil || len(frames) != 500 || len(f.Warnings()) != 1 || f.Warnings()[0].Kind != WarnCompression {
		t.Errorf("%d frames, %v, %v", len(frames), f.Warnings(), err)
	}
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	o := binary.LittleEndian
	ng := sectionBlock(o, 1, 0)
	for _, tc := range []struct {
		name string
		file []byte
		err  error
		text string
	}{
		{"elf", []byte("\x7fELF\x02\x01\x01"), ErrNotCapture,
			"not a capture file (ELF program, first octets 7f454c46); want pcap or pcapng, optionally gzip or zstd"},
		{"text", []byte("hello world\n"), ErrNotCapture,
			"not a capture file (first octets 68656c6c); want pcap or pcapng, optionally gzip or zstd"},
		{"short", []byte("hi"), ErrNotCapture,
			"not a capture file (first octets 6869); want pcap or pcapng, optionally gzip or zstd"},
		{"xz", []byte("\xfd7zXZ\x00\x00\x04"), ErrNotCapture,
			"not a capture file (xz data, first octets fd377a58); want pcap or pcapng, optionally gzip or zstd"},
		{"twice packed", gz(gz(ng)), ErrNotCapture,
			"not a capture file (gzip data inside gzip or of an unknown method, first octets 1f8b0800); want pcap or pcapng, optionally gzip or zstd"},
		{"empty", nil, ErrEmpty, "empty file; want pcap or pcapng, optionally gzip or zstd"},
		{"empty packed", gz(nil), ErrEmpty, "empty file; want pcap or pcapng, optionally gzip or zstd"},
		{"pcap header", pcapHeader(o, magicMicro, 2, 4, 65535, 1)[:17], ErrTruncatedHeader,
			"file header cut off (17 of 24 octets of a pcap header); want pcap or pcapng, optionally gzip or zstd"},
		{"pcapng header", ng[:20], ErrTruncatedHeader,
			"file header cut off (20 of 28 octets of a pcapng header); want pcap or pcapng, optionally gzip or zstd"},
		{"pcap version", pcapHeader(o, magicMicro, 1, 9, 65535, 1), ErrVersion,
			"unsupported version (pcap 1.9); want pcap 2.x or pcapng 1.x"},
		{"pcapng version", sectionBlock(o, 2, 1), ErrVersion,
			"unsupported version (pcapng 2.1); want pcap 2.x or pcapng 1.x"},
		{"pcapng magic", append(unhex("0a0d0d0a 1c000000 01020304"), make([]byte, 20)...), ErrNotCapture,
			"not a capture file (pcapng without byte-order magic, octets 01020304); want pcap or pcapng, optionally gzip or zstd"},
		{"gzip cut off", gz(ng)[:6], ErrCompression,
			"cannot unpack (the compressed data is cut off); want pcap or pcapng, optionally gzip or zstd"},
		{"zstd window", unhex("28b52ffd 00 88 090000 00"), ErrCompression, // window descriptor: 2^(10+17) octets
			"cannot unpack (the zstd window is larger than 64 MiB: pack it again without --long=27 or more); want pcap or pcapng, optionally gzip or zstd"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			name := filepath.Join(dir, "x.pcap")
			if err := os.WriteFile(name, tc.file, 0o600); err != nil {
				t.Fatal(err)
			}
			f, err := Open(name, Options{})
			if f != nil {
				t.Error("a File beside the error")
			}
			checkError(t, err, name, tc.err, tc.text)
		})
	}
	_, err := Open(dir, Options{})
	checkError(t, err, dir, ErrDirectory, "is a directory; want a file: pcap or pcapng, optionally gzip or zstd")
	missing := filepath.Join(dir, "missing\n.pcap")
	_, err = Open(missing, Options{})
	if !errors.Is(err, fs.ErrNotExist) || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %v", err)
	}
	_, err = Open("-", Options{Stdin: strings.NewReader("hello")})
	checkError(t, err, "stdin", ErrNotCapture, "not a capture file (first octets 68656c6c); want pcap or pcapng, optionally gzip or zstd")
}

func checkError(t *testing.T, err error, name string, is error, text string) {
	t.Helper()
	var fe *FileError
	if !errors.As(err, &fe) || fe.Name != name || !errors.Is(err, is) {
		t.Fatalf("error %#v, want *FileError of %s: %v", err, name, is)
	}
	if want := "capture: " + name + ": " + text; err.Error() != want {
		t.Errorf("text\n%s\nwant\n%s", err, want)
	}
}

// What the operating system says is an error; what was read before is not lost.
func TestReadError(t *testing.T) {
	for name, plain := range golden() {
		for _, file := range [][]byte{plain[:len(plain)-5], gz(plain)[:60]} {
			broken := io.MultiReader(bytes.NewReader(file), iotest.ErrReader(&fs.PathError{Op: "read", Path: "x", Err: fs.ErrPermission}))
			frames, f, err := readAll(t, broken, 64)
			if !errors.Is(err, fs.ErrPermission) || err.Error() != "capture: test.pcap: permission denied" {
				t.Errorf("%s: error %v", name, err)
			}
			if f != nil && len(frames) == 0 && bytes.HasPrefix(file, plain[:4]) {
				t.Errorf("%s: frames before the error are lost", name)
			}
		}
	}
	o := binary.LittleEndian
	_, _, err := readAll(t, io.MultiReader(bytes.NewReader(pcapHeader(o, magicMicro, 2, 4, 0, 1)), stuck{}), 1)
	if !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("a reader without progress: %v", err)
	}
}

type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }

func TestFile(t *testing.T) {
	plain := golden()["pcap"]
	name := filepath.Join(t.TempDir(), "x.pcap")
	if err := os.WriteFile(name, plain, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Open(name, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var _ Source = f
	if f.Name() != name || f.Format() != "pcap" {
		t.Errorf("Name %q, Format %q", f.Name(), f.Format())
	}
	if n, err := f.Read(nil); n != 0 || err != nil {
		t.Errorf("Read of nothing: %d, %v", n, err)
	}
	frames := make([]Frame, 3)
	if n, err := f.Read(frames); n != 3 || err != nil {
		t.Errorf("Read: %d, %v", n, err)
	}
	if read, total := f.Progress(); read != int64(len(plain)) || total != int64(len(plain)) {
		t.Errorf("Progress %d of %d, want %d", read, total, len(plain))
	}
	if cap(frames[0].Data) != len(frames[0].Data) {
		t.Error("Data has room for the next frame: an append would overwrite it")
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if err := f.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
	if _, err := f.Read(frames); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("Read after Close: %v", err)
	}

	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	in, err := Open("-", Options{Stdin: file})
	if err != nil {
		t.Fatal(err)
	}
	if _, total := in.Progress(); in.Name() != "stdin" || total != int64(len(plain)) {
		t.Errorf("stdin: Name %q, total %d", in.Name(), total)
	}
}

// A frame that came through a pipe is handed out before the next one comes.
func TestReadLive(t *testing.T) {
	for name, plain := range golden() {
		r, w := io.Pipe()
		next := make(chan []byte)
		go func() {
			for b := range next {
				w.Write(b)
			}
			w.Close()
		}()
		end := len(plain) - 1 // all but the last octet
		next <- plain[:end]
		f, err := NewReader(r, name, Options{})
		if err != nil {
			t.Fatal(err)
		}
		frames := make([]Frame, 64)
		if n, err := f.Read(frames); n != 3 || err != nil {
			t.Errorf("%s: %d frames, %v", name, n, err)
		}
		next <- plain[end:]
		close(next)
		if n, err := f.Read(frames); n != 1 || err != nil {
			t.Errorf("%s: %d frames, %v", name, n, err)
		}
		if n, err := f.Read(frames); n != 0 || err != io.EOF {
			t.Errorf("%s: %d frames, %v", name, n, err)
		}
	}
}

// Every file that is cut off gives the frames that are there as a whole.
func TestCutOffAnywhere(t *testing.T) {
	for name, plain := range golden() {
		whole, _, err := readAll(t, bytes.NewReader(plain), 64)
		if err != nil {
			t.Fatal(err)
		}
		f, err := NewReader(bytes.NewReader(nil), name, Options{})
		if f != nil || err == nil {
			t.Fatal("an empty file opens")
		}
		for n := 28; n < len(plain); n++ {
			frames, f, err := readAll(t, bytes.NewReader(plain[:n]), 64)
			if err != nil {
				t.Fatalf("%s: first %d octets: %v", name, n, err)
			}
			if len(frames) > 0 && !reflect.DeepEqual(briefs(frames), briefs(whole[:len(frames)])) {
				t.Fatalf("%s: first %d octets: other frames", name, n)
			}
			if w := f.Warnings(); len(w) > 1 || len(w) == 1 && w[0].Kind != WarnCutOff {
				t.Fatalf("%s: first %d octets: %v", name, n, w)
			}
		}
	}
}

// No change of one octet makes Open or Read panic or not end.
func TestMutatedFile(t *testing.T) {
	for _, plain := range golden() {
		for i := range plain {
			for _, v := range []byte{0, 1, 0x7F, 0x80, 0xFF, plain[i] ^ 0x10, plain[i] + 1, plain[i] - 1} {
				b := bytes.Clone(plain)
				b[i] = v
				checkAnyFile(t, b)
			}
		}
	}
}

// checkAnyFile reads octets which may be anything and checks what holds for all.
func checkAnyFile(t testing.TB, b []byte) {
	t.Helper()
	f, err := NewReader(bytes.NewReader(b), "any", Options{})
	if err != nil {
		var fe *FileError
		if f != nil || !errors.As(err, &fe) || strings.Contains(err.Error(), "\n") {
			t.Fatalf("Open: %v, %q", f, err)
		}
		return
	}
	frames := make([]Frame, 7)
	var p Peeler
	var pkt Packet
	last, octets := uint64(0), 0
	for {
		n, err := f.Read(frames)
		for i := range frames[:n] {
			fr := &frames[i]
			if fr.Number <= last || len(fr.Data) > MaxPacket || cap(fr.Data) != len(fr.Data) {
				t.Fatalf("frame %d after %d with %d octets", fr.Number, last, len(fr.Data))
			}
			last = fr.Number
			octets += len(fr.Data)
			p.Peel(fr, &pkt)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if last > f.Frames() || f.Format() == "pcap" && octets > len(b) {
		t.Fatalf("%d frames, last %d, %d octets of %d", f.Frames(), last, octets, len(b))
	}
	for _, w := range f.Warnings() {
		if w.Count == 0 || w.Text == "" || strings.Contains(w.String(), "\n") {
			t.Fatalf("warning %+v", w)
		}
	}
}

func TestReadAllocs(t *testing.T) {
	for name, head := range golden() {
		// A file larger than the buffer, so that it is filled more than once.
		o := binary.LittleEndian
		file := bytes.Clone(head)
		for i := range 20000 {
			n := 60 + i%400
			p := append(bytes.Clone(frameEthernetIPv4), make([]byte, n-42)...)
			if name == "pcap" {
				file = append(file, pcapRecord(o, second, 0, uint32(n), uint32(n), p)...)
			} else {
				file = append(file, enhanced(o, 0, 0, uint32(n), p)...)
			}
		}
		f, err := NewReader(bytes.NewReader(file), name, Options{})
		if err != nil {
			t.Fatal(err)
		}
		frames := make([]Frame, 16)
		count := 0
		allocs := testing.AllocsPerRun(1000, func() {
			n, err := f.Read(frames)
			if err != nil {
				t.Fatal(err)
			}
			count += n
		})
		if allocs != 0 || count < 10000 {
			t.Errorf("%s: %v allocations a Read, %d frames", name, allocs, count)
		}
	}
}

// What a section makes us remember is bounded.
func TestManyInterfaces(t *testing.T) {
	o := binary.LittleEndian
	file := join(sectionBlock(o, 1, 0), bytes.Repeat(interfaceDesc(o, 1, 0), maxInterfaces+10),
		enhanced(o, maxInterfaces-1, 0, 42, frameEthernetIPv4), enhanced(o, maxInterfaces, 0, 42, frameEthernetIPv4))
	frames, f, err := readAll(t, bytes.NewReader(file), 16)
	if err != nil || len(frames) != 1 || len(f.Warnings()) != 1 || f.Warnings()[0].Count != 11 {
		t.Errorf("%d frames, %v, %v", len(frames), f.Warnings(), err)
	}
}
