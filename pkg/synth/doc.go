// Package synth makes signaling: it encodes single values, whole messages and
// capture files for tests, demonstrations and benchmarks. It covers BER
// (ITU-T X.690), MAP (3GPP TS 29.002), short message TPDUs (3GPP TS 23.040),
// TCAP (ITU-T Q.773), SCCP (Q.713), M3UA (RFC 4666), Diameter (RFC 6733; 3GPP
// TS 29.272, TS 29.338), SCTP (RFC 9260), TCP, IPv4, IPv6 and Ethernet.
//
// Encoders append to a slice and return it, as append does, so they compose
// without intermediate copies:
//
//	arg := synth.AppendPurgeMS(nil, synth.PurgeMS{IMSI: imsi, VLR: vlr, Version: 3})
//	com := synth.AppendInvoke(nil, 1, synth.OpPurgeMS, arg)
//	msg := synth.AppendTransaction(nil, synth.Transaction{
//		Type: synth.TCBegin, OTID: synth.TID(0x01020304),
//		Dialogue: synth.Request(synth.MSPurging, 3), Components: com,
//	})
//
// They share no code with the decoders but the values of decoders/telecom, so a
// mistake in one is not hidden by the same mistake in the other. They trust
// their caller: a length that does not fit its field is cut to the field's
// width. They never panic on values of the documented ranges.
//
// Everything is a function of its arguments and a seed: the same seed gives the
// same octets on every platform and in every release of Go.
//
// Numbers are unassigned: country code 999, PLMN 001-01 and 999-70 upwards,
// documentation addresses (RFC 5737, RFC 3849), example domains (RFC 2606). The
// exceptions are what a watchlist must recognise: public identifiers of carriers.
package synth
