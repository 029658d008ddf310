// Package ber reads the tag-length-value structure of the ASN.1 basic encoding
// rules (ITU-T X.690 02/2021, clause 8): what TCAP, MAP and CAP are written in.
//
// It walks, it does not interpret: one-octet and multi-octet identifiers,
// definite short and long lengths, and the indefinite form at any place, because
// stacks in the field use all of them. It is meant for hostile and for cut-off
// input: no recursion, no allocation, work linear in the input, and a last
// element whose end is missing is handed out with the octets that are there.
//
// Not covered: the values of types other than INTEGER (the packages above know
// what their octets mean), and constructed encodings of string types (X.690 8.7.3),
// which no signalling stack uses.
//
// All slices alias the input and live as long as it does.
package ber
