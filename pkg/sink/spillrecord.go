package sink

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"sigtransit/pkg/signaling"
)

// A record of the spill, all numbers big-endian:
//
//	magic    4  "sgt1"
//	length   4  of the payload
//	checksum 4  CRC32c of the payload
//	payload     sequence 8, time 8, type 1, severity 1, length of the rule 1,
//	            length of the carrier 1, rule, carrier, line
const (
	spillMagic   = "sgt1"
	spillHeader  = 12
	spillFixed   = 20
	spillPayload = 4 << 20 // a longer one is damage
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func appendRecord(b []byte, r *record) []byte {
	from := len(b)
	b = append(b, spillMagic+"\x00\x00\x00\x00\x00\x00\x00\x00"...)
	b = binary.BigEndian.AppendUint64(b, r.seq)
	b = binary.BigEndian.AppendUint64(b, uint64(r.Time))
	rule, carrier := r.Rule[:min(len(r.Rule), 255)], r.Carrier[:min(len(r.Carrier), 255)]
	b = append(b, byte(r.Type), byte(r.Severity), byte(len(rule)), byte(len(carrier)))
	b = append(append(append(b, rule...), carrier...), r.line...)
	payload := b[from+spillHeader:]
	binary.BigEndian.PutUint32(b[from+4:], uint32(len(payload)))
	binary.BigEndian.PutUint32(b[from+8:], crc32.Checksum(payload, castagnoli))
	return b
}

// readRecord reads the first whole record at or behind at. end is the offset
// behind it, -1 when there is none before size. bad counts runs of octets that
// are no record and were stepped over.
func readRecord(f io.ReaderAt, at, size int64) (r record, end int64, bad int, err error) {
	for inDamage := false; at < size; {
		r, end, ok, err := recordAt(f, at, size)
		if err != nil {
			return r, -1, bad, err
		}
		if ok {
			return r, end, bad, nil
		}
		if !inDamage {
			inDamage = true
			bad++
		}
		if at, err = findMagic(f, at+1, size); err != nil {
			return r, -1, bad, err
		}
	}
	return r, -1, bad, nil
}

func recordAt(f io.ReaderAt, at, size int64) (r record, end int64, ok bool, err error) {
	var head [spillHeader]byte
	if size-at < spillHeader {
		return r, -1, false, nil
	}
	if _, err := f.ReadAt(head[:], at); err != nil {
		return r, -1, false, notEOF(err)
	}
	n := int64(binary.BigEndian.Uint32(head[4:]))
	if string(head[:4]) != spillMagic || n < spillFixed || n > spillPayload || n > size-at-spillHeader {
		return r, -1, false, nil
	}
	p := make([]byte, n)
	if _, err := f.ReadAt(p, at+spillHeader); err != nil {
		return r, -1, false, notEOF(err)
	}
	if crc32.Checksum(p, castagnoli) != binary.BigEndian.Uint32(head[8:]) {
		return r, -1, false, nil
	}
	rule, carrier := int(p[18]), int(p[19])
	if rule+carrier > len(p)-spillFixed {
		return r, -1, false, nil
	}
	r.seq = binary.BigEndian.Uint64(p)
	r.Time = int64(binary.BigEndian.Uint64(p[8:]))
	r.Type, r.Severity = min(Type(p[16]), NumTypes-1), min(signaling.Severity(p[17]), signaling.SeverityCritical)
	r.Rule = string(p[spillFixed : spillFixed+rule])
	r.Carrier = string(p[spillFixed+rule : spillFixed+rule+carrier])
	r.line = p[spillFixed+rule+carrier:]
	return r, at + spillHeader + n, true, nil
}

// findMagic is the next place from at on where a record may begin, else size.
func findMagic(f io.ReaderAt, at, size int64) (int64, error) {
	var buf [8 << 10]byte
	for at < size {
		b := buf[:min(int64(len(buf)), size-at)]
		if _, err := f.ReadAt(b, at); err != nil {
			return size, notEOF(err)
		}
		if i := bytes.Index(b, []byte(spillMagic)); i >= 0 {
			return at + int64(i), nil
		}
		if int64(len(b)) == size-at {
			return size, nil
		}
		at += int64(len(b) - len(spillMagic) + 1)
	}
	return size, nil
}

// notEOF: a file that became shorter is damage, which was counted, no fault of
// reading.
func notEOF(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return nil
	}
	return err
}

// The mark of a log is one line: segment and offset in hexadecimal, and their
// CRC32c. It has one length, so that one write replaces it.
const markFormat = "%016x %016x %08x\n"

func readMark(f *os.File) position {
	var line [64]byte
	n, _ := f.ReadAt(line[:], 0)
	var p position
	var sum uint32
	if _, err := fmt.Sscanf(string(line[:n]), markFormat, &p.segment, &p.offset, &sum); err != nil || sum != markSum(p) {
		return position{} // none, or torn: all is sent again
	}
	return p
}

func writeMark(f *os.File, p position) error {
	_, err := f.WriteAt(fmt.Appendf(nil, markFormat, p.segment, p.offset, markSum(p)), 0)
	return err
}

func markSum(p position) uint32 {
	return crc32.Checksum(fmt.Appendf(nil, "%016x %016x", p.segment, p.offset), castagnoli)
}

// lockDir makes sure that one process alone uses a folder.
func lockDir(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o640)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("%s is used by another process: %w", dir, err)
	}
	return f, nil
}
