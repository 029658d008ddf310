// Package telemetry shows the totals of output.Stats to Prometheus: over HTTP, or
// in a file for the textfile collector of node_exporter.
//
// The worker owns its Stats and nobody else reads them. It hands copies to a
// Publisher when one is asked for; a scrape asks, waits a moment, and takes the
// latest. All labels come from closed sets: protocols, reasons, rules, carriers of
// the watchlist. No address, point code or subscriber is ever a label.
package telemetry
