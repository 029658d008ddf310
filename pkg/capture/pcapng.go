package capture

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
)

// Block types of pcapng (draft-ietf-opsawg-pcapng 11.1).
const (
	blockSHB = 0x0A0D0D0A // Section Header; reads the same in both byte orders
	blockIDB = 1          // Interface Description
	blockPB  = 2          // Packet, obsolete
	blockSPB = 3          // Simple Packet
	blockEPB = 6          // Enhanced Packet
)

// Blocks that carry no packet of a link but which Wireshark shows as a numbered
// frame. They are counted, so that the frames behind them keep their numbers.
const (
	blockJournal     = 0x00000009 // systemd journal entry
	blockCustom      = 0x00000BAD
	blockCustomNC    = 0x40000BAD
	blockSysdig1     = 0x00000204
	blockSysdig2     = 0x00000216
	blockSysdig2Long = 0x00000221
)

const (
	byteOrderMagic = 0x1A2B3C4D
	blockOverhead  = 12 // type, length, length again

	// maxInterfaces bounds what a section can make us remember.
	maxInterfaces = 1 << 16
)

// Options of an Interface Description Block (draft-ietf-opsawg-pcapng 4.2).
const (
	optEnd      = 0
	optTSResol  = 9
	optTSOffset = 14
)

// pcapngState is what the blocks of the current section have said so far.
type pcapngState struct {
	ifaces  []iface
	foreign bool // a section of a version we cannot read is being skipped
}

// iface is one interface of a section.
type iface struct {
	link    LinkType
	snaplen uint32
	// A timestamp of this interface counts units of 1/units s. Where a unit is a
	// whole number of nanoseconds, that is scale, and values up to limit do not
	// overflow; else scale and limit are 0.
	scale  uint64
	limit  uint64
	units  uint64
	offset int64 // seconds to add
}

// openPcapng checks the header of the first section.
func (f *File) openPcapng() error {
	if !f.fill(28) {
		if err := f.openError(); err != nil {
			return err
		}
		return f.truncatedHeader(f.w-f.r, 28)
	}
	h := f.buf[f.r:]
	big, ok := sectionOrder(h[8:])
	if !ok {
		return &FileError{Name: f.name, Err: ErrNotCapture,
			Detail: fmt.Sprintf("pcapng without byte-order magic, octets %x", h[8:12]), Want: wantCapture}
	}
	f.big = big
	if major, minor := f.u16(h[12:]), f.u16(h[14:]); !sectionVersion(major, minor) {
		return &FileError{Name: f.name, Err: ErrVersion, Detail: fmt.Sprintf("pcapng %d.%d", major, minor), Want: "pcap 2.x or pcapng 1.x"}
	}
	// The block itself is left in the buffer for readPcapng.
	return nil
}

// sectionOrder tells the byte order of a section from its byte-order magic.
func sectionOrder(b []byte) (big, ok bool) {
	switch binary.BigEndian.Uint32(b) {
	case byteOrderMagic:
		return true, true
	case 0x4D3C2B1A:
		return false, true
	}
	return false, false
}

// sectionVersion: 1.0 is the standard, some writers put 1.2 for the same format.
func sectionVersion(major, minor uint16) bool {
	return major == 1 && (minor == 0 || minor == 2)
}

