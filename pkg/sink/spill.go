package sink

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// spill is the part of a queue that is on disk: two logs, so that a flood of
// ordinary events takes no room from urgent ones. It is not safe for concurrent
// use.
type spill struct {
	dir    string
	logs   [2]spillLog // ordinary, urgent
	newest bool
	lock   *os.File
}

// errSpillFull: the log is full and the policy is to keep what is there.
var errSpillFull = errors.New("sink: spill is full")

// urgentShare is the part of the spill that is for urgent events: a fourth.
const urgentShare = 4

// openSpill opens a folder and what an earlier run left in it. last is the
// greatest sequence number there.
func openSpill(dir string, size int64, newest bool) (s *spill, last uint64, err error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, 0, err
	}
	s = &spill{dir: dir, newest: newest}
	if s.lock, err = lockDir(dir); err != nil {
		return nil, 0, err
	}
	for i, name := range [...]string{"ordinary", "urgent"} {
		l := &s.logs[i]
		l.dir, l.name, l.max = dir, name, size/urgentShare
		if i == 0 {
			l.max = size - size/urgentShare
		}
		l.segmentMax = min(max(l.max/8, 4<<10), 16<<20)
		n, err := l.open()
		if err != nil {
			s.close()
			return nil, 0, err
		}
		last = max(last, n)
	}
	return s, last, nil
}

func (s *spill) log(r *record) *spillLog {
	if r.urgent() {
		return &s.logs[1]
	}
	return &s.logs[0]
}

// write appends records, oldest first. n is how many were written or made
// superfluous; dropped how many old ones gave way.
func (s *spill) write(batch []record) (n, dropped int, err error) {
	for n < len(batch) {
		l, end := s.log(&batch[n]), n+1
		for end < len(batch) && s.log(&batch[end]) == l {
			end++
		}
		done, lost, err := l.write(batch[n:end], s.newest)
		n, dropped = n+done, dropped+lost
		if err != nil {
			return n, dropped, err
		}
	}
	return n, dropped, nil
}

// prepend puts records before all others. It may only be called when nothing was
// read since the logs were empty.
func (s *spill) prepend(batch []record) error {
	var parts [2][]record
	for _, r := range batch {
		i := 0
		if r.urgent() {
			i = 1
		}
		parts[i] = append(parts[i], r)
	}
	var err error
	for i := range parts {
		if len(parts[i]) > 0 {
			err = errors.Join(err, s.logs[i].prepend(parts[i]))
		}
	}
	return err
}

// empty reports that nothing is left to read.
func (s *spill) empty() bool { return s.logs[0].unread() == 0 && s.logs[1].unread() == 0 }

// octets is what the spill holds on disk.
func (s *spill) octets() int64 { return s.logs[0].size() + s.logs[1].size() }

// corrupt is how many places could not be read since it was last asked: torn and
// damaged records.
func (s *spill) corrupt() (n int) {
	for i := range s.logs {
		n += s.logs[i].corrupt
		s.logs[i].corrupt = 0
	}
	return n
}

// read appends the oldest unread records to batch.
func (s *spill) read(batch []record, maxN int, maxOctets int64) ([]record, error) {
	for octets := int64(0); maxN > 0; maxN-- {
		var first *spillLog
		for i := range s.logs {
			l := &s.logs[i]
			if err := l.peek(); err != nil {
				return batch, err
			}
			if l.hasNext && (first == nil || l.next.seq < first.next.seq) {
				first = l
			}
		}
		if first == nil {
			break
		}
		octets += int64(len(first.next.line))
		if octets > maxOctets && len(batch) > 0 {
			break
		}
		batch = append(batch, first.next)
		first.hasNext = false
	}
	return batch, nil
}

// ack forgets records that read gave and that were delivered.
func (s *spill) ack(batch []record) error {
	var last [2]position
	for i := range batch {
		last[0] = later(last[0], batch[i], &s.logs[0])
		last[1] = later(last[1], batch[i], &s.logs[1])
	}
	var err error
	for i := range last {
		if last[i].segment != 0 {
			err = errors.Join(err, s.logs[i].ack(last[i]))
		}
	}
	return err
}

func later(p position, r record, l *spillLog) position {
	if r.pos.log == l {
		return r.pos
	}
	return p
}

func (s *spill) close() {
	for i := range s.logs {
		s.logs[i].close()
	}
	if s.lock != nil {
		s.lock.Close()
		s.lock = nil
	}
}

// segment is one file of a log.
type segment struct {
	id     uint64
	size   int64
	unread int
	last   int64 // end of the last record that was read
}

// position is a place behind a record of a log.
type position struct {
	log     *spillLog
	segment uint64
	offset  int64
}

