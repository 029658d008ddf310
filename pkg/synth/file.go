package synth

import (
	"bufio"
	"io"
	"net/netip"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
)

// Capture writes frames of an Ethernet link into a capture file.
type Capture struct {
	flush  func() error
	write  func(gopacket.CaptureInfo, []byte) error
	Frames uint64 // written so far
}

// NewPcap begins a pcap file with time stamps of microseconds, or nanoseconds.
func NewPcap(w io.Writer, nanoseconds bool) (*Capture, error) {
	buf := bufio.NewWriterSize(w, 1<<16)
	p := pcapgo.NewWriter(buf)
	if nanoseconds {
		p = pcapgo.NewWriterNanos(buf)
	}
	if err := p.WriteFileHeader(262144, layers.LinkTypeEthernet); err != nil {
		return nil, err
	}
	return &Capture{write: p.WritePacket, flush: buf.Flush}, nil
}

// NewPcapng begins a pcapng file with one interface and time stamps of
// nanoseconds. Nothing in it depends on the machine it is written on.
func NewPcapng(w io.Writer, comment string) (*Capture, error) {
	intf := pcapgo.NgInterface{Name: "span0", LinkType: layers.LinkTypeEthernet, TimestampResolution: 9, SnapLength: 262144}
	p, err := pcapgo.NewNgWriterInterface(w, intf, pcapgo.NgWriterOptions{
		SectionInfo: pcapgo.NgSectionInfo{Application: "sigtransit synth", Comment: comment},
	})
	if err != nil {
		return nil, err
	}
	return &Capture{write: p.WritePacket, flush: p.Flush}, nil
}

// WriteFrame writes one frame.
func (c *Capture) WriteFrame(at time.Time, frame []byte) error {
	c.Frames++
	return c.write(gopacket.CaptureInfo{Timestamp: at, CaptureLength: len(frame), Length: len(frame)}, frame)
}

// Close writes what is still buffered. It does not close the underlying writer.
func (c *Capture) Close() error { return c.flush() }

// Wire puts packets into frames and frames into a capture.
type Wire struct {
	Capture *Capture
	VLAN    uint16 // 0: untagged
	frame   []byte
	id      uint32
}

// Packet writes payload as one IP packet in one frame.
func (w *Wire) Packet(at time.Time, src, dst netip.Addr, protocol uint8, payload []byte) error {
	w.id++
	return w.write(at, Packet{Src: src, Dst: dst, Protocol: protocol, ID: w.id}, payload)
}

// Fragments writes payload as IP fragments of at most size octets each, rounded
// down to a multiple of eight. They are a microsecond apart.
func (w *Wire) Fragments(at time.Time, src, dst netip.Addr, protocol uint8, payload []byte, size int) error {
	w.id++
	size = max(size&^7, 8)
	for off := 0; off < len(payload); off += size {
		end := min(off+size, len(payload))
		p := Packet{Src: src, Dst: dst, Protocol: protocol, ID: w.id, Fragment: true, Offset: off, More: end < len(payload)}
		if err := w.write(at, p, payload[off:end]); err != nil {
			return err
		}
		at = at.Add(time.Microsecond)
	}
	return nil
}

// minFrame is the shortest Ethernet frame without its check sequence: shorter
// packets are padded (IEEE 802.3 3.2.8), and a decoder must not read the padding.
const minFrame = 60

func (w *Wire) write(at time.Time, p Packet, payload []byte) error {
	kind := EtherIPv4
	if !p.Src.Is4() {
		kind = EtherIPv6
	}
	b := AppendEthernet(w.frame[:0], MACOf(p.Dst), MACOf(p.Src), w.VLAN, kind)
	b = AppendIP(b, p, len(payload))
	b = append(b, payload...)
	if n := minFrame - len(b); n > 0 {
		b = append(b, make([]byte, n)...)
	}
	w.frame = b
	return w.Capture.WriteFrame(at, b)
}