// readPcapng fills frames from blocks:
//
//	 0       4       8                        size-4   size
//	+-------+-------+---------------- ... ------+-------+
//	| type  | size  | body, padded to 4 octets  | size  |
//	+-------+-------+---------------- ... ------+-------+
func (f *File) readPcapng(frames []Frame) int {
	n := 0
	for n < len(frames) && f.done == nil {
		if f.skip > 0 {
			if n > 0 {
				break
			}
			want := f.skip
			if !f.discard() {
				f.finish("a block that is skipped", want-f.skip, want)
				break
			}
		}
		if n += f.readEnhanced(frames[n:]); n == len(frames) {
			break
		}
		b := f.buf[f.r:f.w]
		if len(b) < blockOverhead {
			if n > 0 {
				break
			}
			if !f.fill(blockOverhead) {
				f.finish("a block header", int64(f.w-f.r), blockOverhead*int64(min(1, f.w-f.r)))
				break
			}
			continue
		}
		typ := f.u32(b)
		if typ == blockSHB {
			// The byte order of the section, also of this block's length, is told
			// by the magic in its body.
			big, ok := sectionOrder(b[8:])
			if !ok {
				f.warnf(WarnDamaged, "section header at octet %d has no byte-order magic: %s", f.offset(), f.rest())
				f.stop()
				break
			}
			f.big = big
		}
		length := f.u32(b[4:])
		if length < blockOverhead {
			f.warnf(WarnDamaged, "block at octet %d claims %d octets, less than the %d it must have: %s", f.offset(), length, blockOverhead, f.rest())
			f.stop()
			break
		}
		// Some writers leave the padding out of the length, but not out of the file.
		size := (int64(length) + 3) &^ 3
		if size > int64(len(b)) {
			if n > 0 {
				break
			}
			if size > int64(len(f.buf)) {
				f.longBlock(typ, size)
				continue
			}
			if !f.fill(int(size)) {
				what := fmt.Sprintf("a block of type %#x", typ)
				if isPacket(typ) {
					what = fmt.Sprintf("the block of frame %d", f.frames+1)
				}
				f.finish(what, int64(f.w-f.r), size)
				break
			}
			continue
		}
		b = b[:size:size]
		if behind := f.u32(b[size-4:]); (int64(behind)+3)&^3 != size {
			f.warnf(WarnDamaged, "block at octet %d gives its length as %d in front and %d behind: %s", f.offset(), length, behind, f.rest())
			f.stop()
			break
		}
		body := b[8 : size-4]
		if f.pcng.foreign && typ != blockSHB {
			f.r += int(size)
			continue
		}
		if typ == blockEPB {
			if f.enhancedPacket(&frames[n], body) {
				n++
			}
		} else if f.otherBlock(&frames[n], typ, body) {
			n++
		}
		f.r += int(size)
	}
	return n
}

// readEnhanced fills frames from a run of flawless Enhanced Packet Blocks in
// little-endian order, which is what nearly all files are made of, and leaves
// anything else to readPcapng.
func (f *File) readEnhanced(frames []Frame) int {
	if f.big || f.pcng.foreign {
		return 0
	}
	b := f.buf[f.r:f.w]
	n := 0
	for n < len(frames) && len(b) >= 32 {
		head := binary.LittleEndian.Uint64(b)
		size := uint(head >> 32)
		if uint32(head) != blockEPB || size < 32 || size > uint(len(b)) || binary.LittleEndian.Uint32(b[size-4:]) != uint32(size) {
			break
		}
		id := binary.LittleEndian.Uint32(b[8:])
		ts := bits.RotateLeft64(binary.LittleEndian.Uint64(b[12:]), 32) // the upper half comes first
		lengths := binary.LittleEndian.Uint64(b[20:])
		caplen := uint(uint32(lengths))
		if uint(id) >= uint(len(f.pcng.ifaces)) || caplen > size-32 || caplen > MaxPacket || size%4 != 0 {
			break
		}
		in := &f.pcng.ifaces[id]
		f.frames++
		fr := &frames[n]
		fr.Number = f.frames
		fr.Time = in.time(ts)
		fr.LinkType = in.link
		fr.Length = wireLength(uint32(lengths >> 32))
		fr.Data = b[28 : 28+caplen : 28+caplen]
		n++
		b = b[size:]
	}
	f.r = f.w - len(b)
	return n
}

func isPacket(typ uint32) bool { return typ == blockEPB || typ == blockSPB || typ == blockPB }

// longBlock passes over a block that does not fit into the buffer. What we read
// of section headers and interfaces stands at their beginning.
func (f *File) longBlock(typ uint32, size int64) {
	f.skip = size
	if f.pcng.foreign && typ != blockSHB {
		return
	}
	switch {
	case isPacket(typ):
		f.frames++
		f.warnf(WarnTooLarge, "frame %d at octet %d has a block of %d octets: skipped", f.frames, f.offset(), size)
	case isCounted(typ):
		f.frames++
	case typ == blockSHB || typ == blockIDB:
		f.fill(len(f.buf))
		if have := f.w - f.r; have > 8 {
			f.otherBlock(nil, typ, f.buf[f.r+8:f.w])
		}
	}
}

