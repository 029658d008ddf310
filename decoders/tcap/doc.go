// Package tcap decodes TCAP messages: transaction identifiers, the dialogue
// portion and the components (ITU-T Q.773 06/97, with the dialogue PDUs of its
// clause 4.2), and the packages of ANSI TCAP (T1.114-2000), whose types and
// components are mapped to those of Q.773. Arguments, results and error parameters
// are handed on undecoded.
//
// The walk is by tag, not by position: lengths in the short, the long and the
// indefinite form are taken anywhere, portions may stand in any order, elements
// that are not known are stepped over, and a dialogue portion that cannot be read
// does not lose the components. What was decoded before a fault stays.
//
// Not covered: the contents of user information (MAP-OpenInfo and the like);
// security elements of ANSI dialogues; operation classes and timers, which a
// listener does not see.
//
// Slices alias the input and live as long as it does; all else is values.
package tcap
