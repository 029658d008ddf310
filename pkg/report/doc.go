// Package report makes the exposure report: of all signaling between home and its
// partners, how much crosses which carrier, how that is known, how much of it can be
// read, how many subscribers it concerns, and whether the contracts say so.
//
// Build adds up a ledger (package exposure) and what the partners declare (package
// partners) to a Data; the renderers write it as one HTML file that needs nothing from
// anywhere, as JSON, as CSV and as text. A figure counts what the tap proves: evidence
// adjacent, hop or address. What is only declared, or proves nothing about transit, is
// shown beside it and never added to it.
package report
