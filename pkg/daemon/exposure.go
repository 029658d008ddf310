package daemon

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"sigtransit/pkg/exposure"
)

// The metrics of the ledger. Carriers are those of watchlists, partners those of
// metrics.partners: nothing from the wire makes a series.
var (
	exposedLabels   = []string{"carrier", "class", "direction", "evidence", "protection"}
	exposureDesc    = desc("exposure_messages_total", "Messages with a carrier on their path, watched or not, each once a carrier.", exposedLabels...)
	secretsDesc     = desc("exposure_answers_with_secrets_total", "Answers among them that returned secrets.", exposedLabels...)
	signalingDesc   = desc("signaling_messages_total", "Messages, each once, by what is known of their path.", "class", "direction", "path")
	partnerDesc     = desc("partner_messages_total", "Messages from and to a partner of metrics.partners.", "partner", "class")
	partnerOverDesc = desc("partner_exposure_messages_total", "Messages from and to a partner of metrics.partners with a carrier on their path.", "partner", "carrier", "class")
	overDesc        = desc("path_messages_total", "Messages that a carrier carried, by whether the IR.21 of their partner names it, or an exception accepts that it does not.", "carrier", "declaration")
	firstSeenDesc   = desc("first_seen_paths_total", "Partners seen over a carrier for the first time since the ledger began, by whether their IR.21 names it.", "carrier", "declaration")
	subscribersDesc = desc("exposed_subscribers", "Distinct subscribers of readable messages with a carrier on their path, since the hour or day (UTC) began; an estimate.", "carrier", "class", "window")
	ledgerUpDesc    = desc("ledger_up", "1: the ledger is open, and could be written and swept the last time.")
	commitsDesc     = desc("ledger_commits_total", "Times the ledger was written, by result.", "result")
	commitTimeDesc  = desc("ledger_last_commit_timestamp_seconds", "When the ledger was last written; 0: not yet.")
	pendingDesc     = desc("ledger_pending_rows", "Rows that wait to be written to the ledger.")
	recordedDesc    = desc("ledger_messages_total", "Messages that the ledger took.")
	cappedDesc      = desc("ledger_capped_messages_total", "Messages whose partner was counted among others, since an hour had as many rows as it may have.")
	ledgerLostDesc  = desc("ledger_lost_total", "What the ledger had no room for while it could not be written.", "what")
	ledgerHeldDesc  = desc("ledger_retention_held", "1: old rows stay, because the newest are far ahead of all others and have not lasted for three days yet.")
	ledgerBeginDesc = desc("ledger_begin_timestamp_seconds", "The first hour of the ledger; 0: it is empty.")
	ledgerSizeDesc  = desc("ledger_size_bytes", "Size of the ledger's files.")
)

var ledgerDescs = []*prometheus.Desc{
	exposureDesc, secretsDesc, signalingDesc, partnerDesc, partnerOverDesc, overDesc, firstSeenDesc, subscribersDesc, ledgerUpDesc, commitsDesc, commitTimeDesc, pendingDesc,
	recordedDesc, cappedDesc, ledgerLostDesc, ledgerHeldDesc, ledgerBeginDesc, ledgerSizeDesc,
}

// collectLedger is Collect for the ledger, where one is configured.
func (d *Daemon) collectLedger(gauge func(*prometheus.Desc, float64, ...string), counter func(*prometheus.Desc, uint64, ...string)) {
	if d.begun.Config.Ledger.File == "" {
		return
	}
	l, fault := d.ledger.Load(), d.gauges.ledgerFault.Load()
	up := 0.0
	if l != nil && (fault == nil || *fault == "") {
		up = 1
	}
	gauge(ledgerUpDesc, up)
	if l == nil {
		return
	}
	s := l.Stats()
	counter(commitsDesc, s.Commits, "ok")
	counter(commitsDesc, s.Failures, "failed")
	last := 0.0
	if !s.LastCommit.IsZero() {
		last = float64(s.LastCommit.UnixNano()) / 1e9
	}
	gauge(commitTimeDesc, last)
	gauge(pendingDesc, float64(s.Pending))
	counter(recordedDesc, s.Messages)
	counter(cappedDesc, s.Capped)
	counter(ledgerLostDesc, s.Lost, "messages")
	counter(ledgerLostDesc, s.LostSubscribers, "subscribers")
	counter(ledgerLostDesc, s.LostFrames, "frames")
	held := 0.0
	if d.gauges.ledgerHeld.Load() {
		held = 1
	}
	gauge(ledgerHeldDesc, held)
	gauge(ledgerSizeDesc, float64(ledgerSize(l.Path())))

	t := l.Totals(time.Now())
	for k, n := range t.Exposed {
		labels := []string{k.Carrier, k.Class.String(), k.Direction.String(), k.Evidence.String(), k.Protection.String()}
		counter(exposureDesc, n.Messages, labels...)
		counter(secretsDesc, n.Secrets, labels...)
	}
	for k, n := range t.Whole {
		counter(signalingDesc, n, k.Class.String(), k.Direction.String(), k.Path.String())
	}
	for k, n := range t.Partners {
		if k.Carrier == exposure.Total {
			counter(partnerDesc, n, k.Partner, k.Class.String())
		} else {
			counter(partnerOverDesc, n, k.Partner, k.Carrier, k.Class.String())
		}
	}
	gauge(ledgerBeginDesc, float64(t.Begin))
	for k, n := range t.Over {
		counter(overDesc, n, k.Carrier, k.Declared.String())
	}
	for k, n := range t.FirstSeen {
		counter(firstSeenDesc, n, k.Carrier, k.Declared.String())
	}
	for k, n := range t.Subscribers {
		gauge(subscribersDesc, float64(n), k.Carrier, k.Class.String(), k.Window.String())
	}
}
