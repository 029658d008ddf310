// Package exposure keeps the ledger: who could read how much of what, added up. A
// Recorder counts the messages of one worker in memory; a Ledger writes what its
// recorders counted to a database, hour by hour and twice a second, so that a restart or
// a kill loses that second at most; a Reader reads it for reports.
//
// The ledger holds counts and names of operators and carriers. Of subscribers it holds
// sketches of keyed hashes, from which no number can be read or tested without the key,
// which is not in the database.
package exposure
