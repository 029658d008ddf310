package ir21

import (
	"archive/zip"
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"sigtransit/pkg/badinput"
	"sigtransit/pkg/partners"
)

// ImportOptions says how documents are imported.
type ImportOptions struct {
	MaxSize  int64             // of a document; 0: DefaultMaxSize
	Resolver partners.Resolver // of carriers
	Now      time.Time         // when the import is made; zero: dates to come are taken as they are
	Each     func(done, total int)
}

// Import is what came of the documents.
type Import struct {
	File     partners.File
	Read     int      // documents that were used
	Refused  []*Error // documents that were not
	Notes    []Note
	Replaced []partners.Replaced
	// Unresolved are parts of carriers' names that name no known carrier.
	Unresolved map[string]int
}

// Bounds of an archive: what its documents may have together, and its table of contents.
const (
	maxArchive   = 2 << 30
	maxDirectory = 8 << 20
)

// Files reads documents: files, and folders with all that end in .xml, .xml.gz or
// .zip in them. A file that ends in .json is a partner file of an earlier import. A document that cannot be used is listed and the others are read.
// err is an interruption.
func Files(ctx context.Context, names []string, o ImportOptions) (*Import, error) {
	if o.MaxSize <= 0 {
		o.MaxSize = DefaultMaxSize
	}
	im := &Import{Unresolved: map[string]int{}}
	var files []string
	for _, name := range names {
		files = im.find(files, name)
	}
	files = once(files)
	results := make([]result, len(files))
	next := make(chan int)
	var done sync.WaitGroup
	var mu sync.Mutex
	finished := 0
	for range min(len(files), runtime.GOMAXPROCS(0)) {
		done.Go(func() {
			for i := range next {
				results[i].read(files[i], o.MaxSize)
				mu.Lock()
				if finished++; o.Each != nil {
					o.Each(finished, len(files))
				}
				mu.Unlock()
			}
		})
	}
	for i := range files {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	done.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var all []*partners.Partner
	for _, r := range results {
		im.Read += r.used
		im.Refused = append(im.Refused, r.refused...)
		im.Notes = append(im.Notes, r.notes...)
		all = append(all, r.partners...)
	}
	if !o.Now.IsZero() {
		for _, p := range all {
			im.ahead(p, o.Now)
		}
	}
	im.File.Created = o.Now
	im.File.Partners, im.Replaced = partners.Merge(all, o.Now)
	for _, p := range im.File.Partners {
		if partners.Ahead(p.Declared, o.Now) {
			im.Notes = append(im.Notes, Note{File: p.Source, Text: fmt.Sprintf("network %s: in effect from %s, which is to come: counts, for nothing in effect describes it", p.ID, p.Declared.Format(time.DateOnly))})
		}
		for _, name := range p.Resolve(o.Resolver) {
			im.Unresolved[clip(name)]++
		}
		im.strangers(p, o.Resolver)
	}
	return im, nil
}

// strangers notes providers whose name and AS number are different carriers'. Both
// count: one of them is on the way.
func (im *Import) strangers(p *partners.Partner, r partners.Resolver) {
	for i := range p.Carriers {
		d := &p.Carriers[i]
		if len(d.Carriers) < 2 || d.ASN == 0 {
			continue
		}
		owner := r.ASN(d.ASN)
		if owner != "" && !slices.ContainsFunc(r.Text(d.Name), func(n partners.Named) bool { return n.Carrier == owner }) {
			im.Notes = append(im.Notes, Note{File: p.Source, Text: fmt.Sprintf("network %s: provider %q has AS%d, which is %s: both count", p.ID, clip(d.Name), d.ASN, owner)})
		}
	}
}

// find adds the documents under a name.
func (im *Import) find(files []string, name string) []string {
	info, err := os.Stat(name)
	if err != nil {
		im.refuse(name, err)
		return files
	}
	if !info.IsDir() {
		return append(files, name)
	}
	before := len(files)
	// With a separator behind it a link to a folder is that folder.
	err = filepath.WalkDir(name+string(filepath.Separator), func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			im.refuse(path, err)
		case d.IsDir():
		case d.Type()&fs.ModeSymlink != 0:
			switch to, err := os.Stat(path); {
			case err != nil:
				im.passed(path, "a link to nothing")
			case to.IsDir():
				im.passed(path, "a link to a folder, which may lead in a circle; name that folder besides")
			case to.Mode().IsRegular() && isDocument(path):
				files = append(files, path)
			}
		case !isDocument(path):
		case d.Type().IsRegular():
			files = append(files, path)
		default:
			im.passed(path, "no file that ends (a pipe, a device or a socket)")
		}
		return nil
	})
	if err != nil {
		im.refuse(name, err)
	} else if len(files) == before {
		im.refuse(name, errors.New("no .xml, .xml.gz or .zip in this folder; want RAEX IR.21 documents"))
	}
	return files
}

// passed notes what stands in a folder and is not read.
func (im *Import) passed(name, what string) {
	im.Notes = append(im.Notes, Note{File: name, Text: what + ": passed over"})
}

// once leaves out files that were named before, by this name or another one.
func once(files []string) []string {
	seen := map[string]bool{}
	return slices.DeleteFunc(files, func(name string) bool {
		key := name
		if real, err := filepath.EvalSymlinks(name); err == nil {
			key = real
		}
		if full, err := filepath.Abs(key); err == nil {
			key = full
		}
		twice := seen[key]
		seen[key] = true
		return twice
	})
}

// Dates further ahead than these are mistakes: a clock is wrong by days at most, and a
// change is not told more than a year before.
const (
	aheadMade     = 7 * 24 * time.Hour
	aheadDeclared = 366 * 24 * time.Hour
)