// spillLog is a list of files that are appended to at one end and read, then
// removed, at the other. A new run begins a new file: it never appends to one
// that may end in a torn record.
type spillLog struct {
	dir, name       string
	max, segmentMax int64

	segments []segment // oldest first
	nextID   uint64    // of the next segment; ids are not used again
	corrupt  int       // places stepped over
	w        *os.File  // of the last segment; nil: the next record begins one
	r        *os.File  // of reading.segment; nil: not open
	reading  position
	acked    position
	mark     *os.File // the file that keeps acked
	next     record   // read ahead
	hasNext  bool
	buf      []byte
}

// firstSegment leaves room before it for prepend.
const firstSegment = 1 << 32

func (l *spillLog) path(id uint64) string {
	return filepath.Join(l.dir, fmt.Sprintf("%s-%016x.spill", l.name, id))
}

func (l *spillLog) open() (last uint64, err error) {
	entries, err := os.ReadDir(l.dir)
	if err != nil {
		return 0, err
	}
	if l.mark, err = os.OpenFile(filepath.Join(l.dir, l.name+".position"), os.O_RDWR|os.O_CREATE, 0o640); err != nil {
		return 0, err
	}
	l.acked = readMark(l.mark)
	for _, e := range entries {
		hex, ok := strings.CutPrefix(e.Name(), l.name+"-")
		hex, ok2 := strings.CutSuffix(hex, ".spill")
		var id uint64
		if _, err := fmt.Sscanf(hex, "%016x", &id); !ok || !ok2 || len(hex) != 16 || err != nil {
			continue
		}
		if id < l.acked.segment {
			// The run ended between the acknowledgement and the removal.
			if err := os.Remove(l.path(id)); err != nil {
				return 0, err
			}
			continue
		}
		info, err := e.Info()
		if err != nil {
			return 0, err
		}
		l.segments = append(l.segments, segment{id: id, size: info.Size()})
	}
	slices.SortFunc(l.segments, func(a, b segment) int { return cmp.Compare(a.id, b.id) })
	l.nextID = max(firstSegment, l.acked.segment+1)
	if n := len(l.segments); n > 0 {
		l.nextID = max(l.nextID, l.segments[n-1].id+1)
	}
	whole := l.segments[:0]
	for _, s := range l.segments {
		n, seq, bad, err := l.scan(&s)
		if err != nil {
			return 0, err
		}
		if n == 0 { // nothing left in it that could be read
			l.corrupt += bad
			if err := os.Remove(l.path(s.id)); err != nil {
				return 0, err
			}
			continue
		}
		s.unread, last = n, max(last, seq)
		whole = append(whole, s)
	}
	l.segments = whole
	l.start()
	return last, nil
}

// start sets reading to the first record that was not acknowledged.
func (l *spillLog) start() {
	if len(l.segments) == 0 {
		return
	}
	l.reading = position{log: l, segment: l.segments[0].id}
	if l.acked.segment == l.reading.segment {
		l.reading.offset = min(l.acked.offset, l.segments[0].size)
	}
}

// scan counts the records of a segment from where reading will begin.
func (l *spillLog) scan(s *segment) (n int, last uint64, corrupt int, err error) {
	f, err := os.Open(l.path(s.id))
	if err != nil {
		return 0, 0, 0, err
	}
	defer f.Close()
	at := int64(0)
	if s.id == l.acked.segment {
		at = l.acked.offset
	}
	for {
		r, end, bad, err := readRecord(f, at, s.size)
		corrupt += bad
		if err != nil || end < 0 {
			return n, last, corrupt, err
		}
		n, last, at = n+1, max(last, r.seq), end
	}
}

func (l *spillLog) unread() (n int) {
	for i := range l.segments {
		n += l.segments[i].unread
	}
	if l.hasNext {
		n++
	}
	return n
}

func (l *spillLog) size() (n int64) {
	for i := range l.segments {
		n += l.segments[i].size
	}
	return n
}

func (l *spillLog) write(batch []record, newest bool) (n, dropped int, err error) {
	for n < len(batch) {
		l.buf = l.buf[:0]
		end := n
		limit := min(l.segmentMax, batchOctets)
		if newest {
			limit = min(limit, l.max-l.size())
		}
		for end < len(batch) && (end == n || int64(len(l.buf)+spillHeader+spillFixed+len(batch[end].line)) < limit) {
			l.buf = appendRecord(l.buf, &batch[end])
			end++
		}
		size := int64(len(l.buf))
		for l.size()+size > l.max {
			if newest || size > l.max || len(l.segments) == 0 {
				return n, dropped, errSpillFull
			}
			lost, err := l.dropOldest()
			dropped += lost
			if err != nil {
				return n, dropped, err
			}
		}
		if err := l.append(l.buf, end-n); err != nil {
			return n, dropped, err
		}
		n = end
	}
	return n, dropped, nil
}

