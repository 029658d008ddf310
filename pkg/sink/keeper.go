package sink

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// keeper looks after the old files of a file sink: it names them, packs them and
// removes the oldest. Names sort by age: findings.jsonl-20261126T220319.000000Z.
type keeper struct {
	conf  FileConfig
	count *counters

	mu      sync.Mutex
	running bool
	again   bool
	ctx     context.Context
	cancel  context.CancelFunc
	done    sync.WaitGroup
}

const oldStamp = "20060102T150405.000000Z"

// rename gives the file that is written an old file's name, which no other has.
func (k *keeper) rename(now time.Time) error {
	for range 1000 {
		name := k.conf.Path + "-" + now.UTC().Format(oldStamp)
		_, err := os.Lstat(name)
		_, packed := os.Lstat(name + ".gz")
		if errors.Is(err, os.ErrNotExist) && errors.Is(packed, os.ErrNotExist) {
			return os.Rename(k.conf.Path, name)
		}
		now = now.Add(time.Microsecond)
	}
	return fmt.Errorf("no free name beside %s", k.conf.Path)
}

// old lists old files, oldest first, without their ".gz". Others in the folder
// are not ours.
func (k *keeper) old() ([]string, error) {
	entries, err := os.ReadDir(filepath.Dir(k.conf.Path))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		stamp, ok := strings.CutPrefix(e.Name(), filepath.Base(k.conf.Path)+"-")
		stamp = strings.TrimSuffix(stamp, ".gz")
		if _, err := time.Parse(oldStamp, stamp); !ok || err != nil || !e.Type().IsRegular() {
			continue
		}
		names = append(names, k.conf.Path+"-"+stamp)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// wake does the work in the background: packing takes longer than a sink may
// stand still.
func (k *keeper) wake() {
	if k.conf.MaxFiles == 0 && !k.conf.Gzip {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.running {
		k.again = true
		return
	}
	if k.ctx == nil {
		k.ctx, k.cancel = context.WithCancel(context.Background())
	}
	k.running = true
	k.done.Go(func() {
		for {
			if err := k.tidy(); err != nil && k.ctx.Err() == nil {
				k.count.failed(ReasonRotate)
			}
			k.mu.Lock()
			if !k.again || k.ctx.Err() != nil {
				k.running = false
				k.mu.Unlock()
				return
			}
			k.again = false
			k.mu.Unlock()
		}
	})
}

// stop ends the work; a file that was being packed stays as it was.
func (k *keeper) stop() {
	k.mu.Lock()
	if k.cancel != nil {
		k.cancel()
	}
	k.mu.Unlock()
	k.done.Wait()
}

// tidy removes what is too many, and packs the rest, those too that an earlier run
// left unpacked.
func (k *keeper) tidy() error {
	names, err := k.old()
	if err != nil {
		return err
	}
	if n := len(names) - k.conf.MaxFiles; k.conf.MaxFiles > 0 && n > 0 {
		for _, name := range names[:n] {
			for _, suffix := range [...]string{"", ".gz", ".gz.part"} {
				if e := os.Remove(name + suffix); e != nil && !errors.Is(e, os.ErrNotExist) {
					err = errors.Join(err, e)
				}
			}
		}
		names = names[n:]
	}
	if !k.conf.Gzip {
		return err
	}
	for _, name := range names {
		if _, e := os.Lstat(name); e != nil {
			continue // packed already
		}
		err = errors.Join(err, k.pack(name))
	}
	return err
}

// pack writes a .gz beside a file and removes the file when the .gz is on disk.
func (k *keeper) pack(name string) error {
	in, err := os.Open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	part := name + ".gz.part"
	out, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o640)
	if err != nil {
		return err
	}
	z := gzip.NewWriter(out)
	_, err = io.Copy(z, stoppable{k.ctx, in})
	err = errors.Join(err, z.Close(), out.Sync(), out.Close())
	if err == nil {
		err = os.Rename(part, name+".gz")
	}
	if err != nil {
		return errors.Join(err, os.Remove(part))
	}
	return os.Remove(name)
}

// stoppable reads until its context ends.
type stoppable struct {
	ctx context.Context
	r   io.Reader
}

func (s stoppable) Read(b []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(b)
}
