package capture

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/term"
)

const (
	// MaxPacket is the largest packet a capture file may hold, in octets. It is
	// Wireshark's WTAP_MAX_PACKET_SIZE_STANDARD: what is larger is a damaged
	// length. The snapshot length in the file is not a limit, since capture tools
	// exceed it.
	MaxPacket = 262144

	// maxZstdWindow bounds what a zstd stream can make us hold, in octets. The
	// command line tool writes windows up to 8 MiB without --ultra or --long.
	maxZstdWindow = 64 << 20

	// chunkSize is the read buffer, in octets. It has to hold the largest packet
	// with its block, and it stays in the second-level cache of one core.
	chunkSize = 512 << 10

	// minBuffer holds one packet of MaxPacket octets with the longest header in
	// front and some options behind it.
	minBuffer = MaxPacket + 64<<10
)

// What can be wrong with a file, for errors.Is on the error of Open.
var (
	ErrNotCapture      = errors.New("not a capture file")
	ErrEmpty           = errors.New("empty file")
	ErrTruncatedHeader = errors.New("file header cut off")
	ErrDirectory       = errors.New("is a directory")
	ErrTerminal        = errors.New("is a terminal")
	ErrVersion         = errors.New("unsupported version")
	ErrCompression     = errors.New("cannot unpack")
)

// FileError is the error of Open and the error of Read other than io.EOF. Its
// text is one line which names the file and says what would be right.
type FileError struct {
	Name   string // as given to Open
	Err    error  // one of the errors above, or what the operating system said
	Detail string // what was found, may be empty
	Want   string // what would be right, may be empty
}

// Error implements error.
func (e *FileError) Error() string {
	s := "capture: " + printable(e.Name) + ": " + e.Err.Error()
	if e.Detail != "" {
		s += " (" + e.Detail + ")"
	}
	if e.Want != "" {
		s += "; want " + e.Want
	}
	return s
}

// Unwrap gives the error of the list above, or that of the operating system.
func (e *FileError) Unwrap() error { return e.Err }

// printable keeps an error on one line whatever a file is called.
func printable(name string) string {
	for _, r := range name {
		if !strconv.IsPrint(r) {
			return strconv.Quote(name)
		}
	}
	return name
}

const wantCapture = "pcap or pcapng, optionally gzip or zstd"

// Options of Open. The zero value is right for nearly everybody.
type Options struct {
	// Stdin is what the name "-" reads; nil: os.Stdin.
	Stdin io.Reader
	// BufferSize is the size of the read buffer in octets; 0: 512 KiB. It is never
	// less than what one packet of MaxPacket octets needs.
	BufferSize int
}

// File is an open capture file, a Source. Only Progress may be called while
// another goroutine is in Read.
type File struct {
	name   string
	format string

	raw     *meter // the file itself
	src     io.Reader
	closers []func() error

	buf  []byte
	r, w int   // buf[r:w] is read but not yet handed out
	base int64 // offset of buf[0] in the unpacked stream
	skip int64 // octets to throw away before the next frame
	end  error // what src ended with; nil: it has not
	done error // what Read answers from now on

	frames uint64 // number of the last frame

	ng   bool
	big  bool // big-endian file or section
	pcap pcapState
	pcng pcapngState

	packed bool // src is not the file itself
	warn   [numWarnings]Warning
}

// meter counts what is read of the file and keeps the error of the operating
// system apart from the complaints of a decompressor.
type meter struct {
	r     io.Reader
	n     atomic.Int64
	total atomic.Int64
	err   error
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	m.n.Add(int64(n))
	if err != nil && err != io.EOF {
		m.err = err
	}
	return n, err
}

// Open opens a capture file and reads its header; "-" is standard input. All of
// its errors are *FileError. A link type that Peeler does not know is no error.
func Open(name string, opts Options) (*File, error) {
	if name == "-" {
		in := opts.Stdin
		if in == nil {
			in = os.Stdin
		}
		if file, ok := in.(*os.File); ok {
			if term.IsTerminal(int(file.Fd())) {
				return nil, &FileError{Name: "stdin", Err: ErrTerminal, Want: "a capture from a pipe or a file"}
			}
			return newFile(file, "stdin", fileSize(file), nil, opts)
		}
		return newFile(in, "stdin", 0, nil, opts)
	}
	// A directory opens without error and fails only when read; and a FIFO
	// without a writer blocks, as it should.
	file, err := os.Open(name)
	if err != nil {
		return nil, &FileError{Name: name, Err: bareError(err)}
	}
	if st, err := file.Stat(); err == nil && st.IsDir() {
		file.Close()
		return nil, &FileError{Name: name, Err: ErrDirectory, Want: "a file: " + wantCapture}
	}
	return newFile(file, name, fileSize(file), file.Close, opts)
}

// NewReader reads a capture from r, as Open does from a file. The name stands in
// errors and in Name. Close does not close r.
func NewReader(r io.Reader, name string, opts Options) (*File, error) {
	return newFile(r, name, 0, nil, opts)
}

