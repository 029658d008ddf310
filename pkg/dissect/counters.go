package dissect

import "sigtransit/pkg/capture"

// Outcome is what became of a frame. Every frame has exactly one, so the counts
// add up to the frames read.
type Outcome uint8

// Outcomes of a frame.
const (
	// Decoded: a frame of a signaling link, read to its end. It may hold a message,
	// a piece of one, or only what keeps the link alive.
	Decoded Outcome = iota
	// NotSignaling: anything else that was understood well enough to say so.
	NotSignaling
	// The counted reasons why nothing was read.
	UnknownLinkType // link type of the capture not supported
	CutShort        // captured too short for its headers
	BadHeaders      // link, IP or transport headers that contradict themselves
	HeldFragment    // an IP fragment whose datagram is not complete with it
	BadFragment     // an IP fragment that contradicts the others
	BadChecksum     // SCTP checksum wrong on a link where they are right
	Panicked        // a defect of this program, caught
	NumOutcomes
)

var outcomeNames = [NumOutcomes]string{
	"decoded", "not_signaling", "unknown_link_type", "cut_short", "bad_headers", "held_fragment", "bad_fragment", "bad_checksum", "internal_error",
}

func (o Outcome) String() string { return outcomeNames[min(o, NumOutcomes-1)] }

// Layer is a protocol in which something could not be decoded.
type Layer uint8

// Layers.
const (
	LayerIP Layer = iota
	LayerSCTP
	LayerTCP
	LayerM3UA
	LayerM2UA
	LayerM2PA
	LayerSUA
	LayerMTP3
	LayerSCCP
	LayerTCAP
	LayerMAP
	LayerCAP
	LayerDiameter
	NumLayers
)

var layerNames = [NumLayers]string{"ip", "sctp", "tcp", "m3ua", "m2ua", "m2pa", "sua", "mtp3", "sccp", "tcap", "map", "cap", "diameter"}

func (l Layer) String() string { return layerNames[min(l, NumLayers-1)] }

// Problem is why something could not be decoded.
type Problem uint8

// Problems.
const (
	Truncated   Problem = iota // shorter than its lengths say
	Malformed                  // breaks its own rules
	Unsupported                // well-formed, of a kind that is not read (yet)
	UnknownCode                // an operation, command or parameter nobody defines
	LostStart                  // the beginning is not in the capture
	Gave                       // pieces that never came, given up
	TooLong                    // above a bound
	NumProblems
)

var problemNames = [NumProblems]string{"truncated", "malformed", "unsupported", "unknown_code", "lost_start", "incomplete", "too_long"}

func (p Problem) String() string { return problemNames[min(p, NumProblems-1)] }

// Counters is what a Dissector counted. All only grow.
type Counters struct {
	Frames   uint64
	Bytes    uint64 // captured octets
	First    int64  // earliest and latest capture time, ns
	Last     int64
	Outcomes [NumOutcomes]uint64
	Problems [NumLayers][NumProblems]uint64

	Messages        uint64
	CutFrames       uint64 // frames the snap length cut
	CutSignaling    uint64 // of them frames of signaling links, and frames cut within their headers
	SnapLength      uint64 // captured octets of the longest cut frame
	DataFrames      uint64 // frames of signaling links that carry something
	Copies          uint64 // of them second copies of a frame that was mirrored twice
	ClockSteps      uint64 // times the capture time jumped back or far ahead
	Untimed         uint64 // frames without a time of day
	IPDuplicates    uint64 // IP fragments seen before
	SCTPPackets     uint64
	SCTPChunks      uint64 // DATA and I-DATA chunks delivered
	SCTPDuplicates  uint64 // DATA chunks seen before
	SCTPMissing     uint64 // DATA chunks the capture lacks, whoever lost them
	SCTPTapLost     uint64 // of them chunks that the receiver acknowledged
	SCTPUnseen      uint64 // of them chunks the sender gave up
	SCTPMessages    uint64 // user messages that are missing or incomplete, by stream sequence numbers
	SCTPNetworkLost uint64 // DATA chunks lost between the ends and sent again
	SCTPNeedless    uint64 // DATA chunks sent again that had arrived
	SCTPDoubled     uint64 // DATA chunks that their receivers reported to have come twice
	SCTPAbandoned   uint64 // DATA chunks the sender gave up, captured or not
	OneWayFlows     uint64 // links of which one direction was not mirrored
	SCTPChecksum    uint64 // packets with a wrong checksum, dropped or not
	TCPSegments     uint64 // segments of Diameter connections
	TCPDuplicates   uint64 // segments of any connection followed whose octets were all seen before
	TCPRepeated     uint64 // of them segments sent again, not mirrored twice
	TCPOctets       uint64 // payload of Diameter connections, first copies
	TCPLostOctets   uint64 // octets the capture lacks
	TCPTapLost      uint64 // of them octets that the receiver acknowledged
	Management      uint64 // messages of adaptation layers other than user data
	OtherUsers      uint64 // MTP3 user parts other than SCCP
	OtherSubsystems uint64 // SCCP user data that is not TCAP
	ProtectedData   uint64 // chunks and segments of encrypted links
	Downgrades      uint64 // links that lost their protection
	ESP             uint64 // packets of ESP between signaling peers
	IKE             uint64 // messages of IKE between them
	IPsecOther      uint64 // packets of both between others
	MirroredTwice   uint64 // TCAP messages seen before on another link

	ANSIPackages  uint64 // messages of ANSI TCAP
	GlobalCodes   uint64 // components whose code is an object identifier
	NationalCodes uint64 // components of ANSI TCAP with a code, by who gave it its meaning
	PrivateCodes  uint64

	// Kinds are the messages beside user data, by kind.
	Kinds Kinds

	// Tunnels counts the frames of which an encapsulation was taken off, by kind.
	Tunnels [capture.NumTunnels]uint64
}

