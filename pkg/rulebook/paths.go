package rulebook

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"sigtransit/pkg/exposure"
	"sigtransit/pkg/pipeline"
	"sigtransit/rules"
)

// paths is the ledger of a test that is about paths too: it lasts as long as the test.
type paths struct {
	*exposure.Ledger
	dir   string
	found []*rules.Finding
}

func openPaths(set *rules.Set) (p *paths, err error) {
	p = &paths{}
	if p.dir, err = os.MkdirTemp("", "sigtransit-rules-test-"); err != nil {
		return nil, fmt.Errorf("the folder for a ledger: %w", err)
	}
	p.Ledger, err = exposure.Open(filepath.Join(p.dir, "ledger.db"), exposure.Options{
		Rules: set,
		Found: func(f *rules.Finding, told func()) { p.found = append(p.found, f); told() },
		// Whenever a test says that it is, it is not ahead of the clock.
		Now: func() time.Time { return time.Date(2300, 1, 1, 0, 0, 0, 0, time.UTC) },
	})
	if err != nil {
		os.RemoveAll(p.dir)
		return nil, err
	}
	p.Rest() // hours are judged once all was seen, in whatever order events told it
	return p, nil
}

// judge hands on what the ledger finds once all was said.
func (p *paths) judge(ctx context.Context, w *pipeline.Worker) error {
	w.FlushLedger()
	if err := p.EndOfCapture(ctx); err != nil {
		return err
	}
	for _, f := range p.found {
		w.Found(f)
	}
	return nil
}

func (p *paths) close() {
	p.Close()
	os.RemoveAll(p.dir)
}