// enhancedPacket reads the body of an Enhanced Packet Block:
//
//	 0       4       8      12      16      20
//	+-------+-------+-------+-------+-------+------
//	| iface |ts high|ts low |caplen |  len  | data, padding, options
//	+-------+-------+-------+-------+-------+------
func (f *File) enhancedPacket(fr *Frame, body []byte) bool {
	f.frames++
	if len(body) < 20 {
		f.damaged("is too short for its header")
		return false
	}
	id := f.u32(body)
	if uint64(id) >= uint64(len(f.pcng.ifaces)) {
		f.damaged("names an interface that was not described")
		return false
	}
	caplen := f.u32(body[12:])
	if caplen > uint32(len(body)-20) {
		f.damaged("claims more octets than its block has")
		return false
	}
	if caplen > MaxPacket {
		f.tooLarge(caplen)
		return false
	}
	in := &f.pcng.ifaces[id]
	fr.Number = f.frames
	fr.Time = in.time(uint64(f.u32(body[4:]))<<32 | uint64(f.u32(body[8:])))
	fr.LinkType = in.link
	fr.Length = wireLength(f.u32(body[16:]))
	fr.Data = body[20 : 20+caplen : 20+caplen]
	return true
}

// otherBlock reads the body of any other block; true: it is a frame.
func (f *File) otherBlock(fr *Frame, typ uint32, body []byte) bool {
	switch typ {
	case blockSHB:
		f.section(body)
	case blockIDB:
		f.interfaceBlock(body)
	case blockSPB:
		return f.simplePacket(fr, body)
	case blockPB:
		return f.obsoletePacket(fr, body)
	default:
		if isCounted(typ) {
			f.frames++
		}
	}
	return false
}

// isCounted says if Wireshark gives a block without a packet a frame number.
func isCounted(typ uint32) bool {
	switch typ {
	case blockJournal, blockCustom, blockCustomNC, blockSysdig1, blockSysdig2, blockSysdig2Long:
		return true
	}
	return false
}

// section begins a section: its interfaces are numbered from 0 again.
func (f *File) section(body []byte) {
	f.pcng.ifaces = f.pcng.ifaces[:0]
	f.pcng.foreign = false
	if len(body) < 16 {
		f.pcng.foreign = true
		f.warnf(WarnDamaged, "section header at octet %d is too short: the section is skipped", f.offset())
		return
	}
	if major, minor := f.u16(body[4:]), f.u16(body[6:]); !sectionVersion(major, minor) {
		f.pcng.foreign = true
		f.warnf(WarnVersion, "section at octet %d is pcapng %d.%d, not 1.0: the section is skipped", f.offset(), major, minor)
	}
}

// interfaceBlock adds an interface:
//
//	 0      2          4       8
//	+------+----------+-------+---------
//	| link | reserved |snaplen| options
//	+------+----------+-------+---------
//
// An interface we cannot read still takes its number.
func (f *File) interfaceBlock(body []byte) {
	if len(f.pcng.ifaces) >= maxInterfaces {
		f.warnf(WarnDamaged, "section has more than %d interfaces: the packets of the others are skipped", maxInterfaces)
		return
	}
	in := iface{link: 0xFFFF}
	in.resolution(6) // microseconds where the option is absent
	if len(body) < 8 {
		f.warnf(WarnDamaged, "interface description at octet %d is too short", f.offset())
	} else {
		in.link, in.snaplen = LinkType(f.u16(body)), f.u32(body[4:])
		f.interfaceOptions(&in, body[8:])
	}
	f.pcng.ifaces = append(f.pcng.ifaces, in)
}

