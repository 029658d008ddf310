// Package dissect turns frames into messages. It composes the decoders with the
// state of pkg/reassembly and pkg/dialogue:
//
//	frame -> IP (fragments) -> SCTP | TCP (order, fragments, duplicates)
//	      -> M3UA | M2UA | M2PA -> SCCP | SUA (segments) -> TCAP -> MAP | CAP
//	      -> Diameter
//	      -> dialogue -> signaling.Message
//
// One Dissector belongs to one goroutine. Everything a Handler is given is valid
// during the call only. A message that needs no reassembly is decoded where it
// lies in the frame and allocates nothing.
package dissect
