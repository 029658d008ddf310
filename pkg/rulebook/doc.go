// Package rulebook tells people about rules: what is in force and where it comes
// from (List), whether it does what its tests expect (Run), and why a message was
// or was not flagged (Explain). The commands of `sigtransit rules` are thin layers
// above it. It judges nothing itself: captures go through the same worker as those
// of replay.
package rulebook