// fileSize is the size of a regular file, or 0.
func fileSize(file *os.File) int64 {
	st, err := file.Stat()
	if err != nil || !st.Mode().IsRegular() {
		return 0
	}
	return st.Size()
}

// bareError takes the operation and the path off an error of package os, which
// FileError gives already.
func bareError(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

func newFile(r io.Reader, name string, total int64, closer func() error, opts Options) (*File, error) {
	size := opts.BufferSize
	if size == 0 {
		size = chunkSize
	}
	f := &File{name: name, raw: &meter{r: r}, buf: make([]byte, max(size, minBuffer))}
	f.raw.total.Store(total)
	f.src = f.raw
	if closer != nil {
		f.closers = append(f.closers, closer)
	}
	if err := f.open(); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// open recognises the compression and the format and reads the file header.
func (f *File) open() error {
	f.fill(4)
	if err := f.openError(); err != nil {
		return err
	}
	packing := ""
	if h := f.buf[:f.w]; len(h) >= 3 && h[0] == 0x1f && h[1] == 0x8b && h[2] == 8 {
		packing = "gzip" // RFC 1952 2.3.1: ID1, ID2, CM deflate
	} else if len(h) >= 4 && isZstd(binary.LittleEndian.Uint32(h)) {
		packing = "zstd"
	}
	if packing != "" {
		if err := f.unpack(packing); err != nil {
			return err
		}
		f.fill(4)
		if err := f.openError(); err != nil {
			return err
		}
	}

	h := f.buf[:f.w]
	if len(h) == 0 {
		return &FileError{Name: f.name, Err: ErrEmpty, Want: wantCapture}
	}
	var err error
	switch {
	case len(h) < 4:
		err = f.notCapture()
	case binary.BigEndian.Uint32(h) == blockSHB:
		f.ng, f.format = true, "pcapng"
		err = f.openPcapng()
	default:
		f.format = "pcap"
		err = f.openPcap(binary.LittleEndian.Uint32(h))
	}
	if packing != "" {
		f.format += "+" + packing
	}
	return err
}

// openError is the error that ended the stream while the header was read, if it
// is one a user has to know: what the system or the decompressor said.
func (f *File) openError() error {
	switch {
	case f.raw.err != nil:
		return &FileError{Name: f.name, Err: bareError(f.raw.err)}
	case f.packed && f.end != nil && f.end != io.EOF && f.w-f.r < 4:
		return &FileError{Name: f.name, Err: ErrCompression, Detail: unpackError(f.end), Want: wantCapture}
	}
	return nil
}

// isZstd says if a magic number begins a zstd frame or a skippable frame
// (RFC 8878 3.1.1 and 3.1.2), with which parallel compressors begin.
func isZstd(magic uint32) bool {
	return magic == 0xFD2FB528 || magic&0xFFFFFFF0 == 0x184D2A50
}

// unpack puts a decompressor between the file and the buffer.
func (f *File) unpack(packing string) error {
	head := bytes.Clone(f.buf[f.r:f.w])
	in := io.MultiReader(bytes.NewReader(head), f.raw)
	f.r, f.w, f.packed = 0, 0, true
	var err error
	if packing == "gzip" {
		var z *gzip.Reader
		if z, err = gzip.NewReader(in); err == nil {
			f.src = z
			f.closers = append(f.closers, z.Close)
		}
	} else {
		var z *zstd.Decoder
		z, err = zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(maxZstdWindow), zstd.WithDecoderMaxMemory(maxZstdWindow))
		if err == nil {
			f.src = z
			f.closers = append(f.closers, func() error { z.Close(); return nil })
		}
	}
	if f.raw.err != nil {
		return &FileError{Name: f.name, Err: bareError(f.raw.err)}
	}
	if err != nil {
		return &FileError{Name: f.name, Err: ErrCompression, Detail: unpackError(err), Want: wantCapture}
	}
	f.end = nil
	return nil
}

// unpackError says what a decompressor found, for people.
func unpackError(err error) string {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "the compressed data is cut off"
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return fmt.Sprintf("the zstd window is larger than %d MiB: pack it again without --long=27 or more", maxZstdWindow>>20)
	}
	return err.Error()
}

// foreign formats, by their first octets, which a user may take for a capture.
var foreign = []struct{ magic, name string }{
	{"\xfd7zXZ\x00", "xz data"},
	{"BZh", "bzip2 data"},
	{"\x04\x22\x4d\x18", "lz4 data"},
	{"PK\x03\x04", "zip archive"},
	{"7z\xbc\xaf", "7-Zip archive"},
	{"\x1f\x9d", "compress data"},
	{"\x1f\x8b", "gzip data inside gzip or of an unknown method"},
	{"\x28\xb5\x2f\xfd", "zstd data inside a packed file"},
	{"snoop\x00", "snoop capture"},
	{"btsnoop\x00", "btsnoop capture"},
	{"<?xml", "XML text"},
	{"\x7fELF", "ELF program"},
}