// tunnelCounters are the names of the counters of tunnels.
var tunnelCounters = [capture.NumTunnels]string{
	capture.TunnelMPLS: "tunneled_mpls_frames", capture.TunnelPPPoE: "tunneled_pppoe_frames",
	capture.TunnelGRE: "tunneled_gre_frames", capture.TunnelERSPAN: "tunneled_erspan_frames",
	capture.TunnelVXLAN: "tunneled_vxlan_frames", capture.TunnelGeneve: "tunneled_geneve_frames",
	capture.TunnelIP: "tunneled_ip_frames", capture.TunnelUDP: "tunneled_udp_frames",
}

// Each calls f for every counter of c that has a fixed name, in a stable order.
func (c *Counters) Each(f func(name string, n uint64)) {
	f("messages", c.Messages)
	f("cut_frames", c.CutFrames)
	f("cut_signaling_frames", c.CutSignaling)
	f("data_frames", c.DataFrames)
	f("mirrored_twice_frames", c.Copies)
	f("clock_steps", c.ClockSteps)
	f("frames_without_time", c.Untimed)
	f("one_way_links", c.OneWayFlows)
	f("ip_duplicate_fragments", c.IPDuplicates)
	f("sctp_packets", c.SCTPPackets)
	f("sctp_data_chunks", c.SCTPChunks)
	f("sctp_duplicate_chunks", c.SCTPDuplicates)
	f("sctp_missing_chunks", c.SCTPMissing)
	f("sctp_tap_lost_chunks", c.SCTPTapLost)
	f("sctp_abandoned_unseen_chunks", c.SCTPUnseen)
	f("sctp_missing_messages", c.SCTPMessages)
	f("sctp_network_lost_chunks", c.SCTPNetworkLost)
	f("sctp_needless_retransmissions", c.SCTPNeedless)
	f("sctp_reported_duplicates", c.SCTPDoubled)
	f("sctp_abandoned_chunks", c.SCTPAbandoned)
	f("sctp_bad_checksums", c.SCTPChecksum)
	f("tcp_segments", c.TCPSegments)
	f("tcp_duplicate_segments", c.TCPDuplicates)
	f("tcp_retransmitted_segments", c.TCPRepeated)
	f("tcp_octets", c.TCPOctets)
	f("tcp_lost_octets", c.TCPLostOctets)
	f("tcp_tap_lost_octets", c.TCPTapLost)
	f("sigtran_management", c.Management)
	f("other_mtp3_users", c.OtherUsers)
	f("other_sccp_users", c.OtherSubsystems)
	f("protected_segments", c.ProtectedData)
	f("protection_downgrades", c.Downgrades)
	f("esp_packets", c.ESP)
	f("ike_messages", c.IKE)
	f("ipsec_not_signaling", c.IPsecOther)
	f("messages_mirrored_twice", c.MirroredTwice)
	f("ansi_tcap_packages", c.ANSIPackages)
	f("tcap_global_codes", c.GlobalCodes)
	f("tcap_national_codes", c.NationalCodes)
	f("tcap_private_codes", c.PrivateCodes)
	for t, n := range c.Tunnels {
		f(tunnelCounters[t], n)
	}
	c.Kinds.Each(f)
}
