// Package ipsec reads the headers that IPsec leaves readable: ESP (RFC 4303 2), AH
// (RFC 4302 2), IKE version 2 (RFC 7296 3.1, 3.2) and version 1 (ISAKMP, RFC 2408
// 3.1), and what tells them apart on UDP port 4500 (RFC 3948 2).
//
// Not covered: the contents of IKE payloads, and of ESP, which are encrypted.
// Nothing in an ESP packet says whether its cipher is NULL (RFC 2410; RFC 5879 has
// only guesses). Slices alias the input and live as long as it does. Nothing
// allocates.
package ipsec
