// Package capture brings frames in and finds the IP packet in each of them.
//
// [Open] reads capture files: pcap (microseconds, nanoseconds and the modified
// format of Alexey Kuznetzov's libpcap, both byte orders) and pcapng (IETF
// draft-ietf-opsawg-pcapng; sections, several interfaces, EPB, SPB and the
// obsolete Packet Block), each plain or packed with gzip or zstd, told apart by
// their first octets and never by their name. Frame numbers, times and lengths
// are those which Wireshark shows.
//
// [Peeler] finds the innermost IP packet: Ethernet with VLAN tags and LLC/SNAP,
// Linux cooked v1 and v2, BSD loopback, raw IP; IPv4 with options, IPv6 with its
// extension headers, fragments described but not put together (that is
// pkg/reassembly, and [Peeler.PeelUpper] goes on behind it). It takes off, in any
// order and MaxDepth deep: MPLS with IP or an Ethernet pseudowire behind the labels,
// PPPoE, GRE with IP, MPLS or Ethernet (NVGRE), ERSPAN types I to III, VXLAN,
// VXLAN-GPE, Geneve, IP and MPLS in IP, and UDP around SCTP (RFC 6951). It leaves
// GTP-U and Teredo, which carry subscribers' traffic, L2TP, and what is encrypted.
//
// It looks into PPP, Cisco HDLC, the records of DAG cards (ERF: Ethernet, HDLC and
// the channels of MTP2, not ATM) and messages of Linux's packet filter (NFLOG).
//
// Link types without IP give messages: MTP2, with and without pseudo-header, MTP3,
// SCCP, SCTP, and Wireshark's exported PDUs of the protocols of [Content], named by
// dissector or by table and value. What else a capture may hold, ATM, frame relay,
// LAPD, GSMTAP and the private link types USER0 to USER15, is not read:
// ReasonLinkType.
//
// # Framing is our own
//
// gopacket decodes the link and IP layers here, but its pcapgo readers do not
// cut the files into frames. They copy each packet through a bufio.Reader with
// two or three reads, size the copy by lengths and snapshot lengths found in the
// file (up to 4 GiB), end at the first packet longer than the snapshot length
// although capture tools write such packets, overflow on timestamps, keep link
// types in one octet so that Linux cooked v2 (276) comes out as 20, and allocate
// the link type of every frame of a pcapng file with several. File reads large
// chunks and hands out frames that alias them: no copy, no call and no allocation
// a frame. Tests hold both to the same frames.
//
// # Lifetime
//
// Frame.Data, and with it Packet.Payload, is valid until the next Read of the
// File it came from. Nothing of gopacket shows in the exported part of this
// package.
package capture