// append writes whole records. After a fault the segment ends where it did.
func (l *spillLog) append(b []byte, records int) error {
	if l.w != nil && l.segments[len(l.segments)-1].size+int64(len(b)) > l.segmentMax {
		if err := l.seal(); err != nil {
			return err
		}
	}
	if l.w == nil {
		id := l.nextID
		w, err := os.OpenFile(l.path(id), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
		if err != nil {
			return err
		}
		l.w = w
		l.nextID++
		l.segments = append(l.segments, segment{id: id})
		if len(l.segments) == 1 {
			l.start()
		}
	}
	s := &l.segments[len(l.segments)-1]
	if _, err := l.w.WriteAt(b, s.size); err != nil {
		return errors.Join(err, l.w.Truncate(s.size))
	}
	s.size += int64(len(b))
	s.unread += records
	return nil
}

// seal ends the segment that is written.
func (l *spillLog) seal() error {
	w := l.w
	l.w = nil
	return errors.Join(w.Sync(), w.Close())
}

func (l *spillLog) prepend(batch []record) error {
	if len(l.segments) == 0 {
		_, _, err := l.write(batch, true)
		return err
	}
	var b []byte
	for i := range batch {
		b = appendRecord(b, &batch[i])
	}
	id := l.segments[0].id - 1
	if err := os.WriteFile(l.path(id), b, 0o640); err != nil {
		return errors.Join(err, os.Remove(l.path(id)))
	}
	if l.acked.segment >= id { // the mark of a time when the log was empty
		l.acked = position{}
		if err := writeMark(l.mark, l.acked); err != nil {
			return err
		}
	}
	l.segments = slices.Insert(l.segments, 0, segment{id: id, size: int64(len(b)), unread: len(batch)})
	l.hasNext = false
	l.closeReader()
	l.start()
	return nil
}

func (l *spillLog) closeReader() {
	if l.r != nil {
		l.r.Close()
		l.r = nil
	}
}

// dropOldest removes the oldest segment. lost counts its records that were not
// read: those that were are on their way.
func (l *spillLog) dropOldest() (lost int, err error) {
	s := l.segments[0]
	lost = s.unread
	if l.hasNext && l.next.pos.segment == s.id {
		l.hasNext = false
		lost++
	}
	return lost, l.remove()
}

// remove takes the first segment away.
func (l *spillLog) remove() error { return l.forget(0) }

// forget takes a segment away. One that is gone already is no fault.
func (l *spillLog) forget(i int) error {
	s := l.segments[i]
	if i == len(l.segments)-1 && l.w != nil {
		l.w.Close()
		l.w = nil
	}
	l.segments = slices.Delete(l.segments, i, i+1)
	if l.reading.segment == s.id {
		l.closeReader()
		if i < len(l.segments) {
			l.reading = position{log: l, segment: l.segments[i].id}
		} else if i > 0 { // all before it is read
			l.reading = position{log: l, segment: l.segments[i-1].id, offset: l.segments[i-1].size}
		}
	}
	if err := os.Remove(l.path(s.id)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// peek reads ahead by one record if there is one.
func (l *spillLog) peek() (err error) {
	for !l.hasNext && len(l.segments) > 0 {
		i := slices.IndexFunc(l.segments, func(s segment) bool { return s.id == l.reading.segment })
		if i < 0 {
			return fmt.Errorf("sink: spill segment %x is gone", l.reading.segment)
		}
		s := &l.segments[i]
		if l.r == nil {
			l.r, err = os.Open(l.path(s.id))
			if errors.Is(err, os.ErrNotExist) { // somebody removed it
				l.corrupt += max(s.unread, 1)
				if err := l.forget(i); err != nil {
					return err
				}
				continue
			}
			if err != nil {
				return err
			}
		}
		r, end, bad, err := readRecord(l.r, l.reading.offset, s.size)
		if err != nil {
			return err
		}
		l.corrupt += bad
		if end >= 0 {
			s.unread = max(s.unread-1, 0)
			s.last = end
			l.reading.offset = end
			l.next, l.hasNext = r, true
			l.next.pos = l.reading
			return nil
		}
		l.reading.offset = s.size
		s.unread = 0
		if i == len(l.segments)-1 {
			return nil
		}
		l.closeReader()
		l.reading = position{log: l, segment: l.segments[i+1].id}
	}
	return nil
}

// ack removes what lies before p, and notes p for the next run.
func (l *spillLog) ack(p position) error {
	for len(l.segments) > 0 && l.segments[0].id < p.segment {
		if err := l.remove(); err != nil {
			return err
		}
	}
	if len(l.segments) == 0 || l.segments[0].id != p.segment {
		return nil // given up meanwhile
	}
	l.acked = p
	if err := writeMark(l.mark, p); err != nil {
		return err
	}
	if s := &l.segments[0]; s.unread > 0 || p.offset < s.last {
		return nil
	}
	if err := l.peek(); err != nil { // over what may be damaged behind it
		return err
	}
	if len(l.segments) > 0 && l.segments[0].id == p.segment && (l.reading.segment != p.segment || l.reading.offset >= l.segments[0].size) {
		return l.remove()
	}
	return nil
}

func (l *spillLog) close() {
	l.closeReader()
	if l.w != nil {
		_ = l.seal()
	}
	if l.mark != nil {
		l.mark.Close()
		l.mark = nil
	}
}
