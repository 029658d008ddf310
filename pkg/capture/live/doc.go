// Package live captures from the ports of this machine, as a [capture.Source].
//
// [Open] makes one ring for each interface (AF_PACKET, TPACKET_V3, see packet(7) and
// the kernel's packet_mmap documentation). The kernel writes frames into its blocks,
// and Read hands them out where they stand: no copy, no call of the system while the
// reader is behind, no allocation. Nothing is ever sent: the sockets are opened for
// no protocol, get ring and filter, then the filter is locked, and only then are they
// bound; the program has no call that writes to one.
//
// # Not by gopacket/afpacket
//
// gopacket v1.1.19 reads such rings, but gives the block back to the kernel inside
// the very call that asks for the next frame, and does not tell when that will be:
// frames of a batch would have to be copied. It takes a lock a frame, allocates for
// each frame with a VLAN tag and knows the number of the tag but not its type and
// priority, opens its socket for all protocols before a filter can be set, and keeps
// the socket to itself, so that promiscuous mode, the clock of the card and the
// errors of an interface are out of reach. It needs cgo; the ring here is built on
// golang.org/x/sys/unix. A test holds both to the same frames, a benchmark compares
// them.
//
// # Several interfaces
//
// One goroutine reads all rings and merges their frames by time: a tap gives the two
// directions of a link on two ports, and an answer must not be seen before its
// request. A frame waits for the other rings as long as they may still hold an earlier
// one, BlockTimeout and a little more.
//
// # Several workers: what lands where
//
// With Workers above 1 that goroutine also decides which worker a frame is for, by the
// innermost IP packet ([capture.Peeler]), and hands over slices of frames that still
// stand in the ring; a block goes back to the kernel when the last worker is through.
// The kernel's own fanout hashes the outermost header: a mirror in one tunnel would land
// on one worker. A program of classic BPF could look deeper, but it has no state, and
// without state the paths of a multi-homed association have nothing in common: ports
// are the same for all links (2905), and the two directions have different tags.
//
//   - The unordered pair of addresses decides: both directions, all connections and
//     associations between two hosts, and the fragments of their packets meet on one
//     worker. The pairs of the first frames are shared out by how much each brings, the
//     busiest first; a later one goes to the worker that has least to do. A pair stays
//     where it is.
//   - An SCTP packet whose verification tag and ports are known goes where the
//     association is, whatever addresses it has. Tags are learned from INIT and INIT ACK
//     and from the first packet seen. An association that was there before the capture,
//     and whose two directions are first seen on different paths, stays split.
//   - Fragments behind the first go where the first went.
//   - What is not IP goes to worker 0.
//
// So one association is dissected by one worker. Messages of one dialogue may go over
// several associations between different hosts, and then over several workers: state
// of dialogues has to be shared by those who use more than one. A worker that does not
// keep up holds the ring back for all, and the kernel counts what is lost.
//
// # Lifetime
//
// Frame.Data is valid until the next Read of the Source, also beyond Close. A Source is
// read by one goroutine; Close and Stats may be called by any. The memory of the rings
// is given back by the Read that returns io.EOF.
package live