func (f *File) notCapture() error {
	h := f.buf[f.r:f.w]
	detail := "first octets " + hex.EncodeToString(h[:min(len(h), 4)])
	for _, k := range foreign {
		if bytes.HasPrefix(h, []byte(k.magic)) {
			detail = k.name + ", " + detail
			break
		}
	}
	return &FileError{Name: f.name, Err: ErrNotCapture, Detail: detail, Want: wantCapture}
}

func (f *File) truncatedHeader(have, want int) error {
	return &FileError{Name: f.name, Err: ErrTruncatedHeader,
		Detail: fmt.Sprintf("%d of %d octets of a %s header", have, want, f.format), Want: wantCapture}
}

// fill makes need octets stand in buf[r:w]. It answers false where the stream
// ends before that; what there is stands in buf[r:w] then. Frames handed out
// before lose their data.
func (f *File) fill(need int) bool {
	if f.w-f.r >= need {
		return true
	}
	if f.r > 0 {
		copy(f.buf, f.buf[f.r:f.w])
		f.base += int64(f.r)
		f.w -= f.r
		f.r = 0
	}
	for idle := 0; f.w < need; {
		if f.end != nil {
			return false
		}
		n, err := f.src.Read(f.buf[f.w:])
		if n > 0 {
			f.w += n
			idle = 0
		} else if err == nil {
			if idle++; idle == 100 {
				err = io.ErrNoProgress
				f.raw.err = err
			}
		}
		f.end = err
	}
	return true
}

// discard throws f.skip octets away. It answers false where the stream ends
// before that; f.skip is then what is missing.
func (f *File) discard() bool {
	for f.skip > 0 {
		if f.r == f.w && !f.fill(1) {
			return false
		}
		n := int(min(f.skip, int64(f.w-f.r)))
		f.r += n
		f.skip -= int64(n)
	}
	return true
}

// offset is that of buf[r] in the unpacked stream.
func (f *File) offset() int64 { return f.base + int64(f.r) }

// Read implements Source. Errors other than io.EOF are those of the operating
// system, as *FileError; what is wrong with the file itself ends the frames with
// io.EOF and stands in Warnings. It allocates nothing.
func (f *File) Read(frames []Frame) (int, error) {
	if f.done != nil {
		return 0, f.done
	}
	if len(frames) == 0 {
		return 0, nil
	}
	var n int
	if f.ng {
		n = f.readPcapng(frames)
	} else {
		n = f.readPcap(frames)
	}
	if n > 0 {
		return n, nil
	}
	if f.done == nil {
		f.done = io.EOF
	}
	return 0, f.done
}

// finish ends the frames where the stream has ended. lost tells what of a frame
// or block stands at the end of the file: have octets of want; want 0: the file
// ends where it should.
func (f *File) finish(what string, have, want int64) {
	f.done = io.EOF
	switch {
	case f.raw.err != nil:
		f.done = &FileError{Name: f.name, Err: bareError(f.raw.err)}
		return
	case f.packed && f.end != io.EOF:
		f.warnf(WarnCompression, "the compressed data ends badly %d octets into the capture: %s", f.base+int64(f.w), unpackError(f.end))
	}
	if want > 0 {
		f.warnf(WarnCutOff, "the file is cut off: %d of %d octets of %s are there, %d are missing", have, want, what, want-have)
	}
}

// stop ends the frames at a place the reader cannot pass.
func (f *File) stop() { f.done = io.EOF }

// rest says how much of the file is given up from buf[r] on, for warnings.
func (f *File) rest() string {
	if total := f.raw.total.Load(); !f.packed && total > f.offset() {
		return fmt.Sprintf("the last %d octets of the file are not read", total-f.offset())
	}
	return "the rest of the file is not read"
}

// Close closes the file. Frames read before stay readable.
func (f *File) Close() error {
	if f.done == nil {
		f.done = &FileError{Name: f.name, Err: fs.ErrClosed}
	}
	var first error
	for i := len(f.closers) - 1; i >= 0; i-- {
		if err := f.closers[i](); err != nil && first == nil && i == 0 {
			first = &FileError{Name: f.name, Err: bareError(err)}
		}
	}
	f.closers = nil
	return first
}

// Name is what was given to Open, or "stdin".
func (f *File) Name() string { return f.name }

// Format is "pcap" or "pcapng", with "+gzip" or "+zstd" behind it where it is packed.
func (f *File) Format() string { return f.format }

// Progress is how many octets of the file were read and how many it has, both
// before unpacking; total is 0 where that is not known. It may be called from
// another goroutine while Read runs.
func (f *File) Progress() (read, total int64) { return f.raw.n.Load(), f.raw.total.Load() }

// Frames is the number of the last frame read.
func (f *File) Frames() uint64 { return f.frames }