func (f *File) interfaceOptions(in *iface, b []byte) {
	for len(b) >= 4 {
		code, length := f.u16(b), int(f.u16(b[2:]))
		b = b[4:]
		if code == optEnd || length > len(b) {
			return
		}
		switch value := b[:length]; {
		case code == optTSResol && length >= 1:
			in.resolution(value[0])
		case code == optTSOffset && length >= 8:
			hi, lo := f.u32(value), f.u32(value[4:])
			if !f.big {
				hi, lo = lo, hi
			}
			in.offset = int64(uint64(hi)<<32 | uint64(lo))
		}
		b = b[min(len(b), (length+3)&^3):]
	}
}

// resolution sets the unit of timestamps from if_tsresol: a negative power of
// ten, or of two where the upper bit is set.
func (in *iface) resolution(v uint8) {
	exp := int(v & 0x7F)
	if v&0x80 != 0 {
		// Above 2^-63 s no timestamp of 64 bits reaches two seconds: the fraction
		// is all there is, and coarser bits of it are enough.
		in.units = 1 << min(exp, 63)
	} else {
		in.units = 1
		for range min(exp, 19) {
			in.units *= 10
		}
	}
	in.scale, in.limit = 0, 0
	if 1e9%in.units == 0 {
		in.scale = 1e9 / in.units
		in.limit = math.MaxInt64 / in.scale
	}
}

// time is a timestamp in nanoseconds since the epoch. What does not fit is held
// at the end of the range.
func (in *iface) time(ts uint64) int64 {
	if ts <= in.limit && in.offset == 0 {
		return int64(ts * in.scale)
	}
	return in.timeAny(ts)
}

func (in *iface) timeAny(ts uint64) int64 {
	const maxSec = math.MaxInt64/1_000_000_000 - 1
	sec, rest := ts/in.units, ts%in.units
	hi, lo := bits.Mul64(rest, 1e9)
	nsec, _ := bits.Div64(hi, lo, in.units) // rest < units: the quotient is below 1e9
	if sec > maxSec {
		sec = maxSec
	}
	s := int64(sec)
	switch {
	case in.offset > maxSec-s:
		s = maxSec
	case in.offset < -maxSec-s:
		s = -maxSec
	default:
		s += in.offset
	}
	return s*1e9 + int64(nsec)
}

// simplePacket reads the body of a Simple Packet Block: the length on the wire,
// then the data as far as the snapshot length of the first interface allows.
func (f *File) simplePacket(fr *Frame, body []byte) bool {
	f.frames++
	if len(f.pcng.ifaces) == 0 {
		f.damaged("stands before the description of its interface")
		return false
	}
	if len(body) < 4 {
		f.damaged("is too short for its header")
		return false
	}
	in := &f.pcng.ifaces[0]
	length := f.u32(body)
	caplen := length
	if in.snaplen != 0 {
		caplen = min(caplen, in.snaplen)
	}
	// A writer that cut packets but gave no snapshot length leaves the block's own
	// length as the only bound.
	caplen = min(caplen, uint32(len(body)-4))
	if caplen > MaxPacket {
		f.tooLarge(caplen)
		return false
	}
	fr.Number = f.frames
	fr.Time = 0
	fr.LinkType = in.link
	fr.Length = wireLength(length)
	fr.Data = body[4 : 4+caplen : 4+caplen]
	return true
}

// obsoletePacket reads the body of a Packet Block, which differs from an
// Enhanced Packet Block in its first word: interface and drops, 16 bits each.
func (f *File) obsoletePacket(fr *Frame, body []byte) bool {
	if len(body) < 20 {
		f.frames++
		f.damaged("is too short for its header")
		return false
	}
	id := uint32(f.u16(body))
	if f.big {
		binary.BigEndian.PutUint32(body, id)
	} else {
		binary.LittleEndian.PutUint32(body, id)
	}
	return f.enhancedPacket(fr, body)
}

func (f *File) damaged(what string) {
	f.warnf(WarnDamaged, "the block of frame %d at octet %d %s: skipped", f.frames, f.offset(), what)
}

func (f *File) tooLarge(caplen uint32) {
	f.warnf(WarnTooLarge, "frame %d at octet %d has %d octets, more than the %d a packet may have: skipped", f.frames, f.offset(), caplen, MaxPacket)
}