// ahead forgets dates that cannot be: their document would be the newest for ever.
func (im *Import) ahead(p *partners.Partner, now time.Time) {
	for _, x := range []struct {
		date  *time.Time
		what  string
		grace time.Duration
	}{{&p.Created, "made", aheadMade}, {&p.Declared, "in effect from", aheadDeclared}} {
		if x.date.After(now.Add(x.grace)) {
			im.Notes = append(im.Notes, Note{File: p.Source, Text: fmt.Sprintf("network %s: %s %s, which is to come: taken for a document without that date", p.ID, x.what, x.date.Format(time.DateOnly))})
			*x.date = time.Time{}
		}
	}
	for _, list := range [...][]partners.Declaration{p.Carriers, p.Domestic} {
		for i := range list {
			if d := &list[i]; d.Since.After(now.Add(aheadDeclared)) {
				d.Since, d.SinceText = time.Time{}, cmp.Or(d.SinceText, d.Since.Format(time.DateOnly))
			}
		}
	}
}

func (im *Import) refuse(name string, err error) {
	im.Refused = append(im.Refused, &Error{File: name, Text: errText(err)})
}

// errText drops the file name that an os error repeats.
func errText(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}

func isDocument(name string) bool {
	name = strings.ToLower(name)
	return strings.HasSuffix(name, ".xml") || strings.HasSuffix(name, ".xml.gz") || strings.HasSuffix(name, ".zip")
}

// result is what came of one file.
type result struct {
	used     int
	partners []*partners.Partner
	notes    []Note
	refused  []*Error
}

func (r *result) refuse(name string, err error) {
	var e *Error
	if !errors.As(err, &e) {
		e = &Error{File: name, Text: errText(err)}
	}
	r.refused = append(r.refused, e)
}

// read reads a document, or those in an archive.
func (r *result) read(name string, maxSize int64) {
	info, err := badinput.Stat(name, "a file")
	if err != nil {
		r.refuse(name, err)
		return
	}
	f, err := os.Open(name)
	if err != nil {
		r.refuse(name, err)
		return
	}
	defer f.Close()
	switch lower := strings.ToLower(name); {
	case strings.HasSuffix(lower, ".json"):
		earlier, err := partners.Load(name)
		if err != nil {
			r.refuse(name, err)
			return
		}
		r.used++
		r.partners = earlier.Partners
	case strings.HasSuffix(lower, ".zip"):
		r.archive(name, f, info.Size(), maxSize)
	case info.Size() > maxSize:
		r.refuse(name, fmt.Errorf("has %d MiB, at most %d are read; want a RAEX IR.21 document", info.Size()>>20, maxSize>>20))
	case strings.HasSuffix(lower, ".gz"):
		z, err := gzip.NewReader(f)
		if err != nil {
			r.refuse(name, fmt.Errorf("not gzip: %w", err))
			return
		}
		r.document(name, z, maxSize)
	default:
		r.document(name, f, maxSize)
	}
}

func (r *result) document(name string, in io.Reader, maxSize int64) {
	list, notes, err := Parse(in, Options{Name: name, MaxSize: maxSize})
	if err != nil {
		r.refuse(name, err)
		return
	}
	r.notes = append(r.notes, notes...)
	r.used++
	r.partners = append(r.partners, list...)
}

// directorySize is the size of an archive's table of contents, as its last record says
// (APPNOTE.TXT 4.3.16); 0 where there is none.
func directorySize(f io.ReaderAt, size int64) uint32 {
	const record = 22
	tail := make([]byte, min(size, 1<<16+record))
	n, _ := f.ReadAt(tail, size-int64(len(tail)))
	i := bytes.LastIndex(tail[:n], []byte("PK\x05\x06"))
	if i < 0 || i+record > n {
		return 0
	}
	return binary.LittleEndian.Uint32(tail[i+12:])
}

func (r *result) archive(name string, f io.ReaderAt, size, maxSize int64) {
	if n := directorySize(f, size); n > maxDirectory { // it is read as a whole
		r.refuse(name, fmt.Errorf("its table of contents has %d MiB, at most %d are read; want an archive of RAEX IR.21 documents", n>>20, maxDirectory>>20))
		return
	}
	z, err := zip.NewReader(f, size)
	if err != nil {
		r.refuse(name, fmt.Errorf("not a zip archive: %w", err))
		return
	}
	slices.SortFunc(z.File, func(a, b *zip.File) int { return cmp.Compare(a.Name, b.Name) })
	var total uint64
	found := false
	for _, entry := range z.File {
		if entry.FileInfo().IsDir() || !strings.HasSuffix(strings.ToLower(entry.Name), ".xml") {
			continue
		}
		found = true
		inner := name + "/" + clip(entry.Name)
		total += entry.UncompressedSize64
		switch {
		case entry.UncompressedSize64 > uint64(maxSize):
			r.refuse(inner, fmt.Errorf("has %d MiB, at most %d are read; want a RAEX IR.21 document", entry.UncompressedSize64>>20, maxSize>>20))
			continue
		case total > maxArchive:
			r.refuse(inner, fmt.Errorf("more than %d GiB in this archive; the rest of it is left out", maxArchive>>30))
			return
		}
		in, err := entry.Open()
		if err != nil {
			r.refuse(inner, err)
			continue
		}
		r.document(inner, in, maxSize)
		in.Close()
	}
	if !found {
		r.refuse(name, errors.New("no .xml in this archive; want RAEX IR.21 documents"))
	}
}
