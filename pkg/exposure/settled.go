package exposure

import (
	"fmt"
	"time"
)

// A machine that starts with its clock far ahead stamps frames with the same wrong time:
// row and clock agree, and by both all that the ledger has is past retention. So the time
// that rows grow old by goes no further than the days with rows: it is at most
// settledDays after the first of the last settledDays days that have any. Where frames
// come each day that is the newest row; after a leap it moves on once the new time has
// lasted for as many days, before a restart or after it. Three, since a ledger keeps two
// days at least: fewer it may never have at once.
const settledDays = 3

// heldTold is how far rows may be held from growing old before it is told: less is a
// capture that pauses.
const heldTold = 7 * daySeconds

// settled is the time that rows grow old by, at most now.
func (b *book) settled(now int64) (int64, error) {
	before := now + 1
	for range settledDays {
		var hour int64
		// One look into the index a day.
		if err := b.db.QueryRow("SELECT coalesce(max(hour), -1) FROM exposure WHERE hour < ?", before).Scan(&hour); err != nil {
			return 0, err
		}
		if hour < 0 {
			break
		}
		before = hour / daySeconds * daySeconds
	}
	return min(now, before+settledDays*daySeconds), nil
}

// hold tells that rows do not grow old by the newest, or do again.
func (b *book) hold(now, settled int64) {
	held := now-settled > heldTold
	if held == b.held {
		return
	}
	b.held = held
	if b.opts.Held == nil {
		return
	}
	if !held {
		b.opts.Held(nil)
		return
	}
	day := func(t int64) string { return time.Unix(t, 0).UTC().Format(time.DateOnly) }
	b.opts.Held(fmt.Errorf("frames are of %s, and there were none for long before: nothing becomes a day or is let go by more than %s until they are of %d days; if that is not the date, set the machine's clock",
		day(now), day(settled), settledDays))
}
