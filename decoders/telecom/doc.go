// Package telecom holds the small comparable values that all decoders share:
// packed digit strings, signalling point codes, PLMN identities, subsystem
// numbers. All are values without pointers: they can be map keys, are compared
// with ==, and are never invalidated when the frame they came from is reused.
package telecom
