// Package numbering is public facts about numbers: which country a global title, a
// mobile country code or an international point code belongs to, and which operator a
// PLMN or a block of numbers was given to.
//
// The tables are our own (data/*.tsv: one fact a line, source and date in the head) and
// part of the binary. They are read at the first look-up, in a few milliseconds;
// look-ups allocate nothing and are safe for concurrent use. What they return belongs to
// the tables and is not to be changed.
//
// What is not claimed: a subscriber's number says who was given the block, not who serves
// the number now (number portability), and blocks of subscribers' numbers are not the
// ranges of an operator's nodes, though most operators number their nodes out of them.
// An operator's own declaration (IR.21) is better evidence than anything here, and how
// much a fact is worth is the caller's business.
package numbering
