package capture

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Magic numbers of pcap files, as they read in the byte order of the file.
const (
	magicMicro    = 0xa1b2c3d4
	magicNano     = 0xa1b23c4d
	magicModified = 0xa1b2cd34 // Alexey Kuznetzov's libpcap: longer packet headers
)

const pcapHeaderLen = 24

// pcapState is what the header of a pcap file says.
type pcapState struct {
	link      LinkType
	headerLen int   // of a packet header: 16, or 24 in the modified format
	fraction  int64 // nanoseconds in one unit of the second half of a timestamp
	// Versions before 2.3 have the two lengths of a packet header the other way
	// around, and writers of 2.3 did either.
	swapped, maybeSwapped bool
}

// openPcap reads the file header:
//
//	 0       4       6       8      12      16      20      24
//	+-------+-------+-------+-------+-------+-------+-------+
//	| magic | major | minor | zone  | sigfig|snaplen|network|
//	+-------+-------+-------+-------+-------+-------+-------+
func (f *File) openPcap(magic uint32) error {
	p := &f.pcap
	for range 2 {
		p.headerLen = 16
		switch magic {
		case magicMicro:
			p.fraction = 1000
		case magicNano:
			p.fraction = 1
		case magicModified:
			p.fraction, p.headerLen = 1000, 24
		}
		if p.fraction != 0 {
			break
		}
		magic = swap32(magic)
		f.big = !f.big
	}
	if p.fraction == 0 {
		return f.notCapture()
	}
	if !f.fill(pcapHeaderLen) {
		if err := f.openError(); err != nil {
			return err
		}
		return f.truncatedHeader(f.w-f.r, pcapHeaderLen)
	}
	h := f.buf[f.r:]
	major, minor := f.u16(h[4:]), f.u16(h[6:])
	if major < 2 { // as Wireshark: what is newer is read as 2.4
		return &FileError{Name: f.name, Err: ErrVersion, Detail: fmt.Sprintf("pcap %d.%d", major, minor), Want: "pcap 2.x or pcapng 1.x"}
	}
	p.swapped, p.maybeSwapped = minor < 3, minor == 3
	p.link = pcapLinkType(f.u32(h[20:]))
	f.r += pcapHeaderLen
	return nil
}

// pcapLinkType takes the flags off the last word of a file header: its upper six
// bits tell of frame check sequences and of old classes.
func pcapLinkType(network uint32) LinkType {
	return LinkType(min(network&0x03FFFFFF, 0xFFFF))
}

func swap32(v uint32) uint32 {
	return v>>24 | v>>8&0xFF00 | v<<8&0xFF0000 | v<<24
}

// wireLength is the length of a packet on the wire, held at what Wireshark shows
// for nonsense and what an int has room for everywhere.
func wireLength(v uint32) int { return int(min(v, math.MaxInt32)) }

func (f *File) u16(b []byte) uint16 {
	if f.big {
		return binary.BigEndian.Uint16(b)
	}
	return binary.LittleEndian.Uint16(b)
}

func (f *File) u32(b []byte) uint32 {
	if f.big {
		return binary.BigEndian.Uint32(b)
	}
	return binary.LittleEndian.Uint32(b)
}

// readPcap fills frames from packet records, each with a header of
//
//	 0       4       8      12      16
//	+-------+-------+-------+-------+
//	|seconds|  frac |caplen |  len  |   and 8 octets more in the modified format
//	+-------+-------+-------+-------+
func (f *File) readPcap(frames []Frame) int {
	p := &f.pcap
	n := 0
	for n < len(frames) {
		b := f.buf[f.r:f.w]
		if len(b) < p.headerLen {
			// The frames of this batch alias the buffer: they go out before it is
			// moved and filled again.
			if n > 0 {
				break
			}
			if !f.fill(p.headerLen) {
				f.finish(fmt.Sprintf("the header of frame %d", f.frames+1), int64(f.w-f.r), int64(p.headerLen)*int64(min(1, f.w-f.r)))
				break
			}
			continue
		}
		var sec, frac, caplen, length uint32
		if f.big {
			sec, frac = binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
			caplen, length = binary.BigEndian.Uint32(b[8:]), binary.BigEndian.Uint32(b[12:])
		} else {
			lo, hi := binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])
			sec, frac, caplen, length = uint32(lo), uint32(lo>>32), uint32(hi), uint32(hi>>32)
		}
		if p.swapped || p.maybeSwapped && caplen > length {
			caplen, length = length, caplen
		}
		if caplen > MaxPacket {
			if n > 0 {
				break
			}
			f.warnf(WarnTooLarge, "frame %d at octet %d claims %d octets, more than the %d a packet may have: %s",
				f.frames+1, f.offset(), caplen, MaxPacket, f.rest())
			f.stop()
			break
		}
		size := p.headerLen + int(caplen)
		if len(b) < size {
			if n > 0 {
				break
			}
			if !f.fill(size) {
				f.finish(fmt.Sprintf("frame %d", f.frames+1), int64(f.w-f.r-p.headerLen), int64(caplen))
				break
			}
			continue
		}
		f.r += size
		f.frames++
		fr := &frames[n]
		fr.Number = f.frames
		fr.Time = int64(sec)*1e9 + int64(frac)*p.fraction
		fr.LinkType = p.link
		fr.Length = wireLength(length)
		fr.Data = b[p.headerLen:size:size]
		n++
	}
	return n
}
